//! IPv6: addresses and blocks that agree, routes of one family, and what still needs IPv4.

use super::context::{Context, HostKind, Runner};
use super::diagnostic::{Findings, Rule, Severity};
use super::needs;
use crate::design::cidr::{AddressFamily, Cidr};
use crate::design::edit::Edit;
use crate::design::id::SubnetId;
use crate::design::network::{IpAddressType, Route, RouteTarget};
use crate::design::outside::Registry;
use crate::design::{Item, ItemRef};

const BLOCKS: &str = "Amazon VPC User Guide, \"IP addressing for your VPCs and subnets\"";
const EGRESS_ONLY: &str = "Amazon VPC User Guide, \"Egress-only internet gateways\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "address-type-contradicts-blocks",
        Severity::Error,
        "The addresses of a VPC or subnet are not those its blocks hold",
        BLOCKS,
        address_type_contradicts_blocks,
    ),
    Rule::new(
        "vpc-without-ipv4-block",
        Severity::Warning,
        "A VPC has no IPv4 block, without which AWS makes none",
        BLOCKS,
        vpc_without_ipv4_block,
    ),
    Rule::new(
        "route-target-of-other-family",
        Severity::Error,
        "A route leads addresses to a gateway that does not take them",
        EGRESS_ONLY,
        route_target_of_other_family,
    )
    .leaving_the_bill(),
    Rule::new(
        "no-egress-only-internet-gateway",
        Severity::Error,
        "A route leads to an egress-only internet gateway that the VPC does not have",
        EGRESS_ONLY,
        no_egress_only_internet_gateway,
    )
    .leaving_the_bill(),
    Rule::new(
        "exec-over-ipv6-alone",
        Severity::Error,
        "ECS Exec for tasks that have IPv6 alone",
        "ECS Developer Guide, \"Monitor Amazon ECS containers with ECS Exec\"",
        exec_over_ipv6_alone,
    ),
    Rule::new(
        "balancer-without-ipv6",
        Severity::Error,
        "A load balancer of IPv4 alone before tasks of IPv6 alone",
        "Elastic Load Balancing User Guide, \"Target groups\", IP address type",
        balancer_without_ipv6,
    ),
    Rule::new(
        "image-without-ipv6",
        Severity::Error,
        "Tasks of IPv6 alone pull from a registry's name that answers over IPv4 alone",
        "Amazon ECR User Guide, \"Making requests to Amazon ECR over IPv6\"",
        image_without_ipv6,
    ),
];

/// What: addresses that the blocks do not hold, or blocks beyond the addresses. Why: AWS refuses it. Example: a subnet
/// of IPv6 alone with 10.0.0.0/24. Fix: what the blocks say.
///
/// Source: Amazon VPC User Guide, "IP addressing for your VPCs and subnets" (rules NET-01, NET-45). A VPC keeps an
/// IPv4 block whatever its subnets have, and where no IPv6 block is drawn Amazon gives one of its pool.
fn address_type_contradicts_blocks(context: &Context<'_>, out: &mut Findings) {
    let message = |drawn: IpAddressType, held: IpAddressType| {
        (
            format!("The addresses are {drawn}, the blocks are {held}"),
            "Leave the addresses to the blocks, or change these",
        )
    };
    for (id, vpc) in &context.design.vpcs {
        let (Some(drawn), held) = (vpc.ip_address_type, vpc.held_by_blocks()) else { continue };
        let beyond = !drawn.has_ipv6() && held.has_ipv6();
        let lacking = drawn == IpAddressType::DualStack && !held.has_ipv4();
        if beyond || lacking {
            let (message, hint) = message(drawn, held);
            let mut changed = vpc.clone();
            changed.ip_address_type = None;
            out.add(ItemRef::Vpc(id.clone()), "ip_address_type", message, hint)
                .fix(format!("Make it {held}"), vec![Edit::Put(Item::Vpc(id.clone(), changed))]);
        }
    }
    for (id, subnet) in &context.design.subnets {
        let (Some(drawn), held) = (subnet.ip_address_type, subnet.held_by_blocks()) else { continue };
        let ipv4 = drawn.has_ipv4() == held.has_ipv4();
        let ipv6 = drawn.has_ipv6() || !held.has_ipv6();
        if !ipv4 || !ipv6 {
            let (message, hint) = message(drawn, held);
            let mut changed = subnet.clone();
            changed.ip_address_type = None;
            out.add(ItemRef::Subnet(id.clone()), "ip_address_type", message, hint)
                .fix(format!("Make it {held}"), vec![Edit::Put(Item::Subnet(id.clone(), changed))]);
        }
    }
}

