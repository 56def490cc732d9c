//! Money spent for nothing, and prices that nobody knows.

use super::context::{Context, Host, HostKind, platform};
use super::demand;
use super::diagnostic::{Findings, Rule, Severity};
use super::needs::registry;
use super::way_out::WayOut;
use crate::catalogue::meter::Meter;
use crate::design::capacity::CapacityProvider;
use crate::design::edit::Edit;
use crate::design::id::{SubnetId, TargetGroupId, VpcEndpointId};
use crate::design::load::{Entrance, Load};
use crate::design::load_balancing::{LoadBalancerType, Scheme};
use crate::design::network::{EndpointKind, EndpointService, NatPlacement, VpcEndpoint};
use crate::design::outside::{Reached, Registry};
use crate::design::scaling::ScalingMetric;
use crate::design::work::CallTarget;
use crate::design::{Item, ItemRef};
use crate::names::Zone;
use crate::units::{Quantity, Span, Usd};

const VPC: &str = "Amazon VPC pricing; AWS PrivateLink Guide, \"Gateway endpoints\"";
const PRICES: &str = "Bayplan: a line without a price is missing from every total";

/// The longest that an HTTP API waits for an answer.
///
/// Source: API Gateway Developer Guide, "Quotas for configuring and running an HTTP API", maximum integration timeout (rule
/// AGW-02).
const API_WAITS: Span = Span::from_secs(30);

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "no-price-known",
        Severity::Advice,
        "Something drawn has no known price in this region",
        PRICES,
        no_price_known,
    ),
    Rule::new(
        "s3-through-nat",
        Severity::Advice,
        "Image layers and objects of S3 go through a NAT gateway",
        VPC,
        s3_through_nat,
    ),
    Rule::new(
        "endpoint-in-unused-zone",
        Severity::Advice,
        "An interface endpoint stands in a zone that nothing uses",
        VPC,
        endpoint_in_unused_zone,
    ),
    Rule::new("nat-gateway-unused", Severity::Advice, "Nothing goes out by a NAT gateway", VPC, nat_gateway_unused),
    Rule::new("provider-unused", Severity::Advice, "Instances run for nothing", "Amazon EC2 pricing", provider_unused),
    Rule::new(
        "idle-balancer",
        Severity::Advice,
        "A load balancer costs more than its requests would by API Gateway",
        "Elastic Load Balancing pricing; Amazon API Gateway pricing",
        idle_balancer,
    ),
];

/// What: a meter of what is drawn has no price here. Why: it is missing from every total, which then says "at least".
/// Example: a type that the region does not sell.
///
/// Source: Bayplan: a line without a price is missing from every total.
fn no_price_known(context: &Context<'_>, out: &mut Findings) {
    let region = &context.catalogue.region.region;
    let prices = &context.catalogue.prices;
    for (id, provider) in &context.design.capacity_providers {
        let CapacityProvider::AutoScalingGroup(group) = provider else { continue };
        let spot = Host::Group(id, group).is_spot();
        let windows = context.runners.iter().any(|runner| {
            runner.hosts.contains(&Host::Group(id, group))
                && runner.definition.is_some_and(|d| d.runtime_platform.is_windows())
        });
        for name in &group.instance_types {
            let Some(ix) = context.catalogue.types.find(name.as_str()) else { continue };
            let meter = Meter::instance(ix, windows, spot);
            if prices.price(meter).is_none() {
                let message = format!("{} has no known price in {region}", context.catalogue.label(meter));
                let hint = "Use another type, or give the price in a price book of your own";
                out.add(ItemRef::CapacityProvider(id.clone()), "instance_types", message, hint);
            }
        }
    }
    for (id, definition, _) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Fargate)) {
        let meters = platform(definition).on_demand();
        if let Some(meter) = [meters.vcpu, meters.memory].into_iter().find(|meter| prices.price(*meter).is_none()) {
            let message = format!("{} has no known price in {region}", context.catalogue.label(meter));
            let hint = "Give the price in a price book of your own";
            out.add(ItemRef::TaskDefinition(id.clone()), "runtime_platform", message, hint);
        }
    }
}

/// The subnets that tasks, or the instances they stand on, use.
fn used_subnets<'d>(context: &Context<'d>) -> Vec<&'d SubnetId> {
    let providers = context.design.capacity_providers.values().flat_map(CapacityProvider::subnets);
    context.runners.iter().flat_map(|runner| runner.subnet_ids).chain(providers).collect()
}

