//! What a price book can set, and what it costs: each item of a region by the key that books name it by.
//!
//! In: a catalogue, words to look for. Out: rows of text, one for each step of a price. Nothing here computes a price.

use super::table::Table;
use crate::catalogue::Catalogue;
use crate::catalogue::meter::Meter;
use crate::catalogue::overlay::key;
use crate::catalogue::prices::{Price, Tier};
use crate::units::Quantity;

/// One step of what one item costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// How a price book names it: `nat_gateway/hour`.
    pub key: String,
    /// AWS's word for it.
    pub label: String,
    /// The price of one unit in USD, exactly; `None` where none is known.
    pub usd: Option<String>,
    /// The unit.
    pub unit: &'static str,
    /// The quantity from which on the price counts.
    pub from: String,
    /// The day it was true; empty without a price.
    pub as_of: String,
    /// `published`, `derived` or `own`; empty without a price.
    pub kind: &'static str,
    /// Where it was read; empty without a price.
    pub source: String,
    /// What else is to be said of it.
    pub note: String,
}

/// Everything that is sold in a region, as far as its key or name holds each of the words, whatever their case.
pub fn rows(catalogue: &Catalogue, words: &[String]) -> Vec<PriceRow> {
    let words: Vec<_> = words.iter().map(|word| word.to_lowercase()).collect();
    let of_types = catalogue.types.iter().flat_map(|(ix, _)| {
        [Meter::Ec2Linux(ix), Meter::Ec2Windows(ix), Meter::Ec2Spot(ix), Meter::ManagedInstancesFee(ix)]
    });
    let mut all = Vec::new();
    for meter in Meter::SERVICES.iter().copied().chain(of_types) {
        let (key, label) = (key(meter, &catalogue.types), catalogue.label(meter));
        let name = format!("{key} {label}").to_lowercase();
        if !words.iter().all(|word| name.contains(word)) {
            continue;
        }
        match catalogue.prices.price(meter) {
            None => all.push(row(meter, key, label, None)),
            Some(price) => {
                let of_step = |tier| row(meter, key.clone(), label.clone(), Some((price, tier)));
                all.extend(price.tiers().iter().map(of_step));
            }
        }
    }
    all
}

fn row(meter: Meter, key: String, label: String, priced: Option<(&Price, &Tier)>) -> PriceRow {
    let unit = meter.per_unit();
    let text = |from: Quantity| from.decimal_text(unit, 9);
    PriceRow {
        key,
        label,
        usd: priced.map(|(_, tier)| Price::unit_text(*tier, unit)),
        unit: meter.unit().text,
        from: priced.map_or_else(|| text(Quantity::ZERO), |(_, tier)| text(tier.from)),
        as_of: priced.map_or_else(String::new, |(price, _)| price.as_of.to_string()),
        kind: priced.map_or("", |(price, _)| price.kind.word()),
        source: priced.map_or_else(String::new, |(price, _)| price.source.to_string()),
        note: priced.map_or_else(String::new, |(price, _)| price.note.to_string()),
    }
}

/// The rows as a table.
pub fn table(rows: &[PriceRow]) -> Table {
    let head = ["Key", "What", "USD", "Unit", "From", "Date", "Kind", "Source"].map(str::to_owned).to_vec();
    let cells = |row: &PriceRow| {
        let usd = row.usd.clone().unwrap_or_else(|| "no price".to_owned());
        let source = if row.note.is_empty() { row.source.clone() } else { format!("{}; {}", row.source, row.note) };
        let from = row.from.clone();
        vec![row.key.clone(), row.label.clone(), usd, row.unit.into(), from, row.as_of.clone(), row.kind.into(), source]
    };
    let figures = vec![false, false, true, false, true, false, false, false];
    Table { head, figures, rows: rows.iter().map(cells).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::overlay::{PriceOverlay, find};

    fn catalogue() -> Catalogue {
        Catalogue::load(&"us-east-1".into()).unwrap()
    }

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_row_has_a_key_that_a_price_book_can_set() {
        let c = catalogue();
        let all = rows(&c, &[]);
        assert!(all.len() > Meter::SERVICES.len());
        for row in &all {
            assert!(find(&row.key, &c.types).is_some(), "{}", row.key);
            assert_eq!(row.usd.is_none(), row.kind.is_empty(), "{}", row.key);
        }
    }

    #[test]
    fn rows_are_found_by_every_word_of_key_or_name() {
        let c = catalogue();
        let found = rows(&c, &words("FARGATE vcpu arm"));
        let keys: Vec<_> = found.iter().map(|row| row.key.as_str()).collect();
        // Source of the figure: AWS Fargate pricing, ARM in us-east-1.
        assert!(found.iter().any(|row| row.usd.as_deref() == Some("0.03238")), "{found:?}");
        assert!(keys.iter().all(|key| key.contains("fargate")), "{keys:?}");
        assert_eq!(rows(&c, &words("lunch")), Vec::new());
        // 100 GB free, then three or more steps: a row each.
        let steps = rows(&c, &words("data transfer internet"));
        assert!(steps.len() > 2, "{steps:?}");
        assert!(steps.iter().any(|row| row.from == "0"), "{steps:?}");
    }

    #[test]
    fn a_book_that_is_laid_over_them_shows() {
        let mine = r#"(name: "Mine", as_of: "2026-09", prices: [(of: "alb/hour", usd: "0.02")])"#;
        let c = catalogue().with_prices(&PriceOverlay::from_ron(mine).unwrap()).unwrap();
        let found = rows(&c, &words("alb/hour"));
        let [row] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((row.usd.as_deref(), row.kind, row.source.as_str()), (Some("0.02"), "own", "Mine"));
        assert!(table(&found).text().contains("0.02"), "{}", table(&found).text());
    }
}
