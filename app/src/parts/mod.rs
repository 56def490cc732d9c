//! What can be added to a drawing: one row a part, from which the palette and the find-or-do list come.
//!
//! In: a design and where on the canvas one points. Out: the edits that draw the part with sensible first values, ready to
//! be changed, or a sentence that says what is missing. Nothing here changes a design.

mod around;
pub mod entrance;
pub mod network;
mod work;

use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::id::{ClusterId, ServiceId, SubnetId, VpcId};
use bayplan_engine::design::network::SubnetTier;
use bayplan_engine::design::{Design, Item, Kind};
use bayplan_engine::names::Zone;

use crate::grid::bands::tier_subnets;

/// Where a part shall go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    pub vpc: Option<VpcId>,
    pub tier: Option<SubnetTier>,
    pub zone: Option<Zone>,
    /// A service pointed at, which a load works or a call starts from.
    pub service: Option<ServiceId>,
}

/// What adding a part takes, or why it cannot be.
pub type Made = Result<Vec<Edit>, String>;

/// A part.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub name: &'static str,
    pub group: &'static str,
    pub icon: char,
    /// Other words that find it.
    pub also: &'static str,
    /// Whether it stands in the short list beside the canvas.
    pub common: bool,
    pub make: fn(&Design, &Spot) -> Made,
}

/// A row of a group's table.
const fn part(
    name: &'static str,
    group: &'static str,
    icon: char,
    also: &'static str,
    make: fn(&Design, &Spot) -> Made,
) -> Part {
    Part { name, group, icon, also, common: true, make }
}

/// A row that only the search shows.
const fn rare(
    name: &'static str,
    group: &'static str,
    icon: char,
    also: &'static str,
    make: fn(&Design, &Spot) -> Made,
) -> Part {
    Part { name, group, icon, also, common: false, make }
}

/// Every part, group by group.
pub fn parts() -> impl Iterator<Item = &'static Part> {
    [entrance::PARTS, network::PARTS, work::CAPACITY, work::PARTS, around::PARTS].into_iter().flatten()
}

