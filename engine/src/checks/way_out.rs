//! Where subnets lead: the internet gateway, NAT gateways, VPC endpoints; and how many of their addresses are taken.
//!
//! A subnet without a route table of its own has the routes that its tier implies (see `design::network`).

use std::collections::BTreeMap;

use crate::design::Design;
use crate::design::cidr::Cidr;
use crate::design::id::{NatGatewayId, SubnetId, VpcEndpointId, VpcId};
use crate::design::network::{
    EndpointKind, EndpointService, NatPlacement, RouteTarget, Subnet, SubnetTier, VpcEndpoint,
};
use crate::names::Zone;

/// How a subnet reaches the internet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WayOut<'d> {
    /// Straight through the internet gateway, for those with a public address.
    InternetGateway,
    /// Through a NAT gateway.
    Nat(&'d NatGatewayId),
    /// Over IPv6 alone, through the egress-only internet gateway or the internet gateway (rule NET-45).
    Ipv6,
    /// Not at all.
    None,
}

/// The ways out of every subnet.
#[derive(Debug)]
pub(super) struct WaysOut<'d> {
    design: &'d Design,
    ways: BTreeMap<&'d SubnetId, WayOut<'d>>,
    endpoints: BTreeMap<(&'d VpcId, EndpointService), (&'d VpcEndpointId, &'d VpcEndpoint)>,
}

impl<'d> WaysOut<'d> {
    pub(super) fn new(design: &'d Design) -> Self {
        let ways = design.subnets.iter().map(|(id, subnet)| (id, way_out(design, subnet))).collect();
        let mut endpoints = BTreeMap::new();
        for (id, endpoint) in &design.vpc_endpoints {
            // A gateway endpoint serves more than an interface endpoint of the same service: image layers.
            let key = (&endpoint.vpc, endpoint.service);
            let gateway = endpoint.kind == EndpointKind::Gateway;
            if gateway || !endpoints.contains_key(&key) {
                endpoints.insert(key, (id, endpoint));
            }
        }
        Self { design, ways, endpoints }
    }

    /// How a subnet reaches the internet.
    pub(super) fn of(&self, subnet: &SubnetId) -> WayOut<'d> {
        self.ways.get(subnet).cloned().unwrap_or(WayOut::None)
    }

    /// Whether IPv6 leads out of a subnet, beside IPv4 or alone.
    pub(super) fn over_ipv6(&self, subnet: &Subnet) -> bool {
        over_ipv6(self.design, subnet)
    }

    /// The endpoint of a service in a VPC.
    pub(super) fn endpoint(
        &self,
        vpc: &VpcId,
        service: EndpointService,
    ) -> Option<(&'d VpcEndpointId, &'d VpcEndpoint)> {
        let vpc = self.design.vpcs.get_key_value(vpc)?.0;
        self.endpoints.get(&(vpc, service)).copied()
    }

    /// Whether a subnet reaches a service without leaving the VPC.
    pub(super) fn by_endpoint(&self, subnet: &Subnet, service: EndpointService) -> bool {
        let Some((id, endpoint)) = self.endpoint(&subnet.vpc, service) else { return false };
        let table = subnet.route_table.as_ref().and_then(|table| self.design.route_tables.get(table));
        match (&endpoint.kind, table) {
            (EndpointKind::Gateway, Some(table)) => {
                table.routes.iter().any(|route| route.target == RouteTarget::VpcEndpoint(id.clone()))
            }
            (EndpointKind::Gateway, None) | (EndpointKind::Interface { .. }, _) => true,
        }
    }

    /// The zone that a NAT gateway stands in; `None` for one that serves the whole VPC.
    pub(super) fn zone_of_nat(&self, nat: &NatGatewayId) -> Option<&'d Zone> {
        match &self.design.nat_gateways.get(nat)?.placement {
            NatPlacement::Zonal(subnet) => self.design.subnets.get(subnet).map(|subnet| &subnet.zone),
            NatPlacement::Regional(_) => None,
        }
    }
}

/// The way over IPv4 where there is one, else over IPv6.
fn way_out<'d>(design: &'d Design, subnet: &'d Subnet) -> WayOut<'d> {
    let has_ipv4 = subnet.ip_address_type().has_ipv4();
    let way = if has_ipv4 { over_ipv4(design, subnet) } else { WayOut::None };
    if way == WayOut::None && over_ipv6(design, subnet) { WayOut::Ipv6 } else { way }
}

fn over_ipv6(design: &Design, subnet: &Subnet) -> bool {
    let table = subnet.route_table.as_ref().and_then(|id| design.route_tables.get(id));
    design.vpcs.get(&subnet.vpc).is_some_and(|vpc| subnet.leads_out_over_ipv6(vpc, table))
}

/// Whether the internet gateway is where a subnet's IPv4 traffic for the internet goes (rule NET-04).
fn over_ipv4<'d>(design: &'d Design, subnet: &'d Subnet) -> WayOut<'d> {
    if let Some(table) = subnet.route_table.as_ref().and_then(|id| design.route_tables.get(id)) {
        return match table.default_route(Cidr::ALL_IPV4) {
            Some(RouteTarget::InternetGateway) => WayOut::InternetGateway,
            Some(RouteTarget::NatGateway(nat)) => match design.nat_gateways.get_key_value(nat) {
                Some((id, gateway)) if !gateway.private => WayOut::Nat(id),
                Some(_) | None => WayOut::None,
            },
            Some(RouteTarget::EgressOnlyInternetGateway | RouteTarget::VpcEndpoint(_)) | None => WayOut::None,
        };
    }
    match &subnet.tier {
        SubnetTier::Public => WayOut::InternetGateway,
        SubnetTier::Isolated => WayOut::None,
        SubnetTier::Private | SubnetTier::Named(_) => implied_nat(design, subnet),
    }
}

/// The NAT gateway of the subnet's zone, else the VPC's only other one.
fn implied_nat<'d>(design: &'d Design, subnet: &'d Subnet) -> WayOut<'d> {
    let mut others = Vec::new();
    for (id, gateway) in design.nat_gateways.iter().filter(|(_, gateway)| !gateway.private) {
        match &gateway.placement {
            NatPlacement::Zonal(at) => match design.subnets.get(at) {
                Some(at) if at.vpc == subnet.vpc && at.zone == subnet.zone => return WayOut::Nat(id),
                Some(at) if at.vpc == subnet.vpc => others.push(id),
                Some(_) | None => {}
            },
            NatPlacement::Regional(vpc) if *vpc == subnet.vpc => others.push(id),
            NatPlacement::Regional(_) => {}
        }
    }
    if let [only] = others.as_slice() { WayOut::Nat(only) } else { WayOut::None }
}
