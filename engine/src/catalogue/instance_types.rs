//! EC2 instance types: what one holds, and how many tasks may share its network.
//!
//! The table is sorted by name and the same for every region, so a [`TypeIx`] means the same type everywhere.
//! Interruption bands and savings of Spot are the region's. Nothing here knows a price.
//! Source: `assets/catalogue/instance_types.csv` (`DescribeInstanceTypes`, read 2026-08), provenance beside it.

use crate::catalogue::CatalogueError;
use crate::catalogue::table::{Row, Table};
use crate::names::{Architecture, InstanceTypeName};
use crate::units::{CpuUnits, Mib, Percent, Ppm};
use std::ops::Index;

/// The place of an instance type in the table of all types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeIx(u16);

/// Who makes the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CpuManufacturer {
    /// `intel`.
    Intel,
    /// `amd`.
    Amd,
    /// `amazon-web-services`.
    Aws,
    /// Apple, in Mac instances.
    Apple,
}

/// GPUs or other accelerators of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accelerators {
    /// Their name: `NVIDIA T4`, `inferentia2`.
    pub name: String,
    /// How many.
    pub count: u16,
    /// The memory of all of them together; zero where not published.
    pub memory: Mib,
}

/// What one EC2 instance type is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent facts of EC2's own description")]
pub struct InstanceType {
    /// Its name: `m7g.xlarge`.
    pub name: InstanceTypeName,
    /// The part of its name before the dot: `m7g`.
    pub family: String,
    /// The generation in its name; `None` where it has none.
    pub generation: Option<u8>,
    /// AWS's own flag; false for families like `m5`.
    pub current_generation: bool,
    /// Its virtual CPUs.
    pub vcpus: u32,
    /// Its memory as advertised; what ECS registers is less, see [`Self::registered_memory`].
    pub memory: Mib,
    /// Its processor architecture.
    pub architecture: Architecture,
    /// Who makes its processor.
    pub cpu_manufacturer: CpuManufacturer,
    /// Whether it earns CPU credits.
    pub burstable: bool,
    /// Whether it is a whole machine.
    pub bare_metal: bool,
    /// Whether EC2 sells it as Spot.
    pub spot_supported: bool,
    /// Its GPUs.
    pub gpus: Option<Accelerators>,
    /// Its other accelerators.
    pub accelerators: Option<Accelerators>,
    /// Its local disks together, in GB as EC2 gives them; zero without.
    pub local_storage_gb: u32,
    /// Elastic network interfaces, over all network cards.
    pub max_enis: u32,
    /// Private IPv4 addresses of one interface.
    pub ipv4_per_eni: u32,
    /// Whether `awsvpcTrunking` works on it.
    pub trunk_compatible: bool,
    /// Branch interfaces behind a trunk.
    pub branch_enis: Option<u32>,
    /// The ECS guide's own number of tasks with trunking, where it lists the type.
    pub ecs_tasks_with_trunking: Option<u32>,
    /// The network bandwidth it always has, in megabits a second.
    pub network_baseline_mbps: u32,
    /// The network bandwidth it may burst to, in megabits a second.
    pub network_peak_mbps: u32,
    /// The disk bandwidth it always has, in megabits a second; zero where not published.
    pub ebs_baseline_mbps: u32,
    /// The disk bandwidth it may burst to, in megabits a second; zero where not published.
    pub ebs_max_mbps: u32,
}

/// How often AWS takes Spot instances back: the share of the last month's that were interrupted.
///
/// Source: AWS Spot Instance Advisor, "Frequency of interruption" (snapshot of 2025-06-28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InterruptionBand {
    /// Under 5 %.
    Under5,
    /// 5 to 10 %.
    From5To10,
    /// 10 to 15 %.
    From10To15,
    /// 15 to 20 %.
    From15To20,
    /// Over 20 %.
    Over20,
}

/// What the Spot Instance Advisor says of a type in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpotAdvice {
    /// How often it is interrupted.
    pub band: InterruptionBand,
    /// How much cheaper than on demand, in percents, the last month's average; below zero where Spot was dearer.
    pub savings_percent: i16,
}

