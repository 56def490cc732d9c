//! Containers of a task definition (rules TDF-30 to TDF-101).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{ContainerName, LogGroupId, SecretId, VolumeName};
use super::is_default;
use super::references::{Refers, Visit, maybe};
use crate::names::aws_words;
use crate::units::{CpuUnits, Mib, Percent, Seconds};

/// How long a container may take to stop where nothing is said.
///
/// Source: ECS API, `ContainerDefinition.stopTimeout`: 30 seconds (rule TDF-69).
pub const STOP_TIMEOUT: Seconds = Seconds::from_secs(30);

aws_words! {
    /// What must be true of a container before another starts (rule TDF-62).
    DependencyCondition {
        /// It has started.
        Start = "START",
        /// It has ended.
        Complete = "COMPLETE",
        /// It has ended with 0.
        Success = "SUCCESS",
        /// Its health check passes.
        Healthy = "HEALTHY",
    }

    /// A transport protocol (rule TDF-48).
    TransportProtocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
    }

    /// What Service Connect speaks on a port (rule TDF-50).
    AppProtocol {
        /// HTTP/1.
        Http = "http",
        /// HTTP/2.
        Http2 = "http2",
        /// gRPC.
        Grpc = "grpc",
    }

    /// A log driver (rule TDF-92).
    LogDriver {
        /// `CloudWatch` Logs.
        Awslogs = "awslogs",
        /// A log router in the task.
        Awsfirelens = "awsfirelens",
        /// Splunk.
        Splunk = "splunk",
        /// Fluentd.
        Fluentd = "fluentd",
        /// Graylog.
        Gelf = "gelf",
        /// A file of the instance.
        JsonFile = "json-file",
        /// The instance's journal.
        Journald = "journald",
        /// Syslog.
        Syslog = "syslog",
    }

    /// A log router.
    FirelensType {
        /// Fluentd.
        Fluentd = "fluentd",
        /// Fluent Bit.
        Fluentbit = "fluentbit",
    }
}

/// A port mapping. Absent `host_port` is the container's own in `awsvpc` and `host`, a dynamic one in `bridge`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortMapping {
    /// `containerPort`: the port inside the container; absent with a range.
    #[serde(default, skip_serializing_if = "is_default")]
    pub container_port: Option<u16>,
    /// `hostPort`: the port of the instance; 0 asks for a dynamic one (rule TDF-45).
    #[serde(default, skip_serializing_if = "is_default")]
    pub host_port: Option<u16>,
    /// `containerPortRange`, first and last (rule TDF-49).
    #[serde(default, skip_serializing_if = "is_default")]
    pub container_port_range: Option<(u16, u16)>,
    /// `protocol`; absent is TCP.
    #[serde(default, skip_serializing_if = "is_default")]
    pub protocol: Option<TransportProtocol>,
    /// `name`, which Service Connect needs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// `appProtocol`; absent is TCP.
    #[serde(default, skip_serializing_if = "is_default")]
    pub app_protocol: Option<AppProtocol>,
}

/// `dependsOn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// The container waited for.
    pub container_name: ContainerName,
    /// What must be true of it.
    pub condition: DependencyCondition,
}

/// A container's `healthCheck` (rule TDF-72).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContainerHealthCheck {
    /// `command`, with `CMD` or `CMD-SHELL` first.
    pub command: Vec<String>,
    /// `interval`: from check to check, 5 to 300 s; absent is 30 s.
    #[serde(skip_serializing_if = "is_default")]
    pub interval: Option<Seconds>,
    /// `timeout`: how long a check may take, 2 to 60 s; absent is 5 s.
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: Option<Seconds>,
    /// `retries`: failures in a row until unhealthy, 1 to 10; absent is 3.
    #[serde(skip_serializing_if = "is_default")]
    pub retries: Option<u32>,
    /// `startPeriod`: how long after the start failures do not count, 0 to 300 s; absent is none.
    #[serde(skip_serializing_if = "is_default")]
    pub start_period: Option<Seconds>,
}

impl ContainerHealthCheck {
    /// `interval`. Source: ECS API, `HealthCheck.interval`: 30 s.
    pub fn interval(&self) -> Seconds {
        self.interval.unwrap_or(Seconds::from_secs(30))
    }

    /// `retries`. Source: ECS API, `HealthCheck.retries`: 3.
    pub fn retries(&self) -> u32 {
        self.retries.unwrap_or(3)
    }
}

