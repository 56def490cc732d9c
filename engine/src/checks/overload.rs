//! What is asked of a service against what its most tasks can do.
//!
//! By the formulas that estimates and runs go by: a task does what its CPU and its workers allow, and who cannot serve all
//! asks of others no more than he serves. Where tasks find their places is not looked at: an estimate says what stands.

use std::collections::BTreeMap;

use super::context::{Context, Host, Runner};
use super::demand::{along_calls, month_of, peak_of};
use super::diagnostic::{Findings, Rule, Severity};
use super::instances;
use crate::design::account::QuotaValue;
use crate::design::id::ServiceId;
use crate::design::load::Load;
use crate::design::service::SchedulingStrategy;
use crate::design::work::most_jobs;
use crate::units::{Micro, MilliPerSecond, Ppm, Span};

const TRACKING: &str = "Application Auto Scaling API Reference, \"RegisterScalableTarget\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "load-above-capacity",
        Severity::Warning,
        "More is asked of a service than its most tasks can serve",
        TRACKING,
        load_above_capacity,
    ),
    Rule::new(
        "jobs-never-done",
        Severity::Warning,
        "Jobs come faster than a service's most tasks can do them",
        TRACKING,
        jobs_never_done,
    ),
];

/// A service with what its work costs, what it runs, and its most tasks.
struct Worker<'c, 'd> {
    runner: &'c Runner<'d>,
    /// Requests a second that its most tasks serve; `None` while nothing is known of its work.
    serves: Option<MilliPerSecond>,
    tasks: u64,
}

/// Services with their most tasks; those without a number of their own, one for each instance, are left out.
fn workers<'c, 'd>(context: &'c Context<'d>) -> BTreeMap<&'d ServiceId, Worker<'c, 'd>> {
    let of = |runner: &'c Runner<'d>| {
        let (id, service) = (runner.id?, runner.service?);
        if service.scheduling_strategy() == SchedulingStrategy::Daemon {
            return None;
        }
        let definition = runner.definition?;
        let (cpu, _) = instances::demand(runner, definition);
        let tasks = most_tasks(context, runner);
        let one = service.work.cost().map(|cost| cost.most_requests_milli(cpu));
        let serves = one.map(|one| MilliPerSecond::from_milli(one.saturating_mul(tasks)));
        Some((id, Worker { runner, serves, tasks }))
    };
    context.runners.iter().filter_map(of).collect()
}

/// The most tasks of a service: the maximum of its scaling, or its desired count; no more than the account's quota of vCPUs on
/// Fargate has room for, or than fit on a group that it has for itself, by CPU and memory.
fn most_tasks(context: &Context<'_>, runner: &Runner<'_>) -> u64 {
    let most = u64::from(runner.bounds.1);
    let Some(definition) = runner.definition else { return most };
    let (cpu, memory) = instances::demand(runner, definition);
    match runner.hosts.as_slice() {
        [Host::Fargate] => most.min(fargate_room(context, u64::from(cpu.units())).unwrap_or(u64::MAX)),
        [host @ Host::Group(_, group)] => {
            let fit = |(has, takes): (u32, u32)| has.checked_div(takes).unwrap_or(u32::MAX);
            let on_one = instances::types(context.catalogue, group).into_iter().map(|kind| {
                let cpu = fit((kind.registered_cpu().units(), cpu.units()));
                cpu.min(fit((instances::registered(host, definition, kind).memory().mib(), memory.mib())))
            });
            let on_one = on_one.max().unwrap_or(u32::MAX);
            most.min(u64::from(group.max_size).saturating_mul(u64::from(on_one)))
        }
        _ => most,
    }
}

/// Tasks of so many CPU units that the account's vCPUs on Fargate hold, where it says how many it has (rule RAT-05).
fn fargate_room(context: &Context<'_>, units: u64) -> Option<u64> {
    let account = &context.design.account;
    account.quota_profile?;
    let quota = crate::catalogue::quotas::FARGATE_ON_DEMAND_VCPUS;
    let own = account.quotas.iter().find(|own: &&QuotaValue| quota.is_named(&own.name));
    own.map_or(quota.value, |own| own.value).saturating_mul(1024).checked_div(units)
}

