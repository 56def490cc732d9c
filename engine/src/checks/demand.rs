//! How much a month brings, in closed form: for rules that weigh a price against what flows.
//!
//! In: loads and calls as drawn. Out: units of work, in millionths. Noise, spikes that come once, and work that is
//! refused are left out: a rule needs the size of a month, the estimate has its digits. Nothing here judges.

use std::collections::BTreeMap;

use crate::design::Design;
use crate::design::id::ServiceId;
use crate::design::load::{Series, Shape, Spike, SpikeTime};
use crate::design::service::Service;
use crate::design::work::CallTarget;
use crate::units::{MilliPerSecond, Percent, Ppm, Span};

/// The rates that a series is made of, each as long as the others.
pub(super) fn rates(series: &Series) -> &[MilliPerSecond] {
    match series {
        Series::Constant(rate) => std::slice::from_ref(rate),
        Series::Daily { hourly, .. } => hourly,
        Series::Samples { values, .. } => values,
    }
}

/// The percent that each day of the week has of its series; empty where all are alike.
pub(super) fn weekdays(series: &Series) -> &[Percent] {
    match series {
        Series::Daily { weekdays, .. } => weekdays,
        Series::Constant(_) | Series::Samples { .. } => &[],
    }
}

/// The rate about the beginning of a spike that comes every day; the mean where a day has no hours.
pub(super) fn rate_at(series: &Series, minute: u32) -> MilliPerSecond {
    let rates = rates(series);
    match series {
        Series::Daily { hourly, .. } if hourly.len() == 24 => hourly[usize::try_from(minute / 60 % 24).unwrap_or(0)],
        Series::Daily { .. } | Series::Constant(_) | Series::Samples { .. } => {
            let total: u64 = rates.iter().map(|rate| rate.milli()).fold(0, u64::saturating_add);
            let length = u64::try_from(rates.len()).unwrap_or(u64::MAX).max(1);
            MilliPerSecond::from_milli(total / length)
        }
    }
}

/// What one day's spike asks at its percent, and what would have been asked without it.
fn of_spike(shape: &Shape, spike: &Spike) -> (u128, u128) {
    let SpikeTime::EveryDay(at) = &spike.at else { return (0, 0) };
    let plain = rate_at(&shape.series, at.minutes()).over(spike.lasts.span()).micro();
    (plain.saturating_mul(u128::from(spike.percent.percent())) / 100, plain)
}

/// The most that a load asks for at once: its highest rate, or a spike on what there is about its beginning.
pub(super) fn peak_of(shape: &Shape) -> MilliPerSecond {
    let highest = rates(&shape.series).iter().copied().max().unwrap_or_default();
    let busiest = weekdays(&shape.series).iter().copied().max().unwrap_or(Percent::HUNDRED);
    let in_spike = |spike: &Spike| {
        let minute = match &spike.at {
            SpikeTime::EveryDay(at) => at.minutes(),
            SpikeTime::Once(at) => {
                let at = at.civil();
                u32::from(at.hour) * 60 + u32::from(at.minute)
            }
        };
        rate_at(&shape.series, minute).percent(spike.percent)
    };
    let spikes = shape.spikes.iter().map(in_spike).max().unwrap_or_default();
    highest.max(spikes).percent(busiest)
}

/// A month of a load.
pub(super) fn month_of(shape: &Shape) -> u128 {
    let rates = rates(&shape.series);
    let count = |n: usize| u128::try_from(n).unwrap_or(u128::MAX).max(1);
    let mut month = rates.iter().map(|rate| rate.over(Span::MONTH).micro()).sum::<u128>() / count(rates.len());
    let weekdays = weekdays(&shape.series);
    if !weekdays.is_empty() {
        let percent: u128 = weekdays.iter().map(|percent| u128::from(percent.percent())).sum();
        month = month * percent / (100 * count(weekdays.len()));
    }
    let (day, all) = (u128::from(Span::from_days(1).ms()), u128::from(Span::MONTH.ms()));
    for spike in &shape.spikes {
        let (with, without) = of_spike(shape, spike);
        let days = |of_day: u128| of_day.saturating_mul(all) / day;
        month = month.saturating_add(days(with)).saturating_sub(days(without));
    }
    month
}

/// A month's work of each service: its own loads, and the calls of those that call it.
pub(super) fn work_of(design: &Design) -> BTreeMap<&ServiceId, u128> {
    let mut own: BTreeMap<&ServiceId, u128> = BTreeMap::new();
    for load in design.loads.values() {
        let sum = own.entry(load.service()).or_default();
        *sum = sum.saturating_add(month_of(load.shape()));
    }
    let passed_on =
        |_: &ServiceId, work: u128, per_work: Ppm| work.saturating_mul(u128::from(per_work.ppm())) / 1_000_000;
    along_calls(design, &own, passed_on, u128::saturating_add)
}

