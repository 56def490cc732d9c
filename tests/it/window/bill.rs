//! The Bill place: rows open to lines, a line tells how it came about, and the bill can be taken away.

use bayplan_engine::presets;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{Start, Window, drawn, open, pictured, preset};

fn bill(start: Start<'_>) -> Window {
    let mut window = preset("three-tier-web", start);
    window.get_by_label("Bill").click();
    window.run();
    window
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label_contains(label).click();
    window.run();
}

/// Plays the month and waits for it.
fn simulate(window: &mut Window) {
    window.get_by_label_contains("  Simulate").click();
    window.step();
    window.step();
    super::wait(window, |window| window.query_by_label("Simulating").is_none());
}

#[test]
fn the_bill_opens_from_items_to_lines_and_tells_how_each_came_about() {
    for (dark, look) in [(true, "dark"), (false, "light")] {
        let mut window = bill(Start { dark, size: [1280.0, 800.0], ..Start::default() });
        let total = window.state().analysis().month.as_ref().unwrap().total.cents_text();
        window.get_by_label(&format!("Total {total}, a month of 730 h · estimate"));
        click(&mut window, "NAT gateway nat-a, $");
        pictured(&mut window, &format!("bill-item-{look}.png"));
        click(&mut window, "Line NAT gateway · as drawn");
        // One gateway stands 730 hours at $0.045: $32.85.
        window.get_by_label("730 hour × $0.045 = $32.85");
        pictured(&mut window, &format!("bill-{look}.png"));
        click(&mut window, "By cause");
        pictured(&mut window, &format!("bill-cause-{look}.png"));
    }
}

#[test]
fn rows_open_and_close_by_keys() {
    let mut window = bill(Start::default());
    let open = |window: &Window| window.query_by_label_contains("Fargate memory, Linux/X86, $").is_some();
    window.get_by_label_contains("service api, $").focus();
    window.run();
    window.key_press_modifiers(Modifiers::NONE, Key::ArrowRight);
    window.run();
    assert!(open(&window));
    window.key_press_modifiers(Modifiers::NONE, Key::ArrowLeft);
    window.run();
    assert!(!open(&window));
}

#[test]
fn a_search_leaves_what_it_finds_and_names_sort() {
    let mut window = bill(Start::default());
    let search = window.get_by_label("Search lines");
    search.focus();
    window.run();
    window.get_by_label("Search lines").type_text("public ipv4");
    window.run();
    assert!(window.query_by_label_contains("service api, $").is_none());
    window.get_by_label_contains("NAT gateway nat-a, $");
    click(&mut window, "Sort by name");
    let places: Vec<_> = ["nat-a", "nat-b", "nat-c"]
        .map(|name| window.get_by_label_contains(&format!("NAT gateway {name}, $")).rect().top())
        .to_vec();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn keys_of_the_canvas_do_nothing_here() {
    let mut window = preset("three-tier-web", Start::default());
    click(&mut window, "service api · ");
    let before = drawn(&window).clone();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num4);
    window.run();
    window.key_press_modifiers(Modifiers::NONE, Key::Delete);
    window.run();
    assert_eq!(*drawn(&window), before);
    window.get_by_label_contains("Total $");
}

#[test]
fn a_line_leads_to_its_item_on_the_canvas() {
    let mut window = bill(Start::default());
    click(&mut window, "NAT gateway nat-b, $");
    click(&mut window, "Line NAT gateway · as drawn");
    click(&mut window, "Show NAT gateway nat-b");
    assert_eq!(window.state().selected().and_then(|pick| pick.item()).map(|at| at.name()), Some("nat-b"));
    window.get_by_label("Canvas");
}

#[test]
fn the_bill_is_saved_in_three_forms() {
    for (form, start) in
        [("CSV", "Item,What,Why"), ("Markdown", "# Three-tier web: a month"), ("JSON", "{\n  \"format\": 1")]
    {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bill");
        let mut window = bill(Start { answer: Some(file.clone()), ..Start::default() });
        click(&mut window, "  Export");
        click(&mut window, &format!("Save {form}…"));
        super::wait(&mut window, |window| window.state().notice().is_some());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(start), "{form}: {}", &text[..60]);
        let total = window.state().analysis().month.as_ref().unwrap().total.to_string();
        assert!(text.contains(&total), "{form}");
    }
}

#[test]
fn the_bill_of_a_run_opens_to_its_records() {
    let mut window = bill(Start { size: [1280.0, 800.0], ..Start::default() });
    simulate(&mut window);
    window.get_by_label_contains(", a month of 730 h · simulated, seed 1");
    click(&mut window, "service api, $");
    click(&mut window, "Line Fargate vCPU, Linux/X86 · scaling");
    window.get_by_label_contains("Cost by day, 730 h · simulated, seed 1");
    window.get_by_label_contains(" records");
    pictured(&mut window, "bill-run.png");
    let record = window.get_all_by_label_contains("Show task ").next().unwrap();
    let name = record.accesskit_node().label().unwrap();
    // "Show task 38, 1 Jun 00:05:30"
    let number = name["Show task ".len()..name.find(',').unwrap()].to_owned();
    let time = name[name.len() - 8..name.len() - 3].to_owned();
    record.click();
    window.run();
    window.get_by_label_contains(&format!("Time line at Mon 1 Jun {time}"));
    window.get_by_label(&format!("Task {number} of api"));
    window.get_by_label("Bill").click();
    window.run();
    window.get_by_role_and_label(egui::Role::RadioButton, "Estimate").click();
    window.run();
    window.get_by_label_contains(", a month of 730 h · estimate");
}

#[test]
fn what_has_no_price_is_said_wherever_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.ron");
    // No price of HTTP API requests in this region was read.
    let text = presets::find("small-api").unwrap().project().write().replace("us-east-1", "mx-central-1");
    std::fs::write(&path, text).unwrap();
    let mut window = open(Start { path: Some(path), size: [1280.0, 800.0], ..Start::default() });
    window.get_by_label("Bill").click();
    window.run();
    window.get_by_label_contains("Total at least $");
    window.get_by_label_contains("without a price in mx-central-1: ");
    window.get_by_label("By meter").click();
    window.run();
    click(&mut window, "API Gateway HTTP API requests, no price");
    pictured(&mut window, "bill-unpriced.png");
    window.get_by_label_contains(" request without a price");
    window.get_by_label_contains("No price of it in mx-central-1 was read");
}

#[test]
fn the_bill_of_a_run_is_stale_once_the_drawing_changes() {
    let mut window = bill(Start::default());
    simulate(&mut window);
    window.get_by_label("Design").click();
    window.run();
    click(&mut window, "NAT gateway nat-a · ");
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run();
    window.get_by_label("Bill").click();
    window.run();
    window.get_by_label_contains("stale: the run is of an earlier drawing or scenario");
    window.get_by_label_contains(", a month of 730 h · simulated, seed 1");
    window.get_by_label_contains("Simulate again");
    // Undone, the run is of the drawing again.
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert!(window.query_by_label_contains("stale: ").is_none());
    assert!(window.query_by_label_contains("Simulate again").is_none());
}
