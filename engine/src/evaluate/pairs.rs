//! Runs of an alternative beside runs of the design as drawn, each pair of one seed: what differs is the alternative's doing
//! and no chance's.
//!
//! In: the runs of both. Out: the median pair with its difference by cause. What a change does not touch costs the same under
//! the same seed, and so is in no difference.

use std::collections::BTreeMap;

use super::figures::Run;
use crate::bill::CostGroup;
use crate::catalogue::meter::Meter;
use crate::units::Usd;

/// Two runs of one seed, as places among the runs of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The run of the design as drawn.
    pub drawn: usize,
    /// The run of the alternative.
    pub own: usize,
}

/// The pair whose difference is the median of all pairs' (of an even number the lower middle one; of equal ones that of the
/// lower seed), with its difference by cause. `None` where no seed was played by both.
pub(super) fn median(drawn: &[Run], own: &[Run], without: &[Meter]) -> Option<(Pair, Vec<(CostGroup, Usd)>)> {
    let by_seed: BTreeMap<u64, usize> = drawn.iter().enumerate().map(|(place, run)| (run.seed, place)).collect();
    let both = own.iter().enumerate().filter_map(|(own, run)| Some(Pair { drawn: *by_seed.get(&run.seed)?, own }));
    let mut pairs: Vec<_> = both
        .map(|pair| {
            let by_cause = causes(&drawn[pair.drawn], &own[pair.own], without);
            let difference: Usd = by_cause.iter().map(|(_, change)| *change).sum();
            (difference, own[pair.own].seed, pair, by_cause)
        })
        .collect();
    pairs.sort_by_key(|(difference, seed, ..)| (*difference, *seed));
    let middle = pairs.len().checked_sub(1)? / 2;
    pairs.into_iter().nth(middle).map(|(_, _, pair, by_cause)| (pair, by_cause))
}

/// What one run costs more than another by cause, leaving out meters that one of the two has no price for.
pub(super) fn causes(from: &Run, to: &Run, without: &[Meter]) -> Vec<(CostGroup, Usd)> {
    let mut changes: BTreeMap<CostGroup, Usd> = to.groups(without);
    for (group, cost) in from.groups(without) {
        let change = changes.entry(group).or_insert(Usd::ZERO);
        *change = *change - cost;
    }
    changes.into_iter().filter(|(_, change)| *change != Usd::ZERO).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::compare::testing::run;
    use Meter::{AlbLcu, NatGatewayHour};

    /// Runs under these seeds, whose balancer costs so many cents and whose gateways so many.
    fn runs(all: &[(u64, i64, i64)]) -> Vec<Run> {
        all.iter().map(|(seed, lcu, nat)| run(*seed, &[(AlbLcu, *lcu), (NatGatewayHour, *nat)], &[])).collect()
    }

    #[test]
    fn what_a_change_does_not_touch_is_in_no_difference() {
        // The balancer's cost goes by the seed, 100, 130 and 160 cents; the gateways cost 30 instead of 90 under each.
        let drawn = runs(&[(1, 100, 90), (2, 130, 90), (3, 160, 90)]);
        let own = runs(&[(1, 100, 30), (2, 130, 30), (3, 160, 30)]);
        let (pair, by_cause) = median(&drawn, &own, &[]).unwrap();
        assert_eq!(by_cause, [(CostGroup::Nat, Usd::from_cents(-60))]);
        // All pairs differ alike: the middle one is that of the second seed.
        assert_eq!(pair, Pair { drawn: 1, own: 1 });
    }

    #[test]
    fn the_median_pair_is_the_lower_middle_one_of_an_even_number() {
        // Differences are +40, +10, +30, +20 by seed: the lower middle one of four is +20, of seed 4.
        let drawn = runs(&[(1, 100, 0), (2, 100, 0), (3, 100, 0), (4, 100, 0)]);
        let own = runs(&[(1, 140, 0), (2, 110, 0), (3, 130, 0), (4, 120, 0)]);
        let (pair, by_cause) = median(&drawn, &own, &[]).unwrap();
        assert_eq!((pair.own, by_cause[0].1), (3, Usd::from_cents(20)));
        // Of the first three, +40, +10 and +30, it is +30, of seed 3.
        assert_eq!(median(&drawn, &own[..3], &[]).unwrap().0.own, 2);
    }

    #[test]
    fn runs_pair_by_seed_wherever_they_stand() {
        let drawn = runs(&[(7, 100, 0), (5, 300, 0)]);
        let own = runs(&[(5, 310, 0), (9, 100, 0)]);
        assert_eq!(
            median(&drawn, &own, &[]).unwrap(),
            (Pair { drawn: 1, own: 0 }, vec![(CostGroup::LoadBalancing, Usd::from_cents(10))])
        );
        assert_eq!(median(&drawn, &own[1..], &[]), None);
        assert_eq!(median(&[], &own, &[]), None);
    }

    #[test]
    fn what_one_of_the_two_has_no_price_for_is_in_no_difference() {
        let (drawn, own) = (runs(&[(1, 100, 90)]), runs(&[(1, 140, 0)]));
        let (_, by_cause) = median(&drawn, &own, &[NatGatewayHour]).unwrap();
        assert_eq!(by_cause.iter().map(|(_, change)| *change).sum::<Usd>(), Usd::from_cents(40));
    }
}
