//! Containers, as `containerDefinitions` has them.

use serde_json::Value;

use super::around::Around;
use crate::design::container::{
    AppProtocol, Container, ContainerHealthCheck, Dependency, DependencyCondition, Device, FirelensConfiguration,
    FirelensType, InjectedSecret, LinuxParameters, LogConfiguration, LogDriver, MountPoint, NvidiaMps, PortMapping,
    RestartPolicy, Tmpfs, TransportProtocol, Ulimit, VolumeFrom,
};
use crate::design::id::{ContainerName, VolumeName};
use crate::exchange::ImportError;
use crate::exchange::json::Object;
use crate::units::{CpuUnits, Mib, Percent, Seconds};

/// What is told of a resource requirement that Bayplan has no place for.
const NO_RESOURCE: &str = "expected a number of GPUs, ALL of them or a share, or NeuronDevice and ALL";

/// One container; without a name it is none, and without an image another stands in.
pub(super) fn container(mut of: Object<'_>, around: &mut Around) -> Result<Container, ImportError> {
    let Some(name) = of.text("name") else {
        return Err(of.error("expected a container with a name".to_owned()));
    };
    let image = of.text("image").unwrap_or_else(|| super::STAND_IN.to_owned());
    around.image(&image);
    let mut container = Container::new(&name, &image);
    sizes(&mut of, &mut container);
    container.essential = of.flag("essential");
    container.port_mappings = of.list("portMappings", port_mapping);
    container.depends_on = of.list("dependsOn", dependency);
    container.health_check =
        of.object("healthCheck").map(health_check).filter(|check| *check != ContainerHealthCheck::default());
    container.start_timeout = seconds(&mut of, "startTimeout");
    container.stop_timeout = seconds(&mut of, "stopTimeout");
    container.restart_policy = of.object("restartPolicy").and_then(restart_policy);
    surroundings(&mut of, &mut container, around);
    process(&mut of, &mut container);
    hosts(&mut of, &mut container);
    Ok(container)
}

fn seconds(of: &mut Object<'_>, key: &str) -> Option<Seconds> {
    of.number(key, "whole seconds").map(Seconds::from_secs)
}

fn mib(of: &mut Object<'_>, key: &str) -> Option<Mib> {
    of.number(key, "whole MiB").map(Mib::from_mib)
}

fn sizes(of: &mut Object<'_>, container: &mut Container) {
    container.cpu = of.number("cpu", "whole CPU units").map(CpuUnits::from_units);
    container.memory = mib(of, "memory");
    container.memory_reservation = mib(of, "memoryReservation");
    of.list("resourceRequirements", |mut resource| {
        let kind = resource.text_or_empty("type");
        let value = resource.text_or_empty("value");
        match (kind.as_str(), value.as_str(), value.parse::<u32>()) {
            ("GPU", "ALL", _) => container.all_gpus = true,
            ("GPU", "", _) if resource.has("sharingStrategy") => {
                match resource.object("sharingStrategy").and_then(sharing) {
                    Some(share) => container.gpu_sharing = Some(share),
                    None => return resource.refuse(NO_RESOURCE),
                }
            }
            ("GPU", _, Ok(gpus)) => container.gpus += gpus,
            ("NeuronDevice", "ALL", _) => container.neuron_devices = true,
            ("InferenceAccelerator", ..) => return resource.refuse::<()>("Amazon Elastic Inference has ended"),
            _ => return resource.refuse(NO_RESOURCE),
        }
        None
    });
}

fn sharing(mut of: Object<'_>) -> Option<NvidiaMps> {
    let mut share = of.object("nvidiaMps")?;
    let Some(memory) = mib(&mut share, "memory") else { return share.refuse("expected memory in whole MiB") };
    let max_compute_percent = share.number("maxComputePercent", "whole percents").map(Percent::from_percent);
    Some(NvidiaMps { memory, max_compute_percent })
}

fn port_mapping(mut of: Object<'_>) -> Option<PortMapping> {
    if !of.has("containerPort") && !of.has("containerPortRange") {
        return of.refuse("expected containerPort or containerPortRange");
    }
    let protocol = of.text("protocol").map(|text| {
        TransportProtocol::from_aws(&text).unwrap_or_else(|| {
            of.tell("protocol", format!("{text:?}"), "expected tcp or udp; ECS takes any other text for tcp");
            TransportProtocol::Tcp
        })
    });
    Some(PortMapping {
        container_port: of.number("containerPort", "a port"),
        host_port: of.number("hostPort", "a port"),
        container_port_range: of.read("containerPortRange", "two ports, like 8000-8010", |value| {
            let (first, last) = value.as_str()?.split_once('-')?;
            Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
        }),
        protocol,
        name: of.text("name"),
        app_protocol: of.word("appProtocol", AppProtocol::ALL),
    })
}

