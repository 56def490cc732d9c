//! Unsaved work, kept beside the program's settings until it is saved: what a crash cannot take.
//!
//! A copy is written two seconds after the last change, never over the user's own file, and thrown away once the project is
//! saved or closed on purpose.

use std::fs;
use std::path::{Path, PathBuf};

use bayplan_engine::design::project::Project;
use serde::{Deserialize, Serialize};

use super::shelf;
use crate::app::App;
use crate::document::Document;
use crate::files;
use crate::model::Kept;

/// How long after the last change the copy is written, in seconds.
const CALM: f64 = 2.0;

/// A copy as its file holds it.
#[derive(Serialize, Deserialize)]
struct Copy {
    /// The file it is of.
    of: Option<PathBuf>,
    name: String,
    project: String,
}

/// When the document was last seen to change, and which revision is kept.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    seen: u64,
    since: f64,
    kept: Option<u64>,
    file: Option<PathBuf>,
}

/// Copies left by earlier runs.
pub(crate) fn list(folder: Option<&Path>) -> Vec<Kept> {
    let Some(entries) = folder.and_then(|folder| fs::read_dir(folder.join("recovery")).ok()) else { return Vec::new() };
    let mut files: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        let copy: Copy = ron::from_str(&fs::read_to_string(&file).ok()?).ok()?;
        Some(Kept { file, of: copy.of, name: copy.name })
    };
    files.into_iter().filter_map(read).collect()
}

/// Keeps a copy when the document has been left alone for a while; answers in how many seconds to look again.
pub(crate) fn keep(app: &mut App, now: f64) -> Option<f64> {
    let (folder, document) = (app.folder.as_deref()?, app.document.as_ref()?);
    let watch = &mut app.watch;
    if watch.seen != document.revision() {
        (watch.seen, watch.since) = (document.revision(), now);
    }
    if !document.is_dirty() || watch.kept == Some(document.revision()) {
        return None;
    }
    if now - watch.since < CALM {
        return Some(CALM - (now - watch.since));
    }
    let file = watch.file.get_or_insert_with(|| free_file(folder)).clone();
    watch.kept = Some(document.revision());
    if let Err(why) = write(&file, document) {
        log::warn!("{}: {why}", file.display());
    }
    None
}

fn free_file(folder: &Path) -> PathBuf {
    let folder = folder.join("recovery");
    let process = std::process::id();
    let mut number = 0u32;
    loop {
        let file = folder.join(format!("{process}-{number}.ron"));
        if !file.exists() {
            return file;
        }
        number += 1;
    }
}

fn write(file: &Path, document: &Document) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let project = document.project();
    let copy = Copy { of: document.path.clone(), name: project.name.clone(), project: project.write() };
    let text = ron::to_string(&copy).map_err(std::io::Error::other)?;
    shelf::write(file, &text)
}

/// The document of a copy: unsaved, with the path it had.
pub(crate) fn read(file: &Path) -> Result<Document, String> {
    let text = fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()))?;
    let copy: Copy = ron::from_str(&text).map_err(|why| format!("{}: {why}", file.display()))?;
    let project = Project::read(&copy.project).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut document = match copy.of.as_deref().map(|path| (path, files::read(path))) {
        Some((path, Ok(text))) => match Project::read(&text) {
            Ok(saved) => Document::opened(saved, path.to_owned()),
            Err(_) => Document::fresh(project.clone()),
        },
        _ => Document::fresh(project.clone()),
    };
    document.restore(project);
    Ok(document)
}

/// The copy of the open document is no longer needed.
pub(crate) fn discard(app: &mut App) {
    if let Some(file) = app.watch.file.take() {
        remove(&file);
    }
    app.watch.kept = None;
}

/// Throws a copy of an earlier run away.
pub(crate) fn forget(app: &mut App, file: &Path) {
    remove(file);
    app.kept.retain(|kept| kept.file != file);
}

fn remove(file: &Path) {
    if let Err(why) = fs::remove_file(file) {
        log::warn!("{}: {why}", file.display());
    }
}
