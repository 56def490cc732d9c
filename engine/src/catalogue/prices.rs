//! What things cost in one region: a price per meter, with tiers, kind, date and source.
//!
//! A price that no source gives is not here at all: [`PriceBook::price`] says `None`, and a bill line says
//! *unpriced*. Prices that AWS does not publish but that follow by a stated rule are marked [`Kind::Derived`].

use crate::catalogue::instance_types::{InstanceTypes, TypeIx};
use crate::catalogue::meter::Meter;
use crate::catalogue::overlay::Laid;
use crate::catalogue::table::{Row, Table};
use crate::catalogue::{CatalogueError, Texts};
use crate::units::{Quantity, Rate, Usd};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// AWS publishes it.
    Published,
    /// It follows from published prices by the rule in its note, or is an estimate.
    Derived,
    /// The user's own price book gives it.
    Own,
}

/// One step of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// The quantity at which it begins, in the meter's base unit.
    pub from: Quantity,
    /// What is paid from there on.
    pub rate: Rate,
}

/// What one meter costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Its steps, the first from nothing; never empty.
    pub(super) tiers: Vec<Tier>,
    /// How much of it is AWS's permanent free tier: its first step; zero where there is none.
    pub free: Quantity,
    /// The quantity up to which the price is known, where its source ends.
    pub until: Option<Quantity>,
    /// Published, derived or the user's.
    pub kind: Kind,
    /// The day it was true, as exactly as is known: `2026-09-21`, `2026`.
    pub as_of: Arc<str>,
    /// Where it was read.
    pub source: Arc<str>,
    /// What else is to be said of it; may be empty.
    pub note: Arc<str>,
}

/// A figure beside the prices: the share of on-demand a Savings Plan costs, a free quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The figure, with up to nine decimals, in nano-units: 0.12 is 120,000,000.
    pub nanos: i64,
    /// Its unit, in words.
    pub unit: Arc<str>,
    /// Whether AWS publishes it.
    pub kind: Kind,
    /// The day it was true.
    pub as_of: Arc<str>,
    /// Where it was read.
    pub source: Arc<str>,
    /// What else is to be said of it.
    pub note: Arc<str>,
}

/// The prices of one region.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    /// The user's own book, where one lies over these prices.
    own: Option<Laid>,
    prices: BTreeMap<Meter, Price>,
    figures: BTreeMap<(String, String), Figure>,
}

/// Assumption: Fargate Spot where the region's rate is not known, as ten-thousandths of on demand: AWS says "up to
/// 70 % off" and publishes rates that move; rule FG-40, parameter `fargate_spot_price_factor`.
pub const FARGATE_SPOT_PRICE_FACTOR: i64 = 3_000;

impl Kind {
    /// In a word: `published`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Derived => "derived",
            Self::Own => "own",
        }
    }
}

impl Price {
    /// A price with one step.
    pub fn flat(rate: Rate, kind: Kind, as_of: &Arc<str>, source: &Arc<str>, note: &Arc<str>) -> Self {
        let tiers = vec![Tier { from: Quantity::ZERO, rate }];
        let (as_of, source, note) = (as_of.clone(), source.clone(), note.clone());
        Self { tiers, free: Quantity::ZERO, until: None, kind, as_of, source, note }
    }

    /// The same steps at other rates, told anew; its end stays.
    pub(super) fn retold(
        &self,
        tiers: Vec<Tier>,
        kind: Kind,
        as_of: Arc<str>,
        source: Arc<str>,
        note: Arc<str>,
    ) -> Self {
        Self { tiers, free: self.free, until: self.until, kind, as_of, source, note }
    }

    /// Its steps, lowest first; the first begins at nothing.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// What the first unit costs.
    pub fn first_rate(&self) -> Rate {
        self.tiers[0].rate
    }

    /// Whether the whole quantity has a known price.
    pub fn covers(&self, quantity: Quantity) -> bool {
        self.until.is_none_or(|until| quantity <= until)
    }

