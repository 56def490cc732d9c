//! Deployments: whether a new revision can ever replace the old one, and what happens when it is bad.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::deployment::{BreakerThreshold, CircuitBreaker, DeploymentStrategy};
use crate::design::edit::Edit;
use crate::design::id::ServiceId;
use crate::design::knob::Knob;
use crate::design::service::{SchedulingStrategy, Service};
use crate::design::{Item, ItemRef};
use crate::units::Percent;

const CONFIGURATION: &str = "ECS API Reference, \"DeploymentConfiguration\"";
const BREAKER: &str = "ECS Developer Guide, \"How the Amazon ECS deployment circuit breaker detects failures\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "deployment-cannot-move",
        Severity::Error,
        "The healthy percents let a deployment neither stop a task nor start one",
        "ECS Developer Guide, \"Amazon ECS service event messages\"",
        deployment_cannot_move,
    ),
    Rule::new(
        "deployment-blocked-by-rounding",
        Severity::Warning,
        "The healthy percents, rounded, let a deployment neither stop a task nor start one",
        "ECS Developer Guide, \"Amazon ECS service event messages\"",
        deployment_blocked_by_rounding,
    ),
    Rule::new(
        "healthy-percent-out-of-range",
        Severity::Error,
        "A healthy percent is outside what ECS takes",
        CONFIGURATION,
        healthy_percent_out_of_range,
    ),
    Rule::new(
        "breaker-threshold-out-of-range",
        Severity::Error,
        "The threshold of a circuit breaker is outside what ECS takes",
        "ECS API Reference, \"ThresholdConfiguration\"",
        breaker_threshold_out_of_range,
    ),
    Rule::new(
        "circuit-breaker-off",
        Severity::Advice,
        "A bad revision is tried without end",
        BREAKER,
        circuit_breaker_off,
    ),
    Rule::new(
        "rollback-off",
        Severity::Advice,
        "A failed deployment leaves the service without its last good revision",
        BREAKER,
        rollback_off,
    ),
    Rule::new(
        "one-target-group-for-two-sets",
        Severity::Error,
        "A deployment with two sets of tasks has one target group",
        "ECS Developer Guide, \"Amazon ECS blue/green deployments\"",
        one_target_group_for_two_sets,
    ),
];

fn services<'d>(context: &Context<'d>) -> impl Iterator<Item = (ItemRef, &'d ServiceId, &'d Service)> {
    context.design.services.iter().map(|(id, service)| (ItemRef::Service(id.clone()), id, service))
}

fn rolling(service: &Service) -> bool {
    service.deployment.strategy() == DeploymentStrategy::Rolling
}

/// A rolling service whose percents let its tasks neither stop nor start: of `desired` tasks at least `lower` must stay
/// and at most `upper` may stand (rules SVC-23, SVC-27).
struct Blocked<'d> {
    at: ItemRef,
    service: &'d Service,
    desired: u32,
    lower: u32,
    upper: u32,
}

fn blocked<'d>(context: &Context<'d>) -> impl Iterator<Item = Blocked<'d>> {
    services(context).filter(|(_, _, service)| rolling(service)).filter_map(|(at, _, service)| {
        let desired = if is_daemon(service) { 1 } else { service.bounds().0.max(1) };
        let lower = service.minimum_healthy_percent().ceil_of(desired);
        let upper = service.maximum_percent().floor_of(desired);
        (lower >= desired && upper <= desired).then_some(Blocked { at, service, desired, lower, upper })
    })
}

fn is_daemon(service: &Service) -> bool {
    service.scheduling_strategy() == SchedulingStrategy::Daemon
}

/// Whether no number of tasks could move: 100 and 100 %.
fn never_moves(service: &Service) -> bool {
    service.minimum_healthy_percent() >= Percent::HUNDRED && service.maximum_percent() <= Percent::HUNDRED
}

fn tell_blocked(blocked: &Blocked<'_>, out: &mut Findings) {
    let Blocked { at, service, desired, lower, upper } = blocked;
    let (least, most) = (service.minimum_healthy_percent(), service.maximum_percent());
    let tasks = if *desired == 1 { "task" } else { "tasks" };
    let message = format!("Of {desired} {tasks} {lower} must stay healthy and {upper} may stand ({least}, {most})");
    let fix = if is_daemon(service) { (0, 100) } else { (100, 200) };
    let knob = Knob::HealthyPercents(Percent::from_percent(fix.0), Percent::from_percent(fix.1));
    out.add(at.clone(), "deployment", message, "Lower minimumHealthyPercent or raise maximumPercent")
        .fix(format!("Use {} and {} %", fix.0, fix.1), vec![Edit::Set(at.clone(), knob)]);
}

