//! How many instances hold a set of tasks: the closed form that the estimate and a warm start share.

use super::provider::Candidate;
use super::service::PlannedService;
use crate::design::task_definition::NetworkMode;
use crate::units::{CpuUnits, Mib};

/// What is free on an instance while it is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Free {
    cpu: CpuUnits,
    memory: Mib,
    gpus: u32,
    enis: u32,
    tasks: u32,
}

impl Free {
    const fn of(candidate: &Candidate) -> Self {
        Self {
            cpu: candidate.cpu,
            memory: candidate.memory,
            gpus: candidate.gpus,
            enis: candidate.awsvpc_tasks,
            tasks: 0,
        }
    }

    fn take(&mut self, task: &PlannedService) -> bool {
        let enis = eni_demand(task);
        let fits = self.cpu >= task.cpu && self.memory >= task.memory && self.gpus >= task.gpus && self.enis >= enis;
        if fits {
            self.cpu -= task.cpu;
            self.memory -= task.memory;
            self.gpus -= task.gpus;
            self.enis -= enis;
            self.tasks += 1;
        }
        fits
    }
}

/// How many interfaces of its own a task takes (rule NET-05).
pub fn eni_demand(task: &PlannedService) -> u32 {
    u32::from(task.network_mode == NetworkMode::Awsvpc)
}

/// Whether an instance of the type holds one task when it is empty.
pub fn fits(candidate: &Candidate, task: &PlannedService) -> bool {
    task.architecture.is_none_or(|a| a == candidate.architecture) && Free::of(candidate).take(task)
}

/// How many instances of a type hold `counts` tasks of each service, largest first, each into the first instance with
/// room. Tasks that fit no empty instance are left out.
///
/// First fit decreasing needs at most 11/9 of the fewest instances, and one more (Dósa 2007); host ports are one task of
/// a kind for each instance (rule EC2-08).
pub fn instances_for(candidate: &Candidate, tasks: &[(&PlannedService, u32)]) -> u32 {
    let mut tasks: Vec<_> = tasks.iter().filter(|(task, n)| *n > 0 && fits(candidate, task)).collect();
    tasks.sort_by_key(|(task, _)| (std::cmp::Reverse((task.gpus, task.memory, task.cpu)), task.owner));
    if let [(task, count)] = tasks[..] {
        return count.div_ceil(tasks_on_one(candidate, task));
    }
    let mut instances: Vec<Free> = Vec::new();
    for (task, count) in tasks {
        let alone = !task.ports.is_empty();
        let mut from = 0;
        for _ in 0..*count {
            let found = (from..instances.len()).find(|i| instances[*i].take(task));
            let at = found.unwrap_or_else(|| {
                let mut fresh = Free::of(candidate);
                let taken = fresh.take(task);
                debug_assert!(taken, "tasks that fit no empty instance were left out");
                instances.push(fresh);
                instances.len() - 1
            });
            from = if alone { at + 1 } else { at };
        }
    }
    u32::try_from(instances.len()).unwrap_or(u32::MAX)
}

/// How many tasks of one service an instance of a type holds, at least one.
pub fn tasks_on_one(candidate: &Candidate, task: &PlannedService) -> u32 {
    if !task.ports.is_empty() {
        return 1;
    }
    let by = |have: u32, want: u32| have.checked_div(want).unwrap_or(u32::MAX);
    let by_cpu = by(candidate.cpu.units(), task.cpu.units());
    let by_memory = by(candidate.memory.mib(), task.memory.mib());
    let by_gpu = by(candidate.gpus, task.gpus);
    let by_eni = by(candidate.awsvpc_tasks, eni_demand(task));
    by_cpu.min(by_memory).min(by_gpu).min(by_eni).max(1)
}
