//! How many instances hold a set of tasks: the closed form that the estimate and a warm start share.

use super::provider::Candidate;
use super::service::PlannedService;
use super::vcpus::VcpusLeft;
use crate::design::task_definition::NetworkMode;
use crate::names::Architecture;
use crate::units::{CpuUnits, Mib};

/// What is free on an instance while it is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Free {
    architecture: Architecture,
    cpu: CpuUnits,
    memory: Mib,
    gpus: u32,
    enis: u32,
    tasks: u32,
}

impl Free {
    const fn of(candidate: &Candidate) -> Self {
        Self {
            architecture: candidate.architecture,
            cpu: candidate.cpu,
            memory: candidate.memory,
            gpus: candidate.gpus,
            enis: candidate.awsvpc_tasks,
            tasks: 0,
        }
    }

    fn take(&mut self, task: &PlannedService) -> bool {
        let enis = eni_demand(task);
        let runs = task.architecture.is_none_or(|a| a == self.architecture);
        let room = self.cpu >= task.cpu && self.memory >= task.memory && self.gpus >= task.gpus && self.enis >= enis;
        let fits = runs && room;
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

/// What a task takes of an instance: two that take the same fit the same instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wants {
    architecture: Option<Architecture>,
    cpu: CpuUnits,
    memory: Mib,
    gpus: u32,
    enis: u32,
}

impl Wants {
    fn of(task: &PlannedService) -> Self {
        let PlannedService { architecture, cpu, memory, gpus, .. } = *task;
        Self { architecture, cpu, memory, gpus, enis: eni_demand(task) }
    }
}

/// How many interfaces of its own a task takes (rule NET-05).
pub fn eni_demand(task: &PlannedService) -> u32 {
    u32::from(task.network_mode == NetworkMode::Awsvpc)
}

/// Whether an instance of the type holds one task when it is empty.
pub fn fits(candidate: &Candidate, task: &PlannedService) -> bool {
    Free::of(candidate).take(task)
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
    // Where the search may start: instances before it had no room for a task that wants as much.
    let (mut from, mut wanted) = (0, None);
    for (task, count) in tasks {
        let alone = !task.ports.is_empty();
        let wants = (!alone).then(|| Wants::of(task));
        from = if wants.is_some() && wants == wanted { from } else { 0 };
        wanted = wants;
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

/// How tasks stand on instances by zone: for each service its tasks by zone, placed one by one as a service without a
/// strategy is placed — in the zone with fewest of it that has room, there on the first instance with room. What finds no
/// room is left out.
pub fn deal(instances: &[Vec<&Candidate>], tasks: &[(&PlannedService, Vec<usize>, u32)]) -> Vec<Vec<u32>> {
    let empty = |of_zone: &Vec<&Candidate>| of_zone.iter().map(|candidate| Free::of(candidate)).collect();
    let mut free: Vec<Vec<Free>> = instances.iter().map(empty).collect();
    let mut dealt = Vec::new();
    // Where each zone's search may start: instances before it are full for this task, and for one that takes as much.
    let (mut from, mut wanted) = (vec![0; instances.len()], None);
    for (task, zones, count) in tasks {
        let mut by_zone = vec![0; instances.len()];
        let wants = task.ports.is_empty().then(|| Wants::of(task));
        if wants.is_none() || wants != wanted {
            from.fill(0);
        }
        wanted = wants;
        let (mut open, mut left) = (zones.clone(), *count);
        while left > 0
            && let Some(place) = (0..open.len()).min_by_key(|place| (by_zone[open[*place]], open[*place]))
        {
            let zone = open[place];
            match (from[zone]..free[zone].len()).find(|place| free[zone][*place].take(task)) {
                Some(found) => {
                    from[zone] = if task.ports.is_empty() { found } else { found + 1 };
                    by_zone[zone] += 1;
                    left -= 1;
                }
                // A zone without room has none for the task's likes either.
                None => _ = open.swap_remove(place),
            }
        }
        dealt.push(by_zone);
    }
    dealt
}

/// An instance of Managed Instances to launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bought {
    /// Its type: its place among the candidates.
    pub candidate: usize,
    /// Its zone: a place among those asked for.
    pub zone: usize,
}

/// Instances of Managed Instances for tasks by zone, as far as running vCPUs are left; those are taken. Whether they ran
/// short comes with them.
///
/// Assumption: where the best instances would pass a quota, ECS packs anew with the types that still have room, and buys
/// zone by zone until none has; what it does then is not documented.
pub fn managed_within(
    candidates: &[Candidate],
    by_zone: &[Vec<(&PlannedService, u32)>],
    left: &mut VcpusLeft,
) -> (Vec<Bought>, bool) {
    let before = left.clone();
    let best = pack_zones(candidates, by_zone, |_| true);
    let count = best.len();
    let bought = take_within(candidates, best, left);
    if bought.len() == count {
        return (bought, false);
    }
    *left = before;
    let open = left.clone();
    let wanted = pack_zones(candidates, by_zone, |candidate| open.instances(candidate) > 0);
    (take_within(candidates, wanted, left), true)
}

fn pack_zones(
    candidates: &[Candidate],
    by_zone: &[Vec<(&PlannedService, u32)>],
    open: impl Fn(&Candidate) -> bool,
) -> Vec<Bought> {
    let of_zone = |(zone, tasks): (usize, &Vec<_>)| {
        let packed = managed_instances_for(candidates, tasks, &open);
        packed.into_iter().map(move |candidate| Bought { candidate, zone })
    };
    by_zone.iter().enumerate().flat_map(of_zone).collect()
}

fn take_within(candidates: &[Candidate], wanted: Vec<Bought>, left: &mut VcpusLeft) -> Vec<Bought> {
    let taken = |bought: &Bought| {
        let of = &candidates[bought.candidate];
        let room = left.instances(of) > 0;
        left.take(of, u32::from(room));
        room
    };
    wanted.into_iter().filter(taken).collect()
}

/// Instances that hold `counts` tasks of each service in one zone: the places of the candidates chosen, one for each
/// instance (rule MI-23 d): again and again the type whose price for each task it holds is least, ties to the fewer
/// instances, then the larger type, then the name. Tasks that fit no open candidate are left out.
fn managed_instances_for(
    candidates: &[Candidate],
    tasks: &[(&PlannedService, u32)],
    open: impl Fn(&Candidate) -> bool,
) -> Vec<usize> {
    let mut left: Vec<_> = tasks.iter().filter(|(_, count)| *count > 0).copied().collect();
    left.sort_by_key(|(task, _)| (std::cmp::Reverse((task.gpus, task.memory, task.cpu)), task.owner));
    let mut chosen = Vec::new();
    loop {
        let best = candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| open(candidate))
            .filter_map(|(place, candidate)| {
                let price = u128::try_from(candidate.hourly?.nanos()).ok()?;
                let taken = fill(candidate, &left);
                let held: u32 = taken.iter().sum();
                (held > 0).then_some((place, price, held, taken))
            })
            .min_by(|a, b| {
                let (left, right) = (a.1 * u128::from(b.2), b.1 * u128::from(a.2));
                let larger = candidates[b.0].memory.cmp(&candidates[a.0].memory);
                left.cmp(&right).then(b.2.cmp(&a.2)).then(larger).then(candidates[a.0].name.cmp(&candidates[b.0].name))
            });
        let Some((place, _, _, taken)) = best else { return chosen };
        // As many alike as hold the same tasks again.
        let again =
            left.iter().zip(&taken).filter(|(_, t)| **t > 0).map(|((_, count), t)| count / t).min().unwrap_or(1);
        for ((_, count), taken) in left.iter_mut().zip(taken) {
            *count -= taken * again;
        }
        chosen.extend(std::iter::repeat_n(place, usize::try_from(again).unwrap_or(0)));
    }
}

/// How many tasks of each service one empty instance takes, in their order.
fn fill(candidate: &Candidate, tasks: &[(&PlannedService, u32)]) -> Vec<u32> {
    let mut free = Free::of(candidate);
    let fill_one = |(task, count): &(&PlannedService, u32)| {
        if *count == 0 || !fits(candidate, task) {
            return 0;
        }
        let most = if task.ports.is_empty() { *count } else { 1 };
        let mut taken = 0;
        while taken < most && free.take(task) {
            taken += 1;
        }
        taken
    };
    tasks.iter().map(fill_one).collect()
}
