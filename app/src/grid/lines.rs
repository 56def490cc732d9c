//! The lines between nodes: who sends work or bytes to whom, and through which gutter.
//!
//! In: a design and its grid. Out: [`Line`]s with their points in world points, orthogonal, in the gutters left and right
//! of a VPC's bands. Everything the drawing states is a line; the canvas decides which of them it shows.

use std::collections::BTreeMap;

use bayplan_engine::design::id::{LoadBalancerId, ServiceId, TargetGroupId};
use bayplan_engine::design::load::{Entrance, Load};
use bayplan_engine::design::load_balancing::Integration;
use bayplan_engine::design::network::NatPlacement;
use bayplan_engine::design::work::{CallPath, CallTarget};
use bayplan_engine::design::{Design, ItemRef, Kind};
use egui::{Pos2, pos2};

use super::traffic::Flow;
use super::{Form, Grid, Node, Pick, Side, words};

/// What flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// Work that comes in.
    Entrance,
    /// Service to service.
    Call,
    /// Out through a NAT gateway or to the internet.
    WayOut,
    /// To an AWS service or an outside system.
    Outside,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub from: Pick,
    pub to: Pick,
    pub path: Path,
    pub points: Vec<Pos2>,
    /// Who, how much, what it costs.
    pub said: String,
    /// How much, where the month is known.
    pub flow: Option<Flow>,
}

impl Line {
    /// Whether it begins or ends there.
    pub fn touches(&self, pick: &Pick) -> bool {
        self.from == *pick || self.to == *pick
    }
}

/// Every line of a design that has both its ends on the grid.
pub fn lines(design: &Design, grid: &Grid) -> Vec<Line> {
    let mut links = Vec::new();
    entrances(design, &mut links);
    calls(design, &mut links);
    ways_out(design, &mut links);
    let mut places: BTreeMap<&Pick, usize> = BTreeMap::new();
    for (place, node) in grid.nodes.iter().enumerate() {
        places.entry(&node.of).or_insert(place);
    }
    let gutters = Gutters::of(grid);
    let mut lines = Vec::new();
    for (from, to, path, said) in links {
        let ends = (places.get(&from).copied(), places.get(&to).copied());
        if let (Some(start), Some(end)) = ends
            && start != end
        {
            let lane = lines.len() as f32 % 4.0;
            let points = route(gutters, &grid.nodes[start], &grid.nodes[end], lane);
            lines.push(Line { from, to, path, points, said, flow: None });
        }
    }
    lines
}

type Link = (Pick, Pick, Path, String);

fn service(id: &ServiceId) -> Pick {
    Pick::Item(ItemRef::Service(id.clone()))
}

fn balancer(id: &LoadBalancerId) -> Pick {
    Pick::Item(ItemRef::LoadBalancer(id.clone()))
}

fn entrances(design: &Design, links: &mut Vec<Link>) {
    for (id, load) in &design.loads {
        let from = Pick::Item(ItemRef::Load(id.clone()));
        let through = match load {
            Load::Requests(requests) => &requests.through,
            Load::Stream(stream) => &stream.through,
            Load::Jobs(jobs) => {
                let queue = Pick::Item(ItemRef::OutsideSystem(jobs.queue.clone()));
                links.push((queue.clone(), service(&jobs.service), Path::Call, "jobs taken".to_owned()));
                links.push((from, queue, Path::Entrance, words::load(load)));
                continue;
            }
        };
        let to = match through {
            Entrance::LoadBalancer(id) => balancer(id),
            Entrance::ApiGateway(id) => Pick::Item(ItemRef::ApiGateway(id.clone())),
            Entrance::Direct => service(load.service()),
        };
        links.push((from, to, Path::Entrance, words::load(load)));
    }
    for (id, api) in &design.api_gateways {
        let from = Pick::Item(ItemRef::ApiGateway(id.clone()));
        for route in &api.routes {
            let to = match &route.integration {
                Integration::CloudMap(id) => service(id),
                Integration::LoadBalancer(id) => balancer(id),
            };
            links.push((from.clone(), to, Path::Entrance, format!("route {}", route.key)));
        }
    }
    let mut joined: BTreeMap<&TargetGroupId, Vec<&ServiceId>> = BTreeMap::new();
    for (id, drawn) in &design.services {
        for attached in &drawn.load_balancers {
            let all = joined.entry(&attached.target_group).or_default();
            all.extend((all.last() != Some(&id)).then_some(id));
        }
    }
    for (id, drawn) in &design.load_balancers {
        for group in drawn.target_groups() {
            for to in joined.get(&group).into_iter().flatten().copied() {
                links.push((balancer(id), service(to), Path::Entrance, format!("target group {group}")));
            }
        }
    }
}

