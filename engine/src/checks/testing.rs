//! What tests of rules share: one good design, its parts by name, and the row that every family's table is made of.
//!
//! The good design has no finding at all. A case spoils it in one way and says where the rule bites; its clean side
//! changes it in a way that comes near and must stay clean.

use crate::catalogue::Catalogue;
use crate::checks::{self, Diagnostic};
use crate::design::capacity::{AutoScalingGroupProvider, CapacityProvider, ManagedInstancesProvider};
use crate::design::cidr::Cidr;
use crate::design::container::{Container, ContainerHealthCheck};
use crate::design::load_balancing::{Listener, LoadBalancer, TargetGroup};
use crate::design::network::{Subnet, Vpc};
use crate::design::project::Project;
use crate::design::service::Service;
use crate::design::standalone::StandaloneTask;
use crate::design::task_definition::TaskDefinition;
use crate::design::{Design, id};
use std::sync::LazyLock;

/// A row of a family's test table.
pub(super) struct Case {
    pub(super) rule: &'static str,
    pub(super) faulty: fn(&mut Design),
    pub(super) places: &'static [&'static str],
    pub(super) clean: fn(&mut Design),
}

/// A rule, a spoilt design, where the rule bites, and a design near it that is clean.
pub(super) const fn case(
    rule: &'static str,
    faulty: fn(&mut Design),
    places: &'static [&'static str],
    clean: fn(&mut Design),
) -> Case {
    Case { rule, faulty, places, clean }
}

/// The catalogue of the good design's region.
pub(super) static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load(&"us-east-1".into()).expect("the catalogue in the program reads"));

/// A good design: three zones, a way out in each, a web service on Fargate behind an Application Load Balancer, a
/// worker on an Auto Scaling group, a model on Managed Instances, and a nightly task.
pub(super) fn base() -> Design {
    Project::read(include_str!("testing.ron")).expect("the good design reads").design
}

fn find(design: &Design, rule: &str) -> Vec<Diagnostic> {
    let all = checks::run(design, &CATALOGUE, &[]);
    all.into_iter().filter(|finding| finding.rule.0 == rule).collect()
}

fn changed(change: fn(&mut Design)) -> Design {
    let mut design = base();
    change(&mut design);
    design
}

