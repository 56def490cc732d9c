//! Health checks, stopping and draining: how soon a task counts, and how long it takes to go.

use super::containers::change;
use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::container::Container;
use crate::design::edit::Edit;
use crate::design::health_check::HEALTHY_WITHOUT_CHECK;
use crate::design::id::TargetGroupId;
use crate::design::knob::Knob;
use crate::design::load_balancing::{Protocol, TargetGroup};
use crate::design::service::{SchedulingStrategy, Service};
use crate::design::{Item, ItemRef};
use crate::units::{Seconds, Span};

const CONTAINER: &str = "ECS API Reference, \"HealthCheck\"";
const TARGET: &str = "Elastic Load Balancing API Reference, \"CreateTargetGroup\"";
const CHECKS: &str = "ECS Developer Guide, \"Optimize load balancer health check parameters for Amazon ECS\"";
const DRAINING: &str = "ECS Developer Guide, \"Optimize load balancer connection draining parameters for Amazon ECS\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "container-health-check-out-of-range",
        Severity::Error,
        "A container's health check is outside what ECS takes",
        CONTAINER,
        container_health_check_out_of_range,
    ),
    Rule::new(
        "target-health-check-out-of-range",
        Severity::Error,
        "A target group's health check is outside what AWS takes",
        TARGET,
        target_health_check_out_of_range,
    ),
    Rule::new(
        "slow-target-health",
        Severity::Advice,
        "A new target waits long until it counts as healthy",
        CHECKS,
        slow_target_health,
    ),
    Rule::new(
        "no-health-check",
        Severity::Advice,
        "Nothing checks whether a service's tasks are healthy",
        CONTAINER,
        no_health_check,
    ),
    Rule::new(
        "grace-period-too-short",
        Severity::Warning,
        "Tasks may be replaced while they start",
        "ECS API Reference, \"CreateService\", healthCheckGracePeriodSeconds",
        grace_period_too_short,
    ),
    Rule::new(
        "start-outlasts-container-check",
        Severity::Warning,
        "A container is found unhealthy while its application starts",
        CONTAINER,
        start_outlasts_container_check,
    ),
    Rule::new(
        "long-deregistration-delay",
        Severity::Advice,
        "A leaving target waits much longer than its requests last",
        DRAINING,
        long_deregistration_delay,
    ),
    Rule::new(
        "short-deregistration-delay",
        Severity::Warning,
        "A leaving target is cut off while its requests last",
        DRAINING,
        short_deregistration_delay,
    ),
    Rule::new(
        "stop-timeout-not-taken",
        Severity::Error,
        "A stop or start timeout is outside what Fargate takes",
        "ECS API Reference, \"ContainerDefinition\", stopTimeout",
        stop_timeout_not_taken,
    ),
    Rule::new(
        "stop-timeout-beyond-spot-notice",
        Severity::Warning,
        "A container may take longer to stop than Spot gives it",
        "ECS Developer Guide, \"Amazon ECS clusters for Fargate\", termination notices",
        stop_timeout_beyond_spot_notice,
    ),
    Rule::new(
        "long-stop-timeout",
        Severity::Advice,
        "A service that handles SIGTERM waits long for those that do not end",
        DRAINING,
        long_stop_timeout,
    ),
    Rule::new(
        "sigterm-not-stated",
        Severity::Advice,
        "It is not stated whether tasks stop cleanly on SIGTERM",
        DRAINING,
        sigterm_not_stated,
    ),
    Rule::new(
        "sigterm-not-handled",
        Severity::Warning,
        "Tasks do not stop on SIGTERM and are killed",
        DRAINING,
        sigterm_not_handled,
    ),
];

/// The longest `startPeriod` that ECS takes, in seconds.
///
/// Source: ECS API Reference, "`HealthCheck`" (rule TDF-72).
const LONGEST_START_PERIOD: u32 = 300;

fn outside(value: Option<Seconds>, from: u32, to: u32) -> bool {
    value.is_some_and(|seconds| !(from..=to).contains(&seconds.secs()))
}

