//! How long things take, and the other figures AWS does not publish: all adjustable, each with its reason.
//!
//! One row of the table is one figure. [`Timings`] is what a run uses, [`assumptions`] is what a user reads.
//! What AWS does publish stands below the table as constants with their sources.

use crate::catalogue::instance_types::MEM_REGISTER_FACTOR;
use crate::catalogue::prices::FARGATE_SPOT_PRICE_FACTOR;
use crate::units::{Mib, Ppm, Quantity, Span};
use serde::{Deserialize, Serialize};

/// A figure that is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// Its name, as it is written in files.
    pub name: &'static str,
    /// Its value, for people.
    pub value: String,
    /// Why it is that, and the rule it stands in.
    pub reason: &'static str,
}

/// How a figure reads.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for Span {
    fn shown(&self) -> String {
        self.to_string()
    }
}
impl Shown for Mib {
    fn shown(&self) -> String {
        self.to_string()
    }
}
impl Shown for u32 {
    fn shown(&self) -> String {
        self.to_string()
    }
}
impl Shown for Ppm {
    /// As a decimal: `0.5`.
    fn shown(&self) -> String {
        millionths(u128::from(self.ppm()))
    }
}
impl Shown for Multiple {
    fn shown(&self) -> String {
        format!("{} ×", millionths(u128::from(self.0)))
    }
}
fn millionths(value: u128) -> String {
    Quantity::from_base(value).decimal_text(Quantity::from_base(1_000_000), 6)
}

/// How many times as much, in millionths: 1,350,000 is 1.35 times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Multiple(u32);

impl Multiple {
    /// From millionths.
    pub const fn from_millionths(millionths: u32) -> Self {
        Self(millionths)
    }
    /// In millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

/// Turns the table into the struct, its default and its list of reasons.
macro_rules! timings {
    ($($name:ident: $type:ty = $value:expr, $doc:literal, $reason:literal;)*) => {
        /// Times and factors of a run that AWS does not publish.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Timings {
            $(
                #[doc = $doc]
                #[doc = ""]
                #[doc = concat!("Assumption: ", $reason, ".")]
                pub $name: $type,
            )*
        }

        impl Default for Timings {
            fn default() -> Self {
                Self { $($name: $value,)* }
            }
        }

        impl Timings {
            /// Each of these figures with its reason.
            pub fn assumptions(&self) -> Vec<Assumption> {
                vec![$(Assumption { name: stringify!($name), value: self.$name.shown(), reason: $reason },)*]
            }
        }
    };
}

const fn s(seconds: u64) -> Span {
    Span::from_secs(seconds)
}
const fn ms(milliseconds: u64) -> Span {
    Span::from_ms(milliseconds)
}
const fn times(millionths: u32) -> Multiple {
    Multiple::from_millionths(millionths)
}

