//! What the benchmarks share: rounds that alternate with a floor, and rows of the results table.
//!
//! A row's peak memory is that of a process of its own, which is this one again, asked by `--peak` to do the row's work
//! once.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints a table")]

use std::time::{Duration, Instant};

/// Rounds of a benchmark.
pub(crate) const ROUNDS: usize = 5;

/// Whether a row was asked for: `cargo bench … -- C1` times the rows whose names begin so, without words all.
pub(crate) fn wanted(row: &str) -> bool {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    words.is_empty() || words.iter().any(|word| row.starts_with(word.as_str()) || is_peak() && word.starts_with(row))
}

/// Whether this process is to do a row's work once and say what memory it took.
pub(crate) fn is_peak() -> bool {
    std::env::args().any(|word| word == "--peak")
}

/// The most memory that this process has held, in MiB, where the system tells.
fn peak_here() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib.div_ceil(1024))
}

/// The most memory that a process doing a row's work once holds.
fn peak_of(name: &str) -> Option<String> {
    let child = std::process::Command::new(std::env::current_exe().ok()?).args([name, "--peak"]).output().ok()?;
    let said = String::from_utf8(child.stdout).ok()?;
    said.lines().last().filter(|peak| !peak.is_empty()).map(|peak| format!("{peak} MiB"))
}

/// How long something took in each of five rounds, and its floor beside it.
pub(crate) fn rounds(mut floor: impl FnMut(), mut ours: impl FnMut()) -> (Vec<Duration>, Vec<Duration>) {
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    if is_peak() {
        ours();
        return (Vec::new(), Vec::new());
    }
    (0..ROUNDS).map(|_| (timed(&mut floor), timed(&mut ours))).unzip()
}

/// A row of the results table: median and range of ours, median of the floor, ratio; and, where `peak` asks for it, the
/// peak memory of a process that does nothing else.
pub(crate) fn row(name: &str, aim: &str, times: (Vec<Duration>, Vec<Duration>), peak: bool) {
    if !is_peak() {
        print_row(name, aim, times, peak.then(|| peak_of(name)).flatten().as_deref().unwrap_or("–"));
    } else if peak {
        peak_here().into_iter().for_each(|mib| println!("{mib}"));
    }
}

fn print_row(name: &str, aim: &str, (mut floor, mut ours): (Vec<Duration>, Vec<Duration>), peak: &str) {
    floor.sort();
    ours.sort();
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    let (floor_mid, mid) = (ms(floor[floor.len() / 2]), ms(ours[ours.len() / 2]));
    let ratio = if floor_mid > 0.001 { format!("{:.2}", mid / floor_mid) } else { "–".to_owned() };
    let floor_mid = if floor_mid > 0.001 { format!("{floor_mid:.2} ms") } else { "–".to_owned() };
    println!(
        "| {name} | {mid:.2} ms | {:.2} – {:.2} ms | {floor_mid} | {ratio} | {peak} | {aim} |",
        ms(ours[0]),
        ms(ours[ours.len() - 1])
    );
}

/// The head of the results table.
pub(crate) fn head() {
    if !is_peak() {
        println!(
            "| what | ours, median | range | floor, median | ratio | peak memory | aim |\n|---|---|---|---|---|---|---|"
        );
    }
}
