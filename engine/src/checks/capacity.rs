//! Capacity: strategies, launch types, and the clusters whose providers they name.

use super::context::{Context, Host, HostKind, provider};
use super::diagnostic::{Diagnostic, Findings, Rule, Severity};
use crate::catalogue::quotas;
use crate::design::capacity::{LaunchType, StrategyItem};
use crate::design::edit::Edit;
use crate::design::id::{CapacityProviderId, ClusterId};
use crate::design::knob::Knob;
use crate::design::service::Capacity;
use crate::design::{Item, ItemRef};

const STRATEGY: &str = "ECS API Reference, \"CapacityProviderStrategyItem\"";
const FARGATE_PROVIDERS: &str = "ECS Developer Guide, \"Amazon ECS clusters for Fargate\"";
const SCALING: &str = "ECS Developer Guide, \"Automatically manage Amazon ECS capacity with cluster auto scaling\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "bare-launch-type",
        Severity::Advice,
        "A launch type stands where a capacity provider strategy could",
        "ECS Developer Guide, \"Amazon ECS launch types and capacity providers\"",
        bare_launch_type,
    ),
    Rule::new(
        "strategy-of-mixed-kinds",
        Severity::Error,
        "A strategy mixes kinds of capacity",
        STRATEGY,
        strategy_of_mixed_kinds,
    ),
    Rule::new(
        "strategy-with-several-bases",
        Severity::Error,
        "More than one provider of a strategy has a base",
        STRATEGY,
        strategy_with_several_bases,
    ),
    Rule::new(
        "strategy-without-weight",
        Severity::Error,
        "No provider of a strategy has a weight above 0",
        STRATEGY,
        strategy_without_weight,
    ),
    Rule::new(
        "strategy-value-out-of-range",
        Severity::Error,
        "A base or weight is larger than ECS takes, or a provider stands twice",
        STRATEGY,
        strategy_value_out_of_range,
    ),
    Rule::new(
        "spot-without-fallback",
        Severity::Warning,
        "A service runs on Spot alone, which does not fall back",
        FARGATE_PROVIDERS,
        spot_without_fallback,
    ),
    Rule::new("windows-on-spot", Severity::Error, "Windows tasks on Fargate Spot", FARGATE_PROVIDERS, windows_on_spot),
    Rule::new(
        "provider-not-associated",
        Severity::Error,
        "A strategy names a provider that its cluster does not have",
        "ECS API Reference, \"PutClusterCapacityProviders\"",
        provider_not_associated,
    ),
    Rule::new(
        "no-default-strategy",
        Severity::Warning,
        "A service leaves capacity to a cluster that has no default strategy",
        "ECS API Reference, \"CreateService\", launchType",
        no_default_strategy,
    ),
    Rule::new(
        "no-instances",
        Severity::Error,
        "Tasks for EC2 or ECS Anywhere have no machine drawn",
        SCALING,
        no_instances,
    ),
    Rule::new(
        "compatibility-missing",
        Severity::Error,
        "A definition does not list the capacity it is put on",
        "ECS API Reference, \"RegisterTaskDefinition\", requiresCompatibilities",
        compatibility_missing,
    ),
];

/// What: `launchType` in place of a strategy. Why: its tasks are unseen by every provider, so nothing scales for them,
/// and moving to Spot or other capacity later takes a new deployment. Example: launch type FARGATE. Fix: the strategy
/// of the same capacity, where the cluster has it.
///
/// Source: ECS Developer Guide, "Amazon ECS launch types and capacity providers" (rules CPS-10, CPS-16).
fn bare_launch_type(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Capacity::LaunchType(launch) = runner.capacity else { continue };
        if *launch == LaunchType::External {
            continue;
        }
        let message = format!("Launch type {launch} is the way before capacity providers");
        let finding = out.add(runner.at.clone(), "capacity", message, "Use a capacity provider strategy");
        let mut ids: Vec<_> = runner.hosts.iter().filter_map(host_id).collect();
        ids.truncate(1);
        let Some(id) = ids.pop().filter(|_| runner.service.is_some()) else { continue };
        let item = StrategyItem { capacity_provider: id.clone(), base: 0, weight: 1 };
        let set = Edit::Set(runner.at.clone(), Knob::Capacity(Capacity::Strategy(vec![item])));
        let mut edits = associate(context, runner.cluster, &id);
        edits.push(set);
        finding.fix(format!("Use the capacity provider {id}"), edits);
    }
}

