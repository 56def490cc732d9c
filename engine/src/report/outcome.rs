//! Charts of one run, and what an estimate cannot serve: tasks, instances, CPU, demand against what was done, and cost over time.
//!
//! In: a plan, a run with its trace, its bill. Out: charts. Costs are the bill's own lines, laid over the time their records
//! span; nothing is priced here.

use std::collections::BTreeMap;

use super::chart::{
    Bars, Body, Chart, EventKind, EventMark, Excess, Ink, Join, Layer, Lines, Series, Stack, Stroke, TimeAxis,
    TimeLabels, Unit, ValueAxis,
};
use crate::bill::BillLine;
use crate::design::ItemRef;
use crate::estimate::EstimatedService;
use crate::evaluate::{Outcome, Prepared};
use crate::plan::Plan;
use crate::plan::service::PlannedService;
use crate::simulation::trace::{EntryKind, Steps, Trace};
use crate::units::{Quantity, Usd};

/// Most intervals of a chart of cost: enough for a month by the hour.
const INTERVALS: u64 = 730;

/// All charts of a run, each with a name fit for a file; none without a trace.
pub fn charts(prepared: &Prepared, run: &Outcome) -> Vec<(String, Chart)> {
    let Some(trace) = &run.trace else { return Vec::new() };
    let plan = &prepared.plan;
    let note = note(run);
    let mut all = vec![
        ("tasks".to_owned(), tasks(plan, trace, run, &note)),
        ("cpu".to_owned(), cpu(plan, trace, run, &note)),
        ("cost".to_owned(), cost(plan, run, &note)),
    ];
    if plan.providers.iter().any(|p| !p.is_fargate()) {
        all.push(("instances".to_owned(), instances(plan, trace, run, &note)));
    }
    for (place, service) in plan.services.iter().enumerate() {
        all.push((format!("demand-{}", service.name), demand(plan, trace, run, place, &note)));
    }
    all
}

/// What an estimate serves less than is asked for, service by service, in sentences.
pub fn shortfalls(plan: &Plan, estimate: &Outcome) -> Vec<String> {
    let of = |(service, held): (&PlannedService, &EstimatedService)| {
        let name = service.name.as_str();
        let refused = held.refused.map(|short| short.requests_said(name));
        refused.into_iter().chain(held.waiting.map(|short| short.jobs_said(name)))
    };
    plan.services.iter().zip(&estimate.estimated).flat_map(of).collect()
}

/// What a run's figures are of.
fn note(run: &Outcome) -> String {
    let seed = run.seed.map_or_else(String::new, |seed| format!(", seed {seed}"));
    format!("{} h · simulated{seed}", run.window.hours())
}

/// The axis of a run's time.
pub fn time(plan: &Plan, run: &Outcome) -> TimeAxis {
    let start_ms = plan.starts_at.minutes_since(crate::units::CalendarTime::EPOCH) * 60_000;
    TimeAxis { start_ms, from_ms: 0, to_ms: run.window.ms(), labels: TimeLabels::Weekdays }
}

/// What happened, as marks; of one kind at most one in a hundredth of the window.
fn marks(trace: &Trace, run: &Outcome) -> Vec<EventMark> {
    let mut last: BTreeMap<EntryKind, u64> = BTreeMap::new();
    let apart = run.window.ms() / 100;
    let mut marks = Vec::new();
    for entry in &trace.log {
        let kind = match entry.kind {
            EntryKind::Fault => EventKind::Fault,
            EntryKind::Deployment => EventKind::Deployment,
            EntryKind::Placement => EventKind::Placement,
            EntryKind::Replacement => EventKind::Replacement,
            // Scaling and capacity are what the lines themselves show.
            EntryKind::Scaling | EntryKind::Capacity => continue,
        };
        let at_ms = entry.at.ms();
        if last.get(&entry.kind).is_none_or(|before| at_ms - before >= apart) {
            last.insert(entry.kind, at_ms);
            marks.push(EventMark { at_ms, name: entry.text.clone(), kind });
        }
    }
    marks
}

