//! What a drag on the canvas means: a change of the project, or a sentence that says why not.
//!
//! Pure: world points in, [`Drop`] out. A band's body moves it to another row or to another place in its row, its ends take
//! in or give up zones, a NAT gateway moves from cell to cell, a card anywhere in its margin.

use bayplan_engine::design::capacity::CapacityProvider;
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::id::{SubnetId, VpcId};
use bayplan_engine::design::load_balancing::{LoadBalancerType, Scheme};
use bayplan_engine::design::network::{EndpointKind, NatPlacement, SubnetTier};
use bayplan_engine::design::outside::Reached;
use bayplan_engine::design::project::Layout;
use bayplan_engine::design::{Design, Item, ItemRef};
use bayplan_engine::names::Zone;
use egui::{Pos2, Rect, Vec2};

use crate::document::Change;
use crate::grid::layout::{margin_key, subnet_of};
use crate::grid::{Form, Grid, Node, Pick};

/// What of a node is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    Body,
    LeftEnd,
    RightEnd,
}

/// What letting go would do.
#[derive(Clone, Debug, PartialEq)]
pub enum Drop {
    Nothing,
    Legal { label: String, changes: Vec<Change>, target: Rect },
    Refused { why: String, target: Rect },
}

/// A drag as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Drag<'a> {
    pub design: &'a Design,
    pub layout: &'a Layout,
    pub grid: &'a Grid,
    pub node: usize,
    pub grip: Grip,
    /// Where the pointer went down and where it is, in the world.
    pub from: Pos2,
    pub to: Pos2,
}

/// What letting go here would do.
pub fn drop(drag: Drag<'_>) -> Drop {
    let Some(node) = drag.grid.nodes.get(drag.node) else { return Drop::Nothing };
    let outcome = match (node.form, drag.grip) {
        (Form::Card(_), _) => return move_card(&drag, node),
        (Form::Piece, _) => move_piece(&drag, node),
        (Form::Band, Grip::Body) => return move_band(&drag, node),
        (Form::Band, Grip::LeftEnd | Grip::RightEnd) => stretch(&drag, node),
    };
    outcome.unwrap_or_else(|(why, target)| Drop::Refused { why, target })
}

type Outcome = Result<Drop, (String, Rect)>;

fn move_card(drag: &Drag<'_>, node: &Node) -> Drop {
    let key = margin_key(&node.of);
    let (x, y) = drag.layout.margins.get(&key).copied().unwrap_or((0, 0));
    let by: Vec2 = drag.to - drag.from;
    let snapped = |from: i32, by: f32| ((from as f32 + by) / 8.0).round() as i32 * 8;
    let place = (snapped(x, by.x), snapped(y, by.y));
    if place == (x, y) {
        return Drop::Nothing;
    }
    let mut layout = drag.layout.clone();
    layout.margins.insert(key, place);
    let label = format!("Move {}", node.name);
    Drop::Legal { label, changes: vec![Change::Layout(layout)], target: node.rect.translate(by) }
}

fn move_piece(drag: &Drag<'_>, node: &Node) -> Outcome {
    let Some(cell) = drag.grid.cells.iter().find(|cell| cell.rect.contains(drag.to)) else { return Ok(Drop::Nothing) };
    let Some(ItemRef::NatGateway(id)) = node.of.item() else { return Ok(Drop::Nothing) };
    let Some(nat) = drag.design.nat_gateways.get(id) else { return Ok(Drop::Nothing) };
    let refused = |why: &str| (why.to_owned(), cell.rect);
    let subnet = cell.subnet.as_ref().ok_or_else(|| refused("There is no subnet here yet"))?;
    if nat.placement == NatPlacement::Zonal(subnet.clone()) {
        return Ok(Drop::Nothing);
    }
    let row = &drag.grid.rows[cell.row];
    if row.tier != SubnetTier::Public && !nat.private {
        return Err(refused("A public NAT gateway stands in a public subnet, or it has no way to the internet"));
    }
    let mut moved = nat.clone();
    moved.placement = NatPlacement::Zonal(subnet.clone());
    let edit = Edit::Put(Item::NatGateway(id.clone(), moved));
    Ok(Drop::Legal { label: format!("Move {id} to {subnet}"), changes: vec![Change::Edit(edit)], target: cell.rect })
}