impl Part {
    /// Whether a search for some words finds it.
    pub fn is_found_by(&self, search: &str) -> bool {
        let all = format!("{} {} {}", self.name, self.group, self.also).to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

/// What the edits of a part draw last: it is selected next.
pub fn drawn(edits: &[Edit]) -> Option<bayplan_engine::design::ItemRef> {
    edits.iter().rev().find_map(|edit| match edit {
        Edit::Put(item) => Some(item.at()),
        Edit::Remove(_) | Edit::Rename(..) | Edit::Set(..) | Edit::Account(_) => None,
    })
}

/// The first of `name`, `name-2`, … that no item of the kind has; a number at the end is counted on.
pub fn free_name(design: &Design, kind: Kind, name: &str) -> String {
    if !design.contains(&kind.named(name)) {
        return name.to_owned();
    }
    let stem = name.rsplit_once('-').filter(|(_, end)| end.parse::<u32>().is_ok()).map_or(name, |(stem, _)| stem);
    let mut number = 2u32;
    while design.contains(&kind.named(&format!("{stem}-{number}"))) {
        number += 1;
    }
    format!("{stem}-{number}")
}

/// The VPC pointed at, else the only sensible one.
fn vpc(design: &Design, spot: &Spot) -> Result<VpcId, String> {
    let pointed = spot.vpc.clone().filter(|id| design.vpcs.contains_key(id));
    pointed.or_else(|| design.vpcs.keys().next().cloned()).ok_or_else(|| "Draw a VPC first".to_owned())
}

/// The subnets of a wanted tier of a VPC, one a zone, else of whichever tier there is.
fn subnets(design: &Design, vpc: &VpcId, wanted: &[SubnetTier]) -> Result<Vec<SubnetId>, String> {
    let mut tiers = wanted.to_vec();
    tiers.extend(crate::grid::layout::tiers(design, vpc));
    let found = tiers.iter().map(|tier| one_a_zone(design, vpc, tier)).find(|subnets| !subnets.is_empty());
    found.ok_or_else(|| format!("VPC {vpc} has no subnet yet: add a subnet tier"))
}

/// The first subnet of each zone of a tier.
pub fn one_a_zone(design: &Design, vpc: &VpcId, tier: &SubnetTier) -> Vec<SubnetId> {
    let mut zones: Vec<&Zone> = Vec::new();
    let mut all = tier_subnets(design, vpc, tier);
    all.retain(|id| match design.subnets.get(id) {
        Some(subnet) if !zones.contains(&&subnet.zone) => {
            zones.push(&subnet.zone);
            true
        }
        _ => false,
    });
    all
}

/// Subnets for work: the tier pointed at, else private.
fn work_subnets(design: &Design, spot: &Spot) -> Result<Vec<SubnetId>, String> {
    let vpc = vpc(design, spot)?;
    let wanted: Vec<_> = spot.tier.clone().into_iter().chain([SubnetTier::Private]).collect();
    subnets(design, &vpc, &wanted)
}

fn cluster(design: &Design) -> Result<ClusterId, String> {
    design.clusters.keys().next().cloned().ok_or_else(|| "Add a cluster first".to_owned())
}

/// The service pointed at, else the first.
fn service(design: &Design, spot: &Spot) -> Result<ServiceId, String> {
    let pointed = spot.service.clone().filter(|id| design.services.contains_key(id));
    pointed.or_else(|| design.services.keys().next().cloned()).ok_or_else(|| "Add a service first".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "parts of the table have one shape")]
fn put(item: Item) -> Made {
    Ok(vec![Edit::Put(item)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new_design::{Choices, StartCapacity, Tiers, WayOut, first_zones, new_design};
    use bayplan_engine::catalogue::Catalogue;
    use bayplan_engine::checks::{self, Severity};
    use bayplan_engine::names::Region;

    fn apply(design: &mut Design, edits: &[Edit]) {
        for edit in edits {
            edit.apply(design).unwrap();
        }
    }

    fn start() -> (Design, Catalogue) {
        let catalogue = Catalogue::load(&Region::new("us-east-1")).unwrap();
        let choices = Choices { capacity: StartCapacity::Fargate, ..Choices::default() };
        (new_design(&choices, &first_zones(&catalogue, 3)).design, catalogue)
    }

    #[test]
    fn every_part_can_be_added_to_a_drawing_with_a_service_and_names_nothing_missing() {
        let (mut design, _) = start();
        let service = parts().find(|part| part.name == "Service").unwrap();
        let edits = (service.make)(&design, &Spot::default()).unwrap();
        apply(&mut design, &edits);
        for part in parts() {
            let mut again = design.clone();
            let edits = (part.make)(&again, &Spot::default()).unwrap_or_else(|why| panic!("{}: {why}", part.name));
            assert!(drawn(&edits).is_some(), "{} draws nothing", part.name);
            apply(&mut again, &edits);
            let references = bayplan_engine::design::edit::references(&again);
            let dangling: Vec<_> = references.into_iter().filter(|r| !again.contains(&r.to)).collect();
            assert_eq!(dangling, [], "{}", part.name);
        }
    }

    #[test]
    fn a_part_without_what_it_needs_says_so() {
        let empty = Design::new(Region::new("us-east-1"));
        for (name, said) in
            [("Service", "Draw a VPC first"), ("NAT gateway", "Draw a VPC first"), ("Load", "Add a service first")]
        {
            let part = parts().find(|part| part.name == name).unwrap();
            assert_eq!((part.make)(&empty, &Spot::default()), Err(said.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_service_added_to_any_new_design_has_no_errors() {
        let (_, catalogue) = start();
        let service = parts().find(|part| part.name == "Service").unwrap();
        let ways = Tiers::ALL.into_iter().flat_map(|tiers| tiers.ways_out().iter().map(move |way| (tiers, *way)));
        let all = ways.flat_map(|(tiers, way_out)| StartCapacity::ALL.map(|capacity| (tiers, way_out, capacity)));
        for (tiers, way_out, capacity) in all {
            let choices = Choices { tiers, way_out, capacity, ..Choices::default() };
            if choices.refused().is_some() {
                continue;
            }
            let mut design = new_design(&choices, &first_zones(&catalogue, choices.zones)).design;
            let edits = (service.make)(&design, &Spot::default()).unwrap();
            apply(&mut design, &edits);
            if way_out == WayOut::Endpoints {
                // Without a way to the internet images come from the account's own registry.
                let containers = design.task_definitions.values_mut().flat_map(|drawn| &mut drawn.containers);
                containers.for_each(|container| {
                    "739216405518.dkr.ecr.us-east-1.amazonaws.com/web:1".clone_into(&mut container.image);
                });
            }
            let found = checks::run(&design, &catalogue, &[]);
            let errors: Vec<_> =
                found.iter().filter(|f| f.severity == Severity::Error).map(ToString::to_string).collect();
            assert_eq!(errors, Vec::<String>::new(), "{choices:?}");
        }
    }

    #[test]
    fn names_count_on() {
        let (mut design, _) = start();
        assert_eq!(free_name(&design, Kind::Cluster, "other"), "other");
        assert_eq!(free_name(&design, Kind::Cluster, "main"), "main-2");
        let item = design.item(&Kind::Cluster.named("main")).unwrap();
        design.put(item.renamed("main-2"));
        assert_eq!(free_name(&design, Kind::Cluster, "main-2"), "main-3");
    }

    #[test]
    fn parts_are_found_by_other_words() {
        let found =
            |search: &str| parts().filter(|part| part.is_found_by(search)).map(|part| part.name).collect::<Vec<_>>();
        assert!(found("alb").contains(&"Load balancer"));
        assert!(found("cron").contains(&"Scheduled task"));
        assert_eq!(found("zzz"), Vec::<&str>::new());
    }
}
