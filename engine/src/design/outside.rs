//! What stands around services: systems outside ECS, roles, images, file systems, secrets, certificates, web ACLs, notes.

use serde::{Deserialize, Serialize};

use super::id::{SecurityGroupId, SubnetId};
use super::network::EndpointService;
use super::references::{Refers, Visit, list};
use super::{Tags, is_default};
use crate::names::{Region, aws_words};
use crate::units::kept::{self, MibPerSecond};
use crate::units::{Bytes, Gib, Usd};

aws_words! {
    /// What a system outside ECS is.
    OutsideKind {
        /// A database, as of Amazon RDS: what crosses zones to it is charged on both sides.
        Database = "database",
        /// A cache, as of Amazon `ElastiCache`: what crosses zones to it is charged on the task's side alone.
        Cache = "cache",
        /// A queue: jobs wait in it.
        Queue = "queue",
        /// A bucket.
        Bucket = "bucket",
        /// Another API.
        Api = "api",
        /// Anything else.
        Other = "other",
    }

    /// What an IAM role is for (rules IAM).
    RoleUse {
        /// What ECS may do to start a task: pull, log, read secrets.
        Execution = "task execution",
        /// What containers may do.
        Task = "task",
        /// What a container instance may do.
        ContainerInstance = "container instance",
        /// What ECS may do with instances, volumes and balancers.
        Infrastructure = "infrastructure",
        /// What EventBridge may do to start tasks.
        Events = "eventbridge",
        /// Blue/green deployments by AWS `CodeDeploy`.
        CodeDeploy = "codedeploy",
        /// Machines of ECS Anywhere.
        Anywhere = "ecs anywhere",
        /// Application Auto Scaling.
        AutoScaling = "application auto scaling",
    }

    /// Where an image is kept.
    Registry {
        /// Amazon ECR of this account.
        EcrPrivate = "ecr private",
        /// Amazon ECR Public.
        EcrPublic = "ecr public",
        /// Docker Hub.
        DockerHub = "docker hub",
        /// Any other registry on the internet.
        Other = "other",
    }

    /// What kind of shared file system.
    FileSystemKind {
        /// Amazon EFS.
        Efs = "efs",
        /// Amazon `FSx` for Windows File Server, one zone.
        FsxWindowsSingleAz = "fsx windows single-az",
        /// Amazon `FSx` for Windows File Server, two zones.
        FsxWindowsMultiAz = "fsx windows multi-az",
    }

    /// Where a secret is kept.
    SecretStore {
        /// Secrets Manager.
        SecretsManager = "secretsmanager",
        /// Systems Manager Parameter Store.
        Parameter = "ssm",
    }
}

/// Accounts of AWS that keep images for everybody, in private repositories of Amazon ECR.
///
/// Source: ECS Developer Guide, "AWS for Fluent Bit container image"; App Mesh User Guide, "Envoy image".
const ACCOUNTS_OF_AWS: &[&str] = &["906394416424", "840364872350"];

/// Whether AWS keeps an image of this URI: its storage is on nobody's bill.
pub fn is_kept_by_aws(image: &str) -> bool {
    image.split_once(".dkr.ecr.").is_some_and(|(account, _)| ACCOUNTS_OF_AWS.contains(&account))
}

/// Where a system outside ECS is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Reached {
    /// Inside the VPC, in these subnets.
    InVpc {
        /// One in each zone it stands in.
        subnets: Vec<SubnetId>,
        /// Its security groups.
        #[serde(default, skip_serializing_if = "is_default")]
        security_groups: Vec<SecurityGroupId>,
    },
    /// As an AWS service of the region.
    AwsService(EndpointService),
    /// Over the internet.
    Internet,
    /// In another VPC of the region.
    OtherVpc,
    /// In another region.
    OtherRegion(Region),
    /// On premises.
    OnPremises,
}

/// A system outside ECS: it is called, and may have a price of the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideSystem {
    /// What it is.
    pub kind: OutsideKind,
    /// Where it is reached.
    pub reached: Reached,
    /// A month's price of the user's own; absent is outside the bill, and the bill says so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub monthly_price: Option<Usd>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// An IAM role, by its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What it is for.
    pub used_as: RoleUse,
    /// Its ARN, where it exists already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub arn: Option<String>,
    /// Names of the managed policies attached.
    #[serde(default, skip_serializing_if = "is_default")]
    pub managed_policies: Vec<String>,
    /// Actions allowed besides: `secretsmanager:GetSecretValue`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub actions: Vec<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// What is known of a container image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where it is kept.
    pub registry: Registry,
    /// `imageSizeInBytes`: its compressed size, what a pull moves.
    pub compressed_size: Bytes,
    /// Its layers; absent is not known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub layers: Option<u32>,
    /// Whether it has a SOCI index.
    #[serde(default, skip_serializing_if = "is_default")]
    pub soci: bool,
    /// Whether its layers are compressed with zstd.
    #[serde(default, skip_serializing_if = "is_default")]
    pub zstd: bool,
}

/// A shared file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSystem {
    /// What kind.
    pub kind: FileSystemKind,
    /// The subnets of its mount targets.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subnets: Vec<SubnetId>,
    /// What it holds on average; absent is nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stored: Gib,
    /// `ThroughputCapacity` of `FSx`: what is provisioned; absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    #[serde(
        serialize_with = "kept::write::<MibPerSecond, _, _>",
        deserialize_with = "kept::read::<MibPerSecond, _, _>"
    )]
    #[schemars(with = "MibPerSecond")]
    pub throughput: u32,
    /// Security groups of its mount targets.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security_groups: Vec<SecurityGroupId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A secret or a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Where it is kept.
    pub store: SecretStore,
    /// `KmsKeyId`: the customer managed key it is encrypted with; absent is AWS's own, which is free.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kms_key: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A certificate of AWS Certificate Manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The name it is for.
    pub domain: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A WAF web ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebAcl {
    /// How many rules it has.
    pub rules: u32,
    /// Tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Tags,
}

/// A note on the canvas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What it says.
    pub text: String,
}

impl Refers for OutsideSystem {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        match &mut self.reached {
            Reached::InVpc { subnets, security_groups } => {
                list("reached", subnets, visit);
                list("reached", security_groups, visit);
            }
            Reached::AwsService(_)
            | Reached::Internet
            | Reached::OtherVpc
            | Reached::OtherRegion(_)
            | Reached::OnPremises => {}
        }
    }
}

impl Refers for FileSystem {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        list("subnets", &mut self.subnets, visit);
        list("security_groups", &mut self.security_groups, visit);
    }
}

macro_rules! refers_to_nothing {
    ($($name:ident),*) => {$(
        impl Refers for $name {
            fn refer(&mut self, _visit: &mut Visit<'_>) {}
        }
    )*};
}
refers_to_nothing!(Role, Image, Secret, Certificate, WebAcl, Note);
