//! The inspector: a form for every kind of item, fields that read units, one step for each change.

use bayplan::grid::Pick;
use bayplan::parts;
use bayplan_engine::design::account::QuotaProfile;
use bayplan_engine::design::id::{LoadId, ServiceId, TaskDefinitionId};
use bayplan_engine::design::load::{Load, Series};
use bayplan_engine::design::{Item, Kind};
use bayplan_engine::presets;
use bayplan_engine::units::Mib;
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{Start, Window, drawn, open, pictured, preset};

/// Types into a field in place of what it held, and leaves it.
fn enter(window: &mut Window, label: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, label).focus();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    if text.is_empty() {
        window.key_press(Key::Delete);
    } else {
        window.get_by_role_and_label(Role::TextInput, label).type_text(text);
    }
    window.run();
    window.key_press(Key::Enter);
    window.run();
}

fn select(window: &mut Window, item: &str) {
    window.get_by_label_contains("Items ").click();
    window.run();
    window.get_by_label(&format!("Show {item}")).click_accesskit();
    window.run();
}

#[test]
fn a_count_is_changed_in_one_step() {
    let mut window = preset("three-tier-web", Start::default());
    select(&mut window, "service api");
    pictured(&mut window, "inspector-service.png");
    enter(&mut window, "Desired count", "12");
    assert_eq!(drawn(&window).services[&ServiceId::new("api")].desired_count, 12);
    window.get_by_label("Undo: Change service api").click();
    window.run();
    assert_eq!(drawn(&window).services[&ServiceId::new("api")].desired_count, 30);
    assert_eq!(window.state().document().unwrap().undo_label(), None);
}

#[test]
fn sizes_are_read_with_their_units_and_what_cannot_be_read_stays() {
    let mut window = preset("three-tier-web", Start::default());
    select(&mut window, "task definition web");
    pictured(&mut window, "inspector-task.png");
    enter(&mut window, "Memory", "2GiB");
    let memory = |window: &Window| drawn(window).task_definitions[&TaskDefinitionId::new("web")].memory;
    assert_eq!(memory(&window), Some(Mib::from_gib(2)));
    enter(&mut window, "Memory", "much");
    assert_eq!(memory(&window), Some(Mib::from_gib(2)));
    window.get_by_label_contains("write it like 512m or 2 GiB; until then ");
    enter(&mut window, "Memory", "");
    assert_eq!(memory(&window), None);
}

#[test]
fn a_load_takes_the_course_of_another_at_its_own_mean() {
    let mut window = preset("three-tier-web", Start::default());
    select(&mut window, "load visitors");
    pictured(&mut window, "inspector-load.png");
    window.get_by_label("Take the course of…").click();
    window.run();
    window.get_by_label("Visitors of a public site, by working hours").click();
    window.run();
    let Load::Requests(load) = &drawn(&window).loads[&LoadId::new("visitors")] else { panic!("it holds requests") };
    let Series::Daily { hourly, .. } = &load.shape.series else { panic!("the course is a day") };
    let mean = hourly.iter().map(|rate| rate.per_second()).sum::<f64>() / 24.0;
    // The day from 400 to 2,000 requests a second has a mean of 1,200.
    assert!((mean - 1200.0).abs() < 12.0, "{mean}");
}

#[test]
fn a_measured_demand_shows_the_work_of_one_request() {
    let mut window = preset("three-tier-web", Start::default());
    select(&mut window, "service api");
    // 30 tasks × 2 vCPU × 35 % = 21 vCPU; over 1,200 requests a second that is 17.5 ms each, half of 4 GB held.
    let shown = window.get_by_label_contains("for each request; ").value().unwrap_or_default();
    assert_eq!(
        shown,
        "30 × 2 vCPU × 35 % ÷ 1,200 a second = 17.5 ms of a vCPU for each request; 2 GB held by each task"
    );
}

#[test]
fn renaming_reaches_all_that_name_it() {
    let mut window = preset("three-tier-web", Start::default());
    select(&mut window, "cluster main");
    window.get_by_role_and_label(Role::TextInput, "Name of cluster main").focus();
    enter(&mut window, "Name of cluster main", "prod");
    assert!(drawn(&window).services.values().all(|service| service.cluster.as_str() == "prod"));
    window.get_by_label("Undo: Rename cluster main to prod");
}

/// Opens every fold there is, fold by fold, until nothing new appears.
fn unfold(window: &mut Window) {
    let mut done: Vec<String> = Vec::new();
    loop {
        let closed = window
            .query_all(egui_kittest::kittest::By::new().predicate(|node| node.data().is_expanded() == Some(false)));
        let fresh = closed.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect().top() as i32));
        let Some((label, top)) = fresh.into_iter().find(|(label, top)| !done.contains(&format!("{label}{top}"))) else {
            break;
        };
        done.push(format!("{label}{top}"));
        let node = window.get_all_by_label(&label).find(|node| node.rect().top() as i32 == top);
        if let Some(node) = node {
            node.click_accesskit();
        }
        window.run();
    }
}

