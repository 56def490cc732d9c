//! `bayplan compare`: alternatives side by side, with bands, differences and their causes.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::Progress;
use bayplan_engine::evaluate::compare::{Alternative, CompareError, CompareOptions, Comparison, compare};
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::report::comparison;
use bayplan_engine::report::table::Table;
use bayplan_engine::units::Usd;
use serde_json::{Map, Value, json};

use super::open::open;
use super::{InScenario, Limit, Of, Stop};
use crate::charts::svg::to_svg;
use crate::files;

/// The size of a chart on paper, in points.
const CHART: (u16, u16) = (960, 520);

/// What is compared, and how.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What is varied.
    pub family: Family,
    /// How many seeds.
    pub seeds: u64,
    /// How many threads; as many as there are cores without.
    pub threads: Option<usize>,
    /// How many instance types of each architecture.
    pub types: Option<usize>,
    /// Where charts go.
    pub charts: Option<&'a Path>,
}

/// `bayplan compare`.
pub fn run(
    of: &Of,
    scenario: &InScenario,
    limit: &Limit,
    asked: Asked<'_>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<u8, Stop> {
    let opened = open(of)?;
    let usual = CompareOptions::usual();
    let options = CompareOptions {
        scenario: scenario.scenario.as_deref().map(ScenarioId::new),
        seeds: (1..=asked.seeds).collect(),
        threads: asked.threads,
        types: asked.types.unwrap_or(usual.types),
        ..usual
    };
    let comparison = watched(&opened.project, &opened.catalogue, asked.family, &options)?;
    if of.json {
        let alternatives: Vec<_> = comparison.alternatives.iter().map(|a| alternative(a, &opened.catalogue)).collect();
        let all = json!({
            "family": comparison.family.word(),
            "region": opened.project.design.region.as_str(),
            "hours": comparison.window.ms() / 3_600_000,
            "alternatives": alternatives,
            "ranking": comparison.ranking.iter().map(|place| &comparison.alternatives[*place].name).collect::<Vec<_>>(),
            "advice": comparison.advice(),
        });
        super::bill::print_json(&all, out)?;
    } else {
        print_text(&opened.project, &opened.catalogue, &comparison, out)?;
    }
    if let Some(folder) = asked.charts {
        write_charts(&comparison, folder)?;
    }
    let over = comparison.alternatives.first().and_then(|a| a.band).zip(limit.fail_above);
    Ok(match over.filter(|(band, most)| band.mid > *most) {
        Some((band, most)) => {
            let _ = writeln!(err, "the design as drawn costs {}, above {}", band.mid.cents_text(), most.cents_text());
            1
        }
        None => 0,
    })
}

/// Compares with progress on standard error, where that is a terminal.
pub fn watched(
    project: &Project,
    catalogue: &Catalogue,
    family: Family,
    options: &CompareOptions,
) -> Result<Comparison, Stop> {
    let progress = Arc::new(Progress::default());
    let over = Arc::new(AtomicBool::new(false));
    let watcher = std::io::stderr().is_terminal().then(|| {
        let (progress, over) = (Arc::clone(&progress), Arc::clone(&over));
        std::thread::spawn(move || show_progress(&progress, &over))
    });
    let compared = compare(project, catalogue, family, options, &progress);
    over.store(true, Ordering::Relaxed);
    if let Some(watcher) = watcher {
        // A watcher that failed has only failed to show how far we were.
        let _ = watcher.join();
    }
    compared.map_err(|error| match error {
        CompareError::Refused(refused) => refused.into(),
        CompareError::Threads(_) => Stop::Input(error.to_string()),
    })
}

fn show_progress(progress: &Progress, over: &AtomicBool) {
    let bar = indicatif::ProgressBar::new(100);
    while !over.load(Ordering::Relaxed) {
        let (done, total) = progress.figures();
        bar.set_position((done * 100).checked_div(total).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(50));
    }
    bar.finish_and_clear();
}

