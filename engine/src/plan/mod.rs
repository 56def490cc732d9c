//! A design with every reference resolved and no error left: what can be run and estimated.
//!
//! In: a design with a scenario's edits done, and the catalogue. Out: dense tables whose every index is good, AWS's
//! defaults filled in, sizes legal. The simulation has no error to return. What a design holds that is not played is
//! listed in [`Plan::not_played`], never passed over in silence; [`Plan::left_out`] is what of it a window feels.

pub mod curve;
pub mod index;
pub mod left_out;
pub mod load;
pub mod network;
pub mod packing;
pub mod placement;
pub mod provider;
pub mod resolve;
pub mod service;
pub mod standalone;
pub mod strategy;
pub mod vcpus;
pub mod warm;

use crate::catalogue::free_tier::FreeTiers;
use crate::catalogue::timings::Timings;
use crate::design::ItemRef;
use crate::design::account::PurchasePlan;
use crate::design::fault::FaultKind;
use crate::design::scenario::RevisionFault;
use crate::names::{Region, Zone};
use crate::units::{Bytes, CalendarTime, Percent, Span};
use index::{Ix, Table};
use left_out::NotPlayed;
use load::PlannedLoad;
use network::{Network, PlannedBalancer, PlannedSubnet};
use provider::PlannedProvider;
use service::PlannedService;
use standalone::PlannedStandalone;
use vcpus::VcpuQuota;

/// An availability zone of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedZone {
    /// Its name.
    pub name: Zone,
}

/// What goes wrong in a run, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlannedFaultKind {
    /// A zone is lost.
    ZoneLoss(Ix<PlannedZone>),
    /// A share of a provider's Spot capacity is reclaimed.
    SpotWave(Ix<PlannedProvider>, Percent),
    /// A provider finds no Spot capacity.
    SpotDrought(Ix<PlannedProvider>),
    /// Tasks of a service end by themselves.
    TaskFailure(Ix<PlannedService>, Percent),
    /// Tasks of a service end before they are RUNNING.
    StartFailure(Ix<PlannedService>),
}

/// A fault of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFault {
    /// What goes wrong.
    pub kind: PlannedFaultKind,
    /// As the scenario says it, for charts and logs.
    pub said: FaultKind,
    /// When, from the start of the run.
    pub at: Span,
    /// For how long.
    pub lasts: Span,
}

/// A deployment during a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRollout {
    /// The service.
    pub service: Ix<PlannedService>,
    /// When, from the start of the run.
    pub at: Span,
    /// What is wrong with the revision it brings.
    pub fails: Option<RevisionFault>,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The region.
    pub region: Region,
    /// When a run starts.
    pub starts_at: CalendarTime,
    /// Whether it starts with nothing running.
    pub cold_start: bool,
    /// Times and factors AWS does not publish.
    pub timings: Timings,
    /// Whom costs belong to.
    pub owners: Table<ItemRef>,
    /// Zones, by name.
    pub zones: Table<PlannedZone>,
    /// Subnets, by name.
    pub subnets: Table<PlannedSubnet>,
    /// Ways between them and out.
    pub network: Network,
    /// Capacity: AWS's own two first, then the user's by name.
    pub providers: Table<PlannedProvider>,
    /// Quotas of running EC2 vCPUs that bind the run; empty where the account names no quota profile.
    pub vcpu_quotas: Table<VcpuQuota>,
    /// Services, by name.
    pub services: Table<PlannedService>,
    /// Standalone tasks, by name: charged in closed form, not played.
    pub standalone: Vec<PlannedStandalone>,
    /// What was bought ahead: whom its lines belong to, for an account is no item, and the plans.
    pub purchase_plans: Option<(Ix<ItemRef>, Vec<PurchasePlan>)>,
    /// Services so that every caller stands before whom it calls.
    pub call_order: Vec<Ix<PlannedService>>,
    /// Load balancers, by name.
    pub balancers: Table<PlannedBalancer>,
    /// Loads, by name.
    pub loads: Table<PlannedLoad>,
    /// What stands from start to end whatever happens: gateways, balancers, endpoints, alarms, storage.
    pub standing: Vec<network::Standing>,
    /// Amounts that the user states as they were measured, in place of what would be derived.
    pub stated: Vec<network::StatedUsage>,
    /// How many bytes that move are a GB of the bill.
    pub gb_moved: Bytes,
    /// AWS's permanent free tiers, as they count for the account.
    pub free_tiers: FreeTiers,
    /// Items that the user gave a monthly price of their own.
    pub own_prices: Vec<(Ix<ItemRef>, crate::units::Usd)>,
    /// Items that have a cost which the user has not stated: the bill says what it leaves out.
    pub without_price: Vec<Ix<ItemRef>>,
    /// Faults, in order of time.
    pub faults: Vec<PlannedFault>,
    /// Deployments, in order of time.
    pub rollouts: Vec<PlannedRollout>,
    /// What is drawn and not played, of windows of any length.
    pub not_played: Vec<NotPlayed>,
}

impl Plan {
    /// What is drawn, not played, and would change something within a window.
    pub fn left_out(&self, window: Span) -> impl Iterator<Item = &NotPlayed> {
        self.not_played.iter().filter(move |gap| gap.after < window)
    }

    /// The same of the bill of a window: beside it stands what a month would cost, so that it is never of less than a month.
    pub fn left_out_of_bill(&self, window: Span) -> impl Iterator<Item = &NotPlayed> {
        self.left_out(window.max(Span::MONTH))
    }
}
