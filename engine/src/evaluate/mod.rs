//! One scenario end to end: edits, checks, plan, estimate or run, bill; and many of them in parallel.
//!
//! The only place besides `optimise` with threads, and those only through rayon. Results come in the order they were
//! asked for, never of finishing.

mod advice;
pub mod compare;
pub mod families;
pub mod figures;
pub mod inspect;
pub mod judgement;
pub mod pairs;
pub mod quotas_used;
pub mod revisions;
pub mod risk;
pub mod stamp;
pub mod trade_off;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::bill::{Bill, Window, price, price_month, savings};
use crate::catalogue::Catalogue;
use crate::checks::{self, Diagnostic, Severity};
use crate::design::Design;
use crate::design::edit::EditError;
use crate::design::id::ScenarioId;
use crate::design::project::Project;
use crate::design::scenario::Scenario;
use crate::estimate::{EstimatedService, estimate};
use crate::plan::Plan;
use crate::plan::left_out::{Leaves, NotPlayed};
use crate::plan::resolve::{Unresolved, resolve};
use crate::simulation::trace::{Summary, Trace};
use crate::simulation::{Cancelled, Detail, Options, run};
use crate::units::Span;
use crate::usage::record::{HeldHours, UsageRecord};
use crate::usage::shares::Shares;
use stamp::{Inputs, Stamp};

/// A design that can be run.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The design with the scenario's edits done.
    pub design: Design,
    /// The scenario.
    pub scenario: Scenario,
    /// The plan.
    pub plan: Plan,
    /// What the checks found; no error is among it, or, of an estimate, none but those that touch no quantity.
    pub findings: Vec<Diagnostic>,
    /// Design and scenario as stamps take them in.
    inputs: Inputs,
}

/// Why a scenario cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The project has no such scenario.
    #[error("there is no scenario {0}")]
    NoScenario(ScenarioId),
    /// One of the scenario's edits cannot be done.
    #[error("edit {place} of the scenario: {error}")]
    Edit {
        /// Its place, from 1.
        place: usize,
        /// Why.
        error: EditError,
    },
    /// The checks found errors; all their findings.
    #[error("{}", errors_said(.0))]
    Findings(Vec<Diagnostic>),
    /// The design lacks something that no check found.
    #[error("{}", said(.0))]
    Unresolved(Vec<Unresolved>),
}

fn said(all: &[Unresolved]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn errors_said(all: &[Diagnostic]) -> String {
    let errors = all.iter().filter(|d| d.severity == Severity::Error);
    errors.map(|d| format!("{}: {}", d.at, d.message)).collect::<Vec<_>>().join("\n")
}

/// What one scenario gave.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What names it: equal stamps, equal outcomes.
    pub stamp: Stamp,
    /// How long was looked at.
    pub window: Span,
    /// The seed of a run; none of an estimate.
    pub seed: Option<u64>,
    /// What was metered.
    pub records: Vec<UsageRecord>,
    /// Who used what is shared.
    pub shares: Shares,
    /// What the window cost.
    pub bill: Bill,
    /// What a month of 730 hours would (rule BIL-06).
    pub month: Bill,
    /// What each service holds, of an estimate.
    pub estimated: Vec<EstimatedService>,
    /// A run in figures.
    pub summary: Option<Summary>,
    /// What was seen of a run, where it was asked for.
    pub trace: Option<Trace>,
}

impl Outcome {
    /// What is drawn and not in its figures: plans bought ahead are, once they are applied.
    pub fn not_played<'p>(&self, plan: &'p Plan) -> impl Iterator<Item = &'p NotPlayed> {
        let before_plans = self.bill.left_out.iter().any(|left| left.leaves == Leaves::Plan);
        plan.left_out_of_bill(self.window).filter(move |left| left.leaves != Leaves::Plan || before_plans)
    }
}

