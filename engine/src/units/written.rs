//! How each quantity is written, in a design file and in a field of the window: with its unit, the largest that says it
//! exactly.
//!
//! In: text like `90 min`, or a number as files hold that are older than units. Out: the quantity, or why the text says
//! none, with the unit and the range. What is written is read back to the same value.
//!
//! Memory and disks count as ECS counts them: a GB is 1,024 MiB. Bytes of traffic are decimal, KB = 1,000, unless they
//! are written KiB, MiB, GiB or TiB. A month has 730 hours.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::compute::{CpuUnits, Gib, Mib, Percent};
use super::text::{Counted, Unit, exact, in_largest, quotient, rate};
use super::time::{Minutes, Seconds, Span};
use super::traffic::{Bytes, MilliPerSecond, Ppm};

/// A quantity that is written with its unit.
pub trait Written: Sized + Copy {
    /// What it is: `a length of time`.
    const WHAT: &'static str;
    /// What it looks like: `90 s or 5 min`.
    const LIKE: &'static str;
    /// Its least and most: `0 s to 49,710 d`.
    const RANGE: &'static str;
    /// What a plain number of an older file counts: `seconds`.
    const PLAIN: &'static str;

    /// From text with a unit; `None` where it says nothing of the kind, or nothing within the range.
    fn from_text(text: &str) -> Option<Self>;

    /// From text without a unit, as a field of the window takes it: in the unit that AWS writes the field in.
    fn from_bare(text: &str) -> Option<Self>;

    /// From a plain number of an older file, in thousandths of what it counted.
    fn from_plain(thousandths: i128) -> Option<Self>;

    /// In the largest unit that says it exactly.
    fn text(self) -> String;
}

/// Why a text is no quantity of a kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}: write it like {like}, from {range}")]
pub struct NotWritten {
    text: String,
    what: &'static str,
    like: &'static str,
    range: &'static str,
}

impl NotWritten {
    fn new<Q: Written>(text: impl fmt::Display) -> Self {
        Self { text: text.to_string(), what: Q::WHAT, like: Q::LIKE, range: Q::RANGE }
    }
}

/// Reads what a file says: the unit has to be there.
pub fn read<Q: Written>(text: &str) -> Result<Q, NotWritten> {
    Q::from_text(text).ok_or_else(|| NotWritten::new::<Q>(text))
}

/// Reads what somebody types into a field: a bare number is in the unit that AWS writes the field in.
pub fn read_typed<Q: Written>(text: &str) -> Result<Q, NotWritten> {
    Q::from_text(text).or_else(|| Q::from_bare(text)).ok_or_else(|| NotWritten::new::<Q>(text))
}

/// A value kept in another type, as the quantity it is.
pub(super) fn within<N: TryFrom<i128>>(value: Option<i128>) -> Option<N> {
    value.and_then(|value| N::try_from(value).ok())
}

/// A bare number in a unit.
pub(super) fn bare<N: TryFrom<i128>>(text: &str, factor: i128) -> Option<N> {
    within(exact(text, &[("", factor)], false))
}

/// Whole ones of thousandths.
pub(super) fn whole<N: TryFrom<i128>>(thousandths: i128) -> Option<N> {
    if thousandths % 1000 == 0 { N::try_from(thousandths / 1000).ok() } else { None }
}

const MILLISECONDS: [Unit; 19] = [
    ("ms", 1),
    ("millisecond", 1),
    ("milliseconds", 1),
    ("s", 1000),
    ("sec", 1000),
    ("second", 1000),
    ("seconds", 1000),
    ("m", 60_000),
    ("min", 60_000),
    ("minute", 60_000),
    ("minutes", 60_000),
    ("h", 3_600_000),
    ("hour", 3_600_000),
    ("hours", 3_600_000),
    ("d", 86_400_000),
    ("day", 86_400_000),
    ("days", 86_400_000),
    ("w", 604_800_000),
    ("weeks", 604_800_000),
];

/// Whole units of a length of time: milliseconds over the unit's own.
pub(super) fn time<N: TryFrom<i128>>(text: &str, unit: i128) -> Option<N> {
    let ms = exact(text, &MILLISECONDS, true)?;
    if ms % unit == 0 { N::try_from(ms / unit).ok() } else { None }
}