/// All instance types, by name, with the Spot advice of one region.
#[derive(Debug, Clone)]
pub struct InstanceTypes {
    types: Vec<InstanceType>,
    spot_linux: Vec<Option<SpotAdvice>>,
    spot_windows: Vec<Option<SpotAdvice>>,
}

/// Memory that Linux instances register with ECS where it was measured, without `ECS_RESERVED_MEMORY`; of several figures
/// the lowest of a current machine image, for newer ones register less.
///
/// Source: ECS Developer Guide, "Container instance memory management" (2023): c4 and m4 (rule EC2-02); measurements that
/// users published, collected 2026-12-01: the others (rule EC2-03).
const REGISTERED: &[(&str, Mib)] = &[
    ("c4.4xlarge", Mib::from_mib(30_158)),
    ("c4.large", Mib::from_mib(3_768)),
    ("g4dn.xlarge", Mib::from_mib(15_731)),
    ("inf1.xlarge", Mib::from_mib(7_667)),
    ("m4.large", Mib::from_mib(7_985)),
    ("m6i.large", Mib::from_mib(7_817)),
    ("r6id.xlarge", Mib::from_mib(31_517)),
    ("r6idn.xlarge", Mib::from_mib(31_603)),
    ("t2.micro", Mib::from_mib(993)),
    ("t3.medium", Mib::from_mib(3_828)),
    ("t3.nano", Mib::from_mib(450)),
    ("t3.small", Mib::from_mib(1_901)),
];

/// Assumption: where no registered memory was measured, this many ten-thousandths of the advertised memory less
/// [`MEM_REGISTER_LESS`], which is below every measured point but inf1's; rule EC2-03, parameter `mem_register_factor`.
pub const MEM_REGISTER_FACTOR: u32 = 9_650;
/// Assumption: as above.
pub const MEM_REGISTER_LESS: Mib = Mib::from_mib(130);
/// What Windows instances register less than advertised. Source: ECS Developer Guide, "Container instance memory
/// management": m4.large of 8,192 MiB registers 8,191 (rule EC2-02).
const WINDOWS_LESS: Mib = Mib::from_mib(1);

/// Memory that an instance registers with ECS, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Measured: published, or stated by the user.
    Measured(Mib),
    /// Estimated from what is advertised: never quite right.
    Estimated(Mib),
}

impl Registered {
    /// How much.
    pub const fn memory(self) -> Mib {
        match self {
            Self::Measured(memory) | Self::Estimated(memory) => memory,
        }
    }

    /// What remains beside what is kept back.
    #[must_use]
    pub fn less(self, kept: Mib) -> Self {
        match self {
            Self::Measured(memory) => Self::Measured(memory - kept),
            Self::Estimated(memory) => Self::Estimated(memory - kept),
        }
    }
}

/// ECS tasks for a number of branch interfaces, on ordinary sizes.
///
/// Source: ECS Developer Guide, "Elastic network interface trunking" (2023), against the EKS branch limits of the
/// same types. Assumption: types the guide does not list follow the same pairs; other numbers are taken as they are.
const TASKS_OF_BRANCHES: &[(u32, u32)] = &[(9, 10), (18, 20), (38, 40), (54, 60), (84, 90), (107, 120), (114, 120)];

impl TypeIx {
    /// The `place`-th type, counted from 0.
    pub const fn new(place: u16) -> Self {
        Self(place)
    }

    /// Its place in the table.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl InterruptionBand {
    const ALL: [Self; 5] = [Self::Under5, Self::From5To10, Self::From10To15, Self::From15To20, Self::Over20];