/// What: interval not 5 to 300 s, timeout not 2 to 60, retries not 1 to 10, start period over 300. Why: registration
/// fails. Fix: AWS's defaults.
///
/// Source: ECS API Reference, "`HealthCheck`" (rule TDF-72).
fn container_health_check_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            let Some(check) = &container.health_check else { continue };
            let what = if outside(check.interval, 5, 300) {
                "interval of 5 to 300 s"
            } else if outside(check.timeout, 2, 60) {
                "timeout of 2 to 60 s"
            } else if check.retries.is_some_and(|retries| !(1..=10).contains(&retries)) {
                "1 to 10 retries"
            } else if outside(check.start_period, 0, LONGEST_START_PERIOD) {
                "start period of 0 to 300 s"
            } else if check.command.is_empty() {
                "command"
            } else {
                continue;
            };
            let finding = out.add(
                ItemRef::TaskDefinition(id.clone()),
                "containers",
                format!("The health check of `{}` needs a {what}", container.name),
                "Stay within what ECS takes",
            );
            if !check.command.is_empty() {
                let defaults = |c: &mut Container| {
                    if let Some(check) = c.health_check.as_mut().filter(|_| c.name == container.name) {
                        (check.interval, check.timeout, check.retries, check.start_period) = (None, None, None, None);
                    }
                };
                finding.fix("Use AWS's defaults", change(id, definition, defaults));
            }
        }
    }
}

/// What: interval not 5 to 300 s, timeout not 2 to 120 s or not below the interval, thresholds not 2 to 10. Why: AWS
/// refuses it. Fix: AWS's defaults.
///
/// Source: Elastic Load Balancing API Reference, "`CreateTargetGroup`" (rules LB-03, LBH-08).
fn target_health_check_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in &context.design.target_groups {
        let check = &group.health_check;
        let http = matches!(group.protocol, Protocol::Http | Protocol::Https);
        let threshold = |value: u32| !(2..=10).contains(&value);
        let slow = check.timeout.filter(|timeout| http && *timeout >= check.interval());
        let message = if outside(check.interval, 5, 300) {
            format!("The interval is {}, AWS takes 5 to 300", check.interval())
        } else if outside(check.timeout, 2, 120) {
            "The timeout is outside the 2 to 120 s that AWS takes".to_owned()
        } else if threshold(check.healthy_threshold()) || threshold(check.unhealthy_threshold()) {
            let (healthy, unhealthy) = (check.healthy_threshold(), check.unhealthy_threshold());
            format!("Thresholds are {healthy} and {unhealthy}, AWS takes 2 to 10")
        } else if let Some(timeout) = slow {
            format!("The timeout of {timeout} is not below the interval of {}", check.interval())
        } else {
            continue;
        };
        let mut changed = group.clone();
        let check = &mut changed.health_check;
        (check.interval, check.timeout, check.healthy_threshold, check.unhealthy_threshold) = (None, None, None, None);
        out.add(ItemRef::TargetGroup(id.clone()), "health_check", message, "Stay within what AWS takes")
            .fix("Use AWS's defaults", vec![Edit::Put(Item::TargetGroup(id.clone(), changed))]);
    }
}

fn groups<'d>(context: &Context<'d>) -> impl Iterator<Item = (ItemRef, &'d TargetGroupId, &'d TargetGroup)> {
    let used = context.design.target_groups.iter().filter(|(id, _)| !context.services_of(id).is_empty());
    used.map(|(id, group)| (ItemRef::TargetGroup(id.clone()), id, group)).collect::<Vec<_>>().into_iter()
}

/// Tuned health checks: two, five seconds apart.
///
/// Source: ECS Developer Guide, "Optimize load balancer health check parameters for Amazon ECS" (rule LBH-04).
const TUNED_CHECK: (Seconds, u32) = (Seconds::from_secs(5), 2);

/// A minute to become healthy is more than a task that starts in under 10 s needs.
///
/// Assumption: the advice sheet speaks of tasks ready in under 10 s; a minute leaves room for those that are not.
const SLOW_CHECK: u32 = 60;

