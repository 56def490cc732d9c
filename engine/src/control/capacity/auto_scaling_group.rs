//! Managed scaling of an Auto Scaling group (rules CAS-10 to CAS-27).

use crate::plan::provider::PlannedScaling;

/// Minutes in a row below the target before instances go. Source: ECS Developer Guide, "managed scaling behavior"
/// (rule CAS-21).
pub const LOW_MINUTES: u32 = 15;

/// What the metric is made of: instances needed and instances there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// M: instances needed.
    pub needed: u32,
    /// N: instances in service in the group, registered or not (rule CAS-12).
    pub running: u32,
}

/// The metric `CapacityProviderReservation` at the moment: `waiting` instances' worth of waiting tasks (the largest
/// group's, rule CAS-14), `busy` instances with tasks, `running` in all.
pub fn reservation(scaling: PlannedScaling, waiting: u32, busy: u32, running: u32) -> Reservation {
    if waiting == 0 {
        return Reservation { needed: busy, running };
    }
    let step = waiting.clamp(scaling.minimum_step, scaling.maximum_step.max(scaling.minimum_step));
    Reservation { needed: running + step, running }
}

impl Reservation {
    /// The metric as a percentage, cut to a whole one as it is shown (rules CAS-11, CAS-15).
    pub fn percent(self) -> u32 {
        match (self.needed, self.running) {
            (0, 0) => 100,
            (_, 0) => 200,
            (needed, running) => u32::try_from(u64::from(needed) * 100 / u64::from(running)).unwrap_or(u32::MAX),
        }
    }

    /// Whether the high alarm rings: the metric is above the target capacity.
    pub fn is_high(self, target: u32) -> bool {
        match self.running {
            0 => self.needed > 0,
            running => u64::from(self.needed) * 100 > u64::from(running) * u64::from(target),
        }
    }

    /// Whether a minute counts toward the low alarm. An empty group that nobody needs is at rest (rule CAS-11).
    pub fn is_low(self, target: u32) -> bool {
        self.running > 0 && u64::from(self.needed) * 100 < u64::from(self.running) * u64::from(target)
    }

    /// The group's new desired capacity on scale-out (rule CAS-22): N × metric ÷ target, rounded up, at most a maximum step
    /// more.
    pub fn scaled_out(self, scaling: PlannedScaling) -> u32 {
        let target = u64::from(scaling.target_capacity.percent().max(1));
        let wanted =
            if self.running == 0 { 200u64.div_ceil(target) } else { (u64::from(self.needed) * 100).div_ceil(target) };
        u32::try_from(wanted).unwrap_or(u32::MAX).min(self.running.saturating_add(scaling.maximum_step))
    }

    /// How many instances go in one minute of scale-in (rule CAS-25): at least one, fewer than half, never below the need.
    pub fn scaled_in_by(self, scaling: PlannedScaling) -> u32 {
        let target = u64::from(scaling.target_capacity.percent().max(1));
        let floor = u32::try_from((u64::from(self.needed) * 100).div_ceil(target)).unwrap_or(u32::MAX);
        let most = (self.running.div_ceil(2)).saturating_sub(1).max(1);
        self.running.saturating_sub(floor).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Percent, Span};

    fn scaling(target: u16, minimum_step: u32, maximum_step: u32) -> PlannedScaling {
        let target_capacity = Percent::from_percent(target);
        PlannedScaling { target_capacity, minimum_step, maximum_step, warmup: Span::from_secs(300) }
    }

    #[test]
    fn cas_22_the_group_follows_the_published_table() {
        // (N, waiting, busy, target, minimum step, maximum step) → (M, metric, desired)
        for (n, waiting, busy, target, low, high, metric, desired) in [
            (0, 1, 0, 100, 1, 10_000, 200, 2),
            (0, 1, 0, 90, 1, 10_000, 200, 3),
            (3, 1, 3, 100, 1, 10_000, 133, 4),
            (4, 3, 4, 100, 5, 10_000, 225, 9),
            (4, 30, 4, 100, 1, 10, 350, 14),
        ] {
            let scaling = scaling(target, low, high);
            let seen = reservation(scaling, waiting, busy, n);
            assert_eq!((seen.percent(), seen.scaled_out(scaling)), (metric, desired), "N {n}, waiting {waiting}");
            assert!(seen.is_high(u32::from(target)));
        }
        // Nothing waits: 9 busy of 9 at 90 → 10; 9 of 10 at 90 is steady; 4 of 4 at 50 → 8.
        let spare = reservation(scaling(90, 1, 10_000), 0, 9, 9);
        assert_eq!((spare.percent(), spare.scaled_out(scaling(90, 1, 10_000))), (100, 10));
        let steady = reservation(scaling(90, 1, 10_000), 0, 9, 10);
        assert!(!steady.is_high(90) && !steady.is_low(90));
        assert_eq!(reservation(scaling(50, 1, 10_000), 0, 4, 4).scaled_out(scaling(50, 1, 10_000)), 8);
    }

    #[test]
    fn cas_11_and_25_scale_in_takes_fewer_than_half() {
        let empty = Reservation { needed: 0, running: 0 };
        assert_eq!((empty.percent(), empty.is_low(100), empty.is_high(100)), (100, false, false));
        let in_by = |needed, running| Reservation { needed, running }.scaled_in_by(scaling(100, 1, 10_000));
        // 3 with 2 needed: one goes (metric 66). 10 with none needed: at most 4 of 10. 1 with none: that one.
        assert_eq!((in_by(2, 3), in_by(0, 10), in_by(0, 1), in_by(5, 5)), (1, 4, 1, 0));
        assert_eq!(Reservation { needed: 2, running: 3 }.percent(), 66);
    }

    #[test]
    fn tv_10_and_15_scale_in_goes_minute_by_minute_to_the_need() {
        let sizes = |needed, from| {
            let mut sizes = vec![from];
            loop {
                let running = *sizes.last().unwrap();
                match (Reservation { needed, running }).scaled_in_by(scaling(100, 1, 10_000)) {
                    0 => return sizes,
                    going => sizes.push(running - going),
                }
            }
        };
        assert_eq!(sizes(2, 3), [3, 2]); // TV-10
        assert_eq!(sizes(2, 12), [12, 7, 4, 3, 2]); // TV-15: 12/2 − 1 = 5, ceil(7/2) − 1 = 3, then one at a time
        // Target 50 keeps twice the need: 2 needed, 4 stay (CAS-25: floor is M × 100 ÷ target).
        let half = Reservation { needed: 2, running: 5 };
        assert_eq!(half.scaled_in_by(scaling(50, 1, 10_000)), 1);
        assert_eq!(Reservation { needed: 2, running: 4 }.scaled_in_by(scaling(50, 1, 10_000)), 0);
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

        /// CAS-22 and CAS-25: one step out that no maximum holds back leaves no high alarm; a minute in takes fewer
        /// than half of two or more, and never more than the need leaves.
        #[test]
        fn cas_22_and_25_steps_reach_the_target_and_no_further(needed in 0u32..500, running in 1u32..500, target in 1u16..=100) {
            let (scaling, seen) = (scaling(target, 1, 1_000_000), Reservation { needed, running });
            if seen.is_high(u32::from(target)) {
                let after = Reservation { needed, running: seen.scaled_out(scaling) };
                proptest::prop_assert!(after.running > running && !after.is_high(u32::from(target)));
            }
            let going = seen.scaled_in_by(scaling);
            let left = Reservation { needed, running: running - going };
            proptest::prop_assert!(going == 0 || !left.is_high(u32::from(target)));
            proptest::prop_assert!(going <= 1 || going * 2 < running);
        }
    }
}
