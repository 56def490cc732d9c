//! Service quotas: fixed ones are errors, those that AWS raises on request are warnings.
//!
//! One list of counts serves both rules. A value of the account's own stands in for the published default.

use super::context::{Context, Host};
use super::diagnostic::{Findings, Rule, Severity};
use crate::catalogue::quotas::{self, Quota};
use crate::design::ItemRef;
use crate::design::capacity::{CapacityOptionType, CapacityProvider};
use crate::design::deployment::HookTarget;
use crate::design::edit::Edit;
use crate::design::load_balancing::LoadBalancerType;
use crate::design::network::EndpointKind;
use crate::design::scaling::ScalingPolicy;
use crate::units::count;

const PAGE: &str = "AWS General Reference, \"Amazon ECS endpoints and quotas\"; the quota's own page";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "fixed-quota-exceeded",
        Severity::Error,
        "More of something than AWS ever allows",
        PAGE,
        fixed_quota_exceeded,
    ),
    Rule::new(
        "quota-exceeded",
        Severity::Warning,
        "More of something than AWS allows before it is asked",
        PAGE,
        quota_exceeded,
    ),
    Rule::new(
        "unknown-quota",
        Severity::Warning,
        "A quota of the account that nothing is held to",
        PAGE,
        unknown_quota,
    ),
];

/// Something counted against a quota, and where.
struct Tally {
    at: ItemRef,
    field: &'static str,
    quota: Quota,
    count: u64,
}

fn len<T>(all: &[T]) -> u64 {
    count(all.len())
}

/// Counts of services, clusters, strategies and task definitions.
fn of_ecs(context: &Context<'_>) -> Vec<Tally> {
    let design = context.design;
    let mut all = Vec::new();
    for (id, cluster) in &design.clusters {
        let at = ItemRef::Cluster(id.clone());
        let services = count(design.services.values().filter(|s| s.cluster == *id).count());
        all.push(Tally { at: at.clone(), field: "services", quota: quotas::SERVICES_PER_CLUSTER, count: services });
        let count = len(&cluster.capacity_providers);
        all.push(Tally { at, field: "capacity_providers", quota: quotas::CAPACITY_PROVIDERS_PER_CLUSTER, count });
    }
    for (id, definition) in &design.task_definitions {
        let count = len(&definition.containers);
        let at = ItemRef::TaskDefinition(id.clone());
        all.push(Tally { at: at.clone(), field: "containers", quota: quotas::CONTAINERS_PER_TASK_DEFINITION, count });
        let files = definition.containers.iter().map(|c| len(&c.environment_files)).max().unwrap_or(0);
        all.push(Tally { at, field: "containers", quota: quotas::ENVIRONMENT_FILES, count: files });
    }
    for runner in &context.runners {
        let mut push = |field, quota, count| all.push(Tally { at: runner.at.clone(), field, quota, count });
        push("subnets", quotas::SUBNETS_PER_AWSVPC, len(runner.subnet_ids));
        push("capacity", quotas::CAPACITY_PROVIDERS_PER_STRATEGY, len(runner.strategy));
        push("placement_strategies", quotas::PLACEMENT_STRATEGIES, len(runner.strategies));
        push("placement_constraints", quotas::PLACEMENT_CONSTRAINTS, len(runner.constraints));
        let Some(service) = runner.service else { continue };
        push("security_groups", quotas::SECURITY_GROUPS_PER_AWSVPC, len(&service.security_groups));
        push("load_balancers", quotas::TARGET_GROUPS_PER_SERVICE, len(&service.load_balancers));
        let hooks = |target| {
            let all = service.deployment.lifecycle_hooks.iter();
            count(all.filter(|hook| hook.target_type() == target).count())
        };
        push("deployment", quotas::PAUSE_HOOKS, hooks(HookTarget::Pause));
        push("deployment", quotas::LAMBDA_HOOKS, hooks(HookTarget::AwsLambda));
        let found = service.service_connect.is_some() || service.service_discovery.is_some();
        let tasks = if found { quotas::TASKS_PER_DISCOVERED_SERVICE } else { quotas::TASKS_PER_SERVICE };
        push("desired_count", tasks, u64::from(runner.bounds.1));
        let policies = service.scaling.as_ref().map_or(&[][..], |s| s.policies.as_slice());
        let scheduled = count(policies.iter().filter(|p| matches!(p, ScalingPolicy::Scheduled(_))).count());
        push("scaling", quotas::SCALING_POLICIES, len(policies) - scheduled);
        push("scaling", quotas::SCHEDULED_ACTIONS, scheduled);
    }
    all
}

