//! Containers without a task definition around them, as Terraform's `container_definitions` has them.

use serde_json::{Map, Value};

use super::around::Around;
use super::read::task;
use super::read_container::container;
use crate::design::task_definition::TaskDefinition;
use crate::exchange::ImportError;
use crate::exchange::json::{Notes, Object};

/// Keys of a task definition that people write into its container, and that no container has.
///
/// Source: ECS API, `RegisterTaskDefinitionRequest` against `ContainerDefinition` (botocore 1.44.5).
const OF_THE_TASK: &[&str] = &[
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "tags",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
];

/// Keys that a container has and a task definition has not, of which one beside a name makes it out.
const OF_A_CONTAINER: &[&str] =
    &["image", "essential", "portMappings", "environment", "command", "entryPoint", "logConfiguration", "mountPoints"];

/// Whether a document is a container.
pub(super) fn is_container(document: &Value) -> bool {
    let has = |key: &str| document.get(key).is_some();
    has("name") && !has("containerDefinitions") && OF_A_CONTAINER.iter().any(|key| has(key))
}

/// The definition of all containers of a file, and its family where one of them says it.
pub(super) fn read(
    documents: Vec<(String, Value)>,
    notes: &mut Notes,
    around: &mut Around,
) -> Result<(Option<String>, TaskDefinition), ImportError> {
    let mut containers = Vec::new();
    let (mut lifted, mut from) = (Map::new(), String::new());
    for (path, mut document) in documents {
        if let Value::Object(fields) = &mut document {
            for key in OF_THE_TASK {
                let Some(value) = fields.shift_remove(*key).filter(|value| !value.is_null()) else { continue };
                let at = if path.is_empty() { (*key).to_owned() } else { format!("{path}.{key}") };
                match lifted.get(*key) {
                    None => {
                        notes.tell_read(&at, &value, "no container has it; taken for the task definition's");
                        lifted.insert((*key).to_owned(), value);
                        if from.is_empty() {
                            from.clone_from(&path);
                        }
                    }
                    Some(there) if *there == value => {}
                    Some(_) => {
                        notes.tell(&at, String::new(), "another container says otherwise for the task definition");
                    }
                }
            }
        }
        let not_one = notes.error(&path, "expected a container".to_owned());
        let of = Object::of(document, path, notes).ok_or(not_one)?;
        containers.push(container(of, around)?);
    }
    let not_one = notes.error(&from, "expected a task definition".to_owned());
    let mut of = Object::of(Value::Object(lifted), from, notes).ok_or(not_one)?;
    let family = of.text("family");
    Ok((family, task(&mut of, containers, around)))
}
