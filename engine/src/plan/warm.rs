//! What stands when every service has its tasks and nothing moves: the estimate's quantities, and a warm run's start.

use super::Plan;
use super::PlannedZone;
use super::index::Ix;
use super::packing::{deal, fits, instances_for, managed_within};
use super::provider::{Candidate, PlannedProvider, ProviderKind};
use super::service::PlannedService;
use super::strategy::split;
use super::vcpus::VcpusLeft;

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
        let mut shares: Vec<_> = plan.services.iter().zip(counts).map(|(s, n)| split(&s.capacity, *n)).collect();
        let mut zones = vec![vec![0; plan.zones.len()]; plan.services.len()];
        let (mut instances, mut unplaced) = (Vec::new(), vec![0; plan.services.len()]);
        keep_quotas(plan, &mut shares, &mut unplaced);
        let mut left = VcpusLeft::of(plan);
        for (provider, planned) in plan.providers.pairs() {
            let on: Vec<_> = planned.used_by.iter().map(|(ix, share)| shares[ix.index()][*share]).collect();
            let stand = Stand::of(plan, provider, &on, &left);
            stand.take_from(planned, &mut left);
            stand.add_to(planned, &mut zones, &mut unplaced);
            instances.extend(stand.instances);
        }
        Self { shares, zones, instances, unplaced }
    }
}

/// Takes away what the account's vCPUs on Fargate do not hold: it stands nowhere (rule RAT-05); the plan's first services
/// come first. `shares` are, by service, the tasks on each provider of its strategy.
pub fn keep_quotas(plan: &Plan, shares: &mut [Vec<u32>], unplaced: &mut [u32]) {
    for planned in &plan.providers {
        let Some(mut left) = planned.vcpus else { continue };
        for (ix, share) in &planned.used_by {
            let cpu = plan.services[*ix].cpu;
            let count = &mut shares[ix.index()][*share];
            let held = left.units().checked_div(cpu.units()).map_or(*count, |most| most.min(*count));
            unplaced[ix.index()] += *count - held;
            *count = held;
            left -= cpu.times(held);
        }
    }
}

/// What stands on one provider. It depends on nothing but the tasks there and the EC2 vCPUs that the providers before it
/// left: whoever asks often keeps it by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// By the provider's users: their tasks in each zone of the plan.
    zones: Vec<Vec<u32>>,
    /// By the provider's users: tasks without a place.
    unplaced: Vec<u32>,
    /// Instances.
    pub instances: Vec<WarmInstances>,
}

/// Tasks of one user of a provider: its place among them, its service, how many.
type Users = Vec<(usize, Ix<PlannedService>, u32)>;

impl Stand {
    /// What stands on a provider that holds `counts` tasks of each of its users, with so many EC2 vCPUs left to it.
    ///
    /// Assumption: where a quota does not hold all instances, the plan's first providers come first (rule RAT-05).
    pub fn of(plan: &Plan, provider: Ix<PlannedProvider>, counts: &[u32], left: &VcpusLeft) -> Self {
        let planned = &plan.providers[provider];
        let mut stand = Self {
            zones: vec![vec![0; plan.zones.len()]; counts.len()],
            unplaced: vec![0; counts.len()],
            instances: Vec::new(),
        };
        let users = planned.used_by.iter().zip(counts).enumerate();
        let users = users.filter(|(_, (_, count))| **count > 0).map(|(place, ((ix, _), count))| (place, *ix, *count));
        let users: Users = users.collect();
        match &planned.kind {
            // Fargate spreads its tasks over the service's zones by itself (rule CPS-29).
            ProviderKind::Fargate | ProviderKind::FargateSpot => {
                for (place, service, count) in users {
                    let zones: Vec<_> = plan.services[service].zones.iter().map(|(zone, _)| *zone).collect();
                    stand.spread(place, &zones, count);
                }
            }
            ProviderKind::AutoScalingGroup(_) => stand.stand_on_group(plan, provider, &users, left),
            ProviderKind::ManagedInstances { .. } => stand.stand_on_managed(plan, provider, &users, left.clone()),
        }
        stand
    }

    /// Adds its tasks to those of each service by zone, and to those without a place.
    pub fn add_to(&self, provider: &PlannedProvider, zones: &mut [Vec<u32>], unplaced: &mut [u32]) {
        for (((ix, _), own), without) in provider.used_by.iter().zip(&self.zones).zip(&self.unplaced) {
            zones[ix.index()].iter_mut().zip(own).for_each(|(sum, tasks)| *sum += tasks);
            unplaced[ix.index()] += without;
        }
    }

    /// By the provider's users: how many of their tasks found a place.
    pub fn placed(&self) -> impl Iterator<Item = u32> {
        self.zones.iter().map(|zones| zones.iter().sum())
    }

