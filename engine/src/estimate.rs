//! The closed form: the same records as a run, by arithmetic, without events.
//!
//! In: a plan and how long. Out: usage records, and what each service holds. Hours alike are taken together: one for a
//! constant load, at most 168 for loads that repeat each week. Within an hour the load is its mean and every service has
//! the tasks its policies would settle at; nothing starts, fails or is replaced, so there are no pulls and no minimum
//! charges. A run under a steady load agrees to the last digit; under a moving one it differs by what moving costs.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::load::LoadKind;
use crate::plan::service::{PlannedMetric, PlannedService, PlannedTracking};
use crate::plan::warm::Warm;
use crate::units::{Micro, MilliPerSecond, SimTime, Span};
use crate::usage::flows::{BalancerHour, BalancerTraffic, Flows};
use crate::usage::ledger::Ledger;
use crate::usage::record::{Amount, Cause, Thing, UsageRecord};

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
    let mut services: Vec<Option<EstimatedService>> = vec![None; plan.services.len()];
    let mut known: BTreeMap<Vec<u32>, Warm> = BTreeMap::new();
    for hours in hours_of(plan, window) {
        let demand = Demand::at(plan, hours.minute);
        let counts: Vec<_> = plan.services.pairs().map(|(ix, s)| wanted(ix, s, &demand)).collect();
        let warm = known.entry(counts).or_insert_with_key(|counts| Warm::of(plan, counts));
        enter_hours(plan, &flows, &demand, warm, hours, &mut ledger);
        for (seen, place) in services.iter_mut().zip(0..) {
            let tasks: u32 = warm.shares[place].iter().sum();
            let unplaced = warm.unplaced[place];
            let now = EstimatedService { tasks_min: tasks, tasks_max: tasks, unplaced_max: unplaced };
            *seen = Some(seen.map_or(now, |s| EstimatedService {
                tasks_min: s.tasks_min.min(tasks),
                tasks_max: s.tasks_max.max(tasks),
                unplaced_max: s.unplaced_max.max(unplaced),
            }));
        }
    }
    Flows::record_stored_logs(plan, &mut ledger, window);
    let none = EstimatedService { tasks_min: 0, tasks_max: 0, unplaced_max: 0 };
    let services = services.into_iter().map(|s| s.unwrap_or(none)).collect();
    Estimate { records: ledger.finish(SimTime::ZERO + window), services }
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
            let work = rate * u128::from(service.work.as_ref()?.cpu_micros) * 1024 * 100;
            let offered = u128::from(service.cpu.units()) * u128::from(policy.target_milli) * 1_000_000;
            work.div_ceil(offered.max(1))
        }
        // Memory is held whatever is asked: the count does not move it.
        PlannedMetric::Memory => return None,
        PlannedMetric::RequestsPerTarget => (rate * 60).div_ceil(u128::from(policy.target_milli)),
        PlannedMetric::BacklogPerTask => {
            // A queue in balance needs as many tasks as jobs are worked on at once.
            let (jobs, service_time) = demand.jobs[ix.index()]?;
            (u128::from(jobs.milli()) * u128::from(service_time.ms())).div_ceil(1_000_000)
        }
    };
    u32::try_from(tasks).ok()
}

fn enter_hours(plan: &Plan, flows: &Flows, demand: &Demand, warm: &Warm, hours: Hours, ledger: &mut Ledger) {
    let span = hours.span.times(hours.count);
    let mut balancers = vec![BalancerHour::default(); plan.balancers.len()];
    for (ix, load) in plan.loads.pairs() {
        let rate = demand.loads[ix.index()];
        flows.settle_load(ix, rate.over(span), load.service, &warm.zones, ledger);
        Flows::fill_balancers(plan, BalancerTraffic::Load(load, rate.over(hours.span)), &mut balancers);
    }
    for ix in plan.services.indices() {
        let rate = demand.services[ix.index()];
        flows.settle_work(ix, rate.over(span), &warm.zones, ledger);
        Flows::fill_balancers(plan, BalancerTraffic::Calls(ix, rate.over(hours.span)), &mut balancers);
    }
    for (balancer, hour) in plan.balancers.indices().zip(balancers) {
        flows.settle_balancer(plan, balancer, hour, hours.count, ledger);
    }
    enter_tasks(plan, warm, span, ledger);
    enter_instances(plan, warm, span, ledger);
}

fn enter_tasks(plan: &Plan, warm: &Warm, span: Span, ledger: &mut Ledger) {
    for (ix, service) in plan.services.pairs() {
        let all: u32 = warm.shares[ix.index()].iter().sum();
        let mut base = service.desired.min(all);
        for (share, count) in service.capacity.iter().zip(&warm.shares[ix.index()]) {
            let desired = base.min(*count);
            base -= desired;
            for (tasks, cause) in [(desired, Cause::DesiredCount), (count - desired, Cause::Scaling)] {
                enter(Thing::Tasks(tasks), tasks, service.owner, &share.levels, cause, span, ledger);
            }
        }
    }
}

fn enter_instances(plan: &Plan, warm: &Warm, span: Span, ledger: &mut Ledger) {
    for group in &warm.instances {
        let provider = &plan.providers[group.provider];
        let Some(owner) = provider.owner else { continue };
        let levels = &provider.candidates[group.candidate].levels;
        for (instances, cause) in [(group.needed, Cause::WaitingTasks), (group.spare, Cause::SpareCapacity)] {
            enter(Thing::Instances(instances), instances, owner, levels, cause, span, ledger);
        }
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
        let amount = Amount::Level(level * u64::from(count));
        let (from, to) = (SimTime::ZERO, SimTime::ZERO + span);
        ledger.record(UsageRecord { thing, owner, meter: *meter, amount, from, to, cause });
    }
}