/// What: a VPC whose every block is IPv6. Why: AWS makes no VPC without an IPv4 block; subnets of IPv6 alone leave it
/// unused. Fix: adds 10.0.0.0/16.
///
/// Source: Amazon VPC User Guide, "VPC CIDR blocks": an IPv4 block is required (rule NET-01).
fn vpc_without_ipv4_block(context: &Context<'_>, out: &mut Findings) {
    for (id, vpc) in context.design.vpcs.iter().filter(|(_, vpc)| !vpc.held_by_blocks().has_ipv4()) {
        let message = format!("{} is the VPC's only block, and AWS makes no VPC without an IPv4 one", vpc.cidr);
        let hint = "Add an IPv4 block, which subnets of IPv6 alone leave unused";
        let finding = out.add(ItemRef::Vpc(id.clone()), "cidr", message, hint);
        if let Some(ipv4) = Cidr::ipv4(std::net::Ipv4Addr::new(10, 0, 0, 0), 16) {
            let mut changed = vpc.clone();
            let ipv6 = std::mem::replace(&mut changed.cidr, ipv4);
            // Its subnets stay inside their block, in whichever field there is room for it.
            match changed.ipv6_cidr {
                None => changed.ipv6_cidr = Some(ipv6),
                Some(_) => changed.secondary_cidrs.push(ipv6),
            }
            changed.ip_address_type = None;
            finding.fix(format!("Add {ipv4}"), vec![Edit::Put(Item::Vpc(id.clone(), changed))]);
        }
    }
}

/// What: IPv4 led to the egress-only internet gateway, or IPv6 to a NAT gateway. Why: AWS refuses it. Example:
/// `0.0.0.0/0` to the egress-only internet gateway.
///
/// Source: Amazon VPC User Guide, "Egress-only internet gateways"; "DNS64 and NAT64": a NAT gateway takes
/// `64:ff9b::/96` and no other IPv6 (rule NET-45).
fn route_target_of_other_family(context: &Context<'_>, out: &mut Findings) {
    let wrong = |route: &&Route| match (&route.target, route.destination.family()) {
        (RouteTarget::EgressOnlyInternetGateway, AddressFamily::Ipv4) => true,
        (RouteTarget::NatGateway(_), AddressFamily::Ipv6) => !Cidr::NAT64.holds(route.destination),
        (RouteTarget::EgressOnlyInternetGateway, AddressFamily::Ipv6)
        | (RouteTarget::NatGateway(_), AddressFamily::Ipv4)
        | (RouteTarget::InternetGateway | RouteTarget::VpcEndpoint(_), _) => false,
    };
    for (id, table) in &context.design.route_tables {
        for route in table.routes.iter().filter(wrong) {
            let (gateway, takes, hint) = match route.destination.family() {
                AddressFamily::Ipv4 => {
                    ("The egress-only internet gateway", "IPv6 alone", "Lead ::/0 to it, and IPv4 to a NAT gateway")
                }
                AddressFamily::Ipv6 => {
                    ("A NAT gateway", "IPv4 and 64:ff9b::/96 alone", "Lead IPv6 to the egress-only internet gateway")
                }
            };
            let message = format!("{gateway} takes {takes}, not {}", route.destination);
            out.add(ItemRef::RouteTable(id.clone()), "routes", message, hint);
        }
    }
}

/// What: a route to the egress-only internet gateway in a VPC without one. Why: the route leads nowhere. Fix: attaches
/// one, free of charge.
///
/// Source: Amazon VPC User Guide, "Egress-only internet gateways" (rule NET-43).
fn no_egress_only_internet_gateway(context: &Context<'_>, out: &mut Findings) {
    for (id, vpc) in context.design.vpcs.iter().filter(|(_, vpc)| !vpc.egress_only_internet_gateway) {
        let leads = |route: &Route| route.target == RouteTarget::EgressOnlyInternetGateway;
        let mut tables = context.design.route_tables.iter().filter(|(_, table)| table.vpc == *id);
        let Some((table, _)) = tables.find(|(_, table)| table.routes.iter().any(leads)) else { continue };
        let mut changed = vpc.clone();
        changed.egress_only_internet_gateway = true;
        let message = format!("Route table {table} leads to an egress-only internet gateway that {id} does not have");
        let hint = "Attach an egress-only internet gateway";
        out.add(ItemRef::Vpc(id.clone()), "egress_only_internet_gateway", message, hint)
            .fix("Attach an egress-only internet gateway (free)", vec![Edit::Put(Item::Vpc(id.clone(), changed))]);
    }
}

/// The first subnet in which a runner's tasks have IPv6 alone.
fn of_ipv6_alone<'d>(runner: &Runner<'d>) -> Option<&'d SubnetId> {
    let mut subnets = runner.subnets.iter().filter(|_| runner.is_awsvpc());
    subnets.find(|(_, subnet)| !subnet.ip_address_type().has_ipv4()).map(|(id, _)| *id)
}

