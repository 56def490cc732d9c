//! How work is cut into tasks: what shares a definition, how much memory it takes, and which ports it holds.

use super::context::{Context, HostKind, Runner, platform};
use super::diagnostic::{Findings, Rule, Severity};
use super::task_size::container_memory;
use crate::catalogue::fargate;
use crate::design::container::Container;
use crate::design::edit::Edit;
use crate::design::id::TaskDefinitionId;
use crate::design::knob::Knob;
use crate::design::service::SchedulingStrategy;
use crate::design::task_definition::{NetworkMode, TaskDefinition, TaskDefinitionStatus};
use crate::design::work::Work;
use crate::design::{Item, ItemRef};
use crate::units::{Mib, Usd};

const INACTIVE: &str = "ECS API Reference, \"DeregisterTaskDefinition\"; ECS Developer Guide, \"Deleting an Amazon ECS \
                        task definition revision using the console\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "data-store-beside-api",
        Severity::Advice,
        "A data store and what answers requests share a task definition",
        "ECS Developer Guide, \"Architect your application for Amazon ECS\"",
        data_store_beside_api,
    ),
    Rule::new(
        "memory-far-above-measured",
        Severity::Advice,
        "A task has far more memory than was measured",
        "ECS Developer Guide, \"Best practices for Amazon ECS task sizes\"",
        memory_far_above_measured,
    ),
    Rule::new(
        "fixed-host-port",
        Severity::Advice,
        "A fixed host port lets an instance hold one task of a kind",
        "ECS API Reference, \"PortMapping\", hostPort",
        fixed_host_port,
    ),
    Rule::new(
        "service-of-inactive-definition",
        Severity::Warning,
        "A service uses a task definition that takes no more deployments",
        INACTIVE,
        service_of_inactive_definition,
    ),
    Rule::new(
        "tasks-of-inactive-definition",
        Severity::Error,
        "Standalone tasks are to start from a task definition that takes no new ones",
        INACTIVE,
        tasks_of_inactive_definition,
    ),
];

fn at(id: &TaskDefinitionId) -> ItemRef {
    ItemRef::TaskDefinition(id.clone())
}

/// Names of data stores' images.
///
/// Assumption: the official images of Docker Hub, and what Bitnami calls them; an image of one's own may be named at will.
const DATA_STORES: &[&str] = &[
    "cassandra",
    "clickhouse-server",
    "cockroach",
    "couchdb",
    "elasticsearch",
    "influxdb",
    "kafka",
    "mariadb",
    "memcached",
    "mongo",
    "mongodb",
    "mysql",
    "neo4j",
    "opensearch",
    "postgres",
    "postgresql",
    "rabbitmq",
    "redis",
    "valkey",
];

/// The last part of an image's name, without tag and digest.
fn image_name(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split(['@', ':']).next().unwrap_or(name)
}

/// What: a container of a data store's image beside another that listens, in one definition. Why: they grow, deploy and
/// end together: each further task brings a store of its own, and a deployment ends the data. Example: an API with
/// `postgres:17`.
///
/// Source: ECS Developer Guide, "Architect your application for Amazon ECS": components apart in definitions of their own.
fn data_store_beside_api(context: &Context<'_>, out: &mut Findings) {
    let is_store = |c: &Container| DATA_STORES.contains(&image_name(&c.image));
    for (id, definition, uses) in context.definitions() {
        let Some(store) = definition.containers.iter().find(|c| is_store(c)) else { continue };
        let listens = |c: &&Container| !is_store(c) && c.is_essential() && !c.port_mappings.is_empty();
        let Some(api) = definition.containers.iter().find(listens) else { continue };
        let tasks = context.runners_of(uses).map(|runner| runner.bounds.1).max();
        let many =
            tasks.filter(|n| *n > 1).map_or(String::new(), |n| format!(": each of {n} tasks has a store of its own"));
        let message =
            format!("`{}` ({}) shares a task with `{}`{many}", store.name, image_name(&store.image), api.name);
        out.add(at(id), "containers", message, "Give the data store a service, or a managed service, of its own");
    }
}

