//! What the benchmarks share: rounds that alternate with a floor, and rows of the results table.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints a table")]

use std::time::{Duration, Instant};

/// Rounds of a benchmark.
pub(crate) const ROUNDS: usize = 5;

/// Whether a row was asked for: `cargo bench … -- C1` times the rows whose names begin so, without words all.
pub(crate) fn wanted(row: &str) -> bool {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    words.is_empty() || words.iter().any(|word| row.starts_with(word.as_str()))
}

/// How long something took in each of five rounds, and its floor beside it.
pub(crate) fn rounds(mut floor: impl FnMut(), mut ours: impl FnMut()) -> (Vec<Duration>, Vec<Duration>) {
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(|_| (timed(&mut floor), timed(&mut ours))).unzip()
}

/// A row of the results table: median and range of ours, median of the floor, ratio.
pub(crate) fn row(name: &str, aim: &str, (mut floor, mut ours): (Vec<Duration>, Vec<Duration>)) {
    floor.sort();
    ours.sort();
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    let (floor_mid, mid) = (ms(floor[floor.len() / 2]), ms(ours[ours.len() / 2]));
    let ratio = if floor_mid > 0.001 { format!("{:.2}", mid / floor_mid) } else { "–".to_owned() };
    let floor_mid = if floor_mid > 0.001 { format!("{floor_mid:.2} ms") } else { "–".to_owned() };
    println!(
        "| {name} | {mid:.2} ms | {:.2} – {:.2} ms | {floor_mid} | {ratio} | {aim} |",
        ms(ours[0]),
        ms(ours[ours.len() - 1])
    );
}

/// The head of the results table.
pub(crate) fn head() {
    println!("| what | ours, median | range | floor, median | ratio | aim |\n|---|---|---|---|---|---|");
}
