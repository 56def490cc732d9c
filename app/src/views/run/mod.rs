//! The place Run: the design played over time. Empty until something was played; says so when the drawing has moved on.
//!
//! In: the last run. Out: the playhead and what is chosen stay here; playing and cancelling go as commands.

mod bay_plan;
mod detail;
mod head;
mod holds;
mod moment;
mod quay;
mod timeline;

use bayplan_engine::plan::index::Ix;
use bayplan_engine::plan::service::PlannedService;
use bayplan_engine::report::outcome;
use bayplan_engine::simulation::trace::{InstanceLife, TaskLife, Trace};
use bayplan_engine::units::{SimTime, Span};
use bayplan_engine::usage::record::Thing;
use egui::{Align, CentralPanel, DragValue, Frame, Layout, Margin, Panel, RichText, ScrollArea, Stroke, Ui, vec2};

use crate::command::{Action, Command, Outbox};
use crate::grid::bands::slots;
use crate::model::Model;
use crate::results::Played;
use crate::widgets::chart_view::{ChartAction, ChartView};
use crate::widgets::held::held;
use crate::widgets::icon;
use crate::widgets::progress::progress;
use crate::widgets::theme::{self, Tokens};
use crate::work::{JobKind, Work};
use bay_plan::Scene;
use moment::Moment;
use timeline::Speed;

/// What is of an earlier drawing stays until the new one is there, so much paler.
const STALE: f32 = 0.55;

/// What is looked at in the bay plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    Task(Ix<TaskLife>),
    Instance(Ix<InstanceLife>),
    Service(Ix<PlannedService>),
}

/// What a run is asked for, and where somebody is in it.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The scenario's own seed, or 1, where none is given.
    seed: Option<u64>,
    /// A month of 730 hours where none is given.
    days: Option<u64>,
    /// The moment that is looked at, in milliseconds since the run's start.
    at_ms: u64,
    playing: bool,
    speed: Speed,
    chosen: Option<Chosen>,
    /// The chart that is shown.
    chart: usize,
    /// The event that the list was last brought to.
    listed_at: usize,
}

impl State {
    /// What playing the design asks for.
    pub fn work(&self, model_scenario: Option<&bayplan_engine::design::id::ScenarioId>) -> Work {
        let window = self.days.map_or(Span::MONTH, Span::from_days);
        Work::Simulate { scenario: model_scenario.cloned(), seed: self.seed, window }
    }

    /// Moves the playhead to what a record of the bill is of.
    pub fn look_at(&mut self, thing: Thing, at_ms: u64) {
        (self.at_ms, self.playing) = (at_ms, false);
        self.chosen = match thing {
            Thing::Task(number) => Some(Chosen::Task(Ix::new(number))),
            Thing::Instance(number) => Some(Chosen::Instance(Ix::new(number))),
            Thing::Standing | Thing::Flow | Thing::Tasks(_) | Thing::Instances(_) => None,
        };
    }

    /// Another run has other tasks.
    pub fn forget_chosen(&mut self) {
        self.chosen = None;
    }

    fn toggle(&mut self, window_ms: u64) {
        if !self.playing && self.at_ms >= window_ms {
            self.at_ms = 0;
        }
        self.playing = !self.playing;
    }
}

/// The whole place.
pub fn ui(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let ground = Frame::new().fill(tokens.ground).inner_margin(Margin::symmetric(16, 12));
    let Some(played) = &model.results.run else {
        CentralPanel::default().frame(ground).show(ui, |ui| empty(ui, model, state, out, &tokens));
        return;
    };
    let Some(trace) = &played.outcome.trace else { return };
    let window_ms = played.outcome.window.ms();
    state.at_ms = state.at_ms.min(window_ms);
    timeline::pass(ui, state, window_ms);
    whole(ui, model, played, trace, state, out);
}

/// What would stand here, and the way to get it.
fn empty(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox, tokens: &Tokens) {
    ui.add_space((ui.available_height() * 0.25).min(180.0));
    ui.vertical_centered(|ui| {
        ui.label(theme::figure("Play this design"));
        ui.add_space(4.0);
        let what = "Here stands every task and every instance from minute to minute under the load you drew:\n\
                    where they stand, how they scale, what finds no place, what is asked in vain, what it costs";
        ui.label(RichText::new(what).color(tokens.muted));
        ui.add_space(16.0);
        ui.allocate_ui_with_layout(vec2(330.0, 30.0), Layout::left_to_right(Align::Center), |ui| {
            asked(ui, model, state);
        });
        ui.add_space(12.0);
        if let Some(why) = &model.analysis.unplayable {
            ui.label(RichText::new(format!("It cannot be played yet: {why}")).color(tokens.warn));
            return;
        }
        ui.allocate_ui_with_layout(vec2(330.0, 34.0), Layout::left_to_right(Align::Center), |ui| {
            play(ui, model, out, "Play the design");
        });
    });
}

/// Progress and cancel while a run is under way, else the button that plays.
fn play(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox, text: &str) {
    let tokens = Tokens::of(ui.ctx());
    if let Some(share) = model.jobs.share(JobKind::Simulate) {
        progress(ui, share, 160.0, "Simulating");
        if ui.button("Cancel").clicked() {
            out.push(Command::CancelJob(JobKind::Simulate));
        }
        return;
    }
    let text = RichText::new(format!("{}  {text}", icon::PLAY)).color(tokens.on_accent);
    let button = egui::Button::new(text).fill(tokens.accent);
    if ui.add_enabled(model.analysis.unplayable.is_none(), button).on_hover_text(Action::Play.row().tooltip).clicked() {
        out.act(Action::Play);
    }
}

