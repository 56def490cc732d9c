//! Services move to other capacity: what of the drawing changes so that ECS takes it.
//!
//! Services that share a task definition move together or not at all. One that would not be legal stays as it is drawn,
//! and the notes say why.

use std::collections::{BTreeMap, BTreeSet};

use super::Ground;
use super::gpus::{all_need_gpus, ask, models, said};
use super::names::{free, is_private, joined, one_a_zone, role, zones_of};
use super::remarks::{Remark, gathered};
use crate::catalogue::fargate::{self, Platform};
use crate::design::capacity::{
    AutoScalingGroupProvider, CapacityOptionType, CapacityProvider, LaunchType, ManagedInstancesProvider,
    ManagedScaling, StrategyItem,
};
use crate::design::edit::Edit;
use crate::design::id::{CapacityProviderId, ClusterId, SecurityGroupId, ServiceId, SubnetId, TaskDefinitionId};
use crate::design::load_balancing::TargetType;
use crate::design::outside::RoleUse;
use crate::design::service::{BinpackField, Capacity, PlacementStrategy, SchedulingStrategy, Service};
use crate::design::task_definition::{NetworkMode, TaskDefinition};
use crate::design::{Design, Item, ItemRef, Kind};
use crate::names::{Architecture, InstanceTypeName};
use crate::units::{CpuUnits, Mib, Percent};

/// Where services move to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    /// Fargate on demand.
    Fargate,
    /// A third of each service's tasks on Fargate on demand, the rest in the ratio 1 to 3 with Fargate Spot.
    FargateWithSpot,
    /// An Auto Scaling group of these types for each cluster.
    Group {
        /// The types, in order of preference.
        types: Vec<InstanceTypeName>,
        /// How it buys them.
        option: CapacityOptionType,
    },
    /// Managed Instances of each cluster.
    Managed {
        /// The types that ECS may choose from; none is any.
        types: Vec<InstanceTypeName>,
    },
}

/// A move: where to, built for which processor, what new providers are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) to: To,
    pub(super) architecture: Architecture,
    pub(super) provider: String,
    gpu_models: BTreeSet<String>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Moved {
    pub(super) design: Design,
    pub(super) services: Vec<ServiceId>,
    pub(super) notes: Vec<String>,
}

impl Move {
    /// Of services whose GPUs, where they need some, stay of the models drawn.
    pub(super) const fn new(to: To, architecture: Architecture, provider: String) -> Self {
        Self { to, architecture, provider, gpu_models: BTreeSet::new() }
    }
}

impl To {
    const fn launch_type(&self) -> LaunchType {
        match self {
            Self::Fargate | Self::FargateWithSpot => LaunchType::Fargate,
            Self::Group { .. } => LaunchType::Ec2,
            Self::Managed { .. } => LaunchType::ManagedInstances,
        }
    }

    const fn is_fargate(&self) -> bool {
        matches!(self, Self::Fargate | Self::FargateWithSpot)
    }
}

/// Moves every service that can move; says of the others why they stay. An error if none can.
pub(super) fn move_services(ground: &Ground<'_>, how: &Move) -> Result<Moved, String> {
    let gpu_models =
        if all_need_gpus(ground.design) && !how.to.is_fargate() { models(ground)? } else { BTreeSet::new() };
    let how = &Move { gpu_models, ..how.clone() };
    let mut moved = Moved { design: ground.design.clone(), services: Vec::new(), notes: Vec::new() };
    let (mut staying, mut remarks) = (Vec::new(), Vec::new());
    let mut able = Vec::new();
    for (id, services) in by_definition(ground.design) {
        match stays(ground.design, &ground.design.task_definitions[id], &services, how) {
            Some(why) => staying.push(cannot_move(&services, &why)),
            None => able.push((id, services)),
        }
    }
    move_together(ground, how, &able, &mut moved, &mut staying, &mut remarks);
    moved.notes.extend(gathered(&remarks));
    if moved.services.is_empty() {
        let none = "the design has no service".to_owned();
        return Err(if staying.is_empty() { none } else { staying.join("; ") });
    }
    moved.notes.extend(Some(&how.gpu_models).filter(|models| !models.is_empty()).map(said));
    moved.notes.extend(staying.into_iter().map(|why| format!("{why}; drawn capacity stays")));
    take_unused(&mut moved.design, ground.design);
    Ok(moved)
}

