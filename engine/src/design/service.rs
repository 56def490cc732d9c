//! Services: how many tasks of a task definition, where, on what capacity, behind what.

use serde::{Deserialize, Serialize};

use super::capacity::{CapacityProvider, LaunchType, StrategyItem};
use super::deployment::Deployment;
use super::id::{
    CapacityProviderId, ClusterId, ContainerName, FileSystemId, LatticeId, LogGroupId, NamespaceId, RoleId,
    SecurityGroupId, SubnetId, TargetGroupId, TaskDefinitionId, VolumeName,
};
use super::references::{Refers, Visit, list, maybe, one, records};
use super::scaling::Scaling;
use super::task_definition::PlacementConstraint;
use super::work::{Call, Work};
use super::{Design, Tags, is_default, refer_providers};
use crate::names::aws_words;
use crate::units::kept::{self, MibPerSecond};
use crate::units::{CpuUnits, Gib, Mib, Minutes, Percent, Seconds};

aws_words! {
    /// `schedulingStrategy`.
    SchedulingStrategy {
        /// So many tasks.
        Replica = "REPLICA",
        /// One task on each fitting instance.
        Daemon = "DAEMON",
    }

    /// What a binpack strategy fills.
    BinpackField {
        /// CPU.
        Cpu = "cpu",
        /// Memory.
        Memory = "memory",
    }

    /// The type of an EBS volume (rule STC-01).
    EbsVolumeType {
        /// General purpose.
        Gp3 = "gp3",
        /// General purpose, older.
        Gp2 = "gp2",
        /// Provisioned IOPS.
        Io2 = "io2",
        /// Provisioned IOPS, older.
        Io1 = "io1",
        /// Throughput.
        St1 = "st1",
        /// Cold.
        Sc1 = "sc1",
        /// Magnetic.
        Standard = "standard",
    }
}

/// Where a service gets its machines from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Capacity {
    /// The cluster's default strategy (rule CPS-09).
    #[default]
    ClusterDefault,
    /// `capacityProviderStrategy`.
    Strategy(Vec<StrategyItem>),
    /// `launchType`: the way before capacity providers (rule CPS-16).
    LaunchType(LaunchType),
}

impl Design {
    /// The capacity providers that tasks with this capacity go to, each with base and weight: those of their strategy, else
    /// of the cluster's default strategy. A launch type goes to the cluster's first provider of its kind; so does EC2,
    /// which the API takes where neither a strategy nor a default is given (rule CPS-09).
    pub fn providers_of(&self, cluster: &ClusterId, capacity: &Capacity) -> Vec<StrategyItem> {
        let cluster = self.clusters.get(cluster);
        let launch = match (capacity, cluster) {
            (Capacity::Strategy(items), _) => return items.clone(),
            (Capacity::ClusterDefault, Some(cluster)) if !cluster.default_strategy.is_empty() => {
                return cluster.default_strategy.clone();
            }
            (Capacity::ClusterDefault, _) => LaunchType::Ec2,
            (Capacity::LaunchType(launch), _) => *launch,
        };
        let is_of_kind = |id: &&CapacityProviderId| {
            matches!(
                (launch, self.capacity_providers.get(*id)),
                (LaunchType::Ec2, Some(CapacityProvider::AutoScalingGroup(_)))
                    | (LaunchType::ManagedInstances, Some(CapacityProvider::ManagedInstances(_)))
            )
        };
        let fargate = (launch == LaunchType::Fargate).then(CapacityProviderId::fargate);
        let of_kind = || cluster?.capacity_providers.iter().find(is_of_kind).cloned();
        let found = fargate.or_else(of_kind);
        found.map(|capacity_provider| StrategyItem { capacity_provider, base: 0, weight: 1 }).into_iter().collect()
    }
}

