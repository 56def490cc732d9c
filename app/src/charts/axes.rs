//! Axes of charts: round ticks, their labels, the grid, and the way from figures to points and back.
//!
//! In: an axis of the chart, the figures on it, the room. Out: a [`Plane`] with its grid drawn. The words on the ticks are
//! `report::wording`'s; nothing here formats a figure.

use bayplan_engine::report::chart::{TimeAxis, Unit, ValueAxis};
use egui::{Rect, pos2};
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::pen::{Drawn, Pen, tone};
use super::text::Type;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Distances of ticks that people count in, in milliseconds.
const TIME_STEPS: [u64; 22] = [
    1000,
    2000,
    5000,
    10_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    HOUR_MS,
    2 * HOUR_MS,
    3 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    5 * DAY_MS,
    7 * DAY_MS,
    14 * DAY_MS,
    28 * DAY_MS,
];
/// Room for one line of labels.
pub const LINE: f32 = 16.0;

/// A straight way from figures to points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub from: f64,
    pub to: f64,
    pub start: f32,
    pub end: f32,
}

impl Scale {
    pub fn at(&self, value: f64) -> f32 {
        let span = self.to - self.from;
        let share = if span > 0.0 { (value - self.from) / span } else { 0.0 };
        self.start + share as f32 * (self.end - self.start)
    }

    pub fn value(&self, at: f32) -> f64 {
        self.from + f64::from((at - self.start) / (self.end - self.start)) * (self.to - self.from)
    }
}

/// Where the figures stand.
pub struct Plane {
    pub plot: Rect,
    pub x: Scale,
    pub y: Scale,
}

/// Round values, how far they are apart, and the range they stand in.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticks {
    pub step: f64,
    pub values: Vec<f64>,
    pub from: f64,
    pub to: f64,
}

/// The range of an axis that holds its figures, with `most` ticks at most or one more. It ends at the bounds that the
/// axis names, where the figures keep to them, else at a whole step.
pub fn value_ticks(axis: &ValueAxis, values: impl Iterator<Item = f64>, most: usize) -> Option<Ticks> {
    let seen = values
        .filter(|v| v.is_finite())
        .fold(None, |seen: Option<(f64, f64)>, v| Some(seen.map_or((v, v), |(low, high)| (low.min(v), high.max(v)))));
    let (lowest, highest) = seen?;
    let low = axis.least.map_or(lowest, |least| lowest.min(least));
    let high = axis.most.map_or(highest, |most| highest.max(most));
    let flat = high <= low;
    let high = if flat { low + if low == 0.0 { 1.0 } else { low.abs() * 0.1 } } else { high };
    let step = round_step(axis.unit, (high - low) / most.max(1) as f64);
    let from = match axis.least {
        Some(least) if least <= lowest => least,
        _ => (low / step + 1e-9).floor() * step,
    };
    let to = match axis.most {
        Some(bound) if bound >= highest && !flat => bound,
        _ => (high / step - 1e-9).ceil() * step,
    };
    let (first, last) = ((from / step - 1e-9).ceil(), (to / step + 1e-9).floor());
    let count = ((last - first).round().max(0.0) as usize).min(1000);
    Some(Ticks { step, values: (0..=count).map(|i| (first + i as f64) * step).collect(), from, to })
}

/// The smallest step people count in that is at least `least`.
fn round_step(unit: Unit, least: f64) -> f64 {
    let whole = matches!(unit, Unit::Count);
    let clock: &[f64] = match unit {
        Unit::Hours => &[1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 168.0],
        Unit::Minutes => &[1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0],
        Unit::Usd
        | Unit::UsdPerHour
        | Unit::Count
        | Unit::Percent
        | Unit::Rps
        | Unit::Gb
        | Unit::Gib
        | Unit::Vcpu
        | Unit::Milliseconds => &[],
    };
    if let Some(step) = clock.iter().find(|&&step| step >= least && least > 0.5) {
        return *step;
    }
    let least = if whole { least.max(1.0) } else { least.max(1e-9) };
    let tens = 10f64.powf(least.log10().floor());
    let fits = |step: &f64| *step >= least * (1.0 - 1e-9) && (!whole || step.fract() == 0.0);
    [1.0, 2.0, 2.5, 5.0, 10.0].map(|part| part * tens).into_iter().find(fits).unwrap_or(10.0 * tens)
}

/// Round moments of an axis, at most `most`, and how far they are apart.
pub fn time_ticks(axis: &TimeAxis, most: usize) -> (u64, Vec<u64>) {
    let span = axis.to_ms.saturating_sub(axis.from_ms);
    let fits = |step: &u64| span / step < most.max(1) as u64;
    let step =
        TIME_STEPS.into_iter().find(fits).unwrap_or_else(|| (span / most.max(1) as u64).div_ceil(DAY_MS) * DAY_MS);
    let step = step.max(1);
    let into = axis.into_day_ms(axis.from_ms);
    let first = axis.from_ms + (step.min(DAY_MS) - into % step.min(DAY_MS)) % step.min(DAY_MS);
    (step, (0..).map(|i| first + i * step).take_while(|&at| at <= axis.to_ms).take(1000).collect())
}

