//! Figures outside what AWS takes, each with AWS's own range, and measurements that nothing can explain.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::edit::Edit;
use crate::design::load::{Entrance, Load};
use crate::design::load_balancing::LoadBalancerType;
use crate::design::work::Work;
use crate::design::{Item, ItemRef};
use crate::units::{Bytes, Mib, MilliPerSecond, Percent, Seconds};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "retention-not-taken",
        Severity::Error,
        "CloudWatch Logs keeps entries for other numbers of days",
        "CloudWatch Logs API Reference, \"PutRetentionPolicy\", retentionInDays",
        retention_not_taken,
    ),
    Rule::new(
        "target-group-value-out-of-range",
        Severity::Error,
        "A value of a target group is outside what AWS takes",
        "Elastic Load Balancing API Reference, \"TargetGroupAttribute\"",
        target_group_value_out_of_range,
    ),
    Rule::new(
        "idle-timeout-out-of-range",
        Severity::Error,
        "A load balancer's idle timeout is outside what AWS takes",
        "Elastic Load Balancing API Reference, \"LoadBalancerAttribute\", idle_timeout.timeout_seconds",
        idle_timeout_out_of_range,
    ),
    Rule::new(
        "port-out-of-range",
        Severity::Error,
        "A port is 0",
        "Elastic Load Balancing API Reference, \"CreateListener\"; ECS API Reference, \"PortMapping\"",
        port_out_of_range,
    ),
    Rule::new(
        "message-too-large",
        Severity::Error,
        "A message or request is larger than its way takes",
        "Amazon SQS Developer Guide, \"Amazon SQS message quotas\"; Amazon API Gateway Developer Guide, quotas of HTTP APIs",
        message_too_large,
    ),
    Rule::new(
        "measurement-explains-nothing",
        Severity::Error,
        "A measured demand cannot have been measured",
        "ECS Developer Guide, \"Amazon ECS service utilization metrics\"",
        measurement_explains_nothing,
    ),
    Rule::new(
        "memory-above-task",
        Severity::Error,
        "Work holds more memory than its task has",
        "ECS API Reference, \"ContainerDefinition\", memory: a container that exceeds it is killed",
        memory_above_task,
    ),
    Rule::new(
        "alarm-value-out-of-range",
        Severity::Error,
        "A setting of an alarm is outside what CloudWatch takes",
        "CloudWatch API Reference, \"PutMetricAlarm\"",
        alarm_value_out_of_range,
    ),
    Rule::new(
        "task-count-out-of-range",
        Severity::Error,
        "A standalone task starts more or fewer tasks at once than ECS takes",
        "ECS API Reference, \"RunTask\", count; EventBridge API Reference, \"EcsParameters\", TaskCount",
        task_count_out_of_range,
    ),
];

/// Source: CloudWatch Logs API Reference, "`PutRetentionPolicy`", retentionInDays (rule OBS-06).
const RETENTIONS: &[u32] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// What: a retention that is none of the 22 that there are. Why: AWS refuses it. Example: 45 days. Fix: the next longer.
///
/// Source: CloudWatch Logs API Reference, "`PutRetentionPolicy`", retentionInDays (rule OBS-06).
fn retention_not_taken(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in &context.design.log_groups {
        let Some(days) = group.retention_days.filter(|days| !RETENTIONS.contains(days)) else { continue };
        let longer = RETENTIONS.iter().copied().find(|taken| *taken > days);
        let all: Vec<_> = RETENTIONS.iter().map(u32::to_string).collect();
        let message = format!("Entries cannot be kept for {days} days");
        let hint = format!("CloudWatch Logs takes {} days, or no retention: for ever", all.join(", "));
        let mut changed = group.clone();
        changed.retention_days = longer;
        let label = longer.map_or("Keep them for ever".to_owned(), |days| format!("Keep them for {days} days"));
        let edit = Edit::Put(Item::LogGroup(id.clone(), changed));
        out.add(ItemRef::LogGroup(id.clone()), "retention_days", message, hint).fix(label, vec![edit]);
    }
}

fn outside(value: Option<Seconds>, from: u32, to: u32) -> Option<u32> {
    value.map(Seconds::secs).filter(|seconds| !(from..=to).contains(seconds))
}

