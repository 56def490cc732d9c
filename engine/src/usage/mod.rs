//! What is metered: who held or moved how much of what, from when to when, and because of what.
//!
//! The estimate and the simulation fill the same [`ledger::Ledger`] with the same records and differ in quantities
//! alone. Nothing here knows a price.

pub mod balancers;
pub mod flows;
pub mod ledger;
pub mod record;
pub mod shares;
pub mod standalone;
