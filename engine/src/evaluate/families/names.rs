//! Names for what an alternative adds: free ones, and roles and subnets that are there already where they fit.

use crate::design::id::{RoleId, SubnetId, VpcId};
use crate::design::network::{Subnet, SubnetTier};
use crate::design::outside::{Role, RoleUse};
use crate::design::{Design, Item, Kind, Tags};
use crate::names::Zone;

/// A name that no item of the kind has: the wanted one, else with the first free number behind it.
pub(super) fn free(design: &Design, kind: Kind, wanted: &str) -> String {
    let taken = |name: &str| design.contains(&kind.named(name));
    if !taken(wanted) {
        return wanted.to_owned();
    }
    let numbered = (2u32..).map(|number| format!("{wanted}-{number}"));
    numbered.into_iter().find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
}

/// The first role drawn for a use, else a new one with AWS's managed policy.
pub(super) fn role(design: &mut Design, used_as: RoleUse, name: &str, policy: &str) -> RoleId {
    if let Some((id, _)) = design.roles.iter().find(|(_, role)| role.used_as == used_as) {
        return id.clone();
    }
    let id = RoleId::new(&free(design, Kind::Role, name));
    let role =
        Role { used_as, arn: None, managed_policies: vec![policy.to_owned()], actions: Vec::new(), tags: Tags::new() };
    design.put(Item::Role(id.clone(), role));
    id
}

/// The first subnet of each zone, by name, that a test holds for.
pub(super) fn one_a_zone(
    design: &Design,
    vpc: &VpcId,
    zones: &[Zone],
    fits: impl Fn(&Subnet) -> bool,
) -> Vec<(Zone, Option<SubnetId>)> {
    let first = |zone: &Zone| {
        let mut inside = design.subnets.iter().filter(|(_, s)| s.vpc == *vpc && s.zone == *zone && fits(s));
        inside.next().map(|(id, _)| id.clone())
    };
    zones.iter().map(|zone| (zone.clone(), first(zone))).collect()
}

/// The zones of subnets, each once, by name.
pub(super) fn zones_of(design: &Design, subnets: &[SubnetId]) -> Vec<Zone> {
    let mut zones: Vec<_> = subnets.iter().filter_map(|id| design.subnets.get(id)).map(|s| s.zone.clone()).collect();
    zones.sort();
    zones.dedup();
    zones
}

/// Whether a subnet's tier is one that leads out through a NAT gateway.
pub(super) fn is_private(subnet: &Subnet) -> bool {
    matches!(subnet.tier, SubnetTier::Private | SubnetTier::Named(_))
}

/// Words joined as people do: `a, b and c`.
pub(super) fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}
