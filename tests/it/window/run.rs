//! The Run place: a scenario is played, looked at over time, and shown as stale when the drawing moves on.

use bayplan_engine::design::load::{Load, Shape};
use bayplan_engine::presets;
use bayplan_engine::units::MilliPerSecond;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::{Start, Window, open, pictured, preset, wait};

fn played(name: &str, start: Start<'_>) -> Window {
    let mut window = preset(name, start);
    window.get_by_label("Run").click();
    window.run();
    window.get_by_label("Play this design");
    window.get_by_label_contains("  Play the design").click();
    window.step();
    window.step();
    wait(&mut window, |window| window.query_by_label("Playing").is_none());
    window
}

fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

#[test]
fn a_run_shows_where_tasks_stand_at_the_playhead() {
    for (dark, look) in [(true, "dark"), (false, "light")] {
        let mut window = played("three-tier-web", Start { dark, size: [1440.0, 900.0], ..Start::default() });
        window.get_by_label_contains("Cost of a month $");
        window.get_by_label_contains("Time line at Mon 1 Jun 00:00");
        // 6 tasks of web and 30 of api stand when the run begins, a third in each zone.
        window.get_by_label("Zone us-east-1a: 12 tasks");
        window.get_by_label("Tasks now 36");
        key(&mut window, Modifiers::SHIFT, Key::ArrowRight);
        key(&mut window, Modifiers::NONE, Key::ArrowRight);
        window.get_by_label_contains("Time line at Mon 1 Jun 01:01");
        key(&mut window, Modifiers::NONE, Key::End);
        window.get_by_label_contains("Time line at Wed 1 Jul 10:00");
        key(&mut window, Modifiers::NONE, Key::Home);
        window.get_all_by_label("Task of web on FARGATE, RUNNING, in service").next().unwrap().click();
        window.run();
        window.get_by_label("Task 31 of web");
        window.get_by_label("FARGATE in us-east-1a");
        window.get_by_label("Service api").click();
        window.run();
        assert!(window.get_all_by_label("30 tasks").count() >= 3, "wanted, RUNNING and in service");
        window.get_by_label_contains(" events of api and of the whole design");
        pictured(&mut window, &format!("run-service-{look}.png"));
        window.get_all_by_label("Task of web on FARGATE, RUNNING, in service").next().unwrap().click();
        window.run();
        pictured(&mut window, &format!("run-{look}.png"));
    }
}

#[test]
fn instances_hold_tasks_and_tell_what_is_reserved() {
    let mut window = preset("queue-workers", Start { size: [1280.0, 800.0], ..Start::default() });
    window.get_by_label_contains("Scenario As drawn").click();
    window.run();
    window.get_by_label_contains("spot-instances").click();
    window.run();
    key(&mut window, Modifiers::NONE, Key::F5);
    window.step();
    wait(&mut window, |window| window.query_by_label("Playing").is_none());
    window.get_all_by_label_contains("Instance m").next().unwrap().click();
    window.run();
    window.get_by_label("CPU reserved");
    pictured(&mut window, "run-instances.png");
}

#[test]
fn a_service_with_a_queue_tells_how_long_its_jobs_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("behind.ron");
    let mut project = presets::find("queue-workers").unwrap().project();
    project.design.services.values_mut().for_each(|service| service.scaling = None);
    for load in project.design.loads.values_mut() {
        let Load::Jobs(jobs) = load else { panic!("jobs alone") };
        jobs.shape = Shape::constant(MilliPerSecond::from_milli(600));
    }
    std::fs::write(&path, project.write()).unwrap();
    let mut window = open(Start { path: Some(path), ..Start::default() });
    key(&mut window, Modifiers::NONE, Key::F5);
    window.step();
    wait(&mut window, |window| window.query_by_label("Playing").is_none());
    window.get_by_label("Service worker").click();
    window.run();
    // Workers do half of what comes: after a minute the oldest job has waited half of one, after 730 hours half of them.
    window.get_by_label("Oldest job waits");
    window.get_by_label("30 s");
    window.get_by_label("Longest that a job waited");
    window.get_by_label("15 d 5 h");
    window.get_by_label("0.0 job-seconds");
    pictured(&mut window, "run-queue.png");
}

/// A screen of 1920 × 1200 at 200 %.
#[test]
fn a_run_has_room_in_a_small_window() {
    let mut window = played("gpu-inference", Start { size: [960.0, 600.0], ..Start::default() });
    let detail = window.get_by_label("Nothing chosen").rect();
    for label in ["How long", "To the end"] {
        let rect = window.get_by_label(label).rect();
        assert!(rect.right() < detail.left(), "{label}: {rect:?}");
    }
    pictured(&mut window, "run-small.png");
}

#[test]
fn a_run_of_an_earlier_drawing_says_so_until_it_is_played_again() {
    let mut window = played("small-api", Start { size: [1280.0, 800.0], ..Start::default() });
    assert!(window.query_by_label_contains("has changed since").is_none());
    window.get_by_label("Design").click();
    window.run();
    window.get_by_label_contains("service api · ").click();
    window.run();
    key(&mut window, Modifiers::COMMAND, Key::D);
    window.get_by_label("Run").click();
    window.run();
    window.get_by_label_contains("has changed since");
    pictured(&mut window, "run-stale.png");
    window.get_by_label("Play again").click();
    window.step();
    window.step();
    wait(&mut window, |window| window.query_by_label("Playing").is_none());
    assert!(window.query_by_label_contains("has changed since").is_none());
}

#[test]
fn a_run_that_is_cancelled_leaves_the_one_before() {
    let mut window = played("three-tier-web", Start::default());
    window.get_by_label_contains("Cost of a month $");
    window.get_by_label("How long").click();
    window.run();
    // Three months take far longer than the frame in which they are called off.
    window.get_by_label("90 days").click();
    window.run();
    key(&mut window, Modifiers::NONE, Key::F5);
    window.step();
    window.get_by_label("Cancel the run").click();
    wait(&mut window, |window| window.query_by_label("Playing").is_none());
    window.get_by_label("730 h · simulated, seed 1");
}
