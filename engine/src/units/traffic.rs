//! Bytes and requests: how many, and how many a second.
//!
//! Traffic is a fluid: a rate holds between two events, and what flowed is an exact product. Rates are
//! whole thousandths a second, so a rate over milliseconds is a whole number of millionths.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use super::time::Span;

/// Bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u64);

/// Thousandths of a request (job, connection …) a second.
///
/// Written in files as `400/s` or `0.3/s`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MilliPerSecond(u64);

/// Millionths of a request (job, connection …): what a rate of thousandths a second gives over milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micro(u128);

/// A share or a multiplier in millionths: 1,000,000 is the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ppm(u32);

impl Bytes {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// From bytes.
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }
    /// From decimal megabytes.
    pub const fn from_mb(mb: u64) -> Self {
        Self(mb.saturating_mul(1_000_000))
    }
    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Add for Bytes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Add::add)
    }
}

/// `self × part / whole`, rounded down; the quotient first, which keeps to 64 bits and is several times as fast.
trait MulDiv {
    fn mul_div(self, part: u64, whole: u64) -> Self;
}

impl MulDiv for u64 {
    fn mul_div(self, part: u64, whole: u64) -> Self {
        (self / whole).saturating_mul(part).saturating_add((self % whole).saturating_mul(part) / whole)
    }
}

impl MilliPerSecond {
    /// No traffic.
    pub const ZERO: Self = Self(0);
    /// From thousandths a second.
    pub const fn from_milli(milli: u64) -> Self {
        Self(milli)
    }
    /// From whole ones a second.
    pub const fn from_whole(per_second: u64) -> Self {
        Self(per_second.saturating_mul(1000))
    }
    /// In thousandths a second.
    pub const fn milli(self) -> u64 {
        self.0
    }
    /// A second, for people and for formulas inside one function.
    pub fn per_second(self) -> f64 {
        self.0 as f64 / 1000.0
    }
    /// How much flows in a span.
    pub fn over(self, span: Span) -> Micro {
        Micro(u128::from(self.0) * u128::from(span.ms()))
    }
    /// That percentage of the rate, rounded down to a thousandth a second.
    #[must_use]
    pub fn percent(self, percent: super::Percent) -> Self {
        Self(self.0.mul_div(u64::from(percent.percent()), 100))
    }
    /// What of it is done where of a `whole` only a `part` is, rounded down to a thousandth a second; all of it where
    /// nothing is left.
    #[must_use]
    pub fn in_proportion(self, part: Self, whole: Self) -> Self {
        if part >= whole {
            return self;
        }
        let done = u128::from(self.0) * u128::from(part.0) / u128::from(whole.0);
        Self(u64::try_from(done).unwrap_or(u64::MAX))
    }
    /// In words with commas between thousands: "50,000/s", "0.3/s"; hundreds and more in whole ones.
    pub fn said(self) -> String {
        if self.0 < 100_000 {
            return self.to_string();
        }
        let digits = (self.0 / 1000).to_string();
        let grouped = digits.char_indices().map(|(place, digit)| {
            let comma = place > 0 && (digits.len() - place).is_multiple_of(3);
            format!("{}{digit}", if comma { "," } else { "" })
        });
        format!("{}/s", grouped.collect::<String>())
    }
    /// That share of the rate, rounded down to a thousandth a second.
    #[must_use]
    pub fn share(self, ppm: Ppm) -> Self {
        Self(self.0.mul_div(u64::from(ppm.0), 1_000_000))
    }
}

impl Add for MilliPerSecond {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for MilliPerSecond {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Add::add)
    }
}

impl Micro {
    /// None.
    pub const ZERO: Self = Self(0);
    /// From millionths.
    pub const fn from_micro(micro: u128) -> Self {
        Self(micro)
    }
    /// In millionths.
    pub const fn micro(self) -> u128 {
        self.0
    }
    /// What a running total has grown by since a mark, which moves up to it.
    #[must_use]
    pub fn since(self, mark: &mut Self) -> Self {
        self - std::mem::replace(mark, self)
    }
    /// The mean rate over a span, rounded down to a thousandth a second; nothing over no time.
    pub fn mean_over(self, span: Span) -> MilliPerSecond {
        if self.0 == 0 || span == Span::ZERO {
            return MilliPerSecond::ZERO;
        }
        MilliPerSecond(u64::try_from(self.0 / u128::from(span.ms())).unwrap_or(u64::MAX))
    }
    /// In whole ones, for people and for formulas inside one function.
    pub fn whole(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Add for Micro {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Micro {
    type Output = Self;
    /// Stops at nothing.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Sub for MilliPerSecond {
    type Output = Self;
    /// Stops at nothing.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Micro {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Ppm {
    /// Nothing of it.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(1_000_000);
    /// From millionths.
    pub const fn from_ppm(ppm: u32) -> Self {
        Self(ppm)
    }
    /// `part` of `whole`, rounded to the nearest millionth; nothing of nothing is nothing.
    pub fn ratio(part: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self::ZERO;
        }
        let (part, whole) = (u128::from(part), u128::from(whole));
        Self(u32::try_from((part * 2_000_000 + whole) / (2 * whole)).unwrap_or(u32::MAX))
    }
    /// In millionths.
    pub const fn ppm(self) -> u32 {
        self.0
    }
    /// As a fraction, for people and for formulas inside one function.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl fmt::Display for Bytes {
    /// `310 GB`, decimal, three figures.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.0 as f64;
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            if value < 999.5 {
                let digits = usize::from(!(unit == "B" || value >= 99.95));
                return write!(f, "{value:.digits$} {unit}");
            }
            value /= 1000.0;
        }
        write!(f, "{value:.1} PB")
    }
}

impl fmt::Display for MilliPerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.per_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_over_time_is_exact() {
        // 0.3 requests a second for 730 h = 0.3 * 2,628,000 s = 788,400 requests.
        assert_eq!(MilliPerSecond::from_milli(300).over(Span::MONTH).micro(), 788_400_000_000);
    }

    #[test]
    fn rates_are_said_and_shared_out() {
        let said = |milli| MilliPerSecond::from_milli(milli).said();
        assert_eq!(
            [50_000_000, 1_234_567_890, 100_900, 99_500, 300].map(said),
            ["50,000/s", "1,234,567/s", "100/s", "99.5/s", "0.3/s"]
        );
        let of = |part, whole| {
            let [part, whole] = [part, whole].map(MilliPerSecond::from_milli);
            MilliPerSecond::from_milli(100).in_proportion(part, whole).milli()
        };
        // 100 × 2 / 3 = 66.67; nothing is asked, nothing can be done, all can be done.
        assert_eq!([of(2, 3), of(0, 0), of(0, 3), of(3, 3)], [66, 100, 0, 100]);
    }

    #[test]
    fn ratios_round_to_the_nearest_millionth() {
        assert_eq!(Ppm::ratio(2, 3).ppm(), 666_667);
        assert_eq!(Ppm::ratio(1, 3).ppm(), 333_333);
        assert_eq!(Ppm::ratio(0, 0).ppm(), 0);
    }

    #[test]
    fn bytes_read_decimal() {
        assert_eq!(Bytes::from_mb(310_000).to_string(), "310 GB");
        assert_eq!(Bytes::from_bytes(1_234).to_string(), "1.2 kB");
    }
}
