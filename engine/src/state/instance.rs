//! A container instance: what it has registered, what is free on it, what it holds.

use super::pool::{Pool, Slot};
use crate::catalogue::instance_types::TypeIx;
use crate::names::aws_words;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::HostPort;
use crate::units::{CpuUnits, Mib, SimTime};

aws_words! {
    /// `ContainerInstance.status` (rule CIN-01).
    InstanceStatus {
        /// Its trunk interface is being attached.
        Registering = "REGISTERING",
        /// The trunk interface could not be attached.
        RegistrationFailed = "REGISTRATION_FAILED",
        /// It takes tasks while its agent is connected.
        Active = "ACTIVE",
        /// It takes no more tasks and is being emptied.
        Draining = "DRAINING",
        /// Its trunk interface is being removed.
        Deregistering = "DEREGISTERING",
        /// It is gone.
        Inactive = "INACTIVE",
    }
}

/// Countable resources, of an instance or of a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Room {
    /// CPU.
    pub cpu: CpuUnits,
    /// Memory.
    pub memory: Mib,
    /// GPUs.
    pub gpus: u32,
    /// Interfaces of tasks in `awsvpc` mode.
    pub enis: u32,
}

impl Room {
    /// Whether all of `want` is in it.
    pub fn holds(&self, want: &Self) -> bool {
        self.cpu >= want.cpu && self.memory >= want.memory && self.gpus >= want.gpus && self.enis >= want.enis
    }

    /// What is left without `taken`, which it must hold.
    #[must_use]
    pub fn without(&self, taken: &Self) -> Self {
        Self {
            cpu: self.cpu - taken.cpu,
            memory: self.memory - taken.memory,
            gpus: self.gpus - taken.gpus,
            enis: self.enis - taken.enis,
        }
    }

    /// What is there with `more`.
    #[must_use]
    pub fn with(&self, more: &Self) -> Self {
        Self {
            cpu: self.cpu + more.cpu,
            memory: self.memory + more.memory,
            gpus: self.gpus + more.gpus,
            enis: self.enis + more.enis,
        }
    }
}

/// What one task takes from its instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Demand {
    /// What is counted.
    pub room: Room,
    /// Host ports, each free for one task of an instance (rule EC2-08); dynamic ports are none.
    pub ports: Vec<HostPort>,
}

/// Host ports that every instance keeps for itself.
///
/// Source: amazon-ecs-agent README, `ECS_RESERVED_PORTS`: SSH, Docker and the agent's own (rule EC2-06).
pub const RESERVED_TCP_PORTS: [u16; 6] = [22, 2375, 2376, 51678, 51679, 51680];

/// A container instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerInstance {
    /// The provider it belongs to.
    pub provider: Ix<PlannedProvider>,
    /// Its zone.
    pub zone: Ix<PlannedZone>,
    /// Its instance type.
    pub kind: TypeIx,
    /// Instances alike.
    pub pool: Ix<Pool>,
    /// Its place among them.
    pub slot: Ix<Slot>,
    /// Its status.
    pub status: InstanceStatus,
    /// `agentConnected`.
    pub agent_connected: bool,
    /// What it registered.
    pub registered: Room,
    /// What no task with desired status RUNNING has reserved (rule CIN-12).
    pub free: Room,
    /// Host ports taken, sorted.
    pub ports: Vec<HostPort>,
    /// Tasks that have reserved something, daemons included.
    pub tasks: u32,
    /// Those of them that are no daemons (rule CAS-13).
    pub non_daemon_tasks: u32,
    /// When it registered.
    pub registered_at: SimTime,
    /// Whether the Auto Scaling group may not scale it in.
    pub protected_from_scale_in: bool,
}

impl ContainerInstance {
    /// Whether tasks may be placed on it (rule CIN-06).
    pub fn is_open(&self) -> bool {
        self.status == InstanceStatus::Active && self.agent_connected
    }

    /// Whether it holds no task but daemons (rule CAS-13).
    pub const fn is_empty(&self) -> bool {
        self.non_daemon_tasks == 0
    }

    /// Whether one of the ports is taken on it.
    pub fn is_port_taken(&self, ports: &[HostPort]) -> bool {
        ports.iter().any(|p| self.ports.binary_search(p).is_ok() || (!p.udp && RESERVED_TCP_PORTS.contains(&p.port)))
    }

    /// Whether it has room for one more task.
    pub fn fits(&self, demand: &Demand) -> bool {
        self.free.holds(&demand.room) && !self.is_port_taken(&demand.ports)
    }

    /// Its EC2 instance id; ids sort as instances registered.
    pub fn id(ix: Ix<Self>) -> String {
        format!("i-{:017x}", ix.place())
    }
}
