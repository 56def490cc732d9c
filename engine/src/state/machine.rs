//! One EC2 instance of a run, from its launch to its termination.

use super::instance::ContainerInstance;
use super::task::Task;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::units::SimTime;
use crate::usage::record::Cause;

/// How far an instance has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MachineStatus {
    /// Asked for; nothing is metered.
    Pending,
    /// It boots, its agent registers.
    Booting,
    /// It takes tasks.
    Active,
    /// It is being emptied.
    Draining,
    /// It is gone.
    Terminated,
}

/// An EC2 instance.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Its provider.
    pub provider: Ix<PlannedProvider>,
    /// Its type: its place among the provider's candidates.
    pub candidate: usize,
    /// Its zone.
    pub zone: Ix<PlannedZone>,
    /// Why it was launched.
    pub cause: Cause,
    /// How far it has come.
    pub status: MachineStatus,
    /// When its next step is due; any other event of it is stale.
    pub due: SimTime,
    /// When it was launched.
    pub launched: SimTime,
    /// When it registered.
    pub registered: SimTime,
    /// When its tasks last changed.
    pub changed: SimTime,
    /// Whether one cheaper instance would hold what it holds, once that was looked at since its tasks changed.
    pub dear: Option<bool>,
    /// Itself as ECS sees it, once registered.
    pub instance: Option<Ix<ContainerInstance>>,
    /// Its live tasks.
    pub tasks: Vec<Ix<Task>>,
    /// Services whose image it has.
    pub pulled: Vec<Ix<PlannedService>>,
    /// Tasks on it that are not STOPPED, live or not.
    pub standing: u32,
}

impl Machine {
    /// Whether it counts as in service in its group, registered or not (rule CAS-12).
    pub fn counts(&self) -> bool {
        matches!(self.status, MachineStatus::Pending | MachineStatus::Booting | MachineStatus::Active)
    }
}