/// An entry of `placementStrategy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum PlacementStrategy {
    /// Anywhere that fits.
    Random,
    /// Evenly over the values of an attribute: `attribute:ecs.availability-zone`, `instanceId`.
    Spread(String),
    /// Where least is left.
    Binpack(BinpackField),
}

/// A target group that the service's tasks join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceLoadBalancer {
    /// `targetGroupArn`: the target group, by its name in this file.
    pub target_group: TargetGroupId,
    /// `containerName`: the container that answers.
    pub container_name: ContainerName,
    /// `containerPort`: the port it answers on.
    pub container_port: u16,
}

/// `serviceConnectConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceConnect {
    /// The namespace; absent is the cluster's default.
    #[serde(skip_serializing_if = "is_default")]
    pub namespace: Option<NamespaceId>,
    /// The port names that others may call; empty is a client alone.
    #[serde(skip_serializing_if = "is_default")]
    pub services: Vec<ConnectedPort>,
    /// Where the proxy logs.
    #[serde(skip_serializing_if = "is_default")]
    pub log_group: Option<LogGroupId>,
    /// CPU that is added to the task for the proxy; absent is 256 units.
    #[serde(skip_serializing_if = "is_default")]
    pub proxy_cpu: Option<CpuUnits>,
    /// Memory that is added to the task for the proxy; absent is 64 MiB.
    #[serde(skip_serializing_if = "is_default")]
    pub proxy_memory: Option<Mib>,
}

/// A port that Service Connect offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectedPort {
    /// `portName` of the task definition.
    pub port_name: String,
    /// `clientAliases` DNS name; absent is `portName.namespace`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dns_name: Option<String>,
    /// `clientAliases` port; absent is the container's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub port: Option<u16>,
}

/// `serviceRegistries`: service discovery by DNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceDiscovery {
    /// The namespace.
    pub namespace: NamespaceId,
    /// `TTL` of the DNS record: how long an answer may be kept, 0 to 2,147,483,647 s; absent is 60 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dns_ttl: Option<Seconds>,
}

/// An EBS volume made for each task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskEbsVolume {
    /// `name` of the volume of the task definition that is configured at launch.
    pub name: VolumeName,
    /// `sizeInGiB`, 1 to 65,536 GiB by type.
    pub size: Gib,
    /// `volumeType`; absent is gp3.
    #[serde(default, skip_serializing_if = "is_default")]
    pub volume_type: Option<EbsVolumeType>,
    /// `iops`; absent is what the type includes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub iops: Option<u32>,
    /// `throughput`; absent is what the type includes.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write_some::<MibPerSecond, _, _>",
        deserialize_with = "kept::read_some::<MibPerSecond, _, _>"
    )]
    #[schemars(with = "Option<MibPerSecond>")]
    pub throughput: Option<u32>,
    /// `roleArn`: the infrastructure role.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: Option<RoleId>,
}

