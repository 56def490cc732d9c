//! `bayplan compare` as scripts meet it: bands, differences by cause, figures that a run repeats, alternatives as designs.

use bayplan_engine::presets::find;
use bayplan_engine::units::Usd;
use serde_json::Value;

use crate::headless::{bayplan, files, folder, refuses, write};

#[test]
fn alternatives_have_bands_in_order_and_differences_with_causes_on_any_number_of_threads() {
    let compare = |threads| {
        bayplan(&["compare", "three-tier-web", "--seeds", "2", "--types", "1", "--threads", threads, "--json"])
    };
    let one = compare("1");
    assert_eq!(one.out, compare("2").out);
    let one = one.json();
    let usd = |value: &Value| Usd::parse(value.as_str().unwrap()).unwrap();
    let alternatives = one["alternatives"].as_array().unwrap();
    assert!(alternatives.len() >= 6);
    for of in alternatives {
        if of["total_usd"]["mid"].is_null() {
            assert!(of["not_applicable"].is_string(), "{of}");
            continue;
        }
        let [low, mid, high] = ["low", "mid", "high"].map(|key| usd(&of["total_usd"][key]));
        assert!(Usd::ZERO < low && low <= mid && mid <= high);
        let causes: Usd = of["by_cause"].as_object().unwrap().values().map(usd).sum();
        assert_eq!(causes, usd(&of["difference_usd"]), "{}", of["name"]);
    }
}

#[test]
fn an_alternative_has_the_figures_that_simulate_gives() {
    let all = bayplan(&["compare", "queue-workers", "--seeds", "2", "--types", "1", "--json"]).json();
    let alternatives = all["alternatives"].as_array().unwrap();
    let drawn = &alternatives[0];
    let seed = drawn["mid_seed"].to_string();
    let run = bayplan(&["simulate", "queue-workers", "--seed", &seed, "--json"]).json();
    assert_eq!((&drawn["services"], &drawn["instances"]), (&run["services"], &run["instances"]));
    assert_eq!(drawn["recovery_seconds"], run["services"][0]["recovery_seconds"]);
    assert!(drawn["packing"].is_null(), "Fargate packs nothing");
    let group = alternatives.iter().find(|of| of["name"].as_str().unwrap().starts_with("EC2 on demand")).unwrap();
    let [packing, instances] = [&group["packing"], &group["instances"][0]];
    // One group alone: what all instances are packed is what its own are.
    assert_eq!(
        [&packing["cpu_ppm"], &packing["memory_ppm"]],
        [&instances["cpu_packed_ppm"], &instances["memory_packed_ppm"]]
    );
    assert!(packing["cpu_ppm"].as_u64().unwrap() > 0 && instances["mean"].as_f64().unwrap() > 0.0);
    assert!(group["judgement"].as_str().unwrap().starts_with("serves as well: "), "{}", group["judgement"]);
}

#[test]
fn a_written_alternative_is_simulated_to_the_same_total() {
    let folder = folder();
    let project = write(&folder, "queue.ron", &find("queue-workers").unwrap().project().write());
    // A fault that is played with every alternative stands in no drawing, so it is written as a scenario.
    let faulty = find("queue-workers").unwrap().project();
    let faulty = faulty.scenarios.iter().find(|(_, scenario)| !scenario.faults.is_empty()).unwrap().0.to_string();
    for (name, scenario) in [("EC2 on demand", None), ("Fargate, ARM", None), ("Fargate, ARM", Some(&*faulty))] {
        let compare = ["compare", &project, "--seeds", "3", "--types", "1", "--json"];
        let mut words = compare.to_vec();
        words.extend(scenario.iter().flat_map(|scenario| ["--scenario", *scenario]));
        let all = bayplan(&words).json();
        let of = all["alternatives"].as_array().unwrap().iter();
        let of = of.clone().find(|of| of["name"].as_str().unwrap().starts_with(name)).unwrap();
        let out = folder.path().join("written.ron");
        let out = out.to_str().unwrap();
        words.extend(["--write", of["name"].as_str().unwrap(), "--force", "--out", out]);
        let done = bayplan(&words);
        assert!(done.code == 0 && done.err.contains(" written; `bayplan simulate "), "{}", done.err);
        for run in of["seeds"].as_array().unwrap() {
            let seed = run["seed"].to_string();
            let mut words = vec!["simulate", out, "--seed", &seed, "--json"];
            words.extend(scenario.iter().flat_map(|_| ["--scenario", "compared"]));
            assert_eq!(bayplan(&words).json()["total_usd"], run["total_usd"], "{name}, seed {seed}");
        }
    }
    let out = folder.path().join("none.ron");
    let words =
        ["compare", "small-api", "--seeds", "1", "--types", "1", "--json", "--out", out.to_str().unwrap(), "--write"];
    for (name, says) in
        [("Mainframe", "there is no alternative `Mainframe`"), ("EC2 on demand, x86", "cannot be written")]
    {
        let done = bayplan(&[&words[..], &[name]].concat());
        assert!(done.code == 2 && done.err.contains(says) && !out.exists(), "{}", done.err);
    }
}

