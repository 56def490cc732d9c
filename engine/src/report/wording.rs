//! How figures and moments of a chart are put into words: axis ticks, read-outs, and one sentence for who cannot see it.
//!
//! In: a value with its unit, a moment with its axis. Out: text, the same for screen, SVG and PNG. Nothing here asks for
//! the locale: figures have commas between thousands, a point before decimals, a true minus sign.

use super::chart::{Body, Chart, Join, Series, TimeAxis, TimeLabels, Unit};

const DAY_MS: i64 = 86_400_000;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // 1970-01-01 was a Thursday
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Unit {
    /// A figure as it stands in a read-out: "$2,533", "81 %", "1,940 rps".
    pub fn text(self, value: f64) -> String {
        let size = value.abs();
        let decimals = match self {
            Self::Usd if size >= 1000.0 => 0,
            Self::Usd | Self::UsdPerHour => match size {
                s if s < 0.000_05 => 2,
                s if s < 0.1 => 4,
                _ => 2,
            },
            Self::Count
            | Self::Rps
            | Self::Gb
            | Self::Gib
            | Self::Vcpu
            | Self::Hours
            | Self::Minutes
            | Self::Milliseconds
            | Self::Percent => {
                if size >= 100.0 || (value - value.round()).abs() < 0.005 {
                    0
                } else if size >= 10.0 {
                    1
                } else {
                    2
                }
            }
        };
        self.dress(value, decimals)
    }

    /// A figure with its sign: "+$168", "−$1,046".
    pub fn signed(self, value: f64) -> String {
        let text = self.text(value);
        if value > 0.0 { format!("+{text}") } else { text }
    }

    /// A figure beside an axis whose ticks are `step` apart: just as many decimals as the step needs.
    pub fn tick(self, value: f64, step: f64) -> String {
        let decimals = (0..=6)
            .find(|&d| {
                let s = step * 10f64.powi(d);
                (s - s.round()).abs() < 1e-6 * s.max(1.0)
            })
            .unwrap_or(6);
        if matches!(self, Self::Usd | Self::UsdPerHour | Self::Count | Self::Rps)
            && step >= 1000.0
            && step % 100.0 == 0.0
        {
            let thousands = usize::from(step % 1000.0 != 0.0);
            let text = grouped(value / 1000.0, thousands);
            let k = if value == 0.0 { "" } else { "k" };
            return match (self, text.strip_prefix('−')) {
                (Self::Usd | Self::UsdPerHour, Some(t)) => format!("−${t}{k}"),
                (Self::Usd | Self::UsdPerHour, None) => format!("${text}{k}"),
                _ => format!("{text}{k}"),
            };
        }
        let decimals = usize::try_from(decimals).unwrap_or(0);
        match self {
            Self::Usd | Self::UsdPerHour => Self::Usd.dress(value, if decimals == 1 { 2 } else { decimals }),
            Self::Percent => self.dress(value, decimals),
            Self::Count
            | Self::Rps
            | Self::Gb
            | Self::Gib
            | Self::Vcpu
            | Self::Hours
            | Self::Minutes
            | Self::Milliseconds => grouped(value, decimals),
        }
    }

    /// What stands beside an axis title whose ticks do not carry the unit themselves: "GB". Empty where they do.
    pub fn axis_suffix(self) -> &'static str {
        match self {
            Self::Usd | Self::Percent | Self::Count => "",
            Self::UsdPerHour => "an hour",
            Self::Rps => "requests/s",
            Self::Gb => "GB",
            Self::Gib => "GiB",
            Self::Vcpu => "vCPU",
            Self::Hours => "h",
            Self::Minutes => "min",
            Self::Milliseconds => "ms",
        }
    }

    fn dress(self, value: f64, decimals: usize) -> String {
        let text = grouped(value, decimals);
        match self {
            Self::Usd | Self::UsdPerHour => {
                let money = text.strip_prefix('−').map_or_else(|| format!("${text}"), |t| format!("−${t}"));
                if self == Self::Usd { money } else { format!("{money}/h") }
            }
            Self::Percent => format!("{text} %"),
            Self::Count => text,
            Self::Rps => format!("{text} rps"),
            Self::Gb => format!("{text} GB"),
            Self::Gib => format!("{text} GiB"),
            Self::Vcpu => format!("{text} vCPU"),
            Self::Hours => format!("{text} h"),
            Self::Minutes => format!("{text} min"),
            Self::Milliseconds => format!("{text} ms"),
        }
    }
}

