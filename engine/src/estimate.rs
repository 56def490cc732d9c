//! The closed form: the same records as a run, by arithmetic, without events.
//!
//! In: a plan and how long. Out: usage records, and what each service holds. Hours alike are taken together: one for a
//! constant load, at most 168 for loads that repeat each week. Within an hour the load is its mean and every service has
//! the tasks its policies would settle at; nothing starts, fails or is replaced, so there are no pulls and no minimum
//! charges. What is asked beyond what the tasks can do is not done, as in a run. A run under a steady load agrees to the
//! last digit; under a moving one it differs by what moving costs.
//!
//! What flows is entered hour by hour; what stands is first gathered, so that hours with as many tasks of a service, or
//! instances of a group, become one record.

pub mod demand;

use std::collections::BTreeMap;

use crate::catalogue::meter::Meter;
use crate::plan::index::Ix;
use crate::plan::load::LoadKind;
use crate::plan::service::{PlannedMetric, PlannedService, PlannedTracking};
use crate::plan::strategy::split;
use crate::plan::vcpus::VcpusLeft;
use crate::plan::warm::{Stand, WarmInstances, keep_quotas};
use crate::plan::{Plan, PlannedZone};
use crate::units::{Micro, MilliPerSecond, SimTime, Span};
use crate::usage::balancers::{BalancerTraffic, BalancerTraffics};
use crate::usage::flows::{Flows, ZoneCounts};
use crate::usage::ledger::{Closed, Ledger};
use crate::usage::record::{Amount, Cause, HeldHours, Thing, UsageRecord};
use crate::usage::shares::Shares;
use crate::usage::standalone;
use demand::{Demand, Shortfall};

/// What one service holds over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EstimatedService {
    /// Fewest tasks of any hour.
    pub tasks_min: u32,
    /// Most tasks of any hour.
    pub tasks_max: u32,
    /// Most tasks of any hour that found no place.
    pub unplaced_max: u32,
    /// Requests that its tasks cannot serve.
    pub refused: Option<Shortfall>,
    /// Jobs that are never done, however long they wait.
    pub waiting: Option<Shortfall>,
}

/// An estimate.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// Its records.
    pub records: Vec<UsageRecord>,
    /// What each service holds, by the plan's order.
    pub services: Vec<EstimatedService>,
    /// Who uses what is shared.
    pub shares: Shares,
    /// What is held, hour by hour; nothing where the account has bought nothing ahead.
    pub held: Vec<HeldHours>,
}

/// How much work comes in a window, on average.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeanRates {
    /// By each load, in the plan's order.
    pub loads: Vec<MilliPerSecond>,
    /// To each service, by loads and by calls, in the plan's order.
    pub services: Vec<MilliPerSecond>,
}

impl MeanRates {
    /// Over a window.
    pub fn of(plan: &Plan, window: Span) -> Self {
        let none = vec![Micro::ZERO; plan.services.len()];
        let mut sums = (vec![0u128; plan.loads.len()], vec![0u128; plan.services.len()]);
        for hours in hours_of(plan, window) {
            let demand = Demand::at(plan, hours.minute, &none);
            let span = hours.span.times(hours.count);
            let services: Vec<_> = plan.services.indices().map(|ix| demand.asked(ix)).collect();
            let add = |sums: &mut Vec<u128>, rates: &[MilliPerSecond]| {
                sums.iter_mut().zip(rates).for_each(|(sum, rate)| *sum += rate.over(span).micro());
            };
            add(&mut sums.0, &demand.loads);
            add(&mut sums.1, &services);
        }
        let mean = |sums: Vec<u128>| sums.into_iter().map(|sum| Micro::from_micro(sum).mean_over(window)).collect();
        Self { loads: mean(sums.0), services: mean(sums.1) }
    }
}

/// Hours alike: the first minute of one of them, how many, how long each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hours {
    minute: u64,
    count: u64,
    span: Span,
}

