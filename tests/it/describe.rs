//! What the command line tells of files and of its own output: schemas, explanations, presets that teach.

use bayplan::headless::{Outlets, run};
use bayplan_engine::design::project::Project;
use bayplan_engine::presets::PRESETS;
use serde_json::Value;

/// The exit code, standard output and standard error of a command.
fn bayplan(arguments: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = std::iter::once("bayplan").chain(arguments.iter().copied());
    let mut to = Outlets { out: &mut out, err: &mut err, on_terminal: false };
    let code = run(words, &mut to, |_| Err("no display".to_owned()));
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[track_caller]
fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = bayplan(arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    serde_json::from_str(&out).unwrap()
}

/// What of a value breaks a schema, of the words that ours use.
fn breaches(value: &Value, schema: &Value, root: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        return breaches(value, root.pointer(&name[1..]).unwrap_or(&Value::Null), root, at, found);
    }
    for any in [&schema["anyOf"], &schema["oneOf"]].into_iter().filter_map(Value::as_array) {
        let fits = |one: &&Value| {
            let mut inner = Vec::new();
            breaches(value, one, root, at, &mut inner);
            inner.is_empty()
        };
        if !any.iter().any(|one| fits(&one)) {
            found.push(format!("{at}: {value} fits none of {} forms", any.len()));
        }
    }
    let is = |kind: &str| match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => value.is_null(),
    };
    let typed = match &schema["type"] {
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        _ => true,
    };
    let listed = schema["enum"].as_array().is_none_or(|all| all.contains(value));
    if !typed || !listed || schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{at}: {value} is none of {schema}"));
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        match (schema["properties"].get(key), schema.get("additionalProperties")) {
            (Some(schema), _) => breaches(inner, schema, root, &at, found),
            (None, Some(Value::Bool(false))) => found.push(format!("{at} is not described")),
            (None, Some(schema)) => breaches(inner, schema, root, &at, found),
            (None, None) => {}
        }
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.is_object() && value.get(name).is_none() {
            found.push(format!("{at}.{name} is missing"));
        }
    }
    for (place, inner) in value.as_array().into_iter().flatten().enumerate() {
        let schema = schema["prefixItems"].get(place).unwrap_or(&schema["items"]);
        breaches(inner, schema, root, &format!("{at}[{place}]"), found);
    }
}

#[test]
fn every_preset_is_as_the_schema_says() {
    let schema = json(&["schema"]);
    assert!(schema.to_string().len() > 20_000);
    for preset in PRESETS {
        let mut found = Vec::new();
        let value = serde_json::to_value(preset.project()).unwrap();
        breaches(&value, &schema, &schema, preset.name, &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
    let mut found = Vec::new();
    breaches(&serde_json::json!({ "format": "1", "planet": 3 }), &schema, &schema, "", &mut found);
    assert!(found.len() >= 4, "wrong type, unknown, no name, no design: {found:?}");
}

/// What a document holds that its schema does not name.
fn undescribed(value: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(key) {
            Some(schema) => undescribed(inner, schema, &format!("{at}.{key}"), found),
            None if schema["properties"].is_object() => found.push(format!("{at}.{key}")),
            None => {}
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        undescribed(inner, &schema["items"], at, found);
    }
}

#[test]
fn what_commands_print_is_described() {
    let schema = json(&["schema", "--output"]);
    for (verb, more) in [
        ("estimate", &[][..]),
        ("simulate", &["--days", "1"]),
        ("compare", &["--family", "egress", "--seeds", "1"]),
        ("check", &["--assumptions"]),
    ] {
        let of = &schema["$defs"][verb];
        let printed = json(&[&[verb, "queue-workers", "--json"], more].concat());
        let mut found = Vec::new();
        undescribed(&printed, of, verb, &mut found);
        breaches(&printed, of, &schema, verb, &mut found);
        found.dedup();
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn what_is_written_with_a_unit_is_described_with_it() {
    let schema = json(&["schema"]);
    for (kind, field) in [
        ("TaskEbsVolume", "throughput"),
        ("InstanceVolume", "throughput"),
        ("FileSystem", "throughput"),
        ("ManagedInstancesProvider", "scale_in_after"),
        ("NatGateway", "measured_monthly_bytes"),
        ("VpcEndpoint", "measured_monthly_bytes"),
        ("Vpc", "measured_monthly_cross_zone_bytes"),
        ("Account", "free_transfer_used_elsewhere"),
    ] {
        let described = &schema["$defs"][kind]["properties"][field];
        assert!(described["x-unit"].is_string(), "{kind}.{field}: {described}");
        assert_ne!(described["type"], Value::from("integer"), "{kind}.{field}");
    }
}

#[test]
fn a_field_is_explained_and_an_unknown_one_answered() {
    let (code, out, _) = bayplan(&["explain", "service.health_check_grace_period"]);
    assert_eq!(code, 0);
    for words in ["healthCheckGracePeriodSeconds", "90 s or 5 min", "0 to 2,147,483,647 s", "default  0 s"] {
        assert!(out.contains(words), "{words}:\n{out}");
    }
    let (code, out, _) = bayplan(&["explain", "target_group"]);
    assert!(code == 0 && out.contains("deregistration_delay"), "{out}");
    let (code, out, _) = bayplan(&["explain"]);
    assert!(code == 0 && out.contains("capacity_provider"), "{out}");
    let (code, out, err) = bayplan(&["explain", "servise"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("service"), "{err}");
}

#[test]
fn a_preset_is_written_with_comments_that_teach() {
    let folder = tempfile::tempdir().unwrap();
    for preset in PRESETS {
        let file = folder.path().join(format!("{}.ron", preset.name));
        let (code, _, err) = bayplan(&["presets", preset.name, "--out", file.to_str().unwrap()]);
        assert_eq!(code, 0, "{err}");
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(Project::read(&text), Ok(preset.project()));
        let comments = text.lines().filter(|line| line.trim_start().starts_with("// ")).count();
        assert!(comments > 40, "{} has {comments}", preset.name);
    }
}
