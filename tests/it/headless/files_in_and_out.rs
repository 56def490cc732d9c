//! Files that commands read and write: task definitions in every shape, and what is never replaced.

use std::path::Path;

use bayplan_engine::design::project::Project;
use bayplan_engine::presets::find;
use bayplan_engine::units::Usd;

use super::{bayplan, files, folder, refuses, write};

#[test]
fn what_powershell_saved_is_imported() {
    let folder = folder();
    let text = r#"{"family": "web", "containerDefinitions": [{"name": "é", "image": "nginx:1.27", "memory": 128}]}"#;
    let marked = std::iter::once(0xfeff).chain(text.encode_utf16());
    let json = folder.path().join("task.json");
    std::fs::write(&json, marked.flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap();
    let out = folder.path().join("out.ron");
    let done = bayplan(&["import", json.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(std::fs::read_to_string(out).unwrap().contains("name: \"é\""));
}

#[test]
fn no_command_replaces_a_file_unasked() {
    let folder = folder();
    let design = write(&folder, "mine.ron", "mine");
    let task = r#"{"family": "web", "containerDefinitions": [{"name": "web", "image": "x/web:1", "memory": 64}]}"#;
    let task = write(&folder, "web.json", task);
    let export = folder.path().join("export");
    std::fs::create_dir(&export).unwrap();
    let charts = folder.path().join("charts");
    std::fs::create_dir(&charts).unwrap();
    for name in ["export/small-api.csv", "charts/cost.svg", "charts/comparison.md"] {
        write(&folder, name, "mine");
    }
    let (export, charts) = (export.to_str().unwrap(), charts.to_str().unwrap());
    let name = bayplan(&["export", "small-api", "--format", "csv", "--out", folder.path().join("n").to_str().unwrap()]);
    let csv = Path::new(name.out.trim()).file_name().unwrap().to_string_lossy().into_owned();
    write(&folder, &format!("export/{csv}"), "mine");
    let commands: [(&[&str], String); 5] = [
        (&["presets", "small-api", "--out", &design], "mine.ron".to_owned()),
        (&["import", &task, "--out", &design], "mine.ron".to_owned()),
        (&["export", "small-api", "--format", "csv", "--out", export], format!("export/{csv}")),
        (&["simulate", "small-api", "--days", "1", "--charts", charts], "charts/cost.svg".to_owned()),
        (
            &["compare", "small-api", "--family", "inbound", "--seeds", "1", "--charts", charts],
            "charts/comparison.md".to_owned(),
        ),
    ];
    for (words, name) in commands {
        let path = folder.path().join(&name);
        let before = files(path.parent().unwrap()).len();
        let done = bayplan(words);
        assert!(done.code == 2 && done.err.contains("--force"), "{words:?}: {}", done.err);
        assert_eq!(std::fs::read(&path).unwrap(), b"mine", "{words:?}");
        // Of several files none is written where one of them would have to go for it.
        assert_eq!(files(path.parent().unwrap()).len(), before, "{words:?}");
        let done = bayplan(&[words, &["--force"]].concat());
        assert_eq!(done.code, 0, "{words:?}: {}", done.err);
        assert_ne!(std::fs::read(&path).unwrap(), b"mine", "{words:?}");
        assert!((done.out + &done.err).contains(&name), "{words:?} does not name what it wrote");
        std::fs::write(&path, "mine").unwrap();
    }
}

#[test]
fn a_hyphen_is_standard_output() {
    let preset = bayplan(&["presets", "small-api", "--out", "-"]).out;
    assert_eq!(Project::read(&preset).unwrap(), find("small-api").unwrap().project());
    let done = bayplan(&["export", "small-api", "--format", "csv", "--out", "-"]);
    assert!(done.out.starts_with("Item,") && done.err.is_empty(), "{}", done.err);
    refuses(&["export", "three-tier-web", "--format", "task-definition", "--out", "-"], 2, &["one file", "--out"]);
}

#[test]
fn imported_task_definitions_can_be_priced_at_once() {
    let folder = folder();
    let text = r#"{ "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::739216405518:role/execution", "flavour": "plum",
        "containerDefinitions": [{ "name": "web", "image": "739216405518.dkr.ecr.us-east-1.amazonaws.com/web:1", "essential": true }] }"#;
    let json = write(&folder, "web.json", text);
    let out = folder.path().join("web.ron");
    let done = bayplan(&["import", &json, "--out", out.to_str().unwrap()]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("web.json: web\n") && done.out.contains("flavour"), "{}", done.out);
    let bill = bayplan(&["estimate", out.to_str().unwrap(), "--json"]).json();
    assert!(bill["lines"].as_array().unwrap().iter().any(|line| line["owner"] == "service web"));
    assert!(!bill["assumptions"].as_array().unwrap().is_empty());
}

#[test]
fn an_import_tells_its_region_and_what_it_assumed_with_its_cost() {
    let folder = folder();
    let text = r#"{ "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::739216405518:role/execution",
        "containerDefinitions": [{ "name": "web", "image": "739216405518.dkr.ecr.eu-west-1.amazonaws.com/web:1",
            "portMappings": [{ "containerPort": 80 }] }] }"#;
    let file = write(&folder, "web.json", text);
    let out = folder.path().join("web.ron");
    let out = out.to_str().unwrap();
    let done = bayplan(&["import", &file, "--out", out]);
    assert_eq!(done.code, 0, "{}", done.err);
    for says in [
        "region: eu-west-1, as the registry of an image",
        "service web, 2 tasks",
        "3 NAT gateways",
        "load balancer alb",
    ] {
        assert!(done.out.contains(says), "{says}: {}", done.out);
    }
    assert!(std::fs::read_to_string(out).unwrap().contains("region: \"eu-west-1\""));
    let told = bayplan(&["import", &file, "--out", out, "--force", "--json"]).json();
    assert_eq!(told["documents"][0]["task_definitions"], serde_json::json!(["web"]));
    assert_eq!(told["total_usd"], bayplan(&["estimate", out, "--json"]).json()["total_usd"]);
    let sum: Usd = told["costs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| Usd::parse(row["amount_usd"].as_str().unwrap()).unwrap())
        .sum();
    assert_eq!(sum, Usd::parse(told["total_usd"].as_str().unwrap()).unwrap());
    let told = bayplan(&["import", &file, "--out", out, "--force", "--json", "--region", "us-west-2"]).json();
    assert_eq!(told["region"], "us-west-2");
    // To standard output the design alone.
    let done = bayplan(&["import", &file, "--out", "-"]);
    assert!(done.out.starts_with('(') && done.err.contains("NAT gateways"), "{}", done.out);
}

#[test]
fn a_strict_import_takes_what_says_all_and_nothing_else() {
    let folder = folder();
    let out = folder.path().join("out.ron");
    let out = out.to_str().unwrap();
    let whole = r#"{ "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "web", "image": "httpd:2.4" }] }"#;
    for (text, says) in [
        (whole.replace("\"family\": \"web\",", ""), "family"),
        (whole.replace("\"essential\"", "\"foo\"").replace("{ \"name\"", "{ \"foo\": 1, \"name\""), "foo"),
        (whole.replace("] }", "], }"), "trailing comma"),
        (whole.replace("\"requiresCompatibilities\": [\"FARGATE\"],", ""), "requires_compatibilities"),
        (whole.replace(", \"image\": \"httpd:2.4\"", ""), "containers"),
    ] {
        let file = write(&folder, "web.json", &text);
        refuses(&["import", &file, "--out", out, "--strict"], 2, &["--strict", says]);
        assert!(!Path::new(out).exists());
        assert_eq!(bayplan(&["import", &file, "--out", out]).code, 0);
        std::fs::remove_file(out).unwrap();
    }
    let file = write(&folder, "web.json", whole);
    assert_eq!(bayplan(&["import", &file, "--out", out, "--strict"]).code, 0);
}

#[test]
fn what_is_no_task_definition_is_named_and_nothing_is_written() {
    let folder = folder();
    let out = folder.path().join("out.ron");
    for (name, text, says) in [
        ("compose.yaml", "services:\n  web:\n    image: httpd\n", "a Compose file"),
        ("web.jsonnet", "local image = 'httpd';\n{ family: 'web' }\n", "jsonnet web.jsonnet"),
        ("web.json", "{\"family\": \"web\", \"cpu\": ${cpu}}", "a template"),
        ("web.json", "{\"family\": \"web\", \"cpu\": {{ cpu }}}", "a template"),
        (
            "terraform.tfstate",
            "{\"version\": 4, \"terraform_version\": \"1.9.0\", \"resources\": []}",
            "Terraform's state",
        ),
        ("services.json", "{\"services\": [{\"taskDefinition\": \"web:7\"}]}", "--task-definition web:7"),
        ("web.json", "{\"containerDefinitions\": \"[]\"}", "fromjson"),
        ("web.json", "{\"family\": \"web\", \"containerDefinitions\": []}", "holds no container"),
        ("web.json", "[]", "nothing is here"),
        ("web.yaml", "---\n", "nothing is here"),
        ("web.json", "[[]]", "expected a task definition"),
    ] {
        let file = write(&folder, name, text);
        refuses(&["import", &file, "--out", out.to_str().unwrap()], 2, &[says]);
        assert!(!out.exists(), "{name}");
    }
}

#[test]
fn no_name_steers_the_terminal() {
    let done = bayplan(&["check", "no\u{1b}[31m\u{9b}such\rdesign"]);
    assert!(done.code == 2 && done.err.contains("no\\u{1b}[31m\\u{9b}such\\u{d}design"), "{}", done.err);
}
