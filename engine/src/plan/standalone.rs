//! Standalone tasks of a plan: what one of them is, and how often they start.

use super::index::Ix;
use super::service::PlannedService;
use crate::design::ItemRef;
use crate::design::cron::{CYCLE, Cron};
use crate::units::{Bytes, CalendarTime, Span};

/// When they start, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Starts {
    /// Once.
    Once(CalendarTime),
    /// Again and again, so far apart.
    Every(Span),
    /// By the clock.
    Cron(Cron),
}

/// So many of something in so many: a number of starts that need not be whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How many.
    pub times: u128,
    /// In how many.
    pub of: u128,
}

/// Standalone tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStandalone {
    /// The item drawn.
    pub owner: Ix<ItemRef>,
    /// When they start.
    pub starts: Starts,
    /// How many each time.
    pub count: u32,
    /// How long each works.
    pub duration: Span,
    /// What one of them is, and where it may stand: as a service's task is.
    pub task: PlannedService,
    /// Bytes that each writes to its logs.
    pub log_bytes: Bytes,
}

impl Starts {
    /// How often they start within a window: on average over years where the clock says it, so that a month of 730 hours has
    /// 30.42 nights.
    pub fn within(&self, from: CalendarTime, window: Span) -> Times {
        let span = |span: Span| u128::from(span.ms());
        match self {
            Self::Once(at) => Times { times: u128::from((from..from.after(window)).contains(at)), of: 1 },
            Self::Every(apart) => Times { times: span(window), of: span(*apart).max(1) },
            Self::Cron(cron) => match cron.times_a_cycle() {
                Some(times) => Times { times: u128::from(times) * span(window), of: span(CYCLE) },
                None => Times { times: u128::from(cron.times_within(from, window)), of: 1 },
            },
        }
    }
}

impl Times {
    /// So many times an amount, half up; what leaves 128 bits is as much as they hold.
    pub fn times(self, amount: u128) -> u128 {
        let (whole, rest) = (amount / self.of, amount % self.of);
        let rest = rest.saturating_mul(self.times).saturating_add(self.of / 2) / self.of;
        whole.saturating_mul(self.times).saturating_add(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_as_many_starts_as_its_hours_say() {
        let within = |starts: Starts| starts.within(CalendarTime::DEFAULT, Span::MONTH);
        // 730 h × 60 / 72 min are 608.33; of 3,000 each, 1,825,000.
        assert_eq!(within(Starts::Every(Span::from_minutes(72))).times(3_000), 1_825_000);
        // 730 / 24 nights are 30.4166…; of 24 each, 730.
        assert_eq!(within(Starts::Cron(Cron::parse("0 1 * * ? *").unwrap())).times(24), 730);
        let once = |day| within(Starts::Once(CalendarTime::of_date(2026, 6, day))).times(5);
        assert_eq!((once(1), once(30)), (5, 5));
        assert_eq!(within(Starts::Once(CalendarTime::of_date(2026, 5, 31))).times(5), 0);
        assert_eq!(within(Starts::Cron(Cron::parse("0 1 * 6 ? 2026").unwrap())).times(1), 30);
    }
}