/// "1,940.5", "−88": commas between thousands and a true minus sign; never "−0".
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    out + &thousands(whole) + rest
}

/// Digits with commas between thousands: `15,902`.
pub fn thousands(digits: &str) -> String {
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "Tue".
fn weekday(days: i64) -> &'static str {
    WEEKDAYS[usize::try_from(days.rem_euclid(7)).unwrap_or(0)]
}

/// "12 Nov".
fn day_of_year(days: i64) -> String {
    let (month, day) = date(days);
    format!("{day} {}", MONTHS[month - 1])
}

impl TimeAxis {
    /// A moment in full, for read-outs: "Tue 19:43", "12 Nov 19:43", "2 h 30 min".
    pub fn moment(&self, at_ms: u64) -> String {
        match self.labels {
            TimeLabels::Elapsed => elapsed(at_ms),
            TimeLabels::Weekdays | TimeLabels::Dates => format!("{} {}", self.day(at_ms), self.clock(at_ms)),
        }
    }

    /// The day of a moment: "Tue", "Tue 12 Nov" where there are several Tuesdays, "12 Nov".
    pub fn day(&self, at_ms: u64) -> String {
        let days = self.instant(at_ms).div_euclid(DAY_MS);
        match self.labels {
            TimeLabels::Weekdays if self.is_over_a_week() => format!("{} {}", weekday(days), day_of_year(days)),
            TimeLabels::Weekdays => weekday(days).to_owned(),
            TimeLabels::Dates => day_of_year(days),
            TimeLabels::Elapsed => format!("day {}", at_ms / DAY_MS.unsigned_abs() + 1),
        }
    }

    fn is_over_a_week(&self) -> bool {
        self.to_ms.saturating_sub(self.from_ms) > 7 * DAY_MS.unsigned_abs()
    }

