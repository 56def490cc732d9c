//! Load balancers, listeners, target groups, API Gateway HTTP APIs, VPC Lattice.

use serde::{Deserialize, Serialize};

use super::id::{CertificateId, LoadBalancerId, SecurityGroupId, ServiceId, SubnetId, TargetGroupId, VpcId, WebAclId};
use super::network::IpAddressType;
use super::references::{Refers, Visit, list, maybe, one};
use super::{Tags, is_default};
use crate::names::aws_words;
use crate::units::Seconds;

aws_words! {
    /// The kinds of load balancer.
    LoadBalancerType {
        /// Application Load Balancer: layer 7.
        Application = "application",
        /// Network Load Balancer: layer 4.
        Network = "network",
        /// Gateway Load Balancer: appliances.
        Gateway = "gateway",
    }

    /// Who can reach a load balancer.
    Scheme {
        /// Everybody.
        InternetFacing = "internet-facing",
        /// The VPC alone.
        Internal = "internal",
    }

    /// What listeners and target groups speak.
    Protocol {
        /// HTTP.
        Http = "HTTP",
        /// HTTPS.
        Https = "HTTPS",
        /// TCP.
        Tcp = "TCP",
        /// TLS.
        Tls = "TLS",
        /// UDP.
        Udp = "UDP",
        /// TCP and UDP on one port.
        TcpUdp = "TCP_UDP",
        /// GENEVE, of Gateway Load Balancers.
        Geneve = "GENEVE",
    }

    /// The version of HTTP that a target group speaks.
    ProtocolVersion {
        /// HTTP/1.1.
        Http1 = "HTTP1",
        /// HTTP/2.
        Http2 = "HTTP2",
        /// gRPC.
        Grpc = "GRPC",
    }

    /// How a target group names its targets.
    TargetType {
        /// By address: tasks in `awsvpc` mode.
        Ip = "ip",
        /// By instance and port: tasks in `bridge` and `host` mode.
        Instance = "instance",
    }

    /// How an Application Load Balancer picks a target.
    BalancingAlgorithm {
        /// In turn.
        RoundRobin = "round_robin",
        /// The target with fewest requests under way.
        LeastOutstandingRequests = "least_outstanding_requests",
        /// At random, less to targets that misbehave.
        WeightedRandom = "weighted_random",
    }
}

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    /// Which kind.
    pub kind: LoadBalancerType,
    /// Who can reach it.
    pub scheme: Scheme,
    /// One subnet in each zone it serves.
    pub subnets: Vec<SubnetId>,
    /// Its addresses; absent is IPv4 alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ip_address_type: Option<IpAddressType>,
    /// Its security groups.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security_groups: Vec<SecurityGroupId>,
    /// Where it listens.
    #[serde(default, skip_serializing_if = "is_default")]
    pub listeners: Vec<Listener>,
    /// Whether each node serves the targets of all zones; absent is AWS's default: on for an Application Load
    /// Balancer, off for the others.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cross_zone: Option<bool>,
    /// `idle_timeout.timeout_seconds`: when it closes a silent connection, 1 to 4,000 s; absent is 60 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub idle_timeout: Option<Seconds>,
    /// The web ACL before it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub web_acl: Option<WebAclId>,
    /// Capacity units it uses on average as they were measured, in thousandths; absent is derived from its traffic.
    #[serde(default, skip_serializing_if = "is_default")]
    pub measured_capacity_units_milli: Option<u64>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl LoadBalancer {
    /// Whether each node serves the targets of all zones, AWS's default included (rules LB-20, LB-21).
    pub fn crosses_zones(&self) -> bool {
        self.cross_zone.unwrap_or(matches!(self.kind, LoadBalancerType::Application))
    }

    /// The target groups its listeners and rules name, each once, sorted.
    pub fn target_groups(&self) -> Vec<TargetGroupId> {
        let mut all: Vec<_> = self.listeners.iter().flat_map(Listener::target_groups).cloned().collect();
        all.sort();
        all.dedup();
        all
    }
}

/// A port that a load balancer listens on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// What it speaks.
    pub protocol: Protocol,
    /// The certificate of HTTPS and TLS.
    #[serde(default, skip_serializing_if = "is_default")]
    pub certificate: Option<CertificateId>,
    /// Where requests go that no rule takes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub default_target_group: Option<TargetGroupId>,
    /// Its rules, by priority.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rules: Vec<ListenerRule>,
}

impl Listener {
    /// The target groups that it and its rules name.
    pub fn target_groups(&self) -> impl Iterator<Item = &TargetGroupId> {
        self.default_target_group.iter().chain(self.rules.iter().map(|rule| &rule.target_group))
    }
}

/// A rule of a listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListenerRule {
    /// Host names it takes; empty takes all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hosts: Vec<String>,
    /// Paths it takes; empty takes all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paths: Vec<String>,
    /// Where it sends them.
    pub target_group: TargetGroupId,
}

