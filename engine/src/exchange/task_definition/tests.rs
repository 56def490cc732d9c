//! Task definitions in and out: what is understood comes out as it went in, what is not is told with its place.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{read, write, write_all};
use crate::design::capacity::LaunchType;
use crate::design::id::{LogGroupId, RoleId, SecretId, TaskDefinitionId};
use crate::design::outside::{Registry, RoleUse};
use crate::design::project::Project;
use crate::design::{Design, Item, ItemRef};
use crate::exchange::Imported;
use crate::names::Region;
use crate::units::{CpuUnits, Mib};

/// Every key of `RegisterTaskDefinition`, one of each kind of volume, in the order and form Bayplan writes.
const EVERYTHING: &str = include_str!("everything.json");

fn drawn(imported: &Imported) -> Design {
    let mut design = Design::new(Region::new("us-east-1"));
    for item in &imported.items {
        design.put(item.clone());
    }
    for (id, definition) in &imported.definitions {
        design.put(Item::TaskDefinition(id.clone(), definition.clone()));
    }
    design
}

/// Reads a text with one definition and writes it.
#[track_caller]
fn through(text: &str) -> (Imported, Value) {
    let imported = read(text, "web.json").unwrap();
    let id = imported.definitions[0].0.clone();
    let value = write(&drawn(&imported), &id).unwrap();
    (imported, value)
}