    /// How much of a quantity falls in each step, lowest first; the parts sum to the quantity.
    ///
    /// What lies beyond [`Self::until`] is in the last part: ask [`Self::covers`] first.
    pub fn parts(&self, quantity: Quantity) -> Vec<(Quantity, Rate)> {
        let ends = self.tiers.iter().skip(1).map(|next| next.from).chain([Quantity::from_base(u128::MAX)]);
        let parts = self.tiers.iter().zip(ends).map(|(tier, end)| (quantity.min(end).less(tier.from), tier.rate));
        parts.filter(|(part, _)| *part > Quantity::ZERO).collect()
    }

    /// What a quantity costs over all its steps, rounded once, half to even, to a billionth of a dollar.
    ///
    /// A cost beyond what [`Usd`] holds (9.2 billion dollars) is that much.
    pub fn cost(&self, quantity: Quantity) -> Usd {
        let parts = self.parts(quantity);
        let per = self.tiers.iter().map(|tier| tier.rate.per().base()).max().unwrap_or(1);
        // Whole units first, so that no product leaves 128 bits; every `per` divides the largest one.
        let (mut whole, mut rest) = (0u128, 0u128);
        for (part, rate) in parts {
            let nanos = u128::from(rate.usd.nanos().unsigned_abs());
            whole = whole.saturating_add((part.base() / rate.per().base()).saturating_mul(nanos));
            let beside = part.base() % rate.per().base() * (per / rate.per().base());
            rest = rest.saturating_add(beside.saturating_mul(nanos));
        }
        let (quotient, rest) = (whole.saturating_add(rest / per), rest % per);
        let up = rest * 2 > per || (rest * 2 == per && quotient % 2 == 1);
        Usd::from_nanos(i64::try_from(quotient.saturating_add(u128::from(up))).unwrap_or(i64::MAX))
    }

    /// What one published unit of a step costs, as an exact decimal: `0.04048`, `0.0000004`.
    pub fn unit_text(tier: Tier, unit: Quantity) -> String {
        // `per` is the unit times a power of ten, by construction: see `rate`.
        let nanos = Quantity::from_base(u128::from(tier.rate.usd.nanos().unsigned_abs()));
        let times = tier.rate.per().base() / unit.base().max(1);
        nanos.decimal_text(Quantity::from_base(1_000_000_000 * times.max(1)), 18)
    }
}

impl PriceBook {
    /// Reads the prices of one region, those that are the same everywhere, and derives what follows from them.
    pub fn parse(types: &InstanceTypes, texts: Texts<'_>) -> Result<Self, CatalogueError> {
        let sources = Sources::parse(texts.sources)?;
        let mut book = Self::default();
        let mut steps = BTreeMap::new();
        for text in [texts.services_everywhere, texts.services] {
            book.read_services(text, &sources, &mut steps)?;
        }
        for (meter, steps) in steps {
            book.prices.insert(meter, join(meter, steps)?);
        }
        book.count_free_tiers();
        book.read_ec2(texts.ec2, types, &sources)?;
        book.derive_windows_spot(types, sources.named("spot-estimate")?);
        book.derive_fargate_spot();
        book.derive_managed_instances_fees(types);
        Ok(book)
    }

    /// What a meter costs here, its permanent free tier counted; `None` where no price is known.
    pub fn price(&self, meter: Meter) -> Option<&Price> {
        self.prices.get(&meter)
    }

    /// All known prices, in the order of a bill.
    pub fn iter(&self) -> impl Iterator<Item = (Meter, &Price)> {
        self.prices.iter().map(|(meter, price)| (*meter, price))
    }

    /// A figure beside the prices, by service and item: `savings_plan`, `compute_sp_1y_no_upfront_ratio_m7g`.
    pub fn figure(&self, service: &str, item: &str) -> Option<&Figure> {
        self.figures.get(&(service.to_owned(), item.to_owned()))
    }

    /// All figures beside the prices, by service and item.
    pub fn figures(&self) -> impl Iterator<Item = (&str, &str, &Figure)> {
        self.figures.iter().map(|((service, item), figure)| (service.as_str(), item.as_str(), figure))
    }

