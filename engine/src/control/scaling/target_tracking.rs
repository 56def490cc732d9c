//! Target tracking: two alarms of CloudWatch's, and the count that brings the metric to its target (rules AAS-10 to AAS-20).

use crate::plan::service::PlannedTracking;
use crate::state::service::Tracking;
use crate::units::Ppm;

/// Datapoints above the target before the high alarm rings. Source: alarms that target tracking creates (rule AAS-12).
pub const HIGH_POINTS: u32 = 3;
/// Datapoints below nine tenths of the target before the low alarm rings. Source: as above.
pub const LOW_POINTS: u32 = 15;

/// What a policy wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// More tasks: this many.
    Out(u32),
    /// Fewer tasks: this many.
    In(u32),
    /// Nothing.
    Stay,
}

/// Enters a datapoint as the alarms see it; `None` is no data, which ends both counts (rule AAS-18).
pub fn observe(policy: &PlannedTracking, tracking: &mut Tracking, value: Option<u64>) {
    let target = u128::from(policy.target_milli);
    let value_wide = value.map(u128::from);
    let above = value_wide.is_some_and(|v| v > target);
    let below = value_wide.is_some_and(|v| v * 10 < target * 9);
    tracking.high = if above { tracking.high + 1 } else { 0 };
    tracking.low = if below { tracking.low + 1 } else { 0 };
    tracking.seen = value;
}

/// Whether either alarm rings.
pub fn speaks(tracking: &Tracking) -> bool {
    rings_high(tracking) || tracking.low >= LOW_POINTS
}

/// Whether the high alarm rings.
pub fn rings_high(tracking: &Tracking) -> bool {
    tracking.high >= HIGH_POINTS
}

/// What the policy wants of so many running tasks.
pub fn decide(policy: &PlannedTracking, tracking: &Tracking, running: u32, most_in: Ppm) -> Verdict {
    let Some(value) = tracking.seen.map(u128::from) else { return Verdict::Stay };
    let target = u128::from(policy.target_milli.max(1));
    let settles = |tasks: u32| u32::try_from((u128::from(tasks) * value).div_ceil(target)).unwrap_or(u32::MAX);
    if rings_high(tracking) {
        return Verdict::Out(settles(running));
    }
    if running == 0 && value > 0 {
        return Verdict::Out(1); // rule AAS-19
    }
    if tracking.low < LOW_POINTS || running == 0 {
        return Verdict::Stay;
    }
    // Only if one task fewer would not push the metric above its target (rule AAS-15).
    if u128::from(running) * value > target * u128::from(running - 1) {
        return Verdict::Stay;
    }
    let part = u64::from(running) * u64::from(most_in.ppm()) / 1_000_000;
    let step = u32::try_from(part).unwrap_or(u32::MAX).max(1);
    Verdict::In(settles(running).max(running - step.min(running)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::service::PlannedMetric;
    use crate::units::Span;

    fn policy(target: u64) -> PlannedTracking {
        PlannedTracking {
            metric: PlannedMetric::Cpu,
            target_milli: target * 1000,
            scale_out_cooldown: Span::from_secs(300),
            scale_in_cooldown: Span::from_secs(300),
            scale_in: true,
            high_resolution: false,
        }
    }

    #[track_caller]
    fn check(target: u64, running: u32, value: u64, minutes: u32, expected: Verdict) {
        let (policy, mut tracking) = (policy(target), Tracking::default());
        for _ in 0..minutes {
            observe(&policy, &mut tracking, Some(value * 1000));
        }
        assert_eq!(decide(&policy, &tracking, running, Ppm::from_ppm(500_000)), expected);
    }

    #[test]
    fn aas_14_and_15_counts_follow_the_published_examples() {
        check(50, 4, 80, 3, Verdict::Out(7)); // TV-39
        check(50, 10, 51, 3, Verdict::Out(11));
        check(50, 10, 51, 2, Verdict::Stay);
        check(50, 10, 50, 20, Verdict::Stay); // not above 50
        check(50, 10, 46, 20, Verdict::Stay); // not below 45
        check(50, 10, 44, 15, Verdict::In(9)); // 10 · 44 / 9 = 48.9 ≤ 50
        check(50, 10, 20, 15, Verdict::In(5)); // ceil 4, half at most
        check(50, 2, 30, 15, Verdict::Stay); // TV-40: 60 > 50
        check(50, 3, 30, 15, Verdict::In(2)); // TV-41
        check(50, 15, 200, 3, Verdict::Out(60));
        check(30, 10, 27, 20, Verdict::Stay); // TV-42: the low alarm rings below 27
        check(70, 10, 62, 15, Verdict::In(9)); // TV-43: below 63; 10 · 62 / 9 = 68.9 ≤ 70
        check(50, 0, 1, 1, Verdict::Out(1)); // AAS-19
    }

    #[test]
    fn aas_18_no_data_ends_both_counts() {
        let (policy, mut tracking) = (policy(50), Tracking::default());
        for value in [Some(80_000), Some(80_000), None, Some(80_000)] {
            observe(&policy, &mut tracking, value);
        }
        assert_eq!(tracking.high, 1);
    }
}
