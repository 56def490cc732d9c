//! One line of a bill, told: how its quantity, its price and its rounding make its amount, and where the price is from.
//!
//! In: a line with its bill, the catalogue. Out: sentences. Nothing here prices anything.

use super::wording::thousands;
use crate::bill::{Bill, BillLine, Charge};
use crate::catalogue::Catalogue;
use crate::catalogue::meter::{Billing, Meter, TierScope};
use crate::catalogue::prices::{Kind, Price};
use crate::units::{Quantity, Span, Usd};
use crate::usage::record::Cause;

/// What is said of an amount that the user states.
const STATED: &str = "The quantity is the measured one that you stated, in proportion to the window, in place of what the drawing would give";

/// How an amount came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `730 vCPU-hour × $0.04048 = $29.5504`.
    pub sum: String,
    /// How time, payloads and money are rounded.
    pub rounding: Vec<String>,
    /// The steps of a tiered price, and what falls in each; empty where the price has one step.
    pub tiers: Vec<String>,
    /// Where the price is from, and when it was true.
    pub source: String,
    /// What is approximate about it.
    pub notes: Vec<String>,
}

/// Tells a line; `region` is named where there is no price.
pub fn account(line: &BillLine, bill: &Bill, catalogue: &Catalogue) -> Account {
    let quantity = quantity_text(line.quantity, line.charge);
    let meter = match line.charge {
        Charge::Aws(meter) => meter,
        Charge::Own => return own(line, &quantity),
        Charge::Commitment(_) | Charge::Covered(_) => return of_plan(line),
    };
    let price = catalogue.prices.of_account(meter, bill.free_tiers);
    let price = price.as_deref();
    let (Some(cost), Some(rate)) = (line.cost, super::table::rate_of(line)) else {
        return unpriced(&quantity, price, meter, catalogue);
    };
    let mut told = price.map(notes).unwrap_or_default();
    if line.cause == Cause::Stated {
        told.insert(0, STATED.to_owned());
    }
    let average = if line.tiered { " on average" } else { "" };
    let mut rounding = billed(meter.billing());
    rounding.push("The line is rounded once, half to even, to a billionth of a dollar".to_owned());
    Account {
        sum: format!("{quantity} × ${rate}{average} = {}", exact(cost)),
        rounding,
        tiers: price.filter(|price| price.tiers().len() > 1).map(|p| tiers(p, meter, bill)).unwrap_or_default(),
        source: price.map(source).unwrap_or_default(),
        notes: told,
    }
}

fn own(line: &BillLine, quantity: &str) -> Account {
    let rate = super::table::rate_of(line).unwrap_or_default();
    Account {
        sum: format!("{quantity} × ${rate} = {}", exact(line.cost.unwrap_or(Usd::ZERO))),
        rounding: vec!["A month is 730 h".to_owned()],
        tiers: Vec::new(),
        source: "The monthly price that you gave the item".to_owned(),
        notes: Vec::new(),
    }
}

fn of_plan(line: &BillLine) -> Account {
    let cost = exact(line.cost.unwrap_or(Usd::ZERO));
    let (sum, note) = match line.charge {
        Charge::Covered(_) => {
            let order = "Each hour the plan covers what it takes most off first, until the commitment is used up";
            (format!("{cost} of on-demand charges, hour by hour"), order)
        }
        Charge::Aws(_) | Charge::Own | Charge::Commitment(_) => {
            (format!("The commitment of every hour = {cost}"), "What an hour does not use of it is lost, and paid")
        }
    };
    Account {
        sum,
        rounding: vec!["The line is rounded once, half to even, to a billionth of a dollar".to_owned()],
        tiers: Vec::new(),
        source: "The plan that the account states, at the catalogue's Savings Plan rates".to_owned(),
        notes: vec![note.to_owned()],
    }
}

fn unpriced(quantity: &str, price: Option<&Price>, meter: Meter, catalogue: &Catalogue) -> Account {
    let region = &catalogue.region.region;
    let until = price.and_then(|price| price.until);
    let why = match until {
        Some(until) => {
            format!("The price in {region} is known only up to {}", quantity_text(until, Charge::Aws(meter)))
        }
        None => format!("No price of it in {region} was read"),
    };
    Account {
        sum: format!("{quantity} without a price"),
        rounding: billed(meter.billing()),
        tiers: Vec::new(),
        source: why,
        notes: vec!["The total leaves it out and is at least what is shown".to_owned()],
    }
}

fn billed(billing: Billing) -> Vec<String> {
    match billing {
        Billing::PerSecond { minimum } if minimum > Span::ZERO => {
            vec![format!("Billed by the second, {minimum} at least")]
        }
        Billing::PerSecond { .. } => vec!["Billed by the second".to_owned()],
        Billing::PerStartedHour => vec!["Each started hour counts whole".to_owned()],
        Billing::Prorated => vec!["Billed in proportion to the time it stands".to_owned()],
        Billing::PerStep { step } => {
            vec![format!("Each started {} KB of a request counts as one request", step.bytes() / 1024)]
        }
        Billing::Exact => Vec::new(),
    }
}

