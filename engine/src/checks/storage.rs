//! Volumes: what each kind of capacity takes, and what each kind of volume may be.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::catalogue::fargate::{EPHEMERAL_MAX, EPHEMERAL_MIN};
use crate::design::edit::Edit;
use crate::design::id::TaskDefinitionId;
use crate::design::service::EbsVolumeType;
use crate::design::task_definition::{TaskDefinition, Volume, VolumeKind};
use crate::design::volume::EbsVolume;
use crate::design::{Item, ItemRef};

const EBS: &str = "ECS API Reference, \"ServiceManagedEBSVolumeConfiguration\"";
const EFS: &str = "ECS API Reference, \"EFSVolumeConfiguration\"";
const VOLUME: &str = "ECS Developer Guide, \"Storage options for Amazon ECS tasks\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "ephemeral-storage-out-of-range",
        Severity::Error,
        "Ephemeral storage is outside what Fargate takes",
        "ECS API Reference, \"EphemeralStorage\"",
        ephemeral_storage_out_of_range,
    ),
    Rule::new(
        "ephemeral-storage-not-taken",
        Severity::Error,
        "Ephemeral storage is set where only Fargate has it",
        "ECS API Reference, \"EphemeralStorage\"",
        ephemeral_storage_not_taken,
    ),
    Rule::new(
        "volume-kind-not-taken",
        Severity::Error,
        "A volume's kind does not exist where the task runs",
        VOLUME,
        volume_kind_not_taken,
    ),
    Rule::new(
        "mount-of-missing-volume",
        Severity::Error,
        "A container mounts a volume that the task does not have",
        VOLUME,
        mount_of_missing_volume,
    ),
    Rule::new(
        "ebs-volume-out-of-range",
        Severity::Error,
        "An EBS volume is larger, smaller, faster or slower than its type",
        EBS,
        ebs_volume_out_of_range,
    ),
    Rule::new(
        "ebs-volume-unmatched",
        Severity::Error,
        "A service's EBS volume and its definition's volumes do not match",
        EBS,
        ebs_volume_unmatched,
    ),
    Rule::new(
        "several-ebs-volumes",
        Severity::Error,
        "A task definition has more than one volume configured at launch",
        EBS,
        several_ebs_volumes,
    ),
    Rule::new(
        "efs-needs-transit-encryption",
        Severity::Error,
        "EFS with IAM or an access point and no encryption in transit",
        EFS,
        efs_needs_transit_encryption,
    ),
    Rule::new(
        "efs-not-encrypted-in-transit",
        Severity::Advice,
        "EFS is mounted without encryption in transit",
        EFS,
        efs_not_encrypted_in_transit,
    ),
    Rule::new(
        "efs-root-beside-access-point",
        Severity::Error,
        "EFS with an access point and a root directory of its own",
        EFS,
        efs_root_beside_access_point,
    ),
    Rule::new(
        "efs-not-in-zone",
        Severity::Warning,
        "Tasks stand in a zone where their file system has no mount target",
        "Amazon EFS User Guide, \"Managing mount targets\"",
        efs_not_in_zone,
    ),
];

fn at(id: &TaskDefinitionId) -> ItemRef {
    ItemRef::TaskDefinition(id.clone())
}

/// What: ephemeral storage under 21 or over 200 GiB. Why: registration fails. Example: 20, which a task has anyway.
/// Fix: the nearest that Fargate takes.
///
/// Source: ECS API Reference, "`EphemeralStorage`" (rules TDF-82, FG-04).
fn ephemeral_storage_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let wrong = |gib: &crate::units::Gib| *gib < EPHEMERAL_MIN || *gib > EPHEMERAL_MAX;
        let Some(asked) = definition.ephemeral_storage.filter(wrong) else { continue };
        let nearest = if asked < EPHEMERAL_MIN { None } else { Some(EPHEMERAL_MAX) };
        let mut changed = definition.clone();
        changed.ephemeral_storage = nearest;
        let label = nearest.map_or("Use the 20 GiB included".to_owned(), |gib| format!("Use {gib}"));
        let message = format!("Ephemeral storage is {asked}, Fargate takes 21 to 200");
        out.add(at(id), "ephemeral_storage", message, "Leave it out for the 20 GiB included, or set 21 to 200 GiB")
            .fix(label, vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
    }
}

