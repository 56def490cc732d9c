//! New, open, save, recover: files and the questions around them.

use bayplan_engine::design::id::NatGatewayId;
use bayplan_engine::design::project::Project;
use bayplan_engine::presets;
use egui::{Key, Modifiers, Role, ViewportEvent, ViewportId};
use egui_kittest::kittest::Queryable as _;

use super::{Start, drawn, open, pictured, preset};

fn shop() -> Project {
    presets::find("three-tier-web").expect("it is a preset").project()
}

#[test]
fn a_new_design_is_laid_out_by_choices() {
    let mut window = open(Start::default());
    window.get_by_label("New design…").click();
    window.run();
    pictured(&mut window, "new.png");
    window.get_by_label("2 zones").click();
    window.run();
    window.get_by_label("Create").click();
    window.run();
    let design = drawn(&window);
    assert_eq!((design.vpcs.len(), design.subnets.len(), design.nat_gateways.len()), (1, 4, 2));
    pictured(&mut window, "new-created.png");
}

#[test]
fn a_new_designs_tiers_are_chosen_and_bring_the_ways_out_they_have() {
    for (tiers, ways, subnets, picture) in [
        ("Private and isolated", &["VPC endpoints alone"][..], ["data", "private"], "new-private.png"),
        ("Public and isolated", &["Public subnets"], ["data", "public"], "new-public.png"),
    ] {
        let mut window = open(Start::default());
        window.get_by_label("New design…").click();
        window.run();
        window.get_by_label("2 zones").click();
        window.run();
        window.get_by_role_and_label(Role::ComboBox, "Tiers").click();
        window.run();
        window.get_by_role_and_label(Role::Button, tiers).click();
        window.run();
        window.get_by_role_and_label(Role::ComboBox, "Way out").click();
        window.run();
        pictured(&mut window, picture);
        let all = ["NAT gateway in each zone", "One NAT gateway", "VPC endpoints alone", "Public subnets"];
        let offered = |way: &&str| window.query_by_role_and_label(Role::Button, way).is_some();
        assert_eq!(all.into_iter().filter(offered).collect::<Vec<_>>(), ways);
        window.get_by_role_and_label(Role::Button, ways[0]).click();
        window.run();
        window.get_by_label("Create").click();
        window.run();
        let design = drawn(&window);
        let laid: Vec<_> = design.subnets.keys().map(ToString::to_string).collect();
        assert_eq!(laid, subnets.map(|tier| ["a", "b"].map(|zone| format!("{tier}-{zone}"))).concat());
        assert!(design.nat_gateways.is_empty());
    }
}

#[test]
fn a_project_is_saved_opened_and_listed_as_recent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.ron");
    let start = || Start { folder: Some(folder.path()), answer: Some(path.clone()), ..Start::default() };
    let mut window = preset("three-tier-web", start());
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(Project::read(&text).unwrap(), shop());
    let mut window = open(start());
    window.get_by_label("shop.ron").click();
    window.run();
    assert_eq!(*drawn(&window), shop().design);
}

#[test]
fn a_file_that_cannot_be_read_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.ron");
    std::fs::write(&path, "(\n  format: 1,\n  nome: \"x\",\n)").unwrap();
    let window = open(Start { path: Some(path.clone()), ..Start::default() });
    let notice = window.state().notice().expect("it is said");
    assert!(notice.is_error && notice.text.starts_with(&format!("{}:3:", path.display())), "{notice:?}");
    assert!(window.state().document().is_none());
}

#[test]
fn unsaved_changes_are_asked_about_before_the_window_closes() {
    let mut window = preset("three-tier-web", Start::default());
    window.get_by_label_contains("NAT gateway nat-a · ").click();
    window.run();
    window.key_press(Key::Delete);
    window.run();
    let root = window.input_mut().viewports.get_mut(&ViewportId::ROOT).unwrap();
    root.events.push(ViewportEvent::Close);
    window.run();
    pictured(&mut window, "unsaved.png");
    window.get_by_label("Cancel").click();
    window.run();
    assert!(!drawn(&window).nat_gateways.contains_key(&NatGatewayId::new("nat-a")));
    assert!(window.query_by_label("Discard").is_none());
}

