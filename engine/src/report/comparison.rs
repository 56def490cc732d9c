//! Charts of a comparison: bands of what alternatives cost, the causes of a difference, cost against service, packing.
//!
//! In: a [`Comparison`]. Out: [`Chart`]s. Nothing here prices or simulates.

use std::collections::BTreeSet;

use super::chart::{
    BandRow, Bands, Body, Change, Chart, Curve, Curves, Dot, Ink, Reference, Stripe, Stroke, Total, Unit, ValueAxis,
    Waterfall,
};
use super::table::Table;
use crate::bill::CostGroup;
use crate::catalogue::Catalogue;
use crate::checks::{Diagnostic, Severity};
use crate::evaluate::compare::{Alternative, Comparison};
use crate::evaluate::judgement::{Verdict, shortfalls};
use crate::evaluate::quotas_used::OverQuota;
use crate::evaluate::trade_off::Line;
use crate::units::{Ppm, Usd};

/// What the alternatives cost, cheapest first; what is not fully priced stands below, and says so.
pub fn bands(comparison: &Comparison) -> Chart {
    let unranked = (0..comparison.alternatives.len()).filter(|place| !comparison.ranking.contains(place));
    let order = comparison.ranking.iter().copied().chain(unranked);
    let rows = order.filter_map(|place| {
        let alternative = &comparison.alternatives[place];
        let band = alternative.band?;
        let ink = match place {
            0 => Ink::Baseline,
            _ if comparison.pick == Some(place) => Ink::Good,
            _ => Ink::Accent,
        };
        let low_mid_high = (band.low.dollars(), band.mid.dollars(), band.high.dollars());
        Some(BandRow { name: alternative.name.clone(), ink, low_mid_high, remark: remark(alternative) })
    });
    let reference = comparison.alternatives.first().and_then(|first| first.band);
    Chart {
        title: comparison.family.title().to_owned(),
        note: note(comparison),
        legend: false,
        body: Body::Bands(Bands {
            rows: rows.collect(),
            value: ValueAxis::from_zero("Cost", Unit::Usd),
            reference: reference.map(|band| Reference { name: "as drawn".to_owned(), at: band.mid.dollars() }),
        }),
    }
}

/// `730 h · low, mid and high of 20 seeds`.
fn note(comparison: &Comparison) -> String {
    let seeds = comparison.alternatives.iter().map(|a| a.runs.len()).max().unwrap_or_default();
    let cut = if comparison.cancelled { " · cancelled before the end" } else { "" };
    format!("{:.0} h · low, mid and high of {seeds} seeds{cut}", comparison.window.hours())
}

fn remark(alternative: &Alternative) -> String {
    let mut remarks = Vec::new();
    let labels = alternative.unpriced.iter().map(|meter| meter.label());
    let missed = alternative.not_played.iter().filter(|left| left.is_missed()).map(|left| left.what);
    let without: Vec<_> = labels.chain(missed).collect();
    if !without.is_empty() {
        remarks.push(format!("{}, without {}", alternative.claim().word(), without.join(", ")));
    }
    if let Some(mid) = alternative.seen() {
        if mid.waited() > Ppm::ZERO {
            remarks.push(format!("tasks waited {:.2} % of their time", percent(mid.waited())));
        }
        if mid.over_capacity() > Ppm::ZERO {
            remarks.push(format!("{:.2} % over capacity", percent(mid.over_capacity())));
        }
        if mid.jobs_left() > Ppm::ZERO {
            remarks.push(format!("{:.2} % of jobs not done", percent(mid.jobs_left())));
        }
    }
    remarks.join(" · ")
}

fn percent(share: Ppm) -> f64 {
    share.fraction() * 100.0
}

