//! The Compare place: alternatives side by side, one adopted as an edit or kept as a scenario.

use bayplan_engine::design::id::ScenarioId;
use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::Queryable as _;

use super::{Start, Window, drawn, pictured, preset};

fn compare(name: &str, start: Start<'_>) -> Window {
    let mut window = preset(name, start);
    window.get_by_label("Compare").click();
    window.run();
    window
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label_contains(label).click();
    window.run();
}

/// Presses Compare and waits for what comes back.
fn compared(name: &str, start: Start<'_>) -> Window {
    let mut window = compare(name, start);
    window.get_by_label_contains("  Compare").click();
    window.step();
    window.step();
    super::wait(&mut window, |window| window.query_by_label("Comparing").is_none());
    window
}

#[test]
fn alternatives_stand_side_by_side_with_a_pick() {
    for (dark, look) in [(true, "dark"), (false, "light")] {
        let mut window = compared("small-api", Start { dark, size: [1280.0, 800.0], ..Start::default() });
        window.get_by_label_contains("As drawn, $");
        // ARM costs a fifth less than x86, so it is cheaper whatever else it is.
        window.get_by_label_contains("Fargate, ARM, $");
        window.get_by_label_contains("EC2 on demand, x86, not possible");
        pictured(&mut window, &format!("compare-{look}.png"));
        click(&mut window, "Bands");
        window.get_by_label_contains("Fargate, ARM, $").click();
        window.run();
        window.get_by_label_contains("Adopt Fargate, ARM");
        pictured(&mut window, &format!("compare-bands-{look}.png"));
    }
}

#[test]
fn an_alternative_is_adopted_as_one_step() {
    let mut window = compared("small-api", Start::default());
    let before = drawn(&window).clone();
    click(&mut window, "Fargate, ARM, $");
    click(&mut window, "Adopt Fargate, ARM");
    assert_ne!(*drawn(&window), before);
    // The comparison is of the drawing before: nothing more of it can be adopted.
    window.get_by_label_contains("of an earlier drawing");
    pictured(&mut window, "compare-stale.png");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(*drawn(&window), before);
    assert!(window.query_by_label_contains("of an earlier drawing").is_none());
}

#[test]
fn a_scenario_with_faults_is_never_offered_to_be_adopted() {
    let mut window = compare("small-api", Start::default());
    click(&mut window, "My scenarios");
    window.get_by_label_contains("  Compare").click();
    window.step();
    window.step();
    super::wait(&mut window, |window| window.query_by_label("Comparing").is_none());
    let before = drawn(&window).clone();
    click(&mut window, "task-failures, $");
    assert!(window.query_all_by_label_contains("it plays a fault, which nobody can adopt").next().is_some());
    click(&mut window, "Adopt task-failures");
    assert_eq!(*drawn(&window), before);
    // One that only draws otherwise is, even where it brings other work.
    click(&mut window, "ten-times-the-requests, $");
    click(&mut window, "Adopt ten-times-the-requests");
    assert_ne!(*drawn(&window), before);
}

#[test]
fn a_bar_of_the_difference_opens_to_its_charges() {
    let mut window = compared("small-api", Start::default());
    click(&mut window, "Fargate, ARM, $");
    window.get_by_label("A bar opens to the charges it is made of");
    let chart = window.get_by_label_contains("From as drawn to Fargate, ARM, 730 h · the median pair of runs");
    chart.focus();
    window.run();
    // The first bar is the drawing; the next is the cause.
    for key in [Key::ArrowRight, Key::ArrowRight, Key::Enter] {
        window.key_press(key);
        window.run();
    }
    window.get_by_label("compute, charge by charge");
    window.get_by_label("Fargate vCPU, Linux/ARM");
    pictured(&mut window, "compare-charges.png");
}

#[test]
fn an_alternative_is_kept_as_a_scenario() {
    let mut window = compared("small-api", Start::default());
    click(&mut window, "Fargate, ARM, $");
    click(&mut window, "Add as scenario");
    let scenarios = &window.state().document().unwrap().project().scenarios;
    let kept = &scenarios[&ScenarioId::new("fargate-arm")];
    assert!(!kept.edits.is_empty());
    window.get_by_label("Undo: Add scenario fargate-arm");
}

#[test]
fn ways_in_and_out_are_drawn_before_any_run() {
    let mut window = compare("three-tier-web", Start { size: [1280.0, 800.0], dark: false, ..Start::default() });
    pictured(&mut window, "compare-none.png");
    click(&mut window, "Egress");
    window.get_by_label_contains("Ways out, 730 h: NAT gateway in each of 3 zones");
    pictured(&mut window, "compare-egress-none.png");
    click(&mut window, "Inbound");
    window.get_by_label_contains("Ways in, 730 h: Application Load Balancer");
}

#[test]
fn a_comparison_is_saved_in_three_forms() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("comparison");
    let mut window = compared("small-api", Start { answer: Some(file.clone()), ..Start::default() });
    for (form, start) in [("CSV", "Alternative,Low USD"), ("Markdown", "# Small API"), ("JSON", "{\n  \"format\": 1")] {
        click(&mut window, "  Export");
        click(&mut window, &format!("Save {form}…"));
        super::wait(&mut window, |window| window.state().notice().is_some());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(start), "{form}: {}", &text[..60]);
        // Good news go by themselves.
        super::wait(&mut window, |window| window.state().notice().is_none());
    }
}

#[test]
fn work_shows_what_there_is_so_far_and_can_be_cancelled() {
    let mut window = compare("three-tier-web", Start::default());
    window.get_by_label_contains("  Compare").click();
    window.step();
    window.step();
    for _ in 0..60_000 {
        if window.query_by_label_contains(" runs so far").is_some() {
            break;
        }
        window.step();
        std::thread::yield_now();
    }
    window.get_by_label_contains("As drawn, $");
    window.get_by_label("Cancel").click();
    super::wait(&mut window, |window| window.query_by_label("Comparing").is_none());
    window.get_by_label_contains("bands are of fewer seeds");
    window.get_by_label_contains("As drawn, $");
    window.get_by_label_contains("  Compare again");
}

#[test]
fn nothing_lies_over_the_pick_at_any_width() {
    let mut window = compared("small-api", Start::default());
    window.get_by_label_contains("Fargate with Fargate Spot, ARM, $").click();
    for (width, height) in [(800.0, 600.0), (960.0, 600.0), (1100.0, 700.0), (1280.0, 800.0)] {
        window.set_size(vec2(width, height));
        window.run();
        pictured(&mut window, &format!("compare-{width}.png"));
        let pick = window.get_by_label("Pick").rect();
        let sentence = window.get_by_label_contains("less than as drawn").rect();
        let buttons = ["Adopt Fargate with Fargate Spot, ARM", "Add as scenario"];
        for button in buttons.map(|label| window.get_by_role_and_label(Role::Button, label).rect()) {
            assert!(!button.intersects(sentence) && !button.intersects(pick), "{width}: {button} over {sentence}");
            assert!(button.left() >= 0.0 && button.right() <= width && button.bottom() <= height, "{width}: {button}");
        }
        assert!(sentence.left() >= pick.right() && sentence.right() <= width, "{width}: {sentence} beside {pick}");
    }
}

#[test]
fn a_small_window_keeps_the_pick_and_its_button() {
    let mut window = compared("small-api", Start { size: [960.0, 600.0], dark: false, ..Start::default() });
    pictured(&mut window, "compare-narrow.png");
    let adopt = window.get_by_label_contains("Adopt Fargate").rect();
    assert!(adopt.bottom() < 600.0 - 28.0 && adopt.right() <= 960.0, "{adopt:?}");
}
