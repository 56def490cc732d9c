//! What tasks must reach to start and to work, and whether they can.
//!
//! On Fargate everything goes out by the task's own interface: image pulls, logs and secrets too. On instances those go
//! by the instance's interface, and only what the application calls goes by the task's (rules FG-02, NET-31).

use super::context::{Context, Host, HostKind, Runner};
use super::diagnostic::Findings;
use super::way_out::WayOut;
use crate::catalogue::Catalogue;
use crate::design::container::LogDriver;
use crate::design::edit::Edit;
use crate::design::id::{ImageId, SubnetId};
use crate::design::network::{EndpointService, Subnet};
use crate::design::outside::{Reached, Registry, SecretStore};
use crate::design::task_definition::{NetworkMode, TaskDefinition};
use crate::design::work::CallTarget;
use crate::design::{Design, Item, ItemRef};

/// Something that must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// An AWS service, by its endpoint or the internet.
    Aws(EndpointService),
    /// The internet itself.
    Internet(&'static str),
}

impl Need {
    fn word(self) -> &'static str {
        match self {
            Self::Aws(service) => match service {
                EndpointService::EcrApi => "the image registry (ecr.api)",
                EndpointService::EcrDkr => "the image registry (ecr.dkr)",
                EndpointService::S3 => "S3, which holds image layers",
                EndpointService::Logs => "CloudWatch Logs",
                EndpointService::SecretsManager => "Secrets Manager",
                EndpointService::Ssm => "Parameter Store",
                EndpointService::SsmMessages => "ECS Exec (ssmmessages)",
                EndpointService::Ecs
                | EndpointService::EcsAgent
                | EndpointService::EcsTelemetry
                | EndpointService::DynamoDb
                | EndpointService::Monitoring
                | EndpointService::Sqs
                | EndpointService::Sns
                | EndpointService::Kms
                | EndpointService::Sts
                | EndpointService::XRay
                | EndpointService::ElasticFileSystem
                | EndpointService::GuardDutyData
                | EndpointService::Events => service.aws(),
            },
            Self::Internet(what) => what,
        }
    }
}

/// Where an image is kept: as drawn, else by its URI.
pub(super) fn registry(context: &Context<'_>, image: &str) -> Registry {
    if let Some(drawn) = context.design.images.get(&ImageId::new(image)) {
        return drawn.registry;
    }
    // Without a slash there is no host: the whole is a name and a tag of Docker Hub.
    let host = image.split_once('/').map_or("", |(host, _)| host);
    let over_ipv4 = host.contains(".dkr.ecr.") && host.contains(".amazonaws.com");
    if over_ipv4 || is_dual_stack_ecr(host) {
        Registry::EcrPrivate
    } else if host == "public.ecr.aws" {
        Registry::EcrPublic
    } else if !host.contains('.') || host == "docker.io" {
        Registry::DockerHub
    } else {
        Registry::Other
    }
}

/// Whether a registry's host is ECR's that answers over IPv6 too.
///
/// Source: Amazon ECR User Guide, "Making requests to Amazon ECR over IPv6": `ID.dkr-ecr.REGION.on.aws` (rule NET-45).
pub(super) fn is_dual_stack_ecr(host: &str) -> bool {
    host.contains(".dkr-ecr.") && host.contains(".on.aws")
}

/// The store of a secret: as drawn, else by its ARN.
pub(super) fn store(context: &Context<'_>, secret: &crate::design::container::InjectedSecret) -> SecretStore {
    let drawn = secret.secret.as_ref().and_then(|id| context.design.secrets.get(id));
    let by_arn = if secret.value_from.contains(":secretsmanager:") {
        SecretStore::SecretsManager
    } else {
        SecretStore::Parameter
    };
    drawn.map_or(by_arn, |drawn| drawn.store)
}

