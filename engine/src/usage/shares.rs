//! Who used what is shared: by service, what it brought to each account and what it reserved of instances.
//!
//! The ledger knows both while it meters; rule BIL-05 splits by them what a bill has for balancers, gateways, logs and
//! instances. Nothing here knows a price.

use std::collections::BTreeMap;

use super::ledger::Closed;
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;

/// What services brought to an account, each in the account's own measure.
pub type Brought = BTreeMap<Ix<PlannedService>, u128>;

/// CPU units and MiB, each × milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// CPU units × milliseconds.
    pub cpu: u128,
    /// MiB × milliseconds.
    pub memory: u128,
}

/// What instances of one provider had, and who reserved it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reserved {
    /// What its instances registered.
    pub registered: Room,
    /// What the tasks of each service reserved of it.
    pub services: BTreeMap<Ix<PlannedService>, Room>,
}

/// Who used what is shared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares {
    /// By owner and meter of an account: what each service brought to it, and nobody where something flowed of itself.
    pub flows: BTreeMap<(Ix<ItemRef>, Meter), Brought>,
    /// By provider.
    pub providers: Vec<Reserved>,
}

impl Shares {
    /// Of a closed ledger. `tasks` says how many tasks × milliseconds of a service stood on a share of its strategy,
    /// `instances` the same of a provider's candidate.
    pub fn of(
        plan: &Plan,
        closed: &Closed,
        tasks: impl Fn(Ix<PlannedService>, usize) -> u128,
        instances: impl Fn(Ix<PlannedProvider>, usize) -> u128,
    ) -> Self {
        let mut flows: BTreeMap<_, Brought> = BTreeMap::new();
        for (key, by, sum) in closed.brought.iter().filter(|(_, _, sum)| *sum > 0) {
            if let Some(by) = by {
                *flows.entry((key.owner, key.meter)).or_default().entry(*by).or_default() += sum;
            }
        }
        let reserved = |(ix, planned): (Ix<PlannedProvider>, &PlannedProvider)| {
            let mut reserved = Reserved::default();
            for (place, candidate) in planned.candidates.iter().enumerate() {
                let held = instances(ix, place);
                reserved.registered.add(candidate.cpu.units().into(), candidate.memory.mib().into(), held);
            }
            for (by, share) in &planned.used_by {
                let (service, held) = (&plan.services[*by], tasks(*by, *share));
                let room = reserved.services.entry(*by).or_default();
                room.add(service.cpu.units().into(), service.memory.mib().into(), held);
            }
            reserved
        };
        Self { flows, providers: plan.providers.pairs().map(reserved).collect() }
    }
}

impl Room {
    fn add(&mut self, cpu: u128, memory: u128, held: u128) {
        self.cpu += cpu * held;
        self.memory += memory * held;
    }
}
