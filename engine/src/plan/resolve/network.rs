//! Subnets, routes, NAT gateways, endpoints, balancers.

use std::collections::BTreeMap;

use super::Resolver;
use crate::design::ItemRef;
use crate::design::cidr::Cidr;
use crate::design::id::{NatGatewayId, SubnetId, VpcId};
use crate::design::network::{EndpointKind, NatPlacement, RouteTarget, Subnet, SubnetTier};
use crate::names::Zone;
use crate::plan::index::Ix;
use crate::plan::network::{PlannedBalancer, PlannedEndpoint, PlannedNat, PlannedSubnet};

/// Where a NAT gateway stands: its VPC, and its zone unless it is regional.
struct NatPlace {
    ix: Ix<PlannedNat>,
    vpc: VpcId,
    zone: Option<Zone>,
}

impl Resolver<'_> {
    pub(super) fn place_network(&mut self) {
        // Zones in the order of their names, whatever is drawn first.
        let mut names: Vec<_> = self.design.subnets.values().map(|s| s.zone.clone()).collect();
        names.sort();
        for name in names {
            self.zone(&name);
        }
        let nats = self.place_nats();
        for (id, subnet) in &self.design.subnets {
            self.place_subnet(id, subnet, &nats);
        }
        self.place_endpoints();
        self.place_balancers();
    }

    fn place_nats(&mut self) -> BTreeMap<NatGatewayId, NatPlace> {
        let mut places = BTreeMap::new();
        for (id, nat) in &self.design.nat_gateways {
            let item = ItemRef::NatGateway(id.clone());
            let (vpc, zone) = match &nat.placement {
                NatPlacement::Zonal(subnet) => {
                    if let Some(drawn) = self.design.subnets.get(subnet) {
                        (drawn.vpc.clone(), Some(drawn.zone.clone()))
                    } else {
                        self.fail(item, "placement", format!("there is no subnet {subnet}"));
                        continue;
                    }
                }
                NatPlacement::Regional(vpc) if self.design.vpcs.contains_key(vpc) => (vpc.clone(), None),
                NatPlacement::Regional(vpc) => {
                    self.fail(item, "placement", format!("there is no VPC {vpc}"));
                    continue;
                }
            };
            let owner = self.owner(item);
            let planned = PlannedNat { owner, zone: zone.as_ref().map(|z| self.zone(z)) };
            let ix = self.network.nats.push(planned);
            // A private NAT gateway leads to other networks, never to the internet.
            if !nat.private {
                places.insert(id.clone(), NatPlace { ix, vpc, zone });
            }
        }
        places
    }

    fn place_subnet(&mut self, id: &SubnetId, subnet: &Subnet, nats: &BTreeMap<NatGatewayId, NatPlace>) {
        let item = ItemRef::Subnet(id.clone());
        let Some(vpc) = self.design.vpcs.get(&subnet.vpc) else {
            self.fail(item, "vpc", format!("there is no VPC {}", subnet.vpc));
            return;
        };
        let table = subnet.route_table.as_ref().and_then(|table| self.design.route_tables.get(table));
        let default = subnet.route_table.as_ref().map(|_| table.and_then(|t| t.default_route(Cidr::ALL_IPV4)));
        let over_ipv6 = subnet.leads_out_over_ipv6(vpc, table);
        let (public, nat) = match default {
            _ if !subnet.ip_address_type().has_ipv4() => (false, None),
            Some(Some(RouteTarget::InternetGateway)) => (vpc.internet_gateway, None),
            Some(Some(RouteTarget::NatGateway(nat))) => (false, nats.get(nat).map(|place| place.ix)),
            Some(Some(RouteTarget::EgressOnlyInternetGateway | RouteTarget::VpcEndpoint(_)) | None) => (false, None),
            None => match subnet.tier {
                SubnetTier::Public => (vpc.internet_gateway, None),
                SubnetTier::Isolated => (false, None),
                SubnetTier::Private | SubnetTier::Named(_) => (false, implied_nat(subnet, nats)),
            },
        };
        let owner = self.owner(item);
        let vpc = self.owner(ItemRef::Vpc(subnet.vpc.clone()));
        let zone = self.zone(&subnet.zone);
        let addresses = subnet.cidr.usable_addresses();
        let planned = PlannedSubnet { owner, zone, vpc, addresses, public, nat, over_ipv6 };
        let ix = self.subnets.push(planned);
        self.subnet_of.insert(id.clone(), ix);
    }

    fn place_endpoints(&mut self) {
        for (id, endpoint) in &self.design.vpc_endpoints {
            let item = ItemRef::VpcEndpoint(id.clone());
            if !self.design.vpcs.contains_key(&endpoint.vpc) {
                self.fail(item, "vpc", format!("there is no VPC {}", endpoint.vpc));
                continue;
            }
            let zones = match &endpoint.kind {
                EndpointKind::Gateway => None,
                EndpointKind::Interface { subnets, .. } => {
                    let placed = subnets.iter().filter_map(|s| self.subnet(&item, "subnets", s));
                    let placed: Vec<_> = placed.collect();
                    Some(placed.into_iter().map(|s| self.subnets[s].zone).collect())
                }
            };
            let owner = self.owner(item);
            let vpc = self.owner(ItemRef::Vpc(endpoint.vpc.clone()));
            self.network.endpoints.insert((vpc, endpoint.service), PlannedEndpoint { owner, zones });
        }
    }

    fn place_balancers(&mut self) {
        for (id, balancer) in &self.design.load_balancers {
            let item = ItemRef::LoadBalancer(id.clone());
            let placed: Vec<_> = balancer.subnets.iter().filter_map(|s| self.subnet(&item, "subnets", s)).collect();
            let mut zones: Vec<_> = placed.into_iter().map(|s| self.subnets[s].zone).collect();
            zones.sort();
            zones.dedup();
            let web_acl = balancer.web_acl.as_ref().map(|acl| ItemRef::WebAcl(acl.clone()));
            if let Some(acl) = web_acl.as_ref().filter(|acl| !self.design.contains(acl)) {
                self.fail(item.clone(), "web_acl", format!("there is no {acl}"));
            }
            let planned = PlannedBalancer {
                owner: self.owner(item),
                kind: balancer.kind,
                scheme: balancer.scheme,
                zones,
                cross_zone: balancer.crosses_zones(),
                web_acl: web_acl.map(|acl| self.owner(acl)),
            };
            let ix = self.balancers.push(planned);
            self.balancer_of.insert(id.clone(), ix);
        }
    }
}

