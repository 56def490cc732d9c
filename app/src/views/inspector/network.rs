//! Forms of the network: VPC, subnet, route table, NAT gateway, endpoint, security group, Lattice.

use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::design::id::SubnetId;
use bayplan_engine::design::load_balancing::Lattice;
use bayplan_engine::design::network::{
    EndpointKind, EndpointService, IpAddressType, NatGateway, NatPlacement, Peer, Route, RouteTable, RouteTarget,
    SecurityGroup, SecurityGroupRule, Subnet, SubnetTier, Vpc, VpcEndpoint,
};
use bayplan_engine::names::Zone;
use egui::Ui;

use crate::widgets::fields::Form;
use crate::widgets::units::{BYTES_MONTHLY, CIDR, COUNT, PORT};

/// The label of bytes a month that the user has measured.
const MEASURED: &str = "A month, measured";
/// What stands where nothing was measured.
const DERIVED: &str = "derived";

pub(super) fn vpc(ui: &mut Ui, form: &Form<'_>, vpc: &mut Vpc) {
    form.value(ui, "cidr", "Block", &mut vpc.cidr, &CIDR);
    form.maybe(ui, "ipv6_cidr", "IPv6 block", &mut vpc.ipv6_cidr, &CIDR, "a /56 of Amazon's, where it has IPv6");
    form.section(ui, "secondary_cidrs", "Further blocks", false, |ui| {
        let fresh = || Cidr::ipv4(std::net::Ipv4Addr::new(100, 64, 0, 0), 16).expect("16 bits are at most 32");
        form.records(ui, "block", &mut vpc.secondary_cidrs, ToString::to_string, fresh, |ui, cidr| {
            form.value(ui, "secondary_cidrs", "Block", cidr, &CIDR);
        });
    });
    form.maybe_choice(
        ui,
        "ip_address_type",
        "Addresses",
        &mut vpc.ip_address_type,
        IpAddressType::ALL,
        "as its blocks say",
    );
    form.check(ui, "internet_gateway", "Internet gateway", &mut vpc.internet_gateway);
    form.check(ui, "egress_only_internet_gateway", "Egress-only gateway", &mut vpc.egress_only_internet_gateway);
    form.words(ui, "zones", "Zones in order", &mut vpc.zones, Zone::new, "those of its subnets");
    let crossing = &mut vpc.measured_monthly_cross_zone_bytes;
    form.maybe(ui, "measured_monthly_cross_zone_bytes", "Across zones, measured", crossing, &BYTES_MONTHLY, DERIVED);
    form.pairs(ui, "tags", "Tags", &mut vpc.tags);
}

/// The zones of the design's region.
fn zones(form: &Form<'_>) -> Vec<Zone> {
    let regions = bayplan_engine::embedded::regions().ok();
    let facts = regions.as_ref().and_then(|all| all.get(&form.design.region));
    facts.map(|facts| facts.all_zones().cloned().collect()).unwrap_or_default()
}

pub(super) fn subnet(ui: &mut Ui, form: &Form<'_>, subnet: &mut Subnet) {
    let design = form.design;
    form.value(ui, "cidr", "Block", &mut subnet.cidr, &CIDR);
    form.maybe(ui, "ipv6_cidr", "IPv6 block", &mut subnet.ipv6_cidr, &CIDR, "a /64 of its VPC's, where it has IPv6");
    form.reference(ui, "vpc", "VPC", &mut subnet.vpc, design.vpcs.keys().cloned());
    form.reference(ui, "zone", "Zone", &mut subnet.zone, zones(form).into_iter());
    let mut tiers = vec![SubnetTier::Public, SubnetTier::Private, SubnetTier::Isolated];
    tiers.extend(design.subnets.values().map(|s| s.tier.clone()).filter(|t| matches!(t, SubnetTier::Named(_))));
    tiers.push(SubnetTier::Named("Application".to_owned()));
    tiers.dedup();
    form.pick(ui, "tier", "Tier", &mut subnet.tier, &tiers, |tier| tier.word().to_owned());
    if let SubnetTier::Named(name) = &mut subnet.tier {
        form.text(ui, "tier", "Name of the tier", name);
    }
    form.maybe_choice(
        ui,
        "ip_address_type",
        "Addresses",
        &mut subnet.ip_address_type,
        IpAddressType::ALL,
        "as its blocks say",
    );
    let tables = design.route_tables.keys().cloned();
    form.maybe_reference(ui, "route_table", "Route table", &mut subnet.route_table, tables, "as its tier implies");
    form.pairs(ui, "tags", "Tags", &mut subnet.tags);
}

