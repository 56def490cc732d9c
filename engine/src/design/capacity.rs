//! Capacity providers and strategies over them.
//!
//! AWS's providers `FARGATE` and `FARGATE_SPOT` exist in every account and are named, never drawn (rule CPS-01).

use serde::{Deserialize, Serialize};

use super::event_window::EventWindow;
use super::id::{CapacityProviderId, RoleId, SecurityGroupId, SubnetId};
use super::references::{Refers, Visit, list, maybe};
use super::service::EbsVolumeType;
use super::volume::InstanceVolume;
use super::{Tags, is_default};
use crate::names::{Architecture, InstanceTypeName, aws_words};
use crate::units::kept::{self, SecondsOrNever};
use crate::units::{Gib, Mib, Percent, Seconds};

aws_words! {
    /// How EC2 capacity is bought.
    CapacityOptionType {
        /// At the on-demand price.
        OnDemand = "ON_DEMAND",
        /// At the Spot price, reclaimed with two minutes' warning.
        Spot = "SPOT",
        /// From capacity reservations.
        Reserved = "RESERVED",
    }

    /// `capacityReservations.reservationPreference` (rule MI-03).
    ReservationPreference {
        /// In reservations alone: without one that matches, a launch fails.
        Only = "RESERVATIONS_ONLY",
        /// In reservations, else on demand.
        First = "RESERVATIONS_FIRST",
        /// Always on demand.
        Excluded = "RESERVATIONS_EXCLUDED",
    }

    /// `autoRepairConfiguration.actionsStatus`: what becomes of an impaired instance (rule MI-26).
    AutoRepair {
        /// It is replaced.
        Enabled = "ENABLED",
        /// It is reported.
        Disabled = "DISABLED",
    }

    /// Whether a kind of instance may be chosen.
    Inclusion {
        /// It may.
        Included = "included",
        /// Only it may.
        Required = "required",
        /// It may not.
        Excluded = "excluded",
    }

    /// Who made the processor.
    CpuManufacturer {
        /// Intel.
        Intel = "intel",
        /// AMD.
        Amd = "amd",
        /// AWS: Graviton.
        Aws = "amazon-web-services",
    }

    /// Whether a family is the newest of its line.
    InstanceGeneration {
        /// Of today.
        Current = "current",
        /// Of before.
        Previous = "previous",
    }

    /// A launch type: the way before capacity providers.
    LaunchType {
        /// Fargate.
        Fargate = "FARGATE",
        /// Container instances of one's own in EC2.
        Ec2 = "EC2",
        /// ECS Anywhere.
        External = "EXTERNAL",
        /// ECS Managed Instances.
        ManagedInstances = "MANAGED_INSTANCES",
    }
}

/// One entry of a capacity provider strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrategyItem {
    /// The provider.
    pub capacity_provider: CapacityProviderId,
    /// `base`: how many tasks go to it before weights are looked at, 0 to 100,000; absent is 0 (rule CPS-06).
    #[serde(default, skip_serializing_if = "is_default")]
    pub base: u32,
    /// `weight`: its share of the rest beside the other weights, 0 to 1,000; absent is 0 (rule CPS-06).
    #[serde(default, skip_serializing_if = "is_default")]
    pub weight: u32,
}

/// A capacity provider of the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum CapacityProvider {
    /// One EC2 Auto Scaling group.
    AutoScalingGroup(AutoScalingGroupProvider),
    /// ECS Managed Instances.
    ManagedInstances(ManagedInstancesProvider),
}

impl CapacityProvider {
    /// The subnets its instances stand in.
    pub fn subnets(&self) -> &[SubnetId] {
        match self {
            Self::AutoScalingGroup(group) => &group.subnets,
            Self::ManagedInstances(managed) => &managed.subnets,
        }
    }

    /// How it buys instances.
    pub fn option(&self) -> CapacityOptionType {
        match self {
            Self::AutoScalingGroup(group) => group.option.unwrap_or(CapacityOptionType::OnDemand),
            Self::ManagedInstances(managed) => managed.option.unwrap_or(CapacityOptionType::OnDemand),
        }
    }
}