/// `logConfiguration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogConfiguration {
    /// The driver.
    pub driver: LogDriver,
    /// The log group drawn, where the driver writes to one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub log_group: Option<LogGroupId>,
    /// The driver's options, as AWS writes them, without `awslogs-group` where a log group is drawn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub options: BTreeMap<String, String>,
    /// `secretOptions`, name and value source.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret_options: Vec<InjectedSecret>,
}

/// `firelensConfiguration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirelensConfiguration {
    /// Which router.
    pub kind: FirelensType,
    /// Its options.
    #[serde(default, skip_serializing_if = "is_default")]
    pub options: BTreeMap<String, String>,
}

/// A secret given to a container (rule TDF-94).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InjectedSecret {
    /// The variable or option it becomes.
    pub name: String,
    /// `valueFrom`: an ARN, or a parameter's name.
    pub value_from: String,
    /// The secret drawn, if it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: Option<SecretId>,
}

/// A volume's place inside a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MountPoint {
    /// `sourceVolume`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source_volume: Option<VolumeName>,
    /// `containerPath`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub container_path: Option<String>,
    /// `readOnly`; absent is read and write.
    #[serde(default, skip_serializing_if = "is_default")]
    pub read_only: Option<bool>,
}

/// `volumesFrom`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeFrom {
    /// The container whose volumes are taken.
    pub source_container: ContainerName,
    /// `readOnly`; absent is read and write.
    #[serde(default, skip_serializing_if = "is_default")]
    pub read_only: Option<bool>,
}

/// `restartPolicy` (rule TDF-71).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestartPolicy {
    /// Whether it restarts at all.
    pub enabled: bool,
    /// Exit codes that end it for good.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ignored_exit_codes: Vec<i32>,
    /// `restartAttemptPeriod`: how long it must have run before it is restarted, 60 to 1,800 s; absent is 300 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub restart_attempt_period: Option<Seconds>,
}

/// A limit of the kernel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ulimit {
    /// Which: `nofile`.
    pub name: String,
    /// `softLimit`.
    pub soft: i32,
    /// `hardLimit`.
    pub hard: i32,
}

/// A device of the instance given to a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// `hostPath`.
    pub host_path: String,
    /// `containerPath`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub container_path: Option<String>,
    /// `permissions`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissions: Vec<String>,
}

/// A tmpfs mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tmpfs {
    /// `containerPath`.
    pub container_path: String,
    /// `size`, in whole MiB.
    pub size: Mib,
    /// `mountOptions`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mount_options: Vec<String>,
}

/// `linuxParameters`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LinuxParameters {
    /// `initProcessEnabled`.
    #[serde(skip_serializing_if = "is_default")]
    pub init_process_enabled: Option<bool>,
    /// `capabilities.add`.
    #[serde(skip_serializing_if = "is_default")]
    pub capabilities_add: Vec<String>,
    /// `capabilities.drop`.
    #[serde(skip_serializing_if = "is_default")]
    pub capabilities_drop: Vec<String>,
    /// `devices`.
    #[serde(skip_serializing_if = "is_default")]
    pub devices: Vec<Device>,
    /// `sharedMemorySize`: the size of `/dev/shm`, in whole MiB; absent is Docker's.
    #[serde(skip_serializing_if = "is_default")]
    pub shared_memory_size: Option<Mib>,
    /// `tmpfs`.
    #[serde(skip_serializing_if = "is_default")]
    pub tmpfs: Vec<Tmpfs>,
    /// `maxSwap`: the most swap, in whole MiB; absent is the instance's.
    #[serde(skip_serializing_if = "is_default")]
    pub max_swap: Option<Mib>,
    /// `swappiness`: how readily memory is swapped, 0 to 100; absent is 60.
    #[serde(skip_serializing_if = "is_default")]
    pub swappiness: Option<u32>,
}

/// A share of a GPU by NVIDIA MPS: `sharingStrategy.nvidiaMps` (rule TDF-84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NvidiaMps {
    /// `memory`: GPU memory, in whole MiB.
    pub memory: Mib,
    /// `maxComputePercent`: the most of the GPU's compute, 1 to 100 %; absent is no limit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_compute_percent: Option<Percent>,
}

