//! A design becomes a plan, or the list of what it lacks.
//!
//! In: a design with a scenario's edits done, the scenario, the catalogue. Out: a [`Plan`], or every [`Unresolved`] name
//! and value at once. The checks say the same things better and with fixes; this is the last gate before a run.

mod calls;
mod gaps;
mod health;
mod listener;
mod network;
mod provider;
mod secrets;
mod service;
mod standalone;
mod standing;
mod stated;
mod volumes;

use std::collections::BTreeMap;

use super::index::{Ix, Table};
use super::left_out::{Leaves, NotPlayed};
use super::network::{Network, PlannedBalancer, PlannedSubnet, Standing};
use super::provider::PlannedProvider;
use super::service::PlannedService;
use super::vcpus::VcpuQuota;
use super::{Plan, PlannedFault, PlannedFaultKind, PlannedRollout, PlannedZone, curve::Curve};
use crate::catalogue::Catalogue;
use crate::catalogue::free_tier::FreeTiers;
use crate::catalogue::timings::Timings;
use crate::design::fault::FaultKind;
use crate::design::id::{CapacityProviderId, LoadBalancerId, ServiceId, SubnetId};
use crate::design::load::{Entrance, Load, Series};
use crate::design::scenario::Scenario;
use crate::design::{Design, ItemRef};
use crate::names::Zone;
use crate::plan::load::{Door, LoadKind, PlannedLoad};
use crate::units::Span;

/// Something that keeps a design from being a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{item} · {field}: {what}")]
pub struct Unresolved {
    /// The item.
    pub item: ItemRef,
    /// The field.
    pub field: &'static str,
    /// What is wrong, with the name or number.
    pub what: String,
}

/// Resolves a design under a scenario whose edits are done.
pub fn resolve(design: &Design, scenario: &Scenario, catalogue: &Catalogue) -> Result<Plan, Vec<Unresolved>> {
    let mut resolver = Resolver::new(design, catalogue);
    let plan = resolver.plan(scenario);
    if resolver.errors.is_empty() {
        return Ok(plan);
    }
    resolver.errors.sort();
    resolver.errors.dedup();
    Err(resolver.errors)
}

struct Resolver<'a> {
    design: &'a Design,
    catalogue: &'a Catalogue,
    timings: Timings,
    errors: Vec<Unresolved>,
    not_played: Vec<NotPlayed>,
    owners: Table<ItemRef>,
    owner_of: BTreeMap<ItemRef, Ix<ItemRef>>,
    zones: Table<PlannedZone>,
    zone_of: BTreeMap<Zone, Ix<PlannedZone>>,
    subnets: Table<PlannedSubnet>,
    subnet_of: BTreeMap<SubnetId, Ix<PlannedSubnet>>,
    network: Network,
    providers: Table<PlannedProvider>,
    provider_of: BTreeMap<CapacityProviderId, Ix<PlannedProvider>>,
    balancers: Table<PlannedBalancer>,
    balancer_of: BTreeMap<LoadBalancerId, Ix<PlannedBalancer>>,
    vcpu_quotas: Table<VcpuQuota>,
    services: Table<PlannedService>,
    service_of: BTreeMap<ServiceId, Ix<PlannedService>>,
    standing: Vec<Standing>,
}

impl<'a> Resolver<'a> {
    fn new(design: &'a Design, catalogue: &'a Catalogue) -> Self {
        Self {
            design,
            catalogue,
            timings: Timings::default(),
            errors: Vec::new(),
            not_played: Vec::new(),
            owners: Table::new(),
            owner_of: BTreeMap::new(),
            zones: Table::new(),
            zone_of: BTreeMap::new(),
            subnets: Table::new(),
            subnet_of: BTreeMap::new(),
            network: Network::default(),
            providers: Table::new(),
            provider_of: BTreeMap::new(),
            balancers: Table::new(),
            balancer_of: BTreeMap::new(),
            vcpu_quotas: Table::new(),
            services: Table::new(),
            service_of: BTreeMap::new(),
            standing: Vec::new(),
        }
    }

    fn plan(&mut self, scenario: &Scenario) -> Plan {
        self.place_network();
        self.place_providers();
        self.place_services();
        let standalone = self.place_standalone();
        self.place_standing();
        self.list_gaps(scenario);
        let call_order = self.call_order();
        let loads = self.place_loads(scenario);
        let faults = self.place_faults(scenario);
        let rollouts = self.place_rollouts(scenario);
        let stated = self.stated_usage(&loads);
        let (own_prices, without_price) = self.own_prices();
        let purchase_plans = self.purchase_plans();
        Plan {
            region: self.design.region.clone(),
            starts_at: scenario.starts_at,
            cold_start: scenario.cold_start,
            timings: self.timings.clone(),
            owners: std::mem::take(&mut self.owners),
            zones: std::mem::take(&mut self.zones),
            subnets: std::mem::take(&mut self.subnets),
            network: std::mem::take(&mut self.network),
            providers: std::mem::take(&mut self.providers),
            vcpu_quotas: std::mem::take(&mut self.vcpu_quotas),
            services: std::mem::take(&mut self.services),
            standalone,
            purchase_plans,
            call_order,
            balancers: std::mem::take(&mut self.balancers),
            loads,
            standing: std::mem::take(&mut self.standing),
            stated,
            gb_moved: self.design.account.gb_moved(),
            free_tiers: FreeTiers {
                counted: self.design.account.permanent_free_tiers(),
                internet_out_elsewhere: self.design.account.free_transfer_used_elsewhere.unwrap_or_default(),
            },
            own_prices,
            without_price,
            faults,
            rollouts,
            not_played: std::mem::take(&mut self.not_played),
        }
    }

