//! Everything AWS charges for: its name, its unit, the whole number it is counted in, and how it is rounded.
//!
//! One row of the table below is one meter, tied to its rows in the price files by service and item. A new
//! price item is one row here. Nothing here knows a price.

use crate::catalogue::instance_types::TypeIx;
use crate::units::{Bytes, Quantity, SimTime, Span};

/// The whole number a meter's quantity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// CPU units held × milliseconds (1024 CPU units are one vCPU).
    CpuUnitMs,
    /// Mebibytes held × milliseconds: sizes that people set.
    MibMs,
    /// Bytes held × milliseconds: sizes that grow (logs, images, objects).
    ByteMs,
    /// Things held × milliseconds: gateways, addresses, alarms, IOPS.
    ThingMs,
    /// Bytes moved.
    Byte,
    /// Millionths of a request, message or call.
    MicroRequest,
    /// Billionths of a capacity unit for an hour: a byte through an ALB is exactly one.
    NanoUnitHour,
}

/// What a price is for: AWS's word, and how much of the base unit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// AWS's word: `GB-hour`.
    pub text: &'static str,
    /// What the ledger counts.
    pub base: Base,
    per: u128,
}

/// How a record's quantity becomes what is billed.
///
/// Source: rule BIL-01, from the price pages of AWS Fargate, Amazon EC2, Elastic Load Balancing and Amazon API Gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billing {
    /// Time in whole seconds, rounded up, and never less than a minimum per start.
    PerSecond {
        /// The least time that is billed.
        minimum: Span,
    },
    /// Clock hours in UTC that were touched: 10:50 to 11:10 is two (rule BIL-02).
    PerStartedHour,
    /// Time to the millisecond: prices per month of something held.
    Prorated,
    /// What was counted, unrounded.
    Exact,
    /// Each request counts once for every started step of its payload.
    PerStep {
        /// The payload of one step.
        step: Bytes,
    },
}

/// Over what the tiers of a price add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierScope {
    /// The calendar month, all of the account's usage together (rule BIL-04).
    Month,
    /// Each hour of each thing by itself.
    Hour,
    /// Each thing by its size: the first IOPS of a volume are one price, the rest another.
    Thing,
}

const HOUR: u128 = 3_600_000;
/// Source: AWS Pricing Calculator, "730 hours in a month"; rule 0, "Units".
const MONTH: u128 = 730 * HOUR;
/// Source: AWS Fargate pricing page: a GB of memory is 1024 MiB; rule 0, "Units".
/// Assumption: so is a GB of a volume, whose size is set in GiB; the price pages only say GB.
const GB_MIB: u128 = 1024;
/// Assumption: files, images and objects are stored by the same GB of 2^30 bytes; no page that says so was read.
const GB_STORED: u128 = 1 << 30;
/// Source: Elastic Load Balancing pricing, worked example: 300 KB/s for an hour are 1.08 GB.
/// Assumption: every other GB that moves is 10^9 bytes too; rule 0, "Units", says so of data transfer. AWS's price list counts
/// a TB as 1,024 GB and third parties read GB of 2^30 off S3's and `CloudFront`'s bills; no page of AWS that says so of transfer
/// was found. An account may count them so (`gb_moved`): every line by the GB that moves is then 6.9 % lower.
pub const GB_MOVED: Bytes = Bytes::from_bytes(1_000_000_000);
/// The same in base units.
const GB_MOVED_BYTES: u128 = 1_000_000_000;

const fn unit(text: &'static str, base: Base, per: u128) -> Unit {
    Unit { text, base, per }
}
const VCPU_HOUR: Unit = unit("vCPU-hour", Base::CpuUnitMs, 1024 * HOUR);
const VCPU_MONTH: Unit = unit("vCPU-month", Base::CpuUnitMs, 1024 * MONTH);
const GB_HOUR: Unit = unit("GB-hour", Base::MibMs, GB_MIB * HOUR);
const GB_MONTH: Unit = unit("GB-month", Base::MibMs, GB_MIB * MONTH);
const STORED: Unit = unit("GB-month", Base::ByteMs, GB_STORED * MONTH);
/// Source: AWS Pricing Calculator, CloudWatch: GB stored are the GB ingested × 0.15, so they are the same GB (rule OBS-06).
const LOGS_STORED: Unit = unit("GB-month", Base::ByteMs, GB_MOVED_BYTES * MONTH);
const GB: Unit = unit("GB", Base::Byte, GB_MOVED_BYTES);
const LCU: Unit = unit("LCU-hour", Base::NanoUnitHour, 1_000_000_000);
const NLCU: Unit = unit("NLCU-hour", Base::NanoUnitHour, 1_000_000_000);
const GLCU: Unit = unit("GLCU-hour", Base::NanoUnitHour, 1_000_000_000);

