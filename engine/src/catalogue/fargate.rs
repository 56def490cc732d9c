//! Fargate: the sizes a task may have, what is included, and which meters it runs on.
//!
//! Source: ECS Developer Guide, "Task definition parameters for Fargate" and "Fargate task definition differences"
//! (read 2026-10): rules FG-01 and FG-04.

use crate::catalogue::meter::Meter;
use crate::names::Architecture;
use crate::units::{CpuUnits, Gib, Mib};

/// One CPU value with the memory it may have.
struct Size {
    cpu: CpuUnits,
    memory: Memory,
    windows: bool,
}

enum Memory {
    Listed(&'static [Mib]),
    /// From, to, step; all in whole GB.
    Steps(u32, u32, u32),
}

/// Source: ECS Developer Guide, "Task CPU and memory" for Fargate (read 2026-10): rule FG-01.
const SIZES: &[Size] = &[
    size(256, Memory::Listed(&[Mib::from_mib(512), Mib::from_gib(1), Mib::from_gib(2)]), false),
    size(512, Memory::Steps(1, 4, 1), false),
    size(1024, Memory::Steps(2, 8, 1), true),
    size(2048, Memory::Steps(4, 16, 1), true),
    size(4096, Memory::Steps(8, 30, 1), true),
    size(8192, Memory::Steps(16, 60, 4), false),
    size(16_384, Memory::Steps(32, 120, 8), false),
    size(32_768, Memory::Listed(&[Mib::from_gib(60), Mib::from_gib(120), Mib::from_gib(244)]), false),
];

/// Ephemeral storage that is included in a task's price.
///
/// Source: AWS Fargate pricing page, "20 GB of ephemeral storage is available by default": rule FG-04.
pub const EPHEMERAL_INCLUDED: Gib = Gib::from_gib(20);
/// The least ephemeral storage that may be asked for.
///
/// Source: ECS API Reference, `EphemeralStorage.sizeInGiB`, 21 to 200: rule FG-04.
pub const EPHEMERAL_MIN: Gib = Gib::from_gib(21);
/// The most ephemeral storage a task may have.
///
/// Source: ECS API Reference, `EphemeralStorage.sizeInGiB`, 21 to 200: rule FG-04.
pub const EPHEMERAL_MAX: Gib = Gib::from_gib(200);

const fn size(units: u32, memory: Memory, windows: bool) -> Size {
    Size { cpu: CpuUnits::from_units(units), memory, windows }
}

/// What a Fargate task runs on: it decides sizes and prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// Linux on Intel or AMD.
    LinuxX86,
    /// Linux on Graviton.
    LinuxArm,
    /// Windows Server.
    Windows,
}

/// The meters one Fargate task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskMeters {
    /// CPU units held.
    pub vcpu: Meter,
    /// Memory held.
    pub memory: Meter,
    /// The OS licence, per vCPU; Windows only.
    pub licence: Option<Meter>,
}

/// A task size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskSize {
    /// Its CPU.
    pub cpu: CpuUnits,
    /// Its memory.
    pub memory: Mib,
}

impl Platform {
    /// Linux on an architecture.
    pub const fn linux(architecture: Architecture) -> Self {
        match architecture {
            Architecture::X86 => Self::LinuxX86,
            Architecture::Arm => Self::LinuxArm,
        }
    }

    /// The meters of a task on demand.
    pub const fn on_demand(self) -> TaskMeters {
        match self {
            Self::LinuxX86 => meters(Meter::FargateX86Vcpu, Meter::FargateX86Memory, None),
            Self::LinuxArm => meters(Meter::FargateArmVcpu, Meter::FargateArmMemory, None),
            Self::Windows => {
                meters(Meter::FargateWindowsVcpu, Meter::FargateWindowsMemory, Some(Meter::FargateWindowsLicence))
            }
        }
    }

    /// The meters of a task on Fargate Spot; Windows has none (rule CPS-17).
    pub const fn spot(self) -> Option<TaskMeters> {
        match self {
            Self::LinuxX86 => Some(meters(Meter::FargateSpotX86Vcpu, Meter::FargateSpotX86Memory, None)),
            Self::LinuxArm => Some(meters(Meter::FargateSpotArmVcpu, Meter::FargateSpotArmMemory, None)),
            Self::Windows => None,
        }
    }
}

const fn meters(vcpu: Meter, memory: Meter, licence: Option<Meter>) -> TaskMeters {
    TaskMeters { vcpu, memory, licence }
}

