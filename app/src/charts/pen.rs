//! What charts draw with: lines, areas, patterns and words in points, on any plotters backend.
//!
//! In: places in points from the chart's top left corner. Out: calls on the backend in whole pixels, `Look::scale` to the
//! point. Nothing here knows a chart.

use egui::{Color32, Pos2, Rect, pos2, vec2};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

use super::Look;
use super::text::{CAPITAL_MIDDLE, FAMILY, MIDDLE_TO_BASELINE, Type, icon_shape};
use crate::widgets::theme::Direction;

/// What drawing on a backend returns.
pub type Drawn<DB, T = ()> = Result<T, DrawingErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// plotters counts a text's size as the height of its line: so many ems for its SVG, and so for our own backends.
pub const LINE_OF_EM: f64 = 1.24;

/// Dashes and gaps along a line, in points.
pub const DASHES: [f32; 2] = [5.0, 3.5];
/// Short dashes: event lines and references.
pub const DOTS: [f32; 2] = [2.0, 2.5];

/// A colour with its opacity.
pub fn tone(color: Color32, alpha: f32) -> RGBAColor {
    RGBAColor(color.r(), color.g(), color.b(), f64::from((alpha * 100.0).round()) / 100.0)
}

/// Draws in points.
pub struct Pen<'a, DB: DrawingBackend> {
    pub look: &'a Look,
    backend: &'a mut DB,
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    pub fn new(backend: &'a mut DB, look: &'a Look) -> Self {
        Self { look, backend }
    }

    fn px(&self, p: Pos2) -> BackendCoord {
        ((p.x * self.look.scale).round() as i32, (p.y * self.look.scale).round() as i32)
    }

    /// A line through points.
    pub fn line(&mut self, points: &[Pos2], width: f32, color: RGBAColor) -> Drawn<DB> {
        let mut path: Vec<BackendCoord> = points.iter().map(|&p| self.px(p)).collect();
        path.dedup();
        if path.len() < 2 {
            return Ok(());
        }
        let stroke_width = (width * self.look.scale).round().max(1.0) as u32;
        self.backend.draw_path(path, &ShapeStyle { color, filled: false, stroke_width })
    }

    /// A line through points, in dashes.
    pub fn dashed(&mut self, points: &[Pos2], [on, off]: [f32; 2], width: f32, color: RGBAColor) -> Drawn<DB> {
        let (mut dash, mut drawn, mut left) = (points.first().copied().into_iter().collect::<Vec<_>>(), true, on);
        for ends in points.windows(2) {
            let (mut from, to) = (ends[0], ends[1]);
            loop {
                let rest = from.distance(to);
                if rest < left {
                    left -= rest;
                    dash.push(to);
                    break;
                }
                let turn = from + (to - from) * (left / rest.max(1e-6));
                dash.push(turn);
                if drawn {
                    self.line(&dash, width, color)?;
                }
                dash = vec![turn];
                (drawn, left, from) = if drawn { (false, off, turn) } else { (true, on, turn) };
            }
        }
        if drawn { self.line(&dash, width, color) } else { Ok(()) }
    }

    /// A level line one point high whose upper edge lies on the pixel nearest to `y`: crisp on every backend.
    pub fn level(&mut self, left: f32, right: f32, y: f32, color: RGBAColor) -> Drawn<DB> {
        let y = y.round();
        self.rect(Rect::from_min_max(pos2(left, y), pos2(right, y + 1.0)), color)
    }

    /// A filled rectangle.
    pub fn rect(&mut self, rect: Rect, color: RGBAColor) -> Drawn<DB> {
        let (min, max) = (self.px(rect.min), self.px(rect.max));
        if min.0 >= max.0 || min.1 >= max.1 {
            return Ok(());
        }
        self.backend.draw_rect(min, max, &ShapeStyle { color, filled: true, stroke_width: 0 }, true)
    }

    /// A filled rectangle with round corners.
    pub fn rounded(&mut self, rect: Rect, radii: [f32; 4], color: RGBAColor) -> Drawn<DB> {
        self.area(&rounded_corners(rect, radii), color)
    }

    /// A filled polygon, concave or not.
    pub fn area(&mut self, corners: &[Pos2], color: RGBAColor) -> Drawn<DB> {
        let mut path: Vec<BackendCoord> = corners.iter().map(|&p| self.px(p)).collect();
        path.dedup();
        if path.len() < 3 {
            return Ok(());
        }
        self.backend.fill_polygon(path, &ShapeStyle { color, filled: true, stroke_width: 0 })
    }

    /// Parallel lines over a polygon, `gap` points apart.
    pub fn hatch(&mut self, corners: &[Pos2], ways: &[Direction], gap: f32, width: f32, color: RGBAColor) -> Drawn<DB> {
        for &way in ways {
            for [from, to] in hatch_lines(corners, way, gap) {
                self.line(&[from, to], width, color)?;
            }
        }
        Ok(())
    }

    /// A disc.
    pub fn disc(&mut self, centre: Pos2, radius: f32, color: RGBAColor) -> Drawn<DB> {
        let style = ShapeStyle { color, filled: true, stroke_width: 0 };
        self.backend.draw_circle(self.px(centre), (radius * self.look.scale).round() as u32, &style, true)
    }

    /// A ring.
    pub fn ring(&mut self, centre: Pos2, radius: f32, width: f32, color: RGBAColor) -> Drawn<DB> {
        let turn = |i: u8| f32::from(i) / 32.0 * std::f32::consts::TAU;
        let corners: Vec<Pos2> = (0..=32).map(|i| centre + radius * vec2(turn(i).cos(), turn(i).sin())).collect();
        self.line(&corners, width, color)
    }

    /// An icon by its shape, so that no viewer needs the font; `at` is the middle of its square.
    pub fn icon(&mut self, at: Pos2, size: f32, icon: char, color: RGBAColor) -> Drawn<DB> {
        let corners: Vec<Pos2> = icon_shape(icon).into_iter().map(|p| at + p.to_vec2() * size).collect();
        self.area(&corners, color)
    }

    /// Words whose figures and capitals have their middle at the height of `at`.
    pub fn words(&mut self, at: Pos2, h_pos: HPos, kind: Type, text: &str, color: Color32) -> Drawn<DB> {
        let lift = (CAPITAL_MIDDLE - MIDDLE_TO_BASELINE) * kind.size;
        let size = f64::from(kind.size * self.look.scale) * LINE_OF_EM;
        let weight = if kind.strong { FontStyle::Bold } else { FontStyle::Normal };
        let style = TextStyle {
            font: FontDesc::new(FontFamily::Name(FAMILY), size, weight),
            color: plotters_backend::BackendColor { alpha: 1.0, rgb: (color.r(), color.g(), color.b()) },
            pos: Pos::new(h_pos, VPos::Center),
        };
        let at = self.px(at + vec2(0.0, lift));
        // SVG has no place for control characters, and no font has a shape for them.
        let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')).collect();
        self.backend.draw_text(&text, &style, at)
    }
}

