//! Ranking: the chain of strategies over what fits and may (rules PLC-20 to PLC-29).
//!
//! Each strategy narrows what the one before left; the first narrowing that still holds a fitting instance wins, so the
//! search goes from the best place down and stops at the first that fits. Pools, ordered sets and count masks let it
//! pass over instances it need not look at.

use super::Request;
use super::fit::PassedOver;
use super::query::{Seen, holds};
use crate::chance::Chance;
use crate::design::cluster_query::ClusterQuery;
use crate::design::service::BinpackField;
use crate::plan::index::Ix;
use crate::plan::placement::{PlannedConstraint, PlannedStrategy};
use crate::state::fleet::Fleet;
use crate::state::instance::ContainerInstance;
use crate::state::pool::{Attributes, BLOCK, LANE, Pool, Slot};

/// How often `random` draws an instance that may not fit before it lists those that do.
const DRAWS: u32 = 8;

/// The slots of a block's first lane.
const LANE_BITS: u64 = (1 << LANE) - 1;

/// A request with its constraints sorted by what they look at.
pub(super) struct Search<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) request: &'a Request<'a>,
    /// Whether an instance may hold only one task of the service.
    pub(super) distinct: bool,
    of_attributes: Vec<&'a ClusterQuery>,
    of_instances: Vec<&'a ClusterQuery>,
    looks_closely: bool,
}

/// What strategies have narrowed the search to.
#[derive(Debug, Clone, Copy, Default)]
struct Narrowed {
    /// At most so many tasks of the service on the instance.
    at_most: Option<u32>,
    /// Just so many CPU units free.
    cpu: Option<u32>,
    /// Just so many MiB free.
    memory: Option<u32>,
}

impl<'a> Search<'a> {
    pub(super) fn new(fleet: &'a Fleet, request: &'a Request<'a>) -> Self {
        let (mut distinct, mut of_attributes, mut of_instances) = (false, Vec::new(), Vec::new());
        for constraint in request.constraints {
            match constraint {
                PlannedConstraint::DistinctInstance => distinct = true,
                PlannedConstraint::MemberOf(query) if query.is_of_attributes() => of_attributes.push(query),
                PlannedConstraint::MemberOf(query) => of_instances.push(query),
            }
        }
        let want = request.demand;
        let looks_closely =
            want.room.gpus > 0 || want.room.enis > 0 || !want.ports.is_empty() || !of_instances.is_empty();
        Self { fleet, request, distinct, of_attributes, of_instances, looks_closely }
    }

    /// The best instance, or why each was passed over.
    pub(super) fn run(&self, chance: &mut Chance) -> Result<Ix<ContainerInstance>, PassedOver> {
        let of_provider = self.fleet.pools_of(self.request.provider);
        let mut pools: Vec<_> = of_provider.iter().copied().filter(|pool| self.admits(*pool)).collect();
        self.pick(self.request.strategies, &mut pools, Narrowed::default(), chance).ok_or_else(|| PassedOver::of(self))
    }

    /// Whether an instance of the pool could take the task at all.
    fn admits(&self, ix: Ix<Pool>) -> bool {
        let facts = &self.fleet.pool(ix).facts;
        self.request.zones.contains(&facts.zone)
            && self.request.architecture.is_none_or(|a| a == facts.architecture)
            && facts.registered.holds(&self.request.demand.room)
            && self.is_member_pool(self.fleet.pool(ix))
    }

