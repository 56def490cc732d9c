//! How tasks begin and end in whole runs, and what of their lives is billed.

use super::launches::{plan_of, workers};
use super::*;
use crate::catalogue::meter::Meter;
use crate::design::capacity::StrategyItem;
use crate::design::id::CapacityProviderId;
use crate::design::project::Project;
use crate::design::service::Capacity;
use crate::simulation::trace::Ended;
use crate::units::Seconds;

/// From the instant a task's end begins until it is STOPPED, of all that ended for a reason.
fn ends(trace: &Trace, why: Ended) -> Vec<Span> {
    let of = |task: &TaskLife| {
        let (at, _) = task.ending.filter(|(_, ended)| *ended == why)?;
        Some(task.stopped?.since(at))
    };
    trace.tasks.iter().filter_map(of).collect()
}

/// Workers wholly on Fargate Spot, whose containers get so long to stop.
fn on_spot(count: u32, stop_timeout: u32, handles_sigterm: bool) -> Project {
    let mut project = workers(count);
    let worker = project.design.services.get_mut(&"worker".into()).expect("drawn");
    let spot = StrategyItem { capacity_provider: CapacityProviderId::fargate_spot(), base: 0, weight: 1 };
    worker.capacity = Capacity::Strategy(vec![spot]);
    let definition = project.design.task_definitions.get_mut(&worker.task_definition).expect("drawn");
    definition.handles_sigterm = Some(handles_sigterm);
    for container in &mut definition.containers {
        container.stop_timeout = Some(Seconds::from_secs(stop_timeout));
    }
    project
}

fn wave(at: Span) -> Fault {
    let kind = FaultKind::SpotWave { provider: "FARGATE_SPOT".into(), percent: Percent::HUNDRED };
    Fault { kind, at, lasts: Span::ZERO }
}

#[test]
fn drg_03_and_04_a_task_drains_in_full_then_gets_its_time_to_stop() {
    // (deregistration delay, stopTimeout, whether SIGTERM is handled) → from the stop until STOPPED, in seconds: the vectors of
    // DRG-04; an application that handles it needs a second.
    for (delay, timeout, handles, expected) in
        [(300, 30, false, 330), (5, 2, false, 7), (300, 30, true, 301), (5, 30, true, 6)]
    {
        let mut project = presets::find("three-tier-web").expect("a preset").project();
        project.design.services.values_mut().for_each(|service| service.scaling = None);
        let definition = project.design.task_definitions.get_mut(&"api".into()).expect("drawn");
        definition.handles_sigterm = Some(handles);
        definition.containers.iter_mut().for_each(|c| c.stop_timeout = Some(Seconds::from_secs(timeout)));
        let group = project.design.services[&"api".into()].load_balancers[0].target_group.clone();
        let group = project.design.target_groups.get_mut(&group).expect("drawn");
        group.deregistration_delay = Some(Seconds::from_secs(delay));
        let deployment = PlannedDeployment { service: "api".into(), at: Span::HOUR, fails: None };
        let plan = plan_of(&project, &Scenario { deployments: vec![deployment], ..Scenario::default() });
        let trace = play_for(&plan, 4, 1).trace.expect("asked for");
        let ends = ends(&trace, Ended::Replaced);
        assert_eq!(ends.len(), 30, "each task of api is replaced once");
        let whole = Span::from_secs(expected) + plan.timings.deprovisioning;
        assert!(ends.iter().all(|end| *end == whole), "{delay} s, {timeout} s: {ends:?}, not {whole}");
    }
}

#[test]
fn stp_04_containers_stop_side_by_side_within_the_longest_of_their_timeouts() {
    let mut project = on_spot(4, 20, false);
    let definition = project.design.task_definitions.values_mut().next().expect("drawn");
    let mut second = definition.containers[0].clone();
    (second.name, second.stop_timeout) = ("second".into(), Some(Seconds::from_secs(70)));
    definition.containers.push(second);
    let plan = plan_of(&project, &Scenario { faults: vec![wave(Span::HOUR)], ..Scenario::default() });
    let trace = play_for(&plan, 2, 1).trace.expect("asked for");
    let whole = Span::from_secs(70) + plan.timings.deprovisioning;
    assert_eq!(ends(&trace, Ended::SpotReclaimed), vec![whole; 4]);
}

