//! Blocks, subnets, zones, and the ways that tasks take out of them.

use std::collections::BTreeMap;

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use super::needs;
use super::way_out::WayOut;
use crate::catalogue::meter::Meter;
use crate::design::capacity::CapacityProvider;
use crate::design::cidr::{AddressFamily, Cidr};
use crate::design::edit::Edit;
use crate::design::id::{NatGatewayId, SubnetId, VpcId};
use crate::design::network::{EndpointKind, EndpointService, NatGateway, NatPlacement, Vpc};
use crate::design::{Item, ItemRef};
use crate::names::Zone;

const BLOCKS: &str = "Amazon VPC User Guide, \"VPC CIDR blocks\" and \"Subnet CIDR blocks\"";
const AWSVPC: &str = "ECS API Reference, \"AwsVpcConfiguration\"";
const NAT: &str = "Amazon VPC User Guide, \"NAT gateways\"";
const ENDPOINTS: &str = "ECS Developer Guide, \"Amazon ECS interface VPC endpoints (AWS PrivateLink)\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new("subnets-overlap", Severity::Error, "Two subnets of a VPC share addresses", BLOCKS, subnets_overlap),
    Rule::new(
        "subnet-outside-vpc",
        Severity::Error,
        "A subnet's block lies outside its VPC's",
        BLOCKS,
        subnet_outside_vpc,
    ),
    Rule::new(
        "block-size-not-legal",
        Severity::Error,
        "A VPC or subnet is larger or smaller than AWS allows",
        BLOCKS,
        block_size_not_legal,
    ),
    Rule::new(
        "zone-not-in-region",
        Severity::Error,
        "A subnet stands in a zone that the region does not have",
        "Amazon EC2 User Guide, \"Regions and Zones\"",
        zone_not_in_region,
    ),
    Rule::new(
        "awsvpc-without-subnets",
        Severity::Error,
        "Tasks with an interface of their own have no subnet",
        AWSVPC,
        awsvpc_without_subnets,
    ),
    Rule::new(
        "subnets-of-several-vpcs",
        Severity::Error,
        "A list of subnets spans several VPCs",
        AWSVPC,
        subnets_of_several_vpcs,
    ),
    Rule::new("no-way-out", Severity::Error, "Tasks have no path to what they need", ENDPOINTS, needs::no_way_out)
        .leaving_the_bill(),
    Rule::new(
        "public-subnet-without-public-ip",
        Severity::Error,
        "Tasks in a public subnet have no public address and so no way out",
        "ECS Developer Guide, \"Fargate task networking\"",
        needs::public_subnet_without_public_ip,
    )
    .leaving_the_bill(),
    Rule::new(
        "public-ip-not-given",
        Severity::Error,
        "A public address is asked for where ECS gives none",
        "ECS API Reference, \"AwsVpcConfiguration\", assignPublicIp",
        public_ip_not_given,
    ),
    Rule::new(
        "no-internet-gateway",
        Severity::Error,
        "A public subnet's VPC has no internet gateway",
        "Amazon VPC User Guide, \"Internet gateways\"",
        no_internet_gateway,
    )
    .leaving_the_bill(),
    Rule::new(
        "nat-gateway-in-private-subnet",
        Severity::Error,
        "A NAT gateway has no way to the internet itself",
        NAT,
        nat_gateway_in_private_subnet,
    )
    .leaving_the_bill(),
    Rule::new(
        "nat-gateway-in-one-zone",
        Severity::Warning,
        "Tasks of several zones go out by one zone's NAT gateway",
        NAT,
        nat_gateway_in_one_zone,
    ),
    Rule::new(
        "gateway-endpoint-of-other-service",
        Severity::Error,
        "A gateway endpoint for a service that has none",
        "AWS PrivateLink Guide, \"Gateway endpoints\"",
        gateway_endpoint_of_other_service,
    ),
    Rule::new(
        "endpoint-in-one-zone-twice",
        Severity::Error,
        "An interface endpoint has two subnets in one zone",
        ENDPOINTS,
        endpoint_in_one_zone_twice,
    ),
    Rule::new(
        "endpoint-twice",
        Severity::Error,
        "A VPC has two interface endpoints of one service",
        ENDPOINTS,
        endpoint_twice,
    ),
];

