//! Form of one container of a task definition.

use std::collections::BTreeMap;

use bayplan_engine::design::container::{
    AppProtocol, Container, ContainerHealthCheck, Dependency, DependencyCondition, Device, FirelensConfiguration,
    FirelensType, InjectedSecret, LinuxParameters, LogConfiguration, LogDriver, MountPoint, NvidiaMps, PortMapping,
    RestartPolicy, Tmpfs, TransportProtocol, Ulimit, VolumeFrom,
};
use bayplan_engine::design::id::{ContainerName, VolumeName};
use bayplan_engine::units::Mib;
use egui::Ui;

use crate::widgets::fields::Form;
use crate::widgets::units::{COUNT, CPU, MEMORY, PERCENT, PORT, SECONDS, SIGNED};

const FIELD: &str = "containers";

pub(super) fn container(
    ui: &mut Ui,
    form: &Form<'_>,
    one: &mut Container,
    names: &[ContainerName],
    volumes: &[VolumeName],
) {
    let mut name = one.name.to_string();
    form.text(ui, FIELD, "Name", &mut name);
    one.name = ContainerName::new(&name);
    form.text(ui, FIELD, "Image", &mut one.image);
    form.maybe(ui, FIELD, "CPU", &mut one.cpu, &CPU, "a share of the task's");
    form.maybe(ui, FIELD, "Memory, hard", &mut one.memory, &MEMORY, "no limit of its own");
    form.maybe(ui, FIELD, "Memory, soft", &mut one.memory_reservation, &MEMORY, "none");
    form.maybe_check(ui, FIELD, "Essential", &mut one.essential, "on, AWS default");
    form.section(ui, "", "Ports", true, |ui| ports(ui, form, &mut one.port_mappings));
    form.section(ui, "", "Health and stopping", false, |ui| health(ui, form, one));
    form.section(ui, "", "Depends on", false, |ui| depends(ui, form, one, names));
    form.section(ui, "", "Logs", false, |ui| logs(ui, form, one));
    form.section(ui, "", "Environment and secrets", false, |ui| environment(ui, form, one));
    form.section(ui, "", "Mounts", false, |ui| mounts(ui, form, one, names, volumes));
    form.section(ui, "", "GPUs", false, |ui| gpus(ui, form, one));
    form.section(ui, "", "Linux", false, |ui| {
        form.optional(
            ui,
            FIELD,
            "Linux parameters",
            &mut one.linux_parameters,
            LinuxParameters::default,
            |ui, linux| {
                linux_parameters(ui, form, linux);
            },
        );
        limits(ui, form, one);
    });
    form.section(ui, "", "Docker", false, |ui| docker(ui, form, one));
}

fn ports(ui: &mut Ui, form: &Form<'_>, ports: &mut Vec<PortMapping>) {
    let name = |port: &PortMapping| {
        let number = match (port.container_port, port.container_port_range) {
            (Some(port), _) => port.to_string(),
            (None, Some((first, last))) => format!("{first} to {last}"),
            (None, None) => "no port".to_owned(),
        };
        format!("{number} {}", port.name.clone().unwrap_or_default())
    };
    let fresh = || PortMapping { container_port: Some(8080), ..PortMapping::default() };
    form.records(ui, "port", ports, name, fresh, |ui, port| {
        form.maybe(ui, FIELD, "Container port", &mut port.container_port, &PORT, "none");
        form.maybe(ui, FIELD, "Host port", &mut port.host_port, &PORT, "by network mode");
        form.maybe_choice(ui, FIELD, "Protocol", &mut port.protocol, TransportProtocol::ALL, "tcp, AWS default");
        form.maybe_text(ui, FIELD, "Name", &mut port.name, "none; Service Connect needs one");
        form.maybe_choice(ui, FIELD, "App protocol", &mut port.app_protocol, AppProtocol::ALL, "TCP, AWS default");
        form.optional(
            ui,
            FIELD,
            "A range",
            &mut port.container_port_range,
            || (8000, 8010),
            |ui, (first, last)| {
                form.value(ui, FIELD, "First port", first, &PORT);
                form.value(ui, FIELD, "Last port", last, &PORT);
            },
        );
    });
}

