//! Capacity providers and the instance types they may start.

use super::Resolver;
use super::volumes;
use crate::catalogue::instance_types::{CpuManufacturer as MadeBy, InstanceType, TypeIx};
use crate::catalogue::meter::Meter;
use crate::catalogue::quotas::{self, Quota};
use crate::design::ItemRef;
use crate::design::capacity::{
    AutoScalingGroupProvider, CapacityOptionType, CapacityProvider, CpuManufacturer, Inclusion, InstanceGeneration,
    InstanceRequirements, ManagedInstancesProvider, RegisteredMemory,
};
use crate::design::id::{CapacityProviderId, SubnetId};
use crate::design::volume::EbsVolume;
use crate::names::InstanceTypeName;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::provider::{
    Candidate, LaunchRate, PlannedGroup, PlannedProvider, PlannedScaling, ProviderKind, Ration,
};
use crate::plan::vcpus::{QuotaIx, VcpuQuota};
use crate::units::{CpuUnits, Gib, Percent, Ppm, Quantity, Span, Usd};

/// How many metrics of an instance detailed monitoring sends, each billed as a custom metric.
///
/// Source: `CloudWatch` pricing page: EC2 detailed monitoring is 7 metrics an instance at the price of custom metrics.
const DETAILED_METRICS: u64 = 7;

/// The most that a chosen type may cost above the cheapest, where nothing is said.
///
/// Source: EC2 API, `InstanceRequirements`: on demand 20 %, Spot 100 % (rule MI-10).
const ON_DEMAND_PROTECTION: Percent = Percent::from_percent(20);
const SPOT_PROTECTION: Percent = Percent::from_percent(100);

