//! A run in figures that people compare: what it cost by charge, what each service and provider did.
//!
//! In: an outcome with its plan. Out: a [`Run`], small enough to keep of every seed of every alternative.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Outcome;
use super::quotas_used::OverQuota;
use super::stamp::Stamp;
use crate::bill::{Charge, CostGroup};
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::id::ServiceId;
use crate::names::InstanceTypeName;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::simulation::trace::{ServiceSummary, Summary};
use crate::units::{Micro, Ppm, Span, Usd};
use crate::usage::record::{Amount, UsageRecord};

/// What one service did in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFigures {
    /// Its name.
    pub name: ServiceId,
    /// Its counts.
    pub counts: ServiceSummary,
}

impl ProviderFigures {
    /// `10 to 15 m6g.large, 12.3 on average`.
    pub fn said(&self) -> String {
        let (min, max, milli) = (self.instances_min, self.instances_max, self.instances_mean_milli);
        let mean = |milli: u64| format!("{}.{}", (milli + 50) / 1000, (milli + 50) % 1000 / 100);
        let count = if min == max { max.to_string() } else { format!("{min} to {max}") };
        match &self.types[..] {
            [] => format!("{count} instances"),
            [(name, _)] if min == max => format!("{count} {name}"),
            [(name, _)] => format!("{count} {name}, {} on average", mean(milli)),
            several => {
                let each: Vec<_> = several.iter().map(|(name, milli)| format!("{} {name}", mean(*milli))).collect();
                format!("{count} instances, on average {}", each.join(", "))
            }
        }
    }
}

impl ServiceFigures {
    /// Whether requests came, or kilobytes were to flow.
    pub fn has_requests(&self) -> bool {
        self.counts.asked > self.counts.jobs
    }

    /// Whether jobs came to a queue.
    pub fn has_jobs(&self) -> bool {
        self.counts.jobs > Micro::ZERO
    }

    /// Requests that came when its tasks in service could not take them, of all its requests.
    pub fn refused(&self) -> Ppm {
        let ServiceSummary { asked, jobs, over_capacity, .. } = &self.counts;
        ratio(over_capacity.micro(), asked.micro().saturating_sub(jobs.micro()))
    }

    /// Jobs that still waited at the end, of all its jobs.
    pub fn jobs_left(&self) -> Ppm {
        ratio(self.counts.left.micro(), self.counts.jobs.micro())
    }
}

/// What one provider did in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFigures {
    /// Its name.
    pub name: String,
    /// Fewest instances.
    pub instances_min: u32,
    /// Most instances.
    pub instances_max: u32,
    /// Instances on average, in thousandths.
    pub instances_mean_milli: u64,
    /// Of those, by type, the most first.
    pub types: Vec<(InstanceTypeName, u64)>,
    /// CPU reserved of what its instances registered.
    pub cpu_packed: Ppm,
    /// Memory reserved of what its instances registered.
    pub memory_packed: Ppm,
}

/// One run of an alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its seed.
    pub seed: u64,
    /// What names it.
    pub stamp: Stamp,
    /// What the window cost, priced lines only.
    pub total: Usd,
    /// What a month of 730 hours would.
    pub month: Usd,
    /// The total by what was charged for.
    pub costs: BTreeMap<Charge, Usd>,
    /// What was used that has no price.
    pub unpriced: Vec<Meter>,
    /// By service.
    pub services: Vec<ServiceFigures>,
    /// By provider with instances of its own.
    pub providers: Vec<ProviderFigures>,
    /// Quotas that its most vCPUs in use pass; of a comparison's runs.
    pub over_quotas: Vec<OverQuota>,
}

impl Run {
    /// The figures of a run's outcome.
    pub fn of(plan: &Plan, outcome: &Outcome, seed: u64) -> Self {
        let mut costs = BTreeMap::new();
        for line in &outcome.bill.lines {
            *costs.entry(line.charge).or_insert(Usd::ZERO) += line.cost.unwrap_or(Usd::ZERO);
        }
        let none = Summary::default();
        let summary = outcome.summary.as_ref().unwrap_or(&none);
        let services = plan.services.iter().zip(&summary.services);
        let services = services.map(|(planned, counts)| ServiceFigures { name: planned.name.clone(), counts: *counts });
        Self {
            seed,
            stamp: outcome.stamp,
            total: outcome.bill.total,
            month: outcome.month.total,
            costs,
            unpriced: outcome.bill.unpriced.clone(),
            services: services.collect(),
            providers: providers(plan, summary, outcome),
            over_quotas: Vec::new(),
        }
    }

    /// Requests that came when tasks in service could not take them, of all its requests: of the service where it is most.
    pub fn over_capacity(&self) -> Ppm {
        self.services.iter().map(ServiceFigures::refused).max().unwrap_or_default()
    }

    /// Jobs that still waited at the end, of all its jobs: of the service where it is most.
    pub fn jobs_left(&self) -> Ppm {
        self.services.iter().map(ServiceFigures::jobs_left).max().unwrap_or_default()
    }

    /// Whether requests came.
    pub fn has_requests(&self) -> bool {
        self.services.iter().any(ServiceFigures::has_requests)
    }

    /// Whether jobs came to a queue.
    pub fn has_jobs(&self) -> bool {
        self.services.iter().any(ServiceFigures::has_jobs)
    }

    /// Work that was not done, of all that came: requests or jobs, of the service where it is most.
    pub fn not_done(&self) -> Ppm {
        self.over_capacity().max(self.jobs_left())
    }

