//! Providers of the user's own: Auto Scaling groups as ECS scales them, and Managed Instances.

use super::context::{Context, Host, HostKind, Runner};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::capacity::{AutoScalingGroupProvider, CapacityProvider, ManagedScaling};
use crate::design::edit::Edit;
use crate::design::id::CapacityProviderId;
use crate::design::task_definition::NetworkMode;
use crate::design::{Item, ItemRef};
use crate::units::{Percent, Seconds};

const SCALING: &str = "ECS Developer Guide, \"Automatically manage Amazon ECS capacity with cluster auto scaling\"";
const MANAGED: &str = "ECS Developer Guide, \"Amazon ECS Managed Instances\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "provider-in-several-clusters",
        Severity::Error,
        "A provider that ECS scales belongs to more than one cluster",
        SCALING,
        provider_in_several_clusters,
    ),
    Rule::new(
        "provider-name-reserved",
        Severity::Error,
        "A provider's name begins as AWS's own do",
        "ECS API Reference, \"CreateCapacityProvider\", name",
        provider_name_reserved,
    ),
    Rule::new(
        "group-sizes-crossed",
        Severity::Error,
        "An Auto Scaling group's sizes leave no room",
        SCALING,
        group_sizes_crossed,
    ),
    Rule::new(
        "managed-scaling-out-of-range",
        Severity::Error,
        "A setting of managed scaling is outside what ECS takes",
        "ECS API Reference, \"ManagedScaling\"",
        managed_scaling_out_of_range,
    ),
    Rule::new(
        "managed-scaling-off",
        Severity::Advice,
        "ECS does not scale an Auto Scaling group",
        SCALING,
        managed_scaling_off,
    ),
    Rule::new(
        "managed-draining-off",
        Severity::Advice,
        "Instances go without their tasks being drained",
        "ECS Developer Guide, \"Safely stop Amazon ECS workloads running on EC2 instances\"",
        managed_draining_off,
    ),
    Rule::new(
        "protection-without-managed-scaling",
        Severity::Warning,
        "Managed termination protection does nothing without managed scaling",
        SCALING,
        protection_without_managed_scaling,
    ),
    Rule::new(
        "managed-instances-network-mode",
        Severity::Error,
        "Managed Instances take awsvpc and host alone",
        MANAGED,
        managed_instances_network_mode,
    ),
    Rule::new(
        "managed-instances-windows",
        Severity::Error,
        "Managed Instances run Linux alone",
        MANAGED,
        managed_instances_windows,
    ),
];

/// What: a provider with managed scaling, or of Managed Instances, in two clusters. Why: ECS refuses it.
///
/// Source: ECS Developer Guide, "Automatically manage Amazon ECS capacity with cluster auto scaling" (CPS-11, CPS-12).
fn provider_in_several_clusters(context: &Context<'_>, out: &mut Findings) {
    for (id, provider) in &context.design.capacity_providers {
        let scaled = match provider {
            CapacityProvider::AutoScalingGroup(group) => group.managed_scaling.is_some(),
            CapacityProvider::ManagedInstances(_) => true,
        };
        let clusters = context.design.clusters.values().filter(|c| c.capacity_providers.contains(id)).count();
        if scaled && clusters > 1 {
            let message = format!("{id} belongs to {clusters} clusters; a provider that ECS scales may belong to one");
            let at = ItemRef::CapacityProvider(id.clone());
            out.add(at, "managed_scaling", message, "Draw a provider for each cluster");
        }
    }
}

/// What: a provider's name that begins with `aws`, `ecs` or `fargate`. Why: ECS refuses it.
///
/// Source: ECS API Reference, "`CreateCapacityProvider`", name (rule CPS-02).
fn provider_name_reserved(context: &Context<'_>, out: &mut Findings) {
    for id in context.design.capacity_providers.keys() {
        let name = id.as_str().to_lowercase();
        let Some(prefix) = ["aws", "ecs", "fargate"].into_iter().find(|prefix| name.starts_with(prefix)) else {
            continue;
        };
        let at = ItemRef::CapacityProvider(id.clone());
        out.add(at.clone(), "name", format!("A provider's name may not begin with {prefix}"), "Give it another name")
            .fix(format!("Rename it to my-{id}"), vec![Edit::Rename(at, format!("my-{id}"))]);
    }
}

fn groups<'d>(context: &Context<'d>) -> impl Iterator<Item = (&'d CapacityProviderId, &'d AutoScalingGroupProvider)> {
    context.design.capacity_providers.iter().filter_map(|(id, provider)| match provider {
        CapacityProvider::AutoScalingGroup(group) => Some((id, group)),
        CapacityProvider::ManagedInstances(_) => None,
    })
}

