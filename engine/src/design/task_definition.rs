//! Task definitions: what runs together on one machine, and what it reserves (rules TDF).

use serde::{Deserialize, Serialize};

use super::capacity::LaunchType;
use super::container::{Container, LogDriver};
use super::id::{ContainerName, FileSystemId, RoleId, VolumeName};
use super::references::{Refers, Visit, maybe};
use super::{Tags, is_default};
use crate::names::{Architecture, aws_words};
use crate::units::{CpuUnits, Gib, Mib};

aws_words! {
    /// How containers are connected (rule TDF-40).
    NetworkMode {
        /// An interface of its own for each task.
        Awsvpc = "awsvpc",
        /// Docker's bridge, ports mapped.
        Bridge = "bridge",
        /// The instance's own network.
        Host = "host",
        /// Not at all.
        None = "none",
        /// Windows' NAT.
        Default = "default",
    }

    /// `operatingSystemFamily` (rule TDF-81).
    OperatingSystemFamily {
        /// Linux.
        Linux = "LINUX",
        /// Windows Server 2025, full.
        WindowsServer2025Full = "WINDOWS_SERVER_2025_FULL",
        /// Windows Server 2025, core.
        WindowsServer2025Core = "WINDOWS_SERVER_2025_CORE",
        /// Windows Server 2022, full.
        WindowsServer2022Full = "WINDOWS_SERVER_2022_FULL",
        /// Windows Server 2022, core.
        WindowsServer2022Core = "WINDOWS_SERVER_2022_CORE",
        /// Windows Server 2019, full.
        WindowsServer2019Full = "WINDOWS_SERVER_2019_FULL",
        /// Windows Server 2019, core.
        WindowsServer2019Core = "WINDOWS_SERVER_2019_CORE",
        /// Windows Server 2016, full.
        WindowsServer2016Full = "WINDOWS_SERVER_2016_FULL",
        /// Windows Server, version 2004, core.
        WindowsServer2004Core = "WINDOWS_SERVER_2004_CORE",
        /// Windows Server, version 20H2, core.
        WindowsServer20H2Core = "WINDOWS_SERVER_20H2_CORE",
    }

    /// `status` (rules TDF-07 to TDF-09).
    TaskDefinitionStatus {
        /// It can be used.
        Active = "ACTIVE",
        /// Deregistered: services that use it go on, nothing new may use it.
        Inactive = "INACTIVE",
        /// As before, and gone once nothing uses it.
        DeleteInProgress = "DELETE_IN_PROGRESS",
    }

    /// `pidMode` (rule TDF-86).
    PidMode {
        /// The instance's.
        Host = "host",
        /// Shared by the task's containers.
        Task = "task",
    }

    /// `ipcMode` (rule TDF-86).
    IpcMode {
        /// The instance's.
        Host = "host",
        /// Shared by the task's containers.
        Task = "task",
        /// Private to each container.
        None = "none",
    }

    /// `trustedExecutionConfiguration.isolationMode` (rule TDF-88).
    IsolationMode {
        /// Beside other tasks.
        Shared = "SHARED",
        /// In a sandbox of its own.
        IsolatedSandbox = "ISOLATED_SANDBOX",
        /// In a sandbox that proves what it is.
        ConfidentialSandbox = "CONFIDENTIAL_SANDBOX",
    }

    /// Where a Docker volume lives.
    DockerVolumeScope {
        /// As long as its task.
        Task = "task",
        /// On the instance, beyond tasks.
        Shared = "shared",
    }
}

/// `runtimePlatform`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuntimePlatform {
    /// The processor; absent is `X86_64` on Fargate, whatever the capacity has elsewhere (rule TDF-80).
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_architecture: Option<Architecture>,
    /// The operating system; absent is Linux.
    #[serde(skip_serializing_if = "is_default")]
    pub operating_system_family: Option<OperatingSystemFamily>,
}

impl RuntimePlatform {
    /// Whether containers are Windows containers.
    pub fn is_windows(self) -> bool {
        self.operating_system_family.is_some_and(|os| os != OperatingSystemFamily::Linux)
    }
}

