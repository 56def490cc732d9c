//! Writing what can be exported from the window: the drawing, task definitions, reports and charts.
//!
//! Drawing and writing happen on a thread of their own; what came of it is told when it is done.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use bayplan_engine::exchange::task_definition;
use egui::Context;

use super::{complain, tell};
use crate::app::App;
use crate::exports::{canvas_png, canvas_svg};
use crate::files;
use crate::grid::picture::Drawing;
use crate::grid::words::plural;

/// What is being written: it answers with a sentence.
pub(crate) type Writing = Receiver<Result<String, String>>;

/// Writes the canvas as a picture; its ending says which.
pub(super) fn drawing(app: &mut App, context: &Context, path: PathBuf) {
    let Some(document) = &app.document else { return };
    let is = |ending: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
    let png = is("png");
    if !png && !is("svg") {
        return complain(app, format!("{}: a picture's name ends in .svg or .png", path.display()));
    }
    let month = app.analysis.month.as_ref().filter(|_| !app.analysis.is_stale());
    let drawing = Drawing::of(document.project(), month.map(|month| (&month.outcome.month, &*month.plan)));
    start(app, context, move || {
        let bytes = if png { canvas_png(&drawing)? } else { canvas_svg(&drawing) };
        files::write(&path, &bytes).map_err(|why| why.to_string())?;
        Ok(format!("Exported {}", path.display()))
    });
}

/// Writes every task definition into a folder.
pub(super) fn definitions(app: &mut App, context: &Context, folder: PathBuf) {
    let Some(document) = &app.document else { return };
    let documents = task_definition::write_all(document.project());
    if documents.is_empty() {
        return complain(app, "there is no task definition to export");
    }
    start(app, context, move || {
        for document in &documents {
            let path = folder.join(&document.file_name);
            files::write(&path, document.text.as_bytes()).map_err(|why| why.to_string())?;
        }
        let count = documents.len();
        Ok(format!("Exported {count} {} to {}", plural(count, "task definition"), folder.display()))
    });
}

/// Writes the file that waited for its place.
pub(super) fn file(app: &mut App, context: &Context, path: PathBuf) {
    let Some(file) = app.to_save.take() else { return };
    start(app, context, move || {
        files::write(&path, &file.bytes).map_err(|why| why.to_string())?;
        Ok(format!("Saved {}", path.display()))
    });
}

fn start(app: &mut App, context: &Context, work: impl FnOnce() -> Result<String, String> + Send + 'static) {
    let ((send, written), context) = (channel(), context.clone());
    std::thread::spawn(move || {
        // The window may be gone: then nobody waits for the answer.
        let _ = send.send(work());
        context.request_repaint();
    });
    app.writing = Some(written);
}

/// Tells what came of it.
pub(crate) fn take_written(app: &mut App) {
    let Some(written) = &app.writing else { return };
    let said = match written.try_recv() {
        Ok(said) => said,
        Err(TryRecvError::Empty) => return,
        Err(TryRecvError::Disconnected) => Err("the export ended without an answer".to_owned()),
    };
    app.writing = None;
    match said {
        Ok(text) => tell(app, text),
        Err(why) => complain(app, why),
    }
}
