//! The least that should be watched: alarms, insights, logs that do not grow for ever.

use super::context::{Context, Host};
use super::demand;
use super::diagnostic::{Findings, Rule, Severity};
use crate::catalogue::meter::Meter;
use crate::design::cluster::{Cluster, ContainerInsights, MonitoringPlan};
use crate::design::container::{Container, LogDriver};
use crate::design::edit::Edit;
use crate::design::id::AlarmId;
use crate::design::observability::{Alarm, AlarmMetric, AlarmSubject};
use crate::design::{Item, ItemRef, Tags};
use crate::units::{Bytes, Seconds};

const BASELINE: &str = "ECS Developer Guide, \"Monitoring Amazon ECS\", minimum to monitor";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "missing-baseline-alarm",
        Severity::Advice,
        "A service's or cluster's CPU or memory is watched by no alarm",
        BASELINE,
        missing_baseline_alarm,
    ),
    Rule::new(
        "nothing-watched",
        Severity::Advice,
        "A cluster has neither alarms nor Container Insights",
        BASELINE,
        nothing_watched,
    ),
    Rule::new(
        "alarm-without-insights",
        Severity::Warning,
        "An alarm's metric comes from Container Insights, which is off",
        "CloudWatch User Guide, \"Amazon ECS Container Insights metrics\"",
        alarm_without_insights,
    ),
    Rule::new(
        "log-group-kept-for-ever",
        Severity::Advice,
        "A log group keeps its entries for ever",
        "CloudWatch Logs User Guide, \"Working with log groups and log streams\", retention",
        log_group_kept_for_ever,
    ),
    Rule::new(
        "logs-without-bytes",
        Severity::Advice,
        "A service writes to CloudWatch Logs, and nothing says how much",
        "Amazon CloudWatch pricing, Logs",
        logs_without_bytes,
    ),
];

fn watched(context: &Context<'_>, subject: &AlarmSubject, metric: AlarmMetric) -> bool {
    context.design.alarms.values().any(|alarm| alarm.subject == *subject && alarm.metric == metric)
}

/// An alarm that rings after five minutes over a share.
///
/// Assumption: 80 % for five minutes, a common first threshold; AWS names the metrics, not the thresholds.
fn alarm(subject: AlarmSubject, metric: AlarmMetric) -> Alarm {
    Alarm {
        subject,
        metric,
        threshold_milli: 80_000,
        below: false,
        period: Some(Seconds::from_secs(60)),
        evaluation_periods: Some(5),
        tags: Tags::new(),
    }
}

/// What: no alarm on CPU and memory utilisation of a service, or on CPU and memory reservation of a cluster with
/// instances. Why: it is the minimum that AWS's monitoring plan names. Fix: adds those that are missing.
///
/// Source: ECS Developer Guide, "Monitoring Amazon ECS": minimum to monitor.
fn missing_baseline_alarm(context: &Context<'_>, out: &mut Findings) {
    let services = context.design.services.keys().map(|id| {
        let metrics = [AlarmMetric::CpuUtilization, AlarmMetric::MemoryUtilization];
        (ItemRef::Service(id.clone()), AlarmSubject::Service(id.clone()), metrics)
    });
    let on_instances = |id| {
        context
            .runners
            .iter()
            .any(|r| r.cluster == id && r.hosts.iter().any(|h| matches!(h, Host::Group(..) | Host::Ec2)))
    };
    let clusters = context.design.clusters.keys().filter(|id| on_instances(*id)).map(|id| {
        let metrics = [AlarmMetric::CpuReservation, AlarmMetric::MemoryReservation];
        (ItemRef::Cluster(id.clone()), AlarmSubject::Cluster(id.clone()), metrics)
    });
    for (at, subject, metrics) in services.chain(clusters) {
        let missing: Vec<_> = metrics.into_iter().filter(|metric| !watched(context, &subject, *metric)).collect();
        if missing.is_empty() {
            continue;
        }
        let names: Vec<_> = missing.iter().map(|metric| metric.aws()).collect();
        let put = |metric: &AlarmMetric| {
            let id = AlarmId::new(&format!("{}-{}", at.name(), metric.aws()));
            Edit::Put(Item::Alarm(id, alarm(subject.clone(), *metric)))
        };
        let edits = missing.iter().map(put).collect();
        let month = context.month(Meter::AlarmStandard, 1);
        let price = month.map_or(String::new(), |usd| format!(", {} a month each", usd.cents_text()));
        let message = format!("No alarm watches {}", names.join(" and "));
        out.add(at.clone(), "alarms", message, format!("Add an alarm on each{price}"))
            .fix(format!("Add {} alarms at 80 %{price}", missing.len()), edits);
    }
}

