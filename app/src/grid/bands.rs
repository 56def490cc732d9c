//! What stands in the rows and the margins of a design, before it has a place.
//!
//! In: a design. Out: [`Band`]s with the subnets they list, [`Piece`]s with the subnet they stand in, [`Card`]s with
//! their side. A service without subnets of its own takes those of the capacity it runs on.

use std::collections::BTreeMap;

use bayplan_engine::design::capacity::CapacityProvider;
use bayplan_engine::design::id::{CapacityProviderId, ServiceId, SubnetId, VpcId};
use bayplan_engine::design::load_balancing::Scheme;
use bayplan_engine::design::network::{EndpointKind, EndpointService, NatPlacement, SubnetTier};
use bayplan_engine::design::outside::{OutsideKind, OutsideSystem, Reached};
use bayplan_engine::design::service::{Capacity, SchedulingStrategy, Service};
use bayplan_engine::design::work::CallTarget;
use bayplan_engine::design::{Design, ItemRef, Kind};

use super::{Pick, Side, Squares, Tone, words};
use crate::widgets::icon;

/// Something that lies across subnets.
#[derive(Clone, Debug)]
pub struct Band {
    pub of: ItemRef,
    pub subnets: Vec<SubnetId>,
    pub tone: Tone,
    pub icon: char,
    pub detail: String,
    pub capacity: String,
    /// Tasks to spread over its zones.
    pub squares: Vec<Squares>,
    /// Lines of the band: one, two, or with room for instances.
    pub height: Height,
    /// Where it stands by default: balancers first, what is called last.
    pub rank: u8,
}

/// How tall a band is when there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Height {
    Line,
    Two,
    Instances,
}

/// Something in one cell.
#[derive(Clone, Debug)]
pub struct Piece {
    pub of: ItemRef,
    pub subnet: SubnetId,
    pub detail: String,
}

/// Something in a margin.
#[derive(Clone, Debug)]
pub struct Card {
    pub of: Pick,
    pub side: Side,
    pub tone: Tone,
    pub icon: char,
    pub name: String,
    pub detail: String,
}

/// The number of each service's colour: by name.
pub fn slots(design: &Design) -> BTreeMap<&ServiceId, u16> {
    design.services.keys().zip(0u16..).collect()
}

/// All bands of a design.
pub fn bands(design: &Design) -> Vec<Band> {
    let plain = |of: ItemRef, subnets: &[SubnetId], icon: char, detail: String, rank: u8| Band {
        of,
        subnets: subnets.to_vec(),
        tone: Tone::Plain,
        icon,
        detail,
        capacity: String::new(),
        squares: Vec::new(),
        height: Height::Line,
        rank,
    };
    let mut all = Vec::new();
    for (id, balancer) in &design.load_balancers {
        let of = ItemRef::LoadBalancer(id.clone());
        let band = plain(of, &balancer.subnets, icon::BALANCER, words::balancer(balancer), 0);
        all.push(Band { tone: Tone::Entrance, ..band });
    }
    for (id, nat) in &design.nat_gateways {
        if let NatPlacement::Regional(vpc) = &nat.placement {
            let subnets = tier_subnets(design, vpc, &SubnetTier::Public);
            let of = ItemRef::NatGateway(id.clone());
            let band = plain(of, &subnets, icon::NAT, "regional NAT gateway".to_owned(), 1);
            all.push(Band { tone: Tone::WayOut, ..band });
        }
    }
    for (id, endpoint) in &design.vpc_endpoints {
        if let EndpointKind::Interface { subnets, .. } = &endpoint.kind {
            let of = ItemRef::VpcEndpoint(id.clone());
            let band = plain(of, subnets, icon::ENDPOINT, format!("interface endpoint · {}", endpoint.service), 2);
            all.push(Band { tone: Tone::Endpoint, ..band });
        }
    }
    all.extend(work(design));
    for (id, provider) in &design.capacity_providers {
        let icon = match provider {
            CapacityProvider::AutoScalingGroup(_) => icon::INSTANCE,
            CapacityProvider::ManagedInstances(_) => icon::MANAGED_INSTANCES,
        };
        let of = ItemRef::CapacityProvider(id.clone());
        let band = plain(of, provider.subnets(), icon, words::provider(provider), 6);
        all.push(Band { squares: stowed(design, id), height: Height::Instances, ..band });
    }
    for (id, system) in &design.file_systems {
        let detail = format!("{} · {} stored", system.kind, system.stored);
        all.push(plain(ItemRef::FileSystem(id.clone()), &system.subnets, icon::BUCKET, detail, 7));
    }
    for (id, system) in &design.outside_systems {
        if let Reached::InVpc { subnets, .. } = &system.reached {
            let of = ItemRef::OutsideSystem(id.clone());
            all.push(plain(of, subnets, outside_icon(system), format!("outside system · {}", system.kind), 8));
        }
    }
    all
}

