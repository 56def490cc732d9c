//! Load balancers, listeners, target groups: who reaches whom, and by what.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use super::way_out::WayOut;
use crate::design::edit::Edit;
use crate::design::id::{LoadBalancerId, TargetGroupId};
use crate::design::load::{Entrance, Load};
use crate::design::load_balancing::{Integration, Listener, LoadBalancer, LoadBalancerType, Protocol, Scheme};
use crate::design::{Item, ItemRef};

const BALANCER: &str = "Elastic Load Balancing API Reference, \"CreateLoadBalancer\"";
const LISTENER: &str = "Elastic Load Balancing API Reference, \"CreateListener\"";
const GROUP: &str = "Elastic Load Balancing API Reference, \"CreateTargetGroup\"";
const SERVICE: &str = "ECS Developer Guide, \"Use load balancing to distribute Amazon ECS service traffic\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "balancer-in-one-zone",
        Severity::Error,
        "An Application Load Balancer has fewer than two zones",
        BALANCER,
        balancer_in_one_zone,
    ),
    Rule::new(
        "balancer-in-zone-twice",
        Severity::Error,
        "A load balancer has two subnets in one zone",
        BALANCER,
        balancer_in_zone_twice,
    ),
    Rule::new(
        "internet-facing-in-private-subnet",
        Severity::Error,
        "A load balancer for the internet stands where the internet does not reach",
        BALANCER,
        internet_facing_in_private_subnet,
    ),
    Rule::new(
        "listener-port-twice",
        Severity::Error,
        "Two listeners of a load balancer have one port",
        LISTENER,
        listener_port_twice,
    ),
    Rule::new(
        "listener-protocol-not-taken",
        Severity::Error,
        "A listener speaks what its load balancer does not",
        LISTENER,
        listener_protocol_not_taken,
    ),
    Rule::new(
        "listener-without-certificate",
        Severity::Error,
        "A listener for HTTPS or TLS has no certificate",
        LISTENER,
        listener_without_certificate,
    )
    .leaving_the_bill(),
    Rule::new(
        "listener-without-target",
        Severity::Error,
        "A listener sends requests nowhere",
        LISTENER,
        listener_without_target,
    ),
    Rule::new(
        "listener-rules-not-taken",
        Severity::Error,
        "A listener of a Network or Gateway Load Balancer has rules by host or path",
        "Elastic Load Balancing API Reference, \"CreateRule\"",
        listener_rules_not_taken,
    ),
    Rule::new(
        "plain-http",
        Severity::Advice,
        "A load balancer takes unencrypted requests from the internet",
        LISTENER,
        plain_http,
    ),
    Rule::new(
        "target-group-protocol-not-taken",
        Severity::Error,
        "A target group speaks what its load balancer does not",
        GROUP,
        target_group_protocol_not_taken,
    ),
    Rule::new(
        "target-control-port-not-taken",
        Severity::Error,
        "A target group has a target optimizer, and its load balancer none",
        GROUP,
        target_control_port_not_taken,
    ),
    Rule::new(
        "load-does-not-arrive",
        Severity::Error,
        "A load comes in by a door that does not lead to its service",
        SERVICE,
        load_does_not_arrive,
    ),
    Rule::new(
        "no-vpc-link",
        Severity::Error,
        "An HTTP API leads into a VPC without a VPC link",
        "API Gateway Developer Guide, \"Private integrations for HTTP APIs\"",
        no_vpc_link,
    )
    .leaving_the_bill(),
];

fn at(id: &LoadBalancerId) -> ItemRef {
    ItemRef::LoadBalancer(id.clone())
}

