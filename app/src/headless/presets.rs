//! `bayplan presets`: the list, or one written to a file.

use std::io::Write;
use std::path::Path;

use bayplan_engine::presets::{PRESETS, find};

use super::Stop;
use crate::files;

/// `bayplan presets`.
pub fn run(name: Option<&str>, file: Option<&Path>, out: &mut dyn Write) -> Result<u8, Stop> {
    let (Some(name), Some(file)) = (name, file) else {
        let width = PRESETS.iter().map(|p| p.name.len()).max().unwrap_or(0);
        for preset in PRESETS {
            writeln!(out, "{:width$}  {}", preset.name, preset.title)?;
        }
        return Ok(0);
    };
    let Some(preset) = find(name) else {
        let names: Vec<_> = PRESETS.iter().map(|p| p.name).collect();
        return Err(Stop::Input(format!("there is no preset {name}; presets are {}", names.join(", "))));
    };
    files::write(file, preset.text.as_bytes()).map_err(|e| Stop::Input(e.to_string()))?;
    Ok(0)
}
