//! Every kind of item finds its lines, and a price that is not known is named.
//!
//! One design draws every kind of item. What each kind is charged for is written down here, and so is every meter that
//! nothing drawn can reach, with the reason: a new meter fails until someone decides where it belongs.

use std::collections::{BTreeMap, BTreeSet};

use bayplan_engine::bill::{Bill, Charge, Window, price};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::design::capacity::{CapacityProvider, LaunchType, StrategyItem};
use bayplan_engine::design::id::{CapacityProviderId, ServiceId, SubnetId};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::design::service::{Capacity, Service};
use bayplan_engine::design::task_definition::TaskDefinition;
use bayplan_engine::design::{Design, Item, Kind};
use bayplan_engine::evaluate::{Prepared, estimate_outcome, prepare_scenario};
use bayplan_engine::names::{Architecture, Region};
use bayplan_engine::units::{CpuUnits, Gib, Mib, Span, Usd};

use crate::steady;

/// A part of a design in the form of project files.
pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options.from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Another service like `api`, alike but for one change, on a definition of its own.
pub(crate) fn beside(design: &mut Design, name: &str, change: impl FnOnce(&mut Service, &mut TaskDefinition)) {
    let mut service = design.services[&ServiceId::new("api")].clone();
    let mut definition = design.task_definitions[&"api".into()].clone();
    service.task_definition = name.into();
    service.desired_count = 3;
    change(&mut service, &mut definition);
    design.put(Item::TaskDefinition(name.into(), definition));
    design.put(Item::Service(name.into(), service));
}

pub(crate) fn on(provider: CapacityProviderId) -> Capacity {
    Capacity::Strategy(vec![StrategyItem { capacity_provider: provider, base: 0, weight: 1 }])
}

fn subnets(names: &[&str]) -> Vec<SubnetId> {
    names.iter().map(|name| SubnetId::new(name)).collect()
}

fn add_fargate(design: &mut Design) {
    let arm = |definition: &mut TaskDefinition| {
        definition.runtime_platform.cpu_architecture = Some(Architecture::Arm);
    };
    beside(design, "arm", |_, definition| arm(definition));
    beside(design, "spot", |service, _| service.capacity = on(CapacityProviderId::fargate_spot()));
    beside(design, "spot-arm", |service, definition| {
        service.capacity = on(CapacityProviderId::fargate_spot());
        arm(definition);
    });
    beside(design, "windows", |_, definition| {
        definition.runtime_platform =
            read("(operating_system_family: WindowsServer2022Core, cpu_architecture: X86_64)");
        (definition.cpu, definition.memory) = (Some(CpuUnits::from_vcpus(1)), Some(Mib::from_gib(2)));
    });
    beside(design, "disk", |_, definition| definition.ephemeral_storage = Some(Gib::from_gib(50)));
    beside(design, "public", |service, _| {
        service.subnets = subnets(&["public-a", "public-b", "public-c"]);
        service.assign_public_ip = true;
    });
}

fn add_volumes(design: &mut Design) {
    design.put(Item::Role("volumes".into(), read("(used_as: Infrastructure)")));
    for (name, volume) in [
        ("gp3", "(name: \"data\", size: 100, volume_type: Gp3, iops: 4000, throughput: 200, role: \"volumes\")"),
        ("gp2", "(name: \"data\", size: 100, volume_type: Gp2, role: \"volumes\")"),
        ("io1", "(name: \"data\", size: 100, volume_type: Io1, iops: 1000, role: \"volumes\")"),
        ("io2", "(name: \"data\", size: 100, volume_type: Io2, iops: 1000, role: \"volumes\")"),
        ("st1", "(name: \"data\", size: 125, volume_type: St1, role: \"volumes\")"),
        ("sc1", "(name: \"data\", size: 125, volume_type: Sc1, role: \"volumes\")"),
        ("standard", "(name: \"data\", size: 100, volume_type: Standard, role: \"volumes\")"),
    ] {
        beside(design, name, |service, definition| {
            service.ebs_volume = Some(read(volume));
            definition.volumes = vec![read("(name: \"data\", kind: ConfiguredAtLaunch)")];
            // Fargate takes every type but this.
            if name == "standard" {
                service.capacity = on("machines".into());
                definition.requires_compatibilities = vec![LaunchType::Ec2];
            }
        });
    }
}

