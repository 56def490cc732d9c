//! The two answers above the table: the cheapest that serves as well, with what it risks, and beside it the cheapest that
//! keeps architecture, fallback and zones. A card chosen is looked at like a row of the table.

use bayplan_engine::evaluate::compare::Alternative;
use bayplan_engine::evaluate::risk::Risk;
use bayplan_engine::report::comparison::caution;
use bayplan_engine::units::Usd;
use egui::{Align, Frame, Layout, Margin, Response, RichText, Role, Sense, Stroke, Ui, WidgetInfo};

use super::Shown;
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};

/// Both cards side by side; one alone where the cheapest risks nothing new. Answers how high they are.
pub(super) fn ui(ui: &mut Ui, shown: Shown<'_>, chosen: &mut Option<String>, tokens: &Tokens) {
    let comparison = &shown.compared.comparison;
    let Some(pick) = comparison.pick else { return };
    let safe = comparison.safe.filter(|safe| *safe != pick);
    ui.columns(if safe.is_some() { 2 } else { 1 }, |columns| {
        let places =
            std::iter::once((pick, "Cheapest", tokens.warn)).chain(safe.map(|safe| (safe, "Safe", tokens.good)));
        for (ui, (place, word, ink)) in columns.iter_mut().zip(places) {
            let ink = if comparison.alternatives[place].risks.is_empty() { tokens.good } else { ink };
            if card(ui, shown, place, (word, ink), tokens).clicked() {
                *chosen = Some(comparison.alternatives[place].name.clone());
            }
        }
    });
}

fn card(ui: &mut Ui, shown: Shown<'_>, place: usize, (word, ink): (&str, egui::Color32), tokens: &Tokens) -> Response {
    let of = &shown.compared.comparison.alternatives[place];
    let edge = if shown.chosen == place { tokens.accent } else { tokens.line };
    let frame = Frame::new()
        .fill(tokens.panel)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::symmetric(12, 8));
    let inside = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
            ui.horizontal(|ui| {
                let chip = Frame::new().fill(tokens.tint).corner_radius(theme::RADIUS_FIELD);
                chip.inner_margin(Margin::symmetric(8, 2)).show(ui, |ui| ui.label(theme::label(word).color(ink)));
                let text = if shown.stale { tokens.muted } else { tokens.text };
                ui.add(egui::Label::new(theme::strong(&of.name).color(text)).truncate());
                if let Some(change) = change(of, &shown.compared.comparison.alternatives) {
                    let color =
                        if of.difference.is_some_and(|usd| usd < Usd::ZERO) { tokens.good } else { tokens.muted };
                    ui.add(egui::Label::new(RichText::new(change).color(color)).truncate());
                }
            });
            let (sign, said) = said(shown, place, of);
            let line = format!("{sign}  {said}");
            ui.add(egui::Label::new(theme::small(&line).color(tokens.muted)).truncate()).on_hover_text(said);
        });
    });
    let response = ui.interact(inside.response.rect, ui.scope_id().with(("pick", place)), Sense::click());
    let name = format!("{word}: {}", of.name);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, shown.chosen == place, &name));
    response
}

/// `−$2,019.50 a month · −29 %`.
fn change(of: &Alternative, all: &[Alternative]) -> Option<String> {
    let change = of.difference.filter(|usd| *usd != Usd::ZERO)?;
    let drawn = all.first().and_then(|drawn| drawn.band).map(|band| band.mid.dollars()).filter(|drawn| *drawn > 0.0);
    let share = drawn.map_or_else(String::new, |drawn| {
        let percent = change.dollars() / drawn * 100.0;
        format!(" · {}{:.0} %", if percent < 0.0 { "−" } else { "+" }, percent.abs())
    });
    Some(format!("{}{share}", change.signed_text()))
}

/// What it risks, behind a sign; else that it risks nothing, and what there is to mind.
fn said(shown: Shown<'_>, place: usize, of: &Alternative) -> (char, String) {
    if !of.risks.is_empty() {
        return (icon::WARNING, of.risks.iter().map(Risk::said).collect::<Vec<_>>().join(" · "));
    }
    let keeps = if place == 0 { "What stands in the design" } else { "Keeps architecture, fallback and zones" };
    let mind = caution(&shown.compared.comparison, place);
    (icon::CHECK, if mind.is_empty() { keeps.to_owned() } else { format!("{keeps} · {mind}") })
}
