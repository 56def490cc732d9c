//! Roles, permissions and secrets.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use super::hooks;
use super::needs::{registry, store};
use crate::design::capacity::CapacityProvider;
use crate::design::container::Container;
use crate::design::deployment::{DeploymentStrategy, HookTarget};
use crate::design::edit::Edit;
use crate::design::id::RoleId;
use crate::design::outside::{Registry, Role, RoleUse, SecretStore};
use crate::design::standalone::Schedule;
use crate::design::task_definition::VolumeKind;
use crate::design::{Design, Item, ItemRef, Tags};

const EXECUTION: &str = "ECS Developer Guide, \"Amazon ECS task execution IAM role\"";
const TASK: &str = "ECS Developer Guide, \"Amazon ECS task IAM role\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "missing-execution-role",
        Severity::Error,
        "ECS has no role to pull, log or read secrets with",
        EXECUTION,
        missing_execution_role,
    )
    .leaving_the_bill(),
    Rule::new(
        "missing-task-role",
        Severity::Error,
        "Containers have no role for what is drawn",
        TASK,
        missing_task_role,
    )
    .leaving_the_bill(),
    Rule::new(
        "missing-instance-role",
        Severity::Error,
        "Instances have no role to join the cluster with",
        "ECS Developer Guide, \"Amazon ECS container instance IAM role\"",
        missing_instance_role,
    )
    .leaving_the_bill(),
    Rule::new(
        "missing-infrastructure-role",
        Severity::Error,
        "ECS has no role for instances, volumes or load balancers",
        "ECS Developer Guide, \"Amazon ECS infrastructure IAM role\"",
        missing_infrastructure_role,
    )
    .leaving_the_bill(),
    Rule::new(
        "missing-scheduler-role",
        Severity::Error,
        "EventBridge has no role to start tasks with",
        "ECS Developer Guide, \"Amazon ECS EventBridge IAM role\"",
        missing_scheduler_role,
    ),
    Rule::new(
        "hook-without-role",
        Severity::Error,
        "A deployment hook has no role that may call it",
        "ECS API Reference, \"DeploymentLifecycleHook\", roleArn",
        hook_without_role,
    )
    .leaving_the_bill(),
    Rule::new(
        "role-of-other-use",
        Severity::Warning,
        "A role is used for something else than it is drawn for",
        EXECUTION,
        role_of_other_use,
    ),
    Rule::new(
        "one-role-for-both",
        Severity::Advice,
        "Containers have the role that ECS itself uses",
        TASK,
        one_role_for_both,
    ),
    Rule::new(
        "execution-role-cannot-read-secrets",
        Severity::Warning,
        "The execution role does not allow what its secrets need",
        EXECUTION,
        execution_role_cannot_read_secrets,
    )
    .leaving_the_bill(),
];

/// The first of `name`, `name-2`, `name-3`, … that is not drawn, or drawn for this use.
fn fitting(design: &Design, name: &str, used_as: RoleUse) -> RoleId {
    let fits = |id: &RoleId| design.roles.get(id).is_none_or(|role| role.used_as == used_as);
    let numbered = (2u32..).map(|number| RoleId::new(&format!("{name}-{number}")));
    let mut all = std::iter::once(RoleId::new(name)).chain(numbered);
    all.find(fits).unwrap_or_else(|| RoleId::new(name))
}

/// A role of this use that has a managed policy, by that name or the first free one after it; and the edits by which it
/// has it: the role there is gets the policy besides its own.
fn role_with(design: &Design, name: &str, used_as: RoleUse, policy: &str) -> (RoleId, Vec<Edit>) {
    let id = fitting(design, name, used_as);
    let drawn = design.roles.get(&id);
    let new = || Role { used_as, arn: None, managed_policies: Vec::new(), actions: Vec::new(), tags: Tags::new() };
    let mut role = drawn.cloned().unwrap_or_else(new);
    // A role known by its ARN alone may allow it already.
    let is_unknown = role.arn.is_some() && role.managed_policies.is_empty() && role.actions.is_empty();
    if !policy.is_empty() && !is_unknown && !role.managed_policies.iter().any(|has| has == policy) {
        role.managed_policies.push(policy.to_owned());
    }
    let edits = if drawn == Some(&role) { Vec::new() } else { vec![Edit::Put(Item::Role(id.clone(), role))] };
    (id, edits)
}