/// A service on each kind of instances.
fn add_instances(design: &mut Design) {
    design.put(Item::Role("instance".into(), read("(used_as: ContainerInstance)")));
    design.put(Item::Role("infrastructure".into(), read("(used_as: Infrastructure)")));
    let private = "subnets: [\"private-a\", \"private-b\", \"private-c\"]";
    let group = |more: &str| {
        format!("AutoScalingGroup(({private}, max_size: 20, managed_scaling: (), instance_role: \"instance\", {more}))")
    };
    let managed = format!(
        "ManagedInstances(({private}, requirements: (vcpu_count: (min: 2, max: 8)), \
         infrastructure_role: \"infrastructure\", instance_role: \"instance\"))"
    );
    let windows = "(operating_system_family: WindowsServer2022Core, cpu_architecture: X86_64)";
    let volumes = "root_volume_type: Gp2, volumes: [(size: 100, volume_type: Io2, iops: 1000)]";
    for (name, provider, launch) in [
        ("machines", group(&format!("instance_types: [\"m7i.large\"], {volumes}")), LaunchType::Ec2),
        ("spot-machines", group("instance_types: [\"m7i.xlarge\"], option: Spot"), LaunchType::Ec2),
        ("windows-machines", group("instance_types: [\"m7i.2xlarge\"]"), LaunchType::Ec2),
        ("windows-spot-machines", group("instance_types: [\"m5.2xlarge\"], option: Spot"), LaunchType::Ec2),
        ("managed", managed, LaunchType::ManagedInstances),
    ] {
        let id = CapacityProviderId::new(name);
        design.put(Item::CapacityProvider(id.clone(), read::<CapacityProvider>(&provider)));
        design.clusters.get_mut(&"main".into()).unwrap().capacity_providers.push(id.clone());
        beside(design, &format!("on-{name}"), |service, definition| {
            service.capacity = on(id);
            definition.requires_compatibilities = vec![launch];
            if name.starts_with("windows-") {
                definition.runtime_platform = read(windows);
            }
        });
    }
}

fn add_network(design: &mut Design) {
    let balancer = |kind: &str, scheme: &str, port: u16, protocol: &str, group: &str| {
        let listener = format!("(port: {port}, protocol: {protocol}, default_target_group: \"{group}\")");
        let tier = if scheme == "Internal" { "private" } else { "public" };
        let zones = format!("\"{tier}-a\", \"{tier}-b\", \"{tier}-c\"");
        format!("(kind: {kind}, scheme: {scheme}, subnets: [{zones}], listeners: [{listener}])")
    };
    let group =
        |protocol: &str, port: u16| format!("(vpc: \"main\", protocol: {protocol}, port: {port}, target_type: Ip)");
    design.put(Item::TargetGroup("tcp".into(), read(&group("Tcp", 80))));
    design.put(Item::LoadBalancer("tcp".into(), read(&balancer("Network", "InternetFacing", 80, "Tcp", "tcp"))));
    design.put(Item::TargetGroup("appliance".into(), read(&group("Geneve", 6081))));
    design.put(Item::LoadBalancer(
        "appliance".into(),
        read(&balancer("Gateway", "Internal", 6081, "Geneve", "appliance")),
    ));
    for name in ["tcp", "appliance"] {
        beside(design, name, |service, _| {
            let joined = format!("(target_group: \"{name}\", container_name: \"app\", container_port: 80)");
            service.load_balancers = vec![read(&joined)];
        });
        let load = format!(
            "Requests((service: \"{name}\", through: LoadBalancer(\"{name}\"), origin: Region, \
             shape: (series: Constant(5)), request_bytes: 1000, response_bytes: 2000))"
        );
        design.put(Item::Load(name.into(), read(&load)));
    }
    // Only then what crosses between its nodes and targets is charged (rule NET-42).
    design.load_balancers.get_mut(&"tcp".into()).unwrap().cross_zone = Some(true);
    design.put(Item::WebAcl("shield".into(), read("(rules: 3)")));
    design.load_balancers.get_mut(&"entrance".into()).unwrap().web_acl = Some("shield".into());
    let api = "(vpc_link_subnets: [\"private-a\", \"private-b\", \"private-c\"], \
               routes: [(key: \"$default\", integration: CloudMap(\"api\"))])";
    design.put(Item::ApiGateway("door".into(), read(api)));
    let load = "Requests((service: \"api\", through: ApiGateway(\"door\"), shape: (series: Constant(1)), \
                request_bytes: 100, response_bytes: 100))";
    design.put(Item::Load("door".into(), read(load)));
    let endpoint =
        "(vpc: \"main\", service: Logs, kind: Interface(subnets: [\"private-a\", \"private-b\", \"private-c\"]))";
    design.put(Item::VpcEndpoint("logs".into(), read(endpoint)));
    add_second_vpc(design);
}

