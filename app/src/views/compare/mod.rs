//! The Compare place: alternatives side by side, why they differ, which to take, and a button that takes it.
//!
//! In: what comparisons brought back. Out: commands that start, cancel, adopt, keep and export.

mod cards;
mod picks;
mod table;

use std::sync::Arc;

use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::compare::{Alternative, CompareOptions, SEEDS};
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::report::comparison::caution;
use egui::{Align, Button, CentralPanel, DragValue, Frame, Layout, Margin, Panel, RichText, ScrollArea, Ui, vec2};

use crate::command::{Command, Outbox};
use crate::document::Change;
use crate::model::Model;
use crate::reports::{ComparisonOf, REPORTS};
use crate::results::Compared;
use crate::widgets::icon;
use crate::widgets::progress::progress;
use crate::widgets::segments::segments;
use crate::widgets::theme::{self, Tokens};
use crate::work::{JobKind, Work};

/// The most seeds that may be asked for: as many as the command line is ever given, and minutes of work.
const MOST_SEEDS: u64 = 200;

/// From this width on the pick's sentence and the buttons stand side by side; below, one under the other.
const SIDE_BY_SIDE: f32 = 1100.0;

/// The least height of the cards: their heads, a few lines of words, a chart that can be read.
const LEAST_CARDS: f32 = 230.0;

/// What the place keeps between frames.
pub struct State {
    family: Family,
    seeds: u64,
    /// The name of the alternative that is looked at.
    chosen: Option<String>,
    cards: cards::State,
}

impl Default for State {
    fn default() -> Self {
        Self { family: Family::Capacity, seeds: SEEDS, chosen: None, cards: cards::State::default() }
    }
}

/// A comparison as it is shown.
#[derive(Clone, Copy)]
struct Shown<'a> {
    compared: &'a Compared,
    /// Whether it is of an earlier drawing.
    stale: bool,
    /// The place of the alternative that is looked at.
    chosen: usize,
}

impl<'a> Shown<'a> {
    fn alternatives(&self) -> &'a [Alternative] {
        &self.compared.comparison.alternatives
    }

    fn alternative(&self) -> Option<&'a Alternative> {
        self.alternatives().get(self.chosen)
    }
}

/// The whole place.
pub fn ui(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let Some(document) = model.document else { return };
    let frame = Frame::new().fill(tokens.ground).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 10 });
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let compared = model.results.comparisons.get(&state.family);
        let shown = compared.map(|compared| shown(compared, document.project(), model, state));
        head(ui, model, shown, state, out, &tokens);
        ui.add_space(4.0);
        match shown {
            Some(shown) => {
                let under_way = model.jobs.is_under_way(JobKind::Compare(state.family));
                said(ui, shown, under_way, &tokens);
                let below = Panel::bottom("pick").show_separator_line(false).resizable(false).frame(Frame::NONE);
                below.show(ui, |ui| foot(ui, model, shown, out, &tokens));
                let high = ui.available_height();
                // What a low window has no room for is scrolled to; the pick and its buttons stay.
                ScrollArea::vertical().id_salt("compared").auto_shrink(false).show(ui, |ui| {
                    let top = ui.cursor().top();
                    picks::ui(ui, shown, &mut state.chosen, &tokens);
                    ui.add_space(6.0);
                    table::ui(ui, model, shown, &mut state.chosen, high, &tokens);
                    ui.add_space(6.0);
                    let room = (high - (ui.cursor().top() - top) - 4.0).max(LEAST_CARDS);
                    cards::ui(ui, model, shown, &mut state.cards, room, out);
                });
            }
            None => nothing_yet(ui, model, state, out, &tokens),
        }
    });
}

fn shown<'a>(compared: &'a Arc<Compared>, project: &Arc<Project>, model: &Model<'_>, state: &State) -> Shown<'a> {
    let scenario = model.scenario.filter(|_| state.family != Family::Scenarios);
    let comparison = &compared.comparison;
    let by_name = state.chosen.as_ref();
    let chosen = by_name.and_then(|name| comparison.alternatives.iter().position(|a| a.name == *name));
    let first = || comparison.ranking.iter().copied().find(|place| *place != 0);
    let chosen = chosen.or(comparison.pick.filter(|place| *place != 0)).or_else(first).unwrap_or(0);
    Shown { compared, stale: !compared.basis.holds(project, scenario), chosen }
}

fn name_of(family: Family) -> &'static str {
    match family {
        Family::Capacity => "Capacity",
        Family::Egress => "Egress",
        Family::Inbound => "Inbound",
        Family::Scenarios => "My scenarios",
    }
}

