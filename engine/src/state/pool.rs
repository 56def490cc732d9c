//! Pools: the container instances of one provider, zone and type, ordered so that a place among them is found fast.
//!
//! A pool keeps for each instance what is free, in flat lists, with the most memory beside so much CPU that is free in
//! each lane of 8 and block of 64; and, for the fields that a service bin-packs by, a set ordered by what is free. Only the fleet changes a pool.

use std::collections::{BTreeMap, BTreeSet};

use super::instance::{ContainerInstance, Room};
use crate::catalogue::instance_types::TypeIx;
use crate::design::service::BinpackField;
use crate::names::{Architecture, InstanceTypeName, Zone};
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;

/// Marks the place of an instance in its pool: `Ix<Slot>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot;

/// How many slots one word of a mask tells of.
pub const BLOCK: u32 = u64::BITS;
/// How many slots a lane has; a block has as many lanes.
pub const LANE: usize = 8;

/// What cluster queries and `spread` see of an instance (rules ATT-01, ATT-02).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Attributes by name; a value may be absent.
    pub named: BTreeMap<String, Option<String>>,
    /// `agentVersion`.
    pub agent_version: String,
}

/// The agent that instances run.
///
/// Source: amazon-ecs-agent releases, 1.105.1 of June 2026.
const AGENT_VERSION: &str = "1.105.1";

impl Attributes {
    /// What every Linux instance has of its own (rule ATT-01).
    pub fn built_in(zone: &Zone, kind: &InstanceTypeName, architecture: Architecture) -> Self {
        let cpu = match architecture {
            Architecture::X86 => "x86_64",
            Architecture::Arm => "arm64",
        };
        let named = [
            ("ecs.availability-zone", zone.as_str()),
            ("ecs.instance-type", kind.as_str()),
            ("ecs.os-type", "linux"),
            ("ecs.cpu-architecture", cpu),
        ];
        let named = named.into_iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
        Self { named: named.collect(), agent_version: AGENT_VERSION.to_owned() }
    }

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

/// How many steps of CPU are told apart: 64 units and its doubles, beyond what any instance has.
const STEPS: usize = 16;

/// The most memory, in MiB, that is free among some slots beside at least so much CPU, by the steps of CPU: none for the
/// first, then 64 units, 128, 256 and so on. Tasks ask for such amounts, so that a look here tells nearly always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Most([u32; STEPS]);

impl Most {
    /// The highest step that so many units reach.
    fn step(cpu: u32) -> usize {
        let step = (u32::BITS - cpu.leading_zeros()).saturating_sub(6);
        Ix::<Self>::new(step).index().min(STEPS - 1)
    }

    /// Of slots with so much CPU and memory free.
    fn of_slots(slots: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut most = [0; STEPS];
        for (cpu, memory) in slots {
            let known = &mut most[Self::step(cpu)];
            *known = memory.max(*known);
        }
        for step in (1..STEPS).rev() {
            most[step - 1] = most[step].max(most[step - 1]);
        }
        Self(most)
    }

    fn of(all: &[Self]) -> Self {
        let mut most = [0; STEPS];
        for one in all {
            most.iter_mut().zip(one.0).for_each(|(most, memory)| *most = memory.max(*most));
        }
        Self(most)
    }

    /// Whether one of the slots might hold so much; if not, none does.
    pub fn may_hold(&self, want: &Room) -> bool {
        self.0[Self::step(want.cpu.units())] >= want.memory.mib()
    }
}

/// Up to 64 slots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Block {
    /// Which of them take tasks.
    pub open: u64,
    /// The most that is free among them.
    pub most: Most,
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
    lanes: Vec<Most>,
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
            lanes: Vec::new(),
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

    /// The lanes of a block, by slot.
    pub fn lanes(&self, block: usize) -> &[Most] {
        &self.lanes[block * LANE..(block * LANE + LANE).min(self.lanes.len())]
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
        if slot.index() % LANE == 0 {
            self.lanes.push(Most::default());
        }
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
        let lane = slot.index() / LANE;
        let slots = lane * LANE..(lane * LANE + LANE).min(self.members.len());
        self.lanes[lane] = Most::of_slots(slots.map(|slot| (self.cpu[slot], self.memory[slot])));
        let most = Most::of(self.lanes(word));
        let block = &mut self.blocks[word];
        block.open = if free.is_some() { block.open | bit } else { block.open & !bit };
        block.most = most;
    }
}
