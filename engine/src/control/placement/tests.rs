//! Placement by the documents' vectors, and against a plain look at every instance.

use super::fit::Reason;
use super::testing::{demand, facts, fleet_of, reserve};
use super::*;
use crate::chance::Concern;
use crate::design::cluster_query::ClusterQuery;
use crate::design::service::{BinpackField, SchedulingStrategy};
use crate::plan::service::HostPort;
use crate::state::instance::InstanceStatus;
use PlannedStrategy::{Binpack, Random, SpreadAttribute, SpreadInstances, SpreadZones};
use proptest::prelude::*;

const ZONES: [Ix<PlannedZone>; 3] = [Ix::new(0), Ix::new(1), Ix::new(2)];

fn request<'a>(demand: &'a Demand, strategies: &'a [PlannedStrategy], counts: &'a TaskCounts) -> Request<'a> {
    Request {
        provider: Ix::new(0),
        demand,
        zones: &ZONES,
        architecture: None,
        constraints: &[],
        strategies,
        counts,
        groups: &[],
        starts_at: CalendarTime::DEFAULT,
    }
}

fn chance() -> Chance {
    Chance::of(1, Concern::Placement, 0)
}

/// Places `tasks` of one service one after the other: which instance each goes to, until one finds no place.
fn placed(
    instances: &[(u32, u32, u32)],
    (cpu, memory): (u32, u32),
    strategies: &[PlannedStrategy],
    constraints: &[PlannedConstraint],
    tasks: u32,
) -> Vec<usize> {
    let (mut fleet, _) = fleet_of(instances);
    let (mut counts, mut chance, demand) = (TaskCounts::new(), chance(), demand(cpu, memory));
    let mut all = Vec::new();
    for _ in 0..tasks {
        let request = Request { constraints, ..request(&demand, strategies, &counts) };
        let Ok(ix) = find(&fleet, &request, &mut chance) else { break };
        reserve(&mut fleet, ix, cpu, memory, &mut counts);
        all.push(ix.index());
    }
    all
}

fn per_instance(placed: &[usize], instances: usize) -> Vec<usize> {
    (0..instances).map(|ix| placed.iter().filter(|place| **place == ix).count()).collect()
}

#[test]
fn v23_and_v24_spread_over_zones_is_even() {
    let fleet = [(0, 4096, 8192), (1, 4096, 8192), (2, 4096, 8192)];
    for strategies in [&[SpreadZones][..], &[]] {
        assert_eq!(per_instance(&placed(&fleet, (256, 512), strategies, &[], 6), 3), [2, 2, 2]);
        assert_eq!(per_instance(&placed(&fleet, (256, 512), strategies, &[], 7), 3), [3, 2, 2]);
    }
}

#[test]
fn v25_and_v27_to_v29_binpack_distinct_and_memory() {
    // V25: free 3,000, 2,000 and 900 MiB; 1,000 go where least is left of those that fit.
    assert_eq!(
        placed(
            &[(0, 4096, 3000), (0, 4096, 2000), (0, 4096, 900)],
            (1, 1000),
            &[Binpack(BinpackField::Memory)],
            &[],
            1
        ),
        [1]
    );
    // The same by CPU, of which this fleet keeps no order: 512 of 3,000, 700 and 400 units.
    assert_eq!(
        placed(&[(0, 3000, 4096), (0, 700, 4096), (0, 400, 4096)], (512, 1), &[Binpack(BinpackField::Cpu)], &[], 1),
        [1]
    );
    // V27: the fourth of a distinctInstance service finds no place on three instances.
    let three = [(0, 4096, 8192), (0, 4096, 8192), (1, 4096, 8192)];
    assert_eq!(placed(&three, (256, 512), &[], &[PlannedConstraint::DistinctInstance], 4).len(), 3);
    assert_eq!(placed(&[(0, 2048, 7985)], (512, 2048), &[], &[], 9).len(), 3); // V28: 3 × 2,048 = 6,144 of 7,985
    assert_eq!(placed(&[(0, 2048, 8192)], (512, 2048), &[], &[], 9).len(), 4); // V29, PLC-08
    assert_eq!(placed(&[(0, 2048, 7983)], (512, 2048), &[], &[], 9).len(), 3); // TV-33, EC2-05
    assert_eq!(placed(&[(0, 2048, 7985)], (512, 8192), &[], &[], 1).len(), 0); // TV-32
}