fn host_id(host: &Host<'_>) -> Option<CapacityProviderId> {
    match host {
        Host::Fargate => Some(CapacityProviderId::fargate()),
        Host::FargateSpot => Some(CapacityProviderId::fargate_spot()),
        Host::Group(id, _) | Host::Managed(id, _) => Some((*id).clone()),
        Host::Ec2 | Host::External => None,
    }
}

/// The edits that give a provider to a cluster: none if it has it.
fn associate(context: &Context<'_>, cluster: &ClusterId, provider: &CapacityProviderId) -> Vec<Edit> {
    let Some(found) = context.design.clusters.get(cluster) else { return Vec::new() };
    if found.capacity_providers.contains(provider) {
        return Vec::new();
    }
    let mut changed = found.clone();
    changed.capacity_providers.push(provider.clone());
    vec![Edit::Put(Item::Cluster(cluster.clone(), changed))]
}

/// A strategy and whose it is.
struct Owned<'c> {
    at: ItemRef,
    field: &'static str,
    items: &'c [StrategyItem],
}

/// Every strategy drawn: of clusters, services, standalone tasks.
fn strategies<'c>(context: &'c Context<'_>) -> Vec<Owned<'c>> {
    let clusters = context.design.clusters.iter().map(|(id, cluster)| Owned {
        at: ItemRef::Cluster(id.clone()),
        field: "default_strategy",
        items: &cluster.default_strategy,
    });
    let own = context.runners.iter().filter_map(|runner| match runner.capacity {
        Capacity::Strategy(items) => Some(Owned { at: runner.at.clone(), field: "capacity", items }),
        Capacity::ClusterDefault | Capacity::LaunchType(_) => None,
    });
    clusters.chain(own).collect()
}

impl Owned<'_> {
    /// Hangs on a finding the edit that puts another strategy in place.
    fn fix(&self, context: &Context<'_>, finding: &mut Diagnostic, label: &str, items: Vec<StrategyItem>) {
        let edit = if let ItemRef::Service(_) = &self.at {
            Edit::Set(self.at.clone(), Knob::Capacity(Capacity::Strategy(items)))
        } else if let Some(Item::Cluster(id, mut cluster)) = context.design.item(&self.at) {
            cluster.default_strategy = items;
            Edit::Put(Item::Cluster(id, cluster))
        } else if let Some(Item::StandaloneTask(id, mut tasks)) = context.design.item(&self.at) {
            tasks.capacity = Capacity::Strategy(items);
            Edit::Put(Item::StandaloneTask(id, tasks))
        } else {
            return;
        };
        finding.fix(label, vec![edit]);
    }
}

/// What: Fargate, Auto Scaling groups and Managed Instances in one strategy. Why: ECS refuses it. Example: FARGATE and
/// a group of one's own.
///
/// Source: ECS API Reference, "`CapacityProviderStrategyItem`" (rule CPS-05).
fn strategy_of_mixed_kinds(context: &Context<'_>, out: &mut Findings) {
    for owned in strategies(context) {
        let hosts = owned.items.iter().filter_map(|item| provider(context.design, &item.capacity_provider));
        let mut kinds: Vec<HostKind> = hosts.map(|host| host.kind()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.len() > 1 {
            let words: Vec<_> = kinds.iter().map(|kind| kind.word()).collect();
            let message = format!("One strategy names {}", words.join(" and "));
            out.add(owned.at, owned.field, message, "Keep a strategy to one kind; use a service for each kind");
        }
    }
}

/// What: `base` on two providers. Why: ECS refuses it: only one may say how many tasks come first. Fix: keeps the first.
///
/// Source: ECS API Reference, "`CapacityProviderStrategyItem`", base (rule CPS-06).
fn strategy_with_several_bases(context: &Context<'_>, out: &mut Findings) {
    for owned in strategies(context) {
        let bases: Vec<_> = owned.items.iter().filter(|item| item.base > 0).collect();
        let [first, _, ..] = bases.as_slice() else { continue };
        let message = format!("{} providers have a base, one may", bases.len());
        let finding = out.add(owned.at.clone(), owned.field, message, "Leave a base on one provider");
        let kept = |item: &StrategyItem| StrategyItem {
            base: if item.capacity_provider == first.capacity_provider { item.base } else { 0 },
            ..item.clone()
        };
        let label = format!("Keep the base of {}", first.capacity_provider);
        owned.fix(context, finding, &label, owned.items.iter().map(kept).collect());
    }
}

/// What: every weight is 0. Why: ECS refuses it, also with a single provider. Fix: weight 1 for each.
///
/// Source: ECS API Reference, "`CapacityProviderStrategyItem`", weight (rule CPS-07).
fn strategy_without_weight(context: &Context<'_>, out: &mut Findings) {
    for owned in strategies(context) {
        if owned.items.is_empty() && owned.field == "default_strategy" || owned.items.iter().any(|item| item.weight > 0)
        {
            continue;
        }
        let message = match owned.items.len() {
            0 => "The strategy names no provider".to_owned(),
            _ => "No provider of the strategy has a weight above 0".to_owned(),
        };
        let finding = out.add(owned.at.clone(), owned.field, message, "Give at least one provider a weight");
        if !owned.items.is_empty() {
            let weighted = owned.items.iter().map(|item| StrategyItem { weight: 1, ..item.clone() });
            owned.fix(context, finding, "Weigh each provider 1", weighted.collect());
        }
    }
}

/// What: a weight over 1,000, a base over 100,000, or a provider named twice. Why: ECS refuses it.
///
/// Source: ECS API Reference, "`CapacityProviderStrategyItem`" (rule CPS-06).
fn strategy_value_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for owned in strategies(context) {
        for (at, item) in owned.items.iter().enumerate() {
            let id = &item.capacity_provider;
            let message = if !quotas::STRATEGY_WEIGHT.allows(u64::from(item.weight)) {
                format!("{id} has weight {}, the most is 1,000", item.weight)
            } else if !quotas::STRATEGY_BASE.allows(u64::from(item.base)) {
                format!("{id} has base {}, the most is 100,000", item.base)
            } else if owned.items[..at].iter().any(|other| other.capacity_provider == *id) {
                format!("{id} stands twice in the strategy")
            } else {
                continue;
            };
            out.add(owned.at.clone(), owned.field, message, "Name each provider once, within those limits");
        }
    }
}

