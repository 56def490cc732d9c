//! Forms of what runs: services, Express Mode services, standalone tasks.

use bayplan_engine::design::Design;
use bayplan_engine::design::id::{ContainerName, VolumeName};
use bayplan_engine::design::service::{
    BinpackField, ConnectedPort, EbsVolumeType, ExpressService, PlacementStrategy, SchedulingStrategy, Service,
    ServiceConnect, ServiceDiscovery, ServiceLoadBalancer, TaskEbsVolume, TaskProtection,
};
use bayplan_engine::design::standalone::{Schedule, StandaloneTask};
use bayplan_engine::units::{CalendarTime, Gib, Minutes};
use egui::Ui;

use super::{capacity, deployment, scaling, task_definition, work};
use crate::widgets::fields::Form;
use crate::widgets::units::{BYTES, COUNT, CPU, DISK, INSTANT, MEMORY, MIB_RATE, MINUTES, PORT, SECONDS, SPAN};

pub(super) fn service(ui: &mut Ui, form: &Form<'_>, service: &mut Service) {
    let design = form.design;
    form.value(ui, "desired_count", "Desired count", &mut service.desired_count, &COUNT);
    form.reference(
        ui,
        "task_definition",
        "Task definition",
        &mut service.task_definition,
        design.task_definitions.keys().cloned(),
    );
    form.reference(ui, "cluster", "Cluster", &mut service.cluster, design.clusters.keys().cloned());
    let strategy = &mut service.scheduling_strategy;
    form.maybe_choice(
        ui,
        "scheduling_strategy",
        "Scheduling",
        strategy,
        SchedulingStrategy::ALL,
        "REPLICA, AWS default",
    );
    form.section(ui, "capacity", "Capacity", true, |ui| {
        capacity::capacity(ui, form, &mut service.capacity);
        form.maybe_text(
            ui,
            "platform_version",
            "Platform version",
            &mut service.platform_version,
            "LATEST, AWS default",
        );
    });
    form.section(ui, "scaling", "Scaling", true, |ui| scaling::scaling(ui, form, &mut service.scaling));
    form.section(ui, "work", "Work", true, |ui| {
        work::work(ui, form, &mut service.work);
        let startup = &mut service.startup_time;
        form.maybe(ui, "startup_time", "Start-up time", startup, &SECONDS, "none, answers as it starts");
    });
    form.section(ui, "calls", "Calls", false, |ui| work::calls(ui, form, &mut service.calls));
    form.section(ui, "subnets", "Network", false, |ui| network(ui, form, service));
    form.section(ui, "load_balancers", "Balancers and discovery", false, |ui| doors(ui, form, service));
    form.section(ui, "deployment", "Deployment", false, |ui| {
        let daemon = service.scheduling_strategy() == SchedulingStrategy::Daemon;
        deployment::deployment(ui, form, &mut service.deployment, daemon);
        let grace = &mut service.health_check_grace_period;
        form.maybe(ui, "health_check_grace_period", "Health grace period", grace, &SECONDS, "0 s, AWS default");
    });
    form.section(ui, "placement_strategies", "Placement", false, |ui| {
        placement(ui, form, &mut service.placement_strategies);
        task_definition::constraints(ui, form, &mut service.placement_constraints);
        let rebalancing = &mut service.availability_zone_rebalancing;
        form.maybe_check(ui, "availability_zone_rebalancing", "Zone rebalancing", rebalancing, "on where allowed");
    });
    form.section(ui, "ebs_volume", "Storage and more", false, |ui| more(ui, form, service));
    form.pairs(ui, "tags", "Tags", &mut service.tags);
}

fn network(ui: &mut Ui, form: &Form<'_>, service: &mut Service) {
    let design = form.design;
    form.references(ui, "subnets", "Subnets", &mut service.subnets, design.subnets.keys().cloned());
    let groups = design.security_groups.keys().cloned();
    form.references(ui, "security_groups", "Security groups", &mut service.security_groups, groups);
    form.check(ui, "assign_public_ip", "Public address", &mut service.assign_public_ip);
}

/// The containers of a service's task definition.
fn containers(design: &Design, service: &Service) -> Vec<ContainerName> {
    let definition = design.task_definitions.get(&service.task_definition);
    definition.map(|t| t.containers.iter().map(|c| c.name.clone()).collect()).unwrap_or_default()
}