/// One word of caution about an alternative: why it cannot be, why it cannot be picked, what a rule warns of that the drawing
/// has not, else what there is to know of it; empty where nothing is to be said.
pub fn caution(comparison: &Comparison, place: usize) -> String {
    let Some(of) = comparison.alternatives.get(place) else { return String::new() };
    if let Some(why) = &of.not_applicable {
        return why.lines().next().unwrap_or_default().to_owned();
    }
    if let Some(judgement) = of.judgement.as_ref().filter(|judgement| judgement.verdict != Verdict::AsWell) {
        return judgement.said();
    }
    if let Some(short) = of.seen().filter(|_| place == 0).map(shortfalls).filter(|short| !short.is_empty()) {
        return short.join(", ");
    }
    let known = known(comparison, place);
    let mut warned = warnings(comparison, place).filter(|_| place != 0 && of.risks.is_empty());
    match (warned.next(), known.into_iter().next()) {
        (Some(found), _) => found.message.clone(),
        (None, Some(known)) => known,
        (None, None) => String::new(),
    }
}

/// What there is to know of an alternative beside its figures: what it risks, which quotas its runs pass, how many instances of
/// what stand, and what its family notes.
pub fn known(comparison: &Comparison, place: usize) -> Vec<String> {
    let Some(of) = comparison.alternatives.get(place) else { return Vec::new() };
    let seen = of.seen();
    let risks = of.risks.iter().map(|risk| format!("risk: {}", risk.said()));
    let quotas = seen.into_iter().flat_map(|run| &run.over_quotas).map(OverQuota::said);
    let instances = seen.into_iter().flat_map(|run| &run.providers).filter(|provider| provider.instances_max > 0);
    let instances = instances.map(|provider| format!("instances: {}", provider.said()));
    risks.chain(quotas).chain(instances).chain(of.notes.iter().cloned()).collect()
}

/// What rules warn of in an alternative that they do not warn of in the design as drawn; of the drawing, all. Of quotas an
/// alternative's runs say what is used, and the rule, which counts what might be, is not asked.
pub fn warnings(comparison: &Comparison, place: usize) -> impl Iterator<Item = &Diagnostic> {
    let drawn = comparison.alternatives.first().filter(|_| place != 0);
    let known = move |found: &&Diagnostic| {
        let had = drawn.iter().flat_map(|drawn| &drawn.findings);
        had.into_iter().any(|had| had.rule == found.rule && had.at == found.at)
    };
    let findings = comparison.alternatives.get(place).into_iter().flat_map(|of| &of.findings);
    let of_quotas = move |found: &&Diagnostic| place != 0 && found.rule.0 == "quota-exceeded";
    let warned = findings.filter(|found| found.severity == Severity::Warning);
    warned.filter(move |found| !known(found) && !of_quotas(found))
}

/// The alternatives as a table, the design as drawn first: amounts in USD, shares in per cent, and the difference's causes.
pub fn table(comparison: &Comparison, catalogue: &Catalogue) -> Table {
    let causes: BTreeSet<CostGroup> =
        comparison.alternatives.iter().flat_map(|a| a.by_cause.iter().map(|(group, _)| *group)).collect();
    let mut head: Vec<_> =
        ["Alternative", "Low USD", "Mid USD", "High USD", "Difference USD"].map(str::to_owned).to_vec();
    head.extend(causes.iter().map(|group| format!("{} USD", group.word())));
    let figures = ["Requests refused %", "Jobs not done %", "Most without a place", "Recovery s", "Packing %"];
    head.extend(figures.map(str::to_owned));
    head.push("Mind".to_owned());
    let row = |(place, of): (usize, &Alternative)| {
        let usd = |amount: Option<Usd>| amount.map_or_else(String::new, |amount| amount.to_string());
        let mut row = vec![of.name.clone()];
        row.extend([of.band.map(|b| b.low), of.band.map(|b| b.mid), of.band.map(|b| b.high), of.difference].map(usd));
        row.extend(causes.iter().map(|group| usd(of.by_cause.iter().find(|(of, _)| of == group).map(|(_, d)| *d))));
        let figures = of.seen().map(|mid| {
            let packing = mid.packing().map(|(cpu, memory)| format!("{:.1}", percent(cpu.max(memory))));
            let [over, left] = [mid.over_capacity(), mid.jobs_left()].map(|share| format!("{:.4}", percent(share)));
            [over, left, mid.unplaced_max().to_string(), mid.recovery().secs().to_string(), packing.unwrap_or_default()]
        });
        row.extend(figures.unwrap_or_default());
        let without = of.missing(catalogue);
        let part = (!without.is_empty()).then(|| format!("{}, without {}", of.claim().word(), without.join(", ")));
        row.push(part.unwrap_or_else(|| caution(comparison, place)));
        row
    };
    let figures = (0..head.len()).map(|column| column > 0 && column + 1 < head.len()).collect();
    Table { figures, rows: comparison.alternatives.iter().enumerate().map(row).collect(), head }
}

