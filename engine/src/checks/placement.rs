//! Placement: strategies, constraints, ports and zones.

use super::context::{Context, Host, HostKind, Runner};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::cluster_query::ClusterQuery;
use crate::design::edit::Edit;
use crate::design::id::ServiceId;
use crate::design::knob::Knob;
use crate::design::network::SubnetTier;
use crate::design::service::{PlacementStrategy, SchedulingStrategy, Service};
use crate::design::task_definition::{NetworkMode, PlacementConstraint};
use crate::design::{Item, ItemRef};
use crate::units::Percent;

const STRATEGIES: &str = "ECS Developer Guide, \"Use strategies to define Amazon ECS task placement\"";
const DAEMON: &str = "ECS Developer Guide, \"Amazon ECS services\", daemon";
const SPREAD: &str = "ECS Developer Guide, \"Balancing an Amazon ECS service across Availability Zones\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "placement-not-taken",
        Severity::Error,
        "Placement strategies or constraints where the capacity takes none",
        STRATEGIES,
        placement_not_taken,
    ),
    Rule::new(
        "spread-over-unknown-field",
        Severity::Error,
        "A spread strategy names no field that instances have",
        "ECS API Reference, \"PlacementStrategy\"",
        spread_over_unknown_field,
    ),
    Rule::new(
        "distinct-instance-in-definition",
        Severity::Error,
        "distinctInstance stands in a task definition",
        "ECS API Reference, \"TaskDefinitionPlacementConstraint\"",
        distinct_instance_in_definition,
    ),
    Rule::new(
        "cluster-query-not-readable",
        Severity::Error,
        "A memberOf constraint is no expression of the cluster query language",
        "ECS Developer Guide, \"Create expressions to define container instances for Amazon ECS tasks\"",
        cluster_query_not_readable,
    ),
    Rule::new(
        "too-few-instances",
        Severity::Warning,
        "Tasks that need an instance each may outnumber the instances",
        "ECS API Reference, \"PortMapping\" and \"PlacementConstraint\"",
        too_few_instances,
    ),
    Rule::new(
        "reserved-host-port",
        Severity::Error,
        "A task asks for a host port that the ECS agent keeps",
        "ECS API Reference, \"PortMapping\", hostPort",
        reserved_host_port,
    ),
    Rule::new(
        "daemon-on-fargate",
        Severity::Error,
        "A DAEMON service on Fargate or ECS Anywhere",
        DAEMON,
        daemon_on_fargate,
    ),
    Rule::new(
        "daemon-with-count",
        Severity::Error,
        "A DAEMON service has auto scaling, placement strategies or a volume of its own",
        DAEMON,
        daemon_with_count,
    ),
    Rule::new(
        "rebalancing-not-possible",
        Severity::Error,
        "Zone rebalancing is on where ECS refuses it",
        SPREAD,
        rebalancing_not_possible,
    ),
    Rule::new("rebalancing-off", Severity::Advice, "Zone rebalancing is switched off", SPREAD, rebalancing_off),
    Rule::new(
        "service-in-one-zone",
        Severity::Warning,
        "All tasks of a service stand in one zone",
        SPREAD,
        service_in_one_zone,
    ),
    Rule::new(
        "fewer-tasks-than-zones",
        Severity::Advice,
        "A service behind a load balancer may have fewer tasks than zones",
        SPREAD,
        fewer_tasks_than_zones,
    ),
    Rule::new(
        "host-network-mode",
        Severity::Advice,
        "The host network mode puts one task of a kind on an instance",
        "ECS Developer Guide, \"Amazon ECS task networking options for EC2\"",
        host_network_mode,
    ),
];

fn put(id: &ServiceId, service: &Service, how: impl FnOnce(&mut Service)) -> Vec<Edit> {
    let mut changed = service.clone();
    how(&mut changed);
    vec![Edit::Put(Item::Service(id.clone(), changed))]
}

