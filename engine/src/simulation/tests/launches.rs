//! Launch rates in whole runs.

use super::*;
use crate::design::account::{QuotaProfile, QuotaValue};
use crate::design::capacity::StrategyItem;
use crate::design::id::CapacityProviderId;
use crate::design::project::Project;
use crate::design::service::Capacity;

/// The workers alone, on Fargate, so many of them, with nothing to do and nothing that scales them.
pub(super) fn workers(count: u32) -> Project {
    let mut project = presets::find("queue-workers").expect("a preset").project();
    project.design.loads.clear();
    project.design.account.quotas.clear();
    let worker = project.design.services.get_mut(&"worker".into()).expect("the preset has it");
    worker.desired_count = count;
    worker.scaling = None;
    worker.capacity =
        Capacity::Strategy(vec![StrategyItem { capacity_provider: CapacityProviderId::fargate(), base: 0, weight: 1 }]);
    project
}

pub(super) fn plan_of(project: &Project, scenario: &Scenario) -> Plan {
    let catalogue = Catalogue::load(&project.design.region).expect("a region");
    resolve(&project.design, scenario, &catalogue).unwrap_or_else(|e| panic!("{e:?}"))
}

fn cold() -> Scenario {
    Scenario { cold_start: true, ..Scenario::default() }
}

/// When each task was placed, in seconds.
fn placed(project: &Project) -> (Vec<u64>, Trace) {
    let trace = play_for(&plan_of(project, &cold()), 1, 1).trace.expect("asked for");
    let mut placed: Vec<_> = trace.tasks.iter().map(|task| task.placed.ms()).collect();
    placed.sort_unstable();
    assert!(placed.iter().all(|at| at % 1000 == 0), "launches are let at whole seconds");
    (placed.into_iter().map(|at| at / 1000).collect(), trace)
}

#[test]
fn rat_07_v61_a_service_of_1000_on_fargate_is_launched_by_80_seconds() {
    for (count, last) in [(100, 0), (300, 10), (500, 20), (1000, 80)] {
        let (placed, trace) = placed(&workers(count));
        assert_eq!((placed.len(), placed.last().copied()), (usize::try_from(count).unwrap(), Some(last)));
        let told = trace.log.iter().filter(|entry| entry.text.contains("throttled")).count();
        assert_eq!(told, usize::from(count > 100), "told once, where it binds");
        // They wait for their turn; a place there is for all of them.
        let waited = trace.services[0].waiting.changes().iter().map(|(_, waiting)| *waiting).max();
        assert_eq!(waited, Some(count.saturating_sub(100)));
        assert_eq!(play_for(&plan_of(&workers(count), &cold()), 1, 1).summary.services[0].unplaced_max, 0);
    }
}

#[test]
fn rat_02_services_share_the_accounts_launches_and_have_a_minute_each() {
    // Twice 150: 100 at 0 s, then 20 a second for 200 more: 10 s. The first in the plan's order is done first.
    let mut project = workers(150);
    let worker = project.design.services[&"worker".into()].clone();
    project.design.services.insert("zz".into(), worker);
    let (placed, _) = placed(&project);
    assert_eq!((placed.len(), placed[99], placed[100], placed.last().copied()), (300, 0, 1, Some(10)));
}

#[test]
fn rat_05_an_account_may_have_another_launch_rate() {
    // 50 at 0 s, then 10 a second: 300 tasks by 25 s.
    let mut project = workers(300);
    for (name, value) in [("Fargate task launches at once", 50), ("Fargate task launches a second", 10)] {
        project.design.account.quotas.push(QuotaValue { name: name.to_owned(), value });
    }
    let (placed, _) = placed(&project);
    assert_eq!((placed[49], placed[50], placed.last().copied()), (0, 1, Some(25)));
}

#[test]
fn rat_01_plenty_of_launches_asks_for_no_event() {
    // 100 tasks that start at once take as many steps as the same 100 at a hundred times the rate.
    let events = |project: &Project| play_for(&plan_of(project, &cold()), 1, 1).summary.events;
    let mut project = workers(100);
    let before = events(&project);
    project.design.account.quotas.push(QuotaValue { name: "Fargate task launches at once".to_owned(), value: 10_000 });
    assert_eq!(events(&project), before);
}

#[test]
fn rat_05_tasks_over_a_profiles_vcpus_are_not_placed_and_the_reason_is_told() {
    // Workers of 1 vCPU: 6 of 10 run under a new account's 6; without a profile all ten do; with a quota of 8 of one's own
    // eight do. The estimate agrees.
    let mut project = workers(10);
    let cpu = plan_of(&project, &Scenario::default()).services[Ix::new(0)].cpu;
    assert_eq!(cpu, crate::units::CpuUnits::from_vcpus(1));
    let hour = SimTime::ZERO + Span::from_hours(1);
    let own = QuotaValue { name: "Fargate On-Demand vCPUs".to_owned(), value: 8 };
    for (profile, own, runs) in [(None, None, 10), (Some(QuotaProfile::NewAccount), None, 6)]
        .into_iter()
        .chain([(Some(QuotaProfile::NewAccount), Some(own.clone()), 8), (None, Some(own), 10)])
    {
        project.design.account.quota_profile = profile;
        project.design.account.quotas = own.into_iter().collect();
        for cold_start in [true, false] {
            let plan = plan_of(&project, &Scenario { cold_start, ..Scenario::default() });
            let run = play_for(&plan, 2, 1);
            let trace = run.trace.expect("asked for");
            let seen = &trace.services[0];
            assert_eq!((seen.running.at(hour), seen.waiting.at(hour)), (runs, 10 - runs), "cold: {cold_start}");
            let told = trace.log.iter().filter(|e| e.text.contains("limit on the number of vCPUs")).count();
            assert_eq!(told, usize::from(runs < 10), "told once, where it binds");
            let estimated = crate::estimate::estimate(&plan, Span::HOUR).services[0];
            assert_eq!((estimated.tasks_max, estimated.unplaced_max), (runs, 10 - runs));
        }
    }
}

#[test]
fn rat_05_vcpus_given_back_start_what_waits_for_them() {
    // 6 vCPUs hold 6 of 10; half of those running end after an hour, and others start in their place.
    let mut project = workers(10);
    project.design.account.quota_profile = Some(QuotaProfile::Default);
    let kind = FaultKind::TaskFailure { service: "worker".into(), percent: Percent::from_percent(50) };
    let plan = plan_of(&project, &Scenario { faults: vec![fault(kind, 1, 0)], ..Scenario::default() });
    let trace = play_for(&plan, 2, 1).trace.expect("asked for");
    let seen = &trace.services[0].running;
    let (struck, later) = (SimTime::ZERO + Span::HOUR, SimTime::ZERO + Span::from_minutes(65));
    assert_eq!((seen.at(struck), seen.at(later)), (3, 6));
    assert_eq!(trace.tasks.iter().filter(|task| task.placed == struck).count(), 3, "at once, not at the next try");
}
