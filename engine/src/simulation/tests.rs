//! Runs of presets under faults and deployments, held against what ECS promises.

mod failures;
mod jobs;
mod launches;
mod lifecycle;
mod machines;
mod vcpus;
mod zones;

use super::*;
use crate::catalogue::Catalogue;
use crate::design::fault::{Fault, FaultKind};
use crate::design::scenario::{PlannedDeployment, Scenario};
use crate::design::task_definition::PlacementConstraint;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::resolve::resolve;
use crate::presets;
use crate::simulation::trace::{EntryKind, TaskLife};
use crate::units::Percent;
use crate::usage::record::Cause;

fn plan(preset: &str, scenario: &Scenario) -> Plan {
    let project = presets::find(preset).expect("a preset").project();
    let catalogue = Catalogue::load(&project.design.region).expect("a region");
    resolve(&project.design, scenario, &catalogue).unwrap_or_else(|e| panic!("{e:?}"))
}

fn play_for(plan: &Plan, hours: u64, seed: u64) -> Run {
    let options = Options { window: Span::from_hours(hours), seed, detail: Detail::Full };
    run(plan, options, |_, _| true).expect("nobody cancels")
}

fn fault(kind: FaultKind, at_hours: u64, lasts_hours: u64) -> Fault {
    Fault { kind, at: Span::from_hours(at_hours), lasts: Span::from_hours(lasts_hours) }
}

fn stands(task: &TaskLife, at: SimTime) -> bool {
    task.placed <= at && task.stopped.is_none_or(|stopped| stopped > at)
}

#[test]
fn a_lost_zone_holds_nothing_until_it_is_back_and_its_tasks_are_replaced_elsewhere() {
    let lost = FaultKind::ZoneLoss("us-east-1a".into());
    let plan = plan("three-tier-web", &Scenario { faults: vec![fault(lost, 2, 3)], ..Scenario::default() });
    let run = play_for(&plan, 8, 1);
    let trace = run.trace.expect("asked for");
    let zone: Ix<PlannedZone> = plan.zones.pairs().find(|(_, z)| z.name.as_str() == "us-east-1a").expect("drawn").0;
    let during = SimTime::ZERO + Span::from_hours(3);
    let of_zone = |at| trace.tasks.iter().filter(|task| task.zone == zone && stands(task, at)).count();
    assert!(of_zone(SimTime::ZERO + Span::from_hours(1)) > 0);
    assert_eq!(of_zone(during), 0);
    for (service, seen) in plan.services.iter().zip(&trace.services) {
        assert!(seen.healthy.at(during) >= seen.desired.at(during), "{} is short after an hour", service.name);
    }
    assert!(trace.tasks.iter().any(|task| task.cause == Cause::Fault && task.zone != zone));
}

#[test]
fn a_second_fault_of_a_kind_does_not_end_the_first() {
    // Lost from hour 1 to 5, and again, told apart, from 2 to 3: nothing stands in the zone at hour 4.
    let lost = || FaultKind::ZoneLoss("us-east-1a".into());
    let dry = || FaultKind::SpotDrought { provider: "FARGATE_SPOT".into() };
    let faults = vec![fault(lost(), 1, 4), fault(lost(), 2, 1), fault(dry(), 1, 4), fault(dry(), 2, 1)];
    let plan = plan("three-tier-web", &Scenario { faults, ..Scenario::default() });
    let trace = play_for(&plan, 8, 1).trace.expect("asked for");
    let zone = plan.zones.pairs().find(|(_, z)| z.name.as_str() == "us-east-1a").expect("drawn").0;
    let of_zone = |hours| {
        let at = SimTime::ZERO + Span::from_hours(hours);
        trace.tasks.iter().filter(|task| task.zone == zone && stands(task, at)).count()
    };
    assert!(of_zone(0) > 0);
    assert_eq!(of_zone(4), 0);
    let over: Vec<_> =
        trace.log.iter().filter(|entry| entry.text.starts_with("over: ")).map(|entry| entry.at).collect();
    assert_eq!(over, vec![SimTime::ZERO + Span::from_hours(5); 2]);
}

#[test]
fn cps_14_spot_that_is_gone_is_not_replaced_on_demand() {
    let spot = || "FARGATE_SPOT".into();
    let faults = vec![
        fault(FaultKind::SpotDrought { provider: spot() }, 2, 2),
        fault(FaultKind::SpotWave { provider: spot(), percent: Percent::HUNDRED }, 2, 0),
    ];
    let plan = plan("queue-workers", &Scenario { faults, ..Scenario::default() });
    let run = play_for(&plan, 6, 1);
    let trace = run.trace.expect("asked for");
    let during = SimTime::ZERO + Span::from_hours(3);
    let on = |name: &str, at| {
        let of = |task: &&TaskLife| plan.providers[task.provider].name == name && stands(task, at);
        trace.tasks.iter().filter(of).count()
    };
    assert!(on("FARGATE_SPOT", SimTime::ZERO + Span::from_hours(1)) > 0);
    assert_eq!(on("FARGATE_SPOT", during), 0);
    let seen = &trace.services[0];
    assert_eq!(seen.running.at(during) + seen.waiting.at(during), seen.desired.at(during));
    assert!(seen.waiting.at(during) > 0);
    let after = SimTime::ZERO + Span::from_hours(5);
    assert_eq!(seen.running.at(after), seen.desired.at(after), "placed again once there is capacity");
}