/// Estimates a window.
pub fn estimate(plan: &Plan, window: Span) -> Estimate {
    let mut ledger = Ledger::default();
    let flows = Flows::of(plan, &mut ledger);
    for standing in &plan.standing {
        let levels = ledger.level_set(&standing.levels);
        ledger.begin(Thing::Standing, standing.owner, levels, Cause::Drawn, SimTime::ZERO);
    }
    let hours = hours_of(plan, window);
    let mut held = Held::new(plan);
    if hours.iter().any(|hours| hours.count > 1)
        && plan.loads.iter().any(|load| matches!(load.kind, LoadKind::Jobs { .. }))
    {
        // Weeks are alike once the jobs that a week leaves are there from its beginning.
        for hours in &hours {
            let demand = held.settle(plan, hours.minute);
            held.wait(plan, &demand, hours.span);
        }
    }
    let before = held.waiting.clone();
    let (mut short, mut by_hour) = (vec![Short::default(); plan.services.len()], Vec::new());
    for hours in hours {
        let demand = held.settle(plan, hours.minute);
        held.keep(hours.span.times(hours.count));
        if plan.purchase_plans.is_some() {
            by_hour.push(HeldHours { lasts: hours.span.times(hours.count), levels: held.levels(plan) });
        }
        enter_flows(plan, &flows, &demand, &held.zones, hours, &mut ledger);
        held.wait(plan, &demand, hours.span);
        short.iter_mut().zip(plan.services.indices()).for_each(|(short, ix)| short.add(&demand, ix, hours));
    }
    held.enter(plan, &mut ledger);
    Flows::record_stored_logs(plan, &mut ledger, window);
    standalone::record(plan, &mut ledger, window);
    let grown = held.waiting.iter().zip(&before).map(|(after, before)| *after > *before + ONE_JOB);
    let services = held.services().into_iter().zip(short).zip(grown);
    let services = services.map(|((service, short), grown)| EstimatedService {
        refused: short.requests.filter(|short| short.not_done > Micro::ZERO),
        waiting: short.jobs.filter(|short| grown && short.not_done > Micro::ZERO),
        ..service
    });
    let services = services.collect();
    let closed = ledger.finish(SimTime::ZERO + window);
    let shares = held.shares(plan, &closed);
    Estimate { records: closed.records, services, shares, held: by_hour }
}

fn hours_of(plan: &Plan, window: Span) -> Vec<Hours> {
    let whole = window.ms() / Span::HOUR.ms();
    let rest = Span::from_ms(window.ms() % Span::HOUR.ms());
    let constant = plan.loads.iter().all(|l| l.curve.is_constant());
    let weekly = plan.loads.iter().all(|l| l.curve.is_weekly());
    let period = if constant {
        1
    } else if weekly {
        168
    } else {
        whole.max(1)
    };
    let repeated = (0..period.min(whole)).map(|hour| Hours {
        minute: hour * 60,
        count: (whole - hour).div_ceil(period),
        span: Span::HOUR,
    });
    let part = (rest > Span::ZERO).then_some(Hours { minute: whole * 60, count: 1, span: rest });
    repeated.chain(part).collect()
}

/// A backlog that has grown by less is a rate's thousandth.
const ONE_JOB: Micro = Micro::from_micro(1_000_000);

/// What a service cannot do over the window.
#[derive(Debug, Clone, Copy, Default)]
struct Short {
    requests: Option<Shortfall>,
    jobs: Option<Shortfall>,
}

impl Short {
    fn add(&mut self, demand: &Demand, ix: Ix<PlannedService>, hours: Hours) {
        let (place, span) = (ix.index(), hours.span.times(hours.count));
        Shortfall::add(&mut self.requests, demand.requests[place], demand.served[place], span);
        if let Some(jobs) = demand.jobs[place] {
            Shortfall::add(&mut self.jobs, jobs.come, demand.jobs_done[place].min(jobs.come), span);
        }
    }
}

/// How many tasks a service settles at: the most that any of its policies wants (rule AAS-20), within its bounds.
fn wanted(ix: Ix<PlannedService>, service: &PlannedService, demand: &Demand) -> u32 {
    if service.tracking.is_empty() {
        return service.desired;
    }
    let (min, max) = service.bounds;
    let by_policy = service.tracking.iter().filter_map(|policy| settles_at(ix, service, *policy, demand));
    by_policy.max().unwrap_or(service.desired).clamp(min, max.max(min))
}