/// vCPUs of Fargate at the most tasks, on demand and Spot: all of a service's tasks where it uses one of the two, half
/// where it may use both.
///
/// Assumption: a strategy over both is counted half and half: weights move with the number of tasks.
fn of_fargate(context: &Context<'_>) -> Vec<Tally> {
    let (mut on_demand, mut spot) = ((0u64, None), (0u64, None));
    for runner in &context.runners {
        let Some(definition) = runner.definition else { continue };
        let units = u64::from(runner.bounds.1) * u64::from(definition.cpu_demand().units());
        let (has, has_spot) = (runner.hosts.contains(&Host::Fargate), runner.hosts.contains(&Host::FargateSpot));
        let units = if has && has_spot { units / 2 } else { units };
        for (total, used) in [(&mut on_demand, has), (&mut spot, has_spot)] {
            if used {
                total.0 += units;
                total.1.get_or_insert_with(|| runner.at.clone());
            }
        }
    }
    let vcpus = |(units, at): (u64, Option<ItemRef>), quota| {
        at.map(|at| Tally { at, field: "capacity", quota, count: units.div_ceil(1024) })
    };
    let both = [vcpus(on_demand, quotas::FARGATE_ON_DEMAND_VCPUS), vcpus(spot, quotas::FARGATE_SPOT_VCPUS)];
    both.into_iter().flatten().collect()
}

/// vCPUs of Auto Scaling groups at their maximum, by the first of their types.
fn of_ec2(context: &Context<'_>) -> Vec<Tally> {
    let mut all: Vec<Tally> = Vec::new();
    for (id, provider) in &context.design.capacity_providers {
        let CapacityProvider::AutoScalingGroup(group) = provider else { continue };
        let kind = group.instance_types.first().and_then(|name| context.catalogue.types.find(name.as_str()));
        let Some(kind) = kind.map(|ix| &context.catalogue.types[ix]) else { continue };
        let spot = group.option == Some(CapacityOptionType::Spot);
        let Some(quota) = quotas::running_vcpus(&kind.family, spot) else { continue };
        let count = u64::from(group.max_size) * u64::from(kind.vcpus);
        match all.iter_mut().find(|other| other.quota == quota) {
            Some(other) => other.count += count,
            None => all.push(Tally { at: ItemRef::CapacityProvider(id.clone()), field: "max_size", quota, count }),
        }
    }
    all
}

/// Counts of networks and balancers, each placed at the item that passes the quota or, of a region, at the last one.
fn of_network(context: &Context<'_>) -> Vec<Tally> {
    let design = context.design;
    let mut all = Vec::new();
    if let Some(id) = design.vpcs.keys().next_back() {
        all.push(Tally {
            at: ItemRef::Vpc(id.clone()),
            field: "name",
            quota: quotas::VPCS,
            count: count(design.vpcs.len()),
        });
    }
    for (id, vpc) in &design.vpcs {
        let at = || ItemRef::Vpc(id.clone());
        let subnets = count(design.subnets.values().filter(|s| s.vpc == *id).count());
        all.push(Tally { at: at(), field: "subnets", quota: quotas::SUBNETS_PER_VPC, count: subnets });
        let blocks = 1 + len(&vpc.secondary_cidrs);
        all.push(Tally { at: at(), field: "secondary_cidrs", quota: quotas::IPV4_BLOCKS_PER_VPC, count: blocks });
        let endpoints =
            design.vpc_endpoints.values().filter(|e| e.vpc == *id && e.kind != EndpointKind::Gateway).count();
        all.push(Tally {
            at: at(),
            field: "endpoints",
            quota: quotas::INTERFACE_ENDPOINTS_PER_VPC,
            count: count(endpoints),
        });
    }
    for (id, group) in &design.security_groups {
        let count = len(&group.ingress).max(group.egress.as_ref().map_or(0, |rules| len(rules)));
        let at = ItemRef::SecurityGroup(id.clone());
        all.push(Tally { at, field: "ingress", quota: quotas::SECURITY_GROUP_RULES, count });
    }
    for (id, balancer) in &design.load_balancers {
        if balancer.kind != LoadBalancerType::Application {
            continue;
        }
        let at = || ItemRef::LoadBalancer(id.clone());
        let rules = balancer.listeners.iter().map(|listener| len(&listener.rules)).sum();
        all.push(Tally { at: at(), field: "listeners", quota: quotas::ALB_LISTENERS, count: len(&balancer.listeners) });
        all.push(Tally { at: at(), field: "listeners", quota: quotas::ALB_RULES, count: rules });
        let groups = len(&balancer.target_groups());
        all.push(Tally { at: at(), field: "listeners", quota: quotas::ALB_TARGET_GROUPS, count: groups });
    }
    all
}

