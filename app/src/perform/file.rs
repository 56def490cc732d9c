//! New, open, import, save: with the question before unsaved changes would be lost.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError};

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::overlay::PriceOverlay;
use bayplan_engine::design::project::Project;
use bayplan_engine::embedded;
use bayplan_engine::exchange::region::{Spoken, spoken_of};
use bayplan_engine::exchange::{FORMATS, Imported, sketch};
use bayplan_engine::names::Region;
use egui::Context;

use super::dialogs::{Picked, Wanted};
use super::{complain, export, preset, recovery, shelf, tell};
use crate::app::App;
use crate::command::{Answer, Asked, FileToSave};
use crate::document::Document;
use crate::files;
use crate::model::Question;
use crate::new_design::{Choices, first_zones, new_design};
use crate::views::{self, Place};

/// A dialog that is open.
pub(crate) struct Waiting {
    asked: Asked,
    picked: Receiver<Picked>,
}

/// What follows once unsaved changes are dealt with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Then {
    Open(PathBuf),
    Import(Vec<PathBuf>),
    Preset(&'static str),
    Create(Choices),
    Recover(PathBuf),
    Close,
}

/// Does it, or asks first where changes would be lost.
pub(crate) fn guarded(app: &mut App, context: &Context, then: Then) {
    match &app.document {
        Some(document) if document.is_dirty() => {
            app.question = Some((Question { name: document.project().name.clone() }, then));
        }
        _ => go_on(app, context, then),
    }
}

/// What was answered to that question.
pub(crate) fn answer(app: &mut App, context: &Context, answer: Answer) {
    let Some((_, then)) = app.question.take() else { return };
    match answer {
        Answer::Cancel => {}
        Answer::Discard => go_on(app, context, then),
        Answer::Save => {
            app.after_save = Some(then);
            save(app, context);
        }
    }
}

