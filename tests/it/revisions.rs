//! Two revisions of a design on the command line: by item, by cause, for a pull request, and the exit codes of a pipeline.

use bayplan_engine::presets::find;
use bayplan_engine::units::Usd;
use serde_json::Value;

use crate::headless::{bayplan, folder, refuses, write};

/// The small API without scaling, and a revision of it with so many more tasks of its one service.
fn two(folder: &tempfile::TempDir, more: u32) -> [String; 2] {
    let mut project = find("small-api").unwrap().project();
    let mut revision = |name: &str, more: u32| {
        let service = project.design.services.values_mut().next().unwrap();
        service.scaling = None;
        service.desired_count += more;
        write(folder, name, &project.write())
    };
    [revision("before.ron", 0), revision("after.ron", more)]
}

fn usd(value: &Value) -> Usd {
    Usd::parse(value.as_str().unwrap()).unwrap()
}

#[test]
fn the_difference_is_that_of_the_two_estimates_by_item_and_by_cause() {
    let folder = folder();
    let [before, after] = two(&folder, 2);
    let all = bayplan(&["compare", &before, &after, "--json"]).json();
    let total = |design: &str| usd(&bayplan(&["estimate", design, "--json"]).json()["total_usd"]);
    assert_eq!((usd(&all["before_usd"]), usd(&all["after_usd"])), (total(&before), total(&after)));
    assert_eq!(usd(&all["difference_usd"]), total(&after) - total(&before));
    assert!(usd(&all["difference_usd"]) > Usd::ZERO);
    let items: Usd = all["by_item"].as_array().unwrap().iter().map(|of| usd(&of["difference_usd"])).sum();
    let causes: Usd = all["by_cause"].as_object().unwrap().values().map(|of| usd(&of["difference_usd"])).sum();
    assert_eq!([items, causes], [usd(&all["difference_usd"]); 2]);
    assert_eq!((&all["complete"], &all["format"]), (&Value::Bool(true), &Value::from(1)));
    // `estimate` says the same of the two.
    let against = bayplan(&["estimate", &after, "--against", &before, "--json"]);
    assert_eq!(against.json(), all);
    // A design beside itself differs in nothing.
    let same = bayplan(&["compare", &before, &before]);
    assert!(same.code == 0 && same.out.contains("No difference: $"), "{}", same.out);
}

#[test]
fn people_and_pull_requests_read_the_same_tables() {
    let folder = folder();
    let [before, after] = two(&folder, 2);
    let text = bayplan(&["compare", &before, &after]).out;
    for says in [" more a month: $", "service ", "compute", "Total", "Before", "After"] {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    let markdown = bayplan(&["estimate", &after, "--against", &before, "--markdown"]).out;
    assert!(markdown.starts_with("### ") && markdown.contains("| Item | Before | After | Difference |"), "{markdown}");
    assert!(markdown.contains("| compute | $"), "{markdown}");
}

#[test]
fn an_increase_above_what_is_allowed_is_exit_code_3() {
    let folder = folder();
    let [before, after] = two(&folder, 2);
    let code = |from: &str, to: &str, most: &str| bayplan(&["compare", from, to, "--fail-increase", most]).code;
    assert_eq!([code(&before, &after, "0.01"), code(&before, &after, "100000")], [3, 0]);
    assert_eq!([code(&before, &after, "0.1%"), code(&before, &after, "1000%")], [3, 0]);
    // What becomes cheaper is never too dear.
    assert_eq!(code(&after, &before, "0"), 0);
    let said = bayplan(&["estimate", &after, "--against", &before, "--fail-increase", "0.1%"]);
    assert!(said.code == 3 && said.err.contains("is above 0.1 %") && said.out.contains("more a month"), "{}", said.err);
}

#[test]
fn what_is_about_two_revisions_wants_two() {
    refuses(&["compare", "small-api", "--markdown"], 2, &["--markdown", "compare OLD NEW", "--against"]);
    refuses(&["estimate", "small-api", "--fail-increase", "5"], 2, &["--fail-increase", "--against OLD"]);
    refuses(&["compare", "small-api", "no-such-design"], 2, &["no-such-design"]);
    refuses(&["compare", "small-api", "small-api", "--family", "egress"], 2, &["--family"]);
    refuses(&["compare", "small-api", "small-api", "--fail-increase", "much"], 2, &["much", "5%"]);
}