/// Services, standalone tasks and Express Mode services.
fn work(design: &Design) -> Vec<Band> {
    let mut all = Vec::new();
    for (id, slot) in slots(design) {
        let service = &design.services[id];
        let daemon = service.scheduling_strategy() == SchedulingStrategy::Daemon;
        all.push(Band {
            of: ItemRef::Service(id.clone()),
            subnets: service_subnets(design, service),
            tone: Tone::Service(slot),
            icon: if daemon { icon::DAEMON } else { icon::SERVICE },
            detail: words::service(design, service),
            capacity: words::capacity(design, service),
            squares: vec![(slot, if daemon { 0 } else { service.desired_count })],
            height: Height::Two,
            rank: 3,
        });
    }
    for (id, task) in &design.standalone_tasks {
        all.push(Band {
            of: ItemRef::StandaloneTask(id.clone()),
            subnets: task.subnets.clone(),
            tone: Tone::Plain,
            icon: icon::SCHEDULE,
            detail: words::schedule(task),
            capacity: String::new(),
            squares: Vec::new(),
            height: Height::Line,
            rank: 4,
        });
    }
    for (id, express) in &design.express_services {
        all.push(Band {
            of: ItemRef::ExpressService(id.clone()),
            subnets: express.subnets.clone(),
            tone: Tone::Plain,
            icon: icon::DEPLOYMENT,
            detail: format!("Express Mode · {}", express.image),
            capacity: String::new(),
            squares: Vec::new(),
            height: Height::Line,
            rank: 5,
        });
    }
    all
}

/// The subnets a service's tasks are in: its own, else those of the providers it runs on.
pub fn service_subnets(design: &Design, service: &Service) -> Vec<SubnetId> {
    if !service.subnets.is_empty() {
        return service.subnets.clone();
    }
    let mut all: Vec<SubnetId> = Vec::new();
    for provider in providers_of(design, service) {
        for subnet in design.capacity_providers.get(provider).map_or(&[][..], CapacityProvider::subnets) {
            if !all.contains(subnet) {
                all.push(subnet.clone());
            }
        }
    }
    all
}

/// The providers that a service's capacity names.
pub fn providers_of<'d>(design: &'d Design, service: &'d Service) -> Vec<&'d CapacityProviderId> {
    let items = match &service.capacity {
        Capacity::Strategy(items) => items.as_slice(),
        Capacity::ClusterDefault => design.clusters.get(&service.cluster).map_or(&[][..], |c| &c.default_strategy),
        Capacity::LaunchType(_) => &[],
    };
    items.iter().map(|item| &item.capacity_provider).collect()
}

fn stowed(design: &Design, provider: &CapacityProviderId) -> Vec<Squares> {
    let on = |(id, slot): (&ServiceId, u16)| {
        let service = &design.services[id];
        providers_of(design, service).contains(&provider).then_some((slot, service.desired_count))
    };
    slots(design).into_iter().filter_map(on).collect()
}

/// The subnets of a tier of a VPC, by name.
pub fn tier_subnets(design: &Design, vpc: &VpcId, tier: &SubnetTier) -> Vec<SubnetId> {
    let of_tier = design.subnets.iter().filter(|(_, s)| s.vpc == *vpc && s.tier == *tier);
    of_tier.map(|(id, _)| id.clone()).collect()
}

/// What stands in single cells: zonal NAT gateways.
pub fn pieces(design: &Design) -> Vec<Piece> {
    let zonal = design.nat_gateways.iter().filter_map(|(id, nat)| match &nat.placement {
        NatPlacement::Zonal(subnet) => Some(Piece {
            of: ItemRef::NatGateway(id.clone()),
            subnet: subnet.clone(),
            detail: if nat.private { "private NAT".to_owned() } else { "NAT gateway".to_owned() },
        }),
        NatPlacement::Regional(_) => None,
    });
    zonal.collect()
}

