//! Cron expressions in AWS's own dialect: minutes, hours, day of month, month, day of week, year.
//!
//! In: the six fields, as AWS's consoles write them with `cron(` and `)` around, or bare. Out: which days and minutes they name, or which field is wrong and why.
//! Source: EventBridge Scheduler User Guide, "Schedule types"; rules SCH-04 and SCH-05.

use crate::units::{CalendarTime, Civil, Span, Weekday};

/// After so many years the calendar repeats with its weekdays: 10,227 days are 1,461 weeks.
const CYCLE_YEARS: i64 = 28;

/// How long that is.
pub const CYCLE: Span = Span::from_days(10_227);

/// A cron expression that AWS takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Set,
    hours: Set,
    days: Days,
    months: Set,
    /// None names every year.
    years: Option<Set>,
}

/// Which days it names: one of the two fields says it, the other is `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(Set),
    LastOfMonth,
    /// The weekday nearest to a day, within its month.
    WeekdayNearest(u16),
    LastWeekdayOfMonth,
    /// 1 is Sunday.
    OfWeek(Set),
    /// The last of a weekday in its month.
    LastOfWeek(u16),
    /// The n-th of a weekday in its month.
    NthOfWeek(u16, u16),
}

/// Numbers of one field, sorted.
type Set = Vec<u16>;

/// A field of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    name: &'static str,
    from: u16,
    to: u16,
    /// Words for its numbers, from `from` on.
    words: &'static [&'static str],
}

const MINUTES: Field = Field { name: "minutes", from: 0, to: 59, words: &[] };
const HOURS: Field = Field { name: "hours", from: 0, to: 23, words: &[] };
const DAY_OF_MONTH: Field = Field { name: "day of month", from: 1, to: 31, words: &[] };
const MONTHS: Field = Field {
    name: "month",
    from: 1,
    to: 12,
    words: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const DAY_OF_WEEK: Field =
    Field { name: "day of week", from: 1, to: 7, words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const YEARS: Field = Field { name: "year", from: 1970, to: 2199, words: &[] };

/// Why a text is no cron expression of AWS's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not six fields.
    #[error("a cron expression has six fields (minutes, hours, day of month, month, day of week, year), not {0}")]
    Fields(usize),
    /// Both or neither day field speaks.
    #[error("one of day of month and day of week must be ?")]
    BothDays,
    /// A field says something else than it may.
    #[error("{field} is `{text}`: {wants}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it says.
        text: String,
        /// What it may say.
        wants: String,
    },
}

impl Field {
    fn wrong(self, text: &str) -> CronError {
        let words = match (self.words.first(), self.words.last()) {
            (Some(first), Some(last)) => format!(" or {first} to {last}"),
            _ => String::new(),
        };
        let wants =
            format!("it takes {} to {}{words}, lists with , ranges with - steps with / and *", self.from, self.to);
        CronError::Field { field: self.name, text: text.to_owned(), wants }
    }

    fn number(self, text: &str) -> Option<u16> {
        let word = self.words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let number = match word {
            Some(place) => self.from + u16::try_from(place).ok()?,
            None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok()?,
            None => return None,
        };
        (self.from..=self.to).contains(&number).then_some(number)
    }

    fn set(self, text: &str) -> Result<Set, CronError> {
        let mut all = Set::new();
        for part in text.split(',') {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (Some(self.from), Some(self.to)),
                Some((from, to)) => (self.number(from), self.number(to)),
                // With a step a single number goes on to the end (rule SCH-05).
                None => (self.number(range), if step.is_some() { Some(self.to) } else { self.number(range) }),
            };
            let step = step.map_or(Some(1), |step| step.parse::<u16>().ok().filter(|step| *step > 0));
            let (Some(from), Some(to), Some(step)) = (from, to, step) else { return Err(self.wrong(text)) };
            if from > to {
                return Err(self.wrong(text));
            }
            all.extend((from..=to).step_by(usize::from(step)));
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }
}

impl Days {
    fn of_month(text: &str) -> Result<Self, CronError> {
        let upper = text.to_ascii_uppercase();
        Ok(match upper.as_str() {
            "L" => Self::LastOfMonth,
            "LW" => Self::LastWeekdayOfMonth,
            other => match other.strip_suffix('W') {
                Some(day) => Self::WeekdayNearest(DAY_OF_MONTH.number(day).ok_or_else(|| DAY_OF_MONTH.wrong(text))?),
                None => Self::OfMonth(DAY_OF_MONTH.set(&upper)?),
            },
        })
    }

