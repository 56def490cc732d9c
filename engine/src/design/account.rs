//! What an account is set to: ECS account settings, quotas, purchase plans, metrics paid for.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::names::aws_words;
use crate::units::Usd;

aws_words! {
    /// How old an account's quotas look.
    QuotaProfile {
        /// As a new account commonly has them.
        NewAccount = "new account",
        /// AWS's published defaults.
        Default = "default",
    }

    /// A way to pay ahead (rules SAV).
    PlanKind {
        /// Compute Savings Plan: EC2, Fargate, Lambda.
        ComputeSavingsPlan = "Compute Savings Plan",
        /// EC2 Instance Savings Plan: one family of one region.
        Ec2InstanceSavingsPlan = "EC2 Instance Savings Plan",
    }
}

/// A commitment to spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchasePlan {
    /// Which kind.
    pub kind: PlanKind,
    /// The family of an EC2 Instance Savings Plan.
    #[serde(default, skip_serializing_if = "is_default")]
    pub family: Option<String>,
    /// The commitment an hour, in discounted dollars.
    pub hourly_commitment: Usd,
}

/// A quota that differs from the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaValue {
    /// The quota, by its name in Service Quotas.
    pub name: String,
    /// Its value in this account.
    pub value: u64,
}

/// A trail of CloudTrail: who called which API (rules MET-09, EXE-06).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Whether it records management events; absent is true: one copy in a region is free.
    #[serde(default, skip_serializing_if = "is_default")]
    pub management_events: Option<bool>,
    /// Whether it records data events, of buckets and functions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data_events: bool,
}

impl Trail {
    /// Whether it records management events. Source: `CloudTrail` User Guide, "Logging management events": by default.
    pub fn management_events(&self) -> bool {
        self.management_events.unwrap_or(true)
    }
}

/// An account. The default is an account with AWS's defaults, whose adjustable quotas bind no run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// `awsvpcTrunking`; absent is off.
    #[serde(skip_serializing_if = "is_default")]
    pub awsvpc_trunking: bool,
    /// `containerInsights` of new clusters; absent is off.
    #[serde(skip_serializing_if = "is_default")]
    pub container_insights: bool,
    /// `defaultLogDriverMode` pinned to blocking (rule TDF-93).
    #[serde(skip_serializing_if = "is_default")]
    pub blocking_log_driver: bool,
    /// The quotas that bind a run; absent makes adjustable quotas findings only.
    #[serde(skip_serializing_if = "is_default")]
    pub quota_profile: Option<QuotaProfile>,
    /// Quotas that differ from the profile.
    #[serde(skip_serializing_if = "is_default")]
    pub quotas: Vec<QuotaValue>,
    /// Trails of CloudTrail, which records API calls.
    #[serde(skip_serializing_if = "is_default")]
    pub trails: Vec<Trail>,
    /// Savings Plans bought.
    #[serde(skip_serializing_if = "is_default")]
    pub purchase_plans: Vec<PurchasePlan>,
}
