//! Services of a plan: what one task is, where it may stand, how long its life's steps take, what its work costs.

use super::PlannedZone;
use super::index::Ix;
use super::network::{Destination, PlannedBalancer, PlannedListener, PlannedSubnet};
use super::placement::{PlannedConstraint, PlannedStrategy};
use super::provider::PlannedProvider;
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::deployment::BreakerThreshold;
use crate::design::id::ServiceId;
use crate::design::network::EndpointService;
use crate::design::task_definition::NetworkMode;
use crate::design::work::{WorkCost, most_jobs};
use crate::names::Architecture;
use crate::units::{Bytes, CpuUnits, Mib, MilliPerSecond, Percent, Ppm, Span};

/// An entry of the capacity provider strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedShare {
    /// The provider.
    pub provider: Ix<PlannedProvider>,
    /// `base`.
    pub base: u32,
    /// `weight`.
    pub weight: u32,
    /// What one task meters on it besides its instance, as (meter, level).
    pub levels: Vec<(Meter, u64)>,
    /// How long a task takes to start on it.
    pub start: StartUp,
}

/// How long the steps of a task's start take (rules DUR, FG-20, FG-50).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartUp {
    /// PROVISIONING and PENDING until the pull: interface, agent.
    pub overhead: Span,
    /// The pull of the image from its registry.
    pub pull: Span,
    /// The pull of an image the instance has; Fargate has none (rule FG-03).
    pub cached_pull: Option<Span>,
    /// ACTIVATING: the container's start.
    pub container: Span,
}

/// How long a task's end takes (rules STP, DRG).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// DEACTIVATING: leaving its target groups.
    pub deregistration: Span,
    /// STOPPING: from SIGTERM on, as long as its containers take: all of `stopTimeout` where SIGTERM is not handled.
    pub stop: Span,
    /// From SIGTERM to SIGKILL: all of `stopTimeout`, whoever handles what.
    pub until_kill: Span,
    /// Whether its application handles SIGTERM: it takes no more, and ends once it is done.
    pub handles_sigterm: bool,
    /// DEPROVISIONING: giving back its interface.
    pub deprovisioning: Span,
}

/// What a scaling policy looks at, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlannedMetric {
    /// Average CPU utilisation.
    Cpu,
    /// Average memory utilisation.
    Memory,
    /// Requests a minute and target.
    RequestsPerTarget,
    /// Messages waiting for each running task.
    BacklogPerTask,
}

/// A target tracking policy, defaults filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedTracking {
    /// What it looks at.
    pub metric: PlannedMetric,
    /// Its target in thousandths of the metric's unit.
    pub target_milli: u64,
    /// `ScaleOutCooldown`.
    pub scale_out_cooldown: Span,
    /// `ScaleInCooldown`.
    pub scale_in_cooldown: Span,
    /// Whether it may take tasks away.
    pub scale_in: bool,
    /// Metrics every 20 s.
    pub high_resolution: bool,
}

/// Who pays for a byte that crosses zones inside a VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossingSides {
    /// Where it leaves and where it arrives (rule NET-41).
    Both,
    /// The task alone.
    ///
    /// Source: Amazon `ElastiCache` pricing page, "Data transfer": between zones only the transfer in or out of the EC2
    /// instance is charged, none of `ElastiCache`'s.
    Task,
}

impl CrossingSides {
    /// How often a byte is charged.
    pub const fn times(self) -> u128 {
        match self {
            Self::Both => 2,
            Self::Task => 1,
        }
    }
}

/// Whom a service calls, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedTarget {
    /// Another service, directly: Service Connect or service discovery.
    Service(Ix<PlannedService>),
    /// Another service through an internal load balancer, by a listener of it.
    Through(Ix<PlannedService>, Ix<PlannedBalancer>, PlannedListener),
    /// A system in the VPC.
    InVpc {
        /// The zones it stands in.
        zones: Vec<Ix<PlannedZone>>,
        /// How often a byte that crosses zones is charged.
        sides: CrossingSides,
    },
    /// An AWS service of the region.
    Aws(EndpointService),
    /// The internet, or what is reached over it.
    Internet,
    /// Another region, and what a GB that leaves for it is paid by.
    OtherRegion(Meter),
    /// Another VPC of the region; its way is not drawn, its bytes cost nothing here.
    Free,
}

impl PlannedTarget {
    /// The service called, if it is one.
    pub const fn service(&self) -> Option<Ix<PlannedService>> {
        match self {
            Self::Service(service) | Self::Through(service, ..) => Some(*service),
            Self::InVpc { .. } | Self::Aws(_) | Self::Internet | Self::OtherRegion(_) | Self::Free => None,
        }
    }
}

/// A call for each unit of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// Whom it calls.
    pub to: PlannedTarget,
    /// Calls for each unit of work.
    pub per_work: Ppm,
    /// Bytes sent with each.
    pub request_bytes: Bytes,
    /// Bytes received with each.
    pub response_bytes: Bytes,
}

/// What a service writes to `CloudWatch` Logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedLogs {
    /// Bytes for each unit of work.
    pub bytes: Bytes,
    /// The log group, or the service where none is drawn.
    pub owner: Ix<ItemRef>,
    /// What writing is charged as.
    pub ingest: Meter,
    /// What keeping is charged as.
    pub storage: Meter,
    /// How much of what is written is stored.
    pub stored: Percent,
    /// For how long an entry stands.
    pub kept: Span,
}

