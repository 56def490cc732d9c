//! How services find each other: Service Connect, service discovery, and the calls drawn between them.

use super::context::{Context, HostKind, platform};
use super::diagnostic::{Findings, Rule, Severity};
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::cluster::NamespaceKind;
use crate::design::id::ServiceId;
use crate::design::load_balancing::{LoadBalancer, LoadBalancerType, Scheme};
use crate::design::service::Service;
use crate::design::task_definition::NetworkMode;
use crate::design::work::{CallPath, CallTarget};
use crate::units::{CpuUnits, Mib, Usd};

const CONNECT: &str = "ECS Developer Guide, \"Use Service Connect to connect Amazon ECS services with short names\"";
const DISCOVERY: &str = "ECS Developer Guide, \"Use service discovery to connect Amazon ECS services with DNS names\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "service-connect-without-namespace",
        Severity::Error,
        "Service Connect has no namespace",
        CONNECT,
        service_connect_without_namespace,
    ),
    Rule::new(
        "service-connect-port-unnamed",
        Severity::Error,
        "Service Connect offers a port name that no container has",
        CONNECT,
        service_connect_port_unnamed,
    ),
    Rule::new(
        "service-connect-not-taken",
        Severity::Error,
        "Service Connect where it does not run",
        CONNECT,
        service_connect_not_taken,
    ),
    Rule::new(
        "discovery-namespace-not-dns",
        Severity::Error,
        "Service discovery by DNS in a namespace without DNS",
        DISCOVERY,
        discovery_namespace_not_dns,
    ),
    Rule::new(
        "call-has-no-way",
        Severity::Warning,
        "A service calls another by a way that the other does not offer",
        CONNECT,
        call_has_no_way,
    ),
    Rule::new(
        "internal-balancer-for-one-service",
        Severity::Advice,
        "An internal Application Load Balancer stands between two services alone",
        "ECS Developer Guide, \"Best practices for connecting Amazon ECS services\"",
        internal_balancer_for_one_service,
    ),
];

/// What: Service Connect without a namespace of its own or of the cluster. Why: ECS refuses the service.
///
/// Source: ECS Developer Guide, "Use Service Connect to connect Amazon ECS services with short names" (rule S2S-03).
fn service_connect_without_namespace(context: &Context<'_>, out: &mut Findings) {
    for (id, service) in &context.design.services {
        let Some(connect) = &service.service_connect else { continue };
        let default = context.design.clusters.get(&service.cluster).and_then(|c| c.service_connect_namespace.as_ref());
        if connect.namespace.is_none() && default.is_none() {
            let message = format!("Neither the service nor cluster {} names a namespace", service.cluster);
            out.add(ItemRef::Service(id.clone()), "service_connect", message, "Draw a namespace and name it");
        }
    }
}

/// What: a `portName` that no port mapping of the task definition has. Why: ECS refuses the service. Example: `api`,
/// where the mapping is named `http`.
///
/// Source: ECS API Reference, "`ServiceConnectService`", portName (rule TDF-50).
fn service_connect_port_unnamed(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        let mappings = definition.containers.iter().flat_map(|c| &c.port_mappings);
        let names: Vec<_> = mappings.filter_map(|m| m.name.as_deref()).collect();
        for port in service.service_connect.iter().flat_map(|connect| &connect.services) {
            if !names.contains(&port.port_name.as_str()) {
                let message = format!("{} has no port mapping named `{}`", runner.definition_id, port.port_name);
                out.add(runner.at.clone(), "service_connect", message, "Name the port mapping of the container");
            }
        }
    }
}

/// What: Service Connect on Windows, ECS Anywhere, or in `host` or `none` mode. Why: ECS refuses it.
///
/// Source: ECS Developer Guide, "Service Connect", considerations (rule S2S-06).
fn service_connect_not_taken(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        if service.service_connect.is_none() {
            continue;
        }
        let why = if definition.runtime_platform.is_windows() {
            "Windows tasks"
        } else if runner.on(HostKind::External) {
            "ECS Anywhere"
        } else if !runner.is_awsvpc() && definition.network_mode() != NetworkMode::Bridge {
            "this network mode"
        } else {
            continue;
        };
        let message = format!("Service Connect does not run with {why}");
        out.add(runner.at.clone(), "service_connect", message, "Use a load balancer or service discovery");
    }
}

