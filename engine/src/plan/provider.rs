//! Capacity of a plan: what tasks can be put on.

use super::PlannedZone;
use super::index::Ix;
use super::service::PlannedService;
use super::vcpus::QuotaIx;
use crate::catalogue::instance_types::TypeIx;
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::capacity::CapacityOptionType;
use crate::names::{Architecture, InstanceTypeName};
use crate::units::{CpuUnits, Mib, Percent, Ppm, Span, Usd};

/// An instance type that a provider may start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which type.
    pub kind: TypeIx,
    /// Its name.
    pub name: InstanceTypeName,
    /// vCPUs of it that count against `quota`.
    pub vcpus: u32,
    /// The quota of running vCPUs it counts against; `None` where none binds the run.
    pub quota: Option<QuotaIx>,
    /// CPU it registers.
    pub cpu: CpuUnits,
    /// Memory it registers.
    pub memory: Mib,
    /// GPUs it has.
    pub gpus: u32,
    /// Tasks with an interface of their own that it holds.
    pub awsvpc_tasks: u32,
    /// Its architecture.
    pub architecture: Architecture,
    /// What the instance costs an hour, fee included, as its provider buys it; what AWS itself chooses by. `None` where
    /// the catalogue has no price.
    pub hourly: Option<Usd>,
    /// The share of its instances that EC2 takes back in a month; none on demand.
    pub interrupted: Ppm,
    /// What it meters while it exists: instance, fee, volumes, address, as (meter, level).
    pub levels: Vec<(Meter, u64)>,
}

/// An Auto Scaling group behind a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedGroup {
    /// `MinSize`.
    pub min_size: u32,
    /// `MaxSize`.
    pub max_size: u32,
    /// Whether ECS scales the group, and how: target capacity, step sizes, warm-up.
    pub managed_scaling: Option<PlannedScaling>,
    /// `managedTerminationProtection`.
    pub termination_protection: bool,
    /// `managedDraining`.
    pub draining: bool,
    /// `prefer-cached` images.
    pub prefer_cached: bool,
}

/// `managedScaling`, defaults filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedScaling {
    /// `targetCapacity`.
    pub target_capacity: Percent,
    /// `minimumScalingStepSize`.
    pub minimum_step: u32,
    /// `maximumScalingStepSize`.
    pub maximum_step: u32,
    /// `instanceWarmupPeriod`.
    pub warmup: Span,
}

/// The kinds of capacity that are played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderKind {
    /// Fargate on demand.
    Fargate,
    /// Fargate Spot.
    FargateSpot,
    /// An Auto Scaling group.
    AutoScalingGroup(PlannedGroup),
    /// ECS Managed Instances; instances go after being idle or under-used so long, or never.
    ManagedInstances {
        /// `scaleInAfter`; `None` turns it off.
        scale_in_after: Option<Span>,
    },
}

/// How an account's launches on Fargate are rationed (rule RAT-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ration {
    /// Launches at once.
    pub burst: u64,
    /// Launches a second after that.
    pub a_second: u64,
}

/// How fast tasks are launched on a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaunchRate {
    /// Launches of one service a minute (rule RAT-01).
    pub service_a_minute: u32,
    /// Launches of the account; `None` where AWS sets no rate.
    pub account: Option<Ration>,
}

/// A capacity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedProvider {
    /// The provider drawn, or for AWS's own two the first item of the plan's owners.
    pub owner: Option<Ix<ItemRef>>,
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: ProviderKind,
    /// How it buys instances.
    pub option: CapacityOptionType,
    /// Zones instances start in; empty for Fargate, whose tasks stand where their service says.
    pub zones: Vec<Ix<PlannedZone>>,
    /// Types it may start, in the order it prefers them; empty for Fargate.
    pub candidates: Vec<Candidate>,
    /// How fast tasks are launched on it.
    pub launches: LaunchRate,
    /// vCPUs of Fargate tasks that may stand on it at once, for all services together; `None` where no quota binds the
    /// run, and on EC2, whose instances count and not their tasks.
    pub vcpus: Option<CpuUnits>,
    /// Services that stand on it, each with its share's place in the service's strategy.
    pub used_by: Vec<(Ix<PlannedService>, usize)>,
}

impl PlannedProvider {
    /// Whether tasks stand on machines that AWS hides.
    pub const fn is_fargate(&self) -> bool {
        matches!(self.kind, ProviderKind::Fargate | ProviderKind::FargateSpot)
    }

    /// Whether AWS may take its capacity back.
    pub fn is_spot(&self) -> bool {
        matches!(self.kind, ProviderKind::FargateSpot) || self.option == CapacityOptionType::Spot
    }
}
