//! How requests come in: by an Application Load Balancer, a Network Load Balancer, or an HTTP API with a VPC link.
//!
//! Balancers that requests pass already are changed in place, so that health checks and delays stay as they are drawn.

use super::names::{free, one_a_zone, zones_of};
use super::{Candidate, Ground};
use crate::design::cluster::{Namespace, NamespaceKind};
use crate::design::deployment::DeploymentStrategy;
use crate::design::edit::Edit;
use crate::design::id::{ApiGatewayId, LoadBalancerId, NamespaceId, ServiceId, TargetGroupId, VpcId};
use crate::design::load::{Entrance, Load};
use crate::design::load_balancing::{
    ApiGateway, ApiRoute, Integration, Listener, ListenerRule, LoadBalancer, LoadBalancerType, Protocol,
    ProtocolVersion, Scheme, TargetGroup, TargetHealthCheck, TargetType,
};
use crate::design::network::SubnetTier;
use crate::design::observability::{AlarmMetric, AlarmSubject};
use crate::design::scaling::ScalingMetric;
use crate::design::service::{ServiceDiscovery, ServiceLoadBalancer};
use crate::design::task_definition::NetworkMode;
use crate::design::work::{CallPath, CallTarget};
use crate::design::{Design, Item, ItemRef, Kind, Tags};

type Made = Result<(Design, Vec<String>), String>;

/// All alternatives of the way in.
pub(super) fn candidates(ground: &Ground<'_>) -> Vec<Candidate> {
    let requests = ground.design.loads.values().any(|load| matches!(load, Load::Requests(_)));
    if !requests {
        let why = "no load of requests is drawn: nothing comes in";
        return vec![Candidate::impossible("Application Load Balancer", why)];
    }
    let made = [
        ("Application Load Balancer", by_balancer(ground.design, LoadBalancerType::Application)),
        ("Network Load Balancer", by_balancer(ground.design, LoadBalancerType::Network)),
        ("API Gateway HTTP API", by_api(ground.design)),
    ];
    let finish = |(name, made): (&str, Made)| match made {
        Ok((design, notes)) => ground.candidate(name, notes, Ok(design)),
        Err(why) => Candidate::impossible(name, why),
    };
    made.into_iter().map(finish).collect()
}

/// The services that requests come to, each once, with the doors they come in by.
fn doors(design: &Design) -> Vec<(ServiceId, Entrance)> {
    let mut all = Vec::new();
    for load in design.loads.values() {
        if let Load::Requests(requests) = load {
            let door = (requests.service.clone(), requests.through.clone());
            if !all.contains(&door) {
                all.push(door);
            }
        }
    }
    all
}

fn remove(design: &mut Design, at: ItemRef) {
    Edit::Remove(at).apply(design).expect("it is drawn: its name was read from the design");
}

/// Requests to a service come in by another door from now on.
fn lead(design: &mut Design, service: &ServiceId, from: &Entrance, to: &Entrance) {
    for load in design.loads.values_mut() {
        if let Load::Requests(requests) = load
            && requests.service == *service
            && requests.through == *from
        {
            (requests.through, requests.listener_port) = (to.clone(), None);
        }
    }
}

fn by_balancer(drawn: &Design, kind: LoadBalancerType) -> Made {
    let (mut design, mut notes) = (drawn.clone(), Vec::new());
    let mut waiting = Vec::new();
    for (service, door) in doors(drawn) {
        match &door {
            Entrance::LoadBalancer(balancer) => convert(&mut design, balancer, kind, &mut notes)?,
            Entrance::Direct | Entrance::ApiGateway(_) => waiting.push((service, door)),
        }
    }
    if !waiting.is_empty() {
        let id = new_balancer(&mut design, kind, &waiting, &mut notes)?;
        for (service, door) in &waiting {
            lead(&mut design, service, door, &Entrance::LoadBalancer(id.clone()));
        }
        for (_, door) in &waiting {
            if let Entrance::ApiGateway(api) = door {
                let at = ItemRef::ApiGateway(api.clone());
                if design.contains(&at) {
                    remove(&mut design, at);
                }
            }
        }
    }
    Ok((design, notes))
}

