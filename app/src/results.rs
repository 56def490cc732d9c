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
use bayplan_engine::simulation::trace::Steps;

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
    /// Fewest and most tasks that ran at once.
    pub tasks: (u32, u32),
    /// Fewest and most instances.
    pub instances: (u32, u32),
}

impl Played {
    /// Arranges what a run gave.
    pub fn new(basis: Basis, prepared: Prepared, outcome: Outcome) -> Self {
        let charts = outcome::charts(&prepared, &outcome);
        let trace = outcome.trace.as_ref();
        let tasks = trace.map_or((0, 0), |trace| extremes(trace.services.iter().map(|service| &service.running)));
        let instances = trace.map_or((0, 0), |trace| extremes(trace.providers.iter()));
        Self { basis, prepared, outcome, charts, tasks, instances }
    }

    /// What its figures are of: "730 h · simulated, seed 1".
    pub fn said(&self) -> String {
        let hours = self.outcome.window.hours();
        let seed = self.outcome.seed.unwrap_or(1);
        format!("{hours} h · simulated, seed {seed}")
    }
}

/// The least and the most that several counts came to together.
fn extremes<'a>(steps: impl Iterator<Item = &'a Steps>) -> (u32, u32) {
    let of = |(place, steps): (usize, &'a Steps)| steps.changes().iter().map(move |(at, count)| (*at, place, *count));
    let mut changes: Vec<_> = steps.enumerate().flat_map(of).collect();
    changes.sort_unstable();
    let mut counts = BTreeMap::new();
    let (mut sum, mut between) = (0u32, None);
    for at_once in changes.chunk_by(|one, next| one.0 == next.0) {
        for (_, place, count) in at_once {
            sum = sum + count - counts.insert(*place, *count).unwrap_or(0);
        }
        let (least, most) = between.unwrap_or((sum, sum));
        between = Some((sum.min(least), sum.max(most)));
    }
    between.unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::units::{SimTime, Span};

    #[test]
    fn counts_are_summed_before_the_least_and_the_most_are_taken() {
        let steps = |changes: &[(u64, u32)]| {
            let mut steps = Steps::default();
            changes.iter().for_each(|(at, count)| steps.set(SimTime::ZERO + Span::from_ms(*at), *count));
            steps
        };
        // 2 + 5, then 6 + 5, then both at once 1 + 8: at no time 1 + 5 or 6 + 8.
        let (one, two) = (steps(&[(0, 2), (10, 6), (20, 1)]), steps(&[(0, 5), (20, 8)]));
        assert_eq!(extremes([&one, &two].into_iter()), (7, 11));
        assert_eq!(extremes(std::iter::empty()), (0, 0));
    }
}
