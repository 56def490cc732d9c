//! The world of one run: state, queue, ledger, trace, and the only mutators of them.

use super::event::Event;
use super::jobs::{self, JobQueue};
use super::marks::Marks;
use super::queue::Queue;
use super::trace::{Entry, EntryKind, ServiceSummary, ServiceTrace, Steps, Summary, Trace};
use super::traffic;
use crate::chance::{Chance, Concern};
use crate::control::capacity::managed_instances;
use crate::control::placement;
use crate::plan::Plan;
use crate::plan::index::{Ix, Table};
use crate::plan::load::PlannedLoad;
use crate::plan::packing::fits;
use crate::plan::provider::{Candidate, PlannedProvider};
use crate::plan::service::PlannedService;
use crate::plan::vcpus::VcpusLeft;
use crate::state::fleet::Fleet;
use crate::state::instance::Demand;
use crate::state::launches::RollingMinute;
use crate::state::machine::Machine;
use crate::state::service::{Owed, ServiceState, Starts, Tracking, Traffic};
use crate::state::task_counts::TaskCounts;
use crate::state::{ProviderState, State};
use crate::units::{Micro, SimTime, Span};
use crate::usage::balancers::{BalancerTraffic, BalancerTraffics};
use crate::usage::flows::{Flows, ZoneCounts};
use crate::usage::ledger::{Ledger, LevelSet};
use crate::usage::record::{Cause, Thing};

/// How much of a run is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Figures alone: runs for percentiles.
    Totals,
    /// Everything: a run that somebody looks at.
    Full,
}

/// What a run is asked for besides its plan.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long.
    pub window: Span,
    /// The seed of arrivals, Spot and start-up times.
    pub seed: u64,
    /// How much is kept.
    pub detail: Detail,
}

/// The world.
pub(super) struct World<'p> {
    pub(super) plan: &'p Plan,
    pub(super) options: Options,
    pub(super) now: SimTime,
    pub(super) end: SimTime,
    pub(super) queue: Queue,
    pub(super) state: State,
    pub(super) ledger: Ledger,
    pub(super) flows: Flows,
    /// Levels of a task, by service and entry of its strategy.
    pub(super) task_levels: Vec<Vec<LevelSet>>,
    /// Levels of an instance, by provider and candidate.
    pub(super) instance_levels: Vec<Vec<LevelSet>>,
    /// By provider: the candidate that its Auto Scaling group launches.
    pub(super) group_type: Vec<usize>,
    /// By service: what one task takes from an instance.
    pub(super) demands: Vec<Demand>,
    /// By provider of Managed Instances: how its instances were when none of them was to go.
    pub(super) none_to_go: Vec<Vec<managed_instances::Seen>>,
    /// By container instance: the machine it is.
    pub(super) machine_of: Vec<Ix<Machine>>,
    /// By provider: when its instances were last counted, and how many there were.
    pub(super) machines_noted: Vec<(SimTime, u32)>,
    /// By service: what it wanted and what waited when it was last noted.
    counts_noted: Vec<Noted>,
    /// Tasks in service by service and zone: what flows share out by.
    pub(super) in_service: Vec<ZoneCounts>,
    /// By service: its loads.
    pub(super) loads_of: Vec<Vec<Ix<PlannedLoad>>>,
    /// By service: whether where its tasks stand changes what its work moves.
    pub(super) depends_on_zones: Vec<bool>,
    /// By service: what one task can do, in thousandths of a unit of work a second; `None` is any amount.
    pub(super) capacity_milli: Vec<Option<u64>>,
    /// By service: how long a job keeps a task busy.
    pub(super) job_time: Vec<Option<Span>>,
    /// By service: its queue of jobs.
    pub(super) queues: Vec<Option<JobQueue>>,
    /// By service: whose flows are shared out by where its tasks stand.
    pub(super) sharing: Vec<Vec<Ix<PlannedService>>>,
    /// By load: its rate, and what came of it.
    pub(super) loads: Vec<LoadState>,
    /// Services that a controller should look at.
    pub(super) dirty: Marks<PlannedService>,
    /// Whether a `Decide` is due at this very instant.
    pub(super) deciding: Option<SimTime>,
    /// Draws of victims.
    pub(super) victims: Chance,
    pub(super) summary: Summary,
    pub(super) trace: Option<Trace>,
    /// Whether any rate, metric or queue can change by itself.
    pub(super) moves: bool,
}

/// A load at the moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LoadState {
    pub(super) rate: crate::units::MilliPerSecond,
    /// What of it is taken in.
    pub(super) taken: crate::units::MilliPerSecond,
    /// The minute that the rate is of.
    pub(super) minute: Option<u64>,
    /// The noise of the minute's window, as a factor in millionths.
    pub(super) noise: u64,
    /// What came of it in all.
    pub(super) total: Micro,
    /// Of that, what was entered.
    pub(super) settled: Micro,
    /// Of that, what came before this clock hour.
    pub(super) before_hour: Micro,
}

