//! Which instance types meet the requirements of a Managed Instances provider.

use crate::catalogue::Catalogue;
use crate::catalogue::instance_types::{CpuManufacturer as Maker, InstanceType};
use crate::design::capacity::{
    CpuManufacturer, Inclusion, InstanceGeneration, InstanceRequirements, ManagedInstancesProvider, Range,
};

/// The types that meet a provider's requirements, of those that Managed Instances may start.
pub(super) fn matching<'c>(catalogue: &'c Catalogue, managed: &ManagedInstancesProvider) -> Vec<&'c InstanceType> {
    // Whether a family is supported is looked up in a long list: only for what is left.
    let fits = |kind: &&InstanceType| {
        managed.architecture.is_none_or(|architecture| architecture == kind.architecture)
            && meets(kind, &managed.requirements)
            && kind.managed_instances_supported()
    };
    catalogue.types.iter().map(|(_, kind)| kind).filter(fits).collect()
}

/// Whether an instance type meets requirements (rules MI-10, MI-11): several attributes all, several values any.
///
/// Source: ECS API Reference, "`InstanceRequirementsRequest`"; defaults as Amazon EC2 API Reference, same type.
fn meets(kind: &InstanceType, asked: &InstanceRequirements) -> bool {
    let name = kind.name.as_str();
    let by_any = |patterns: &[String]| patterns.iter().any(|pattern| matches_pattern(name, pattern));
    let gpus = kind.gpus.as_ref().or(kind.accelerators.as_ref());
    let gpu_name = gpus.and_then(|g| g.name.rsplit(' ').next()).unwrap_or_default();
    let wanted_gpu = |wanted: &String| gpu_name.eq_ignore_ascii_case(wanted);
    let maker = match kind.cpu_manufacturer {
        Maker::Intel => Some(CpuManufacturer::Intel),
        Maker::Amd => Some(CpuManufacturer::Amd),
        Maker::Aws => Some(CpuManufacturer::Aws),
        Maker::Apple => None,
    };
    let generation = if kind.current_generation { InstanceGeneration::Current } else { InstanceGeneration::Previous };
    let milli_gib_per_vcpu = kind.memory.mib() * 125 / 128 / kind.vcpus.max(1);
    within(asked.vcpu_count, kind.vcpus)
        && within(asked.memory_mib, kind.memory.mib())
        && within(asked.memory_milli_gib_per_vcpu, milli_gib_per_vcpu)
        && (asked.cpu_manufacturers.is_empty() || maker.is_some_and(|maker| asked.cpu_manufacturers.contains(&maker)))
        && (asked.allowed_instance_types.is_empty() || by_any(&asked.allowed_instance_types))
        && !by_any(&asked.excluded_instance_types)
        && (asked.instance_generations.is_empty() || asked.instance_generations.contains(&generation))
        && included(asked.bare_metal, Inclusion::Excluded, kind.bare_metal)
        && included(asked.burstable_performance, Inclusion::Excluded, kind.burstable)
        && included(asked.local_storage, Inclusion::Included, kind.local_storage_gb > 0)
        && within(asked.accelerator_count, gpus.map_or(0, |g| u32::from(g.count)))
        && (asked.accelerator_names.is_empty() || asked.accelerator_names.iter().any(wanted_gpu))
        && within(asked.network_bandwidth_gbps, kind.network_peak_mbps / 1000)
        && within(asked.baseline_ebs_bandwidth_mbps, kind.ebs_baseline_mbps)
}

/// Whether a name matches a pattern in which `*` stands for any text.
fn matches_pattern(name: &str, pattern: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let mut parts: Vec<_> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(last)
}

fn included(rule: Option<Inclusion>, default: Inclusion, has: bool) -> bool {
    match rule.unwrap_or(default) {
        Inclusion::Included => true,
        Inclusion::Required => has,
        Inclusion::Excluded => !has,
    }
}

/// A count in the range asked for; a range not given asks for nothing.
fn within(range: Range, value: u32) -> bool {
    range == Range::default() || range.holds(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mi_10_patterns() {
        for (name, pattern, expected) in [
            ("m7i.large", "m7i.*", true),
            ("m7i.large", "m7i*", true),
            ("m7i-flex.large", "m7i.*", false),
            ("m7i.large", "*.large", true),
            ("m7i.xlarge", "*.large", false),
            ("m7i.large", "m*i*ge", true),
            ("m7i.large", "m7i.large", true),
            ("m7i.2xlarge", "m7i.large", false),
        ] {
            assert_eq!(matches_pattern(name, pattern), expected, "{name} {pattern}");
        }
    }
}