/// A VPC with a regional NAT gateway and a service that logs through it.
fn add_second_vpc(design: &mut Design) {
    design.put(Item::Vpc("second".into(), read("(cidr: \"10.1.0.0/16\", internet_gateway: true)")));
    for (place, zone) in ["a", "b"].into_iter().enumerate() {
        let text = format!("(vpc: \"second\", zone: \"us-east-1{zone}\", tier: Private, cidr: \"10.1.{place}.0/24\")");
        design.put(Item::Subnet(SubnetId::new(&format!("second-{zone}")), read(&text)));
    }
    design.put(Item::NatGateway("regional".into(), read("(placement: Regional(\"second\"))")));
    design.put(Item::LogGroup("seldom".into(), read("(retention_days: 30, class: InfrequentAccess)")));
    beside(design, "second", |service, definition| {
        service.subnets = subnets(&["second-a", "second-b"]);
        let logs = definition.containers[0].log_configuration.as_mut().expect("the steady design logs");
        logs.log_group = Some("seldom".into());
    });
    let load = "Requests((service: \"second\", through: Direct, origin: Region, shape: (series: Constant(5))))";
    design.put(Item::Load("second".into(), read(load)));
}

/// What stands around: systems, storage, watching, names.
fn add_surroundings(design: &mut Design) {
    let web = design.services.get_mut(&ServiceId::new("web")).unwrap();
    for target in ["Outside(\"archive\")", "Outside(\"copy\")", "Internet"] {
        web.calls.push(read(&format!("(to: {target}, request_bytes: 100, response_bytes: 100)")));
    }
    design.put(Item::OutsideSystem("archive".into(), read("(kind: Api, reached: OtherRegion(\"eu-west-1\"))")));
    design.put(Item::OutsideSystem("copy".into(), read("(kind: Api, reached: OtherRegion(\"us-east-2\"))")));
    design
        .put(Item::OutsideSystem("store".into(), read("(kind: Database, reached: OtherVpc, monthly_price: \"120\")")));
    design.put(Item::OutsideSystem("jobs".into(), read("(kind: Queue, reached: AwsService(Sqs))")));
    beside(design, "jobs", |service, _| {
        let scaling = "(min_capacity: 3, max_capacity: 9, policies: [TargetTracking((metric: BacklogPerTask(\"jobs\"), \
                       target_milli: 5000, high_resolution: true))])";
        service.scaling = Some(read(scaling));
    });
    let jobs = "Jobs((queue: \"jobs\", service: \"jobs\", shape: (series: Constant(1)), service_time: 1000))";
    design.put(Item::Load("jobs".into(), read(jobs)));
    let main = design.clusters.get_mut(&"main".into()).unwrap();
    main.runtime_monitoring = true;
    main.container_insights = Some(read("Enabled"));
    design.put(Item::Cluster("watched".into(), read("(container_insights: Enhanced)")));
    let alarm = |period: u32| {
        format!("(subject: Service(\"web\"), metric: CpuUtilization, threshold_milli: 80000, period: {period})")
    };
    design.put(Item::Alarm("slow".into(), read(&alarm(60))));
    design.put(Item::Alarm("fast".into(), read(&alarm(10))));
    design.put(Item::Secret("password".into(), read("(store: SecretsManager, kms_key: \"alias/own\")")));
    design.put(Item::Namespace("local".into(), read("(kind: PrivateDns, vpc: \"main\")")));
    design.put(Item::Image("kept".into(), read("(registry: EcrPrivate, compressed_size: 500000000)")));
    let nightly = "(cluster: \"main\", task_definition: \"api\", schedule: Rate(60), count: 1, duration: 60000, \
                   capacity: LaunchType(Fargate), subnets: [\"private-a\"], scheduler_role: \"events\")";
    design.put(Item::Role("events".into(), read("(used_as: Events, actions: [\"ecs:RunTask\", \"iam:PassRole\"])")));
    design.put(Item::StandaloneTask("nightly".into(), read(nightly)));
    design.put(Item::Site("shop".into(), read("(instances: 4, vcpus: 4, memory: 8192)")));
    let shared = "subnets: [\"private-a\"], stored: 100, throughput: 16";
    for (name, kind) in [("efs", "Efs"), ("single", "FsxWindowsSingleAz"), ("multi", "FsxWindowsMultiAz")] {
        design.put(Item::FileSystem(name.into(), read(&format!("(kind: {kind}, {shared})"))));
    }
}

