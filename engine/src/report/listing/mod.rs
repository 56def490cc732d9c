//! A bill as text for a terminal: grouped, the dearest first with subtotals, then what each service costs.
//!
//! In: an outcome, its plan and its allocation. Out: lines of at most 120 columns, money in cents. Nothing here prices
//! anything.

mod groups;

use groups::{Entry, Group, groups};

use super::services::{IDLE, REST, ranked, said};
use super::wording::thousands;
use crate::allocation::{Allocation, ServiceBill};
use crate::bill::Bill;
use crate::catalogue::Catalogue;
use crate::design::Design;
use crate::plan::Plan;
use crate::units::Usd;
use std::str::FromStr;

/// How wide a line may be.
const WIDTH: usize = 120;
/// How wide the column of money is: a hundred million dollars and cents, and two blanks beside it.
const MONEY: usize = 15;

/// By what a bill is grouped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum By {
    /// By the item that a line belongs to.
    #[default]
    Item,
    /// By the service that a line is allocated to.
    Service,
    /// By why something was used.
    Cause,
    /// By what is charged for.
    Meter,
    /// By the zone of the item.
    Zone,
    /// By the value that the item has for a tag of this key.
    Tag(String),
}

/// What was asked for is nothing to group by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nothing to group a bill by; it can be item, service, cause, meter, zone or tag=KEY")]
pub struct NotAGrouping(String);

impl FromStr for By {
    type Err = NotAGrouping;
    fn from_str(text: &str) -> Result<Self, NotAGrouping> {
        let key = text.strip_prefix("tag").and_then(|rest| rest.strip_prefix(['=', ':']));
        match (text, key) {
            (_, Some(key)) if !key.is_empty() => Ok(Self::Tag(key.to_owned())),
            ("item", _) => Ok(Self::Item),
            ("service", _) => Ok(Self::Service),
            ("cause", _) => Ok(Self::Cause),
            ("meter", _) => Ok(Self::Meter),
            ("zone", _) => Ok(Self::Zone),
            _ => Err(NotAGrouping(text.to_owned())),
        }
    }
}

/// A bill that is listed.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The bill.
    pub bill: &'a Bill,
    /// The same by service.
    pub allocation: &'a Allocation,
    /// What it is of.
    pub plan: &'a Plan,
    /// The drawing, for tags.
    pub design: &'a Design,
    /// Names and prices.
    pub catalogue: &'a Catalogue,
}

/// The bill in groups, then by service, then by what it is for.
pub fn text(of: Listed<'_>, by: &By) -> String {
    let mut lines = Vec::new();
    for group in groups(of, by) {
        group_lines(&group, &mut lines);
    }
    if *by != By::Service && !of.plan.services.is_empty() {
        lines.push("By service, with its share of what services share, by use:".to_owned());
        by_service(of.plan, of.allocation, &mut lines);
        lines.push(String::new());
    }
    lines.extend(wrapped("By what it is for: ", &kinds(of.bill)));
    let mut text = lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn group_lines(group: &Group, lines: &mut Vec<String>) {
    let unpriced = if group.is_priced() { "" } else { " of what has a price" };
    lines.push(format!("{}{}", money(group.total()), cut(&format!("{}{unpriced}", group.name), WIDTH - MONEY)));
    let whys = group.entries.iter().map(|entry| entry.why.chars().count()).max().unwrap_or(0);
    let whats = group.entries.iter().map(|entry| entry.what.chars().count()).max().unwrap_or(0);
    let most = WIDTH - 2 * MONEY - 2 * 2 - whys - 30;
    for entry in &group.entries {
        entry_lines(entry, whats.min(most), whys, lines);
    }
    lines.push(String::new());
}

/// One line: what it costs, what it is, why, how much at what price; where that is too long, the rest below.
fn entry_lines(entry: &Entry, what: usize, why: usize, lines: &mut Vec<String>) {
    let amount = entry.amount.map_or_else(|| format!("{:>1$}  ", "no price", MONEY - 2), money);
    let blank = " ".repeat(MONEY);
    let start = format!("{blank}{amount}{:what$}  {:why$}  ", cut(&entry.what, what), entry.why);
    let whole = format!("{start}{}{}", entry.quantity, entry.note);
    if whole.chars().count() <= WIDTH {
        lines.push(whole);
        return;
    }
    let room = WIDTH - start.chars().count();
    lines.push(format!("{start}{}", cut(&entry.quantity, room)));
    let below = " ".repeat(start.chars().count());
    let note = entry.note.trim_start_matches([',', ' ']);
    lines.extend((!note.is_empty()).then(|| format!("{below}{}", cut(note, room))));
}

/// A line for each service: what it costs in all, of that its own, and what is allocated to it by what it is for.
fn by_service(plan: &Plan, of: &Allocation, lines: &mut Vec<String>) {
    for (name, bill) in ranked(plan, of) {
        let head = format!("{}service {}: ", money(bill.total()), cut(name, 40));
        lines.extend(wrapped(&head, &said(bill).replace('−', "-")));
    }
    for (usd, what) in [(of.idle, IDLE), (of.rest, REST)] {
        lines.extend((usd != Usd::ZERO).then(|| format!("{}{what}", money(usd))));
    }
    let all = of.services.iter().map(ServiceBill::total).sum::<Usd>() + of.idle + of.rest;
    lines.push(format!("{}all", money(all)));
}

/// `compute $18.02, API Gateway $20.69`: the dearest first.
fn kinds(bill: &Bill) -> String {
    let mut all: Vec<_> = bill.by_group().into_iter().filter(|(_, usd)| *usd != Usd::ZERO).collect();
    all.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
    let all: Vec<_> = all.iter().map(|(group, usd)| format!("{} {}", group.word(), cents(*usd))).collect();
    all.join(", ")
}

/// An amount in cents, with the minus of ASCII.
pub fn cents(usd: Usd) -> String {
    usd.cents_text().replace('−', "-")
}

fn money(usd: Usd) -> String {
    format!("{:>1$}  ", cents(usd), MONEY - 2)
}

/// A text with its middle left out where it is too long: names tell themselves apart at both ends.
fn cut(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let (head, tail) = (width.saturating_sub(1) / 2, width.saturating_sub(1).div_ceil(2));
    let head: String = text.chars().take(head).collect();
    let tail: String = text.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}

/// A head and a list, broken after its commas where a line would be too wide.
fn wrapped(head: &str, list: &str) -> Vec<String> {
    let blank = " ".repeat(head.chars().count().min(MONEY + 4));
    let mut lines = vec![head.to_owned()];
    for (place, part) in list.split(", ").enumerate() {
        let part = if place == 0 { part.to_owned() } else { format!(", {part}") };
        let last = lines.last_mut().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            // One column is kept for the comma at its end.
            Some(line) if last + part.chars().count() < WIDTH => line.push_str(&part),
            Some(line) => {
                line.push(',');
                lines.push(format!("{blank}{}", part.trim_start_matches(", ")));
            }
            None => {}
        }
    }
    lines
}

/// A quantity at a price: `730 vCPU-hour × $0.04048`, `41.379 GB free`.
fn priced(quantity: &str, rate: Option<&str>, is_average: bool) -> String {
    match rate {
        None => quantity.to_owned(),
        Some("0") => format!("{quantity}, free"),
        Some(rate) => {
            let (whole, fraction) = rate.split_once('.').unwrap_or((rate, ""));
            let point = if fraction.is_empty() { "" } else { "." };
            let average = if is_average { " on average" } else { "" };
            format!("{quantity} × ${}{point}{fraction}{average}", thousands(whole))
        }
    }
}

#[cfg(test)]
mod tests;