timings! {
    // Metrics and scaling.
    metric_delay: Span = s(120), "From the end of a minute to its `AWS/ECS` service metric being readable.",
        "calibrated on the published 363 s to trigger of a 60 s policy (MTR-09, OPEN-16)";
    tt_scale_in_max_fraction: Ppm = Ppm::from_ppm(500_000), "The most of its tasks target tracking takes away at once.",
        "AWS only says more gradually; by analogy with cluster auto scaling (AAS-16, OPEN-08)";
    cas_alarm: Span = s(15), "From a capacity provider's metric to the group's new desired capacity.",
        "no figure published; part of the 150 s benchmark (CAS-40)";
    // EC2 and Managed Instances.
    asg_launch: Span = s(10), "From desired capacity to a running instance.",
        "no figure published; part of the 150 s benchmark (CAS-40)";
    boot_register: Span = s(45), "From a running instance to a registered agent, ECS-optimised Linux.",
        "no figure published; part of the 150 s benchmark (CAS-40)";
    place_after_register: Span = s(5), "From a registered instance to the tasks placed on it.",
        "no figure published; part of the 150 s benchmark (CAS-40)";
    mi_batch_window: Span = s(2), "How long Managed Instances collects unplaced tasks before it chooses types.",
        "no figure published; short beside an instance's start (MI-23, OPEN-12)";
    mi_register: Span = s(60), "From the launch of a managed instance to its registration.",
        "no figure published (MI-23, OPEN-12)";
    mi_scale_in_after: Span = s(300), "How long a managed instance is idle or under-used before it goes, by default.",
        "AWS does not print its own default timing (MI-32, OPEN-12)";
    mi_host_reserve: Mib = Mib::from_mib(256), "Memory that agents and runtime keep on a managed instance.",
        "no figure published; beside the memory the OS does not show (MI-24, OPEN-12)";
    mi_consolidation_saving: Ppm = Ppm::from_ppm(100_000), "What one cheaper instance must save to replace another.",
        "no figure published (MI-33)";
    eni_attach: Span = s(8), "Attaching a task's interface on EC2 without trunking.",
        "AWS says several seconds (EC2-13, DUR-14)";
    eni_attach_trunk: Span = s(3), "Attaching a branch interface with trunking.",
        "no figure published (EC2-13)";
    // Starting and stopping a task.
    fargate_overhead: Span = s(20), "From a task's launch to the start of its pull on Fargate, agent included.",
        "20 s + 9.35 s + 0.8 s meet the observed 30 s to the first of many tasks (FG-20, OPEN-20)";
    bridge_overhead: Span = s(1), "The same on EC2 in bridge or host mode, where no interface is attached.",
        "no figure published (DUR-01)";
    fargate_container_start: Span = ms(800), "From the end of the pull to RUNNING on Fargate.",
        "AWS's own sample task events (DUR-03)";
    ec2_container_start: Span = ms(200), "From the end of the pull to RUNNING on EC2 and Managed Instances.",
        "AWS's own sample task events (DUR-03)";
    cached_pull: Span = ms(500), "The pull of an image the instance has.",
        "no figure published (DUR-02)";
    deprovisioning: Span = s(5), "DEPROVISIONING of a task with an interface of its own; without one it takes no time.",
        "no figure published (DUR-05)";
    pull_latency: Span = s(1), "What every pull takes before bytes flow.",
        "calibrated with the rest of the pull model on public measurements (FG-50)";
    pull_latency_layer: Span = ms(50), "What every layer adds to that.",
        "calibrated with the rest of the pull model on public measurements (FG-50)";
    unpack_mb_s_per_vcpu: u32 = 30, "Megabytes of compressed image one vCPU unpacks in a second.",
        "unpacking is bound by the CPU; calibrated on public measurements (FG-50)";
    unpack_vcpu_cap: u32 = 4, "The most vCPUs a sequential unpack uses.",
        "large hosts reach about 1 Gbit/s without parallel unpack (FG-50)";
    zstd_factor: Multiple = times(1_350_000), "How much faster a zstd image unpacks than a gzip one.",
        "AWS recommends zstd without a figure (FG-50)";
    soci_parallel_factor: Multiple = times(2_500_000), "How much faster SOCI parallel pull unpacks, on 8 vCPUs or more.",
        "about 60 % less time on a 10 GB image (FG-50, FG-52)";
    soci_lazy_start: Span = s(5), "From the start of a lazily loaded pull to the container's start.",
        "AWS says a few seconds (FG-51)";
    // Waiting and retrying.
    placement_retry: Span = s(10), "How often an unplaced service is tried again in the first minute.",
        "AWS does not say; then doubling (PLC-45)";
    placement_retry_max: Span = s(300), "How far apart those tries get.",
        "observed as about five minutes (PLC-45)";
    throttle_first: Span = s(60), "The wait after a third start failure in a row; tripled by each further one.",
        "three times each reaches the published 27 minutes exactly (THR-04)";
}