fn move_band(drag: &Drag<'_>, node: &Node) -> Drop {
    let row = drag.grid.rows.iter().position(|row| row.rect.expand(4.0).contains(drag.to));
    match row {
        None => Drop::Nothing,
        Some(row) if node.row == Some(row) => reorder(drag, node, row),
        Some(row) => to_row(drag, node, row).unwrap_or_else(|(why, target)| Drop::Refused { why, target }),
    }
}

/// Another place among the bands of its row.
fn reorder(drag: &Drag<'_>, node: &Node, row: usize) -> Drop {
    let Some(of) = node.of.item() else { return Drop::Nothing };
    let mut bands: Vec<&Node> = drag.grid.nodes.iter().filter(|n| n.row == Some(row) && n.form == Form::Band).collect();
    bands.sort_by(|a, b| a.rect.top().total_cmp(&b.rect.top()));
    let middle = node.rect.center().y + (drag.to.y - drag.from.y);
    let others: Vec<&Node> = bands.iter().copied().filter(|n| n.of != node.of).collect();
    let place = others.iter().filter(|n| n.rect.center().y < middle).count();
    let mut order: Vec<ItemRef> = others.iter().filter_map(|n| n.of.item().cloned()).collect();
    order.insert(place.min(order.len()), of.clone());
    let before: Vec<ItemRef> = bands.iter().filter_map(|n| n.of.item().cloned()).collect();
    if order == before {
        return Drop::Nothing;
    }
    let mut layout = drag.layout.clone();
    layout.order.retain(|at| !order.contains(at));
    layout.order.extend(order);
    let gap = match others.get(place) {
        Some(next) => next.rect.top() - 3.0,
        None => others.last().map_or(node.rect.top(), |last| last.rect.bottom() + 3.0),
    };
    let target = Rect::from_x_y_ranges(drag.grid.rows[row].rect.x_range(), gap - 1.5..=gap + 1.5);
    Drop::Legal { label: format!("Reorder {}", node.name), changes: vec![Change::Layout(layout)], target }
}

fn to_row(drag: &Drag<'_>, node: &Node, row: usize) -> Outcome {
    let target = &drag.grid.rows[row];
    let refused = |why: String| (why, target.rect);
    let Some(item) = node.of.item().and_then(|at| drag.design.item(at)) else { return Ok(Drop::Nothing) };
    may_stand(drag.design, &item, &target.vpc, &target.tier).map_err(refused)?;
    let mut subnets = Vec::new();
    let mut missing: Vec<&Zone> = Vec::new();
    let all = drag.grid.cells.iter().filter(|cell| cell.row == row);
    let wanted = |zone: &Zone| node.row.is_none() || node.segments.iter().any(|s| s.zone == *zone);
    for cell in all.filter(|cell| wanted(&cell.zone)) {
        match &cell.subnet {
            Some(subnet) => subnets.push(subnet.clone()),
            None => missing.push(&cell.zone),
        }
    }
    if subnets.is_empty() {
        let zones: Vec<_> = node.segments.iter().map(|s| s.zone.as_str()).collect();
        return Err(refused(format!("{} has no subnet in {}", target.tier.word(), zones.join(", "))));
    }
    enough_zones(&item, subnets.len()).map_err(refused)?;
    let moved = with_subnets(item, subnets).map_err(refused)?;
    let left_out = if missing.is_empty() { String::new() } else { format!(" without {}", list(&missing)) };
    let label = format!("Move {} to {}{left_out}", node.name, target.tier.word());
    Ok(Drop::Legal { label, changes: vec![Change::Edit(Edit::Put(moved))], target: target.rect })
}

