//! A plan is played: events in order of time, and what each does to the world.
//!
//! In: a plan, how long, a seed. Out: usage records, figures, and the trace of a run that somebody looks at. One run is
//! one thread; the same plan and seed give the same run. Reading [`play`] is reading ECS.

mod capacity;
pub mod event;
mod failures;
mod faults;
mod instances;
mod jobs;
mod marks;
mod measure;
pub mod queue;
mod rollouts;
mod tasks;
pub mod trace;
mod traffic;
mod waiting;
mod world;

use crate::control::action::{Action, Spot, StopReason};
use crate::control::placement;
use crate::control::service::replica;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::plan::warm::{Warm, evenly};
use crate::units::{Micro, SimTime, Span};
use crate::usage::flows::Flows;
use crate::usage::record::{Cause, UsageRecord};
use crate::usage::shares::Shares;
use crate::usage::standalone;
use event::Event;
use trace::{Ended, Summary, Trace};
use world::World;
pub use world::{Detail, Options};

/// What a run gave.
#[derive(Debug, Clone)]
pub struct Run {
    /// What was metered.
    pub records: Vec<UsageRecord>,
    /// Who used what is shared.
    pub shares: Shares,
    /// In figures.
    pub summary: Summary,
    /// What was seen, where it was asked for.
    pub trace: Option<Trace>,
}

/// A run that was stopped from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the run was cancelled")]
pub struct Cancelled;

/// Plays a plan. `go_on` is asked now and then with the share of the window played, and ends the run by saying no.
pub fn run(plan: &Plan, options: Options, mut go_on: impl FnMut(u64, u64) -> bool) -> Result<Run, Cancelled> {
    let mut world = World::new(plan, options);
    world.begin();
    while let Some(due) = world.queue.pop() {
        if due.at >= world.end {
            break;
        }
        world.now = due.at;
        world.summary.events += 1;
        if world.summary.events.is_multiple_of(1 << 14) && !go_on(due.at.ms(), options.window.ms()) {
            return Err(Cancelled);
        }
        play(&mut world, due.event);
    }
    Ok(world.finish())
}

/// What each event does.
fn play(world: &mut World<'_>, event: Event) {
    match event {
        Event::Fault(place) => world.fault_strikes(place),
        Event::FaultEnds(place) => world.fault_ends(place),
        Event::Rollout(place) => world.rollout_begins(place),
        Event::Task(task) => world.step_task(task),
        Event::TakesRequests(task) => world.takes_requests(task),
        Event::Healthy(task) => world.task_healthy(task),
        Event::Unhealthy(task) => world.task_unhealthy(task),
        Event::Machine(machine) => world.step_machine(machine),
        Event::Interrupted(machine) => world.interrupted(machine),
        Event::Collected(provider) => world.collected(provider),
        Event::Minute => world.close_minute(),
        Event::Hour => {
            world.close_hour();
            world.after(Span::HOUR, Event::Hour);
        }
        Event::Retry(service) => world.retry(service),
        Event::Launches(service) => world.launches_go_on(service),
        Event::Decide => world.decide(),
    }
}

