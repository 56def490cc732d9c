//! Amounts that the user has measured, in the estimate and in a run.

use bayplan_engine::bill::{Bill, BillLine, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::design::Design;
use bayplan_engine::design::network::{EndpointKind, EndpointService, VpcEndpoint};
use bayplan_engine::design::project::Project;
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::evaluate::{Progress, estimate_outcome, prepare_scenario, simulate};
use bayplan_engine::names::Region;
use bayplan_engine::report::line::account;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Bytes, Span};
use bayplan_engine::usage::record::Cause;

use crate::steady;

fn catalogue() -> Catalogue {
    Catalogue::load(&Region::new("us-east-1")).expect("the region is known")
}

/// The bills of the estimate and of a run.
fn bills(design: &Design, window: Span) -> [Bill; 2] {
    let catalogue = catalogue();
    let prepared = prepare_scenario(design, Scenario::default(), &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    let run = simulate(&prepared, &catalogue, window, 7, Detail::Totals, &Progress::default()).expect("not cancelled");
    [estimate_outcome(&prepared, &catalogue, window).bill, run.bill]
}

/// The owner, cause and quantity of every line of a meter.
fn lines(bill: &Bill, meter: Meter) -> Vec<(String, Cause, String)> {
    let of_meter = bill.lines.iter().filter(|line| line.charge == Charge::Aws(meter));
    of_meter.map(|line| (line.owner.to_string(), line.cause, line.quantity.base().to_string())).collect()
}

fn other_lines(bill: &Bill, meters: &[Meter]) -> Vec<BillLine> {
    let others = bill.lines.iter().filter(|line| meters.iter().all(|meter| line.charge != Charge::Aws(*meter)));
    others.map(|line| BillLine { records: Vec::new(), ..line.clone() }).collect()
}

/// Logs by interface endpoint, and every figure that can be stated.
fn stated() -> (Design, Design) {
    let mut drawn = steady::design();
    let subnets = ["private-a", "private-b", "private-c"].map(Into::into).to_vec();
    let kind = EndpointKind::Interface { subnets, security_groups: Vec::new() };
    drawn.vpc_endpoints.insert("logs".into(), VpcEndpoint::new("main".into(), EndpointService::Logs, kind));
    let mut stated = drawn.clone();
    let gb = |n: u64| Some(Bytes::from_bytes(n * 1_000_000_000));
    stated.nat_gateways.get_mut(&"nat-a".into()).expect("drawn").measured_monthly_bytes = gb(300);
    stated.vpc_endpoints.get_mut(&"logs".into()).expect("drawn").measured_monthly_bytes = gb(150);
    stated.vpcs.get_mut(&"main".into()).expect("drawn").measured_monthly_cross_zone_bytes = gb(90);
    stated.load_balancers.get_mut(&"entrance".into()).expect("drawn").measured_capacity_units_milli = Some(2_500);
    (drawn, stated)
}

const METERS: [Meter; 4] = [Meter::NatGatewayData, Meter::InterfaceEndpointData, Meter::CrossAz, Meter::AlbLcu];

#[test]
fn what_the_user_measured_stands_in_the_bill_and_says_so() {
    let (drawn, stated) = stated();
    // A tenth of a month: 73 of 730 h.
    let window = Span::from_hours(73);
    for (bill, derived) in bills(&stated, window).iter().zip(bills(&drawn, window)) {
        let line = |owner: &str, quantity: &str| (owner.to_owned(), Cause::Stated, quantity.to_owned());
        assert_eq!(lines(bill, Meter::NatGatewayData), [line("NAT gateway nat-a", "30000000000")]);
        assert_eq!(lines(bill, Meter::InterfaceEndpointData), [line("VPC endpoint logs", "15000000000")]);
        // Derived, web's calls to api cross: they are its own. Stated, all that crosses is the VPC's.
        assert_eq!(lines(bill, Meter::CrossAz), [line("VPC main", "9000000000")]);
        assert!(
            lines(&derived, Meter::CrossAz)
                .iter()
                .all(|(owner, cause, _)| { (owner.as_str(), *cause) == ("service web", Cause::Calls) })
        );
        // 2.5 units × 73 h, in billionths of a unit for an hour.
        assert_eq!(lines(bill, Meter::AlbLcu), [line("load balancer entrance", "182500000000")]);
        assert_eq!(other_lines(bill, &METERS), other_lines(&derived, &METERS));
    }
}

#[test]
fn a_stated_line_tells_that_it_is() {
    let (_, stated) = stated();
    let [bill, _] = bills(&stated, Span::from_hours(73));
    let catalogue = catalogue();
    for line in &bill.lines {
        let says = account(line, &bill, &catalogue).notes.iter().any(|note| note.contains("that you stated"));
        assert_eq!(says, line.cause == Cause::Stated, "{:?}", line.charge);
        assert_eq!(line.cause.word() == "as you stated", line.cause == Cause::Stated);
    }
}

#[test]
fn stated_figures_survive_their_file() {
    let (_, stated) = stated();
    let project = Project::new("test", stated);
    let text = project.write();
    assert!(text.contains("measured_monthly_bytes: \"300 GB/mo\""), "{text}");
    assert_eq!(Project::read(&text).expect("it was written").write(), text);
    let misspelt = text.replace("measured_capacity_units_milli", "measured_capacity_units");
    let error = Project::read(&misspelt).expect_err("no such field").to_string();
    assert!(error.contains("measured_capacity_units_milli"), "{error}");
}