/// Every task definition that services run, with those services.
fn by_definition(design: &Design) -> Vec<(&TaskDefinitionId, Vec<ServiceId>)> {
    let mut services: BTreeMap<&TaskDefinitionId, Vec<ServiceId>> = BTreeMap::new();
    for (id, service) in &design.services {
        services.entry(&service.task_definition).or_default().push(id.clone());
    }
    services.into_iter().filter(|(id, _)| design.task_definitions.contains_key(*id)).collect()
}

fn cannot_move(services: &[ServiceId], why: &str) -> String {
    let names: Vec<_> = services.iter().map(ToString::to_string).collect();
    format!("{} cannot move: {why}", joined(&names))
}

/// Moves task definitions with their services, all at once where that is legal, else by halves down to the ones that are
/// not: the rules are asked once for many, and not once for each.
fn move_together(
    ground: &Ground<'_>,
    how: &Move,
    all: &[(&TaskDefinitionId, Vec<ServiceId>)],
    moved: &mut Moved,
    staying: &mut Vec<String>,
    remarks: &mut Vec<Remark>,
) {
    if all.is_empty() {
        return;
    }
    let mut trial = moved.design.clone();
    let made: Result<Vec<_>, _> =
        all.iter().map(|(id, services)| move_definition(&mut trial, id, services, how)).collect();
    match (made.and_then(|made| ground.fault(&trial).map_or(Ok(made), Err)), all) {
        (Ok(made), _) => {
            moved.design = trial;
            moved.services.extend(all.iter().flat_map(|(_, services)| services.iter().cloned()));
            remarks.extend(made.into_iter().flatten());
        }
        (Err(why), [(_, services)]) => staying.push(cannot_move(services, &why)),
        (Err(_), _) => {
            let (first, second) = all.split_at(all.len() / 2);
            move_together(ground, how, first, moved, staying, remarks);
            move_together(ground, how, second, moved, staying, remarks);
        }
    }
}

/// Why services stay where they are, before anything is tried.
fn stays(design: &Design, definition: &TaskDefinition, services: &[ServiceId], how: &Move) -> Option<String> {
    let gpus = definition.gpu_demand();
    let own = || services.iter().filter_map(|id| design.services.get(id));
    if own().any(|s| s.scheduling_strategy() == SchedulingStrategy::Daemon) {
        return Some("a DAEMON service belongs to its instances".to_owned());
    }
    if own().any(|s| s.capacity == Capacity::LaunchType(LaunchType::External)) {
        return Some("it runs on machines outside AWS".to_owned());
    }
    if gpus > 0 && how.to.is_fargate() {
        return Some(format!("a task needs {gpus} GPU, which Fargate does not have"));
    }
    if gpus > 0 && !all_need_gpus(design) {
        return Some(format!("a task needs {gpus} GPU, the other services none"));
    }
    if definition.runtime_platform.is_windows() && how.architecture == Architecture::Arm {
        return Some("Windows containers run on X86_64 alone".to_owned());
    }
    None
}

/// Moves one task definition with its services; what to know of it comes back.
fn move_definition(
    design: &mut Design,
    id: &TaskDefinitionId,
    services: &[ServiceId],
    how: &Move,
) -> Result<Vec<Remark>, String> {
    let mut notes: Vec<Remark> = Vec::new();
    let shared = design.standalone_tasks.values().any(|tasks| tasks.task_definition == *id);
    let Some(mut definition) = design.task_definitions.get(id).cloned() else {
        return Err(format!("{id} is not drawn"));
    };
    let drawn_for = definition.runtime_platform.cpu_architecture.unwrap_or(Architecture::X86);
    definition.runtime_platform.cpu_architecture = Some(how.architecture);
    if drawn_for != how.architecture {
        let said = format!("images of {{}} must exist for {}; they are drawn for {drawn_for}", how.architecture);
        notes.push((id.to_string(), said));
    }
    let launch = how.to.launch_type();
    if !shared {
        definition.requires_compatibilities = vec![launch];
    } else if !definition.requires_compatibilities.contains(&launch) {
        definition.requires_compatibilities.push(launch);
    }
    let own_interface = definition.network_mode() == NetworkMode::Awsvpc;
    if !own_interface && !matches!(how.to, To::Group { .. }) {
        give_interface(design, &mut definition, services);
        notes.push((id.to_string(), "to network mode awsvpc: {}".to_owned()));
    }
    if how.to.is_fargate() {
        notes.extend(fit_fargate(design, id, &mut definition, services)?);
        definition.placement_constraints.clear();
    }
    if definition.execution_role.is_none() && !matches!(how.to, To::Group { .. }) {
        let policy = "AmazonECSTaskExecutionRolePolicy";
        definition.execution_role = Some(role(design, RoleUse::Execution, "task-execution", policy));
    }
    design.put(Item::TaskDefinition(id.clone(), definition));
    for service in services {
        notes.extend(move_service(design, service, how)?);
    }
    Ok(notes)
}

