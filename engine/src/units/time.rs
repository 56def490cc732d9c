//! Simulated time: instants and spans in whole milliseconds, and the calendar that names them.
//!
//! The calendar is the proleptic Gregorian one in UTC; nothing here reads a clock.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// Milliseconds since the start of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(u64);

/// A length of simulated time in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

/// Whole seconds: the unit of most ECS settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(u32);

/// Whole minutes: bake times and scale-in protection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minutes(u32);

/// A day of the week, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[expect(missing_docs, reason = "the days name themselves")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// `Monday`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Monday => "Monday",
            Self::Tuesday => "Tuesday",
            Self::Wednesday => "Wednesday",
            Self::Thursday => "Thursday",
            Self::Friday => "Friday",
            Self::Saturday => "Saturday",
            Self::Sunday => "Sunday",
        }
    }

    /// `Mon`.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Monday => "Mon",
            Self::Tuesday => "Tue",
            Self::Wednesday => "Wed",
            Self::Thursday => "Thu",
            Self::Friday => "Fri",
            Self::Saturday => "Sat",
            Self::Sunday => "Sun",
        }
    }
}

impl SimTime {
    /// The start of a run.
    pub const ZERO: Self = Self(0);
    /// The end of time: later than anything that happens.
    pub const NEVER: Self = Self(u64::MAX);
    /// From milliseconds since the start.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }
    /// From seconds since the start.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
    /// Milliseconds since the start.
    pub const fn ms(self) -> u64 {
        self.0
    }
    /// The span since an earlier instant; zero if that instant is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
    /// The first whole second after it.
    #[must_use]
    pub const fn next_second(self) -> Self {
        Self((self.0 / 1000 + 1).saturating_mul(1000))
    }
    /// The first whole second not before it.
    #[must_use]
    pub const fn ceil_second(self) -> Self {
        Self(self.0.div_ceil(1000).saturating_mul(1000))
    }
    /// The next whole minute strictly after this instant.
    #[must_use]
    pub const fn next_minute(self) -> Self {
        Self((self.0 / 60_000 + 1).saturating_mul(60_000))
    }
    /// The hour it lies in, counted from the start.
    pub const fn hour(self) -> u64 {
        self.0 / Span::HOUR.0
    }
}

impl Span {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// A minute.
    pub const MINUTE: Self = Self(60_000);
    /// An hour.
    pub const HOUR: Self = Self(3_600_000);
    /// A day.
    pub const DAY: Self = Self(86_400_000);
    /// The month AWS's own calculators use: 730 hours.
    ///
    /// Source: AWS Pricing Calculator, "730 hours in a month"; rule BIL-06.
    pub const MONTH: Self = Self(730 * 3_600_000);
    /// From milliseconds.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }
    /// From seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
    /// From minutes.
    pub const fn from_minutes(minutes: u64) -> Self {
        Self(minutes.saturating_mul(60_000))
    }
    /// From hours.
    pub const fn from_hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3_600_000))
    }
    /// From days.
    pub const fn from_days(days: u64) -> Self {
        Self(days.saturating_mul(86_400_000))
    }
    /// In milliseconds.
    pub const fn ms(self) -> u64 {
        self.0
    }
    /// In seconds, for people and for formulas inside one function.
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1000.0
    }
    /// In hours, for people and for formulas inside one function.
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3_600_000.0
    }
    /// Rounded up to a whole second.
    #[must_use]
    pub const fn ceil_second(self) -> Self {
        Self(self.0.div_ceil(1000).saturating_mul(1000))
    }
    /// So much of it as `part` is of `whole`, rounded down; all of it where `whole` is nothing.
    #[must_use]
    pub fn in_proportion(self, part: Self, whole: Self) -> Self {
        let scaled = u128::from(self.0) * u128::from(part.0) / u128::from(whole.0.max(1));
        Self(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
    /// So many times as long.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl Seconds {
    /// From seconds.
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds)
    }
    /// In seconds.
    pub const fn secs(self) -> u32 {
        self.0
    }
    /// As a span.
    pub fn span(self) -> Span {
        Span::from_secs(u64::from(self.0))
    }
}

impl Minutes {
    /// From minutes.
    pub const fn from_minutes(minutes: u32) -> Self {
        Self(minutes)
    }
    /// In minutes.
    pub const fn minutes(self) -> u32 {
        self.0
    }
    /// As a span.
    pub fn span(self) -> Span {
        Span::from_minutes(u64::from(self.0))
    }
}

impl Add<Span> for SimTime {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for SimTime {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for SimTime {
    type Output = Self;
    /// Stops at the start of the run.
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Self;
    /// Stops at zero.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Span {
    /// `350 ms`, `45 s`, `6 min 40 s`, `2 h 05 min`, `3 d 4 h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (s, ms) = (self.0 / 1000, self.0 % 1000);
        match s {
            0 if ms > 0 => write!(f, "{ms} ms"),
            0..60 if ms > 0 => write!(f, "{}.{} s", s, ms / 100),
            0..60 => write!(f, "{s} s"),
            60..3600 if s % 60 == 0 => write!(f, "{} min", s / 60),
            60..3600 => write!(f, "{} min {:02} s", s / 60, s % 60),
            3600..86_400 if s % 3600 < 60 => write!(f, "{} h", s / 3600),
            3600..86_400 => write!(f, "{} h {:02} min", s / 3600, s % 3600 / 60),
            _ if s % 86_400 < 3600 => write!(f, "{} d", s / 86_400),
            _ => write!(f, "{} d {} h", s / 86_400, s % 86_400 / 3600),
        }
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} min", self.0)
    }
}

