//! What exists at one simulated moment: plain data, no behaviour but the order of statuses.
//!
//! Only `simulation` changes it.

pub mod fleet;
pub mod instance;
pub mod launches;
pub mod machine;
pub mod pool;
pub mod service;
pub mod task;
pub mod task_counts;

use crate::plan::PlannedZone;
use crate::plan::index::{Ix, Table};
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::plan::vcpus::VcpusLeft;
use crate::units::{CpuUnits, SimTime};
use fleet::Fleet;
use launches::Bucket;
use machine::Machine;
use service::ServiceState;
use task::Task;

/// A capacity provider at the moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderState {
    /// Until when it finds no Spot capacity.
    pub drought_until: SimTime,
    /// Its instances that are not terminated, as they were launched.
    pub machines: Vec<Ix<Machine>>,
    /// What its Auto Scaling group wants.
    pub desired: u32,
    /// Minutes in a row below its target capacity.
    pub low: u32,
    /// Whether Managed Instances collects waiting tasks before it chooses types.
    pub collecting: bool,
    /// Launches of the account on Fargate.
    pub bucket: Bucket,
    /// Whether its last launches passed the account's EC2 vCPUs.
    pub refused: bool,
    /// vCPUs of tasks that are not STOPPED, kept where a quota binds them.
    pub vcpus: CpuUnits,
}

/// What exists.
#[derive(Debug, Clone)]
pub struct State {
    /// Every task there has been.
    pub tasks: Table<Task>,
    /// Every EC2 instance there has been.
    pub machines: Table<Machine>,
    /// Instances as ECS sees them.
    pub fleet: Fleet,
    /// By service.
    pub services: Vec<ServiceState>,
    /// By provider.
    pub providers: Vec<ProviderState>,
    /// What is left of the account's EC2 vCPUs.
    pub vcpus: VcpusLeft,
    /// By zone: until when it is lost.
    pub lost_until: Vec<SimTime>,
}

impl State {
    /// A service.
    pub fn service(&self, ix: Ix<PlannedService>) -> &ServiceState {
        &self.services[ix.index()]
    }

    /// Whether tasks can start in a zone.
    pub fn is_up(&self, zone: Ix<PlannedZone>, now: SimTime) -> bool {
        self.lost_until[zone.index()] <= now
    }

    /// Whether a provider finds capacity.
    pub fn has_capacity(&self, provider: Ix<PlannedProvider>, now: SimTime) -> bool {
        self.providers[provider.index()].drought_until <= now
    }
}
