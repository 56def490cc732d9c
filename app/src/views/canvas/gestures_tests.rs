//! Tests of gestures: where a drag may end, and what it then changes.

use bayplan_engine::design::id::{LoadBalancerId, NatGatewayId, ServiceId};
use bayplan_engine::design::network::NatGateway;

use super::*;
use crate::document::Document;
use crate::grid::layout::tests::{drawing, with_service};
use crate::grid::layout::{Density, layout};
use crate::parts::Spot;
use bayplan_engine::design::project::Project;

const ALL: [&str; 3] = ["private-a", "private-b", "private-c"];

fn shop() -> Design {
    let mut design = drawing();
    with_service(&mut design, "api", &ALL);
    with_service(&mut design, "web", &ALL);
    for part in crate::parts::parts().filter(|part| ["Load balancer", "NAT gateway"].contains(&part.name)) {
        for edit in (part.make)(&design, &Spot::default()).unwrap() {
            edit.apply(&mut design).unwrap();
        }
    }
    design
}

/// Drags the node of a name by its grip to a place; the middle of its body is held otherwise.
fn dragged(design: &Design, canvas: &Layout, name: &str, grip: Grip, to: impl Fn(&Grid) -> Pos2) -> Drop {
    let grid = layout(design, canvas, Density::Full);
    let node = grid.nodes.iter().position(|node| node.name == name).unwrap();
    let rect = grid.nodes[node].rect;
    let from = match grip {
        Grip::Body => rect.center(),
        Grip::LeftEnd => rect.left_center(),
        Grip::RightEnd => rect.right_center(),
    };
    let to = to(&grid);
    drop(Drag { design, layout: canvas, grid: &grid, node, grip, from, to })
}

fn cell(subnet: &'static str) -> impl Fn(&Grid) -> Pos2 {
    move |grid| grid.cell(&SubnetId::new(subnet)).unwrap().rect.center()
}

/// The project after a legal drop.
#[track_caller]
fn after(design: &Design, drop: Drop) -> (String, Project) {
    let Drop::Legal { label, changes, .. } = drop else { panic!("refused: {drop:?}") };
    let mut document = Document::fresh(Project::new("x", design.clone()));
    document.apply(&label, &changes).unwrap();
    (label, (**document.project()).clone())
}

#[track_caller]
fn refused(drop: Drop) -> String {
    let Drop::Refused { why, .. } = drop else { panic!("not refused: {drop:?}") };
    why
}

fn names(subnets: &[SubnetId]) -> Vec<&str> {
    subnets.iter().map(SubnetId::as_str).collect()
}

#[test]
fn a_band_moves_to_the_subnets_of_another_row() {
    let design = shop();
    let (label, project) = after(&design, dragged(&design, &Layout::default(), "api", Grip::Body, cell("public-b")));
    assert_eq!(label, "Move api to Public");
    let api = &project.design.services[&ServiceId::new("api")];
    assert_eq!(names(&api.subnets), ["public-a", "public-b", "public-c"]);
}

#[test]
fn an_internet_facing_balancer_stays_public() {
    let design = shop();
    let why = refused(dragged(&design, &Layout::default(), "alb", Grip::Body, cell("private-a")));
    assert!(why.contains("internet gateway"), "{why}");
}

#[test]
fn a_row_without_a_subnet_in_its_zones_refuses_a_band() {
    let mut design = shop();
    for id in ["public-a", "public-b", "public-c"] {
        design.subnets.get_mut(&SubnetId::new(id)).unwrap().tier = SubnetTier::Isolated;
    }
    design.subnets.get_mut(&SubnetId::new("public-c")).unwrap().zone = Zone::new("eu-west-1d");
    with_service(&mut design, "solo", &["private-c"]);
    let why = refused(dragged(&design, &Layout::default(), "solo", Grip::Body, cell("public-a")));
    assert_eq!(why, "Isolated has no subnet in eu-west-1c");
}

#[test]
fn an_end_gives_up_zones_and_takes_them_in() {
    let design = shop();
    let shorter = dragged(&design, &Layout::default(), "api", Grip::RightEnd, cell("private-a"));
    let (label, project) = after(&design, shorter);
    assert_eq!(label, "api over 1 zone");
    assert_eq!(names(&project.design.services[&ServiceId::new("api")].subnets), ["private-a"]);
    let design = project.design;
    let longer = dragged(&design, &Layout::default(), "api", Grip::RightEnd, cell("private-b"));
    let (_, project) = after(&design, longer);
    assert_eq!(names(&project.design.services[&ServiceId::new("api")].subnets), ["private-a", "private-b"]);
}

