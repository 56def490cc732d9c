//! What people read: pictures, tables and text made from outcomes.
//!
//! In: outcomes, bills, traces. Out: plain values (`chart`) that `app` draws or writes. Nothing here computes a price or a
//! placement: it only arranges figures that exist.

pub mod chart;
pub mod comparison;
pub mod line;
pub mod listing;
pub mod outcome;
pub mod prices;
pub mod revisions;
pub mod services;
pub mod table;
pub mod wording;
