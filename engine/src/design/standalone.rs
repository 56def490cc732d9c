//! Tasks that belong to no service: run once, on a schedule, on an event (rules STA, SCH).

use serde::{Deserialize, Serialize};

use super::id::{ClusterId, RoleId, SecurityGroupId, SubnetId, TaskDefinitionId};
use super::references::{Refers, Visit, list, maybe, one};
use super::service::{Capacity, PlacementStrategy};
use super::task_definition::PlacementConstraint;
use super::{Tags, is_default};
use crate::units::{Bytes, CalendarTime, Minutes, Span};

/// When standalone tasks start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Schedule {
    /// Once, at an instant: `at(…)`.
    Once(CalendarTime),
    /// Again and again, so many minutes apart: `rate(…)`.
    Rate(Minutes),
    /// By the clock: a six-field `cron(…)`, without its name and brackets.
    Cron {
        /// `0 1 * * ? *`.
        expression: String,
        /// The time zone; absent is UTC.
        #[serde(default, skip_serializing_if = "is_default")]
        time_zone: Option<String>,
    },
    /// When an EventBridge rule matches.
    OnEvent,
}

/// Standalone tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandaloneTask {
    /// The cluster they run in.
    pub cluster: ClusterId,
    /// Their task definition.
    pub task_definition: TaskDefinitionId,
    /// When they start.
    pub schedule: Schedule,
    /// `count`: how many tasks each time.
    pub count: u32,
    /// How long each works, from RUNNING to its end.
    pub duration: Span,
    /// Bytes that each writes to its logs, of all its containers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub log_bytes: Bytes,
    /// Where they get their machines from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity: Capacity,
    /// Subnets of tasks in `awsvpc` mode.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subnets: Vec<SubnetId>,
    /// Security groups of tasks in `awsvpc` mode.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security_groups: Vec<SecurityGroupId>,
    /// `assignPublicIp`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assign_public_ip: bool,
    /// `group`, which placement constraints may name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub group: Option<String>,
    /// `placementConstraints`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// `placementStrategy`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub placement_strategies: Vec<PlacementStrategy>,
    /// The role that EventBridge takes to start them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scheduler_role: Option<RoleId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl Refers for StandaloneTask {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        one("cluster", &mut self.cluster, visit);
        one("task_definition", &mut self.task_definition, visit);
        if let Capacity::Strategy(items) = &mut self.capacity {
            super::refer_providers("capacity", items, |s| &mut s.capacity_provider, visit);
        }
        list("subnets", &mut self.subnets, visit);
        list("security_groups", &mut self.security_groups, visit);
        maybe("scheduler_role", &mut self.scheduler_role, visit);
    }
}