    /// As the advisor writes it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Under5 => "<5%",
            Self::From5To10 => "5-10%",
            Self::From10To15 => "10-15%",
            Self::From15To20 => "15-20%",
            Self::Over20 => ">20%",
        }
    }

    /// The share interrupted in a month that a run plays.
    ///
    /// Assumption: the middle of the band; the open one is as wide as the others.
    pub const fn played(self) -> Ppm {
        Ppm::from_ppm(match self {
            Self::Under5 => 25_000,
            Self::From5To10 => 75_000,
            Self::From10To15 => 125_000,
            Self::From15To20 => 175_000,
            Self::Over20 => 225_000,
        })
    }

    /// The band's bounds in percents; the last is open.
    pub const fn bounds(self) -> (Percent, Option<Percent>) {
        let (low, high) = match self {
            Self::Under5 => (0, Some(5)),
            Self::From5To10 => (5, Some(10)),
            Self::From10To15 => (10, Some(15)),
            Self::From15To20 => (15, Some(20)),
            Self::Over20 => (20, None),
        };
        let high = if let Some(high) = high { Some(Percent::from_percent(high)) } else { None };
        (Percent::from_percent(low), high)
    }
}

impl InstanceType {
    /// The CPU it registers with ECS: rule EC2-01.
    pub fn registered_cpu(&self) -> CpuUnits {
        CpuUnits::from_vcpus(self.vcpus)
    }

    /// The memory it registers with ECS on Linux, before `ECS_RESERVED_MEMORY`: rules EC2-02 and EC2-03.
    pub fn registered_memory(&self) -> Registered {
        if let Some((_, measured)) = REGISTERED.iter().find(|(name, _)| *name == self.name.as_str()) {
            return Registered::Measured(*measured);
        }
        let less = u64::from(MEM_REGISTER_LESS.mib()) * 10_000;
        let mib = (u64::from(self.memory.mib()) * u64::from(MEM_REGISTER_FACTOR)).saturating_sub(less) / 10_000;
        Registered::Estimated(Mib::from_mib(u32::try_from(mib).unwrap_or(u32::MAX)))
    }

    /// The same on Windows.
    pub fn registered_memory_on_windows(&self) -> Registered {
        Registered::Measured(self.memory - WINDOWS_LESS)
    }

    /// How many GPUs it has that ECS counts: those of NVIDIA.
    ///
    /// Source: ECS Developer Guide, "Amazon ECS task definitions for GPU workloads": the GPU-optimized AMI comes with
    /// NVIDIA drivers, and the instance types listed have NVIDIA GPUs.
    pub fn ecs_gpus(&self) -> u32 {
        let nvidia = self.gpus.as_ref().filter(|gpus| gpus.name.starts_with("NVIDIA"));
        nvidia.map_or(0, |gpus| u32::from(gpus.count))
    }

    /// How many `awsvpc` tasks it holds without trunking: rule EC2-10.
    ///
    /// Source: ECS Developer Guide, "Task networking with the awsvpc network mode": one interface is the host's.
    pub fn awsvpc_tasks(&self) -> u32 {
        self.max_enis.saturating_sub(1)
    }

    /// How many `awsvpc` tasks it holds with trunking on: rules EC2-11 and EC2-12.
    ///
    /// Source: ECS Developer Guide, "Elastic network interface trunking" (2023): `i4i.large` is listed with -2, none.
    pub fn awsvpc_tasks_with_trunking(&self) -> u32 {
        if self.name.as_str() == "i4i.large" {
            return 0;
        }
        if let Some(listed) = self.ecs_tasks_with_trunking {
            return listed;
        }
        match self.branch_enis {
            Some(branches) if self.trunk_compatible => {
                let pair = TASKS_OF_BRANCHES.iter().find(|(from, _)| *from == branches);
                pair.map_or(branches, |(_, tasks)| *tasks)
            }
            Some(_) | None => self.awsvpc_tasks(),
        }
    }

    /// Whether ECS Managed Instances may launch it.
    ///
    /// Source: ECS Developer Guide, "Amazon ECS Managed Instances instance types" (read 2026-10): rule MI-14; more
    /// than one vCPU, no nano or micro.
    pub fn managed_instances_supported(&self) -> bool {
        let size = self.name.as_str().split_once('.').map_or("", |(_, size)| size);
        let listed = MANAGED_FAMILIES.split_whitespace().any(|family| family == self.family);
        listed && self.vcpus > 1 && size != "nano" && size != "micro"
    }
}