/// What: ECS Exec in subnets of IPv6 alone. Why: ECS does not open sessions there. Fix: switches it off.
///
/// Source: ECS Developer Guide, "Monitor Amazon ECS containers with ECS Exec", considerations (rules EXE-05, NET-45).
fn exec_over_ipv6_alone(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some((id, service)), Some(subnet)) = (runner.as_service(), of_ipv6_alone(runner)) else { continue };
        if service.enable_execute_command {
            let mut changed = service.clone();
            changed.enable_execute_command = false;
            let message = format!("Tasks in subnet {subnet} have IPv6 alone, which ECS Exec does not serve");
            let hint = "Switch ECS Exec off, or use dual-stack subnets";
            out.add(runner.at.clone(), "enable_execute_command", message, hint)
                .fix("Switch ECS Exec off", vec![Edit::Put(Item::Service(id.clone(), changed))]);
        }
    }
}

/// What: a load balancer that has no IPv6 before tasks that have nothing else. Why: it cannot reach them. Fix: makes it
/// dual stack.
///
/// Source: Elastic Load Balancing User Guide, "Target groups for your Application Load Balancers", IP address type:
/// IPv6 target groups need a dual-stack load balancer (rule NET-45).
fn balancer_without_ipv6(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(subnet)) = (runner.service, of_ipv6_alone(runner)) else { continue };
        for entry in &service.load_balancers {
            for (id, balancer) in context.balancers_of(&entry.target_group) {
                if balancer.ip_address_type.is_some_and(IpAddressType::has_ipv6) {
                    continue;
                }
                let mut changed = balancer.clone();
                changed.ip_address_type = Some(IpAddressType::DualStack);
                let message = format!("{id} has IPv4 alone, its targets in subnet {subnet} IPv6 alone");
                out.add(ItemRef::LoadBalancer(id.clone()), "ip_address_type", message, "Make it dual stack")
                    .fix("Make it dual stack", vec![Edit::Put(Item::LoadBalancer(id.clone(), changed))]);
            }
        }
    }
}

