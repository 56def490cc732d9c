//! Ranges in rows: name, a band from low to high with a bar at mid, the figures, a remark; the baseline runs through all.

use bayplan_engine::report::chart::{BandRow, Bands};
use egui::{Rect, pos2, vec2};
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axes::{self, LINE, Scale};
use super::pen::{DOTS, Drawn, Pen, tone};
use super::text::Type;
use super::{Across, Placed, Spot, among};

const GAP: f32 = 14.0;

/// Columns from left to right, as x of their edges.
struct Columns {
    names: (f32, f32),
    bands: (f32, f32),
    /// Right edge of the mid figures.
    mids: f32,
    /// Left edge of the ranges, where there is room for them.
    ranges: Option<f32>,
    /// The remarks, where there is room for them.
    remarks: Option<(f32, f32)>,
}

pub fn draw<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, bands: &Bands, room: Rect) -> Drawn<DB, Option<Placed>> {
    let reference = bands.reference.as_ref().filter(|r| r.at.is_finite());
    let figures = bands.rows.iter().flat_map(|row| {
        let (low, mid, high) = row.low_mid_high;
        [low, mid, high]
    });
    let held = figures.chain(reference.filter(|_| !bands.rows.is_empty()).map(|r| r.at));
    let columns = columns(bands, room);
    let most = ((columns.bands.1 - columns.bands.0) / 70.0).clamp(1.0, 8.0) as usize;
    let Some(ticks) = axes::value_ticks(&bands.value, held, most) else { return Ok(None) };
    let (from, to) = (ticks.from, ticks.to);
    let x = Scale { from, to, start: columns.bands.0, end: columns.bands.1 };
    let labelled = room.height() > 80.0;
    let top = room.top() + if reference.is_some() { LINE } else { 0.0 };
    let bottom = room.bottom() - if labelled { LINE + 4.0 } else { 0.0 };
    let fitting = (((bottom - top) / 18.0) as usize).max(1);
    let shown = if bands.rows.len() > fitting { fitting.saturating_sub(1) } else { bands.rows.len() };
    let lines = if shown < bands.rows.len() { shown + 1 } else { shown };
    let pitch = ((bottom - top) / lines.max(1) as f32).min(34.0);
    let end = top + pitch * lines as f32;
    let tokens = pen.look.tokens;
    for &value in &ticks.values {
        pen.rect(
            Rect::from_min_max(pos2(x.at(value).round(), top), pos2(x.at(value).round() + 1.0, end)),
            tone(tokens.line, 1.0),
        )?;
    }
    let mut spots = Vec::new();
    for (number, row) in bands.rows.iter().take(shown).enumerate() {
        let middle = top + pitch * (number as f32 + 0.5);
        row_at(pen, (bands, row), &columns, &x, middle, pitch)?;
        let area =
            Rect::from_min_max(pos2(room.left(), middle - pitch / 2.0), pos2(room.right(), middle + pitch / 2.0));
        spots.push(Spot { area, of: number, said: said(bands, row) });
    }
    if shown < bands.rows.len() {
        let more = format!("and {} more", bands.rows.len() - shown);
        pen.words(pos2(room.left(), end - pitch / 2.0), HPos::Left, Type::LABEL, &more, tokens.muted)?;
    }
    if let Some(reference) = reference {
        let at = x.at(reference.at).floor() + 0.5;
        pen.dashed(&[pos2(at, top - 2.0), pos2(at, end)], DOTS, 1.25, tone(tokens.muted, 1.0))?;
        let half = Type::LABEL.width(&reference.name) / 2.0;
        let middle = at.clamp(room.left() + half, (room.right() - half).max(room.left() + half));
        pen.words(pos2(middle, top - LINE / 2.0 - 1.0), HPos::Center, Type::LABEL, &reference.name, tokens.muted)?;
    }
    if labelled {
        let labels: Vec<_> = ticks.values.iter().map(|&v| (x.at(v), bands.value.unit.tick(v, ticks.step))).collect();
        let within = Rect::from_min_max(pos2(columns.names.0, top), pos2(room.right(), room.bottom()));
        axes::bottom_labels(pen, &labels, within, end)?;
    }
    let plot = Rect::from_min_max(pos2(columns.bands.0, top), pos2(columns.bands.1, end));
    Ok(Some(Placed { plot, across: Across::Values { from, to }, spots }))
}

