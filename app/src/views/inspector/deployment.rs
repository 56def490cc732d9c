//! Form of how a service goes from one revision to the next.

use bayplan_engine::design::deployment::{
    BreakerThreshold, CircuitBreaker, Deployment, DeploymentAlarms, DeploymentStrategy, HookStage, HookTarget,
    HookTimeoutAction, LifecycleHook, ListenerRuleRef,
};
use bayplan_engine::units::Percent;
use egui::Ui;

use crate::widgets::fields::Form;
use crate::widgets::units::{COUNT, MINUTES, PERCENT};

const FIELD: &str = "deployment";

pub(super) fn deployment(ui: &mut Ui, form: &Form<'_>, deployment: &mut Deployment, daemon: bool) {
    form.maybe_choice(ui, FIELD, "Strategy", &mut deployment.strategy, DeploymentStrategy::ALL, "ROLLING, AWS default");
    let (least, most) =
        if daemon { ("0 %, AWS default", "100 %, AWS default") } else { ("100 %, AWS default", "200 %, AWS default") };
    form.maybe(ui, FIELD, "Minimum healthy", &mut deployment.minimum_healthy_percent, &PERCENT, least);
    form.maybe(ui, FIELD, "Maximum", &mut deployment.maximum_percent, &PERCENT, most);
    circuit_breaker(ui, form, &mut deployment.circuit_breaker);
    alarms(ui, form, &mut deployment.alarms);
    if deployment.strategy() != DeploymentStrategy::Rolling {
        traffic(ui, form, deployment);
        hooks(ui, form, &mut deployment.lifecycle_hooks);
    }
}

/// What ends a deployment whose tasks fail.
fn circuit_breaker(ui: &mut Ui, form: &Form<'_>, breaker: &mut Option<CircuitBreaker>) {
    let fresh = || CircuitBreaker::ROLLING_BACK;
    form.optional(ui, FIELD, "Circuit breaker", breaker, fresh, |ui, breaker| {
        form.check(ui, FIELD, "Enabled", &mut breaker.enable);
        form.check(ui, FIELD, "Rolls back", &mut breaker.rollback);
        let default = "on, AWS default";
        form.maybe_check(ui, FIELD, "Healthy task resets", &mut breaker.reset_on_healthy_task, default);
        threshold(ui, form, &mut breaker.threshold);
    });
}

/// Alarms that end a deployment.
fn alarms(ui: &mut Ui, form: &Form<'_>, alarms: &mut Option<DeploymentAlarms>) {
    let fresh = || DeploymentAlarms { alarms: Vec::new(), rollback: true };
    form.optional(ui, FIELD, "Alarms", alarms, fresh, |ui, alarms| {
        form.references(ui, FIELD, "Watched", &mut alarms.alarms, form.design.alarms.keys().cloned());
        form.check(ui, FIELD, "Rolls back", &mut alarms.rollback);
    });
}

/// How traffic goes from one set of tasks to the other.
fn traffic(ui: &mut Ui, form: &Form<'_>, deployment: &mut Deployment) {
    let design = form.design;
    form.maybe(ui, FIELD, "Bake time", &mut deployment.bake_time, &MINUTES, "none");
    let shift = &mut deployment.traffic_shift;
    form.maybe(ui, FIELD, "Step", &mut shift.step, &PERCENT, "AWS default");
    form.maybe(ui, FIELD, "Step bake time", &mut shift.step_bake_time, &MINUTES, "AWS default");
    let groups = design.target_groups.keys().cloned();
    form.maybe_reference(ui, FIELD, "Second target group", &mut deployment.alternate_target_group, groups, "none");
    listener_rule(ui, form, "Production rule", &mut deployment.production_listener_rule);
    listener_rule(ui, form, "Test rule", &mut deployment.test_listener_rule);
    let roles = design.roles.keys().cloned();
    form.maybe_reference(ui, FIELD, "Role for the balancer", &mut deployment.load_balancer_role, roles, "none");
}

