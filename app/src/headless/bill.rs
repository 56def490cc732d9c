//! Bills as text and JSON, and the closed form of a month.

use std::io::Write;

use bayplan_engine::allocation::Allocation;
use bayplan_engine::bill::Bill;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::checks::Severity;
use bayplan_engine::evaluate::{Outcome, Prepared, estimate_outcome};
use bayplan_engine::plan::left_out::Claim;
use bayplan_engine::report::listing::{self, Listed};
use bayplan_engine::report::outcome::shortfalls;
use bayplan_engine::report::wording::thousands;
use bayplan_engine::units::{Span, Usd};
use serde_json::{Map, Value};

use super::open::{Opened, open, ready_to_estimate};
use super::{Grouped, InScenario, Limit, Of, Outlets, Stop};
use crate::bill_json::bill_json;
use crate::reports::BillOf;

/// `bayplan estimate`.
pub fn estimate(
    of: &Of,
    scenario: &InScenario,
    limit: &Limit,
    grouped: &Grouped,
    window: Span,
    to: &mut Outlets<'_>,
) -> Result<u8, Stop> {
    let opened = open(of)?;
    let prepared = ready_to_estimate(&opened, scenario)?;
    let outcome = estimate_outcome(&prepared, &opened.catalogue, window);
    if of.json {
        print_json(&Value::Object(json_of(&opened, scenario, &prepared, &outcome)), to.out)?;
    } else {
        print_text(&opened, &prepared, &outcome, grouped, to.out)?;
    }
    let passed = over_limit(outcome.bill.total, outcome.bill.claim(), limit, to.err);
    // Errors that the bill does not hang on are told all the same, and the exit code says so.
    let errors: Vec<_> = prepared.findings.into_iter().filter(|found| found.severity == Severity::Error).collect();
    if errors.is_empty() {
        return Ok(passed);
    }
    writeln!(to.err, "{}", super::check::text(&errors))?;
    Ok(if passed == 0 { 1 } else { passed })
}

/// The exit code of a total above the limit that was asked for.
pub const PASSED: u8 = 3;
/// The exit code of a total that is not above the limit as far as it is known, and leaves something drawn out.
pub const UNKNOWN: u8 = 4;

/// Whether a total is above the limit: 0 without one, or an exit code and a sentence. What is known is enough to pass it; a
/// total that leaves something out does not tell that it is kept, and one before plans neither.
pub fn over_limit(total: Usd, claim: Claim, limit: &Limit, err: &mut dyn Write) -> u8 {
    let Some(most) = limit.fail_above else { return 0 };
    let said = format!("the total of {}", claim.said(&total.cents_text()));
    let most_said = most.cents_text();
    let (code, said) = match (total > most, claim) {
        (true, Claim::Whole | Claim::AtLeast) => (PASSED, format!("{said} is above {most_said}")),
        (false, Claim::Whole) => return 0,
        (true, Claim::BeforePlans) => {
            (UNKNOWN, format!("{said} is above {most_said}, but plans that are drawn may lower it"))
        }
        (false, Claim::AtLeast | Claim::BeforePlans) => {
            (UNKNOWN, format!("{said} is not above {most_said}, but something drawn is not in it"))
        }
    };
    // Nobody is left to hear that standard error is closed.
    let _ = writeln!(err, "{said}");
    code
}

/// Prints a value, two blanks deep.
pub fn print_json(value: &Value, out: &mut dyn Write) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Stop::Input(e.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

/// What `estimate` and `simulate` have in common.
pub fn json_of(opened: &Opened, scenario: &InScenario, prepared: &Prepared, outcome: &Outcome) -> Map<String, Value> {
    let mut all = bill_json(&of_bill(opened, scenario, prepared, outcome));
    all.insert("assumptions".to_owned(), super::check::of_design(&opened.project));
    all
}

/// A bill with what it is of.
fn of_bill<'a>(
    opened: &'a Opened,
    scenario: &'a InScenario,
    prepared: &'a Prepared,
    outcome: &'a Outcome,
) -> BillOf<'a> {
    BillOf {
        name: &opened.project.name,
        scenario: scenario.scenario.as_deref(),
        design: &prepared.design,
        plan: &prepared.plan,
        outcome,
        catalogue: &opened.catalogue,
    }
}

/// Says which price book of the user's lies over the published prices, if one does.
pub fn print_book(catalogue: &Catalogue, out: &mut dyn Write) -> Result<(), Stop> {
    if let Some(own) = catalogue.prices.own() {
        writeln!(out, "your own price book lies over the published prices: {own}")?;
    }
    Ok(())
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
    grouped: &Grouped,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let plan = &prepared.plan;
    let how = outcome.seed.map_or_else(|| "in closed form".to_owned(), |seed| format!("simulated, seed {seed}"));
    writeln!(out, "{} · {} · {} h {how}\n", opened.project.name, plan.region, outcome.window.hours())?;
    let allocation = &Allocation::of(&outcome.bill, plan, &outcome.shares);
    let (bill, design, catalogue) = (&outcome.bill, &prepared.design, &opened.catalogue);
    write!(out, "{}", listing::text(Listed { bill, allocation, plan, design, catalogue }, &grouped.by))?;
    writeln!(
        out,
        "\n{} in {} h; {} a month of 730 h",
        outcome.bill.total_said(),
        outcome.window.hours(),
        outcome.month.total_said()
    )?;
    let (free, gb) = (outcome.bill.free_tiers.word(), plan.gb_moved.bytes());
    writeln!(
        out,
        "AWS's permanent free tiers counted: {free}; a GB that moves is {} bytes",
        thousands(&gb.to_string())
    )?;
    print_book(&opened.catalogue, out)?;
    for short in shortfalls(plan, outcome) {
        writeln!(out, "{}", listing::folded(&format!("over capacity: {short}")))?;
    }
    for meter in unpriced(&outcome.bill, &opened.catalogue) {
        writeln!(out, "no price in {}: {meter}", plan.region)?;
    }
    for owner in &plan.without_price {
        writeln!(out, "not in the bill: {} has no price; give it one of your own", plan.owners[*owner])?;
    }
    for left in outcome.not_played(plan) {
        let missed = if left.is_missed() { "not in the total" } else { "not in the figures" };
        writeln!(out, "{}", listing::folded(&format!("{missed}: {}: {}", left.item, left.what)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_passed_by_what_is_known_and_kept_only_by_a_whole_total() {
        let code = |cents, claim| {
            let limit = Limit { fail_above: Some(Usd::from_cents(100)) };
            let mut said = Vec::new();
            let code = over_limit(Usd::from_cents(cents), claim, &limit, &mut said);
            assert_eq!(code == 0, said.is_empty());
            code
        };
        // At the limit nothing is passed.
        assert_eq!((code(100, Claim::Whole), code(101, Claim::Whole)), (0, PASSED));
        assert_eq!((code(100, Claim::AtLeast), code(101, Claim::AtLeast)), (UNKNOWN, PASSED));
        // Plans may lower it, and may cost more than they save.
        assert_eq!((code(100, Claim::BeforePlans), code(101, Claim::BeforePlans)), (UNKNOWN, UNKNOWN));
        let none = Limit { fail_above: None };
        assert_eq!(over_limit(Usd::from_cents(1), Claim::AtLeast, &none, &mut Vec::new()), 0);
    }
}