/// Assumption: what prices, units and limits rest on beside the figures of a run: name, value, reason. Each stands
/// where it is used, with its rule.
const BESIDE: &[(&str, &str, &str)] = &[
    (
        "mi_fee_fraction",
        "0.12; 0.078 for G, 0.048 for P and Trainium",
        "the fee of Managed Instances of on demand, where no fee of the type is published (MI-51, OPEN-14)",
    ),
    (
        "ec2_spot_price",
        "on demand less the advisor's savings",
        "the advisor's monthly average; real prices differ by zone, often twofold (EC2-34)",
    ),
    (
        "public_ipv4_billing",
        "per second, a minute at least",
        "addresses are billed like the instances they sit on; the price page names only the hourly price (NET-46)",
    ),
    (
        "health_checks",
        "the first an interval after the start, in no time",
        "no figure published; one that fails does so at once instead of timing out (HLT-07, HLT-11)",
    ),
    (
        "startup_time",
        "as the service states it, none where it does not",
        "of ECS no figure can be had: only the application knows; it does not vary by seed (LBH-04)",
    ),
    (
        "instance_billing_minimum",
        "1 min",
        "of EC2, Managed Instances and volumes; widely published, not read again (EC2-30, MI-51, STC-02)",
    ),
    (
        "spot_interruptions",
        "2.5, 7.5, 12.5, 17.5 or 22.5 % of instances a month",
        "the middle of the Spot Instance Advisor's band, at any time alike; replacements find capacity at once (EC2-32)",
    ),
    (
        "jobs_in_hand",
        "any part of their time done alike; handed out in the order they came",
        "when a task is taken away, what it cannot end begins anew; counted, and not added to the backlog",
    ),
    (
        "started_hours",
        "transit gateways and VPC Lattice services",
        "billed by started hours like load balancers and NAT gateways; their rounding was not read (BIL-01)",
    ),
    (
        "price_steps",
        "VPC Lattice requests per service and hour, io2 IOPS per volume",
        "what the free requests and the first 32,000 IOPS are counted over was not read",
    ),
    (
        "newer_regions",
        "ap-east-2, ap-southeast-6",
        "Fargate launches slower there; the pages differ on which are newer (RAT-01, FG-10)",
    ),
    (
        "ec2_vcpu_quotas",
        "5 Standard, 0 others",
        "what new accounts commonly have, always a value of the quota profile (QTA)",
    ),
    (
        "branch_tasks",
        "9 to 10, 18 to 20, 38 to 40, 54 to 60, 84 to 90, 107 and 114 to 120",
        "tasks with trunking from EKS branch limits, for types the ECS guide does not list (EC2-12)",
    ),
    (
        "stored_gb",
        "2^30 bytes",
        "files, images, objects and volumes are stored by this GB; moved bytes and logs count by 10^9; no page that says so was read",
    ),
    (
        "log_compression",
        "0.15",
        "stored of what is written to a log group, as AWS's calculator has it; `stored_percent` of a group (OBS-06)",
    ),
    (
        "log_group_age",
        "12 months",
        "how long a group has been written to: what one without retention keeps; `age_days` of a group (OBS-06)",
    ),
    (
        "caches_between_zones",
        "as Amazon ElastiCache: the task's side alone",
        "what a cache in the VPC is; databases and all else in it are charged on both sides (NET-41)",
    ),
    (
        "insights_events",
        "1 kB a minute of each cluster, service, task and container",
        "Container Insights' log events; the size by AWS's samples, `insights_event_bytes` of a cluster (OBS-03)",
    ),
    (
        "secret_reads",
        "once for each value and start of a task",
        "requests to Secrets Manager, and to KMS where a secret has a key of one's own; as the container agent reads them",
    ),
    (
        "listener_asked",
        "of those that lead to a service, the one with most rules",
        "where a load names no listener's port, and of calls between services (LB-20)",
    ),
    (
        "nlb_protocols",
        "TCP, UDP and TLS added up; TCP_UDP as UDP",
        "capacity units of a Network Load Balancer are the greatest dimension of each; how they add was not read (LB-21)",
    ),
    (
        "pick_margins",
        "0.1 % of the work, 1 % of the time that tasks are wanted, 10 min",
        "how much worse than the design as drawn what a comparison picks may serve: work not done, time that tasks wait \
         for a place, time to recover",
    ),
    ("month_hours", "730", "the month of the AWS Pricing Calculator; AWS's page examples use 720 (BIL-06)"),
];

