//! Services: their tasks, capacity, scaling, health, work and calls.

use super::Resolver;
use super::health::breaker;
use super::volumes;
use crate::catalogue::fargate::{self, Platform};
use crate::catalogue::meter::Meter;
use crate::design::capacity::LaunchType;
use crate::design::container::LogDriver;
use crate::design::id::{CapacityProviderId, ServiceId};
use crate::design::observability::{LogClass, LogGroup};
use crate::design::scaling::{Scaling, ScalingMetric, ScalingPolicy, TargetTracking};
use crate::design::service::{Capacity, SchedulingStrategy, Service};
use crate::design::task_definition::{NetworkMode, TaskDefinition};
use crate::design::{Design, ItemRef};
use crate::names::Architecture;
use crate::plan::index::Ix;
use crate::plan::placement::{PlannedConstraint, PlannedStrategy};
use crate::plan::provider::{PlannedProvider, ProviderKind};
use crate::plan::service::{
    Ending, HostPort, PlannedLogs, PlannedMetric, PlannedService, PlannedShare, PlannedTracking, StartUp,
};
use crate::units::{CpuUnits, Gib, Mib, Span, count};

/// How long a task takes to end once SIGTERM reached it, where its application handles it.
///
/// Assumption: a second; requests under way were given their time by the deregistration delay.
const HANDLED_STOP: Span = Span::from_secs(1);

/// The layers of an image nothing is said of.
///
/// Assumption: 10; each adds 50 ms to a pull.
const UNKNOWN_LAYERS: u32 = 10;