/// What: no execution role where ECS needs one. Why: registration or the task's start fails. Example: awslogs on
/// Fargate. Fix: draws a role with AWS's policy for it.
///
/// Source: ECS Developer Guide, "Amazon ECS task execution IAM role" (rule IAM-01).
fn missing_execution_role(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, d, _)| d.execution_role.is_none()) {
        let on_ec2_alone = uses.kinds.as_slice() == [HostKind::Ec2] || uses.kinds.is_empty();
        let in_private_ecr = |c: &Container| registry(context, &c.image) == Registry::EcrPrivate;
        let needs = definition.execution_needs(on_ec2_alone, in_private_ecr);
        if needs.is_empty() {
            continue;
        }
        let name = "ecsTaskExecutionRole";
        let (role, mut edits) = role_with(context.design, name, RoleUse::Execution, "AmazonECSTaskExecutionRolePolicy");
        let mut changed = definition.clone();
        changed.execution_role = Some(role.clone());
        edits.push(Edit::Put(Item::TaskDefinition(id.clone(), changed)));
        let message = format!("There is no execution role, which is needed for {}", needs.join(", "));
        out.add(ItemRef::TaskDefinition(id.clone()), "execution_role", message, "Name a task execution role")
            .fix(format!("Use the role {role}"), edits);
    }
}

/// What: ECS Exec, task protection or EFS with IAM, and no task role. Why: containers call AWS for it, and are refused.
/// Fix: draws a role.
///
/// Source: ECS Developer Guide, "Amazon ECS task IAM role" (rule IAM-02).
fn missing_task_role(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, d, _)| d.task_role.is_none()) {
        let services = || context.runners_of(uses).filter_map(|runner| runner.service);
        let iam = |kind: &VolumeKind| matches!(kind, VolumeKind::Efs { iam_authorization: Some(true), .. });
        let needs = [
            (services().any(|s| s.enable_execute_command), "ECS Exec"),
            (services().any(|s| s.protection.is_some()), "task protection"),
            (definition.volumes.iter().any(|v| iam(&v.kind)), "EFS with IAM authorisation"),
            (definition.volumes.iter().any(|v| matches!(v.kind, VolumeKind::S3Files { .. })), "S3 Files"),
        ];
        let needs: Vec<_> = needs.into_iter().filter_map(|(needed, word)| needed.then_some(word)).collect();
        if needs.is_empty() {
            continue;
        }
        let name = format!("{id}-task");
        let (role, mut edits) = role_with(context.design, &name, RoleUse::Task, "");
        let mut changed = definition.clone();
        changed.task_role = Some(role.clone());
        edits.push(Edit::Put(Item::TaskDefinition(id.clone(), changed)));
        let message = format!("There is no task role, which is needed for {}", needs.join(", "));
        out.add(ItemRef::TaskDefinition(id.clone()), "task_role", message, "Name a task role")
            .fix(format!("Use the role {role}"), edits);
    }
}

/// What: an Auto Scaling group or Managed Instances without an instance role. Why: its instances cannot register, pull
/// or log. Fix: draws one with AWS's policy.
///
/// Source: ECS Developer Guide, "Amazon ECS container instance IAM role" (rules IAM-04, IAM-07).
fn missing_instance_role(context: &Context<'_>, out: &mut Findings) {
    for (id, provider) in &context.design.capacity_providers {
        let mut changed = provider.clone();
        let (slot, name, policy) = match &mut changed {
            CapacityProvider::AutoScalingGroup(group) => {
                (&mut group.instance_role, "ecsInstanceRole", "AmazonEC2ContainerServiceforEC2Role")
            }
            CapacityProvider::ManagedInstances(managed) => {
                (&mut managed.instance_role, "ecsManagedInstanceRole", "AmazonECSInstanceRolePolicyForManagedInstances")
            }
        };
        if slot.is_some() {
            continue;
        }
        let (role, mut edits) = role_with(context.design, name, RoleUse::ContainerInstance, policy);
        *slot = Some(role.clone());
        edits.push(Edit::Put(Item::CapacityProvider(id.clone(), changed)));
        let message = "Instances have no role to register with the cluster, pull images and log";
        out.add(ItemRef::CapacityProvider(id.clone()), "instance_role", message, "Name a container instance role")
            .fix(format!("Use the role {role}"), edits);
    }
}

