//! Every preset is what it says: read, complete, told where its values come from, without errors, run and billed.
//!
//! What is expected was worked out by hand from the description of each preset and AWS's prices; `presets/README.md`
//! shows the arithmetic.

use std::collections::BTreeSet;

use bayplan_engine::bill::{Bill, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::checks::{self, Severity};
use bayplan_engine::design::edit;
use bayplan_engine::design::id::{ScenarioId, ServiceId};
use bayplan_engine::design::load::Series;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::{Design, ItemRef};
use bayplan_engine::evaluate::{Outcome, Prepared, Progress, estimate_outcome, prepare, simulate};
use bayplan_engine::names::Region;
use bayplan_engine::plan::left_out::NotPlayed;
use bayplan_engine::presets::{FAULTS, LOADS, PRESETS, find};
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Percent, Span, Usd};

/// What a month of 730 hours costs somewhere in a preset's bill.
struct Figure {
    /// Whose lines: an item; empty is everybody's.
    owner: &'static str,
    /// Which lines of it: empty is all.
    meters: &'static [Meter],
    /// The arithmetic.
    usd: &'static str,
    /// How far off the estimate may be, in hundredths of a percent; 0 is to the nano-dollar.
    tolerance: i64,
    /// Where the figure comes from.
    source: &'static str,
}

/// What is expected of a preset.
struct Expected {
    preset: &'static str,
    figures: &'static [Figure],
    /// Least and most dollars of the whole month.
    total: (i64, i64),
    /// Fewest and most tasks of each service over the hours of a week.
    tasks: &'static [(&'static str, u32, u32)],
    /// Findings of severity error and warning, all of them.
    findings: &'static [&'static str],
    /// Advice that is among what is found; further advice is no fault.
    advice: &'static [&'static str],
    /// Warnings of single scenarios: what the scenario is about.
    scenario_findings: &'static [(&'static str, &'static str)],
}

const FARGATE: &[Meter] = &[Meter::FargateX86Vcpu, Meter::FargateX86Memory];
const FARGATE_SPOT: &[Meter] = &[Meter::FargateSpotX86Vcpu, Meter::FargateSpotX86Memory];