/// The counts that pass their quota, or the account's own value of it, with that value.
fn passed(context: &Context<'_>, adjustable: bool) -> Vec<(Tally, u64)> {
    let own = |quota: &Quota| context.design.account.quotas.iter().find(|q| quota.is_named(&q.name)).map(|q| q.value);
    let counts = [of_ecs(context), of_fargate(context), of_ec2(context), of_network(context)].into_iter().flatten();
    let mut all = Vec::new();
    for count in counts.filter(|count| count.quota.adjustable == adjustable) {
        let value = own(&count.quota).filter(|_| adjustable).unwrap_or(count.quota.value);
        if count.count > value {
            all.push((count, value));
        }
    }
    all
}

/// What: a fixed quota passed. Why: AWS refuses it, whoever asks. Example: 11 containers in a task definition.
///
/// Source: AWS General Reference, "Amazon ECS endpoints and quotas" (rules QUO, QTA).
fn fixed_quota_exceeded(context: &Context<'_>, out: &mut Findings) {
    for (count, value) in passed(context, false) {
        let message = format!("{} {}: {value} is the most", count.count, count.quota.name);
        out.add(count.at, count.field, message, "Stay within the quota, which AWS does not raise");
    }
}

/// What: an adjustable quota passed at the most tasks and instances. Why: until AWS has raised it, the rest does not
/// start. Example: 40 vCPUs on Fargate, where a new account has 6. No fix writes a quota: only Service Quotas knows it.
///
/// Source: AWS General Reference, "Amazon ECS endpoints and quotas" (rules QUO, QTA).
fn quota_exceeded(context: &Context<'_>, out: &mut Findings) {
    for (count, value) in passed(context, true) {
        let message = format!("{} {}: {value} until AWS raises it", count.count, count.quota.name);
        let hint = "Ask for more in Service Quotas, and write what it says you have into the account";
        out.add(count.at, count.field, message, hint).of_account();
    }
}

