//! Forms of capacity: clusters, namespaces, providers, strategies, machines of one's own.

use bayplan_engine::design::Design;
use bayplan_engine::design::anywhere::AnywhereSite;
use bayplan_engine::design::capacity::{
    AutoRepair, AutoScalingGroupProvider, CapacityOptionType, CapacityProvider, CapacityReservations, CpuManufacturer,
    Inclusion, InstanceGeneration, InstanceRequirements, LaunchType, ManagedInstancesProvider, ManagedScaling, Range,
    RegisteredMemory, ReservationPreference, StrategyItem,
};
use bayplan_engine::design::cluster::{
    Cluster, ContainerInsights, ExecLogging, ManagedDaemon, Namespace, NamespaceKind,
};
use bayplan_engine::design::event_window::{EventWindow, StartHour};
use bayplan_engine::design::id::CapacityProviderId;
use bayplan_engine::design::service::{Capacity, EbsVolumeType};
use bayplan_engine::design::volume::InstanceVolume;
use bayplan_engine::names::{Architecture, InstanceTypeName};
use bayplan_engine::units::{Gib, Mib, Minutes, Weekday};
use egui::Ui;

use crate::grid::words;
use crate::widgets::fields::Form;
use crate::widgets::units::{
    BYTES, COUNT, DISK, DOLLARS, MEMORY, MIB_RATE, MINUTES, PERCENT, SECONDS, SECONDS_OR_NEVER,
};

/// AWS's own providers and those drawn.
fn providers(design: &Design) -> Vec<CapacityProviderId> {
    let own = [CapacityProviderId::fargate(), CapacityProviderId::fargate_spot()];
    own.into_iter().chain(design.capacity_providers.keys().cloned()).collect()
}

/// Base and weight over providers.
pub(super) fn strategy(ui: &mut Ui, form: &Form<'_>, field: &str, items: &mut Vec<StrategyItem>) {
    let all = providers(form.design);
    let name =
        |item: &StrategyItem| format!("{} · base {} · weight {}", item.capacity_provider, item.base, item.weight);
    let unused = all.iter().find(|id| items.iter().all(|item| item.capacity_provider != **id)).or(all.first()).cloned();
    let provider = unused.unwrap_or_else(CapacityProviderId::fargate);
    let fresh = || StrategyItem { capacity_provider: provider, base: 0, weight: 1 };
    form.records(ui, "provider", items, name, fresh, |ui, item| {
        form.reference(ui, field, "Provider", &mut item.capacity_provider, all.iter().cloned());
        form.value(ui, field, "Base", &mut item.base, &COUNT);
        form.value(ui, field, "Weight", &mut item.weight, &COUNT);
    });
}

/// Where a service or a task gets its machines from.
pub(super) fn capacity(ui: &mut Ui, form: &Form<'_>, capacity: &mut Capacity) {
    let first = providers(form.design).into_iter().next().unwrap_or_else(CapacityProviderId::fargate);
    let strategy_now = match capacity {
        Capacity::Strategy(items) => items.clone(),
        Capacity::ClusterDefault | Capacity::LaunchType(_) => {
            vec![StrategyItem { capacity_provider: first, base: 0, weight: 1 }]
        }
    };
    let launches = LaunchType::ALL.iter().copied().map(Capacity::LaunchType);
    let all: Vec<_> =
        [Capacity::ClusterDefault, Capacity::Strategy(strategy_now)].into_iter().chain(launches).collect();
    form.pick(ui, "capacity", "Capacity", capacity, &all, |choice| match choice {
        Capacity::ClusterDefault => "the cluster's default".to_owned(),
        Capacity::Strategy(items) => format!("strategy: {}", words::strategy(items)),
        Capacity::LaunchType(launch) => format!("launch type {launch}"),
    });
    if let Capacity::Strategy(items) = capacity {
        strategy(ui, form, "capacity", items);
    }
}

