//! Seeded streams of whole numbers, one for each concern and thing.
//!
//! A draw is a hash of (seed, concern, thing, number of the draw): a new draw in one place shifts no other,
//! and the same seed gives the same numbers on any machine. Only integers are drawn.

/// What a stream decides. Adding a concern shifts no other stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
#[expect(missing_docs, reason = "each names the decision it is drawn for")]
pub enum Concern {
    Arrivals = 1,
    StartUp = 2,
    SpotReclaim = 3,
    SpotInterruption = 4,
    Placement = 5,
    VictimOrder = 6,
    TaskFailure = 7,
    ServiceTime = 8,
}

/// One stream of draws.
#[derive(Debug, Clone)]
pub struct Chance {
    state: u64,
}

/// The finaliser of `SplitMix64` (public domain, S. Vigna): every input bit reaches every output bit.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Chance {
    /// The stream of a concern about a thing (its index) under a seed.
    pub const fn of(seed: u64, concern: Concern, thing: u64) -> Self {
        let keyed =
            mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ mix((concern as u64).wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self { state: mix(keyed ^ mix(thing.wrapping_add(0xa076_1d64_78bd_642f))) }
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A whole number in `0..bound`; 0 when `bound` is 0. The bias is under `bound` / 2⁶⁴.
    pub fn below(&mut self, bound: u64) -> u64 {
        u64::try_from((u128::from(self.bits()) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// True in `parts` of 1,000,000 draws.
    pub fn one_in_million(&mut self, parts: u32) -> bool {
        self.below(1_000_000) < u64::from(parts)
    }

    /// A whole number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_seed_concern_and_thing() {
        let first = |seed, concern, thing| Chance::of(seed, concern, thing).bits();
        let base = first(1, Concern::Arrivals, 0);
        assert_eq!(base, first(1, Concern::Arrivals, 0));
        assert_ne!(base, first(2, Concern::Arrivals, 0));
        assert_ne!(base, first(1, Concern::StartUp, 0));
        assert_ne!(base, first(1, Concern::Arrivals, 1));
    }

    #[test]
    fn draws_stay_inside_and_spread_evenly() {
        let mut chance = Chance::of(7, Concern::Placement, 3);
        let mut counts = [0u32; 10];
        for _ in 0..100_000 {
            counts[usize::try_from(chance.below(10)).unwrap()] += 1;
        }
        // 10,000 expected each; five standard deviations are about 474.
        assert!(counts.iter().all(|n| (9_526..=10_474).contains(n)), "{counts:?}");
        assert_eq!(chance.below(0), 0);
        assert!((0..100).all(|_| (3..=5).contains(&chance.between(3, 5))));
    }
}
