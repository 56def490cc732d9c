//! A design under a load that never changes: what tests of the estimate and of runs share.

use bayplan_engine::design::capacity::{LaunchType, StrategyItem};
use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::design::cluster::Cluster;
use bayplan_engine::design::container::{Container, LogConfiguration, LogDriver, PortMapping};
use bayplan_engine::design::id::{
    CapacityProviderId, LoadBalancerId, NatGatewayId, ServiceId, SubnetId, TargetGroupId,
};
use bayplan_engine::design::load::{Entrance, Load, Requests, Shape};
use bayplan_engine::design::load_balancing::{
    Listener, LoadBalancer, LoadBalancerType, Protocol, Scheme, TargetGroup, TargetHealthCheck, TargetType,
};
use bayplan_engine::design::network::{NatGateway, NatPlacement, Subnet, SubnetTier, Vpc};
use bayplan_engine::design::observability::LogGroup;
use bayplan_engine::design::outside::{Role, RoleUse};
use bayplan_engine::design::service::{Capacity, Service, ServiceLoadBalancer};
use bayplan_engine::design::task_definition::{NetworkMode, TaskDefinition};
use bayplan_engine::design::work::{Call, CallPath, CallTarget, Work, WorkCost};
use bayplan_engine::design::{Design, Item};
use bayplan_engine::names::{Region, Zone};
use bayplan_engine::units::{Bytes, CpuUnits, Mib, MilliPerSecond};

/// Three zones, a NAT gateway in each, an Application Load Balancer, `web` (6 tasks) calling `api` (4 tasks), all on
/// Fargate; 300 requests a second of 2 kB and 6 kB.
pub fn design() -> Design {
    let mut design = Design::new(Region::new("us-east-1"));
    design.put(Item::Vpc(
        "main".into(),
        Vpc {
            cidr: cidr("10.0.0.0/16"),
            secondary_cidrs: Vec::new(),
            ipv6_cidr: None,
            ip_address_type: None,
            internet_gateway: true,
            egress_only_internet_gateway: false,
            zones: Vec::new(),
            measured_monthly_cross_zone_bytes: None,
            tags: std::collections::BTreeMap::new(),
        },
    ));
    add_subnets(&mut design);
    let capacity_providers = vec![CapacityProviderId::fargate(), CapacityProviderId::fargate_spot()];
    design.put(Item::Cluster("main".into(), Cluster { capacity_providers, ..Cluster::default() }));
    design.put(Item::LogGroup("app".into(), LogGroup::default()));
    design.put(Item::Role("execution".into(), execution_role()));
    design.put(Item::LoadBalancer("entrance".into(), balancer()));
    design.put(Item::TargetGroup("web".into(), target_group()));
    add_service(&mut design, "web", 6, 2_000);
    add_service(&mut design, "api", 4, 4_000);
    let web = design.services.get_mut(&ServiceId::new("web")).expect("just added");
    let (container_name, container_port) = ("app".into(), 80);
    web.load_balancers =
        vec![ServiceLoadBalancer { target_group: TargetGroupId::new("web"), container_name, container_port }];
    web.calls = vec![Call {
        to: CallTarget::Service { service: ServiceId::new("api"), via: CallPath::ServiceConnect },
        per_work: None,
        request_bytes: Bytes::from_bytes(500),
        response_bytes: Bytes::from_bytes(3_000),
    }];
    design.put(Item::Load(
        "visitors".into(),
        Load::Requests(Requests {
            service: ServiceId::new("web"),
            through: Entrance::LoadBalancer(LoadBalancerId::new("entrance")),
            listener_port: None,
            origin: None,
            shape: Shape::constant(MilliPerSecond::from_whole(300)),
            request_bytes: Bytes::from_bytes(2_000),
            response_bytes: Bytes::from_bytes(6_000),
            requests_per_connection: None,
            connection_lifetime: None,
        }),
    ));
    design
}

fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).expect("a block")
}

