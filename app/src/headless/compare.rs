//! `bayplan compare`: alternatives side by side, with bands, differences and their causes.

use std::io::Write;
use std::path::Path;

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::evaluate::Progress;
use bayplan_engine::evaluate::compare::{Alternative, CompareError, CompareOptions, Comparison, compare};
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::evaluate::figures::Run;
use bayplan_engine::evaluate::judgement::shortfalls;
use bayplan_engine::report::chart::Chart;
use bayplan_engine::report::comparison;
use bayplan_engine::report::table::Table;
use bayplan_engine::units::{Ppm, Usd};

use super::bill::{over_limit, print_book};
use super::export::write_beside;
use super::open::{known, open};
use super::progress::shown;
use super::{InScenario, Limit, Of, Outlets, Stop};
use crate::exports::svgs;
use crate::files::{self, Replace};
use crate::reports::{ComparisonOf, REPORTS, Report, comparison_json};

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
    /// Which alternative is written as a design, and to which file.
    pub write: Option<(&'a str, &'a Path)>,
    /// Whether files that are there may go.
    pub replace: Replace,
}

/// What a written alternative is played under, where that is no part of a drawing.
const COMPARED: &str = "compared";

/// `bayplan compare`.
pub fn run(of: &Of, scenario: &InScenario, limit: &Limit, asked: Asked<'_>, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let opened = open(of)?;
    let scenario = known(&opened, scenario)?;
    if let Some((_, file)) = asked.write {
        files::may_put(file, asked.replace)?;
    }
    let usual = CompareOptions::usual();
    let options = CompareOptions {
        scenario,
        seeds: (1..=asked.seeds).collect(),
        threads: asked.threads,
        types: asked.types.unwrap_or(usual.types),
        ..usual
    };
    let progress = Progress::default();
    let comparison = shown(&progress, to.on_terminal, || {
        compare(&opened.project, &opened.catalogue, asked.family, &options, &progress)
    });
    let comparison = comparison.map_err(|error| match error {
        CompareError::Refused(refused) => refused.into(),
        CompareError::Threads(_) => Stop::Input(error.to_string()),
    })?;
    // Where the alternative takes standard output, the comparison is words about it.
    let written_out = asked.write.is_some_and(|(_, file)| files::is_standard_output(file));
    let out: &mut dyn Write = if written_out { to.err } else { to.out };
    if of.json {
        let all = comparison_json(&comparison, &opened.catalogue);
        super::bill::print_json(&all, out)?;
    } else {
        print_text(&opened.project, &opened.catalogue, &comparison, out)?;
    }
    if let Some(folder) = asked.charts {
        let of = ComparisonOf { name: &opened.project.name, comparison: &comparison, catalogue: &opened.catalogue };
        let report =
            |report: &Report| (format!("comparison.{}", report.extension), (report.comparison)(&of).into_bytes());
        let documents = svgs(charts(&comparison)).into_iter().chain(REPORTS.iter().map(report)).collect();
        write_beside(documents, folder, asked.replace, to)?;
    }
    if let Some((name, file)) = asked.write {
        let said = write_alternative(of, &opened.project, &comparison, (name, file), asked.replace, to.out)?;
        writeln!(to.err, "{said}")?;
    }
    let drawn = comparison.alternatives.first().and_then(|first| Some((first.band?, first.claim())));
    Ok(drawn.map_or(0, |(band, claim)| over_limit(band.mid, claim, limit, to.err)))
}

/// Writes an alternative as a design; says which run of it gives its mid.
fn write_alternative(
    of: &Of,
    project: &Project,
    comparison: &Comparison,
    (name, file): (&str, &Path),
    replace: Replace,
    out: &mut dyn Write,
) -> Result<String, Stop> {
    let Some(alternative) = comparison.alternatives.iter().find(|alternative| alternative.name == name) else {
        let names: Vec<_> = comparison.alternatives.iter().map(|alternative| alternative.name.as_str()).collect();
        return Err(Stop::Input(format!("there is no alternative `{name}`; there are: {}", names.join("; "))));
    };
    let Some(mid) = alternative.mid() else {
        let why = alternative.not_applicable.as_deref().unwrap_or("it was not played");
        return Err(Stop::Input(format!("{name} cannot be written: {why}")));
    };
    let mut project = project.clone();
    for edit in &alternative.scenario.edits {
        edit.apply(&mut project.design).map_err(|error| Stop::Input(format!("{name}: {error}")))?;
    }
    // A price book is named from where the design stands, which is now elsewhere.
    if let Some(book) = &mut project.price_book {
        let beside = Path::new(&of.design).parent().unwrap_or(Path::new("")).join(&*book);
        *book = std::path::absolute(beside)?.display().to_string();
    }
    let played = Scenario { edits: Vec::new(), description: String::new(), seed: None, ..alternative.scenario.clone() };
    let is_plain = played == Scenario::default();
    project.scenarios = (!is_plain).then(|| (ScenarioId::new(COMPARED), played)).into_iter().collect();
    files::put(file, project.write().as_bytes(), replace, out)?;
    let under = if is_plain { String::new() } else { format!("--scenario {COMPARED} ") };
    let (file, seed, total) = (file.display(), mid.seed, mid.total.cents_text());
    Ok(format!("{file} written; `bayplan simulate {file} {under}--seed {seed}` gives its {total}"))
}