/// Protection of long work against scale-in (rules TSP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskProtection {
    /// `expiresInMinutes`: how long a task is protected, 1 to 2,880 min; absent is 120 min.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expires_in: Option<Minutes>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The cluster it runs in.
    pub cluster: ClusterId,
    /// The task definition of its tasks.
    pub task_definition: TaskDefinitionId,
    /// `schedulingStrategy`: so many tasks, or one on each instance; absent is REPLICA.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scheduling_strategy: Option<SchedulingStrategy>,
    /// `desiredCount`: how many tasks; with auto scaling, what it starts with; absent is 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub desired_count: u32,
    /// Where it gets its machines from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity: Capacity,
    /// Subnets of tasks in `awsvpc` mode.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subnets: Vec<SubnetId>,
    /// Security groups of tasks in `awsvpc` mode.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security_groups: Vec<SecurityGroupId>,
    /// `assignPublicIp`: whether tasks in `awsvpc` mode get a public address, which is billed; absent is off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assign_public_ip: bool,
    /// `platformVersion` of Fargate; absent is `LATEST`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub platform_version: Option<String>,
    /// `placementConstraints`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// `placementStrategy`, in order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub placement_strategies: Vec<PlacementStrategy>,
    /// `availabilityZoneRebalancing`; absent is AWS's default for new services: on where it is allowed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub availability_zone_rebalancing: Option<bool>,
    /// How it goes from one revision to the next.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deployment: Deployment,
    /// `healthCheckGracePeriodSeconds`: how long after a task starts ECS ignores health checks that fail, 0 to
    /// 2,147,483,647 s; absent is 0 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub health_check_grace_period: Option<Seconds>,
    /// The target groups its tasks join.
    #[serde(default, skip_serializing_if = "is_default")]
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// Service Connect.
    #[serde(default, skip_serializing_if = "is_default")]
    pub service_connect: Option<ServiceConnect>,
    /// Service discovery.
    #[serde(default, skip_serializing_if = "is_default")]
    pub service_discovery: Option<ServiceDiscovery>,
    /// The Lattice service network its tasks join as targets.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lattice: Option<LatticeId>,
    /// An EBS volume for each task.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ebs_volume: Option<TaskEbsVolume>,
    /// File systems mounted by its tasks, where the task definition names them by id alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub file_systems: Vec<FileSystemId>,
    /// `enableExecuteCommand`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub enable_execute_command: bool,
    /// Auto scaling; absent keeps `desired_count`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scaling: Option<Scaling>,
    /// Whether tasks protect themselves while they work.
    #[serde(default, skip_serializing_if = "is_default")]
    pub protection: Option<TaskProtection>,
    /// From the start of a task's containers until its application answers: code, models and caches are loaded. ECS has no
    /// such setting; what it sees of it are health checks that fail until then. Absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub startup_time: Option<Seconds>,
    /// What one request, job or byte costs a task.
    #[serde(default, skip_serializing_if = "is_default")]
    pub work: Work,
    /// Whom it calls while it works.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calls: Vec<Call>,
    /// `propagateTags`: whether tasks take the service's tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub propagate_tags: bool,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl Service {
    /// A service with AWS's defaults, one task, no load.
    pub fn new(cluster: ClusterId, task_definition: TaskDefinitionId) -> Self {
        Self {
            cluster,
            task_definition,
            scheduling_strategy: None,
            desired_count: 1,
            capacity: Capacity::ClusterDefault,
            subnets: Vec::new(),
            security_groups: Vec::new(),
            assign_public_ip: false,
            platform_version: None,
            placement_constraints: Vec::new(),
            placement_strategies: Vec::new(),
            availability_zone_rebalancing: None,
            deployment: Deployment::default(),
            health_check_grace_period: None,
            load_balancers: Vec::new(),
            service_connect: None,
            service_discovery: None,
            lattice: None,
            ebs_volume: None,
            file_systems: Vec::new(),
            enable_execute_command: false,
            scaling: None,
            protection: None,
            startup_time: None,
            work: Work::default(),
            calls: Vec::new(),
            propagate_tags: false,
            tags: Tags::new(),
        }
    }

    /// `schedulingStrategy`. Source: ECS API, `CreateService`: REPLICA.
    pub fn scheduling_strategy(&self) -> SchedulingStrategy {
        self.scheduling_strategy.unwrap_or(SchedulingStrategy::Replica)
    }

    /// `minimumHealthyPercent`. Source: ECS API, `DeploymentConfiguration`: 100, and 0 for a DAEMON.
    pub fn minimum_healthy_percent(&self) -> Percent {
        self.deployment.minimum_healthy_percent.unwrap_or(match self.scheduling_strategy() {
            SchedulingStrategy::Replica => Percent::HUNDRED,
            SchedulingStrategy::Daemon => Percent::from_percent(0),
        })
    }

    /// `maximumPercent`. Source: ECS API, `DeploymentConfiguration`: 200, and 100 for a DAEMON.
    pub fn maximum_percent(&self) -> Percent {
        self.deployment.maximum_percent.unwrap_or(match self.scheduling_strategy() {
            SchedulingStrategy::Replica => Percent::from_percent(200),
            SchedulingStrategy::Daemon => Percent::HUNDRED,
        })
    }

    /// What is added to each task for Service Connect's proxy.
    ///
    /// Source: ECS Developer Guide, "Service Connect concepts": add 256 CPU units and at least 64 MiB.
    pub fn proxy_demand(&self) -> (CpuUnits, Mib) {
        self.service_connect.as_ref().map_or((CpuUnits::ZERO, Mib::ZERO), |connect| {
            (connect.proxy_cpu.unwrap_or(CpuUnits::from_units(256)), connect.proxy_memory.unwrap_or(Mib::from_mib(64)))
        })
    }

    /// The fewest and most tasks it may come to want.
    pub fn bounds(&self) -> (u32, u32) {
        self.scaling.as_ref().map_or((self.desired_count, self.desired_count), |s| (s.min_capacity, s.max_capacity))
    }
}

