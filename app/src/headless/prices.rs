//! `bayplan prices`: what a price book can set, and what it costs in a region.

use std::path::Path;

use bayplan_engine::names::Region;
use bayplan_engine::report::prices::{PriceRow, rows, table};
use serde_json::{Value, json};

use super::bill::print_json;
use super::open::{catalogue, with_prices};
use super::{Outlets, Stop};
use crate::reports::price_book_json;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The region.
    pub region: &'a str,
    /// Words that an item's key or name has to hold.
    pub words: &'a [String],
    /// The user's own price book.
    pub book: Option<&'a Path>,
    /// Whether JSON is wanted.
    pub json: bool,
}

/// `bayplan prices`.
pub fn run(asked: Asked<'_>, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let published = catalogue(&Region::new(asked.region))?;
    let catalogue = match asked.book {
        Some(book) => with_prices(&published, book)?,
        None => published,
    };
    let found = rows(&catalogue, asked.words);
    if found.is_empty() {
        let words = asked.words.join(" ");
        let region = asked.region;
        return Err(Stop::Input(format!(
            "nothing is sold in {region} by the name `{words}`; `bayplan prices` lists all"
        )));
    }
    if asked.json {
        let all = json!({
            "region": asked.region,
            "price_book": price_book_json(&catalogue),
            "prices": found.iter().map(row_json).collect::<Vec<_>>(),
        });
        print_json(&all, to.out)?;
    } else {
        write!(to.out, "{}", table(&found).text())?;
    }
    Ok(0)
}

fn row_json(row: &PriceRow) -> Value {
    json!({
        "key": row.key,
        "label": row.label,
        "usd": row.usd,
        "unit": row.unit,
        "from": row.from,
        "date": row.as_of,
        "kind": row.kind,
        "source": row.source,
        "note": row.note,
    })
}