/// Makes a balancer one of another kind, with its listeners and target groups.
fn convert(
    design: &mut Design,
    id: &LoadBalancerId,
    kind: LoadBalancerType,
    notes: &mut Vec<String>,
) -> Result<(), String> {
    let Some(mut balancer) = design.load_balancers.get(id).cloned() else { return Err(format!("{id} is not drawn")) };
    if balancer.kind == kind {
        return Ok(());
    }
    let network = kind == LoadBalancerType::Network;
    if network && balancer.listeners.iter().any(|l| !l.rules.is_empty()) {
        return Err(format!("{id} routes by host or path, which a Network Load Balancer cannot"));
    }
    for listener in &mut balancer.listeners {
        let Some(protocol) = spoken(listener.protocol, kind) else {
            return Err(format!("{id} listens for {} on port {}, which is no HTTP", listener.protocol, listener.port));
        };
        listener.protocol = protocol;
    }
    for group in balancer.target_groups() {
        if network {
            scales_by_other_than(design, &group)?;
        }
        let Some(target) = design.target_groups.get_mut(&group) else { continue };
        target.protocol = if network { Protocol::Tcp } else { Protocol::Http };
        if network {
            (target.protocol_version, target.slow_start, target.algorithm) = (None, None, None);
            target.target_control_port = None;
        }
    }
    if network && let Some(acl) = balancer.web_acl.take() {
        notes.push(format!("the web ACL {acl} protects no Network Load Balancer"));
        take_unused_acl(design, id, &acl);
    }
    balancer.kind = kind;
    balancer.cross_zone = None;
    balancer.measured_capacity_units_milli = None;
    if network {
        drop_alarms(design, id, &[AlarmMetric::Http5xx]);
        notes.push(format!("{id} no longer sees requests: no routing by path, no counts of answers"));
    }
    design.put(Item::LoadBalancer(id.clone(), balancer));
    Ok(())
}

/// What a listener speaks on a balancer of a kind; `None` where that kind does not understand it.
fn spoken(protocol: Protocol, kind: LoadBalancerType) -> Option<Protocol> {
    let network = kind == LoadBalancerType::Network;
    match protocol {
        Protocol::Http | Protocol::Tcp => Some(if network { Protocol::Tcp } else { Protocol::Http }),
        Protocol::Https | Protocol::Tls => Some(if network { Protocol::Tls } else { Protocol::Https }),
        Protocol::Udp | Protocol::TcpUdp | Protocol::Geneve => None,
    }
}

/// An error if a service scales by the requests that only an Application Load Balancer counts.
fn scales_by_other_than(design: &Design, group: &TargetGroupId) -> Result<(), String> {
    let by_requests = |service: &crate::design::service::Service| {
        let policies = service.scaling.iter().flat_map(|s| &s.policies);
        policies.filter_map(|p| p.metric()).any(|m| *m == ScalingMetric::RequestCountPerTarget(group.clone()))
    };
    match design.services.iter().find(|(_, service)| by_requests(service)) {
        Some((id, _)) => {
            Err(format!("{id} scales by ALBRequestCountPerTarget, which only an Application Load Balancer reports"))
        }
        None => Ok(()),
    }
}

/// Takes a web ACL away that no other balancer has: it would cost and protect nothing.
fn take_unused_acl(design: &mut Design, of: &LoadBalancerId, acl: &crate::design::id::WebAclId) {
    let elsewhere = design.load_balancers.iter().any(|(id, b)| id != of && b.web_acl.as_ref() == Some(acl));
    let at = ItemRef::WebAcl(acl.clone());
    if !elsewhere && design.contains(&at) {
        remove(design, at);
    }
}

