//! The ledger: opens and closes what things hold, adds what flows.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Amount, Cause, Thing, UsageRecord};
use crate::catalogue::meter::{Base, Meter};
use crate::design::ItemRef;
use crate::plan::index::Ix;
use crate::plan::network::StatedUsage;
use crate::plan::service::PlannedService;
use crate::units::{Percent, SimTime, Span};

/// The account of a flow: its amounts add up here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowKey {
    /// Whom it belongs to.
    pub owner: Ix<ItemRef>,
    /// What AWS charges for it.
    pub meter: Meter,
    /// Why.
    pub cause: Cause,
}

/// The place of a [`FlowKey`] in the ledger.
pub type FlowIx = Ix<FlowKey>;

/// What one service brought to an account, or nobody in particular.
#[derive(Debug, Clone, Copy)]
struct Part {
    flow: FlowIx,
    by: Option<Ix<PlannedService>>,
    /// All that flowed, in 10⁻¹⁸.
    sum: u128,
}

/// What a ledger gives when it is closed.
#[derive(Debug, Clone)]
pub struct Closed {
    /// All records, in the order they closed.
    pub records: Vec<UsageRecord>,
    /// What each service brought to each account, in 10⁻¹⁸ as it was added.
    pub brought: Vec<(FlowKey, Option<Ix<PlannedService>>, u128)>,
    /// By level set: how many things × milliseconds held it.
    pub held: Vec<u128>,
}

/// The place of a service's part of an account in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartIx(usize);

/// What one record holds while it is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    levels: u32,
    from: SimTime,
    cause: Cause,
    owner: Ix<ItemRef>,
}

/// A set of levels that things of one kind hold: opened and closed together.
pub type LevelSet = Ix<Vec<(Meter, u64)>>;

/// How far back the base unit of a flow lies from what is added: flows count in 10⁻¹⁸ of a byte or a request.
const ATTO: u128 = 1_000_000_000_000_000_000;
/// The same for meters whose base unit is a millionth of a request.
const ATTO_OF_MICRO: u128 = 1_000_000_000_000;

/// The ledger of one run.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    records: Vec<UsageRecord>,
    level_sets: Vec<Vec<(Meter, u64)>>,
    /// What tasks hold, by their number in the run.
    tasks: Vec<Option<Open>>,
    /// What instances hold, by their number in the run.
    instances: Vec<Option<Open>>,
    /// What stands to the end.
    standing: Vec<Open>,
    /// By level set: how many things × milliseconds held it, of those that have ended.
    held: Vec<u128>,
    keys: BTreeMap<FlowKey, u32>,
    flows: Vec<Flow>,
    part_keys: BTreeMap<(FlowIx, Option<Ix<PlannedService>>), PartIx>,
    parts: Vec<Part>,
    /// What the user states, and what flows of whom it stands for.
    stated: Vec<Stated>,
    replaced: BTreeSet<(Ix<ItemRef>, Meter)>,
    closed_until: SimTime,
}

#[derive(Debug, Clone)]
struct Flow {
    key: FlowKey,
    /// What its parts came to when they were last summed up, in 10⁻¹⁸.
    sum: u128,
    /// What records already say, in the meter's base unit.
    recorded: u128,
    /// Whether a stated amount stands for it.
    replaced: bool,
}

#[derive(Debug, Clone)]
struct Stated {
    owner: Ix<ItemRef>,
    meter: Meter,
    /// In a month, in the meter's base unit.
    month: u128,
    /// What records already say of it.
    recorded: u128,
}

impl Ledger {
    /// Registers a set of levels.
    pub fn level_set(&mut self, levels: &[(Meter, u64)]) -> LevelSet {
        let place = u32::try_from(self.level_sets.len()).expect("a plan has few kinds of things");
        self.level_sets.push(levels.to_vec());
        self.held.push(0);
        Ix::new(place)
    }

    /// A thing begins: its levels open. Panics if it is open already.
    pub fn begin(&mut self, thing: Thing, owner: Ix<ItemRef>, levels: LevelSet, cause: Cause, now: SimTime) {
        let open = Open { levels: levels.place(), from: now, cause, owner };
        let Some((things, place)) = self.slot(thing) else {
            self.standing.push(open);
            return;
        };
        if things.len() <= place {
            things.resize(place + 1, None);
        }
        let before = things[place].replace(open);
        assert!(before.is_none(), "{thing:?} is opened twice");
    }

    /// A thing ends: its levels close. Panics if it is not open.
    pub fn end(&mut self, thing: Thing, now: SimTime) {
        let open = self.slot(thing).and_then(|(things, place)| things.get_mut(place)?.take());
        let open = open.unwrap_or_else(|| panic!("{thing:?} is closed without being open"));
        self.close(thing, open, now);
    }