/// The services whose tasks join a target group.
pub fn behind<'d>(design: &'d Design, group: &TargetGroupId) -> Vec<&'d ServiceId> {
    let joins = |id: &&'d ServiceId| design.services[*id].load_balancers.iter().any(|b| b.target_group == *group);
    design.services.keys().filter(joins).collect()
}

fn calls(design: &Design, links: &mut Vec<Link>) {
    for (id, caller) in &design.services {
        for call in &caller.calls {
            let each = call.per_work().fraction();
            let bytes = call.request_bytes + call.response_bytes;
            let said = |to: &str| format!("{id} to {to} · {each} calls of {bytes} for each request");
            let (to, path, said) = match &call.to {
                CallTarget::Service { service: to, via } => {
                    if *via == CallPath::LoadBalancer && through_balancer(design, id, to, links) {
                        continue;
                    }
                    (service(to), Path::Call, format!("{}, by {via}", said(to.as_str())))
                }
                CallTarget::Outside(system) => {
                    let to = Pick::Item(ItemRef::OutsideSystem(system.clone()));
                    (to, Path::Outside, said(system.as_str()))
                }
                CallTarget::Aws(aws) => (Pick::Aws(*aws), Path::Outside, said(aws.aws())),
                CallTarget::Internet => (Pick::Internet, Path::WayOut, said("the internet")),
            };
            links.push((service(id), to, path, said));
        }
    }
}

/// A call through a balancer goes to the balancer, which has its own line onward.
fn through_balancer(design: &Design, from: &ServiceId, to: &ServiceId, links: &mut Vec<Link>) -> bool {
    let before = |(_, drawn): &(&LoadBalancerId, &bayplan_engine::design::load_balancing::LoadBalancer)| {
        drawn.target_groups().iter().any(|group| behind(design, group).contains(&to))
    };
    let Some((id, _)) = design.load_balancers.iter().find(before) else { return false };
    links.push((service(from), balancer(id), Path::Call, format!("{from} to {to} through {id}")));
    true
}

fn ways_out(design: &Design, links: &mut Vec<Link>) {
    for (id, nat) in &design.nat_gateways {
        if !nat.private {
            let from = Pick::Item(ItemRef::NatGateway(id.clone()));
            let kind = match nat.placement {
                NatPlacement::Zonal(_) => "NAT gateway",
                NatPlacement::Regional(_) => "regional NAT gateway",
            };
            links.push((from, Pick::Internet, Path::WayOut, format!("{kind} {id} to the internet")));
        }
    }
    for (id, drawn) in &design.services {
        let Some(definition) = design.task_definitions.get(&drawn.task_definition) else { continue };
        if definition.containers.iter().any(|c| design.images.keys().any(|i| i.as_str() == c.image)) {
            links.push((service(id), Pick::All(Kind::Image), Path::Outside, format!("{id} pulls its image")));
        }
        let mut logs = definition.containers.iter().filter_map(|c| c.log_configuration.as_ref());
        if logs.any(|log| log.log_group.is_some()) {
            links.push((service(id), Pick::All(Kind::LogGroup), Path::Outside, format!("{id} writes logs")));
        }
        if definition.containers.iter().any(|c| c.secrets.iter().any(|s| s.secret.is_some())) {
            links.push((service(id), Pick::All(Kind::Secret), Path::Outside, format!("{id} reads secrets")));
        }
    }
}

/// Where the gutters beside all VPCs and bands begin.
#[derive(Clone, Copy)]
struct Gutters {
    left: f32,
    right: f32,
}

