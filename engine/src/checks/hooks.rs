//! Hooks and listener rules of deployments that keep two sets of tasks: when ECS calls, and which rule it moves.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::deployment::{DeploymentStrategy, HookStage, HookTarget, LifecycleHook, ListenerRuleRef};
use crate::design::edit::Edit;
use crate::design::id::{LoadBalancerId, ServiceId};
use crate::design::load_balancing::{Listener, LoadBalancer, LoadBalancerType};
use crate::design::service::Service;
use crate::design::{Item, ItemRef};
use crate::units::Minutes;

const HOOK: &str = "ECS API Reference, \"DeploymentLifecycleHook\"";
const RULE: &str = "ECS API Reference, \"AdvancedConfiguration\", productionListenerRule and testListenerRule";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "hook-without-stage",
        Severity::Error,
        "A deployment hook has no stage at which ECS calls it",
        HOOK,
        hook_without_stage,
    ),
    Rule::new(
        "pause-while-traffic-moves",
        Severity::Error,
        "A deployment pauses at a stage in which traffic moves",
        HOOK,
        pause_while_traffic_moves,
    ),
    Rule::new(
        "hook-without-function",
        Severity::Error,
        "A deployment hook names no function to call",
        HOOK,
        hook_without_function,
    ),
    Rule::new(
        "hook-timeout-out-of-range",
        Severity::Error,
        "The timeout of a deployment hook is outside what ECS takes",
        "ECS API Reference, \"DeploymentLifecycleHookTimeoutConfiguration\"",
        hook_timeout_out_of_range,
    ),
    Rule::new(
        "missing-production-rule",
        Severity::Error,
        "A deployment with two sets of tasks names no listener rule to move",
        RULE,
        missing_production_rule,
    ),
    Rule::new(
        "listener-rule-not-drawn",
        Severity::Error,
        "A deployment names a listener rule that is not drawn",
        RULE,
        listener_rule_not_drawn,
    ),
];

/// The services whose deployments keep two sets of tasks: hooks and listener rules are theirs alone.
pub(super) fn services<'d>(context: &Context<'d>) -> impl Iterator<Item = (&'d ServiceId, &'d Service)> {
    let of_two = |service: &Service| service.deployment.strategy() != DeploymentStrategy::Rolling;
    context.design.services.iter().filter(move |(_, service)| of_two(service))
}

fn at(id: &ServiceId) -> ItemRef {
    ItemRef::Service(id.clone())
}

/// Every hook of these services, with its place among the service's.
pub(super) fn hooks<'d>(
    context: &Context<'d>,
) -> impl Iterator<Item = (&'d ServiceId, &'d Service, usize, &'d LifecycleHook)> {
    services(context).flat_map(|(id, service)| {
        let all = service.deployment.lifecycle_hooks.iter().enumerate();
        all.map(move |(place, hook)| (id, service, place, hook))
    })
}

/// What a finding calls a hook: `Hook 2 (PAUSE)`.
pub(super) fn called(place: usize, hook: &LifecycleHook) -> String {
    let target = hook.target_type();
    let of = if hook.function.trim().is_empty() || target == HookTarget::Pause { target.aws() } else { &hook.function };
    format!("Hook {} ({of})", place + 1)
}

fn put_hook(id: &ServiceId, service: &Service, place: usize, hook: LifecycleHook) -> Vec<Edit> {
    let mut changed = service.clone();
    changed.deployment.lifecycle_hooks[place] = hook;
    vec![Edit::Put(Item::Service(id.clone(), changed))]
}

/// What: a hook without stages. Why: ECS refuses it: it would never be called.
///
/// Source: ECS API Reference, "`DeploymentLifecycleHook`", lifecycleStages (rule HOK-01).
fn hook_without_stage(context: &Context<'_>, out: &mut Findings) {
    for (id, _, place, hook) in hooks(context).filter(|(.., hook)| hook.stages.is_empty()) {
        let message = format!("{} has none of the {} stages", called(place, hook), HookStage::ALL.len());
        out.add(at(id), "deployment", message, "Name the stages at which ECS calls it");
    }
}

/// The stage before one at which nothing can pause; none of the others.
///
/// Source: ECS Developer Guide, "Amazon ECS blue/green deployments", lifecycle stages (rules BGD-01, HOK-01).
const fn stage_before(stage: HookStage) -> Option<HookStage> {
    match stage {
        HookStage::TestTrafficShift => Some(HookStage::PostScaleUp),
        HookStage::ProductionTrafficShift => Some(HookStage::PreProductionTrafficShift),
        HookStage::ReconcileService
        | HookStage::PreScaleUp
        | HookStage::PostScaleUp
        | HookStage::PostTestTrafficShift
        | HookStage::PreProductionTrafficShift
        | HookStage::PostProductionTrafficShift => None,
    }
}

