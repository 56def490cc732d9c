//! Clusters, namespaces, and the monitoring plan of a cluster.

use serde::{Deserialize, Serialize};

use super::capacity::StrategyItem;
use super::id::{AlarmId, CapacityProviderId, LogGroupId, NamespaceId, TaskDefinitionId, VpcId};
use super::references::{Refers, Visit, list, maybe, one};
use super::{Tags, is_default, refer_providers};
use crate::names::aws_words;
use crate::units::{Bytes, Minutes, Percent};

aws_words! {
    /// `CloudWatch` Container Insights of a cluster.
    ContainerInsights {
        /// Off.
        Disabled = "disabled",
        /// Metrics of cluster and service.
        Enabled = "enabled",
        /// Metrics down to task and container.
        Enhanced = "enhanced",
    }

    /// Where ECS Exec sessions are logged.
    ExecLogging {
        /// Nowhere.
        None = "NONE",
        /// To the task's own log configuration.
        Default = "DEFAULT",
        /// To a log group or bucket of their own.
        Override = "OVERRIDE",
    }

    /// How a namespace is found.
    NamespaceKind {
        /// By API calls, as Service Connect needs no more.
        Http = "HTTP",
        /// By DNS inside a VPC, as service discovery needs.
        PrivateDns = "DNS_PRIVATE",
    }
}

/// A cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// The capacity providers associated with it, AWS's own included.
    #[serde(skip_serializing_if = "is_default")]
    pub capacity_providers: Vec<CapacityProviderId>,
    /// `defaultCapacityProviderStrategy`.
    #[serde(skip_serializing_if = "is_default")]
    pub default_strategy: Vec<StrategyItem>,
    /// Container Insights; absent is off.
    #[serde(skip_serializing_if = "is_default")]
    pub container_insights: Option<ContainerInsights>,
    /// Bytes of each performance log event that Container Insights writes; absent is 1,000.
    #[serde(skip_serializing_if = "is_default")]
    pub insights_event_bytes: Option<Bytes>,
    /// Logging of ECS Exec sessions; absent is `DEFAULT`.
    #[serde(skip_serializing_if = "is_default")]
    pub exec_logging: Option<ExecLogging>,
    /// Where ECS Exec sessions are logged, with `OVERRIDE`.
    #[serde(skip_serializing_if = "is_default")]
    pub exec_log_group: Option<LogGroupId>,
    /// The namespace that Service Connect uses by default.
    #[serde(skip_serializing_if = "is_default")]
    pub service_connect_namespace: Option<NamespaceId>,
    /// `GuardDuty` Runtime Monitoring.
    #[serde(skip_serializing_if = "is_default")]
    pub runtime_monitoring: bool,
    /// Managed daemons: one task of each on every instance of some Managed Instances providers.
    #[serde(skip_serializing_if = "is_default")]
    pub daemons: Vec<ManagedDaemon>,
    /// Who watches what, how often, and who is called.
    #[serde(skip_serializing_if = "is_default")]
    pub monitoring: MonitoringPlan,
    /// Tags.
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A managed daemon: a resource of its own and no service, whose task starts before an instance takes others (rules MDA).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagedDaemon {
    /// `daemonName`.
    pub name: String,
    /// What its tasks run.
    pub task_definition: TaskDefinitionId,
    /// The Managed Instances providers on whose instances it runs.
    pub capacity_providers: Vec<CapacityProviderId>,
    /// Whether an instance is drained and replaced when the daemon stops or is unhealthy; absent is true (rule MDA-02).
    #[serde(default, skip_serializing_if = "is_default")]
    pub critical: Option<bool>,
    /// `drainPercent`: how many instances a deployment drains at once; absent is 25 % (rule MDA-03).
    #[serde(default, skip_serializing_if = "is_default")]
    pub drain_percent: Option<Percent>,
    /// `bakeTimeInMinutes`: how long old tasks stay after a deployment, 0 to 1,440 min; absent is none (rule MDA-03).
    #[serde(default, skip_serializing_if = "is_default")]
    pub bake_time: Option<Minutes>,
    /// Alarms that end a deployment (rule MDA-03): `alarmNames`, with `enable` where any is named.
    ///
    /// Source: ECS API Reference, "`DaemonAlarmConfiguration`"; unlike a service's it has no `rollback`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alarms: Vec<AlarmId>,
}

impl ManagedDaemon {
    /// A daemon on the instances of these providers, with AWS's defaults.
    pub fn new(name: &str, task_definition: TaskDefinitionId, capacity_providers: Vec<CapacityProviderId>) -> Self {
        Self {
            name: name.to_owned(),
            task_definition,
            capacity_providers,
            critical: None,
            drain_percent: None,
            bake_time: None,
            alarms: Vec::new(),
        }
    }

    /// `critical`. Source: ECS API, `CreateDaemon`: true (rule MDA-02).
    pub fn critical(&self) -> bool {
        self.critical.unwrap_or(true)
    }

    /// `drainPercent`. Source: ECS API, `DaemonDeploymentConfiguration`: 25 (rule MDA-03).
    pub fn drain_percent(&self) -> Percent {
        self.drain_percent.unwrap_or(Percent::from_percent(25))
    }
}

/// The questions that a monitoring plan answers.
///
/// Source: ECS Developer Guide, "Monitoring Amazon ECS", the questions of a monitoring plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MonitoringPlan {
    /// What it is for.
    #[serde(skip_serializing_if = "is_default")]
    pub goals: String,
    /// Which resources are watched.
    #[serde(skip_serializing_if = "is_default")]
    pub resources: String,
    /// How often.
    #[serde(skip_serializing_if = "is_default")]
    pub frequency: String,
    /// With which tools.
    #[serde(skip_serializing_if = "is_default")]
    pub tools: String,
    /// By whom.
    #[serde(skip_serializing_if = "is_default")]
    pub operators: String,
    /// Who is called when something is wrong.
    #[serde(skip_serializing_if = "is_default")]
    pub paged: String,
}

/// A Cloud Map namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Namespace {
    /// How it is found.
    pub kind: NamespaceKind,
    /// The VPC that a private DNS namespace answers in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vpc: Option<VpcId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl Refers for Cluster {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        refer_providers("capacity_providers", &mut self.capacity_providers, |id| id, visit);
        refer_providers("default_strategy", &mut self.default_strategy, |s| &mut s.capacity_provider, visit);
        for daemon in &mut self.daemons {
            one("daemons", &mut daemon.task_definition, visit);
            refer_providers("daemons", &mut daemon.capacity_providers, |id| id, visit);
            list("daemons", &mut daemon.alarms, visit);
        }
        maybe("exec_log_group", &mut self.exec_log_group, visit);
        maybe("service_connect_namespace", &mut self.service_connect_namespace, visit);
    }
}

impl Refers for Namespace {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        maybe("vpc", &mut self.vpc, visit);
    }
}
