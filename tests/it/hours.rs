//! Windows and bills on the command line: so many hours or days, and what an error leaves of a bill.

use bayplan_engine::design::project::Project;
use bayplan_engine::presets::find;
use serde_json::Value;

use crate::headless::{bayplan, broken, folder, refuses, write};

#[test]
fn a_window_is_so_many_hours_or_so_many_days() {
    refuses(&["estimate", "small-api", "--hours", "0"], 2, &["0", "--hours"]);
    refuses(&["estimate", "small-api", "--hours", "1", "--days", "1"], 2, &["--hours", "--days"]);
}

#[test]
fn an_estimate_and_a_run_keep_to_the_hours_asked_for() {
    for verb in ["estimate", "simulate"] {
        let hours = bayplan(&[verb, "small-api", "--hours", "24", "--json"]);
        let days = bayplan(&[verb, "small-api", "--days", "1", "--json"]);
        assert_eq!((hours.code, &hours.out), (0, &days.out), "{verb}");
        assert!(bayplan(&[verb, "small-api", "--hours", "24"]).out.contains("24 h"), "{verb}");
    }
}

#[test]
fn a_run_keeps_to_its_days_and_gives_the_same_bytes_twice() {
    let run = |seed| bayplan(&["simulate", "queue-workers", "--days", "2", "--seed", seed, "--json"]);
    let (seven, again, eight) = (run("7"), run("7"), run("8"));
    assert_eq!(seven.out, again.out);
    let seven = seven.json();
    assert_eq!((&seven["hours"], &seven["seed"]), (&Value::from(48), &Value::from(7)));
    assert_ne!(seven["stamp"], eight.json()["stamp"]);
    let service = &seven["services"][0];
    for key in ["name", "desired_min", "desired_max", "running_min", "running_max", "running_mean", "unplaced_max"] {
        assert!(service.get(key).is_some(), "a service without {key}");
    }
}

/// A preset whose tasks have lost their role to pull with; nothing that is counted changes.
fn without_role(folder: &tempfile::TempDir) -> (String, Project) {
    let mut project = find("small-api").unwrap().project();
    let whole = project.clone();
    project.design.task_definitions.values_mut().for_each(|definition| definition.execution_role = None);
    (write(folder, "without-role.ron", &project.write()), whole)
}

#[test]
fn an_error_that_touches_no_quantity_does_not_withhold_the_bill() {
    let folder = folder();
    let (path, whole) = without_role(&folder);
    let whole = bayplan(&["estimate", &write(&folder, "whole.ron", &whole.write()), "--json"]).json();
    let done = bayplan(&["estimate", &path, "--json"]);
    // The bill is there, says that it is not whole, and the error is told; the exit code is that of an error.
    assert_eq!(done.code, 1, "{}", done.err);
    let bill: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(bill["total_usd"], whole["total_usd"]);
    assert_eq!((&whole["complete"], &bill["complete"]), (&true.into(), &false.into()));
    assert!(done.err.contains("missing-execution-role"), "{}", done.err);
    let text = bayplan(&["estimate", &path]);
    assert!(text.out.contains("at least $"), "{}", text.out);
    // It cannot be played.
    refuses(&["simulate", &path, "--hours", "1"], 1, &["missing-execution-role"]);
    // An error that takes quantities away does withhold it.
    refuses(&["estimate", &broken(&folder)], 1, &["cluster"]);
}
