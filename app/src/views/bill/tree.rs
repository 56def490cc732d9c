//! A bill as an opening tree: grouped, searched, sorted; which rows stand open is the caller's.
//!
//! In: a bill, the catalogue for names. Out: rows from top to bottom. Nothing here paints.

use std::collections::{BTreeMap, BTreeSet};

use bayplan_engine::bill::{Bill, BillLine, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::ItemRef;
use bayplan_engine::report::{line, table};
use bayplan_engine::units::{Quantity, Usd};
use bayplan_engine::usage::record::Cause;

use crate::model::charge_text;

/// By what a bill is grouped first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    #[default]
    Item,
    Cause,
    Meter,
}

impl Grouping {
    pub const ALL: [Self; 3] = [Self::Item, Self::Cause, Self::Meter];

    pub fn word(self) -> &'static str {
        match self {
            Self::Item => "By item",
            Self::Cause => "By cause",
            Self::Meter => "By meter",
        }
    }

    /// What groups its rows, from the outermost on.
    fn order(self) -> [Field; 3] {
        match self {
            Self::Item => [Field::Owner, Field::Charge, Field::Cause],
            Self::Cause => [Field::Cause, Field::Owner, Field::Charge],
            Self::Meter => [Field::Charge, Field::Owner, Field::Cause],
        }
    }
}

/// How rows of one group stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The dearest first, what has no price before all.
    #[default]
    Amount,
    Name,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Owner,
    Charge,
    Cause,
}

/// Which lines a row is of: those that agree in whatever is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub owner: Option<ItemRef>,
    pub charge: Option<Charge>,
    pub cause: Option<Cause>,
}

impl Key {
    pub fn holds(&self, line: &BillLine) -> bool {
        self.owner.as_ref().is_none_or(|owner| *owner == line.owner)
            && self.charge.is_none_or(|charge| charge == line.charge)
            && self.cause.is_none_or(|cause| cause == line.cause)
    }

    /// The key of exactly one line.
    pub fn of(line: &BillLine) -> Self {
        Self { owner: Some(line.owner.clone()), charge: Some(line.charge), cause: Some(line.cause) }
    }

    /// The rows that a line's row stands under.
    pub fn above(&self, grouping: Grouping) -> [Self; 2] {
        let held = |fields: &[Field]| Self {
            owner: self.owner.clone().filter(|_| fields.contains(&Field::Owner)),
            charge: self.charge.filter(|_| fields.contains(&Field::Charge)),
            cause: self.cause.filter(|_| fields.contains(&Field::Cause)),
        };
        let order = grouping.order();
        [held(&order[..1]), held(&order[..2])]
    }

    fn with(&self, field: Field, line: &BillLine) -> Self {
        let mut key = self.clone();
        match field {
            Field::Owner => key.owner = Some(line.owner.clone()),
            Field::Charge => key.charge = Some(line.charge),
            Field::Cause => key.cause = Some(line.cause),
        }
        key
    }
}

/// What is asked of the tree.
pub struct Wanted<'a> {
    pub grouping: Grouping,
    pub order: Order,
    pub search: &'a str,
    pub open: &'a BTreeSet<Key>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub key: Key,
    pub depth: usize,
    pub text: String,
    /// The kind of the item, where the row is one.
    pub kind: &'static str,
    /// How much, and at what price, where that is one figure.
    pub quantity: String,
    pub cost: Usd,
    /// How many of its lines have no price.
    pub unpriced: usize,
    /// Whether it opens; `None` is a line of the bill.
    pub open: Option<bool>,
}

/// The rows that are to be seen.
pub fn rows(bill: &Bill, catalogue: &Catalogue, wanted: &Wanted<'_>) -> Vec<Row> {
    let search = wanted.search.trim().to_lowercase();
    let found: Vec<_> = bill.lines.iter().filter(|line| matches(line, catalogue, &search)).collect();
    let mut rows = Vec::new();
    grow(&found, catalogue, wanted, &Key::default(), 0, &mut rows);
    rows
}

fn matches(line: &BillLine, catalogue: &Catalogue, search: &str) -> bool {
    let words = || format!("{} {} {}", line.owner, charge_text(line.charge, catalogue), line.cause.word());
    search.is_empty() || words().to_lowercase().contains(search)
}

fn grow(
    lines: &[&BillLine],
    catalogue: &Catalogue,
    wanted: &Wanted<'_>,
    above: &Key,
    depth: usize,
    rows: &mut Vec<Row>,
) {
    let order = wanted.grouping.order();
    let Some(field) = order.get(depth) else { return };
    let mut groups: BTreeMap<Key, Vec<&BillLine>> = BTreeMap::new();
    for line in lines {
        groups.entry(above.with(*field, line)).or_default().push(line);
    }
    let mut made: Vec<_> = groups
        .into_iter()
        .map(|(key, held)| {
            let is_line = depth + 1 == order.len();
            let open = wanted.open.contains(&key) || !wanted.search.trim().is_empty();
            (row(&key, *field, depth, &held, catalogue, (!is_line).then_some(open)), held)
        })
        .collect();
    made.sort_by(|(a, _), (b, _)| match wanted.order {
        Order::Amount => (b.unpriced > 0).cmp(&(a.unpriced > 0)).then(b.cost.cmp(&a.cost)).then(a.text.cmp(&b.text)),
        Order::Name => a.text.to_lowercase().cmp(&b.text.to_lowercase()).then(a.key.cmp(&b.key)),
    });
    for (row, held) in made {
        let (open, key) = (row.open == Some(true), row.key.clone());
        rows.push(row);
        if open {
            grow(&held, catalogue, wanted, &key, depth + 1, rows);
        }
    }
}

