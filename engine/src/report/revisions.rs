//! Two revisions of a design side by side as tables, and their difference in a sentence.
//!
//! In: [`Revisions`]. Out: rows whose figures are already written.

use super::table::Table;
use crate::evaluate::revisions::{Both, Revisions};

/// What differs by item, the largest change first, and the total.
pub fn by_item(all: &Revisions) -> Table {
    table("Item", all.by_item.iter().map(|(item, both)| (item.to_string(), *both)), all)
}

/// What differs by cause, and the total.
pub fn by_cause(all: &Revisions) -> Table {
    table("Cause", all.by_cause.iter().map(|(cause, both)| (cause.word().to_owned(), *both)), all)
}

fn table(head: &str, rows: impl Iterator<Item = (String, Both)>, all: &Revisions) -> Table {
    let row = |(name, both): (String, Both)| {
        vec![name, both.before.cents_text(), both.after.cents_text(), both.difference().signed_text()]
    };
    // What rows leave out is told below them; the total says it in the number.
    let mut total = row(("Total".to_owned(), all.total));
    total[1] = all.claims.0.said(&total[1]);
    total[2] = all.claims.1.said(&total[2]);
    Table {
        head: [head, "Before", "After", "Difference"].map(str::to_owned).to_vec(),
        figures: vec![false, true, true, true],
        rows: rows.map(row).chain(std::iter::once(total)).collect(),
    }
}

/// `$1,413.20 more a month: $6,859.29 instead of $5,446.09, +25.9 %`.
pub fn sentence(all: &Revisions) -> String {
    let Both { before, after } = all.total;
    let change = all.total.difference();
    let (amount, word) = if after < before { (-change, "less") } else { (change, "more") };
    let (was, is) = (all.claims.0.said(&before.cents_text()), all.claims.1.said(&after.cents_text()));
    if after == before {
        return format!("No difference: {is} a month as before");
    }
    let percent = all.total.percent().map_or_else(String::new, |percent| {
        let sign = if percent < 0.0 { "−" } else { "+" };
        format!(", {sign}{:.1} %", percent.abs())
    });
    format!("{} {word} a month: {is} instead of {was}{percent}", amount.cents_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::left_out::Claim;
    use crate::units::Usd;

    fn of(before: i64, after: i64) -> Revisions {
        let total = Both { before: Usd::from_cents(before), after: Usd::from_cents(after) };
        Revisions {
            total,
            by_item: vec![(crate::design::ItemRef::Service("web".into()), total)],
            by_cause: Vec::new(),
            unpriced: Vec::new(),
            claims: (Claim::Whole, Claim::Whole),
        }
    }

    #[test]
    fn a_total_that_is_incomplete_says_so_on_its_side() {
        let all = Revisions { claims: (Claim::Whole, Claim::AtLeast), ..of(10_000, 12_590) };
        assert_eq!(sentence(&all), "$25.90 more a month: at least $125.90 instead of $100.00, +25.9 %");
        assert_eq!(by_item(&all).rows[1], ["Total", "$100.00", "at least $125.90", "+$25.90"]);
        let all = Revisions { claims: (Claim::AtLeast, Claim::AtLeast), ..of(10_000, 10_000) };
        assert_eq!(sentence(&all), "No difference: at least $100.00 a month as before");
    }

    #[test]
    fn a_difference_is_said_with_its_share() {
        // 125.90 − 100.00 = 25.90, which is 25.9 % of 100.00.
        assert_eq!(sentence(&of(10_000, 12_590)), "$25.90 more a month: $125.90 instead of $100.00, +25.9 %");
        assert_eq!(sentence(&of(10_000, 9_000)), "$10.00 less a month: $90.00 instead of $100.00, −10.0 %");
        assert_eq!(sentence(&of(0, 900)), "$9.00 more a month: $9.00 instead of $0.00");
        assert_eq!(sentence(&of(900, 900)), "No difference: $9.00 a month as before");
    }

    #[test]
    fn the_total_stands_below_the_items() {
        let table = by_item(&of(10_000, 12_590));
        let rows: Vec<_> = table.rows.iter().map(|row| row.join(" ")).collect();
        assert_eq!(rows, ["service web $100.00 $125.90 +$25.90", "Total $100.00 $125.90 +$25.90"]);
    }
}
