//! `bayplan export`: every row of the table of what can be written.

use std::io::Write;
use std::path::{Path, PathBuf};

use bayplan_engine::evaluate::prepare;

use super::open::open;
use super::{Of, Outlets, Stop};
use crate::exports::{EXPORTS, Needs, Subject};
use crate::files::{self, Replace};

/// Names of all formats.
pub fn names() -> Vec<&'static str> {
    EXPORTS.iter().map(|export| export.name).collect()
}

/// `bayplan export`.
pub fn run(of: &Of, format: &str, folder: &Path, replace: Replace, to: &mut Outlets<'_>) -> Result<u8, Stop> {
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
    if files::is_standard_output(folder) {
        let [(_, bytes)] = documents.as_slice() else {
            let count = documents.len();
            return Err(Stop::Input(format!(
                "standard output takes one file, and there are {count}: --out names a folder"
            )));
        };
        to.out.write_all(bytes)?;
        return Ok(0);
    }
    for path in store(documents, folder, replace, to.out)? {
        writeln!(to.out, "{}", path.display())?;
    }
    Ok(0)
}

/// Writes what stands beside a result, and names it.
pub fn write_beside(
    documents: Vec<(String, Vec<u8>)>,
    folder: &Path,
    replace: Replace,
    to: &mut Outlets<'_>,
) -> Result<(), Stop> {
    for path in store(documents, folder, replace, to.out)? {
        writeln!(to.err, "{}", path.display())?;
    }
    Ok(())
}

/// Writes files into a folder: all, or none where one of them would have to go for it.
fn store(
    documents: Vec<(String, Vec<u8>)>,
    folder: &Path,
    replace: Replace,
    out: &mut dyn Write,
) -> Result<Vec<PathBuf>, Stop> {
    let documents: Vec<_> = documents.into_iter().map(|(name, bytes)| (folder.join(name), bytes)).collect();
    for (path, _) in &documents {
        files::may_put(path, replace)?;
    }
    for (path, bytes) in &documents {
        files::put(path, bytes, replace, out)?;
    }
    Ok(documents.into_iter().map(|(path, _)| path).collect())
}
