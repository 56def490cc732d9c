//! How tasks reach what is outside: NAT gateways in each zone or one, with or without VPC endpoints, public addresses.
//!
//! Interface endpoints are chosen greedily by the estimate: again and again the one that saves most, while one saves.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{free, is_private, joined, one_a_zone, zones_of};
use super::{Candidate, Ground};
use crate::checks::{Need, needs};
use crate::design::capacity::CapacityProvider;
use crate::design::cidr::{AddressFamily, Cidr};
use crate::design::edit::Edit;
use crate::design::id::{CapacityProviderId, NatGatewayId, SubnetId, VpcEndpointId, VpcId};
use crate::design::network::{
    EndpointKind, EndpointService, NatGateway, NatPlacement, RouteTarget, Subnet, SubnetTier, VpcEndpoint,
};
use crate::design::service::Capacity;
use crate::design::{Design, Item, ItemRef, Kind, Tags};
use crate::names::Zone;

/// How many NAT gateways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nats {
    EachZone,
    One,
}

/// All alternatives of the way out.
pub(super) fn candidates(ground: &Ground<'_>) -> Vec<Candidate> {
    if homes(ground.design).is_empty() {
        return vec![Candidate::impossible("NAT gateway in each zone", "no task or instance stands in a subnet")];
    }
    let mut all = Vec::new();
    for (nats, name) in [(Nats::EachZone, "NAT gateway in each zone"), (Nats::One, "One NAT gateway")] {
        let plain = with_nats(ground.design, nats).map(derived);
        let notes = || match nats {
            Nats::EachZone => Vec::new(),
            Nats::One => {
                vec!["other zones lose their way out with the gateway's zone; their bytes cross zones".to_owned()]
            }
        };
        let paying = plain.clone().map(|design| with_paying_endpoints(ground, design, nats));
        all.push(ground.candidate(name, notes(), plain));
        let (design, more) = match paying {
            Ok((design, chosen)) => (Ok(design), Some(said(&chosen))),
            Err(why) => (Err(why), None),
        };
        let notes = notes().into_iter().chain(more).collect();
        all.push(ground.candidate(format!("{name}, endpoints where they pay"), notes, design));
    }
    all.push(ground.candidate("Endpoints alone", Vec::new(), endpoints_alone(ground).map(derived)));
    let note = "every task has a public address; security groups alone keep the internet out".to_owned();
    all.push(ground.candidate("Public subnets", vec![note], public_subnets(ground.design).map(derived)));
    all
}

/// A design whose bytes take other ways than those that were measured: what goes where is derived again.
fn derived(mut design: Design) -> Design {
    design.nat_gateways.values_mut().for_each(|nat| nat.measured_monthly_bytes = None);
    design.vpc_endpoints.values_mut().for_each(|endpoint| endpoint.measured_monthly_bytes = None);
    design.vpcs.values_mut().for_each(|vpc| vpc.measured_monthly_cross_zone_bytes = None);
    design
}

fn said(chosen: &[EndpointService]) -> String {
    let names: Vec<_> = chosen.iter().map(|service| service.aws().to_owned()).collect();
    match names.len() {
        0 => "no interface endpoint pays: gateway endpoints alone".to_owned(),
        _ => format!("interface endpoints of {}", joined(&names)),
    }
}

/// The subnets of tasks and instances, by VPC.
fn homes(design: &Design) -> BTreeMap<VpcId, Vec<SubnetId>> {
    let services = design.services.values().flat_map(|s| &s.subnets);
    let standalone = design.standalone_tasks.values().flat_map(|t| &t.subnets);
    let instances = design.capacity_providers.values().flat_map(CapacityProvider::subnets);
    let all: BTreeSet<_> = services.chain(standalone).chain(instances).collect();
    let mut homes: BTreeMap<VpcId, Vec<SubnetId>> = BTreeMap::new();
    for id in all {
        if let Some(subnet) = design.subnets.get(id) {
            homes.entry(subnet.vpc.clone()).or_default().push(id.clone());
        }
    }
    homes
}