#[test]
fn every_kind_has_a_form_that_changes_nothing_by_being_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.ron");
    let mut project = presets::find("three-tier-web").unwrap().project();
    for part in parts::parts() {
        for edit in (part.make)(&project.design, &parts::Spot::default()).unwrap() {
            edit.apply(&mut project.design).unwrap();
        }
    }
    std::fs::write(&path, project.write()).unwrap();
    let mut window = open(Start { path: Some(path), size: [1440.0, 2400.0], ..Start::default() });
    window.get_by_label_contains("Items ").click();
    window.run();
    for kind in Kind::ALL {
        let at = project.design.item_refs().into_iter().find(|at| at.kind() == *kind);
        let at = at.unwrap_or_else(|| panic!("no part draws a {kind}"));
        window.get_by_label(&format!("Show {at}")).click_accesskit();
        window.run();
        unfold(&mut window);
        assert_eq!(window.state().document().unwrap().undo_label(), None, "{at} changed by being shown");
    }
    let item: Item = project.design.item(&Kind::Note.named("note")).unwrap();
    assert_eq!(drawn(&window).item(&item.at()), Some(item));
}

#[test]
fn the_account_is_set_by_steps_that_can_be_undone() {
    let mut window = preset("three-tier-web", Start::default());
    window.get_by_label_contains("Settings and quotas · quotas are findings").click();
    window.run();
    pictured(&mut window, "inspector-account.png");
    window.get_by_role_and_label(Role::CheckBox, "awsvpcTrunking").click();
    window.run();
    assert!(drawn(&window).account.awsvpc_trunking);
    let before = drawn(&window).account.quotas.len();
    window.get_by_label_contains("Add quota").click();
    window.run();
    assert_eq!(drawn(&window).account.quotas.len(), before + 1);
    window.get_by_label_contains("Add Savings Plan").click();
    window.run();
    window.get_by_label("Not simulated yet: bills are at list prices without them");
    window.get_by_label("Undo: Change the account").click();
    window.run();
    assert!(drawn(&window).account.purchase_plans.is_empty());
}

#[test]
fn a_finding_of_a_quota_leads_to_the_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.ron");
    let mut project = presets::find("three-tier-web").unwrap().project();
    // Without its own quota the account has AWS's 6 vCPUs, and the services run on far more.
    project.design.account.quotas.clear();
    std::fs::write(&path, project.write()).unwrap();
    let mut window = open(Start { path: Some(path), ..Start::default() });
    pictured(&mut window, "problems-account.png");
    let found = &window.state().analysis().findings;
    let finding = found.iter().find(|finding| finding.rule.0 == "quota-exceeded").unwrap();
    assert!(finding.is_of_account);
    // No fix: what the account has, Service Quotas says and nobody else.
    assert_eq!(finding.fixes, []);
    let place = finding.at.to_string();
    window.get_by_label(&format!("Open the account for {place}")).click();
    window.run();
    assert_eq!(window.state().selected(), Some(&Pick::Account));
    window.get_by_label("The account");
    assert_eq!(window.state().document().unwrap().undo_label(), None);
}

#[test]
fn the_account_reads_well_by_day_and_by_night() {
    for (dark, look) in [(true, "dark"), (false, "light")] {
        let mut window = preset("three-tier-web", Start { dark, ..Start::default() });
        window.get_by_label_contains("Settings and quotas").click();
        window.run();
        for add in ["Add quota", "Add Savings Plan"] {
            window.get_by_label_contains(add).click();
            window.run();
        }
        window.get_by_label("Adjustable quotas").click();
        window.run();
        window.get_by_label("bind: AWS defaults").click();
        window.run();
        // Records of quotas and plans, each with its fields; a fold's sign stands before its title.
        let ec2 = "5 · Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) vCPUs";
        for title in [ec2, "Compute Savings Plan · $1.00 an hour"] {
            let at = window.get_by_label(title).rect().left_center() - egui::vec2(12.0, 0.0);
            window.drag_at(at);
            window.drop_at(at);
            window.run();
        }
        window.get_by_label("The account has");
        window.get_by_label("Commitment an hour");
        window.get_by_label("Both profiles hold the same figures: AWS publishes none of new accounts alone");
        pictured(&mut window, &format!("inspector-account-{look}.png"));
    }
}

#[test]
fn a_quota_profile_chosen_in_the_account_binds_the_estimate() {
    let mut window = preset("three-tier-web", Start::default());
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.get_by_role_and_label(Role::SearchInput, "Find an item, or do something").type_text("account: settings");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    window.get_by_label("Adjustable quotas").click();
    window.run();
    window.get_by_label("bind: new account").click();
    window.run();
    assert_eq!(drawn(&window).account.quota_profile, Some(QuotaProfile::NewAccount));
    window.get_by_label("Runs and estimates place and launch no more than these quotas hold");
}
