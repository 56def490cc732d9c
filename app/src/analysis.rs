//! What is known of the project as it stands: findings, a month's price of every item, and the grid.
//!
//! In: a project, perhaps a scenario, a catalogue. Out: an [`Analysis`], made anew after each edit in a few milliseconds.
//! Where the design cannot be priced, the last prices stay, marked stale.

use std::collections::BTreeMap;
use std::sync::Arc;

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::checks::{Diagnostic, Severity};
use bayplan_engine::design::ItemRef;
use bayplan_engine::design::id::{ScenarioId, ServiceId};
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::inspect::inspect;
use bayplan_engine::evaluate::trade_off::{self, Through};
use bayplan_engine::evaluate::{self, Outcome, Prepared, Refused};
use bayplan_engine::plan::Plan;
use bayplan_engine::report::outcome::shortfalls;
use bayplan_engine::units::{Span, Usd};

use crate::grid::Grid;
use crate::grid::layout::{self, Density};
use crate::grid::lines::{Line, lines};
use crate::grid::traffic;

/// A month by the closed form.
#[derive(Clone, Debug)]
pub struct Month {
    pub total: Usd,
    pub by_owner: BTreeMap<ItemRef, Usd>,
    /// What is drawn and not in the total, and why.
    pub missing: Vec<String>,
    /// What services cannot do of what is asked, in sentences.
    pub shortfalls: Vec<String>,
    /// Fewest and most tasks of each service, and most without a place.
    pub tasks: BTreeMap<ServiceId, (u32, u32, u32)>,
    /// What goes by its ways in and out; whole weeks of curves are read for it.
    pub through: Through,
    pub plan: Arc<Plan>,
    pub outcome: Arc<Outcome>,
}

/// Everything that follows from the project.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    pub findings: Vec<Diagnostic>,
    /// The worst finding of each item that has any.
    pub worst: BTreeMap<ItemRef, Severity>,
    pub month: Option<Month>,
    /// Why the month is that of an earlier design, or there is none.
    pub refused: Option<String>,
    /// Why it cannot be played or compared; there may be a month all the same.
    pub unplayable: Option<String>,
    pub grid: Grid,
    pub lines: Vec<Line>,
    /// The month of the design without a scenario, where a scenario is looked at.
    pub drawn: Option<Usd>,
}

impl Analysis {
    /// Looks at a project; `before` is what was known, for prices that cannot be had now.
    pub fn of(
        project: &Project,
        scenario: Option<&ScenarioId>,
        catalogue: Result<&Catalogue, &str>,
        before: Self,
    ) -> Self {
        let grid = layout::layout(&project.design, &project.layout, Density::Full);
        let lines = lines(&project.design, &grid);
        let mut analysis = Self { grid, lines, ..Self::default() };
        let catalogue = match catalogue {
            Ok(catalogue) => catalogue,
            Err(why) => {
                (analysis.refused, analysis.unplayable) = (Some(why.to_owned()), Some(why.to_owned()));
                return analysis;
            }
        };
        let drawn = evaluate::prepare_estimate(project, None, catalogue);
        analysis.findings = inspect(project, catalogue);
        analysis.worst = worst(&analysis.findings);
        let mut errors = errors_of(&analysis.findings);
        let drawn = drawn.map(|prepared| priced(prepared, catalogue));
        let shown = if scenario.is_none() {
            drawn
        } else {
            analysis.drawn = drawn.ok().map(|month| month.total);
            let ready = evaluate::prepare_estimate(project, scenario, catalogue);
            errors = ready.as_ref().map_or(0, |prepared| errors_of(&prepared.findings));
            ready.map(|prepared| priced(prepared, catalogue))
        };
        analysis.unplayable = (errors > 0).then(|| to_mend(errors, "played"));
        match shown {
            Ok(month) => {
                traffic::weigh(&mut analysis.lines, &project.design, &month.plan, &month.outcome.month);
                analysis.month = Some(month);
            }
            Err(refused) => {
                analysis.month = before.month;
                analysis.refused = Some(said(&refused));
                analysis.unplayable.clone_from(&analysis.refused);
            }
        }
        analysis
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Findings of one item, worst first.
    pub fn of_item<'a>(&'a self, at: &'a ItemRef) -> impl Iterator<Item = &'a Diagnostic> {
        self.findings.iter().filter(move |finding| finding.scenario.is_none() && finding.at.item.item() == Some(at))
    }

    /// Whether the prices are those of an earlier design.
    pub fn is_stale(&self) -> bool {
        self.month.is_some() && self.refused.is_some()
    }
}

fn worst(findings: &[Diagnostic]) -> BTreeMap<ItemRef, Severity> {
    let mut worst = BTreeMap::new();
    // What is wrong in a scenario alone is no fault of what is drawn.
    for finding in findings.iter().filter(|finding| finding.scenario.is_none()) {
        let Some(at) = finding.at.item.item() else { continue };
        let known = worst.entry(at.clone()).or_insert(finding.severity);
        *known = finding.severity.min(*known);
    }
    worst
}

/// How many errors the drawing has, or the scenario whose findings they are; of others it has none.
fn errors_of(findings: &[Diagnostic]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Error && finding.scenario.is_none()).count()
}

fn to_mend(errors: usize, before: &str) -> String {
    format!("{errors} {} to mend before it can be {before}", if errors == 1 { "error" } else { "errors" })
}

fn said(refused: &Refused) -> String {
    match refused {
        Refused::Findings(findings) => to_mend(errors_of(findings), "priced"),
        Refused::NoScenario(_) | Refused::Edit { .. } | Refused::Unresolved(_) => refused.to_string(),
    }
}

fn priced(prepared: Prepared, catalogue: &Catalogue) -> Month {
    let outcome = evaluate::estimate_outcome(&prepared, catalogue, Span::MONTH);
    let by_owner = outcome.month.by_owner().into_iter().map(|(at, usd)| (at.clone(), usd)).collect();
    let names = prepared.plan.services.iter().map(|service| service.name.clone());
    let held = outcome.estimated.iter().map(|s| (s.tasks_min, s.tasks_max, s.unplaced_max));
    Month {
        total: outcome.month.total,
        by_owner,
        missing: outcome.month.missing(catalogue).into_iter().map(|(item, what)| format!("{item}: {what}")).collect(),
        shortfalls: shortfalls(&prepared.plan, &outcome),
        tasks: names.zip(held).collect(),
        through: trade_off::through(&prepared.plan, &outcome.month),
        plan: Arc::new(prepared.plan),
        outcome: Arc::new(outcome),
    }
}
