//! Service auto scaling: bounds, and policies that can do what they are for.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::edit::Edit;
use crate::design::id::ServiceId;
use crate::design::knob::Knob;
use crate::design::load::{Load, Series};
use crate::design::load_balancing::Protocol;
use crate::design::outside::OutsideKind;
use crate::design::scaling::{Scaling, ScalingMetric, ScalingPolicy};
use crate::design::service::{SchedulingStrategy, Service, TaskProtection};
use crate::design::{Item, ItemRef};

const TARGET: &str = "Application Auto Scaling API Reference, \"RegisterScalableTarget\"";
const TRACKING: &str = "Application Auto Scaling User Guide, \"Target tracking scaling policies\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "scaling-bounds-crossed",
        Severity::Error,
        "The fewest tasks are more than the most",
        TARGET,
        scaling_bounds_crossed,
    ),
    Rule::new(
        "desired-count-outside-bounds",
        Severity::Warning,
        "The desired count lies outside its own bounds",
        TARGET,
        desired_count_outside_bounds,
    ),
    Rule::new(
        "scaling-without-policy",
        Severity::Warning,
        "Auto scaling has bounds and no policy",
        TARGET,
        scaling_without_policy,
    ),
    Rule::new(
        "scaling-without-room",
        Severity::Warning,
        "Auto scaling has policies and no room between its bounds",
        TARGET,
        scaling_without_room,
    ),
    Rule::new(
        "scaling-from-zero",
        Severity::Warning,
        "A service may scale to no task, where its metric no longer speaks",
        TRACKING,
        scaling_from_zero,
    ),
    Rule::new(
        "scaling-target-out-of-range",
        Severity::Error,
        "A target that its metric cannot reach",
        TRACKING,
        scaling_target_out_of_range,
    ),
    Rule::new(
        "scaling-target-high",
        Severity::Advice,
        "A target leaves no room for the minutes until new tasks run",
        TRACKING,
        scaling_target_high,
    ),
    Rule::new(
        "request-count-of-other-group",
        Severity::Error,
        "A policy counts requests of a target group that is not the service's",
        TRACKING,
        request_count_of_other_group,
    ),
    Rule::new(
        "request-count-without-requests",
        Severity::Error,
        "A policy counts requests of a target group that knows none",
        TRACKING,
        request_count_without_requests,
    ),
    Rule::new(
        "backlog-of-no-queue",
        Severity::Error,
        "A policy counts the backlog of something that is no queue",
        TRACKING,
        backlog_of_no_queue,
    ),
    Rule::new(
        "load-without-scaling",
        Severity::Advice,
        "The load changes, the number of tasks does not",
        TRACKING,
        load_without_scaling,
    ),
    Rule::new(
        "long-work-unprotected",
        Severity::Advice,
        "Scale-in may stop a task in the middle of long work",
        "ECS Developer Guide, \"Protect your Amazon ECS tasks from being terminated by scale-in events\"",
        long_work_unprotected,
    ),
];

fn scaled<'d>(context: &Context<'d>) -> impl Iterator<Item = (ItemRef, &'d ServiceId, &'d Service, &'d Scaling)> {
    context
        .design
        .services
        .iter()
        .filter_map(|(id, service)| Some((ItemRef::Service(id.clone()), id, service, service.scaling.as_ref()?)))
}

/// What: `MinCapacity` above `MaxCapacity`. Why: Application Auto Scaling refuses it. Fix: swaps them.
///
/// Source: Application Auto Scaling API Reference, "`RegisterScalableTarget`".
fn scaling_bounds_crossed(context: &Context<'_>, out: &mut Findings) {
    for (at, _, _, scaling) in scaled(context).filter(|(_, _, _, s)| s.min_capacity > s.max_capacity) {
        let (min, max) = (scaling.min_capacity, scaling.max_capacity);
        out.add(
            at.clone(),
            "scaling",
            format!("At least {min} and at most {max} tasks"),
            "Let the fewest be below the most",
        )
        .fix(format!("Use {max} to {min} tasks"), vec![Edit::Set(at, Knob::ScalingBounds(max, min))]);
    }
}

/// What: a desired count outside the bounds. Why: the first scaling moves it at once: what is drawn is not what runs.
/// Example: 2 tasks, bounds 3 to 9. Fix: the nearest bound.
///
/// Source: Application Auto Scaling API Reference, "`RegisterScalableTarget`".
fn desired_count_outside_bounds(context: &Context<'_>, out: &mut Findings) {
    for (at, _, service, scaling) in scaled(context) {
        let (min, max, count) = (scaling.min_capacity, scaling.max_capacity, service.desired_count);
        if min > max || (min..=max).contains(&count) {
            continue;
        }
        let nearest = count.clamp(min, max);
        let message = format!("Desired count {count} lies outside {min} to {max}");
        out.add(at.clone(), "desired_count", message, "Start with a count between the bounds")
            .fix(format!("Start with {nearest}"), vec![Edit::Set(at, Knob::DesiredCount(nearest))]);
    }
}