/// Everything a route can lead to.
fn targets(form: &Form<'_>) -> Vec<RouteTarget> {
    let nats = form.design.nat_gateways.keys().cloned().map(RouteTarget::NatGateway);
    let endpoints = form.design.vpc_endpoints.keys().cloned().map(RouteTarget::VpcEndpoint);
    let gateways = [RouteTarget::InternetGateway, RouteTarget::EgressOnlyInternetGateway];
    gateways.into_iter().chain(nats).chain(endpoints).collect()
}

fn target_word(target: &RouteTarget) -> String {
    match target {
        RouteTarget::InternetGateway => "internet gateway".to_owned(),
        RouteTarget::EgressOnlyInternetGateway => "egress-only internet gateway".to_owned(),
        RouteTarget::NatGateway(id) => format!("NAT gateway {id}"),
        RouteTarget::VpcEndpoint(id) => format!("VPC endpoint {id}"),
    }
}

pub(super) fn route_table(ui: &mut Ui, form: &Form<'_>, table: &mut RouteTable) {
    form.reference(ui, "vpc", "VPC", &mut table.vpc, form.design.vpcs.keys().cloned());
    let targets = targets(form);
    form.section(ui, "routes", "Routes besides the local one", true, |ui| {
        let name = |route: &Route| format!("{} → {}", route.destination, target_word(&route.target));
        let fresh = || Route { destination: Cidr::ALL_IPV4, target: RouteTarget::InternetGateway };
        form.records(ui, "route", &mut table.routes, name, fresh, |ui, route| {
            form.value(ui, "routes", "Destination", &mut route.destination, &CIDR);
            form.pick(ui, "routes", "Leads to", &mut route.target, &targets, target_word);
        });
    });
    form.pairs(ui, "tags", "Tags", &mut table.tags);
}

pub(super) fn nat_gateway(ui: &mut Ui, form: &Form<'_>, nat: &mut NatGateway) {
    let zonal = form.design.subnets.keys().cloned().map(NatPlacement::Zonal);
    let regional = form.design.vpcs.keys().cloned().map(NatPlacement::Regional);
    let mut all: Vec<NatPlacement> = zonal.chain(regional).collect();
    if !all.contains(&nat.placement) {
        all.insert(0, nat.placement.clone());
    }
    form.pick(ui, "placement", "Stands in", &mut nat.placement, &all, |placement| match placement {
        NatPlacement::Zonal(subnet) => format!("subnet {subnet}"),
        NatPlacement::Regional(vpc) => format!("all zones of VPC {vpc}"),
    });
    form.check(ui, "private", "Private", &mut nat.private);
    form.maybe(ui, "elastic_ips", "Addresses a zone", &mut nat.elastic_ips, &COUNT, "1, AWS default");
    form.maybe(ui, "measured_monthly_bytes", MEASURED, &mut nat.measured_monthly_bytes, &BYTES_MONTHLY, DERIVED);
    form.pairs(ui, "tags", "Tags", &mut nat.tags);
}

