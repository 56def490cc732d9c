//! Loads that a clock could foretell: scheduled scaling for known times, predictive scaling for days and weeks alike.

use std::collections::BTreeSet;

use super::context::Context;
use super::demand;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::id::ServiceId;
use crate::design::load::{Load, Series, SpikeTime};
use crate::design::scaling::{ScalingMetric, ScalingPolicy};
use crate::design::service::Service;
use crate::design::work::CallTarget;
use crate::design::{Design, ItemRef};
use crate::units::{MilliPerSecond, Minutes, Percent};

const SCHEDULED: &str = "Application Auto Scaling User Guide, \"Scheduled scaling\"";
const PREDICTIVE: &str = "Application Auto Scaling User Guide, \"Predictive scaling\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "daily-spike-unscheduled",
        Severity::Advice,
        "A spike comes by the clock, and scaling waits until it is there",
        SCHEDULED,
        daily_spike_unscheduled,
    ),
    Rule::new(
        "daily-pattern-unforecast",
        Severity::Advice,
        "A load has a strong daily or weekly pattern that scaling only follows",
        PREDICTIVE,
        daily_pattern_unforecast,
    ),
];

/// A service and all that work for it, as its calls lead.
fn reached<'d>(design: &'d Design, first: &'d ServiceId) -> BTreeSet<&'d ServiceId> {
    let (mut all, mut open) = (BTreeSet::new(), vec![first]);
    while let Some(id) = open.pop() {
        if !all.insert(id) {
            continue;
        }
        let calls = design.services.get(id).into_iter().flat_map(|service| &service.calls);
        open.extend(calls.filter_map(|call| match &call.to {
            CallTarget::Service { service, .. } => Some(service),
            CallTarget::Outside(_) | CallTarget::Aws(_) | CallTarget::Internet => None,
        }));
    }
    all
}

/// Services that scale, and only after the fact: by no clock and no forecast.
fn following(context: &Context<'_>, at: &ServiceId) -> bool {
    let ahead = |policy: &ScalingPolicy| match policy {
        ScalingPolicy::Scheduled(_) | ScalingPolicy::Predictive(_) => true,
        ScalingPolicy::TargetTracking(_) | ScalingPolicy::Step(_) => false,
    };
    let scaling = context.design.services.get(at).and_then(|service: &Service| service.scaling.as_ref());
    scaling.is_some_and(|s| !s.policies.is_empty() && s.min_capacity < s.max_capacity && !s.policies.iter().any(ahead))
}

/// Whether a policy of a service wants more than its fewest tasks at a load's peak, where the design says so: of a service
/// that is called, or a step policy, it is taken to.
fn outgrows(context: &Context<'_>, load: &Load, at: &ServiceId, peak: MilliPerSecond) -> bool {
    let Some(service) = context.design.services.get(at).filter(|_| at == load.service()) else { return true };
    let cpu = context.design.task_definitions.get(&service.task_definition).map_or(0, |d| d.cpu_demand().units());
    let cpu_micros = service.work.cost().map_or(0, |cost| cost.cpu_micros);
    let (fewest, rate) = (u128::from(service.bounds().0), u128::from(peak.milli()));
    let wants = |policy: &ScalingPolicy| {
        let ScalingPolicy::TargetTracking(tracking) = policy else { return true };
        let target = u128::from(tracking.target_milli);
        match (&tracking.metric, load) {
            // Microseconds of vCPU asked a second, against CPU units / 1024 × the target's share of them.
            (ScalingMetric::AverageCpuUtilization, _) => {
                let asked = rate.saturating_mul(u128::from(cpu_micros)).saturating_mul(1024 * 100_000);
                asked > (fewest * u128::from(cpu) * 1_000_000_000).saturating_mul(target)
            }
            (ScalingMetric::RequestCountPerTarget(_), _) => rate * 60 > fewest * target,
            (ScalingMetric::BacklogPerTask(_), Load::Jobs(jobs)) => {
                rate.saturating_mul(u128::from(jobs.service_time.ms())) > fewest * 1_000_000
            }
            (ScalingMetric::AverageMemoryUtilization, _)
            | (ScalingMetric::BacklogPerTask(_), Load::Requests(_) | Load::Stream(_)) => false,
        }
    };
    service.scaling.iter().flat_map(|scaling| &scaling.policies).any(wants)
}

