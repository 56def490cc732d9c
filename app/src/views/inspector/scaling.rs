//! Form of service auto scaling: bounds and policies of all four kinds.

use bayplan_engine::design::scaling::{
    AdjustmentType, PredictiveMode, PredictiveScaling, Scaling, ScalingMetric, ScalingPolicy, ScalingStep,
    ScheduledAction, StepScaling, TargetTracking,
};
use egui::Ui;

use crate::widgets::fields::Form;
use crate::widgets::units::{COUNT, INSTANT, MILLI, SECONDS, SIGNED, SIGNED_MILLI};

const FIELD: &str = "scaling";

pub(super) fn scaling(ui: &mut Ui, form: &Form<'_>, scaling: &mut Option<Scaling>) {
    let fresh = || Scaling { min_capacity: 2, max_capacity: 10, policies: vec![tracking()] };
    form.optional(ui, FIELD, "Auto scaling", scaling, fresh, |ui, scaling| {
        form.value(ui, FIELD, "Fewest tasks", &mut scaling.min_capacity, &COUNT);
        form.value(ui, FIELD, "Most tasks", &mut scaling.max_capacity, &COUNT);
        form.records(ui, "policy", &mut scaling.policies, policy_word, tracking, |ui, policy| {
            self::policy(ui, form, policy);
        });
    });
}

fn tracking() -> ScalingPolicy {
    ScalingPolicy::TargetTracking(TargetTracking {
        metric: ScalingMetric::AverageCpuUtilization,
        target_milli: 70_000,
        scale_out_cooldown: None,
        scale_in_cooldown: None,
        disable_scale_in: false,
        high_resolution: false,
    })
}

/// One policy of each kind, on the same metric.
fn kinds(metric: &ScalingMetric) -> Vec<ScalingPolicy> {
    let step = ScalingStep { from_milli: Some(0), to_milli: None, adjustment: 1 };
    vec![
        tracking(),
        ScalingPolicy::Step(StepScaling {
            metric: metric.clone(),
            threshold_milli: 70_000,
            above: true,
            evaluation_periods: 3,
            adjustment_type: AdjustmentType::ChangeInCapacity,
            steps: vec![step],
            min_adjustment_magnitude: None,
            cooldown: None,
        }),
        ScalingPolicy::Scheduled(ScheduledAction {
            schedule: "cron(0 20 * * ? *)".to_owned(),
            time_zone: None,
            start: None,
            end: None,
            min_capacity: Some(1),
            max_capacity: None,
        }),
        ScalingPolicy::Predictive(PredictiveScaling {
            metric: metric.clone(),
            target_milli: 70_000,
            mode: PredictiveMode::ForecastOnly,
            scheduling_buffer: None,
        }),
    ]
}

fn kind_word(policy: &ScalingPolicy) -> &'static str {
    match policy {
        ScalingPolicy::TargetTracking(_) => "target tracking",
        ScalingPolicy::Step(_) => "step",
        ScalingPolicy::Scheduled(_) => "scheduled",
        ScalingPolicy::Predictive(_) => "predictive",
    }
}

fn policy_word(policy: &ScalingPolicy) -> String {
    let what = match policy {
        ScalingPolicy::TargetTracking(p) => format!("{} at {}", metric_word(&p.metric), (MILLI.show)(&p.target_milli)),
        ScalingPolicy::Step(p) => format!("{} over {}", metric_word(&p.metric), (MILLI.show)(&p.threshold_milli)),
        ScalingPolicy::Scheduled(p) => p.schedule.clone(),
        ScalingPolicy::Predictive(p) => format!("{} at {}", metric_word(&p.metric), (MILLI.show)(&p.target_milli)),
    };
    format!("{}: {what}", kind_word(policy))
}

fn metric_word(metric: &ScalingMetric) -> String {
    match metric {
        ScalingMetric::AverageCpuUtilization => "average CPU %".to_owned(),
        ScalingMetric::AverageMemoryUtilization => "average memory %".to_owned(),
        ScalingMetric::RequestCountPerTarget(group) => format!("requests a minute and target of {group}"),
        ScalingMetric::BacklogPerTask(queue) => format!("backlog of {queue} a task"),
    }
}

