//! What stands when every service has its tasks and nothing moves: the estimate's quantities, and a warm run's start.

use super::Plan;
use super::PlannedZone;
use super::index::Ix;
use super::packing::{deal, fits, instances_for, managed_instances_for};
use super::provider::{PlannedProvider, ProviderKind};
use super::service::PlannedService;
use super::strategy::split;

/// Instances alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmInstances {
    /// Their provider.
    pub provider: Ix<PlannedProvider>,
    /// Their type: its place among the provider's candidates.
    pub candidate: usize,
    /// Their zone.
    pub zone: Ix<PlannedZone>,
    /// How many hold tasks.
    pub needed: u32,
    /// How many stand beyond need: the group's minimum, spare capacity.
    pub spare: u32,
}

/// What stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warm {
    /// By service: tasks on each provider of its strategy.
    pub shares: Vec<Vec<u32>>,
    /// By service: tasks in each zone of the plan.
    pub zones: Vec<Vec<u32>>,
    /// Instances.
    pub instances: Vec<WarmInstances>,
    /// By service: tasks that no instance type of their provider holds, or that the group has no room for.
    pub unplaced: Vec<u32>,
}

impl Warm {
    /// What stands when each service has `counts` tasks.
    pub fn of(plan: &Plan, counts: &[u32]) -> Self {
        let mut warm = Self {
            shares: plan.services.iter().zip(counts).map(|(s, n)| split(&s.capacity, *n)).collect(),
            zones: vec![vec![0; plan.zones.len()]; plan.services.len()],
            instances: Vec::new(),
            unplaced: vec![0; plan.services.len()],
        };
        for (provider, planned) in plan.providers.pairs() {
            match &planned.kind {
                ProviderKind::Fargate | ProviderKind::FargateSpot => warm.stand_on_fargate(plan, provider),
                ProviderKind::AutoScalingGroup(_) => warm.stand_on_group(plan, provider),
                ProviderKind::ManagedInstances { .. } => warm.stand_on_managed(plan, provider),
            }
        }
        warm
    }

    /// Tasks of each service on a provider.
    fn on(&self, plan: &Plan, provider: Ix<PlannedProvider>) -> Vec<(Ix<PlannedService>, u32)> {
        let used_by = plan.providers[provider].used_by.iter();
        used_by.map(|(ix, share)| (*ix, self.shares[ix.index()][*share])).filter(|(_, count)| *count > 0).collect()
    }

    /// Fargate spreads each provider's tasks over the service's zones by itself (rule CPS-29).
    fn stand_on_fargate(&mut self, plan: &Plan, provider: Ix<PlannedProvider>) {
        self.keep_quota(plan, provider);
        for (service, count) in self.on(plan, provider) {
            let zones: Vec<_> = plan.services[service].zones.iter().map(|(zone, _)| *zone).collect();
            self.spread(service, &zones, count);
        }
    }

    /// What the account's vCPUs on Fargate do not hold stands nowhere (rule RAT-05); the plan's first services come first.
    fn keep_quota(&mut self, plan: &Plan, provider: Ix<PlannedProvider>) {
        let Some(mut left) = plan.providers[provider].vcpus else { return };
        for (ix, share) in &plan.providers[provider].used_by {
            let cpu = plan.services[*ix].cpu;
            let count = &mut self.shares[ix.index()][*share];
            let held = left.units().checked_div(cpu.units()).map_or(*count, |most| most.min(*count));
            self.unplaced[ix.index()] += *count - held;
            *count = held;
            left -= cpu.times(held);
        }
    }

    fn spread(&mut self, service: Ix<PlannedService>, zones: &[Ix<PlannedZone>], count: u32) {
        for (zone, share) in zones.iter().zip(evenly(count, zones.len())) {
            self.zones[service.index()][zone.index()] += share;
        }
    }

