//! The findings under the canvas: each leads to its item and offers its fixes.

use bayplan_engine::checks::{Diagnostic, Fix, Severity, Subject};
use egui::{Align, Button, Layout, RichText, Ui};

use crate::command::{Action, Command, Outbox};
use crate::document::Change;
use crate::grid::Pick;
use crate::model::Model;
use crate::widgets::icon;
use crate::widgets::rows::{Heights, rows};
use crate::widgets::theme::{self, Tokens};

pub fn ui(ui: &mut Ui, model: &Model<'_>, open: &mut bool, heights: &mut Heights, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let findings = &model.analysis.findings;
    ui.horizontal(|ui| {
        ui.label(theme::strong(format!("Problems {}", findings.len())));
        allowed(ui, model, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let fold = ui.add(Button::new(icon::DOWN.to_string()).frame(false));
            fold.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Hide problems"));
            if fold.clicked() {
                *open = false;
            }
        });
    });
    if findings.is_empty() {
        ui.label(theme::small("Nothing to mend: every rule is content").color(tokens.muted));
    }
    rows(ui, heights, findings.len(), |ui, place| row(ui, &findings[place], out, &tokens));
}

/// Rules switched off, to be switched on again.
fn allowed(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox) {
    let Some(project) = model.project().filter(|project| !project.allowed.is_empty()) else { return };
    ui.menu_button(format!("{} allowed", project.allowed.len()), |ui| {
        for rule in &project.allowed {
            if ui.button(format!("Look for {rule} again")).clicked() {
                let changes = vec![Change::Allow(rule.clone(), false)];
                out.push(Command::Change { label: format!("Look for {rule} again"), changes });
            }
        }
    });
}

fn sign(severity: Severity, tokens: &Tokens) -> (char, egui::Color32) {
    match severity {
        Severity::Error => (icon::ERROR, tokens.bad),
        Severity::Warning => (icon::WARNING, tokens.warn),
        Severity::Advice => (icon::ADVICE, tokens.accent),
    }
}

fn row(ui: &mut Ui, finding: &Diagnostic, out: &mut Outbox, tokens: &Tokens) {
    let (sign, color) = sign(finding.severity, tokens);
    ui.horizontal(|ui| {
        let severity = ui.label(RichText::new(sign.to_string()).color(color).size(15.0));
        severity.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, finding.severity.word()));
        let place = match &finding.scenario {
            Some(id) if finding.at.item.item().is_some() => format!("{}, in {id}", finding.at),
            Some(_) | None => finding.at.to_string(),
        };
        let jump =
            Button::new(RichText::new(&place).font(egui::FontId::proportional(theme::BODY))).frame(false).truncate();
        let width = (ui.available_width() * 0.18).clamp(120.0, 220.0);
        let jumped = ui
            .allocate_ui_with_layout(egui::vec2(width, 22.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(width);
                let whereto =
                    if finding.at.item.item().is_some() { "Show it on the canvas" } else { "Show the scenario" };
                ui.add(jump).on_hover_text(whereto).clicked()
            })
            .inner;
        if jumped {
            lead_to(finding, out);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let rule = finding.rule.0;
            let more = ui.menu_button(icon::MORE.to_string(), |ui| {
                for fix in finding.fixes.iter().skip(1) {
                    self::fix(ui, &place, fix, out);
                }
                if ui.button("Allow this rule in this project").clicked() {
                    let changes = vec![Change::Allow(rule.to_owned(), true)];
                    out.push(Command::Change { label: format!("Allow {rule}"), changes });
                }
                ui.label(theme::small(rule).color(tokens.muted));
            });
            more.response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, format!("More about {place}, {rule}"))
            });
            if let Some(first) = finding.fixes.first() {
                self::fix(ui, &place, first, out);
            }
            if finding.is_of_account {
                let lead = ui.add(Button::new(RichText::new("Open the account").size(theme::LABEL + 1.0)));
                let name = format!("Open the account for {place}");
                lead.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                if lead.clicked() {
                    out.push(Command::Select(Some(Pick::Account)));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = format!("{}. {}", finding.message, finding.hint);
                ui.add(egui::Label::new(RichText::new(text).size(12.0)).wrap());
            });
        });
    });
}

/// Shows where a finding is: under the scenario that it was found in, the item on the canvas or the scenario's form.
fn lead_to(finding: &Diagnostic, out: &mut Outbox) {
    if finding.scenario.is_some() {
        out.push(Command::Scenario(finding.scenario.clone()));
    }
    match &finding.at.item {
        Subject::Item(at) => {
            out.push(Command::Select(Some(Pick::Item(at.clone()))));
            out.act(Action::FitSelection);
        }
        Subject::Scenario(_) => {
            out.act(Action::Scenarios);
        }
    }
}

/// The button that mends a finding.
fn fix(ui: &mut Ui, place: &str, fix: &Fix, out: &mut Outbox) {
    let response = ui.add(Button::new(RichText::new(&fix.label).size(theme::LABEL + 1.0)));
    let name = format!("Fix {place}: {}", fix.label);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if response.clicked() {
        out.push(Command::edits(fix.label.clone(), fix.edits.clone()));
    }
}