const EXPECTED: &[Expected] = &[
    Expected {
        preset: "three-tier-web",
        figures: &[
            // 30 × (2 × $0.04048 + 4 × $0.004445) × 730 h = 30 × $0.09874 × 730 = $2,162.406. The day's curve needs 33 tasks
            // on average, as ten minutes of spike hold a whole hour of the estimate at 59.
            figure("service api", FARGATE, "2162.406", 1500, "barkingiguana.com: 30 tasks of 2 vCPU and 4 GB"),
            // 6 × (0.5 × $0.04048 + 1 × $0.004445) × 730 h = 6 × $0.024685 × 730.
            figure("service web", FARGATE, "108.1203", 0, "6 tasks of 0.5 vCPU and 1 GB; C10: 3 of them are $54"),
            // 3 × $0.045 × 730 h.
            figure("", &[Meter::NatGatewayHour], "98.55", 0, "a NAT gateway in each of three zones"),
            // 1,200 requests a second × 1 KB × 2,628,000 s = 3,153.6 GB × $0.50; the spike adds 2 %.
            figure("", &[Meter::LogsIngest], "1576.80", 300, "1 KB of log for each request"),
            // 3,153.6 GB × $0.045.
            figure("", &[Meter::NatGatewayData], "141.912", 300, "logs leave by NAT, as no endpoint is drawn"),
            // 1,200 × 6 KB × 2,628,000 s = 18,921.6 GB: 100 GB free, then 10,240 GB × $0.09 + 8,581.6 GB × $0.085.
            figure("load visitors", &[Meter::InternetOut], "1651.036", 300, "6 KB out for each request"),
        ],
        total: (6_000, 7_500),
        tasks: &[("api", 20, 60), ("web", 6, 6)],
        findings: &[],
        advice: &[],
        scenario_findings: &[("one-nat-gateway", "nat-gateway-in-one-zone")],
    },
    Expected {
        preset: "queue-workers",
        figures: &[
            // 12 tasks are 5 on demand and 7 on Spot for 670 h (base 4, then 1 of 5), 30 are 9 and 21 for 60 h: 30 campaigns
            // of two hours. 3,890 h × ($0.04048 + 2 × $0.004445) = 3,890 × $0.04937.
            figure(
                "service worker",
                FARGATE,
                "192.0493",
                0,
                "12 tasks of 1 vCPU and 2 GB, 30 in campaigns; C10: $36.04 each",
            ),
            // 5,950 h × ($0.01288561 + 2 × $0.00141493) = 5,950 × $0.01571547.
            figure("service worker", FARGATE_SPOT, "93.5070465", 0, "base 4 on demand, then 4 of 5 on Spot"),
            figure("", &[Meter::NatGatewayHour], "98.55", 0, "a NAT gateway in each of three zones"),
            // Metrics of a cluster (12), a service (15) and a family (10), one of the backlog: 38, 10 of them free: 28 × $0.30.
            figure("", &[Meter::CustomMetric], "8.40", 0, "Container Insights and the backlog per task"),
        ],
        total: (395, 420),
        tasks: &[("worker", 12, 30)],
        findings: &[],
        advice: &[],
        scenario_findings: &[("spot-instances", "spot-without-fallback")],
    },
    Expected {
        preset: "gpu-inference",
        figures: &[
            // 3,803 instance hours, one GPU and one task each (1,583 of `image`, 2,220 of `llm`): × ($0.8048 + fee of
            // 7.8 %, $0.0627744 + 100 GiB at $0.08 a month, $0.010959) = $3,341.07.
            figure("capacity provider gpu", &[], "3341.07", 200, "g6.xlarge, tasks by the hour from the loads"),
            figure("", &[Meter::NatGatewayHour], "98.55", 0, "a NAT gateway in each of three zones"),
        ],
        total: (3_450, 3_600),
        tasks: &[("image", 1, 5), ("llm", 2, 6)],
        findings: &[],
        advice: &["fewer-tasks-than-zones"],
        scenario_findings: &[],
    },
    Expected {
        preset: "small-api",
        figures: &[
            // 2 × (0.25 × $0.04048 + 0.5 × $0.004445) × 730 h = 2 × $0.0123425 × 730.
            figure("service api", FARGATE, "18.02005", 0, "2 tasks of 0.25 vCPU and 0.5 GB"),
            // 2 × $0.005 × 730 h.
            figure("service api", &[Meter::PublicIpv4], "7.30", 0, "a public address for each task, no NAT gateway"),
            // 20.69 million requests (191 / 24 a second, the last ten hours of 730 being a night) × $1 a million.
            figure("", &[Meter::HttpApiRequest], "20.69", 100, "1 to 20 requests a second"),
            figure("", &[Meter::CloudMapNamespace], "0.50", 0, "a private DNS namespace"),
            figure("", &[Meter::NatGatewayHour, Meter::AlbHour], "0", 0, "Hornblow: neither is there"),
        ],
        total: (45, 60),
        tasks: &[("api", 2, 2)],
        findings: &[],
        advice: &[],
        scenario_findings: &[("balancer-and-nat", "nat-gateway-in-one-zone")],
    },
];

const fn figure(
    owner: &'static str,
    meters: &'static [Meter],
    usd: &'static str,
    tolerance: i64,
    source: &'static str,
) -> Figure {
    Figure { owner, meters, usd, tolerance, source }
}

fn catalogue() -> Catalogue {
    Catalogue::load(&Region::new("us-east-1")).expect("the region is known")
}

fn project(name: &str) -> Project {
    find(name).unwrap_or_else(|| panic!("there is no preset {name}")).project()
}

fn prepared(project: &Project, scenario: Option<&ScenarioId>, catalogue: &Catalogue) -> Prepared {
    prepare(project, scenario, catalogue).unwrap_or_else(|e| panic!("{} {scenario:?}: {e}", project.name))
}

fn month(name: &str, scenario: Option<&str>) -> Outcome {
    let (catalogue, project) = (catalogue(), project(name));
    estimate_outcome(&prepared(&project, scenario.map(ScenarioId::new).as_ref(), &catalogue), &catalogue, Span::MONTH)
}