#[test]
fn work_that_was_not_saved_is_kept_and_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Start { folder: Some(folder.path()), ..Start::default() };
    let mut window = preset("three-tier-web", start());
    window.get_by_label_contains("NAT gateway nat-a · ").click();
    window.run();
    window.key_press(Key::Delete);
    // A step is a quarter of a second, and two seconds of calm are waited for.
    window.run_steps(12);
    drop(window);
    let mut window = open(start());
    pictured(&mut window, "recover.png");
    window.get_by_label_contains("Recover Three-tier web").click();
    window.run();
    assert!(!drawn(&window).nat_gateways.contains_key(&NatGatewayId::new("nat-a")));
    assert!(window.state().document().unwrap().is_dirty());
    window.run_steps(12);
    assert_eq!(std::fs::read_dir(folder.path().join("recovery")).unwrap().count(), 1, "its own copy alone");
}

#[test]
fn task_definitions_are_imported_with_a_network_around_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("web.json");
    let json = r#"{"family": "web", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
        "memory": "512", "containerDefinitions": [{"name": "app", "image": "httpd:2.4", "essential": true}]}"#;
    std::fs::write(&path, json).unwrap();
    let mut window = open(Start { answer: Some(path), ..Start::default() });
    window.get_by_label("Import task definitions…").click();
    window.run();
    pictured(&mut window, "import.png");
    window.get_by_label("Import").click();
    window.run();
    assert_eq!(drawn(&window).region.as_str(), "us-east-1");
    let assumed = window.state().document().unwrap().project().assumptions.len();
    window.get_by_label(&format!("Sources and assumptions · {assumed}"));
    assert_eq!((drawn(&window).services.len(), drawn(&window).vpcs.len()), (1, 1));
    pictured(&mut window, "imported.png");
    // What was imported is in no file yet: it is not left without a question.
    window.get_by_label("Start screen").click();
    window.run();
    window.get_by_label("Open preset Three-tier web").click();
    window.run();
    window.get_by_label("Save the changes of web?");
    window.get_by_label("Cancel").click();
    window.run();
    assert_eq!(drawn(&window).services.len(), 1);
}

#[test]
fn a_preset_opens_by_its_name() {
    let window = open(Start { path: Some("small-api".into()), ..Start::default() });
    assert_eq!(*drawn(&window), presets::find("small-api").unwrap().project().design);
    assert!(window.state().document().unwrap().path.is_none());
}

/// Lets the thread that writes come to its end.
fn until_told(window: &mut super::Window) {
    while window.state().notice().is_none() {
        window.step();
    }
}

#[test]
fn the_drawing_and_task_definitions_are_exported() {
    let folder = tempfile::tempdir().unwrap();
    let find = |window: &mut super::Window, action: &str| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.run();
        window.event(egui::Event::Text(action.to_owned()));
        window.run();
        window.key_press(Key::Enter);
        until_told(window);
    };
    let picture = folder.path().join("shop.svg");
    let mut window = preset("three-tier-web", Start { answer: Some(picture.clone()), ..Start::default() });
    find(&mut window, "Export drawing");
    assert!(std::fs::read_to_string(&picture).unwrap().contains("estimate $"));
    let mut window = preset("three-tier-web", Start { answer: Some(folder.path().to_owned()), ..Start::default() });
    find(&mut window, "Export task definitions");
    let names: Vec<_> = shop().design.task_definitions.keys().map(|id| format!("{id}.json")).collect();
    assert!(names.iter().all(|name| folder.path().join(name).exists()), "{names:?}");
}

#[test]
fn a_typed_path_replaces_another_file_only_when_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken.ron");
    std::fs::write(&taken, "another project").unwrap();
    let mut window = preset("small-api", Start { no_dialog: true, ..Start::default() });
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run();
    window.run();
    // The field has the keys, and a name to begin with.
    assert_eq!(window.get_by_label("Path").value().unwrap_or_default(), "Small API behind API Gateway.bayplan.ron");
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.event(egui::Event::Text(taken.display().to_string()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    window.get_by_label_contains("it would be replaced");
    pictured(&mut window, "replace.png");
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "another project");
    window.get_by_label("Replace it").click();
    window.run();
    assert!(std::fs::read_to_string(&taken).unwrap().contains("Small API"));
    // Its own file it writes without asking.
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run();
    assert!(window.query_by_label_contains("it would be replaced").is_none());
}
