//! `bayplan export`: every row of the table of what can be written.

use std::io::Write;
use std::path::Path;

use bayplan_engine::evaluate::{Outcome, Prepared, prepare};
use bayplan_engine::report::outcome;

use super::open::open;
use super::{Of, Stop};
use crate::charts::svg::to_svg;
use crate::exports::{EXPORTS, Needs, Subject};
use crate::files;

/// The size of a chart on paper, in points.
const CHART: (u16, u16) = (960, 420);

/// Names of all formats.
pub fn names() -> Vec<&'static str> {
    EXPORTS.iter().map(|export| export.name).collect()
}

/// `bayplan export`.
pub fn run(of: &Of, format: &str, folder: &Path, out: &mut dyn Write, err: &mut dyn Write) -> Result<u8, Stop> {
    let opened = open(of)?;
    let Some(export) = EXPORTS.iter().find(|export| export.name == format) else {
        return Err(Stop::Input(format!("there is no format {format}")));
    };
    let prepared = match export.needs {
        Needs::Design => None,
        Needs::Plan => Some(prepare(&opened.project, None, &opened.catalogue)?),
    };
    let subject = Subject { project: &opened.project, catalogue: &opened.catalogue, prepared: prepared.as_ref() };
    let documents = (export.write)(&subject).map_err(Stop::Input)?;
    if documents.is_empty() {
        writeln!(err, "the design holds nothing of that kind")?;
    }
    for (name, bytes) in documents {
        let path = folder.join(name);
        files::write(&path, &bytes).map_err(|e| Stop::Input(e.to_string()))?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(0)
}

/// Writes a run's charts as SVG.
pub fn write_charts(prepared: &Prepared, run: &Outcome, folder: &Path) -> Result<(), Stop> {
    for (name, chart) in outcome::charts(prepared, run) {
        let path = folder.join(format!("{name}.svg"));
        files::write(&path, to_svg(&chart, CHART, false).as_bytes()).map_err(|e| Stop::Input(e.to_string()))?;
    }
    Ok(())
}
