//! Service quotas: how many of what an account may have, and how fast it may ask.
//!
//! One row of the table is one quota. A quota that can be raised is a default, never a user's own limit: new
//! accounts may start lower (rule QTA-02). Nothing here decides what happens when one is passed.
//! Assumption: balancer, Lattice and VPC rows marked so can be raised; not every page was read for it.
//! Source: AWS General Reference, "Amazon ECS endpoints and quotas" (read 2026-10) unless a row names another page.

/// One quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What is counted, as the console says it.
    pub name: &'static str,
    /// How many are allowed.
    pub value: u64,
    /// Whether AWS raises it on request.
    pub adjustable: bool,
    /// The rule it stands in.
    pub rule: &'static str,
    /// The page it was read on.
    pub source: &'static str,
}

impl Quota {
    /// Whether a count is within it.
    pub const fn allows(&self, count: u64) -> bool {
        count <= self.value
    }

    /// Whether an account means it by that name: ours, or the one of the Service Quotas console, in any case.
    pub fn is_named(&self, name: &str) -> bool {
        let same = |own: &str| own.eq_ignore_ascii_case(name.trim());
        same(self.name) || IN_SERVICE_QUOTAS.iter().any(|(own, quota)| quota.name == self.name && same(own))
    }

    /// Whether a count is within it but has used four fifths of it, when a note is due: rule QTA-01.
    pub const fn is_near(&self, count: u64) -> bool {
        self.allows(count) && count.saturating_mul(5) >= self.value.saturating_mul(4)
    }
}

const ECS: &str = "AWS General Reference, Amazon ECS endpoints and quotas";
const API: &str = "Amazon ECS API Reference";
const ALB: &str = "Elastic Load Balancing User Guide, Quotas for your Application Load Balancers";
const NLB: &str = "Elastic Load Balancing User Guide, Quotas for your Network Load Balancers";
const AGW: &str = "API Gateway Developer Guide, Quotas for HTTP APIs";
const LATTICE: &str = "VPC Lattice User Guide, Quotas";
const VPC: &str = "Amazon VPC User Guide, Amazon VPC quotas (2023)";
const LINK: &str = "AWS PrivateLink Guide, Quotas";
const SCALING: &str = "Application Auto Scaling User Guide, Quotas (2023)";
const EXPRESS: &str = "ECS Developer Guide, Express Mode services";
const EC2: &str = "Assumption: what new accounts commonly have; no page gives one figure";

/// Turns the table into constants and their list, so that no quota is in one and not in the other.
macro_rules! quotas {
    ($($name:ident $value:literal $adjustable:ident $rule:literal $source:ident $text:literal;)*) => {
        $(
            #[doc = concat!($text, ". Source: the row's page; rule ", $rule, ".")]
            pub const $name: Quota = Quota {
                name: $text,
                value: $value,
                adjustable: quotas!(@ $adjustable),
                rule: $rule,
                source: $source,
            };
        )*
        /// Every quota, in the order of the pages.
        pub const ALL: &[Quota] = &[$($name),*];
    };
    (@ adjustable) => { true };
    (@ fixed) => { false };
}