    fn of_week(text: &str) -> Result<Self, CronError> {
        let upper = text.to_ascii_uppercase();
        let day = |text: &str| DAY_OF_WEEK.number(text);
        let wrong = || DAY_OF_WEEK.wrong(text);
        if let Some((of, nth)) = upper.split_once('#') {
            let nth = nth.parse::<u16>().ok().filter(|nth| (1..=5).contains(nth));
            return Ok(Self::NthOfWeek(day(of).ok_or_else(wrong)?, nth.ok_or_else(wrong)?));
        }
        match upper.strip_suffix('L') {
            // Alone it is the last day of the week, Saturday.
            Some("") => Ok(Self::OfWeek(vec![7])),
            Some(of) if day(of).is_some() => Ok(Self::LastOfWeek(day(of).ok_or_else(wrong)?)),
            Some(_) | None => Ok(Self::OfWeek(DAY_OF_WEEK.set(&upper)?)),
        }
    }

    fn name(&self, date: Date) -> bool {
        let (day, last) = (date.day, date.last);
        match self {
            Self::OfMonth(days) => days.binary_search(&day).is_ok(),
            Self::LastOfMonth => day == last,
            Self::WeekdayNearest(wanted) => day == date.weekday_nearest((*wanted).min(last)) && *wanted <= last,
            Self::LastWeekdayOfMonth => day == date.weekday_nearest(last),
            Self::OfWeek(days) => days.binary_search(&date.weekday).is_ok(),
            Self::LastOfWeek(weekday) => date.weekday == *weekday && day + 7 > last,
            Self::NthOfWeek(weekday, nth) => date.weekday == *weekday && (day - 1) / 7 + 1 == *nth,
        }
    }
}

/// A date as the fields see it.
#[derive(Debug, Clone, Copy)]
struct Date {
    year: u16,
    month: u16,
    day: u16,
    /// 1 is Sunday.
    weekday: u16,
    /// The last day of its month.
    last: u16,
}

impl Date {
    fn of(civil: Civil) -> Self {
        let month = u16::from(civil.month);
        let year = u16::try_from(civil.year).unwrap_or(u16::MAX);
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 => 28 + u16::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let from_monday = Weekday::ALL.iter().position(|weekday| *weekday == civil.weekday).unwrap_or(0);
        let weekday = u16::try_from((from_monday + 1) % 7).unwrap_or(0) + 1;
        Self { year, month, day: u16::from(civil.day), weekday, last }
    }

    /// The day of this month that is the weekday nearest to a day of it.
    fn weekday_nearest(self, day: u16) -> u16 {
        // From this date's weekday to the other's, in days modulo 7; 0 is Sunday.
        let weekday = (self.weekday - 1 + 70 + day - self.day) % 7;
        match weekday {
            6 if day == 1 => 3,
            6 => day - 1,
            0 if day == self.last => day - 2,
            0 => day + 1,
            _ => day,
        }
    }
}

