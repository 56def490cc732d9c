//! Savings Plans, applied in the estimate and told as missing in a run; and windows of several months.

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::Design;
use bayplan_engine::design::account::{PlanKind, PurchasePlan};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::evaluate::{Outcome, Progress, estimate_outcome, prepare_scenario, simulate};
use bayplan_engine::names::Region;
use bayplan_engine::plan::left_out::Claim;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Span, Usd};

use crate::steady;

/// The estimate and a run of a window.
fn outcomes(design: &Design, window: Span) -> [Outcome; 2] {
    let catalogue = Catalogue::load(&Region::new("us-east-1")).expect("the region is known");
    let prepared = prepare_scenario(design, Scenario::default(), &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    let run = simulate(&prepared, &catalogue, window, 7, Detail::Totals, &Progress::default()).expect("not cancelled");
    [estimate_outcome(&prepared, &catalogue, window), run]
}

fn with_plan(kind: PlanKind) -> Design {
    let mut design = steady::design();
    design.account.purchase_plans.push(PurchasePlan::new(kind, Usd::from_cents(5)));
    design
}

#[test]
fn sav_03_a_compute_savings_plan_covers_an_hour_as_far_as_its_commitment_pays() {
    // Ten tasks of Fargate take more than 6.25 cents an hour. 5 cents at 20 % off cover 6.25: each hour costs 1.25 cents less,
    // a month of 730 h 9.125 dollars, ten hours 12.5 cents.
    for (window, saved) in [(Span::MONTH, "9.125"), (Span::from_hours(10), "0.125")] {
        let [without, run_without] = outcomes(&steady::design(), window);
        let [with, run] = outcomes(&with_plan(PlanKind::ComputeSavingsPlan), window);
        assert_eq!(without.bill.total - with.bill.total, Usd::parse(saved).expect("dollars"));
        assert_eq!(without.month.total - with.month.total, Usd::parse("9.125").expect("dollars"));
        assert_eq!((with.bill.claim(), with.month.claim()), (Claim::Whole, Claim::Whole));
        assert_eq!(with.bill.total, with.bill.lines.iter().filter_map(|line| line.cost).sum());
        // A run is charged before plans, and says so.
        assert_eq!((run.bill.total, run.bill.claim()), (run_without.bill.total, Claim::BeforePlans));
    }
}

#[test]
fn bil_04_steps_and_free_quantities_begin_anew_each_month() {
    // Under a steady load a year is twelve months, free transfer, metrics and alarms of each among them; rounding of a line
    // may leave a few billionths of a dollar.
    let [month, _] = outcomes(&steady::design(), Span::MONTH);
    let catalogue = Catalogue::load(&Region::new("us-east-1")).expect("the region is known");
    let prepared = prepare_scenario(&steady::design(), Scenario::default(), &catalogue, &[]).expect("no error");
    let year = estimate_outcome(&prepared, &catalogue, Span::MONTH.times(12));
    let apart = year.bill.total.nanos() - 12 * month.bill.total.nanos();
    assert!(apart.abs() < 100, "{apart}");
}

#[test]
fn a_plan_whose_rate_is_not_known_leaves_the_estimate_before_plans() {
    // It covers no Fargate task, and is paid all the same: 5 cents × 730 h.
    let [plain, _] = outcomes(&steady::design(), Span::MONTH);
    let [paid, _] = outcomes(&with_plan(PlanKind::Ec2InstanceSavingsPlan), Span::MONTH);
    assert_eq!(paid.bill.total - plain.bill.total, Usd::parse("36.5").expect("dollars"));
    // Windows on Fargate is covered at a rate that was not read.
    let mut windows = with_plan(PlanKind::ComputeSavingsPlan);
    for definition in windows.task_definitions.values_mut() {
        definition.runtime_platform = crate::meters::read("(operating_system_family: WindowsServer2022Core)");
        (definition.cpu, definition.memory) = (crate::meters::read("1024"), crate::meters::read("2048"));
    }
    let [unknown, _] = outcomes(&windows, Span::MONTH);
    assert_eq!(unknown.bill.claim(), Claim::BeforePlans);
}