/// The NAT gateway that a private tier's routes imply: the one of its own zone, else a regional one, else the first by name.
fn implied_nat(subnet: &Subnet, nats: &BTreeMap<NatGatewayId, NatPlace>) -> Option<Ix<PlannedNat>> {
    let of_vpc = || nats.values().filter(|place| place.vpc == subnet.vpc);
    of_vpc()
        .find(|place| place.zone.as_ref() == Some(&subnet.zone))
        .or_else(|| of_vpc().find(|place| place.zone.is_none()))
        .or_else(|| of_vpc().next())
        .map(|place| place.ix)
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Catalogue;
    use crate::design::cidr::Cidr;
    use crate::design::network::{Route, RouteTable, RouteTarget, SubnetTier};
    use crate::design::scenario::Scenario;
    use crate::design::{Design, Tags};
    use crate::plan::network::{Destination, Way};
    use crate::plan::resolve::resolve;

    /// The ways to the internet from the private subnets of a changed preset, without public addresses.
    fn ways(change: fn(&mut Design)) -> Vec<Option<Way>> {
        let mut design = crate::presets::find("three-tier-web").expect("a preset").project().design;
        design.nat_gateways.clear();
        change(&mut design);
        let private = design.subnets.iter().filter(|(_, s)| s.tier == SubnetTier::Private);
        let private: Vec<_> = private.map(|(id, _)| crate::design::ItemRef::Subnet(id.clone())).collect();
        let catalogue = Catalogue::load(&design.region).expect("a region");
        let plan = resolve(&design, &Scenario::default(), &catalogue).unwrap_or_else(|e| panic!("{e:?}"));
        let planned = plan.subnets.iter().filter(|subnet| private.contains(&plan.owners[subnet.owner]));
        planned.map(|subnet| plan.network.way(subnet, false, Destination::Internet)).collect()
    }

    fn ipv6(design: &mut Design, gateway: bool) {
        let block = Cidr::parse("2600:1f18:0:ab00::/56").expect("a block");
        design.vpcs.values_mut().for_each(|vpc| {
            (vpc.ipv6_cidr, vpc.egress_only_internet_gateway) = (Some(block), gateway);
        });
        for (place, subnet) in (0..).zip(design.subnets.values_mut()) {
            subnet.ipv6_cidr = block.part(64, place);
        }
    }

    fn route(design: &mut Design, target: RouteTarget) {
        let vpc = design.vpcs.keys().next().expect("drawn").clone();
        let routes = vec![Route { destination: Cidr::ALL_IPV6, target }];
        design.route_tables.insert("out".into(), RouteTable { vpc, routes, tags: Tags::new() });
        design.subnets.values_mut().for_each(|subnet| subnet.route_table = Some("out".into()));
    }

    #[test]
    fn net_43_and_net_45_ipv6_leaves_by_the_egress_only_gateway_without_nat() {
        let all = |ways: Vec<_>, expected| assert!(!ways.is_empty() && ways.iter().all(|way| *way == expected));
        all(ways(|_| {}), None);
        all(ways(|d| ipv6(d, false)), None);
        all(ways(|d| ipv6(d, true)), Some(Way::InternetGateway));
        all(
            ways(|d| {
                ipv6(d, true);
                route(d, RouteTarget::EgressOnlyInternetGateway);
            }),
            Some(Way::InternetGateway),
        );
        // The route leads IPv6 alone: subnets of IPv4 alone stay without a way.
        all(
            ways(|d| {
                ipv6(d, true);
                route(d, RouteTarget::EgressOnlyInternetGateway);
                d.subnets.values_mut().for_each(|subnet| subnet.ipv6_cidr = None);
            }),
            None,
        );
    }
}
