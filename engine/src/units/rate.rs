//! A price is a ratio: so much money for so much of something.
//!
//! Quantities stay whole numbers of a meter's smallest unit (CPU units × milliseconds, picobytes, …), and a
//! price keeps the quantity it is for, so that nothing is divided before the one rounding of a bill line.

use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use super::money::{Usd, div_half_even};

/// An amount in the smallest unit of a meter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(u128);

/// So many dollars for so much: `usd / per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// The price of `per`.
    pub usd: Usd,
    /// What `usd` buys; never zero.
    per: Quantity,
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// From the meter's smallest units.
    pub const fn from_base(units: u128) -> Self {
        Self(units)
    }
    /// In the meter's smallest units.
    pub const fn base(self) -> u128 {
        self.0
    }
    /// What is left after taking `other` away, at least nothing.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
    /// Scaled by `part / whole`, rounded half to even.
    #[must_use]
    pub fn scaled(self, part: u64, whole: u64) -> Self {
        assert!(whole > 0, "a quantity is scaled by a part of something");
        Self(mul_div_half_even(self.0, u128::from(part), u128::from(whole)))
    }
    /// As a decimal in units of `per`, at most `decimals` digits (half to even), no trailing zeros.
    pub fn decimal_text(self, per: Self, decimals: u32) -> String {
        let scale = 10u128.pow(decimals);
        let scaled = mul_div_half_even(self.0, scale, per.0.max(1));
        let (whole, fraction) = (scaled / scale, scaled % scale);
        if fraction == 0 {
            return whole.to_string();
        }
        let digits = format!("{fraction:0width$}", width = decimals as usize);
        format!("{whole}.{}", digits.trim_end_matches('0'))
    }
    /// In units of `per`, for chart pixels only.
    pub fn in_units_of(self, per: Self) -> f64 {
        self.0 as f64 / per.0.max(1) as f64
    }
}

/// `value * factor / divisor`, rounded once, half to even.
///
/// What does not fit 128 bits is the most that does.
fn mul_div_half_even(value: u128, factor: u128, divisor: u128) -> u128 {
    if let Some(product) = value.checked_mul(factor) {
        return div_half_even(product, divisor);
    }
    // Long multiplication by the factor's bits, highest first: (quotient, rest) of the product so far.
    let (mut quotient, mut rest) = (0u128, 0u128);
    let (step, step_rest) = (value / divisor, value % divisor);
    for bit in (0..128 - factor.leading_zeros()).rev() {
        let add = factor >> bit & 1;
        let (doubled, carry) = add_mod(rest, rest, divisor);
        let (next, more) = add_mod(doubled, step_rest * add, divisor);
        quotient = quotient.saturating_mul(2).saturating_add((step * add).saturating_add(carry + more));
        rest = next;
    }
    let up = rest > divisor - rest || (rest == divisor - rest && quotient % 2 == 1);
    quotient.saturating_add(u128::from(up))
}

/// `a + b` modulo `divisor` with its carry; both are below `divisor`.
const fn add_mod(a: u128, b: u128, divisor: u128) -> (u128, u128) {
    if a >= divisor - b && b > 0 { (a - (divisor - b), 1) } else { (a + b, 0) }
}

impl Add for Quantity {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Quantity {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Add::add)
    }
}

impl Rate {
    /// `usd` for `per`; `None` if `per` is nothing.
    pub fn new(usd: Usd, per: Quantity) -> Option<Self> {
        (per.0 > 0).then_some(Self { usd, per })
    }
    /// What one `usd` of this rate buys.
    pub const fn per(self) -> Quantity {
        self.per
    }
    /// What a quantity costs, rounded once, half to even, to a billionth of a dollar.
    ///
    /// A cost beyond what [`Usd`] holds (9.2 billion dollars) is that much.
    pub fn cost(self, quantity: Quantity) -> Usd {
        let usd = u128::from(self.usd.nanos().unsigned_abs());
        let nanos = mul_div_half_even(quantity.0, usd, self.per.0);
        let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
        Usd::from_nanos(if self.usd < Usd::ZERO { -nanos } else { nanos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VCPU_HOUR: Quantity = Quantity::from_base(1024 * 3_600_000);
    const GB_HOUR: Quantity = Quantity::from_base(1024 * 3_600_000);

    fn rate(usd: &str, per: Quantity) -> Rate {
        Rate::new(Usd::parse(usd).unwrap(), per).unwrap()
    }

    #[test]
    fn tv_28_a_fargate_task_for_a_month() {
        // 730 h x (1 x 0.04048 + 2 x 0.004445) = 36.0401.
        let ms = 730 * 3_600_000;
        let cpu = rate("0.04048", VCPU_HOUR).cost(Quantity::from_base(1024 * ms));
        let memory = rate("0.004445", GB_HOUR).cost(Quantity::from_base(2048 * ms));
        assert_eq!((cpu + memory).to_string(), "36.0401");
    }

    #[test]
    fn tv_29_a_minute_is_rounded_once_a_line() {
        // 0.04048 / 60 = 0.000674666..., 2 x 0.004445 / 60 = 0.000148166...
        assert_eq!(rate("0.04048", VCPU_HOUR).cost(Quantity::from_base(1024 * 60_000)).to_string(), "0.000674667");
        assert_eq!(rate("0.004445", GB_HOUR).cost(Quantity::from_base(2048 * 60_000)).to_string(), "0.000148167");
    }

    #[test]
    fn ties_go_to_even() {
        // 1 nano-dollar for 2: one unit is half a nano-dollar.
        let half = rate("0.000000001", Quantity::from_base(2));
        assert_eq!(half.cost(Quantity::from_base(1)).nanos(), 0);
        assert_eq!(half.cost(Quantity::from_base(3)).nanos(), 2);
        assert_eq!(half.cost(Quantity::from_base(5)).nanos(), 2);
    }

    #[test]
    fn products_beyond_128_bits_are_exact() {
        // Shifts stand for exact divisions by powers of two.
        assert_eq!(mul_div_half_even(1 << 100, 6 << 40, 1 << 103), (6 << 40) >> 3);
        let one_and_a_half = mul_div_half_even(3 << 100, 1 << 27, 1 << 127);
        assert_eq!(one_and_a_half, 3);
        assert_eq!(mul_div_half_even(u128::MAX, u128::MAX, u128::MAX), u128::MAX);
    }

    #[test]
    fn quantities_read_as_decimals() {
        assert_eq!(Quantity::from_base(1024 * 90 * 60_000).decimal_text(VCPU_HOUR, 9), "1.5");
        assert_eq!(Quantity::from_base(1024 * 20_000).decimal_text(VCPU_HOUR, 6), "0.005556");
        assert_eq!(Quantity::ZERO.decimal_text(VCPU_HOUR, 9), "0");
    }
}
