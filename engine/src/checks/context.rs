//! What rules read: the design, the catalogue, and what follows from both, worked out once.
//!
//! Nothing here judges. References that lead nowhere are left out of every list; one rule of their own finds them.

use std::collections::BTreeMap;

use super::requirements::matching;
use super::way_out::WaysOut;
use crate::catalogue::Catalogue;
use crate::catalogue::fargate::Platform;
use crate::catalogue::instance_types::InstanceType;
use crate::catalogue::meter::Meter;
use crate::design::capacity::{
    AutoScalingGroupProvider, CapacityOptionType, CapacityProvider, LaunchType, ManagedInstancesProvider, StrategyItem,
};
use crate::design::edit::references;
use crate::design::id::{
    CapacityProviderId, ClusterId, LoadBalancerId, ServiceId, SubnetId, TargetGroupId, TaskDefinitionId, VpcId,
};
use crate::design::load_balancing::LoadBalancer;
use crate::design::network::Subnet;
use crate::design::references::Reference;
use crate::design::service::{Capacity, PlacementStrategy, Service};
use crate::design::task_definition::{NetworkMode, PlacementConstraint, TaskDefinition};
use crate::design::{Design, ItemRef};
use crate::names::{Architecture, Zone};
use crate::units::{CpuUnits, Mib, Quantity, Span, Usd};

/// A machine, or AWS's own, that tasks may be put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host<'d> {
    Fargate,
    FargateSpot,
    Group(&'d CapacityProviderId, &'d AutoScalingGroupProvider),
    Managed(&'d CapacityProviderId, &'d ManagedInstancesProvider),
    /// Container instances in EC2 that no drawn provider stands for.
    Ec2,
    External,
}

/// The four kinds of host, which no strategy may mix but Fargate with Fargate Spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HostKind {
    Fargate,
    Ec2,
    Managed,
    External,
}

/// Something that starts tasks: a service or standalone tasks.
#[derive(Debug)]
pub(super) struct Runner<'d> {
    pub(super) at: ItemRef,
    pub(super) id: Option<&'d ServiceId>,
    pub(super) service: Option<&'d Service>,
    pub(super) cluster: &'d ClusterId,
    pub(super) definition_id: &'d TaskDefinitionId,
    pub(super) definition: Option<&'d TaskDefinition>,
    pub(super) capacity: &'d Capacity,
    /// The strategy that counts: its own, or the cluster's default.
    pub(super) strategy: &'d [StrategyItem],
    pub(super) hosts: Vec<Host<'d>>,
    pub(super) subnet_ids: &'d [SubnetId],
    pub(super) subnets: Vec<(&'d SubnetId, &'d Subnet)>,
    pub(super) assign_public_ip: bool,
    pub(super) constraints: &'d [PlacementConstraint],
    pub(super) strategies: &'d [PlacementStrategy],
    /// The fewest and the most tasks it may want.
    pub(super) bounds: (u32, u32),
}

/// Where a task definition is put to use; by its `requiresCompatibilities` where nothing runs it.
#[derive(Debug, Clone, Default)]
pub(super) struct Uses {
    pub(super) kinds: Vec<HostKind>,
    pub(super) runners: Vec<usize>,
}

/// Everything that rules look at.
#[derive(Debug)]
pub struct Context<'d> {
    pub(super) design: &'d Design,
    pub(super) catalogue: &'d Catalogue,
    pub(super) references: Vec<Reference>,
    pub(super) runners: Vec<Runner<'d>>,
    pub(super) ways: WaysOut<'d>,
    uses: BTreeMap<&'d TaskDefinitionId, Uses>,
    balancers: BTreeMap<TargetGroupId, Vec<&'d LoadBalancerId>>,
    services: BTreeMap<&'d TargetGroupId, Vec<(&'d ServiceId, &'d Service)>>,
    managed_types: BTreeMap<&'d CapacityProviderId, Vec<&'d InstanceType>>,
}

