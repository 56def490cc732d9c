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
/// How far the lines of a group stand in from its head.
const INDENT: &str = "    ";
/// How wide each thing that is said of a price is.
const NOTE: usize = 26;
/// What is left to say what a line is, however much else it says.
const LEAST: usize = 24;

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
    let groups = groups(of, by);
    let amounts = groups.iter().map(Group::total).chain([of.bill.total]);
    let column = Column(amounts.map(|usd| cents(usd).chars().count()).max().unwrap_or(0).max(LEAST / 2));
    let mut lines = Vec::new();
    for group in &groups {
        group_lines(group, column, &mut lines);
    }
    if *by != By::Service && !of.plan.services.is_empty() {
        lines.push("By service, with its share of what services share, by use:".to_owned());
        by_service(of.plan, of.allocation, column, &mut lines);
        lines.push(String::new());
    }
    lines.extend(wrapped("By what it is for: ", &kinds(of.bill)));
    let mut text = lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// The column that money stands in, at its right.
#[derive(Clone, Copy)]
struct Column(usize);

impl Column {
    fn money(self, usd: Usd) -> String {
        self.of(&cents(usd))
    }

    fn of(self, text: &str) -> String {
        format!("{text:>0$}  ", self.0)
    }
}

fn group_lines(group: &Group, column: Column, lines: &mut Vec<String>) {
    let unpriced = if group.is_priced() { "" } else { ", what has a price" };
    let head = column.money(group.total());
    let room = WIDTH - head.chars().count();
    lines.push(format!("{head}{}", cut(&format!("{}{unpriced}", group.name), room)));
    let longest = |of: fn(&Entry) -> usize| group.entries.iter().map(of).max().unwrap_or(0);
    let why = longest(|entry| entry.why.chars().count());
    let quantity = longest(|entry| entry.quantity.chars().count()).max(NOTE);
    let room = room.saturating_sub(INDENT.len() + 2 * 2 + why + quantity).max(LEAST);
    let what = longest(|entry| entry.words().chars().count()).min(room);
    for entry in &group.entries {
        entry_lines(entry, column, what, why, lines);
    }
    lines.push(String::new());
}

/// One line: what it costs, what it is, why, how much at what price; where that is too long, the rest below.
fn entry_lines(entry: &Entry, column: Column, what: usize, why: usize, lines: &mut Vec<String>) {
    let amount = entry.amount.map_or_else(|| column.of("no price"), |usd| column.money(usd));
    let start = format!("{INDENT}{amount}{:what$}  {:why$}  ", entry.words_within(what), entry.why);
    let whole = format!("{start}{}{}", entry.quantity, entry.note);
    if whole.chars().count() <= WIDTH {
        lines.push(whole);
        return;
    }
    let room = WIDTH.saturating_sub(start.chars().count());
    lines.push(format!("{start}{}", cut(&entry.quantity, room)));
    let below = " ".repeat(start.chars().count());
    let notes = entry.note.split(", ").filter(|note| !note.is_empty());
    lines.extend(notes.map(|note| format!("{below}{}", cut(note, room))));
}

/// A line for each service: what it costs in all, of that its own, and what is allocated to it by what it is for.
fn by_service(plan: &Plan, of: &Allocation, column: Column, lines: &mut Vec<String>) {
    for (name, bill) in ranked(plan, of) {
        let head = format!("{}service {}: ", column.money(bill.total()), cut(name, 40));
        lines.extend(wrapped(&head, &said(bill).replace('−', "-")));
    }
    for (usd, what) in [(of.idle, IDLE), (of.rest, REST)] {
        lines.extend((usd != Usd::ZERO).then(|| format!("{}{what}", column.money(usd))));
    }
    let all = of.services.iter().map(ServiceBill::total).sum::<Usd>() + of.idle + of.rest;
    lines.push(format!("{}all", column.money(all)));
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

/// A sentence broken between words where it is too wide, its further lines set in.
pub fn folded(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(line) if last == 0 => line.push_str(word),
            Some(line) if last + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{INDENT}{word}")),
        }
    }
    lines.join("\n")
}

/// A head and a list, broken after its commas where a line would be too wide.
fn wrapped(head: &str, list: &str) -> Vec<String> {
    let blank = " ".repeat(head.chars().count().min(LEAST));
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

/// A quantity at a price: `730 vCPU-hour × $0.04048`, `41.379 GB, free`; of an average four digits that tell.
fn priced(quantity: &str, rate: Option<&str>, is_average: bool) -> String {
    match rate {
        None => quantity.to_owned(),
        Some("0") => format!("{quantity}, free"),
        Some(rate) => {
            let (whole, fraction) = rate.split_once('.').unwrap_or((rate, ""));
            let zeros = if whole == "0" { fraction.bytes().take_while(|digit| *digit == b'0').count() } else { 0 };
            let digits = if is_average { zeros + 4 } else { fraction.len() };
            let fraction: String = fraction.chars().take(digits).collect();
            let average = if is_average { " avg" } else { "" };
            format!("{quantity} × ${}.{fraction:0<2}{average}", thousands(whole))
        }
    }
}

#[cfg(test)]
mod tests;
