//! Parts that work comes in by: balancers, target groups, API Gateway, loads.

use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::id::{ApiGatewayId, LoadBalancerId, LoadId, TargetGroupId};
use bayplan_engine::design::load::{Entrance, Jobs, Load, Requests, Shape, Stream};
use bayplan_engine::design::load_balancing::{
    ApiGateway, ApiRoute, Integration, Listener, LoadBalancer, LoadBalancerType, Protocol, Scheme, TargetGroup,
    TargetHealthCheck, TargetType,
};
use bayplan_engine::design::network::SubnetTier;
use bayplan_engine::design::outside::OutsideKind;
use bayplan_engine::design::{Design, Item, Kind, Tags};
use bayplan_engine::units::{Bytes, MilliPerSecond, Span};

use super::{Made, Part, Spot, around, free_name, part, put, rare, service, subnets, vpc, work_subnets};
use crate::widgets::icon;

const GROUP: &str = "Entrance";

pub(super) const PARTS: &[Part] = &[
    part("Load balancer", GROUP, icon::BALANCER, "alb application elb https", application),
    part("API Gateway", GROUP, icon::API_GATEWAY, "http api vpc link", api_gateway),
    part("Load", GROUP, icon::LOAD, "requests traffic users rps", requests),
    rare("Network load balancer", GROUP, icon::BALANCER, "nlb tcp udp elb", network),
    rare("Internal load balancer", GROUP, icon::BALANCER, "alb elb", internal),
    rare("Gateway load balancer", GROUP, icon::BALANCER, "gwlb appliance firewall elb", gateway),
    rare("Target group", GROUP, icon::SPLIT, "health check", target_group),
    rare("Jobs", GROUP, icon::QUEUE, "load queue sqs messages", jobs),
    rare("Byte stream", GROUP, icon::TRAFFIC, "load video replication", stream),
];

fn application(design: &Design, spot: &Spot) -> Made {
    balancer(design, spot, LoadBalancerType::Application, Scheme::InternetFacing, "alb")
}

fn internal(design: &Design, spot: &Spot) -> Made {
    balancer(design, spot, LoadBalancerType::Application, Scheme::Internal, "internal")
}

fn network(design: &Design, spot: &Spot) -> Made {
    balancer(design, spot, LoadBalancerType::Network, Scheme::InternetFacing, "nlb")
}

fn gateway(design: &Design, spot: &Spot) -> Made {
    balancer(design, spot, LoadBalancerType::Gateway, Scheme::Internal, "gwlb")
}

/// A balancer with a listener and a target group for it.
fn balancer(design: &Design, spot: &Spot, kind: LoadBalancerType, scheme: Scheme, name: &str) -> Made {
    let vpc = vpc(design, spot)?;
    let tier = if scheme == Scheme::InternetFacing { SubnetTier::Public } else { SubnetTier::Private };
    let subnets = subnets(design, &vpc, &[tier])?;
    let name = free_name(design, Kind::LoadBalancer, name);
    let group = TargetGroupId::new(&free_name(design, Kind::TargetGroup, &name));
    let (protocol, port) = match kind {
        LoadBalancerType::Application => (Protocol::Http, 80),
        LoadBalancerType::Network => (Protocol::Tcp, 80),
        LoadBalancerType::Gateway => (Protocol::Geneve, 6081),
    };
    let listener =
        Listener { port, protocol, certificate: None, default_target_group: Some(group.clone()), rules: Vec::new() };
    let drawn = LoadBalancer {
        kind,
        scheme,
        subnets,
        ip_address_type: None,
        security_groups: Vec::new(),
        listeners: vec![listener],
        cross_zone: None,
        idle_timeout: None,
        web_acl: None,
        measured_capacity_units_milli: None,
        tags: Tags::new(),
    };
    Ok(vec![
        Edit::Put(Item::TargetGroup(group, new_group(&vpc, protocol, port))),
        Edit::Put(Item::LoadBalancer(LoadBalancerId::new(&name), drawn)),
    ])
}

