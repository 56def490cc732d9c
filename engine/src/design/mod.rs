//! What the user may say: the drawing, right or wrong.
//!
//! In: a file's text, or edits. Out: a [`Design`] — one sorted map for each kind of item — that checks read and
//! `plan::resolve` turns into a plan. Fields hold AWS's own settings under AWS's names; an absent setting means AWS's
//! default, which an accessor of the same name gives with its source. Nothing here knows what AWS allows or charges:
//! references may dangle and sizes may be impossible, for people are still drawing.

pub mod account;
pub mod anywhere;
pub mod capacity;
pub mod cidr;
pub mod cluster;
pub mod cluster_query;
pub mod container;
pub mod cron;
pub mod deployment;
pub mod described;
pub mod edit;
pub mod event_window;
pub mod fault;
mod file_text;
pub mod health_check;
pub mod id;
pub mod item;
pub mod knob;
pub mod load;
pub mod load_balancing;
pub mod network;
pub mod observability;
pub mod outside;
pub mod project;
pub mod references;
pub mod scaling;
pub mod scenario;
pub mod service;
pub mod standalone;
mod tags;
pub mod task_definition;
pub mod taught;
pub mod volume;
pub mod work;

pub use item::{Design, Item, ItemRef, Kind};

/// Tags by key.
pub type Tags = std::collections::BTreeMap<String, String>;

/// Whether a value is its type's default, which files leave out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Visits references to capacity providers, but for AWS's own two, which are never drawn.
pub(crate) fn refer_providers<R>(
    field: &'static str,
    records: &mut Vec<R>,
    provider: impl Fn(&mut R) -> &mut id::CapacityProviderId,
    visit: &mut references::Visit<'_>,
) {
    use references::ItemId;
    records.retain_mut(|record| {
        let provider = provider(record);
        let aws_own =
            *provider == id::CapacityProviderId::fargate() || *provider == id::CapacityProviderId::fargate_spot();
        aws_own || visit(field, provider.as_ref_mut()) == references::Fate::Keep
    });
}
