//! What traffic, logs and starts of tasks are charged, by arithmetic done by hand; the estimate and the run say the same.

use bayplan_engine::bill::{Charge, CostGroup};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::checks;
use bayplan_engine::design::Design;
use bayplan_engine::design::capacity::{CapacityProvider, LaunchType, RegisteredMemory, StrategyItem};
use bayplan_engine::design::cluster::ContainerInsights;
use bayplan_engine::design::load::Load;
use bayplan_engine::design::load_balancing::{Listener, ListenerRule, LoadBalancerType, Protocol};
use bayplan_engine::design::network::{EndpointKind, EndpointService, VpcEndpoint};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::design::service::{Capacity, Service};
use bayplan_engine::design::task_definition::NetworkMode;
use bayplan_engine::evaluate::{Progress, prepare_scenario, simulate};
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Bytes, Mib, Percent, Span, Usd};

use crate::agreement::{agree, both, cost};
use crate::meters::read;
use crate::steady;

#[track_caller]
fn usd(text: &str) -> Usd {
    Usd::parse(text).expect("an amount")
}

/// What a month of a meter costs; the run agrees with it, and with everything else, to the last digit.
#[track_caller]
fn month(design: &Design, meter: Meter) -> Usd {
    agree(design, Span::from_hours(30));
    cost(&both(design, Span::MONTH).0.bill, meter)
}

/// Logs leave by an interface endpoint in so many zones.
fn by_endpoint(zones: &[&str]) -> Design {
    let mut design = steady::design();
    let subnets = zones.iter().map(|zone| format!("private-{zone}").as_str().into()).collect();
    let kind = EndpointKind::Interface { subnets, security_groups: Vec::new() };
    design.vpc_endpoints.insert("logs".into(), VpcEndpoint::new("main".into(), EndpointService::Logs, kind));
    design
}

#[test]
fn net_42_zones_of_an_endpoint_cost_their_hours_and_nothing_between_zones() {
    let (one, three) = (by_endpoint(&["a"]), by_endpoint(&["a", "b", "c"]));
    // The calls of web to api cross zones, and nothing else.
    let between = |design: &Design| month(design, Meter::CrossAz);
    assert_eq!(between(&one), between(&steady::design()));
    assert_eq!(between(&three), between(&steady::design()));
    // Two zones more: 2 × 730 h × $0.01.
    let total = |design: &Design| both(design, Span::MONTH).0.bill.total;
    assert_eq!(total(&three) - total(&one), usd("14.60"));
    assert!(both(&one, Span::MONTH).0.bill.by_group()[&CostGroup::CrossZone] > Usd::ZERO);
}

/// The entrance listens on ports with so many rules each, all for web.
fn listening(ports: &[(u16, usize)]) -> Design {
    let mut design = steady::design();
    let entrance = design.load_balancers.get_mut(&"entrance".into()).expect("drawn");
    let rule =
        |n: usize| ListenerRule { hosts: Vec::new(), paths: vec![format!("/p{n}/*")], target_group: "web".into() };
    let first = entrance.listeners.remove(0);
    entrance.listeners = ports
        .iter()
        .map(|(port, rules)| Listener { port: *port, rules: (0..*rules).map(rule).collect(), ..first.clone() })
        .collect();
    design
}

fn by_port(mut design: Design, port: u16) -> Design {
    let Some(Load::Requests(visitors)) = design.loads.get_mut(&"visitors".into()) else { panic!("drawn") };
    visitors.listener_port = Some(port);
    design
}

#[test]
fn lb_20_rules_are_those_of_the_listener_asked() {
    // 300 requests a second × (60 − 10) rules are 15,000 evaluations, 15 units: × 730 h × $0.008.
    let many = usd("87.60");
    assert_eq!(month(&listening(&[(80, 60)]), Meter::AlbLcu), many);
    // A second listener with as many adds none.
    assert_eq!(month(&listening(&[(80, 60), (81, 60)]), Meter::AlbLcu), many);
    // Nothing said, the one with most rules takes them.
    let apart = listening(&[(80, 2), (81, 60)]);
    assert_eq!(month(&apart, Meter::AlbLcu), many);
    // By the port of two rules the bytes bind: 300 × 8,000 × 3,600 are 8.64 GB an hour.
    assert_eq!(month(&by_port(apart.clone(), 80), Meter::AlbLcu), usd("50.4576"));
    assert_eq!(month(&by_port(apart, 81), Meter::AlbLcu), many);
}

