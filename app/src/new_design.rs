//! A first drawing from a few choices: region, zones, tiers, the way out, capacity.
//!
//! Pure. A VPC of 10.0.0.0/16 is cut into blocks that never overlap: public tiers take /24s from its start, private ones
//! /20s from its middle, isolated ones /24s from its end. The cluster's default strategy uses the capacity chosen.

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::capacity::{
    AutoScalingGroupProvider, CapacityOptionType, CapacityProvider, ManagedInstancesProvider, ManagedScaling,
    StrategyItem,
};
use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::design::cluster::Cluster;
use bayplan_engine::design::id::{
    CapacityProviderId, ClusterId, NatGatewayId, RoleId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId,
};
use bayplan_engine::design::network::{
    EndpointKind, EndpointService, NatGateway, NatPlacement, Peer, SecurityGroup, SecurityGroupRule, Subnet,
    SubnetTier, Vpc, VpcEndpoint,
};
use bayplan_engine::design::outside::{Role, RoleUse};
use bayplan_engine::design::project::Project;
use bayplan_engine::design::{Design, Item, Tags};
use bayplan_engine::names::{InstanceTypeName, Region, Zone};

/// Which tiers of subnets are laid, one subnet of each in every zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiers {
    Public,
    PublicAndIsolated,
    PublicAndPrivate,
    PublicPrivateAndIsolated,
    Private,
    PrivateAndIsolated,
}

/// How tasks reach what lies outside the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    NatPerZone,
    OneNat,
    Endpoints,
    Public,
}

/// What tasks run on at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartCapacity {
    Fargate,
    FargateAndSpot,
    Ec2,
    ManagedInstances,
}

/// What the new dialog asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    pub name: String,
    pub region: Region,
    pub zones: usize,
    pub tiers: Tiers,
    pub way_out: WayOut,
    pub capacity: StartCapacity,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            name: "New design".to_owned(),
            region: Region::new("us-east-1"),
            zones: 3,
            tiers: Tiers::PublicAndPrivate,
            way_out: WayOut::NatPerZone,
            capacity: StartCapacity::Fargate,
        }
    }
}

impl Tiers {
    pub const ALL: [Self; 6] = [
        Self::PublicAndPrivate,
        Self::PublicPrivateAndIsolated,
        Self::Private,
        Self::PrivateAndIsolated,
        Self::Public,
        Self::PublicAndIsolated,
    ];

    /// As the dialog says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::PublicAndIsolated => "Public and isolated",
            Self::PublicAndPrivate => "Public and private",
            Self::PublicPrivateAndIsolated => "Public, private and isolated",
            Self::Private => "Private",
            Self::PrivateAndIsolated => "Private and isolated",
        }
    }

    /// What is laid in each zone.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Public => "In each zone a public /24 for balancers and tasks",
            Self::PublicAndIsolated => {
                "In each zone a public /24 for balancers and tasks, an isolated /24 for databases"
            }
            Self::PublicAndPrivate => "In each zone a public /24 for balancers and gateways, a private /20 for tasks",
            Self::PublicPrivateAndIsolated => {
                "In each zone a public /24 for balancers and gateways, a private /20 for tasks, an isolated /24 for databases"
            }
            Self::Private => "In each zone a private /20 for tasks and internal balancers; no internet gateway",
            Self::PrivateAndIsolated => {
                "In each zone a private /20 for tasks and internal balancers, an isolated /24 for databases; no internet \
                 gateway"
            }
        }
    }

    const fn has_public(self) -> bool {
        !matches!(self, Self::Private | Self::PrivateAndIsolated)
    }

    const fn has_private(self) -> bool {
        !matches!(self, Self::Public | Self::PublicAndIsolated)
    }

    const fn has_isolated(self) -> bool {
        matches!(self, Self::PublicAndIsolated | Self::PublicPrivateAndIsolated | Self::PrivateAndIsolated)
    }

    /// The ways out that tasks have with these tiers, the usual one first. A NAT gateway stands in a public subnet and
    /// serves private ones; tasks with addresses of their own stand in public ones.
    ///
    /// Source: Amazon VPC User Guide, "NAT gateway basics".
    pub const fn ways_out(self) -> &'static [WayOut] {
        match (self.has_public(), self.has_private()) {
            (true, true) => &[WayOut::NatPerZone, WayOut::OneNat, WayOut::Endpoints],
            (false, _) => &[WayOut::Endpoints],
            (true, false) => &[WayOut::Public],
        }
    }

    /// Each tier with the name of its subnets, the prefix of their blocks, and which of those in 10.0.0.0/16 is its first:
    /// /24 number 0 on are public, /20 number 4 on (10.0.64.0) private, /24 number 240 on isolated.
    fn all(self) -> impl Iterator<Item = (SubnetTier, &'static str, u8, u32)> {
        let rows = [
            (self.has_public(), (SubnetTier::Public, "public", 24, 0)),
            (self.has_private(), (SubnetTier::Private, "private", 20, 4)),
            (self.has_isolated(), (SubnetTier::Isolated, "data", 24, 240)),
        ];
        rows.into_iter().filter(|(is_laid, _)| *is_laid).map(|(_, tier)| tier)
    }
}

