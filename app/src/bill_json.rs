//! A bill as JSON, and what each of its keys means.
//!
//! Money stands twice: as exact decimal text under a key that ends in `_usd`, and as a plain number beside it. What has no
//! price is `null`, never zero.

use std::collections::BTreeSet;

use bayplan_engine::allocation::Allocation;
use bayplan_engine::bill::{BillLine, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::overlay::key;
use bayplan_engine::design::outside::Reached;
use bayplan_engine::design::work::CallTarget;
use bayplan_engine::design::{Design, ItemRef};
use bayplan_engine::evaluate::Outcome;
use bayplan_engine::names::Region;
use bayplan_engine::plan::Plan;
use bayplan_engine::report::services;
use bayplan_engine::report::table::LineText;
use bayplan_engine::units::{Span, Usd};
use serde_json::{Map, Value, json};

use crate::reports::{BillOf, milli, price_book_json};

/// The version of the document's form: it grows when a key goes or changes its meaning.
pub const FORMAT: u32 = 1;

/// A key of the document: where it stands, the JSON type of its value, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// `lines[].amount_usd`: keys joined by points, `[]` for each element of a list.
    pub path: &'static str,
    /// `string`, `number`, `boolean`, `array`, `object`; with `|null` where it may be.
    pub kind: &'static str,
    /// In words.
    pub meaning: &'static str,
}

/// A key with its kind and meaning.
pub const fn key_of(path: &'static str, kind: &'static str, meaning: &'static str) -> Key {
    Key { path, kind, meaning }
}