/// What: Managed Instances, an EBS volume for each task, a deployment that moves traffic, or an Express Mode service
/// without the infrastructure role. Why: ECS makes instances and volumes, and changes balancers, by it. Fix: draws one.
///
/// Source: ECS Developer Guide, "Amazon ECS infrastructure IAM role" (rules IAM-06, IAM-13, MI-01, BGD-08).
fn missing_infrastructure_role(context: &Context<'_>, out: &mut Findings) {
    let design = context.design;
    let name = "ecsInfrastructureRole";
    let mut report = |at: ItemRef, field, what: &str, policy, put: &dyn Fn(RoleId) -> Item| {
        let (role, mut edits) = role_with(design, name, RoleUse::Infrastructure, policy);
        edits.push(Edit::Put(put(role.clone())));
        let message = format!("ECS has no infrastructure role to {what} with");
        out.add(at, field, message, "Name an infrastructure role").fix(format!("Use the role {role}"), edits);
    };
    for (id, provider) in &design.capacity_providers {
        let CapacityProvider::ManagedInstances(managed) = provider else { continue };
        if managed.infrastructure_role.is_none() {
            let put = |role| {
                let mut changed = managed.clone();
                changed.infrastructure_role = Some(role);
                Item::CapacityProvider(id.clone(), CapacityProvider::ManagedInstances(changed))
            };
            let policy = "AmazonECSInfrastructureRolePolicyForManagedInstances";
            report(ItemRef::CapacityProvider(id.clone()), "infrastructure_role", "make instances", policy, &put);
        }
    }
    for (id, service) in &design.services {
        let deployment = &service.deployment;
        let shifts = deployment.strategy() != DeploymentStrategy::Rolling && !service.load_balancers.is_empty();
        if shifts && deployment.load_balancer_role.is_none() {
            let put = |role| {
                let mut changed = service.clone();
                changed.deployment.load_balancer_role = Some(role);
                Item::Service(id.clone(), changed)
            };
            let policy = "AmazonECSInfrastructureRolePolicyForLoadBalancers";
            report(ItemRef::Service(id.clone()), "deployment", "change listener rules", policy, &put);
        }
        if service.ebs_volume.as_ref().is_some_and(|volume| volume.role.is_none()) {
            let put = |role: RoleId| {
                let mut changed = service.clone();
                changed.ebs_volume.iter_mut().for_each(|volume| volume.role = Some(role.clone()));
                Item::Service(id.clone(), changed)
            };
            let policy = "AmazonECSInfrastructureRolePolicyForVolumes";
            report(ItemRef::Service(id.clone()), "ebs_volume", "make volumes", policy, &put);
        }
    }
    for (id, express) in design.express_services.iter().filter(|(_, e)| e.infrastructure_role.is_none()) {
        let put = |role| {
            let mut changed = express.clone();
            changed.infrastructure_role = Some(role);
            Item::ExpressService(id.clone(), changed)
        };
        let policy = "AmazonECSInfrastructureRoleforExpressGatewayServices";
        report(ItemRef::ExpressService(id.clone()), "infrastructure_role", "make the load balancer", policy, &put);
    }
}

/// What: scheduled tasks, or tasks on events, without a role for EventBridge. Why: it may not start them. Fix: draws
/// one that may run tasks and pass their roles.
///
/// Source: ECS Developer Guide, "Amazon ECS EventBridge IAM role" (rule IAM-09).
fn missing_scheduler_role(context: &Context<'_>, out: &mut Findings) {
    for (id, tasks) in context.design.standalone_tasks.iter().filter(|(_, t)| t.scheduler_role.is_none()) {
        let by_hand = match tasks.schedule {
            Schedule::Once(_) => true,
            Schedule::Rate(_) | Schedule::Cron { .. } | Schedule::OnEvent => false,
        };
        if by_hand {
            continue;
        }
        let name = "ecsEventsRole";
        let policy = "AmazonEC2ContainerServiceEventsRole";
        let (role, mut edits) = role_with(context.design, name, RoleUse::Events, policy);
        let mut changed = tasks.clone();
        changed.scheduler_role = Some(role.clone());
        edits.push(Edit::Put(Item::StandaloneTask(id.clone(), changed)));
        let message = "EventBridge has no role to start these tasks with";
        let hint = "Name a role that may run tasks and pass their roles";
        out.add(ItemRef::StandaloneTask(id.clone()), "scheduler_role", message, hint)
            .fix(format!("Use the role {role}"), edits);
    }
}

