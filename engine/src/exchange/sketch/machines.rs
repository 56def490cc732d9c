//! What tasks run on: Fargate where they may, else the cheapest instances that hold them.

use std::collections::BTreeMap;

use super::{Sketch, SketchError};
use crate::catalogue::instance_types::InstanceType;
use crate::catalogue::meter::Meter;
use crate::catalogue::timings::Timings;
use crate::checks::{self, Severity};
use crate::design::anywhere::AnywhereSite;
use crate::design::capacity::{
    AutoScalingGroupProvider, CapacityProvider, InstanceRequirements, LaunchType, ManagedInstancesProvider,
    ManagedScaling, Range,
};
use crate::design::id::{CapacityProviderId, SecurityGroupId, SiteId, TaskDefinitionId};
use crate::design::outside::RoleUse;
use crate::design::task_definition::{PlacementConstraint, TaskDefinition};
use crate::design::{Item, ItemRef, Tags};
use crate::exchange::free_name;
use crate::names::{Architecture, InstanceTypeName};
use crate::units::{CpuUnits, Mib};

/// The fewest instances of a group.
///
/// Assumption: two, in two zones, as two tasks are spread over.
const FEWEST: u32 = 2;

/// The most instances of a group.
///
/// Assumption: ten, or as many of them as the checks have the least to say of: a new account's quotas are low.
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
    /// AWS's own accelerators, which containers take whole.
    neuron: bool,
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

/// Where a definition says that it runs.
///
/// Source: ECS Developer Guide, "Fargate task definition differences" (rules TDF-13, TDF-97).
pub(super) fn said(definition: &TaskDefinition) -> Option<LaunchType> {
    let order = [LaunchType::Fargate, LaunchType::Ec2, LaunchType::ManagedInstances, LaunchType::External];
    order.into_iter().find(|kind| definition.requires_compatibilities.contains(kind))
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
            neuron: definition.containers.iter().any(|container| container.neuron_devices),
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
        if self.neuron {
            name.push_str("-neuron");
        }
        name
    }

    /// What its types are looked for among.
    fn among(&self) -> String {
        let what = match (self.gpus, self.neuron) {
            (true, _) => " with NVIDIA GPUs",
            (false, true) => " with AWS's accelerators",
            (false, false) => "",
        };
        let system = if self.windows { " for Windows" } else { "" };
        if self.types.is_empty() {
            format!("{} types{what}{system}", self.architecture)
        } else {
            format!("types that its placement constraints name ({})", self.types.join(", "))
        }
    }

    /// Whether a type may stand in the group, sizes aside. Where no constraint names types, these are current ones that
    /// always give what they have: no burstable ones, no whole machines, at least two vCPUs; GPUs and accelerators of AWS
    /// where they are asked for, and only there.
    fn takes(&self, of: &InstanceType) -> bool {
        if of.architecture != self.architecture || of.bare_metal {
            return false;
        }
        if !self.types.is_empty() {
            return is_one_of(of.name.as_str(), &self.types);
        }
        let aws = |name: &str| name.starts_with("inferentia") || name.starts_with("trainium");
        let accelerators = of.accelerators.as_ref().map(|own| own.name.as_str());
        let devices = self.gpus == of.gpus.is_some()
            && if self.neuron { accelerators.is_some_and(aws) } else { accelerators.is_none() };
        // Types with GPUs and accelerators are few, and what was bought is kept long.
        (of.current_generation || self.gpus || self.neuron) && !of.burstable && of.vcpus > 1 && devices
    }
}

impl Need {
    fn covers(self, other: Self) -> bool {
        self.cpu >= other.cpu && self.memory >= other.memory && self.gpus >= other.gpus
    }

    fn is_held_by(self, of: &InstanceType, windows: bool) -> bool {
        let registered = if windows { of.registered_memory_on_windows() } else { of.registered_memory() };
        of.registered_cpu() >= self.cpu && registered.memory() >= self.memory && of.ecs_gpus() >= self.gpus
    }