fn health(ui: &mut Ui, form: &Form<'_>, one: &mut Container) {
    let fresh = || ContainerHealthCheck {
        command: vec!["CMD-SHELL".to_owned(), "curl -f http://localhost/ || exit 1".to_owned()],
        ..ContainerHealthCheck::default()
    };
    form.optional(ui, FIELD, "Health check", &mut one.health_check, fresh, |ui, check| {
        form.command(ui, FIELD, "Command", &mut check.command);
        form.maybe(ui, FIELD, "Interval", &mut check.interval, &SECONDS, "30 s, AWS default");
        form.maybe(ui, FIELD, "Timeout", &mut check.timeout, &SECONDS, "5 s, AWS default");
        form.maybe(ui, FIELD, "Retries", &mut check.retries, &COUNT, "3, AWS default");
        form.maybe(ui, FIELD, "Start period", &mut check.start_period, &SECONDS, "none, AWS default");
    });
    form.maybe(ui, FIELD, "Start timeout", &mut one.start_timeout, &SECONDS, "by platform");
    form.maybe(ui, FIELD, "Stop timeout", &mut one.stop_timeout, &SECONDS, "30 s, AWS default");
    let fresh = || RestartPolicy { enabled: true, ignored_exit_codes: Vec::new(), restart_attempt_period: None };
    form.optional(ui, FIELD, "Restart policy", &mut one.restart_policy, fresh, |ui, policy| {
        form.check(ui, FIELD, "Enabled", &mut policy.enabled);
        let mut codes: Vec<String> = policy.ignored_exit_codes.iter().map(ToString::to_string).collect();
        form.words(ui, FIELD, "Ignored exit codes", &mut codes, str::to_owned, "none");
        policy.ignored_exit_codes = codes.iter().filter_map(|code| code.parse().ok()).collect();
        let period = &mut policy.restart_attempt_period;
        form.maybe(ui, FIELD, "Attempt period", period, &SECONDS, "300 s, AWS default");
    });
}

fn depends(ui: &mut Ui, form: &Form<'_>, one: &mut Container, names: &[ContainerName]) {
    let others: Vec<_> = names.iter().filter(|name| **name != one.name).cloned().collect();
    let name = |dependency: &Dependency| format!("{} {}", dependency.container_name, dependency.condition);
    let first = others.first().cloned().unwrap_or_default();
    let fresh = || Dependency { container_name: first, condition: DependencyCondition::Start };
    form.records(ui, "dependency", &mut one.depends_on, name, fresh, |ui, dependency| {
        form.reference(ui, FIELD, "Container", &mut dependency.container_name, others.iter().cloned());
        form.choice(ui, FIELD, "Until", &mut dependency.condition, DependencyCondition::ALL);
    });
}

fn logs(ui: &mut Ui, form: &Form<'_>, one: &mut Container) {
    let groups = || form.design.log_groups.keys().cloned();
    let fresh = || LogConfiguration {
        driver: LogDriver::Awslogs,
        log_group: groups().next(),
        options: BTreeMap::new(),
        secret_options: Vec::new(),
    };
    form.optional(ui, FIELD, "Log configuration", &mut one.log_configuration, fresh, |ui, log| {
        form.choice(ui, FIELD, "Driver", &mut log.driver, LogDriver::ALL);
        form.maybe_reference(ui, FIELD, "Log group", &mut log.log_group, groups(), "none");
        form.pairs(ui, FIELD, "Options", &mut log.options);
        secrets(ui, form, "secret option", &mut log.secret_options);
    });
    let fresh = || FirelensConfiguration { kind: FirelensType::Fluentbit, options: BTreeMap::new() };
    form.optional(ui, FIELD, "Is a log router", &mut one.firelens_configuration, fresh, |ui, router| {
        form.choice(ui, FIELD, "Router", &mut router.kind, FirelensType::ALL);
        form.pairs(ui, FIELD, "Options", &mut router.options);
    });
}