quotas! {
    CLUSTERS 10_000 adjustable "QUO-01" ECS "Clusters per account and Region";
    SERVICES_PER_CLUSTER 5_000 fixed "QUO-02" ECS "Services per cluster";
    TASKS_PER_SERVICE 5_000 fixed "QUO-03" ECS "Tasks per service";
    TASKS_PER_DISCOVERED_SERVICE 1_000 fixed "QUO-03" ECS "Tasks per service with service discovery or Service Connect";
    INSTANCES_PER_CLUSTER 5_000 fixed "QUO-04" ECS "Container instances per cluster";
    CAPACITY_PROVIDERS_PER_CLUSTER 20 fixed "QUO-05" ECS "Capacity providers per cluster";
    CAPACITY_PROVIDERS_PER_STRATEGY 20 fixed "CPS-04" API "Capacity providers per strategy";
    STRATEGY_WEIGHT 1_000 fixed "CPS-06" API "Weight of a capacity provider strategy item";
    STRATEGY_BASE 100_000 fixed "CPS-06" API "Base of a capacity provider strategy item";
    TARGET_GROUPS_PER_SERVICE 5 fixed "QUO-06" ECS "Target groups per service";
    CLASSIC_BALANCERS_PER_SERVICE 1 fixed "QUO-07" ECS "Classic Load Balancers per service";
    CONTAINERS_PER_TASK_DEFINITION 10 fixed "QUO-08" ECS "Containers per task definition";
    TASK_DEFINITION_KIB 64 fixed "QUO-09" ECS "Task definition size in KiB";
    REVISIONS_PER_FAMILY 1_000_000 fixed "QUO-10" ECS "Revisions per task definition family";
    SUBNETS_PER_AWSVPC 16 fixed "QUO-11" ECS "Subnets per awsvpcConfiguration";
    SECURITY_GROUPS_PER_AWSVPC 5 fixed "QUO-11" ECS "Security groups per awsvpcConfiguration";
    PROVISIONING_TASKS_PER_CLUSTER 500 fixed "QUO-12" ECS "Tasks in PROVISIONING per cluster";
    TASKS_PER_RUN_TASK 10 fixed "QUO-13" API "Tasks per RunTask call";
    INSTANCES_PER_START_TASK 10 fixed "QUO-13" API "Container instances per StartTask call";
    TASKS_PER_PROTECTION_CALL 10 fixed "QUO-13" API "Tasks per UpdateTaskProtection call";
    SERVICES_PER_NAMESPACE 300 fixed "QUO-14" ECS "Services per namespace";
    FARGATE_ON_DEMAND_VCPUS 6 adjustable "QUO-15" ECS "Fargate On-Demand vCPUs";
    FARGATE_SPOT_VCPUS 6 adjustable "QUO-15" ECS "Fargate Spot vCPUs";
    FARGATE_LAUNCH_BURST 100 adjustable "QUO-16" ECS "Fargate task launches at once";
    FARGATE_LAUNCH_RATE 20 adjustable "QUO-16" ECS "Fargate task launches a second";
    FARGATE_LAUNCH_BURST_NEW_REGION 25 adjustable "QUO-16" ECS "Fargate task launches at once, newer Regions";
    FARGATE_LAUNCH_RATE_NEW_REGION 5 adjustable "QUO-16" ECS "Fargate task launches a second, newer Regions";
    SERVICE_LAUNCH_RATE 500 fixed "QUO-17" ECS "Task launches of a service a minute";
    SERVICE_FARGATE_LAUNCH_RATE_NEW_REGION 125 fixed "QUO-17" ECS "Fargate task launches of a service a minute, newer Regions";
    ATTRIBUTES_PER_INSTANCE 10 fixed "QUO-18" ECS "Custom attributes per container instance";
    RESERVED_PORTS_PER_INSTANCE 100 fixed "QUO-19" API "Reserved ports per container instance";
    RESTART_POLICY_EXIT_CODES 50 fixed "QUO-20" API "Ignored exit codes of a restart policy";
    ENVIRONMENT_FILES 10 fixed "QUO-20" API "Environment files per container";
    PLACEMENT_STRATEGIES 5 fixed "QUO-21" API "Placement strategies per service or task";
    PLACEMENT_CONSTRAINTS 10 fixed "QUO-21" API "Placement constraints per service or task";
    PAUSE_HOOKS 10 fixed "QUO-23" ECS "Pause hooks per service deployment";
    LAMBDA_HOOKS 10 fixed "QUO-23" ECS "Lambda hooks per service deployment";
    FARGATE_EPHEMERAL_GIB 200 fixed "QUO-24" API "Fargate ephemeral storage per task in GiB";
    TAGS_PER_RESOURCE 50 fixed "QTA" ECS "Tags per resource";
    RUN_TASK_CALLS_ON_FARGATE 20 adjustable "RAT-03" ECS "RunTask calls on Fargate a second";
    CLUSTER_MODIFY_BURST 100 adjustable "RAT-04" ECS "Cluster resource modify calls at once";
    CLUSTER_MODIFY_RATE 40 adjustable "RAT-04" ECS "Cluster resource modify calls a second";
    SERVICE_MODIFY_BURST 50 adjustable "RAT-04" ECS "Service modify calls at once";
    SERVICE_MODIFY_RATE 5 adjustable "RAT-04" ECS "Service modify calls a second";
    ALBS 50 adjustable "LB-30" ALB "Application Load Balancers per Region";
    ALB_LISTENERS 50 adjustable "LB-30" ALB "Listeners per Application Load Balancer";
    ALB_CERTIFICATES 25 adjustable "LB-30" ALB "Certificates per Application Load Balancer, without the default";
    ALB_RULES 100 adjustable "LB-30" ALB "Rules per Application Load Balancer, without defaults";
    ALB_CONDITION_VALUES 5 fixed "LB-30" ALB "Condition values per rule";
    ALB_CONDITION_WILDCARDS 6 fixed "LB-30" ALB "Condition wildcards per rule";
    ALB_TARGET_GROUPS_PER_ACTION 5 fixed "LB-30" ALB "Target groups per action";
    ALB_TARGET_GROUPS 100 fixed "QUO-22" ALB "Target groups per Application Load Balancer";
    ALB_TARGETS 1_000 adjustable "QUO-22" ALB "Targets per Application Load Balancer";
    TARGETS_PER_TARGET_GROUP 1_000 adjustable "QUO-22" ALB "Targets per target group";
    TARGET_GROUPS_PER_REGION 3_000 adjustable "LB-30" ALB "Target groups per Region";
    NLBS 50 adjustable "LB-31" NLB "Network Load Balancers per Region";
    NLB_LISTENERS 50 adjustable "LB-31" NLB "Listeners per Network Load Balancer";
    NLB_TARGETS_PER_ZONE 500 adjustable "LB-31" NLB "Targets per zone and Network Load Balancer";
    NLB_TARGETS 3_000 adjustable "LB-31" NLB "Targets per Network Load Balancer";
    NLB_TARGETS_CROSS_ZONE 500 adjustable "LB-31" NLB "Targets per Network Load Balancer with cross-zone";
    NLB_ENIS_PER_VPC 1_200 adjustable "LB-31" NLB "Network Load Balancer interfaces per VPC";
    HTTP_API_ROUTES 300 adjustable "AGW-02" AGW "Routes per HTTP API";
    HTTP_API_INTEGRATIONS 300 fixed "AGW-02" AGW "Integrations per HTTP API";
    HTTP_API_STAGES 10 adjustable "AGW-02" AGW "Stages per HTTP API";
    VPC_LINKS 10 adjustable "AGW-02" AGW "VPC links per Region";
    VPC_LINK_SUBNETS 10 adjustable "AGW-02" AGW "Subnets per VPC link";
    HTTP_API_REQUEST_RATE 10_000 adjustable "AGW-02" AGW "API Gateway requests a second and account";
    HTTP_API_REQUEST_BURST 5_000 adjustable "AGW-02" AGW "API Gateway requests at once and account";
    LATTICE_REQUEST_RATE 10_000 adjustable "S2S-31" LATTICE "VPC Lattice requests a second, service and zone";
    LATTICE_LISTENERS 2 adjustable "S2S-31" LATTICE "Listeners per VPC Lattice service";
    LATTICE_RULES 10 adjustable "S2S-31" LATTICE "Rules per VPC Lattice listener";
    LATTICE_TARGETS 1_000 adjustable "S2S-31" LATTICE "Targets per VPC Lattice target group";
    LATTICE_SERVICES 500 adjustable "S2S-31" LATTICE "Services per VPC Lattice service network";
    VPCS 5 adjustable "QTA" VPC "VPCs per Region";
    SUBNETS_PER_VPC 200 adjustable "QTA" VPC "Subnets per VPC";
    IPV4_BLOCKS_PER_VPC 5 adjustable "QTA" VPC "IPv4 CIDR blocks per VPC";
    ELASTIC_IPS 5 adjustable "QTA" VPC "Elastic IP addresses per Region";
    ELASTIC_IPS_PER_NAT_GATEWAY 2 adjustable "QTA" VPC "Elastic IP addresses per NAT gateway";
    NAT_GATEWAYS_PER_ZONE 5 adjustable "QTA" VPC "NAT gateways per zone";
    INTERNET_GATEWAYS 5 adjustable "QTA" VPC "Internet gateways per Region";
    EGRESS_ONLY_GATEWAYS 5 adjustable "QTA" VPC "Egress-only internet gateways per Region";
    ENIS_PER_REGION 5_000 adjustable "QTA" VPC "Network interfaces per Region";
    SECURITY_GROUPS 2_500 adjustable "QTA" VPC "Security groups per Region";
    SECURITY_GROUP_RULES 60 adjustable "QTA" VPC "Inbound or outbound rules per security group";
    SECURITY_GROUPS_PER_ENI 5 adjustable "QTA" VPC "Security groups per network interface";
    EC2_STANDARD_VCPUS 5 adjustable "QTA" EC2 "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) vCPUs";
    EC2_G_VCPUS 0 adjustable "QTA" EC2 "Running On-Demand G and VT vCPUs";
    EC2_P_VCPUS 0 adjustable "QTA" EC2 "Running On-Demand P vCPUs";
    EC2_INF_VCPUS 0 adjustable "QTA" EC2 "Running On-Demand Inf vCPUs";
    EC2_TRN_VCPUS 0 adjustable "QTA" EC2 "Running On-Demand Trn vCPUs";
    EC2_STANDARD_SPOT_VCPUS 5 adjustable "QTA" EC2 "Standard (A, C, D, H, I, M, R, T, Z) Spot vCPUs";
    EC2_G_SPOT_VCPUS 0 adjustable "QTA" EC2 "G and VT Spot vCPUs";
    EC2_P_SPOT_VCPUS 0 adjustable "QTA" EC2 "P Spot vCPUs";
    EC2_INF_SPOT_VCPUS 0 adjustable "QTA" EC2 "Inf Spot vCPUs";
    EC2_TRN_SPOT_VCPUS 0 adjustable "QTA" EC2 "Trn Spot vCPUs";
    INTERFACE_ENDPOINTS_PER_VPC 50 adjustable "QTA" LINK "Interface endpoints per VPC";
    GATEWAY_ENDPOINTS_PER_REGION 20 adjustable "QTA" LINK "Gateway endpoints per Region";
    SCALABLE_TARGETS 3_000 adjustable "AAS-07" SCALING "ECS scalable targets per Region";
    SCALING_POLICIES 50 fixed "AAS-07" SCALING "Scaling policies per scalable target";
    SCHEDULED_ACTIONS 200 fixed "AAS-07" SCALING "Scheduled actions per scalable target";
    STEPS_PER_POLICY 20 fixed "AAS-07" SCALING "Steps per step scaling policy";
    EXPRESS_SERVICES_PER_ALB 25 fixed "XPR-20" EXPRESS "Express Mode services per Application Load Balancer";
}

