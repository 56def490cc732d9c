//! Parts that work and what they run on: clusters, providers, services, tasks.

use bayplan_engine::design::anywhere::AnywhereSite;
use bayplan_engine::design::capacity::{CapacityProvider, LaunchType, StrategyItem};
use bayplan_engine::design::cluster::Cluster;
use bayplan_engine::design::container::{Container, LogConfiguration, LogDriver};
use bayplan_engine::design::deployment::CircuitBreaker;
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::id::{
    CapacityProviderId, ClusterId, ExpressServiceId, LogGroupId, RoleId, ServiceId, SiteId, StandaloneTaskId,
    TaskDefinitionId,
};
use bayplan_engine::design::network::SubnetTier;
use bayplan_engine::design::observability::LogGroup;
use bayplan_engine::design::outside::RoleUse;
use bayplan_engine::design::service::{Capacity, ExpressService, SchedulingStrategy, Service};
use bayplan_engine::design::standalone::{Schedule, StandaloneTask};
use bayplan_engine::design::task_definition::{NetworkMode, TaskDefinition};
use bayplan_engine::design::work::Work;
use bayplan_engine::design::{Design, Item, Kind, Tags};
use bayplan_engine::names::Architecture;
use bayplan_engine::units::{Bytes, CpuUnits, Mib, Span};

use super::{Made, Part, Spot, cluster, free_name, part, put, rare, vpc, work_subnets};
use crate::new_design::{group, managed, role};
use crate::widgets::icon;

pub(super) const CAPACITY: &[Part] = &[
    part("Fargate", "Capacity", icon::FARGATE, "serverless provider", fargate),
    part("EC2 Auto Scaling", "Capacity", icon::INSTANCE, "asg instances provider spot", auto_scaling),
    part("Managed Instances", "Capacity", icon::MANAGED_INSTANCES, "mi provider gpu", managed_instances),
    part("ECS Anywhere", "Capacity", icon::ON_PREMISES, "external on premises site", anywhere),
    rare("Cluster", "Capacity", icon::CUBE, "ecs", new_cluster),
];

pub(super) const PARTS: &[Part] = &[
    part("Service", "Work", icon::SERVICE, "replica tasks web api", new_service),
    part("Daemon service", "Work", icon::DAEMON, "agent one per instance", daemon),
    part("Scheduled task", "Work", icon::SCHEDULE, "cron batch standalone eventbridge", scheduled),
    part("Express service", "Work", icon::DEPLOYMENT, "express mode", express),
    rare("Task definition", "Work", icon::FILE, "containers family", definition_alone),
];

fn new_cluster(design: &Design, _spot: &Spot) -> Made {
    let id = ClusterId::new(&free_name(design, Kind::Cluster, "main"));
    put(Item::Cluster(id, with_provider(Cluster::default(), CapacityProviderId::fargate())))
}

fn with_provider(mut cluster: Cluster, provider: CapacityProviderId) -> Cluster {
    if !cluster.capacity_providers.contains(&provider) {
        cluster.capacity_providers.push(provider.clone());
    }
    if cluster.default_strategy.is_empty() {
        cluster.default_strategy.push(StrategyItem { capacity_provider: provider, base: 0, weight: 1 });
    }
    cluster
}

/// Joins a provider to the first cluster, which is drawn where there is none.
fn join(design: &Design, provider: CapacityProviderId) -> Edit {
    let (id, cluster) = design
        .clusters
        .iter()
        .next()
        .map_or_else(|| (ClusterId::new("main"), Cluster::default()), |(id, cluster)| (id.clone(), cluster.clone()));
    Edit::Put(Item::Cluster(id, with_provider(cluster, provider)))
}

#[expect(clippy::unnecessary_wraps, reason = "parts of the table have one shape")]
fn fargate(design: &Design, _spot: &Spot) -> Made {
    Ok(vec![join(design, CapacityProviderId::fargate())])
}

fn missing_roles(design: &Design, wanted: &[(&str, RoleUse, &str)]) -> Vec<Edit> {
    let missing = wanted.iter().filter(|(name, ..)| !design.roles.contains_key(&RoleId::new(name)));
    missing.map(|(name, used_as, policy)| Edit::Put(role(name, *used_as, &[policy]))).collect()
}