/// What: an Application Load Balancer with subnets in fewer than two zones. Why: AWS refuses it. Fix: public (or, if
/// internal, private) subnets of the VPC's other zones.
///
/// Source: Elastic Load Balancing API Reference, "`CreateLoadBalancer`", subnets (rules NET-05, LB-09).
fn balancer_in_one_zone(context: &Context<'_>, out: &mut Findings) {
    for (id, balancer) in &context.design.load_balancers {
        let subnets = context.subnets(&balancer.subnets);
        let mut zones: Vec<_> = subnets.iter().map(|(_, subnet)| &subnet.zone).collect();
        zones.sort();
        zones.dedup();
        let least = if balancer.kind == LoadBalancerType::Application { 2 } else { 1 };
        if zones.len() >= least {
            continue;
        }
        let message = format!("{} zones, at least {least} are needed", zones.len());
        let finding = out.add(at(id), "subnets", message, "Add subnets in other zones");
        let Some((_, first)) = subnets.first() else { continue };
        let mut changed = balancer.clone();
        for (other, subnet) in &context.design.subnets {
            if subnet.vpc == first.vpc && subnet.tier == first.tier && !zones.contains(&&subnet.zone) {
                zones.push(&subnet.zone);
                changed.subnets.push(other.clone());
            }
        }
        if changed.subnets.len() > balancer.subnets.len() {
            let edit = Edit::Put(Item::LoadBalancer(id.clone(), changed));
            finding.fix(format!("Use the subnets of {} zones", zones.len()), vec![edit]);
        }
    }
}

/// What: two subnets of one zone. Why: AWS refuses it: one subnet for each zone. Fix: keeps the first of each.
///
/// Source: Elastic Load Balancing API Reference, "`CreateLoadBalancer`", subnets.
fn balancer_in_zone_twice(context: &Context<'_>, out: &mut Findings) {
    for (id, balancer) in &context.design.load_balancers {
        let mut zones = Vec::new();
        let mut changed = balancer.clone();
        changed.subnets.retain(|subnet| {
            let Some(drawn) = context.design.subnets.get(subnet) else { return true };
            let first = !zones.contains(&&drawn.zone);
            zones.push(&drawn.zone);
            first
        });
        if changed.subnets.len() < balancer.subnets.len() {
            let message = format!("{} subnets in {} zones", balancer.subnets.len(), changed.subnets.len());
            out.add(at(id), "subnets", message, "Keep one subnet in each zone")
                .fix("Keep the first of each zone", vec![Edit::Put(Item::LoadBalancer(id.clone(), changed))]);
        }
    }
}

/// What: an internet-facing balancer in a subnet that does not lead to the internet gateway. Why: its public addresses
/// answer nobody. Example: a balancer in private subnets. Fix: makes it internal.
///
/// Source: Elastic Load Balancing API Reference, "`CreateLoadBalancer`", scheme.
fn internet_facing_in_private_subnet(context: &Context<'_>, out: &mut Findings) {
    let facing = context.design.load_balancers.iter().filter(|(_, b)| b.scheme == Scheme::InternetFacing);
    for (id, balancer) in facing.filter(|(_, b)| b.kind != LoadBalancerType::Gateway) {
        let subnets = context.subnets(&balancer.subnets);
        let private: Vec<_> =
            subnets.iter().map(|(id, _)| *id).filter(|id| context.ways.of(id) != WayOut::InternetGateway).collect();
        let Some(first) = private.first() else { continue };
        let mut changed = balancer.clone();
        changed.scheme = Scheme::Internal;
        let message = format!("Subnet {first} does not lead to the internet gateway");
        out.add(at(id), "subnets", message, "Use public subnets, or make the load balancer internal")
            .fix("Make it internal", vec![Edit::Put(Item::LoadBalancer(id.clone(), changed))]);
    }
}

/// What: two listeners on one port. Why: AWS refuses the second.
///
/// Source: Elastic Load Balancing API Reference, "`CreateListener`", `DuplicateListener`.
fn listener_port_twice(context: &Context<'_>, out: &mut Findings) {
    for (id, balancer) in &context.design.load_balancers {
        let mut ports: Vec<_> = balancer.listeners.iter().map(|listener| listener.port).collect();
        ports.sort_unstable();
        if let Some([port, ..]) = ports.windows(2).find(|pair| pair[0] == pair[1]) {
            out.add(at(id), "listeners", format!("Two listeners have port {port}"), "Give each its own port");
        }
    }
}

/// Whether a kind of balancer speaks a protocol.
///
/// Source: Elastic Load Balancing API Reference, "`CreateListener`", protocol.
fn speaks(kind: LoadBalancerType, protocol: Protocol) -> bool {
    match protocol {
        Protocol::Http | Protocol::Https => kind == LoadBalancerType::Application,
        Protocol::Tcp | Protocol::Tls | Protocol::Udp | Protocol::TcpUdp => kind == LoadBalancerType::Network,
        Protocol::Geneve => kind == LoadBalancerType::Gateway,
    }
}