fn at(id: &SubnetId) -> ItemRef {
    ItemRef::Subnet(id.clone())
}

/// What: the blocks of two subnets of a VPC share addresses. Why: AWS refuses the second. Example: 10.0.0.0/20 and
/// 10.0.8.0/24. Fix: the first free block of the same size.
///
/// Source: Amazon VPC User Guide, "Subnet CIDR blocks" (rule NET-01).
fn subnets_overlap(context: &Context<'_>, out: &mut Findings) {
    let mut by_vpc: BTreeMap<&VpcId, Vec<_>> = BTreeMap::new();
    for (id, subnet) in &context.design.subnets {
        let blocks = subnet.blocks().map(|block| (block, id, subnet));
        by_vpc.entry(&subnet.vpc).or_default().extend(blocks);
    }
    for (vpc, mut subnets) in by_vpc {
        subnets.sort_by_key(|(cidr, id, _)| (*cidr, *id));
        // Blocks nest or are apart, so in order of address an overlap is with the widest reach so far.
        let mut reach = subnets[0];
        for (cidr, id, subnet) in subnets.iter().skip(1) {
            if !reach.0.overlaps(*cidr) {
                reach = (*cidr, *id, *subnet);
                continue;
            }
            let message = format!("{cidr} shares addresses with {} of {}", reach.0, reach.1);
            let first = *cidr == subnet.cidr;
            let field = if first { "cidr" } else { "ipv6_cidr" };
            let finding = out.add(at(id), field, message, "Give each subnet a block of its own");
            let mut wholes = context.design.vpcs.get(vpc).into_iter().flat_map(Vpc::blocks);
            let Some(whole) = wholes.find(|whole| whole.family() == cidr.family()) else { continue };
            let parts = (0..).map_while(|index| whole.part(cidr.prefix(), index)).take(4096);
            let taken = |part: &Cidr| subnets.iter().any(|(other, _, _)| other.overlaps(*part));
            if let Some(free) = parts.into_iter().find(|part| !taken(part)) {
                let mut moved = (*subnet).clone();
                if first {
                    moved.cidr = free;
                } else {
                    moved.ipv6_cidr = Some(free);
                }
                finding.fix(format!("Move it to {free}"), vec![Edit::Put(Item::Subnet((*id).clone(), moved))]);
            }
        }
    }
}

/// What: a subnet's block is not inside one of its VPC's. Why: AWS refuses it. Example: 10.1.0.0/24 in 10.0.0.0/16.
///
/// Source: Amazon VPC User Guide, "Subnet CIDR blocks" (rule NET-01).
fn subnet_outside_vpc(context: &Context<'_>, out: &mut Findings) {
    for (id, subnet) in &context.design.subnets {
        let Some(vpc) = context.design.vpcs.get(&subnet.vpc) else { continue };
        for cidr in subnet.blocks().filter(|cidr| !vpc.blocks().any(|block| block.holds(*cidr))) {
            let family = cidr.family();
            // Which block of its pool Amazon gives is not known before.
            let amazons = vpc.ip_address_type().has_ipv6() && !vpc.held_by_blocks().has_ipv6();
            if family == AddressFamily::Ipv6 && amazons {
                continue;
            }
            let field = if cidr == subnet.cidr { "cidr" } else { "ipv6_cidr" };
            let whole = vpc.blocks().find(|block| block.family() == family);
            let message = match whole {
                Some(whole) => format!("{cidr} lies outside {whole} of {}", subnet.vpc),
                None => format!("{cidr} lies outside {}, which has {} alone", subnet.vpc, vpc.held_by_blocks()),
            };
            out.add(at(id), field, message, "Choose a block inside the VPC's, or add a block to the VPC");
        }
    }
}

