//! Charts drawn: one function for the screen, SVG and PNG.
//!
//! In: a `report::chart::Chart`, a [`Look`], a plotters backend. Out: the picture, and [`Placed`]: where things stand in
//! it, for whoever hovers. This file draws the words around the plot and leaves the plot to its family's file. Nothing
//! here computes a figure.

use bayplan_engine::report::chart::{Body, Chart, Ink, Stroke, Unit};
use egui::{Color32, Pos2, Rect, Vec2, pos2, vec2};
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use crate::widgets::theme::{self, Pattern, Tokens};
use pen::{DASHES, Drawn, Pen, tone};
use text::Type;

pub mod axes;
pub mod bands;
pub mod bars;
pub mod csv;
pub mod curves;
pub mod egui_backend;
pub mod lines;
pub mod pen;
pub mod png;
pub mod read_out;
pub mod stack;
pub mod svg;
pub mod text;
pub mod waterfall;

/// How a chart is to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub tokens: Tokens,
    /// Backend pixels to the point.
    pub scale: f32,
    /// Whether the chart paints what it stands on. On the screen the card does.
    pub surface: bool,
    /// Points kept free at the top right: a menu stands there.
    pub corner: f32,
    /// Whether title and note are drawn. Where a card has them already they are not.
    pub titled: bool,
}

/// What can be drawn on every backend: a chart, or the canvas.
pub trait Picture {
    /// What it is called.
    fn name(&self) -> &str;
    /// What it says, for who cannot see it.
    fn words(&self) -> String;
    /// Draws it on the whole of a backend, which is `size` points large.
    fn draw<DB: DrawingBackend>(&self, look: &Look, size: Vec2, backend: &mut DB) -> Drawn<DB>;
}

impl Picture for Chart {
    fn name(&self) -> &str {
        &self.title
    }

    fn words(&self) -> String {
        self.summary()
    }

    fn draw<DB: DrawingBackend>(&self, look: &Look, size: Vec2, backend: &mut DB) -> Drawn<DB> {
        draw(self, look, size, backend).map(|_| ())
    }
}

/// Where things stand in a drawn chart, in points from its top left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Where the figures are.
    pub plot: Rect,
    /// What its width spans.
    pub across: Across,
    /// Things that can be pointed at, in the order of the chart's rows, causes, dots or bars.
    pub spots: Vec<Spot>,
}

/// What the width of a plot spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Across {
    /// Moments, in milliseconds since time zero.
    Time { from_ms: u64, to_ms: u64 },
    /// Figures.
    Values { from: f64, to: f64 },
    /// Names side by side.
    Names,
}

/// Something that can be pointed at.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    pub area: Rect,
    /// Its place in the chart's own list of rows, dots, bars or marks. In a waterfall 0 is the total at the left, then
    /// the causes follow, then the total at the right.
    pub of: usize,
    /// What it is, in full: "compute −$1,046".
    pub said: String,
}

impl Look {
    /// The colour of a role.
    pub fn ink(&self, ink: Ink) -> Color32 {
        match ink {
            Ink::Slot(slot) => theme::service(slot).0,
            Ink::Accent => self.tokens.accent,
            Ink::Text => self.tokens.text,
            Ink::Baseline => self.tokens.muted,
            Ink::Good => self.tokens.good,
            Ink::Warn => self.tokens.warn,
            Ink::Bad => self.tokens.bad,
        }
    }
}

/// Draws a chart on the whole of a backend, which is `size` points large.
pub fn draw<DB: DrawingBackend>(chart: &Chart, look: &Look, size: Vec2, backend: &mut DB) -> Drawn<DB, Placed> {
    let mut pen = Pen::new(backend, look);
    let all = Rect::from_min_size(Pos2::ZERO, size);
    if look.surface {
        pen.rect(all, tone(look.tokens.panel, 1.0))?;
    }
    let margin = if look.surface { vec2(16.0, 14.0) } else { Vec2::ZERO };
    let room = heading(&mut pen, chart, all.shrink2(margin))?;
    let placed = match &chart.body {
        Body::Lines(body) => lines::draw(&mut pen, body, room)?,
        Body::Stack(body) => stack::draw(&mut pen, body, room)?,
        Body::Bands(body) => bands::draw(&mut pen, body, room)?,
        Body::Waterfall(body) => waterfall::draw(&mut pen, body, room)?,
        Body::Curves(body) => curves::draw(&mut pen, body, room)?,
        Body::Bars(body) => bars::draw(&mut pen, body, room)?,
    };
    let Some(placed) = placed else {
        let empty = pos2(room.center().x, room.center().y);
        pen.words(
            empty,
            HPos::Center,
            Type { size: theme::BODY, strong: false },
            "nothing to show",
            look.tokens.muted,
        )?;
        return Ok(Placed { plot: room, across: Across::Names, spots: Vec::new() });
    };
    Ok(placed)
}