/// What: ephemeral storage of a task that does not run on Fargate. Why: registration for EC2 fails. Fix: takes it away.
///
/// Source: ECS API Reference, "`EphemeralStorage`" (rule TDF-82).
fn ephemeral_storage_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, d, _)| d.ephemeral_storage.is_some()) {
        if uses.kinds.is_empty() || uses.on(HostKind::Fargate) {
            continue;
        }
        let mut changed = definition.clone();
        changed.ephemeral_storage = None;
        out.add(
            at(id),
            "ephemeral_storage",
            "Only Fargate has ephemeral storage to set",
            "Leave it out; instances have volumes of their own",
        )
        .fix("Leave it out", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
    }
}

/// The word for a volume's kind, and where it does not exist.
///
/// Source: ECS Developer Guide, "Storage options for Amazon ECS tasks" (rules STO, TDF-97).
fn limits(kind: &VolumeKind) -> (&'static str, &'static [HostKind]) {
    match kind {
        VolumeKind::Host { source_path: None } => ("an empty volume", &[]),
        VolumeKind::Host { source_path: Some(_) } => ("a folder of the host", &[HostKind::Fargate]),
        VolumeKind::Docker { .. } => ("a Docker volume", &[HostKind::Fargate, HostKind::Managed, HostKind::External]),
        VolumeKind::Efs { .. } => ("an EFS volume", &[HostKind::External]),
        VolumeKind::FsxWindows { .. } => {
            ("an FSx for Windows volume", &[HostKind::Fargate, HostKind::Managed, HostKind::External])
        }
        VolumeKind::S3Files { .. } => ("an S3 Files volume", &[HostKind::Ec2, HostKind::External]),
        VolumeKind::ConfiguredAtLaunch => ("an EBS volume", &[HostKind::External]),
    }
}

/// What: a kind of volume that the capacity does not have, or EFS and EBS for Windows tasks on Fargate. Why:
/// registration or the task's start fails. Example: a Docker volume on Fargate.
///
/// Source: ECS Developer Guide, "Storage options for Amazon ECS tasks" (rules STO).
fn volume_kind_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions() {
        for volume in &definition.volumes {
            let (word, missing) = limits(&volume.kind);
            let windows = definition.runtime_platform.is_windows() && uses.on(HostKind::Fargate);
            if windows && matches!(volume.kind, VolumeKind::Efs { .. } | VolumeKind::ConfiguredAtLaunch) {
                let message = format!("`{}` is {word}, which Windows tasks on Fargate do not have", volume.name);
                out.add(at(id), "volumes", message, "Use Linux containers, or run the task on EC2");
                continue;
            }
            if let Some(kind) = uses.kinds.iter().find(|kind| missing.contains(kind)) {
                let message = format!("`{}` is {word}, which {} does not have", volume.name, kind.word());
                out.add(at(id), "volumes", message, "Use another kind of volume or of capacity");
            }
        }
    }
}

/// What: a mount point names no volume of the task. Why: registration fails.
///
/// Source: ECS API Reference, "`MountPoint`", sourceVolume.
fn mount_of_missing_volume(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            for name in container.mount_points.iter().filter_map(|mount| mount.source_volume.as_ref()) {
                if !definition.volumes.iter().any(|volume| volume.name == *name) {
                    let message =
                        format!("Container `{}` mounts `{name}`, which the task does not have", container.name);
                    out.add(at(id), "containers", message, "Add the volume, or take the mount point out");
                }
            }
        }
    }
}

/// The sizes in GiB and the IOPS of a volume type; types without IOPS of their own take none.
///
/// Source: ECS API Reference, "`ServiceManagedEBSVolumeConfiguration`" (rules STO-03, STO-04).
fn range(kind: EbsVolumeType) -> ((u32, u32), Option<(u32, u32)>) {
    match kind {
        EbsVolumeType::Gp3 => ((1, 16_384), Some((3_000, 16_000))),
        EbsVolumeType::Gp2 => ((1, 16_384), None),
        EbsVolumeType::Io2 => ((4, 16_384), Some((100, 256_000))),
        EbsVolumeType::Io1 => ((4, 16_384), Some((100, 64_000))),
        EbsVolumeType::St1 | EbsVolumeType::Sc1 => ((125, 16_384), None),
        EbsVolumeType::Standard => ((1, 1_024), None),
    }
}