/// An instant of the calendar, UTC, in whole minutes: where a run starts.
///
/// Written `2026-06-01T00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct CalendarTime {
    /// Minutes since 1970-01-01T00:00Z.
    minutes: i64,
}

/// Why a text is no [`CalendarTime`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date and time of the form 2026-06-01T00:00Z")]
pub struct ParseCalendarTimeError(String);

/// A calendar date with its time of day, for labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields name themselves")]
pub struct Civil {
    pub year: i64,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub weekday: Weekday,
}

/// Days from 1970-01-01 to a civil date (Howard Hinnant's algorithm for the proleptic Gregorian calendar).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

impl CalendarTime {
    /// 2026-06-01T00:00Z, a Monday: where runs start unless a scenario says otherwise.
    pub const DEFAULT: Self = Self { minutes: 20_605 * 1440 };

    /// 1970-01-01T00:00Z.
    pub const EPOCH: Self = Self { minutes: 0 };

    /// Midnight of a date.
    pub fn of_date(year: i64, month: i64, day: i64) -> Self {
        Self { minutes: days_from_civil(year, month, day) * 1440 }
    }

    /// The instant a span after this one, with seconds dropped.
    #[must_use]
    pub fn after(self, span: Span) -> Self {
        Self { minutes: self.minutes + i64::try_from(span.0 / 60_000).unwrap_or(i64::MAX / 2) }
    }

    /// Its date and time of day.
    pub fn civil(self) -> Civil {
        let (days, minute) = (self.minutes.div_euclid(1440), self.minutes.rem_euclid(1440));
        let (year, month, day) = civil_from_days(days);
        let small = |n: i64| u8::try_from(n).unwrap_or(0);
        let weekday = Weekday::ALL[usize::from(small((days + 3).rem_euclid(7)))]; // 1970-01-01 was a Thursday
        Civil {
            year,
            month: small(month),
            day: small(day),
            hour: small(minute / 60),
            minute: small(minute % 60),
            weekday,
        }
    }

    /// Minutes from another instant to this one; negative if this one is earlier.
    pub const fn minutes_since(self, other: Self) -> i64 {
        self.minutes - other.minutes
    }

    /// Minutes since the Monday before or at it, 0 to 10,079.
    pub fn minute_of_week(self) -> u32 {
        u32::try_from((self.minutes + 3 * 1440).rem_euclid(7 * 1440)).unwrap_or(0)
    }

    /// The clock of that day in seconds past the minute is dropped: `Tue 19:43`.
    pub fn short(self) -> String {
        let c = self.civil();
        format!("{} {:02}:{:02}", c.weekday.short(), c.hour, c.minute)
    }
}

impl Default for CalendarTime {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for CalendarTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil();
        write!(f, "{:04}-{:02}-{:02}T{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute)
    }
}

impl From<CalendarTime> for String {
    fn from(time: CalendarTime) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for CalendarTime {
    type Error = ParseCalendarTimeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let parsed = || {
            let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
            let mut date = date.splitn(3, '-').map(|p| p.parse::<i64>().ok());
            let (year, month, day) = (date.next()??, date.next()??, date.next()??);
            let (hour, minute) = time.split_once(':')?;
            let (hour, minute) = (hour.parse::<i64>().ok()?, minute.parse::<i64>().ok()?);
            let sane = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (0..24).contains(&hour);
            if !sane || !(0..60).contains(&minute) || !(1..=31).contains(&day) {
                return None;
            }
            let days = days_from_civil(year, month, day);
            (civil_from_days(days) == (year, month, day)).then_some(Self { minutes: days * 1440 + hour * 60 + minute })
        };
        parsed().ok_or(ParseCalendarTimeError(text.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_start_is_a_monday() {
        let start = CalendarTime::DEFAULT;
        assert_eq!(start.to_string(), "2026-06-01T00:00Z");
        assert_eq!(start.civil().weekday, Weekday::Monday);
        assert_eq!(start.minute_of_week(), 0);
        assert_eq!(start.after(Span::from_hours(30)).short(), "Tue 06:00");
    }

    #[test]
    fn calendar_times_survive_their_text() {
        for text in ["2026-06-01T00:00Z", "2028-02-29T23:59Z", "1970-01-01T00:00Z"] {
            assert_eq!(CalendarTime::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for text in ["2026-02-29T00:00Z", "2026-06-01 00:00", "2026-13-01T00:00Z", "x"] {
            assert!(CalendarTime::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_read_as_people_say_them() {
        for (span, text) in [
            (Span::from_ms(350), "350 ms"),
            (Span::from_ms(9_350), "9.3 s"),
            (Span::from_secs(45), "45 s"),
            (Span::from_secs(400), "6 min 40 s"),
            (Span::from_minutes(125), "2 h 05 min"),
            (Span::from_hours(76), "3 d 4 h"),
        ] {
            assert_eq!(span.to_string(), text);
        }
    }
}