/// From the design as drawn to an alternative, cause by cause, those of a cent or more; `None` where one of the two has no run.
pub fn waterfall(comparison: &Comparison, place: usize) -> Option<Chart> {
    let first = comparison.alternatives.first()?;
    let other = comparison.alternatives.get(place)?;
    let (from, to) = comparison.pair(place)?;
    let without = comparison.left_out(place);
    let sum = |run: &crate::evaluate::figures::Run| run.groups(&without).into_values().sum::<Usd>();
    let total = |name: &str, value: Usd| Total { name: name.to_owned(), value: value.dollars() };
    let change = |(group, delta): &(CostGroup, Usd)| Change { name: group.word().to_owned(), delta: delta.dollars() };
    // Of one seed each, so that nothing but the alternative's own doing differs.
    let note = format!("{:.0} h · the median pair of runs, seed {}", comparison.window.hours(), to.seed);
    let note = if without.is_empty() { note } else { format!("{note} · what both have a price for") };
    Some(Chart {
        title: format!("From {} to {}", first.name.to_lowercase(), other.name),
        note,
        legend: false,
        body: Body::Waterfall(Waterfall {
            value: ValueAxis::from_zero("Cost", Unit::Usd),
            from: total(&first.name, sum(from)),
            causes: other.causes_told().map(change).collect(),
            to: total(&other.name, sum(to)),
        }),
    })
}

/// What alternatives cost against the requests that came when tasks could not take them.
pub fn cost_and_service(comparison: &Comparison) -> Chart {
    let dots = comparison.ranking.iter().filter_map(|place| {
        let alternative = &comparison.alternatives[*place];
        let (mid, seen) = (alternative.mid()?, alternative.seen()?);
        let ink = match *place {
            0 => Ink::Baseline,
            place if comparison.pick == Some(place) => Ink::Good,
            _ => Ink::Accent,
        };
        Some(Dot { name: alternative.name.clone(), ink, at: (mid.total.dollars(), percent(seen.over_capacity())) })
    });
    Chart {
        title: "Cost against requests over capacity".to_owned(),
        note: note(comparison),
        legend: false,
        body: Body::Curves(Curves {
            x: ValueAxis::fitted("Cost, mid", Unit::Usd),
            y: ValueAxis::from_zero("Requests over capacity", Unit::Percent),
            curves: Vec::new(),
            dots: dots.collect(),
            stripe: None,
        }),
    }
}

