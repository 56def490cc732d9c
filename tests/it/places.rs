//! Places of the design file for systems that no run plays yet: they are read, kept, refused and left out as AWS has them.

use bayplan_engine::design::ItemRef;
use bayplan_engine::design::capacity::{AutoRepair, CapacityProvider, ReservationPreference};
use bayplan_engine::design::deployment::{HookStage, HookTarget, HookTimeoutAction};
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::event_window::EventWindow;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::task_definition::TaskDefinitionStatus;
use bayplan_engine::units::{Minutes, Percent, Weekday};

const DRAWN: &str = r#"(
  format: 1,
  name: "places",
  design: (
    region: "us-east-1",
    account: (trails: [(name: "all", data_events: true)]),
    load_balancers: {
      "front": (
        kind: Application,
        scheme: Internal,
        subnets: [],
        listeners: [(port: 443, protocol: Https), (port: 8443, protocol: Https)],
      ),
    },
    clusters: {
      "main": (
        daemons: [(name: "agent", task_definition: "agent", capacity_providers: ["machines"], drain_percent: 10)],
      ),
    },
    capacity_providers: {
      "group": AutoScalingGroup((
        subnets: [],
        instance_types: ["m7a.large"],
        max_size: 3,
        agent_version: "1.95.0",
      )),
      "machines": ManagedInstances((
        subnets: [],
        capacity_reservations: (group: "arn:of:a:group", preference: First),
        auto_repair: Enabled,
        event_windows: [(weekday: Sunday, start_hour: 2, lasts: 240)],
      )),
    },
    task_definitions: {
      "agent": (status: Inactive),
    },
    services: {
      "web": (
        cluster: "main",
        task_definition: "agent",
        deployment: (
          strategy: BlueGreen,
          lifecycle_hooks: [
            (target_type: Pause, stages: [PreProductionTrafficShift], timeout: 20160, timeout_action: Continue),
            (function: "arn:of:a:function", stages: [PostTestTrafficShift]),
          ],
          production_listener_rule: (load_balancer: "front", port: 443, rule: 1),
          test_listener_rule: (load_balancer: "front", port: 8443),
          load_balancer_role: "infrastructure",
        ),
      ),
    },
  ),
)"#;

#[test]
fn every_place_is_read_and_survives_its_file() {
    let project = Project::read(DRAWN).unwrap_or_else(|e| panic!("{e}"));
    let design = &project.design;
    // HOK-01, HOK-02, HOK-04.
    let deployment = &design.services[&"web".into()].deployment;
    let [pause, function] = &deployment.lifecycle_hooks[..] else { panic!("two hooks") };
    assert_eq!((pause.target_type(), function.target_type()), (HookTarget::Pause, HookTarget::AwsLambda));
    assert_eq!(pause.stages, [HookStage::PreProductionTrafficShift]);
    assert_eq!(pause.timeout_action, Some(HookTimeoutAction::Continue));
    assert_eq!((pause.timeout, function.timeout), (Some(Minutes::from_minutes(20_160)), None));
    // BGD-08.
    let production = deployment.production_listener_rule.as_ref().expect("drawn");
    assert_eq!((production.port, production.rule), (443, Some(1)));
    // MDA-02, MDA-03.
    let daemon = &design.clusters[&"main".into()].daemons[0];
    assert_eq!((daemon.critical(), daemon.drain_percent()), (true, Percent::from_percent(10)));
    // MI-03, MI-26, MI-41.
    let CapacityProvider::ManagedInstances(managed) = &design.capacity_providers[&"machines".into()] else {
        panic!("Managed Instances")
    };
    let reservations = managed.capacity_reservations.as_ref().expect("drawn");
    assert_eq!(reservations.preference, Some(ReservationPreference::First));
    assert_eq!(managed.auto_repair, Some(AutoRepair::Enabled));
    let EventWindow { weekday, start_hour, lasts } = managed.event_windows[0];
    assert_eq!((weekday, u32::from(start_hour), lasts), (Weekday::Sunday, 2, Minutes::from_minutes(240)));
    // TDF-07.
    assert_eq!(design.task_definitions[&"agent".into()].status, Some(TaskDefinitionStatus::Inactive));
    let text = project.write();
    let again = Project::read(&text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(again, project);
    assert_eq!(again.write(), text);
}

#[test]
fn a_misspelt_place_is_refused_with_its_line_and_what_was_expected() {
    for field in [
        "data_events",
        "drain_percent",
        "agent_version",
        "capacity_reservations",
        "preference",
        "auto_repair",
        "weekday",
        "start_hour",
        "status",
        "target_type",
        "timeout_action",
        "production_listener_rule",
        "load_balancer_role",
    ] {
        let line = 1 + DRAWN.lines().position(|line| line.contains(&format!("{field}:"))).expect("drawn");
        let error = Project::read(&DRAWN.replace(&format!("{field}:"), &format!("x{field}:"))).expect_err(field);
        let error = error.to_string();
        assert!(error.starts_with(&format!("{line}:")), "{field}: {error}");
        assert!(error.contains(&format!("`x{field}`")) && error.contains(&format!("`{field}`")), "{error}");
    }
}

#[test]
fn an_event_window_begins_at_an_hour_of_the_day() {
    // MI-41.
    for hour in [0, 23] {
        let text = DRAWN.replace("start_hour: 2", &format!("start_hour: {hour}"));
        assert!(Project::read(&text).is_ok(), "{hour}");
    }
    let line = 1 + DRAWN.lines().position(|line| line.contains("start_hour:")).expect("drawn");
    for hour in [24, 120] {
        let text = DRAWN.replace("start_hour: 2", &format!("start_hour: {hour}"));
        let error = Project::read(&text).expect_err("no day has that hour").to_string();
        assert!(error.starts_with(&format!("{line}:")), "{error}");
        let what = format!("start_hour is {hour}: an event window begins at an hour from 0 to 23");
        assert!(error.contains(&what), "{error}");
    }
}

#[test]
fn a_listener_rule_goes_with_its_load_balancer() {
    let mut design = Project::read(DRAWN).expect("it is read").design;
    Edit::Remove(ItemRef::LoadBalancer("front".into())).apply(&mut design).expect("it is drawn");
    let deployment = &design.services[&"web".into()].deployment;
    assert_eq!((&deployment.production_listener_rule, &deployment.test_listener_rule), (&None, &None));
}