/// Assumption: far above is twice what was measured.
const FAR: u32 = 2;

/// The least memory of the definition's CPU on Fargate that leaves a quarter of it free.
///
/// Assumption: a quarter, as a measurement is an average and memory that ends kills the task.
fn memory_enough(definition: &TaskDefinition, measured: Mib) -> Option<Mib> {
    let sizes = fargate::sizes(platform(definition)).into_iter();
    let enough = |memory: Mib| u64::from(memory.mib()) * 3 >= u64::from(measured.mib()) * 4;
    sizes.filter(|size| Some(size.cpu) == definition.cpu && enough(size.memory)).map(|size| size.memory).min()
}

/// The memory measured on a runner's tasks.
fn measured(runner: &Runner<'_>) -> Option<Mib> {
    match &runner.service?.work {
        Work::Measured { measured, .. } => Some(measured.cost()?.memory_idle),
        Work::Unknown | Work::Stated { .. } => None,
    }
}

/// What: a Fargate task whose memory was measured at half of its size or less, where Fargate sells the same CPU with
/// less. Why: it is paid for by the second. Example: 20 % of 8 GB in use. Fix: the least size that leaves a quarter
/// free.
///
/// Source: ECS Developer Guide, "Best practices for Amazon ECS task sizes": memory as measured (rule FG-01).
fn memory_far_above_measured(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, _, uses)| uses.kinds == [HostKind::Fargate]) {
        let all: Option<Vec<_>> = context.runners_of(uses).map(measured).collect();
        let (Some(most), Some(cpu), Some(memory)) =
            (all.and_then(|all| all.into_iter().max()), definition.cpu, definition.memory)
        else {
            continue;
        };
        let Some(less) = memory_enough(definition, most).filter(|less| *less < memory) else { continue };
        if most.mib().saturating_mul(FAR) > memory.mib() {
            continue;
        }
        let month = |memory| context.fargate_month(platform(definition), cpu, memory);
        let saved = month(memory).zip(month(less)).map(|(now, then): (Usd, Usd)| now - then);
        let saved = saved.map_or(String::new(), |usd| format!(", {} a month less for each task", usd.cents_text()));
        let message = format!("{} MiB of {memory} are in use as measured; {less} would do{saved}", most.mib());
        let finding = out.add(at(id), "memory", message, "Give the task the memory that it was measured to need");
        if container_memory(definition) <= less {
            finding.fix(format!("Use {less}{saved}"), vec![Edit::Set(at(id), Knob::TaskSize(cpu, less))]);
        }
    }
}

/// What: bridge mode on instances with a host port that is fixed. Why: the port is free once on an instance, so it holds
/// one task of the kind, whatever room it has. Example: `hostPort: 8080`. Fix: dynamic ports, where a load balancer
/// finds the tasks by them.
///
/// Source: ECS API Reference, "`PortMapping`", hostPort: 0 or none for a dynamic one (rules TDF-44, TDF-45).
fn fixed_host_port(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, uses) in context.definitions().filter(|(_, _, uses)| uses.on(HostKind::Ec2)) {
        let runners: Vec<_> = context.runners_of(uses).collect();
        let agent = |r: &&Runner<'_>| r.service.is_some_and(|s| s.scheduling_strategy() == SchedulingStrategy::Daemon);
        let tasks = runners.iter().filter(|r| !agent(r)).map(|runner| runner.bounds.1).max();
        let Some(tasks) = tasks.filter(|_| definition.network_mode() == NetworkMode::Bridge) else { continue };
        let mappings = definition.containers.iter().flat_map(|c| c.port_mappings.iter().map(move |m| (c, m)));
        let fixed: Vec<_> = mappings.filter(|(_, m)| m.host_port.is_some_and(|port| port != 0)).collect();
        let Some(port) = fixed.first().and_then(|(_, mapping)| mapping.host_port) else { continue };
        let message = format!("Host port {port} is free once on an instance: {tasks} tasks take {tasks} instances");
        let finding = out.add(at(id), "containers", message, "Use dynamic host ports behind a load balancer");
        let balanced = |runner: &&Runner<'_>, container: &Container, port: Option<u16>| {
            let mut joined = runner.service.into_iter().flat_map(|service| &service.load_balancers);
            joined.any(|b| b.container_name == container.name && Some(b.container_port) == port)
        };
        if fixed.iter().all(|(c, m)| runners.iter().all(|r| balanced(r, c, m.container_port))) {
            let mut changed = definition.clone();
            changed.containers.iter_mut().flat_map(|c| &mut c.port_mappings).for_each(|m| m.host_port = None);
            finding.fix("Use dynamic host ports", vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))]);
        }
    }
}

