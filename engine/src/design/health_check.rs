//! When health checks say what of a task, each from the start of its containers on.
//!
//! Assumption: checks take no time, and fail at once instead of timing out; the first comes an interval after the start (rules
//! HLT-07, HLT-11).

use super::container::ContainerHealthCheck;
use super::load_balancing::TargetHealthCheck;
use crate::units::Seconds;

/// When a task without any health check counts as healthy, after it runs.
///
/// Source: ECS API, `DeploymentConfiguration.minimumHealthyPercent`: 40 seconds (rules SVC-21 a, SVC-22).
pub const HEALTHY_WITHOUT_CHECK: Seconds = Seconds::from_secs(40);

impl TargetHealthCheck {
    /// Until a target is healthy whose application answers after so long: the threshold of checks has passed in a row, one
    /// interval apart (rules LBH).
    pub fn passes(&self, startup: Seconds) -> Seconds {
        let first = first_passed(self.interval(), startup);
        after(self.interval(), first.saturating_add(self.healthy_threshold().saturating_sub(1)))
    }

    /// Until a target is unhealthy whose application does not answer: the other threshold of checks has failed (rules LBH).
    pub fn fails(&self) -> Seconds {
        after(self.interval(), self.unhealthy_threshold())
    }

    /// Whether it is unhealthy before an application answers that takes so long.
    pub fn fails_first(&self, startup: Seconds) -> bool {
        self.unhealthy_threshold() < first_passed(self.interval(), startup)
    }
}

impl ContainerHealthCheck {
    /// Until a container is healthy whose application answers after so long: with the first check that passes.
    pub fn passes(&self, startup: Seconds) -> Seconds {
        after(self.interval(), first_passed(self.interval(), startup))
    }

    /// Until a container is unhealthy whose application does not answer: `retries` failures in a row have counted, and one begun
    /// before the start period is over does not (rules HLT-07, HLT-08).
    pub fn fails(&self) -> Seconds {
        let first = first_passed(self.interval(), self.start_period.unwrap_or_default());
        after(self.interval(), first.saturating_add(self.retries().saturating_sub(1)))
    }

    /// Whether it is unhealthy before an application answers that takes so long.
    pub fn fails_first(&self, startup: Seconds) -> bool {
        self.fails() < self.passes(startup)
    }
}

/// The first check, counted from one, that comes no sooner than an application answers.
fn first_passed(interval: Seconds, startup: Seconds) -> u32 {
    startup.secs().div_ceil(interval.secs().max(1)).max(1)
}

fn after(interval: Seconds, checks: u32) -> Seconds {
    Seconds::from_secs(interval.secs().saturating_mul(checks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hlt_07_to_hlt_10_a_container_that_fails_fast_is_unhealthy_when_the_vectors_say() {
        // (interval, retries, start period) → seconds: V53, V54, V55.
        for (interval, retries, start, expected) in [(30, 3, 0, 90), (10, 3, 10, 30), (10, 3, 60, 80)] {
            let check = ContainerHealthCheck {
                interval: Some(Seconds::from_secs(interval)),
                retries: Some(retries),
                start_period: Some(Seconds::from_secs(start)),
                ..ContainerHealthCheck::default()
            };
            assert_eq!(check.fails(), Seconds::from_secs(expected));
        }
        assert_eq!(ContainerHealthCheck::default().fails(), Seconds::from_secs(90));
    }

    #[test]
    fn figures_beyond_all_bounds_stay_figures() {
        let most = Some(u32::MAX);
        let check = TargetHealthCheck {
            interval: most.map(Seconds::from_secs),
            healthy_threshold: most,
            unhealthy_threshold: most,
            ..TargetHealthCheck::default()
        };
        assert_eq!(check.passes(Seconds::from_secs(u32::MAX)), Seconds::from_secs(u32::MAX));
        let zero = TargetHealthCheck { interval: Some(Seconds::from_secs(0)), ..TargetHealthCheck::default() };
        assert_eq!((zero.passes(Seconds::from_secs(9)), zero.fails()), (Seconds::default(), Seconds::default()));
    }
}
