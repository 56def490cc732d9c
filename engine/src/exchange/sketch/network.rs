//! The VPC, its subnets and ways out, the load balancer, mount targets.

use super::Sketch;
use std::net::Ipv4Addr;

use crate::design::cidr::Cidr;
use crate::design::id::{LoadBalancerId, NatGatewayId, SecurityGroupId, SubnetId, TargetGroupId, VpcEndpointId, VpcId};
use crate::design::load_balancing::{
    Listener, ListenerRule, LoadBalancer, LoadBalancerType, Protocol, Scheme, TargetGroup, TargetHealthCheck,
    TargetType,
};
use crate::design::network::{
    EndpointKind, EndpointService, NatGateway, NatPlacement, Peer, SecurityGroup, SecurityGroupRule, Subnet,
    SubnetTier, Vpc, VpcEndpoint,
};
use crate::design::outside::FileSystemKind;
use crate::design::task_definition::{TaskDefinition, VolumeKind};
use crate::design::{Item, ItemRef, Tags};
use crate::names::Zone;

/// How many zones are used.
///
/// Assumption: three, as AWS advises for services that shall outlive a zone.
const ZONES: usize = 3;

/// The VPC's block: private addresses, /16 the largest AWS allows.
///
/// Source: VPC User Guide, "VPC CIDR blocks" (rule NET-01).
/// Assumption: 10.0.0.0, which nothing else here uses.
const VPC_BLOCK: (Ipv4Addr, u8) = (Ipv4Addr::new(10, 0, 0, 0), 16);

/// Prefixes of public and private subnets.
///
/// Assumption: 251 addresses are plenty for balancers and NAT gateways; tasks get 4,091 in each zone.
const PREFIXES: (u8, u8) = (24, 20);

/// Ports that NFS, and so EFS, uses. Source: EFS User Guide, "Using VPC security groups".
const NFS: (u16, u16) = (2049, 2049);

/// Port that SMB, and so `FSx` for Windows, uses. Source: `FSx` User Guide, "File system access control with Amazon VPC".
const SMB: (u16, u16) = (445, 445);

pub(super) fn vpc() -> VpcId {
    VpcId::new("main")
}

fn balancer() -> LoadBalancerId {
    LoadBalancerId::new("alb")
}

pub(super) fn balancer_group() -> SecurityGroupId {
    SecurityGroupId::new("alb")
}

/// What a zone's things are called after: the letter of `us-east-1a`.
fn letter(zone: &Zone) -> &str {
    zone.as_str().get(zone.as_str().len().saturating_sub(1)..).unwrap_or("a")
}

