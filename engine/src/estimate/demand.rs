//! What is asked in an hour, and what of it is done by the tasks that stand.
//!
//! In: a plan, an hour, where tasks stand. Out: rates, by the formulas of a run: who is asked for more than his tasks can do
//! does what they can, and asks of others no more than that. Requests over capacity are refused, jobs wait.

use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::load::LoadKind;
use crate::plan::service::{PlannedService, most_requests};
use crate::units::{Micro, MilliPerSecond, Span};
use crate::usage::flows::ZoneCounts;

/// Jobs that come to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jobs {
    /// How many come.
    pub(super) come: MilliPerSecond,
    /// The same with those that waited, as if they came over the hour.
    pub(super) due: MilliPerSecond,
    /// How long one keeps a task busy.
    pub(super) lasts: Span,
}

/// What is asked of whom in an hour, and what is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    /// What comes of each load.
    pub(super) loads: Vec<MilliPerSecond>,
    /// Requests to each service by loads.
    own: Vec<MilliPerSecond>,
    /// Requests to each service, by loads and by calls.
    pub(super) requests: Vec<MilliPerSecond>,
    /// Jobs of each service.
    pub(super) jobs: Vec<Option<Jobs>>,
    /// Requests that each service does.
    pub(super) served: Vec<MilliPerSecond>,
    /// Jobs that each service does.
    pub(super) jobs_done: Vec<MilliPerSecond>,
}

impl Demand {
    /// In the hour from a minute on, where so many jobs wait for each service; all is done.
    pub(super) fn at(plan: &Plan, minute: u64, waiting: &[Micro]) -> Self {
        let none = || vec![MilliPerSecond::ZERO; plan.services.len()];
        let loads: Vec<_> = plan.loads.iter().map(|l| l.curve.hour_mean(minute)).collect();
        let (mut own, mut jobs) = (none(), vec![None; plan.services.len()]);
        for (load, rate) in plan.loads.iter().zip(&loads) {
            let place = load.service.index();
            match load.kind {
                LoadKind::Jobs { service_time: lasts, .. } => {
                    let before = jobs[place].map_or(MilliPerSecond::ZERO, |jobs: Jobs| jobs.come);
                    let come = before + *rate;
                    let due = come + over_an_hour(waiting[place]);
                    jobs[place] = Some(Jobs { come, due, lasts });
                }
                LoadKind::Requests { .. } | LoadKind::Stream { .. } => own[place] = own[place] + *rate,
            }
        }
        let mut demand = Self { loads, requests: own.clone(), own, jobs, served: none(), jobs_done: none() };
        demand.flow(plan, |_, asked| asked, |_, jobs| jobs.due);
        demand
    }

    /// What is asked and done where each service has so many tasks in each zone.
    pub(super) fn within(mut self, plan: &Plan, one_does: &[Option<u64>], zones: &[ZoneCounts]) -> Self {
        let tasks = |ix: Ix<PlannedService>| zones[ix.index()].iter().map(|tasks| u64::from(*tasks)).sum();
        self.flow(
            plan,
            |ix, asked| asked.min(most_requests(one_does[ix.index()], tasks(ix))),
            |ix, jobs| jobs.due.min(plan.services[ix].most_jobs(tasks(ix), jobs.lasts)),
        );
        self
    }

    /// Goes from callers to whom they call.
    fn flow(
        &mut self,
        plan: &Plan,
        serves: impl Fn(Ix<PlannedService>, MilliPerSecond) -> MilliPerSecond,
        works: impl Fn(Ix<PlannedService>, Jobs) -> MilliPerSecond,
    ) {
        self.requests.clone_from(&self.own);
        for caller in &plan.call_order {
            let place = caller.index();
            self.served[place] = serves(*caller, self.requests[place]);
            self.jobs_done[place] = self.jobs[place].map_or(MilliPerSecond::ZERO, |jobs| works(*caller, jobs));
            let done = self.done(*caller);
            for call in &plan.services[*caller].calls {
                if let Some(callee) = call.to.service() {
                    let place = callee.index();
                    self.requests[place] = self.requests[place] + done.share(call.per_work);
                }
            }
        }
    }

    /// All work that comes to a service.
    pub(super) fn asked(&self, service: Ix<PlannedService>) -> MilliPerSecond {
        let place = service.index();
        self.requests[place] + self.jobs[place].map_or(MilliPerSecond::ZERO, |jobs| jobs.due)
    }

    /// All work that a service does.
    pub(super) fn done(&self, service: Ix<PlannedService>) -> MilliPerSecond {
        self.served[service.index()] + self.jobs_done[service.index()]
    }

    /// The jobs that wait for a service after so long.
    pub(super) fn left(&self, service: Ix<PlannedService>, waiting: Micro, span: Span) -> Micro {
        let Some(jobs) = self.jobs[service.index()] else { return Micro::ZERO };
        (waiting + jobs.come.over(span)) - self.jobs_done[service.index()].over(span)
    }
}

/// The rate that works off what waits within an hour.
fn over_an_hour(waiting: Micro) -> MilliPerSecond {
    let milli = waiting.micro().div_ceil(u128::from(Span::HOUR.ms()));
    MilliPerSecond::from_milli(u64::try_from(milli).unwrap_or(u64::MAX))
}

/// Work that a service cannot do of what is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// What comes in the hour where it falls shortest.
    pub asked: MilliPerSecond,
    /// What its tasks do in that hour.
    pub served: MilliPerSecond,
    /// What came in all.
    pub came: Micro,
    /// What of it was not done: requests refused, jobs that wait at the end.
    pub not_done: Micro,
}

impl Shortfall {
    /// Adds so long of an hour.
    pub(super) fn add(all: &mut Option<Self>, asked: MilliPerSecond, served: MilliPerSecond, span: Span) {
        let zero = MilliPerSecond::ZERO;
        let sum = all.get_or_insert(Self { asked: zero, served: zero, came: Micro::ZERO, not_done: Micro::ZERO });
        if asked - served > sum.asked - sum.served {
            (sum.asked, sum.served) = (asked, served);
        }
        sum.came += asked.over(span);
        sum.not_done += (asked - served).over(span);
    }

    /// Of requests, in a sentence: who, how much, of how much.
    pub fn requests_said(&self, service: &str) -> String {
        let share = 100.0 * self.not_done.whole() / self.came.whole().max(1.0);
        let (asked, served) = (self.asked.said(), self.served.said());
        format!(
            "{service} is asked for {asked} and can serve {served}: only that is in the figures, {share:.1} % of its \
             requests are refused"
        )
    }

    /// Of jobs.
    pub fn jobs_said(&self, service: &str) -> String {
        let (asked, served) = (self.asked.said(), self.served.said());
        format!(
            "{service} gets {asked} of jobs and can do {served}: only that is in the figures, the backlog grows without end"
        )
    }
}
