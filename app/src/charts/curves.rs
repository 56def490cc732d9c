//! Figures against figures: curves named at their ends, dots named beside them, a stripe of x that matters.

use bayplan_engine::report::chart::{Curves, Ink};
use egui::{Pos2, Rect, Vec2, pos2, vec2};
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axes::{self, LINE, Plane};
use super::pen::{Drawn, Pen, tone};
use super::text::Type;
use super::{Across, Placed, Spot, stroked, thinned};

const NAME: Type = Type::LABEL_STRONG;
/// How far the names of two curves stand apart.
const APART: f32 = 15.0;
/// From the plot to a name: a short line leads there.
const LEADER: f32 = 14.0;

pub fn draw<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, curves: &Curves, room: Rect) -> Drawn<DB, Option<Placed>> {
    let points = || curves.curves.iter().flat_map(|c| c.points.iter().copied());
    let all = || points().chain(curves.dots.iter().map(|d| d.at)).filter(|p| p.0.is_finite() && p.1.is_finite());
    let widest = curves.curves.iter().map(|c| NAME.width(&c.name)).fold(0.0, f32::max);
    let named = room.height() > 60.0 + curves.curves.len() as f32 * APART; // else the read-out names them
    let names = if curves.curves.is_empty() || !named { 0.0 } else { LEADER + widest.min(room.width() * 0.3) };
    let above = if curves.stripe.is_some() { LINE } else { 0.0 };
    let plane =
        axes::over_values(pen, room, (&curves.x, all().map(|p| p.0)), (&curves.y, all().map(|p| p.1)), (above, names))?;
    let Some(plane) = plane else { return Ok(None) };
    stripe(pen, curves, &plane)?;
    let at = |p: (f64, f64)| pos2(plane.x.at(p.0), plane.y.at(p.1));
    let (mut ends, mut inked) = (Vec::new(), Vec::new());
    for curve in &curves.curves {
        let path: Vec<Pos2> =
            curve.points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()).map(|&p| at(p)).collect();
        stroked(pen, &thinned(&path), curve.ink, curve.stroke)?;
        inked.extend(path.windows(2).flat_map(|pair| along(pair[0], pair[1])));
        if let Some(&end) = path.last() {
            ends.push((end, curve.ink, curve.name.as_str()));
        }
    }
    if named {
        name_ends(pen, ends, &plane, names - LEADER)?;
    }
    let spots = dots(pen, curves, &plane, (at, &inked))?;
    Ok(Some(Placed { plot: plane.plot, across: Across::Values { from: plane.x.from, to: plane.x.to }, spots }))
}

fn stripe<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, curves: &Curves, plane: &Plane) -> Drawn<DB> {
    let Some(stripe) = &curves.stripe else { return Ok(()) };
    let tokens = pen.look.tokens;
    let (left, right) = (plane.x.at(stripe.from), plane.x.at(stripe.to));
    let (left, right) = (left.max(plane.plot.left()), right.min(plane.plot.right()));
    if right <= left {
        return Ok(());
    }
    let band = Rect::from_min_max(pos2(left, plane.plot.top()), pos2(right.max(left + 1.0), plane.plot.bottom()));
    pen.rect(band, tone(tokens.accent, 0.13))?;
    let half = NAME.width(&stripe.name) / 2.0;
    let middle =
        band.center().x.clamp(plane.plot.left() + half, (plane.plot.right() - half).max(plane.plot.left() + half));
    pen.words(pos2(middle, band.top() - LINE / 2.0 - 1.0), HPos::Center, NAME, &stripe.name, tokens.accent)
}

/// Writes names right of the plot, each as near to its curve's end as its neighbours allow.
fn name_ends<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    mut ends: Vec<(Pos2, Ink, &str)>,
    plane: &Plane,
    width: f32,
) -> Drawn<DB> {
    ends.sort_by(|a, b| a.0.y.total_cmp(&b.0.y));
    let wanted: Vec<f32> = ends.iter().map(|end| end.0.y).collect();
    let heights = spread(&wanted, APART, (plane.plot.top(), plane.plot.bottom()));
    let tokens = pen.look.tokens;
    for ((end, ink, name), height) in ends.into_iter().zip(heights) {
        let (edge, at) = (plane.plot.right(), pos2(plane.plot.right() + LEADER - 4.0, height));
        let color = tone(pen.look.ink(ink), 1.0);
        let path = [end, pos2(edge.max(end.x), end.y), at];
        pen.line(&path[usize::from(end.x >= edge - 1.0)..], 1.0, color)?;
        pen.disc(end, 2.5, color)?;
        let name = NAME.shortened(name, width);
        pen.words(at + vec2(4.0, 0.0), HPos::Left, NAME, &name, tokens.text)?;
    }
    Ok(())
}

