//! Records become money: lines of one owner, meter and cause, each rounded once, and their sum.
//!
//! In: usage records, a price book, the plan's owners. Out: a [`Bill`] whose total is the sum of its lines to the last
//! digit, and whose every line knows its records. A meter without a price makes a line without an amount, named in
//! [`Bill::unpriced`]; it is never zero in silence. What is drawn and not metered stands in [`Bill::left_out`].

pub mod savings;
mod steps;

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::catalogue::free_tier::FreeTiers;
use crate::catalogue::meter::{Base, GB_MOVED, Meter};
use crate::catalogue::prices::{Price, PriceBook};
use crate::design::ItemRef;
use crate::design::account::PlanKind;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::left_out::{Claim, NotPlayed};
use crate::units::{Bytes, Quantity, Rate, Span, Usd};
use crate::usage::record::{Cause, UsageRecord};

/// The month of a user's own price, in milliseconds: 730 hours (rule BIL-06).
const MONTH_MS: Quantity = Quantity::from_base(730 * 3_600_000);

/// An hour, in milliseconds.
const HOUR_MS: Quantity = Quantity::from_base(3_600_000);

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Charge {
    /// Something AWS charges for.
    Aws(Meter),
    /// A monthly price that the user gave an item.
    Own,
    /// What plans of a kind cost, bought ahead and paid whether they are used or not.
    Commitment(PlanKind),
    /// What plans of a kind take off what is charged on demand.
    Covered(PlanKind),
}

/// One line of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// Whom it belongs to.
    pub owner: ItemRef,
    /// What it is for.
    pub charge: Charge,
    /// Why.
    pub cause: Cause,
    /// How much, in the base unit; of a user's own price, milliseconds.
    pub quantity: Quantity,
    /// The price: of tiered prices, what this line's quantity costs on average, to a billionth of a dollar a unit; `None`
    /// where the region has no price.
    pub rate: Option<Rate>,
    /// Whether the price has tiers, so that the rate is an average.
    pub tiered: bool,
    /// What it costs; `None` where the region has no price.
    pub cost: Option<Usd>,
    /// The records it is made of, by their place in the list priced.
    pub records: Vec<Ix<UsageRecord>>,
}

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bill {
    /// Its lines, by owner, meter and cause.
    pub lines: Vec<BillLine>,
    /// What all priced lines sum to.
    pub total: Usd,
    /// Meters used that the region has no price for.
    pub unpriced: Vec<Meter>,
    /// What else is missing from the total: things drawn whose dollars are not metered, plans that are not applied.
    pub left_out: Vec<NotPlayed>,
    /// AWS's permanent free tiers, as they were counted.
    pub free_tiers: FreeTiers,
}

/// What the causes of a difference are called: groups of meters that people think of as one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is what its word says")]
pub enum CostGroup {
    Compute,
    ManagementFee,
    Nat,
    Endpoints,
    LoadBalancing,
    ApiGateway,
    PublicIpv4,
    CrossZone,
    Internet,
    Logs,
    Metrics,
    Storage,
    Queues,
    Security,
    Naming,
    OwnPrices,
}

impl CostGroup {
    /// In words, as charts and `by_cause` name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::ManagementFee => "management fee",
            Self::Nat => "NAT",
            Self::Endpoints => "endpoints",
            Self::LoadBalancing => "load balancing",
            Self::ApiGateway => "API Gateway",
            Self::PublicIpv4 => "public IPv4",
            Self::CrossZone => "cross-AZ transfer",
            Self::Internet => "data transfer out",
            Self::Logs => "logs",
            Self::Metrics => "metrics and alarms",
            Self::Storage => "storage",
            Self::Queues => "queues and events",
            Self::Security => "secrets and protection",
            Self::Naming => "service discovery and Lattice",
            Self::OwnPrices => "your own prices",
        }
    }
}

impl Charge {
    /// The group it belongs to.
    pub fn group(self) -> CostGroup {
        let meter = match self {
            Self::Aws(meter) => meter,
            Self::Own => return CostGroup::OwnPrices,
            Self::Commitment(_) | Self::Covered(_) => return CostGroup::Compute,
        };
        match meter.service() {
            "managed_instances_fee" => CostGroup::ManagementFee,
            "nat_gateway" | "nat_gateway_regional" | "nat_gateway_provisioned" => CostGroup::Nat,
            "vpc_endpoint" => CostGroup::Endpoints,
            "alb" | "nlb" | "gwlb" | "elb_classic" => CostGroup::LoadBalancing,
            "api_gateway" => CostGroup::ApiGateway,
            "public_ipv4" => CostGroup::PublicIpv4,
            "data_transfer" | "transit_gateway" if meter == Meter::CrossAz => CostGroup::CrossZone,
            "data_transfer" | "transit_gateway" => CostGroup::Internet,
            "cloudwatch" if meter.item().starts_with("logs") => CostGroup::Logs,
            "cloudwatch" => CostGroup::Metrics,
            "ebs" | "efs" | "fsx_windows" | "ecr" | "s3" => CostGroup::Storage,
            "sqs" | "eventbridge" | "eventbridge_scheduler" => CostGroup::Queues,
            "secrets_manager" | "ssm_parameter_store" | "kms" | "waf" | "guardduty" => CostGroup::Security,
            "cloud_map" | "route53" | "vpc_lattice" => CostGroup::Naming,
            _ => CostGroup::Compute,
        }
    }