/// What is mounted under a volume's name (rule TDF-90).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum VolumeKind {
    /// A folder of the instance, or an empty one where no path is given.
    Host {
        /// `host.sourcePath`.
        #[serde(default, skip_serializing_if = "is_default")]
        source_path: Option<String>,
    },
    /// A Docker volume.
    Docker {
        /// How long it lives.
        #[serde(default, skip_serializing_if = "is_default")]
        scope: Option<DockerVolumeScope>,
        /// Created where it is missing.
        #[serde(default, skip_serializing_if = "is_default")]
        autoprovision: bool,
        /// Docker's driver.
        #[serde(default, skip_serializing_if = "is_default")]
        driver: Option<String>,
        /// `driverOpts`.
        #[serde(default, skip_serializing_if = "is_default")]
        driver_options: std::collections::BTreeMap<String, String>,
        /// Labels.
        #[serde(default, skip_serializing_if = "is_default")]
        labels: std::collections::BTreeMap<String, String>,
    },
    /// An EFS file system.
    Efs {
        /// The file system drawn, if it is; an imported id stays as text.
        #[serde(default, skip_serializing_if = "is_default")]
        file_system: Option<FileSystemId>,
        /// `fileSystemId`, as AWS names it.
        #[serde(default, skip_serializing_if = "is_default")]
        file_system_id: String,
        /// `rootDirectory`.
        #[serde(default, skip_serializing_if = "is_default")]
        root_directory: Option<String>,
        /// `transitEncryption`; absent is off.
        #[serde(default, skip_serializing_if = "is_default")]
        transit_encryption: Option<bool>,
        /// `transitEncryptionPort`.
        #[serde(default, skip_serializing_if = "is_default")]
        transit_encryption_port: Option<u16>,
        /// `authorizationConfig.accessPointId`.
        #[serde(default, skip_serializing_if = "is_default")]
        access_point: Option<String>,
        /// `authorizationConfig.iam`; absent is off.
        #[serde(default, skip_serializing_if = "is_default")]
        iam_authorization: Option<bool>,
    },
    /// An `FSx` for Windows file system.
    FsxWindows {
        /// The file system drawn, if it is.
        #[serde(default, skip_serializing_if = "is_default")]
        file_system: Option<FileSystemId>,
        /// `fileSystemId`, as AWS names it.
        #[serde(default, skip_serializing_if = "is_default")]
        file_system_id: String,
        /// `rootDirectory`.
        root_directory: String,
        /// `credentialsParameter`.
        credentials_parameter: String,
        /// `domain`.
        domain: String,
    },
    /// An S3 Files file system.
    S3Files {
        /// The file system drawn, if it is.
        #[serde(default, skip_serializing_if = "is_default")]
        file_system: Option<FileSystemId>,
        /// `fileSystemArn`.
        #[serde(default, skip_serializing_if = "is_default")]
        file_system_arn: String,
        /// `rootDirectory`.
        #[serde(default, skip_serializing_if = "is_default")]
        root_directory: Option<String>,
        /// `transitEncryptionPort`.
        #[serde(default, skip_serializing_if = "is_default")]
        transit_encryption_port: Option<u16>,
        /// `accessPointArn`.
        #[serde(default, skip_serializing_if = "is_default")]
        access_point: Option<String>,
    },
    /// An EBS volume made for each task at launch: `configuredAtLaunch` (rule STC-01).
    ConfiguredAtLaunch,
}

/// A volume of a task definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Its name.
    pub name: VolumeName,
    /// What is behind it.
    pub kind: VolumeKind,
}

/// A constraint on where tasks may be placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum PlacementConstraint {
    /// Each task on another instance.
    DistinctInstance,
    /// Instances that a cluster query holds for.
    MemberOf(String),
}

/// `proxyConfiguration` (rule TDF-96).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyConfiguration {
    /// The container that proxies.
    pub container_name: ContainerName,
    /// `properties`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub properties: std::collections::BTreeMap<String, String>,
}

/// `trustedExecutionConfiguration`: how a task is kept apart, on Managed Instances (rule TDF-88).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedExecution {
    /// `isolationMode`.
    pub isolation_mode: IsolationMode,
    /// `attestationPolicy`, which `CONFIDENTIAL_SANDBOX` needs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attestation_policy: Option<String>,
}

