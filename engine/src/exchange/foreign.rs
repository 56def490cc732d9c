//! Documents that are no task definitions, by what they are: one sentence says it, and what to do first.

use serde_json::Value;

/// What a text is that reads as neither JSON nor YAML, and the offset that shows it.
pub(super) fn of_text(text: &str, file: &str) -> Option<(usize, String)> {
    let is = |endings: &[&str]| endings.iter().any(|ending| file.to_ascii_lowercase().ends_with(ending));
    let line = |begins: &[&str]| {
        let mut at = 0;
        text.split_inclusive('\n').find_map(|line| {
            let start = at;
            at += line.len();
            begins.iter().any(|word| line.trim_start().starts_with(word)).then_some(start)
        })
    };
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    if is(&[".jsonnet", ".libsonnet"]) || line(&["local "]).is_some() {
        let at = line(&["local "]).unwrap_or(0);
        return Some((
            at,
            format!("this is Jsonnet, which makes JSON: run `jsonnet {name} > task.json` first, and import task.json"),
        ));
    }
    if is(&[".tf", ".tf.json", ".hcl"]) || line(&["resource \"", "variable \"", "module \""]).is_some() {
        let what = "this is Terraform's language: get the definition that it registered first, by `aws ecs \
                    describe-task-definition --task-definition FAMILY > task.json`, and import task.json";
        return Some((line(&["resource \""]).unwrap_or(0), what.to_owned()));
    }
    let marks = ["${", "{{", "<%", "$("];
    let (at, mark) = marks.into_iter().filter_map(|mark| Some((text.find(mark)?, mark))).min()?;
    let shown: String = text[at..].chars().take_while(|c| *c != '\n').take(24).collect();
    let shown = match mark {
        "{{" => shown.split_inclusive("}}").next(),
        "<%" => shown.split_inclusive("%>").next(),
        "$(" => shown.split_inclusive(')').next(),
        _ => shown.split_inclusive('}').next(),
    }
    .unwrap_or(&shown);
    Some((
        at,
        format!(
            "this is a template, with `{shown}` for something else to fill in: fill it in first (`envsubst`, \
             `terraform console`, `ecspresso render taskdef`), and import what comes out"
        ),
    ))
}

/// The text within, if it is there.
fn text<'v>(of: &'v Value, keys: &[&str]) -> Option<&'v str> {
    keys.iter().find_map(|key| of.get(key)?.as_str())
}

/// What a document is, where it is none that can be read.
pub(super) fn of_value(value: &Value) -> Option<String> {
    let Value::Object(fields) = value else { return None };
    let has = |key: &str| fields.contains_key(key);
    if has("containerDefinitions") || has("taskDefinition") && value["taskDefinition"].is_object() {
        return None;
    }
    let describe = |family: &str| {
        format!(
            "get the definition first, by `aws ecs describe-task-definition --task-definition {family} > task.json`, and \
             import task.json"
        )
    };
    if has("terraform_version") || has("resource_changes") || has("planned_values") {
        let what = if has("resources") { "Terraform's state" } else { "a plan or state of Terraform as JSON" };
        let family = family_in_state(value).unwrap_or("FAMILY");
        return Some(format!("this is {what}: {}", describe(family)));
    }
    if let Some(services) = value.get("services") {
        return Some(match services {
            Value::Array(services) => {
                let named = services.iter().find_map(|one| text(one, &["taskDefinition"])).unwrap_or("FAMILY");
                let named = named.rsplit('/').next().unwrap_or(named);
                format!("this is what describe-services gives, which names task definitions and holds none: {}", describe(named))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => "this is a Compose file, and its services are not what ECS runs: write them as a task definition first, \
                  a container for each service, and import that"
                .to_owned(),
        });
    }
    if has("tasks") || has("taskDefinitionArns") || has("taskArns") || has("serviceArns") {
        return Some(format!("this is an answer of ECS that holds no task definition: {}", describe("FAMILY")));
    }
    if has("apiVersion") && has("kind") {
        return Some("this is a Kubernetes manifest: write it as a task definition first, and import that".to_owned());
    }
    if has("Resources") || has("ContainerDefinitions") || has("Properties") {
        return Some(format!("this is CloudFormation, whose keys begin with capitals: {}", describe("FAMILY")));
    }
    if has("container_definitions") {
        return Some(
            "this is a resource of Terraform: take the list out of container_definitions first, and import it"
                .to_owned(),
        );
    }
    None
}

/// The family of the first task definition of a state.
fn family_in_state(state: &Value) -> Option<&str> {
    let resources = state.get("resources")?.as_array()?;
    let definition = resources.iter().find(|one| text(one, &["type"]) == Some("aws_ecs_task_definition"))?;
    text(definition.get("instances")?.get(0)?.get("attributes")?, &["family"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_task_definition_is_called_by_its_name_with_what_to_do_first() {
        let state = json!({"version": 4, "terraform_version": "1.9.0", "resources": [
            {"type": "aws_ecs_task_definition", "instances": [{"attributes": {"family": "shop"}}]}
        ]});
        let described = json!({"services": [{"taskDefinition": "arn:aws:ecs:eu-west-1:1:task-definition/shop:7"}]});
        for (value, says) in [
            (
                state,
                "Terraform's state: get the definition first, by `aws ecs describe-task-definition --task-definition shop",
            ),
            (
                json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {}}),
                "a plan or state of Terraform",
            ),
            (described, "describe-services gives"),
            (json!({"services": {"web": {"image": "x"}}}), "a Compose file"),
            (json!({"taskDefinitionArns": []}), "holds no task definition"),
            (json!({"apiVersion": "v1", "kind": "Pod"}), "a Kubernetes manifest"),
            (json!({"Resources": {}}), "CloudFormation"),
            (json!({"container_definitions": "[]"}), "a resource of Terraform"),
        ] {
            let what = of_value(&value).unwrap_or_else(|| panic!("{value}"));
            assert!(what.contains(says) && !what.contains('\n'), "{what}");
        }
        for value in [json!({"containerDefinitions": []}), json!({"taskDefinition": {}}), json!([]), json!({})] {
            assert_eq!(of_value(&value), None);
        }
    }

    #[test]
    fn what_makes_a_document_is_told_from_it() {
        for (file, text, at, says) in [
            ("a.json", "{\"cpu\": ${cpu}, \"b\": ${b}}", 8, "`${cpu}`"),
            ("a.json", "{\"cpu\": {{ cpu }}}", 8, "`{{ cpu }}`"),
            ("a.json", "{<% x %>}", 1, "`<% x %>`"),
            ("d/a.jsonnet", "{ family: 'x' }", 0, "`jsonnet a.jsonnet > task.json`"),
            ("a", "// head\nlocal x = 1;\n{}", 8, "Jsonnet"),
            ("main.tf", "x", 0, "Terraform"),
            ("x", "\nresource \"aws_ecs_task_definition\" \"x\" {", 1, "Terraform"),
        ] {
            let (found, what) = of_text(text, file).unwrap();
            assert!(found == at && what.contains(says), "{found} {what}");
        }
        assert_eq!(of_text("{\"cpu\": x}", "a.json"), None);
    }
}
