//! A bill by service: its parts sum to the total to the last digit, and go where rule BIL-05 says.

use bayplan_engine::allocation::{Allocation, ServiceBill};
use bayplan_engine::bill::{Bill, CostGroup};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::Design;
use bayplan_engine::design::id::ServiceId;
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::design::work::Work;
use bayplan_engine::evaluate::{Outcome, Prepared, Progress, estimate_outcome, prepare, prepare_scenario, simulate};
use bayplan_engine::presets::PRESETS;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Bytes, Span, Usd};

use crate::steady;

fn allocation(prepared: &Prepared, outcome: &Outcome) -> Allocation {
    Allocation::of(&outcome.bill, &prepared.plan, &outcome.shares)
}

fn sum(of: &Allocation) -> Usd {
    of.services.iter().map(ServiceBill::total).sum::<Usd>() + of.idle + of.rest
}

/// Parts sum to the total, and those of each line to the line.
#[track_caller]
fn adds_up(bill: &Bill, of: &Allocation, who: &str) {
    assert_eq!(sum(of), bill.total, "{who}");
    for (line, parts) in bill.lines.iter().zip(&of.lines) {
        let parts: Usd = parts.iter().map(|(_, usd)| *usd).sum();
        assert_eq!(parts, line.cost.unwrap_or_default(), "{who}: {} {}", line.owner, line.charge.label());
    }
}

fn run(prepared: &Prepared, catalogue: &Catalogue, window: Span, seed: u64) -> Outcome {
    simulate(prepared, catalogue, window, seed, Detail::Totals, &Progress::default()).expect("not cancelled")
}

#[test]
fn bil_05_parts_sum_to_the_total_in_every_preset_scenario_and_run() {
    for preset in PRESETS {
        let project = preset.project();
        let catalogue = Catalogue::load(&project.design.region).expect("the region is known");
        for scenario in std::iter::once(None).chain(project.scenarios.keys().map(Some)) {
            let prepared = prepare(&project, scenario, &catalogue).unwrap_or_else(|e| panic!("{e}"));
            let estimate = estimate_outcome(&prepared, &catalogue, Span::MONTH);
            adds_up(&estimate.bill, &allocation(&prepared, &estimate), preset.name);
            for seed in [1, 7] {
                let run = run(&prepared, &catalogue, Span::from_hours(30), seed);
                adds_up(&run.bill, &allocation(&prepared, &run), preset.name);
            }
        }
    }
}

fn steady(logs_of_api: u64) -> (Prepared, Catalogue) {
    let mut design = steady::design();
    let api = design.services.get_mut(&ServiceId::new("api")).expect("drawn");
    // As many in each zone as web has, so that each zone's gateway carries the same of both.
    api.desired_count = 6;
    if let Work::Stated { log_bytes, .. } = &mut api.work {
        *log_bytes = Bytes::from_bytes(logs_of_api);
    }
    of_design(&design)
}

fn of_design(design: &Design) -> (Prepared, Catalogue) {
    let catalogue = Catalogue::load(&design.region).expect("the region is known");
    let prepared = prepare_scenario(design, Scenario::default(), &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    (prepared, catalogue)
}

#[test]
fn bil_05_logs_and_gateways_go_by_bytes_and_the_balancer_to_whom_it_serves() {
    // web and api do the same work; web writes 1,000 bytes for each, api 3,000: a quarter and three quarters of the log
    // group, and of the gateways that carry it. The balancer serves web alone.
    let (prepared, catalogue) = steady(3_000);
    let outcome = estimate_outcome(&prepared, &catalogue, Span::MONTH);
    let of = allocation(&prepared, &outcome);
    let groups = outcome.bill.by_group();
    let [api, web] = &of.services[..] else { panic!("two services") };
    for group in [CostGroup::Logs, CostGroup::Nat] {
        let whole = groups[&group];
        assert!(whole > Usd::ZERO && api.allocated[&group] + web.allocated[&group] == whole);
        let apart = (api.allocated[&group].nanos() - 3 * web.allocated[&group].nanos()).abs();
        // Each line is split to a billionth: three gateways with two lines each.
        assert!(apart <= 24, "{group:?}: {apart}");
    }
    assert_eq!(web.allocated[&CostGroup::LoadBalancing], groups[&CostGroup::LoadBalancing]);
    assert_eq!(api.allocated.get(&CostGroup::LoadBalancing), None);
    assert_eq!((of.idle, web.allocated[&CostGroup::Internet]), (Usd::ZERO, groups[&CostGroup::Internet]));
}

#[test]
fn the_estimate_and_a_run_allocate_alike_under_a_steady_load() {
    let (prepared, catalogue) = steady(3_000);
    let window = Span::from_hours(36);
    let estimate = allocation(&prepared, &estimate_outcome(&prepared, &catalogue, window));
    let run = allocation(&prepared, &run(&prepared, &catalogue, window, 7));
    assert_eq!((estimate.idle, estimate.rest), (run.idle, run.rest));
    for (a, b) in estimate.services.iter().zip(&run.services) {
        // What is left of rounding may fall to another by a billionth a line.
        assert!(a.own == b.own && (a.shared() - b.shared()).nanos().abs() <= 20, "{a:?} {b:?}");
    }
}

#[test]
fn bil_05_instances_go_by_what_is_reserved_and_idle_room_stands_apart() {
    let project = bayplan_engine::presets::find("gpu-inference").expect("a preset").project();
    let (prepared, catalogue) = of_design(&project.design);
    let outcome = estimate_outcome(&prepared, &catalogue, Span::MONTH);
    let of = allocation(&prepared, &outcome);
    let compute: Usd =
        of.services.iter().filter_map(|service| service.allocated.get(&CostGroup::Compute)).copied().sum();
    assert!(compute > Usd::ZERO && of.idle > Usd::ZERO, "{compute} {}", of.idle);
}