    /// The group's first type that holds every task; as many as first fit decreasing needs, more for the target capacity,
    /// never fewer than `MinSize` nor more than `MaxSize`; zones in turn.
    fn stand_on_group(&mut self, plan: &Plan, provider: Ix<PlannedProvider>) {
        let planned = &plan.providers[provider];
        let ProviderKind::AutoScalingGroup(group) = &planned.kind else { return };
        let on = self.on(plan, provider);
        let tasks: Vec<_> = on.iter().map(|(ix, count)| (&plan.services[*ix], *count)).collect();
        let all_fit = |place: &usize| tasks.iter().all(|(task, _)| fits(&planned.candidates[*place], task));
        let Some(place) = (0..planned.candidates.len()).find(all_fit).or((!planned.candidates.is_empty()).then_some(0))
        else {
            return;
        };
        let candidate = &planned.candidates[place];
        let needed = instances_for(candidate, &tasks);
        let wanted = group.managed_scaling.map_or(needed, |scaling| {
            let target = u32::from(scaling.target_capacity.percent().max(1));
            u32::try_from((u64::from(needed) * 100).div_ceil(u64::from(target))).unwrap_or(u32::MAX)
        });
        let size = wanted.max(group.min_size).min(group.max_size.max(group.min_size));
        let by_zone = evenly(size, planned.zones.len());
        let mut instances = vec![0; plan.zones.len()];
        planned.zones.iter().zip(&by_zone).for_each(|(zone, count)| instances[zone.index()] = *count);
        // The largest first, as first fit decreasing counts and as a warm run places.
        let mut order: Vec<_> = on.iter().map(|(ix, count)| (&plan.services[*ix], *ix, *count)).collect();
        order.sort_by_key(|(s, ix, _)| (std::cmp::Reverse((s.gpus, s.memory, s.cpu)), *ix));
        let zones_of = |ix| Self::zones_on(plan, ix, planned).into_iter().map(Ix::index).collect();
        let tasks: Vec<_> = order.iter().map(|(s, ix, count)| (*s, zones_of(*ix), *count)).collect();
        for ((_, ix, count), dealt) in order.iter().zip(deal(candidate, &instances, &tasks)) {
            let placed: u32 = dealt.iter().sum();
            self.unplaced[ix.index()] += count - placed;
            for (zone, tasks) in self.zones[ix.index()].iter_mut().zip(dealt) {
                *zone += tasks;
            }
        }
        let holding = needed.min(size);
        let held = evenly(holding, planned.zones.len());
        for ((zone, count), needed) in planned.zones.iter().zip(by_zone).zip(held) {
            if count > 0 {
                let spare = count - needed.min(count);
                let needed = needed.min(count);
                self.instances.push(WarmInstances { provider, candidate: place, zone: *zone, needed, spare });
            }
        }
    }

    /// Managed Instances: tasks are dealt over the zones, then each zone is packed by price (rules MI-21, MI-23).
    fn stand_on_managed(&mut self, plan: &Plan, provider: Ix<PlannedProvider>) {
        let planned = &plan.providers[provider];
        let mut by_zone: Vec<Vec<(&PlannedService, u32)>> = vec![Vec::new(); plan.zones.len()];
        for (ix, count) in self.on(plan, provider) {
            let service = &plan.services[ix];
            if !planned.candidates.iter().any(|c| fits(c, service)) {
                self.unplaced[ix.index()] += count;
                continue;
            }
            let zones = Self::zones_on(plan, ix, planned);
            self.spread(ix, &zones, count);
            for (zone, share) in zones.iter().zip(evenly(count, zones.len())) {
                by_zone[zone.index()].push((service, share));
            }
        }
        for (zone, tasks) in plan.zones.indices().zip(by_zone) {
            let chosen = managed_instances_for(&planned.candidates, &tasks);
            for run in chosen.chunk_by(|a, b| a == b) {
                let needed = u32::try_from(run.len()).unwrap_or(u32::MAX);
                self.instances.push(WarmInstances { provider, candidate: run[0], zone, needed, spare: 0 });
            }
        }
    }

    /// Zones where both the service's subnets and the provider's are.
    fn zones_on(plan: &Plan, service: Ix<PlannedService>, provider: &PlannedProvider) -> Vec<Ix<PlannedZone>> {
        let own = plan.services[service].zones.iter().map(|(zone, _)| *zone);
        own.filter(|zone| provider.zones.contains(zone)).collect()
    }
}

/// So many dealt over so many places, the first places getting what is left over.
pub fn evenly(count: u32, places: usize) -> Vec<u32> {
    let places = u32::try_from(places).unwrap_or(u32::MAX);
    if places == 0 {
        return Vec::new();
    }
    (0..places).map(|place| count / places + u32::from(place < count % places)).collect()
}