impl Host<'_> {
    pub(super) const fn kind(&self) -> HostKind {
        match self {
            Self::Fargate | Self::FargateSpot => HostKind::Fargate,
            Self::Group(..) | Self::Ec2 => HostKind::Ec2,
            Self::Managed(..) => HostKind::Managed,
            Self::External => HostKind::External,
        }
    }

    /// Whether AWS may take it back.
    pub(super) fn is_spot(&self) -> bool {
        match self {
            Self::FargateSpot => true,
            Self::Group(_, group) => group.option == Some(CapacityOptionType::Spot),
            Self::Managed(_, managed) => managed.option == Some(CapacityOptionType::Spot),
            Self::Fargate | Self::Ec2 | Self::External => false,
        }
    }
}

impl HostKind {
    /// As people call it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Fargate => "Fargate",
            Self::Ec2 => "EC2",
            Self::Managed => "Managed Instances",
            Self::External => "ECS Anywhere",
        }
    }

    /// As `requiresCompatibilities` writes it.
    pub(super) const fn launch_type(self) -> LaunchType {
        match self {
            Self::Fargate => LaunchType::Fargate,
            Self::Ec2 => LaunchType::Ec2,
            Self::Managed => LaunchType::ManagedInstances,
            Self::External => LaunchType::External,
        }
    }

    const fn of(launch: LaunchType) -> Self {
        match launch {
            LaunchType::Fargate => Self::Fargate,
            LaunchType::Ec2 => Self::Ec2,
            LaunchType::ManagedInstances => Self::Managed,
            LaunchType::External => Self::External,
        }
    }
}

impl Uses {
    /// Whether tasks of it are put on that kind of host.
    pub(super) fn on(&self, kind: HostKind) -> bool {
        self.kinds.contains(&kind)
    }
}

impl Runner<'_> {
    /// Whether tasks are put on that kind of host.
    pub(super) fn on(&self, kind: HostKind) -> bool {
        self.hosts.iter().any(|host| host.kind() == kind)
    }

    /// Whether its tasks have an interface of their own: always on Fargate.
    pub(super) fn is_awsvpc(&self) -> bool {
        self.on(HostKind::Fargate) || self.definition.is_some_and(|d| d.network_mode() == NetworkMode::Awsvpc)
    }

    /// The zones of its subnets or, where tasks have no interface of their own, of its instances' subnets.
    pub(super) fn zones<'d>(&self, design: &'d Design) -> Vec<&'d Zone> {
        let own = self.subnet_ids.iter();
        let hosts = self.hosts.iter().flat_map(|host| match host {
            Host::Group(_, group) => group.subnets.as_slice(),
            Host::Managed(_, managed) => managed.subnets.as_slice(),
            Host::Fargate | Host::FargateSpot | Host::Ec2 | Host::External => &[],
        });
        let all: Vec<_> = if self.is_awsvpc() && !self.subnet_ids.is_empty() { own.collect() } else { hosts.collect() };
        let mut zones: Vec<_> = all.into_iter().filter_map(|id| Some(&design.subnets.get(id)?.zone)).collect();
        zones.sort();
        zones.dedup();
        zones
    }

    /// Its service with its name, if it is one.
    pub(super) fn as_service(&self) -> Option<(&ServiceId, &Service)> {
        Some((self.id?, self.service?))
    }

    /// The most tasks that stand at once while a deployment goes on.
    pub(super) fn tasks_in_rollout(&self) -> u32 {
        use crate::design::deployment::DeploymentStrategy;
        let Some(service) = self.service else { return self.bounds.1 };
        match service.deployment.strategy() {
            DeploymentStrategy::Rolling => service.maximum_percent().floor_of(self.bounds.1).max(self.bounds.1),
            DeploymentStrategy::BlueGreen | DeploymentStrategy::Linear | DeploymentStrategy::Canary => {
                self.bounds.1.saturating_mul(2)
            }
        }
    }
}

