//! A bill by service: what each runs itself, and its share of what services share (rule BIL-05).
//!
//! In: a bill, its plan, and who used what is shared. Out: for each line, to whom how much of it goes, to the last digit;
//! and for each service the sum. What is the service's own is not split; all that is split is told as allocated. The
//! room of instances that nobody reserved stands apart, and what no key fits is left as the rest.

use std::collections::BTreeMap;

use crate::bill::{Bill, BillLine, Charge, CostGroup};
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::service::PlannedService;
use crate::units::Usd;
use crate::usage::shares::{Brought, Reserved, Room, Shares};

/// The whole of an instance that shares of it are weighed against.
const WHOLE: u128 = 1_000_000_000_000;

/// To whom a part of a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// A service's own.
    Own(Ix<PlannedService>),
    /// A service, by a key.
    Allocated(Ix<PlannedService>),
    /// Room of instances that no task reserved.
    Idle,
    /// Nobody: no key fits.
    Rest,
}

/// A service's part of a bill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceBill {
    /// What it runs itself.
    pub own: Usd,
    /// What is allocated to it, by what it is for.
    pub allocated: BTreeMap<CostGroup, Usd>,
}

/// A bill by service. All parts sum to the bill's total to the last digit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allocation {
    /// By service, in the plan's order.
    pub services: Vec<ServiceBill>,
    /// Room of instances that no task reserved.
    pub idle: Usd,
    /// What no key fits.
    pub rest: Usd,
    /// By line of the bill: to whom how much of it goes; nothing of a line without a price.
    pub lines: Vec<Vec<(To, Usd)>>,
}

impl ServiceBill {
    /// All that is allocated to it.
    pub fn shared(&self) -> Usd {
        self.allocated.values().copied().sum()
    }

    /// Its own and what is allocated to it.
    pub fn total(&self) -> Usd {
        self.own + self.shared()
    }
}

impl Allocation {
    /// Allocates a bill.
    ///
    /// Source: rule BIL-05. Instances by the greater of a service's shares of CPU and memory reserved, idle room apart;
    /// balancers by the dimension that drives their capacity units; gateways, endpoints, logs and egress by bytes.
    /// Assumption: what stands (hours, addresses, storage) goes as what flows through it; API and queue by requests.
    pub fn of(bill: &Bill, plan: &Plan, shares: &Shares) -> Self {
        let keys = Keys::of(plan, shares);
        let mut all = Self { services: vec![ServiceBill::default(); plan.services.len()], ..Self::default() };
        for line in &bill.lines {
            let parts = line.cost.map(|cost| split(cost, &keys.weights(line))).unwrap_or_default();
            for (to, usd) in &parts {
                match to {
                    To::Own(ix) => all.services[ix.index()].own += *usd,
                    To::Allocated(ix) => {
                        let service = &mut all.services[ix.index()];
                        *service.allocated.entry(line.charge.group()).or_default() += *usd;
                    }
                    To::Idle => all.idle += *usd,
                    To::Rest => all.rest += *usd,
                }
            }
            all.lines.push(parts);
        }
        all
    }
}

/// By what lines are split, found by their owner.
struct Keys<'a> {
    owners: BTreeMap<&'a ItemRef, Ix<ItemRef>>,
    services: BTreeMap<Ix<ItemRef>, Ix<PlannedService>>,
    /// Of capacity providers with instances of their own.
    instances: BTreeMap<Ix<ItemRef>, Vec<(To, u128)>>,
    /// What a load brings goes to its service.
    loads: BTreeMap<Ix<ItemRef>, Ix<PlannedService>>,
    flows: BTreeMap<(Ix<ItemRef>, Meter), Brought>,
}

impl<'a> Keys<'a> {
    fn of(plan: &'a Plan, shares: &Shares) -> Self {
        let mut flows = shares.flows.clone();
        for stated in &plan.stated {
            // What is stated in place of a derived amount is shared out as that would have been.
            let mut brought = Brought::new();
            for of in &stated.in_place_of {
                for (by, sum) in shares.flows.get(&(*of, stated.meter)).into_iter().flatten() {
                    *brought.entry(*by).or_default() += sum;
                }
            }
            if !brought.is_empty() {
                flows.insert((stated.owner, stated.meter), brought);
            }
        }
        let own = plan.providers.iter().zip(&shares.providers).filter(|(planned, _)| !planned.is_fargate());
        Self {
            owners: plan.owners.pairs().map(|(ix, owner)| (owner, ix)).collect(),
            services: plan.services.pairs().map(|(ix, service)| (service.owner, ix)).collect(),
            instances: own.filter_map(|(planned, reserved)| Some((planned.owner?, by_room(reserved)))).collect(),
            loads: plan.loads.iter().map(|load| (load.owner, load.service)).collect(),
            flows,
        }
    }

    fn weights(&self, line: &BillLine) -> Vec<(To, u128)> {
        let rest = vec![(To::Rest, 1)];
        let Some(owner) = self.owners.get(&line.owner) else { return rest };
        if let Some(service) = self.services.get(owner) {
            return vec![(To::Own(*service), 1)];
        }
        if let Some(weights) = self.instances.get(owner) {
            return weights.clone();
        }
        if let Some(brought) = self.brought(*owner, line.charge) {
            return brought.iter().map(|(by, weight)| (To::Allocated(*by), *weight)).collect();
        }
        self.loads.get(owner).map_or(rest, |service| vec![(To::Allocated(*service), 1)])
    }