/// An Express Mode service: three inputs, the rest made by ECS (rules XPR).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpressService {
    /// The image.
    pub image: String,
    /// The execution role.
    #[serde(default, skip_serializing_if = "is_default")]
    pub execution_role: Option<RoleId>,
    /// The infrastructure role.
    #[serde(default, skip_serializing_if = "is_default")]
    pub infrastructure_role: Option<RoleId>,
    /// The cluster; absent is `default`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cluster: Option<ClusterId>,
    /// Subnets; empty is the default VPC's public ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subnets: Vec<SubnetId>,
    /// `cpu` of the task; absent is 1,024 units, one vCPU.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cpu: Option<CpuUnits>,
    /// `memory` of the task; absent is 2,048 MiB.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memory: Option<Mib>,
    /// `minTaskCount`: the fewest tasks; absent is 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_tasks: Option<u32>,
    /// `maxTaskCount`: the most tasks; absent is 20.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_tasks: Option<u32>,
    /// `containerPort`; absent is 80.
    #[serde(default, skip_serializing_if = "is_default")]
    pub container_port: Option<u16>,
    /// `healthCheckPath`; absent is AWS's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub health_check_path: Option<String>,
    /// What one request costs a task.
    #[serde(default, skip_serializing_if = "is_default")]
    pub work: Work,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl Refers for Service {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        one("cluster", &mut self.cluster, visit);
        one("task_definition", &mut self.task_definition, visit);
        if let Capacity::Strategy(items) = &mut self.capacity {
            refer_providers("capacity", items, |s| &mut s.capacity_provider, visit);
        }
        list("subnets", &mut self.subnets, visit);
        list("security_groups", &mut self.security_groups, visit);
        self.deployment.refer(visit);
        records("load_balancers", &mut self.load_balancers, |b| &mut b.target_group, visit);
        if let Some(connect) = &mut self.service_connect {
            maybe("service_connect", &mut connect.namespace, visit);
            maybe("service_connect", &mut connect.log_group, visit);
        }
        if let Some(discovery) = &mut self.service_discovery {
            one("service_discovery", &mut discovery.namespace, visit);
        }
        maybe("lattice", &mut self.lattice, visit);
        if let Some(volume) = &mut self.ebs_volume {
            maybe("ebs_volume", &mut volume.role, visit);
        }
        list("file_systems", &mut self.file_systems, visit);
        if let Some(scaling) = &mut self.scaling {
            scaling.refer(visit);
        }
        super::work::refer_calls(&mut self.calls, visit);
    }
}

impl Refers for ExpressService {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        maybe("execution_role", &mut self.execution_role, visit);
        maybe("infrastructure_role", &mut self.infrastructure_role, visit);
        maybe("cluster", &mut self.cluster, visit);
        list("subnets", &mut self.subnets, visit);
    }
}
