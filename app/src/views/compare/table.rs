//! The table of alternatives: price with its band, difference, service, recovery, packing, one word of caution.

use bayplan_engine::evaluate::compare::{Alternative, Comparison};
use bayplan_engine::evaluate::figures::Run;
use bayplan_engine::report::comparison::caution;
use bayplan_engine::units::{Ppm, Usd};
use egui::{
    Align2, Color32, FontId, Frame, Margin, Painter, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::Shown;
use crate::model::Model;
use crate::widgets::elided::{elided, elided_name};
use crate::widgets::theme::{self, Tokens};

const ROW: f32 = 26.0;
/// How much of the height the table may take.
const SHARE: f32 = 0.42;

/// Where the columns end in a table of full width; figures stand at the right of theirs, the band fills its own.
const NAME: f32 = 250.0;
const PRICE: f32 = 336.0;
const BAND: f32 = 520.0;
const DIFFERENCE: f32 = 616.0;
const PERCENT: f32 = 672.0;
const OVER: f32 = 766.0;
const RECOVERY: f32 = 874.0;
const PACKING: f32 = 944.0;
const MIND: f32 = 958.0;

/// `high` is how much of the place there is for it and what stands below.
pub(super) fn ui(
    ui: &mut Ui,
    model: &Model<'_>,
    shown: Shown<'_>,
    chosen: &mut Option<String>,
    high: f32,
    tokens: &Tokens,
) {
    let comparison = &shown.compared.comparison;
    let order = order(comparison);
    let frame = Frame::new()
        .fill(tokens.panel)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::same(1));
    let most = (high * SHARE).max(4.0 * ROW);
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        heads(ui, tokens);
        let scale = Scale::of(comparison);
        ScrollArea::vertical().auto_shrink([false, true]).max_height(most).show_rows(
            ui,
            ROW,
            order.len(),
            |ui, range| {
                for place in &order[range] {
                    let of = &comparison.alternatives[*place];
                    let looked_at = *place == shown.chosen;
                    let row = Row { of, place: *place, comparison, looked_at, stale: shown.stale, scale: &scale };
                    if row.show(ui, model, tokens) {
                        *chosen = Some(of.name.clone());
                    }
                }
            },
        );
    });
}

/// As drawn, then the cheapest first, then what is only partly priced, then what cannot be.
fn order(comparison: &Comparison) -> Vec<usize> {
    let all = 0..comparison.alternatives.len();
    let unranked = |possible: bool| {
        all.clone().filter(move |place| {
            let of = &comparison.alternatives[*place];
            !comparison.ranking.contains(place) && of.band.is_some() == possible
        })
    };
    let mut order: Vec<_> = all.clone().take(1).collect();
    let ranked = comparison.ranking.iter().copied();
    order.extend(ranked.chain(unranked(true)).chain(unranked(false)).filter(|place| *place != 0));
    order
}

/// Where a column's place lies: closer together in a narrow table, so that a caution keeps a fifth of it.
fn x(rect: Rect, column: f32) -> f32 {
    rect.left() + column * (rect.width() * 0.8 / MIND).clamp(0.7, 1.0)
}

fn heads(ui: &mut Ui, tokens: &Tokens) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let font = FontId::new(theme::LABEL, theme::semibold());
    let left = [(10.0, "Alternative"), (PRICE + 18.0, "Low – mid – high"), (MIND + 12.0, "Mind")];
    let right = [
        (PRICE, "A month"),
        (DIFFERENCE, "Against drawn"),
        (OVER, "Not done"),
        (RECOVERY, "Recovery"),
        (PACKING, "Packing"),
    ];
    for (at, text) in left {
        let at = pos2(x(rect, at), rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, text, font.clone(), tokens.muted);
    }
    for (at, text) in right {
        let at = pos2(x(rect, at), rect.center().y);
        ui.painter().text(at, Align2::RIGHT_CENTER, text, font.clone(), tokens.muted);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, tokens.line));
}

/// Which amounts the band's column spans.
struct Scale {
    least: f32,
    most: f32,
    drawn: Option<f32>,
}

