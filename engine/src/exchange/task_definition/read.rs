//! A task definition's JSON, read.

use serde_json::Value;

use super::around::Around;
use super::containers_alone::{self, is_container};
use super::read_container::{container, size_of};
use super::{STAND_IN, lacks_region};
use crate::design::ItemRef;
use crate::design::capacity::LaunchType;
use crate::design::container::Container;
use crate::design::id::{ContainerName, TaskDefinitionId, VolumeName};
use crate::design::outside::{FileSystemKind, RoleUse};
use crate::design::task_definition::{
    DockerVolumeScope, IpcMode, IsolationMode, NetworkMode, OperatingSystemFamily, PidMode, PlacementConstraint,
    ProxyConfiguration, RuntimePlatform, TaskDefinition, TrustedExecution, Volume, VolumeKind,
};
use crate::exchange::json::{self, Notes, Object};
use crate::exchange::{Assumed, ImportError, Imported, free_name};
use crate::names::Architecture;
use crate::units::{CpuUnits, Gib, Mib};

/// What a file should hold.
const WANTED: &str = "a task definition, an object with family and containerDefinitions";

/// Keys that only ECS writes, into what `describe-task-definition` gives.
///
/// Source: ECS API, `TaskDefinition` against `RegisterTaskDefinitionRequest` (botocore 1.44.5).
const SET_BY_ECS: &[&str] = &[
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

/// Reads a file: the input of `register-task-definition`, or the output of `describe-task-definition`, wrapped or bare;
/// one, a list of them, or several one after the other; or containers alone, one or a list of them, as Terraform has them.
pub fn read(text: &str, file: &str) -> Result<Imported, ImportError> {
    let (documents, mut notes) = json::parse(text, file, WANTED)?;
    let mut around = Around::default();
    let mut imported = Imported::default();
    if documents.iter().all(|(_, document)| is_container(document)) {
        let (family, definition) = containers_alone::read(documents, &mut notes, &mut around)?;
        let id = add(&mut imported, family.as_deref(), file, definition);
        imported.containers_alone.insert(id);
    } else {
        for (path, document) in documents {
            let (family, definition) = unwrap(document, path, &mut notes, &mut around)?;
            add(&mut imported, family.as_deref(), file, definition);
        }
    }
    let (items, assumptions) = around.items();
    imported.items = items;
    imported.assumptions.extend(assumptions);
    imported.not_understood = notes.not_understood;
    imported.read_anyway = notes.read_anyway;
    imported.set_aside = notes.set_aside;
    Ok(imported)
}

/// Adds a definition under its family, or its file's name; another of the same family gets a number, the very same one is
/// not added again.
fn add(imported: &mut Imported, said: Option<&str>, file: &str, definition: TaskDefinition) -> TaskDefinitionId {
    let family = said.map_or_else(|| family_of(file), str::to_owned);
    let taken = |name: &str| imported.definitions.iter().any(|(id, other)| id.as_str() == name && *other != definition);
    let name = free_name(&family, taken);
    let id = TaskDefinitionId::new(&name);
    if imported.definitions.iter().any(|(other, _)| *other == id) {
        return id;
    }
    let at = ItemRef::TaskDefinition(id.clone());
    let mut assume = |field, why| imported.assumptions.push(Assumed { at: at.clone(), field, why });
    if name != family {
        assume("family", format!("{name}: the file has another definition of family {family}"));
    } else if said.is_none() {
        assume("family", format!("{name}, the file's name: the definition has no family"));
    }
    let names = |of: &dyn Fn(&Container) -> bool| {
        let named = definition.containers.iter().filter(|container| of(container));
        named.map(|container| container.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let without_image = names(&|container| container.image == STAND_IN);
    if !without_image.is_empty() {
        assume("containers", format!("{STAND_IN} stands in for the image of {without_image}: the file names none"));
    }
    let without_region = names(&|container| container.log_configuration.as_ref().is_some_and(lacks_region));
    if !without_region.is_empty() {
        assume("awslogs_region", format!("the design's: the log options of {without_region} name none"));
    }
    imported.definitions.push((id.clone(), definition));
    id
}

/// The file's name without folders and extension.
fn family_of(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or("imported");
    stem.to_owned()
}

/// The definition of a document, out of `describe-task-definition`'s wrapping where it is wrapped.
fn unwrap(
    document: Value,
    path: String,
    notes: &mut Notes,
    around: &mut Around,
) -> Result<(Option<String>, TaskDefinition), ImportError> {
    let not_one = notes.error(&path, format!("expected {WANTED}"));
    let Value::Object(fields) = document else { return Err(not_one) };
    let Some(mut outer) = Object::of(Value::Object(fields), path, notes) else { return Err(not_one) };
    if !outer.has("taskDefinition") {
        return definition(outer, around);
    }
    outer.set_aside("ResponseMetadata", "of the answer, not part of a definition");
    let tags = outer.pairs("tags", "key", "value");
    let inner = outer.object("taskDefinition").ok_or(not_one)?;
    let (family, mut definition) = definition(inner, around)?;
    definition.tags.extend(tags);
    Ok((family, definition))
}

fn definition(mut of: Object<'_>, around: &mut Around) -> Result<(Option<String>, TaskDefinition), ImportError> {
    if of.has_text("containerDefinitions") {
        let what = "containerDefinitions is text with JSON in it, no list: take it out of its quotes first \
                    (`jq '.containerDefinitions |= fromjson'`), and import that";
        return Err(of.error(what.to_owned()));
    }
    if !of.has("containerDefinitions") {
        return Err(of.error(format!("no containerDefinitions; expected {WANTED}")));
    }
    let family = of.text("family");
    for key in SET_BY_ECS {
        of.set_aside(key, "set by ECS, not part of a definition");
    }
    let mut failed = None;
    let containers = of.list("containerDefinitions", |one| match container(one, around) {
        Ok(container) => Some(container),
        Err(error) => {
            failed.get_or_insert(error);
            None
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if containers.is_empty() {
        return Err(of.error("containerDefinitions holds no container; expected one at least".to_owned()));
    }
    let cpu = of.read("cpu", "CPU units or vCPU, like 256 or .25 vCPU", |value| size_of(value, "vcpu"));
    let memory = of.read("memory", "MiB or GB, like 512 or 0.5 GB", |value| size_of(value, "gb"));
    let read = TaskDefinition {
        cpu: cpu.map(CpuUnits::from_units),
        memory: memory.map(Mib::from_mib),
        ..task(&mut of, containers, around)
    };
    Ok((family, read))
}

/// What stands beside the containers, but for the sizes, which containers have too.
pub(super) fn task(of: &mut Object<'_>, containers: Vec<Container>, around: &mut Around) -> TaskDefinition {
    let mut role = |of: &mut Object<'_>, key, used_as| of.text(key).map(|text| around.role(&text, used_as));
    let execution_role = role(of, "executionRoleArn", RoleUse::Execution);
    let task_role = role(of, "taskRoleArn", RoleUse::Task);
    TaskDefinition {
        requires_compatibilities: of.words("requiresCompatibilities", LaunchType::ALL),
        network_mode: of.word("networkMode", NetworkMode::ALL),
        cpu: None,
        memory: None,
        runtime_platform: of.object("runtimePlatform").map(platform).unwrap_or_default(),
        ephemeral_storage: of
            .object("ephemeralStorage")
            .and_then(|mut storage| storage.number("sizeInGiB", "whole GiB"))
            .map(Gib::from_gib),
        execution_role,
        task_role,
        containers,
        volumes: of.list("volumes", |one| volume(one, around)),
        placement_constraints: of.list("placementConstraints", placement_constraint),
        pid_mode: of.word("pidMode", PidMode::ALL),
        ipc_mode: of.word("ipcMode", IpcMode::ALL),
        proxy_configuration: of.object("proxyConfiguration").and_then(proxy),
        enable_fault_injection: of.flag("enableFaultInjection"),
        trusted_execution: of.object("trustedExecutionConfiguration").and_then(trusted_execution),
        // What is read is registered anew, and is then active.
        status: None,
        handles_sigterm: None,
        tags: of.pairs("tags", "key", "value"),
    }
}

fn platform(mut of: Object<'_>) -> RuntimePlatform {
    RuntimePlatform {
        cpu_architecture: of.word("cpuArchitecture", &[Architecture::X86, Architecture::Arm]),
        operating_system_family: of.word("operatingSystemFamily", OperatingSystemFamily::ALL),
    }
}

fn placement_constraint(mut of: Object<'_>) -> Option<PlacementConstraint> {
    match (of.text_or_empty("type").as_str(), of.text("expression")) {
        ("memberOf", Some(expression)) => Some(PlacementConstraint::MemberOf(expression)),
        ("distinctInstance", None) => Some(PlacementConstraint::DistinctInstance),
        (_, _) => of.refuse("expected memberOf with an expression"),
    }
}

fn proxy(mut of: Object<'_>) -> Option<ProxyConfiguration> {
    if of.text("type").is_some_and(|kind| kind != "APPMESH") {
        return of.refuse("expected the type APPMESH");
    }
    let Some(name) = of.text("containerName") else { return of.refuse("expected containerName") };
    let properties = of.pairs("properties", "name", "value");
    Some(ProxyConfiguration { container_name: ContainerName::new(&name), properties })
}

fn trusted_execution(mut of: Object<'_>) -> Option<TrustedExecution> {
    let isolation_mode = of.word("isolationMode", IsolationMode::ALL)?;
    Some(TrustedExecution { isolation_mode, attestation_policy: of.text("attestationPolicy") })
}

fn volume(mut of: Object<'_>, around: &mut Around) -> Option<Volume> {
    let Some(name) = of.text("name") else { return of.refuse("expected a volume with a name") };
    let source_path = of.object("host").and_then(|mut host| host.text("sourcePath"));
    let configured_at_launch = of.flag("configuredAtLaunch") == Some(true);
    let kind = if of.has("efsVolumeConfiguration") {
        of.object("efsVolumeConfiguration").and_then(|efs| efs_volume(efs, around))
    } else if of.has("fsxWindowsFileServerVolumeConfiguration") {
        of.object("fsxWindowsFileServerVolumeConfiguration").and_then(|fsx| fsx_volume(fsx, around))
    } else if of.has("s3filesVolumeConfiguration") {
        of.object("s3filesVolumeConfiguration").and_then(s3_files_volume)
    } else if of.has("dockerVolumeConfiguration") {
        of.object("dockerVolumeConfiguration").map(docker_volume)
    } else if configured_at_launch {
        Some(VolumeKind::ConfiguredAtLaunch)
    } else {
        Some(VolumeKind::Host { source_path: source_path.clone() })
    };
    let Some(kind) = kind else { return of.refuse("expected a volume whose kind has its settings") };
    if let Some(path) = source_path.filter(|_| !matches!(kind, VolumeKind::Host { .. })) {
        of.tell("host.sourcePath", format!("{path:?}"), "a volume is of one kind, and this one is of another");
    }
    if configured_at_launch && kind != VolumeKind::ConfiguredAtLaunch {
        of.tell("configuredAtLaunch", "true".to_owned(), "a volume is of one kind, and this one is of another");
    }
    Some(Volume { name: VolumeName::new(&name), kind })
}

fn efs_volume(mut of: Object<'_>, around: &mut Around) -> Option<VolumeKind> {
    let Some(file_system_id) = of.text("fileSystemId") else { return of.refuse("expected fileSystemId") };
    let root_directory = of.text("rootDirectory");
    let transit_encryption = of.switch("transitEncryption", "ENABLED", "DISABLED");
    let transit_encryption_port = of.number("transitEncryptionPort", "a port");
    let (mut access_point, mut iam_authorization) = (None, None);
    if let Some(mut authorization) = of.object("authorizationConfig") {
        access_point = authorization.text("accessPointId");
        iam_authorization = authorization.switch("iam", "ENABLED", "DISABLED");
    }
    Some(VolumeKind::Efs {
        file_system: Some(around.file_system(&file_system_id, FileSystemKind::Efs)),
        file_system_id,
        root_directory,
        transit_encryption,
        transit_encryption_port,
        access_point,
        iam_authorization,
    })
}

fn fsx_volume(mut of: Object<'_>, around: &mut Around) -> Option<VolumeKind> {
    let Some(file_system_id) = of.text("fileSystemId") else { return of.refuse("expected fileSystemId") };
    let root_directory = of.text_or_empty("rootDirectory");
    let (mut credentials_parameter, mut domain) = (String::new(), String::new());
    if let Some(mut authorization) = of.object("authorizationConfig") {
        credentials_parameter = authorization.text_or_empty("credentialsParameter");
        domain = authorization.text_or_empty("domain");
    }
    Some(VolumeKind::FsxWindows {
        file_system: Some(around.file_system(&file_system_id, FileSystemKind::FsxWindowsSingleAz)),
        file_system_id,
        root_directory,
        credentials_parameter,
        domain,
    })
}

fn s3_files_volume(mut of: Object<'_>) -> Option<VolumeKind> {
    let Some(file_system_arn) = of.text("fileSystemArn") else { return of.refuse("expected fileSystemArn") };
    Some(VolumeKind::S3Files {
        file_system: None,
        file_system_arn,
        root_directory: of.text("rootDirectory"),
        transit_encryption_port: of.number("transitEncryptionPort", "a port"),
        access_point: of.text("accessPointArn"),
    })
}

fn docker_volume(mut of: Object<'_>) -> VolumeKind {
    let scope = of.word("scope", DockerVolumeScope::ALL);
    let autoprovision = of.flag("autoprovision").unwrap_or(false);
    let driver = of.text("driver");
    let (driver_options, labels) = (of.map("driverOpts"), of.map("labels"));
    let says_nothing = !autoprovision && driver.is_none() && driver_options.is_empty() && labels.is_empty();
    // AWS's default, said so that the kind of a volume without any setting can be written again.
    let scope = scope.or(says_nothing.then_some(DockerVolumeScope::Task));
    VolumeKind::Docker { scope, autoprovision, driver, driver_options, labels }
}
