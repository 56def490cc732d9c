//! Bills as text and JSON, and the closed form of a month.

use std::io::Write;

use bayplan_engine::bill::Bill;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::evaluate::{Outcome, Prepared, estimate_outcome};
use bayplan_engine::report::table;
use bayplan_engine::units::{Span, Usd};
use serde_json::{Map, Value};

use super::open::{Opened, open, ready};
use super::{InScenario, Limit, Of, Outlets, Stop};
use crate::reports::bill_json;

/// `bayplan estimate`.
pub fn estimate(of: &Of, scenario: &InScenario, limit: &Limit, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let opened = open(of)?;
    let prepared = ready(&opened, scenario)?;
    let outcome = estimate_outcome(&prepared, &opened.catalogue, Span::MONTH);
    if of.json {
        print_json(&Value::Object(json_of(&opened, &prepared, &outcome)), to.out)?;
    } else {
        print_text(&opened, &prepared, &outcome, "in closed form", to.out)?;
    }
    Ok(over_limit(outcome.bill.total, limit, to.err))
}

/// 1 and a sentence if a total is above the limit.
pub fn over_limit(total: Usd, limit: &Limit, err: &mut dyn Write) -> u8 {
    match limit.fail_above {
        Some(most) if total > most => {
            let _ = writeln!(err, "the total of {} is above {}", total.cents_text(), most.cents_text());
            1
        }
        Some(_) | None => 0,
    }
}

/// Prints a value, two blanks deep.
pub fn print_json(value: &Value, out: &mut dyn Write) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Stop::Input(e.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

/// What `estimate` and `simulate` have in common.
pub fn json_of(opened: &Opened, prepared: &Prepared, outcome: &Outcome) -> Map<String, Value> {
    let mut all = bill_json(&prepared.plan, outcome, &opened.catalogue);
    all.insert("assumptions".to_owned(), super::check::of_design(&opened.project));
    all
}

/// The meters a region has no price for.
pub fn unpriced(bill: &Bill, catalogue: &Catalogue) -> Vec<String> {
    bill.unpriced.iter().map(|meter| catalogue.label(*meter)).collect()
}

/// Prints a bill with what it is of and what it leaves out.
pub fn print_text(
    opened: &Opened,
    prepared: &Prepared,
    outcome: &Outcome,
    how: &str,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let plan = &prepared.plan;
    let seed = outcome.seed.map_or_else(String::new, |seed| format!(", seed {seed}"));
    writeln!(out, "{} · {} · {} h {how}{seed}\n", opened.project.name, plan.region, outcome.window.hours())?;
    write!(out, "{}", table::bill(&outcome.bill, &opened.catalogue).text())?;
    writeln!(
        out,
        "\n{} in {} h; {} a month of 730 h",
        outcome.bill.total_said(),
        outcome.window.hours(),
        outcome.month.total_said()
    )?;
    for meter in unpriced(&outcome.bill, &opened.catalogue) {
        writeln!(out, "no price in {}: {meter}", plan.region)?;
    }
    for owner in &plan.without_price {
        writeln!(out, "not in the bill: {} has no price; give it one of your own", plan.owners[*owner])?;
    }
    for left in plan.left_out_of_bill(outcome.window) {
        let missed = if left.is_missed() { "not in the total" } else { "not in the figures" };
        writeln!(out, "{missed}: {}: {}", left.item, left.what)?;
    }
    Ok(())
}
