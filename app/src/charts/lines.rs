//! Lines over time, filled or not, with what was lost in red and the signs of events on top.

use bayplan_engine::report::chart::{EventKind, EventMark, Excess, Join, Lines, Series, TimeAxis};
use egui::{Pos2, Rect, pos2, vec2};
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axes::{self, Plane, Scale};
use super::pen::{DOTS, Drawn, Pen, tone};
use super::text::Type;
use super::{Across, Placed, Spot, exceeded, stroked, thinned};

/// Height of the row of signs over the plot.
pub const SIGNS: f32 = 20.0;

pub fn draw<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, lines: &Lines, room: Rect) -> Drawn<DB, Option<Placed>> {
    let above = if lines.marks.is_empty() || room.height() < 70.0 { 0.0 } else { SIGNS };
    let values = lines.series.iter().flat_map(|s| visible(s, &lines.time)).map(|p| p.1);
    let Some(plane) = axes::over_time(pen, room, (&lines.value, values), &lines.time, above)? else { return Ok(None) };
    let base = plane.y.at(plane.y.from.max(0.0).min(plane.y.to));
    let paths: Vec<Vec<Pos2>> = lines.series.iter().map(|s| path(s, &lines.time, &plane)).collect();
    for (series, path) in lines.series.iter().zip(&paths).filter(|(series, path)| series.filled && path.len() > 1) {
        let (first, last) = (path[0], path[path.len() - 1]);
        let under = [pos2(last.x, base), pos2(first.x, base)];
        let corners: Vec<Pos2> = path.iter().copied().chain(under).collect();
        pen.area(&corners, tone(pen.look.ink(series.ink), 0.16))?;
    }
    if let Some(excess) = &lines.excess {
        for corners in excesses(lines, excess, &plane) {
            exceeded(pen, &corners)?;
        }
    }
    for (series, path) in lines.series.iter().zip(&paths) {
        stroked(pen, path, series.ink, series.stroke)?;
    }
    let spots = marks(pen, &lines.marks, &lines.time, &plane, above)?;
    Ok(Some(Placed { plot: plane.plot, across: across(&lines.time), spots }))
}

/// What the width of a plot over time spans.
pub fn across(time: &TimeAxis) -> Across {
    Across::Time { from_ms: time.from_ms, to_ms: time.to_ms }
}

/// The samples of a series within the axis, its edges among them where the line goes on beyond.
fn visible(series: &Series, time: &TimeAxis) -> Vec<(u64, f64)> {
    let inside = series.points.iter().copied().filter(|p| (time.from_ms..=time.to_ms).contains(&p.0));
    let mut points: Vec<(u64, f64)> = inside.collect();
    let edge = |at: u64| series.at(at).map(|value| (at, value));
    if points.first().is_none_or(|p| p.0 > time.from_ms)
        && let Some(first) = edge(time.from_ms)
    {
        points.insert(0, first);
    }
    if points.last().is_some_and(|p| p.0 < time.to_ms)
        && let Some(last) = edge(time.to_ms)
    {
        points.push(last);
    }
    points.retain(|p| p.1.is_finite());
    points
}

fn path(series: &Series, time: &TimeAxis, plane: &Plane) -> Vec<Pos2> {
    let samples = visible(series, time);
    let points: Vec<Pos2> = samples.iter().map(|&(t, v)| pos2(plane.x.at(t as f64), plane.y.at(v))).collect();
    thinned(&joined(&points, series.join))
}

/// The corners between samples.
pub fn joined(points: &[Pos2], join: Join) -> Vec<Pos2> {
    match join {
        Join::Slope => points.to_vec(),
        Join::Step => {
            let corners = points.windows(2).flat_map(|pair| [pair[0], pos2(pair[1].x, pair[0].y)]);
            corners.chain(points.last().copied()).collect()
        }
    }
}

