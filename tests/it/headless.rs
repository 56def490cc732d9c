//! The command line as scripts meet it: exit codes, places of errors, sums, the same bytes, what people read.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bayplan::headless::{Outlets, run};
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::fault::{Fault, FaultKind};
use bayplan_engine::design::load::{Load, Shape};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::presets::{PRESETS, find};
use bayplan_engine::units::{MilliPerSecond, Percent, Span, Usd};
use serde_json::Value;

/// What a command gave.
pub(crate) struct Done {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }
}

pub(crate) fn bayplan(arguments: &[&str]) -> Done {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = std::iter::once("bayplan").chain(arguments.iter().copied());
    let mut to = Outlets { out: &mut out, err: &mut err, on_terminal: false };
    let code = run(words, &mut to, |_| Err("no display".to_owned()));
    Done { code, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

#[track_caller]
pub(crate) fn refuses(arguments: &[&str], code: u8, says: &[&str]) {
    let done = bayplan(arguments);
    assert_eq!((done.code, done.out.as_str()), (code, ""), "{arguments:?}: {}", done.err);
    for words in says {
        assert!(done.err.contains(words), "{arguments:?} does not say `{words}`: {}", done.err);
    }
}

/// A folder of the test's own.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[track_caller]
pub(crate) fn write(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Files below a folder, by name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A preset whose services have lost their cluster.
pub(crate) fn broken(folder: &tempfile::TempDir) -> String {
    let mut project = find("small-api").unwrap().project();
    let cluster = project.design.clusters.keys().next().unwrap().clone();
    Edit::Remove(bayplan_engine::design::ItemRef::Cluster(cluster)).apply(&mut project.design).unwrap();
    write(folder, "broken.ron", &project.write())
}

#[test]
fn wrong_use_is_exit_code_2_and_says_what_there_is() {
    refuses(&["no-such-command", "--json"], 2, &["no-such-command"]);
    refuses(&["check"], 2, &["DESIGN"]);
    refuses(&["estimate", "small-api", "--colour"], 2, &["--colour"]);
    refuses(&["simulate", "small-api", "--days", "0"], 2, &["0", "--days"]);
    refuses(&["estimate", "small-api", "--fail-above", "much"], 2, &["much"]);
    refuses(&["presets", "small-api"], 2, &["--out"]);
    refuses(&["presets", "nope", "--out", "x"], 2, &["nope", "three-tier-web"]);
    refuses(&["export", "small-api", "--format", "docx", "--out", "x"], 2, &["docx", "markdown"]);
    refuses(&["check", "no-such-design"], 2, &["no-such-design", "three-tier-web", "gpu-inference"]);
    refuses(&["estimate", "small-api", "--scenario", "rain"], 2, &["rain"]);
    refuses(&["import", "a.json", "--out", "x.ron", "--region", "mars-north-1"], 2, &["mars-north-1"]);
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [["--help"], ["--version"]] {
        let done = bayplan(&arguments);
        assert_eq!((done.code, done.err.as_str()), (0, ""));
        assert!(done.out.contains("bayplan"), "{}", done.out);
    }
}

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
fn a_design_with_errors_is_exit_code_1_with_its_findings_and_does_not_run() {
    let folder = folder();
    let design = broken(&folder);
    let checked = bayplan(&["check", &design]);
    assert_eq!((checked.code, checked.err.as_str()), (1, ""));
    assert!(checked.out.starts_with("error: "), "{}", checked.out);
    let findings = bayplan(&["check", &design, "--json"]);
    for verb in ["estimate", "simulate", "compare"] {
        refuses(&[verb, &design], 1, &[checked.out.trim_end()]);
        let refused = bayplan(&[verb, &design, "--json"]);
        assert_eq!(
            (refused.code, refused.out.as_str(), refused.err.as_str()),
            (1, findings.out.as_str(), ""),
            "{verb}"
        );
    }
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    refuses(&["export", &design, "--format", "csv", "--out", out], 1, &["error: "]);
    assert_eq!(bayplan(&["export", &design, "--format", "task-definition", "--out", out]).code, 0);
    assert_eq!(files(Path::new(out)).len(), 1);
}

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
fn a_run_tells_how_long_jobs_wait_and_what_is_to_be_done_again() {
    let folder = folder();
    let asked = |milli: u64| {
        let mut project = find("queue-workers").unwrap().project();
        project.design.services.values_mut().for_each(|service| service.scaling = None);
        for load in project.design.loads.values_mut() {
            let Load::Jobs(jobs) = load else { panic!("jobs alone") };
            jobs.shape = Shape::constant(MilliPerSecond::from_milli(milli));
        }
        let kind = FaultKind::TaskFailure { service: "worker".into(), percent: Percent::from_percent(50) };
        let faults = vec![Fault { kind, at: Span::from_hours(1), lasts: Span::ZERO }];
        project.scenarios.insert("failure".into(), Scenario { faults, ..Scenario::default() });
        write(&folder, &format!("{milli}.ron"), &project.write())
    };
    // Twelve workers with jobs of 40 s do 300 of 600 in 1000 s: a day's last minute takes the jobs of its noon.
    let behind = asked(600);
    let service = bayplan(&["simulate", &behind, "--days", "1", "--json"]).json()["services"][0].clone();
    assert_eq!((&service["oldest_job_seconds"], &service["job_seconds_to_redo"]), (&43_200.0.into(), &0.0.into()));
    let text = bayplan(&["simulate", &behind, "--days", "1"]).out;
    assert!(text.contains("; the oldest job waited up to 12 h\n"), "{text}");
    // 240 in 1000 s are 9.6 in hand, half done: six of twelve workers fail with 4.8 × 20 s.
    let failing = ["simulate", &asked(240), "--days", "1", "--scenario", "failure"];
    let service = bayplan(&[&failing[..], &["--json"]].concat()).json()["services"][0].clone();
    assert_eq!(service["job_seconds_to_redo"], 96.0);
    let text = bayplan(&failing).out;
    assert!(text.contains("; 96.0 job-seconds to do again, of tasks taken away"), "{text}");
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
fn a_preset_written_out_is_the_same_design() {
    let folder = folder();
    for preset in PRESETS {
        let path = folder.path().join(format!("{}.ron", preset.name));
        let file = path.to_str().unwrap();
        assert_eq!(bayplan(&["presets", preset.name, "--out", file]).code, 0);
        assert_eq!(bayplan(&["estimate", file, "--json"]).out, bayplan(&["estimate", preset.name, "--json"]).out);
    }
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
    assert_eq!(bayplan(&["presets", "small-api", "--out", "-"]).out, find("small-api").unwrap().text);
    let done = bayplan(&["export", "small-api", "--format", "csv", "--out", "-"]);
    assert!(done.out.starts_with("Item,") && done.err.is_empty(), "{}", done.err);
    refuses(&["export", "three-tier-web", "--format", "task-definition", "--out", "-"], 2, &["one file", "--out"]);
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
fn every_format_writes_its_kind() {
    let starts: [(&str, &[u8]); 6] = [
        ("csv", b"Item,"),
        ("json", b"{"),
        ("markdown", b"# "),
        ("svg", b"<"),
        ("png", b"\x89PNG"),
        ("task-definition", b"{"),
    ];
    let folder = folder();
    for (format, start) in starts {
        let out = folder.path().join(format);
        let done = bayplan(&["export", "small-api", "--format", format, "--out", out.to_str().unwrap()]);
        assert_eq!(done.code, 0, "{}", done.err);
        let written = files(&out);
        let said: Vec<_> = done.out.lines().map(PathBuf::from).collect();
        assert_eq!(said.iter().collect::<std::collections::BTreeSet<_>>(), written.iter().collect());
        assert!(!written.is_empty());
        for path in written {
            assert!(std::fs::read(&path).unwrap().starts_with(start), "{}", path.display());
        }
    }
}

#[test]
fn a_run_draws_its_charts() {
    let folder = folder();
    let charts = folder.path().join("charts");
    let done = bayplan(&["simulate", "small-api", "--days", "1", "--charts", charts.to_str().unwrap()]);
    assert_eq!(done.code, 0, "{}", done.err);
    let names: Vec<_> = files(&charts).iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["cost.svg", "cpu.svg", "demand-api.svg", "tasks.svg"]);
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
        ("web.json", "[]", "nothing"),
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

#[test]
fn assumptions_are_listed_where_they_are_asked_for() {
    let (without, with) = (bayplan(&["check", "small-api"]), bayplan(&["check", "small-api", "--assumptions"]));
    assert!(with.out.starts_with(&without.out) && with.out.len() > without.out.len());
    let json = bayplan(&["check", "small-api", "--json", "--assumptions"]).json();
    let listed = json["assumptions"].as_array().unwrap();
    assert!(listed.iter().all(|a| a["reason"].as_str().is_some_and(|why| !why.is_empty())) && listed.len() > 10);
}

/// An outlet whose reader has gone after some bytes.
struct Gone(usize);

impl Write for Gone {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [&["presets"][..], &["estimate", "small-api"], &["check", "small-api", "--json"], &["--help"]] {
        let mut err = Vec::new();
        let words = std::iter::once("bayplan").chain(arguments.iter().copied());
        let mut to = Outlets { out: &mut Gone(5), err: &mut err, on_terminal: false };
        let code = run(words, &mut to, |_| Err("no display".to_owned()));
        assert_eq!((code, err.len()), (0, 0), "{arguments:?}");
    }
}

#[test]
fn a_window_that_opens_gets_the_design_and_nothing_is_printed() {
    let (mut out, mut err, mut asked) = (Vec::new(), Vec::new(), None);
    let mut to = Outlets { out: &mut out, err: &mut err, on_terminal: false };
    let code = run(["bayplan", "small-api"], &mut to, |design| {
        asked = design.map(str::to_owned);
        Ok(())
    });
    assert_eq!((code, asked.as_deref(), out.len(), err.len()), (0, Some("small-api"), 0, 0));
}

#[test]
fn a_bill_reads_well() {
    insta::assert_snapshot!(bayplan(&["estimate", "small-api"]).out);
}

#[test]
fn findings_read_well() {
    insta::assert_snapshot!(bayplan(&["check", &broken(&folder())]).out);
}