/// A target group. Absent settings are AWS's defaults (rules LB-03, LB-04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetGroup {
    /// The VPC of its targets.
    pub vpc: VpcId,
    /// What it speaks to targets.
    pub protocol: Protocol,
    /// The version of HTTP; absent is HTTP/1.1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub protocol_version: Option<ProtocolVersion>,
    /// `Port` of targets that name none.
    pub port: u16,
    /// How targets are named.
    pub target_type: TargetType,
    /// How the health of targets is found out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub health_check: TargetHealthCheck,
    /// `deregistration_delay.timeout_seconds`: how long a leaving target may finish, 0 to 3,600 s; absent is 300 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deregistration_delay: Option<Seconds>,
    /// `slow_start.duration_seconds`: over how long a new target gets its full share, 30 to 900 s; absent is at once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub slow_start: Option<Seconds>,
    /// How targets are picked; absent is in turn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub algorithm: Option<BalancingAlgorithm>,
    /// `stickiness.lb_cookie.duration_seconds`: how long a client stays with its target, 1 to 604,800 s; absent is not at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stickiness: Option<Seconds>,
    /// `TargetControlPort`: the port of the target optimizer's agent beside each task; absent is without a target
    /// optimizer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub target_control_port: Option<u16>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl TargetGroup {
    /// How long a leaving target may finish.
    ///
    /// Source: Elastic Load Balancing v2 API, `deregistration_delay.timeout_seconds`, default 300 (rule LB-04).
    pub fn deregistration_delay(&self) -> Seconds {
        self.deregistration_delay.unwrap_or(Seconds::from_secs(300))
    }
}

/// Health checks of a target group; absent settings are AWS's defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TargetHealthCheck {
    /// The path asked for.
    #[serde(skip_serializing_if = "is_default")]
    pub path: Option<String>,
    /// `HealthCheckIntervalSeconds`: from check to check, 5 to 300 s; absent is 30 s.
    #[serde(skip_serializing_if = "is_default")]
    pub interval: Option<Seconds>,
    /// `HealthCheckTimeoutSeconds`: how long an answer may take, 2 to 120 s; absent is AWS's for the protocol.
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: Option<Seconds>,
    /// `HealthyThresholdCount`: checks passed in a row until healthy, 2 to 10; absent is 5.
    #[serde(skip_serializing_if = "is_default")]
    pub healthy_threshold: Option<u32>,
    /// `UnhealthyThresholdCount`: checks failed in a row until unhealthy, 2 to 10; absent is 2.
    #[serde(skip_serializing_if = "is_default")]
    pub unhealthy_threshold: Option<u32>,
}

impl TargetHealthCheck {
    /// Seconds between checks.
    ///
    /// Source: Elastic Load Balancing v2 API, `CreateTargetGroup`: 30 s for `ip` and `instance` targets (rule LB-03).
    pub fn interval(&self) -> Seconds {
        self.interval.unwrap_or(Seconds::from_secs(30))
    }

    /// Checks passed in a row until healthy.
    ///
    /// Source: Elastic Load Balancing v2 API, `CreateTargetGroup`: 5 (rule LB-03).
    pub fn healthy_threshold(&self) -> u32 {
        self.healthy_threshold.unwrap_or(5)
    }

    /// Checks failed in a row until unhealthy.
    ///
    /// Source: Elastic Load Balancing v2 API, `CreateTargetGroup`: 2 (rule LB-03).
    pub fn unhealthy_threshold(&self) -> u32 {
        self.unhealthy_threshold.unwrap_or(2)
    }
}

/// What an HTTP API hands requests to through its VPC link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Integration {
    /// The tasks of a service, found through Cloud Map.
    CloudMap(ServiceId),
    /// A listener of a load balancer.
    LoadBalancer(LoadBalancerId),
}

/// A route of an HTTP API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiRoute {
    /// `$default`, `GET /items`.
    pub key: String,
    /// Where it leads.
    pub integration: Integration,
}

/// An API Gateway HTTP API with its VPC link (rules AGW).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiGateway {
    /// The subnets of its VPC link; empty means no VPC link.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vpc_link_subnets: Vec<SubnetId>,
    /// The security groups of its VPC link.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security_groups: Vec<SecurityGroupId>,
    /// Its routes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routes: Vec<ApiRoute>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A VPC Lattice service network and the services in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lattice {
    /// The VPCs associated with it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vpcs: Vec<VpcId>,
    /// The services reachable through it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub services: Vec<ServiceId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl Refers for LoadBalancer {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        list("subnets", &mut self.subnets, visit);
        list("security_groups", &mut self.security_groups, visit);
        for listener in &mut self.listeners {
            maybe("listeners", &mut listener.certificate, visit);
            maybe("listeners", &mut listener.default_target_group, visit);
            super::references::records("listeners", &mut listener.rules, |r| &mut r.target_group, visit);
        }
        maybe("web_acl", &mut self.web_acl, visit);
    }
}

impl Refers for TargetGroup {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        one("vpc", &mut self.vpc, visit);
    }
}

impl Refers for ApiGateway {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        list("vpc_link_subnets", &mut self.vpc_link_subnets, visit);
        list("security_groups", &mut self.security_groups, visit);
        for route in &mut self.routes {
            match &mut route.integration {
                Integration::CloudMap(service) => one("routes", service, visit),
                Integration::LoadBalancer(balancer) => one("routes", balancer, visit),
            }
        }
    }
}

impl Refers for Lattice {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        list("vpcs", &mut self.vpcs, visit);
        list("services", &mut self.services, visit);
    }
}
