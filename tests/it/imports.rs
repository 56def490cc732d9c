//! From a task definition as people have it, through a drawing, to a bill and back out.

use bayplan_engine::bill;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::GB_MOVED;
use bayplan_engine::checks::{self, Severity};
use bayplan_engine::design::edit::references;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::estimate::estimate;
use bayplan_engine::exchange::{FORMATS, Imported, sketch::sketch, task_definition};
use bayplan_engine::names::Region;
use bayplan_engine::plan::resolve::resolve;
use bayplan_engine::units::{Span, Usd};
use bayplan_tests::tree;
use serde_json::{Value, json};

/// All fixtures: file name and text.
fn fixtures() -> Vec<(String, String)> {
    let folder = tree::top().join("tests/fixtures/task-definitions");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let named = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (named(path), std::fs::read_to_string(path).unwrap())).collect()
}

#[track_caller]
fn drawn(name: &str, text: &str) -> (Imported, Project) {
    let imported = task_definition::read(text, name).unwrap();
    let catalogue = Catalogue::load(&Region::new("us-east-1")).unwrap();
    let project = sketch(name, std::slice::from_ref(&imported), &catalogue).unwrap();
    (imported, project)
}

fn written(project: &Project) -> Value {
    let documents = task_definition::write_all(project);
    assert_eq!(documents.len(), 1);
    serde_json::from_str(&documents[0].text).unwrap()
}

/// The paths of what `before` says and `after` does not; items of lists go with the one they lose least to.
fn lost(before: &Value, after: &Value, path: &str) -> Vec<String> {
    match before {
        Value::Null => Vec::new(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, field)| lost(field, after.get(key).unwrap_or(&Value::Null), &format!("{path}.{key}")))
            .collect(),
        Value::Array(items) => {
            let others = after.as_array().cloned().unwrap_or_default();
            let least = |item: &Value| {
                let lists = others.iter().map(|other| lost(item, other, path)).min_by_key(Vec::len);
                lists.unwrap_or_else(|| lost(item, &Value::Null, path))
            };
            items.iter().flat_map(least).collect()
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) if before == after => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![path.to_owned()],
    }
}

/// What Bayplan knows is not part of a definition, and what it writes in another way.
fn expected_losses(name: &str) -> Vec<&'static str> {
    match name {
        "described-bare.json" => vec![
            ".taskDefinitionArn",
            ".revision",
            ".status",
            ".compatibilities",
            ".compatibilities",
            ".requiresAttributes.name",
            ".registeredAt",
            ".registeredBy",
        ],
        "described-wrapped.json" => vec![
            ".taskDefinitionArn",
            ".revision",
            ".status",
            ".requiresAttributes.name",
            ".requiresAttributes.name",
            ".requiresAttributes.name",
            ".requiresAttributes.name",
            ".compatibilities",
            ".compatibilities",
            ".registeredAt",
            ".registeredBy",
        ],
        // ".5 vCPU" is 512 units, "2 GB" 2048 MiB.
        "sizes-in-words.json" => vec![".cpu", ".memory"],
        _ => Vec::new(),
    }
}

#[test]
fn every_fixture_comes_in_and_out_and_loses_nothing_that_is_understood() {
    let all = fixtures();
    assert!(all.len() >= 11, "{}", all.len());
    for (name, text) in all {
        let (imported, project) = drawn(&name, &text);
        assert_eq!(imported.not_understood, [], "{name}");
        let after = written(&project);
        let mut before: Value = serde_json::from_str(&text).unwrap();
        if let Some(inner) = before.get("taskDefinition").cloned() {
            let tags = before["tags"].take();
            before = inner;
            before["tags"] = tags;
        }
        let mut losses = lost(&before, &after, "");
        let mut expected = expected_losses(&name);
        losses.sort();
        expected.sort_unstable();
        assert_eq!(losses, expected, "{name}");
        // A second trip gives the same bytes.
        let text = &task_definition::write_all(&project)[0].text;
        let (_, again) = drawn(&name, text);
        assert_eq!(&task_definition::write_all(&again)[0].text, text, "{name}");
    }
}

