//! The time line: play and pause, speeds, the playhead over the run with the marks of what happened.

use bayplan_engine::plan::Plan;
use bayplan_engine::report::chart::TimeAxis;
use bayplan_engine::simulation::trace::{EntryKind, Trace};
use egui::{Align2, Color32, Key, Modifiers, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::State;
use super::bay_plan::word;
use crate::widgets::icon;
use crate::widgets::segments::segments;
use crate::widgets::theme::{self, Tokens};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// How much of the run passes in a second of watching.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Speed {
    Minutes,
    #[default]
    Hour,
    Day,
}

impl Speed {
    const ALL: [(Self, &'static str); 3] = [(Self::Minutes, "10 min/s"), (Self::Hour, "2 h/s"), (Self::Day, "1 d/s")];

    /// Milliseconds of the run in a millisecond of watching.
    const fn factor(self) -> u64 {
        match self {
            Self::Minutes => 600,
            Self::Hour => 7_200,
            Self::Day => 86_400,
        }
    }
}

pub(super) fn color(kind: EntryKind, tokens: &Tokens) -> Color32 {
    match kind {
        EntryKind::Fault | EntryKind::Placement => tokens.bad,
        EntryKind::Deployment => tokens.accent,
        EntryKind::Replacement => tokens.warn,
        EntryKind::Scaling | EntryKind::Capacity => tokens.muted,
    }
}

/// Lets time pass while the run plays, and takes the keys that move the playhead.
pub(super) fn pass(ui: &Ui, state: &mut State, window_ms: u64) {
    if state.playing {
        let passed = f64::from(ui.input(|input| input.stable_dt).min(0.1)) * 1000.0;
        state.at_ms = (state.at_ms + passed as u64 * state.speed.factor()).min(window_ms);
        state.playing = state.at_ms < window_ms;
        ui.ctx().request_repaint();
    }
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if ui.memory(|memory| memory.focused().is_none()) && pressed(Modifiers::NONE, Key::Space) {
        state.toggle(window_ms);
    }
    let mut to = state.at_ms;
    for (modifiers, step) in [(Modifiers::SHIFT, HOUR), (Modifiers::NONE, MINUTE)] {
        if pressed(modifiers, Key::ArrowLeft) {
            to = to.saturating_sub(step);
        }
        if pressed(modifiers, Key::ArrowRight) {
            to += step;
        }
    }
    if pressed(Modifiers::NONE, Key::Home) {
        to = 0;
    }
    if pressed(Modifiers::NONE, Key::End) {
        to = window_ms;
    }
    state.at_ms = to.min(window_ms);
}

/// The width of seed and days.
const ASKED: f32 = 290.0;

/// Buttons and the moment's name; at the right, or below in a narrow window, what the next run is asked for.
pub(super) fn controls(
    ui: &mut Ui,
    state: &mut State,
    axis: &TimeAxis,
    window_ms: u64,
    asked: impl FnOnce(&mut Ui, &mut State),
) {
    let is_wide = ui.available_width() > 760.0;
    let mut asked = Some(asked);
    ui.horizontal(|ui| {
        let (sign, name) = if state.playing { (icon::PAUSE, "Pause") } else { (icon::PLAY, "Play") };
        let named = |ui: &mut Ui, sign: char, name: &str, key: &str| {
            let response = ui.add(egui::Button::new(sign.to_string()).min_size(vec2(28.0, 24.0)));
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
            response.on_hover_text(format!("{name} ({key})")).clicked()
        };
        if named(ui, icon::SKIP_BACK, "To the start", "Home") {
            state.at_ms = 0;
        }
        if named(ui, sign, &format!("{name} the run"), "Space") {
            state.toggle(window_ms);
        }
        if named(ui, icon::SKIP_FORWARD, "To the end", "End") {
            state.at_ms = window_ms;
        }
        segments(ui, &mut state.speed, &Speed::ALL);
        ui.add_space(8.0);
        ui.label(theme::strong(axis.moment(state.at_ms)));
        let tokens = Tokens::of(ui.ctx());
        ui.label(theme::small(format!("hour {} of {}", state.at_ms / HOUR, window_ms / HOUR)).color(tokens.muted));
        if let Some(asked) = asked.take_if(|_| is_wide) {
            ui.add_space((ui.available_width() - ASKED).max(8.0));
            asked(ui, state);
        }
    });
    if let Some(asked) = asked {
        ui.horizontal(|ui| asked(ui, state));
    }
}

/// The line itself, with days and marks; a click or a drag moves the playhead.
pub(super) fn line(ui: &mut Ui, state: &mut State, plan: &Plan, trace: &Trace, axis: &TimeAxis, window_ms: u64) {
    let tokens = Tokens::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::click_and_drag());
    let said = format!("Time line at {}, {} events", axis.moment(state.at_ms), trace.log.len());
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &said));
    let bar = Rect::from_min_max(pos2(rect.left(), rect.top() + 14.0), pos2(rect.right(), rect.top() + 24.0));
    let x = |at: u64| bar.left() + bar.width() * (at as f64 / window_ms.max(1) as f64) as f32;
    ui.painter().rect_filled(bar, 3.0, tokens.raised);
    let days = window_ms / (24 * HOUR);
    // A day's name needs so many points.
    let every = ((days as f32 * 44.0 / bar.width().max(1.0)).ceil() as u64).max(1);
    for day in (0..=days).filter(|day| day % every == 0) {
        let at = x(day * 24 * HOUR);
        if at + 30.0 < bar.right() {
            ui.painter().vline(at, bar.y_range(), Stroke::new(1.0, tokens.line));
            word(ui, pos2(at, rect.top()), Align2::LEFT_TOP, &axis.tick(day * 24 * HOUR, 24 * HOUR), tokens.muted);
        }
    }
    // Quiet kinds first, so that what went wrong lies on top; marks on one pixel are one.
    for loud in [false, true] {
        let mut last = f32::NEG_INFINITY;
        for entry in &trace.log {
            let quiet = matches!(entry.kind, EntryKind::Scaling | EntryKind::Capacity);
            let at = x(entry.at.ms());
            if quiet != loud && at - last >= 1.0 {
                last = at;
                ui.painter().vline(at, bar.y_range(), Stroke::new(1.0, color(entry.kind, &tokens)));
            }
        }
    }
    for fault in &plan.faults {
        let (from, to) = (fault.at.ms(), (fault.at + fault.lasts).ms());
        let lost = Rect::from_min_max(pos2(x(from), bar.top()), pos2(x(to).max(x(from) + 2.0), bar.bottom()));
        ui.painter().rect_filled(lost, 0.0, tokens.bad.gamma_multiply(0.6));
    }
    let head = x(state.at_ms);
    ui.painter().vline(head, rect.y_range(), Stroke::new(2.0, tokens.accent));
    ui.painter().circle_filled(pos2(head, bar.center().y), 5.0, tokens.accent);
    if let Some(pointer) = response.interact_pointer_pos() {
        let share = f64::from(((pointer.x - bar.left()) / bar.width().max(1.0)).clamp(0.0, 1.0));
        state.at_ms = (share * window_ms as f64) as u64;
    }
}