/// Takes away alarms on metrics that a balancer's services no longer have.
fn drop_alarms(design: &mut Design, balancer: &LoadBalancerId, metrics: &[AlarmMetric]) {
    let groups = design.load_balancers.get(balancer).map(LoadBalancer::target_groups).unwrap_or_default();
    let joined = |id: &ServiceId| {
        design.services.get(id).is_some_and(|s| s.load_balancers.iter().any(|b| groups.contains(&b.target_group)))
    };
    let of_balancer = |subject: &AlarmSubject| match subject {
        AlarmSubject::Service(service) => joined(service),
        AlarmSubject::Cluster(_) => false,
    };
    let alarms = design.alarms.iter().filter(|(_, a)| metrics.contains(&a.metric) && of_balancer(&a.subject));
    let dropped: Vec<_> = alarms.map(|(id, _)| id.clone()).collect();
    dropped.into_iter().for_each(|id| remove(design, ItemRef::Alarm(id)));
}

/// The VPC of a service's tasks.
fn vpc_of(design: &Design, service: &ServiceId) -> Result<VpcId, String> {
    let subnets = design.services.get(service).map(|s| &s.subnets[..]).unwrap_or_default();
    let first = subnets.iter().find_map(|id| design.subnets.get(id));
    first.map(|s| s.vpc.clone()).ok_or_else(|| format!("{service} has no subnets of its own"))
}

/// A balancer for services that have none: the first answers by default, the others on their paths, or ports.
fn new_balancer(
    design: &mut Design,
    kind: LoadBalancerType,
    served: &[(ServiceId, Entrance)],
    notes: &mut Vec<String>,
) -> Result<LoadBalancerId, String> {
    let Some((first, _)) = served.first() else { return Err("no service is asked".to_owned()) };
    let vpc = vpc_of(design, first)?;
    let homes = design.services.get(first).map(|s| s.subnets.clone()).unwrap_or_default();
    let zones = zones_of(design, &homes);
    let public = one_a_zone(design, &vpc, &zones, |s| s.tier == SubnetTier::Public);
    let subnets = public.into_iter().filter_map(|(_, subnet)| subnet).collect();
    let certificate = design.certificates.keys().next().cloned();
    let plain = if kind == LoadBalancerType::Network { Protocol::Tcp } else { Protocol::Http };
    let protocol = match (&certificate, kind) {
        (Some(_), LoadBalancerType::Network) => Protocol::Tls,
        (Some(_), LoadBalancerType::Application | LoadBalancerType::Gateway) => Protocol::Https,
        (None, _) => plain,
    };
    if certificate.is_none() {
        notes.push(format!("no certificate is drawn: the load balancer listens for {plain}"));
    }
    let port = if certificate.is_some() { 443 } else { 80 };
    let listener = |port, group| Listener {
        port,
        protocol,
        certificate: certificate.clone(),
        default_target_group: Some(group),
        rules: Vec::new(),
    };
    let mut listeners: Vec<Listener> = Vec::new();
    for (place, (service, _)) in (0u16..).zip(served) {
        let group = new_target_group(design, service, plain)?;
        match listeners.first_mut() {
            Some(shared) if kind == LoadBalancerType::Application => {
                let paths = vec![format!("/{service}/*")];
                notes.push(format!("{service} answers on the paths {}", paths[0]));
                shared.rules.push(ListenerRule { hosts: Vec::new(), paths, target_group: group });
            }
            Some(_) => listeners.push(listener(10_000 + place, group)),
            None => listeners.push(listener(port, group)),
        }
    }
    let id = LoadBalancerId::new(&free(design, Kind::LoadBalancer, "entrance"));
    let balancer = LoadBalancer {
        kind,
        scheme: Scheme::InternetFacing,
        subnets,
        ip_address_type: None,
        security_groups: Vec::new(),
        listeners,
        cross_zone: None,
        idle_timeout: None,
        web_acl: None,
        measured_capacity_units_milli: None,
        tags: Tags::new(),
    };
    design.put(Item::LoadBalancer(id.clone(), balancer));
    Ok(id)
}

