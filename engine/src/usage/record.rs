//! Usage records: one thing metered this much, from then to then, because of that.

use std::collections::BTreeMap;

use crate::catalogue::meter::{Base, Meter};
use crate::design::ItemRef;
use crate::plan::index::Ix;
use crate::units::{Quantity, SimTime, Span};

/// Why something was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// It is drawn, and stands whatever happens.
    Drawn,
    /// A service's desired count.
    DesiredCount,
    /// A scaling policy wanted more.
    Scaling,
    /// A deployment.
    Deployment,
    /// A task that ended by itself was replaced.
    Replacement,
    /// AWS took Spot capacity back.
    SpotReclaim,
    /// A fault of the scenario.
    Fault,
    /// An instance that stands because of the tasks on it.
    HoldsTasks,
    /// An instance that was launched because tasks waited for one.
    WaitingTasks,
    /// An instance kept beyond need: its group's minimum, its target capacity.
    SpareCapacity,
    /// Requests and their answers.
    Requests,
    /// Jobs of a queue.
    Jobs,
    /// Calls between services and to others.
    Calls,
    /// Standalone tasks that start on their schedule.
    Schedule,
    /// Logs written.
    Logs,
    /// Images pulled.
    ImagePulls,
    /// Tasks that started: secrets read, keys used.
    TaskStarts,
    /// The user states how much, as it was measured.
    Stated,
}

impl Cause {
    /// In words, as a bill says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drawn => "as drawn",
            Self::DesiredCount => "desired count",
            Self::Scaling => "scaling",
            Self::Deployment => "deployment",
            Self::Replacement => "replacement",
            Self::SpotReclaim => "Spot reclaim",
            Self::Fault => "fault",
            Self::HoldsTasks => "holds tasks",
            Self::WaitingTasks => "waiting tasks",
            Self::SpareCapacity => "spare capacity",
            Self::Requests => "requests",
            Self::Jobs => "jobs",
            Self::Calls => "calls",
            Self::Schedule => "schedule",
            Self::Logs => "logs",
            Self::ImagePulls => "image pulls",
            Self::TaskStarts => "task starts",
            Self::Stated => "as you stated",
        }
    }
}

/// What kind of thing a record is of, with its number in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A task, by its number in the run.
    Task(u32),
    /// An instance, by its number in the run.
    Instance(u32),
    /// Something that stands as drawn.
    Standing,
    /// Something that flows.
    Flow,
    /// So many tasks at once, of the estimate.
    Tasks(u32),
    /// So many instances at once, of the estimate.
    Instances(u32),
}

impl Thing {
    /// How many things alike a record of it stands for.
    pub const fn count(self) -> u32 {
        match self {
            Self::Tasks(count) | Self::Instances(count) if count > 0 => count,
            Self::Tasks(_) | Self::Instances(_) | Self::Task(_) | Self::Instance(_) | Self::Standing | Self::Flow => 1,
        }
    }
}

/// How much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Held all the time, in the meter's base unit without its milliseconds; of a meter of bytes, so many a minute.
    Level(u64),
    /// Moved or summed in all, in the meter's base unit.
    Total(u128),
}

impl Amount {
    /// How much it is of a meter over so long a time, in the meter's base unit.
    pub fn over(self, meter: Meter, span: Span) -> Quantity {
        match self {
            Self::Total(total) => Quantity::from_base(total),
            Self::Level(level) => {
                let held = u128::from(level).saturating_mul(u128::from(span.ms()));
                let is_flow = meter.unit().base == Base::Byte;
                Quantity::from_base(if is_flow { held / u128::from(Span::MINUTE.ms()) } else { held })
            }
        }
    }
}

/// What tasks and instances hold in hours alike, by meter: plans bought ahead are applied to it hour by hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldHours {
    /// How long they are together.
    pub lasts: Span,
    /// How much is held of each meter, without its milliseconds.
    pub levels: BTreeMap<Meter, u64>,
}

/// A usage record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageRecord {
    /// What was used.
    pub thing: Thing,
    /// Whom it belongs to.
    pub owner: Ix<ItemRef>,
    /// What AWS charges for it.
    pub meter: Meter,
    /// How much.
    pub amount: Amount,
    /// From when.
    pub from: SimTime,
    /// To when.
    pub to: SimTime,
    /// Why.
    pub cause: Cause,
}
