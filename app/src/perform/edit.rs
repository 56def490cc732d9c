//! Changes of the document: edits under their names, undo and redo, delete, duplicate.

use bayplan_engine::design::ItemRef;
use bayplan_engine::design::edit::Edit;

use super::{complain, tell};
use crate::app::App;
use crate::document::Change;
use crate::grid::Pick;

/// Does changes as one step of the history.
pub(super) fn change(app: &mut App, label: &str, changes: &[Change]) {
    let Some(document) = &mut app.document else { return };
    match document.apply(label, changes) {
        Ok(()) => {
            app.notice = None;
            follow_renames(app, changes);
        }
        Err(why) => complain(app, format!("{label}: {why}")),
    }
    app.look_again = true;
}

/// What is renamed stays selected under its new name; what is gone is no longer selected; what is new is.
fn follow_renames(app: &mut App, changes: &[Change]) {
    for change in changes {
        if let Change::Edit(Edit::Rename(at, name)) = change
            && app.selected.as_ref().and_then(Pick::item) == Some(at)
        {
            app.selected = Some(Pick::Item(at.kind().named(name)));
        }
    }
    drop_missing(app);
}

fn drop_missing(app: &mut App) {
    let Some(document) = &app.document else { return };
    let gone = |at: &ItemRef| !document.project().design.contains(at);
    if app.selected.as_ref().and_then(Pick::item).is_some_and(gone) {
        app.selected = None;
    }
    if app.scenario.as_ref().is_some_and(|id| !document.project().scenarios.contains_key(id)) {
        app.scenario = None;
    }
}

pub(super) fn undo(app: &mut App) {
    if let Some(label) = app.document.as_mut().and_then(crate::document::Document::undo) {
        tell(app, format!("Undone: {label}"));
        drop_missing(app);
        app.look_again = true;
    }
}

pub(super) fn redo(app: &mut App) {
    if let Some(label) = app.document.as_mut().and_then(crate::document::Document::redo) {
        tell(app, format!("Done again: {label}"));
        drop_missing(app);
        app.look_again = true;
    }
}

pub(super) fn delete(app: &mut App) {
    if let Some(Pick::Item(at)) = app.selected.clone() {
        let edit = Edit::Remove(at);
        change(app, &edit.describe(), &[Change::Edit(edit)]);
    }
}

pub(super) fn duplicate(app: &mut App) {
    let Some(Pick::Item(at)) = app.selected.clone() else { return };
    let Some(document) = &app.document else { return };
    let design = &document.project().design;
    let Some(item) = design.item(&at) else { return };
    let name = crate::parts::free_name(design, at.kind(), at.name());
    let edit = Edit::Put(item.renamed(&name));
    change(app, &format!("Duplicate {at}"), &[Change::Edit(edit)]);
    app.selected = Some(Pick::Item(at.kind().named(&name)));
}
