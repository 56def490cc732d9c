//! Event windows of EC2: the hours of a week in which Managed Instances may be replaced.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::{Minutes, Weekday};

/// The hour of a day (UTC) at which a time range of an event window begins: 0 to 23.
///
/// Source: EC2 API Reference, "`InstanceEventWindowTimeRangeRequest`", `StartHour`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
pub struct StartHour(u32);

/// Why a number is no [`StartHour`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("start_hour is {0}: an event window begins at an hour from 0 to 23")]
pub struct StartHourError(u32);

impl StartHour {
    /// The hours of a day, midnight first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..24).map(Self)
    }
}

impl TryFrom<u32> for StartHour {
    type Error = StartHourError;
    fn try_from(hour: u32) -> Result<Self, StartHourError> {
        if hour < 24 { Ok(Self(hour)) } else { Err(StartHourError(hour)) }
    }
}

impl From<StartHour> for u32 {
    fn from(hour: StartHour) -> Self {
        hour.0
    }
}

impl fmt::Display for StartHour {
    /// `02:00 UTC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:00 UTC", self.0)
    }
}

/// A weekly time range of an EC2 event window (rule MI-41): draining moves earlier, to the last start before its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventWindow {
    /// The day of the week it begins on.
    pub weekday: Weekday,
    /// The hour it begins at.
    pub start_hour: StartHour,
    /// How long it lasts, in whole hours: two or more, and four or more in all of a provider's.
    pub lasts: Minutes,
}
