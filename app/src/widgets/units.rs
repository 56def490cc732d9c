//! Quantities as people type and read them: `512m`, `0.5 vCPU`, `2GiB`, `10k rps`, `90 s`, `1.2 TB`.
//!
//! In: text. Out: a value of the engine's units, or a sentence that says what would be one. Units are read and written as
//! in design files; a bare number is in the unit that AWS writes the field in.

use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::units::kept::{BytesMonthly, CpuTime, KilobytesPerSecond, MibPerSecond, SecondsOrNever, Times};
use bayplan_engine::units::text;
use bayplan_engine::units::written::{Written, read_typed};
use bayplan_engine::units::{
    Bytes, CalendarTime, CpuUnits, Gib, Mib, MilliPerSecond, Minutes, Percent, Ppm, Seconds, Span, Usd,
};

/// How a type of value is shown and read.
pub struct Unit<T> {
    pub show: fn(&T) -> String,
    pub read: fn(&str) -> Result<T, String>,
}

/// How a quantity of the engine is shown and read: as files write it, and a bare number in AWS's unit.
const fn quantity<Q: Written>() -> Unit<Q> {
    Unit { show: |value| value.text(), read: |text| read_typed(text).map_err(|why| why.to_string()) }
}

/// How a plain number is shown and read that files write as a quantity.
const fn kept<Q: Written + From<T> + Into<T>, T: Copy>() -> Unit<T> {
    Unit {
        show: |kept| Q::from(*kept).text(),
        read: |text| read_typed::<Q>(text).map(Into::into).map_err(|why| why.to_string()),
    }
}

/// A whole number of thousandths or ones.
fn scaled<N: TryFrom<i128>>(text: &str, factors: &[text::Unit], like: &str) -> Result<N, String> {
    let number = text::exact(text, factors, false).and_then(|number| N::try_from(number).ok());
    number.ok_or_else(|| format!("write it like {like}"))
}

/// Whole numbers.
pub const COUNT: Unit<u32> = Unit { show: |n| n.to_string(), read: |t| scaled(t, &[("", 1), ("k", 1000)], "12") };
/// Whole numbers of any size.
pub const NUMBER: Unit<u64> =
    Unit { show: ToString::to_string, read: |t| scaled(t, &[("", 1), ("k", 1000)], "12 or 4k") };
/// Seeds: any whole number.
pub const SEED: Unit<u64> = Unit { show: ToString::to_string, read: |t| scaled(t, &[("", 1)], "1") };
pub const SIGNED: Unit<i32> = Unit { show: |n| n.to_string(), read: |t| scaled(t, &[("", 1)], "12 or -1") };
pub const PORT: Unit<u16> = Unit { show: |n| n.to_string(), read: |t| scaled(t, &[("", 1)], "a port, like 8080") };

/// CPU: a bare whole number is CPU units, as AWS writes it; one with a decimal point is vCPUs.
pub const CPU: Unit<CpuUnits> = quantity();
/// Memory: a bare number is MiB.
pub const MEMORY: Unit<Mib> = quantity();
/// Disk: a bare number is GiB.
pub const DISK: Unit<Gib> = quantity();
/// Bytes of traffic: decimal prefixes, and binary ones where they are written.
pub const BYTES: Unit<Bytes> = quantity();
/// Bytes in a month.
pub const BYTES_MONTHLY: Unit<Bytes> = kept::<BytesMonthly, _>();
/// Rates a second, kept in thousandths.
pub const RATE: Unit<MilliPerSecond> = quantity();
/// Rates of bytes: a bare number is KB a second.
pub const BYTE_RATE: Unit<MilliPerSecond> = kept::<KilobytesPerSecond, _>();
/// Spans of time: a bare number is seconds.
pub const SPAN: Unit<Span> = quantity();
/// Whole seconds.
pub const SECONDS: Unit<Seconds> = quantity();
/// Whole seconds, or never.
pub const SECONDS_OR_NEVER: Unit<i32> = kept::<SecondsOrNever, _>();
/// Whole minutes: a bare number is minutes.
pub const MINUTES: Unit<Minutes> = quantity();
/// Percents.
pub const PERCENT: Unit<Percent> = quantity();
/// Parts of a whole: a bare number is percent.
pub const SHARE: Unit<Ppm> = quantity();
/// How many times each, `0.5` or `3`.
pub const TIMES_EACH: Unit<Ppm> = kept::<Times, _>();
/// vCPU time of one request: a bare number is milliseconds.
pub const CPU_TIME: Unit<u64> = kept::<CpuTime, _>();
/// Throughput of disks: a bare number is MiB a second.
pub const MIB_RATE: Unit<u32> = kept::<MibPerSecond, _>();

/// Thousandths of a metric's own unit.
pub const MILLI: Unit<u64> = Unit {
    show: |milli| (*milli as f64 / 1000.0).to_string(),
    read: |t| scaled(t, &[("", 1000), ("%", 1000), ("k", 1_000_000)], "70"),
};
pub const SIGNED_MILLI: Unit<i64> = Unit {
    show: |milli| (*milli as f64 / 1000.0).to_string(),
    read: |t| scaled(t, &[("", 1000), ("%", 1000)], "10 or -5"),
};