/// The fewest tasks that keep a policy's metric at its target.
fn settles_at(
    ix: Ix<PlannedService>,
    service: &PlannedService,
    policy: PlannedTracking,
    demand: &Demand,
) -> Option<u32> {
    let rate = u128::from(demand.asked(ix).milli());
    let tasks = match policy.metric {
        PlannedMetric::Cpu => {
            // rate/1000 · µs per unit of work ÷ 10⁶ are vCPUs; a task offers its own at target/1000 percent.
            let work = rate.saturating_mul(u128::from(service.work.as_ref()?.cpu_micros)).saturating_mul(1024 * 100);
            let offered = u128::from(service.cpu.units()) * u128::from(policy.target_milli) * 1_000_000;
            work.div_ceil(offered.max(1))
        }
        // Memory is held whatever is asked: the count does not move it.
        PlannedMetric::Memory => return None,
        PlannedMetric::RequestsPerTarget => (rate * 60).div_ceil(u128::from(policy.target_milli.max(1))),
        PlannedMetric::BacklogPerTask => {
            // A queue in balance needs as many tasks as jobs are worked on at once.
            let jobs = demand.jobs[ix.index()]?;
            (u128::from(jobs.due.milli()) * u128::from(jobs.lasts.ms())).div_ceil(1_000_000)
        }
    };
    u32::try_from(tasks).ok()
}

fn enter_flows(plan: &Plan, flows: &Flows, demand: &Demand, zones: &[ZoneCounts], hours: Hours, ledger: &mut Ledger) {
    let span = hours.span.times(hours.count);
    let mut traffics = BalancerTraffics::none(plan);
    for (ix, load) in plan.loads.pairs() {
        let place = load.service.index();
        let rate = load.kind.taken(demand.loads[ix.index()], demand.served[place], demand.requests[place]);
        flows.settle_load(ix, rate.over(span), load.service, zones, ledger);
        BalancerTraffic::Load(load, rate.over(hours.span)).fill(plan, &mut traffics);
    }
    for ix in plan.services.indices() {
        let rate = demand.done(ix);
        flows.settle_work(ix, rate.over(span), zones, ledger);
        BalancerTraffic::Calls(ix, rate.over(hours.span)).fill(plan, &mut traffics);
    }
    Flows::settle_balancers(plan, &traffics, hours.count, ledger);
}

/// What stood, and for how long.
struct Held {
    /// By service and the number of its tasks: how they are split over its strategy.
    splits: Vec<BTreeMap<u32, Vec<u32>>>,
    /// By service and its tasks on each provider of its strategy: for how long.
    tasks: Vec<BTreeMap<Vec<u32>, Span>>,
    /// By provider and the numbers of its users' tasks, then the EC2 vCPUs left to it: what stands on it.
    stands: Vec<BTreeMap<Vec<u32>, (Stand, Span)>>,
    /// By service, in the hours last held: its tasks on each provider of its strategy.
    shares: Vec<Vec<u32>>,
    /// By service, in the hours last held: its tasks in each zone.
    zones: Vec<ZoneCounts>,
    /// By service: most tasks of any hour that found no place.
    unplaced_max: Vec<u32>,
    /// By service: what one of its tasks gets through, and how many jobs wait for it.
    one_does: Vec<Option<u64>>,
    waiting: Vec<Micro>,
    /// In the hours last held: by provider what its stand is kept by, by service tasks without a place.
    on: Vec<Vec<u32>>,
    unplaced: Vec<u32>,
}

impl Held {
    fn new(plan: &Plan) -> Self {
        let services = plan.services.len();
        Self {
            splits: vec![BTreeMap::new(); services],
            tasks: vec![BTreeMap::new(); services],
            stands: vec![BTreeMap::new(); plan.providers.len()],
            shares: vec![Vec::new(); services],
            zones: vec![vec![0; plan.zones.len()]; services],
            unplaced_max: vec![0; services],
            one_does: plan.services.iter().map(PlannedService::capacity_milli).collect(),
            waiting: vec![Micro::ZERO; services],
            on: vec![Vec::new(); plan.providers.len()],
            unplaced: vec![0; services],
        }
    }

    /// What an hour settles at: tasks by what is asked, what is asked by what the callers' tasks do. A chain of callers is no
    /// longer than there are services.
    fn settle(&mut self, plan: &Plan, minute: u64) -> Demand {
        let mut demand = Demand::at(plan, minute, &self.waiting);
        for _ in 0..=plan.services.len() {
            self.place(plan, &demand);
            let within = demand.clone().within(plan, &self.one_does, &self.zones);
            let settled = within.requests == demand.requests;
            demand = within;
            if settled {
                break;
            }
        }
        demand
    }

