//! Ways of a plan: subnets, NAT gateways, endpoints, balancers, and by which of them bytes go.

use std::collections::BTreeMap;

use super::PlannedZone;
use super::index::{Ix, Table};
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::load_balancing::{LoadBalancerType, Scheme};
use crate::design::network::EndpointService;

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSubnet {
    /// The subnet drawn.
    pub owner: Ix<ItemRef>,
    /// Its zone.
    pub zone: Ix<PlannedZone>,
    /// The VPC it is cut from.
    pub vpc: Ix<ItemRef>,
    /// How many addresses can be used (rule NET-02).
    pub addresses: u64,
    /// Whether its default route leads to an internet gateway (rule NET-04).
    pub public: bool,
    /// The NAT gateway its default route leads to.
    pub nat: Option<Ix<PlannedNat>>,
    /// Whether IPv6 leads out of it, free of charges of its own (rule NET-43).
    pub over_ipv6: bool,
}

/// A NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedNat {
    /// The gateway drawn.
    pub owner: Ix<ItemRef>,
    /// Its zone; a regional one stands in all.
    pub zone: Option<Ix<PlannedZone>>,
}

impl PlannedNat {
    /// What its bytes are charged as.
    pub const fn data_meter(&self) -> Meter {
        if self.zone.is_some() { Meter::NatGatewayData } else { Meter::RegionalNatGatewayData }
    }
}

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedEndpoint {
    /// The endpoint drawn.
    pub owner: Ix<ItemRef>,
    /// Zones it has an interface in; `None` for a gateway endpoint, which is free.
    pub zones: Option<Vec<Ix<PlannedZone>>>,
}

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedBalancer {
    /// The balancer drawn.
    pub owner: Ix<ItemRef>,
    /// Which kind.
    pub kind: LoadBalancerType,
    /// Who can reach it.
    pub scheme: Scheme,
    /// Zones it serves.
    pub zones: Vec<Ix<PlannedZone>>,
    /// Whether each node serves the targets of all zones.
    pub cross_zone: bool,
    /// The web ACL before it.
    pub web_acl: Option<Ix<ItemRef>>,
}

/// The listener of a balancer that takes what goes through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedListener {
    /// Rules a request is tried against: those of this listener alone (rule LB-20).
    pub rules: u32,
    /// What a Network Load Balancer counts it as (rule LB-21).
    pub transport: Transport,
    /// Whether its targets are of a target group with a target optimizer (rule LB-20).
    pub optimized: bool,
}

/// The protocols whose capacity units a Network Load Balancer counts apart, cheapest first.
///
/// Source: Elastic Load Balancing pricing page, "Network Load Balancer capacity units" (rule LB-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// TCP; all that other kinds of load balancer take.
    Tcp,
    /// UDP.
    Udp,
    /// TLS.
    Tls,
}

/// Something that stands from the start of a run to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whom it belongs to.
    pub owner: Ix<ItemRef>,
    /// What it meters, as (meter, level).
    pub levels: Vec<(Meter, u64)>,
}

/// An amount that the user states in place of what is derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedUsage {
    /// Whom it belongs to.
    pub owner: Ix<ItemRef>,
    /// What it meters.
    pub meter: Meter,
    /// How much in a month of 730 hours, in the meter's base unit.
    pub month: u128,
    /// Whose derived amounts of the meter it stands for.
    pub in_place_of: Vec<Ix<ItemRef>>,
}

/// What bytes of a task are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// An AWS service of the region.
    Aws(EndpointService),
    /// Anything on the internet.
    Internet,
}

/// The way bytes take out of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the internet gateway, from a public address or over IPv6; or by the egress-only one, which costs as little.
    InternetGateway,
    /// By a gateway endpoint, free.
    GatewayEndpoint,
    /// By an interface endpoint, from any zone: bytes on their way to one carry no inter-AZ charge (rule NET-42).
    InterfaceEndpoint {
        /// The endpoint.
        owner: Ix<ItemRef>,
    },
    /// By a NAT gateway; whether the bytes cross zones on their way to it.
    Nat {
        /// The gateway.
        nat: Ix<PlannedNat>,
        /// Whether it stands in another zone.
        crosses: bool,
    },
}

/// Gateways and endpoints, and the ways through them.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// NAT gateways, by name.
    pub nats: Table<PlannedNat>,
    /// Endpoints by VPC and service.
    pub endpoints: BTreeMap<(Ix<ItemRef>, EndpointService), PlannedEndpoint>,
}

impl Network {
    /// Whether a way from a subnet works while zones are lost: a zonal gateway and the interfaces of an endpoint go with
    /// theirs (rule INT-03).
    pub fn is_open(
        &self,
        subnet: &PlannedSubnet,
        to: Destination,
        way: Way,
        is_up: impl Fn(Ix<PlannedZone>) -> bool,
    ) -> bool {
        match (way, to) {
            (Way::Nat { nat, .. }, _) => self.nats[nat].zone.is_none_or(is_up),
            (Way::InterfaceEndpoint { .. }, Destination::Aws(service)) => {
                let zones = self.endpoints.get(&(subnet.vpc, service)).and_then(|endpoint| endpoint.zones.as_ref());
                zones.is_none_or(|zones| zones.iter().any(|zone| is_up(*zone)))
            }
            (Way::InterfaceEndpoint { .. } | Way::InternetGateway | Way::GatewayEndpoint, _) => true,
        }
    }

    /// The way from a subnet; `None` if there is none. An endpoint goes before any other way (rule NET-32), and IPv4
    /// before IPv6.
    pub fn way(&self, subnet: &PlannedSubnet, public_ip: bool, to: Destination) -> Option<Way> {
        if let Destination::Aws(service) = to
            && let Some(endpoint) = self.endpoints.get(&(subnet.vpc, service))
        {
            return Some(match &endpoint.zones {
                None => Way::GatewayEndpoint,
                Some(_) => Way::InterfaceEndpoint { owner: endpoint.owner },
            });
        }
        if subnet.public && public_ip {
            return Some(Way::InternetGateway);
        }
        match subnet.nat {
            Some(nat) => {
                let zone = self.nats[nat].zone;
                Some(Way::Nat { nat, crosses: zone.is_some_and(|zone| zone != subnet.zone) })
            }
            None => subnet.over_ipv6.then_some(Way::InternetGateway),
        }
    }
}

impl PlannedBalancer {
    /// The meters of its hour and of its capacity units.
    pub const fn meters(&self) -> (Meter, Meter) {
        match self.kind {
            LoadBalancerType::Application => (Meter::AlbHour, Meter::AlbLcu),
            LoadBalancerType::Network => (Meter::NlbHour, Meter::NlbLcu),
            LoadBalancerType::Gateway => (Meter::GwlbHour, Meter::GwlbLcu),
        }
    }
}
