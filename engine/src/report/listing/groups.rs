//! Lines of a bill in groups, the dearest first.

use std::collections::{BTreeMap, BTreeSet};

use super::{By, Listed, cents, cut, priced};
use crate::allocation::To;
use crate::bill::{BillLine, Charge};
use crate::catalogue::prices::Price;
use crate::design::ItemRef;
use crate::names::Zone;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::report::line::quantity_text;
use crate::report::services::{IDLE, REST};
use crate::report::table::{LineText, PriceText};
use crate::units::Usd;

/// A group with its entries, the dearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
}

/// A line of a bill, or a service's part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) amount: Option<Usd>,
    /// Whose it is, where the group does not say it.
    owner: Option<String>,
    /// What is charged for.
    what: String,
    pub(super) why: String,
    pub(super) quantity: String,
    /// What else is to be said of its price: `, derived`.
    pub(super) note: String,
}

impl Entry {
    /// What it is: `NAT gateway nat-a: Public IPv4 address, in use`.
    pub(super) fn words(&self) -> String {
        self.words_within(usize::MAX)
    }

    /// The same, the middle of the owner's name left out where it is too long.
    pub(super) fn words_within(&self, width: usize) -> String {
        let Some(owner) = &self.owner else { return cut(&self.what, width) };
        let beside = if self.what.is_empty() { String::new() } else { format!(": {}", self.what) };
        let room = width.saturating_sub(beside.chars().count()).max(width / 3);
        cut(&format!("{}{beside}", cut(owner, room)), width)
    }
}

impl Group {
    pub(super) fn total(&self) -> Usd {
        self.entries.iter().filter_map(|entry| entry.amount).sum()
    }

    pub(super) fn is_priced(&self) -> bool {
        self.entries.iter().all(|entry| entry.amount.is_some())
    }
}

/// All groups, the dearest first.
pub(super) fn groups(of: Listed<'_>, by: &By) -> Vec<Group> {
    let mut all: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for (place, line) in of.bill.lines.iter().enumerate() {
        let parts = of.allocation.lines.get(place).filter(|_| *by == By::Service && line.cost.is_some());
        match parts {
            None => all.entry(group_of(of, line, by)).or_default().push(entry(of, line, by)),
            Some(parts) => {
                for (to, usd) in parts {
                    let whole = entry(of, line, by);
                    let owner = part_of(*to, whole.owner);
                    all.entry(to_service(of, *to)).or_default().push(Entry { amount: Some(*usd), owner, ..whole });
                }
            }
        }
    }
    let mut all: Vec<_> = all
        .into_iter()
        .map(|(name, mut entries)| {
            // What has no price stands first: it may cost the most.
            entries.sort_by(|a, b| {
                let priced = a.amount.is_some().cmp(&b.amount.is_some());
                priced.then(b.amount.cmp(&a.amount)).then_with(|| a.words().cmp(&b.words()))
            });
            Group { name, entries }
        })
        .collect();
    all.sort_by(|a, b| b.total().cmp(&a.total()).then(a.name.cmp(&b.name)));
    all
}

fn group_of(of: Listed<'_>, line: &BillLine, by: &By) -> String {
    match by {
        By::Item => line.owner.to_string(),
        By::Service => REST.to_owned(),
        By::Cause => line.cause.word().to_owned(),
        By::Meter => LineText::of(line, of.catalogue).meter,
        By::Zone => zone_of(of.plan, &line.owner),
        By::Tag(key) => {
            let value = of.design.tags(&line.owner).and_then(|tags| tags.get(key));
            value.map_or_else(|| format!("without the tag {key}"), |value| format!("{key} = {value}"))
        }
    }
}

