//! Sizes of tasks: what Fargate sells, what EC2 takes, and whether the containers fit inside.

use super::context::{Context, HostKind, platform};
use super::diagnostic::{Findings, Rule, Severity};
use crate::catalogue::fargate::{self, TaskSize};
use crate::design::ItemRef;
use crate::design::container::Container;
use crate::design::edit::Edit;
use crate::design::id::TaskDefinitionId;
use crate::design::knob::Knob;
use crate::design::task_definition::TaskDefinition;
use crate::units::{CpuUnits, Mib};

const SIZES_PAGE: &str = "ECS Developer Guide, \"Task definition parameters for Fargate\", task size";
const PARAMETERS: &str = "ECS Developer Guide, \"Task definition parameters\", container definitions";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "fargate-size-not-legal",
        Severity::Error,
        "The task's CPU and memory are not a pair that Fargate sells",
        SIZES_PAGE,
        fargate_size_not_legal,
    ),
    Rule::new(
        "fargate-size-missing",
        Severity::Error,
        "A task for Fargate states no CPU or no memory",
        SIZES_PAGE,
        fargate_size_missing,
    ),
    Rule::new(
        "containers-exceed-task",
        Severity::Error,
        "The containers reserve more than their task has",
        PARAMETERS,
        containers_exceed_task,
    ),
    Rule::new(
        "container-without-memory",
        Severity::Error,
        "Neither the task nor a container says how much memory it needs",
        PARAMETERS,
        container_without_memory,
    ),
    Rule::new(
        "reservation-above-limit",
        Severity::Error,
        "A container's soft memory limit is above its hard one",
        PARAMETERS,
        reservation_above_limit,
    ),
    Rule::new(
        "container-memory-too-small",
        Severity::Error,
        "A container has less memory than Docker can start it with",
        PARAMETERS,
        container_memory_too_small,
    ),
    Rule::new(
        "task-cpu-out-of-range",
        Severity::Error,
        "The task's CPU is outside what a task on EC2 may have",
        "ECS API Reference, \"RegisterTaskDefinition\", cpu",
        task_cpu_out_of_range,
    ),
    Rule::new(
        "gpu-on-fargate",
        Severity::Error,
        "A task for Fargate asks for a GPU, which Fargate does not have",
        SIZES_PAGE,
        gpu_on_fargate,
    ),
    Rule::new(
        "no-room-for-proxy",
        Severity::Warning,
        "The task has no room for the Service Connect proxy beside its containers",
        "ECS Developer Guide, \"Service Connect concepts\"",
        no_room_for_proxy,
    ),
];

fn at(id: &TaskDefinitionId) -> ItemRef {
    ItemRef::TaskDefinition(id.clone())
}

/// The legal sizes near a demand, each with what a month of one task costs.
fn offers(context: &Context<'_>, definition: &TaskDefinition, cpu: CpuUnits, memory: Mib) -> Vec<(TaskSize, String)> {
    let platform = platform(definition);
    let sizes = fargate::nearest(platform, cpu, memory).into_iter();
    let told = sizes.map(|size| {
        let price = context.fargate_month(platform, size.cpu, size.memory);
        let price = price.map_or("no price known".to_owned(), |usd| format!("{} a month", usd.cents_text()));
        (size, format!("{} with {} ({price})", size.cpu, size.memory))
    });
    told.collect()
}

fn resize(id: &TaskDefinitionId, size: TaskSize, told: &str) -> (String, Vec<Edit>) {
    (format!("Use {told}"), vec![Edit::Set(at(id), Knob::TaskSize(size.cpu, size.memory))])
}

/// What: a Fargate task's CPU and memory are no pair of AWS's table. Why: the definition cannot be registered.
/// Example: 512 CPU units with 8 GB. Fix: sets the nearest legal sizes, each with its price of a month.
///
/// Source: ECS Developer Guide, "Task definition parameters for Fargate", task size (rules FG-01, TDF-21).
fn fargate_size_not_legal(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Fargate)) {
        let (Some(cpu), Some(memory)) = (definition.cpu, definition.memory) else { continue };
        if fargate::legal(platform(definition), cpu, memory) {
            continue;
        }
        let offers = offers(context, definition, cpu, memory);
        let list: Vec<_> = offers.iter().map(|(_, told)| told.as_str()).collect();
        let finding = out.add(
            at(id),
            "memory",
            format!("Fargate sells no task of {} CPU units with {} MiB", cpu.units(), memory.mib()),
            format!("Nearest legal sizes: {}", list.join(", ")),
        );
        // A smaller size may not hold the containers: only the others mend it.
        let holds =
            |size: &TaskSize| size.cpu >= container_cpu(definition) && size.memory >= container_memory(definition);
        let elsewhere = uses.kinds.len() > 1;
        for (size, told) in offers.iter().filter(|(size, _)| !elsewhere && holds(size)) {
            let (label, edits) = resize(id, *size, told);
            finding.fix(label, edits);
        }
    }
}

