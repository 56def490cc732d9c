//! Benchmark B: placement of seeded tasks on 1,000 (B1) and 10,000 (B2) instances in three zones, and the same overfull
//! (B3), each with `binpack`, a chain of spreads, `random`, and once with every kind of constraint.
//!
//! The floor is one ordered set of (memory left, instance) from which the first that fits is taken: no zones, ports,
//! counts or reasons.

mod support;

use std::collections::BTreeSet;
use std::hint::black_box;

use bayplan_engine::catalogue::instance_types::TypeIx;
use bayplan_engine::chance::{Chance, Concern};
use bayplan_engine::control::placement::{Request, find};
use bayplan_engine::design::cluster_query::ClusterQuery;
use bayplan_engine::design::service::{BinpackField, SchedulingStrategy};
use bayplan_engine::names::{Architecture, InstanceTypeName, Zone};
use bayplan_engine::plan::index::Ix;
use bayplan_engine::plan::placement::{PlannedConstraint, PlannedStrategy};
use bayplan_engine::plan::service::HostPort;
use bayplan_engine::state::fleet::Fleet;
use bayplan_engine::state::instance::{Demand, InstanceStatus, Room};
use bayplan_engine::state::pool::{Attributes, PoolFacts};
use bayplan_engine::state::task_counts::TaskCounts;
use bayplan_engine::units::{CalendarTime, CpuUnits, Mib, SimTime};

/// Services that the tasks belong to, in turn.
const SERVICES: usize = 100;

const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];

/// How the tasks are placed.
struct Case {
    name: &'static str,
    strategies: Vec<PlannedStrategy>,
    constrained: bool,
}

/// A size of the benchmark.
struct Size {
    name: &'static str,
    tasks: usize,
    instances: u32,
    room: Room,
    aim: &'static str,
}

fn room(cpu: u32, memory: u32) -> Room {
    Room { cpu: CpuUnits::from_units(cpu), memory: Mib::from_mib(memory), gpus: 0, enis: 0 }
}

/// CPU and memory of each task.
fn tasks(count: usize) -> Vec<Room> {
    let mut chance = Chance::of(1, Concern::Placement, 1);
    let mut draw = |bound: u64| u32::try_from(chance.below(bound)).unwrap_or(0);
    (0..count)
        .map(|_| {
            let cpu = 256 << draw(5);
            room(cpu, cpu * (2 << draw(3)))
        })
        .collect()
}

/// Free CPU by instance, and (free memory, instance) in order: first that fits.
fn floor((mut cpu, mut order): (Vec<u32>, BTreeSet<(u32, u32)>), tasks: &[Room]) -> u32 {
    let mut placed = 0;
    for task in tasks {
        let (want_cpu, want_memory) = (task.cpu.units(), task.memory.mib());
        let found = order.range((want_memory, 0)..).find(|(_, ix)| cpu[*ix as usize] >= want_cpu).copied();
        if let Some((memory, ix)) = found {
            order.remove(&(memory, ix));
            order.insert((memory - want_memory, ix));
            cpu[ix as usize] -= want_cpu;
            placed += 1;
        }
    }
    placed
}

fn fleet(size: &Size) -> Fleet {
    let mut fleet = Fleet::new(&[BinpackField::Memory]);
    for ix in 0..size.instances {
        let zone = ix % 3;
        let attributes = Attributes::built_in(
            &Zone::new(ZONES[zone as usize]),
            &InstanceTypeName::new("m5.8xlarge"),
            Architecture::X86,
        );
        let pool = fleet.pool_of(PoolFacts {
            provider: Ix::new(0),
            zone: Ix::new(zone),
            kind: TypeIx::new(0),
            architecture: Architecture::X86,
            registered: size.room,
            attributes,
        });
        fleet.register(pool, InstanceStatus::Active, SimTime::ZERO);
    }
    fleet
}

/// The tasks as demands, those of a constrained case each with its service's port.
fn demands(case: &Case, tasks: &[Room]) -> Vec<Demand> {
    let port = |service: usize| HostPort { port: 8000 + u16::try_from(service).unwrap_or(0), udp: false };
    let ports = |service| if case.constrained { vec![port(service)] } else { Vec::new() };
    tasks.iter().enumerate().map(|(n, room)| Demand { room: *room, ports: ports(n % SERVICES) }).collect()
}