impl Gutters {
    fn of(grid: &Grid) -> Self {
        let bands = || grid.nodes.iter().filter(|node| !matches!(node.form, Form::Card(_))).map(|node| node.rect);
        let edges = || grid.vpcs.iter().map(|vpc| vpc.rect).chain(bands());
        let left = edges().map(|rect| rect.left()).fold(f32::MAX, f32::min) - 6.0;
        let right = edges().map(|rect| rect.right()).fold(f32::MIN, f32::max) + 8.0;
        Self { left, right }
    }
}

/// From side to side through a gutter: cards have theirs outside the VPC, bands on either side of it.
fn route(gutters: Gutters, from: &Node, to: &Node, lane: f32) -> Vec<Pos2> {
    let shift = lane * 4.0;
    let (left_gutter, right_gutter) = (gutters.left - shift, gutters.right + shift);
    let (right_of, left_of) = (|n: &Node| n.rect.right_center(), |n: &Node| n.rect.left_center());
    let (start, gutter, end) = match (from.form, to.form) {
        (Form::Card(Side::Left), Form::Card(Side::Left)) => {
            let out = from.rect.right().max(to.rect.right()) + 6.0 + shift;
            (right_of(from), out, right_of(to))
        }
        (Form::Card(Side::Left), _) => (right_of(from), left_gutter.max(from.rect.right() + 4.0), left_of(to)),
        (_, Form::Card(Side::Left)) => (left_of(from), left_gutter, right_of(to)),
        (Form::Card(Side::Right), _) => (left_of(from), right_gutter, right_of(to)),
        (_, Form::Card(Side::Right)) => (right_of(from), right_gutter, left_of(to)),
        _ if is_balancer(from) => (right_of(from), from.rect.right().max(to.rect.right()) + 5.0 + shift, right_of(to)),
        _ => (left_of(from), from.rect.left().min(to.rect.left()) - 5.0 - shift, left_of(to)),
    };
    if (start.y - end.y).abs() < 1.0 && (start.x < gutter) == (gutter < end.x) {
        return vec![start, end];
    }
    let mut points = vec![start, pos2(gutter, start.y), pos2(gutter, end.y), end];
    points.dedup_by(|a, b| (*a - *b).length() < 0.5);
    points
}

fn is_balancer(node: &Node) -> bool {
    matches!(node.of, Pick::Item(ItemRef::LoadBalancer(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::layout::Density;
    use bayplan_engine::design::id::{ClusterId, LoadId, TaskDefinitionId, VpcId};
    use bayplan_engine::design::load::{Requests, Shape};
    use bayplan_engine::design::project::Layout;
    use bayplan_engine::design::service::Service;
    use bayplan_engine::design::work::Call;
    use bayplan_engine::names::Region;
    use bayplan_engine::units::{Bytes, MilliPerSecond};

    #[test]
    fn loads_lead_in_and_calls_lead_on() {
        let mut design = Design::new(Region::new("us-east-1"));
        let (web, api) = (ServiceId::new("web"), ServiceId::new("api"));
        for id in [&web, &api] {
            design.services.insert(id.clone(), Service::new(ClusterId::new("c"), TaskDefinitionId::new("t")));
        }
        let to = CallTarget::Service { service: api.clone(), via: CallPath::ServiceConnect };
        let call = Call { to, per_work: None, request_bytes: Bytes::ZERO, response_bytes: Bytes::ZERO };
        design.services.get_mut(&web).unwrap().calls.push(call);
        let requests = Requests {
            service: web.clone(),
            through: Entrance::Direct,
            listener_port: None,
            origin: None,
            shape: Shape::constant(MilliPerSecond::from_whole(20)),
            request_bytes: Bytes::ZERO,
            response_bytes: Bytes::ZERO,
            requests_per_connection: None,
            connection_lifetime: None,
        };
        design.loads.insert(LoadId::new("people"), Load::Requests(requests));
        design.vpcs.insert(VpcId::new("v"), crate::grid::layout::tests::vpc());
        let grid = crate::grid::layout::layout(&design, &Layout::default(), Density::Full);
        let found: Vec<_> = lines(&design, &grid).into_iter().map(|l| (l.from, l.to, l.path)).collect();
        let people = Pick::Item(ItemRef::Load(LoadId::new("people")));
        assert_eq!(found, [(people, service(&web), Path::Entrance), (service(&web), service(&api), Path::Call)]);
    }
}
