//! The table of the bill: rows that open, a bar beside each amount, the amount at the right.

use std::collections::BTreeMap;

use bayplan_engine::design::ItemRef;
use bayplan_engine::report::wording::thousands;
use bayplan_engine::units::Usd;
use egui::{
    Align2, Color32, Event, EventFilter, FontId, Frame, Key as Press, Margin, Painter, Rect, Role, ScrollArea, Sense,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::tree::{self, Order, Row, Wanted};
use super::{Shown, State};
use crate::grid::bands;
use crate::model::Model;
use crate::widgets::elided::{elided, elided_name};
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};

/// Heights, and where columns begin as shares of the width.
const ROW: f32 = 28.0;
const INDENT: f32 = 18.0;
const QUANTITY_AT: f32 = 0.36;
const BAR_AT: f32 = 0.68;
const BAR_WIDTH: f32 = 0.16;

/// Where the columns of a table of this width stand.
struct Columns {
    quantity: f32,
    bar: f32,
    bar_width: f32,
    right: f32,
}

impl Columns {
    fn of(rect: Rect) -> Self {
        let at = |share: f32| rect.left() + rect.width() * share;
        Self {
            quantity: at(QUANTITY_AT),
            bar: at(BAR_AT),
            bar_width: rect.width() * BAR_WIDTH,
            right: rect.right() - 12.0,
        }
    }
}

pub(super) fn ui(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, state: &mut State, tokens: &Tokens) {
    let wanted = Wanted { grouping: state.grouping, order: state.order, search: &state.search, open: &state.open };
    let rows = tree::rows(shown.bill(), shown.catalogue, &wanted);
    let most = rows.iter().map(|row| row.cost).max().unwrap_or(Usd::ZERO);
    let colors = colors(model);
    let selected = super::selected(shown, state);
    let frame = Frame::new()
        .fill(tokens.panel)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::same(1));
    let foot = foot(model, shown);
    let room = ui.available_height() - 18.0 * foot.len() as f32 - 10.0;
    frame.show(ui, |ui| {
        heads(ui, state, tokens);
        if rows.is_empty() {
            ui.add_space(8.0);
            let none = if shown.bill().lines.is_empty() { "Nothing costs anything yet" } else { "No line is found" };
            ui.label(theme::small(format!("   {none}")).color(tokens.muted));
            ui.add_space(8.0);
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().auto_shrink([false, true]).max_height((room - ROW - 4.0).max(3.0 * ROW)).show_rows(
            ui,
            ROW,
            rows.len(),
            |ui, range| {
                for row in &rows[range] {
                    let look = Look { most, stale: shown.stale.is_some(), color: color(row, &colors, tokens) };
                    line(ui, row, selected.as_ref() == Some(&row.key), &look, state, tokens);
                }
            },
        );
    });
    ui.add_space(6.0);
    for text in foot {
        ui.label(theme::small(text).color(tokens.muted));
    }
}

/// The colours of services, as the grid has them.
fn colors(model: &Model<'_>) -> BTreeMap<ItemRef, Color32> {
    let Some(design) = model.design() else { return BTreeMap::new() };
    let of = |(id, slot): (&_, u16)| (ItemRef::Service(Clone::clone(id)), theme::service(slot).0);
    bands::slots(design).into_iter().map(of).collect()
}

fn color(row: &Row, services: &BTreeMap<ItemRef, Color32>, tokens: &Tokens) -> Color32 {
    let own = row.key.owner.as_ref().and_then(|owner| services.get(owner)).copied().unwrap_or(tokens.accent);
    if row.depth == 0 { own } else { theme::mixed(own, tokens.panel, 0.35) }
}

/// What the bill leaves out, in sentences.
fn foot(model: &Model<'_>, shown: Shown<'_>) -> Vec<String> {
    let mut said = vec!["Not included: tax, support plans, free tiers of new accounts".to_owned()];
    let (free, gb) = (shown.plan.free_tiers.word(), thousands(&shown.plan.gb_moved.bytes().to_string()));
    said.push(format!("AWS's permanent free tiers counted: {free}; a GB that moves is {gb} bytes"));
    let without: Vec<_> = shown.plan.without_price.iter().map(|at| shown.plan.owners[*at].to_string()).collect();
    if !without.is_empty() {
        said.push(format!("Without a price of your own: {}", without.join(", ")));
    }
    let left: Vec<_> =
        shown.outcome.not_played(shown.plan).map(|left| format!("{}: {}", left.item, left.what)).collect();
    if !left.is_empty() {
        said.push(format!("Not in the figures: {}", left.join("; ")));
    }
    let assumed = model.project().map_or(0, |project| project.assumptions.len());
    if assumed > 0 {
        said.push(format!("{assumed} values of the design are our assumptions, marked in the inspector"));
    }
    said
}

