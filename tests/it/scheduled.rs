//! Standalone tasks and machines of one's own: charged in closed form, by the estimate and by a run alike.

use bayplan_engine::bill::{Bill, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::design::Design;
use bayplan_engine::design::anywhere::AnywhereSite;
use bayplan_engine::design::capacity::LaunchType;
use bayplan_engine::design::container::{Container, LogConfiguration, LogDriver};
use bayplan_engine::design::outside::{Image, Registry};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::design::service::Capacity;
use bayplan_engine::design::standalone::{Schedule, StandaloneTask};
use bayplan_engine::design::task_definition::{NetworkMode, TaskDefinition};
use bayplan_engine::evaluate::{Outcome, Progress, estimate_outcome, prepare_scenario, simulate};
use bayplan_engine::names::{Architecture, Region};
use bayplan_engine::plan::left_out::Claim;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Bytes, CpuUnits, Mib, Minutes, Quantity, Span, Usd};
use bayplan_engine::usage::record::Cause;

use crate::steady;

const IMAGE: &str = "739216405518.dkr.ecr.us-east-1.amazonaws.com/batch:1";

/// A task of 2 vCPU and 8 GB of an image of 120 MB, every 72 minutes for an hour, in the three private subnets.
fn batch() -> StandaloneTask {
    StandaloneTask {
        cluster: "main".into(),
        task_definition: "batch".into(),
        schedule: Schedule::Rate(Minutes::from_minutes(72)),
        count: 1,
        duration: Span::HOUR,
        log_bytes: Bytes::ZERO,
        capacity: Capacity::LaunchType(LaunchType::Fargate),
        subnets: ["private-a", "private-b", "private-c"].map(Into::into).to_vec(),
        security_groups: Vec::new(),
        assign_public_ip: false,
        group: None,
        placement_constraints: Vec::new(),
        placement_strategies: Vec::new(),
        scheduler_role: Some("events".into()),
        tags: [].into(),
    }
}

fn definition() -> TaskDefinition {
    TaskDefinition {
        requires_compatibilities: vec![LaunchType::Fargate],
        network_mode: Some(NetworkMode::Awsvpc),
        cpu: Some(CpuUnits::from_vcpus(2)),
        memory: Some(Mib::from_mib(8192)),
        containers: vec![Container::new("batch", IMAGE)],
        execution_role: Some("execution".into()),
        ..TaskDefinition::default()
    }
}

/// The steady design with standalone tasks and nothing that works.
fn design(how: impl FnOnce(&mut StandaloneTask, &mut TaskDefinition)) -> Design {
    let mut design = steady::design();
    let (mut tasks, mut definition) = (batch(), definition());
    how(&mut tasks, &mut definition);
    design.task_definitions.insert("batch".into(), definition);
    let (registry, compressed_size) = (Registry::EcrPrivate, Bytes::from_mb(120));
    let image = Image { registry, compressed_size, layers: None, soci: false, zstd: false };
    design.images.insert(IMAGE.into(), image);
    design.standalone_tasks.insert("nightly".into(), tasks);
    design
}

/// The estimate and a run of a month.
fn outcomes(design: &Design) -> [Outcome; 2] {
    let catalogue = Catalogue::load(&Region::new("us-east-1")).expect("the region is known");
    let allowed = ["missing-scheduler-role", "dangling-reference"].map(str::to_owned);
    let prepared =
        prepare_scenario(design, Scenario::default(), &catalogue, &allowed).unwrap_or_else(|e| panic!("{e}"));
    let run =
        simulate(&prepared, &catalogue, Span::MONTH, 7, Detail::Totals, &Progress::default()).expect("not cancelled");
    [estimate_outcome(&prepared, &catalogue, Span::MONTH), run]
}

/// What the standalone tasks are charged by a cause.
fn of(bill: &Bill, cause: Cause) -> Usd {
    let own = bill.lines.iter().filter(|line| line.owner.name() == "nightly" && line.cause == cause);
    own.filter_map(|line| line.cost).sum()
}

fn quantity(bill: &Bill, meter: Meter, owner: &str, cause: Cause) -> Quantity {
    let lines = bill.lines.iter().filter(|line| line.charge == Charge::Aws(meter));
    lines.filter(|line| line.owner.name() == owner && line.cause == cause).map(|line| line.quantity).sum()
}

