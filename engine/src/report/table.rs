//! Tables as values: bills and comparisons as rows of text, and their forms as CSV, Markdown and aligned text.
//!
//! In: bills. Out: rows whose figures are already written. Nothing here computes a price.

use crate::bill::Charge;
use crate::bill::{Bill, BillLine};
use crate::catalogue::Catalogue;
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
}

impl LineText {
    /// A line in words.
    pub fn of(line: &BillLine, catalogue: &Catalogue) -> Self {
        let per_unit = line.charge.per_unit();
        let meter = match line.charge {
            Charge::Aws(meter) => catalogue.label(meter),
            Charge::Own => line.charge.label().to_owned(),
        };
        Self {
            owner: line.owner.to_string(),
            meter,
            cause: line.cause.word(),
            quantity: line.quantity.decimal_text(per_unit, 9),
            unit: line.charge.unit(),
            rate: rate_of(line),
            amount: line.cost.map(|cost| cost.to_string()),
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
    let head = ["Item", "What", "Why", "Quantity", "Unit", "USD a unit", "USD"].map(str::to_owned).to_vec();
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
        ]
    };
    let mut rows: Vec<_> = bill.lines.iter().map(row).collect();
    let total = if bill.is_priced() { "Total" } else { "Total of what has a price" };
    let mut last = vec![String::new(); head.len()];
    total.clone_into(&mut last[0]);
    last[6] = bill.total.to_string();
    rows.push(last);
    Table { head, figures: vec![false, false, false, true, false, true, true], rows }
}

impl Table {
    /// Comma-separated values, a line each, quoted where they must be.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in std::iter::once(&self.head).chain(&self.rows) {
            // Writing into memory cannot fail, and every row has the head's length.
            let _ = writer.write_record(row);
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<_> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let marks: Vec<_> = self.figures.iter().map(|f| if *f { "---:" } else { "---" }.to_owned()).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}{}{rows}", line(&self.head), line(&marks))
    }

    /// Columns aligned by blanks, for a terminal.
    pub fn text(&self) -> String {
        let width = |column: usize| {
            let cells = std::iter::once(&self.head).chain(&self.rows).filter_map(|row| row.get(column));
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
        std::iter::once(&self.head).chain(&self.rows).map(line).collect()
    }
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
