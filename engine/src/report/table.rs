//! Tables as values: bills and comparisons as rows of text, and their forms as CSV, Markdown and aligned text.
//!
//! In: bills. Out: rows whose figures are already written. Nothing here computes a price.

use crate::bill::Charge;
use crate::bill::{Bill, BillLine};
use crate::catalogue::Catalogue;
use crate::catalogue::prices::Kind;
use crate::units::{Quantity, Rate, Usd};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Which columns hold figures, and stand at the right.
    pub figures: Vec<bool>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
}

/// One line of a bill in words: what every form of it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineText {
    /// The item: `service web`.
    pub owner: String,
    /// What AWS charges for, with an instance type's name.
    pub meter: String,
    /// Why.
    pub cause: &'static str,
    /// How much, in the unit of the price, exactly to nine decimals.
    pub quantity: String,
    /// The unit.
    pub unit: &'static str,
    /// The price of one unit in USD; `None` where there is none.
    pub rate: Option<String>,
    /// What it costs in USD; `None` where there is no price.
    pub amount: Option<String>,
    /// Where its price is from; `None` where there is none.
    pub price: Option<PriceText>,
}

/// Where a price is from, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceText {
    /// What kind it is: `published`, `derived` from published ones, `own` of the user, `plan` of a Savings Plan.
    pub kind: &'static str,
    /// Whether it is of Spot, whose market moves.
    pub is_spot: bool,
    /// The day it was true, as exactly as is known; empty of the user's own monthly price.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
}

impl PriceText {
    /// Of a line; `None` where it has no price.
    pub fn of(line: &BillLine, catalogue: &Catalogue) -> Option<Self> {
        let Charge::Aws(meter) = line.charge else {
            let (kind, source) = match line.charge {
                Charge::Commitment(_) | Charge::Covered(_) => ("plan", "the plan that the account states"),
                Charge::Own | Charge::Aws(_) => ("own", "the monthly price that you gave the item"),
            };
            return Some(Self { kind, is_spot: false, as_of: String::new(), source: source.to_owned() });
        };
        line.cost?;
        let price = catalogue.prices.price(meter)?;
        let kind = match price.kind {
            Kind::Published => "published",
            Kind::Derived => "derived",
            Kind::Own => "own",
        };
        let (as_of, source) = (price.as_of.to_string(), price.source.to_string());
        Some(Self { kind, is_spot: meter.is_spot(), as_of, source })
    }

    /// `published`, `derived, Spot`.
    pub fn words(&self) -> String {
        format!("{}{}", self.kind, if self.is_spot { ", Spot" } else { "" })
    }
}

impl LineText {
    /// A line in words.
    pub fn of(line: &BillLine, catalogue: &Catalogue) -> Self {
        let per_unit = line.charge.per_unit();
        let meter = match line.charge {
            Charge::Aws(meter) => catalogue.label(meter),
            Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => line.charge.label().to_owned(),
        };
        Self {
            owner: line.owner.to_string(),
            meter,
            cause: line.cause.word(),
            quantity: line.quantity.decimal_text(per_unit, 9),
            unit: line.charge.unit(),
            rate: rate_of(line),
            amount: line.cost.map(|cost| cost.to_string()),
            price: PriceText::of(line, catalogue),
        }
    }
}

/// What one unit of a line's price costs, exactly to twelve decimals.
pub fn rate_of(line: &BillLine) -> Option<String> {
    line.rate.map(|rate| rate_text(rate, line.charge.per_unit()))
}

/// What one unit costs, exactly to twelve decimals.
fn rate_text(rate: Rate, per_unit: Quantity) -> String {
    let nanos = u128::from(rate.usd.nanos().unsigned_abs()) * per_unit.base();
    let text = Quantity::from_base(nanos).decimal_text(Quantity::from_base(rate.per().base() * 1_000_000_000), 12);
    if rate.usd < Usd::ZERO { format!("-{text}") } else { text }
}