fn columns(bands: &Bands, room: Rect) -> Columns {
    let widest = |kind: Type, texts: &mut dyn Iterator<Item = String>| {
        texts.map(|text| kind.width(&text)).fold(0.0, f32::max).ceil()
    };
    let names = widest(Type::LABEL_STRONG, &mut bands.rows.iter().map(|row| row.name.clone())).min(room.width() * 0.34);
    let mids = widest(Type::LABEL_STRONG, &mut bands.rows.iter().map(|row| figure(bands, row.low_mid_high.1)));
    let ranges = widest(Type::LABEL, &mut bands.rows.iter().map(|row| range(bands, row)));
    let remarks = widest(Type::LABEL, &mut bands.rows.iter().map(|row| row.remark.clone())).min(room.width() * 0.3);
    let left = room.left() + names + GAP;
    let mut free = room.width() - names - GAP - mids - GAP;
    let mut takes = |width: f32| {
        let fits = width > 0.0 && free - width - GAP > room.width() * 0.26;
        free -= if fits { width + GAP } else { 0.0 };
        fits
    };
    let (with_ranges, with_remarks) = (takes(ranges), takes(remarks));
    let right_of_bands = left + free.max(20.0);
    let mid_edge = right_of_bands + GAP + mids;
    let range_edge = mid_edge + GAP;
    let remark_edge = if with_ranges { range_edge + ranges + GAP } else { range_edge };
    Columns {
        names: (room.left(), room.left() + names),
        bands: (left, right_of_bands),
        mids: mid_edge,
        ranges: with_ranges.then_some(range_edge),
        remarks: with_remarks.then_some((remark_edge, room.right())),
    }
}

fn figure(bands: &Bands, value: f64) -> String {
    let largest = bands.rows.iter().map(|row| row.low_mid_high.2).fold(0.0, f64::max);
    among(bands.value.unit, value, largest)
}

/// "$1,310 – $1,450", empty where low and high are one.
fn range(bands: &Bands, row: &BandRow) -> String {
    let (low, _, high) = row.low_mid_high;
    if low < high { format!("{} – {}", figure(bands, low), figure(bands, high)) } else { String::new() }
}

fn said(bands: &Bands, row: &BandRow) -> String {
    let range = range(bands, row);
    let range = if range.is_empty() { range } else { format!("\n{range} over the seeds") };
    let remark = if row.remark.is_empty() { String::new() } else { format!("\n{}", row.remark) };
    format!("{} {}{range}{remark}", row.name, figure(bands, row.low_mid_high.1))
}

fn row_at<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    (bands, row): (&Bands, &BandRow),
    columns: &Columns,
    x: &Scale,
    middle: f32,
    pitch: f32,
) -> Drawn<DB> {
    let tokens = pen.look.tokens;
    let color = pen.look.ink(row.ink);
    let strong = Type::LABEL_STRONG;
    let name = strong.shortened(&row.name, columns.names.1 - columns.names.0);
    pen.words(pos2(columns.names.0, middle), HPos::Left, strong, &name, tokens.text)?;
    let (low, mid, high) = row.low_mid_high;
    if !(low.is_finite() && mid.is_finite() && high.is_finite()) {
        return Ok(());
    }
    let half = (pitch * 0.26).clamp(3.0, 6.0);
    pen.level(columns.bands.0, columns.bands.1, middle, tone(tokens.line, 0.7))?;
    let (left, right) = (x.at(low), x.at(high));
    if right - left > 1.0 {
        let band = Rect::from_min_max(pos2(left, middle - half), pos2(right, middle + half));
        pen.rounded(band, [3.0; 4], tone(color, 0.45))?;
    }
    let tick = Rect::from_center_size(pos2(x.at(mid).floor() + 0.5, middle), vec2(3.0, half * 2.0 + 4.0));
    pen.rounded(tick, [1.5; 4], tone(color, 1.0))?;
    pen.words(pos2(columns.mids, middle), HPos::Right, strong, &figure(bands, mid), tokens.text)?;
    if let Some(left) = columns.ranges {
        pen.words(pos2(left, middle), HPos::Left, Type::LABEL, &range(bands, row), tokens.muted)?;
    }
    if let Some((left, right)) = columns.remarks {
        let remark = Type::LABEL.shortened(&row.remark, right - left);
        pen.words(pos2(left, middle), HPos::Left, Type::LABEL, &remark, tokens.muted)?;
    }
    Ok(())
}