/// What: a VPC's or subnet's block is not /16 to /28, or its IPv6 block not /44 to /60 (a subnet's /64) in steps of
/// four. Why: AWS refuses it. Example: a /29.
///
/// Source: Amazon VPC User Guide, "VPC CIDR blocks", "Subnet CIDR blocks" (rule NET-01).
fn block_size_not_legal(context: &Context<'_>, out: &mut Findings) {
    let vpcs = context.design.vpcs.iter().map(|(id, vpc)| (ItemRef::Vpc(id.clone()), vpc.cidr, vpc.ipv6_cidr, 60));
    let subnets = context.design.subnets.iter().map(|(id, subnet)| (at(id), subnet.cidr, subnet.ipv6_cidr, 64));
    for (place, cidr, ipv6_cidr, narrowest) in vpcs.chain(subnets) {
        for (field, cidr) in [("cidr", Some(cidr)), ("ipv6_cidr", ipv6_cidr)] {
            let Some(cidr) = cidr else { continue };
            let (legal, sizes) = match cidr.family() {
                AddressFamily::Ipv4 => ((16..=28).contains(&cidr.prefix()), "/16 to /28".to_owned()),
                AddressFamily::Ipv6 => (
                    (44..=narrowest).contains(&cidr.prefix()) && cidr.prefix() % 4 == 0,
                    format!("/44 to /{narrowest} in steps of four"),
                ),
            };
            if !legal {
                let message = format!("{cidr} is no block of {sizes}");
                out.add(place.clone(), field, message, format!("Choose a block of {sizes}"));
            }
        }
    }
}

/// What: a subnet's zone is not one that AWS gives any account in the region. Why: AWS refuses it. Example: `eu-west-1a` in
/// us-east-1. Letters differ by account: one that another account has is no finding.
///
/// Source: Amazon EC2 User Guide, "Regions and Zones".
fn zone_not_in_region(context: &Context<'_>, out: &mut Findings) {
    let region = &context.catalogue.region;
    let known = |zone: &Zone| region.all_zones().any(|known| known == zone);
    for (id, subnet) in context.design.subnets.iter().filter(|(_, subnet)| !known(&subnet.zone)) {
        let names: Vec<_> = region.zones.iter().map(Zone::as_str).collect();
        let message = format!("{} has no zone `{}`", region.region, subnet.zone);
        out.add(at(id), "zone", message, format!("Use one of {}", names.join(", ")));
    }
}

/// What: tasks in `awsvpc` mode without subnets. Why: ECS refuses the service: their interfaces need an address.
///
/// Source: ECS API Reference, "`AwsVpcConfiguration`" (rule TDF-42).
fn awsvpc_without_subnets(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|r| r.is_awsvpc() && r.subnet_ids.is_empty()) {
        let message = "Tasks in awsvpc mode need at least one subnet";
        out.add(runner.at.clone(), "subnets", message, "Name a subnet in each zone they shall run in");
    }
}

/// What: subnets of several VPCs in one list. Why: AWS refuses it. Example: a service in two VPCs.
///
/// Source: ECS API Reference, "`AwsVpcConfiguration`"; Elastic Load Balancing API Reference, "`CreateLoadBalancer`".
fn subnets_of_several_vpcs(context: &Context<'_>, out: &mut Findings) {
    let design = context.design;
    let services = context.runners.iter().map(|r| (r.at.clone(), "subnets", r.subnet_ids));
    let balancers = design.load_balancers.iter();
    let balancers = balancers.map(|(id, b)| (ItemRef::LoadBalancer(id.clone()), "subnets", b.subnets.as_slice()));
    let providers = design.capacity_providers.iter();
    let providers = providers.map(|(id, p)| (ItemRef::CapacityProvider(id.clone()), "subnets", p.subnets()));
    let endpoints = design.vpc_endpoints.iter();
    let endpoints = endpoints.map(|(id, e)| (ItemRef::VpcEndpoint(id.clone()), "subnets", e.subnets()));
    for (place, field, subnets) in services.chain(balancers).chain(providers).chain(endpoints) {
        let vpcs = context.vpcs(subnets);
        if vpcs.len() > 1 {
            let names: Vec<_> = vpcs.iter().map(|vpc| vpc.as_str()).collect();
            out.add(place, field, format!("The subnets belong to {}", names.join(" and ")), "Use subnets of one VPC");
        }
    }
}