/// A task definition that is no longer ACTIVE, with its status in AWS's word.
fn inactive<'d>(runner: &Runner<'d>) -> Option<(&'d TaskDefinition, &'static str)> {
    let definition = runner.definition?;
    let status = definition.status.filter(|status| *status != TaskDefinitionStatus::Active)?;
    Some((definition, status.aws()))
}

/// A new revision of the family, as AWS registers it: nothing makes the old one ACTIVE again (rule TDF-07).
fn register(id: &TaskDefinitionId, definition: &TaskDefinition) -> (String, Vec<Edit>) {
    let changed = TaskDefinition { status: None, ..definition.clone() };
    (format!("Register a new revision of {id}"), vec![Edit::Put(Item::TaskDefinition(id.clone(), changed))])
}

/// What: a service whose task definition is INACTIVE or being deleted. Why: its tasks go on and are replaced, but a new
/// service and every update that points to it are refused; one being deleted is gone 24 hours after the last deployment
/// has stopped using it. Fix: registers a new revision.
///
/// Source: ECS API Reference, "`DeregisterTaskDefinition`"; ECS Developer Guide, "Deleting an Amazon ECS task definition
/// revision using the console" (rules TDF-08, TDF-09).
fn service_of_inactive_definition(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|runner| runner.service.is_some()) {
        let Some((definition, status)) = inactive(runner) else { continue };
        let most = runner.bounds.1;
        let message = format!(
            "Its task definition {} is {status}: up to {most} tasks go on and are replaced; a new service or update that \
             names it is refused",
            runner.definition_id
        );
        let (label, edits) = register(runner.definition_id, definition);
        out.add(runner.at.clone(), "task_definition", message, "Register a new revision, and deploy it")
            .fix(label, edits);
    }
}

