//! Containers of a task definition: their names, order, ports, images, and what each kind of capacity refuses.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::container::{Container, LogDriver};
use crate::design::edit::Edit;
use crate::design::id::TaskDefinitionId;
use crate::design::task_definition::{IpcMode, NetworkMode, PidMode, TaskDefinition};
use crate::design::{Item, ItemRef};

const PARAMETERS: &str = "ECS API Reference, \"ContainerDefinition\"";
const FARGATE: &str = "ECS Developer Guide, \"Task definition parameters for Fargate\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new("no-containers", Severity::Error, "A task definition has no container", PARAMETERS, no_containers),
    Rule::new(
        "container-without-image",
        Severity::Error,
        "A container names no image",
        PARAMETERS,
        container_without_image,
    ),
    Rule::new(
        "duplicate-container-name",
        Severity::Error,
        "Two containers of a task have one name",
        PARAMETERS,
        duplicate_container_name,
    ),
    Rule::new(
        "no-essential-container",
        Severity::Error,
        "No container of the task is essential",
        PARAMETERS,
        no_essential_container,
    ),
    Rule::new(
        "host-port-differs",
        Severity::Error,
        "A host port differs from the container's where both are one",
        "ECS API Reference, \"PortMapping\"",
        host_port_differs,
    ),
    Rule::new(
        "port-mapped-twice",
        Severity::Error,
        "Two containers of a task with one network use the same port",
        "ECS API Reference, \"PortMapping\"",
        port_mapped_twice,
    ),
    Rule::new(
        "fargate-refuses-parameter",
        Severity::Error,
        "The definition uses a parameter that Fargate does not take",
        FARGATE,
        fargate_refuses_parameter,
    ),
    Rule::new(
        "image-tag-latest",
        Severity::Advice,
        "An image is named by the tag latest, or by none",
        "ECS Developer Guide, \"Best practices for container images\"",
        image_tag_latest,
    ),
    Rule::new(
        "log-driver-not-available",
        Severity::Error,
        "A log driver does not exist where the task runs",
        "ECS API Reference, \"LogConfiguration\"",
        log_driver_not_available,
    ),
    Rule::new(
        "awslogs-incomplete",
        Severity::Error,
        "The awslogs driver lacks its group, or on Fargate its stream prefix",
        "ECS Developer Guide, \"Send Amazon ECS logs to CloudWatch\"",
        awslogs_incomplete,
    ),
    Rule::new(
        "no-log-configuration",
        Severity::Advice,
        "What a container says is kept nowhere",
        "ECS Developer Guide, \"Best practices for container images\"",
        no_log_configuration,
    ),
];

fn at(id: &TaskDefinitionId) -> ItemRef {
    ItemRef::TaskDefinition(id.clone())
}

/// The definition with its containers changed, as an edit.
pub(super) fn change(id: &TaskDefinitionId, definition: &TaskDefinition, how: impl Fn(&mut Container)) -> Vec<Edit> {
    let mut changed = definition.clone();
    changed.containers.iter_mut().for_each(how);
    vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]
}

/// What: a definition without containers. Why: registration fails. Example: one just drawn.
///
/// Source: ECS API Reference, "`RegisterTaskDefinition`", containerDefinitions (rule TDF-05).
fn no_containers(context: &Context<'_>, out: &mut Findings) {
    for (id, _, _) in context.definitions().filter(|(_, definition, _)| definition.containers.is_empty()) {
        out.add(at(id), "containers", "A task definition needs at least one container", "Add a container");
    }
}

/// What: a container without an image. Why: registration fails. Example: one just drawn.
///
/// Source: ECS API Reference, "`ContainerDefinition`", image.
fn container_without_image(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in definition.containers.iter().filter(|c| c.image.trim().is_empty()) {
            let message = format!("Container `{}` names no image", container.name);
            out.add(at(id), "containers", message, "Name an image by its URI and a tag");
        }
    }
}

/// What: two containers of one name. Why: registration fails: `dependsOn`, load balancers and logs name containers.
/// Example: two named `app`.
///
/// Source: ECS API Reference, "`ContainerDefinition`", name.
fn duplicate_container_name(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let mut names: Vec<_> = definition.containers.iter().map(|c| &c.name).collect();
        names.sort();
        let twice = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let mut twice: Vec<_> = twice.collect();
        twice.dedup();
        for name in twice {
            out.add(at(id), "containers", format!("Two containers are named `{name}`"), "Rename one of them");
        }
    }
}

