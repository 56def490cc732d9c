//! Jobs of a queue beside the fluid they flow as: how long the oldest has waited, and what tasks that end leave undone.
//!
//! Both are counted and change nothing: the backlog, the bill and what scales are the fluid's alone.

use std::collections::VecDeque;

use super::trace::Ended;
use super::world::World;
use crate::catalogue::timings::SPOT_NOTICE;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::service::Ending;
use crate::state::task::{Task, TaskStatus};
use crate::units::{Micro, SimTime, Span};

const WHOLE_JOB: Micro = Micro::from_micro(1_000_000);

/// Jobs in the hands of a task that ends.
#[derive(Debug, Clone, Copy)]
struct InHand {
    task: Ix<Task>,
    /// Since when it takes no more.
    since: SimTime,
    /// How long it may go on with them.
    grace: Span,
    jobs: Micro,
}

/// The queue of a service.
#[derive(Debug, Clone)]
pub(super) struct JobQueue {
    /// How long one job keeps one task busy.
    lasts: Span,
    /// How many came in all.
    pub(super) came: Micro,
    /// How many had come by an instant, in order of time: the last before the oldest that waits, and all after.
    arrivals: VecDeque<(SimTime, Micro)>,
    /// What each task in service had in hand as tasks began to end, and when that was.
    each: Option<(SimTime, Micro)>,
    /// What tasks that end have in hand.
    ending: Vec<InHand>,
}

/// By service: its queue, where jobs wait for it.
pub(super) fn queues(plan: &Plan) -> Vec<Option<JobQueue>> {
    let queue = |lasts| JobQueue {
        lasts,
        came: Micro::ZERO,
        arrivals: VecDeque::from([(SimTime::ZERO, Micro::ZERO)]),
        each: None,
        ending: Vec::new(),
    };
    super::traffic::job_time(plan).into_iter().map(|lasts| lasts.map(queue)).collect()
}

impl JobQueue {
    /// How long the oldest of `waiting` jobs has waited; asked at the ends of minutes, between which they come evenly.
    ///
    /// Assumption: jobs are taken in the order they came; a standard queue of Amazon SQS keeps to it at best.
    pub(super) fn oldest(&mut self, now: SimTime, waiting: Micro) -> Span {
        // Rates are whole thousandths: less than a job may be left for ever, and nobody waits for it.
        let waiting = if waiting < WHOLE_JOB { Micro::ZERO } else { waiting };
        if waiting == Micro::ZERO {
            self.arrivals.clear();
        }
        self.arrivals.push_back((now, self.came));
        let taken = self.came - waiting;
        while self.arrivals.get(1).is_some_and(|(_, came)| *came <= taken) {
            self.arrivals.pop_front();
        }
        let (Some((from, before)), Some((to, after))) = (self.arrivals.front(), self.arrivals.get(1)) else {
            return Span::ZERO;
        };
        let (part, whole) = ((taken - *before).micro(), (*after - *before).micro().max(1));
        let into = part.saturating_mul(u128::from(to.since(*from).ms())) / whole;
        now.since(*from) - Span::from_ms(u64::try_from(into).unwrap_or(u64::MAX))
    }

    /// What a task has in hand that begins to end now. Tasks that end at one instant had alike.
    fn let_go(&mut self, now: SimTime, of: InService, ends: InHand) {
        let known = self.each.filter(|(at, _)| *at == now);
        let (_, jobs) = known.unwrap_or_else(|| {
            // Little's law: what is in hand is what is done a second, times how long each job lasts.
            (now, Micro::from_micro(of.done.over(self.lasts).micro() / u128::from(of.tasks.max(1))))
        });
        self.each = Some((now, jobs));
        self.ending.push(InHand { jobs, ..ends });
    }

    /// The job-seconds that a task leaves undone whose containers are gone now: by themselves, or before their time.
    ///
    /// Assumption: a job in hand has been under way for any part of its time alike. One that has longer to go than the task
    /// has left, T − g of T in the mean half way, begins anew: (T − g)² / 2T of each.
    fn undone(&mut self, now: SimTime, task: Ix<Task>, by_itself: bool) -> Micro {
        let Some(place) = self.ending.iter().position(|of| of.task == task) else { return Micro::ZERO };
        let of = self.ending.swap_remove(place);
        let had = if by_itself { of.grace } else { now.since(of.since).min(of.grace) };
        let short = u128::from((self.lasts - had).ms());
        // Milliseconds of jobs in millionths; a thousand of them are a second.
        let whole = 2000 * u128::from(self.lasts.ms().max(1));
        Micro::from_micro(of.jobs.micro().saturating_mul(short.saturating_mul(short)) / whole)
    }
}

/// What the tasks in service do of jobs.
#[derive(Debug, Clone, Copy)]
struct InService {
    done: crate::units::MilliPerSecond,
    tasks: u32,
}

