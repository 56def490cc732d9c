//! Form of a task definition: size, platform, roles, containers, volumes.

use std::collections::BTreeMap;

use bayplan_engine::catalogue::fargate;
use bayplan_engine::design::capacity::LaunchType;
use bayplan_engine::design::container::Container;
use bayplan_engine::design::id::{ContainerName, VolumeName};
use bayplan_engine::design::task_definition::{
    DockerVolumeScope, IpcMode, IsolationMode, NetworkMode, OperatingSystemFamily, PidMode, PlacementConstraint,
    ProxyConfiguration, TaskDefinition, TaskDefinitionStatus, TrustedExecution, Volume, VolumeKind,
};
use bayplan_engine::names::Architecture;
use bayplan_engine::units::CpuUnits;
use egui::Ui;

use super::container;
use crate::widgets::fields::Form;
use crate::widgets::theme::{self, Tokens};
use crate::widgets::units::{CPU, DISK, MEMORY, PORT};

pub(super) fn task_definition(ui: &mut Ui, form: &Form<'_>, task: &mut TaskDefinition) {
    form.section(ui, "", "Size", true, |ui| size(ui, form, task));
    form.section(ui, "containers", "Containers", true, |ui| {
        let name = |one: &Container| {
            let size = [one.cpu.map(|c| c.to_string()), one.memory.or(one.memory_reservation).map(|m| m.to_string())];
            let size: Vec<_> = size.into_iter().flatten().collect();
            format!("{} {}", one.name, size.join(", "))
        };
        let number = task.containers.len() + 1;
        let fresh = || Container::new(&format!("container-{number}"), "public.ecr.aws/docker/library/httpd:2.4");
        let volumes: Vec<VolumeName> = task.volumes.iter().map(|volume| volume.name.clone()).collect();
        let names: Vec<ContainerName> = task.containers.iter().map(|container| container.name.clone()).collect();
        form.records(ui, "container", &mut task.containers, name, fresh, |ui, one| {
            container::container(ui, form, one, &names, &volumes);
        });
    });
    form.section(ui, "runtime_platform", "Platform", false, |ui| platform(ui, form, task));
    form.section(ui, "execution_role", "Roles", false, |ui| {
        let roles = || form.design.roles.keys().cloned();
        form.maybe_reference(ui, "execution_role", "Execution role", &mut task.execution_role, roles(), "none");
        form.maybe_reference(ui, "task_role", "Task role", &mut task.task_role, roles(), "none");
    });
    form.section(ui, "volumes", "Volumes", false, |ui| {
        let fresh = || Volume { name: VolumeName::new("data"), kind: VolumeKind::Host { source_path: None } };
        let name = |volume: &Volume| format!("{} · {}", volume.name, kind_word(&volume.kind));
        form.records(ui, "volume", &mut task.volumes, name, fresh, |ui, one| volume(ui, form, one));
    });
    form.section(ui, "", "More", false, |ui| more(ui, form, task));
    form.pairs(ui, "tags", "Tags", &mut task.tags);
}

/// CPU and memory, with the sizes Fargate has for the CPU chosen.
fn size(ui: &mut Ui, form: &Form<'_>, task: &mut TaskDefinition) {
    form.maybe(ui, "cpu", "CPU", &mut task.cpu, &CPU, "the sum of its containers");
    form.maybe(ui, "memory", "Memory", &mut task.memory, &MEMORY, "the sum of its containers");
    let tokens = Tokens::of(ui.ctx());
    let architecture = task.runtime_platform.cpu_architecture.unwrap_or_default();
    if let Some(cpu) = task.cpu
        && task.requires_compatibilities.contains(&LaunchType::Fargate)
        && !task.runtime_platform.is_windows()
    {
        let platform = match architecture {
            Architecture::X86 => fargate::Platform::LinuxX86,
            Architecture::Arm => fargate::Platform::LinuxArm,
        };
        let sizes = fargate::sizes(platform);
        let legal: Vec<_> = sizes.iter().filter(|size| size.cpu == cpu).map(|size| size.memory).collect();
        if legal.is_empty() {
            let cpus: std::collections::BTreeSet<CpuUnits> = sizes.iter().map(|size| size.cpu).collect();
            let cpus: Vec<_> = cpus.iter().map(ToString::to_string).collect();
            ui.label(theme::small(format!("Fargate has {}", cpus.join(", "))).color(tokens.warn));
        }
        ui.horizontal_wrapped(|ui| {
            for memory in legal.into_iter().take(14) {
                let text = theme::small(memory.to_string());
                if ui.selectable_label(task.memory == Some(memory), text).clicked() {
                    task.memory = Some(memory);
                }
            }
        });
    }
    form.maybe(ui, "ephemeral_storage", "Ephemeral storage", &mut task.ephemeral_storage, &DISK, "20 GiB, AWS default");
    let sigterm = &mut task.handles_sigterm;
    form.maybe_check(ui, "handles_sigterm", "Stops on SIGTERM", sigterm, "not stated");
}