/// Everything that costs anything, in one design.
fn everything() -> Design {
    let mut design = steady::design();
    add_fargate(&mut design);
    add_instances(&mut design);
    add_volumes(&mut design);
    add_network(&mut design);
    add_surroundings(&mut design);
    design
}

fn catalogue() -> Catalogue {
    Catalogue::load(&Region::new("us-east-1")).expect("the region is known")
}

fn prepared(catalogue: &Catalogue) -> Prepared {
    prepare_scenario(&everything(), Scenario::default(), catalogue, &[]).unwrap_or_else(|e| panic!("{e}"))
}

/// The meters of a bill, by the kind of item that they belong to; instance types' meters by their label alone.
fn by_kind(bill: &Bill) -> BTreeMap<Kind, BTreeSet<&'static str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in &bill.lines {
        let label = match line.charge {
            Charge::Aws(meter) => meter.label(),
            Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => "a price of one's own",
        };
        all.entry(line.owner.kind()).or_default().insert(label);
    }
    all
}

/// What each kind of item is charged for.
fn expected(kind: Kind) -> Vec<&'static str> {
    use Meter as M;
    let of = |meters: &[Meter]| meters.iter().map(|meter| meter.label()).collect::<Vec<_>>();
    match kind {
        Kind::NatGateway => of(NAT_GATEWAY),
        Kind::VpcEndpoint => of(&[M::InterfaceEndpointHour, M::InterfaceEndpointData]),
        Kind::LoadBalancer => {
            of(&[M::AlbHour, M::AlbLcu, M::NlbHour, M::NlbLcu, M::GwlbHour, M::GwlbLcu, M::PublicIpv4])
        }
        Kind::ApiGateway => of(&[M::HttpApiRequest]),
        Kind::Namespace => of(&[M::CloudMapNamespace]),
        Kind::Cluster => of(&[M::CustomMetric, M::ContainerInsightsMetric, M::LogsIngest]),
        Kind::CapacityProvider => {
            let mut all = of(&[M::AlarmStandard, M::EbsGp3Storage, M::EbsGp2Storage, M::EbsIo2Storage, M::EbsIo2Iops]);
            all.extend([
                "EC2 on demand, Linux",
                "EC2 on demand, Windows",
                "EC2 Spot, Linux",
                "EC2 Spot, Windows",
                "ECS Managed Instances fee",
            ]);
            all
        }
        Kind::Service => of(SERVICE),
        Kind::Alarm => of(&[M::AlarmStandard, M::AlarmHighResolution]),
        Kind::LogGroup => of(&[M::LogsIngest, M::LogsIngestIa, M::LogsStorage, M::LogsStorageIa]),
        Kind::Image => of(&[M::EcrStorage]),
        Kind::FileSystem => of(FILE_SYSTEM),
        Kind::Secret => of(&[M::Secret, M::KmsKey]),
        Kind::WebAcl => of(&[M::WafWebAcl, M::WafRule, M::WafRequest]),
        Kind::OutsideSystem => {
            let mut all = of(&[M::SqsRequest]);
            all.push("a price of one's own");
            all
        }
        Kind::Load => of(&[M::InternetOut, M::CrossAz]),
        // Free at AWS, or charged by what they hold: a VPC by its gateways, a target group by its balancer, a definition
        // by its tasks. The last two are not played, and every outcome that has one says so.
        Kind::Vpc
        | Kind::Subnet
        | Kind::RouteTable
        | Kind::SecurityGroup
        | Kind::TargetGroup
        | Kind::TaskDefinition
        | Kind::Role
        | Kind::Certificate
        | Kind::EventRule
        | Kind::Note
        | Kind::Lattice
        | Kind::ExpressService => Vec::new(),
        Kind::Site => of(&[M::AnywhereInstance]),
        Kind::StandaloneTask => of(&[M::FargateX86Vcpu, M::FargateX86Memory, M::GuardDutyEcsRuntime, M::LogsIngest]),
    }
}

