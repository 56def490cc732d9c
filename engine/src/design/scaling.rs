//! Service auto scaling: bounds and policies of all four kinds (rules AAS).

use serde::{Deserialize, Serialize};

use super::id::{OutsideSystemId, TargetGroupId};
use super::is_default;
use super::references::{Visit, one};
use crate::names::aws_words;
use crate::units::{CalendarTime, Seconds};

aws_words! {
    /// How a step's number is meant.
    AdjustmentType {
        /// Add so many tasks.
        ChangeInCapacity = "ChangeInCapacity",
        /// Add so many percent of the tasks.
        PercentChangeInCapacity = "PercentChangeInCapacity",
        /// Have so many tasks.
        ExactCapacity = "ExactCapacity",
    }

    /// What a predictive policy may do.
    PredictiveMode {
        /// Forecast alone.
        ForecastOnly = "ForecastOnly",
        /// Forecast and add tasks ahead.
        ForecastAndScale = "ForecastAndScale",
    }
}

/// What a policy looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum ScalingMetric {
    /// `ECSServiceAverageCPUUtilization`, percent.
    AverageCpuUtilization,
    /// `ECSServiceAverageMemoryUtilization`, percent.
    AverageMemoryUtilization,
    /// `ALBRequestCountPerTarget`, requests a minute and target.
    RequestCountPerTarget(TargetGroupId),
    /// Messages visible in a queue, divided by running tasks: a custom metric.
    BacklogPerTask(OutsideSystemId),
}

/// A target tracking policy; absent settings are AWS's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetTracking {
    /// What it looks at.
    pub metric: ScalingMetric,
    /// `TargetValue` in thousandths of the metric's unit: 70,000 is 70 %.
    pub target_milli: u64,
    /// `ScaleOutCooldown`: after a scale-out, how long until another counts from anew; absent is 300 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scale_out_cooldown: Option<Seconds>,
    /// `ScaleInCooldown`: after a scale-in, how long until the next; absent is 300 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scale_in_cooldown: Option<Seconds>,
    /// `DisableScaleIn`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disable_scale_in: bool,
    /// Metrics every 20 s instead of every minute (charged).
    #[serde(default, skip_serializing_if = "is_default")]
    pub high_resolution: bool,
}

impl TargetTracking {
    /// `ScaleOutCooldown`. Source: Application Auto Scaling API, default of ECS services: 300 s.
    pub fn scale_out_cooldown(&self) -> Seconds {
        self.scale_out_cooldown.unwrap_or(Seconds::from_secs(300))
    }
    /// `ScaleInCooldown`. Source: Application Auto Scaling API, default of ECS services: 300 s.
    pub fn scale_in_cooldown(&self) -> Seconds {
        self.scale_in_cooldown.unwrap_or(Seconds::from_secs(300))
    }
}

/// One step of a step policy: from and to are distances from the alarm's threshold, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScalingStep {
    /// `MetricIntervalLowerBound`, above the threshold, in thousandths; absent is without end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from_milli: Option<i64>,
    /// `MetricIntervalUpperBound`, above the threshold, in thousandths; absent is without end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to_milli: Option<i64>,
    /// `ScalingAdjustment`: how many tasks, or percent of them, as `AdjustmentType` says.
    pub adjustment: i32,
}

/// A step scaling policy with the alarm that calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepScaling {
    /// What the alarm looks at.
    pub metric: ScalingMetric,
    /// `Threshold` of the alarm in thousandths of the metric's unit: 70,000 is 70 %.
    pub threshold_milli: u64,
    /// Whether the alarm rings above its threshold, or below it.
    pub above: bool,
    /// `EvaluationPeriods`: periods in a row that must agree.
    pub evaluation_periods: u32,
    /// `AdjustmentType`.
    pub adjustment_type: AdjustmentType,
    /// `StepAdjustments`.
    pub steps: Vec<ScalingStep>,
    /// `MinAdjustmentMagnitude`, of percent changes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_adjustment_magnitude: Option<u32>,
    /// `Cooldown`: how long until the next step; absent is 300 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cooldown: Option<Seconds>,
}

/// A scheduled action: new bounds at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduledAction {
    /// `at(…)`, `rate(…)` or `cron(…)`.
    pub schedule: String,
    /// The time zone of a cron expression; absent is UTC.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time_zone: Option<String>,
    /// From when on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start: Option<CalendarTime>,
    /// Until when.
    #[serde(default, skip_serializing_if = "is_default")]
    pub end: Option<CalendarTime>,
    /// `MinCapacity` from then on; absent stays.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_capacity: Option<u32>,
    /// `MaxCapacity` from then on; absent stays.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_capacity: Option<u32>,
}

/// A predictive policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PredictiveScaling {
    /// What it forecasts.
    pub metric: ScalingMetric,
    /// `TargetValue` in thousandths of the metric's unit: 70,000 is 70 %.
    pub target_milli: u64,
    /// What it may do.
    pub mode: PredictiveMode,
    /// `SchedulingBufferTime`: how long ahead tasks start, 0 to 3,600 s; absent is 300 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scheduling_buffer: Option<Seconds>,
}

/// A scaling policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum ScalingPolicy {
    /// Keeps a metric at a target.
    TargetTracking(TargetTracking),
    /// Answers an alarm in steps.
    Step(StepScaling),
    /// Changes the bounds by the clock.
    Scheduled(ScheduledAction),
    /// Adds tasks ahead of a forecast.
    Predictive(PredictiveScaling),
}

/// Service auto scaling of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// `MinCapacity`: the fewest tasks.
    pub min_capacity: u32,
    /// `MaxCapacity`: the most tasks.
    pub max_capacity: u32,
    /// Its policies, up to 50.
    #[serde(default, skip_serializing_if = "is_default")]
    pub policies: Vec<ScalingPolicy>,
}

impl ScalingPolicy {
    /// What it looks at; a scheduled action looks at the clock alone.
    pub fn metric(&self) -> Option<&ScalingMetric> {
        match self {
            Self::TargetTracking(policy) => Some(&policy.metric),
            Self::Step(policy) => Some(&policy.metric),
            Self::Predictive(policy) => Some(&policy.metric),
            Self::Scheduled(_) => None,
        }
    }

    fn metric_mut(&mut self) -> Option<&mut ScalingMetric> {
        match self {
            Self::TargetTracking(policy) => Some(&mut policy.metric),
            Self::Step(policy) => Some(&mut policy.metric),
            Self::Predictive(policy) => Some(&mut policy.metric),
            Self::Scheduled(_) => None,
        }
    }
}

impl Scaling {
    pub(super) fn refer(&mut self, visit: &mut Visit<'_>) {
        for metric in self.policies.iter_mut().filter_map(ScalingPolicy::metric_mut) {
            match metric {
                ScalingMetric::AverageCpuUtilization | ScalingMetric::AverageMemoryUtilization => {}
                ScalingMetric::RequestCountPerTarget(group) => one("scaling", group, visit),
                ScalingMetric::BacklogPerTask(queue) => one("scaling", queue, visit),
            }
        }
    }
}