fn platform(ui: &mut Ui, form: &Form<'_>, task: &mut TaskDefinition) {
    let compatible = &mut task.requires_compatibilities;
    form.references(ui, "requires_compatibilities", "Compatible with", compatible, LaunchType::ALL.iter().copied());
    let default = if task.runtime_platform.is_windows() { "default, AWS default" } else { "bridge, AWS default" };
    form.maybe_choice(ui, "network_mode", "Network mode", &mut task.network_mode, NetworkMode::ALL, default);
    let platform = &mut task.runtime_platform;
    let architectures = [Architecture::X86, Architecture::Arm];
    form.maybe_choice(
        ui,
        "runtime_platform",
        "Architecture",
        &mut platform.cpu_architecture,
        &architectures,
        "X86_64 on Fargate",
    );
    let system = &mut platform.operating_system_family;
    form.maybe_choice(ui, "runtime_platform", "System", system, OperatingSystemFamily::ALL, "LINUX, AWS default");
}

fn kind_word(kind: &VolumeKind) -> &'static str {
    match kind {
        VolumeKind::Host { .. } => "folder of the instance",
        VolumeKind::Docker { .. } => "Docker volume",
        VolumeKind::Efs { .. } => "EFS",
        VolumeKind::FsxWindows { .. } => "FSx for Windows",
        VolumeKind::S3Files { .. } => "S3 Files",
        VolumeKind::ConfiguredAtLaunch => "EBS, made at launch",
    }
}

fn kinds() -> Vec<VolumeKind> {
    let none = String::new;
    vec![
        VolumeKind::Host { source_path: None },
        VolumeKind::Docker {
            scope: None,
            autoprovision: false,
            driver: None,
            driver_options: BTreeMap::new(),
            labels: BTreeMap::new(),
        },
        VolumeKind::Efs {
            file_system: None,
            file_system_id: none(),
            root_directory: None,
            transit_encryption: Some(true),
            transit_encryption_port: None,
            access_point: None,
            iam_authorization: None,
        },
        VolumeKind::FsxWindows {
            file_system: None,
            file_system_id: none(),
            root_directory: "share".to_owned(),
            credentials_parameter: none(),
            domain: none(),
        },
        VolumeKind::S3Files {
            file_system: None,
            file_system_arn: none(),
            root_directory: None,
            transit_encryption_port: None,
            access_point: None,
        },
        VolumeKind::ConfiguredAtLaunch,
    ]
}