/// Title, note and legend. Returns the room left under them.
fn heading<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, chart: &Chart, mut room: Rect) -> Drawn<DB, Rect> {
    let tokens = pen.look.tokens;
    if pen.look.titled && room.height() > 90.0 && !chart.title.is_empty() {
        let said = Type::TITLE.shortened(&chart.title, room.width() - pen.look.corner);
        pen.words(pos2(room.left(), room.top() + 9.0), HPos::Left, Type::TITLE, &said, tokens.text)?;
        room.min.y += 20.0;
        if room.height() > 100.0 && !chart.note.is_empty() {
            let said = Type::LABEL.shortened(&chart.note, room.width());
            pen.words(pos2(room.left(), room.top() + 8.0), HPos::Left, Type::LABEL, &said, tokens.muted)?;
            room.min.y += 16.0;
        }
        room.min.y += 8.0;
    }
    if chart.legend && room.height() > 90.0 {
        room.min.y += legend(pen, &entries(&chart.body), room)?;
    }
    Ok(room)
}

/// How a name of the legend is shown.
enum Sample {
    Line(Ink, Stroke),
    Patch(Ink),
    Excess,
}

fn entries(body: &Body) -> Vec<(Sample, &str)> {
    match body {
        Body::Lines(lines) => {
            let series = lines.series.iter().map(|s| (Sample::Line(s.ink, s.stroke), s.name.as_str()));
            series.chain(lines.excess.iter().map(|e| (Sample::Excess, e.name.as_str()))).collect()
        }
        Body::Stack(stack) => stack.layers.iter().map(|l| (Sample::Patch(l.ink), l.name.as_str())).collect(),
        Body::Curves(curves) => {
            let lines = curves.curves.iter().map(|c| (Sample::Line(c.ink, c.stroke), c.name.as_str()));
            lines.chain(curves.dots.iter().map(|d| (Sample::Patch(d.ink), d.name.as_str()))).collect()
        }
        Body::Bands(_) | Body::Waterfall(_) | Body::Bars(_) => Vec::new(), // they name their parts in place
    }
}

/// The names of the series in rows, three at most. Returns the height they take.
fn legend<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, entries: &[(Sample, &str)], room: Rect) -> Drawn<DB, f32> {
    const ROW: f32 = 18.0;
    const SAMPLE: f32 = 20.0;
    let rows = if room.height() > 200.0 { 3 } else { 1 };
    let (mut x, mut row) = (room.left(), 0);
    for (number, (sample, name)) in entries.iter().enumerate() {
        let left_over = entries.len() - number;
        let more = format!("and {left_over} more");
        let name = Type::LABEL.shortened(name, room.width() - SAMPLE);
        let width = SAMPLE + Type::LABEL.width(&name);
        let kept_free = if row + 1 == rows && left_over > 1 { 16.0 + Type::LABEL.width(&more) } else { 0.0 };
        if x > room.left() && x + width + kept_free > room.right() {
            if row + 1 == rows {
                let at = pos2(x, room.top() + row as f32 * ROW + ROW / 2.0);
                pen.words(at, HPos::Left, Type::LABEL, &more, pen.look.tokens.muted)?;
                break;
            }
            (x, row) = (room.left(), row + 1);
        }
        let middle = pos2(x, room.top() + row as f32 * ROW + ROW / 2.0);
        swatch(pen, sample, Rect::from_center_size(middle + vec2(7.0, 0.0), vec2(14.0, 10.0)))?;
        pen.words(middle + vec2(SAMPLE, 0.0), HPos::Left, Type::LABEL, &name, pen.look.tokens.text)?;
        x += width + 16.0;
    }
    Ok(if entries.is_empty() { 0.0 } else { (row + 1) as f32 * ROW + 6.0 })
}

