//! What `RegisterTaskDefinition` refuses beyond sizes: log routers, log options, secrets, proxies, systems and modes that do
//! not go together.

use std::collections::BTreeSet;

use super::containers::change;
use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::container::{Container, LogDriver};
use crate::design::edit::Edit;
use crate::design::id::TaskDefinitionId;
use crate::design::task_definition::NetworkMode;
use crate::design::{Item, ItemRef};
use crate::names::Architecture;

const FIRELENS: &str = "ECS Developer Guide, \"Send Amazon ECS logs to an AWS service or AWS Partner\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "secret-and-variable-of-one-name",
        Severity::Error,
        "A container gets one variable twice",
        "ECS API Reference, \"ContainerDefinition\", secrets",
        secret_and_variable_of_one_name,
    ),
    Rule::new(
        "log-router-missing",
        Severity::Error,
        "A container logs by awsfirelens, and the task has no log router",
        FIRELENS,
        log_router_missing,
    ),
    Rule::new(
        "log-router-without-logs",
        Severity::Error,
        "A task has a log router, and no container logs by awsfirelens",
        FIRELENS,
        log_router_without_logs,
    ),
    Rule::new(
        "several-log-routers",
        Severity::Error,
        "A task has more than one log router",
        FIRELENS,
        several_log_routers,
    ),
    Rule::new(
        "awslogs-option-not-taken",
        Severity::Error,
        "An option of awslogs is none that ECS takes",
        "ECS API Reference, \"LogConfiguration\", options",
        awslogs_option_not_taken,
    ),
    Rule::new(
        "windows-on-arm",
        Severity::Error,
        "Windows containers for ARM64",
        "ECS Developer Guide, \"Task definition parameters\", runtimePlatform",
        windows_on_arm,
    ),
    Rule::new(
        "awsvpc-on-ecs-anywhere",
        Severity::Error,
        "ECS Anywhere has no awsvpc mode",
        "ECS Developer Guide, \"Amazon ECS clusters for external instances\", considerations",
        awsvpc_on_ecs_anywhere,
    ),
    Rule::new(
        "proxy-container-missing",
        Severity::Warning,
        "The proxy configuration names a container that the task has not",
        "ECS API Reference, \"ProxyConfiguration\", containerName",
        proxy_container_missing,
    ),
    Rule::new(
        "health-command-without-cmd",
        Severity::Warning,
        "A health check's command does not begin with CMD or CMD-SHELL",
        "ECS API Reference, \"HealthCheck\", command",
        health_command_without_cmd,
    ),
];

fn at(id: &TaskDefinitionId) -> ItemRef {
    ItemRef::TaskDefinition(id.clone())
}

/// What: a secret and a variable of one name, or two secrets of one name. Why: registration fails: the container would
/// have two values of it. Example: `A` under environment and under secrets.
///
/// Source: ECS API Reference, "`ContainerDefinition`", secrets; `RegisterTaskDefinition`: "The secret name must be unique
/// and not shared with any new or existing environment variables set on the container" (rule TDF-94).
fn secret_and_variable_of_one_name(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            let mut seen = BTreeSet::new();
            for secret in &container.secrets {
                let again = !seen.insert(&secret.name);
                if !again && !container.environment.contains_key(&secret.name) {
                    continue;
                }
                let also = if again { "is a secret twice" } else { "is both a variable and a secret" };
                let message = format!("`{}` of container `{}` {also}", secret.name, container.name);
                let finding = out.add(at(id), "containers", message, "Keep one of the two");
                if !again {
                    let (of, name) = (&container.name, &secret.name);
                    let drop = |c: &mut Container| {
                        if c.name == *of {
                            c.environment.remove(name);
                        }
                    };
                    finding.fix("Keep the secret", change(id, definition, drop));
                }
            }
        }
    }
}

fn logs_by_router(container: &Container) -> bool {
    container.log_configuration.as_ref().is_some_and(|log| log.driver == LogDriver::Awsfirelens)
}