#[test]
fn v26_chains_narrow_zone_then_instance() {
    // Zone 0: two tasks and one; zone 1: one. Zone 1 has fewer (1 against 3), so its only instance is it.
    let (mut fleet, instances) = fleet_of(&[(0, 4096, 8192), (0, 4096, 8192), (1, 4096, 8192)]);
    let mut counts = TaskCounts::new();
    for (instance, tasks) in instances.iter().zip([2, 1, 1]) {
        (0..tasks).for_each(|_| reserve(&mut fleet, *instance, 100, 100, &mut counts));
    }
    let (demand, strategies) = (demand(100, 100), [SpreadZones, SpreadInstances]);
    assert_eq!(find(&fleet, &request(&demand, &strategies, &counts), &mut chance()), Ok(instances[2]));
    // Without room there, zone 0 is next, and in it the instance with one task (PLC-02: strategies are best effort).
    fleet.set_status(instances[2], InstanceStatus::Draining);
    assert_eq!(find(&fleet, &request(&demand, &strategies, &counts), &mut chance()), Ok(instances[1]));
}

#[test]
fn plc_05_and_44_every_instance_passed_over_is_counted() {
    let (mut fleet, instances) =
        fleet_of(&[(0, 4096, 500), (0, 100, 500), (3, 4096, 8192), (1, 4096, 8192), (1, 4096, 8192), (1, 4096, 8192)]);
    let mut counts = TaskCounts::new();
    reserve(&mut fleet, instances[3], 1, 1, &mut counts);
    fleet.set_status(instances[4], InstanceStatus::Draining);
    fleet.set_agent_connected(instances[5], false);
    let demand = demand(256, 1000);
    let constraints = [PlannedConstraint::DistinctInstance];
    let request = Request { constraints: &constraints, ..request(&demand, &[], &counts) };
    let passed = find(&fleet, &request, &mut chance()).unwrap_err();
    let found = [
        (Reason::Memory, 1),
        (Reason::Cpu, 1),
        (Reason::Location, 1),
        (Reason::DistinctInstance, 1),
        (Reason::NotActive, 1),
        (Reason::Agent, 1),
    ];
    for reason in Reason::ALL {
        let expected = found.iter().find(|(known, _)| *known == reason).map_or(0, |(_, n)| *n);
        assert_eq!(passed.count(reason), expected, "{reason:?}");
    }
    // Five miss one thing each; of those, what is first in PLC-05's order is told.
    assert_eq!(passed.closest(), Some((instances[4], Reason::NotActive)));
    // The same once both closed instances are gone and the far zone with them: memory comes before distinctInstance.
    for place in [2, 4, 5] {
        fleet.set_status(instances[place], InstanceStatus::Inactive);
    }
    let passed = find(&fleet, &request, &mut chance()).unwrap_err();
    assert_eq!(
        passed.to_string(),
        "no container instance met all of its requirements; the closest matching container-instance \
         i-00000000000000000 has insufficient memory available (1 lacked CPU, 1 lacked memory, 1 held one of its tasks already)"
    );
    fleet.set_status(instances[0], InstanceStatus::Inactive);
    fleet.set_status(instances[1], InstanceStatus::Inactive);
    fleet.set_status(instances[3], InstanceStatus::Inactive);
    let none = find(&fleet, &request, &mut chance()).unwrap_err();
    assert_eq!(
        none.to_string(),
        "no container instance met all of its requirements; no container instances were found"
    );
}

#[test]
fn plc_07_and_ec2_08_interfaces_ports_and_gpus_are_counted_out() {
    let (mut fleet, instances) = fleet_of(&[(0, 4096, 8192)]);
    let counts = TaskCounts::new();
    let port = |port, udp| HostPort { port, udp };
    let with = |ports: &[HostPort], enis, gpus| {
        let plain = demand(10, 10);
        Demand { room: Room { gpus, enis, ..plain.room }, ports: ports.to_vec() }
    };
    let reason = |fleet: &Fleet, demand: &Demand| {
        let found = find(fleet, &request(demand, &[], &counts), &mut chance());
        found.err().and_then(|passed| passed.closest()).map(|(_, reason)| reason)
    };
    let first = with(&[port(80, false)], 1, 0);
    assert_eq!(reason(&fleet, &first), None);
    fleet.reserve(instances[0], &first, SchedulingStrategy::Replica);
    assert_eq!(reason(&fleet, &first), Some(Reason::Ports));
    assert_eq!(reason(&fleet, &with(&[port(80, true)], 1, 0)), None); // UDP is another port
    assert_eq!(reason(&fleet, &with(&[port(22, false)], 1, 0)), Some(Reason::Ports)); // EC2-06
    assert_eq!(reason(&fleet, &with(&[], 4, 0)), Some(Reason::Eni)); // 3 of 4 left
    assert_eq!(reason(&fleet, &with(&[], 3, 0)), None);
    assert_eq!(reason(&fleet, &with(&[], 0, 1)), Some(Reason::Gpu));
    fleet.release(instances[0], &first, SchedulingStrategy::Replica);
    assert_eq!(reason(&fleet, &first), None);
}

