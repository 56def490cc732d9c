//! A REPLICA service: desired against live tasks, and its rolling deployment.
//!
//! In: plan, state, a service. Out: the next thing to do, one at a time, so that the next look sees it done. The order is
//! rule SVC-20's: stop what is too many, go on with the deployment, start what is missing.

use crate::chance::Chance;
use crate::control::action::{Action, Held, Spot, StopReason};
use crate::control::placement;
use crate::control::placement::victim::Candidate;
use crate::control::service::{failures, launch};
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
    let is_old = |task: &Task| task.leaving || task.revision != service.revision;
    if let (Some(rollout), Some(breaker)) = (service.rollout, planned.circuit_breaker) {
        if rollout.failed {
            return next_of_failed(plan, state, ix, now, chance);
        }
        if failures::is_broken(rollout.streak, breaker, service.desired) {
            return Some(Action::GiveUp { service: ix });
        }
    }
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
        let reason = if state.tasks[task].unhealthy { StopReason::Unhealthy } else { StopReason::Deployment };
        return Some(Action::Stop { task, reason });
    }
    let owed = service.owed.next();
    let cause = if owed == Cause::DesiredCount { Cause::Deployment } else { owed };
    start_or_wait(plan, state, ix, pass.start, now, cause, chance)
}

/// The deployment failed and nothing came back: no task is launched, those there stay (rules CBK-06, CBK-07). What must
/// leave its instance goes as far as the minimum lets it, and what is wanted no more goes too.
fn next_of_failed(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    now: SimTime,
    chance: &mut Chance,
) -> Option<Action> {
    let (planned, service) = (&plan.services[ix], state.service(ix));
    let count = |wanted: &dyn Fn(&Task) -> bool| {
        u32::try_from(service.live.iter().filter(|task| wanted(&state.tasks[**task])).count()).unwrap_or(u32::MAX)
    };
    let leaves = |task: &Task| task.leaving && !task.unhealthy;
    let counted = Counted {
        desired: service.desired,
        old: count(&leaves),
        old_unhealthy: count(&|task| leaves(task) && !task.healthy),
        new: service.desired,
        healthy: service.healthy,
        total: service.live_count() + service.ending,
    };
    if pass(counted, planned.minimum_healthy, planned.maximum).stop > 0 {
        let task = victim(plan, state, ix, chance, leaves)?;
        return Some(Action::Stop { task, reason: StopReason::Deployment });
    }
    let source = |task: &Task| task.revision != service.revision && !task.leaving;
    if count(&source) > service.desired {
        let task = victim(plan, state, ix, chance, source)?;
        return Some(Action::Stop { task, reason: StopReason::ScaleIn });
    }
    start_or_wait(plan, state, ix, 0, now, Cause::Deployment, chance)
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
    if missing == 0 && service.waiting_count() == 0 {
        return None;
    }
    // Nearly always there is room for the first: who else waits, and why, is listed only where there is none.
    let first = place_one(&planned.capacity, &service.by_share).filter(|_| missing > 0);
    let refused = match first.map(|share| (share, spot(plan, state, ix, share, now, chance))) {
        Some((share, Ok(on))) => return Some(Action::Start { service: ix, share, on, cause }),
        Some((share, Err(why))) => Some((share, why)),
        None => None,
    };
    let mut assigned = service.by_share.clone();
    let mut waiting = vec![0; assigned.len()];
    let mut held = vec![None; assigned.len()];
    if let Some((share, why)) = refused {
        held[share] = Some(why);
    }
    for _ in 0..missing {
        let Some(share) = place_one(&planned.capacity, &assigned) else { break };
        // A provider without room for one has none for the next either.
        if held[share].is_none() {
            match spot(plan, state, ix, share, now, chance) {
                Ok(on) => return Some(Action::Start { service: ix, share, on, cause }),
                Err(why) => held[share] = Some(why),
            }
        }
        assigned[share] += 1;
        waiting[share] += 1;
    }
    let stays = placement::stays_refused(planned);
    let looked = |share: usize| stays && matches!(held[share], Some(Held::NoRoom(_)));
    let share = (0..waiting.len()).find(|share| waiting[*share] != service.waiting[*share] || looked(*share))?;
    Some(Action::Wait { service: ix, share, tasks: waiting[share], held: held[share] })
}