fn list(zones: &[&Zone]) -> String {
    zones.iter().map(|zone| zone.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether an item may stand in a tier of a VPC.
pub fn may_stand(design: &Design, item: &Item, vpc: &VpcId, tier: &SubnetTier) -> Result<(), String> {
    match item {
        Item::LoadBalancer(_, balancer) if balancer.scheme == Scheme::InternetFacing && *tier != SubnetTier::Public => {
            Err("An internet-facing load balancer needs subnets that reach the internet gateway".to_owned())
        }
        Item::LoadBalancer(_, balancer) => same_vpc(design, balancer.target_groups().iter(), vpc),
        Item::Service(_, service) => same_vpc(design, service.load_balancers.iter().map(|b| &b.target_group), vpc),
        Item::VpcEndpoint(id, endpoint) if endpoint.vpc != *vpc => {
            Err(format!("{id} belongs to VPC {}: draw an endpoint in {vpc}", endpoint.vpc))
        }
        Item::NatGateway(..) => Err("A regional NAT gateway spans the zones of its VPC by itself".to_owned()),
        _ => Ok(()),
    }
}

fn same_vpc<'g>(
    design: &Design,
    mut groups: impl Iterator<Item = &'g bayplan_engine::design::id::TargetGroupId>,
    vpc: &VpcId,
) -> Result<(), String> {
    let elsewhere = groups.find(|group| design.target_groups.get(*group).is_some_and(|g| g.vpc != *vpc));
    elsewhere.map_or(Ok(()), |group| Err(format!("Its target group {group} is of another VPC")))
}

/// Source: Elastic Load Balancing user guide for Application Load Balancers: "You must select at least two Availability
/// Zone subnets".
fn enough_zones(item: &Item, zones: usize) -> Result<(), String> {
    match item {
        Item::LoadBalancer(_, balancer) if balancer.kind == LoadBalancerType::Application && zones < 2 => {
            Err("An Application Load Balancer needs subnets in at least two zones".to_owned())
        }
        _ => Ok(()),
    }
}

/// Takes zones in or gives them up at one end.
fn stretch(drag: &Drag<'_>, node: &Node) -> Outcome {
    let Some(row) = node.row else { return Ok(Drop::Nothing) };
    let Some(item) = node.of.item().and_then(|at| drag.design.item(at)) else { return Ok(Drop::Nothing) };
    let cells: Vec<_> = drag.grid.cells.iter().filter(|cell| cell.row == row).collect();
    let at = |x: f32| cells.iter().position(|cell| cell.rect.expand(5.0).x_range().contains(x));
    let place = at(drag.to.x).unwrap_or(if drag.to.x < cells[0].rect.left() { 0 } else { cells.len() - 1 });
    let has: Vec<bool> = cells.iter().map(|cell| node.segments.iter().any(|s| s.zone == cell.zone)).collect();
    let (Some(first), Some(last)) = (has.iter().position(|h| *h), has.iter().rposition(|h| *h)) else {
        return Ok(Drop::Nothing);
    };
    let keeps = |i: usize| match drag.grip {
        Grip::LeftEnd => i >= place.min(last) && (has[i] || i < first),
        Grip::RightEnd => i <= place.max(first) && (has[i] || i > last),
        Grip::Body => has[i],
    };
    let wanted: Vec<bool> = (0..cells.len()).map(keeps).collect();
    if wanted == has {
        return Ok(Drop::Nothing);
    }
    let target = cells.iter().zip(&wanted).filter(|(_, w)| **w).map(|(cell, _)| cell.rect);
    let target = target.reduce(Rect::union).unwrap_or(node.rect);
    let target = Rect::from_x_y_ranges(target.x_range(), node.rect.y_range());
    let refused = |why: String| (why, target);
    let mut subnets = own_subnets(&item);
    let tier = &drag.grid.rows[row];
    for (i, cell) in cells.iter().enumerate().filter(|(i, _)| wanted[*i] != has[*i]) {
        let subnet = subnet_of(drag.design, &tier.vpc, &tier.tier, &cell.zone);
        match (wanted[i], subnet) {
            (true, Some(subnet)) => subnets.push(subnet.clone()),
            (true, None) => {
                return Err(refused(format!("{} has no subnet in {}: add it first", tier.tier.word(), cell.zone)));
            }
            (false, _) => subnets.retain(|id| drag.design.subnets.get(id).is_none_or(|s| s.zone != cell.zone)),
        }
    }
    enough_zones(&item, wanted.iter().filter(|w| **w).count()).map_err(refused)?;
    subnets.sort();
    let moved = with_subnets(item, subnets).map_err(refused)?;
    let zones = wanted.iter().filter(|w| **w).count();
    let label = format!("{} over {zones} {}", node.name, crate::grid::words::plural(zones, "zone"));
    Ok(Drop::Legal { label, changes: vec![Change::Edit(Edit::Put(moved))], target })
}

/// The subnets an item lists.
fn own_subnets(item: &Item) -> Vec<SubnetId> {
    match item {
        Item::Service(_, service) => service.subnets.clone(),
        Item::LoadBalancer(_, balancer) => balancer.subnets.clone(),
        Item::VpcEndpoint(_, endpoint) => endpoint.subnets().to_vec(),
        Item::CapacityProvider(_, provider) => provider.subnets().to_vec(),
        Item::FileSystem(_, system) => system.subnets.clone(),
        Item::StandaloneTask(_, task) => task.subnets.clone(),
        Item::ExpressService(_, express) => express.subnets.clone(),
        Item::OutsideSystem(_, system) => match &system.reached {
            Reached::InVpc { subnets, .. } => subnets.clone(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The item with other subnets.
fn with_subnets(mut item: Item, subnets: Vec<SubnetId>) -> Result<Item, String> {
    let own = match &mut item {
        Item::Service(_, service) if service.subnets.is_empty() => {
            return Err("Its tasks stand where their instances do: move the capacity provider".to_owned());
        }
        Item::Service(_, service) => &mut service.subnets,
        Item::LoadBalancer(_, balancer) => &mut balancer.subnets,
        Item::FileSystem(_, system) => &mut system.subnets,
        Item::StandaloneTask(_, task) => &mut task.subnets,
        Item::ExpressService(_, express) => &mut express.subnets,
        Item::CapacityProvider(_, CapacityProvider::AutoScalingGroup(group)) => &mut group.subnets,
        Item::CapacityProvider(_, CapacityProvider::ManagedInstances(managed)) => &mut managed.subnets,
        Item::VpcEndpoint(_, endpoint) => match &mut endpoint.kind {
            EndpointKind::Interface { subnets, .. } => subnets,
            EndpointKind::Gateway => return Err("A gateway endpoint is a route, in no subnet".to_owned()),
        },
        Item::OutsideSystem(_, system) => match &mut system.reached {
            Reached::InVpc { subnets, .. } => subnets,
            _ => return Err("It is reached outside the VPC".to_owned()),
        },
        Item::NatGateway(..) => return Err("A regional NAT gateway spans the zones of its VPC by itself".to_owned()),
        _ => return Err("It stands in no subnet".to_owned()),
    };
    *own = subnets;
    Ok(item)
}

/// The nearest node in a direction from the selected one; the first one where nothing is selected.
pub fn step(grid: &Grid, from: Option<&Pick>, way: Vec2) -> Option<Pick> {
    let Some(here) = from.and_then(|pick| grid.node(pick)) else { return grid.nodes.first().map(|n| n.of.clone()) };
    let start = grid.nodes[here].rect;
    let cost = |node: &Node| {
        let by = node.rect.center() - start.center();
        let overlap_x = node.rect.x_range().intersects(start.x_range());
        let (along, across) = if way.x == 0.0 {
            (by.y * way.y, if overlap_x { 0.0 } else { by.x.abs() })
        } else {
            (by.x * way.x, by.y.abs())
        };
        (along > 1.0).then_some(along + 2.0 * across)
    };
    let others = grid.nodes.iter().enumerate().filter(|(place, _)| *place != here);
    let near = others.filter_map(|(_, node)| cost(node).map(|cost| (cost, node)));
    near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, node)| node.of.clone())
}

#[cfg(test)]
#[path = "gestures_tests.rs"]
mod tests;