impl Written for Span {
    const WHAT: &'static str = "a length of time";
    const LIKE: &'static str = "250 ms, 90 s or 1.5 h";
    const RANGE: &'static str = "0 ms to 584,000,000 years";
    const PLAIN: &'static str = "milliseconds";
    fn from_text(text: &str) -> Option<Self> {
        time(text, 1).map(Self::from_ms)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1000).map(Self::from_ms)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_ms)
    }
    fn text(self) -> String {
        let units = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1)];
        if self == Self::ZERO { "0 s".to_owned() } else { in_largest(i128::from(self.ms()), &units, 0) }
    }
}

impl Written for Seconds {
    const WHAT: &'static str = "a length of time in whole seconds";
    const LIKE: &'static str = "90 s or 5 min";
    const RANGE: &'static str = "0 s to 4,294,967,295 s";
    const PLAIN: &'static str = "seconds";
    fn from_text(text: &str) -> Option<Self> {
        time(text, 1000).map(Self::from_secs)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self::from_secs)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_secs)
    }
    fn text(self) -> String {
        in_largest(i128::from(self.secs()), &[("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)], 0)
    }
}

impl Written for Minutes {
    const WHAT: &'static str = "a length of time in whole minutes";
    const LIKE: &'static str = "10 min or 2 h";
    const RANGE: &'static str = "0 min to 4,294,967,295 min";
    const PLAIN: &'static str = "minutes";
    fn from_text(text: &str) -> Option<Self> {
        time(text, 60_000).map(Self::from_minutes)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self::from_minutes)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_minutes)
    }
    fn text(self) -> String {
        in_largest(i128::from(self.minutes()), &[("d", 1440), ("h", 60), ("min", 1)], 0)
    }
}

impl Written for CpuUnits {
    const WHAT: &'static str = "an amount of CPU";
    const LIKE: &'static str = "0.5 vCPU or 512 units";
    const RANGE: &'static str = "0 units to 4,294,967,295 units, 1,024 of which are a vCPU";
    const PLAIN: &'static str = "CPU units, 1,024 of which are a vCPU";
    fn from_text(text: &str) -> Option<Self> {
        let units = [("unit", 1), ("units", 1), ("cpuunits", 1), ("vcpu", 1024), ("vcpus", 1024), ("cpu", 1024)];
        within(exact(text, &units, false)).map(Self::from_units)
    }
    fn from_bare(text: &str) -> Option<Self> {
        // Who writes a point means vCPUs, as `512` and `0.5` both stand in task definitions.
        bare(text, if text.contains('.') { 1024 } else { 1 }).map(Self::from_units)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_units)
    }
    fn text(self) -> String {
        let units = i128::from(self.units());
        if units * 1000 % 1024 == 0 { format!("{} vCPU", quotient(units, 1024)) } else { format!("{units} units") }
    }
}

impl Written for Mib {
    const WHAT: &'static str = "an amount of memory in whole MiB";
    const LIKE: &'static str = "512 MiB or 2 GB, which is 2,048 MiB";
    const RANGE: &'static str = "0 MiB to 4,294,967,295 MiB";
    const PLAIN: &'static str = "MiB";
    fn from_text(text: &str) -> Option<Self> {
        let units = [
            ("m", 1),
            ("mb", 1),
            ("mib", 1),
            ("g", 1024),
            ("gb", 1024),
            ("gib", 1024),
            ("tb", 1 << 20),
            ("tib", 1 << 20),
        ];
        within(exact(text, &units, false)).map(Self::from_mib)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self::from_mib)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_mib)
    }
    fn text(self) -> String {
        in_largest(i128::from(self.mib()), &[("GB", 1024), ("MiB", 1)], 2)
    }
}

impl Written for Gib {
    const WHAT: &'static str = "a size of a disk in whole GiB";
    const LIKE: &'static str = "20 GiB";
    const RANGE: &'static str = "0 GiB to 4,294,967,295 GiB";
    const PLAIN: &'static str = "GiB";
    fn from_text(text: &str) -> Option<Self> {
        let units = [("g", 1), ("gb", 1), ("gib", 1), ("t", 1024), ("tb", 1024), ("tib", 1024)];
        within(exact(text, &units, false)).map(Self::from_gib)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self::from_gib)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_gib)
    }
    fn text(self) -> String {
        in_largest(i128::from(self.gib()), &[("TiB", 1024), ("GiB", 1)], 0)
    }
}

const BYTES: [Unit; 17] = [
    ("b", 1),
    ("byte", 1),
    ("bytes", 1),
    ("k", 1000),
    ("kb", 1000),
    ("kib", 1024),
    ("m", 1_000_000),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("g", 1_000_000_000),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("t", 1_000_000_000_000),
    ("tb", 1_000_000_000_000),
    ("tib", 1 << 40),
    ("pb", 1_000_000_000_000_000),
    ("pib", 1 << 50),
];

