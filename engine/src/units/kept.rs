//! Values that a design keeps as plain numbers, and that files and the window write as the quantities they are.
//!
//! A field names its quantity where it is declared: `serialize_with = "kept::write::<CpuTime, _, _>"`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::{Counted, Unit, exact, in_largest, rate};
use super::time::Seconds;
use super::traffic::{Bytes, MilliPerSecond};
use super::written::{Written, bare, rate_within, time, whole, within, written_in_files};

/// vCPU time in microseconds of one vCPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuTime(pub u64);

/// Bytes in a month of 730 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BytesMonthly(pub Bytes);

/// Whole MiB a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MibPerSecond(pub u32);

/// Whole seconds, or never, which AWS writes as −1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondsOrNever(pub i32);

/// How many times for each, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times(pub super::traffic::Ppm);

/// Thousands of bytes a second, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KilobytesPerSecond(pub MilliPerSecond);

impl Written for CpuTime {
    const WHAT: &'static str = "vCPU time";
    const LIKE: &'static str = "2.5 ms";
    const RANGE: &'static str = "0 µs to 18,446,744,073,709 s of one vCPU";
    const PLAIN: &'static str = "microseconds of one vCPU";
    fn from_text(text: &str) -> Option<Self> {
        const UNITS: [Unit; 4] = [("us", 1), ("µs", 1), ("ms", 1000), ("s", 1_000_000)];
        let small = text.to_lowercase();
        let time = ["of a vcpu", "of one vcpu"].iter().find_map(|of| small.trim().strip_suffix(of)).unwrap_or(&small);
        within(exact(time, &UNITS, false)).map(Self)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1000).map(Self)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self)
    }
    fn text(self) -> String {
        in_largest(i128::from(self.0), &[("s", 1_000_000), ("ms", 1000)], 3)
    }
}

impl Written for BytesMonthly {
    const WHAT: &'static str = "a number of bytes a month";
    const LIKE: &'static str = "1.2 TB/mo";
    const RANGE: &'static str = "0 B/mo to 18,446 PB/mo";
    const PLAIN: &'static str = "bytes a month";
    fn from_text(text: &str) -> Option<Self> {
        let small = text.to_lowercase();
        let month = ["/mo", "/month", "a month", "per month"];
        let bytes = month.iter().find_map(|month| small.trim().strip_suffix(month)).unwrap_or(&small);
        Bytes::from_text(bytes).map(Self)
    }
    fn from_bare(text: &str) -> Option<Self> {
        Bytes::from_bare(text).map(Self)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        Bytes::from_plain(thousandths).map(Self)
    }
    fn text(self) -> String {
        format!("{}/mo", self.0.text())
    }
}

impl Written for MibPerSecond {
    const WHAT: &'static str = "a throughput in whole MiB/s";
    const LIKE: &'static str = "125 MiB/s";
    const RANGE: &'static str = "0 MiB/s to 4,294,967,295 MiB/s";
    const PLAIN: &'static str = "MiB a second";
    fn from_text(text: &str) -> Option<Self> {
        const UNITS: [Unit; 4] = [("mib/s", 1), ("mb/s", 1), ("gib/s", 1024), ("gb/s", 1024)];
        within(exact(text, &UNITS, false)).map(Self)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self)
    }
    fn text(self) -> String {
        format!("{} MiB/s", self.0)
    }
}

impl Written for SecondsOrNever {
    const WHAT: &'static str = "a length of time in whole seconds, or never";
    const LIKE: &'static str = "5 min or never";
    const RANGE: &'static str = "0 s to 2,147,483,647 s";
    const PLAIN: &'static str = "seconds; −1 is never";
    fn from_text(text: &str) -> Option<Self> {
        if text.trim().eq_ignore_ascii_case("never") {
            Some(Self(-1))
        } else {
            time(text, 1000).filter(|s| *s >= 0).map(Self)
        }
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self)
    }
    fn text(self) -> String {
        match u32::try_from(self.0) {
            Ok(seconds) => Seconds::from_secs(seconds).text(),
            Err(_) => "never".to_owned(),
        }
    }
}

impl Written for Times {
    const WHAT: &'static str = "how many times for each";
    const LIKE: &'static str = "0.5 times or 3 times";
    const RANGE: &'static str = "0 times to 4,294 times in steps of a millionth";
    const PLAIN: &'static str = "millionths";
    fn from_text(text: &str) -> Option<Self> {
        super::traffic::Ppm::from_text(text).map(Self)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1_000_000).map(super::traffic::Ppm::from_ppm).map(Self)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        super::traffic::Ppm::from_plain(thousandths).map(Self)
    }
    fn text(self) -> String {
        format!("{} times", super::text::quotient(i128::from(self.0.ppm()), 1_000_000))
    }
}

impl Written for KilobytesPerSecond {
    const WHAT: &'static str = "a rate of bytes";
    const LIKE: &'static str = "500 KB/s or 1.2 TB/mo";
    const RANGE: &'static str = "0 KB/s to 1,000,000,000 KB/s in steps of a byte a second";
    const PLAIN: &'static str = "KB a second, with at most three decimals";
    fn from_text(text: &str) -> Option<Self> {
        rate_within(rate(text, Counted::Kilobytes)).map(Self)
    }
    fn from_bare(text: &str) -> Option<Self> {
        MilliPerSecond::from_bare(text).map(Self)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        MilliPerSecond::from_plain(thousandths).map(Self)
    }
    fn text(self) -> String {
        let units = [("GB/s", 1_000_000_000), ("MB/s", 1_000_000), ("KB/s", 1000)];
        in_largest(i128::from(self.0.milli()), &units, 3)
    }
}

written_in_files!(CpuTime, BytesMonthly, MibPerSecond, SecondsOrNever, Times, KilobytesPerSecond);

macro_rules! kept_as {
    ($($name:ident: $kept:ty),*) => {$(
        impl From<$kept> for $name {
            fn from(kept: $kept) -> Self { Self(kept) }
        }
        impl From<$name> for $kept {
            fn from(written: $name) -> Self { written.0 }
        }
    )*};
}
kept_as!(
    CpuTime: u64, BytesMonthly: Bytes, MibPerSecond: u32, SecondsOrNever: i32, Times: super::traffic::Ppm,
    KilobytesPerSecond: MilliPerSecond
);

/// Writes what a field keeps as the quantity `Q`.
pub(crate) fn write<Q: Written + Serialize + From<T>, T: Copy, S: Serializer>(
    kept: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Q::from(*kept).serialize(serializer)
}

/// Reads a quantity `Q` into what a field keeps.
pub(crate) fn read<'de, Q: Deserialize<'de> + Into<T>, T, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Q::deserialize(deserializer).map(Into::into)
}

/// As [`write()`], of a field that may be absent.
#[expect(clippy::ref_option, reason = "serde hands fields so")]
pub(crate) fn write_some<Q: Written + Serialize + From<T>, T: Copy, S: Serializer>(
    kept: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    kept.map(Q::from).serialize(serializer)
}

/// As [`read()`], of a field that may be absent.
pub(crate) fn read_some<'de, Q: Deserialize<'de> + Into<T>, T, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::<Q>::deserialize(deserializer).map(|read| read.map(Into::into))
}
