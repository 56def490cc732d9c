//! What a design file, its scenarios and a price book may not hold, and what a price book may: as scripts meet it.

use bayplan_engine::presets::find;
use serde_json::Value;

use super::{bayplan, folder, refuses, write};

#[test]
fn unreadable_input_is_exit_code_2_with_file_line_and_column() {
    let folder = folder();
    // `nonsense` begins after 18 characters of the second line, whose first is column 1.
    let design = write(&folder, "bad.ron", "\nDesign(format: 1, nonsense: 3)");
    for verb in ["check", "estimate", "simulate"] {
        refuses(&[verb, &design], 2, &["bad.ron:2:"]);
    }
    let prices = write(&folder, "prices.ron", "(name: \"ours\", nonsense: 3)");
    refuses(&["estimate", "small-api", "--prices", &prices], 2, &["prices.ron:1:", "discounts"]);
    let json = write(&folder, "task.json", "{\n  \"family\": \"web\",\n  oops\n}");
    let out = folder.path().join("out.ron");
    refuses(&["import", &json, "--out", out.to_str().unwrap()], 2, &["task.json:3:"]);
    assert!(!out.exists());
    let bytes = folder.path().join("bytes.ron");
    std::fs::write(&bytes, b"Design(\n\xe9").unwrap();
    refuses(&["check", bytes.to_str().unwrap()], 2, &["bytes.ron:2: byte 8 is not text in UTF-8", "Out-File"]);
    refuses(&["check", folder.path().to_str().unwrap()], 2, &["this is a folder"]);
}

/// A preset's text with something else in one place of it.
#[track_caller]
fn changed(preset: &str, from: &str, to: &str) -> String {
    let text = find(preset).unwrap().text;
    assert!(text.contains(from), "{preset} has no {from}");
    text.replacen(from, to, 1)
}

#[test]
fn what_is_misspelt_stands_twice_or_is_of_a_newer_format_is_exit_code_2() {
    let folder = folder();
    let typo = write(&folder, "typo.ron", &changed("three-tier-web", "log_bytes:", "logbytes:"));
    refuses(&["check", &typo], 2, &["typo.ron:", "logbytes", "log_bytes"]);
    let twice = write(&folder, "twice.ron", &changed("three-tier-web", "\"graviton\"", "\"deploy-at-lunch\""));
    refuses(&["check", &twice], 2, &["twice.ron:", "scenarios names `deploy-at-lunch` twice, in line", "and in line"]);
    let newer = write(&folder, "newer.ron", &changed("three-tier-web", "format: 1", "format: 2, planet: \"Mars\""));
    refuses(&["estimate", &newer], 2, &["newer.ron:2:", "written by a newer Bayplan: format 2, this reads up to 1"]);
}