/// What: a pause at `TEST_TRAFFIC_SHIFT` or `PRODUCTION_TRAFFIC_SHIFT`. Why: ECS refuses it: at these stages it calls
/// functions alone. Fix: pauses at the stage before.
///
/// Source: ECS API Reference, "`DeploymentLifecycleHook`", lifecycleStages (rule HOK-01).
fn pause_while_traffic_moves(context: &Context<'_>, out: &mut Findings) {
    for (id, service, place, hook) in hooks(context).filter(|(.., hook)| hook.target_type() == HookTarget::Pause) {
        let wrong: Vec<_> = hook.stages.iter().filter(|stage| stage_before(**stage).is_some()).collect();
        if wrong.is_empty() {
            continue;
        }
        let words: Vec<_> = wrong.iter().map(|stage| stage.aws()).collect();
        let mut changed = hook.clone();
        changed.stages = Vec::new();
        for stage in &hook.stages {
            let moved = stage_before(*stage).unwrap_or(*stage);
            if !changed.stages.contains(&moved) {
                changed.stages.push(moved);
            }
        }
        let message = format!("{} is at {}, where traffic moves", called(place, hook), words.join(" and "));
        out.add(at(id), "deployment", message, "Pause before or after, or call a function there")
            .fix("Pause at the stage before", put_hook(id, service, place, changed));
    }
}

/// What: a hook of the kind `AWS_LAMBDA` without an ARN. Why: ECS refuses it: it has nothing to call. Fix: a pause in its
/// place, where its stages allow one.
///
/// Source: ECS API Reference, "`DeploymentLifecycleHook`", hookTargetArn (rule HOK-02).
fn hook_without_function(context: &Context<'_>, out: &mut Findings) {
    let bare = |hook: &LifecycleHook| hook.target_type() == HookTarget::AwsLambda && hook.function.trim().is_empty();
    for (id, service, place, hook) in hooks(context).filter(|(.., hook)| bare(hook)) {
        let message = format!("{} has no function ARN", called(place, hook));
        let finding = out.add(at(id), "deployment", message, "Name the function that ECS calls");
        if !hook.stages.is_empty() && hook.stages.iter().all(|stage| stage_before(*stage).is_none()) {
            let pause = LifecycleHook { target_type: Some(HookTarget::Pause), role: None, ..hook.clone() };
            finding.fix("Pause instead", put_hook(id, service, place, pause));
        }
    }
}

/// The longest timeout of a kind of hook, in minutes.
///
/// Source: ECS API Reference, "`DeploymentLifecycleHookTimeoutConfiguration`", timeoutInMinutes (rule HOK-04).
const fn longest(target: HookTarget) -> Minutes {
    match target {
        HookTarget::AwsLambda => Minutes::from_minutes(1440),
        HookTarget::Pause => Minutes::from_minutes(20_160),
    }
}

/// What: a timeout of 0, or over 1,440 minutes of a function and 20,160 of a pause. Why: ECS refuses it. Fix: AWS's
/// default of 1,440 minutes.
///
/// Source: ECS API Reference, "`DeploymentLifecycleHookTimeoutConfiguration`" (rule HOK-04).
fn hook_timeout_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, service, place, hook) in hooks(context) {
        let most = longest(hook.target_type());
        let Some(timeout) = hook.timeout.filter(|timeout| timeout.minutes() == 0 || *timeout > most) else { continue };
        let changed = LifecycleHook { timeout: None, ..hook.clone() };
        let message = format!("{} times out after {timeout}, ECS takes 1 to {most}", called(place, hook));
        out.add(at(id), "deployment", message, "Stay within what ECS takes")
            .fix("Use AWS's default", put_hook(id, service, place, changed));
    }
}

/// The rules and default actions of a balancer's listeners that lead to a service's first target group.
fn rules_to(balancers: &[(&LoadBalancerId, &LoadBalancer)], service: &Service) -> Vec<ListenerRuleRef> {
    let Some(first) = service.load_balancers.first() else { return Vec::new() };
    let of_listener = |id: &LoadBalancerId, listener: &Listener| {
        let of = |rule| ListenerRuleRef { load_balancer: id.clone(), port: listener.port, rule };
        let default = (listener.default_target_group.as_ref() == Some(&first.target_group)).then(|| of(None));
        let ruled = (1u32..).zip(&listener.rules).filter(|(_, rule)| rule.target_group == first.target_group);
        default.into_iter().chain(ruled.map(|(place, _)| of(Some(place)))).collect::<Vec<_>>()
    };
    balancers.iter().flat_map(|(id, b)| b.listeners.iter().flat_map(|listener| of_listener(id, listener))).collect()
}

