//! What a chart says at one place: the figures of each series at a moment or at an x.
//!
//! In: a chart, a place on its width. Out: words, for the box at the pointer and for screen readers. Figures are samples
//! where one is near, else as the line is drawn.

use bayplan_engine::report::chart::{Body, Chart, Curve, Ink, Join, Stack};

use super::Across;

/// The figures at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOut {
    /// The place, as `Across` counts: milliseconds or a figure.
    pub at: f64,
    /// "Tue 19:43".
    pub head: String,
    pub rows: Vec<Row>,
}

/// One series' figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// None for sums.
    pub ink: Option<Ink>,
    pub name: String,
    pub figure: String,
    /// The height at which it stands on the value axis, where it stands on a line.
    pub height: Option<f64>,
}

impl ReadOut {
    /// All of it in one line.
    pub fn text(&self) -> String {
        let rows = self.rows.iter().map(|row| format!("{} {}", row.name, row.figure)).collect::<Vec<_>>();
        format!("{}: {}", self.head, rows.join(", "))
    }
}

/// The figures at a place, drawn to the nearest sample that is at most `near` away. None for charts of names.
pub fn read_out(chart: &Chart, at: f64, near: f64) -> Option<ReadOut> {
    match &chart.body {
        Body::Lines(lines) => {
            let at = snapped(lines.series.iter().flat_map(|s| s.points.iter().map(|p| p.0 as f64)), at, near).max(0.0);
            let unit = lines.value.unit;
            let rows = lines.series.iter().filter_map(|s| {
                let value = s.at(at as u64).filter(|v| v.is_finite())?;
                Some(Row { ink: Some(s.ink), name: s.name.clone(), figure: unit.text(value), height: Some(value) })
            });
            Some(ReadOut { at, head: lines.time.moment(at as u64), rows: rows.collect() })
        }
        Body::Stack(stack) => {
            let at = snapped(stack.times_ms.iter().map(|&t| t as f64), at, near).max(0.0);
            Some(ReadOut { at, head: stack.time.moment(at as u64), rows: layers(stack, at as u64) })
        }
        Body::Curves(curves) => {
            let at = snapped(curves.curves.iter().flat_map(|c| c.points.iter().map(|p| p.0)), at, near);
            let rows = curves.curves.iter().filter_map(|c| {
                let value = height(c, at)?;
                let figure = curves.y.unit.text(value);
                Some(Row { ink: Some(c.ink), name: c.name.clone(), figure, height: Some(value) })
            });
            Some(ReadOut { at, head: curves.x.unit.text(at), rows: rows.collect() })
        }
        Body::Bands(_) | Body::Waterfall(_) | Body::Bars(_) => None,
    }
}

/// The place one step further to the right or left: a hundredth of the width.
pub fn stepped(across: Across, at: Option<f64>, right: bool) -> Option<f64> {
    let (from, to) = match across {
        Across::Time { from_ms, to_ms } => (from_ms as f64, to_ms as f64),
        Across::Values { from, to } => (from, to),
        Across::Names => return None,
    };
    let step = (to - from) / 100.0;
    let next = at.map_or(from, |at| if right { at + step } else { at - step });
    Some(next.clamp(from, to))
}

fn snapped(samples: impl Iterator<Item = f64>, at: f64, near: f64) -> f64 {
    let nearest = samples.filter(|s| s.is_finite()).min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()));
    nearest.filter(|sample| (sample - at).abs() <= near).unwrap_or(at)
}