/// What: interval × healthy threshold of a minute or more. Why: every new task, in scaling and in each batch of a
/// deployment, waits so long for its first request. Example: AWS's defaults, 5 × 30 s = 150 s. Fix: 2 × 5 s = 10 s.
///
/// Source: ECS Developer Guide, "Optimize load balancer health check parameters for Amazon ECS" (rule LBH-04).
fn slow_target_health(context: &Context<'_>, out: &mut Findings) {
    for (at, _, group) in groups(context) {
        let (interval, threshold) = (group.health_check.interval(), group.health_check.healthy_threshold());
        let waits = interval.secs().saturating_mul(threshold);
        if waits < SLOW_CHECK {
            continue;
        }
        let tuned = TUNED_CHECK.0.secs() * TUNED_CHECK.1;
        let message = format!(
            "A new target is healthy after {threshold} × {interval} = {waits} s; 2 × 5 s would be {} s sooner",
            waits - tuned
        );
        let hint = "Check every 5 s, twice, if tasks are ready in under 10 s";
        // A timeout that would not stay below the interval would break the tuned check.
        let fits = group.health_check.timeout.is_none_or(|timeout| timeout < TUNED_CHECK.0);
        let finding = out.add(at.clone(), "health_check", message, hint);
        if fits {
            let knob = Knob::TargetHealth(TUNED_CHECK.0, TUNED_CHECK.1);
            finding.fix("Check every 5 s, twice", vec![Edit::Set(at, knob)]);
        }
    }
}

/// What: a service without load balancer whose essential containers have no health check. Why: ECS sees a task that
/// hangs as healthy, and a deployment goes on over broken tasks.
///
/// Source: ECS Developer Guide, "Determine Amazon ECS task health using container health checks" (rule SVC-21).
fn no_health_check(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        let checked = definition.containers.iter().any(|c| c.is_essential() && c.health_check.is_some());
        let daemon = service.scheduling_strategy() == SchedulingStrategy::Daemon;
        let none = definition.containers.is_empty();
        if checked || daemon || none || !service.load_balancers.is_empty() || service.lattice.is_some() {
            continue;
        }
        let checked = "Neither a load balancer nor a container checks whether its tasks are healthy";
        let starts = service.startup_time.filter(|start| *start > HEALTHY_WITHOUT_CHECK);
        let message = starts.map_or_else(
            || checked.to_owned(),
            |start| {
                format!("{checked}; ECS takes them to be after {HEALTHY_WITHOUT_CHECK}, and they answer after {start}")
            },
        );
        let hint = "Give the essential container a health check";
        out.add(ItemRef::TaskDefinition(runner.definition_id.clone()), "containers", message, hint);
    }
}

/// What: a start, stated as start-up time or else as a container's start period, longer than the target group gives a task
/// until it is unhealthy, and a grace period that ends before the target is healthy. Why: the task is replaced while it starts,
/// without end. Example: start period 120 s, unhealthy after 2 × 5 s, no grace. Fix: until the target is healthy.
///
/// Source: ECS API Reference, "`CreateService`", healthCheckGracePeriodSeconds (rule DRG-06).
fn grace_period_too_short(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some((id, service)), Some(definition)) = (runner.as_service(), runner.definition) else { continue };
        let periods = definition.containers.iter().filter_map(|c| c.health_check.as_ref()?.start_period);
        let Some(start) = service.startup_time.or(periods.max()) else { continue };
        let grace = service.health_check_grace_period.map_or(0, Seconds::secs);
        for group in service.load_balancers.iter().filter_map(|b| context.design.target_groups.get(&b.target_group)) {
            let check = &group.health_check;
            let (unhealthy, needed) = (check.fails().secs(), check.passes(start).secs());
            if !check.fails_first(start) || grace.max(unhealthy) >= needed {
                continue;
            }
            let start = start.secs();
            let message = format!(
                "Tasks may take {start} s to start and are unhealthy after {unhealthy} s; the grace period is {grace} s"
            );
            let mut changed = service.clone();
            changed.health_check_grace_period = Some(Seconds::from_secs(needed));
            out.add(runner.at.clone(), "health_check_grace_period", message, format!("Give them {needed} s"))
                .fix(format!("Give them {needed} s"), vec![Edit::Put(Item::Service(id.clone(), changed))]);
        }
    }
}