/// Names in the Service Quotas console that differ from ours.
///
/// Source: AWS General Reference, "Amazon ECS", "AWS Fargate", "Amazon EC2", "Elastic Load Balancing" and "Amazon VPC endpoints
/// and quotas", column Name.
const IN_SERVICE_QUOTAS: &[(&str, Quota)] = &[
    ("Clusters per account", CLUSTERS),
    ("Fargate On-Demand vCPU resource count", FARGATE_ON_DEMAND_VCPUS),
    ("Fargate Spot vCPU resource count", FARGATE_SPOT_VCPUS),
    ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", EC2_STANDARD_VCPUS),
    ("Running On-Demand G and VT instances", EC2_G_VCPUS),
    ("Running On-Demand P instances", EC2_P_VCPUS),
    ("Running On-Demand Inf instances", EC2_INF_VCPUS),
    ("Running On-Demand Trn instances", EC2_TRN_VCPUS),
    ("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", EC2_STANDARD_SPOT_VCPUS),
    ("All G and VT Spot Instance Requests", EC2_G_SPOT_VCPUS),
    ("All P Spot Instance Requests", EC2_P_SPOT_VCPUS),
    ("All P4, P3 and P2 Spot Instance Requests", EC2_P_SPOT_VCPUS),
    ("All Inf Spot Instance Requests", EC2_INF_SPOT_VCPUS),
    ("All Trn Spot Instance Requests", EC2_TRN_SPOT_VCPUS),
    ("Certificates per Application Load Balancer", ALB_CERTIFICATES),
    ("Rules per Application Load Balancer", ALB_RULES),
    ("Targets per Target Group per Region", TARGETS_PER_TARGET_GROUP),
    ("Targets per Availability Zone per Network Load Balancer", NLB_TARGETS_PER_ZONE),
    ("Network Load Balancer ENIs per VPC", NLB_ENIS_PER_VPC),
    ("VPC security groups per Region", SECURITY_GROUPS),
    ("NAT gateways per Availability Zone", NAT_GATEWAYS_PER_ZONE),
    ("EC2-VPC Elastic IPs", ELASTIC_IPS),
    ("Elastic IP addresses per public NAT gateway", ELASTIC_IPS_PER_NAT_GATEWAY),
    ("Interface VPC endpoints per VPC", INTERFACE_ENDPOINTS_PER_VPC),
    ("Gateway VPC endpoints per Region", GATEWAY_ENDPOINTS_PER_REGION),
];