/// What: every provider that gets tasks is Spot. Why: no provider falls back to another: when Spot is short, tasks
/// wait, and a reclaim leaves fewer. Example: `FARGATE_SPOT` alone. Fix: a base of one task on FARGATE.
///
/// Source: ECS Developer Guide, "Amazon ECS clusters for Fargate" (rules CPS-14, FG-42).
fn spot_without_fallback(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|r| r.service.is_some()) {
        let used = runner.strategy.iter().filter(|item| item.weight > 0 || item.base > 0);
        let hosts: Vec<_> = used.filter_map(|item| provider(context.design, &item.capacity_provider)).collect();
        if hosts.is_empty() || !hosts.iter().all(Host::is_spot) {
            continue;
        }
        let message = "Every task runs on Spot, which does not fall back: without Spot capacity tasks wait";
        let finding = out.add(runner.at.clone(), "capacity", message, "Give on-demand capacity a base or a weight");
        if hosts.iter().all(|host| matches!(host, Host::FargateSpot)) {
            let fargate = CapacityProviderId::fargate();
            let mut items: Vec<_> = runner.strategy.to_vec();
            for item in &mut items {
                item.base = 0;
            }
            items.retain(|item| item.capacity_provider != fargate);
            items.insert(0, StrategyItem { capacity_provider: fargate.clone(), base: 1, weight: 1 });
            let mut edits = associate(context, runner.cluster, &fargate);
            edits.push(Edit::Set(runner.at.clone(), Knob::Capacity(Capacity::Strategy(items))));
            finding.fix("Run one task, and a share of the rest, on FARGATE", edits);
        }
    }
}

/// What: Windows containers on Fargate Spot. Why: ECS refuses it: there is no Windows Spot.
///
/// Source: ECS Developer Guide, "Amazon ECS clusters for Fargate" (rule CPS-17).
fn windows_on_spot(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let windows = runner.definition.is_some_and(|d| d.runtime_platform.is_windows());
        if windows && runner.hosts.contains(&Host::FargateSpot) {
            let message = "Fargate Spot runs no Windows tasks";
            out.add(runner.at.clone(), "capacity", message, "Use FARGATE, or Linux containers");
        }
    }
}

