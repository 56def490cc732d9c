//! What an alternative risks that the design as drawn does not: another architecture, Spot without a fallback, a zone that
//! everything hangs on.
//!
//! In: two designs. Out: [`Risk`]s. None of them is a fault; each is something that no price and no run tells.

use std::collections::BTreeSet;

use crate::design::Design;
use crate::design::capacity::{CapacityOptionType, CapacityProvider, StrategyItem};
use crate::design::id::{CapacityProviderId, ServiceId};
use crate::design::network::NatPlacement;
use crate::design::service::{Capacity, Service};
use crate::names::{Architecture, Zone};

/// A risk that the design as drawn has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Risk {
    /// Images must be built and tried for another architecture.
    OtherArchitecture {
        /// Whose.
        services: Vec<ServiceId>,
        /// For which.
        architecture: Architecture,
    },
    /// Tasks run on Spot, and ECS starts none on demand in their stead: they wait while Spot is short.
    NoFallback {
        /// Whose.
        services: Vec<ServiceId>,
        /// Whether all their tasks do, or a part.
        all: bool,
    },
    /// What stood in several zones stands in one, which takes it along when it is lost.
    DependsOnZone {
        /// What: `the way out`, or a service.
        what: String,
        /// The zone.
        zone: Zone,
    },
    /// What stood in several zones stands in fewer.
    FewerZones {
        /// Which service.
        what: String,
        /// In how many.
        zones: usize,
        /// In how many as drawn.
        drawn: usize,
    },
}

impl Risk {
    /// In a clause.
    pub fn said(&self) -> String {
        match self {
            Self::OtherArchitecture { services, architecture } => {
                format!("other architecture: {} on {architecture}", named(services))
            }
            Self::NoFallback { services, all: true } => {
                format!("no fallback: all tasks of {} wait while Spot is short", named(services))
            }
            Self::NoFallback { services, all: false } => {
                format!("no fallback: a part of the tasks of {} waits while Spot is short", named(services))
            }
            Self::DependsOnZone { what, zone } => format!("depends on a zone: {what} in {zone} alone"),
            Self::FewerZones { what, zones, drawn } => format!("fewer zones: {what} in {zones}, as drawn in {drawn}"),
        }
    }
}

/// Names as people list them; of many the first, and how many more.
fn named(services: &[ServiceId]) -> String {
    /// Assumption: as many as are read in a sentence.
    const NAMED: usize = 3;
    let names: Vec<_> = services.iter().take(NAMED).map(ToString::to_string).collect();
    match (services.len().saturating_sub(NAMED), &names[..]) {
        (0, [firsts @ .., last]) if !firsts.is_empty() => format!("{} and {last}", firsts.join(", ")),
        (0, _) => names.concat(),
        (more, _) => format!("{} and {more} more", names.join(", ")),
    }
}

/// What a design risks that the drawn one does not. Services are told apart by name; one that is not drawn risks nothing.
pub fn risks(drawn: &Design, of: &Design) -> Vec<Risk> {
    let both = || of.services.iter().filter_map(|(id, own)| Some((id, drawn.services.get(id)?, own)));
    let mut all = Vec::new();
    for architecture in [Architecture::X86, Architecture::Arm] {
        let changed = |(_, was, is): &(&ServiceId, &Service, &Service)| {
            let is = architecture_of(of, is);
            is == architecture && is != architecture_of(drawn, was)
        };
        let services: Vec<_> = both().filter(changed).map(|(id, ..)| id.clone()).collect();
        all.extend((!services.is_empty()).then_some(Risk::OtherArchitecture { services, architecture }));
    }
    for (share, is_all) in [(Spot::All, true), (Spot::Part, false)] {
        let worse = |(_, was, is): &(&ServiceId, &Service, &Service)| {
            let is = spot_of(of, is);
            is == share && is > spot_of(drawn, was)
        };
        let services: Vec<_> = both().filter(worse).map(|(id, ..)| id.clone()).collect();
        all.extend((!services.is_empty()).then_some(Risk::NoFallback { services, all: is_all }));
    }
    all.extend(fewer("the way out".to_owned(), &ways_out(drawn), &ways_out(of)));
    let mut bound = BTreeSet::new();
    for (id, was, is) in both() {
        let found = fewer(id.to_string(), &zones_of(drawn, was), &zones_of(of, is));
        // Services alike are one risk: the first is named.
        all.extend(found.filter(|risk| {
            bound.insert(match risk {
                Risk::DependsOnZone { zone, .. } => (1, zone.to_string()),
                Risk::FewerZones { zones, .. } => (*zones, String::new()),
                Risk::OtherArchitecture { .. } | Risk::NoFallback { .. } => (0, String::new()),
            })
        }));
    }
    all
}

fn architecture_of(design: &Design, service: &Service) -> Architecture {
    let definition = design.task_definitions.get(&service.task_definition);
    definition.and_then(|d| d.runtime_platform.cpu_architecture).unwrap_or(Architecture::X86)
}

/// How much of a service is on Spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    None,
    Part,
    All,
}

