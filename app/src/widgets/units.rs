//! Quantities as people type and read them: `512m`, `0.5 vCPU`, `2GiB`, `10k rps`, `90 s`, `1.2 TB`.
//!
//! In: text. Out: a value of the engine's units, or a sentence that says what would be one. A bare number is in the unit
//! that AWS writes the field in. Arithmetic is in integers, so what is typed is what is kept.

use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::units::{
    Bytes, CalendarTime, CpuUnits, Gib, Mib, MilliPerSecond, Minutes, Percent, Ppm, Seconds, Span, Usd,
};

/// How a type of value is shown and read.
pub struct Unit<T> {
    pub show: fn(&T) -> String,
    pub read: fn(&str) -> Result<T, String>,
}

/// A number in millionths, and what is written behind it in small letters.
fn split(text: &str) -> Option<(i128, String)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',' && *c != '_').collect();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if part.len() > 6 || whole.is_empty() && part.is_empty() || whole == "-" {
        return None;
    }
    let whole_value: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digits = format!("{part:0<6}");
    let part_value: i128 = digits.parse().ok()?;
    let sign = if number.starts_with('-') { -1 } else { 1 };
    Some((whole_value.checked_mul(1_000_000)?.checked_add(sign * part_value)?, unit.to_lowercase()))
}