/// Where the next task of an entry of the strategy goes, or why it cannot start.
fn spot(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    share: usize,
    now: SimTime,
    chance: &mut Chance,
) -> Result<Spot, Held> {
    let service = state.service(ix);
    let provider = plan.services[ix].capacity[share].provider;
    if service.starts.held_until > now {
        return Err(Held::StartFailures(service.starts.held_until));
    }
    let free = launch::free_at(plan, state, ix, provider, now);
    if free > now {
        return Err(Held::LaunchRate(free));
    }
    if !launch::within_quota(plan, state, ix, provider) {
        return Err(Held::VcpuQuota);
    }
    if plan.providers[provider].is_fargate() {
        return fargate_zone(plan, state, ix, share, now).map(Spot::Zone).ok_or(Held::NoCapacity);
    }
    // What found no place finds none until room comes up.
    if service.refused[share].is_some_and(|freed| freed == state.fleet.freed(provider)) {
        return Err(Held::StillNoRoom);
    }
    placement::choose(plan, state, ix, provider, now, chance).map(Spot::Instance).map_err(Held::NoRoom)
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

/// The task that goes first: one that does not run yet, newest first, then one that is not healthy, then one of the
/// provider that the capacity provider strategy shrinks, as its placement strategies say (rules PLC-50 to PLC-55).
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
    let candidate = |task: Ix<Task>| {
        let of = &state.tasks[task];
        let instance = of.machine.and_then(|machine| state.machines[machine].instance);
        Candidate { task, zone: of.zone, instance }
    };
    placement::victim::victim(&state.fleet, &plan.services[ix].strategies, pool().map(candidate).collect(), chance)
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

    #[test]
    fn v01_to_v12_bounds_round_toward_safety() {
        // (desired, minimum, maximum) → (fewest healthy, most in all)
        for (rule, desired, minimum, maximum, lower, upper) in [
            ("V01", 4, 50, 200, 2, 8),
            ("V02", 2, 75, 100, 2, 2),
            ("V03", 3, 100, 125, 3, 3),
            ("V04", 1, 100, 150, 1, 1),
            ("V05", 1, 50, 200, 1, 2),
            ("V06", 10, 50, 150, 5, 15),
            ("V07", 7, 66, 133, 5, 9),
            ("V08", 5, 100, 110, 5, 5),
            ("V09", 9, 90, 110, 9, 9),
            ("V10", 10, 100, 110, 10, 11),
            ("V11", 3, 34, 200, 2, 6),
            ("V12", 100, 95, 105, 95, 105),
        ] {
            let percent = Percent::from_percent;
            assert_eq!(
                (percent(minimum).ceil_of(desired), percent(maximum).floor_of(desired)),
                (lower, upper),
                "{rule}"
            );
            // All old and healthy: what may stop is what is above the lower bound, what may start is below the upper.
            let first = pass(counted(desired, desired, 0, desired, desired), percent(minimum), percent(maximum));
            let starts = (upper - desired).min(desired);
            assert_eq!(first, Pass { stop: desired - lower, start: starts }, "{rule}");
        }
    }

    /// The steps of a whole deployment in a cluster with `room` for tasks, where every task is healthy at once.
    fn steps(desired: u32, minimum: u16, maximum: u16, room: u32) -> Vec<i64> {
        let (mut old, mut new, mut steps) = (desired, 0, Vec::new());
        let look = |old, new| {
            let both = counted(desired, old, new, old + new, old + new);
            pass(both, Percent::from_percent(minimum), Percent::from_percent(maximum))
        };
        for _ in 0..100 {
            let stop = look(old, new).stop;
            old -= stop;
            let start = look(old, new).start.min(room - old - new);
            new += start;
            steps.extend([-i64::from(stop), i64::from(start)].into_iter().filter(|step| *step != 0));
            if stop + start == 0 {
                break;
            }
        }
        steps
    }

    #[test]
    fn v13_to_v19_deployments_go_in_the_published_steps() {
        assert_eq!(steps(6, 50, 200, 10), [-3, 6, -3]); // V13
        assert_eq!(steps(6, 100, 200, 8), [2, -2, 2, -2, 2, -2]); // V14
        assert_eq!(steps(6, 50, 200, 8), [-3, 5, -3, 1]); // V14b
        assert_eq!(steps(4, 50, 100, 99), [-2, 2, -2, 2]); // V15
        assert_eq!(steps(4, 100, 200, 99), [4, -4]); // V16
        assert_eq!(steps(4, 100, 125, 99), [1, -1, 1, -1, 1, -1, 1, -1]); // V17
        assert_eq!(steps(4, 100, 100, 99), [0; 0]); // V18: no progress
        assert_eq!(steps(10, 90, 110, 99), [-1, 2, -2, 2, -2, 2, -2, 2, -2, 2, -1]); // V19
        // The other rows of ROL-07.
        assert_eq!(steps(4, 50, 200, 99), [-2, 4, -2]);
        assert_eq!(steps(2, 75, 100, 99), [0; 0]);
        assert_eq!(steps(3, 100, 125, 99), [0; 0]);
        assert_eq!(steps(1, 0, 100, 99), [-1, 1]);
        assert_eq!(steps(1, 100, 200, 99), [1, -1]);
        assert_eq!(steps(10, 100, 150, 12), [2, -2, 2, -2, 2, -2, 2, -2, 2, -2]);
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

        /// INV-06, INV-07, INV-10: a deployment alone never goes below the minimum nor above the maximum, and ends wherever
        /// it may act at all.
        #[test]
        fn inv_06_07_and_10_a_deployment_keeps_its_bounds_and_ends(desired in 1u32..60, minimum in 0u16..=100, maximum in 100u16..=200) {
            let (lower, upper) =
                (Percent::from_percent(minimum).ceil_of(desired), Percent::from_percent(maximum).floor_of(desired));
            let (mut total, mut old) = (i64::from(desired), i64::from(desired));
            for step in steps(desired, minimum, maximum, u32::MAX) {
                total += step;
                old += step.min(0);
                proptest::prop_assert!(total >= i64::from(lower) && total <= i64::from(upper.max(desired)));
            }
            let stuck = lower >= desired && upper <= desired;
            proptest::prop_assert_eq!((total, old), (i64::from(desired), if stuck { i64::from(desired) } else { 0 }));
        }
    }
}