const fn hours(text: &'static str) -> Unit {
    unit(text, Base::ThingMs, HOUR)
}
const fn months(text: &'static str) -> Unit {
    unit(text, Base::ThingMs, MONTH)
}
const fn minutes(text: &'static str) -> Unit {
    unit(text, Base::ThingMs, HOUR / 60)
}
const fn count(text: &'static str) -> Unit {
    unit(text, Base::MicroRequest, 1_000_000)
}

/// Source: AWS Fargate pricing page, quoted: Linux tasks, a minute at least; rules BIL-01 and FG-30.
/// Assumption: instances, their fee and volumes likewise: widely published, not read again (rules EC2-30, MI-51, STC-02).
const MINUTE: Billing = Billing::PerSecond { minimum: Span::from_secs(60) };
/// Source: AWS Fargate pricing page, quoted: Windows containers, five minutes at least (older quotes 15); rule FG-30.
const WINDOWS: Billing = Billing::PerSecond { minimum: Span::from_secs(300) };
/// Source: AWS price list, Amazon ECS entry, ECS Anywhere: per second; no minimum is named; rule ANY-05.
const SECOND: Billing = Billing::PerSecond { minimum: Span::ZERO };
/// Assumption: public addresses are billed like the instances they sit on; the page names only the hourly price.
const ADDRESS: Billing = MINUTE;
/// Source: Elastic Load Balancing and Amazon VPC pricing pages: a partial hour is a full hour; rule BIL-01.
/// Assumption: transit gateways and VPC Lattice services, whose rounding was not read, are billed the same way.
const STARTED: Billing = Billing::PerStartedHour;
const PRORATED: Billing = Billing::Prorated;
const EXACT: Billing = Billing::Exact;
/// Source: Amazon API Gateway pricing page: HTTP APIs are metered in 512 KB steps; rule AGW-01.
/// Assumption: a KB of a step is 1024 bytes.
const STEP_512: Billing = step(512);
/// Source: third parties quoting the Amazon SQS and `EventBridge` pricing pages (2026-06): each 64 KB counts as one.
const STEP_64: Billing = step(64);
/// Source: a third party quoting the Amazon API Gateway pricing page (2026-06): `WebSocket` messages count in 32 KB steps.
const STEP_32: Billing = step(32);

const fn step(kib: u64) -> Billing {
    Billing::PerStep { step: Bytes::from_bytes(kib * 1024) }
}

impl Unit {
    /// How many base units one published unit is.
    pub const fn quantity(self) -> Quantity {
        Quantity::from_base(self.per)
    }
}

impl Billing {
    /// The time that is billed for something that stood from `from` to `to`.
    ///
    /// `into_hour` is how far the run's start lay inside a clock hour. Requests and bytes are not billed by
    /// time: their span comes back as it is.
    pub fn span(self, from: SimTime, to: SimTime, into_hour: Span) -> Span {
        let span = to.since(from);
        match self {
            Self::PerSecond { minimum } => span.ceil_second().max(minimum),
            Self::PerStartedHour => {
                let (first, end) = ((from + into_hour).hour(), (to + into_hour).ms().div_ceil(Span::HOUR.ms()));
                Span::HOUR.times(end.saturating_sub(first).max(1))
            }
            Self::Prorated | Self::Exact | Self::PerStep { .. } => span,
        }
    }

    /// How many requests one request with this payload counts as.
    pub fn steps(self, payload: Bytes) -> u64 {
        match self {
            Self::PerStep { step } => payload.bytes().div_ceil(step.bytes()).max(1),
            Self::PerSecond { .. } | Self::PerStartedHour | Self::Prorated | Self::Exact => 1,
        }
    }
}

struct Row {
    service: &'static str,
    item: &'static str,
    unit: Unit,
    billing: Billing,
    label: &'static str,
}

const fn row(service: &'static str, item: &'static str, unit: Unit, billing: Billing, label: &'static str) -> Row {
    Row { service, item, unit, billing, label }
}