/// What: `serviceRegistries` in a namespace that answers to API calls alone. Why: it gives no DNS names.
///
/// Source: ECS Developer Guide, "Use service discovery to connect Amazon ECS services with DNS names" (rule S2S-10).
fn discovery_namespace_not_dns(context: &Context<'_>, out: &mut Findings) {
    for (id, service) in &context.design.services {
        let Some(discovery) = &service.service_discovery else { continue };
        let namespace = context.design.namespaces.get(&discovery.namespace);
        if let Some(namespace) = namespace.filter(|n| n.kind != NamespaceKind::PrivateDns) {
            let message =
                format!("Namespace {} is of kind {}, which has no DNS names", discovery.namespace, namespace.kind);
            let hint = format!("Use a namespace of kind {}", NamespaceKind::PrivateDns);
            out.add(ItemRef::Service(id.clone()), "service_discovery", message, hint);
        }
    }
}

/// What: a call by Service Connect, names, balancer or Lattice to a service that has none. Why: the name is not found.
/// Example: `web` calls `api` by Service Connect, and `api` offers no port.
///
/// Source: ECS Developer Guide, "Best practices for connecting Amazon ECS services" (rules S2S).
fn call_has_no_way(context: &Context<'_>, out: &mut Findings) {
    for (id, service) in &context.design.services {
        for call in &service.calls {
            let CallTarget::Service { service: other, via } = &call.to else { continue };
            let Some(callee) = context.design.services.get(other) else { continue };
            let lattices = context.design.lattices.values();
            let offered = match via {
                CallPath::ServiceConnect => {
                    let offers = callee.service_connect.as_ref().is_some_and(|connect| !connect.services.is_empty());
                    offers && service.service_connect.is_some()
                }
                CallPath::ServiceDiscovery => callee.service_discovery.is_some(),
                CallPath::LoadBalancer => !callee.load_balancers.is_empty(),
                CallPath::Lattice => {
                    callee.lattice.is_some() || lattices.into_iter().any(|l| l.services.contains(other))
                }
            };
            if !offered {
                let message = format!("It calls {other} by {via}, which the two do not share");
                out.add(
                    ItemRef::Service(id.clone()),
                    "calls",
                    message,
                    format!("Give {other} {via}, or call it by another way"),
                );
            }
        }
    }
}

/// What the proxies of Service Connect take of each Fargate task of a service and its callers: how many tasks, and what
/// a month of it costs.
///
/// Source: ECS Developer Guide, "Service Connect concepts": add 256 CPU units and at least 64 MiB (rule S2S-02).
fn proxies(context: &Context<'_>, ends: &[&ServiceId]) -> Option<(u32, Usd)> {
    let mut sum = (0_u32, Usd::ZERO);
    for runner in context.runners.iter().filter(|r| r.id.is_some_and(|id| ends.contains(&id))) {
        let platform = platform(runner.definition.filter(|_| runner.on(HostKind::Fargate))?);
        let tasks = runner.bounds.0.max(1);
        let (cpu, memory) = (CpuUnits::from_units(tasks.saturating_mul(256)), Mib::from_mib(tasks.saturating_mul(64)));
        sum = (sum.0.saturating_add(tasks), sum.1 + context.fargate_month(platform, cpu, memory)?);
    }
    Some(sum)
}

