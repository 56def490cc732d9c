//! Tasks and deployments that fail, in whole runs.

use super::launches::{plan_of, workers};
use super::*;
use crate::design::container::ContainerHealthCheck;
use crate::design::deployment::CircuitBreaker;
use crate::design::fault::FaultKind::{StartFailure, TaskFailure};
use crate::design::scenario::RevisionFault;
use crate::units::{MilliPerSecond, Seconds};

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
    // over as well: its first tasks come at once. (The circuit breaker is off: its rollback would start over, too.)
    let mut project = workers(1);
    project.design.services.get_mut(&"worker".into()).expect("drawn").deployment.circuit_breaker = None;
    let mut faults = ends_and_cannot_start(1, Span::from_minutes(2)).to_vec();
    faults.extend(ends_and_cannot_start(2, Span::from_minutes(40)));
    let at = Span::from_hours(2) + Span::from_minutes(10);
    let deployments = vec![PlannedDeployment { service: "worker".into(), at, fails: None }];
    let scenario = Scenario { faults, deployments, ..Scenario::default() };
    let trace = play_for(&plan_of(&project, &scenario), 4, 1).trace.expect("asked for");
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

fn deployment(service: &str, fails: RevisionFault) -> Vec<PlannedDeployment> {
    vec![PlannedDeployment { service: service.into(), at: Span::HOUR, fails: Some(fails) }]
}

/// Four workers whose new revision never starts; the circuit breaker rolls back, does not, or is off.
fn never_starts(breaker: Option<CircuitBreaker>, hours: u64) -> Trace {
    let mut project = workers(4);
    project.design.services.get_mut(&"worker".into()).expect("drawn").deployment.circuit_breaker = breaker;
    let deployments = deployment("worker", RevisionFault::NeverStarts);
    let plan = plan_of(&project, &Scenario { deployments, ..Scenario::default() });
    play_for(&plan, hours, 1).trace.expect("asked for")
}

fn said(trace: &Trace, what: &str) -> Vec<SimTime> {
    trace.log.iter().filter(|entry| entry.text.contains(what)).map(|entry| entry.at).collect()
}

fn after_hours(hours: u64) -> SimTime {
    SimTime::ZERO + Span::from_hours(hours)
}

#[test]
fn cbk_06_a_deployment_whose_tasks_never_start_is_rolled_back() {
    // 4 tasks: the third failure ends it (V38). The four that ran, run on: they are the revision that returns.
    let trace = never_starts(Some(CircuitBreaker::ROLLING_BACK), 4);
    let failed = said(&trace, "FAILED after 3 failed tasks and is rolled back");
    let complete = said(&trace, "the rollback of worker is complete");
    assert_eq!((failed.len(), complete.len()), (1, 1), "{:?}", trace.log);
    assert!(failed[0] > after_hours(1) && failed[0] <= complete[0] && complete[0] < after_hours(2));
    assert!(trace.tasks.iter().take(4).all(|task| task.ending.is_none()));
    assert!(trace.tasks.iter().skip(4).all(|task| task.running.is_none() && task.placed <= failed[0]));
    let running = trace.services[0].running.changes();
    assert!(running.iter().all(|(_, count)| *count == 4), "{running:?}");
}

#[test]
fn cbk_07_without_rollback_a_failed_deployment_stays_as_it_is() {
    let breaker = CircuitBreaker { rollback: false, ..CircuitBreaker::ROLLING_BACK };
    let trace = never_starts(Some(breaker), 4);
    let failed = said(&trace, "FAILED after 3 failed tasks; it stays as it is");
    assert_eq!((failed.len(), said(&trace, "complete").len()), (1, 0));
    assert!(trace.tasks.iter().all(|task| task.placed <= failed[0]), "no more launches");
    let seen = &trace.services[0];
    assert_eq!((seen.running.at(after_hours(3)), seen.waiting.at(after_hours(3))), (4, 0));
}

#[test]
fn thr_05_without_a_circuit_breaker_launches_go_on_ever_slower() {
    let trace = never_starts(None, 12);
    assert_eq!((said(&trace, "FAILED").len(), said(&trace, "complete").len()), (0, 0));
    let mut placed: Vec<_> = trace.tasks.iter().skip(4).map(|task| task.placed).collect();
    placed.dedup();
    let slowest = placed.windows(2).map(|pair| pair[1].since(pair[0])).max().expect("there are many");
    assert!(placed.last().is_some_and(|last| *last > after_hours(11)), "they never end (THR-03)");
    assert!(slowest > Span::from_minutes(27) && slowest < Span::from_minutes(29), "{slowest}");
    assert_eq!(trace.services[0].running.at(after_hours(11)), 4);
}