fn doors(ui: &mut Ui, form: &Form<'_>, service: &mut Service) {
    let design = form.design;
    let own = containers(design, service);
    let groups = || design.target_groups.keys().cloned();
    let name = |joined: &ServiceLoadBalancer| {
        format!("{} · {} {}", joined.target_group, joined.container_name, joined.container_port)
    };
    let first = own.first().cloned().unwrap_or_default();
    let fresh = || ServiceLoadBalancer {
        target_group: groups().next().unwrap_or_default(),
        container_name: first,
        container_port: 80,
    };
    form.records(ui, "target group", &mut service.load_balancers, name, fresh, |ui, joined| {
        form.reference(ui, "load_balancers", "Target group", &mut joined.target_group, groups());
        form.reference(ui, "load_balancers", "Container", &mut joined.container_name, own.iter().cloned());
        form.value(ui, "load_balancers", "Port", &mut joined.container_port, &PORT);
    });
    let connect = &mut service.service_connect;
    form.optional(ui, "service_connect", "Service Connect", connect, ServiceConnect::default, |ui, connect| {
        service_connect(ui, form, connect);
    });
    let namespaces = || design.namespaces.keys().cloned();
    let fresh = || ServiceDiscovery { namespace: namespaces().next().unwrap_or_default(), dns_ttl: None };
    form.optional(
        ui,
        "service_discovery",
        "Service discovery",
        &mut service.service_discovery,
        fresh,
        |ui, discovery| {
            form.reference(ui, "service_discovery", "Namespace", &mut discovery.namespace, namespaces());
            form.maybe(ui, "service_discovery", "DNS TTL", &mut discovery.dns_ttl, &SECONDS, "60 s");
        },
    );
    form.maybe_reference(ui, "lattice", "VPC Lattice", &mut service.lattice, design.lattices.keys().cloned(), "none");
}

fn service_connect(ui: &mut Ui, form: &Form<'_>, connect: &mut ServiceConnect) {
    let (design, field) = (form.design, "service_connect");
    let namespaces = design.namespaces.keys().cloned();
    form.maybe_reference(ui, field, "Namespace", &mut connect.namespace, namespaces, "the cluster's default");
    let fresh = || ConnectedPort { port_name: "http".to_owned(), dns_name: None, port: None };
    form.records(
        ui,
        "offered port",
        &mut connect.services,
        |port| port.port_name.clone(),
        fresh,
        |ui, port| {
            form.text(ui, field, "Port name", &mut port.port_name);
            form.maybe_text(ui, field, "DNS name", &mut port.dns_name, "port and namespace");
            form.maybe(ui, field, "Port", &mut port.port, &PORT, "the container's");
        },
    );
    form.maybe(ui, field, "Proxy CPU", &mut connect.proxy_cpu, &CPU, "256 units");
    form.maybe(ui, field, "Proxy memory", &mut connect.proxy_memory, &MEMORY, "64 MiB");
    let logs = design.log_groups.keys().cloned();
    form.maybe_reference(ui, field, "Proxy logs", &mut connect.log_group, logs, "nowhere");
}

fn placement(ui: &mut Ui, form: &Form<'_>, strategies: &mut Vec<PlacementStrategy>) {
    let word = |strategy: &PlacementStrategy| match strategy {
        PlacementStrategy::Random => "random".to_owned(),
        PlacementStrategy::Spread(over) => format!("spread over {over}"),
        PlacementStrategy::Binpack(field) => format!("binpack {field}"),
    };
    let zones = || PlacementStrategy::Spread("attribute:ecs.availability-zone".to_owned());
    form.records(ui, "strategy", strategies, word, zones, |ui, one| {
        let mut all = vec![
            PlacementStrategy::Random,
            zones(),
            PlacementStrategy::Spread("instanceId".to_owned()),
            PlacementStrategy::Binpack(BinpackField::Memory),
            PlacementStrategy::Binpack(BinpackField::Cpu),
        ];
        if !all.contains(one) {
            all.push(one.clone());
        }
        form.pick(ui, "placement_strategies", "Strategy", one, &all, word);
        if let PlacementStrategy::Spread(over) = one {
            form.text(ui, "placement_strategies", "Over", over);
        }
    });
}

fn more(ui: &mut Ui, form: &Form<'_>, service: &mut Service) {
    let design = form.design;
    let definition = design.task_definitions.get(&service.task_definition);
    let volumes: Vec<VolumeName> = definition.iter().flat_map(|t| &t.volumes).map(|v| v.name.clone()).collect();
    let first = volumes.first().cloned().unwrap_or_else(|| VolumeName::new("data"));
    let fresh = || TaskEbsVolume {
        name: first,
        size: Gib::from_gib(20),
        volume_type: None,
        iops: None,
        throughput: None,
        role: None,
    };
    form.optional(ui, "ebs_volume", "EBS volume a task", &mut service.ebs_volume, fresh, |ui, volume| {
        form.reference(ui, "ebs_volume", "Volume", &mut volume.name, volumes.iter().cloned());
        form.value(ui, "ebs_volume", "Size", &mut volume.size, &DISK);
        form.maybe_choice(ui, "ebs_volume", "Type", &mut volume.volume_type, EbsVolumeType::ALL, "gp3");
        form.maybe(ui, "ebs_volume", "IOPS", &mut volume.iops, &COUNT, "what the type includes");
        form.maybe(ui, "ebs_volume", "Throughput", &mut volume.throughput, &MIB_RATE, "what the type includes");
        form.maybe_reference(ui, "ebs_volume", "Role", &mut volume.role, design.roles.keys().cloned(), "none");
    });
    form.references(ui, "file_systems", "File systems", &mut service.file_systems, design.file_systems.keys().cloned());
    form.check(ui, "enable_execute_command", "ECS Exec", &mut service.enable_execute_command);
    let fresh = || TaskProtection { expires_in: None };
    form.optional(ui, "protection", "Scale-in protection", &mut service.protection, fresh, |ui, protection| {
        form.maybe(ui, "protection", "Expires in", &mut protection.expires_in, &MINUTES, "120 min, AWS default");
    });
    form.check(ui, "propagate_tags", "Propagate tags", &mut service.propagate_tags);
}

