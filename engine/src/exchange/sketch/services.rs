//! A service for each task definition, and the cluster they are in.

use super::machines::Machines;
use super::network::balancer_group;
use super::{Sketch, SketchError};
use crate::design::capacity::{LaunchType, StrategyItem};
use crate::design::cluster::Cluster;
use crate::design::container::{AppProtocol, PortMapping, TransportProtocol};
use crate::design::deployment::{CircuitBreaker, Deployment};
use crate::design::id::{CapacityProviderId, ContainerName, SecurityGroupId, ServiceId, TaskDefinitionId};
use crate::design::load_balancing::TargetType;
use crate::design::network::{Peer, SecurityGroupRule};
use crate::design::outside::RoleUse;
use crate::design::service::{
    BinpackField, Capacity, PlacementStrategy, SchedulingStrategy, Service, ServiceLoadBalancer, TaskEbsVolume,
};
use crate::design::task_definition::{NetworkMode, PidMode, TaskDefinition, VolumeKind};
use crate::design::{Item, ItemRef};
use crate::units::Gib;

/// TCP ports that a web server or an API is usually found on.
///
/// Assumption: the well-known ports of HTTP and HTTPS, and those that common frameworks listen on by default.
const HTTP_PORTS: &[u16] = &[80, 443, 3000, 3001, 4000, 5000, 5601, 8000, 8001, 8008, 8080, 8081, 8443, 8888, 9000];

/// Host ports that Docker picks from where none is asked for.
///
/// Source: ECS API, `PortMapping.hostPort`: the kernel's local port range, by default from 32768 (rule TDF-45).
const DYNAMIC_PORTS: (u16, u16) = (32_768, 65_535);

/// The EBS volume of each task.
///
/// Assumption: 20 GiB of gp3, as much as Fargate's own disk.
const VOLUME: Gib = Gib::from_gib(20);

/// How many tasks run.
///
/// Assumption: two, so that one may be lost.
const TASKS: u32 = 2;

/// The first mapping that looks like HTTP, essential containers before others.
fn web_port(definition: &TaskDefinition) -> Option<(ContainerName, PortMapping, u16)> {
    let mut containers: Vec<_> = definition.containers.iter().collect();
    containers.sort_by_key(|container| !container.is_essential());
    let mut ports = containers.into_iter().flat_map(|c| c.port_mappings.iter().map(move |port| (c.name.clone(), port)));
    ports.find_map(|(name, port)| {
        let number = port.container_port?;
        let web = match port.app_protocol {
            Some(AppProtocol::Http) => true,
            // Behind a load balancer these two need an HTTPS listener, and no certificate is known.
            Some(AppProtocol::Http2 | AppProtocol::Grpc) => false,
            None => HTTP_PORTS.contains(&number) && port.protocol != Some(TransportProtocol::Udp),
        };
        web.then(|| (name, port.clone(), number))
    })
}

