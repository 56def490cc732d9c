//! A REPLICA service: desired against live tasks, and its rolling deployment.
//!
//! In: plan, state, a service. Out: the next thing to do, one at a time, so that the next look sees it done. The order is
//! rule SVC-20's: stop what is too many, go on with the deployment, start what is missing.

use crate::chance::Chance;
use crate::control::action::{Action, Spot, StopReason};
use crate::control::placement;
use crate::plan::Plan;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::service::PlannedService;
use crate::plan::strategy::{place_one, remove_one};
use crate::state::State;
use crate::state::service::ServiceState;
use crate::state::task::{Task, TaskStatus};
use crate::units::{Percent, SimTime};
use crate::usage::record::Cause;

/// How many tasks a deployment may stop and start at one look (rules ROL-01, SVC-23, SVC-24).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Tasks of the old revision to stop.
    pub stop: u32,
    /// Tasks of the new revision to start.
    pub start: u32,
}

/// What a service has, as a deployment counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// `desiredCount`.
    pub desired: u32,
    /// Live tasks of older revisions.
    pub old: u32,
    /// Of those, tasks that do not count as healthy: they may go without using up the budget.
    pub old_unhealthy: u32,
    /// Live tasks of the new revision, waiting ones too.
    pub new: u32,
    /// Tasks that count as healthy, of any revision.
    pub healthy: u32,
    /// Everything that counts against the maximum.
    pub total: u32,
}

/// One pass of a rolling deployment: stop, then start (rules ROL-01, ROL-02).
pub fn pass(counted: Counted, minimum: Percent, maximum: Percent) -> Pass {
    let lower = minimum.ceil_of(counted.desired);
    let upper = maximum.floor_of(counted.desired);
    let budget = counted.healthy.saturating_sub(lower) + counted.old_unhealthy;
    Pass {
        stop: counted.old.min(budget),
        start: counted.desired.saturating_sub(counted.new).min(upper.saturating_sub(counted.total)),
    }
}

/// The next thing to do for a service; `None` when there is nothing, or nothing that can be done now.
pub fn next(plan: &Plan, state: &State, ix: Ix<PlannedService>, now: SimTime, chance: &mut Chance) -> Option<Action> {
    let service = state.service(ix);
    let live = service.live_count();
    if service.rollout.is_some() || service.old > 0 {
        return next_of_rollout(plan, state, ix, now, chance);
    }
    if live > service.desired {
        let task = victim(plan, state, ix, chance, |_| true)?;
        return Some(Action::Stop { task, reason: StopReason::ScaleIn });
    }
    let missing = service.desired - live;
    start_or_wait(plan, state, ix, missing, now, service.owed.next(), chance)
}

fn next_of_rollout(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    now: SimTime,
    chance: &mut Chance,
) -> Option<Action> {
    let (planned, service) = (&plan.services[ix], state.service(ix));
    let live = service.live_count();
    let new = live - service.old;
    let is_old = |task: &Task| task.leaving || task.revision < service.revision;
    let healthy_new = service.live.iter().filter(|t| !is_old(&state.tasks[**t]) && state.tasks[**t].healthy).count();
    if service.rollout.is_some() && service.old == 0 && new == service.desired && healthy_new == service.live.len() {
        return Some(Action::Complete { service: ix });
    }
    if new > service.desired {
        let task = victim(plan, state, ix, chance, |task| !is_old(task))?;
        return Some(Action::Stop { task, reason: StopReason::ScaleIn });
    }
    let old_unhealthy = service.live.iter().map(|t| &state.tasks[*t]).filter(|t| is_old(t) && !t.healthy).count();
    let counted = Counted {
        desired: service.desired,
        old: service.old,
        old_unhealthy: u32::try_from(old_unhealthy).unwrap_or(u32::MAX),
        new,
        healthy: service.healthy,
        total: live + service.ending,
    };
    let pass = pass(counted, planned.minimum_healthy, planned.maximum);
    if pass.stop > 0 {
        let task = victim(plan, state, ix, chance, |task| is_old(task))?;
        return Some(Action::Stop { task, reason: StopReason::Deployment });
    }
    let owed = service.owed.next();
    let cause = if owed == Cause::DesiredCount { Cause::Deployment } else { owed };
    start_or_wait(plan, state, ix, pass.start, now, cause, chance)
}

/// Starts one of `missing` tasks, or notes how the rest wait. Each provider is asked in the order of the strategy; the
/// share of one without room waits and is never given to another (rule CPS-14).
fn start_or_wait(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    missing: u32,
    now: SimTime,
    cause: Cause,
    chance: &mut Chance,
) -> Option<Action> {
    let (planned, service) = (&plan.services[ix], state.service(ix));
    let mut assigned = service.by_share.clone();
    let mut waiting = vec![0; assigned.len()];
    for _ in 0..missing {
        let Some(share) = place_one(&planned.capacity, &assigned) else { break };
        if service.launches_left > 0
            && let Some(on) = spot(plan, state, ix, share, now, chance)
        {
            return Some(Action::Start { service: ix, share, on, cause });
        }
        assigned[share] += 1;
        waiting[share] += 1;
    }
    let changed = waiting.iter().zip(&service.waiting).position(|(wants, noted)| wants != noted)?;
    Some(Action::Wait { service: ix, share: changed, tasks: waiting[changed] })
}