/// What ECS reaches to start a task: registry, logs, secrets.
fn starting(context: &Context<'_>, definition: &TaskDefinition) -> Vec<Need> {
    let mut needs = Vec::new();
    for container in &definition.containers {
        match registry(context, &container.image) {
            Registry::EcrPrivate => {
                needs.extend([EndpointService::EcrApi, EndpointService::EcrDkr, EndpointService::S3].map(Need::Aws));
            }
            Registry::EcrPublic => needs.push(Need::Internet("the public ECR registry")),
            Registry::DockerHub => needs.push(Need::Internet("Docker Hub")),
            Registry::Other => needs.push(Need::Internet("the image registry on the internet")),
        }
        let logs = container.log_configuration.as_ref();
        if logs.is_some_and(|log| log.driver == LogDriver::Awslogs) {
            needs.push(Need::Aws(EndpointService::Logs));
        }
        for secret in container.secrets.iter().chain(logs.into_iter().flat_map(|log| &log.secret_options)) {
            needs.push(Need::Aws(match store(context, secret) {
                SecretStore::SecretsManager => EndpointService::SecretsManager,
                SecretStore::Parameter => EndpointService::Ssm,
            }));
        }
        if !container.environment_files.is_empty() {
            needs.push(Need::Aws(EndpointService::S3));
        }
    }
    needs
}

/// What the application reaches: what it is drawn to call, and ECS Exec.
fn working(context: &Context<'_>, runner: &Runner<'_>) -> Vec<Need> {
    let Some(service) = runner.service else { return Vec::new() };
    let mut needs = Vec::new();
    if service.enable_execute_command {
        needs.push(Need::Aws(EndpointService::SsmMessages));
    }
    for call in &service.calls {
        match &call.to {
            CallTarget::Service { .. } => {}
            CallTarget::Aws(service) => needs.push(Need::Aws(*service)),
            CallTarget::Internet => needs.push(Need::Internet("the internet")),
            CallTarget::Outside(id) => match context.design.outside_systems.get(id).map(|system| &system.reached) {
                Some(Reached::AwsService(service)) => needs.push(Need::Aws(*service)),
                Some(Reached::Internet) => needs.push(Need::Internet("a system on the internet")),
                Some(Reached::InVpc { .. } | Reached::OtherVpc | Reached::OtherRegion(_) | Reached::OnPremises)
                | None => {}
            },
        }
    }
    needs
}

/// The agent's own calls, of which instances need all three (rule NET-31).
const AGENT: [Need; 3] =
    [Need::Aws(EndpointService::Ecs), Need::Aws(EndpointService::EcsAgent), Need::Aws(EndpointService::EcsTelemetry)];

/// A place that must reach something: a runner's or a provider's subnets.
struct Sender<'d> {
    at: ItemRef,
    subnets: Vec<(&'d SubnetId, &'d Subnet)>,
    needs: Vec<Need>,
    public_ip: bool,
    on_fargate: bool,
}

/// Everything that sends, with what it must reach, each need once.
fn senders<'d>(context: &Context<'d>) -> Vec<Sender<'d>> {
    let mut all = Vec::new();
    for runner in &context.runners {
        let on_fargate = runner.on(HostKind::Fargate);
        let mut needs = working(context, runner);
        if on_fargate {
            needs.extend(runner.definition.into_iter().flat_map(|d| starting(context, d)));
        }
        let subnets = runner.subnets.clone();
        let awsvpc = on_fargate || runner.definition.is_some_and(|d| d.network_mode() == NetworkMode::Awsvpc);
        if awsvpc {
            all.push(Sender { at: runner.at.clone(), subnets, needs, public_ip: runner.assign_public_ip, on_fargate });
        }
    }
    for (id, provider) in &context.design.capacity_providers {
        let here = |host: &Host<'_>| matches!(host, Host::Group(other, _) | Host::Managed(other, _) if *other == id);
        let runners: Vec<_> = context.runners.iter().filter(|r| r.hosts.iter().any(here)).collect();
        if runners.is_empty() {
            continue;
        }
        let mut needs = AGENT.to_vec();
        for runner in runners {
            needs.extend(runner.definition.into_iter().flat_map(|d| starting(context, d)));
            if !runner.is_awsvpc() {
                needs.extend(working(context, runner));
            }
        }
        let public_ip = match provider {
            crate::design::capacity::CapacityProvider::AutoScalingGroup(group) => group.public_ip,
            crate::design::capacity::CapacityProvider::ManagedInstances(_) => false,
        };
        let at = ItemRef::CapacityProvider(id.clone());
        all.push(Sender { at, subnets: context.subnets(provider.subnets()), needs, public_ip, on_fargate: false });
    }
    for sender in &mut all {
        sender.needs.sort_unstable();
        sender.needs.dedup();
    }
    all
}