fn go_on(app: &mut App, context: &Context, then: Then) {
    match then {
        Then::Open(path) => open(app, &path),
        Then::Import(files) => {
            let spoken = spoken_region(&files);
            app.state.ask_region(files, spoken);
        }
        Then::Preset(name) => {
            if let Some(project) = preset(name) {
                show(app, Document::fresh(project));
            }
        }
        Then::Create(choices) => create(app, &choices),
        Then::Recover(file) => match recovery::read(&file) {
            Ok(document) => {
                show(app, document);
                recovery::forget(app, &file);
            }
            Err(why) => complain(app, why),
        },
        Then::Close => {
            recovery::discard(app);
            app.may_close = true;
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }
}

/// Shows a document in place of the one before.
pub(crate) fn show(app: &mut App, document: Document) {
    recovery::discard(app);
    app.document = Some(document);
    (app.selected, app.scenario, app.notice) = (None, None, None);
    app.also.clear();
    app.jobs.abandon();
    app.results = crate::results::Results::default();
    app.state.place = Place::Design;
    app.state.run = views::run::State::default();
    app.state.scenarios_open = false;
    app.state.canvas.fit();
    app.analysis = crate::analysis::Analysis::default();
    app.look_again = true;
}

fn create(app: &mut App, choices: &Choices) {
    match Catalogue::load(&choices.region) {
        Ok(catalogue) => {
            let project = new_design(choices, &first_zones(&catalogue, choices.zones));
            show(app, Document::made(project));
        }
        Err(why) => complain(app, why.to_string()),
    }
}

/// Opens a project file.
pub(crate) fn open(app: &mut App, path: &Path) {
    let read = files::read(path).map_err(|why| why.to_string());
    match read.and_then(|text| Project::read(&text).map_err(|why| format!("{}:{why}", path.display()))) {
        Ok(project) => {
            show(app, Document::opened(project, path.to_owned()));
            remember(app, path);
        }
        Err(why) => complain(app, why),
    }
}

fn remember(app: &mut App, path: &Path) {
    if let Err(why) = shelf::remember(app.folder.as_deref(), &mut app.recent, path) {
        log::warn!("recent files: {why}");
    }
}

/// What documents hold, or why one of them cannot be read.
fn read_documents(files: &[PathBuf]) -> Result<Vec<Imported>, String> {
    let one = |file: &PathBuf| {
        let text = files::read(file).map_err(|why| why.to_string())?;
        (FORMATS[0].read)(&text, &file.display().to_string()).map_err(|why| why.to_string())
    };
    files.iter().map(one).collect()
}

/// The region that documents speak of; what is wrong with them is told when they are imported.
fn spoken_region(files: &[PathBuf]) -> Option<Spoken> {
    spoken_of(&read_documents(files).ok()?, &embedded::regions().ok()?)
}

/// Draws a project around imported documents.
pub(crate) fn import(app: &mut App, files: &[PathBuf], region: &Region) {
    let imports = match read_documents(files) {
        Ok(imports) => imports,
        Err(why) => return complain(app, why),
    };
    let catalogue = match Catalogue::load(region) {
        Ok(catalogue) => catalogue,
        Err(why) => return complain(app, why.to_string()),
    };
    let name = files.first().and_then(|file| file.file_stem()).map_or("Imported".into(), |s| s.to_string_lossy());
    let unread: Vec<_> = imports.iter().flat_map(|import| &import.not_understood).map(ToString::to_string).collect();
    let project = match sketch::sketch(&name, &imports, &catalogue) {
        Ok(project) => project,
        Err(why) => return complain(app, why.to_string()),
    };
    let assumed = project.assumptions.len();
    let anyway: Vec<_> = imports.iter().flat_map(|import| &import.read_anyway).map(ToString::to_string).collect();
    show(app, Document::made(project));
    if unread.is_empty() {
        let mut told = format!(
            "Imported; {assumed} values are our assumptions: each is listed at the right and marked where it stands"
        );
        if !anyway.is_empty() {
            told = format!("{told}\nRead all the same: {}", anyway.join("; "));
        }
        tell(app, told);
    } else {
        complain(app, format!("Imported, but this was not understood and is left out:\n{}", unread.join("\n")));
    }
}

/// Opens a dialog, unless one is open.
pub(crate) fn ask(app: &mut App, context: &Context, asked: Asked) {
    if app.waiting.is_some() {
        return;
    }
    let wanted = match asked {
        Asked::Open => Wanted::OpenProject,
        Asked::Import => Wanted::ImportDefinitions,
        Asked::SaveAs | Asked::Drawing | Asked::File => {
            let Some(name) = name_for(app, asked) else { return };
            match (asked, &app.to_save) {
                (Asked::Drawing, _) => Wanted::SavePicture { name },
                (Asked::File, Some(file)) => Wanted::Save { name, extension: file.extension },
                _ => Wanted::Save { name, extension: "ron" },
            }
        }
        Asked::Definitions => Wanted::Folder,
    };
    let picked = app.dialogs.ask(wanted, context);
    app.waiting = Some(Waiting { asked, picked });
}

/// The name that a file to be written has at first.
fn name_for(app: &App, asked: Asked) -> Option<String> {
    let document = app.document.as_ref();
    let project = || document.map(|document| plain(&document.project().name));
    match asked {
        Asked::SaveAs => {
            let path = document.and_then(|document| document.path.as_deref()).and_then(Path::file_name);
            let path = path.map(|name| name.to_string_lossy().into_owned());
            path.or_else(|| project().map(|name| format!("{name}.bayplan.ron")))
        }
        Asked::Drawing => project().map(|name| format!("{name}.svg")),
        Asked::File => app.to_save.as_ref().map(|file| format!("{}.{}", plain(&file.name), file.extension)),
        Asked::Open | Asked::Import | Asked::Definitions => None,
    }
}

/// Asks where a file shall stand, unless a dialog is open.
pub(super) fn ask_for(app: &mut App, context: &Context, file: FileToSave) {
    if app.waiting.is_none() {
        app.to_save = Some(file);
        ask(app, context, Asked::File);
    }
}

/// A name without what leads to other folders.
fn plain(name: &str) -> String {
    name.replace(['/', '\\'], "-")
}

/// Looks whether the open dialog was answered.
pub(crate) fn take_answer(app: &mut App, context: &Context) {
    let Some(waiting) = &app.waiting else { return };
    let (asked, picked) = match waiting.picked.try_recv() {
        Ok(picked) => (waiting.asked, picked),
        Err(TryRecvError::Empty) => return,
        Err(TryRecvError::Disconnected) => (waiting.asked, Picked::Cancelled),
    };
    app.waiting = None;
    match (asked, picked) {
        (_, Picked::Cancelled) => (app.after_save, app.to_save) = (None, None),
        (_, Picked::NoDialog) => {
            app.after_save = None;
            let name = name_for(app, asked).unwrap_or_default();
            app.state.ask_path(asked, name);
        }
        (Asked::Open, Picked::Files(files)) => {
            if let Some(path) = files.into_iter().next() {
                guarded(app, context, Then::Open(path));
            }
        }
        (Asked::Import, Picked::Files(files)) => guarded(app, context, Then::Import(files)),
        (Asked::SaveAs | Asked::Drawing | Asked::Definitions | Asked::File, Picked::Files(files)) => {
            if let Some(path) = files.into_iter().next() {
                typed(app, context, asked, path);
            }
        }
    }
}

/// Saves to the document's file, or asks for one.
pub(crate) fn save(app: &mut App, context: &Context) {
    match app.document.as_ref().map(|document| document.path.clone()) {
        Some(Some(path)) => save_to(app, context, &path),
        Some(None) => ask(app, context, Asked::SaveAs),
        None => {}
    }
}

/// Saves to a file.
pub(crate) fn save_to(app: &mut App, context: &Context, path: &Path) {
    let Some(document) = &mut app.document else { return };
    let project = document.project().clone();
    match shelf::write(path, &project.write()) {
        Ok(()) => {
            document.is_saved(project, path.to_owned());
            recovery::discard(app);
            remember(app, path);
            tell(app, format!("Saved {}", path.display()));
            if let Some(then) = app.after_save.take() {
                go_on(app, context, then);
            }
        }
        Err(why) => {
            app.after_save = None;
            complain(app, format!("{} was not saved: {why}", path.display()));
        }
    }
}

/// A path typed by hand: where it is another file's, only once somebody has agreed that it goes.
pub(crate) fn typed_by_hand(app: &mut App, context: &Context, asked: Asked, path: PathBuf, replaces: bool) {
    let writes = matches!(asked, Asked::SaveAs | Asked::Drawing | Asked::File);
    let own = app.document.as_ref().and_then(|document| document.path.as_ref()) == Some(&path);
    if writes && !replaces && !(own && asked == Asked::SaveAs) && path.exists() {
        app.state.ask_to_replace(asked, path);
    } else {
        typed(app, context, asked, path);
    }
}

/// What is done with the path that was given.
pub(crate) fn typed(app: &mut App, context: &Context, asked: Asked, path: PathBuf) {
    match asked {
        Asked::Open => guarded(app, context, Then::Open(path)),
        Asked::Import => guarded(app, context, Then::Import(vec![path])),
        Asked::SaveAs => save_to(app, context, &path),
        Asked::Drawing => export::drawing(app, context, path),
        Asked::Definitions => export::definitions(app, context, path),
        Asked::File => export::file(app, context, path),
    }
}

/// The catalogue of a project's region, the project's own price book laid over it.
pub(crate) fn catalogue(project: &Project, beside: Option<&Path>) -> Result<Catalogue, String> {
    let catalogue = Catalogue::load(&project.design.region).map_err(|why| why.to_string())?;
    let Some(book) = &project.price_book else { return Ok(catalogue) };
    let file = beside.and_then(Path::parent).unwrap_or(Path::new(".")).join(book);
    let text = files::read(&file).map_err(|why| format!("price book {why}"))?;
    let overlay = if file.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
        PriceOverlay::from_csv(book, &text)
    } else {
        PriceOverlay::from_ron(&text)
    };
    let laid = overlay.and_then(|overlay| catalogue.with_prices(&overlay));
    laid.map_err(|why| format!("price book {}: {why}", file.display()))
}