/// What: a minimum and a maximum of 100 %. Why: `CreateService` refuses it: no old task may stop and no new one start,
/// whatever their number. Fix: 100 and 200 %.
///
/// Source: ECS Developer Guide, "Amazon ECS service event messages", deployment configuration (rules SVC-23, SVC-27).
fn deployment_cannot_move(context: &Context<'_>, out: &mut Findings) {
    blocked(context).filter(|b| never_moves(b.service)).for_each(|b| tell_blocked(&b, out));
}

/// What: of D tasks, at least ceil(D × minimum) must stay and at most floor(D × maximum) may stand, and both are D by
/// rounding. Why: the service runs, and its next deployment waits without end. Example: one task, 100 and 150 %. Fix: 100
/// and 200 %.
///
/// Source: ECS Developer Guide, "Amazon ECS service event messages", deployment configuration (rules SVC-23, SVC-27).
fn deployment_blocked_by_rounding(context: &Context<'_>, out: &mut Findings) {
    blocked(context).filter(|b| !never_moves(b.service)).for_each(|b| tell_blocked(&b, out));
}

/// What: a minimum over 100 %, a maximum under 100 %, or a DAEMON's maximum other than 100 %. Why: ECS refuses it, or
/// no task stays. Fix: AWS's defaults.
///
/// Source: ECS API Reference, "`DeploymentConfiguration`" (rules SVC-25, DAE-08).
fn healthy_percent_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (at, id, service) in services(context) {
        let (least, most) = (service.minimum_healthy_percent(), service.maximum_percent());
        let daemon = service.scheduling_strategy() == SchedulingStrategy::Daemon;
        let message = if least > Percent::HUNDRED {
            format!("minimumHealthyPercent is {least}, the most is 100 %")
        } else if most < Percent::HUNDRED {
            format!("maximumPercent is {most}, the least is 100 %")
        } else if daemon && most > Percent::HUNDRED {
            format!("maximumPercent of a DAEMON service is 100 %, not {most}")
        } else {
            continue;
        };
        let mut changed = service.clone();
        (changed.deployment.minimum_healthy_percent, changed.deployment.maximum_percent) = (None, None);
        out.add(at, "deployment", message, "Stay within what ECS takes")
            .fix("Use AWS's defaults", vec![Edit::Put(Item::Service(id.clone(), changed))]);
    }
}

fn put_breaker(id: &ServiceId, service: &Service) -> Vec<Edit> {
    let mut changed = service.clone();
    changed.deployment.circuit_breaker = Some(CircuitBreaker::ROLLING_BACK);
    vec![Edit::Put(Item::Service(id.clone(), changed))]
}

/// What: a circuit breaker of no failed tasks, or of a share of more than all. Why: ECS refuses it. Example:
/// `UNBOUNDED_PERCENT` of 120. Fix: AWS's default.
///
/// Source: ECS API Reference, "`ThresholdConfiguration`" (rule CBK-02).
fn breaker_threshold_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (at, id, service) in services(context) {
        let Some(breaker) = service.deployment.circuit_breaker else { continue };
        let message = match breaker.threshold() {
            BreakerThreshold::BoundedPercent(share) | BreakerThreshold::UnboundedPercent(share)
                if share.percent() == 0 || share > Percent::HUNDRED =>
            {
                format!("The threshold is {share} of the tasks, ECS takes 1 to 100 %")
            }
            BreakerThreshold::Count(0) => "The threshold is 0 failed tasks, the least is 1".to_owned(),
            BreakerThreshold::BoundedPercent(_)
            | BreakerThreshold::UnboundedPercent(_)
            | BreakerThreshold::Count(_) => continue,
        };
        let mut changed = service.clone();
        changed.deployment.circuit_breaker = Some(CircuitBreaker { threshold: None, ..breaker });
        out.add(at, "deployment", message, "Stay within what ECS takes")
            .fix("Use AWS's default", vec![Edit::Put(Item::Service(id.clone(), changed))]);
    }
}

/// What: a rolling deployment without circuit breaker. Why: tasks of a revision that cannot start are started again and
/// again. Fix: switches it on, with rollback.
///
/// Source: ECS Developer Guide, "How the Amazon ECS deployment circuit breaker detects failures" (rules CBK).
fn circuit_breaker_off(context: &Context<'_>, out: &mut Findings) {
    for (at, id, service) in services(context).filter(|(_, _, service)| rolling(service)) {
        let alarms = service.deployment.alarms.as_ref().is_some_and(|a| !a.alarms.is_empty());
        if alarms || service.deployment.circuit_breaker.is_some_and(|breaker| breaker.enable) {
            continue;
        }
        let message = "A revision whose tasks fail is started again without end";
        out.add(at, "deployment", message, "Switch the deployment circuit breaker on, with rollback")
            .fix("Switch it on, with rollback", put_breaker(id, service));
    }
}