impl World<'_> {
    /// A task begins to end that works on jobs. With SIGTERM, which comes once it has left its target groups, an application that
    /// handles it takes no more, and has all of `stopTimeout` for those in hand (rule STP-01); one that does not works on until
    /// it is killed, in the midst of what it then has in hand.
    pub(super) fn jobs_let_go(&mut self, task: Ix<Task>, why: Ended) {
        let of = &self.state.tasks[task];
        let ix = of.service;
        let Some(queue) = self.queues[ix.index()].as_mut().filter(|_| of.in_service) else { return };
        let service = &self.state.services[ix.index()];
        let in_service = InService { done: service.traffic.jobs_done, tasks: service.in_service };
        let Ending { deregistration, until_kill, handles_sigterm, .. } = self.plan.services[ix].ending;
        let (signal, grace) = match why {
            Ended::SpotReclaimed => (Span::ZERO, until_kill.min(SPOT_NOTICE)),
            Ended::ScaledIn
            | Ended::Replaced
            | Ended::Failed
            | Ended::NeverRan
            | Ended::Unhealthy
            | Ended::ZoneLost
            | Ended::InstanceEnded
            | Ended::NotNeeded => (deregistration, until_kill),
        };
        let grace = if handles_sigterm { grace } else { Span::ZERO };
        queue.let_go(self.now, in_service, InHand { task, since: self.now + signal, grace, jobs: Micro::ZERO });
    }

    /// A task's containers are gone: what it had in hand and could not end, the queue hands out again.
    pub(super) fn jobs_left(&mut self, task: Ix<Task>) {
        let of = &self.state.tasks[task];
        let Some(queue) = &mut self.queues[of.service.index()] else { return };
        let by_itself = of.status == TaskStatus::Deprovisioning;
        self.summary.services[of.service.index()].to_redo += queue.undone(self.now, task, by_itself);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Span = Span::MINUTE;

    fn queue() -> JobQueue {
        JobQueue {
            lasts: Span::from_secs(40),
            came: Micro::ZERO,
            arrivals: VecDeque::from([(SimTime::ZERO, Micro::ZERO)]),
            each: None,
            ending: Vec::new(),
        }
    }

    fn ends(since: SimTime, task: Ix<Task>, grace: Span) -> InHand {
        InHand { task, since, grace, jobs: Micro::ZERO }
    }

    fn jobs(whole: u32) -> Micro {
        Micro::from_micro(u128::from(whole) * 1_000_000)
    }

    #[test]
    fn the_oldest_job_came_when_as_many_had_come_as_are_taken() {
        let mut queue = queue();
        // 60, 0, 120 and 0 jobs in four minutes; 10 are taken in each.
        let mut ages = Vec::new();
        for (minute, (came, waiting)) in (1u64..).zip([(60, 50), (60, 40), (180, 150), (180, 140)]) {
            queue.came = jobs(came);
            ages.push(queue.oldest(SimTime::ZERO + MINUTE.times(minute), jobs(waiting)).ms() / 1000);
        }
        // The 10th came at 10 s, the 20th at 20 s, the 30th at 30 s, the 40th at 40 s.
        assert_eq!(ages, [50, 100, 150, 200]);
        // The 120th came half a minute into the third.
        assert_eq!(queue.oldest(SimTime::ZERO + MINUTE.times(5), jobs(60)), Span::from_secs(150));
        assert_eq!(queue.oldest(SimTime::ZERO + MINUTE.times(6), jobs(0)), Span::ZERO);
        assert_eq!(queue.arrivals.len(), 1, "what is worked off is forgotten");
        // A crumb that is never worked off, and then a job whose like came with it.
        let crumb = Micro::from_micro(16_000);
        assert_eq!(queue.oldest(SimTime::ZERO + MINUTE.times(60), crumb), Span::ZERO);
        queue.came += jobs(3);
        assert_eq!(queue.oldest(SimTime::ZERO + MINUTE.times(61), jobs(3)), MINUTE);
    }

    #[test]
    fn what_is_left_undone_shrinks_with_the_square_of_the_time_there_is() {
        let of = InService { done: crate::units::MilliPerSecond::from_milli(240), tasks: 12 };
        let (now, task) = (SimTime::from_secs(60), Ix::new(0));
        // 0.24 a second of 40 s are 9.6 in hand, 0.8 with each of 12 tasks; of each 40 s / 2, 20² / 80, and nothing.
        for (grace, undone) in [(0, 16_000_000), (20, 4_000_000), (40, 0), (120, 0)] {
            let mut queue = queue();
            queue.let_go(now, of, ends(now, task, Span::from_secs(grace)));
            assert_eq!(queue.undone(now, task, true).micro(), undone, "{grace} s");
            assert_eq!(queue.undone(now, task, true), Micro::ZERO, "it is told once");
        }
        // Killed after 20 of the 120 s it had.
        let mut queue = queue();
        queue.let_go(now, of, ends(now, task, Span::from_secs(120)));
        assert_eq!(queue.undone(now + Span::from_secs(20), task, false).micro(), 4_000_000);
    }
}