/// What: strategies or constraints on Fargate, or strategies on Managed Instances. Why: ECS refuses the service.
/// Example: binpack on Fargate. Fix: takes them away.
///
/// Source: ECS Developer Guide, "Use strategies to define Amazon ECS task placement" (rules PLC-60, PLC-62).
fn placement_not_taken(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let fargate = runner.on(HostKind::Fargate);
        let managed = runner.on(HostKind::Managed);
        let strategies = !runner.strategies.is_empty() && (fargate || managed);
        let constraints = !runner.constraints.is_empty() && fargate;
        let kind = if fargate { HostKind::Fargate } else { HostKind::Managed };
        for (_, field, word) in [
            (strategies, "placement_strategies", "placement strategies"),
            (constraints, "placement_constraints", "placement constraints"),
        ]
        .into_iter()
        .filter(|(taken, _, _)| *taken)
        {
            let message = format!("{} takes no {word}", kind.word());
            let finding = out.add(runner.at.clone(), field, message, "Leave them out, or use an Auto Scaling group");
            if let Some((id, service)) = runner.as_service() {
                let edits = put(id, service, |s| {
                    s.placement_strategies.clear();
                    if fargate {
                        s.placement_constraints.clear();
                    }
                });
                finding.fix("Leave them out", edits);
            }
        }
    }
}

/// What: spread over something other than `instanceId`, `host` or an attribute. Why: ECS refuses it. Example: `zone`.
///
/// Source: ECS API Reference, "`PlacementStrategy`", field (rule PLC-21).
fn spread_over_unknown_field(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        for strategy in runner.strategies {
            let PlacementStrategy::Spread(field) = strategy else { continue };
            if field == "instanceId" || field == "host" || field.starts_with("attribute:") {
                continue;
            }
            let message = format!("Instances have no field `{field}` to spread over");
            let hint = "Spread over instanceId, or an attribute such as attribute:ecs.availability-zone";
            out.add(runner.at.clone(), "placement_strategies", message, hint);
        }
    }
}

/// What: `distinctInstance` in a task definition. Why: registration fails: definitions take `memberOf` alone.
/// Fix: takes it out.
///
/// Source: ECS API Reference, "`TaskDefinitionPlacementConstraint`" (rules TDF-87, PLC-10).
fn distinct_instance_in_definition(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        if !definition.placement_constraints.contains(&PlacementConstraint::DistinctInstance) {
            continue;
        }
        let mut changed = definition.clone();
        changed.placement_constraints.retain(|c| *c != PlacementConstraint::DistinctInstance);
        let at = ItemRef::TaskDefinition(id.clone());
        let message = "distinctInstance is no constraint of a task definition";
        out.add(at, "placement_constraints", message, "Set it on the service or the task")
            .fix("Take it out", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
    }
}

/// What: a `memberOf` expression that does not read. Why: ECS refuses the task definition, service or task. Example:
/// `attribute:stack = prod`.
///
/// Source: ECS Developer Guide, "Create expressions to define container instances for Amazon ECS tasks" (rules CQL-01 to
/// CQL-04, CQL-07).
fn cluster_query_not_readable(context: &Context<'_>, out: &mut Findings) {
    let definitions = context
        .definitions()
        .map(|(id, definition, _)| (ItemRef::TaskDefinition(id.clone()), definition.placement_constraints.as_slice()));
    let runners = context.runners.iter().map(|runner| (runner.at.clone(), runner.constraints));
    for (at, constraints) in definitions.chain(runners) {
        for constraint in constraints {
            let PlacementConstraint::MemberOf(expression) = constraint else { continue };
            let Err(error) = ClusterQuery::parse(expression) else { continue };
            // A long expression would bury what is wrong with it.
            let shown: String = expression.chars().take(60).collect();
            let rest = if shown.len() < expression.len() { "…" } else { "" };
            let message = format!("`{shown}{rest}` does not read: {error}");
            let hint = "Write subject, operator and value, like attribute:ecs.instance-type =~ m7g.*";
            out.add(at.clone(), "placement_constraints", message, hint);
        }
    }
}

/// The fixed host ports of a runner's tasks.
fn host_ports(runner: &Runner<'_>) -> Vec<u16> {
    let Some(definition) = runner.definition else { return Vec::new() };
    let host = definition.network_mode() == NetworkMode::Host;
    if !host && definition.network_mode() != NetworkMode::Bridge {
        return Vec::new();
    }
    let mappings = definition.containers.iter().flat_map(|c| &c.port_mappings);
    let fixed = mappings.filter_map(|m| m.host_port.or(m.container_port.filter(|_| host)));
    fixed.filter(|port| *port != 0).collect()
}

