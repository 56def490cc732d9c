//! What a controller may ask for, each with its cause.

use std::fmt;

use super::placement::fit::PassedOver;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::service::PlannedService;
use crate::state::instance::ContainerInstance;
use crate::state::task::Task;
use crate::units::SimTime;
use crate::usage::record::Cause;

/// Why a task is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The service wants fewer.
    ScaleIn,
    /// A deployment replaces it.
    Deployment,
    /// It failed its health checks.
    Unhealthy,
}

/// Where a task is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// On Fargate, in a zone.
    Zone(Ix<PlannedZone>),
    /// On a container instance.
    Instance(Ix<ContainerInstance>),
}

/// Why a task cannot start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// No instance has room.
    NoRoom(PassedOver),
    /// None had, and no room has come up since.
    StillNoRoom,
    /// Fargate has no capacity, or no zone stands.
    NoCapacity,
    /// The account's vCPUs on Fargate are used up.
    VcpuQuota,
    /// The last tasks ended before they were RUNNING: the next is launched then.
    StartFailures(SimTime),
    /// No more tasks may be launched before then: the service or the account has launched as many as AWS lets it.
    LaunchRate(SimTime),
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoom(passed) => passed.fmt(f),
            Self::StillNoRoom => f.write_str("no room has come up since none was found"),
            Self::NoCapacity => f.write_str("capacity is unavailable at this time"),
            // As ECS words the service event (rule RAT-05).
            Self::VcpuQuota => f.write_str("you've reached the limit on the number of vCPUs you can run concurrently"),
            Self::StartFailures(_) => f.write_str("is unable to consistently start tasks successfully"),
            Self::LaunchRate(_) => f.write_str("operations are being throttled"),
        }
    }
}

/// Something to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Starts a task of the newest revision.
    Start {
        /// Its service.
        service: Ix<PlannedService>,
        /// Its entry of the capacity provider strategy.
        share: usize,
        /// Where.
        on: Spot,
        /// Why.
        cause: Cause,
    },
    /// Stops a task in order.
    Stop {
        /// The task.
        task: Ix<Task>,
        /// Why.
        reason: StopReason,
    },
    /// Notes that so many tasks of an entry of the strategy find no place.
    Wait {
        /// The service.
        service: Ix<PlannedService>,
        /// The entry.
        share: usize,
        /// How many.
        tasks: u32,
        /// Why; `None` where none waits any more.
        held: Option<Held>,
    },
    /// Gives the deployment up: too many of its tasks failed.
    GiveUp {
        /// The service.
        service: Ix<PlannedService>,
    },
    /// Ends the deployment: all its tasks are there, no other is left.
    Complete {
        /// The service.
        service: Ix<PlannedService>,
    },
}