/// What: `awsfirelens` in a task without `firelensConfiguration`. Why: registration fails: nothing takes the logs.
///
/// Source: ECS Developer Guide, "Send Amazon ECS logs to an AWS service or AWS Partner" (rule TDF-92).
fn log_router_missing(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        if definition.containers.iter().any(|c| c.firelens_configuration.is_some()) {
            continue;
        }
        for container in definition.containers.iter().filter(|c| logs_by_router(c)) {
            let message =
                format!("Container `{}` logs by awsfirelens, and no container is a log router", container.name);
            out.add(at(id), "containers", message, "Add a container with a firelensConfiguration, or log by awslogs");
        }
    }
}

/// What: a log router whose task has no container that logs by `awsfirelens`. Why: registration fails.
///
/// Source: ECS Developer Guide, "Send Amazon ECS logs to an AWS service or AWS Partner" (rule TDF-92).
fn log_router_without_logs(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        if definition.containers.iter().any(logs_by_router) {
            continue;
        }
        let Some(router) = definition.containers.iter().find(|c| c.firelens_configuration.is_some()) else { continue };
        let message = format!("`{}` is a log router, and no container logs by awsfirelens", router.name);
        out.add(at(id), "containers", message, "Let a container log by awsfirelens, or take the router away");
    }
}

/// What: two containers with `firelensConfiguration`. Why: registration fails.
///
/// Source: ECS Developer Guide, "Send Amazon ECS logs to an AWS service or AWS Partner" (rule TDF-92).
fn several_log_routers(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let routers: Vec<_> = definition.containers.iter().filter(|c| c.firelens_configuration.is_some()).collect();
        if let [first, second, ..] = routers.as_slice() {
            let message = format!("`{}` and `{}` are both log routers; a task may have one", first.name, second.name);
            out.add(at(id), "containers", message, "Keep one log router");
        }
    }
}

/// The options that ECS passes to awslogs.
///
/// Source: ECS API Reference, "`LogConfiguration`", options of awslogs.
const AWSLOGS_OPTIONS: &[&str] = &[
    "awslogs-create-group",
    "awslogs-datetime-format",
    "awslogs-group",
    "awslogs-multiline-pattern",
    "awslogs-region",
    "awslogs-stream-prefix",
    "max-buffer-size",
    "mode",
];

/// What: an option of awslogs that ECS does not know, or `awslogs-create-group` other than true. Why: registration fails:
/// "Log driver awslogs disallows options". Example: `log_key`, which is Fluent Bit's. Fix: takes the option out.
///
/// Source: ECS API Reference, "`LogConfiguration`", options (rule TDF-92).
fn awslogs_option_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            let Some(log) = container.log_configuration.as_ref().filter(|log| log.driver == LogDriver::Awslogs) else {
                continue;
            };
            for (name, value) in &log.options {
                let message = if !AWSLOGS_OPTIONS.contains(&name.as_str()) {
                    format!("awslogs of container `{}` takes no option `{name}`", container.name)
                } else if name == "awslogs-create-group" && value != "true" {
                    format!(
                        "awslogs-create-group of container `{}` is `{value}`; ECS takes true or nothing",
                        container.name
                    )
                } else {
                    continue;
                };
                let hint = format!("ECS takes {}", AWSLOGS_OPTIONS.join(", "));
                let drop = |c: &mut Container| {
                    if let Some(log) = c.log_configuration.as_mut().filter(|_| c.name == container.name) {
                        log.options.remove(name);
                    }
                };
                out.add(at(id), "containers", message, hint).fix("Take it out", change(id, definition, drop));
            }
        }
    }
}

/// What: a Windows family with ARM64. Why: registration fails: Windows containers are for `X86_64`. Fix: `X86_64`.
///
/// Source: ECS Developer Guide, "Task definition parameters", runtimePlatform (rules TDF-80, TDF-81).
fn windows_on_arm(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let platform = definition.runtime_platform;
        if !platform.is_windows() || platform.cpu_architecture != Some(Architecture::Arm) {
            continue;
        }
        let mut changed = definition.clone();
        changed.runtime_platform.cpu_architecture = Some(Architecture::X86);
        let message = "Windows containers run on X86_64 alone, not on ARM64";
        out.add(at(id), "runtime_platform", message, "Use X86_64, or Linux")
            .fix("Use X86_64", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
    }
}