impl Resolver<'_> {
    pub(super) fn place_providers(&mut self) {
        self.place_vcpu_quotas();
        for (id, kind, vcpus) in [
            (CapacityProviderId::fargate(), ProviderKind::Fargate, quotas::FARGATE_ON_DEMAND_VCPUS),
            (CapacityProviderId::fargate_spot(), ProviderKind::FargateSpot, quotas::FARGATE_SPOT_VCPUS),
        ] {
            let planned = PlannedProvider {
                owner: None,
                name: id.to_string(),
                kind,
                option: CapacityOptionType::OnDemand,
                zones: Vec::new(),
                candidates: Vec::new(),
                launches: self.fargate_launches(),
                vcpus: self.fargate_vcpus(vcpus),
                used_by: Vec::new(),
            };
            let ix = self.providers.push(planned);
            self.provider_of.insert(id, ix);
        }
        for (id, provider) in &self.design.capacity_providers {
            let item = ItemRef::CapacityProvider(id.clone());
            let (kind, candidates) = match provider {
                CapacityProvider::AutoScalingGroup(group) => {
                    (ProviderKind::AutoScalingGroup(planned_group(group)), self.group_candidates(&item, group))
                }
                CapacityProvider::ManagedInstances(managed) => {
                    let kind = ProviderKind::ManagedInstances { scale_in_after: self.scale_in_after(managed) };
                    (kind, self.managed_candidates(&item, managed))
                }
            };
            self.note_interruptions(&item, provider.option(), &candidates);
            let zones = self.zones_of(&item, provider.subnets());
            let owner = Some(self.owner(item));
            let option = provider.option();
            let (name, used_by) = (id.to_string(), Vec::new());
            let launches = LaunchRate { service_a_minute: per_minute(quotas::SERVICE_LAUNCH_RATE), account: None };
            let vcpus = None;
            let planned = PlannedProvider { owner, name, kind, option, zones, candidates, launches, vcpus, used_by };
            let ix = self.providers.push(planned);
            self.provider_of.insert(id.clone(), ix);
        }
    }

    /// Launches on Fargate in the region: at AWS's rates, or what the account has of them (rules RAT-01, RAT-02, RAT-05).
    fn fargate_launches(&self) -> LaunchRate {
        let rate = self.catalogue.region.fargate_launch();
        LaunchRate {
            service_a_minute: per_minute(rate.service_rate),
            account: Some(Ration { burst: self.quota(rate.burst), a_second: self.quota(rate.rate) }),
        }
    }

    /// vCPUs that Fargate runs at once for the account: where it names a quota profile, else as many as are wanted (rule
    /// RAT-05).
    fn fargate_vcpus(&self, quota: Quota) -> Option<CpuUnits> {
        self.design.account.quota_profile?;
        Some(CpuUnits::from_vcpus(u32::try_from(self.quota(quota)).unwrap_or(u32::MAX)))
    }

    /// Quotas of running EC2 vCPUs: where the account names a quota profile (rule RAT-05).
    fn place_vcpu_quotas(&mut self) {
        if self.design.account.quota_profile.is_some() {
            for quota in quotas::of_running_vcpus() {
                let vcpus = u32::try_from(self.quota(quota)).unwrap_or(u32::MAX);
                self.vcpu_quotas.push(VcpuQuota { name: quota.name, vcpus });
            }
        }
    }

    /// The quota of running vCPUs that binds instances of a type.
    fn vcpu_quota(&self, of: &InstanceType, spot: bool) -> Option<QuotaIx> {
        let quota = quotas::running_vcpus(&of.family, spot)?;
        self.vcpu_quotas.pairs().find(|(_, known)| known.name == quota.name).map(|(ix, _)| ix)
    }

    /// A quota, at the account's own value where it has one.
    fn quota(&self, quota: Quota) -> u64 {
        let own = self.design.account.quotas.iter().find(|own| quota.is_named(&own.name));
        own.map_or(quota.value, |own| own.value)
    }

    /// Spot types that the advisor does not list are never taken back: that is said.
    fn note_interruptions(&mut self, item: &ItemRef, option: CapacityOptionType, candidates: &[Candidate]) {
        let unlisted = |of: &Candidate| of.levels.iter().all(|(meter, _)| self.catalogue.spot_advice(*meter).is_none());
        if option == CapacityOptionType::Spot && candidates.iter().any(unlisted) {
            self.not_played(
                item.clone(),
                "interruptions of instance types that the Spot Instance Advisor does not list",
            );
        }
    }

    fn zones_of(&mut self, item: &ItemRef, subnets: &[SubnetId]) -> Vec<Ix<PlannedZone>> {
        let placed: Vec<_> = subnets.iter().filter_map(|s| self.subnet(item, "subnets", s)).collect();
        let mut zones: Vec<_> = placed.into_iter().map(|s| self.subnets[s].zone).collect();
        zones.sort();
        zones.dedup();
        if zones.is_empty() {
            self.fail(item.clone(), "subnets", "instances need at least one subnet to start in");
        }
        zones
    }

    fn scale_in_after(&self, managed: &ManagedInstancesProvider) -> Option<Span> {
        match managed.scale_in_after {
            None => Some(self.timings.mi_scale_in_after),
            Some(seconds) => u64::try_from(seconds).ok().map(Span::from_secs),
        }
    }

    fn group_candidates(&mut self, item: &ItemRef, group: &AutoScalingGroupProvider) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let windows = self.runs_windows(item);
        for name in &group.instance_types {
            let Some(kind) = self.catalogue.types.find(name.as_str()) else {
                self.fail(item.clone(), "instance_types", format!("EC2 has no instance type {name}"));
                continue;
            };
            let mut besides = vec![
                (Meter::CustomMetric, if group.detailed_monitoring { DETAILED_METRICS } else { 0 }),
                (Meter::PublicIpv4, u64::from(group.public_ip)),
            ];
            let further = group.volumes.iter().map(EbsVolume::from);
            besides.extend(std::iter::once(EbsVolume::root(group)).chain(further).flat_map(volumes::levels));
            let instance = Meter::instance(kind, windows, group.option == Some(CapacityOptionType::Spot));
            let mut made = self.candidate(kind, instance, None, &besides);
            let of = &self.catalogue.types[kind];
            let known = if windows { of.registered_memory_on_windows() } else { of.registered_memory() };
            let measured = RegisteredMemory::of(&group.registered_memory, name);
            made.memory = measured.unwrap_or(known.less(group.ecs_reserved_memory).memory());
            candidates.push(made);
        }
        if candidates.is_empty() && group.instance_types.is_empty() {
            self.fail(item.clone(), "instance_types", "an Auto Scaling group starts at least one instance type");
        }
        candidates
    }

    /// Whether Windows tasks are put on a provider, by whatever way they reach it: that decides the instance's price.
    fn runs_windows(&self, provider: &ItemRef) -> bool {
        let design = self.design;
        let services = design.services.values().map(|s| (&s.cluster, &s.capacity, &s.task_definition));
        let alone = design.standalone_tasks.values().map(|t| (&t.cluster, &t.capacity, &t.task_definition));
        services.chain(alone).any(|(cluster, capacity, definition)| {
            let windows = design.task_definitions.get(definition).is_some_and(|d| d.runtime_platform.is_windows());
            let reached = || design.providers_of(cluster, capacity);
            windows && reached().iter().any(|item| item.capacity_provider.as_str() == provider.name())
        })
    }

    fn managed_candidates(&mut self, item: &ItemRef, managed: &ManagedInstancesProvider) -> Vec<Candidate> {
        let spot = managed.option == Some(CapacityOptionType::Spot);
        let wanted = &managed.requirements;
        let types = &self.catalogue.types;
        let matching = types.iter().filter(|(_, t)| t.managed_instances_supported() && matches(wanted, t));
        let matching = matching.filter(|(_, t)| managed.architecture.is_none_or(|a| a == t.architecture));
        let candidates: Vec<_> = matching
            .map(|(kind, _)| {
                let fee = Some(Meter::ManagedInstancesFee(kind));
                // Instance store is free and stands in for the data volume (rule MI-53).
                let local = managed.use_local_storage && types[kind].local_storage_gb > 0;
                let data = if local { Gib::from_gib(0) } else { managed.storage() };
                let mut besides = volumes::levels(EbsVolume::gp3(data));
                besides.push((Meter::CustomMetric, if managed.detailed_monitoring { DETAILED_METRICS } else { 0 }));
                let mut made = self.candidate(kind, Meter::instance(kind, false, spot), fee, &besides);
                let known = types[kind].registered_memory().memory() - self.timings.mi_host_reserve;
                made.memory = RegisteredMemory::of(&managed.registered_memory, &types[kind].name).unwrap_or(known);
                made
            })
            .collect();
        let kept = self.within_price(candidates, wanted, spot);
        if kept.is_empty() {
            self.fail(item.clone(), "requirements", "no instance type with a price in this region meets them");
        }
        kept
    }

    /// Drops what costs too much more than the cheapest (rule MI-12): the reference is the cheapest current-generation
    /// C, M or R type, else the cheapest current one, else the cheapest. Types without a price cannot be chosen.
    fn within_price(&self, all: Vec<Candidate>, wanted: &InstanceRequirements, spot: bool) -> Vec<Candidate> {
        let of = |c: &Candidate| &self.catalogue.types[c.kind];
        let cheapest =
            |keep: &dyn Fn(&Candidate) -> bool| all.iter().filter(|c| keep(c)).filter_map(|c| c.hourly).min();
        let general = |c: &Candidate| of(c).current_generation && of(c).family.starts_with(['c', 'm', 'r']);
        let reference =
            cheapest(&general).or_else(|| cheapest(&|c| of(c).current_generation)).or_else(|| cheapest(&|_| true));
        let Some(reference) = reference else { return Vec::new() };
        let percent = if spot {
            wanted.spot_max_price_percentage_over_lowest_price.unwrap_or(SPOT_PROTECTION)
        } else {
            wanted.on_demand_max_price_percentage_over_lowest_price.unwrap_or(ON_DEMAND_PROTECTION)
        };
        let most = i128::from(reference.nanos()) * (100 + i128::from(percent.percent()));
        // Without requirements ECS chooses among general-purpose types for the tasks at hand: no price bound (MI-13).
        let open = *wanted == InstanceRequirements::default();
        all.into_iter()
            .filter(|c| c.hourly.is_some_and(|hourly| open || i128::from(hourly.nanos()) * 100 <= most))
            .collect()
    }

    /// A type as it is bought, with what each of its instances meters besides.
    fn candidate(&self, kind: TypeIx, instance: Meter, fee: Option<Meter>, besides: &[(Meter, u64)]) -> Candidate {
        let of = &self.catalogue.types[kind];
        let trunking = self.design.account.awsvpc_trunking || fee.is_some();
        let hour = Quantity::from_base(u128::from(Span::HOUR.ms()));
        let price = |meter: Meter| self.catalogue.prices.price(meter).map(|p| p.cost(hour));
        let hourly = match (price(instance), fee.map(price)) {
            (Some(instance), None) => Some(instance),
            (Some(instance), Some(Some(fee))) => Some(instance + fee),
            (None, _) | (_, Some(None)) => None,
        };
        let spot = matches!(instance, Meter::Ec2Spot(_) | Meter::Ec2SpotWindows(_));
        let advice = self.catalogue.spot_advice(instance);
        let mut levels = vec![(instance, 1)];
        levels.extend(fee.map(|fee| (fee, 1)));
        levels.extend(besides.iter().copied().filter(|(_, level)| *level > 0));
        Candidate {
            kind,
            name: of.name.clone(),
            vcpus: of.vcpus,
            quota: self.vcpu_quota(of, spot),
            cpu: of.registered_cpu(),
            memory: of.registered_memory().memory(),
            gpus: of.gpus.as_ref().map_or(0, |g| u32::from(g.count)),
            awsvpc_tasks: if trunking { of.awsvpc_tasks_with_trunking() } else { of.awsvpc_tasks() },
            architecture: of.architecture,
            hourly: hourly.filter(|usd| *usd > Usd::ZERO),
            interrupted: advice.map_or(Ppm::ZERO, |advice| advice.band.played()),
            levels,
        }
    }
}

