//! Edits: all that can be done to a drawing.
//!
//! The same type serves gestures, the inspector, fixes of findings, scenarios and differences of designs: what one can
//! do, all can show, undo and save.

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::item::{Design, Item, ItemRef};
use super::knob::Knob;
use super::references::{Fate, Reference};

/// One change of a design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[expect(clippy::large_enum_variant, reason = "edits are few and short-lived")]
pub enum Edit {
    /// Draws an item, in place of one of the same name.
    Put(Item),
    /// Takes an item away, and its name out of every list; where a field must name it, the name dangles and is found.
    Remove(ItemRef),
    /// Gives an item another name, everywhere.
    Rename(ItemRef, String),
    /// Sets one value of an item.
    Set(ItemRef, Knob),
    /// Sets what the account is set to.
    Account(Account),
}

/// Why an edit cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The item is not drawn.
    #[error("there is no {0}")]
    Missing(ItemRef),
    /// The new name is taken.
    #[error("there is already a {0}")]
    Taken(ItemRef),
    /// The new name is empty.
    #[error("a {0} needs a name")]
    Nameless(super::item::Kind),
    /// The item has no such value.
    #[error("{0} has no {1}")]
    NoSuchValue(ItemRef, String),
}

impl Edit {
    /// Changes the design; on an error nothing is changed.
    pub fn apply(&self, design: &mut Design) -> Result<(), EditError> {
        match self {
            Self::Put(item) => {
                if item.at().name().is_empty() {
                    return Err(EditError::Nameless(item.at().kind()));
                }
                design.put(item.clone());
                Ok(())
            }
            Self::Remove(at) => {
                design.take(at).ok_or_else(|| EditError::Missing(at.clone()))?;
                design.visit_references(&mut |_, _, reference| {
                    if reference.target() == *at { Fate::Drop } else { Fate::Keep }
                });
                Ok(())
            }
            Self::Rename(at, name) => rename(design, at, name),
            Self::Set(at, knob) => {
                if !design.contains(at) {
                    return Err(EditError::Missing(at.clone()));
                }
                if knob.set(design, at) { Ok(()) } else { Err(EditError::NoSuchValue(at.clone(), knob.describe())) }
            }
            Self::Account(account) => {
                design.account.clone_from(account);
                Ok(())
            }
        }
    }

    /// What it does, as an undo entry and a scenario's row say it: `Remove NAT gateway nat-a`.
    pub fn describe(&self) -> String {
        match self {
            Self::Put(item) => format!("Change {}", item.at()),
            Self::Remove(at) => format!("Remove {at}"),
            Self::Rename(at, name) => format!("Rename {at} to {name}"),
            Self::Set(at, knob) => format!("Set {} of {at}", knob.describe()),
            Self::Account(_) => "Change the account".to_owned(),
        }
    }
}

fn rename(design: &mut Design, at: &ItemRef, name: &str) -> Result<(), EditError> {
    if name.is_empty() {
        return Err(EditError::Nameless(at.kind()));
    }
    let to = at.kind().named(name);
    if to == *at {
        return Ok(());
    }
    if design.contains(&to) {
        return Err(EditError::Taken(to));
    }
    let item = design.take(at).ok_or_else(|| EditError::Missing(at.clone()))?;
    design.put(item.renamed(name));
    design.visit_references(&mut |_, _, mut reference| {
        if reference.target() == *at {
            reference.rename(name);
        }
        Fate::Keep
    });
    Ok(())
}

/// Every reference of a design, dangling ones too, in the order of the items that hold them.
pub fn references(design: &Design) -> Vec<Reference> {
    let mut all = Vec::new();
    design.clone().visit_references(&mut |from, field, reference| {
        all.push(Reference { from: from.clone(), field, to: reference.target() });
        Fate::Keep
    });
    all
}

/// The edits that make `after` of `before`, item by item: removals first, then what is new or differs, then the account.
pub fn difference(before: &Design, after: &Design) -> Vec<Edit> {
    let removed = before.item_refs().into_iter().filter(|at| !after.contains(at)).map(Edit::Remove);
    let changed = after
        .item_refs()
        .into_iter()
        .filter_map(|at| after.item(&at).filter(|item| before.item(&at).as_ref() != Some(item)))
        .map(Edit::Put);
    let account = (before.account != after.account).then(|| Edit::Account(after.account.clone()));
    removed.chain(changed).chain(account).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::id::{ClusterId, ServiceId, SubnetId, TaskDefinitionId};
    use crate::design::service::Service;
    use crate::names::Region;

    fn drawing() -> Design {
        let mut design = Design::new(Region::new("us-east-1"));
        let mut service = Service::new(ClusterId::new("main"), TaskDefinitionId::new("web"));
        service.subnets = vec![SubnetId::new("a"), SubnetId::new("b")];
        design.put(Item::Service(ServiceId::new("web"), service));
        design
    }

    #[test]
    fn renaming_reaches_every_reference() {
        let mut design = drawing();
        design.put(Item::Cluster(ClusterId::new("main"), crate::design::cluster::Cluster::default()));
        let at = ItemRef::Cluster(ClusterId::new("main"));
        Edit::Rename(at, "prod".to_owned()).apply(&mut design).unwrap();
        assert_eq!(design.services[&ServiceId::new("web")].cluster, ClusterId::new("prod"));
        assert!(design.clusters.contains_key(&ClusterId::new("prod")));
    }

    #[test]
    fn removing_leaves_lists_clean_and_mandatory_names_dangling() {
        let mut design = drawing();
        design.put(Item::Cluster(ClusterId::new("main"), crate::design::cluster::Cluster::default()));
        Edit::Remove(ItemRef::Cluster(ClusterId::new("main"))).apply(&mut design).unwrap();
        assert_eq!(design.services[&ServiceId::new("web")].cluster, ClusterId::new("main"));
        let gone = ItemRef::Subnet(SubnetId::new("a"));
        assert_eq!(Edit::Remove(gone.clone()).apply(&mut design), Err(EditError::Missing(gone)));
    }

    #[test]
    fn values_are_set_only_where_they_exist() {
        let mut design = drawing();
        let web = ItemRef::Service(ServiceId::new("web"));
        Edit::Set(web.clone(), Knob::DesiredCount(7)).apply(&mut design).unwrap();
        assert_eq!(design.services[&ServiceId::new("web")].desired_count, 7);
        let wrong = Edit::Set(web, Knob::ScalingBounds(1, 2)).apply(&mut design);
        assert!(matches!(wrong, Err(EditError::NoSuchValue(..))), "{wrong:?}");
    }

    #[test]
    fn a_difference_applied_gives_the_other_design() {
        let before = drawing();
        let mut after = before.clone();
        Edit::Set(ItemRef::Service(ServiceId::new("web")), Knob::DesiredCount(3)).apply(&mut after).unwrap();
        after.put(Item::Cluster(ClusterId::new("c"), crate::design::cluster::Cluster::default()));
        after.account.awsvpc_trunking = true;
        let mut again = before.clone();
        for edit in difference(&before, &after) {
            edit.apply(&mut again).unwrap();
        }
        assert_eq!(again, after);
        assert_eq!(difference(&after, &after), Vec::new());
    }
}