/// What: tasks of which an instance holds one (a fixed host port, or distinctInstance), more of them than the group may
/// have instances. Why: the rest never starts; in a deployment even the new ones beside the old do not. Example: host
/// port 80, 6 tasks, a group of at most 4.
///
/// Source: ECS API Reference, "`PortMapping`", "`PlacementConstraint`" (rules TDF-44, PLC-10).
fn too_few_instances(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|r| r.on(HostKind::Ec2)) {
        let ports = host_ports(runner);
        let distinct = runner.constraints.contains(&PlacementConstraint::DistinctInstance);
        let (why, field) = match ports.first() {
            Some(port) => (format!("host port {port} is free once on an instance"), "task_definition"),
            None if distinct => ("each task wants an instance of its own".to_owned(), "placement_constraints"),
            None => continue,
        };
        let instances: u32 = runner.hosts.iter().map(|h| if let Host::Group(_, g) = h { g.max_size } else { 0 }).sum();
        let daemon = runner.service.is_some_and(|s| s.scheduling_strategy() == SchedulingStrategy::Daemon);
        // A rolling deployment that may stop old tasks first needs no second place for each.
        let stops_first = runner.service.is_some_and(|s| s.minimum_healthy_percent() < Percent::HUNDRED);
        let needed = if stops_first { runner.bounds.1 } else { runner.bounds.1.saturating_add(1) };
        if instances == 0 || daemon || needed <= instances {
            continue;
        }
        let message = format!(
            "{} tasks need {needed} instances while deploying, the group has at most {instances}: {why}",
            runner.bounds.1
        );
        let hint =
            "Use dynamic host ports or awsvpc, raise the group's maximum, or let deployments stop old tasks first";
        out.add(runner.at.clone(), field, message, hint);
    }
}

/// Ports that the agent, Docker and the instance keep.
///
/// Source: ECS API Reference, "`PortMapping`", hostPort: default reserved ports of Linux instances (rule TDF-46).
const RESERVED_LINUX: &[u16] = &[22, 2375, 2376, 51678, 51679, 51680];
/// Source: ECS API Reference, "`PortMapping`", hostPort: default reserved ports of Windows instances (rule TDF-46).
const RESERVED_WINDOWS: &[u16] = &[53, 135, 139, 445, 2375, 2376, 3389, 5985, 5986, 51678, 51679];

/// What: a fixed host port that the instance keeps for itself. Why: no instance ever takes the task. Example: host
/// port 22.
///
/// Source: ECS API Reference, "`PortMapping`", hostPort (rule TDF-46).
fn reserved_host_port(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|r| r.on(HostKind::Ec2) || r.on(HostKind::External)) {
        let windows = runner.definition.is_some_and(|d| d.runtime_platform.is_windows());
        let reserved = if windows { RESERVED_WINDOWS } else { RESERVED_LINUX };
        for port in host_ports(runner).into_iter().filter(|port| reserved.contains(port)) {
            let at = ItemRef::TaskDefinition(runner.definition_id.clone());
            let message = format!("Host port {port} is kept by the instance itself");
            out.add(at, "containers", message, "Map another host port, or a dynamic one (0)");
        }
    }
}

fn daemons<'c, 'd>(context: &'c Context<'d>) -> impl Iterator<Item = (&'c Runner<'d>, &'d ServiceId, &'d Service)> {
    let services = context.runners.iter().filter_map(|r| Some((r, r.id?, r.service?)));
    services.filter(|(_, _, service)| service.scheduling_strategy() == SchedulingStrategy::Daemon)
}

/// What: a DAEMON service on Fargate. Why: ECS refuses it: there are no instances to put one on each. Fix: REPLICA.
///
/// Source: ECS Developer Guide, "Amazon ECS services", daemon (rule DAE-02).
fn daemon_on_fargate(context: &Context<'_>, out: &mut Findings) {
    for (runner, id, service) in daemons(context) {
        let Some(host) = runner.hosts.iter().find(|h| matches!(h.kind(), HostKind::Fargate | HostKind::External))
        else {
            continue;
        };
        let message = format!("{} runs REPLICA services alone", host.kind().word());
        out.add(runner.at.clone(), "scheduling_strategy", message, "Use REPLICA, or a sidecar in each task")
            .fix("Use REPLICA", put(id, service, |s| s.scheduling_strategy = None));
    }
}