/// What: every container has `essential: false`. Why: registration fails: nothing would keep the task alive. Example:
/// a single container marked so. Fix: makes the first one essential.
///
/// Source: ECS API Reference, "`ContainerDefinition`", essential (rule TDF-60).
fn no_essential_container(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let Some(first) = definition.containers.first() else { continue };
        if definition.containers.iter().any(Container::is_essential) {
            continue;
        }
        let message = format!("None of the {} containers is essential", definition.containers.len());
        out.add(at(id), "containers", message, "Mark the container that the task lives by").fix(
            format!("Make `{}` essential", first.name),
            change(id, definition, |c| {
                if c.name == first.name {
                    c.essential = None;
                }
            }),
        );
    }
}

/// Whether host and container have the same ports.
fn shares_ports(definition: &TaskDefinition, fargate: bool) -> bool {
    fargate || matches!(definition.network_mode(), NetworkMode::Awsvpc | NetworkMode::Host)
}

/// What: `hostPort` other than `containerPort` in `awsvpc` or `host` mode. Why: registration fails. Example: container
/// port 8080, host port 80. Fix: leaves the host port out.
///
/// Source: ECS API Reference, "`PortMapping`", hostPort (rule TDF-43).
fn host_port_differs(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        if !shares_ports(definition, uses.on(HostKind::Fargate)) {
            continue;
        }
        for container in &definition.containers {
            for mapping in &container.port_mappings {
                let (Some(port), Some(host)) = (mapping.container_port, mapping.host_port) else { continue };
                if host == 0 || host == port {
                    continue;
                }
                let mode = if uses.on(HostKind::Fargate) { NetworkMode::Awsvpc } else { definition.network_mode() };
                let message = format!(
                    "Container `{}` maps host port {host} to {port}; in {mode} mode they are one",
                    container.name
                );
                out.add(at(id), "containers", message, "Leave the host port out").fix(
                    "Leave host ports out",
                    change(id, definition, |c| c.port_mappings.iter_mut().for_each(|m| m.host_port = None)),
                );
            }
        }
    }
}

/// What: two containers of a task map one port where they share a network. Why: the second cannot listen. Example:
/// application and sidecar both on 8080 in `awsvpc` mode.
///
/// Source: ECS Developer Guide, "Task networking with the awsvpc network mode": containers share one interface (TDF-42).
fn port_mapped_twice(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        if !shares_ports(definition, uses.on(HostKind::Fargate)) {
            continue;
        }
        let mapped = definition.containers.iter().flat_map(|c| &c.port_mappings);
        let mut ports: Vec<_> = mapped.filter_map(|m| Some((m.container_port?, m.protocol))).collect();
        ports.sort_unstable();
        if let Some(pair) = ports.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("Port {} is mapped by two containers that share one network", pair[0].0);
            out.add(at(id), "containers", message, "Let each container listen on a port of its own");
        }
    }
}

/// The parameters of a container that Fargate does not take.
fn refused_of_container(c: &Container) -> Vec<&'static str> {
    let linux = c.linux_parameters.as_ref();
    let other_capability = |l: &crate::design::container::LinuxParameters| {
        l.capabilities_add.iter().any(|name| name != "SYS_PTRACE" && name != "CAP_SYS_PTRACE")
    };
    let used = [
        (c.disable_networking.is_some(), "disableNetworking"),
        (!c.dns_search_domains.is_empty(), "dnsSearchDomains"),
        (!c.dns_servers.is_empty(), "dnsServers"),
        (!c.docker_security_options.is_empty(), "dockerSecurityOptions"),
        (!c.extra_hosts.is_empty(), "extraHosts"),
        (!c.links.is_empty(), "links"),
        (c.privileged == Some(true), "privileged"),
        (linux.is_some_and(|l| l.max_swap.is_some()), "maxSwap"),
        (linux.is_some_and(|l| l.swappiness.is_some()), "swappiness"),
        (linux.is_some_and(|l| !l.devices.is_empty()), "devices"),
        (linux.is_some_and(|l| l.shared_memory_size.is_some()), "sharedMemorySize"),
        (linux.is_some_and(|l| !l.tmpfs.is_empty()), "tmpfs"),
        (linux.is_some_and(other_capability), "capabilities.add other than SYS_PTRACE"),
    ];
    used.into_iter().filter_map(|(used, name)| used.then_some(name)).collect()
}