/// Source: ECS Developer Guide, "Amazon ECS Managed Instances instance types" (read 2026-10): rule MI-14.
const MANAGED_FAMILIES: &str = "c5 c5a c5ad c5d c5n c6a c6g c6gd c6i c6id c6in c7a c7g c7gd c7gn c7i c7i-flex c8a c8g \
    c8gb c8gd c8gn c8i c8ib c8id c8i-flex c8in c8ine m5 m5a m5ad m5d m5dn m5n m5zn m6a m6g m6gd m6i m6id m6idn m6in \
    m7a m7g m7gd m7i m7i-flex m8a m8azn m8g m8gb m8gd m8gn m8i m8ib m8id m8idb m8idn m8i-flex m8in m8ine m9g m9gd t3 \
    t3a t4g r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz r8a r8g r8gb r8gd \
    r8gn u-3tb1 u7i-6tb u7i-8tb u7i-12tb u7in-24tb u7in-32tb x2gd x2idn x2iedn x2iezn x8g z1d d3 d3en i3en i4g i4i i7i \
    i7ie i8g i8ge im4gn is4gen dl1 g4ad g4dn g5 g5g g6 g6e g6f g7e gr6 gr6f inf1 inf2 p3dn p4d p4de p5 p5en p6-b200 \
    p6-b300 trn1 hpc6a hpc6id hpc7a hpc7g";

impl InstanceTypes {
    /// Reads `instance_types.csv` and a region's `spot/REGION.csv`.
    pub fn parse(types: &str, spot: &str) -> Result<Self, CatalogueError> {
        let types = read_types(types)?;
        let none = vec![None; types.len()];
        let mut all = Self { types, spot_linux: none.clone(), spot_windows: none };
        all.read_spot(spot)?;
        Ok(all)
    }

    /// The type with this name.
    pub fn find(&self, name: &str) -> Option<TypeIx> {
        let at = self.types.binary_search_by(|t| t.name.as_str().cmp(name)).ok()?;
        u16::try_from(at).ok().map(TypeIx)
    }

    /// All types with their places, by name.
    pub fn iter(&self) -> impl Iterator<Item = (TypeIx, &InstanceType)> {
        (0..).map(TypeIx).zip(&self.types)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// What the Spot Instance Advisor says of it in this region, for Linux.
    pub fn spot_linux(&self, ix: TypeIx) -> Option<SpotAdvice> {
        self.spot_linux[ix.index()]
    }

    /// What the Spot Instance Advisor says of it in this region, for Windows.
    pub fn spot_windows(&self, ix: TypeIx) -> Option<SpotAdvice> {
        self.spot_windows[ix.index()]
    }

    /// Rows of types that EC2 no longer describes are passed over: nothing could be placed on them.
    fn read_spot(&mut self, text: &str) -> Result<(), CatalogueError> {
        let mut table = Table::read("spot", text)?;
        let [name, os, band, savings] = table.columns(["instance_type", "os", "band_index", "savings_pct"])?;
        table.rows(|row| {
            let Some(ix) = self.find(row.text(name)) else { return Ok(()) };
            let index = row.value::<usize>(band)?;
            let band = *InterruptionBand::ALL.get(index).ok_or_else(|| row.error(band))?;
            let advice = SpotAdvice { band, savings_percent: row.value(savings)? };
            let of_os = match row.text(os) {
                "linux" => &mut self.spot_linux,
                "windows" => &mut self.spot_windows,
                _ => return Err(row.error(os)),
            };
            of_os[ix.index()] = Some(advice);
            Ok(())
        })
    }
}

impl Index<TypeIx> for InstanceTypes {
    type Output = InstanceType;
    fn index(&self, ix: TypeIx) -> &InstanceType {
        &self.types[ix.index()]
    }
}

fn read_types(text: &str) -> Result<Vec<InstanceType>, CatalogueError> {
    let mut table = Table::read("instance_types.csv", text)?;
    let columns = Columns::find(&table)?;
    let mut types = Vec::new();
    table.rows(|row| {
        types.push(columns.read(&row)?);
        Ok(())
    })?;
    types.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(types)
}

/// Where each fact stands in a row.
struct Columns {
    identity: [usize; 8],
    capacity: [usize; 10],
    network: [usize; 8],
}

impl Columns {
    fn find(table: &Table<'_>) -> Result<Self, CatalogueError> {
        Ok(Self {
            identity: table.columns([
                "instance_type",
                "family",
                "generation",
                "current_generation",
                "arch",
                "cpu_manufacturer",
                "burstable",
                "bare_metal",
            ])?,
            capacity: table.columns([
                "vcpus",
                "memory_mib",
                "spot_supported",
                "gpu_count",
                "gpu_name",
                "gpu_memory_mib",
                "accelerator",
                "accelerator_count",
                "local_storage_gb",
                "max_enis",
            ])?,
            network: table.columns([
                "ipv4_per_eni",
                "trunk_compatible",
                "branch_enis",
                "ecs_tasks_with_trunking",
                "network_baseline_gbps",
                "network_peak_gbps",
                "ebs_baseline_mbps",
                "ebs_max_mbps",
            ])?,
        })
    }

