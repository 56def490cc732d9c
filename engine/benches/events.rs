//! Benchmark A: the event kernel under the hold model. N events wait; the earliest is taken and one is asked for an
//! exponential time later, as often as N times to warm up and a million times on the clock.
//!
//! The floor is the standard library's heap of 32-byte entries whose top is replaced in place: no phases, no dispatch.

mod support;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

use bayplan_engine::chance::{Chance, Concern};
use bayplan_engine::simulation::event::Event;
use bayplan_engine::simulation::queue::Queue;
use bayplan_engine::units::{SimTime, Span};

/// Events on the clock.
const HOLDS: usize = 1_000_000;

/// Exponential delays of one second on average, in milliseconds, drawn before the clock runs.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    reason = "a benchmark may use floating point where a simulation may not"
)]
fn delays() -> Vec<u64> {
    let mut chance = Chance::of(1, Concern::Arrivals, 7);
    let draw = |_| {
        // The logarithm of a uniform draw.
        let uniform = (chance.below(1 << 30) + 1) as f64 / f64::from(1u32 << 30);
        (-uniform.ln() * 1000.0).round() as u64
    };
    (0..1 << 16).map(draw).collect()
}

/// The plain heap.
struct Floor {
    heap: BinaryHeap<Reverse<(u64, u64, [u64; 2])>>,
    asked: u64,
    sum: u64,
}

impl Floor {
    fn new(waiting: u64, delays: &[u64]) -> Self {
        let heap = (0..waiting).zip(delays.iter().cycle()).map(|(n, delay)| Reverse((*delay, n, [n; 2]))).collect();
        Self { heap, asked: waiting, sum: 0 }
    }

    fn hold(&mut self, times: usize, delays: &[u64]) {
        for delay in delays.iter().cycle().take(times) {
            if let Some(mut top) = self.heap.peek_mut() {
                let Reverse((at, _, payload)) = *top;
                self.sum = self.sum.wrapping_add(payload[0]);
                *top = Reverse((at + delay, self.asked, payload));
                self.asked += 1;
            }
        }
    }
}

/// The engine's queue, with a match over the event taken.
struct Ours {
    queue: Queue,
    sum: u64,
}

impl Ours {
    fn new(waiting: u64, delays: &[u64]) -> Self {
        let mut queue = Queue::default();
        for (n, delay) in (0..waiting).zip(delays.iter().cycle()) {
            queue.push(SimTime::ZERO + Span::from_ms(*delay), kind(n));
        }
        Self { queue, sum: 0 }
    }

    fn hold(&mut self, times: usize, delays: &[u64]) {
        for delay in delays.iter().cycle().take(times) {
            let Some(due) = self.queue.pop() else { return };
            self.sum = self.sum.wrapping_add(match due.event {
                Event::Fault(place) | Event::FaultEnds(place) | Event::Rollout(place) => u64::from(place),
                Event::Task(task) | Event::TakesRequests(task) | Event::Healthy(task) | Event::Unhealthy(task) => {
                    u64::from(task.place())
                }
                Event::Machine(machine) | Event::Interrupted(machine) => u64::from(machine.place()),
                Event::Collected(provider) => u64::from(provider.place()),
                Event::Retry(service) | Event::Launches(service) => u64::from(service.place()),
                Event::Minute | Event::Hour | Event::Decide => 1,
            });
            self.queue.push(due.at + Span::from_ms(*delay), due.event);
        }
    }
}

/// Events of every phase in turn.
fn kind(n: u64) -> Event {
    let place = u32::try_from(n).unwrap_or(0);
    match n % 4 {
        0 => Event::Fault(place),
        1 => Event::Rollout(place),
        2 => Event::Minute,
        _ => Event::Decide,
    }
}

fn main() {
    support::head();
    let delays = delays();
    for (waiting, aim) in
        [(1, "–"), (1_000, "≤ 1.4 × floor"), (100_000, "≤ 1.2 × floor"), (1_000_000, "≤ 1.0 × floor, ≤ 72 MiB")]
    {
        let name = format!("A, {HOLDS} events with {waiting} waiting");
        if !support::wanted(&name) {
            continue;
        }
        let warm = usize::try_from(waiting).unwrap_or(usize::MAX);
        let (mut floor, mut ours) =
            (Floor::new(if support::is_peak() { 0 } else { waiting }, &delays), Ours::new(waiting, &delays));
        floor.hold(warm, &delays);
        ours.hold(warm, &delays);
        let times = support::rounds(|| floor.hold(HOLDS, &delays), || ours.hold(HOLDS, &delays));
        black_box((floor.sum, ours.sum));
        support::row(&name, aim, times, true);
    }
}
