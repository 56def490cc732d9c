//! The one visitor over every reference that an item holds.
//!
//! It serves renaming, removal, the check for dangling references, the canvas's lines and resolution. A value
//! shows its references by `Refers::refer`; whoever visits may rename an id in place, and says whether it stays.

use super::item::{ItemRef, RefMut};

/// What becomes of a visited reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays (perhaps renamed in place).
    Keep,
    /// It is taken out, where the field can be without it.
    Drop,
}

/// Called with the field's name and the reference.
pub type Visit<'v> = dyn FnMut(&'static str, RefMut<'_>) -> Fate + 'v;

/// Something that names other items.
pub trait Refers {
    /// Shows every reference, each under the name of the field that holds it.
    fn refer(&mut self, visit: &mut Visit<'_>);
}

/// A reference found: who holds it, where, and to what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The item that names the other.
    pub from: ItemRef,
    /// The field that holds the name.
    pub field: &'static str,
    /// The item named.
    pub to: ItemRef,
}

/// An id of an item, as the visitor sees it.
pub trait ItemId {
    /// Itself as one of the visitor's references.
    fn as_ref_mut(&mut self) -> RefMut<'_>;
}

/// Visits a reference that a field must have: dropping it leaves it dangling, for the checks to find.
pub(super) fn one<T: ItemId>(field: &'static str, id: &mut T, visit: &mut Visit<'_>) {
    let _ = visit(field, id.as_ref_mut());
}

/// Visits a reference that may be absent.
pub(super) fn maybe<T: ItemId>(field: &'static str, slot: &mut Option<T>, visit: &mut Visit<'_>) {
    if let Some(id) = slot
        && visit(field, id.as_ref_mut()) == Fate::Drop
    {
        *slot = None;
    }
}

/// Visits a list of references.
pub(super) fn list<T: ItemId>(field: &'static str, ids: &mut Vec<T>, visit: &mut Visit<'_>) {
    ids.retain_mut(|id| visit(field, id.as_ref_mut()) == Fate::Keep);
}

/// Visits records that each hang on one reference: dropping it drops the record.
pub(super) fn records<R, T: ItemId>(
    field: &'static str,
    records: &mut Vec<R>,
    id: impl Fn(&mut R) -> &mut T,
    visit: &mut Visit<'_>,
) {
    records.retain_mut(|record| visit(field, id(record).as_ref_mut()) == Fate::Keep);
}