fn new_target_group(design: &mut Design, service: &ServiceId, protocol: Protocol) -> Result<TargetGroupId, String> {
    let vpc = vpc_of(design, service)?;
    let drawn = design.services.get(service).ok_or_else(|| format!("{service} is not drawn"))?;
    let definition = design.task_definitions.get(&drawn.task_definition);
    let containers = definition.into_iter().flat_map(|d| &d.containers);
    let answers =
        containers.flat_map(|c| c.port_mappings.iter().filter_map(|m| Some((c.name.clone(), m.container_port?))));
    let Some((container_name, port)) = answers.into_iter().next() else {
        return Err(format!("no container of {service} has a port that a load balancer could send to"));
    };
    let own_interface = definition.is_some_and(|d| d.network_mode() == NetworkMode::Awsvpc);
    let id = TargetGroupId::new(&free(design, Kind::TargetGroup, service.as_str()));
    let group = TargetGroup {
        vpc,
        protocol,
        protocol_version: None,
        port,
        target_type: if own_interface { TargetType::Ip } else { TargetType::Instance },
        health_check: TargetHealthCheck::default(),
        deregistration_delay: None,
        slow_start: None,
        algorithm: None,
        stickiness: None,
        target_control_port: None,
        tags: Tags::new(),
    };
    design.put(Item::TargetGroup(id.clone(), group));
    if let Some(drawn) = design.services.get_mut(service) {
        drawn.load_balancers.push(ServiceLoadBalancer {
            target_group: id.clone(),
            container_name,
            container_port: port,
        });
    }
    Ok(id)
}

fn by_api(drawn: &Design) -> Made {
    let (mut design, mut notes) = (drawn.clone(), Vec::new());
    let moving: Vec<_> =
        doors(drawn).into_iter().filter(|(_, door)| !matches!(door, Entrance::ApiGateway(_))).collect();
    let Some((first, _)) = moving.first() else { return Ok((design, notes)) };
    let vpc = vpc_of(drawn, first)?;
    let api = ApiGatewayId::new(&free(drawn, Kind::ApiGateway, "http-api"));
    let mut link =
        ApiGateway { vpc_link_subnets: Vec::new(), security_groups: Vec::new(), routes: Vec::new(), tags: Tags::new() };
    for (service, door) in &moving {
        if let Entrance::LoadBalancer(balancer) = door {
            leave_balancer(drawn, balancer)?;
        }
        let key = if link.routes.is_empty() { "$default".to_owned() } else { format!("ANY /{service}/{{proxy+}}") };
        link.routes.push(ApiRoute { key, integration: Integration::CloudMap(service.clone()) });
        discover(&mut design, service, &vpc)?;
        let homes = drawn.services.get(service);
        link.security_groups.extend(homes.iter().flat_map(|s| s.security_groups.iter().cloned()));
        link.vpc_link_subnets.extend(homes.iter().flat_map(|s| s.subnets.iter().cloned()));
        lead(&mut design, service, door, &Entrance::ApiGateway(api.clone()));
    }
    link.vpc_link_subnets.sort();
    link.vpc_link_subnets.dedup();
    link.security_groups.sort();
    link.security_groups.dedup();
    design.put(Item::ApiGateway(api, link));
    for (_, door) in &moving {
        if let Entrance::LoadBalancer(balancer) = door {
            drop_balancer(&mut design, balancer, &mut notes);
        }
    }
    Ok((design, notes))
}

