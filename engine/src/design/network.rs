//! VPCs, subnets, routes, NAT gateways, VPC endpoints, security groups.
//!
//! Where a subnet names no route table, its tier says its routes: public subnets reach the internet gateway; other
//! tiers reach the NAT gateway of their zone, else the VPC's only other one; isolated subnets reach neither.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{NatGatewayId, RouteTableId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId};
use super::references::{Refers, Visit, list, maybe, one};
use super::{Tags, is_default};
use crate::names::{Zone, aws_words};
use crate::units::Bytes;

/// An IPv4 block: `10.0.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    /// The first address, host bits cleared (rule NET-01: written otherwise, it is normalised).
    address: u32,
    prefix: u8,
}

/// Why a text is no [`Cidr`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no IPv4 block like 10.0.0.0/16")]
pub struct ParseCidrError(String);

impl Cidr {
    /// The block of `prefix` bits that holds `address`; `None` if `prefix` is over 32.
    pub fn new(address: u32, prefix: u8) -> Option<Self> {
        (prefix <= 32).then(|| Self { address: address & Self::mask(prefix), prefix })
    }

    /// Parsed from `a.b.c.d/n`.
    pub fn parse(text: &str) -> Result<Self, ParseCidrError> {
        let parsed = || {
            let (address, prefix) = text.split_once('/')?;
            let address = address.parse::<std::net::Ipv4Addr>().ok()?;
            Self::new(u32::from(address), prefix.parse().ok()?)
        };
        parsed().ok_or_else(|| ParseCidrError(text.to_owned()))
    }

    const fn mask(prefix: u8) -> u32 {
        if prefix == 0 { 0 } else { u32::MAX << (32 - prefix) }
    }

    /// Its number of prefix bits.
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    /// How many addresses it holds.
    pub const fn size(self) -> u64 {
        1u64 << (32 - self.prefix)
    }

    /// How many of a subnet's addresses can be used: AWS keeps the first four and the last (rule NET-02).
    pub const fn usable_addresses(self) -> u64 {
        self.size().saturating_sub(5)
    }

    /// Whether it holds the whole of `other`.
    pub const fn holds(self, other: Self) -> bool {
        self.prefix <= other.prefix && other.address & Self::mask(self.prefix) == self.address
    }

    /// Whether the two share an address.
    pub const fn overlaps(self, other: Self) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// Its `index`-th part of `prefix` bits; `None` outside the block.
    pub fn part(self, prefix: u8, index: u32) -> Option<Self> {
        let step = 1u64 << (32u8.checked_sub(prefix)?);
        let address = u64::from(self.address) + step * u64::from(index);
        let part = Self::new(u32::try_from(address).ok()?, prefix)?;
        self.holds(part).then_some(part)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", std::net::Ipv4Addr::from(self.address), self.prefix)
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

impl TryFrom<String> for Cidr {
    type Error = ParseCidrError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Its first IPv4 block, /16 to /28 (rule NET-01).
    pub cidr: Cidr,
    /// Further IPv4 blocks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secondary_cidrs: Vec<Cidr>,
    /// Which addresses its subnets may have; absent is IPv4 alone.
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
    pub measured_monthly_cross_zone_bytes: Option<Bytes>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A row of subnets on the canvas: what they can reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The VPC it is cut from.
    pub vpc: VpcId,
    /// The zone it stands in.
    pub zone: Zone,
    /// The row it stands in.
    pub tier: SubnetTier,
    /// Its IPv4 block.
    pub cidr: Cidr,
    /// Its addresses; absent is IPv4 alone.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// What it is for: `0.0.0.0/0`; for endpoints the service's prefix list is implied.
    pub destination: Cidr,
    /// Where it leads.
    pub target: RouteTarget,
}

/// A route table of a VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NatPlacement {
    /// In one public subnet (rule NET-20).
    Zonal(SubnetId),
    /// One for the whole VPC, in every zone in use (rule NET-22).
    Regional(VpcId),
}

/// A NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub measured_monthly_bytes: Option<Bytes>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// The kinds of VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub measured_monthly_bytes: Option<Bytes>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// The other side of a security group rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    /// A block of addresses.
    Block(Cidr),
    /// Whoever belongs to a group.
    Group(SecurityGroupId),
}

/// One allowance of a security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroupRule {
    /// The other side.
    pub peer: Peer,
    /// First and last port; absent is all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ports: Option<(u16, u16)>,
}

/// A security group: stateful, allowing only (rule NET-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn net_01_and_02_blocks_are_normalised_and_lose_five_addresses() {
        assert_eq!(Cidr::parse("100.68.0.18/18").unwrap().to_string(), "100.68.0.0/18");
        // TV-59: /28, /24, /20.
        for (text, usable) in [("10.0.0.0/28", 11), ("10.0.0.0/24", 251), ("10.0.0.0/20", 4091)] {
            assert_eq!(Cidr::parse(text).unwrap().usable_addresses(), usable);
        }
        for text in ["10.0.0.0", "10.0.0/8", "10.0.0.0/33", "x/8", ""] {
            assert!(Cidr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn blocks_are_cut_and_compared() {
        let vpc = Cidr::parse("10.0.0.0/16").unwrap();
        assert_eq!(vpc.part(24, 3).unwrap().to_string(), "10.0.3.0/24");
        assert_eq!(vpc.part(24, 256), None);
        assert!(vpc.holds(Cidr::parse("10.0.255.0/24").unwrap()));
        assert!(!vpc.overlaps(Cidr::parse("10.1.0.0/24").unwrap()));
        assert!(Cidr::parse("10.0.3.0/25").unwrap().overlaps(vpc));
    }
}
