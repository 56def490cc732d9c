//! Drawings around task definitions: whole, marked, on machines that fit.

use super::sketch;
use crate::catalogue::Catalogue;
use crate::design::capacity::CapacityProvider;
use crate::design::edit::references;
use crate::design::id::{CapacityProviderId, ServiceId, TaskDefinitionId};
use crate::design::load_balancing::TargetType;
use crate::design::project::Project;
use crate::design::service::{Capacity, SchedulingStrategy};
use crate::exchange::task_definition::{read, write};
use crate::names::Region;

/// A definition of one container with the given fields of the task and of the container.
fn definition(family: &str, task: &str, container: &str) -> String {
    format!(
        r#"{{"family": "{family}", {task} "containerDefinitions": [{{{container} "name": "app", "image": "nginx:1.27"}}]}}"#
    )
}

const FARGATE: &str =
    r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512","#;

fn drawn(texts: &[String]) -> Project {
    let imports: Vec<_> = texts.iter().map(|text| read(text, "web.json").unwrap()).collect();
    sketch("test", &imports, &Catalogue::load(&Region::new("us-east-1")).unwrap())
}

/// The instance types of the group that a definition's service runs on; empty on Fargate.
fn instance_types(task: &str, container: &str) -> Vec<String> {
    let project = drawn(&[definition("web", task, container)]);
    let Capacity::Strategy(strategy) = &project.design.services[&ServiceId::new("web")].capacity else {
        panic!("no strategy")
    };
    if strategy[0].capacity_provider == CapacityProviderId::fargate() {
        return Vec::new();
    }
    match &project.design.capacity_providers[&strategy[0].capacity_provider] {
        CapacityProvider::AutoScalingGroup(group) => group.instance_types.iter().map(ToString::to_string).collect(),
        CapacityProvider::ManagedInstances(_) => vec!["managed".to_owned()],
    }
}

