//! Health: what a new task must pass, when one that fails is found out, and what then ends a deployment.

use super::Resolver;
use crate::design::ItemRef;
use crate::design::container::ContainerHealthCheck;
use crate::design::deployment::DeploymentStrategy;
use crate::design::health_check::HEALTHY_WITHOUT_CHECK;
use crate::design::load_balancing::TargetHealthCheck;
use crate::design::service::Service;
use crate::design::task_definition::TaskDefinition;
use crate::plan::service::{PlannedBreaker, PlannedHealth};
use crate::units::{Seconds, Span};

/// What one health check makes of a task, each from RUNNING on.
#[derive(Debug, Clone, Copy)]
struct Check {
    /// Until it says healthy.
    passes: Span,
    /// Until it says unhealthy of an application that never answers.
    fails: Span,
    /// Whether it says unhealthy before the application has started.
    fails_first: bool,
}

impl Check {
    fn of_target(check: &TargetHealthCheck, startup: Seconds) -> Self {
        let (passes, fails) = (check.passes(startup).span(), check.fails().span());
        Self { passes, fails, fails_first: check.fails_first(startup) }
    }

    fn of_container(check: &ContainerHealthCheck, startup: Seconds) -> Self {
        let (passes, fails) = (check.passes(startup).span(), check.fails().span());
        Self { passes, fails, fails_first: check.fails_first(startup) }
    }
}

impl Resolver<'_> {
    /// When a service's tasks work, are healthy and are not (rules LBH-04, LBH-06, LBH-10, HLT-02, HLT-03, HLT-10, SVC-21,
    /// UNH-01): the slowest target group decides when it works; the slowest of those and of the essential containers that have a
    /// check, when it is healthy; the first that says unhealthy, and not within the grace period, when it is replaced.
    pub(super) fn health(&mut self, item: &ItemRef, service: &Service, definition: &TaskDefinition) -> PlannedHealth {
        let startup = service.startup_time.unwrap_or_default();
        let targets = self.targets(item, service, startup);
        let essential = definition.containers.iter().filter(|container| container.is_essential());
        let containers = essential.filter_map(|container| container.health_check.as_ref());
        let containers: Vec<_> = containers.map(|check| Check::of_container(check, startup)).collect();
        let grace = service.health_check_grace_period.map_or(Span::ZERO, Seconds::span);
        together(&targets, &containers, startup.span(), grace)
    }

    fn targets(&mut self, item: &ItemRef, service: &Service, startup: Seconds) -> Vec<Check> {
        let mut checks = Vec::new();
        for attached in &service.load_balancers {
            let Some(group) = self.design.target_groups.get(&attached.target_group) else {
                let text = format!("there is no target group {}", attached.target_group);
                self.fail(item.clone(), "load_balancers", text);
                continue;
            };
            checks.push(Check::of_target(&group.health_check, startup));
        }
        checks
    }
}

fn together(targets: &[Check], containers: &[Check], startup: Span, grace: Span) -> PlannedHealth {
    let all = || targets.iter().chain(containers);
    PlannedHealth {
        until_serving: targets.iter().map(|check| check.passes).max().unwrap_or(startup),
        until_healthy: all().map(|check| check.passes).max().unwrap_or(HEALTHY_WITHOUT_CHECK.span()),
        until_unhealthy: all().map(|check| check.fails.max(grace)).min(),
        fails_while_starting: all().any(|check| check.fails_first && check.fails.max(grace) < check.passes),
    }
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

    fn secs(secs: u64) -> Span {
        Span::from_secs(secs)
    }

    fn target(interval: u32, healthy: u32, unhealthy: u32, startup: u32) -> Check {
        let check = TargetHealthCheck {
            interval: Some(Seconds::from_secs(interval)),
            healthy_threshold: Some(healthy),
            unhealthy_threshold: Some(unhealthy),
            ..TargetHealthCheck::default()
        };
        Check::of_target(&check, Seconds::from_secs(startup))
    }

    fn container(interval: u32, retries: u32, start_period: u32, startup: u32) -> Check {
        let check = ContainerHealthCheck {
            interval: Some(Seconds::from_secs(interval)),
            retries: Some(retries),
            start_period: Some(Seconds::from_secs(start_period)),
            ..ContainerHealthCheck::default()
        };
        Check::of_container(&check, Seconds::from_secs(startup))
    }

    #[test]
    fn svc_21_a_task_is_healthy_once_its_target_and_its_essential_containers_are() {
        let healthy = |targets: &[Check], containers: &[Check]| {
            together(targets, containers, Span::ZERO, Span::ZERO).until_healthy
        };
        let both = [container(10, 3, 0, 0), container(45, 3, 0, 0)];
        // SVC-21 a to d, in order; V of HLT-11: the default interval is 30 s.
        assert_eq!(healthy(&[], &[]), secs(40));
        assert_eq!(healthy(&[], &both), secs(45));
        assert_eq!(healthy(&[target(30, 5, 2, 0)], &[]), secs(150));
        assert_eq!(healthy(&[target(30, 5, 2, 0)], &both), secs(150));
        assert_eq!(healthy(&[target(10, 2, 2, 0)], &both), secs(45));
        assert_eq!(
            healthy(&[], &[Check::of_container(&ContainerHealthCheck::default(), Seconds::default())]),
            secs(30)
        );
    }

    #[test]
    fn lbh_04_a_task_serves_once_its_application_has_started_and_its_targets_are_healthy() {
        // Checks at 10, 20, … 70 s: the first after 66 s is the one at 70 s, the second that passes at 80 s.
        let health = together(&[target(10, 2, 2, 66)], &[], secs(66), secs(600));
        assert_eq!((health.until_serving, health.until_healthy), (secs(80), secs(80)));
        // Without a balancer it works as soon as it can, and ECS, which sees no check, takes it for healthy after 40 s.
        let health = together(&[], &[], secs(66), Span::ZERO);
        assert_eq!((health.until_serving, health.until_healthy, health.until_unhealthy), (secs(66), secs(40), None));
        assert!(!health.fails_while_starting);
    }

    #[test]
    fn drg_06_a_start_longer_than_its_checks_bear_never_becomes_healthy() {
        let fails = |targets: &[Check], containers: &[Check], grace| {
            together(targets, containers, Span::ZERO, secs(grace)).fails_while_starting
        };
        // Unhealthy at 20 s, healthy from 80 s: a grace period of 80 s bears it, one of 79 s does not.
        assert!(fails(&[target(10, 2, 2, 66)], &[], 0));
        assert!(fails(&[target(10, 2, 2, 66)], &[], 79));
        assert!(!fails(&[target(10, 2, 2, 66)], &[], 80));
        // The second check passes: one failure does not make it unhealthy.
        assert!(!fails(&[target(10, 5, 2, 20)], &[], 0));
        assert!(fails(&[target(10, 5, 2, 31)], &[], 0));
        // A container's own start period bears it too.
        assert!(fails(&[], &[container(10, 3, 0, 66)], 0));
        assert!(!fails(&[], &[container(10, 3, 60, 66)], 0));
    }
}