fn listeners<'d>(context: &Context<'d>) -> impl Iterator<Item = (&'d LoadBalancerId, &'d LoadBalancer, &'d Listener)> {
    context.design.load_balancers.iter().flat_map(|(id, b)| b.listeners.iter().map(move |listener| (id, b, listener)))
}

/// What: a listener's protocol is not its balancer's. Why: AWS refuses it. Example: TCP on an Application Load
/// Balancer.
///
/// Source: Elastic Load Balancing API Reference, "`CreateListener`", protocol.
fn listener_protocol_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, balancer, listener) in listeners(context).filter(|(_, b, l)| !speaks(b.kind, l.protocol)) {
        let message =
            format!("An {} load balancer does not speak {} (port {})", balancer.kind, listener.protocol, listener.port);
        let hint = "Application: HTTP, HTTPS; network: TCP, TLS, UDP, TCP_UDP; gateway: GENEVE";
        out.add(at(id), "listeners", message, hint);
    }
}

/// What: HTTPS or TLS without a certificate. Why: AWS refuses the listener. Fix: the one certificate drawn.
///
/// Source: Elastic Load Balancing API Reference, "`CreateListener`", certificates.
fn listener_without_certificate(context: &Context<'_>, out: &mut Findings) {
    let bare = |l: &Listener| matches!(l.protocol, Protocol::Https | Protocol::Tls) && l.certificate.is_none();
    for (id, balancer, listener) in listeners(context).filter(|(_, _, l)| bare(l)) {
        let message = format!("Listener {} {} has no certificate", listener.protocol, listener.port);
        let finding = out.add(at(id), "listeners", message, "Draw a certificate and name it");
        let mut certificates = context.design.certificates.keys();
        if let (Some(only), None) = (certificates.next(), certificates.next()) {
            let mut changed = balancer.clone();
            changed.listeners.iter_mut().filter(|l| bare(l)).for_each(|l| l.certificate = Some(only.clone()));
            finding.fix(format!("Use {only}"), vec![Edit::Put(Item::LoadBalancer(id.clone(), changed))]);
        }
    }
}

/// What: a listener with neither default target group nor rules. Why: AWS asks for a default action.
///
/// Source: Elastic Load Balancing API Reference, "`CreateListener`", defaultActions.
fn listener_without_target(context: &Context<'_>, out: &mut Findings) {
    for (id, _, listener) in listeners(context) {
        if listener.default_target_group.is_none() && listener.rules.is_empty() {
            let message = format!("Listener {} {} sends requests nowhere", listener.protocol, listener.port);
            out.add(at(id), "listeners", message, "Name a target group");
        }
    }
}

/// What: rules by host or path on a load balancer that does not read requests. Why: AWS refuses them: a Network Load
/// Balancer sees connections alone. Example: `/api/*` on a listener of TCP 443.
///
/// Source: Elastic Load Balancing API Reference, "`CreateRule`": of an Application Load Balancer (rules LB).
fn listener_rules_not_taken(context: &Context<'_>, out: &mut Findings) {
    let ruled = listeners(context).filter(|(_, b, l)| b.kind != LoadBalancerType::Application && !l.rules.is_empty());
    for (id, balancer, listener) in ruled {
        let count = listener.rules.len();
        let message = format!(
            "Listener {} {} has {count} rules, which a {} load balancer does not take",
            listener.protocol, listener.port, balancer.kind
        );
        out.add(
            at(id),
            "listeners",
            message,
            "Use an Application Load Balancer to route by host or path, or a listener for each target group",
        );
    }
}

/// What: an internet-facing HTTP listener and none for HTTPS. Why: requests and answers can be read on their way. Fix: a
/// listener on 443 with the one certificate drawn, which leads where the HTTP listener leads.
///
/// Source: Elastic Load Balancing User Guide, "Create an HTTPS listener for your Application Load Balancer".
fn plain_http(context: &Context<'_>, out: &mut Findings) {
    for (id, balancer) in &context.design.load_balancers {
        let has = |protocol| balancer.listeners.iter().any(|l| l.protocol == protocol);
        if balancer.scheme == Scheme::InternetFacing && has(Protocol::Http) && !has(Protocol::Https) {
            let message = "Requests from the internet come unencrypted: HTTP alone";
            let finding = out.add(at(id), "listeners", message, "Add an HTTPS listener with a certificate");
            if let Some((certificate, changed)) = with_https(context, balancer) {
                let edits = vec![Edit::Put(Item::LoadBalancer(id.clone(), changed))];
                finding.fix(format!("Add HTTPS 443 with {certificate}"), edits);
            }
        }
    }
}