/// A definition with one container and, beside `name` and `image`, the given fields in it.
fn with_container(fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    format!(r#"{{"family": "web", "containerDefinitions": [{{"name": "app", "image": "app:1"{comma}{fields}}}]}}"#)
}

#[track_caller]
fn not_understood(text: &str, expected: &[(&str, &str)]) {
    let imported = read(text, "web.json").unwrap();
    let told: Vec<_> = imported.not_understood.iter().map(|u| (u.path.as_str(), u.why.as_str())).collect();
    assert_eq!(told, expected, "{text}");
}

#[test]
fn every_key_of_the_api_comes_out_as_it_went_in() {
    let (imported, value) = through(EVERYTHING);
    assert_eq!(imported.not_understood, []);
    assert_eq!(imported.set_aside, []);
    // Text against text: the order of keys is stable, too.
    assert_eq!(format!("{value:#}\n"), EVERYTHING);
}

#[test]
fn what_is_put_in_another_way_becomes_one_way() {
    for (before, after) in [
        (r#""cpu": "256""#, json!({"cpu": 256})),
        (r#""essential": "true""#, json!({"essential": true})),
        (
            r#""environment": [{"name": "B", "value": 3}, {"name": "A", "value": ""}]"#,
            json!({"environment": [{"name": "A", "value": ""}, {"name": "B", "value": "3"}]}),
        ),
        (
            r#""environmentFiles": [{"value": "arn:aws:s3:::b/x.env"}]"#,
            json!({"environmentFiles": [{"value": "arn:aws:s3:::b/x.env", "type": "s3"}]}),
        ),
        (r#""secrets": null, "mountPoints": [], "user": "", "dockerLabels": {}, "linuxParameters": {}"#, json!({})),
        (r#""command": ["sh", "-c", ""]"#, json!({"command": ["sh", "-c", ""]})),
        (
            r#""logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-region": "eu-west-1", "awslogs-group": "g"}}"#,
            json!({"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "eu-west-1"}}}),
        ),
        // AWS demands a region: the design's.
        (
            r#""logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}"#,
            json!({"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "us-east-1"}}}),
        ),
    ] {
        let (imported, value) = through(&with_container(before));
        assert_eq!(imported.not_understood, [], "{before}");
        let mut expected = json!({"name": "app", "image": "app:1"});
        expected.as_object_mut().unwrap().extend(after.as_object().unwrap().clone());
        assert_eq!(value["containerDefinitions"][0], expected, "{before}");
    }
}

#[test]
fn tdf_20_task_sizes_become_units_and_mib() {
    let text = r#"{"family": "web", "cpu": ".5 vCPU", "memory": "2 GB",
        "containerDefinitions": [{"name": "app", "image": "app:1"}]}"#;
    let (imported, value) = through(text);
    let (_, definition) = &imported.definitions[0];
    assert_eq!((definition.cpu, definition.memory), (Some(CpuUnits::from_units(512)), Some(Mib::from_gib(2))));
    assert_eq!((&value["cpu"], &value["memory"]), (&json!("512"), &json!("2048")));
}

#[test]
fn what_describe_gives_is_unwrapped_and_ecs_own_keys_are_set_aside() {
    let text = r#"{
        "taskDefinition": {
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:111122223333:task-definition/web:17",
            "containerDefinitions": [{"name": "app", "image": "app:1", "cpu": 0, "environment": [], "volumesFrom": []}],
            "family": "web", "revision": 17, "volumes": [], "status": "ACTIVE",
            "requiresAttributes": [{"name": "ecs.capability.task-eni"}], "placementConstraints": [],
            "compatibilities": ["EC2", "FARGATE"], "registeredAt": "2026-09-14T08:21:40+02:00",
            "registeredBy": "arn:aws:iam::111122223333:user/deploy", "deregisteredAt": 1757842900.113,
            "deleteRequestedAt": null
        },
        "tags": [{"key": "cost-centre", "value": "4711"}, {"key": "new", "value": ""}]
    }"#;
    let (imported, value) = through(text);
    assert_eq!(imported.not_understood, []);
    let aside: Vec<_> = imported.set_aside.iter().map(|u| u.path.as_str()).collect();
    assert_eq!(
        aside,
        [
            "taskDefinition.taskDefinitionArn",
            "taskDefinition.revision",
            "taskDefinition.status",
            "taskDefinition.requiresAttributes",
            "taskDefinition.compatibilities",
            "taskDefinition.registeredAt",
            "taskDefinition.registeredBy",
            "taskDefinition.deregisteredAt",
        ]
    );
    assert!(imported.set_aside.iter().all(|u| u.why == "set by ECS, not part of a definition"));
    assert_eq!(
        value,
        json!({
            "family": "web",
            "containerDefinitions": [{"name": "app", "image": "app:1", "cpu": 0}],
            "tags": [{"key": "cost-centre", "value": "4711"}, {"key": "new", "value": ""}],
        })
    );
}

#[test]
fn several_definitions_come_in_from_one_file() {
    let one = with_container("");
    let other = one.replace("app:1", "app:2").replace("\"web\"", "\"api\"");
    let families = |text: &str| -> Vec<String> {
        read(text, "x.json").unwrap().definitions.iter().map(|(id, _)| id.to_string()).collect()
    };
    assert_eq!(families(&format!("\u{feff}[{one}, {{\"taskDefinition\": {other}}}]")), ["web", "api"]);
    assert_eq!(families(&format!("{one}\n{other}")), ["web", "api"]);
    // The very same again is no second one; another of the family is.
    assert_eq!(families(&format!("[{one}, {one}]")), ["web"]);
    let changed = one.replace("app:1", "app:2");
    assert_eq!(families(&format!("[{one}, {changed}]")), ["web", "web-2"]);
    let imported = read(&format!("[{one}, {changed}]"), "x.json").unwrap();
    let assumed = &imported.assumptions[0];
    assert_eq!((assumed.at.to_string().as_str(), assumed.field), ("task definition web-2", "family"));
    // Without a family the file gives its name.
    assert_eq!(families(&with_container("").replace("\"family\": \"web\",", "")), ["x"]);
}

#[test]
fn what_has_no_place_is_told_with_its_path_and_value() {
    let text = "{\"family\": \"web\", \"inferenceAccelerators\": [{\"deviceName\": \"d\"}],\n  \"containerDefinitions\": [\n    {\"name\": \"app\", \"image\": \"app:1\", \"foo\": \"bar\"}\n  ]\n}";
    let imported = read(text, "web.json").unwrap();
    let told: Vec<String> = imported.not_understood.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "containerDefinitions[0].foo = \"bar\" (3:46): Bayplan has no place for it",
            "inferenceAccelerators = [{\"deviceName\":\"d\"}] (1:44): Bayplan has no place for it",
        ]
    );
    assert!(
        !write_all(&Project::new("web", drawn(&imported)))[0].text.contains("foo"),
        "a key that is not understood is not echoed"
    );
}

#[test]
fn values_that_are_not_understood_are_told_with_what_was_expected() {
    const NO_PLACE: &str = "Bayplan has no place for it";
    for (field, told) in [
        (r#""memory": "lots""#, &[("memory", "expected whole MiB")][..]),
        (r#""cpu": 0.25"#, &[("cpu", "expected whole CPU units")]),
        (r#""cpu": -1"#, &[("cpu", "expected whole CPU units")]),
        (r#""user": {"id": 0}"#, &[("user", "expected text")]),
        (r#""user": "a", "user": "b""#, &[("user", "the key stands twice in its object; the last value counts")]),
        (r#""essential": "perhaps""#, &[("essential", "expected true or false")]),
        (r#""portMappings": {"containerPort": 80}"#, &[("portMappings", "expected a list")]),
        (r#""portMappings": [80]"#, &[("portMappings[0]", "expected an object")]),
        (
            r#""portMappings": [{"containerPort": 80, "protocol": "TCP"}]"#,
            &[("portMappings[0].protocol", "expected tcp or udp; ECS takes any other text for tcp")],
        ),
        (
            r#""portMappings": [{"containerPort": 70000, "hostport": 1}]"#,
            &[("portMappings[0].containerPort", "expected a port"), ("portMappings[0].hostport", NO_PLACE)],
        ),
        (
            r#""environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]"#,
            &[("environment[1].name", "the name stands twice in its list; the last value counts")],
        ),
        (r#""environment": [{"value": "1"}]"#, &[("environment[0]", "expected name and value")]),
        (r#""dockerLabels": {"a": "", "b": ["c"]}"#, &[("dockerLabels.b", "expected text")]),
        (
            r#""dependsOn": [{"containerName": "db", "condition": "ALIVE"}]"#,
            &[
                ("dependsOn[0].condition", "expected START, COMPLETE, SUCCESS or HEALTHY"),
                ("dependsOn[0]", "expected containerName and condition"),
            ],
        ),
        (
            r#""resourceRequirements": [{"type": "InferenceAccelerator", "value": "d"}]"#,
            &[("resourceRequirements[0]", "Amazon Elastic Inference has ended")],
        ),
        (
            r#""environmentFiles": [{"type": "http", "value": "x"}]"#,
            &[("environmentFiles[0]", "expected the ARN of an S3 object, and s3 for its type")],
        ),
        (
            r#""restartPolicy": {"enabled": true, "ignoredExitCodes": ["x", 3]}"#,
            &[("restartPolicy.ignoredExitCodes", "expected whole numbers")],
        ),
        (
            r#""logConfiguration": {"logDriver": "logentries"}"#,
            &[
                (
                    "logConfiguration.logDriver",
                    "expected awslogs, awsfirelens, splunk, fluentd, gelf, json-file, journald or syslog",
                ),
                ("logConfiguration", "expected a logDriver that ECS knows"),
            ],
        ),
    ] {
        let full: Vec<_> = told.iter().map(|(path, why)| (format!("containerDefinitions[0].{path}"), *why)).collect();
        let full: Vec<_> = full.iter().map(|(path, why)| (path.as_str(), *why)).collect();
        not_understood(&with_container(field), &full);
    }
}

#[test]
fn tdf_90_a_volume_is_of_one_kind() {
    let text = |volume: &str| {
        format!(
            r#"{{"family": "web", "containerDefinitions": [{{"name": "app", "image": "app:1"}}], "volumes": [{volume}]}}"#
        )
    };
    not_understood(&text(r#"{"name": "v", "host": {}, "configuredAtLaunch": false}"#), &[]);
    not_understood(
        &text(r#"{"name": "v", "host": {"sourcePath": "/x"}, "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}"#),
        &[("volumes[0].host.sourcePath", "a volume is of one kind, and this one is of another")],
    );
    not_understood(&text(r#"{"host": {"sourcePath": "/x"}}"#), &[("volumes[0]", "expected a volume with a name")]);
    let (_, value) = through(&text(r#"{"name": "v", "host": {}}, {"name": "w", "dockerVolumeConfiguration": {}}"#));
    assert_eq!(value["volumes"], json!([{"name": "v"}, {"name": "w", "dockerVolumeConfiguration": {"scope": "task"}}]));
}

#[test]
fn a_file_that_is_no_task_definition_is_refused_with_its_place() {
    let long = with_container("").replace("\"name\": \"app\"", "\n\"nme\": 1");
    for (text, error) in [
        ("", "f.json:1:1: nothing is here; expected a task definition, an object with family and containerDefinitions"),
        (
            "{\n  \"family\": \"web\"\n  \"cpu\": 1\n}",
            "f.json:3:3: expected `,` or `}`; expected JSON: a task definition, an object with family and containerDefinitions",
        ),
        ("[\n 3]", "f.json:2:2: expected a task definition, an object with family and containerDefinitions"),
        (
            "{}",
            "f.json:1:1: no containerDefinitions; expected a task definition, an object with family and containerDefinitions",
        ),
        (
            "{\"Resources\": {}}",
            "f.json:1:1: this is CloudFormation, whose keys begin with capitals: get the definition first, by `aws ecs \
            describe-task-definition --task-definition FAMILY > task.json`, and import task.json",
        ),
        (long.as_str(), "f.json:1:44: expected a container with a name"),
        (
            "{\"family\": \"web\",\n \"containerDefinitions\": []}",
            "f.json:1:1: containerDefinitions holds no container; expected one at least",
        ),
        (
            "{\"family\": \"web\", \"containerDefinitions\": \"[]\"}",
            "f.json:1:1: containerDefinitions is text with JSON in it, no list: take it out of its quotes first \
            (`jq '.containerDefinitions |= fromjson'`), and import that",
        ),
        (
            "{\"family\": \"web\",\n \"cpu\": ${cpu}}",
            "f.json:2:9: this is a template, with `${cpu}` for something else to fill in: fill it in first (`envsubst`, \
            `terraform console`, `ecspresso render taskdef`), and import what comes out",
        ),
        (
            " [] ",
            "f.json:1:1: nothing is here; expected a task definition, an object with family and containerDefinitions",
        ),
        ("hello", "f.json:1:1: expected a task definition, an object with family and containerDefinitions"),
    ] {
        assert_eq!(read(text, "f.json").unwrap_err().to_string(), error);
    }
}

/// A field and why it was assumed.
type Field = (&'static str, String);

/// What was read all the same, as path and why, and what was assumed of the definition, as field and why.
fn mended(text: &str, file: &str) -> (Imported, Vec<(String, String)>, Vec<Field>) {
    let imported = read(text, file).unwrap();
    let anyway = imported.read_anyway.iter().map(|u| (format!("{} ({}:{})", u.path, u.line, u.column), u.why.clone()));
    let of_definition = |a: &&crate::exchange::Assumed| matches!(a.at, ItemRef::TaskDefinition(_));
    let assumed = imported.assumptions.iter().filter(of_definition).map(|a| (a.field, a.why.clone()));
    let (anyway, assumed) = (anyway.collect(), assumed.collect());
    (imported, anyway, assumed)
}

#[test]
fn containers_alone_become_a_definition_named_after_their_file() {
    let web = r#"{"name": "web", "image": "x/web:1", "essential": true}"#;
    for text in [format!("[{web}]"), web.to_owned(), "- name: web\n  image: x/web:1\n  essential: true\n".to_owned()] {
        let (imported, anyway, assumed) = mended(&text, "dir/shop.json");
        let (id, definition) = &imported.definitions[0];
        assert_eq!((id.as_str(), definition.containers.len()), ("shop", 1), "{text}");
        assert!(imported.containers_alone.contains(id));
        assert_eq!((anyway, imported.not_understood), (vec![], vec![]));
        assert_eq!(assumed, [("family", "shop, the file's name: the definition has no family".to_owned())]);
    }
    // Keys of the task within a container are taken for the task's, and told; two that differ are not.
    let text = r#"[
        {"name": "a", "image": "a:1", "networkMode": "awsvpc", "requiresCompatibilities": "FARGATE", "command": null},
        {"name": "b", "image": "b:1", "networkMode": "host", "foo": 1}
    ]"#;
    let (imported, anyway, _) = mended(text, "shop.json");
    let (_, definition) = &imported.definitions[0];
    assert_eq!(definition.network_mode(), crate::design::task_definition::NetworkMode::Awsvpc);
    assert_eq!(definition.requires_compatibilities, [LaunchType::Fargate]);
    let anyway: Vec<_> = anyway.iter().map(|(path, _)| path.as_str()).collect();
    let list = "[0].requiresCompatibilities (2:91)";
    assert_eq!(anyway, ["[0].networkMode (2:54)", list, list]);
    let told: Vec<_> = imported.not_understood.iter().map(|u| u.path.as_str()).collect();
    assert_eq!(told, ["[1].networkMode", "[1].foo"]);
}

#[test]
fn yaml_says_what_json_says() {
    let json = with_container(r#""environment": [{"name": "A", "value": "1.10"}], "memory": 128"#);
    let yaml = "# ours\nfamily: web\ncontainerDefinitions:\n- &app\n  name: app\n  image: app:1\n  environment:\n  \
                - {name: A, value: 1.10}\n  memory: 128\n";
    for (text, file) in [(yaml, "web.yaml"), (yaml, "web.json"), (json.as_str(), "web.yml")] {
        let imported = read(text, file).unwrap();
        assert_eq!(imported.definitions, read(&json, "web.json").unwrap().definitions, "{file}");
    }
    let error = read("family: web\ncontainerDefinitions: [\n", "web.yaml").unwrap_err();
    assert!(error.to_string().starts_with("web.yaml:") && error.what.contains("expected YAML or JSON"), "{error}");
    let told = read(&yaml.replace("memory", "memroy"), "web.yaml").unwrap().not_understood;
    assert_eq!((told[0].path.as_str(), told[0].line, told[0].column), ("containerDefinitions[0].memroy", 9, 11));
}

#[test]
fn comments_and_trailing_commas_are_read_and_told() {
    let text = "{\n  // ours\n  \"family\": \"web\", /* x */\n  \"containerDefinitions\": [{\"name\": \"app\", \"image\": \"a//b:1\",},]\n}";
    let (imported, anyway, assumed) = mended(text, "web.json");
    assert_eq!(imported.definitions[0].1.containers[0].image, "a//b:1");
    let why = "JSON has none; passed over".to_owned();
    assert_eq!(anyway, [("2 comments (2:3)".to_owned(), why.clone()), ("2 trailing commas (4:61)".to_owned(), why)]);
    assert_eq!((assumed, imported.not_understood), (vec![], vec![]));
}

#[test]
fn an_image_that_no_file_names_is_stood_in_for_and_not_written() {
    for text in [with_container("").replace("app:1", ""), with_container("").replace(", \"image\": \"app:1\"", "")] {
        let (imported, _, assumed) = mended(&text, "web.json");
        let why = "IMAGE_NOT_NAMED stands in for the image of app: the file names none";
        assert_eq!(assumed, [("containers", why.to_owned())]);
        assert_eq!(through(&text).1["containerDefinitions"], json!([{"name": "app"}]));
        let image = &drawn(&imported).images[&"IMAGE_NOT_NAMED".into()];
        assert_eq!(image.registry, Registry::EcrPrivate, "not one of Docker Hub");
    }
}

#[test]
fn an_export_of_what_came_in_has_no_region_that_the_file_had_not() {
    let log = r#""logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}"#;
    let (imported, _, assumed) = mended(&with_container(log), "web.json");
    assert_eq!(assumed, [("awslogs_region", "the design's: the log options of app name none".to_owned())]);
    let mut project = Project::new("web", drawn(&imported));
    let options = |project: &Project| {
        let text: Value = serde_json::from_str(&write_all(project)[0].text).unwrap();
        text["containerDefinitions"][0]["logConfiguration"]["options"].clone()
    };
    // One that is drawn gets the design's, which AWS demands.
    assert_eq!(options(&project), json!({"awslogs-group": "g", "awslogs-region": "us-east-1"}));
    project.assumptions.insert("task definition web · awslogs_region".to_owned(), assumed[0].1.clone());
    assert_eq!(options(&project), json!({"awslogs-group": "g"}));
    let docker = |fields: &str| format!(r#"{{"name": "v", "dockerVolumeConfiguration": {{{fields}}}}}"#);
    for fields in [r#""driver": "local""#, r#""scope": "shared", "autoprovision": true"#] {
        let text = with_container("").replace("\"family\"", &format!("\"volumes\": [{}], \"family\"", docker(fields)));
        assert_eq!(
            through(&text).1["volumes"],
            serde_json::from_str::<Value>(&format!("[{}]", docker(fields))).unwrap()
        );
    }
}

#[test]
fn empty_values_are_kept_where_they_are_the_users_own() {
    let text = with_container(
        r#""environment": [{"name": "FLAG", "value": ""}], "dockerLabels": {"empty": ""}, "user": "", "links": [],
        "systemControls": [{"namespace": "net.x", "value": ""}],
        "logConfiguration": {"logDriver": "splunk", "options": {"tag": ""}},
        "firelensConfiguration": {"type": "fluentbit", "options": {"config-file-value": ""}}"#,
    )
    .replace(
        "\"family\"",
        r#""volumes": [{"name": "v", "dockerVolumeConfiguration": {"scope": "task", "driverOpts": {"o": ""}, "labels": {"l": ""}}}],
        "proxyConfiguration": {"type": "APPMESH", "containerName": "app", "properties": [{"name": "P", "value": ""}]},
        "tags": [{"key": "t", "value": ""}], "family""#,
    );
    let (imported, mut value) = through(&text);
    assert_eq!(imported.not_understood, []);
    // Only what is the user's own stays empty.
    let mut expected: Value = serde_json::from_str(&text).unwrap();
    let container = expected["containerDefinitions"][0].as_object_mut().unwrap();
    container.retain(|key, _| key != "user" && key != "links");
    for value in [&mut value, &mut expected] {
        value.sort_all_objects();
    }
    assert_eq!(value, expected);
}

#[test]
fn what_a_definition_names_is_drawn() {
    let imported = read(EVERYTHING, "web.json").unwrap();
    let design = drawn(&imported);
    let dangling: Vec<_> = crate::design::edit::references(&design)
        .into_iter()
        .filter(|reference| !design.contains(&reference.to))
        .collect();
    assert_eq!(dangling, []);
    let (_, definition) = &imported.definitions[0];
    assert_eq!(definition.requires_compatibilities, [LaunchType::Ec2, LaunchType::ManagedInstances]);
    assert_eq!(design.roles[&RoleId::new("everything")].used_as, RoleUse::Task);
    assert_eq!(
        design.roles[&RoleId::new("everything-execution")].arn.as_deref(),
        Some("arn:aws:iam::<account>:role/everything-execution")
    );
    let log = definition.containers[0].log_configuration.as_ref().unwrap();
    assert_eq!(log.log_group, Some(LogGroupId::new("/ecs/everything")));
    assert!(!log.options.contains_key("awslogs-group"));
    assert!(design.secrets.contains_key(&SecretId::new("everything/key-a1B2c3")));
    assert_eq!(design.file_systems.len(), 2);
    let image = &design.images[&"<account>.dkr.ecr.us-east-1.amazonaws.com/everything:1.0".into()];
    assert_eq!(image.registry, Registry::EcrPrivate);
    let assumed = imported.assumptions.iter().filter(|a| matches!(a.at, ItemRef::Image(_))).count();
    assert_eq!(assumed, design.images.len(), "the size of each image is an assumption");
}

#[test]
fn a_role_without_an_arn_is_written_by_its_name() {
    let text = with_container("").replace("\"family\"", "\"executionRoleArn\": \"ecsTaskExecutionRole\", \"family\"");
    assert_eq!(through(&text).1["executionRoleArn"], json!("ecsTaskExecutionRole"));
}

#[test]
fn each_family_becomes_a_file_whose_name_leaves_its_folder_not() {
    let mut design = drawn(&read(&with_container(""), "x").unwrap());
    let definition = design.task_definitions[&TaskDefinitionId::new("web")].clone();
    for family in ["../etc", "--etc-", "...etc"] {
        design.put(Item::TaskDefinition(TaskDefinitionId::new(family), definition.clone()));
    }
    let names: Vec<_> =
        write_all(&Project::new("web", design)).into_iter().map(|document| document.file_name).collect();
    assert_eq!(names, ["--etc-.json", "---etc.json", "---etc-2.json", "web.json"]);
}

/// Goes over a value with its path: `change` may replace it, and says whether to look inside.
fn walk(value: &mut Value, path: &str, change: &mut impl FnMut(&str, &mut Value) -> bool) {
    if !change(path, value) {
        return;
    }
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter_mut().enumerate() {
                walk(item, &format!("{path}[{i}]"), change);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(field, &path, change);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The paths of all leaves of `before` that `after` has not; items of lists go with the one they lose least to.
fn lost(before: &Value, after: &Value, path: &str) -> Vec<String> {
    match (before, after) {
        (Value::Object(fields), _) => fields
            .iter()
            .flat_map(|(key, field)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                lost(field, after.get(key).unwrap_or(&Value::Null), &path)
            })
            .collect(),
        (Value::Array(items), _) => {
            let others = after.as_array().map_or(&[][..], Vec::as_slice);
            let nothing = [Value::Null];
            let others = if others.is_empty() { &nothing[..] } else { others };
            let least = |(i, item): (usize, &Value)| {
                others.iter().map(|other| lost(item, other, &format!("{path}[{i}]"))).min_by_key(Vec::len)
            };
            items.iter().enumerate().filter_map(least).flatten().collect()
        }
        (Value::Null, _) => Vec::new(),
        (Value::String(text), _) if text.is_empty() => Vec::new(),
        (before, after) if before == after => Vec::new(),
        (before, Value::String(text)) if before.to_string().as_str() == text => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

/// Keys without which the object around them cannot be read; and `awslogs-region`, which is added where it lacks.
const NEEDED: &[&str] = &[
    "awslogs-region",
    "family",
    "containerDefinitions",
    "name",
    "image",
    "value",
    "valueFrom",
    "type",
    "sharingStrategy",
    "nvidiaMps",
    "memory",
    "enabled",
    "containerName",
    "condition",
    "softLimit",
    "hardLimit",
    "logDriver",
    "hostname",
    "ipAddress",
    "hostPath",
    "containerPath",
    "size",
    "sourceContainer",
    "fileSystemId",
    "fileSystemArn",
    "expression",
    "key",
    "isolationMode",
    "containerPort",
    "containerPortRange",
    "namespace",
    "credentialsParameter",
];

/// Values that some fields take and others do not.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("odd")),
        Just(json!(-7)),
        Just(json!(1.5)),
        Just(json!(true)),
        Just(json!(["odd"])),
        Just(json!({"odd": 1})),
        Just(json!([{"odd": [2]}])),
        Just(json!(null)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever part of a definition is there, it comes out as it went in, and reading that gives the same again.
    #[test]
    fn any_part_of_a_definition_survives(keep in prop::collection::vec(any::<bool>(), 400)) {
        let mut document: Value = serde_json::from_str(EVERYTHING).unwrap();
        let mut bits = keep.iter().cycle();
        walk(&mut document, "", &mut |_, value| {
            if let Value::Object(fields) = value {
                fields.retain(|key, _| NEEDED.contains(&key.as_str()) || *bits.next().unwrap());
            }
            true
        });
        let (imported, value) = through(&document.to_string());
        prop_assert_eq!(&imported.not_understood, &vec![]);
        prop_assert_eq!(lost(&document, &value, ""), Vec::<String>::new());
        let again = read(&value.to_string(), "web.json").unwrap();
        prop_assert_eq!(&again.definitions, &imported.definitions);
        prop_assert_eq!(&again.items, &imported.items);
    }

    /// Wherever something odd stands, the reader comes to an end, and what is not in the output has been told.
    #[test]
    fn nothing_is_lost_silently(at in 0usize..400, odd in odd_value(), unknown in any::<bool>()) {
        let mut document: Value = serde_json::from_str(EVERYTHING).unwrap();
        let mut number = 0;
        walk(&mut document, "", &mut |_, value| {
            number += 1;
            if number - 1 != at {
                return true;
            }
            if let (Value::Object(fields), true) = (&mut *value, unknown) {
                fields.insert("unheardOf".to_owned(), odd.clone());
            } else {
                *value = odd.clone();
            }
            false
        });
        let Ok(imported) = read(&document.to_string(), "web.json") else { return Ok(()) };
        let value = write(&drawn(&imported), &imported.definitions[0].0).unwrap();
        for path in lost(&document, &value, "") {
            let told = imported.not_understood.iter().any(|unread| path.starts_with(&unread.path));
            prop_assert!(told, "{path} is lost and nobody was told: {:?}", imported.not_understood);
        }
    }
}