/// All legal sizes of a platform, smallest first.
pub fn sizes(platform: Platform) -> Vec<TaskSize> {
    let mut all = Vec::new();
    for size in SIZES {
        if platform == Platform::Windows && !size.windows {
            continue;
        }
        match size.memory {
            Memory::Listed(list) => all.extend(list.iter().map(|memory| TaskSize { cpu: size.cpu, memory: *memory })),
            Memory::Steps(from, to, step) => {
                let mut gb = from;
                while gb <= to {
                    all.push(TaskSize { cpu: size.cpu, memory: Mib::from_gib(gb) });
                    gb += step;
                }
            }
        }
    }
    all
}

/// Whether a task may have this size.
pub fn legal(platform: Platform, cpu: CpuUnits, memory: Mib) -> bool {
    sizes(platform).contains(&TaskSize { cpu, memory })
}

/// Up to three legal sizes near one that is not: first the smallest that holds it, then its nearest neighbours.
///
/// Near is the sum of the relative differences in CPU and memory; of two as near, the smaller comes first. A legal
/// size comes first itself.
pub fn nearest(platform: Platform, cpu: CpuUnits, memory: Mib) -> Vec<TaskSize> {
    let mut all = sizes(platform);
    all.sort_by_key(|size| (distance(*size, cpu, memory), *size));
    let holding = |size: &TaskSize| size.cpu >= cpu && size.memory >= memory;
    if let Some(at) = all.iter().position(holding) {
        let smallest = all.remove(at);
        all.insert(0, smallest);
    }
    all.truncate(3);
    all
}

/// The relative differences in CPU and memory together, in millionths of what was asked for.
fn distance(size: TaskSize, cpu: CpuUnits, memory: Mib) -> u64 {
    let relative = |have: u32, want: u32| u64::from(have.abs_diff(want)) * 1_000_000 / u64::from(want.max(1));
    relative(size.cpu.units(), cpu.units()) + relative(size.memory.mib(), memory.mib())
}

/// The ephemeral storage that is billed: what is above the included.
pub fn billed_ephemeral(ephemeral: Gib) -> Gib {
    ephemeral - EPHEMERAL_INCLUDED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(platform: Platform, cpu: u32, mib: u32, expected: bool) {
        assert_eq!(legal(platform, CpuUnits::from_units(cpu), Mib::from_mib(mib)), expected, "{cpu} {mib}");
    }

    #[test]
    fn tv_25_fg_01_legal_sizes() {
        use Platform::{LinuxX86, Windows};
        check(LinuxX86, 256, 2048, true);
        check(LinuxX86, 256, 3072, false);
        check(LinuxX86, 4096, 30 * 1024, true);
        check(LinuxX86, 4096, 31 * 1024, false);
        check(LinuxX86, 8192, 20 * 1024, true);
        check(LinuxX86, 8192, 18 * 1024, false);
        check(LinuxX86, 16_384, 40 * 1024, true);
        check(LinuxX86, 32_768, 244 * 1024, true);
        check(LinuxX86, 32_768, 128 * 1024, false);
        check(Windows, 512, 1024, false);
        check(Windows, 1024, 2048, true);
        check(LinuxX86, 256, 512, true);
        check(LinuxX86, 1024, 1024, false);
    }

    #[test]
    fn fg_01_counts_sizes() {
        // 3 + 4 + 7 + 13 + 23 + (44/4 + 1 = 12) + (88/8 + 1 = 12) + 3 = 77; Windows 7 + 13 + 23 = 43.
        assert_eq!(sizes(Platform::LinuxArm).len(), 77);
        assert_eq!(sizes(Platform::Windows).len(), 43);
    }

    #[test]
    fn fg_01_nearest_sizes_hold_the_task_first() {
        // 512 units with 8 GB: the smallest that hold it are 1024 units with 8 GB; nearest otherwise 512 with 4 GB
        // (memory half away, 0.5) and 1024 with 7 GB (1 + 0.125 away) against 512 with 3 GB (0.625 away).
        let found = nearest(Platform::LinuxX86, CpuUnits::from_units(512), Mib::from_gib(8));
        let texts: Vec<String> = found.iter().map(|s| format!("{} {}", s.cpu.units(), s.memory)).collect();
        assert_eq!(texts, ["1024 8 GB", "512 4 GB", "512 3 GB"]);
    }

    #[test]
    fn fg_01_nothing_holds_too_much() {
        let found = nearest(Platform::Windows, CpuUnits::from_units(65_536), Mib::from_gib(600));
        assert_eq!(found[0], TaskSize { cpu: CpuUnits::from_units(4096), memory: Mib::from_gib(30) });
    }

    #[test]
    fn fg_04_twenty_gib_are_included() {
        assert_eq!(billed_ephemeral(Gib::from_gib(100)), Gib::from_gib(80));
        assert_eq!(billed_ephemeral(Gib::from_gib(20)), Gib::from_gib(0));
    }
}