#[test]
fn cbk_04_a_deployment_whose_tasks_fail_health_checks_is_rolled_back() {
    let deployments = deployment("api", RevisionFault::NeverHealthy);
    let mut project = presets::find("three-tier-web").expect("a preset").project();
    project.design.services.values_mut().for_each(|service| service.scaling = None);
    let plan = plan_of(&project, &Scenario { deployments, ..Scenario::default() });
    let (ix, api) = plan.services.pairs().find(|(_, s)| s.name.as_str() == "api").expect("drawn");
    let until = api.health.until_unhealthy.expect("a load balancer checks it");
    let trace = play_for(&plan, 4, 1).trace.expect("asked for");
    let failed = said(&trace, "the deployment of api FAILED");
    assert_eq!((failed.len(), said(&trace, "the rollback of api is complete").len()), (1, 1), "{:?}", trace.log);
    let unhealthy: Vec<_> =
        trace.tasks.iter().filter(|t| t.ending.is_some_and(|(_, why)| why == trace::Ended::Unhealthy)).collect();
    assert!(!unhealthy.is_empty() && unhealthy.iter().all(|task| task.healthy.is_none()));
    assert!(unhealthy.iter().all(|t| t.ending.expect("filtered").0.since(t.running.expect("it ran")) >= until));
    let seen = &trace.services[ix.index()];
    let lower = |at| api.minimum_healthy.ceil_of(seen.desired.at(at));
    assert!(
        seen.healthy.changes().iter().skip(1).all(|(at, count)| *count >= lower(*at)),
        "requests are served all along"
    );
}

#[test]
fn svc_21_what_nothing_checks_counts_as_healthy() {
    let mut project = workers(2);
    for definition in project.design.task_definitions.values_mut() {
        definition.containers.iter_mut().for_each(|container| container.health_check = None);
    }
    let scenario = Scenario { deployments: deployment("worker", RevisionFault::NeverHealthy), ..Scenario::default() };
    let trace = play_for(&plan_of(&project, &scenario), 4, 1).trace.expect("asked for");
    assert_eq!((said(&trace, "which nothing checks").len(), said(&trace, "is complete").len()), (1, 1));
}

#[test]
fn cbk_08_a_rollback_whose_tasks_fail_is_rollback_failed() {
    // The one worker ends, and for five hours nothing of the service starts: three failures end the deployment, three
    // more its rollback. Nothing is launched after that.
    let faults = ends_and_cannot_start(1, Span::from_hours(5)).to_vec();
    let deployments = deployment("worker", RevisionFault::NeverStarts);
    let scenario = Scenario { faults, deployments, ..Scenario::default() };
    let trace = play_for(&plan_of(&workers(1), &scenario), 12, 1).trace.expect("asked for");
    assert_eq!(said(&trace, "is rolled back").len(), 1);
    let failed = said(&trace, "ROLLBACK_FAILED: 3 tasks of worker failed");
    assert_eq!(failed.len(), 1, "{:?}", trace.log);
    assert_eq!(trace.tasks.len(), 1 + 3 + 3);
    assert_eq!(trace.services[0].running.at(after_hours(11)), 0);
}

#[test]
fn thr_02_no_instance_comes_for_tasks_that_are_not_launched_yet() {
    // All tasks of a service on Managed Instances end, and for three hours none starts: an instance that comes in that time
    // comes for a task that is launched then.
    let mut project = presets::find("gpu-inference").expect("a preset").project();
    project.design.services.values_mut().for_each(|service| service.scaling = None);
    let name = project.design.services.keys().next().expect("it serves something").clone();
    let at = Span::HOUR;
    let faults = vec![
        Fault { kind: TaskFailure { service: name.clone(), percent: Percent::HUNDRED }, at, lasts: Span::ZERO },
        Fault { kind: StartFailure { service: name.clone() }, at, lasts: Span::from_hours(3) },
    ];
    let plan = plan_of(&project, &Scenario { faults, ..Scenario::default() });
    let trace = play_for(&plan, 4, 1).trace.expect("asked for");
    assert_eq!(said(&trace, "unable to consistently start").len(), 1);
    let came = trace.instances.pairs().filter(|(_, instance)| instance.launched > after_hours(1));
    for (ix, instance) in came {
        let used = trace.tasks.iter().any(|task| task.instance == Some(ix));
        assert!(used, "launched at {:?} for nothing", instance.launched);
    }
}