#[test]
fn lb_20_a_listener_that_does_not_lead_to_the_service_does_not_count() {
    let mut design = listening(&[(80, 2), (81, 60)]);
    let api = design.target_groups[&"web".into()].clone();
    design.target_groups.insert("other".into(), api);
    let entrance = design.load_balancers.get_mut(&"entrance".into()).expect("drawn");
    entrance.listeners[1].default_target_group = Some("other".into());
    entrance.listeners[1].rules.iter_mut().for_each(|rule| rule.target_group = "other".into());
    assert_eq!(month(&design, Meter::AlbLcu), usd("50.4576"));
}

#[test]
fn lb_20_a_target_optimizer_fills_twice_as_many_units() {
    let mut design = steady::design();
    design.target_groups.get_mut(&"web".into()).expect("drawn").target_control_port = Some(3000);
    // 2 × 8.64 GB × 730 h × $0.008.
    assert_eq!(month(&design, Meter::AlbLcu), usd("100.9152"));
}

#[test]
fn lb_21_a_network_load_balancer_counts_tls_and_udp_of_their_own() {
    let speaking = |protocol| {
        let mut design = steady::design();
        let entrance = design.load_balancers.get_mut(&"entrance".into()).expect("drawn");
        entrance.kind = LoadBalancerType::Network;
        entrance.listeners[0].protocol = protocol;
        entrance.listeners[0].certificate = (protocol == Protocol::Tls).then(|| "site".into());
        let certificate = read("(domain: \"x.example.com\")");
        design.certificates.insert("site".into(), certificate);
        let group = design.target_groups.get_mut(&"web".into()).expect("drawn");
        group.protocol = if protocol == Protocol::Udp { Protocol::Udp } else { Protocol::Tcp };
        let Some(Load::Requests(visitors)) = design.loads.get_mut(&"visitors".into()) else { panic!("drawn") };
        visitors.requests_per_connection = Some(1);
        (visitors.request_bytes, visitors.response_bytes) = Default::default();
        design
    };
    // 300 new connections a second that live for a minute, 18,000 active. TCP: 300 / 800 = 0.375; UDP 0.75; TLS 6 of both.
    // × 730 h × $0.006.
    assert_eq!(month(&speaking(Protocol::Tcp), Meter::NlbLcu), usd("1.6425"));
    assert_eq!(month(&speaking(Protocol::Udp), Meter::NlbLcu), usd("3.285"));
    assert_eq!(month(&speaking(Protocol::Tls), Meter::NlbLcu), usd("26.28"));
}

#[test]
fn net_41_bytes_to_a_database_are_charged_on_both_sides_and_to_a_cache_on_the_tasks() {
    let called = |kind| {
        let mut design = steady::design();
        let system = format!("(kind: {kind}, reached: InVpc(subnets: [\"private-a\"]))");
        design.outside_systems.insert("store".into(), read(&system));
        let web = design.services.get_mut(&"web".into()).expect("drawn");
        web.calls.clear();
        let call = "(to: Outside(\"store\"), request_bytes: 1000, response_bytes: 4000)";
        web.calls.push(read(call));
        month(&design, Meter::CrossAz)
    };
    // 300 calls a second of 5,000 bytes are 3,942 GB a month; two tasks in three stand in other zones: 2,628 GB, at $0.01
    // where they leave and where they arrive, or at the task alone.
    assert_eq!(called("Database"), usd("52.56"));
    assert_eq!(called("Cache"), usd("26.28"));
    assert_eq!(called("Other"), usd("52.56"));
}

