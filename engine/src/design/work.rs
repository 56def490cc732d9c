//! What work costs a task, and whom a service calls while it works.

use serde::{Deserialize, Serialize};

use super::id::{OutsideSystemId, ServiceId};
use super::is_default;
use super::network::EndpointService;
use super::references::Visit;
use crate::names::aws_words;
use crate::units::kept::{self, CpuTime, Times};
use crate::units::{Bytes, CpuUnits, Mib, MilliPerSecond, Percent, Ppm, Span};

aws_words! {
    /// The way between two services (rules S2S).
    CallPath {
        /// Service Connect's proxy.
        ServiceConnect = "service connect",
        /// Names of Cloud Map.
        ServiceDiscovery = "service discovery",
        /// An internal load balancer.
        LoadBalancer = "load balancer",
        /// VPC Lattice.
        Lattice = "lattice",
    }
}

/// What one unit of work (a request or a job) costs a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkCost {
    /// vCPU time of one request or job: how long it would keep one vCPU busy.
    #[serde(serialize_with = "kept::write::<CpuTime, _, _>", deserialize_with = "kept::read::<CpuTime, _, _>")]
    #[schemars(with = "CpuTime")]
    pub cpu_micros: u64,
    /// Memory a task holds whatever it does.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memory_idle: Mib,
    /// How long one unit of work takes a task that has nothing else to do; absent is its vCPU time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub duration: Option<Span>,
    /// How many units of work a task takes at once; absent is as many as its CPU allows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub concurrency: Option<u32>,
}

impl WorkCost {
    /// How many requests a second one task of so much CPU gets through, in thousandths.
    ///
    /// One task does 1,000,000 µs of vCPU time a second for each vCPU (rule TRF-02: ρ = λ·D / c reaches 1). A job's
    /// `service_time` bounds it too, through the load.
    pub fn most_requests_milli(&self, cpu: CpuUnits) -> u64 {
        let offered = u64::from(cpu.units()).saturating_mul(1_000_000_000) / 1024;
        let by_cpu = offered.checked_div(self.cpu_micros).unwrap_or(u64::MAX);
        let by_workers = match (self.concurrency, self.duration) {
            (Some(workers), Some(duration)) if duration.ms() > 0 => {
                u64::from(workers).saturating_mul(1_000_000) / duration.ms()
            }
            _ => u64::MAX,
        };
        by_cpu.min(by_workers)
    }
}

/// The most jobs a second that so many tasks get through, each of which keeps a worker busy for so long; a task is one
/// worker where nothing is said.
pub fn most_jobs(cost: Option<&WorkCost>, tasks: u64, lasts: Span) -> MilliPerSecond {
    let workers = cost.and_then(|cost| cost.concurrency).unwrap_or(1);
    let at_once = tasks.saturating_mul(u64::from(workers));
    MilliPerSecond::from_milli(at_once.saturating_mul(1_000_000) / lasts.ms().max(1))
}

/// A demand as it was measured on running tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Requests a second, of all tasks.
    pub rate: MilliPerSecond,
    /// Average CPU utilisation of the service.
    pub cpu_utilisation: Percent,
    /// Average memory utilisation of the service.
    pub memory_utilisation: Percent,
    /// How many tasks ran.
    pub tasks: u32,
    /// The CPU of each, as its task definition has it.
    pub task_cpu: CpuUnits,
    /// The memory of each, as its task definition has it.
    pub task_memory: Mib,
}

impl Measured {
    /// The cost of one request that explains the measurement: all CPU used, divided by the requests; memory is taken to
    /// be held whatever a task does. `None` when nothing was asked.
    pub fn cost(&self) -> Option<WorkCost> {
        let milli = u128::from(self.rate.milli());
        if milli == 0 {
            return None;
        }
        // CPU units × percent / 100 / 1024 are vCPUs, so µs of one vCPU a second are that × 10⁶; per request divide by
        // the rate, which is in thousandths.
        let units = u128::from(self.task_cpu.units()) * u128::from(self.tasks);
        let used = units * u128::from(self.cpu_utilisation.percent()) * 1_000_000 * 1000;
        let cpu_micros = u64::try_from(used / (100 * 1024 * milli)).unwrap_or(u64::MAX);
        let memory = u64::from(self.task_memory.mib()) * u64::from(self.memory_utilisation.percent()) / 100;
        Some(WorkCost {
            cpu_micros,
            memory_idle: Mib::from_mib(u32::try_from(memory).unwrap_or(u32::MAX)),
            duration: None,
            concurrency: None,
        })
    }
}