/// What: a parameter that Fargate does not take. Why: registration fails. Example: `privileged: true`.
///
/// Source: ECS Developer Guide, "Task definition parameters for Fargate" (rules TDF-40, TDF-86, TDF-97, FG-05).
fn fargate_refuses_parameter(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Fargate)) {
        let mode = definition.network_mode();
        if mode != NetworkMode::Awsvpc {
            let mut changed = definition.clone();
            changed.network_mode = Some(NetworkMode::Awsvpc);
            changed.containers.iter_mut().flat_map(|c| &mut c.port_mappings).for_each(|m| m.host_port = None);
            out.add(at(id), "network_mode", format!("Fargate takes awsvpc alone, not {mode}"), "Use awsvpc")
                .fix("Use awsvpc, without host ports", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
        }
        let host = [
            (definition.ipc_mode.is_some_and(|mode| mode != IpcMode::None), "ipc_mode", "ipcMode"),
            (definition.pid_mode == Some(PidMode::Host), "pid_mode", "pidMode host"),
            (!definition.placement_constraints.is_empty(), "placement_constraints", "placementConstraints"),
        ];
        for (_, field, name) in host.into_iter().filter(|(used, _, _)| *used) {
            out.add(at(id), field, format!("Fargate does not take {name}"), "Leave it out, or run the task on EC2");
        }
        for container in &definition.containers {
            let refused = refused_of_container(container);
            if refused.is_empty() {
                continue;
            }
            let message =
                format!("Container `{}` uses {}, which Fargate does not take", container.name, refused.join(", "));
            out.add(at(id), "containers", message, "Leave it out, or run the task on EC2 or Managed Instances");
        }
    }
}

/// The tag of an image's URI; `None` for a digest.
fn tag(image: &str) -> Option<&str> {
    if image.contains('@') {
        return None;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    Some(name.split_once(':').map_or("latest", |(_, tag)| tag))
}

/// What: an image named by `latest` or without a tag. Why: two tasks of one revision may run different code, and a
/// rollback may bring the same fault back. Example: `nginx:latest`.
///
/// Source: ECS Developer Guide, "Best practices for container images": a tag for each release, never changed.
fn image_tag_latest(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in definition.containers.iter().filter(|c| !c.image.is_empty() && tag(&c.image) == Some("latest"))
        {
            let message = format!("Container `{}` runs `{}`, whose tag moves", container.name, container.image);
            out.add(at(id), "containers", message, "Name the image by a release's own tag or by its digest");
        }
    }
}

/// The log drivers of a kind of capacity (rule TDF-92).
///
/// Source: ECS API Reference, "`LogConfiguration`", logDriver.
fn drivers(kind: HostKind) -> &'static [LogDriver] {
    match kind {
        HostKind::Fargate => &[LogDriver::Awslogs, LogDriver::Splunk, LogDriver::Awsfirelens],
        HostKind::Managed => &[LogDriver::Awslogs, LogDriver::Splunk, LogDriver::Awsfirelens, LogDriver::JsonFile],
        HostKind::Ec2 | HostKind::External => LogDriver::ALL,
    }
}

/// What: a log driver that the capacity does not have. Why: registration or the task's start fails. Example: `gelf` on
/// Fargate.
///
/// Source: ECS API Reference, "`LogConfiguration`", logDriver (rule TDF-92).
fn log_driver_not_available(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        for container in &definition.containers {
            let Some(log) = &container.log_configuration else { continue };
            for kind in uses.kinds.iter().filter(|kind| !drivers(**kind).contains(&log.driver)) {
                let there: Vec<_> = drivers(*kind).iter().map(|driver| driver.aws()).collect();
                let message =
                    format!("Container `{}` logs by {}, unknown on {}", container.name, log.driver, kind.word());
                out.add(at(id), "containers", message, format!("Use one of {}", there.join(", ")));
            }
        }
    }
}

/// What: `awslogs` without a log group, or on Fargate without a stream prefix. Why: registration or the task's start
/// fails. Example: no `awslogs-stream-prefix` on Fargate. Fix: takes the container's name as the prefix.
///
/// Source: ECS Developer Guide, "Send Amazon ECS logs to CloudWatch" (rule TDF-93).
fn awslogs_incomplete(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        for container in &definition.containers {
            let Some(log) = container.log_configuration.as_ref().filter(|l| l.driver == LogDriver::Awslogs) else {
                continue;
            };
            if log.log_group.is_none() && !log.options.contains_key("awslogs-group") {
                let message = format!("Container `{}` logs by awslogs to no log group", container.name);
                out.add(at(id), "containers", message, "Draw a log group and name it");
            }
            if uses.on(HostKind::Fargate) && !log.options.contains_key("awslogs-stream-prefix") {
                let message =
                    format!("Container `{}` has no awslogs-stream-prefix, which Fargate asks for", container.name);
                out.add(at(id), "containers", message, "Set a prefix, such as the service's name").fix(
                    format!("Use the prefix `{}`", container.name),
                    change(id, definition, |c| {
                        if let Some(log) = c.log_configuration.as_mut().filter(|_| c.name == container.name) {
                            log.options.insert("awslogs-stream-prefix".to_owned(), c.name.as_str().to_owned());
                        }
                    }),
                );
            }
        }
    }
}

