//! Parts of the network: VPC, zone, tier, subnet, NAT gateways, endpoints, groups, routes.

use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::id::{NatGatewayId, RouteTableId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId};
use bayplan_engine::design::load_balancing::Lattice;
use bayplan_engine::design::network::{
    EndpointKind, EndpointService, NatGateway, NatPlacement, RouteTable, SecurityGroup, Subnet, SubnetTier, Vpc,
    VpcEndpoint,
};
use bayplan_engine::design::{Design, Item, Kind, Tags};
use bayplan_engine::names::Zone;

use super::{Made, Part, Spot, free_name, one_a_zone, part, put, rare, subnets, vpc};
use crate::grid::layout;
use crate::widgets::icon;

const GROUP: &str = "Network";

pub(super) const PARTS: &[Part] = &[
    part("VPC", GROUP, icon::VPC, "network cidr", new_vpc),
    part("Zone", GROUP, icon::ZONE, "availability az column", zone),
    part("Subnet tier", GROUP, icon::TIER, "row public private isolated", tier),
    part("NAT gateway", GROUP, icon::NAT, "egress internet", nat),
    part("Endpoint", GROUP, icon::ENDPOINT, "interface privatelink vpce", interface_endpoint),
    rare("Gateway endpoint", GROUP, icon::GATEWAY_ENDPOINT, "s3 dynamodb free vpce", gateway_endpoint),
    rare("Regional NAT gateway", GROUP, icon::NAT, "egress internet", regional_nat),
    rare("Security group", GROUP, icon::FIREWALL, "firewall ports", security_group),
    rare("Route table", GROUP, icon::TRAFFIC, "routes", route_table),
    rare("VPC Lattice", GROUP, icon::LATTICE, "service network", lattice),
];

/// A VPC beside the others: the first 10.n.0.0/16 that overlaps none.
fn new_vpc(design: &Design, _spot: &Spot) -> Made {
    let taken = |cidr: Cidr| design.vpcs.values().any(|vpc| vpc.cidr.overlaps(cidr));
    let block = |n: u8| Cidr::ipv4(std::net::Ipv4Addr::new(10, n, 0, 0), 16);
    let cidr = (0..=u8::MAX).filter_map(block).find(|cidr| !taken(*cidr)).ok_or("every 10.n.0.0/16 is taken")?;
    let id = VpcId::new(&free_name(design, Kind::Vpc, "main"));
    put(Item::Vpc(
        id,
        Vpc {
            cidr,
            secondary_cidrs: Vec::new(),
            ipv6_cidr: None,
            ip_address_type: None,
            internet_gateway: true,
            egress_only_internet_gateway: false,
            zones: Vec::new(),
            measured_monthly_cross_zone_bytes: None,
            tags: Tags::new(),
        },
    ))
}

/// The next zone of the region as a column, with a subnet in every tier the VPC has.
fn zone(design: &Design, spot: &Spot) -> Made {
    let id = vpc(design, spot)?;
    let mut drawn = design.vpcs[&id].clone();
    let used = layout::zones(design, &id);
    let next = next_zone(design, &used).ok_or_else(|| format!("VPC {id} stands in every zone of {}", design.region))?;
    drawn.zones = used.into_iter().chain([next.clone()]).collect();
    let mut after = design.clone();
    let mut edits = vec![Edit::Put(Item::Vpc(id.clone(), drawn))];
    for tier in layout::tiers(design, &id) {
        let edit = subnet(&after, &id, &tier, &next)?;
        edit.apply(&mut after).map_err(|why| why.to_string())?;
        edits.push(edit);
    }
    Ok(edits)
}

fn next_zone(design: &Design, used: &[Zone]) -> Option<Zone> {
    let regions = bayplan_engine::embedded::regions().ok()?;
    regions.get(&design.region)?.zones.iter().find(|zone| !used.contains(zone)).cloned()
}