#[test]
fn obs_03_container_insights_writes_an_event_a_minute_of_everything() {
    let watched = |bytes: Option<u64>| {
        let mut design = steady::design();
        let cluster = design.clusters.get_mut(&"main".into()).expect("drawn");
        cluster.container_insights = Some(ContainerInsights::Enabled);
        cluster.insights_event_bytes = bytes.map(Bytes::from_bytes);
        month(&design, Meter::LogsIngest)
    };
    // The cluster, two services, ten tasks with a container each: 23 events a minute, × 43,800 minutes × 1,000 bytes are
    // 1.0074 GB, at $0.50. (The 5 GB that are free are left out of the difference: logs take more.)
    let without = month(&steady::design(), Meter::LogsIngest);
    assert_eq!(watched(None) - without, usd("0.5037"));
    assert_eq!(watched(Some(2_000)) - without, usd("1.0074"));
}

/// What a whole day of a run costs by a meter, in a scenario that deploys web once.
fn day_with_a_deployment(design: &Design, meter: Meter) -> (Usd, u32) {
    let catalogue = Catalogue::load(&design.region).expect("the region is known");
    let deployment = "(service: \"web\", at: 3600000)";
    let scenario = Scenario { deployments: vec![read(deployment)], ..Scenario::default() };
    let ready = prepare_scenario(design, scenario, &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    let run = simulate(&ready, &catalogue, Span::from_days(1), 7, Detail::Totals, &Progress::default()).expect("runs");
    let lines = run.bill.lines.iter().filter(|l| l.charge == Charge::Aws(meter));
    assert!(lines.clone().all(|l| l.cause.word() == "task starts"));
    let requests = lines.clone().map(|l| l.quantity.base()).sum::<u128>() / 1_000_000;
    (lines.filter_map(|l| l.cost).sum(), u32::try_from(requests).expect("few"))
}

#[test]
fn secrets_are_read_as_tasks_start_and_none_starts_in_an_estimate() {
    let mut design = steady::design();
    for (name, key) in [("one", ""), ("two", ", kms_key: \"alias/own\""), ("three", ", kms_key: \"alias/own\"")] {
        let secret = read(&format!("(store: SecretsManager{key})"));
        design.secrets.insert(name.into(), secret);
    }
    let app = &mut design.task_definitions.get_mut(&"web".into()).expect("drawn").containers[0];
    for (name, secret) in [("A", "one"), ("B", "two"), ("C", "three"), ("D", "three")] {
        let given = format!("(name: \"{name}\", value_from: \"{secret}\", secret: \"{secret}\")");
        app.secrets.push(read(&given));
    }
    let mut role = design.roles.remove(&"execution".into()).expect("drawn");
    role.actions = vec!["secretsmanager:GetSecretValue".to_owned(), "kms:Decrypt".to_owned()];
    design.roles.insert("execution".into(), role);
    // Three secrets, and one key that two of them share.
    assert_eq!(month(&design, Meter::Secret), usd("1.20"));
    assert_eq!(month(&design, Meter::KmsKey), usd("1"));
    assert_eq!(month(&design, Meter::SecretRequest), Usd::ZERO);
    // A deployment starts six tasks of three values each: 18 requests at $0.05 for 10,000. Two are decrypted by the key
    // of one's own: 12 requests at $0.03 for 10,000.
    assert_eq!(day_with_a_deployment(&design, Meter::SecretRequest), (usd("0.00009"), 18));
    assert_eq!(day_with_a_deployment(&design, Meter::KmsRequest).1, 12);
}

/// Machines beside the steady design, and one service on them: so many tasks of so much memory on a type.
fn on_machines(kind: &str, tasks: u32, memory: u32) -> Design {
    let mut design = steady::design();
    let group = format!(
        "AutoScalingGroup((subnets: [\"private-a\"], instance_types: [\"{kind}\"], max_size: 4, \
         managed_scaling: (target_capacity: 100), instance_role: \"instance\"))"
    );
    design.capacity_providers.insert("machines".into(), read(&group));
    let role = "(used_as: ContainerInstance, managed_policies: [\"AmazonEC2ContainerServiceforEC2Role\"])";
    design.roles.insert("instance".into(), read(role));
    design.clusters.get_mut(&"main".into()).expect("drawn").capacity_providers.push("machines".into());
    let mut definition = design.task_definitions[&"api".into()].clone();
    definition.requires_compatibilities = vec![LaunchType::Ec2];
    (definition.network_mode, definition.cpu, definition.memory) = (Some(NetworkMode::Bridge), None, None);
    definition.containers[0].memory = Some(Mib::from_mib(memory));
    design.task_definitions.insert("heavy".into(), definition);
    let mut service = Service::new("main".into(), "heavy".into());
    service.desired_count = tasks;
    let item = StrategyItem { capacity_provider: "machines".into(), base: 0, weight: 1 };
    service.capacity = Capacity::Strategy(vec![item]);
    design.services.insert("heavy".into(), service);
    design
}

#[test]
fn ec2_03_tasks_fit_by_the_memory_that_instances_register() {
    let hours = |design: &Design| {
        agree(design, Span::from_hours(30));
        let bill = both(design, Span::MONTH).0.bill;
        let lines = bill.lines.iter().filter(|l| matches!(l.charge, Charge::Aws(Meter::Ec2Linux(_))));
        lines.map(|l| l.quantity.base()).sum::<u128>() / u128::from(Span::HOUR.ms())
    };
    // Two of 1,950 MiB are 3,900, and t3.medium registers 3,828 of its 4,096: two machines. Two of 1,914 stand on one.
    assert_eq!(hours(&on_machines("t3.medium", 2, 1_950)), 1_460);
    assert_eq!(hours(&on_machines("t3.medium", 2, 1_914)), 730);
    // m6i.large registers 7,817: two of 3,954 are 7,908.
    assert_eq!(hours(&on_machines("m6i.large", 2, 3_954)), 1_460);
    // What was measured for this group stands before that.
    let mut stated = on_machines("m6i.large", 2, 3_954);
    let Some(CapacityProvider::AutoScalingGroup(group)) = stated.capacity_providers.get_mut(&"machines".into()) else {
        panic!("drawn")
    };
    let (instance_type, memory) = ("m6i.large".into(), Mib::from_mib(7_910));
    group.registered_memory.push(RegisteredMemory { instance_type, memory });
    assert_eq!(hours(&stated), 730);
}

#[test]
fn ec2_03_a_task_larger_than_what_its_type_registers_is_an_error() {
    for (kind, memory, fits) in [
        ("t3.nano", 475, false),
        ("t3.nano", 450, true),
        ("r6id.xlarge", 31_600, false),
        ("r6id.xlarge", 31_517, true),
        ("g4dn.xlarge", 15_900, false),
        // Estimated: 32,768 × 0.965 − 130 = 31,491.12.
        ("r7i.xlarge", 31_492, false),
        ("r7i.xlarge", 31_491, true),
    ] {
        let catalogue = Catalogue::load(&"us-east-1".into()).expect("the region is known");
        let found = checks::run(&on_machines(kind, 1, memory), &catalogue, &[]);
        let unfit = found.iter().any(|finding| finding.rule.0 == "task-fits-no-instance");
        assert_eq!(unfit, !fits, "{memory} MiB on {kind}");
    }
}

#[test]
fn obs_06_what_is_stored_follows_the_retention() {
    let kept = |days, percent, age| {
        let mut design = steady::design();
        let group = design.log_groups.get_mut(&"app".into()).expect("drawn");
        (group.retention_days, group.stored_percent, group.age_days) = (days, percent, age);
        // Without the 5 GB that are free each month (SAV-09).
        design.account.permanent_free_tiers = Some(false);
        month(&design, Meter::LogsStorage)
    };
    // 300 requests a second write 2 × 1,000 bytes, by web and by api: 51.84 GB a day, of which 15 % are stored.
    // 51.84 × 0.15 × 30 days × $0.03; 12 months are 365 days.
    assert_eq!(kept(Some(1), None, None), usd("0.23328"));
    assert_eq!(kept(Some(30), None, None), usd("6.9984"));
    assert_eq!(kept(Some(365), None, None), usd("85.1472"));
    assert_eq!(kept(None, None, None), usd("85.1472"));
    // A group of 90 days, and one whose entries compress to 10 %.
    assert_eq!(kept(None, None, Some(90)), usd("20.9952"));
    assert_eq!(kept(Some(30), Some(Percent::from_percent(10)), None), usd("4.6656"));
}
