//! Instance types: whether tasks fit on those that providers may start, and what they run out of first.

use super::context::{Context, Host, Runner};
use super::diagnostic::{Findings, Rule, Severity};
use crate::catalogue::Catalogue;
use crate::catalogue::instance_types::{InstanceType, Registered};
use crate::catalogue::timings::Timings;
use crate::design::ItemRef;
use crate::design::account::Account;
use crate::design::capacity::{AutoScalingGroupProvider, CapacityProvider, RegisteredMemory};
use crate::design::edit::Edit;
use crate::design::knob::Knob;
use crate::design::service::{EbsVolumeType, SchedulingStrategy};
use crate::design::task_definition::{NetworkMode, TaskDefinition};
use crate::design::volume::EbsVolume;
use crate::names::Architecture;
use crate::units::{CpuUnits, Mib};

const PLACEMENT: &str = "ECS Developer Guide, \"How Amazon ECS places tasks on container instances\"";
const REQUIREMENTS: &str = "ECS API Reference, \"InstanceRequirementsRequest\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "instance-type-unknown",
        Severity::Error,
        "An Auto Scaling group names an instance type that EC2 does not have",
        "Amazon EC2 API Reference, \"DescribeInstanceTypes\"",
        instance_type_unknown,
    ),
    Rule::new(
        "no-instance-types",
        Severity::Error,
        "An Auto Scaling group names no instance type",
        REQUIREMENTS,
        no_instance_types,
    ),
    Rule::new(
        "no-type-meets-requirements",
        Severity::Error,
        "No instance type meets a Managed Instances provider's requirements",
        REQUIREMENTS,
        no_type_meets_requirements,
    ),
    Rule::new(
        "task-fits-no-instance",
        Severity::Error,
        "A task fits on none of its instance types",
        PLACEMENT,
        task_fits_no_instance,
    ),
    Rule::new(
        "architecture-mismatch",
        Severity::Error,
        "A task is built for another processor than its instances have",
        "ECS API Reference, \"RuntimePlatform\"",
        architecture_mismatch,
    ),
    Rule::new(
        "eni-limit-binds",
        Severity::Warning,
        "Instances run out of network interfaces before CPU and memory",
        "ECS Developer Guide, \"Increasing Amazon ECS Linux container instance network interfaces\"",
        eni_limit_binds,
    ),
    Rule::new(
        "instance-volume-out-of-range",
        Severity::Error,
        "A volume of instances is outside what its type has",
        "Amazon EBS User Guide, \"Amazon EBS volume types\"",
        instance_volume_out_of_range,
    ),
    Rule::new(
        "group-cannot-hold-tasks",
        Severity::Warning,
        "An Auto Scaling group at its maximum cannot hold all tasks",
        "ECS Developer Guide, \"Automatically manage Amazon ECS capacity with cluster auto scaling\"",
        group_cannot_hold_tasks,
    ),
    Rule::new(
        "fit-by-estimate",
        Severity::Advice,
        "How many instances tasks need hangs on an estimate of their memory",
        "ECS Developer Guide, \"Container instance memory management\"",
        fit_by_estimate,
    ),
    Rule::new(
        "previous-generation-type",
        Severity::Advice,
        "An Auto Scaling group starts instances of a previous generation",
        "Amazon EC2 User Guide, \"Amazon EC2 instance types\"",
        previous_generation_type,
    ),
];

fn groups<'d>(context: &Context<'d>) -> impl Iterator<Item = (ItemRef, &'d AutoScalingGroupProvider)> {
    context.design.capacity_providers.iter().filter_map(|(id, provider)| match provider {
        CapacityProvider::AutoScalingGroup(group) => Some((ItemRef::CapacityProvider(id.clone()), group)),
        CapacityProvider::ManagedInstances(_) => None,
    })
}

/// The types a group may start that EC2 has.
pub(super) fn types<'c>(catalogue: &'c Catalogue, group: &AutoScalingGroupProvider) -> Vec<&'c InstanceType> {
    let known = group.instance_types.iter().filter_map(|name| catalogue.types.find(name.as_str()));
    known.map(|ix| &catalogue.types[ix]).collect()
}

/// The largest type a group may start.
pub(super) fn largest<'c>(catalogue: &'c Catalogue, group: &AutoScalingGroupProvider) -> Option<&'c InstanceType> {
    types(catalogue, group).into_iter().max_by_key(|kind| (kind.vcpus, kind.memory))
}

