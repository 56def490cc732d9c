//! Two revisions of a design side by side: what a month of each costs in closed form, by item and by cause.
//!
//! In: the bill of each. Out: [`Revisions`]. A meter that either region has no price for is in no difference, and is named:
//! the difference is then only of the rest.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::bill::{Bill, BillLine, Charge, CostGroup};
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::plan::left_out::Claim;
use crate::units::Usd;

/// What something costs in both revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Both {
    /// In the earlier one.
    pub before: Usd,
    /// In the later one.
    pub after: Usd,
}

impl Both {
    /// What the later one costs more.
    pub fn difference(self) -> Usd {
        self.after - self.before
    }

    /// How much more in per cent of the earlier one; `None` where that costs nothing.
    pub fn percent(self) -> Option<f64> {
        (self.before > Usd::ZERO).then(|| self.difference().dollars() / self.before.dollars() * 100.0)
    }
}

/// Two bills side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revisions {
    /// What both have a price for, in all.
    pub total: Both,
    /// By item, the largest change first; what costs the same in both is not among them.
    pub by_item: Vec<(ItemRef, Both)>,
    /// By cause, in the order of causes; what costs the same in both is not among them.
    pub by_cause: Vec<(CostGroup, Both)>,
    /// What one of the two uses and its region has no price for; left out of all figures here.
    pub unpriced: Vec<Meter>,
    /// What the two totals claim, before and after.
    pub claims: (Claim, Claim),
}

impl Revisions {
    /// Of the bills of the same time.
    pub fn of(before: &Bill, after: &Bill) -> Self {
        let mut unpriced: Vec<_> = before.unpriced.iter().chain(&after.unpriced).copied().collect();
        unpriced.sort();
        unpriced.dedup();
        let mut all = Self {
            total: Both::default(),
            by_item: Vec::new(),
            by_cause: Vec::new(),
            unpriced,
            claims: (before.claim(), after.claim()),
        };
        let (mut by_item, mut by_cause) = (BTreeMap::new(), BTreeMap::new());
        let mut add = |line: &BillLine, to: fn(&mut Both, Usd)| {
            let left_out = matches!(line.charge, Charge::Aws(meter) if all.unpriced.contains(&meter));
            let Some(cost) = line.cost.filter(|_| !left_out) else { return };
            to(&mut all.total, cost);
            to(by_item.entry(line.owner.clone()).or_default(), cost);
            to(by_cause.entry(line.charge.group()).or_default(), cost);
        };
        before.lines.iter().for_each(|line| add(line, |both, cost| both.before += cost));
        after.lines.iter().for_each(|line| add(line, |both, cost| both.after += cost));
        all.by_item = by_item.into_iter().filter(|(_, both)| both.difference() != Usd::ZERO).collect();
        all.by_item.sort_by_key(|(item, both)| {
            let change = both.difference();
            (Reverse(change.max(-change)), item.clone())
        });
        all.by_cause = by_cause.into_iter().filter(|(_, both): &(_, Both)| both.difference() != Usd::ZERO).collect();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Quantity, Span};
    use crate::usage::record::Cause;

    fn bill(lines: &[(&str, Meter, Option<i64>)]) -> Bill {
        let lines: Vec<_> = lines
            .iter()
            .map(|(service, meter, cents)| BillLine {
                owner: ItemRef::Service((*service).into()),
                charge: Charge::Aws(*meter),
                cause: Cause::Drawn,
                quantity: Quantity::from_base(u128::from(Span::HOUR.ms())),
                rate: None,
                tiered: false,
                cost: cents.map(Usd::from_cents),
                records: Vec::new(),
            })
            .collect();
        let total = lines.iter().filter_map(|line| line.cost).sum();
        let unpriced = lines.iter().filter(|line| line.cost.is_none());
        let unpriced =
            unpriced.filter_map(|line| if let Charge::Aws(meter) = line.charge { Some(meter) } else { None });
        Bill { unpriced: unpriced.collect(), total, lines, ..Bill::default() }
    }

    #[test]
    fn items_and_causes_sum_to_the_difference() {
        use Meter::{AlbHour, AlbLcu, NatGatewayHour};
        let before = bill(&[("a", AlbHour, Some(1600)), ("a", AlbLcu, Some(200)), ("b", NatGatewayHour, Some(3285))]);
        let after = bill(&[("a", AlbHour, Some(1600)), ("a", AlbLcu, Some(500)), ("c", NatGatewayHour, Some(9855))]);
        let all = Revisions::of(&before, &after);
        // 16 + 2 + 32.85 = 50.85 and 16 + 5 + 98.55 = 119.55: 68.70 more, of which 3 are a's, 98.55 c's and −32.85 b's.
        assert_eq!((all.total.before, all.total.difference()), (Usd::from_cents(5085), Usd::from_cents(6870)));
        let items: Vec<_> = all.by_item.iter().map(|(item, both)| (item.name(), both.difference())).collect();
        let cents = Usd::from_cents;
        assert_eq!(items, [("c", cents(9855)), ("b", cents(-3285)), ("a", cents(300))]);
        let causes: Vec<_> = all.by_cause.iter().map(|(cause, both)| (*cause, both.difference())).collect();
        assert_eq!(causes, [(CostGroup::Nat, cents(6570)), (CostGroup::LoadBalancing, cents(300))]);
        for sum in [items.iter().map(|(_, d)| *d).sum::<Usd>(), causes.iter().map(|(_, d)| *d).sum()] {
            assert_eq!(sum, all.total.difference());
        }
    }

    #[test]
    fn what_one_of_the_two_has_no_price_for_is_in_no_figure_and_is_named() {
        use Meter::{AlbHour, NatGatewayHour};
        let before = bill(&[("a", AlbHour, Some(1600)), ("b", NatGatewayHour, Some(3285))]);
        let after = bill(&[("a", AlbHour, Some(1700)), ("b", NatGatewayHour, None)]);
        let all = Revisions::of(&before, &after);
        assert_eq!((all.total.before, all.total.after), (Usd::from_cents(1600), Usd::from_cents(1700)));
        assert_eq!(all.unpriced, [NatGatewayHour]);
    }

    #[test]
    fn what_costs_the_same_is_not_told() {
        let same = bill(&[("a", Meter::AlbHour, Some(1600))]);
        let all = Revisions::of(&same, &same);
        assert!(all.by_item.is_empty() && all.by_cause.is_empty());
        assert_eq!(all.total.percent(), Some(0.0));
        assert_eq!(Revisions::of(&bill(&[]), &same).total.percent(), None);
    }
}