/// What: `assignPublicIp` for tasks on instances. Why: ECS refuses it: only Fargate gives tasks public addresses.
/// Fix: switches it off.
///
/// Source: ECS Developer Guide, "Amazon ECS task networking options for EC2": no public addresses (rule NET-08).
fn public_ip_not_given(context: &Context<'_>, out: &mut Findings) {
    for runner in
        context.runners.iter().filter(|r| r.assign_public_ip && !r.on(HostKind::Fargate) && !r.hosts.is_empty())
    {
        let message = "Only tasks on Fargate get a public address";
        let finding =
            out.add(runner.at.clone(), "assign_public_ip", message, "Switch it off and go out by NAT or endpoints");
        if let Some(without) = needs::with_public_ip(context, &runner.at, false) {
            finding.fix("Switch it off", vec![Edit::Put(without)]);
        }
    }
}

/// What: a public subnet, or a route to the internet gateway, in a VPC without one. Why: the route leads nowhere.
/// Fix: attaches one, free of charge.
///
/// Source: Amazon VPC User Guide, "Internet gateways" (rules NET-04, NET-43).
fn no_internet_gateway(context: &Context<'_>, out: &mut Findings) {
    for (id, vpc) in context.design.vpcs.iter().filter(|(_, vpc)| !vpc.internet_gateway) {
        let inside = context.design.subnets.iter().filter(|(_, subnet)| subnet.vpc == *id);
        let Some((public, _)) = inside.into_iter().find(|(s, _)| context.ways.of(s) == WayOut::InternetGateway) else {
            continue;
        };
        let mut changed = vpc.clone();
        changed.internet_gateway = true;
        let message = format!("Subnet {public} leads to an internet gateway that {id} does not have");
        out.add(ItemRef::Vpc(id.clone()), "internet_gateway", message, "Attach an internet gateway")
            .fix("Attach an internet gateway (free)", vec![Edit::Put(Item::Vpc(id.clone(), changed))]);
    }
}

/// What: a public NAT gateway in a subnet without the internet gateway. Why: it reaches nothing. Example: `nat-a` in
/// `private-a`. Fix: a public subnet of the same zone.
///
/// Source: Amazon VPC User Guide, "NAT gateways" (rule NET-20).
fn nat_gateway_in_private_subnet(context: &Context<'_>, out: &mut Findings) {
    for (id, gateway) in context.design.nat_gateways.iter().filter(|(_, gateway)| !gateway.private) {
        let NatPlacement::Zonal(subnet) = &gateway.placement else { continue };
        let Some(drawn) = context.design.subnets.get(subnet) else { continue };
        if context.ways.of(subnet) == WayOut::InternetGateway {
            continue;
        }
        let message = format!("Subnet {subnet} does not lead to the internet gateway");
        let finding = out.add(ItemRef::NatGateway(id.clone()), "placement", message, "Put it in a public subnet");
        if let Some(public) = public_subnet(context, &drawn.vpc, &drawn.zone) {
            let mut moved = gateway.clone();
            moved.placement = NatPlacement::Zonal(public.clone());
            finding.fix(format!("Put it in {public}"), vec![Edit::Put(Item::NatGateway(id.clone(), moved))]);
        }
    }
}

fn public_subnet<'d>(context: &Context<'d>, vpc: &VpcId, zone: &Zone) -> Option<&'d SubnetId> {
    let inside = context.design.subnets.iter().filter(|(_, s)| s.vpc == *vpc && s.zone == *zone);
    inside.map(|(id, _)| id).find(|id| context.ways.of(id) == WayOut::InternetGateway)
}