/// Rounds a task up to the smallest Fargate size that holds it.
fn fit_fargate(
    design: &Design,
    id: &TaskDefinitionId,
    definition: &mut TaskDefinition,
    services: &[ServiceId],
) -> Result<Option<Remark>, String> {
    let platform = if definition.runtime_platform.is_windows() {
        Platform::Windows
    } else {
        Platform::linux(definition.runtime_platform.cpu_architecture.unwrap_or(Architecture::X86))
    };
    let (cpu, memory) = (definition.cpu_demand(), definition.memory_demand());
    // On EC2 the proxy's share came beside the task's; a Fargate task pays for what it states.
    let proxy = services.iter().filter_map(|s| design.services.get(s)).map(Service::proxy_demand).max();
    let stated = definition.cpu.is_some() && definition.memory.is_some();
    let (more_cpu, more_memory) = if stated { (CpuUnits::ZERO, Mib::ZERO) } else { proxy.unwrap_or_default() };
    let (wanted_cpu, wanted_memory) = (cpu + more_cpu, memory + more_memory);
    let Some(size) = fargate::nearest(platform, wanted_cpu, wanted_memory)
        .into_iter()
        .find(|size| size.cpu >= wanted_cpu && size.memory >= wanted_memory)
    else {
        return Err(format!("{wanted_cpu} with {wanted_memory} is more than the largest Fargate task"));
    };
    let rounded = (size.cpu, size.memory) != (cpu, memory);
    (definition.cpu, definition.memory) = (Some(size.cpu), Some(size.memory));
    let said = format!("{{}}: {cpu} and {memory} become {} and {}, the next Fargate size", size.cpu, size.memory);
    Ok(rounded.then(|| (id.to_string(), said)))
}

/// A network interface for each task: `awsvpc`, subnets, targets by address.
fn give_interface(design: &mut Design, definition: &mut TaskDefinition, services: &[ServiceId]) {
    definition.network_mode = Some(NetworkMode::Awsvpc);
    for container in &mut definition.containers {
        container.links.clear();
        container.port_mappings.iter_mut().for_each(|mapping| mapping.host_port = None);
    }
    for id in services {
        let subnets = host_subnets(design, id);
        let Some(service) = design.services.get_mut(id) else { continue };
        if service.subnets.is_empty() {
            service.subnets = subnets;
        }
        for attached in &service.load_balancers {
            if let Some(group) = design.target_groups.get_mut(&attached.target_group) {
                group.target_type = TargetType::Ip;
            }
        }
    }
}

/// The subnets of the instances that a service runs on.
fn host_subnets(design: &Design, id: &ServiceId) -> Vec<SubnetId> {
    let Some(service) = design.services.get(id) else { return Vec::new() };
    let cluster = design.clusters.get(&service.cluster);
    let of = |items: &[StrategyItem]| items.iter().map(|i| i.capacity_provider.clone()).collect::<Vec<_>>();
    let named = match (&service.capacity, cluster) {
        (Capacity::Strategy(items), _) => of(items),
        (Capacity::ClusterDefault, Some(cluster)) if !cluster.default_strategy.is_empty() => {
            of(&cluster.default_strategy)
        }
        (Capacity::ClusterDefault | Capacity::LaunchType(_), Some(cluster)) => cluster.capacity_providers.clone(),
        (Capacity::ClusterDefault | Capacity::LaunchType(_), None) => Vec::new(),
    };
    let providers = named.iter().filter_map(|id| design.capacity_providers.get(id));
    let mut subnets: Vec<_> = providers.flat_map(|p| p.subnets().to_vec()).collect();
    subnets.sort();
    subnets.dedup();
    subnets
}