    fn seen<'s>(
        &'s self,
        attributes: &'s Attributes,
        instance: Option<(Ix<ContainerInstance>, &'s ContainerInstance)>,
    ) -> Seen<'s> {
        Seen { attributes, instance, groups: self.request.groups, starts_at: self.request.starts_at }
    }

    /// Whether the `memberOf` constraints that look at attributes alone hold for a pool.
    pub(super) fn is_member_pool(&self, pool: &Pool) -> bool {
        let seen = self.seen(&pool.facts.attributes, None);
        self.of_attributes.iter().all(|query| holds(query, &seen))
    }

    /// Whether the other `memberOf` constraints hold for an instance of a pool.
    pub(super) fn is_member(&self, pool: &Pool, ix: Ix<ContainerInstance>) -> bool {
        let seen = self.seen(&pool.facts.attributes, Some((ix, self.fleet.instance(ix))));
        self.of_instances.iter().all(|query| holds(query, &seen))
    }

    fn pick(
        &self,
        chain: &[PlannedStrategy],
        pools: &mut [Ix<Pool>],
        narrowed: Narrowed,
        chance: &mut Chance,
    ) -> Option<Ix<ContainerInstance>> {
        let Some((strategy, rest)) = chain.split_first() else { return self.settle(pools, narrowed) };
        match strategy {
            PlannedStrategy::Random => self.random(pools, narrowed, chance),
            PlannedStrategy::SpreadZones => in_order_of(
                pools,
                |pool| u64::from(self.request.counts.in_zone(self.fleet.pool(pool).facts.zone)),
                |pools| self.pick(rest, pools, narrowed, chance),
            ),
            PlannedStrategy::SpreadAttribute(name) => in_order_of(
                pools,
                |pool| self.tasks_with_value_of(pool, name),
                |pools| self.pick(rest, pools, narrowed, chance),
            ),
            PlannedStrategy::SpreadInstances => {
                self.levels(pools, narrowed).find_map(|narrowed| self.pick(rest, pools, narrowed, chance))
            }
            PlannedStrategy::Binpack(field) => {
                let least = self.least(*field, pools, narrowed)?;
                let narrowed = match field {
                    BinpackField::Cpu => Narrowed { cpu: Some(least), ..narrowed },
                    BinpackField::Memory => Narrowed { memory: Some(least), ..narrowed },
                };
                self.pick(rest, pools, narrowed, chance)
            }
        }
    }

    /// Tasks of the service on instances that share a pool's value of an attribute. Instances without the attribute come
    /// after all others (rule PLC-24).
    fn tasks_with_value_of(&self, pool: Ix<Pool>, name: &str) -> u64 {
        let value = |pool: &Pool| pool.facts.attributes.named.get(name).cloned();
        let Some(own) = value(self.fleet.pool(pool)) else { return u64::MAX };
        let alike = self.fleet.pools().pairs().filter(|(_, other)| value(other).as_ref() == Some(&own));
        alike.map(|(ix, _)| u64::from(self.request.counts.in_pool(ix))).sum()
    }

    /// The same search with at most 0, 1, 2, … tasks of the service on the instance.
    fn levels(&self, pools: &[Ix<Pool>], narrowed: Narrowed) -> impl Iterator<Item = Narrowed> + use<> {
        let highest = pools.iter().map(|pool| self.request.counts.highest(*pool)).max().unwrap_or(0);
        let range = match narrowed.at_most {
            Some(known) => known..=known,
            None if self.distinct => 0..=0,
            None => 0..=highest,
        };
        range.map(move |at_most| Narrowed { at_most: Some(at_most), ..narrowed })
    }

    /// Among equals: the zone with the fewest tasks of the service, the instance with the fewest, the first (rule PLC-29).
    /// This alone is also what a service without a strategy does (rule PLC-25).
    fn settle(&self, pools: &mut [Ix<Pool>], narrowed: Narrowed) -> Option<Ix<ContainerInstance>> {
        in_order_of(
            pools,
            |pool| u64::from(self.request.counts.in_zone(self.fleet.pool(pool).facts.zone)),
            |pools| {
                self.levels(pools, narrowed)
                    .find_map(|narrowed| pools.iter().filter_map(|pool| self.first(*pool, narrowed)).min())
            },
        )
    }

    /// The first instance of a pool that fits.
    fn first(&self, ix: Ix<Pool>, narrowed: Narrowed) -> Option<Ix<ContainerInstance>> {
        let pool = self.fleet.pool(ix);
        let exactly = [(BinpackField::Memory, narrowed.memory), (BinpackField::Cpu, narrowed.cpu)];
        let ordered = exactly.into_iter().find_map(|(field, value)| Some((pool.ordered(field)?, value?)));
        let slot = match ordered {
            Some((set, value)) => {
                let equal = set.range((value, Ix::new(0))..=(value, Ix::new(u32::MAX)));
                equal.map(|(_, slot)| *slot).find(|slot| self.fits(ix, pool, *slot, narrowed))
            }
            None => self.scan(ix, pool, narrowed, Some),
        };
        slot.map(|slot| pool.members()[slot.index()])
    }

    /// Goes through the instances of a pool that fit, as they registered, until `look` has what it wants.
    fn scan<T>(
        &self,
        ix: Ix<Pool>,
        pool: &Pool,
        narrowed: Narrowed,
        mut look: impl FnMut(Ix<Slot>) -> Option<T>,
    ) -> Option<T> {
        let want = &self.request.demand.room;
        // Instances with fewer tasks than the level were looked at on the levels before it, and none of them fits.
        let (above, reached) = self.at_most(narrowed).map_or((&[][..], None), |count| {
            let masks = |count| self.request.counts.masks(ix, count);
            (masks(count), count.checked_sub(1).map(masks))
        });
        let word_of = |mask: &[u64], word: usize| mask.get(word).copied().unwrap_or(0);
        for (word, block) in pool.blocks().iter().enumerate() {
            let mut open = block.open & !word_of(above, word) & reached.map_or(u64::MAX, |mask| word_of(mask, word));
            if open == 0 || !block.most.may_hold(want) {
                continue;
            }
            let (lanes, first) =
                (pool.lanes(word), u32::try_from(word).expect("blocks are counted in 32 bits") * BLOCK);
            while open != 0 {
                let bit = open.trailing_zeros();
                let lane = Ix::<Slot>::new(bit).index() / LANE;
                if !lanes[lane].may_hold(want) {
                    open &= !(LANE_BITS << (lane * LANE));
                    continue;
                }
                open &= open - 1;
                let slot = Ix::new(first + bit);
                if self.fits(ix, pool, slot, narrowed)
                    && let Some(found) = look(slot)
                {
                    return Some(found);
                }
            }
        }
        None
    }

    fn at_most(&self, narrowed: Narrowed) -> Option<u32> {
        if self.distinct { Some(0) } else { narrowed.at_most }
    }

    /// Whether the task fits on an instance that is open, within what is narrowed.
    fn fits(&self, ix: Ix<Pool>, pool: &Pool, slot: Ix<Slot>, narrowed: Narrowed) -> bool {
        let want = &self.request.demand.room;
        let (cpu, memory) = (pool.cpu_free(slot), pool.memory_free(slot));
        cpu >= want.cpu.units()
            && memory >= want.memory.mib()
            && narrowed.cpu.is_none_or(|exactly| cpu == exactly)
            && narrowed.memory.is_none_or(|exactly| memory == exactly)
            && self.at_most(narrowed).is_none_or(|count| !self.request.counts.is_above(ix, count, slot))
            && (!self.looks_closely || self.fits_closely(pool, slot))
    }

    fn fits_closely(&self, pool: &Pool, slot: Ix<Slot>) -> bool {
        let ix = pool.members()[slot.index()];
        self.fleet.instance(ix).fits(self.request.demand) && self.is_member(pool, ix)
    }

    /// The least that is free of a field on an instance that fits (rule PLC-22).
    fn least(&self, field: BinpackField, pools: &[Ix<Pool>], narrowed: Narrowed) -> Option<u32> {
        let want = &self.request.demand.room;
        let from = match field {
            BinpackField::Cpu => want.cpu.units(),
            BinpackField::Memory => want.memory.mib(),
        };
        let mut least: Option<u32> = None;
        for ix in pools {
            let pool = self.fleet.pool(*ix);
            if let Some(set) = pool.ordered(field) {
                let better = set.range((from, Ix::new(0))..).take_while(|(free, _)| least.is_none_or(|l| *free < l));
                let found = better.into_iter().find(|(_, slot)| self.fits(*ix, pool, *slot, narrowed));
                least = found.map(|(free, _)| *free).or(least);
            } else {
                self.scan(*ix, pool, narrowed, |slot| {
                    let free = pool.free(field, slot);
                    least = Some(least.map_or(free, |known| known.min(free)));
                    None::<()>
                });
            }
        }
        least
    }

    /// Any that fits, each as likely (rule PLC-20).
    fn random(&self, pools: &[Ix<Pool>], narrowed: Narrowed, chance: &mut Chance) -> Option<Ix<ContainerInstance>> {
        let count = |pool: &Ix<Pool>| u64::try_from(self.fleet.pool(*pool).members().len()).expect("they are few");
        let total: u64 = pools.iter().map(count).sum();
        for _ in 0..DRAWS {
            let mut drawn = chance.below(total);
            for ix in pools {
                let pool = self.fleet.pool(*ix);
                if drawn >= count(ix) {
                    drawn -= count(ix);
                    continue;
                }
                let slot = Ix::new(u32::try_from(drawn).expect("slots are counted in 32 bits"));
                if pool.is_open(slot) && self.fits(*ix, pool, slot, narrowed) {
                    return Some(pool.members()[slot.index()]);
                }
                break;
            }
        }
        let mut fitting = Vec::new();
        for ix in pools {
            let pool = self.fleet.pool(*ix);
            self.scan(*ix, pool, narrowed, |slot| {
                fitting.push(pool.members()[slot.index()]);
                None::<()>
            });
        }
        let drawn = chance.below(u64::try_from(fitting.len()).expect("they are few"));
        fitting.get(usize::try_from(drawn).ok()?).copied()
    }
}

/// Tries pools with equal keys together, the least key first.
fn in_order_of(
    pools: &mut [Ix<Pool>],
    key: impl Fn(Ix<Pool>) -> u64,
    mut attempt: impl FnMut(&mut [Ix<Pool>]) -> Option<Ix<ContainerInstance>>,
) -> Option<Ix<ContainerInstance>> {
    pools.sort_unstable_by_key(|pool| (key(*pool), *pool));
    pools.chunk_by_mut(|a, b| key(*a) == key(*b)).find_map(&mut attempt)
}
