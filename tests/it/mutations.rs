//! Spoiled files are refused or done with, never a panic: a few of those that `--bin mutate` makes by the thousand.

use std::time::{Duration, Instant};

use bayplan_tests::mutate::{Kind, files, spoiled, tried};

#[test]
fn two_hundred_spoiled_files_bring_no_panic_and_no_long_wait() {
    let all = files();
    let mut failures = Vec::new();
    for seed in 1..=200 {
        let (file, bytes) = spoiled(seed, &all);
        let began = Instant::now();
        if let Err(what) = tried(file.kind, &bytes) {
            failures.push(format!("seed {seed}, {}: {what}", file.name));
        }
        if began.elapsed() > Duration::from_secs(10) {
            failures.push(format!("seed {seed}, {}: took {:?}", file.name, began.elapsed()));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n`cargo run -p bayplan-tests --bin mutate -- 1 SEED` repeats one",
        failures.join("\n")
    );
}

#[test]
fn a_seed_spoils_the_same_file_in_the_same_way_and_every_kind_is_taken() {
    let all = files();
    let mut kinds: Vec<Kind> = (1..=200).map(|seed| spoiled(seed, &all).0.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, [Kind::Design, Kind::Import, Kind::PricesRon, Kind::PricesCsv]);
    for seed in [1, 77, u64::MAX] {
        assert_eq!(spoiled(seed, &all).1, spoiled(seed, &all).1);
    }
}

#[test]
fn what_is_not_spoiled_is_done_with() {
    for file in files() {
        assert_eq!(tried(file.kind, file.text.as_bytes()), Ok(()), "{}", file.name);
    }
}
