//! A whole drawing around bare task definitions, so that they can be estimated at once.
//!
//! In: what was imported, and the catalogue of a region. Out: a project with a VPC over three zones, a cluster, and a
//! service for each definition with the capacity it asks for; a load balancer before those that answer HTTP. Every
//! value that nobody gave is told in the project's assumptions. No load is drawn: nothing is known of it. What no instance
//! type holds is not drawn at all: a bill without its compute would be none.

mod capacity;
mod machines;
mod network;
mod services;

use std::collections::{BTreeMap, BTreeSet};

use super::{Assumed, Imported, free_name};
use crate::catalogue::Catalogue;
use crate::design::capacity::LaunchType;
use crate::design::container::Container;
use crate::design::edit::Edit;
use crate::design::id::{CapacityProviderId, ClusterId, ImageId, RoleId, TaskDefinitionId};
use crate::design::outside::{Registry, Role, RoleUse};
use crate::design::project::Project;
use crate::design::task_definition::TaskDefinition;
use crate::design::{Design, Item, ItemRef, Tags};
use crate::names::{InstanceTypeName, Region};

/// The drawing under way.
#[derive(Clone)]
struct Sketch<'c> {
    catalogue: &'c Catalogue,
    design: Design,
    assumptions: BTreeMap<String, String>,
    /// Definitions of which a file holds the containers alone.
    containers_alone: BTreeSet<TaskDefinitionId>,
    /// What each definition runs on.
    kinds: BTreeMap<TaskDefinitionId, LaunchType>,
    /// The instance type of each group that holds two of its largest tasks.
    roomier: BTreeMap<CapacityProviderId, InstanceTypeName>,
}

/// Why nothing is drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SketchError {
    /// No instance type can run a task.
    #[error(
        "task definition {definition} needs {need}, and no {among} that are sold in {region} have it: make the task smaller, \
         or choose another region"
    )]
    NothingFits {
        /// Which.
        definition: TaskDefinitionId,
        /// What its task takes of an instance.
        need: String,
        /// Which instance types were looked at.
        among: String,
        /// Where.
        region: Region,
    },
}

/// Draws a project around all that was imported.
pub fn sketch(name: &str, imports: &[Imported], catalogue: &Catalogue) -> Result<Project, SketchError> {
    let mut sketch = Sketch {
        catalogue,
        design: Design::new(catalogue.region.region.clone()),
        assumptions: BTreeMap::new(),
        containers_alone: BTreeSet::new(),
        kinds: BTreeMap::new(),
        roomier: BTreeMap::new(),
    };
    for import in imports {
        sketch.take_in(import);
    }
    sketch.kinds = sketch.choose_kinds();
    sketch.draw_all()?;
    sketch.fit_groups();
    let project = Project::new(name, sketch.design);
    let description = "Drawn around imported task definitions; no load is known yet".to_owned();
    Ok(Project { description, assumptions: sketch.assumptions, ..project })
}

/// Whether two items of one name are the same thing, as far as a task definition says what they are.
fn is_same(one: &Item, other: &Item) -> bool {
    match (one, other) {
        (Item::Role(_, one), Item::Role(_, other)) => one.arn == other.arn,
        (one, other) => one == other,
    }
}