impl Written for Bytes {
    const WHAT: &'static str = "a number of bytes";
    const LIKE: &'static str = "500 B, 2 KB or 1.2 TB";
    const RANGE: &'static str = "0 B to 18,446 PB";
    const PLAIN: &'static str = "bytes";
    fn from_text(text: &str) -> Option<Self> {
        within(exact(text, &BYTES, false)).map(Self::from_bytes)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self::from_bytes)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_bytes)
    }
    fn text(self) -> String {
        let units = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("B", 1)];
        in_largest(i128::from(self.bytes()), &units, 3)
    }
}

/// What a rate may be off by when it is kept in thousandths a second, in parts of a million: 1 %.
///
/// Assumption: what somebody writes as so much a month is an estimate of one or two figures.
const RATE_MAY_BE_OFF: i128 = 10_000;

/// The most a second that a rate is kept at.
const MOST_MILLI: i128 = 1_000_000_000_000;

pub(super) fn rate_within(read: Option<(i128, i128)>) -> Option<MilliPerSecond> {
    let (milli, off) = read?;
    if off > RATE_MAY_BE_OFF || milli > MOST_MILLI {
        None
    } else {
        u64::try_from(milli).ok().map(MilliPerSecond::from_milli)
    }
}

impl Written for MilliPerSecond {
    const WHAT: &'static str = "a rate";
    const LIKE: &'static str = "0.5/s, 10k rps, 30/min or 1M requests/month";
    const RANGE: &'static str = "0/s to 1,000,000,000/s in steps of 0.001/s, which are 2,628 a month";
    const PLAIN: &'static str = "a second, with at most three decimals";
    fn from_text(text: &str) -> Option<Self> {
        rate_within(rate(text, Counted::Things))
    }
    fn from_bare(text: &str) -> Option<Self> {
        let k = [("", 1000), ("k", 1_000_000)];
        within(exact(text, &k, false)).filter(|milli| i128::from(*milli) <= MOST_MILLI).map(Self::from_milli)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        within(Some(thousandths)).filter(|_| thousandths <= MOST_MILLI).map(Self::from_milli)
    }
    fn text(self) -> String {
        let milli = i128::from(self.milli());
        if milli >= 10_000_000 && milli % 1_000_000 == 0 {
            format!("{}k/s", milli / 1_000_000)
        } else {
            format!("{}/s", quotient(milli, 1000))
        }
    }
}

impl Written for Percent {
    const WHAT: &'static str = "a share in whole percent";
    const LIKE: &'static str = "70 %";
    const RANGE: &'static str = "0 % to 65,535 %";
    const PLAIN: &'static str = "percent";
    fn from_text(text: &str) -> Option<Self> {
        within(exact(text, &[("%", 1), ("percent", 1)], false)).map(Self::from_percent)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 1).map(Self::from_percent)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_percent)
    }
    fn text(self) -> String {
        format!("{} %", self.percent())
    }
}

impl Written for Ppm {
    const WHAT: &'static str = "a share";
    const LIKE: &'static str = "5 %, or 3 times";
    const RANGE: &'static str = "0 % to 429,496 % in steps of 0.0001 %";
    const PLAIN: &'static str = "millionths";
    fn from_text(text: &str) -> Option<Self> {
        let units =
            [("%", 10_000), ("percent", 10_000), ("times", 1_000_000), ("x", 1_000_000), ("×", 1_000_000), ("ppm", 1)];
        within(exact(text, &units, false)).map(Self::from_ppm)
    }
    fn from_bare(text: &str) -> Option<Self> {
        bare(text, 10_000).map(Self::from_ppm)
    }
    fn from_plain(thousandths: i128) -> Option<Self> {
        whole(thousandths).map(Self::from_ppm)
    }
    fn text(self) -> String {
        format!("{} %", quotient(i128::from(self.ppm()), 10_000))
    }
}

/// Reads a quantity out of a file.
pub(super) struct Reader<Q>(PhantomData<Q>);

