//! Which module may use which: the floors of the engine, and the walls in the app.

use super::Breach;
use bayplan_tests::{
    source::{self, Source},
    tree::TextFile,
};
use std::ops::RangeInclusive;

/// The engine's modules and their floors. A module may use only what stands below it, side by side never; within a
/// module's own folder all is free. `lib.rs` is the map and names them all.
const FLOORS: &[(&str, u8)] = &[
    ("units", 1),
    ("chance", 1),
    ("names", 1),
    ("design", 2),
    ("catalogue", 2),
    ("checks", 3),
    ("presets", 3),
    ("embedded", 3),
    ("exchange", 4),
    ("plan", 4),
    ("usage", 5),
    ("state", 6),
    ("control", 7),
    ("estimate", 7),
    ("bill", 7),
    ("allocation", 8),
    ("simulation", 8),
    ("evaluate", 9),
    ("report", 10),
    ("optimise", 10),
];

/// What carries data and decides nothing: unit tests on any floor may read their material from it.
const FREE_IN_TESTS: &[&str] = &["presets", "embedded"];

/// The crates that show something.
const SCREENS: &[&str] = &["egui", "eframe", "egui_extras", "rfd", "plotters", "plotters_backend"];

/// The engine's modules that may use rayon.
const THREADED: &[&str] = &["evaluate", "optimise"];

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

fn within(parts: &[RangeInclusive<usize>], line: usize) -> bool {
    parts.iter().any(|part| part.contains(&line))
}

/// Every path in an engine file that leads to its own floor or above, or past the table.
pub(super) fn engine_reaches_up(source: &Source) -> Vec<Breach> {
    let module_path = source::module_of(&source.path);
    let Some(module) = module_path.first() else { return Vec::new() };
    let Some(floor) = floor_of(module) else {
        let what = format!("module `{module}` stands on no floor; give it one in FLOORS of tests/it/tidy/floors.rs");
        return vec![Breach::new(&source.path, 1, what)];
    };
    let tests = source.test_parts();
    let mut breaches = Vec::new();
    for path in source.module_paths() {
        let Some(target) = path.parts.first().map(String::as_str) else { continue };
        if target == module || within(&tests, path.line) && FREE_IN_TESTS.contains(&target) {
            continue;
        }
        let what = match floor_of(target) {
            Some(below) if below < floor => continue,
            Some(other) => format!(
                "`{module}` (floor {floor}) uses `{target}` (floor {other}): move what they share below both, or turn the arrow"
            ),
            None => format!("`crate::{target}` hides its floor: write the path through its module"),
        };
        breaches.push(Breach::new(&source.path, path.line, what));
    }
    breaches
}

/// Words of window crates in the engine, and rayon where no threads belong.
pub(super) fn engine_leaves_its_world(source: &Source) -> Vec<Breach> {
    let module = source::module_of(&source.path).into_iter().next().unwrap_or_default();
    let threads_allowed = THREADED.contains(&module.as_str()) || source.path.starts_with("engine/benches/");
    let mut breaches = Vec::new();
    for token in source.tokens() {
        if SCREENS.contains(&token.text) {
            let what = format!("the engine knows no screen, but names `{}`: draw it in app", token.text);
            breaches.push(Breach::new(&source.path, token.line, what));
        } else if token.text == "rayon" && !threads_allowed {
            breaches.push(Breach::new(
                &source.path,
                token.line,
                "threads come only through rayon, in evaluate and optimise",
            ));
        }
    }
    breaches
}

/// Window crates, or our own app, among the engine's dependencies.
pub(super) fn engine_manifest_names_a_screen(manifest: &TextFile) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (i, line) in manifest.text.lines().enumerate() {
        let name = line.split(['.', ' ', '=']).next().unwrap_or("").replace('-', "_");
        if SCREENS.contains(&name.as_str()) || name == "bayplan" {
            breaches.push(Breach::new(&manifest.path, i + 1, format!("the engine may not depend on `{name}`")));
        }
    }
    breaches
}

/// `&mut State` outside `simulation` and `state` itself.
pub(super) fn state_is_changed_outside_simulation(source: &Source) -> Vec<Breach> {
    let module = source::module_of(&source.path).into_iter().next().unwrap_or_default();
    if matches!(module.as_str(), "simulation" | "state") {
        return Vec::new();
    }
    let tests = source.test_parts();
    let what = "only `simulation` holds a `&mut State`: return an Action instead";
    source
        .tokens()
        .windows(3)
        .filter(|t| t[0].text == "&" && t[1].text == "mut" && t[2].text == "State" && !within(&tests, t[0].line))
        .map(|t| Breach::new(&source.path, t[0].line, what))
        .collect()
}

/// The view a file of the app belongs to: `app/src/views/canvas/paint.rs` is `canvas`.
pub(super) fn view_of(path: &str) -> Option<String> {
    let inside = path.strip_prefix("app/src/views/")?;
    let name = inside.split(['/', '.']).next()?;
    (name != "mod").then(|| name.to_owned())
}