    /// Takes a price out.
    pub(super) fn take(&mut self, meter: Meter) -> Option<Price> {
        self.prices.remove(&meter)
    }

    /// The user's own price book that lies over these prices, if one does.
    pub const fn own(&self) -> Option<&Laid> {
        self.own.as_ref()
    }

    /// Says that a price book of the user's has been laid over these prices.
    pub(super) fn lay(&mut self, own: Laid) {
        self.own = Some(own);
    }

    /// Puts a price in place of the one there.
    pub(super) fn put(&mut self, meter: Meter, price: Price) {
        self.prices.insert(meter, price);
    }

    /// The same book without one price.
    #[must_use]
    pub fn without(mut self, meter: Meter) -> Self {
        self.prices.remove(&meter);
        self
    }

    fn read_services(
        &mut self,
        text: &str,
        sources: &Sources,
        steps: &mut BTreeMap<Meter, BTreeMap<Quantity, Step>>,
    ) -> Result<(), CatalogueError> {
        let mut table = Table::read("services", text)?;
        let columns = table.columns([
            "service",
            "item",
            "unit",
            "usd",
            "tier_from",
            "tier_to",
            "as_of",
            "kind",
            "source",
            "note",
        ])?;
        let [service, item, unit, usd, from, to, as_of, kind, source, note] = columns;
        table.rows(|row| {
            let facts = Facts {
                kind: read_kind(&row, kind)?,
                as_of: row.text(as_of).into(),
                source: sources.get(&row, source)?.text.clone(),
                note: row.text(note).into(),
            };
            let Some(meter) = Meter::by_item(row.text(service), row.text(item)) else {
                // A price with steps is no figure: it waits for a drawing that uses it, and for its meter.
                if !row.text(from).is_empty() {
                    return Ok(());
                }
                let nanos = row.value::<UsdText>(usd)?.0.nanos();
                let Facts { kind, as_of, source, note } = facts;
                let figure = Figure { nanos, unit: row.text(unit).into(), kind, as_of, source, note };
                self.figures.insert((row.text(service).to_owned(), row.text(item).to_owned()), figure);
                return Ok(());
            };
            let per = meter.per_unit();
            if row.text(unit) != meter.unit().text {
                return Err(row.error(unit));
            }
            let rate = rate(row.text(usd), per).ok_or_else(|| row.error(usd))?;
            let at = |column| Ok(row.optional::<u64>(column)?.map(|n| Quantity::from_base(per.base() * u128::from(n))));
            let (from, until) = (at(from)?.unwrap_or_default(), at(to)?);
            steps.entry(meter).or_default().insert(from, Step { rate, until, facts });
            Ok(())
        })
    }

    /// Rows of types that EC2 no longer describes are passed over: nothing could be placed on them.
    fn read_ec2(&mut self, text: &str, types: &InstanceTypes, sources: &Sources) -> Result<(), CatalogueError> {
        let mut table = Table::read("ec2", text)?;
        let [name, linux, linux_source, windows, windows_source, spot] = table.columns([
            "instance_type",
            "linux_usd_h",
            "linux_source",
            "windows_usd_h",
            "windows_source",
            "spot_linux_estimate_usd_h",
        ])?;
        let estimate = sources.named("spot-estimate")?;
        table.rows(|row| {
            let Some(ix) = types.find(row.text(name)) else { return Ok(()) };
            let mut put = |meter: Meter, column: usize, source: &Source| {
                if !row.text(column).is_empty() {
                    let rate = rate(row.text(column), meter.per_unit()).ok_or_else(|| row.error(column))?;
                    let Source { kind, as_of, text, note } = source;
                    self.prices.insert(meter, Price::flat(rate, *kind, as_of, text, note));
                }
                Ok(())
            };
            put(Meter::Ec2Linux(ix), linux, sources.get(&row, linux_source)?)?;
            if !row.text(windows).is_empty() {
                put(Meter::Ec2Windows(ix), windows, sources.get(&row, windows_source)?)?;
            }
            put(Meter::Ec2Spot(ix), spot, estimate)
        })
    }

