//! Where one way becomes dearer than another: a month's cost of ways out by gigabytes, of ways in by requests.
//!
//! In: the catalogue's prices and what is compared. Out: lines of exact sums. A way whose price is missing has no line.

use crate::bill::{Bill, Charge};
use crate::catalogue::Catalogue;
use crate::catalogue::meter::Meter;
use crate::design::load_balancing::{LoadBalancerType, Scheme};
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::load::{Door, LoadKind};
use crate::plan::network::{PlannedBalancer, PlannedListener, Transport};
use crate::units::{Bytes, Quantity, Span, Usd};
use crate::usage::balancers::{BalancerHour, Passed, capacity_units};

/// How many samples a line has beside its first.
const SAMPLES: u64 = 40;

/// A way and what a month of it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// How much goes through in a month, and what that costs.
    pub points: Vec<(u64, Usd)>,
}

/// What goes by the ways of a design in a month, and by which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Through {
    /// Gigabytes through NAT gateways and interface endpoints.
    pub gigabytes: u64,
    /// The line of [`ways_out`] that is drawn; `None` where it is another way.
    pub out: Option<usize>,
    /// Millions of requests that enter by a balancer or an HTTP API.
    pub millions: u64,
    /// The mean bytes of one, both ways together.
    pub each: Bytes,
    /// The line of [`ways_in`] that is drawn; `None` where none is, or several.
    pub within: Option<usize>,
}

/// What a plan sends through its ways in a month, by its loads' mean week and the bill of its estimate.
pub fn through(plan: &Plan, month: &Bill) -> Through {
    let by_way = [Meter::NatGatewayData, Meter::RegionalNatGatewayData, Meter::InterfaceEndpointData];
    let lines = month.lines.iter().filter(|line| by_way.iter().any(|meter| line.charge == Charge::Aws(*meter)));
    let bytes: u128 = lines.map(|line| line.quantity.base()).sum();
    let out = match (plan.network.nats.len(), plan.network.endpoints.values().any(|e| e.zones.is_some())) {
        (0, true) if plan.zones.len() > 1 && by_one_zone(plan) => Some(3),
        (0, true) => Some(2),
        (0, false) => None,
        (1, _) if plan.zones.len() > 1 => Some(1),
        (_, _) => Some(0),
    };
    let (mut requests, mut moved, mut ways) = (0u128, 0u128, Vec::new());
    for load in &plan.loads {
        let LoadKind::Requests { through, request_bytes, response_bytes, .. } = &load.kind else { continue };
        let way = match through {
            Door::Balancer(balancer, _) => match plan.balancers[*balancer].kind {
                LoadBalancerType::Application => 0,
                LoadBalancerType::Network => 1,
                LoadBalancerType::Gateway => continue,
            },
            Door::Api(_) => 2,
            Door::Direct => continue,
        };
        let week: u128 = (0..168).map(|hour| u128::from(load.curve.hour_mean(hour * 60).milli())).sum();
        let of_load = week.saturating_mul(u128::from(Span::MONTH.ms())) / 168 / 1_000_000;
        requests += of_load;
        let each = u128::from((*request_bytes + *response_bytes).bytes());
        moved = of_load.saturating_mul(each).saturating_add(moved);
        ways.push(way);
    }
    ways.dedup();
    let whole = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
    Through {
        gigabytes: whole(bytes / 1_000_000_000),
        out,
        millions: whole(requests / 1_000_000),
        each: Bytes::from_bytes(whole(moved / requests.max(1))),
        within: if let [way] = ways[..] { Some(way) } else { None },
    }
}

/// Whether every interface endpoint stands in one zone.
fn by_one_zone(plan: &Plan) -> bool {
    plan.network.endpoints.values().filter_map(|endpoint| endpoint.zones.as_ref()).all(|zones| zones.len() == 1)
}

