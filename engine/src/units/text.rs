//! Numbers with units as people write them: `90 min`, `1.2 TB/mo`, `10k rps`, `3 min 20 s`.
//!
//! In: text. Out: whole numbers of a smallest unit, exactly, or nothing. Arithmetic is in integers, so what is written is
//! what is kept. Blanks, upper and lower case do not matter; commas and underscores group thousands and stand nowhere
//! else. Which units a quantity takes is said in [`super::written`].

/// A unit and how many of the smallest unit it is.
pub type Unit = (&'static str, i128);

/// Numbers are read in millionths.
const MILLIONTHS: i128 = 1_000_000;

/// A number, in millionths, and what stands behind it, in small letters without blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) millionths: i128,
    pub(super) unit: String,
}

/// The numbers of a text with their units, one after the other; `None` where it is not made of these.
pub(super) fn parts(text: &str) -> Option<Vec<Part>> {
    let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '_');
    let mut rest = text.trim();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (negative, digits) = match rest.strip_prefix(['-', '−']) {
            Some(digits) if parts.is_empty() => (true, digits),
            Some(_) => return None,
            None => (false, rest),
        };
        let (digits, behind) = digits.split_at(digits.find(|c| !number(c)).unwrap_or(digits.len()));
        let (unit, next) = behind.split_at(behind.find(number).unwrap_or(behind.len()));
        let millionths = decimal(digits)?;
        let unit = unit.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        parts.push(Part { millionths: if negative { -millionths } else { millionths }, unit });
        rest = next;
    }
    (!parts.is_empty()).then_some(parts)
}

/// A decimal in millionths: at most six digits behind its point, thousands apart by commas or underscores or not at all.
fn decimal(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split([',', '_']).collect();
    let grouped =
        groups.len() == 1 || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    if !grouped || !groups.iter().all(|group| digits(group)) || !digits(fraction) || fraction.len() > 6 {
        return None;
    }
    if whole.is_empty() && fraction.is_empty() || text.ends_with('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { groups.concat().parse().ok()? };
    let fraction: i128 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(MILLIONTHS)?.checked_add(fraction)
}

/// So many of the smallest unit, exactly: the sum of a text's parts. Only `many` may have more than one part.
pub fn exact(text: &str, units: &[Unit], many: bool) -> Option<i128> {
    let parts = parts(text)?;
    if parts.len() > 1 && (!many || parts.iter().any(|part| part.unit.is_empty())) {
        return None;
    }
    let mut sum: i128 = 0;
    for part in &parts {
        let (_, factor) = units.iter().find(|(name, _)| *name == part.unit)?;
        sum = sum.checked_add(part.millionths.checked_mul(*factor)?)?;
    }
    (sum % MILLIONTHS == 0).then_some(sum / MILLIONTHS)
}

/// In the first of some units, largest first, in which it is a whole number or has at most so many decimals and is not
/// below one; the last unit is the smallest and takes all.
pub(super) fn in_largest(value: i128, units: &[Unit], decimals: usize) -> String {
    let scale = 10_i128.pow(u32::try_from(decimals).unwrap_or(0));
    let fits = |factor: i128| value.abs() >= factor && value * scale % factor == 0;
    let Some((unit, factor)) = units.iter().find(|(_, factor)| fits(*factor)).or(units.last()) else {
        return value.to_string();
    };
    format!("{} {unit}", quotient(value, *factor))
}

/// `value / factor` as a decimal, where it is one of few digits.
pub(super) fn quotient(value: i128, factor: i128) -> String {
    let (whole, rest) = (value / factor, value % factor);
    if rest == 0 {
        return whole.to_string();
    }
    let mut digits = String::new();
    let mut rest = rest.abs();
    while rest > 0 && digits.len() < 12 {
        rest *= 10;
        digits.push_str(&(rest / factor).to_string());
        rest %= factor;
    }
    let sign = if value < 0 && whole == 0 { "-" } else { "" };
    format!("{sign}{whole}.{digits}")
}

/// The words before a rate's number of things, and how many they make of it.
const PREFIXES: [Unit; 8] = [
    ("", 1),
    ("k", 1000),
    ("thousand", 1000),
    ("m", 1_000_000),
    ("mn", 1_000_000),
    ("million", 1_000_000),
    ("bn", 1_000_000_000),
    ("billion", 1_000_000_000),
];

/// What may come so many times a second.
const THINGS: [&str; 13] = [
    "",
    "request",
    "requests",
    "req",
    "r",
    "job",
    "jobs",
    "message",
    "messages",
    "connection",
    "connections",
    "call",
    "calls",
];

/// Spans of time that a rate may be over, in seconds; a month has 730 hours.
const PER: [Unit; 13] = [
    ("s", 1),
    ("sec", 1),
    ("second", 1),
    ("min", 60),
    ("minute", 60),
    ("h", 3600),
    ("hour", 3600),
    ("d", 86_400),
    ("day", 86_400),
    ("w", 604_800),
    ("week", 604_800),
    ("mo", 2_628_000),
    ("month", 2_628_000),
];

/// Thousands of bytes, and larger.
const KILOBYTES: [Unit; 4] = [("kb", 1), ("mb", 1000), ("gb", 1_000_000), ("tb", 1_000_000_000)];

/// What is counted by a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// Requests, jobs, messages.
    Things,
    /// Thousands of bytes.
    Kilobytes,
}