/// An Auto Scaling group and how ECS scales it (rules CAS).
#[expect(clippy::struct_excessive_bools, reason = "settings that AWS keeps apart")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoScalingGroupProvider {
    /// The subnets instances start in.
    pub subnets: Vec<SubnetId>,
    /// The instance types it may start, in order of preference.
    pub instance_types: Vec<InstanceTypeName>,
    /// How it buys them; absent is on demand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub option: Option<CapacityOptionType>,
    /// `MinSize`: the fewest instances of the group.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_size: u32,
    /// `MaxSize`: the most instances of the group.
    pub max_size: u32,
    /// `MinSize` of a warm pool: stopped instances that wait; absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub warm_pool: u32,
    /// `managedScaling`; absent means ECS does not scale the group.
    #[serde(default, skip_serializing_if = "is_default")]
    pub managed_scaling: Option<ManagedScaling>,
    /// `managedTerminationProtection`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub managed_termination_protection: bool,
    /// `managedDraining`; absent is on (rule CAS-07).
    #[serde(default, skip_serializing_if = "is_default")]
    pub managed_draining: Option<bool>,
    /// `VolumeSize` of the root volume of each instance; absent is 30 GiB.
    #[serde(default, skip_serializing_if = "is_default")]
    pub root_volume: Option<Gib>,
    /// The type of the root volume; absent is gp3.
    #[serde(default, skip_serializing_if = "is_default")]
    pub root_volume_type: Option<EbsVolumeType>,
    /// IOPS of the root volume; absent is what its type includes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub root_volume_iops: Option<u32>,
    /// Further volumes of each instance: `BlockDeviceMappings` of its launch template.
    #[serde(default, skip_serializing_if = "is_default")]
    pub volumes: Vec<InstanceVolume>,
    /// Whether instances get a public IPv4 address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub public_ip: bool,
    /// Whether detailed monitoring is on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub detailed_monitoring: bool,
    /// `ECS_IMAGE_PULL_BEHAVIOR=prefer-cached`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prefer_cached_images: bool,
    /// The version of the container agent on its instances: `1.95.0`; absent is the image's newest (rule CQL-02).
    #[serde(default, skip_serializing_if = "is_default")]
    pub agent_version: Option<String>,
    /// Memory that instances of a type register, as it was measured; a type not named registers what is known of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub registered_memory: Vec<RegisteredMemory>,
    /// `ECS_RESERVED_MEMORY` of the agent: what it registers less; absent is 0 (rule EC2-04).
    #[serde(default, skip_serializing_if = "is_default")]
    pub ecs_reserved_memory: Mib,
    /// The container instance role.
    #[serde(default, skip_serializing_if = "is_default")]
    pub instance_role: Option<RoleId>,
    /// Security groups of the instances.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security_groups: Vec<SecurityGroupId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// Memory that instances of a type register with ECS, as `DescribeContainerInstances` has it (rule EC2-03).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisteredMemory {
    /// The type.
    pub instance_type: InstanceTypeName,
    /// `registeredResources`, MEMORY.
    pub memory: Mib,
}

impl RegisteredMemory {
    /// What is measured of a type among these.
    pub fn of(all: &[Self], instance_type: &InstanceTypeName) -> Option<Mib> {
        all.iter().find(|of| of.instance_type == *instance_type).map(|of| of.memory)
    }
}

impl AutoScalingGroupProvider {
    /// One of these types in these subnets, of none to `max_size` instances, with AWS's defaults: on demand, and ECS does
    /// not scale it.
    pub fn new(subnets: Vec<SubnetId>, instance_types: Vec<InstanceTypeName>, max_size: u32) -> Self {
        Self {
            subnets,
            instance_types,
            option: None,
            min_size: 0,
            max_size,
            warm_pool: 0,
            managed_scaling: None,
            managed_termination_protection: false,
            managed_draining: None,
            root_volume: None,
            root_volume_type: None,
            root_volume_iops: None,
            volumes: Vec::new(),
            public_ip: false,
            detailed_monitoring: false,
            prefer_cached_images: false,
            agent_version: None,
            registered_memory: Vec::new(),
            ecs_reserved_memory: Mib::default(),
            instance_role: None,
            security_groups: Vec::new(),
            tags: Tags::new(),
        }
    }
}

/// `managedScaling` of an Auto Scaling group provider; absent settings are AWS's defaults (rules CAS-02 to CAS-05).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ManagedScaling {
    /// `targetCapacity`: how full managed scaling keeps the group, 1 to 100 %; absent is 100 %.
    #[serde(skip_serializing_if = "is_default")]
    pub target_capacity: Option<Percent>,
    /// `minimumScalingStepSize`: the fewest instances started at once, 1 to 10,000; absent is 1.
    #[serde(skip_serializing_if = "is_default")]
    pub minimum_scaling_step_size: Option<u32>,
    /// `maximumScalingStepSize`: the most instances started at once, 1 to 10,000; absent is 10,000.
    #[serde(skip_serializing_if = "is_default")]
    pub maximum_scaling_step_size: Option<u32>,
    /// `instanceWarmupPeriod`: how long a new instance counts as capacity to come, 0 to 10,000 s; absent is 300 s.
    #[serde(skip_serializing_if = "is_default")]
    pub instance_warmup_period: Option<Seconds>,
}

