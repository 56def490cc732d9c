//! What a drawing sets and neither the estimate nor a run takes up: one row each, told with every result.
//!
//! A field that a form shows either changes what comes out or has its row here. A row is told where leaving it out can
//! change a figure: how a service deploys where the scenario deploys it, what comes after 14 days in windows longer than
//! that, a task definition where a service that is played runs it. What is left out as a whole — DAEMON services, step
//! scaling — is told where it is passed over.
//!
//! A row says whether dollars of something drawn are missing without it — a charge of its own, or work that would need
//! capacity — or only how it behaves, which moves what is charged this way or that.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolver;
use crate::design::capacity::{
    AutoScalingGroupProvider, CapacityOptionType, CapacityProvider, ManagedInstancesProvider,
};
use crate::design::cluster::Cluster;
use crate::design::container::{Container, LogDriver};
use crate::design::deployment::DeploymentStrategy;
use crate::design::id::ServiceId;
use crate::design::load::{Entrance, Load, Origin};
use crate::design::load_balancing::{LoadBalancer, LoadBalancerType, TargetGroup};
use crate::design::network::{RouteTable, Vpc};
use crate::design::observability::EventRule;
use crate::design::outside::{FileSystem, FileSystemKind, OutsideSystem, Reached};
use crate::design::scenario::Scenario;
use crate::design::service::Service;
use crate::design::task_definition::{NetworkMode, TaskDefinition, TaskDefinitionStatus};
use crate::design::work::{CallPath, CallTarget};
use crate::design::{Design, ItemRef};
use crate::plan::left_out::Leaves;
use crate::units::{Bytes, Span};

