//! Bars over time, one a day or one an hour.

use bayplan_engine::report::chart::Bars;
use egui::{Rect, pos2};
use plotters_backend::DrawingBackend;

use super::lines::across;
use super::pen::{Drawn, Pen, rounded_corners};
use super::{Placed, Spot, axes, patched};

pub fn draw<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, bars: &Bars, room: Rect) -> Drawn<DB, Option<Placed>> {
    let (from, to) = (bars.time.from_ms, bars.time.to_ms);
    let seen = || {
        let inside = bars.bars.iter().enumerate().filter(|(_, b)| b.0 < to && b.0.saturating_add(bars.width_ms) > from);
        inside.filter(|(_, b)| b.1.is_finite())
    };
    let Some(plane) = axes::over_time(pen, room, (&bars.value, seen().map(|(_, b)| b.1)), &bars.time, 0.0)? else {
        return Ok(None);
    };
    let base = plane.y.at(0f64.clamp(plane.y.from, plane.y.to));
    let mut spots = Vec::new();
    for (number, &(at, value)) in seen() {
        let left = plane.x.at(at.max(from) as f64);
        let right = plane.x.at(at.saturating_add(bars.width_ms).min(to) as f64);
        let gap = ((right - left) * 0.22).min(4.0) / 2.0;
        let snap = |x: f32| if right - left > 6.0 { x.round() } else { x }; // narrow bars must stay alike
        let top = plane.y.at(value);
        let bar = Rect::from_min_max(pos2(snap(left + gap), top.min(base)), pos2(snap(right - gap), top.max(base)));
        if bar.height() > 0.0 {
            let (up, down) = if top < base { (2.0, 0.0) } else { (0.0, 2.0) };
            patched(pen, &rounded_corners(bar, [up, up, down, down]), bars.ink)?;
        }
        let area = Rect::from_min_max(pos2(left, plane.plot.top()), pos2(right, plane.plot.bottom()));
        spots.push(Spot { area, of: number, said: format!("{} {}", named(bars, at), bars.value.unit.text(value)) });
    }
    Ok(Some(Placed { plot: plane.plot, across: across(&bars.time), spots }))
}

/// What an interval is called: the day where bars are days.
fn named(bars: &Bars, at: u64) -> String {
    if bars.width_ms >= 86_400_000 { bars.time.day(at) } else { bars.time.moment(at) }
}
