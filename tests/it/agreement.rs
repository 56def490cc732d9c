//! The estimate and the run agree to the last digit under a steady load, and with arithmetic done by hand.

use bayplan_engine::bill::{Bill, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::design::capacity::{CapacityProvider, LaunchType, StrategyItem};
use bayplan_engine::design::id::{CapacityProviderId, ClusterId, ServiceId, SubnetId};
use bayplan_engine::design::load::{Load, Shape};
use bayplan_engine::design::load_balancing::{LoadBalancerType, Protocol};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::design::service::Capacity;
use bayplan_engine::design::{Design, Item};
use bayplan_engine::evaluate::{Outcome, Progress, estimate_outcome, prepare_scenario, simulate};
use bayplan_engine::names::Region;
use bayplan_engine::presets;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Bytes, MilliPerSecond, Span, Usd};
use proptest::prelude::*;

use crate::steady;

fn catalogue() -> Catalogue {
    Catalogue::load(&Region::new("us-east-1")).expect("the region is known")
}

pub(crate) fn both(design: &Design, window: Span) -> (Outcome, Outcome) {
    let catalogue = catalogue();
    let prepared = prepare_scenario(design, Scenario::default(), &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    let estimate = estimate_outcome(&prepared, &catalogue, window);
    let run = simulate(&prepared, &catalogue, window, 7, Detail::Totals, &Progress::default()).expect("not cancelled");
    (estimate, run)
}

fn amounts(bill: &Bill) -> Vec<(String, Charge, &'static str, String, Option<Usd>)> {
    let line = |l: &bayplan_engine::bill::BillLine| {
        (l.owner.to_string(), l.charge, l.cause.word(), l.quantity.base().to_string(), l.cost)
    };
    bill.lines.iter().map(line).collect()
}

#[track_caller]
pub(crate) fn agree(design: &Design, window: Span) {
    let (estimate, run) = both(design, window);
    assert_eq!(amounts(&estimate.bill), amounts(&run.bill));
    assert_eq!(estimate.bill.total, run.bill.total);
    assert!(estimate.bill.is_priced(), "{:?}", estimate.bill.unpriced);
}

#[test]
fn a_steady_month_on_fargate_agrees_line_by_line() {
    agree(&steady::design(), Span::MONTH);
}

#[test]
fn a_steady_day_and_a_half_agrees_too() {
    agree(&steady::design(), Span::from_minutes(36 * 60 + 20));
}

#[test]
fn a_mix_with_fargate_spot_agrees() {
    let mut design = steady::design();
    let item = |provider, base, weight| StrategyItem { capacity_provider: provider, base, weight };
    let web = design.services.get_mut(&ServiceId::new("web")).expect("drawn");
    web.capacity = Capacity::Strategy(vec![
        item(CapacityProviderId::fargate(), 2, 1),
        item(CapacityProviderId::fargate_spot(), 0, 3),
    ]);
    agree(&design, Span::MONTH);
}

/// What all lines of a meter cost.
pub(crate) fn cost(bill: &Bill, meter: Meter) -> Usd {
    let lines = bill.lines.iter().filter(|l| l.charge == Charge::Aws(meter));
    lines.filter_map(|l| l.cost).sum()
}

#[test]
fn a_message_counts_as_a_request_for_each_64_kb_it_has() {
    let requests = |bytes| {
        let mut design = presets::find("queue-workers").expect("a preset").project().design;
        for load in design.loads.values_mut() {
            if let Load::Jobs(jobs) = load {
                jobs.message_bytes = Bytes::from_bytes(bytes);
            }
        }
        let bill = both(&design, Span::from_hours(1)).0.bill;
        let lines = bill.lines.iter().filter(|line| line.charge == Charge::Aws(Meter::SqsRequest));
        lines.map(|line| line.quantity.base()).sum::<u128>()
    };
    // Sent, received and deleted: the first two carry the message.
    let small = requests(0);
    assert!(small > 0);
    assert_eq!(requests(64 * 1024), small);
    assert_eq!(requests(64 * 1024 + 1) * 3, small * 5);
    assert_eq!(requests(256 * 1024) * 3, small * 9);
}

#[test]
fn the_month_is_what_arithmetic_by_hand_gives() {
    let (estimate, _) = both(&steady::design(), Span::MONTH);
    let usd = |text| Usd::parse(text).expect("money");
    let bill = &estimate.bill;
    // 10 tasks × 0.5 vCPU × 730 h × $0.04048 = 147.752; × 1 GB × $0.004445 = 32.4485 (FG-31).
    assert_eq!(cost(bill, Meter::FargateX86Vcpu), usd("147.752"));
    assert_eq!(cost(bill, Meter::FargateX86Memory), usd("32.4485"));
    // 3 NAT gateways × 730 h × $0.045 (NET-21); 6 public addresses × 730 h × $0.005 (NET-46).
    assert_eq!(cost(bill, Meter::NatGatewayHour), usd("98.55"));
    assert_eq!(cost(bill, Meter::PublicIpv4), usd("21.9"));
    // 300/s × 2,628,000 s = 788.4 M requests × (1 kB of web + 1 kB of api) of logs = 1576.8 GB, through NAT at $0.045,
    // and ingested at $0.50 but for 5 GB that are free (SAV-09).
    assert_eq!(cost(bill, Meter::NatGatewayData), usd("70.956"));
    assert_eq!(cost(bill, Meter::LogsIngest), usd("785.9"));
    // 788.4 M × 3.5 kB = 2759.4 GB between web and api, of which two thirds cross, charged on both sides at $0.01 (NET-41):
    // api's four tasks stand 2, 1, 1, so 6·4 pairs less 2·2 + 2·1 + 2·1 = 8 in one zone: 16 of 24 cross (NET-44).
    assert_eq!(cost(bill, Meter::CrossAz), usd("36.792"));
    // ALB: 730 h × $0.0225; 300 × 8 kB × 3600 s = 8.64 GB an hour, 30 new connections a second are 1.2, 1,800 active are
    // 0.6: 8.64 LCU × 730 × $0.008 (LB-20).
    assert_eq!(cost(bill, Meter::AlbHour), usd("16.425"));
    assert_eq!(cost(bill, Meter::AlbLcu), usd("50.4576"));
    // 788.4 M × 6 kB = 4730.4 GB out: 100 free, the rest at $0.09 (NET-40).
    assert_eq!(cost(bill, Meter::InternetOut), usd("416.736"));
    // 51.84 GB of logs a day, compressed to 15 % and kept for 12 months: 51.84 × 0.15 × 365 = 2,838.24 GB-months, 5 free
    // (SAV-09): × $0.03 (OBS-06).
    assert_eq!(cost(bill, Meter::LogsStorage), usd("84.9972"));
}

#[test]
fn a_meter_without_its_price_is_named_and_left_out_of_the_total() {
    let mut catalogue = catalogue();
    let prepared =
        prepare_scenario(&steady::design(), Scenario::default(), &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    let whole = estimate_outcome(&prepared, &catalogue, Span::MONTH).bill;
    catalogue.prices = catalogue.prices.without(Meter::NatGatewayHour);
    let without = estimate_outcome(&prepared, &catalogue, Span::MONTH).bill;
    assert_eq!(without.unpriced, vec![Meter::NatGatewayHour]);
    assert_eq!(whole.total - without.total, cost(&whole, Meter::NatGatewayHour));
    assert_eq!(without.lines.iter().filter_map(|l| l.cost).sum::<Usd>(), without.total);
}

/// The steady design with all its tasks on a capacity provider of its own.
fn on_provider(provider: CapacityProvider, launch: LaunchType) -> Design {
    let mut design = steady::design();
    let id = CapacityProviderId::new("machines");
    design.put(Item::CapacityProvider(id.clone(), provider));
    let cluster = design.clusters.get_mut(&ClusterId::new("main")).expect("drawn");
    cluster.capacity_providers.push(id.clone());
    for definition in design.task_definitions.values_mut() {
        definition.requires_compatibilities = vec![launch];
    }
    for service in design.services.values_mut() {
        let item = StrategyItem { capacity_provider: id.clone(), base: 0, weight: 1 };
        service.capacity = Capacity::Strategy(vec![item]);
    }
    design
}

fn private_subnets() -> Vec<SubnetId> {
    ["a", "b", "c"].map(|zone| SubnetId::new(&format!("private-{zone}"))).to_vec()
}

/// The steady design on an Auto Scaling group.
fn on_group() -> Design {
    let group = "AutoScalingGroup((subnets: [], instance_types: [\"m7i.large\"], max_size: 20, managed_scaling: (), \
                 instance_role: \"instance\"))";
    let mut provider: CapacityProvider = read(group);
    if let CapacityProvider::AutoScalingGroup(group) = &mut provider {
        group.subnets = private_subnets();
    }
    let mut design = on_provider(provider, LaunchType::Ec2);
    design.put(Item::Role("instance".into(), read("(used_as: ContainerInstance)")));
    design
}

#[test]
fn a_steady_month_on_an_auto_scaling_group_agrees() {
    let design = on_group();
    agree(&design, Span::MONTH);
    // 10 tasks of 0.5 vCPU and 1 GB: an m7i.large (2 vCPU, 3 interfaces) holds 2 by its interfaces (EC2-10): 5 instances.
    let (estimate, _) = both(&design, Span::MONTH);
    let hours = estimate.bill.lines.iter().find(|l| l.charge.label().starts_with("EC2 on demand")).expect("instances");
    assert_eq!(hours.quantity.decimal_text(hours.charge.per_unit(), 3), (5 * 730).to_string());
}

/// The steady design on Managed Instances.
fn on_managed() -> Design {
    let managed = "ManagedInstances((subnets: [], requirements: (vcpu_count: (min: 2, max: 8)), \
                   infrastructure_role: \"infrastructure\", instance_role: \"instance\"))";
    let mut provider: CapacityProvider = read(managed);
    if let CapacityProvider::ManagedInstances(managed) = &mut provider {
        managed.subnets = private_subnets();
    }
    let mut design = on_provider(provider, LaunchType::ManagedInstances);
    design.put(Item::Role("instance".into(), read("(used_as: ContainerInstance)")));
    design.put(Item::Role("infrastructure".into(), read("(used_as: Infrastructure)")));
    design
}

#[test]
fn a_steady_month_on_managed_instances_agrees() {
    agree(&on_managed(), Span::MONTH);
}

/// How much is asked of the steady design in place of its 300 requests a second.
fn asked(mut design: Design, milli: u64) -> Design {
    for load in design.loads.values_mut() {
        if let Load::Requests(requests) = load {
            requests.shape = Shape::constant(MilliPerSecond::from_milli(milli));
        }
    }
    design
}

/// The steady design's capacity, by kind.
fn on(kind: usize) -> Design {
    match kind {
        0 => steady::design(),
        1 => on_group(),
        2 => on_managed(),
        3 => with_network_balancer(),
        _ => unreachable!("four kinds"),
    }
}

/// The steady design behind a Network Load Balancer.
fn with_network_balancer() -> Design {
    let mut design = steady::design();
    for balancer in design.load_balancers.values_mut() {
        balancer.kind = LoadBalancerType::Network;
        balancer.listeners.iter_mut().for_each(|listener| listener.protocol = Protocol::Tcp);
    }
    design.target_groups.values_mut().for_each(|group| group.protocol = Protocol::Tcp);
    design
}

#[test]
fn who_is_asked_for_more_than_his_tasks_can_do_does_what_they_can_in_estimate_and_run() {
    // `web`: 6 tasks of 0.5 vCPU at 2 ms are 1,500 a second; `api`: 4 tasks at 4 ms are 500. At 300 all is served; at 900
    // `api` alone falls short; at 4,000.001 both do.
    for kind in 0..4 {
        for milli in [300_000, 900_000, 4_000_001] {
            let (estimate, run) = both(&asked(on(kind), milli), Span::from_hours(3));
            assert_eq!(amounts(&estimate.bill), amounts(&run.bill), "{kind} {milli}");
        }
    }
    let (estimate, run) = both(&asked(steady::design(), 4_000_000), Span::from_hours(1));
    let short: Vec<_> = estimate.estimated.iter().map(|held| held.refused.expect("both fall short")).collect();
    let said: Vec<_> = short.iter().map(|short| (short.asked.said(), short.served.said())).collect();
    // Services stand by name: `api` is asked only for what `web` serves.
    assert_eq!(said, [("1,500/s", "500/s"), ("4,000/s", "1,500/s")].map(|(a, b)| (a.to_owned(), b.to_owned())));
    let refused = run.summary.expect("a run has one").services;
    assert!(short.iter().zip(&refused).all(|(short, seen)| short.not_done == seen.over_capacity));
}

/// The steady design with jobs for `api` beside: so many a second of 10 s each.
fn with_jobs(milli: u64) -> Design {
    let mut design = steady::design();
    design.put(Item::OutsideSystem("queue".into(), read("(kind: Queue, reached: AwsService(Sqs))")));
    let job = "Jobs((queue: \"queue\", service: \"api\", shape: (series: Constant(1)), service_time: 10000))";
    let mut load: Load = read(job);
    if let Load::Jobs(jobs) = &mut load {
        jobs.shape = Shape::constant(MilliPerSecond::from_milli(milli));
    }
    design.put(Item::Load("jobs".into(), load));
    design
}

#[test]
fn jobs_that_are_never_done_are_neither_estimated_nor_played() {
    // 4 tasks do a job of 10 s each: 0.4 a second.
    for (milli, grows) in [(399, false), (400, false), (401, true), (2_000, true)] {
        let (estimate, run) = both(&with_jobs(milli), Span::from_hours(3));
        assert_eq!(amounts(&estimate.bill), amounts(&run.bill), "{milli}");
        let waiting = estimate.estimated[0].waiting;
        assert_eq!(waiting.map(|short| short.served), grows.then_some(MilliPerSecond::from_milli(400)), "{milli}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_steady_load_agrees_however_far_over_capacity(milli in 1..20_000_000u64, kind in 0..4usize) {
        let (estimate, run) = both(&asked(on(kind), milli), Span::from_hours(2));
        prop_assert_eq!(amounts(&estimate.bill), amounts(&run.bill));
    }
}

/// A part of a design in the form of project files.
fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options.from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}