/// From the top layer down, as they lie, and their sum.
fn layers(stack: &Stack, at: u64) -> Vec<Row> {
    let after = stack.times_ms.partition_point(|&t| t <= at);
    let Some(before) = after.checked_sub(1) else { return Vec::new() };
    let share = match (stack.join, stack.times_ms.get(after)) {
        (Join::Slope, Some(&next)) => {
            (at - stack.times_ms[before]) as f64 / (next - stack.times_ms[before]).max(1) as f64
        }
        (Join::Slope, None) if stack.times_ms[before] < at => return Vec::new(),
        (Join::Slope | Join::Step, _) => 0.0,
    };
    let value = |values: &[f64]| {
        let from = values.get(before).copied().unwrap_or(0.0);
        let to = values.get(after).copied().unwrap_or(from);
        from + (to - from) * share
    };
    let unit = stack.value.unit;
    let mut rows: Vec<Row> = stack
        .layers
        .iter()
        .rev()
        .map(|l| Row { ink: Some(l.ink), name: l.name.clone(), figure: unit.text(value(&l.values)), height: None })
        .collect();
    if rows.len() > 1 {
        let sum = stack.layers.iter().map(|l| value(&l.values)).sum();
        rows.insert(0, Row { ink: None, name: "together".to_owned(), figure: unit.text(sum), height: Some(sum) });
    }
    rows
}

fn height(curve: &Curve, at: f64) -> Option<f64> {
    let after = curve.points.partition_point(|p| p.0 <= at);
    let &(x0, y0) = curve.points.get(after.checked_sub(1)?)?;
    let value = match curve.points.get(after) {
        Some(&(x1, y1)) if x1 > x0 => y0 + (y1 - y0) * (at - x0) / (x1 - x0),
        Some(_) => y0,
        None if at <= x0 => y0,
        None => return None,
    };
    Some(value).filter(|v| v.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::report::chart::{Layer, Stroke, TimeAxis, TimeLabels, Unit, ValueAxis};

    fn stack(join: Join) -> Chart {
        let layer = |name: &str, values: &[f64]| Layer { name: name.into(), ink: Ink::Accent, values: values.to_vec() };
        let body = Stack {
            time: TimeAxis { start_ms: 0, from_ms: 0, to_ms: 120_000, labels: TimeLabels::Elapsed },
            value: ValueAxis::from_zero("", Unit::Count),
            join,
            times_ms: vec![0, 60_000, 120_000],
            layers: vec![layer("low", &[1.0, 3.0, 3.0]), layer("high", &[10.0, 20.0, 30.0])],
            marks: Vec::new(),
        };
        Chart { title: String::new(), note: String::new(), legend: true, body: Body::Stack(body) }
    }

    #[test]
    fn a_stack_is_read_from_the_top_with_its_sum() {
        // Half way between the first two samples: as steps 1 and 10, as slopes 2 and 15.
        let said = |join, at, near| read_out(&stack(join), at, near).expect("it is a chart over time").text();
        assert_eq!(said(Join::Step, 30_000.0, 0.0), "30 s: together 11, high 10, low 1");
        assert_eq!(said(Join::Slope, 30_000.0, 0.0), "30 s: together 17, high 15, low 2");
        assert_eq!(said(Join::Slope, 58_000.0, 5000.0), "1 min: together 23, high 20, low 3"); // the sample near by
    }

    #[test]
    fn a_curve_is_read_between_its_samples_and_not_beyond() {
        let curve = Curve {
            name: String::new(),
            ink: Ink::Accent,
            stroke: Stroke::Solid,
            points: vec![(10.0, 1.0), (20.0, 3.0)],
        };
        assert_eq!(height(&curve, 15.0), Some(2.0));
        assert_eq!(height(&curve, 20.0), Some(3.0));
        assert_eq!((height(&curve, 9.0), height(&curve, 21.0)), (None, None));
    }

    #[test]
    fn keys_step_over_the_width_and_stop_at_its_ends() {
        let across = Across::Values { from: 0.0, to: 200.0 };
        assert_eq!(stepped(across, None, true), Some(0.0));
        assert_eq!(stepped(across, Some(0.0), true), Some(2.0));
        assert_eq!(stepped(across, Some(1.0), false), Some(0.0));
        assert_eq!(stepped(Across::Names, None, true), None);
    }
}
