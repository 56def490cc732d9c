//! What tasks run on: Fargate where they may, else the cheapest instances that hold them.

use std::collections::BTreeMap;

use super::Sketch;
use crate::catalogue::fargate::{self, Platform};
use crate::catalogue::instance_types::InstanceType;
use crate::catalogue::meter::Meter;
use crate::design::capacity::{
    AnywhereSite, AutoScalingGroupProvider, CapacityProvider, LaunchType, ManagedInstancesProvider, ManagedScaling,
};
use crate::design::id::{CapacityProviderId, SecurityGroupId, SiteId};
use crate::design::outside::RoleUse;
use crate::design::task_definition::{NetworkMode, PlacementConstraint, TaskDefinition, VolumeKind};
use crate::design::{Item, Tags};
use crate::exchange::free_name;
use crate::names::{Architecture, InstanceTypeName};
use crate::units::{CpuUnits, Mib};

/// The fewest instances of a group.
///
/// Assumption: two, in two zones, as two tasks are spread over.
const FEWEST: u32 = 2;

/// The most instances of a group.
///
/// Assumption: ten; what a service asks for stays far below.
const MOST: u32 = 10;

/// The kinds of machine a definition may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Machines {
    Fargate,
    Group(CapacityProviderId),
    Managed(CapacityProviderId),
    Anywhere,
}

/// What tells groups of instances apart; definitions that agree in it share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    architecture: Architecture,
    windows: bool,
    gpus: bool,
    /// Instance types that a placement constraint names: whole, or the beginning before a `*`; empty is any.
    types: Vec<String>,
}

/// What one instance of a group must hold: the largest of its tasks.
#[derive(Debug, Clone, Copy, Default)]
struct Need {
    cpu: CpuUnits,
    memory: Mib,
    gpus: u32,
}

pub(super) fn instance_group() -> SecurityGroupId {
    SecurityGroupId::new("instances")
}

/// Where a definition may run, its own word first, then what Fargate takes.
///
/// Source: ECS Developer Guide, "Fargate task definition differences" (rules TDF-13, TDF-97).
pub(super) fn launch_type(definition: &TaskDefinition) -> LaunchType {
    let said = &definition.requires_compatibilities;
    if said.contains(&LaunchType::Fargate) || (said.is_empty() && passes_fargate(definition)) {
        return LaunchType::Fargate;
    }
    let others = [LaunchType::Ec2, LaunchType::ManagedInstances, LaunchType::External];
    others.into_iter().find(|kind| said.contains(kind)).unwrap_or(LaunchType::Ec2)
}

fn passes_fargate(definition: &TaskDefinition) -> bool {
    let platform = match (definition.runtime_platform.is_windows(), definition.runtime_platform.cpu_architecture) {
        (true, _) => Platform::Windows,
        (false, Some(Architecture::Arm)) => Platform::LinuxArm,
        (false, Some(Architecture::X86) | None) => Platform::LinuxX86,
    };
    let size = definition.cpu.zip(definition.memory);
    let volumes = definition.volumes.iter().all(|volume| match &volume.kind {
        VolumeKind::Host { source_path } => source_path.is_none(),
        VolumeKind::Efs { .. } | VolumeKind::S3Files { .. } | VolumeKind::ConfiguredAtLaunch => true,
        VolumeKind::Docker { .. } | VolumeKind::FsxWindows { .. } => false,
    });
    let containers = definition.containers.iter().all(|container| {
        let devices = container.gpus > 0 || container.all_gpus || container.gpu_sharing.is_some();
        !devices && !container.neuron_devices && container.privileged != Some(true) && container.links.is_empty()
    });
    definition.network_mode == Some(NetworkMode::Awsvpc)
        && size.is_some_and(|(cpu, memory)| fargate::legal(platform, cpu, memory))
        && definition.placement_constraints.is_empty()
        && volumes
        && containers
}

