//! Stamps: what an outcome came from, as a hash.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bill::Bill;
use crate::design::Design;
use crate::design::scenario::Scenario;
use crate::units::Span;

/// A hash of design, scenario, window, seed, version and the prices that the bill used: equal stamps, equal outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp([u8; 16]);

/// The part of a stamp that all outcomes of one design and scenario share, whatever window and seed: hashed once.
#[derive(Debug, Clone)]
pub struct Inputs(blake3::Hasher);

impl Inputs {
    /// Of a design under a scenario.
    pub fn of(design: &Design, scenario: &Scenario) -> Self {
        let mut hasher = blake3::Hasher::new();
        part(&mut hasher, env!("CARGO_PKG_VERSION"));
        part(&mut hasher, &ron::to_string(design).expect("a design has only keys and values RON can write"));
        part(&mut hasher, &ron::to_string(scenario).expect("a scenario has only keys and values RON can write"));
        Self(hasher)
    }
}

impl Stamp {
    /// The stamp of an estimate (no seed) or of a run.
    pub fn of(inputs: &Inputs, window: Span, seed: Option<u64>, bill: &Bill) -> Self {
        let mut hasher = inputs.0.clone();
        part(&mut hasher, &format!("{} {seed:?}", window.ms()));
        for line in &bill.lines {
            part(&mut hasher, &format!("{:?} {:?}", line.charge, line.rate));
        }
        let mut stamp = [0; 16];
        stamp.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(stamp)
    }
}

/// Each text behind its length, so that none runs into the next.
fn part(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
    hasher.update(text.as_bytes());
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
