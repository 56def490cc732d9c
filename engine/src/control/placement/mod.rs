//! Placement on container instances: fit, then constrain, then rank (rules PLC-01 to PLC-29).
//!
//! In: what one task of a service needs, the instances of a provider. Out: the instance, or how many were passed over for
//! which reason.

use std::fmt;

use crate::chance::Chance;
use crate::design::service::{BinpackField, PlacementStrategy};
use crate::design::task_definition::PlacementConstraint;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::packing::eni_demand;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::state::State;
use crate::state::instance::{ContainerInstance, Demand, Room};
use crate::state::service::ServiceState;
use crate::units::SimTime;

/// How many instances were passed over, by the first reason each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each counts the instances that lacked it")]
pub struct PassedOver {
    pub not_active: u32,
    pub zone: u32,
    pub cpu: u32,
    pub memory: u32,
    pub gpus: u32,
    pub enis: u32,
    pub ports: u32,
    pub architecture: u32,
    pub distinct_instance: u32,
}

impl fmt::Display for PassedOver {
    /// `no container instance met all of its requirements: 2 lacked memory, 1 in no zone of the service`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no container instance met all of its requirements")?;
        let reasons = [
            (self.memory, "lacked memory"),
            (self.cpu, "lacked CPU"),
            (self.gpus, "lacked GPUs"),
            (self.enis, "lacked network interfaces"),
            (self.ports, "had the port taken"),
            (self.architecture, "had another architecture"),
            (self.distinct_instance, "held one of its tasks already"),
            (self.zone, "in no zone of the service"),
            (self.not_active, "took no tasks"),
        ];
        let said: Vec<_> = reasons.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
        if said.is_empty() { f.write_str(": there is none") } else { write!(f, ": {}", said.join(", ")) }
    }
}

/// What one task of a service takes from an instance.
pub fn demand(service: &PlannedService) -> Demand {
    let room = Room { cpu: service.cpu, memory: service.memory, gpus: service.gpus, enis: eni_demand(service) };
    Demand { room, ports: service.ports.clone() }
}

/// The instance for one more task of a service on a provider.
pub fn choose(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    provider: Ix<PlannedProvider>,
    now: SimTime,
    chance: &mut Chance,
) -> Result<Ix<ContainerInstance>, PassedOver> {
    let (planned, service) = (&plan.services[ix], state.service(ix));
    let demand = demand(planned);
    let mut passed = PassedOver::default();
    let mut best: Option<([u64; 4], Ix<ContainerInstance>)> = None;
    for (instance_ix, instance) in state.fleet.of(provider) {
        if let Some(reason) = reason_against(state, planned, service, instance, &demand, now) {
            *reason(&mut passed) += 1;
            continue;
        }
        let rank = rank(planned, service, instance, chance);
        if best.as_ref().is_none_or(|(known, known_ix)| (rank, instance_ix) < (*known, *known_ix)) {
            best = Some((rank, instance_ix));
        }
    }
    best.map(|(_, instance)| instance).ok_or(passed)
}

type Reason = fn(&mut PassedOver) -> &mut u32;

/// The first thing that speaks against an instance.
fn reason_against(
    state: &State,
    planned: &PlannedService,
    service: &ServiceState,
    instance: &ContainerInstance,
    demand: &Demand,
    now: SimTime,
) -> Option<Reason> {
    let (free, want) = (&instance.free, &demand.room);
    let distinct = planned.constraints.contains(&PlacementConstraint::DistinctInstance);
    if !instance.is_open() {
        Some(|p| &mut p.not_active)
    } else if !planned.zones.iter().any(|(zone, _)| *zone == instance.zone) || !state.is_up(instance.zone, now) {
        Some(|p| &mut p.zone)
    } else if free.cpu < want.cpu {
        Some(|p| &mut p.cpu)
    } else if free.memory < want.memory {
        Some(|p| &mut p.memory)
    } else if free.gpus < want.gpus {
        Some(|p| &mut p.gpus)
    } else if free.enis < want.enis {
        Some(|p| &mut p.enis)
    } else if instance.is_port_taken(&demand.ports) {
        Some(|p| &mut p.ports)
    } else if planned.architecture.is_some_and(|a| a != state.fleet.pool(instance.pool).facts.architecture) {
        Some(|p| &mut p.architecture)
    } else if distinct && service.on_instance.on(instance) > 0 {
        Some(|p| &mut p.distinct_instance)
    } else {
        None
    }
}

/// Up to four numbers, the least of which is best, one for each strategy in turn (rules PLC-20 to PLC-29). Without a
/// strategy a service spreads over zones.
fn rank(
    planned: &PlannedService,
    service: &ServiceState,
    instance: &ContainerInstance,
    chance: &mut Chance,
) -> [u64; 4] {
    let in_zone = || u64::from(service.on_instance.in_zone(instance.zone));
    let mut rank = [0; 4];
    if planned.strategies.is_empty() {
        rank[0] = in_zone();
        return rank;
    }
    for (slot, strategy) in rank.iter_mut().zip(&planned.strategies) {
        *slot = match strategy {
            PlacementStrategy::Random => chance.bits(),
            PlacementStrategy::Spread(by) if by == "instanceId" || by == "host" => {
                u64::from(service.on_instance.on(instance))
            }
            PlacementStrategy::Spread(_) => in_zone(),
            PlacementStrategy::Binpack(BinpackField::Cpu) => u64::from(instance.free.cpu.units()),
            PlacementStrategy::Binpack(BinpackField::Memory) => u64::from(instance.free.memory.mib()),
        };
    }
    rank
}
