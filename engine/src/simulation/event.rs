//! What can happen, and the order in which things due at the same instant do.

use std::cmp::Ordering;

use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::state::machine::Machine;
use crate::state::task::Task;
use crate::units::SimTime;

/// What happens first within one millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Faults strike and end.
    Fault,
    /// Tasks and instances take their steps.
    Lifecycle,
    /// Rates change.
    Traffic,
    /// Minutes and hours close.
    Measure,
    /// Controllers decide.
    Decide,
}

/// Something that happens. An event is a hint: its handler looks again, and returns if it no longer applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A fault strikes, by its place in the plan.
    Fault(u32),
    /// A fault ends, by its place in the plan.
    FaultEnds(u32),
    /// A deployment begins, by its place in the plan.
    Rollout(u32),
    /// A task takes its next step.
    Task(Ix<Task>),
    /// A task's target passes its health checks, or its application has started, apart from its being healthy.
    TakesRequests(Ix<Task>),
    /// A task passes its health checks.
    Healthy(Ix<Task>),
    /// A task is found to fail its health checks.
    Unhealthy(Ix<Task>),
    /// An instance takes its next step.
    Machine(Ix<Machine>),
    /// EC2 takes a Spot instance back.
    Interrupted(Ix<Machine>),
    /// Managed Instances has collected what waits.
    Collected(Ix<PlannedProvider>),
    /// A minute closes: metrics, scaling, rates of the next one.
    Minute,
    /// A clock hour closes: capacity units.
    Hour,
    /// A service's placement is tried again.
    Retry(Ix<PlannedService>),
    /// Launches of a service that waited for their time go on.
    Launches(Ix<PlannedService>),
    /// Controllers decide.
    Decide,
}

impl Event {
    /// When within its millisecond it happens.
    pub const fn phase(self) -> Phase {
        match self {
            Self::Fault(_) | Self::FaultEnds(_) => Phase::Fault,
            Self::Task(_)
            | Self::TakesRequests(_)
            | Self::Healthy(_)
            | Self::Unhealthy(_)
            | Self::Rollout(_)
            | Self::Machine(_)
            | Self::Interrupted(_)
            | Self::Collected(_) => Phase::Lifecycle,
            Self::Minute | Self::Hour => Phase::Measure,
            Self::Retry(_) | Self::Launches(_) | Self::Decide => Phase::Decide,
        }
    }
}

/// An event with its place in time: ordered by instant, phase, and the order it was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// When.
    pub at: SimTime,
    /// Phase and sequence in one number, so that comparing is cheap.
    rank: u64,
    /// What.
    pub event: Event,
}

impl Due {
    /// An event asked for as the `sequence`-th.
    pub fn new(at: SimTime, sequence: u64, event: Event) -> Self {
        let phase = match event.phase() {
            Phase::Fault => 0,
            Phase::Lifecycle => 1,
            Phase::Traffic => 2,
            Phase::Measure => 3,
            Phase::Decide => 4u64,
        };
        Self { at, rank: phase << 60 | sequence, event }
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.rank).cmp(&(other.at, other.rank))
    }
}