/// What: standalone tasks of a task definition that is INACTIVE or being deleted. Why: `RunTask` refuses them, so none
/// starts. Fix: registers a new revision.
///
/// Source: ECS API Reference, "`DeregisterTaskDefinition`"; ECS Developer Guide, "Deleting an Amazon ECS task definition
/// revision using the console" (rules TDF-08, TDF-09).
fn tasks_of_inactive_definition(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|runner| runner.service.is_none()) {
        let Some((definition, status)) = inactive(runner) else { continue };
        let count = runner.bounds.1;
        let message = format!(
            "Their task definition {} is {status}: RunTask refuses every start of it ({count} each time)",
            runner.definition_id
        );
        let (label, edits) = register(runner.definition_id, definition);
        out.add(runner.at.clone(), "task_definition", message, "Register a new revision, and name it")
            .fix(label, edits);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::container::PortMapping;
    use crate::design::service::ServiceLoadBalancer;
    use crate::design::work::Measured;
    use crate::units::{Bytes, CpuUnits, MilliPerSecond, Percent};

    fn beside(d: &mut Design, image: &str) {
        image.clone_into(&mut sidecar(d).image);
    }

    /// The web task of 1 vCPU, and as measured so many percent of so much memory.
    fn web_of(d: &mut Design, gib: u32, percent: u16) {
        let size = (CpuUnits::from_vcpus(1), Mib::from_gib(gib));
        (web_definition(d).cpu, web_definition(d).memory) = (Some(size.0), Some(size.1));
        let measured = Measured {
            rate: MilliPerSecond::from_whole(500),
            cpu_utilisation: Percent::from_percent(50),
            memory_utilisation: Percent::from_percent(percent),
            tasks: 3,
            task_cpu: size.0,
            task_memory: size.1,
        };
        web(d).work = Work::Measured { measured, log_bytes: Bytes::ZERO };
    }

    fn host_port(d: &mut Design, port: u16) {
        let mapping = PortMapping { container_port: Some(80), host_port: Some(port), ..PortMapping::default() };
        worker_definition(d).containers[0].port_mappings = vec![mapping];
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case("data-store-beside-api", |d| beside(d, "postgres:17"), &["web · containers"], |d| beside(d, "nginx:1.29")),
        case(
            "data-store-beside-api",
            |d| beside(d, "public.ecr.aws/bitnami/redis@sha256:0f"),
            &["web · containers"],
            // A data store by itself.
            |d| app(d).image = "postgres:17".to_owned(),
        ),
        // 30 % of 8 GB are 2.4 GB, of 3 GB 80 %: 4 GB. Of 3 GB 50 % are 1.5 GB, for which 2 GB are just enough.
        case("memory-far-above-measured", |d| web_of(d, 8, 30), &["web · memory"], |d| web_of(d, 8, 51)),
        case("memory-far-above-measured", |d| web_of(d, 3, 50), &["web · memory"], |d| web_of(d, 2, 10)),
        case("fixed-host-port", |d| host_port(d, 8080), &["worker · containers"], |d| host_port(d, 0)),
        case(
            "fixed-host-port",
            |d| {
                host_port(d, 8080);
                let container_name = worker_definition(d).containers[0].name.clone();
                let joined = ServiceLoadBalancer { target_group: "web".into(), container_name, container_port: 80 };
                worker(d).load_balancers = vec![joined];
            },
            &["worker · containers"],
            |d| {
                host_port(d, 8080);
                worker_definition(d).network_mode = Some(NetworkMode::Awsvpc);
            },
        ),
        // TDF-08, TDF-09.
        case(
            "service-of-inactive-definition",
            |d| web_definition(d).status = Some(TaskDefinitionStatus::Inactive),
            &["web · task_definition"],
            |d| web_definition(d).status = Some(TaskDefinitionStatus::Active),
        ),
        case(
            "service-of-inactive-definition",
            |d| model_definition(d).status = Some(TaskDefinitionStatus::DeleteInProgress),
            &["model · task_definition"],
            |d| report_definition(d).status = Some(TaskDefinitionStatus::DeleteInProgress),
        ),
        case(
            "tasks-of-inactive-definition",
            |d| report_definition(d).status = Some(TaskDefinitionStatus::Inactive),
            &["nightly · task_definition"],
            |d| web_definition(d).status = Some(TaskDefinitionStatus::Inactive),
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn tdf_08_says_what_goes_on_and_what_is_refused() {
        let mut design = base();
        web_definition(&mut design).status = Some(TaskDefinitionStatus::Inactive);
        report_definition(&mut design).status = Some(TaskDefinitionStatus::DeleteInProgress);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let of = |rule: &str| found.iter().find(|finding| finding.rule.0 == rule).map(ToString::to_string).unwrap();
        let service = "warning web · task_definition: Its task definition web is INACTIVE: up to 9 tasks go on and are \
                       replaced; a new service or update that names it is refused (service-of-inactive-definition)";
        assert_eq!(of("service-of-inactive-definition"), service);
        let tasks = "error nightly · task_definition: Their task definition report is DELETE_IN_PROGRESS: RunTask \
                     refuses every start of it (1 each time) (tasks-of-inactive-definition)";
        assert_eq!(of("tasks-of-inactive-definition"), tasks);
    }

    #[test]
    fn fg_01_the_smaller_size_is_named_with_what_it_saves() {
        let mut design = base();
        web_of(&mut design, 8, 30);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = found.iter().find(|f| f.rule.0 == "memory-far-above-measured").unwrap();
        // 8192 × 30 % = 2457 MiB; 4 GB less × $0.004445 × 730 h = $12.98.
        let text = "2457 MiB of 8 GB are in use as measured; 4 GB would do, $12.98 a month less for each task";
        assert_eq!(finding.message, text);
    }
}