fn show_dollars(usd: Usd) -> String {
    if usd.nanos() % 10_000_000 == 0 { usd.cents_text() } else { format!("${usd}") }
}

/// Dollars.
pub const DOLLARS: Unit<Usd> = Unit {
    show: |value| show_dollars(*value),
    read: |t| Usd::parse(&t.replace(['$', ',', ' '], "")).map_err(|why| why.to_string()),
};

/// Blocks of addresses, IPv4 and IPv6.
pub const CIDR: Unit<Cidr> =
    Unit { show: ToString::to_string, read: |t| Cidr::parse(t.trim()).map_err(|why| why.to_string()) };

/// Instants.
pub const INSTANT: Unit<CalendarTime> = Unit {
    show: ToString::to_string,
    read: |t| {
        CalendarTime::try_from(t.trim().to_owned()).ok().ok_or_else(|| "write it like 2026-06-01T00:00Z".to_owned())
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads<T: PartialEq + std::fmt::Debug>(unit: &Unit<T>, cases: &[(&str, T)]) {
        for (text, expected) in cases {
            assert_eq!((unit.read)(text).as_ref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let cpu = CpuUnits::from_units;
        reads(
            &CPU,
            &[
                ("0.5 vCPU", cpu(512)),
                ("512", cpu(512)),
                ("0.25", cpu(256)),
                ("2 vcpu", cpu(2048)),
                ("2048 units", cpu(2048)),
            ],
        );
        let mib = Mib::from_mib;
        reads(
            &MEMORY,
            &[("512m", mib(512)), ("2GiB", mib(2048)), ("1.5 GB", mib(1536)), ("1024", mib(1024)), ("4 g", mib(4096))],
        );
        reads(
            &BYTES,
            &[
                ("6 kB", Bytes::from_bytes(6000)),
                ("1.2 TB", Bytes::from_bytes(1_200_000_000_000)),
                ("500", Bytes::from_bytes(500)),
            ],
        );
        reads(&DISK, &[("20", Gib::from_gib(20)), ("1 TiB", Gib::from_gib(1024))]);
    }

    #[test]
    fn rates_and_times_are_read_as_people_write_them() {
        let rate = MilliPerSecond::from_milli;
        reads(
            &RATE,
            &[
                ("10k rps", rate(10_000_000)),
                ("0.5/s", rate(500)),
                ("30/min", rate(500)),
                ("20", rate(20_000)),
                ("3,600/h", rate(1000)),
            ],
        );
        reads(
            &SPAN,
            &[
                ("90 s", Span::from_secs(90)),
                ("250ms", Span::from_ms(250)),
                ("1.5 h", Span::from_minutes(90)),
                ("3 min 20 s", Span::from_secs(200)),
            ],
        );
        reads(&SECONDS, &[("5 min", Seconds::from_secs(300)), ("30", Seconds::from_secs(30))]);
        reads(&CPU_TIME, &[("2.5 ms", 2500), ("35", 35_000), ("12 µs", 12)]);
        reads(&MILLI, &[("70 %", 70_000), ("0.5", 500)]);
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for units in [256, 512, 1024, 2048, 3072] {
            let cpu = CpuUnits::from_units(units);
            assert_eq!((CPU.read)(&(CPU.show)(&cpu)), Ok(cpu));
        }
        for bytes in [0, 1234, 6000, 250_000_000] {
            let bytes = Bytes::from_bytes(bytes);
            assert_eq!((BYTES.read)(&(BYTES.show)(&bytes)), Ok(bytes));
        }
        for ms in [250, 1500, 1234, 30_000, 90_000, 3_600_000, 5_400_000, 90_061_000] {
            let span = Span::from_ms(ms);
            assert_eq!((SPAN.read)(&(SPAN.show)(&span)), Ok(span), "{span}");
        }
        assert_eq!((DOLLARS.read)("$1,412.70"), Ok(Usd::from_cents(141_270)));
        assert_eq!((SHARE.read)(&(SHARE.show)(&Ppm::from_ppm(50_000))), Ok(Ppm::from_ppm(50_000)));
        assert_eq!((CPU_TIME.read)(&(CPU_TIME.show)(&2500)), Ok(2500));
    }

    #[test]
    fn what_cannot_be_read_says_what_could() {
        let why = "`2 apples` is not an amount of memory in whole MiB: write it like 512 MiB or 2 GB, which is 2,048 MiB, \
                   from 0 MiB to 4,294,967,295 MiB";
        assert_eq!((MEMORY.read)("2 apples"), Err(why.to_owned()));
        assert_eq!((PORT.read)("70000"), Err("write it like a port, like 8080".to_owned()));
        assert!((MEMORY.read)("0.3 MiB").unwrap_err().contains("whole MiB"));
        for text in ["", "-", ".", "1.1234567", "--3"] {
            assert!((COUNT.read)(text).is_err(), "{text}");
        }
    }
}
