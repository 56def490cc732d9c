//! How tasks of a plan are placed on container instances: constraints and strategies, parsed.

use crate::design::cluster_query::{ClusterQuery, QueryError};
use crate::design::service::{BinpackField, PlacementStrategy};
use crate::design::task_definition::PlacementConstraint;

/// A constraint; all of a task's must hold (rule PLC-12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedConstraint {
    /// Each task of the service on another instance.
    DistinctInstance,
    /// Instances that a cluster query holds for.
    MemberOf(ClusterQuery),
}

/// A strategy; each chooses among what the one before leaves (rule PLC-23).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedStrategy {
    /// Anywhere that fits.
    Random,
    /// Evenly over zones.
    SpreadZones,
    /// Evenly over instances.
    SpreadInstances,
    /// Evenly over the values of an attribute.
    SpreadAttribute(String),
    /// Where least of a resource is left.
    Binpack(BinpackField),
}

impl PlannedConstraint {
    /// Parses a constraint's expression.
    pub fn of(constraint: &PlacementConstraint) -> Result<Self, QueryError> {
        match constraint {
            PlacementConstraint::DistinctInstance => Ok(Self::DistinctInstance),
            PlacementConstraint::MemberOf(expression) => ClusterQuery::parse(expression).map(Self::MemberOf),
        }
    }
}

impl PlannedStrategy {
    /// Parses a strategy's field; `None` if instances have no such field (rule PLC-21).
    pub fn of(strategy: &PlacementStrategy) -> Option<Self> {
        match strategy {
            PlacementStrategy::Random => Some(Self::Random),
            PlacementStrategy::Binpack(field) => Some(Self::Binpack(*field)),
            PlacementStrategy::Spread(field) => match field.as_str() {
                "instanceId" | "host" => Some(Self::SpreadInstances),
                "attribute:ecs.availability-zone" => Some(Self::SpreadZones),
                field => field.strip_prefix("attribute:").map(|name| Self::SpreadAttribute(name.to_owned())),
            },
        }
    }
}