fn move_service(design: &mut Design, id: &ServiceId, how: &Move) -> Result<Vec<Remark>, String> {
    let Some(mut service) = design.services.get(id).cloned() else { return Err(format!("{id} is not drawn")) };
    let mut notes: Vec<Remark> = Vec::new();
    if how.to.is_fargate() {
        service.placement_constraints.clear();
        service.placement_strategies.clear();
    } else {
        service.platform_version = None;
        if service.assign_public_ip {
            go_private(design, &mut service)?;
            notes.push((
                id.to_string(),
                "to private subnets, for tasks on instances get no public address: {}".to_owned(),
            ));
        }
    }
    match &how.to {
        To::Managed { .. } => service.placement_strategies.clear(),
        To::Group { .. } if service.placement_strategies.is_empty() => {
            let spread = PlacementStrategy::Spread("attribute:ecs.availability-zone".to_owned());
            service.placement_strategies = vec![spread, PlacementStrategy::Binpack(BinpackField::Memory)];
        }
        To::Group { .. } | To::Fargate | To::FargateWithSpot => {}
    }
    let item = |provider: CapacityProviderId, base, weight| StrategyItem { capacity_provider: provider, base, weight };
    let items = match &how.to {
        To::Fargate => vec![item(CapacityProviderId::fargate(), 0, 1)],
        To::FargateWithSpot => {
            let base = service.desired_count.div_ceil(3).max(1);
            let said = format!("{{}}: {base} tasks always on FARGATE, of the others 3 of 4 on FARGATE_SPOT");
            notes.push((id.to_string(), said));
            vec![item(CapacityProviderId::fargate(), base, 1), item(CapacityProviderId::fargate_spot(), 0, 3)]
        }
        To::Group { .. } => vec![item(group_for(design, id, &service, how), 0, 1)],
        To::Managed { .. } => vec![item(managed_for(design, id, &service, how), 0, 1)],
    };
    let Some(cluster) = design.clusters.get_mut(&service.cluster) else {
        return Err(format!("there is no cluster {}", service.cluster));
    };
    for item in &items {
        if !cluster.capacity_providers.contains(&item.capacity_provider) {
            cluster.capacity_providers.push(item.capacity_provider.clone());
        }
    }
    service.capacity = Capacity::Strategy(items);
    design.put(Item::Service(id.clone(), service));
    Ok(notes)
}

/// Tasks on instances get no public address: they move to the private subnets of their zones (rule NET-08).
fn go_private(design: &Design, service: &mut Service) -> Result<(), String> {
    let zones = zones_of(design, &service.subnets);
    let vpc = service.subnets.iter().find_map(|s| design.subnets.get(s)).map(|s| s.vpc.clone());
    let Some(vpc) = vpc else { return Err("its subnets are not drawn".to_owned()) };
    let mut subnets = Vec::new();
    for (zone, subnet) in one_a_zone(design, &vpc, &zones, is_private) {
        match subnet {
            Some(subnet) => subnets.push(subnet),
            None => {
                return Err(format!("tasks on instances get no public address, and {zone} has no private subnet"));
            }
        }
    }
    service.subnets = subnets;
    service.assign_public_ip = false;
    Ok(())
}

/// The provider of a cluster that the move makes, by name: of several clusters each has its own.
fn provider_name(design: &Design, cluster: &ClusterId, how: &Move) -> CapacityProviderId {
    let wanted = if design.clusters.len() > 1 { format!("{}-{cluster}", how.provider) } else { how.provider.clone() };
    CapacityProviderId::new(&wanted)
}

fn group_for(design: &mut Design, of: &ServiceId, service: &Service, how: &Move) -> CapacityProviderId {
    let id = provider_name(design, &service.cluster, how);
    let (instance_types, option) = match &how.to {
        To::Group { types, option } => (types.clone(), Some(*option).filter(|o| *o != CapacityOptionType::OnDemand)),
        To::Fargate | To::FargateWithSpot | To::Managed { .. } => (Vec::new(), None),
    };
    let policy = "AmazonEC2ContainerServiceforEC2Role";
    let instance_role = Some(role(design, RoleUse::ContainerInstance, "container-instance", policy));
    let made = design.capacity_providers.remove(&id).and_then(|provider| match provider {
        CapacityProvider::AutoScalingGroup(group) => Some(group),
        CapacityProvider::ManagedInstances(_) => None,
    });
    let mut group = made.unwrap_or_else(|| AutoScalingGroupProvider {
        option,
        managed_scaling: Some(ManagedScaling { target_capacity: Some(Percent::HUNDRED), ..ManagedScaling::default() }),
        instance_role,
        ..AutoScalingGroupProvider::new(Vec::new(), instance_types, 0)
    });
    add_places(design, of, service, &mut group.subnets, &mut group.security_groups);
    // Room for one task an instance, with all of a deployment's new tasks beside the old.
    let most = service.maximum_percent().ceil_of(service.bounds().1).max(service.bounds().1);
    group.max_size = group.max_size.saturating_add(most.max(1));
    design.put(Item::CapacityProvider(id.clone(), CapacityProvider::AutoScalingGroup(group)));
    id
}

