//! What stands right of the bill: how the selected line came about, day by day, and its records.

use bayplan_engine::allocation::Allocation;
use bayplan_engine::bill::{self, Bill, BillLine, Window};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::report::chart::{TimeAxis, TimeLabels};
use bayplan_engine::report::line::{Account, account, quantity_text};
use bayplan_engine::report::{outcome, services};
use bayplan_engine::units::{Span, Usd};
use bayplan_engine::usage::record::{Thing, UsageRecord};
use egui::{Align, Button, Frame, Layout, Margin, RichText, ScrollArea, Stroke, Ui, vec2};

use super::Shown;
use super::tree::Key;
use crate::command::{Action, Command, Outbox};
use crate::grid::Pick;
use crate::grid::words::plural;
use crate::model::{Model, charge_text};
use crate::widgets::chart_view::ChartView;
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};

/// Height of a record's row.
const ROW: f32 = 24.0;
/// Widths of a record's columns after the first.
const MOMENT: f32 = 100.0;
const AMOUNT: f32 = 84.0;

/// Cards for what is selected; answers which line is chosen here.
pub(super) fn ui(
    ui: &mut Ui,
    model: &Model<'_>,
    shown: Shown<'_>,
    selected: Option<&Key>,
    out: &mut Outbox,
) -> Option<Key> {
    let tokens = Tokens::of(ui.ctx());
    let bill = shown.bill();
    let Some(key) = selected else {
        ui.label(RichText::new("Here stands how a line's amount came about").color(tokens.muted));
        return None;
    };
    let lines: Vec<&BillLine> = bill.lines.iter().filter(|line| key.holds(line)).collect();
    if let [line] = lines.as_slice() {
        one(ui, model, shown, line, out, &tokens);
        return None;
    }
    several(ui, shown, &lines, key, &tokens)
}

fn card<R>(ui: &mut Ui, tokens: &Tokens, add: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = Frame::new()
        .fill(tokens.panel)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::same(12));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        add(ui)
    });
    ui.add_space(6.0);
    shown.inner
}

fn one(ui: &mut Ui, model: &Model<'_>, shown: Shown<'_>, line: &BillLine, out: &mut Outbox, tokens: &Tokens) {
    card(ui, tokens, |ui| {
        let name = format!("{} · {}", line.owner.name(), charge_text(line.charge, shown.catalogue));
        ui.horizontal(|ui| {
            ui.add(egui::Label::new(theme::title(name)).truncate());
        });
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("why: {}", line.cause.word())).color(tokens.muted));
            let drawn = model.design().is_some_and(|design| design.contains(&line.owner));
            if drawn && ui.link(format!("Show {}", line.owner)).on_hover_text("On the canvas").clicked() {
                out.push(Command::Select(Some(Pick::Item(line.owner.clone()))));
                out.act(Action::Design);
                out.act(Action::FitSelection);
            }
        });
        ui.add_space(4.0);
        told(ui, &account(line, shown.bill(), shown.catalogue), tokens);
        let left = shown.outcome.not_played(shown.plan).filter(|left| left.item == line.owner);
        for left in left {
            ui.label(theme::small(format!("Not in the figures: {}", left.what)).color(tokens.warn));
        }
    });
    if shown.outcome.seed.is_some() && line.cost.is_some() && shown.outcome.window > Span::from_days(1) {
        card(ui, tokens, |ui| {
            let chart = outcome::line_by_day(shown.plan, shown.outcome, line);
            ui.label(theme::strong("By day"));
            let (_, action) = ChartView::new(&chart, "line by day").untitled().height(120.0).show(ui);
            if let Some(command) = action.and_then(|action| Command::chart(&chart, action)) {
                out.push(command);
            }
        });
    }
    records(ui, shown, line, out, tokens);
}

fn told(ui: &mut Ui, account: &Account, tokens: &Tokens) {
    let sum = ui.label(theme::strong(&account.sum));
    sum.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &account.sum));
    for text in &account.tiers {
        ui.label(theme::small(text));
    }
    ui.add_space(2.0);
    for text in account.rounding.iter().chain([&account.source]) {
        ui.label(theme::small(text).color(tokens.muted));
    }
    for text in &account.notes {
        ui.label(theme::small(format!("{} {text}", icon::INFO)).color(tokens.warn));
    }
}

/// A row that holds several lines: what it sums, each line a way further in.
fn several(ui: &mut Ui, shown: Shown<'_>, lines: &[&BillLine], key: &Key, tokens: &Tokens) -> Option<Key> {
    let mut chosen = None;
    let mut lines = lines.to_vec();
    lines.sort_by_key(|line| std::cmp::Reverse(line.cost));
    let sum: Usd = lines.iter().filter_map(|line| line.cost).sum();
    card(ui, tokens, |ui| {
        ui.label(theme::title(title(key, shown.catalogue)));
        let share = share(sum, shown.bill());
        let text = format!("{} lines, {}{share}", lines.len(), sum.cents_text());
        ui.label(RichText::new(text).color(tokens.muted));
        if let Some(said) = with_its_share(shown, key) {
            ui.label(theme::small(said));
        }
        ui.add_space(4.0);
        ScrollArea::vertical().auto_shrink([false, true]).show_rows(ui, ROW, lines.len(), |ui, range| {
            for line in &lines[range] {
                if line_row(ui, shown, line, key, tokens) {
                    chosen = Some(Key::of(line));
                }
            }
        });
    });
    chosen
}

