//! A rate over time, evaluated by minute and by hour in whole numbers.

use crate::chance::{Chance, Concern};
use crate::design::load::{Series, Shape, SpikeTime};
use crate::units::{CalendarTime, MilliPerSecond, Percent, Ppm, Span, count};

const DAY: u64 = 1440;

/// A rate over time, in minutes from the start of a run.
///
/// Within a minute the rate is constant. A daily series goes in a line between the middles of its hours; samples hold
/// until the next one; spikes multiply; noise moves each five minutes by a draw of the seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    series: Series,
    spikes: Vec<PlannedSpike>,
    noise: Ppm,
    /// Minutes from Monday 00:00 to the start of the run.
    into_week: u64,
    stream: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    /// Every day from a minute of the day.
    Daily(u64),
    /// Once, from a minute of the run (before its start if negative).
    Once(i64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PlannedSpike {
    when: When,
    minutes: u64,
    percent: Percent,
}

impl PlannedSpike {
    fn covers(&self, minute: u64, minute_of_day: u64) -> bool {
        match self.when {
            When::Daily(from) => (minute_of_day + DAY - from % DAY) % DAY < self.minutes,
            When::Once(from) => i64::try_from(minute).is_ok_and(|m| m >= from && m.abs_diff(from) < self.minutes),
        }
    }
}

impl Curve {
    /// A shape, seen from the start of a run. `stream` tells its noise from that of others.
    ///
    /// A daily series must have 24 hours, samples at least one value: resolution sees to it.
    pub fn new(shape: &Shape, starts_at: CalendarTime, stream: u64) -> Self {
        let spikes = shape.spikes.iter().map(|spike| PlannedSpike {
            when: match spike.at {
                SpikeTime::EveryDay(minute) => When::Daily(u64::from(minute.minutes())),
                SpikeTime::Once(at) => When::Once(at.minutes_since(starts_at)),
            },
            minutes: u64::from(spike.lasts.minutes()),
            percent: spike.percent,
        });
        Self {
            series: shape.series.clone(),
            spikes: spikes.collect(),
            noise: shape.noise,
            into_week: u64::from(starts_at.minute_of_week()),
            stream,
        }
    }

    /// Whether the rate is the same at every moment.
    pub fn is_constant(&self) -> bool {
        self.spikes.is_empty() && self.noise == Ppm::ZERO && matches!(self.series, Series::Constant(_))
    }

    /// Whether every week is like the last, noise aside.
    pub fn is_weekly(&self) -> bool {
        let once = self.spikes.iter().any(|s| matches!(s.when, When::Once(_)));
        !once && !matches!(self.series, Series::Samples { .. })
    }

    /// The rate in a minute of the run, under a seed.
    pub fn at(&self, minute: u64, seed: u64) -> MilliPerSecond {
        self.with_noise(minute, self.noise(minute, seed))
    }

    /// Which window of noise a minute is in.
    pub const fn noise_window(minute: u64) -> u64 {
        minute / 5
    }

    /// The factor, in millionths, that noise puts on the rates of a minute's window.
    pub fn noise(&self, minute: u64, seed: u64) -> u64 {
        if self.noise == Ppm::ZERO {
            return 1_000_000;
        }
        let mut chance = Chance::of(seed, Concern::Arrivals, self.stream << 32 | Self::noise_window(minute));
        let noise = u64::from(self.noise.ppm());
        1_000_000u64.saturating_sub(noise) + chance.below(2 * noise + 1)
    }

    /// The rate in a minute under a factor of noise.
    pub fn with_noise(&self, minute: u64, millionths: u64) -> MilliPerSecond {
        let calm = self.calm(minute);
        if millionths == 1_000_000 {
            return calm;
        }
        MilliPerSecond::from_milli(calm.milli().saturating_mul(millionths) / 1_000_000)
    }

    /// The mean rate in an hour of the run, without noise; `minute` is the hour's first.
    pub fn hour_mean(&self, minute: u64) -> MilliPerSecond {
        let spiked = |m: u64| self.spikes.iter().any(|s| s.covers(m, (self.into_week + m) % DAY));
        let plain = self.spikes.is_empty() || !(minute..minute + 60).any(spiked);
        match &self.series {
            Series::Constant(rate) if plain => *rate,
            Series::Daily { hourly, weekdays } if plain && (self.into_week + minute).is_multiple_of(60) => {
                // The sum of the hour's sixty samples on their two lines: 465, 2700 and 435 sixtieths of the hour before,
                // of this one, and of the next.
                let of_week = (self.into_week + minute) % (7 * DAY);
                let hour = of_week % DAY / 60;
                let sum = value(hourly, hour + 23) * 465 + value(hourly, hour) * 2700 + value(hourly, hour + 1) * 435;
                MilliPerSecond::from_milli(sum / 3600).percent(weekday(weekdays, of_week))
            }
            Series::Constant(_) | Series::Daily { .. } | Series::Samples { .. } => {
                let sum: u64 = (minute..minute + 60).map(|m| self.calm(m).milli()).sum();
                MilliPerSecond::from_milli(sum / 60)
            }
        }
    }

    fn calm(&self, minute: u64) -> MilliPerSecond {
        let of_week = (self.into_week + minute) % (7 * DAY);
        let of_day = of_week % DAY;
        let rate = match &self.series {
            Series::Constant(rate) => *rate,
            Series::Daily { hourly, weekdays } => {
                let before = of_day + DAY - 30;
                let (hour, into) = (before / 60 % 24, before % 60);
                let milli = (value(hourly, hour) * (60 - into) + value(hourly, hour + 1) * into) / 60;
                MilliPerSecond::from_milli(milli).percent(weekday(weekdays, of_week))
            }
            Series::Samples { step, values, .. } => {
                let place = minute * 60 / u64::from(step.secs().max(1));
                let count = count(values.len());
                let place = usize::try_from(place % count.max(1)).unwrap_or(0);
                values.get(place).copied().unwrap_or_default()
            }
        };
        let spikes = self.spikes.iter().filter(|s| s.covers(minute, of_day));
        spikes.fold(rate, |rate, spike| rate.percent(spike.percent))
    }

    /// When the rate may next change after an instant of the run: the next minute, or never.
    pub fn next_change(&self, minute: u64) -> Option<Span> {
        (!self.is_constant()).then(|| Span::from_minutes(minute + 1))
    }
}

/// The rate of an hour of the day, counted on past midnight, in thousandths a second.
fn value(hourly: &[MilliPerSecond], hour: u64) -> u64 {
    usize::try_from(hour % 24).ok().and_then(|hour| hourly.get(hour)).map_or(0, |rate| rate.milli())
}

/// The percentage of a minute's weekday.
fn weekday(weekdays: &[Percent], minute_of_week: u64) -> Percent {
    let day = usize::try_from(minute_of_week / DAY).unwrap_or(0);
    weekdays.get(day).copied().unwrap_or(Percent::HUNDRED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::load::Spike;
    use crate::units::{Minutes, Seconds};

    fn daily(hourly: [u64; 24]) -> Shape {
        let hourly = hourly.map(MilliPerSecond::from_whole).to_vec();
        Shape { series: Series::Daily { hourly, weekdays: Vec::new() }, spikes: Vec::new(), noise: Ppm::ZERO }
    }

    #[test]
    fn a_day_goes_in_lines_between_the_middles_of_its_hours() {
        let mut hours = [100; 24];
        hours[10] = 200;
        let curve = Curve::new(&daily(hours), CalendarTime::DEFAULT, 0);
        assert_eq!(curve.at(10 * 60 + 30, 1), MilliPerSecond::from_whole(200)); // the middle of the hour
        assert_eq!(curve.at(10 * 60, 1), MilliPerSecond::from_whole(150)); // half way from 9:30 to 10:30
        assert_eq!(curve.at(9 * 60 + 30, 1), MilliPerSecond::from_whole(100));
        // The hour from 10:00: sixty samples, 0..29 rising from 150 by 100/60 each, 30..59 falling from 200:
        // Σ = 30·150 + (100/60)·435 + 30·200 − (100/60)·435 = 10,500; the mean is 175 (floors take under a thousandth).
        assert_eq!(curve.hour_mean(600), MilliPerSecond::from_whole(175));
    }

    #[test]
    fn spikes_multiply_and_weekdays_scale() {
        let mut shape = daily([100; 24]);
        shape.spikes.push(Spike {
            at: SpikeTime::EveryDay(Minutes::from_minutes(720)),
            lasts: Minutes::from_minutes(10),
            percent: Percent::from_percent(300),
        });
        let curve = Curve::new(&shape, CalendarTime::DEFAULT, 0);
        assert_eq!(curve.at(719, 1), MilliPerSecond::from_whole(100));
        assert_eq!(curve.at(720, 1), MilliPerSecond::from_whole(300));
        assert_eq!(curve.at(730, 1), MilliPerSecond::from_whole(100));
        assert_eq!(curve.at(720 + 3 * 1440, 1), MilliPerSecond::from_whole(300));
    }

    #[test]
    fn samples_hold_and_repeat() {
        let values = [1, 2, 3].map(MilliPerSecond::from_whole).to_vec();
        let series = Series::Samples { step: Seconds::from_secs(300), values, source: String::new() };
        let curve = Curve::new(&Shape { series, spikes: Vec::new(), noise: Ppm::ZERO }, CalendarTime::DEFAULT, 0);
        let seen: Vec<_> = [0, 4, 5, 14, 15].iter().map(|m| curve.at(*m, 1).milli() / 1000).collect();
        assert_eq!(seen, [1, 1, 2, 3, 1]);
    }

    #[test]
    fn noise_stays_inside_and_differs_by_seed() {
        let mut shape = Shape::constant(MilliPerSecond::from_whole(100));
        shape.noise = Ppm::from_ppm(100_000);
        let curve = Curve::new(&shape, CalendarTime::DEFAULT, 3);
        let rates: Vec<_> = (0..1000).map(|m| curve.at(m * 5, 1).milli()).collect();
        assert!(rates.iter().all(|r| (90_000..=110_000).contains(r)));
        assert!(rates.iter().max() > rates.iter().min());
        assert_eq!(curve.at(0, 1), curve.at(4, 1));
        assert_ne!(
            (0..9).map(|m| curve.at(m * 5, 1)).collect::<Vec<_>>(),
            (0..9).map(|m| curve.at(m * 5, 2)).collect::<Vec<_>>()
        );
    }
}
