//! Service auto scaling: which policy speaks.

pub mod target_tracking;

use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::service::PlannedService;
use crate::state::State;
use crate::units::SimTime;
use target_tracking::{Verdict, decide};

/// The new desired count that a service's policies ask for: out if any wants out, in only if all that may scale in want
/// in; the largest figure wins (rule AAS-21). `None` leaves it as it is.
pub fn desired(plan: &Plan, state: &State, ix: Ix<PlannedService>, now: SimTime) -> Option<u32> {
    let (planned, service) = (&plan.services[ix], state.service(ix));
    let (min, max) = planned.bounds;
    let verdict = |place: usize| {
        let policy = &planned.tracking[place];
        // Within the cool-down the metric still speaks of the tasks there were: those it has brought since do not
        // multiply it again (rule AAS-17, "capacity already added counts"). Our reading; AWS gives no formula.
        let before = service.scaled_out.filter(|(at, _)| now < *at + policy.scale_out_cooldown);
        let running = before.map_or(service.running, |(_, tasks)| tasks.min(service.running));
        decide(policy, &service.tracking[place], running, plan.timings.tt_scale_in_max_fraction)
    };
    let places = 0..planned.tracking.len();
    let out = places.clone().filter_map(|place| match verdict(place) {
        Verdict::Out(count) => Some(count),
        Verdict::In(_) | Verdict::Stay => None,
    });
    if let Some(count) = out.max() {
        // Within the cool-down only a larger figure acts, which it does by being above what is wanted already (AAS-17).
        let count = count.clamp(min, max.max(min));
        return (count > service.desired).then_some(count);
    }
    // A deployment under way holds scale-in back (rule AAS-04).
    if service.rollout.is_some() {
        return None;
    }
    let mut largest = None;
    if service.desired <= min {
        return None;
    }
    for place in places.filter(|place| planned.tracking[*place].scale_in) {
        let policy = &planned.tracking[place];
        let Verdict::In(count) = verdict(place) else { return None };
        let last = service.scaled_in.max(service.scaled_out.map(|(at, _)| at));
        if last.is_some_and(|at| now < at + policy.scale_in_cooldown) {
            return None;
        }
        largest = largest.max(Some(count));
    }
    largest.map(|count| count.clamp(min, max.max(min))).filter(|count| *count < service.desired)
}
