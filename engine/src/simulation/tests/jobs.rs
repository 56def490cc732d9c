//! Jobs in whole runs: how long the oldest waits, and what is to be done again.

use super::launches::{plan_of, workers};
use super::*;
use crate::design::capacity::StrategyItem;
use crate::design::load::{Jobs, Load, Shape};
use crate::design::project::Project;
use crate::design::service::Capacity;
use crate::units::{MilliPerSecond, Seconds};

/// Twelve workers, to whom so many jobs of 40 s come in a thousand seconds: they do 300.
fn asked(milli: u64) -> Project {
    let mut project = workers(12);
    let jobs = presets::find("queue-workers").expect("a preset").project().design.loads;
    let Some(Load::Jobs(Jobs { queue, message_bytes, .. })) = jobs.values().next().cloned() else { panic!("jobs") };
    let shape = Shape::constant(MilliPerSecond::from_milli(milli));
    let service_time = Span::from_secs(40);
    let load = Jobs { queue, service: "worker".into(), shape, service_time, message_bytes };
    project.design.loads.insert("jobs".into(), Load::Jobs(load));
    project
}

fn played(project: &Project, faults: Vec<Fault>) -> Run {
    play_for(&plan_of(project, &Scenario { faults, ..Scenario::default() }), 4, 1)
}

/// Job-seconds to do again, and the longest that a job waited.
fn seen(run: &Run) -> (u128, Span) {
    let of = &run.summary.services[0];
    assert_eq!(of.to_redo.micro() % 1_000_000, 0, "whole ones here");
    (of.to_redo.micro() / 1_000_000, of.oldest_job)
}

fn failure(percent: u16) -> Vec<Fault> {
    let kind = FaultKind::TaskFailure { service: "worker".into(), percent: Percent::from_percent(percent) };
    vec![fault(kind, 1, 0)]
}

#[test]
fn the_oldest_job_waits_for_the_share_of_time_that_workers_fall_behind() {
    // 600 come where 300 are done: at t the job of t / 2 is taken, which has waited t / 2.
    let run = played(&asked(600), Vec::new());
    let minutes = &run.trace.as_ref().expect("asked for").services[0].minutes;
    for (minute, of) in (1u64..).zip(minutes) {
        assert_eq!((of.oldest_job, u64::from(of.backlog)), (Span::from_secs(30 * minute), 18 * minute));
    }
    assert_eq!(minutes.len(), 239);
    assert_eq!(seen(&run), (0, Span::from_hours(2)));
    // Nothing waits where all is done.
    assert_eq!(seen(&played(&asked(240), Vec::new())), (0, Span::ZERO));
}

#[test]
fn what_failed_tasks_had_in_hand_is_to_be_done_again() {
    // 240 jobs in 1000 s of 40 s each are 9.6 in hand, half done: of six of twelve tasks 4.8 × 20 s, of all 9.6 × 20 s.
    assert_eq!(seen(&played(&asked(240), failure(50))).0, 96);
    assert_eq!(seen(&played(&asked(240), failure(100))).0, 192);
    // Workers that cannot keep up have one job each in hand.
    assert_eq!(seen(&played(&asked(600), failure(50))).0, 120);
    assert_eq!(seen(&played(&asked(0), failure(100))).0, 0);
}

#[test]
fn stp_09_a_reclaimed_task_ends_the_jobs_that_its_stop_timeout_allows() {
    let reclaimed = |stop: u32, handles_sigterm: bool| {
        let mut project = asked(300);
        let spot = StrategyItem { capacity_provider: "FARGATE_SPOT".into(), base: 0, weight: 1 };
        project.design.services.get_mut(&"worker".into()).expect("drawn").capacity = Capacity::Strategy(vec![spot]);
        let definition = project.design.task_definitions.get_mut(&"worker".into()).expect("drawn");
        definition.containers.iter_mut().for_each(|c| c.stop_timeout = Some(Seconds::from_secs(stop)));
        definition.handles_sigterm = handles_sigterm.then_some(true);
        let kind = FaultKind::SpotWave { provider: "FARGATE_SPOT".into(), percent: Percent::HUNDRED };
        seen(&played(&project, vec![fault(kind, 1, 0)])).0
    };
    // Twelve jobs in hand; with 20 s left of 40 those that began in the last 20 s: 20² / 80 = 5 s of each.
    assert_eq!([20, 40, 120].map(|stop| reclaimed(stop, true)), [60, 0, 0]);
    // Who does not handle SIGTERM takes jobs until it is killed, half way through those in hand: 20 s of each.
    assert_eq!([20, 120].map(|stop| reclaimed(stop, false)), [240, 240]);
}