/// One container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// Its name, unique in the task definition.
    pub name: ContainerName,
    /// `image`: its URI.
    pub image: String,
    /// `cpu`: shares and reservation, in CPU units of which 1,024 are a vCPU; absent is a share of the task's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cpu: Option<CpuUnits>,
    /// `memory`: the hard limit, at which a container is ended, at least 6 MiB; absent is the task's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memory: Option<Mib>,
    /// `memoryReservation`: the soft limit, which placement reserves, at least 6 MiB; absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memory_reservation: Option<Mib>,
    /// `resourceRequirements` of type `GPU`: whole GPUs reserved; absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gpus: u32,
    /// Whether it reserves every GPU of its instance: a GPU `value` of `ALL` (rule TDF-83).
    #[serde(default, skip_serializing_if = "is_default")]
    pub all_gpus: bool,
    /// A share of one GPU in place of whole ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gpu_sharing: Option<NvidiaMps>,
    /// Whether it gets all Neuron devices of its instance: `NeuronDevice` with `ALL` (rule TDF-85).
    #[serde(default, skip_serializing_if = "is_default")]
    pub neuron_devices: bool,
    /// `essential`; absent is true (rule TDF-60).
    #[serde(default, skip_serializing_if = "is_default")]
    pub essential: Option<bool>,
    /// `portMappings`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub port_mappings: Vec<PortMapping>,
    /// `dependsOn`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub depends_on: Vec<Dependency>,
    /// `healthCheck`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub health_check: Option<ContainerHealthCheck>,
    /// `startTimeout`: how long containers that depend on this one wait for it, 2 to 120 s on Fargate; absent is by platform.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start_timeout: Option<Seconds>,
    /// `stopTimeout`: from SIGTERM to SIGKILL, at most 120 s on Fargate; absent is 30 s (rule TDF-69).
    #[serde(default, skip_serializing_if = "is_default")]
    pub stop_timeout: Option<Seconds>,
    /// `restartPolicy`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub restart_policy: Option<RestartPolicy>,
    /// `entryPoint`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub entry_point: Vec<String>,
    /// `command`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub command: Vec<String>,
    /// `workingDirectory`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub working_directory: Option<String>,
    /// `user`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub user: Option<String>,
    /// `environment`, in order of name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub environment: BTreeMap<String, String>,
    /// `environmentFiles`: ARNs of S3 objects.
    #[serde(default, skip_serializing_if = "is_default")]
    pub environment_files: Vec<String>,
    /// `secrets`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secrets: Vec<InjectedSecret>,
    /// `repositoryCredentials.credentialsParameter`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repository_credentials: Option<String>,
    /// `mountPoints`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mount_points: Vec<MountPoint>,
    /// `volumesFrom`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub volumes_from: Vec<VolumeFrom>,
    /// `logConfiguration`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub log_configuration: Option<LogConfiguration>,
    /// `firelensConfiguration`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub firelens_configuration: Option<FirelensConfiguration>,
    /// `linuxParameters`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub linux_parameters: Option<LinuxParameters>,
    /// `ulimits`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ulimits: Vec<Ulimit>,
    /// `systemControls`, by `namespace`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub system_controls: BTreeMap<String, String>,
    /// `dockerLabels`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub docker_labels: BTreeMap<String, String>,
    /// `dockerSecurityOptions`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub docker_security_options: Vec<String>,
    /// `links`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub links: Vec<String>,
    /// `hostname`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hostname: Option<String>,
    /// `extraHosts`, name and address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub extra_hosts: Vec<(String, String)>,
    /// `dnsServers`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dns_servers: Vec<String>,
    /// `dnsSearchDomains`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dns_search_domains: Vec<String>,
    /// `disableNetworking`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disable_networking: Option<bool>,
    /// `privileged`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub privileged: Option<bool>,
    /// `readonlyRootFilesystem`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub readonly_root_filesystem: Option<bool>,
    /// `interactive`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub interactive: Option<bool>,
    /// `pseudoTerminal`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pseudo_terminal: Option<bool>,
    /// `versionConsistency`; absent is on (rule TDF-99).
    #[serde(default, skip_serializing_if = "is_default")]
    pub version_consistency: Option<bool>,
    /// `credentialSpecs`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credential_specs: Vec<String>,
}

impl Container {
    /// A container of a name and an image with AWS's defaults for everything else.
    pub fn new(name: &str, image: &str) -> Self {
        Self { name: ContainerName::new(name), image: image.to_owned(), ..Self::default() }
    }

    /// Whether the task stops with it (rule TDF-60).
    pub fn is_essential(&self) -> bool {
        self.essential.unwrap_or(true)
    }

    /// How long it may take to stop.
    pub fn stop_timeout(&self) -> Seconds {
        self.stop_timeout.unwrap_or(STOP_TIMEOUT)
    }
}

impl Refers for Container {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        for secret in &mut self.secrets {
            maybe("secrets", &mut secret.secret, visit);
        }
        if let Some(log) = &mut self.log_configuration {
            maybe("log_configuration", &mut log.log_group, visit);
        }
    }
}