    fn fail(&mut self, item: ItemRef, field: &'static str, what: impl Into<String>) {
        self.errors.push(Unresolved { item, field, what: what.into() });
    }

    /// How something behaves is left out.
    fn not_played(&mut self, item: ItemRef, what: &'static str) {
        self.leave_out(Span::ZERO, item, what, Leaves::Behaviour);
    }

    /// Dollars of something drawn are left out.
    fn not_priced(&mut self, item: ItemRef, what: &'static str) {
        self.leave_out(Span::ZERO, item, what, Leaves::Dollars);
    }

    /// What is left out, and felt only so far into a run.
    fn leave_out(&mut self, after: Span, item: ItemRef, what: &'static str, leaves: Leaves) {
        self.not_played.push(NotPlayed { item, what, after, leaves });
    }

    fn owner(&mut self, item: ItemRef) -> Ix<ItemRef> {
        if let Some(ix) = self.owner_of.get(&item) {
            return *ix;
        }
        let ix = self.owners.push(item.clone());
        self.owner_of.insert(item, ix);
        ix
    }

    fn zone(&mut self, zone: &Zone) -> Ix<PlannedZone> {
        *self.zone_of.entry(zone.clone()).or_insert_with(|| self.zones.push(PlannedZone { name: zone.clone() }))
    }

    fn subnet(&mut self, holder: &ItemRef, field: &'static str, id: &SubnetId) -> Option<Ix<PlannedSubnet>> {
        let found = self.subnet_of.get(id).copied();
        if found.is_none() {
            self.fail(holder.clone(), field, format!("there is no subnet {id}"));
        }
        found
    }

    fn place_loads(&mut self, scenario: &Scenario) -> Table<PlannedLoad> {
        let mut loads = Table::new();
        let drawn = &self.design.loads;
        for (stream, (id, load)) in (0..).zip(drawn) {
            let item = ItemRef::Load(id.clone());
            let Some(service) = self.service_of.get(load.service()).copied() else {
                if self.design.services.contains_key(load.service()) {
                    self.not_priced(item, "its service is not played");
                } else {
                    self.fail(item, "service", format!("there is no service {}", load.service()));
                }
                continue;
            };
            match &load.shape().series {
                Series::Daily { hourly, weekdays } if hourly.len() != 24 || !matches!(weekdays.len(), 0 | 7) => {
                    self.fail(item, "shape", "a day has 24 hourly rates, and a week 7 percentages or none");
                    continue;
                }
                Series::Samples { values, step, .. } if values.is_empty() || step.secs() == 0 => {
                    self.fail(item, "shape", "samples need at least one value and a step of at least a second");
                    continue;
                }
                Series::Daily { .. } | Series::Samples { .. } | Series::Constant(_) => {}
            }
            let Some(kind) = self.load_kind(&item, load) else { continue };
            let owner = self.owner(item);
            let curve = Curve::new(load.shape(), scenario.starts_at, stream);
            loads.push(PlannedLoad { owner, service, kind, curve });
        }
        loads
    }

    fn load_kind(&mut self, item: &ItemRef, load: &Load) -> Option<LoadKind> {
        Some(match load {
            Load::Requests(requests) => LoadKind::Requests {
                through: self.door(item, load)?,
                origin: requests.origin(),
                request_bytes: requests.request_bytes,
                response_bytes: requests.response_bytes,
                requests_per_connection: requests.requests_per_connection(),
                connection_lifetime: requests.connection_lifetime().span(),
            },
            Load::Jobs(jobs) => {
                let queue = ItemRef::OutsideSystem(jobs.queue.clone());
                if !self.design.contains(&queue) {
                    self.fail(item.clone(), "queue", format!("there is no {queue}"));
                    return None;
                }
                let (service_time, message_bytes) = (jobs.service_time, jobs.message_bytes);
                LoadKind::Jobs { queue: self.owner(queue), service_time, message_bytes }
            }
            Load::Stream(_) => LoadKind::Stream { through: self.door(item, load)? },
        })
    }

