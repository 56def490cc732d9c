//! Small fleets for tests of placement.

use crate::catalogue::instance_types::TypeIx;
use crate::design::service::{BinpackField, SchedulingStrategy};
use crate::names::Architecture;
use crate::plan::index::Ix;
use crate::state::fleet::Fleet;
use crate::state::instance::{ContainerInstance, Demand, InstanceStatus, Room};
use crate::state::pool::{Attributes, PoolFacts};
use crate::state::task_counts::TaskCounts;
use crate::units::{CpuUnits, Mib, SimTime};

/// CPU and memory as a demand.
pub(crate) fn demand(cpu: u32, memory: u32) -> Demand {
    let room = Room { cpu: CpuUnits::from_units(cpu), memory: Mib::from_mib(memory), gpus: 0, enis: 0 };
    Demand { room, ports: Vec::new() }
}

/// A pool of provider 0 in a zone, four interfaces an instance, with one attribute `rack`.
pub(crate) fn facts(zone: u32, cpu: u32, memory: u32, rack: Option<&str>) -> PoolFacts {
    let named = rack.map(|rack| ("rack".to_owned(), Some(rack.to_owned())));
    PoolFacts {
        provider: Ix::new(0),
        zone: Ix::new(zone),
        kind: TypeIx::new(0),
        architecture: Architecture::X86,
        registered: Room { enis: 4, ..demand(cpu, memory).room },
        attributes: Attributes { named: named.into_iter().collect(), agent_version: "1.105.1".to_owned() },
    }
}

/// Instances by (zone, CPU, memory), in order, ordered by memory and not by CPU.
pub(crate) fn fleet_of(instances: &[(u32, u32, u32)]) -> (Fleet, Vec<Ix<ContainerInstance>>) {
    let mut fleet = Fleet::new(&[BinpackField::Memory]);
    let all = instances.iter().map(|(zone, cpu, memory)| {
        let pool = fleet.pool_of(facts(*zone, *cpu, *memory, None));
        fleet.register(pool, InstanceStatus::Active, SimTime::ZERO)
    });
    let all = all.collect();
    (fleet, all)
}

/// Places a task on an instance.
pub(crate) fn reserve(
    fleet: &mut Fleet,
    instance: Ix<ContainerInstance>,
    cpu: u32,
    memory: u32,
    counts: &mut TaskCounts,
) {
    fleet.reserve(instance, &demand(cpu, memory), SchedulingStrategy::Replica);
    counts.add(fleet.instance(instance));
}