/// What: bounds without a policy. Why: nothing ever changes the count.
///
/// Source: Application Auto Scaling API Reference, "`RegisterScalableTarget`".
fn scaling_without_policy(context: &Context<'_>, out: &mut Findings) {
    for (at, _, _, scaling) in scaled(context).filter(|(_, _, _, s)| s.policies.is_empty()) {
        let message =
            format!("Bounds {} to {}, and nothing that changes the count", scaling.min_capacity, scaling.max_capacity);
        out.add(at, "scaling", message, "Add a target tracking policy on CPU, memory or requests");
    }
}

/// What: policies, and the fewest tasks are the most. Why: they can do nothing.
///
/// Source: Application Auto Scaling API Reference, "`RegisterScalableTarget`".
fn scaling_without_room(context: &Context<'_>, out: &mut Findings) {
    let scheduled = |s: &Scaling| s.policies.iter().any(|p| matches!(p, ScalingPolicy::Scheduled(_)));
    for (at, _, _, scaling) in
        scaled(context).filter(|(_, _, _, s)| s.min_capacity == s.max_capacity && !s.policies.is_empty())
    {
        if !scheduled(scaling) {
            let message = format!("Always {} tasks: the policies have no room", scaling.min_capacity);
            out.add(at, "scaling", message, "Raise the most tasks, or take auto scaling away");
        }
    }
}

/// What: a minimum of 0 with a metric of running tasks. Why: with no task there is no utilisation, and nothing starts
/// the first one. Example: CPU at 60 %, 0 to 10 tasks. Fix: one task at least.
///
/// Source: Application Auto Scaling User Guide, "Target tracking scaling policies", considerations (rules AAS).
fn scaling_from_zero(context: &Context<'_>, out: &mut Findings) {
    for (at, _, _, scaling) in scaled(context).filter(|(_, _, _, s)| s.min_capacity == 0 && s.max_capacity > 0) {
        // A queue's length is known without tasks, and is divided by one where none runs.
        let wakes = |p: &ScalingPolicy| match p {
            ScalingPolicy::Step(_) | ScalingPolicy::Scheduled(_) => true,
            ScalingPolicy::TargetTracking(_) | ScalingPolicy::Predictive(_) => {
                matches!(p.metric(), Some(ScalingMetric::BacklogPerTask(_)))
            }
        };
        if scaling.policies.is_empty() || scaling.policies.iter().any(wakes) {
            continue;
        }
        let message = "Down to 0 tasks, where no metric of tasks starts the first again";
        let knob = Knob::ScalingBounds(1, scaling.max_capacity);
        out.add(at.clone(), "scaling", message, "Keep one task, or add a step policy on the queue's length")
            .fix("Keep one task", vec![Edit::Set(at, knob)]);
    }
}

/// Targets of utilisation in thousandths of a percent, with the service.
fn targets<'d>(context: &Context<'d>) -> impl Iterator<Item = (ItemRef, &'d ScalingMetric, u64)> {
    scaled(context).flat_map(|(at, _, _, scaling)| {
        scaling.policies.iter().filter_map(move |policy| match policy {
            ScalingPolicy::TargetTracking(policy) => Some((at.clone(), &policy.metric, policy.target_milli)),
            ScalingPolicy::Predictive(policy) => Some((at.clone(), &policy.metric, policy.target_milli)),
            ScalingPolicy::Step(_) | ScalingPolicy::Scheduled(_) => None,
        })
    })
}

fn is_percent(metric: &ScalingMetric) -> bool {
    matches!(metric, ScalingMetric::AverageCpuUtilization | ScalingMetric::AverageMemoryUtilization)
}

/// What: a target of 0, or a utilisation over 100 %. Why: the policy always or never adds tasks.
///
/// Source: Application Auto Scaling API Reference, "`TargetTrackingScalingPolicyConfiguration`", `TargetValue`.
fn scaling_target_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (at, metric, target) in targets(context) {
        if target == 0 || is_percent(metric) && target > 100_000 {
            let message = format!("A target of {} is one that the metric cannot keep", target / 1000);
            out.add(at, "scaling", message, "Set a target above 0, and at most 100 % for utilisation");
        }
    }
}

/// Assumption: above 80 % of utilisation too little is left for the three minutes of alarm and the start of a task.
const TARGET_HIGH_MILLI: u64 = 80_000;