/// An error if what stands behind a balancer cannot stand behind an HTTP API.
fn leave_balancer(design: &Design, id: &LoadBalancerId) -> Result<(), String> {
    let groups = design.load_balancers.get(id).map(LoadBalancer::target_groups).unwrap_or_default();
    for group in &groups {
        scales_by_other_than(design, group)?;
        let version = design.target_groups.get(group).and_then(|g| g.protocol_version);
        if version == Some(ProtocolVersion::Grpc) {
            return Err(format!("{group} speaks gRPC, which an HTTP API does not"));
        }
        let joined = |s: &&crate::design::service::Service| s.load_balancers.iter().any(|b| b.target_group == *group);
        let shifting = |s: &&crate::design::service::Service| s.deployment.strategy() != DeploymentStrategy::Rolling;
        if let Some(service) = design.services.values().filter(joined).find(shifting) {
            return Err(format!("a {} deployment needs a load balancer", service.deployment.strategy()));
        }
    }
    let streams = |load: &Load| match load {
        Load::Stream(stream) => stream.through == Entrance::LoadBalancer(id.clone()),
        Load::Requests(_) | Load::Jobs(_) => false,
    };
    if design.loads.values().any(streams) {
        return Err(format!("a stream leaves through {id}, which an HTTP API does not carry"));
    }
    Ok(())
}

/// Cloud Map knows the tasks of a service, as the VPC link needs (rule AGW-03).
fn discover(design: &mut Design, service: &ServiceId, vpc: &VpcId) -> Result<(), String> {
    let known = design.services.get(service).is_some_and(|s| s.service_discovery.is_some());
    if known {
        return Ok(());
    }
    let private = |n: &Namespace| n.kind == NamespaceKind::PrivateDns && n.vpc.as_ref() == Some(vpc);
    let found = design.namespaces.iter().find(|(_, n)| private(n)).map(|(id, _)| id.clone());
    let namespace = found.unwrap_or_else(|| {
        let id = NamespaceId::new(&free(design, Kind::Namespace, "internal"));
        let made = Namespace { kind: NamespaceKind::PrivateDns, vpc: Some(vpc.clone()), tags: Tags::new() };
        design.put(Item::Namespace(id.clone(), made));
        id
    });
    let Some(drawn) = design.services.get_mut(service) else { return Err(format!("{service} is not drawn")) };
    drawn.service_discovery = Some(ServiceDiscovery { namespace, dns_ttl: None });
    Ok(())
}