    /// Takes the vCPUs of its instances from those left.
    pub fn take_from(&self, provider: &PlannedProvider, left: &mut VcpusLeft) {
        for stands in &self.instances {
            left.take(&provider.candidates[stands.candidate], stands.needed + stands.spare);
        }
    }

    fn spread(&mut self, place: usize, zones: &[Ix<PlannedZone>], count: u32) {
        for (zone, share) in zones.iter().zip(evenly(count, zones.len())) {
            self.zones[place][zone.index()] += share;
        }
    }

    /// The group's first type that holds every task; as many as first fit decreasing needs, more for the target capacity,
    /// never fewer than `MinSize` nor more than `MaxSize`, as far as vCPUs are left; zones in turn.
    fn stand_on_group(&mut self, plan: &Plan, provider: Ix<PlannedProvider>, users: &Users, left: &VcpusLeft) {
        let planned = &plan.providers[provider];
        let ProviderKind::AutoScalingGroup(group) = &planned.kind else { return };
        let tasks: Vec<_> = users.iter().map(|(_, ix, count)| (&plan.services[*ix], *count)).collect();
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
        let size = size.min(left.instances(candidate));
        let by_zone = evenly(size, planned.zones.len());
        let mut instances = vec![0; plan.zones.len()];
        planned.zones.iter().zip(&by_zone).for_each(|(zone, count)| instances[zone.index()] = *count);
        let stands = |count: &u32| vec![candidate; usize::try_from(*count).unwrap_or(0)];
        self.deal(plan, planned, users, &instances.iter().map(stands).collect::<Vec<_>>());
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

    /// Managed Instances: tasks are dealt over the zones, then each zone is packed by price (rules MI-21, MI-23), as far as
    /// vCPUs are left.
    fn stand_on_managed(&mut self, plan: &Plan, provider: Ix<PlannedProvider>, users: &Users, mut left: VcpusLeft) {
        let planned = &plan.providers[provider];
        let mut by_zone: Vec<Vec<(&PlannedService, u32)>> = vec![Vec::new(); plan.zones.len()];
        for (user, ix, count) in users.iter().copied() {
            let service = &plan.services[ix];
            if !planned.candidates.iter().any(|c| fits(c, service)) {
                self.unplaced[user] += count;
                continue;
            }
            let zones = zones_on(plan, ix, planned);
            self.spread(user, &zones, count);
            for (zone, share) in zones.iter().zip(evenly(count, zones.len())) {
                by_zone[zone.index()].push((service, share));
            }
        }
        let (bought, short) = managed_within(&planned.candidates, &by_zone, &mut left);
        if short {
            let of_zone =
                |zone: usize| bought.iter().filter(move |b| b.zone == zone).map(|b| &planned.candidates[b.candidate]);
            let instances: Vec<_> = (0..by_zone.len()).map(|zone| of_zone(zone).collect()).collect();
            self.deal(plan, planned, users, &instances);
        }
        for run in bought.chunk_by(|a, b| (a.zone, a.candidate) == (b.zone, b.candidate)) {
            let needed = u32::try_from(run.len()).unwrap_or(u32::MAX);
            let zone = Ix::new(u32::try_from(run[0].zone).unwrap_or(u32::MAX));
            self.instances.push(WarmInstances { provider, candidate: run[0].candidate, zone, needed, spare: 0 });
        }
    }

    /// Tasks on the instances of each zone, the largest first, as first fit decreasing counts and as a warm run places.
    fn deal(&mut self, plan: &Plan, planned: &PlannedProvider, users: &Users, instances: &[Vec<&Candidate>]) {
        let mut order: Vec<_> =
            users.iter().map(|(user, ix, count)| (&plan.services[*ix], *ix, *user, *count)).collect();
        order.sort_by_key(|(s, ix, ..)| (std::cmp::Reverse((s.gpus, s.memory, s.cpu)), *ix));
        let zones_of = |ix| zones_on(plan, ix, planned).into_iter().map(Ix::index).collect();
        let tasks: Vec<_> = order.iter().map(|(s, ix, _, count)| (*s, zones_of(*ix), *count)).collect();
        for ((.., user, count), dealt) in order.iter().zip(deal(instances, &tasks)) {
            self.unplaced[*user] = count - dealt.iter().sum::<u32>();
            self.zones[*user] = dealt;
        }
    }
}

/// Zones where both the service's subnets and the provider's are.
fn zones_on(plan: &Plan, service: Ix<PlannedService>, provider: &PlannedProvider) -> Vec<Ix<PlannedZone>> {
    let own = plan.services[service].zones.iter().map(|(zone, _)| *zone);
    own.filter(|zone| provider.zones.contains(zone)).collect()
}

/// So many dealt over so many places, the first places getting what is left over.
pub fn evenly(count: u32, places: usize) -> Vec<u32> {
    let places = u32::try_from(places).unwrap_or(u32::MAX);
    if places == 0 {
        return Vec::new();
    }
    (0..places).map(|place| count / places + u32::from(place < count % places)).collect()
}
