//! Find or do: one list of actions, items and parts, narrowed by typing.

use egui::{Align2, Id, Key, Modal, Modifiers, RichText, ScrollArea, TextEdit, Ui};

use super::State as Views;
use crate::command::{Action, Command, Outbox, ROWS};
use crate::grid::Pick;
use crate::model::Model;
use crate::parts::{self, Part};
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};

/// What the list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    All,
    Parts,
}

/// The list, while it is open.
#[derive(Clone, Debug, Default)]
pub struct State {
    open: Option<Scope>,
    search: String,
    at: usize,
    fresh: bool,
}

impl State {
    /// Actions, items and parts.
    pub fn open_all(&mut self) {
        *self = Self { open: Some(Scope::All), fresh: true, ..Self::default() };
    }

    /// Parts alone.
    pub fn open_parts(&mut self) {
        *self = Self { open: Some(Scope::Parts), fresh: true, ..Self::default() };
    }

    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

/// A row of the list.
enum Entry {
    Do(Action),
    Show(Pick),
    Add(&'static Part),
    Scenario(bayplan_engine::design::id::ScenarioId),
}

pub fn ui(ui: &mut Ui, model: &Model<'_>, views: &mut Views, out: &mut Outbox) {
    let Some(scope) = views.palette.open else { return };
    let entries = entries(ui, model, scope, &views.palette.search);
    let area =
        egui::Area::new(Id::unique("palette")).anchor(Align2::CENTER_TOP, [0.0, 70.0]).order(egui::Order::Foreground);
    let modal = Modal::new(Id::unique("palette")).area(area).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        list(ui, &mut views.palette, scope, &entries)
    });
    if let Some(picked) = modal.inner {
        carry_out(&entries[picked].2, model, views, out);
        views.palette.open = None;
    } else if modal.should_close() {
        views.palette.open = None;
    }
}

/// The picked row, if one was picked in this frame.
fn list(ui: &mut Ui, state: &mut State, scope: Scope, entries: &[(String, String, Entry)]) -> Option<usize> {
    let tokens = Tokens::of(ui.ctx());
    let (down, up, enter) = ui.input_mut(|i| {
        let mut key = |key| i.consume_key(Modifiers::NONE, key);
        (key(Key::ArrowDown), key(Key::ArrowUp), key(Key::Enter))
    });
    let hint = if scope == Scope::Parts { "Add a part" } else { "Find an item, or do something" };
    let edit = TextEdit::singleline(&mut state.search).hint_text(hint).desired_width(f32::INFINITY);
    let edit = ui.add(edit);
    edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, hint));
    if state.fresh {
        edit.request_focus();
        state.fresh = false;
    }
    if edit.changed() {
        state.at = 0;
    }
    let last = entries.len().saturating_sub(1);
    state.at = if down {
        (state.at + 1).min(last)
    } else if up {
        state.at.saturating_sub(1)
    } else {
        state.at.min(last)
    };
    let mut picked = (enter && !entries.is_empty()).then_some(state.at);
    ui.add_space(6.0);
    ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
        for (place, (text, aside, _)) in entries.iter().enumerate() {
            let row = egui::Button::selectable(place == state.at, text.as_str())
                .shortcut_text(RichText::new(aside).color(tokens.muted))
                .min_size(egui::vec2(ui.available_width(), 26.0));
            let response = ui.add(row);
            if place == state.at && (down || up) {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                picked = Some(place);
            }
        }
        if entries.is_empty() {
            ui.label(theme::small("Nothing is called so").color(tokens.muted));
        }
    });
    picked
}

fn entries(ui: &Ui, model: &Model<'_>, scope: Scope, search: &str) -> Vec<(String, String, Entry)> {
    let words = search.to_lowercase();
    let found = |text: &str| words.split_whitespace().all(|word| text.to_lowercase().contains(word));
    let mut all = Vec::new();
    let project = model.project();
    if scope == Scope::All {
        for row in ROWS.iter().filter(|row| project.is_some() || !row.needs_project).filter(|row| found(row.text)) {
            let shortcut = row.shortcuts.first().map(|s| ui.ctx().format_shortcut(s)).unwrap_or_default();
            all.push((row.text.to_owned(), shortcut, Entry::Do(row.action)));
        }
        let account = "Account: settings, quotas, Savings Plans";
        if project.is_some() && found(account) {
            all.push((account.to_owned(), "account".to_owned(), Entry::Show(Pick::Account)));
        }
        let items = project.map(|p| p.design.item_refs()).unwrap_or_default();
        for at in items.into_iter().filter(|at| found(&at.to_string())) {
            all.push((at.name().to_owned(), at.kind().to_string(), Entry::Show(Pick::Item(at))));
        }
        for id in project.iter().flat_map(|p| p.scenarios.keys()).filter(|id| found(&format!("scenario {id}"))) {
            all.push((format!("{}  {id}", icon::SCENARIO), "scenario".to_owned(), Entry::Scenario(id.clone())));
        }
    }
    if project.is_some() && (scope == Scope::Parts || !words.is_empty()) {
        for part in parts::parts().filter(|part| part.is_found_by(&words)) {
            let text = format!("{}  {}", part.icon, part.name);
            all.push((text, format!("add · {}", part.group), Entry::Add(part)));
        }
    }
    all
}

fn carry_out(entry: &Entry, model: &Model<'_>, views: &Views, out: &mut Outbox) {
    match entry {
        Entry::Do(action) => out.act(*action),
        Entry::Show(pick) => {
            out.push(Command::Select(Some(pick.clone())));
            out.act(Action::FitSelection);
        }
        Entry::Scenario(id) => out.push(Command::Scenario(Some(id.clone()))),
        Entry::Add(part) => {
            let Some(design) = model.design() else { return };
            out.push_part(design, part, &views.spot);
        }
    }
}
