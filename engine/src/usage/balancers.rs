//! What fills balancers hour by hour, and the capacity units that they are billed by.
//!
//! All arithmetic is in whole numbers: requests, connections and bytes in millionths, units in billionths.

use std::collections::BTreeMap;

use crate::design::load_balancing::LoadBalancerType;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::load::{Door, LoadKind, PlannedLoad};
use crate::plan::network::{PlannedBalancer, PlannedListener, Transport};
use crate::plan::service::{PlannedService, PlannedTarget};
use crate::units::{Bytes, Micro, Span};

/// Calls of one connection between services, and how long it lives.
///
/// Assumption: clients keep connections open: 100 calls each, for a minute.
const CALLS_PER_CONNECTION: u32 = 100;
/// Assumption: as above.
const CALL_CONNECTION: Span = Span::MINUTE;

/// What passes a balancer in one hour by one of its listeners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// Bytes × 10⁶ in both directions.
    pub micro_bytes: u128,
    /// New connections × 10⁶.
    pub connections: u128,
    /// Connections × 10⁶ × the milliseconds they live.
    pub connection_ms: u128,
    /// Requests × 10⁶.
    pub requests: u128,
}

/// The dimensions of capacity units in one hour, each × 10⁶.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Dimensions {
    bytes: u128,
    connections: u128,
    connection_ms: u128,
    evaluations: u128,
}

/// What came through a balancer in one hour, for its capacity units: each protocol of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BalancerHour {
    by_transport: BTreeMap<Transport, Dimensions>,
}

/// What came through every balancer in one hour, by the services behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalancerTraffics(Vec<BTreeMap<Ix<PlannedService>, BalancerHour>>);

impl BalancerTraffics {
    /// Nothing yet.
    pub fn none(plan: &Plan) -> Self {
        Self(vec![BTreeMap::new(); plan.balancers.len()])
    }

    /// What came through a balancer in all.
    pub fn all(&self, balancer: Ix<PlannedBalancer>) -> BalancerHour {
        self.0[balancer.index()].values().fold(BalancerHour::default(), BalancerHour::and)
    }

    /// What came through a balancer to each service.
    pub fn by_service(
        &self,
        balancer: Ix<PlannedBalancer>,
    ) -> impl Iterator<Item = (Ix<PlannedService>, &BalancerHour)> {
        self.0[balancer.index()].iter().map(|(service, hour)| (*service, hour))
    }

    fn of(&mut self, balancer: Ix<PlannedBalancer>, service: Ix<PlannedService>) -> &mut BalancerHour {
        self.0[balancer.index()].entry(service).or_default()
    }
}

/// What fills balancers.
#[derive(Debug, Clone, Copy)]
pub enum BalancerTraffic<'p> {
    /// So much of a load.
    Load(&'p PlannedLoad, Micro),
    /// The calls of so much work of a service.
    Calls(Ix<PlannedService>, Micro),
}

impl BalancerTraffic<'_> {
    /// Adds what it brings to the balancers it passes.
    pub fn fill(self, plan: &Plan, traffics: &mut BalancerTraffics) {
        match self {
            Self::Load(load, work) => {
                let PlannedLoad { kind, .. } = load;
                let (door, bytes, per_connection, lifetime) = match kind {
                    LoadKind::Requests {
                        through,
                        request_bytes,
                        response_bytes,
                        requests_per_connection,
                        connection_lifetime,
                        ..
                    } => (*through, *request_bytes + *response_bytes, *requests_per_connection, *connection_lifetime),
                    LoadKind::Stream { through } => (*through, Bytes::from_bytes(1000), u32::MAX, Span::ZERO),
                    LoadKind::Jobs { .. } => return,
                };
                let Door::Balancer(balancer, listener) = door else { return };
                let requests = work.micro();
                let passed = Passed::of(requests, bytes, per_connection, lifetime);
                // A stream's kilobytes are no requests that rules are tried on.
                let requests = if matches!(kind, LoadKind::Stream { .. }) { 0 } else { requests };
                traffics.of(balancer, load.service).pass(listener, Passed { requests, ..passed });
            }
            Self::Calls(service, work) => {
                for call in &plan.services[service].calls {
                    if let PlannedTarget::Through(callee, balancer, listener) = call.to {
                        let calls = work.micro().saturating_mul(u128::from(call.per_work.ppm())) / 1_000_000;
                        let bytes = call.request_bytes + call.response_bytes;
                        let passed = Passed::of(calls, bytes, CALLS_PER_CONNECTION, CALL_CONNECTION);
                        traffics.of(balancer, callee).pass(listener, passed);
                    }
                }
            }
        }
    }
}