impl WayOut {
    /// As the dialog says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NatPerZone => "NAT gateway in each zone",
            Self::OneNat => "One NAT gateway",
            Self::Endpoints => "VPC endpoints alone",
            Self::Public => "Public subnets",
        }
    }

    /// What it means for this capacity.
    pub const fn why(self, capacity: StartCapacity) -> &'static str {
        match self {
            Self::Endpoints if capacity.has_instances() => {
                "Private tasks that reach ECR, S3 and logs, instances that reach ECS, and nothing on the internet"
            }
            Self::NatPerZone => "Private tasks; losing a zone takes no other zone's way out",
            Self::OneNat => "Private tasks, one fixed price; losing its zone cuts all off, and bytes cross zones",
            Self::Endpoints => "Private tasks that reach ECR, S3 and logs, and nothing on the internet",
            Self::Public => "Tasks have public addresses: no NAT gateway to pay, a price for each address",
        }
    }
}

impl StartCapacity {
    pub const ALL: [Self; 4] = [Self::Fargate, Self::FargateAndSpot, Self::Ec2, Self::ManagedInstances];

    /// As the dialog says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fargate => "Fargate",
            Self::FargateAndSpot => "Fargate and Fargate Spot",
            Self::Ec2 => "EC2 Auto Scaling group",
            Self::ManagedInstances => "Managed Instances",
        }
    }

    const fn has_instances(self) -> bool {
        matches!(self, Self::Ec2 | Self::ManagedInstances)
    }
}

impl Choices {
    /// Takes the tiers' usual way out where they do not have the chosen one.
    pub fn fit(&mut self) {
        let ways = self.tiers.ways_out();
        if !ways.contains(&self.way_out) {
            self.way_out = ways.first().copied().unwrap_or(self.way_out);
        }
    }

    /// Why these choices do not go together.
    pub const fn refused(&self) -> Option<&'static str> {
        match (self.way_out, self.capacity) {
            (WayOut::Public, StartCapacity::Ec2 | StartCapacity::ManagedInstances) => {
                Some("Only tasks on Fargate get a public address: tasks on instances would have no way out")
            }
            _ => None,
        }
    }
}

/// The zones of a region that a design of so many uses.
pub fn first_zones(catalogue: &Catalogue, count: usize) -> Vec<Zone> {
    catalogue.region.zones.iter().take(count.max(1)).cloned().collect()
}

