//! What can be asked of the background: views name it in commands, jobs carry it out.

use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::evaluate::compare::CompareOptions;
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::units::Span;

/// What can be under way at most once at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKind {
    Simulate,
    Compare(Family),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// A scenario played once, with its trace; without a seed, with the scenario's own or 1.
    Simulate { scenario: Option<ScenarioId>, seed: Option<u64>, window: Span },
    /// A family's alternatives under many seeds.
    Compare { family: Family, options: CompareOptions },
}

impl Work {
    pub fn kind(&self) -> JobKind {
        match self {
            Self::Simulate { .. } => JobKind::Simulate,
            Self::Compare { family, .. } => JobKind::Compare(*family),
        }
    }
}