/// What: a task for Fargate leaves out its CPU or memory. Why: Fargate sizes and bills by them; registration fails.
/// Example: `cpu` absent, containers with 256 units and 512 MiB. Fix: sets the smallest legal size that holds them.
///
/// Source: ECS Developer Guide, "Task definition parameters for Fargate", task size (rule TDF-21).
fn fargate_size_missing(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Fargate)) {
        let field = match (definition.cpu, definition.memory) {
            (None, _) => "cpu",
            (Some(_), None) => "memory",
            (Some(_), Some(_)) => continue,
        };
        let finding = out.add(
            at(id),
            field,
            format!("A task on Fargate needs a task-level {field}"),
            "Give the task a size that Fargate sells",
        );
        let offers = offers(context, definition, definition.cpu_demand(), definition.memory_demand());
        if let Some((size, told)) = offers.first() {
            let (label, edits) = resize(id, *size, told);
            finding.fix(label, edits);
        }
    }
}

fn container_cpu(definition: &TaskDefinition) -> CpuUnits {
    definition.containers.iter().filter_map(|c| c.cpu).sum()
}

/// What the containers ask of their task's memory: all reservations, and no less than the largest limit.
pub(super) fn container_memory(definition: &TaskDefinition) -> Mib {
    let reserved = definition.containers.iter().filter_map(|c| c.memory_reservation.or(c.memory)).sum();
    let limits = definition.containers.iter().filter_map(|c| c.memory);
    limits.max().map_or(reserved, |limit| limit.max(reserved))
}

/// What: the sum of the containers' CPU or memory, or one container's limit, is above the task's. Why: registration
/// fails. Example: two containers of 384 units in a task of 512. Fix: the smallest size that holds them.
///
/// Source: ECS Developer Guide, "Task definition parameters", container definitions (rule TDF-25).
fn containers_exceed_task(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        let (cpu, memory) = (container_cpu(definition), container_memory(definition));
        let over_cpu = definition.cpu.filter(|task| cpu > *task);
        let over_memory = definition.memory.filter(|task| memory > *task);
        let (field, message) = if let Some(task) = over_cpu {
            ("cpu", format!("Containers reserve {} CPU units, the task has {}", cpu.units(), task.units()))
        } else if let Some(task) = over_memory {
            ("memory", format!("Containers need {} MiB, the task has {}", memory.mib(), task.mib()))
        } else {
            continue;
        };
        let finding = out.add(at(id), field, message, "Give the task more, or its containers less");
        if uses.on(HostKind::Fargate) {
            let offers = offers(context, definition, cpu, memory);
            let fits = offers.first().filter(|(size, _)| size.cpu >= cpu && size.memory >= memory);
            if let Some((size, told)) = fits {
                let (label, edits) = resize(id, *size, told);
                finding.fix(label, edits);
            }
        } else if let (Some(task_cpu), Some(task_memory)) = (definition.cpu, definition.memory) {
            let size = TaskSize { cpu: task_cpu.max(cpu), memory: task_memory.max(memory) };
            let (label, edits) = resize(id, size, &format!("{} with {}", size.cpu, size.memory));
            finding.fix(label, edits);
        }
    }
}

/// What: no task memory, and a container with neither limit nor reservation. Why: registration fails. Example: a
/// definition for EC2 whose only container has an image and nothing else.
///
/// Source: ECS Developer Guide, "Task definition parameters", memory (rule TDF-34).
fn container_without_memory(context: &Context<'_>, out: &mut Findings) {
    let elsewhere = context.definitions().filter(|(_, d, uses)| d.memory.is_none() && !uses.on(HostKind::Fargate));
    for (id, definition, _) in elsewhere {
        let bare = |c: &&Container| c.memory.is_none() && c.memory_reservation.is_none();
        for container in definition.containers.iter().filter(bare) {
            let message = format!("Container `{}` has no memory, and its task has none either", container.name);
            out.add(at(id), "containers", message, "Set the task's memory, or the container's limit or reservation");
        }
    }
}