pub(super) fn cluster(ui: &mut Ui, form: &Form<'_>, cluster: &mut Cluster) {
    let design = form.design;
    let all = providers(design);
    form.references(ui, "capacity_providers", "Providers", &mut cluster.capacity_providers, all.into_iter());
    form.section(ui, "default_strategy", "Default strategy", true, |ui| {
        strategy(ui, form, "default_strategy", &mut cluster.default_strategy);
    });
    let insights = &mut cluster.container_insights;
    form.maybe_choice(
        ui,
        "container_insights",
        "Container Insights",
        insights,
        ContainerInsights::ALL,
        "disabled, AWS default",
    );
    let event = &mut cluster.insights_event_bytes;
    form.maybe(ui, "insights_event_bytes", "One insights event", event, &BYTES, "1 kB, assumed");
    form.maybe_choice(
        ui,
        "exec_logging",
        "ECS Exec logs",
        &mut cluster.exec_logging,
        ExecLogging::ALL,
        "DEFAULT, AWS default",
    );
    let logs = design.log_groups.keys().cloned();
    form.maybe_reference(ui, "exec_log_group", "Exec log group", &mut cluster.exec_log_group, logs, "none");
    let namespaces = design.namespaces.keys().cloned();
    let namespace = &mut cluster.service_connect_namespace;
    form.maybe_reference(ui, "service_connect_namespace", "Namespace", namespace, namespaces, "none");
    form.check(ui, "runtime_monitoring", "Runtime Monitoring", &mut cluster.runtime_monitoring);
    form.section(ui, "daemons", "Managed daemons", false, |ui| daemons(ui, form, cluster));
    form.section(ui, "monitoring", "Monitoring plan", false, |ui| {
        let plan = &mut cluster.monitoring;
        form.text(ui, "monitoring", "Goals", &mut plan.goals);
        form.text(ui, "monitoring", "Resources", &mut plan.resources);
        form.text(ui, "monitoring", "How often", &mut plan.frequency);
        form.text(ui, "monitoring", "Tools", &mut plan.tools);
        form.text(ui, "monitoring", "Who watches", &mut plan.operators);
        form.text(ui, "monitoring", "Who is called", &mut plan.paged);
    });
    form.pairs(ui, "tags", "Tags", &mut cluster.tags);
}

/// The Managed Instances providers drawn: the only ones whose instances have daemons.
fn managed_providers(design: &Design) -> impl Iterator<Item = CapacityProviderId> {
    let managed = |provider: &CapacityProvider| matches!(provider, CapacityProvider::ManagedInstances(_));
    design.capacity_providers.iter().filter(move |(_, provider)| managed(provider)).map(|(id, _)| id.clone())
}

fn daemons(ui: &mut Ui, form: &Form<'_>, cluster: &mut Cluster) {
    let (design, field) = (form.design, "daemons");
    let own: Vec<_> = managed_providers(design).filter(|id| cluster.capacity_providers.contains(id)).collect();
    let number = cluster.daemons.len() + 1;
    let fresh = || {
        let first = design.task_definitions.keys().next().cloned().unwrap_or_default();
        ManagedDaemon::new(&format!("daemon-{number}"), first, own)
    };
    let title = |daemon: &ManagedDaemon| format!("{} · {}", daemon.name, daemon.task_definition);
    form.records(ui, "daemon", &mut cluster.daemons, title, fresh, |ui, daemon| {
        form.text(ui, field, "Daemon name", &mut daemon.name);
        let definitions = design.task_definitions.keys().cloned();
        form.reference(ui, field, "Task definition", &mut daemon.task_definition, definitions);
        form.references(ui, field, "On instances of", &mut daemon.capacity_providers, managed_providers(design));
        form.maybe_check(ui, field, "Critical", &mut daemon.critical, "on, AWS default");
        form.maybe(ui, field, "Drained at once", &mut daemon.drain_percent, &PERCENT, "25 %, AWS default");
        form.maybe(ui, field, "Bake time", &mut daemon.bake_time, &MINUTES, "none, AWS default");
        form.references(ui, field, "Alarms", &mut daemon.alarms, design.alarms.keys().cloned());
    });
}

pub(super) fn namespace(ui: &mut Ui, form: &Form<'_>, namespace: &mut Namespace) {
    form.choice(ui, "kind", "Kind", &mut namespace.kind, NamespaceKind::ALL);
    form.maybe_reference(ui, "vpc", "VPC", &mut namespace.vpc, form.design.vpcs.keys().cloned(), "none");
    form.pairs(ui, "tags", "Tags", &mut namespace.tags);
}