    /// Jobs come, and are done, for so long.
    fn wait(&mut self, plan: &Plan, demand: &Demand, span: Span) {
        for (ix, waiting) in plan.services.indices().zip(&mut self.waiting) {
            *waiting = demand.left(ix, *waiting, span);
        }
    }

    /// Places what a demand wants.
    fn place(&mut self, plan: &Plan, demand: &Demand) {
        for ((ix, service), splits) in plan.services.pairs().zip(&mut self.splits) {
            let count = wanted(ix, service, demand);
            let shares = splits.entry(count).or_insert_with(|| split(&service.capacity, count));
            self.shares[ix.index()].clone_from(shares);
        }
        self.unplaced.fill(0);
        keep_quotas(plan, &mut self.shares, &mut self.unplaced);
        self.zones.iter_mut().for_each(|zones| zones.fill(0));
        let mut left = VcpusLeft::of(plan);
        for ((stands, on), (provider, planned)) in self.stands.iter_mut().zip(&mut self.on).zip(plan.providers.pairs())
        {
            on.clear();
            on.extend(planned.used_by.iter().map(|(ix, share)| self.shares[ix.index()][*share]));
            let tasks = on.len();
            on.extend(left.by_quota());
            if !stands.contains_key(on) {
                let stand = Stand::of(plan, provider, &on[..tasks], &left);
                stands.insert(on.clone(), (stand, Span::ZERO));
            }
            let Some((stand, _)) = stands.get(on) else { continue };
            stand.add_to(planned, &mut self.zones, &mut self.unplaced);
            stand.take_from(planned, &mut left);
        }
    }

    /// Keeps what was placed last, for so long.
    fn keep(&mut self, span: Span) {
        for (tasks, shares) in self.tasks.iter_mut().zip(&self.shares) {
            match tasks.get_mut(shares) {
                Some(held) => *held += span,
                None => _ = tasks.insert(shares.clone(), span),
            }
        }
        for (stands, on) in self.stands.iter_mut().zip(&self.on) {
            if let Some((_, held)) = stands.get_mut(on) {
                *held += span;
            }
        }
        self.unplaced_max.iter_mut().zip(&self.unplaced).for_each(|(most, now)| *most = (*now).max(*most));
    }

    /// What tasks and instances hold in the hours last held.
    fn levels(&self, plan: &Plan) -> BTreeMap<Meter, u64> {
        let mut all = BTreeMap::new();
        let mut add = |levels: &[(Meter, u64)], count: u32| {
            for (meter, level) in levels {
                let held: &mut u64 = all.entry(*meter).or_default();
                *held = held.saturating_add(level.saturating_mul(u64::from(count)));
            }
        };
        for (service, shares) in plan.services.iter().zip(&self.shares) {
            service.capacity.iter().zip(shares).for_each(|(share, count)| add(&share.levels, *count));
        }
        for ((planned, stands), on) in plan.providers.iter().zip(&self.stands).zip(&self.on) {
            let instances = stands.get(on).into_iter().flat_map(|(stand, _)| &stand.instances);
            instances.for_each(|of| add(&planned.candidates[of.candidate].levels, of.needed + of.spare));
        }
        all
    }

    /// Enters one record for each number of tasks or instances held, meter and cause.
    fn enter(&self, plan: &Plan, ledger: &mut Ledger) {
        for (service, held) in plan.services.iter().zip(&self.tasks) {
            let mut spans: BTreeMap<(usize, Cause, u32), Span> = BTreeMap::new();
            for (shares, span) in held {
                let mut base = service.desired.min(shares.iter().sum());
                for (share, count) in shares.iter().enumerate() {
                    let desired = base.min(*count);
                    base -= desired;
                    *spans.entry((share, Cause::DesiredCount, desired)).or_default() += *span;
                    *spans.entry((share, Cause::Scaling, count - desired)).or_default() += *span;
                }
            }
            for ((share, cause, count), span) in spans {
                let levels = &service.capacity[share].levels;
                enter(Thing::Tasks(count), count, service.owner, levels, cause, span, ledger);
            }
        }
        for (planned, held) in plan.providers.iter().zip(&self.stands) {
            let Some(owner) = planned.owner else { continue };
            let mut spans: BTreeMap<(Ix<PlannedZone>, usize, Cause, u32), Span> = BTreeMap::new();
            for (stand, span) in held.values() {
                for WarmInstances { candidate, zone, needed, spare, .. } in &stand.instances {
                    *spans.entry((*zone, *candidate, Cause::HoldsTasks, *needed)).or_default() += *span;
                    *spans.entry((*zone, *candidate, Cause::SpareCapacity, *spare)).or_default() += *span;
                }
            }
            for ((_, candidate, cause, count), span) in spans {
                let levels = &planned.candidates[candidate].levels;
                enter(Thing::Instances(count), count, owner, levels, cause, span, ledger);
            }
        }
    }