/// Whether a subnet leads to the internet gateway.
fn is_public(design: &Design, subnet: &Subnet) -> bool {
    match subnet.route_table.as_ref().and_then(|table| design.route_tables.get(table)) {
        Some(table) => {
            table.default_route(Cidr::ALL_IPV4).is_some_and(|target| *target == RouteTarget::InternetGateway)
        }
        None => subnet.tier == SubnetTier::Public,
    }
}

/// Tasks and instances in private subnets with the routes that their tier implies, without interface endpoints.
fn in_private_subnets(drawn: &Design) -> Result<Design, String> {
    let mut design = drawn.clone();
    let mut moves = BTreeMap::new();
    for (vpc, subnets) in homes(drawn) {
        for id in subnets {
            let Some(subnet) = drawn.subnets.get(&id) else { continue };
            if is_public(drawn, subnet) {
                moves.insert(id, private_in(&mut design, &vpc, &subnet.zone)?);
            } else if let Some(subnet) = design.subnets.get_mut(&id) {
                subnet.route_table = None;
                if subnet.tier == SubnetTier::Isolated {
                    subnet.tier = SubnetTier::Private;
                }
            }
        }
    }
    move_homes(&mut design, &moves);
    if !moves.is_empty() {
        set_public_addresses(&mut design, false);
    }
    drop_interface_endpoints(&mut design);
    Ok(design)
}

/// The private subnet of a zone; cut from the VPC where there is none.
fn private_in(design: &mut Design, vpc: &VpcId, zone: &Zone) -> Result<SubnetId, String> {
    let found = one_a_zone(design, vpc, std::slice::from_ref(zone), is_private).pop().and_then(|(_, subnet)| subnet);
    if let Some(found) = found {
        return Ok(found);
    }
    let Some(cidr) = free_block(design, vpc) else {
        return Err(format!("{vpc} has no addresses left for a subnet in {zone}"));
    };
    let id = SubnetId::new(&free(design, Kind::Subnet, &format!("private-{zone}")));
    let (vpc, zone, tier) = (vpc.clone(), zone.clone(), SubnetTier::Private);
    let subnet =
        Subnet { vpc, zone, tier, cidr, ipv6_cidr: None, ip_address_type: None, route_table: None, tags: Tags::new() };
    design.put(Item::Subnet(id.clone(), subnet));
    Ok(id)
}

/// The first block of a VPC that no subnet has: a /24, or a sixteenth of a small VPC; a /64 of IPv6.
fn free_block(design: &Design, vpc: &VpcId) -> Option<Cidr> {
    let block = design.vpcs.get(vpc)?.cidr;
    let prefix = match block.family() {
        AddressFamily::Ipv4 => (block.prefix() + 4).clamp(24, 28),
        AddressFamily::Ipv6 => block.usual_subnet_prefix(),
    };
    let taken: Vec<_> = design.subnets.values().filter(|s| s.vpc == *vpc).map(|s| s.cidr).collect();
    let parts = (0u32..).map_while(|place| block.part(prefix, place));
    parts.into_iter().find(|part| !taken.iter().any(|t| t.overlaps(*part)))
}

fn move_homes(design: &mut Design, moves: &BTreeMap<SubnetId, SubnetId>) {
    let moved = |subnets: &mut Vec<SubnetId>| {
        for id in subnets.iter_mut() {
            if let Some(to) = moves.get(id) {
                *id = to.clone();
            }
        }
        let mut seen = BTreeSet::new();
        subnets.retain(|id| seen.insert(id.clone()));
    };
    design.services.values_mut().for_each(|s| moved(&mut s.subnets));
    design.standalone_tasks.values_mut().for_each(|t| moved(&mut t.subnets));
    for provider in design.capacity_providers.values_mut() {
        match provider {
            CapacityProvider::AutoScalingGroup(group) => moved(&mut group.subnets),
            CapacityProvider::ManagedInstances(managed) => moved(&mut managed.subnets),
        }
    }
}