    /// AWS's word for it, without an instance type's name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Aws(meter) => meter.label(),
            Self::Own => "Your own price",
            Self::Commitment(PlanKind::ComputeSavingsPlan) => "Compute Savings Plan, commitment",
            Self::Commitment(PlanKind::Ec2InstanceSavingsPlan) => "EC2 Instance Savings Plan, commitment",
            Self::Covered(PlanKind::ComputeSavingsPlan) => "Compute Savings Plan, on-demand charges covered",
            Self::Covered(PlanKind::Ec2InstanceSavingsPlan) => "EC2 Instance Savings Plan, on-demand charges covered",
        }
    }

    /// The unit of its price.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Aws(meter) => meter.unit().text,
            Self::Own => "month",
            Self::Commitment(_) | Self::Covered(_) => "hour",
        }
    }

    /// How many base units one unit of its price is.
    pub const fn per_unit(self) -> Quantity {
        match self {
            Self::Aws(meter) => meter.per_unit(),
            Self::Own => MONTH_MS,
            Self::Commitment(_) | Self::Covered(_) => HOUR_MS,
        }
    }
}

/// How a window's usage is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How long was metered.
    pub span: Span,
    /// How far its start lies inside a clock hour (rule BIL-02).
    pub into_hour: Span,
    /// How many bytes that move are a GB.
    pub gb_moved: Bytes,
}

impl Window {
    /// A window of a plan's run.
    pub fn of(plan: &Plan, span: Span) -> Self {
        let minute = u64::from(plan.starts_at.civil().minute);
        Self { span, into_hour: Span::from_minutes(minute), gb_moved: plan.gb_moved }
    }
}

struct Draft {
    quantity: Quantity,
    records: Vec<Ix<UsageRecord>>,
}

/// Lines before they are priced.
type Drafts = BTreeMap<(Ix<ItemRef>, Charge, Cause), Draft>;

/// Prices what a window metered, as it stands: `total_usd`.
pub fn price(records: &[UsageRecord], plan: &Plan, prices: &PriceBook, window: Window) -> Bill {
    priced(records, plan, prices, window, None)
}

/// Prices what the window would come to in a month of 730 hours (rule BIL-06): every quantity in proportion, tiers after.
pub fn price_month(records: &[UsageRecord], plan: &Plan, prices: &PriceBook, window: Window) -> Bill {
    priced(records, plan, prices, window, Some((Span::MONTH.ms(), window.span.ms().max(1))))
}