fn secrets(ui: &mut Ui, form: &Form<'_>, word: &str, secrets: &mut Vec<InjectedSecret>) {
    let drawn = || form.design.secrets.keys().cloned();
    let fresh = || {
        let secret = drawn().next();
        let value_from = secret.as_ref().map(ToString::to_string).unwrap_or_default();
        InjectedSecret { name: "SECRET".to_owned(), value_from, secret }
    };
    form.records(
        ui,
        word,
        secrets,
        |secret| secret.name.clone(),
        fresh,
        |ui, secret| {
            form.text(ui, FIELD, "Variable", &mut secret.name);
            form.text(ui, FIELD, "Value from", &mut secret.value_from);
            form.maybe_reference(ui, FIELD, "Secret", &mut secret.secret, drawn(), "none drawn");
        },
    );
}

fn environment(ui: &mut Ui, form: &Form<'_>, one: &mut Container) {
    form.pairs(ui, FIELD, "Environment", &mut one.environment);
    form.words(ui, FIELD, "Environment files", &mut one.environment_files, str::to_owned, "none; ARNs of S3 objects");
    secrets(ui, form, "secret", &mut one.secrets);
    let credentials = &mut one.repository_credentials;
    form.maybe_text(ui, FIELD, "Registry credentials", credentials, "none");
    form.words(ui, FIELD, "Credential specs", &mut one.credential_specs, str::to_owned, "none");
}

fn mounts(ui: &mut Ui, form: &Form<'_>, one: &mut Container, names: &[ContainerName], volumes: &[VolumeName]) {
    let name = |mount: &MountPoint| {
        let volume = mount.source_volume.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{volume} at {}", mount.container_path.clone().unwrap_or_default())
    };
    let first = volumes.first().cloned();
    let fresh = || MountPoint { source_volume: first, container_path: Some("/data".to_owned()), read_only: None };
    form.records(ui, "mount", &mut one.mount_points, name, fresh, |ui, mount| {
        form.maybe_reference(ui, FIELD, "Volume", &mut mount.source_volume, volumes.iter().cloned(), "none");
        form.maybe_text(ui, FIELD, "Path", &mut mount.container_path, "none");
        form.maybe_check(ui, FIELD, "Read only", &mut mount.read_only, "off, AWS default");
    });
    let first = names.iter().find(|name| **name != one.name).cloned().unwrap_or_default();
    let fresh = || VolumeFrom { source_container: first, read_only: None };
    form.records(
        ui,
        "container's volumes",
        &mut one.volumes_from,
        |v| v.source_container.to_string(),
        fresh,
        |ui, from| {
            form.reference(ui, FIELD, "Container", &mut from.source_container, names.iter().cloned());
            form.maybe_check(ui, FIELD, "Read only", &mut from.read_only, "off, AWS default");
        },
    );
}

fn gpus(ui: &mut Ui, form: &Form<'_>, one: &mut Container) {
    form.value(ui, FIELD, "GPUs", &mut one.gpus, &COUNT);
    form.check(ui, FIELD, "All GPUs", &mut one.all_gpus);
    let fresh = || NvidiaMps { memory: Mib::from_gib(4), max_compute_percent: None };
    form.optional(ui, FIELD, "A share of one", &mut one.gpu_sharing, fresh, |ui, share| {
        form.value(ui, FIELD, "GPU memory", &mut share.memory, &MEMORY);
        form.maybe(ui, FIELD, "Compute, most", &mut share.max_compute_percent, &PERCENT, "no limit");
    });
    form.check(ui, FIELD, "Neuron devices", &mut one.neuron_devices);
}

