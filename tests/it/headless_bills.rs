//! Bills as the command line gives them: sums, thresholds, groups, what JSON names.

use bayplan_engine::presets::{PRESETS, find};
use bayplan_engine::units::Usd;
use serde_json::Value;

use crate::headless::{bayplan, folder, write};

#[test]
fn the_lines_of_a_bill_are_its_total() {
    let sum = |bill: &Value| -> Usd {
        let lines = bill["lines"].as_array().unwrap();
        lines.iter().map(|line| Usd::parse(line["amount_usd"].as_str().unwrap()).unwrap()).sum()
    };
    for preset in PRESETS {
        for arguments in [vec!["estimate", preset.name], vec!["simulate", preset.name, "--days", "1"]] {
            let bill = bayplan(&[arguments, vec!["--json"]].concat()).json();
            assert_eq!(bill["total_usd"], sum(&bill).to_string(), "{}", preset.name);
            assert_ne!(sum(&bill), Usd::ZERO);
            assert_eq!(bill["unpriced"], serde_json::json!([]));
            assert_eq!(bill["region"], "us-east-1");
        }
        assert_eq!(bayplan(&["estimate", preset.name, "--json"]).json()["hours"], 730);
    }
}

#[test]
fn a_total_above_the_threshold_is_exit_code_3_and_the_bill_is_still_printed() {
    for verb in ["estimate", "simulate"] {
        let over = bayplan(&[verb, "small-api", "--fail-above", "0.01", "--json"]);
        assert_eq!(over.code, 3);
        assert!(over.err.contains("$0.01"), "{}", over.err);
        let bill: Value = serde_json::from_str(&over.out).unwrap();
        // At the total itself nothing is passed.
        let total = bill["total_usd"].as_str().unwrap();
        assert_eq!(bayplan(&[verb, "small-api", "--fail-above", total]).code, 0);
    }
}

#[test]
fn own_prices_are_laid_over_the_published_ones() {
    let folder = folder();
    let half = "(name: \"half\", discounts: [(of: \"all\", percent_off: \"50\")])";
    let prices = write(&folder, "half.ron", half);
    let total = |arguments: &[&str]| {
        let bill = bayplan(arguments).json();
        Usd::parse(bill["total_usd"].as_str().unwrap()).unwrap()
    };
    let (full, less) =
        (total(&["estimate", "small-api", "--json"]), total(&["estimate", "small-api", "--json", "--prices", &prices]));
    // Each line is rounded once to a billionth of a dollar: half of the total, to as many billionths as there are lines.
    let apart = (full - less - less).nanos().abs();
    assert!(apart <= 64 && less < full, "{full} {less}");
}

#[test]
fn a_bill_reads_well() {
    insta::assert_snapshot!(bayplan(&["estimate", "small-api"]).out);
}

#[test]
fn a_bill_as_json_names_what_it_is_of_and_each_line_as_aws_does() {
    let bill = bayplan(&["estimate", "queue-workers", "--json"]).json();
    assert_eq!((&bill["format"], &bill["scenario"], &bill["complete"]), (&1.into(), &Value::Null, &true.into()));
    assert_eq!((&bill["program"]["name"], &bill["design"]), (&"bayplan".into(), &"Queue workers on Spot".into()));
    assert!(!bill["price_dates"].as_array().unwrap().is_empty());
    let lines = bill["lines"].as_array().unwrap();
    let spot = lines.iter().find(|line| line["meter_key"] == "fargate/spot_linux_x86_vcpu").unwrap();
    let expected = [
        ("owner_kind", "service"),
        ("owner_id", "worker"),
        ("service_code", "AmazonECS"),
        ("usage_type", "USE1-SpotUsage-Fargate-vCPU-Hours:perCPU"),
        ("price_kind", "published"),
    ];
    for (key, value) in expected {
        assert_eq!(spot[key], value, "{key}");
    }
    assert!(spot["spot"] == true && spot["price_as_of"].as_str().is_some_and(|date| date.starts_with("20")));
    for line in lines {
        // Beside each exact text its number.
        for key in ["amount", "rate"] {
            let text = line[format!("{key}_usd")].as_str().unwrap();
            assert_eq!(line[key].as_f64().unwrap(), text.parse::<f64>().unwrap(), "{line}");
        }
    }
    let under =
        bayplan(&["simulate", "three-tier-web", "--days", "1", "--scenario", "deploy-at-lunch", "--json"]).json();
    assert_eq!(under["scenario"], "deploy-at-lunch");
}

#[test]
fn what_has_no_price_is_null_and_no_number() {
    // HTTP APIs have no price in ap-east-2.
    let folder = folder();
    let mut project = find("small-api").unwrap().project();
    let text = project.write().replace("us-east-1", "ap-east-2");
    project = bayplan_engine::design::project::Project::read(&text).unwrap();
    let design = write(&folder, "taipei.ron", &project.write());
    let done = bayplan(&["estimate", &design, "--json"]);
    let bill: Value = serde_json::from_str(&done.out).unwrap();
    let lines = bill["lines"].as_array().unwrap_or_else(|| panic!("{}", done.out));
    let unpriced = lines.iter().find(|line| line["priced"] == false).unwrap();
    for key in ["amount_usd", "amount", "rate_usd", "rate", "price_kind"] {
        assert_eq!(unpriced[key], Value::Null, "{key}");
    }
    assert_eq!((done.code, &bill["complete"]), (0, &false.into()));
    assert_eq!(bayplan(&["estimate", &design, "--fail-above", "100000"]).code, 4);
    assert_eq!(bayplan(&["estimate", &design, "--fail-above", "0.01"]).code, 3);
}

#[test]
fn a_bill_is_grouped_by_what_is_asked_for() {
    for by in ["item", "service", "cause", "meter", "zone", "tag=team", "tag:team"] {
        let done = bayplan(&["estimate", "small-api", "--by", by]);
        assert!(done.code == 0 && done.out.contains(" in 730 h; "), "{by}: {}", done.err);
    }
    let wrong = bayplan(&["estimate", "small-api", "--by", "colour"]);
    assert!(wrong.code == 2 && wrong.err.contains("tag=KEY"), "{}", wrong.err);
}