#[test]
fn plc_11_and_24_queries_bind_and_racks_are_spread_over() {
    let mut fleet = Fleet::new(&[]);
    let racks = [None, Some("a"), Some("a"), Some("b")];
    let instances = racks.map(|rack| {
        let pool = fleet.pool_of(facts(0, 4096, 8192, rack));
        fleet.register(pool, InstanceStatus::Active, SimTime::ZERO)
    });
    let (demand, mut counts) = (demand(1, 1), TaskCounts::new());
    let strategies = [SpreadAttribute("rack".to_owned())];
    let mut order = Vec::new();
    for _ in 0..4 {
        let ix = find(&fleet, &request(&demand, &strategies, &counts), &mut chance()).unwrap();
        reserve(&mut fleet, ix, 1, 1, &mut counts);
        order.push(ix);
    }
    // Racks take turns, in them the emptier instance; the one without a rack is used by none (PLC-24).
    assert_eq!(order, [instances[1], instances[3], instances[2], instances[3]]);
    let member = |text: &str| [PlannedConstraint::MemberOf(ClusterQuery::parse(text).unwrap())];
    let at = |constraints: &[PlannedConstraint]| {
        find(&fleet, &Request { constraints, ..request(&demand, &[], &counts) }, &mut chance())
    };
    assert_eq!(at(&member("attribute:rack == b")), Ok(instances[3]));
    assert_eq!(at(&member("attribute:rack !exists")), Ok(instances[0]));
    assert_eq!(at(&member("runningTasksCount == 2")), Ok(instances[3]));
    let none = at(&member("attribute:rack == c")).unwrap_err();
    assert_eq!((none.count(Reason::MemberOf), none.closest()), (4, Some((instances[0], Reason::MemberOf))));
}

#[test]
fn plc_20_random_draws_every_fitting_instance_alike() {
    let mut sizes = vec![(0, 100, 100); 40]; // too small
    sizes.extend([(0, 4096, 8192); 4]);
    let (fleet, _) = fleet_of(&sizes);
    let (demand, counts, mut chance) = (demand(256, 512), TaskCounts::new(), chance());
    let mut drawn = [0u32; 4];
    for _ in 0..4000 {
        let ix = find(&fleet, &request(&demand, &[Random], &counts), &mut chance).unwrap();
        drawn[ix.index() - 40] += 1;
    }
    // 1,000 each; five standard deviations of 4,000 draws at one in four are 137.
    assert!(drawn.iter().all(|n| (863..=1137).contains(n)), "{drawn:?}");
}

#[test]
fn ec2_30_instances_that_come_and_go_keep_the_count_of_what_is_freed() {
    let (mut fleet, instances) = fleet_of(&[(0, 4096, 8192)]);
    let (provider, mut counts) = (Ix::new(0), TaskCounts::new());
    let before = fleet.freed(provider);
    reserve(&mut fleet, instances[0], 1, 1, &mut counts);
    assert_eq!(fleet.freed(provider), before); // a placement frees nothing: what did not fit still does not
    fleet.release(instances[0], &demand(1, 1), SchedulingStrategy::Replica);
    assert!(fleet.freed(provider) > before);
    fleet.set_status(instances[0], InstanceStatus::Inactive);
    assert_eq!(fleet.of(provider).count(), 0);
}

/// Every instance that would be right, by looking at all of them.
fn right(fleet: &Fleet, request: &Request<'_>) -> Vec<Ix<ContainerInstance>> {
    let distinct = request.constraints.contains(&PlannedConstraint::DistinctInstance);
    let on = |ix: &Ix<ContainerInstance>| request.counts.on(fleet.instance(*ix));
    let zone = |ix: &Ix<ContainerInstance>| request.counts.in_zone(fleet.instance(*ix).zone);
    let rack = |ix: &Ix<ContainerInstance>| {
        let of = |ix| fleet.pool(fleet.instance(ix).pool).facts.attributes.value("rack");
        let alike = |other: &Ix<ContainerInstance>| of(*other) == of(*ix);
        of(*ix).map_or(u32::MAX, |_| fleet.instances().indices().filter(alike).map(|other| on(&other)).sum())
    };
    let mut left: Vec<_> = fleet
        .of(request.provider)
        .filter(|(_, instance)| instance.is_open() && request.zones.contains(&instance.zone))
        .filter(|(ix, instance)| instance.fits(request.demand) && !(distinct && on(ix) > 0))
        .map(|(ix, _)| ix)
        .collect();
    let keep = |left: &mut Vec<_>, key: &dyn Fn(&Ix<ContainerInstance>) -> u32| {
        let least = left.iter().map(key).min();
        left.retain(|ix| Some(key(ix)) == least);
    };
    for strategy in request.strategies {
        match strategy {
            Random => return left,
            SpreadZones => keep(&mut left, &zone),
            SpreadInstances => keep(&mut left, &on),
            SpreadAttribute(_) => keep(&mut left, &rack),
            Binpack(BinpackField::Cpu) => keep(&mut left, &|ix| fleet.instance(*ix).free.cpu.units()),
            Binpack(BinpackField::Memory) => keep(&mut left, &|ix| fleet.instance(*ix).free.memory.mib()),
        }
    }
    keep(&mut left, &zone);
    keep(&mut left, &on);
    keep(&mut left, &|ix| ix.place());
    left
}