/// Where the next task of an entry of the strategy goes; `None` where it has no room.
fn spot(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    share: usize,
    now: SimTime,
    chance: &mut Chance,
) -> Option<Spot> {
    let provider = plan.services[ix].capacity[share].provider;
    if plan.providers[provider].is_fargate() {
        return fargate_zone(plan, state, ix, share, now).map(Spot::Zone);
    }
    placement::choose(plan, state, ix, provider, now, chance).ok().map(Spot::Instance)
}

/// The zone of the next task on Fargate: the one with the fewest of the provider's tasks of this service (rule CPS-29),
/// ties to the first; `None` where the provider has no capacity or every zone is lost.
fn fargate_zone(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    share: usize,
    now: SimTime,
) -> Option<Ix<PlannedZone>> {
    let planned = &plan.services[ix];
    let provider = planned.capacity[share].provider;
    if !state.has_capacity(provider, now) {
        return None;
    }
    let counts = &state.service(ix).by_share_zone[share];
    let up = planned.zones.iter().map(|(zone, _)| *zone).filter(|zone| state.is_up(*zone, now));
    up.min_by_key(|zone| (counts[zone.index()], *zone))
}

/// The task that goes first: one that does not run yet, newest first, then one that is not healthy, then from the zone
/// with most tasks of the provider that the strategy shrinks, there at random (rules PLC-50, PLC-54, PLC-55).
fn victim(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    chance: &mut Chance,
    among: impl Fn(&Task) -> bool,
) -> Option<Ix<Task>> {
    let service = state.service(ix);
    let candidates = || service.live.iter().copied().filter(|t| among(&state.tasks[*t]));
    let starting = candidates().filter(|t| state.tasks[*t].status < TaskStatus::Running).max();
    if starting.is_some() {
        return starting;
    }
    let unhealthy = candidates().filter(|t| !state.tasks[*t].healthy && state.tasks[*t].running_since.is_some()).max();
    if unhealthy.is_some() && candidates().any(|t| state.tasks[t].healthy) {
        return unhealthy;
    }
    let share = shrinking_share(plan, service, ix);
    let of_share = |t: &Ix<Task>| share.is_none_or(|s| usize::from(state.tasks[*t].share) == s);
    let any_of_share = candidates().any(|t| of_share(&t));
    let pool = || candidates().filter(|t| !any_of_share || of_share(t));
    let mut zones = vec![0u32; plan.zones.len()];
    pool().for_each(|t| zones[state.tasks[t].zone.index()] += 1);
    let fullest = zones.iter().enumerate().max_by_key(|(place, n)| (**n, std::cmp::Reverse(*place)))?.0;
    let count = zones[fullest];
    let pick = usize::try_from(chance.below(u64::from(count))).unwrap_or(0);
    let mut in_zone: Vec<_> = pool().filter(|t| state.tasks[*t].zone.index() == fullest).collect();
    in_zone.sort();
    in_zone.get(pick).copied()
}

fn shrinking_share(plan: &Plan, service: &ServiceState, ix: Ix<PlannedService>) -> Option<usize> {
    let counts: Vec<u32> = service.by_share_zone.iter().map(|zones| zones.iter().sum()).collect();
    remove_one(&plan.services[ix].capacity, &counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(desired: u32, old: u32, new: u32, healthy: u32, total: u32) -> Counted {
        Counted { desired, old, old_unhealthy: 0, new, healthy, total }
    }

    #[test]
    fn rol_01_a_pass_stops_down_to_the_minimum_and_starts_up_to_the_maximum() {
        let percent = Percent::from_percent;
        // ROL-02: 6 tasks at 50/200: stop 3 first, then start 6.
        let first = pass(counted(6, 6, 0, 6, 6), percent(50), percent(200));
        assert_eq!(first, Pass { stop: 3, start: 6 });
        // 100/200: nothing stops before a new one is healthy.
        assert_eq!(pass(counted(4, 4, 0, 4, 4), percent(100), percent(200)), Pass { stop: 0, start: 4 });
        assert_eq!(pass(counted(4, 4, 4, 6, 8), percent(100), percent(200)), Pass { stop: 2, start: 0 });
        // SVC-27: 1 at 100/150 can neither stop nor start.
        assert_eq!(pass(counted(1, 1, 0, 1, 1), percent(100), percent(150)), Pass { stop: 0, start: 0 });
        // 7 at 66/133: ceil(4.62) = 5 must stay, floor(9.31) = 9 may be: stop 2, start 2 (V07).
        assert_eq!(pass(counted(7, 7, 0, 7, 7), percent(66), percent(133)), Pass { stop: 2, start: 2 });
    }
}