/// Seed and days.
fn asked(ui: &mut Ui, model: &Model<'_>, state: &mut State) {
    let tokens = Tokens::of(ui.ctx());
    let label = ui.label(theme::small("Seed").color(tokens.muted));
    let own = model.project().zip(model.scenario).and_then(|(project, id)| project.scenarios.get(id)?.seed);
    let mut seed = state.seed.or(own).unwrap_or(1);
    let field = ui.add(DragValue::new(&mut seed).range(0..=999_999)).labelled_by(label.id);
    if field.on_hover_text("Equal seeds give equal runs; another seed draws other chances").changed() {
        state.seed = Some(seed);
    }
    let label = ui.label(theme::small("How long").color(tokens.muted));
    let word = |days: Option<u64>| match days {
        None => "A month of 730 h".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    };
    let combo = egui::ComboBox::from_id_salt("days").selected_text(word(state.days)).width(140.0);
    let combo = combo.show_ui(ui, |ui| {
        for offer in [None, Some(1), Some(7), Some(14), Some(90)] {
            ui.selectable_value(&mut state.days, offer, word(offer));
        }
    });
    combo.response.labelled_by(label.id);
}

fn whole(ui: &mut Ui, model: &Model<'_>, played: &Played, trace: &Trace, state: &mut State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let (plan, window) = (&played.prepared.plan, played.outcome.window);
    let axis = outcome::time(plan, &played.outcome);
    let now = SimTime::ZERO + Span::from_ms(state.at_ms);
    let moment = Moment::at(plan, trace, now);
    let of_service = slots(&played.prepared.design);
    let slots: Vec<_> = plan.services.iter().map(|s| of_service.get(&s.name).copied().unwrap_or(0)).collect();
    let counts = played.outcome.summary.as_ref().map_or(&[][..], |summary| &summary.services);
    let scene = Scene { plan, trace, counts, moment: &moment, now, slots: &slots, chosen: state.chosen };
    let is_stale = model.document.is_none_or(|d| !played.basis.holds(d.project(), model.scenario));
    let strength = if is_stale { STALE } else { 1.0 };
    let frame = |left, right| Frame::new().fill(tokens.ground).inner_margin(Margin { left, right, top: 10, bottom: 8 });
    Panel::top("run head").show_separator_line(false).frame(frame(16, 16)).show(ui, |ui| {
        let estimate = model.analysis.month.as_ref().map(|month| month.total);
        head::ui(ui, played, &scene, is_stale, estimate, out);
    });
    Panel::right("run detail")
        .resizable(true)
        .default_size(300.0)
        .size_range(240.0..=460.0)
        .frame(frame(12, 16))
        .show(ui, |ui| held(ui, |ui| detail::ui(ui, &scene, state, &axis, window)));
    let high = (ui.available_height() * 0.48).clamp(220.0, 640.0);
    let below = Panel::bottom("run time").resizable(true).default_size(high).size_range(200.0..=900.0);
    below.frame(frame(16, 12)).show(ui, |ui| {
        ui.set_min_height(ui.available_height());
        timeline::controls(ui, state, &axis, window.ms(), |ui, state| asked(ui, model, state));
        ui.multiply_opacity(strength);
        timeline::line(ui, state, plan, trace, &axis, window.ms());
        chart(ui, played, state, out);
    });
    CentralPanel::default().frame(frame(16, 12)).show(ui, |ui| {
        ui.multiply_opacity(strength);
        let mut clicked = bay_plan::legend(ui, &scene);
        bay_plan::waiting(ui, &scene);
        let area = ScrollArea::vertical().auto_shrink(false).id_salt("bay plan");
        clicked = clicked.or(area.show(ui, |ui| bay_plan::ui(ui, &scene)).inner);
        if let Some(clicked) = clicked {
            state.chosen = (state.chosen != Some(clicked)).then_some(clicked);
        }
    });
}

/// One of the run's charts, its cursor the playhead.
fn chart(ui: &mut Ui, played: &Played, state: &mut State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    state.chart = state.chart.min(played.charts.len().saturating_sub(1));
    ScrollArea::horizontal().id_salt("charts").show(ui, |ui| {
        ui.horizontal(|ui| {
            for (place, (_, chart)) in played.charts.iter().enumerate() {
                let chosen = state.chart == place;
                if ui.selectable_label(chosen, RichText::new(&chart.title).size(12.0)).clicked() {
                    state.chart = place;
                }
            }
        });
    });
    let Some((name, chart)) = played.charts.get(state.chart) else { return };
    let card = Frame::new().fill(tokens.panel).corner_radius(theme::RADIUS_CARD).inner_margin(10.0);
    card.stroke(Stroke::new(1.0, tokens.line)).show(ui, |ui| {
        let height = (ui.available_height() - 4.0).max(90.0);
        match ChartView::new(chart, name).untitled().height(height).playhead(state.at_ms).show(ui).1 {
            Some(ChartAction::Seek(at)) => state.at_ms = at.min(played.outcome.window.ms()),
            Some(action) => {
                if let Some(command) = Command::chart(chart, action) {
                    out.push(command);
                }
            }
            None => {}
        }
    });
}
