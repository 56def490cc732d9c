//! The Design place: select, drag, join, add, delete, undo, keys.

use bayplan::grid::Pick;
use bayplan_engine::design::ItemRef;
use bayplan_engine::design::id::{NatGatewayId, ServiceId, TaskDefinitionId};
use bayplan_engine::presets;
use bayplan_engine::units::{CpuUnits, Mib};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable as _;

use super::{Start, Window, drawn, open, pictured, preset};

fn shop() -> Window {
    preset("three-tier-web", Start::default())
}

fn select(window: &mut Window, label: &str) {
    window.get_by_label_contains(label).click();
    window.run();
}

fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

#[test]
fn a_click_selects_and_delete_and_undo_work_by_name() {
    let mut window = shop();
    select(&mut window, "NAT gateway nat-a · ");
    let nat = ItemRef::NatGateway(NatGatewayId::new("nat-a"));
    assert_eq!(window.state().selected(), Some(&Pick::Item(nat)));
    pictured(&mut window, "selected.png");
    key(&mut window, Modifiers::NONE, Key::Delete);
    assert!(!drawn(&window).nat_gateways.contains_key(&NatGatewayId::new("nat-a")));
    assert_eq!(window.state().selected(), None);
    window.get_by_label("Undo: Remove NAT gateway nat-a").click();
    window.run();
    assert!(drawn(&window).nat_gateways.contains_key(&NatGatewayId::new("nat-a")));
    window.get_by_label("Redo: Remove NAT gateway nat-a");
}

#[test]
fn the_price_follows_an_edit_and_its_undoing() {
    let mut window = shop();
    let total = |window: &Window| window.state().analysis().month.as_ref().expect("it is priced").total;
    let before = total(&window);
    select(&mut window, "NAT gateway nat-a · ");
    key(&mut window, Modifiers::COMMAND, Key::D);
    // One more NAT gateway stands 730 hours at $0.045 and holds an address at $0.005: $36.50.
    let more = total(&window) - before;
    assert_eq!(more, bayplan_engine::units::Usd::from_cents(3650));
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(total(&window), before);
}

#[test]
fn a_band_dragged_to_another_row_takes_its_subnets() {
    let mut window = shop();
    let from = window.get_by_label_contains("service web · ").rect();
    let to = window.get_by_label_contains("Subnet data-b, ").rect();
    window.drag_at(from.center());
    window.hover_at(from.center() + vec2(0.0, 10.0));
    window.hover_at(to.center());
    window.run();
    pictured(&mut window, "dragged.png");
    window.drop_at(to.center());
    window.run();
    let web = &drawn(&window).services[&ServiceId::new("web")];
    let subnets: Vec<_> = web.subnets.iter().map(ToString::to_string).collect();
    assert_eq!(subnets, ["data-a", "data-b", "data-c"]);
    window.get_by_label("Undo: Move web to Isolated");
}

#[test]
fn an_illegal_drop_changes_nothing_and_says_why() {
    let mut window = shop();
    let from = window.get_by_label_contains("NAT gateway nat-a · ").rect().center();
    let to = window.get_by_label_contains("Subnet data-a, ").rect().center();
    let before = drawn(&window).clone();
    window.drag_at(from);
    window.hover_at(from + vec2(0.0, 10.0));
    window.hover_at(to);
    window.run();
    pictured(&mut window, "refused.png");
    window.drop_at(to);
    window.run();
    assert_eq!(*drawn(&window), before);
    let notice = window.state().notice().expect("it says why");
    assert!(notice.is_error && notice.text.contains("public subnet"), "{notice:?}");
}

#[test]
fn parts_are_added_from_the_palette_by_keys() {
    let mut window = shop();
    key(&mut window, Modifiers::NONE, Key::Slash);
    window.get_by_label("Add a part");
    window.event(egui::Event::Text("daemon".to_owned()));
    window.run();
    pictured(&mut window, "palette.png");
    key(&mut window, Modifiers::NONE, Key::Enter);
    assert!(drawn(&window).services.contains_key(&ServiceId::new("agent")));
    let agent = Pick::Item(ItemRef::Service(ServiceId::new("agent")));
    assert_eq!(window.state().selected(), Some(&agent));
}

