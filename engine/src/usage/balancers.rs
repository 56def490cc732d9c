//! What fills balancers hour by hour, and the capacity units that they are billed by.
//!
//! All arithmetic is in whole numbers: requests, connections and bytes in millionths, units in billionths.

use std::collections::BTreeMap;

use crate::design::load_balancing::LoadBalancerType;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::load::{Door, LoadKind, PlannedLoad};
use crate::plan::network::PlannedBalancer;
use crate::plan::service::{PlannedService, PlannedTarget};
use crate::units::{Bytes, Micro, Span};

/// Calls of one connection between services, and how long it lives.
///
/// Assumption: clients keep connections open: 100 calls each, for a minute.
const CALLS_PER_CONNECTION: u32 = 100;
/// Assumption: as above.
const CALL_CONNECTION: Span = Span::MINUTE;

/// What came through a balancer in one hour, for its capacity units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BalancerHour {
    /// Bytes × 10⁶ in both directions.
    pub micro_bytes: u128,
    /// New connections × 10⁶.
    pub connections: u128,
    /// Connections × 10⁶ × the milliseconds they live.
    pub connection_ms: u128,
    /// Requests × 10⁶.
    pub requests: u128,
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
    ) -> impl Iterator<Item = (Ix<PlannedService>, BalancerHour)> {
        self.0[balancer.index()].iter().map(|(service, hour)| (*service, *hour))
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
                let Door::Balancer(balancer) = door else { return };
                traffics.of(balancer, load.service).add(work.micro(), bytes, per_connection, lifetime);
            }
            Self::Calls(service, work) => {
                for call in &plan.services[service].calls {
                    if let PlannedTarget::Through(callee, balancer) = call.to {
                        let calls = work.micro() * u128::from(call.per_work.ppm()) / 1_000_000;
                        let bytes = call.request_bytes + call.response_bytes;
                        traffics.of(balancer, callee).add(calls, bytes, CALLS_PER_CONNECTION, CALL_CONNECTION);
                    }
                }
            }
        }
    }
}

impl BalancerHour {
    fn and(self, other: &Self) -> Self {
        Self {
            micro_bytes: self.micro_bytes + other.micro_bytes,
            connections: self.connections + other.connections,
            connection_ms: self.connection_ms + other.connection_ms,
            requests: self.requests + other.requests,
        }
    }

    fn add(&mut self, micro_requests: u128, bytes: Bytes, per_connection: u32, lifetime: Span) {
        self.requests += micro_requests;
        self.micro_bytes += micro_requests * u128::from(bytes.bytes());
        let connections = micro_requests / u128::from(per_connection.max(1));
        self.connections += connections;
        self.connection_ms += connections * u128::from(lifetime.ms());
    }
}

/// Capacity units of one hour, in billionths of a unit for an hour: the greatest of the dimensions.
///
/// Source: Elastic Load Balancing pricing page (rules LB-20 to LB-22). One unit for an hour is, of an Application Load
/// Balancer: 25 new connections a second, 3,000 active ones, 1 GB, 1,000 rule evaluations a second above 10 rules; of a
/// Network Load Balancer (TCP): 800, 100,000, 1 GB; of a Gateway Load Balancer: 600, 60,000, 1 GB.
pub fn capacity_units(balancer: &PlannedBalancer, hour: BalancerHour) -> u128 {
    dimensions(balancer, hour).into_iter().max().unwrap_or_default()
}

/// What each dimension alone would come to: new connections, active ones, bytes, rule evaluations.
pub fn dimensions(balancer: &PlannedBalancer, hour: BalancerHour) -> [u128; 4] {
    let (new_a_second, active) = match balancer.kind {
        LoadBalancerType::Application => (25, 3_000),
        LoadBalancerType::Network => (800, 100_000),
        LoadBalancerType::Gateway => (600, 60_000),
    };
    let new = hour.connections * 1000 / (new_a_second * 3600);
    let open = hour.connection_ms / (active * 3600);
    let bytes = hour.micro_bytes / 1_000_000;
    let evaluated = u128::from(balancer.rules.saturating_sub(10));
    let rules = match balancer.kind {
        LoadBalancerType::Application => hour.requests * evaluated * 1000 / (1000 * 3600),
        LoadBalancerType::Network | LoadBalancerType::Gateway => 0,
    };
    [new, open, bytes, rules]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::load_balancing::Scheme;

    fn balancer(kind: LoadBalancerType, rules: u32) -> PlannedBalancer {
        PlannedBalancer {
            owner: Ix::new(0),
            kind,
            scheme: Scheme::InternetFacing,
            zones: Vec::new(),
            cross_zone: true,
            rules,
            web_acl: None,
        }
    }

    /// An hour of new connections a second living so long, requests a second, and bytes a second.
    fn hour(new: u128, lives_s: u128, requests: u128, bytes: u128) -> BalancerHour {
        let connections = new * 3600 * 1_000_000;
        BalancerHour {
            micro_bytes: bytes * 3600 * 1_000_000,
            connections,
            connection_ms: connections * lives_s * 1000,
            requests: requests * 3600 * 1_000_000,
        }
    }

    #[test]
    fn lb_20_capacity_units_follow_the_pricing_page() {
        // TV-65: 1 new/s living 120 s → 0.04 and 0.04; 300 KB/s → 1.08 GB; 60 rules × 5 req/s → 0.25. The bytes bind.
        let units = capacity_units(&balancer(LoadBalancerType::Application, 60), hour(1, 120, 5, 300_000));
        assert_eq!(units, 1_080_000_000);
        // TV-66: 100 new/s living 180 s are 18,000 active, 6 units.
        let units = capacity_units(&balancer(LoadBalancerType::Application, 20), hour(100, 180, 4, 1000));
        assert_eq!(units, 6_000_000_000);
        // TV-67: ten rules are free: 5000 req/s with them evaluate nothing.
        assert_eq!(capacity_units(&balancer(LoadBalancerType::Application, 10), hour(0, 0, 5000, 0)), 0);
        // TV-68: NLB, TCP, 300 KB/s.
        assert_eq!(capacity_units(&balancer(LoadBalancerType::Network, 0), hour(1, 120, 5, 300_000)), 1_080_000_000);
    }
}