/// Container Insights of a cluster, the account's default included.
fn insights(context: &Context<'_>, cluster: &Cluster) -> bool {
    let account = context.design.account.container_insights;
    cluster.container_insights.map_or(account, |insights| insights != ContainerInsights::Disabled)
}

/// What: a cluster whose services no alarm watches, with Container Insights off. Why: nobody hears of a fault before the
/// users do, and afterwards there is nothing to look at. Fix: switches Container Insights on.
///
/// Source: ECS Developer Guide, "Monitoring Amazon ECS": make a monitoring plan.
fn nothing_watched(context: &Context<'_>, out: &mut Findings) {
    for (id, cluster) in context.design.clusters.iter().filter(|(_, cluster)| !insights(context, cluster)) {
        let services: Vec<_> =
            context.design.services.iter().filter(|(_, s)| s.cluster == *id).map(|(id, _)| id).collect();
        let watches = |subject: &AlarmSubject| match subject {
            AlarmSubject::Cluster(cluster) => cluster == id,
            AlarmSubject::Service(service) => services.contains(&service),
        };
        if services.is_empty() || context.design.alarms.values().any(|alarm| watches(&alarm.subject)) {
            continue;
        }
        let plan =
            if cluster.monitoring == MonitoringPlan::default() { ", and its monitoring plan is empty" } else { "" };
        let count = services.len();
        let message = format!("No alarm watches it or its {count} services, Container Insights is off{plan}");
        let mut changed = cluster.clone();
        changed.container_insights = Some(ContainerInsights::Enabled);
        let hint = "Begin with alarms on CPU and memory of each service, and say who is called";
        out.add(ItemRef::Cluster(id.clone()), "monitoring", message, hint)
            .fix(format!("Switch Container Insights of {id} on"), vec![Edit::Put(Item::Cluster(id.clone(), changed))]);
    }
}

/// What: an alarm on running or pending tasks of a cluster without Container Insights. Why: the metric does not exist,
/// so the alarm never rings. Fix: switches Container Insights on.
///
/// Source: CloudWatch User Guide, "Amazon ECS Container Insights metrics".
fn alarm_without_insights(context: &Context<'_>, out: &mut Findings) {
    for (id, alarm) in &context.design.alarms {
        if !matches!(alarm.metric, AlarmMetric::RunningTaskCount | AlarmMetric::PendingTaskCount) {
            continue;
        }
        let cluster = match &alarm.subject {
            AlarmSubject::Cluster(cluster) => Some(cluster),
            AlarmSubject::Service(service) => context.design.services.get(service).map(|service| &service.cluster),
        };
        let Some((name, drawn)) = cluster.and_then(|id| context.design.clusters.get_key_value(id)) else { continue };
        if insights(context, drawn) {
            continue;
        }
        let mut changed = drawn.clone();
        changed.container_insights = Some(ContainerInsights::Enabled);
        let message = format!("{} comes from Container Insights, which is off in {name}", alarm.metric);
        out.add(ItemRef::Alarm(id.clone()), "metric", message, "Switch Container Insights on, or watch another metric")
            .fix(
                format!("Switch Container Insights of {name} on"),
                vec![Edit::Put(Item::Cluster(name.clone(), changed))],
            );
    }
}