    /// The time of day of a moment: "19:43".
    pub fn clock(&self, at_ms: u64) -> String {
        let minutes = self.instant(at_ms).rem_euclid(DAY_MS) / 60_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// A tick's label, where ticks are `step_ms` apart: days, or hours within a day with the day's name at midnight.
    pub fn tick(&self, at_ms: u64, step_ms: u64) -> String {
        let whole_days = i64::try_from(step_ms).unwrap_or(i64::MAX) % DAY_MS == 0;
        match self.labels {
            TimeLabels::Elapsed if whole_days => format!("{} d", at_ms / DAY_MS.unsigned_abs()),
            TimeLabels::Elapsed => elapsed(at_ms),
            // Where each weekday comes more than once, its date says more than its name.
            TimeLabels::Weekdays if whole_days && self.is_over_a_week() => {
                day_of_year(self.instant(at_ms).div_euclid(DAY_MS))
            }
            TimeLabels::Weekdays | TimeLabels::Dates if whole_days => self.day(at_ms),
            TimeLabels::Weekdays | TimeLabels::Dates => {
                let more_than_a_day = self.to_ms.saturating_sub(self.from_ms) > DAY_MS.unsigned_abs();
                let midnight = self.instant(at_ms).rem_euclid(DAY_MS) == 0;
                if more_than_a_day && midnight { self.day(at_ms) } else { self.clock(at_ms) }
            }
        }
    }

    /// How far a moment is into its day, so that ticks can stand on round hours of the clock.
    pub fn into_day_ms(&self, at_ms: u64) -> u64 {
        match self.labels {
            TimeLabels::Elapsed => at_ms % DAY_MS.unsigned_abs(),
            TimeLabels::Weekdays | TimeLabels::Dates => self.instant(at_ms).rem_euclid(DAY_MS).unsigned_abs(),
        }
    }

    fn instant(&self, at_ms: u64) -> i64 {
        self.start_ms.saturating_add(i64::try_from(at_ms).unwrap_or(i64::MAX))
    }
}

fn elapsed(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    match (hours, minutes, seconds) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, 0, _) => format!("{h} h"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

/// Month (1 to 12) and day of a day counted from 1970-01-01.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn date(days: i64) -> (usize, i64) {
    let shifted = days + 719_468; // days since 0000-03-01
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (usize::try_from(month).unwrap_or(1), of_year - (153 * from_march + 2) / 5 + 1)
}

impl Series {
    /// The value at a moment, as the line is drawn; none before the first or after the last sample.
    pub fn at(&self, at_ms: u64) -> Option<f64> {
        let next = self.points.partition_point(|&(t, _)| t <= at_ms);
        let &(t0, v0) = self.points.get(next.checked_sub(1)?)?;
        match (self.join, self.points.get(next)) {
            (Join::Slope, Some(&(t1, v1))) if t1 > t0 => Some(v0 + (v1 - v0) * (at_ms - t0) as f64 / (t1 - t0) as f64),
            (Join::Slope, None) if t0 < at_ms => None,
            (Join::Slope | Join::Step, _) => Some(v0),
        }
    }
}

impl Chart {
    /// The chart in words: what a screen reader says and what stands as description in the SVG.
    pub fn summary(&self) -> String {
        let said = match &self.body {
            Body::Lines(c) => c
                .series
                .iter()
                .filter_map(|s| {
                    let (low, high) = range(s.points.iter().map(|p| p.1))?;
                    Some(format!("{} {}", s.name, between(c.value.unit, low, high)))
                })
                .chain((!c.marks.is_empty()).then(|| format!("{} events", c.marks.len())))
                .collect::<Vec<_>>(),
            Body::Stack(c) => c
                .layers
                .iter()
                .filter_map(|l| {
                    let (low, high) = range(l.values.iter().copied())?;
                    Some(format!("{} {}", l.name, between(c.value.unit, low, high)))
                })
                .collect(),
            Body::Bands(c) => c
                .rows
                .iter()
                .map(|r| {
                    let (low, mid, high) = r.low_mid_high;
                    let unit = c.value.unit;
                    if low < high {
                        format!("{} {} (low {}, high {})", r.name, unit.text(mid), unit.text(low), unit.text(high))
                    } else {
                        format!("{} {}", r.name, unit.text(mid))
                    }
                })
                .collect(),
            Body::Waterfall(c) => {
                let unit = c.value.unit;
                std::iter::once(format!("{} {}", c.from.name, unit.text(c.from.value)))
                    .chain(c.causes.iter().map(|s| format!("{} {}", s.name, unit.signed(s.delta))))
                    .chain(std::iter::once(format!("{} {}", c.to.name, unit.text(c.to.value))))
                    .collect()
            }
            Body::Curves(c) => c
                .curves
                .iter()
                .filter_map(|s| {
                    let (first, last) = (s.points.first()?, s.points.last()?);
                    Some(format!(
                        "{} from {} at {} to {} at {}",
                        s.name,
                        c.y.unit.text(first.1),
                        c.x.unit.text(first.0),
                        c.y.unit.text(last.1),
                        c.x.unit.text(last.0)
                    ))
                })
                .chain(
                    c.dots.iter().map(|d| format!("{} {} at {}", d.name, c.y.unit.text(d.at.1), c.x.unit.text(d.at.0))),
                )
                .collect(),
            Body::Bars(c) => range(c.bars.iter().map(|b| b.1))
                .map(|(low, high)| format!("{} bars, {}", c.bars.len(), between(c.value.unit, low, high)))
                .into_iter()
                .collect(),
        };
        let note = if self.note.is_empty() { String::new() } else { format!(", {}", self.note) };
        if said.is_empty() {
            format!("{}{note}: nothing to show", self.title)
        } else {
            format!("{}{note}: {}", self.title, said.join("; "))
        }
    }
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |seen, v| Some(seen.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v)))))
}