/// A balancer with an HTTPS listener beside its first HTTP listener; none where 443 is taken, or where no certificate or
/// several are drawn, which nobody can choose between for the user.
fn with_https<'d>(
    context: &Context<'d>,
    balancer: &LoadBalancer,
) -> Option<(&'d crate::design::id::CertificateId, LoadBalancer)> {
    let mut certificates = context.design.certificates.keys();
    let (only, None) = (certificates.next()?, certificates.next()) else { return None };
    let plain = balancer.listeners.iter().find(|l| l.protocol == Protocol::Http)?;
    let is_free = balancer.kind == LoadBalancerType::Application && balancer.listeners.iter().all(|l| l.port != 443);
    let certificate = Some(only.clone());
    let secure = Listener { port: 443, protocol: Protocol::Https, certificate, ..plain.clone() };
    let mut changed = balancer.clone();
    changed.listeners.push(secure);
    is_free.then_some((only, changed))
}

/// What: a target group's protocol is not its balancer's. Why: AWS refuses the listener.
///
/// Source: Elastic Load Balancing API Reference, "`CreateTargetGroup`", protocol.
fn target_group_protocol_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in &context.design.target_groups {
        let wrong = context.balancers_of(id).into_iter().find(|(_, b)| !speaks(b.kind, group.protocol));
        if let Some((balancer, drawn)) = wrong {
            let message = format!("{} is of {balancer}, an {} load balancer", group.protocol, drawn.kind);
            let place = ItemRef::TargetGroup(id.clone());
            out.add(place, "protocol", message, "Use a protocol of that kind of load balancer");
        }
    }
}

/// What: a target control port in a target group of another load balancer than an Application Load Balancer. Why: the
/// target optimizer is a feature of those alone. Fix: takes it out.
///
/// Source: Elastic Load Balancing API Reference, "`CreateTargetGroup`", `TargetControlPort` (rule LB-20).
fn target_control_port_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in context.design.target_groups.iter().filter(|(_, group)| group.target_control_port.is_some()) {
        let other = context.balancers_of(id).into_iter().find(|(_, b)| b.kind != LoadBalancerType::Application);
        let Some((balancer, drawn)) = other else { continue };
        let mut changed = group.clone();
        changed.target_control_port = None;
        let message = format!("{balancer} is of kind {}, which has no target optimizer", drawn.kind);
        let hint = "Leave the target control port out, or use an Application Load Balancer";
        out.add(ItemRef::TargetGroup(id.clone()), "target_control_port", message, hint)
            .fix("Take it out", vec![Edit::Put(Item::TargetGroup(id.clone(), changed))]);
    }
}

/// Whether a balancer sends to a service.
fn leads(context: &Context<'_>, balancer: &LoadBalancer, service: &crate::design::id::ServiceId) -> bool {
    let groups: Vec<TargetGroupId> = balancer.target_groups();
    groups.iter().any(|group| context.services_of(group).iter().any(|(id, _)| *id == service))
}

/// Why nothing arrives at a service by the port that a load names.
fn not_listened(
    context: &Context<'_>,
    door: &Entrance,
    port: u16,
    service: &crate::design::id::ServiceId,
) -> Option<String> {
    let Entrance::LoadBalancer(balancer) = door else {
        return Some(format!("Port {port} is of a listener, and it comes in by no load balancer"));
    };
    let listeners = &context.design.load_balancers.get(balancer)?.listeners;
    let mut named = listeners.iter().filter(|listener| listener.port == port).peekable();
    if named.peek().is_none() {
        return Some(format!("{balancer} does not listen on port {port}"));
    }
    let leads = |group: &TargetGroupId| context.services_of(group).iter().any(|(id, _)| *id == service);
    let arrives = named.flat_map(Listener::target_groups).any(leads);
    (!arrives).then(|| format!("The listener of {balancer} on port {port} does not lead to {service}"))
}