fn per_minute(quota: Quota) -> u32 {
    u32::try_from(quota.value).unwrap_or(u32::MAX)
}

fn planned_group(group: &AutoScalingGroupProvider) -> PlannedGroup {
    PlannedGroup {
        min_size: group.min_size,
        max_size: group.max_size,
        managed_scaling: group.managed_scaling.as_ref().map(|scaling| PlannedScaling {
            target_capacity: scaling.target_capacity(),
            minimum_step: scaling.minimum_scaling_step_size(),
            maximum_step: scaling.maximum_scaling_step_size(),
            warmup: scaling.instance_warmup_period().span(),
        }),
        termination_protection: group.managed_termination_protection,
        draining: group.managed_draining.unwrap_or(true),
        prefer_cached: group.prefer_cached_images,
    }
}

/// Whether a type meets requirements: attributes by AND, values of one attribute by OR (rule MI-11).
fn matches(wanted: &InstanceRequirements, of: &InstanceType) -> bool {
    let included = |asked: Option<Inclusion>, default: Inclusion, is: bool| match asked.unwrap_or(default) {
        Inclusion::Included => true,
        Inclusion::Required => is,
        Inclusion::Excluded => !is,
    };
    let made_by = match of.cpu_manufacturer {
        MadeBy::Intel => Some(CpuManufacturer::Intel),
        MadeBy::Amd => Some(CpuManufacturer::Amd),
        MadeBy::Aws => Some(CpuManufacturer::Aws),
        MadeBy::Apple => None,
    };
    let manufacturer =
        wanted.cpu_manufacturers.is_empty() || made_by.is_some_and(|m| wanted.cpu_manufacturers.contains(&m));
    let generation = if of.current_generation { InstanceGeneration::Current } else { InstanceGeneration::Previous };
    let gpus = of.gpus.as_ref();
    let accelerators = gpus.map_or(0, |g| u32::from(g.count));
    let named =
        wanted.accelerator_names.is_empty() || gpus.is_some_and(|g| named_as(&wanted.accelerator_names, &g.name));
    // Accelerated types are bought only when asked for: ECS chooses by what the tasks need.
    let accelerated = gpus.is_some() || of.accelerators.is_some();
    let accelerator_asked = wanted.accelerator_count.min.is_some_and(|n| n > 0) || !wanted.accelerator_names.is_empty();
    let glob = |patterns: &[String]| patterns.iter().any(|p| glob_matches(p, &of.name));
    wanted.vcpu_count.holds(of.vcpus)
        && wanted.memory_mib.holds(of.memory.mib())
        && wanted.memory_milli_gib_per_vcpu.holds(
            u32::try_from(u64::from(of.memory.mib()) * 1000 / 1024 / u64::from(of.vcpus.max(1))).unwrap_or(u32::MAX),
        )
        && manufacturer
        && (wanted.allowed_instance_types.is_empty() || glob(&wanted.allowed_instance_types))
        && !glob(&wanted.excluded_instance_types)
        && (wanted.instance_generations.is_empty() || wanted.instance_generations.contains(&generation))
        && included(wanted.bare_metal, Inclusion::Excluded, of.bare_metal)
        && included(wanted.burstable_performance, Inclusion::Excluded, of.burstable)
        && included(wanted.local_storage, Inclusion::Included, of.local_storage_gb > 0)
        && wanted.accelerator_count.holds(accelerators)
        && named
        && (accelerated == accelerator_asked || !accelerated)
        && wanted.network_bandwidth_gbps.holds(of.network_peak_mbps / 1000)
        && wanted.baseline_ebs_bandwidth_mbps.holds(of.ebs_baseline_mbps)
}

