//! The names users give: one type for each kind of item, so that no subnet can stand where a service must.

use crate::names::text_id;

text_id! {
    /// A VPC.
    VpcId,
    /// A subnet.
    SubnetId,
    /// A route table.
    RouteTableId,
    /// A NAT gateway.
    NatGatewayId,
    /// A VPC endpoint.
    VpcEndpointId,
    /// A security group.
    SecurityGroupId,
    /// A load balancer of any kind.
    LoadBalancerId,
    /// A target group.
    TargetGroupId,
    /// An API Gateway HTTP API.
    ApiGatewayId,
    /// A VPC Lattice service network.
    LatticeId,
    /// A Cloud Map namespace.
    NamespaceId,
    /// A cluster.
    ClusterId,
    /// A capacity provider; `FARGATE` and `FARGATE_SPOT` are AWS's own and never drawn.
    CapacityProviderId,
    /// A group of machines registered to ECS Anywhere.
    SiteId,
    /// A task definition family.
    TaskDefinitionId,
    /// A service.
    ServiceId,
    /// A standalone task, run once, on a schedule or on an event.
    StandaloneTaskId,
    /// An Express Mode service.
    ExpressServiceId,
    /// An EventBridge rule.
    EventRuleId,
    /// A CloudWatch alarm.
    AlarmId,
    /// A CloudWatch Logs log group.
    LogGroupId,
    /// An IAM role.
    RoleId,
    /// A container image, by the URI that containers name.
    ImageId,
    /// An EFS, FSx for Windows or S3 Files file system.
    FileSystemId,
    /// A secret or parameter.
    SecretId,
    /// A certificate.
    CertificateId,
    /// A WAF web ACL.
    WebAclId,
    /// A system outside ECS: database, cache, queue, bucket, another API.
    OutsideSystemId,
    /// A load: requests, jobs or bytes over time.
    LoadId,
    /// A note on the canvas.
    NoteId,
    /// A scenario.
    ScenarioId,
    /// A container inside its task definition.
    ContainerName,
    /// A volume inside its task definition.
    VolumeName,
}

impl CapacityProviderId {
    /// AWS's own provider of Fargate on demand. Source: rule CPS-01.
    pub fn fargate() -> Self {
        Self::new("FARGATE")
    }

    /// AWS's own provider of Fargate Spot. Source: rule CPS-01.
    pub fn fargate_spot() -> Self {
        Self::new("FARGATE_SPOT")
    }
}
