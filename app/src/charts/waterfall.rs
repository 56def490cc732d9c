//! From one total to another through signed causes: columns where there is room for their names, else rows.

use bayplan_engine::report::chart::Waterfall;
use egui::{Color32, Rect, pos2, vec2};
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axes::{self, LINE, Scale, Ticks};
use super::pen::{DOTS, Drawn, Pen, tone};
use super::text::Type;
use super::{Across, Look, Placed, Spot, among};

/// A column or row: what it is called, from where to where it reaches, and what stands at its end.
struct Bar<'a> {
    name: &'a str,
    from: f64,
    to: f64,
    label: String,
    color: Color32,
}

pub fn draw<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, fall: &Waterfall, room: Rect) -> Drawn<DB, Option<Placed>> {
    let bars = bars(fall, pen.look);
    if bars.iter().any(|bar| !(bar.from.is_finite() && bar.to.is_finite())) {
        return Ok(None);
    }
    if fall.causes.is_empty() && fall.from.value == 0.0 && fall.to.value == 0.0 {
        return Ok(None);
    }
    let widest = bars.iter().map(|bar| Type::LABEL_STRONG.width(&bar.label)).fold(0.0, f32::max);
    let pitch = (room.width() - 52.0) / bars.len() as f32;
    if pitch > (widest + 6.0).max(56.0) && room.height() > 110.0 {
        columns(pen, fall, &bars, room)
    } else {
        rows(pen, fall, &bars, room)
    }
}

fn bars<'a>(fall: &'a Waterfall, look: &Look) -> Vec<Bar<'a>> {
    let unit = fall.value.unit;
    let largest = fall.from.value.abs().max(fall.to.value.abs());
    let total = |name: &'a str, value: f64| Bar {
        name,
        from: 0.0,
        to: value,
        label: among(unit, value, largest),
        color: look.tokens.accent,
    };
    let mut sum = fall.from.value;
    let mut bars = vec![total(&fall.from.name, fall.from.value)];
    for cause in &fall.causes {
        let plus = if cause.delta > 0.0 { "+" } else { "" };
        let signed = format!("{plus}{}", among(unit, cause.delta, largest));
        let color = if cause.delta > 0.0 { look.tokens.bad } else { look.tokens.good };
        bars.push(Bar { name: &cause.name, from: sum, to: sum + cause.delta, label: signed, color });
        sum += cause.delta;
    }
    bars.push(total(&fall.to.name, fall.to.value));
    bars
}

/// All heights that sums reach, and zero, on which the totals stand.
fn ends(bars: &[Bar<'_>]) -> impl Iterator<Item = f64> {
    bars.iter().flat_map(|bar| [bar.from, bar.to])
}

fn columns<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    fall: &Waterfall,
    bars: &[Bar<'_>],
    room: Rect,
) -> Drawn<DB, Option<Placed>> {
    const NAME_LINES: usize = 3;
    const NAME_LINE: f32 = 13.0;
    let tokens = pen.look.tokens;
    let rough = (room.width() - 52.0) / bars.len() as f32 - 6.0;
    let names: Vec<Vec<String>> = bars.iter().map(|bar| Type::LABEL.wrapped(bar.name, rough, NAME_LINES)).collect();
    let deepest = names.iter().map(Vec::len).max().unwrap_or(1) as f32;
    let mut inner = room;
    inner.max.y -= deepest * NAME_LINE + 8.0;
    inner.min.y += LINE; // the label over the highest column
    let most = (inner.height() / 44.0).clamp(1.0, 6.0) as usize;
    let Some(ticks) = axes::value_ticks(&fall.value, ends(bars), most) else { return Ok(None) };
    let (from, to) = (ticks.from, ticks.to);
    let y = Scale { from, to, start: inner.bottom(), end: inner.top() };
    let left = level_lines(pen, fall, &ticks, &y, inner)?;
    let pitch = (inner.right() - left) / bars.len() as f32;
    let width = (pitch * 0.72).min(64.0);
    let mut spots = Vec::new();
    for (number, bar) in bars.iter().enumerate() {
        let middle = left + pitch * (number as f32 + 0.5);
        let (top, bottom) = (y.at(bar.from.max(bar.to)), y.at(bar.from.min(bar.to).max(from)));
        let (top, bottom) = if bottom - top < 2.0 {
            (top.midpoint(bottom).round() - 1.0, top.midpoint(bottom).round() + 1.0)
        } else {
            (top, bottom)
        };
        let column = Rect::from_min_max(
            pos2((middle - width / 2.0).round(), top.round()),
            pos2((middle + width / 2.0).round(), bottom.round()),
        );
        if number + 1 < bars.len() {
            let level = y.at(bar.to).floor() + 0.5; // the middle of a pixel
            let next = middle + pitch - width / 2.0;
            pen.dashed(&[pos2(column.right(), level), pos2(next, level)], DOTS, 1.0, tone(tokens.muted, 1.0))?;
        }
        let whole = number == 0 || number + 1 == bars.len();
        let foot = if whole { 0.0 } else { 3.0 };
        pen.rounded(column, [3.0, 3.0, foot, foot], tone(bar.color, 1.0))?;
        let over = pos2(middle, column.top() - 9.0);
        pen.words(over, HPos::Center, Type::LABEL_STRONG, &bar.label, tokens.text)?;
        for (line, name) in names[number].iter().enumerate() {
            let at = pos2(middle, inner.bottom() + 12.0 + NAME_LINE * line as f32);
            pen.words(at, HPos::Center, Type::LABEL, name, tokens.muted)?;
        }
        let area =
            Rect::from_min_max(pos2(middle - pitch / 2.0, inner.top()), pos2(middle + pitch / 2.0, room.bottom()));
        spots.push(Spot { area, of: number, said: format!("{} {}", bar.name, bar.label) });
    }
    let plot = Rect::from_min_max(pos2(left, inner.top()), inner.max);
    Ok(Some(Placed { plot, across: Across::Names, spots }))
}

/// The grid with its labels at the left. Returns where the columns begin.
fn level_lines<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    fall: &Waterfall,
    ticks: &Ticks,
    y: &Scale,
    inner: Rect,
) -> Drawn<DB, f32> {
    let tokens = pen.look.tokens;
    let labels: Vec<_> = ticks.values.iter().map(|&v| (v, fall.value.unit.tick(v, ticks.step))).collect();
    let left = inner.left() + labels.iter().map(|l| Type::LABEL.width(&l.1)).fold(0.0, f32::max) + 8.0;
    for (value, label) in &labels {
        let color = if *value == 0.0 { tone(tokens.faint, 0.8) } else { tone(tokens.line, 1.0) };
        pen.level(left, inner.right(), y.at(*value), color)?;
        pen.words(pos2(left - 8.0, y.at(*value)), HPos::Right, Type::LABEL, label, tokens.muted)?;
    }
    Ok(left)
}