pub(super) fn provider(ui: &mut Ui, form: &Form<'_>, provider: &mut CapacityProvider) {
    match provider {
        CapacityProvider::AutoScalingGroup(group) => auto_scaling_group(ui, form, group),
        CapacityProvider::ManagedInstances(managed) => managed_instances(ui, form, managed),
    }
}

/// Memory of instance types as it was measured.
fn registered_memory(ui: &mut Ui, form: &Form<'_>, all: &mut Vec<RegisteredMemory>) {
    form.section(ui, "registered_memory", "Registered memory, measured", false, |ui| {
        let name = |of: &RegisteredMemory| format!("{} {}", of.instance_type, of.memory);
        let fresh = || RegisteredMemory { instance_type: "m7i.large".into(), memory: Mib::from_mib(7_775) };
        form.records(ui, "type", all, name, fresh, |ui, one| {
            let mut typed = one.instance_type.to_string();
            form.text(ui, "registered_memory", "Instance type", &mut typed);
            if typed != one.instance_type.as_str() {
                one.instance_type = InstanceTypeName::new(&typed);
            }
            form.value(ui, "registered_memory", "Registers", &mut one.memory, &MEMORY);
        });
    });
}

fn auto_scaling_group(ui: &mut Ui, form: &Form<'_>, group: &mut AutoScalingGroupProvider) {
    let design = form.design;
    form.words(ui, "instance_types", "Instance types", &mut group.instance_types, InstanceTypeName::new, "m7g.large");
    form.maybe_choice(ui, "option", "Bought as", &mut group.option, CapacityOptionType::ALL, "ON_DEMAND, AWS default");
    form.value(ui, "min_size", "MinSize", &mut group.min_size, &COUNT);
    form.value(ui, "max_size", "MaxSize", &mut group.max_size, &COUNT);
    form.value(ui, "warm_pool", "Warm pool", &mut group.warm_pool, &COUNT);
    form.references(ui, "subnets", "Subnets", &mut group.subnets, design.subnets.keys().cloned());
    form.section(ui, "managed_scaling", "Managed scaling", true, |ui| {
        let scaling = &mut group.managed_scaling;
        form.optional(ui, "managed_scaling", "Scaled by ECS", scaling, ManagedScaling::default, |ui, managed| {
            let field = "managed_scaling";
            form.maybe(ui, field, "Target capacity", &mut managed.target_capacity, &PERCENT, "100 %, AWS default");
            let least = &mut managed.minimum_scaling_step_size;
            form.maybe(ui, field, "Least step", least, &COUNT, "1, AWS default");
            let most = &mut managed.maximum_scaling_step_size;
            form.maybe(ui, field, "Most step", most, &COUNT, "10000, AWS default");
            form.maybe(ui, field, "Warm-up", &mut managed.instance_warmup_period, &SECONDS, "300 s, AWS default");
        });
        let protection = &mut group.managed_termination_protection;
        form.check(ui, "managed_termination_protection", "Termination protection", protection);
        form.maybe_check(ui, "managed_draining", "Managed draining", &mut group.managed_draining, "on, AWS default");
    });
    form.section(ui, "root_volume", "Instances", false, |ui| {
        form.maybe(ui, "root_volume", "Root volume", &mut group.root_volume, &DISK, "30 GiB");
        let kind = &mut group.root_volume_type;
        form.maybe_choice(ui, "root_volume_type", "Root volume type", kind, EbsVolumeType::ALL, "gp3");
        let iops = &mut group.root_volume_iops;
        form.maybe(ui, "root_volume_iops", "Root volume IOPS", iops, &COUNT, "what the type includes");
        volumes(ui, form, &mut group.volumes);
        form.check(ui, "public_ip", "Public address", &mut group.public_ip);
        form.check(ui, "detailed_monitoring", "Detailed monitoring", &mut group.detailed_monitoring);
        form.check(ui, "prefer_cached_images", "Prefer cached images", &mut group.prefer_cached_images);
        form.maybe_text(ui, "agent_version", "ECS agent version", &mut group.agent_version, "the image's newest");
        registered_memory(ui, form, &mut group.registered_memory);
        form.value(ui, "ecs_reserved_memory", "ECS_RESERVED_MEMORY", &mut group.ecs_reserved_memory, &MEMORY);
        let roles = design.roles.keys().cloned();
        form.maybe_reference(ui, "instance_role", "Instance role", &mut group.instance_role, roles, "none");
        let groups = design.security_groups.keys().cloned();
        form.references(ui, "security_groups", "Security groups", &mut group.security_groups, groups);
    });
    form.pairs(ui, "tags", "Tags", &mut group.tags);
}

