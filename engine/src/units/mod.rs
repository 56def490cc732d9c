//! Every quantity of Bayplan, each a type of its own.
//!
//! A number gets in and out only through a constructor or getter that names its unit, and only the
//! arithmetic that means something exists. Conversions between numeric types happen here alone.
//! Nothing here knows anything else of ours.

pub mod compute;
pub mod kept;
pub mod money;
pub mod rate;
pub mod text;
pub mod time;
pub mod traffic;
pub mod written;

pub use compute::{CpuUnits, Gib, Mib, Percent};
pub use money::Usd;
pub use rate::{Quantity, Rate};
pub use time::{CalendarTime, Civil, Minutes, Seconds, SimTime, Span, Weekday};
pub use traffic::{Bytes, Micro, MilliPerSecond, Ppm};

/// How many there are, as the 64 bits that quantities count in.
pub fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
