//! Log groups, alarms, EventBridge rules.

use serde::{Deserialize, Serialize};

use super::id::{ClusterId, LogGroupId, ServiceId, StandaloneTaskId};
use super::references::{Refers, Visit, maybe, one};
use super::{Tags, is_default};
use crate::names::aws_words;
use crate::units::{Percent, Seconds, Span};

aws_words! {
    /// A log group's class.
    LogClass {
        /// Everything.
        Standard = "STANDARD",
        /// Cheaper to write, fewer features.
        InfrequentAccess = "INFREQUENT_ACCESS",
    }

    /// A metric that ECS or Container Insights reports.
    AlarmMetric {
        /// CPU used of what is reserved.
        CpuUtilization = "CPUUtilization",
        /// Memory used of what is reserved.
        MemoryUtilization = "MemoryUtilization",
        /// CPU reserved of what the cluster's instances have.
        CpuReservation = "CPUReservation",
        /// Memory reserved of what the cluster's instances have.
        MemoryReservation = "MemoryReservation",
        /// Running tasks (Container Insights).
        RunningTaskCount = "RunningTaskCount",
        /// Tasks that wait (Container Insights).
        PendingTaskCount = "PendingTaskCount",
        /// Answers of 500 and above (load balancer).
        Http5xx = "HTTPCode_Target_5XX_Count",
        /// Unhealthy targets (load balancer).
        UnhealthyHosts = "UnHealthyHostCount",
    }
}

/// A log group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogGroup {
    /// `retentionInDays`: how many days entries are kept, 1 to 3,653 in steps that CloudWatch Logs has; absent is for ever.
    #[serde(skip_serializing_if = "is_default")]
    pub retention_days: Option<u32>,
    /// Its class; absent is standard.
    #[serde(skip_serializing_if = "is_default")]
    pub class: Option<LogClass>,
    /// Percent of what is written that is stored, compressed; absent is 15.
    #[serde(skip_serializing_if = "is_default")]
    pub stored_percent: Option<Percent>,
    /// For how many days it has been written to; absent is 365.
    #[serde(skip_serializing_if = "is_default")]
    pub age_days: Option<u32>,
    /// Tags.
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl LogGroup {
    /// Percent of what is written that is stored.
    ///
    /// Source: AWS Pricing Calculator, CloudWatch: "Logs are archived compressed", 0.15 of the data ingested.
    /// Assumption: of all logs alike (rule OBS-06); how well they compress is never the same twice.
    pub fn stored_percent(&self) -> Percent {
        self.stored_percent.unwrap_or(Percent::from_percent(15))
    }

    /// For how long an entry stands in it: its retention, or as long as it has been written to.
    ///
    /// Assumption: 12 months, of groups that say nothing of their age (rule OBS-06): one that keeps entries for ever
    /// would cost more each month.
    pub fn kept(&self) -> Span {
        let age = self.age_days.unwrap_or(365);
        Span::from_days(u64::from(self.retention_days.map_or(age, |days| days.min(age))))
    }
}

/// What an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum AlarmSubject {
    /// A service.
    Service(ServiceId),
    /// A cluster.
    Cluster(ClusterId),
}

/// A `CloudWatch` alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// What it watches.
    pub subject: AlarmSubject,
    /// Which metric of it.
    pub metric: AlarmMetric,
    /// `Threshold` in thousandths of the metric's unit: 85,000 is 85 %.
    pub threshold_milli: u64,
    /// Whether it rings below its threshold instead of above.
    #[serde(default, skip_serializing_if = "is_default")]
    pub below: bool,
    /// `Period`; absent is 60 s. Under 60 s it is a high-resolution alarm.
    #[serde(default, skip_serializing_if = "is_default")]
    pub period: Option<Seconds>,
    /// `EvaluationPeriods`; absent is 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub evaluation_periods: Option<u32>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// What an EventBridge rule hands matching events to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum EventTarget {
    /// Standalone tasks.
    Tasks(StandaloneTaskId),
    /// A log group.
    LogGroup(LogGroupId),
    /// Anything else, by ARN.
    Arn(String),
}

/// An EventBridge rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// `detail-type` matched: `ECS Task State Change`; empty matches all ECS events.
    #[serde(default, skip_serializing_if = "is_default")]
    pub detail_type: String,
    /// The cluster it looks at; absent is all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cluster: Option<ClusterId>,
    /// What gets the events.
    #[serde(default, skip_serializing_if = "is_default")]
    pub targets: Vec<EventTarget>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl Refers for LogGroup {
    fn refer(&mut self, _visit: &mut Visit<'_>) {}
}

impl Refers for Alarm {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        match &mut self.subject {
            AlarmSubject::Service(service) => one("subject", service, visit),
            AlarmSubject::Cluster(cluster) => one("subject", cluster, visit),
        }
    }
}

impl Refers for EventRule {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        maybe("cluster", &mut self.cluster, visit);
        for target in &mut self.targets {
            match target {
                EventTarget::Tasks(tasks) => one("targets", tasks, visit),
                EventTarget::LogGroup(group) => one("targets", group, visit),
                EventTarget::Arn(_) => {}
            }
        }
    }
}