/// What the instances of an alternative would cost at another packing, against Fargate, which has none: the cheapest of each
/// kind of capacity. `None` where no alternative has instances or none is on Fargate alone.
pub fn packing(comparison: &Comparison) -> Option<Chart> {
    let mut kinds: Vec<&str> = Vec::new();
    let runs = comparison.ranking.iter().filter_map(|place| {
        let alternative = &comparison.alternatives[*place];
        let kind = alternative.name.split(',').next().unwrap_or_default();
        let is_first = !kinds.contains(&kind);
        kinds.push(kind);
        alternative.mid().filter(|_| is_first).map(|mid| (alternative, mid))
    });
    let compute = |run: &crate::evaluate::figures::Run| {
        let groups = run.groups(&[]);
        let of = |group| groups.get(&group).copied().unwrap_or(Usd::ZERO);
        (of(CostGroup::Compute) + of(CostGroup::ManagementFee)).dollars()
    };
    let (mut curves, mut dots, mut packings) = (Vec::new(), Vec::new(), Vec::new());
    for (place, (alternative, mid)) in (0u16..).zip(runs) {
        let (name, cost) = (alternative.name.clone(), compute(mid));
        let Some((cpu, memory)) = mid.packing() else {
            let points = vec![(20.0, cost), (100.0, cost)];
            curves.push(Curve { name, ink: Ink::Baseline, stroke: Stroke::Dashed, points });
            continue;
        };
        let packed = percent(cpu.max(memory));
        if packed > 0.0 {
            let at = |x: u32| (f64::from(x), cost * packed / f64::from(x));
            let points = (20..=100).step_by(5).map(at).collect();
            let ink = Ink::Slot(place);
            dots.push(Dot { name: String::new(), ink, at: (packed, cost) });
            packings.push(packed);
            curves.push(Curve { name, ink, stroke: Stroke::Solid, points });
        }
    }
    let (least, most) = packings.iter().fold((f64::MAX, 0.0f64), |(a, b), p| (a.min(*p), b.max(*p)));
    (!packings.is_empty() && packings.len() < curves.len()).then(|| Chart {
        title: "Compute against packing".to_owned(),
        note: note(comparison),
        legend: false,
        body: Body::Curves(Curves {
            x: ValueAxis {
                title: "Packing of the instances".to_owned(),
                unit: Unit::Percent,
                least: Some(20.0),
                most: Some(100.0),
            },
            y: ValueAxis::from_zero("Compute", Unit::Usd),
            curves,
            dots,
            stripe: Some(Stripe { name: "simulated packing".to_owned(), from: least, to: most }),
        }),
    })
}

/// Ways out by gigabytes a month: NAT gateways against interface endpoints. `drawn` is the line that is drawn, and how
/// much goes by it.
pub fn ways_out(lines: &[Line], drawn: Option<(usize, u64)>) -> Chart {
    break_even("Ways out", ValueAxis::from_zero("Through it in a month", Unit::Gb), lines, drawn)
}

/// Ways in by millions of requests a month: load balancers against an HTTP API. `drawn` as above.
pub fn ways_in(lines: &[Line], drawn: Option<(usize, u64)>) -> Chart {
    break_even("Ways in", ValueAxis::from_zero("Million requests in a month", Unit::Count), lines, drawn)
}