    fn door(&mut self, item: &ItemRef, load: &Load) -> Option<Door> {
        let (entrance, port) = load.door()?;
        match entrance {
            Entrance::Direct => Some(Door::Direct),
            Entrance::LoadBalancer(id) => {
                let found = self.balancer_of.get(id).copied();
                if found.is_none() {
                    self.fail(item.clone(), "through", format!("there is no load balancer {id}"));
                }
                Some(Door::Balancer(found?, self.listener(item, id, load.service(), port)?))
            }
            Entrance::ApiGateway(id) => {
                let api = ItemRef::ApiGateway(id.clone());
                if self.design.contains(&api) {
                    return Some(Door::Api(self.owner(api)));
                }
                self.fail(item.clone(), "through", format!("there is no HTTP API {id}"));
                None
            }
        }
    }

    fn place_faults(&mut self, scenario: &Scenario) -> Vec<PlannedFault> {
        let mut faults = Vec::new();
        for fault in &scenario.faults {
            let kind = match &fault.kind {
                FaultKind::ZoneLoss(zone) => self.zone_of.get(zone).copied().map(PlannedFaultKind::ZoneLoss),
                FaultKind::SpotWave { provider, percent } => {
                    self.spot_provider(provider).map(|p| PlannedFaultKind::SpotWave(p, *percent))
                }
                FaultKind::SpotDrought { provider } => self.spot_provider(provider).map(PlannedFaultKind::SpotDrought),
                FaultKind::TaskFailure { service, percent } => {
                    self.service_of.get(service).map(|s| PlannedFaultKind::TaskFailure(*s, *percent))
                }
                FaultKind::StartFailure { service } => {
                    self.service_of.get(service).copied().map(PlannedFaultKind::StartFailure)
                }
            };
            if let Some(PlannedFaultKind::ZoneLoss(zone)) = kind {
                self.note_cut_off_calls(zone, fault.at);
            }
            // A fault of something that the scenario's edits took away strikes nothing.
            if let Some(kind) = kind {
                faults.push(PlannedFault { kind, said: fault.kind.clone(), at: fault.at, lasts: fault.lasts });
            }
        }
        faults.sort_by_key(|f| f.at);
        faults
    }

    /// A lost zone's NAT gateway takes the way out of other zones along: their tasks cannot start, which is played; that
    /// calls of those running fail is not.
    fn note_cut_off_calls(&mut self, lost: Ix<PlannedZone>, at: Span) {
        let leans = |subnet: &PlannedSubnet| {
            let zone = subnet.nat.and_then(|nat| self.network.nats[nat].zone);
            subnet.zone != lost && zone == Some(lost)
        };
        if let Some(nat) = self.subnets.iter().find(|subnet| leans(subnet)).and_then(|subnet| subnet.nat) {
            let owner = self.owners[self.network.nats[nat].owner].clone();
            let what = "calls that other zones send through it while its zone is lost";
            self.leave_out(at, owner, what, Leaves::Behaviour);
        }
    }

    fn spot_provider(&self, id: &CapacityProviderId) -> Option<Ix<PlannedProvider>> {
        self.provider_of.get(id).copied().filter(|ix| self.providers[*ix].is_spot())
    }

    fn place_rollouts(&mut self, scenario: &Scenario) -> Vec<PlannedRollout> {
        let known = scenario.deployments.iter();
        let mut rollouts: Vec<_> = known
            .filter_map(|d| {
                let service = self.service_of.get(&d.service)?;
                Some(PlannedRollout { service: *service, at: d.at, fails: d.fails })
            })
            .collect();
        rollouts.sort_by_key(|r| (r.at, r.service));
        rollouts
    }

    /// Services so that every caller stands before whom it calls (Kahn's algorithm, smallest index first).
    fn call_order(&mut self) -> Vec<Ix<PlannedService>> {
        let mut waiting: Vec<usize> = vec![0; self.services.len()];
        for service in &self.services {
            service.calls.iter().filter_map(|c| c.to.service()).for_each(|callee| waiting[callee.index()] += 1);
        }
        let mut ready: std::collections::BTreeSet<_> =
            self.services.indices().filter(|ix| waiting[ix.index()] == 0).collect();
        let mut order = Vec::new();
        while let Some(next) = ready.pop_first() {
            order.push(next);
            for callee in self.services[next].calls.iter().filter_map(|c| c.to.service()) {
                waiting[callee.index()] -= 1;
                if waiting[callee.index()] == 0 {
                    ready.insert(callee);
                }
            }
        }
        if order.len() < self.services.len() {
            let ring: Vec<_> = self.services.indices().filter(|ix| waiting[ix.index()] > 0).collect();
            let names: Vec<_> = ring.iter().map(|ix| self.services[*ix].name.to_string()).collect();
            let first = ItemRef::Service(self.services[ring[0]].name.clone());
            self.fail(first, "calls", format!("these services call each other in a ring: {}", names.join(", ")));
        }
        order
    }
}
