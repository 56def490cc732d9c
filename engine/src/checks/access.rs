//! Roles, permissions and secrets.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use super::needs::{registry, store};
use crate::design::capacity::CapacityProvider;
use crate::design::container::Container;
use crate::design::deployment::{DeploymentStrategy, HookTarget, LifecycleHook};
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
    ),
    Rule::new(
        "missing-task-role",
        Severity::Error,
        "Containers have no role for what is drawn",
        TASK,
        missing_task_role,
    ),
    Rule::new(
        "missing-instance-role",
        Severity::Error,
        "Instances have no role to join the cluster with",
        "ECS Developer Guide, \"Amazon ECS container instance IAM role\"",
        missing_instance_role,
    ),
    Rule::new(
        "missing-infrastructure-role",
        Severity::Error,
        "ECS has no role for instances, volumes or load balancers",
        "ECS Developer Guide, \"Amazon ECS infrastructure IAM role\"",
        missing_infrastructure_role,
    ),
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
    ),
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
    ),
];

/// A role of a name that is free, with a managed policy, as edits; and its name.
fn new_role(design: &Design, name: &str, used_as: RoleUse, policy: &str) -> (RoleId, Vec<Edit>) {
    let id = RoleId::new(name);
    if design.roles.get(&id).is_some_and(|role| role.used_as == used_as) {
        return (id, Vec::new());
    }
    let managed_policies = if policy.is_empty() { Vec::new() } else { vec![policy.to_owned()] };
    let role = Role { used_as, arn: None, managed_policies, actions: Vec::new(), tags: Tags::new() };
    (id.clone(), vec![Edit::Put(Item::Role(id, role))])
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
        let (role, mut edits) = new_role(context.design, name, RoleUse::Execution, "AmazonECSTaskExecutionRolePolicy");
        let mut changed = definition.clone();
        changed.execution_role = Some(role);
        edits.push(Edit::Put(Item::TaskDefinition(id.clone(), changed)));
        let message = format!("There is no execution role, which is needed for {}", needs.join(", "));
        out.add(ItemRef::TaskDefinition(id.clone()), "execution_role", message, "Name a task execution role")
            .fix(format!("Use the role {name}"), edits);
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
        let (role, mut edits) = new_role(context.design, &name, RoleUse::Task, "");
        let mut changed = definition.clone();
        changed.task_role = Some(role);
        edits.push(Edit::Put(Item::TaskDefinition(id.clone(), changed)));
        let message = format!("There is no task role, which is needed for {}", needs.join(", "));
        out.add(ItemRef::TaskDefinition(id.clone()), "task_role", message, "Name a task role")
            .fix(format!("Use a role {name}"), edits);
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
        let (role, mut edits) = new_role(context.design, name, RoleUse::ContainerInstance, policy);
        *slot = Some(role);
        edits.push(Edit::Put(Item::CapacityProvider(id.clone(), changed)));
        let message = "Instances have no role to register with the cluster, pull images and log";
        out.add(ItemRef::CapacityProvider(id.clone()), "instance_role", message, "Name a container instance role")
            .fix(format!("Use the role {name}"), edits);
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
        let (role, mut edits) = new_role(design, name, RoleUse::Infrastructure, policy);
        edits.push(Edit::Put(put(role)));
        let message = format!("ECS has no infrastructure role to make {what} with");
        out.add(at, field, message, "Name an infrastructure role").fix(format!("Use the role {name}"), edits);
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
            report(ItemRef::CapacityProvider(id.clone()), "infrastructure_role", "instances", policy, &put);
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
            report(ItemRef::Service(id.clone()), "deployment", "changes of listener rules", policy, &put);
        }
        if service.ebs_volume.as_ref().is_some_and(|volume| volume.role.is_none()) {
            let put = |role: RoleId| {
                let mut changed = service.clone();
                changed.ebs_volume.iter_mut().for_each(|volume| volume.role = Some(role.clone()));
                Item::Service(id.clone(), changed)
            };
            let policy = "AmazonECSInfrastructureRolePolicyForVolumes";
            report(ItemRef::Service(id.clone()), "ebs_volume", "volumes", policy, &put);
        }
    }
    for (id, express) in design.express_services.iter().filter(|(_, e)| e.infrastructure_role.is_none()) {
        let put = |role| {
            let mut changed = express.clone();
            changed.infrastructure_role = Some(role);
            Item::ExpressService(id.clone(), changed)
        };
        let policy = "AmazonECSInfrastructureRoleforExpressGatewayServices";
        report(ItemRef::ExpressService(id.clone()), "infrastructure_role", "the load balancer", policy, &put);
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
        let (role, mut edits) = new_role(context.design, name, RoleUse::Events, policy);
        let mut changed = tasks.clone();
        changed.scheduler_role = Some(role);
        edits.push(Edit::Put(Item::StandaloneTask(id.clone(), changed)));
        let message = "EventBridge has no role to start these tasks with";
        let hint = "Name a role that may run tasks and pass their roles";
        out.add(ItemRef::StandaloneTask(id.clone()), "scheduler_role", message, hint)
            .fix(format!("Use the role {name}"), edits);
    }
}

/// What: a lifecycle hook without a role. Why: ECS may not call the function, and the deployment fails.
///
/// Source: ECS API Reference, "`DeploymentLifecycleHook`", roleArn (rule IAM-11).
fn hook_without_role(context: &Context<'_>, out: &mut Findings) {
    for (id, service) in &context.design.services {
        let called = |hook: &&LifecycleHook| hook.target_type() == HookTarget::AwsLambda;
        for hook in service.deployment.lifecycle_hooks.iter().filter(called).filter(|hook| hook.role.is_none()) {
            let message = format!("The hook {} has no role that may call it", hook.function);
            out.add(ItemRef::Service(id.clone()), "deployment", message, "Name a role that may invoke the function");
        }
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
    for (id, service) in &design.services {
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
    use crate::design::deployment::HookStage;

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
            |d| web(d).deployment.load_balancer_role = Some("task".into()),
            &["web · deployment"],
            |d| web(d).deployment.load_balancer_role = Some("infrastructure".into()),
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
}
