//! One service of a run: what it wants, what it has, what comes to it.

use std::collections::VecDeque;

use super::launches::RollingMinute;
use super::task::Task;
use super::task_counts::TaskCounts;
use crate::design::scenario::RevisionFault;
use crate::plan::index::Ix;
use crate::units::{Micro, MilliPerSecond, SimTime, Span};
use crate::usage::record::Cause;

/// A deployment under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rollout {
    /// The revision it brings.
    pub revision: u32,
    /// When it began.
    pub since: SimTime,
    /// Whether it brings back an earlier revision, because a deployment failed.
    pub is_rollback: bool,
    /// Its failed tasks so far, as the circuit breaker counts them.
    pub streak: Streak,
    /// Whether it has failed: nothing more of it is launched.
    pub failed: bool,
}

/// What the circuit breaker remembers of a deployment (rule CBK-04).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Streak {
    /// Failed tasks.
    pub failures: u32,
    /// Whether a task has been RUNNING: from then on failed health checks count, and nothing else.
    pub has_run: bool,
}

/// How the starts of a service's tasks go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Starts {
    /// Until when tasks end before they are RUNNING: a fault.
    pub fail_until: SimTime,
    /// Tasks in a row that ended so.
    pub failed: u32,
    /// Before then none is launched (rule THR-02).
    pub held_until: SimTime,
}

/// Why tasks are owed: what the next starts will be put down to, in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owed {
    /// Lost to a fault.
    pub fault: u32,
    /// Lost to Spot reclaim.
    pub spot: u32,
    /// Ended by themselves.
    pub replacement: u32,
    /// Wanted by a scaling policy.
    pub scaling: u32,
}

impl Owed {
    /// The cause of the next start.
    pub const fn next(self) -> Cause {
        if self.fault > 0 {
            Cause::Fault
        } else if self.spot > 0 {
            Cause::SpotReclaim
        } else if self.replacement > 0 {
            Cause::Replacement
        } else if self.scaling > 0 {
            Cause::Scaling
        } else {
            Cause::DesiredCount
        }
    }

    /// One task less is owed for a cause.
    pub const fn paid(&mut self, cause: Cause) {
        if let Some(slot) = self.of(cause) {
            *slot = slot.saturating_sub(1);
        }
    }

    /// The task started for a cause never ran: it is owed again.
    pub const fn unpaid(&mut self, cause: Cause) {
        if let Some(slot) = self.of(cause) {
            *slot += 1;
        }
    }

    const fn of(&mut self, cause: Cause) -> Option<&mut u32> {
        match cause {
            Cause::Fault => Some(&mut self.fault),
            Cause::SpotReclaim => Some(&mut self.spot),
            Cause::Replacement => Some(&mut self.replacement),
            Cause::Scaling => Some(&mut self.scaling),
            Cause::Drawn
            | Cause::DesiredCount
            | Cause::Deployment
            | Cause::HoldsTasks
            | Cause::WaitingTasks
            | Cause::SpareCapacity
            | Cause::Requests
            | Cause::Jobs
            | Cause::Calls
            | Cause::Schedule
            | Cause::Logs
            | Cause::ImagePulls
            | Cause::TaskStarts
            | Cause::Stated => None,
        }
    }
}

/// What comes to a service and what it does with it, at the moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    /// Requests that come.
    pub asked: MilliPerSecond,
    /// Jobs that come.
    pub jobs: MilliPerSecond,
    /// Requests done.
    pub served: MilliPerSecond,
    /// Jobs done.
    pub jobs_done: MilliPerSecond,
    /// Since when.
    pub since: SimTime,
    /// Jobs that wait.
    pub backlog: Micro,
    /// Work done in all.
    pub total_done: Micro,
    /// Of that, what was entered into the ledger.
    pub settled: Micro,
    /// Of that, what was done before this clock hour, for capacity units.
    pub done_before_hour: Micro,
    /// Of that, what was done before this minute.
    pub done_before_minute: Micro,
    /// Tasks RUNNING × milliseconds in this minute.
    pub minute_running: u64,
    /// Asked in all.
    pub total_asked: Micro,
    /// Of that, what was asked before this minute.
    pub asked_before_minute: Micro,
    /// More than could be done at the moment, in all.
    pub total_over: Micro,
}