/// What: a DAEMON service with scaling, strategies or an EBS volume. Why: ECS refuses it: its count follows the
/// instances. Fix: takes them away.
///
/// Source: ECS Developer Guide, "Amazon ECS services", daemon (rules DAE-02, STO-02).
fn daemon_with_count(context: &Context<'_>, out: &mut Findings) {
    for (runner, id, service) in daemons(context) {
        for (_, field, word) in [
            (service.scaling.is_some(), "scaling", "auto scaling"),
            (!service.placement_strategies.is_empty(), "placement_strategies", "placement strategies"),
            (service.ebs_volume.is_some(), "ebs_volume", "an EBS volume for each task"),
        ]
        .into_iter()
        .filter(|(used, _, _)| *used)
        {
            let message = format!("A DAEMON service takes no {word}: it has one task on each instance");
            out.add(runner.at.clone(), field, message, "Leave it out, or use REPLICA").fix(
                "Leave it out",
                put(id, service, |s| {
                    s.scaling = None;
                    s.placement_strategies.clear();
                    s.ebs_volume = None;
                }),
            );
        }
    }
}

/// Why zone rebalancing is refused, if it is (rules AZR-02, AZR-03).
fn no_rebalancing(runner: &Runner<'_>, service: &Service) -> Option<&'static str> {
    let by_zone = |s: &PlacementStrategy| *s == PlacementStrategy::Spread("attribute:ecs.availability-zone".to_owned());
    let zone_constraint = |c: &PlacementConstraint| match c {
        PlacementConstraint::MemberOf(query) => query.contains("ecs.availability-zone"),
        PlacementConstraint::DistinctInstance => false,
    };
    if service.scheduling_strategy() == SchedulingStrategy::Daemon {
        Some("a DAEMON service has one task on each instance")
    } else if runner.on(HostKind::External) {
        Some("ECS Anywhere knows no zones")
    } else if service.maximum_percent() <= Percent::HUNDRED {
        Some("a maximum of 100 % leaves no room to start a task before one stops")
    } else if service.placement_strategies.first().is_some_and(|s| !by_zone(s)) {
        Some("the first placement strategy does not spread over zones")
    } else if runner.constraints.iter().any(zone_constraint) {
        Some("a placement constraint names zones")
    } else {
        None
    }
}

/// What: `availabilityZoneRebalancing` ENABLED where ECS refuses it. Why: the call fails. Example: maximumPercent 100.
/// Fix: switches it off.
///
/// Source: ECS Developer Guide, "Balancing an Amazon ECS service across Availability Zones" (rule AZR-03).
fn rebalancing_not_possible(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some((id, service)) = runner.as_service() else { continue };
        let (Some(true), Some(why)) = (service.availability_zone_rebalancing, no_rebalancing(runner, service)) else {
            continue;
        };
        out.add(
            runner.at.clone(),
            "availability_zone_rebalancing",
            format!("ECS cannot rebalance zones: {why}"),
            "Switch it off",
        )
        .fix("Switch it off", put(id, service, |s| s.availability_zone_rebalancing = None));
    }
}

/// What: rebalancing switched off where it is possible. Why: after a zone's loss tasks stay crowded in the others.
/// Example: three zones, `DISABLED`. Fix: switches it on.
///
/// Source: ECS Developer Guide, "Balancing an Amazon ECS service across Availability Zones" (rule AZR-01).
fn rebalancing_off(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some((id, service)) = runner.as_service() else { continue };
        let zones = runner.zones(context.design).len();
        let off = service.availability_zone_rebalancing == Some(false);
        if !off || zones < 2 || no_rebalancing(runner, service).is_some() {
            continue;
        }
        let message = format!("Tasks are not spread over the {zones} zones again after one was lost");
        out.add(runner.at.clone(), "availability_zone_rebalancing", message, "Switch rebalancing on")
            .fix("Switch it on", put(id, service, |s| s.availability_zone_rebalancing = Some(true)));
    }
}