/// What: a provider in a strategy that the cluster is not associated with. Why: ECS refuses the service. Fix:
/// associates it.
///
/// Source: ECS API Reference, "`PutClusterCapacityProviders`" (rule CPS-03).
fn provider_not_associated(context: &Context<'_>, out: &mut Findings) {
    let clusters = context.design.clusters.iter();
    let defaults =
        clusters.map(|(id, c)| (ItemRef::Cluster(id.clone()), "default_strategy", id, c.default_strategy.as_slice()));
    let own = context.runners.iter().filter_map(|runner| match runner.capacity {
        Capacity::Strategy(items) => Some((runner.at.clone(), "capacity", runner.cluster, items.as_slice())),
        Capacity::ClusterDefault | Capacity::LaunchType(_) => None,
    });
    for (at, field, cluster, items) in defaults.chain(own) {
        for id in items.iter().map(|item| &item.capacity_provider) {
            let edits = associate(context, cluster, id);
            if provider(context.design, id).is_some() && !edits.is_empty() {
                let message = format!("Cluster {cluster} is not associated with the capacity provider {id}");
                out.add(at.clone(), field, message, "Associate it with the cluster")
                    .fix(format!("Associate {id} with {cluster}"), edits);
            }
        }
    }
}

/// What: no strategy, no launch type, and a cluster without a default. Why: ECS then takes launch type EC2. Fix: makes
/// the cluster's first provider its default.
///
/// Source: ECS API Reference, "`CreateService`", launchType (rule CPS-09).
fn no_default_strategy(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|r| *r.capacity == Capacity::ClusterDefault) {
        let Some(cluster) = context.design.clusters.get(runner.cluster) else { continue };
        if !cluster.default_strategy.is_empty() {
            continue;
        }
        let message = format!("Cluster {} has no default strategy, so ECS takes launch type EC2", runner.cluster);
        let finding = out.add(runner.at.clone(), "capacity", message, "Give the service or the cluster a strategy");
        if let Some(first) = cluster.capacity_providers.first() {
            let mut changed = cluster.clone();
            changed.default_strategy = vec![StrategyItem { capacity_provider: first.clone(), base: 0, weight: 1 }];
            let edit = Edit::Put(Item::Cluster(runner.cluster.clone(), changed));
            finding.fix(format!("Make {first} the default of {}", runner.cluster), vec![edit]);
        }
    }
}

/// What: launch type EC2, `MANAGED_INSTANCES` or EXTERNAL, and no provider or site drawn. Why: there is nothing to put
/// tasks on.
///
/// Source: ECS Developer Guide, "Automatically manage Amazon ECS capacity with cluster auto scaling".
fn no_instances(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Capacity::LaunchType(launch) = runner.capacity else { continue };
        let nothing = match launch {
            LaunchType::Fargate => false,
            LaunchType::Ec2 => runner.hosts.contains(&Host::Ec2),
            LaunchType::ManagedInstances => runner.hosts.is_empty(),
            LaunchType::External => context.design.sites.is_empty(),
        };
        if nothing {
            let hint = match launch {
                LaunchType::External => "Draw an ECS Anywhere site",
                LaunchType::Fargate | LaunchType::Ec2 | LaunchType::ManagedInstances => {
                    "Draw a capacity provider and associate it with the cluster"
                }
            };
            out.add(
                runner.at.clone(),
                "capacity",
                format!("Nothing is drawn that launch type {launch} could use"),
                hint,
            );
        }
    }
}

