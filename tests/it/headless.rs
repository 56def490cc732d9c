//! The command line as scripts meet it: exit codes, places of errors, sums, the same bytes, what people read.

mod files_in_and_out;
mod input;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bayplan::headless::{Outlets, run};
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::fault::{Fault, FaultKind};
use bayplan_engine::design::load::{Load, Shape};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::presets::{PRESETS, find};
use bayplan_engine::units::{MilliPerSecond, Percent, Span};
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
fn findings_read_well() {
    insta::assert_snapshot!(bayplan(&["check", &broken(&folder())]).out);
}