/// What comes to each service by its own and by the calls of those that call it: `passed_on` says what a caller that
/// something comes to passes on by a call.
pub(super) fn along_calls<'d, T: Copy + Default + PartialEq>(
    design: &'d Design,
    own: &BTreeMap<&'d ServiceId, T>,
    passed_on: impl Fn(&'d ServiceId, T, Ppm) -> T,
    add: impl Fn(T, T) -> T,
) -> BTreeMap<&'d ServiceId, T> {
    let call = |all: &mut BTreeMap<&'d ServiceId, T>, id: &'d ServiceId, service: &'d Service, comes: T| {
        for call in &service.calls {
            let CallTarget::Service { service: other, .. } = &call.to else { continue };
            let sum = all.entry(other).or_default();
            *sum = add(*sum, passed_on(id, comes, call.per_work()));
        }
    };
    let mut all = own.clone();
    if let Some(order) = callers_first(design) {
        for (id, service) in order {
            let comes = all.get(id).copied().unwrap_or_default();
            call(&mut all, id, service, comes);
        }
        return all;
    }
    // Calls in a circle end where a chain of all services would.
    for _ in 0..design.services.len() {
        let mut next = own.clone();
        for (id, service) in &design.services {
            call(&mut next, id, service, all.get(id).copied().unwrap_or_default());
        }
        if next == all {
            break;
        }
        all = next;
    }
    all
}

/// Services so that every caller stands before whom it calls; `None` where calls go in a circle.
fn callers_first(design: &Design) -> Option<Vec<(&ServiceId, &Service)>> {
    let called = |service: &'_ Service| -> Vec<ServiceId> {
        let to = service.calls.iter().filter_map(|call| match &call.to {
            CallTarget::Service { service, .. } => Some(service.clone()),
            CallTarget::Outside(_) | CallTarget::Aws(_) | CallTarget::Internet => None,
        });
        to.filter(|id| design.services.contains_key(id)).collect()
    };
    let mut callers: BTreeMap<ServiceId, usize> = design.services.keys().map(|id| (id.clone(), 0)).collect();
    for id in design.services.values().flat_map(called) {
        *callers.entry(id).or_default() += 1;
    }
    let mut ready: Vec<_> = callers.iter().filter(|(_, count)| **count == 0).map(|(id, _)| id.clone()).collect();
    let mut order = Vec::new();
    while let Some(id) = ready.pop() {
        let (id, service) = design.services.get_key_value(&id)?;
        order.push((id, service));
        for other in called(service) {
            let left = callers.get_mut(&other)?;
            *left -= 1;
            if *left == 0 {
                ready.push(other);
            }
        }
    }
    (order.len() == design.services.len()).then_some(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::base;
    use crate::design::work::{Call, CallPath};
    use crate::units::{Bytes, Minutes};

    fn shape(series: Series) -> Shape {
        Shape { series, spikes: Vec::new(), noise: Ppm::ZERO }
    }

    /// A month has 2,628,000 seconds.
    const MONTH: u128 = 2_628_000 * 1_000_000;

    #[test]
    fn a_month_is_the_mean_rate_by_hour_and_weekday() {
        let per_second = MilliPerSecond::from_whole;
        assert_eq!(month_of(&shape(Series::Constant(per_second(3)))), 3 * MONTH);
        let mut hourly = vec![per_second(1); 12];
        hourly.extend(vec![per_second(5); 12]);
        let daily = Series::Daily { hourly, weekdays: Vec::new() };
        assert_eq!(month_of(&shape(daily.clone())), 3 * MONTH);
        let Series::Daily { hourly, .. } = daily else { panic!("drawn above") };
        // Five days in full and two not at all: 5/7.
        let mut weekdays = vec![Percent::HUNDRED; 5];
        weekdays.extend([Percent::from_percent(0); 2]);
        assert_eq!(month_of(&shape(Series::Daily { hourly, weekdays })), 3 * MONTH * 5 / 7);
    }

    #[test]
    fn a_spike_of_every_day_is_in_the_month() {
        let mut load = shape(Series::Constant(MilliPerSecond::from_whole(1)));
        let at = SpikeTime::EveryDay(Minutes::from_minutes(16 * 60));
        load.spikes = vec![Spike { at, lasts: Minutes::from_minutes(120), percent: Percent::from_percent(400) }];
        // Two hours of 24 at four times the rate: 1 + 2 × 3 / 24 = 1.25.
        assert_eq!(month_of(&load), MONTH * 5 / 4);
    }

    #[test]
    fn calls_bring_work_along_their_chain_and_circles_end() {
        let mut design = base();
        let call = |to: &str, ppm| {
            let to = CallTarget::Service { service: to.into(), via: CallPath::ServiceConnect };
            let (request_bytes, response_bytes) = (Bytes::ZERO, Bytes::ZERO);
            Call { to, per_work: Some(Ppm::from_ppm(ppm)), request_bytes, response_bytes }
        };
        design.services.get_mut(&"web".into()).unwrap().calls = vec![call("model", 2_000_000)];
        // 500/s of the base, two calls each.
        assert_eq!(work_of(&design)[&ServiceId::new("model")], 1000 * MONTH);
        design.services.get_mut(&"model".into()).unwrap().calls = vec![call("web", 1_000_000)];
        assert!(work_of(&design)[&ServiceId::new("model")] > 1000 * MONTH);
    }
}