pub(super) fn standalone(ui: &mut Ui, form: &Form<'_>, task: &mut StandaloneTask) {
    let design = form.design;
    form.section(ui, "schedule", "When", true, |ui| schedule(ui, form, &mut task.schedule));
    form.value(ui, "count", "Tasks each time", &mut task.count, &COUNT);
    form.value(ui, "duration", "Each works for", &mut task.duration, &SPAN);
    form.value(ui, "log_bytes", "Logs of each", &mut task.log_bytes, &BYTES);
    form.reference(
        ui,
        "task_definition",
        "Task definition",
        &mut task.task_definition,
        design.task_definitions.keys().cloned(),
    );
    form.reference(ui, "cluster", "Cluster", &mut task.cluster, design.clusters.keys().cloned());
    form.section(ui, "capacity", "Capacity", true, |ui| capacity::capacity(ui, form, &mut task.capacity));
    form.references(ui, "subnets", "Subnets", &mut task.subnets, design.subnets.keys().cloned());
    let groups = design.security_groups.keys().cloned();
    form.references(ui, "security_groups", "Security groups", &mut task.security_groups, groups);
    form.check(ui, "assign_public_ip", "Public address", &mut task.assign_public_ip);
    form.maybe_text(ui, "group", "Group", &mut task.group, "its family");
    form.section(ui, "placement_strategies", "Placement", false, |ui| {
        placement(ui, form, &mut task.placement_strategies);
        task_definition::constraints(ui, form, &mut task.placement_constraints);
    });
    form.maybe_reference(
        ui,
        "scheduler_role",
        "EventBridge role",
        &mut task.scheduler_role,
        design.roles.keys().cloned(),
        "none",
    );
    form.pairs(ui, "tags", "Tags", &mut task.tags);
}

fn schedule(ui: &mut Ui, form: &Form<'_>, schedule: &mut Schedule) {
    let mut all = vec![
        Schedule::Once(CalendarTime::DEFAULT),
        Schedule::Rate(Minutes::from_minutes(60)),
        Schedule::Cron { expression: "0 1 * * ? *".to_owned(), time_zone: None },
        Schedule::OnEvent,
    ];
    all.retain(|kind| std::mem::discriminant(kind) != std::mem::discriminant(schedule));
    all.insert(0, schedule.clone());
    form.pick(ui, "schedule", "Starts", schedule, &all, |kind| match kind {
        Schedule::Once(_) => "once".to_owned(),
        Schedule::Rate(_) => "again and again".to_owned(),
        Schedule::Cron { .. } => "by the clock".to_owned(),
        Schedule::OnEvent => "on an event".to_owned(),
    });
    match schedule {
        Schedule::Once(at) => form.value(ui, "schedule", "At", at, &INSTANT),
        Schedule::Rate(every) => form.value(ui, "schedule", "Every", every, &MINUTES),
        Schedule::Cron { expression, time_zone } => {
            form.text(ui, "schedule", "cron", expression);
            form.maybe_text(ui, "schedule", "Time zone", time_zone, "UTC");
        }
        Schedule::OnEvent => {}
    }
}

pub(super) fn express(ui: &mut Ui, form: &Form<'_>, express: &mut ExpressService) {
    let design = form.design;
    form.text(ui, "image", "Image", &mut express.image);
    form.maybe(ui, "cpu", "CPU", &mut express.cpu, &CPU, "1 vCPU, AWS default");
    form.maybe(ui, "memory", "Memory", &mut express.memory, &MEMORY, "2 GB, AWS default");
    form.maybe(ui, "min_tasks", "Fewest tasks", &mut express.min_tasks, &COUNT, "1, AWS default");
    form.maybe(ui, "max_tasks", "Most tasks", &mut express.max_tasks, &COUNT, "20, AWS default");
    form.maybe(ui, "container_port", "Port", &mut express.container_port, &PORT, "80, AWS default");
    form.maybe_text(ui, "health_check_path", "Health path", &mut express.health_check_path, "/ping, AWS default");
    form.references(ui, "subnets", "Subnets", &mut express.subnets, design.subnets.keys().cloned());
    form.maybe_reference(ui, "cluster", "Cluster", &mut express.cluster, design.clusters.keys().cloned(), "default");
    let roles = || design.roles.keys().cloned();
    form.maybe_reference(ui, "execution_role", "Execution role", &mut express.execution_role, roles(), "none");
    form.maybe_reference(
        ui,
        "infrastructure_role",
        "Infrastructure role",
        &mut express.infrastructure_role,
        roles(),
        "none",
    );
    form.section(ui, "work", "Work", true, |ui| work::work(ui, form, &mut express.work));
    form.pairs(ui, "tags", "Tags", &mut express.tags);
}