/// As a finding says it: `rule 2 of port 443 of front`.
fn word(rule: &ListenerRuleRef) -> String {
    let of = format!("port {} of {}", rule.port, rule.load_balancer);
    rule.rule.map_or_else(|| of.clone(), |place| format!("rule {place} of {of}"))
}

/// The fix that names the one rule which leads to the service; none where there are several.
fn name_rule(context: &Context<'_>, id: &ServiceId, service: &Service) -> Option<(String, Vec<Edit>)> {
    let group = &service.load_balancers.first()?.target_group;
    let [only] = &rules_to(&context.balancers_of(group), service)[..] else { return None };
    let mut changed = service.clone();
    changed.deployment.production_listener_rule = Some(only.clone());
    Some((format!("Use {}", word(only)), vec![Edit::Put(Item::Service(id.clone(), changed))]))
}

/// What ECS moves of a balancer; of a Gateway Load Balancer, which no service stands behind, nothing.
const fn moved(balancer: &LoadBalancer) -> Option<&'static str> {
    match balancer.kind {
        LoadBalancerType::Application => Some("listener rule"),
        LoadBalancerType::Network => Some("listener"),
        LoadBalancerType::Gateway => None,
    }
}

/// What: `BLUE_GREEN`, LINEAR or CANARY behind a load balancer without a production listener rule, which is a listener of
/// a Network Load Balancer. Why: ECS refuses it: it does not know what to move. Fix: the one that leads to the service.
///
/// Source: ECS API Reference, "`AdvancedConfiguration`", productionListenerRule: "listener rule (in the case of an
/// Application Load Balancer) or listener (in the case for an Network Load Balancer)" (rule BGD-08).
fn missing_production_rule(context: &Context<'_>, out: &mut Findings) {
    for (id, service) in services(context).filter(|(_, s)| s.deployment.production_listener_rule.is_none()) {
        let Some(first) = service.load_balancers.first() else { continue };
        let balancers = context.balancers_of(&first.target_group);
        let Some((balancer, moved)) = balancers.iter().find_map(|(id, b)| Some((*id, moved(b)?))) else { continue };
        let strategy = service.deployment.strategy();
        let message = format!("{strategy} moves a {moved} of {balancer}, and none is named");
        let hint = format!("Name the {moved} that leads to the service");
        let finding = out.add(at(id), "deployment", message, hint);
        if let Some((label, edits)) = name_rule(context, id, service) {
            finding.fix(label, edits);
        }
    }
}

/// Whether the listener and the rule of a reference are drawn; a balancer that is not has a finding of its own.
fn is_drawn(context: &Context<'_>, rule: &ListenerRuleRef) -> bool {
    let Some(balancer) = context.design.load_balancers.get(&rule.load_balancer) else { return true };
    let mut listeners = balancer.listeners.iter().filter(|listener| listener.port == rule.port);
    listeners.any(|listener| rule.rule.is_none_or(|place| (1u32..).zip(&listener.rules).any(|(at, _)| at == place)))
}

