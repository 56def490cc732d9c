//! Room for a rolling deployment on instances: whether a new task fits beside the old ones it may not stop first.

use super::context::{Context, Host, HostKind, Runner};
use super::diagnostic::{Findings, Rule, Severity};
use super::instances::{demand, largest, registered, slots};
use crate::catalogue::instance_types::InstanceType;
use crate::design::capacity::AutoScalingGroupProvider;
use crate::design::deployment::DeploymentStrategy;
use crate::design::id::CapacityProviderId;
use crate::design::service::{SchedulingStrategy, Service};
use crate::design::task_definition::{NetworkMode, TaskDefinition};
use crate::units::Mib;

pub(super) const RULES: &[Rule] = &[Rule::new(
    "no-room-for-rollout",
    Severity::Warning,
    "A deployment finds no room for a new task beside the old ones",
    "ECS Developer Guide, \"Amazon ECS service event messages\": the closest matching container instance has insufficient memory",
    no_room_for_rollout,
)];

/// What tasks take of instances, or instances have for them.
#[derive(Debug, Clone, Copy, Default)]
struct Room {
    cpu: u64,
    memory: u64,
    interfaces: u64,
}

impl Room {
    fn of_task(runner: &Runner<'_>, definition: &TaskDefinition) -> Self {
        let (cpu, memory) = demand(runner, definition);
        let interfaces = u64::from(definition.network_mode() == NetworkMode::Awsvpc);
        Self { cpu: u64::from(cpu.units()), memory: u64::from(memory.mib()), interfaces }
    }

    fn of_instance(kind: &InstanceType, registered: Mib, trunking: bool) -> Self {
        Self {
            cpu: u64::from(kind.registered_cpu().units()),
            memory: u64::from(registered.mib()),
            interfaces: u64::from(slots(kind, trunking)),
        }
    }

    fn times(self, count: u32) -> Self {
        let times = |amount: u64| amount.saturating_mul(u64::from(count));
        Self { cpu: times(self.cpu), memory: times(self.memory), interfaces: times(self.interfaces) }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_add(other.cpu),
            memory: self.memory.saturating_add(other.memory),
            interfaces: self.interfaces.saturating_add(other.interfaces),
        }
    }

    /// How many tasks fit into it, and what binds.
    fn holds(self, task: Self) -> (u64, &'static str) {
        let fit = |has: u64, wants: u64| has.checked_div(wants).unwrap_or(u64::MAX);
        [
            (fit(self.memory, task.memory), "memory"),
            (fit(self.cpu, task.cpu), "CPU"),
            (fit(self.interfaces, task.interfaces), "network interfaces"),
        ]
        .into_iter()
        .min_by_key(|(count, _)| *count)
        .unwrap_or((u64::MAX, "memory"))
    }

    /// What of `wanted` it is short of.
    fn short_of(self, wanted: Self) -> Option<&'static str> {
        if wanted.memory > self.memory {
            Some("memory")
        } else if wanted.cpu > self.cpu {
            Some("CPU")
        } else if wanted.interfaces > self.interfaces {
            Some("network interfaces")
        } else {
            None
        }
    }
}

/// The groups that a runner's tasks are put on, if they are put on nothing else.
fn groups<'c, 'd>(runner: &'c Runner<'d>) -> Option<Vec<(&'d CapacityProviderId, &'d AutoScalingGroupProvider)>> {
    let group = |host: &Host<'d>| match host {
        Host::Group(id, group) => Some((*id, *group)),
        Host::Fargate | Host::FargateSpot | Host::Managed(..) | Host::Ec2 | Host::External => None,
    };
    let groups: Option<Vec<_>> = runner.hosts.iter().map(group).collect();
    groups.filter(|groups| !groups.is_empty())
}

/// How many tasks a service has when it is deployed, if the deployment may stop none of them first.
fn keeps_all(service: &Service) -> Option<u32> {
    let (least, most) = service.bounds();
    let desired = service.desired_count.clamp(least, most.max(least));
    let rolling = service.deployment.strategy() == DeploymentStrategy::Rolling;
    let daemon = service.scheduling_strategy() == SchedulingStrategy::Daemon;
    let keeps = service.minimum_healthy_percent().ceil_of(desired) >= desired;
    let starts = service.maximum_percent().floor_of(desired) > desired;
    (rolling && !daemon && keeps && starts && desired > 0).then_some(desired)
}