    /// The time that tasks waited for a place, of the time that tasks were wanted: of the service where it is most.
    pub fn waited(&self) -> Ppm {
        let of = |s: &ServiceFigures| ratio(s.counts.unplaced_ms.into(), s.counts.desired_ms.into());
        self.services.iter().map(of).max().unwrap_or_default()
    }

    /// The most tasks of one service that waited for a place at once.
    pub fn unplaced_max(&self) -> u32 {
        self.services.iter().map(|s| s.counts.unplaced_max).max().unwrap_or_default()
    }

    /// The longest time that a service had fewer tasks in service than it wanted.
    pub fn recovery(&self) -> Span {
        self.services.iter().map(|s| s.counts.recovery).max().unwrap_or_default()
    }

    /// CPU and memory reserved of what all instances registered; `None` without instances.
    pub fn packing(&self) -> Option<(Ppm, Ppm)> {
        let all = self.providers.iter().filter(|p| p.instances_mean_milli > 0);
        let instances: u64 = all.clone().map(|p| p.instances_mean_milli).sum();
        let weighed = |of: fn(&ProviderFigures) -> Ppm| {
            let sum: u128 = all.clone().map(|p| u128::from(of(p).ppm()) * u128::from(p.instances_mean_milli)).sum();
            u32::try_from(sum / u128::from(instances.max(1))).map_or(Ppm::ONE, Ppm::from_ppm)
        };
        (instances > 0).then(|| (weighed(|p| p.cpu_packed), weighed(|p| p.memory_packed)))
    }

    /// What each group cost, leaving out some meters.
    pub fn groups(&self, without: &[Meter]) -> BTreeMap<CostGroup, Usd> {
        let left_out = |charge: &Charge| match charge {
            Charge::Aws(meter) => without.contains(meter),
            Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => false,
        };
        let mut groups = BTreeMap::new();
        for (charge, cost) in self.costs.iter().filter(|(charge, _)| !left_out(charge)) {
            *groups.entry(charge.group()).or_insert(Usd::ZERO) += *cost;
        }
        groups
    }
}

/// What one cause of a difference is made of: each charge with its cost in both runs, the largest change first. The changes
/// sum to the cause's; meters that one of the two has no price for are left out, as in the cause.
pub fn charges(from: &Run, to: &Run, without: &[Meter], group: CostGroup) -> Vec<(Charge, Usd, Usd)> {
    let has_price = |charge: &Charge| match charge {
        Charge::Aws(meter) => !without.contains(meter),
        Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => true,
    };
    let mut all: BTreeMap<Charge, (Usd, Usd)> = BTreeMap::new();
    for (charge, cost) in from.costs.iter().filter(|(charge, _)| charge.group() == group && has_price(charge)) {
        all.entry(*charge).or_default().0 = *cost;
    }
    for (charge, cost) in to.costs.iter().filter(|(charge, _)| charge.group() == group && has_price(charge)) {
        all.entry(*charge).or_default().1 = *cost;
    }
    let mut all: Vec<_> = all.into_iter().map(|(charge, (was, is))| (charge, was, is)).collect();
    all.sort_by_key(|(charge, was, is)| (Reverse((*is - *was).max(*was - *is)), *charge));
    all
}

fn providers(plan: &Plan, summary: &Summary, outcome: &Outcome) -> Vec<ProviderFigures> {
    let window = u128::from(outcome.window.ms().max(1));
    let milli = |instance_ms: u128| u64::try_from(instance_ms * 1000 / window).unwrap_or(u64::MAX);
    let stood = stood(&outcome.records);
    let types = |planned: &PlannedProvider| {
        let mut types: BTreeMap<InstanceTypeName, u128> = BTreeMap::new();
        for candidate in &planned.candidates {
            let bought = planned.owner.zip(candidate.levels.first().map(|(meter, _)| *meter));
            if let Some(ms) = bought.and_then(|bought| stood.get(&bought)) {
                types.insert(candidate.name.clone(), *ms);
            }
        }
        let mut types: Vec<_> = types.into_iter().map(|(name, ms)| (name, milli(ms))).collect();
        types.sort_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
        types
    };
    let counted = plan.providers.iter().zip(&summary.instances).zip(&summary.packing);
    let own = counted.filter(|((planned, _), _)| !planned.is_fargate());
    own.map(|((planned, (instances_min, instances_max, instance_ms)), [cpu, memory])| ProviderFigures {
        name: planned.name.clone(),
        instances_min: *instances_min,
        instances_max: *instances_max,
        instances_mean_milli: milli(u128::from(*instance_ms)),
        types: types(planned),
        cpu_packed: ratio(cpu.0, cpu.1),
        memory_packed: ratio(memory.0, memory.1),
    })
    .collect()
}

/// Instance-milliseconds by whose instances they are and what meters them.
fn stood(records: &[UsageRecord]) -> BTreeMap<(Ix<ItemRef>, Meter), u128> {
    let mut stood = BTreeMap::new();
    for record in records.iter().filter(|record| record.meter.instance_type().is_some()) {
        if let Amount::Level(level) = record.amount {
            *stood.entry((record.owner, record.meter)).or_insert(0) +=
                u128::from(level) * u128::from(record.to.since(record.from).ms());
        }
    }
    stood
}

/// A part of a whole, rounded down to a millionth.
fn ratio(part: u128, whole: u128) -> Ppm {
    let ppm = part.saturating_mul(1_000_000).checked_div(whole).unwrap_or_default();
    u32::try_from(ppm).map_or(Ppm::ONE, Ppm::from_ppm)
}