/// What: `requiresCompatibilities` that leaves out the capacity used. Why: ECS refuses to start the task. Fix: adds it.
///
/// Source: ECS API Reference, "`RegisterTaskDefinition`", requiresCompatibilities (rules TDF-13, MI-07).
fn compatibility_missing(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, _, uses)| !uses.runners.is_empty()) {
        for kind in &uses.kinds {
            let listed = &definition.requires_compatibilities;
            // An empty list is checked for EC2 alone (rule TDF-13).
            if listed.contains(&kind.launch_type()) || listed.is_empty() && *kind == HostKind::Ec2 {
                continue;
            }
            let message = format!("Tasks run on {}, which requiresCompatibilities does not list", kind.word());
            let mut changed = definition.clone();
            changed.requires_compatibilities.push(kind.launch_type());
            out.add(ItemRef::TaskDefinition(id.clone()), "requires_compatibilities", message, "List it").fix(
                format!("List {}", kind.launch_type()),
                vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))],
            );
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::anywhere::AnywhereSite;
    use crate::design::capacity::CapacityOptionType;
    use crate::design::cluster::Cluster;
    use crate::design::service::Service;
    use crate::design::task_definition::OperatingSystemFamily;
    use crate::names::Architecture;
    use crate::units::Mib;

    fn strategy(service: &mut Service, items: &[(&str, u32, u32)]) {
        let item = |(id, base, weight): &(&str, u32, u32)| StrategyItem {
            capacity_provider: (*id).into(),
            base: *base,
            weight: *weight,
        };
        service.capacity = Capacity::Strategy(items.iter().map(item).collect());
    }

    fn launch(service: &mut Service, launch: LaunchType) {
        service.capacity = Capacity::LaunchType(launch);
    }

    fn cluster(d: &mut Design) -> &mut Cluster {
        d.clusters.get_mut(&"main".into()).unwrap()
    }

    fn windows(d: &mut Design) {
        web_definition(d).runtime_platform.operating_system_family = Some(OperatingSystemFamily::WindowsServer2022Core);
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "bare-launch-type",
            |d| launch(web(d), LaunchType::Fargate),
            &["web · capacity"],
            |d| web(d).capacity = Capacity::ClusterDefault,
        ),
        case(
            "bare-launch-type",
            |d| launch(worker(d), LaunchType::Ec2),
            &["worker · capacity"],
            |d| launch(worker(d), LaunchType::External),
        ),
        case(
            "strategy-of-mixed-kinds",
            |d| strategy(web(d), &[("FARGATE", 0, 1), ("machines", 0, 1)]),
            &["web · capacity"],
            |d| strategy(web(d), &[("FARGATE", 0, 1), ("FARGATE_SPOT", 0, 1)]),
        ),
        case(
            "strategy-with-several-bases",
            |d| strategy(web(d), &[("FARGATE", 1, 1), ("FARGATE_SPOT", 2, 1)]),
            &["web · capacity"],
            |d| strategy(web(d), &[("FARGATE", 1, 0), ("FARGATE_SPOT", 0, 1)]),
        ),
        case(
            "strategy-without-weight",
            |d| {
                strategy(web(d), &[("FARGATE", 1, 0)]);
                strategy(worker(d), &[]);
                cluster(d).default_strategy[0].weight = 0;
            },
            &["main · default_strategy", "web · capacity", "worker · capacity"],
            |d| cluster(d).default_strategy.clear(),
        ),
        case(
            "strategy-value-out-of-range",
            |d| {
                strategy(web(d), &[("FARGATE", 100_001, 1)]);
                strategy(worker(d), &[("machines", 0, 1001)]);
                strategy(model(d), &[("managed", 0, 1), ("managed", 0, 1)]);
            },
            &["model · capacity", "web · capacity", "worker · capacity"],
            |d| strategy(web(d), &[("FARGATE", 100_000, 1000)]),
        ),
        case(
            "spot-without-fallback",
            |d| strategy(web(d), &[("FARGATE_SPOT", 0, 1), ("FARGATE", 0, 0)]),
            &["web · capacity"],
            |d| strategy(web(d), &[("FARGATE_SPOT", 0, 4), ("FARGATE", 1, 0)]),
        ),
        case(
            "spot-without-fallback",
            |d| group(d).option = Some(CapacityOptionType::Spot),
            &["worker · capacity"],
            |d| group(d).option = Some(CapacityOptionType::Reserved),
        ),
        case("windows-on-spot", windows, &["web · capacity"], |d| {
            windows(d);
            strategy(web(d), &[("FARGATE", 0, 1)]);
        }),
        case(
            "provider-not-associated",
            |d| cluster(d).capacity_providers.retain(|id| id.as_str() != "machines"),
            &["worker · capacity"],
            |d| cluster(d).capacity_providers.reverse(),
        ),
        case(
            "no-default-strategy",
            |d| {
                cluster(d).default_strategy.clear();
                nightly(d).capacity = Capacity::ClusterDefault;
            },
            &["nightly · capacity"],
            |d| web(d).capacity = Capacity::ClusterDefault,
        ),
        case(
            "no-instances",
            |d| launch(worker(d), LaunchType::External),
            &["worker · capacity"],
            |d| {
                launch(worker(d), LaunchType::External);
                let site = AnywhereSite {
                    instances: 2,
                    vcpus: 8,
                    memory: Mib::from_gib(16),
                    architecture: Architecture::X86,
                    monthly_price: None,
                    tags: crate::design::Tags::new(),
                };
                d.sites.insert("cellar".into(), site);
            },
        ),
        case(
            "no-instances",
            |d| {
                cluster(d).capacity_providers.retain(|id| id.as_str() != "machines");
                launch(worker(d), LaunchType::Ec2);
            },
            &["worker · capacity"],
            |d| launch(worker(d), LaunchType::Ec2),
        ),
        case(
            "compatibility-missing",
            |d| web_definition(d).requires_compatibilities = vec![LaunchType::Ec2],
            &["web · requires_compatibilities"],
            |d| worker_definition(d).requires_compatibilities.clear(),
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