/// What: an application that starts longer than an essential container's own check bears, with no grace period over it. Why: ECS
/// replaces the task before it ever answers. Example: 66 s to load a model, unhealthy after 3 × 10 s. Fix: a start period of that
/// long, and beyond the 300 s that ECS takes a grace period.
///
/// Source: ECS Developer Guide, "Determine Amazon ECS task health using container health checks" (rules HLT-07 to HLT-10).
fn start_outlasts_container_check(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some((id, service)), Some(definition)) = (runner.as_service(), runner.definition) else { continue };
        let start = service.startup_time.unwrap_or_default();
        let grace = service.health_check_grace_period.unwrap_or_default();
        for (n, container) in definition.containers.iter().enumerate().filter(|(_, c)| c.is_essential()) {
            let Some(check) = &container.health_check else { continue };
            let (fails, passes) = (check.fails(), check.passes(start));
            if fails.max(grace) >= passes {
                continue;
            }
            let (start, name) = (start.secs(), &container.name);
            let message = format!(
                "The application of service {id} answers after {start} s; its container {name} is unhealthy after {} s",
                fails.secs()
            );
            let (fix, edit) = if start <= LONGEST_START_PERIOD {
                let mut changed = definition.clone();
                if let Some(check) = &mut changed.containers[n].health_check {
                    check.start_period = Some(Seconds::from_secs(start));
                }
                let put = Edit::Put(Item::TaskDefinition(runner.definition_id.clone(), changed));
                (format!("Give {name} a start period of {start} s"), put)
            } else {
                let mut changed = service.clone();
                changed.health_check_grace_period = Some(passes);
                let put = Edit::Put(Item::Service(id.clone(), changed));
                (format!("Give {id} a grace period of {} s", passes.secs()), put)
            };
            let at = ItemRef::TaskDefinition(runner.definition_id.clone());
            out.add(at, "containers", message, fix.clone()).fix(fix, vec![edit]);
        }
    }
}

/// How long one unit of a service's work lasts, where it is known.
fn duration(service: &Service) -> Option<Span> {
    let cost = service.work.cost()?;
    Some(cost.duration.unwrap_or(Span::from_ms(cost.cpu_micros / 1000)))
}

/// Source: ECS Developer Guide, "Optimize load balancer connection draining parameters": 5 s where responses take less
/// than a second (rule DRG-08).
const TUNED_DELAY: Seconds = Seconds::from_secs(5);

/// What: a deregistration delay of a minute or more before a service whose requests last under a second. Why: ECS waits
/// it out in full before it stops a task, in each batch of a deployment. Example: the default 300 s. Fix: 5 s.
///
/// Source: ECS Developer Guide, "Optimize load balancer connection draining parameters" (rules DRG-03, DRG-08).
fn long_deregistration_delay(context: &Context<'_>, out: &mut Findings) {
    for (at, id, group) in groups(context) {
        let delay = group.deregistration_delay();
        let quick = |s: &Service| duration(s).is_none_or(|span| span < Span::from_secs(1));
        if delay.secs() < 60 || !context.services_of(id).iter().all(|(_, service)| quick(service)) {
            continue;
        }
        let saved = delay.secs() - TUNED_DELAY.secs();
        let message = format!("Each task that stops waits {delay} first; {TUNED_DELAY} would save {saved} s");
        out.add(at.clone(), "deregistration_delay", message, "Wait 5 s if responses take under a second")
            .fix("Wait 5 s", vec![Edit::Set(at, Knob::DeregistrationDelay(TUNED_DELAY))]);
    }
}

