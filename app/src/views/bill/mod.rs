//! The Bill place: what the month or the last run cost, opened from items down to records.
//!
//! In: the estimate and the last run. Out: what is selected here stays here; exports go as commands.

mod account;
mod list;
mod tree;

use std::collections::BTreeSet;

use bayplan_engine::bill::Bill;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::evaluate::Outcome;
use bayplan_engine::plan::Plan;
use bayplan_engine::report::outcome::shortfalls;
use bayplan_engine::units::Span;
use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, RichText, TextEdit, Ui};

use crate::command::{Action, Command, Outbox};
use crate::model::Model;
use crate::reports::{BillOf, REPORTS};
use crate::widgets::held::held;
use crate::widgets::icon;
use crate::widgets::progress::progress;
use crate::widgets::segments::segments;
use crate::widgets::theme::{self, Tokens};
use crate::work::JobKind;
use tree::{Grouping, Key, Order};

/// Whose bill is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Source {
    #[default]
    Estimate,
    Run,
}

/// What the place keeps between frames.
#[derive(Default)]
pub struct State {
    source: Source,
    grouping: Grouping,
    order: Order,
    search: String,
    open: BTreeSet<Key>,
    selected: Option<Key>,
}

impl State {
    /// Turns from the estimate to the bill of the last run.
    pub fn show_run(&mut self) {
        self.source = Source::Run;
    }
}

/// The bill that is shown, with what it is of.
#[derive(Clone, Copy)]
struct Shown<'a> {
    outcome: &'a Outcome,
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    /// Why it is that of an earlier design.
    stale: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn bill(&self) -> &'a Bill {
        &self.outcome.bill
    }

    /// `a month of 730 h · estimate`, `168 h · simulated, seed 1`; and the user's own price book, if one lies over prices.
    fn said(&self) -> String {
        let hours = self.outcome.window.hours();
        let window =
            if self.outcome.window == Span::MONTH { "a month of 730 h".to_owned() } else { format!("{hours:.0} h") };
        let how = match self.outcome.seed {
            Some(seed) => format!("simulated, seed {seed}"),
            None => "estimate".to_owned(),
        };
        let own = self.catalogue.prices.own();
        let own = own.map_or_else(String::new, |own| format!(" · with your own prices: {own}"));
        format!("{window} · {how}{own}")
    }
}

/// The whole place.
pub fn ui(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let Some(shown) = shown(model, state.source) else {
        CentralPanel::default().frame(Frame::new().fill(tokens.ground).inner_margin(24.0)).show(ui, |ui| {
            ui.label(theme::title("No bill yet"));
            let why = model.analysis.refused.as_deref().unwrap_or("the design is not priced yet");
            ui.label(RichText::new(format!("Here stands what a month costs, line by line: {why}")).color(tokens.warn));
        });
        return;
    };
    let side = Frame::new().fill(tokens.ground).inner_margin(Margin { left: 6, right: 16, top: 12, bottom: 12 });
    Panel::right("bill line")
        .resizable(true)
        .show_separator_line(false)
        .default_size(430.0)
        .size_range(320.0..=620.0)
        .frame(side)
        .show(ui, |ui| {
            let selected = selected(shown, state);
            if let Some(chosen) = held(ui, |ui| account::ui(ui, model, shown, selected.as_ref(), out)) {
                state.open.extend(chosen.above(state.grouping));
                state.selected = Some(chosen);
            }
        });
    let middle = Frame::new().fill(tokens.ground).inner_margin(Margin { left: 16, right: 10, top: 12, bottom: 12 });
    CentralPanel::default().frame(middle).show(ui, |ui| {
        head(ui, model, shown, state, out, &tokens);
        ui.add_space(6.0);
        list::ui(ui, model, shown, state, &tokens);
    });
}

fn shown<'a>(model: &Model<'a>, source: Source) -> Option<Shown<'a>> {
    let catalogue = model.catalogue?;
    if let (Source::Run, Some(run)) = (source, &model.results.run) {
        let now = model.document?.project();
        let stale = (!run.basis.holds(now, model.scenario)).then_some("the run is of an earlier drawing or scenario");
        return Some(Shown { outcome: &run.outcome, plan: &run.prepared.plan, catalogue, stale });
    }
    let month = model.analysis.month.as_ref()?;
    Some(Shown { outcome: &month.outcome, plan: &month.plan, catalogue, stale: model.analysis.refused.as_deref() })
}

/// What is looked at: what was selected, if the bill has it, else the dearest line.
fn selected(shown: Shown<'_>, state: &State) -> Option<Key> {
    let lines = &shown.bill().lines;
    let chosen = state.selected.clone().filter(|key| lines.iter().any(|line| key.holds(line)));
    chosen.or_else(|| lines.iter().max_by_key(|line| line.cost).map(Key::of))
}