/// Lays the drawing out.
pub fn new_design(choices: &Choices, zones: &[Zone]) -> Project {
    let mut design = Design::new(choices.region.clone());
    let vpc = VpcId::new("main");
    let cidr = block();
    design.put(Item::Vpc(
        vpc.clone(),
        Vpc {
            cidr,
            secondary_cidrs: Vec::new(),
            ipv6_cidr: None,
            ip_address_type: None,
            internet_gateway: choices.tiers.has_public(),
            egress_only_internet_gateway: false,
            zones: zones.to_vec(),
            measured_monthly_cross_zone_bytes: None,
            tags: Tags::new(),
        },
    ));
    for (tier, word, prefix, first) in choices.tiers.all() {
        for (zone, index) in zones.iter().zip(first..) {
            let Some(cidr) = cidr.part(prefix, index) else { continue };
            let subnet = Subnet {
                vpc: vpc.clone(),
                zone: zone.clone(),
                tier: tier.clone(),
                cidr,
                ipv6_cidr: None,
                ip_address_type: None,
                route_table: None,
                tags: Tags::new(),
            };
            design.put(Item::Subnet(subnet_id(word, zone), subnet));
        }
    }
    way_out(&mut design, choices, &vpc, zones);
    capacity(&mut design, choices, zones);
    design.put(role("task-execution", RoleUse::Execution, &["AmazonECSTaskExecutionRolePolicy"]));
    Project::new(&choices.name, design)
}

fn block() -> Cidr {
    Cidr::ipv4(std::net::Ipv4Addr::new(10, 0, 0, 0), 16).expect("16 bits are at most 32")
}

fn letter(zone: &Zone) -> String {
    zone.as_str().chars().last().map(String::from).unwrap_or_default()
}

fn subnet_id(word: &str, zone: &Zone) -> SubnetId {
    SubnetId::new(&format!("{word}-{}", letter(zone)))
}

/// The tier that tasks stand in.
fn task_tier(choices: &Choices) -> &'static str {
    if choices.way_out == WayOut::Public { "public" } else { "private" }
}

fn way_out(design: &mut Design, choices: &Choices, vpc: &VpcId, zones: &[Zone]) {
    let nats = match choices.way_out {
        WayOut::NatPerZone => zones.len(),
        WayOut::OneNat => 1,
        WayOut::Endpoints | WayOut::Public => 0,
    };
    for zone in zones.iter().take(nats) {
        let placement = NatPlacement::Zonal(subnet_id("public", zone));
        let nat = NatGateway::new(placement);
        design.put(Item::NatGateway(NatGatewayId::new(&format!("nat-{}", letter(zone))), nat));
    }
    // S3 by gateway endpoint is free, and image layers come from S3.
    // Source: Amazon ECR User Guide, "Amazon ECR interface VPC endpoints".
    let gateway = VpcEndpoint::new(vpc.clone(), EndpointService::S3, EndpointKind::Gateway);
    design.put(Item::VpcEndpoint(VpcEndpointId::new("s3"), gateway));
    if choices.way_out == WayOut::Endpoints {
        let group = SecurityGroupId::new("endpoints");
        let rule = SecurityGroupRule { peer: Peer::Block(block()), ports: Some((443, 443)) };
        let allowed = SecurityGroup { vpc: vpc.clone(), ingress: vec![rule], egress: None, tags: Tags::new() };
        design.put(Item::SecurityGroup(group.clone(), allowed));
        // The agent of an instance reaches ECS by three endpoints; tasks on Fargate need none of them.
        // Source: ECS Developer Guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)".
        let agent = [EndpointService::Ecs, EndpointService::EcsAgent, EndpointService::EcsTelemetry];
        let agent = agent.into_iter().filter(|_| choices.capacity.has_instances());
        for service in
            [EndpointService::EcrApi, EndpointService::EcrDkr, EndpointService::Logs].into_iter().chain(agent)
        {
            let subnets = zones.iter().map(|zone| subnet_id("private", zone)).collect();
            let kind = EndpointKind::Interface { subnets, security_groups: vec![group.clone()] };
            let endpoint = VpcEndpoint::new(vpc.clone(), service, kind);
            design.put(Item::VpcEndpoint(VpcEndpointId::new(service.aws()), endpoint));
        }
    }
}