impl Resolver<'_> {
    pub(super) fn place_services(&mut self) {
        // Every service gets its index first, so that calls may lead to later ones.
        let design: &Design = self.design;
        let played: Vec<_> = design.services.iter().filter(|(id, s)| self.is_played(id, s)).collect();
        for (place, (id, _)) in played.iter().enumerate() {
            let ix = Ix::new(u32::try_from(place).unwrap_or(u32::MAX));
            self.service_of.insert((*id).clone(), ix);
        }
        for (id, service) in played {
            let planned = self.planned_service(id, service);
            let uses: Vec<_> = planned.capacity.iter().map(|share| share.provider).collect();
            // AWS publishes no figure of it, and none is made up (rule FG-41): a scenario's Spot wave plays it.
            if uses.iter().any(|provider| self.providers[*provider].kind == ProviderKind::FargateSpot) {
                self.not_played(ItemRef::Service(id.clone()), "interruptions of Fargate Spot outside of Spot waves");
            }
            let ix = self.services.push(planned);
            for (share, provider) in uses.into_iter().enumerate() {
                self.providers[provider].used_by.push((ix, share));
            }
        }
        for id in design.express_services.keys() {
            self.not_priced(ItemRef::ExpressService(id.clone()), "Express Mode services");
        }
        for id in design.lattices.keys() {
            self.not_priced(ItemRef::Lattice(id.clone()), "VPC Lattice's charges");
        }
    }

    fn is_played(&mut self, id: &ServiceId, service: &Service) -> bool {
        let item = ItemRef::Service(id.clone());
        if service.scheduling_strategy() == SchedulingStrategy::Daemon {
            self.not_priced(item, "DAEMON services");
            return false;
        }
        if service.capacity == Capacity::LaunchType(LaunchType::External) {
            // Its machines are the user's own and stand in the bill as a site; what its load would move is told by the load.
            self.not_played(item, "launch type EXTERNAL: tasks on machines of your own");
            return false;
        }
        true
    }

    fn planned_service(&mut self, id: &ServiceId, service: &Service) -> PlannedService {
        self.planned_task(&ItemRef::Service(id.clone()), id, service)
    }

    /// What a service's task is, of a service or of what starts tasks like one.
    pub(super) fn planned_task(&mut self, item: &ItemRef, id: &ServiceId, service: &Service) -> PlannedService {
        let missing = TaskDefinition::default();
        let design: &Design = self.design;
        let definition = design.task_definitions.get(&service.task_definition).unwrap_or(&missing);
        if definition.containers.is_empty() && !design.task_definitions.contains_key(&service.task_definition) {
            self.fail(
                item.clone(),
                "task_definition",
                format!("there is no task definition {}", service.task_definition),
            );
        }
        let health = self.health(item, service, definition);
        let (proxy_cpu, proxy_memory) = service.proxy_demand();
        // Fargate sells whole task sizes: the proxy's share lies inside them.
        let own_size = definition.cpu.is_some() && definition.memory.is_some();
        let cpu = definition.cpu_demand() + if own_size { CpuUnits::ZERO } else { proxy_cpu };
        let memory = definition.memory_demand() + if own_size { Mib::ZERO } else { proxy_memory };
        let capacity = self.capacity(item, service, definition);
        let zones = self.task_zones(item, service, definition, &capacity);
        let scaling = service.scaling.as_ref();
        PlannedService {
            owner: self.owner(item.clone()),
            name: id.clone(),
            cpu,
            memory,
            gpus: definition.gpu_demand(),
            architecture: definition.runtime_platform.cpu_architecture,
            network_mode: definition.network_mode(),
            ports: host_ports(definition),
            zones,
            public_ip: service.assign_public_ip,
            capacity,
            desired: service.desired_count,
            bounds: service.bounds(),
            tracking: scaling.map(|s| self.tracking(item, s)).unwrap_or_default(),
            minimum_healthy: service.minimum_healthy_percent(),
            maximum: service.maximum_percent(),
            circuit_breaker: breaker(service),
            constraints: self.constraints(item, definition, service),
            strategies: self.strategies(item, service),
            health,
            ending: self.ending(service, definition),
            work: service.work.cost(),
            logs: self.logs(item, service, definition),
            calls: service.calls.iter().filter_map(|call| self.call(item, call)).collect(),
            reads: self.reads(item, definition),
            pulls: self.pulls(definition),
        }
    }

    fn capacity(&mut self, item: &ItemRef, service: &Service, definition: &TaskDefinition) -> Vec<PlannedShare> {
        let wanted = self.strategy(item, service);
        let mut shares = Vec::new();
        for (provider, base, weight) in wanted {
            let Some(ix) = self.provider_of.get(&provider).copied() else {
                self.fail(item.clone(), "capacity", format!("there is no capacity provider {provider}"));
                continue;
            };
            let levels = self.task_levels(item, service, definition, ix);
            shares.push(PlannedShare { provider: ix, base, weight, levels, start: self.start_up(definition, ix) });
        }
        if shares.iter().any(|s| s.base > 0 || s.weight > 0) || shares.is_empty() {
            return shares;
        }
        self.fail(item.clone(), "capacity", "at least one provider of a strategy needs a weight above 0 (rule CPS-07)");
        shares
    }

    fn strategy(&mut self, item: &ItemRef, service: &Service) -> Vec<(CapacityProviderId, u32, u32)> {
        if !self.design.clusters.contains_key(&service.cluster) {
            self.fail(item.clone(), "cluster", format!("there is no cluster {}", service.cluster));
            return Vec::new();
        }
        let items = self.design.providers_of(&service.cluster, &service.capacity);
        let found: Vec<_> = items.into_iter().map(|i| (i.capacity_provider, i.base, i.weight)).collect();
        if found.is_empty() {
            self.fail(item.clone(), "capacity", "its cluster has no capacity that this service could run on");
        }
        found
    }

    fn task_levels(
        &mut self,
        item: &ItemRef,
        service: &Service,
        definition: &TaskDefinition,
        provider: Ix<PlannedProvider>,
    ) -> Vec<(Meter, u64)> {
        let mut levels = Vec::new();
        let (cpu, memory) = (definition.cpu_demand(), definition.memory_demand());
        if self.providers[provider].is_fargate() {
            let platform = platform(definition);
            if !fargate::legal(platform, cpu, memory) {
                self.fail(item.clone(), "task_definition", format!("{cpu} with {memory} is no Fargate task size"));
            }
            let spot = matches!(self.providers[provider].kind, ProviderKind::FargateSpot);
            let meters = if spot { platform.spot() } else { Some(platform.on_demand()) };
            let Some(meters) = meters else {
                self.fail(item.clone(), "capacity", "Windows tasks cannot use FARGATE_SPOT (rule CPS-17)");
                return levels;
            };
            levels.push((meters.vcpu, u64::from(cpu.units())));
            levels.push((meters.memory, u64::from(memory.mib())));
            levels.extend(meters.licence.map(|licence| (licence, u64::from(cpu.units()))));
            let disk = fargate::billed_ephemeral(definition.ephemeral_storage.unwrap_or(Gib::from_gib(20)));
            if disk > Gib::from_gib(0) {
                levels.push((Meter::FargateEphemeralStorage, u64::from(Mib::from_gib(disk.gib()).mib())));
            }
            let drawn = service.subnets.iter().filter_map(|id| self.design.subnets.get(id));
            if service.assign_public_ip && drawn.into_iter().any(|subnet| subnet.ip_address_type().has_ipv4()) {
                levels.push((Meter::PublicIpv4, 1));
            }
        }
        if self.design.clusters.get(&service.cluster).is_some_and(|c| c.runtime_monitoring) {
            levels.push((Meter::GuardDutyEcsRuntime, u64::from(cpu.units())));
        }
        // The task's event and those of its containers.
        let events = 1 + count(definition.containers.len());
        let insights = self.insights_event(&service.cluster).saturating_mul(events);
        levels.extend((insights > 0).then_some((Meter::LogsIngest, insights)));
        levels.extend(service.ebs_volume.iter().flat_map(|volume| volumes::levels(volume.into())));
        levels
    }

    /// Rules FG-20, FG-50 to FG-52, EC2-13, DUR-01 to DUR-03.
    fn start_up(&self, definition: &TaskDefinition, provider: Ix<PlannedProvider>) -> StartUp {
        let provider = &self.providers[provider];
        let timings = &self.timings;
        let own_interface = definition.network_mode() == NetworkMode::Awsvpc;
        let (overhead, cpu, container) = if provider.is_fargate() {
            (timings.fargate_overhead, definition.cpu_demand(), timings.fargate_container_start)
        } else {
            let instance = provider.candidates.first();
            let managed = matches!(provider.kind, ProviderKind::ManagedInstances { .. });
            let trunk = managed || self.design.account.awsvpc_trunking;
            let attach = if trunk { timings.eni_attach_trunk } else { timings.eni_attach };
            let overhead = if own_interface { attach } else { timings.bridge_overhead };
            (overhead, instance.map_or(CpuUnits::from_vcpus(2), |i| i.cpu), timings.ec2_container_start)
        };
        let pull = definition.containers.iter().map(|c| self.pull(&c.image, cpu, provider.is_fargate())).max();
        let cached_pull = (!provider.is_fargate()).then_some(timings.cached_pull);
        StartUp { overhead, pull: pull.unwrap_or_default(), cached_pull, container }
    }

    /// How long one image takes; containers pull side by side, so the slowest decides.
    fn pull(&self, image: &str, cpu: CpuUnits, fargate: bool) -> Span {
        let timings = &self.timings;
        let known = self.design.images.get(&image.into());
        if fargate && known.is_some_and(|i| i.soci) {
            return timings.soci_lazy_start;
        }
        let bytes = known.map_or(super::calls::UNKNOWN_IMAGE, |i| i.compressed_size).bytes();
        let layers = known.and_then(|i| i.layers).unwrap_or(UNKNOWN_LAYERS);
        let latency = timings.pull_latency + timings.pull_latency_layer.times(u64::from(layers));
        // Megabytes a second of one vCPU × CPU units × factors, in bytes a millisecond × 1024.
        let cap = CpuUnits::from_vcpus(timings.unpack_vcpu_cap);
        let units = u128::from(cpu.min(cap).units().max(1));
        let zstd = if known.is_some_and(|i| i.zstd) { timings.zstd_factor.millionths() } else { 1_000_000 };
        let parallel = if known.is_some_and(|i| i.soci) && cpu >= CpuUnits::from_vcpus(8) {
            timings.soci_parallel_factor.millionths()
        } else {
            1_000_000
        };
        let rate = u128::from(timings.unpack_mb_s_per_vcpu) * 1000 * units * u128::from(zstd) * u128::from(parallel);
        let ms = u128::from(bytes) * 1024 * 1_000_000_000_000 / rate.max(1);
        latency + Span::from_ms(u64::try_from(ms).unwrap_or(u64::MAX))
    }

    fn constraints(
        &mut self,
        item: &ItemRef,
        definition: &TaskDefinition,
        service: &Service,
    ) -> Vec<PlannedConstraint> {
        let mut all = Vec::new();
        for constraint in definition.placement_constraints.iter().chain(&service.placement_constraints) {
            match PlannedConstraint::of(constraint) {
                Ok(constraint) => all.push(constraint),
                Err(error) => self.fail(item.clone(), "placement_constraints", error.to_string()),
            }
        }
        all
    }

    fn strategies(&mut self, item: &ItemRef, service: &Service) -> Vec<PlannedStrategy> {
        let mut all = Vec::new();
        for strategy in &service.placement_strategies {
            match PlannedStrategy::of(strategy) {
                Some(strategy) => all.push(strategy),
                None => self.fail(item.clone(), "placement_strategies", "instances have no such field to spread over"),
            }
        }
        all
    }

    fn task_zones(
        &mut self,
        item: &ItemRef,
        service: &Service,
        definition: &TaskDefinition,
        capacity: &[PlannedShare],
    ) -> Vec<(Ix<crate::plan::PlannedZone>, Vec<Ix<crate::plan::network::PlannedSubnet>>)> {
        let providers = capacity.iter().map(|share| share.provider);
        let drawn = if definition.network_mode() == NetworkMode::Awsvpc {
            service.subnets.clone()
        } else {
            let design: &Design = self.design;
            let own = providers.filter_map(|p| design.capacity_providers.get(&self.providers[p].name.as_str().into()));
            own.flat_map(|p| p.subnets().to_vec()).collect()
        };
        let mut zones: std::collections::BTreeMap<_, Vec<_>> = std::collections::BTreeMap::new();
        for id in &drawn {
            if let Some(subnet) = self.subnet(item, "subnets", id) {
                let of_zone = zones.entry(self.subnets[subnet].zone).or_default();
                if !of_zone.contains(&subnet) {
                    of_zone.push(subnet);
                }
            }
        }
        if zones.is_empty() && !capacity.is_empty() {
            self.fail(item.clone(), "subnets", "its tasks need at least one subnet to stand in");
        }
        zones.into_iter().collect()
    }

    fn tracking(&mut self, item: &ItemRef, scaling: &Scaling) -> Vec<PlannedTracking> {
        let mut all = Vec::new();
        for policy in &scaling.policies {
            match policy {
                ScalingPolicy::TargetTracking(policy) => all.push(planned_tracking(policy)),
                ScalingPolicy::Step(_) => self.not_priced(item.clone(), "step scaling"),
                ScalingPolicy::Scheduled(_) => self.not_priced(item.clone(), "scheduled scaling"),
                ScalingPolicy::Predictive(_) => self.not_priced(item.clone(), "predictive scaling"),
            }
        }
        all
    }

    fn ending(&self, service: &Service, definition: &TaskDefinition) -> Ending {
        let groups = service.load_balancers.iter().filter_map(|b| self.design.target_groups.get(&b.target_group));
        let deregistration = groups.map(|g| g.deregistration_delay().span()).max().unwrap_or_default();
        let timeout = definition.stop_timeout().span();
        let handles_sigterm = definition.handles_sigterm == Some(true);
        let stop = if handles_sigterm { HANDLED_STOP.min(timeout) } else { timeout };
        let own_interface = definition.network_mode() == NetworkMode::Awsvpc;
        let deprovisioning = if own_interface { self.timings.deprovisioning } else { Span::ZERO };
        Ending { deregistration, stop, until_kill: timeout, handles_sigterm, deprovisioning }
    }

    /// What the task's containers write to: the first log group that is drawn, else one of the service's own.
    fn logs(&mut self, item: &ItemRef, service: &Service, definition: &TaskDefinition) -> Option<PlannedLogs> {
        let logs = definition.containers.iter().filter_map(|c| c.log_configuration.as_ref());
        let to_cloudwatch: Vec<_> = logs.filter(|l| l.driver == LogDriver::Awslogs).collect();
        let design: &Design = self.design;
        let drawn = to_cloudwatch.first()?.log_group.as_ref().filter(|g| design.log_groups.contains_key(g));
        let none = LogGroup::default();
        let group = drawn.and_then(|g| design.log_groups.get(g)).unwrap_or(&none);
        let infrequent = group.class == Some(LogClass::InfrequentAccess);
        Some(PlannedLogs {
            bytes: service.work.log_bytes(),
            owner: self.owner(drawn.map_or_else(|| item.clone(), |g| ItemRef::LogGroup(g.clone()))),
            ingest: if infrequent { Meter::LogsIngestIa } else { Meter::LogsIngest },
            storage: if infrequent { Meter::LogsStorageIa } else { Meter::LogsStorage },
            stored: group.stored_percent(),
            kept: group.kept(),
        })
    }
}

