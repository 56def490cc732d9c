//! Quotas of running EC2 vCPUs in whole runs and in the estimate.

use super::launches::{plan_of, workers};
use super::*;
use crate::design::account::{QuotaProfile, QuotaValue};
use crate::design::capacity::{
    AutoScalingGroupProvider, CapacityOptionType, CapacityProvider, InstanceRequirements, ManagedInstancesProvider,
    ManagedScaling, StrategyItem,
};
use crate::design::id::SubnetId;
use crate::design::project::Project;
use crate::design::service::Capacity;

const STANDARD: &str = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) vCPUs";
const STANDARD_SPOT: &str = "Standard (A, C, D, H, I, M, R, T, Z) Spot vCPUs";

/// Ten workers of 1 vCPU, two to an m7a.large of 2 vCPUs and 8 GiB.
fn on(provider: impl FnOnce(Vec<SubnetId>) -> CapacityProvider) -> Project {
    let mut project = workers(10);
    let worker = project.design.services.get_mut(&"worker".into()).expect("the preset has it");
    let strategy = StrategyItem { capacity_provider: "machines".into(), base: 0, weight: 1 };
    worker.capacity = Capacity::Strategy(vec![strategy]);
    let subnets = worker.subnets.clone();
    project.design.capacity_providers.insert("machines".into(), provider(subnets));
    project
}

pub(super) fn group(option: Option<CapacityOptionType>) -> Project {
    on(|subnets| {
        CapacityProvider::AutoScalingGroup(AutoScalingGroupProvider {
            option,
            managed_scaling: Some(ManagedScaling::default()),
            ..AutoScalingGroupProvider::new(subnets, vec!["m7a.large".into()], 100)
        })
    })
}

pub(super) fn managed(types: &[&str]) -> Project {
    on(|subnets| {
        let requirements = InstanceRequirements {
            allowed_instance_types: types.iter().map(|t| (*t).to_owned()).collect(),
            on_demand_max_price_percentage_over_lowest_price: Some(Percent::from_percent(900)),
            ..Default::default()
        };
        CapacityProvider::ManagedInstances(ManagedInstancesProvider {
            requirements,
            ..ManagedInstancesProvider::new(subnets)
        })
    })
}

fn allow(project: &mut Project, profile: Option<QuotaProfile>, name: &str, value: u64) {
    project.design.account.quota_profile = profile;
    project.design.account.quotas = vec![QuotaValue { name: name.to_owned(), value }];
}

/// Running and waiting tasks and instances after an hour, with what was told of the limit.
fn after_an_hour(project: &Project, cold_start: bool) -> (u32, u32, u32, Vec<String>) {
    let plan = plan_of(project, &Scenario { cold_start, ..Scenario::default() });
    let trace = play_for(&plan, 2, 1).trace.expect("asked for");
    let hour = SimTime::ZERO + Span::HOUR;
    let provider = plan.providers.pairs().find(|(_, p)| p.name == "machines").expect("drawn").0;
    let told = trace.log.iter().filter(|e| e.text.contains("vCPU limit")).map(|e| e.text.clone()).collect();
    let seen = &trace.services[0];
    (seen.running.at(hour), seen.waiting.at(hour), trace.providers[provider.index()].at(hour), told)
}

#[test]
fn rat_05_a_group_launches_no_more_than_the_accounts_vcpus() {
    // 9 vCPUs are four of two, which hold 8 of 10; without a profile the quota is a finding alone; the quota of Spot is
    // another.
    let spot = Some(CapacityOptionType::Spot);
    for (option, profile, name, running, instances) in [
        (None, Some(QuotaProfile::Default), STANDARD, 8, 4),
        (None, None, STANDARD, 10, 5),
        (spot, Some(QuotaProfile::Default), STANDARD_SPOT, 8, 4),
        // With 5 vCPUs of Spot, the default: two instances.
        (spot, Some(QuotaProfile::NewAccount), STANDARD, 4, 2),
    ] {
        let mut project = group(option);
        allow(&mut project, profile, name, 9);
        for cold in [true, false] {
            let seen = after_an_hour(&project, cold);
            assert_eq!((seen.0, seen.1, seen.2), (running, 10 - running, instances), "{option:?} {name}, cold: {cold}");
            assert_eq!(seen.3.len(), usize::from(running < 10), "told once, where it binds");
        }
        let plan = plan_of(&project, &Scenario::default());
        assert_eq!(crate::estimate::estimate(&plan, Span::HOUR).services[0].unplaced_max, 10 - running);
    }
}

