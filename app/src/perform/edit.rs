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
    app.also.retain(|pick| pick.item().is_none_or(|at| !gone(at)));
    if app.selected.is_none() {
        app.selected = app.also.pop();
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

/// One thing, or nothing.
pub(super) fn select(app: &mut App, pick: Option<Pick>) {
    app.selected = pick;
    app.also.clear();
}

/// Takes something into what is selected, or out of it; what came last is what the inspector would show alone.
pub(super) fn select_also(app: &mut App, pick: Pick) {
    if app.selected.as_ref() == Some(&pick) {
        app.selected = app.also.pop();
    } else if let Some(place) = app.also.iter().position(|other| *other == pick) {
        app.also.remove(place);
    } else {
        app.also.extend(app.selected.replace(pick));
    }
}

/// Every item on the canvas.
pub(super) fn select_all(app: &mut App) {
    let nodes = app.analysis.grid.nodes.iter().map(|node| &node.of);
    let mut all: Vec<Pick> = nodes.filter(|pick| pick.item().is_some()).cloned().collect();
    all.dedup();
    app.selected = all.pop();
    app.also = all;
}

/// The items selected, in the order they were.
fn items(app: &App) -> Vec<ItemRef> {
    app.also.iter().chain(&app.selected).filter_map(|pick| pick.item().cloned()).collect()
}

pub(super) fn delete(app: &mut App) {
    let edits: Vec<_> = items(app).into_iter().map(Edit::Remove).collect();
    let label = match &edits[..] {
        [] => return,
        [one] => one.describe(),
        several => format!("Remove {} items", several.len()),
    };
    change(app, &label, &edits.into_iter().map(Change::Edit).collect::<Vec<_>>());
}

pub(super) fn duplicate(app: &mut App) {
    let all = items(app);
    let Some(document) = &app.document else { return };
    // Each copy is drawn before the next is named, so that no two take one name.
    let mut design = document.project().design.clone();
    let (mut changes, mut copies) = (Vec::new(), Vec::new());
    for at in &all {
        let Some(item) = design.item(at) else { continue };
        let copy = item.renamed(&crate::parts::free_name(&design, at.kind(), at.name()));
        copies.push(Pick::Item(copy.at()));
        design.put(copy.clone());
        changes.push(Change::Edit(Edit::Put(copy)));
    }
    let label = match &all[..] {
        [one] => format!("Duplicate {one}"),
        several => format!("Duplicate {} items", several.len()),
    };
    if changes.is_empty() {
        return;
    }
    change(app, &label, &changes);
    app.selected = copies.pop();
    app.also = copies;
}