/// Places all tasks; gives how many found a place and how many of those that did not were looked for.
fn ours(mut fleet: Fleet, case: &Case, demands: &[Demand]) -> (usize, usize) {
    let mut counts = vec![TaskCounts::new(); SERVICES];
    let mut chance = Chance::of(1, Concern::Placement, 0);
    let zones = [Ix::new(0), Ix::new(1), Ix::new(2)];
    let query = "attribute:ecs.instance-type =~ m5.* and attribute:ecs.availability-zone in [us-east-1a, us-east-1b]";
    let query = ClusterQuery::parse(query).expect("the query is one");
    let constraints = [PlannedConstraint::DistinctInstance, PlannedConstraint::MemberOf(query)];
    // What has failed fails again until room comes up.
    let mut refused: std::collections::BTreeMap<Demand, u64> = std::collections::BTreeMap::new();
    let (mut placed, mut failures) = (0, 0);
    for (n, demand) in demands.iter().enumerate() {
        let freed = fleet.freed(Ix::new(0));
        if !refused.is_empty() && refused.get(demand) == Some(&freed) {
            continue;
        }
        let request = Request {
            provider: Ix::new(0),
            demand,
            zones: &zones,
            architecture: Some(Architecture::X86),
            constraints: if case.constrained { &constraints } else { &[] },
            strategies: &case.strategies,
            counts: &counts[n % SERVICES],
            groups: &[],
            starts_at: CalendarTime::DEFAULT,
        };
        match find(&fleet, &request, &mut chance) {
            Ok(ix) => {
                fleet.reserve(ix, demand, SchedulingStrategy::Replica);
                counts[n % SERVICES].add(fleet.instance(ix));
                placed += 1;
            }
            Err(passed) => {
                black_box(passed);
                refused.insert(demand.clone(), freed);
                failures += 1;
            }
        }
    }
    (placed, failures)
}

fn main() {
    use PlannedStrategy::{Binpack, Random, SpreadInstances, SpreadZones};
    let case =
        |name, strategies: &[PlannedStrategy], constrained| Case { name, strategies: strategies.to_vec(), constrained };
    let cases = [
        case("binpack(memory)", &[Binpack(BinpackField::Memory)], false),
        case("spread(zone), spread(instanceId)", &[SpreadZones, SpreadInstances], false),
        case("random", &[Random], false),
        case("distinctInstance, memberOf, host ports", &[Binpack(BinpackField::Memory)], true),
    ];
    let (large, small) = (room(32 * 1024, 128 * 1024), room(16 * 1024, 64 * 1024));
    let sizes = [
        Size { name: "B1", tasks: 10_000, instances: 1_000, room: large, aim: "≥ 1 M/s, constrained 300 k/s" },
        Size { name: "B2", tasks: 100_000, instances: 10_000, room: large, aim: "≥ 300 k/s" },
        Size { name: "B3, 1,000", tasks: 10_000, instances: 1_000, room: small, aim: "≥ 100 k/s" },
        Size { name: "B3, 10,000", tasks: 100_000, instances: 10_000, room: small, aim: "≥ 100 k/s" },
    ];
    support::head();
    for size in sizes.iter().filter(|size| support::wanted(size.name)) {
        let tasks = tasks(size.tasks);
        for case in &cases {
            let (fleet, demands) = (fleet(size), demands(case, &tasks));
            let (placed, failures) = ours(fleet.clone(), case, &demands);
            let mut fleets = vec![fleet; support::ROUNDS];
            let cpu = vec![size.room.cpu.units(); size.instances as usize];
            let order: BTreeSet<_> = (0..size.instances).map(|ix| (size.room.memory.mib(), ix)).collect();
            let mut bare = vec![(cpu, order); support::ROUNDS];
            let times = support::rounds(
                || _ = black_box(floor(bare.pop().expect("one a round"), &tasks)),
                || _ = black_box(ours(fleets.pop().expect("one a round"), case, &demands)),
            );
            let name =
                format!("{}, {}: {placed} placed of {}, {failures} looks failed", size.name, case.name, size.tasks);
            support::row(&name, size.aim, times, false);
        }
    }
}
