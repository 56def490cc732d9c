//! Groups, widths and words of a listed bill.

use super::*;
use crate::evaluate::{Outcome, Prepared, estimate_outcome, prepare};
use crate::presets;
use crate::units::Span;

fn month(preset: &str) -> (Prepared, Outcome, Catalogue) {
    let project = presets::find(preset).unwrap().project();
    let catalogue = Catalogue::load(&project.design.region).unwrap();
    let prepared = prepare(&project, None, &catalogue).unwrap();
    let outcome = estimate_outcome(&prepared, &catalogue, Span::MONTH);
    (prepared, outcome, catalogue)
}

fn listed(preset: &str, by: &str) -> (String, Outcome) {
    let (prepared, outcome, catalogue) = month(preset);
    let allocation = Allocation::of(&outcome.bill, &prepared.plan, &outcome.shares);
    let Prepared { plan, design, .. } = &prepared;
    let of = Listed { bill: &outcome.bill, allocation: &allocation, plan, design, catalogue: &catalogue };
    (text(of, &by.parse().unwrap()), outcome)
}

#[test]
fn no_line_is_wider_than_a_terminal_and_groups_come_dearest_first() {
    for preset in presets::PRESETS {
        for by in ["item", "service", "cause", "meter", "zone", "tag=team"] {
            let (text, outcome) = listed(preset.name, by);
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{}: {line}", preset.name);
            }
            // Heads of groups begin within the first column of money; the first group costs the most.
            let heads: Vec<_> = text.lines().take_while(|line| !line.starts_with("By ")).filter_map(head).collect();
            assert!(heads.is_sorted_by(|a, b| a >= b), "{heads:?}");
            let apart = (heads.iter().copied().sum::<Usd>() - outcome.bill.total).nanos().abs();
            // Each head is rounded to a cent.
            let most = i64::try_from(heads.len()).unwrap() * 5_000_000;
            assert!(!heads.is_empty() && apart <= most, "{} by {by}: {text}", preset.name);
        }
    }
}

/// The money at the head of a group: it ends where the column of money does.
fn head(line: &str) -> Option<Usd> {
    let (column, rest) = line.split_at_checked(LEAST / 2)?;
    rest.starts_with("  ").then_some(())?;
    Usd::parse(&column.trim().strip_prefix('$')?.replace(',', "")).ok()
}

#[test]
fn what_one_service_costs_stands_on_one_line() {
    let (text, outcome) = listed("three-tier-web", "item");
    let line = text.lines().find(|line| line.contains("service web: ")).unwrap();
    let total = head(line).unwrap();
    assert!(total > Usd::ZERO && total < outcome.bill.total, "{line}");
    assert!(line.contains(" its own, ") && line.contains(" allocated (data transfer out $"), "{line}");
}

#[test]
fn a_tag_and_a_grouping_are_read_and_others_are_refused() {
    assert_eq!("tag:team".parse(), Ok(By::Tag("team".to_owned())));
    assert_eq!("tag=cost centre".parse(), Ok(By::Tag("cost centre".to_owned())));
    assert_eq!("zone".parse(), Ok(By::Zone));
    for text in ["tag", "tag=", "colour", ""] {
        assert!(text.parse::<By>().unwrap_err().to_string().contains("tag=KEY"));
    }
}

#[test]
fn long_names_keep_both_ends_and_lists_break_after_commas() {
    assert_eq!(cut("abcdefghij", 5), "ab…ij");
    assert_eq!(cut("abc", 5), "abc");
    let list = (0..40).map(|n| format!("part {n}")).collect::<Vec<_>>().join(", ");
    let lines = wrapped("head: ", &list);
    assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
    assert_eq!(lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "), format!("head: {list}"));
}

#[test]
fn sentences_break_between_words() {
    let words = "word ".repeat(50);
    let text = folded(words.trim_end());
    assert!(text.lines().count() == 3 && text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    assert_eq!(text.split_whitespace().count(), 50);
    assert_eq!(folded("a b"), "a b");
}

#[test]
fn what_costs_nothing_is_free_and_digits_are_grouped() {
    assert_eq!(priced("41.4 GB", Some("0"), true), "41.4 GB, free");
    assert_eq!(priced("2 month", Some("1500.25"), false), "2 month × $1,500.25");
    assert_eq!(priced("2 month", Some("0.3"), false), "2 month × $0.30");
    assert_eq!(priced("2 GB", Some("0.087199363"), true), "2 GB × $0.08719 avg");
    assert_eq!(priced("2 month", None, false), "2 month");
}