/// What: every subnet of a service, or of its instances, stands in one zone. Why: the zone's loss is the service's.
/// Example: one private subnet. Fix: adds the subnets of the same tier in the other zones.
///
/// Source: ECS Developer Guide, "Balancing an Amazon ECS service across Availability Zones" (rule PLC-25).
fn service_in_one_zone(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some((id, service)) = runner.as_service() else { continue };
        let zones = runner.zones(context.design);
        let [zone] = zones.as_slice() else { continue };
        let message = format!("All tasks stand in {zone}; its loss stops the service");
        let finding = out.add(runner.at.clone(), "subnets", message, "Add subnets in at least one other zone");
        let Some((_, first)) = runner.subnets.first() else { continue };
        let alike = |tier: &SubnetTier| *tier == first.tier;
        let mut more = service.subnets.clone();
        let others = context.design.subnets.iter().filter(|(_, s)| s.vpc == first.vpc && alike(&s.tier));
        let mut taken = vec![&first.zone];
        for (other, subnet) in others {
            if !taken.contains(&&subnet.zone) {
                taken.push(&subnet.zone);
                more.push(other.clone());
            }
        }
        if more.len() > service.subnets.len() && runner.is_awsvpc() {
            let label = format!("Use the {} subnets of all {} zones", first.tier.word().to_lowercase(), taken.len());
            finding.fix(label, put(id, service, |s| s.subnets = more));
        }
    }
}

/// What: more than one task, but fewer than zones, behind a load balancer. Why: a balancer's zone without a task sends
/// its requests across zones, and the loss of one zone takes half or more. Example: 2 tasks over 3 zones. Fix: as many
/// tasks as zones.
///
/// Source: ECS Developer Guide, "Balancing an Amazon ECS service across Availability Zones" (rule AZR-09).
fn fewer_tasks_than_zones(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some((_, service)) = runner.as_service() else { continue };
        let zones = u32::try_from(runner.zones(context.design).len()).unwrap_or(u32::MAX);
        let (least, most) = runner.bounds;
        if service.load_balancers.is_empty() || least < 2 || least >= zones {
            continue;
        }
        let message = format!("At least {least} tasks over {zones} zones: {} zone(s) stand empty", zones - least);
        let knob = match service.scaling {
            Some(_) => Knob::ScalingBounds(zones, most.max(zones)),
            None => Knob::DesiredCount(zones),
        };
        out.add(runner.at.clone(), "desired_count", message, "Run at least one task in each zone")
            .fix(format!("Run at least {zones} tasks"), vec![Edit::Set(runner.at.clone(), knob)]);
    }
}

