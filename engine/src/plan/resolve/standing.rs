//! What stands, and costs, from the start of a run to its end whatever happens.

use super::Resolver;
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::account::PurchasePlan;
use crate::design::capacity::CapacityProvider;
use crate::design::cluster::{Cluster, ContainerInsights, NamespaceKind};
use crate::design::id::ClusterId;
use crate::design::load_balancing::{LoadBalancerType, Scheme};
use crate::design::network::{EndpointKind, NatPlacement};
use crate::design::outside::{FileSystemKind, OutsideKind, Registry, is_kept_by_aws};
use crate::design::scaling::{ScalingMetric, ScalingPolicy};
use crate::plan::index::Ix;
use crate::plan::left_out::Leaves;
use crate::plan::network::Standing;
use crate::units::{Bytes, Gib, Mib, Span, Usd, count};

/// How many metrics Container Insights reports: for a cluster, for each service, for each task definition family.
///
/// Source: `CloudWatch` User Guide, "Amazon ECS Container Insights metrics", counted (rule OBS-03): Fargate clusters.
const INSIGHTS_FARGATE: (u64, u64, u64) = (12, 15, 10);
/// Source: as above, clusters with container instances.
const INSIGHTS_EC2: (u64, u64, u64) = (11, 13, 8);

impl Resolver<'_> {
    /// An account is no item of its own: its plans stand at the first cluster.
    pub(super) fn purchase_plans(&mut self) -> Option<(Ix<ItemRef>, Vec<PurchasePlan>)> {
        let plans = &self.design.account.purchase_plans;
        let cluster = self.design.clusters.keys().next().filter(|_| !plans.is_empty())?;
        Some((self.owner(ItemRef::Cluster(cluster.clone())), plans.clone()))
    }

    pub(super) fn place_standing(&mut self) {
        self.stand_gateways();
        self.stand_balancers();
        self.stand_watching();
        self.stand_storage();
        self.stand_secrets();
        for (id, namespace) in &self.design.namespaces {
            if namespace.kind == NamespaceKind::PrivateDns {
                self.stand(ItemRef::Namespace(id.clone()), vec![(Meter::CloudMapNamespace, 1)]);
            }
        }
        for (id, site) in &self.design.sites {
            // As long as it is registered and connected (rule ANY-05).
            self.stand(ItemRef::Site(id.clone()), vec![(Meter::AnywhereInstance, u64::from(site.instances))]);
        }
        // An account is no item of its own: its gaps are told at the first cluster.
        if let Some(cluster) = self.design.clusters.keys().next() {
            let at = ItemRef::Cluster(cluster.clone());
            if !self.design.account.purchase_plans.is_empty() {
                self.leave_out(
                    Span::ZERO,
                    at.clone(),
                    "the account's Savings Plans: charges are before them",
                    Leaves::Plan,
                );
            }
            if !self.design.account.trails.is_empty() {
                self.not_priced(at, "events that CloudTrail records");
            }
        }
    }

    pub(super) fn stand(&mut self, item: ItemRef, levels: Vec<(Meter, u64)>) {
        let levels: Vec<_> = levels.into_iter().filter(|(_, level)| *level > 0).collect();
        if !levels.is_empty() {
            let owner = self.owner(item);
            self.standing.push(Standing { owner, levels });
        }
    }

    fn stand_gateways(&mut self) {
        for (id, nat) in &self.design.nat_gateways {
            let addresses = if nat.private { 0 } else { u64::from(nat.elastic_ips.unwrap_or(1)) };
            let levels = match &nat.placement {
                NatPlacement::Zonal(_) => vec![(Meter::NatGatewayHour, 1), (Meter::PublicIpv4, addresses)],
                NatPlacement::Regional(vpc) => {
                    let subnets = self.design.subnets.values().filter(|s| s.vpc == *vpc);
                    let zones: std::collections::BTreeSet<_> = subnets.map(|s| &s.zone).collect();
                    let zones = count(zones.len());
                    vec![(Meter::RegionalNatGatewayHour, zones), (Meter::PublicIpv4, zones * addresses)]
                }
            };
            self.stand(ItemRef::NatGateway(id.clone()), levels);
        }
        for (id, endpoint) in &self.design.vpc_endpoints {
            if let EndpointKind::Interface { subnets, .. } = &endpoint.kind {
                let level = count(subnets.len());
                self.stand(ItemRef::VpcEndpoint(id.clone()), vec![(Meter::InterfaceEndpointHour, level)]);
            }
        }
    }

    fn stand_balancers(&mut self) {
        for (id, balancer) in &self.design.load_balancers {
            let item = ItemRef::LoadBalancer(id.clone());
            let Some(planned) = self.balancer_of.get(id).map(|ix| &self.balancers[*ix]) else { continue };
            let zones = count(planned.zones.len());
            let (hour, _) = planned.meters();
            let hours = if balancer.kind == LoadBalancerType::Gateway { zones } else { 1 };
            // One node, so one public address, in each zone: rule LB-09 below 25 capacity units a zone.
            let addresses = if balancer.scheme == Scheme::InternetFacing { zones } else { 0 };
            self.stand(item, vec![(hour, hours), (Meter::PublicIpv4, addresses)]);
        }
        for (id, acl) in &self.design.web_acls {
            let levels = vec![(Meter::WafWebAcl, 1), (Meter::WafRule, u64::from(acl.rules))];
            self.stand(ItemRef::WebAcl(id.clone()), levels);
        }
    }

    fn stand_watching(&mut self) {
        for (id, alarm) in &self.design.alarms {
            let fast = alarm.period.is_some_and(|p| p.secs() < 60);
            let meter = if fast { Meter::AlarmHighResolution } else { Meter::AlarmStandard };
            self.stand(ItemRef::Alarm(id.clone()), vec![(meter, 1)]);
        }
        for (id, service) in &self.design.services {
            let mut levels = Vec::new();
            for policy in service.scaling.iter().flat_map(|s| &s.policies) {
                if let ScalingPolicy::TargetTracking(tracking) = policy {
                    // Each policy has a high and a low alarm of its own (rule AAS-12).
                    let fast = tracking.high_resolution;
                    levels.push((if fast { Meter::AlarmHighResolution } else { Meter::AlarmStandard }, 2));
                    if matches!(tracking.metric, ScalingMetric::BacklogPerTask(_)) && self.takes_jobs(id) {
                        levels.push((Meter::CustomMetric, 1));
                    }
                }
            }
            levels.push((Meter::LogsIngest, self.insights_event(&service.cluster)));
            self.stand(ItemRef::Service(id.clone()), levels);
        }
        for (id, provider) in &self.design.capacity_providers {
            if let CapacityProvider::AutoScalingGroup(group) = provider
                && group.managed_scaling.is_some()
            {
                // ECS creates a high and a low alarm (rule CAS-20).
                self.stand(ItemRef::CapacityProvider(id.clone()), vec![(Meter::AlarmStandard, 2)]);
            }
        }
        for (id, cluster) in &self.design.clusters {
            let mut levels = self.insights(id, cluster);
            let event = self.insights_event(id);
            levels.push((Meter::LogsIngest, event));
            self.stand(ItemRef::Cluster(id.clone()), levels);
        }
    }

    fn container_insights(&self, cluster: &Cluster) -> ContainerInsights {
        let default = if self.design.account.container_insights {
            ContainerInsights::Enabled
        } else {
            ContainerInsights::Disabled
        };
        cluster.container_insights.unwrap_or(default)
    }

    /// Bytes a minute of a cluster's performance log events, of one thing that has them: the cluster, a service, a task,
    /// a container; 0 without Container Insights.
    ///
    /// Source: `CloudWatch` User Guide, "Container Insights performance log events for Amazon ECS": the kinds of event;
    /// `CloudWatch` pricing: Container Insights' logs are collected at the price of logs (rule OBS-03).
    /// Assumption: one event a minute of each, of 1,000 bytes where the cluster says nothing: the guide's sample of a
    /// container has some 650, those with a list of metrics have more. They are kept for a day, which is left out.
    pub(super) fn insights_event(&self, id: &ClusterId) -> u64 {
        let Some(cluster) = self.design.clusters.get(id) else { return 0 };
        match self.container_insights(cluster) {
            ContainerInsights::Disabled => 0,
            ContainerInsights::Enabled | ContainerInsights::Enhanced => {
                cluster.insights_event_bytes.map_or(1_000, Bytes::bytes)
            }
        }
    }

    fn insights(&mut self, id: &ClusterId, cluster: &Cluster) -> Vec<(Meter, u64)> {
        let services: Vec<_> = self.design.services.values().filter(|s| s.cluster == *id).collect();
        let families: std::collections::BTreeSet<_> = services.iter().map(|s| &s.task_definition).collect();
        let own = cluster.capacity_providers.iter().any(|p| self.design.capacity_providers.contains_key(p));
        let (of_cluster, of_service, of_family) = if own { INSIGHTS_EC2 } else { INSIGHTS_FARGATE };
        let metrics = of_cluster + of_service * count(services.len()) + of_family * count(families.len());
        match self.container_insights(cluster) {
            ContainerInsights::Disabled => Vec::new(),
            ContainerInsights::Enabled => vec![(Meter::CustomMetric, metrics)],
            ContainerInsights::Enhanced => {
                self.not_priced(ItemRef::Cluster(id.clone()), "task and container metrics of enhanced observability");
                vec![(Meter::ContainerInsightsMetric, metrics)]
            }
        }
    }

    fn stand_storage(&mut self) {
        for (id, system) in &self.design.file_systems {
            let item = ItemRef::FileSystem(id.clone());
            let size = u64::from(Mib::from_gib(system.stored.gib()).mib());
            let throughput = u64::from(system.throughput);
            let levels = match system.kind {
                FileSystemKind::Efs => vec![(Meter::EfsStandardStorage, bytes(system.stored))],
                FileSystemKind::FsxWindowsSingleAz => {
                    vec![(Meter::FsxSingleAzStorage, size), (Meter::FsxSingleAzThroughput, throughput)]
                }
                FileSystemKind::FsxWindowsMultiAz => {
                    vec![(Meter::FsxMultiAzStorage, size), (Meter::FsxMultiAzThroughput, throughput)]
                }
            };
            self.stand(item, levels);
        }
        for (id, image) in &self.design.images {
            if image.registry == Registry::EcrPrivate && !is_kept_by_aws(id.as_str()) {
                self.stand(ItemRef::Image(id.clone()), vec![(Meter::EcrStorage, image.compressed_size.bytes())]);
            }
        }
    }

    /// Outside systems with a price of the user's own, and those without: their cost is not in the bill.
    pub(super) fn own_prices(&mut self) -> (OwnPrices, Vec<Ix<ItemRef>>) {
        let (mut priced, mut without) = (Vec::new(), Vec::new());
        for (id, system) in &self.design.outside_systems {
            let owner = self.owner(ItemRef::OutsideSystem(id.clone()));
            match system.monthly_price {
                Some(price) => priced.push((owner, price)),
                // A queue is metered by its requests.
                None if system.kind == OutsideKind::Queue => {}
                None => without.push(owner),
            }
        }
        for (id, site) in &self.design.sites {
            if let Some(price) = site.monthly_price {
                priced.push((self.owner(ItemRef::Site(id.clone())), price));
            }
        }
        (priced, without)
    }
}

/// Items with a monthly price of the user's own.
type OwnPrices = Vec<(Ix<ItemRef>, Usd)>;

fn bytes(size: Gib) -> u64 {
    u64::from(size.gib()) << 30
}