/// Views that reach for what performs, or for one another; headless and views that know each other.
pub(super) fn app_walls(source: &Source, views: &[String]) -> Vec<Breach> {
    let module = source::module_of(&source.path).into_iter().next().unwrap_or_default();
    let own = view_of(&source.path);
    let mut breaches = Vec::new();
    for path in source.module_paths() {
        let mut parts = path.parts.iter().map(String::as_str);
        let (target, second) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let what = match (module.as_str(), target) {
            ("views", "jobs" | "perform") => {
                format!("a view never runs anything: push a Command instead of `{target}`")
            }
            ("views", "headless") => "views and headless know nothing of each other".to_owned(),
            ("headless", "views") => "headless and views know nothing of each other".to_owned(),
            ("views", "views")
                if own.as_deref().is_some_and(|own| own != second) && views.iter().any(|v| v == second) =>
            {
                format!("a view never uses another: move what it shares with `{second}` to widgets or model")
            }
            _ => continue,
        };
        breaches.push(Breach::new(&source.path, path.line, what));
    }
    if module == "views" {
        let what = "a view never opens a dialog: push a Command, performed in perform/file.rs";
        let dialogs = source.tokens().into_iter().filter(|token| token.text == "rfd");
        breaches.extend(dialogs.map(|token| Breach::new(&source.path, token.line, what)));
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::super::bites;
    use super::*;

    #[test]
    fn arrows_up_and_sideways_are_found() {
        let plan = "engine/src/plan/resolve.rs";
        bites(
            engine_reaches_up,
            plan,
            "//! x\nuse crate::{design, catalogue::meter, plan::Ix};\nuse super::index;",
            &[],
        );
        bites(engine_reaches_up, plan, "use crate::{design,\n state::Task,\n bill};", &[2, 3]);
        bites(engine_reaches_up, plan, "fn f() {\n crate::simulation::run();\n}", &[2]);
        bites(engine_reaches_up, plan, "use super::super::usage;", &[1]);
        bites(engine_reaches_up, plan, "use crate::Design;", &[1]);
        bites(engine_reaches_up, plan, "// use crate::bill;\nconst A: &str = \"crate::bill\";", &[]);
        bites(engine_reaches_up, "engine/src/names.rs", "use crate::units::Usd;", &[1]);
        bites(engine_reaches_up, "engine/src/catalogue/mod.rs", "use crate::design;", &[1]);
        bites(engine_reaches_up, "engine/src/helpers.rs", "fn f() {}", &[1]);
        bites(engine_reaches_up, "engine/src/lib.rs", "pub use crate::report::chart::Chart;", &[]);
    }

    #[test]
    fn tests_may_read_presets_but_reach_no_higher() {
        let text = "#[cfg(test)]\nmod tests {\n use super::*;\n use crate::presets;\n use crate::evaluate;\n}\n";
        bites(engine_reaches_up, "engine/src/checks/cost.rs", text, &[5]);
        bites(engine_reaches_up, "engine/src/checks/cost.rs", "use crate::presets;", &[1]);
    }

    #[test]
    fn screens_and_threads_are_found_in_the_engine() {
        bites(
            engine_leaves_its_world,
            "engine/src/bill.rs",
            "use egui::Ui;\n// plotters\nuse rayon::prelude::*;",
            &[1, 3],
        );
        bites(engine_leaves_its_world, "engine/src/evaluate.rs", "use rayon::prelude::*;", &[]);
        let manifest = |text: &str| TextFile { path: "engine/Cargo.toml".to_owned(), text: text.to_owned() };
        let found =
            engine_manifest_names_a_screen(&manifest("[dependencies]\nron = \"1\"\nplotters-backend.workspace = true"));
        assert_eq!(found.iter().map(|b| b.line).collect::<Vec<_>>(), [3]);
        assert_eq!(engine_manifest_names_a_screen(&manifest("name = \"bayplan-engine\"")), []);
    }

    #[test]
    fn a_state_to_change_is_found_outside_simulation() {
        let text = "fn f(a: &State, b: &mut Trace) {}\nfn g(a: &mut State) {}";
        bites(state_is_changed_outside_simulation, "engine/src/control/mod.rs", text, &[2]);
        bites(state_is_changed_outside_simulation, "engine/src/simulation/world.rs", text, &[]);
    }

    #[test]
    fn walls_of_the_app_are_found() {
        let views = ["bill".to_owned(), "canvas".to_owned()];
        let walls = |source: &Source| app_walls(source, &views);
        let text = "use crate::{jobs, model};\nuse crate::perform::file;\nuse rfd::FileDialog;";
        bites(walls, "app/src/views/bill.rs", text, &[1, 2, 3]);
        bites(walls, "app/src/views/bill.rs", "use crate::views::{View, canvas::layout};\nuse super::canvas;", &[1, 2]);
        bites(walls, "app/src/views/canvas/paint.rs", "use super::layout;\nuse crate::views::canvas::layout;", &[]);
        bites(walls, "app/src/views/mod.rs", "fn f() { self::canvas::ui(); }", &[]);
        bites(walls, "app/src/views/mod.rs", "use crate::headless;", &[1]);
        bites(walls, "app/src/headless/check.rs", "use crate::views::bill;", &[1]);
        bites(walls, "app/src/app.rs", "use crate::{jobs, views::canvas, perform};", &[]);
    }
}