#[test]
fn scenarios_are_checked_as_the_design_is_all_of_them_or_the_one_asked_for() {
    let folder = folder();
    let text = changed("three-tier-web", "ZoneLoss(\"us-east-1a\")", "ZoneLoss(\"us-east-9z\")");
    let design = write(&folder, "zone.ron", &text);
    let checked = bayplan(&["check", &design]);
    assert_eq!(checked.code, 1, "{}", checked.out);
    assert!(checked.out.contains("us-east-9z is no zone of us-east-1"), "{}", checked.out);
    assert!(checked.out.contains("at scenario zone-loss-at-peak · faults"), "{}", checked.out);
    let one = ["check", &design, "--scenario", "zone-loss-at-peak"];
    assert_eq!(bayplan(&one).code, 1);
    assert_eq!(bayplan(&["check", &design, "--scenario", "graviton"]).code, 0);
    refuses(&["check", &design, "--scenario", "rain"], 2, &["rain", "graviton"]);
    let json = bayplan(&["check", &design, "--json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let found = &json["findings"][0];
    assert_eq!((&found["scenario"], &found["field"]), (&"zone-loss-at-peak".into(), &"faults".into()), "{found}");
    for verb in ["estimate", "simulate"] {
        refuses(&[verb, &design, "--scenario", "zone-loss-at-peak"], 1, &["us-east-9z is no zone"]);
    }
    // An edit of what is not there, and an error that only the scenario's edits make.
    let text = changed("three-tier-web", "Remove(NatGateway(\"nat-b\"))", "Remove(NatGateway(\"nat-x\"))");
    let done = bayplan(&["check", &write(&folder, "edit.ron", &text)]);
    assert!(done.code == 1 && done.out.contains("there is no NAT gateway nat-x"), "{}", done.out);
    let text = changed("three-tier-web", "Remove(NatGateway(\"nat-b\"))", "Remove(Cluster(\"main\"))");
    let done = bayplan(&["check", &write(&folder, "cluster.ron", &text)]);
    assert!(done.code == 1 && done.out.contains("cluster, in scenario one-nat-gateway"), "{}", done.out);
}

#[test]
fn prices_are_listed_by_the_key_that_a_price_book_sets() {
    let done = bayplan(&["prices", "--region", "us-east-1", "fargate"]);
    assert!(done.code == 0 && done.out.contains("0.04048"), "{}{}", done.out, done.err);
    let json = bayplan(&["prices", "alb/hour", "--json"]).json();
    assert_eq!((&json["prices"][0]["key"], &json["prices"][0]["usd"]), (&"alb/hour".into(), &"0.0225".into()));
    assert_eq!((&json["region"], &json["price_book"]), (&"us-east-1".into(), &Value::Null));
    refuses(&["prices", "lunch"], 2, &["nothing is sold in us-east-1 by the name `lunch`"]);
    refuses(&["prices", "--region", "mars-north-1"], 2, &["mars-north-1"]);
    let folder = folder();
    let book = write(&folder, "mine.csv", "of,percent_off,usd\nalb/hour,,0.02\n");
    let json = bayplan(&["prices", "alb/hour", "--prices", &book, "--json"]).json();
    assert_eq!((&json["prices"][0]["usd"], &json["price_book"]["name"]), (&"0.02".into(), &"mine".into()));
}

#[test]
fn results_say_which_price_book_lay_over_the_published_prices() {
    let folder = folder();
    let mine = "(name: \"Private rates\", as_of: \"2026-09\", discounts: [(of: \"all\", percent_off: \"5\")])";
    let book = write(&folder, "mine.ron", mine);
    let said = "your own price book lies over the published prices: Private rates, of 2026-09";
    for asked in [&["estimate"][..], &["simulate", "--days", "1"], &["compare", "--seeds", "1", "--family", "inbound"]]
    {
        let with = [asked, &["small-api"]].concat();
        let own = [with.as_slice(), &["--prices", &book]].concat();
        assert!(bayplan(&own).out.contains(said), "{asked:?}");
        assert!(!bayplan(&with).out.contains("own price book lies"), "{asked:?}");
        let json = bayplan(&[own.as_slice(), &["--json"]].concat()).json();
        assert_eq!(json["price_book"]["name"], "Private rates", "{asked:?}");
        assert_eq!(bayplan(&[with.as_slice(), &["--json"]].concat()).json()["price_book"], Value::Null, "{asked:?}");
    }
}

#[test]
fn a_price_book_that_changes_nothing_is_exit_code_2() {
    let folder = folder();
    for (name, text, says) in [
        ("empty.csv", "", "empty.csv:1: the first line has to name the columns: of,percent_off,usd"),
        ("bare.csv", "alb/hour,,0.02\n", "bare.csv:1: the first line has to name"),
        ("head.csv", "of,percent_off,usd\n", "no discount and no price"),
        ("zero.csv", "of,percent_off,usd\nall,0,\n", "changes no price of us-east-1"),
        ("twice.csv", "of,percent_off,usd\nalb/hour,,1\nalb/hour,,2\n", "`alb/hour` stands twice among its prices"),
        ("empty.ron", "(name: \"mine\")", "no discount and no price"),
        ("nameless.ron", "(name: \"\", discounts: [(of: \"all\", percent_off: \"5\")])", "needs a name"),
    ] {
        refuses(&["estimate", "small-api", "--prices", &write(&folder, name, text)], 2, &[name, says]);
    }
}
