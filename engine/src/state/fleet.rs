//! All container instances, with the orders that placement searches.
//!
//! The table only grows, so an index into it never dangles. Every mutator keeps instance, pool and counts in step;
//! none decides anything.

use super::instance::{ContainerInstance, Demand, InstanceStatus};
use super::pool::{Pool, PoolFacts};
use crate::design::service::{BinpackField, SchedulingStrategy};
use crate::plan::index::{Ix, Table};
use crate::plan::provider::PlannedProvider;
use crate::units::SimTime;

/// All container instances.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    instances: Table<ContainerInstance>,
    pools: Table<Pool>,
    indexed: Vec<BinpackField>,
    by_provider: Vec<Vec<Ix<Pool>>>,
    freed: Vec<u64>,
}

impl Fleet {
    /// No instance. Orders are kept for the fields in `indexed`: those that some service bin-packs by. Placement by
    /// another field finds the same instance, slower.
    pub fn new(indexed: &[BinpackField]) -> Self {
        Self { indexed: indexed.to_vec(), ..Self::default() }
    }

    /// The pool of instances alike, made if there is none.
    pub fn pool_of(&mut self, facts: PoolFacts) -> Ix<Pool> {
        let provider = facts.provider.index();
        if self.by_provider.len() <= provider {
            self.by_provider.resize(provider + 1, Vec::new());
            self.freed.resize(provider + 1, 0);
        }
        if let Some(known) = self.by_provider[provider].iter().find(|ix| self.pools[**ix].facts == facts) {
            return *known;
        }
        let ix = self.pools.push(Pool::new(facts, &self.indexed));
        self.by_provider[provider].push(ix);
        ix
    }

    /// Adds an instance of a pool, its agent connected.
    pub fn register(&mut self, pool: Ix<Pool>, status: InstanceStatus, now: SimTime) -> Ix<ContainerInstance> {
        let facts = &self.pools[pool].facts;
        let instance = ContainerInstance {
            provider: facts.provider,
            zone: facts.zone,
            kind: facts.kind,
            pool,
            slot: Ix::new(0),
            status: InstanceStatus::Registering,
            agent_connected: true,
            registered: facts.registered,
            free: facts.registered,
            ports: Vec::new(),
            tasks: 0,
            non_daemon_tasks: 0,
            registered_at: now,
            protected_from_scale_in: false,
        };
        let ix = self.instances.push(instance);
        self.instances[ix].slot = self.pools[pool].add(ix);
        self.set_status(ix, status);
        ix
    }

    /// Reserves what a task takes. Panics where it does not fit: placement has looked.
    pub fn reserve(&mut self, ix: Ix<ContainerInstance>, demand: &Demand, kind: SchedulingStrategy) {
        let instance = &mut self.instances[ix];
        assert!(instance.fits(demand), "instance {ix:?} has no room for {demand:?}: {:?} free", instance.free);
        instance.free = instance.free.without(&demand.room);
        for port in &demand.ports {
            let place = instance.ports.binary_search(port).unwrap_or_else(|place| place);
            instance.ports.insert(place, *port);
        }
        instance.tasks += 1;
        instance.non_daemon_tasks += u32::from(kind == SchedulingStrategy::Replica);
        self.reorder(ix);
    }

    /// Gives back what a task reserved, once its desired status is STOPPED (rule CIN-12). Panics on what was never
    /// reserved.
    pub fn release(&mut self, ix: Ix<ContainerInstance>, demand: &Demand, kind: SchedulingStrategy) {
        let instance = &mut self.instances[ix];
        instance.free = instance.free.with(&demand.room);
        assert!(instance.registered.holds(&instance.free), "instance {ix:?} gets back more than it gave: {demand:?}");
        for port in &demand.ports {
            let place = instance.ports.binary_search(port).expect("a task gives back the ports it took");
            instance.ports.remove(place);
        }
        instance.tasks -= 1;
        instance.non_daemon_tasks -= u32::from(kind == SchedulingStrategy::Replica);
        self.mark_freed(ix);
        self.reorder(ix);
    }

    /// Changes an instance's status.
    pub fn set_status(&mut self, ix: Ix<ContainerInstance>, status: InstanceStatus) {
        let instance = &mut self.instances[ix];
        let pool = instance.pool;
        instance.status = status;
        if status == InstanceStatus::Inactive {
            self.pools[pool].bury(ix);
        }
        self.mark_freed(ix);
        self.reorder(ix);
    }

    /// Says whether an instance's agent is connected (rules CIN-06, CIN-07).
    pub fn set_agent_connected(&mut self, ix: Ix<ContainerInstance>, connected: bool) {
        self.instances[ix].agent_connected = connected;
        self.mark_freed(ix);
        self.reorder(ix);
    }

    /// Says whether the Auto Scaling group may scale an instance in.
    pub fn set_protected_from_scale_in(&mut self, ix: Ix<ContainerInstance>, protected: bool) {
        self.instances[ix].protected_from_scale_in = protected;
    }

    fn mark_freed(&mut self, ix: Ix<ContainerInstance>) {
        let instance = &self.instances[ix];
        if instance.is_open() {
            self.freed[instance.provider.index()] += 1;
        }
    }

    fn reorder(&mut self, ix: Ix<ContainerInstance>) {
        let instance = &self.instances[ix];
        self.pools[instance.pool].update(instance.slot, instance.is_open().then_some(instance.free));
    }

    /// One instance.
    pub fn instance(&self, ix: Ix<ContainerInstance>) -> &ContainerInstance {
        &self.instances[ix]
    }

    /// Every instance there ever was, as they registered.
    pub fn instances(&self) -> &Table<ContainerInstance> {
        &self.instances
    }

    /// One pool.
    pub fn pool(&self, ix: Ix<Pool>) -> &Pool {
        &self.pools[ix]
    }

    /// All pools.
    pub fn pools(&self) -> &Table<Pool> {
        &self.pools
    }

    /// The pools of a provider.
    pub fn pools_of(&self, provider: Ix<PlannedProvider>) -> &[Ix<Pool>] {
        self.by_provider.get(provider.index()).map_or(&[], Vec::as_slice)
    }

    /// The instances of a provider that are not INACTIVE, pool by pool.
    pub fn of(
        &self,
        provider: Ix<PlannedProvider>,
    ) -> impl Iterator<Item = (Ix<ContainerInstance>, &ContainerInstance)> {
        let live = self.pools_of(provider).iter().flat_map(|pool| self.pools[*pool].live());
        live.map(|ix| (*ix, &self.instances[*ix]))
    }

    /// How often room has come up on a provider: while this stands still, what did not fit still does not.
    pub fn freed(&self, provider: Ix<PlannedProvider>) -> u64 {
        self.freed.get(provider.index()).copied().unwrap_or(0)
    }
}