fn dependency(mut of: Object<'_>) -> Option<Dependency> {
    let (Some(name), Some(condition)) = (of.text("containerName"), of.word("condition", DependencyCondition::ALL))
    else {
        return of.refuse("expected containerName and condition");
    };
    Some(Dependency { container_name: ContainerName::new(&name), condition })
}

fn health_check(mut of: Object<'_>) -> ContainerHealthCheck {
    ContainerHealthCheck {
        command: of.texts("command"),
        interval: seconds(&mut of, "interval"),
        timeout: seconds(&mut of, "timeout"),
        retries: of.number("retries", "a whole number"),
        start_period: seconds(&mut of, "startPeriod"),
    }
}

fn restart_policy(mut of: Object<'_>) -> Option<RestartPolicy> {
    let Some(enabled) = of.flag("enabled") else { return of.refuse("expected enabled, true or false") };
    let ignored_exit_codes = of.texts("ignoredExitCodes");
    let parsed: Vec<_> = ignored_exit_codes.iter().filter_map(|code| code.parse().ok()).collect();
    if parsed.len() < ignored_exit_codes.len() {
        of.tell("ignoredExitCodes", ignored_exit_codes.join(", "), "expected whole numbers");
    }
    let restart_attempt_period = seconds(&mut of, "restartAttemptPeriod");
    Some(RestartPolicy { enabled, ignored_exit_codes: parsed, restart_attempt_period })
}

/// What a container gets from and gives to the world around it: settings, secrets, volumes, logs.
fn surroundings(of: &mut Object<'_>, container: &mut Container, around: &mut Around) {
    container.environment = of.pairs("environment", "name", "value");
    container.environment_files = of.list("environmentFiles", |mut file| {
        let kind = file.text("type").unwrap_or_else(|| "s3".to_owned());
        match file.text("value") {
            Some(value) if kind == "s3" => Some(value),
            Some(_) | None => file.refuse("expected the ARN of an S3 object, and s3 for its type"),
        }
    });
    container.secrets = of.list("secrets", |secret| injected(secret, around));
    container.repository_credentials =
        of.object("repositoryCredentials").and_then(|mut credentials| credentials.text("credentialsParameter"));
    container.mount_points = of.list("mountPoints", |mut mount| {
        if !mount.has("sourceVolume") && !mount.has("containerPath") {
            return mount.refuse("expected sourceVolume and containerPath");
        }
        Some(MountPoint {
            source_volume: mount.text("sourceVolume").map(|name| VolumeName::new(&name)),
            container_path: mount.text("containerPath"),
            read_only: mount.flag("readOnly"),
        })
    });
    container.volumes_from = of.list("volumesFrom", |mut from| {
        let Some(name) = from.text("sourceContainer") else { return from.refuse("expected sourceContainer") };
        Some(VolumeFrom { source_container: ContainerName::new(&name), read_only: from.flag("readOnly") })
    });
    container.log_configuration = of.object("logConfiguration").and_then(|log| logging(log, around));
    container.firelens_configuration = of.object("firelensConfiguration").and_then(|mut router| {
        let Some(kind) = router.word("type", FirelensType::ALL) else {
            return router.refuse("expected a type, fluentd or fluentbit");
        };
        Some(FirelensConfiguration { kind, options: router.map("options") })
    });
}

fn injected(mut of: Object<'_>, around: &mut Around) -> Option<InjectedSecret> {
    let (Some(name), Some(value_from)) = (of.text("name"), of.text("valueFrom")) else {
        return of.refuse("expected name and valueFrom");
    };
    let secret = around.secret(&value_from);
    Some(InjectedSecret { name, value_from, secret })
}

fn logging(mut of: Object<'_>, around: &mut Around) -> Option<LogConfiguration> {
    let Some(driver) = of.word("logDriver", LogDriver::ALL) else {
        return of.refuse("expected a logDriver that ECS knows");
    };
    let mut options = of.map("options");
    let group = if driver == LogDriver::Awslogs { options.remove(super::LOG_GROUP_OPTION) } else { None };
    Some(LogConfiguration {
        driver,
        log_group: group.filter(|name| !name.is_empty()).map(|name| around.log_group(&name)),
        options,
        secret_options: of.list("secretOptions", |secret| injected(secret, around)),
    })
}