fn cost(bill: &Bill, owner: &str, meters: &[Meter]) -> Usd {
    let of_meter = |charge: Charge| match charge {
        Charge::Aws(meter) => meters.is_empty() || meters.contains(&meter),
        Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => false,
    };
    let lines = bill.lines.iter().filter(|l| (owner.is_empty() || l.owner.to_string() == owner) && of_meter(l.charge));
    lines.filter_map(|l| l.cost).sum()
}

fn usd(text: &str) -> Usd {
    Usd::parse(text).expect("money")
}

/// The design as drawn and under each scenario's edits.
fn designs(project: &Project) -> Vec<(String, Design)> {
    let mut all = vec![("as drawn".to_owned(), project.design.clone())];
    for (id, scenario) in &project.scenarios {
        let mut design = project.design.clone();
        for edit in &scenario.edits {
            edit.apply(&mut design).unwrap_or_else(|e| panic!("{} {id}: {e}", project.name));
        }
        all.push((id.to_string(), design));
    }
    all
}

#[test]
fn every_preset_is_expected_something_of_and_stands_in_us_east_1() {
    let listed: Vec<_> = PRESETS.iter().map(|p| p.name).collect();
    assert_eq!(listed, ["three-tier-web", "queue-workers", "gpu-inference", "small-api"]);
    assert_eq!(listed, EXPECTED.iter().map(|e| e.preset).collect::<Vec<_>>());
    for preset in PRESETS {
        let project = preset.project();
        assert_eq!(project.design.region.as_str(), "us-east-1", "{}", preset.name);
        assert!(project.description.len() > 100, "{} says what it is about", preset.name);
        assert!((2..=4).contains(&project.scenarios.len()), "{}", preset.name);
        assert!(project.scenarios.values().any(|s| !s.faults.is_empty()), "{} has a fault", preset.name);
        assert!(project.scenarios.values().all(|s| !s.description.is_empty()), "{}", preset.name);
    }
}

#[test]
fn every_reference_leads_somewhere_in_every_scenario() {
    for preset in PRESETS {
        for (scenario, design) in designs(&preset.project()) {
            let dangling: Vec<_> = edit::references(&design).into_iter().filter(|r| !design.contains(&r.to)).collect();
            assert_eq!(dangling, [], "{} {scenario}", preset.name);
        }
    }
}

/// What must be told the source of, item by item: sizes, counts, scaling, work, loads, images.
fn told_of(design: &Design) -> Vec<String> {
    let mut all = Vec::new();
    for (id, service) in &design.services {
        let at = ItemRef::Service(id.clone());
        // A count within bounds is told of with them.
        let counted = if service.scaling.is_some() { "scaling" } else { "desired_count" };
        all.extend([format!("{at} · {counted}"), format!("{at} · work")]);
        all.extend((!service.calls.is_empty()).then(|| format!("{at} · calls")));
        all.push(format!("{} · cpu", ItemRef::TaskDefinition(service.task_definition.clone())));
        all.push(format!("{} · handles_sigterm", ItemRef::TaskDefinition(service.task_definition.clone())));
    }
    all.extend(design.loads.keys().map(|id| format!("{} · shape", ItemRef::Load(id.clone()))));
    all.extend(design.images.keys().map(|id| format!("{} · compressed_size", ItemRef::Image(id.clone()))));
    all.extend(design.target_groups.keys().map(|id| format!("{} · health_check", ItemRef::TargetGroup(id.clone()))));
    all.extend(design.log_groups.keys().map(|id| format!("{} · retention_days", ItemRef::LogGroup(id.clone()))));
    all
}

#[test]
fn each_value_is_marked_sourced_or_assumed() {
    for preset in PRESETS {
        let project = preset.project();
        for told in told_of(&project.design) {
            assert!(project.assumptions.contains_key(&told), "{}: {told}", preset.name);
        }
        let drawn: BTreeSet<_> = project.design.item_refs().iter().map(ToString::to_string).collect();
        for (at, why) in &project.assumptions {
            let item = at.split(" · ").next().expect("a first part");
            assert!(drawn.contains(item), "{}: there is no {item}", preset.name);
            let marked = ["source: ", "our assumption: "].iter().any(|mark| why.starts_with(mark));
            assert!(marked, "{}: {at}: {why}", preset.name);
        }
        let sourced = project.assumptions.values().any(|why| why.starts_with("source: "));
        assert!(sourced, "{} rests on something published", preset.name);
    }
}