/// Where an image is pulled from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullFrom {
    /// ECR of this account: layers come from Amazon S3 (rule NET-33).
    Ecr,
    /// A registry on the internet.
    Internet,
}

impl PullFrom {
    /// What must be reached for a pull: of ECR its API, its registry, and Amazon S3 for the layers (rule NET-33).
    pub const fn reaches(self) -> &'static [Destination] {
        match self {
            Self::Ecr => &[
                Destination::Aws(EndpointService::EcrApi),
                Destination::Aws(EndpointService::EcrDkr),
                Destination::Aws(EndpointService::S3),
            ],
            Self::Internet => &[Destination::Internet],
        }
    }
}

/// When a task that runs works, is healthy, or is found not to be, each from RUNNING on (rules LBH, HLT, SVC-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedHealth {
    /// Until it takes requests and jobs: its targets are healthy (rule LBH-04), or, without any, its application has started.
    pub until_serving: Span,
    /// Until it counts as healthy towards a deployment (rule SVC-21).
    pub until_healthy: Span,
    /// Until one that fails its checks from the start is found unhealthy; `None` where nothing checks.
    pub until_unhealthy: Option<Span>,
    /// Whether every task is found unhealthy while its application still starts.
    pub fails_while_starting: bool,
}

/// What ends a deployment whose tasks fail (rules CBK).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedBreaker {
    /// Whether the last deployment that was completed then returns.
    pub rolls_back: bool,
    /// Whether a healthy task starts the count over.
    pub resets: bool,
    /// How many failed tasks it takes.
    pub threshold: BreakerThreshold,
}

/// A host port that tasks take on an instance (rule TDF-45).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPort {
    /// The port.
    pub port: u16,
    /// UDP instead of TCP.
    pub udp: bool,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedService {
    /// The service drawn.
    pub owner: Ix<ItemRef>,
    /// Its name.
    pub name: ServiceId,
    /// CPU of one task, the proxy included.
    pub cpu: CpuUnits,
    /// Memory of one task, the proxy included.
    pub memory: Mib,
    /// GPUs of one task.
    pub gpus: u32,
    /// The architecture its image is for; `None` takes any.
    pub architecture: Option<Architecture>,
    /// How its containers are connected.
    pub network_mode: NetworkMode,
    /// Host ports of one task.
    pub ports: Vec<HostPort>,
    /// Subnets of its tasks with their zones, one list a zone, in the zones' order.
    pub zones: Vec<(Ix<PlannedZone>, Vec<Ix<PlannedSubnet>>)>,
    /// Whether tasks have a public IPv4 address.
    pub public_ip: bool,
    /// Its capacity provider strategy.
    pub capacity: Vec<PlannedShare>,
    /// What it starts with.
    pub desired: u32,
    /// Bounds of auto scaling; with none, `desired` twice.
    pub bounds: (u32, u32),
    /// Its target tracking policies.
    pub tracking: Vec<PlannedTracking>,
    /// `minimumHealthyPercent`.
    pub minimum_healthy: Percent,
    /// `maximumPercent`.
    pub maximum: Percent,
    /// What ends a deployment whose tasks fail; `None` lets it try for ever.
    pub circuit_breaker: Option<PlannedBreaker>,
    /// `placementConstraints`, of service and task definition.
    pub constraints: Vec<PlannedConstraint>,
    /// `placementStrategy`.
    pub strategies: Vec<PlannedStrategy>,
    /// When its tasks work and are healthy.
    pub health: PlannedHealth,
    /// How long its tasks take to end.
    pub ending: Ending,
    /// What one unit of work costs; `None` while nothing is known.
    pub work: Option<WorkCost>,
    /// What it writes to `CloudWatch` Logs.
    pub logs: Option<PlannedLogs>,
    /// Whom it calls.
    pub calls: Vec<PlannedCall>,
    /// What each task is charged for as it starts, once each: requests that read its secrets (owner, meter).
    pub reads: Vec<(Ix<ItemRef>, Meter)>,
    /// The compressed size of all images of a task, and where they are pulled from.
    pub pulls: Vec<(Bytes, PullFrom)>,
}

/// The most requests a second that so many tasks get through, where one gets through `capacity_milli`.
pub fn most_requests(capacity_milli: Option<u64>, tasks: u64) -> MilliPerSecond {
    let most = capacity_milli.map_or(u64::MAX, |one| one.saturating_mul(tasks));
    MilliPerSecond::from_milli(if tasks == 0 { 0 } else { most })
}

impl PlannedService {
    /// How many requests a second one task gets through, in thousandths; `None` while nothing is known.
    pub fn capacity_milli(&self) -> Option<u64> {
        self.work.as_ref().map(|cost| cost.most_requests_milli(self.cpu))
    }

    /// The most jobs a second that so many tasks get through, each of which keeps a worker busy for so long.
    pub fn most_jobs(&self, tasks: u64, lasts: Span) -> MilliPerSecond {
        most_jobs(self.work.as_ref(), tasks, lasts)
    }
}
