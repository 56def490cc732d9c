//! The order of a task's containers: what each waits for.

use super::containers::change;
use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::ItemRef;
use crate::design::container::{Container, Dependency, DependencyCondition};
use crate::design::id::{ContainerName, TaskDefinitionId};
use crate::design::task_definition::TaskDefinition;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "depends-on-missing-container",
        Severity::Error,
        "A container waits for one that the task does not have",
        "ECS API Reference, \"ContainerDependency\"",
        depends_on_missing_container,
    ),
    Rule::new(
        "depends-on-cycle",
        Severity::Error,
        "Containers wait for each other in a ring",
        "ECS API Reference, \"ContainerDependency\"",
        depends_on_cycle,
    ),
    Rule::new(
        "depends-on-end-of-essential",
        Severity::Error,
        "A container waits for an essential one to end, with which the whole task ends",
        "ECS API Reference, \"ContainerDependency\"",
        depends_on_end_of_essential,
    ),
    Rule::new(
        "depends-on-unchecked-health",
        Severity::Error,
        "A container waits for the health of one that has no health check",
        "ECS API Reference, \"ContainerDependency\"",
        depends_on_unchecked_health,
    ),
];

/// What: `dependsOn` names a container that is not in the task. Why: registration fails. Example: waiting for `proxy`
/// after it was renamed.
///
/// Source: ECS API Reference, "`ContainerDependency`" (rule TDF-61).
fn depends_on_missing_container(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            let missing = |d: &&Dependency| named(definition, &d.container_name).is_none();
            for other in container.depends_on.iter().filter(missing).map(|d| &d.container_name) {
                let message = format!("Container `{}` waits for `{other}`, which is not in the task", container.name);
                out.add(at(id), "containers", message, "Wait for a container of the same task").fix(
                    format!("Stop waiting for `{other}`"),
                    change(id, definition, |c| c.depends_on.retain(|d| d.container_name != *other)),
                );
            }
        }
    }
}

/// What: containers wait for each other in a ring. Why: none could start; registration fails. Example: `a` waits for
/// `b`, `b` for `a`.
///
/// Source: ECS API Reference, "`ContainerDependency`" (rule TDF-61).
fn depends_on_cycle(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        // Takes away, again and again, whatever waits for nothing that is left; a ring is what stays.
        let mut left: Vec<&Container> = definition.containers.iter().collect();
        loop {
            let names: Vec<_> = left.iter().map(|c| &c.name).collect();
            let waits = |c: &&Container| c.depends_on.iter().any(|d| names.contains(&&d.container_name));
            let still: Vec<_> = left.iter().copied().filter(waits).collect();
            if still.len() == left.len() {
                break;
            }
            left = still;
        }
        if left.is_empty() {
            continue;
        }
        let names: Vec<_> = left.iter().map(|c| c.name.as_str()).collect();
        let message = format!("Containers {} wait for each other", names.join(", "));
        out.add(at(id), "containers", message, "Take one dependency out of the ring");
    }
}

/// What: COMPLETE or SUCCESS asked of an essential container. Why: the task stops when it ends; registration fails.
/// Example: the application waits for an essential `migrate` to succeed. Fix: makes it non-essential.
///
/// Source: ECS API Reference, "`ContainerDependency`" (rule TDF-63).
fn depends_on_end_of_essential(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for (container, dependency) in dependencies(definition) {
            let ends = matches!(dependency.condition, DependencyCondition::Complete | DependencyCondition::Success);
            let essential = named(definition, &dependency.container_name).is_some_and(Container::is_essential);
            if !(ends && essential) {
                continue;
            }
            let other = &dependency.container_name;
            let message = format!(
                "Container `{}` waits for `{other}` to reach {}, and `{other}` is essential",
                container.name, dependency.condition
            );
            let finding = out.add(at(id), "containers", message, "Make the container that ends non-essential");
            // The task needs another container to live by.
            if definition.containers.iter().any(|c| c.name != *other && c.is_essential()) {
                let make = |c: &mut Container| {
                    if c.name == *other {
                        c.essential = Some(false);
                    }
                };
                finding.fix(format!("Make `{other}` non-essential"), change(id, definition, make));
            }
        }
    }
}

/// What: HEALTHY asked of a container without `healthCheck`. Why: registration fails; a check inside the image does
/// not count. Example: the application waits for a proxy to be healthy that has no check.
///
/// Source: ECS API Reference, "`ContainerDependency`" (rules TDF-63, HLT-05).
fn depends_on_unchecked_health(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for (container, dependency) in dependencies(definition) {
            let other = named(definition, &dependency.container_name);
            let unchecked = other.is_some_and(|c| c.health_check.is_none());
            if dependency.condition != DependencyCondition::Healthy || !unchecked {
                continue;
            }
            let other = &dependency.container_name;
            let message =
                format!("Container `{}` waits for `{other}` to be HEALTHY, which has no health check", container.name);
            out.add(at(id), "containers", message, format!("Give `{other}` a health check, or wait for START")).fix(
                format!("Wait for `{other}` to START"),
                change(id, definition, |c| {
                    for d in c.depends_on.iter_mut().filter(|d| d.container_name == *other) {
                        d.condition = DependencyCondition::Start;
                    }
                }),
            );
        }
    }
}

fn at(id: &TaskDefinitionId) -> ItemRef {
    ItemRef::TaskDefinition(id.clone())
}

fn named<'d>(definition: &'d TaskDefinition, name: &ContainerName) -> Option<&'d Container> {
    definition.containers.iter().find(|c| c.name == *name)
}

fn dependencies(definition: &TaskDefinition) -> impl Iterator<Item = (&Container, &Dependency)> {
    definition.containers.iter().flat_map(|c| c.depends_on.iter().map(move |d| (c, d)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;

    fn waits(container: &mut Container, name: &str, condition: DependencyCondition) {
        container.depends_on.push(Dependency { container_name: name.into(), condition });
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "depends-on-missing-container",
            |d| waits(app(d), "proxy", DependencyCondition::Start),
            &["web · containers"],
            |d| {
                sidecar(d).name = "proxy".into();
                waits(app(d), "proxy", DependencyCondition::Start);
            },
        ),
        case(
            "depends-on-cycle",
            |d| {
                waits(sidecar(d), "app", DependencyCondition::Start);
                waits(app(d), "sidecar", DependencyCondition::Start);
            },
            &["web · containers"],
            |d| waits(sidecar(d), "app", DependencyCondition::Start),
        ),
        case(
            "depends-on-end-of-essential",
            |d| {
                sidecar(d).essential = None;
                waits(&mut web_definition(d).containers[1], "app", DependencyCondition::Success);
            },
            &["web · containers"],
            |d| {
                sidecar(d);
                waits(app(d), "sidecar", DependencyCondition::Success);
            },
        ),
        case(
            "depends-on-unchecked-health",
            |d| {
                sidecar(d);
                waits(app(d), "sidecar", DependencyCondition::Healthy);
            },
            &["web · containers"],
            |d| {
                sidecar(d).health_check = Some(health_check());
                waits(app(d), "sidecar", DependencyCondition::Healthy);
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
