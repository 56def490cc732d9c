//! Service auto scaling: which policy speaks.

pub mod target_tracking;

use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::service::{PlannedService, PlannedTracking};
use crate::state::State;
use crate::state::service::ServiceState;
use crate::units::SimTime;
use target_tracking::{Verdict, decide, rings_high};

/// The new desired count that a service's policies ask for: out if any wants out, in only if all that may scale in want
/// in; the largest figure wins (rule AAS-21). `None` leaves it as it is.
pub fn desired(plan: &Plan, state: &State, ix: Ix<PlannedService>, now: SimTime) -> Option<u32> {
    let (planned, service) = (&plan.services[ix], state.service(ix));
    let (min, max) = planned.bounds;
    // Most alarms that ring are low ones of services that may not scale in: they need no verdict.
    let may_go_in = may_scale_in(planned, service, now);
    if !may_go_in && !may_scale_out(service) {
        return None;
    }
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
    if !may_go_in {
        return None;
    }
    let mut largest = None;
    for place in places.filter(|place| planned.tracking[*place].scale_in) {
        let Verdict::In(count) = verdict(place) else { return None };
        largest = largest.max(Some(count));
    }
    largest.map(|count| count.clamp(min, max.max(min))).filter(|count| *count < service.desired)
}

/// Whether some policy may want out: only where its high alarm rings or where no task runs, or ran when it last did
/// (rules AAS-12, AAS-19).
fn may_scale_out(service: &ServiceState) -> bool {
    let none_ran = service.running == 0 || service.scaled_out.is_some_and(|(_, running)| running == 0);
    none_ran || service.tracking.iter().any(rings_high)
}

/// Whether fewer tasks would be let go now: above the minimum, with no deployment under way (rule AAS-04), out of the
/// cool-down of every policy that scales in.
fn may_scale_in(planned: &PlannedService, service: &ServiceState, now: SimTime) -> bool {
    let last = service.scaled_in.max(service.scaled_out.map(|(at, _)| at));
    let cooled = |policy: &PlannedTracking| last.is_none_or(|at| now >= at + policy.scale_in_cooldown);
    service.desired > planned.bounds.0
        && service.rollout.is_none()
        && planned.tracking.iter().filter(|policy| policy.scale_in).all(cooled)
}