/// What: a load that comes in by a balancer or HTTP API which sends nothing to its service. Why: no request arrives.
///
/// Source: ECS Developer Guide, "Use load balancing to distribute Amazon ECS service traffic".
fn load_does_not_arrive(context: &Context<'_>, out: &mut Findings) {
    let design = context.design;
    for (id, load) in &design.loads {
        let (service, door) = match load {
            Load::Requests(requests) => (&requests.service, &requests.through),
            Load::Stream(stream) => (&stream.service, &stream.through),
            Load::Jobs(_) => continue,
        };
        let arrives = match door {
            Entrance::Direct => true,
            Entrance::LoadBalancer(balancer) => {
                design.load_balancers.get(balancer).is_none_or(|b| leads(context, b, service))
            }
            Entrance::ApiGateway(api) => design.api_gateways.get(api).is_none_or(|api| {
                api.routes.iter().any(|route| match &route.integration {
                    Integration::CloudMap(other) => other == service,
                    Integration::LoadBalancer(b) => {
                        design.load_balancers.get(b).is_some_and(|b| leads(context, b, service))
                    }
                })
            }),
        };
        if !arrives {
            let message = format!("The door it comes in by does not lead to {service}");
            out.add(ItemRef::Load(id.clone()), "through", message, "Connect the door to the service");
        } else if let Some((door, Some(port))) = load.door() {
            let Some(why) = not_listened(context, door, port, service) else { continue };
            let hint = "Name the port of a listener that leads to the service, or none";
            out.add(ItemRef::Load(id.clone()), "listener_port", why, hint);
        }
    }
}