/// Takes a balancer away with its target groups, if nothing else comes or calls through it.
fn drop_balancer(design: &mut Design, id: &LoadBalancerId, notes: &mut Vec<String>) {
    let Some(balancer) = design.load_balancers.get(id).cloned() else { return };
    let groups = balancer.target_groups();
    let through = Entrance::LoadBalancer(id.clone());
    let comes = design.loads.values().any(|load| match load {
        Load::Requests(requests) => requests.through == through,
        Load::Stream(stream) => stream.through == through,
        Load::Jobs(_) => false,
    });
    let joined = |id: &ServiceId| {
        design.services.get(id).is_some_and(|s| s.load_balancers.iter().any(|b| groups.contains(&b.target_group)))
    };
    let called = design.services.values().flat_map(|s| &s.calls).any(|call| match &call.to {
        CallTarget::Service { service, via } => *via == CallPath::LoadBalancer && joined(service),
        CallTarget::Outside(_) | CallTarget::Aws(_) | CallTarget::Internet => false,
    });
    if comes || called {
        notes.push(format!("{id} stays: services call each other through it"));
        return;
    }
    drop_alarms(design, id, &[AlarmMetric::Http5xx, AlarmMetric::UnhealthyHosts]);
    if let Some(acl) = &balancer.web_acl {
        notes.push(format!("the web ACL {acl} protects no HTTP API"));
        take_unused_acl(design, id, acl);
    }
    remove(design, ItemRef::LoadBalancer(id.clone()));
    for group in groups {
        let at = ItemRef::TargetGroup(group);
        if design.contains(&at) {
            remove(design, at);
        }
    }
    for service in design.services.values_mut().filter(|s| s.load_balancers.is_empty()) {
        service.health_check_grace_period = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Family;
    use super::super::testing::*;
    use super::*;
    use crate::bill::CostGroup;
    use crate::design::scaling::{Scaling, ScalingPolicy, TargetTracking};
    use crate::units::Usd;

    #[test]
    fn a_balancer_becomes_a_network_load_balancer_with_its_listeners_and_targets() {
        let design = project().design;
        let changed = applied(&design, named(&of(Family::Inbound, &design), "Network Load Balancer"));
        let front = &changed.load_balancers[&"front".into()];
        assert_eq!((front.kind, front.listeners[0].protocol), (LoadBalancerType::Network, Protocol::Tls));
        assert_eq!(changed.target_groups[&"web".into()].protocol, Protocol::Tcp);
        assert_eq!(changed.load_balancers[&"front".into()].subnets, design.load_balancers[&"front".into()].subnets);
    }

    #[test]
    fn agw_01_an_http_api_takes_the_balancers_place() {
        let design = project().design;
        let changed = applied(&design, named(&of(Family::Inbound, &design), "API Gateway HTTP API"));
        assert!(changed.load_balancers.is_empty() && changed.target_groups.is_empty());
        let api = &changed.api_gateways[&"http-api".into()];
        assert_eq!(api.routes[0].integration, Integration::CloudMap("web".into()));
        assert!(changed.services[&"web".into()].service_discovery.is_some());
        // 300/s × 2,628,000 s = 788.4 million requests: 300 at $1.00 and 488.4 at $0.90 a million.
        assert_eq!(groups(&changed)[&CostGroup::ApiGateway], Usd::parse("739.56").unwrap());
        assert_eq!(groups(&changed).get(&CostGroup::LoadBalancing), None);
    }

    #[test]
    fn what_stands_behind_an_api_gets_a_balancer_of_its_own() {
        let drawn = project().design;
        let design = applied(&drawn, named(&of(Family::Inbound, &drawn), "API Gateway HTTP API"));
        let all = of(Family::Inbound, &design);
        assert_eq!(all[0].notes, ["This is: API Gateway HTTP API"]);
        let changed = applied(&design, named(&all, "Application Load Balancer"));
        assert!(changed.api_gateways.is_empty());
        let entrance = &changed.load_balancers[&"entrance".into()];
        assert_eq!((entrance.listeners[0].port, entrance.listeners[0].protocol), (443, Protocol::Https));
        assert_eq!(entrance.subnets, ["public-a", "public-b", "public-c"].map(Into::into).to_vec());
        assert_eq!(changed.services[&"web".into()].load_balancers[0].container_port, 8080);
    }

    #[test]
    fn what_only_an_application_load_balancer_does_keeps_it() {
        let mut design = project().design;
        let group = TargetGroupId::new("web");
        let rule = ListenerRule { hosts: Vec::new(), paths: vec!["/web/*".to_owned()], target_group: group.clone() };
        let front = design.load_balancers.get_mut(&"front".into()).unwrap();
        front.listeners[0].rules = vec![rule];
        let why =
            |design: &Design, name: &str| named(&of(Family::Inbound, design), name).not_applicable.clone().unwrap();
        assert!(why(&design, "Network Load Balancer").contains("routes by host or path"));

        design.load_balancers.get_mut(&"front".into()).unwrap().listeners[0].rules.clear();
        let metric = ScalingMetric::RequestCountPerTarget(group);
        let policy = TargetTracking {
            metric,
            target_milli: 3_000_000,
            scale_out_cooldown: None,
            scale_in_cooldown: None,
            disable_scale_in: false,
            high_resolution: false,
        };
        let policies = vec![ScalingPolicy::TargetTracking(policy)];
        let scaling = Scaling { min_capacity: 3, max_capacity: 12, policies };
        design.services.get_mut(&"web".into()).unwrap().scaling = Some(scaling);
        for name in ["Network Load Balancer", "API Gateway HTTP API"] {
            assert!(why(&design, name).starts_with("web scales by ALBRequestCountPerTarget"), "{name}");
        }
    }
}
