//! `bayplan export`: every row of the table of what can be written.

use std::path::Path;

use bayplan_engine::evaluate::prepare;
use bayplan_engine::report::chart::Chart;

use super::open::open;
use super::{Of, Outlets, Stop};
use crate::exports::{EXPORTS, Needs, Subject, svgs};
use crate::files;

/// Names of all formats.
pub fn names() -> Vec<&'static str> {
    EXPORTS.iter().map(|export| export.name).collect()
}

/// `bayplan export`.
pub fn run(of: &Of, format: &str, folder: &Path, to: &mut Outlets<'_>) -> Result<u8, Stop> {
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
    if let Some(left_out) = (export.left_out)(&opened.project) {
        writeln!(to.err, "{left_out}")?;
    }
    if documents.is_empty() {
        writeln!(to.err, "the design holds nothing of that kind")?;
    }
    for (name, bytes) in documents {
        let path = folder.join(name);
        files::write(&path, &bytes).map_err(|e| Stop::Input(e.to_string()))?;
        writeln!(to.out, "{}", path.display())?;
    }
    Ok(0)
}

/// Writes charts as SVG.
pub fn write_charts(charts: Vec<(String, Chart)>, folder: &Path) -> Result<(), Stop> {
    for (name, bytes) in svgs(charts) {
        files::write(&folder.join(name), &bytes).map_err(|e| Stop::Input(e.to_string()))?;
    }
    Ok(())
}