#[test]
fn duplicate_makes_a_second_one_and_selects_it() {
    let mut window = shop();
    select(&mut window, "service api · ");
    key(&mut window, Modifiers::COMMAND, Key::D);
    assert!(drawn(&window).services.contains_key(&ServiceId::new("api-2")));
    assert_eq!(window.state().selected(), Some(&Pick::Item(ItemRef::Service(ServiceId::new("api-2")))));
}

#[test]
fn several_items_are_removed_and_drawn_again_as_one_step() {
    let mut window = shop();
    let before = drawn(&window).clone();
    select(&mut window, "NAT gateway nat-a · ");
    let second = window.get_by_label_contains("NAT gateway nat-b · ").rect().center();
    window.hover_at(second);
    for pressed in [true, false] {
        let (pos, button, modifiers) = (second, egui::PointerButton::Primary, Modifiers::SHIFT);
        window.event_modifiers(egui::Event::PointerButton { pos, button, pressed, modifiers }, modifiers);
    }
    window.run();
    window.get_by_label("2 items");
    pictured(&mut window, "several.png");
    key(&mut window, Modifiers::NONE, Key::Delete);
    assert_eq!(drawn(&window).nat_gateways.len(), 1);
    window.get_by_label("Undo: Remove 2 items").click();
    window.run();
    assert_eq!(*drawn(&window), before);
    key(&mut window, Modifiers::COMMAND, Key::A);
    assert_eq!(window.state().also().len() + 1, 9, "a load, two balancers, three gateways, two services, a system");
    key(&mut window, Modifiers::COMMAND, Key::D);
    assert_eq!((drawn(&window).services.len(), drawn(&window).nat_gateways.len()), (4, 6));
}

#[test]
fn arrows_walk_and_escape_lets_go() {
    let mut window = shop();
    select(&mut window, "service api · ");
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.state().selected(), Some(&Pick::Item(ItemRef::Service(ServiceId::new("web")))));
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(window.state().selected(), None);
}

#[test]
fn enter_goes_into_the_inspector_and_escape_comes_back() {
    let mut window = shop();
    select(&mut window, "service api · ");
    key(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.get_by_label("Name of service api").is_focused());
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!window.get_by_label("Name of service api").is_focused());
    assert_eq!(window.state().selected(), Some(&Pick::Item(ItemRef::Service(ServiceId::new("api")))));
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.state().selected(), Some(&Pick::Item(ItemRef::Service(ServiceId::new("web")))));
}

#[test]
fn find_or_do_leads_to_an_item() {
    let mut window = shop();
    key(&mut window, Modifiers::COMMAND, Key::K);
    window.event(egui::Event::Text("nat-b".to_owned()));
    window.run();
    key(&mut window, Modifiers::NONE, Key::Enter);
    let nat = ItemRef::NatGateway(NatGatewayId::new("nat-b"));
    assert_eq!(window.state().selected(), Some(&Pick::Item(nat)));
}

#[test]
fn a_finding_leads_to_its_item_and_its_fix_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.ron");
    let mut project = presets::find("three-tier-web").unwrap().project();
    // Fargate has no half vCPU with 8 GB.
    let web = project.design.task_definitions.get_mut(&TaskDefinitionId::new("web")).unwrap();
    (web.cpu, web.memory) = (Some(CpuUnits::from_units(512)), Some(Mib::from_gib(8)));
    std::fs::write(&path, project.write()).unwrap();
    let mut window = open(Start { path: Some(path), ..Start::default() });
    pictured(&mut window, "problems.png");
    let found = window.state().analysis().findings.clone();
    let with_fix = found.iter().find(|finding| !finding.fixes.is_empty());
    let Some(finding) = with_fix else { panic!("the preset has no finding with a fix: {found:?}") };
    let (fix, before) = (finding.fixes[0].clone(), drawn(&window).clone());
    window.get_all_by_label(&format!("Fix {}: {}", finding.at, fix.label)).next().expect("it has a button").click();
    window.run();
    assert_ne!(*drawn(&window), before);
    assert!(!window.state().analysis().findings.contains(finding));
    window.get_by_label(&format!("Undo: {}", fix.label)).click();
    window.run();
    assert_eq!(*drawn(&window), before);
}
