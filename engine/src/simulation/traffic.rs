//! Traffic as a fluid: rates hold between events, and what flowed is an exact product.

use super::world::World;
use crate::plan::curve::Curve;
use crate::plan::index::Ix;
use crate::plan::load::{LoadKind, PlannedLoad};
use crate::plan::service::{PlannedService, most_requests};
use crate::units::{Micro, MilliPerSecond, Span};

impl World<'_> {
    /// Brings every service's sums up to now, at the rates that held until now.
    pub(super) fn integrate_all(&mut self) {
        for ix in self.plan.services.indices() {
            self.integrate(ix);
        }
    }

    /// Brings a service's sums, and those of its loads, up to now.
    pub(super) fn integrate(&mut self, ix: Ix<PlannedService>) {
        let now = self.now;
        let service = &mut self.state.services[ix.index()];
        let traffic = &mut service.traffic;
        let span = now.since(traffic.since);
        traffic.since = now;
        if span == Span::ZERO {
            return;
        }
        let running = u64::from(service.running) * span.ms();
        traffic.minute_running += running;
        let summary = &mut self.summary.services[ix.index()];
        summary.running_ms += running;
        let mut asked = traffic.asked.over(span);
        let mut done = asked;
        if traffic.served != traffic.asked {
            done = traffic.served.over(span);
            traffic.total_over += asked - done;
        }
        // Most services have no queue.
        if traffic.jobs != MilliPerSecond::ZERO || traffic.jobs_done != MilliPerSecond::ZERO {
            let (came, worked) = (traffic.jobs.over(span), traffic.jobs_done.over(span));
            traffic.backlog = (traffic.backlog + came) - worked;
            if let Some(queue) = &mut self.queues[ix.index()] {
                queue.came += came;
            }
            (asked, done) = (asked + came, done + worked);
        }
        // One total each: what a minute, an hour or an account has of it is what lies beyond their marks.
        traffic.total_done += done;
        traffic.total_asked += asked;
        for load in &self.loads_of[ix.index()] {
            let state = &mut self.loads[load.index()];
            state.total += state.taken.over(span);
        }
    }

    /// Sets every rate anew: loads at this minute, what services can do of it, what they ask of each other.
    pub(super) fn set_rates(&mut self) {
        let minute = self.now.ms() / 60_000;
        for service in &mut self.state.services {
            service.traffic.asked = MilliPerSecond::ZERO;
            service.traffic.jobs = MilliPerSecond::ZERO;
        }
        for (load, state) in self.plan.loads.iter().zip(&mut self.loads) {
            if state.minute != Some(minute) {
                let (curve, since) = (&load.curve, state.minute.map(Curve::noise_window));
                if since != Some(Curve::noise_window(minute)) {
                    state.noise = curve.noise(minute, self.options.seed);
                }
                (state.minute, state.rate) = (Some(minute), curve.with_noise(minute, state.noise));
            }
            let traffic = &mut self.state.services[load.service.index()].traffic;
            match load.kind {
                LoadKind::Jobs { .. } => traffic.jobs = traffic.jobs + state.rate,
                LoadKind::Requests { .. } | LoadKind::Stream { .. } => traffic.asked = traffic.asked + state.rate,
            }
        }
        for place in 0..self.plan.call_order.len() {
            let ix = self.plan.call_order[place];
            self.set_served(ix);
            let traffic = &self.state.services[ix.index()].traffic;
            let done = traffic.served + traffic.jobs_done;
            for call in &self.plan.services[ix].calls {
                if let Some(callee) = call.to.service() {
                    let traffic = &mut self.state.services[callee.index()].traffic;
                    traffic.asked = traffic.asked + done.share(call.per_work);
                }
            }
        }
    }

    /// After a service's tasks in service changed: what it can do now, and with it what it asks of others.
    pub(super) fn capacity_changed(&mut self, ix: Ix<PlannedService>) {
        let calls = self.plan.services[ix].calls.iter().any(|call| call.to.service().is_some());
        // What a queue works off is set anew from what waits in it, whoever changed.
        let alone = !calls || self.queues.iter().all(Option::is_none);
        if alone {
            let before = self.done(ix);
            self.integrate(ix);
            self.set_served(ix);
            if !calls || self.done(ix) == before {
                // Nobody is asked more or less.
                return;
            }
        }
        self.integrate_all();
        self.set_rates();
    }

    /// What a service does a second, and asks of others for.
    fn done(&self, ix: Ix<PlannedService>) -> MilliPerSecond {
        let traffic = &self.state.services[ix.index()].traffic;
        traffic.served + traffic.jobs_done
    }

    /// What the tasks in service do of what comes.
    fn set_served(&mut self, ix: Ix<PlannedService>) {
        let service = &mut self.state.services[ix.index()];
        let tasks = u64::from(service.in_service);
        let traffic = &mut service.traffic;
        traffic.served = traffic.asked.min(most_requests(self.capacity_milli[ix.index()], tasks));
        for load in &self.loads_of[ix.index()] {
            let state = &mut self.loads[load.index()];
            state.taken = self.plan.loads[*load].kind.taken(state.rate, traffic.served, traffic.asked);
        }
        if self.job_time[ix.index()].is_none() && traffic.backlog == Micro::ZERO {
            traffic.jobs_done = MilliPerSecond::ZERO;
            return;
        }
        let lasts = self.job_time[ix.index()];
        let by_time = lasts.map_or(MilliPerSecond::ZERO, |lasts| self.plan.services[ix].most_jobs(tasks, lasts));
        // What waits is worked off over the coming minute, as far as the tasks can.
        let waiting = traffic.backlog.mean_over(Span::MINUTE);
        traffic.jobs_done = (traffic.jobs + waiting).min(by_time);
    }

    /// Enters all work done since it was last entered into its flows.
    pub(super) fn settle_all(&mut self) {
        for ix in self.plan.services.indices() {
            self.settle(ix);
        }
    }

    /// Enters a service's work, and its loads', into their flows, shared out by where tasks stand now.
    pub(super) fn settle(&mut self, ix: Ix<PlannedService>) {
        let traffic = &mut self.state.services[ix.index()].traffic;
        let work = traffic.total_done.since(&mut traffic.settled);
        if work > Micro::ZERO {
            self.flows.settle_work(ix, work, &self.in_service, &mut self.ledger);
        }
        for place in 0..self.loads_of[ix.index()].len() {
            let load = self.loads_of[ix.index()][place];
            let state = &mut self.loads[load.index()];
            let work = state.total.since(&mut state.settled);
            if work > Micro::ZERO {
                self.flows.settle_load(load, work, ix, &self.in_service, &mut self.ledger);
            }
        }
    }

    /// Before a service's tasks in service change: everything whose share depends on where they stand is entered.
    pub(super) fn settle_before_move(&mut self, ix: Ix<PlannedService>) {
        for place in 0..self.sharing[ix.index()].len() {
            let other = self.sharing[ix.index()][place];
            self.integrate(other);
            if self.depends_on_zones[other.index()] {
                self.settle(other);
            }
        }
    }
}