/// What: a lifecycle hook without a role. Why: ECS may not call the function, and the deployment fails.
///
/// Source: ECS API Reference, "`DeploymentLifecycleHook`", roleArn (rule IAM-11).
fn hook_without_role(context: &Context<'_>, out: &mut Findings) {
    let function = hooks::hooks(context).filter(|(.., hook)| hook.target_type() == HookTarget::AwsLambda);
    for (id, _, place, hook) in function.filter(|(.., hook)| hook.role.is_none()) {
        let message = format!("{} has no role that may call it", hooks::called(place, hook));
        out.add(ItemRef::Service(id.clone()), "deployment", message, "Name a role that may invoke the function");
    }
}

/// What: a role in a place for which it is not drawn. Why: its trust is for another principal, so it cannot be taken.
/// Example: a task role as `execution_role`.
///
/// Source: ECS Developer Guide, "Amazon ECS task execution IAM role", trust relationship (rules IAM).
fn role_of_other_use(context: &Context<'_>, out: &mut Findings) {
    let design = context.design;
    let mut report = |at: ItemRef, field, role: &Option<RoleId>, wanted: &[RoleUse]| {
        let drawn = role.as_ref().and_then(|id| Some((id, design.roles.get(id)?)));
        if let Some((id, drawn)) = drawn.filter(|(_, drawn)| !wanted.contains(&drawn.used_as)) {
            let message = format!("{id} is drawn as {} role, it stands here as {} role", drawn.used_as, wanted[0]);
            out.add(at, field, message, "Use a role that is drawn for it");
        }
    };
    // ECS and containers take their roles by the same principal, so one role may be both.
    let tasks = [RoleUse::Execution, RoleUse::Task];
    for (id, definition) in &design.task_definitions {
        let at = ItemRef::TaskDefinition(id.clone());
        report(at.clone(), "execution_role", &definition.execution_role, &tasks);
        report(at, "task_role", &definition.task_role, &[RoleUse::Task, RoleUse::Execution]);
    }
    for (id, provider) in &design.capacity_providers {
        let at = ItemRef::CapacityProvider(id.clone());
        match provider {
            CapacityProvider::AutoScalingGroup(group) => {
                report(at, "instance_role", &group.instance_role, &[RoleUse::ContainerInstance]);
            }
            CapacityProvider::ManagedInstances(managed) => {
                report(at.clone(), "instance_role", &managed.instance_role, &[RoleUse::ContainerInstance]);
                report(at, "infrastructure_role", &managed.infrastructure_role, &[RoleUse::Infrastructure]);
            }
        }
    }
    for (id, service) in hooks::services(context) {
        let role = &service.deployment.load_balancer_role;
        report(ItemRef::Service(id.clone()), "deployment", role, &[RoleUse::Infrastructure]);
    }
    for (id, tasks) in &design.standalone_tasks {
        report(ItemRef::StandaloneTask(id.clone()), "scheduler_role", &tasks.scheduler_role, &[RoleUse::Events]);
    }
}

/// What: one role as execution and as task role. Why: containers then may read every secret that ECS may.
///
/// Source: ECS Developer Guide, "Amazon ECS task IAM role"; checkov rule `CKV_AWS_249`.
fn one_role_for_both(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        if let (Some(role), true) = (&definition.task_role, definition.task_role == definition.execution_role) {
            let message = format!("Containers have {role}, which ECS itself uses");
            out.add(ItemRef::TaskDefinition(id.clone()), "task_role", message, "Give containers a role of their own");
        }
    }
}