fn swatch<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, sample: &Sample, at: Rect) -> Drawn<DB> {
    match sample {
        Sample::Line(ink, stroke) => stroked(pen, &[at.left_center(), at.right_center()], *ink, *stroke),
        Sample::Patch(ink) => patched(pen, &pen::rounded_corners(at, [2.0; 4]), *ink),
        Sample::Excess => exceeded(pen, &pen::rounded_corners(at, [2.0; 4])),
    }
}

/// A line of a series. A repeated service colour is beaded, as its areas are hatched.
pub(super) fn stroked<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    points: &[Pos2],
    ink: Ink,
    stroke: Stroke,
) -> Drawn<DB> {
    let color = tone(pen.look.ink(ink), 1.0);
    match stroke {
        Stroke::Dashed => pen.dashed(points, DASHES, 1.6, color),
        Stroke::Solid if matches!(ink, Ink::Slot(slot) if theme::service(slot).2) => {
            pen.line(points, 3.0, color)?;
            pen.dashed(points, [2.0, 5.0], 1.4, tone(pen.look.tokens.panel, 1.0))
        }
        Stroke::Solid => pen.line(points, 2.0, color),
    }
}

/// An area in a colour and its pattern.
pub(super) fn patched<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, corners: &[Pos2], ink: Ink) -> Drawn<DB> {
    let color = pen.look.ink(ink);
    let (pattern, again) = match ink {
        Ink::Slot(slot) => (theme::service(slot).1, theme::service(slot).2),
        Ink::Accent | Ink::Text | Ink::Baseline | Ink::Good | Ink::Warn | Ink::Bad => (Pattern::Plain, false),
    };
    if again {
        pen.area(corners, tone(theme::mixed(pen.look.tokens.panel, color, 0.35), 1.0))?;
        pen.hatch(corners, pattern.directions(), 5.0, 1.5, tone(color, 1.0))?;
        let closed: Vec<Pos2> = corners.iter().chain(corners.first()).copied().collect();
        return pen.line(&closed, 1.0, tone(color, 1.0));
    }
    pen.area(corners, tone(color, 1.0))?;
    pen.hatch(corners, pattern.directions(), 7.0, 1.0, tone(pen.look.tokens.panel, 0.26))
}

/// What was lost: red, and hatched so that red is not alone.
pub(super) fn exceeded<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, corners: &[Pos2]) -> Drawn<DB> {
    let bad = pen.look.tokens.bad;
    pen.area(corners, tone(bad, 0.4))?;
    pen.hatch(corners, &[theme::Direction::Rising], 5.0, 1.0, tone(bad, 0.9))
}

/// A figure among others: dollars have no cents where the largest has none.
pub(super) fn among(unit: Unit, value: f64, largest: f64) -> String {
    if unit == Unit::Usd && largest >= 1000.0 && value.abs() >= 10.0 { unit.tick(value, 1.0) } else { unit.text(value) }
}

/// A line with no more points than can be seen: of each half point of width the first, lowest, highest and last.
pub(super) fn thinned(points: &[Pos2]) -> Vec<Pos2> {
    let column = |p: &Pos2| (p.x * 2.0).floor();
    let mut out: Vec<Pos2> = Vec::new();
    for same in points.chunk_by(|a, b| column(a).total_cmp(&column(b)).is_eq()) {
        if same.len() <= 4 {
            out.extend_from_slice(same);
            continue;
        }
        let by_height = |a: &(usize, &Pos2), b: &(usize, &Pos2)| a.1.y.total_cmp(&b.1.y);
        let low = same.iter().enumerate().min_by(by_height).map_or(0, |at| at.0);
        let high = same.iter().enumerate().max_by(by_height).map_or(0, |at| at.0);
        let mut kept = [0, low.min(high), low.max(high), same.len() - 1].to_vec();
        kept.dedup();
        out.extend(kept.into_iter().map(|at| same[at]));
    }
    out
}