/// What is asked of each service at the most, where its callers ask for no more than they can serve themselves.
fn asked<'d>(
    context: &Context<'d>,
    workers: &BTreeMap<&'d ServiceId, Worker<'_, 'd>>,
) -> BTreeMap<&'d ServiceId, MilliPerSecond> {
    let mut own: BTreeMap<&ServiceId, MilliPerSecond> = BTreeMap::new();
    let mut jobs: BTreeMap<&ServiceId, MilliPerSecond> = BTreeMap::new();
    for load in context.design.loads.values() {
        let sums = if matches!(load, Load::Jobs(_)) { &mut jobs } else { &mut own };
        let sum = sums.entry(load.service()).or_default();
        *sum = *sum + peak_of(load.shape());
    }
    let passed_on = |id: &'d ServiceId, asked: MilliPerSecond, per_work: Ppm| {
        let serves = workers.get(id).and_then(|worker| worker.serves);
        let done = serves.map_or(asked, |most| asked.min(most)) + jobs.get(id).copied().unwrap_or_default();
        done.share(per_work)
    };
    along_calls(context.design, &own, passed_on, |sum, more| sum + more)
}

/// What: more requests a second than all tasks that a service may have can serve. Why: the rest is refused, whatever scaling
/// does, and an estimate serves and bills only what can be done. Example: 50,000 requests a second of 18 tasks that do 1,000
/// each. No fix: more tasks, larger ones, or less work for each request.
///
/// Source: Bayplan's own (rule TRF-02: utilisation reaches 1).
fn load_above_capacity(context: &Context<'_>, out: &mut Findings) {
    let workers = workers(context);
    for (id, asked) in asked(context, &workers) {
        let Some(worker) = workers.get(id) else { continue };
        let Some(serves) = worker.serves.filter(|serves| asked > *serves) else { continue };
        let message = format!(
            "At its peak {} is asked of it, and its most tasks, {}, can serve {}",
            asked.said(),
            worker.tasks,
            serves.said()
        );
        let hint = "Raise the most tasks it may have, or the size of each, or ask for less: the rest is refused";
        out.add(worker.runner.at.clone(), "scaling", message, hint);
    }
}

