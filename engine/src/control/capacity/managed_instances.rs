//! ECS Managed Instances: which instances to buy, which to empty (rules MI-21 to MI-33).

use crate::control::placement::demand;
use crate::plan::Plan;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::packing::managed_within;
use crate::plan::provider::{Candidate, PlannedProvider};
use crate::plan::service::PlannedService;
use crate::state::State;
use crate::state::instance::Room;
use crate::state::machine::{Machine, MachineStatus};
use crate::units::{SimTime, Span};

/// The instances to launch for tasks that wait on a provider: candidate and zone of each. Tasks are dealt over the zones
/// that are up, to the zone with fewest of their service first, then each zone is packed by price (rule MI-23), as far as
/// the account's vCPUs go. Whether they ran short comes with them.
pub fn launches(
    plan: &Plan,
    state: &State,
    provider: Ix<PlannedProvider>,
    now: SimTime,
) -> (Vec<(usize, Ix<PlannedZone>)>, bool) {
    let planned = &plan.providers[provider];
    let mut by_zone: Vec<Vec<(&PlannedService, u32)>> = vec![Vec::new(); plan.zones.len()];
    for (ix, service) in plan.services.pairs() {
        let of_service = state.service(ix);
        let shares = service.capacity.iter().enumerate().filter(|(_, share)| share.provider == provider);
        let waiting: u32 = shares.map(|(share, _)| of_service.seeking(share)).sum();
        let zones: Vec<_> = service
            .zones
            .iter()
            .map(|(zone, _)| *zone)
            .filter(|zone| planned.zones.contains(zone) && state.is_up(*zone, now))
            .collect();
        let mut counts: Vec<u32> = zones.iter().map(|zone| of_service.on_instance.in_zone(*zone)).collect();
        let before = counts.clone();
        for _ in 0..waiting {
            if let Some(least) = (0..counts.len()).min_by_key(|place| (counts[*place], *place)) {
                counts[least] += 1;
            }
        }
        for ((zone, count), before) in zones.iter().zip(counts).zip(before) {
            if count > before {
                by_zone[zone.index()].push((service, count - before));
            }
        }
    }
    let (bought, short) = managed_within(&planned.candidates, &by_zone, &mut state.vcpus.clone());
    let zones: Vec<_> = plan.zones.indices().collect();
    (bought.into_iter().map(|instance| (instance.candidate, zones[instance.zone])).collect(), short)
}

/// What an instance is that decides whether it goes: itself, its status, when its tasks last changed, whether it is dear,
/// whether it has been as it is for as long as the provider waits.
pub type Seen = (Ix<Machine>, MachineStatus, SimTime, Option<bool>, bool);

/// All that decides which of a provider's instances is the next to go: as long as it is the same, so is the answer.
pub fn seen(state: &State, provider: Ix<PlannedProvider>, after: Span, now: SimTime) -> Vec<Seen> {
    let of = |ix: &Ix<Machine>| {
        let machine = &state.machines[*ix];
        (*ix, machine.status, machine.changed, machine.dear, now >= machine.changed + after)
    };
    state.providers[provider.index()].machines.iter().map(of).collect()
}

/// The instance to empty next: one that has held nothing, or whose tasks all fit in free room of others or on one cheaper
/// instance, for as long as the provider waits (rules MI-30 to MI-33). One at a time; the least used first.
pub fn next_to_go(
    plan: &Plan,
    state: &State,
    provider: Ix<PlannedProvider>,
    after: Span,
    now: SimTime,
) -> Option<Ix<Machine>> {
    let of_provider = &state.providers[provider.index()].machines;
    if of_provider.iter().any(|ix| state.machines[*ix].status != MachineStatus::Active) {
        return None;
    }
    let settled = of_provider.iter().copied().filter(|ix| now >= state.machines[*ix].changed + after);
    let mut by_use: Vec<_> = settled.collect();
    by_use.sort_by_key(|ix| (state.machines[*ix].tasks.len(), *ix));
    by_use.into_iter().find(|ix| state.machines[*ix].dear == Some(true) || fits_elsewhere(plan, state, *ix))
}

/// Whether one new instance of another type would hold all that an instance holds, for less by what consolidation must
/// save (rule MI-33).
pub fn is_dear(plan: &Plan, state: &State, ix: Ix<Machine>) -> bool {
    let machine = &state.machines[ix];
    let candidates = &plan.providers[machine.provider].candidates;
    let Some(own) = candidates[machine.candidate].hourly else { return false };
    let most = own.nanos() - own.nanos() * i64::from(plan.timings.mi_consolidation_saving.ppm()) / 1_000_000;
    let tasks = || machine.tasks.iter().map(|task| &plan.services[state.tasks[*task].service]);
    let holds_all = |candidate: &Candidate| {
        let mut room =
            Room { cpu: candidate.cpu, memory: candidate.memory, gpus: candidate.gpus, enis: candidate.awsvpc_tasks };
        tasks().all(|task| {
            let want = demand(task).room;
            let fits = task.architecture.is_none_or(|a| a == candidate.architecture) && room.holds(&want);
            if fits {
                room = room.without(&want);
            }
            fits
        })
    };
    let cheaper = |candidate: &&Candidate| candidate.hourly.is_some_and(|hourly| hourly.nanos() <= most);
    !machine.tasks.is_empty() && candidates.iter().filter(cheaper).any(holds_all)
}

/// Whether every task of an instance fits in what is free on others of its zone.
fn fits_elsewhere(plan: &Plan, state: &State, ix: Ix<Machine>) -> bool {
    let machine = &state.machines[ix];
    let others = state.providers[machine.provider.index()].machines.iter().filter(|other| **other != ix);
    let mut rooms: Vec<_> = others
        .map(|other| &state.machines[*other])
        .filter(|other| other.zone == machine.zone)
        .filter_map(|other| other.instance.map(|instance| state.fleet.instance(instance).free))
        .collect();
    machine.tasks.iter().all(|task| {
        let want = demand(&plan.services[state.tasks[*task].service]).room;
        let found = rooms.iter_mut().find(|room| room.holds(&want));
        found.is_some_and(|room| {
            *room = room.without(&want);
            true
        })
    })
}