#[test]
fn a_bare_definition_gets_all_it_stands_in_and_every_value_is_marked() {
    let project = drawn(&[definition("web", FARGATE, r#""portMappings": [{"containerPort": 8080}],"#)]);
    let design = &project.design;
    let dangling: Vec<_> = references(design).into_iter().filter(|r| !design.contains(&r.to)).collect();
    assert_eq!(dangling, []);
    assert_eq!(Project::read(&project.write()).unwrap(), project);
    // Three zones: a public and a private subnet and a NAT gateway in each.
    assert_eq!((design.subnets.len(), design.nat_gateways.len()), (6, 3));
    let blocks: Vec<_> = design.subnets.values().map(|subnet| subnet.cidr).collect();
    for (i, one) in blocks.iter().enumerate() {
        assert!(design.vpcs.values().all(|vpc| vpc.cidr.holds(*one)));
        assert!(blocks[i + 1..].iter().all(|other| !one.overlaps(*other)), "{blocks:?}");
    }
    let service = &design.services[&ServiceId::new("web")];
    assert_eq!((service.desired_count, service.subnets.len(), service.load_balancers.len()), (2, 3, 1));
    let target_group = &design.target_groups[&service.load_balancers[0].target_group];
    assert_eq!((target_group.port, target_group.target_type), (8080, TargetType::Ip));
    for key in [
        "VPC main · cidr",
        "subnet private-a · cidr",
        "NAT gateway nat-b · placement",
        "VPC endpoint s3 · kind",
        "cluster main · capacity_providers",
        "service web · desired_count",
        "service web · capacity",
        "load balancer alb · listeners",
        "target group web · health_check",
        "image nginx:1.27 · compressed_size",
    ] {
        let why = project.assumptions.get(key).unwrap_or_else(|| panic!("{key} in {:#?}", project.assumptions));
        assert!(why.starts_with("our assumption: "), "{why}");
    }
}

#[test]
fn services_that_answer_http_share_one_balancer_and_others_get_none() {
    let port = |fields: &str| format!(r#""portMappings": [{{{fields}}}],"#);
    let project = drawn(&[
        definition("api", FARGATE, &port(r#""containerPort": 3000"#)),
        definition("dns", FARGATE, &port(r#""containerPort": 80, "protocol": "udp""#)),
        definition("grpc", FARGATE, &port(r#""containerPort": 8080, "name": "g", "appProtocol": "grpc""#)),
        definition("odd", FARGATE, &port(r#""containerPort": 9999, "name": "w", "appProtocol": "http""#)),
        definition("worker", FARGATE, ""),
    ]);
    let design = &project.design;
    let balanced: Vec<_> =
        design.services.iter().filter(|(_, s)| !s.load_balancers.is_empty()).map(|(id, _)| id.as_str()).collect();
    assert_eq!(balanced, ["api", "odd"]);
    assert_eq!(design.load_balancers.len(), 1);
    let listener = &design.load_balancers.values().next().unwrap().listeners[0];
    assert_eq!(listener.default_target_group.as_ref().unwrap().as_str(), "api");
    assert_eq!(listener.rules[0].hosts, ["odd.example.com"]);
}

#[test]
fn tdf_13_tasks_run_on_fargate_where_they_may_and_on_fitting_instances_else() {
    const EC2: &str = r#""requiresCompatibilities": ["EC2"],"#;
    let none: [&str; 0] = [];
    assert_eq!(instance_types(FARGATE, ""), none);
    // Nothing is required, and Fargate takes it; it does not take bridge mode.
    assert_eq!(instance_types(r#""networkMode": "awsvpc", "cpu": "512", "memory": "1024","#, ""), none);
    assert_eq!(instance_types(r#""networkMode": "bridge", "cpu": "512", "memory": "1024","#, "").len(), 1);
    assert_eq!(
        instance_types(r#""requiresCompatibilities": ["MANAGED_INSTANCES"], "networkMode": "awsvpc","#, ""),
        ["managed"]
    );
    let catalogue = Catalogue::load(&Region::new("us-east-1")).unwrap();
    let chosen = |task: &str, container: &str| {
        let types = instance_types(task, container);
        catalogue.types[catalogue.types.find(&types[0]).unwrap()].clone()
    };
    let large = chosen(EC2, r#""cpu": 7000, "memory": 30000,"#);
    assert!(
        large.registered_cpu().units() >= 7000 && large.registered_memory().memory().mib() >= 30_000,
        "{}",
        large.name
    );
    assert!(large.gpus.is_none() && !large.burstable);
    let gpu = chosen(EC2, r#""memory": 14336, "resourceRequirements": [{"type": "GPU", "value": "1"}],"#);
    assert!(gpu.family.starts_with('g') && gpu.gpus.is_some(), "{}", gpu.name);
    let arm = format!(r#"{EC2} "runtimePlatform": {{"cpuArchitecture": "ARM64"}},"#);
    assert_eq!(chosen(&arm, r#""memory": 512,"#).architecture, crate::names::Architecture::Arm);
    for (expression, name) in [
        ("attribute:ecs.instance-type == g5.xlarge", "g5.xlarge"),
        ("attribute:ecs.instance-type =~ m5.*", "m5.large"),
        ("attribute:ecs.instance-type in [c7i.2xlarge, c7i.4xlarge]", "c7i.2xlarge"),
    ] {
        let task = format!(r#"{EC2} "placementConstraints": [{{"type": "memberOf", "expression": "{expression}"}}],"#);
        assert_eq!(instance_types(&task, r#""memory": 1024,"#), [name]);
    }
}

#[test]
fn what_looks_at_its_instances_processes_runs_once_on_each() {
    let project = drawn(&[definition("agent", r#""networkMode": "host", "pidMode": "host","#, r#""memory": 128,"#)]);
    let service = &project.design.services[&ServiceId::new("agent")];
    assert_eq!(service.scheduling_strategy(), SchedulingStrategy::Daemon);
    assert!(service.subnets.is_empty() && service.load_balancers.is_empty());
}

#[test]
fn files_that_use_one_name_for_two_things_stay_apart() {
    let role = |account: u8, family: &str| {
        let task = format!(r#"{FARGATE} "taskRoleArn": "arn:aws:iam::{account}:role/app","#);
        definition(family, &task, "")
    };
    let project = drawn(&[role(1, "web"), role(2, "web"), role(1, "web"), role(2, "worker")]);
    let design = &project.design;
    let families: Vec<_> = design.task_definitions.keys().map(TaskDefinitionId::as_str).collect();
    assert_eq!(families, ["web", "web-2", "worker"]);
    assert!(project.assumptions["task definition web-2 · family"].contains("family web"));
    for (family, arn) in [
        ("web", "arn:aws:iam::1:role/app"),
        ("web-2", "arn:aws:iam::2:role/app"),
        ("worker", "arn:aws:iam::2:role/app"),
    ] {
        assert_eq!(write(design, &TaskDefinitionId::new(family)).unwrap()["taskRoleArn"], arn, "{family}");
    }
    assert_eq!(design.roles.len(), 2);
}
