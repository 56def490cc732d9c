//! Designs of the benchmarks that play a whole one, made in code.

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::capacity::{LaunchType, StrategyItem};
use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::design::cluster::Cluster;
use bayplan_engine::design::container::Container;
use bayplan_engine::design::fault::{Fault, FaultKind};
use bayplan_engine::design::id::{CapacityProviderId, ServiceId, SubnetId};
use bayplan_engine::design::load::{Entrance, Load, Requests, Series, Shape};
use bayplan_engine::design::network::{Subnet, SubnetTier, Vpc};
use bayplan_engine::design::scaling::{Scaling, ScalingMetric, ScalingPolicy, TargetTracking};
use bayplan_engine::design::scenario::{PlannedDeployment, Scenario};
use bayplan_engine::design::service::{Capacity, Service};
use bayplan_engine::design::task_definition::{NetworkMode, TaskDefinition};
use bayplan_engine::design::work::{Work, WorkCost};
use bayplan_engine::design::{Design, Item};
use bayplan_engine::evaluate::{Prepared, prepare_scenario};
use bayplan_engine::names::{Region, Zone};
use bayplan_engine::units::{Bytes, CpuUnits, Mib, MilliPerSecond, Percent, Ppm, Span};

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
        ipv6_cidr: None,
        ip_address_type: None,
        internet_gateway: true,
        egress_only_internet_gateway: false,
        zones: Vec::new(),
        measured_monthly_cross_zone_bytes: None,
        tags: std::collections::BTreeMap::new(),
    };
    design.put(Item::Vpc("main".into(), vpc));
    for (place, zone) in ["a", "b", "c"].into_iter().enumerate() {
        let subnet = Subnet {
            vpc: "main".into(),
            zone: Zone::new(&format!("us-east-1{zone}")),
            tier: SubnetTier::Public,
            cidr: cidr(&format!("10.0.{}.0/20", place * 16)),
            ipv6_cidr: None,
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
        listener_port: None,
        origin: None,
        shape: Shape { series, spikes: Vec::new(), noise: Ppm::from_ppm(100_000) },
        request_bytes: Bytes::from_bytes(1_000),
        response_bytes: Bytes::from_bytes(5_000),
        requests_per_connection: None,
        connection_lifetime: None,
    };
    design.put(Item::Load(name.into(), Load::Requests(load)));
}

/// The same services as people run them (C2): forty of the fifty on EC2, each with an Auto Scaling group of its own that
/// ECS scales, all behind Application Load Balancers.
pub(crate) fn real_services() -> Design {
    // A cluster takes twenty capacity providers at most.
    let cluster = |k: u32| if k < 30 { "machines-1".into() } else { "machines-2".into() };
    let mut design = scaling_services(50, (2, 100), |k| 40 + 12 * u64::from(k));
    design.put(Item::Role("instance".into(), read("(used_as: ContainerInstance)")));
    for k in 0..50u32 {
        let name = format!("service-{k:02}");
        if k.is_multiple_of(10) {
            let balancer = format!("balancer-{}", k / 10);
            let listener =
                |k: u32| format!("(port: {}, protocol: Http, default_target_group: \"service-{k:02}\")", 80 + k);
            let listeners: Vec<_> = (k..k + 10).map(listener).collect();
            let text = format!(
                "(kind: Application, scheme: InternetFacing, subnets: [\"a\", \"b\", \"c\"], listeners: [{}])",
                listeners.join(", ")
            );
            design.put(Item::LoadBalancer(balancer.as_str().into(), read(&text)));
        }
        let group = "(vpc: \"main\", protocol: Http, port: 80, target_type: Ip, deregistration_delay: 30)";
        design.put(Item::TargetGroup(name.as_str().into(), read(group)));
        if let Some(Load::Requests(load)) = design.loads.get_mut(&name.as_str().into()) {
            load.through = Entrance::LoadBalancer(format!("balancer-{}", k / 10).as_str().into());
        }
        for container in design.task_definitions.values_mut().flat_map(|d| &mut d.containers) {
            container.port_mappings = read("[(container_port: 80)]");
        }
        let on_instances = k >= 10;
        if on_instances {
            design.put(Item::CapacityProvider(name.as_str().into(), read(GROUP)));
            let cluster = design.clusters.entry(cluster(k)).or_default();
            cluster.capacity_providers.push(name.as_str().into());
            if let Some(definition) = design.task_definitions.get_mut(&name.as_str().into()) {
                definition.requires_compatibilities = vec![LaunchType::Ec2];
            }
        }
        if let Some(service) = design.services.get_mut(&name.as_str().into()) {
            let target = format!("[(target_group: \"{name}\", container_name: \"app\", container_port: 80)]");
            service.load_balancers = read(&target);
            service.assign_public_ip = !on_instances;
            if on_instances {
                service.cluster = cluster(k);
                let strategy = StrategyItem { capacity_provider: name.as_str().into(), base: 0, weight: 1 };
                service.capacity = Capacity::Strategy(vec![strategy]);
            }
        }
    }
    design
}

/// What happens to them: a deployment of every service every third day, a zone lost for an hour, a Spot wave.
pub(crate) fn real_month() -> Scenario {
    let hour = Span::from_hours;
    let deployments = (0..9u64).flat_map(|round| {
        (0..50u64).map(move |k| PlannedDeployment {
            service: ServiceId::new(&format!("service-{k:02}")),
            at: hour(72 * (round + 1) + k / 10),
            fails: None,
        })
    });
    let wave = FaultKind::SpotWave { provider: "service-49".into(), percent: Percent::from_percent(50) };
    Scenario {
        deployments: deployments.collect(),
        faults: vec![
            Fault { kind: FaultKind::ZoneLoss(Zone::new("us-east-1b")), at: hour(230), lasts: hour(1) },
            Fault { kind: wave, at: hour(420), lasts: Span::ZERO },
        ],
        ..Scenario::default()
    }
}

const GROUP: &str = "AutoScalingGroup((subnets: [\"a\", \"b\", \"c\"], instance_types: [\"m7i.2xlarge\"], option: Spot, \
    min_size: 2, max_size: 60, managed_scaling: (), instance_role: \"instance\", public_ip: true))";

/// A part of a design, as design files write it.
fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options.from_str(text).unwrap_or_else(|e| panic!("the benchmark's design: {e}: {text}"))
}

/// What a real network of these sizes would be laid out for: 5,000 tasks a service do not fit one /16.
const ALLOWED: [&str; 2] = ["subnet-out-of-addresses", "no-addresses-for-rollout"];

/// A design as a plan, played as drawn.
pub(crate) fn prepared(design: &Design, catalogue: &Catalogue) -> Prepared {
    prepared_for(design, Scenario::default(), catalogue)
}

/// A design as a plan, played under a scenario.
pub(crate) fn prepared_for(design: &Design, scenario: Scenario, catalogue: &Catalogue) -> Prepared {
    prepare_scenario(design, scenario, catalogue, &ALLOWED.map(str::to_owned))
        .unwrap_or_else(|e| panic!("the benchmark's design: {e}"))
}