/// What work costs, as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Work {
    /// Nothing is known: tasks stand idle, whatever comes.
    #[default]
    Unknown,
    /// As stated.
    Stated {
        /// What one unit of work costs.
        cost: WorkCost,
        /// Bytes written to logs for each request or job; absent is none.
        #[serde(default, skip_serializing_if = "is_default")]
        log_bytes: Bytes,
    },
    /// As measured.
    Measured {
        /// The measurement.
        measured: Measured,
        /// Bytes written to logs for each request; absent is none.
        #[serde(default, skip_serializing_if = "is_default")]
        log_bytes: Bytes,
    },
}

impl Work {
    /// What one unit of work costs; `None` while nothing is known.
    pub fn cost(&self) -> Option<WorkCost> {
        match self {
            Self::Unknown => None,
            Self::Stated { cost, .. } => Some(cost.clone()),
            Self::Measured { measured, .. } => measured.cost(),
        }
    }

    /// Bytes written to logs for each unit of work.
    pub fn log_bytes(&self) -> Bytes {
        match self {
            Self::Unknown => Bytes::ZERO,
            Self::Stated { log_bytes, .. } | Self::Measured { log_bytes, .. } => *log_bytes,
        }
    }
}

/// Whom a service calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum CallTarget {
    /// Another service.
    Service {
        /// Which.
        service: ServiceId,
        /// By which way.
        via: CallPath,
    },
    /// A system outside ECS.
    Outside(OutsideSystemId),
    /// An AWS service, through its endpoint where there is one.
    Aws(EndpointService),
    /// The internet.
    Internet,
}

/// What a service asks of another for each unit of its own work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Whom it calls.
    pub to: CallTarget,
    /// Calls for each unit of work; absent is one.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(serialize_with = "kept::write_some::<Times, _, _>", deserialize_with = "kept::read_some::<Times, _, _>")]
    #[schemars(with = "Option<Times>")]
    pub per_work: Option<Ppm>,
    /// Bytes sent with each call.
    #[serde(default, skip_serializing_if = "is_default")]
    pub request_bytes: Bytes,
    /// Bytes received with each call.
    #[serde(default, skip_serializing_if = "is_default")]
    pub response_bytes: Bytes,
}

impl Call {
    /// Calls for each unit of work.
    pub fn per_work(&self) -> Ppm {
        self.per_work.unwrap_or(Ppm::ONE)
    }
}

pub(super) fn refer_calls(calls: &mut Vec<Call>, visit: &mut Visit<'_>) {
    calls.retain_mut(|call| match &mut call.to {
        CallTarget::Service { service, .. } => keeps("calls", service, visit),
        CallTarget::Outside(system) => keeps("calls", system, visit),
        CallTarget::Aws(_) | CallTarget::Internet => true,
    });
}

fn keeps<T: super::references::ItemId>(field: &'static str, id: &mut T, visit: &mut Visit<'_>) -> bool {
    visit(field, id.as_ref_mut()) == super::references::Fate::Keep
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_gives_the_cost_of_one_request() {
        let measured = Measured {
            rate: MilliPerSecond::from_whole(600),
            cpu_utilisation: Percent::from_percent(35),
            memory_utilisation: Percent::from_percent(50),
            tasks: 30,
            task_cpu: CpuUnits::from_vcpus(2),
            task_memory: Mib::from_gib(4),
        };
        // 30 tasks × 2 vCPU × 35 % = 21 vCPU; over 600 requests a second that is 35 ms of one vCPU each.
        let cost = measured.cost().unwrap();
        assert_eq!(cost.cpu_micros, 35_000);
        assert_eq!(cost.memory_idle, Mib::from_gib(2));
        assert_eq!(Measured { rate: MilliPerSecond::ZERO, ..measured }.cost(), None);
    }
}