impl ManagedScaling {
    /// `targetCapacity`. Source: ECS API, `ManagedScaling`; rule CAS-02.
    pub fn target_capacity(&self) -> Percent {
        self.target_capacity.unwrap_or(Percent::HUNDRED)
    }
    /// `minimumScalingStepSize`. Source: ECS API, `ManagedScaling`; rule CAS-03.
    pub fn minimum_scaling_step_size(&self) -> u32 {
        self.minimum_scaling_step_size.unwrap_or(1)
    }
    /// `maximumScalingStepSize`. Source: ECS API, `ManagedScaling`; rule CAS-04.
    pub fn maximum_scaling_step_size(&self) -> u32 {
        self.maximum_scaling_step_size.unwrap_or(10_000)
    }
    /// `instanceWarmupPeriod`. Source: ECS API, `ManagedScaling`; rule CAS-05.
    pub fn instance_warmup_period(&self) -> Seconds {
        self.instance_warmup_period.unwrap_or(Seconds::from_secs(300))
    }
}

/// A range whose ends may be open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Range {
    /// At least.
    #[serde(skip_serializing_if = "is_default")]
    pub min: Option<u32>,
    /// At most.
    #[serde(skip_serializing_if = "is_default")]
    pub max: Option<u32>,
}

impl Range {
    /// Whether a value lies in it.
    pub fn holds(self, value: u32) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// `instanceRequirements` of a Managed Instances provider (rules MI-10 ff.); empty fields ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InstanceRequirements {
    /// `vCpuCount`: fewest and most vCPUs; absent is any.
    #[serde(skip_serializing_if = "is_default")]
    pub vcpu_count: Range,
    /// `memoryMiB`: least and most memory, in MiB; absent is any.
    #[serde(skip_serializing_if = "is_default")]
    pub memory_mib: Range,
    /// `memoryGiBPerVCpu`, in thousandths of a GiB.
    #[serde(skip_serializing_if = "is_default")]
    pub memory_milli_gib_per_vcpu: Range,
    /// `cpuManufacturers`.
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_manufacturers: Vec<CpuManufacturer>,
    /// `allowedInstanceTypes`, `*` for any text.
    #[serde(skip_serializing_if = "is_default")]
    pub allowed_instance_types: Vec<String>,
    /// `excludedInstanceTypes`, `*` for any text.
    #[serde(skip_serializing_if = "is_default")]
    pub excluded_instance_types: Vec<String>,
    /// `instanceGenerations`; empty is both.
    #[serde(skip_serializing_if = "is_default")]
    pub instance_generations: Vec<InstanceGeneration>,
    /// `bareMetal`; absent is excluded.
    #[serde(skip_serializing_if = "is_default")]
    pub bare_metal: Option<Inclusion>,
    /// `burstablePerformance`; absent is excluded.
    #[serde(skip_serializing_if = "is_default")]
    pub burstable_performance: Option<Inclusion>,
    /// `acceleratorCount`: GPUs.
    #[serde(skip_serializing_if = "is_default")]
    pub accelerator_count: Range,
    /// `acceleratorNames`, as EC2 writes them: `l4`, `a10g`.
    #[serde(skip_serializing_if = "is_default")]
    pub accelerator_names: Vec<String>,
    /// `networkBandwidthGbps`: least and most, in Gbps; absent is any.
    #[serde(skip_serializing_if = "is_default")]
    pub network_bandwidth_gbps: Range,
    /// `baselineEbsBandwidthMbps`: least and most, in Mbps; absent is any.
    #[serde(skip_serializing_if = "is_default")]
    pub baseline_ebs_bandwidth_mbps: Range,
    /// `localStorage`; absent is included.
    #[serde(skip_serializing_if = "is_default")]
    pub local_storage: Option<Inclusion>,
    /// `onDemandMaxPricePercentageOverLowestPrice`: how much dearer than the cheapest a type may be; absent is 20 %.
    #[serde(skip_serializing_if = "is_default")]
    pub on_demand_max_price_percentage_over_lowest_price: Option<Percent>,
    /// `spotMaxPricePercentageOverLowestPrice`: how much dearer than the cheapest a type may be; absent is 100 %.
    #[serde(skip_serializing_if = "is_default")]
    pub spot_max_price_percentage_over_lowest_price: Option<Percent>,
}

