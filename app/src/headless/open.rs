//! Opening what a command names: a design file or a preset, the catalogue of its region, a price book.

use std::path::Path;

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::overlay::{OverlayError, PriceOverlay};
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::{Prepared, prepare, prepare_estimate};
use bayplan_engine::names::Region;
use bayplan_engine::presets;

use super::{InScenario, Of, Stop};
use crate::files;

/// A design with what AWS publishes for its region.
#[derive(Debug)]
pub struct Opened {
    /// The project.
    pub project: Project,
    /// The catalogue, the user's own prices laid over it.
    pub catalogue: Catalogue,
}

/// Opens what a command names.
pub fn open(of: &Of) -> Result<Opened, Stop> {
    let path = Path::new(&of.design);
    let project = match presets::find(&of.design) {
        Some(preset) if !path.is_file() => preset.project(),
        _ => read_project(path)?,
    };
    let mut catalogue = catalogue(&project.design.region)?;
    let beside = project.price_book.as_deref().map(|book| path.parent().unwrap_or(Path::new("")).join(book));
    if let Some(book) = of.prices.clone().or(beside) {
        catalogue = with_prices(&catalogue, &book)?;
    }
    Ok(Opened { project, catalogue })
}

/// The catalogue of a region.
pub fn catalogue(region: &Region) -> Result<Catalogue, Stop> {
    Catalogue::load(region).map_err(|e| Stop::Input(e.to_string()))
}

/// The text of a file, or why it cannot be read.
pub fn read(path: &Path) -> Result<String, Stop> {
    files::read(path).map_err(|e| Stop::Input(e.to_string()))
}

fn read_project(path: &Path) -> Result<Project, Stop> {
    if !path.exists() {
        let names: Vec<_> = presets::PRESETS.iter().map(|p| p.name).collect();
        let what = format!(
            "{}: there is no such file, and no preset of that name; presets are {}",
            path.display(),
            names.join(", ")
        );
        return Err(Stop::Input(what));
    }
    Project::read(&read(path)?).map_err(|e| Stop::Input(format!("{}:{e}", path.display())))
}

/// A catalogue with a file of the user's own prices laid over it.
pub fn with_prices(catalogue: &Catalogue, path: &Path) -> Result<Catalogue, Stop> {
    let text = read(path)?;
    let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let is_csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let overlay = if is_csv { PriceOverlay::from_csv(&name, &text) } else { PriceOverlay::from_ron(&text) };
    let laid = overlay.and_then(|overlay| catalogue.with_prices(&overlay));
    laid.map_err(|error| {
        let file = path.display();
        Stop::Input(match error {
            OverlayError::Ron { line, column, problem } => format!("{file}:{line}:{column}: {problem}"),
            OverlayError::Csv { line, problem } => format!("{file}:{line}: {problem}"),
            other => format!("{file}: {other}"),
        })
    })
}

/// Makes a scenario ready to run.
pub fn ready(opened: &Opened, scenario: &InScenario) -> Result<Prepared, Stop> {
    Ok(prepare(&opened.project, known(opened, scenario)?.as_ref(), &opened.catalogue)?)
}

/// Makes a scenario ready to estimate: errors that touch no quantity do not withhold the bill.
pub fn ready_to_estimate(opened: &Opened, scenario: &InScenario) -> Result<Prepared, Stop> {
    Ok(prepare_estimate(&opened.project, known(opened, scenario)?.as_ref(), &opened.catalogue)?)
}

/// The scenario that is asked for, if the project has it.
pub fn known(opened: &Opened, scenario: &InScenario) -> Result<Option<ScenarioId>, Stop> {
    let id = scenario.scenario.as_deref().map(ScenarioId::new);
    if let Some(id) = id.as_ref().filter(|id| !opened.project.scenarios.contains_key(*id)) {
        let known: Vec<_> = opened.project.scenarios.keys().map(ScenarioId::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Stop::Input(format!("there is no scenario {id}; scenarios are {known}")));
    }
    Ok(id)
}