/// What: `memoryReservation` is higher than `memory`. Why: registration fails: the soft limit may not lie above the hard
/// one. Example: reservation 513, limit 512.
///
/// Source: ECS Developer Guide, "Task definition parameters", memoryReservation. The page says that the limit must be
/// greater; the service takes equality (rule TDF-33).
fn reservation_above_limit(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            let (Some(soft), Some(hard)) = (container.memory_reservation, container.memory) else { continue };
            if soft <= hard {
                continue;
            }
            let message = format!(
                "Container `{}` reserves {} MiB, which is above its limit of {}",
                container.name,
                soft.mib(),
                hard.mib()
            );
            let mut without = definition.clone();
            without
                .containers
                .iter_mut()
                .filter(|c| c.name == container.name)
                .for_each(|c| c.memory_reservation = None);
            out.add(at(id), "containers", message, "Raise the limit or lower the reservation").fix(
                "Drop the reservation and keep the limit",
                vec![Edit::Put(crate::design::Item::TaskDefinition(id.clone(), without))],
            );
        }
    }
}

/// The least memory of a container.
///
/// Source: ECS API Reference, "`ContainerDefinition`", memory: 6 MiB from Docker 20.10 on (rule TDF-35).
const CONTAINER_MEMORY_MIN: Mib = Mib::from_mib(6);

/// What: a container with less than 6 MiB. Why: Docker does not start it. Example: `memory: 4`.
///
/// Source: ECS API Reference, "`ContainerDefinition`", memory (rule TDF-35).
fn container_memory_too_small(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            let least = container.memory.into_iter().chain(container.memory_reservation).min();
            let Some(memory) = least.filter(|memory| *memory < CONTAINER_MEMORY_MIN) else { continue };
            let message = format!("Container `{}` has {} MiB, the least is 6", container.name, memory.mib());
            out.add(at(id), "containers", message, "Give it at least 6 MiB");
        }
    }
}

/// The least and most CPU of a task on EC2.
///
/// Source: ECS API Reference, "`RegisterTaskDefinition`", cpu: 128 to 196,608 units (rule TDF-22).
const TASK_CPU: (CpuUnits, CpuUnits) = (CpuUnits::from_units(128), CpuUnits::from_units(196_608));

/// What: a task off Fargate with under 128 or over 196,608 CPU units. Why: registration fails. Example: `cpu: 64`.
///
/// Source: ECS API Reference, "`RegisterTaskDefinition`", cpu (rule TDF-22).
fn task_cpu_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions().filter(|(_, _, uses)| !uses.on(HostKind::Fargate)) {
        let Some(cpu) = definition.cpu.filter(|cpu| *cpu < TASK_CPU.0 || *cpu > TASK_CPU.1) else { continue };
        let message = format!("A task may have 128 to 196,608 CPU units, not {}", cpu.units());
        out.add(at(id), "cpu", message, "Set a CPU in that range, or leave the task's CPU out");
    }
}

/// What: a GPU or Neuron device asked for on Fargate. Why: Fargate has none: registration fails. Example: one GPU in a
/// definition that requires FARGATE.
///
/// Source: ECS Developer Guide, "Task definition parameters for Fargate", resourceRequirements (rules TDF-83, FG-05).
fn gpu_on_fargate(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Fargate)) {
        for container in &definition.containers {
            let what = match container {
                c if c.gpus > 0 => format!("{} GPU", c.gpus),
                c if c.all_gpus => "all GPUs of its host".to_owned(),
                c if c.gpu_sharing.is_some() => "a share of a GPU".to_owned(),
                c if c.neuron_devices => "Neuron devices".to_owned(),
                _ => continue,
            };
            let message = format!("Container `{}` asks for {what}, and Fargate has none", container.name);
            out.add(at(id), "containers", message, "Run it on Managed Instances or an Auto Scaling group of GPU types");
        }
    }
}