/// The keys of a bill that estimate, simulate and export write; other keys of a run are described where they are made.
pub const KEYS: &[Key] = &[
    key_of("format", "number", "The version of this form: 1"),
    key_of("program", "object", "The program that wrote it"),
    key_of("program.name", "string", "`bayplan`"),
    key_of("program.version", "string", "Its version"),
    key_of("design", "string", "The design's name"),
    key_of("scenario", "string|null", "The scenario it is played under; null is the design as drawn"),
    key_of("region", "string", "The region that is priced"),
    key_of("hours", "number", "The hours of the window"),
    key_of("price_dates", "array", "The days that the prices used were true, each once, as exactly as is known"),
    key_of("price_book", "object|null", "The user's own price book over the published prices: its name, and as_of"),
    key_of("total_usd", "string", "What all priced lines sum to, exactly"),
    key_of("total", "number", "The same as a number"),
    key_of("month_usd", "string", "What a month of 730 hours comes to, exactly"),
    key_of("month", "number", "The same as a number"),
    key_of("complete", "boolean", "Whether the total holds all dollars of what is drawn"),
    key_of("incomplete", "array", "What the total is without: item and what"),
    key_of("free_tiers", "string", "Whether AWS's permanent free tiers are counted: `all` or `none`"),
    key_of("gb_moved_bytes", "number", "How many bytes that move are a GB of the bill"),
    key_of(
        "caps",
        "array",
        "Services that an estimate serves less of than is asked: service, what (requests or jobs), asked_per_second and \
         can_per_second of the hour that falls shortest, came and not_done of the window",
    ),
    key_of("unpriced", "array", "What is metered and has no price in the region"),
    key_of("without_price", "array", "Items with a cost that the user has not stated"),
    key_of("not_played", "array", "What is drawn and neither played nor priced: item and what"),
    key_of("stamp", "string", "Equal stamps are equal results"),
    key_of("lines", "array", "The bill: one line for each item, meter and cause"),
    key_of("lines[].owner", "string", "The item: `service web`"),
    key_of("lines[].owner_kind", "string", "Its kind: `service`"),
    key_of("lines[].owner_id", "string", "Its name: `web`"),
    key_of("lines[].meter", "string", "What is charged for, in words"),
    key_of(
        "lines[].meter_key",
        "string|null",
        "The same as a price book names it: `fargate/linux_x86_vcpu`; null is a price of your own for the item",
    ),
    key_of("lines[].service_code", "string|null", "AWS's serviceCode"),
    key_of(
        "lines[].usage_type",
        "string|null",
        "AWS's usageType with the region's code; null where AWS has no line for it, or its name is not known",
    ),
    key_of(
        "lines[].operation",
        "string|null",
        "AWS's operation in the price list; null where it has none or it is not known",
    ),
    key_of("lines[].usage_unit", "string|null", "AWS's unit"),
    key_of("lines[].usage_factor", "number|null", "How many of AWS's units one of `unit` is"),
    key_of("lines[].usage_unconfirmed", "boolean", "Whether no source gives one of AWS's names of it"),
    key_of("lines[].cause", "string", "Why it was used"),
    key_of("lines[].quantity", "string", "How much, exactly to nine decimals"),
    key_of("lines[].unit", "string", "In what"),
    key_of("lines[].rate_usd", "string|null", "The price of one unit, exactly; null without a price"),
    key_of("lines[].rate", "number|null", "The same as a number"),
    key_of("lines[].average_rate", "boolean", "Whether the price has steps, so that the rate is an average"),
    key_of("lines[].amount_usd", "string|null", "What the line costs, exactly; null without a price"),
    key_of("lines[].amount", "number|null", "The same as a number"),
    key_of("lines[].priced", "boolean", "Whether it has a price"),
    key_of(
        "lines[].price_kind",
        "string|null",
        "`published`, `derived` from published prices, `own` of your price book or item, `plan` of a Savings Plan",
    ),
    key_of("lines[].spot", "boolean", "Whether it is Spot, whose price moves: it was true on price_as_of"),
    key_of("lines[].price_as_of", "string|null", "The day the price was true, as exactly as is known"),
    key_of("lines[].price_source", "string|null", "Where the price was read"),
    key_of(
        "by_service",
        "object",
        "The same total by service: what each runs itself, and its share of what services share, by use",
    ),
    key_of("by_service.services", "array", "The services, the dearest first"),
    key_of("by_service.services[].service", "string", "Its name"),
    key_of("by_service.services[].own_usd", "string", "What it runs itself"),
    key_of("by_service.services[].own", "number", "The same as a number"),
    key_of(
        "by_service.services[].allocated_usd",
        "string",
        "Its share of balancers, instances, gateways, logs and egress",
    ),
    key_of("by_service.services[].allocated", "number", "The same as a number"),
    key_of("by_service.services[].total_usd", "string", "Both"),
    key_of("by_service.services[].total", "number", "The same as a number"),
    key_of("by_service.services[].allocated_by", "object", "What is allocated to it, by what it is for, in exact text"),
    key_of("by_service.idle_usd", "string", "Room of instances that no task reserved"),
    key_of("by_service.idle", "number", "The same as a number"),
    key_of("by_service.rest_usd", "string", "What no key allocates to a service"),
    key_of("by_service.rest", "number", "The same as a number"),
];

/// What writes a document.
pub fn program_json() -> Value {
    json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") })
}

/// A bill as JSON.
pub fn bill_json(of: &BillOf<'_>) -> Map<String, Value> {
    let BillOf { plan, outcome, catalogue, .. } = of;
    let mut all = Map::new();
    let bill = &outcome.bill;
    let mut put = |key: &str, value: Value| all.insert(key.to_owned(), value);
    put("format", json!(FORMAT));
    put("program", program_json());
    put("design", json!(of.name));
    put("scenario", json!(of.scenario));
    put("region", json!(plan.region.as_str()));
    put("hours", hours(outcome.window));
    put("price_dates", json!(price_dates(outcome, catalogue)));
    put("price_book", price_book_json(catalogue));
    put("total_usd", json!(bill.total.to_string()));
    put("total", number(bill.total));
    put("month_usd", json!(outcome.month.total.to_string()));
    put("month", number(outcome.month.total));
    put("complete", json!(bill.claim().is_whole()));
    let missing = bill.missing(catalogue).into_iter();
    put("incomplete", missing.map(|(item, what)| json!({ "item": item.to_string(), "what": what })).collect());
    put("free_tiers", json!(bill.free_tiers.word()));
    put("gb_moved_bytes", json!(plan.gb_moved.bytes()));
    put("caps", caps(plan, outcome));
    put("unpriced", bill.unpriced.iter().map(|meter| catalogue.label(*meter)).collect());
    put("without_price", plan.without_price.iter().map(|at| plan.owners[*at].to_string()).collect());
    let left = outcome.not_played(plan).map(|left| json!({ "item": left.item.to_string(), "what": left.what }));
    put("not_played", left.collect());
    put("stamp", json!(outcome.stamp.to_string()));
    put("lines", bill.lines.iter().map(|line| line_json(line, of)).collect());
    put("by_service", by_service(plan, &Allocation::of(bill, plan, &outcome.shares)));
    all
}