/// Loads by service.
pub(super) fn loads_of(plan: &crate::plan::Plan) -> Vec<Vec<Ix<PlannedLoad>>> {
    let mut all = vec![Vec::new(); plan.services.len()];
    for (ix, load) in plan.loads.pairs() {
        all[load.service.index()].push(ix);
    }
    all
}

/// How long a job keeps a task of each service busy.
pub(super) fn job_time(plan: &crate::plan::Plan) -> Vec<Option<Span>> {
    let mut all = vec![None; plan.services.len()];
    for load in &plan.loads {
        if let LoadKind::Jobs { service_time, .. } = load.kind {
            all[load.service.index()] = Some(service_time);
        }
    }
    all
}

/// By service: itself and its callers, whose flows are shared out by where its tasks stand; empty where nothing is.
pub(super) fn sharing(plan: &crate::plan::Plan) -> Vec<Vec<Ix<PlannedService>>> {
    let mut all: Vec<Vec<Ix<PlannedService>>> = plan.services.indices().map(|ix| vec![ix]).collect();
    for (caller, service) in plan.services.pairs() {
        for callee in service.calls.iter().filter_map(|call| call.to.service()) {
            if !all[callee.index()].contains(&caller) {
                all[callee.index()].push(caller);
            }
        }
    }
    all
}