/// Everything that tasks and instances of a design must reach outside their VPCs, each once.
pub fn needs(design: &Design, catalogue: &Catalogue) -> Vec<Need> {
    let context = Context::new(design, catalogue);
    let mut all: Vec<_> = senders(&context).into_iter().flat_map(|sender| sender.needs).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What cannot be reached from a subnet without the internet.
fn unreached(context: &Context<'_>, subnet: &Subnet, needs: &[Need]) -> Vec<&'static str> {
    let by_endpoint = |need: &&Need| match need {
        Need::Aws(service) => !context.ways.by_endpoint(subnet, *service),
        Need::Internet(_) => true,
    };
    needs.iter().filter(by_endpoint).map(|need| need.word()).collect()
}

/// What: a subnet without NAT gateway, internet gateway or the endpoints that its tasks or instances need. Why: they
/// stop before they start: the image cannot be pulled, logs and secrets not reached. Example: Fargate tasks in an
/// isolated subnet with endpoints for ECR but none for S3.
///
/// Source: ECS Developer Guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)" (rule NET-31).
pub(super) fn no_way_out(context: &Context<'_>, out: &mut Findings) {
    for sender in senders(context) {
        let closed = sender.subnets.iter().filter(|(id, _)| context.ways.of(id) == WayOut::None);
        for (id, subnet) in closed {
            let missing = unreached(context, subnet, &sender.needs);
            if missing.is_empty() {
                continue;
            }
            let message = format!("From subnet {id} there is no path to {}", missing.join(", "));
            let hint = "Draw a NAT gateway for the subnet's zone, or VPC endpoints of those services";
            out.add(sender.at.clone(), "subnets", message, hint);
            break;
        }
    }
}

/// What: a subnet that leads to the internet gateway, and tasks or instances without a public address in it. Why: the
/// gateway passes public addresses alone, so nothing outside is reached. Example: Fargate in `public-a` with
/// `assignPublicIp` off. Fix: on Fargate, switches it on.
///
/// Source: ECS Developer Guide, "Fargate task networking"; "Task networking with the awsvpc network mode" (NET-08).
pub(super) fn public_subnet_without_public_ip(context: &Context<'_>, out: &mut Findings) {
    for sender in senders(context).into_iter().filter(|sender| !sender.public_ip) {
        // IPv6 passes the gateway without a public IPv4 address.
        let closed = |(id, subnet): &&(&SubnetId, &Subnet)| {
            context.ways.of(id) == WayOut::InternetGateway && !context.ways.over_ipv6(subnet)
        };
        let public = sender.subnets.iter().find(closed);
        let Some((id, subnet)) = public else { continue };
        let missing = unreached(context, subnet, &sender.needs);
        if missing.is_empty() {
            continue;
        }
        let message =
            format!("In public subnet {id} without a public address there is no path to {}", missing.join(", "));
        if sender.on_fargate {
            let hint = "Assign public addresses, or use subnets with a NAT gateway or endpoints";
            let finding = out.add(sender.at.clone(), "assign_public_ip", message, hint);
            if let Some(with) = with_public_ip(context, &sender.at, true) {
                finding.fix("Assign public addresses", vec![Edit::Put(with)]);
            }
        } else {
            let hint = "Use subnets with a NAT gateway or endpoints";
            out.add(sender.at.clone(), "subnets", message, hint);
        }
    }
}

/// A service or standalone tasks with `assignPublicIp` on or off.
pub(super) fn with_public_ip(context: &Context<'_>, at: &ItemRef, on: bool) -> Option<Item> {
    let mut item = context.design.item(at)?;
    if let Item::Service(_, service) = &mut item {
        service.assign_public_ip = on;
    } else if let Item::StandaloneTask(_, tasks) = &mut item {
        tasks.assign_public_ip = on;
    }
    Some(item)
}