fn put_group(
    id: &CapacityProviderId,
    group: &AutoScalingGroupProvider,
    how: impl FnOnce(&mut AutoScalingGroupProvider),
) -> Vec<Edit> {
    let mut changed = group.clone();
    how(&mut changed);
    vec![Edit::Put(Item::CapacityProvider(id.clone(), CapacityProvider::AutoScalingGroup(changed)))]
}

/// What: `MinSize` above `MaxSize`, or a maximum of 0. Why: the group cannot be made, or never starts an instance.
/// Fix: raises the maximum to the minimum.
///
/// Source: ECS Developer Guide, "Automatically manage Amazon ECS capacity with cluster auto scaling" (rule CAS-08).
fn group_sizes_crossed(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in groups(context).filter(|(_, group)| group.min_size > group.max_size || group.max_size == 0) {
        let message = format!("The group has between {} and {} instances", group.min_size, group.max_size);
        let most = group.min_size.max(1);
        out.add(ItemRef::CapacityProvider(id.clone()), "max_size", message, "Raise MaxSize to what the group may need")
            .fix(format!("Allow {most} instances"), put_group(id, group, |g| g.max_size = most));
    }
}

/// What: target capacity outside 1 to 100 %, steps outside 1 to 10,000, warm-up over 10,000 s. Why: ECS refuses it.
/// Fix: AWS's defaults.
///
/// Source: ECS API Reference, "`ManagedScaling`" (rules CAS-02 to CAS-05).
fn managed_scaling_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in groups(context) {
        let Some(scaling) = &group.managed_scaling else { continue };
        let steps = (scaling.minimum_scaling_step_size(), scaling.maximum_scaling_step_size());
        let target = scaling.target_capacity();
        let message = if target == Percent::from_percent(0) || target > Percent::HUNDRED {
            format!("Target capacity is {target}, ECS takes 1 to 100 %")
        } else if steps.0 == 0 || steps.1 > 10_000 || steps.0 > steps.1 {
            format!("Scaling steps are {} to {}, ECS takes 1 to 10,000 in that order", steps.0, steps.1)
        } else if scaling.instance_warmup_period() > Seconds::from_secs(10_000) {
            format!("The warm-up is {}, ECS takes up to 10,000 s", scaling.instance_warmup_period())
        } else {
            continue;
        };
        out.add(ItemRef::CapacityProvider(id.clone()), "managed_scaling", message, "Stay within what ECS takes")
            .fix("Use AWS's defaults", put_group(id, group, |g| g.managed_scaling = Some(ManagedScaling::default())));
    }
}

/// What: an Auto Scaling group without managed scaling. Why: tasks without room wait until somebody adds instances.
/// Fix: switches it on with AWS's defaults.
///
/// Source: ECS Developer Guide, "Automatically manage Amazon ECS capacity with cluster auto scaling" (rule CAS-01).
fn managed_scaling_off(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in groups(context).filter(|(_, g)| g.managed_scaling.is_none() && g.min_size < g.max_size) {
        let message =
            format!("The group may have {} to {} instances, and ECS changes none", group.min_size, group.max_size);
        let used = context.design.clusters.values().filter(|c| c.capacity_providers.contains(id)).count();
        let finding =
            out.add(ItemRef::CapacityProvider(id.clone()), "managed_scaling", message, "Switch managed scaling on");
        if used < 2 {
            finding.fix("Switch it on", put_group(id, group, |g| g.managed_scaling = Some(ManagedScaling::default())));
        }
    }
}

/// What: `managedDraining` DISABLED. Why: an instance that the group ends takes its tasks with it. Fix: switches it on.
///
/// Source: ECS Developer Guide, "Safely stop Amazon ECS workloads running on EC2 instances" (rules CAS-07, CAS-28).
fn managed_draining_off(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in groups(context).filter(|(_, group)| group.managed_draining == Some(false)) {
        let message = "An instance that the group ends takes its tasks with it";
        out.add(ItemRef::CapacityProvider(id.clone()), "managed_draining", message, "Switch managed draining on")
            .fix("Switch it on", put_group(id, group, |g| g.managed_draining = None));
    }
}

/// What: managed termination protection without managed scaling. Why: it does nothing. Fix: switches it off.
///
/// Source: ECS Developer Guide, "Control the instances Amazon ECS terminates" (rule CAS-06).
fn protection_without_managed_scaling(context: &Context<'_>, out: &mut Findings) {
    let idle = groups(context).filter(|(_, g)| g.managed_termination_protection && g.managed_scaling.is_none());
    for (id, group) in idle {
        let message = "Termination protection needs managed scaling, which is off";
        out.add(
            ItemRef::CapacityProvider(id.clone()),
            "managed_termination_protection",
            message,
            "Switch managed scaling on",
        )
        .fix("Switch the protection off", put_group(id, group, |g| g.managed_termination_protection = false));
    }
}