/// What runs in a container, and what the kernel allows it.
fn process(of: &mut Object<'_>, container: &mut Container) {
    container.entry_point = of.texts("entryPoint");
    container.command = of.texts("command");
    container.working_directory = of.text("workingDirectory");
    container.user = of.text("user");
    container.linux_parameters = of.object("linuxParameters").map(linux).filter(|l| *l != LinuxParameters::default());
    container.ulimits = of.list("ulimits", |mut limit| {
        let name = limit.text("name");
        let soft = limit.number("softLimit", "a whole number");
        let hard = limit.number("hardLimit", "a whole number");
        let (Some(name), Some(soft), Some(hard)) = (name, soft, hard) else {
            return limit.refuse("expected name, softLimit and hardLimit");
        };
        Some(Ulimit { name, soft, hard })
    });
    container.system_controls = of.pairs("systemControls", "namespace", "value");
    container.docker_labels = of.map("dockerLabels");
    container.docker_security_options = of.texts("dockerSecurityOptions");
    container.privileged = of.flag("privileged");
    container.readonly_root_filesystem = of.flag("readonlyRootFilesystem");
    container.interactive = of.flag("interactive");
    container.pseudo_terminal = of.flag("pseudoTerminal");
    container.version_consistency = of.switch("versionConsistency", "enabled", "disabled");
    container.credential_specs = of.texts("credentialSpecs");
}

fn linux(mut of: Object<'_>) -> LinuxParameters {
    let mut linux = LinuxParameters { init_process_enabled: of.flag("initProcessEnabled"), ..Default::default() };
    if let Some(mut capabilities) = of.object("capabilities") {
        linux.capabilities_add = capabilities.texts("add");
        linux.capabilities_drop = capabilities.texts("drop");
    }
    linux.devices = of.list("devices", |mut device| {
        let Some(host_path) = device.text("hostPath") else { return device.refuse("expected hostPath") };
        let container_path = device.text("containerPath");
        Some(Device { host_path, container_path, permissions: device.texts("permissions") })
    });
    linux.shared_memory_size = mib(&mut of, "sharedMemorySize");
    linux.tmpfs = of.list("tmpfs", |mut tmpfs| {
        let (Some(container_path), Some(size)) = (tmpfs.text("containerPath"), mib(&mut tmpfs, "size")) else {
            return tmpfs.refuse("expected containerPath, and size in whole MiB");
        };
        Some(Tmpfs { container_path, size, mount_options: tmpfs.texts("mountOptions") })
    });
    linux.max_swap = mib(&mut of, "maxSwap");
    linux.swappiness = of.number("swappiness", "a whole number from 0 to 100");
    linux
}

/// Names and addresses that a container knows and is known by.
fn hosts(of: &mut Object<'_>, container: &mut Container) {
    container.links = of.texts("links");
    container.hostname = of.text("hostname");
    container.extra_hosts = of.list("extraHosts", |mut host| {
        let (Some(name), Some(address)) = (host.text("hostname"), host.text("ipAddress")) else {
            return host.refuse("expected hostname and ipAddress");
        };
        Some((name, address))
    });
    container.dns_servers = of.texts("dnsServers");
    container.dns_search_domains = of.texts("dnsSearchDomains");
    container.disable_networking = of.flag("disableNetworking");
}

/// A size in words or numbers, as text and whole number: CPU in units or `vCPU`, memory in MiB or `GB`, of which each
/// is 1024 (rule TDF-20). What comes to no whole number is none.
pub(super) fn size_of(value: &Value, word: &str) -> Option<u32> {
    let text = match value {
        Value::String(text) => text.trim().to_ascii_lowercase(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    match text.strip_suffix(word) {
        Some(decimal) => times_1024(decimal.trim()),
        None => text.parse().ok(),
    }
}

/// 1024 times a decimal like `.25`, exactly.
fn times_1024(decimal: &str) -> Option<u32> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 15 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let units = digits.parse::<u64>().ok()? * 1024;
    if units % scale == 0 { u32::try_from(units / scale).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tdf_20_sizes_are_understood_as_people_write_them() {
        // 1 vCPU is 1024 units, 1 GB is 1024 MiB: .25 × 1024 = 256, 1.5 × 1024 = 1536.
        for (value, word, size) in [
            (r#""256""#, "vcpu", Some(256)),
            ("256", "vcpu", Some(256)),
            (r#""1 vCPU""#, "vcpu", Some(1024)),
            (r#"".25 vcpu""#, "vcpu", Some(256)),
            (r#""1.5VCPU""#, "vcpu", Some(1536)),
            (r#""3 GB""#, "gb", Some(3072)),
            (r#"".5 gb""#, "gb", Some(512)),
            (r#""0.5 GB""#, "gb", Some(512)),
            // 0.3 × 1024 = 307.2 is no whole number of MiB.
            (r#""0.3 GB""#, "gb", None),
            (r#"". GB""#, "gb", None),
            (r#""1.2.3 GB""#, "gb", None),
            (r#""-1 GB""#, "gb", None),
            (r#""99999999999999999999 GB""#, "gb", None),
            (r#""${cpu}""#, "vcpu", None),
            ("0.25", "vcpu", None),
            ("true", "vcpu", None),
        ] {
            assert_eq!(size_of(&serde_json::from_str(value).unwrap(), word), size, "{value}");
        }
    }
}