fn set_public_addresses(design: &mut Design, of_tasks: bool) {
    design.services.values_mut().for_each(|s| s.assign_public_ip = of_tasks);
    design.standalone_tasks.values_mut().for_each(|t| t.assign_public_ip = of_tasks);
    for provider in design.capacity_providers.values_mut() {
        if let CapacityProvider::AutoScalingGroup(group) = provider {
            group.public_ip = false;
        }
    }
}

fn remove(design: &mut Design, at: ItemRef) {
    Edit::Remove(at).apply(design).expect("it is taken from the design's own list");
}

fn drop_interface_endpoints(design: &mut Design) {
    let homes = homes(design);
    let endpoints = design.vpc_endpoints.iter().filter(|(_, e)| homes.contains_key(&e.vpc));
    let dropped: Vec<_> =
        endpoints.filter(|(_, e)| e.kind != EndpointKind::Gateway).map(|(id, _)| id.clone()).collect();
    dropped.into_iter().for_each(|id| remove(design, ItemRef::VpcEndpoint(id)));
}

fn drop_nats(design: &mut Design, kept: &[NatGatewayId]) {
    let homes = homes(design);
    let of = |placement: &NatPlacement| match placement {
        NatPlacement::Zonal(subnet) => design.subnets.get(subnet).map(|s| s.vpc.clone()),
        NatPlacement::Regional(vpc) => Some(vpc.clone()),
    };
    let here = |nat: &NatGateway| !nat.private && of(&nat.placement).is_some_and(|vpc| homes.contains_key(&vpc));
    let nats = design.nat_gateways.iter().filter(|(id, nat)| here(nat) && !kept.contains(id));
    let dropped: Vec<_> = nats.map(|(id, _)| id.clone()).collect();
    dropped.into_iter().for_each(|id| remove(design, ItemRef::NatGateway(id)));
}

/// Private subnets with one NAT gateway, or one in each zone of tasks and instances.
fn with_nats(drawn: &Design, nats: Nats) -> Result<Design, String> {
    let mut design = in_private_subnets(drawn)?;
    let mut kept = Vec::new();
    for (vpc, subnets) in homes(&design) {
        let zones = zones_of(&design, &subnets);
        let public = one_a_zone(&design, &vpc, &zones, |s| is_public(&design, s));
        let wanted: Vec<_> = match nats {
            Nats::EachZone => public,
            Nats::One => public.into_iter().find(|(_, subnet)| subnet.is_some()).into_iter().collect(),
        };
        if wanted.is_empty() {
            return Err(format!("{vpc} has no public subnet for a NAT gateway"));
        }
        for (zone, subnet) in wanted {
            let Some(subnet) = subnet else { return Err(format!("{zone} has no public subnet for a NAT gateway")) };
            kept.push(nat_in(&mut design, &zone, subnet));
        }
        if let Some(vpc) = design.vpcs.get_mut(&vpc) {
            vpc.internet_gateway = true;
        }
    }
    drop_nats(&mut design, &kept);
    Ok(design)
}

/// The NAT gateway that stands in a zone of the subnet's VPC, else a new one.
fn nat_in(design: &mut Design, zone: &Zone, subnet: SubnetId) -> NatGatewayId {
    let vpc = design.subnets.get(&subnet).map(|s| s.vpc.clone());
    let here = |placement: &NatPlacement| match placement {
        NatPlacement::Zonal(other) => {
            design.subnets.get(other).is_some_and(|s| s.zone == *zone && Some(&s.vpc) == vpc.as_ref())
        }
        NatPlacement::Regional(_) => false,
    };
    if let Some((id, _)) = design.nat_gateways.iter().find(|(_, nat)| !nat.private && here(&nat.placement)) {
        return id.clone();
    }
    let id = NatGatewayId::new(&free(design, Kind::NatGateway, &format!("nat-{zone}")));
    let placement = NatPlacement::Zonal(subnet);
    design.put(Item::NatGateway(id.clone(), NatGateway::new(placement)));
    id
}

/// Whether a service has a gateway endpoint, which is free (rule NET-30).
const fn has_gateway(service: EndpointService) -> bool {
    matches!(service, EndpointService::S3 | EndpointService::DynamoDb)
}

