//! Benchmark C: a month, end to end. C1 bare scaling against its floor, C3 what an edit must answer, C4 a month of 20
//! services and 200 tasks.
//!
//! The floor of C1 is one heap loop with the same rules and nothing else: no zones, no meters, no bill.

#[path = "support/designs.rs"]
mod designs;
mod support;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

use bayplan_engine::evaluate::{Prepared, Progress, estimate_outcome, simulate};
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::Span;

const SERVICES: u32 = 50;
const MINUTES: u64 = 30 * 1440;

fn peak(k: u32) -> u64 {
    40 + 12 * u64::from(k)
}

#[derive(Clone, Default)]
struct Bare {
    running: u64,
    wanted: u64,
    high: u32,
    low: u32,
    seen: [u64; 3],
    out_at: u64,
    in_at: u64,
}

/// The plain loop: minute by minute one sample a service, three above or fifteen below, tasks that start and stop.
fn floor(seed: u64) -> u64 {
    let mut heap: BinaryHeap<Reverse<(u64, u32, u32)>> = BinaryHeap::new();
    let mut services = vec![Bare::default(); SERVICES as usize];
    for (k, service) in (0u32..).zip(&mut services) {
        service.running = (peak(k) / 150).max(2);
        service.wanted = service.running;
        heap.push(Reverse((60_000, k, 0)));
    }
    let (mut random, mut events) = (seed, 0u64);
    let mut draw = move |bound: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    while let Some(Reverse((at, k, kind))) = heap.pop() {
        events += 1;
        let service = &mut services[k as usize];
        match kind {
            1 => service.running += 1,
            2 => {}
            _ => {
                let minute = at / 60_000;
                let hour = usize::try_from(minute / 60 % 24).unwrap_or(0);
                let day = usize::try_from(minute / 1440 % 7).unwrap_or(0);
                let rate = designs::DAY[hour] * peak(k) * u64::from(designs::WEEK[day]) / 100;
                let rate = rate * (900 + draw(201)) / 1000;
                let used = rate * 100 / (service.running.max(1) * 50);
                service.seen.rotate_left(1);
                let value = std::mem::replace(&mut service.seen[2], used);
                service.high = if value > 70_000 { service.high + 1 } else { 0 };
                service.low = if value < 63_000 { service.low + 1 } else { 0 };
                let settles = (service.running * value).div_ceil(70_000).clamp(2, 5000);
                if service.high >= 3 && settles > service.wanted && at >= service.out_at {
                    for _ in service.wanted..settles {
                        heap.push(Reverse((at + 30_000 + draw(60_000), k, 1)));
                    }
                    (service.wanted, service.out_at) = (settles, at + 300_000);
                } else if service.low >= 15 && settles < service.wanted && at >= service.in_at.max(service.out_at) {
                    for _ in settles..service.wanted {
                        heap.push(Reverse((at + 30_000, k, 2)));
                    }
                    service.running -= (service.wanted - settles).min(service.running - 1);
                    (service.wanted, service.in_at) = (settles, at + 300_000);
                }
                if minute < MINUTES {
                    heap.push(Reverse((at + 60_000, k, 0)));
                }
            }
        }
    }
    events
}

fn main() {
    let catalogue = designs::catalogue();
    let month = Span::from_minutes(MINUTES);
    let play = |prepared: &Prepared, window, detail| {
        simulate(prepared, &catalogue, window, 1, detail, &Progress::default()).expect("not cancelled")
    };
    let events = |prepared: &Prepared| play(prepared, month, Detail::Totals).summary.map_or(0, |s| s.events);
    support::head();

    if support::wanted("C1") {
        let c1 = designs::prepared(&designs::scaling_services(SERVICES, (2, 5000), peak), &catalogue);
        let name = format!("C1, 50 services, 30 days ({} events)", events(&c1));
        let bare = || {
            black_box(floor(1));
        };
        let times = support::rounds(bare, || drop(black_box(play(&c1, month, Detail::Totals))));
        support::row(&name, "≤ 1.8 × floor", times, true);
    }
    let c2 = designs::prepared_for(&designs::real_services(), designs::real_month(), &catalogue);
    if support::wanted("C2") {
        let name = format!("C2, a real design of 50 services, 30 days, minutes kept ({} events)", events(&c2));
        let times = support::rounds(|| (), || drop(black_box(play(&c2, month, Detail::Full))));
        support::row(&name, "≤ 1 s, ≤ 200 MiB", times, true);
    }
    if support::wanted("C3") {
        let times = support::rounds(|| (), || drop(black_box(estimate_outcome(&c2, &catalogue, month))));
        support::row("C3, closed-form estimate of C2", "≤ 2 ms", times, false);
        let times = support::rounds(|| (), || drop(black_box(play(&c2, Span::DAY, Detail::Totals))));
        support::row("C3, one simulated day of C2", "≤ 16 ms", times, false);
    }
    if support::wanted("C4") {
        let services = designs::scaling_services(20, (2, 100), |k| 330 + 20 * u64::from(k));
        let c4 = designs::prepared(&services, &catalogue);
        let times = support::rounds(|| (), || drop(black_box(play(&c4, month, Detail::Totals))));
        support::row("C4, 20 services, 200 tasks, 30 days", "< 100 ms", times, true);
    }
}