fn managed_for(design: &mut Design, of: &ServiceId, service: &Service, how: &Move) -> CapacityProviderId {
    let id = provider_name(design, &service.cluster, how);
    let (infrastructure, instance) = (
        role(design, RoleUse::Infrastructure, "infrastructure", "AmazonECSInfrastructureRolePolicyForManagedInstances"),
        role(
            design,
            RoleUse::ContainerInstance,
            "container-instance",
            "AmazonECSInstanceRolePolicyForManagedInstances",
        ),
    );
    let made = design.capacity_providers.remove(&id).and_then(|provider| match provider {
        CapacityProvider::ManagedInstances(managed) => Some(managed),
        CapacityProvider::AutoScalingGroup(_) => None,
    });
    let mut managed = made.unwrap_or_else(|| ManagedInstancesProvider {
        architecture: Some(how.architecture),
        infrastructure_role: Some(infrastructure),
        instance_role: Some(instance),
        ..ManagedInstancesProvider::new(Vec::new())
    });
    add_places(design, of, service, &mut managed.subnets, &mut managed.security_groups);
    if let Some(definition) = design.task_definitions.get(&service.task_definition) {
        ask(&mut managed.requirements, definition, &how.gpu_models);
    }
    if let To::Managed { types } = &how.to {
        managed.requirements.allowed_instance_types = types.iter().map(ToString::to_string).collect();
    }
    design.put(Item::CapacityProvider(id.clone(), CapacityProvider::ManagedInstances(managed)));
    id
}

/// Instances stand where the service's tasks stand, in its security groups.
fn add_places(
    design: &Design,
    id: &ServiceId,
    service: &Service,
    subnets: &mut Vec<SubnetId>,
    groups: &mut Vec<SecurityGroupId>,
) {
    subnets.extend(if service.subnets.is_empty() { host_subnets(design, id) } else { service.subnets.clone() });
    subnets.sort();
    subnets.dedup();
    groups.extend(service.security_groups.iter().cloned());
    groups.sort();
    groups.dedup();
}

/// Takes away providers that were in use as drawn and that nothing uses now: they would cost and do nothing.
fn take_unused(design: &mut Design, drawn: &Design) {
    let now = used(design);
    for id in used(drawn).difference(&now) {
        let at = ItemRef::CapacityProvider(id.clone());
        if design.contains(&at) {
            Edit::Remove(at).apply(design).expect("it is drawn: the line above asked");
        }
    }
}

/// The providers that services and standalone tasks name, by themselves, by their cluster or by launch type.
fn used(design: &Design) -> BTreeSet<CapacityProviderId> {
    let services = design.services.values().map(|s| (&s.cluster, &s.capacity));
    let standalone = design.standalone_tasks.values().map(|t| (&t.cluster, &t.capacity));
    let mut all = BTreeSet::new();
    for (cluster, capacity) in services.chain(standalone) {
        let cluster = design.clusters.get(cluster);
        match capacity {
            Capacity::Strategy(items) => all.extend(items.iter().map(|i| i.capacity_provider.clone())),
            Capacity::ClusterDefault if cluster.is_some_and(|c| !c.default_strategy.is_empty()) => {
                let items = cluster.into_iter().flat_map(|c| &c.default_strategy);
                all.extend(items.map(|i| i.capacity_provider.clone()));
            }
            Capacity::ClusterDefault | Capacity::LaunchType(LaunchType::Ec2 | LaunchType::ManagedInstances) => {
                all.extend(cluster.into_iter().flat_map(|c| c.capacity_providers.iter().cloned()));
            }
            Capacity::LaunchType(LaunchType::Fargate | LaunchType::External) => {}
        }
    }
    all
}

/// A name for the provider of a move that is not taken.
pub(super) fn provider_called(design: &Design, wanted: &str) -> String {
    free(design, Kind::CapacityProvider, wanted)
}