fn break_even(title: &str, x: ValueAxis, lines: &[Line], drawn: Option<(usize, u64)>) -> Chart {
    let figure = |through: u64| u32::try_from(through).map_or(f64::from(u32::MAX), f64::from);
    let curve = |(place, line): (u16, &Line)| {
        let points = line.points.iter().map(|(through, cost)| (figure(*through), cost.dollars())).collect();
        Curve { name: line.name.clone(), ink: Ink::Slot(place), stroke: Stroke::Solid, points }
    };
    let curves: Vec<Curve> = (0..).zip(lines).map(curve).collect();
    let at = drawn.and_then(|(line, through)| {
        let points = &curves.get(line)?.points;
        let x = figure(through);
        let (from, to) = points.iter().zip(&points[1..]).find(|(_, to)| to.0 >= x)?;
        let along = if to.0 > from.0 { (x - from.0) / (to.0 - from.0) } else { 0.0 };
        Some(Dot { name: "as drawn".to_owned(), ink: Ink::Baseline, at: (x, from.1 + (to.1 - from.1) * along) })
    });
    let y = ValueAxis::from_zero("Cost of a month", Unit::Usd);
    let (note, dots) = ("730 h".to_owned(), at.into_iter().collect());
    Chart {
        title: title.to_owned(),
        note,
        legend: false,
        body: Body::Curves(Curves { x, y, curves, dots, stripe: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::project::Project;
    use crate::evaluate::Progress;
    use crate::evaluate::compare::{CompareOptions, compare};
    use crate::evaluate::families::Family;
    use crate::units::Span;

    fn comparison() -> Comparison {
        let project = Project::read(include_str!("../evaluate/families/testing.ron")).unwrap();
        let catalogue = Catalogue::load(&"us-east-1".into()).unwrap();
        let options =
            CompareOptions { seeds: vec![1], window: Span::from_hours(2), types: 1, ..CompareOptions::usual() };
        compare(&project, &catalogue, Family::Capacity, &options, &Progress::default()).unwrap()
    }

    #[test]
    fn charts_show_what_the_comparison_holds() {
        let comparison = comparison();
        let Body::Bands(shown) = bands(&comparison).body else { panic!("bands") };
        assert_eq!(shown.rows.len(), comparison.alternatives.iter().filter(|a| a.band.is_some()).count());
        let ranked = comparison.ranking.iter().map(|place| &comparison.alternatives[*place].name);
        assert!(ranked.eq(shown.rows.iter().take(comparison.ranking.len()).map(|row| &row.name)), "cheapest first");
        assert_eq!(shown.rows.iter().filter(|row| row.ink == Ink::Baseline).count(), 1);

        for place in 1..comparison.alternatives.len() {
            let Some(Chart { body: Body::Waterfall(fall), .. }) = waterfall(&comparison, place) else { continue };
            let sum: f64 = fall.causes.iter().map(|cause| cause.delta).sum();
            assert!(fall.causes.iter().all(|cause| cause.delta.abs() >= 0.01), "{}", fall.to.name);
            let small = comparison.alternatives[place].by_cause.iter().map(|(_, change)| change.dollars());
            let small: f64 = small.filter(|change| change.abs() < 0.01).sum();
            assert!((fall.from.value + sum + small - fall.to.value).abs() < 1e-6, "{}", fall.to.name);
        }
    }

    #[test]
    fn the_table_has_every_alternative_and_its_causes_add_up() {
        let catalogue = Catalogue::load(&"us-east-1".into()).unwrap();
        let comparison = comparison();
        let table = table(&comparison, &catalogue);
        assert_eq!(table.rows.len(), comparison.alternatives.len());
        let causes: Vec<_> = (5..table.head.len() - 6).collect();
        for (row, of) in table.rows.iter().zip(&comparison.alternatives) {
            assert_eq!((row.len(), &row[0]), (table.head.len(), &of.name));
            let sum: Usd = causes.iter().filter_map(|column| Usd::parse(&row[*column]).ok()).sum();
            assert_eq!(of.difference.unwrap_or(Usd::ZERO), sum, "{}", of.name);
        }
    }

    #[test]
    fn what_cannot_be_says_why() {
        let mut comparison = comparison();
        comparison.alternatives[1].not_applicable = Some("no such thing\nand more".to_owned());
        assert_eq!(caution(&comparison, 1), "no such thing");
        assert_eq!(caution(&comparison, 99), "");
    }

    #[test]
    fn instances_cost_more_the_worse_they_are_packed() {
        let Some(Chart { body: Body::Curves(curves), .. }) = packing(&comparison()) else { panic!("curves") };
        let falling = |curve: &&Curve| curve.points.windows(2).all(|pair| pair[1].1 < pair[0].1);
        let flat = |curve: &&Curve| curve.points.windows(2).all(|pair| (pair[1].1 - pair[0].1).abs() < 1e-9);
        assert!(curves.curves.iter().filter(falling).count() >= 2, "instances: {:?}", curves.curves);
        let names: BTreeSet<_> = curves.curves.iter().map(|curve| curve.name.split(',').next()).collect();
        assert_eq!(names.len(), curves.curves.len(), "one of each kind");
        assert!(curves.curves.iter().any(|curve| flat(&curve)), "Fargate");
        let stripe = curves.stripe.unwrap();
        assert!(stripe.from > 0.0 && stripe.from <= stripe.to && stripe.to <= 100.0);
    }
}