fn metric(ui: &mut Ui, form: &Form<'_>, metric: &mut ScalingMetric) {
    let groups = form.design.target_groups.keys().cloned().map(ScalingMetric::RequestCountPerTarget);
    let queues = form.design.outside_systems.keys().cloned().map(ScalingMetric::BacklogPerTask);
    let own = [ScalingMetric::AverageCpuUtilization, ScalingMetric::AverageMemoryUtilization];
    let mut all: Vec<_> = own.into_iter().chain(groups).chain(queues).collect();
    if !all.contains(metric) {
        all.insert(0, metric.clone());
    }
    form.pick(ui, FIELD, "Metric", metric, &all, metric_word);
}

fn policy(ui: &mut Ui, form: &Form<'_>, policy: &mut ScalingPolicy) {
    let mut all = kinds(policy.metric().unwrap_or(&ScalingMetric::AverageCpuUtilization));
    all.retain(|kind| kind_word(kind) != kind_word(policy));
    all.insert(0, policy.clone());
    form.pick(ui, FIELD, "Kind", policy, &all, |kind| kind_word(kind).to_owned());
    match policy {
        ScalingPolicy::TargetTracking(policy) => {
            metric(ui, form, &mut policy.metric);
            form.value(ui, FIELD, "Target", &mut policy.target_milli, &MILLI);
            form.maybe(ui, FIELD, "Scale-out cooldown", &mut policy.scale_out_cooldown, &SECONDS, "300 s, AWS default");
            form.maybe(ui, FIELD, "Scale-in cooldown", &mut policy.scale_in_cooldown, &SECONDS, "300 s, AWS default");
            form.check(ui, FIELD, "Never scales in", &mut policy.disable_scale_in);
            form.check(ui, FIELD, "Metrics every 20 s", &mut policy.high_resolution);
        }
        ScalingPolicy::Step(policy) => step(ui, form, policy),
        ScalingPolicy::Scheduled(action) => {
            form.text(ui, FIELD, "Schedule", &mut action.schedule);
            form.maybe_text(ui, FIELD, "Time zone", &mut action.time_zone, "UTC");
            form.maybe(ui, FIELD, "Fewest tasks", &mut action.min_capacity, &COUNT, "unchanged");
            form.maybe(ui, FIELD, "Most tasks", &mut action.max_capacity, &COUNT, "unchanged");
            form.maybe(ui, FIELD, "From", &mut action.start, &INSTANT, "now");
            form.maybe(ui, FIELD, "Until", &mut action.end, &INSTANT, "for ever");
        }
        ScalingPolicy::Predictive(policy) => {
            metric(ui, form, &mut policy.metric);
            form.value(ui, FIELD, "Target", &mut policy.target_milli, &MILLI);
            form.choice(ui, FIELD, "Mode", &mut policy.mode, PredictiveMode::ALL);
            form.maybe(ui, FIELD, "Starts ahead by", &mut policy.scheduling_buffer, &SECONDS, "300 s, AWS default");
        }
    }
}

fn step(ui: &mut Ui, form: &Form<'_>, policy: &mut StepScaling) {
    metric(ui, form, &mut policy.metric);
    form.value(ui, FIELD, "Threshold", &mut policy.threshold_milli, &MILLI);
    form.pick(ui, FIELD, "Rings", &mut policy.above, &[true, false], |above| {
        if *above { "above it" } else { "below it" }.to_owned()
    });
    form.value(ui, FIELD, "Periods", &mut policy.evaluation_periods, &COUNT);
    form.choice(ui, FIELD, "A step means", &mut policy.adjustment_type, AdjustmentType::ALL);
    let end = |milli: Option<i64>| milli.map_or("…".to_owned(), |m| (SIGNED_MILLI.show)(&m));
    let name =
        |step: &ScalingStep| format!("{} to {}: {:+}", end(step.from_milli), end(step.to_milli), step.adjustment);
    let fresh = || ScalingStep { from_milli: Some(0), to_milli: None, adjustment: 1 };
    form.records(ui, "step", &mut policy.steps, name, fresh, |ui, step| {
        form.maybe(ui, FIELD, "From threshold +", &mut step.from_milli, &SIGNED_MILLI, "without end");
        form.maybe(ui, FIELD, "To threshold +", &mut step.to_milli, &SIGNED_MILLI, "without end");
        form.value(ui, FIELD, "Adjustment", &mut step.adjustment, &SIGNED);
    });
    form.maybe(ui, FIELD, "Least change", &mut policy.min_adjustment_magnitude, &COUNT, "1");
    form.maybe(ui, FIELD, "Cooldown", &mut policy.cooldown, &SECONDS, "300 s, AWS default");
}