/// What: a circuit breaker without rollback. Why: a failed deployment stays as it is, with some new and some old tasks.
/// Fix: switches rollback on.
///
/// Source: ECS Developer Guide, "How the Amazon ECS deployment circuit breaker detects failures" (rule CBK-07).
fn rollback_off(context: &Context<'_>, out: &mut Findings) {
    for (at, id, service) in services(context) {
        if service.deployment.circuit_breaker.is_some_and(|breaker| breaker.enable && !breaker.rollback) {
            let message = "After a failed deployment new and old tasks stay side by side";
            out.add(at, "deployment", message, "Switch rollback on")
                .fix("Switch rollback on", put_breaker(id, service));
        }
    }
}

/// What: `BLUE_GREEN`, LINEAR or CANARY behind a load balancer without a second target group of its own. Why: ECS
/// refuses it: traffic has nowhere to move to.
///
/// Source: ECS Developer Guide, "Amazon ECS blue/green deployments" (rule BGD-08).
fn one_target_group_for_two_sets(context: &Context<'_>, out: &mut Findings) {
    for (at, _, service) in services(context).filter(|(_, _, service)| !rolling(service)) {
        let Some(first) = service.load_balancers.first() else { continue };
        let second = service.deployment.alternate_target_group.as_ref();
        if second.is_none_or(|second| *second == first.target_group) {
            let strategy = service.deployment.strategy();
            let message = format!("{strategy} moves traffic between two target groups, there is one");
            out.add(at, "deployment", message, "Draw a second target group and name it as the alternate");
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;

    fn percents(service: &mut Service, least: u16, most: u16) {
        service.deployment.minimum_healthy_percent = Some(Percent::from_percent(least));
        service.deployment.maximum_percent = Some(Percent::from_percent(most));
    }

    fn breaker(service: &mut Service, enable: bool, rollback: bool) {
        service.deployment.circuit_breaker = Some(CircuitBreaker { enable, rollback, ..CircuitBreaker::ROLLING_BACK });
    }

    fn threshold(service: &mut Service, threshold: BreakerThreshold) {
        service.deployment.circuit_breaker =
            Some(CircuitBreaker { threshold: Some(threshold), ..CircuitBreaker::ROLLING_BACK });
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // CreateService refuses 100 and 100 %; what only rounding blocks is another rule's.
        case(
            "deployment-cannot-move",
            |d| percents(model(d), 100, 100),
            &["model · deployment"],
            |d| {
                percents(model(d), 100, 125);
            },
        ),
        // SVC-27: of 3 tasks 125 % are 3.75, so 3; 134 % are 4.02, so 4.
        case(
            "deployment-blocked-by-rounding",
            |d| percents(model(d), 100, 125),
            &["model · deployment"],
            |d| {
                percents(model(d), 100, 134);
            },
        ),
        case(
            "deployment-blocked-by-rounding",
            |d| {
                model(d).desired_count = 1;
                percents(model(d), 100, 150);
            },
            &["model · deployment"],
            |d| {
                model(d).desired_count = 1;
                percents(model(d), 0, 100);
            },
        ),
        case(
            "healthy-percent-out-of-range",
            |d| percents(web(d), 101, 200),
            &["web · deployment"],
            |d| {
                percents(web(d), 100, 100);
            },
        ),
        case(
            "breaker-threshold-out-of-range",
            |d| threshold(web(d), BreakerThreshold::UnboundedPercent(Percent::from_percent(101))),
            &["web · deployment"],
            |d| threshold(web(d), BreakerThreshold::UnboundedPercent(Percent::HUNDRED)),
        ),
        case(
            "breaker-threshold-out-of-range",
            |d| threshold(web(d), BreakerThreshold::Count(0)),
            &["web · deployment"],
            |d| threshold(web(d), BreakerThreshold::Count(1)),
        ),
        case(
            "circuit-breaker-off",
            |d| breaker(web(d), false, true),
            &["web · deployment"],
            |d| {
                web(d).deployment.circuit_breaker = None;
                web(d).deployment.strategy = Some(DeploymentStrategy::BlueGreen);
            },
        ),
        case("rollback-off", |d| breaker(web(d), true, false), &["web · deployment"], |d| breaker(web(d), true, true)),
        case(
            "one-target-group-for-two-sets",
            |d| web(d).deployment.strategy = Some(DeploymentStrategy::Canary),
            &["web · deployment"],
            |d| {
                let green = web_targets(d).clone();
                d.target_groups.insert("green".into(), green);
                web(d).deployment.strategy = Some(DeploymentStrategy::Canary);
                web(d).deployment.alternate_target_group = Some("green".into());
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