fn row(key: &Key, field: Field, depth: usize, held: &[&BillLine], catalogue: &Catalogue, open: Option<bool>) -> Row {
    let (text, kind) = match (field, held.first()) {
        (Field::Owner, Some(line)) => (line.owner.name().to_owned(), line.owner.kind().word()),
        (Field::Charge, Some(line)) => (charge_text(line.charge, catalogue), ""),
        (Field::Cause, Some(line)) => (line.cause.word().to_owned(), ""),
        (_, None) => (String::new(), ""),
    };
    Row {
        key: key.clone(),
        depth,
        text,
        kind,
        quantity: quantity(held),
        cost: held.iter().filter_map(|line| line.cost).sum(),
        unpriced: held.iter().filter(|line| line.cost.is_none()).count(),
        open,
    }
}

/// `21,960 vCPU-hour × $0.04048`: of lines of one meter; the price only where it is one.
fn quantity(held: &[&BillLine]) -> String {
    let Some(first) = held.first().filter(|first| held.iter().all(|line| line.charge == first.charge)) else {
        return String::new();
    };
    let sum = held.iter().fold(Quantity::ZERO, |sum, line| sum + line.quantity);
    let text = line::quantity_text(sum, first.charge);
    let one = held.iter().all(|line| line.rate == first.rate && !line.tiered);
    match table::rate_of(first).filter(|_| one) {
        Some(rate) => format!("{text} × ${rate}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::catalogue::meter::Meter;
    use bayplan_engine::units::Rate;

    fn line(owner: &str, meter: Meter, cause: Cause, cents: Option<i64>) -> BillLine {
        BillLine {
            owner: ItemRef::Service(owner.into()),
            charge: Charge::Aws(meter),
            cause,
            quantity: Quantity::from_base(meter.per_unit().base() * 10),
            rate: cents.and_then(|cents| Rate::new(Usd::from_cents(cents / 10), meter.per_unit())),
            tiered: false,
            cost: cents.map(Usd::from_cents),
            records: Vec::new(),
        }
    }

    fn bill() -> Bill {
        let lines = vec![
            line("api", Meter::NatGatewayHour, Cause::Drawn, Some(300)),
            line("api", Meter::NatGatewayData, Cause::Calls, Some(50)),
            line("api", Meter::NatGatewayData, Cause::Logs, Some(20)),
            line("web", Meter::NatGatewayHour, Cause::Drawn, Some(700)),
            line("old", Meter::AlbHour, Cause::Drawn, None),
        ];
        Bill { lines, total: Usd::from_cents(1070), unpriced: vec![Meter::AlbHour], ..Bill::default() }
    }

    #[track_caller]
    fn check(grouping: Grouping, order: Order, search: &str, open: &[Key], expected: &[&str]) {
        let catalogue = Catalogue::load(&"us-east-1".into()).unwrap();
        let open: BTreeSet<_> = open.iter().cloned().collect();
        let rows = rows(&bill(), &catalogue, &Wanted { grouping, order, search, open: &open });
        let said: Vec<_> =
            rows.iter().map(|row| format!("{}{} {}", " ".repeat(row.depth), row.text, row.cost)).collect();
        assert_eq!(said, expected);
    }

    fn api() -> Key {
        Key { owner: Some(ItemRef::Service("api".into())), ..Key::default() }
    }

    #[test]
    fn rows_group_sort_and_open() {
        let data = Catalogue::load(&"us-east-1".into()).unwrap().label(Meter::NatGatewayData);
        let hour = Catalogue::load(&"us-east-1".into()).unwrap().label(Meter::NatGatewayHour);
        check(Grouping::Item, Order::Amount, "", &[], &["old 0", "web 7", "api 3.7"]);
        check(Grouping::Item, Order::Name, "", &[], &["api 3.7", "old 0", "web 7"]);
        check(Grouping::Cause, Order::Amount, "", &[], &["as drawn 10", "calls 0.5", "logs 0.2"]);
        let api_data = Key { charge: Some(Charge::Aws(Meter::NatGatewayData)), ..api() };
        check(
            Grouping::Item,
            Order::Amount,
            "",
            &[api(), api_data],
            &["old 0", "web 7", "api 3.7", &format!(" {hour} 3"), &format!(" {data} 0.7"), "  calls 0.5", "  logs 0.2"],
        );
    }

    #[test]
    fn a_search_opens_what_it_finds() {
        let data = Catalogue::load(&"us-east-1".into()).unwrap().label(Meter::NatGatewayData);
        check(Grouping::Item, Order::Amount, "LOGS", &[], &["api 0.2", &format!(" {data} 0.2"), "  logs 0.2"]);
        check(Grouping::Item, Order::Amount, "nothing like it", &[], &[]);
    }

    #[test]
    fn a_line_knows_the_rows_above_it() {
        let line = &bill().lines[1];
        let key = Key::of(line);
        let data = Some(Charge::Aws(Meter::NatGatewayData));
        assert_eq!(key.above(Grouping::Item), [api(), Key { charge: data, ..api() }]);
        let calls = Key { cause: Some(Cause::Calls), ..Key::default() };
        assert_eq!(key.above(Grouping::Cause), [calls.clone(), Key { owner: api().owner, ..calls }]);
    }

    #[test]
    fn quantities_of_one_meter_add_up_and_prices_of_one_show() {
        let bill = bill();
        let of = |key: &Key| quantity(&bill.lines.iter().filter(|line| key.holds(line)).collect::<Vec<_>>());
        assert_eq!(of(&Key::of(&bill.lines[0])), "10 hour × $0.3");
        assert_eq!(of(&Key { charge: Some(Charge::Aws(Meter::NatGatewayData)), ..Key::default() }), "20 GB");
        assert_eq!(of(&api()), "");
    }
}