/// The next tier that the VPC has not, over all its zones.
fn tier(design: &Design, spot: &Spot) -> Made {
    let id = vpc(design, spot)?;
    let have = layout::tiers(design, &id);
    let standard = [SubnetTier::Private, SubnetTier::Public, SubnetTier::Isolated];
    let named = (1u32..).map(|n| SubnetTier::Named(format!("Tier {n}")));
    let tier = standard.into_iter().chain(named).find(|tier| !have.contains(tier)).unwrap_or(SubnetTier::Private);
    let mut zones = layout::zones(design, &id);
    if zones.is_empty() {
        zones.extend(next_zone(design, &[]));
    }
    let mut after = design.clone();
    let mut edits = Vec::new();
    for zone in zones {
        let edit = subnet(&after, &id, &tier, &zone)?;
        edit.apply(&mut after).map_err(|why| why.to_string())?;
        edits.push(edit);
    }
    Ok(edits)
}

/// A subnet in a free block of its VPC: as large as its row's others, else a /24, or a /64 of IPv6.
pub fn subnet(design: &Design, vpc: &VpcId, tier: &SubnetTier, zone: &Zone) -> Result<Edit, String> {
    let drawn = design.vpcs.get(vpc).ok_or_else(|| format!("there is no VPC {vpc}"))?;
    let others = || design.subnets.values().filter(|s| s.vpc == *vpc);
    let prefix = others().find(|s| s.tier == *tier).map_or(drawn.cidr.usual_subnet_prefix(), |s| s.cidr.prefix());
    let blocks = std::iter::once(drawn.cidr).chain(drawn.secondary_cidrs.iter().copied());
    let free = blocks
        .flat_map(|block| (0..).map_while(move |index| block.part(prefix, index)))
        .find(|cidr| others().flat_map(Subnet::blocks).all(|other| !other.overlaps(*cidr)));
    let cidr = free.ok_or_else(|| format!("VPC {vpc} has no free /{prefix} block"))?;
    let word = tier.word().to_lowercase().replace(' ', "-");
    let letter: String = zone.as_str().chars().last().into_iter().collect();
    let id = SubnetId::new(&free_name(design, Kind::Subnet, &format!("{word}-{letter}")));
    Ok(Edit::Put(Item::Subnet(
        id,
        Subnet {
            vpc: vpc.clone(),
            zone: zone.clone(),
            tier: tier.clone(),
            cidr,
            ipv6_cidr: None,
            ip_address_type: None,
            route_table: None,
            tags: Tags::new(),
        },
    )))
}

/// In the zone pointed at, else the first zone without one.
fn nat(design: &Design, spot: &Spot) -> Made {
    let id = vpc(design, spot)?;
    let public = one_a_zone(design, &id, &SubnetTier::Public);
    let has = |subnet: &SubnetId| {
        design.nat_gateways.values().any(|nat| matches!(&nat.placement, NatPlacement::Zonal(at) if at == subnet))
    };
    let pointed = public.iter().find(|s| spot.zone.as_ref().is_some_and(|zone| design.subnets[*s].zone == *zone));
    let subnet = pointed.or_else(|| public.iter().find(|s| !has(s))).or_else(|| public.first());
    let subnet = subnet.ok_or("A NAT gateway stands in a public subnet, and this VPC has none")?;
    let letter: String = design.subnets[subnet].zone.as_str().chars().last().into_iter().collect();
    let name = free_name(design, Kind::NatGateway, &format!("nat-{letter}"));
    let placement = NatPlacement::Zonal(subnet.clone());
    put(Item::NatGateway(NatGatewayId::new(&name), NatGateway::new(placement)))
}

fn regional_nat(design: &Design, spot: &Spot) -> Made {
    let placement = NatPlacement::Regional(vpc(design, spot)?);
    let name = free_name(design, Kind::NatGateway, "nat");
    put(Item::NatGateway(NatGatewayId::new(&name), NatGateway::new(placement)))
}

