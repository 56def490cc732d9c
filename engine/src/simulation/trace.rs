//! What was seen of a run: counts that step, figures by minute, the lives of tasks and instances, and a readable log.
//!
//! A run for percentiles keeps [`Summary`] alone; a run that somebody looks at keeps a [`Trace`] too.

use crate::plan::PlannedZone;
use crate::plan::index::{Ix, Table};
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::units::{Micro, MilliPerSecond, Ppm, SimTime, Span};
use crate::usage::record::Cause;

/// A count that holds from each instant to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps(Vec<(SimTime, u32)>);

impl Steps {
    /// From an instant on, the count is this.
    pub fn set(&mut self, now: SimTime, count: u32) {
        match self.0.last_mut() {
            Some((at, last)) if *at == now => *last = count,
            Some((_, last)) if *last == count => {}
            _ => self.0.push((now, count)),
        }
    }

    /// The changes, in order of time.
    pub fn changes(&self) -> &[(SimTime, u32)] {
        &self.0
    }

    /// The count at an instant; 0 before the first.
    pub fn at(&self, now: SimTime) -> u32 {
        let next = self.0.partition_point(|(at, _)| *at <= now);
        next.checked_sub(1).map_or(0, |place| self.0[place].1)
    }
}

/// What a service did in one minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minute {
    /// What was asked, on average.
    pub demand: MilliPerSecond,
    /// What was done, on average.
    pub served: MilliPerSecond,
    /// CPU used of what its healthy tasks have.
    pub cpu: Ppm,
    /// Jobs or requests waiting at the minute's end.
    pub backlog: u32,
    /// How long the oldest job in its queue has waited at the minute's end.
    pub oldest_job: Span,
}

/// One service over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceTrace {
    /// What it wanted.
    pub desired: Steps,
    /// Tasks RUNNING.
    pub running: Steps,
    /// Tasks RUNNING and in service.
    pub healthy: Steps,
    /// Tasks that wait for a place, or for their time to be launched.
    pub waiting: Steps,
    /// Minute by minute.
    pub minutes: Vec<Minute>,
}

/// Why a task or an instance ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// A scaling policy wanted fewer.
    ScaledIn,
    /// A deployment replaced it.
    Replaced,
    /// It failed by itself.
    Failed,
    /// It ended before it was RUNNING.
    NeverRan,
    /// It failed its health checks.
    Unhealthy,
    /// Its zone was lost.
    ZoneLost,
    /// AWS took its Spot capacity back.
    SpotReclaimed,
    /// Its instance went.
    InstanceEnded,
    /// Its instance was no longer needed.
    NotNeeded,
}

impl Ended {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ScaledIn => "scaled in",
            Self::Replaced => "replaced by a deployment",
            Self::Failed => "failed",
            Self::NeverRan => "ended before it was RUNNING",
            Self::Unhealthy => "failed its health checks",
            Self::ZoneLost => "zone lost",
            Self::SpotReclaimed => "Spot reclaimed",
            Self::InstanceEnded => "its instance went",
            Self::NotNeeded => "not needed",
        }
    }
}

/// The life of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskLife {
    /// Its service.
    pub service: Ix<PlannedService>,
    /// Its provider.
    pub provider: Ix<PlannedProvider>,
    /// Its zone.
    pub zone: Ix<PlannedZone>,
    /// Its instance; none on Fargate.
    pub instance: Option<Ix<InstanceLife>>,
    /// Why it was started.
    pub cause: Cause,
    /// When it was placed.
    pub placed: SimTime,
    /// When it was RUNNING.
    pub running: Option<SimTime>,
    /// When it was in service.
    pub healthy: Option<SimTime>,
    /// When its end began, and why.
    pub ending: Option<(SimTime, Ended)>,
    /// When it was STOPPED.
    pub stopped: Option<SimTime>,
}

/// The life of one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceLife {
    /// Its provider.
    pub provider: Ix<PlannedProvider>,
    /// Its type: its place among the provider's candidates.
    pub candidate: usize,
    /// Its zone.
    pub zone: Ix<PlannedZone>,
    /// When it was launched.
    pub launched: SimTime,
    /// When it was registered and ACTIVE.
    pub active: Option<SimTime>,
    /// When it began to drain, and why.
    pub draining: Option<(SimTime, Ended)>,
    /// When it was terminated.
    pub terminated: Option<SimTime>,
}

/// Kinds of entries in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A scaling policy acted.
    Scaling,
    /// A deployment began or ended.
    Deployment,
    /// A fault struck or ended.
    Fault,
    /// A task could not be placed.
    Placement,
    /// A task or an instance was replaced.
    Replacement,
    /// Instances came or went.
    Capacity,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: SimTime,
    /// What kind.
    pub kind: EntryKind,
    /// The service it is about, if one.
    pub service: Option<Ix<PlannedService>>,
    /// What happened, a sentence without a full stop.
    pub text: String,
}

/// What was seen of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// By service.
    pub services: Vec<ServiceTrace>,
    /// By provider: instances ACTIVE or DRAINING.
    pub providers: Vec<Steps>,
    /// Every task there was.
    pub tasks: Table<TaskLife>,
    /// Every instance there was.
    pub instances: Table<InstanceLife>,
    /// What happened, in order of time.
    pub log: Vec<Entry>,
}

/// One service in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServiceSummary {
    /// Fewest wanted.
    pub desired_min: u32,
    /// Most wanted.
    pub desired_max: u32,
    /// Fewest RUNNING.
    pub running_min: u32,
    /// Most RUNNING.
    pub running_max: u32,
    /// RUNNING × milliseconds, summed.
    pub running_ms: u64,
    /// Wanted × milliseconds, summed.
    pub desired_ms: u64,
    /// Most that waited for a place at once.
    pub unplaced_max: u32,
    /// Waiting for a place × milliseconds, summed.
    pub unplaced_ms: u64,
    /// Units of work that came.
    pub asked: Micro,
    /// Of those, jobs that came to its queue; the others are requests.
    pub jobs: Micro,
    /// Of the requests, more than the tasks in service could do at that moment.
    pub over_capacity: Micro,
    /// Jobs that waited in its queue when the run ended.
    pub left: Micro,
    /// The longest that a job had waited in its queue, as seen at the ends of minutes and of the run.
    pub oldest_job: Span,
    /// Job-seconds that tasks in service had put into jobs and could not end when they were taken away: the queue hands
    /// those jobs out again. Counted, and not added to its backlog.
    pub to_redo: Micro,
    /// The longest time with fewer tasks in service than wanted.
    pub recovery: Span,
}

/// A run in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// By service.
    pub services: Vec<ServiceSummary>,
    /// By provider: fewest and most instances, and instances × milliseconds.
    pub instances: Vec<(u32, u32, u64)>,
    /// By provider: CPU and memory reserved of what its instances registered, as (reserved, registered) × milliseconds, in
    /// CPU units and in MiB.
    pub packing: Vec<[(u128, u128); 2]>,
    /// Tasks started after the start of the run.
    pub tasks_started: u64,
    /// Events taken from the queue.
    pub events: u64,
}
