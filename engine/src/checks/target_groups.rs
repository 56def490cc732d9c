//! Target groups and the services that join them.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::container::PortMapping;
use crate::design::edit::Edit;
use crate::design::knob::Knob;
use crate::design::load_balancing::{BalancingAlgorithm, LoadBalancerType, TargetType};
use crate::design::network::Peer;
use crate::design::task_definition::{NetworkMode, TaskDefinition};
use crate::design::{Item, ItemRef};

const BALANCER: &str = "Elastic Load Balancing API Reference, \"CreateLoadBalancer\"";
const GROUP: &str = "Elastic Load Balancing API Reference, \"CreateTargetGroup\"";
const SERVICE: &str = "ECS Developer Guide, \"Use load balancing to distribute Amazon ECS service traffic\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "target-type-does-not-fit",
        Severity::Error,
        "A target group names targets as its tasks cannot be",
        SERVICE,
        target_type_does_not_fit,
    ),
    Rule::new(
        "target-group-without-balancer",
        Severity::Error,
        "Tasks join a target group that no load balancer sends to",
        SERVICE,
        target_group_without_balancer,
    ),
    Rule::new(
        "target-group-without-service",
        Severity::Warning,
        "A load balancer sends to a target group without targets",
        SERVICE,
        target_group_without_service,
    ),
    Rule::new(
        "container-port-not-mapped",
        Severity::Error,
        "A service names a container or port that its tasks do not have",
        SERVICE,
        container_port_not_mapped,
    ),
    Rule::new(
        "target-group-of-other-vpc",
        Severity::Error,
        "A service's tasks stand in another VPC than its target group",
        GROUP,
        target_group_of_other_vpc,
    ),
    Rule::new(
        "zone-without-balancer",
        Severity::Warning,
        "Tasks stand in a zone that their load balancer does not serve",
        BALANCER,
        zone_without_balancer,
    ),
    Rule::new(
        "one-task-behind-balancer",
        Severity::Warning,
        "One task behind a load balancer: no redundancy",
        SERVICE,
        one_task_behind_balancer,
    ),
    Rule::new(
        "slow-start-not-taken",
        Severity::Error,
        "Slow start with an algorithm or length that does not take it",
        GROUP,
        slow_start_not_taken,
    ),
    Rule::new(
        "security-group-blocks-balancer",
        Severity::Error,
        "The tasks' security groups let their load balancer not in",
        "ECS Developer Guide, \"Security group requirements for load balancers\"",
        security_group_blocks_balancer,
    )
    .leaving_the_bill(),
];

/// What: target type `instance` for `awsvpc` tasks, or `ip` for others. Why: ECS refuses the service. Fix: the type
/// that fits.
///
/// Source: ECS Developer Guide, "Use load balancing to distribute Amazon ECS service traffic" (rule LB-32).
fn target_type_does_not_fit(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        let awsvpc = runner.on(HostKind::Fargate) || definition.network_mode() == NetworkMode::Awsvpc;
        let fitting = if awsvpc { TargetType::Ip } else { TargetType::Instance };
        let alternate = service.deployment.alternate_target_group.iter();
        for id in service.load_balancers.iter().map(|b| &b.target_group).chain(alternate) {
            let Some(group) = context.design.target_groups.get(id).filter(|g| g.target_type != fitting) else {
                continue;
            };
            let mode = if awsvpc { "awsvpc" } else { definition.network_mode().aws() };
            let message =
                format!("Tasks of {} in {mode} mode are targets by {fitting}, not {}", runner.at, group.target_type);
            let mut changed = group.clone();
            changed.target_type = fitting;
            out.add(ItemRef::TargetGroup(id.clone()), "target_type", message, format!("Use target type {fitting}"))
                .fix(format!("Use target type {fitting}"), vec![Edit::Put(Item::TargetGroup(id.clone(), changed))]);
        }
    }
}

