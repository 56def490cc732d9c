//! `bayplan simulate`: a run, its bill, its figures, its charts.

use std::io::Write;
use std::path::Path;

use bayplan_engine::evaluate::figures::Run;
use bayplan_engine::evaluate::{Outcome, Prepared, Progress, simulate};
use bayplan_engine::report::outcome;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::Span;
use serde_json::{Value, json};

use super::bill::{json_of, over_limit, print_json, print_text};
use super::open::{open, ready};
use super::progress::shown;
use super::{Grouped, InScenario, Limit, Of, Outlets, Stop};
use crate::exports::svgs;
use crate::files::Replace;
use crate::reports::{instances_json, milli, services_json};

/// What a run is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// How long is played.
    pub window: Span,
    /// The seed.
    pub seed: Option<u64>,
    /// Where charts go.
    pub charts: Option<&'a Path>,
    /// How its bill is listed.
    pub grouped: &'a Grouped,
    /// Whether charts that are there may go.
    pub replace: Replace,
}

/// `bayplan simulate`.
pub fn run(of: &Of, scenario: &InScenario, limit: &Limit, asked: Asked<'_>, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let opened = open(of)?;
    let prepared = ready(&opened, scenario)?;
    let window = asked.window;
    let seed = asked.seed.or(prepared.scenario.seed).unwrap_or(1);
    let detail = if asked.charts.is_some() { Detail::Full } else { Detail::Totals };
    let progress = Progress::default();
    progress.expect(window.ms());
    let outcome =
        shown(&progress, to.on_terminal, || simulate(&prepared, &opened.catalogue, window, seed, detail, &progress));
    let outcome = outcome.map_err(|e| Stop::Input(e.to_string()))?;
    if of.json {
        let mut all = json_of(&opened, scenario, &prepared, &outcome);
        all.insert("seed".to_owned(), json!(seed));
        let figures = Run::of(&prepared.plan, &outcome, seed);
        all.insert("services".to_owned(), services_json(&figures.services, window));
        all.insert("instances".to_owned(), instances_json(&figures.providers));
        let events = outcome.summary.as_ref().map_or(0, |s| s.events);
        all.insert("events_processed".to_owned(), json!(events));
        print_json(&Value::Object(all), to.out)?;
    } else {
        print_text(&opened, &prepared, &outcome, asked.grouped, to.out)?;
        print_services(&prepared, &outcome, to.out)?;
    }
    if let Some(folder) = asked.charts {
        super::export::write_beside(svgs(outcome::charts(&prepared, &outcome)), folder, asked.replace, to)?;
    }
    Ok(over_limit(outcome.bill.total, outcome.bill.claim(), limit, to.err))
}

fn print_services(prepared: &Prepared, outcome: &Outcome, out: &mut dyn Write) -> Result<(), Stop> {
    let Some(summary) = &outcome.summary else { return Ok(()) };
    writeln!(out)?;
    for (service, s) in prepared.plan.services.iter().zip(&summary.services) {
        let window = u128::from(outcome.window.ms().max(1));
        let mean = milli(u128::from(s.running_ms) * 1000 / window);
        write!(out, "{}: {} to {} tasks, {mean:.1} on average", service.name, s.running_min, s.running_max)?;
        if s.over_capacity.micro() > 0 {
            let share = 100.0 * s.over_capacity.whole() / s.asked.whole().max(1.0);
            write!(out, "; {:.0} of {:.0} over capacity ({share:.3} %)", s.over_capacity.whole(), s.asked.whole())?;
        }
        if s.unplaced_max > 0 {
            write!(out, "; up to {} waited for a place", s.unplaced_max)?;
        }
        if s.recovery > Span::ZERO {
            write!(out, "; longest time short of tasks {}", s.recovery)?;
        }
        if s.oldest_job > Span::ZERO {
            write!(out, "; the oldest job waited up to {}", s.oldest_job)?;
        }
        if s.to_redo.micro() > 0 {
            let lost = s.to_redo.whole();
            write!(out, "; {lost:.1} job-seconds to do again, of tasks taken away: counted, not added to the queue")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{} events", summary.events)?;
    Ok(())
}