fn auto_scaling(design: &Design, spot: &Spot) -> Made {
    let id = CapacityProviderId::new(&free_name(design, Kind::CapacityProvider, "instances"));
    let instance = ("instance", RoleUse::ContainerInstance, "AmazonEC2ContainerServiceforEC2Role");
    let mut edits = missing_roles(design, &[instance]);
    edits.push(join(design, id.clone()));
    let drawn = CapacityProvider::AutoScalingGroup(group(work_subnets(design, spot)?, false));
    edits.push(Edit::Put(Item::CapacityProvider(id, drawn)));
    Ok(edits)
}

fn managed_instances(design: &Design, spot: &Spot) -> Made {
    let id = CapacityProviderId::new(&free_name(design, Kind::CapacityProvider, "managed"));
    let mut edits = missing_roles(
        design,
        &[
            ("instance", RoleUse::ContainerInstance, "AmazonECSInstanceRolePolicyForManagedInstances"),
            ("infrastructure", RoleUse::Infrastructure, "AmazonECSInfrastructureRolePolicyForManagedInstances"),
        ],
    );
    edits.push(join(design, id.clone()));
    let drawn = CapacityProvider::ManagedInstances(managed(work_subnets(design, spot)?));
    edits.push(Edit::Put(Item::CapacityProvider(id, drawn)));
    Ok(edits)
}

fn anywhere(design: &Design, _spot: &Spot) -> Made {
    let id = SiteId::new(&free_name(design, Kind::Site, "site"));
    put(Item::Site(
        id,
        AnywhereSite {
            instances: 2,
            vcpus: 4,
            memory: Mib::from_gib(16),
            architecture: Architecture::X86,
            monthly_price: None,
            tags: Tags::new(),
        },
    ))
}

/// A task definition of half a vCPU and 1 GB with one container that logs, for Fargate or instances alike.
fn definition(design: &Design, name: &str) -> (TaskDefinitionId, TaskDefinition, Vec<Edit>) {
    let id = TaskDefinitionId::new(&free_name(design, Kind::TaskDefinition, name));
    let execution = ("task-execution", RoleUse::Execution, "AmazonECSTaskExecutionRolePolicy");
    let mut edits = missing_roles(design, &[execution]);
    let logs = LogGroupId::new(&format!("/ecs/{id}"));
    if !design.log_groups.contains_key(&logs) {
        let group = LogGroup { retention_days: Some(30), ..LogGroup::default() };
        edits.push(Edit::Put(Item::LogGroup(logs.clone(), group)));
    }
    let log = LogConfiguration {
        driver: LogDriver::Awslogs,
        log_group: Some(logs),
        options: [("awslogs-region", design.region.as_str()), ("awslogs-stream-prefix", id.as_str())]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        secret_options: Vec::new(),
    };
    let image = format!("public.ecr.aws/docker/library/{name}:1");
    let container = Container { log_configuration: Some(log), ..Container::new(name, &image) };
    let drawn = TaskDefinition {
        requires_compatibilities: compatibilities(design),
        network_mode: Some(NetworkMode::Awsvpc),
        cpu: Some(CpuUnits::from_units(512)),
        memory: Some(Mib::from_gib(1)),
        execution_role: Some(RoleId::new("task-execution")),
        containers: vec![container],
        ..TaskDefinition::default()
    };
    (id, drawn, edits)
}

/// What the tasks of the first cluster run on, by its default strategy; Fargate where nothing says.
fn compatibilities(design: &Design) -> Vec<LaunchType> {
    let strategy = design.clusters.values().next().map_or(&[][..], |cluster| &cluster.default_strategy);
    let launch_type = |item: &StrategyItem| match design.capacity_providers.get(&item.capacity_provider) {
        Some(CapacityProvider::AutoScalingGroup(_)) => LaunchType::Ec2,
        Some(CapacityProvider::ManagedInstances(_)) => LaunchType::ManagedInstances,
        None => LaunchType::Fargate,
    };
    let mut all: Vec<_> = strategy.iter().map(launch_type).collect();
    all.dedup();
    if all.is_empty() { vec![LaunchType::Fargate] } else { all }
}

#[expect(clippy::unnecessary_wraps, reason = "parts of the table have one shape")]
fn definition_alone(design: &Design, _spot: &Spot) -> Made {
    let (id, drawn, mut edits) = definition(design, "task");
    edits.push(Edit::Put(Item::TaskDefinition(id, drawn)));
    Ok(edits)
}

/// The cluster there is, else the edit that draws one.
fn cluster_or_new(design: &Design) -> (ClusterId, Option<Edit>) {
    match cluster(design) {
        Ok(id) => (id, None),
        Err(_) => (ClusterId::new("main"), Some(join(design, CapacityProviderId::fargate()))),
    }
}