/// Turns the table into the enum, its list and its facts, so that a meter cannot be in one and not in another.
macro_rules! meters {
    ($($name:ident, $service:literal, $item:literal, $unit:expr, $billing:expr, $label:literal;)*) => {
        /// What AWS charges for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(clippy::doc_markdown, reason = "labels are AWS's own words, for people")]
        pub enum Meter {
            $(#[doc = $label] $name,)*
            /// An EC2 instance of this type, on demand, Linux.
            Ec2Linux(TypeIx),
            /// An EC2 instance of this type, on demand, Windows.
            Ec2Windows(TypeIx),
            /// An EC2 Spot instance of this type, Linux.
            Ec2Spot(TypeIx),
            /// An EC2 Spot instance of this type, Windows.
            Ec2SpotWindows(TypeIx),
            /// The management fee of ECS Managed Instances for an instance of this type.
            ManagedInstancesFee(TypeIx),
        }

        impl Meter {
            /// Every meter that is not of an instance type, in the order of a bill.
            pub const SERVICES: &[Self] = &[$(Self::$name),*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$name => row($service, $item, $unit, $billing, $label),)*
                    Self::Ec2Linux(_) => row("ec2_linux", "", hours("hour"), MINUTE, "EC2 on demand, Linux"),
                    Self::Ec2Windows(_) => row("ec2_windows", "", hours("hour"), MINUTE, "EC2 on demand, Windows"),
                    Self::Ec2Spot(_) => row("ec2_spot", "", hours("hour"), MINUTE, "EC2 Spot, Linux"),
                    Self::Ec2SpotWindows(_) => {
                        row("ec2_spot_windows", "", hours("hour"), MINUTE, "EC2 Spot, Windows")
                    }
                    Self::ManagedInstancesFee(_) => {
                        row("managed_instances_fee", "", hours("hour"), MINUTE, "ECS Managed Instances fee")
                    }
                }
            }
        }
    };
}