const NAT_GATEWAY: &[Meter] = &[
    Meter::NatGatewayHour,
    Meter::NatGatewayData,
    Meter::RegionalNatGatewayHour,
    Meter::RegionalNatGatewayData,
    Meter::PublicIpv4,
];

const FILE_SYSTEM: &[Meter] = &[
    Meter::EfsStandardStorage,
    Meter::FsxSingleAzStorage,
    Meter::FsxSingleAzThroughput,
    Meter::FsxMultiAzStorage,
    Meter::FsxMultiAzThroughput,
];

/// What tasks of services are charged for, and what they send.
const SERVICE: &[Meter] = &[
    Meter::FargateX86Vcpu,
    Meter::FargateX86Memory,
    Meter::FargateArmVcpu,
    Meter::FargateArmMemory,
    Meter::FargateWindowsVcpu,
    Meter::FargateWindowsMemory,
    Meter::FargateWindowsLicence,
    Meter::FargateSpotX86Vcpu,
    Meter::FargateSpotX86Memory,
    Meter::FargateSpotArmVcpu,
    Meter::FargateSpotArmMemory,
    Meter::FargateEphemeralStorage,
    Meter::PublicIpv4,
    Meter::GuardDutyEcsRuntime,
    Meter::EbsGp3Storage,
    Meter::EbsGp3Iops,
    Meter::EbsGp3Throughput,
    Meter::EbsGp2Storage,
    Meter::EbsIo1Storage,
    Meter::EbsIo1Iops,
    Meter::EbsIo2Storage,
    Meter::EbsIo2Iops,
    Meter::EbsSt1Storage,
    Meter::EbsSc1Storage,
    Meter::EbsMagneticStorage,
    Meter::AlarmHighResolution,
    Meter::CustomMetric,
    Meter::CrossAz,
    Meter::InternetOut,
    Meter::InterRegion,
    Meter::LogsIngest,
    Meter::InterRegionUsEast,
];