pub(super) fn vpc_endpoint(ui: &mut Ui, form: &Form<'_>, endpoint: &mut VpcEndpoint) {
    let design = form.design;
    form.reference(ui, "vpc", "VPC", &mut endpoint.vpc, design.vpcs.keys().cloned());
    form.choice(ui, "service", "Service", &mut endpoint.service, EndpointService::ALL);
    let mut gateway = endpoint.kind == EndpointKind::Gateway;
    form.pick(ui, "kind", "Kind", &mut gateway, &[false, true], |gateway| {
        if *gateway { "gateway: free, by route" } else { "interface: in subnets" }.to_owned()
    });
    let own = |id: &SubnetId| design.subnets.get(id).is_some_and(|s| s.vpc == endpoint.vpc);
    match (&mut endpoint.kind, gateway) {
        (EndpointKind::Interface { .. }, true) => endpoint.kind = EndpointKind::Gateway,
        (EndpointKind::Gateway, false) => {
            let first = crate::parts::one_a_zone(design, &endpoint.vpc, &SubnetTier::Private);
            endpoint.kind = EndpointKind::Interface { subnets: first, security_groups: Vec::new() };
        }
        (EndpointKind::Gateway, true) => {}
        (EndpointKind::Interface { subnets, security_groups }, false) => {
            form.references(ui, "subnets", "Subnets", subnets, design.subnets.keys().filter(|id| own(id)).cloned());
            let groups = design.security_groups.keys().cloned();
            form.references(ui, "security_groups", "Security groups", security_groups, groups);
            form.maybe(
                ui,
                "measured_monthly_bytes",
                MEASURED,
                &mut endpoint.measured_monthly_bytes,
                &BYTES_MONTHLY,
                DERIVED,
            );
        }
    }
    form.pairs(ui, "tags", "Tags", &mut endpoint.tags);
}

fn rules(ui: &mut Ui, form: &Form<'_>, field: &str, rules: &mut Vec<SecurityGroupRule>) {
    let name = |rule: &SecurityGroupRule| {
        let peer = match &rule.peer {
            Peer::Block(cidr) => cidr.to_string(),
            Peer::Group(group) => format!("group {group}"),
        };
        let ports = rule
            .ports
            .map_or("all ports".to_owned(), |(a, b)| if a == b { a.to_string() } else { format!("{a} to {b}") });
        format!("{peer} · {ports}")
    };
    let fresh = || SecurityGroupRule { peer: Peer::Block(Cidr::ALL_IPV4), ports: Some((443, 443)) };
    form.records(ui, "rule", rules, name, fresh, |ui, rule| {
        let mut peers: Vec<Peer> = form.design.security_groups.keys().cloned().map(Peer::Group).collect();
        peers.push(match &rule.peer {
            Peer::Block(cidr) => Peer::Block(*cidr),
            Peer::Group(_) => Peer::Block(Cidr::ALL_IPV4),
        });
        form.pick(ui, field, "Other side", &mut rule.peer, &peers, |peer| match peer {
            Peer::Block(_) => "a block of addresses".to_owned(),
            Peer::Group(group) => format!("group {group}"),
        });
        if let Peer::Block(cidr) = &mut rule.peer {
            form.value(ui, field, "Block", cidr, &CIDR);
        }
        form.optional(
            ui,
            field,
            "Certain ports",
            &mut rule.ports,
            || (443, 443),
            |ui, (first, last)| {
                form.value(ui, field, "First port", first, &PORT);
                form.value(ui, field, "Last port", last, &PORT);
            },
        );
    });
}

pub(super) fn security_group(ui: &mut Ui, form: &Form<'_>, group: &mut SecurityGroup) {
    form.reference(ui, "vpc", "VPC", &mut group.vpc, form.design.vpcs.keys().cloned());
    form.section(ui, "ingress", "What may come in", true, |ui| rules(ui, form, "ingress", &mut group.ingress));
    form.section(ui, "egress", "What may go out", false, |ui| {
        form.optional(ui, "egress", "Restricted", &mut group.egress, Vec::new, |ui, egress| {
            rules(ui, form, "egress", egress);
        });
    });
    form.pairs(ui, "tags", "Tags", &mut group.tags);
}

pub(super) fn lattice(ui: &mut Ui, form: &Form<'_>, lattice: &mut Lattice) {
    form.references(ui, "vpcs", "VPCs", &mut lattice.vpcs, form.design.vpcs.keys().cloned());
    form.references(ui, "services", "Services", &mut lattice.services, form.design.services.keys().cloned());
    form.pairs(ui, "tags", "Tags", &mut lattice.tags);
}
