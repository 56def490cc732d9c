//! How a service goes from one revision to the next (rules ROL, BGD, LIN, CAN, CBK, ALM, HOK).

use serde::{Deserialize, Serialize};

use super::id::{AlarmId, LoadBalancerId, RoleId, TargetGroupId};
use super::is_default;
use super::references::{Fate, ItemId, Visit, list, maybe};
use crate::names::aws_words;
use crate::units::{Minutes, Percent};

aws_words! {
    /// `deploymentConfiguration.strategy`.
    DeploymentStrategy {
        /// Old tasks are replaced by new ones, a few at a time.
        Rolling = "ROLLING",
        /// A whole new set beside the old one, then all traffic at once.
        BlueGreen = "BLUE_GREEN",
        /// A whole new set, traffic in equal steps.
        Linear = "LINEAR",
        /// A whole new set, a little traffic first.
        Canary = "CANARY",
    }

    /// `targetType` of a lifecycle hook (rule HOK-02).
    HookTarget {
        /// A function is called and answers.
        AwsLambda = "AWS_LAMBDA",
        /// The deployment waits until somebody lets it go on (rule HOK-05).
        Pause = "PAUSE",
    }

    /// `timeoutAction` of a lifecycle hook (rule HOK-04).
    HookTimeoutAction {
        /// The last good revision returns.
        Rollback = "ROLLBACK",
        /// The deployment goes on.
        Continue = "CONTINUE",
    }

    /// When a lifecycle hook is called (rule HOK-01).
    HookStage {
        /// Reconciling services.
        ReconcileService = "RECONCILE_SERVICE",
        /// Before the new tasks start.
        PreScaleUp = "PRE_SCALE_UP",
        /// After they are healthy.
        PostScaleUp = "POST_SCALE_UP",
        /// While test traffic moves.
        TestTrafficShift = "TEST_TRAFFIC_SHIFT",
        /// After it has moved.
        PostTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT",
        /// Before production traffic moves.
        PreProductionTrafficShift = "PRE_PRODUCTION_TRAFFIC_SHIFT",
        /// While production traffic moves.
        ProductionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT",
        /// After it has moved.
        PostProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT",
    }
}

/// `thresholdConfiguration`: how many failed tasks end a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum BreakerThreshold {
    /// `BOUNDED_PERCENT`: of the desired count, never fewer than 3 nor more than 200.
    BoundedPercent(Percent),
    /// `UNBOUNDED_PERCENT`: of the desired count.
    UnboundedPercent(Percent),
    /// `COUNT`: so many.
    Count(u32),
}

/// `deploymentCircuitBreaker`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CircuitBreaker {
    /// Whether a deployment that cannot start tasks is ended.
    pub enable: bool,
    /// Whether the last good revision then returns.
    pub rollback: bool,
    /// `resetOnHealthyTask`; absent is true: failures must be in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reset_on_healthy_task: Option<bool>,
    /// `thresholdConfiguration`; absent is `BOUNDED_PERCENT` of 50.
    #[serde(default, skip_serializing_if = "is_default")]
    pub threshold: Option<BreakerThreshold>,
}

impl CircuitBreaker {
    /// Enabled, with the last good revision returning, and all else as AWS has it.
    pub const ROLLING_BACK: Self = Self { enable: true, rollback: true, reset_on_healthy_task: None, threshold: None };

    /// `resetOnHealthyTask`. Source: ECS API, `DeploymentCircuitBreaker.resetOnHealthyTask`: true (rule CBK-01).
    pub fn reset_on_healthy_task(&self) -> bool {
        self.reset_on_healthy_task.unwrap_or(true)
    }

    /// `thresholdConfiguration`. Source: ECS API, `ThresholdConfiguration`: `BOUNDED_PERCENT` of 50 (rule CBK-02).
    pub fn threshold(&self) -> BreakerThreshold {
        self.threshold.unwrap_or(BreakerThreshold::BoundedPercent(Percent::from_percent(50)))
    }
}

/// `deploymentConfiguration.alarms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentAlarms {
    /// The alarms watched.
    pub alarms: Vec<AlarmId>,
    /// Whether the last good revision returns when one rings.
    pub rollback: bool,
}

/// A function called, or a pause made, at stages of a deployment (rules HOK).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleHook {
    /// `targetType`; absent is a function.
    #[serde(default, skip_serializing_if = "is_default")]
    pub target_type: Option<HookTarget>,
    /// The function's ARN; a pause has none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub function: String,
    /// The role that may call it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: Option<RoleId>,
    /// When it is called.
    pub stages: Vec<HookStage>,
    /// `timeoutInMinutes`, 1 to 1,440 min for a function and to 20,160 min for a pause; absent is 1,440 min (rule HOK-04).
    #[serde(default, skip_serializing_if = "is_default")]
    pub timeout: Option<Minutes>,
    /// `timeoutAction`; absent is `ROLLBACK`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub timeout_action: Option<HookTimeoutAction>,
}