/// Whether something is drawn, what of it is left out, and what the figures are without then.
type Gap<T> = (fn(&T) -> bool, &'static str, Leaves);

/// Of a service that the scenario deploys, from then on.
const OF_DEPLOYED: &[Gap<Service>] = &[
    (
        |s| s.deployment.strategy() != DeploymentStrategy::Rolling,
        "blue/green, linear and canary deployments: played as rolling",
        Leaves::Behaviour,
    ),
    (|s| s.deployment.alarms.is_some(), "deployment alarms", Leaves::Behaviour),
    (|s| !s.deployment.lifecycle_hooks.is_empty(), "deployment lifecycle hooks", Leaves::Behaviour),
];

const OF_SERVICES: &[Gap<Service>] = &[
    (|s| s.availability_zone_rebalancing == Some(true), "Availability Zone rebalancing", Leaves::Behaviour),
    (|s| s.protection.is_some(), "task scale-in protection", Leaves::Behaviour),
    (|s| s.enable_execute_command, "sessions of ECS Exec and their logs", Leaves::Behaviour),
    (
        |s| s.service_connect.is_some(),
        "Service Connect's retries, and the proxy's own CPU and memory",
        Leaves::Behaviour,
    ),
];

/// Of a service that somebody calls by the names of its tasks.
const OF_CALLED_BY_NAME: &[Gap<Service>] =
    &[(|s| s.service_discovery.is_some(), "how long callers keep DNS records of stopped tasks", Leaves::Behaviour)];

const OF_TARGET_GROUPS: &[Gap<TargetGroup>] = &[
    (|group| group.slow_start.is_some_and(|lasts| lasts.secs() > 0), "slow start", Leaves::Behaviour),
    (|group| group.stickiness.is_some(), "stickiness", Leaves::Behaviour),
];

const OF_CONTAINERS: &[Gap<Container>] = &[
    (|container| !container.depends_on.is_empty(), "the order its containers start in", Leaves::Behaviour),
    (
        |container| container.restart_policy.as_ref().is_some_and(|policy| policy.enabled),
        "container restart policies",
        Leaves::Behaviour,
    ),
    (|container| container.gpu_sharing.is_some(), "GPU sharing", Leaves::Behaviour),
    (|container| container.all_gpus, "containers that reserve every GPU of an instance", Leaves::Dollars),
    (|container| container.neuron_devices, "Neuron devices", Leaves::Dollars),
    (sends_logs_elsewhere, "logs that go elsewhere than by awslogs", Leaves::Dollars),
];

const OF_DEFINITIONS: &[Gap<TaskDefinition>] = &[
    (
        |definition| {
            let ranges = |c: &Container| c.port_mappings.iter().any(|m| m.container_port_range.is_some());
            definition.network_mode() == NetworkMode::Host && definition.containers.iter().any(ranges)
        },
        "port ranges on the host",
        Leaves::Behaviour,
    ),
    (|definition| definition.trusted_execution.is_some(), "the isolation mode of its tasks", Leaves::Behaviour),
];

/// Of a task definition whose service the scenario deploys, from then on.
const OF_DEPLOYED_DEFINITIONS: &[Gap<TaskDefinition>] = &[(
    |definition| definition.status.is_some_and(|status| status != TaskDefinitionStatus::Active),
    "that it takes no new services and no updates",
    Leaves::Behaviour,
)];

const OF_BALANCERS: &[Gap<LoadBalancer>] = &[
    (
        |balancer| balancer.kind == LoadBalancerType::Application && balancer.cross_zone == Some(false),
        "cross-zone load balancing turned off: requests reach the targets of all zones alike",
        Leaves::Behaviour,
    ),
    (
        |balancer| balancer.idle_timeout.is_some(),
        "its idle timeout: no connection is closed for being silent",
        Leaves::Behaviour,
    ),
];

const OF_GROUPS: &[Gap<AutoScalingGroupProvider>] = &[
    (|group| group.warm_pool > 0, "its warm pool", Leaves::Dollars),
    (
        |group| group.option == Some(CapacityOptionType::Reserved),
        "reserved capacity: at on-demand prices",
        Leaves::Behaviour,
    ),
    (|group| group.managed_draining == Some(false), "instances that end without being drained", Leaves::Behaviour),
    (
        |group| group.prefer_cached_images,
        "ECS_IMAGE_PULL_BEHAVIOR: an image that an instance has is never pulled again",
        Leaves::Behaviour,
    ),
    (|group| group.agent_version.is_some(), "the version of its container agent", Leaves::Behaviour),
];

const OF_MANAGED: &[Gap<ManagedInstancesProvider>] = &[
    (
        |managed| managed.option == Some(CapacityOptionType::Reserved),
        "reserved capacity: at on-demand prices",
        Leaves::Behaviour,
    ),
    (
        |managed| managed.capacity_reservations.is_some(),
        "which capacity reservations its instances use",
        Leaves::Behaviour,
    ),
    (|managed| managed.auto_repair.is_some(), "auto repair of impaired instances", Leaves::Behaviour),
];

/// When Managed Instances start to drain, counted from their launch. Source: ECS Developer Guide, "Patching in Amazon ECS
/// Managed Instances" (rule MI-40).
const DRAINED_AFTER: Span = Span::from_days(14);

/// Of Managed Instances that a service runs on, once the first of them are drained.
const OF_OLD_MANAGED: &[Gap<ManagedInstancesProvider>] = &[
    (|_| true, "the replacement of instances after 14 days", Leaves::Behaviour),
    (|managed| !managed.event_windows.is_empty(), "event windows", Leaves::Behaviour),
];

/// What is told of burstable types that a service runs on. An instance earns CPU credits by the hour; beyond them it is held to its
/// baseline, or, in unlimited mode, more are sold.
const CPU_CREDITS: &str = "CPU credits of burstable types: neither is CPU held to the baseline, nor are more sold";

const OF_CLUSTERS: &[Gap<Cluster>] = &[(|cluster| !cluster.daemons.is_empty(), "managed daemons", Leaves::Dollars)];

const OF_VPCS: &[Gap<Vpc>] = &[(
    |vpc| vpc.ip_address_type().has_ipv6(),
    "IPv6: bytes leave over IPv4 where it has a way, and all that is called is taken to answer over IPv6",
    Leaves::Behaviour,
)];

const OF_EVENT_RULES: &[Gap<EventRule>] =
    &[(|rule| !rule.targets.is_empty(), "events, and what their targets do", Leaves::Behaviour)];

const OF_ROUTE_TABLES: &[Gap<RouteTable>] = &[(
    |table| table.routes.iter().any(|route| route.destination.prefix() > 0),
    "routes other than the default one",
    Leaves::Behaviour,
)];

const OF_OUTSIDE_SYSTEMS: &[Gap<OutsideSystem>] = &[(
    |system| matches!(system.reached, Reached::OtherVpc | Reached::OnPremises),
    "the way to another VPC or on premises, and its price",
    Leaves::Dollars,
)];

const OF_LOADS: &[Gap<Load>] = &[
    (
        |load| matches!(load, Load::Requests(requests) if requests.origin() == Origin::OnPremises),
        "the way from on premises, and its price",
        Leaves::Dollars,
    ),
    (
        |load| matches!(load, Load::Jobs(jobs) if jobs.message_bytes > Bytes::ZERO),
        "the bytes of its messages on their way",
        Leaves::Behaviour,
    ),
];

const OF_FILE_SYSTEMS: &[Gap<FileSystem>] =
    &[(|system| system.kind == FileSystemKind::Efs, "bytes read from it and written to it", Leaves::Dollars)];

/// Whether a container's logs leave its machine for another place than `CloudWatch` Logs.
fn sends_logs_elsewhere(container: &Container) -> bool {
    container.log_configuration.as_ref().is_some_and(|log| match log.driver {
        LogDriver::Awslogs | LogDriver::JsonFile | LogDriver::Journald => false,
        LogDriver::Awsfirelens | LogDriver::Splunk | LogDriver::Fluentd | LogDriver::Gelf | LogDriver::Syslog => true,
    })
}

impl Resolver<'_> {
    /// Lists what of the drawn items is not played.
    pub(super) fn list_gaps(&mut self, scenario: &Scenario) {
        let design: &Design = self.design;
        self.gaps_of(&design.services, ItemRef::Service, OF_SERVICES);
        self.gaps_of_called();
        self.gaps_of_deployed(scenario);
        self.gaps_of(&design.target_groups, ItemRef::TargetGroup, OF_TARGET_GROUPS);
        self.gaps_of(&design.load_balancers, ItemRef::LoadBalancer, OF_BALANCERS);
        for (id, provider) in &design.capacity_providers {
            let item = ItemRef::CapacityProvider(id.clone());
            match provider {
                CapacityProvider::AutoScalingGroup(group) => self.gaps(&item, group, OF_GROUPS),
                CapacityProvider::ManagedInstances(managed) => self.gaps(&item, managed, OF_MANAGED),
            }
            let planned = self.provider_of.get(id).map(|ix| &self.providers[*ix]);
            let Some(planned) = planned.filter(|planned| !planned.used_by.is_empty()) else { continue };
            if planned.candidates.iter().any(|of| self.catalogue.types[of.kind].burstable) {
                self.not_priced(item.clone(), CPU_CREDITS);
            }
            if let CapacityProvider::ManagedInstances(managed) = provider {
                self.gaps_after(DRAINED_AFTER, &item, managed, OF_OLD_MANAGED);
            }
        }
        self.gaps_of_definitions();
        self.gaps_of(&design.clusters, ItemRef::Cluster, OF_CLUSTERS);
        self.gaps_of(&design.vpcs, ItemRef::Vpc, OF_VPCS);
        self.gaps_of(&design.route_tables, ItemRef::RouteTable, OF_ROUTE_TABLES);
        self.gaps_of(&design.outside_systems, ItemRef::OutsideSystem, OF_OUTSIDE_SYSTEMS);
        self.gaps_of(&design.loads, ItemRef::Load, OF_LOADS);
        self.gaps_of(&design.file_systems, ItemRef::FileSystem, OF_FILE_SYSTEMS);
        self.gaps_of(&design.event_rules, ItemRef::EventRule, OF_EVENT_RULES);
    }

    /// Of services whose tasks are called one by one: by other services, or by loads that no balancer takes in.
    fn gaps_of_called(&mut self) {
        let design: &Design = self.design;
        for (id, service) in &design.services {
            let is_it = |to: &CallTarget| matches!(to, CallTarget::Service { service, via: CallPath::ServiceDiscovery } if service == id);
            let is_called = design.services.values().flat_map(|s| &s.calls).any(|call| is_it(&call.to));
            let is_asked = |load: &Load| match load {
                Load::Requests(of) => of.service == *id && !matches!(of.through, Entrance::LoadBalancer(_)),
                Load::Jobs(_) | Load::Stream(_) => false,
            };
            if is_called || design.loads.values().any(is_asked) {
                self.gaps(&ItemRef::Service(id.clone()), service, OF_CALLED_BY_NAME);
            }
        }
    }

    /// Of services that the scenario deploys, and of what they run.
    fn gaps_of_deployed(&mut self, scenario: &Scenario) {
        let design: &Design = self.design;
        let mut first: BTreeMap<&ServiceId, Span> = BTreeMap::new();
        for deployment in &scenario.deployments {
            let at = first.entry(&deployment.service).or_insert(deployment.at);
            *at = deployment.at.min(*at);
        }
        for (id, at) in first {
            let Some(service) = design.services.get(id) else { continue };
            self.gaps_after(at, &ItemRef::Service(id.clone()), service, OF_DEPLOYED);
            if let Some(definition) = design.task_definitions.get(&service.task_definition) {
                let item = ItemRef::TaskDefinition(service.task_definition.clone());
                self.gaps_after(at, &item, definition, OF_DEPLOYED_DEFINITIONS);
            }
        }
    }

    /// Of task definitions that services which are played run, and of their containers.
    fn gaps_of_definitions(&mut self) {
        let design: &Design = self.design;
        let played = design.services.iter().filter(|(id, _)| self.service_of.contains_key(*id));
        let run: BTreeSet<_> = played.map(|(_, service)| &service.task_definition).collect();
        for id in run {
            let Some(definition) = design.task_definitions.get(id) else { continue };
            let item = ItemRef::TaskDefinition(id.clone());
            for (is_drawn, what, leaves) in OF_CONTAINERS {
                if definition.containers.iter().any(is_drawn) {
                    self.leave_out(Span::ZERO, item.clone(), what, *leaves);
                }
            }
            self.gaps(&item, definition, OF_DEFINITIONS);
        }
    }

    fn gaps_of<Id: Clone, T>(&mut self, items: &BTreeMap<Id, T>, item: fn(Id) -> ItemRef, all: &[Gap<T>]) {
        for (id, of) in items {
            self.gaps(&item(id.clone()), of, all);
        }
    }

    fn gaps<T>(&mut self, item: &ItemRef, of: &T, all: &[Gap<T>]) {
        self.gaps_after(Span::ZERO, item, of, all);
    }

    fn gaps_after<T>(&mut self, after: Span, item: &ItemRef, of: &T, all: &[Gap<T>]) {
        for (_, what, leaves) in all.iter().filter(|(is_drawn, ..)| is_drawn(of)) {
            self.leave_out(after, item.clone(), what, *leaves);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::design::Item;
    use crate::design::capacity::StrategyItem;
    use crate::design::container::{Dependency, DependencyCondition, NvidiaMps, PortMapping, RestartPolicy};
    use crate::design::deployment::{DeploymentAlarms, HookStage, LifecycleHook};
    use crate::design::edit::Edit;
    use crate::design::event_window::{EventWindow, StartHour};
    use crate::design::network::IpAddressType;
    use crate::design::project::Project;
    use crate::design::scenario::PlannedDeployment;
    use crate::design::service::{Capacity, ServiceConnect, ServiceDiscovery, TaskProtection};
    use crate::plan::resolve::resolve;
    use crate::presets;
    use crate::units::{Mib, Minutes, Seconds, Weekday};

    fn of(design: &Design) -> Vec<&'static str> {
        within(design, &Scenario::default(), Span::MONTH)
    }

    fn within(design: &Design, scenario: &Scenario, window: Span) -> Vec<&'static str> {
        let catalogue = Catalogue::load(&design.region).expect("a region");
        let plan = resolve(design, scenario, &catalogue).unwrap_or_else(|e| panic!("{e:?}"));
        plan.left_out(window).map(|gap| gap.what).collect()
    }

    fn design(preset: &str) -> Design {
        presets::find(preset).expect("a preset").project().design
    }

    /// What one change of a preset brings.
    #[track_caller]
    fn brings(preset: &str, what: &str, change: impl FnOnce(&mut Design)) {
        let mut design = design(preset);
        assert!(!of(&design).contains(&what), "{preset} has it already: {what}");
        change(&mut design);
        assert!(of(&design).contains(&what), "{what}");
    }

    fn service(design: &mut Design) -> &mut Service {
        design.services.values_mut().next().expect("drawn")
    }

    fn container(design: &mut Design) -> &mut Container {
        &mut design.task_definitions.values_mut().next().expect("drawn").containers[0]
    }

    fn target_group(design: &mut Design) -> &mut TargetGroup {
        design.target_groups.values_mut().next().expect("drawn")
    }

    #[test]
    fn burstable_types_are_told() {
        let group = |kind: &str, used: bool| {
            let mut design = design("three-tier-web");
            let subnets = design.services.values().next().expect("drawn").subnets.clone();
            let group = AutoScalingGroupProvider::new(subnets, vec![kind.into()], 10);
            design.capacity_providers.insert("group".into(), CapacityProvider::AutoScalingGroup(group));
            if used {
                let item = StrategyItem { capacity_provider: "group".into(), base: 0, weight: 1 };
                service(&mut design).capacity = Capacity::Strategy(vec![item]);
            }
            of(&design).contains(&CPU_CREDITS)
        };
        assert_eq!(
            [group("t3.xlarge", true), group("m5.xlarge", true), group("t3.xlarge", false)],
            [true, false, false]
        );
    }

    #[test]
    fn what_is_left_out_as_a_whole_is_missing_from_the_total_and_plans_may_lower_it() {
        use crate::design::account::{PlanKind, PurchasePlan};
        use crate::design::service::SchedulingStrategy;
        use crate::plan::left_out::Claim;
        use crate::units::Usd;
        const PLAN: PurchasePlan = PurchasePlan::new(PlanKind::ComputeSavingsPlan, Usd::from_cents(100));
        let catalogue = Catalogue::load(&"us-east-1".into()).expect("a region");
        let claim = |change: fn(&mut Design)| {
            let mut design = design("three-tier-web");
            change(&mut design);
            let plan = resolve(&design, &Scenario::default(), &catalogue).unwrap_or_else(|e| panic!("{e:?}"));
            Claim::of(true, plan.left_out(Span::MONTH))
        };
        assert_eq!(claim(|_| {}), Claim::Whole);
        assert_eq!(claim(|d| service(d).enable_execute_command = true), Claim::Whole);
        assert_eq!(claim(|d| service(d).scheduling_strategy = Some(SchedulingStrategy::Daemon)), Claim::AtLeast);
        assert_eq!(claim(|d| d.account.purchase_plans.push(PLAN)), Claim::BeforePlans);
    }

    #[test]
    fn what_services_draw_and_a_run_leaves_out_is_told() {
        let web = "three-tier-web";
        brings(web, OF_SERVICES[0].1, |d| service(d).availability_zone_rebalancing = Some(true));
        brings(web, OF_SERVICES[1].1, |d| service(d).protection = Some(TaskProtection { expires_in: None }));
        brings(web, OF_SERVICES[2].1, |d| service(d).enable_execute_command = true);
        brings(web, OF_SERVICES[3].1, |d| service(d).service_connect = Some(ServiceConnect::default()));
        assert_eq!(OF_SERVICES.len(), 4);
    }

    #[test]
    fn names_that_callers_keep_are_told_of_services_that_are_called_by_name() {
        let told = OF_CALLED_BY_NAME[0].1;
        let mut design = design("three-tier-web");
        service(&mut design).service_discovery = Some(ServiceDiscovery { namespace: "n".into(), dns_ttl: None });
        assert!(!of(&design).contains(&told), "its callers come by a balancer or by Service Connect");
        let callee = design.services.keys().next().expect("drawn").clone();
        let to = CallTarget::Service { service: callee, via: CallPath::ServiceDiscovery };
        let caller = design.services.values_mut().next_back().expect("drawn");
        caller.calls.first_mut().expect("it calls").to = to;
        assert!(of(&design).contains(&told));
        assert!(of(&self::design("small-api")).contains(&told), "an HTTP API finds its tasks by name");
        assert_eq!(OF_CALLED_BY_NAME.len(), 1);
    }

    #[test]
    fn how_a_service_deploys_is_told_where_the_window_holds_a_deployment_of_it() {
        let mut design = design("three-tier-web");
        let deployment = &mut service(&mut design).deployment;
        deployment.strategy = Some(DeploymentStrategy::BlueGreen);
        deployment.alarms = Some(DeploymentAlarms { alarms: Vec::new(), rollback: true });
        deployment.lifecycle_hooks.push(LifecycleHook {
            function: "check".to_owned(),
            stages: vec![HookStage::PreScaleUp],
            ..LifecycleHook::default()
        });
        let definition = service(&mut design).task_definition.clone();
        design.task_definitions.get_mut(&definition).expect("drawn").status = Some(TaskDefinitionStatus::Inactive);
        let rows = OF_DEPLOYED.iter().map(|row| row.1).chain(OF_DEPLOYED_DEFINITIONS.iter().map(|row| row.1));
        let rows: Vec<_> = rows.collect();
        let told = |service: &ServiceId, window: Span| {
            let at = Span::from_days(2);
            let deployments = vec![PlannedDeployment { service: service.clone(), at, fails: None }];
            let told = within(&design, &Scenario { deployments, ..Scenario::default() }, window);
            rows.iter().filter(|row| told.contains(row)).count()
        };
        let (it, another) =
            (design.services.keys().next().expect("drawn"), design.services.keys().next_back().expect("drawn"));
        assert_eq!((told(it, Span::from_days(3)), told(it, Span::from_days(2))), (4, 0));
        assert_eq!((told(another, Span::from_days(3)), rows.len()), (0, 4));
    }

    #[test]
    fn mi_40_what_comes_after_14_days_is_told_of_longer_windows() {
        let mut design = design("gpu-inference");
        let Some(CapacityProvider::ManagedInstances(managed)) = design.capacity_providers.get_mut(&"gpu".into()) else {
            panic!("Managed Instances")
        };
        let (start_hour, lasts) = (StartHour::default(), Minutes::from_minutes(240));
        managed.event_windows = vec![EventWindow { weekday: Weekday::Sunday, start_hour, lasts }];
        let told = |design: &Design, window: Span| {
            let told = within(design, &Scenario::default(), window);
            OF_OLD_MANAGED.iter().filter(|row| told.contains(&row.1)).count()
        };
        assert_eq!((told(&design, DRAINED_AFTER), told(&design, DRAINED_AFTER + Span::from_ms(1))), (0, 2));
        // Where no service runs on it, no instance grows old.
        design.loads.clear();
        design.services.clear();
        assert_eq!(told(&design, Span::MONTH), 0);
    }

    #[test]
    fn a_definition_that_no_service_runs_leaves_nothing_out() {
        let mut design = design("gpu-inference");
        let before = of(&design);
        let mut unused = design.task_definitions.values().next().expect("drawn").clone();
        unused.containers[0].all_gpus = true;
        design.task_definitions.insert("unused".into(), unused);
        assert_eq!(of(&design), before);
    }

    #[test]
    fn what_target_groups_containers_and_networks_draw_and_a_run_leaves_out_is_told() {
        let web = "three-tier-web";
        brings(web, OF_TARGET_GROUPS[0].1, |d| target_group(d).slow_start = Some(Seconds::from_secs(30)));
        brings(web, OF_TARGET_GROUPS[1].1, |d| target_group(d).stickiness = Some(Seconds::from_secs(900)));
        brings(web, OF_CONTAINERS[0].1, |d| {
            let on = Dependency { container_name: "first".into(), condition: DependencyCondition::Start };
            container(d).depends_on.push(on);
        });
        brings(web, OF_CONTAINERS[1].1, |d| {
            let policy = RestartPolicy { enabled: true, ignored_exit_codes: Vec::new(), restart_attempt_period: None };
            container(d).restart_policy = Some(policy);
        });
        brings(web, OF_CONTAINERS[2].1, |d| {
            container(d).gpu_sharing = Some(NvidiaMps { memory: Mib::from_gib(4), max_compute_percent: None });
        });
        brings("gpu-inference", OF_DEFINITIONS[0].1, |d| {
            let definition = d.task_definitions.values_mut().next().expect("drawn");
            definition.network_mode = Some(NetworkMode::Host);
            let ports = PortMapping { container_port_range: Some((8000, 8010)), ..PortMapping::default() };
            definition.containers[0].port_mappings.push(ports);
        });
        brings(web, OF_VPCS[0].1, |d| {
            d.vpcs.values_mut().next().expect("drawn").ip_address_type = Some(IpAddressType::DualStack);
        });
        brings(web, OF_EVENT_RULES[0].1, |d| {
            let targets = vec![crate::design::observability::EventTarget::Arn("arn".to_owned())];
            let detail_type = "ECS Task State Change".to_owned();
            let rule = EventRule { detail_type, cluster: None, targets, tags: crate::design::Tags::new() };
            d.event_rules.insert("stopped".into(), rule);
        });
        assert_eq!((OF_TARGET_GROUPS.len(), OF_VPCS.len(), OF_EVENT_RULES.len()), (2, 1, 1));
    }

    #[test]
    fn what_capacity_draws_and_a_run_leaves_out_is_told() {
        let managed = |d: &mut Design, change: fn(&mut ManagedInstancesProvider)| {
            let CapacityProvider::ManagedInstances(managed) = d.capacity_providers.values_mut().next().expect("drawn")
            else {
                panic!("Managed Instances")
            };
            change(managed);
        };
        let gpu = "gpu-inference";
        brings(gpu, OF_MANAGED[0].1, |d| managed(d, |m| m.option = Some(CapacityOptionType::Reserved)));
        // A scenario of the queue workers draws an Auto Scaling group.
        let project = presets::find("queue-workers").expect("a preset").project();
        let mut group = project.design;
        for edit in project.scenarios.values().flat_map(|scenario| &scenario.edits) {
            if matches!(edit, Edit::Put(Item::CapacityProvider(..))) {
                edit.apply(&mut group).expect("a preset's own edit");
            }
        }
        let Some(CapacityProvider::AutoScalingGroup(machines)) = group.capacity_providers.values_mut().next() else {
            panic!("an Auto Scaling group")
        };
        (machines.warm_pool, machines.managed_draining, machines.prefer_cached_images) = (2, Some(false), true);
        machines.agent_version = Some("1.95.0".to_owned());
        machines.option = Some(CapacityOptionType::Reserved);
        let told = of(&group);
        assert!(OF_GROUPS.iter().all(|(_, what, _)| told.contains(what)), "{told:?}");
    }

    /// Drawings that a file makes shorter: what is said, and what is written after which line of the preset's.
    const WRITTEN: &[(&str, &str, &str)] = &[
        (OF_CONTAINERS[3].1, CONTAINER, "all_gpus: true,"),
        (OF_CONTAINERS[4].1, CONTAINER, "neuron_devices: true,"),
        (
            OF_CONTAINERS[5].1,
            "        containers: [",
            "(name: \"a\", image: \"a\", log_configuration: (driver: Splunk)),",
        ),
        (OF_DEFINITIONS[1].1, DEFINITION, "trusted_execution: (isolation_mode: IsolatedSandbox),"),
        (
            OF_BALANCERS[0].1,
            BALANCERS,
            "\"x\": (kind: Application, scheme: Internal, subnets: [\"private-a\"], cross_zone: false),",
        ),
        (
            OF_ROUTE_TABLES[0].1,
            DESIGN,
            "route_tables: {\"x\": (vpc: \"main\", routes: [(destination: \"10.9.0.0/16\", target: InternetGateway)])},",
        ),
        (OF_OUTSIDE_SYSTEMS[0].1, "    outside_systems: {", "\"x\": (kind: Database, reached: OnPremises),"),
        (
            OF_LOADS[0].1,
            "    loads: {",
            "\"x\": Requests((service: \"llm\", through: Direct, origin: OnPremises, shape: (series: Constant(1000)))),",
        ),
        (
            OF_BALANCERS[1].1,
            BALANCERS,
            "\"x\": (kind: Application, scheme: Internal, subnets: [\"private-a\"], idle_timeout: 300),",
        ),
        (OF_MANAGED[1].1, MANAGED, "capacity_reservations: (preference: First),"),
        (OF_MANAGED[2].1, MANAGED, "auto_repair: Enabled,"),
        (
            OF_CLUSTERS[0].1,
            "    clusters: {\n      \"main\": (",
            "daemons: [(name: \"agent\", task_definition: \"image\", capacity_providers: [\"gpu\"])],",
        ),
        (OF_FILE_SYSTEMS[0].1, DESIGN, "file_systems: {\"x\": (kind: Efs)},"),
    ];
    const DESIGN: &str = "    region: \"us-east-1\",";
    const CONTAINER: &str = "        containers: [\n          (";
    const DEFINITION: &str = "    task_definitions: {\n      \"image\": (";
    const MANAGED: &str = "      \"gpu\": ManagedInstances((";
    const BALANCERS: &str = "    load_balancers: {";

    #[test]
    fn what_a_file_draws_and_a_run_leaves_out_is_told() {
        let text = presets::find("gpu-inference").expect("a preset").project().write();
        let of = |text: &str| of(&Project::read(text).unwrap_or_else(|e| panic!("{e}")).design);
        let before = of(&text);
        // The preset's jobs have messages of 2 kB.
        assert!(before.contains(&OF_LOADS[1].1));
        assert!(!of(&text.replace("message_bytes: \"2 KB\"", "message_bytes: \"0 B\"")).contains(&OF_LOADS[1].1));
        for (what, after, drawn) in WRITTEN {
            assert!(text.contains(after), "{after}");
            let told = of(&text.replacen(after, &format!("{after}{drawn}"), 1));
            let more: Vec<_> = told.iter().filter(|told| !before.contains(told)).collect();
            assert_eq!(more, [what], "{drawn}");
        }
        let written = OF_CONTAINERS.len() - 3 + OF_DEFINITIONS.len() - 1 + OF_BALANCERS.len() + OF_MANAGED.len() - 1;
        // And one of each other kind: clusters, route tables, outside systems, loads, file systems.
        assert_eq!(written + 5, WRITTEN.len());
    }
}