meters! {
    // AWS Fargate.
    FargateX86Vcpu, "fargate", "linux_x86_vcpu", VCPU_HOUR, MINUTE, "Fargate vCPU, Linux/X86";
    FargateX86Memory, "fargate", "linux_x86_memory", GB_HOUR, MINUTE, "Fargate memory, Linux/X86";
    FargateArmVcpu, "fargate", "linux_arm_vcpu", VCPU_HOUR, MINUTE, "Fargate vCPU, Linux/ARM";
    FargateArmMemory, "fargate", "linux_arm_memory", GB_HOUR, MINUTE, "Fargate memory, Linux/ARM";
    FargateWindowsVcpu, "fargate", "windows_vcpu", VCPU_HOUR, WINDOWS, "Fargate vCPU, Windows/X86";
    FargateWindowsMemory, "fargate", "windows_memory", GB_HOUR, WINDOWS, "Fargate memory, Windows/X86";
    FargateWindowsLicence, "fargate", "windows_os_licence", VCPU_HOUR, WINDOWS, "Fargate OS licence fee, Windows";
    FargateSpotX86Vcpu, "fargate", "spot_linux_x86_vcpu", VCPU_HOUR, MINUTE, "Fargate Spot vCPU, Linux/X86";
    FargateSpotX86Memory, "fargate", "spot_linux_x86_memory", GB_HOUR, MINUTE, "Fargate Spot memory, Linux/X86";
    FargateSpotArmVcpu, "fargate", "spot_linux_arm_vcpu", VCPU_HOUR, MINUTE, "Fargate Spot vCPU, Linux/ARM";
    FargateSpotArmMemory, "fargate", "spot_linux_arm_memory", GB_HOUR, MINUTE, "Fargate Spot memory, Linux/ARM";
    FargateEphemeralStorage, "fargate", "ephemeral_storage_above_20gb", GB_HOUR, MINUTE,
        "Fargate ephemeral storage above 20 GB";
    // Amazon ECS.
    AnywhereInstance, "ecs", "anywhere_instance", hours("hour"), SECOND, "ECS Anywhere instance";
    EcsOrchestration, "ecs", "orchestration_ec2_fargate", hours("hour"), PRORATED,
        "ECS orchestration of EC2 and Fargate";
    // Amazon EC2, beside the instances.
    CpuCreditsLinux, "ec2_cpu_credits", "t2_t3_linux", VCPU_HOUR, EXACT, "EC2 CPU credits, T2 and T3, Linux";
    CpuCreditsWindows, "ec2_cpu_credits", "t2_t3_windows", VCPU_HOUR, EXACT, "EC2 CPU credits, T2 and T3, Windows";
    CpuCreditsT4g, "ec2_cpu_credits", "t4g_linux", VCPU_HOUR, EXACT, "EC2 CPU credits, T4g";
    // Amazon EBS.
    EbsGp3Storage, "ebs", "gp3_storage", GB_MONTH, MINUTE, "EBS gp3 storage";
    EbsGp3Iops, "ebs", "gp3_iops_above_3000", months("IOPS-month"), MINUTE, "EBS gp3 IOPS above 3,000";
    EbsGp3Throughput, "ebs", "gp3_throughput_above_125", months("MiBps-month"), MINUTE,
        "EBS gp3 throughput above 125 MiB/s";
    EbsGp2Storage, "ebs", "gp2_storage", GB_MONTH, MINUTE, "EBS gp2 storage";
    EbsIo1Storage, "ebs", "io1_storage", GB_MONTH, MINUTE, "EBS io1 storage";
    EbsIo1Iops, "ebs", "io1_iops", months("IOPS-month"), MINUTE, "EBS io1 IOPS";
    EbsIo2Storage, "ebs", "io2_storage", GB_MONTH, MINUTE, "EBS io2 storage";
    EbsIo2Iops, "ebs", "io2_iops_first_32000", months("IOPS-month"), MINUTE, "EBS io2 IOPS";
    EbsSt1Storage, "ebs", "st1_storage", GB_MONTH, MINUTE, "EBS st1 storage";
    EbsSc1Storage, "ebs", "sc1_storage", GB_MONTH, MINUTE, "EBS sc1 storage";
    EbsMagneticStorage, "ebs", "magnetic_storage", GB_MONTH, MINUTE, "EBS magnetic storage";
    EbsSnapshotStorage, "ebs", "snapshot_storage", STORED, PRORATED, "EBS snapshot storage";
    // Amazon EFS.
    EfsStandardStorage, "efs", "standard_storage", STORED, PRORATED, "EFS Standard storage";
    EfsStandardIaStorage, "efs", "standard_ia_storage", STORED, PRORATED, "EFS Standard-IA storage";
    EfsStandardIaStorageElastic, "efs", "standard_ia_storage_elastic", STORED, PRORATED,
        "EFS Infrequent Access storage, Elastic Throughput";
    EfsArchiveStorage, "efs", "archive_storage", STORED, PRORATED, "EFS Archive storage";
    EfsOneZoneStorage, "efs", "one_zone_storage", STORED, PRORATED, "EFS One Zone storage";
    EfsOneZoneIaStorage, "efs", "one_zone_ia_storage", STORED, PRORATED, "EFS One Zone-IA storage";
    EfsElasticRead, "efs", "elastic_throughput_read", GB, EXACT, "EFS Elastic Throughput, read";
    EfsElasticWrite, "efs", "elastic_throughput_write", GB, EXACT, "EFS Elastic Throughput, written";
    EfsIaRead, "efs", "ia_access_read", GB, EXACT, "EFS Infrequent Access, read";
    EfsIaWrite, "efs", "ia_access_write", GB, EXACT, "EFS Infrequent Access, written";
    EfsProvisionedThroughput, "efs", "provisioned_throughput", months("MBps-month"), PRORATED,
        "EFS Provisioned Throughput";
    // Amazon FSx for Windows File Server.
    FsxSingleAzStorage, "fsx_windows", "ssd_storage_single_az", GB_MONTH, PRORATED,
        "FSx for Windows SSD storage, Single-AZ";
    FsxSingleAzThroughput, "fsx_windows", "throughput_single_az", months("MBps-month"), PRORATED,
        "FSx for Windows throughput, Single-AZ";
    FsxMultiAzStorage, "fsx_windows", "ssd_storage_multi_az", GB_MONTH, PRORATED,
        "FSx for Windows SSD storage, Multi-AZ";
    FsxMultiAzHddStorage, "fsx_windows", "hdd_storage_multi_az", GB_MONTH, PRORATED,
        "FSx for Windows HDD storage, Multi-AZ";
    FsxMultiAzThroughput, "fsx_windows", "throughput_multi_az", months("MBps-month"), PRORATED,
        "FSx for Windows throughput, Multi-AZ";
    FsxBackupStorage, "fsx_windows", "backup_storage", STORED, PRORATED, "FSx for Windows backup storage";
    // Elastic Load Balancing.
    AlbHour, "alb", "hour", hours("hour"), STARTED, "Application Load Balancer";
    AlbLcu, "alb", "lcu", LCU, EXACT, "Application Load Balancer capacity units";
    NlbHour, "nlb", "hour", hours("hour"), STARTED, "Network Load Balancer";
    NlbLcu, "nlb", "nlcu", NLCU, EXACT, "Network Load Balancer capacity units";
    GwlbHour, "gwlb", "hour", hours("hour"), STARTED, "Gateway Load Balancer, per zone";
    GwlbLcu, "gwlb", "glcu", GLCU, EXACT, "Gateway Load Balancer capacity units";
    ClassicHour, "elb_classic", "hour", hours("hour"), STARTED, "Classic Load Balancer";
    ClassicData, "elb_classic", "data_processed", GB, EXACT, "Classic Load Balancer data processed";
    // Amazon API Gateway.
    HttpApiRequest, "api_gateway", "http_api_request", count("request"), STEP_512, "API Gateway HTTP API requests";
    RestApiRequest, "api_gateway", "rest_api_request", count("request"), EXACT, "API Gateway REST API requests";
    WebSocketMessage, "api_gateway", "websocket_message", count("message"), STEP_32, "API Gateway WebSocket messages";
    WebSocketMinute, "api_gateway", "websocket_connection_minute", minutes("minute"), PRORATED,
        "API Gateway WebSocket connection time";
    // NAT gateways, endpoints, addresses, transit.
    NatGatewayHour, "nat_gateway", "hour", hours("hour"), STARTED, "NAT gateway";
    NatGatewayData, "nat_gateway", "data_processed", GB, EXACT, "NAT gateway data processed";
    RegionalNatGatewayHour, "nat_gateway_regional", "az_hour", hours("AZ-hour"), STARTED,
        "Regional NAT gateway, per zone";
    RegionalNatGatewayData, "nat_gateway_regional", "data_processed", GB, EXACT,
        "Regional NAT gateway data processed";
    ProvisionedNatBandwidth, "nat_gateway_provisioned", "bandwidth", hours("Gbps-hour"), STARTED,
        "NAT gateway provisioned bandwidth";
    ProvisionedNatData, "nat_gateway_provisioned", "data_processed", GB, EXACT,
        "NAT gateway data processed, provisioned";
    InterfaceEndpointHour, "vpc_endpoint", "interface_az_hour", hours("AZ-hour"), STARTED,
        "Interface endpoint, per zone";
    InterfaceEndpointData, "vpc_endpoint", "interface_data", GB, EXACT, "Interface endpoint data processed";
    GatewayEndpointHour, "vpc_endpoint", "gateway_s3_dynamodb", hours("hour"), STARTED,
        "Gateway endpoint (S3, DynamoDB)";
    GwlbEndpointHour, "vpc_endpoint", "gwlb_endpoint_hour", hours("AZ-hour"), STARTED,
        "Gateway Load Balancer endpoint, per zone";
    GwlbEndpointData, "vpc_endpoint", "gwlb_endpoint_data", GB, EXACT,
        "Gateway Load Balancer endpoint data processed";
    PublicIpv4, "public_ipv4", "in_use_address", hours("hour"), ADDRESS, "Public IPv4 address, in use";
    PublicIpv4Idle, "public_ipv4", "idle_address", hours("hour"), ADDRESS, "Public IPv4 address, idle";
    TransitGatewayAttachment, "transit_gateway", "attachment", hours("hour"), STARTED, "Transit gateway attachment";
    TransitGatewayData, "transit_gateway", "data_processed", GB, EXACT, "Transit gateway data processed";
    // Data transfer.
    InternetOut, "data_transfer", "internet_out", GB, EXACT, "Data transfer out to the internet";
    InternetIn, "data_transfer", "internet_in", GB, EXACT, "Data transfer in from the internet";
    CrossAz, "data_transfer", "cross_az", GB, EXACT, "Data transfer between zones, each direction";
    InterRegion, "data_transfer", "to_other_regions", GB, EXACT, "Data transfer to other regions";
    InterRegionUsEast, "data_transfer", "to_us_east_regions", GB, EXACT,
        "Data transfer between us-east-1 and us-east-2";
    // Amazon ECR and Amazon S3.
    EcrStorage, "ecr", "storage", STORED, PRORATED, "ECR storage";
    EcrDataIn, "ecr", "data_transfer_in", GB, EXACT, "ECR data transfer in";
    S3Storage, "s3", "standard_storage", STORED, PRORATED, "S3 Standard storage";
    S3Get, "s3", "requests_get", count("request"), EXACT, "S3 GET requests";
    S3Put, "s3", "requests_put_copy_post_list", count("request"), EXACT, "S3 PUT, COPY, POST, LIST requests";
    // Amazon CloudWatch.
    LogsIngest, "cloudwatch", "logs_ingest_standard", GB, EXACT, "CloudWatch Logs ingestion, Standard";
    LogsIngestIa, "cloudwatch", "logs_ingest_infrequent_access", GB, EXACT,
        "CloudWatch Logs ingestion, Infrequent Access";
    LogsIngestVended, "cloudwatch", "logs_vended_ingest", GB, EXACT, "CloudWatch vended logs ingestion";
    LogsStorage, "cloudwatch", "logs_storage", LOGS_STORED, PRORATED, "CloudWatch Logs storage";
    LogsStorageIa, "cloudwatch", "logs_storage_infrequent_access", LOGS_STORED, PRORATED,
        "CloudWatch Logs storage, Infrequent Access";
    LogsInsightsScanned, "cloudwatch", "logs_insights_scanned", GB, EXACT, "CloudWatch Logs Insights data scanned";
    LogsLiveTail, "cloudwatch", "logs_live_tail", minutes("minute"), PRORATED, "CloudWatch Logs Live Tail";
    CustomMetric, "cloudwatch", "custom_metric", months("metric-month"), PRORATED, "CloudWatch custom metrics";
    ContainerInsightsMetric, "cloudwatch", "container_insights_ecs_metric", months("metric-month"), PRORATED,
        "Container Insights with enhanced observability metrics";
    EksObservation, "cloudwatch", "container_insights_eks_observation", count("observation"), EXACT,
        "Container Insights observations, EKS";
    AlarmStandard, "cloudwatch", "alarm_standard", months("alarm-month"), PRORATED,
        "CloudWatch standard-resolution alarms";
    AlarmHighResolution, "cloudwatch", "alarm_high_resolution", months("alarm-month"), PRORATED,
        "CloudWatch high-resolution alarms";
    AlarmComposite, "cloudwatch", "alarm_composite", months("alarm-month"), PRORATED, "CloudWatch composite alarms";
    AlarmAnomalyDetection, "cloudwatch", "alarm_anomaly_detection", months("alarm-month"), PRORATED,
        "CloudWatch anomaly detection alarms";
    Dashboard, "cloudwatch", "dashboard", months("month"), PRORATED, "CloudWatch dashboards";
    CloudWatchRequest, "cloudwatch", "api_request", count("request"), EXACT, "CloudWatch API requests";
    GetMetricData, "cloudwatch", "getmetricdata_metric", count("metric"), EXACT, "CloudWatch GetMetricData metrics";
    MetricStreamUpdate, "cloudwatch", "metric_stream_update", count("update"), EXACT,
        "CloudWatch metric stream updates";
    // Queues, events, secrets, keys.
    SqsRequest, "sqs", "standard_request", count("request"), STEP_64, "SQS standard requests";
    SqsFifoRequest, "sqs", "fifo_request", count("request"), STEP_64, "SQS FIFO requests";
    EventBridgeCustomEvent, "eventbridge", "custom_event", count("event"), STEP_64, "EventBridge custom events";
    EventBridgeServiceEvent, "eventbridge", "aws_service_event", count("event"), EXACT,
        "EventBridge AWS service events";
    SchedulerInvocation, "eventbridge_scheduler", "invocation", count("invocation"), EXACT,
        "EventBridge Scheduler invocations";
    Secret, "secrets_manager", "secret", months("secret-month"), PRORATED, "Secrets Manager secrets";
    SecretRequest, "secrets_manager", "api_request", count("request"), EXACT, "Secrets Manager API calls";
    AdvancedParameter, "ssm_parameter_store", "advanced_parameter", months("month"), PRORATED,
        "Parameter Store advanced parameters";
    AdvancedParameterCall, "ssm_parameter_store", "advanced_api_interaction", count("interaction"), EXACT,
        "Parameter Store API interactions, advanced";
    KmsKey, "kms", "customer_key", months("key-month"), PRORATED, "KMS customer managed keys";
    KmsRequest, "kms", "symmetric_request", count("request"), EXACT, "KMS symmetric requests";
    // Protection.
    WafWebAcl, "waf", "web_acl", months("month"), PRORATED, "WAF web ACL";
    WafRule, "waf", "rule", months("month"), PRORATED, "WAF rules";
    WafRequest, "waf", "request", count("request"), EXACT, "WAF requests";
    GuardDutyEcsRuntime, "guardduty", "ecs_runtime_monitoring", VCPU_MONTH, PRORATED,
        "GuardDuty ECS Runtime Monitoring";
    GuardDutyEksRuntime, "guardduty", "eks_runtime_monitoring", VCPU_MONTH, PRORATED,
        "GuardDuty EKS Runtime Monitoring";
    GuardDutyEksVcpu, "guardduty", "eks_runtime_vcpu", VCPU_MONTH, PRORATED, "GuardDuty EKS Runtime vCPU";
    // Names and meshes.
    CloudMapResourceEcs, "cloud_map", "resource_registered_by_ecs", months("month"), PRORATED,
        "Cloud Map resources registered by ECS";
    CloudMapResource, "cloud_map", "resource_other", months("resource-month"), PRORATED, "Cloud Map resources";
    CloudMapCall, "cloud_map", "discovery_api_call", count("call"), EXACT, "Cloud Map DiscoverInstances calls";
    CloudMapNamespace, "cloud_map", "private_dns_namespace", months("hosted-zone-month"), PRORATED,
        "Cloud Map private DNS namespace";
    HostedZone, "route53", "hosted_zone", months("month"), PRORATED, "Route 53 hosted zones";
    DnsQuery, "route53", "standard_query", count("query"), EXACT, "Route 53 standard queries";
    DnsLatencyQuery, "route53", "latency_query", count("query"), EXACT, "Route 53 latency-based queries";
    LatticeService, "vpc_lattice", "service", hours("hour"), STARTED, "VPC Lattice service";
    LatticeData, "vpc_lattice", "data", GB, EXACT, "VPC Lattice data processed";
    LatticeRequest, "vpc_lattice", "request", count("request"), EXACT, "VPC Lattice requests";
}