/// A minute of the day as a clock shows it: `16:05`.
fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// Assumption: from twice the rate on, half of the tasks that a spike wants are missing when it begins.
const SPIKE: Percent = Percent::from_percent(200);
/// Assumption: five minutes ahead, which hold the three of an alarm and the start of a task.
const AHEAD: Minutes = Minutes::from_minutes(5);

/// What: a load of twice its rate or more at the same time every day, on a service (or one it calls) that scales by
/// metrics alone. Why: an alarm of three minutes and a task's start come first, and the spike finds too few. Example:
/// three times as much from 16:00 to 16:10. The user knows how many tasks the spike takes: no fix.
///
/// Source: Application Auto Scaling User Guide, "Scheduled scaling": for predictable load changes (rules AAS).
fn daily_spike_unscheduled(context: &Context<'_>, out: &mut Findings) {
    for (id, load) in &context.design.loads {
        for spike in load.shape().spikes.iter().filter(|spike| spike.percent >= SPIKE) {
            let SpikeTime::EveryDay(at) = &spike.at else { continue };
            let peak = demand::rate_at(&load.shape().series, at.minutes()).percent(spike.percent);
            let services = reached(context.design, load.service());
            let concerned = |id: &&ServiceId| following(context, id) && outgrows(context, load, id, peak);
            for service in services.into_iter().filter(concerned) {
                let (from, ahead) = (at.minutes(), (at.minutes() % DAY) + DAY - AHEAD.minutes());
                let message = format!(
                    "{id} asks {} from {} to {} UTC every day; its scaling begins when that is there",
                    spike.percent,
                    clock(from),
                    clock(from.saturating_add(spike.lasts.minutes()))
                );
                let cron = format!("cron({} {} * * ? *)", ahead % 60, ahead / 60 % 24);
                let hint = format!(
                    "Raise the fewest tasks by a scheduled action a little ahead, {cron}, and lower them after"
                );
                out.add(ItemRef::Service(service.clone()), "scaling", message, hint);
            }
        }
    }
}

/// Assumption: a pattern is strong where its busiest hour or weekday asks three times as much as its quietest.
const STRONG: u64 = 3;