/// The AWS services that tasks and instances must reach, and the first thing on the internet if there is one.
fn wanted(ground: &Ground<'_>, design: &Design) -> (Vec<EndpointService>, Option<&'static str>) {
    let (mut aws, mut internet) = (Vec::new(), None);
    for need in needs(design, ground.catalogue) {
        match need {
            Need::Aws(service) => aws.push(service),
            Need::Internet(what) => internet = internet.or(Some(what)),
        }
    }
    (aws, internet)
}

/// The zones that an endpoint stands in: each zone of tasks and instances; where all of them go out by one NAT gateway,
/// its zone alone. Bytes from other zones carry no inter-AZ charge on their way to an endpoint (rule NET-42), and with
/// that zone the gateway is lost too.
fn endpoint_zones(design: &Design, vpc: &VpcId, homes: &[SubnetId], nats: Nats) -> Vec<Zone> {
    let zones = zones_of(design, homes);
    let of_nat = |nat: &NatGateway| match &nat.placement {
        NatPlacement::Zonal(subnet) => {
            design.subnets.get(subnet).filter(|s| s.vpc == *vpc && !nat.private).map(|s| s.zone.clone())
        }
        NatPlacement::Regional(_) => None,
    };
    let home = design.nat_gateways.values().find_map(of_nat).filter(|zone| zones.contains(zone));
    match (nats, home) {
        (Nats::One, Some(zone)) => vec![zone],
        (Nats::One, None) | (Nats::EachZone, _) => zones,
    }
}

/// An endpoint of a service in every VPC of tasks and instances that has none.
fn add_endpoint(design: &mut Design, service: EndpointService, nats: Nats) {
    for (vpc, subnets) in homes(design) {
        if design.vpc_endpoints.values().any(|e| e.vpc == vpc && e.service == service) {
            continue;
        }
        let kind = if has_gateway(service) {
            EndpointKind::Gateway
        } else {
            let zones = endpoint_zones(design, &vpc, &subnets, nats);
            let in_homes = |zone: &Zone| {
                subnets.iter().find(|id| design.subnets.get(id).is_some_and(|s| s.zone == *zone)).cloned()
            };
            EndpointKind::Interface {
                subnets: zones.iter().filter_map(in_homes).collect(),
                security_groups: Vec::new(),
            }
        };
        let wanted = format!("endpoint-{}", service.aws().replace('.', "-"));
        let id = VpcEndpointId::new(&free(design, Kind::VpcEndpoint, &wanted));
        design.put(Item::VpcEndpoint(id, VpcEndpoint::new(vpc, service, kind)));
    }
}

/// Gateway endpoints of what is needed, and the interface endpoints that the estimate finds to save.
fn with_paying_endpoints(ground: &Ground<'_>, mut design: Design, nats: Nats) -> (Design, Vec<EndpointService>) {
    let (mut open, _) = wanted(ground, &design);
    open.iter().filter(|s| has_gateway(**s)).for_each(|service| add_endpoint(&mut design, *service, nats));
    open.retain(|s| !has_gateway(*s));
    let mut chosen = Vec::new();
    let Some(mut cost) = ground.cost(&design) else { return (design, chosen) };
    loop {
        let tried = open.iter().filter_map(|service| {
            let mut with = design.clone();
            add_endpoint(&mut with, *service, nats);
            ground.cost(&with).map(|cost| (cost, *service, with))
        });
        let best = tried.min_by_key(|(cost, service, _)| (*cost, *service));
        let Some((less, service, with)) = best.filter(|(less, _, _)| *less < cost) else { return (design, chosen) };
        (cost, design) = (less, with);
        open.retain(|other| *other != service);
        chosen.push(service);
    }
}

/// No NAT gateway: an endpoint of everything needed, in every zone, if all that is needed is AWS's own.
fn endpoints_alone(ground: &Ground<'_>) -> Result<Design, String> {
    let mut design = in_private_subnets(ground.design)?;
    let (aws, internet) = wanted(ground, &design);
    if let Some(what) = internet {
        return Err(format!("without a NAT gateway there is no way to {what}"));
    }
    drop_nats(&mut design, &[]);
    aws.into_iter().for_each(|service| add_endpoint(&mut design, service, Nats::EachZone));
    Ok(design)
}

