//! Steps that each thing fills by itself: the IOPS of a volume, and not those of all volumes together (rule STC-02).

use std::collections::BTreeMap;

use super::Window;
use crate::catalogue::meter::{Meter, TierScope};
use crate::catalogue::prices::Price;
use crate::units::{Quantity, Span, Usd};
use crate::usage::record::{Amount, UsageRecord};

/// Whether a meter's price has steps, and each thing fills them by itself.
pub(super) fn are_of_things(meter: Meter, price: &Price) -> bool {
    meter.tier_scope() == TierScope::Thing && price.tiers().len() > 1
}

/// What the records of one line cost; `None` where the price does not reach the size of one of its things.
///
/// Each thing pays what its size costs for a month, in proportion to its time of `month`; the line is rounded once.
pub(super) fn cost<'r>(
    records: impl Iterator<Item = &'r UsageRecord>,
    price: &Price,
    window: Window,
    month: Span,
) -> Option<Usd> {
    // By the size of a thing: for how long such things stood, all together.
    let mut stood: BTreeMap<u64, u128> = BTreeMap::new();
    for record in records {
        // What is held has a size; a sum of what moved has none, and no meter of such steps is summed.
        let Amount::Level(level) = record.amount else { continue };
        let things = u64::from(record.thing.count());
        let billed = record.meter.billing().span(record.from, record.to, window.into_hour);
        *stood.entry(level / things).or_default() += u128::from(things) * u128::from(billed.ms());
    }
    let mut nanos = 0u128;
    for (level, ms) in stood {
        let size = Quantity::from_base(u128::from(level) * u128::from(Span::MONTH.ms()));
        if !price.covers(size) {
            return None;
        }
        nanos = nanos.saturating_add(u128::from(price.cost(size).nanos().unsigned_abs()).saturating_mul(ms));
    }
    let nanos = Quantity::from_base(nanos).scaled(1, month.ms().max(1)).base();
    Some(Usd::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::catalogue::meter::GB_MOVED;
    use crate::plan::index::Ix;
    use crate::units::SimTime;
    use crate::usage::record::{Cause, Thing};

    /// So many volumes at once, each of so many IOPS, for so long.
    fn volumes(count: u32, iops: u64, span: Span) -> UsageRecord {
        UsageRecord {
            thing: Thing::Tasks(count),
            owner: Ix::new(0),
            meter: Meter::EbsIo2Iops,
            amount: Amount::Level(iops * u64::from(count)),
            from: SimTime::ZERO,
            to: SimTime::ZERO + span,
            cause: Cause::DesiredCount,
        }
    }

    #[track_caller]
    fn cost_of(records: &[UsageRecord], month: Span, expected: &str) {
        let catalogue = Catalogue::load(&"us-east-1".into()).unwrap();
        let window = Window { span: month, into_hour: Span::ZERO, gb_moved: GB_MOVED };
        let price = catalogue.prices.price(Meter::EbsIo2Iops).unwrap();
        assert_eq!(cost(records.iter(), price, window, month), Some(Usd::parse(expected).unwrap()));
    }

    #[test]
    fn stc_02_each_volume_fills_the_steps_by_itself() {
        let month = Span::MONTH;
        // 20,000 x 0.065 = 1,300; two of them twice that, though 40,000 together pass the first step.
        cost_of(&[volumes(1, 20_000, month)], month, "1300");
        cost_of(&[volumes(2, 20_000, month)], month, "2600");
        cost_of(&[volumes(1, 20_000, month), volumes(1, 20_000, month)], month, "2600");
        // One of 40,000: 32,000 x 0.065 + 8,000 x 0.0455 = 2,080 + 364.
        cost_of(&[volumes(1, 40_000, month)], month, "2444");
        // One of 100,000 reaches the third: 2,080 + 32,000 x 0.0455 + 36,000 x 0.03185 = 2,080 + 1,456 + 1,146.60.
        cost_of(&[volumes(1, 100_000, month)], month, "4682.6");
    }

    #[test]
    fn bil_06_steps_are_of_the_size_whatever_the_time() {
        // Half a month of 40,000 IOPS is half of 2,444; a window of half a month, scaled to a month, is all of it.
        let half = Span::from_ms(Span::MONTH.ms() / 2);
        cost_of(&[volumes(1, 40_000, half)], Span::MONTH, "1222");
        cost_of(&[volumes(1, 40_000, half)], half, "2444");
    }
}