/// What is to be compared, under how many seeds; starts, cancels, exports.
fn head(
    ui: &mut Ui,
    model: &Model<'_>,
    shown: Option<Shown<'_>>,
    state: &mut State,
    out: &mut Outbox,
    tokens: &Tokens,
) {
    ui.horizontal(|ui| {
        let families: Vec<_> = Family::ALL.iter().map(|family| (*family, name_of(*family))).collect();
        if segments(ui, &mut state.family, &families) {
            state.chosen = None;
        }
        let seeds = DragValue::new(&mut state.seeds).range(1..=MOST_SEEDS).suffix(" seeds").speed(0.2);
        let tooltip = "How many simulated months make the low, mid and high of each alternative";
        ui.add(seeds).on_hover_text(tooltip);
        let under = match (state.family, model.scenario) {
            (Family::Scenarios, _) => "a month each".to_owned(),
            (_, None) => "a month, as drawn".to_owned(),
            (_, Some(scenario)) => format!("a month, {scenario}"),
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(shown) = shown {
                export(ui, model, shown, out);
            }
            start(ui, model, state, shown.is_some(), out, tokens);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let label = egui::Label::new(RichText::new(&under).color(tokens.muted));
                ui.add(label.truncate()).on_hover_text(&under);
            });
        });
    });
}

fn start(ui: &mut Ui, model: &Model<'_>, state: &State, again: bool, out: &mut Outbox, tokens: &Tokens) {
    let kind = JobKind::Compare(state.family);
    if let Some(share) = model.jobs.share(kind) {
        if ui.button("Cancel").on_hover_text("Stops, and shows what there is").clicked() {
            out.push(Command::CancelJob(kind));
        }
        progress(ui, share, 180.0, "Comparing");
        return;
    }
    let why = model.analysis.unplayable.as_deref();
    let text = if again { "Compare again" } else { "Compare" };
    let text = RichText::new(format!("{}  {text}", icon::COMPARE)).color(tokens.on_accent);
    let button = ui.add_enabled(why.is_none(), Button::new(text).fill(tokens.accent));
    let button = button.on_disabled_hover_text(why.unwrap_or_default());
    if button.clicked() {
        out.push(Command::Start(work(state, model.scenario)));
    }
    if let Some(why) = why {
        ui.label(theme::small(why.lines().next().unwrap_or(why)).color(tokens.warn));
    }
}

fn work(state: &State, scenario: Option<&ScenarioId>) -> Work {
    let scenario = scenario.filter(|_| state.family != Family::Scenarios).cloned();
    let options = CompareOptions { scenario, seeds: (1..=state.seeds).collect(), ..CompareOptions::usual() };
    Work::Compare { family: state.family, options }
}

fn export(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, out: &mut Outbox) {
    let (Some(project), Some(catalogue)) = (model.project(), model.catalogue) else { return };
    ui.menu_button(format!("{}  Export", icon::EXPORT), |ui| {
        for report in REPORTS {
            let comparison = &shown.compared.comparison;
            let subject = ComparisonOf { name: &project.name, comparison, catalogue };
            if ui.button(format!("{}  Copy as {}", icon::COPY, report.name)).clicked() {
                let what = format!("The comparison as {}", report.name);
                out.push(Command::Copy { what, text: (report.comparison)(&subject) });
            }
            if ui.button(format!("{}  Save {}…", icon::SAVE, report.name)).clicked() {
                let name = format!("{}-{}", project.name, comparison.family.word());
                out.push(Command::save_text(name, report.extension, (report.comparison)(&subject)));
            }
        }
    });
}

/// What was played, and whether it still holds.
fn said(ui: &mut Ui, shown: Shown<'_>, under_way: bool, tokens: &Tokens) {
    let comparison = &shown.compared.comparison;
    let runs: usize = comparison.alternatives.iter().map(|a| a.runs.len()).sum();
    let seeds = shown.compared.options.seeds.len();
    let under = shown.compared.basis.scenario.as_ref().map_or("as drawn", |scenario| scenario.as_str());
    let hours = comparison.window.hours();
    ui.horizontal_wrapped(|ui| {
        let title = comparison.family.title();
        let so_far = if under_way { " so far" } else { "" };
        let text = format!("{title} · {hours:.0} h, {under}, {seeds} seeds · {runs} runs{so_far}");
        ui.label(theme::small(text).color(tokens.muted));
        if comparison.cancelled {
            let text = format!("{} cancelled before the end: bands are of fewer seeds", icon::WARNING);
            ui.label(theme::small(text).color(tokens.warn));
        }
        if shown.stale {
            let text = format!("{} of an earlier drawing or another scenario: compare again", icon::WARNING);
            ui.label(theme::small(text).color(tokens.warn));
        }
    });
}