/// What: a log group without retention. Why: what is stored is paid for every month, for ever. Fix: 30 days.
///
/// Source: CloudWatch Logs User Guide, "Working with log groups and log streams", retention.
fn log_group_kept_for_ever(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in context.design.log_groups.iter().filter(|(_, group)| group.retention_days.is_none()) {
        let mut changed = group.clone();
        changed.retention_days = Some(30);
        let message = "Entries are kept, and paid for, for ever";
        out.add(ItemRef::LogGroup(id.clone()), "retention_days", message, "Say for how many days entries are kept")
            .fix("Keep 30 days", vec![Edit::Put(Item::LogGroup(id.clone(), changed))]);
    }
}

/// What: a service that work comes to, whose containers log by awslogs, and whose work writes no bytes to logs. Why: what
/// is written is paid for by the GB, often more than the tasks that write it; the bill has nothing of it.
///
/// Source: Amazon CloudWatch pricing, Logs: collected by the GB, stored by the GB-month (rules OBS-01, OBS-06).
fn logs_without_bytes(context: &Context<'_>, out: &mut Findings) {
    let worked = demand::work_of(context.design);
    for runner in &context.runners {
        let (Some(id), Some(service), Some(definition)) = (runner.id, runner.service, runner.definition) else {
            continue;
        };
        let logs = |c: &Container| c.log_configuration.as_ref().is_some_and(|log| log.driver == LogDriver::Awslogs);
        let has_work = worked.get(id).is_some_and(|work| *work > 0);
        if !has_work || service.work.log_bytes() > Bytes::ZERO || !definition.containers.iter().any(logs) {
            continue;
        }
        let message = "Its containers log by awslogs, and its work writes 0 bytes: no logs are in the bill";
        let hint = "Say how many bytes each unit of its work writes (log_bytes)";
        out.add(ItemRef::Service(id.clone()), "work", message, hint);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::work::Work;

    fn running(d: &mut Design, insights: Option<ContainerInsights>) {
        d.alarms.insert("tasks".into(), alarm(AlarmSubject::Service("web".into()), AlarmMetric::RunningTaskCount));
        d.clusters.get_mut(&"main".into()).unwrap().container_insights = insights;
    }

    /// Work of the web service writes no bytes to logs.
    fn quiet(d: &mut Design, change: fn(&mut Design)) {
        let Work::Stated { log_bytes, .. } = &mut web(d).work else { panic!("the good design states its work") };
        *log_bytes = Bytes::ZERO;
        change(d);
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "missing-baseline-alarm",
            |d| {
                d.alarms.remove(&"web-cpu".into());
                d.alarms.remove(&"main-memory-reservation".into());
            },
            &["main · alarms", "web · alarms"],
            |d| {
                d.services.remove(&"web".into());
                d.alarms.remove(&"web-cpu".into());
            },
        ),
        case(
            "nothing-watched",
            |d| {
                d.alarms.clear();
                d.clusters.get_mut(&"main".into()).unwrap().container_insights = None;
            },
            &["main · monitoring"],
            |d| {
                d.alarms.retain(|id, _| id.as_str() == "web-cpu");
                d.clusters.get_mut(&"main".into()).unwrap().container_insights = None;
            },
        ),
        case(
            "alarm-without-insights",
            |d| running(d, None),
            &["tasks · metric"],
            |d| {
                running(d, None);
                d.account.container_insights = true;
            },
        ),
        case(
            "log-group-kept-for-ever",
            |d| d.log_groups.get_mut(&"web".into()).unwrap().retention_days = None,
            &["web · retention_days"],
            |d| d.log_groups.get_mut(&"web".into()).unwrap().retention_days = Some(3653),
        ),
        case(
            "logs-without-bytes",
            |d| quiet(d, |_| {}),
            &["web · work"],
            |d| {
                quiet(d, |d| app(d).log_configuration.as_mut().unwrap().driver = LogDriver::Awsfirelens);
            },
        ),
        case(
            "logs-without-bytes",
            |d| quiet(d, |d| web(d).work = Work::Unknown),
            &["web · work"],
            |d| {
                quiet(d, |d| d.loads.clear());
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