/// What: an HTTP API with routes into a VPC and no VPC link. Why: it reaches nothing private. Example: routes to Cloud
/// Map with no link subnets.
///
/// Source: API Gateway Developer Guide, "Private integrations for HTTP APIs" (rules AGW).
fn no_vpc_link(context: &Context<'_>, out: &mut Findings) {
    for (id, api) in &context.design.api_gateways {
        let facing = |b: &LoadBalancerId| {
            context.design.load_balancers.get(b).is_some_and(|b| b.scheme == Scheme::InternetFacing)
        };
        let private = api.routes.iter().find(|route| match &route.integration {
            Integration::CloudMap(_) => true,
            Integration::LoadBalancer(balancer) => !facing(balancer),
        });
        let Some(route) = private.filter(|_| api.vpc_link_subnets.is_empty()) else { continue };
        let message = format!("Route `{}` leads into a VPC, and there is no VPC link", route.key);
        let place = ItemRef::ApiGateway(id.clone());
        out.add(place, "vpc_link_subnets", message, "Give the VPC link a subnet in each zone");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::load_balancing::ListenerRule;
    use crate::design::load_balancing::{ApiGateway, ApiRoute};
    use crate::design::{Design, Tags};

    fn api(d: &mut Design, link: &[&str], integration: Integration) {
        let vpc_link_subnets = link.iter().map(|id| (*id).into()).collect();
        let routes = vec![ApiRoute { key: "$default".to_owned(), integration }];
        let api = ApiGateway { vpc_link_subnets, security_groups: Vec::new(), routes, tags: Tags::new() };
        d.api_gateways.insert("api".into(), api);
    }

    fn come_by_api(d: &mut Design) {
        for load in d.loads.values_mut() {
            if let Load::Requests(requests) = load {
                requests.through = Entrance::ApiGateway("api".into());
            }
        }
    }

    fn ruled(d: &mut Design) {
        let (hosts, paths) = (Vec::new(), vec!["/".to_owned()]);
        listener(d).rules.push(ListenerRule { hosts, paths, target_group: "web".into() });
    }

    fn by_port(d: &mut Design, port: u16) {
        for load in d.loads.values_mut() {
            if let Load::Requests(requests) = load {
                requests.listener_port = Some(port);
            }
        }
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "load-does-not-arrive",
            |d| by_port(d, 81),
            &["shoppers · listener_port"],
            |d| {
                let port = listener(d).port;
                by_port(d, port);
            },
        ),
        case(
            "load-does-not-arrive",
            |d| {
                let mut other = listener(d).clone();
                (other.port, other.default_target_group) = (8443, Some("elsewhere".into()));
                front(d).listeners.push(other);
                by_port(d, 8443);
            },
            &["shoppers · listener_port"],
            |d| {
                let mut other = listener(d).clone();
                other.port = 8443;
                front(d).listeners.push(other);
                by_port(d, 8443);
            },
        ),
        case(
            "target-control-port-not-taken",
            |d| {
                web_targets(d).target_control_port = Some(3000);
                front(d).kind = LoadBalancerType::Network;
            },
            &["web · target_control_port"],
            |d| web_targets(d).target_control_port = Some(3000),
        ),
        case(
            "balancer-in-one-zone",
            |d| front(d).subnets.truncate(1),
            &["front · subnets"],
            |d| front(d).subnets.truncate(2),
        ),
        case(
            "balancer-in-zone-twice",
            |d| front(d).subnets.push("private-a".into()),
            &["front · subnets"],
            |d| {
                front(d).subnets.pop();
            },
        ),
        case(
            "internet-facing-in-private-subnet",
            |d| front(d).subnets[0] = "private-a".into(),
            &["front · subnets"],
            |d| {
                front(d).subnets[0] = "private-a".into();
                front(d).scheme = Scheme::Internal;
            },
        ),
        case(
            "listener-port-twice",
            |d| {
                let again = listener(d).clone();
                front(d).listeners.push(again);
            },
            &["front · listeners"],
            |d| {
                let again = Listener { port: 8443, ..listener(d).clone() };
                front(d).listeners.push(again);
            },
        ),
        case(
            "listener-protocol-not-taken",
            |d| listener(d).protocol = Protocol::Tls,
            &["front · listeners"],
            |d| {
                listener(d).protocol = Protocol::Tls;
                front(d).kind = LoadBalancerType::Network;
            },
        ),
        case(
            "listener-without-certificate",
            |d| listener(d).certificate = None,
            &["front · listeners"],
            |d| {
                listener(d).certificate = None;
                listener(d).protocol = Protocol::Http;
            },
        ),
        case(
            "listener-without-target",
            |d| listener(d).default_target_group = None,
            &["front · listeners"],
            |d| {
                listener(d).default_target_group = None;
                ruled(d);
            },
        ),
        case(
            "listener-rules-not-taken",
            |d| {
                ruled(d);
                listener(d).protocol = Protocol::Tls;
                front(d).kind = LoadBalancerType::Network;
            },
            &["front · listeners"],
            ruled,
        ),
        case(
            "plain-http",
            |d| listener(d).protocol = Protocol::Http,
            &["front · listeners"],
            |d| {
                let http = Listener { port: 80, protocol: Protocol::Http, ..listener(d).clone() };
                front(d).listeners.push(http);
            },
        ),
        case(
            "plain-http",
            |d| (listener(d).protocol, listener(d).port) = (Protocol::Http, 80),
            &["front · listeners"],
            |d| listener(d).port = 8443,
        ),
        case(
            "target-group-protocol-not-taken",
            |d| web_targets(d).protocol = Protocol::Tcp,
            &["web · protocol"],
            |d| web_targets(d).protocol = Protocol::Https,
        ),
        case(
            "load-does-not-arrive",
            |d| {
                api(d, &["private-a"], Integration::CloudMap("model".into()));
                come_by_api(d);
            },
            &["shoppers · through"],
            |d| {
                api(d, &["private-a"], Integration::LoadBalancer("front".into()));
                come_by_api(d);
            },
        ),
        case(
            "no-vpc-link",
            |d| api(d, &[], Integration::CloudMap("web".into())),
            &["api · vpc_link_subnets"],
            |d| api(d, &[], Integration::LoadBalancer("front".into())),
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    /// The label of the first fix of `plain-http`, where the listener speaks HTTP on `port`.
    fn https_fix(port: u16, change: fn(&mut Design)) -> Option<String> {
        let mut design = base();
        (listener(&mut design).protocol, listener(&mut design).port) = (Protocol::Http, port);
        change(&mut design);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = found.into_iter().find(|finding| finding.rule.0 == "plain-http").unwrap();
        finding.fixes.first().map(|fix| fix.label.clone())
    }

    #[test]
    fn https_is_added_where_nothing_is_left_to_choose() {
        assert_eq!(https_fix(80, |_| {}).as_deref(), Some("Add HTTPS 443 with site"));
        // 443 is taken; no certificate; one of two.
        assert_eq!(https_fix(443, |_| {}), None);
        assert_eq!(https_fix(80, |d| d.certificates.clear()), None);
        let again = |d: &mut Design| {
            let site = d.certificates.values().next().unwrap().clone();
            d.certificates.insert("other".into(), site);
        };
        assert_eq!(https_fix(80, again), None);
    }
}