/// No NAT gateway: tasks in public subnets with addresses of their own.
fn public_subnets(drawn: &Design) -> Result<Design, String> {
    let on_fargate = |capacity: &Capacity, cluster| {
        let own = [CapacityProviderId::fargate(), CapacityProviderId::fargate_spot()];
        let default = drawn.clusters.get(cluster).map(|c| &c.default_strategy[..]).unwrap_or_default();
        let items = match capacity {
            Capacity::Strategy(items) => items,
            Capacity::ClusterDefault => default,
            Capacity::LaunchType(launch) => return *launch == crate::design::capacity::LaunchType::Fargate,
        };
        !items.is_empty() && items.iter().all(|item| own.contains(&item.capacity_provider))
    };
    if let Some((id, _)) = drawn.services.iter().find(|(_, s)| !on_fargate(&s.capacity, &s.cluster)) {
        return Err(format!("{id} runs on instances, whose tasks get no public address"));
    }
    if drawn.standalone_tasks.values().any(|t| !on_fargate(&t.capacity, &t.cluster)) {
        return Err("standalone tasks run on instances, whose tasks get no public address".to_owned());
    }
    let mut design = drawn.clone();
    let mut moves = BTreeMap::new();
    for (vpc, subnets) in homes(drawn) {
        for id in subnets {
            let Some(subnet) = drawn.subnets.get(&id) else { continue };
            if is_public(drawn, subnet) {
                continue;
            }
            let zone = std::slice::from_ref(&subnet.zone);
            let public = one_a_zone(drawn, &vpc, zone, |s| is_public(drawn, s)).pop().and_then(|(_, id)| id);
            let Some(public) = public else { return Err(format!("{} has no public subnet", subnet.zone)) };
            moves.insert(id, public);
        }
    }
    move_homes(&mut design, &moves);
    set_public_addresses(&mut design, true);
    drop_interface_endpoints(&mut design);
    drop_nats(&mut design, &[]);
    Ok(design)
}

#[cfg(test)]
mod tests {
    use super::super::Family;
    use super::super::testing::*;
    use super::*;
    use crate::design::work::Work;
    use crate::units::{Bytes, Usd};

    /// The design with so many bytes of logs for each of its 300 requests a second.
    fn logging(bytes: u64) -> Design {
        let mut design = project().design;
        let Work::Stated { log_bytes, .. } = &mut design.services.get_mut(&"web".into()).unwrap().work else {
            panic!("stated")
        };
        *log_bytes = Bytes::from_bytes(bytes);
        design
    }

    #[test]
    fn one_gateway_saves_the_hours_and_addresses_of_two() {
        let design = logging(0);
        let all = of(Family::Egress, &design);
        assert_eq!(all[0].notes, ["This is: NAT gateway in each zone"]);
        let one = applied(&design, named(&all, "One NAT gateway"));
        // Two gateways less, 730 h of $0.045 and of an address at $0.005 each; no byte goes out by itself.
        assert_eq!(total(&design) - total(&one), Usd::parse("73").unwrap());
        assert_eq!(one.nat_gateways.len(), 1);
    }

    #[test]
    fn net_33_an_endpoint_is_chosen_where_its_bytes_pay_for_it() {
        // 300/s × 2,628,000 s × 1,000 bytes = 788.4 GB of logs. By NAT they cost 0.045 a GB, by an interface endpoint 0.01
        // and 3 zones × 0.01 × 730 h = 21.90: it saves 788.4 × 0.035 − 21.90 = 5.694. With 500 bytes it would lose.
        let design = logging(1000);
        let all = of(Family::Egress, &design);
        let paying = named(&all, "NAT gateway in each zone, endpoints where they pay");
        assert_eq!(paying.notes, ["interface endpoints of logs"]);
        assert_eq!(total(&design) - total(&applied(&design, paying)), Usd::parse("5.694").unwrap());

        let all = of(Family::Egress, &logging(500));
        let paying = named(&all, "NAT gateway in each zone, endpoints where they pay");
        assert_eq!(paying.notes, ["no interface endpoint pays: gateway endpoints alone"]);
        let free: Vec<_> =
            applied(&logging(500), paying).vpc_endpoints.into_values().map(|e| (e.service, e.kind)).collect();
        assert_eq!(free, [(EndpointService::S3, EndpointKind::Gateway)]);
    }

