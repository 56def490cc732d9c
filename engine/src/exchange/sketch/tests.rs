//! Drawings around task definitions: whole, marked, on machines that fit.

use super::sketch;
use crate::catalogue::Catalogue;
use crate::checks::{self, Severity};
use crate::design::capacity::CapacityProvider;
use crate::design::edit::references;
use crate::design::id::{CapacityProviderId, ServiceId, TaskDefinitionId};
use crate::design::load_balancing::TargetType;
use crate::design::project::Project;
use crate::design::service::{Capacity, SchedulingStrategy};
use crate::exchange::task_definition::{read, write, write_all};
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
    sketch("test", &imports, &Catalogue::load(&Region::new("us-east-1")).unwrap()).unwrap()
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
    let arm = format!(r#"{EC2} "runtimePlatform": {{"cpuArchitecture": "ARM64"}},"#);
    // ECS counts NVIDIA GPUs: g4ad, of AMD, would be the cheapest.
    for (task, count) in [(EC2, 1), (EC2, 4), (&arm, 1)] {
        let container = format!(r#""memory": 14336, "resourceRequirements": [{{"type": "GPU", "value": "{count}"}}],"#);
        let gpu = chosen(task, &container);
        assert!(gpu.gpus.as_ref().unwrap().name.starts_with("NVIDIA") && gpu.ecs_gpus() >= count, "{}", gpu.name);
    }
    let neuron = chosen(EC2, r#""memory": 1024, "resourceRequirements": [{"type": "NeuronDevice", "value": "ALL"}],"#);
    assert!(neuron.accelerators.as_ref().unwrap().name.starts_with("inferentia"), "{}", neuron.name);
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

/// The rules of errors and warnings that a drawing breaks, but for those that its definitions break by themselves.
fn broken(project: &Project) -> Vec<(Severity, &'static str, String)> {
    let catalogue = Catalogue::load(&project.design.region).unwrap();
    let found = checks::run(&project.design, &catalogue, &[]).into_iter().filter(|f| f.severity != Severity::Advice);
    found.map(|f| (f.severity, f.rule.0, f.at.item.to_string())).collect()
}

#[test]
fn what_fargate_refuses_runs_on_instances_and_the_rules_say_what_that_is() {
    const AWSVPC: &str = r#""networkMode": "awsvpc", "cpu": "1024", "memory": "2048","#;
    let log = |rest: &str| {
        format!(
            r#""logConfiguration": {{"logDriver": "awslogs", "options": {{"awslogs-group": "/k", "awslogs-region": "us-east-1"{rest}}}}},"#
        )
    };
    let none: [&str; 0] = [];
    assert_eq!(instance_types(AWSVPC, &log(r#", "awslogs-stream-prefix": "k""#)), none);
    for (task, container) in [
        ("", log("")),
        ("", r#""logConfiguration": {"logDriver": "json-file"},"#.to_owned()),
        ("", r#""linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}, "sharedMemorySize": 256},"#.to_owned()),
        ("", r#""linuxParameters": {"devices": [{"hostPath": "/dev/fuse"}]},"#.to_owned()),
        ("", r#""privileged": true,"#.to_owned()),
        (r#""pidMode": "host","#, String::new()),
    ] {
        let task = format!("{AWSVPC} {task}");
        assert_eq!(instance_types(&task, &container).len(), 1, "{task} {container}");
        let project = drawn(&[definition("web", &task, &container)]);
        let errors: Vec<_> =
            broken(&project).into_iter().filter(|(severity, ..)| *severity == Severity::Error).collect();
        assert_eq!(errors, [], "{task} {container}");
        let text = &write_all(&project)[0].text;
        assert!(!text.contains("requiresCompatibilities"), "the file had none: {text}");
    }
}

#[test]
fn a_clean_definition_gets_no_warning_for_what_is_drawn_around_it() {
    let port = r#""portMappings": [{"containerPort": 8080}],"#;
    let bridge = r#""requiresCompatibilities": ["EC2"], "networkMode": "bridge","#;
    let managed =
        r#""requiresCompatibilities": ["MANAGED_INSTANCES"], "networkMode": "awsvpc", "cpu": "256", "memory": "512","#;
    let external = r#""requiresCompatibilities": ["EXTERNAL"], "networkMode": "bridge","#;
    for (task, container) in [
        (FARGATE, port.to_owned()),
        (FARGATE, String::new()),
        (bridge, format!(r#"{port} "memory": 512,"#)),
        (r#""requiresCompatibilities": ["EC2"], "networkMode": "awsvpc","#, format!(r#"{port} "memory": 512,"#)),
        // One fills an instance of the cheapest type: four of them, for a deployment, are over a new account's 5 vCPUs.
        (
            r#""requiresCompatibilities": ["EC2"], "networkMode": "awsvpc", "cpu": "1024", "memory": "2048","#,
            port.to_owned(),
        ),
        (managed, port.to_owned()),
        (external, r#""memory": 512,"#.to_owned()),
    ] {
        assert_eq!(broken(&drawn(&[definition("web", task, &container)])), [], "{task} {container}");
    }
}

#[test]
fn mi_10_managed_instances_are_asked_for_gpus_that_fit() {
    let task = r#""requiresCompatibilities": ["MANAGED_INSTANCES"], "networkMode": "awsvpc", "cpu": "4096", "memory": "15360","#;
    let gpu = |count: u8| format!(r#""resourceRequirements": [{{"type": "GPU", "value": "{count}"}}],"#);
    let project = drawn(&[definition("web", task, &gpu(1))]);
    let CapacityProvider::ManagedInstances(managed) = project.design.capacity_providers.values().next().unwrap() else {
        panic!("no Managed Instances")
    };
    assert_eq!(managed.requirements.accelerator_count.min, Some(1));
    let errors: Vec<_> = broken(&project).into_iter().filter(|(severity, ..)| *severity == Severity::Error).collect();
    assert_eq!(errors, []);
    // No type has a hundred.
    let import = read(&definition("web", task, &gpu(100)), "web.json").unwrap();
    let catalogue = Catalogue::load(&Region::new("us-east-1")).unwrap();
    let error = sketch("test", &[import], &catalogue).unwrap_err().to_string();
    assert_eq!(
        error,
        "task definition web needs 4096 CPU units, 15360 MiB and 100 GPUs, and no X86_64 types with NVIDIA GPUs that are \
         sold in us-east-1 have it: make the task smaller, or choose another region"
    );
}

#[test]
fn any_01_machines_outside_aws_get_no_network_of_aws() {
    let task = r#""requiresCompatibilities": ["EXTERNAL"], "networkMode": "bridge","#;
    let design = drawn(&[definition("web", task, r#""memory": 512, "portMappings": [{"containerPort": 80}],"#)]).design;
    assert_eq!((design.vpcs.len(), design.nat_gateways.len(), design.load_balancers.len()), (0, 0, 0));
    assert_eq!((design.services.len(), design.sites.len()), (1, 1));
}

#[test]
fn containers_alone_get_the_smallest_task_that_holds_them() {
    let one = |fields: &str| format!(r#"[{{"name": "app", "image": "x/app:1"{fields}}}]"#);
    // 600 MiB beside no CPU: Fargate's smallest with that much is 256 units with 1 GB.
    let project = drawn(&[one(r#", "memory": 600"#)]);
    let task = project.design.task_definitions.values().next().unwrap();
    assert_eq!((task.cpu.unwrap().units(), task.memory.unwrap().mib()), (256, 1024));
    assert_eq!(broken(&project), []);
    let text: serde_json::Value = serde_json::from_str(&write_all(&project)[0].text).unwrap();
    let keys: Vec<_> = text.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["family", "containerDefinitions"], "nothing that the file had not");
    // What Fargate refuses gets memory on instances.
    let project = drawn(&[one(r#", "privileged": true"#)]);
    let task = project.design.task_definitions.values().next().unwrap();
    assert_eq!((task.memory.unwrap().mib(), project.design.capacity_providers.len()), (512, 1));
}
