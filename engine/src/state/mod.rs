//! What exists at one simulated moment: plain data, no behaviour but the order of statuses.
//!
//! Only `simulation` changes it.

pub mod service;
pub mod task;

use crate::plan::PlannedZone;
use crate::plan::index::{Ix, Table};
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::units::SimTime;
use service::ServiceState;
use task::Task;

/// A capacity provider at the moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProviderState {
    /// Until when it finds no Spot capacity.
    pub drought_until: SimTime,
}

/// What exists.
#[derive(Debug, Clone)]
pub struct State {
    /// Every task there has been.
    pub tasks: Table<Task>,
    /// By service.
    pub services: Vec<ServiceState>,
    /// By provider.
    pub providers: Vec<ProviderState>,
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
