//! What joining two things means: the edits it takes, or a sentence that says why they cannot be joined.
//!
//! Pure. Traffic leaves the first and enters the second.

use bayplan_engine::design::capacity::StrategyItem;
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::id::{
    ApiGatewayId, CapacityProviderId, LoadBalancerId, LoadId, OutsideSystemId, ServiceId, TargetGroupId,
};
use bayplan_engine::design::load::{Entrance, Load};
use bayplan_engine::design::load_balancing::{
    ApiRoute, Integration, Listener, ListenerRule, LoadBalancer, LoadBalancerType, Protocol,
};
use bayplan_engine::design::service::{Capacity, ServiceLoadBalancer};
use bayplan_engine::design::work::{Call, CallPath, CallTarget};
use bayplan_engine::design::{Design, Item, ItemRef, Kind};
use bayplan_engine::units::Bytes;

use crate::grid::Pick;
use crate::grid::lines::behind;
use crate::parts::entrance::new_group;
use crate::parts::free_name;

/// A join: what it is called, what it edits.
pub type Join = Result<(String, Vec<Edit>), String>;

/// What leading from one to the other takes.
pub fn connect(design: &Design, from: &Pick, to: &Pick) -> Join {
    use ItemRef as R;
    match (from, to) {
        (from, to) if from == to => Err("Nothing leads to itself".to_owned()),
        (Pick::Item(R::Load(load)), Pick::Item(R::LoadBalancer(to))) => {
            enter(design, load, Entrance::LoadBalancer(to.clone()))
        }
        (Pick::Item(R::Load(load)), Pick::Item(R::ApiGateway(to))) => {
            enter(design, load, Entrance::ApiGateway(to.clone()))
        }
        (Pick::Item(R::Load(load)), Pick::Item(R::Service(to))) => work(design, load, to),
        (Pick::Item(R::LoadBalancer(from)), Pick::Item(R::Service(to))) => target(design, from, to),
        (Pick::Item(R::ApiGateway(from)), Pick::Item(R::Service(to))) => {
            route(design, from, Integration::CloudMap(to.clone()))
        }
        (Pick::Item(R::ApiGateway(from)), Pick::Item(R::LoadBalancer(to))) => {
            route(design, from, Integration::LoadBalancer(to.clone()))
        }
        (Pick::Item(R::Service(from)), Pick::Item(R::Service(to))) => {
            let via = path(design, to);
            call(design, from, CallTarget::Service { service: to.clone(), via }, to.as_str())
        }
        (Pick::Item(R::Service(from)), Pick::Item(R::OutsideSystem(to))) => outside(design, from, to),
        (Pick::Item(R::Service(from)), Pick::Aws(to)) => call(design, from, CallTarget::Aws(*to), to.aws()),
        (Pick::Item(R::Service(from)), Pick::Internet) => call(design, from, CallTarget::Internet, "the internet"),
        (Pick::Item(R::Service(from)), Pick::Item(R::CapacityProvider(to))) => capacity(design, from, to),
        (Pick::Item(R::Service(from)), Pick::Item(R::LoadBalancer(to))) => through(design, from, to),
        (Pick::Item(R::Service(_)), Pick::Item(R::NatGateway(_))) => {
            Err("Tasks find the NAT gateway by their subnet's routes: nothing is to be joined".to_owned())
        }
        (Pick::Item(R::Service(_)), Pick::Item(R::VpcEndpoint(_))) => {
            Err("Calls to the service behind an endpoint take it by themselves".to_owned())
        }
        (Pick::Item(R::Service(from)), Pick::All(Kind::Secret)) => {
            Err(format!("Give a container of {from}'s task definition the secret it needs"))
        }
        (Pick::Item(R::Load(_)), _) => Err("A load enters by a load balancer, an API Gateway or a service".to_owned()),
        (Pick::Item(R::LoadBalancer(_)), _) => Err("A load balancer leads to services".to_owned()),
        (from, to) => Err(format!("{} does not lead to {}", said(from), said(to))),
    }
}