/// What: a deregistration delay over an hour, stickiness under a second or over a week. Why: AWS refuses it. Fix: AWS's
/// default.
///
/// Source: Elastic Load Balancing API Reference, "`TargetGroupAttribute`": `deregistration_delay.timeout_seconds` 0 to
/// 3600, `stickiness.lb_cookie.duration_seconds` 1 to 604800 (rules LB-04, LB-05).
fn target_group_value_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in &context.design.target_groups {
        let at = ItemRef::TargetGroup(id.clone());
        if let Some(seconds) = outside(group.deregistration_delay, 0, 3600) {
            let mut changed = group.clone();
            changed.deregistration_delay = None;
            let message = format!("The deregistration delay is {seconds} s, AWS takes 0 to 3,600");
            out.add(at.clone(), "deregistration_delay", message, "Stay within what AWS takes")
                .fix("Use AWS's default, 300 s", vec![Edit::Put(Item::TargetGroup(id.clone(), changed))]);
        }
        if let Some(seconds) = outside(group.stickiness, 1, 604_800) {
            let mut changed = group.clone();
            changed.stickiness = None;
            let message = format!("Stickiness lasts {seconds} s, AWS takes 1 to 604,800");
            out.add(at, "stickiness", message, "Stay within what AWS takes")
                .fix("Switch stickiness off", vec![Edit::Put(Item::TargetGroup(id.clone(), changed))]);
        }
    }
}

/// What: an idle timeout of an Application Load Balancer outside 1 to 4,000 s, of a Network one outside 60 to 6,000 s.
/// Why: AWS refuses it. Fix: AWS's default.
///
/// Source: Elastic Load Balancing API Reference, "`LoadBalancerAttribute`" and "`ListenerAttribute`" (rule LB-06).
fn idle_timeout_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, balancer) in &context.design.load_balancers {
        let (from, to) = match balancer.kind {
            LoadBalancerType::Application => (1, 4000),
            LoadBalancerType::Network | LoadBalancerType::Gateway => (60, 6000),
        };
        let Some(seconds) = outside(balancer.idle_timeout, from, to) else { continue };
        let mut changed = balancer.clone();
        changed.idle_timeout = None;
        let message = format!("The idle timeout is {seconds} s, AWS takes {from} to {to}");
        out.add(ItemRef::LoadBalancer(id.clone()), "idle_timeout", message, "Stay within what AWS takes")
            .fix("Use AWS's default", vec![Edit::Put(Item::LoadBalancer(id.clone(), changed))]);
    }
}

/// What: a listener, a target group or a container at port 0. Why: AWS takes 1 to 65535; 0 asks for a dynamic port of the
/// host alone.
///
/// Source: Elastic Load Balancing API Reference, "`CreateListener`"; ECS API Reference, "`PortMapping`" (rule TDF-45).
fn port_out_of_range(context: &Context<'_>, out: &mut Findings) {
    const MESSAGE: &str = "Port 0 is none: AWS takes 1 to 65,535";
    const HINT: &str = "Name the port";
    for (id, balancer) in &context.design.load_balancers {
        if balancer.listeners.iter().any(|listener| listener.port == 0) {
            out.add(ItemRef::LoadBalancer(id.clone()), "listeners", MESSAGE, HINT);
        }
    }
    for (id, _) in context.design.target_groups.iter().filter(|(_, group)| group.port == 0) {
        out.add(ItemRef::TargetGroup(id.clone()), "port", MESSAGE, HINT);
    }
    for (id, definition, _) in context.definitions() {
        let ports = definition.containers.iter().flat_map(|container| &container.port_mappings);
        if ports.clone().any(|port| port.container_port == Some(0)) {
            out.add(ItemRef::TaskDefinition(id.clone()), "containers", MESSAGE, HINT);
        }
    }
}

/// The largest message of SQS.
///
/// Source: Amazon SQS Developer Guide, "Amazon SQS message quotas": 1 MiB, since August 2025 (256 KiB before).
const SQS_MESSAGE: Bytes = Bytes::from_bytes(1_048_576);

/// The largest payload of an HTTP API.
///
/// Source: Amazon API Gateway Developer Guide, "Quotas for configuring and running an HTTP API": 10 MB (rule AGW-02).
const HTTP_API_PAYLOAD: Bytes = Bytes::from_bytes(10_485_760);

/// What: a job's message over 1 MiB, or a request or answer over 10 MB through an HTTP API. Why: SQS and API Gateway
/// refuse it.
///
/// Source: Amazon SQS Developer Guide, "Amazon SQS message quotas"; Amazon API Gateway Developer Guide, quotas.
fn message_too_large(context: &Context<'_>, out: &mut Findings) {
    for (id, load) in &context.design.loads {
        let at = ItemRef::Load(id.clone());
        match load {
            Load::Jobs(jobs) if jobs.message_bytes > SQS_MESSAGE => {
                let message = format!("A message has {}, SQS takes up to 1 MiB", jobs.message_bytes);
                out.add(at, "message_bytes", message, "Keep the body in S3 and send its key");
            }
            Load::Requests(requests) if matches!(requests.through, Entrance::ApiGateway(_)) => {
                for (field, bytes) in
                    [("request_bytes", requests.request_bytes), ("response_bytes", requests.response_bytes)]
                {
                    if bytes > HTTP_API_PAYLOAD {
                        let message = format!("{bytes} are more than the 10 MB that an HTTP API takes");
                        out.add(at.clone(), field, message, "Send it through S3, or use a load balancer");
                    }
                }
            }
            Load::Jobs(_) | Load::Requests(_) | Load::Stream(_) => {}
        }
    }
}