/// What: a utilisation target over 80 %. Why: an alarm takes three minutes and a task its start; a rise meanwhile
/// finds no room. Example: CPU at 95 %.
///
/// Source: Application Auto Scaling User Guide, "Target tracking scaling policies": alarms of three minutes (AAS).
fn scaling_target_high(context: &Context<'_>, out: &mut Findings) {
    for (at, metric, target) in targets(context) {
        if is_percent(metric) && target > TARGET_HIGH_MILLI && target <= 100_000 {
            let left = 100 - target / 1000;
            let message = format!("A target of {} % leaves {left} % until new tasks run", target / 1000);
            out.add(at, "scaling", message, "Aim at 80 % or less");
        }
    }
}

fn metrics<'d>(context: &Context<'d>) -> impl Iterator<Item = (ItemRef, &'d Service, &'d ScalingMetric)> {
    scaled(context).flat_map(|(at, _, service, scaling)| {
        scaling.policies.iter().filter_map(move |policy| Some((at.clone(), service, policy.metric()?)))
    })
}

/// What: `ALBRequestCountPerTarget` of a target group that the service does not join. Why: it scales by another's
/// requests. Fix: none: the user knows which is meant.
///
/// Source: Application Auto Scaling API Reference, "`PredefinedMetricSpecification`", `ResourceLabel`.
fn request_count_of_other_group(context: &Context<'_>, out: &mut Findings) {
    for (at, service, metric) in metrics(context) {
        let ScalingMetric::RequestCountPerTarget(group) = metric else { continue };
        let alternate = service.deployment.alternate_target_group.as_ref();
        if alternate != Some(group) && !service.load_balancers.iter().any(|b| b.target_group == *group) {
            let message = format!("The policy counts requests of {group}, which the service's tasks do not join");
            out.add(at, "scaling", message, "Count the requests of the service's own target group");
        }
    }
}

/// What: `ALBRequestCountPerTarget` of a target group of another protocol than HTTP. Why: only Application Load
/// Balancers count requests.
///
/// Source: Application Auto Scaling User Guide, "Target tracking scaling policies", `ALBRequestCountPerTarget`.
fn request_count_without_requests(context: &Context<'_>, out: &mut Findings) {
    for (at, _, metric) in metrics(context) {
        let ScalingMetric::RequestCountPerTarget(id) = metric else { continue };
        let Some(group) = context.design.target_groups.get(id) else { continue };
        if !matches!(group.protocol, Protocol::Http | Protocol::Https) {
            let message = format!("Target group {id} speaks {}, whose requests are not counted", group.protocol);
            out.add(at, "scaling", message, "Scale on CPU or memory");
        }
    }
}

/// What: backlog per task of an outside system that is no queue. Why: it has no messages to count.
///
/// Source: Application Auto Scaling User Guide, "Create a target tracking scaling policy using metric math": SQS queue.
fn backlog_of_no_queue(context: &Context<'_>, out: &mut Findings) {
    for (at, _, metric) in metrics(context) {
        let ScalingMetric::BacklogPerTask(id) = metric else { continue };
        if let Some(system) = context.design.outside_systems.get(id).filter(|s| s.kind != OutsideKind::Queue) {
            out.add(
                at,
                "scaling",
                format!("{id} is a {}, not a queue", system.kind),
                "Name the queue that jobs wait in",
            );
        }
    }
}

/// What: a load that changes over the day, and a fixed number of tasks. Why: the quiet hours pay for the peak, or the
/// peak finds too few. Example: a daily curve on 6 tasks.
///
/// Source: ECS Developer Guide, "Automatically scale your Amazon ECS service".
fn load_without_scaling(context: &Context<'_>, out: &mut Findings) {
    for (id, service) in context.design.services.iter().filter(|(_, s)| s.scaling.is_none()) {
        let daemon = service.scheduling_strategy() == SchedulingStrategy::Daemon;
        let mut loads = context.design.loads.iter().filter(|(_, load)| load.service() == id);
        let changing = loads.find(|(_, load)| !matches!(load.shape().series, Series::Constant(_)));
        if let Some((load, _)) = changing.filter(|_| !daemon) {
            let message = format!("{load} changes over time, the {} tasks stay", service.desired_count);
            out.add(ItemRef::Service(id.clone()), "scaling", message, "Add target tracking on CPU, memory or requests");
        }
    }
}

