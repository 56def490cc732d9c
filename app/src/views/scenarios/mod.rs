//! Scenarios, in the inspector's place: add, rename, duplicate, delete, and everything one holds.
//!
//! The form edits a copy of the scenario; what came out different is put in its place as one step, named for what changed.

mod edits;
mod faults;

use std::cell::RefCell;
use std::collections::BTreeMap;

use bayplan_engine::design::edit::difference;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::scenario::{PlannedDeployment, RevisionFault, Scenario};
use bayplan_engine::units::Span;
use egui::{Align, Button, Layout, RichText, ScrollArea, TextEdit, Ui};

use crate::command::{Command, Outbox};
use crate::document::Change;
use crate::model::Model;
use crate::widgets::fields::{Form, paragraph};
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};
use crate::widgets::units::{INSTANT, SEED, SPAN};

pub fn ui(ui: &mut Ui, model: &Model<'_>, open: &mut bool, out: &mut Outbox) {
    let Some(project) = model.project() else { return };
    let tokens = Tokens::of(ui.ctx());
    ui.horizontal(|ui| {
        ui.label(theme::title("Scenarios"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if sign(ui, icon::X, "Close scenarios").clicked() {
                *open = false;
            }
        });
    });
    ui.label(theme::small("What differs from the drawing, and what goes wrong").color(tokens.muted));
    ui.add_space(6.0);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        list(ui, model, project, out);
        let chosen = model.scenario.and_then(|id| Some((id, project.scenarios.get(id)?)));
        if let Some((id, scenario)) = chosen {
            ui.add_space(6.0);
            ui.separator();
            ui.push_id(id.as_str(), |ui| one(ui, model, project, (id, scenario), out));
        }
    });
}

fn sign(ui: &mut Ui, sign: char, name: &str) -> egui::Response {
    let button = ui.add(Button::new(sign.to_string()).frame(false));
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    button.on_hover_text(name)
}

/// All of them; the chosen one is what the canvas and its prices show.
fn list(ui: &mut Ui, model: &Model<'_>, project: &Project, out: &mut Outbox) {
    let row = |ui: &mut Ui, chosen: bool, text: &str| {
        ui.add(Button::selectable(chosen, text).min_size(egui::vec2(ui.available_width(), 26.0))).clicked()
    };
    if row(ui, model.scenario.is_none(), "As drawn") {
        out.push(Command::Scenario(None));
    }
    for id in project.scenarios.keys() {
        if row(ui, model.scenario == Some(id), id.as_str()) {
            out.push(Command::Scenario(Some(id.clone())));
        }
    }
    if ui.button(format!("{} Add scenario", icon::PLUS)).clicked() {
        let id = free_name(project, "scenario");
        put(format!("Add scenario {id}"), id, Scenario::default(), out);
    }
}

/// Puts a scenario into the project and shows it.
fn put(label: String, id: ScenarioId, scenario: Scenario, out: &mut Outbox) {
    out.push(Command::Change { label, changes: vec![Change::Scenario(id.clone(), Some(scenario))] });
    out.push(Command::Scenario(Some(id)));
}

fn free_name(project: &Project, stem: &str) -> ScenarioId {
    // Bounded by how many there are: one more name than scenarios cannot all be taken.
    let numbered = (2u32..).map(|number| ScenarioId::new(&format!("{stem}-{number}")));
    let mut names = std::iter::once(ScenarioId::new(stem)).chain(numbered);
    names.find(|id| !project.scenarios.contains_key(id)).unwrap_or_else(|| ScenarioId::new(stem))
}

fn one(ui: &mut Ui, model: &Model<'_>, project: &Project, of: (&ScenarioId, &Scenario), out: &mut Outbox) {
    let (id, scenario) = of;
    head(ui, project, id, scenario, out);
    let mut edited = scenario.clone();
    let form = &Form { design: &project.design, at: None, assumptions: &BTreeMap::new(), told: RefCell::default() };
    if let Some(text) = paragraph(ui, "What it asks", &scenario.description, 3) {
        edited.description = text;
    }
    form.value(ui, "starts_at", "Starts at", &mut edited.starts_at, &INSTANT);
    form.pick(ui, "cold_start", "Begins", &mut edited.cold_start, &[false, true], |cold| {
        if *cold { "cold, with nothing".to_owned() } else { "warm, all healthy".to_owned() }
    });
    form.maybe(ui, "seed", "Seed", &mut edited.seed, &SEED, "1");
    edits::ui(ui, form, &mut edited.edits);
    take_over(ui, model, project, of, out);
    faults::ui(ui, form, &mut edited.faults);
    deployments(ui, form, &mut edited.deployments);
    if edited != *scenario {
        let label = format!("{} of scenario {id}", changed(scenario, &edited));
        out.push(Command::Change { label, changes: vec![Change::Scenario(id.clone(), Some(edited))] });
    }
}