/// Further volumes of each instance.
fn volumes(ui: &mut Ui, form: &Form<'_>, volumes: &mut Vec<InstanceVolume>) {
    let field = "volumes";
    let title = |v: &InstanceVolume| format!("{} of {}", v.size, v.volume_type.unwrap_or(EbsVolumeType::Gp3));
    let fresh = || InstanceVolume { size: Gib::from_gib(100), volume_type: None, iops: None, throughput: None };
    form.records(ui, "further volume", volumes, title, fresh, |ui, volume| {
        form.value(ui, field, "Size", &mut volume.size, &DISK);
        form.maybe_choice(ui, field, "Type", &mut volume.volume_type, EbsVolumeType::ALL, "gp3");
        form.maybe(ui, field, "IOPS", &mut volume.iops, &COUNT, "what the type includes");
        form.maybe(ui, field, "Throughput", &mut volume.throughput, &MIB_RATE, "what the type includes");
    });
}

fn managed_instances(ui: &mut Ui, form: &Form<'_>, managed: &mut ManagedInstancesProvider) {
    let design = form.design;
    form.maybe_choice(
        ui,
        "option",
        "Bought as",
        &mut managed.option,
        CapacityOptionType::ALL,
        "ON_DEMAND, AWS default",
    );
    let architectures = [Architecture::X86, Architecture::Arm];
    form.maybe_choice(ui, "architecture", "Architecture", &mut managed.architecture, &architectures, "as tasks ask");
    form.references(ui, "subnets", "Subnets", &mut managed.subnets, design.subnets.keys().cloned());
    form.section(ui, "requirements", "What an instance must be", true, |ui| {
        requirements(ui, form, &mut managed.requirements);
    });
    form.section(ui, "storage", "Instances", false, |ui| {
        form.maybe(ui, "storage", "Data volume", &mut managed.storage, &DISK, "80 GiB, AWS default");
        form.check(ui, "use_local_storage", "Local storage", &mut managed.use_local_storage);
        let scale_in = &mut managed.scale_in_after;
        form.maybe(ui, "scale_in_after", "Scale in after", scale_in, &SECONDS_OR_NEVER, "AWS decides");
        form.check(ui, "detailed_monitoring", "Detailed monitoring", &mut managed.detailed_monitoring);
        form.check(ui, "propagate_tags", "Propagate tags", &mut managed.propagate_tags);
        registered_memory(ui, form, &mut managed.registered_memory);
        let roles = || design.roles.keys().cloned();
        form.maybe_reference(
            ui,
            "infrastructure_role",
            "Infrastructure role",
            &mut managed.infrastructure_role,
            roles(),
            "none",
        );
        form.maybe_reference(ui, "instance_role", "Instance role", &mut managed.instance_role, roles(), "none");
        let groups = design.security_groups.keys().cloned();
        form.references(ui, "security_groups", "Security groups", &mut managed.security_groups, groups);
    });
    form.section(ui, "auto_repair", "Repair and replacement", false, |ui| replacement(ui, form, managed));
    form.pairs(ui, "tags", "Tags", &mut managed.tags);
}

