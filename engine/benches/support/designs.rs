//! Designs of the benchmarks that play a whole one, made in code.

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::capacity::{LaunchType, StrategyItem};
use bayplan_engine::design::cluster::Cluster;
use bayplan_engine::design::container::Container;
use bayplan_engine::design::id::{CapacityProviderId, ServiceId, SubnetId};
use bayplan_engine::design::load::{Entrance, Load, Requests, Series, Shape};
use bayplan_engine::design::network::{Cidr, Subnet, SubnetTier, Vpc};
use bayplan_engine::design::scaling::{Scaling, ScalingMetric, ScalingPolicy, TargetTracking};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::design::service::{Capacity, Service};
use bayplan_engine::design::task_definition::{NetworkMode, TaskDefinition};
use bayplan_engine::design::work::{Work, WorkCost};
use bayplan_engine::design::{Design, Item};
use bayplan_engine::evaluate::{Prepared, prepare_scenario};
use bayplan_engine::names::{Region, Zone};
use bayplan_engine::units::{Bytes, CpuUnits, Mib, MilliPerSecond, Percent, Ppm};

/// The prices of the region that every benchmark stands in.
pub(crate) fn catalogue() -> Catalogue {
    Catalogue::load(&Region::new("us-east-1")).expect("the region is known")
}

/// The shape of a day as parts of its peak, in thousandths.
pub(crate) const DAY: [u64; 24] = [
    300, 260, 230, 210, 200, 230, 300, 420, 560, 690, 790, 870, 930, 970, 1000, 980, 940, 890, 830, 760, 660, 550, 450,
    370,
];

/// Percent of a Monday on each day of the week.
pub(crate) const WEEK: [u16; 7] = [100, 104, 106, 103, 98, 70, 62];

/// `services` services of one vCPU on Fargate in three public zones, 50 requests a second a task, scaling between
/// `bounds` on CPU at 70 %; service k peaks at `peak(k)` requests a second, with 10 % of noise.
pub(crate) fn scaling_services(services: u32, bounds: (u32, u32), peak: impl Fn(u32) -> u64) -> Design {
    let mut design = Design::new(Region::new("us-east-1"));
    let cidr = |text: &str| Cidr::parse(text).expect("a block");
    let vpc = Vpc {
        cidr: cidr("10.0.0.0/16"),
        secondary_cidrs: Vec::new(),
        ip_address_type: None,
        internet_gateway: true,
        egress_only_internet_gateway: false,
        zones: Vec::new(),
        tags: std::collections::BTreeMap::new(),
    };
    design.put(Item::Vpc("main".into(), vpc));
    for (place, zone) in ["a", "b", "c"].into_iter().enumerate() {
        let subnet = Subnet {
            vpc: "main".into(),
            zone: Zone::new(&format!("us-east-1{zone}")),
            tier: SubnetTier::Public,
            cidr: cidr(&format!("10.0.{}.0/20", place * 16)),
            ip_address_type: None,
            route_table: None,
            tags: std::collections::BTreeMap::new(),
        };
        design.put(Item::Subnet(zone.into(), subnet));
    }
    let capacity_providers = vec![CapacityProviderId::fargate()];
    design.put(Item::Cluster("main".into(), Cluster { capacity_providers, ..Cluster::default() }));
    for k in 0..services {
        put_service(&mut design, &format!("service-{k:02}"), bounds, peak(k));
    }
    design
}

fn put_service(design: &mut Design, name: &str, (min, max): (u32, u32), peak: u64) {
    let definition = TaskDefinition {
        requires_compatibilities: vec![LaunchType::Fargate],
        network_mode: Some(NetworkMode::Awsvpc),
        cpu: Some(CpuUnits::from_vcpus(1)),
        memory: Some(Mib::from_gib(2)),
        containers: vec![Container::new("app", "public.example.com/app:1")],
        ..TaskDefinition::default()
    };
    design.put(Item::TaskDefinition(name.into(), definition));
    let mut service = Service::new("main".into(), name.into());
    service.desired_count = u32::try_from(peak / 150).unwrap_or(1).max(min);
    service.subnets = ["a", "b", "c"].map(SubnetId::new).to_vec();
    service.assign_public_ip = true;
    service.capacity =
        Capacity::Strategy(vec![StrategyItem { capacity_provider: CapacityProviderId::fargate(), base: 0, weight: 1 }]);
    let cost = WorkCost { cpu_micros: 20_000, memory_idle: Mib::from_mib(400), duration: None, concurrency: None };
    service.work = Work::Stated { cost, log_bytes: Bytes::ZERO };
    let policy = TargetTracking {
        metric: ScalingMetric::AverageCpuUtilization,
        target_milli: 70_000,
        scale_out_cooldown: None,
        scale_in_cooldown: None,
        disable_scale_in: false,
        high_resolution: false,
    };
    service.scaling =
        Some(Scaling { min_capacity: min, max_capacity: max, policies: vec![ScalingPolicy::TargetTracking(policy)] });
    design.put(Item::Service(ServiceId::new(name), service));
    let hourly = DAY.map(|part| MilliPerSecond::from_milli(part * peak)).to_vec();
    let series = Series::Daily { hourly, weekdays: WEEK.map(Percent::from_percent).to_vec() };
    let load = Requests {
        service: ServiceId::new(name),
        through: Entrance::Direct,
        origin: None,
        shape: Shape { series, spikes: Vec::new(), noise: Ppm::from_ppm(100_000) },
        request_bytes: Bytes::from_bytes(1_000),
        response_bytes: Bytes::from_bytes(5_000),
        requests_per_connection: None,
        connection_lifetime: None,
    };
    design.put(Item::Load(name.into(), Load::Requests(load)));
}

/// A design as a plan.
pub(crate) fn prepared(design: &Design, catalogue: &Catalogue) -> Prepared {
    prepare_scenario(design, Scenario::default(), catalogue, &[])
        .unwrap_or_else(|e| panic!("the benchmark's design: {e}"))
}