fn strategies() -> impl Strategy<Value = Vec<PlannedStrategy>> {
    let one = prop_oneof![
        Just(Random),
        Just(SpreadZones),
        Just(SpreadInstances),
        Just(SpreadAttribute("rack".to_owned())),
        Just(Binpack(BinpackField::Cpu)),
        Just(Binpack(BinpackField::Memory)),
    ];
    prop::collection::vec(one, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// INV-03, INV-04, INV-05 and PLC-23: through placements, ends, drains and terminations the search finds just what a
    /// look at every instance finds, never overfills one, and counts each that it passes over.
    #[test]
    fn plc_23_the_search_agrees_with_a_look_at_every_instance(
        instances in prop::collection::vec((0u32..4, 0u32..3, 1u32..5), 1..90),
        chain in strategies(),
        distinct in any::<bool>(),
        port in any::<bool>(),
        indexed in 0u8..4,
        steps in prop::collection::vec((0u8..10, any::<u16>(), 0u32..4), 1..160),
    ) {
        let fields = [&[][..], &[BinpackField::Cpu], &[BinpackField::Memory], &[BinpackField::Cpu, BinpackField::Memory]];
        let mut fleet = Fleet::new(fields[usize::from(indexed)]);
        for (zone, rack, size) in &instances {
            let rack = [None, Some("a"), Some("b")][usize::try_from(*rack).unwrap()];
            let pool = fleet.pool_of(facts(*zone, size * 1024, (5 - size) * 2048, rack));
            fleet.register(pool, InstanceStatus::Active, SimTime::ZERO);
        }
        let constraints: Vec<_> = distinct.then_some(PlannedConstraint::DistinctInstance).into_iter().collect();
        let (mut counts, mut chance, mut tasks) = ([TaskCounts::new(), TaskCounts::new()], chance(), Vec::new());
        for (kind, which, size) in steps {
            let place = usize::from(which);
            match kind {
                0..=6 => {
                    let of = place % 2;
                    let mut demand = demand(256 << size, 512 << size);
                    if port {
                        demand.ports.push(HostPort { port: 8000 + u16::try_from(size).unwrap(), udp: false });
                    }
                    let request = Request { constraints: &constraints, ..request(&demand, &chain, &counts[of]) };
                    let right = right(&fleet, &request);
                    match find(&fleet, &request, &mut chance) {
                        Ok(ix) => {
                            prop_assert!(right.contains(&ix), "{ix:?} not of {right:?}");
                            fleet.reserve(ix, &demand, SchedulingStrategy::Replica);
                            counts[of].add(fleet.instance(ix));
                            tasks.push((ix, of, demand));
                        }
                        Err(passed) => {
                            prop_assert!(right.is_empty(), "passed over {right:?}");
                            let counted: u32 = Reason::ALL.map(|reason| passed.count(reason)).iter().sum();
                            prop_assert_eq!(usize::try_from(counted).unwrap(), fleet.of(Ix::new(0)).count());
                        }
                    }
                }
                7 if !tasks.is_empty() => {
                    let (ix, of, demand) = tasks.swap_remove(place % tasks.len());
                    fleet.release(ix, &demand, SchedulingStrategy::Replica);
                    counts[of].remove(fleet.instance(ix));
                }
                _ => {
                    let ix = Ix::new(u32::from(which) % u32::try_from(instances.len()).unwrap());
                    let next = match fleet.instance(ix).status {
                        InstanceStatus::Active => InstanceStatus::Draining,
                        InstanceStatus::Draining if fleet.instance(ix).tasks == 0 => InstanceStatus::Inactive,
                        InstanceStatus::Inactive => InstanceStatus::Inactive,
                        InstanceStatus::Draining
                        | InstanceStatus::Registering
                        | InstanceStatus::RegistrationFailed
                        | InstanceStatus::Deregistering => InstanceStatus::Active,
                    };
                    fleet.set_status(ix, next);
                }
            }
        }
    }
}
