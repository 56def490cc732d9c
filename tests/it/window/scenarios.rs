//! Scenarios in the window: add, name, change, duplicate, delete, each a step that can be taken back.

use bayplan_engine::design::ItemRef;
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::fault::FaultKind;
use bayplan_engine::design::id::{LoadId, ScenarioId};
use bayplan_engine::design::knob::Knob;
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::units::Percent;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::{Start, Window, pictured, preset};

fn page() -> Window {
    let mut window = preset("three-tier-web", Start::default());
    open(&mut window);
    window
}

fn open(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.event(egui::Event::Text("Scenarios".to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run();
}

fn write(window: &mut Window, label: &str, text: &str) {
    window.get_by_label(label).click();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.event(egui::Event::Text(text.to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
}

fn scenario(window: &Window, name: &str) -> Option<Scenario> {
    window.state().document().unwrap().project().scenarios.get(&ScenarioId::new(name)).cloned()
}

#[test]
fn a_scenario_is_added_named_and_given_a_load_and_a_fault() {
    let mut window = page();
    click(&mut window, "\u{e3d4} Add scenario");
    write(&mut window, "Name of scenario scenario", "black friday");
    window.get_by_label("Undo: Rename scenario scenario to black friday");
    let before = window.state().analysis().month.as_ref().unwrap().total;
    write(&mut window, "visitors", "300");
    let load = ItemRef::Load(LoadId::new("visitors"));
    let edit = Edit::Set(load, Knob::LoadPercent(Percent::from_percent(300)));
    assert_eq!(scenario(&window, "black friday").unwrap().edits, [edit]);
    assert!(window.state().analysis().month.as_ref().unwrap().total > before, "the price follows the scenario");
    click(&mut window, "\u{e3d4} Add fault");
    let faults = scenario(&window, "black friday").unwrap().faults;
    assert!(matches!(&faults[0].kind, FaultKind::ZoneLoss(zone) if zone.as_str() == "us-east-1a"), "{faults:?}");
    pictured(&mut window, "scenarios.png");
    click(&mut window, "Undo: Faults of scenario black friday");
    assert_eq!(scenario(&window, "black friday").unwrap().faults, []);
}

#[test]
fn a_scenario_is_duplicated_and_deleted_and_its_edits_are_taken_out() {
    let mut window = page();
    click(&mut window, "one-nat-gateway");
    click(&mut window, "Duplicate scenario one-nat-gateway");
    assert_eq!(scenario(&window, "one-nat-gateway-2"), scenario(&window, "one-nat-gateway"));
    click(&mut window, "Take out: Remove NAT gateway nat-b");
    let left = scenario(&window, "one-nat-gateway-2").unwrap().edits;
    assert_eq!(left.iter().map(Edit::describe).collect::<Vec<_>>(), ["Remove NAT gateway nat-c"]);
    click(&mut window, "Delete scenario one-nat-gateway-2");
    assert_eq!(scenario(&window, "one-nat-gateway-2"), None);
    click(&mut window, "Undo: Delete scenario one-nat-gateway-2");
    assert!(scenario(&window, "one-nat-gateway-2").is_some());
}

#[test]
fn a_change_of_the_drawing_is_moved_into_a_scenario() {
    let mut window = preset("three-tier-web", Start::default());
    let drawn = window.state().document().unwrap().project().design.clone();
    window.get_by_label_contains("NAT gateway nat-b · ").click();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run();
    assert_ne!(window.state().document().unwrap().project().design, drawn);
    window.key_press(Key::Escape);
    window.run();
    open(&mut window);
    click(&mut window, "\u{e3d4} Add scenario");
    // Adding the scenario changed nothing that is drawn: the change before it is the one to move.
    window.key_press(Key::Escape);
    window.run();
    let month = window.state().analysis().month.as_ref().unwrap().total;
    click(&mut window, "Move here: Duplicate NAT gateway nat-b");
    assert_eq!(window.state().document().unwrap().project().design, drawn, "the drawing is as before");
    let edits = scenario(&window, "scenario").unwrap().edits;
    assert!(edits.iter().any(|edit| edit.describe().starts_with("Change NAT gateway nat-b")), "{edits:?}");
    let moved = window.state().analysis().month.as_ref().unwrap().total;
    assert_eq!(moved, month, "the scenario costs what the drawing with the change did");
    window.get_by_label("Undo: Move into scenario scenario: Duplicate NAT gateway nat-b");
}
