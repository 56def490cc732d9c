//! The charts under the table: why the chosen alternative costs more or less, and one of several views of all.

use bayplan_engine::bill::{Charge, CostGroup};
use bayplan_engine::design::Design;
use bayplan_engine::design::network::EndpointKind;
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::evaluate::figures::charges;
use bayplan_engine::evaluate::trade_off::{Through, ways_in, ways_out};
use bayplan_engine::report::chart::Chart;
use bayplan_engine::report::comparison;
use bayplan_engine::units::{Bytes, Usd};
use egui::{Align, DragValue, Frame, Layout, Margin, RichText, Stroke, Ui};

use super::Shown;
use crate::command::{Command, Outbox};
use crate::model::{Model, charge_text};
use crate::widgets::chart_view::{ChartAction, ChartView};
use crate::widgets::segments::segments;
use crate::widgets::theme::{self, Tokens};

/// What the right card shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Packing,
    Service,
    Bands,
    WaysOut,
    WaysIn,
}

/// What the curves of ways out and in are asked of.
#[derive(Default)]
pub(super) struct State {
    which: Option<Which>,
    /// Interface endpoints that would stand in each zone; none yet is what is drawn.
    endpoints: Option<u64>,
    /// Gigabytes a month at the right end of the ways out; none yet shows what is drawn with room.
    gigabytes: Option<u64>,
    /// Kilobytes of a request, both ways together; none yet is what is drawn.
    kilobytes: Option<u64>,
    /// Millions of requests a month at the right end of the ways in; none yet shows what is drawn with room.
    millions: Option<u64>,
    /// The cause of the difference that is opened to its charges.
    opened: Option<CostGroup>,
}

/// Both cards, side by side.
pub(super) fn ui(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, state: &mut State, height: f32, out: &mut Outbox) {
    ui.columns(2, |columns| {
        left(&mut columns[0], model, shown, state, height, out);
        right(&mut columns[1], model, shown, state, height, out);
    });
}

fn card(ui: &mut Ui, height: f32, add: impl FnOnce(&mut Ui, f32)) {
    let tokens = Tokens::of(ui.ctx());
    let frame = Frame::new()
        .fill(tokens.panel)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::same(12));
    frame.show(ui, |ui| {
        let inner = height - 26.0;
        ui.set_width(ui.available_width());
        ui.set_height(inner);
        // Columns justify what stands in them, words too.
        ui.with_layout(Layout::top_down(Align::LEFT), |ui| add(ui, inner));
    });
}

/// Shows a chart; answers what was picked in it.
fn show(ui: &mut Ui, chart: &Chart, salt: &str, height: f32, out: &mut Outbox) -> Option<usize> {
    let (_, action) = ChartView::new(chart, salt).untitled().height(height).show(ui);
    if let Some(ChartAction::Pick(place)) = action {
        return Some(place);
    }
    if let Some(command) = action.and_then(|action| Command::chart(chart, action)) {
        out.push(command);
    }
    None
}

/// `Why Fargate ARM costs $929 less`.
fn left(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, state: &mut State, height: f32, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    card(ui, height, |ui, inner| {
        let Some(of) = shown.alternative() else { return };
        let title = match of.difference {
            _ if shown.chosen == 0 => "Why an alternative costs more or less".to_owned(),
            Some(change) if change < Usd::ZERO => format!("Why {} costs {} less", of.name, short(-change)),
            Some(change) if change > Usd::ZERO => format!("Why {} costs {} more", of.name, short(change)),
            Some(_) | None => of.name.clone(),
        };
        ui.add(egui::Label::new(theme::strong(title)).truncate());
        if let Some(why) = &of.not_applicable {
            ui.label(RichText::new(format!("Not possible: {why}")).color(tokens.warn));
            return;
        }
        let chart = comparison::waterfall(&shown.compared.comparison, shown.chosen).filter(|_| shown.chosen != 0);
        if let Some(chart) = chart {
            let before = ui.cursor().top();
            let notes = if of.notes.is_empty() { chart.note.clone() } else { of.notes.join(" · ") };
            ui.add(egui::Label::new(theme::small(&notes).color(tokens.muted)).wrap());
            opened(ui, model, shown, state.opened, &tokens);
            ui.add_space(6.0);
            let above = ui.cursor().top() - before;
            // The first bar is the drawing, the last the alternative; between them stand the causes.
            if let Some(bar) = show(ui, &chart, "waterfall", (inner - 28.0 - above).max(120.0), out) {
                let cause = bar.checked_sub(1).and_then(|place| of.causes_told().nth(place)).map(|(cause, _)| *cause);
                state.opened = cause.filter(|cause| state.opened != Some(*cause));
            }
        } else {
            let text = "Choose an alternative in the table: here stands its difference, cause by cause";
            ui.label(RichText::new(text).color(tokens.muted));
        }
    });
}