    /// The advisor gives Windows its own savings, which are off the on-demand price of Windows.
    fn derive_windows_spot(&mut self, types: &InstanceTypes, estimate: &Source) {
        for (ix, _) in types.iter() {
            let Some(advice) = types.spot_windows(ix) else { continue };
            let Some(full) = self.prices.get(&Meter::Ec2Windows(ix)).map(Price::first_rate) else { continue };
            let Ok(left) = u64::try_from(100 - i64::from(advice.savings_percent)) else { continue };
            let Some(rate) = Rate::new(scaled(full.usd, left, 100), full.per()) else { continue };
            let Source { kind, as_of, text, note } = estimate;
            self.prices.insert(Meter::Ec2SpotWindows(ix), Price::flat(rate, *kind, as_of, text, note));
        }
    }

    /// Rule FG-40.
    fn derive_fargate_spot(&mut self) {
        let note: Arc<str> = "0.30 of on demand: no rate published for this region was read (rule FG-40)".into();
        for (spot, on_demand) in [
            (Meter::FargateSpotX86Vcpu, Meter::FargateX86Vcpu),
            (Meter::FargateSpotX86Memory, Meter::FargateX86Memory),
            (Meter::FargateSpotArmVcpu, Meter::FargateArmVcpu),
            (Meter::FargateSpotArmMemory, Meter::FargateArmMemory),
        ] {
            let Some(full) = self.prices.get(&on_demand) else { continue };
            let Rate { usd, .. } = full.first_rate();
            let usd = Usd::from_nanos(usd.nanos() * FARGATE_SPOT_PRICE_FACTOR);
            let per = Quantity::from_base(full.first_rate().per().base() * 10_000);
            let Some(rate) = Rate::new(usd, per) else { continue };
            let price = Price::flat(rate, Kind::Derived, &full.as_of, &full.source, &note);
            self.prices.entry(spot).or_insert(price);
        }
    }

    /// Rules MI-51 and MI-52: the published fee of a type where it stands, else a share of its on-demand price.
    ///
    /// Source: `ecs` rows `managed_instances_fee_…` of the price files. A fee of an accelerated type from before the
    /// cut of 2026-07-01 has passed and gives way to the share.
    fn derive_managed_instances_fees(&mut self, types: &InstanceTypes) {
        for (ix, instance_type) in types.iter() {
            let meter = Meter::ManagedInstancesFee(ix);
            let share = fee_share(&instance_type.family);
            let published = self.figure("ecs", &format!("managed_instances_fee_{}", instance_type.name));
            let published = published.filter(|fee| &*fee.as_of >= FEE_CUT || share == "default");
            let price = if let Some(fee) = published {
                Rate::new(Usd::from_nanos(fee.nanos), meter.per_unit())
                    .map(|rate| Price::flat(rate, Kind::Published, &fee.as_of, &fee.source, &fee.note))
            } else {
                self.fee_from_on_demand(ix, share)
            };
            if let Some(price) = price {
                self.prices.insert(meter, price);
            }
        }
    }

    fn fee_from_on_demand(&self, ix: TypeIx, share: &str) -> Option<Price> {
        let share = self.figure("ecs", &format!("managed_instances_fee_pct_{share}"))?;
        let on_demand = self.prices.get(&Meter::Ec2Linux(ix))?.first_rate();
        let fee = scaled(on_demand.usd, u64::try_from(share.nanos).ok()?, 1_000_000_000);
        let rate = Rate::new(fee, on_demand.per())?;
        Some(Price::flat(rate, Kind::Derived, &share.as_of, &share.source, &share.note))
    }
}

/// Source: AWS notice of lower GPU fees from 2026-07-01: G types by 35 %, P and Trainium types by 60 %.
const FEE_CUT: &str = "2026-07-01";

/// Which share of on demand the fee of a family is, by the ending of its figure's item.
fn fee_share(family: &str) -> &'static str {
    match family.as_bytes().first() {
        Some(b'g') => "g_series",
        Some(b'p') => "p_and_trn",
        _ if family.starts_with("trn") => "p_and_trn",
        _ => "default",
    }
}

