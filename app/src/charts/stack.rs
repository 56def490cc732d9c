//! Areas over time that add up, each in its colour and pattern.

use bayplan_engine::report::chart::{Join, Stack};
use egui::{Pos2, Rect, pos2};
use plotters_backend::DrawingBackend;

use super::axes;
use super::lines::{SIGNS, across, joined, marks};
use super::pen::{Drawn, Pen, tone};
use super::{Placed, patched};

pub fn draw<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, stack: &Stack, room: Rect) -> Drawn<DB, Option<Placed>> {
    let above = if stack.marks.is_empty() || room.height() < 70.0 { 0.0 } else { SIGNS };
    let shown: Vec<usize> = (0..stack.times_ms.len())
        .filter(|&i| (stack.time.from_ms..=stack.time.to_ms).contains(&stack.times_ms[i]))
        .collect();
    let totals = |i: usize| stack.layers.iter().map(|layer| height(&layer.values, i)).sum::<f64>();
    let values = shown.iter().filter(|_| !stack.layers.is_empty()).map(|&i| totals(i));
    let Some(plane) = axes::over_time(pen, room, (&stack.value, values), &stack.time, above)? else { return Ok(None) };
    let x = |i: usize| plane.x.at(stack.times_ms[i] as f64);
    let kept = thinned_samples(&shown, |i| (x(i) * 2.0).floor() as i32, totals);
    // Steps narrower than two points cannot be told from slopes, and cost twice the corners.
    let narrow = plane.plot.width() < kept.len() as f32 * 2.0;
    let join = if narrow { Join::Slope } else { stack.join };
    let mut below = vec![0.0; kept.len()];
    let edge = |sums: &[f64]| {
        let samples: Vec<Pos2> = kept.iter().zip(sums).map(|(&i, &sum)| pos2(x(i), plane.y.at(sum))).collect();
        let mut points = joined(&samples, join);
        if let (Join::Step, Some(&last)) = (stack.join, points.last()) {
            points.push(pos2(plane.plot.right(), last.y)); // the last value holds to the end
        }
        points
    };
    let mut edges = vec![edge(&below)];
    for layer in &stack.layers {
        for (sum, &i) in below.iter_mut().zip(&kept) {
            *sum += height(&layer.values, i);
        }
        edges.push(edge(&below));
    }
    for (layer, pair) in stack.layers.iter().zip(edges.windows(2)) {
        let corners: Vec<Pos2> = pair[1].iter().copied().chain(pair[0].iter().rev().copied()).collect();
        patched(pen, &corners, layer.ink)?;
    }
    for seam in edges.iter().skip(1).rev().skip(1) {
        pen.line(seam, if plane.plot.height() < 100.0 { 0.5 } else { 1.0 }, tone(pen.look.tokens.panel, 1.0))?;
    }
    let spots = marks(pen, &stack.marks, &stack.time, &plane, above)?;
    Ok(Some(Placed { plot: plane.plot, across: across(&stack.time), spots }))
}

/// A layer's own height; what is missing, not a number or negative counts as nothing.
fn height(values: &[f64], at: usize) -> f64 {
    values.get(at).copied().filter(|v| v.is_finite()).unwrap_or(0.0).max(0.0)
}

/// No more samples than can be seen: of each half point of width the first, smallest, largest and last.
fn thinned_samples(shown: &[usize], column: impl Fn(usize) -> i32, total: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut out = Vec::new();
    for same in shown.chunk_by(|&a, &b| column(a) == column(b)) {
        let by_total = |a: &&usize, b: &&usize| total(**a).total_cmp(&total(**b));
        let least = same.iter().min_by(by_total).copied().unwrap_or(same[0]);
        let most = same.iter().max_by(by_total).copied().unwrap_or(same[0]);
        let mut kept = vec![same[0], least, most, same[same.len() - 1]];
        kept.sort_unstable();
        kept.dedup();
        out.extend(kept);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_samples_keep_their_extremes() {
        let values = [5.0, 1.0, 7.0, 9.0, 3.0, 4.0];
        let kept = thinned_samples(&[0, 1, 2, 3, 4, 5], |_| 0, |i| values[i]);
        assert_eq!(kept, [0, 1, 3, 5]); // first, smallest, largest, last
    }

    #[test]
    fn missing_and_negative_heights_are_nothing() {
        let found = [height(&[-1.0], 0), height(&[f64::NAN], 0), height(&[], 3), height(&[2.0], 0)];
        assert_eq!(found.map(f64::to_bits), [0.0, 0.0, 0.0, 2.0].map(f64::to_bits));
    }
}
