//! A task definition's JSON, written: one bare object, keys in the order of AWS's API; empty is what the user left empty.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::write_container::container;
use super::{LOG_REGION_OPTION, lacks_region};
use crate::design::container::Container;
use crate::design::id::{FileSystemId, RoleId, TaskDefinitionId};
use crate::design::project::Project;
use crate::design::task_definition::{DockerVolumeScope, PlacementConstraint, TaskDefinition, Volume, VolumeKind};
use crate::design::{Design, ItemRef};
use crate::exchange::{Assumed, Document, free_name};

/// An object being written: keys in the order they are put, empty values left out.
///
/// Source: `amazon-ecs-deploy-task-definition` removes empty values before it registers a definition.
#[derive(Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Puts a value, unless it is empty.
    pub(super) fn put(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        };
        if !empty {
            self.0.insert(key.to_owned(), value);
        }
    }

    /// Puts what an object within is made of, unless that is nothing.
    pub(super) fn put_object(&mut self, key: &str, fill: impl FnOnce(&mut Fields)) {
        self.put(key, object(fill));
    }
}

/// An object of what `fill` puts.
pub(super) fn object(fill: impl FnOnce(&mut Fields)) -> Value {
    let mut fields = Fields::default();
    fill(&mut fields);
    Value::Object(fields.0)
}

/// A list with an object for each item, but for those of which nothing is said.
pub(super) fn objects<T>(items: impl IntoIterator<Item = T>, fill: impl Fn(&mut Fields, T)) -> Value {
    let made = items.into_iter().map(|item| object(|fields| fill(fields, item)));
    made.filter(|item| item.as_object().is_some_and(|fields| !fields.is_empty())).collect()
}

/// A map as a list of objects that each give a name and a value. The values are the user's own, and may be empty.
pub(super) fn pairs(map: &BTreeMap<String, String>, name_key: &str, value_key: &str) -> Value {
    map.iter().map(|(name, value)| json!({ name_key: name, value_key: value })).collect()
}

/// A map as an object. The values are the user's own, and may be empty.
pub(super) fn map(map: &BTreeMap<String, String>) -> Value {
    map.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect()
}

/// One task definition, bare, as `register-task-definition` takes it; `None` if there is none of that name.
pub fn write(design: &Design, id: &TaskDefinitionId) -> Option<Value> {
    let definition = design.task_definitions.get(id)?;
    Some(object(|of| {
        of.put("family", id.as_str());
        of.put("taskRoleArn", definition.task_role.as_ref().map(|id| role(design, id)));
        of.put("executionRoleArn", definition.execution_role.as_ref().map(|id| role(design, id)));
        of.put("networkMode", definition.network_mode.map(crate::design::task_definition::NetworkMode::aws));
        of.put("containerDefinitions", objects(&definition.containers, |of, one| container(of, one, design)));
        of.put("volumes", objects(&definition.volumes, volume));
        of.put("placementConstraints", objects(&definition.placement_constraints, placement_constraint));
        let compatibilities: Vec<&str> = definition.requires_compatibilities.iter().map(|kind| kind.aws()).collect();
        of.put("requiresCompatibilities", compatibilities);
        of.put("cpu", definition.cpu.map(|cpu| cpu.units().to_string()));
        of.put("memory", definition.memory.map(|memory| memory.mib().to_string()));
        settings(of, definition);
    }))
}

/// All task definitions of a project, a file each.
pub fn write_all(project: &Project) -> Vec<Document> {
    let design = &project.design;
    let mut documents: Vec<Document> = Vec::new();
    for id in design.task_definitions.keys() {
        let Some(mut value) = write(design, id) else { continue };
        if let Value::Object(fields) = &mut value {
            leave_out_assumed(fields, project, id);
        }
        let taken = |name: &str| documents.iter().any(|other| other.file_name == format!("{name}.json"));
        let name = free_name(&file_name(id.as_str()), taken);
        documents.push(Document { file_name: format!("{name}.json"), text: format!("{value:#}\n") });
    }
    documents
}

/// Fields of a definition that an import assumes where a file has none, and how AWS calls them.
const ASSUMED: &[(&str, &str)] = &[
    ("requires_compatibilities", "requiresCompatibilities"),
    ("network_mode", "networkMode"),
    ("cpu", "cpu"),
    ("memory", "memory"),
];

/// Takes out what no file said.
fn leave_out_assumed(fields: &mut Map<String, Value>, project: &Project, id: &TaskDefinitionId) {
    let at = ItemRef::TaskDefinition(id.clone());
    for (field, key) in ASSUMED {
        if project.assumptions.contains_key(&Assumed::key(&at, field)) {
            fields.shift_remove(*key);
        }
    }
    if made_up_role(project, id) {
        fields.shift_remove("executionRoleArn");
    }
    let containers = project.design.task_definitions.get(id).map(|definition| &definition.containers);
    let written = fields.get_mut("containerDefinitions").and_then(Value::as_array_mut);
    if let (Some(containers), Some(written), true) =
        (containers, written, project.assumptions.contains_key(&Assumed::key(&at, "awslogs_region")))
    {
        let lacking = |container: &Container| container.log_configuration.as_ref().is_some_and(lacks_region);
        for (_, written) in containers.iter().zip(written).filter(|(container, _)| lacking(container)) {
            let options = written.pointer_mut("/logConfiguration/options").and_then(Value::as_object_mut);
            options.and_then(|options| options.shift_remove(LOG_REGION_OPTION));
        }
    }
}