/// What: more jobs than all tasks that a service may have can do, on average. Why: the queue grows without end. Example: ten
/// jobs a second of 6 s each for 30 tasks, which do five. No fix: more tasks, or shorter jobs.
///
/// Source: Bayplan's own (rule TRF-02, of workers that a job keeps busy).
fn jobs_never_done(context: &Context<'_>, out: &mut Findings) {
    let workers = workers(context);
    let mut all: BTreeMap<&ServiceId, (u128, Span)> = BTreeMap::new();
    for load in context.design.loads.values() {
        if let Load::Jobs(jobs) = load {
            let (come, lasts) = all.entry(&jobs.service).or_default();
            (*come, *lasts) = (come.saturating_add(month_of(&jobs.shape)), jobs.service_time);
        }
    }
    for (id, (month, lasts)) in all {
        let Some((worker, service)) = workers.get(id).and_then(|worker| Some((worker, worker.runner.service?))) else {
            continue;
        };
        let come = Micro::from_micro(month).mean_over(Span::MONTH);
        let can = most_jobs(service.work.cost().as_ref(), worker.tasks, lasts);
        if come > can {
            let message = format!(
                "{} of jobs come on average, and its most tasks, {}, can do {}",
                come.said(),
                worker.tasks,
                can.said()
            );
            let hint =
                "Raise the most tasks it may have, or let each take more jobs at once: the queue grows without end";
            out.add(worker.runner.at.clone(), "scaling", message, hint);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::account::QuotaProfile;
    use crate::design::capacity::StrategyItem;
    use crate::design::id::CapacityProviderId;
    use crate::design::load::{Series, Spike, SpikeTime};
    use crate::design::service::Capacity;
    use crate::design::work::{Call, CallPath, CallTarget, Work, WorkCost};
    use crate::units::{Bytes, Mib, Minutes, Percent};

    fn asks(design: &mut Design, load: &str, per_second: u64) {
        let series = Series::Constant(MilliPerSecond::from_whole(per_second));
        match design.loads.get_mut(&load.into()).unwrap() {
            Load::Requests(requests) => requests.shape.series = series,
            Load::Jobs(jobs) => jobs.shape.series = series,
            Load::Stream(_) => panic!("no stream is drawn"),
        }
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // 9 tasks of half a vCPU at 4 ms: 9 × 0.5 / 0.004 = 1,125 a second.
        case("load-above-capacity", |d| asks(d, "shoppers", 1126), &["web · scaling"], |d| asks(d, "shoppers", 1125)),
        // A spike on 500 a second: 226 % are 1,130.
        case("load-above-capacity", |d| spike(d, 226), &["web · scaling"], |d| spike(d, 225)),
        // One vCPU of the account holds 2 tasks, 250 a second; two hold what comes, 500.
        case("load-above-capacity", |d| on_fargate(d, 1), &["web · scaling"], |d| on_fargate(d, 2)),
        // 6 tasks with a job of 0.9 s each: 6.667 a second.
        case("jobs-never-done", |d| asks(d, "orders", 7), &["worker · scaling"], |d| asks(d, "orders", 6)),
    ];

    #[test]
    fn more_than_can_be_done_is_found() {
        check(CASES);
    }

    fn spike(design: &mut Design, percent: u16) {
        let Some(Load::Requests(requests)) = design.loads.get_mut(&"shoppers".into()) else { panic!("drawn") };
        let at = SpikeTime::EveryDay(Minutes::from_minutes(600));
        let (lasts, percent) = (Minutes::from_minutes(60), Percent::from_percent(percent));
        requests.shape.spikes = vec![Spike { at, lasts, percent }];
    }

    /// On Fargate alone, where the account has so many vCPUs.
    fn on_fargate(design: &mut Design, vcpus: u64) {
        let item = StrategyItem { capacity_provider: CapacityProviderId::fargate(), base: 0, weight: 1 };
        web(design).capacity = Capacity::Strategy(vec![item]);
        design.account.quota_profile = Some(QuotaProfile::Default);
        design.account.quotas = vec![QuotaValue { name: "Fargate On-Demand vCPUs".to_owned(), value: vcpus }];
    }

    #[test]
    fn both_figures_are_said_and_callers_pass_on_what_they_serve() {
        let mut design = base();
        asks(&mut design, "shoppers", 50_000);
        let to = CallTarget::Service { service: "model".into(), via: CallPath::ServiceConnect };
        let (request_bytes, response_bytes) = (Bytes::ZERO, Bytes::ZERO);
        web(&mut design).calls.push(Call { to, per_work: None, request_bytes, response_bytes });
        let cost = WorkCost { cpu_micros: 10_000, memory_idle: Mib::ZERO, duration: None, concurrency: None };
        let model = design.services.get_mut(&"model".into()).unwrap();
        model.work = Work::Stated { cost, log_bytes: Bytes::ZERO };
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let said: Vec<_> = found.iter().filter(|f| f.rule.0 == "load-above-capacity").map(|f| &f.message).collect();
        // web can do 1,125; model, 3 tasks of 2 vCPUs at 10 ms, can do 600 of these.
        assert_eq!(
            said,
            [
                "At its peak 1,125/s is asked of it, and its most tasks, 3, can serve 600/s",
                "At its peak 50,000/s is asked of it, and its most tasks, 9, can serve 1,125/s"
            ]
        );
    }
}