impl<'d> Context<'d> {
    /// Works out what rules share.
    pub(super) fn new(design: &'d Design, catalogue: &'d Catalogue) -> Self {
        let runners: Vec<_> = service_runners(design).chain(standalone_runners(design)).collect();
        let mut uses: BTreeMap<_, Uses> = design.task_definitions.keys().map(|id| (id, Uses::default())).collect();
        for (at, runner) in runners.iter().enumerate() {
            let Some(used) = uses.get_mut(runner.definition_id) else { continue };
            used.runners.push(at);
            used.kinds.extend(runner.hosts.iter().map(Host::kind));
        }
        for (id, used) in &mut uses {
            if used.runners.is_empty() {
                let stated = design.task_definitions.get(*id).into_iter().flat_map(|d| &d.requires_compatibilities);
                used.kinds.extend(stated.map(|launch| HostKind::of(*launch)));
            }
            used.kinds.sort_unstable();
            used.kinds.dedup();
        }
        let mut balancers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, balancer) in &design.load_balancers {
            for group in balancer.target_groups() {
                balancers.entry(group).or_default().push(id);
            }
        }
        let mut services: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, service) in &design.services {
            let alternate = service.deployment.alternate_target_group.iter();
            for group in service.load_balancers.iter().map(|b| &b.target_group).chain(alternate) {
                services.entry(group).or_default().push((id, service));
            }
        }
        let references = references(design);
        let ways = WaysOut::new(design);
        let managed = design.capacity_providers.iter().filter_map(|(id, provider)| match provider {
            CapacityProvider::ManagedInstances(managed) => Some((id, matching(catalogue, managed))),
            CapacityProvider::AutoScalingGroup(_) => None,
        });
        let managed_types = managed.collect();
        Self { design, catalogue, references, runners, ways, uses, balancers, services, managed_types }
    }

    /// Every task definition with its uses.
    pub(super) fn definitions(&self) -> impl Iterator<Item = (&'d TaskDefinitionId, &'d TaskDefinition, &Uses)> {
        self.design.task_definitions.iter().filter_map(|(id, d)| Some((id, d, self.uses.get(id)?)))
    }

    /// The instance types that a Managed Instances provider may start.
    pub(super) fn types_of(&self, managed: &CapacityProviderId) -> &[&'d InstanceType] {
        self.managed_types.get(managed).map_or(&[], Vec::as_slice)
    }

    /// What runs tasks of a definition.
    pub(super) fn runners_of(&self, uses: &Uses) -> impl Iterator<Item = &Runner<'d>> {
        uses.runners.iter().filter_map(|at| self.runners.get(*at))
    }

    /// The load balancers that send to a target group.
    pub(super) fn balancers_of(&self, group: &TargetGroupId) -> Vec<(&'d LoadBalancerId, &'d LoadBalancer)> {
        let ids = self.balancers.get(group).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.design.load_balancers.get(*id)?))).collect()
    }

    /// The services whose tasks join a target group.
    pub(super) fn services_of(&self, group: &TargetGroupId) -> &[(&'d ServiceId, &'d Service)] {
        self.services.get(group).map_or(&[], Vec::as_slice)
    }

    /// The drawn ones of a list of subnets.
    pub(super) fn subnets(&self, ids: &'d [SubnetId]) -> Vec<(&'d SubnetId, &'d Subnet)> {
        drawn(self.design, ids)
    }

    /// The VPCs of a list of subnets, each once.
    pub(super) fn vpcs(&self, ids: &'d [SubnetId]) -> Vec<&'d VpcId> {
        let mut vpcs: Vec<_> = self.subnets(ids).into_iter().map(|(_, subnet)| &subnet.vpc).collect();
        vpcs.sort();
        vpcs.dedup();
        vpcs
    }

    /// What a month of holding so much costs; `None` where no price is known.
    pub(super) fn month(&self, meter: Meter, level: u64) -> Option<Usd> {
        let quantity = Quantity::from_base(u128::from(level) * u128::from(Span::MONTH.ms()));
        self.catalogue.prices.price(meter).map(|price| price.cost(quantity))
    }

    /// What a month of one Fargate task costs on demand; `None` where no price is known.
    pub(super) fn fargate_month(&self, platform: Platform, cpu: CpuUnits, memory: Mib) -> Option<Usd> {
        let meters = platform.on_demand();
        let cost =
            self.month(meters.vcpu, u64::from(cpu.units()))? + self.month(meters.memory, u64::from(memory.mib()))?;
        match meters.licence {
            Some(licence) => Some(cost + self.month(licence, u64::from(cpu.units()))?),
            None => Some(cost),
        }
    }
}

/// The Fargate platform of a task definition: x86 where nothing is said (rule TDF-80).
pub(super) fn platform(definition: &TaskDefinition) -> Platform {
    if definition.runtime_platform.is_windows() {
        Platform::Windows
    } else {
        Platform::linux(definition.runtime_platform.cpu_architecture.unwrap_or(Architecture::X86))
    }
}