/// What: a VPC whose tasks pull from private ECR or call S3 through a NAT gateway, without the gateway endpoint of S3.
/// Why: each GB is paid for at the NAT gateway; the endpoint is free. Fix: draws the endpoint.
///
/// Source: AWS PrivateLink Guide, "Gateway endpoints": no charge (rules NET-30, NET-33).
fn s3_through_nat(context: &Context<'_>, out: &mut Findings) {
    for id in context.design.vpcs.keys() {
        let gateway =
            context.ways.endpoint(id, EndpointService::S3).is_some_and(|(_, e)| e.kind == EndpointKind::Gateway);
        let by_nat = |subnet: &SubnetId| matches!(context.ways.of(subnet), WayOut::Nat(_));
        let inside = |subnet: &SubnetId| context.design.subnets.get(subnet).is_some_and(|s| s.vpc == *id);
        let uses = |subnets: &[SubnetId]| subnets.iter().any(|subnet| inside(subnet) && by_nat(subnet));
        let s3 = |target: &CallTarget| match target {
            CallTarget::Aws(service) => *service == EndpointService::S3,
            CallTarget::Outside(system) => {
                let reached = context.design.outside_systems.get(system).map(|system| &system.reached);
                reached == Some(&Reached::AwsService(EndpointService::S3))
            }
            CallTarget::Service { .. } | CallTarget::Internet => false,
        };
        let sender = context.runners.iter().find(|runner| {
            let hosts = runner.hosts.iter().filter_map(|host| match host {
                Host::Group(_, group) => Some(group.subnets.as_slice()),
                Host::Managed(_, managed) => Some(managed.subnets.as_slice()),
                Host::Fargate | Host::FargateSpot | Host::Ec2 | Host::External => None,
            });
            let pulls = runner.definition.into_iter().flat_map(|d| &d.containers);
            let pulls = pulls.into_iter().any(|c| registry(context, &c.image) == Registry::EcrPrivate);
            let calls = runner.service.is_some_and(|service| service.calls.iter().any(|call| s3(&call.to)));
            (pulls || calls) && std::iter::once(runner.subnet_ids).chain(hosts).any(uses)
        });
        let Some(sender) = sender.filter(|_| !gateway) else { continue };
        let rate = context
            .catalogue
            .prices
            .price(Meter::NatGatewayData)
            .map(|price| price.cost(Quantity::from_base(1_000_000_000)).to_string());
        let price = rate.map_or(String::new(), |usd| format!(" at ${usd} a GB"));
        let message = format!("Image layers and objects of {} go through a NAT gateway{price}", sender.at);
        let endpoint = VpcEndpoint::new(id.clone(), EndpointService::S3, EndpointKind::Gateway);
        let edit = Edit::Put(Item::VpcEndpoint(VpcEndpointId::new(&format!("{id}-s3")), endpoint));
        out.add(ItemRef::Vpc(id.clone()), "endpoints", message, "Draw the gateway endpoint of S3, which is free")
            .fix("Draw the S3 gateway endpoint (free)", vec![edit]);
    }
}

/// What: an interface endpoint with a subnet in a zone where no task or instance stands. Why: each zone is paid for by
/// the hour. Fix: takes those subnets out, with what it saves.
///
/// Source: AWS PrivateLink pricing: by the hour for each Availability Zone (rule NET-30).
fn endpoint_in_unused_zone(context: &Context<'_>, out: &mut Findings) {
    let used = used_subnets(context);
    let zones: Vec<&Zone> = used.iter().filter_map(|id| Some(&context.design.subnets.get(*id)?.zone)).collect();
    for (id, endpoint) in &context.design.vpc_endpoints {
        let drawn = context.subnets(endpoint.subnets());
        let unused: Vec<_> = drawn.into_iter().filter(|(_, subnet)| !zones.contains(&&subnet.zone)).collect();
        if unused.is_empty() || zones.is_empty() {
            continue;
        }
        let names: Vec<_> = unused.iter().map(|(_, subnet)| subnet.zone.as_str()).collect();
        let count = u64::try_from(unused.len()).unwrap_or(u64::MAX);
        let month = context.month(Meter::InterfaceEndpointHour, count);
        let saved = month.map_or(String::new(), |usd| format!(", {} a month", usd.cents_text()));
        let mut changed = endpoint.clone();
        if let EndpointKind::Interface { subnets, .. } = &mut changed.kind {
            subnets.retain(|subnet| !unused.iter().any(|(other, _)| *other == subnet));
        }
        let message = format!("No task stands in {}, where the endpoint does{saved}", names.join(", "));
        out.add(ItemRef::VpcEndpoint(id.clone()), "subnets", message, "Keep it in the zones that tasks use")
            .fix("Take those zones out", vec![Edit::Put(Item::VpcEndpoint(id.clone(), changed))]);
    }
}

