//! Quotas of running EC2 vCPUs that bind a run, and what is left of them.
//!
//! An account that names no quota profile has none: they are findings then (rule RAT-05). Managed Instances count like
//! any other EC2 instance (rule MI-53). An instance counts from its launch until it is terminated.

use super::Plan;
use super::index::Ix;
use super::provider::Candidate;

/// A quota of running vCPUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VcpuQuota {
    /// As Service Quotas names it.
    pub name: &'static str,
    /// How many may run at once.
    pub vcpus: u32,
}

/// What is left of each quota of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VcpusLeft(Vec<u32>);

impl VcpusLeft {
    /// All of them, nothing running.
    pub fn of(plan: &Plan) -> Self {
        Self(plan.vcpu_quotas.iter().map(|quota| quota.vcpus).collect())
    }

    /// By quota of the plan: how many vCPUs more may run.
    pub fn by_quota(&self) -> &[u32] {
        &self.0
    }

    /// How many more instances of a type may run.
    pub fn instances(&self, of: &Candidate) -> u32 {
        of.quota.map_or(u32::MAX, |quota| self.0[quota.index()] / of.vcpus.max(1))
    }

    /// So many instances of a type are launched; there must be room for them.
    pub fn take(&mut self, of: &Candidate, count: u32) {
        if let Some(quota) = of.quota {
            self.0[quota.index()] -= of.vcpus * count;
        }
    }

    /// One instance of a type is gone.
    pub fn give_back(&mut self, of: &Candidate) {
        if let Some(quota) = of.quota {
            self.0[quota.index()] += of.vcpus;
        }
    }
}

/// The quota that a type counts against, in a plan's table of them.
pub type QuotaIx = Ix<VcpuQuota>;