impl Sketch<'_> {
    /// Draws all services with their machines, and the cluster with its providers.
    pub(super) fn services(&mut self) -> Result<(), SketchError> {
        let machines = self.machines()?;
        let mut providers: Vec<CapacityProviderId> = Vec::new();
        for ((id, definition), machines) in self.definitions().into_iter().zip(&machines) {
            providers.extend(provider_of(machines));
            self.service(&id, &definition, machines);
        }
        providers.sort();
        providers.dedup();
        let cluster = Cluster { capacity_providers: providers, ..Cluster::default() };
        let assumed = [("capacity_providers", "those that its services use")];
        self.draw(Item::Cluster(Self::cluster_id(), cluster), &assumed);
        Ok(())
    }

    fn service(&mut self, id: &TaskDefinitionId, definition: &TaskDefinition, machines: &Machines) {
        let at = ItemRef::Service(ServiceId::new(id.as_str()));
        let mut service = Service::new(Self::cluster_id(), id.clone());
        let why = match machines {
            Machines::Fargate => "Fargate, which its task definition allows",
            Machines::Group(_) => "instances of an Auto Scaling group: its task definition is not for Fargate",
            Machines::Managed(_) => "Managed Instances, as its task definition requires",
            Machines::Anywhere => "ECS Anywhere, as its task definition requires",
        };
        service.capacity = match provider_of(machines) {
            Some(capacity_provider) => Capacity::Strategy(vec![StrategyItem { capacity_provider, base: 0, weight: 1 }]),
            None => Capacity::LaunchType(LaunchType::External),
        };
        self.assume(&at, "capacity", why);
        self.count(&at, &mut service, definition, machines);
        if definition.network_mode() == NetworkMode::Awsvpc && *machines != Machines::Anywhere {
            service.subnets = self.private_subnets();
            self.assume(&at, "subnets", "private, one in each zone");
            let group =
                self.security_group(&format!("{id}-tasks"), Vec::new(), "the load balancer alone, where there is one");
            service.security_groups = vec![group];
        }
        if *machines != Machines::Anywhere && service.scheduling_strategy() == SchedulingStrategy::Replica {
            self.put_behind_balancer(&at, id, &mut service, definition);
        }
        let at_launch = definition.volumes.iter().find(|volume| volume.kind == VolumeKind::ConfiguredAtLaunch);
        if let (Some(volume), SchedulingStrategy::Replica) = (at_launch, service.scheduling_strategy()) {
            let policy = "AmazonECSInfrastructureRolePolicyForVolumes";
            let role = Some(self.role("ecsVolumesRole", RoleUse::Infrastructure, policy));
            let (volume_type, iops, throughput) = (None, None, None);
            service.ebs_volume =
                Some(TaskEbsVolume { name: volume.name.clone(), size: VOLUME, volume_type, iops, throughput, role });
            self.assume(&at, "ebs_volume", "20 GiB of gp3 for each task");
        }
        self.design.put(Item::Service(ServiceId::new(id.as_str()), service));
    }

    /// How many tasks, how they are spread and how they are replaced.
    fn count(&mut self, at: &ItemRef, service: &mut Service, definition: &TaskDefinition, machines: &Machines) {
        let on_instances = matches!(machines, Machines::Group(_) | Machines::Managed(_));
        if on_instances && definition.pid_mode == Some(PidMode::Host) {
            service.scheduling_strategy = Some(SchedulingStrategy::Daemon);
            service.desired_count = 0;
            self.assume(at, "scheduling_strategy", "DAEMON: it looks at its instance's processes, so one on each");
            return;
        }
        service.desired_count = TASKS;
        self.assume(at, "desired_count", "2 tasks, so that one may be lost");
        service.deployment =
            Deployment { circuit_breaker: Some(CircuitBreaker::ROLLING_BACK), ..Deployment::default() };
        self.assume(at, "deployment", "rolling; the circuit breaker, which is free, is on");
        if matches!(machines, Machines::Group(_)) {
            let zones = PlacementStrategy::Spread("attribute:ecs.availability-zone".to_owned());
            service.placement_strategies = vec![zones, PlacementStrategy::Binpack(BinpackField::Memory)];
            self.assume(at, "placement_strategies", "spread over zones, then packed by memory");
        }
    }

    /// Puts a service that looks like it answers HTTP behind the load balancer, and lets the balancer in.
    fn put_behind_balancer(
        &mut self,
        at: &ItemRef,
        id: &TaskDefinitionId,
        service: &mut Service,
        definition: &TaskDefinition,
    ) {
        let Some((container_name, port, container_port)) = web_port(definition) else { return };
        let mode = definition.network_mode();
        let (target_type, ports) = match mode {
            NetworkMode::Awsvpc => (TargetType::Ip, (container_port, container_port)),
            NetworkMode::Host => (TargetType::Instance, (container_port, container_port)),
            NetworkMode::Bridge | NetworkMode::Default => match port.host_port {
                None | Some(0) => (TargetType::Instance, DYNAMIC_PORTS),
                Some(fixed) => (TargetType::Instance, (fixed, fixed)),
            },
            NetworkMode::None => return,
        };
        let target_group = self.balance(id.as_str(), container_port, target_type);
        service.load_balancers = vec![ServiceLoadBalancer { target_group, container_name, container_port }];
        self.assume(at, "load_balancers", &format!("port {container_port} looks like HTTP"));
        let rule = SecurityGroupRule { peer: Peer::Group(balancer_group()), ports: Some(ports) };
        let inside: Vec<SecurityGroupId> = match mode {
            NetworkMode::Awsvpc => service.security_groups.clone(),
            NetworkMode::Bridge | NetworkMode::Host | NetworkMode::Default | NetworkMode::None => {
                vec![super::machines::instance_group()]
            }
        };
        for group in inside {
            self.security_group(group.as_str(), vec![rule.clone()], "the load balancer alone");
        }
    }
}

fn provider_of(machines: &Machines) -> Option<CapacityProviderId> {
    match machines {
        Machines::Fargate => Some(CapacityProviderId::fargate()),
        Machines::Group(id) | Machines::Managed(id) => Some(id.clone()),
        Machines::Anywhere => None,
    }
}