    #[test]
    fn net_42_beside_one_gateway_an_endpoint_stands_in_its_zone_alone() {
        // 300/s × 2,628,000 s × 400 bytes = 315.36 GB of logs. By the one gateway they cost 0.045 a GB, and those of two
        // tasks in three 0.02 a GB between zones: 14.1912 + 4.2048. By an endpoint in its zone 3.1536 and 7.30, nothing
        // between zones: 7.9424 less. In three zones it would be 21.90, and lose.
        let design = logging(400);
        let all = of(Family::Egress, &design);
        let plain = applied(&design, named(&all, "One NAT gateway"));
        let paying = applied(&design, named(&all, "One NAT gateway, endpoints where they pay"));
        let endpoints: Vec<_> = paying.vpc_endpoints.values().filter(|e| e.kind != EndpointKind::Gateway).collect();
        assert_eq!(endpoints.len(), 1);
        assert_eq!(zones_of(&paying, endpoints[0].subnets()), ["us-east-1a".into()]);
        assert_eq!(total(&plain) - total(&paying), Usd::parse("7.9424").unwrap());
        assert_eq!(
            groups(&paying).get(&crate::bill::CostGroup::CrossZone),
            groups(&design).get(&crate::bill::CostGroup::CrossZone)
        );
    }

    #[test]
    fn net_31_endpoints_alone_are_all_that_tasks_need() {
        let design = project().design;
        let alone = applied(&design, named(&of(Family::Egress, &design), "Endpoints alone"));
        let services: BTreeSet<_> = alone.vpc_endpoints.values().map(|e| e.service).collect();
        let expected = [EndpointService::EcrApi, EndpointService::EcrDkr, EndpointService::S3, EndpointService::Logs];
        assert_eq!(services, BTreeSet::from(expected));
        assert!(alone.nat_gateways.is_empty());
    }

    #[test]
    fn images_of_the_internet_need_a_gateway() {
        let mut design = project().design;
        design.task_definitions.get_mut(&"api".into()).unwrap().containers[0].image = "nginx:1.29".to_owned();
        let all = of(Family::Egress, &design);
        let why = named(&all, "Endpoints alone").not_applicable.as_deref();
        assert_eq!(why, Some("without a NAT gateway there is no way to Docker Hub"));
    }

    #[test]
    fn public_subnets_need_no_gateway_and_cost_an_address_a_task() {
        let design = logging(0);
        let public = applied(&design, named(&of(Family::Egress, &design), "Public subnets"));
        // Three gateways with their addresses go, 3 × 36.50; ten tasks get an address at 730 × 0.005 = 3.65 each.
        assert_eq!(total(&design) - total(&public), Usd::parse("73").unwrap());
        assert!(public.services.values().all(|s| s.assign_public_ip));
    }

    #[test]
    fn tasks_in_public_subnets_alone_get_private_ones() {
        let mut design = project().design;
        design.subnets.retain(|_, s| s.tier == SubnetTier::Public);
        design.nat_gateways.clear();
        for service in design.services.values_mut() {
            service.subnets = ["public-a", "public-b", "public-c"].map(Into::into).to_vec();
            service.assign_public_ip = true;
        }
        let all = of(Family::Egress, &design);
        assert_eq!(all[0].notes, ["This is: Public subnets"]);
        let made = applied(&design, named(&all, "NAT gateway in each zone"));
        let blocks: Vec<_> = made.subnets.values().filter(|s| is_private(s)).map(|s| s.cidr.to_string()).collect();
        assert_eq!(blocks, ["10.0.3.0/24", "10.0.4.0/24", "10.0.5.0/24"]);
        assert_eq!(made.nat_gateways.len(), 3);
    }
}