impl Meter {
    /// AWS's word for it; of an instance type, without the type's name.
    pub const fn label(self) -> &'static str {
        self.row().label
    }
    /// The service key of its price rows: `nat_gateway`.
    pub const fn service(self) -> &'static str {
        self.row().service
    }
    /// The item key of its price rows: `data_processed`; empty for an instance type's meters.
    pub const fn item(self) -> &'static str {
        self.row().item
    }
    /// What one price buys, and what the ledger counts.
    pub const fn unit(self) -> Unit {
        self.row().unit
    }
    /// How many base units one published unit is.
    pub const fn per_unit(self) -> Quantity {
        self.row().unit.quantity()
    }
    /// How time and payloads are rounded.
    pub const fn billing(self) -> Billing {
        self.row().billing
    }
    /// Over what the price's tiers add up.
    ///
    /// Source: Amazon VPC Lattice pricing page, quoted: 300,000 requests are free each hour; rule S2S-33. All
    /// others are of the month: rule BIL-04.
    /// Assumption: Lattice's free requests are each service's own, and io2's IOPS steps each volume's own.
    pub const fn tier_scope(self) -> TierScope {
        if matches!(self, Self::LatticeRequest) {
            TierScope::Hour
        } else if matches!(self, Self::EbsIo2Iops) {
            TierScope::Thing
        } else {
            TierScope::Month
        }
    }
    /// Whether it is of Spot capacity, whose price moves.
    pub fn is_spot(self) -> bool {
        self.service().starts_with("ec2_spot") || self.item().starts_with("spot_")
    }
    /// The instance type it is of.
    pub const fn instance_type(self) -> Option<TypeIx> {
        if let Self::Ec2Linux(ix)
        | Self::Ec2Windows(ix)
        | Self::Ec2Spot(ix)
        | Self::Ec2SpotWindows(ix)
        | Self::ManagedInstancesFee(ix) = self
        {
            Some(ix)
        } else {
            None
        }
    }
    /// An EC2 instance of this type, as its operating system and its way of buying make it.
    pub const fn instance(ix: TypeIx, windows: bool, spot: bool) -> Self {
        match (windows, spot) {
            (false, false) => Self::Ec2Linux(ix),
            (true, false) => Self::Ec2Windows(ix),
            (false, true) => Self::Ec2Spot(ix),
            (true, true) => Self::Ec2SpotWindows(ix),
        }
    }
    /// The meter of a service's item; `None` if there is none, or it is of an instance type.
    pub fn by_item(service: &str, item: &str) -> Option<Self> {
        Self::SERVICES.iter().copied().find(|m| m.service() == service && m.item() == item)
    }
    /// The meter of a service key and an instance type: `ec2_spot`, …
    pub fn by_type(service: &str, ix: TypeIx) -> Option<Self> {
        [
            Self::Ec2Linux(ix),
            Self::Ec2Windows(ix),
            Self::Ec2Spot(ix),
            Self::Ec2SpotWindows(ix),
            Self::ManagedInstancesFee(ix),
        ]
        .into_iter()
        .find(|m| m.service() == service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn billed(meter: Meter, from_s: u64, to_s: u64, expected: Span) {
        let span = meter.billing().span(SimTime::from_secs(from_s), SimTime::from_secs(to_s), Span::ZERO);
        assert_eq!(span, expected, "{}", meter.label());
    }

    #[test]
    fn bil_01_time_is_rounded_as_each_service_bills_it() {
        // A 20 s task pays a minute (BIL-03), on Windows five; 61.5 s are 62 s.
        billed(Meter::FargateX86Vcpu, 0, 20, Span::from_secs(60));
        billed(Meter::FargateWindowsVcpu, 0, 20, Span::from_secs(300));
        billed(Meter::AnywhereInstance, 0, 20, Span::from_secs(20));
        billed(Meter::AlarmStandard, 0, 20, Span::from_secs(20));
        let fine = Meter::FargateX86Vcpu.billing();
        let to = SimTime::from_ms(61_500);
        assert_eq!(fine.span(SimTime::ZERO, to, Span::ZERO), Span::from_secs(62));
    }

    #[test]
    fn bil_02_clock_hours_that_were_touched() {
        // 10:50 to 11:10 is two hours, 10:00 to 11:00 one, 11:00 to 11:00 one.
        billed(Meter::AlbHour, 39_000, 40_200, Span::from_hours(2));
        billed(Meter::AlbHour, 36_000, 39_600, Span::from_hours(1));
        billed(Meter::NatGatewayHour, 39_600, 39_600, Span::from_hours(1));
        // A run that starts at half past: its first 40 minutes touch two clock hours.
        let half = Span::from_minutes(30);
        let span = Meter::AlbHour.billing().span(SimTime::ZERO, SimTime::from_secs(2_400), half);
        assert_eq!(span, Span::from_hours(2));
    }

    #[test]
    fn agw_01_http_requests_count_in_steps_of_512_kb() {
        let steps = |kib: u64| Meter::HttpApiRequest.billing().steps(Bytes::from_bytes(kib * 1024));
        assert_eq!((steps(0), steps(1), steps(512), steps(513), steps(1025)), (1, 1, 1, 2, 3));
        assert_eq!(Meter::RestApiRequest.billing().steps(Bytes::from_mb(5)), 1);
    }

    #[test]
    fn units_hold_what_they_say() {
        // A vCPU-hour is 1024 units for 3,600,000 ms; a GB-month of EBS is 1024 MiB for 730 h; a GB moved is 10^9.
        assert_eq!(Meter::FargateArmVcpu.per_unit().base(), 1024 * 3_600_000);
        assert_eq!(Meter::EbsGp3Storage.per_unit().base(), 1024 * 730 * 3_600_000);
        assert_eq!(Meter::NatGatewayData.per_unit().base(), 1_000_000_000);
        assert_eq!(Meter::AlbLcu.per_unit().base(), 1_000_000_000);
        assert_eq!(Meter::LogsLiveTail.per_unit().base(), 60_000);
    }

    #[test]
    fn keys_are_unique_and_lead_back() {
        let mut keys: Vec<_> = Meter::SERVICES.iter().map(|m| (m.service(), m.item())).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Meter::SERVICES.len());
        assert_eq!(Meter::by_item("nat_gateway", "data_processed"), Some(Meter::NatGatewayData));
        assert_eq!(Meter::by_item("nat_gateway", "lunch"), None);
        assert_eq!(Meter::by_item("ec2_spot", ""), None);
    }
}