/// The zones that go out by each zonal NAT gateway of another zone: by gateway, with their VPC.
fn strangers<'d>(context: &Context<'d>) -> BTreeMap<&'d NatGatewayId, (&'d VpcId, Vec<&'d Zone>)> {
    let providers = context.design.capacity_providers.values().flat_map(CapacityProvider::subnets);
    let used = context.runners.iter().flat_map(|r| r.subnet_ids).chain(providers);
    let mut strangers: BTreeMap<_, (_, Vec<_>)> = BTreeMap::new();
    for (id, subnet) in used.filter_map(|id| context.design.subnets.get_key_value(id)) {
        let WayOut::Nat(nat) = context.ways.of(id) else { continue };
        if context.ways.zone_of_nat(nat).is_some_and(|zone| *zone != subnet.zone) {
            strangers.entry(nat).or_insert((&subnet.vpc, Vec::new())).1.push(&subnet.zone);
        }
    }
    for (_, zones) in strangers.values_mut() {
        zones.sort();
        zones.dedup();
    }
    strangers
}

/// What: subnets that go out by a NAT gateway of another zone. Why: that zone's loss takes their way out with it, and
/// every byte crosses zones. Example: `nat-a` serving three zones. Fix: one in each zone, with its price.
///
/// Source: Amazon VPC User Guide, "NAT gateways": create a NAT gateway in each Availability Zone (rule NET-20).
fn nat_gateway_in_one_zone(context: &Context<'_>, out: &mut Findings) {
    for (nat, (vpc, zones)) in strangers(context) {
        let names: Vec<_> = zones.iter().map(|zone| zone.as_str()).collect();
        let home = context.ways.zone_of_nat(nat).map_or("another zone", Zone::as_str);
        let message = format!("Tasks in {} go out by {nat} in {home}; its loss cuts them off", names.join(", "));
        let month = context.month(Meter::NatGatewayHour, 1);
        let price = month.map_or(String::new(), |usd| format!(", {} a month each", usd.cents_text()));
        let hint = format!("Draw a NAT gateway in each zone{price}");
        let finding = out.add(ItemRef::NatGateway(nat.clone()), "placement", message, hint);
        let own_routes = context.design.subnets.values().any(|s| s.vpc == *vpc && s.route_table.is_some());
        let publics: Option<Vec<_>> = zones.iter().map(|zone| public_subnet(context, vpc, zone)).collect();
        let Some(publics) = publics.filter(|_| !own_routes) else { continue };
        let gateways = publics.iter().zip(&zones).map(|(public, zone)| {
            let placement = NatPlacement::Zonal((*public).clone());
            let gateway = NatGateway::new(placement);
            Edit::Put(Item::NatGateway(NatGatewayId::new(&format!("nat-{zone}")), gateway))
        });
        finding.fix(format!("Draw {} more{price}", zones.len()), gateways.collect());
    }
}

/// What: a gateway endpoint for another service than S3 or `DynamoDB`. Why: AWS refuses it.
///
/// Source: AWS PrivateLink Guide, "Gateway endpoints" (rule NET-30).
fn gateway_endpoint_of_other_service(context: &Context<'_>, out: &mut Findings) {
    for (id, endpoint) in context.design.vpc_endpoints.iter().filter(|(_, e)| e.kind == EndpointKind::Gateway) {
        if !matches!(endpoint.service, EndpointService::S3 | EndpointService::DynamoDb) {
            let message = format!("{} has no gateway endpoint", endpoint.service);
            let hint = "Use an interface endpoint; only S3 and DynamoDB have gateway endpoints";
            out.add(ItemRef::VpcEndpoint(id.clone()), "kind", message, hint);
        }
    }
}