/// A target group of tasks by address.
pub fn new_group(vpc: &bayplan_engine::design::id::VpcId, protocol: Protocol, port: u16) -> TargetGroup {
    TargetGroup {
        vpc: vpc.clone(),
        protocol,
        protocol_version: None,
        port,
        target_type: TargetType::Ip,
        health_check: TargetHealthCheck::default(),
        deregistration_delay: None,
        slow_start: None,
        algorithm: None,
        stickiness: None,
        target_control_port: None,
        tags: Tags::new(),
    }
}

fn target_group(design: &Design, spot: &Spot) -> Made {
    let vpc = vpc(design, spot)?;
    let name = free_name(design, Kind::TargetGroup, "targets");
    put(Item::TargetGroup(TargetGroupId::new(&name), new_group(&vpc, Protocol::Http, 80)))
}

fn api_gateway(design: &Design, spot: &Spot) -> Made {
    let name = free_name(design, Kind::ApiGateway, "api");
    let route = |id| ApiRoute { key: "$default".to_owned(), integration: Integration::CloudMap(id) };
    let drawn = ApiGateway {
        vpc_link_subnets: work_subnets(design, spot)?,
        security_groups: Vec::new(),
        routes: service(design, spot).ok().map(route).into_iter().collect(),
        tags: Tags::new(),
    };
    put(Item::ApiGateway(ApiGatewayId::new(&name), drawn))
}

/// The door that already leads to a service.
fn door(design: &Design, service: &bayplan_engine::design::id::ServiceId) -> Entrance {
    let groups = design.services.get(service).map_or(&[][..], |s| &s.load_balancers);
    let leads = |balancer: &&LoadBalancerId| {
        let named = design.load_balancers[*balancer].target_groups();
        groups.iter().any(|own| named.contains(&own.target_group))
    };
    let api = |id: &&ApiGatewayId| {
        let to = |route: &ApiRoute| matches!(&route.integration, Integration::CloudMap(to) if to == service);
        design.api_gateways[*id].routes.iter().any(to)
    };
    let balancer = design.load_balancers.keys().find(leads).cloned().map(Entrance::LoadBalancer);
    balancer
        .or_else(|| design.api_gateways.keys().find(api).cloned().map(Entrance::ApiGateway))
        .unwrap_or(Entrance::Direct)
}

/// Twenty requests a second of 1 kB, answered with 6 kB, by the door that leads to the service.
fn requests(design: &Design, spot: &Spot) -> Made {
    let service = service(design, spot)?;
    let name = free_name(design, Kind::Load, "requests");
    let through = door(design, &service);
    put(Item::Load(
        LoadId::new(&name),
        Load::Requests(Requests {
            service,
            through,
            listener_port: None,
            origin: None,
            shape: Shape::constant(MilliPerSecond::from_whole(20)),
            request_bytes: Bytes::from_bytes(1000),
            response_bytes: Bytes::from_bytes(6000),
            requests_per_connection: None,
            connection_lifetime: None,
        }),
    ))
}

/// One job a second of ten seconds each, with a queue where there is none.
fn jobs(design: &Design, spot: &Spot) -> Made {
    let service = service(design, spot)?;
    let name = free_name(design, Kind::Load, "jobs");
    let drawn = design.outside_systems.iter().find(|(_, system)| system.kind == OutsideKind::Queue);
    let (queue, mut edits) = if let Some((id, _)) = drawn {
        (id.clone(), Vec::new())
    } else {
        let (id, item) = around::new_queue(design);
        (id, vec![Edit::Put(item)])
    };
    edits.push(Edit::Put(Item::Load(
        LoadId::new(&name),
        Load::Jobs(Jobs {
            queue,
            service,
            shape: Shape::constant(MilliPerSecond::from_whole(1)),
            service_time: Span::from_secs(10),
            message_bytes: Bytes::from_bytes(1000),
        }),
    )));
    Ok(edits)
}

/// A thousand kilobytes a second.
fn stream(design: &Design, spot: &Spot) -> Made {
    let service = service(design, spot)?;
    let name = free_name(design, Kind::Load, "stream");
    let through = door(design, &service);
    let kilobytes = Shape::constant(MilliPerSecond::from_whole(1000));
    put(Item::Load(LoadId::new(&name), Load::Stream(Stream { service, through, listener_port: None, kilobytes })))
}
