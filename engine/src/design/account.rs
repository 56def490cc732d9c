//! What an account is set to: ECS account settings, quotas, purchase plans, metrics paid for.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::names::aws_words;
use crate::units::kept::{self, BytesMonthly};
use crate::units::{Bytes, Usd};

aws_words! {
    /// How old an account's quotas look.
    QuotaProfile {
        /// As a new account commonly has them.
        NewAccount = "new account",
        /// AWS's published defaults.
        Default = "default",
    }

    /// How many bytes that move AWS counts as a GB.
    MovedGb {
        /// 10⁹.
        Decimal = "10^9 bytes",
        /// 2³⁰.
        Binary = "2^30 bytes",
    }

    /// A way to pay ahead (rules SAV).
    PlanKind {
        /// Compute Savings Plan: EC2, Fargate, Lambda.
        ComputeSavingsPlan = "Compute Savings Plan",
        /// EC2 Instance Savings Plan: one family of one region.
        Ec2InstanceSavingsPlan = "EC2 Instance Savings Plan",
    }

    /// For how long a plan is bought.
    PlanTerm {
        /// One year.
        OneYear = "1 year",
        /// Three years.
        ThreeYears = "3 years",
    }

    /// How much of a plan is paid at once. It costs the same an hour as if it were not.
    PlanPayment {
        /// Nothing.
        NoUpfront = "No Upfront",
        /// Half of it.
        PartialUpfront = "Partial Upfront",
        /// All of it.
        AllUpfront = "All Upfront",
    }
}

/// A commitment to spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchasePlan {
    /// Which kind.
    pub kind: PlanKind,
    /// The family of an EC2 Instance Savings Plan.
    #[serde(default, skip_serializing_if = "is_default")]
    pub family: Option<String>,
    /// `commitment`: US dollars an hour, at discounted rates.
    pub hourly_commitment: Usd,
    /// `savingsPlanTerm`; absent is one year.
    #[serde(default, skip_serializing_if = "is_default")]
    pub term: Option<PlanTerm>,
    /// `paymentOption`; absent is No Upfront.
    #[serde(default, skip_serializing_if = "is_default")]
    pub payment: Option<PlanPayment>,
}

impl PurchasePlan {
    /// A plan of one year without upfront payment.
    pub const fn new(kind: PlanKind, hourly_commitment: Usd) -> Self {
        Self { kind, family: None, hourly_commitment, term: None, payment: None }
    }
}

/// A quota that differs from the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaValue {
    /// The quota, by its name in Service Quotas.
    pub name: String,
    /// Its value in this account, in the unit that Service Quotas counts it in.
    pub value: u64,
}

/// A trail of CloudTrail: who called which API (rules MET-09, EXE-06).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// Whether AWS's permanent free tiers count, all of them or none; absent is true. Those of the first year never do.
    #[serde(skip_serializing_if = "is_default")]
    pub permanent_free_tiers: Option<bool>,
    /// How many bytes that move are a GB of the bill; absent is 10⁹.
    #[serde(skip_serializing_if = "is_default")]
    pub gb_moved: Option<MovedGb>,
    /// How much of the month's 100 GB of free transfer to the internet the account uses elsewhere.
    #[serde(skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write_some::<BytesMonthly, _, _>",
        deserialize_with = "kept::read_some::<BytesMonthly, _, _>"
    )]
    #[schemars(with = "Option<BytesMonthly>")]
    pub free_transfer_used_elsewhere: Option<Bytes>,
}

impl Account {
    /// Whether AWS's permanent free tiers count (rule SAV-09). Assumption: they do, as nothing else uses them up.
    pub fn permanent_free_tiers(&self) -> bool {
        self.permanent_free_tiers.unwrap_or(true)
    }

    /// How many bytes that move are a GB. Assumption: 10⁹; see `catalogue::meter::GB_MOVED`.
    pub fn gb_moved(&self) -> Bytes {
        Bytes::from_bytes(match self.gb_moved {
            Some(MovedGb::Decimal) | None => 1_000_000_000,
            Some(MovedGb::Binary) => 1 << 30,
        })
    }
}
