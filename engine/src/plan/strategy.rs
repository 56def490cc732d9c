//! Base and weight: which provider gets the next task (rules CPS-20 to CPS-27).
//!
//! AWS fixes base first and the ratio in the long run; the order of single tasks is ours: the lowest quotient, ties to
//! the earlier entry. Fractions are compared by multiplying across, never as floats.

use super::service::PlannedShare;

/// The place of the provider that gets the next task, where `counts` tasks of the revision stand on each already.
///
/// `None` where no entry has a weight and no base is open.
pub fn place_one(shares: &[PlannedShare], counts: &[u32]) -> Option<usize> {
    if let Some(open) = shares.iter().zip(counts).position(|(share, count)| *count < share.base) {
        return Some(open);
    }
    let weighted = shares.iter().enumerate().filter(|(_, share)| share.weight > 0);
    weighted
        .map(|(place, share)| (place, u64::from(over(share, counts[place])) + 1, u64::from(share.weight)))
        .reduce(|best, next| if next.1 * best.2 < best.1 * next.2 { next } else { best })
        .map(|(place, _, _)| place)
}

/// The place of the provider that loses a task first; `None` where none has any.
pub fn remove_one(shares: &[PlannedShare], counts: &[u32]) -> Option<usize> {
    let held = |place: &usize| counts[*place] > 0;
    let beyond_base = |place: &usize| held(place) && counts[*place] > shares[*place].base;
    let pick = |candidates: Vec<usize>| {
        candidates.into_iter().reduce(|best, next| {
            let (a, b) = (&shares[best], &shares[next]);
            let (over_a, over_b) = (u64::from(over(a, counts[best])), u64::from(over(b, counts[next])));
            // Weight 0 is an endless quotient; ties go to the later entry.
            let next_first = match (a.weight, b.weight) {
                (0 | _, 0) => true,
                (0, _) => false,
                (wa, wb) => over_b * u64::from(wa) >= over_a * u64::from(wb),
            };
            if next_first { next } else { best }
        })
    };
    pick((0..shares.len()).filter(beyond_base).collect()).or_else(|| pick((0..shares.len()).filter(held).collect()))
}

/// How `count` tasks are split over the providers.
pub fn split(shares: &[PlannedShare], count: u32) -> Vec<u32> {
    let mut counts = vec![0; shares.len()];
    if let [_] = shares {
        counts[0] = count;
        return counts;
    }
    for _ in 0..count {
        match place_one(shares, &counts) {
            Some(place) => counts[place] += 1,
            None => break,
        }
    }
    counts
}

/// Tasks beyond the base, which do not consume weight.
fn over(share: &PlannedShare, count: u32) -> u32 {
    count.saturating_sub(share.base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::index::Ix;
    use crate::plan::service::StartUp;
    use crate::units::Span;

    fn shares(of: &[(u32, u32)]) -> Vec<PlannedShare> {
        let start = StartUp { overhead: Span::ZERO, pull: Span::ZERO, cached_pull: None, container: Span::ZERO };
        let share = |(base, weight): &(u32, u32)| PlannedShare {
            provider: Ix::new(0),
            base: *base,
            weight: *weight,
            levels: Vec::new(),
            start,
        };
        of.iter().map(share).collect()
    }

    #[test]
    fn cps_21_to_27_tasks_split_as_the_rules_say() {
        for (rule, of, count, expected) in [
            ("CPS-21", vec![(0, 1), (0, 4)], 5, vec![1, 4]),
            ("CPS-22", vec![(0, 3), (0, 1)], 8, vec![6, 2]),
            ("CPS-23", vec![(3, 1), (0, 3)], 7, vec![4, 3]),
            ("CPS-24", vec![(2, 1), (0, 1)], 1, vec![1, 0]),
            ("CPS-25", vec![(2, 1), (0, 1)], 2, vec![2, 0]),
            ("CPS-25", vec![(2, 1), (0, 1)], 3, vec![3, 0]),
            ("CPS-25", vec![(2, 1), (0, 1)], 4, vec![3, 1]),
            ("CPS-25", vec![(2, 1), (0, 1)], 10, vec![6, 4]),
            ("CPS-26", vec![(0, 1), (0, 1)], 3, vec![2, 1]),
            ("CPS-27", vec![(100_000, 1), (0, 1)], 10, vec![10, 0]),
        ] {
            assert_eq!(split(&shares(&of), count), expected, "{rule}");
        }
    }

    #[test]
    fn cps_20_removal_mirrors_placement_and_keeps_the_base() {
        let of = shares(&[(2, 1), (0, 1)]);
        assert_eq!(remove_one(&of, &[6, 4]), Some(1)); // 4 beyond the base against 4: the later one
        assert_eq!(remove_one(&of, &[2, 1]), Some(1));
        assert_eq!(remove_one(&of, &[2, 0]), Some(0)); // nothing but the base is left
        assert_eq!(remove_one(&of, &[0, 0]), None);
        assert_eq!(remove_one(&shares(&[(0, 1), (1, 0)]), &[3, 2]), Some(1));
    }
}