fn between(unit: Unit, low: f64, high: f64) -> String {
    if low < high {
        format!("{} to {}", unit.text(low), unit.text(high))
    } else {
        format!("steadily {}", unit.text(low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Ink, Stroke};

    #[test]
    fn figures_are_written_for_people() {
        let cases = [
            (Unit::Usd.text(2533.4), "$2,533"),
            (Unit::Usd.text(83.2), "$83.20"),
            (Unit::Usd.text(0.0021), "$0.0021"),
            (Unit::Usd.text(0.0), "$0.00"),
            (Unit::Usd.signed(0.000_001), "+$0.00"),
            (Unit::Usd.signed(-1046.0), "−$1,046"),
            (Unit::Usd.signed(168.0), "+$168.00"),
            (Unit::Percent.text(81.0), "81 %"),
            (Unit::Rps.text(1940.0), "1,940 rps"),
            (Unit::Gb.text(1061.25), "1,061 GB"),
            (Unit::Vcpu.text(5.1), "5.10 vCPU"),
            (Unit::Count.text(-0.001), "0"),
            (Unit::Usd.tick(2000.0, 1000.0), "$2k"),
            (Unit::Usd.tick(0.0, 1000.0), "$0"),
            (Unit::Usd.tick(2500.0, 500.0), "$2,500"),
            (Unit::Usd.tick(2.5, 0.5), "$2.50"),
            (Unit::Percent.tick(40.0, 10.0), "40 %"),
            (Unit::Count.tick(20.0, 10.0), "20"),
        ];
        for (said, expected) in cases {
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn moments_are_named() {
        // 2026-11-24 00:00 UTC is 20,781 days after 1970-01-01; 20,781 mod 7 = 5, five days after a Thursday: Tuesday.
        let axis = |labels| TimeAxis { start_ms: 20_781 * DAY_MS, from_ms: 0, to_ms: 3 * 86_400_000, labels };
        let evening = 19 * 3_600_000 + 43 * 60_000;
        assert_eq!(axis(TimeLabels::Weekdays).moment(evening), "Tue 19:43");
        assert_eq!(axis(TimeLabels::Dates).moment(evening + 86_400_000), "25 Nov 19:43");
        assert_eq!(axis(TimeLabels::Elapsed).moment(evening), "19 h 43 min");
        assert_eq!(axis(TimeLabels::Dates).tick(86_400_000, 6 * 3_600_000), "25 Nov");
        assert_eq!(axis(TimeLabels::Dates).tick(6 * 3_600_000, 6 * 3_600_000), "06:00");
        assert_eq!(date(-1), (12, 31));
        assert_eq!(date(11_016), (2, 29)); // 2000-02-29: 30 years with 7 leap days are 10,957; then 31 + 28
    }

    #[test]
    fn a_series_is_read_as_it_is_drawn() {
        let series = |join| Series {
            name: String::new(),
            ink: Ink::Accent,
            stroke: Stroke::Solid,
            join,
            filled: false,
            points: vec![(0, 10.0), (100, 20.0)],
        };
        assert_eq!(series(Join::Step).at(50), Some(10.0));
        assert_eq!(series(Join::Slope).at(50), Some(15.0));
        assert_eq!(series(Join::Step).at(500), Some(20.0));
        assert_eq!(series(Join::Slope).at(500), None);
    }
}