fn drawn<'d>(design: &'d Design, ids: &'d [SubnetId]) -> Vec<(&'d SubnetId, &'d Subnet)> {
    ids.iter().filter_map(|id| Some((id, design.subnets.get(id)?))).collect()
}

fn service_runners(design: &Design) -> impl Iterator<Item = Runner<'_>> {
    design.services.iter().map(|(id, service)| {
        let (strategy, hosts) = hosts(design, &service.cluster, &service.capacity);
        Runner {
            at: ItemRef::Service(id.clone()),
            id: Some(id),
            service: Some(service),
            cluster: &service.cluster,
            definition_id: &service.task_definition,
            definition: design.task_definitions.get(&service.task_definition),
            capacity: &service.capacity,
            strategy,
            hosts,
            subnet_ids: &service.subnets,
            subnets: drawn(design, &service.subnets),
            assign_public_ip: service.assign_public_ip,
            constraints: &service.placement_constraints,
            strategies: &service.placement_strategies,
            bounds: service.bounds(),
        }
    })
}

fn standalone_runners(design: &Design) -> impl Iterator<Item = Runner<'_>> {
    design.standalone_tasks.iter().map(|(id, tasks)| {
        let (strategy, hosts) = hosts(design, &tasks.cluster, &tasks.capacity);
        Runner {
            at: ItemRef::StandaloneTask(id.clone()),
            id: None,
            service: None,
            cluster: &tasks.cluster,
            definition_id: &tasks.task_definition,
            definition: design.task_definitions.get(&tasks.task_definition),
            capacity: &tasks.capacity,
            strategy,
            hosts,
            subnet_ids: &tasks.subnets,
            subnets: drawn(design, &tasks.subnets),
            assign_public_ip: tasks.assign_public_ip,
            constraints: &tasks.placement_constraints,
            strategies: &tasks.placement_strategies,
            bounds: (0, tasks.count),
        }
    })
}

/// The strategy that counts and the hosts it leads to; without strategy and launch type ECS takes EC2 (rule CPS-09).
fn hosts<'d>(design: &'d Design, cluster: &ClusterId, capacity: &'d Capacity) -> (&'d [StrategyItem], Vec<Host<'d>>) {
    let cluster = design.clusters.get(cluster);
    let launch = match capacity {
        Capacity::Strategy(items) => return (items, items.iter().filter_map(|i| host(design, i)).collect()),
        Capacity::ClusterDefault => match cluster {
            Some(cluster) if !cluster.default_strategy.is_empty() => {
                let items = cluster.default_strategy.as_slice();
                return (items, items.iter().filter_map(|i| host(design, i)).collect());
            }
            Some(_) | None => LaunchType::Ec2,
        },
        Capacity::LaunchType(launch) => *launch,
    };
    let kind = HostKind::of(launch);
    let associated = cluster.into_iter().flat_map(|c| &c.capacity_providers);
    let mut hosts: Vec<_> = match launch {
        LaunchType::Fargate => vec![Host::Fargate],
        LaunchType::External => vec![Host::External],
        LaunchType::Ec2 | LaunchType::ManagedInstances => {
            associated.filter_map(|id| provider(design, id)).filter(|host| host.kind() == kind).collect()
        }
    };
    if hosts.is_empty() && launch == LaunchType::Ec2 {
        hosts.push(Host::Ec2);
    }
    (&[], hosts)
}

fn host<'d>(design: &'d Design, item: &'d StrategyItem) -> Option<Host<'d>> {
    provider(design, &item.capacity_provider)
}

/// The host behind a provider's name; `None` where it is not drawn.
pub(super) fn provider<'d>(design: &'d Design, id: &'d CapacityProviderId) -> Option<Host<'d>> {
    match id.as_str() {
        "FARGATE" => Some(Host::Fargate),
        "FARGATE_SPOT" => Some(Host::FargateSpot),
        _ => design.capacity_providers.get(id).map(|provider| match provider {
            CapacityProvider::AutoScalingGroup(group) => Host::Group(id, group),
            CapacityProvider::ManagedInstances(managed) => Host::Managed(id, managed),
        }),
    }
}
