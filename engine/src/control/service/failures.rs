//! Tasks that end before they are RUNNING: how launches slow down (rules THR).

use crate::units::Span;

/// Failures in a row that are told of (rule THR-04).
pub const TOLD_AT: u32 = 3;

/// The wait before the next launch after so many tasks in a row ended without ever being RUNNING: none after the first
/// two, then `first`, three times as long after each further one, at most `most` (rule THR-04).
pub fn launch_delay(failures: u32, first: Span, most: Span) -> Span {
    let Some(triplings) = failures.checked_sub(TOLD_AT) else { return Span::ZERO };
    first.times(3u64.saturating_pow(triplings)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::timings::{THROTTLE_MAX, Timings};

    #[test]
    fn thr_04_launches_slow_down_to_27_minutes() {
        let first = Timings::default().throttle_first;
        let delays = [1, 2, 3, 4, 5, 6, 7, 1000].map(|failures| launch_delay(failures, first, THROTTLE_MAX));
        assert_eq!(delays, [0, 0, 60, 180, 540, 1620, 1620, 1620].map(Span::from_secs));
    }
}