/// `usd × part / whole`, rounded half to even to a billionth of a dollar.
pub(super) fn scaled(usd: Usd, part: u64, whole: u64) -> Usd {
    let nanos = Quantity::from_base(u128::from(usd.nanos().unsigned_abs())).scaled(part, whole).base();
    Usd::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

/// A price per `unit` from its exact decimal: digits beyond the ninth decimal raise what is bought instead.
pub(super) fn rate(usd: &str, unit: Quantity) -> Option<Rate> {
    let (whole, fraction) = usd.split_once('.').unwrap_or((usd, ""));
    let Some(beyond) = fraction.len().checked_sub(9).filter(|beyond| *beyond > 0) else {
        let usd = Usd::parse(usd).ok().filter(|usd| *usd >= Usd::ZERO)?;
        return Rate::new(usd, unit);
    };
    let (moved, rest) = fraction.split_at_checked(beyond)?;
    let usd = Usd::parse(&format!("{whole}{moved}.{rest}")).ok().filter(|usd| *usd >= Usd::ZERO)?;
    let times = 10u128.checked_pow(u32::try_from(beyond).ok().filter(|beyond| *beyond <= 9)?)?;
    Rate::new(usd, Quantity::from_base(unit.base() * times))
}

/// One row of a price, before its steps are joined.
struct Step {
    rate: Rate,
    until: Option<Quantity>,
    facts: Facts,
}

struct Facts {
    kind: Kind,
    as_of: Arc<str>,
    source: Arc<str>,
    note: Arc<str>,
}

/// Joins the steps of one meter: the first from nothing, each from where the last ended.
fn join(meter: Meter, steps: BTreeMap<Quantity, Step>) -> Result<Price, CatalogueError> {
    let mut price: Option<Price> = None;
    let mut end = Some(Quantity::ZERO);
    for (from, step) in steps {
        if end != Some(from) {
            let problem = format!("the steps of {} {} leave a gap", meter.service(), meter.item());
            return Err(CatalogueError::Table { table: "services", line: 0, problem });
        }
        end = step.until;
        let Facts { kind, as_of, source, note } = step.facts;
        let mut tiers = price.take().map_or_else(Vec::new, |earlier| earlier.tiers);
        tiers.push(Tier { from, rate: step.rate });
        price = Some(Price { tiers, free: Quantity::ZERO, until: step.until, kind, as_of, source, note });
    }
    Ok(price.expect("a meter is entered with its first step"))
}

/// An amount of money in a table.
struct UsdText(Usd);

impl std::str::FromStr for UsdText {
    type Err = crate::units::money::ParseUsdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Usd::parse(text).map(Self)
    }
}

/// What stands in `sources.csv` under one key.
struct Source {
    kind: Kind,
    as_of: Arc<str>,
    text: Arc<str>,
    note: Arc<str>,
}

/// `sources.csv`, by key.
struct Sources(BTreeMap<String, Source>);

impl Sources {
    fn parse(text: &str) -> Result<Self, CatalogueError> {
        let mut table = Table::read("sources.csv", text)?;
        let [key, kind, as_of, source, note] = table.columns(["key", "kind", "as_of", "source", "note"])?;
        let mut sources = BTreeMap::new();
        table.rows(|row| {
            let entry = Source {
                kind: if row.text(kind).is_empty() { Kind::Published } else { read_kind(&row, kind)? },
                as_of: row.text(as_of).into(),
                text: row.text(source).into(),
                note: row.text(note).into(),
            };
            sources.insert(row.text(key).to_owned(), entry);
            Ok(())
        })?;
        Ok(Self(sources))
    }

    fn get(&self, row: &Row<'_>, column: usize) -> Result<&Source, CatalogueError> {
        self.0.get(row.text(column)).ok_or_else(|| row.error(column))
    }

