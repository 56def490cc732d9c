//! Tasks that fail: how launches slow down (rules THR), and when a deployment is given up (rules CBK).

use crate::catalogue::timings::BREAKER_BOUNDS;
use crate::design::deployment::BreakerThreshold;
use crate::plan::service::PlannedBreaker;
use crate::state::service::Streak;
use crate::units::Span;

/// Failures in a row that are told of (rule THR-04).
pub const TOLD_AT: u32 = 3;

/// The wait before the next launch after so many tasks in a row ended without ever being RUNNING: none after the first
/// two, then `first`, three times as long after each further one, at most `most` (rule THR-04).
pub fn launch_delay(failures: u32, first: Span, most: Span) -> Span {
    let Some(triplings) = failures.checked_sub(TOLD_AT) else { return Span::ZERO };
    first.times(3u64.saturating_pow(triplings)).min(most)
}

/// What befalls a task of the revision that a deployment brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// It ended without ever being RUNNING; Spot reclaim and stops by hand are none (rules CBK-04, INT-06).
    EndedBeforeRunning,
    /// It is RUNNING.
    Ran,
    /// It ran, failed a health check, and is replaced.
    FailedHealthCheck,
    /// It counts as healthy.
    BecameHealthy,
}

/// What the circuit breaker remembers after one more happening (rules CBK-04, CBK-05).
#[must_use]
pub const fn after(streak: Streak, happening: Happening, breaker: PlannedBreaker) -> Streak {
    let Streak { failures, has_run } = streak;
    match happening {
        Happening::EndedBeforeRunning if has_run => streak,
        Happening::EndedBeforeRunning => Streak { failures: failures + 1, has_run },
        Happening::Ran => Streak { failures, has_run: true },
        Happening::FailedHealthCheck => Streak { failures: failures + 1, has_run: true },
        Happening::BecameHealthy => Streak { failures: if breaker.resets { 0 } else { failures }, has_run: true },
    }
}

/// How many failed tasks end a deployment of a service that wants so many tasks now (rules CBK-02, CBK-03).
pub fn threshold(threshold: BreakerThreshold, desired: u32) -> u32 {
    match threshold {
        BreakerThreshold::BoundedPercent(percent) => percent.ceil_of(desired).clamp(BREAKER_BOUNDS.0, BREAKER_BOUNDS.1),
        BreakerThreshold::UnboundedPercent(percent) => percent.ceil_of(desired).max(1),
        BreakerThreshold::Count(count) => count.max(1),
    }
}

/// Whether a deployment has failed (rule CBK-06).
pub fn is_broken(streak: Streak, breaker: PlannedBreaker, desired: u32) -> bool {
    streak.failures >= threshold(breaker.threshold, desired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::timings::{THROTTLE_MAX, Timings};
    use crate::units::Percent;
    use Happening::{BecameHealthy, EndedBeforeRunning, FailedHealthCheck, Ran};

    fn breaker(resets: bool) -> PlannedBreaker {
        let threshold = BreakerThreshold::BoundedPercent(Percent::from_percent(50));
        PlannedBreaker { rolls_back: true, resets, threshold }
    }

    #[test]
    fn cbk_02_v38_to_v40_thresholds_are_as_the_vectors_say() {
        let percent = Percent::from_percent;
        let bounded = BreakerThreshold::BoundedPercent(percent(50));
        let found = [1, 5, 6, 7, 10, 25, 100, 400, 800].map(|desired| threshold(bounded, desired));
        assert_eq!(found, [3, 3, 3, 4, 5, 13, 50, 200, 200]);
        let unbounded = BreakerThreshold::UnboundedPercent(percent(50));
        assert_eq!([400, 1].map(|desired| threshold(unbounded, desired)), [200, 1]);
        assert_eq!(threshold(BreakerThreshold::Count(7), 1000), 7);
    }

    /// After which of V41's letters a deployment of 4 tasks has failed: F F H F F F.
    fn broken(resets: bool) -> Vec<bool> {
        let letters = [
            EndedBeforeRunning,
            EndedBeforeRunning,
            BecameHealthy,
            FailedHealthCheck,
            FailedHealthCheck,
            FailedHealthCheck,
        ];
        let mut streak = Streak::default();
        let mut look = |happening| {
            streak = after(streak, happening, breaker(resets));
            is_broken(streak, breaker(resets), 4)
        };
        letters.into_iter().map(&mut look).collect()
    }

    #[test]
    fn cbk_05_v41_and_v42_a_healthy_task_starts_the_count_over_or_does_not() {
        assert_eq!(broken(true), [false, false, false, false, false, true]);
        assert_eq!(broken(false), [false, false, false, true, true, true]);
    }

    #[test]
    fn cbk_04_once_a_task_ran_only_health_checks_count() {
        let happenings = [EndedBeforeRunning, Ran, EndedBeforeRunning, EndedBeforeRunning, FailedHealthCheck];
        let streak = happenings.into_iter().fold(Streak::default(), |streak, h| after(streak, h, breaker(true)));
        assert_eq!(streak, Streak { failures: 2, has_run: true });
    }

    #[test]
    fn thr_04_launches_slow_down_to_27_minutes() {
        let first = Timings::default().throttle_first;
        let delays = [1, 2, 3, 4, 5, 6, 7, 1000].map(|failures| launch_delay(failures, first, THROTTLE_MAX));
        assert_eq!(delays, [0, 0, 60, 180, 540, 1620, 1620, 1620].map(Span::from_secs));
    }
}