#[test]
fn tdf_20_sizes_in_words_come_out_in_units_and_mib() {
    let (name, text) = fixtures().into_iter().find(|(name, _)| name == "sizes-in-words.json").unwrap();
    let after = written(&drawn(&name, &text).1);
    assert_eq!((&after["cpu"], &after["memory"]), (&json!("512"), &json!("2048")));
}

#[test]
fn every_fixture_can_be_estimated_at_once() {
    let catalogue = Catalogue::load(&Region::new("us-east-1")).unwrap();
    for (name, text) in fixtures() {
        let (_, project) = drawn(&name, &text);
        let design = &project.design;
        let dangling: Vec<_> = references(design).into_iter().filter(|r| !design.contains(&r.to)).collect();
        assert_eq!(dangling, [], "{name}");
        assert_eq!(Project::read(&project.write()).as_ref(), Ok(&project), "{name}");
        let findings = checks::run(design, &catalogue, &[]);
        let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let plan = resolve(design, &Scenario::default(), &catalogue).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let estimate = estimate(&plan, Span::MONTH);
        for service in &estimate.services {
            assert_eq!(service.unplaced_max, 0, "{name}: {service:?}");
        }
        let window = bill::Window { span: Span::MONTH, into_hour: Span::ZERO, gb_moved: GB_MOVED };
        let bill = bill::price(&estimate.records, &plan, &catalogue.prices, window);
        assert_eq!(bill.unpriced, [], "{name}");
        // Three NAT gateways alone are 3 × 730 h × $0.045 = $98.55.
        assert!(bill.total > Usd::from_cents(9855), "{name}: {}", bill.total.cents_text());
    }
}

#[test]
fn iam_01_and_tdf_13_what_tasks_need_to_start_is_assumed() {
    let all = fixtures();
    let of = |name: &str| {
        let text = &all.iter().find(|(file, _)| file == name).unwrap().1;
        let project = drawn(name, text).1;
        (written(&project), project.assumptions)
    };
    let (after, assumptions) = of("fargate-without-role.json");
    assert_eq!(after["requiresCompatibilities"], json!(["FARGATE"]));
    assert_eq!(
        assumptions["task definition report-printer · execution_role"],
        "our assumption: ecsTaskExecutionRole, for writing to CloudWatch Logs, reading secrets: the file names none, and \
         ECS needs one"
    );
    let (after, assumptions) = of("nothing-required.json");
    assert_eq!(after["executionRoleArn"], "arn:aws:iam::210987654321:role/thumbnailer-execution");
    // Assumed for the drawing, and not written: the file had none.
    assert_eq!(after.get("requiresCompatibilities"), None);
    let why = &assumptions["task definition thumbnailer · requires_compatibilities"];
    assert!(why.starts_with("our assumption: EC2 and FARGATE"), "{why}");
}

#[test]
fn an_execution_role_that_nobody_named_is_written_once_it_has_an_arn() {
    for (name, text) in fixtures() {
        let before: Value = serde_json::from_str(&text).unwrap();
        let before = before.get("taskDefinition").unwrap_or(&before);
        let mut project = drawn(&name, &text).1;
        assert_eq!(written(&project).get("executionRoleArn"), before.get("executionRoleArn"), "{name}");
        let arn = "arn:aws:iam::210987654321:role/ecsTaskExecutionRole";
        if let Some(role) = project.design.roles.get_mut(&"ecsTaskExecutionRole".into()) {
            role.arn = Some(arn.to_owned());
            assert_eq!(written(&project)["executionRoleArn"], arn, "{name}");
        }
    }
}

#[test]
fn each_format_is_named_once() {
    let mut names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    names.dedup();
    assert_eq!(names, ["task-definition"]);
}
