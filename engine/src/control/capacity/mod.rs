//! Capacity: how many instances, of which type, in which zone; which go.

pub mod auto_scaling_group;
pub mod managed_instances;

use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::state::State;
use crate::units::SimTime;

/// The zones of `launches` new instances: each where the provider has fewest, ties to the first; zones that are lost get
/// none.
pub fn zones_of_launches(
    state: &State,
    zones: &[Ix<PlannedZone>],
    mut counts: Vec<u32>,
    launches: u32,
    now: SimTime,
) -> Vec<Ix<PlannedZone>> {
    let mut chosen = Vec::new();
    for _ in 0..launches {
        let up = zones.iter().copied().filter(|zone| state.is_up(*zone, now));
        let Some(zone) = up.min_by_key(|zone| (counts[zone.index()], *zone)) else { break };
        counts[zone.index()] += 1;
        chosen.push(zone);
    }
    chosen
}
