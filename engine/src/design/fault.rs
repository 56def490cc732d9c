//! Faults: what goes wrong in a scenario, when, and for how long.

use serde::{Deserialize, Serialize};

use super::id::{CapacityProviderId, ServiceId};
use crate::names::Zone;
use crate::units::{Percent, Span};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum FaultKind {
    /// A zone is lost: what runs there ends at once, nothing starts there.
    ZoneLoss(Zone),
    /// A share of a provider's Spot capacity is reclaimed, each with two minutes' warning.
    SpotWave {
        /// `FARGATE_SPOT`, or a provider that buys Spot.
        provider: CapacityProviderId,
        /// Percent of its tasks (Fargate Spot) or instances (EC2) taken.
        percent: Percent,
    },
    /// A provider finds no Spot capacity; what runs, runs on.
    SpotDrought {
        /// `FARGATE_SPOT`, or a provider that buys Spot.
        provider: CapacityProviderId,
    },
    /// Tasks of a service end by themselves.
    TaskFailure {
        /// Whose.
        service: ServiceId,
        /// Percent of those running when it strikes.
        percent: Percent,
    },
    /// Tasks of a service end before they are RUNNING: an image that cannot be pulled, a secret that is gone. What runs,
    /// runs on.
    StartFailure {
        /// Whose.
        service: ServiceId,
    },
}

/// A fault of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// When, from the start of the run.
    pub at: Span,
    /// For how long; a wave and a failure strike once; absent is at once over.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub lasts: Span,
}

impl FaultKind {
    /// In a few words, for charts and logs.
    pub fn describe(&self) -> String {
        match self {
            Self::ZoneLoss(zone) => format!("{zone} is lost"),
            Self::SpotWave { provider, percent } => format!("Spot wave takes {percent} of {provider}"),
            Self::SpotDrought { provider } => format!("no Spot capacity for {provider}"),
            Self::TaskFailure { service, percent } => format!("{percent} of {service}'s tasks fail"),
            Self::StartFailure { service } => format!("tasks of {service} fail to start"),
        }
    }
}