    /// What services brought to a meter of an owner; of what stands, to the first of its owner's that flow.
    fn brought(&self, owner: Ix<ItemRef>, charge: Charge) -> Option<&Brought> {
        let own = match charge {
            Charge::Aws(meter) => self.flows.get(&(owner, meter)),
            Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => None,
        };
        let first = || self.flows.iter().find(|((of, _), _)| *of == owner).map(|(_, brought)| brought);
        own.or_else(first)
    }
}

/// Shares of instances by what was reserved of them, and the room that was not.
///
/// Assumption: where shares of CPU and of memory together come to more than the whole, they are taken in proportion.
fn by_room(reserved: &Reserved) -> Vec<(To, u128)> {
    let Room { cpu, memory } = reserved.registered;
    let of = |part: u128, whole: u128| (part * WHOLE).checked_div(whole).unwrap_or_default();
    let share = |room: &Room| of(room.cpu, cpu).max(of(room.memory, memory));
    let services = reserved.services.iter().map(|(by, room)| (To::Allocated(*by), share(room)));
    let mut weights: Vec<_> = services.filter(|(_, weight)| *weight > 0).collect();
    let taken: u128 = weights.iter().map(|(_, weight)| weight).sum();
    if taken < WHOLE {
        weights.push((To::Idle, WHOLE - taken));
    }
    weights
}

/// An amount split by weights, to the last digit: what rounding leaves goes to the largest remainders. Without any weight
/// it is the rest.
fn split(cost: Usd, weights: &[(To, u128)]) -> Vec<(To, Usd)> {
    let sum = weights.iter().fold(0u128, |sum, (_, weight)| sum.saturating_add(*weight));
    // Weights may fill their 128 bits: all are brought down alike until a product with an amount fits.
    let excess = (128 - sum.leading_zeros()).saturating_sub(60);
    let weights: Vec<_> = weights.iter().map(|(to, weight)| (*to, weight >> excess)).collect();
    let sum: u128 = weights.iter().map(|(_, weight)| weight).sum();
    if sum == 0 {
        return vec![(To::Rest, cost)];
    }
    let whole = u128::from(cost.nanos().unsigned_abs());
    let part = |(to, weight): (To, u128)| (to, whole * weight / sum, whole * weight % sum);
    let mut parts: Vec<_> = weights.into_iter().map(part).collect();
    let given: u128 = parts.iter().map(|(_, share, _)| share).sum();
    parts.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
    let left = usize::try_from(whole - given).unwrap_or(usize::MAX);
    let signed = |nanos: u128| {
        let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
        Usd::from_nanos(if cost < Usd::ZERO { -nanos } else { nanos })
    };
    let parts = parts.into_iter().enumerate();
    let mut parts: Vec<_> =
        parts.map(|(place, (to, share, _))| (to, signed(share + u128::from(place < left)))).collect();
    parts.sort_by_key(|(to, _)| *to);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(place: u32) -> To {
        To::Allocated(Ix::new(place))
    }

    #[test]
    fn bil_05_instances_go_by_the_greater_share_and_idle_room_stands_apart() {
        // Of 1,000 units and 1,000 MiB: half the CPU and a tenth of the memory is a half; a fifth of the memory a fifth.
        let room = |cpu, memory| Room { cpu, memory };
        let services = BTreeMap::from([(Ix::new(0), room(500, 100)), (Ix::new(1), room(100, 200))]);
        let weights = by_room(&Reserved { registered: room(1000, 1000), services });
        let usd = |dollars: i64| Usd::from_cents(dollars * 100);
        assert_eq!(split(usd(10), &weights), [(to(0), usd(5)), (to(1), usd(2)), (To::Idle, usd(3))]);
        // All the CPU and all the memory: two wholes, halved.
        let services = BTreeMap::from([(Ix::new(0), room(1000, 10)), (Ix::new(1), room(0, 1000))]);
        let weights = by_room(&Reserved { registered: room(1000, 1000), services });
        assert_eq!(split(usd(10), &weights), [(to(0), usd(5)), (to(1), usd(5))]);
        // No instance, no key.
        assert_eq!(split(usd(1), &by_room(&Reserved::default())), [(To::Idle, usd(1))]);
    }

    #[test]
    fn bil_05_parts_sum_to_the_whole_whatever_the_weights() {
        let weights = [(to(0), 1), (to(1), 1), (to(2), 1)];
        // Ten billionths in three: 4, 3, 3; what is left goes to the first of equal remainders.
        let nanos = |parts: Vec<(To, Usd)>| parts.into_iter().map(|(_, usd)| usd.nanos()).collect::<Vec<_>>();
        assert_eq!(nanos(split(Usd::from_nanos(10), &weights)), [4, 3, 3]);
        assert_eq!(nanos(split(Usd::from_nanos(-10), &weights)), [-4, -3, -3]);
        // Weights that fill their bits.
        let large = [(to(0), u128::MAX / 2), (to(1), u128::MAX / 4), (to(2), u128::MAX / 4)];
        assert_eq!(nanos(split(Usd::from_nanos(i64::MAX), &large)).iter().sum::<i64>(), i64::MAX);
        assert_eq!(split(Usd::from_nanos(7), &[]), [(To::Rest, Usd::from_nanos(7))]);
        assert_eq!(split(Usd::from_nanos(7), &[(to(0), 0)]), [(To::Rest, Usd::from_nanos(7))]);
    }
}
