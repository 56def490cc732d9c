//! CPU, memory, disk and shares of them.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// CPU units: 1024 are one vCPU.
///
/// Source: ECS Developer Guide, "Task definition parameters", task `cpu` (read 2026-10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CpuUnits(u32);

/// Whole mebibytes of memory or disk: the unit ECS counts memory in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mib(u32);

/// Whole gibibytes: the unit AWS sizes disks in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gib(u32);

/// A whole percentage; may exceed 100 (`maximumPercent` 200).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u16);

macro_rules! amounts {
    ($($name:ident: $raw:ty),*) => {$(
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self { Self(self.0.saturating_add(other.0)) }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) { *self = *self + other; }
        }
        impl Sub for $name {
            type Output = Self;
            /// Stops at zero: an amount is never negative.
            fn sub(self, other: Self) -> Self { Self(self.0.saturating_sub(other.0)) }
        }
        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) { *self = *self - other; }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self { items.fold(Self(0), Add::add) }
        }
    )*};
}
amounts!(CpuUnits: u32, Mib: u32, Gib: u32);

impl CpuUnits {
    /// No CPU.
    pub const ZERO: Self = Self(0);
    /// From CPU units.
    pub const fn from_units(units: u32) -> Self {
        Self(units)
    }
    /// From whole vCPUs.
    pub const fn from_vcpus(vcpus: u32) -> Self {
        Self(vcpus.saturating_mul(1024))
    }
    /// In CPU units.
    pub const fn units(self) -> u32 {
        self.0
    }
    /// In vCPUs, for people and for formulas inside one function.
    pub fn vcpus(self) -> f64 {
        f64::from(self.0) / 1024.0
    }
    /// So many times as much.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl Mib {
    /// No memory.
    pub const ZERO: Self = Self(0);
    /// From mebibytes.
    pub const fn from_mib(mib: u32) -> Self {
        Self(mib)
    }
    /// From gibibytes.
    pub const fn from_gib(gib: u32) -> Self {
        Self(gib.saturating_mul(1024))
    }
    /// In mebibytes.
    pub const fn mib(self) -> u32 {
        self.0
    }
    /// In gibibytes, for people and for formulas inside one function.
    pub fn gib(self) -> f64 {
        f64::from(self.0) / 1024.0
    }
    /// So many times as much.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl Gib {
    /// From gibibytes.
    pub const fn from_gib(gib: u32) -> Self {
        Self(gib)
    }
    /// In gibibytes.
    pub const fn gib(self) -> u32 {
        self.0
    }
}

impl Percent {
    /// The whole.
    pub const HUNDRED: Self = Self(100);
    /// From whole percents.
    pub const fn from_percent(percent: u16) -> Self {
        Self(percent)
    }
    /// In whole percents.
    pub const fn percent(self) -> u16 {
        self.0
    }
    /// That share of a count, rounded down.
    pub fn floor_of(self, count: u32) -> u32 {
        u32::try_from(u64::from(count) * u64::from(self.0) / 100).unwrap_or(u32::MAX)
    }
    /// That share of a count, rounded up.
    pub fn ceil_of(self, count: u32) -> u32 {
        u32::try_from((u64::from(count) * u64::from(self.0)).div_ceil(100)).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for CpuUnits {
    /// `0.5 vCPU`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} vCPU", self.vcpus())
    }
}

impl fmt::Display for Mib {
    /// `512 MiB`, `2 GB`: below one gibibyte in MiB, above it as ECS writes sizes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1024 { write!(f, "{} MiB", self.0) } else { write!(f, "{} GB", self.gib()) }
    }
}

impl fmt::Display for Gib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} GiB", self.0)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_round_as_ecs_does() {
        // V07: 66 % of 7 = 4.62, up 5; 133 % of 7 = 9.31, down 9.
        assert_eq!(Percent::from_percent(66).ceil_of(7), 5);
        assert_eq!(Percent::from_percent(133).floor_of(7), 9);
    }

    #[test]
    fn sizes_read_as_people_write_them() {
        assert_eq!(CpuUnits::from_units(256).to_string(), "0.25 vCPU");
        assert_eq!(Mib::from_mib(512).to_string(), "512 MiB");
        assert_eq!(Mib::from_gib(4).to_string(), "4 GB");
    }
}