#[test]
fn findings_are_the_expected_ones() {
    let catalogue = catalogue();
    for expected in EXPECTED {
        for (scenario, design) in designs(&project(expected.preset)) {
            let found = checks::run(&design, &catalogue, &[]);
            let advised = |rule: &&str| found.iter().any(|d| d.severity == Severity::Advice && d.rule.0 == *rule);
            assert!(expected.advice.iter().all(advised), "{} {scenario}", expected.preset);
            let found: BTreeSet<_> =
                found.iter().filter(|d| d.severity != Severity::Advice).map(|d| d.rule.0).collect();
            let of_scenario = expected.scenario_findings.iter().filter(|(name, _)| *name == scenario);
            let all = expected.findings.iter().copied().chain(of_scenario.map(|(_, rule)| *rule));
            assert_eq!(found, all.collect(), "{} {scenario}", expected.preset);
        }
    }
}

#[test]
fn the_month_costs_what_arithmetic_by_hand_gives() {
    for expected in EXPECTED {
        let outcome = month(expected.preset, None);
        let bill = &outcome.bill;
        for figure in expected.figures {
            let (is, should) = (cost(bill, figure.owner, figure.meters), usd(figure.usd));
            let off = (is.nanos() - should.nanos()).abs();
            let allowed = should.nanos() / 10_000 * figure.tolerance;
            let Figure { owner, source, .. } = figure;
            assert!(off <= allowed, "{} {owner}: {is} is not {should}: {source}", expected.preset);
        }
        let (least, most) = expected.total;
        let whole = bill.total.nanos() / 1_000_000_000;
        assert!((least..most).contains(&whole), "{}: {} is outside {least} to {most}", expected.preset, bill.total);
    }
}

#[test]
fn tasks_keep_to_what_the_source_says() {
    let catalogue = catalogue();
    for expected in EXPECTED {
        let project = project(expected.preset);
        let ready = prepared(&project, None, &catalogue);
        let outcome = estimate_outcome(&ready, &catalogue, Span::MONTH);
        let services = ready.plan.services.iter().zip(&outcome.estimated);
        let seen: Vec<_> = services.map(|(s, e)| (s.name.as_str(), e.tasks_min, e.tasks_max, e.unplaced_max)).collect();
        assert_eq!(seen.len(), expected.tasks.len(), "{}", expected.preset);
        for ((name, min, max, unplaced), (wanted, least, most)) in seen.into_iter().zip(expected.tasks) {
            assert_eq!((name, unplaced), (*wanted, 0), "{}", expected.preset);
            assert!(min == *least && max <= *most, "{} {name}: {min} to {max} tasks", expected.preset);
        }
    }
}

#[test]
fn every_scenario_is_played_in_full_and_priced() {
    let catalogue = catalogue();
    for preset in PRESETS {
        let project = preset.project();
        for scenario in std::iter::once(None).chain(project.scenarios.keys().map(Some)) {
            let ready = prepared(&project, scenario, &catalogue);
            // Nothing that a run leaves out but what AWS publishes no figure of, the patching of managed instances, how long
            // callers keep an address, and two kilobytes a job.
            let known = [
                "interruptions of Fargate Spot outside of Spot waves",
                "the replacement of instances after 14 days",
                "how long callers keep DNS records of stopped tasks",
                "the bytes of its messages on their way",
            ];
            let other = |gap: &&NotPlayed| !known.contains(&gap.what);
            let others: Vec<_> = ready.plan.not_played.iter().filter(other).collect();
            assert!(others.is_empty(), "{} {scenario:?}: {others:?}", preset.name);
            assert_eq!(ready.plan.faults.len(), ready.scenario.faults.len(), "{} {scenario:?}", preset.name);
            let estimate = estimate_outcome(&ready, &catalogue, Span::MONTH);
            assert!(estimate.bill.is_priced(), "{} {scenario:?}: {:?}", preset.name, estimate.bill.unpriced);
            let run = simulate(&ready, &catalogue, Span::from_days(1), 1, Detail::Totals, &Progress::default())
                .expect("nobody cancels it");
            assert!(estimate.bill.claim().is_whole() && run.bill.claim().is_whole(), "{} {scenario:?}", preset.name);
            assert!(run.bill.is_priced() && run.bill.total > Usd::ZERO, "{} {scenario:?}", preset.name);
        }
    }
}