/// Picks a listener's rule, or its default action, of all balancers.
fn listener_rule(ui: &mut Ui, form: &Form<'_>, label: &str, slot: &mut Option<ListenerRuleRef>) {
    let mut all = vec![None];
    for (id, balancer) in &form.design.load_balancers {
        for listener in &balancer.listeners {
            let (load_balancer, port) = (id.clone(), listener.port);
            let of = |rule| Some(ListenerRuleRef { load_balancer: load_balancer.clone(), port, rule });
            all.push(of(None));
            all.extend((1u32..).zip(&listener.rules).map(|(place, _)| of(Some(place))));
        }
    }
    if !all.contains(slot) {
        all.push(slot.clone());
    }
    form.pick(ui, FIELD, label, slot, &all, |rule| match rule {
        None => "none".to_owned(),
        Some(ListenerRuleRef { load_balancer, port, rule: None }) => format!("{load_balancer}, port {port}"),
        Some(ListenerRuleRef { load_balancer, port, rule: Some(rule) }) => {
            format!("{load_balancer}, port {port}, rule {rule}")
        }
    });
}

/// How many failed tasks end a deployment.
fn threshold(ui: &mut Ui, form: &Form<'_>, threshold: &mut Option<BreakerThreshold>) {
    let half = Percent::from_percent(50);
    let fresh = [
        None,
        Some(BreakerThreshold::BoundedPercent(half)),
        Some(BreakerThreshold::UnboundedPercent(half)),
        Some(BreakerThreshold::Count(3)),
    ];
    let kind = std::mem::discriminant::<BreakerThreshold>;
    let others = fresh.into_iter().filter(|other| other.as_ref().map(kind) != threshold.as_ref().map(kind));
    let all: Vec<_> = std::iter::once(*threshold).chain(others).collect();
    form.pick(ui, FIELD, "Threshold", threshold, &all, |threshold| match threshold {
        None => "50 %, AWS default".to_owned(),
        Some(BreakerThreshold::BoundedPercent(_)) => "BOUNDED_PERCENT".to_owned(),
        Some(BreakerThreshold::UnboundedPercent(_)) => "UNBOUNDED_PERCENT".to_owned(),
        Some(BreakerThreshold::Count(_)) => "COUNT".to_owned(),
    });
    match threshold {
        None => {}
        Some(BreakerThreshold::BoundedPercent(percent) | BreakerThreshold::UnboundedPercent(percent)) => {
            form.value(ui, FIELD, "Failed tasks", percent, &PERCENT);
        }
        Some(BreakerThreshold::Count(count)) => form.value(ui, FIELD, "Failed tasks", count, &COUNT),
    }
}

fn hooks(ui: &mut Ui, form: &Form<'_>, hooks: &mut Vec<LifecycleHook>) {
    let fresh = || LifecycleHook {
        function: String::new(),
        stages: vec![HookStage::PostTestTrafficShift],
        ..LifecycleHook::default()
    };
    form.records(
        ui,
        "lifecycle hook",
        hooks,
        |hook| hook.word().to_owned(),
        fresh,
        |ui, hook| {
            form.maybe_choice(ui, FIELD, "Kind", &mut hook.target_type, HookTarget::ALL, "AWS_LAMBDA, AWS default");
            if hook.target_type() == HookTarget::AwsLambda {
                form.text(ui, FIELD, "Function ARN", &mut hook.function);
            }
            form.maybe_reference(ui, FIELD, "Role", &mut hook.role, form.design.roles.keys().cloned(), "none");
            form.references(ui, FIELD, "Stages", &mut hook.stages, HookStage::ALL.iter().copied());
            form.maybe(ui, FIELD, "Timeout", &mut hook.timeout, &MINUTES, "1440 min, AWS default");
            let actions = HookTimeoutAction::ALL;
            form.maybe_choice(ui, FIELD, "On timeout", &mut hook.timeout_action, actions, "ROLLBACK, AWS default");
        },
    );
}