/// What a service wanted at an instant, and how much of it sought a place.
#[derive(Debug, Clone, Copy, Default)]
struct Noted {
    at: SimTime,
    desired: u32,
    seeking: u32,
}

impl<'p> World<'p> {
    pub(super) fn new(plan: &'p Plan, options: Options) -> Self {
        let mut ledger = Ledger::default();
        let flows = Flows::of(plan, &mut ledger);
        let sets = |service: &PlannedService, ledger: &mut Ledger| {
            service.capacity.iter().map(|share| ledger.level_set(&share.levels)).collect()
        };
        let task_levels = plan.services.iter().map(|service| sets(service, &mut ledger)).collect();
        let instance_sets = |provider: &PlannedProvider, ledger: &mut Ledger| {
            provider.candidates.iter().map(|candidate| ledger.level_set(&candidate.levels)).collect()
        };
        let instance_levels = plan.providers.iter().map(|provider| instance_sets(provider, &mut ledger)).collect();
        for standing in &plan.standing {
            let levels = ledger.level_set(&standing.levels);
            ledger.begin(Thing::Standing, standing.owner, levels, Cause::Drawn, SimTime::ZERO);
        }
        let full = options.detail == Detail::Full;
        let loads_of = traffic::loads_of(plan);
        let depends_on_zones = flows.depend_on_zones(&loads_of);
        Self {
            plan,
            options,
            now: SimTime::ZERO,
            end: SimTime::ZERO + options.window,
            queue: Queue::default(),
            state: fresh_state(plan),
            ledger,
            flows,
            task_levels,
            instance_levels,
            group_type: plan.providers.pairs().map(|(ix, provider)| group_type(plan, ix, provider)).collect(),
            demands: plan.services.iter().map(placement::demand).collect(),
            none_to_go: vec![Vec::new(); plan.providers.len()],
            machine_of: Vec::new(),
            machines_noted: vec![(SimTime::ZERO, 0); plan.providers.len()],
            counts_noted: vec![Noted::default(); plan.services.len()],
            in_service: vec![vec![0; plan.zones.len()]; plan.services.len()],
            loads_of,
            depends_on_zones,
            capacity_milli: plan.services.iter().map(PlannedService::capacity_milli).collect(),
            job_time: traffic::job_time(plan),
            queues: jobs::queues(plan),
            sharing: traffic::sharing(plan),
            loads: vec![LoadState::default(); plan.loads.len()],
            dirty: plan.services.indices().collect(),
            deciding: None,
            victims: Chance::of(options.seed, Concern::VictimOrder, 0),
            summary: fresh_summary(plan),
            trace: full.then(|| Trace {
                services: vec![ServiceTrace::default(); plan.services.len()],
                providers: vec![Steps::default(); plan.providers.len()],
                ..Trace::default()
            }),
            moves: moves(plan),
        }
    }

    /// Asks for an event so long from now.
    pub(super) fn after(&mut self, span: Span, event: Event) {
        self.queue.push(self.now + span, event);
    }

    /// Asks controllers to look at a service before this instant is over.
    pub(super) fn look_at(&mut self, service: Ix<PlannedService>) {
        self.dirty.insert(service);
        if self.deciding != Some(self.now) {
            self.deciding = Some(self.now);
            self.queue.push(self.now, Event::Decide);
        }
    }

    pub(super) fn service(&mut self, ix: Ix<PlannedService>) -> &mut ServiceState {
        &mut self.state.services[ix.index()]
    }