/// What: a measurement without requests, tasks or CPU, or a utilisation over 100 % of a size that is a ceiling. Why: what a
/// request costs cannot follow from it. Example: CPU at 130 % on Fargate.
///
/// Source: ECS Developer Guide, "Amazon ECS service utilization metrics": only without a task size may a service use more
/// than it reserves (rules TDF-30, TDF-32, MTR-02).
fn measurement_explains_nothing(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let Some(service) = runner.service else { continue };
        let Work::Measured { measured, .. } = &service.work else { continue };
        let fargate = runner.on(HostKind::Fargate);
        let ceiling = |size: bool, used: Percent| (fargate || size) && used > Percent::HUNDRED;
        let (cpu, memory) = runner.definition.map_or((false, false), |d| (d.cpu.is_some(), d.memory.is_some()));
        let message = if measured.rate == MilliPerSecond::ZERO {
            "No request was measured: what one costs cannot follow".to_owned()
        } else if measured.tasks == 0 || measured.task_cpu.units() == 0 {
            "No task with CPU was measured: what a request costs cannot follow".to_owned()
        } else if ceiling(cpu, measured.cpu_utilisation) {
            format!("CPU utilisation is {}, of a task's size at most 100 % can be used", measured.cpu_utilisation)
        } else if ceiling(memory, measured.memory_utilisation) {
            format!("Memory utilisation is {}, of a task's size at most 100 % can be used", measured.memory_utilisation)
        } else {
            continue;
        };
        out.add(runner.at.clone(), "work", message, "Write what the service's metrics say of a busy hour");
    }
}

/// What: memory that work holds whatever a task does, above the task's. Why: the task is killed as soon as it works.
/// Example: 1,500 MiB held by a task of 1 GiB.
///
/// Source: ECS API Reference, "`ContainerDefinition`", memory (rules TDF-33, TDF-36).
fn memory_above_task(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some(service), Some(definition)) = (runner.service, runner.definition) else { continue };
        let (Some(cost), Some(most)) = (service.work.cost(), memory_limit(definition)) else { continue };
        if cost.memory_idle > most {
            let (held, has) = (cost.memory_idle.mib(), most.mib());
            let message = format!("A task holds {held} MiB and may have {has}: it is killed as soon as it works");
            out.add(runner.at.clone(), "work", message, "Give the task more memory, or correct what it holds");
        }
    }
}

/// The memory beyond which something of the task is killed: the task's, else that of all containers if each has a limit.
fn memory_limit(definition: &crate::design::task_definition::TaskDefinition) -> Option<Mib> {
    let limits = || definition.containers.iter().map(|container| container.memory);
    definition.memory.or_else(|| limits().all(|limit| limit.is_some()).then(|| limits().flatten().sum()))
}

/// What: an alarm's period that is none of 10, 20, 30 or whole minutes, none of its periods counted, or more than a day of
/// them (a week where a period is an hour or more). Why: `CloudWatch` refuses it. Fix: AWS's default.
///
/// Source: CloudWatch API Reference, "`PutMetricAlarm`", Period and `EvaluationPeriods`.
fn alarm_value_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, alarm) in &context.design.alarms {
        let period = alarm.period.map_or(60, Seconds::secs);
        let periods = alarm.evaluation_periods.unwrap_or(1);
        let longest: u64 = if period >= 3600 { 604_800 } else { 86_400 };
        let (field, message) = if period == 0 || ![10, 20, 30].contains(&period) && period % 60 != 0 {
            ("period", format!("The period is {period} s, CloudWatch takes 10, 20, 30 and whole minutes"))
        } else if periods == 0 {
            ("evaluation_periods", "No period is looked at; the least is 1".to_owned())
        } else if u64::from(period) * u64::from(periods) > longest {
            let all = u64::from(period) * u64::from(periods);
            ("evaluation_periods", format!("{periods} periods of {period} s are {all} s, the most is {longest}"))
        } else {
            continue;
        };
        let mut changed = alarm.clone();
        (changed.period, changed.evaluation_periods) = (None, None);
        out.add(ItemRef::Alarm(id.clone()), field, message, "Stay within what CloudWatch takes")
            .fix("Use one period of 60 s", vec![Edit::Put(Item::Alarm(id.clone(), changed))]);
    }
}