fn slot(place: usize) -> Ink {
    Ink::Slot(u16::try_from(place).unwrap_or(u16::MAX))
}

fn steps(name: &str, ink: Ink, steps: &Steps) -> Series {
    let points = steps.changes().iter().map(|(at, count)| (at.ms(), f64::from(*count))).collect();
    Series { name: name.to_owned(), ink, stroke: Stroke::Solid, join: Join::Step, filled: false, points }
}

fn lines(
    title: &str,
    note: &str,
    time: TimeAxis,
    value: ValueAxis,
    series: Vec<Series>,
    marks: Vec<EventMark>,
) -> Chart {
    let body = Body::Lines(Lines { time, value, series, excess: None, marks });
    Chart { title: title.to_owned(), note: note.to_owned(), legend: true, body }
}

/// Running tasks of every service.
pub fn tasks(plan: &Plan, trace: &Trace, run: &Outcome, note: &str) -> Chart {
    let all = plan.services.iter().zip(&trace.services).enumerate();
    let series = all.map(|(place, (service, seen))| steps(service.name.as_str(), slot(place), &seen.running)).collect();
    lines("Running tasks", note, time(plan, run), ValueAxis::from_zero("Tasks", Unit::Count), series, marks(trace, run))
}

/// Instances of every provider that has its own.
pub fn instances(plan: &Plan, trace: &Trace, run: &Outcome, note: &str) -> Chart {
    let all = plan.providers.iter().zip(&trace.providers).enumerate().filter(|(_, (p, _))| !p.is_fargate());
    let series = all.map(|(place, (provider, seen))| steps(&provider.name, slot(place), seen)).collect();
    let value = ValueAxis::from_zero("Instances", Unit::Count);
    lines("Container instances", note, time(plan, run), value, series, marks(trace, run))
}

/// CPU used of what running tasks have.
pub fn cpu(plan: &Plan, trace: &Trace, run: &Outcome, note: &str) -> Chart {
    let all = plan.services.iter().zip(&trace.services).enumerate();
    let series = all.map(|(place, (service, seen))| {
        let points = minutes(seen.minutes.iter().map(|m| m.cpu.fraction() * 100.0));
        by_minute(service.name.as_str(), slot(place), Stroke::Solid, points)
    });
    let value = ValueAxis::from_zero("CPU utilisation", Unit::Percent);
    lines("CPU utilisation", note, time(plan, run), value, series.collect(), Vec::new())
}

/// What was asked of a service against what its tasks did; the difference is over capacity, or waits.
pub fn demand(plan: &Plan, trace: &Trace, run: &Outcome, place: usize, note: &str) -> Chart {
    let seen = &trace.services[place].minutes;
    let asked = by_minute("asked", Ink::Text, Stroke::Dashed, minutes(seen.iter().map(|m| m.demand.per_second())));
    let served = by_minute("done", slot(place), Stroke::Solid, minutes(seen.iter().map(|m| m.served.per_second())));
    let name = plan.services.iter().nth(place).map_or_else(String::new, |s| s.name.to_string());
    let body = Body::Lines(Lines {
        time: time(plan, run),
        value: ValueAxis::from_zero("Work", Unit::Rps),
        series: vec![asked, served],
        excess: Some(Excess { name: "over capacity".to_owned(), above: 0, below: 1 }),
        marks: marks(trace, run),
    });
    Chart { title: format!("Demand of {name}"), note: note.to_owned(), legend: true, body }
}

fn minutes(values: impl Iterator<Item = f64>) -> Vec<(u64, f64)> {
    (0u64..).zip(values).map(|(minute, value)| (minute * 60_000, value)).collect()
}

fn by_minute(name: &str, ink: Ink, stroke: Stroke, points: Vec<(u64, f64)>) -> Series {
    Series { name: name.to_owned(), ink, stroke, join: Join::Step, filled: false, points }
}