impl<Q> Reader<Q> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<Q: Written> de::Visitor<'_> for Reader<Q> {
    type Value = Q;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} like {}, from {}", Q::WHAT, Q::LIKE, Q::RANGE)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Q, E> {
        read(text).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, n: u64) -> Result<Q, E> {
        Q::from_plain(i128::from(n) * 1000).ok_or_else(|| E::custom(NotWritten::new::<Q>(n)))
    }

    fn visit_i64<E: de::Error>(self, n: i64) -> Result<Q, E> {
        Q::from_plain(i128::from(n) * 1000).ok_or_else(|| E::custom(NotWritten::new::<Q>(n)))
    }

    fn visit_f64<E: de::Error>(self, n: f64) -> Result<Q, E> {
        let thousandths = (n * 1000.0).round();
        let exact = (n * 1000.0 - thousandths).abs() <= 1e-6 * thousandths.abs().max(1.0);
        #[expect(clippy::cast_possible_truncation, reason = "kept below 10¹⁵, where every whole number has a place")]
        let thousandths = (exact && thousandths.abs() < 1e15).then_some(thousandths as i128);
        thousandths.and_then(Q::from_plain).ok_or_else(|| E::custom(NotWritten::new::<Q>(n)))
    }
}

/// What files may hold for a quantity.
pub(super) fn schema<Q: Written>() -> schemars::Schema {
    schemars::json_schema!({
        "description": format!("{}, written like {}; a plain number, as in older files, is {}", Q::WHAT, Q::LIKE, Q::PLAIN),
        "type": ["string", "number"],
        "x-like": Q::LIKE,
        "x-range": Q::RANGE,
    })
}