    /// Room for two such tasks.
    fn twice(self) -> Self {
        let (cpu, memory) = ([self.cpu; 2].into_iter().sum(), [self.memory; 2].into_iter().sum());
        Self { cpu, memory, gpus: self.gpus.saturating_mul(2) }
    }

    fn with(self, other: Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu), memory: self.memory.max(other.memory), gpus: self.gpus.max(other.gpus) }
    }
}

impl std::fmt::Display for Need {
    /// `4096 CPU units, 15360 MiB and 1 GPU`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} CPU units", self.cpu.units())?;
        match self.gpus {
            0 => write!(f, " and {} MiB", self.memory.mib()),
            1 => write!(f, ", {} MiB and 1 GPU", self.memory.mib()),
            gpus => write!(f, ", {} MiB and {gpus} GPUs", self.memory.mib()),
        }
    }
}

impl Sketch<'_> {
    /// Draws the machines all definitions need, and says which each gets.
    pub(super) fn machines(&mut self) -> Result<Vec<Machines>, SketchError> {
        let definitions = self.definitions();
        let mut needs: BTreeMap<Group, (TaskDefinitionId, Need)> = BTreeMap::new();
        for (id, definition) in definitions.iter().filter(|(id, _)| self.kind(id) == LaunchType::Ec2) {
            let (group, need) = Group::of(definition);
            let (first, sum) = needs.entry(group).or_insert_with(|| (id.clone(), need));
            if !sum.covers(need) {
                (*first, *sum) = (id.clone(), sum.with(need));
            }
        }
        let mut groups: BTreeMap<Group, CapacityProviderId> = BTreeMap::new();
        for (group, (largest, need)) in needs {
            let instance_type = self.cheapest(&largest, &group, need, |_| true)?;
            let instance_type = instance_type.name.clone();
            let twice = need.twice();
            let roomier = self.cheapest(&largest, &group, twice, |_| true).ok().map(|of| of.name.clone());
            let id = self.draw_group(&group, instance_type);
            self.roomier.extend(roomier.map(|name| (id.clone(), name)));
            groups.insert(group, id);
        }
        let mut all = Vec::new();
        for (id, definition) in &definitions {
            all.push(match self.kind(id) {
                LaunchType::Fargate => Machines::Fargate,
                LaunchType::Ec2 => {
                    groups.get(&Group::of(definition).0).cloned().map_or(Machines::Fargate, Machines::Group)
                }
                LaunchType::ManagedInstances => Machines::Managed(self.draw_managed(id, definition)?),
                LaunchType::External => self.draw_site(definition),
            });
        }
        Ok(all)
    }

    /// The cheapest type on demand that holds the largest of the tasks.
    fn cheapest(
        &self,
        id: &TaskDefinitionId,
        group: &Group,
        need: Need,
        is_sold: impl Fn(&InstanceType) -> bool,
    ) -> Result<&InstanceType, SketchError> {
        let types = &self.catalogue.types;
        let held = types.iter().filter(|(_, of)| group.takes(of) && need.is_held_by(of, group.windows) && is_sold(of));
        let priced = held.filter_map(|(ix, of)| {
            let meter = Meter::instance(ix, group.windows, false);
            let price = self.catalogue.prices.price(meter)?;
            Some((price.first_rate().cost(meter.per_unit()), &of.name, of))
        });
        let cheapest = priced.min_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
        cheapest.map(|(_, _, of)| of).ok_or_else(|| SketchError::NothingFits {
            definition: id.clone(),
            need: need.to_string(),
            among: group.among(),
            region: self.catalogue.region.region.clone(),
        })
    }

    fn draw_group(&mut self, group: &Group, instance_type: InstanceTypeName) -> CapacityProviderId {
        let name = free_name(&group.name(), |name| {
            self.design.capacity_providers.contains_key(&CapacityProviderId::new(name))
        });
        let id = CapacityProviderId::new(&name);
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
            ("instance_types", "the cheapest type on demand that holds the largest of the tasks"),
            ("option", "on demand"),
            ("min_size", "2, for two tasks in two zones"),
            ("managed_scaling", "ECS scales the group, to 100 % of its capacity"),
            ("subnets", "private"),
        ];
        self.draw(Item::CapacityProvider(id.clone(), CapacityProvider::AutoScalingGroup(provider)), &assumed);
        id
    }

    /// How many errors and warnings the checks have of what is drawn.
    fn warnings(&self) -> usize {
        let found = checks::run(&self.design, self.catalogue, &[]);
        found.iter().filter(|finding| finding.severity != Severity::Advice).count()
    }

    /// Lets groups grow as far as the checks warn the least, and their tasks share interfaces where these end first.
    pub(super) fn fit_groups(&mut self) {
        let groups = self.design.capacity_providers.iter();
        let groups = groups.filter(|(_, provider)| matches!(provider, CapacityProvider::AutoScalingGroup(_)));
        let groups: Vec<_> = groups.map(|(id, _)| id.clone()).collect();
        if groups.is_empty() {
            return;
        }
        let before = self.warnings();
        self.design.account.awsvpc_trunking = true;
        if self.warnings() < before {
            let why = "on, which costs nothing: interfaces of instances end before their room does";
            self.assume(&ItemRef::Cluster(Self::cluster_id()), "awsvpc_trunking", why);
        } else {
            self.design.account.awsvpc_trunking = false;
        }
        for id in groups {
            let (mut warnings, mut most) = self.fit_most(&id);
            if let (Some(roomier), true) = (self.roomier.get(&id).cloned(), warnings > 0) {
                let before = self.set_types(&id, vec![roomier]);
                let (fewer, then) = self.fit_most(&id);
                if fewer < warnings {
                    (warnings, most) = (fewer, then);
                    let why = "the cheapest type on demand that holds two of the largest tasks: a deployment has room";
                    self.assume(&ItemRef::CapacityProvider(id.clone()), "instance_types", why);
                } else {
                    self.set_types(&id, before);
                }
            }
            self.set_most(&id, most);
            let why = if warnings == 0 { "nothing" } else { "the least" };
            let why = format!("{most}: as many, up to ten, as quotas and deployments have {why} against");
            self.assume(&ItemRef::CapacityProvider(id), "max_size", &why);
        }
    }

    /// The most instances of a group of which the checks warn the least, and how often they then do.
    fn fit_most(&mut self, id: &CapacityProviderId) -> (usize, u32) {
        let mut best = (usize::MAX, MOST);
        for most in (FEWEST..=MOST).rev() {
            self.set_most(id, most);
            let warnings = self.warnings();
            if warnings < best.0 {
                best = (warnings, most);
            }
            if warnings == 0 {
                break;
            }
        }
        best
    }

    /// Gives a group other types, and tells those before.
    fn set_types(&mut self, id: &CapacityProviderId, types: Vec<InstanceTypeName>) -> Vec<InstanceTypeName> {
        match self.design.capacity_providers.get_mut(id) {
            Some(CapacityProvider::AutoScalingGroup(group)) => std::mem::replace(&mut group.instance_types, types),
            Some(CapacityProvider::ManagedInstances(_)) | None => Vec::new(),
        }
    }

    fn set_most(&mut self, id: &CapacityProviderId, most: u32) {
        if let Some(CapacityProvider::AutoScalingGroup(group)) = self.design.capacity_providers.get_mut(id) {
            group.max_size = most;
        }
    }

    /// A Managed Instances provider for definitions that ask for the same of it. What it may launch is left to ECS, but
    /// for GPUs: those come only where they are asked for (rule MI-10).
    fn draw_managed(
        &mut self,
        of: &TaskDefinitionId,
        definition: &TaskDefinition,
    ) -> Result<CapacityProviderId, SketchError> {
        let (group, need) = Group::of(definition);
        // Some memory of each instance is the agent's own.
        let reserve = Timings::default().mi_host_reserve;
        let fits = |of: &InstanceType| {
            of.managed_instances_supported() && of.registered_memory().memory() - reserve >= need.memory
        };
        let cheapest = self.cheapest(of, &group, need, fits)?;
        let requirements =
            InstanceRequirements { allowed_instance_types: group.types.clone(), ..requirements(cheapest, need) };
        let mut name = group.name().replace("instances", "managed");
        if need.gpus > 1 {
            name = format!("{name}-{}", need.gpus);
        }
        let id = CapacityProviderId::new(&name);
        if let Some(CapacityProvider::ManagedInstances(there)) = self.design.capacity_providers.get_mut(&id) {
            // The largest of its tasks says what an instance must be.
            let more = |one: &mut Range, other: Range| one.min = one.min.max(other.min);
            more(&mut there.requirements.vcpu_count, requirements.vcpu_count);
            more(&mut there.requirements.memory_mib, requirements.memory_mib);
            return Ok(id);
        }
        let infrastructure = "AmazonECSInfrastructureRolePolicyForManagedInstances";
        let infrastructure = self.role("ecsInfrastructureRole", RoleUse::Infrastructure, infrastructure);
        let instance = self.role(
            "ecsInstanceRole-managed",
            RoleUse::ContainerInstance,
            "AmazonECSInstanceRolePolicyForManagedInstances",
        );
        let security_group =
            self.security_group(instance_group().as_str(), Vec::new(), "the load balancer alone, where there is one");
        let asked = requirements != InstanceRequirements::default();
        let provider = ManagedInstancesProvider {
            requirements,
            architecture: Some(group.architecture),
            infrastructure_role: Some(infrastructure),
            instance_role: Some(instance),
            security_groups: vec![security_group],
            ..ManagedInstancesProvider::new(self.private_subnets())
        };
        let why = match (need.gpus, asked) {
            (0, false) => "none: ECS chooses the instances",
            (0, true) => "the types that its placement constraints name",
            (_, _) => "GPUs of the model that is cheapest for its tasks",
        };
        let assumed = [
            ("requirements", why),
            ("architecture", "the task definition's, else X86_64"),
            ("option", "on demand"),
            ("subnets", "private"),
        ];
        self.draw(Item::CapacityProvider(id.clone(), CapacityProvider::ManagedInstances(provider)), &assumed);
        Ok(id)
    }

    fn draw_site(&mut self, definition: &TaskDefinition) -> Machines {
        let site = AnywhereSite {
            instances: 2,
            vcpus: 4,
            memory: Mib::from_gib(16),
            architecture: definition.runtime_platform.cpu_architecture.unwrap_or_default(),
            monthly_price: None,
            tags: Tags::new(),
        };
        let id = SiteId::new("site");
        self.draw(Item::Site(id, site), &[("instances", "two machines"), ("vcpus", "4"), ("memory", "16 GB")]);
        Machines::Anywhere
    }
}

/// What Managed Instances are asked for, for a task: nothing, or GPUs of a type's model with room for the task beside
/// them. EC2's API writes a model by the last word of its name: `l4`.
fn requirements(of: &InstanceType, need: Need) -> InstanceRequirements {
    let Some(gpus) = of.gpus.as_ref().filter(|_| need.gpus > 0) else { return InstanceRequirements::default() };
    let at_least = |least: u32| Range { min: Some(least), max: None };
    InstanceRequirements {
        vcpu_count: at_least(of.vcpus),
        memory_mib: at_least(of.memory.mib()),
        accelerator_count: at_least(need.gpus),
        accelerator_names: vec![gpus.name.rsplit(' ').next().unwrap_or_default().to_lowercase()],
        ..InstanceRequirements::default()
    }
}
