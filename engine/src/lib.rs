//! Bayplan's engine: a drawing is checked, resolved into a plan, run against a load, metered, billed and
//! drawn — one way down. Text and numbers go in, values come out; no screen, clock, file or environment.
//!
//! The modules stand on floors, lowest first; each may use only what stands below it.

pub mod allocation;
pub mod bill;
pub mod catalogue;
pub mod chance;
pub mod checks;
pub mod control;
pub mod design;
pub mod embedded;
pub mod estimate;
pub mod evaluate;
pub mod exchange;
pub mod names;
pub mod plan;
pub mod presets;
pub mod report;
pub mod simulation;
pub mod state;
pub mod units;
pub mod usage;
