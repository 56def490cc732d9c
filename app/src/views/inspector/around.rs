//! Forms of what stands around services: outside systems, roles, images, storage, secrets, logs, alarms, events, notes.

use bayplan_engine::design::id::ServiceId;
use bayplan_engine::design::network::EndpointService;
use bayplan_engine::design::observability::{
    Alarm, AlarmMetric, AlarmSubject, EventRule, EventTarget, LogClass, LogGroup,
};
use bayplan_engine::design::outside::{
    Certificate, FileSystem, FileSystemKind, Image, Note, OutsideKind, OutsideSystem, Reached, Registry, Role, RoleUse,
    Secret, SecretStore, WebAcl,
};
use bayplan_engine::names::Region;
use egui::Ui;

use crate::widgets::fields::Form;
use crate::widgets::units::{BYTES, COUNT, DISK, DOLLARS, MIB_RATE, MILLI, PERCENT, SECONDS};

fn reached_word(reached: &Reached) -> String {
    match reached {
        Reached::InVpc { .. } => "inside the VPC".to_owned(),
        Reached::AwsService(service) => format!("as AWS service {service}"),
        Reached::Internet => "over the internet".to_owned(),
        Reached::OtherVpc => "in another VPC".to_owned(),
        Reached::OtherRegion(region) => format!("in region {region}"),
        Reached::OnPremises => "on premises".to_owned(),
    }
}

pub(super) fn outside_system(ui: &mut Ui, form: &Form<'_>, system: &mut OutsideSystem) {
    let design = form.design;
    form.choice(ui, "kind", "Kind", &mut system.kind, OutsideKind::ALL);
    let mut all = vec![
        Reached::InVpc { subnets: Vec::new(), security_groups: Vec::new() },
        Reached::Internet,
        Reached::OtherVpc,
        Reached::OnPremises,
        Reached::OtherRegion(Region::new("eu-west-1")),
    ];
    all.extend(EndpointService::ALL.iter().copied().map(Reached::AwsService));
    all.retain(|choice| {
        std::mem::discriminant(choice) != std::mem::discriminant(&system.reached)
            || matches!(choice, Reached::AwsService(_))
    });
    if !all.contains(&system.reached) {
        all.insert(0, system.reached.clone());
    }
    form.pick(ui, "reached", "Reached", &mut system.reached, &all, reached_word);
    match &mut system.reached {
        Reached::InVpc { subnets, security_groups } => {
            form.references(ui, "reached", "Subnets", subnets, design.subnets.keys().cloned());
            form.references(ui, "reached", "Security groups", security_groups, design.security_groups.keys().cloned());
        }
        Reached::OtherRegion(region) => {
            let regions = bayplan_engine::embedded::regions().ok();
            let names: Vec<Region> =
                regions.iter().flat_map(|all| all.iter().map(|facts| facts.region.clone())).collect();
            form.reference(ui, "reached", "Region", region, names.into_iter());
        }
        Reached::AwsService(_) | Reached::Internet | Reached::OtherVpc | Reached::OnPremises => {}
    }
    form.maybe(ui, "monthly_price", "Own price a month", &mut system.monthly_price, &DOLLARS, "not in the bill");
    form.pairs(ui, "tags", "Tags", &mut system.tags);
}

pub(super) fn role(ui: &mut Ui, form: &Form<'_>, role: &mut Role) {
    form.choice(ui, "used_as", "Used as", &mut role.used_as, RoleUse::ALL);
    form.maybe_text(ui, "arn", "ARN", &mut role.arn, "none yet");
    form.words(ui, "managed_policies", "Policies", &mut role.managed_policies, str::to_owned, "none");
    form.words(ui, "actions", "Further actions", &mut role.actions, str::to_owned, "none");
    form.pairs(ui, "tags", "Tags", &mut role.tags);
}

pub(super) fn image(ui: &mut Ui, form: &Form<'_>, image: &mut Image) {
    form.choice(ui, "registry", "Registry", &mut image.registry, Registry::ALL);
    form.value(ui, "compressed_size", "Compressed size", &mut image.compressed_size, &BYTES);
    form.maybe(ui, "layers", "Layers", &mut image.layers, &COUNT, "not known");
    form.check(ui, "soci", "SOCI index", &mut image.soci);
    form.check(ui, "zstd", "zstd layers", &mut image.zstd);
}

pub(super) fn file_system(ui: &mut Ui, form: &Form<'_>, system: &mut FileSystem) {
    form.choice(ui, "kind", "Kind", &mut system.kind, FileSystemKind::ALL);
    form.references(ui, "subnets", "Subnets", &mut system.subnets, form.design.subnets.keys().cloned());
    form.value(ui, "stored", "Stored", &mut system.stored, &DISK);
    form.value(ui, "throughput", "Throughput", &mut system.throughput, &MIB_RATE);
    let groups = form.design.security_groups.keys().cloned();
    form.references(ui, "security_groups", "Security groups", &mut system.security_groups, groups);
    form.pairs(ui, "tags", "Tags", &mut system.tags);
}