#[test]
fn fg_30_a_schedule_is_charged_its_work_and_its_downloads() {
    // 730 h / 72 min are 608.33 starts. Each works an hour: 608.33 × (2 × 0.04048 + 8 × 0.004445) = 70.883 dollars.
    let work = Usd::parse("70.883").expect("dollars");
    for outcome in outcomes(&design(|_, _| {})) {
        let near = (of(&outcome.bill, Cause::Schedule).nanos() - work.nanos()).abs();
        assert!(near < 1_000_000, "{}", of(&outcome.bill, Cause::Schedule));
        assert!(of(&outcome.bill, Cause::ImagePulls) > Usd::ZERO);
        assert_eq!(outcome.bill.claim(), Claim::Whole);
    }
}

#[test]
fn fg_30_a_short_task_is_charged_a_minute() {
    // Four seconds of work and what the download takes are less than 60 s: 608.33 × 60 s of 2,048 CPU units.
    let short = design(|tasks, _| tasks.duration = Span::from_secs(4));
    for outcome in outcomes(&short) {
        let of = |cause| quantity(&outcome.bill, Meter::FargateX86Vcpu, "nightly", cause).base();
        let minutes = 2_048 * 60_000 * 730 * 60 / 72;
        let all = of(Cause::Schedule) + of(Cause::ImagePulls);
        assert!(all.abs_diff(minutes) <= 1, "{all} for {minutes}");
    }
}

#[test]
fn a_schedule_with_public_addresses_pulls_and_logs_is_charged_for_them() {
    let all = design(|tasks, definition| {
        (tasks.count, tasks.log_bytes) = (3, Bytes::from_mb(10));
        tasks.schedule = Schedule::Rate(Minutes::from_minutes(73 * 60));
        let (driver, log_group) = (LogDriver::Awslogs, None);
        let options = [("awslogs-group", "batch"), ("awslogs-region", "us-east-1"), ("awslogs-stream-prefix", "b")];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        definition.containers[0].log_configuration =
            Some(LogConfiguration { driver, log_group, options, secret_options: Vec::new() });
    });
    for outcome in outcomes(&all) {
        // Ten starts of three tasks: 300 MB of logs.
        let bill = &outcome.bill;
        assert_eq!(quantity(bill, Meter::LogsIngest, "nightly", Cause::Logs), Quantity::from_base(300_000_000));
        // Layers of a private image come from Amazon S3, here by the NAT gateways: 30 × 120 MB, a third in each zone.
        let nats = ["nat-a", "nat-b", "nat-c"].map(|nat| quantity(bill, Meter::NatGatewayData, nat, Cause::ImagePulls));
        let logs = ["nat-a", "nat-b", "nat-c"].map(|nat| quantity(bill, Meter::NatGatewayData, nat, Cause::Logs));
        assert!(nats.into_iter().chain(logs).map(Quantity::base).sum::<u128>() > 0);
    }
}

#[test]
fn the_estimate_and_the_run_charge_a_schedule_alike() {
    let design =
        design(|tasks, _| tasks.schedule = Schedule::Cron { expression: "0 1 ? * MON-FRI *".into(), time_zone: None });
    let [estimate, run] = outcomes(&design);
    for cause in [Cause::Schedule, Cause::ImagePulls] {
        assert_eq!(of(&estimate.bill, cause), of(&run.bill, cause));
    }
    // 5 of 7 days: 730 / 24 × 5 / 7 = 21.726 starts of an hour.
    let hours = quantity(&run.bill, Meter::FargateX86Vcpu, "nightly", Cause::Schedule).base();
    let exactly = 2_048 * 3_600_000 * 730 * 5;
    assert_eq!(hours, (exactly + 12 * 7) / (24 * 7));
}

#[test]
fn tasks_that_events_start_make_the_total_incomplete() {
    for outcome in outcomes(&design(|tasks, _| tasks.schedule = Schedule::OnEvent)) {
        assert_eq!(outcome.bill.claim(), Claim::AtLeast);
    }
}

#[test]
fn any_05_machines_of_ones_own_are_charged_beyond_2_200_hours() {
    let site = |instances| {
        let mut design = steady::design();
        let (memory, architecture) = (Mib::from_mib(8192), Architecture::X86);
        let site = AnywhereSite { instances, vcpus: 4, memory, architecture, monthly_price: None, tags: [].into() };
        design.sites.insert("shop".into(), site);
        design
    };
    // 3 × 730 h are 2,190 and free; 4 × 730 h are 2,920, of which 720 cost 0.01025 each: 7.38 dollars.
    for (instances, costs) in [(3, "0"), (4, "7.38")] {
        for outcome in outcomes(&site(instances)) {
            let line = outcome.bill.lines.iter().find(|line| line.charge == Charge::Aws(Meter::AnywhereInstance));
            assert_eq!(line.expect("metered").cost, Usd::parse(costs).ok(), "{instances}");
            assert_eq!(outcome.bill.claim(), Claim::Whole);
        }
    }
}