/// What: a deregistration delay shorter than one request lasts. Why: requests under way are cut off. Example: 5 s, and
/// uploads of a minute. Fix: as long as a request, in whole seconds.
///
/// Source: ECS Developer Guide, "Optimize load balancer connection draining parameters" (rule DRG-08).
fn short_deregistration_delay(context: &Context<'_>, out: &mut Findings) {
    for (at, id, group) in groups(context) {
        let longest = context.services_of(id).iter().filter_map(|(_, service)| duration(service)).max();
        let delay = group.deregistration_delay();
        let Some(longest) = longest.filter(|longest| *longest > delay.span()) else { continue };
        let message = format!("A request lasts {longest}, a leaving target has {delay}");
        // AWS takes up to an hour (rule LB-04).
        let seconds = u32::try_from(longest.ms().div_ceil(1000)).unwrap_or(u32::MAX).min(3600);
        let needed = Seconds::from_secs(seconds);
        let finding = out.add(at.clone(), "deregistration_delay", message, "Wait at least as long as a request lasts");
        if needed.span() >= longest {
            finding.fix(format!("Wait {needed}"), vec![Edit::Set(at, Knob::DeregistrationDelay(needed))]);
        }
    }
}

/// What: `stopTimeout` or `startTimeout` outside 2 to 120 s on Fargate. Why: registration fails. Fix: 120 s, or 2.
///
/// Source: ECS API Reference, "`ContainerDefinition`", stopTimeout (rules TDF-68, TDF-69).
fn stop_timeout_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Fargate)) {
        for container in &definition.containers {
            let wrong = outside(container.stop_timeout, 2, 120) || outside(container.start_timeout, 2, 120);
            if !wrong {
                continue;
            }
            let message = format!("A timeout of `{}` is outside the 2 to 120 s that Fargate takes", container.name);
            let clamp = |seconds: Seconds| Seconds::from_secs(seconds.secs().clamp(2, 120));
            out.add(ItemRef::TaskDefinition(id.clone()), "containers", message, "Stay within 2 to 120 s").fix(
                "Use the nearest that Fargate takes",
                change(id, definition, |c| {
                    c.stop_timeout = c.stop_timeout.map(clamp);
                    c.start_timeout = c.start_timeout.map(clamp);
                }),
            );
        }
    }
}

/// What: a stop timeout over two minutes on Spot. Why: the instance goes two minutes after its notice, whatever its
/// containers still do.
///
/// Source: ECS Developer Guide, "Amazon ECS clusters for Fargate", termination notices (rules FG-41, STP-09).
fn stop_timeout_beyond_spot_notice(context: &Context<'_>, out: &mut Findings) {
    let notice = crate::catalogue::timings::SPOT_NOTICE;
    for (id, definition, uses) in context.definitions() {
        let spot = context.runners_of(uses).any(|runner| runner.hosts.iter().any(super::context::Host::is_spot));
        let timeout = definition.stop_timeout();
        if spot && timeout.span() > notice {
            let message = format!("A container may take {timeout} to stop, Spot gives {notice}");
            let hint = "Stop within two minutes, or keep the work where it can be taken up again";
            out.add(ItemRef::TaskDefinition(id.clone()), "containers", message, hint);
        }
    }
}

/// Source: ECS Developer Guide, "Optimize load balancer connection draining parameters": 2 s where SIGTERM is handled
/// and responses take less than a second (rule DRG-07).
const TUNED_STOP: Seconds = Seconds::from_secs(2);

/// What: SIGTERM handled, requests under a second, and containers that are given 30 s or more. Why: one that hangs holds
/// up each batch so long. Example: the default 30 s. Fix: 2 s.
///
/// Source: ECS Developer Guide, "Optimize load balancer connection draining parameters" (rule DRG-07).
fn long_stop_timeout(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, d, _)| d.handles_sigterm == Some(true)) {
        let mut services = context.runners_of(uses).filter_map(|r| r.service).peekable();
        let known = services.peek().is_some();
        let quick = services.all(|s| duration(s).is_some_and(|span| span < Span::from_secs(1)));
        let timeout = definition.stop_timeout();
        if !known || !quick || timeout.secs() < 30 || definition.containers.is_empty() {
            continue;
        }
        let message = format!("Containers have {timeout} to stop, and handle SIGTERM in moments");
        out.add(ItemRef::TaskDefinition(id.clone()), "containers", message, "Give them 2 s")
            .fix("Give them 2 s", change(id, definition, |c| c.stop_timeout = Some(TUNED_STOP)));
    }
}