/// What: the account states a quota by a name that is not known, or that AWS does not raise. Why: it binds nothing, and
/// whoever wrote it believes it does. Example: `Fargate vCPUs`, which is `Fargate On-Demand vCPUs`.
///
/// Source: Bayplan's own; names as in the Service Quotas console (rule QTA). An account is no item of its own: the
/// finding stands at the first cluster.
fn unknown_quota(context: &Context<'_>, out: &mut Findings) {
    let Some(cluster) = context.design.clusters.keys().next() else { return };
    for own in &context.design.account.quotas {
        let words = own.name.split_whitespace().next().unwrap_or_default();
        let known = quotas::ALL.iter().filter(|quota| quota.adjustable);
        if known.clone().any(|quota| quota.is_named(&own.name)) {
            continue;
        }
        let alike = known.filter(|quota| !words.is_empty() && quota.name.contains(words));
        let alike: Vec<_> = alike.map(|quota| format!("\"{}\"", quota.name)).collect();
        let hint = if alike.is_empty() {
            "Choose a quota that AWS raises, by its name in Service Quotas".to_owned()
        } else {
            format!("Quotas that AWS raises and that sound alike: {}", alike.join(", "))
        };
        let message = format!("The account's quota \"{}\" is none that AWS raises: nothing is held to it", own.name);
        let mut account = context.design.account.clone();
        account.quotas.retain(|other| other.name != own.name);
        let fix = vec![Edit::Account(account)];
        let found = out.add(ItemRef::Cluster(cluster.clone()), "account", message, hint);
        found.fix("Take it out of the account", fix).of_account();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::account::QuotaValue;
    use crate::design::container::Container;
    use crate::design::deployment::{HookStage, LifecycleHook};

    fn containers(d: &mut Design, count: usize) {
        let container = |n| Container::new(&format!("c{n}"), "web:1");
        web_definition(d).containers.extend((1..count).map(container));
    }

    fn quota(d: &mut Design, name: &str, value: u64) {
        d.account.quotas.iter_mut().filter(|q| q.name == name).for_each(|q| q.value = value);
    }

    fn own_quota(d: &mut Design, name: &str) {
        d.account.quotas.push(QuotaValue { name: name.to_owned(), value: 1_000 });
    }

    fn hooks(d: &mut Design, target_type: HookTarget, count: usize) {
        let function = "arn:aws:lambda:us-east-1:739216405518:function:check".to_owned();
        let (target_type, role, stages) = (Some(target_type), Some("task".into()), vec![HookStage::PostScaleUp]);
        let hook = LifecycleHook { target_type, function, role, stages, ..LifecycleHook::default() };
        web(d).deployment.lifecycle_hooks.extend(std::iter::repeat_n(hook, count));
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // HOK-02: ten of each kind.
        case(
            "fixed-quota-exceeded",
            |d| hooks(d, HookTarget::Pause, 11),
            &["web · deployment"],
            |d| {
                hooks(d, HookTarget::Pause, 10);
                hooks(d, HookTarget::AwsLambda, 10);
            },
        ),
        case("fixed-quota-exceeded", |d| hooks(d, HookTarget::AwsLambda, 11), &["web · deployment"], |_| {}),
        case("fixed-quota-exceeded", |d| containers(d, 11), &["web · containers"], |d| containers(d, 10)),
        case(
            "fixed-quota-exceeded",
            |d| model(d).desired_count = 5001,
            &["model · desired_count"],
            |d| {
                model(d).desired_count = 5000;
            },
        ),
        // 9 tasks of 512 units, half of them on demand, and one nightly of 256: 2,560 units are 2.5, so 3 vCPUs.
        case(
            "quota-exceeded",
            |d| quota(d, "Fargate On-Demand vCPUs", 2),
            &["web · capacity"],
            |d| {
                quota(d, "Fargate On-Demand vCPUs", 3);
            },
        ),
        case(
            "unknown-quota",
            |d| own_quota(d, "Fargate vCPUs"),
            &["main · account"],
            |d| own_quota(d, "Fargate Spot vCPUs"),
        ),
        // The Service Quotas console's own name of the same quota.
        case(
            "unknown-quota",
            |d| own_quota(d, "Fargate vCPU resource count"),
            &["main · account"],
            |d| own_quota(d, "Fargate Spot vCPU resource count"),
        ),
        // Fixed: AWS does not raise it, whatever the account says.
        case(
            "unknown-quota",
            |d| own_quota(d, "Tasks per service"),
            &["main · account"],
            |d| own_quota(d, "VPCs per Region"),
        ),
        // 12 × 4 vCPUs.
        case(
            "quota-exceeded",
            |d| d.account.quotas[0].value = 47,
            &["machines · max_size"],
            |d| d.account.quotas[0].value = 48,
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn a_passed_quota_writes_none_and_leads_to_the_account() {
        let mut design = base();
        quota(&mut design, "Fargate On-Demand vCPUs", 2);
        let all = crate::checks::run(&design, &CATALOGUE, &[]);
        let found = all.iter().find(|finding| finding.rule.0 == "quota-exceeded").expect("3 vCPUs pass 2");
        assert_eq!((&found.fixes[..], found.is_of_account), (&[][..], true));
    }
}
