//! Which task goes first when a service has too many: the strategies read backwards (rules PLC-50 to PLC-53).

use std::collections::BTreeMap;

use crate::chance::Chance;
use crate::design::service::BinpackField;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::placement::PlannedStrategy;
use crate::state::fleet::Fleet;
use crate::state::instance::ContainerInstance;
use crate::state::task::Task;

/// A task that may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The task.
    pub task: Ix<Task>,
    /// Its zone.
    pub zone: Ix<PlannedZone>,
    /// Its container instance; none on Fargate.
    pub instance: Option<Ix<ContainerInstance>>,
}

/// The task that goes; `None` of none. Each strategy narrows what the one before left to where most tasks of the service
/// stand or, for `binpack`, to where most will be free; among equals chance decides. Without strategies it is the zone
/// with most tasks, there the instance with most (rule PLC-52); on Fargate the zone alone (rule PLC-55).
pub fn victim(
    fleet: &Fleet,
    strategies: &[PlannedStrategy],
    mut candidates: Vec<Candidate>,
    chance: &mut Chance,
) -> Option<Ix<Task>> {
    candidates.sort_by_key(|candidate| candidate.task);
    if strategies.is_empty() {
        candidates = crowded(candidates, |candidate| candidate.zone);
        candidates = crowded(candidates, |candidate| candidate.instance);
    }
    for strategy in strategies {
        candidates = match strategy {
            PlannedStrategy::Random => break,
            PlannedStrategy::SpreadZones => crowded(candidates, |candidate| candidate.zone),
            PlannedStrategy::SpreadInstances => crowded(candidates, |candidate| candidate.instance),
            PlannedStrategy::SpreadAttribute(name) => crowded(candidates, |candidate| {
                let pool = fleet.pool(fleet.instance(candidate.instance?).pool);
                pool.facts.attributes.named.get(name).cloned()
            }),
            PlannedStrategy::Binpack(field) => emptiest(fleet, *field, candidates),
        };
    }
    let drawn = chance.below(u64::try_from(candidates.len()).expect("tasks are counted in 32 bits"));
    candidates.get(usize::try_from(drawn).ok()?).map(|candidate| candidate.task)
}

/// The candidates that share the value most of them have, ties to the first value; all of them where the key is the same
/// for all, as instances are on Fargate.
fn crowded<K: Ord + Clone>(candidates: Vec<Candidate>, key: impl Fn(&Candidate) -> K) -> Vec<Candidate> {
    let mut counts: BTreeMap<K, u32> = BTreeMap::new();
    for candidate in &candidates {
        *counts.entry(key(candidate)).or_default() += 1;
    }
    let most = counts.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(value, _)| value.clone());
    candidates.into_iter().filter(|candidate| Some(key(candidate)) == most).collect()
}

/// The candidates on instances with most of a field free: tasks of a service are alike, so these end with most.
fn emptiest(fleet: &Fleet, field: BinpackField, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let free = |candidate: &Candidate| {
        candidate.instance.map(|ix| match field {
            BinpackField::Cpu => fleet.instance(ix).free.cpu.units(),
            BinpackField::Memory => fleet.instance(ix).free.memory.mib(),
        })
    };
    let most = candidates.iter().map(&free).max();
    candidates.into_iter().filter(|candidate| Some(free(candidate)) == most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Concern;
    use crate::control::placement::testing::{fleet_of, reserve};
    use crate::state::task_counts::TaskCounts;
    use PlannedStrategy::{Binpack, SpreadInstances, SpreadZones};

    /// Instances in zones 0, 0, 1 with these numbers of tasks of 100 units and 200 MiB on each; who goes, over many draws.
    fn gone(strategies: &[PlannedStrategy], tasks: [u32; 3]) -> Vec<usize> {
        let (mut fleet, instances) = fleet_of(&[(0, 4096, 8192), (0, 4096, 8192), (1, 4096, 8192)]);
        let (mut counts, mut candidates) = (TaskCounts::new(), Vec::new());
        for (instance, tasks) in instances.iter().zip(tasks) {
            for _ in 0..tasks {
                reserve(&mut fleet, *instance, 100, 200, &mut counts);
                let task = Ix::new(u32::try_from(candidates.len()).unwrap());
                candidates.push(Candidate { task, zone: fleet.instance(*instance).zone, instance: Some(*instance) });
            }
        }
        let mut chance = Chance::of(1, Concern::VictimOrder, 0);
        let mut from: Vec<_> = (0..200)
            .map(|_| {
                let task = victim(&fleet, strategies, candidates.clone(), &mut chance).unwrap();
                candidates[task.index()].instance.unwrap().index()
            })
            .collect();
        from.sort_unstable();
        from.dedup();
        from
    }

    #[test]
    fn plc_50_to_53_victims_keep_what_the_strategy_wants() {
        assert_eq!(gone(&[SpreadZones], [1, 2, 2]), [0, 1]); // PLC-50: zone 0 has 3 of 5, there at random
        assert_eq!(gone(&[SpreadZones, SpreadInstances], [1, 2, 2]), [1]);
        assert_eq!(gone(&[Binpack(BinpackField::Memory)], [3, 1, 2]), [1]); // PLC-51: the emptiest
        assert_eq!(gone(&[], [1, 2, 2]), [1]); // PLC-52
        assert_eq!(gone(&[PlannedStrategy::Random], [1, 2, 2]), [0, 1, 2]); // PLC-53
    }

    #[test]
    fn plc_55_on_fargate_zones_stay_even() {
        let zone = |task: u32| Ix::new(u32::from(task >= 2)); // 2 tasks in zone 0, 3 in zone 1
        let candidates: Vec<_> =
            (0..5).map(|task| Candidate { task: Ix::new(task), zone: zone(task), instance: None }).collect();
        let mut chance = Chance::of(1, Concern::VictimOrder, 0);
        let gone: Vec<_> = (0..50)
            .filter_map(|_| victim(&Fleet::default(), &[], candidates.clone(), &mut chance))
            .map(Ix::place)
            .collect();
        assert!(gone.len() == 50 && gone.iter().all(|task| *task >= 2) && (2..5).all(|task| gone.contains(&task)));
        assert_eq!(victim(&Fleet::default(), &[], Vec::new(), &mut chance), None);
    }
}