/// The memory that an instance of a type registers for tasks of a definition: as it was measured for the provider, else
/// what is known of the type, less what agents keep (rules EC2-03, MI-24).
pub(super) fn registered(host: &Host<'_>, definition: &TaskDefinition, kind: &InstanceType) -> Registered {
    let windows = definition.runtime_platform.is_windows();
    let known = if windows { kind.registered_memory_on_windows() } else { kind.registered_memory() };
    let (all, kept): (&[RegisteredMemory], _) = match host {
        Host::Group(_, group) => (&group.registered_memory, group.ecs_reserved_memory),
        Host::Managed(_, managed) => (&managed.registered_memory, Timings::default().mi_host_reserve),
        Host::Fargate | Host::FargateSpot | Host::Ec2 | Host::External => (&[], Mib::ZERO),
    };
    RegisteredMemory::of(all, &kind.name).map_or(known.less(kept), Registered::Measured)
}

/// Why a task does not fit on an empty instance of a type; `None` if it does.
fn unfit(
    runner: &Runner<'_>,
    definition: &TaskDefinition,
    (kind, registered): (&InstanceType, Mib),
    trunking: bool,
) -> Option<String> {
    let (cpu, memory) = demand(runner, definition);
    let gpus = definition.gpu_demand();
    let has = kind.gpus.as_ref().map_or(0, |g| u32::from(g.count));
    if cpu > kind.registered_cpu() {
        Some(format!("{} has {} of {} CPU units", kind.name, kind.registered_cpu().units(), cpu.units()))
    } else if memory > registered {
        Some(format!("{} registers {} of {} MiB", kind.name, registered.mib(), memory.mib()))
    } else if gpus > has {
        Some(format!("{} has {has} of {gpus} GPU", kind.name))
    } else if definition.network_mode() == NetworkMode::Awsvpc && slots(kind, trunking) == 0 {
        Some(format!("{} has no network interface to spare", kind.name))
    } else {
        None
    }
}

pub(super) fn demand(runner: &Runner<'_>, definition: &TaskDefinition) -> (CpuUnits, Mib) {
    let proxy = runner.service.map_or((CpuUnits::ZERO, Mib::ZERO), crate::design::service::Service::proxy_demand);
    // A size of the task already holds its proxy; a sum of containers does not.
    let cpu = definition.cpu.map_or(definition.cpu_demand() + proxy.0, |cpu| cpu);
    let memory = definition.memory.map_or(definition.memory_demand() + proxy.1, |memory| memory);
    (cpu, memory)
}

pub(super) fn slots(kind: &InstanceType, trunking: bool) -> u32 {
    if trunking { kind.awsvpc_tasks_with_trunking() } else { kind.awsvpc_tasks() }
}

/// What: an instance type that EC2 does not describe. Why: the group cannot start it. Example: `m7i.huge`.
///
/// Source: Amazon EC2 API Reference, "`DescribeInstanceTypes`".
fn instance_type_unknown(context: &Context<'_>, out: &mut Findings) {
    for (at, group) in groups(context) {
        for name in group.instance_types.iter().filter(|name| context.catalogue.types.find(name.as_str()).is_none()) {
            out.add(at.clone(), "instance_types", format!("EC2 has no instance type {name}"), "Name another type");
        }
    }
}

/// What: a group without instance types. Why: it cannot start an instance.
///
/// Source: Amazon EC2 Auto Scaling API Reference, "`CreateAutoScalingGroup`", mixedInstancesPolicy.
fn no_instance_types(context: &Context<'_>, out: &mut Findings) {
    for (at, _) in groups(context).filter(|(_, group)| group.instance_types.is_empty()) {
        out.add(at, "instance_types", "The group has no instance type to start", "Name at least one instance type");
    }
}

/// What: requirements that no type of Managed Instances meets. Why: no instance ever starts. Example: 3 vCPUs with
/// 1 TiB. Fix: lets ECS choose.
///
/// Source: ECS API Reference, "`InstanceRequirementsRequest`" (rules MI-10, MI-14).
fn no_type_meets_requirements(context: &Context<'_>, out: &mut Findings) {
    for (id, provider) in &context.design.capacity_providers {
        let CapacityProvider::ManagedInstances(_managed) = provider else { continue };
        if !context.types_of(id).is_empty() {
            continue;
        }
        let at = ItemRef::CapacityProvider(id.clone());
        let message = "No instance type that Managed Instances may start meets the requirements";
        out.add(at, "requirements", message, "Widen the range of vCPUs, memory or types");
    }
}