/// What: a service's definition does not say whether SIGTERM is handled. Why: deployments, scaling and Spot stop tasks
/// by it; one that does not listen loses what it was doing. Fix: states that it does, for the user to make true.
///
/// Source: ECS Developer Guide, "Optimize load balancer connection draining parameters", SIGTERM responsiveness.
fn sigterm_not_stated(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, d, _)| d.handles_sigterm.is_none()) {
        if !context.runners_of(uses).any(|runner| runner.service.is_some()) {
            continue;
        }
        let message = "It is not stated whether the application stops cleanly on SIGTERM";
        let hint = "Handle SIGTERM: take no more work, finish or keep what is under way, end; then say so";
        let stated = |handles: bool| {
            let mut changed = definition.clone();
            changed.handles_sigterm = Some(handles);
            vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]
        };
        out.add(ItemRef::TaskDefinition(id.clone()), "handles_sigterm", message, hint)
            .fix("State that it does", stated(true))
            .fix("State that it does not", stated(false));
    }
}

/// What: SIGTERM stated not to be handled. Why: every stop takes the whole stop timeout and ends in SIGKILL.
///
/// Source: ECS Developer Guide, "Optimize load balancer connection draining parameters" (rule DRG-04).
fn sigterm_not_handled(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, d, _)| d.handles_sigterm == Some(false)) {
        if context.runners_of(uses).any(|runner| runner.service.is_some()) {
            let timeout = definition.stop_timeout();
            let message = format!("Each stop takes {timeout} and ends in SIGKILL; work under way is lost");
            out.add(
                ItemRef::TaskDefinition(id.clone()),
                "handles_sigterm",
                message,
                "Handle SIGTERM in the application",
            );
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::container::ContainerHealthCheck;
    use crate::design::work::Work;

    #[expect(clippy::unnecessary_wraps, reason = "the fields that tests set are all optional")]
    fn seconds(value: u32) -> Option<Seconds> {
        Some(Seconds::from_secs(value))
    }

    fn lasts(d: &mut Design, span: Span) {
        if let Work::Stated { cost, .. } = &mut web(d).work {
            cost.duration = Some(span);
        }
    }

    fn targets(d: &mut Design, interval: u32, healthy: u32) {
        web_targets(d).health_check.interval = seconds(interval);
        web_targets(d).health_check.healthy_threshold = Some(healthy);
    }

    fn starts_in(d: &mut Design, start: u32, grace: u32) {
        app(d).health_check = Some(ContainerHealthCheck { start_period: seconds(start), ..health_check() });
        web(d).health_check_grace_period = seconds(grace);
    }

    /// An application that starts so long, with a check every 5 s that bears three failures after its start period.
    fn answers_after(d: &mut Design, start: u32, start_period: Option<u32>) {
        let start_period = start_period.and_then(seconds);
        let check = ContainerHealthCheck { interval: seconds(5), retries: Some(3), start_period, ..health_check() };
        app(d).health_check = Some(check);
        web(d).startup_time = seconds(start);
        web(d).health_check_grace_period = None;
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "container-health-check-out-of-range",
            |d| app(d).health_check = Some(ContainerHealthCheck { interval: seconds(4), ..health_check() }),
            &["web · containers"],
            |d| app(d).health_check = Some(ContainerHealthCheck { interval: seconds(5), ..health_check() }),
        ),
        case("target-health-check-out-of-range", |d| targets(d, 5, 11), &["web · health_check"], |d| targets(d, 5, 10)),
        case(
            "target-health-check-out-of-range",
            |d| web_targets(d).health_check.timeout = seconds(5),
            &["web · health_check"],
            |d| web_targets(d).health_check.timeout = seconds(4),
        ),
        // 60 s are slow, 55 are not.
        case("slow-target-health", |d| targets(d, 30, 2), &["web · health_check"], |d| targets(d, 11, 5)),
        case(
            "no-health-check",
            |d| model_definition(d).containers[0].health_check = None,
            &["model · containers"],
            |d| app(d).health_check = None,
        ),
        // Unhealthy after 2 × 5 = 10 s; the check at 60 s passes, and with the next at 65 s it is healthy.
        case(
            "grace-period-too-short",
            |d| starts_in(d, 60, 64),
            &["web · health_check_grace_period"],
            |d| {
                starts_in(d, 60, 65);
            },
        ),
        case(
            "grace-period-too-short",
            |d| starts_in(d, 11, 0),
            &["web · health_check_grace_period"],
            |d| starts_in(d, 10, 0),
        ),
        case(
            "grace-period-too-short",
            |d| answers_after(d, 11, None),
            &["web · health_check_grace_period"],
            |d| answers_after(d, 10, None),
        ),
        // Failed at 5, 10 and 15 s; at 20 s it answers, at 15 s it would just have.
        case(
            "start-outlasts-container-check",
            |d| answers_after(d, 16, None),
            &["web · containers"],
            |d| answers_after(d, 15, None),
        ),
        // Longer than any start period: a grace period.
        case(
            "start-outlasts-container-check",
            |d| answers_after(d, 375, Some(300)),
            &["web · containers"],
            |d| {
                answers_after(d, 375, Some(300));
                web(d).health_check_grace_period = seconds(375);
            },
        ),
        case(
            "start-outlasts-container-check",
            |d| answers_after(d, 66, Some(50)),
            &["web · containers"],
            |d| answers_after(d, 66, Some(60)),
        ),
        case(
            "long-deregistration-delay",
            |d| web_targets(d).deregistration_delay = None,
            &["web · deregistration_delay"],
            |d| {
                web_targets(d).deregistration_delay = None;
                lasts(d, Span::from_secs(1));
            },
        ),
        case(
            "short-deregistration-delay",
            |d| lasts(d, Span::from_ms(5001)),
            &["web · deregistration_delay"],
            |d| {
                lasts(d, Span::from_secs(5));
            },
        ),
        case(
            "stop-timeout-not-taken",
            |d| app(d).stop_timeout = seconds(121),
            &["web · containers"],
            |d| {
                worker_definition(d).containers[0].stop_timeout = seconds(121);
            },
        ),
        case(
            "stop-timeout-beyond-spot-notice",
            |d| {
                group(d).option = Some(crate::design::capacity::CapacityOptionType::Spot);
                worker_definition(d).containers[0].stop_timeout = seconds(121);
            },
            &["worker · containers"],
            |d| worker_definition(d).containers[0].stop_timeout = seconds(121),
        ),
        case(
            "long-stop-timeout",
            |d| app(d).stop_timeout = None,
            &["web · containers"],
            |d| {
                app(d).stop_timeout = None;
                lasts(d, Span::from_secs(20));
            },
        ),
        case(
            "sigterm-not-stated",
            |d| web_definition(d).handles_sigterm = None,
            &["web · handles_sigterm"],
            |d| {
                web_definition(d).handles_sigterm = Some(false);
            },
        ),
        case(
            "sigterm-not-handled",
            |d| web_definition(d).handles_sigterm = Some(false),
            &["web · handles_sigterm"],
            |d| {
                web_definition(d).handles_sigterm = None;
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn lbh_04_defaults_cost_140_seconds() {
        let mut design = base();
        let check = &mut web_targets(&mut design).health_check;
        (check.interval, check.healthy_threshold) = (None, None);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = found.iter().find(|f| f.rule.0 == "slow-target-health").unwrap();
        // 5 × 30 s = 150 s against 2 × 5 s = 10 s.
        assert!(finding.message.contains("5 × 30 s = 150 s; 2 × 5 s would be 140 s sooner"), "{}", finding.message);
    }
}
