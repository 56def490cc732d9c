//! What stands right of the canvas: the selected item, with its price, its findings and a form for every field.
//!
//! A form edits a copy of the item; what came out different is put in its place as one step. Fields commit when they are
//! left or Enter is pressed, so that one change is one step.

mod head;
mod text;

use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::{Design, Kind};
use egui::{ScrollArea, Ui};

use crate::command::{Command, Outbox};
use crate::grid::Pick;
use crate::model::Model;
use crate::widgets::theme::{self, Tokens};

pub fn ui(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox) {
    let Some(design) = model.design() else { return };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match model.selected {
        None => head::nothing(ui, model, out),
        Some(Pick::Item(at)) => match design.item(at) {
            Some(item) => {
                ui.push_id(at.to_string(), |ui| {
                    head::item(ui, model, at, out);
                    let mut edited = item.clone();
                    text::ui(ui, &mut edited);
                    if edited != item {
                        out.push(Command::edit(Edit::Put(edited)));
                    }
                });
            }
            None => {
                ui.label("It is no longer drawn");
            }
        },
        Some(Pick::All(kind)) => head::all_of(ui, design, *kind, out),
        Some(Pick::Aws(service)) => head::aws(ui, design, *service, out),
        Some(Pick::Internet) => head::internet(ui, design, out),
    });
}

/// Rows of names that lead to their items.
fn names(ui: &mut Ui, title: &str, all: impl Iterator<Item = (String, Pick)>, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return;
    }
    ui.add_space(8.0);
    ui.label(theme::label(title).color(tokens.muted));
    for (name, pick) in all {
        if ui.add(egui::Button::new(name).frame(false)).clicked() {
            out.push(Command::Select(Some(pick)));
        }
    }
}

/// The names of all items of a kind.
fn of_kind(design: &Design, kind: Kind) -> impl Iterator<Item = (String, Pick)> {
    let all = design.item_refs().into_iter().filter(move |at| at.kind() == kind);
    all.map(|at| (at.name().to_owned(), Pick::Item(at)))
}