    fn read(&self, row: &Row<'_>) -> Result<InstanceType, CatalogueError> {
        let [name, family, generation, current, arch, manufacturer, burstable, bare_metal] = self.identity;
        let [vcpus, memory, spot, gpus, gpu_name, gpu_memory, accelerator, accelerators, storage, enis] = self.capacity;
        let [ipv4, trunk, branches, tasks, baseline, peak, ebs_baseline, ebs_max] = self.network;
        Ok(InstanceType {
            name: InstanceTypeName::new(row.text(name)),
            family: row.text(family).to_owned(),
            generation: row.optional(generation)?,
            current_generation: row.flag(current)?,
            vcpus: row.value(vcpus)?,
            memory: Mib::from_mib(row.value(memory)?),
            architecture: match row.text(arch) {
                "x86_64" => Architecture::X86,
                "arm64" => Architecture::Arm,
                _ => return Err(row.error(arch)),
            },
            cpu_manufacturer: match row.text(manufacturer) {
                "intel" => CpuManufacturer::Intel,
                "amd" => CpuManufacturer::Amd,
                "aws" => CpuManufacturer::Aws,
                "apple" => CpuManufacturer::Apple,
                _ => return Err(row.error(manufacturer)),
            },
            burstable: row.flag(burstable)?,
            bare_metal: row.flag(bare_metal)?,
            spot_supported: row.flag(spot)?,
            gpus: read_accelerators(row, gpu_name, gpus, Some(gpu_memory))?,
            accelerators: read_accelerators(row, accelerator, accelerators, None)?,
            local_storage_gb: row.optional(storage)?.unwrap_or(0),
            max_enis: row.value(enis)?,
            ipv4_per_eni: row.value(ipv4)?,
            trunk_compatible: row.flag(trunk)?,
            branch_enis: row.optional(branches)?,
            ecs_tasks_with_trunking: row.optional(tasks)?,
            network_baseline_mbps: row.thousandths(baseline)?,
            network_peak_mbps: row.thousandths(peak)?,
            ebs_baseline_mbps: row.optional(ebs_baseline)?.unwrap_or(0),
            ebs_max_mbps: row.optional(ebs_max)?.unwrap_or(0),
        })
    }
}

/// None where the count is empty: the type has no such device.
fn read_accelerators(
    row: &Row<'_>,
    name: usize,
    count: usize,
    memory: Option<usize>,
) -> Result<Option<Accelerators>, CatalogueError> {
    let Some(count) = row.optional(count)? else { return Ok(None) };
    let memory = if let Some(memory) = memory { row.optional(memory)?.unwrap_or(0) } else { 0 };
    Ok(Some(Accelerators { name: row.text(name).to_owned(), count, memory: Mib::from_mib(memory) }))
}
