//! What speaks against an instance, and the count of it where none was found (rules PLC-05, PLC-40, PLC-44).

use std::fmt;

use super::Request;
use super::strategy::Search;
use crate::plan::index::Ix;
use crate::state::instance::{ContainerInstance, InstanceStatus};
use crate::state::pool::Pool;

/// Why an instance is passed over, in the order in which the first is named (rule PLC-05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is not ACTIVE.
    NotActive,
    /// Its agent is not connected.
    Agent,
    /// It stands in no zone of the task's subnets (rule PLC-06).
    Location,
    /// It has another architecture.
    Attribute,
    /// Too little CPU is free.
    Cpu,
    /// Too little memory is free.
    Memory,
    /// Too few GPUs are free.
    Gpu,
    /// A host port is taken.
    Ports,
    /// No interface is free.
    Eni,
    /// A `memberOf` constraint does not hold.
    MemberOf,
    /// It holds a task of the service already.
    DistinctInstance,
}

impl Reason {
    /// All, in order.
    pub const ALL: [Self; 11] = [
        Self::NotActive,
        Self::Agent,
        Self::Location,
        Self::Attribute,
        Self::Cpu,
        Self::Memory,
        Self::Gpu,
        Self::Ports,
        Self::Eni,
        Self::MemberOf,
        Self::DistinctInstance,
    ];

    fn index(self) -> usize {
        Self::ALL.iter().position(|reason| *reason == self).expect("the list names every reason")
    }

    /// What instances passed over for it did.
    const fn said(self) -> &'static str {
        match self {
            Self::NotActive => "took no tasks",
            Self::Agent => "had no agent connected",
            Self::Location => "in no zone of the service",
            Self::Attribute => "had another architecture",
            Self::Cpu => "lacked CPU",
            Self::Memory => "lacked memory",
            Self::Gpu => "lacked GPUs",
            Self::Ports => "had the port taken",
            Self::Eni => "lacked network interfaces",
            Self::MemberOf => "outside the memberOf constraint",
            Self::DistinctInstance => "held one of its tasks already",
        }
    }

    /// What ECS says of the closest instance.
    ///
    /// Source: ECS Developer Guide, "Service event messages" and "API failure reasons" (rules PLC-40, PLC-44).
    const fn event(self) -> &'static str {
        match self {
            Self::Cpu => "has insufficient CPU units available",
            Self::Memory => "has insufficient memory available",
            Self::Ports => "is already using a port required by your task",
            Self::Attribute => "is missing an attribute required by your task",
            Self::NotActive => "encountered error \"INACTIVE\"",
            Self::Agent => "encountered error \"AGENT\"",
            Self::Location => "encountered error \"LOCATION\"",
            Self::Gpu => "encountered error \"RESOURCE:GPU\"",
            Self::Eni => "encountered error \"RESOURCE:ENI\"",
            Self::MemberOf => "encountered error \"MemberOf placement constraint unsatisfied\"",
            Self::DistinctInstance => "encountered error \"DistinctInstance placement constraint unsatisfied\"",
        }
    }
}

/// How many instances were passed over, each counted once by the first reason against it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassedOver {
    counts: [u32; Reason::ALL.len()],
    closest: Option<(Ix<ContainerInstance>, Reason)>,
}

impl PassedOver {
    /// Instances passed over for a reason.
    pub fn count(&self, reason: Reason) -> u32 {
        self.counts[reason.index()]
    }

    /// The instance nearest to fitting and the first thing that spoke against it; `None` where there is no instance.
    pub const fn closest(&self) -> Option<(Ix<ContainerInstance>, Reason)> {
        self.closest
    }

    /// Looks at every instance of the request's provider.
    pub(super) fn of(search: &Search<'_>) -> Self {
        let (mut passed, mut fewest) = (Self::default(), u32::MAX);
        for pool in search.fleet.pools_of(search.request.provider) {
            let pool = search.fleet.pool(*pool);
            let is_member_pool = search.is_member_pool(pool);
            for ix in pool.live() {
                let (count, first) = against(search, pool, is_member_pool, *ix);
                let Some(first) = first else { continue };
                passed.counts[first.index()] += 1;
                let nearer = passed.closest.is_none_or(|(known, reason)| (count, first, *ix) < (fewest, reason, known));
                if nearer {
                    (fewest, passed.closest) = (count, Some((*ix, first)));
                }
            }
        }
        passed
    }
}

impl fmt::Display for PassedOver {
    /// As ECS's event says it, then the counts: `no container instance met all of its requirements; the closest matching
    /// container-instance i-… has insufficient memory available (2 lacked memory, 1 took no tasks)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no container instance met all of its requirements")?;
        let Some((ix, reason)) = self.closest else {
            return f.write_str("; no container instances were found");
        };
        let id = ContainerInstance::id(ix);
        write!(f, "; the closest matching container-instance {id} {} (", reason.event())?;
        let counted = Reason::ALL.into_iter().filter(|reason| self.count(*reason) > 0);
        for (place, reason) in counted.enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{} {}", self.count(reason), reason.said())?;
        }
        f.write_str(")")
    }
}

/// How many things speak against an instance, and the first.
fn against(search: &Search<'_>, pool: &Pool, is_member_pool: bool, ix: Ix<ContainerInstance>) -> (u32, Option<Reason>) {
    let Request { demand, counts, zones, architecture, .. } = search.request;
    let instance = search.fleet.instance(ix);
    let (free, want) = (&instance.free, &demand.room);
    let speaks = |reason: Reason| match reason {
        Reason::NotActive => instance.status != InstanceStatus::Active,
        Reason::Agent => !instance.agent_connected,
        Reason::Location => !zones.contains(&instance.zone),
        Reason::Attribute => architecture.is_some_and(|a| a != pool.facts.architecture),
        Reason::Cpu => free.cpu < want.cpu,
        Reason::Memory => free.memory < want.memory,
        Reason::Gpu => free.gpus < want.gpus,
        Reason::Ports => instance.is_port_taken(&demand.ports),
        Reason::Eni => free.enis < want.enis,
        Reason::MemberOf => !is_member_pool || !search.is_member(pool, ix),
        Reason::DistinctInstance => search.distinct && counts.on(instance) > 0,
    };
    let mut speaking = Reason::ALL.into_iter().filter(|reason| speaks(*reason));
    let first = speaking.next();
    let others = u32::try_from(speaking.count()).expect("reasons are few");
    (others + u32::from(first.is_some()), first)
}