/// Thousandths a second, to the nearest, with the rest that was rounded in parts of a million of it.
pub(super) fn rate(text: &str, counted: Counted) -> Option<(i128, i128)> {
    let spaced: Vec<&str> = text.split_whitespace().collect();
    // `a month` and `per month` are `/month`; `10k rps` and `600 rpm` are rates too.
    let words: Vec<&str> =
        spaced.iter().map(|w| if matches!(*w, "a" | "an" | "per" | "each") { "/" } else { *w }).collect();
    let [part] = &parts(&words.concat())?[..] else { return None };
    let (count, per) = match part.unit.split_once('/') {
        Some((count, per)) => (count, PER.iter().find(|(name, _)| *name == per)?.1),
        None if part.unit.ends_with("rps") => (part.unit.strip_suffix("rps")?, 1),
        None => (part.unit.strip_suffix("rpm")?, 60),
    };
    let factor = match counted {
        Counted::Things => THINGS.iter().find_map(|thing| {
            let prefix = count.strip_suffix(thing)?;
            PREFIXES.iter().find(|(name, _)| *name == prefix).map(|(_, factor)| *factor)
        })?,
        Counted::Kilobytes => KILOBYTES.iter().find(|(name, _)| *name == count)?.1,
    };
    // Millionths over seconds: thousandths a second are a thousandth of that.
    let exact = part.millionths.checked_mul(factor)?;
    let step = per * 1000;
    let nearest = (exact + step / 2).div_euclid(step);
    let off = (nearest * step - exact).abs();
    Some((nearest, if exact == 0 { 0 } else { off.checked_mul(MILLIONTHS)? / exact.abs() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        let one = |text: &str| parts(text).map(|parts| parts[0].millionths);
        for (text, millionths) in [
            ("1.5", 1_500_000),
            (".5", 500_000),
            ("1,234,567", 1_234_567_000_000),
            ("-3", -3_000_000),
            ("10_000", 10_000_000_000),
        ] {
            assert_eq!(one(text), Some(millionths), "{text}");
        }
        for text in ["", "x", "1,5", "1,2345", "1.", "1.1234567", "--3", "1..2", ",", "1,,000"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn rates_count_things_over_any_span() {
        let things = |text: &str| rate(text, Counted::Things).map(|(milli, _)| milli);
        for (text, milli) in [
            ("10k rps", 10_000_000),
            ("0.5/s", 500),
            ("30/min", 500),
            ("30 jobs per minute", 500),
            ("3,600 requests/h", 1000),
            // 1,000,000 in 730 × 3,600 s are 0.38052 a second.
            ("1M requests/month", 381),
            ("1 million requests a month", 381),
        ] {
            assert_eq!(things(text), Some(milli), "{text}");
        }
        for text in ["5 MB/s", "5", "5 KB", "5 rows/s", "/s", "5 / fortnight"] {
            assert_eq!(things(text), None, "{text}");
        }
        // 1.2 TB in a month of 2,628,000 s are 456.621 KB a second.
        assert_eq!(rate("1.2 TB/mo", Counted::Kilobytes).map(|(milli, _)| milli), Some(456_621));
        assert_eq!(rate("5/s", Counted::Kilobytes), None);
    }

    #[test]
    fn what_a_rate_is_rounded_by_is_told() {
        // 1,000 a month are 0.00038 a second: nothing, to a thousandth.
        assert_eq!(rate("1000/mo", Counted::Things), Some((0, 1_000_000)));
    }
}