/// What each hour cost, stacked by service; what belongs to no service lies on top, together.
pub fn cost(plan: &Plan, run: &Outcome, note: &str) -> Chart {
    let count = (run.window.ms() / 3_600_000).clamp(1, INTERVALS);
    let width = run.window.ms().div_ceil(count).max(1);
    let mut layers: BTreeMap<Option<usize>, Vec<f64>> = BTreeMap::new();
    for line in &run.bill.lines {
        let layer = plan.services.iter().position(|s| ItemRef::Service(s.name.clone()) == line.owner);
        let values = layers.entry(layer).or_insert_with(|| vec![0.0; usize::try_from(count).unwrap_or(0)]);
        spread(line, run, width, values);
    }
    let hours = width as f64 / 3_600_000.0;
    let rest = layers.remove(&None);
    let named = layers.into_iter().filter_map(|(place, values)| place.map(|place| (place, values)));
    let mut layers: Vec<_> = named
        .map(|(place, values)| {
            let name = plan.services.iter().nth(place).map_or_else(String::new, |s| s.name.to_string());
            Layer { name, ink: slot(place), values: values.iter().map(|v| v / hours).collect() }
        })
        .collect();
    layers.extend(rest.map(|values| Layer {
        name: "shared: network, balancers, capacity".to_owned(),
        ink: Ink::Baseline,
        values: values.iter().map(|v| v / hours).collect(),
    }));
    let body = Body::Stack(Stack {
        time: time(plan, run),
        value: ValueAxis::from_zero("Cost", Unit::UsdPerHour),
        join: Join::Step,
        times_ms: (0..count).map(|place| place * width).collect(),
        layers,
        marks: Vec::new(),
    });
    Chart { title: "Cost over time".to_owned(), note: note.to_owned(), legend: true, body }
}

/// What a line cost each day of a run.
pub fn line_by_day(plan: &Plan, run: &Outcome, line: &BillLine) -> Chart {
    const DAY_MS: u64 = 86_400_000;
    let days = run.window.ms().div_ceil(DAY_MS).clamp(1, INTERVALS);
    let mut values = vec![0.0; usize::try_from(days).unwrap_or(0)];
    spread(line, run, DAY_MS, &mut values);
    let body = Body::Bars(Bars {
        time: TimeAxis { labels: TimeLabels::Dates, ..time(plan, run) },
        value: ValueAxis::from_zero("Cost of a day", Unit::Usd),
        ink: Ink::Accent,
        width_ms: DAY_MS,
        bars: (0u64..).zip(values).map(|(day, value)| (day * DAY_MS, value)).collect(),
    });
    Chart { title: "Cost by day".to_owned(), note: note(run), legend: false, body }
}

/// Lays a line's cost over the time of its records, by their quantity; without records, over all of it.
fn spread(line: &BillLine, run: &Outcome, width: u64, values: &mut [f64]) {
    let cost = line.cost.unwrap_or(Usd::ZERO).dollars();
    let one = Quantity::from_base(1);
    let pieces: Vec<_> = line
        .records
        .iter()
        .filter_map(|ix| run.records.get(ix.index()))
        .map(|r| (r.from.ms(), r.to.ms(), r.amount.over(r.meter, r.to.since(r.from)).in_units_of(one)))
        .collect();
    let all: f64 = pieces.iter().map(|p| p.2).sum();
    let pieces = if all > 0.0 { pieces } else { vec![(0, run.window.ms(), 1.0)] };
    let all = if all > 0.0 { all } else { 1.0 };
    for (from, to, part) in pieces {
        let (first, last) = (from / width, to.saturating_sub(1).max(from) / width);
        let long = to.saturating_sub(from).max(1) as f64;
        for place in first..=last {
            let overlap = ((place + 1) * width).min(to.max(from + 1)).saturating_sub((place * width).max(from));
            if let Some(value) = usize::try_from(place).ok().and_then(|place| values.get_mut(place)) {
                *value += cost * part / all * (overlap as f64 / long);
            }
        }
    }
}
