//! A user's own price book, laid over the published prices: private discounts and private rates.
//!
//! Text goes in, a changed [`PriceBook`] comes out; every price it touched says so. A discount never compounds:
//! the one named most closely counts (a meter before its service, a service before all), and an own price beats
//! every discount.

use crate::catalogue::Catalogue;
use crate::catalogue::instance_types::InstanceTypes;
use crate::catalogue::meter::Meter;
use crate::catalogue::prices::{Kind, Price, PriceBook, Tier, rate, scaled};
use crate::names::Region;
use crate::units::{Ppm, Quantity, Rate, Usd};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A user's own prices.
///
/// ```ron
/// (
///     name: "Private rates 2026",
///     as_of: "2026-09",
///     discounts: [(of: "all", percent_off: "5"), (of: "nat_gateway", percent_off: "12.5")],
///     prices: [(of: "ec2_linux/m7g.large", usd: "0.061")],
/// )
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceOverlay {
    /// What the user calls it; a touched price names it as its source.
    pub name: String,
    /// The day it was agreed on, in the user's words.
    #[serde(default)]
    pub as_of: String,
    /// Percentages off the published prices.
    #[serde(default)]
    pub discounts: Vec<Discount>,
    /// Prices in place of the published ones.
    #[serde(default)]
    pub prices: Vec<OwnPrice>,
}

/// Which price book lies over the published prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// What the user calls it.
    pub name: Arc<str>,
    /// The day it was agreed on, in the user's words; may be empty.
    pub as_of: Arc<str>,
}

impl fmt::Display for Laid {
    /// `Private rates 2026, of 2026-09`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.as_of.is_empty() { Ok(()) } else { write!(f, ", of {}", self.as_of) }
    }
}

/// So much off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discount {
    /// `all`, a service (`nat_gateway`), an item (`nat_gateway/data_processed`) or an instance type
    /// (`ec2_linux/m7g.large`).
    pub of: String,
    /// How much off.
    pub percent_off: PercentOff,
}

/// One price for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnPrice {
    /// An item (`nat_gateway/data_processed`) or an instance type (`ec2_linux/m7g.large`).
    pub of: String,
    /// The price of one published unit, as decimal text; it has no steps.
    pub usd: String,
}

/// A percentage from 0 to 100 with up to four decimals, written as text: `"12.5"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PercentOff(Ppm);

/// Why a user's price book cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// The RON does not read.
    #[error("line {line}, column {column}: {problem}")]
    Ron {
        /// Where.
        line: usize,
        /// Where.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// The CSV does not read.
    #[error("line {line}: {problem}")]
    Csv {
        /// Where.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// It names something that is not sold.
    #[error("nothing is sold as `{0}`; items are written like nat_gateway/data_processed or ec2_linux/m7g.large")]
    UnknownItem(String),
    /// It gives something that is no price.
    #[error("`{usd}` is no price in USD for {of}")]
    NotAPrice {
        /// For what.
        of: String,
        /// What was written.
        usd: String,
    },
    /// It has no name to be told by.
    #[error("a price book needs a name: results say which one lay over the published prices")]
    Nameless,
    /// It is empty.
    #[error("the price book holds no discount and no price")]
    Empty,
    /// It names one thing twice.
    #[error("`{0}` stands twice among its {1}: which of the two is meant?")]
    Twice(String, &'static str),
    /// It changes nothing.
    #[error("the price book changes no price of {0}: what it names has no price there, or 0 % off")]
    WithoutEffect(Region),
    /// It gives something that is no percentage.
    #[error("`{0}` is no percentage from 0 to 100 with at most four decimals")]
    NotAPercentage(String),
}

impl PercentOff {
    /// In millionths.
    pub const fn ppm(self) -> Ppm {
        self.0
    }

    /// Exactly parsed from decimal text.
    pub fn parse(text: &str) -> Result<Self, OverlayError> {
        let parsed = || {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
            if whole.is_empty() || text.ends_with('.') || fraction.len() > 4 || !digits(whole) || !digits(fraction) {
                return None;
            }
            let ppm = format!("{whole}{fraction:0<4}").parse::<u32>().ok()?;
            (ppm <= Ppm::ONE.ppm()).then_some(Self(Ppm::from_ppm(ppm)))
        };
        parsed().ok_or_else(|| OverlayError::NotAPercentage(text.to_owned()))
    }
}

impl fmt::Display for PercentOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredth = Quantity::from_base(10_000);
        f.write_str(&Quantity::from_base(u128::from(self.0.ppm())).decimal_text(hundredth, 4))
    }
}

