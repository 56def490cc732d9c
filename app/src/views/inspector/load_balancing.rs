//! Forms of load balancers, target groups and API Gateways.

use bayplan_engine::design::id::TargetGroupId;
use bayplan_engine::design::load_balancing::{
    ApiGateway, ApiRoute, BalancingAlgorithm, Integration, Listener, ListenerRule, LoadBalancer, LoadBalancerType,
    Protocol, ProtocolVersion, Scheme, TargetGroup, TargetType,
};
use bayplan_engine::design::network::IpAddressType;
use egui::Ui;

use crate::widgets::fields::Form;
use crate::widgets::units::{COUNT, MILLI, PORT, SECONDS};

pub(super) fn load_balancer(ui: &mut Ui, form: &Form<'_>, balancer: &mut LoadBalancer) {
    let design = form.design;
    form.choice(ui, "kind", "Kind", &mut balancer.kind, LoadBalancerType::ALL);
    form.choice(ui, "scheme", "Scheme", &mut balancer.scheme, Scheme::ALL);
    form.references(ui, "subnets", "Subnets", &mut balancer.subnets, design.subnets.keys().cloned());
    let groups = design.security_groups.keys().cloned();
    form.references(ui, "security_groups", "Security groups", &mut balancer.security_groups, groups);
    form.section(ui, "listeners", "Listeners", true, |ui| {
        let name = |listener: &Listener| format!("{} {}", listener.protocol, listener.port);
        let fresh = || Listener {
            port: 443,
            protocol: Protocol::Https,
            certificate: design.certificates.keys().next().cloned(),
            default_target_group: None,
            rules: Vec::new(),
        };
        form.records(ui, "listener", &mut balancer.listeners, name, fresh, |ui, one| listener(ui, form, one));
    });
    form.maybe_choice(
        ui,
        "ip_address_type",
        "Addresses",
        &mut balancer.ip_address_type,
        IpAddressType::ALL,
        "ipv4, AWS default",
    );
    let crosses = if balancer.kind == LoadBalancerType::Application { "on, AWS default" } else { "off, AWS default" };
    form.maybe_check(ui, "cross_zone", "Cross-zone", &mut balancer.cross_zone, crosses);
    form.maybe(ui, "idle_timeout", "Idle timeout", &mut balancer.idle_timeout, &SECONDS, "60 s, AWS default");
    let units = &mut balancer.measured_capacity_units_milli;
    form.maybe(ui, "measured_capacity_units_milli", "Mean capacity units, measured", units, &MILLI, "derived");
    form.maybe_reference(ui, "web_acl", "Web ACL", &mut balancer.web_acl, design.web_acls.keys().cloned(), "none");
    form.pairs(ui, "tags", "Tags", &mut balancer.tags);
}

fn listener(ui: &mut Ui, form: &Form<'_>, listener: &mut Listener) {
    let design = form.design;
    form.value(ui, "listeners", "Port", &mut listener.port, &PORT);
    form.choice(ui, "listeners", "Protocol", &mut listener.protocol, Protocol::ALL);
    let certificates = design.certificates.keys().cloned();
    form.maybe_reference(ui, "listeners", "Certificate", &mut listener.certificate, certificates, "none");
    let groups = || design.target_groups.keys().cloned();
    form.maybe_reference(ui, "listeners", "Target group", &mut listener.default_target_group, groups(), "none");
    let first = groups().next();
    let name = |rule: &ListenerRule| {
        let what: Vec<_> = rule.hosts.iter().chain(&rule.paths).map(String::as_str).collect();
        let what = if what.is_empty() { "everything".to_owned() } else { what.join(", ") };
        format!("{what} → {}", rule.target_group)
    };
    let fresh = || ListenerRule {
        hosts: Vec::new(),
        paths: vec!["/path/*".to_owned()],
        target_group: first.unwrap_or_else(|| TargetGroupId::new("targets")),
    };
    form.records(ui, "rule", &mut listener.rules, name, fresh, |ui, rule| {
        form.words(ui, "listeners", "Hosts", &mut rule.hosts, str::to_owned, "all");
        form.words(ui, "listeners", "Paths", &mut rule.paths, str::to_owned, "all");
        form.reference(ui, "listeners", "Target group", &mut rule.target_group, groups());
    });
}