/// Every figure that is ours: those of a run, and those that prices, units and limits rest on.
pub fn assumptions(timings: &Timings) -> Vec<Assumption> {
    let ten_thousandths = |n: u32| millionths(u128::from(n) * 100);
    let spot = u32::try_from(FARGATE_SPOT_PRICE_FACTOR).unwrap_or(0);
    let mut all = timings.assumptions();
    all.push(Assumption {
        name: "mem_register_factor",
        value: ten_thousandths(MEM_REGISTER_FACTOR),
        reason: "registered memory of the advertised, less 130 MiB, where none was measured: below all measured but inf1's; \
                 `registered_memory` of a provider stands before it (EC2-03)",
    });
    all.push(Assumption {
        name: "fargate_spot_price_factor",
        value: ten_thousandths(spot),
        reason: "Fargate Spot of on demand, where no rate was read; AWS says up to 70 % off (FG-40)",
    });
    let beside = BESIDE.iter().map(|(name, value, reason)| Assumption { name, value: (*value).to_owned(), reason });
    all.extend(beside);
    all
}

/// How long before a Fargate Spot task or EC2 Spot instance goes AWS says so.
///
/// Source: ECS Developer Guide, "Fargate capacity providers"; EC2 User Guide, "Spot Instance interruption notices":
/// rules FG-41 and EC2-32.
pub const SPOT_NOTICE: Span = Span::from_secs(120);

/// The longest wait between the starts of a service whose tasks do not start.
///
/// Source: ECS Developer Guide, "Amazon ECS service throttle logic": rule THR-02.
pub const THROTTLE_MAX: Span = Span::from_minutes(27);

/// The fewest and the most failed tasks that end a deployment where its threshold is a bounded percent.
///
/// Source: ECS Developer Guide, "How the Amazon ECS deployment circuit breaker detects failures": rule CBK-02.
pub const BREAKER_BOUNDS: (u32, u32) = (3, 200);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(name: &str, expected: &str) {
        let all = assumptions(&Timings::default());
        let found: Vec<_> = all.iter().filter(|a| a.name == name).map(|a| a.value.as_str()).collect();
        assert_eq!(found, [expected], "{name}");
    }

    #[test]
    fn assumptions_read_as_the_parameter_summary_has_them() {
        reads("metric_delay", "2 min");
        reads("fargate_container_start", "800 ms");
        reads("mi_host_reserve", "256 MiB");
        reads("zstd_factor", "1.35 ×");
        reads("tt_scale_in_max_fraction", "0.5");
        reads("mem_register_factor", "0.965");
        reads("fargate_spot_price_factor", "0.3");
        reads("mi_scale_in_after", "5 min");
    }

    #[test]
    fn thr_04_three_times_each_reaches_27_minutes() {
        // 60, 180, 540, 1620 s.
        assert_eq!(Timings::default().throttle_first.times(27), THROTTLE_MAX);
    }

    #[test]
    fn every_assumption_has_a_reason_and_its_own_name() {
        let all = assumptions(&Timings::default());
        let mut names: Vec<_> = all.iter().map(|a| a.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|a| !a.reason.is_empty() && !a.value.is_empty()));
    }

    #[test]
    fn a_file_may_change_one_figure_and_no_unknown_one() {
        let changed: Timings = ron::from_str("(boot_register: 90000)").unwrap();
        assert_eq!(changed, Timings { boot_register: Span::from_secs(90), ..Timings::default() });
        assert!(ron::from_str::<Timings>("(boot: 90000)").is_err());
    }
}
