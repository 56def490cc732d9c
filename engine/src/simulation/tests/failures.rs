//! Tasks and deployments that fail, in whole runs.

use super::launches::{plan_of, workers};
use super::*;
use crate::design::fault::FaultKind::{StartFailure, TaskFailure};

/// At an hour all tasks end by themselves; for so long none of their replacements starts.
fn ends_and_cannot_start(at_hours: u64, lasts: Span) -> [Fault; 2] {
    let at = Span::from_hours(at_hours);
    let failure = TaskFailure { service: "worker".into(), percent: Percent::HUNDRED };
    let start = StartFailure { service: "worker".into() };
    [Fault { kind: failure, at, lasts: Span::ZERO }, Fault { kind: start, at, lasts }]
}

/// The waits, in seconds, from each task's STOPPED to the next one's launch.
fn waits(trace: &Trace) -> Vec<u64> {
    let tasks: Vec<_> = trace.tasks.iter().collect();
    let wait = |pair: &[&TaskLife]| pair[1].placed.since(pair[0].stopped.expect("it ended")).ms() / 1000;
    tasks.windows(2).map(wait).collect()
}

#[test]
fn thr_04_v78_launches_slow_down_while_no_task_starts() {
    let faults = ends_and_cannot_start(1, Span::from_hours(2)).to_vec();
    let run = play_for(&plan_of(&workers(1), &Scenario { faults, ..Scenario::default() }), 6, 1);
    let trace = run.trace.expect("asked for");
    // The task that ran is replaced at once (THR-01). Then five in a row: 0, 0, 60, 180, 540; then 1,620 again and again,
    // for ever (THR-03), until the first after the two hours runs.
    let waits = waits(&trace);
    assert_eq!(waits[..7], [0, 0, 0, 60, 180, 540, 1620]);
    assert!(waits[7..].iter().all(|wait| *wait == 1620), "{waits:?}");
    assert_eq!(trace.services[0].running.at(SimTime::ZERO + Span::from_hours(5)), 1);
    let told = trace.log.iter().filter(|entry| entry.text.contains("unable to consistently start")).count();
    assert_eq!(told, 1, "told once");
    let never = trace.tasks.iter().filter(|task| task.ending.is_some_and(|(_, why)| why == trace::Ended::NeverRan));
    assert!(never.clone().count() > 6 && never.clone().all(|task| task.running.is_none() && task.stopped.is_some()));
    // What a task is started for stays what it was started for, as often as it takes.
    assert!(trace.tasks.iter().skip(1).all(|task| task.cause == Cause::Replacement));
}

#[test]
fn thr_03_a_task_that_runs_and_a_new_deployment_end_the_slowness() {
    // Three failures at hour 1, then one runs; at hour 2 the waits begin with 0, 0 again. A deployment at 2 h 10 min starts
    // over as well: its first tasks come at once.
    let mut faults = ends_and_cannot_start(1, Span::from_minutes(2)).to_vec();
    faults.extend(ends_and_cannot_start(2, Span::from_minutes(40)));
    let at = Span::from_hours(2) + Span::from_minutes(10);
    let deployments = vec![PlannedDeployment { service: "worker".into(), at }];
    let scenario = Scenario { faults, deployments, ..Scenario::default() };
    let trace = play_for(&plan_of(&workers(1), &scenario), 4, 1).trace.expect("asked for");
    let second = SimTime::ZERO + Span::from_hours(2);
    let began = SimTime::ZERO + at;
    let (before, after): (Vec<_>, Vec<_>) =
        trace.tasks.iter().filter(|t| t.placed >= second).partition(|t| t.placed < began);
    let gaps = |tasks: &[&TaskLife]| -> Vec<u64> {
        tasks.windows(2).map(|pair| pair[1].placed.since(pair[0].stopped.expect("it ended")).ms() / 1000).collect()
    };
    assert_eq!(gaps(&before)[..4], [0, 0, 60, 180]);
    assert_eq!(after[0].placed, began, "at once");
    assert_eq!(gaps(&after)[..4], [0, 0, 60, 180]);
    assert_eq!(trace.services[0].running.at(SimTime::ZERO + Span::from_hours(4)), 1);
}