fn capacity(design: &mut Design, choices: &Choices, zones: &[Zone]) {
    let subnets: Vec<_> = zones.iter().map(|zone| subnet_id(task_tier(choices), zone)).collect();
    let share = |provider: CapacityProviderId, base, weight| StrategyItem { capacity_provider: provider, base, weight };
    let strategy = match choices.capacity {
        StartCapacity::Fargate => vec![share(CapacityProviderId::fargate(), 0, 1)],
        StartCapacity::FargateAndSpot => {
            vec![share(CapacityProviderId::fargate(), 1, 1), share(CapacityProviderId::fargate_spot(), 0, 3)]
        }
        StartCapacity::Ec2 => {
            let id = CapacityProviderId::new("instances");
            design.put(role("instance", RoleUse::ContainerInstance, &["AmazonEC2ContainerServiceforEC2Role"]));
            let public = choices.way_out == WayOut::Public;
            design.put(Item::CapacityProvider(id.clone(), CapacityProvider::AutoScalingGroup(group(subnets, public))));
            vec![share(id, 0, 1)]
        }
        StartCapacity::ManagedInstances => {
            let id = CapacityProviderId::new("managed");
            design.put(role(
                "instance",
                RoleUse::ContainerInstance,
                &["AmazonECSInstanceRolePolicyForManagedInstances"],
            ));
            let policy = "AmazonECSInfrastructureRolePolicyForManagedInstances";
            design.put(role("infrastructure", RoleUse::Infrastructure, &[policy]));
            design.put(Item::CapacityProvider(id.clone(), CapacityProvider::ManagedInstances(managed(subnets))));
            vec![share(id, 0, 1)]
        }
    };
    let capacity_providers = strategy.iter().map(|item| item.capacity_provider.clone()).collect();
    let cluster = Cluster { capacity_providers, default_strategy: strategy, ..Cluster::default() };
    design.put(Item::Cluster(ClusterId::new("main"), cluster));
}

/// An Auto Scaling group as a part is added: m7g.large by managed scaling.
pub fn group(subnets: Vec<SubnetId>, public_ip: bool) -> AutoScalingGroupProvider {
    AutoScalingGroupProvider {
        option: Some(CapacityOptionType::OnDemand),
        managed_scaling: Some(ManagedScaling::default()),
        managed_termination_protection: true,
        public_ip,
        instance_role: Some(RoleId::new("instance")),
        ..AutoScalingGroupProvider::new(subnets, vec![InstanceTypeName::new("m7g.large")], 12)
    }
}

/// A Managed Instances provider as a part is added: AWS chooses the types.
pub fn managed(subnets: Vec<SubnetId>) -> ManagedInstancesProvider {
    ManagedInstancesProvider {
        infrastructure_role: Some(RoleId::new("infrastructure")),
        instance_role: Some(RoleId::new("instance")),
        ..ManagedInstancesProvider::new(subnets)
    }
}

