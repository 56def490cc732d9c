//! Money: US dollars in whole billionths.
//!
//! Integer addition is associative, so a bill is the same whatever order its parts came in, and a total
//! equals the sum of its lines to the last digit.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// US dollars in billionths (nano-dollars); up to 9.2 billion dollars either way.
///
/// Written as decimal text (`"0.04048"`) in files, never as a float.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Usd(i64);

/// Why a text is no amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no amount in USD with at most nine decimals, like 12.50")]
pub struct ParseUsdError(String);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// From billionths of a dollar.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }
    /// From cents.
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents * 10_000_000)
    }
    /// In billionths of a dollar.
    pub const fn nanos(self) -> i64 {
        self.0
    }
    /// In dollars, for chart pixels only.
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e9
    }
    /// Exactly parsed from decimal text.
    pub fn parse(text: &str) -> Result<Self, ParseUsdError> {
        parse_nanos(text).map(Self).ok_or_else(|| ParseUsdError(text.to_owned()))
    }
    /// Rounded half to even at the cent, with thousands separators: `$1,412.70`, `−$3.00`.
    pub fn cents_text(self) -> String {
        let text = self.rounded(10_000_000, 2);
        format!("{}${text}", if self.0 < 0 && text != "0.00" { "−" } else { "" })
    }
    /// Rounded half to even at the dollar, with thousands separators: `$1,413`.
    pub fn dollars_text(self) -> String {
        let text = self.rounded(1_000_000_000, 0);
        format!("{}${text}", if self.0 < 0 && text != "0" { "−" } else { "" })
    }
    /// Like [`Self::cents_text`] with a sign for gains too: `+$65.70`, `−$214.80`.
    pub fn signed_text(self) -> String {
        if self.0 > 0 { format!("+{}", self.cents_text()) } else { self.cents_text() }
    }

    fn rounded(self, step: u64, decimals: usize) -> String {
        let units = div_half_even(u128::from(self.0.unsigned_abs()), u128::from(step));
        let (whole, rest) = if decimals == 0 { (units, 0) } else { (units / 100, units % 100) };
        let digits = whole.to_string();
        let mut grouped = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        if decimals == 0 { grouped } else { format!("{grouped}.{rest:02}") }
    }
}

/// `value / step`, rounded half to even.
pub(crate) fn div_half_even(value: u128, step: u128) -> u128 {
    let (quotient, rest) = (value / step, value % step);
    let up = match (rest * 2).cmp(&step) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 == 1,
        std::cmp::Ordering::Greater => true,
    };
    quotient + u128::from(up)
}

fn parse_nanos(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 9 || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.') {
        return None;
    }
    let whole = whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?;
    let fraction = format!("{fraction:0<9}").parse::<i64>().ok()?;
    let nanos = whole.checked_add(fraction)?;
    Some(if negative { -nanos } else { nanos })
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Usd {
    /// The exact decimal with no trailing zeros: `0.04048`, `12`, `-3.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0.unsigned_abs() / 1_000_000_000, self.0.unsigned_abs() % 1_000_000_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:09}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl From<Usd> for String {
    fn from(usd: Usd) -> Self {
        usd.to_string()
    }
}

impl TryFrom<String> for Usd {
    type Error = ParseUsdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exact_both_ways() {
        for text in ["0", "0.04048", "12", "-3.5", "9223372036.854775807", "0.000000001"] {
            assert_eq!(Usd::parse(text).unwrap().to_string(), text);
        }
        for text in ["", ".5", "1.", "1e3", "0.0000000001", "1,000", "--1", "9223372037"] {
            assert!(Usd::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cents_round_half_to_even() {
        assert_eq!(Usd::parse("1412.705").unwrap().cents_text(), "$1,412.70");
        assert_eq!(Usd::parse("1412.715").unwrap().cents_text(), "$1,412.72");
        assert_eq!(Usd::parse("-214.8").unwrap().signed_text(), "−$214.80");
        assert_eq!(Usd::parse("65.7").unwrap().signed_text(), "+$65.70");
        assert_eq!(Usd::parse("-0.001").unwrap().cents_text(), "$0.00");
        assert_eq!(Usd::parse("1234567").unwrap().dollars_text(), "$1,234,567");
    }
}
