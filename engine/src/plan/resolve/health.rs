//! Health: what a new task must pass, when one that fails is found out, and what then ends a deployment.

use super::Resolver;
use crate::design::ItemRef;
use crate::design::container::ContainerHealthCheck;
use crate::design::deployment::DeploymentStrategy;
use crate::design::service::Service;
use crate::design::task_definition::TaskDefinition;
use crate::plan::service::{PlannedBreaker, TargetCheck};
use crate::units::{Seconds, Span};

/// When a task without any health check counts as healthy, after it runs.
///
/// Source: ECS API, `DeploymentConfiguration.minimumHealthyPercent`: 40 seconds (rules SVC-21 a, SVC-22).
const HEALTHY_WITHOUT_CHECK: Span = Span::from_secs(40);

impl Resolver<'_> {
    /// Rules LBH: a new target is healthy after its threshold of checks, one interval apart; the slowest group decides.
    pub(super) fn target_check(&mut self, item: &ItemRef, service: &Service) -> Option<TargetCheck> {
        let mut slowest: Option<TargetCheck> = None;
        for attached in &service.load_balancers {
            let Some(group) = self.design.target_groups.get(&attached.target_group) else {
                self.fail(
                    item.clone(),
                    "load_balancers",
                    format!("there is no target group {}", attached.target_group),
                );
                continue;
            };
            let check = &group.health_check;
            let until_healthy = check.interval().span().times(u64::from(check.healthy_threshold()));
            let so_far = slowest.map_or(Span::ZERO, |slowest| slowest.until_healthy);
            slowest = Some(TargetCheck { until_healthy: so_far.max(until_healthy) });
        }
        slowest
    }

    /// From RUNNING until a task that fails every check is acted on: when the first of its checks says so, and not within
    /// the grace period (rules LBH-06, LBH-10, HLT-10, UNH-01).
    ///
    /// Assumption: checks fail at once instead of timing out.
    pub(super) fn until_unhealthy(&self, service: &Service, definition: &TaskDefinition) -> Option<Span> {
        let groups = service.load_balancers.iter().filter_map(|b| self.design.target_groups.get(&b.target_group));
        let targets = groups.map(|group| {
            let check = &group.health_check;
            check.interval().span().times(u64::from(check.unhealthy_threshold()))
        });
        let essential = definition.containers.iter().filter(|container| container.is_essential());
        let containers = essential.filter_map(|container| container.health_check.as_ref()).map(container_fails_after);
        let grace = service.health_check_grace_period.map_or(Span::ZERO, Seconds::span);
        targets.chain(containers).min().map(|first| first.max(grace))
    }
}

/// From RUNNING until a task counts as healthy: its target is, and so is every essential container that has a check, or, where
/// neither is checked, forty seconds have passed (rules SVC-21, HLT-02, HLT-03).
///
/// Assumption: an application is ready by its first check, which comes an interval after the start and takes no time (rules
/// HLT-07, HLT-11).
pub(super) fn until_healthy(target: Option<TargetCheck>, definition: &TaskDefinition) -> Span {
    let essential = definition.containers.iter().filter(|container| container.is_essential());
    let checked = essential.filter_map(|container| container.health_check.as_ref());
    let containers = checked.map(|check| check.interval().span()).max();
    let target = target.map(|target| target.until_healthy);
    target.into_iter().chain(containers).max().unwrap_or(HEALTHY_WITHOUT_CHECK)
}

/// From a container's start until `retries` failures in a row have counted: one begun before the start period is over does
/// not (rules HLT-07, HLT-08).
fn container_fails_after(check: &ContainerHealthCheck) -> Span {
    let interval = check.interval().span();
    let start = check.start_period.map_or(Span::ZERO, Seconds::span);
    let first = start.ms().div_ceil(interval.ms().max(1)).max(1);
    interval.times(first + u64::from(check.retries().saturating_sub(1)))
}

/// Rule CBK-01: under rolling deployments alone.
pub(super) fn breaker(service: &Service) -> Option<PlannedBreaker> {
    let rolling = service.deployment.strategy() == DeploymentStrategy::Rolling;
    let breaker = service.deployment.circuit_breaker.filter(|breaker| breaker.enable && rolling)?;
    Some(PlannedBreaker {
        rolls_back: breaker.rollback,
        resets: breaker.reset_on_healthy_task(),
        threshold: breaker.threshold(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svc_21_a_task_is_healthy_once_its_target_and_its_essential_containers_are() {
        let check = |secs| {
            let interval = Some(Seconds::from_secs(secs));
            Some(ContainerHealthCheck { interval, ..ContainerHealthCheck::default() })
        };
        let container = |essential, health_check| {
            let essential = Some(essential);
            crate::design::container::Container { essential, health_check, ..Default::default() }
        };
        let of = |containers| TaskDefinition { containers, ..TaskDefinition::default() };
        let target = |secs| Some(TargetCheck { until_healthy: Span::from_secs(secs) });
        let none = of(vec![container(true, None)]);
        let both = of(vec![container(true, check(10)), container(true, check(45)), container(false, check(300))]);
        // SVC-21 a to d, in order; V of HLT-11: the default interval is 30 s.
        assert_eq!(until_healthy(None, &none), Span::from_secs(40));
        assert_eq!(until_healthy(None, &both), Span::from_secs(45));
        assert_eq!(until_healthy(target(150), &none), Span::from_secs(150));
        assert_eq!(until_healthy(target(150), &both), Span::from_secs(150));
        assert_eq!(until_healthy(target(20), &both), Span::from_secs(45));
        let usual = of(vec![container(true, Some(ContainerHealthCheck::default()))]);
        assert_eq!(until_healthy(None, &usual), Span::from_secs(30));
    }

    #[test]
    fn hlt_07_to_hlt_10_a_container_that_fails_fast_is_unhealthy_when_the_vectors_say() {
        // (interval, retries, start period) → seconds: V53, V54, V55.
        for (interval, retries, start, expected) in [(30, 3, 0, 90), (10, 3, 10, 30), (10, 3, 60, 80)] {
            let seconds = |n| Some(Seconds::from_secs(n));
            let check = ContainerHealthCheck {
                interval: seconds(interval),
                retries: Some(retries),
                start_period: seconds(start),
                ..ContainerHealthCheck::default()
            };
            assert_eq!(container_fails_after(&check), Span::from_secs(expected));
        }
        assert_eq!(container_fails_after(&ContainerHealthCheck::default()), Span::from_secs(90));
    }
}