/// `capacityReservations` of a Managed Instances provider (rules MI-02, MI-03).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CapacityReservations {
    /// The resource group of reservations; absent is every open one that matches.
    #[serde(skip_serializing_if = "is_default")]
    pub group: Option<String>,
    /// `reservationPreference`.
    #[serde(skip_serializing_if = "is_default")]
    pub preference: Option<ReservationPreference>,
}

/// An ECS Managed Instances provider (rules MI).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagedInstancesProvider {
    /// The subnets instances start in, of one VPC.
    pub subnets: Vec<SubnetId>,
    /// What an instance must be; empty lets ECS choose.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requirements: InstanceRequirements,
    /// The architecture, where task definitions leave it open.
    #[serde(default, skip_serializing_if = "is_default")]
    pub architecture: Option<Architecture>,
    /// `capacityOptionType`; absent is on demand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub option: Option<CapacityOptionType>,
    /// `storageSizeGiB`: the data volume of each instance; absent is 80 GiB (rule MI-02).
    #[serde(default, skip_serializing_if = "is_default")]
    pub storage: Option<Gib>,
    /// `useLocalStorage`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub use_local_storage: bool,
    /// `capacityReservations`: which reservations are used; absent is as `option` says.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity_reservations: Option<CapacityReservations>,
    /// `autoRepairConfiguration`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub auto_repair: Option<AutoRepair>,
    /// The time ranges of their EC2 event window, into which the drain of old instances moves.
    #[serde(default, skip_serializing_if = "is_default")]
    pub event_windows: Vec<EventWindow>,
    /// `infrastructureOptimization.scaleInAfter`: how long an instance may be idle, 0 to 3,600 s, or never; absent lets ECS
    /// decide.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write_some::<SecondsOrNever, _, _>",
        deserialize_with = "kept::read_some::<SecondsOrNever, _, _>"
    )]
    #[schemars(with = "Option<SecondsOrNever>")]
    pub scale_in_after: Option<i32>,
    /// Whether detailed monitoring is on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub detailed_monitoring: bool,
    /// `propagateTags`: whether instances take the provider's tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub propagate_tags: bool,
    /// Memory that instances of a type register, as it was measured; a type not named registers what is known of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub registered_memory: Vec<RegisteredMemory>,
    /// The infrastructure role (rule MI-01).
    #[serde(default, skip_serializing_if = "is_default")]
    pub infrastructure_role: Option<RoleId>,
    /// The role of the instance profile (rule MI-01).
    #[serde(default, skip_serializing_if = "is_default")]
    pub instance_role: Option<RoleId>,
    /// Security groups of the instances.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security_groups: Vec<SecurityGroupId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl ManagedInstancesProvider {
    /// One in these subnets with AWS's defaults: ECS chooses the instances. Its roles are still to be named (rule MI-01).
    pub fn new(subnets: Vec<SubnetId>) -> Self {
        Self {
            subnets,
            requirements: InstanceRequirements::default(),
            architecture: None,
            option: None,
            storage: None,
            use_local_storage: false,
            capacity_reservations: None,
            auto_repair: None,
            event_windows: Vec::new(),
            scale_in_after: None,
            detailed_monitoring: false,
            propagate_tags: false,
            registered_memory: Vec::new(),
            infrastructure_role: None,
            instance_role: None,
            security_groups: Vec::new(),
            tags: Tags::new(),
        }
    }

    /// The data volume of each instance. Source: ECS API, `ManagedInstancesStorageConfiguration`; rule MI-02.
    pub fn storage(&self) -> Gib {
        self.storage.unwrap_or(Gib::from_gib(80))
    }
}

impl Refers for CapacityProvider {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        match self {
            Self::AutoScalingGroup(group) => {
                list("subnets", &mut group.subnets, visit);
                maybe("instance_role", &mut group.instance_role, visit);
                list("security_groups", &mut group.security_groups, visit);
            }
            Self::ManagedInstances(managed) => {
                list("subnets", &mut managed.subnets, visit);
                maybe("infrastructure_role", &mut managed.infrastructure_role, visit);
                maybe("instance_role", &mut managed.instance_role, visit);
                list("security_groups", &mut managed.security_groups, visit);
            }
        }
    }
}