fn head(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, state: &mut State, out: &mut Outbox, tokens: &Tokens) {
    let bill = shown.bill();
    let total = bill.total_said();
    ui.horizontal(|ui| {
        let color = if shown.stale.is_some() { tokens.muted } else { tokens.text };
        let figure = ui.label(theme::figure(&total).color(color));
        let said = format!("Total {total}, {}", shown.said());
        figure.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
        ui.label(RichText::new(shown.said()).color(tokens.muted));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            export(ui, model, shown, out);
            if model.results.run.is_some() {
                segments(ui, &mut state.source, &[(Source::Estimate, "Estimate"), (Source::Run, "Last run")]);
            }
            simulate(ui, model, shown, out);
        });
    });
    ui.horizontal(|ui| {
        remark(ui, model, shown, tokens);
    });
    ui.horizontal(|ui| {
        let groupings = Grouping::ALL.map(|grouping| (grouping, grouping.word()));
        segments(ui, &mut state.grouping, &groupings);
        let search = TextEdit::singleline(&mut state.search).hint_text("Search lines").desired_width(180.0);
        let search = ui.add(search);
        search.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, "Search lines"));
        if !state.open.is_empty() && ui.button("Close all").clicked() {
            state.open.clear();
        }
    });
}

/// Plays the month where no run is of the design as it stands.
fn simulate(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, out: &mut Outbox) {
    if let Some(share) = model.jobs.share(JobKind::Simulate) {
        if ui.button("Cancel").clicked() {
            out.push(Command::CancelJob(JobKind::Simulate));
        }
        progress(ui, share, 120.0, "Simulating");
        return;
    }
    let fresh = shown.outcome.seed.is_some() && shown.stale.is_none();
    if fresh || model.analysis.unplayable.is_some() {
        return;
    }
    let text = if model.results.run.is_some() { "Simulate again" } else { "Simulate" };
    let tooltip = "Plays the design with the seed and the days that the place Run asks for, and bills what it used";
    if ui.button(format!("{}  {text}", icon::PLAY)).on_hover_text(tooltip).clicked() {
        out.act(Action::Play);
    }
}

/// Under the total: why it is stale, what it lacks, or how it stands to the other way of pricing.
fn remark(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, tokens: &Tokens) {
    let small = |text: String, color| theme::small(text).color(color);
    if let Some(why) = shown.stale {
        let why = why.lines().next().unwrap_or(why);
        ui.label(small(format!("{} stale: {why}", icon::WARNING), tokens.warn));
        return;
    }
    let bill = shown.bill();
    if !bill.is_priced() {
        let names: Vec<_> = bill.unpriced.iter().map(|meter| shown.catalogue.label(*meter)).collect();
        let text = format!("{} without a price in {}: {}", icon::WARNING, shown.plan.region, names.join(", "));
        ui.label(small(text, tokens.warn));
    }
    for short in shortfalls(shown.plan, shown.outcome) {
        ui.label(small(format!("{} {short}", icon::WARNING), tokens.warn));
    }
    if !bill.left_out.is_empty() {
        let left: Vec<_> = bill.left_out.iter().map(|left| format!("{}: {}", left.item, left.what)).collect();
        ui.label(small(format!("{} not in the total: {}", icon::WARNING, left.join("; ")), tokens.warn));
    }
    let estimate = model.analysis.month.as_ref().map(|month| month.total);
    match (shown.outcome.seed, estimate) {
        (Some(_), Some(estimate)) => {
            let month = shown.outcome.month.total;
            let off = (month - estimate).signed_text();
            let is_month = shown.outcome.window == Span::MONTH;
            let month = if is_month { String::new() } else { format!("{} a month, ", month.cents_text()) };
            let text = format!("{month}{off} against the estimate");
            ui.label(small(text, tokens.muted));
        }
        _ if bill.claim().is_whole() => {
            ui.label(small(format!("{} every line has a price", icon::OK), tokens.good));
        }
        _ => {}
    }
}

/// The menu that takes the bill away.
fn export(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, out: &mut Outbox) {
    let Some(project) = model.project() else { return };
    ui.menu_button(format!("{}  Export", icon::EXPORT), |ui| {
        for report in REPORTS {
            let Shown { outcome, plan, catalogue, .. } = shown;
            let subject = BillOf {
                name: &project.name,
                design: &project.design,
                scenario: model.scenario.map(ScenarioId::as_str),
                plan,
                outcome,
                catalogue,
            };
            if ui.button(format!("{}  Copy as {}", icon::COPY, report.name)).clicked() {
                let what = format!("The bill as {}", report.name);
                out.push(Command::Copy { what, text: (report.bill)(&subject) });
            }
            if ui.button(format!("{}  Save {}…", icon::SAVE, report.name)).clicked() {
                let name = format!("{}-bill", project.name);
                out.push(Command::save_text(name, report.extension, (report.bill)(&subject)));
            }
        }
    });
}
