//! Containers, as `containerDefinitions` has them, written.

use serde_json::Value;

use super::write::{Fields, map, objects, pairs};
use crate::design::Design;
use crate::design::container::{
    Container, FirelensConfiguration, InjectedSecret, LinuxParameters, LogConfiguration, LogDriver, PortMapping,
};
use crate::design::id::SecretId;
use crate::units::{CpuUnits, Mib, Seconds};

/// One container, keys in the order of AWS's API.
pub(super) fn container(of: &mut Fields, container: &Container, design: &Design) {
    of.put("name", container.name.as_str());
    if container.image != super::STAND_IN {
        of.put("image", container.image.as_str());
    }
    if let Some(parameter) = &container.repository_credentials {
        of.put_object("repositoryCredentials", |of| of.put("credentialsParameter", parameter.as_str()));
    }
    of.put("cpu", container.cpu.map(CpuUnits::units));
    of.put("memory", container.memory.map(Mib::mib));
    of.put("memoryReservation", container.memory_reservation.map(Mib::mib));
    of.put("links", texts(&container.links));
    of.put("portMappings", objects(&container.port_mappings, port_mapping));
    of.put("essential", container.essential);
    if let Some(policy) = &container.restart_policy {
        of.put_object("restartPolicy", |of| {
            of.put("enabled", policy.enabled);
            of.put("ignoredExitCodes", policy.ignored_exit_codes.clone());
            of.put("restartAttemptPeriod", policy.restart_attempt_period.map(Seconds::secs));
        });
    }
    of.put("entryPoint", texts(&container.entry_point));
    of.put("command", texts(&container.command));
    of.put("environment", pairs(&container.environment, "name", "value"));
    of.put(
        "environmentFiles",
        objects(&container.environment_files, |of, file| {
            of.put("value", file.as_str());
            of.put("type", "s3");
        }),
    );
    mounts(of, container);
    if let Some(linux) = &container.linux_parameters {
        of.put_object("linuxParameters", |of| linux_parameters(of, linux));
    }
    of.put("secrets", objects(&container.secrets, secret));
    dependencies(of, container);
    process(of, container);
    if let Some(log) = &container.log_configuration {
        of.put_object("logConfiguration", |of| log_configuration(of, log, design));
    }
    health_check(of, container);
    of.put("systemControls", pairs(&container.system_controls, "namespace", "value"));
    of.put("resourceRequirements", Value::Array(resource_requirements(container)));
    if let Some(router) = &container.firelens_configuration {
        of.put_object("firelensConfiguration", |of| firelens(of, router));
    }
    of.put("credentialSpecs", texts(&container.credential_specs));
}

fn texts(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| Value::from(text.as_str())).collect()
}

fn port_mapping(of: &mut Fields, port: &PortMapping) {
    of.put("containerPort", port.container_port);
    of.put("hostPort", port.host_port);
    of.put("protocol", port.protocol.map(crate::design::container::TransportProtocol::aws));
    of.put("name", port.name.as_deref());
    of.put("appProtocol", port.app_protocol.map(crate::design::container::AppProtocol::aws));
    of.put("containerPortRange", port.container_port_range.map(|(first, last)| format!("{first}-{last}")));
}

fn mounts(of: &mut Fields, container: &Container) {
    of.put(
        "mountPoints",
        objects(&container.mount_points, |of, mount| {
            of.put("sourceVolume", mount.source_volume.as_ref().map(crate::design::id::VolumeName::as_str));
            of.put("containerPath", mount.container_path.as_deref());
            of.put("readOnly", mount.read_only);
        }),
    );
    of.put(
        "volumesFrom",
        objects(&container.volumes_from, |of, from| {
            of.put("sourceContainer", from.source_container.as_str());
            of.put("readOnly", from.read_only);
        }),
    );
}

fn linux_parameters(of: &mut Fields, linux: &LinuxParameters) {
    of.put_object("capabilities", |of| {
        of.put("add", texts(&linux.capabilities_add));
        of.put("drop", texts(&linux.capabilities_drop));
    });
    of.put(
        "devices",
        objects(&linux.devices, |of, device| {
            of.put("hostPath", device.host_path.as_str());
            of.put("containerPath", device.container_path.as_deref());
            of.put("permissions", texts(&device.permissions));
        }),
    );
    of.put("initProcessEnabled", linux.init_process_enabled);
    of.put("sharedMemorySize", linux.shared_memory_size.map(Mib::mib));
    of.put(
        "tmpfs",
        objects(&linux.tmpfs, |of, tmpfs| {
            of.put("containerPath", tmpfs.container_path.as_str());
            of.put("size", tmpfs.size.mib());
            of.put("mountOptions", texts(&tmpfs.mount_options));
        }),
    );
    of.put("maxSwap", linux.max_swap.map(Mib::mib));
    of.put("swappiness", linux.swappiness);
}

