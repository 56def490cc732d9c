//! What came back from jobs, each with the project it is of, so that a result of an earlier drawing shows as such.

use std::collections::BTreeMap;
use std::sync::Arc;

use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::compare::{CompareOptions, Comparison};
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::evaluate::{Outcome, Prepared};
use bayplan_engine::report::chart::Chart;
use bayplan_engine::report::outcome;

/// What a result is of.
#[derive(Clone, Debug)]
pub struct Basis {
    pub project: Arc<Project>,
    /// The scenario that was played; none is the design as drawn.
    pub scenario: Option<ScenarioId>,
}

impl Basis {
    /// Whether a project as it stands would give the same: moved items and other names change nothing.
    pub fn holds(&self, project: &Arc<Project>, scenario: Option<&ScenarioId>) -> bool {
        let (was, is) = (&self.project, project);
        self.scenario.as_ref() == scenario
            && (Arc::ptr_eq(was, is)
                || was.design == is.design
                    && was.scenarios == is.scenarios
                    && was.allowed == is.allowed
                    && was.price_book == is.price_book)
    }
}

/// A run.
#[derive(Debug)]
pub struct Played {
    pub basis: Basis,
    pub prepared: Prepared,
    pub outcome: Outcome,
    /// Its charts, each with a name fit for a file.
    pub charts: Vec<(String, Chart)>,
}

impl Played {
    /// Arranges what a run gave.
    pub fn new(basis: Basis, prepared: Prepared, outcome: Outcome) -> Self {
        let charts = outcome::charts(&prepared, &outcome);
        Self { basis, prepared, outcome, charts }
    }

    /// What its figures are of: "730 h · simulated, seed 1".
    pub fn said(&self) -> String {
        let hours = self.outcome.window.hours();
        let seed = self.outcome.seed.unwrap_or(1);
        format!("{hours} h · simulated, seed {seed}")
    }
}

/// A comparison.
#[derive(Debug)]
pub struct Compared {
    pub basis: Basis,
    pub comparison: Comparison,
    pub options: CompareOptions,
}

/// Everything that has come back.
#[derive(Debug, Default)]
pub struct Results {
    /// The last run.
    pub run: Option<Arc<Played>>,
    pub comparisons: BTreeMap<Family, Arc<Compared>>,
}
