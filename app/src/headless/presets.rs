//! `bayplan presets`: the list, or one written to a file, with comments that teach.

use std::path::Path;

use bayplan_engine::design::taught::taught;
use bayplan_engine::presets::{PRESETS, find};

use super::{Outlets, Stop};
use crate::files::{self, Replace};

/// `bayplan presets`.
pub fn run(name: Option<&str>, file: Option<&Path>, replace: Replace, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let (Some(name), Some(file)) = (name, file) else {
        let width = PRESETS.iter().map(|p| p.name.len()).max().unwrap_or(0);
        for preset in PRESETS {
            writeln!(to.out, "{:width$}  {}", preset.name, preset.title)?;
        }
        return Ok(0);
    };
    let Some(preset) = find(name) else {
        let names: Vec<_> = PRESETS.iter().map(|p| p.name).collect();
        return Err(Stop::Input(format!("there is no preset {name}; presets are {}", names.join(", "))));
    };
    files::put(file, taught(&preset.project()).as_bytes(), replace, to.out)?;
    if !files::is_standard_output(file) {
        writeln!(to.out, "{}", file.display())?;
    }
    Ok(0)
}
