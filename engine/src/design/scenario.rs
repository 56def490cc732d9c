//! Scenarios: named lists of edits on the design, with faults, seeds and where a run starts.

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::fault::{Fault, FaultKind};
use super::id::{CapacityProviderId, ServiceId};
use super::is_default;
use super::item::{Design, ItemRef};
use super::references::Fate;
use crate::names::Region;
use crate::units::{CalendarTime, Span};

/// What is wrong with a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum RevisionFault {
    /// Its tasks end before they are RUNNING: an image that is missing, a command that exits.
    NeverStarts,
    /// Its tasks run, do no work and fail every health check; where nothing checks, nothing of it shows.
    NeverHealthy,
}

/// A deployment that happens during a run: the service's tasks are replaced by a new revision of the same size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedDeployment {
    /// The service.
    pub service: ServiceId,
    /// When, from the start of the run.
    pub at: Span,
    /// What is wrong with the revision it brings; absent is nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fails: Option<RevisionFault>,
}

/// A scenario. One without edits plays the design as drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// What it asks.
    #[serde(skip_serializing_if = "is_default")]
    pub description: String,
    /// What differs from the design, in order.
    #[serde(skip_serializing_if = "is_default")]
    pub edits: Vec<Edit>,
    /// What goes wrong.
    #[serde(skip_serializing_if = "is_default")]
    pub faults: Vec<Fault>,
    /// Deployments during the run.
    #[serde(skip_serializing_if = "is_default")]
    pub deployments: Vec<PlannedDeployment>,
    /// When the run starts; absent is 2026-06-01T00:00Z, a Monday.
    #[serde(skip_serializing_if = "is_default")]
    pub starts_at: CalendarTime,
    /// Whether the run starts with nothing running; absent is warm: services at their desired count and healthy.
    #[serde(skip_serializing_if = "is_default")]
    pub cold_start: bool,
    /// The seed of a single run; absent is 1.
    #[serde(skip_serializing_if = "is_default")]
    pub seed: Option<u64>,
}

impl Scenario {
    /// Follows an item that was given another name in the drawing: in edits, in what they draw, in faults and deployments.
    pub fn follow_rename(&mut self, at: &ItemRef, name: &str) {
        let to = at.kind().named(name);
        for edit in &mut self.edits {
            match edit {
                Edit::Remove(of) | Edit::Rename(of, _) | Edit::Set(of, _) if of == at => of.clone_from(&to),
                Edit::Remove(_) | Edit::Rename(..) | Edit::Set(..) | Edit::Account(_) => {}
                Edit::Put(item) => {
                    let own = item.clone();
                    let own = if own.at() == *at { own.renamed(name) } else { own };
                    let place = own.at();
                    let mut alone = Design::new(Region::new(""));
                    alone.put(own);
                    alone.visit_references(&mut |_, _, mut reference| {
                        if reference.target() == *at {
                            reference.rename(name);
                        }
                        Fate::Keep
                    });
                    if let Some(renamed) = alone.item(&place) {
                        *item = renamed;
                    }
                }
            }
        }
        for fault in &mut self.faults {
            match &mut fault.kind {
                FaultKind::ZoneLoss(_) => {}
                FaultKind::SpotWave { provider, .. } | FaultKind::SpotDrought { provider } => {
                    if ItemRef::CapacityProvider(provider.clone()) == *at {
                        *provider = CapacityProviderId::new(name);
                    }
                }
                FaultKind::TaskFailure { service, .. } | FaultKind::StartFailure { service } => {
                    follow(service, at, name);
                }
            }
        }
        for deployment in &mut self.deployments {
            follow(&mut deployment.service, at, name);
        }
    }
}

fn follow(service: &mut ServiceId, at: &ItemRef, name: &str) {
    if ItemRef::Service(service.clone()) == *at {
        *service = ServiceId::new(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::cluster::Cluster;
    use crate::design::id::{ClusterId, TaskDefinitionId};
    use crate::design::item::Item;
    use crate::design::knob::Knob;
    use crate::design::service::Service;
    use crate::units::Percent;

    #[test]
    fn a_scenario_follows_an_item_to_its_new_name() {
        let web = ItemRef::Service(ServiceId::new("web"));
        let main = ItemRef::Cluster(ClusterId::new("main"));
        let service = Service::new(ClusterId::new("main"), TaskDefinitionId::new("web"));
        let failure = FaultKind::TaskFailure { service: ServiceId::new("web"), percent: Percent::HUNDRED };
        let mut scenario = Scenario {
            edits: vec![
                Edit::Set(web.clone(), Knob::DesiredCount(3)),
                Edit::Put(Item::Service(ServiceId::new("web"), service)),
                Edit::Put(Item::Cluster(ClusterId::new("main"), Cluster::default())),
            ],
            faults: vec![Fault { kind: failure, at: Span::HOUR, lasts: Span::ZERO }],
            deployments: vec![PlannedDeployment { service: ServiceId::new("web"), at: Span::HOUR, fails: None }],
            ..Scenario::default()
        };
        scenario.follow_rename(&web, "shop");
        scenario.follow_rename(&main, "prod");
        let shop = ServiceId::new("shop");
        assert_eq!(scenario.edits[0], Edit::Set(ItemRef::Service(shop.clone()), Knob::DesiredCount(3)));
        let service = Service::new(ClusterId::new("prod"), TaskDefinitionId::new("web"));
        assert_eq!(scenario.edits[1], Edit::Put(Item::Service(shop.clone(), service)));
        assert_eq!(scenario.edits[2], Edit::Put(Item::Cluster(ClusterId::new("prod"), Cluster::default())));
        assert_eq!(scenario.deployments[0].service, shop);
        assert!(matches!(&scenario.faults[0].kind, FaultKind::TaskFailure { service, .. } if *service == shop));
    }
}