impl Cron {
    /// From its six fields, with or without AWS's `cron(` and `)` around them.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let text = text.trim();
        let text = text.strip_prefix("cron(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(text);
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minutes, hours, of_month, months, of_week, years] = fields.as_slice() else {
            return Err(CronError::Fields(fields.len()));
        };
        let days = match (*of_month, *of_week) {
            ("?", "?") => return Err(CronError::BothDays),
            (of_month, "?") => Days::of_month(of_month)?,
            ("?", of_week) => Days::of_week(of_week)?,
            _ => return Err(CronError::BothDays),
        };
        Ok(Self {
            minutes: MINUTES.set(minutes)?,
            hours: HOURS.set(hours)?,
            days,
            months: MONTHS.set(months)?,
            years: if *years == "*" { None } else { Some(YEARS.set(years)?) },
        })
    }

    /// How often it fires on a day.
    fn times_on(&self, date: Date) -> u64 {
        let named = self.years.as_ref().is_none_or(|years| years.binary_search(&date.year).is_ok())
            && self.months.binary_search(&date.month).is_ok()
            && self.days.name(date);
        if named { crate::units::count(self.minutes.len() * self.hours.len()) } else { 0 }
    }

    /// How often it fires in 28 years, after which the calendar repeats; `None` where it names years.
    ///
    /// Assumption: an hour that the clocks leave out or repeat is not looked at: one day in some 180.
    pub fn times_a_cycle(&self) -> Option<u64> {
        if self.years.is_some() {
            return None;
        }
        let from = CalendarTime::of_date(2001, 1, 1);
        let days = 0..CYCLE.ms() / Span::from_days(1).ms();
        debug_assert_eq!(from.after(CYCLE), CalendarTime::of_date(2001 + CYCLE_YEARS, 1, 1));
        Some(days.map(|day| self.times_on(Date::of(from.after(Span::from_days(day)).civil()))).sum())
    }

    /// How often it fires from an instant on, for so long; it fires at second 0 (rule SCH-06).
    pub fn times_within(&self, from: CalendarTime, window: Span) -> u64 {
        let (mut at, end) = (from, from.after(window));
        let mut times = 0;
        while at < end {
            let civil = at.civil();
            let date = Date::of(civil);
            let whole_day = civil.hour == 0 && civil.minute == 0 && at.after(Span::from_days(1)) <= end;
            if whole_day {
                times += self.times_on(date);
                at = at.after(Span::from_days(1));
                continue;
            }
            let fires = self.hours.binary_search(&u16::from(civil.hour)).is_ok()
                && self.minutes.binary_search(&u16::from(civil.minute)).is_ok();
            times += u64::from(fires && self.times_on(date) > 0);
            at = at.after(Span::from_minutes(1));
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn times(expression: &str, from: (i64, i64, i64), days: u64) -> u64 {
        let from = CalendarTime::of_date(from.0, from.1, from.2);
        Cron::parse(expression).unwrap().times_within(from, Span::from_days(days))
    }

    #[test]
    fn sch_04_days_hours_and_minutes_are_counted() {
        // June 2026 begins on a Monday and has 30 days, 22 of them weekdays.
        let june = (2026, 6, 1);
        for (expression, fires) in [
            ("0 1 * * ? *", 30),
            ("cron(0 1 * * ? *)", 30),
            ("0/15 8-17 ? * MON-FRI *", 22 * 10 * 4),
            ("0 0 1,15 * ? *", 2),
            ("30 2 L * ? *", 1),
            ("0 9 ? 7 * *", 0),
            ("0 9 ? JUN SUN *", 4),
            ("0 0 * * ? 2027", 0),
            ("0 0 * * ? 2026", 30),
        ] {
            assert_eq!(times(expression, june, 30), fires, "{expression}");
        }
    }

    #[test]
    fn sch_05_l_w_and_number_sign() {
        let on = |expression: &str, day: i64| times(expression, (2026, 8, day), 1) == 1;
        // August 2026 begins on a Saturday and ends on a Monday, the 31st.
        assert!(on("0 0 ? * 6L *", 28) && !on("0 0 ? * 6L *", 21), "the last Friday");
        assert!(on("0 0 ? * 3#2 *", 11) && !on("0 0 ? * 3#2 *", 4), "the second Tuesday");
        assert!(on("0 0 1W * ? *", 3) && !on("0 0 1W * ? *", 1), "the 1st is a Saturday: the 3rd, within the month");
        assert!(on("0 0 15W * ? *", 14), "the 15th is a Saturday: the 14th");
        assert!(on("0 0 16W * ? *", 17), "the 16th is a Sunday: the 17th");
        assert!(on("0 0 LW * ? *", 31));
        assert!(times("0 0 LW * ? *", (2026, 5, 29), 1) == 1, "May ends on a Sunday: Friday the 29th");
        assert!(on("0 0 1/10 * ? *", 31) && on("0 0 1/10 * ? *", 11) && !on("0 0 1/10 * ? *", 10));
        assert!(on("0 0 ? * L *", 1), "Saturday");
    }

    #[test]
    fn the_calendar_repeats_after_28_years() {
        let cycle = |expression: &str| Cron::parse(expression).unwrap().times_a_cycle();
        assert_eq!(cycle("0 1 * * ? *"), Some(10_227));
        assert_eq!(cycle("0 0 ? * MON *"), Some(1_461));
        assert_eq!(cycle("0 0 29 2 ? *"), Some(7));
        assert_eq!(cycle("0 0 1 1 ? 2027"), None);
        assert_eq!(CalendarTime::of_date(2001, 1, 1).after(CYCLE), CalendarTime::of_date(2029, 1, 1));
    }

    #[test]
    fn what_aws_refuses_is_refused_with_its_field() {
        for (expression, said) in [
            ("0 1 * * *", "six fields"),
            ("0 1 * * * *", "must be ?"),
            ("0 1 ? * ? *", "must be ?"),
            ("60 1 * * ? *", "minutes is `60`: it takes 0 to 59"),
            ("0 24 * * ? *", "hours"),
            ("0 1 0 * ? *", "day of month"),
            ("0 1 * 13 ? *", "month"),
            ("0 1 ? * 8 *", "day of week"),
            ("0 1 ? * 3#6 *", "day of week"),
            ("0 1 ? * 3#1,6#3 *", "day of week"),
            ("0 1 * * ? 1969", "year"),
            ("5-1 1 * * ? *", "minutes"),
            ("0/0 1 * * ? *", "minutes"),
            ("a 1 * * ? *", "minutes"),
        ] {
            let error = Cron::parse(expression).unwrap_err().to_string();
            assert!(error.contains(said), "{expression}: {error}");
        }
    }
}