/// For the first service of the usual order that has none yet.
fn interface_endpoint(design: &Design, spot: &Spot) -> Made {
    let vpc = vpc(design, spot)?;
    let subnets = subnets(design, &vpc, &[SubnetTier::Private])?;
    let usual =
        [EndpointService::EcrDkr, EndpointService::EcrApi, EndpointService::Logs, EndpointService::SecretsManager];
    let has = |service: EndpointService| design.vpc_endpoints.values().any(|e| e.service == service && e.vpc == vpc);
    let all = usual.into_iter().chain(EndpointService::ALL.iter().copied());
    let service = all.into_iter().find(|service| !has(*service)).unwrap_or(EndpointService::EcrDkr);
    let name = free_name(design, Kind::VpcEndpoint, service.aws());
    let kind = EndpointKind::Interface { subnets, security_groups: Vec::new() };
    put(Item::VpcEndpoint(VpcEndpointId::new(&name), VpcEndpoint::new(vpc, service, kind)))
}

fn gateway_endpoint(design: &Design, spot: &Spot) -> Made {
    let vpc = vpc(design, spot)?;
    let has_s3 = design.vpc_endpoints.values().any(|e| e.service == EndpointService::S3 && e.vpc == vpc);
    let service = if has_s3 { EndpointService::DynamoDb } else { EndpointService::S3 };
    let name = free_name(design, Kind::VpcEndpoint, service.aws());
    let kind = EndpointKind::Gateway;
    put(Item::VpcEndpoint(VpcEndpointId::new(&name), VpcEndpoint::new(vpc, service, kind)))
}

fn security_group(design: &Design, spot: &Spot) -> Made {
    let vpc = vpc(design, spot)?;
    let name = free_name(design, Kind::SecurityGroup, "tasks");
    let group = SecurityGroup { vpc, ingress: Vec::new(), egress: None, tags: Tags::new() };
    put(Item::SecurityGroup(SecurityGroupId::new(&name), group))
}

fn route_table(design: &Design, spot: &Spot) -> Made {
    let vpc = vpc(design, spot)?;
    let name = free_name(design, Kind::RouteTable, "routes");
    put(Item::RouteTable(RouteTableId::new(&name), RouteTable { vpc, routes: Vec::new(), tags: Tags::new() }))
}

fn lattice(design: &Design, spot: &Spot) -> Made {
    let vpcs = vec![vpc(design, spot)?];
    let name = free_name(design, Kind::Lattice, "lattice");
    let services = spot.service.clone().into_iter().collect();
    put(Item::Lattice(name.as_str().into(), Lattice { vpcs, services, tags: Tags::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::layout::tests::drawing;

    #[test]
    fn a_new_zone_gets_a_subnet_in_every_tier_and_no_block_overlaps() {
        let mut design = drawing();
        // eu-west-1 has a, b and c; without b, b is next.
        design.subnets.retain(|_, subnet| subnet.zone.as_str() != "eu-west-1b");
        for edit in zone(&design, &Spot::default()).unwrap() {
            edit.apply(&mut design).unwrap();
        }
        let in_b: Vec<_> = design.subnets.values().filter(|s| s.zone.as_str() == "eu-west-1b").collect();
        assert_eq!(in_b.len(), 2);
        let blocks: Vec<_> = design.subnets.values().map(|s| s.cidr).collect();
        for (place, one) in blocks.iter().enumerate() {
            assert!(blocks[..place].iter().all(|other| !other.overlaps(*one)), "{one}");
        }
        let said = zone(&drawing(), &Spot::default()).unwrap_err();
        assert_eq!(said, "VPC main stands in every zone of eu-west-1");
    }

    #[test]
    fn nat_gateways_go_zone_by_zone() {
        let mut design = drawing();
        for expected in ["nat-a", "nat-b", "nat-c"] {
            let edits = nat(&design, &Spot::default()).unwrap();
            edits[0].apply(&mut design).unwrap();
            assert!(design.nat_gateways.contains_key(&NatGatewayId::new(expected)), "{expected}");
        }
    }
}