/// What: an essential container without `logConfiguration`. Why: what it prints on Fargate is lost, on EC2 it stays on
/// the instance. Example: an application that only prints.
///
/// Source: ECS Developer Guide, "Best practices for container images": write logs to stdout and stderr and collect them.
fn no_log_configuration(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let silent =
            |c: &&Container| c.is_essential() && c.log_configuration.is_none() && c.firelens_configuration.is_none();
        for container in definition.containers.iter().filter(silent) {
            let message = format!("What container `{}` prints is kept nowhere", container.name);
            out.add(at(id), "containers", message, "Give it a log configuration, such as awslogs with a log group");
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::container::LinuxParameters;

    fn driver(container: &mut Container, driver: LogDriver) {
        container.log_configuration.as_mut().unwrap().driver = driver;
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case("no-containers", |d| web_definition(d).containers.clear(), &["web · containers"], |_| {}),
        case(
            "container-without-image",
            |d| app(d).image = " ".to_owned(),
            &["web · containers"],
            |d| app(d).image = "web:1".to_owned(),
        ),
        case(
            "duplicate-container-name",
            |d| sidecar(d).name = "app".into(),
            &["web · containers"],
            |d| sidecar(d).name = "App".into(),
        ),
        case(
            "no-essential-container",
            |d| app(d).essential = Some(false),
            &["web · containers"],
            |d| sidecar(d).essential = Some(false),
        ),
        case(
            "host-port-differs",
            |d| app(d).port_mappings[0].host_port = Some(80),
            &["web · containers"],
            |d| app(d).port_mappings[0].host_port = Some(8080),
        ),
        case(
            "port-mapped-twice",
            |d| {
                let mappings = app(d).port_mappings.clone();
                sidecar(d).port_mappings = mappings;
            },
            &["web · containers"],
            |d| {
                let mut mappings = app(d).port_mappings.clone();
                mappings[0].container_port = Some(8081);
                sidecar(d).port_mappings = mappings;
            },
        ),
        case(
            "fargate-refuses-parameter",
            |d| app(d).privileged = Some(true),
            &["web · containers"],
            |d| worker_definition(d).containers[0].privileged = Some(true),
        ),
        case(
            "fargate-refuses-parameter",
            |d| {
                web_definition(d).network_mode = None;
                web_definition(d).pid_mode = Some(PidMode::Host);
            },
            &["web · network_mode", "web · pid_mode"],
            |d| web_definition(d).pid_mode = Some(PidMode::Task),
        ),
        case(
            "fargate-refuses-parameter",
            |d| {
                let added = vec!["SYS_ADMIN".to_owned()];
                app(d).linux_parameters = Some(LinuxParameters { capabilities_add: added, ..Default::default() });
            },
            &["web · containers"],
            |d| {
                let added = vec!["SYS_PTRACE".to_owned()];
                app(d).linux_parameters = Some(LinuxParameters { capabilities_add: added, ..Default::default() });
            },
        ),
        case(
            "image-tag-latest",
            |d| {
                app(d).image = "registry.example.com:5000/web".to_owned();
                sidecar(d).image = "nginx:latest".to_owned();
            },
            &["web · containers"],
            |d| {
                app(d).image = "web@sha256:0123".to_owned();
                sidecar(d).image = "registry.example.com:5000/web:1.2".to_owned();
            },
        ),
        case(
            "log-driver-not-available",
            |d| driver(app(d), LogDriver::Gelf),
            &["web · containers"],
            |d| driver(&mut worker_definition(d).containers[0], LogDriver::Gelf),
        ),
        case(
            "awslogs-incomplete",
            |d| {
                app(d).log_configuration.as_mut().unwrap().options.clear();
                app(d).log_configuration.as_mut().unwrap().log_group = None;
            },
            &["web · containers"],
            |d| worker_definition(d).containers[0].log_configuration.as_mut().unwrap().options.clear(),
        ),
        case(
            "no-log-configuration",
            |d| app(d).log_configuration = None,
            &["web · containers"],
            |d| sidecar(d).log_configuration = None,
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