/// The charges that one cause is made of; a bar of the waterfall opens and closes it.
fn opened(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, cause: Option<CostGroup>, tokens: &Tokens) {
    /// So many charges have room; what is left is summed.
    const MOST: usize = 4;
    let comparison = &shown.compared.comparison;
    let runs = comparison.pair(shown.chosen);
    let (Some(cause), Some((from, to)), Some(catalogue)) = (cause, runs, model.catalogue) else {
        ui.label(theme::small("A bar opens to the charges it is made of").color(tokens.muted));
        return;
    };
    let all = charges(from, to, &comparison.left_out(shown.chosen), cause);
    let row = |ui: &mut Ui, name: &str, was: Usd, is: Usd| {
        ui.horizontal(|ui| {
            let text =
                theme::small(format!("{} to {}  {}", was.cents_text(), is.cents_text(), (is - was).signed_text()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(text);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(theme::small(name).color(tokens.muted)).truncate());
                });
            });
        });
    };
    ui.spacing_mut().interact_size.y = 15.0;
    ui.label(theme::strong(format!("{}, charge by charge", cause.word())));
    for (charge, was, is) in all.iter().take(MOST) {
        row(ui, &charge_text(*charge, catalogue), *was, *is);
    }
    if let Some(rest) = all.get(MOST..).filter(|rest| !rest.is_empty()) {
        let sum = |of: fn(&(Charge, Usd, Usd)) -> Usd| rest.iter().map(of).sum();
        row(ui, &format!("{} more charges", rest.len()), sum(|(_, was, _)| *was), sum(|(_, _, is)| *is));
    }
}

/// An amount in dollars, small ones with cents.
fn short(usd: Usd) -> String {
    if usd < Usd::from_cents(10_000) { usd.cents_text() } else { usd.dollars_text() }
}

fn right(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, state: &mut State, height: f32, out: &mut Outbox) {
    let all = &shown.compared.comparison;
    let packing = comparison::packing(all);
    let mut offers = Vec::new();
    if packing.is_some() {
        offers.push((Which::Packing, "Packing"));
    }
    match all.family {
        Family::Egress => offers.push((Which::WaysOut, "By gigabytes")),
        Family::Inbound => offers.push((Which::WaysIn, "By requests")),
        Family::Capacity | Family::Scenarios => {}
    }
    offers.push((Which::Service, "Service"));
    offers.push((Which::Bands, "Bands"));
    let usual = offers.first().map_or(Which::Bands, |offer| offer.0);
    let mut which = state.which.filter(|which| offers.iter().any(|offer| offer.0 == *which)).unwrap_or(usual);
    card(ui, height, |ui, inner| {
        let chart = match which {
            Which::Packing => packing,
            Which::Service => Some(comparison::cost_and_service(all)),
            Which::Bands => Some(comparison::bands(all)),
            Which::WaysOut => curves_out(model, state),
            Which::WaysIn => curves_in(model, state),
        };
        ui.horizontal(|ui| {
            ui.label(theme::strong(chart.as_ref().map_or("", |chart| chart.title.as_str())));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if segments(ui, &mut which, &offers) {
                    state.which = Some(which);
                }
            });
        });
        let fields = fields(ui, model, which, state);
        if let Some(chart) = &chart {
            show(ui, chart, "alternatives", inner - 38.0 - fields, out);
        }
    });
}

/// The curves that need no run, while there is none.
pub(super) fn without_run(ui: &mut Ui, model: &Model<'_>, family: Family, state: &mut State, out: &mut Outbox) {
    let (which, chart) = match family {
        Family::Egress => (Which::WaysOut, curves_out(model, state)),
        Family::Inbound => (Which::WaysIn, curves_in(model, state)),
        Family::Capacity | Family::Scenarios => return,
    };
    let Some(chart) = chart else { return };
    let height = ui.available_height().clamp(200.0, 420.0);
    card(ui, height, |ui, inner| {
        ui.label(theme::strong(&chart.title));
        let fields = fields(ui, model, which, state);
        show(ui, &chart, "alternatives", inner - 30.0 - fields, out);
    });
}

fn zones(design: &Design) -> u64 {
    let zones: std::collections::BTreeSet<_> = design.subnets.values().map(|subnet| &subnet.zone).collect();
    u64::try_from(zones.len()).unwrap_or(1).max(1)
}