/// What services do of what is asked for in the hour where they fall shortest, where that is less; of an estimate.
fn caps(plan: &Plan, outcome: &Outcome) -> Value {
    let mut all = Vec::new();
    for (service, held) in plan.services.iter().zip(&outcome.estimated) {
        for (what, short) in [("requests", held.refused), ("jobs", held.waiting)] {
            all.extend(short.map(|short| {
                json!({
                    "service": service.name.as_str(),
                    "what": what,
                    "asked_per_second": short.asked.per_second(),
                    "can_per_second": short.served.per_second(),
                    "came": milli(short.came.micro() / 1000),
                    "not_done": milli(short.not_done.micro() / 1000),
                })
            }));
        }
    }
    all.into()
}

/// Money as a plain number, the nearest there is.
pub fn number(usd: Usd) -> Value {
    text_number(&usd.to_string())
}

fn text_number(text: &str) -> Value {
    text.parse::<f64>().ok().map_or(Value::Null, |number| json!(number))
}

fn price_dates(outcome: &Outcome, catalogue: &Catalogue) -> BTreeSet<String> {
    let used = outcome.bill.lines.iter().filter_map(|line| match line.charge {
        Charge::Aws(meter) => catalogue.prices.price(meter),
        Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => None,
    });
    used.map(|price| price.as_of.to_string()).filter(|date| !date.is_empty()).collect()
}

/// The one other region that a service sends bytes to; `None` where it is none, or several.
fn other_region<'a>(design: &'a Design, owner: &ItemRef) -> Option<&'a Region> {
    let ItemRef::Service(id) = owner else { return None };
    let regions = design.services.get(id)?.calls.iter().filter_map(|call| match &call.to {
        CallTarget::Outside(system) => match &design.outside_systems.get(system)?.reached {
            Reached::OtherRegion(region) => Some(region),
            _ => None,
        },
        CallTarget::Service { .. } | CallTarget::Aws(_) | CallTarget::Internet => None,
    });
    let regions: BTreeSet<_> = regions.collect();
    regions.first().copied().filter(|_| regions.len() == 1)
}

fn line_json(of: &BillLine, bill: &BillOf<'_>) -> Value {
    let catalogue = bill.catalogue;
    let line = LineText::of(of, catalogue);
    let meter = match of.charge {
        Charge::Aws(meter) => Some(meter),
        Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => None,
    };
    let billed = meter.and_then(|meter| catalogue.billed_as(meter, other_region(bill.design, &of.owner)));
    let billed = billed.as_ref();
    let price = line.price.as_ref();
    json!({
        "owner": line.owner,
        "owner_kind": of.owner.kind().word(),
        "owner_id": of.owner.name(),
        "meter": line.meter,
        "meter_key": meter.map(|meter| key(meter, &catalogue.types)),
        "service_code": billed.map(|billed| &billed.service_code),
        "usage_type": billed.and_then(|billed| billed.usage_type.as_ref()),
        "operation": billed.and_then(|billed| billed.operation.as_ref()),
        "usage_unit": billed.and_then(|billed| billed.unit.as_ref()),
        "usage_factor": billed.map(|billed| text_number(&billed.factor)),
        "usage_unconfirmed": billed.is_some_and(|billed| !billed.is_confirmed),
        "cause": line.cause,
        "quantity": line.quantity,
        "unit": line.unit,
        "rate_usd": line.amount.is_some().then_some(line.rate.as_ref()),
        "rate": line.amount.is_some().then_some(line.rate.as_deref().map(text_number)),
        "average_rate": of.tiered,
        "amount_usd": line.amount,
        "amount": of.cost.map(number),
        "priced": line.amount.is_some(),
        "price_kind": price.map(|price| price.kind),
        "spot": price.is_some_and(|price| price.is_spot),
        "price_as_of": price.map(|price| &price.as_of).filter(|date| !date.is_empty()),
        "price_source": price.map(|price| &price.source),
    })
}