/// The instance types that placement constraints name, as `==`, `=~ m5.*` or `in […]`.
fn types_asked_for(definition: &TaskDefinition) -> Vec<String> {
    let mut types = Vec::new();
    for constraint in &definition.placement_constraints {
        let PlacementConstraint::MemberOf(expression) = constraint else { continue };
        let Some((_, rest)) = expression.split_once("attribute:ecs.instance-type") else { continue };
        let rest = rest.trim_start();
        let Some(values) = ["==", "=~", "in"].iter().find_map(|operator| rest.strip_prefix(operator)) else { continue };
        let values = values.trim_start();
        let list = values.strip_prefix('[').and_then(|list| list.split_once(']')).map(|(list, _)| list);
        let single = values.split_whitespace().next().unwrap_or("");
        types.extend(list.unwrap_or(single).split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()));
    }
    types
}

fn is_one_of(name: &str, types: &[String]) -> bool {
    types.iter().any(|asked| match asked.split_once('*') {
        Some((beginning, _)) => name.starts_with(beginning),
        None => name == asked,
    })
}

impl Group {
    fn of(definition: &TaskDefinition) -> (Self, Need) {
        let gpus = definition.containers.iter().map(|container| match container.gpus {
            0 if container.all_gpus || container.gpu_sharing.is_some() => 1,
            gpus => gpus,
        });
        let gpus: u32 = gpus.sum();
        let group = Self {
            architecture: definition.runtime_platform.cpu_architecture.unwrap_or_default(),
            windows: definition.runtime_platform.is_windows(),
            gpus: gpus > 0,
            types: types_asked_for(definition),
        };
        (group, Need { cpu: definition.cpu_demand(), memory: definition.memory_demand(), gpus })
    }

    /// `instances-arm64-gpu`.
    fn name(&self) -> String {
        let mut name = "instances".to_owned();
        if self.architecture == Architecture::Arm {
            name.push_str("-arm64");
        }
        if self.windows {
            name.push_str("-windows");
        }
        if self.gpus {
            name.push_str("-gpu");
        }
        name
    }

    /// Whether a type may stand in the group, sizes aside. Where no constraint names types, these are current ones that
    /// always give what they have: no burstable ones, no whole machines, at least two vCPUs; `g` types for GPUs.
    fn takes(&self, of: &InstanceType) -> bool {
        if of.architecture != self.architecture || of.bare_metal {
            return false;
        }
        if !self.types.is_empty() {
            return is_one_of(of.name.as_str(), &self.types);
        }
        let devices = if self.gpus { of.family.starts_with('g') } else { of.gpus.is_none() };
        of.current_generation && !of.burstable && of.accelerators.is_none() && of.vcpus > 1 && devices
    }
}

impl Need {
    fn is_held_by(self, of: &InstanceType) -> bool {
        let gpus = of.gpus.as_ref().map_or(0, |gpus| u32::from(gpus.count));
        of.registered_cpu() >= self.cpu && of.registered_memory().memory() >= self.memory && gpus >= self.gpus
    }

    fn with(self, other: Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu), memory: self.memory.max(other.memory), gpus: self.gpus.max(other.gpus) }
    }
}