/// The areas where one series is above another.
fn excesses(lines: &Lines, excess: &Excess, plane: &Plane) -> Vec<Vec<Pos2>> {
    let (Some(above), Some(below)) = (lines.series.get(excess.above), lines.series.get(excess.below)) else {
        return Vec::new();
    };
    let time = &lines.time;
    let mut moments: Vec<u64> =
        above.points.iter().chain(&below.points).map(|p| p.0).chain([time.from_ms, time.to_ms]).collect();
    moments.retain(|at| (time.from_ms..=time.to_ms).contains(at));
    moments.sort_unstable();
    moments.dedup();
    let (mut areas, mut upper, mut lower): (Vec<_>, Vec<Pos2>, Vec<Pos2>) = (Vec::new(), Vec::new(), Vec::new());
    for span in moments.windows(2) {
        let ends = |s: &Series| {
            let from = s.at(span[0])?;
            Some((from, if s.join == Join::Step { from } else { s.at(span[1])? }))
        };
        let part = ends(above).zip(ends(below)).and_then(|(a, b)| crossing((span[0], span[1]), a, b));
        let Some(part) = part else {
            close(&mut areas, &mut upper, &mut lower);
            continue;
        };
        if upper.last().is_some_and(|last| last.x < plane.x.at(part[0].0)) {
            close(&mut areas, &mut upper, &mut lower); // between the two the lines crossed and crossed again
        }
        for (t, high, low) in part {
            upper.push(pos2(plane.x.at(t), plane.y.at(high)));
            lower.push(pos2(plane.x.at(t), plane.y.at(low)));
        }
    }
    close(&mut areas, &mut upper, &mut lower);
    areas
}

fn close(areas: &mut Vec<Vec<Pos2>>, upper: &mut Vec<Pos2>, lower: &mut Vec<Pos2>) {
    if upper.len() > 1 {
        let (top, bottom) = (thinned(upper), thinned(lower));
        areas.push(top.into_iter().chain(bottom.into_iter().rev()).collect());
    }
    upper.clear();
    lower.clear();
}

/// Where within a span the first line is above the second: (moment, first, second) at both ends of that part.
fn crossing((t0, t1): (u64, u64), a: (f64, f64), b: (f64, f64)) -> Option<[(f64, f64, f64); 2]> {
    let (d0, d1) = (a.0 - b.0, a.1 - b.1);
    if d0 <= 0.0 && d1 <= 0.0 {
        return None;
    }
    let at = |share: f64| {
        let between = |(from, to): (f64, f64)| from + (to - from) * share;
        (between((t0 as f64, t1 as f64)), between(a), between(b))
    };
    let meet = d0 / (d0 - d1);
    Some(match (d0 > 0.0, d1 > 0.0) {
        (true, true) => [at(0.0), at(1.0)],
        (true, false) => [at(0.0), at(meet)],
        (false, _) => [at(meet), at(1.0)],
    })
}

