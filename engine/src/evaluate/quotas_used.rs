//! The vCPUs that a run had at most, by the quota they count against: what a comparison says of quotas is of what is used,
//! not of how far a group might grow.

use std::collections::BTreeMap;

use crate::catalogue::quotas::{FARGATE_ON_DEMAND_VCPUS, FARGATE_SPOT_VCPUS, Quota, running_vcpus};
use crate::design::account::Account;
use crate::plan::Plan;
use crate::plan::provider::ProviderKind;
use crate::plan::strategy::split;
use crate::simulation::trace::Summary;

/// More vCPUs than the account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverQuota {
    /// The quota, by its name in Service Quotas.
    pub name: &'static str,
    /// vCPUs in use at most.
    pub used: u64,
    /// vCPUs that the account has: its own value, else what AWS gives at first.
    pub value: u64,
}

impl OverQuota {
    /// In a clause.
    pub fn said(&self) -> String {
        format!("up to {} vCPUs in use of {}: {} until AWS raises it", self.used, self.name, self.value)
    }
}

/// The quotas that a run's most vCPUs pass, each once.
///
/// Assumption: providers and services reach their most at one time, and instances are of their provider's first type.
pub fn over_quotas(plan: &Plan, summary: &Summary, account: &Account) -> Vec<OverQuota> {
    let mut used: BTreeMap<&'static str, (Quota, u64)> = BTreeMap::new();
    let mut add = |quota: Quota, vcpus_milli: u64| used.entry(quota.name).or_insert((quota, 0)).1 += vcpus_milli;
    for (service, counts) in plan.services.iter().zip(&summary.services) {
        for (share, tasks) in service.capacity.iter().zip(split(&service.capacity, counts.running_max)) {
            let quota = match plan.providers[share.provider].kind {
                ProviderKind::Fargate => FARGATE_ON_DEMAND_VCPUS,
                ProviderKind::FargateSpot => FARGATE_SPOT_VCPUS,
                ProviderKind::AutoScalingGroup(_) | ProviderKind::ManagedInstances { .. } => continue,
            };
            add(quota, u64::from(service.cpu.units()) * u64::from(tasks) * 1000 / 1024);
        }
    }
    for (provider, (_, most, _)) in plan.providers.iter().zip(&summary.instances) {
        let Some(first) = provider.candidates.first() else { continue };
        let family = first.name.as_str().split('.').next().unwrap_or_default();
        if let Some(quota) = running_vcpus(family, provider.is_spot()) {
            add(quota, u64::from(*most) * u64::from(first.vcpus) * 1000);
        }
    }
    let own = |quota: &Quota| account.quotas.iter().find(|own| own.name == quota.name).map(|own| own.value);
    let over = used.into_values().filter_map(|(quota, milli)| {
        let (used, value) = (milli.div_ceil(1000), own(&quota).unwrap_or(quota.value));
        (used > value).then_some(OverQuota { name: quota.name, used, value })
    });
    over.collect()
}