impl Sketch<'_> {
    /// Draws the machines all definitions need, and says which each gets.
    pub(super) fn machines(&mut self) -> Vec<Machines> {
        let definitions = self.definitions();
        let mut needs: BTreeMap<Group, Need> = BTreeMap::new();
        for (_, definition) in definitions.iter().filter(|(_, one)| launch_type(one) == LaunchType::Ec2) {
            let (group, need) = Group::of(definition);
            let sum = needs.entry(group).or_default();
            *sum = sum.with(need);
        }
        let mut groups: BTreeMap<Group, CapacityProviderId> = BTreeMap::new();
        for (group, need) in needs {
            let id = self.draw_group(&group, need);
            groups.insert(group, id);
        }
        let mut all = Vec::new();
        for (_, definition) in &definitions {
            all.push(match launch_type(definition) {
                LaunchType::Fargate => Machines::Fargate,
                LaunchType::Ec2 => {
                    groups.get(&Group::of(definition).0).cloned().map_or(Machines::Fargate, Machines::Group)
                }
                LaunchType::ManagedInstances => Machines::Managed(self.draw_managed(definition)),
                LaunchType::External => self.draw_site(),
            });
        }
        all
    }

    /// The cheapest type on demand that holds the largest task, and what to say of it.
    fn cheapest(&self, group: &Group, need: Need) -> (InstanceTypeName, &'static str) {
        let types = &self.catalogue.types;
        let held = types.iter().filter(|(_, of)| group.takes(of) && need.is_held_by(of));
        let priced = held.filter_map(|(ix, of)| {
            let meter = if group.windows { Meter::Ec2Windows(ix) } else { Meter::Ec2Linux(ix) };
            let price = self.catalogue.prices.price(meter)?;
            Some((price.first_rate().cost(meter.per_unit()), of.name.clone()))
        });
        if let Some((_, name)) = priced.min() {
            return (name, "the cheapest type on demand that holds the largest of the tasks");
        }
        let name = match (group.gpus, group.architecture) {
            (true, _) => "g5.xlarge",
            (false, Architecture::Arm) => "m7g.large",
            (false, Architecture::X86) => "m7i.large",
        };
        (InstanceTypeName::new(name), "no type that is sold here holds the largest of the tasks; a common one")
    }

    fn draw_group(&mut self, group: &Group, need: Need) -> CapacityProviderId {
        let name = free_name(&group.name(), |name| {
            self.design.capacity_providers.contains_key(&CapacityProviderId::new(name))
        });
        let id = CapacityProviderId::new(&name);
        let (instance_type, why) = self.cheapest(group, need);
        let role = self.role("ecsInstanceRole", RoleUse::ContainerInstance, "AmazonEC2ContainerServiceforEC2Role");
        let security_group =
            self.security_group(instance_group().as_str(), Vec::new(), "the load balancer alone, where there is one");
        let provider = AutoScalingGroupProvider {
            min_size: FEWEST,
            managed_scaling: Some(ManagedScaling::default()),
            instance_role: Some(role),
            security_groups: vec![security_group],
            ..AutoScalingGroupProvider::new(self.private_subnets(), vec![instance_type], MOST)
        };
        let assumed = [
            ("instance_types", why),
            ("option", "on demand"),
            ("min_size", "2, for two tasks in two zones"),
            ("max_size", "10"),
            ("managed_scaling", "ECS scales the group, to 100 % of its capacity"),
            ("subnets", "private"),
        ];
        self.draw(Item::CapacityProvider(id.clone(), CapacityProvider::AutoScalingGroup(provider)), &assumed);
        id
    }

    fn draw_managed(&mut self, definition: &TaskDefinition) -> CapacityProviderId {
        let architecture = definition.runtime_platform.cpu_architecture.unwrap_or_default();
        let name = if architecture == Architecture::Arm { "managed-arm64" } else { "managed" };
        let id = CapacityProviderId::new(name);
        if self.design.capacity_providers.contains_key(&id) {
            return id;
        }
        let infrastructure = "AmazonECSInfrastructureRolePolicyForManagedInstances";
        let infrastructure = self.role("ecsInfrastructureRole", RoleUse::Infrastructure, infrastructure);
        let instance = self.role(
            "ecsInstanceRole-managed",
            RoleUse::ContainerInstance,
            "AmazonECSInstanceRolePolicyForManagedInstances",
        );
        let group =
            self.security_group(instance_group().as_str(), Vec::new(), "the load balancer alone, where there is one");
        let provider = ManagedInstancesProvider {
            architecture: Some(architecture),
            infrastructure_role: Some(infrastructure),
            instance_role: Some(instance),
            security_groups: vec![group],
            ..ManagedInstancesProvider::new(self.private_subnets())
        };
        let assumed = [
            ("requirements", "none: ECS chooses the instances"),
            ("architecture", "the task definition's, else X86_64"),
            ("option", "on demand"),
            ("subnets", "private"),
        ];
        self.draw(Item::CapacityProvider(id.clone(), CapacityProvider::ManagedInstances(provider)), &assumed);
        id
    }

    fn draw_site(&mut self) -> Machines {
        let site = AnywhereSite {
            instances: 2,
            vcpus: 4,
            memory: Mib::from_gib(16),
            architecture: Architecture::default(),
            monthly_price: None,
            tags: Tags::new(),
        };
        let id = SiteId::new("site");
        self.draw(Item::Site(id, site), &[("instances", "two machines"), ("vcpus", "4"), ("memory", "16 GB")]);
        Machines::Anywhere
    }
}