/// What: a production or test listener rule whose port or number its balancer does not have. Why: ECS refuses the
/// service. Example: rule 3 of port 443 of a listener with two rules. Fix: the one rule that leads to the service; test
/// traffic goes without.
///
/// Source: ECS API Reference, "`AdvancedConfiguration`" (rule BGD-08).
fn listener_rule_not_drawn(context: &Context<'_>, out: &mut Findings) {
    for (id, service) in services(context) {
        let deployment = &service.deployment;
        for (what, slot) in
            [("Production", &deployment.production_listener_rule), ("Test", &deployment.test_listener_rule)]
        {
            let Some(rule) = slot.as_ref().filter(|rule| !is_drawn(context, rule)) else { continue };
            let message = format!("{what} traffic is led by {}, which is not drawn", word(rule));
            let finding = out.add(at(id), "deployment", message, "Draw it, or name one that is");
            if what == "Test" {
                let mut changed = service.clone();
                changed.deployment.test_listener_rule = None;
                finding.fix("Go without test traffic", vec![Edit::Put(Item::Service(id.clone(), changed))]);
            } else if let Some((label, edits)) = name_rule(context, id, service) {
                finding.fix(label, edits);
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::load_balancing::ListenerRule;

    const FUNCTION: &str = "arn:aws:lambda:us-east-1:739216405518:function:check";

    fn hook(d: &mut Design, hook: LifecycleHook) {
        web(d).deployment.strategy = Some(DeploymentStrategy::BlueGreen);
        web(d).deployment.lifecycle_hooks.push(hook);
    }

    fn rolling(d: &mut Design) {
        web(d).deployment.strategy = None;
    }

    fn pause(stages: &[HookStage]) -> LifecycleHook {
        LifecycleHook { target_type: Some(HookTarget::Pause), stages: stages.to_vec(), ..LifecycleHook::default() }
    }

    fn function(function: &str, stages: &[HookStage]) -> LifecycleHook {
        let (function, role) = (function.to_owned(), Some("task".into()));
        LifecycleHook { function, role, stages: stages.to_vec(), ..LifecycleHook::default() }
    }

    fn timeout(hook: LifecycleHook, minutes: u32) -> LifecycleHook {
        LifecycleHook { timeout: Some(Minutes::from_minutes(minutes)), ..hook }
    }

    fn rule(port: u16, rule: Option<u32>) -> ListenerRuleRef {
        ListenerRuleRef { load_balancer: "front".into(), port, rule }
    }

    /// Blue/green with all that BGD-08 asks for.
    fn blue_green(d: &mut Design) {
        let green = web_targets(d).clone();
        d.target_groups.insert("green".into(), green);
        let deployment = &mut web(d).deployment;
        deployment.strategy = Some(DeploymentStrategy::BlueGreen);
        deployment.alternate_target_group = Some("green".into());
        deployment.load_balancer_role = Some("infrastructure".into());
        deployment.production_listener_rule = Some(rule(443, None));
    }

    const SHIFTING: HookStage = HookStage::ProductionTrafficShift;

    pub(in crate::checks) const CASES: &[Case] = &[
        // HOK-01.
        case(
            "hook-without-stage",
            |d| hook(d, pause(&[])),
            &["web · deployment"],
            |d| {
                hook(d, pause(&[HookStage::PreScaleUp]));
            },
        ),
        case(
            "pause-while-traffic-moves",
            |d| hook(d, pause(&[HookStage::PreProductionTrafficShift, SHIFTING])),
            &["web · deployment"],
            |d| hook(d, pause(&[HookStage::PreProductionTrafficShift, HookStage::PostProductionTrafficShift])),
        ),
        case(
            "pause-while-traffic-moves",
            |d| hook(d, pause(&[HookStage::TestTrafficShift])),
            &["web · deployment"],
            |d| hook(d, function(FUNCTION, &[HookStage::TestTrafficShift, SHIFTING])),
        ),
        // HOK-02.
        case(
            "hook-without-function",
            |d| hook(d, function("", &[HookStage::PostScaleUp])),
            &["web · deployment"],
            |d| hook(d, pause(&[HookStage::PostScaleUp])),
        ),
        case(
            "hook-without-function",
            |d| hook(d, function(" ", &[SHIFTING])),
            &["web · deployment"],
            |d| {
                hook(d, function(FUNCTION, &[SHIFTING]));
            },
        ),
        // HOK-04: 1 to 1,440 minutes of a function, to 20,160 of a pause.
        case(
            "hook-timeout-out-of-range",
            |d| hook(d, timeout(function(FUNCTION, &[SHIFTING]), 1441)),
            &["web · deployment"],
            |d| hook(d, timeout(function(FUNCTION, &[SHIFTING]), 1440)),
        ),
        case(
            "hook-timeout-out-of-range",
            |d| hook(d, timeout(pause(&[HookStage::PreScaleUp]), 20_161)),
            &["web · deployment"],
            |d| hook(d, timeout(pause(&[HookStage::PreScaleUp]), 20_160)),
        ),
        case(
            "hook-timeout-out-of-range",
            |d| hook(d, timeout(pause(&[HookStage::PreScaleUp]), 0)),
            &["web · deployment"],
            |d| hook(d, timeout(pause(&[HookStage::PreScaleUp]), 1)),
        ),
        // BGD-08.
        case(
            "missing-production-rule",
            |d| {
                blue_green(d);
                web(d).deployment.production_listener_rule = None;
            },
            &["web · deployment"],
            blue_green,
        ),
        case(
            "listener-rule-not-drawn",
            |d| {
                blue_green(d);
                web(d).deployment.production_listener_rule = Some(rule(8443, None));
                web(d).deployment.test_listener_rule = Some(rule(443, Some(1)));
            },
            &["web · deployment"],
            |d| {
                blue_green(d);
                let (hosts, paths) = (Vec::new(), vec!["/test/*".to_owned()]);
                listener(d).rules.push(ListenerRule { hosts, paths, target_group: "green".into() });
                web(d).deployment.test_listener_rule = Some(rule(443, Some(1)));
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    /// Findings of a rule, and what their fixes are called.
    fn found(rule: &str, change: impl FnOnce(&mut Design)) -> Vec<(String, Option<String>)> {
        let mut design = base();
        change(&mut design);
        let all = crate::checks::run(&design, &CATALOGUE, &[]).into_iter().filter(|finding| finding.rule.0 == rule);
        all.map(|f| (f.message, f.fixes.into_iter().next().map(|fix| fix.label))).collect()
    }

    #[test]
    fn hok_01_a_pause_moves_to_the_stage_before_once() {
        let mut design = base();
        hook(&mut design, pause(&[HookStage::PreProductionTrafficShift, SHIFTING, HookStage::TestTrafficShift]));
        let all = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = all.iter().find(|finding| finding.rule.0 == "pause-while-traffic-moves").unwrap();
        let at = "Hook 1 (PAUSE) is at PRODUCTION_TRAFFIC_SHIFT and TEST_TRAFFIC_SHIFT, where traffic moves";
        assert_eq!(finding.message, at);
        for edit in &finding.fixes[0].edits {
            edit.apply(&mut design).unwrap();
        }
        let stages = &web(&mut design).deployment.lifecycle_hooks[0].stages;
        assert_eq!(*stages, [HookStage::PreProductionTrafficShift, HookStage::PostScaleUp]);
    }

    #[test]
    fn bgd_08_a_rule_that_is_not_drawn_is_named_and_replaced_where_one_leads_there() {
        let not_drawn = |d: &mut Design| {
            blue_green(d);
            web(d).deployment.production_listener_rule = Some(rule(443, Some(3)));
        };
        let message = "Production traffic is led by rule 3 of port 443 of front, which is not drawn".to_owned();
        let fix = Some("Use port 443 of front".to_owned());
        assert_eq!(found("listener-rule-not-drawn", not_drawn), [(message.clone(), fix)]);
        // With a second way to the service nobody can choose for the user.
        let two = |d: &mut Design| {
            not_drawn(d);
            let again = Listener { port: 8443, ..listener(d).clone() };
            front(d).listeners.push(again);
        };
        assert_eq!(found("listener-rule-not-drawn", two), [(message, None)]);
        // A balancer that is not drawn is a dangling reference, and said once.
        let gone = |d: &mut Design| {
            not_drawn(d);
            web(d).deployment.production_listener_rule.as_mut().unwrap().load_balancer = "other".into();
        };
        assert_eq!(found("listener-rule-not-drawn", gone), []);
        assert_eq!(found("dangling-reference", gone).len(), 1);
    }

    #[test]
    fn hooks_and_listener_rules_are_asked_of_two_sets_of_tasks_alone() {
        let faulty = |d: &mut Design| {
            blue_green(d);
            hook(d, pause(&[]));
            hook(d, pause(&[SHIFTING]));
            hook(d, timeout(function("", &[SHIFTING]), 0));
            web(d).deployment.production_listener_rule = Some(rule(8443, None));
        };
        let rules = [
            "hook-without-stage",
            "pause-while-traffic-moves",
            "hook-without-function",
            "hook-timeout-out-of-range",
            "listener-rule-not-drawn",
        ];
        for rule in rules {
            assert_eq!(found(rule, faulty).len(), 1, "{rule}");
            let while_rolling = |d: &mut Design| {
                faulty(d);
                rolling(d);
            };
            assert_eq!(found(rule, while_rolling), [], "{rule}");
        }
    }

    #[test]
    fn bgd_08_a_network_load_balancer_is_asked_for_its_listener_and_no_traffic_manager_for_nothing() {
        let headless = |d: &mut Design| {
            blue_green(d);
            web(d).load_balancers.clear();
            web(d).deployment.production_listener_rule = None;
        };
        assert_eq!(found("missing-production-rule", headless), []);
        let network = |d: &mut Design| {
            blue_green(d);
            front(d).kind = LoadBalancerType::Network;
            web(d).deployment.production_listener_rule = None;
        };
        let message = "BLUE_GREEN moves a listener of front, and none is named".to_owned();
        let fix = Some("Use port 443 of front".to_owned());
        assert_eq!(found("missing-production-rule", network), [(message, fix)]);
    }
}