/// What: no instance type of a provider holds even one task. Why: the task never starts. Example: a task of 16 GB on
/// `m7i.xlarge`, which registers some 15,680 MiB.
///
/// Source: ECS Developer Guide, "How Amazon ECS places tasks on container instances" (rules PLC-01, EC2-03).
fn task_fits_no_instance(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some(definition) = runner.definition else { continue };
        for host in &runner.hosts {
            let (id, kinds, trunking) = match host {
                Host::Group(id, group) => (id, types(context.catalogue, group), context.design.account.awsvpc_trunking),
                Host::Managed(id, _) => (id, context.types_of(id).to_vec(), true),
                Host::Fargate | Host::FargateSpot | Host::Ec2 | Host::External => continue,
            };
            let mut reasons = Vec::new();
            for kind in &kinds {
                let memory = registered(host, definition, kind).memory();
                match unfit(runner, definition, (kind, memory), trunking) {
                    Some(reason) => reasons.push(reason),
                    None => break,
                }
            }
            if kinds.is_empty() || reasons.len() < kinds.len() {
                continue;
            }
            let more = reasons.len().saturating_sub(3);
            reasons.truncate(3);
            let rest = if more > 0 { format!("; and {more} more types") } else { String::new() };
            let message = format!("The task fits on no instance type of {id}: {}{rest}", reasons.join("; "));
            out.add(runner.at.clone(), "capacity", message, "Use larger instance types, or a smaller task");
        }
    }
}

/// What: the definition's architecture and the instances' differ. Why: the task finds no instance. Example: ARM64 on
/// `m7i`. Fix: the architecture of the instances, whose image must exist.
///
/// Source: ECS API Reference, "`RuntimePlatform`", cpuArchitecture (rule TDF-80).
fn architecture_mismatch(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some(definition) = runner.definition else { continue };
        let Some(wanted) = definition.runtime_platform.cpu_architecture else { continue };
        for host in &runner.hosts {
            let (id, has): (_, Vec<Architecture>) = match host {
                Host::Group(id, group) => {
                    (id, types(context.catalogue, group).iter().map(|k| k.architecture).collect())
                }
                Host::Managed(id, managed) => (id, managed.architecture.into_iter().collect()),
                Host::Fargate | Host::FargateSpot | Host::Ec2 | Host::External => continue,
            };
            let Some(other) = has.iter().find(|architecture| **architecture != wanted) else { continue };
            let message = format!("The definition is for {wanted}, {id} has {other}");
            let finding =
                out.add(runner.at.clone(), "capacity", message, "Use types of one architecture, that of the image");
            if !has.contains(&wanted) {
                let at = ItemRef::TaskDefinition(runner.definition_id.clone());
                let edit = Edit::Set(at, Knob::CpuArchitecture(*other));
                finding.fix(format!("Build the image for {other}"), vec![edit]);
            }
        }
    }
}

/// How many tasks of a size an empty instance holds by CPU and memory.
fn by_size((kind, registered): (&InstanceType, Mib), cpu: CpuUnits, memory: Mib) -> u32 {
    let by_cpu = kind.registered_cpu().units().checked_div(cpu.units());
    let by_memory = registered.mib().checked_div(memory.mib());
    by_cpu.unwrap_or(u32::MAX).min(by_memory.unwrap_or(u32::MAX))
}

/// What: `awsvpc` tasks on a group whose types have fewer interfaces than room. Why: CPU and memory are paid for and
/// stay empty. Example: `m7i.xlarge` holds 16 tasks of 256 units by size and 3 by interface. Fix: `awsvpcTrunking`.
///
/// Source: ECS Developer Guide, "Increasing Amazon ECS Linux container instance network interfaces" (EC2-10, EC2-11).
fn eni_limit_binds(context: &Context<'_>, out: &mut Findings) {
    let trunking = context.design.account.awsvpc_trunking;
    for runner in &context.runners {
        let Some(definition) = runner.definition.filter(|d| d.network_mode() == NetworkMode::Awsvpc) else { continue };
        for host in &runner.hosts {
            let Host::Group(id, group) = host else { continue };
            let (cpu, memory) = demand(runner, definition);
            let size = |kind: &InstanceType| by_size((kind, registered(host, definition, kind).memory()), cpu, memory);
            let bound = |kind: &&InstanceType| slots(kind, trunking) < size(kind);
            let kinds = types(context.catalogue, group);
            let Some(kind) = kinds.into_iter().find(bound) else { continue };
            let room = size(kind);
            let message = format!(
                "{} of {id} has room for {room} such tasks and interfaces for {}",
                kind.name,
                slots(kind, trunking)
            );
            if trunking || slots(kind, true) <= slots(kind, false) {
                let hint = "Use bridge mode, larger tasks, or types with more interfaces";
                out.add(runner.at.clone(), "capacity", message, hint);
            } else {
                let hint = format!("Switch awsvpcTrunking on in the account: {} interfaces", slots(kind, true));
                let account = Account { awsvpc_trunking: true, ..context.design.account.clone() };
                let fix = vec![Edit::Account(account)];
                let found = out.add(runner.at.clone(), "capacity", message, hint);
                found.fix("Switch awsvpcTrunking on", fix).of_account();
            }
        }
    }
}