impl Passed {
    fn of(micro_requests: u128, bytes: Bytes, per_connection: u32, lifetime: Span) -> Self {
        let connections = micro_requests / u128::from(per_connection.max(1));
        Self {
            micro_bytes: micro_requests.saturating_mul(u128::from(bytes.bytes())),
            connections,
            connection_ms: connections.saturating_mul(u128::from(lifetime.ms())),
            requests: micro_requests,
        }
    }
}

/// Rules that a request is tried on for nothing.
///
/// Source: Elastic Load Balancing pricing page, "LCU details": the first 10 processed rules are free (rule LB-20).
const FREE_RULES: u32 = 10;

impl BalancerHour {
    fn and(mut self, other: &Self) -> Self {
        for (transport, more) in &other.by_transport {
            let sum = self.by_transport.entry(*transport).or_default();
            sum.bytes = sum.bytes.saturating_add(more.bytes);
            sum.connections = sum.connections.saturating_add(more.connections);
            sum.connection_ms = sum.connection_ms.saturating_add(more.connection_ms);
            sum.evaluations = sum.evaluations.saturating_add(more.evaluations);
        }
        self
    }

    /// Adds what passes by a listener. A request is tried on that listener's rules, no other's.
    ///
    /// Source: Elastic Load Balancing pricing page, "LCU details" (rule LB-20): with a target optimizer a unit has half
    /// of each dimension, so that what passes fills twice as much.
    pub fn pass(&mut self, listener: PlannedListener, passed: Passed) {
        let times = if listener.optimized { 2 } else { 1 };
        let evaluated = u128::from(listener.rules.saturating_sub(FREE_RULES));
        let sum = self.by_transport.entry(listener.transport).or_default();
        let plus = |sum: u128, more: u128| sum.saturating_add(more.saturating_mul(times));
        sum.bytes = plus(sum.bytes, passed.micro_bytes);
        sum.connections = plus(sum.connections, passed.connections);
        sum.connection_ms = plus(sum.connection_ms, passed.connection_ms);
        sum.evaluations = plus(sum.evaluations, passed.requests.saturating_mul(evaluated));
    }

    /// What each dimension alone would come to, in billionths of a unit for an hour, protocol by protocol: new connections,
    /// active ones, bytes, rule evaluations.
    ///
    /// Source: Elastic Load Balancing pricing page (rules LB-20 to LB-22). Beside its connections one unit for an hour
    /// has 1 GB, and of an Application Load Balancer 1,000 rule evaluations a second.
    pub fn dimensions(&self, kind: LoadBalancerType) -> impl Iterator<Item = (Transport, [u128; 4])> {
        self.by_transport.iter().map(move |(transport, passed)| {
            let (new_a_second, active) = connections_of_a_unit(kind, *transport);
            let new = passed.connections.saturating_mul(1000) / (new_a_second * 3600);
            let open = passed.connection_ms / (active * 3600);
            let rules = match kind {
                LoadBalancerType::Application => passed.evaluations / 3600,
                LoadBalancerType::Network | LoadBalancerType::Gateway => 0,
            };
            (*transport, [new, open, passed.bytes / 1_000_000, rules])
        })
    }
}

/// New connections a second and active connections that one capacity unit has.
///
/// Source: Elastic Load Balancing pricing page (rules LB-20 to LB-22).
const fn connections_of_a_unit(kind: LoadBalancerType, transport: Transport) -> (u128, u128) {
    match (kind, transport) {
        (LoadBalancerType::Application, _) => (25, 3_000),
        (LoadBalancerType::Network, Transport::Tcp) => (800, 100_000),
        (LoadBalancerType::Network, Transport::Udp) => (400, 50_000),
        (LoadBalancerType::Network, Transport::Tls) => (50, 3_000),
        (LoadBalancerType::Gateway, _) => (600, 60_000),
    }
}