/// Prints a comparison as a table, a sentence of advice, and what there is to know of each alternative.
fn print_text(
    project: &Project,
    catalogue: &Catalogue,
    comparison: &Comparison,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let runs = comparison.alternatives.first().map_or(0, |a| a.runs.len());
    let hours = comparison.window.hours();
    writeln!(
        out,
        "{} · {} · {hours} h, {runs} {}\n",
        project.name,
        comparison.family.title(),
        if runs == 1 { "seed" } else { "seeds" }
    )?;
    let mut head = vec!["Alternative", "Low", "Mid", "High", "Difference"];
    let seen = || comparison.alternatives.iter().filter_map(Alternative::seen);
    let (has_requests, has_jobs) = (seen().any(Run::has_requests), seen().any(Run::has_jobs));
    head.extend(has_requests.then_some("Refused"));
    head.extend(has_jobs.then_some("Jobs left"));
    head.extend(["Waited", "Recovery", "Packing"]);
    let row = |place: usize| {
        let of = &comparison.alternatives[place];
        let money = |usd: Option<Usd>| usd.map_or_else(|| "–".to_owned(), Usd::cents_text);
        let seen = of.seen();
        let figure = |figure: fn(&Run) -> String| seen.map_or_else(|| "–".to_owned(), figure);
        let mut row = vec![
            of.name.clone(),
            money(of.band.map(|b| b.low)),
            of.band.map_or_else(|| money(None), |band| of.claim().said(&band.mid.cents_text())),
            money(of.band.map(|b| b.high)),
            of.difference.map_or_else(|| "–".to_owned(), Usd::signed_text),
        ];
        row.extend(has_requests.then(|| figure(|run| percent(run.over_capacity(), 3))));
        row.extend(has_jobs.then(|| figure(|run| percent(run.jobs_left(), 3))));
        row.extend([
            figure(|run| percent(run.waited(), 3)),
            figure(|run| run.recovery().to_string()),
            figure(|run| run.packing().map_or_else(|| "–".to_owned(), |(cpu, memory)| percent(cpu.max(memory), 0))),
        ]);
        row
    };
    let rows = ranked(comparison).map(row).collect();
    let figures = (0..head.len()).map(|column| column > 0).collect();
    write!(out, "{}", Table { head: head.into_iter().map(str::to_owned).collect(), figures, rows }.text())?;
    writeln!(out, "\n{}", comparison.advice())?;
    writeln!(out, "{}", comparison.differences_said())?;
    writeln!(out, "Refused and jobs left are of all of a service's, of the service where they are most")?;
    print_book(catalogue, out)?;
    ranked(comparison).try_for_each(|place| print_known(comparison, place, catalogue, out))
}

/// What there is to know of one alternative: why it cannot be, what to mind, how it serves, what makes its difference.
fn print_known(comparison: &Comparison, place: usize, catalogue: &Catalogue, out: &mut dyn Write) -> Result<(), Stop> {
    let of = &comparison.alternatives[place];
    writeln!(out, "\n{}", of.name)?;
    // Of the design as drawn it says why the family does not apply, which the advice has said.
    if let Some(why) = of.not_applicable.as_ref().filter(|_| place != 0) {
        writeln!(out, "  not possible: {}", why.replace('\n', "\n  "))?;
    }
    for known in comparison::known(comparison, place) {
        writeln!(out, "  {known}")?;
    }
    for warning in comparison::warnings(comparison, place) {
        writeln!(out, "  warning: {} [{}]", warning.message, warning.rule.0)?;
    }
    match (&of.judgement, of.seen()) {
        (Some(judgement), _) => writeln!(out, "  {}", judgement.said())?,
        (None, Some(run)) => shortfalls(run).iter().try_for_each(|short| writeln!(out, "  warning: {short}"))?,
        (None, None) => {}
    }
    for missing in of.missing(catalogue) {
        writeln!(out, "  without {missing}")?;
    }
    for left in of.not_played.iter().filter(|left| !left.is_missed()) {
        writeln!(out, "  not in the figures: {}: {}", left.item, left.what)?;
    }
    let causes: Vec<_> =
        of.causes_told().map(|(group, usd)| format!("{} {}", group.word(), usd.signed_text())).collect();
    if !causes.is_empty() {
        writeln!(out, "  {}", causes.join(", "))?;
    }
    Ok(())
}

/// A share in per cent.
fn percent(share: Ppm, decimals: usize) -> String {
    format!("{:.decimals$} %", share.fraction() * 100.0)
}

/// The places of alternatives from the cheapest on, then of what cannot be ranked.
fn ranked(comparison: &Comparison) -> impl Iterator<Item = usize> {
    let unranked = (0..comparison.alternatives.len()).filter(|place| !comparison.ranking.contains(place));
    comparison.ranking.iter().copied().chain(unranked)
}

fn charts(comparison: &Comparison) -> Vec<(String, Chart)> {
    let mut charts = vec![
        ("alternatives".to_owned(), comparison::bands(comparison)),
        ("cost-and-service".to_owned(), comparison::cost_and_service(comparison)),
    ];
    charts.extend(comparison::packing(comparison).map(|chart| ("packing".to_owned(), chart)));
    for place in 1..comparison.alternatives.len() {
        charts.extend(comparison::waterfall(comparison, place).map(|chart| (format!("difference-{place}"), chart)));
    }
    charts
}