fn priced(records: &[UsageRecord], plan: &Plan, prices: &PriceBook, window: Window, scale: Option<(u64, u64)>) -> Bill {
    // A window scaled to a month: what stands all of it stands a month.
    let month = scale.map_or(Span::MONTH, |(_, whole)| Span::from_ms(whole));
    let mut drafts = drafts_of(records, plan, window);
    if let Some((part, whole)) = scale.filter(|(part, whole)| part != whole) {
        for draft in drafts.values_mut() {
            draft.quantity = draft.quantity.scaled(part, whole);
        }
    }
    let mut sums: BTreeMap<Meter, Quantity> = BTreeMap::new();
    for ((_, charge, _), draft) in &drafts {
        if let Charge::Aws(meter) = charge {
            *sums.entry(*meter).or_default() += draft.quantity;
        }
    }
    let free_tiers = plan.free_tiers;
    let months = Months::of(if scale.is_some() { Span::MONTH } else { window.span });
    let mut shared = shared_costs(&drafts, &sums, prices, free_tiers, months);
    let left_out = plan.left_out_of_bill(window.span).filter(|left| left.is_missed()).cloned().collect();
    let mut bill = Bill { left_out, free_tiers, ..Bill::default() };
    for ((owner, charge, cause), draft) in drafts {
        let owner_ref = plan.owners[owner].clone();
        let (rate, tiered, cost) = match charge {
            Charge::Own => {
                let month = plan.own_prices.iter().find(|(o, _)| *o == owner).map_or(Usd::ZERO, |(_, usd)| *usd);
                let rate = Rate::new(month, charge.per_unit());
                (rate, false, rate.map(|r| r.cost(draft.quantity)))
            }
            // Plans are laid over a bill once it is priced.
            Charge::Commitment(_) | Charge::Covered(_) => (None, false, None),
            Charge::Aws(meter) => match prices.of_account(meter, free_tiers) {
                Some(price) if steps::are_of_things(meter, &price) => {
                    let of_line = draft.records.iter().map(|ix| &records[ix.index()]);
                    let cost = steps::cost(of_line, &price, window, month);
                    (cost.and_then(|cost| average(cost, draft.quantity, meter.per_unit())), true, cost)
                }
                Some(price) => {
                    let sum = months.one(sums[&meter]);
                    line_cost(meter, &draft, &price, sum, shared.remove(&(owner, meter, cause)))
                }
                None => (None, false, None),
            },
        };
        if let (Charge::Aws(meter), None) = (charge, cost)
            && !bill.unpriced.contains(&meter)
        {
            bill.unpriced.push(meter);
        }
        bill.total += cost.unwrap_or(Usd::ZERO);
        let (quantity, records) = (draft.quantity, draft.records);
        bill.lines.push(BillLine { owner: owner_ref, charge, cause, quantity, rate, tiered, cost, records });
    }
    bill.lines.sort_by(|a, b| (&a.owner, a.charge, a.cause).cmp(&(&b.owner, b.charge, b.cause)));
    bill.unpriced.sort();
    bill
}

/// A window of more than a month: steps and free quantities begin anew each month (rule BIL-04).
///
/// Assumption: each of its months is as the mean of them; a window of less has all that a month has.
#[derive(Debug, Clone, Copy)]
struct Months {
    ms: u64,
}

impl Months {
    fn of(window: Span) -> Self {
        Self { ms: window.max(Span::MONTH).ms() }
    }

    /// What of a quantity one month has.
    fn one(self, all: Quantity) -> Quantity {
        if self.ms == Span::MONTH.ms() { all } else { all.scaled(Span::MONTH.ms(), self.ms) }
    }

    /// What all months cost, of what one does, rounded down to a billionth of a dollar.
    fn all(self, one: u128) -> u128 {
        one.saturating_mul(u128::from(self.ms)) / u128::from(Span::MONTH.ms())
    }
}

/// The records of each line, with what they sum to.
fn drafts_of(records: &[UsageRecord], plan: &Plan, window: Window) -> Drafts {
    let mut drafts = Drafts::new();
    for (place, record) in (0u32..).zip(records) {
        let key = (record.owner, Charge::Aws(record.meter), record.cause);
        let draft = drafts.entry(key).or_insert_with(|| Draft { quantity: Quantity::ZERO, records: Vec::new() });
        draft.quantity += held_or_moved(record, window);
        draft.records.push(Ix::new(place));
    }
    for (owner, _) in &plan.own_prices {
        let quantity = Quantity::from_base(u128::from(window.span.ms()));
        drafts.insert((*owner, Charge::Own, Cause::Drawn), Draft { quantity, records: Vec::new() });
    }
    for ((_, charge, _), draft) in &mut drafts {
        if let Charge::Aws(meter) = charge {
            draft.quantity = counted(*meter, draft.quantity, window);
        }
    }
    drafts
}

/// The quantity that a record is billed for, in the meter's base unit (rule BIL-01).
pub fn quantity(record: &UsageRecord, window: Window) -> Quantity {
    counted(record.meter, held_or_moved(record, window), window)
}

/// What moved by the byte, in bytes of which 10⁹ are a GB of the bill, whatever the account counts as one.
fn counted(meter: Meter, quantity: Quantity, window: Window) -> Quantity {
    let by_the_byte = meter.unit().base == Base::Byte;
    if by_the_byte { quantity.scaled(GB_MOVED.bytes(), window.gb_moved.bytes().max(1)) } else { quantity }
}

fn held_or_moved(record: &UsageRecord, window: Window) -> Quantity {
    let billed = record.meter.billing().span(record.from, record.to, window.into_hour);
    record.amount.over(record.meter, billed)
}

fn line_cost(
    meter: Meter,
    draft: &Draft,
    price: &Price,
    sum: Quantity,
    shared: Option<Usd>,
) -> (Option<Rate>, bool, Option<Usd>) {
    if !price.covers(sum) {
        return (None, false, None);
    }
    if price.tiers().len() == 1 {
        let rate = price.first_rate();
        return (Some(rate), false, Some(rate.cost(draft.quantity)));
    }
    let cost = shared.unwrap_or_else(|| price.cost(draft.quantity));
    (average(cost, draft.quantity, meter.per_unit()).or(Some(price.first_rate())), true, Some(cost))
}