/// Capacity units of one hour, in billionths of a unit for an hour: the greatest dimension of each protocol, added up.
///
/// Assumption: of a Network Load Balancer the protocols add up; the pricing page gives each its dimensions and no sum (rule
/// LB-21).
pub fn capacity_units(kind: LoadBalancerType, hour: &BalancerHour) -> u128 {
    hour.dimensions(kind).map(|(_, all)| all.into_iter().max().unwrap_or_default()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(rules: u32, transport: Transport, optimized: bool) -> PlannedListener {
        PlannedListener { rules, transport, optimized }
    }

    /// An hour of new connections a second living so long, requests a second, and bytes a second.
    fn passed(new: u128, lives_s: u128, requests: u128, bytes: u128) -> Passed {
        let connections = new * 3600 * 1_000_000;
        Passed {
            micro_bytes: bytes * 3600 * 1_000_000,
            connections,
            connection_ms: connections * lives_s * 1000,
            requests: requests * 3600 * 1_000_000,
        }
    }

    /// Millionths of a capacity unit for an hour of what passes by each listener.
    fn units(kind: LoadBalancerType, all: &[(PlannedListener, Passed)]) -> u128 {
        let mut hour = BalancerHour::default();
        all.iter().for_each(|(listener, passed)| hour.pass(*listener, *passed));
        capacity_units(kind, &hour) / 1000
    }

    #[test]
    fn lb_20_capacity_units_follow_the_pricing_page() {
        let one = |kind, rules, passed| units(kind, &[(listener(rules, Transport::Tcp, false), passed)]);
        // TV-65: 1 new/s living 120 s → 0.04 and 0.04; 300 KB/s → 1.08 GB; 60 rules × 5 req/s → 0.25. The bytes bind.
        assert_eq!(one(LoadBalancerType::Application, 60, passed(1, 120, 5, 300_000)), 1_080_000);
        // TV-66: 100 new/s living 180 s are 18,000 active, 6 units.
        assert_eq!(one(LoadBalancerType::Application, 20, passed(100, 180, 4, 1000)), 6_000_000);
        // TV-67: ten rules are free: 5000 req/s with them evaluate nothing.
        assert_eq!(one(LoadBalancerType::Application, 10, passed(0, 0, 5000, 0)), 0);
        // TV-68: NLB, TCP, 300 KB/s.
        assert_eq!(one(LoadBalancerType::Network, 0, passed(1, 120, 5, 300_000)), 1_080_000);
    }

    #[test]
    fn lb_20_a_request_is_tried_on_the_rules_of_its_own_listener() {
        // 1,000/s by a listener of 15 rules and 1,000/s by one of 20: (5 + 10) × 1,000 evaluations a second, 15 units. Of
        // all 35 rules it would be 50.
        let by = |rules| (listener(rules, Transport::Tcp, false), passed(0, 0, 1000, 0));
        assert_eq!(units(LoadBalancerType::Application, &[by(15), by(20)]), 15_000_000);
    }

    #[test]
    fn lb_20_with_a_target_optimizer_a_unit_is_half_as_much() {
        let by = |passed| units(LoadBalancerType::Application, &[(listener(12, Transport::Tcp, true), passed)]);
        // 12.5 new connections, 1,500 active ones, 0.5 GB in an hour, 500 evaluations a second.
        assert_eq!(by(passed(25, 0, 0, 0)), 2_000_000);
        assert_eq!(by(passed(10, 300, 0, 0)), 2_000_000);
        assert_eq!(by(passed(0, 0, 0, 300_000)), 2_160_000);
        assert_eq!(by(passed(0, 0, 500, 0)), 2_000_000);
    }

    #[test]
    fn lb_21_each_protocol_fills_units_of_its_own_and_they_add_up() {
        let by = |transport, passed| (listener(0, transport, false), passed);
        let one = |transport, passed| units(LoadBalancerType::Network, &[by(transport, passed)]);
        // 400 new/s: a half of 800, all of 400, eight times 50.
        assert_eq!(one(Transport::Tcp, passed(400, 0, 0, 0)), 500_000);
        assert_eq!(one(Transport::Udp, passed(400, 0, 0, 0)), 1_000_000);
        assert_eq!(one(Transport::Tls, passed(400, 0, 0, 0)), 8_000_000);
        // 500 new/s living 60 s are 30,000 active: 0.3 of 100,000 (new bind, 0.625), 0.6 of 50,000 (1.25), 10 of 3,000.
        assert_eq!(one(Transport::Tcp, passed(500, 60, 0, 0)), 625_000);
        assert_eq!(one(Transport::Udp, passed(500, 60, 0, 0)), 1_250_000);
        assert_eq!(one(Transport::Tls, passed(500, 60, 0, 0)), 10_000_000);
        // The greatest of each: 0.5 of TCP and 1.08 GB of TLS.
        let both = [by(Transport::Tcp, passed(400, 0, 0, 1000)), by(Transport::Tls, passed(1, 0, 0, 300_000))];
        assert_eq!(units(LoadBalancerType::Network, &both), 1_580_000);
    }
}
