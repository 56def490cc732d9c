//! Lines of a bill in groups, the dearest first.

use std::collections::{BTreeMap, BTreeSet};

use super::{By, Listed, priced};
use crate::allocation::To;
use crate::bill::BillLine;
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
    pub(super) what: String,
    pub(super) why: String,
    pub(super) quantity: String,
    /// What else is to be said of its price: `, derived`.
    pub(super) note: String,
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
        if *by == By::Service && line.cost.is_some() {
            for (to, usd) in of.allocation.lines.get(place).into_iter().flatten() {
                let (group, part) = to_service(of, *to);
                let whole = entry(of, line, by);
                let what = if part.is_empty() { whole.what } else { format!("{}, {part}", whole.what) };
                all.entry(group).or_default().push(Entry { amount: Some(*usd), what, ..whole });
            }
            continue;
        }
        all.entry(group_of(of, line, by)).or_default().push(entry(of, line, by));
    }
    let mut all: Vec<_> = all
        .into_iter()
        .map(|(name, mut entries)| {
            // What has no price stands first: it may cost the most.
            entries.sort_by(|a, b| {
                let priced = a.amount.is_some().cmp(&b.amount.is_some());
                priced.then(b.amount.cmp(&a.amount)).then(a.what.cmp(&b.what))
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
    let what = match by {
        By::Item => text.meter,
        By::Meter => text.owner,
        By::Service | By::Cause | By::Zone | By::Tag(_) => format!("{}: {}", text.owner, text.meter),
    };
    let rate = text.rate.as_deref().filter(|_| line.cost.is_some());
    let quantity = priced(&quantity_text(line.quantity, line.charge), rate, line.tiered);
    let why = if *by == By::Cause { String::new() } else { text.cause.to_owned() };
    Entry { amount: line.cost, what, why, quantity, note: text.price.as_ref().map(note).unwrap_or_default() }
}

/// What is said of a price that is not simply AWS's.
fn note(price: &PriceText) -> String {
    let of = if price.as_of.is_empty() { String::new() } else { format!(" as of {}", price.as_of) };
    match (price.kind, price.is_spot) {
        ("own", _) => ", your price".to_owned(),
        ("derived", true) => format!(", Spot{of}, derived"),
        (_, true) => format!(", Spot{of}"),
        ("derived", false) => ", derived".to_owned(),
        _ => String::new(),
    }
}

/// The group of a part, and what is said of it beside what it is.
fn to_service(of: Listed<'_>, to: To) -> (String, &'static str) {
    let name = |ix| format!("service {}", of.plan.services[ix].name);
    match to {
        To::Own(ix) => (name(ix), ""),
        To::Allocated(ix) => (name(ix), "allocated"),
        To::Idle => (IDLE.to_owned(), ""),
        To::Rest => (REST.to_owned(), ""),
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