    /// Who holds what is shared: tasks that found a place, and instances.
    fn shares(&self, plan: &Plan, closed: &Closed) -> Shares {
        let (mut tasks, mut instances) = (BTreeMap::new(), BTreeMap::new());
        for ((ix, planned), held) in plan.providers.pairs().zip(&self.stands) {
            for (stand, span) in held.values() {
                for (user, placed) in planned.used_by.iter().zip(stand.placed()) {
                    *tasks.entry(*user).or_insert(0) += u128::from(placed) * u128::from(span.ms());
                }
                for WarmInstances { candidate, needed, spare, .. } in &stand.instances {
                    let count = u128::from(*needed) + u128::from(*spare);
                    *instances.entry((ix, *candidate)).or_insert(0) += count * u128::from(span.ms());
                }
            }
        }
        let tasks_of = |ix, share| tasks.get(&(ix, share)).copied().unwrap_or_default();
        Shares::of(plan, closed, tasks_of, |ix, place| instances.get(&(ix, place)).copied().unwrap_or_default())
    }

    fn services(&self) -> Vec<EstimatedService> {
        let of_service = |(held, unplaced_max): (&BTreeMap<Vec<u32>, Span>, &u32)| {
            let tasks = || held.keys().map(|shares| shares.iter().sum());
            let (tasks_min, tasks_max) = (tasks().min().unwrap_or(0), tasks().max().unwrap_or(0));
            EstimatedService { tasks_min, tasks_max, unplaced_max: *unplaced_max, refused: None, waiting: None }
        };
        self.tasks.iter().zip(&self.unplaced_max).map(of_service).collect()
    }
}

fn enter(
    thing: Thing,
    count: u32,
    owner: Ix<crate::design::ItemRef>,
    levels: &[(crate::catalogue::meter::Meter, u64)],
    cause: Cause,
    span: Span,
    ledger: &mut Ledger,
) {
    if count == 0 || span == Span::ZERO {
        return;
    }
    for (meter, level) in levels {
        let amount = Amount::Level(level.saturating_mul(u64::from(count)));
        let (from, to) = (SimTime::ZERO, SimTime::ZERO + span);
        ledger.record(UsageRecord { thing, owner, meter: *meter, amount, from, to, cause });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::design::scenario::Scenario;
    use crate::plan::resolve::resolve;
    use crate::presets;

    #[test]
    fn hours_with_as_many_tasks_are_one_record_and_together_they_are_the_window() {
        let project = presets::find("three-tier-web").unwrap().project();
        let catalogue = Catalogue::load(&project.design.region).unwrap();
        let plan = resolve(&project.design, &Scenario::default(), &catalogue).unwrap();
        let records = estimate(&plan, Span::MONTH).records;
        let held: Vec<_> = records.iter().filter(|r| matches!(r.thing, Thing::Tasks(_))).collect();
        let mut known: Vec<_> = held.iter().map(|r| (r.thing, r.owner, r.meter, r.cause)).collect();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), held.len());
        // A service that never has fewer tasks than it wants holds some of them all the time.
        let mut spans: BTreeMap<_, Span> = BTreeMap::new();
        for record in held.iter().filter(|r| r.cause == Cause::DesiredCount) {
            *spans.entry((record.owner, record.meter)).or_default() += record.to.since(record.from);
        }
        assert!(!spans.is_empty() && spans.values().all(|span| *span == Span::MONTH), "{spans:?}");
    }
}