/// What one unit cost on average, rounded to a billionth of a dollar.
fn average(cost: Usd, quantity: Quantity, per_unit: Quantity) -> Option<Rate> {
    let base = quantity.base();
    if base == 0 {
        return None;
    }
    let nanos = u128::from(cost.nanos().unsigned_abs()).checked_mul(per_unit.base())? / base;
    Rate::new(Usd::from_nanos(i64::try_from(nanos).ok()?), per_unit)
}

/// Costs of tiered meters: priced over the month's sum of the account, shared back by quantity; what rounding leaves goes
/// to the largest remainders, so that the shares add up to the whole (rule BIL-04).
fn shared_costs(
    drafts: &Drafts,
    sums: &BTreeMap<Meter, Quantity>,
    prices: &PriceBook,
    free: FreeTiers,
    months: Months,
) -> BTreeMap<(Ix<ItemRef>, Meter, Cause), Usd> {
    let mut costs = BTreeMap::new();
    for (meter, sum) in sums {
        let Some(price) = prices.of_account(*meter, free).filter(|p| p.tiers().len() > 1) else { continue };
        let whole = months.all(u128::from(price.cost(months.one(*sum)).nanos().unsigned_abs()));
        let of_meter = drafts.iter().filter(|((_, charge, _), _)| *charge == Charge::Aws(*meter));
        let mut parts: Vec<_> = of_meter
            .map(|((owner, _, cause), draft)| {
                let (share, rest) = share(whole, draft.quantity.base(), sum.base());
                ((*owner, *meter, *cause), share, rest)
            })
            .collect();
        let given: u128 = parts.iter().map(|(_, share, _)| share).sum();
        parts.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
        let left = usize::try_from(whole - given).unwrap_or(usize::MAX);
        for (place, (key, share, _)) in parts.into_iter().enumerate() {
            let nanos = share + u128::from(place < left);
            costs.insert(key, Usd::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX)));
        }
    }
    costs
}

/// `whole × part / sum`, and the remainder of the division as a fraction of 2⁶⁴.
fn share(whole: u128, part: u128, sum: u128) -> (u128, u128) {
    if sum == 0 {
        return (0, 0);
    }
    // Quantities may fill their 128 bits: both are brought down alike until the product fits.
    let excess = (128 - part.leading_zeros()).saturating_sub(60);
    let (part, sum) = (part >> excess, (sum >> excess).max(1));
    let product = whole * part;
    (product / sum, ((product % sum) << 8) / sum)
}

impl Bill {
    /// What each item costs, priced lines only, in the order of items.
    pub fn by_owner(&self) -> BTreeMap<&ItemRef, Usd> {
        let mut sums = BTreeMap::new();
        for line in &self.lines {
            *sums.entry(&line.owner).or_insert(Usd::ZERO) += line.cost.unwrap_or(Usd::ZERO);
        }
        sums
    }

    /// What each group of meters costs, priced lines only.
    pub fn by_group(&self) -> BTreeMap<CostGroup, Usd> {
        let mut sums = BTreeMap::new();
        for line in &self.lines {
            *sums.entry(line.charge.group()).or_insert(Usd::ZERO) += line.cost.unwrap_or(Usd::ZERO);
        }
        sums
    }

    /// Whether every line has a price.
    pub fn is_priced(&self) -> bool {
        self.unpriced.is_empty()
    }

    /// What its total claims: all that the drawing costs, or only a part.
    pub fn claim(&self) -> Claim {
        Claim::of(self.is_priced(), &self.left_out)
    }

    /// What the cost of one item claims.
    pub fn claim_of(&self, item: &ItemRef) -> Claim {
        let is_priced = self.lines.iter().all(|line| line.owner != *item || line.cost.is_some());
        Claim::of(is_priced, self.left_out.iter().filter(|left| left.item == *item))
    }

    /// The total with what it claims, in cents: "at least $12.00".
    pub fn total_said(&self) -> String {
        self.claim().said(&self.total.cents_text())
    }

    /// What its total is without, item by item.
    pub fn missing(&self, catalogue: &Catalogue) -> Vec<(&ItemRef, String)> {
        let unpriced = self.lines.iter().filter(|line| line.cost.is_none()).filter_map(|line| match line.charge {
            Charge::Aws(meter) => Some((&line.owner, format!("{}, which has no price", catalogue.label(meter)))),
            Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => None,
        });
        let left = self.left_out.iter().map(|left| (&left.item, left.what.to_owned()));
        let mut missing: Vec<_> = unpriced.chain(left).collect();
        missing.dedup();
        missing
    }
}
