//! The inspector: a form for every kind of item, fields that read units, one step for each change.

use bayplan::grid::Pick;
use bayplan::parts;
use bayplan_engine::design::account::QuotaProfile;
use bayplan_engine::design::capacity::CapacityProvider;
use bayplan_engine::design::id::{LoadId, ServiceId, TaskDefinitionId};
use bayplan_engine::design::load::{Load, Series};
use bayplan_engine::design::{Item, Kind};
use bayplan_engine::presets;
use bayplan_engine::units::{Mib, Minutes, Percent};
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
    window.get_by_label_contains("; until then ");
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
    window.get_by_label("Applied in estimates where the catalogue has their rate; runs are charged before plans");
    press(&mut window, "Add trail");
    open_record(&mut window, "trail-1 · management events");
    window.get_by_role_and_label(Role::CheckBox, "Data events").click();
    window.run();
    let trails = drawn(&window).account.trails.clone();
    assert_eq!(
        trails.iter().map(|trail| (trail.management_events(), trail.data_events)).collect::<Vec<_>>(),
        [(true, true)]
    );
    window.get_by_label("Not simulated yet: bills are without what CloudTrail records");
    for (trails, plans) in [(1, 1), (0, 1), (0, 0)] {
        window.get_by_label("Undo: Change the account").click();
        window.run();
        let account = &drawn(&window).account;
        assert_eq!((account.trails.len(), account.purchase_plans.len()), (trails, plans));
    }
}

/// Clicks what stands further down, after scrolling to it.
fn press(window: &mut Window, label: &str) {
    window.get_by_label_contains(label).scroll_to_me();
    window.run();
    window.get_by_label_contains(label).click();
    window.run();
}

/// Opens a section by its title.
fn open_section(window: &mut Window, title: &str) {
    window.get_by_label(title).scroll_to_me();
    window.run();
    window.get_by_label(title).click();
    window.run();
}

/// Opens a record by the sign before its title.
fn open_record(window: &mut Window, title: &str) {
    window.get_by_label(title).scroll_to_me();
    window.run();
    let at = window.get_by_label(title).rect().left_center() - egui::vec2(12.0, 0.0);
    window.drag_at(at);
    window.drop_at(at);
    window.run();
}

#[test]
fn managed_daemons_are_drawn_on_their_cluster_step_by_step() {
    let mut window = preset("gpu-inference", Start::default());
    select(&mut window, "cluster main");
    open_section(&mut window, "Managed daemons");
    press(&mut window, "Add daemon");
    let daemons = |window: &Window| drawn(window).clusters[&"main".into()].daemons.clone();
    let [daemon] = &daemons(&window)[..] else { panic!("one daemon") };
    // MDA-01: on the instances of the cluster's Managed Instances providers.
    let on: Vec<_> = daemon.capacity_providers.iter().map(ToString::to_string).collect();
    assert_eq!((daemon.name.as_str(), daemon.task_definition.as_str()), ("daemon-1", "image"));
    assert_eq!(on, ["gpu", "gpu-spot"]);
    open_record(&mut window, "daemon-1 · image");
    enter(&mut window, "Drained at once", "50 %");
    enter(&mut window, "Bake time", "1h");
    let set = |window: &Window| (daemons(window)[0].drain_percent, daemons(window)[0].bake_time);
    assert_eq!(set(&window), (Some(Percent::from_percent(50)), Some(Minutes::from_minutes(60))));
    enter(&mut window, "Drained at once", "half");
    window.get_by_label_contains("until then 50 % holds");
    // MDA-03: what ECS refuses is kept, and found.
    enter(&mut window, "Drained at once", "150");
    let found = |window: &Window| {
        let all = &window.state().analysis().findings;
        all.iter().any(|finding| finding.rule.0 == "daemon-deployment-out-of-range")
    };
    assert!(found(&window));
    for expected in [Some(50), Some(50), None] {
        window.get_by_label("Undo: Change cluster main").click();
        window.run();
        assert_eq!(set(&window).0, expected.map(Percent::from_percent));
    }
    assert!(!found(&window));
    window.get_by_label("Undo: Change cluster main").click();
    window.run();
    assert_eq!(daemons(&window), []);
    assert_eq!(window.state().document().unwrap().undo_label(), None);
}