#[test]
fn tasks_without_a_place_wait_for_all_of_the_run() {
    // Four instances hold 8 of 10, so 2 wait for two hours of 3,600,000 ms, of the 10 that are wanted for as long.
    let mut project = group(None);
    allow(&mut project, Some(QuotaProfile::Default), STANDARD, 9);
    let summary = play_for(&plan_of(&project, &Scenario::default()), 2, 1).summary.services[0];
    assert_eq!((summary.unplaced_ms, summary.desired_ms), (2 * 7_200_000, 10 * 7_200_000));
}

#[test]
fn qta_the_limit_is_told_with_its_name_and_number() {
    let mut project = group(None);
    allow(&mut project, Some(QuotaProfile::Default), STANDARD, 9);
    let told = after_an_hour(&project, true).3;
    assert_eq!(
        told,
        [format!("machines launches no more: it would take more than the account's vCPU limit of 9 ({STANDARD})")]
    );
}

#[test]
fn mi_53_managed_instances_count_against_the_same_quota() {
    // Ten over three zones are 4, 3 and 3: two instances in each zone. 9 vCPUs are four of those six.
    let mut project = managed(&["m7a.large"]);
    allow(&mut project, Some(QuotaProfile::Default), STANDARD, 9);
    for cold in [true, false] {
        let seen = after_an_hour(&project, cold);
        assert_eq!((seen.0, seen.1, seen.2), (8, 2, 4), "cold: {cold}");
        assert_eq!(seen.3.len(), 1);
    }
}

#[test]
fn mi_53_a_smaller_type_is_bought_where_the_best_passes_the_quota() {
    // Four tasks of a zone cost as much each on an m7a.xlarge as on two m7a.large, so ECS takes the one: of 4 vCPUs. Two
    // vCPUs hold an m7a.large, and that two tasks.
    let mut project = managed(&["m7a.large", "m7a.xlarge"]);
    allow(&mut project, Some(QuotaProfile::Default), STANDARD, 1_000);
    assert_eq!(after_an_hour(&project, true).2, 5, "one xlarge and twice two large");
    allow(&mut project, Some(QuotaProfile::Default), STANDARD, 2);
    let seen = after_an_hour(&project, true);
    assert_eq!((seen.0, seen.2), (2, 1), "{:?}", seen.3);
}

#[test]
fn rat_05_a_family_whose_quota_is_none_gets_no_instance() {
    let preset = presets::find("gpu-inference").expect("a preset");
    let mut project = preset.project();
    project.design.account.quota_profile = Some(QuotaProfile::NewAccount);
    project.design.account.quotas.clear();
    let plan = plan_of(&project, &Scenario { cold_start: true, ..Scenario::default() });
    let run = play_for(&plan, 2, 1);
    assert!(run.summary.instances.iter().all(|(_, most, _)| *most == 0), "0 G vCPUs: {:?}", run.summary.instances);
    let told =
        run.trace.expect("asked for").log.into_iter().find(|e| e.text.contains("vCPU limit")).expect("told").text;
    assert!(told.ends_with("vCPU limit of 0 (Running On-Demand G and VT vCPUs)"), "{told}");
}

#[test]
fn rat_05_vcpus_given_back_are_launched_again() {
    // A lost zone ends its instances; the others take as many in the zones left, within the same nine vCPUs.
    let mut project = group(None);
    allow(&mut project, Some(QuotaProfile::Default), STANDARD, 9);
    let kind = FaultKind::ZoneLoss("us-east-1a".into());
    let plan = plan_of(&project, &Scenario { faults: vec![fault(kind, 1, 3)], ..Scenario::default() });
    let trace = play_for(&plan, 3, 1).trace.expect("asked for");
    let provider = plan.providers.pairs().find(|(_, p)| p.name == "machines").expect("drawn").0;
    let instances = &trace.providers[provider.index()];
    let most = instances.changes().iter().map(|(_, count)| *count).max();
    assert_eq!((most, instances.at(SimTime::ZERO + Span::from_hours(2))), (Some(4), 4));
}