/// What is wrong with a volume, if anything is.
pub(super) fn fault(volume: EbsVolume, fargate: bool) -> Option<String> {
    let kind = volume.kind;
    let ((least, most), iops) = range(kind);
    let provisioned = matches!(kind, EbsVolumeType::Io1 | EbsVolumeType::Io2);
    if fargate && kind == EbsVolumeType::Standard {
        return Some("Fargate takes no volume of type standard".to_owned());
    }
    if !(least..=most).contains(&volume.size.gib()) {
        return Some(format!("{} of {kind}: it has {least} to {most} GiB", volume.size));
    }
    match (volume.iops, iops) {
        (Some(asked), Some((from, to))) if !(from..=to).contains(&asked) => {
            return Some(format!("{asked} IOPS of {kind}: it has {from} to {to}"));
        }
        (Some(_), None) => return Some(format!("{kind} takes no IOPS")),
        (None, _) if provisioned => return Some(format!("{kind} needs its IOPS")),
        (Some(_) | None, _) => {}
    }
    match volume.throughput {
        Some(_) if kind != EbsVolumeType::Gp3 => Some(format!("{kind} takes no throughput")),
        Some(asked) if asked > 1_000 => Some(format!("{asked} MiB/s of gp3: it has up to 1,000")),
        Some(_) | None => None,
    }
}

/// What: size, IOPS or throughput that the volume type does not have. Why: the task cannot start. Example: st1 of 100
/// GiB.
///
/// Source: ECS API Reference, "`ServiceManagedEBSVolumeConfiguration`" (rules STO-03, STO-04).
fn ebs_volume_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some(volume) = runner.service.and_then(|s| s.ebs_volume.as_ref()) else { continue };
        if let Some(fault) = fault(volume.into(), runner.on(HostKind::Fargate)) {
            out.add(runner.at.clone(), "ebs_volume", fault, "Stay within what the volume type has");
        }
    }
}

fn at_launch(definition: &TaskDefinition) -> Vec<&Volume> {
    definition.volumes.iter().filter(|volume| volume.kind == VolumeKind::ConfiguredAtLaunch).collect()
}

/// What: a service configures a volume that its definition does not leave to it, or leaves one unconfigured. Why: ECS
/// refuses the service. Example: a definition with `configuredAtLaunch` and a service without a volume.
///
/// Source: ECS API Reference, "`ServiceVolumeConfiguration`" (rule STO-02).
fn ebs_volume_unmatched(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        let left = at_launch(definition);
        let message = match (&service.ebs_volume, left.first()) {
            (Some(volume), _) if !left.iter().any(|v| v.name == volume.name) => {
                format!("{} leaves no volume `{}` to be configured at launch", runner.definition_id, volume.name)
            }
            (None, Some(volume)) => {
                format!("{} leaves volume `{}` to be configured at launch", runner.definition_id, volume.name)
            }
            (Some(_) | None, _) => continue,
        };
        out.add(
            runner.at.clone(),
            "ebs_volume",
            message,
            "Let the service configure the volume that the definition leaves open",
        );
    }
}

/// What: two volumes configured at launch. Why: registration fails: a task has one EBS volume.
///
/// Source: ECS API Reference, "Volume", configuredAtLaunch (rule TDF-90).
fn several_ebs_volumes(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        let count = at_launch(definition).len();
        if count > 1 {
            let message = format!("{count} volumes are configured at launch, one may be");
            out.add(at(id), "volumes", message, "Keep one, or use EFS for the others");
        }
    }
}

/// How an EFS volume is mounted.
struct Mount<'d> {
    volume: &'d Volume,
    encrypted: bool,
    access_point: bool,
    iam: bool,
    root: Option<&'d str>,
}

fn efs(definition: &TaskDefinition) -> impl Iterator<Item = Mount<'_>> {
    definition.volumes.iter().filter_map(|volume| match &volume.kind {
        VolumeKind::Efs { root_directory, transit_encryption, access_point, iam_authorization, .. } => Some(Mount {
            volume,
            encrypted: *transit_encryption == Some(true),
            access_point: access_point.is_some(),
            iam: *iam_authorization == Some(true),
            root: root_directory.as_deref(),
        }),
        VolumeKind::Host { .. }
        | VolumeKind::Docker { .. }
        | VolumeKind::FsxWindows { .. }
        | VolumeKind::S3Files { .. }
        | VolumeKind::ConfiguredAtLaunch => None,
    })
}

fn encrypt(id: &TaskDefinitionId, definition: &TaskDefinition, name: &crate::design::id::VolumeName) -> Vec<Edit> {
    let mut changed = definition.clone();
    for volume in changed.volumes.iter_mut().filter(|volume| volume.name == *name) {
        if let VolumeKind::Efs { transit_encryption, .. } = &mut volume.kind {
            *transit_encryption = Some(true);
        }
    }
    vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]
}

/// What: EFS with IAM authorisation or an access point, encryption in transit off. Why: registration fails. Fix:
/// switches it on.
///
/// Source: ECS API Reference, "`EFSVolumeConfiguration`", transitEncryption (rule TDF-91).
fn efs_needs_transit_encryption(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for mount in efs(definition).filter(|m| !m.encrypted && (m.iam || m.access_point)) {
            let why = if mount.iam { "IAM authorisation" } else { "an access point" };
            let message = format!("`{}` uses {why}, which needs encryption in transit", mount.volume.name);
            out.add(at(id), "volumes", message, "Switch transit encryption on")
                .fix("Switch it on", encrypt(id, definition, &mount.volume.name));
        }
    }
}