/// Heights as near as possible to the wanted ones (ascending), `apart` from each other, within bounds where they fit.
fn spread(wanted: &[f32], apart: f32, (top, bottom): (f32, f32)) -> Vec<f32> {
    let mut groups: Vec<(f32, usize)> = Vec::new(); // (middle, how many)
    for &height in wanted {
        groups.push((height, 1));
        while let [.., (a, m), (b, n)] = groups[..] {
            let reach = (m + n) as f32 * apart / 2.0;
            if b - a >= reach - 1e-3 {
                break;
            }
            groups.truncate(groups.len() - 2);
            let first = a - (m as f32 - 1.0) * apart / 2.0;
            // The mean of what each wants, were it the first of the joint group.
            let own = first * m as f32 + (b - (n as f32 - 1.0) * apart / 2.0 - m as f32 * apart) * n as f32;
            let joint = own / (m + n) as f32;
            groups.push((joint + (m + n - 1) as f32 * apart / 2.0, m + n));
        }
    }
    let mut heights: Vec<f32> = groups
        .iter()
        .flat_map(|&(middle, n)| (0..n).map(move |i| middle + (i as f32 - (n as f32 - 1.0) / 2.0) * apart))
        .collect();
    let over = heights.last().map_or(0.0, |last| (last - bottom).max(0.0));
    if over > 0.0 {
        let mut limit = bottom;
        for height in heights.iter_mut().rev() {
            *height = height.min(limit);
            limit = *height - apart;
        }
    }
    let mut limit = top;
    for height in &mut heights {
        *height = height.max(limit);
        limit = *height + apart;
    }
    heights
}

/// Small squares along a line, for names to keep away from.
fn along(from: Pos2, to: Pos2) -> impl Iterator<Item = Rect> {
    let steps = (from.distance(to) / 4.0).clamp(1.0, 500.0) as u16;
    (0..=steps).map(move |i| Rect::from_center_size(from.lerp(to, f32::from(i) / f32::from(steps)), Vec2::splat(3.0)))
}

/// Dots with their names where no other name or dot stands.
fn dots<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    curves: &Curves,
    plane: &Plane,
    (at, inked): (impl Fn((f64, f64)) -> Pos2, &[Rect]),
) -> Drawn<DB, Vec<Spot>> {
    let seen = || curves.dots.iter().enumerate().filter(|(_, d)| d.at.0.is_finite() && d.at.1.is_finite());
    let mut taken: Vec<Rect> = seen().map(|(_, d)| Rect::from_center_size(at(d.at), Vec2::splat(9.0))).collect();
    let mut spots = Vec::new();
    for (number, dot) in seen() {
        let centre = at(dot.at);
        pen.disc(centre, 6.0, tone(pen.look.tokens.panel, 1.0))?;
        pen.disc(centre, 4.5, tone(pen.look.ink(dot.ink), 1.0))?;
        let size = vec2(NAME.width(&dot.name), 13.0);
        let places = [
            centre + vec2(9.0 + size.x / 2.0, 0.0),
            centre - vec2(9.0 + size.x / 2.0, 0.0),
            centre - vec2(0.0, 13.0),
            centre + vec2(0.0, 13.0),
            centre + vec2(9.0 + size.x / 2.0, -12.0),
            centre + vec2(9.0 + size.x / 2.0, 12.0),
            centre + vec2(-9.0 - size.x / 2.0, -12.0),
            centre + vec2(-9.0 - size.x / 2.0, 12.0),
        ];
        let around = plane.plot.expand2(vec2(4.0, 2.0));
        let clear = |rect: &Rect, of: &[Rect]| of.iter().all(|other| !other.intersects(*rect));
        let candidates = places.map(|middle| Rect::from_center_size(middle, size));
        let fits = |rect: &&Rect| around.contains_rect(**rect) && clear(rect, &taken);
        let off_lines = candidates.iter().filter(fits).find(|rect| clear(rect, inked)).copied();
        let free = off_lines.or_else(|| candidates.iter().find(fits).copied());
        if let Some(rect) = free {
            if off_lines.is_none() {
                pen.rounded(rect.expand2(vec2(2.0, 0.0)), [3.0; 4], tone(pen.look.tokens.panel, 0.85))?;
            }
            pen.words(rect.left_center(), HPos::Left, NAME, &dot.name, pen.look.tokens.text)?;
            taken.push(rect);
        }
        let said = format!("{}\n{}, {}", dot.name, curves.y.unit.text(dot.at.1), curves.x.unit.text(dot.at.0));
        spots.push(Spot { area: Rect::from_center_size(centre, Vec2::splat(16.0)), of: number, said });
    }
    Ok(spots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &[f32], expected: &[f32]) {
        let found = spread(wanted, 10.0, (0.0, 100.0));
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3), "{found:?}");
        assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn names_move_apart_just_enough() {
        check(&[20.0, 50.0], &[20.0, 50.0]);
        check(&[50.0, 50.0], &[45.0, 55.0]);
        check(&[50.0, 50.0, 50.0], &[40.0, 50.0, 60.0]);
        // The pair at 50 becomes 45 and 55; 60 is then too near: three around their mean, (50 + 40 + 40) / 3 at the top.
        check(&[50.0, 50.0, 60.0], &[43.333, 53.333, 63.333]);
        check(&[99.0, 99.0], &[90.0, 100.0]);
        check(&[1.0, 1.0], &[0.0, 10.0]);
    }
}
