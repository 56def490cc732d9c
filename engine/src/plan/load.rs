//! Loads of a plan: how much work comes to which service, and by which door.

use super::curve::Curve;
use super::index::Ix;
use super::network::{PlannedBalancer, PlannedListener};
use super::service::PlannedService;
use crate::design::ItemRef;
use crate::design::load::Origin;
use crate::units::{Bytes, MilliPerSecond, Span};

/// The door that work comes in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// A load balancer, by a listener of it.
    Balancer(Ix<PlannedBalancer>, PlannedListener),
    /// An HTTP API, by its owner.
    Api(Ix<ItemRef>),
    /// The tasks themselves.
    Direct,
}

/// What a unit of the load is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadKind {
    /// Requests.
    Requests {
        /// The door.
        through: Door,
        /// Where they come from.
        origin: Origin,
        /// Bytes of each request.
        request_bytes: Bytes,
        /// Bytes of each answer.
        response_bytes: Bytes,
        /// Requests over one connection.
        requests_per_connection: u32,
        /// How long a connection lives.
        connection_lifetime: Span,
    },
    /// Jobs that wait in a queue.
    Jobs {
        /// The queue.
        queue: Ix<ItemRef>,
        /// How long one job keeps one task busy.
        service_time: Span,
        /// Bytes of each job's message.
        message_bytes: Bytes,
    },
    /// Kilobytes that flow out.
    Stream {
        /// The door.
        through: Door,
    },
}

impl LoadKind {
    /// What is taken in of a load of this rate, where its service serves so much of what is asked of it: what is refused is
    /// metered nowhere. Jobs are taken in by their queue, whenever they are done.
    pub fn taken(&self, rate: MilliPerSecond, served: MilliPerSecond, asked: MilliPerSecond) -> MilliPerSecond {
        match self {
            Self::Jobs { .. } => rate,
            Self::Requests { .. } | Self::Stream { .. } => rate.in_proportion(served, asked),
        }
    }
}

/// A load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedLoad {
    /// The load drawn.
    pub owner: Ix<ItemRef>,
    /// The service it works.
    pub service: Ix<PlannedService>,
    /// What a unit of it is.
    pub kind: LoadKind,
    /// How many units over time.
    pub curve: Curve,
}