/// The number times the factor of its unit, as a whole number.
fn scaled<N: TryFrom<i128>>(text: &str, factors: &[(&str, i128)], like: &str) -> Result<N, String> {
    let wrong = || format!("write it like {like}");
    let (millionths, unit) = split(text).ok_or_else(wrong)?;
    let (_, factor) = factors.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    let exact = millionths.checked_mul(*factor).ok_or_else(wrong)?;
    if exact % 1_000_000 != 0 {
        return Err(format!("that is no whole number of its smallest unit: {}", wrong()));
    }
    N::try_from(exact / 1_000_000).ok().ok_or_else(wrong)
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
pub const CPU: Unit<CpuUnits> = Unit { show: ToString::to_string, read: read_cpu };

fn read_cpu(text: &str) -> Result<CpuUnits, String> {
    let like = "0.5 vCPU or 512 units";
    let bare = split(text).is_some_and(|(_, unit)| unit.is_empty()) && text.contains('.');
    let text = if bare { format!("{text}vcpu") } else { text.to_owned() };
    let units = [("", 1), ("unit", 1), ("units", 1), ("vcpu", 1024), ("vcpus", 1024), ("cpu", 1024)];
    scaled(&text, &units, like).map(CpuUnits::from_units)
}

/// Memory: a bare number is MiB.
pub const MEMORY: Unit<Mib> = Unit {
    show: ToString::to_string,
    read: |t| {
        let units = [("", 1), ("m", 1), ("mb", 1), ("mib", 1), ("g", 1024), ("gb", 1024), ("gib", 1024)];
        scaled(t, &units, "512m or 2 GiB").map(Mib::from_mib)
    },
};

/// Disk.
pub const DISK: Unit<Gib> = Unit {
    show: ToString::to_string,
    read: |t| {
        let units = [("", 1), ("g", 1), ("gb", 1), ("gib", 1), ("t", 1024), ("tb", 1024), ("tib", 1024)];
        scaled(t, &units, "20 GiB").map(Gib::from_gib)
    },
};

/// In the largest decimal unit that is exact.
fn show_bytes(bytes: Bytes) -> String {
    let steps = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
    let exact = steps.into_iter().find(|(step, _)| bytes.bytes() > 0 && bytes.bytes().is_multiple_of(*step));
    exact.map_or_else(|| format!("{} B", bytes.bytes()), |(step, unit)| format!("{} {unit}", bytes.bytes() / step))
}

/// In words where they are exact.
fn show_span(span: Span) -> String {
    let words = span.to_string();
    if (SPAN.read)(&words) == Ok(span) { words } else { format!("{} ms", span.ms()) }
}

fn show_dollars(usd: Usd) -> String {
    if usd.nanos() % 10_000_000 == 0 { usd.cents_text() } else { format!("${usd}") }
}

/// Bytes of traffic: decimal prefixes, and binary ones where they are written.
pub const BYTES: Unit<Bytes> = Unit {
    show: |value| show_bytes(*value),
    read: |t| {
        let units = [
            ("", 1),
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
            ("tb", 1_000_000_000_000),
            ("tib", 1 << 40),
        ];
        scaled(t, &units, "6 kB").map(Bytes::from_bytes)
    },
};

/// Rates a second, kept in thousandths.
pub const RATE: Unit<MilliPerSecond> = Unit { show: ToString::to_string, read: read_rate };

fn read_rate(text: &str) -> Result<MilliPerSecond, String> {
    let like = "10k rps, 0.5/s or 30/min";
    let (millionths, unit) = split(text).ok_or_else(|| format!("write it like {like}"))?;
    let (prefix, rest) = match unit.strip_prefix('k') {
        Some(rest) => (1000, rest),
        None => unit.strip_prefix("m/s").map_or((1, unit.as_str()), |_| (1_000_000, "/s")),
    };
    let per: i128 = match rest {
        "" | "/s" | "rps" | "jobs/s" | "req/s" | "kb/s" | "b/s" => 1,
        "/min" | "rpm" => 60,
        "/h" => 3600,
        "/d" | "/day" => 86_400,
        _ => return Err(format!("write it like {like}")),
    };
    let milli = millionths * prefix / per / 1000;
    u64::try_from(milli).map(MilliPerSecond::from_milli).ok().ok_or_else(|| format!("write it like {like}"))
}

const TIMES: [(&str, i128); 13] = [
    ("ms", 1),
    ("", 1000),
    ("s", 1000),
    ("sec", 1000),
    ("m", 60_000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("hour", 3_600_000),
    ("hours", 3_600_000),
    ("d", 86_400_000),
    ("day", 86_400_000),
    ("days", 86_400_000),
    ("w", 604_800_000),
];

/// Spans of time: a bare number is seconds.
pub const SPAN: Unit<Span> =
    Unit { show: |value| show_span(*value), read: |t| scaled(&joined(t), &TIMES, "90 s or 1.5 h").map(Span::from_ms) };

/// `3 min 20 s` has two parts, which are read together as seconds; everything else stays.
fn joined(text: &str) -> String {
    let mut parts = text.split_whitespace();
    let (Some(a), Some(unit_a), Some(b), Some(unit_b), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return text.to_owned();
    };
    let ms = |n: &str, unit: &str| scaled::<i64>(&format!("{n}{unit}"), &TIMES, "").ok();
    match (ms(a, unit_a), ms(b, unit_b)) {
        (Some(a), Some(b)) => format!("{}ms", a + b),
        _ => text.to_owned(),
    }
}

/// Whole seconds.
pub const SECONDS: Unit<Seconds> = Unit {
    show: ToString::to_string,
    read: |t| {
        let ms: i128 = scaled(&joined(t), &TIMES, "30 s")?;
        if ms % 1000 != 0 {
            return Err("write whole seconds, like 30 s".to_owned());
        }
        u32::try_from(ms / 1000).map(Seconds::from_secs).ok().ok_or_else(|| "write it like 30 s".to_owned())
    },
};

/// Whole minutes: a bare number is minutes.
pub const MINUTES: Unit<Minutes> = Unit {
    show: ToString::to_string,
    read: |t| {
        let units = [("", 1), ("m", 1), ("min", 1), ("h", 60), ("d", 1440)];
        scaled(t, &units, "10 min").map(Minutes::from_minutes)
    },
};

/// Percents.
pub const PERCENT: Unit<Percent> =
    Unit { show: ToString::to_string, read: |t| scaled(t, &[("", 1), ("%", 1)], "70 %").map(Percent::from_percent) };

/// Parts of a whole, shown in percent.
pub const SHARE: Unit<Ppm> = Unit {
    show: |ppm| format!("{} %", ppm.fraction() * 100.0),
    read: |t| scaled(t, &[("", 10_000), ("%", 10_000)], "5 %").map(Ppm::from_ppm),
};

/// How many times each, `0.5` or `3`.
pub const TIMES_EACH: Unit<Ppm> = Unit {
    show: |ppm| ppm.fraction().to_string(),
    read: |t| scaled(t, &[("", 1_000_000)], "1 or 0.5").map(Ppm::from_ppm),
};

/// Thousandths of a metric's own unit.
pub const MILLI: Unit<u64> = Unit {
    show: |milli| (*milli as f64 / 1000.0).to_string(),
    read: |t| scaled(t, &[("", 1000), ("%", 1000), ("k", 1_000_000)], "70"),
};
pub const SIGNED_MILLI: Unit<i64> = Unit {
    show: |milli| (*milli as f64 / 1000.0).to_string(),
    read: |t| scaled(t, &[("", 1000), ("%", 1000)], "10 or -5"),
};

/// vCPU time of one request: a bare number is milliseconds.
pub const CPU_TIME: Unit<u64> = Unit {
    show: |micros| format!("{} ms of a vCPU", *micros as f64 / 1000.0),
    read: |t| {
        let t = t.to_lowercase().replace("of a vcpu", "");
        scaled(&t, &[("", 1000), ("ms", 1000), ("s", 1_000_000), ("us", 1), ("µs", 1)], "2.5 ms")
    },
};

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
        assert_eq!((MEMORY.read)("2 apples"), Err("write it like 512m or 2 GiB".to_owned()));
        assert_eq!((PORT.read)("70000"), Err("write it like a port, like 8080".to_owned()));
        assert!((MEMORY.read)("0.3 MiB").unwrap_err().starts_with("that is no whole number"));
        for text in ["", "-", ".", "1.1234567", "--3"] {
            assert!((COUNT.read)(text).is_err(), "{text}");
        }
    }
}
