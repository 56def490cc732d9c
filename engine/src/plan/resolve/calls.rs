//! Whom services call, and where their images are pulled from.

use super::Resolver;
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::id::ServiceId;
use crate::design::load::Load;
use crate::design::outside::{OutsideKind, Reached, Registry};
use crate::design::task_definition::TaskDefinition;
use crate::design::work::{Call, CallPath, CallTarget};
use crate::names::Region;
use crate::plan::index::Ix;
use crate::plan::network::{PlannedBalancer, PlannedListener};
use crate::plan::service::{CrossingSides, PlannedCall, PlannedTarget, PullFrom};
use crate::units::Bytes;

/// The compressed size of an image nothing is said of.
///
/// Assumption: 500 MB, the image of a public report of pull traffic (copilot-cli issue 5167).
pub(super) const UNKNOWN_IMAGE: Bytes = Bytes::from_mb(500);

/// Who pays for what crosses zones to a system in the VPC.
///
/// Assumption: a cache is Amazon `ElastiCache`; databases, brokers and machines of one's own charge both sides.
const fn sides(kind: OutsideKind) -> CrossingSides {
    match kind {
        OutsideKind::Cache => CrossingSides::Task,
        OutsideKind::Database | OutsideKind::Queue | OutsideKind::Bucket | OutsideKind::Api | OutsideKind::Other => {
            CrossingSides::Both
        }
    }
}

/// The two regions whose traffic to each other has a price of its own.
const US_EAST: [&str; 2] = ["us-east-1", "us-east-2"];

/// What a GB from one region to another is paid by: by the pair of them.
///
/// Source: the price list as read (`data_transfer` rows of the price files): one price from each region to all others, and
/// half of it between us-east-1 and us-east-2.
fn between_regions(from: &Region, to: &Region) -> Meter {
    let both = from != to && [from, to].iter().all(|region| US_EAST.contains(&region.as_str()));
    if both { Meter::InterRegionUsEast } else { Meter::InterRegion }
}

impl Resolver<'_> {
    pub(super) fn call(&mut self, item: &ItemRef, call: &Call) -> Option<PlannedCall> {
        let to = match &call.to {
            CallTarget::Internet => PlannedTarget::Internet,
            CallTarget::Aws(service) => PlannedTarget::Aws(*service),
            CallTarget::Outside(id) => {
                let Some(system) = self.design.outside_systems.get(id) else {
                    self.fail(item.clone(), "calls", format!("there is no outside system {id}"));
                    return None;
                };
                match &system.reached {
                    Reached::InVpc { subnets, .. } => {
                        let at = ItemRef::OutsideSystem(id.clone());
                        let placed: Vec<_> = subnets.iter().filter_map(|s| self.subnet(&at, "reached", s)).collect();
                        let zones = placed.into_iter().map(|s| self.subnets[s].zone).collect();
                        PlannedTarget::InVpc { zones, sides: sides(system.kind) }
                    }
                    Reached::AwsService(service) => PlannedTarget::Aws(*service),
                    Reached::Internet => PlannedTarget::Internet,
                    Reached::OtherRegion(to) => PlannedTarget::OtherRegion(between_regions(&self.design.region, to)),
                    Reached::OtherVpc | Reached::OnPremises => PlannedTarget::Free,
                }
            }
            CallTarget::Service { service, via } => {
                let Some(ix) = self.service_of.get(service).copied() else {
                    if !self.design.services.contains_key(service) {
                        self.fail(item.clone(), "calls", format!("there is no service {service}"));
                    }
                    return None;
                };
                match via {
                    CallPath::LoadBalancer => {
                        let (balancer, listener) = self.balancer_before(item, service)?;
                        PlannedTarget::Through(ix, balancer, listener)
                    }
                    CallPath::ServiceConnect | CallPath::ServiceDiscovery | CallPath::Lattice => {
                        PlannedTarget::Service(ix)
                    }
                }
            }
        };
        let (request_bytes, response_bytes) = (call.request_bytes, call.response_bytes);
        Some(PlannedCall { to, per_work: call.per_work(), request_bytes, response_bytes })
    }

    fn balancer_before(
        &mut self,
        item: &ItemRef,
        service: &ServiceId,
    ) -> Option<(Ix<PlannedBalancer>, PlannedListener)> {
        let groups = self.design.services.get(service).map(|s| &s.load_balancers[..]).unwrap_or_default();
        let before = self.design.load_balancers.iter().find(|(_, balancer)| {
            balancer.target_groups().iter().any(|g| groups.iter().any(|attached| attached.target_group == *g))
        });
        let found = before.and_then(|(id, _)| Some((id.clone(), self.balancer_of.get(id).copied()?)));
        let Some((id, balancer)) = found else {
            self.fail(item.clone(), "calls", format!("service {service} stands behind no load balancer"));
            return None;
        };
        Some((balancer, self.listener(item, &id, service, None)?))
    }

    pub(super) fn pulls(&self, definition: &TaskDefinition) -> Vec<(Bytes, PullFrom)> {
        let images = definition.containers.iter().map(|c| {
            let known = self.design.images.get(&c.image.as_str().into());
            let bytes = known.map_or(UNKNOWN_IMAGE, |i| i.compressed_size);
            let from = match known.map(|i| i.registry) {
                Some(Registry::EcrPrivate) => PullFrom::Ecr,
                None if c.image.contains(".dkr.ecr.") => PullFrom::Ecr,
                Some(Registry::EcrPublic | Registry::DockerHub | Registry::Other) | None => PullFrom::Internet,
            };
            (bytes, from)
        });
        images.collect()
    }

    /// Whether a load of jobs works a service: what `BacklogPerTask` looks at.
    pub(super) fn takes_jobs(&self, service: &ServiceId) -> bool {
        self.design.loads.values().any(|l| matches!(l, Load::Jobs(jobs) if jobs.service == *service))
    }
}