/// Meters that nothing drawn reaches, with the reason.
const UNREACHED: &[(&str, &[Meter])] = &[
    (
        "AWS charges it at zero",
        &[Meter::EcsOrchestration, Meter::InternetIn, Meter::GatewayEndpointHour, Meter::EcrDataIn],
    ),
    ("CPU credits are not played", &[Meter::CpuCreditsLinux, Meter::CpuCreditsWindows, Meter::CpuCreditsT4g]),
    (
        "no such storage class, throughput or backup can be drawn",
        &[
            Meter::EbsSnapshotStorage,
            Meter::EfsStandardIaStorage,
            Meter::EfsStandardIaStorageElastic,
            Meter::EfsArchiveStorage,
            Meter::EfsOneZoneStorage,
            Meter::EfsOneZoneIaStorage,
            Meter::EfsElasticRead,
            Meter::EfsElasticWrite,
            Meter::EfsIaRead,
            Meter::EfsIaWrite,
            Meter::EfsProvisionedThroughput,
            Meter::FsxMultiAzHddStorage,
            Meter::FsxBackupStorage,
        ],
    ),
    (
        "no such door or gateway can be drawn",
        &[
            Meter::ClassicHour,
            Meter::ClassicData,
            Meter::RestApiRequest,
            Meter::WebSocketMessage,
            Meter::WebSocketMinute,
            Meter::ProvisionedNatBandwidth,
            Meter::ProvisionedNatData,
            Meter::GwlbEndpointHour,
            Meter::GwlbEndpointData,
            Meter::PublicIpv4Idle,
            Meter::TransitGatewayAttachment,
            Meter::TransitGatewayData,
        ],
    ),
    ("a bucket is an outside system with a price of one's own", &[Meter::S3Storage, Meter::S3Get, Meter::S3Put]),
    (
        "reading logs and metrics is nobody's load",
        &[
            Meter::LogsIngestVended,
            Meter::LogsInsightsScanned,
            Meter::LogsLiveTail,
            Meter::AlarmComposite,
            Meter::AlarmAnomalyDetection,
            Meter::Dashboard,
            Meter::CloudWatchRequest,
            Meter::GetMetricData,
            Meter::MetricStreamUpdate,
        ],
    ),
    ("of Amazon EKS", &[Meter::EksObservation, Meter::GuardDutyEksRuntime, Meter::GuardDutyEksVcpu]),
    (
        "the design draws no such queue, event or parameter",
        &[
            Meter::SqsFifoRequest,
            Meter::EventBridgeCustomEvent,
            Meter::EventBridgeServiceEvent,
            Meter::AdvancedParameter,
            Meter::AdvancedParameterCall,
        ],
    ),
    ("standalone tasks are not played, and say so", &[Meter::SchedulerInvocation]),
    ("secrets are read as tasks start, and in an estimate none does", &[Meter::SecretRequest, Meter::KmsRequest]),
    (
        "ECS registers for nothing; zones and queries of one's own are not drawn",
        &[
            Meter::CloudMapResourceEcs,
            Meter::CloudMapResource,
            Meter::CloudMapCall,
            Meter::HostedZone,
            Meter::DnsQuery,
            Meter::DnsLatencyQuery,
        ],
    ),
    (
        "VPC Lattice's charges are not played, and say so",
        &[Meter::LatticeService, Meter::LatticeData, Meter::LatticeRequest],
    ),
];

#[test]
fn every_kind_of_item_finds_its_lines() {
    let catalogue = catalogue();
    let bill = estimate_outcome(&prepared(&catalogue), &catalogue, Span::MONTH).bill;
    let found = by_kind(&bill);
    for kind in Kind::ALL {
        let lines: Vec<_> = found.get(kind).into_iter().flatten().copied().collect();
        let mut wanted = expected(*kind);
        wanted.sort_unstable();
        assert_eq!(lines, wanted, "{}", kind.word());
    }
}

#[test]
fn every_meter_is_reached_or_has_a_reason() {
    let catalogue = catalogue();
    let bill = estimate_outcome(&prepared(&catalogue), &catalogue, Span::MONTH).bill;
    let reached = |meter: Meter| bill.lines.iter().any(|line| line.charge == Charge::Aws(meter));
    let unreached = |meter: Meter| UNREACHED.iter().any(|(_, meters)| meters.contains(&meter));
    let wrong: Vec<_> = Meter::SERVICES.iter().filter(|meter| reached(**meter) == unreached(**meter)).collect();
    assert!(wrong.is_empty(), "reached with a reason not to be, or neither: {wrong:?}");
}

#[test]
fn each_price_taken_away_is_named_and_its_lines_are_left_out() {
    let catalogue = catalogue();
    let prepared = prepared(&catalogue);
    let outcome = estimate_outcome(&prepared, &catalogue, Span::MONTH);
    let whole = &outcome.bill;
    assert!(whole.unpriced.is_empty(), "{:?}", whole.unpriced);
    let metered = whole.lines.iter().filter_map(|line| match line.charge {
        Charge::Aws(meter) => Some(meter),
        Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => None,
    });
    let meters: BTreeSet<_> = metered.collect();
    for meter in meters {
        let prices = catalogue.prices.clone().without(meter);
        let bill = price(&outcome.records, &prepared.plan, &prices, Window::of(&prepared.plan, Span::MONTH));
        assert_eq!(bill.unpriced, [meter], "{}", meter.label());
        let of_meter = whole.lines.iter().filter(|line| line.charge == Charge::Aws(meter));
        let gone: Usd = of_meter.filter_map(|line| line.cost).sum();
        assert_eq!(whole.total - bill.total, gone, "{}", meter.label());
    }
}