/// What: EFS without encryption in transit. Why: file contents cross the network in the open. Fix: switches it on.
///
/// Source: ECS API Reference, "`EFSVolumeConfiguration`", transitEncryption; checkov rule `CKV_AWS_97`.
fn efs_not_encrypted_in_transit(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for mount in efs(definition).filter(|m| !m.encrypted && !m.iam && !m.access_point) {
            let message = format!("`{}` is mounted without encryption in transit", mount.volume.name);
            out.add(at(id), "volumes", message, "Switch transit encryption on")
                .fix("Switch it on", encrypt(id, definition, &mount.volume.name));
        }
    }
}

/// What: an access point and a root directory other than `/`. Why: registration fails: the access point sets the root.
/// Fix: takes the root directory out.
///
/// Source: ECS API Reference, "`EFSAuthorizationConfig`", accessPointId (rule TDF-91).
fn efs_root_beside_access_point(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for mount in efs(definition).filter(|m| m.access_point && m.root.is_some_and(|root| root != "/")) {
            let mut changed = definition.clone();
            for volume in changed.volumes.iter_mut().filter(|volume| volume.name == mount.volume.name) {
                if let VolumeKind::Efs { root_directory, .. } = &mut volume.kind {
                    *root_directory = None;
                }
            }
            let message = format!("`{}` has an access point, which sets the root directory", mount.volume.name);
            out.add(at(id), "volumes", message, "Leave the root directory out")
                .fix("Leave it out", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
        }
    }
}