/// What: containers fill the task, and Service Connect adds a proxy to it. Why: the proxy then takes CPU and memory
/// from the application. Example: containers of 512 units in a task of 512 with Service Connect on.
///
/// Source: ECS Developer Guide, "Service Connect concepts": add 256 CPU units and at least 64 MiB (rule S2S-02).
fn no_room_for_proxy(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        let (cpu, memory) = service.proxy_demand();
        let needed = (container_cpu(definition) + cpu, container_memory(definition) + memory);
        let short_cpu = definition.cpu.is_some_and(|task| needed.0 > task);
        let short_memory = definition.memory.is_some_and(|task| needed.1 > task);
        if service.service_connect.is_none() || !(short_cpu || short_memory) {
            continue;
        }
        let message = format!(
            "Containers and proxy together need {} CPU units and {} MiB, the task has {} and {}",
            needed.0.units(),
            needed.1.mib(),
            definition.cpu_demand().units(),
            definition.memory_demand().mib()
        );
        let hint = format!("Add {} CPU units and {} MiB for the proxy", cpu.units(), memory.mib());
        out.add(runner.at.clone(), "service_connect", message, hint);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::service::ServiceConnect;

    fn size(definition: &mut TaskDefinition, cpu: u32, memory: u32) {
        definition.cpu = Some(CpuUnits::from_units(cpu));
        definition.memory = Some(Mib::from_mib(memory));
    }

    fn container(container: &mut Container, cpu: u32, memory: u32) {
        container.cpu = Some(CpuUnits::from_units(cpu));
        container.memory = Some(Mib::from_mib(memory));
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "fargate-size-not-legal",
            |d| size(web_definition(d), 512, 8192),
            &["web · memory"],
            |d| size(web_definition(d), 512, 4096),
        ),
        // EC2 takes any size.
        case(
            "fargate-size-not-legal",
            |d| size(web_definition(d), 300, 1000),
            &["web · memory"],
            |d| size(worker_definition(d), 300, 1000),
        ),
        case(
            "fargate-size-missing",
            |d| web_definition(d).cpu = None,
            &["web · cpu"],
            |d| worker_definition(d).cpu = None,
        ),
        case(
            "containers-exceed-task",
            |d| {
                container(sidecar(d), 384, 256);
                container(app(d), 384, 256);
            },
            &["web · cpu"],
            |d| container(app(d), 512, 1024),
        ),
        case(
            "containers-exceed-task",
            |d| container(&mut worker_definition(d).containers[0], 1024, 2049),
            &["worker · memory"],
            |d| container(&mut worker_definition(d).containers[0], 1024, 2048),
        ),
        case(
            "container-without-memory",
            |d| worker_definition(d).memory = None,
            &["worker · containers"],
            |d| {
                worker_definition(d).memory = None;
                worker_definition(d).containers[0].memory_reservation = Some(Mib::from_mib(512));
            },
        ),
        case(
            "reservation-above-limit",
            |d| {
                container(app(d), 0, 512);
                app(d).memory_reservation = Some(Mib::from_mib(513));
            },
            &["web · containers"],
            |d| {
                // TDF-33: equality is taken.
                container(app(d), 0, 512);
                app(d).memory_reservation = Some(Mib::from_mib(512));
            },
        ),
        case(
            "container-memory-too-small",
            |d| container(app(d), 0, 5),
            &["web · containers"],
            |d| container(app(d), 0, 6),
        ),
        case(
            "task-cpu-out-of-range",
            |d| size(worker_definition(d), 127, 2048),
            &["worker · cpu"],
            |d| size(worker_definition(d), 128, 2048),
        ),
        case(
            "gpu-on-fargate",
            |d| app(d).gpus = 1,
            &["web · containers"],
            |d| model_definition(d).containers[0].gpus = 1,
        ),
        // 512 units of the app and 256 of the proxy in a task of 512.
        case(
            "no-room-for-proxy",
            |d| {
                web(d).service_connect = Some(ServiceConnect::default());
                container(app(d), 512, 512);
            },
            &["web · service_connect"],
            |d| {
                web(d).service_connect = Some(ServiceConnect::default());
                container(app(d), 256, 512);
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn fg_01_sizes_are_offered_with_their_price() {
        let mut design = base();
        size(web_definition(&mut design), 512, 8192);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = found.iter().find(|f| f.rule.0 == "fargate-size-not-legal").unwrap();
        // 1 vCPU and 8 GB in us-east-1: 730 h × (0.04048 + 8 × 0.004445) = 730 × 0.07604 = 55.5092.
        assert!(finding.hint.contains("1 vCPU with 8 GB ($55.51 a month)"), "{}", finding.hint);
        assert_eq!(finding.fixes.len(), 3);
    }
}