#[test]
fn fg_41_a_reclaimed_task_is_gone_after_its_stop_timeout_and_no_later_than_the_notice() {
    // (stopTimeout, whether SIGTERM is handled) → seconds of STOPPING.
    for (timeout, handles, expected) in [(30, false, 30), (120, false, 120), (120, true, 1)] {
        let project = on_spot(6, timeout, handles);
        let plan = plan_of(&project, &Scenario { faults: vec![wave(Span::HOUR)], ..Scenario::default() });
        let trace = play_for(&plan, 2, 1).trace.expect("asked for");
        let whole = Span::from_secs(expected) + plan.timings.deprovisioning;
        assert_eq!(ends(&trace, Ended::SpotReclaimed), vec![whole; 6], "{timeout} s");
    }
}

#[test]
fn fg_42_a_service_of_one_task_on_spot_is_down_until_spot_is_back() {
    let drought = Fault {
        kind: FaultKind::SpotDrought { provider: "FARGATE_SPOT".into() },
        at: Span::HOUR,
        lasts: Span::from_hours(2),
    };
    let faults = vec![drought, wave(Span::HOUR)];
    let plan = plan_of(&on_spot(1, 30, false), &Scenario { faults, ..Scenario::default() });
    let trace = play_for(&plan, 4, 1).trace.expect("asked for");
    let seen = &trace.services[0];
    let at = |minutes| SimTime::ZERO + Span::from_minutes(minutes);
    assert_eq!((seen.running.at(at(59)), seen.running.at(at(61)), seen.running.at(at(179))), (1, 0, 0));
    assert!(seen.waiting.at(at(120)) == 1, "it is tried again and again");
    assert_eq!(seen.running.at(at(200)), 1, "on Spot, once there is some");
    assert!(trace.tasks.iter().all(|task| plan.providers[task.provider].name == "FARGATE_SPOT"));
}

#[test]
fn tsk_12_v79_a_task_stopped_while_provisioning_never_runs() {
    let scenario = Scenario { cold_start: true, faults: vec![wave(Span::from_secs(5))], ..Scenario::default() };
    let plan = plan_of(&on_spot(3, 30, false), &scenario);
    let trace = play_for(&plan, 1, 1).trace.expect("asked for");
    let ended: Vec<_> = trace.tasks.iter().filter(|task| task.ending.is_some()).collect();
    assert_eq!(ended.len(), 3);
    let at = SimTime::from_ms(5000);
    for task in ended {
        assert_eq!((task.running, task.ending), (None, Some((at, Ended::SpotReclaimed))));
        assert_eq!(task.stopped, Some(at + plan.timings.deprovisioning), "it gives back its interface, no more");
    }
}

#[test]
fn tsk_16_a_task_is_billed_from_its_pull_until_it_is_stopped() {
    let project = on_spot(3, 30, false);
    let plan = plan_of(&project, &Scenario { faults: vec![wave(Span::HOUR)], ..Scenario::default() });
    let run = play_for(&plan, 2, 1);
    let trace = run.trace.expect("asked for");
    let start = &plan.services.iter().next().expect("drawn").capacity[0].start;
    let mut lives: Vec<_> = trace.tasks.iter().map(|task| (task.running, task.stopped)).collect();
    let records = run.records.iter().filter(|record| record.meter == Meter::FargateSpotX86Vcpu);
    let mut billed: Vec<_> = records.map(|record| (record.from, record.to)).collect();
    assert_eq!(billed.len(), 6, "three that were reclaimed and three in their stead");
    lives.sort();
    billed.sort();
    let end = SimTime::ZERO + Span::from_hours(2);
    for ((running, stopped), (from, to)) in lives.into_iter().zip(billed) {
        let running = running.expect("it ran");
        // The pull takes a fifth more or less than the plan has it, then the container starts; the first three stood before.
        let before = running.since(from);
        let pull = |percent: u64| Span::from_ms(start.pull.ms() * percent / 100) + start.container;
        assert!(from == SimTime::ZERO || (pull(79)..=pull(121)).contains(&before), "{before}");
        assert_eq!(to, stopped.unwrap_or(end));
    }
}
