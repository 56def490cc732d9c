//! A lost zone and what leans on it.

use super::launches::plan_of;
use super::*;
use crate::design::project::Project;

fn three_tier(scenario: Option<&str>) -> Project {
    let mut project = presets::find("three-tier-web").expect("a preset").project();
    if let Some(name) = scenario {
        let edits = project.scenarios[&name.into()].edits.clone();
        for edit in edits {
            edit.apply(&mut project.design).expect("a preset's own edit");
        }
    }
    // Nobody scales: what is missing is what could not start.
    project.design.services.values_mut().for_each(|service| service.scaling = None);
    project
}

/// Tasks of `api` that are wanted and run, half an hour after us-east-1a is lost for an hour, and an hour after it is back.
fn api(project: &Project) -> ([(u32, u32); 2], Plan, Trace) {
    let lost = FaultKind::ZoneLoss("us-east-1a".into());
    let plan = plan_of(project, &Scenario { faults: vec![fault(lost, 1, 1)], ..Scenario::default() });
    let trace = play_for(&plan, 4, 1).trace.expect("asked for");
    let ix = plan.services.pairs().find(|(_, service)| service.name.as_str() == "api").expect("drawn").0;
    let seen = &trace.services[ix.index()];
    let at = |minutes| {
        let at = SimTime::ZERO + Span::from_minutes(minutes);
        (seen.desired.at(at), seen.running.at(at))
    };
    ([at(90), at(180)], plan, trace)
}

#[test]
fn int_03_a_gateway_of_its_own_lets_the_other_zones_replace_what_is_lost() {
    let ([during, after], plan, trace) = api(&three_tier(None));
    assert_eq!((during, after), ((30, 30), (30, 30)));
    assert!(plan.not_played.iter().all(|gap| !gap.what.starts_with("calls that other zones")));
    assert!(!trace.log.iter().any(|entry| entry.text.contains("cannot pull")));
}

#[test]
fn int_03_the_one_gateway_in_the_lost_zone_takes_every_start_along() {
    // A third of thirty stood in us-east-1a with the only gateway: twenty are left, and none starts until it is back.
    let ([during, after], plan, trace) = api(&three_tier(Some("one-nat-gateway")));
    assert_eq!((during, after), ((30, 20), (30, 30)));
    assert!(plan.not_played.iter().any(|gap| gap.what.starts_with("calls that other zones")));
    let told = trace.log.iter().filter(|entry| entry.text.starts_with("api cannot pull its image")).count();
    assert_eq!(told, 1);
}