/// Whether the execution role of a definition is our own assumption and not known to exist.
fn made_up_role(project: &Project, id: &TaskDefinitionId) -> bool {
    let assumed = Assumed::key(&ItemRef::TaskDefinition(id.clone()), "execution_role");
    let definition = project.design.task_definitions.get(id);
    let role = definition.and_then(|d| d.execution_role.as_ref()).and_then(|role| project.design.roles.get(role));
    project.assumptions.contains_key(&assumed) && role.is_some_and(|role| role.arn.is_none())
}

/// A family as the name of a file: what AWS allows in a family stays, anything else becomes a dash.
fn file_name(family: &str) -> String {
    let name: String =
        family.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).collect();
    if name.is_empty() { "task-definition".to_owned() } else { name }
}

/// A role by its ARN, else by its name.
fn role(design: &Design, id: &RoleId) -> String {
    let arn = design.roles.get(id).and_then(|role| role.arn.clone());
    arn.unwrap_or_else(|| id.as_str().to_owned())
}

fn placement_constraint(of: &mut Fields, constraint: &PlacementConstraint) {
    match constraint {
        PlacementConstraint::DistinctInstance => of.put("type", "distinctInstance"),
        PlacementConstraint::MemberOf(expression) => {
            of.put("type", "memberOf");
            of.put("expression", expression.as_str());
        }
    }
}

fn settings(of: &mut Fields, definition: &TaskDefinition) {
    of.put("tags", pairs(&definition.tags, "key", "value"));
    of.put("pidMode", definition.pid_mode.map(crate::design::task_definition::PidMode::aws));
    of.put("ipcMode", definition.ipc_mode.map(crate::design::task_definition::IpcMode::aws));
    if let Some(proxy) = &definition.proxy_configuration {
        of.put_object("proxyConfiguration", |of| {
            of.put("type", "APPMESH");
            of.put("containerName", proxy.container_name.as_str());
            of.put("properties", pairs(&proxy.properties, "name", "value"));
        });
    }
    of.put("ephemeralStorage", definition.ephemeral_storage.map(|size| json!({ "sizeInGiB": size.gib() })));
    of.put_object("runtimePlatform", |of| {
        let platform = definition.runtime_platform;
        of.put("cpuArchitecture", platform.cpu_architecture.map(|architecture| architecture.to_string()));
        of.put(
            "operatingSystemFamily",
            platform.operating_system_family.map(crate::design::task_definition::OperatingSystemFamily::aws),
        );
    });
    of.put("enableFaultInjection", definition.enable_fault_injection);
    if let Some(trusted) = &definition.trusted_execution {
        of.put_object("trustedExecutionConfiguration", |of| {
            of.put("isolationMode", trusted.isolation_mode.aws());
            of.put("attestationPolicy", trusted.attestation_policy.as_deref());
        });
    }
}

/// A file system as AWS names it; one that is only drawn, by the name it has in the drawing.
fn file_system_id<'a>(aws_id: &'a str, drawn: Option<&'a FileSystemId>) -> &'a str {
    if aws_id.is_empty() { drawn.map_or("", FileSystemId::as_str) } else { aws_id }
}

const fn enabled(on: bool) -> &'static str {
    if on { "ENABLED" } else { "DISABLED" }
}

fn volume(of: &mut Fields, volume: &Volume) {
    of.put("name", volume.name.as_str());
    match &volume.kind {
        VolumeKind::Host { source_path } => {
            of.put_object("host", |of| of.put("sourcePath", source_path.as_deref()));
        }
        VolumeKind::Docker { scope, autoprovision, driver, driver_options, labels } => {
            of.put_object("dockerVolumeConfiguration", |of| {
                let says_nothing = !autoprovision && driver.is_none() && driver_options.is_empty() && labels.is_empty();
                // AWS's default, said so that the kind of a volume without any setting can be written.
                of.put("scope", scope.or(says_nothing.then_some(DockerVolumeScope::Task)).map(DockerVolumeScope::aws));
                of.put("autoprovision", autoprovision.then_some(true));
                of.put("driver", driver.as_deref());
                of.put("driverOpts", map(driver_options));
                of.put("labels", map(labels));
            });
        }
        VolumeKind::Efs {
            file_system,
            file_system_id: id,
            root_directory,
            transit_encryption,
            transit_encryption_port,
            access_point,
            iam_authorization,
        } => of.put_object("efsVolumeConfiguration", |of| {
            of.put("fileSystemId", file_system_id(id, file_system.as_ref()));
            of.put("rootDirectory", root_directory.as_deref());
            of.put("transitEncryption", transit_encryption.map(enabled));
            of.put("transitEncryptionPort", *transit_encryption_port);
            of.put_object("authorizationConfig", |of| {
                of.put("accessPointId", access_point.as_deref());
                of.put("iam", iam_authorization.map(enabled));
            });
        }),
        VolumeKind::S3Files { file_system, file_system_arn, root_directory, transit_encryption_port, access_point } => {
            of.put_object("s3filesVolumeConfiguration", |of| {
                of.put("fileSystemArn", file_system_id(file_system_arn, file_system.as_ref()));
                of.put("rootDirectory", root_directory.as_deref());
                of.put("transitEncryptionPort", *transit_encryption_port);
                of.put("accessPointArn", access_point.as_deref());
            });
        }
        VolumeKind::FsxWindows { file_system, file_system_id: id, root_directory, credentials_parameter, domain } => {
            of.put_object("fsxWindowsFileServerVolumeConfiguration", |of| {
                of.put("fileSystemId", file_system_id(id, file_system.as_ref()));
                of.put("rootDirectory", root_directory.as_str());
                of.put_object("authorizationConfig", |of| {
                    of.put("credentialsParameter", credentials_parameter.as_str());
                    of.put("domain", domain.as_str());
                });
            });
        }
        VolumeKind::ConfiguredAtLaunch => of.put("configuredAtLaunch", true),
    }
}