/// What: an internal Application Load Balancer that leads to one service, which others call by it. Why: its hours are
/// paid for a way that service discovery gives for a name, and Service Connect with retries and metrics; it earns its
/// hours as the one entrance of many services. Example: `web` calls `api`. Each way has its price: no fix.
///
/// Source: ECS Developer Guide, "Best practices for connecting Amazon ECS services" (rules S2S, LB-20).
fn internal_balancer_for_one_service(context: &Context<'_>, out: &mut Findings) {
    let kind = |b: &LoadBalancer| b.kind == LoadBalancerType::Application && b.scheme == Scheme::Internal;
    for (id, balancer) in context.design.load_balancers.iter().filter(|(_, b)| kind(b)) {
        let groups = balancer.target_groups();
        let mut led: Vec<_> = groups.iter().flat_map(|group| context.services_of(group)).map(|(id, _)| *id).collect();
        led.dedup();
        let [only] = led.as_slice() else { continue };
        let calls = |service: &Service| {
            let by = |to: &CallTarget| matches!(to, CallTarget::Service { service, via: CallPath::LoadBalancer } if service == *only);
            service.calls.iter().any(|call| by(&call.to))
        };
        let callers: Vec<_> = context.design.services.iter().filter(|(_, s)| calls(s)).map(|(id, _)| id).collect();
        let at = ItemRef::LoadBalancer(id.clone());
        let other_door = context.references.iter().any(|reference| reference.to == at);
        let hours = context.month(Meter::AlbHour, 1);
        let (Some(hours), false, false) = (hours, callers.is_empty(), other_door) else { continue };
        let ends: Vec<_> = callers.iter().copied().chain([*only]).collect();
        let message =
            format!("It stands for {} a month, before capacity units, and leads to {only} alone", hours.cents_text());
        let connect = proxies(context, &ends)
            .map_or(String::new(), |(tasks, month)| format!(": {} a month of {tasks} tasks", month.cents_text()));
        let hint = format!(
            "Consider service discovery where callers retry by themselves, or Service Connect, whose proxy takes 0.25 vCPU and 64 MiB of each task{connect}"
        );
        out.add(at, "scheme", message, hint);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::cluster::Namespace;
    use crate::design::service::{ConnectedPort, ServiceConnect, ServiceDiscovery};
    use crate::design::work::Call;
    use crate::design::{Design, Tags};
    use crate::units::Bytes;

    fn namespace(d: &mut Design, kind: NamespaceKind) {
        d.namespaces.insert("local".into(), Namespace { kind, vpc: Some("vpc".into()), tags: Tags::new() });
    }

    fn connect(d: &mut Design, port: &str) {
        namespace(d, NamespaceKind::Http);
        let services = vec![ConnectedPort { port_name: port.to_owned(), dns_name: None, port: None }];
        web(d).service_connect =
            Some(ServiceConnect { namespace: Some("local".into()), services, ..Default::default() });
    }

    fn discovery(d: &mut Design, kind: NamespaceKind) {
        namespace(d, kind);
        model(d).service_discovery = Some(ServiceDiscovery { namespace: "local".into(), dns_ttl: None });
    }

    fn call(d: &mut Design, via: CallPath) {
        let to = CallTarget::Service { service: "model".into(), via };
        web(d).calls.push(Call { to, per_work: None, request_bytes: Bytes::ZERO, response_bytes: Bytes::ZERO });
    }

    /// Another service like the web's calls it by the balancer, which is internal, and nobody else comes by it.
    fn behind_a_balancer(d: &mut Design) {
        let inner = LoadBalancer { scheme: Scheme::Internal, ..front(d).clone() };
        d.load_balancers.clear();
        d.load_balancers.insert("inner".into(), inner);
        d.loads.remove(&"shoppers".into());
        let mut caller = web(d).clone();
        caller.load_balancers.clear();
        let to = CallTarget::Service { service: "web".into(), via: CallPath::LoadBalancer };
        caller.calls = vec![Call { to, per_work: None, request_bytes: Bytes::ZERO, response_bytes: Bytes::ZERO }];
        d.services.insert("caller".into(), caller);
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "service-connect-without-namespace",
            |d| web(d).service_connect = Some(ServiceConnect::default()),
            &["web · service_connect"],
            |d| {
                namespace(d, NamespaceKind::Http);
                d.clusters.get_mut(&"main".into()).unwrap().service_connect_namespace = Some("local".into());
                web(d).service_connect = Some(ServiceConnect::default());
            },
        ),
        case("service-connect-port-unnamed", |d| connect(d, "api"), &["web · service_connect"], |d| connect(d, "http")),
        case(
            "service-connect-not-taken",
            |d| {
                worker(d).service_connect = Some(ServiceConnect::default());
                worker_definition(d).network_mode = Some(NetworkMode::Host);
            },
            &["worker · service_connect"],
            |d| worker(d).service_connect = Some(ServiceConnect::default()),
        ),
        case(
            "discovery-namespace-not-dns",
            |d| discovery(d, NamespaceKind::Http),
            &["model · service_discovery"],
            |d| discovery(d, NamespaceKind::PrivateDns),
        ),
        case(
            "call-has-no-way",
            |d| call(d, CallPath::ServiceConnect),
            &["web · calls"],
            |d| {
                discovery(d, NamespaceKind::PrivateDns);
                call(d, CallPath::ServiceDiscovery);
            },
        ),
        case(
            "internal-balancer-for-one-service",
            behind_a_balancer,
            &["inner · scheme"],
            // One entrance of two services.
            |d| {
                behind_a_balancer(d);
                let joined = web(d).load_balancers[0].clone();
                worker(d).load_balancers = vec![joined];
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn the_ways_between_two_services_have_their_prices() {
        let mut design = base();
        behind_a_balancer(&mut design);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = found.iter().find(|f| f.rule.0 == "internal-balancer-for-one-service").unwrap();
        assert_eq!(finding.message, "It stands for $16.42 a month, before capacity units, and leads to web alone");
        // Three tasks of the web service and the calling one: 6 × 730 h × (0.25 × $0.04048 + 64/1024 × $0.004445) = $45.54.
        assert!(finding.hint.ends_with("64 MiB of each task: $45.54 a month of 6 tasks"), "{}", finding.hint);
    }
}