/// Holds every case: found where it says, clean where it says, and each fix makes its finding vanish.
#[track_caller]
pub(super) fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let design = changed(case.faulty);
        let found = find(&design, case.rule);
        let mut places: Vec<_> = found.iter().map(|finding| finding.at.to_string()).collect();
        places.dedup();
        if places != case.places {
            wrong.push(format!("{at} {}: found at {places:?}, not {:?}", case.rule, case.places));
        }
        let near: Vec<_> = find(&changed(case.clean), case.rule).iter().map(ToString::to_string).collect();
        if !near.is_empty() {
            wrong.push(format!("{at} {}: the clean side has {near:?}", case.rule));
        }
        for finding in &found {
            wrong.extend(unmended(&design, finding).map(|what| format!("{at} {}: {what}", case.rule)));
            wrong.extend(misworded(finding).map(|what| format!("{at} {}: {what}", case.rule)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the fixes of a finding: it stays, or an error comes that was not there.
fn unmended(design: &Design, finding: &Diagnostic) -> Option<String> {
    let errors = |d: &Design| {
        let all = checks::run(d, &CATALOGUE, &[]);
        all.into_iter().filter(|f| f.severity == checks::Severity::Error).collect::<Vec<_>>()
    };
    for fix in &finding.fixes {
        let mut mended = design.clone();
        for edit in &fix.edits {
            if let Err(error) = edit.apply(&mut mended) {
                return Some(format!("fix `{}`: {error}", fix.label));
            }
        }
        let still = find(&mended, finding.rule.0);
        if still.iter().any(|f| f.at == finding.at && f.message == finding.message) {
            return Some(format!("fix `{}` leaves {finding}", fix.label));
        }
        let before = errors(design);
        if let Some(new) = errors(&mended).into_iter().find(|f| !before.iter().any(|b| b.rule == f.rule)) {
            return Some(format!("fix `{}` brings {new}", fix.label));
        }
    }
    None
}

/// What is wrong with the words of a finding.
fn misworded(finding: &Diagnostic) -> Option<String> {
    let texts = [&finding.message, &finding.hint];
    texts.into_iter().find(|text| text.is_empty() || text.ends_with('.') || text.contains("  ")).cloned()
}

#[test]
fn the_good_design_has_no_finding() {
    let found: Vec<_> = checks::run(&base(), &CATALOGUE, &[]).iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_rule_has_a_finding_and_a_clean_case() {
    let families = [
        super::references::tests::CASES,
        super::naming::tests::CASES,
        super::ranges::tests::CASES,
        super::bounds::tests::CASES,
        super::task_size::tests::CASES,
        super::task_design::tests::CASES,
        super::containers::tests::CASES,
        super::registration::tests::CASES,
        super::dependencies::tests::CASES,
        super::network::tests::CASES,
        super::ipv6::tests::CASES,
        super::addresses::tests::CASES,
        super::placement::tests::CASES,
        super::platform_version::tests::CASES,
        super::capacity::tests::CASES,
        super::providers::tests::CASES,
        super::instances::tests::CASES,
        super::daemons::tests::CASES,
        super::deployment::tests::CASES,
        super::rollout_room::tests::CASES,
        super::hooks::tests::CASES,
        super::scaling::tests::CASES,
        super::step_scaling::tests::CASES,
        super::overload::tests::CASES,
        super::schedules::tests::CASES,
        super::patterns::tests::CASES,
        super::load_balancing::tests::CASES,
        super::target_groups::tests::CASES,
        super::discovery::tests::CASES,
        super::health::tests::CASES,
        super::monitoring::tests::CASES,
        super::storage::tests::CASES,
        super::access::tests::CASES,
        super::exposure::tests::CASES,
        super::cost::tests::CASES,
        super::endpoints::tests::CASES,
        super::quotas::tests::CASES,
    ];
    let cases = || families.iter().copied().flatten();
    let bare: Vec<_> = checks::rules()
        .map(|rule| rule.id.0)
        .filter(|id| !cases().any(|case| case.rule == *id && !case.places.is_empty()))
        .collect();
    assert!(bare.is_empty(), "rules without a case: {bare:?}");
    let mut ids: Vec<_> = checks::rules().map(|rule| rule.id.0).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "two rules of one name");
}

#[test]
fn an_allowed_rule_is_silent() {
    let mut design = base();
    web(&mut design).cluster = "other".into();
    let all = checks::run(&design, &CATALOGUE, &[]);
    let allowed = checks::run(&design, &CATALOGUE, &["dangling-reference".to_owned()]);
    assert!(all.iter().any(|f| f.rule.0 == "dangling-reference"));
    assert!(allowed.iter().all(|f| f.rule.0 != "dangling-reference"));
    assert!(all.is_sorted_by_key(|f| f.severity));
}

#[test]
fn an_empty_design_is_checked_without_findings() {
    assert_eq!(checks::run(&Design::new("us-east-1".into()), &CATALOGUE, &[]), Vec::new());
}

/// An item of the good design that a test means to change.
macro_rules! parts {
    ($($name:ident: $map:ident[$id:ident $key:literal] $value:ty;)*) => {$(
        pub(super) fn $name(design: &mut Design) -> &mut $value {
            design.$map.get_mut(&id::$id::new($key)).expect("the good design has it")
        }
    )*};
}

parts! {
    vpc: vpcs[VpcId "vpc"] Vpc;
    web: services[ServiceId "web"] Service;
    worker: services[ServiceId "worker"] Service;
    model: services[ServiceId "model"] Service;
    nightly: standalone_tasks[StandaloneTaskId "nightly"] StandaloneTask;
    web_definition: task_definitions[TaskDefinitionId "web"] TaskDefinition;
    worker_definition: task_definitions[TaskDefinitionId "worker"] TaskDefinition;
    model_definition: task_definitions[TaskDefinitionId "model"] TaskDefinition;
    report_definition: task_definitions[TaskDefinitionId "report"] TaskDefinition;
    front: load_balancers[LoadBalancerId "front"] LoadBalancer;
    web_targets: target_groups[TargetGroupId "web"] TargetGroup;
    private_a: subnets[SubnetId "private-a"] Subnet;
    public_a: subnets[SubnetId "public-a"] Subnet;
}

/// The web definition's one container.
pub(super) fn app(design: &mut Design) -> &mut Container {
    &mut web_definition(design).containers[0]
}

/// The balancer's one listener.
pub(super) fn listener(design: &mut Design) -> &mut Listener {
    &mut front(design).listeners[0]
}

/// The Auto Scaling group behind the worker.
pub(super) fn group(design: &mut Design) -> &mut AutoScalingGroupProvider {
    match design.capacity_providers.get_mut(&id::CapacityProviderId::new("machines")) {
        Some(CapacityProvider::AutoScalingGroup(group)) => group,
        other => panic!("the good design has an Auto Scaling group, not {other:?}"),
    }
}

/// The Managed Instances provider behind the model.
pub(super) fn managed(design: &mut Design) -> &mut ManagedInstancesProvider {
    match design.capacity_providers.get_mut(&id::CapacityProviderId::new("managed")) {
        Some(CapacityProvider::ManagedInstances(managed)) => managed,
        other => panic!("the good design has Managed Instances, not {other:?}"),
    }
}

/// A sidecar beside the web container, which nothing waits for.
pub(super) fn sidecar(design: &mut Design) -> &mut Container {
    let mut container = Container::new("sidecar", "739216405518.dkr.ecr.us-east-1.amazonaws.com/sidecar:2.1.0");
    container.essential = Some(false);
    container.stop_timeout = Some(crate::units::Seconds::from_secs(2));
    let definition = web_definition(design);
    definition.containers.push(container);
    definition.containers.last_mut().expect("a container was pushed in the line above")
}

/// A container health check with AWS's defaults.
pub(super) fn health_check() -> ContainerHealthCheck {
    ContainerHealthCheck { command: vec!["CMD-SHELL".to_owned(), "true".to_owned()], ..ContainerHealthCheck::default() }
}

/// A block of addresses.
pub(super) fn block(text: &str) -> Cidr {
    Cidr::parse(text).expect("the test writes a block")
}