impl From<PercentOff> for String {
    fn from(percent: PercentOff) -> Self {
        percent.to_string()
    }
}

impl TryFrom<String> for PercentOff {
    type Error = OverlayError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl PriceOverlay {
    /// Reads RON text.
    pub fn from_ron(text: &str) -> Result<Self, OverlayError> {
        ron::from_str(text).map_err(|error| OverlayError::Ron {
            line: error.span.start.line,
            column: error.span.start.col,
            problem: error.code.to_string(),
        })
    }

    /// Reads CSV text with the columns `of`, `percent_off`, `usd`, one of the latter two filled in each row.
    pub fn from_csv(name: &str, text: &str) -> Result<Self, OverlayError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Line {
            of: String,
            percent_off: Option<PercentOff>,
            usd: Option<String>,
        }
        let mut overlay = Self { name: name.to_owned(), ..Self::default() };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| csv_error(&error))?.clone();
        let has = |name: &str| headers.iter().any(|header| header == name);
        if !has("of") || !(has("percent_off") || has("usd")) {
            let problem = "the first line has to name the columns: of,percent_off,usd".to_owned();
            return Err(OverlayError::Csv { line: 1, problem });
        }
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| csv_error(&error))? {
            let line: Line = record.deserialize(Some(&headers)).map_err(|error| csv_error(&error))?;
            match line {
                Line { of, percent_off: Some(percent_off), usd: None } => {
                    overlay.discounts.push(Discount { of, percent_off });
                }
                Line { of, percent_off: None, usd: Some(usd) } => overlay.prices.push(OwnPrice { of, usd }),
                Line { .. } => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let problem = "either percent_off or usd is expected".to_owned();
                    return Err(OverlayError::Csv { line, problem });
                }
            }
        }
        Ok(overlay)
    }

    /// The percentage off a meter: the one named most closely.
    fn off(&self, meter: Meter, types: &InstanceTypes) -> Option<PercentOff> {
        let key = key(meter, types);
        let named = |of: &str| self.discounts.iter().rev().find(|d| d.of == of).map(|d| d.percent_off);
        named(&key).or_else(|| named(meter.service())).or_else(|| named("all"))
    }

    /// It must have a name and something in it, each thing once, and every discount must name something.
    fn check(&self, types: &InstanceTypes) -> Result<(), OverlayError> {
        if self.name.trim().is_empty() {
            return Err(OverlayError::Nameless);
        }
        if self.discounts.is_empty() && self.prices.is_empty() {
            return Err(OverlayError::Empty);
        }
        twice(self.discounts.iter().map(|discount| &discount.of), "discounts")?;
        twice(self.prices.iter().map(|price| &price.of), "prices")?;
        for Discount { of, .. } in &self.discounts {
            let service = Meter::SERVICES.iter().any(|m| m.service() == of) || TYPE_SERVICES.contains(&of.as_str());
            if of != "all" && !service && find(of, types).is_none() {
                return Err(OverlayError::UnknownItem(of.clone()));
            }
        }
        Ok(())
    }
}

/// Of two values for one thing only one could count, and nobody would hear of the other.
fn twice<'a>(names: impl Iterator<Item = &'a String>, among: &'static str) -> Result<(), OverlayError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(OverlayError::Twice(name.clone(), among));
        }
    }
    Ok(())
}

/// The service keys of the meters of instance types.
const TYPE_SERVICES: [&str; 5] = ["ec2_linux", "ec2_windows", "ec2_spot", "ec2_spot_windows", "managed_instances_fee"];

/// How a price book names a meter: `nat_gateway/hour`, `ec2_spot/m7g.large`.
pub fn key(meter: Meter, types: &InstanceTypes) -> String {
    let item = meter.instance_type().map_or(meter.item(), |ix| types[ix].name.as_str());
    format!("{}/{item}", meter.service())
}

/// The meter a price book names.
pub fn find(key: &str, types: &InstanceTypes) -> Option<Meter> {
    let (service, item) = key.split_once('/')?;
    Meter::by_item(service, item).or_else(|| Meter::by_type(service, types.find(item)?))
}

fn csv_error(error: &csv::Error) -> OverlayError {
    OverlayError::Csv { line: error.position().map_or(0, csv::Position::line), problem: error.to_string() }
}

