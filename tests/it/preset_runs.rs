//! What runs of the presets are expected to show: how far a month lies from its estimate and why, how long starts take,
//! and how faults are got over. `presets/README.md` shows the arithmetic. The bounds were set when the months had been seen,
//! that of `gpu-inference` before.

use bayplan_engine::bill::{Bill, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::evaluate::{Outcome, Prepared, Progress, estimate_outcome, prepare, simulate};
use bayplan_engine::names::Region;
use bayplan_engine::presets::find;
use bayplan_engine::simulation::Detail;
use bayplan_engine::simulation::trace::{Ended, TaskLife, Trace};
use bayplan_engine::units::{Micro, SimTime, Span, Usd};

fn catalogue() -> Catalogue {
    Catalogue::load(&Region::new("us-east-1")).expect("the region is known")
}

fn ready(preset: &str, scenario: Option<&str>, catalogue: &Catalogue) -> Prepared {
    let project = find(preset).unwrap_or_else(|| panic!("there is no preset {preset}")).project();
    prepare(&project, scenario.map(ScenarioId::new).as_ref(), catalogue).unwrap_or_else(|e| panic!("{preset}: {e}"))
}

fn run(ready: &Prepared, catalogue: &Catalogue, window: Span, detail: Detail) -> Outcome {
    simulate(ready, catalogue, window, 1, detail, &Progress::default()).expect("nobody cancels it")
}

/// A run of seed 1 against the estimate, in hundredths of a percent of the estimate: least and most, and why.
struct Gap {
    preset: &'static str,
    least: i64,
    most: i64,
    why: &'static str,
}

const GAPS: &[Gap] = &[
    Gap {
        preset: "three-tier-web",
        least: 0,
        most: 400,
        // Tasks fall by 40 in 12 hours, 3.3 an hour. Scale-in that lags an hour holds 3.3 more for half of the day: 1.7 on
        // average × $72 a month = $120 of $6,690, 1.8 %; whole tasks are half a task more, $36, 0.5 %; the spike doubles it.
        why: "scale-in follows the falling curve of the day late, and comes down slowly after the spike",
    },
    Gap {
        preset: "queue-workers",
        least: -200,
        most: 200,
        // 18 more tasks of $0.02 to $0.05 an hour, a quarter of an hour late at both ends of 30 campaigns: 135 task hours of
        // $0.0247 on average, $3.3 of $408, 0.8 %, up or down; whole backlogs as much again.
        why: "each of 30 campaigns begins and ends late by the minutes of an alarm",
    },
    Gap {
        preset: "gpu-inference",
        least: 0,
        most: 1_500,
        // Whole tasks are up to half a task more of each of two services, for the 14 hours of a day that are above their least:
        // 0.58 of 5.2 tasks, 11 %. Eight times a day one comes and goes, at 8 minutes of start and idleness of its instance and
        // 20 minutes of alarm and cooldown: 3.7 of 125 instance hours, 3 %.
        why: "GPUs are few and whole, are paid for while they start and idle, and leave late",
    },
    Gap {
        preset: "small-api",
        least: -50,
        most: 50,
        // The count stays at 2; requests alone vary with the noise of the load, whose mean is none.
        why: "nothing scales: the requests of a seed are a little more or less than their mean",
    },
];

#[test]
fn a_month_lies_as_far_from_its_estimate_as_is_told() {
    let catalogue = catalogue();
    for Gap { preset, least, most, why } in GAPS {
        let ready = ready(preset, None, &catalogue);
        let estimate = estimate_outcome(&ready, &catalogue, Span::MONTH).bill.total;
        let outcome = run(&ready, &catalogue, Span::MONTH, Detail::Totals);
        let off = (outcome.bill.total - estimate).nanos() * 100 / (estimate.nanos() / 100);
        assert!((*least..=*most).contains(&off), "{preset}: {off} is outside {least} to {most}: {why}");
    }
}

fn cost(bill: &Bill, meter: Meter) -> Usd {
    bill.lines.iter().filter(|line| line.charge == Charge::Aws(meter)).filter_map(|line| line.cost).sum()
}

#[test]
fn what_does_not_scale_differs_by_nothing() {
    let catalogue = catalogue();
    let ready = ready("queue-workers", None, &catalogue);
    let window = Span::from_days(2);
    let (estimate, run) =
        (estimate_outcome(&ready, &catalogue, window), run(&ready, &catalogue, window, Detail::Totals));
    for meter in [Meter::NatGatewayHour, Meter::PublicIpv4, Meter::CustomMetric, Meter::AlarmStandard] {
        assert_eq!(cost(&estimate.bill, meter), cost(&run.bill, meter), "{}", meter.label());
    }
}

/// The place of a service in a plan.
fn place(ready: &Prepared, name: &str) -> usize {
    ready.plan.services.iter().position(|service| service.name.as_str() == name).expect("the preset draws it")
}

/// From the launch of an instance until it is ACTIVE, and from the placement of its first task until that is RUNNING, together
/// in seconds, for each instance: without what the task waited in between.
fn cold_starts(ready: &Prepared, trace: &Trace, service: &str) -> Vec<f64> {
    let place = place(ready, service);
    let first = |life: &&TaskLife| {
        let earlier = |other: &TaskLife| other.instance == life.instance && other.placed < life.placed;
        life.service.index() == place && life.instance.is_some() && !trace.tasks.iter().any(earlier)
    };
    let spans = trace.tasks.iter().filter(first).filter_map(|life| {
        let instance = trace.instances[life.instance?];
        let span = instance.active?.since(instance.launched) + life.running?.since(life.placed);
        // Those of the start stand warm.
        Some(span.secs()).filter(|_| instance.launched > SimTime::ZERO)
    });
    spans.collect()
}

#[test]
fn dur_01_a_gpu_is_ready_when_the_figures_of_its_start_say() {
    let catalogue = catalogue();
    let ready = ready("gpu-inference", Some("scale-to-zero"), &catalogue);
    let outcome = run(&ready, &catalogue, Span::from_days(1), Detail::Full);
    let trace = outcome.trace.as_ref().expect("asked for");
    // An instance 60 s, its task's interface 3 s, the pull of 9 GB 1.5 s and 9,000 / (4 × 30) = 75 s, the container 0.2 s;
    // interface and pull a fifth more or less: 139.7 ± 15.9 s. Of 12.1 GB 100.8 s: 165.5 ± 21.0 s. Then the model is loaded: 42 s of
    // `image`; 375 s of `llm`, whose checks at 380 and 390 s pass. The public record has 165 to 197 s and 527 to 586 s until the
    // first answer: the middle of each is what the load times were chosen for.
    let of = [("image", 123.8, 155.6, 42, (165.0, 197.0)), ("llm", 144.5, 186.5, 390, (527.0, 586.0))];
    for (service, least, most, loads, measured) in of {
        let planned = ready.plan.services.iter().find(|planned| planned.name.as_str() == service);
        let serves = planned.expect("the preset draws it").health.until_serving;
        assert_eq!(serves, Span::from_secs(loads), "{service}");
        let starts = cold_starts(&ready, trace, service);
        assert!(!starts.is_empty(), "{service} starts on new instances");
        for start in &starts {
            assert!((least..=most).contains(start), "{service}: {start} s");
        }
        let mean = starts.iter().sum::<f64>() / starts.len() as f64 + serves.secs();
        assert!((measured.0..=measured.1).contains(&mean), "{service}: {mean} s");
    }
}

/// How long after an instant a service has in service what it wants again; `None` while it never has.
fn back_after(ready: &Prepared, trace: &Trace, service: &str, at: SimTime) -> Option<Span> {
    let trace = &trace.services[place(ready, service)];
    let mut times: Vec<_> =
        [&trace.healthy, &trace.desired].iter().flat_map(|s| s.changes()).map(|(t, _)| *t).collect();
    times.sort();
    let back = |time: &SimTime| *time > at && trace.healthy.at(*time) >= trace.desired.at(*time);
    times.into_iter().find(back).map(|time| time.since(at))
}

#[test]
fn the_textbook_gets_over_the_loss_of_a_zone_within_a_start_and_a_check() {
    let catalogue = catalogue();
    let lossy = ready("three-tier-web", Some("zone-loss-at-peak"), &catalogue);
    let outcome = run(&lossy, &catalogue, Span::from_days(1), Detail::Full);
    let trace = outcome.trace.as_ref().expect("asked for");
    let loss = SimTime::from_ms(70_200_000);
    // Two of web's six tasks go.
    let web = &trace.services[place(&lossy, "web")];
    assert_eq!(web.healthy.at(loss), 4);
    // On Fargate 20 s until the pull, 1.5 s and 500 MB by 30 MB a second and vCPU, both a fifth more or less, 0.8 s, and two
    // checks 10 s apart: api (2 vCPU) 29.8 ± 6.0 + 20.8 = 44.6 to 56.6 s, web (0.5 vCPU) 54.8 ± 11.0 + 20.8 = 64.7 to 86.6 s.
    // ECS starts many at once, but not all: some seconds more for api's seventeen.
    for (service, least, most) in [("api", 44, 66), ("web", 64, 87)] {
        let back = back_after(&lossy, trace, service, loss).expect("it recovers");
        assert!((Span::from_secs(least)..=Span::from_secs(most)).contains(&back), "{service}: {back}");
    }
    // The other two zones carry everybody: 33 tasks × 2 vCPU answer 33 × 2 / 0.0175 = 3,771 of 2,000 requests a second. What is
    // over capacity that day is the spike's, as without the loss.
    let calm = ready("three-tier-web", None, &catalogue);
    let without = run(&calm, &catalogue, Span::from_days(1), Detail::Totals);
    let over = |outcome: &Outcome| {
        outcome.summary.as_ref().expect("a run").services.iter().map(|s| s.over_capacity.micro()).collect::<Vec<_>>()
    };
    assert_eq!(over(&outcome), over(&without));
}

#[test]
fn workers_finish_their_jobs_when_spot_takes_them_back() {
    let catalogue = catalogue();
    let ready = ready("queue-workers", Some("spot-wave"), &catalogue);
    let outcome = run(&ready, &catalogue, Span::from_days(1), Detail::Full);
    let trace = outcome.trace.as_ref().expect("asked for");
    let wave = SimTime::from_ms(59_400_000);
    // 30 tasks are 9 on FARGATE and 21 on FARGATE_SPOT, of which 40 % are 8.4.
    let taken: Vec<_> =
        trace.tasks.iter().filter(|t| t.ending.is_some_and(|(_, why)| why == Ended::SpotReclaimed)).collect();
    assert!((8..=9).contains(&taken.len()), "{} of 21 were taken back", taken.len());
    // Two minutes' warning, then the task is gone: a job of 40 s ends before, as `stopTimeout` is 120 s (CPS-18).
    for task in taken {
        let (began, _) = task.ending.expect("it was filtered by that");
        assert_eq!(began, wave);
        let stopped = task.stopped.expect("it is gone").since(began);
        assert!(stopped <= Span::from_secs(150), "{stopped}");
    }
    assert_eq!(outcome.summary.as_ref().expect("a run").services[0].to_redo, Micro::ZERO);
    // At least what was left works on, and new ones stand within a start of 1 vCPU beyond the warning.
    let worker = &trace.services[place(&ready, "worker")];
    assert!(worker.healthy.at(wave + Span::from_secs(60)) >= 21);
    let back = back_after(&ready, trace, "worker", wave).expect("it recovers");
    assert!(back <= Span::from_secs(120 + 60), "{back}");
}