    /// Writes an entry into the log of a run that is looked at.
    pub(super) fn log(&mut self, kind: EntryKind, service: Option<Ix<PlannedService>>, text: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.log.push(Entry { at: self.now, kind, service, text: text() });
        }
    }

    /// Notes a service's counts in trace and summary.
    pub(super) fn note(&mut self, ix: Ix<PlannedService>) {
        let now = self.now;
        let service = &mut self.state.services[ix.index()];
        let summary = &mut self.summary.services[ix.index()];
        summary.desired_min = summary.desired_min.min(service.desired);
        summary.desired_max = summary.desired_max.max(service.desired);
        summary.running_min = summary.running_min.min(service.running);
        summary.running_max = summary.running_max.max(service.running);
        let counts = Noted { at: now, desired: service.desired, seeking: service.seeking_count() };
        let last = std::mem::replace(&mut self.counts_noted[ix.index()], counts);
        let held = now.since(last.at).ms();
        summary.desired_ms += u64::from(last.desired) * held;
        summary.unplaced_ms += u64::from(last.seeking) * held;
        summary.unplaced_max = summary.unplaced_max.max(counts.seeking);
        let short = service.in_service < service.desired;
        match (short, service.short_since) {
            (true, None) => service.short_since = Some(now),
            (false, Some(since)) => {
                summary.recovery = summary.recovery.max(now.since(since));
                service.short_since = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
        if let Some(trace) = &mut self.trace {
            let trace = &mut trace.services[ix.index()];
            trace.desired.set(now, service.desired);
            trace.running.set(now, service.running);
            trace.healthy.set(now, service.in_service);
            trace.waiting.set(now, service.waiting_count());
        }
    }

    /// Closes a clock hour: work into flows, traffic into capacity units.
    pub(super) fn close_hour(&mut self) {
        self.integrate_all();
        self.settle_all();
        let mut traffics = BalancerTraffics::none(self.plan);
        for (load, state) in self.plan.loads.iter().zip(&mut self.loads) {
            let work = state.total.since(&mut state.before_hour);
            BalancerTraffic::Load(load, work).fill(self.plan, &mut traffics);
        }
        for ix in self.plan.services.indices() {
            let traffic = &mut self.state.services[ix.index()].traffic;
            let work = traffic.total_done.since(&mut traffic.done_before_hour);
            BalancerTraffic::Calls(ix, work).fill(self.plan, &mut traffics);
        }
        Flows::settle_balancers(self.plan, &traffics, 1, &mut self.ledger);
        // A record a day is enough to find the moment again.
        if self.now.hour().is_multiple_of(24) {
            self.ledger.close_flows(self.now);
        }
    }
}

/// Whether any rate, metric, queue or instance can change by itself.
fn moves(plan: &Plan) -> bool {
    plan.loads.iter().any(|load| !load.curve.is_constant())
        || plan.loads.iter().any(|load| matches!(load.kind, crate::plan::load::LoadKind::Jobs { .. }))
        || plan.services.iter().any(|service| !service.tracking.is_empty())
        || plan.services.iter().any(|s| s.capacity.iter().any(|c| !plan.providers[c.provider].is_fargate()))
        || plan.cold_start
        || !plan.faults.is_empty()
        || !plan.rollouts.is_empty()
}

/// Nothing is counted yet.
fn fresh_summary(plan: &Plan) -> Summary {
    let none = ServiceSummary { running_min: u32::MAX, desired_min: u32::MAX, ..Default::default() };
    Summary {
        services: vec![none; plan.services.len()],
        instances: vec![(u32::MAX, 0, 0); plan.providers.len()],
        packing: vec![[(0, 0); 2]; plan.providers.len()],
        ..Summary::default()
    }
}

/// Nothing exists yet.
fn fresh_state(plan: &Plan) -> State {
    State {
        tasks: Table::new(),
        machines: Table::new(),
        fleet: Fleet::new(&placement::packed_by(plan)),
        services: plan.services.iter().map(|service| fresh(plan, service)).collect(),
        providers: vec![ProviderState::default(); plan.providers.len()],
        vcpus: VcpusLeft::of(plan),
        lost_until: vec![SimTime::ZERO; plan.zones.len()],
    }
}

/// The type a group launches: its first that holds a task of every service on it, else its first.
fn group_type(plan: &Plan, ix: Ix<PlannedProvider>, provider: &PlannedProvider) -> usize {
    let on = |service: &&PlannedService| service.capacity.iter().any(|share| share.provider == ix);
    let holds_all = |candidate: &Candidate| plan.services.iter().filter(on).all(|service| fits(candidate, service));
    provider.candidates.iter().position(holds_all).unwrap_or(0)
}

fn fresh(plan: &Plan, service: &PlannedService) -> ServiceState {
    let (min, max) = service.bounds;
    let shares = service.capacity.len();
    ServiceState {
        desired: service.desired.clamp(min, max.max(min)),
        revision: 0,
        newest: 0,
        completed: 0,
        faulty: Vec::new(),
        rollout: None,
        live: Vec::new(),
        old: 0,
        running: 0,
        in_service: 0,
        healthy: 0,
        ending: 0,
        on_instance: TaskCounts::new(),
        by_share: vec![0; shares],
        by_share_zone: vec![vec![0; plan.zones.len()]; shares],
        waiting: vec![0; shares],
        paced: vec![false; shares],
        refused: vec![None; shares],
        retry: None,
        waiting_since: None,
        owed: Owed::default(),
        tracking: vec![Tracking::default(); service.tracking.len()],
        scaled_out: None,
        scaled_in: None,
        launches: RollingMinute::default(),
        starts: Starts::default(),
        launches_at: None,
        traffic: Traffic::default(),
        short_since: None,
    }
}