/// What: the CPU and memory of all tasks a group may have to hold, against its `MaxSize` of its largest type. Why: the
/// rest waits without end. Example: 40 tasks of 1 vCPU on at most 4 `m7i.xlarge`. Fix: the maximum that holds them.
///
/// Source: ECS Developer Guide, "Automatically manage Amazon ECS capacity with cluster auto scaling" (rule CAS-08).
fn group_cannot_hold_tasks(context: &Context<'_>, out: &mut Findings) {
    for (at, group) in groups(context) {
        let Some(kind) = largest(context.catalogue, group) else { continue };
        let (mut cpu, mut memory, mut tasks) = (0u64, 0u64, 0u64);
        let mut holds = kind.registered_memory().memory();
        for runner in &context.runners {
            let daemon = runner.service.is_some_and(|s| s.scheduling_strategy() == SchedulingStrategy::Daemon);
            // With several groups the share of this one is not known before tasks are placed.
            let alone = matches!(runner.hosts.as_slice(), [Host::Group(id, _)] if at.name() == id.as_str());
            let Some(definition) = runner.definition.filter(|_| alone && !daemon) else { continue };
            let (task_cpu, task_memory) = demand(runner, definition);
            holds = runner.hosts.first().map_or(holds, |host| registered(host, definition, kind).memory());
            let count = u64::from(runner.bounds.1);
            tasks += count;
            cpu = cpu.saturating_add(count * u64::from(task_cpu.units()));
            memory = memory.saturating_add(count * u64::from(task_memory.mib()));
        }
        let by_cpu = cpu.div_ceil(u64::from(kind.registered_cpu().units()).max(1));
        let by_memory = memory.div_ceil(u64::from(holds.mib()).max(1));
        let needed = by_cpu.max(by_memory);
        let Ok(max_size) = u32::try_from(needed) else { continue };
        if max_size <= group.max_size {
            continue;
        }
        let ItemRef::CapacityProvider(id) = &at else { continue };
        let mut changed = group.clone();
        changed.max_size = max_size;
        let edit =
            Edit::Put(crate::design::Item::CapacityProvider(id.clone(), CapacityProvider::AutoScalingGroup(changed)));
        let message = format!(
            "{tasks} {} at most need {needed} instances of {}, the group has at most {}",
            if tasks == 1 { "task" } else { "tasks" },
            kind.name,
            group.max_size
        );
        out.add(at.clone(), "max_size", message, "Raise the group's maximum or lower the services' own")
            .fix(format!("Allow {max_size} instances"), vec![edit]);
    }
}

/// What: a service that would need more, or fewer, instances of a group's type if they registered 3 % less memory, or more,
/// than is estimated. Why: what an instance registers is known once it runs, and differs by machine image. Example: two
/// tasks of 7,800 MiB on `m7i.xlarge`, estimated at 15,680.
///
/// Source: ECS Developer Guide, "Container instance memory management" (rule EC2-03).
fn fit_by_estimate(context: &Context<'_>, out: &mut Findings) {
    let trunking = context.design.account.awsvpc_trunking;
    for runner in &context.runners {
        let Some(definition) = runner.definition else { continue };
        let (cpu, memory) = demand(runner, definition);
        for host in &runner.hosts {
            let Host::Group(id, group) = host else { continue };
            let instances = |kind: &InstanceType, registered: u64| {
                let registered = Mib::from_mib(u32::try_from(registered).unwrap_or(u32::MAX));
                let ports = definition.network_mode() == NetworkMode::Awsvpc;
                let room = if ports { slots(kind, trunking) } else { u32::MAX };
                let room = by_size((kind, registered), cpu, memory).min(room);
                (room > 0).then(|| runner.bounds.1.div_ceil(room))
            };
            for kind in types(context.catalogue, group) {
                let Registered::Estimated(estimated) = registered(host, definition, kind) else { continue };
                let mib = u64::from(estimated.mib());
                let (less, more) = (instances(kind, mib * 97 / 100), instances(kind, mib * 103 / 100));
                let now = instances(kind, mib);
                if less == now && more == now {
                    continue;
                }
                let said = |count: Option<u32>| count.map_or("fit on none".to_owned(), |count| format!("need {count}"));
                let message = format!(
                    "{} of {id} is estimated to register {} MiB: with 3 % less its tasks {}, with 3 % more they {}",
                    kind.name,
                    estimated.mib(),
                    said(less),
                    said(more)
                );
                let hint = "State the type's registered memory on the provider, as DescribeContainerInstances has it";
                out.add(runner.at.clone(), "capacity", message, hint);
                break;
            }
        }
    }
}