impl LifecycleHook {
    /// `targetType`. Source: ECS API, `DeploymentLifecycleHook.targetType`: `AWS_LAMBDA` (rule HOK-02).
    pub fn target_type(&self) -> HookTarget {
        self.target_type.unwrap_or(HookTarget::AwsLambda)
    }

    /// What a list calls it.
    pub fn word(&self) -> &str {
        match self.target_type() {
            HookTarget::AwsLambda => &self.function,
            HookTarget::Pause => HookTarget::Pause.aws(),
        }
    }
}

/// A rule of a load balancer's listener, or what the listener does by default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListenerRuleRef {
    /// The load balancer.
    pub load_balancer: LoadBalancerId,
    /// The port of its listener.
    pub port: u16,
    /// Which of the listener's rules, from 1; absent is its default action.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rule: Option<u32>,
}

/// `linearConfiguration` and `canaryConfiguration`; absent settings are AWS's defaults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrafficShift {
    /// `stepPercent` or `canaryPercent`: how much of the traffic moves at each step, or at first.
    #[serde(skip_serializing_if = "is_default")]
    pub step: Option<Percent>,
    /// `stepBakeTimeInMinutes` or `canaryBakeTimeInMinutes`: the wait after each step, or after the first, 0 to 1,440 min.
    #[serde(skip_serializing_if = "is_default")]
    pub step_bake_time: Option<Minutes>,
}

/// `deploymentConfiguration`; absent settings are AWS's defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Deployment {
    /// `strategy`: how old tasks make way for new ones; absent is rolling.
    #[serde(skip_serializing_if = "is_default")]
    pub strategy: Option<DeploymentStrategy>,
    /// `minimumHealthyPercent`: how many of the desired tasks stay healthy while a deployment goes on; absent is 100 %, and
    /// 0 % for a DAEMON.
    #[serde(skip_serializing_if = "is_default")]
    pub minimum_healthy_percent: Option<Percent>,
    /// `maximumPercent`: how many of the desired tasks may run or start while a deployment goes on; absent is 200 %, and
    /// 100 % for a DAEMON.
    #[serde(skip_serializing_if = "is_default")]
    pub maximum_percent: Option<Percent>,
    /// `deploymentCircuitBreaker`; absent is off.
    #[serde(skip_serializing_if = "is_default")]
    pub circuit_breaker: Option<CircuitBreaker>,
    /// Alarms that end a deployment.
    #[serde(skip_serializing_if = "is_default")]
    pub alarms: Option<DeploymentAlarms>,
    /// `bakeTimeInMinutes`: how long both sets stand after the traffic has moved, 0 to 1,440 min, of all strategies but
    /// rolling.
    #[serde(skip_serializing_if = "is_default")]
    pub bake_time: Option<Minutes>,
    /// Steps of linear and canary deployments.
    #[serde(skip_serializing_if = "is_default")]
    pub traffic_shift: TrafficShift,
    /// `lifecycleHooks`.
    #[serde(skip_serializing_if = "is_default")]
    pub lifecycle_hooks: Vec<LifecycleHook>,
    /// The second target group of the strategies that keep two sets.
    #[serde(skip_serializing_if = "is_default")]
    pub alternate_target_group: Option<TargetGroupId>,
    /// `productionListenerRule`: which rule moves from one set to the other (rule BGD-08).
    #[serde(skip_serializing_if = "is_default")]
    pub production_listener_rule: Option<ListenerRuleRef>,
    /// `testListenerRule`: which rule leads test traffic to the new set (rule BGD-08); absent is no test traffic.
    #[serde(skip_serializing_if = "is_default")]
    pub test_listener_rule: Option<ListenerRuleRef>,
    /// The infrastructure role by which ECS changes the rules (rule BGD-08).
    #[serde(skip_serializing_if = "is_default")]
    pub load_balancer_role: Option<RoleId>,
}

impl Deployment {
    /// The strategy. Source: ECS API, `DeploymentConfiguration.strategy`: `ROLLING`.
    pub fn strategy(&self) -> DeploymentStrategy {
        self.strategy.unwrap_or(DeploymentStrategy::Rolling)
    }

    pub(super) fn refer(&mut self, visit: &mut Visit<'_>) {
        if let Some(alarms) = &mut self.alarms {
            list("deployment", &mut alarms.alarms, visit);
        }
        for hook in &mut self.lifecycle_hooks {
            maybe("deployment", &mut hook.role, visit);
        }
        maybe("deployment", &mut self.alternate_target_group, visit);
        for slot in [&mut self.production_listener_rule, &mut self.test_listener_rule] {
            if let Some(rule) = slot
                && visit("deployment", rule.load_balancer.as_ref_mut()) == Fate::Drop
            {
                *slot = None;
            }
        }
        maybe("deployment", &mut self.load_balancer_role, visit);
    }
}