/// When instances are replaced, and which reservations the new ones use.
fn replacement(ui: &mut Ui, form: &Form<'_>, managed: &mut ManagedInstancesProvider) {
    form.maybe_choice(ui, "auto_repair", "Auto repair", &mut managed.auto_repair, AutoRepair::ALL, "AWS decides");
    let field = "capacity_reservations";
    let reservations = &mut managed.capacity_reservations;
    form.optional(ui, field, "Reservations", reservations, CapacityReservations::default, |ui, reservations| {
        let preference = &mut reservations.preference;
        form.maybe_choice(ui, field, "Preference", preference, ReservationPreference::ALL, "AWS decides");
        form.maybe_text(ui, field, "Resource group", &mut reservations.group, "all that match");
    });
    let field = "event_windows";
    let title = |window: &EventWindow| format!("{} {}, {}", window.weekday.short(), window.start_hour, window.lasts);
    // Four hours are the least that EC2 takes in all.
    let fresh = || EventWindow {
        weekday: Weekday::Sunday,
        start_hour: StartHour::default(),
        lasts: Minutes::from_minutes(240),
    };
    form.records(ui, "event window", &mut managed.event_windows, title, fresh, |ui, window| {
        form.pick(ui, field, "Day", &mut window.weekday, &Weekday::ALL, |day| day.word().to_owned());
        let hours: Vec<_> = StartHour::all().collect();
        form.choice(ui, field, "Begins at", &mut window.start_hour, &hours);
        form.value(ui, field, "Lasts", &mut window.lasts, &MINUTES);
    });
}

fn range(ui: &mut Ui, form: &Form<'_>, label: &str, range: &mut Range) {
    form.maybe(ui, "requirements", &format!("{label}, least"), &mut range.min, &COUNT, "any");
    form.maybe(ui, "requirements", &format!("{label}, most"), &mut range.max, &COUNT, "any");
}

fn requirements(ui: &mut Ui, form: &Form<'_>, wanted: &mut InstanceRequirements) {
    let field = "requirements";
    form.words(ui, field, "Allowed types", &mut wanted.allowed_instance_types, str::to_owned, "all; * for any text");
    form.words(ui, field, "Excluded types", &mut wanted.excluded_instance_types, str::to_owned, "none");
    range(ui, form, "vCPUs", &mut wanted.vcpu_count);
    range(ui, form, "Memory MiB", &mut wanted.memory_mib);
    range(ui, form, "Memory per vCPU, mGiB", &mut wanted.memory_milli_gib_per_vcpu);
    range(ui, form, "GPUs", &mut wanted.accelerator_count);
    form.words(ui, field, "GPU names", &mut wanted.accelerator_names, str::to_owned, "any; l4, a10g");
    range(ui, form, "Network Gbps", &mut wanted.network_bandwidth_gbps);
    range(ui, form, "EBS Mbps", &mut wanted.baseline_ebs_bandwidth_mbps);
    form.references(ui, field, "Manufacturers", &mut wanted.cpu_manufacturers, CpuManufacturer::ALL.iter().copied());
    form.references(
        ui,
        field,
        "Generations",
        &mut wanted.instance_generations,
        InstanceGeneration::ALL.iter().copied(),
    );
    form.maybe_choice(ui, field, "Bare metal", &mut wanted.bare_metal, Inclusion::ALL, "excluded, AWS default");
    let burstable = &mut wanted.burstable_performance;
    form.maybe_choice(ui, field, "Burstable", burstable, Inclusion::ALL, "excluded, AWS default");
    form.maybe_choice(ui, field, "Local storage", &mut wanted.local_storage, Inclusion::ALL, "included, AWS default");
    let dearer = &mut wanted.on_demand_max_price_percentage_over_lowest_price;
    form.maybe(ui, field, "On-demand price over lowest", dearer, &PERCENT, "20 %, AWS default");
    let dearer = &mut wanted.spot_max_price_percentage_over_lowest_price;
    form.maybe(ui, field, "Spot price over lowest", dearer, &PERCENT, "100 %, AWS default");
}

pub(super) fn site(ui: &mut Ui, form: &Form<'_>, site: &mut AnywhereSite) {
    form.value(ui, "instances", "Machines", &mut site.instances, &COUNT);
    form.value(ui, "vcpus", "vCPUs of each", &mut site.vcpus, &COUNT);
    form.value(ui, "memory", "Memory of each", &mut site.memory, &MEMORY);
    form.choice(ui, "architecture", "Architecture", &mut site.architecture, &[Architecture::X86, Architecture::Arm]);
    form.maybe(ui, "monthly_price", "Own price a month", &mut site.monthly_price, &DOLLARS, "not in the bill");
    form.pairs(ui, "tags", "Tags", &mut site.tags);
}