/// NAT gateways against interface endpoints, by gigabytes a month up to `most`; whatever else goes by the gateways. The
/// bytes come from all zones alike: those on their way to a gateway in another zone are charged in each direction, those
/// to an endpoint in another zone are not (rule NET-42).
pub fn ways_out(catalogue: &Catalogue, zones: u64, endpoints: u64, most: u64) -> Vec<Line> {
    let gigabytes = |gb: u64| Quantity::from_base(u128::from(gb) * 1_000_000_000);
    let nat = |gateways: u64, gb: u64| {
        let standing =
            held(catalogue, Meter::NatGatewayHour, gateways)? + held(catalogue, Meter::PublicIpv4, gateways)?;
        let elsewhere = u128::from(zones.saturating_sub(gateways)) * 2 * u128::from(gb) * 1_000_000_000;
        let between = Quantity::from_base(elsewhere / u128::from(zones.max(1)));
        let data = flowed(catalogue, Meter::NatGatewayData, gigabytes(gb))?;
        Some(standing + data + flowed(catalogue, Meter::CrossAz, between)?)
    };
    let by_endpoint = |zones: u64, gb: u64| {
        let standing = held(catalogue, Meter::InterfaceEndpointHour, endpoints * zones)?;
        Some(standing + flowed(catalogue, Meter::InterfaceEndpointData, gigabytes(gb))?)
    };
    let lines = [
        line(format!("NAT gateway in each of {zones} zones"), most, |gb| nat(zones, gb)),
        line("one NAT gateway".to_owned(), most, |gb| nat(1, gb)),
        line(format!("{endpoints} interface endpoints in {zones} zones"), most, |gb| by_endpoint(zones, gb)),
        line(format!("{endpoints} interface endpoints in one zone"), most, |gb| by_endpoint(1, gb)),
    ];
    lines.into_iter().flatten().collect()
}

/// Load balancers and an HTTP API, by millions of requests a month up to `most`, each of so many bytes both ways together.
///
/// Assumption: requests come evenly, ten over one connection that lives for a minute.
pub fn ways_in(catalogue: &Catalogue, zones: u64, each: Bytes, most: u64) -> Vec<Line> {
    let balancer = |kind, millions: u64| {
        let planned = PlannedBalancer {
            owner: Ix::new(0),
            kind,
            scheme: Scheme::InternetFacing,
            zones: Vec::new(),
            cross_zone: false,
            web_acl: None,
        };
        let hours = u128::from(Span::MONTH.ms() / Span::HOUR.ms());
        // Millionths of a request in an hour.
        let requests = u128::from(millions) * 1_000_000_000_000 / hours;
        let connections = requests / 10;
        let passed = Passed {
            micro_bytes: requests.saturating_mul(u128::from(each.bytes())),
            connections,
            connection_ms: connections * u128::from(Span::MINUTE.ms()),
            requests,
        };
        let mut hour = BalancerHour::default();
        hour.pass(PlannedListener { rules: 0, transport: Transport::Tcp, optimized: false }, passed);
        let (hour_meter, unit_meter) = planned.meters();
        let units = Quantity::from_base(capacity_units(kind, &hour).saturating_mul(hours));
        let standing = held(catalogue, hour_meter, 1)? + held(catalogue, Meter::PublicIpv4, zones)?;
        Some(standing + flowed(catalogue, unit_meter, units)?)
    };
    let steps = u128::from(Meter::HttpApiRequest.billing().steps(each));
    let api = |millions: u64| {
        // The meter counts in millionths of a request.
        flowed(catalogue, Meter::HttpApiRequest, Quantity::from_base(u128::from(millions) * 1_000_000_000_000 * steps))
    };
    let lines = [
        line("Application Load Balancer".to_owned(), most, |m| balancer(LoadBalancerType::Application, m)),
        line("Network Load Balancer".to_owned(), most, |m| balancer(LoadBalancerType::Network, m)),
        line("HTTP API".to_owned(), most, api),
    ];
    lines.into_iter().flatten().collect()
}

fn line(name: String, most: u64, cost: impl Fn(u64) -> Option<Usd>) -> Option<Line> {
    let at = |sample: u64| {
        let through = most * sample / SAMPLES;
        cost(through).map(|usd| (through, usd))
    };
    let points: Option<Vec<_>> = (0..=SAMPLES).map(at).collect();
    points.map(|points| Line { name, points })
}

/// What a month of holding so many costs.
fn held(catalogue: &Catalogue, meter: Meter, level: u64) -> Option<Usd> {
    flowed(catalogue, meter, Quantity::from_base(u128::from(level) * u128::from(Span::MONTH.ms())))
}