fn linux_parameters(ui: &mut Ui, form: &Form<'_>, linux: &mut LinuxParameters) {
    form.maybe_check(ui, FIELD, "Init process", &mut linux.init_process_enabled, "off, AWS default");
    form.words(ui, FIELD, "Capabilities added", &mut linux.capabilities_add, str::to_owned, "none");
    form.words(ui, FIELD, "Capabilities dropped", &mut linux.capabilities_drop, str::to_owned, "none");
    form.maybe(ui, FIELD, "Shared memory", &mut linux.shared_memory_size, &MEMORY, "Docker's");
    form.maybe(ui, FIELD, "Swap, most", &mut linux.max_swap, &MEMORY, "the instance's");
    form.maybe(ui, FIELD, "Swappiness", &mut linux.swappiness, &COUNT, "60");
    let fresh = || Device { host_path: "/dev/fuse".to_owned(), container_path: None, permissions: Vec::new() };
    form.records(
        ui,
        "device",
        &mut linux.devices,
        |device| device.host_path.clone(),
        fresh,
        |ui, device| {
            form.text(ui, FIELD, "Host path", &mut device.host_path);
            form.maybe_text(ui, FIELD, "Container path", &mut device.container_path, "the same");
            form.words(ui, FIELD, "Permissions", &mut device.permissions, str::to_owned, "read, write, mknod");
        },
    );
    let fresh = || Tmpfs { container_path: "/tmp".to_owned(), size: Mib::from_mib(64), mount_options: Vec::new() };
    form.records(
        ui,
        "tmpfs",
        &mut linux.tmpfs,
        |tmpfs| tmpfs.container_path.clone(),
        fresh,
        |ui, tmpfs| {
            form.text(ui, FIELD, "Path", &mut tmpfs.container_path);
            form.value(ui, FIELD, "Size", &mut tmpfs.size, &MEMORY);
            form.words(ui, FIELD, "Mount options", &mut tmpfs.mount_options, str::to_owned, "none");
        },
    );
}

fn limits(ui: &mut Ui, form: &Form<'_>, one: &mut Container) {
    let fresh = || Ulimit { name: "nofile".to_owned(), soft: 65_536, hard: 65_536 };
    form.records(
        ui,
        "ulimit",
        &mut one.ulimits,
        |limit| limit.name.clone(),
        fresh,
        |ui, limit| {
            form.text(ui, FIELD, "Name", &mut limit.name);
            form.value(ui, FIELD, "Soft", &mut limit.soft, &SIGNED);
            form.value(ui, FIELD, "Hard", &mut limit.hard, &SIGNED);
        },
    );
    form.pairs(ui, FIELD, "System controls", &mut one.system_controls);
    form.maybe_check(ui, FIELD, "Privileged", &mut one.privileged, "off, AWS default");
    form.maybe_check(ui, FIELD, "Read-only root", &mut one.readonly_root_filesystem, "off, AWS default");
}

fn docker(ui: &mut Ui, form: &Form<'_>, one: &mut Container) {
    form.command(ui, FIELD, "Entry point", &mut one.entry_point);
    form.command(ui, FIELD, "Command", &mut one.command);
    form.maybe_text(ui, FIELD, "Working directory", &mut one.working_directory, "the image's");
    form.maybe_text(ui, FIELD, "User", &mut one.user, "the image's");
    form.maybe_text(ui, FIELD, "Host name", &mut one.hostname, "Docker's");
    form.pairs(ui, FIELD, "Labels", &mut one.docker_labels);
    form.words(ui, FIELD, "Security options", &mut one.docker_security_options, str::to_owned, "none");
    form.words(ui, FIELD, "Links", &mut one.links, str::to_owned, "none");
    form.words(ui, FIELD, "DNS servers", &mut one.dns_servers, str::to_owned, "the VPC's");
    form.words(ui, FIELD, "DNS search", &mut one.dns_search_domains, str::to_owned, "none");
    let fresh = || ("host".to_owned(), "10.0.0.10".to_owned());
    form.records(
        ui,
        "host",
        &mut one.extra_hosts,
        |(host, address)| format!("{host} {address}"),
        fresh,
        |ui, host| {
            form.text(ui, FIELD, "Name", &mut host.0);
            form.text(ui, FIELD, "Address", &mut host.1);
        },
    );
    form.maybe_check(ui, FIELD, "Networking off", &mut one.disable_networking, "off, AWS default");
    form.maybe_check(ui, FIELD, "Interactive", &mut one.interactive, "off, AWS default");
    form.maybe_check(ui, FIELD, "Pseudo terminal", &mut one.pseudo_terminal, "off, AWS default");
    form.maybe_check(ui, FIELD, "Version consistency", &mut one.version_consistency, "on, AWS default");
}