/// Two tasks, rolled back when a deployment fails.
fn new_service(design: &Design, spot: &Spot) -> Made {
    vpc(design, spot)?;
    let subnets = work_subnets(design, spot)?;
    let name = free_name(design, Kind::Service, "service");
    let (task_definition, drawn, mut edits) = definition(design, &name);
    let (cluster, new) = cluster_or_new(design);
    edits.extend(new);
    edits.push(Edit::Put(Item::TaskDefinition(task_definition.clone(), drawn)));
    let mut service = Service::new(cluster, task_definition);
    service.desired_count = 2;
    // Only tasks on Fargate get a public address.
    service.assign_public_ip = compatibilities(design) == [LaunchType::Fargate]
        && subnets.iter().all(|id| design.subnets.get(id).is_some_and(|s| s.tier == SubnetTier::Public));
    service.subnets = subnets;
    service.deployment.circuit_breaker = Some(CircuitBreaker::ROLLING_BACK);
    edits.push(Edit::Put(Item::Service(ServiceId::new(&name), service)));
    Ok(edits)
}

/// One task on every instance of the first provider that has instances.
fn daemon(design: &Design, spot: &Spot) -> Made {
    vpc(design, spot)?;
    let name = free_name(design, Kind::Service, "agent");
    let (task_definition, drawn, mut edits) = definition(design, &name);
    let compatible = vec![LaunchType::Ec2];
    let drawn = TaskDefinition { requires_compatibilities: compatible, network_mode: Some(NetworkMode::Host), ..drawn };
    let (cluster, new) = cluster_or_new(design);
    edits.extend(new);
    edits.push(Edit::Put(Item::TaskDefinition(task_definition.clone(), drawn)));
    let mut service = Service::new(cluster, task_definition);
    service.scheduling_strategy = Some(SchedulingStrategy::Daemon);
    service.capacity = design.capacity_providers.keys().next().map_or(Capacity::ClusterDefault, |provider| {
        Capacity::Strategy(vec![StrategyItem { capacity_provider: provider.clone(), base: 0, weight: 1 }])
    });
    edits.push(Edit::Put(Item::Service(ServiceId::new(&name), service)));
    Ok(edits)
}

/// Every night at one, for an hour.
fn scheduled(design: &Design, spot: &Spot) -> Made {
    let subnets = work_subnets(design, spot)?;
    let name = free_name(design, Kind::StandaloneTask, "nightly");
    let (task_definition, drawn, mut edits) = definition(design, &name);
    let (cluster, new) = cluster_or_new(design);
    edits.extend(new);
    edits.push(Edit::Put(Item::TaskDefinition(task_definition.clone(), drawn)));
    let schedule = Schedule::Cron { expression: "0 1 * * ? *".to_owned(), time_zone: None };
    edits.push(Edit::Put(Item::StandaloneTask(
        StandaloneTaskId::new(&name),
        StandaloneTask {
            cluster,
            task_definition,
            schedule,
            count: 1,
            duration: Span::HOUR,
            log_bytes: Bytes::ZERO,
            capacity: Capacity::ClusterDefault,
            subnets,
            security_groups: Vec::new(),
            assign_public_ip: false,
            group: None,
            placement_constraints: Vec::new(),
            placement_strategies: Vec::new(),
            scheduler_role: None,
            tags: Tags::new(),
        },
    )));
    Ok(edits)
}

fn express(design: &Design, spot: &Spot) -> Made {
    let wanted = Spot { tier: Some(SubnetTier::Public), ..spot.clone() };
    let id = ExpressServiceId::new(&free_name(design, Kind::ExpressService, "express"));
    let mut edits = missing_roles(
        design,
        &[
            ("task-execution", RoleUse::Execution, "AmazonECSTaskExecutionRolePolicy"),
            ("express-infrastructure", RoleUse::Infrastructure, "AmazonECSInfrastructureRoleforExpressGatewayServices"),
        ],
    );
    edits.push(Edit::Put(Item::ExpressService(
        id,
        ExpressService {
            image: "public.ecr.aws/docker/library/httpd:2.4".to_owned(),
            execution_role: Some(RoleId::new("task-execution")),
            infrastructure_role: Some(RoleId::new("express-infrastructure")),
            cluster: cluster(design).ok(),
            subnets: work_subnets(design, &wanted)?,
            cpu: None,
            memory: None,
            min_tasks: None,
            max_tasks: None,
            container_port: None,
            health_check_path: None,
            work: Work::Unknown,
            tags: Tags::new(),
        },
    )));
    Ok(edits)
}