fn heads(ui: &mut Ui, state: &mut State, tokens: &Tokens) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let columns = Columns::of(rect);
    let font = FontId::new(theme::LABEL, theme::semibold());
    let middle = rect.center().y;
    ui.painter().text(pos2(columns.quantity, middle), Align2::LEFT_CENTER, "Quantity", font, tokens.muted);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, tokens.line));
    let spots = [
        (Order::Name, "What", "Sort by name", pos2(rect.left() + 8.0, middle), Align2::LEFT_CENTER),
        (Order::Amount, "USD", "Sort by amount", pos2(columns.right, middle), Align2::RIGHT_CENTER),
    ];
    for (order, text, name, at, align) in spots {
        let chosen = state.order == order;
        let mark = if chosen { format!("{text} {}", icon::DOWN) } else { text.to_owned() };
        let place = align.anchor_size(at, vec2(64.0, 22.0));
        let color = if chosen { tokens.text } else { tokens.muted };
        let response = ui.interact(place, ui.scope_id().with(name), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, name));
        let font = FontId::new(theme::LABEL, theme::semibold());
        ui.painter().text(at, align, mark, font, if response.hovered() { tokens.accent } else { color });
        focus_ring(ui, &response, place, tokens);
        if response.clicked() {
            state.order = order;
        }
        response.on_hover_text(name);
    }
}

fn focus_ring(ui: &Ui, response: &egui::Response, rect: Rect, tokens: &Tokens) {
    if response.has_focus() {
        let ring = Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(rect, 4.0, ring, egui::StrokeKind::Inside);
    }
}

struct Look {
    most: Usd,
    stale: bool,
    color: Color32,
}

fn line(ui: &mut Ui, row: &Row, is_selected: bool, look: &Look, state: &mut State, tokens: &Tokens) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(format!("{:?}", row.key)), Sense::click());
    let amount = amount(row);
    let kind = if row.kind.is_empty() { String::new() } else { format!("{} ", row.kind) };
    let name = format!("{kind}{}, {amount}", row.text);
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::Button, true, is_selected, &name);
        info.current_text_value = Some(row.quantity.clone());
        info
    });
    let fill = match (is_selected, response.hovered()) {
        (true, _) => tokens.tint,
        (false, true) => tokens.raised,
        (false, false) => tokens.panel,
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    paint(ui.painter(), rect, row, &amount, look, tokens);
    focus_ring(ui, &response, rect, tokens);
    let asked = open_asked(ui, &response, row);
    if response.clicked() {
        state.selected = Some(row.key.clone());
    }
    match asked {
        Some(true) => {
            state.open.insert(row.key.clone());
        }
        Some(false) => {
            state.open.remove(&row.key);
        }
        None => {}
    }
}

/// Whether the row shall stand open: a click turns it round, the arrow keys open and close it.
fn open_asked(ui: &Ui, response: &egui::Response, row: &Row) -> Option<bool> {
    let open = row.open?;
    if response.clicked() {
        return Some(!open);
    }
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |wanted| {
        let is_it = |event: &Event| matches!(event, Event::Key { key, pressed: true, .. } if *key == wanted);
        ui.input(|input| input.events.iter().any(is_it))
    };
    if pressed(Press::ArrowRight) {
        Some(true)
    } else if pressed(Press::ArrowLeft) {
        Some(false)
    } else {
        None
    }
}

fn amount(row: &Row) -> String {
    match (row.unpriced, row.cost) {
        (0, cost) => cost.cents_text(),
        (_, Usd::ZERO) => "no price".to_owned(),
        (_, cost) => format!("at least {}", cost.cents_text()),
    }
}

fn paint(painter: &Painter, rect: Rect, row: &Row, amount: &str, look: &Look, tokens: &Tokens) {
    let columns = Columns::of(rect);
    let middle = rect.center().y;
    let text = if look.stale { tokens.muted } else { tokens.text };
    let left = rect.left() + 10.0 + INDENT * row.depth as f32;
    let (mark, color) = match row.open {
        Some(true) => (icon::DOWN, tokens.muted),
        Some(false) => (icon::RIGHT, tokens.muted),
        None => ('·', tokens.muted),
    };
    let body = FontId::proportional(theme::BODY);
    painter.text(pos2(left, middle), Align2::LEFT_CENTER, mark, body.clone(), color);
    let font = if row.depth == 0 { FontId::new(theme::BODY, theme::semibold()) } else { body.clone() };
    let (at, end) = (pos2(left + INDENT, middle), columns.quantity - 10.0);
    let name = elided_name(painter, at, end - at.x, &row.text, font, text);
    if !row.kind.is_empty() {
        let at = pos2(name.right() + 8.0, middle + 1.0);
        elided(painter, at, end - at.x, row.kind, FontId::proportional(theme::LABEL), tokens.muted);
    }
    let quantity = pos2(columns.quantity, middle);
    elided(painter, quantity, columns.bar - quantity.x - 8.0, &row.quantity, body, tokens.muted);
    let share = if look.most > Usd::ZERO { (row.cost.dollars() / look.most.dollars()) as f32 } else { 0.0 };
    if row.cost > Usd::ZERO {
        let size = vec2((columns.bar_width * share).max(2.0), 10.0);
        let bar = Rect::from_min_size(pos2(columns.bar, middle - 5.0), size);
        painter.rect_filled(bar, 2.0, if look.stale { tokens.faint } else { look.color });
    }
    let font =
        FontId::new(theme::BODY, if row.depth == 0 { theme::semibold() } else { egui::FontFamily::Proportional });
    let color = if row.unpriced > 0 { tokens.warn } else { text };
    painter.text(pos2(columns.right, middle), Align2::RIGHT_CENTER, amount, font, color);
}