    fn named(&self, key: &str) -> Result<&Source, CatalogueError> {
        let problem = || format!("no source `{key}`");
        self.0.get(key).ok_or_else(|| CatalogueError::Table { table: "sources.csv", line: 0, problem: problem() })
    }
}

fn read_kind(row: &Row<'_>, column: usize) -> Result<Kind, CatalogueError> {
    match row.text(column) {
        "published" => Ok(Kind::Published),
        "derived" => Ok(Kind::Derived),
        _ => Err(row.error(column)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn price(tiers: &[(u64, &str)], unit: u128) -> Price {
        let none: Arc<str> = "".into();
        let step = |(from, usd): &(u64, &str)| Tier {
            from: Quantity::from_base(u128::from(*from)),
            rate: rate(usd, Quantity::from_base(unit)).unwrap(),
        };
        let first = step(&tiers[0]).rate;
        let tiers = tiers.iter().map(step).collect();
        Price { tiers, ..Price::flat(first, Kind::Published, &none, &none, &none) }
    }

    #[test]
    fn decimals_beyond_the_ninth_raise_what_is_bought() {
        // 0.0000003168 a minute is 0.000003168 for ten.
        let rate = rate("0.0000003168", Quantity::from_base(60_000)).unwrap();
        assert_eq!((rate.usd.to_string(), rate.per().base()), ("0.000003168".to_owned(), 600_000));
        for text in ["", "x", "-1", "1.", "0.0000000001x", "-0.0000000001", "0.0000000000000000000000001"] {
            assert!(super::rate(text, Quantity::from_base(1)).is_none(), "{text}");
        }
    }

    #[test]
    fn steps_are_rounded_once_together() {
        // Units of 2: 1 at 1 nano-dollar and 1 at 3 are 0.5 + 1.5 = 2; rounded apart they would be 0 + 2.
        // 1 and 2 of them are 0.5 + 3 = 3.5, a tie that goes to the even 4.
        let price = price(&[(0, "0.000000001"), (1, "0.000000003")], 2);
        assert_eq!(price.cost(Quantity::from_base(2)).nanos(), 2);
        assert_eq!(price.cost(Quantity::from_base(3)).nanos(), 4);
        // 0.5 alone goes to the even 0.
        assert_eq!(price.cost(Quantity::from_base(1)).nanos(), 0);
    }

    #[test]
    fn mi_51_the_share_goes_by_family() {
        for (family, share) in [
            ("g4dn", "g_series"),
            ("gr6", "g_series"),
            ("p5en", "p_and_trn"),
            ("trn1", "p_and_trn"),
            ("inf2", "default"),
            ("t4g", "default"),
            ("m7g", "default"),
        ] {
            assert_eq!(fee_share(family), share, "{family}");
        }
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(quantity in 0u128..1_000_000_000_000) {
            let price = price(&[(0, "0"), (1_000, "0.09"), (50_000_000, "0.0000000005")], 1_000);
            let parts = price.parts(Quantity::from_base(quantity));
            prop_assert_eq!(parts.iter().map(|(part, _)| *part).sum::<Quantity>().base(), quantity);
        }

        #[test]
        fn one_step_costs_what_its_rate_says(quantity in 0u128..u128::from(u64::MAX), nanos in 0i64..1_000_000_000) {
            let unit = Quantity::from_base(1024 * 730 * 3_600_000);
            let rate = Rate::new(Usd::from_nanos(nanos), unit).unwrap();
            let none: Arc<str> = "".into();
            let price = Price::flat(rate, Kind::Published, &none, &none, &none);
            let quantity = Quantity::from_base(quantity);
            prop_assert_eq!(price.cost(quantity), rate.cost(quantity));
        }

        #[test]
        fn more_never_costs_less(a in 0u128..1_000_000_000, b in 0u128..1_000_000_000) {
            let price = price(&[(0, "0"), (1_000, "0.09"), (50_000_000, "0.01")], 1_000);
            let (less, more) = (Quantity::from_base(a.min(b)), Quantity::from_base(a.max(b)));
            prop_assert!(price.cost(less) <= price.cost(more));
        }
    }
}