/// The interface endpoints that are drawn, else those that a task needs to start and log: ECR twice, logs, secrets.
fn endpoints(design: &Design, state: &State) -> u64 {
    let all = design.vpc_endpoints.values();
    let drawn = all.filter(|endpoint| matches!(endpoint.kind, EndpointKind::Interface { .. })).count();
    let drawn = u64::try_from(drawn).unwrap_or(0);
    state.endpoints.unwrap_or(if drawn == 0 { 4 } else { drawn })
}

/// What the knobs stand at: as they were set, else so that what is drawn has room.
struct Asked {
    gigabytes: u64,
    kilobytes: u64,
    millions: u64,
}

/// A round figure at least half as much again, and at least so much.
fn with_room(drawn: u64, least: u64) -> u64 {
    let wanted = drawn.saturating_add(drawn / 2).max(least);
    let mut step = 1u64;
    while step.saturating_mul(10) <= wanted {
        step = step.saturating_mul(10);
    }
    wanted.div_ceil(step).saturating_mul(step)
}

fn drawn(model: &Model<'_>) -> Option<Through> {
    model.analysis.month.as_ref().map(|month| month.through)
}

fn asked(state: &State, drawn: Option<Through>) -> Asked {
    let (gigabytes, millions) = drawn.map_or((0, 0), |of| (of.gigabytes, of.millions));
    let each = drawn.map_or(0, |of| of.each.bytes().div_ceil(1000));
    Asked {
        gigabytes: state.gigabytes.unwrap_or_else(|| with_room(gigabytes, 4000)),
        kilobytes: state.kilobytes.unwrap_or(if each == 0 { 10 } else { each.min(1000) }),
        millions: state.millions.unwrap_or_else(|| with_room(millions, 400)),
    }
}

fn curves_out(model: &Model<'_>, state: &State) -> Option<Chart> {
    let (catalogue, design, drawn) = (model.catalogue?, model.design()?, drawn(model));
    let lines = ways_out(catalogue, zones(design), endpoints(design, state), asked(state, drawn).gigabytes);
    let at = drawn.and_then(|of| of.out.map(|line| (line, of.gigabytes)));
    Some(comparison::ways_out(&lines, at))
}

fn curves_in(model: &Model<'_>, state: &State) -> Option<Chart> {
    let (catalogue, design, drawn) = (model.catalogue?, model.design()?, drawn(model));
    let asked = asked(state, drawn);
    let lines = ways_in(catalogue, zones(design), Bytes::from_bytes(asked.kilobytes * 1000), asked.millions);
    let at = drawn.and_then(|of| of.within.map(|line| (line, of.millions)));
    Some(comparison::ways_in(&lines, at))
}

/// What the curves are of; answers the height that it took.
fn fields(ui: &mut Ui, model: &Model<'_>, which: Which, state: &mut State) -> f32 {
    let before = ui.cursor().top();
    match (which, model.design()) {
        (Which::WaysOut, Some(design)) => {
            let mut count = endpoints(design, state);
            ui.horizontal(|ui| {
                ui.label(theme::small(format!("{} zones", zones(design))));
                let field = DragValue::new(&mut count).range(1..=40).suffix(" endpoints");
                if ui.add(field).on_hover_text("Interface endpoints in each zone").changed() {
                    state.endpoints = Some(count);
                }
                let mut most = asked(state, drawn(model)).gigabytes;
                let field = DragValue::new(&mut most).range(100..=100_000_000).suffix(" GB").speed(20.0);
                if ui.add(field).on_hover_text("Gigabytes a month at the right end").changed() {
                    state.gigabytes = Some(most);
                }
            });
        }
        (Which::WaysIn, Some(design)) => {
            ui.horizontal(|ui| {
                ui.label(theme::small(format!("{} zones", zones(design))));
                let Asked { mut kilobytes, mut millions, .. } = asked(state, drawn(model));
                let field = DragValue::new(&mut kilobytes).range(1..=1000).suffix(" KB a request");
                if ui.add(field).on_hover_text("Bytes of a request, both ways together").changed() {
                    state.kilobytes = Some(kilobytes);
                }
                let field = DragValue::new(&mut millions).range(10..=10_000_000).suffix(" million").speed(5.0);
                if ui.add(field).on_hover_text("Requests a month at the right end").changed() {
                    state.millions = Some(millions);
                }
            });
        }
        (Which::Packing | Which::Service | Which::Bands, _) | (_, None) => {}
    }
    ui.cursor().top() - before
}
