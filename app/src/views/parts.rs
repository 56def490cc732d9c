//! What stands left of the canvas: parts to add, and every item by kind.

use bayplan_engine::design::{Design, ItemRef, Kind};
use egui::{Button, RichText, ScrollArea, TextEdit, Ui};

use crate::command::{Command, Outbox};
use crate::grid::Pick;
use crate::model::Model;
use crate::parts::{self, Part, Spot};
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};

/// Which list is shown, and what is searched.
#[derive(Clone, Debug, Default)]
pub struct State {
    search: String,
    items: bool,
}

pub fn ui(ui: &mut Ui, model: &Model<'_>, state: &mut State, spot: &Spot, out: &mut Outbox) {
    let Some(design) = model.design() else { return };
    ui.horizontal(|ui| {
        ui.selectable_value(&mut state.items, false, "Parts");
        ui.selectable_value(&mut state.items, true, format!("Items {}", design.item_count()));
    });
    let hint = if state.items { "Search items" } else { "Search parts" };
    let search = ui.add(TextEdit::singleline(&mut state.search).hint_text(hint).desired_width(f32::INFINITY));
    search.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, hint));
    ui.add_space(4.0);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if state.items {
            items(ui, model, design, &state.search, out);
        } else {
            list(ui, design, &state.search, spot, out);
        }
    });
}

fn list(ui: &mut Ui, design: &Design, search: &str, spot: &Spot, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let mut group = "";
    let shown = |part: &&Part| if search.is_empty() { part.common } else { part.is_found_by(search) };
    for part in parts::parts().filter(shown) {
        if part.group != group {
            group = part.group;
            ui.add_space(6.0);
            ui.label(theme::label(group).color(tokens.muted));
        }
        let text =
            RichText::new(format!("{}   {}", part.icon, part.name)).font(egui::FontId::proportional(theme::BODY));
        let response = ui.add(Button::new(text).frame(false).min_size(egui::vec2(0.0, 22.0)));
        let name = format!("Add {}", part.name);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if response.clicked() {
            out.push_part(design, part, spot);
        }
    }
}

fn items(ui: &mut Ui, model: &Model<'_>, design: &Design, search: &str, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let search = search.to_lowercase();
    let all: Vec<ItemRef> = design.item_refs();
    for kind in Kind::ALL {
        let own: Vec<_> =
            all.iter().filter(|at| at.kind() == *kind && at.to_string().to_lowercase().contains(&search)).collect();
        if own.is_empty() {
            continue;
        }
        ui.add_space(6.0);
        ui.label(theme::label(format!("{kind} · {}", own.len())).color(tokens.muted));
        for at in own {
            let pick = Pick::Item(at.clone());
            let response = ui.selectable_label(model.is_selected(&pick), at.name());
            let name = format!("Show {at}");
            response
                .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, model.is_selected(&pick), &name));
            if response.clicked() {
                out.push(Command::Select(Some(pick)));
            }
        }
    }
    if all.is_empty() {
        ui.label(theme::small(format!("{} Nothing is drawn yet", icon::INFO)).color(tokens.muted));
    }
}