/// How far work has got, and whether it shall stop; shared between threads.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// So much is to be done, in any unit.
    pub fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// So much more is done.
    pub fn advance(&self, by: u64) {
        self.done.fetch_add(by, Ordering::Relaxed);
    }

    /// Done and to be done.
    pub fn figures(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Asks the work to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Makes a project's scenario ready to run; without a scenario the design as drawn, warm, from Monday on.
pub fn prepare(project: &Project, scenario: Option<&ScenarioId>, catalogue: &Catalogue) -> Result<Prepared, Refused> {
    prepared(project, scenario, catalogue, |_| true)
}

fn prepared(
    project: &Project,
    scenario: Option<&ScenarioId>,
    catalogue: &Catalogue,
    withholds: fn(&Diagnostic) -> bool,
) -> Result<Prepared, Refused> {
    let Some(id) = scenario else {
        return checked(&project.design, Scenario::default(), catalogue, &project.allowed, withholds);
    };
    let scenario = project.scenarios.get(id).ok_or_else(|| Refused::NoScenario(id.clone()))?;
    let (design, mut found) = effective(project, (id, scenario), catalogue);
    if found.iter().any(|finding| finding.severity == Severity::Error) {
        found.extend(checks::run(&design, catalogue, &project.allowed));
        found.sort_by(|a, b| (a.severity, &a.at, a.rule).cmp(&(b.severity, &b.at, b.rule)));
        return Err(Refused::Findings(found));
    }
    let mut prepared = checked(&project.design, scenario.clone(), catalogue, &project.allowed, withholds)?;
    prepared.findings.extend(found);
    Ok(prepared)
}

/// Makes a project's scenario ready to estimate: errors that touch no quantity, such as a missing route, do not withhold the
/// bill. Each stands in the plan as something whose dollars may be missing, so that the total says that it is not whole.
pub fn prepare_estimate(
    project: &Project,
    scenario: Option<&ScenarioId>,
    catalogue: &Catalogue,
) -> Result<Prepared, Refused> {
    let mut prepared = prepared(project, scenario, catalogue, |error| !error.leaves_bill)?;
    let errors = prepared.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let left = errors.filter_map(|error| {
        let item = error.at.item.item()?.clone();
        let what = checks::rules().find(|rule| rule.id == error.rule).map_or("an error", |rule| rule.what);
        Some(NotPlayed { item, what, after: Span::ZERO, leaves: Leaves::Dollars })
    });
    prepared.plan.not_played.extend(left);
    Ok(prepared)
}

/// The design that a scenario plays, as far as its edits can be done, and what is wrong with the scenario itself.
fn effective(
    project: &Project,
    scenario: (&ScenarioId, &Scenario),
    catalogue: &Catalogue,
) -> (Design, Vec<Diagnostic>) {
    checks::scenarios::run(&project.design, scenario, catalogue, &project.allowed)
}

/// Makes a design ready to run under a scenario; the rules in `allowed` are not looked at.
pub fn prepare_scenario(
    design: &Design,
    scenario: Scenario,
    catalogue: &Catalogue,
    allowed: &[String],
) -> Result<Prepared, Refused> {
    checked(design, scenario, catalogue, allowed, |_| true)
}

/// A design without the errors that withhold what it is wanted for.
fn checked(
    design: &Design,
    scenario: Scenario,
    catalogue: &Catalogue,
    allowed: &[String],
    withholds: fn(&Diagnostic) -> bool,
) -> Result<Prepared, Refused> {
    let mut design = design.clone();
    for (place, edit) in scenario.edits.iter().enumerate() {
        edit.apply(&mut design).map_err(|error| Refused::Edit { place: place + 1, error })?;
    }
    let findings = checks::run(&design, catalogue, allowed);
    if findings.iter().any(|finding| finding.severity == Severity::Error && withholds(finding)) {
        return Err(Refused::Findings(findings));
    }
    let plan = resolve(&design, &scenario, catalogue).map_err(Refused::Unresolved)?;
    let inputs = Inputs::of(&design, &scenario);
    Ok(Prepared { design, scenario, plan, findings, inputs })
}

/// The closed form of a window.
pub fn estimate_outcome(prepared: &Prepared, catalogue: &Catalogue, window: Span) -> Outcome {
    let Prepared { plan, .. } = prepared;
    let estimate = estimate(plan, window);
    let seen = Window::of(plan, window);
    let mut bill = price(&estimate.records, plan, &catalogue.prices, seen);
    let mut month = month_of(&bill, &estimate.records, plan, catalogue, seen);
    savings::apply(&mut bill, plan, catalogue, &estimate.held, window);
    let of_month = |hours: &HeldHours| {
        let lasts = hours.lasts.in_proportion(Span::MONTH, window);
        HeldHours { lasts, levels: hours.levels.clone() }
    };
    let held: Vec<_> = estimate.held.iter().map(of_month).collect();
    savings::apply(&mut month, plan, catalogue, &held, Span::MONTH);
    Outcome {
        stamp: Stamp::of(&prepared.inputs, window, None, &bill),
        window,
        seed: None,
        records: estimate.records,
        shares: estimate.shares,
        bill,
        month,
        estimated: estimate.services,
        summary: None,
        trace: None,
    }
}

/// What a month comes to: the bill itself, where the window is one.
fn month_of(bill: &Bill, records: &[UsageRecord], plan: &Plan, catalogue: &Catalogue, seen: Window) -> Bill {
    if seen.span == Span::MONTH { bill.clone() } else { price_month(records, plan, &catalogue.prices, seen) }
}

/// A run of a window under a seed. `progress` advances by milliseconds of simulated time.
pub fn simulate(
    prepared: &Prepared,
    catalogue: &Catalogue,
    window: Span,
    seed: u64,
    detail: Detail,
    progress: &Progress,
) -> Result<Outcome, Cancelled> {
    let Prepared { plan, .. } = prepared;
    let mut reached = 0;
    let run = run(plan, Options { window, seed, detail }, |at, _| {
        progress.advance(at - reached);
        reached = at;
        !progress.is_cancelled()
    })?;
    progress.advance(window.ms() - reached);
    let seen = Window::of(plan, window);
    let bill = price(&run.records, plan, &catalogue.prices, seen);
    Ok(Outcome {
        stamp: Stamp::of(&prepared.inputs, window, Some(seed), &bill),
        window,
        seed: Some(seed),
        month: month_of(&bill, &run.records, plan, catalogue, seen),
        bill,
        records: run.records,
        shares: run.shares,
        estimated: Vec::new(),
        summary: Some(run.summary),
        trace: run.trace,
    })
}