/// Any change can be a scenario's: it is drawn, seen, and then moved out of the drawing into the scenario.
fn take_over(ui: &mut Ui, model: &Model<'_>, project: &Project, of: (&ScenarioId, &Scenario), out: &mut Outbox) {
    let (id, scenario) = of;
    let last = model.document.and_then(crate::document::Document::last_drawn);
    let text = last.map_or("Move the last change here".to_owned(), |(label, _)| format!("Move here: {label}"));
    let hint = "Takes the last change out of the drawing and makes it an edit of this scenario";
    let why = "Change the drawing as the scenario shall have it; the change can then be moved here";
    let button = ui.add_enabled(last.is_some(), Button::new(text).truncate());
    if let (true, Some((label, before))) = (button.on_hover_text(hint).on_disabled_hover_text(why).clicked(), last) {
        let mut scenario = scenario.clone();
        scenario.edits.extend(difference(&before.design, &project.design));
        let back = difference(&project.design, &before.design).into_iter().map(Change::Edit);
        let changes = back.chain([Change::Scenario(id.clone(), Some(scenario))]).collect();
        out.push(Command::Change { label: format!("Move into scenario {id}: {label}"), changes });
    }
}

/// What differs, in a word.
fn changed(before: &Scenario, after: &Scenario) -> &'static str {
    let parts = [
        (before.description != after.description, "Description"),
        (before.starts_at != after.starts_at, "Start"),
        (before.cold_start != after.cold_start, "Beginning"),
        (before.seed != after.seed, "Seed"),
        (before.edits != after.edits, "Edits"),
        (before.faults != after.faults, "Faults"),
    ];
    parts.into_iter().find(|(differs, _)| *differs).map_or("Deployments", |(_, word)| word)
}

/// Its name, which can be changed, and what can be done with the whole of it.
fn head(ui: &mut Ui, project: &Project, id: &ScenarioId, scenario: &Scenario, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    ui.horizontal(|ui| {
        ui.label(RichText::new("Name").color(tokens.muted).size(12.0));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if sign(ui, icon::TRASH, &format!("Delete scenario {id}")).clicked() {
                let changes = vec![Change::Scenario(id.clone(), None)];
                out.push(Command::Change { label: format!("Delete scenario {id}"), changes });
            }
            if sign(ui, icon::COPY, &format!("Duplicate scenario {id}")).clicked() {
                let copy = free_name(project, id.as_str());
                put(format!("Duplicate scenario {id}"), copy, scenario.clone(), out);
            }
        });
    });
    let key = ui.scope_id().with("name");
    let mut name: String = ui.data_mut(|data| data.get_temp(key)).unwrap_or_else(|| id.to_string());
    let edit = TextEdit::singleline(&mut name).font(egui::FontId::new(theme::TITLE, theme::semibold()));
    let response = ui.add(edit.desired_width(f32::INFINITY));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, format!("Name of scenario {id}")));
    if response.lost_focus() {
        ui.data_mut(|data| data.remove_temp::<String>(key));
        let to = ScenarioId::new(name.trim());
        if to == *id || name.trim().is_empty() {
            return;
        }
        if project.scenarios.contains_key(&to) {
            return out.push(Command::Complain(format!("there is already a scenario {to}")));
        }
        let changes = vec![Change::Scenario(id.clone(), None), Change::Scenario(to.clone(), Some(scenario.clone()))];
        out.push(Command::Change { label: format!("Rename scenario {id} to {to}"), changes });
        out.push(Command::Scenario(Some(to)));
    } else if response.changed() {
        ui.data_mut(|data| data.insert_temp(key, name));
    }
}

/// Deployments that happen during the run.
fn deployments(ui: &mut Ui, form: &Form<'_>, deployments: &mut Vec<PlannedDeployment>) {
    let count = deployments.len();
    form.section(ui, "deployments", &format!("Deployments · {count}"), count > 0, |ui| {
        let Some(first) = form.design.services.keys().next() else {
            ui.label(theme::small("There is no service to deploy"));
            return;
        };
        let name = |deployment: &PlannedDeployment| {
            let fails = deployment.fails.map(|fails| format!(", its tasks {}", outcome(Some(fails))));
            format!("{} after {}{}", deployment.service, show(deployment.at), fails.unwrap_or_default())
        };
        let fresh = || PlannedDeployment { service: first.clone(), at: Span::HOUR, fails: None };
        form.records(ui, "deployment", deployments, name, fresh, |ui, deployment| {
            form.reference(ui, "service", "Service", &mut deployment.service, form.design.services.keys().cloned());
            form.value(ui, "at", "After", &mut deployment.at, &SPAN);
            let all = [None, Some(RevisionFault::NeverStarts), Some(RevisionFault::NeverHealthy)];
            form.pick(ui, "fails", "Its new tasks", &mut deployment.fails, &all, |fails| outcome(*fails).to_owned());
        });
    });
}

/// What becomes of a new revision's tasks.
fn outcome(fails: Option<RevisionFault>) -> &'static str {
    match fails {
        None => "run",
        Some(RevisionFault::NeverStarts) => "fail to start",
        Some(RevisionFault::NeverHealthy) => "fail health checks",
    }
}

/// A span as its field shows it.
fn show(span: Span) -> String {
    (SPAN.show)(&span)
}
