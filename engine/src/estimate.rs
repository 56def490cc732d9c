//! The closed form: the same records as a run, by arithmetic, without events.
//!
//! In: a plan and how long. Out: usage records, and what each service holds. Hours alike are taken together: one for a
//! constant load, at most 168 for loads that repeat each week. Within an hour the load is its mean and every service has
//! the tasks its policies would settle at; nothing starts, fails or is replaced, so there are no pulls and no minimum
//! charges. A run under a steady load agrees to the last digit; under a moving one it differs by what moving costs.
//!
//! What flows is entered hour by hour; what stands is first gathered, so that hours with as many tasks of a service, or
//! instances of a group, become one record.

use std::collections::BTreeMap;

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
use crate::usage::record::{Amount, Cause, Thing, UsageRecord};
use crate::usage::shares::Shares;

/// What one service holds over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EstimatedService {
    /// Fewest tasks of any hour.
    pub tasks_min: u32,
    /// Most tasks of any hour.
    pub tasks_max: u32,
    /// Most tasks of any hour that found no place.
    pub unplaced_max: u32,
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
        let mut sums = (vec![0u128; plan.loads.len()], vec![0u128; plan.services.len()]);
        for hours in hours_of(plan, window) {
            let (demand, span) = (Demand::at(plan, hours.minute), hours.span.times(hours.count));
            let add = |sums: &mut Vec<u128>, rates: &[MilliPerSecond]| {
                sums.iter_mut().zip(rates).for_each(|(sum, rate)| *sum += rate.over(span).micro());
            };
            add(&mut sums.0, &demand.loads);
            add(&mut sums.1, &demand.services);
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
    let mut held = Held::new(plan);
    for hours in hours_of(plan, window) {
        let demand = Demand::at(plan, hours.minute);
        held.hold(plan, &demand, hours.span.times(hours.count));
        enter_flows(plan, &flows, &demand, &held.zones, hours, &mut ledger);
    }
    held.enter(plan, &mut ledger);
    Flows::record_stored_logs(plan, &mut ledger, window);
    let services = held.services();
    let closed = ledger.finish(SimTime::ZERO + window);
    let shares = held.shares(plan, &closed);
    Estimate { records: closed.records, services, shares }
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

/// What is asked of whom in an hour.
struct Demand {
    loads: Vec<MilliPerSecond>,
    services: Vec<MilliPerSecond>,
    /// The share of each service's work that jobs are, with how long one takes.
    jobs: Vec<Option<(MilliPerSecond, Span)>>,
}

impl Demand {
    fn at(plan: &Plan, minute: u64) -> Self {
        let mut demand = Self {
            loads: plan.loads.iter().map(|l| l.curve.hour_mean(minute)).collect(),
            services: vec![MilliPerSecond::ZERO; plan.services.len()],
            jobs: vec![None; plan.services.len()],
        };
        for (load, rate) in plan.loads.iter().zip(&demand.loads) {
            let place = load.service.index();
            demand.services[place] = demand.services[place] + *rate;
            if let LoadKind::Jobs { service_time, .. } = load.kind {
                demand.jobs[place] = Some((*rate, service_time));
            }
        }
        for caller in &plan.call_order {
            let rate = demand.services[caller.index()];
            for call in &plan.services[*caller].calls {
                if let Some(callee) = call.to.service() {
                    let place = callee.index();
                    demand.services[place] = demand.services[place] + rate.share(call.per_work);
                }
            }
        }
        demand
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
    let rate = u128::from(demand.services[ix.index()].milli());
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
            let (jobs, service_time) = demand.jobs[ix.index()]?;
            (u128::from(jobs.milli()) * u128::from(service_time.ms())).div_ceil(1_000_000)
        }
    };
    u32::try_from(tasks).ok()
}

fn enter_flows(plan: &Plan, flows: &Flows, demand: &Demand, zones: &[ZoneCounts], hours: Hours, ledger: &mut Ledger) {
    let span = hours.span.times(hours.count);
    let mut traffics = BalancerTraffics::none(plan);
    for (ix, load) in plan.loads.pairs() {
        let rate = demand.loads[ix.index()];
        flows.settle_load(ix, rate.over(span), load.service, zones, ledger);
        BalancerTraffic::Load(load, rate.over(hours.span)).fill(plan, &mut traffics);
    }
    for ix in plan.services.indices() {
        let rate = demand.services[ix.index()];
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
        }
    }

    /// Holds what a demand settles at, for so long.
    fn hold(&mut self, plan: &Plan, demand: &Demand, span: Span) {
        for ((ix, service), splits) in plan.services.pairs().zip(&mut self.splits) {
            let count = wanted(ix, service, demand);
            let shares = splits.entry(count).or_insert_with(|| split(&service.capacity, count));
            self.shares[ix.index()].clone_from(shares);
        }
        let mut unplaced = vec![0; plan.services.len()];
        keep_quotas(plan, &mut self.shares, &mut unplaced);
        for (tasks, shares) in self.tasks.iter_mut().zip(&self.shares) {
            match tasks.get_mut(shares) {
                Some(held) => *held += span,
                None => _ = tasks.insert(shares.clone(), span),
            }
        }
        self.zones.iter_mut().for_each(|zones| zones.fill(0));
        let (mut on, mut left) = (Vec::new(), VcpusLeft::of(plan));
        for (stands, (provider, planned)) in self.stands.iter_mut().zip(plan.providers.pairs()) {
            on.clear();
            on.extend(planned.used_by.iter().map(|(ix, share)| self.shares[ix.index()][*share]));
            let tasks = on.len();
            on.extend(left.by_quota());
            if !stands.contains_key(&on) {
                let stand = Stand::of(plan, provider, &on[..tasks], &left);
                stands.insert(on.clone(), (stand, Span::ZERO));
            }
            let Some((stand, held)) = stands.get_mut(&on) else { continue };
            *held += span;
            stand.add_to(planned, &mut self.zones, &mut unplaced);
            stand.take_from(planned, &mut left);
        }
        self.unplaced_max.iter_mut().zip(unplaced).for_each(|(most, now)| *most = now.max(*most));
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
            EstimatedService { tasks_min, tasks_max, unplaced_max: *unplaced_max }
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
    if count == 0 {
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