/// A quantity that files hold as text.
macro_rules! written_in_files {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::units::written::Reader::new())
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::units::written::schema::<Self>()
            }
        }
    )*};
}
pub(super) use written_in_files;
written_in_files!(Span, Seconds, Minutes, CpuUnits, Mib, Gib, Bytes, MilliPerSecond, Percent, Ppm);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::kept::{BytesMonthly, CpuTime, KilobytesPerSecond, MibPerSecond, SecondsOrNever, Times};

    /// Written so, and read back as the same value, from RON too.
    #[track_caller]
    fn written<Q: Written + PartialEq + fmt::Debug + Serialize + for<'de> Deserialize<'de>>(value: Q, text: &str) {
        assert_eq!(value.text(), text);
        assert_eq!(read(text).as_ref(), Ok(&value), "{text}");
        assert_eq!(ron::to_string(&value).unwrap(), format!("\"{text}\""));
        assert_eq!(ron::from_str::<Q>(&format!("\"{text}\"")).as_ref(), Ok(&value));
    }

    #[test]
    fn each_quantity_is_written_in_its_largest_exact_unit() {
        written(Seconds::from_secs(90), "90 s");
        written(Seconds::from_secs(5400), "90 min");
        written(Seconds::from_secs(0), "0 s");
        written(Minutes::from_minutes(10_080), "7 d");
        written(Span::from_ms(1500), "1500 ms");
        written(Span::ZERO, "0 s");
        written(CpuUnits::from_units(256), "0.25 vCPU");
        written(CpuUnits::from_units(10), "10 units");
        written(Mib::from_mib(512), "512 MiB");
        written(Mib::from_mib(1536), "1.5 GB");
        written(Mib::from_mib(1537), "1537 MiB");
        written(Gib::from_gib(1024), "1 TiB");
        written(Bytes::from_bytes(2000), "2 KB");
        written(Bytes::from_bytes(1234), "1.234 KB");
        written(Bytes::from_bytes(u64::MAX), "18446744073709551.615 KB");
        written(MilliPerSecond::from_whole(10_000), "10k/s");
        written(MilliPerSecond::from_milli(300), "0.3/s");
        written(Percent::from_percent(300), "300 %");
        written(Ppm::from_ppm(50_000), "5 %");
        written(Ppm::from_ppm(1), "0.0001 %");
        written(CpuTime(2500), "2.5 ms");
        written(CpuTime(12), "0.012 ms");
        written(BytesMonthly(Bytes::from_mb(1_200_000)), "1.2 TB/mo");
        written(MibPerSecond(125), "125 MiB/s");
        written(SecondsOrNever(-1), "never");
        written(SecondsOrNever(300), "5 min");
        written(Times(Ppm::from_ppm(500_000)), "0.5 times");
        written(KilobytesPerSecond(MilliPerSecond::from_milli(456_621)), "456.621 KB/s");
    }

    #[test]
    fn every_value_survives_its_text() {
        // Steps that share no factor with any unit, and the neighbours of each unit's size.
        for n in (0..70_000).step_by(7).chain([1023, 1024, 1025, 3599, 3600, 86_400, 604_800, u32::MAX - 1, u32::MAX]) {
            let wide = u64::from(n) * 1_000_003;
            assert_eq!(read(&Seconds::from_secs(n).text()), Ok(Seconds::from_secs(n)));
            assert_eq!(read(&Minutes::from_minutes(n).text()), Ok(Minutes::from_minutes(n)));
            assert_eq!(read(&CpuUnits::from_units(n).text()), Ok(CpuUnits::from_units(n)));
            assert_eq!(read(&Mib::from_mib(n).text()), Ok(Mib::from_mib(n)));
            assert_eq!(read(&Gib::from_gib(n).text()), Ok(Gib::from_gib(n)));
            assert_eq!(read(&Ppm::from_ppm(n).text()), Ok(Ppm::from_ppm(n)));
            assert_eq!(read(&Times(Ppm::from_ppm(n)).text()), Ok(Times(Ppm::from_ppm(n))));
            for wide in [u64::from(n), wide, u64::MAX - wide] {
                assert_eq!(read(&Span::from_ms(wide).text()), Ok(Span::from_ms(wide)));
                assert_eq!(read(&Bytes::from_bytes(wide).text()), Ok(Bytes::from_bytes(wide)));
                assert_eq!(read(&CpuTime(wide).text()), Ok(CpuTime(wide)));
            }
            let rate = MilliPerSecond::from_milli(u64::from(n) * 199);
            assert_eq!(read(&rate.text()), Ok(rate));
            assert_eq!(read(&KilobytesPerSecond(rate).text()), Ok(KilobytesPerSecond(rate)));
        }
        for percent in 0..=u16::MAX {
            assert_eq!(read(&Percent::from_percent(percent).text()), Ok(Percent::from_percent(percent)));
        }
    }

    #[test]
    fn spellings_people_use_are_read() {
        assert_eq!(read("1.5 h"), Ok(Seconds::from_secs(5400)));
        assert_eq!(read("3 min 20 s"), Ok(Seconds::from_secs(200)));
        assert_eq!(read("2 KiB"), Ok(Bytes::from_bytes(2048)));
        assert_eq!(read("1.2tb"), Ok(Bytes::from_mb(1_200_000)));
        assert_eq!(read("2 GiB"), Ok(Mib::from_gib(2)));
        assert_eq!(read("0.25 VCPU"), Ok(CpuUnits::from_units(256)));
        assert_eq!(read("10k rps"), Ok(MilliPerSecond::from_whole(10_000)));
        assert_eq!(read("2.5 ms of a vCPU"), Ok(CpuTime(2500)));
        assert_eq!(read("1.2 TB a month"), Ok(BytesMonthly(Bytes::from_mb(1_200_000))));
    }

    #[test]
    fn plain_numbers_of_older_files_mean_what_they_meant() {
        assert_eq!(ron::from_str("30"), Ok(Seconds::from_secs(30)));
        assert_eq!(ron::from_str("40000"), Ok(Span::from_secs(40)));
        assert_eq!(ron::from_str("256"), Ok(CpuUnits::from_units(256)));
        assert_eq!(ron::from_str("0.3"), Ok(MilliPerSecond::from_milli(300)));
        assert_eq!(ron::from_str("400"), Ok(MilliPerSecond::from_whole(400)));
        assert_eq!(ron::from_str("50000"), Ok(Ppm::from_ppm(50_000)));
        assert_eq!(ron::from_str("2500"), Ok(CpuTime(2500)));
        assert_eq!(ron::from_str("-1"), Ok(SecondsOrNever(-1)));
        for wrong in ["-1", "1.5", "4294967296", "true", "1e40"] {
            assert!(ron::from_str::<Seconds>(wrong).is_err(), "{wrong}");
        }
        assert!(ron::from_str::<MilliPerSecond>("0.0001").is_err());
    }

    #[test]
    fn nonsense_is_refused_with_unit_and_range() {
        let refused = |text: &str| read::<Seconds>(text).unwrap_err().to_string();
        let why =
            "`5 KB` is not a length of time in whole seconds: write it like 90 s or 5 min, from 0 s to 4,294,967,295 s";
        assert_eq!(refused("5 KB"), why);
        for text in ["", "30", "s", "1.5", "0.5 s", "-5 s", "5 s 3", "5000000000 s", "1,5 h", "5 %", "5 s; 3 s"] {
            assert!(read::<Seconds>(text).is_err(), "{text}");
        }
        assert!(read::<Bytes>("5 min").is_err());
        assert!(read::<MilliPerSecond>("5 KB/s").is_err());
        assert!(read::<MilliPerSecond>("1000/mo").is_err(), "nothing, to a thousandth a second");
        assert!(read::<Percent>("2.5 %").is_err());
        assert!(read::<Mib>("0.3 MiB").is_err());
        assert!(ron::from_str::<Seconds>("\"5 KB\"").unwrap_err().to_string().contains(why));
    }
}