/// What stands in the margins: work comes from the left, goes to the right.
pub fn cards(design: &Design) -> Vec<Card> {
    let item = |of: ItemRef, side, tone, icon, detail: String| {
        let name = of.name().to_owned();
        Card { of: Pick::Item(of), side, tone, icon, name, detail }
    };
    let mut all = Vec::new();
    for (id, load) in &design.loads {
        all.push(item(ItemRef::Load(id.clone()), Side::Left, Tone::Entrance, icon::LOAD, words::load(load)));
    }
    for (id, api) in &design.api_gateways {
        let routes = api.routes.len();
        let said = format!("HTTP API · {routes} {}", words::plural(routes, "route"));
        all.push(item(ItemRef::ApiGateway(id.clone()), Side::Left, Tone::Entrance, icon::API_GATEWAY, said));
    }
    for (id, rule) in &design.event_rules {
        let what = if rule.detail_type.is_empty() { "all ECS events" } else { &rule.detail_type };
        all.push(item(ItemRef::EventRule(id.clone()), Side::Left, Tone::Plain, icon::CALENDAR, what.to_owned()));
    }
    for (id, site) in &design.sites {
        let said = format!("ECS Anywhere · {} vCPU each", site.vcpus);
        all.push(item(ItemRef::Site(id.clone()), Side::Left, Tone::Plain, icon::ON_PREMISES, said));
    }
    for (id, note) in &design.notes {
        all.push(item(ItemRef::Note(id.clone()), Side::Left, Tone::Plain, icon::NOTE, note.text.clone()));
    }
    all.extend(shared_cards(design));
    for (id, system) in &design.outside_systems {
        let said = match &system.reached {
            Reached::InVpc { .. } => continue,
            Reached::AwsService(service) => format!("{} · {service}", system.kind),
            Reached::Internet => format!("{} · internet", system.kind),
            Reached::OtherVpc => format!("{} · another VPC", system.kind),
            Reached::OtherRegion(region) => format!("{} · {region}", system.kind),
            Reached::OnPremises => format!("{} · on premises", system.kind),
        };
        let of = ItemRef::OutsideSystem(id.clone());
        all.push(item(of, Side::Right, Tone::Plain, outside_icon(system), said));
    }
    for (id, lattice) in &design.lattices {
        let services = lattice.services.len();
        let said = format!("VPC Lattice · {services} {}", words::plural(services, "service"));
        all.push(item(ItemRef::Lattice(id.clone()), Side::Right, Tone::Endpoint, icon::LATTICE, said));
    }
    for (id, endpoint) in &design.vpc_endpoints {
        if endpoint.kind == EndpointKind::Gateway {
            let said = format!("{} gateway · free", endpoint.service);
            let of = ItemRef::VpcEndpoint(id.clone());
            all.push(item(of, Side::Right, Tone::Endpoint, icon::GATEWAY_ENDPOINT, said));
        }
    }
    all
}

/// Cards that stand for several: registry, logs, secrets, AWS services called, the internet.
fn shared_cards(design: &Design) -> Vec<Card> {
    let card = |of, icon, name: &str, detail: String| {
        let name = name.to_owned();
        Card { of, side: Side::Right, tone: Tone::Plain, icon, name, detail }
    };
    let count = |n: usize, word: &str| format!("{n} {}", words::plural(n, word));
    let mut all = Vec::new();
    let kinds = [
        (Kind::Image, design.images.len(), icon::REGISTRY, "Images", "image"),
        (Kind::LogGroup, design.log_groups.len(), icon::LOGS, "CloudWatch Logs", "log group"),
        (Kind::Secret, design.secrets.len(), icon::SECRET, "Secrets", "secret"),
    ];
    for (kind, number, icon, name, word) in kinds {
        if number > 0 {
            all.push(card(Pick::All(kind), icon, name, count(number, word)));
        }
    }
    let calls = || design.services.values().flat_map(|service| &service.calls);
    for service in EndpointService::ALL {
        let callers = calls().filter(|call| call.to == CallTarget::Aws(*service)).count();
        if callers > 0 {
            let name = service.aws().to_owned();
            all.push(card(Pick::Aws(*service), icon::CLOUD, &name, count(callers, "caller")));
        }
    }
    let public = design.nat_gateways.values().any(|nat| !nat.private)
        || calls().any(|call| call.to == CallTarget::Internet)
        || design.load_balancers.values().any(|balancer| balancer.scheme == Scheme::InternetFacing);
    if public {
        all.push(card(Pick::Internet, icon::GLOBE, "Internet", "answers and calls".to_owned()));
    }
    all
}

fn outside_icon(system: &OutsideSystem) -> char {
    match system.kind {
        OutsideKind::Database | OutsideKind::Cache => icon::DATABASE,
        OutsideKind::Queue => icon::QUEUE,
        OutsideKind::Bucket => icon::BUCKET,
        OutsideKind::Api => icon::CLOUD,
        OutsideKind::Other => icon::CUBE,
    }
}
