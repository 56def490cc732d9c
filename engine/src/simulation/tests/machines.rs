//! Instances in whole runs: Spot taken back, Managed Instances made fewer and cheaper.

use super::launches::plan_of;
use super::vcpus::{group, managed};
use super::*;
use crate::control::action::Spot;
use crate::control::capacity::managed_instances::is_dear;
use crate::design::capacity::{CapacityOptionType, CapacityProvider};
use crate::design::load::{Load, Series};
use crate::plan::provider::PlannedProvider;
use crate::simulation::trace::{Ended, InstanceLife};
use crate::simulation::world::World;
use crate::units::{MilliPerSecond, Ppm, Seconds};

fn machines(plan: &Plan) -> Ix<PlannedProvider> {
    plan.providers.pairs().find(|(_, p)| p.name == "machines").expect("drawn").0
}

#[test]
fn ec2_32_spot_instances_are_taken_back_as_often_as_the_advisor_says_with_two_minutes_notice() {
    // As if all were taken in a month: each of the five that stood at its beginning is.
    let mut plan = plan_of(&group(Some(CapacityOptionType::Spot)), &Scenario::default());
    let provider = machines(&plan);
    let listed = plan.providers[provider].candidates[0].interrupted;
    assert!([25_000, 75_000, 125_000, 175_000, 225_000].contains(&listed.ppm()), "the middle of a band: {listed:?}");
    plan.providers[provider].candidates[0].interrupted = Ppm::ONE;
    let taken = |seed| {
        let trace = play_for(&plan, 730, seed).trace.expect("asked for");
        let seen = &trace.services[0];
        assert_eq!(seen.running.at(SimTime::ZERO + Span::MONTH), 10, "replaced");
        let first: Vec<_> = trace.instances.iter().filter(|i| i.launched == SimTime::ZERO).collect();
        let reclaimed = |life: &&InstanceLife| matches!(life.draining, Some((_, Ended::SpotReclaimed)));
        assert_eq!((first.len(), first.iter().filter(|life| reclaimed(life)).count()), (5, 5));
        for life in trace.instances.iter().filter(reclaimed) {
            let (noticed, _) = life.draining.expect("reclaimed");
            let gone = life.terminated.unwrap_or(SimTime::ZERO + Span::MONTH);
            assert!(gone.since(noticed) <= Span::from_secs(120), "{life:?}");
        }
        let told = trace.log.iter().filter(|e| e.text.starts_with("EC2 takes a Spot instance of machines")).count();
        assert_eq!(told, trace.instances.iter().filter(reclaimed).count());
        first.into_iter().map(|life| life.draining).collect::<Vec<_>>()
    };
    assert_eq!(taken(1), taken(1));
    assert_ne!(taken(1), taken(2), "seeds vary Spot");
}

#[test]
fn ec2_32_on_demand_is_never_taken_back() {
    let plan = plan_of(&group(None), &Scenario::default());
    assert_eq!(plan.providers[machines(&plan)].candidates[0].interrupted, Ppm::ZERO);
    assert!(play_for(&plan, 730, 1).trace.expect("asked for").instances.iter().all(|life| life.draining.is_none()));
}

#[test]
fn mi_33_an_instance_is_dear_when_a_cheaper_one_holds_all_that_it_holds() {
    // An m7a.xlarge holds four workers, an m7a.large two, at half the price. (type, tasks, saving asked for, dear)
    for (on, tasks, saving, dear) in [
        ("m7a.xlarge", 0, 100_000, false), // idle is another rule: MI-30
        ("m7a.xlarge", 1, 100_000, true),
        ("m7a.xlarge", 2, 100_000, true),
        ("m7a.xlarge", 3, 100_000, false),
        ("m7a.xlarge", 2, 500_000, true), // half is saved
        ("m7a.xlarge", 2, 500_100, false),
        ("m7a.large", 1, 100_000, false), // nothing is cheaper
    ] {
        let mut plan = plan_of(&managed(&["m7a.large", "m7a.xlarge"]), &Scenario::default());
        plan.timings.mi_consolidation_saving = Ppm::from_ppm(saving);
        let (provider, service) = (machines(&plan), Ix::new(0));
        let place = plan.providers[provider].candidates.iter().position(|c| c.name.as_str() == on).expect("allowed");
        let zone = plan.services[service].zones[0].0;
        let mut world = World::new(&plan, Options { window: Span::HOUR, seed: 1, detail: Detail::Totals });
        world.warm_machine(provider, place, zone, Cause::HoldsTasks);
        for _ in 0..tasks {
            world.warm_task(service, 0, Spot::Instance(Ix::new(0)));
        }
        assert_eq!(is_dear(&plan, &world.state, Ix::new(0)), dear, "{tasks} on {on}, {saving}");
    }
}

#[test]
fn mi_31_what_is_left_after_the_rush_moves_to_a_smaller_instance() {
    // Eight workers' worth of jobs for two hours, then one's, in one zone: two m7a.xlarge, then one m7a.large.
    let mut project = managed(&["m7a.large", "m7a.xlarge"]);
    let mut original = presets::find("queue-workers").expect("a preset").project();
    let mut load = original.design.loads.remove(&"jobs".into()).expect("the preset has it");
    let Load::Jobs(jobs) = &mut load else { panic!("jobs") };
    let rate = MilliPerSecond::from_milli;
    jobs.shape.series =
        Series::Samples { step: Seconds::from_secs(7_200), values: vec![rate(200), rate(20)], source: String::new() };
    (jobs.shape.spikes, jobs.shape.noise) = (Vec::new(), Ppm::ZERO);
    project.design.loads.insert("jobs".into(), load);
    let subnet;
    {
        let worker = project.design.services.get_mut(&"worker".into()).expect("drawn");
        worker.subnets.truncate(1);
        worker.desired_count = 8;
        subnet = worker.subnets[0].clone();
        let preset = &original.design.services[&"worker".into()];
        let mut scaling = preset.scaling.clone().expect("the preset has it");
        (scaling.min_capacity, scaling.max_capacity) = (1, 8);
        worker.scaling = Some(scaling);
    }
    let Some(CapacityProvider::ManagedInstances(provider)) =
        project.design.capacity_providers.get_mut(&"machines".into())
    else {
        panic!("Managed Instances")
    };
    provider.subnets = vec![subnet];
    let plan = plan_of(&project, &Scenario::default());
    let trace = play_for(&plan, 4, 1).trace.expect("asked for");
    let names = |at: SimTime| {
        let there = |life: &&InstanceLife| life.launched <= at && life.terminated.is_none_or(|gone| gone > at);
        let of =
            |life: &InstanceLife| plan.providers[life.provider].candidates[life.candidate].name.as_str().to_owned();
        trace.instances.iter().filter(there).map(of).collect::<Vec<_>>()
    };
    assert_eq!(names(SimTime::ZERO), ["m7a.xlarge", "m7a.xlarge"]);
    let end = SimTime::ZERO + Span::from_minutes(239);
    assert_eq!((names(end), trace.services[0].waiting.at(end)), (vec!["m7a.large".to_owned()], 0));
}
