//! All that is wrong with a project: of the design as drawn, and of every scenario.
//!
//! In: a project, the catalogue. Out: findings, errors first, and of each severity those of the drawing first. What resolution alone would
//! refuse is among them, so that nothing which an estimate refuses passes a check. Nothing here prices or plays anything.

use super::{Refused, effective};
use crate::catalogue::Catalogue;
use crate::checks::{self, Diagnostic, Place, RuleId, Severity};
use crate::design::Design;
use crate::design::id::ScenarioId;
use crate::design::project::Project;
use crate::design::scenario::Scenario;
use crate::plan::resolve::{Unresolved, resolve};

/// The rule of what no other rule found and resolution refuses.
const UNRESOLVED: RuleId = RuleId("cannot-be-resolved");

/// Looks at the design as drawn and at every scenario. Of the design that a scenario's edits make only errors which the
/// drawing has not are told: a scenario is there to try what is not advised.
pub fn inspect(project: &Project, catalogue: &Catalogue) -> Vec<Diagnostic> {
    let drawn = of_design(&project.design, &Scenario::default(), None, project, catalogue);
    let mut all = drawn.clone();
    for (id, scenario) in &project.scenarios {
        let found = of_scenario(id, scenario, project, catalogue);
        all.extend(found.into_iter().filter(|finding| {
            let same =
                |of: &Diagnostic| (of.rule, &of.at, &of.message) == (finding.rule, &finding.at, &finding.message);
            let is_own = finding.at.item.item().is_none();
            is_own || (finding.severity == Severity::Error && !drawn.iter().any(same))
        }));
    }
    let key = |of: &Diagnostic| (of.severity, of.scenario.clone());
    all.sort_by_key(key);
    all
}

/// Looks at one scenario as at a design: everything that is wrong with what it plays.
pub fn inspect_scenario(project: &Project, id: &ScenarioId, catalogue: &Catalogue) -> Result<Vec<Diagnostic>, Refused> {
    let scenario = project.scenarios.get(id).ok_or_else(|| Refused::NoScenario(id.clone()))?;
    Ok(of_scenario(id, scenario, project, catalogue))
}

fn of_scenario(id: &ScenarioId, scenario: &Scenario, project: &Project, catalogue: &Catalogue) -> Vec<Diagnostic> {
    let (design, mut all) = effective(project, (id, scenario), catalogue);
    all.extend(of_design(&design, scenario, Some(id), project, catalogue));
    all.sort_by(|a, b| (a.severity, &a.at, a.rule).cmp(&(b.severity, &b.at, b.rule)));
    all
}

fn of_design(
    design: &Design,
    scenario: &Scenario,
    id: Option<&ScenarioId>,
    project: &Project,
    catalogue: &Catalogue,
) -> Vec<Diagnostic> {
    let mut all = checks::run(design, catalogue, &project.allowed);
    if all.iter().all(|finding| finding.severity != Severity::Error || finding.leaves_bill)
        && let Err(unresolved) = resolve(design, scenario, catalogue)
    {
        all.splice(0..0, unresolved.into_iter().map(told));
    }
    if let Some(id) = id {
        for finding in &mut all {
            finding.scenario = Some(id.clone());
            // A fix changes the drawing, where the fault need not be.
            finding.fixes.clear();
        }
    }
    all
}

fn told(Unresolved { item, field, what }: Unresolved) -> Diagnostic {
    Diagnostic {
        rule: UNRESOLVED,
        severity: Severity::Error,
        at: Place { item: item.into(), field },
        scenario: None,
        message: what,
        hint: "without it nothing can be priced or played".to_owned(),
        fixes: Vec::new(),
        is_of_account: false,
        leaves_bill: false,
    }
}
