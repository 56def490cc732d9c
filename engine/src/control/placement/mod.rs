//! Placement on container instances: fit, then constrain, then rank (rules PLC-01 to PLC-29).
//!
//! In: what one task of a service needs, the instances of a provider. Out: the instance, or how many were passed over for
//! which reason. Nothing here reserves anything.

pub mod fit;
pub mod query;
pub mod strategy;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod victim;

use crate::chance::Chance;
use crate::design::service::BinpackField;
use crate::names::Architecture;
use crate::plan::index::Ix;
use crate::plan::packing::eni_demand;
use crate::plan::placement::{PlannedConstraint, PlannedStrategy};
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::plan::{Plan, PlannedZone};
use crate::state::State;
use crate::state::fleet::Fleet;
use crate::state::instance::{ContainerInstance, Demand, Room};
use crate::state::task_counts::TaskCounts;
use crate::units::{CalendarTime, SimTime};
use fit::PassedOver;
use strategy::Search;

/// A task group and where its tasks stand (rule PLC-30).
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// Its name: `service:web`.
    pub name: String,
    /// Its tasks with desired status RUNNING.
    pub counts: &'a TaskCounts,
}

/// A task that wants an instance.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The provider whose instances are looked at.
    pub provider: Ix<PlannedProvider>,
    /// What the task takes.
    pub demand: &'a Demand,
    /// The zones it may stand in.
    pub zones: &'a [Ix<PlannedZone>],
    /// The architecture its image is for; `None` takes any.
    pub architecture: Option<Architecture>,
    /// All must hold.
    pub constraints: &'a [PlannedConstraint],
    /// Each chooses among what the one before leaves; none is ECS's default for services.
    pub strategies: &'a [PlannedStrategy],
    /// The tasks of its service or group.
    pub counts: &'a TaskCounts,
    /// All task groups, for queries that ask for them.
    pub groups: &'a [Group<'a>],
    /// When the run starts, for queries that ask when an instance registered.
    pub starts_at: CalendarTime,
}

/// What one task of a service takes from an instance.
pub fn demand(service: &PlannedService) -> Demand {
    let room = Room { cpu: service.cpu, memory: service.memory, gpus: service.gpus, enis: eni_demand(service) };
    Demand { room, ports: service.ports.clone() }
}

/// Whether a service that found no place finds none until room comes up: no constraint of it looks at what stands on
/// instances beside it.
pub fn stays_refused(service: &PlannedService) -> bool {
    service.constraints.iter().all(|constraint| match constraint {
        PlannedConstraint::DistinctInstance => true,
        PlannedConstraint::MemberOf(query) => query.is_of_attributes(),
    })
}

/// The resources that some service of the plan bin-packs by.
pub fn packed_by(plan: &Plan) -> Vec<BinpackField> {
    let strategies = plan.services.iter().flat_map(|service| &service.strategies);
    let fields = strategies.filter_map(|strategy| match strategy {
        PlannedStrategy::Binpack(field) => Some(*field),
        PlannedStrategy::Random
        | PlannedStrategy::SpreadZones
        | PlannedStrategy::SpreadInstances
        | PlannedStrategy::SpreadAttribute(_) => None,
    });
    fields.collect()
}

/// The instance for a task, or why there is none.
pub fn find(fleet: &Fleet, request: &Request<'_>, chance: &mut Chance) -> Result<Ix<ContainerInstance>, PassedOver> {
    Search::new(fleet, request).run(chance)
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
    let planned = &plan.services[ix];
    let zones: Vec<_> = planned.zones.iter().map(|(zone, _)| *zone).filter(|zone| state.is_up(*zone, now)).collect();
    let of_services =
        plan.services.iter().zip(&state.services).take(if stays_refused(planned) { 0 } else { usize::MAX });
    let groups: Vec<_> = of_services
        .map(|(service, state)| Group { name: format!("service:{}", service.name), counts: &state.on_instance })
        .collect();
    let request = Request {
        provider,
        demand: &demand(planned),
        zones: &zones,
        architecture: planned.architecture,
        constraints: &planned.constraints,
        strategies: &planned.strategies,
        counts: &state.service(ix).on_instance,
        groups: &groups,
        starts_at: plan.starts_at,
    };
    find(&state.fleet, &request, chance)
}
