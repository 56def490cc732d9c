//! How many tasks of one service, or one task group, stand on each instance and in each zone.
//!
//! Tasks count while their desired status is RUNNING (rule PLC-28). For each pool there is a mask for "more than c
//! tasks", c from 0 up: so the instances with the fewest tasks are found without looking at the others.

use super::instance::ContainerInstance;
use super::pool::{Pool, Slot, bit_of};
use crate::plan::PlannedZone;
use crate::plan::index::Ix;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct InPool {
    tasks: u32,
    /// `above[c]` has a bit for each slot with more than `c` tasks.
    above: Vec<Vec<u64>>,
}

/// Tasks of one service by instance, pool and zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskCounts {
    pools: Vec<InPool>,
    zones: Vec<u32>,
}

impl TaskCounts {
    /// None anywhere.
    pub const fn new() -> Self {
        Self { pools: Vec::new(), zones: Vec::new() }
    }

    /// Counts a task placed on an instance.
    pub fn add(&mut self, instance: &ContainerInstance) {
        let (pool, zone) = (instance.pool.index(), instance.zone.index());
        if self.pools.len() <= pool {
            self.pools.resize_with(pool + 1, InPool::default);
        }
        if self.zones.len() <= zone {
            self.zones.resize(zone + 1, 0);
        }
        self.zones[zone] += 1;
        let count = usize::try_from(self.on(instance)).expect("counts are small");
        let (word, bit) = bit_of(instance.slot);
        let pool = &mut self.pools[pool];
        pool.tasks += 1;
        if pool.above.len() == count {
            pool.above.push(Vec::new());
        }
        let mask = &mut pool.above[count];
        if mask.len() <= word {
            mask.resize(word + 1, 0);
        }
        mask[word] |= bit;
    }

    /// Counts a task no more, whose desired status is STOPPED. Panics if none is counted there: tasks leave once.
    pub fn remove(&mut self, instance: &ContainerInstance) {
        let count = self.on(instance);
        assert!(count > 0, "a task leaves an instance that counts none of its service");
        let (word, bit) = bit_of(instance.slot);
        let pool = &mut self.pools[instance.pool.index()];
        pool.tasks -= 1;
        self.zones[instance.zone.index()] -= 1;
        let top = usize::try_from(count - 1).expect("counts are small");
        pool.above[top][word] &= !bit;
    }

    /// Tasks on an instance.
    pub fn on(&self, instance: &ContainerInstance) -> u32 {
        let Some(pool) = self.pools.get(instance.pool.index()) else { return 0 };
        let (word, bit) = bit_of(instance.slot);
        let held = pool.above.iter().take_while(|mask| mask.get(word).is_some_and(|bits| bits & bit != 0)).count();
        u32::try_from(held).expect("counts are small")
    }

    /// Tasks in a zone.
    pub fn in_zone(&self, zone: Ix<PlannedZone>) -> u32 {
        self.zones.get(zone.index()).copied().unwrap_or(0)
    }

    /// Tasks in a pool.
    pub fn in_pool(&self, pool: Ix<Pool>) -> u32 {
        self.pools.get(pool.index()).map_or(0, |pool| pool.tasks)
    }

    /// The slots of a pool that hold more than `count` tasks, 64 a word; words that are missing have none.
    pub fn masks(&self, pool: Ix<Pool>, count: u32) -> &[u64] {
        let mask = usize::try_from(count).ok().and_then(|count| self.pools.get(pool.index())?.above.get(count));
        mask.map_or(&[], Vec::as_slice)
    }

    /// Whether the instance of a slot holds more than `count` tasks.
    pub fn is_above(&self, pool: Ix<Pool>, count: u32, slot: Ix<Slot>) -> bool {
        let (word, bit) = bit_of(slot);
        self.masks(pool, count).get(word).is_some_and(|word| word & bit != 0)
    }

    /// A count that no instance of a pool exceeds.
    pub fn highest(&self, pool: Ix<Pool>) -> u32 {
        self.pools.get(pool.index()).map_or(0, |pool| u32::try_from(pool.above.len()).expect("counts are small"))
    }
}