/// Dotted lines with their signs; neighbours too close for their signs share one, which says how many they are.
pub fn marks<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    marks: &[EventMark],
    time: &TimeAxis,
    plane: &Plane,
    above: f32,
) -> Drawn<DB, Vec<Spot>> {
    const APART: f32 = 18.0;
    let inside = marks.iter().enumerate().filter(|(_, m)| (time.from_ms..=time.to_ms).contains(&m.at_ms));
    let mut seen: Vec<(usize, &EventMark)> = inside.collect();
    seen.sort_by_key(|(_, m)| m.at_ms);
    let place = |mark: &EventMark, x: &Scale| x.at(mark.at_ms as f64);
    let mut groups: Vec<(usize, Vec<&EventMark>)> = Vec::new();
    for (number, mark) in seen {
        match groups.last_mut() {
            Some((_, group)) if place(mark, &plane.x) - place(group[0], &plane.x) < APART => group.push(mark),
            _ => groups.push((number, vec![mark])),
        }
    }
    let mut spots = Vec::new();
    for (first, group) in groups {
        let worst = group.iter().find(|m| m.kind == EventKind::Fault).unwrap_or(&group[0]);
        let color = match worst.kind {
            EventKind::Fault => pen.look.tokens.bad,
            EventKind::Placement => pen.look.tokens.warn,
            EventKind::Scaling | EventKind::Deployment | EventKind::Replacement => pen.look.tokens.muted,
        };
        for mark in &group {
            let x = place(mark, &plane.x).floor() + 0.5; // the middle of a pixel
            let ends = [pos2(x, plane.plot.top() - above.min(4.0)), pos2(x, plane.plot.bottom())];
            pen.dashed(&ends, DOTS, 1.0, tone(color, 0.8))?;
        }
        if above == 0.0 {
            continue;
        }
        let centre = pos2(place(group[0], &plane.x).floor() + 0.5, plane.plot.top() - 4.0 - 8.0);
        pen.disc(centre, 8.0, tone(pen.look.tokens.panel, 1.0))?;
        pen.ring(centre, 8.0, 1.0, tone(color, 1.0))?;
        if group.len() == 1 {
            sign(pen, centre, worst.kind, color)?;
        } else {
            let count = if group.len() > 99 { "99+".to_owned() } else { group.len().to_string() };
            let kind = Type { size: if count.len() > 1 { 8.0 } else { 10.0 }, strong: true };
            pen.words(centre, HPos::Center, kind, &count, color)?;
        }
        let said = group.iter().take(6).map(|m| format!("{} {}", time.moment(m.at_ms), m.name)).collect::<Vec<_>>();
        let more = if group.len() > 6 { format!("\nand {} more", group.len() - 6) } else { String::new() };
        spots.push(Spot {
            area: Rect::from_center_size(centre, vec2(18.0, 18.0)),
            of: first,
            said: said.join("\n") + &more,
        });
    }
    Ok(spots)
}

/// The sign of a kind of event, seven points wide.
fn sign<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, at: Pos2, kind: EventKind, color: egui::Color32) -> Drawn<DB> {
    let strokes: &[&[(f32, f32)]] = match kind {
        EventKind::Scaling => {
            &[&[(-3.5, 2.5), (-1.0, -0.5), (0.8, 1.2), (3.5, -2.5)], &[(1.2, -2.5), (3.5, -2.5), (3.5, -0.2)]]
        }
        EventKind::Deployment => &[&[(0.0, 3.5), (0.0, -3.5)], &[(-2.8, -0.7), (0.0, -3.5), (2.8, -0.7)]],
        EventKind::Fault => &[&[(1.2, -4.2), (-2.2, 0.5), (2.2, -0.5), (-1.2, 4.2)]],
        EventKind::Placement => {
            &[&[(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0), (-3.0, -3.0)], &[(-3.0, 3.0), (3.0, -3.0)]]
        }
        EventKind::Replacement => &[
            &[(-3.5, -1.6), (3.5, -1.6)],
            &[(1.6, -3.4), (3.5, -1.6)],
            &[(3.5, 1.6), (-3.5, 1.6)],
            &[(-1.6, 3.4), (-3.5, 1.6)],
        ],
    };
    for stroke in strokes {
        let points: Vec<Pos2> = stroke.iter().map(|&(x, y)| at + vec2(x, y)).collect();
        pen.line(&points, 1.25, tone(color, 1.0))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_over_capacity_begins_where_the_lines_cross() {
        // From 0 to 100 ms demand rises from 0 to 20 and capacity stays 10: they cross half way, at 50 ms.
        let part = crossing((0, 100), (0.0, 20.0), (10.0, 10.0)).expect("it rises above");
        assert_eq!(part, [(50.0, 10.0, 10.0), (100.0, 20.0, 10.0)]);
        assert_eq!(crossing((0, 100), (5.0, 9.0), (10.0, 10.0)), None);
        assert_eq!(crossing((0, 100), (10.0, 10.0), (10.0, 10.0)), None);
    }

    #[test]
    fn steps_have_corners() {
        let points = [pos2(0.0, 5.0), pos2(10.0, 8.0)];
        assert_eq!(joined(&points, Join::Step), [pos2(0.0, 5.0), pos2(10.0, 5.0), pos2(10.0, 8.0)]);
        assert_eq!(joined(&points, Join::Slope), points);
    }
}