    /// Where a task or an instance is kept; everything else stands to the end.
    fn slot(&mut self, thing: Thing) -> Option<(&mut Vec<Option<Open>>, usize)> {
        let (things, place) = match thing {
            Thing::Task(place) => (&mut self.tasks, place),
            Thing::Instance(place) => (&mut self.instances, place),
            Thing::Standing | Thing::Flow | Thing::Tasks(_) | Thing::Instances(_) => return None,
        };
        Some((things, usize::try_from(place).expect("things of a run are counted in 32 bits")))
    }

    fn close(&mut self, thing: Thing, open: Open, now: SimTime) {
        let levels = usize::try_from(open.levels).expect("level sets are few");
        self.held[levels] += u128::from(now.since(open.from).ms());
        for place in 0..self.level_sets[levels].len() {
            let (meter, level) = self.level_sets[levels][place];
            let (owner, cause) = (open.owner, open.cause);
            let amount = Amount::Level(level);
            self.records.push(UsageRecord { thing, owner, meter, amount, from: open.from, to: now, cause });
        }
    }

    /// A record of something that held a level for a time, as a whole.
    pub fn record(&mut self, record: UsageRecord) {
        self.records.push(record);
    }

    /// States how much of a meter something uses in a month, in place of flows that are opened from now on.
    pub fn state(&mut self, stated: &StatedUsage) {
        let StatedUsage { owner, meter, month, in_place_of } = stated;
        self.stated.push(Stated { owner: *owner, meter: *meter, month: *month, recorded: 0 });
        self.replaced.extend(in_place_of.iter().map(|of| (*of, *meter)));
    }

    /// The account of a flow.
    pub fn flow(&mut self, key: FlowKey) -> FlowIx {
        let next = u32::try_from(self.flows.len()).expect("a plan has few flows");
        let place = *self.keys.entry(key).or_insert(next);
        if place == next {
            let replaced = self.replaced.contains(&(key.owner, key.meter));
            self.flows.push(Flow { key, sum: 0, recorded: 0, replaced });
        }
        Ix::new(place)
    }

    /// A service's part of an account; `None` is nobody's in particular.
    pub fn part(&mut self, key: FlowKey, by: Option<Ix<PlannedService>>) -> PartIx {
        let flow = self.flow(key);
        let next = PartIx(self.parts.len());
        let place = *self.part_keys.entry((flow, by)).or_insert(next);
        if place == next {
            self.parts.push(Part { flow, by, sum: 0 });
        }
        place
    }

    /// Adds to a part of an account, in 10⁻¹⁸ of a byte or a request; of a capacity unit, in its base unit × 10¹⁸.
    pub fn add(&mut self, part: PartIx, atto: u128) {
        let sum = &mut self.parts[part.0].sum;
        *sum = sum.saturating_add(atto);
    }

    fn sum_up(&mut self) {
        self.flows.iter_mut().for_each(|flow| flow.sum = 0);
        for part in &self.parts {
            let sum = &mut self.flows[part.flow.index()].sum;
            *sum = sum.saturating_add(part.sum);
        }
    }

    /// Writes what flowed since the last time into records that end now.
    ///
    /// Each record is the difference of two rounded sums, so that records add up to the rounded whole however often they
    /// are written.
    pub fn close_flows(&mut self, now: SimTime) {
        self.sum_up();
        for flow in self.flows.iter_mut().filter(|flow| !flow.replaced) {
            let divisor = match flow.key.meter.unit().base {
                Base::MicroRequest => ATTO_OF_MICRO,
                Base::Byte | Base::NanoUnitHour | Base::CpuUnitMs | Base::MibMs | Base::ByteMs | Base::ThingMs => ATTO,
            };
            let whole = flow.sum.saturating_add(divisor / 2) / divisor;
            let amount = whole.saturating_sub(flow.recorded);
            if amount > 0 {
                flow.recorded = whole;
                self.records.push(UsageRecord {
                    thing: Thing::Flow,
                    owner: flow.key.owner,
                    meter: flow.key.meter,
                    amount: Amount::Total(amount),
                    from: self.closed_until,
                    to: now,
                    cause: flow.key.cause,
                });
            }
        }
        for stated in &mut self.stated {
            // Evenly over the window, half up.
            let month = u128::from(Span::MONTH.ms());
            let whole = stated.month.saturating_mul(u128::from(now.ms())).saturating_add(month / 2) / month;
            let amount = whole.saturating_sub(stated.recorded);
            if amount > 0 {
                stated.recorded = whole;
                self.records.push(UsageRecord {
                    thing: Thing::Flow,
                    owner: stated.owner,
                    meter: stated.meter,
                    amount: Amount::Total(amount),
                    from: self.closed_until,
                    to: now,
                    cause: Cause::Stated,
                });
            }
        }
        self.closed_until = now;
    }

