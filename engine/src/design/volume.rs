//! EBS volumes of instances, and one view of every EBS volume, whoever has it.

use serde::{Deserialize, Serialize};

use super::capacity::AutoScalingGroupProvider;
use super::is_default;
use super::service::{EbsVolumeType, TaskEbsVolume};
use crate::units::Gib;
use crate::units::kept::{self, MibPerSecond};

/// The root volume of a container instance where nothing is said.
///
/// Source: ECS Developer Guide, "Amazon ECS-optimized Linux AMIs": the root volume of Amazon Linux 2023 is 30 GiB.
const ROOT_VOLUME: Gib = Gib::from_gib(30);

/// A further EBS volume of each instance of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceVolume {
    /// `VolumeSize`.
    pub size: Gib,
    /// `VolumeType`; absent is gp3.
    ///
    /// Assumption: gp3, as the console writes it into templates; the EC2 API by itself takes gp2.
    #[serde(default, skip_serializing_if = "is_default")]
    pub volume_type: Option<EbsVolumeType>,
    /// `Iops`; absent is what the type includes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub iops: Option<u32>,
    /// `Throughput` in MiB a second; absent is what the type includes.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write_some::<MibPerSecond, _, _>",
        deserialize_with = "kept::read_some::<MibPerSecond, _, _>"
    )]
    #[schemars(with = "Option<MibPerSecond>")]
    pub throughput: Option<u32>,
}

/// An EBS volume as its type limits it and as it is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EbsVolume {
    /// Its size.
    pub size: Gib,
    /// Its type.
    pub kind: EbsVolumeType,
    /// IOPS asked for; absent is what the type includes.
    pub iops: Option<u32>,
    /// Throughput asked for in MiB a second; absent is what the type includes.
    pub throughput: Option<u32>,
}

impl EbsVolume {
    /// A gp3 volume with what its type includes.
    pub const fn gp3(size: Gib) -> Self {
        Self { size, kind: EbsVolumeType::Gp3, iops: None, throughput: None }
    }

    /// The root volume of a group's instances.
    pub fn root(group: &AutoScalingGroupProvider) -> Self {
        let size = group.root_volume.unwrap_or(ROOT_VOLUME);
        let kind = group.root_volume_type.unwrap_or(EbsVolumeType::Gp3);
        Self { size, kind, iops: group.root_volume_iops, throughput: None }
    }
}

impl From<&TaskEbsVolume> for EbsVolume {
    fn from(of: &TaskEbsVolume) -> Self {
        let kind = of.volume_type.unwrap_or(EbsVolumeType::Gp3);
        Self { size: of.size, kind, iops: of.iops, throughput: of.throughput }
    }
}

impl From<&InstanceVolume> for EbsVolume {
    fn from(of: &InstanceVolume) -> Self {
        let kind = of.volume_type.unwrap_or(EbsVolumeType::Gp3);
        Self { size: of.size, kind, iops: of.iops, throughput: of.throughput }
    }
}