/// Quotas of running EC2 vCPUs by instance family: the letters it begins with, the quota on demand, that of Spot.
///
/// Source: EC2 User Guide, "Amazon EC2 instance type quotas", which groups families so; rule QTA.
const RUNNING_VCPUS: &[(&[&str], Quota, Quota)] = &[
    (&["inf"], EC2_INF_VCPUS, EC2_INF_SPOT_VCPUS),
    (&["trn"], EC2_TRN_VCPUS, EC2_TRN_SPOT_VCPUS),
    (&["g", "vt"], EC2_G_VCPUS, EC2_G_SPOT_VCPUS),
    (&["p"], EC2_P_VCPUS, EC2_P_SPOT_VCPUS),
    (&["a", "c", "d", "h", "i", "m", "r", "t", "z"], EC2_STANDARD_VCPUS, EC2_STANDARD_SPOT_VCPUS),
];

/// Families that begin like those above and have quotas of their own, which the catalogue does not know.
///
/// Source: EC2 User Guide, "Amazon EC2 instance type quotas": DL, HPC and dedicated Mac hosts are counted apart.
const COUNTED_APART: &[&str] = &["dl", "hpc", "mac"];

/// The quota that a family's running vCPUs count against; `None` where the catalogue has none.
pub fn running_vcpus(family: &str, spot: bool) -> Option<Quota> {
    let begins = |letters: &[&str]| letters.iter().any(|l| family.starts_with(l));
    if begins(COUNTED_APART) {
        return None;
    }
    let (_, on_demand, of_spot) = RUNNING_VCPUS.iter().find(|(letters, ..)| begins(letters))?;
    Some(if spot { *of_spot } else { *on_demand })
}