#[test]
fn an_application_load_balancer_keeps_two_zones() {
    let design = shop();
    let (_, project) = after(&design, dragged(&design, &Layout::default(), "alb", Grip::LeftEnd, cell("public-b")));
    assert_eq!(names(&project.design.load_balancers[&LoadBalancerId::new("alb")].subnets), ["public-b", "public-c"]);
    let why = refused(dragged(&design, &Layout::default(), "alb", Grip::RightEnd, cell("public-a")));
    assert_eq!(why, "An Application Load Balancer needs subnets in at least two zones");
}

#[test]
fn an_end_over_a_missing_subnet_is_refused() {
    let mut design = shop();
    with_service(&mut design, "solo", &["private-a"]);
    design.subnets.remove(&SubnetId::new("private-b"));
    let to_b = |grid: &Grid| grid.cells.iter().find(|c| c.row == 1 && c.subnet.is_none()).unwrap().rect.center();
    let why = refused(dragged(&design, &Layout::default(), "solo", Grip::RightEnd, to_b));
    assert_eq!(why, "Private has no subnet in eu-west-1b: add it first");
}

#[test]
fn a_band_changes_its_place_in_the_row() {
    let design = shop();
    let below = |grid: &Grid| grid.rows[1].rect.center_bottom() - egui::vec2(0.0, 2.0);
    let (label, project) = after(&design, dragged(&design, &Layout::default(), "api", Grip::Body, below));
    assert_eq!(label, "Reorder api");
    let order: Vec<_> = project.layout.order.iter().map(ItemRef::name).collect();
    assert_eq!(order, ["web", "api"]);
    assert_eq!(project.design, design);
}

#[test]
fn a_nat_gateway_moves_between_public_cells_alone() {
    let design = shop();
    let id = NatGatewayId::new("nat-a");
    let (_, project) = after(&design, dragged(&design, &Layout::default(), "nat-a", Grip::Body, cell("public-c")));
    let expected = NatPlacement::Zonal(SubnetId::new("public-c"));
    assert_eq!(project.design.nat_gateways[&id].placement, expected);
    let why = refused(dragged(&design, &Layout::default(), "nat-a", Grip::Body, cell("private-a")));
    assert!(why.starts_with("A public NAT gateway stands in a public subnet"), "{why}");
    let mut design = design;
    let nat: &mut NatGateway = design.nat_gateways.get_mut(&id).unwrap();
    nat.private = true;
    after(&design, dragged(&design, &Layout::default(), "nat-a", Grip::Body, cell("private-a")));
}

#[test]
fn letting_go_where_it_was_changes_nothing() {
    let design = shop();
    for name in ["api", "alb", "nat-a"] {
        let here = |grid: &Grid| grid.nodes.iter().find(|node| node.name == name).unwrap().rect.center();
        assert_eq!(dragged(&design, &Layout::default(), name, Grip::Body, here), Drop::Nothing, "{name}");
    }
}

#[test]
fn a_card_keeps_where_it_was_put_in_steps_of_eight() {
    let mut design = shop();
    let part = crate::parts::parts().find(|part| part.name == "Load").unwrap();
    for edit in (part.make)(&design, &Spot::default()).unwrap() {
        edit.apply(&mut design).unwrap();
    }
    let by =
        |grid: &Grid| grid.nodes.iter().find(|n| n.name == "requests").unwrap().rect.center() + egui::vec2(3.0, 21.0);
    let (_, project) = after(&design, dragged(&design, &Layout::default(), "requests", Grip::Body, by));
    assert_eq!(project.layout.margins["load requests"], (0, 24));
}

#[test]
fn arrow_keys_walk_from_band_to_band() {
    let grid = layout(&shop(), &Layout::default(), Density::Full);
    let at = |name: &str| grid.nodes.iter().find(|node| node.name == name).unwrap().of.clone();
    let down = |pick: &Pick| step(&grid, Some(pick), egui::vec2(0.0, 1.0)).unwrap();
    assert_eq!(down(&at("alb")), at("nat-a"));
    assert_eq!(down(&at("api")), at("web"));
    assert_eq!(step(&grid, Some(&at("web")), egui::vec2(0.0, -1.0)), Some(at("api")));
    assert_eq!(step(&grid, None, egui::vec2(0.0, 1.0)), grid.nodes.first().map(|n| n.of.clone()));
}