#[test]
fn a_comparison_reads_in_120_columns_with_its_warnings() {
    let text = bayplan(&["compare", "queue-workers", "--seeds", "1", "--types", "1"]).out;
    let table: Vec<_> = text.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    for column in ["Jobs left", "Waited", "Recovery", "Packing"] {
        assert!(table[0].contains(column), "{column}");
    }
    assert!(table.iter().all(|line| line.chars().count() <= 120), "{}", table.join("\n"));
    let spot = text.split("\n\n").find(|part| part.starts_with("EC2 Spot, x86\n")).unwrap();
    assert!(spot.contains("[spot-without-fallback]") && spot.contains("no launch turns to another"), "{spot}");
    assert!(!text.contains("$0.00,"), "causes below a cent are not told: {text}");
    let none = bayplan(&["compare", "queue-workers", "--family", "inbound", "--seeds", "1"]).out;
    assert!(none.contains("This family does not apply: ") && !none.contains("Nothing can be picked"), "{none}");
}

#[test]
fn every_family_gives_the_design_as_drawn_first() {
    for family in ["capacity", "egress", "inbound", "scenarios"] {
        let of =
            bayplan(&["compare", "small-api", "--family", family, "--seeds", "1", "--types", "1", "--json"]).json();
        assert_eq!(of["alternatives"][0]["name"], "As drawn");
        assert_eq!(of["alternatives"][0]["difference_usd"], "0");
    }
    refuses(&["compare", "small-api", "--family", "colour"], 2, &["colour", "egress"]);
    refuses(&["compare", "small-api", "--scenario", "rain"], 2, &["rain"]);
}

#[test]
fn a_comparison_above_the_threshold_is_exit_code_3_and_draws_its_charts() {
    let folder = folder();
    let charts = folder.path().join("charts");
    let words = ["compare", "small-api", "--family", "inbound", "--seeds", "1", "--fail-above", "0.01", "--charts"];
    let done = bayplan(&[&words[..], &[charts.to_str().unwrap()]].concat());
    assert_eq!(done.code, 3);
    assert!(done.err.contains("$0.01") && done.out.contains("As drawn"));
    let names: Vec<_> = files(&charts).iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect();
    for name in ["alternatives.svg", "comparison.csv", "comparison.md", "comparison.json"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
}

#[test]
fn without_a_window_it_says_why_and_what_else_there_is_and_prints_the_comparison() {
    let folder = folder();
    let design = folder.path().join("small.ron");
    let design = design.to_str().unwrap();
    assert_eq!(bayplan(&["presets", "small-api", "--out", design]).code, 0);
    let done = bayplan(&[design]);
    assert_eq!((done.code, done.err.lines().count()), (0, 3), "{}", done.err);
    assert!(done.err.starts_with("no window: no display\n") && done.err.contains("DISPLAY"));
    assert!(done.err.contains(&format!("`bayplan estimate {design}`")), "{}", done.err);
    assert_eq!(done.out, bayplan(&["compare", design, "--seeds", "3"]).out);
    let none = bayplan(&["no-such-design"]);
    assert!(none.code == 2 && none.out.is_empty() && none.err.contains("three-tier-web"), "{}", none.err);
}