fn spot_of(design: &Design, service: &Service) -> Spot {
    let used: Vec<_> = items(design, service).iter().filter(|item| item.base > 0 || item.weight > 0).collect();
    let on_spot = used.iter().filter(|item| is_spot(design, &item.capacity_provider)).count();
    match on_spot {
        0 => Spot::None,
        all if all == used.len() => Spot::All,
        _ => Spot::Part,
    }
}

fn items<'d>(design: &'d Design, service: &'d Service) -> &'d [StrategyItem] {
    match &service.capacity {
        Capacity::Strategy(items) => items,
        Capacity::ClusterDefault => design.clusters.get(&service.cluster).map_or(&[], |c| &c.default_strategy),
        Capacity::LaunchType(_) => &[],
    }
}

fn is_spot(design: &Design, id: &CapacityProviderId) -> bool {
    let option = match design.capacity_providers.get(id) {
        Some(CapacityProvider::AutoScalingGroup(group)) => group.option,
        Some(CapacityProvider::ManagedInstances(managed)) => managed.option,
        None => return *id == CapacityProviderId::fargate_spot(),
    };
    option == Some(CapacityOptionType::Spot)
}

/// The zones that a service's tasks may stand in: of its subnets, else of those of the instances it runs on.
fn zones_of(design: &Design, service: &Service) -> BTreeSet<Zone> {
    let hosts =
        || items(design, service).iter().filter_map(|item| design.capacity_providers.get(&item.capacity_provider));
    let subnets: Vec<_> = if service.subnets.is_empty() {
        hosts().flat_map(|provider| provider.subnets().iter()).collect()
    } else {
        service.subnets.iter().collect()
    };
    subnets.into_iter().filter_map(|id| design.subnets.get(id)).map(|subnet| subnet.zone.clone()).collect()
}

/// The zones whose loss takes a way out along: those of zonal NAT gateways, where no regional one stands.
fn ways_out(design: &Design) -> BTreeSet<Zone> {
    let public = || design.nat_gateways.values().filter(|nat| !nat.private);
    if public().any(|nat| matches!(nat.placement, NatPlacement::Regional(_))) {
        return BTreeSet::new();
    }
    let zonal = public().filter_map(|nat| match &nat.placement {
        NatPlacement::Zonal(subnet) => design.subnets.get(subnet),
        NatPlacement::Regional(_) => None,
    });
    zonal.map(|subnet| subnet.zone.clone()).collect()
}

fn fewer(what: String, drawn: &BTreeSet<Zone>, own: &BTreeSet<Zone>) -> Option<Risk> {
    match (own.len(), own.first()) {
        (1, Some(zone)) if drawn.len() > 1 => Some(Risk::DependsOnZone { what, zone: zone.clone() }),
        (zones, Some(_)) if zones < drawn.len() => Some(Risk::FewerZones { what, zones, drawn: drawn.len() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::families::testing::project;

    fn said(of: &Design) -> Vec<String> {
        risks(&project().design, of).iter().map(Risk::said).collect()
    }

    #[test]
    fn the_drawing_risks_nothing_beside_itself() {
        assert!(said(&project().design).is_empty());
    }

    #[test]
    fn another_architecture_is_a_risk_of_the_services_that_have_it() {
        let mut design = project().design;
        let definition = design.task_definitions.get_mut(&"api".into()).unwrap();
        definition.runtime_platform.cpu_architecture = Some(Architecture::Arm);
        assert_eq!(said(&design), [format!("other architecture: api on {}", Architecture::Arm)]);
    }

    #[test]
    fn spot_has_no_fallback_whether_it_has_all_tasks_or_a_part() {
        let mut design = project().design;
        let item = |capacity_provider, base, weight| StrategyItem { capacity_provider, base, weight };
        let (fargate, spot) = (CapacityProviderId::fargate(), CapacityProviderId::fargate_spot());
        let mut set =
            |id: &str, items| design.services.get_mut(&id.into()).unwrap().capacity = Capacity::Strategy(items);
        set("web", vec![item(spot.clone(), 0, 1), item(fargate.clone(), 0, 0)]);
        set("api", vec![item(fargate, 2, 1), item(spot, 0, 3)]);
        assert_eq!(
            said(&design),
            [
                "no fallback: all tasks of web wait while Spot is short",
                "no fallback: a part of the tasks of api waits while Spot is short"
            ]
        );
        // What is drawn on Spot alone risks nothing new there.
        assert!(risks(&design, &design).is_empty());
    }

    #[test]
    fn one_nat_gateway_makes_all_depend_on_its_zone() {
        let mut design = project().design;
        for nat in ["nat-b", "nat-c"] {
            design.nat_gateways.remove(&nat.into());
        }
        assert_eq!(said(&design), ["depends on a zone: the way out in us-east-1a alone"]);
        // Without any there is no gateway to lose.
        design.nat_gateways.clear();
        assert!(said(&design).is_empty());
    }

    #[test]
    fn tasks_in_fewer_zones_are_a_risk() {
        let mut design = project().design;
        design.services.get_mut(&"web".into()).unwrap().subnets = vec!["private-a".into()];
        design.services.get_mut(&"api".into()).unwrap().subnets = vec!["private-a".into(), "private-b".into()];
        assert_eq!(
            said(&design),
            ["fewer zones: api in 2, as drawn in 3", "depends on a zone: web in us-east-1a alone"]
        );
    }
}