/// How many ticks a length has room for.
fn room_for(length: f32, each: f32, most: usize) -> usize {
    ((length / each) as usize).clamp(1, most)
}

/// Draws the grid of a plot over time, and the axes at its left and bottom. `above` is kept free over the plot.
pub fn over_time<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    room: Rect,
    (axis, values): (&ValueAxis, impl Iterator<Item = f64>),
    time: &TimeAxis,
    above: f32,
) -> Drawn<DB, Option<Plane>> {
    let labelled = room.height() > 60.0 && room.width() > 120.0;
    let mut inner = room;
    inner.min.y += axis_title(pen, room, axis, above)?;
    inner.max.y -= if labelled { LINE + 2.0 } else { 2.0 };
    let Some((left, y)) = left_axis(pen, inner, (axis, values), labelled)? else { return Ok(None) };
    let plot = Rect::from_min_max(pos2(left, inner.top()), inner.max);
    let x = Scale { from: time.from_ms as f64, to: time.to_ms as f64, start: plot.left(), end: plot.right() };
    if labelled {
        let widest = Type::LABEL.width("30 Nov 00") + 16.0;
        let (step, ticks) = time_ticks(time, room_for(plot.width(), widest, 14));
        let labels: Vec<_> = ticks.iter().map(|&at| (x.at(at as f64), time.tick(at, step))).collect();
        bottom_labels(pen, &labels, room, plot.bottom())?;
    }
    Ok(Some(Plane { plot, x, y }))
}

/// Draws the grid of a plot of figures against figures; `right` is kept free for names.
pub fn over_values<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    room: Rect,
    (x_axis, xs): (&ValueAxis, impl Iterator<Item = f64>),
    (y_axis, ys): (&ValueAxis, impl Iterator<Item = f64>),
    (above, right): (f32, f32),
) -> Drawn<DB, Option<Plane>> {
    let labelled = room.height() > 60.0 && room.width() > 120.0;
    let x_title = titled(x_axis);
    let named = labelled && !x_title.is_empty() && room.height() > 110.0;
    let mut inner = room;
    inner.min.y += axis_title(pen, room, y_axis, above)?;
    inner.max.y -= if labelled { LINE + 2.0 } else { 2.0 };
    inner.max.y -= if named { LINE } else { 0.0 };
    inner.max.x -= right;
    let Some((left, y)) = left_axis(pen, inner, (y_axis, ys), labelled)? else { return Ok(None) };
    let plot = Rect::from_min_max(pos2(left, inner.top()), inner.max);
    let Some(ticks) = value_ticks(x_axis, xs, room_for(plot.width(), 64.0, 8)) else { return Ok(None) };
    let (from, to) = (ticks.from, ticks.to);
    let x = Scale { from, to, start: plot.left(), end: plot.right() };
    if labelled {
        let labels: Vec<_> = ticks.values.iter().map(|&v| (x.at(v), x_axis.unit.tick(v, ticks.step))).collect();
        bottom_labels(pen, &labels, room, plot.bottom())?;
    }
    if named {
        let at = pos2(plot.center().x, room.bottom() - LINE / 2.0 + 1.0);
        let said = Type::LABEL.shortened(&x_title, plot.width());
        pen.words(at, HPos::Center, Type::LABEL, &said, pen.look.tokens.muted)?;
    }
    Ok(Some(Plane { plot, x, y }))
}

/// Title and unit of an axis as its ticks leave them to say: "Memory, GiB".
fn titled(axis: &ValueAxis) -> String {
    match (axis.title.as_str(), axis.unit.axis_suffix()) {
        (title, "") => title.to_owned(),
        ("", suffix) => suffix.to_owned(),
        (title, suffix) => format!("{title}, {suffix}"),
    }
}

/// What the figures are, over the axis. Returns the height it takes together with what is kept free under it.
fn axis_title<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, room: Rect, axis: &ValueAxis, above: f32) -> Drawn<DB, f32> {
    const HALF_LABEL: f32 = 7.0; // of the tick at the very top
    let said = titled(axis);
    if said.is_empty() || room.height() < 110.0 {
        return Ok(above.max(HALF_LABEL));
    }
    let said = Type::LABEL.shortened(&said, room.width());
    pen.words(pos2(room.left(), room.top() + LINE / 2.0), HPos::Left, Type::LABEL, &said, pen.look.tokens.muted)?;
    Ok(LINE + above.max(HALF_LABEL))
}

