//! Tests of the layout: columns, rows, bands with their cuts, margins.

use bayplan_engine::design::Item;
use bayplan_engine::design::cidr::Cidr;
use bayplan_engine::design::id::{ClusterId, NatGatewayId, ServiceId, TaskDefinitionId};
use bayplan_engine::design::network::{NatGateway, Subnet, Vpc};
use bayplan_engine::design::service::Service;
use bayplan_engine::names::Region;

use super::*;

pub(crate) fn vpc() -> Vpc {
    Vpc {
        cidr: Cidr::parse("10.0.0.0/16").unwrap(),
        secondary_cidrs: Vec::new(),
        ipv6_cidr: None,
        ip_address_type: None,
        internet_gateway: true,
        egress_only_internet_gateway: false,
        zones: Vec::new(),
        measured_monthly_cross_zone_bytes: None,
        tags: BTreeMap::new(),
    }
}

/// Two tiers over three zones: `public-a` … `private-c`.
pub(crate) fn drawing() -> Design {
    let mut design = Design::new(Region::new("eu-west-1"));
    design.put(Item::Vpc(VpcId::new("main"), vpc()));
    for (row, (word, tier)) in
        [("public", SubnetTier::Public), ("private", SubnetTier::Private)].into_iter().enumerate()
    {
        for (column, letter) in ["a", "b", "c"].into_iter().enumerate() {
            let index = u32::try_from(row * 16 + column).unwrap();
            let subnet = Subnet {
                vpc: VpcId::new("main"),
                zone: Zone::new(&format!("eu-west-1{letter}")),
                tier: tier.clone(),
                cidr: vpc().cidr.part(24, index).unwrap(),
                ipv6_cidr: None,
                ip_address_type: None,
                route_table: None,
                tags: BTreeMap::new(),
            };
            design.put(Item::Subnet(SubnetId::new(&format!("{word}-{letter}")), subnet));
        }
    }
    design
}

pub(crate) fn with_service(design: &mut Design, name: &str, subnets: &[&str]) {
    let mut service = Service::new(ClusterId::new("main"), TaskDefinitionId::new(name));
    service.desired_count = 7;
    service.subnets = subnets.iter().map(|id| SubnetId::new(id)).collect();
    design.put(Item::Service(ServiceId::new(name), service));
}

fn band<'g>(grid: &'g Grid, name: &str) -> &'g Node {
    grid.nodes.iter().find(|node| node.name == name).unwrap()
}

#[test]
fn zones_are_columns_and_tiers_are_rows() {
    let grid = layout(&drawing(), &Layout::default(), Density::Full);
    let columns: Vec<_> = grid.vpcs[0].columns.iter().map(|(zone, _)| zone.as_str()).collect();
    assert_eq!(columns, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    let rows: Vec<_> = grid.rows.iter().map(|row| row.tier.word()).collect();
    assert_eq!(rows, ["Public", "Private"]);
    assert!(grid.rows[0].rect.bottom() < grid.rows[1].rect.top());
    // A /24 has 256 addresses less AWS's five.
    assert_eq!(grid.cell(&SubnetId::new("public-a")).unwrap().corner, "/24 · 251 free");
}

#[test]
fn a_band_lies_across_its_subnets_and_a_zone_it_skips_is_cut_out() {
    let mut design = drawing();
    with_service(&mut design, "api", &["private-a", "private-b", "private-c"]);
    with_service(&mut design, "recommend", &["private-a", "private-c"]);
    let grid = layout(&design, &Layout::default(), Density::Full);
    let (api, recommend) = (band(&grid, "api"), band(&grid, "recommend"));
    assert_eq!(crate::grid::scene::runs(api).len(), 1);
    assert_eq!(crate::grid::scene::runs(recommend).len(), 2);
    assert_eq!(api.row, Some(1));
    assert!(grid.rows[1].rect.contains_rect(api.rect) && grid.rows[1].rect.contains_rect(recommend.rect));
    assert!(api.rect.bottom() <= recommend.rect.top());
    // Seven tasks over three zones: 3, 2, 2; over two: 4, 3.
    let dealt = |node: &Node| node.segments.iter().map(|s| s.squares[0].1).collect::<Vec<_>>();
    assert_eq!((dealt(api), dealt(recommend)), (vec![3, 2, 2], vec![4, 3]));
}

#[test]
fn the_order_of_the_layout_wins_over_names() {
    let mut design = drawing();
    with_service(&mut design, "a", &["private-a"]);
    with_service(&mut design, "b", &["private-a"]);
    let order = vec![ItemRef::Service(ServiceId::new("b"))];
    let grid = layout(&design, &Layout { order, ..Layout::default() }, Density::Full);
    assert!(band(&grid, "b").rect.top() < band(&grid, "a").rect.top());
}

#[test]
fn a_folded_row_hides_its_bands_and_says_how_many() {
    let mut design = drawing();
    with_service(&mut design, "a", &["private-a"]);
    let folded = vec![(VpcId::new("main"), "Private".to_owned())];
    let grid = layout(&design, &Layout { folded, ..Layout::default() }, Density::Full);
    assert!(grid.nodes.iter().all(|node| node.name != "a"));
    assert_eq!((grid.rows[1].folded, grid.rows[1].hidden), (true, 1));
}

#[test]
fn zones_without_a_nat_gateway_say_whose_they_use() {
    let mut design = drawing();
    let placement = NatPlacement::Zonal(SubnetId::new("public-a"));
    let nat = NatGateway::new(placement);
    design.put(Item::NatGateway(NatGatewayId::new("nat-a"), nat));
    let grid = layout(&design, &Layout::default(), Density::Full);
    let note = |id: &str| grid.cell(&SubnetId::new(id)).unwrap().note.as_ref().map(|(_, said)| said.as_str());
    assert_eq!((note("public-a"), note("public-b")), (None, Some("uses nat-a")));
    let cell = grid.cell(&SubnetId::new("public-a")).unwrap().rect;
    assert!(cell.contains_rect(band(&grid, "nat-a").rect));
}

#[test]
fn what_lists_no_subnet_is_still_drawn() {
    let mut design = drawing();
    with_service(&mut design, "lost", &["nowhere"]);
    let grid = layout(&design, &Layout::default(), Density::Full);
    let lost = band(&grid, "lost");
    assert_eq!(lost.row, None);
    assert!(lost.rect.top() > grid.vpcs[0].rect.bottom());
}

#[test]
fn an_empty_place_is_a_cell_without_a_subnet() {
    let mut design = drawing();
    design.subnets.remove(&SubnetId::new("private-b"));
    let grid = layout(&design, &Layout::default(), Density::Full);
    let empty: Vec<_> = grid.cells.iter().filter(|cell| cell.subnet.is_none()).collect();
    assert_eq!(empty.len(), 1);
    assert_eq!((empty[0].row, empty[0].zone.as_str()), (1, "eu-west-1b"));
}
