//! Keeps the house: reads every file of the project and says, by file and line, what stands where it may not.
//!
//! In: the text files of the project. Out: nothing, or every breach at once with what to do about it.
//! Each rule is a function from text to breaches, so that the tests beside it show on a few words that it bites.

mod floors;
mod house;
mod shape;
mod sources;

use bayplan_tests::{
    source::Source,
    tree::{self, TextFile},
};
use std::{fmt, sync::LazyLock};

/// A place that breaks a rule, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Breach {
    path: String,
    line: usize,
    what: String,
}

impl Breach {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// The project's text files, read once.
static FILES: LazyLock<Vec<TextFile>> = LazyLock::new(|| tree::text_files().expect("the project can be read"));

/// Its Rust files, read once.
static RUST: LazyLock<Vec<Source>> = LazyLock::new(|| {
    FILES.iter().filter(|file| file.is_kind("rs")).map(|file| Source::new(&file.path, &file.text)).collect()
});

/// Holds one rule against every Rust file under `folder`.
#[track_caller]
fn holds_in(folder: &str, rule: impl Fn(&Source) -> Vec<Breach>) {
    let files: Vec<_> = RUST.iter().filter(|source| source.path.starts_with(folder)).collect();
    assert!(!files.is_empty(), "no Rust file under {folder}: the rule would hold of nothing");
    none(&files.into_iter().flat_map(rule).collect::<Vec<_>>());
}

#[track_caller]
fn none(breaches: &[Breach]) {
    let lines: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    assert!(lines.is_empty(), "{} to mend\n{}", lines.len(), lines.join("\n"));
}

/// Shows that `rule` finds breaches of `text`, kept under `path`, on just these lines.
#[track_caller]
fn bites(rule: impl Fn(&Source) -> Vec<Breach>, path: &str, text: &str, lines: &[usize]) {
    let found = rule(&Source::new(path, text));
    assert_eq!(found.iter().map(|breach| breach.line).collect::<Vec<_>>(), lines, "{text}\n{found:?}");
}

#[test]
fn engine_modules_use_only_what_stands_below_them() {
    holds_in("engine/src/", floors::engine_reaches_up);
}

#[test]
fn engine_knows_no_screen_and_few_threads() {
    holds_in("engine/", floors::engine_leaves_its_world);
}

#[test]
fn engine_depends_on_no_window() {
    none(
        &FILES
            .iter()
            .filter(|f| f.path == "engine/Cargo.toml")
            .flat_map(floors::engine_manifest_names_a_screen)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn only_the_simulation_changes_the_state() {
    holds_in("engine/src/", floors::state_is_changed_outside_simulation);
}

#[test]
fn views_and_headless_keep_apart() {
    let views: Vec<String> = RUST.iter().filter_map(|source| floors::view_of(&source.path)).collect();
    holds_in("app/", |source| floors::app_walls(source, &views));
}

#[test]
fn files_and_functions_are_short() {
    holds_in("", shape::too_long);
}

#[test]
fn every_file_says_its_subject_first() {
    holds_in("", shape::no_subject);
}

#[test]
fn nothing_is_left_unfinished() {
    holds_in("", shape::unfinished);
}

#[test]
fn numbers_convert_only_in_units() {
    holds_in("engine/src/", shape::casts);
}

#[test]
fn catalogue_constants_have_a_source() {
    none(
        &RUST
            .iter()
            .filter(|source| source.path.starts_with("engine/src/catalogue"))
            .flat_map(sources::constants_without_source)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_timing_is_read() {
    const TABLE: &str = "engine/src/catalogue/timings.rs";
    let table = RUST.iter().find(|source| source.path == TABLE).expect("the table is there");
    let others: Vec<_> = RUST.iter().filter(|s| s.path.starts_with("engine/src/") && s.path != TABLE).collect();
    none(&sources::timings_nobody_reads(table, &others));
}

#[test]
fn only_what_the_map_names_stands_at_the_top() {
    none(&house::strangers(&tree::top_entries().expect("the top can be listed")));
}

#[test]
fn every_preset_is_listed() {
    none(&house::unlisted_presets(&FILES));
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    none(&FILES.iter().flat_map(house::machine_paths).collect::<Vec<_>>());
}