/// What: a standalone task that starts none, or more than ten at once. Why: `RunTask` takes 1 to 10. Example: a nightly
/// job of 40 tasks.
///
/// Source: ECS API Reference, "`RunTask`", count; EventBridge and EventBridge Scheduler, `TaskCount` (rules STA-01, QUO-13).
fn task_count_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, tasks) in context.design.standalone_tasks.iter().filter(|(_, tasks)| !(1..=10).contains(&tasks.count)) {
        let message = format!("{} tasks at once, RunTask takes 1 to 10", tasks.count);
        let hint = "Draw the item more than once, or let one task do more";
        out.add(ItemRef::StandaloneTask(id.clone()), "count", message, hint);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::work::{Measured, WorkCost};
    use crate::units::CpuUnits;

    fn keep(d: &mut Design, days: u32) {
        d.log_groups.get_mut(&"web".into()).unwrap().retention_days = Some(days);
    }

    fn measured(d: &mut Design, cpu: u16, rate: u64) {
        let measured = Measured {
            rate: MilliPerSecond::from_milli(rate),
            cpu_utilisation: Percent::from_percent(cpu),
            memory_utilisation: Percent::from_percent(50),
            tasks: 3,
            task_cpu: CpuUnits::from_units(512),
            task_memory: Mib::from_mib(1024),
        };
        web(d).work = Work::Measured { measured, log_bytes: Bytes::ZERO };
    }

    fn holds(d: &mut Design, mib: u32) {
        let cost = WorkCost { cpu_micros: 4000, memory_idle: Mib::from_mib(mib), duration: None, concurrency: None };
        web(d).work = Work::Stated { cost, log_bytes: Bytes::from_bytes(1) };
    }

    fn message(d: &mut Design, bytes: u64) {
        if let Some(Load::Jobs(jobs)) = d.loads.get_mut(&"orders".into()) {
            jobs.message_bytes = Bytes::from_bytes(bytes);
        }
    }

    fn alarm(d: &mut Design, period: u32, periods: u32) {
        let alarm = d.alarms.get_mut(&"web-cpu".into()).unwrap();
        (alarm.period, alarm.evaluation_periods) = (Some(Seconds::from_secs(period)), Some(periods));
    }

    fn delay(d: &mut Design, seconds: u32) {
        web_targets(d).deregistration_delay = Some(Seconds::from_secs(seconds));
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case("retention-not-taken", |d| keep(d, 45), &["web · retention_days"], |d| keep(d, 60)),
        case("retention-not-taken", |d| keep(d, 9999), &["web · retention_days"], |d| keep(d, 3653)),
        case(
            "target-group-value-out-of-range",
            |d| delay(d, 3601),
            &["web · deregistration_delay"],
            |d| delay(d, 3600),
        ),
        case(
            "target-group-value-out-of-range",
            |d| web_targets(d).stickiness = Some(Seconds::from_secs(604_801)),
            &["web · stickiness"],
            |d| web_targets(d).stickiness = Some(Seconds::from_secs(1)),
        ),
        case(
            "idle-timeout-out-of-range",
            |d| front(d).idle_timeout = Some(Seconds::from_secs(4001)),
            &["front · idle_timeout"],
            |d| front(d).idle_timeout = Some(Seconds::from_secs(4000)),
        ),
        case("port-out-of-range", |d| listener(d).port = 0, &["front · listeners"], |d| listener(d).port = 65_535),
        case("port-out-of-range", |d| web_targets(d).port = 0, &["web · port"], |d| web_targets(d).port = 1),
        case(
            "port-out-of-range",
            |d| app(d).port_mappings[0].container_port = Some(0),
            &["web · containers"],
            |d| app(d).port_mappings[0].host_port = Some(8080),
        ),
        case("message-too-large", |d| message(d, 1_048_577), &["orders · message_bytes"], |d| message(d, 1_048_576)),
        case("measurement-explains-nothing", |d| measured(d, 130, 1000), &["web · work"], |d| measured(d, 100, 1000)),
        case("measurement-explains-nothing", |d| measured(d, 50, 0), &["web · work"], |d| measured(d, 50, 1)),
        case("memory-above-task", |d| holds(d, 1025), &["web · work"], |d| holds(d, 1024)),
        case("alarm-value-out-of-range", |d| alarm(d, 45, 1), &["web-cpu · period"], |d| alarm(d, 30, 1)),
        // 1,441 minutes are over a day; 168 hours are a week.
        case(
            "alarm-value-out-of-range",
            |d| alarm(d, 60, 1441),
            &["web-cpu · evaluation_periods"],
            |d| {
                alarm(d, 3600, 168);
            },
        ),
        case("task-count-out-of-range", |d| nightly(d).count = 11, &["nightly · count"], |d| nightly(d).count = 10),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
