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

impl Stamp {
    /// The stamp of an estimate (no seed) or of a run.
    pub fn of(design: &Design, scenario: &Scenario, window: Span, seed: Option<u64>, bill: &Bill) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |text: &str| {
            hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        part(env!("CARGO_PKG_VERSION"));
        part(&ron::to_string(design).expect("a design has only keys and values RON can write"));
        part(&ron::to_string(scenario).expect("a scenario has only keys and values RON can write"));
        part(&format!("{} {seed:?}", window.ms()));
        for line in &bill.lines {
            part(&format!("{:?} {:?}", line.charge, line.rate));
        }
        let mut stamp = [0; 16];
        stamp.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(stamp)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