/// What: a service in a target group that no listener sends to. Why: ECS refuses the service.
///
/// Source: ECS Developer Guide, "Use load balancing to distribute Amazon ECS service traffic".
fn target_group_without_balancer(context: &Context<'_>, out: &mut Findings) {
    for id in context.design.target_groups.keys() {
        let Some((service, _)) = context.services_of(id).first() else { continue };
        let alternate = |s: &crate::design::service::Service| s.deployment.alternate_target_group.as_ref() == Some(id);
        let waits = context.services_of(id).iter().all(|(_, service)| alternate(service));
        if context.balancers_of(id).is_empty() && !waits {
            let message = format!("Tasks of {service} join it, and no load balancer sends to it");
            let hint = "Name it as a listener's default or in a rule";
            out.add(ItemRef::TargetGroup(id.clone()), "name", message, hint);
        }
    }
}

/// What: a listener sends to a target group that no service joins. Why: its requests are answered by 503.
///
/// Source: Elastic Load Balancing User Guide, "Troubleshoot your Application Load Balancers", HTTP 503 (rule LB-11).
fn target_group_without_service(context: &Context<'_>, out: &mut Findings) {
    for id in context.design.target_groups.keys().filter(|id| context.services_of(id).is_empty()) {
        if let Some((balancer, _)) = context.balancers_of(id).first() {
            let message = format!("{balancer} sends to it, and no service joins it: requests get 503");
            out.add(ItemRef::TargetGroup(id.clone()), "name", message, "Name it in a service's load balancers");
        }
    }
}

/// What: a service's load balancer names a container that its tasks do not have, or a port that it does not map. Why:
/// ECS refuses the service. Example: port 80 of a container that maps 8080. Fix: maps the port.
///
/// Source: ECS API Reference, "`LoadBalancer`", containerName and containerPort.
fn container_port_not_mapped(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        for balancer in &service.load_balancers {
            let (name, port) = (&balancer.container_name, balancer.container_port);
            match maps(definition, name.as_str(), port) {
                Some(true) => {}
                None => {
                    let message = format!("Task definition {} has no container `{name}`", runner.definition_id);
                    out.add(runner.at.clone(), "load_balancers", message, "Name a container of the task definition");
                }
                Some(false) => {
                    let message = format!("Container `{name}` of {} does not map port {port}", runner.definition_id);
                    let mut changed = definition.clone();
                    let container = changed.containers.iter_mut().find(|c| c.name == *name);
                    let mapping = PortMapping {
                        container_port: Some(port),
                        host_port: None,
                        container_port_range: None,
                        protocol: None,
                        name: None,
                        app_protocol: None,
                    };
                    if let Some(container) = container {
                        container.port_mappings.push(mapping);
                    }
                    let edit = Edit::Put(Item::TaskDefinition(runner.definition_id.clone(), changed));
                    out.add(runner.at.clone(), "load_balancers", message, "Map the port, or name one that is mapped")
                        .fix(format!("Map port {port}"), vec![edit]);
                }
            }
        }
    }
}

/// What: tasks in one VPC, their target group in another. Why: AWS refuses to register them.
///
/// Source: Elastic Load Balancing API Reference, "`CreateTargetGroup`", vpcId.
fn target_group_of_other_vpc(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some(service) = runner.service else { continue };
        for id in service.load_balancers.iter().map(|b| &b.target_group) {
            let Some(group) = context.design.target_groups.get(id) else { continue };
            if let Some((_, subnet)) = runner.subnets.iter().find(|(_, subnet)| subnet.vpc != group.vpc) {
                let message = format!("Tasks stand in {}, target group {id} in {}", subnet.vpc, group.vpc);
                out.add(runner.at.clone(), "load_balancers", message, "Use a target group of the tasks' VPC");
            }
        }
    }
}