/// What a task runs on when it runs on Fargate, `X86_64` where nothing is said (rule TDF-80).
fn platform(definition: &TaskDefinition) -> Platform {
    if definition.runtime_platform.is_windows() {
        Platform::Windows
    } else {
        Platform::linux(definition.runtime_platform.cpu_architecture.unwrap_or(Architecture::X86))
    }
}

fn planned_tracking(policy: &TargetTracking) -> PlannedTracking {
    PlannedTracking {
        metric: match policy.metric {
            ScalingMetric::AverageCpuUtilization => PlannedMetric::Cpu,
            ScalingMetric::AverageMemoryUtilization => PlannedMetric::Memory,
            ScalingMetric::RequestCountPerTarget(_) => PlannedMetric::RequestsPerTarget,
            ScalingMetric::BacklogPerTask(_) => PlannedMetric::BacklogPerTask,
        },
        target_milli: policy.target_milli.max(1),
        scale_out_cooldown: policy.scale_out_cooldown().span(),
        scale_in_cooldown: policy.scale_in_cooldown().span(),
        scale_in: !policy.disable_scale_in,
        high_resolution: policy.high_resolution,
    }
}

fn host_ports(definition: &TaskDefinition) -> Vec<HostPort> {
    let host = definition.network_mode() == NetworkMode::Host;
    if !host && definition.network_mode() != NetworkMode::Bridge {
        return Vec::new();
    }
    let mappings = definition.containers.iter().flat_map(|c| &c.port_mappings);
    let taken = mappings.filter_map(|m| {
        let port = if host { m.host_port.or(m.container_port) } else { m.host_port };
        let udp = m.protocol == Some(crate::design::container::TransportProtocol::Udp);
        port.filter(|p| *p > 0).map(|port| HostPort { port, udp })
    });
    let mut ports: Vec<_> = taken.collect();
    ports.sort();
    ports.dedup();
    ports
}
