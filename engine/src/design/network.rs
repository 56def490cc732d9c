//! VPCs, subnets, routes, NAT gateways, VPC endpoints, security groups.
//!
//! Where a subnet names no route table, its tier says its routes: public subnets reach the internet gateway; other
//! tiers reach the NAT gateway of their zone, else the VPC's only other one; isolated subnets reach neither.

use serde::{Deserialize, Serialize};

use super::cidr::{AddressFamily, Cidr};
use super::id::{NatGatewayId, RouteTableId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId};
use super::references::{Refers, Visit, list, maybe, one};
use super::{Tags, is_default};
use crate::names::{Zone, aws_words};
use crate::units::Bytes;
use crate::units::kept::{self, BytesMonthly};

aws_words! {
    /// Which addresses a VPC, a subnet or a load balancer has.
    IpAddressType {
        /// IPv4 alone.
        Ipv4 = "ipv4",
        /// IPv4 and IPv6.
        DualStack = "dualstack",
        /// IPv6 alone.
        Ipv6Only = "ipv6",
    }

    /// The AWS service behind a VPC endpoint, named as in `com.amazonaws.REGION.NAME`.
    EndpointService {
        /// Amazon ECR's API.
        EcrApi = "ecr.api",
        /// Amazon ECR's Docker registry.
        EcrDkr = "ecr.dkr",
        /// Amazon S3.
        S3 = "s3",
        /// `DynamoDB`.
        DynamoDb = "dynamodb",
        /// `CloudWatch` Logs.
        Logs = "logs",
        /// `CloudWatch` metrics.
        Monitoring = "monitoring",
        /// Secrets Manager.
        SecretsManager = "secretsmanager",
        /// Systems Manager parameters.
        Ssm = "ssm",
        /// ECS Exec's channel.
        SsmMessages = "ssmmessages",
        /// The ECS API.
        Ecs = "ecs",
        /// The container agent's control channel.
        EcsAgent = "ecs-agent",
        /// The container agent's metrics.
        EcsTelemetry = "ecs-telemetry",
        /// Amazon SQS.
        Sqs = "sqs",
        /// Amazon SNS.
        Sns = "sns",
        /// AWS KMS.
        Kms = "kms",
        /// AWS STS.
        Sts = "sts",
        /// AWS X-Ray.
        XRay = "xray",
        /// The EFS API.
        ElasticFileSystem = "elasticfilesystem",
        /// `GuardDuty`'s Runtime Monitoring agent.
        GuardDutyData = "guardduty-data",
        /// `EventBridge`.
        Events = "events",
    }
}

/// A VPC of the region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Its first block: IPv4, /16 to /28 (rule NET-01), or IPv6 where nothing in it is to have IPv4.
    pub cidr: Cidr,
    /// Further blocks, of either family.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secondary_cidrs: Vec<Cidr>,
    /// Its IPv6 block; absent with IPv6 addresses is a /56 of Amazon's pool (rule NET-01).
    #[serde(default, skip_serializing_if = "is_default")]
    pub ipv6_cidr: Option<Cidr>,
    /// Which addresses its subnets may have; absent is what its blocks say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ip_address_type: Option<IpAddressType>,
    /// Whether an internet gateway is attached.
    #[serde(default, skip_serializing_if = "is_default")]
    pub internet_gateway: bool,
    /// Whether an egress-only internet gateway (IPv6) is attached.
    #[serde(default, skip_serializing_if = "is_default")]
    pub egress_only_internet_gateway: bool,
    /// Zones in the order of the canvas's columns; empty means those of its subnets, sorted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub zones: Vec<Zone>,
    /// Bytes that cross zones in a month as they were measured, each counted where it leaves and where it arrives; absent
    /// is derived from calls and where tasks stand.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write_some::<BytesMonthly, _, _>",
        deserialize_with = "kept::read_some::<BytesMonthly, _, _>"
    )]
    #[schemars(with = "Option<BytesMonthly>")]
    pub measured_monthly_cross_zone_bytes: Option<Bytes>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A row of subnets on the canvas: what they can reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum SubnetTier {
    /// Routed to the internet gateway (rule NET-04).
    Public,
    /// Routed to a NAT gateway where there is one.
    Private,
    /// Routed nowhere outside the VPC.
    Isolated,
    /// The user's own name for a private tier.
    Named(String),
}