fn said(pick: &Pick) -> String {
    match pick {
        Pick::Item(at) => at.to_string(),
        Pick::All(kind) => format!("the {kind}s"),
        Pick::Aws(service) => service.to_string(),
        Pick::Internet => "the internet".to_owned(),
        Pick::Account => "the account".to_owned(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every join ends so")]
fn one(label: String, item: Item) -> Join {
    Ok((label, vec![Edit::Put(item)]))
}

fn enter(design: &Design, load: &LoadId, through: Entrance) -> Join {
    let mut drawn = design.loads.get(load).cloned().ok_or("the load is gone")?;
    let door = match &through {
        Entrance::LoadBalancer(id) => id.to_string(),
        Entrance::ApiGateway(id) => id.to_string(),
        Entrance::Direct => "its service".to_owned(),
    };
    match &mut drawn {
        Load::Requests(requests) => (requests.through, requests.listener_port) = (through, None),
        Load::Stream(stream) => (stream.through, stream.listener_port) = (through, None),
        Load::Jobs(_) => return Err("Jobs enter by their queue".to_owned()),
    }
    one(format!("Lead {load} in by {door}"), Item::Load(load.clone(), drawn))
}

fn work(design: &Design, load: &LoadId, to: &ServiceId) -> Join {
    let mut drawn = design.loads.get(load).cloned().ok_or("the load is gone")?;
    match &mut drawn {
        Load::Requests(requests) => (requests.service, requests.through) = (to.clone(), Entrance::Direct),
        Load::Stream(stream) => (stream.service, stream.through) = (to.clone(), Entrance::Direct),
        Load::Jobs(jobs) => jobs.service = to.clone(),
    }
    one(format!("Lead {load} to {to}"), Item::Load(load.clone(), drawn))
}

/// The service joins the balancer's target group, which is made where there is none.
fn target(design: &Design, from: &LoadBalancerId, to: &ServiceId) -> Join {
    let mut balancer = design.load_balancers.get(from).cloned().ok_or("the load balancer is gone")?;
    let mut service = design.services.get(to).cloned().ok_or("the service is gone")?;
    if balancer.target_groups().iter().any(|group| service.load_balancers.iter().any(|b| b.target_group == *group)) {
        return Err(format!("{from} leads to {to} already"));
    }
    if balancer.kind == LoadBalancerType::Gateway {
        return Err("A Gateway Load Balancer leads to appliances, not to services".to_owned());
    }
    let definition = design.task_definitions.get(&service.task_definition);
    let container = definition.and_then(|t| t.containers.first());
    let container = container.ok_or_else(|| format!("The task definition of {to} has no container yet"))?;
    let port = container.port_mappings.iter().find_map(|p| p.container_port).unwrap_or(80);
    let mut edits = Vec::new();
    if container.port_mappings.is_empty() {
        let mut opened = definition.cloned().unwrap_or_default();
        let mapping =
            bayplan_engine::design::container::PortMapping { container_port: Some(port), ..Default::default() };
        opened.containers[0].port_mappings.push(mapping);
        edits.push(Edit::Put(Item::TaskDefinition(service.task_definition.clone(), opened)));
    }
    let empty = balancer.target_groups().into_iter().find(|group| behind(design, group).is_empty());
    let group = if let Some(group) = empty {
        group
    } else {
        let id = TargetGroupId::new(&free_name(design, Kind::TargetGroup, to.as_str()));
        let vpc = balancer.subnets.iter().find_map(|s| design.subnets.get(s)).map(|s| s.vpc.clone());
        let vpc = vpc.ok_or_else(|| format!("{from} stands in no subnet"))?;
        let protocol = admit(&mut balancer, from, to, &id, port)?;
        edits.push(Edit::Put(Item::TargetGroup(id.clone(), new_group(&vpc, protocol, port))));
        edits.push(Edit::Put(Item::LoadBalancer(from.clone(), balancer)));
        id
    };
    let joined =
        ServiceLoadBalancer { target_group: group, container_name: container.name.clone(), container_port: port };
    service.load_balancers.push(joined);
    edits.push(Edit::Put(Item::Service(to.clone(), service)));
    Ok((format!("Lead {from} to {to}"), edits))
}

/// Lets a balancer lead to one more target group: an Application Load Balancer by a rule of its first listener, a Network
/// Load Balancer, whose listeners lead to one group each, by a listener of its own. The protocol the group speaks comes back.
fn admit(
    balancer: &mut LoadBalancer,
    from: &LoadBalancerId,
    to: &ServiceId,
    group: &TargetGroupId,
    port: u16,
) -> Result<Protocol, String> {
    if balancer.kind == LoadBalancerType::Application {
        let listener = balancer.listeners.first_mut().ok_or_else(|| format!("{from} has no listener yet"))?;
        let paths = vec![format!("/{to}/*")];
        listener.rules.push(ListenerRule { hosts: Vec::new(), paths, target_group: group.clone() });
        return Ok(Protocol::Http);
    }
    let taken = |port: &u16| balancer.listeners.iter().any(|listener| listener.port == *port);
    let port = (port..=u16::MAX).find(|port| !taken(port)).ok_or_else(|| format!("{from} has no port left"))?;
    let default_target_group = Some(group.clone());
    let protocol = Protocol::Tcp;
    balancer.listeners.push(Listener { port, protocol, certificate: None, default_target_group, rules: Vec::new() });
    Ok(protocol)
}

fn route(design: &Design, from: &ApiGatewayId, integration: Integration) -> Join {
    let mut api = design.api_gateways.get(from).cloned().ok_or("the API is gone")?;
    if api.routes.iter().any(|route| route.integration == integration) {
        return Err(format!("{from} leads there already"));
    }
    let to = match &integration {
        Integration::CloudMap(id) => id.to_string(),
        Integration::LoadBalancer(id) => id.to_string(),
    };
    let key = if api.routes.is_empty() { "$default".to_owned() } else { format!("ANY /{to}/{{proxy+}}") };
    api.routes.push(ApiRoute { key, integration });
    one(format!("Route {from} to {to}"), Item::ApiGateway(from.clone(), api))
}

/// The way by which a service can be called already, else Service Connect.
fn path(design: &Design, to: &ServiceId) -> CallPath {
    let Some(service) = design.services.get(to) else { return CallPath::ServiceConnect };
    if service.service_connect.is_some() {
        CallPath::ServiceConnect
    } else if service.service_discovery.is_some() {
        CallPath::ServiceDiscovery
    } else if !service.load_balancers.is_empty() {
        CallPath::LoadBalancer
    } else {
        CallPath::ServiceConnect
    }
}

/// One call of 500 bytes, answered with 2,000, for each unit of work.
fn call(design: &Design, from: &ServiceId, to: CallTarget, name: &str) -> Join {
    let mut service = design.services.get(from).cloned().ok_or("the service is gone")?;
    let same = |other: &Call| match (&other.to, &to) {
        (CallTarget::Service { service: one, .. }, CallTarget::Service { service: two, .. }) => one == two,
        (one, two) => one == two,
    };
    if service.calls.iter().any(same) {
        return Err(format!("{from} calls {name} already"));
    }
    let (request_bytes, response_bytes) = (Bytes::from_bytes(500), Bytes::from_bytes(2000));
    service.calls.push(Call { to, per_work: None, request_bytes, response_bytes });
    one(format!("Let {from} call {name}"), Item::Service(from.clone(), service))
}

fn outside(design: &Design, from: &ServiceId, to: &OutsideSystemId) -> Join {
    call(design, from, CallTarget::Outside(to.clone()), to.as_str())
}

/// Through an internal balancer to the service behind it.
fn through(design: &Design, from: &ServiceId, to: &LoadBalancerId) -> Join {
    let groups = design.load_balancers.get(to).map(LoadBalancer::target_groups).unwrap_or_default();
    let behind: Vec<_> = groups.iter().flat_map(|group| behind(design, group)).collect();
    match behind[..] {
        [service] if service != from => {
            let target = CallTarget::Service { service: service.clone(), via: CallPath::LoadBalancer };
            call(design, from, target, service.as_str())
        }
        [] => Err(format!("No service stands behind {to} yet")),
        _ => Err(format!("Several services stand behind {to}: lead to the one that is called")),
    }
}

fn capacity(design: &Design, from: &ServiceId, to: &CapacityProviderId) -> Join {
    let mut service = design.services.get(from).cloned().ok_or("the service is gone")?;
    service.capacity = Capacity::Strategy(vec![StrategyItem { capacity_provider: to.clone(), base: 0, weight: 1 }]);
    let mut edits = Vec::new();
    if let Some(cluster) = design.clusters.get(&service.cluster)
        && !cluster.capacity_providers.contains(to)
    {
        let mut cluster = cluster.clone();
        cluster.capacity_providers.push(to.clone());
        edits.push(Edit::Put(Item::Cluster(service.cluster.clone(), cluster)));
    }
    edits.push(Edit::Put(Item::Service(from.clone(), service)));
    Ok((format!("Run {from} on {to}"), edits))
}

/// What can be led to from something: for the menu that joins without a pointer.
pub fn reachable(design: &Design, from: &Pick, all: &[Pick]) -> Vec<Pick> {
    all.iter().filter(|to| connect(design, from, to).is_ok()).cloned().collect()
}

/// Whether anything leads on from it at all.
pub fn leads_on(of: &Pick) -> bool {
    matches!(of, Pick::Item(ItemRef::Load(_) | ItemRef::LoadBalancer(_) | ItemRef::ApiGateway(_) | ItemRef::Service(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::layout::tests::{drawing, with_service};
    use crate::parts::Spot;

    const ALL: [&str; 3] = ["private-a", "private-b", "private-c"];

    fn added(design: &mut Design, names: &[&str]) {
        for name in names {
            let part = crate::parts::parts().find(|part| part.name == *name).unwrap();
            for edit in (part.make)(design, &Spot::default()).unwrap() {
                edit.apply(design).unwrap();
            }
        }
    }

    fn service(name: &str) -> Pick {
        Pick::Item(ItemRef::Service(ServiceId::new(name)))
    }

    #[test]
    fn a_balancer_joined_to_a_service_fills_its_target_group_and_opens_a_port() {
        let mut design = drawing();
        added(&mut design, &["Service", "Load balancer", "Service"]);
        let alb = Pick::Item(ItemRef::LoadBalancer(LoadBalancerId::new("alb")));
        for (to, rules) in [("service", 0), ("service-2", 1)] {
            let (label, edits) = connect(&design, &alb, &service(to)).unwrap();
            assert_eq!(label, format!("Lead alb to {to}"));
            for edit in edits {
                edit.apply(&mut design).unwrap();
            }
            let listener = &design.load_balancers[&LoadBalancerId::new("alb")].listeners[0];
            assert_eq!(listener.rules.len(), rules, "{to}");
            let definition = &design.task_definitions[&bayplan_engine::design::id::TaskDefinitionId::new(to)];
            assert_eq!(definition.containers[0].port_mappings[0].container_port, Some(80));
        }
        assert_eq!(connect(&design, &alb, &service("service")), Err("alb leads to service already".to_owned()));
    }

    #[test]
    fn a_network_balancer_leads_to_each_service_by_a_listener_of_its_own() {
        let mut design = drawing();
        added(&mut design, &["Service", "Load balancer", "Service"]);
        let id = LoadBalancerId::new("alb");
        let balancer = design.load_balancers.get_mut(&id).unwrap();
        balancer.kind = LoadBalancerType::Network;
        balancer.listeners[0].protocol = Protocol::Tcp;
        let nlb = Pick::Item(ItemRef::LoadBalancer(id.clone()));
        for to in ["service", "service-2"] {
            for edit in connect(&design, &nlb, &service(to)).unwrap().1 {
                edit.apply(&mut design).unwrap();
            }
        }
        let listeners = &design.load_balancers[&id].listeners;
        let seen: Vec<_> = listeners.iter().map(|l| (l.port, l.protocol, l.rules.len())).collect();
        assert_eq!(seen, [(80, Protocol::Tcp, 0), (81, Protocol::Tcp, 0)]);
        let group = listeners[1].default_target_group.clone().unwrap();
        assert_eq!(design.target_groups[&group].protocol, Protocol::Tcp);
    }

    #[test]
    fn services_call_each_other_once() {
        let mut design = drawing();
        with_service(&mut design, "web", &ALL);
        with_service(&mut design, "api", &ALL);
        let (label, edits) = connect(&design, &service("web"), &service("api")).unwrap();
        assert_eq!(label, "Let web call api");
        edits[0].apply(&mut design).unwrap();
        assert_eq!(connect(&design, &service("web"), &service("api")), Err("web calls api already".to_owned()));
    }

    #[test]
    fn what_cannot_be_joined_says_why() {
        let mut design = drawing();
        added(&mut design, &["Service", "NAT gateway", "Load"]);
        let nat = Pick::Item(Kind::NatGateway.named("nat-a"));
        let why = connect(&design, &service("service"), &nat).unwrap_err();
        assert!(why.contains("routes"), "{why}");
        let load = Pick::Item(Kind::Load.named("requests"));
        assert!(connect(&design, &load, &nat).unwrap_err().starts_with("A load enters by"));
        assert!(connect(&design, &nat, &load).is_err());
    }
}