/// What a service costs with its share of what services share, where a whole service is selected (rule BIL-05).
fn with_its_share(shown: Shown<'_>, key: &Key) -> Option<String> {
    let owner = key.owner.as_ref().filter(|_| key.charge.is_none() && key.cause.is_none())?;
    let place = shown.plan.services.iter().position(|service| shown.plan.owners[service.owner] == *owner)?;
    let all = Allocation::of(shown.bill(), shown.plan, &shown.outcome.shares);
    let of = all.services.get(place)?;
    let total = of.total().cents_text();
    Some(format!("With its share of what services share, by use: {total}, of that {}", services::said(of)))
}

/// A line within what is selected; answers whether it was chosen.
fn line_row(ui: &mut Ui, shown: Shown<'_>, line: &BillLine, key: &Key, tokens: &Tokens) -> bool {
    let amount = line.cost.map_or_else(|| "no price".to_owned(), Usd::cents_text);
    let what = charge_text(line.charge, shown.catalogue);
    let owner = if key.owner.is_some() { String::new() } else { format!("{} · ", line.owner.name()) };
    let text = format!("{owner}{what} · {}", line.cause.word());
    let size = vec2(ui.available_width(), ROW);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.label(&amount);
        let size = vec2(ui.available_width(), ROW);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            let response = ui.add(Button::new(RichText::new(&text).color(tokens.text)).frame(false).truncate());
            let name = format!("Line {text}, {amount}");
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            response.clicked()
        })
        .inner
    })
    .inner
}

fn title(key: &Key, catalogue: &Catalogue) -> String {
    let owner = key.owner.as_ref().map(ToString::to_string);
    let charge = key.charge.map(|charge| charge_text(charge, catalogue));
    let cause = key.cause.map(|cause| cause.word().to_owned());
    owner.into_iter().chain(charge).chain(cause).collect::<Vec<_>>().join(" · ")
}

fn share(sum: Usd, bill: &Bill) -> String {
    if bill.total <= Usd::ZERO {
        return String::new();
    }
    format!(", {:.1} % of the total", sum.dollars() / bill.total.dollars() * 100.0)
}

/// The records of a line; of a run each leads to the moment it began.
fn records(ui: &mut Ui, shown: Shown<'_>, line: &BillLine, out: &mut Outbox, tokens: &Tokens) {
    let all = &shown.outcome.records;
    let held: Vec<&UsageRecord> = line.records.iter().filter_map(|ix| all.get(ix.index())).collect();
    if held.is_empty() {
        return;
    }
    card(ui, tokens, |ui| {
        ui.label(theme::strong(format!("{} {}", held.len(), plural(held.len(), "record"))));
        let width = ui.available_width();
        row(ui, width, ["Record", "From", "To", line.charge.unit()], Some(tokens.muted), false);
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().auto_shrink([false, true]).show_rows(ui, ROW, held.len(), |ui, range| {
            for record in &held[range] {
                let words = words(record, shown, line);
                let texts = [&words[0], &words[1], &words[2], &words[3]].map(String::as_str);
                if row(ui, width, texts, None, shown.outcome.seed.is_some()) {
                    out.push(Command::LookAt(record.thing, record.from.ms()));
                }
            }
        });
    });
}

/// A record, or the columns' names; answers whether its moment was asked for.
fn row(ui: &mut Ui, width: f32, texts: [&str; 4], color: Option<egui::Color32>, leads_on: bool) -> bool {
    let mut clicked = false;
    let first = (width - 2.0 * MOMENT - AMOUNT - 30.0).max(60.0);
    ui.allocate_ui_with_layout(vec2(width, ROW), Layout::left_to_right(Align::Center), |ui| {
        for (place, (text, width)) in texts.into_iter().zip([first, MOMENT, MOMENT, AMOUNT]).enumerate() {
            let layout =
                if place == 3 { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
            ui.allocate_ui_with_layout(vec2(width, ROW), layout, |ui| {
                ui.set_min_width(width);
                let text = theme::small(text);
                let text = color.map_or_else(|| text.clone(), |color| text.clone().color(color));
                if place == 1 && leads_on {
                    let link = ui.link(text).on_hover_text("Show this moment in the run");
                    link.widget_info(|| {
                        let name = format!("Show {}, {}", texts[0], texts[1]);
                        egui::WidgetInfo::labeled(egui::Role::Link, true, name)
                    });
                    clicked = link.clicked();
                } else {
                    ui.add(egui::Label::new(text).truncate());
                }
            });
        }
    });
    clicked
}

/// What it is of, from when, to when, and how much is billed.
fn words(record: &UsageRecord, shown: Shown<'_>, line: &BillLine) -> [String; 4] {
    let what = match record.thing {
        // Counted from one, as in the place Run.
        Thing::Task(number) => format!("task {}", number.saturating_add(1)),
        Thing::Instance(number) => format!("instance {}", number.saturating_add(1)),
        Thing::Standing => "as it stands".to_owned(),
        Thing::Flow => "all that flows".to_owned(),
        Thing::Tasks(count) => format!("{count} {}", plural(count as usize, "task")),
        Thing::Instances(count) => format!("{count} {}", plural(count as usize, "instance")),
    };
    let window = Window::of(shown.plan, shown.outcome.window);
    let quantity = quantity_text(bill::quantity(record, window), line.charge);
    let quantity = quantity.strip_suffix(line.charge.unit()).map_or(quantity.clone(), |text| text.trim().to_owned());
    let moment = |at: bayplan_engine::units::SimTime| {
        let (axis, seconds) = (outcome::time(shown.plan, shown.outcome), at.ms() / 1000 % 60);
        format!("{}:{seconds:02}", TimeAxis { labels: TimeLabels::Dates, ..axis }.moment(at.ms()))
    };
    [what, moment(record.from), moment(record.to), quantity]
}