/// Every quota of running EC2 vCPUs, on demand and Spot.
pub fn of_running_vcpus() -> impl Iterator<Item = Quota> {
    RUNNING_VCPUS.iter().flat_map(|(_, on_demand, spot)| [*on_demand, *spot])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qta_families_count_against_their_group() {
        for (family, name) in [
            ("inf2", Some("Running On-Demand Inf vCPUs")),
            ("trn1", Some("Running On-Demand Trn vCPUs")),
            ("gr6", Some("Running On-Demand G and VT vCPUs")),
            ("p5", Some("Running On-Demand P vCPUs")),
            ("im4gn", Some("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) vCPUs")),
            ("t4g", Some("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) vCPUs")),
            ("dl1", None),
            ("hpc7g", None),
            ("mac2", None),
            ("x2idn", None),
        ] {
            assert_eq!(running_vcpus(family, false).map(|q| q.name), name, "{family}");
        }
        assert_eq!(running_vcpus("m7g", true), Some(EC2_STANDARD_SPOT_VCPUS));
    }

    #[test]
    fn qta_01_four_fifths_are_near() {
        // 80 % of 500 is 400; 501 is over.
        let quota = PROVISIONING_TASKS_PER_CLUSTER;
        assert!(!quota.is_near(399) && quota.is_near(400) && quota.is_near(500));
        assert!(quota.allows(500) && !quota.allows(501) && !quota.is_near(501));
    }

    #[test]
    fn qta_only_adjustable_quotas_may_be_raised() {
        for (quota, value, adjustable) in [
            (CLUSTERS, 10_000, true),
            (SERVICES_PER_CLUSTER, 5_000, false),
            (FARGATE_ON_DEMAND_VCPUS, 6, true),
            (CONTAINERS_PER_TASK_DEFINITION, 10, false),
            (SCALABLE_TARGETS, 3_000, true),
            (STEPS_PER_POLICY, 20, false),
        ] {
            assert_eq!((quota.value, quota.adjustable), (value, adjustable), "{}", quota.name);
        }
    }

    #[test]
    fn qta_a_quota_is_known_by_the_name_of_service_quotas_and_by_ours() {
        assert!(FARGATE_ON_DEMAND_VCPUS.is_named("Fargate On-Demand vCPU resource count"));
        assert!(FARGATE_ON_DEMAND_VCPUS.is_named("fargate on-demand vCPUs"));
        assert!(!FARGATE_SPOT_VCPUS.is_named("Fargate On-Demand vCPU resource count"));
        let twice = |name: &str| ALL.iter().filter(|quota| quota.is_named(name)).count();
        for (name, _) in IN_SERVICE_QUOTAS {
            assert_eq!(twice(name), 1, "{name}");
        }
    }

    #[test]
    fn quo_every_row_of_the_ecs_page_is_here() {
        // QUO-01 to QUO-24, one row or more each.
        for number in 1..=24 {
            let rule = format!("QUO-{number:02}");
            assert!(ALL.iter().any(|quota| quota.rule == rule), "{rule}");
        }
        let mut names: Vec<_> = ALL.iter().map(|quota| quota.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
