//! Launches that count against a rate: those of a service in the last minute, those of an account on Fargate.
//!
//! Both are filled and read at whole instants of a run; nothing here asks for an event.

use std::collections::VecDeque;

use crate::plan::provider::Ration;
use crate::units::{SimTime, Span};

/// Launches of one service over a rolling minute: those at 0 s count until 60 s and no longer (rule RAT-06).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollingMinute {
    /// Instants with their launches, oldest first; those out of the minute go when one more is counted.
    launches: VecDeque<(SimTime, u32)>,
    /// All of `launches`.
    kept: u32,
}

impl RollingMinute {
    /// Counts a launch.
    pub fn count(&mut self, now: SimTime) {
        while let Some((at, launches)) = self.launches.front().copied()
            && at + Span::MINUTE <= now
        {
            self.launches.pop_front();
            self.kept -= launches;
        }
        self.kept += 1;
        match self.launches.back_mut() {
            Some((at, launches)) if *at == now => *launches += 1,
            _ => self.launches.push_back((now, 1)),
        }
    }

    /// The first whole second at which another launch keeps within `most` a minute; `now` where it does already.
    pub fn free_at(&self, now: SimTime, most: u32) -> SimTime {
        if self.kept < most {
            return now;
        }
        let mut left = self.kept;
        for (at, launches) in &self.launches {
            let over = *at + Span::MINUTE;
            if left < most {
                break;
            }
            left -= launches;
            if left < most && over > now {
                return over.ceil_second();
            }
        }
        now
    }
}

/// A token bucket that fills at whole seconds; the default is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Tokens missing at `second`.
    missing: u64,
    second: u64,
}

impl Bucket {
    fn missing(self, now: SimTime, ration: Ration) -> u64 {
        self.missing.saturating_sub((now.ms() / 1000 - self.second).saturating_mul(ration.a_second))
    }

    /// Takes a token.
    pub fn take(&mut self, now: SimTime, ration: Ration) {
        *self = Self { missing: self.missing(now, ration) + 1, second: now.ms() / 1000 };
    }

    /// The first whole second with a token: `now` where there is one already, never where none comes.
    pub fn free_at(self, now: SimTime, ration: Ration) -> SimTime {
        if self.missing(now, ration) < ration.burst {
            now
        } else if ration.burst == 0 || ration.a_second == 0 {
            SimTime::NEVER
        } else {
            now.next_second()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Launches as soon after `now` as both limits let it; answers when.
    fn launch(minute: &mut RollingMinute, bucket: &mut Bucket, mut now: SimTime, most: u32, ration: Ration) -> SimTime {
        loop {
            let free = minute.free_at(now, most).max(bucket.free_at(now, ration));
            if free == now {
                break;
            }
            now = free;
        }
        minute.count(now);
        bucket.take(now, ration);
        now
    }

    /// When each of so many launches of one service may be, asked for at 0 s.
    fn launches(count: u32, most: u32, ration: Ration) -> Vec<u64> {
        let (mut minute, mut bucket, mut now) = (RollingMinute::default(), Bucket::default(), SimTime::ZERO);
        let mut all = Vec::new();
        for _ in 0..count {
            now = launch(&mut minute, &mut bucket, now, most, ration);
            all.push(now.ms() / 1000);
        }
        all
    }

    #[test]
    fn rat_07_v61_and_v62_the_last_launch_is_when_aws_lets_it() {
        let (older, newer) = (Ration { burst: 100, a_second: 20 }, Ration { burst: 25, a_second: 5 });
        // 300: 100 at once, 200 at 20 a second. 1,000: 500 by 20 s, 100 more at 60 s, 400 at 20 a second.
        for (tasks, most, ration, last) in
            [(300, 500, older, 10), (500, 500, older, 20), (1000, 500, older, 80), (200, 125, newer, 70)]
        {
            assert_eq!(launches(tasks, most, ration).last(), Some(&last), "{tasks} tasks");
        }
        let thousand = launches(1000, 500, older);
        assert_eq!((thousand[99], thousand[100], thousand[499], thousand[500], thousand[599]), (0, 1, 20, 60, 60));
    }

    #[test]
    fn tv_31_3500_tasks_as_one_service_end_at_380_seconds() {
        // Six windows of 500 from 0 to 360 s, then 100 and 400 at 20 a second; without the service's limit 3,400 / 20.
        let older = Ration { burst: 100, a_second: 20 };
        assert_eq!(launches(3500, 500, older).last(), Some(&380));
        assert_eq!(launches(3500, u32::MAX, older).last(), Some(&170));
    }

    #[test]
    fn rat_06_the_minute_is_half_open_and_ends_at_a_whole_second() {
        let mut minute = RollingMinute::default();
        minute.count(SimTime::from_ms(500));
        minute.count(SimTime::from_ms(700));
        // The first leaves at 60.5 s, so the next whole second is 61 s.
        assert_eq!(minute.free_at(SimTime::from_secs(30), 2), SimTime::from_secs(61));
        assert_eq!(minute.free_at(SimTime::from_ms(60_500), 2), SimTime::from_ms(60_500));
        assert_eq!(minute.free_at(SimTime::from_secs(30), 3), SimTime::from_secs(30));
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

        /// INV-13: whenever tasks are asked for, no minute holds more launches than the service may have, and no span more
        /// than a full bucket and what flows into it.
        #[test]
        fn inv_13_no_window_holds_more_launches_than_the_rates_let(
            asked in proptest::collection::vec((0u64..90_000, 1u32..80), 1..12),
            most in 1u32..60,
            burst in 1u64..40,
            a_second in 1u64..8,
        ) {
            let ration = Ration { burst, a_second };
            let (mut minute, mut bucket, mut launched) = (RollingMinute::default(), Bucket::default(), Vec::new());
            let mut now = SimTime::ZERO;
            for (later, count) in asked {
                now += Span::from_ms(later);
                for _ in 0..count {
                    now = launch(&mut minute, &mut bucket, now, most, ration);
                    launched.push(now);
                }
            }
            for (first, from) in launched.iter().enumerate() {
                let in_minute = launched[first..].iter().take_while(|at| **at < *from + Span::MINUTE).count();
                proptest::prop_assert!(in_minute <= usize::try_from(most).unwrap());
                for (last, to) in launched.iter().enumerate().skip(first) {
                    let seconds = to.ms() / 1000 - from.ms() / 1000;
                    proptest::prop_assert!(u64::try_from(last - first + 1).unwrap() <= burst + seconds * a_second);
                }
            }
        }
    }
}