/// A secret by what it is read from; one that is only drawn, by the name it has in the drawing.
fn secret(of: &mut Fields, secret: &InjectedSecret) {
    of.put("name", secret.name.as_str());
    let drawn = secret.secret.as_ref().map_or("", SecretId::as_str);
    of.put("valueFrom", if secret.value_from.is_empty() { drawn } else { &secret.value_from });
}

fn dependencies(of: &mut Fields, container: &Container) {
    of.put(
        "dependsOn",
        objects(&container.depends_on, |of, dependency| {
            of.put("containerName", dependency.container_name.as_str());
            of.put("condition", dependency.condition.aws());
        }),
    );
    of.put("startTimeout", container.start_timeout.map(Seconds::secs));
    of.put("stopTimeout", container.stop_timeout.map(Seconds::secs));
}

fn process(of: &mut Fields, container: &Container) {
    let consistency = |on| if on { "enabled" } else { "disabled" };
    of.put("versionConsistency", container.version_consistency.map(consistency));
    of.put("hostname", container.hostname.as_deref());
    of.put("user", container.user.as_deref());
    of.put("workingDirectory", container.working_directory.as_deref());
    of.put("disableNetworking", container.disable_networking);
    of.put("privileged", container.privileged);
    of.put("readonlyRootFilesystem", container.readonly_root_filesystem);
    of.put("dnsServers", texts(&container.dns_servers));
    of.put("dnsSearchDomains", texts(&container.dns_search_domains));
    of.put(
        "extraHosts",
        objects(&container.extra_hosts, |of, (name, address)| {
            of.put("hostname", name.as_str());
            of.put("ipAddress", address.as_str());
        }),
    );
    of.put("dockerSecurityOptions", texts(&container.docker_security_options));
    of.put("interactive", container.interactive);
    of.put("pseudoTerminal", container.pseudo_terminal);
    of.put("dockerLabels", map(&container.docker_labels));
    of.put(
        "ulimits",
        objects(&container.ulimits, |of, limit| {
            of.put("name", limit.name.as_str());
            of.put("softLimit", limit.soft);
            of.put("hardLimit", limit.hard);
        }),
    );
}

/// A log configuration with the drawn log group among its options again. The region, which AWS demands, is the
/// design's where the options name none.
fn log_configuration(of: &mut Fields, log: &LogConfiguration, design: &Design) {
    of.put("logDriver", log.driver.aws());
    let mut options = log.options.clone();
    if let (LogDriver::Awslogs, Some(group)) = (log.driver, &log.log_group) {
        options.insert(super::LOG_GROUP_OPTION.to_owned(), group.as_str().to_owned());
        options.entry(super::LOG_REGION_OPTION.to_owned()).or_insert_with(|| design.region.as_str().to_owned());
    }
    of.put("options", map(&options));
    of.put("secretOptions", objects(&log.secret_options, secret));
}

fn health_check(of: &mut Fields, container: &Container) {
    let Some(check) = &container.health_check else { return };
    of.put_object("healthCheck", |of| {
        of.put("command", texts(&check.command));
        of.put("interval", check.interval.map(Seconds::secs));
        of.put("timeout", check.timeout.map(Seconds::secs));
        of.put("retries", check.retries);
        of.put("startPeriod", check.start_period.map(Seconds::secs));
    });
}

fn resource_requirements(container: &Container) -> Vec<Value> {
    let requirement = |value: Option<String>, kind: &str| {
        super::write::object(|of| {
            of.put("value", value);
            of.put("type", kind);
        })
    };
    let mut all = Vec::new();
    if container.all_gpus {
        all.push(requirement(Some("ALL".to_owned()), "GPU"));
    } else if container.gpus > 0 {
        all.push(requirement(Some(container.gpus.to_string()), "GPU"));
    }
    if let Some(share) = container.gpu_sharing {
        all.push(super::write::object(|of| {
            of.put("type", "GPU");
            of.put_object("sharingStrategy", |of| {
                of.put_object("nvidiaMps", |of| {
                    of.put("memory", share.memory.mib());
                    of.put("maxComputePercent", share.max_compute_percent.map(crate::units::compute::Percent::percent));
                });
            });
        }));
    }
    if container.neuron_devices {
        all.push(requirement(Some("ALL".to_owned()), "NeuronDevice"));
    }
    all
}

fn firelens(of: &mut Fields, router: &FirelensConfiguration) {
    of.put("type", router.kind.aws());
    of.put("options", map(&router.options));
}