/// What: two subnets of one zone in an interface endpoint. Why: AWS refuses it: one interface a zone. Fix: keeps the
/// first of each zone.
///
/// Source: Amazon EC2 API Reference, "`CreateVpcEndpoint`", subnetId (rule NET-30).
fn endpoint_in_one_zone_twice(context: &Context<'_>, out: &mut Findings) {
    for (id, endpoint) in &context.design.vpc_endpoints {
        let mut kept: Vec<(&SubnetId, &Zone)> = Vec::new();
        for (subnet, drawn) in context.subnets(endpoint.subnets()) {
            if !kept.iter().any(|(_, zone)| **zone == drawn.zone) {
                kept.push((subnet, &drawn.zone));
            }
        }
        let drawn = context.subnets(endpoint.subnets()).len();
        if drawn == kept.len() {
            continue;
        }
        let mut changed = endpoint.clone();
        if let EndpointKind::Interface { subnets, .. } = &mut changed.kind {
            *subnets = kept.iter().map(|(subnet, _)| (*subnet).clone()).collect();
        }
        let message = format!("{drawn} subnets in {} zones; an endpoint has one a zone", kept.len());
        out.add(ItemRef::VpcEndpoint(id.clone()), "subnets", message, "Keep one subnet in each zone")
            .fix("Keep the first of each zone", vec![Edit::Put(Item::VpcEndpoint(id.clone(), changed))]);
    }
}