impl Sketch<'_> {
    /// Draws everything around the definitions, each on its kind of capacity.
    fn draw_all(&mut self) -> Result<(), SketchError> {
        self.startable();
        self.permissions();
        // Machines outside AWS need nothing of it.
        if self.kinds.values().any(|kind| *kind != LaunchType::External) {
            self.network();
        }
        self.services()?;
        self.file_systems();
        Ok(())
    }

    /// Tells that a value is our own.
    fn assume(&mut self, at: &ItemRef, field: &str, why: &str) {
        self.assumptions.insert(Assumed::key(at, field), format!("our assumption: {why}"));
    }

    /// Draws an item, with what is made up about it.
    fn draw(&mut self, item: Item, assumed: &[(&str, &str)]) {
        let at = item.at();
        for (field, why) in assumed {
            self.assume(&at, field, why);
        }
        self.design.put(item);
    }

    /// Adds what one file gave; a name that stands for something else already gets a number.
    fn take_in(&mut self, import: &Imported) {
        let mut part = Design::new(self.design.region.clone());
        for item in &import.items {
            part.put(item.clone());
        }
        for (id, definition) in &import.definitions {
            part.put(Item::TaskDefinition(id.clone(), definition.clone()));
        }
        let mut names: BTreeMap<ItemRef, ItemRef> = BTreeMap::new();
        // Definitions come last: by then the names in them are the right ones, and the same definition is the same.
        let (definitions, others): (Vec<_>, Vec<_>) =
            part.item_refs().into_iter().partition(|at| matches!(at, ItemRef::TaskDefinition(_)));
        for at in others.into_iter().chain(definitions) {
            let (Some(there), Some(new)) = (self.design.item(&at), part.item(&at)) else { continue };
            if is_same(&there, &new) {
                continue;
            }
            let taken = |name: &str| {
                let at = at.kind().named(name);
                let same = |there: Item| is_same(&there, &new.clone().renamed(name));
                part.contains(&at) || self.design.item(&at).is_some_and(|there| !same(there))
            };
            let name = free_name(at.name(), taken);
            if Edit::Rename(at.clone(), name.clone()).apply(&mut part).is_ok() {
                let renamed = at.kind().named(&name);
                if matches!(at, ItemRef::TaskDefinition(_)) {
                    self.assume(
                        &renamed,
                        "family",
                        &format!("{name}: another file has a definition of family {}", at.name()),
                    );
                }
                names.insert(at, renamed);
            }
        }
        for at in part.item_refs() {
            if let (false, Some(item)) = (self.design.contains(&at), part.item(&at)) {
                self.design.put(item);
            }
        }
        for id in &import.containers_alone {
            let at = ItemRef::TaskDefinition(id.clone());
            let at = names.get(&at).unwrap_or(&at);
            self.containers_alone.insert(TaskDefinitionId::new(at.name()));
        }
        for assumed in &import.assumptions {
            let at = names.get(&assumed.at).unwrap_or(&assumed.at).clone();
            self.assume(&at, assumed.field, &assumed.why);
        }
    }

    /// The task definitions, by family.
    fn definitions(&self) -> Vec<(TaskDefinitionId, TaskDefinition)> {
        self.design.task_definitions.iter().map(|(id, definition)| (id.clone(), definition.clone())).collect()
    }

    /// Adds to the definitions what ECS refuses to start them without, where they run.
    fn startable(&mut self) {
        for (id, mut definition) in self.definitions() {
            let at = ItemRef::TaskDefinition(id.clone());
            let launch = self.kind(&id);
            if self.containers_alone.contains(&id) {
                self.fill_in(&at, &mut definition, launch);
            }
            if launch == LaunchType::Fargate && definition.requires_compatibilities.is_empty() {
                // An empty list is checked for EC2 alone, and stays good for it (rule TDF-13).
                definition.requires_compatibilities = vec![LaunchType::Ec2, LaunchType::Fargate];
                self.assume(
                    &at,
                    "requires_compatibilities",
                    "EC2 and FARGATE: the file asks for none, and Fargate takes it",
                );
            }
            let images = &self.design.images;
            let is_in_private_ecr = |container: &Container| {
                let image = images.get(&ImageId::new(&container.image));
                image.is_some_and(|image| image.registry == Registry::EcrPrivate)
            };
            let needs = definition.execution_needs(launch == LaunchType::Ec2, is_in_private_ecr);
            if definition.execution_role.is_none() && !needs.is_empty() {
                let role = self.execution_role();
                let why = format!("{role}, for {}: the file names none, and ECS needs one", needs.join(", "));
                self.assume(&at, "execution_role", &why);
                definition.execution_role = Some(role);
            }
            self.design.put(Item::TaskDefinition(id, definition));
        }
    }

    /// The execution role of tasks whose files name none, by the name that AWS's console gives it.
    ///
    /// Source: ECS Developer Guide, "Amazon ECS task execution IAM role", "Creating the task execution role".
    fn execution_role(&mut self) -> RoleId {
        let is_other = |name: &str| {
            self.design.roles.get(&RoleId::new(name)).is_some_and(|role| role.used_as != RoleUse::Execution)
        };
        let name = free_name("ecsTaskExecutionRole", is_other);
        self.role(&name, RoleUse::Execution, "AmazonECSTaskExecutionRolePolicy")
    }

    /// Gives execution roles what their tasks need to start: the definitions name roles that work already.
    fn permissions(&mut self) {
        for (_, definition) in self.definitions() {
            let Some(id) = definition.execution_role.clone() else { continue };
            let Some(role) = self.design.roles.get_mut(&id) else { continue };
            let policy = "AmazonECSTaskExecutionRolePolicy".to_owned();
            if !role.managed_policies.contains(&policy) {
                role.managed_policies.push(policy);
            }
            let values = definition.containers.iter().flat_map(|container| {
                let log = container.log_configuration.iter().flat_map(|log| &log.secret_options);
                container.secrets.iter().chain(log).map(|secret| secret.value_from.as_str())
            });
            let mut actions: Vec<&str> = values
                .map(
                    |from| {
                        if from.contains(":secret:") { "secretsmanager:GetSecretValue" } else { "ssm:GetParameters" }
                    },
                )
                .collect();
            if definition.containers.iter().any(|container| !container.environment_files.is_empty()) {
                actions.extend(["s3:GetObject", "s3:GetBucketLocation"]);
            }
            for action in actions {
                if !role.actions.iter().any(|known| known == action) {
                    role.actions.push(action.to_owned());
                }
            }
            let at = ItemRef::Role(id);
            self.assume(&at, "managed_policies", "the managed policy for starting tasks, and what their secrets need");
        }
    }

    /// A role of our own.
    fn role(&mut self, name: &str, used_as: RoleUse, policy: &str) -> RoleId {
        let id = RoleId::new(name);
        let managed_policies = vec![policy.to_owned()];
        let role = Role { used_as, arn: None, managed_policies, actions: Vec::new(), tags: Tags::new() };
        if !self.design.roles.contains_key(&id) {
            self.draw(Item::Role(id.clone(), role), &[("managed_policies", "AWS's managed policy for this use")]);
        }
        id
    }

    /// The one cluster there is.
    fn cluster_id() -> ClusterId {
        ClusterId::new("main")
    }
}

#[cfg(test)]
mod tests;