/// What a target tracking policy remembers.
#[derive(Debug, Clone, Default)]
pub struct Tracking {
    /// Metric values on their way to the alarms, oldest first, in thousandths of the metric's unit; `None` is no data.
    pub under_way: VecDeque<Option<u64>>,
    /// The newest value the alarms have seen.
    pub seen: Option<u64>,
    /// Minutes in a row above the target, as the alarm sees them.
    pub high: u32,
    /// Minutes in a row below nine tenths of the target.
    pub low: u32,
}

/// A service.
#[derive(Debug, Clone)]
pub struct ServiceState {
    /// `desiredCount`.
    pub desired: u32,
    /// The revision that tasks are started for.
    pub revision: u32,
    /// The newest revision there has been.
    pub newest: u32,
    /// The revision of the last deployment that was completed; the service as drawn is the first.
    pub completed: u32,
    /// What is wrong with revisions.
    pub faulty: Vec<(u32, RevisionFault)>,
    /// The deployment under way.
    pub rollout: Option<Rollout>,
    /// Tasks driven to RUNNING, in no order.
    pub live: Vec<Ix<Task>>,
    /// Of those, tasks of other revisions and tasks whose instance drains.
    pub old: u32,
    /// Tasks that are RUNNING.
    pub running: u32,
    /// Tasks that take requests.
    pub in_service: u32,
    /// Tasks that count as healthy.
    pub healthy: u32,
    /// Tasks in DEACTIVATING or STOPPING, which count against the maximum.
    pub ending: u32,
    /// By entry of the strategy: live tasks of the newest revision.
    pub by_share: Vec<u32>,
    /// By entry of the strategy and zone: live tasks.
    pub by_share_zone: Vec<Vec<u32>>,
    /// How many live tasks stand on each instance.
    pub on_instance: TaskCounts,
    /// By entry of the strategy: tasks that could not start at the last try.
    pub waiting: Vec<u32>,
    /// By entry of the strategy: whether those wait for their time and not for a place: ECS makes no task of them yet, so
    /// no capacity comes for them.
    pub paced: Vec<bool>,
    /// By entry of the strategy: how often room had come up on its provider when a task last found none. While that stands
    /// still, none need be looked for.
    pub refused: Vec<Option<u64>>,
    /// When placement is tried again, and how long after that.
    pub retry: Option<(SimTime, Span)>,
    /// When it last began to want for places.
    pub waiting_since: Option<SimTime>,
    /// Why tasks are owed.
    pub owed: Owed,
    /// Scaling, by policy.
    pub tracking: Vec<Tracking>,
    /// When it last scaled out, and how many tasks ran then.
    pub scaled_out: Option<(SimTime, u32)>,
    /// When it last scaled in.
    pub scaled_in: Option<SimTime>,
    /// Its launches of the last minute.
    pub launches: RollingMinute,
    /// How its tasks' starts go.
    pub starts: Starts,
    /// When launches that wait for their time go on.
    pub launches_at: Option<SimTime>,
    /// Traffic.
    pub traffic: Traffic,
    /// Since when it has had fewer tasks in service than it wants.
    pub short_since: Option<SimTime>,
}

impl ServiceState {
    /// What is wrong with a revision.
    pub fn fault_of(&self, revision: u32) -> Option<RevisionFault> {
        self.faulty.iter().find(|(of, _)| *of == revision).map(|(_, fault)| *fault)
    }

    /// Tasks driven to RUNNING.
    pub fn live_count(&self) -> u32 {
        u32::try_from(self.live.len()).unwrap_or(u32::MAX)
    }

    /// Tasks that cannot start yet.
    pub fn waiting_count(&self) -> u32 {
        self.waiting.iter().sum()
    }

    /// Tasks of an entry of the strategy that wait for a place.
    pub fn seeking(&self, share: usize) -> u32 {
        if self.paced[share] { 0 } else { self.waiting[share] }
    }

    /// Tasks that wait for a place.
    pub fn seeking_count(&self) -> u32 {
        (0..self.waiting.len()).map(|share| self.seeking(share)).sum()
    }
}