/// What: a NAT gateway that no subnet of a task or instance uses. Why: it is paid for by the hour. Fix: removes it.
///
/// Source: Amazon VPC pricing, NAT gateway by the hour (rule NET-21).
fn nat_gateway_unused(context: &Context<'_>, out: &mut Findings) {
    let used: Vec<_> = used_subnets(context).into_iter().map(|subnet| context.ways.of(subnet)).collect();
    for (id, gateway) in &context.design.nat_gateways {
        if gateway.private || used.contains(&WayOut::Nat(id)) || used.is_empty() {
            continue;
        }
        let meter = match gateway.placement {
            NatPlacement::Zonal(_) => Meter::NatGatewayHour,
            NatPlacement::Regional(_) => Meter::RegionalNatGatewayHour,
        };
        let month = context.month(meter, 1);
        let saved = month.map_or(String::new(), |usd| format!(" for {} a month", usd.cents_text()));
        let at = ItemRef::NatGateway(id.clone());
        out.add(at.clone(), "placement", format!("Nothing goes out by it{saved}"), "Remove it, or route subnets to it")
            .fix(format!("Remove {id}"), vec![Edit::Remove(at)]);
    }
}

/// What: an Auto Scaling group with a minimum of instances that no service or task uses. Why: they are paid for.
/// Example: `MinSize` 2, and nothing names the provider. Fix: a minimum of 0.
///
/// Source: Amazon EC2 pricing, on demand by the second.
fn provider_unused(context: &Context<'_>, out: &mut Findings) {
    for (id, provider) in &context.design.capacity_providers {
        let CapacityProvider::AutoScalingGroup(group) = provider else { continue };
        let used = context.runners.iter().any(|runner| runner.hosts.contains(&Host::Group(id, group)));
        if used || group.min_size == 0 {
            continue;
        }
        let first = group.instance_types.first().and_then(|name| context.catalogue.types.find(name.as_str()));
        let meter = first.map(|ix| Meter::instance(ix, false, Host::Group(id, group).is_spot()));
        let month = meter.and_then(|meter| context.month(meter, u64::from(group.min_size)));
        let cost = month.map_or(String::new(), |usd| format!(" for {} a month", usd.cents_text()));
        let mut changed = group.clone();
        changed.min_size = 0;
        let edit = Edit::Put(Item::CapacityProvider(id.clone(), CapacityProvider::AutoScalingGroup(changed)));
        let message = format!("At least {} instances run{cost}, and nothing uses them", group.min_size);
        out.add(ItemRef::CapacityProvider(id.clone()), "min_size", message, "Let the group come down to 0, or use it")
            .fix("Let it come down to 0", vec![edit]);
    }
}

/// What: an internet-facing Application Load Balancer whose month of requests would cost less by an HTTP API. Why: its
/// hours and addresses are paid for, whoever comes. Example: one request a second: 2.6 million a month. Not where a service
/// needs the balancer: its work takes longer than an HTTP API waits, or it scales by what the balancer counts.
///
/// Source: Elastic Load Balancing pricing; Amazon API Gateway pricing, HTTP APIs (rules LB-20, LB-23, AGW-01).
fn idle_balancer(context: &Context<'_>, out: &mut Findings) {
    for (id, balancer) in &context.design.load_balancers {
        let facing = balancer.kind == LoadBalancerType::Application && balancer.scheme == Scheme::InternetFacing;
        let through = context.design.loads.values().filter(|load| match load {
            Load::Requests(requests) => requests.through == Entrance::LoadBalancer(id.clone()),
            Load::Stream(_) | Load::Jobs(_) => false,
        });
        let loads: Vec<_> = through.collect();
        let groups = balancer.target_groups();
        let bound = groups.len() > 1 || needs_balancer(context, &groups);
        if loads.is_empty() || bound || !facing {
            continue;
        }
        let all = loads.iter().map(|load| demand::month_of(load.shape())).fold(0, u128::saturating_add);
        // More than a `u64` counts would cost more than a bill line holds, and decides nothing else.
        let requests = all.min(u128::from(u64::MAX));
        let prices = &context.catalogue.prices;
        let zones = u64::try_from(balancer.subnets.len()).unwrap_or(u64::MAX);
        let standing = context.month(Meter::AlbHour, 1).zip(context.month(Meter::PublicIpv4, zones));
        let by_request = prices.price(Meter::HttpApiRequest).map(|price| price.cost(Quantity::from_base(requests)));
        let (Some((hours, addresses)), Some(by_request)) = (standing, by_request) else { continue };
        let standing: Usd = hours + addresses;
        if by_request >= standing {
            continue;
        }
        let message = format!(
            "It stands for {} a month; the same requests by an HTTP API are {}",
            standing.cents_text(),
            by_request.cents_text()
        );
        out.add(ItemRef::LoadBalancer(id.clone()), "kind", message, "Consider an API Gateway HTTP API with a VPC link");
    }
}