fn volume(ui: &mut Ui, form: &Form<'_>, volume: &mut Volume) {
    let field = "volumes";
    let mut name = volume.name.to_string();
    form.text(ui, field, "Name", &mut name);
    volume.name = VolumeName::new(&name);
    let mut all = kinds();
    all.retain(|kind| std::mem::discriminant(kind) != std::mem::discriminant(&volume.kind));
    all.insert(0, volume.kind.clone());
    form.pick(ui, field, "Kind", &mut volume.kind, &all, |kind| kind_word(kind).to_owned());
    let systems = || form.design.file_systems.keys().cloned();
    match &mut volume.kind {
        VolumeKind::Host { source_path } => form.maybe_text(ui, field, "Path", source_path, "an empty folder"),
        VolumeKind::Docker { scope, autoprovision, driver, driver_options, labels } => {
            form.maybe_choice(ui, field, "Scope", scope, DockerVolumeScope::ALL, "task, AWS default");
            form.check(ui, field, "Autoprovision", autoprovision);
            form.maybe_text(ui, field, "Driver", driver, "local");
            form.pairs(ui, field, "Options", driver_options);
            form.pairs(ui, field, "Labels", labels);
        }
        VolumeKind::Efs {
            file_system,
            file_system_id,
            root_directory,
            transit_encryption,
            transit_encryption_port,
            access_point,
            iam_authorization,
        } => {
            form.maybe_reference(ui, field, "File system", file_system, systems(), "none drawn");
            form.text(ui, field, "File system id", file_system_id);
            form.maybe_text(ui, field, "Root directory", root_directory, "/");
            form.maybe_check(ui, field, "Transit encryption", transit_encryption, "off, AWS default");
            form.maybe(ui, field, "Its port", transit_encryption_port, &PORT, "chosen by AWS");
            form.maybe_text(ui, field, "Access point", access_point, "none");
            form.maybe_check(ui, field, "IAM authorization", iam_authorization, "off, AWS default");
        }
        VolumeKind::FsxWindows { file_system, file_system_id, root_directory, credentials_parameter, domain } => {
            form.maybe_reference(ui, field, "File system", file_system, systems(), "none drawn");
            form.text(ui, field, "File system id", file_system_id);
            form.text(ui, field, "Root directory", root_directory);
            form.text(ui, field, "Credentials", credentials_parameter);
            form.text(ui, field, "Domain", domain);
        }
        VolumeKind::S3Files { file_system, file_system_arn, root_directory, transit_encryption_port, access_point } => {
            form.maybe_reference(ui, field, "File system", file_system, systems(), "none drawn");
            form.text(ui, field, "File system ARN", file_system_arn);
            form.maybe_text(ui, field, "Root directory", root_directory, "/");
            form.maybe(ui, field, "Transit port", transit_encryption_port, &PORT, "chosen by AWS");
            form.maybe_text(ui, field, "Access point", access_point, "none");
        }
        VolumeKind::ConfiguredAtLaunch => {}
    }
}

/// Constraints on where tasks may be placed.
pub(super) fn constraints(ui: &mut Ui, form: &Form<'_>, constraints: &mut Vec<PlacementConstraint>) {
    let name = |constraint: &PlacementConstraint| match constraint {
        PlacementConstraint::DistinctInstance => "each on another instance".to_owned(),
        PlacementConstraint::MemberOf(query) => format!("memberOf {query}"),
    };
    let query = || PlacementConstraint::MemberOf("attribute:ecs.instance-type =~ m7g.*".to_owned());
    form.records(ui, "constraint", constraints, name, query, |ui, one| {
        let other = match one {
            PlacementConstraint::DistinctInstance => query(),
            PlacementConstraint::MemberOf(_) => PlacementConstraint::DistinctInstance,
        };
        let all = [one.clone(), other];
        form.pick(ui, "placement_constraints", "Kind", one, &all, |kind| match kind {
            PlacementConstraint::DistinctInstance => "distinctInstance".to_owned(),
            PlacementConstraint::MemberOf(_) => "memberOf".to_owned(),
        });
        if let PlacementConstraint::MemberOf(query) = one {
            form.text(ui, "placement_constraints", "Query", query);
        }
    });
}

fn more(ui: &mut Ui, form: &Form<'_>, task: &mut TaskDefinition) {
    form.maybe_choice(ui, "status", "Status", &mut task.status, TaskDefinitionStatus::ALL, "active, AWS default");
    constraints(ui, form, &mut task.placement_constraints);
    form.maybe_choice(ui, "pid_mode", "PID mode", &mut task.pid_mode, PidMode::ALL, "private, AWS default");
    form.maybe_choice(ui, "ipc_mode", "IPC mode", &mut task.ipc_mode, IpcMode::ALL, "as the daemon has it");
    form.maybe_check(
        ui,
        "enable_fault_injection",
        "Fault injection",
        &mut task.enable_fault_injection,
        "off, AWS default",
    );
    let fresh = || ProxyConfiguration { container_name: ContainerName::new("proxy"), properties: BTreeMap::new() };
    form.optional(ui, "proxy_configuration", "App Mesh proxy", &mut task.proxy_configuration, fresh, |ui, proxy| {
        let mut name = proxy.container_name.to_string();
        form.text(ui, "proxy_configuration", "Container", &mut name);
        proxy.container_name = ContainerName::new(&name);
        form.pairs(ui, "proxy_configuration", "Properties", &mut proxy.properties);
    });
    let fresh = || TrustedExecution { isolation_mode: IsolationMode::Shared, attestation_policy: None };
    form.optional(ui, "trusted_execution", "Trusted execution", &mut task.trusted_execution, fresh, |ui, trusted| {
        form.choice(ui, "trusted_execution", "Isolation", &mut trusted.isolation_mode, IsolationMode::ALL);
        form.maybe_text(ui, "trusted_execution", "Attestation policy", &mut trusted.attestation_policy, "none");
    });
}