/// Level lines with their labels at the left. Returns where the plot begins, and its scale.
fn left_axis<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    inner: Rect,
    (axis, values): (&ValueAxis, impl Iterator<Item = f64>),
    labelled: bool,
) -> Drawn<DB, Option<(f32, Scale)>> {
    let Some(ticks) =
        value_ticks(axis, values, room_for(inner.height(), 34.0, 6).max(if inner.height() > 34.0 { 2 } else { 1 }))
    else {
        return Ok(None);
    };
    let (from, to) = (ticks.from, ticks.to);
    let y = Scale { from, to, start: inner.bottom(), end: inner.top() };
    let labels: Vec<_> = ticks.values.iter().map(|&v| (v, axis.unit.tick(v, ticks.step))).collect();
    let widest = labels.iter().map(|(_, label)| Type::LABEL.width(label)).fold(0.0, f32::max);
    let left = if labelled { inner.left() + widest + 8.0 } else { inner.left() };
    let tokens = pen.look.tokens;
    for (value, label) in labels {
        let base = value == 0.0 || (value - from).abs() < 1e-9;
        let color = if base { tokens.faint } else { tokens.line };
        pen.level(left, inner.right(), y.at(value), tone(color, if base { 0.8 } else { 1.0 }))?;
        if labelled {
            pen.words(pos2(left - 8.0, y.at(value)), HPos::Right, Type::LABEL, &label, tokens.muted)?;
        }
    }
    Ok(Some((left, y)))
}

/// Labels under a plot, each under its place, kept inside the room and apart from each other.
pub fn bottom_labels<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    labels: &[(f32, String)],
    room: Rect,
    bottom: f32,
) -> Drawn<DB> {
    let tokens = pen.look.tokens;
    let mut taken = f32::NEG_INFINITY;
    for (x, label) in labels {
        let half = Type::LABEL.width(label) / 2.0;
        let middle = x.clamp(room.left() + half, (room.right() - half).max(room.left() + half));
        if middle - half < taken + 8.0 {
            continue;
        }
        taken = middle + half;
        pen.rect(
            Rect::from_min_max(pos2(x.round(), bottom), pos2(x.round() + 1.0, bottom + 4.0)),
            tone(tokens.faint, 0.8),
        )?;
        pen.words(pos2(middle, bottom + 4.0 + LINE / 2.0), HPos::Center, Type::LABEL, label, tokens.muted)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::report::chart::TimeLabels;

    #[track_caller]
    fn check(axis: &ValueAxis, values: &[f64], most: usize, expected: &[f64]) {
        let ticks = value_ticks(axis, values.iter().copied(), most).expect("there are figures");
        assert_eq!(ticks.values, expected);
    }

    #[test]
    fn ticks_are_round_and_hold_all_figures() {
        let from_zero = |unit| ValueAxis::from_zero("", unit);
        check(&from_zero(Unit::Count), &[25.0], 4, &[0.0, 10.0, 20.0, 30.0]);
        check(&from_zero(Unit::Count), &[1.0], 6, &[0.0, 1.0]); // there is no half of a task
        check(&from_zero(Unit::Percent), &[97.0], 4, &[0.0, 25.0, 50.0, 75.0, 100.0]);
        check(&from_zero(Unit::Usd), &[2533.0], 3, &[0.0, 1000.0, 2000.0, 3000.0]);
        check(&from_zero(Unit::Usd), &[0.0], 2, &[0.0, 0.5, 1.0]);
        let bound = ValueAxis { least: Some(30.0), most: Some(100.0), ..ValueAxis::fitted("", Unit::Percent) };
        check(&bound, &[36.0, 100.0], 2, &[50.0, 100.0]); // the axis begins at 30 all the same
        check(&from_zero(Unit::Hours), &[20.0], 4, &[0.0, 6.0, 12.0, 18.0, 24.0]);
        check(&ValueAxis::fitted("", Unit::Usd), &[-7.0, 12.0], 4, &[-10.0, -5.0, 0.0, 5.0, 10.0, 15.0]);
        assert_eq!(value_ticks(&from_zero(Unit::Usd), [f64::NAN].into_iter(), 4), None);
    }

    #[test]
    fn time_ticks_stand_on_round_hours_of_the_clock() {
        // From 01:30 to 13:30: with room for 5 the step is 3 h, at 03, 06, 09 and 12 o'clock.
        let axis = TimeAxis { start_ms: 90 * 60_000, from_ms: 0, to_ms: 12 * HOUR_MS, labels: TimeLabels::Dates };
        let (step, ticks) = time_ticks(&axis, 5);
        assert_eq!(step, 3 * HOUR_MS);
        assert_eq!(
            ticks.iter().map(|&at| axis.tick(at, step)).collect::<Vec<_>>(),
            ["03:00", "06:00", "09:00", "12:00"]
        );
    }

    #[test]
    fn an_axis_of_one_moment_has_one_tick() {
        let axis = TimeAxis { start_ms: 0, from_ms: 5000, to_ms: 5000, labels: TimeLabels::Elapsed };
        assert_eq!(time_ticks(&axis, 5).1, [5000]);
    }

    #[test]
    fn a_scale_goes_both_ways() {
        let scale = Scale { from: 10.0, to: 30.0, start: 100.0, end: 0.0 };
        assert!((scale.at(15.0) - 75.0).abs() < 1e-4);
        assert!((scale.value(75.0) - 15.0).abs() < 1e-4);
    }
}