/// A task definition: one family, its newest revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskDefinition {
    /// `requiresCompatibilities`, in the order given.
    #[serde(skip_serializing_if = "is_default")]
    pub requires_compatibilities: Vec<LaunchType>,
    /// `networkMode`; absent is `bridge` on EC2 Linux (rule TDF-40).
    #[serde(skip_serializing_if = "is_default")]
    pub network_mode: Option<NetworkMode>,
    /// `cpu` of the task, which Fargate has to be told: 256 to 32,768 units there, in steps; absent is the sum of its
    /// containers'.
    #[serde(skip_serializing_if = "is_default")]
    pub cpu: Option<CpuUnits>,
    /// `memory` of the task, which Fargate has to be told and which goes with its CPU there; absent is the sum of its
    /// containers'.
    #[serde(skip_serializing_if = "is_default")]
    pub memory: Option<Mib>,
    /// `runtimePlatform`.
    #[serde(skip_serializing_if = "is_default")]
    pub runtime_platform: RuntimePlatform,
    /// `ephemeralStorage.sizeInGiB` on Fargate, 21 to 200 GiB; absent is 20 GiB (rule TDF-82).
    #[serde(skip_serializing_if = "is_default")]
    pub ephemeral_storage: Option<Gib>,
    /// The execution role: what ECS itself may do to start the task.
    #[serde(skip_serializing_if = "is_default")]
    pub execution_role: Option<RoleId>,
    /// The task role: what containers may do.
    #[serde(skip_serializing_if = "is_default")]
    pub task_role: Option<RoleId>,
    /// `containerDefinitions`, in order.
    #[serde(skip_serializing_if = "is_default")]
    pub containers: Vec<Container>,
    /// `volumes`, in order.
    #[serde(skip_serializing_if = "is_default")]
    pub volumes: Vec<Volume>,
    /// `placementConstraints`: `memberOf` only (rule TDF-87).
    #[serde(skip_serializing_if = "is_default")]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// `pidMode`.
    #[serde(skip_serializing_if = "is_default")]
    pub pid_mode: Option<PidMode>,
    /// `ipcMode`.
    #[serde(skip_serializing_if = "is_default")]
    pub ipc_mode: Option<IpcMode>,
    /// `proxyConfiguration`.
    #[serde(skip_serializing_if = "is_default")]
    pub proxy_configuration: Option<ProxyConfiguration>,
    /// `enableFaultInjection`.
    #[serde(skip_serializing_if = "is_default")]
    pub enable_fault_injection: Option<bool>,
    /// `trustedExecutionConfiguration`.
    #[serde(skip_serializing_if = "is_default")]
    pub trusted_execution: Option<TrustedExecution>,
    /// `status`; absent is `ACTIVE`.
    #[serde(skip_serializing_if = "is_default")]
    pub status: Option<TaskDefinitionStatus>,
    /// Whether the application stops cleanly on SIGTERM: known, or not stated.
    #[serde(skip_serializing_if = "is_default")]
    pub handles_sigterm: Option<bool>,
    /// Tags.
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl TaskDefinition {
    /// The CPU that placement reserves: the task's, else the sum of its containers (rule TDF-36).
    pub fn cpu_demand(&self) -> CpuUnits {
        self.cpu.unwrap_or_else(|| self.containers.iter().filter_map(|c| c.cpu).sum())
    }

    /// The memory that placement reserves: the task's, else the sum of each container's reservation or, where it has
    /// none, its limit (rule TDF-36).
    pub fn memory_demand(&self) -> Mib {
        self.memory.unwrap_or_else(|| self.containers.iter().filter_map(|c| c.memory_reservation.or(c.memory)).sum())
    }

    /// How many GPUs placement reserves (rule TDF-83).
    pub fn gpu_demand(&self) -> u32 {
        self.containers.iter().map(|c| c.gpus).sum()
    }

    /// What ECS does before the tasks run that takes an execution role (rule IAM-01). On EC2 alone the instance pulls and
    /// logs by its own role.
    ///
    /// Source: ECS Developer Guide, "Amazon ECS task execution IAM role".
    pub fn execution_needs(
        &self,
        on_ec2_alone: bool,
        is_in_private_ecr: impl Fn(&Container) -> bool,
    ) -> Vec<&'static str> {
        let any = |has: &dyn Fn(&Container) -> bool| self.containers.iter().any(has);
        let secrets = |c: &Container| {
            !c.secrets.is_empty() || c.log_configuration.as_ref().is_some_and(|log| !log.secret_options.is_empty())
        };
        let logs = |c: &Container| c.log_configuration.as_ref().is_some_and(|log| log.driver == LogDriver::Awslogs);
        let needs = [
            (!on_ec2_alone && any(&is_in_private_ecr), "pulling from private ECR"),
            (!on_ec2_alone && any(&logs), "writing to CloudWatch Logs"),
            (any(&secrets), "reading secrets"),
            (any(&|c| c.repository_credentials.is_some()), "the registry's credentials"),
            (any(&|c| !c.environment_files.is_empty()), "environment files in S3"),
        ];
        needs.into_iter().filter_map(|(needed, word)| needed.then_some(word)).collect()
    }

    /// The network mode, AWS's default included.
    pub fn network_mode(&self) -> NetworkMode {
        self.network_mode.unwrap_or(if self.runtime_platform.is_windows() {
            NetworkMode::Default
        } else {
            NetworkMode::Bridge
        })
    }

    /// How long the task may take to stop once asked: the longest of its containers' stop timeouts; chains of
    /// dependencies add up (rule TDF-66).
    pub fn stop_timeout(&self) -> crate::units::Seconds {
        let longest = self.containers.iter().map(Container::stop_timeout).max();
        longest.unwrap_or(super::container::STOP_TIMEOUT)
    }
}

impl Refers for TaskDefinition {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        maybe("execution_role", &mut self.execution_role, visit);
        maybe("task_role", &mut self.task_role, visit);
        for container in &mut self.containers {
            container.refer(visit);
        }
        for volume in &mut self.volumes {
            match &mut volume.kind {
                VolumeKind::Efs { file_system, .. }
                | VolumeKind::FsxWindows { file_system, .. }
                | VolumeKind::S3Files { file_system, .. } => {
                    maybe("volumes", file_system, visit);
                }
                VolumeKind::Host { .. } | VolumeKind::Docker { .. } | VolumeKind::ConfiguredAtLaunch => {}
            }
        }
    }
}