fn alternative(of: &Alternative, catalogue: &Catalogue) -> Value {
    let zero = Usd::ZERO;
    let band = of.band.map_or((zero, zero, zero), |b| (b.low, b.mid, b.high));
    let causes: Map<_, _> =
        of.by_cause.iter().map(|(group, usd)| (group.word().to_owned(), json!(usd.to_string()))).collect();
    let mid = of.mid();
    json!({
        "name": of.name,
        "total_usd": { "low": band.0.to_string(), "mid": band.1.to_string(), "high": band.2.to_string() },
        "month_usd": mid.map(|run| run.month.to_string()),
        "difference_usd": of.difference.unwrap_or(zero).to_string(),
        "by_cause": causes,
        "at_least": of.is_at_least(),
        "unpriced": of.unpriced.iter().map(|meter| catalogue.label(*meter)).collect::<Vec<_>>(),
        "notes": of.notes,
        "findings": of.findings.iter().map(|f| json!({ "rule": f.rule.0, "item": f.at.item.to_string(), "message": f.message })).collect::<Vec<_>>(),
        "seeds": of.runs.iter().map(|run| json!({ "seed": run.seed, "total_usd": run.total.to_string(), "stamp": run.stamp.to_string() })).collect::<Vec<_>>(),
        "stamp": mid.map(|run| run.stamp.to_string()),
        "mid_seed": mid.map(|run| run.seed),
        "over_capacity_ppm": mid.map(|run| run.over_capacity().ppm()),
        "unplaced_max": mid.map(bayplan_engine::evaluate::figures::Run::unplaced_max),
        "not_applicable": of.not_applicable,
    })
}

/// Prints a comparison as a table, a sentence of advice, and what each alternative leaves out.
pub fn print_text(
    project: &Project,
    catalogue: &Catalogue,
    comparison: &Comparison,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let runs = comparison.alternatives.first().map_or(0, |a| a.runs.len());
    let hours = comparison.window.hours();
    writeln!(out, "{} · {} · {hours} h, {runs} seeds\n", project.name, comparison.family.title())?;
    let head = ["Alternative", "Low", "Mid", "High", "Difference", "Over capacity", "Waited"].map(str::to_owned);
    let row = |of: &Alternative| {
        let money = |usd: Option<Usd>| usd.map_or_else(|| "–".to_owned(), Usd::cents_text);
        let at_least = if of.is_at_least() { "at least " } else { "" };
        let mid = of.mid();
        vec![
            of.name.clone(),
            money(of.band.map(|b| b.low)),
            format!("{at_least}{}", money(of.band.map(|b| b.mid))),
            money(of.band.map(|b| b.high)),
            of.difference.map_or_else(|| "–".to_owned(), Usd::signed_text),
            mid.map_or_else(|| "–".to_owned(), |run| format!("{:.3} %", run.over_capacity().fraction() * 100.0)),
            mid.map_or_else(|| "–".to_owned(), |run| run.unplaced_max().to_string()),
        ]
    };
    let rows = comparison.alternatives.iter().map(row).collect();
    let figures = vec![false, true, true, true, true, true, true];
    write!(out, "{}", Table { head: head.to_vec(), figures, rows }.text())?;
    writeln!(out, "\n{}", comparison.advice())?;
    for of in &comparison.alternatives {
        if let Some(why) = &of.not_applicable {
            writeln!(out, "{}: {why}", of.name)?;
        }
        for meter in &of.unpriced {
            writeln!(out, "{}: without {}, which has no price", of.name, catalogue.label(*meter))?;
        }
    }
    Ok(())
}

fn write_charts(comparison: &Comparison, folder: &Path) -> Result<(), Stop> {
    let mut charts = vec![
        ("alternatives".to_owned(), comparison::bands(comparison)),
        ("cost-and-service".to_owned(), comparison::cost_and_service(comparison)),
    ];
    for place in 1..comparison.alternatives.len() {
        charts.extend(comparison::waterfall(comparison, place).map(|chart| (format!("difference-{place}"), chart)));
    }
    for (name, chart) in charts {
        let path = folder.join(format!("{name}.svg"));
        files::write(&path, to_svg(&chart, CHART, false).as_bytes()).map_err(|e| Stop::Input(e.to_string()))?;
    }
    Ok(())
}
