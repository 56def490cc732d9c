//! Typed text: names that may not be mistaken for each other, and the names AWS gives.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares names that are text: ordered, shared cheaply, written as plain strings in files.
macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// From its text, taken as it is.
            pub fn new(text: &str) -> Self { Self(text.into()) }
            /// Its text.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self { Self::new(text) }
        }
    )*};
}
pub(crate) use text_id;

/// Declares a closed list of AWS's own words: an enum, its spelling in AWS's APIs, and the whole list.
macro_rules! aws_words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$word_doc])* #[schemars(extend("x-aws-name" = $text))] $word),* }

        impl $name {
            /// The whole list, in AWS's order.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// As AWS's APIs write it.
            pub const fn aws(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }

            /// From AWS's spelling, which is case-sensitive.
            pub fn from_aws(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$word),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.aws()) }
        }
    )*};
}
pub(crate) use aws_words;

text_id! {
    /// A region's code: `us-east-1`.
    Region,
    /// An availability zone's name: `us-east-1a`.
    Zone,
    /// An EC2 instance type: `m7g.xlarge`.
    InstanceTypeName,
}

/// A processor architecture, as `runtimePlatform.cpuArchitecture` writes it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub enum Architecture {
    /// Intel and AMD, 64 bits.
    #[default]
    #[serde(rename = "X86_64")]
    X86,
    /// Graviton.
    #[serde(rename = "ARM64")]
    Arm,
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86 => "X86_64",
            Self::Arm => "ARM64",
        })
    }
}