/// What: a group at its maximum holds all tasks of its services and not one more, and the deployment may stop none of the
/// old ones first. Why: the new task waits without end, and so does the deployment. Example: one task of 900 MiB, 100 and
/// 200 %, on at most one `t2.micro`.
///
/// Source: ECS Developer Guide, "Amazon ECS service event messages" (rules SVC-23, PLC-01, EC2-03).
///
/// Assumption: instances are of the group's largest type; where several services share them, what is free is taken
/// together, so that a task which only fits nowhere by fragments is not told.
fn no_room_for_rollout(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition), Some(groups)) = (runner.service, runner.definition, groups(runner))
        else {
            continue;
        };
        let Some(desired) = keeps_all(service) else { continue };
        let task = Room::of_task(runner, definition);
        let trunking = context.design.account.awsvpc_trunking;
        let (mut tasks_held, mut all, mut binds, mut instances) = (0u64, Room::default(), "memory", 0u32);
        for (id, group) in &groups {
            let Some(kind) = largest(context.catalogue, group) else { continue };
            let registered = registered(&Host::Group(id, group), definition, kind).memory();
            let instance = Room::of_instance(kind, registered, trunking);
            let (count, bound) = instance.holds(task);
            tasks_held = tasks_held.saturating_add(count.saturating_mul(u64::from(group.max_size)));
            all = all.plus(instance.times(group.max_size));
            binds = bound;
            instances = instances.saturating_add(group.max_size);
        }
        let others = others_on(context, runner, &groups);
        let standing = others.plus(task.times(desired));
        let short = if tasks_held == u64::from(desired) {
            Some(binds)
        } else if all.short_of(standing).is_none() {
            all.short_of(standing.plus(task))
        } else {
            None
        };
        let Some(short) = short.filter(|_| tasks_held > 0) else { continue };
        let (tasks, names) = (if desired == 1 { "task" } else { "tasks" }, names(&groups));
        let plural = if instances == 1 { "instance" } else { "instances" };
        let message = format!(
            "A deployment finds no room for a new task beside the {desired} old {tasks}: {names} has at most {instances} \
             {plural}, whose {short} is used up"
        );
        let hint =
            "Raise the group's maximum, or let deployments stop an old task first with a lower minimumHealthyPercent";
        out.add(runner.at.clone(), "deployment", message, hint);
    }
}

fn names(groups: &[(&CapacityProviderId, &AutoScalingGroupProvider)]) -> String {
    groups.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" and ")
}

/// What the other services' tasks take on these groups at their desired counts.
fn others_on(
    context: &Context<'_>,
    runner: &Runner<'_>,
    groups: &[(&CapacityProviderId, &AutoScalingGroupProvider)],
) -> Room {
    let on = |other: &&Runner<'_>| {
        let shares = |host: &Host<'_>| matches!(host, Host::Group(id, _) if groups.iter().any(|(own, _)| own == id));
        other.at != runner.at && other.on(HostKind::Ec2) && other.hosts.iter().all(shares)
    };
    context.runners.iter().filter(on).fold(Room::default(), |room, other| {
        let (Some(service), Some(definition)) = (other.service, other.definition) else { return room };
        let daemon = service.scheduling_strategy() == SchedulingStrategy::Daemon;
        let instances = groups.iter().map(|(_, group)| group.max_size).fold(0u32, u32::saturating_add);
        let count = if daemon { instances } else { service.desired_count };
        room.plus(Room::of_task(other, definition).times(count))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::task_definition::NetworkMode;
    use crate::units::{CpuUnits, Mib, Percent};

    /// So many workers of a size on so many `m7i.xlarge` (4,096 CPU units), by size alone or each with its own interface.
    fn workers(d: &mut Design, count: u32, cpu: u32, memory: u32, instances: u32) {
        worker(d).desired_count = count;
        (worker_definition(d).cpu, worker_definition(d).memory) =
            (Some(CpuUnits::from_units(cpu)), Some(Mib::from_mib(memory)));
        group(d).max_size = instances;
    }

    fn with_interfaces(d: &mut Design, count: u32) {
        let subnets = web(d).subnets.clone();
        worker(d).subnets = subnets;
        worker_definition(d).network_mode = Some(NetworkMode::Awsvpc);
        d.account.awsvpc_trunking = false;
        workers(d, count, 256, 256, 1);
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // 4 × 1,024 units fill an instance, and 8 two of them.
        case(
            "no-room-for-rollout",
            |d| workers(d, 8, 1024, 512, 2),
            &["worker · deployment"],
            |d| workers(d, 7, 1024, 512, 2),
        ),
        // Two tasks of 7 GiB fill the memory of 16 GiB; a third has no room.
        case(
            "no-room-for-rollout",
            |d| workers(d, 2, 256, 7168, 1),
            &["worker · deployment"],
            |d| {
                workers(d, 2, 256, 7168, 1);
                worker(d).deployment.minimum_healthy_percent = Some(Percent::from_percent(50));
            },
        ),
        // Four interfaces, one of them the instance's own: three tasks.
        case("no-room-for-rollout", |d| with_interfaces(d, 3), &["worker · deployment"], |d| with_interfaces(d, 2)),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