#[test]
fn svc_23_a_rollout_keeps_between_its_percents() {
    let deployment = PlannedDeployment { service: "api".into(), at: Span::from_hours(1), fails: None };
    let plan = plan("three-tier-web", &Scenario { deployments: vec![deployment], ..Scenario::default() });
    let run = play_for(&plan, 3, 1);
    let trace = run.trace.expect("asked for");
    let (ix, api) = plan.services.pairs().find(|(_, s)| s.name.as_str() == "api").expect("drawn");
    let done =
        trace.log.iter().find(|e| e.kind == EntryKind::Deployment && e.text.contains("complete")).expect("it ends");
    let seen = &trace.services[ix.index()];
    let begun = SimTime::ZERO + Span::from_hours(1);
    let during = seen.healthy.changes().iter().filter(|(at, _)| *at > begun && *at < done.at);
    for (at, healthy) in during {
        let lower = api.minimum_healthy.ceil_of(seen.desired.at(*at));
        assert!(*healthy >= lower, "{healthy} in service at {at:?}, fewer than {lower}");
        let upper = api.maximum.floor_of(seen.desired.at(*at));
        assert!(seen.running.at(*at) <= upper, "{} running at {at:?}, more than {upper}", seen.running.at(*at));
    }
    let renewed = trace.tasks.iter().filter(|task| task.service == ix && task.cause == Cause::Deployment).count();
    assert!(renewed >= usize::try_from(seen.desired.at(begun)).unwrap());
}

#[test]
fn a_seed_is_a_run_and_another_is_another() {
    let plan = plan("three-tier-web", &Scenario::default());
    let (one, again, other) = (play_for(&plan, 24, 7), play_for(&plan, 24, 7), play_for(&plan, 24, 8));
    assert_eq!((&one.records, &one.summary, &one.trace), (&again.records, &again.summary, &again.trace));
    assert_ne!(one.records, other.records);
}

#[test]
fn tsk_13_and_inv_02_the_times_of_a_task_do_not_decrease() {
    let plan = plan("three-tier-web", &Scenario { cold_start: true, ..Scenario::default() });
    let run = play_for(&plan, 2, 1);
    let trace = run.trace.expect("asked for");
    assert!(!trace.tasks.is_empty());
    for task in &trace.tasks {
        let moments = [Some(task.placed), task.running, task.healthy, task.ending.map(|(at, _)| at), task.stopped];
        let seen: Vec<_> = moments.into_iter().flatten().collect();
        assert!(seen.is_sorted(), "{task:?}");
    }
    let ran = trace.services.iter().zip(&plan.services);
    for (seen, service) in ran {
        assert_eq!(seen.running.at(SimTime::ZERO), 0, "{} starts with nothing", service.name);
        assert!(seen.running.at(SimTime::ZERO + Span::from_hours(1)) > 0);
    }
}

#[test]
fn plc_44_tasks_that_no_instance_may_hold_wait_and_the_reason_is_told() {
    let mut project = presets::find("gpu-inference").expect("a preset").project();
    let (name, service) = project.design.services.iter_mut().next().expect("it serves something");
    let name = name.clone();
    service.placement_constraints = vec![PlacementConstraint::MemberOf("attribute:stack == other".to_owned())];
    let catalogue = Catalogue::load(&project.design.region).expect("a region");
    let plan = resolve(&project.design, &Scenario::default(), &catalogue).unwrap_or_else(|e| panic!("{e:?}"));
    let run = play_for(&plan, 2, 1);
    let trace = run.trace.expect("asked for");
    let (ix, _) = plan.services.pairs().find(|(_, s)| s.name == name).expect("drawn");
    let (seen, after) = (&trace.services[ix.index()], SimTime::ZERO + Span::from_hours(1));
    assert!(seen.desired.at(after) > 0);
    assert_eq!((seen.running.at(after), seen.waiting.at(after)), (0, seen.desired.at(after)));
    let told = trace.log.iter().filter(|e| e.kind == EntryKind::Placement && e.service == Some(ix)).count();
    assert_eq!(told, 1, "the same message is told once");
    let text = &trace.log.iter().find(|e| e.kind == EntryKind::Placement).expect("told").text;
    assert!(text.contains("MemberOf placement constraint unsatisfied"), "{text}");
}