impl Sketch<'_> {
    fn zones(&self) -> Vec<Zone> {
        self.catalogue.region.zones.iter().take(ZONES).cloned().collect()
    }

    fn subnet_ids(&self, tier: &str) -> Vec<SubnetId> {
        self.zones().iter().map(|zone| SubnetId::new(&format!("{tier}-{}", letter(zone)))).collect()
    }

    pub(super) fn public_subnets(&self) -> Vec<SubnetId> {
        self.subnet_ids("public")
    }

    pub(super) fn private_subnets(&self) -> Vec<SubnetId> {
        self.subnet_ids("private")
    }

    /// A VPC over three zones: a public and a private subnet, and a NAT gateway, in each; S3 by its free endpoint.
    pub(super) fn network(&mut self) {
        let Some(cidr) = Cidr::ipv4(VPC_BLOCK.0, VPC_BLOCK.1) else { return };
        let zones = self.zones();
        let drawn = Vpc {
            cidr,
            secondary_cidrs: Vec::new(),
            ipv6_cidr: None,
            ip_address_type: None,
            internet_gateway: true,
            egress_only_internet_gateway: false,
            zones: zones.clone(),
            measured_monthly_cross_zone_bytes: None,
            tags: Tags::new(),
        };
        let assumed = [
            ("cidr", "10.0.0.0/16, the largest block a VPC may have"),
            ("zones", "three zones, so that one may be lost"),
            ("internet_gateway", "attached, as images and clients come over the internet"),
        ];
        self.draw(Item::Vpc(vpc(), drawn), &assumed);
        for (place, zone) in (0u32..).zip(&zones) {
            // The private blocks begin after the first /20, in which the public ones lie.
            let tiers = [
                ("public", SubnetTier::Public, cidr.part(PREFIXES.0, place)),
                ("private", SubnetTier::Private, cidr.part(PREFIXES.1, place + 1)),
            ];
            for (name, tier, block) in tiers {
                let Some(cidr) = block else { continue };
                let (route_table, ip_address_type) = (None, None);
                let subnet = Subnet {
                    vpc: vpc(),
                    zone: zone.clone(),
                    tier,
                    cidr,
                    ipv6_cidr: None,
                    ip_address_type,
                    route_table,
                    tags: Tags::new(),
                };
                let id = SubnetId::new(&format!("{name}-{}", letter(zone)));
                self.draw(Item::Subnet(id, subnet), &[("cidr", "a part of the VPC that no other subnet has")]);
            }
            let placement = NatPlacement::Zonal(SubnetId::new(&format!("public-{}", letter(zone))));
            let nat = NatGateway::new(placement);
            let why = "one in each zone: a lost zone takes no other's way out along; one for all is cheaper";
            self.draw(
                Item::NatGateway(NatGatewayId::new(&format!("nat-{}", letter(zone))), nat),
                &[("placement", why)],
            );
        }
        let s3 = VpcEndpoint::new(vpc(), EndpointService::S3, EndpointKind::Gateway);
        let why = "a gateway endpoint: it is free, and layers of ECR images go past the NAT gateways";
        self.draw(Item::VpcEndpoint(VpcEndpointId::new("s3"), s3), &[("kind", why)]);
    }

    /// A security group that lets in whom it is told, and everything out.
    pub(super) fn security_group(&mut self, name: &str, ingress: Vec<SecurityGroupRule>, why: &str) -> SecurityGroupId {
        let id = SecurityGroupId::new(name);
        if let Some(group) = self.design.security_groups.get_mut(&id) {
            for rule in ingress {
                if !group.ingress.contains(&rule) {
                    group.ingress.push(rule);
                }
            }
        } else {
            let group = SecurityGroup { vpc: vpc(), ingress, egress: None, tags: Tags::new() };
            self.draw(Item::SecurityGroup(id.clone(), group), &[("ingress", why)]);
        }
        id
    }

    /// A target group behind the one load balancer: the first takes all requests, later ones those for their own name.
    pub(super) fn balance(&mut self, family: &str, port: u16, target_type: TargetType) -> TargetGroupId {
        let secure = matches!(port, 443 | 8443);
        let id = TargetGroupId::new(family);
        let group = TargetGroup {
            vpc: vpc(),
            protocol: if secure { Protocol::Https } else { Protocol::Http },
            protocol_version: None,
            port,
            target_type,
            health_check: TargetHealthCheck::default(),
            deregistration_delay: None,
            slow_start: None,
            algorithm: None,
            stickiness: None,
            target_control_port: None,
            tags: Tags::new(),
        };
        let why = format!("the container's port {port} looks like HTTP");
        self.draw(
            Item::TargetGroup(id.clone(), group),
            &[("protocol", &why), ("health_check", "AWS's defaults, path /")],
        );
        if let Some(drawn) = self.design.load_balancers.get_mut(&balancer()) {
            let host = format!("{family}.example.com");
            let rule = ListenerRule { hosts: vec![host.clone()], paths: Vec::new(), target_group: id.clone() };
            drawn.listeners.iter_mut().for_each(|listener| listener.rules.push(rule.clone()));
            let at = ItemRef::LoadBalancer(balancer());
            self.assume(
                &at,
                "listeners",
                "HTTP on port 80, for no certificate is known; services share it by host name",
            );
            return id;
        }
        self.draw_balancer(id.clone());
        id
    }

    fn draw_balancer(&mut self, first: TargetGroupId) {
        let http = (80, 80);
        let anyone = SecurityGroupRule { peer: Peer::Block(Cidr::ALL_IPV4), ports: Some(http) };
        let group = self.security_group(balancer_group().as_str(), vec![anyone], "everybody may call port 80");
        let listener = Listener {
            port: http.0,
            protocol: Protocol::Http,
            certificate: None,
            default_target_group: Some(first),
            rules: Vec::new(),
        };
        let drawn = LoadBalancer {
            kind: LoadBalancerType::Application,
            scheme: Scheme::InternetFacing,
            subnets: self.public_subnets(),
            ip_address_type: None,
            security_groups: vec![group],
            listeners: vec![listener],
            cross_zone: None,
            idle_timeout: None,
            web_acl: None,
            measured_capacity_units_milli: None,
            tags: Tags::new(),
        };
        let assumed = [
            ("kind", "an Application Load Balancer, one for all services that answer HTTP"),
            ("scheme", "internet-facing"),
            ("listeners", "HTTP on port 80, for no certificate is known"),
        ];
        self.draw(Item::LoadBalancer(balancer(), drawn), &assumed);
    }

    /// Gives file systems a mount target in each private subnet, or as many as their kind has.
    pub(super) fn file_systems(&mut self) {
        if self.design.vpcs.is_empty() {
            return;
        }
        let private = self.private_subnets();
        for id in self.design.file_systems.keys().cloned().collect::<Vec<_>>() {
            let at = ItemRef::FileSystem(id.clone());
            let users = self.definitions().into_iter().filter(|(_, definition)| mounts(definition, id.as_str()));
            let groups: Vec<_> = users.flat_map(|(family, _)| self.groups_of(family.as_str())).collect();
            let Some(kind) = self.design.file_systems.get(&id).map(|drawn| drawn.kind) else { continue };
            let (ports, zones) = match kind {
                FileSystemKind::Efs => (NFS, private.len()),
                FileSystemKind::FsxWindowsSingleAz => (SMB, 1),
                FileSystemKind::FsxWindowsMultiAz => (SMB, 2),
            };
            let rule = |group| SecurityGroupRule { peer: Peer::Group(group), ports: Some(ports) };
            let ingress = groups.into_iter().map(rule).collect();
            let group = self.security_group(&format!("{id}-mounts"), ingress, "the tasks that mount it");
            if let Some(drawn) = self.design.file_systems.get_mut(&id) {
                drawn.subnets = private.iter().take(zones).cloned().collect();
                drawn.security_groups = vec![group];
            }
            self.assume(&at, "subnets", "mount targets beside the tasks");
        }
    }

    /// The security groups that a service's tasks answer for: their own, or those of the instances they share.
    fn groups_of(&self, family: &str) -> Vec<SecurityGroupId> {
        let service = self.design.services.get(&crate::design::id::ServiceId::new(family));
        let own = service.map(|service| service.security_groups.clone()).unwrap_or_default();
        let instances = super::machines::instance_group();
        if own.is_empty() && self.design.security_groups.contains_key(&instances) { vec![instances] } else { own }
    }
}

fn mounts(definition: &TaskDefinition, id: &str) -> bool {
    definition.volumes.iter().any(|volume| match &volume.kind {
        VolumeKind::Efs { file_system, .. }
        | VolumeKind::FsxWindows { file_system, .. }
        | VolumeKind::S3Files { file_system, .. } => file_system.as_ref().is_some_and(|drawn| drawn.as_str() == id),
        VolumeKind::Host { .. } | VolumeKind::Docker { .. } | VolumeKind::ConfiguredAtLaunch => false,
    })
}