/// What: `awsvpc` in a definition for EXTERNAL. Why: ECS refuses it: machines outside AWS have no network interfaces of
/// a VPC. Fix: `bridge`.
///
/// Source: ECS Developer Guide, "Amazon ECS clusters for external instances": network modes bridge, host and none (ANY).
fn awsvpc_on_ecs_anywhere(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        let listed = definition.requires_compatibilities.contains(&HostKind::External.launch_type());
        let external = uses.on(HostKind::External) || listed;
        if !external || definition.network_mode() != NetworkMode::Awsvpc {
            continue;
        }
        let mut changed = definition.clone();
        changed.network_mode = Some(NetworkMode::Bridge);
        let message = "The definition is for ECS Anywhere, which takes bridge, host and none, not awsvpc";
        let finding = out.add(at(id), "network_mode", message, "Use bridge, host or none");
        if uses.kinds.iter().all(|kind| *kind == HostKind::External) {
            finding.fix("Use bridge", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
        }
    }
}

/// What: `proxyConfiguration` with a container that is not in the definition. Why: traffic is led into a proxy that nobody
/// runs.
///
/// Source: ECS API Reference, "`ProxyConfiguration`", containerName: the container that serves as the proxy (rule TDF-96).
/// Assumption: a warning, for no page says that registration refuses it.
fn proxy_container_missing(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let Some(proxy) = &definition.proxy_configuration else { continue };
        if definition.containers.iter().any(|container| container.name == proxy.container_name) {
            continue;
        }
        let mut changed = definition.clone();
        changed.proxy_configuration = None;
        let message = format!("The proxy configuration names container `{}`, which is not there", proxy.container_name);
        out.add(at(id), "proxy_configuration", message, "Add the container, or take the configuration away")
            .fix("Take the proxy configuration away", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
    }
}