/// What: a file system mounted by tasks in a zone where it has no mount target. Why: those tasks do not start, or reach
/// it across zones.
///
/// Source: Amazon EFS User Guide, "Managing mount targets": one in each Availability Zone.
fn efs_not_in_zone(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let mounted = runner.definition.into_iter().flat_map(|d| &d.volumes).filter_map(|volume| match &volume.kind {
            VolumeKind::Efs { file_system, .. } => file_system.as_ref(),
            VolumeKind::Host { .. }
            | VolumeKind::Docker { .. }
            | VolumeKind::FsxWindows { .. }
            | VolumeKind::S3Files { .. }
            | VolumeKind::ConfiguredAtLaunch => None,
        });
        for id in mounted {
            let Some(system) = context.design.file_systems.get(id) else { continue };
            let has: Vec<_> = context.subnets(&system.subnets).into_iter().map(|(_, s)| &s.zone).collect();
            if let Some(zone) = runner.zones(context.design).into_iter().find(|zone| !has.contains(zone)) {
                let message = format!("{} may stand in {zone}, where there is no mount target", runner.at);
                out.add(ItemRef::FileSystem(id.clone()), "subnets", message, "Give it a mount target in each zone");
                break;
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::container::MountPoint;
    use crate::design::outside::{FileSystem, FileSystemKind};
    use crate::design::service::TaskEbsVolume;
    use crate::design::task_definition::OperatingSystemFamily;
    use crate::design::{Design, Tags};
    use crate::units::Gib;

    fn volume(d: &mut Design, name: &str, kind: VolumeKind) {
        web_definition(d).volumes.push(Volume { name: name.into(), kind });
    }

    fn mount(d: &mut Design, encrypted: bool, access_point: Option<&str>, root: Option<&str>) {
        let kind = VolumeKind::Efs {
            file_system: Some("files".into()),
            file_system_id: String::new(),
            root_directory: root.map(str::to_owned),
            transit_encryption: encrypted.then_some(true),
            transit_encryption_port: None,
            access_point: access_point.map(str::to_owned),
            iam_authorization: None,
        };
        volume(d, "files", kind);
        files(d, &["private-a", "private-b", "private-c"]);
    }

    fn files(d: &mut Design, subnets: &[&str]) {
        let system = FileSystem {
            kind: FileSystemKind::Efs,
            subnets: subnets.iter().map(|id| (*id).into()).collect(),
            stored: Gib::from_gib(10),
            throughput: 0,
            security_groups: Vec::new(),
            tags: Tags::new(),
        };
        d.file_systems.insert("files".into(), system);
    }

    fn ebs(d: &mut Design, kind: EbsVolumeType, gib: u32, iops: Option<u32>) {
        volume(d, "data", VolumeKind::ConfiguredAtLaunch);
        web(d).ebs_volume = Some(TaskEbsVolume {
            name: "data".into(),
            size: Gib::from_gib(gib),
            volume_type: Some(kind),
            iops,
            throughput: None,
            role: Some("infrastructure".into()),
        });
    }

    fn host(path: Option<&str>) -> VolumeKind {
        VolumeKind::Host { source_path: path.map(str::to_owned) }
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "ephemeral-storage-out-of-range",
            |d| web_definition(d).ephemeral_storage = Some(Gib::from_gib(20)),
            &["web · ephemeral_storage"],
            |d| web_definition(d).ephemeral_storage = Some(Gib::from_gib(21)),
        ),
        case(
            "ephemeral-storage-out-of-range",
            |d| web_definition(d).ephemeral_storage = Some(Gib::from_gib(201)),
            &["web · ephemeral_storage"],
            |d| web_definition(d).ephemeral_storage = Some(Gib::from_gib(200)),
        ),
        case(
            "ephemeral-storage-not-taken",
            |d| worker_definition(d).ephemeral_storage = Some(Gib::from_gib(30)),
            &["worker · ephemeral_storage"],
            |d| web_definition(d).ephemeral_storage = Some(Gib::from_gib(30)),
        ),
        case(
            "volume-kind-not-taken",
            |d| volume(d, "x", host(Some("/var"))),
            &["web · volumes"],
            |d| volume(d, "x", host(None)),
        ),
        case(
            "volume-kind-not-taken",
            |d| {
                mount(d, true, None, None);
                let windows = OperatingSystemFamily::WindowsServer2022Core;
                web_definition(d).runtime_platform.operating_system_family = Some(windows);
            },
            &["web · volumes"],
            |d| mount(d, true, None, None),
        ),
        case(
            "mount-of-missing-volume",
            |d| {
                let source_volume = Some("x".into());
                app(d).mount_points.push(MountPoint { source_volume, container_path: None, read_only: None });
            },
            &["web · containers"],
            |d| {
                let source_volume = Some("x".into());
                app(d).mount_points.push(MountPoint { source_volume, container_path: None, read_only: None });
                volume(d, "x", host(None));
            },
        ),
        case(
            "ebs-volume-out-of-range",
            |d| ebs(d, EbsVolumeType::St1, 124, None),
            &["web · ebs_volume"],
            |d| {
                ebs(d, EbsVolumeType::St1, 125, None);
            },
        ),
        case(
            "ebs-volume-out-of-range",
            |d| ebs(d, EbsVolumeType::Gp3, 10, Some(2999)),
            &["web · ebs_volume"],
            |d| {
                ebs(d, EbsVolumeType::Gp3, 10, Some(3000));
            },
        ),
        case(
            "ebs-volume-out-of-range",
            |d| ebs(d, EbsVolumeType::Io2, 10, None),
            &["web · ebs_volume"],
            |d| {
                ebs(d, EbsVolumeType::Io2, 10, Some(100));
            },
        ),
        case(
            "ebs-volume-unmatched",
            |d| volume(d, "data", VolumeKind::ConfiguredAtLaunch),
            &["web · ebs_volume"],
            |d| {
                ebs(d, EbsVolumeType::Gp3, 10, None);
            },
        ),
        case(
            "ebs-volume-unmatched",
            |d| {
                ebs(d, EbsVolumeType::Gp3, 10, None);
                web_definition(d).volumes[0].name = "other".into();
            },
            &["web · ebs_volume"],
            |_| {},
        ),
        case(
            "several-ebs-volumes",
            |d| {
                ebs(d, EbsVolumeType::Gp3, 10, None);
                volume(d, "more", VolumeKind::ConfiguredAtLaunch);
            },
            &["web · volumes"],
            |d| ebs(d, EbsVolumeType::Gp3, 10, None),
        ),
        case(
            "efs-needs-transit-encryption",
            |d| mount(d, false, Some("fsap-1"), None),
            &["web · volumes"],
            |d| {
                mount(d, true, Some("fsap-1"), None);
            },
        ),
        case(
            "efs-not-encrypted-in-transit",
            |d| mount(d, false, None, None),
            &["web · volumes"],
            |d| mount(d, true, None, None),
        ),
        case(
            "efs-root-beside-access-point",
            |d| mount(d, true, Some("fsap-1"), Some("/x")),
            &["web · volumes"],
            |d| {
                mount(d, true, Some("fsap-1"), Some("/"));
            },
        ),
        case(
            "efs-not-in-zone",
            |d| {
                mount(d, true, None, None);
                files(d, &["private-a", "private-b"]);
            },
            &["files · subnets"],
            |d| mount(d, true, None, None),
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
