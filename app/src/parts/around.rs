//! Parts around the work: outside systems, storage, secrets, logs, roles, alarms, notes.

use bayplan_engine::design::cluster::{Namespace, NamespaceKind};
use bayplan_engine::design::id::{OutsideSystemId, VpcId};
use bayplan_engine::design::network::{EndpointService, SubnetTier};
use bayplan_engine::design::observability::{Alarm, AlarmMetric, AlarmSubject, EventRule, LogGroup};
use bayplan_engine::design::outside::{
    Certificate, FileSystem, FileSystemKind, Image, Note, OutsideKind, OutsideSystem, Reached, Registry, RoleUse,
    Secret, SecretStore, WebAcl,
};
use bayplan_engine::design::{Design, Item, Kind, Tags};
use bayplan_engine::units::{Bytes, Gib};

use super::{Made, Part, Spot, free_name, part, put, rare, service, subnets, vpc, work_subnets};
use crate::new_design;
use crate::widgets::icon;

const GROUP: &str = "Around";

pub(super) const PARTS: &[Part] = &[
    part("Database", GROUP, icon::DATABASE, "rds aurora outside system", database),
    part("Queue", GROUP, icon::QUEUE, "sqs jobs outside system", queue),
    part("File system", GROUP, icon::BUCKET, "efs fsx storage mount", file_system),
    part("Note", GROUP, icon::NOTE, "text comment", note),
    rare("Outside system", GROUP, icon::CLOUD, "api cache bucket external", outside_system),
    rare("Secret", GROUP, icon::SECRET, "secrets manager parameter ssm", secret),
    rare("Log group", GROUP, icon::LOGS, "cloudwatch", log_group),
    rare("Image", GROUP, icon::REGISTRY, "ecr registry container", image),
    rare("Role", GROUP, icon::ROLE, "iam permissions", role),
    rare("Alarm", GROUP, icon::ALARM, "cloudwatch metric", alarm),
    rare("EventBridge rule", GROUP, icon::CALENDAR, "event", event_rule),
    rare("Namespace", GROUP, icon::NETWORK, "cloud map service connect discovery", namespace),
    rare("Certificate", GROUP, icon::CERTIFICATE, "acm tls https", certificate),
    rare("Web ACL", GROUP, icon::FIREWALL, "waf", web_acl),
];

fn new_system(kind: OutsideKind, reached: Reached) -> OutsideSystem {
    OutsideSystem { kind, reached, monthly_price: None, tags: Tags::new() }
}

fn database(design: &Design, spot: &Spot) -> Made {
    let vpc = vpc(design, spot)?;
    let subnets = subnets(design, &vpc, &[SubnetTier::Isolated, SubnetTier::Private])?;
    let reached = Reached::InVpc { subnets, security_groups: Vec::new() };
    let name = free_name(design, Kind::OutsideSystem, "database");
    put(Item::OutsideSystem(name.as_str().into(), new_system(OutsideKind::Database, reached)))
}

/// A queue of Amazon SQS, drawn nowhere yet.
pub(super) fn new_queue(design: &Design) -> (OutsideSystemId, Item) {
    let id = OutsideSystemId::new(&free_name(design, Kind::OutsideSystem, "queue"));
    let system = new_system(OutsideKind::Queue, Reached::AwsService(EndpointService::Sqs));
    (id.clone(), Item::OutsideSystem(id, system))
}

fn queue(design: &Design, _spot: &Spot) -> Made {
    put(new_queue(design).1)
}

fn outside_system(design: &Design, _spot: &Spot) -> Made {
    let name = free_name(design, Kind::OutsideSystem, "partner-api");
    put(Item::OutsideSystem(name.as_str().into(), new_system(OutsideKind::Api, Reached::Internet)))
}

fn file_system(design: &Design, spot: &Spot) -> Made {
    let name = free_name(design, Kind::FileSystem, "shared");
    put(Item::FileSystem(
        name.as_str().into(),
        FileSystem {
            kind: FileSystemKind::Efs,
            subnets: work_subnets(design, spot)?,
            stored: Gib::from_gib(10),
            throughput: 0,
            security_groups: Vec::new(),
            tags: Tags::new(),
        },
    ))
}

fn note(design: &Design, _spot: &Spot) -> Made {
    let name = free_name(design, Kind::Note, "note");
    put(Item::Note(name.as_str().into(), Note { text: "What to remember".to_owned() }))
}

fn secret(design: &Design, _spot: &Spot) -> Made {
    let name = free_name(design, Kind::Secret, "secret");
    put(Item::Secret(
        name.as_str().into(),
        Secret { store: SecretStore::SecretsManager, kms_key: None, tags: Tags::new() },
    ))
}

fn log_group(design: &Design, _spot: &Spot) -> Made {
    let name = free_name(design, Kind::LogGroup, "/ecs/logs");
    put(Item::LogGroup(name.as_str().into(), LogGroup { retention_days: Some(30), ..LogGroup::default() }))
}

/// The first image that a container names and nothing is known of, else one of no container.
fn image(design: &Design, _spot: &Spot) -> Made {
    let named = design.task_definitions.values().flat_map(|t| &t.containers).map(|c| c.image.as_str());
    let unknown = named.into_iter().find(|uri| !design.images.contains_key(&(*uri).into()));
    let name = free_name(design, Kind::Image, unknown.unwrap_or("public.ecr.aws/docker/library/httpd:2.4"));
    let registry = if name.starts_with("public.ecr.aws/") { Registry::EcrPublic } else { Registry::EcrPrivate };
    put(Item::Image(
        name.as_str().into(),
        Image { registry, compressed_size: Bytes::from_mb(250), layers: None, soci: false, zstd: false },
    ))
}

fn role(design: &Design, _spot: &Spot) -> Made {
    put(new_design::role(&free_name(design, Kind::Role, "task"), RoleUse::Task, &[]))
}

fn alarm(design: &Design, spot: &Spot) -> Made {
    let subject = AlarmSubject::Service(service(design, spot)?);
    let name = free_name(design, Kind::Alarm, "cpu-high");
    put(Item::Alarm(
        name.as_str().into(),
        Alarm {
            subject,
            metric: AlarmMetric::CpuUtilization,
            threshold_milli: 85_000,
            below: false,
            period: None,
            evaluation_periods: Some(5),
            tags: Tags::new(),
        },
    ))
}

fn event_rule(design: &Design, _spot: &Spot) -> Made {
    let name = free_name(design, Kind::EventRule, "task-changes");
    put(Item::EventRule(
        name.as_str().into(),
        EventRule {
            detail_type: "ECS Task State Change".to_owned(),
            cluster: design.clusters.keys().next().cloned(),
            targets: Vec::new(),
            tags: Tags::new(),
        },
    ))
}

fn namespace(design: &Design, spot: &Spot) -> Made {
    let name = free_name(design, Kind::Namespace, "internal");
    let vpc: Option<VpcId> = vpc(design, spot).ok();
    put(Item::Namespace(name.as_str().into(), Namespace { kind: NamespaceKind::Http, vpc, tags: Tags::new() }))
}

fn certificate(design: &Design, _spot: &Spot) -> Made {
    let name = free_name(design, Kind::Certificate, "site");
    put(Item::Certificate(name.as_str().into(), Certificate { domain: "example.com".to_owned(), tags: Tags::new() }))
}

fn web_acl(design: &Design, _spot: &Spot) -> Made {
    let name = free_name(design, Kind::WebAcl, "waf");
    put(Item::WebAcl(name.as_str().into(), WebAcl { rules: 3, tags: Tags::new() }))
}