fn rows<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    fall: &Waterfall,
    bars: &[Bar<'_>],
    room: Rect,
) -> Drawn<DB, Option<Placed>> {
    let tokens = pen.look.tokens;
    let names = bars.iter().map(|bar| Type::LABEL.width(bar.name)).fold(0.0, f32::max).min(room.width() * 0.38);
    let labels = bars.iter().map(|bar| Type::LABEL_STRONG.width(&bar.label)).fold(0.0, f32::max);
    let left = room.left() + names + 10.0;
    let right = (room.right() - labels - 8.0).max(left + 10.0);
    let Some(ticks) = axes::value_ticks(&fall.value, ends(bars), 4) else { return Ok(None) };
    let (from, to) = (ticks.from, ticks.to);
    let x = Scale { from, to, start: left, end: right };
    let fitting = ((room.height() / 16.0) as usize).max(1);
    let shown = if bars.len() > fitting { fitting.saturating_sub(1) } else { bars.len() };
    let lines = if shown < bars.len() { shown + 1 } else { shown };
    let pitch = (room.height() / lines.max(1) as f32).min(26.0);
    let mut spots = Vec::new();
    for (number, bar) in bars.iter().take(shown).enumerate() {
        let middle = room.top() + pitch * (number as f32 + 0.5);
        let (low, high) = (x.at(bar.from.min(bar.to).max(from)), x.at(bar.from.max(bar.to)));
        let band =
            Rect::from_min_max(pos2(low, middle - pitch * 0.32), pos2(high.max(low + 2.0), middle + pitch * 0.32));
        if number + 1 < shown {
            let level = x.at(bar.to).floor() + 0.5;
            let ends = [pos2(level, band.bottom()), pos2(level, middle + pitch * 0.68)];
            pen.dashed(&ends, DOTS, 1.0, tone(tokens.muted, 1.0))?;
        }
        pen.rounded(band, [2.0; 4], tone(bar.color, 1.0))?;
        let name = Type::LABEL.shortened(bar.name, names);
        pen.words(pos2(left - 10.0, middle), HPos::Right, Type::LABEL, &name, tokens.text)?;
        pen.words(band.right_center() + vec2(7.0, 0.0), HPos::Left, Type::LABEL_STRONG, &bar.label, tokens.text)?;
        let area =
            Rect::from_min_max(pos2(room.left(), middle - pitch / 2.0), pos2(room.right(), middle + pitch / 2.0));
        spots.push(Spot { area, of: number, said: format!("{} {}", bar.name, bar.label) });
    }
    if shown < bars.len() {
        let at = pos2(left - 10.0, room.top() + pitch * (shown as f32 + 0.5));
        let more = format!("and {} more", bars.len() - shown);
        pen.words(at, HPos::Right, Type::LABEL, &more, tokens.muted)?;
    }
    let plot = Rect::from_min_max(pos2(left, room.top()), pos2(right, room.top() + pitch * lines as f32));
    Ok(Some(Placed { plot, across: Across::Names, spots }))
}