pub(super) fn target_group(ui: &mut Ui, form: &Form<'_>, group: &mut TargetGroup) {
    form.reference(ui, "vpc", "VPC", &mut group.vpc, form.design.vpcs.keys().cloned());
    form.choice(ui, "protocol", "Protocol", &mut group.protocol, Protocol::ALL);
    form.maybe_choice(
        ui,
        "protocol_version",
        "Version",
        &mut group.protocol_version,
        ProtocolVersion::ALL,
        "HTTP1, AWS default",
    );
    form.value(ui, "port", "Port", &mut group.port, &PORT);
    form.choice(ui, "target_type", "Targets by", &mut group.target_type, TargetType::ALL);
    form.section(ui, "health_check", "Health", true, |ui| {
        let check = &mut group.health_check;
        form.maybe_text(ui, "health_check", "Path", &mut check.path, "/, AWS default");
        form.maybe(ui, "health_check", "Interval", &mut check.interval, &SECONDS, "30 s, AWS default");
        form.maybe(ui, "health_check", "Timeout", &mut check.timeout, &SECONDS, "5 s, AWS default");
        form.maybe(ui, "health_check", "Healthy after", &mut check.healthy_threshold, &COUNT, "5 checks, AWS default");
        form.maybe(
            ui,
            "health_check",
            "Unhealthy after",
            &mut check.unhealthy_threshold,
            &COUNT,
            "2 checks, AWS default",
        );
    });
    form.section(ui, "deregistration_delay", "Leaving and joining", true, |ui| {
        let delay = &mut group.deregistration_delay;
        form.maybe(ui, "deregistration_delay", "Deregistration", delay, &SECONDS, "300 s, AWS default");
        form.maybe(ui, "slow_start", "Slow start", &mut group.slow_start, &SECONDS, "at once, AWS default");
    });
    let algorithm = &mut group.algorithm;
    form.maybe_choice(ui, "algorithm", "Algorithm", algorithm, BalancingAlgorithm::ALL, "round_robin, AWS default");
    form.maybe(ui, "stickiness", "Stickiness", &mut group.stickiness, &SECONDS, "off, AWS default");
    let control = &mut group.target_control_port;
    form.maybe(ui, "target_control_port", "Target control port", control, &PORT, "no target optimizer, AWS default");
    form.pairs(ui, "tags", "Tags", &mut group.tags);
}

pub(super) fn api_gateway(ui: &mut Ui, form: &Form<'_>, api: &mut ApiGateway) {
    let design = form.design;
    form.section(ui, "routes", "Routes", true, |ui| {
        let services = design.services.keys().cloned().map(Integration::CloudMap);
        let balancers = design.load_balancers.keys().cloned().map(Integration::LoadBalancer);
        let all: Vec<Integration> = services.chain(balancers).collect();
        let word = |integration: &Integration| match integration {
            Integration::CloudMap(service) => format!("service {service}, by Cloud Map"),
            Integration::LoadBalancer(balancer) => format!("load balancer {balancer}"),
        };
        let name = |route: &ApiRoute| format!("{} → {}", route.key, word(&route.integration));
        let first = all.first().cloned().unwrap_or(Integration::CloudMap("service".into()));
        let fresh = || ApiRoute { key: "$default".to_owned(), integration: first };
        form.records(ui, "route", &mut api.routes, name, fresh, |ui, route| {
            form.text(ui, "routes", "Key", &mut route.key);
            let mut choices = all.clone();
            if !choices.contains(&route.integration) {
                choices.insert(0, route.integration.clone());
            }
            form.pick(ui, "routes", "Leads to", &mut route.integration, &choices, word);
        });
    });
    form.references(ui, "vpc_link_subnets", "VPC link in", &mut api.vpc_link_subnets, design.subnets.keys().cloned());
    let groups = design.security_groups.keys().cloned();
    form.references(ui, "security_groups", "Security groups", &mut api.security_groups, groups);
    form.pairs(ui, "tags", "Tags", &mut api.tags);
}