fn entry(of: Listed<'_>, line: &BillLine, by: &By) -> Entry {
    let text = LineText::of(line, of.catalogue);
    let note = text.price.as_ref().map(note).unwrap_or_default();
    let rate = text.rate.as_deref().filter(|_| line.cost.is_some());
    let is_average = line.tiered && rate != first_rate(of, line).as_deref();
    let quantity = priced(&quantity_text(line.quantity, line.charge), rate, is_average);
    let why = if *by == By::Cause { String::new() } else { text.cause.to_owned() };
    let (owner, what) = match by {
        By::Item => (None, text.meter),
        By::Meter => (Some(text.owner), String::new()),
        By::Service | By::Cause | By::Zone | By::Tag(_) => (Some(text.owner), text.meter),
    };
    Entry { amount: line.cost, owner, what, why, quantity, note }
}

/// What the first unit of a line's price costs.
fn first_rate(of: Listed<'_>, line: &BillLine) -> Option<String> {
    let Charge::Aws(meter) = line.charge else { return None };
    let first = *of.catalogue.prices.price(meter)?.tiers().first()?;
    Some(Price::unit_text(first, meter.per_unit()))
}

/// What is said of a price that is not simply AWS's.
fn note(price: &PriceText) -> String {
    let of = if price.as_of.is_empty() { String::new() } else { format!(" as of {}", price.as_of) };
    match (price.kind, price.is_spot) {
        ("own", _) => ", your price".to_owned(),
        ("derived", true) => format!(", Spot{of}, derived from AWS's prices"),
        (_, true) => format!(", Spot{of}"),
        ("derived", false) => ", derived from AWS's prices".to_owned(),
        _ => String::new(),
    }
}

/// The group of a part.
fn to_service(of: Listed<'_>, to: To) -> String {
    match to {
        To::Own(ix) | To::Allocated(ix) => {
            let bill = of.allocation.services.get(ix.index()).cloned().unwrap_or_default();
            let (own, shared) = (cents(bill.own), cents(bill.shared()));
            format!("service {}: {own} its own, {shared} allocated", of.plan.services[ix].name)
        }
        To::Idle => IDLE.to_owned(),
        To::Rest => REST.to_owned(),
    }
}

/// Whose a part is: a service's own is its own, as its group says.
fn part_of(to: To, owner: Option<String>) -> Option<String> {
    match to {
        To::Own(_) => None,
        To::Allocated(_) => owner.map(|owner| format!("share of {owner}")),
        To::Idle | To::Rest => owner,
    }
}

/// The zone that an item stands in, if it is one.
fn zone_of(plan: &Plan, owner: &ItemRef) -> String {
    let zones = zones_of(plan, owner);
    match (zones.first(), zones.len()) {
        (Some(zone), 1) => zone.to_string(),
        (Some(_), _) => "several zones".to_owned(),
        (None, _) => "no zone".to_owned(),
    }
}

fn zones_of<'a>(plan: &'a Plan, owner: &ItemRef) -> BTreeSet<&'a Zone> {
    let is = |ix: Ix<ItemRef>| plan.owners[ix] == *owner;
    let services = plan.services.iter().filter(|service| is(service.owner));
    let services = services.flat_map(|service| service.zones.iter().map(|(zone, _)| *zone));
    let own = plan.providers.iter().filter(|provider| !provider.is_fargate() && provider.owner.is_some_and(is));
    let own = own.flat_map(|provider| provider.zones.iter().copied());
    let balancers = plan.balancers.iter().filter(|balancer| is(balancer.owner));
    let balancers = balancers.flat_map(|balancer| balancer.zones.iter().copied());
    let nats = plan.network.nats.iter().filter(|nat| is(nat.owner)).flat_map(|nat| match nat.zone {
        Some(zone) => vec![zone],
        // A regional gateway stands in all.
        None => plan.zones.indices().collect(),
    });
    let endpoints = plan.network.endpoints.values().filter(|endpoint| is(endpoint.owner));
    let endpoints = endpoints.flat_map(|endpoint| endpoint.zones.iter().flatten().copied());
    let subnets = plan.subnets.iter().filter(|subnet| is(subnet.owner)).map(|subnet| subnet.zone);
    let all = services.chain(own).chain(balancers).chain(nats).chain(endpoints).chain(subnets);
    all.map(|zone| &plan.zones[zone].name).collect()
}