pub(super) fn secret(ui: &mut Ui, form: &Form<'_>, secret: &mut Secret) {
    form.choice(ui, "store", "Kept in", &mut secret.store, SecretStore::ALL);
    form.maybe_text(ui, "kms_key", "KMS key", &mut secret.kms_key, "AWS managed, AWS default");
    form.pairs(ui, "tags", "Tags", &mut secret.tags);
}

pub(super) fn certificate(ui: &mut Ui, form: &Form<'_>, certificate: &mut Certificate) {
    form.text(ui, "domain", "Domain", &mut certificate.domain);
    form.pairs(ui, "tags", "Tags", &mut certificate.tags);
}

pub(super) fn web_acl(ui: &mut Ui, form: &Form<'_>, acl: &mut WebAcl) {
    form.value(ui, "rules", "Rules", &mut acl.rules, &COUNT);
    form.pairs(ui, "tags", "Tags", &mut acl.tags);
}

pub(super) fn note(ui: &mut Ui, form: &Form<'_>, note: &mut Note) {
    form.text(ui, "text", "Text", &mut note.text);
}

pub(super) fn log_group(ui: &mut Ui, form: &Form<'_>, group: &mut LogGroup) {
    form.maybe(ui, "retention_days", "Kept for (days)", &mut group.retention_days, &COUNT, "for ever, AWS default");
    form.maybe_choice(ui, "class", "Class", &mut group.class, LogClass::ALL, "STANDARD, AWS default");
    form.maybe(ui, "stored_percent", "Stored of what is written", &mut group.stored_percent, &PERCENT, "15 %, assumed");
    form.maybe(ui, "age_days", "Written to for (days)", &mut group.age_days, &COUNT, "365, assumed");
    form.pairs(ui, "tags", "Tags", &mut group.tags);
}

pub(super) fn alarm(ui: &mut Ui, form: &Form<'_>, alarm: &mut Alarm) {
    let services = form.design.services.keys().cloned().map(AlarmSubject::Service);
    let clusters = form.design.clusters.keys().cloned().map(AlarmSubject::Cluster);
    let mut all: Vec<AlarmSubject> = services.chain(clusters).collect();
    if !all.contains(&alarm.subject) {
        all.insert(0, alarm.subject.clone());
    }
    form.pick(ui, "subject", "Watches", &mut alarm.subject, &all, |subject| match subject {
        AlarmSubject::Service(id) => format!("service {id}"),
        AlarmSubject::Cluster(id) => format!("cluster {id}"),
    });
    form.choice(ui, "metric", "Metric", &mut alarm.metric, AlarmMetric::ALL);
    form.value(ui, "threshold_milli", "Threshold", &mut alarm.threshold_milli, &MILLI);
    form.pick(ui, "below", "Rings", &mut alarm.below, &[false, true], |below| {
        if *below { "below it" } else { "above it" }.to_owned()
    });
    form.maybe(ui, "period", "Period", &mut alarm.period, &SECONDS, "60 s");
    form.maybe(ui, "evaluation_periods", "Periods", &mut alarm.evaluation_periods, &COUNT, "1");
    form.pairs(ui, "tags", "Tags", &mut alarm.tags);
}

fn target_word(target: &EventTarget) -> String {
    match target {
        EventTarget::Tasks(tasks) => format!("standalone task {tasks}"),
        EventTarget::LogGroup(group) => format!("log group {group}"),
        EventTarget::Arn(arn) => arn.clone(),
    }
}

pub(super) fn event_rule(ui: &mut Ui, form: &Form<'_>, rule: &mut EventRule) {
    let design = form.design;
    form.text(ui, "detail_type", "Detail type", &mut rule.detail_type);
    form.maybe_reference(ui, "cluster", "Cluster", &mut rule.cluster, design.clusters.keys().cloned(), "all");
    form.section(ui, "targets", "What gets the events", true, |ui| {
        let tasks = design.standalone_tasks.keys().cloned().map(EventTarget::Tasks);
        let all: Vec<_> = tasks.chain(design.log_groups.keys().cloned().map(EventTarget::LogGroup)).collect();
        let fresh = || EventTarget::Arn("arn:aws:sns:us-east-1:123456789012:topic".to_owned());
        form.records(ui, "target", &mut rule.targets, target_word, fresh, |ui, target| {
            let mut choices = all.clone();
            choices.push(match target {
                EventTarget::Arn(arn) => EventTarget::Arn(arn.clone()),
                EventTarget::Tasks(_) | EventTarget::LogGroup(_) => EventTarget::Arn(String::new()),
            });
            form.pick(ui, "targets", "Target", target, &choices, target_word);
            if let EventTarget::Arn(arn) = target {
                form.text(ui, "targets", "ARN", arn);
            }
        });
    });
    form.pairs(ui, "tags", "Tags", &mut rule.tags);
}

/// The names of all services.
pub(super) fn services<'d>(form: &Form<'d>) -> impl Iterator<Item = ServiceId> + use<'d> {
    form.design.services.keys().cloned()
}