/// What: a health check whose command begins with neither CMD, CMD-SHELL nor NONE. Why: ECS registers it, and Docker
/// cannot start the check: the container is unhealthy from its first check on. Fix: CMD-SHELL where it is one line.
///
/// Source: ECS API Reference, "`HealthCheck`", command: the string array must start with CMD or CMD-SHELL (rule TDF-72).
fn health_command_without_cmd(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            let Some(check) = &container.health_check else { continue };
            let Some(first) = check.command.first().map(String::as_str) else { continue };
            if ["CMD", "CMD-SHELL", "NONE"].contains(&first) {
                continue;
            }
            let message =
                format!("The health check of container `{}` begins with neither CMD nor CMD-SHELL", container.name);
            let hint = "Write CMD-SHELL before a line for the shell, CMD before a program and its arguments";
            let kind = if check.command.len() == 1 { "CMD-SHELL" } else { "CMD" };
            let prefix = |c: &mut Container| {
                if let Some(check) = c.health_check.as_mut().filter(|_| c.name == container.name) {
                    check.command.insert(0, kind.to_owned());
                }
            };
            out.add(at(id), "containers", message, hint)
                .fix(format!("Begin it with {kind}"), change(id, definition, prefix));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::capacity::LaunchType;
    use crate::design::container::{
        ContainerHealthCheck, FirelensConfiguration, FirelensType, InjectedSecret, LogConfiguration,
    };
    use crate::design::task_definition::{OperatingSystemFamily, ProxyConfiguration};

    fn secret(d: &mut Design, name: &str) {
        let value_from = "/prod/a".to_owned();
        app(d).secrets.push(InjectedSecret { name: name.to_owned(), value_from, secret: None });
    }

    fn variable(d: &mut Design, name: &str) {
        app(d).environment.insert(name.to_owned(), "1".to_owned());
    }

    fn log(container: &mut Container, driver: LogDriver) {
        let (log_group, options, secret_options) = (None, [].into(), vec![]);
        container.log_configuration = Some(LogConfiguration { driver, log_group, options, secret_options });
    }

    fn router(d: &mut Design, name: &str) {
        let mut router = Container::new(name, "fluent-bit:3.1");
        router.firelens_configuration =
            Some(FirelensConfiguration { kind: FirelensType::Fluentbit, options: [].into() });
        web_definition(d).containers.push(router);
    }

    fn option(d: &mut Design, name: &str, value: &str) {
        app(d).log_configuration.as_mut().unwrap().options.insert(name.to_owned(), value.to_owned());
    }

    fn platform(d: &mut Design, system: OperatingSystemFamily, architecture: Architecture) {
        let platform = &mut web_definition(d).runtime_platform;
        (platform.operating_system_family, platform.cpu_architecture) = (Some(system), Some(architecture));
    }

    fn proxy(d: &mut Design, container: &str) {
        let properties = [("ProxyIngressPort".to_owned(), "15000".to_owned())].into();
        web_definition(d).proxy_configuration =
            Some(ProxyConfiguration { container_name: container.into(), properties });
    }

    fn health(d: &mut Design, command: &[&str]) {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        app(d).health_check = Some(ContainerHealthCheck { command, ..ContainerHealthCheck::default() });
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "secret-and-variable-of-one-name",
            |d| {
                secret(d, "A");
                variable(d, "A");
            },
            &["web · containers"],
            |d| {
                secret(d, "A");
                variable(d, "B");
            },
        ),
        case(
            "secret-and-variable-of-one-name",
            |d| {
                secret(d, "A");
                secret(d, "A");
            },
            &["web · containers"],
            |d| {
                secret(d, "A");
                secret(d, "a");
            },
        ),
        case(
            "log-router-missing",
            |d| log(app(d), LogDriver::Awsfirelens),
            &["web · containers"],
            |d| {
                log(app(d), LogDriver::Awsfirelens);
                router(d, "router");
            },
        ),
        case(
            "log-router-without-logs",
            |d| router(d, "router"),
            &["web · containers"],
            |d| {
                log(app(d), LogDriver::Awsfirelens);
                router(d, "router");
            },
        ),
        case(
            "several-log-routers",
            |d| {
                router(d, "router");
                router(d, "router-2");
            },
            &["web · containers"],
            |d| router(d, "router"),
        ),
        case(
            "awslogs-option-not-taken",
            |d| option(d, "log_key", "log"),
            &["web · containers"],
            |d| {
                option(d, "mode", "non-blocking");
            },
        ),
        case(
            "awslogs-option-not-taken",
            |d| option(d, "awslogs-create-group", "false"),
            &["web · containers"],
            |d| {
                option(d, "awslogs-create-group", "true");
            },
        ),
        case(
            "windows-on-arm",
            |d| platform(d, OperatingSystemFamily::WindowsServer2022Core, Architecture::Arm),
            &["web · runtime_platform"],
            |d| platform(d, OperatingSystemFamily::WindowsServer2022Core, Architecture::X86),
        ),
        case(
            "awsvpc-on-ecs-anywhere",
            |d| web_definition(d).requires_compatibilities.push(LaunchType::External),
            &["web · network_mode"],
            |d| worker_definition(d).requires_compatibilities.push(LaunchType::External),
        ),
        case("proxy-container-missing", |d| proxy(d, "envoy"), &["web · proxy_configuration"], |d| proxy(d, "app")),
        case(
            "health-command-without-cmd",
            |d| health(d, &["curl -f http://localhost/ || exit 1"]),
            &["web · containers"],
            |d| {
                health(d, &["CMD-SHELL", "curl -f http://localhost/ || exit 1"]);
            },
        ),
        case(
            "health-command-without-cmd",
            |d| health(d, &["curl", "-f", "http://localhost/"]),
            &["web · containers"],
            |d| {
                health(d, &["CMD", "curl", "-f", "http://localhost/"]);
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