/// What: a definition for Managed Instances in another mode than `awsvpc` or `host`. Why: ECS refuses it; there is no
/// default. Fix: `awsvpc`.
///
/// Source: ECS Developer Guide, "Amazon ECS Managed Instances" (rule MI-05).
fn managed_instances_network_mode(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Managed)) {
        let fine = matches!(definition.network_mode, Some(NetworkMode::Awsvpc | NetworkMode::Host));
        if fine {
            continue;
        }
        let given = definition.network_mode.map_or("none is given", NetworkMode::aws);
        let message = format!("Managed Instances take the network modes awsvpc and host; {given}");
        let mut changed = definition.clone();
        changed.network_mode = Some(NetworkMode::Awsvpc);
        let mut edits = vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))];
        edits.extend(context.runners_of(uses).filter_map(give_subnets));
        out.add(ItemRef::TaskDefinition(id.clone()), "network_mode", message, "Use awsvpc").fix("Use awsvpc", edits);
    }
}

/// The edit that gives a service without subnets those of its instances.
fn give_subnets(runner: &Runner<'_>) -> Option<Edit> {
    let (id, service) = runner.as_service().filter(|(_, service)| service.subnets.is_empty())?;
    let Some(Host::Managed(_, managed)) = runner.hosts.first() else { return None };
    let mut changed = service.clone();
    changed.subnets.clone_from(&managed.subnets);
    Some(Edit::Put(Item::Service(id.clone(), changed)))
}

/// What: Windows containers on Managed Instances. Why: their operating system is Linux (Bottlerocket).
///
/// Source: ECS Developer Guide, "Amazon ECS Managed Instances" (rule MI-06).
fn managed_instances_windows(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        if uses.on(HostKind::Managed) && definition.runtime_platform.is_windows() {
            let message = "Managed Instances run Linux tasks alone";
            let hint = "Run Windows tasks on Fargate or an Auto Scaling group";
            out.add(ItemRef::TaskDefinition(id.clone()), "runtime_platform", message, hint);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::task_definition::OperatingSystemFamily;

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "provider-in-several-clusters",
            |d| {
                let other = d.clusters[&"main".into()].clone();
                d.clusters.insert("other".into(), other);
            },
            &["machines · managed_scaling", "managed · managed_scaling"],
            |d| {
                let mut other = d.clusters[&"main".into()].clone();
                other.capacity_providers.pop();
                d.clusters.insert("other".into(), other);
                group(d).managed_scaling = None;
            },
        ),
        case(
            "provider-name-reserved",
            |d| {
                let at = ItemRef::CapacityProvider("machines".into());
                Edit::Rename(at, "ECS-machines".to_owned()).apply(d).unwrap();
            },
            &["ECS-machines · name"],
            |d| {
                let at = ItemRef::CapacityProvider("machines".into());
                Edit::Rename(at, "the-ecs-machines".to_owned()).apply(d).unwrap();
            },
        ),
        case("group-sizes-crossed", |d| group(d).min_size = 13, &["machines · max_size"], |d| group(d).min_size = 12),
        case(
            "managed-scaling-out-of-range",
            |d| {
                let target_capacity = Some(Percent::from_percent(101));
                group(d).managed_scaling = Some(ManagedScaling { target_capacity, ..Default::default() });
            },
            &["machines · managed_scaling"],
            |d| {
                let target_capacity = Some(Percent::from_percent(90));
                group(d).managed_scaling = Some(ManagedScaling { target_capacity, ..Default::default() });
            },
        ),
        case(
            "managed-scaling-off",
            |d| group(d).managed_scaling = None,
            &["machines · managed_scaling"],
            |d| {
                group(d).managed_scaling = None;
                group(d).min_size = 12;
            },
        ),
        case(
            "managed-draining-off",
            |d| group(d).managed_draining = Some(false),
            &["machines · managed_draining"],
            |d| group(d).managed_draining = Some(true),
        ),
        case(
            "protection-without-managed-scaling",
            |d| {
                group(d).managed_scaling = None;
                group(d).managed_termination_protection = true;
            },
            &["machines · managed_termination_protection"],
            |d| group(d).managed_termination_protection = true,
        ),
        case(
            "managed-instances-network-mode",
            |d| model_definition(d).network_mode = None,
            &["model · network_mode"],
            |d| model_definition(d).network_mode = Some(NetworkMode::Host),
        ),
        case(
            "managed-instances-windows",
            |d| {
                let windows = Some(OperatingSystemFamily::WindowsServer2022Core);
                model_definition(d).runtime_platform.operating_system_family = windows;
            },
            &["model · runtime_platform"],
            |_| {},
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
