//! Pools: the container instances of one provider, zone and type, ordered so that a place among them is found fast.
//!
//! A pool keeps for each instance what is free, in flat lists, with the most that is free in each block of 64; and,
//! for the fields that a service bin-packs by, a set ordered by what is free. Only the fleet changes a pool.

use std::collections::{BTreeMap, BTreeSet};

use super::instance::{ContainerInstance, Room};
use crate::catalogue::instance_types::TypeIx;
use crate::design::service::BinpackField;
use crate::names::Architecture;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;

/// Marks the place of an instance in its pool: `Ix<Slot>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot;

/// How many slots one word of a mask tells of.
pub const BLOCK: u32 = u64::BITS;

/// What cluster queries and `spread` see of an instance (rules ATT-01, ATT-02).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Attributes by name; a value may be absent.
    pub named: BTreeMap<String, Option<String>>,
    /// `agentVersion`.
    pub agent_version: String,
}

impl Attributes {
    /// The value of an attribute, if the instance has it with a value.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.named.get(name)?.as_deref()
    }
}

/// What all instances of a pool have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolFacts {
    /// Their provider.
    pub provider: Ix<PlannedProvider>,
    /// Their zone.
    pub zone: Ix<PlannedZone>,
    /// Their type.
    pub kind: TypeIx,
    /// Their architecture.
    pub architecture: Architecture,
    /// What each registers.
    pub registered: Room,
    /// Their attributes.
    pub attributes: Attributes,
}

/// Up to 64 slots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Block {
    /// Which of them take tasks.
    pub open: u64,
    /// The most CPU units free on one of them.
    pub cpu: u32,
    /// The most MiB free on one of them.
    pub memory: u32,
}

/// The container instances of one provider, zone and type.
#[derive(Debug, Clone)]
pub struct Pool {
    /// What they have in common.
    pub facts: PoolFacts,
    members: Vec<Ix<ContainerInstance>>,
    live: Vec<Ix<ContainerInstance>>,
    cpu: Vec<u32>,
    memory: Vec<u32>,
    blocks: Vec<Block>,
    by_cpu: Option<BTreeSet<(u32, Ix<Slot>)>>,
    by_memory: Option<BTreeSet<(u32, Ix<Slot>)>>,
}

/// The word of a mask that tells of a slot, and its bit in it.
pub(super) fn bit_of(slot: Ix<Slot>) -> (usize, u64) {
    (Ix::<Block>::new(slot.place() / BLOCK).index(), 1 << (slot.place() % BLOCK))
}

impl Pool {
    pub(super) fn new(facts: PoolFacts, indexed: &[BinpackField]) -> Self {
        let set = |field| indexed.contains(&field).then(BTreeSet::new);
        Self {
            facts,
            members: Vec::new(),
            live: Vec::new(),
            cpu: Vec::new(),
            memory: Vec::new(),
            blocks: Vec::new(),
            by_cpu: set(BinpackField::Cpu),
            by_memory: set(BinpackField::Memory),
        }
    }

    /// Every instance there ever was, by slot: as they registered.
    pub fn members(&self) -> &[Ix<ContainerInstance>] {
        &self.members
    }

    /// The instances that are not INACTIVE, as they registered.
    pub fn live(&self) -> &[Ix<ContainerInstance>] {
        &self.live
    }

    /// Its blocks, by slot.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// CPU units free on the instance of a slot; 0 while it takes no tasks.
    pub fn cpu_free(&self, slot: Ix<Slot>) -> u32 {
        self.cpu[slot.index()]
    }

    /// MiB free on the instance of a slot; 0 while it takes no tasks.
    pub fn memory_free(&self, slot: Ix<Slot>) -> u32 {
        self.memory[slot.index()]
    }

    /// What is free of a field on the instance of a slot.
    pub fn free(&self, field: BinpackField, slot: Ix<Slot>) -> u32 {
        match field {
            BinpackField::Cpu => self.cpu_free(slot),
            BinpackField::Memory => self.memory_free(slot),
        }
    }

    /// Whether the instance of a slot takes tasks.
    pub fn is_open(&self, slot: Ix<Slot>) -> bool {
        let (word, bit) = bit_of(slot);
        self.blocks[word].open & bit != 0
    }

    /// The open instances ordered by what is free of a field, then by slot; `None` if the fleet keeps no such order.
    pub fn ordered(&self, field: BinpackField) -> Option<&BTreeSet<(u32, Ix<Slot>)>> {
        match field {
            BinpackField::Cpu => self.by_cpu.as_ref(),
            BinpackField::Memory => self.by_memory.as_ref(),
        }
    }

    /// Adds an instance, closed.
    pub(super) fn add(&mut self, instance: Ix<ContainerInstance>) -> Ix<Slot> {
        let slot = Ix::new(u32::try_from(self.members.len()).expect("a pool holds under 2³² instances"));
        self.members.push(instance);
        self.live.push(instance);
        self.cpu.push(0);
        self.memory.push(0);
        if slot.place() % BLOCK == 0 {
            self.blocks.push(Block::default());
        }
        slot
    }

    /// Takes an instance that has become INACTIVE out of the live ones.
    pub(super) fn bury(&mut self, instance: Ix<ContainerInstance>) {
        if let Ok(place) = self.live.binary_search(&instance) {
            self.live.remove(place);
        }
    }

    /// Says what is free on an instance; `None` closes it.
    pub(super) fn update(&mut self, slot: Ix<Slot>, free: Option<Room>) {
        let (word, bit) = bit_of(slot);
        let (cpu, memory) = free.map_or((0, 0), |room| (room.cpu.units(), room.memory.mib()));
        let was_open = self.blocks[word].open & bit != 0;
        let (cpu_before, memory_before) = (self.cpu[slot.index()], self.memory[slot.index()]);
        for (set, before, after) in [(&mut self.by_cpu, cpu_before, cpu), (&mut self.by_memory, memory_before, memory)]
        {
            let Some(set) = set else { continue };
            if was_open {
                set.remove(&(before, slot));
            }
            if free.is_some() {
                set.insert((after, slot));
            }
        }
        self.cpu[slot.index()] = cpu;
        self.memory[slot.index()] = memory;
        let block = &mut self.blocks[word];
        block.open = if free.is_some() { block.open | bit } else { block.open & !bit };
        let first = word * 64;
        let last = (first + 64).min(self.members.len());
        block.cpu = most(block.cpu, cpu_before, cpu, &self.cpu[first..last]);
        block.memory = most(block.memory, memory_before, memory, &self.memory[first..last]);
    }
}

/// The most of a block after one of its values has changed.
fn most(known: u32, before: u32, after: u32, values: &[u32]) -> u32 {
    if after >= known {
        after
    } else if before < known {
        known
    } else {
        values.iter().copied().max().unwrap_or(0)
    }
}