/// What: tasks in a zone in which their load balancer has no subnet. Why: an Application Load Balancer marks them
/// unused; they get no request. Example: tasks in three zones, the balancer in two.
///
/// Source: Elastic Load Balancing User Guide, "Health checks for Application Load Balancer target groups",
/// `Target.NotInUse`: the zone is not enabled.
fn zone_without_balancer(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some(service) = runner.service else { continue };
        let groups = service.load_balancers.iter().map(|b| &b.target_group);
        for (id, balancer) in groups.flat_map(|group| context.balancers_of(group)) {
            let served: Vec<_> = context.subnets(&balancer.subnets).into_iter().map(|(_, s)| &s.zone).collect();
            let zones = runner.zones(context.design);
            if served.is_empty() {
                continue;
            }
            if let Some(zone) = zones.into_iter().find(|zone| !served.contains(zone)) {
                let message = format!("Tasks may stand in {zone}, where {id} has no subnet");
                out.add(runner.at.clone(), "subnets", message, "Give the load balancer a subnet in that zone too");
            }
        }
    }
}

/// What: a service behind a load balancer that runs, or may come down to, one task. Why: while it is replaced, or its
/// zone is lost, nobody answers. Example: desired count 1. Fix: two tasks.
///
/// Source: ECS Developer Guide, "Balancing an Amazon ECS service across Availability Zones".
fn one_task_behind_balancer(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some(service) = runner.service.filter(|s| !s.load_balancers.is_empty()) else { continue };
        let (least, most) = runner.bounds;
        if least != 1 {
            continue;
        }
        let (field, knob) = match service.scaling {
            Some(_) => ("scaling", Knob::ScalingBounds(2, most.max(2))),
            None => ("desired_count", Knob::DesiredCount(2)),
        };
        let message = "One task answers; while it is replaced or its zone is lost, nobody does";
        out.add(runner.at.clone(), field, message, "Run at least two tasks, in two zones")
            .fix("Run at least two tasks", vec![Edit::Set(runner.at.clone(), knob)]);
    }
}

/// What: slow start with another algorithm than round robin, or not of 30 to 900 s. Why: AWS refuses it.
///
/// Source: Elastic Load Balancing User Guide, "Target groups for your Application Load Balancers" (rule LB-04).
fn slow_start_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in &context.design.target_groups {
        let Some(seconds) = group.slow_start.map(crate::units::Seconds::secs).filter(|s| *s > 0) else { continue };
        let message = if group.algorithm.is_some_and(|a| a != BalancingAlgorithm::RoundRobin) {
            "Slow start needs the round robin algorithm".to_owned()
        } else if !(30..=900).contains(&seconds) {
            format!("Slow start is {seconds} s, AWS takes 30 to 900")
        } else {
            continue;
        };
        let mut changed = group.clone();
        changed.slow_start = None;
        out.add(ItemRef::TargetGroup(id.clone()), "slow_start", message, "Use round robin and 30 to 900 s, or none")
            .fix("Switch slow start off", vec![Edit::Put(Item::TargetGroup(id.clone(), changed))]);
    }
}

/// What: no rule of the tasks' security groups lets their balancer's in on the container's port. Why: health checks
/// fail and tasks are replaced without end. Example: port 80 open, the container on 8080.
///
/// Source: ECS Developer Guide, "Use load balancing to distribute Amazon ECS service traffic" (rule NET-09).
fn security_group_blocks_balancer(context: &Context<'_>, out: &mut Findings) {
    let design = context.design;
    for runner in context.runners.iter().filter(|r| r.is_awsvpc()) {
        let Some(service) = runner.service.filter(|s| !s.security_groups.is_empty()) else { continue };
        for entry in &service.load_balancers {
            let port = entry.container_port;
            for (id, balancer) in context.balancers_of(&entry.target_group) {
                let subnets = context.subnets(&balancer.subnets);
                let lets_in = |peer: &Peer| match peer {
                    Peer::Group(group) => balancer.security_groups.contains(group),
                    Peer::Block(block) => subnets.iter().all(|(_, subnet)| block.holds(subnet.cidr)),
                };
                let rules = service.security_groups.iter().filter_map(|g| design.security_groups.get(g));
                let mut rules = rules.flat_map(|group| &group.ingress);
                let open = rules
                    .any(|rule| rule.ports.is_none_or(|(from, to)| (from..=to).contains(&port)) && lets_in(&rule.peer));
                // A Network Load Balancer without groups may hand clients' own addresses through.
                let known = balancer.kind == LoadBalancerType::Application && !balancer.security_groups.is_empty();
                if known && !open {
                    let message = format!("No rule lets {id} in on port {port}");
                    let hint = format!("Allow port {port} from the load balancer's security group");
                    out.add(runner.at.clone(), "security_groups", message, hint);
                }
            }
        }
    }
}