/// A bill as a table, dearest lines first within each item.
pub fn bill(bill: &Bill, catalogue: &Catalogue) -> Table {
    let head = ["Item", "What", "Why", "Quantity", "Unit", "USD a unit", "USD", "Price", "As of", "Source"];
    let head = head.map(str::to_owned).to_vec();
    let row = |line: &BillLine| {
        let text = LineText::of(line, catalogue);
        let unpriced = || "no price".to_owned();
        vec![
            text.owner,
            text.meter,
            text.cause.to_owned(),
            text.quantity,
            text.unit.to_owned(),
            text.rate.unwrap_or_else(unpriced),
            text.amount.unwrap_or_else(unpriced),
            text.price.as_ref().map(PriceText::words).unwrap_or_default(),
            text.price.as_ref().map(|price| price.as_of.clone()).unwrap_or_default(),
            text.price.map(|price| price.source).unwrap_or_default(),
        ]
    };
    let mut rows: Vec<_> = bill.lines.iter().map(row).collect();
    let total = if bill.is_priced() { "Total" } else { "Total of what has a price" };
    let mut last = vec![String::new(); head.len()];
    total.clone_into(&mut last[0]);
    last[6] = bill.total.to_string();
    rows.push(last);
    Table { head, figures: vec![false, false, false, true, false, true, true, false, false, false], rows }
}

impl Table {
    /// Comma-separated values, a line each, quoted where they must be; what a spreadsheet would run is text.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in std::iter::once(&self.head).chain(&self.rows) {
            let cells = row.iter().zip(&self.figures).map(|(cell, figure)| harmless(plain(cell, *figure)));
            // Writing into memory cannot fail, and every row has the head's length.
            let _ = writer.write_record(cells.collect::<Vec<_>>());
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells = cells.iter().zip(&self.figures);
            let cells: Vec<_> = cells.map(|(c, figure)| plain(c, *figure).replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let marks: Vec<_> = self.figures.iter().map(|f| if *f { "---:" } else { "---" }.to_owned()).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}{}{rows}", line(&self.head), line(&marks))
    }

    /// Columns aligned by blanks, for a terminal.
    pub fn text(&self) -> String {
        let plain = |row: &Vec<String>| row.iter().zip(&self.figures).map(|(cell, f)| plain(cell, *f)).collect();
        let rows: Vec<Vec<String>> = std::iter::once(&self.head).chain(&self.rows).map(plain).collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.head.len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).zip(&self.figures).map(|((cell, width), figure)| {
                let blanks = " ".repeat(width - cell.chars().count());
                if *figure { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
            });
            let text = cells.collect::<Vec<_>>().join("  ");
            format!("{}\n", text.trim_end())
        };
        rows.iter().map(line).collect()
    }
}

/// A cell as programs read it: figures with the minus of ASCII.
fn plain(cell: &str, is_figure: bool) -> String {
    if is_figure { cell.replace('−', "-") } else { cell.to_owned() }
}

/// A cell that no spreadsheet takes for a formula: what begins like one and is no number gets an apostrophe before it.
///
/// Source: OWASP, "CSV Injection": cells that begin with = + - @, a tab or a carriage return.
fn harmless(cell: String) -> String {
    let is_number = !cell.is_empty() && cell.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_three_forms() {
        let table = Table {
            head: vec!["Item".to_owned(), "USD".to_owned()],
            figures: vec![false, true],
            rows: vec![vec!["a, b".to_owned(), "1.5".to_owned()], vec!["c|d".to_owned(), "20".to_owned()]],
        };
        assert_eq!(table.csv(), "Item,USD\n\"a, b\",1.5\nc|d,20\n");
        assert_eq!(table.markdown(), "| Item | USD |\n| --- | ---: |\n| a, b | 1.5 |\n| c\\|d | 20 |\n");
        assert_eq!(table.text(), "Item  USD\na, b  1.5\nc|d    20\n");
    }

    #[test]
    fn cells_that_begin_like_a_formula_are_text_and_figures_stay_figures() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let names = ["=1+2", "+1", "-x", "@sum", "\tx", "web"];
        let rows: Vec<_> = names.iter().map(|name| row([name, "−3.5"])).collect();
        let table = Table { head: row(["Item", "USD"]), figures: vec![false, true], rows };
        assert_eq!(table.csv(), "Item,USD\n'=1+2,-3.5\n'+1,-3.5\n'-x,-3.5\n'@sum,-3.5\n'\tx,-3.5\nweb,-3.5\n");
        assert!(table.text().contains("-3.5") && table.markdown().contains("| -3.5 |"));
    }

    #[test]
    fn a_rate_is_written_for_one_unit() {
        // $0.04048 for 1024 CPU units × 3,600,000 ms; the unit is the same.
        let per = Quantity::from_base(1024 * 3_600_000);
        let rate = Rate::new(Usd::from_nanos(40_480_000), per).unwrap();
        assert_eq!(rate_text(rate, per), "0.04048");
        // $1.00 for a million requests, a unit being one.
        let million = Rate::new(Usd::from_cents(100), Quantity::from_base(1_000_000)).unwrap();
        assert_eq!(rate_text(million, Quantity::from_base(1)), "0.000001");
    }
}