/// A subnet: one block in one zone (rule NET-04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The VPC it is cut from.
    pub vpc: VpcId,
    /// The zone it stands in.
    pub zone: Zone,
    /// The row it stands in.
    pub tier: SubnetTier,
    /// Its block: IPv4, or IPv6 where it has no other.
    pub cidr: Cidr,
    /// Its IPv6 block beside an IPv4 one; absent with IPv6 addresses is a /64 of the VPC's (rule NET-01).
    #[serde(default, skip_serializing_if = "is_default")]
    pub ipv6_cidr: Option<Cidr>,
    /// Its addresses; absent is what its blocks say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ip_address_type: Option<IpAddressType>,
    /// Its route table; absent means the routes its tier implies.
    #[serde(default, skip_serializing_if = "is_default")]
    pub route_table: Option<RouteTableId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum RouteTarget {
    /// The VPC's internet gateway.
    InternetGateway,
    /// The VPC's egress-only internet gateway.
    EgressOnlyInternetGateway,
    /// A NAT gateway.
    NatGateway(NatGatewayId),
    /// A gateway endpoint, or a Gateway Load Balancer endpoint.
    VpcEndpoint(VpcEndpointId),
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// What it is for: `0.0.0.0/0` or `::/0`; for endpoints the service's prefix list is implied.
    pub destination: Cidr,
    /// Where it leads.
    pub target: RouteTarget,
}

/// A route table of a VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// Its routes, besides the local one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routes: Vec<Route>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// Where a NAT gateway stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum NatPlacement {
    /// In one public subnet (rule NET-20).
    Zonal(SubnetId),
    /// One for the whole VPC, in every zone in use (rule NET-22).
    Regional(VpcId),
}

/// A NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// Where it stands.
    pub placement: NatPlacement,
    /// Private connectivity: no internet, no public address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub private: bool,
    /// How many Elastic IP addresses it has in a zone; absent is one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub elastic_ips: Option<u32>,
    /// Bytes processed in a month as they were measured; absent is derived from pulls, calls and logs.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write_some::<BytesMonthly, _, _>",
        deserialize_with = "kept::read_some::<BytesMonthly, _, _>"
    )]
    #[schemars(with = "Option<BytesMonthly>")]
    pub measured_monthly_bytes: Option<Bytes>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// The kinds of VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum EndpointKind {
    /// Free, by route, for S3 and `DynamoDB` (rule NET-30).
    Gateway,
    /// An interface in each of the subnets.
    Interface {
        /// One subnet in each zone it shall serve from.
        subnets: Vec<SubnetId>,
        /// Who may call it.
        #[serde(default, skip_serializing_if = "is_default")]
        security_groups: Vec<SecurityGroupId>,
    },
}

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// The service behind it.
    pub service: EndpointService,
    /// What kind it is.
    pub kind: EndpointKind,
    /// Bytes processed in a month by an interface endpoint as they were measured; absent is derived from pulls, calls and
    /// logs.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write_some::<BytesMonthly, _, _>",
        deserialize_with = "kept::read_some::<BytesMonthly, _, _>"
    )]
    #[schemars(with = "Option<BytesMonthly>")]
    pub measured_monthly_bytes: Option<Bytes>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// The other side of a security group rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Peer {
    /// A block of addresses.
    Block(Cidr),
    /// Whoever belongs to a group.
    Group(SecurityGroupId),
}

/// One allowance of a security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroupRule {
    /// The other side.
    pub peer: Peer,
    /// First and last port; absent is all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ports: Option<(u16, u16)>,
}

/// A security group: stateful, allowing only (rule NET-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// The VPC it belongs to.
    pub vpc: VpcId,
    /// What may come in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ingress: Vec<SecurityGroupRule>,
    /// What may go out; absent is everything, as AWS creates it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub egress: Option<Vec<SecurityGroupRule>>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// Which addresses blocks hold, as far as they say.
fn held(blocks: impl Iterator<Item = Cidr>) -> IpAddressType {
    let (mut ipv4, mut ipv6) = (false, false);
    for block in blocks {
        match block.family() {
            AddressFamily::Ipv4 => ipv4 = true,
            AddressFamily::Ipv6 => ipv6 = true,
        }
    }
    match (ipv4, ipv6) {
        (true, true) => IpAddressType::DualStack,
        (false, true) => IpAddressType::Ipv6Only,
        (true | false, false) => IpAddressType::Ipv4,
    }
}

impl IpAddressType {
    /// Whether IPv4 is among them.
    pub fn has_ipv4(self) -> bool {
        self != Self::Ipv6Only
    }

    /// Whether IPv6 is among them.
    pub fn has_ipv6(self) -> bool {
        self != Self::Ipv4
    }
}

impl Vpc {
    /// Its blocks, the first one first.
    pub fn blocks(&self) -> impl Iterator<Item = Cidr> {
        std::iter::once(self.cidr).chain(self.secondary_cidrs.iter().copied()).chain(self.ipv6_cidr)
    }

    /// Which addresses its blocks hold.
    pub fn held_by_blocks(&self) -> IpAddressType {
        held(self.blocks())
    }