/// Whether a device is among names as EC2's API writes them: `l4` for `NVIDIA L4`.
fn named_as(names: &[String], device: &str) -> bool {
    let model = device.rsplit(' ').next().unwrap_or(device);
    names.iter().any(|n| n.eq_ignore_ascii_case(model))
}

/// Whether a pattern with `*` for any text covers a type's name.
fn glob_matches(pattern: &str, name: &InstanceTypeName) -> bool {
    let mut rest = name.as_str();
    let parts: Vec<_> = pattern.split('*').collect();
    for (place, part) in parts.iter().enumerate() {
        let last = place + 1 == parts.len();
        match (place, last) {
            (0, true) => return rest == *part,
            (0, false) => match rest.strip_prefix(part) {
                Some(after) => rest = after,
                None => return false,
            },
            (_, true) => return rest.ends_with(part),
            (_, false) => match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            },
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_names() {
        let covers = |pattern: &str, name: &str| glob_matches(pattern, &InstanceTypeName::new(name));
        assert!(covers("m7g.*", "m7g.large") && covers("*", "c5.large") && covers("m*.large", "m7g.large"));
        assert!(
            !covers("m7g.*", "m7gd.large") && !covers("m7g.large", "m7g.xlarge") && !covers("m*.large", "m7g.xlarge2")
        );
    }
}