/// What: two interface endpoints of one service in a VPC. Why: the second cannot have the service's private name.
/// Fix: removes it.
///
/// Source: AWS PrivateLink Guide, "Access an AWS service", private DNS names.
fn endpoint_twice(context: &Context<'_>, out: &mut Findings) {
    let mut seen = BTreeMap::new();
    for (id, endpoint) in &context.design.vpc_endpoints {
        if endpoint.kind == EndpointKind::Gateway {
            continue;
        }
        if let Some(first) = seen.insert((&endpoint.vpc, endpoint.service), id) {
            let message =
                format!("{} has two interface endpoints of {}: {first} and {id}", endpoint.vpc, endpoint.service);
            let at = ItemRef::VpcEndpoint(id.clone());
            out.add(at.clone(), "service", message, "Keep one").fix(format!("Remove {id}"), vec![Edit::Remove(at)]);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::network::{SubnetTier, VpcEndpoint};

    fn endpoint(d: &mut Design, name: &str, service: EndpointService, subnets: &[&str]) {
        let subnets = subnets.iter().map(|id| (*id).into()).collect();
        let kind = EndpointKind::Interface { subnets, security_groups: Vec::new() };
        d.vpc_endpoints.insert(name.into(), VpcEndpoint::new("vpc".into(), service, kind));
    }

    fn no_nat(d: &mut Design) {
        d.nat_gateways.clear();
    }

    fn one_nat(d: &mut Design) {
        d.nat_gateways.retain(|id, _| id.as_str() == "nat-a");
    }

    fn endpoints(d: &mut Design, services: &[EndpointService]) {
        for service in services {
            endpoint(d, service.aws(), *service, &["private-a", "private-b", "private-c"]);
        }
    }

    /// The good design with only the web service and no NAT gateways.
    fn closed_web(d: &mut Design) {
        no_nat(d);
        d.services.retain(|id, _| id.as_str() == "web");
        d.standalone_tasks.clear();
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "subnets-overlap",
            |d| private_a(d).cidr = block("10.0.32.0/24"),
            &["private-a · cidr"],
            |d| private_a(d).cidr = block("10.0.3.0/24"),
        ),
        case(
            "subnet-outside-vpc",
            |d| private_a(d).cidr = block("10.1.0.0/24"),
            &["private-a · cidr"],
            |d| {
                private_a(d).cidr = block("10.1.0.0/24");
                vpc(d).secondary_cidrs.push(block("10.1.0.0/16"));
            },
        ),
        case(
            "block-size-not-legal",
            |d| {
                public_a(d).cidr = block("10.0.0.0/29");
                vpc(d).cidr = block("10.0.0.0/15");
            },
            &["vpc · cidr", "public-a · cidr"],
            |d| public_a(d).cidr = block("10.0.0.0/28"),
        ),
        case(
            "zone-not-in-region",
            |d| private_a(d).zone = "us-east-1z".into(),
            &["private-a · zone"],
            |d| private_a(d).zone = "us-east-1f".into(),
        ),
        case("awsvpc-without-subnets", |d| web(d).subnets.clear(), &["web · subnets"], |d| worker(d).subnets.clear()),
        case(
            "subnets-of-several-vpcs",
            |d| {
                let other = vpc(d).clone();
                d.vpcs.insert("other".into(), other);
                private_a(d).vpc = "other".into();
                web(d).subnets.truncate(2);
            },
            &["machines · subnets", "managed · subnets", "model · subnets", "web · subnets", "nightly · subnets"],
            |_| {},
        ),
        case(
            "no-way-out",
            no_nat,
            &["machines · subnets", "managed · subnets", "web · subnets", "nightly · subnets"],
            |d| {
                use EndpointService::{EcrApi, EcrDkr, Logs, Sqs};
                closed_web(d);
                endpoints(d, &[EcrApi, EcrDkr, Logs, Sqs]);
            },
        ),
        // The layers of an image lie in S3, which the interface endpoints of ECR do not serve.
        case(
            "no-way-out",
            |d| {
                use EndpointService::{EcrApi, EcrDkr, Logs, Sqs};
                closed_web(d);
                endpoints(d, &[EcrApi, EcrDkr, Logs, Sqs]);
                d.vpc_endpoints.remove(&"s3".into());
            },
            &["web · subnets"],
            one_nat,
        ),
        case(
            "public-subnet-without-public-ip",
            |d| web(d).subnets = vec!["public-a".into(), "public-b".into(), "public-c".into()],
            &["web · assign_public_ip"],
            |d| {
                web(d).subnets = vec!["public-a".into(), "public-b".into(), "public-c".into()];
                web(d).assign_public_ip = true;
            },
        ),
        case(
            "public-subnet-without-public-ip",
            |d| group(d).subnets = vec!["public-a".into(), "public-b".into()],
            &["machines · subnets"],
            |d| {
                group(d).subnets = vec!["public-a".into(), "public-b".into()];
                group(d).public_ip = true;
            },
        ),
        case(
            "public-ip-not-given",
            |d| model(d).assign_public_ip = true,
            &["model · assign_public_ip"],
            |d| web(d).assign_public_ip = true,
        ),
        case(
            "no-internet-gateway",
            |d| vpc(d).internet_gateway = false,
            &["vpc · internet_gateway"],
            |d| {
                vpc(d).internet_gateway = false;
                d.subnets.values_mut().for_each(|s| s.tier = SubnetTier::Isolated);
            },
        ),
        case(
            "nat-gateway-in-private-subnet",
            |d| d.nat_gateways.get_mut(&"nat-a".into()).unwrap().placement = NatPlacement::Zonal("private-a".into()),
            &["nat-a · placement"],
            |d| d.nat_gateways.get_mut(&"nat-a".into()).unwrap().private = true,
        ),
        case("nat-gateway-in-one-zone", one_nat, &["nat-a · placement"], |d| {
            one_nat(d);
            d.nat_gateways.get_mut(&"nat-a".into()).unwrap().placement = NatPlacement::Regional("vpc".into());
        }),
        case(
            "gateway-endpoint-of-other-service",
            |d| d.vpc_endpoints.get_mut(&"s3".into()).unwrap().service = EndpointService::Sqs,
            &["s3 · kind"],
            |d| d.vpc_endpoints.get_mut(&"s3".into()).unwrap().service = EndpointService::DynamoDb,
        ),
        case(
            "endpoint-in-one-zone-twice",
            |d| endpoint(d, "logs", EndpointService::Logs, &["private-a", "public-a", "private-b"]),
            &["logs · subnets"],
            |d| endpoint(d, "logs", EndpointService::Logs, &["private-a", "public-b"]),
        ),
        case(
            "endpoint-twice",
            |d| {
                endpoint(d, "logs-1", EndpointService::Logs, &["private-a"]);
                endpoint(d, "logs-2", EndpointService::Logs, &["private-b"]);
            },
            &["logs-2 · service"],
            |d| {
                endpoint(d, "logs", EndpointService::Logs, &["private-a"]);
                endpoint(d, "s3-interface", EndpointService::S3, &["private-a"]);
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