fn by_service(plan: &Plan, of: &Allocation) -> Value {
    let services = services::ranked(plan, of).map(|(name, bill)| {
        let by: Map<_, _> =
            bill.allocated.iter().map(|(group, usd)| (group.word().to_owned(), json!(usd.to_string()))).collect();
        json!({
            "service": name,
            "own_usd": bill.own.to_string(),
            "own": number(bill.own),
            "allocated_usd": bill.shared().to_string(),
            "allocated": number(bill.shared()),
            "total_usd": bill.total().to_string(),
            "total": number(bill.total()),
            "allocated_by": by,
        })
    });
    json!({
        "services": services.collect::<Vec<_>>(),
        "idle_usd": of.idle.to_string(),
        "idle": number(of.idle),
        "rest_usd": of.rest.to_string(),
        "rest": number(of.rest),
    })
}

fn hours(window: Span) -> Value {
    let minutes = window.ms() / 60_000;
    if minutes.is_multiple_of(60) { json!(minutes / 60) } else { json!(window.hours()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::design::Tags;
    use bayplan_engine::design::id::OutsideSystemId;
    use bayplan_engine::design::outside::{OutsideKind, OutsideSystem};
    use bayplan_engine::design::work::Call;
    use bayplan_engine::evaluate::{estimate_outcome, prepare};
    use bayplan_engine::presets::{self, PRESETS};
    use bayplan_engine::units::Bytes;

    /// Every path of a document, with `[]` for lists; what stands under names of the user's or of groups is left out.
    fn paths(value: &Value, at: &str, all: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                    all.insert(path.clone());
                    if !["incomplete", "caps", "not_played", "allocated_by"].contains(&key.as_str()) {
                        paths(value, &path, all);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| paths(item, &format!("{at}[]"), all)),
            _ => {}
        }
    }

    #[test]
    fn every_key_is_described_and_every_described_key_is_there() {
        for preset in PRESETS {
            let project = preset.project();
            let catalogue = Catalogue::load(&project.design.region).unwrap();
            let prepared = prepare(&project, None, &catalogue).unwrap();
            let outcome = estimate_outcome(&prepared, &catalogue, Span::MONTH);
            let (name, plan) = (project.name.as_str(), &prepared.plan);
            let (design, outcome, catalogue) = (&project.design, &outcome, &catalogue);
            let of = BillOf { name, scenario: None, design, plan, outcome, catalogue };
            let mut found = BTreeSet::new();
            paths(&Value::Object(bill_json(&of)), "", &mut found);
            let described: BTreeSet<_> = KEYS.iter().map(|key| key.path.to_owned()).collect();
            assert_eq!(found, described, "{}", preset.name);
        }
    }

    #[test]
    fn use_01_bytes_to_another_region_are_named_by_both_where_it_is_one() {
        let mut design = presets::find("three-tier-web").unwrap().project().design;
        let (service, drawn) = design.services.iter_mut().next().unwrap();
        let at = ItemRef::Service(service.clone());
        let call = |name: &str| Call {
            to: CallTarget::Outside(OutsideSystemId::new(name)),
            per_work: None,
            request_bytes: Bytes::from_bytes(1),
            response_bytes: Bytes::from_bytes(1),
        };
        drawn.calls = vec![call("a"), call("b")];
        let there = |region: &str| OutsideSystem {
            kind: OutsideKind::Api,
            reached: Reached::OtherRegion(Region::new(region)),
            monthly_price: None,
            tags: Tags::new(),
        };
        for (a, b, expected) in [("us-west-2", "us-west-2", Some("us-west-2")), ("us-west-2", "eu-west-1", None)] {
            design.outside_systems.insert("a".into(), there(a));
            design.outside_systems.insert("b".into(), there(b));
            assert_eq!(other_region(&design, &at).map(Region::as_str), expected);
        }
    }
}