#[test]
fn svc_21_a_task_counts_as_healthy_once_target_and_containers_are() {
    let mut project = presets::find("three-tier-web").expect("a preset").project();
    project.design.services.values_mut().for_each(|service| service.scaling = None);
    let check = ContainerHealthCheck { interval: Some(Seconds::from_secs(300)), ..ContainerHealthCheck::default() };
    let definition = project.design.task_definitions.get_mut(&"api".into()).expect("drawn");
    definition.containers.iter_mut().for_each(|container| container.health_check = Some(check.clone()));
    let (at, fails) = (Span::HOUR, None);
    let deployments = vec![PlannedDeployment { service: "api".into(), at, fails }];
    let plan = plan_of(&project, &Scenario { deployments, ..Scenario::default() });
    let (ix, api) = plan.services.pairs().find(|(_, s)| s.name.as_str() == "api").expect("drawn");
    let target = api.health.until_serving;
    assert!(target < Span::from_secs(300), "its containers are the last");
    let trace = play_for(&plan, 4, 1).trace.expect("asked for");
    let started = || trace.tasks.iter().filter(|task| task.service == ix && task.placed > SimTime::ZERO);
    assert_eq!(started().count(), 30, "each task of api is replaced once");
    for task in started() {
        let (running, healthy) = (task.running.expect("it ran"), task.healthy.expect("it passed"));
        assert_eq!(healthy.since(running), Span::from_secs(300));
    }
}

#[test]
fn drg_06_a_task_that_starts_longer_than_its_checks_bear_is_replaced_before_it_works() {
    let mut project = presets::find("three-tier-web").expect("a preset").project();
    project.design.services.values_mut().for_each(|service| service.scaling = None);
    let api = project.design.services.get_mut(&"api".into()).expect("drawn");
    (api.startup_time, api.health_check_grace_period) = (Some(Seconds::from_secs(100)), None);
    api.deployment.circuit_breaker = None;
    let deployments = vec![PlannedDeployment { service: "api".into(), at: Span::HOUR, fails: None }];
    let plan = plan_of(&project, &Scenario { deployments: deployments.clone(), ..Scenario::default() });
    let (ix, api) = plan.services.pairs().find(|(_, s)| s.name.as_str() == "api").expect("drawn");
    let until = api.health.until_unhealthy.expect("a load balancer checks it");
    let trace = play_for(&plan, 3, 1).trace.expect("asked for");
    let new = || trace.tasks.iter().filter(|task| task.service == ix && task.running > Some(SimTime::ZERO));
    assert!(new().count() > 30, "they are replaced again and again");
    assert!(new().all(|task| task.healthy.is_none()));
    let ended = new().filter_map(|task| Some((task.running?, task.ending?)));
    let ended: Vec<_> = ended.map(|(ran, (at, why))| (at.since(ran), why)).collect();
    assert!(ended.iter().all(|end| *end == (until, trace::Ended::Unhealthy)), "{ended:?}");

    // With a grace period as long as the start and its checks, every task works from then on.
    let api = project.design.services.get_mut(&"api".into()).expect("drawn");
    api.health_check_grace_period = Some(Seconds::from_secs(110));
    let plan = plan_of(&project, &Scenario { deployments, ..Scenario::default() });
    let trace = play_for(&plan, 3, 1).trace.expect("asked for");
    let new = || trace.tasks.iter().filter(|task| task.service == ix && task.placed > SimTime::ZERO);
    assert_eq!(new().count(), 30, "each task of api is replaced once");
    // Checks come every 10 s: those at 100 and 110 s pass.
    assert!(
        new().all(|task| task.healthy.map(|at| at.since(task.running.expect("it ran"))) == Some(Span::from_secs(110)))
    );
}

#[test]
fn a_worker_takes_jobs_only_once_its_application_has_started() {
    let mut project = presets::find("queue-workers").expect("a preset").project();
    let worker = project.design.services.get_mut(&"worker".into()).expect("drawn");
    (worker.scaling, worker.desired_count, worker.startup_time) = (None, 12, Some(Seconds::from_secs(600)));
    worker.health_check_grace_period = Some(Seconds::from_secs(700));
    let plan = plan_of(&project, &Scenario { cold_start: true, ..Scenario::default() });
    let trace = play_for(&plan, 1, 1).trace.expect("asked for");
    let served = &trace.services[0].minutes;
    let first = trace.tasks.iter().filter_map(|task| task.running).min().expect("they run");
    let works = usize::try_from((first + Span::from_secs(600)).ms() / 60_000).expect("a minute");
    assert!(served[..works].iter().all(|minute| minute.served == MilliPerSecond::ZERO));
    assert!(served[works + 1].served > MilliPerSecond::ZERO);
    assert!(served[works - 1].backlog > 0, "jobs wait meanwhile");
}
