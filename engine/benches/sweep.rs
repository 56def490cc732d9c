//! Benchmark D: many seeds in parallel. 100 seeds of C1 and 20 of C2 (ten times as many with `--full`), three rounds each on
//! one thread, on two, and on all there are.
//!
//! Efficiency is time on one thread ÷ (threads × time on them). The outcomes must be the same bytes on any number.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints a table")]

#[path = "support/designs.rs"]
mod designs;

use std::time::{Duration, Instant};

use bayplan_engine::evaluate::{Prepared, Progress, simulate};
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Span, Usd};
use rayon::prelude::*;

const ROUNDS: usize = 3;

fn sweep(prepared: &Prepared, catalogue: &bayplan_engine::catalogue::Catalogue, seeds: u64) -> Vec<(u64, Usd, u64)> {
    let month = Span::from_days(30);
    let one = |seed| {
        let run =
            simulate(prepared, catalogue, month, seed, Detail::Totals, &Progress::default()).expect("not cancelled");
        (seed, run.bill.total, run.summary.map_or(0, |summary| summary.events))
    };
    (1..=seeds).into_par_iter().map(one).collect()
}

/// How long something took, with what it gave.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let given = work();
    (start.elapsed(), given)
}

/// CPU time of this process so far, where the system tells: user and system, in hundredths as Linux counts them.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

fn main() {
    let catalogue = designs::catalogue();
    let times = if std::env::args().any(|word| word == "--full") { 10 } else { 1 };
    let all = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut counts = vec![1, 2, all];
    counts.dedup();
    println!("| what | threads | seconds, median | CPU seconds | efficiency |\n|---|---|---|---|---|");
    let c1 = designs::prepared(&designs::scaling_services(50, (2, 5000), |k| 40 + 12 * u64::from(k)), &catalogue);
    let c2 = designs::prepared_for(&designs::real_services(), designs::real_month(), &catalogue);
    for (name, prepared, seeds) in [("C1", &c1, 100 * times), ("C2", &c2, 20 * times)] {
        let name = format!("D, {seeds} seeds of {name}");
        let mut first = None;
        for threads in &counts {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(*threads).build().expect("threads");
            let before = cpu_seconds();
            let mut rounds: Vec<_> =
                (0..ROUNDS).map(|_| timed(|| pool.install(|| sweep(prepared, &catalogue, seeds)))).collect();
            let used = cpu_seconds().zip(before).map(|(after, before)| (after - before) / ROUNDS as f64);
            rounds.sort_by_key(|(time, _)| *time);
            let (time, outcome) = rounds.swap_remove(ROUNDS / 2);
            let (one, same) = first.get_or_insert_with(|| (time, outcome.clone()));
            assert!(*same == outcome, "outcomes differ on {threads} threads");
            let efficiency = one.as_secs_f64() / (*threads as f64 * time.as_secs_f64());
            let used = used.map_or_else(|| "–".to_owned(), |used| format!("{used:.1}"));
            println!("| {name} | {threads} | {:.2} | {used} | {efficiency:.2} |", time.as_secs_f64());
        }
    }
}