/// In each zone a public and a private subnet, and a NAT gateway.
fn add_subnets(design: &mut Design) {
    for (place, zone) in ["a", "b", "c"].into_iter().enumerate() {
        for (tier, name, offset) in [(SubnetTier::Public, "public", 0), (SubnetTier::Private, "private", 10)] {
            let subnet = Subnet {
                vpc: "main".into(),
                zone: Zone::new(&format!("us-east-1{zone}")),
                tier,
                cidr: cidr(&format!("10.0.{}.0/24", place + offset)),
                ipv6_cidr: None,
                ip_address_type: None,
                route_table: None,
                tags: std::collections::BTreeMap::new(),
            };
            design.put(Item::Subnet(SubnetId::new(&format!("{name}-{zone}")), subnet));
        }
        design.put(Item::NatGateway(
            NatGatewayId::new(&format!("nat-{zone}")),
            NatGateway::new(NatPlacement::Zonal(SubnetId::new(&format!("public-{zone}")))),
        ));
    }
}

fn add_service(design: &mut Design, name: &str, tasks: u32, cpu_micros: u64) {
    let mut container = Container::new("app", "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1.4.2");
    container.log_configuration = Some(LogConfiguration {
        driver: LogDriver::Awslogs,
        log_group: Some("app".into()),
        options: [("awslogs-stream-prefix".to_owned(), name.to_owned())].into(),
        secret_options: Vec::new(),
    });
    container.port_mappings = vec![PortMapping { container_port: Some(80), ..PortMapping::default() }];
    let definition = TaskDefinition {
        requires_compatibilities: vec![LaunchType::Fargate],
        execution_role: Some("execution".into()),
        network_mode: Some(NetworkMode::Awsvpc),
        cpu: Some(CpuUnits::from_units(512)),
        memory: Some(Mib::from_gib(1)),
        containers: vec![container],
        ..TaskDefinition::default()
    };
    design.put(Item::TaskDefinition(name.into(), definition));
    let mut service = Service::new("main".into(), name.into());
    service.desired_count = tasks;
    service.subnets = ["a", "b", "c"].map(|zone| SubnetId::new(&format!("private-{zone}"))).to_vec();
    service.capacity =
        Capacity::Strategy(vec![StrategyItem { capacity_provider: CapacityProviderId::fargate(), base: 0, weight: 1 }]);
    let cost = WorkCost { cpu_micros, memory_idle: Mib::from_mib(300), duration: None, concurrency: None };
    service.work = Work::Stated { cost, log_bytes: Bytes::from_bytes(1_000) };
    design.put(Item::Service(ServiceId::new(name), service));
}

fn execution_role() -> Role {
    Role {
        used_as: RoleUse::Execution,
        arn: None,
        managed_policies: vec!["AmazonECSTaskExecutionRolePolicy".to_owned()],
        actions: Vec::new(),
        tags: std::collections::BTreeMap::new(),
    }
}

fn balancer() -> LoadBalancer {
    LoadBalancer {
        kind: LoadBalancerType::Application,
        scheme: Scheme::InternetFacing,
        subnets: ["a", "b", "c"].map(|zone| SubnetId::new(&format!("public-{zone}"))).to_vec(),
        ip_address_type: None,
        security_groups: Vec::new(),
        listeners: vec![Listener {
            port: 80,
            protocol: Protocol::Http,
            certificate: None,
            default_target_group: Some(TargetGroupId::new("web")),
            rules: Vec::new(),
        }],
        cross_zone: None,
        idle_timeout: None,
        web_acl: None,
        measured_capacity_units_milli: None,
        tags: std::collections::BTreeMap::new(),
    }
}

fn target_group() -> TargetGroup {
    TargetGroup {
        vpc: "main".into(),
        protocol: Protocol::Http,
        protocol_version: None,
        port: 80,
        target_type: TargetType::Ip,
        health_check: TargetHealthCheck::default(),
        deregistration_delay: None,
        slow_start: None,
        algorithm: None,
        stickiness: None,
        target_control_port: None,
        tags: std::collections::BTreeMap::new(),
    }
}