#[test]
fn an_event_window_out_of_range_is_found_and_mended() {
    let mut window = preset("gpu-inference", Start::default());
    select(&mut window, "capacity provider gpu");
    open_section(&mut window, "Repair and replacement");
    press(&mut window, "Add event window");
    open_record(&mut window, "Sun 00:00 UTC, 240 min");
    window.get_by_label("Begins at").click();
    window.run();
    window.get_by_label("02:00 UTC").click();
    window.run();
    enter(&mut window, "Lasts", "1h");
    let windows = |window: &Window| match &drawn(window).capacity_providers[&"gpu".into()] {
        CapacityProvider::ManagedInstances(managed) => managed.event_windows.clone(),
        CapacityProvider::AutoScalingGroup(_) => panic!("Managed Instances"),
    };
    let lasts = |window: &Window| windows(window)[0].lasts.minutes();
    assert_eq!((u32::from(windows(&window)[0].start_hour), lasts(&window)), (2, 60));
    // MI-41.
    let said = "The window of Sun 02:00 UTC lasts 60 min, EC2 takes whole hours, 2 h at least";
    let found = window.state().analysis().findings.iter().find(|f| f.rule.0 == "event-window-out-of-range");
    assert_eq!(found.map(|finding| finding.message.as_str()), Some(said));
    let fix = window.get_all_by_label("Make it as long as EC2 takes").next().unwrap();
    fix.click_accesskit();
    window.run();
    assert_eq!(lasts(&window), 240);
    window.get_by_label("Undo: Make it as long as EC2 takes").click();
    window.run();
    assert_eq!(lasts(&window), 60);
}

#[test]
fn forms_of_daemons_repair_agents_and_status_read_well_by_day_and_by_night() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.ron");
    let mut project = presets::find("gpu-inference").unwrap().project();
    for part in parts::parts() {
        for edit in (part.make)(&project.design, &parts::Spot::default()).unwrap_or_default() {
            edit.apply(&mut project.design).unwrap();
        }
    }
    std::fs::write(&path, project.write()).unwrap();
    let group = project.design.capacity_providers.iter().find_map(|(id, provider)| match provider {
        CapacityProvider::AutoScalingGroup(_) => Some(id.to_string()),
        CapacityProvider::ManagedInstances(_) => None,
    });
    let group = format!("capacity provider {}", group.expect("a part draws one"));
    let first = project.design.task_definitions.keys().next().expect("drawn").clone();
    for (dark, look) in [(true, "dark"), (false, "light")] {
        let (path, size) = (Some(path.clone()), [1280.0, 800.0]);
        let mut window = open(Start { path, dark, size, ..Start::default() });
        select(&mut window, "cluster main");
        open_section(&mut window, "Managed daemons");
        press(&mut window, "Add daemon");
        open_record(&mut window, &format!("daemon-1 · {first}"));
        // MDA-03: AWS breaks a daemon's deployment off by itself, and its alarms have no rollback of their own.
        let switch = |label| window.query_by_role_and_label(Role::CheckBox, label).is_some();
        assert_eq!(["Circuit breaker", "Rolls back"].map(switch), [false, false]);
        window.get_by_label("Alarms").scroll_to_me();
        window.run();
        pictured(&mut window, &format!("inspector-daemons-{look}.png"));
        window.get_by_label("Show capacity provider gpu").click_accesskit();
        window.run();
        open_section(&mut window, "Repair and replacement");
        window.get_by_role_and_label(Role::CheckBox, "Reservations").click_accesskit();
        window.run();
        press(&mut window, "Add event window");
        open_record(&mut window, "Sun 00:00 UTC, 240 min");
        window.get_by_label("Lasts").scroll_to_me();
        window.run();
        pictured(&mut window, &format!("inspector-repair-{look}.png"));
        window.get_by_label(&format!("Show {group}")).click_accesskit();
        window.run();
        open_section(&mut window, "Instances");
        window.get_by_label("ECS agent version").scroll_to_me();
        window.run();
        pictured(&mut window, &format!("inspector-agent-{look}.png"));
        window.get_by_label("Show task definition image").click_accesskit();
        window.run();
        open_section(&mut window, "More");
        window.get_by_label("Status").scroll_to_me();
        window.run();
        pictured(&mut window, &format!("inspector-status-{look}.png"));
    }
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
        for add in ["Add quota", "Add Savings Plan", "Add trail"] {
            press(&mut window, add);
        }
        window.get_by_label("Adjustable quotas").click();
        window.run();
        window.get_by_label("bind: AWS defaults").click();
        window.run();
        // Records of quotas and plans, each with its fields; a fold's sign stands before its title.
        let ec2 = "5 · Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) vCPUs";
        for title in [ec2, "Compute Savings Plan · $1.00 an hour", "trail-1 · management events"] {
            open_record(&mut window, title);
        }
        window.get_by_label("The account has");
        window.get_by_label("Commitment an hour");
        window.get_by_label("Both profiles hold the same figures: AWS publishes none of new accounts alone");
        pictured(&mut window, &format!("inspector-account-{look}.png"));
        window.get_by_label("Data events").scroll_to_me();
        window.run();
        pictured(&mut window, &format!("inspector-trails-{look}.png"));
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
