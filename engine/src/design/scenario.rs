//! Scenarios: named lists of edits on the design, with faults, seeds and where a run starts.

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::fault::Fault;
use super::id::ServiceId;
use super::is_default;
use crate::units::{CalendarTime, Span};

/// A deployment that happens during a run: the service's tasks are replaced by a new revision of the same size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedDeployment {
    /// The service.
    pub service: ServiceId,
    /// When, from the start of the run.
    pub at: Span,
}

/// A scenario. One without edits plays the design as drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// What it asks.
    #[serde(skip_serializing_if = "is_default")]
    pub description: String,
    /// What differs from the design, in order.
    #[serde(skip_serializing_if = "is_default")]
    pub edits: Vec<Edit>,
    /// What goes wrong.
    #[serde(skip_serializing_if = "is_default")]
    pub faults: Vec<Fault>,
    /// Deployments during the run.
    #[serde(skip_serializing_if = "is_default")]
    pub deployments: Vec<PlannedDeployment>,
    /// When the run starts; absent is 2026-06-01T00:00Z, a Monday.
    #[serde(skip_serializing_if = "is_default")]
    pub starts_at: CalendarTime,
    /// Whether the run starts with nothing running; absent is warm: services at their desired count and healthy.
    #[serde(skip_serializing_if = "is_default")]
    pub cold_start: bool,
    /// The seed of a single run; absent is 1.
    #[serde(skip_serializing_if = "is_default")]
    pub seed: Option<u64>,
}