/// What: secrets, and an execution role whose policies are drawn and do not allow to read them. Why: the task does not
/// start. Example: AWS's execution policy alone, which reads no secrets. Fix: adds the action.
///
/// Source: ECS Developer Guide, "Amazon ECS task execution IAM role", Secrets Manager and Parameter Store permissions.
fn execution_role_cannot_read_secrets(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let Some((role_id, role)) =
            definition.execution_role.as_ref().and_then(|r| context.design.roles.get_key_value(r))
        else {
            continue;
        };
        // A role known by its ARN alone may allow anything; a policy of the user's own too.
        let aws_alone = role.managed_policies.iter().all(|policy| policy == "AmazonECSTaskExecutionRolePolicy");
        if role.managed_policies.is_empty() && role.actions.is_empty() || !aws_alone {
            continue;
        }
        let logs = definition.containers.iter().filter_map(|c| c.log_configuration.as_ref());
        let secrets =
            definition.containers.iter().flat_map(|c| &c.secrets).chain(logs.flat_map(|log| &log.secret_options));
        let mut needed: Vec<_> = secrets
            .map(|secret| match store(context, secret) {
                SecretStore::SecretsManager => "secretsmanager:GetSecretValue",
                SecretStore::Parameter => "ssm:GetParameters",
            })
            .collect();
        needed.sort_unstable();
        needed.dedup();
        let allows = |action: &str| {
            let service = action.split(':').next().unwrap_or_default();
            role.actions.iter().any(|a| a == action || a == "*" || *a == format!("{service}:*"))
        };
        for action in needed.into_iter().filter(|action| !allows(action)) {
            let mut changed = role.clone();
            changed.actions.push(action.to_owned());
            let message = format!("{role_id} does not allow {action}");
            out.add(ItemRef::TaskDefinition(id.clone()), "execution_role", message, format!("Allow {action}"))
                .fix(format!("Allow {action}"), vec![Edit::Put(Item::Role(role_id.clone(), changed))]);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::container::InjectedSecret;
    use crate::design::deployment::{HookStage, LifecycleHook};

    fn secret(d: &mut Design, value_from: &str) {
        let secret = InjectedSecret { name: "KEY".to_owned(), value_from: value_from.to_owned(), secret: None };
        app(d).secrets.push(secret);
    }

    fn allow(d: &mut Design, action: &str) {
        d.roles.get_mut(&"execution".into()).unwrap().actions.push(action.to_owned());
    }

    fn hook(d: &mut Design, role: Option<RoleId>) {
        let function = "arn:aws:lambda:us-east-1:739216405518:function:check".to_owned();
        let hook = LifecycleHook { function, role, stages: vec![HookStage::PostScaleUp], ..LifecycleHook::default() };
        web(d).deployment.strategy = Some(DeploymentStrategy::BlueGreen);
        web(d).deployment.lifecycle_hooks.push(hook);
    }

    const SECRET: &str = "arn:aws:secretsmanager:us-east-1:739216405518:secret:db-AbCdEf";

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "missing-execution-role",
            |d| web_definition(d).execution_role = None,
            &["web · execution_role"],
            |d| {
                // On EC2 the instance pulls and logs by its own role.
                worker_definition(d).execution_role = None;
            },
        ),
        case(
            "missing-execution-role",
            |d| {
                worker_definition(d).execution_role = None;
                worker_definition(d).containers[0].environment_files.push("arn:aws:s3:::files/a.env".to_owned());
            },
            &["worker · execution_role"],
            |d| {
                web_definition(d).execution_role = None;
                app(d).image = "public.ecr.aws/nginx/nginx:1.27".to_owned();
                app(d).log_configuration = None;
            },
        ),
        case(
            "missing-task-role",
            |d| {
                web(d).enable_execute_command = true;
                web_definition(d).task_role = None;
            },
            &["web · task_role"],
            |d| web_definition(d).task_role = None,
        ),
        case("missing-instance-role", |d| group(d).instance_role = None, &["machines · instance_role"], |_| {}),
        case("missing-instance-role", |d| managed(d).instance_role = None, &["managed · instance_role"], |_| {}),
        case(
            "missing-infrastructure-role",
            |d| managed(d).infrastructure_role = None,
            &["managed · infrastructure_role"],
            |_| {},
        ),
        // BGD-08.
        case(
            "missing-infrastructure-role",
            |d| web(d).deployment.strategy = Some(DeploymentStrategy::Linear),
            &["web · deployment"],
            |d| {
                web(d).deployment.strategy = Some(DeploymentStrategy::Linear);
                web(d).deployment.load_balancer_role = Some("infrastructure".into());
            },
        ),
        case(
            "role-of-other-use",
            |d| {
                web(d).deployment.strategy = Some(DeploymentStrategy::Linear);
                web(d).deployment.load_balancer_role = Some("task".into());
            },
            &["web · deployment"],
            |d| {
                // No form shows it of a rolling deployment, which has no use for it.
                web(d).deployment.load_balancer_role = Some("task".into());
            },
        ),
        case(
            "missing-scheduler-role",
            |d| nightly(d).scheduler_role = None,
            &["nightly · scheduler_role"],
            |d| {
                nightly(d).scheduler_role = None;
                nightly(d).schedule = Schedule::Once(crate::units::CalendarTime::DEFAULT);
            },
        ),
        case("hook-without-role", |d| hook(d, None), &["web · deployment"], |d| hook(d, Some("task".into()))),
        case(
            "role-of-other-use",
            |d| nightly(d).scheduler_role = Some("task".into()),
            &["nightly · scheduler_role"],
            |d| {
                web_definition(d).task_role = Some("execution".into());
            },
        ),
        case(
            "one-role-for-both",
            |d| web_definition(d).task_role = Some("execution".into()),
            &["web · task_role"],
            |d| {
                web_definition(d).task_role = None;
            },
        ),
        case(
            "execution-role-cannot-read-secrets",
            |d| secret(d, SECRET),
            &["web · execution_role"],
            |d| {
                secret(d, SECRET);
                allow(d, "secretsmanager:*");
            },
        ),
        case(
            "execution-role-cannot-read-secrets",
            |d| secret(d, "/web/key"),
            &["web · execution_role"],
            |d| {
                secret(d, "/web/key");
                allow(d, "ssm:GetParameters");
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    /// Mends the first finding of a rule at an item by its first fix, and gives its message and what the fix is called.
    fn mend(design: &mut Design, rule: &str, at: &str) -> (String, String) {
        let all = crate::checks::run(design, &CATALOGUE, &[]);
        let finding = all.into_iter().find(|f| f.rule.0 == rule && f.at.to_string().starts_with(at)).unwrap();
        for edit in &finding.fixes[0].edits {
            edit.apply(design).unwrap();
        }
        (finding.message, finding.fixes[0].label.clone())
    }

    fn policies<'d>(design: &'d Design, role: &str) -> &'d [String] {
        &design.roles[&role.into()].managed_policies
    }

    const MANAGED: &str = "AmazonECSInfrastructureRolePolicyForManagedInstances";
    const BALANCERS: &str = "AmazonECSInfrastructureRolePolicyForLoadBalancers";

    #[test]
    fn iam_06_two_fixes_give_one_role_both_policies() {
        let mut design = base();
        managed(&mut design).infrastructure_role = None;
        web(&mut design).deployment.strategy = Some(DeploymentStrategy::BlueGreen);
        let label = "Use the role ecsInfrastructureRole".to_owned();
        let rule = "missing-infrastructure-role";
        let made = ("ECS has no infrastructure role to make instances with".to_owned(), label.clone());
        assert_eq!(mend(&mut design, rule, "managed"), made);
        assert_eq!(policies(&design, "ecsInfrastructureRole"), [MANAGED]);
        let changed = ("ECS has no infrastructure role to change listener rules with".to_owned(), label);
        assert_eq!(mend(&mut design, rule, "web"), changed);
        assert_eq!(policies(&design, "ecsInfrastructureRole"), [MANAGED, BALANCERS]);
        let role = RoleId::new("ecsInfrastructureRole");
        assert_eq!(managed(&mut design).infrastructure_role.as_ref(), Some(&role));
        assert_eq!(web(&mut design).deployment.load_balancer_role.as_ref(), Some(&role));
    }

    #[test]
    fn iam_06_a_role_of_another_use_keeps_its_name_and_one_of_the_users_own_its_policies() {
        let mut design = base();
        managed(&mut design).infrastructure_role = None;
        let task = design.roles[&"task".into()].clone();
        design.roles.insert("ecsInfrastructureRole".into(), task.clone());
        let (_, label) = mend(&mut design, "missing-infrastructure-role", "managed");
        assert_eq!(label, "Use the role ecsInfrastructureRole-2");
        assert_eq!(design.roles[&"ecsInfrastructureRole".into()], task);
        assert_eq!(policies(&design, "ecsInfrastructureRole-2"), [MANAGED]);
        // Of a role known by its ARN alone nobody knows what it allows.
        managed(&mut design).infrastructure_role = None;
        let arn = Some("arn:aws:iam::739216405518:role/own".to_owned());
        let known =
            Role { arn, managed_policies: Vec::new(), ..design.roles[&"ecsInfrastructureRole-2".into()].clone() };
        design.roles.insert("ecsInfrastructureRole-2".into(), known.clone());
        mend(&mut design, "missing-infrastructure-role", "managed");
        assert_eq!(design.roles[&"ecsInfrastructureRole-2".into()], known);
    }

    #[test]
    fn iam_11_a_hook_without_a_name_is_called_by_its_place() {
        let mut design = base();
        hook(&mut design, None);
        web(&mut design).deployment.lifecycle_hooks[0].function.clear();
        let all = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = all.iter().find(|f| f.rule.0 == "hook-without-role").unwrap();
        assert_eq!(finding.message, "Hook 1 (AWS_LAMBDA) has no role that may call it");
    }
}