/// Whether a service of these target groups can do with no HTTP API before it.
fn needs_balancer(context: &Context<'_>, groups: &[TargetGroupId]) -> bool {
    context.design.services.values().any(|service| {
        let joins = service.load_balancers.iter().any(|joined| groups.contains(&joined.target_group));
        let cost = service.work.cost();
        let lasts = cost.map(|cost| cost.duration.unwrap_or(Span::from_ms(cost.cpu_micros / 1000)));
        let metrics = service.scaling.iter().flat_map(|s| &s.policies).filter_map(|policy| policy.metric());
        let counted = metrics.into_iter().any(|metric| matches!(metric, ScalingMetric::RequestCountPerTarget(_)));
        joins && (counted || lasts.is_some_and(|lasts| lasts > API_WAITS))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::load::Series;
    use crate::design::scaling::ScalingPolicy;
    use crate::design::work::{Work, WorkCost};
    use crate::units::{Bytes, Mib, MilliPerSecond};

    fn endpoint(d: &mut Design, subnets: &[&str]) {
        let subnets = subnets.iter().map(|id| (*id).into()).collect();
        let kind = EndpointKind::Interface { subnets, security_groups: Vec::new() };
        let endpoint = VpcEndpoint::new("vpc".into(), EndpointService::Logs, kind);
        d.vpc_endpoints.insert("logs".into(), endpoint);
    }

    /// Nothing stands in zone c.
    fn leave_c(d: &mut Design) {
        web(d).subnets.truncate(2);
        model(d).subnets.truncate(2);
        nightly(d).subnets.truncate(2);
        group(d).subnets.truncate(2);
        managed(d).subnets.truncate(2);
    }

    fn shoppers(d: &mut Design, milli: u64) {
        for load in d.loads.values_mut() {
            if let Load::Requests(requests) = load {
                requests.shape.series = Series::Constant(MilliPerSecond::from_milli(milli));
            }
        }
    }

    /// A request takes so many milliseconds.
    fn lasts(d: &mut Design, ms: u64) {
        let duration = Some(Span::from_ms(ms));
        let cost = WorkCost { cpu_micros: 1000, memory_idle: Mib::from_mib(64), duration, concurrency: None };
        web(d).work = Work::Stated { cost, log_bytes: Bytes::ZERO };
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // EC2 sells no Mac instance as Spot.
        case(
            "no-price-known",
            |d| {
                group(d).instance_types = vec!["mac2.metal".into()];
                group(d).option = Some(crate::design::capacity::CapacityOptionType::Spot);
            },
            &["machines · instance_types"],
            |d| group(d).option = Some(crate::design::capacity::CapacityOptionType::Spot),
        ),
        case(
            "s3-through-nat",
            |d| {
                d.vpc_endpoints.clear();
            },
            &["vpc · endpoints"],
            |d| {
                d.vpc_endpoints.clear();
                for definition in d.task_definitions.values_mut() {
                    definition.containers.iter_mut().for_each(|c| c.image = "public.ecr.aws/nginx/nginx:1".to_owned());
                }
            },
        ),
        case(
            "endpoint-in-unused-zone",
            |d| {
                leave_c(d);
                endpoint(d, &["private-a", "private-b", "private-c"]);
            },
            &["logs · subnets"],
            |d| endpoint(d, &["private-a", "private-b", "private-c"]),
        ),
        case("nat-gateway-unused", leave_c, &["nat-c · placement"], |d| {
            leave_c(d);
            d.nat_gateways.get_mut(&"nat-c".into()).unwrap().private = true;
        }),
        case(
            "provider-unused",
            |d| {
                d.services.remove(&"worker".into());
                group(d).min_size = 2;
            },
            &["machines · min_size"],
            |d| group(d).min_size = 2,
        ),
        // $0.0225 × 730 + 3 × $0.005 × 730 = $27.38 stand against $1.00 a million: 27.38 million a month are 10.42 a
        // second.
        case("idle-balancer", |d| shoppers(d, 10_400), &["front · kind"], |d| shoppers(d, 10_430)),
        case(
            "idle-balancer",
            |d| {
                shoppers(d, 1000);
                lasts(d, 30_000);
            },
            &["front · kind"],
            |d| {
                shoppers(d, 1000);
                lasts(d, 30_001);
            },
        ),
        case(
            "idle-balancer",
            |d| shoppers(d, 1000),
            &["front · kind"],
            |d| {
                shoppers(d, 1000);
                let Some(ScalingPolicy::TargetTracking(policy)) = web(d).scaling.as_mut().unwrap().policies.first_mut()
                else {
                    panic!("the good design tracks a target");
                };
                policy.metric = ScalingMetric::RequestCountPerTarget("web".into());
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