impl World<'_> {
    fn begin(&mut self) {
        if !self.plan.cold_start {
            let counts: Vec<_> = self.state.services.iter().map(|s| s.desired).collect();
            let warm = Warm::of(self.plan, &counts);
            self.warm_machines(&warm);
            self.warm_tasks(&warm);
        }
        self.set_rates();
        for ix in self.plan.services.indices() {
            self.note(ix);
        }
        for (place, fault) in (0u32..).zip(&self.plan.faults) {
            self.queue.push(SimTime::ZERO + fault.at, Event::Fault(place));
            if fault.lasts > Span::ZERO {
                self.queue.push(SimTime::ZERO + fault.at + fault.lasts, Event::FaultEnds(place));
            }
        }
        for (place, rollout) in (0u32..).zip(&self.plan.rollouts) {
            self.queue.push(SimTime::ZERO + rollout.at, Event::Rollout(place));
        }
        if self.moves || self.trace.is_some() {
            self.after(Span::MINUTE, Event::Minute);
        }
        self.after(Span::HOUR, Event::Hour);
        self.after(Span::ZERO, Event::Decide);
    }

    /// Instances that stood before the run began; groups want as many.
    fn warm_machines(&mut self, warm: &Warm) {
        for group in &warm.instances {
            let causes = [(group.needed, Cause::HoldsTasks), (group.spare, Cause::SpareCapacity)];
            for (count, cause) in causes {
                (0..count).for_each(|_| self.warm_machine(group.provider, group.candidate, group.zone, cause));
            }
            self.state.providers[group.provider.index()].desired += group.needed + group.spare;
        }
    }

    /// Tasks that stood before the run began: on Fargate dealt over zones, on instances placed as ECS places, the largest
    /// first; those that find no place wait.
    fn warm_tasks(&mut self, warm: &Warm) {
        let mut on_instances = Vec::new();
        for (ix, service) in self.plan.services.pairs() {
            for (share, count) in warm.shares[ix.index()].iter().enumerate() {
                let provider = service.capacity[share].provider;
                if !self.plan.providers[provider].is_fargate() {
                    on_instances.push((
                        std::cmp::Reverse((service.gpus, service.memory, service.cpu)),
                        ix,
                        share,
                        *count,
                    ));
                    continue;
                }
                let in_zones = evenly(*count, service.zones.len());
                for ((zone, _), count) in service.zones.iter().zip(in_zones) {
                    (0..count).for_each(|_| self.warm_task(ix, share, Spot::Zone(*zone)));
                }
            }
        }
        on_instances.sort();
        for (_, ix, share, count) in on_instances {
            for _ in 0..count {
                let provider = self.plan.services[ix].capacity[share].provider;
                let mut chance = self.victims.clone();
                let chosen = placement::choose(self.plan, &self.state, ix, provider, self.now, &mut chance);
                self.victims = chance;
                match chosen {
                    Ok(instance) => self.warm_task(ix, share, Spot::Instance(instance)),
                    Err(_) => break,
                }
            }
        }
    }

    /// Controllers look at every service that something happened to, in the plan's order (rule SVC-20).
    fn decide(&mut self) {
        self.deciding = None;
        while let Some(ix) = self.dirty.pop_first() {
            loop {
                let mut chance = self.victims.clone();
                let action = replica::next(self.plan, &self.state, ix, self.now, &mut chance);
                self.victims = chance;
                let Some(action) = action else { break };
                self.perform(action);
            }
            self.dirty.remove(ix);
            self.note(ix);
        }
        self.collect();
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Start { service, share, on, cause } => self.start_task(service, share, on, cause),
            Action::Stop { task, reason } => {
                let why = match reason {
                    StopReason::ScaleIn => Ended::ScaledIn,
                    StopReason::Deployment => Ended::Replaced,
                    StopReason::Unhealthy => Ended::Unhealthy,
                };
                self.stop_task(task, why);
            }
            Action::Wait { service, share, tasks, held } => self.note_waiting(service, share, tasks, held),
            Action::GiveUp { service } => self.give_up(service),
            Action::Complete { service } => self.complete(service),
        }
    }

    fn finish(mut self) -> Run {
        self.now = self.end;
        self.close_machines();
        self.close_hour();
        for ix in self.plan.services.indices() {
            self.note(ix);
        }
        let queues = self.queues.iter_mut();
        for ((service, summary), queue) in self.state.services.iter().zip(&mut self.summary.services).zip(queues) {
            let backlog = service.traffic.backlog;
            let oldest = queue.as_mut().map_or(Span::ZERO, |queue| queue.oldest(self.end, backlog));
            summary.oldest_job = summary.oldest_job.max(oldest);
            summary.asked = service.traffic.total_asked;
            summary.jobs = queue.as_ref().map_or(Micro::ZERO, |queue| queue.came);
            summary.over_capacity = service.traffic.total_over;
            summary.left = backlog;
            if let Some(since) = service.short_since {
                summary.recovery = summary.recovery.max(self.end.since(since));
            }
        }
        let window = self.options.window;
        Flows::record_stored_logs(self.plan, &mut self.ledger, window);
        standalone::record(self.plan, &mut self.ledger, window);
        let closed = self.ledger.finish(self.end);
        let tasks = |ix: Ix<PlannedService>, share: usize| closed.held[self.task_levels[ix.index()][share].index()];
        let instances =
            |ix: Ix<PlannedProvider>, place: usize| closed.held[self.instance_levels[ix.index()][place].index()];
        let shares = Shares::of(self.plan, &closed, tasks, instances);
        Run { records: closed.records, shares, summary: self.summary, trace: self.trace }
    }
}

#[cfg(test)]
mod tests;