fn maps(definition: &TaskDefinition, container: &str, port: u16) -> Option<bool> {
    let container = definition.containers.iter().find(|c| c.name.as_str() == container)?;
    let holds = |m: &PortMapping| {
        m.container_port == Some(port) || m.container_port_range.is_some_and(|(a, b)| (a..=b).contains(&port))
    };
    Some(container.port_mappings.iter().any(holds))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::units::Seconds;

    fn bounds(d: &mut Design, min: u32) {
        web(d).scaling.as_mut().unwrap().min_capacity = min;
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "target-type-does-not-fit",
            |d| web_targets(d).target_type = TargetType::Instance,
            &["web · target_type"],
            |_| {},
        ),
        case(
            "target-group-without-balancer",
            |d| listener(d).default_target_group = None,
            &["web · name"],
            |d| {
                listener(d).default_target_group = None;
                web(d).load_balancers.clear();
            },
        ),
        case(
            "target-group-without-service",
            |d| web(d).load_balancers.clear(),
            &["web · name"],
            |d| {
                let spare = web_targets(d).clone();
                d.target_groups.insert("spare".into(), spare);
            },
        ),
        case(
            "container-port-not-mapped",
            |d| web(d).load_balancers[0].container_port = 80,
            &["web · load_balancers"],
            |d| {
                app(d).port_mappings[0].container_port = None;
                app(d).port_mappings[0].container_port_range = Some((8000, 8100));
            },
        ),
        case(
            "container-port-not-mapped",
            |d| web(d).load_balancers[0].container_name = "other".into(),
            &["web · load_balancers"],
            |_| {},
        ),
        case(
            "target-group-of-other-vpc",
            |d| {
                let other = vpc(d).clone();
                d.vpcs.insert("other".into(), other);
                web_targets(d).vpc = "other".into();
            },
            &["web · load_balancers"],
            |_| {},
        ),
        case(
            "zone-without-balancer",
            |d| front(d).subnets.truncate(2),
            &["web · subnets"],
            |d| {
                front(d).subnets.truncate(2);
                web(d).subnets.truncate(2);
            },
        ),
        case("one-task-behind-balancer", |d| bounds(d, 1), &["web · scaling"], |d| bounds(d, 2)),
        case(
            "one-task-behind-balancer",
            |d| {
                web(d).scaling = None;
                web(d).desired_count = 1;
            },
            &["web · desired_count"],
            |d| model(d).desired_count = 1,
        ),
        case(
            "slow-start-not-taken",
            |d| {
                web_targets(d).slow_start = Some(Seconds::from_secs(60));
                web_targets(d).algorithm = Some(BalancingAlgorithm::LeastOutstandingRequests);
            },
            &["web · slow_start"],
            |d| web_targets(d).slow_start = Some(Seconds::from_secs(30)),
        ),
        case(
            "slow-start-not-taken",
            |d| web_targets(d).slow_start = Some(Seconds::from_secs(29)),
            &["web · slow_start"],
            |d| web_targets(d).slow_start = Some(Seconds::from_secs(0)),
        ),
        case(
            "security-group-blocks-balancer",
            |d| d.security_groups.get_mut(&"web".into()).unwrap().ingress[0].ports = Some((80, 443)),
            &["web · security_groups"],
            |d| {
                let rule = &mut d.security_groups.get_mut(&"web".into()).unwrap().ingress[0];
                rule.peer = Peer::Block(block("10.0.0.0/16"));
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