/// What: a day whose busiest hour asks three times its quietest, or a week by its days, on a service that scales by
/// metrics alone. Why: each rise is met after the fact, day after day; a forecast has the tasks there before. Example:
/// 400 to 2,000 requests a second between night and noon.
///
/// Source: Application Auto Scaling User Guide, "Predictive scaling": for daily and weekly patterns (rules AAS).
fn daily_pattern_unforecast(context: &Context<'_>, out: &mut Findings) {
    for (id, load) in &context.design.loads {
        let series = &load.shape().series;
        let Series::Daily { .. } = series else { continue };
        let hours = demand::rates(series).iter().map(|rate| rate.milli());
        let days = demand::weekdays(series).iter().map(|percent| u64::from(percent.percent()));
        let strong = |(low, high): (u64, u64)| high > 0 && high >= low.saturating_mul(STRONG);
        let range = |values: Vec<u64>| Some((*values.iter().min()?, *values.iter().max()?));
        let (by_hour, by_day) = (range(hours.collect()), range(days.collect()));
        let pattern = if let Some((low, high)) = by_hour.filter(|r| strong(*r)) {
            let rate = MilliPerSecond::from_milli;
            format!("{} in its quietest hour and {} in its busiest, every day", rate(low), rate(high))
        } else if let Some((low, high)) = by_day.filter(|r| strong(*r)) {
            format!("{low} % on its quietest weekday and {high} % on its busiest")
        } else {
            continue;
        };
        let peak = demand::rates(series).iter().copied().max().unwrap_or(MilliPerSecond::ZERO);
        let services = reached(context.design, load.service());
        let concerned = |id: &&ServiceId| following(context, id) && outgrows(context, load, id, peak);
        for service in services.into_iter().filter(concerned) {
            let message = format!("{id} asks {pattern}; its scaling only follows");
            let hint = "Add predictive scaling on the same metric: it learns from 24 hours and keeps target tracking beside it";
            out.add(ItemRef::Service(service.clone()), "scaling", message, hint);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::load::Spike;
    use crate::design::scaling::{PredictiveMode, PredictiveScaling, ScheduledAction};
    use crate::design::work::{Call, CallPath};
    use crate::units::Bytes;

    fn shape(d: &mut Design) -> &mut crate::design::load::Shape {
        match d.loads.get_mut(&"shoppers".into()) {
            Some(Load::Requests(requests)) => &mut requests.shape,
            other => panic!("the good design has shoppers, not {other:?}"),
        }
    }

    fn spike(d: &mut Design, percent: u32) {
        let at = SpikeTime::EveryDay(Minutes::from_minutes(16 * 60));
        let percent = Percent::from_percent(u16::try_from(percent).unwrap());
        shape(d).spikes = vec![Spike { at, lasts: Minutes::from_minutes(10), percent }];
    }

    fn day(d: &mut Design, low: u64, high: u64) {
        let mut hourly = vec![MilliPerSecond::from_whole(low); 12];
        hourly.extend(vec![MilliPerSecond::from_whole(high); 12]);
        shape(d).series = Series::Daily { hourly, weekdays: Vec::new() };
    }

    fn policy(d: &mut Design, policy: ScalingPolicy) {
        web(d).scaling.as_mut().unwrap().policies.push(policy);
    }

    fn scheduled() -> ScalingPolicy {
        let schedule = "cron(55 15 * * ? *)".to_owned();
        let (time_zone, start, end, max_capacity) = (None, None, None, None);
        ScalingPolicy::Scheduled(ScheduledAction {
            schedule,
            time_zone,
            start,
            end,
            min_capacity: Some(9),
            max_capacity,
        })
    }

    /// The shoppers' service no longer scales, but one that it calls does.
    fn scale_behind(d: &mut Design) {
        let scaling = web(d).scaling.take();
        model(d).scaling = scaling;
        let to = CallTarget::Service { service: "model".into(), via: CallPath::ServiceConnect };
        web(d).calls.push(Call { to, per_work: None, request_bytes: Bytes::ZERO, response_bytes: Bytes::ZERO });
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case("daily-spike-unscheduled", |d| spike(d, 300), &["web · scaling"], |d| spike(d, 199)),
        case(
            "daily-spike-unscheduled",
            |d| {
                spike(d, 200);
                scale_behind(d);
            },
            &["model · scaling"],
            |d| {
                spike(d, 300);
                policy(d, scheduled());
            },
        ),
        case("daily-pattern-unforecast", |d| day(d, 100, 300), &["web · scaling"], |d| day(d, 101, 300)),
        // Three tasks of half a vCPU at 60 % are 0.9 vCPU: 225 a second of 4 ms each; up to that nothing scales.
        case("daily-pattern-unforecast", |d| day(d, 50, 226), &["web · scaling"], |d| day(d, 50, 225)),
        case(
            "daily-pattern-unforecast",
            |d| {
                day(d, 300, 300);
                let Series::Daily { weekdays, .. } = &mut shape(d).series else { panic!("drawn above") };
                *weekdays = [100, 100, 100, 100, 100, 30, 30].map(Percent::from_percent).to_vec();
            },
            &["web · scaling"],
            |d| {
                day(d, 100, 300);
                let metric = ScalingMetric::AverageCpuUtilization;
                let mode = PredictiveMode::ForecastAndScale;
                let forecast = PredictiveScaling { metric, target_milli: 60_000, mode, scheduling_buffer: None };
                policy(d, ScalingPolicy::Predictive(forecast));
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn the_message_says_when_and_the_hint_a_little_before() {
        let mut design = base();
        spike(&mut design, 300);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = found.iter().find(|f| f.rule.0 == "daily-spike-unscheduled").unwrap();
        let expected = "shoppers asks 300 % from 16:00 to 16:10 UTC every day; its scaling begins when that is there";
        assert_eq!(finding.message, expected);
        assert!(finding.hint.contains("cron(55 15 * * ? *)"), "{}", finding.hint);
    }
}