/// What: an instance type that EC2 calls previous generation. Why: the newer one does more for the price. Example:
/// `m4.large`.
///
/// Source: Amazon EC2 User Guide, "Amazon EC2 instance types", previous generation.
fn previous_generation_type(context: &Context<'_>, out: &mut Findings) {
    for (at, group) in groups(context) {
        let old: Vec<_> = types(context.catalogue, group).into_iter().filter(|kind| !kind.current_generation).collect();
        if let Some(first) = old.first() {
            let message = format!("{} is of a previous generation", first.name);
            out.add(at, "instance_types", message, "Use a type of the current generation of the same family");
        }
    }
}

/// What: size, IOPS or throughput that the volume type does not have, or a root volume that no instance starts from. Why:
/// EC2 refuses the launch. Example: a root volume of type st1; io1 without its IOPS.
///
/// Source: Amazon EBS User Guide, "Amazon EBS volume types": st1 and sc1 cannot be boot volumes.
fn instance_volume_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, provider) in &context.design.capacity_providers {
        let CapacityProvider::AutoScalingGroup(group) = provider else { continue };
        let at = ItemRef::CapacityProvider(id.clone());
        let root = EbsVolume::root(group);
        let boots = !matches!(root.kind, EbsVolumeType::St1 | EbsVolumeType::Sc1);
        let no_boot = (!boots).then(|| format!("No instance starts from a volume of type {}", root.kind));
        if let Some(fault) = no_boot.or_else(|| super::storage::fault(root, false)) {
            out.add(at.clone(), "root_volume", fault, "Stay within what the volume type has");
        }
        for fault in group.volumes.iter().filter_map(|volume| super::storage::fault(volume.into(), false)) {
            out.add(at.clone(), "volumes", fault, "Stay within what the volume type has");
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::capacity::Range;
    use crate::design::volume::InstanceVolume;
    use crate::units::Gib;

    fn kinds(d: &mut Design, names: &[&str]) {
        group(d).instance_types = names.iter().map(|name| (*name).into()).collect();
    }

    fn awsvpc(d: &mut Design, cpu: u32) {
        let subnets = web(d).subnets.clone();
        worker(d).subnets = subnets;
        worker_definition(d).network_mode = Some(NetworkMode::Awsvpc);
        worker_definition(d).cpu = Some(CpuUnits::from_units(cpu));
        worker_definition(d).memory = Some(Mib::from_mib(512));
    }

    fn sized(d: &mut Design, mib: u32) {
        worker_definition(d).cpu = Some(CpuUnits::from_units(512));
        worker_definition(d).memory = Some(Mib::from_mib(mib));
    }

    fn measured(d: &mut Design, name: &str, mib: u32) {
        let memory = Mib::from_mib(mib);
        group(d).registered_memory.push(RegisteredMemory { instance_type: name.into(), memory });
    }

    fn windows(d: &mut Design) {
        let family = crate::design::task_definition::OperatingSystemFamily::WindowsServer2022Core;
        worker_definition(d).runtime_platform.operating_system_family = Some(family);
    }

    fn volume(kind: EbsVolumeType, iops: Option<u32>) -> InstanceVolume {
        InstanceVolume { size: Gib::from_gib(500), volume_type: Some(kind), iops, throughput: None }
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "instance-type-unknown",
            |d| kinds(d, &["m7i.xlarge", "m7i.huge"]),
            &["machines · instance_types"],
            |d| kinds(d, &["m7i.xlarge", "m7i.2xlarge"]),
        ),
        case(
            "instance-volume-out-of-range",
            |d| {
                group(d).root_volume_type = Some(EbsVolumeType::St1);
                group(d).volumes = vec![volume(EbsVolumeType::Io1, None), volume(EbsVolumeType::Gp2, Some(3_000))];
            },
            &["machines · root_volume", "machines · volumes"],
            |d| {
                group(d).root_volume_type = Some(EbsVolumeType::Gp2);
                group(d).volumes = vec![volume(EbsVolumeType::Io1, Some(300)), volume(EbsVolumeType::St1, None)];
            },
        ),
        case("no-instance-types", |d| kinds(d, &[]), &["machines · instance_types"], |_| {}),
        case(
            "no-type-meets-requirements",
            |d| managed(d).requirements.allowed_instance_types = vec!["t2.*".to_owned()],
            &["managed · requirements"],
            |d| managed(d).requirements.allowed_instance_types = vec!["m7i.*".to_owned()],
        ),
        // 16 GB are 16,384 MiB; m7i.xlarge registers 16,384 × 0.965 − 130 = 15,680.56.
        case(
            "task-fits-no-instance",
            |d| worker_definition(d).memory = Some(Mib::from_gib(16)),
            &["worker · capacity"],
            |d| worker_definition(d).memory = Some(Mib::from_mib(15_680)),
        ),
        // m6i.large registers 7,817 MiB; what the user measured stands before that, and what the agent keeps goes off.
        case(
            "task-fits-no-instance",
            |d| {
                kinds(d, &["m6i.large"]);
                worker_definition(d).memory = Some(Mib::from_mib(7_818));
            },
            &["worker · capacity"],
            |d| {
                kinds(d, &["m6i.large"]);
                measured(d, "m6i.large", 7_820);
                worker_definition(d).memory = Some(Mib::from_mib(7_818));
            },
        ),
        case(
            "task-fits-no-instance",
            |d| {
                kinds(d, &["m6i.large"]);
                group(d).ecs_reserved_memory = Mib::from_mib(17);
                worker_definition(d).memory = Some(Mib::from_mib(7_801));
            },
            &["worker · capacity"],
            |d| {
                kinds(d, &["m6i.large"]);
                group(d).ecs_reserved_memory = Mib::from_mib(17);
                worker_definition(d).memory = Some(Mib::from_mib(7_800));
            },
        ),
        // Windows registers a mebibyte less than advertised.
        case(
            "task-fits-no-instance",
            |d| {
                windows(d);
                worker_definition(d).memory = Some(Mib::from_mib(16_384));
            },
            &["worker · capacity"],
            |d| {
                windows(d);
                worker_definition(d).memory = Some(Mib::from_mib(16_383));
            },
        ),
        // m7i.xlarge is estimated at 15,680 MiB. Six tasks of 7,800: two on each of three, or, with 3 % less (15,210),
        // one on each of six. Measured at as much, or with room to spare, nothing hangs on it.
        case(
            "fit-by-estimate",
            |d| sized(d, 7_800),
            &["worker · capacity"],
            |d| {
                sized(d, 7_800);
                measured(d, "m7i.xlarge", 15_680);
            },
        ),
        case("fit-by-estimate", |d| sized(d, 7_900), &["worker · capacity"], |d| sized(d, 7_500)),
        case(
            "task-fits-no-instance",
            |d| {
                model_definition(d).containers[0].gpus = 1;
                managed(d).requirements.accelerator_count = Range { min: None, max: Some(0) };
            },
            &["model · capacity"],
            |d| {
                model_definition(d).containers[0].gpus = 1;
                managed(d).requirements.accelerator_count = Range { min: Some(1), max: None };
            },
        ),
        case(
            "architecture-mismatch",
            |d| kinds(d, &["m7g.xlarge"]),
            &["worker · capacity"],
            |d| {
                kinds(d, &["m7g.xlarge"]);
                worker_definition(d).runtime_platform.cpu_architecture = Some(Architecture::Arm);
            },
        ),
        // m7i.xlarge: 4,096 units hold 16 tasks of 256; it has 4 interfaces, 3 for tasks.
        case(
            "eni-limit-binds",
            |d| {
                awsvpc(d, 256);
                d.account.awsvpc_trunking = false;
            },
            &["worker · capacity"],
            |d| awsvpc(d, 256),
        ),
        // 6 tasks of 1 vCPU need 2 instances of 4.
        case("group-cannot-hold-tasks", |d| group(d).max_size = 1, &["machines · max_size"], |d| group(d).max_size = 2),
        case(
            "previous-generation-type",
            |d| kinds(d, &["m4.xlarge"]),
            &["machines · instance_types"],
            |d| kinds(d, &["m8i.xlarge"]),
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