fn nothing_yet(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox, tokens: &Tokens) {
    let frame = Frame::new().fill(tokens.panel).corner_radius(theme::RADIUS_CARD).inner_margin(Margin::same(18));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let (title, text) = match state.family {
            Family::Capacity => (
                "What the same tasks cost on other capacity",
                "Fargate x86 and ARM, with Spot, EC2 on the cheapest fitting types, EC2 Spot and Managed Instances, each \
                 simulated for a month under the same load",
            ),
            Family::Egress => (
                "What other ways out cost",
                "A NAT gateway in each zone, one for all, the cheapest set of endpoints, tasks in public subnets",
            ),
            Family::Inbound => {
                ("What other ways in cost", "An Application or a Network Load Balancer, an HTTP API with its VPC link")
            }
            Family::Scenarios => {
                ("What your scenarios cost", "Every scenario of the project beside the design as drawn")
            }
        };
        ui.label(theme::title(title));
        ui.label(RichText::new(text).color(tokens.muted));
        ui.add_space(4.0);
        let under_way = model.jobs.share(JobKind::Compare(state.family)).is_some();
        let none = state.family == Family::Scenarios && model.project().is_some_and(|p| p.scenarios.is_empty());
        let hint = match (under_way, none) {
            (true, _) => "It is being simulated…",
            (false, true) => "The project has no scenarios yet: keep an alternative of another family as one",
            (false, false) => "Press Compare to simulate them",
        };
        ui.label(theme::small(hint).color(tokens.muted));
    });
    ui.add_space(8.0);
    cards::without_run(ui, model, state.family, &mut state.cards, out);
}

/// The pick in a sentence, and what can be done with the alternative that is looked at.
fn foot(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, out: &mut Outbox, tokens: &Tokens) {
    ui.add_space(4.0);
    if ui.available_width() < SIDE_BY_SIDE {
        ui.horizontal_top(|ui| advice(ui, shown, false, tokens));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| buttons(ui, model, shown, out, tokens));
        return;
    }
    ui.horizontal(|ui| {
        ui.set_height(30.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons(ui, model, shown, out, tokens);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| advice(ui, shown, true, tokens));
        });
    });
}

/// The pick in a sentence: on one line, cut at its end, or on as many as it takes.
fn advice(ui: &mut Ui, shown: Shown<'_>, on_one_line: bool, tokens: &Tokens) {
    let comparison = &shown.compared.comparison;
    if comparison.pick.is_some() {
        let mark = Frame::new().fill(tokens.tint).corner_radius(theme::RADIUS_FIELD);
        mark.inner_margin(Margin::symmetric(8, 2)).show(ui, |ui| {
            ui.label(theme::label("Pick").color(tokens.good));
        });
    }
    // What the pick asks for belongs beside it: a quota to be raised, images to be built. Its risk the sentence has told.
    let mind = comparison.pick.filter(|place| *place != 0 && comparison.alternatives[*place].risks.is_empty());
    let mind = mind.map(|place| caution(comparison, place));
    let mind = mind.filter(|text| !text.is_empty()).map(|text| format!(" · mind: {text}"));
    let advice = comparison.advice() + &mind.unwrap_or_default();
    let color = if shown.stale { tokens.muted } else { tokens.text };
    let label = egui::Label::new(RichText::new(&advice).color(color));
    ui.add(if on_one_line { label.truncate() } else { label.wrap() }).on_hover_text(&advice);
}

fn buttons(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, out: &mut Outbox, tokens: &Tokens) {
    let Some(of) = shown.alternative().filter(|_| shown.chosen != 0) else { return };
    let (Some(project), true) = (model.project(), of.not_applicable.is_none()) else { return };
    let text = RichText::new(format!("Adopt {}", of.name)).color(tokens.on_accent);
    let may = !shown.stale && of.only_played.is_none();
    let adopt = ui.add_enabled(may, Button::new(text).fill(tokens.accent).min_size(vec2(0.0, 28.0)));
    let with = shown.compared.basis.scenario.as_ref();
    let hint = with.map_or_else(
        || "Makes it the drawing, as one step that can be undone".to_owned(),
        |scenario| format!("Makes it the drawing, with what scenario {scenario} changes, as one step"),
    );
    let why = "The drawing has changed since: compare again";
    let why_not = of.only_played.as_deref().filter(|_| !shown.stale).unwrap_or(why);
    if adopt.on_hover_text(hint).on_disabled_hover_text(why_not).clicked() {
        out.push(Command::edits(format!("Adopt {}", of.name), of.scenario.edits.clone()));
    }
    if shown.compared.comparison.family == Family::Scenarios {
        return;
    }
    let keep = ui.add_enabled(!shown.stale, Button::new("Add as scenario").min_size(vec2(0.0, 28.0)));
    if keep.on_hover_text("Keeps it beside the drawing").on_disabled_hover_text(why).clicked() {
        let id = free_id(project, &of.name);
        let mut scenario = of.scenario.clone();
        scenario.description = format!("{} instead of what is drawn", of.name);
        let label = format!("Add scenario {id}");
        out.push(Command::Change { label, changes: vec![Change::Scenario(id, Some(scenario))] });
    }
}

/// A name for a scenario: `fargate-arm`, `fargate-arm-2`.
fn free_id(project: &Project, name: &str) -> ScenarioId {
    let plain = |c: char| if c.is_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { ' ' };
    let words: String = name.chars().map(plain).collect();
    let slug = words.split_whitespace().collect::<Vec<_>>().join("-");
    let taken = |id: &ScenarioId| project.scenarios.contains_key(id);
    let mut id = ScenarioId::new(&slug);
    // Bounded by the scenarios there are: each number is taken at most once.
    for number in 2.. {
        if !taken(&id) {
            break;
        }
        id = ScenarioId::new(&format!("{slug}-{number}"));
    }
    id
}
