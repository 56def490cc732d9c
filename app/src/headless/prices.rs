//! `bayplan prices`: what a price book can set, and what it costs in a region.

use std::path::PathBuf;

use bayplan_engine::names::Region;
use bayplan_engine::report::prices::{PriceRow, rows, table};
use clap::Args;
use serde_json::{Value, json};

use super::bill::print_json;
use super::open::{catalogue, with_prices};
use super::{Outlets, Stop};
use crate::reports::price_book_json;

/// What is asked for.
#[derive(Debug, Args)]
pub struct Asked {
    /// Words that a key or name has to hold, each of them: fargate arm
    #[arg(value_name = "FILTER")]
    pub words: Vec<String>,
    /// The region.
    #[arg(long, default_value = "us-east-1")]
    pub region: String,
    /// A file of your own prices (RON or CSV), laid over the published ones.
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `bayplan prices`.
pub fn run(asked: &Asked, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let published = catalogue(&Region::new(&asked.region))?;
    let catalogue = match &asked.prices {
        Some(book) => with_prices(&published, book)?,
        None => published,
    };
    let found = rows(&catalogue, &asked.words);
    if found.is_empty() {
        let words = asked.words.join(" ");
        let region = &asked.region;
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