#[test]
fn the_api_of_the_textbook_is_at_35_percent() {
    let project = project("three-tier-web");
    let api = &project.design.services[&ServiceId::new("api")];
    // 30 tasks × 2 vCPU × 35 % = 21 vCPU; over 1,200 requests a second 17.5 ms of one vCPU each.
    assert_eq!(api.work.cost().expect("measured").cpu_micros, 17_500);
    // The day's mean rate, 400 to 2,000 a second.
    let Series::Daily { hourly, .. } = &project.design.loads[&"visitors".into()].shape().series else {
        panic!("a day of hours")
    };
    let rates: Vec<_> = hourly.iter().map(|r| r.milli()).collect();
    assert_eq!(rates.iter().sum::<u64>(), 24 * 1_200_000);
    assert_eq!((rates.iter().min(), rates.iter().max()), (Some(&400_000), Some(&2_000_000)));
}

#[test]
fn without_balancer_and_nat_the_small_api_saves_their_standing_price() {
    let standing = [Meter::AlbHour, Meter::NatGatewayHour];
    let with = month("small-api", Some("balancer-and-nat"));
    // Hornblow: about $50 a month. 730 h × ($0.0225 + $0.045) = $49.275.
    assert_eq!(cost(&with.bill, "", &standing), usd("49.275"));
    assert_eq!(cost(&month("small-api", None).bill, "", &standing), Usd::ZERO);
    assert!(with.bill.total > month("small-api", None).bill.total);
}

#[test]
fn scenarios_differ_the_way_they_say() {
    let total = |preset, scenario| month(preset, scenario).bill.total;
    assert!(total("three-tier-web", Some("graviton")) < total("three-tier-web", None));
    // Two NAT gateways and their addresses less: 2 × 730 h × ($0.045 + $0.005) = $73, more than any crossing costs.
    assert!(total("three-tier-web", Some("one-nat-gateway")) < total("three-tier-web", None));
    assert!(total("queue-workers", Some("on-demand-only")) > total("queue-workers", None));
    assert!(total("gpu-inference", Some("scale-to-zero")) < total("gpu-inference", None));
    assert!(total("gpu-inference", Some("spot-gpus")) < total("gpu-inference", None));
    assert!(total("small-api", Some("ten-times-the-requests")) > total("small-api", None));
}

#[test]
fn scripts_of_faults_are_those_of_the_presets() {
    let uses = [
        ("zone-loss-at-peak", "three-tier-web", "zone-loss-at-peak"),
        ("spot-wave", "queue-workers", "spot-wave"),
        ("spot-drought", "queue-workers", "spot-drought"),
        ("task-failures", "small-api", "task-failures"),
    ];
    assert_eq!(FAULTS.iter().map(|f| f.name).collect::<Vec<_>>(), uses.map(|(fault, ..)| fault));
    for (fault, (_, preset, scenario)) in FAULTS.iter().zip(uses) {
        let project = project(preset);
        assert_eq!(fault.script().faults, project.scenarios[&ScenarioId::new(scenario)].faults, "{}", fault.name);
        assert!(!fault.script().description.is_empty());
    }
}

#[test]
fn courses_of_loads_average_100_a_second_and_name_their_trace() {
    for load in LOADS {
        let profile = load.profile();
        assert!(profile.source.len() > 40, "{} names its trace", load.name);
        let Series::Daily { hourly, weekdays } = &profile.shape.series else {
            panic!("{} is a day of hours", load.name)
        };
        assert_eq!(hourly.len(), 24, "{}", load.name);
        // Hours are rounded to a tenth: the mean of 24 is off by at most half of one.
        let mean = hourly.iter().map(|r| r.milli()).sum::<u64>() / 24;
        assert!(mean.abs_diff(100_000) <= 50, "{}: {mean}", load.name);
        // Percents are rounded to one: the mean of a week by at most half of one, and weeks in a trace are not all whole.
        let week: u64 = weekdays.iter().map(|p: &Percent| u64::from(p.percent())).sum();
        assert!(weekdays.is_empty() || (weekdays.len() == 7 && week.abs_diff(700) <= 20), "{}: {week}", load.name);
    }
}