/// What: work that lasts longer than a task has to stop, on a service that scales in and does not protect its tasks.
/// Why: scale-in stops a task by SIGTERM and kills it before the work is done. Example: jobs of 10 minutes, 30 s to
/// stop. Fix: protection while a task works.
///
/// Source: ECS Developer Guide, "Protect your Amazon ECS tasks from being terminated by scale-in events" (rule TSP-05).
fn long_work_unprotected(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some((id, service)), Some(definition)) = (runner.as_service(), runner.definition) else { continue };
        let jobs = context.design.loads.values().filter(|load| load.service() == id).filter_map(|load| match load {
            Load::Jobs(jobs) => Some(jobs.service_time),
            Load::Requests(_) | Load::Stream(_) => None,
        });
        let Some(longest) = jobs.max() else { continue };
        let timeout = definition.stop_timeout();
        if service.scaling.is_none() || service.protection.is_some() || longest <= timeout.span() {
            continue;
        }
        let message = format!("A job lasts {longest}, a task that scale-in stops has {timeout}");
        let mut changed = service.clone();
        changed.protection = Some(TaskProtection { expires_in: None });
        let finding = out.add(
            runner.at.clone(),
            "protection",
            message,
            "Protect tasks while they work, for as long as a job may last",
        );
        // Tasks protect themselves by the task role.
        if definition.task_role.is_some() {
            finding.fix("Protect tasks while they work", vec![Edit::Put(Item::Service(id.clone(), changed))]);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::units::{MilliPerSecond, Span};

    fn bounds(d: &mut Design, min: u32, max: u32) {
        let scaling = web(d).scaling.as_mut().unwrap();
        (scaling.min_capacity, scaling.max_capacity) = (min, max);
    }

    fn track(d: &mut Design, metric: ScalingMetric, target: u64) {
        let Some(ScalingPolicy::TargetTracking(policy)) = web(d).scaling.as_mut().unwrap().policies.first_mut() else {
            panic!("the good design tracks a target");
        };
        (policy.metric, policy.target_milli) = (metric, target);
    }

    fn spare_group(d: &mut Design) {
        let spare = web_targets(d).clone();
        d.target_groups.insert("spare".into(), spare);
    }

    fn daily(d: &mut Design) {
        for load in d.loads.values_mut() {
            if let Load::Jobs(jobs) = load {
                let hourly = vec![MilliPerSecond::from_whole(4); 24];
                jobs.shape.series = Series::Daily { hourly, weekdays: Vec::new() };
            }
        }
    }

    fn jobs(d: &mut Design, span: Span) {
        worker(d).scaling = web(d).scaling.clone();
        for load in d.loads.values_mut() {
            if let Load::Jobs(jobs) = load {
                jobs.service_time = span;
            }
        }
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case("scaling-bounds-crossed", |d| bounds(d, 9, 3), &["web · scaling"], |d| bounds(d, 3, 3)),
        case(
            "desired-count-outside-bounds",
            |d| web(d).desired_count = 10,
            &["web · desired_count"],
            |d| web(d).desired_count = 9,
        ),
        case(
            "scaling-without-policy",
            |d| web(d).scaling.as_mut().unwrap().policies.clear(),
            &["web · scaling"],
            |d| web(d).scaling = None,
        ),
        case("scaling-without-room", |d| bounds(d, 3, 3), &["web · scaling"], |d| bounds(d, 3, 4)),
        case(
            "scaling-from-zero",
            |d| bounds(d, 0, 9),
            &["web · scaling"],
            |d| {
                bounds(d, 0, 9);
                track(d, ScalingMetric::BacklogPerTask("jobs".into()), 10_000);
            },
        ),
        case(
            "scaling-target-out-of-range",
            |d| track(d, ScalingMetric::AverageCpuUtilization, 101_000),
            &["web · scaling"],
            |d| track(d, ScalingMetric::RequestCountPerTarget("web".into()), 101_000),
        ),
        case(
            "scaling-target-high",
            |d| track(d, ScalingMetric::AverageMemoryUtilization, 81_000),
            &["web · scaling"],
            |d| track(d, ScalingMetric::AverageMemoryUtilization, 80_000),
        ),
        case(
            "request-count-of-other-group",
            |d| {
                spare_group(d);
                track(d, ScalingMetric::RequestCountPerTarget("spare".into()), 1_000_000);
            },
            &["web · scaling"],
            |d| track(d, ScalingMetric::RequestCountPerTarget("web".into()), 1_000_000),
        ),
        case(
            "request-count-without-requests",
            |d| {
                track(d, ScalingMetric::RequestCountPerTarget("web".into()), 1_000_000);
                web_targets(d).protocol = Protocol::Tcp;
            },
            &["web · scaling"],
            |d| web_targets(d).protocol = Protocol::Tcp,
        ),
        case(
            "backlog-of-no-queue",
            |d| {
                track(d, ScalingMetric::BacklogPerTask("jobs".into()), 10_000);
                d.outside_systems.get_mut(&"jobs".into()).unwrap().kind = OutsideKind::Cache;
            },
            &["web · scaling"],
            |d| track(d, ScalingMetric::BacklogPerTask("jobs".into()), 10_000),
        ),
        // A task has 2 s to stop.
        case(
            "long-work-unprotected",
            |d| jobs(d, Span::from_ms(2001)),
            &["worker · protection"],
            |d| jobs(d, Span::from_secs(2)),
        ),
        case("load-without-scaling", daily, &["worker · scaling"], |d| {
            daily(d);
            worker(d).scaling = web(d).scaling.clone();
        }),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