    /// What has flowed into one account so far, in the meter's base unit.
    pub fn flowed(&self, flow: FlowIx) -> u128 {
        let key = &self.flows[flow.index()].key;
        let divisor = if key.meter.unit().base == Base::MicroRequest { ATTO_OF_MICRO } else { ATTO };
        let of_flow = self.part_keys.range((flow, None)..).take_while(|((of, _), _)| *of == flow);
        let sum = of_flow.fold(0, |sum: u128, (_, part)| sum.saturating_add(self.parts[part.0].sum));
        sum.saturating_add(divisor / 2) / divisor
    }

    /// Closes everything at the end of a run.
    pub fn finish(mut self, end: SimTime) -> Closed {
        for open in std::mem::take(&mut self.standing) {
            self.close(Thing::Standing, open, end);
        }
        for (kind, things) in
            [std::mem::take(&mut self.tasks), std::mem::take(&mut self.instances)].into_iter().enumerate()
        {
            for (place, open) in (0u32..).zip(things) {
                let thing = if kind == 0 { Thing::Task(place) } else { Thing::Instance(place) };
                if let Some(open) = open {
                    self.close(thing, open, end);
                }
            }
        }
        self.close_flows(end);
        let brought = |part: &Part| (self.flows[part.flow.index()].key, part.by, part.sum);
        Closed { brought: self.parts.iter().map(brought).collect(), records: self.records, held: self.held }
    }

    /// Records closed so far.
    pub fn records(&self) -> &[UsageRecord] {
        &self.records
    }
}

/// How much is stored over a window, in bytes × milliseconds, by the bytes written in it.
///
/// Source: AWS Pricing Calculator, CloudWatch: what is stored is the share of a day's bytes that compression leaves × the
/// days it is kept (rule OBS-06). Of W bytes in a window H, W/H × kept stand at any time, and over H that is W × kept.
/// Assumption: as much was written before the window as in it, so that as much leaves as comes.
pub fn stored(bytes: u128, share: Percent, kept: Span) -> u128 {
    (bytes.saturating_mul(u128::from(share.percent())) / 100).saturating_mul(u128::from(kept.ms()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Ix<ItemRef> {
        Ix::new(0)
    }

    #[test]
    fn flow_records_add_up_to_the_whole_however_often_they_are_written() {
        let key = FlowKey { owner: owner(), meter: Meter::NatGatewayData, cause: Cause::Logs };
        let mut often = Ledger::default();
        // Two services bring it: what is rounded is their sum.
        let parts = [often.part(key, Some(Ix::new(0))), often.part(key, Some(Ix::new(1)))];
        for minute in 1..=10 {
            parts.iter().for_each(|part| often.add(*part, ATTO / 6));
            often.close_flows(SimTime::from_secs(minute * 60));
        }
        let total: u128 = often
            .records()
            .iter()
            .map(|r| match r.amount {
                Amount::Total(n) => n,
                Amount::Level(_) => 0,
            })
            .sum();
        assert_eq!(total, 3); // ten thirds of a byte, rounded once
        assert_eq!(often.flowed(Ix::new(often.keys[&key])), 3);
        let brought = often.finish(SimTime::from_secs(600)).brought;
        let brought: Vec<_> = brought.into_iter().map(|(_, by, sum)| (by.unwrap().place(), sum)).collect();
        assert_eq!(brought, [(0, 10 * (ATTO / 6)), (1, 10 * (ATTO / 6))]);
    }

    #[test]
    fn what_stands_open_is_closed_at_the_end() {
        let mut ledger = Ledger::default();
        let levels = ledger.level_set(&[(Meter::NatGatewayHour, 1), (Meter::PublicIpv4, 2)]);
        ledger.begin(Thing::Task(1), owner(), levels, Cause::Drawn, SimTime::from_secs(5));
        let Closed { records, held, .. } = ledger.finish(SimTime::from_secs(65));
        assert_eq!((records.len(), held), (2, vec![60_000]));
        assert_eq!(records[1].amount, Amount::Level(2));
        assert_eq!(records[1].to.since(records[1].from), Span::from_secs(60));
    }

    #[test]
    fn obs_06_what_stands_is_a_share_of_what_is_written_for_as_long_as_it_is_kept() {
        // 1,000 bytes in a window, 15 % of them for 30 days: 150 × 30 × 86,400,000 byte-milliseconds, however long it is.
        assert_eq!(stored(1000, Percent::from_percent(15), Span::from_days(30)), 150 * 30 * 86_400_000);
    }
}