/// The corners of a rectangle rounded by four radii: left top, right top, right bottom, left bottom.
pub fn rounded_corners(rect: Rect, radii: [f32; 4]) -> Vec<Pos2> {
    let most = rect.width().min(rect.height()) / 2.0;
    let [a, b, c, d] = radii.map(|radius| radius.min(most).max(0.0));
    let corners = [
        (rect.left_top() + vec2(a, a), a, 0.5),
        (rect.right_top() + vec2(-b, b), b, 0.75),
        (rect.right_bottom() + vec2(-c, -c), c, 0.0),
        (rect.left_bottom() + vec2(d, -d), d, 0.25),
    ];
    let arc = |(centre, radius, start): (Pos2, f32, f32)| {
        let steps: u8 = if radius < 0.5 { 0 } else { 4 };
        (0..=steps).map(move |i| {
            let turn = (start + 0.25 * f32::from(i) / f32::from(steps.max(1))) * std::f32::consts::TAU;
            centre + radius * vec2(turn.cos(), turn.sin())
        })
    };
    corners.into_iter().flat_map(arc).collect()
}

/// The pieces of parallel lines that lie in a polygon (even-odd).
fn hatch_lines(corners: &[Pos2], way: Direction, gap: f32) -> Vec<[Pos2; 2]> {
    let along = match way {
        Direction::Rising => vec2(1.0, -1.0),
        Direction::Falling => vec2(1.0, 1.0),
        Direction::Level => vec2(1.0, 0.0),
        Direction::Upright => vec2(0.0, 1.0),
    }
    .normalized();
    let across = vec2(-along.y, along.x);
    let distances: Vec<f32> = corners.iter().map(|p| p.to_vec2().dot(across)).collect();
    let low = distances.iter().copied().fold(f32::INFINITY, f32::min);
    let high = distances.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if !(low.is_finite() && high > low) {
        return Vec::new();
    }
    let mut cuts: Vec<Vec<f32>> = vec![Vec::new(); ((high - low) / gap) as usize + 2];
    let first = (low / gap).ceil();
    for (i, (&p, &dp)) in corners.iter().zip(&distances).enumerate() {
        let next = (i + 1) % corners.len();
        let (q, dq) = (corners[next], distances[next]);
        let (from, to) = (dp.min(dq), dp.max(dq));
        let mut step = (from / gap).ceil();
        while step * gap < to {
            let crossing = p + (q - p) * ((step * gap - dp) / (dq - dp));
            if let Some(cut) = cuts.get_mut((step - first).max(0.0) as usize) {
                cut.push(crossing.to_vec2().dot(along));
            }
            step += 1.0;
        }
    }
    let mut pieces = Vec::new();
    for (number, mut cut) in (0u16..).zip(cuts) {
        cut.sort_by(f32::total_cmp);
        let foot = across * ((first + f32::from(number)) * gap);
        let at = |distance: f32| (foot + along * distance).to_pos2();
        pieces.extend(cut.chunks_exact(2).map(|ends| [at(ends[0]), at(ends[1])]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatching_stays_inside_a_concave_area() {
        // A U: 30 wide, 30 high, with a notch 10 wide down to y = 20.
        let u = [(0, 0), (10, 0), (10, 20), (20, 20), (20, 0), (30, 0), (30, 30), (0, 30)]
            .map(|(x, y): (i16, i16)| pos2(f32::from(x), f32::from(y)));
        let lines = hatch_lines(&u, Direction::Level, 8.0);
        // Level lines at y = 0 (or not, on the edge), 8, 16 cross both legs; 24 crosses the foot once.
        let at =
            |y: f32| lines.iter().filter(|l| (l[0].y - y).abs() < 1e-3).map(|l| (l[0].x, l[1].x)).collect::<Vec<_>>();
        assert_eq!(at(8.0), [(0.0, 10.0), (20.0, 30.0)]);
        assert_eq!(at(16.0), [(0.0, 10.0), (20.0, 30.0)]);
        assert_eq!(at(24.0), [(0.0, 30.0)]);
    }

    #[test]
    fn a_rounded_rectangle_keeps_to_its_bounds() {
        let rect = Rect::from_min_max(pos2(10.0, 10.0), pos2(30.0, 14.0));
        let corners = rounded_corners(rect, [8.0; 4]);
        assert!(corners.iter().all(|p| rect.expand(1e-3).contains(*p)));
        assert!(corners.iter().any(|p| (p.x - 10.0).abs() < 1e-3));
    }
}