/// The steps, with what the bill's own quantity fills of each.
fn tiers(price: &Price, meter: Meter, bill: &Bill) -> Vec<String> {
    let charge = Charge::Aws(meter);
    let of_meter = bill.lines.iter().filter(|line| line.charge == charge);
    let all = of_meter.fold(Quantity::ZERO, |sum, line| sum + line.quantity);
    let mut told = vec![match meter.tier_scope() {
        TierScope::Month => format!("All {} of the bill fill the price's steps together", quantity_text(all, charge)),
        TierScope::Hour => "The price's steps begin anew each hour".to_owned(),
        TierScope::Thing => "Each volume fills the price's steps by itself".to_owned(),
    }];
    let filled = price.parts(all);
    let unit = charge.unit();
    told.extend(price.tiers().iter().enumerate().map(|(place, tier)| {
        let rate = Price::unit_text(*tier, charge.per_unit());
        let from = quantity_text(tier.from, charge);
        let held = filled.get(place).filter(|_| meter.tier_scope() == TierScope::Month);
        let held = held.map(|(part, _)| format!(": {}", quantity_text(*part, charge))).unwrap_or_default();
        format!("from {from} on ${rate} a {unit}{held}")
    }));
    told
}

fn source(price: &Price) -> String {
    let kind = match price.kind {
        Kind::Published => "Published price",
        Kind::Derived => "Derived from AWS's prices",
        Kind::Own => "Your own price book",
    };
    format!("{kind}, of {}: {}", price.as_of, price.source)
}

fn notes(price: &Price) -> Vec<String> {
    let free = (price.free > Quantity::ZERO).then(|| {
        "The first step is AWS's permanent free tier, of the account as a whole: the account says whether it counts"
            .to_owned()
    });
    Some(price.note.to_string()).filter(|note| !note.is_empty()).into_iter().chain(free).collect()
}

/// An amount with all its decimals, two at least: `$29.5504`, `$3.00`.
pub fn exact(usd: Usd) -> String {
    let text = usd.to_string();
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("−", rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{sign}${}.{fraction:0<2}", thousands(whole))
}

/// A quantity with its unit for people: `21,960 vCPU-hour`, three decimals where it is small enough to need them.
pub fn quantity_text(quantity: Quantity, charge: Charge) -> String {
    let large = quantity.in_units_of(charge.per_unit()) >= 1000.0;
    let text = quantity.decimal_text(charge.per_unit(), if large { 1 } else { 3 });
    let text = if text == "0" && quantity > Quantity::ZERO { "less than 0.001".to_owned() } else { text };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let point = if fraction.is_empty() { "" } else { "." };
    let whole = if whole.bytes().all(|b| b.is_ascii_digit()) { thousands(whole) } else { whole.to_owned() };
    format!("{whole}{point}{fraction} {}", charge.unit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::ItemRef;
    use crate::usage::record::Cause;

    fn line(meter: Meter, units: u128, catalogue: &Catalogue) -> BillLine {
        let quantity = Quantity::from_base(units * meter.per_unit().base());
        let price = catalogue.prices.price(meter);
        BillLine {
            owner: ItemRef::Service("web".into()),
            charge: Charge::Aws(meter),
            cause: Cause::DesiredCount,
            quantity,
            rate: price.map(Price::first_rate),
            tiered: price.is_some_and(|p| p.tiers().len() > 1),
            cost: price.map(|p| p.cost(quantity)),
            records: Vec::new(),
        }
    }

    fn told(meter: Meter, units: u128, catalogue: &Catalogue) -> Account {
        let line = line(meter, units, catalogue);
        let bill = Bill { lines: vec![line.clone()], total: Usd::ZERO, ..Bill::default() };
        account(&line, &bill, catalogue)
    }

    #[test]
    fn a_flat_price_is_multiplied_out() {
        let catalogue = Catalogue::load(&"us-east-1".into()).unwrap();
        // 730 h of a NAT gateway at $0.045 are $32.85.
        let told = told(Meter::NatGatewayHour, 730, &catalogue);
        assert_eq!(told.sum, "730 hour × $0.045 = $32.85");
        assert_eq!(told.tiers, Vec::<String>::new());
        assert_eq!(told.rounding[0], "Each started hour counts whole");
        assert!(told.source.starts_with("Published price, of 20"), "{}", told.source);
    }

    #[test]
    fn what_has_no_price_says_so() {
        let mut catalogue = Catalogue::load(&"us-east-1".into()).unwrap();
        catalogue.prices = catalogue.prices.clone().without(Meter::NatGatewayHour);
        let told = told(Meter::NatGatewayHour, 2, &catalogue);
        assert_eq!(told.sum, "2 hour without a price");
        assert_eq!(told.source, "No price of it in us-east-1 was read");
    }

    #[test]
    fn a_tiered_price_shows_its_steps_and_what_fills_them() {
        let catalogue = Catalogue::load(&"us-east-1".into()).unwrap();
        // Source: the Amazon EC2 on-demand page: the first 100 GB out in a month are free, then 10 TB at $0.09.
        let told = told(Meter::InternetOut, 150, &catalogue);
        assert_eq!(told.tiers[0], "All 150 GB of the bill fill the price's steps together");
        assert!(told.tiers[1].ends_with("on $0 a GB: 100 GB"), "{}", told.tiers[1]);
        assert!(told.tiers[2].ends_with("on $0.09 a GB: 50 GB"), "{}", told.tiers[2]);
        assert!(told.sum.contains("on average"), "{}", told.sum);
    }

    #[test]
    fn amounts_and_quantities_read_well() {
        assert_eq!(exact(Usd::parse("1234567.5").unwrap()), "$1,234,567.50");
        assert_eq!(exact(Usd::parse("-0.04048").unwrap()), "−$0.04048");
        let hours = |base: u128| quantity_text(Quantity::from_base(base), Charge::Aws(Meter::NatGatewayHour));
        assert_eq!(hours(21_960 * 3_600_000 + 360_000), "21,960.1 hour");
        assert_eq!(hours(450_000), "0.125 hour");
        assert_eq!(hours(1), "less than 0.001 hour");
    }
}