impl Scale {
    fn of(comparison: &Comparison) -> Self {
        let bands = || comparison.alternatives.iter().filter_map(|a| a.band);
        let most = bands().map(|band| band.high.dollars() as f32).fold(0.0, f32::max);
        let least = bands().map(|band| band.low.dollars() as f32).fold(most, f32::min);
        let drawn = comparison.alternatives.first().and_then(|a| a.band).map(|band| band.mid.dollars() as f32);
        Self { least: (least - (most - least) * 0.1).max(0.0), most, drawn }
    }

    fn at(&self, rect: Rect, dollars: f32) -> f32 {
        let (left, right) = (x(rect, PRICE) + 18.0, x(rect, BAND) - 6.0);
        left + (right - left) * ((dollars - self.least) / (self.most - self.least).max(0.01)).clamp(0.0, 1.0)
    }
}

struct Row<'a> {
    of: &'a Alternative,
    place: usize,
    comparison: &'a Comparison,
    looked_at: bool,
    stale: bool,
    scale: &'a Scale,
}

impl Row<'_> {
    /// Paints the row; answers whether it was chosen.
    fn show(&self, ui: &mut Ui, model: &Model<'_>, tokens: &Tokens) -> bool {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let response = ui.interact(rect, ui.scope_id().with(("alternative", self.place)), Sense::click());
        let caution = self.caution(model);
        let name = self.said(&caution);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.looked_at, &name));
        let fill = match (self.looked_at, response.hovered()) {
            (true, _) => tokens.tint,
            (false, true) => tokens.raised,
            (false, false) => tokens.panel,
        };
        ui.painter().rect_filled(rect, 0.0, fill);
        self.paint(ui.painter(), rect, &caution, tokens);
        if response.has_focus() {
            ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.0, tokens.accent), StrokeKind::Inside);
        }
        let clicked = response.clicked();
        let mut more: Vec<_> = std::iter::once(caution).filter(|text| !text.is_empty()).collect();
        let left = self.of.not_played.iter().filter(|left| !left.is_missed());
        more.extend(left.map(|left| format!("Not in the figures: {}: {}", left.item, left.what)));
        more.extend(self.of.notes.iter().filter(|note| !more.contains(note)).cloned().collect::<Vec<_>>());
        if !more.is_empty() {
            response.on_hover_text(more.join("\n"));
        }
        clicked
    }

    fn caution(&self, model: &Model<'_>) -> String {
        let without = model.catalogue.map(|catalogue| self.of.missing(catalogue)).unwrap_or_default();
        if !without.is_empty() {
            return format!("without {}", without.join("; "));
        }
        if self.of.band.is_none() && self.of.not_applicable.is_none() {
            return "not simulated yet".to_owned();
        }
        caution(self.comparison, self.place)
    }

    /// The row for who cannot see it.
    fn said(&self, caution: &str) -> String {
        let possible = self.of.not_applicable.is_none();
        let without = if possible { "no figures" } else { "not possible" };
        let price = self.price().unwrap_or_else(|| without.to_owned());
        let difference = self.of.difference.filter(|_| self.place != 0).map(Usd::signed_text);
        let mut parts = vec![format!("{}, {price}", self.of.name)];
        parts.extend(difference.map(|text| format!("{text} against as drawn")));
        parts.extend(Some(caution.to_owned()).filter(|text| !text.is_empty()));
        parts.join(", ")
    }

    fn price(&self) -> Option<String> {
        self.of.band.map(|band| self.of.claim().said(&band.mid.cents_text()))
    }

    fn paint(&self, painter: &Painter, rect: Rect, caution: &str, tokens: &Tokens) {
        let text = if self.stale || self.of.band.is_none() { tokens.muted } else { tokens.text };
        let body = FontId::proportional(theme::BODY);
        let strong = FontId::new(theme::BODY, theme::semibold());
        let middle = rect.center().y;
        let name = pos2(rect.left() + 10.0, middle);
        let font = if self.place == 0 || self.looked_at { strong.clone() } else { body.clone() };
        elided_name(painter, name, x(rect, NAME) - name.x, &self.of.name, font, text);
        let figure = |end: f32, what: &str, font: &FontId, color: Color32| {
            painter.text(pos2(x(rect, end), middle), Align2::RIGHT_CENTER, what, font.clone(), color);
        };
        if let (Some(price), Some(seen)) = (self.price(), self.of.seen()) {
            figure(PRICE, &price, &strong, if self.of.claim().is_whole() { text } else { tokens.warn });
            self.band(painter, rect, tokens);
            self.difference(&figure, &body, tokens);
            let over = seen.not_done();
            let drawn = self.comparison.alternatives.first().and_then(Alternative::seen).map(Run::not_done);
            let lost = if over > drawn.unwrap_or(Ppm::ZERO) && !self.stale { tokens.bad } else { text };
            figure(OVER, &share(over), &body, lost);
            let recovery = seen.recovery();
            let recovery = if recovery.ms() == 0 { "–".to_owned() } else { recovery.to_string() };
            figure(RECOVERY, &recovery, &body, text);
            let packing = seen.packing().map(|(cpu, memory)| format!("{:.0} %", cpu.max(memory).fraction() * 100.0));
            figure(PACKING, packing.as_deref().unwrap_or("–"), &body, text);
        }
        let from = if self.of.band.is_some() { MIND } else { NAME };
        let mind = pos2(x(rect, from) + 12.0, middle);
        elided(painter, mind, rect.right() - mind.x - 10.0, caution, body, tokens.muted);
    }

    fn difference(&self, figure: &dyn Fn(f32, &str, &FontId, Color32), font: &FontId, tokens: &Tokens) {
        let Some(change) = self.of.difference.filter(|_| self.place != 0) else {
            return figure(DIFFERENCE, "–", font, tokens.muted);
        };
        let color = match change {
            _ if self.stale => tokens.muted,
            change if change < Usd::ZERO => tokens.good,
            change if change > Usd::ZERO => tokens.bad,
            _ => tokens.text,
        };
        figure(DIFFERENCE, &change.signed_text(), font, color);
        let drawn = self.comparison.alternatives.first().and_then(|a| a.band).map(|band| band.mid.dollars());
        if let Some(drawn) = drawn.filter(|drawn| *drawn > 0.0) {
            let percent = change.dollars() / drawn * 100.0;
            let (sign, percent) = (if percent > 0.0 { "+" } else { "−" }, percent.abs());
            let decimals = usize::from(percent < 1.0);
            figure(PERCENT, &format!("{sign}{percent:.decimals$} %"), font, color);
        }
    }

    fn band(&self, painter: &Painter, rect: Rect, tokens: &Tokens) {
        let Some(band) = self.of.band else { return };
        let at = |usd: Usd| self.scale.at(rect, usd.dollars() as f32);
        let middle = rect.center().y;
        let (left, right) = (x(rect, PRICE) + 18.0, x(rect, BAND) - 6.0);
        painter.hline(left..=right, middle, Stroke::new(1.0, tokens.line));
        if let Some(drawn) = self.scale.drawn {
            let at = self.scale.at(rect, drawn);
            let dots = [pos2(at, rect.top()), pos2(at, rect.bottom())];
            painter.extend(egui::Shape::dashed_line(&dots, Stroke::new(1.0, tokens.faint), 2.0, 2.0));
        }
        let ink = if self.stale { tokens.faint } else { tokens.accent };
        let (low, high) = (at(band.low), at(band.high).max(at(band.low) + 2.0));
        let span = Rect::from_x_y_ranges(low..=high, middle - 4.0..=middle + 4.0);
        painter.rect_filled(span, 2.0, ink.gamma_multiply(0.4));
        let mid = Rect::from_center_size(pos2(at(band.mid), middle), vec2(3.0, 14.0));
        painter.rect_filled(mid, 1.5, ink);
    }
}

/// A share of all requests, as fine as a millionth needs.
fn share(of: Ppm) -> String {
    match of.ppm() {
        0 => "0".to_owned(),
        ppm if ppm < 100 => format!("{:.4} %", of.fraction() * 100.0),
        ppm if ppm < 10_000 => format!("{:.2} %", of.fraction() * 100.0),
        _ => format!("{:.1} %", of.fraction() * 100.0),
    }
}
