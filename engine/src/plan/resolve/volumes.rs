//! What an EBS volume meters, whether a task or an instance has it.

use crate::catalogue::meter::Meter;
use crate::design::service::EbsVolumeType;
use crate::design::volume::EbsVolume;
use crate::units::Mib;

/// What a gp3 volume includes. Source: Amazon EBS pricing page: 3,000 IOPS and 125 MiB/s (rule STC-02).
const GP3_IOPS: u32 = 3000;
/// Source: as above.
const GP3_THROUGHPUT: u32 = 125;

/// Its meters and levels (rules STC-01, STC-02).
pub(super) fn levels(volume: EbsVolume) -> Vec<(Meter, u64)> {
    let size = u64::from(Mib::from_gib(volume.size.gib()).mib());
    let above = |value: Option<u32>, included: u32| u64::from(value.unwrap_or(included).saturating_sub(included));
    let iops = u64::from(volume.iops.unwrap_or(0));
    let all = match volume.kind {
        EbsVolumeType::Gp3 => vec![
            (Meter::EbsGp3Storage, size),
            (Meter::EbsGp3Iops, above(volume.iops, GP3_IOPS)),
            (Meter::EbsGp3Throughput, above(volume.throughput, GP3_THROUGHPUT)),
        ],
        EbsVolumeType::Gp2 => vec![(Meter::EbsGp2Storage, size)],
        EbsVolumeType::Io1 => vec![(Meter::EbsIo1Storage, size), (Meter::EbsIo1Iops, iops)],
        EbsVolumeType::Io2 => vec![(Meter::EbsIo2Storage, size), (Meter::EbsIo2Iops, iops)],
        EbsVolumeType::St1 => vec![(Meter::EbsSt1Storage, size)],
        EbsVolumeType::Sc1 => vec![(Meter::EbsSc1Storage, size)],
        EbsVolumeType::Standard => vec![(Meter::EbsMagneticStorage, size)],
    };
    all.into_iter().filter(|(_, level)| *level > 0).collect()
}
