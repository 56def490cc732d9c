//! Machines of one's own, registered to ECS Anywhere.

use serde::{Deserialize, Serialize};

use super::references::{Refers, Visit};
use super::{Tags, is_default};
use crate::names::Architecture;
use crate::units::{Mib, Usd};

/// Machines outside AWS, registered as `EXTERNAL` instances (rules ANY).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnywhereSite {
    /// How many machines.
    pub instances: u32,
    /// vCPUs of each.
    pub vcpus: u32,
    /// Memory of each in MiB, as registered.
    pub memory: Mib,
    /// Its architecture.
    #[serde(default, skip_serializing_if = "is_default")]
    pub architecture: Architecture,
    /// A month's price of the site of the user's own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub monthly_price: Option<Usd>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

impl Refers for AnywhereSite {
    fn refer(&mut self, _visit: &mut Visit<'_>) {}
}