/// What: an image of Amazon ECR by its IPv4 name, on Fargate in a subnet of IPv6 alone. Why: the name has no IPv6
/// address, so the image is not pulled. Example: `ID.dkr.ecr.eu-west-1.amazonaws.com/web`. Fix: the dual-stack name.
///
/// Source: Amazon ECR User Guide, "Making requests to Amazon ECR over IPv6" (rule NET-45).
fn image_without_ipv6(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|runner| runner.on(HostKind::Fargate)) {
        let (Some(definition), Some(subnet)) = (runner.definition, of_ipv6_alone(runner)) else { continue };
        for container in &definition.containers {
            let Some((host, path)) = container.image.split_once('/') else { continue };
            let private = needs::registry(context, &container.image) == Registry::EcrPrivate;
            if !private || needs::is_dual_stack_ecr(host) {
                continue;
            }
            let dual = host.replace(".dkr.ecr.", ".dkr-ecr.").replace(".amazonaws.com", ".on.aws");
            let message = format!("{host} answers over IPv4 alone, tasks in subnet {subnet} have IPv6 alone");
            let at = ItemRef::TaskDefinition(runner.definition_id.clone());
            let finding = out.add(at, "containers", message, format!("Pull from {dual}"));
            // A drawn image goes by its own name, which is not changed from here.
            if needs::is_dual_stack_ecr(&dual) {
                let image = format!("{dual}/{path}");
                let same = |other: &&mut crate::design::container::Container| other.name == container.name;
                let mut changed = definition.clone();
                changed.containers.iter_mut().filter(same).for_each(|other| other.image.clone_from(&image));
                let put = Edit::Put(Item::TaskDefinition(runner.definition_id.clone(), changed));
                finding.fix(format!("Pull from {dual}"), vec![put]);
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::cidr::Cidr;
    use crate::design::network::{IpAddressType, Route, RouteTable, RouteTarget, SubnetTier};

    fn dual_vpc(d: &mut Design) {
        vpc(d).ipv6_cidr = Some(block("2600:1f18:0:ab00::/56"));
        vpc(d).egress_only_internet_gateway = true;
    }

    /// The web service's subnets with IPv6 alone, and a way out over it.
    fn web_over_ipv6(d: &mut Design) {
        dual_vpc(d);
        d.services.retain(|id, _| id.as_str() == "web");
        d.standalone_tasks.clear();
        d.capacity_providers.clear();
        for (place, (_, subnet)) in (0..).zip(d.subnets.iter_mut().filter(|(_, s)| s.tier == SubnetTier::Private)) {
            subnet.cidr = block("2600:1f18:0:ab00::/56").part(64, place).expect("a part");
        }
    }

    fn routes(d: &mut Design, destination: Cidr, target: RouteTarget) {
        let routes = vec![Route { destination, target }];
        let table = RouteTable { vpc: "vpc".into(), routes, tags: crate::design::Tags::new() };
        d.route_tables.insert("routes".into(), table);
    }

    fn dual_balancer(d: &mut Design) {
        d.load_balancers.values_mut().for_each(|b| b.ip_address_type = Some(IpAddressType::DualStack));
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "address-type-contradicts-blocks",
            |d| private_a(d).ip_address_type = Some(IpAddressType::Ipv6Only),
            &["private-a · ip_address_type"],
            |d| {
                dual_vpc(d);
                private_a(d).ip_address_type = Some(IpAddressType::DualStack);
            },
        ),
        case(
            "address-type-contradicts-blocks",
            |d| {
                dual_vpc(d);
                vpc(d).ip_address_type = Some(IpAddressType::Ipv4);
            },
            &["vpc · ip_address_type"],
            // An IPv4 block stays in a VPC all of whose subnets have IPv6 alone.
            |d| vpc(d).ip_address_type = Some(IpAddressType::Ipv6Only),
        ),
        case(
            "vpc-without-ipv4-block",
            |d| {
                dual_vpc(d);
                vpc(d).cidr = block("2600:1f18:0:ac00::/56");
            },
            &["vpc · cidr"],
            dual_vpc,
        ),
        case(
            "route-target-of-other-family",
            |d| routes(d, Cidr::ALL_IPV4, RouteTarget::EgressOnlyInternetGateway),
            &["routes · routes"],
            |d| routes(d, Cidr::ALL_IPV6, RouteTarget::EgressOnlyInternetGateway),
        ),
        case(
            "route-target-of-other-family",
            |d| routes(d, Cidr::ALL_IPV6, RouteTarget::NatGateway("nat-a".into())),
            &["routes · routes"],
            |d| routes(d, Cidr::NAT64, RouteTarget::NatGateway("nat-a".into())),
        ),
        case(
            "no-egress-only-internet-gateway",
            |d| routes(d, Cidr::ALL_IPV6, RouteTarget::EgressOnlyInternetGateway),
            &["vpc · egress_only_internet_gateway"],
            |d| {
                dual_vpc(d);
                routes(d, Cidr::ALL_IPV6, RouteTarget::EgressOnlyInternetGateway);
            },
        ),
        case(
            "exec-over-ipv6-alone",
            |d| {
                web_over_ipv6(d);
                web(d).enable_execute_command = true;
            },
            &["web · enable_execute_command"],
            |d| {
                dual_vpc(d);
                web(d).enable_execute_command = true;
            },
        ),
        case("balancer-without-ipv6", web_over_ipv6, &["front · ip_address_type"], |d| {
            web_over_ipv6(d);
            dual_balancer(d);
        }),
        case("image-without-ipv6", web_over_ipv6, &["web · containers"], |d| {
            web_over_ipv6(d);
            app(d).image = "739216405518.dkr-ecr.us-east-1.on.aws/web:1.4.2".to_owned();
        }),
        // The tasks' way out over IPv6 is the egress-only internet gateway: no NAT gateway is needed.
        case(
            "no-way-out",
            |d| {
                web_over_ipv6(d);
                d.nat_gateways.clear();
                vpc(d).egress_only_internet_gateway = false;
            },
            &["web · subnets"],
            |d| {
                web_over_ipv6(d);
                d.nat_gateways.clear();
            },
        ),
        case(
            "subnet-outside-vpc",
            |d| private_a(d).ipv6_cidr = Some(block("2600:1f18:0:ab00::/64")),
            &["private-a · ipv6_cidr"],
            |d| {
                dual_vpc(d);
                private_a(d).ipv6_cidr = Some(block("2600:1f18:0:ab00::/64"));
            },
        ),
        case(
            "subnets-overlap",
            |d| {
                dual_vpc(d);
                private_a(d).ipv6_cidr = Some(block("2600:1f18:0:ab00::/64"));
                public_a(d).ipv6_cidr = Some(block("2600:1f18:0:ab00::/64"));
            },
            &["public-a · ipv6_cidr"],
            |d| {
                dual_vpc(d);
                private_a(d).ipv6_cidr = Some(block("2600:1f18:0:ab00::/64"));
                public_a(d).ipv6_cidr = Some(block("2600:1f18:0:ab01::/64"));
            },
        ),
        case(
            "block-size-not-legal",
            |d| vpc(d).ipv6_cidr = Some(block("2600:1f18::/40")),
            &["vpc · ipv6_cidr"],
            |d| {
                dual_vpc(d);
                private_a(d).ipv6_cidr = Some(block("2600:1f18:0:ab00::/64"));
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
