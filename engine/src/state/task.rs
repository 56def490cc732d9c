//! One task of a run, in AWS's own statuses.

use super::machine::Machine;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::units::SimTime;
use crate::usage::record::Cause;

/// `lastStatus`: a status only moves forward (rule TSK-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskStatus {
    /// Its interface is being made.
    Provisioning,
    /// Its images are being pulled.
    Pending,
    /// Its containers are being started, its targets registered.
    Activating,
    /// It runs.
    Running,
    /// It leaves its target groups.
    Deactivating,
    /// Its containers are being stopped.
    Stopping,
    /// Its interface is being given back.
    Deprovisioning,
    /// It has ended.
    Stopped,
}

impl TaskStatus {
    /// As AWS writes it.
    pub const fn aws(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Activating => "ACTIVATING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
        }
    }

    /// The status after it.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Provisioning => Self::Pending,
            Self::Pending => Self::Activating,
            Self::Activating => Self::Running,
            Self::Running => Self::Deactivating,
            Self::Deactivating => Self::Stopping,
            Self::Stopping => Self::Deprovisioning,
            Self::Deprovisioning | Self::Stopped => Self::Stopped,
        }
    }

    /// Whether ECS still drives it to RUNNING: `desiredStatus` is not STOPPED.
    pub fn is_live(self) -> bool {
        self <= Self::Running
    }

    /// Whether it counts against `maximumPercent` (rule SVC-24): live, DEACTIVATING or STOPPING.
    pub fn counts_against_maximum(self) -> bool {
        self <= Self::Stopping
    }
}

/// A task.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "five independent facts, each asked for alone")]
pub struct Task {
    /// Its service.
    pub service: Ix<PlannedService>,
    /// Its entry of the service's capacity provider strategy.
    pub share: u8,
    /// Its provider.
    pub provider: Ix<PlannedProvider>,
    /// Its zone.
    pub zone: Ix<PlannedZone>,
    /// Its instance; none on Fargate.
    pub machine: Option<Ix<Machine>>,
    /// Whether its instance drains, so that it must be replaced (rule DRN-03).
    pub leaving: bool,
    /// The service revision it was started for.
    pub revision: u32,
    /// Why it was started.
    pub cause: Cause,
    /// Where it stands.
    pub status: TaskStatus,
    /// When its next step is due; any other event of it is stale.
    pub due: SimTime,
    /// When it reached RUNNING.
    pub running_since: Option<SimTime>,
    /// Whether it takes requests.
    pub in_service: bool,
    /// Whether it counts as healthy toward `minimumHealthyPercent` (rule SVC-21).
    pub healthy: bool,
    /// Whether it failed its health checks.
    pub unhealthy: bool,
    /// Whether its meter runs.
    pub metered: bool,
    /// Its place in the service's list of live tasks.
    pub live_place: u32,
}