/// What: network mode `host`. Why: an instance holds one task of a kind that maps ports, and tasks share the instance's
/// network and security groups. Example: an API in `host` mode.
///
/// Source: ECS Developer Guide, "Amazon ECS task networking options for EC2" (rule TDF-44).
fn host_network_mode(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        let daemon = |r: &Runner<'_>| r.service.is_some_and(|s| s.scheduling_strategy() == SchedulingStrategy::Daemon);
        let ports = definition.containers.iter().map(|c| c.port_mappings.len()).sum::<usize>();
        let agents = !uses.runners.is_empty() && context.runners_of(uses).all(daemon);
        if definition.network_mode() != NetworkMode::Host || ports == 0 || agents {
            continue;
        }
        let at = ItemRef::TaskDefinition(id.clone());
        let message = "In host mode an instance holds one task of this definition";
        out.add(at, "network_mode", message, "Use awsvpc, or bridge with dynamic ports");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::service::BinpackField;

    fn port(d: &mut Design, host: u16) {
        let mut mapping = app(d).port_mappings[0].clone();
        mapping.host_port = Some(host);
        worker_definition(d).containers[0].port_mappings = vec![mapping];
    }

    fn member_of(expression: &str) -> Vec<PlacementConstraint> {
        vec![PlacementConstraint::MemberOf(expression.to_owned())]
    }

    fn binpack() -> Vec<PlacementStrategy> {
        vec![PlacementStrategy::Binpack(BinpackField::Cpu)]
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "placement-not-taken",
            |d| {
                web(d).placement_strategies = binpack();
                model(d).placement_strategies = binpack();
            },
            &["model · placement_strategies", "web · placement_strategies"],
            |d| {
                worker(d).placement_strategies = binpack();
                model(d).placement_constraints = vec![PlacementConstraint::DistinctInstance];
            },
        ),
        case(
            "spread-over-unknown-field",
            |d| worker(d).placement_strategies = vec![PlacementStrategy::Spread("zone".to_owned())],
            &["worker · placement_strategies"],
            |d| worker(d).placement_strategies = vec![PlacementStrategy::Spread("instanceId".to_owned())],
        ),
        case(
            "distinct-instance-in-definition",
            |d| worker_definition(d).placement_constraints = vec![PlacementConstraint::DistinctInstance],
            &["worker · placement_constraints"],
            |d| worker(d).placement_constraints = vec![PlacementConstraint::DistinctInstance],
        ),
        case(
            "cluster-query-not-readable",
            |d| worker(d).placement_constraints = member_of("attribute:stack = prod"),
            &["worker · placement_constraints"],
            |d| worker(d).placement_constraints = member_of("attribute:stack == prod"),
        ),
        case(
            "cluster-query-not-readable",
            |d| worker_definition(d).placement_constraints = member_of("attribute:ecs.instance-type =~"),
            &["worker · placement_constraints"],
            |d| worker_definition(d).placement_constraints = member_of("attribute:ecs.instance-type =~ m7g.*"),
        ),
        // CQL-07: 2,000 characters may be, 2,001 not; `attribute:` is 10 of them.
        case(
            "cluster-query-not-readable",
            |d| worker(d).placement_constraints = member_of(&format!("attribute:{} exists", "x".repeat(1984))),
            &["worker · placement_constraints"],
            |d| worker(d).placement_constraints = member_of(&format!("attribute:{} exists", "x".repeat(1983))),
        ),
        // 6 tasks and one more while deploying need 7 instances; 6 do where old tasks may stop first.
        case(
            "too-few-instances",
            |d| {
                port(d, 80);
                group(d).max_size = 6;
            },
            &["worker · task_definition"],
            |d| {
                port(d, 80);
                group(d).max_size = 6;
                worker(d).deployment.minimum_healthy_percent = Some(Percent::from_percent(50));
            },
        ),
        case(
            "too-few-instances",
            |d| {
                worker(d).placement_constraints = vec![PlacementConstraint::DistinctInstance];
                group(d).max_size = 5;
            },
            &["worker · placement_constraints"],
            |d| {
                worker(d).placement_constraints = vec![PlacementConstraint::DistinctInstance];
                group(d).max_size = 7;
            },
        ),
        case("reserved-host-port", |d| port(d, 22), &["worker · containers"], |d| port(d, 0)),
        case(
            "daemon-on-fargate",
            |d| web(d).scheduling_strategy = Some(SchedulingStrategy::Daemon),
            &["web · scheduling_strategy"],
            |d| worker(d).scheduling_strategy = Some(SchedulingStrategy::Daemon),
        ),
        case(
            "daemon-with-count",
            |d| {
                worker(d).scheduling_strategy = Some(SchedulingStrategy::Daemon);
                worker(d).placement_strategies = binpack();
            },
            &["worker · placement_strategies"],
            |d| worker(d).scheduling_strategy = Some(SchedulingStrategy::Daemon),
        ),
        case(
            "rebalancing-not-possible",
            |d| {
                worker(d).availability_zone_rebalancing = Some(true);
                worker(d).placement_strategies = binpack();
            },
            &["worker · availability_zone_rebalancing"],
            |d| worker(d).availability_zone_rebalancing = Some(true),
        ),
        case(
            "rebalancing-off",
            |d| web(d).availability_zone_rebalancing = Some(false),
            &["web · availability_zone_rebalancing"],
            |d| {
                worker(d).availability_zone_rebalancing = Some(false);
                worker(d).placement_strategies = binpack();
            },
        ),
        case("service-in-one-zone", |d| web(d).subnets.truncate(1), &["web · subnets"], |d| web(d).subnets.truncate(2)),
        case(
            "service-in-one-zone",
            |d| group(d).subnets.truncate(1),
            &["worker · subnets"],
            |d| nightly(d).subnets.truncate(1),
        ),
        case(
            "fewer-tasks-than-zones",
            |d| web(d).scaling.as_mut().unwrap().min_capacity = 2,
            &["web · desired_count"],
            |d| model(d).desired_count = 2,
        ),
        case(
            "host-network-mode",
            |d| {
                port(d, 9000);
                worker_definition(d).network_mode = Some(NetworkMode::Host);
            },
            &["worker · network_mode"],
            |d| {
                port(d, 9000);
                worker_definition(d).network_mode = Some(NetworkMode::Host);
                worker(d).scheduling_strategy = Some(SchedulingStrategy::Daemon);
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