/// A role with managed policies.
pub fn role(name: &str, used_as: RoleUse, policies: &[&str]) -> Item {
    let managed_policies = policies.iter().map(|policy| (*policy).to_owned()).collect();
    Item::Role(RoleId::new(name), Role { used_as, arn: None, managed_policies, actions: Vec::new(), tags: Tags::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::checks::{self, Severity};
    use bayplan_engine::design::edit::references;

    const WAYS_OUT: [WayOut; 4] = [WayOut::NatPerZone, WayOut::OneNat, WayOut::Endpoints, WayOut::Public];

    fn all_choices() -> impl Iterator<Item = Choices> {
        let ways = WAYS_OUT.into_iter().flat_map(|way_out| StartCapacity::ALL.into_iter().map(move |c| (way_out, c)));
        ways.flat_map(|(way_out, capacity)| {
            let tiers = Tiers::ALL.into_iter().filter(move |tiers| tiers.ways_out().contains(&way_out));
            tiers.flat_map(move |tiers| {
                [1, 2, 4].map(move |zones| Choices { zones, tiers, way_out, capacity, ..Choices::default() })
            })
        })
    }

    #[test]
    fn no_choice_makes_blocks_overlap_or_references_dangle_or_errors() {
        let catalogue = Catalogue::load(&Region::new("us-east-1")).unwrap();
        for choices in all_choices() {
            let design = new_design(&choices, &first_zones(&catalogue, choices.zones)).design;
            let blocks: Vec<_> = design.subnets.values().map(|subnet| subnet.cidr).collect();
            for (place, one) in blocks.iter().enumerate() {
                assert!(block().holds(*one), "{one} lies outside");
                assert!(blocks[..place].iter().all(|other| !other.overlaps(*one)), "{choices:?}: {one} overlaps");
            }
            let dangling: Vec<_> = references(&design).into_iter().filter(|r| !design.contains(&r.to)).collect();
            assert_eq!(dangling, [], "{choices:?}");
            let found = checks::run(&design, &catalogue, &[]);
            let errors: Vec<_> =
                found.iter().filter(|f| f.severity == Severity::Error).map(ToString::to_string).collect();
            assert_eq!(errors, Vec::<String>::new(), "{choices:?}");
        }
    }

    #[test]
    fn the_way_out_is_the_one_chosen() {
        let zones = [Zone::new("us-east-1a"), Zone::new("us-east-1b")];
        let laid = |tiers, way_out| new_design(&Choices { tiers, way_out, ..Choices::default() }, &zones).design;
        let nats = |tiers, way_out| laid(tiers, way_out).nat_gateways.len();
        let both = Tiers::PublicAndPrivate;
        assert_eq!(
            [nats(both, WayOut::NatPerZone), nats(both, WayOut::OneNat), nats(both, WayOut::Endpoints)],
            [2, 1, 0]
        );
        assert_eq!(nats(Tiers::Public, WayOut::Public), 0);
        let endpoints = laid(Tiers::Private, WayOut::Endpoints);
        let named = |design: &Design| design.vpc_endpoints.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(named(&endpoints), ["ecr.api", "ecr.dkr", "logs", "s3"]);
        // NET-31: instances reach ECS besides.
        for capacity in [StartCapacity::Ec2, StartCapacity::ManagedInstances] {
            let choices = Choices { tiers: both, way_out: WayOut::Endpoints, capacity, ..Choices::default() };
            let all = ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "s3"];
            assert_eq!(named(&new_design(&choices, &zones).design), all, "{capacity:?}");
        }
        assert!(!endpoints.vpcs[&VpcId::new("main")].internet_gateway);
        assert!(laid(both, WayOut::Endpoints).vpcs[&VpcId::new("main")].internet_gateway);
    }

    #[test]
    fn the_tiers_are_those_chosen() {
        let zones = [Zone::new("us-east-1a"), Zone::new("us-east-1b")];
        let laid = |tiers| {
            let mut choices = Choices { tiers, ..Choices::default() };
            choices.fit();
            let subnets = new_design(&choices, &zones).design.subnets;
            subnets.iter().map(|(id, subnet)| format!("{id} {}", subnet.cidr)).collect::<Vec<_>>()
        };
        let public = ["public-a 10.0.0.0/24", "public-b 10.0.1.0/24"];
        let private = ["private-a 10.0.64.0/20", "private-b 10.0.80.0/20"];
        let data = ["data-a 10.0.240.0/24", "data-b 10.0.241.0/24"];
        assert_eq!(laid(Tiers::Public), public);
        assert_eq!(laid(Tiers::PublicAndIsolated), [data, public].concat());
        assert_eq!(laid(Tiers::PublicAndPrivate), [private, public].concat());
        assert_eq!(laid(Tiers::PublicPrivateAndIsolated), [data, private, public].concat());
        assert_eq!(laid(Tiers::Private), private);
        assert_eq!(laid(Tiers::PrivateAndIsolated), [data, private].concat());
    }

    #[test]
    fn a_way_out_that_the_tiers_lack_gives_way_to_their_usual_one() {
        let fitted = |tiers, way_out| {
            let mut choices = Choices { tiers, way_out, ..Choices::default() };
            choices.fit();
            choices.way_out
        };
        assert_eq!(fitted(Tiers::PublicAndPrivate, WayOut::OneNat), WayOut::OneNat);
        assert_eq!(fitted(Tiers::PublicAndPrivate, WayOut::Public), WayOut::NatPerZone);
        assert_eq!(fitted(Tiers::Private, WayOut::NatPerZone), WayOut::Endpoints);
        assert_eq!(fitted(Tiers::PublicAndIsolated, WayOut::Endpoints), WayOut::Public);
        assert!(WAYS_OUT.iter().all(|way| Tiers::ALL.iter().any(|tiers| tiers.ways_out().contains(way))));
    }
}
