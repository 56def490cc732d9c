//! `bayplan import`: task definitions become a design that can be priced at once.

use std::io::Write;
use std::path::{Path, PathBuf};

use bayplan_engine::exchange::sketch::sketch;
use bayplan_engine::exchange::{Imported, Unread, task_definition};
use bayplan_engine::names::Region;

use super::Stop;
use super::open::{catalogue, read};
use crate::files;

/// `bayplan import`.
pub fn run(inputs: &[PathBuf], file: &Path, region: &str, out: &mut dyn Write) -> Result<u8, Stop> {
    let catalogue = catalogue(&Region::new(region))?;
    let mut imports: Vec<Imported> = Vec::new();
    for path in inputs {
        let name = path.display().to_string();
        imports.push(task_definition::read(&read(path)?, &name).map_err(|e| Stop::Input(e.to_string()))?);
    }
    let name = file.file_stem().map_or_else(|| "Imported".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let project = sketch(&name, &imports, &catalogue);
    files::write(file, project.write().as_bytes()).map_err(|e| Stop::Input(e.to_string()))?;
    for (path, imported) in inputs.iter().zip(&imports) {
        let families: Vec<_> = imported.definitions.iter().map(|(id, _)| id.as_str()).collect();
        writeln!(out, "{}: {}", path.display(), families.join(", "))?;
        print_unread("not understood, and not in the design", &imported.not_understood, out)?;
        print_unread("set aside", &imported.set_aside, out)?;
    }
    let assumed = project.assumptions.len();
    writeln!(out, "{} written; {assumed} values are our assumption (bayplan check --assumptions)", file.display())?;
    Ok(0)
}

fn print_unread(head: &str, all: &[Unread], out: &mut dyn Write) -> Result<(), Stop> {
    for unread in all {
        writeln!(out, "  {head}: {} (line {}): {}", unread.path, unread.line, unread.why)?;
    }
    Ok(())
}