fn flowed(catalogue: &Catalogue, meter: Meter, quantity: Quantity) -> Option<Usd> {
    catalogue.prices.price(meter).filter(|price| price.covers(quantity)).map(|price| price.cost(quantity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::families::testing::CATALOGUE;

    fn at(lines: &[Line], name: &str, through: u64) -> Usd {
        let line = lines.iter().find(|line| line.name == name).unwrap();
        line.points.iter().find(|(x, _)| *x == through).unwrap().1
    }

    #[test]
    fn tv_61_and_tv_62_ways_out_cost_what_they_must() {
        // TV-61: two zonal gateways and 100 GB are 70.20 without addresses, which are 2 × 3.65 more.
        let lines = ways_out(&CATALOGUE, 2, 4, 4000);
        assert_eq!(at(&lines, "NAT gateway in each of 2 zones", 100), Usd::parse("77.5").unwrap());
        // TV-62: with the gateways kept, 4 endpoints in 2 zones pay from 58.40 / (0.045 − 0.01) = 1,668.57 GB on.
        let saved = |gb: u64| {
            let nat =
                at(&lines, "NAT gateway in each of 2 zones", gb) - at(&lines, "NAT gateway in each of 2 zones", 0);
            nat - at(&lines, "4 interface endpoints in 2 zones", gb)
        };
        assert!(saved(1600) < Usd::ZERO && saved(1700) > Usd::ZERO);
    }

    #[test]
    fn net_42_a_gateway_in_another_zone_pays_between_zones_and_an_endpoint_does_not() {
        // 0.045 × 730 + 3.65 = 36.50; 1,000 GB are 45.00, and those of one zone in two 500 × 2 × 0.01 = 10.00.
        let lines = ways_out(&CATALOGUE, 2, 4, 4000);
        assert_eq!(at(&lines, "one NAT gateway", 1000), Usd::parse("91.5").unwrap());
        // 4 × 7.30 = 29.20, and 1,000 GB at 0.01.
        assert_eq!(at(&lines, "4 interface endpoints in one zone", 1000), Usd::parse("39.2").unwrap());
    }

    #[test]
    fn tv_70_an_idle_balancer_costs_as_much_as_some_16_million_requests() {
        // AGW-04: 0.0225 × 730 = 16.425 for the balancer, $1.00 a million for the API; the balancer's two addresses add 7.30.
        let lines = ways_in(&CATALOGUE, 2, Bytes::from_bytes(0), 40);
        assert_eq!(at(&lines, "HTTP API", 23), Usd::from_cents(2300));
        assert_eq!(at(&lines, "Application Load Balancer", 0), Usd::parse("23.725").unwrap());
        // With 10 KB each, a million are 10 GB: 10 capacity units at $0.008, so 30 million add 2.40 to 23.725.
        let filled = at(&ways_in(&CATALOGUE, 2, Bytes::from_bytes(10_000), 40), "Application Load Balancer", 30);
        let rounding = Usd::parse("26.125").unwrap() - filled;
        assert!(rounding >= Usd::ZERO && rounding < Usd::parse("0.0001").unwrap(), "{filled}");
        assert!(at(&lines, "HTTP API", 25) > at(&lines, "Application Load Balancer", 25));
    }

    #[test]
    fn what_a_preset_sends_through_its_ways_is_what_its_loads_say() {
        let project = crate::presets::find("three-tier-web").unwrap().project();
        let scenario = crate::design::scenario::Scenario::default();
        let ready = crate::evaluate::prepare_scenario(&project.design, scenario, &CATALOGUE, &[]).unwrap();
        let month = crate::evaluate::estimate_outcome(&ready, &CATALOGUE, Span::MONTH);
        let seen = through(&ready.plan, &month.bill);
        // The day's mean of 1,200 a second over 2,628,000 seconds are 3,153.6 million; spikes add a little.
        assert!((3_153..3_400).contains(&seen.millions), "{seen:?}");
        assert_eq!((seen.out, seen.within), (Some(0), Some(0)));
        assert!(seen.gigabytes > 0 && seen.each > Bytes::from_bytes(0));
    }

    #[test]
    fn a_way_without_a_price_has_no_line() {
        let mut catalogue = CATALOGUE.clone();
        catalogue.prices = catalogue.prices.clone().without(Meter::HttpApiRequest);
        assert_eq!(ways_in(&catalogue, 2, Bytes::from_bytes(1000), 40).len(), 2);
    }
}