    /// Which addresses its subnets may have.
    pub fn ip_address_type(&self) -> IpAddressType {
        self.ip_address_type.unwrap_or_else(|| self.held_by_blocks())
    }
}

impl Subnet {
    /// Its blocks.
    pub fn blocks(&self) -> impl Iterator<Item = Cidr> {
        std::iter::once(self.cidr).chain(self.ipv6_cidr)
    }

    /// Which addresses its blocks hold.
    pub fn held_by_blocks(&self) -> IpAddressType {
        held(self.blocks())
    }

    /// Its addresses.
    pub fn ip_address_type(&self) -> IpAddressType {
        self.ip_address_type.unwrap_or_else(|| self.held_by_blocks())
    }

    /// Whether IPv6 leads out of it: by the internet gateway from a public tier, by the egress-only one from a private
    /// one, or as the routes of its table say (rules NET-43, NET-45).
    pub fn leads_out_over_ipv6(&self, vpc: &Vpc, table: Option<&RouteTable>) -> bool {
        let stands = |target: &RouteTarget| match target {
            RouteTarget::InternetGateway => vpc.internet_gateway,
            RouteTarget::EgressOnlyInternetGateway => vpc.egress_only_internet_gateway,
            RouteTarget::NatGateway(_) | RouteTarget::VpcEndpoint(_) => false,
        };
        let leads = match table {
            Some(table) => table.default_route(Cidr::ALL_IPV6).is_some_and(stands),
            None => match self.tier {
                SubnetTier::Public => vpc.internet_gateway,
                SubnetTier::Private | SubnetTier::Named(_) => vpc.egress_only_internet_gateway,
                SubnetTier::Isolated => false,
            },
        };
        leads && self.ip_address_type().has_ipv6()
    }
}

impl RouteTable {
    /// Where it leads everything of a family that no narrower route takes.
    pub fn default_route(&self, everywhere: Cidr) -> Option<&RouteTarget> {
        self.routes.iter().find(|route| route.destination == everywhere).map(|route| &route.target)
    }
}

impl SubnetTier {
    /// In words, as the canvas heads its rows.
    pub fn word(&self) -> &str {
        match self {
            Self::Public => "Public",
            Self::Private => "Private",
            Self::Isolated => "Isolated",
            Self::Named(name) => name,
        }
    }
}

impl NatGateway {
    /// A public one with AWS's defaults.
    pub fn new(placement: NatPlacement) -> Self {
        Self { placement, private: false, elastic_ips: None, measured_monthly_bytes: None, tags: Tags::new() }
    }
}

impl VpcEndpoint {
    /// One of a service.
    pub fn new(vpc: VpcId, service: EndpointService, kind: EndpointKind) -> Self {
        Self { vpc, service, kind, measured_monthly_bytes: None, tags: Tags::new() }
    }

    /// The subnets it has an interface in; none for a gateway endpoint.
    pub fn subnets(&self) -> &[SubnetId] {
        match &self.kind {
            EndpointKind::Gateway => &[],
            EndpointKind::Interface { subnets, .. } => subnets,
        }
    }
}

impl Refers for Vpc {
    fn refer(&mut self, _visit: &mut Visit<'_>) {}
}

impl Refers for Subnet {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        one("vpc", &mut self.vpc, visit);
        maybe("route_table", &mut self.route_table, visit);
    }
}

impl Refers for RouteTable {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        one("vpc", &mut self.vpc, visit);
        for route in &mut self.routes {
            match &mut route.target {
                RouteTarget::InternetGateway | RouteTarget::EgressOnlyInternetGateway => {}
                RouteTarget::NatGateway(nat) => one("routes", nat, visit),
                RouteTarget::VpcEndpoint(endpoint) => one("routes", endpoint, visit),
            }
        }
    }
}

impl Refers for NatGateway {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        match &mut self.placement {
            NatPlacement::Zonal(subnet) => one("placement", subnet, visit),
            NatPlacement::Regional(vpc) => one("placement", vpc, visit),
        }
    }
}

impl Refers for VpcEndpoint {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        one("vpc", &mut self.vpc, visit);
        match &mut self.kind {
            EndpointKind::Gateway => {}
            EndpointKind::Interface { subnets, security_groups } => {
                list("subnets", subnets, visit);
                list("security_groups", security_groups, visit);
            }
        }
    }
}

impl Refers for SecurityGroup {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        one("vpc", &mut self.vpc, visit);
        for (field, rules) in [("ingress", Some(&mut self.ingress)), ("egress", self.egress.as_mut())] {
            for rule in rules.into_iter().flatten() {
                match &mut rule.peer {
                    Peer::Block(_) => {}
                    Peer::Group(group) => one(field, group, visit),
                }
            }
        }
    }
}