impl PriceBook {
    /// These prices with the user's own laid over them.
    fn with(&self, overlay: &PriceOverlay, types: &InstanceTypes, region: &Region) -> Result<Self, OverlayError> {
        overlay.check(types)?;
        let mut book = self.clone();
        let (as_of, source): (Arc<str>, Arc<str>) = (overlay.as_of.as_str().into(), overlay.name.as_str().into());
        let mut has_effect = !overlay.prices.is_empty();
        for (meter, price) in self.iter() {
            if let Some(off) = overlay.off(meter, types) {
                has_effect |= off.ppm() > Ppm::ZERO;
                book.put(meter, discounted(price, off, meter.per_unit(), &as_of, &source));
            }
        }
        for OwnPrice { of, usd } in &overlay.prices {
            let meter = find(of, types).ok_or_else(|| OverlayError::UnknownItem(of.clone()))?;
            let rate = rate(usd, meter.per_unit())
                .ok_or_else(|| OverlayError::NotAPrice { of: of.clone(), usd: usd.clone() })?;
            book.put(meter, Price::flat(rate, Kind::Own, &as_of, &source, &"".into()));
        }
        if !has_effect {
            return Err(OverlayError::WithoutEffect(region.clone()));
        }
        book.lay(Laid { name: source, as_of });
        Ok(book)
    }
}

impl Catalogue {
    /// This catalogue with the user's own prices laid over the published ones.
    pub fn with_prices(&self, overlay: &PriceOverlay) -> Result<Self, OverlayError> {
        let prices = self.prices.with(overlay, &self.types, &self.region.region)?;
        Ok(Self { prices, ..self.clone() })
    }
}

/// A price with so much off each of its steps.
///
/// Each step is taken for a thousand times its quantity and rounded there, half to even, to a billionth of a dollar:
/// a price of some hundred billionths keeps three more digits.
fn discounted(price: &Price, off: PercentOff, unit: Quantity, as_of: &Arc<str>, source: &Arc<str>) -> Price {
    let left = u64::from(Ppm::ONE.ppm() - off.ppm().ppm());
    let step = |tier: &Tier| {
        let Rate { usd, .. } = tier.rate;
        let usd = scaled(Usd::from_nanos(usd.nanos().saturating_mul(1000)), left, u64::from(Ppm::ONE.ppm()));
        let per = Quantity::from_base(tier.rate.per().base().saturating_mul(1000));
        Tier { from: tier.from, rate: Rate::new(usd, per).unwrap_or(tier.rate) }
    };
    let note = format!("{off} % off {}, {}", Price::unit_text(price.tiers()[0], unit), price.source);
    let (as_of, source) = (as_of.clone(), source.clone());
    price.retold(price.tiers().iter().map(step).collect(), Kind::Own, as_of, source, note.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact_both_ways() {
        for text in ["0", "12.5", "100", "0.0001", "99.9999"] {
            assert_eq!(PercentOff::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "-1", "100.0001", "1e1", "12.34567", "5.", ".5", "12,5"] {
            assert!(PercentOff::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_field_is_told_with_its_place() {
        let error = PriceOverlay::from_ron("(\n    name: \"x\",\n    discount: [],\n)").unwrap_err();
        let OverlayError::Ron { line, ref problem, .. } = error else { panic!("{error}") };
        assert_eq!(line, 3);
        assert!(problem.contains("discount") && problem.contains("discounts"), "{problem}");
    }

    #[test]
    fn csv_rows_are_discounts_or_prices() {
        let text = "of,percent_off,usd\nall,5,\nnat_gateway/hour,,0.03\n";
        let overlay = PriceOverlay::from_csv("mine", text).unwrap();
        let discount = Discount { of: "all".into(), percent_off: PercentOff::parse("5").unwrap() };
        assert_eq!(overlay.discounts, [discount]);
        assert_eq!(overlay.prices, [OwnPrice { of: "nat_gateway/hour".into(), usd: "0.03".into() }]);
        let both = PriceOverlay::from_csv("mine", "of,percent_off,usd\nall,5,1\n").unwrap_err();
        assert_eq!(both.to_string(), "line 2: either percent_off or usd is expected");
        assert!(PriceOverlay::from_csv("mine", "of,percent_off,price\nall,5,1\n").is_err());
    }

    #[test]
    fn a_table_without_a_header_is_told_so() {
        for text in ["", "all,5,\n", "nat_gateway/hour,,0.03\n", "of\nall\n", "percent_off,usd\n5,\n", "\u{0}"] {
            let error = PriceOverlay::from_csv("mine", text).unwrap_err().to_string();
            assert_eq!(error, "line 1: the first line has to name the columns: of,percent_off,usd", "{text}");
        }
    }
}
