//! The few values that scenarios, sweeps and advice vary, each with its field, its words and its place in the design.

use serde::{Deserialize, Serialize};

use super::capacity::CapacityProvider;
use super::item::{Design, ItemRef};
use super::load_balancing::{LoadBalancerType, TargetGroup};
use super::service::{Capacity, Service};
use super::task_definition::TaskDefinition;
use crate::names::{Architecture, InstanceTypeName};
use crate::units::{CpuUnits, Mib, Percent, Seconds};

/// A value set on one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Knob {
    /// A service's `desiredCount`.
    DesiredCount(u32),
    /// A service's `MinCapacity` and `MaxCapacity`.
    ScalingBounds(u32, u32),
    /// A service's capacity.
    Capacity(Capacity),
    /// A service's `minimumHealthyPercent` and `maximumPercent`.
    HealthyPercents(Percent, Percent),
    /// A task definition's `cpu` and `memory`.
    TaskSize(CpuUnits, Mib),
    /// A task definition's `cpuArchitecture`.
    CpuArchitecture(Architecture),
    /// A target group's `deregistration_delay.timeout_seconds`.
    DeregistrationDelay(Seconds),
    /// A target group's health check interval and healthy threshold.
    TargetHealth(Seconds, u32),
    /// A load balancer's kind.
    LoadBalancerType(LoadBalancerType),
    /// An Auto Scaling group provider's instance types.
    InstanceTypes(Vec<InstanceTypeName>),
    /// Percent of a load's rate as drawn, now its rate.
    LoadPercent(Percent),
}

impl Knob {
    /// In words: `desired count 6`.
    pub fn describe(&self) -> String {
        match self {
            Self::DesiredCount(count) => format!("desired count {count}"),
            Self::ScalingBounds(min, max) => format!("{min} to {max} tasks"),
            Self::Capacity(capacity) => match capacity {
                Capacity::ClusterDefault => "the cluster's default capacity".to_owned(),
                Capacity::LaunchType(launch) => format!("launch type {launch}"),
                Capacity::Strategy(items) => {
                    let parts: Vec<_> = items.iter().map(|i| i.capacity_provider.as_str()).collect();
                    format!("capacity {}", parts.join(" + "))
                }
            },
            Self::HealthyPercents(min, max) => format!("minimum {min}, maximum {max} healthy"),
            Self::TaskSize(cpu, memory) => format!("task size {cpu}, {memory}"),
            Self::CpuArchitecture(architecture) => format!("architecture {architecture}"),
            Self::DeregistrationDelay(seconds) => format!("deregistration delay {seconds}"),
            Self::TargetHealth(interval, threshold) => format!("health check every {interval}, {threshold} times"),
            Self::LoadBalancerType(kind) => format!("{kind} load balancer"),
            Self::InstanceTypes(types) => {
                let names: Vec<_> = types.iter().map(InstanceTypeName::as_str).collect();
                format!("instance types {}", names.join(", "))
            }
            Self::LoadPercent(percent) => format!("load at {percent}"),
        }
    }

    /// Sets the value on an item; `false` if the item is missing or has no such value.
    pub(super) fn set(&self, design: &mut Design, at: &ItemRef) -> bool {
        self.try_set(design, at).is_some()
    }

    fn try_set(&self, design: &mut Design, at: &ItemRef) -> Option<()> {
        match self {
            Self::DesiredCount(count) => service(design, at)?.desired_count = *count,
            Self::ScalingBounds(min, max) => {
                let scaling = service(design, at)?.scaling.as_mut()?;
                (scaling.min_capacity, scaling.max_capacity) = (*min, *max);
            }
            Self::Capacity(capacity) => service(design, at)?.capacity = capacity.clone(),
            Self::HealthyPercents(min, max) => {
                let deployment = &mut service(design, at)?.deployment;
                (deployment.minimum_healthy_percent, deployment.maximum_percent) = (Some(*min), Some(*max));
            }
            Self::TaskSize(cpu, memory) => {
                let definition = task_definition(design, at)?;
                (definition.cpu, definition.memory) = (Some(*cpu), Some(*memory));
            }
            Self::CpuArchitecture(architecture) => {
                task_definition(design, at)?.runtime_platform.cpu_architecture = Some(*architecture);
            }
            Self::DeregistrationDelay(seconds) => target_group(design, at)?.deregistration_delay = Some(*seconds),
            Self::TargetHealth(interval, threshold) => {
                let check = &mut target_group(design, at)?.health_check;
                (check.interval, check.healthy_threshold) = (Some(*interval), Some(*threshold));
            }
            Self::LoadBalancerType(kind) => {
                let ItemRef::LoadBalancer(id) = at else { return None };
                design.load_balancers.get_mut(id)?.kind = *kind;
            }
            Self::InstanceTypes(types) => {
                let ItemRef::CapacityProvider(id) = at else { return None };
                let CapacityProvider::AutoScalingGroup(group) = design.capacity_providers.get_mut(id)? else {
                    return None;
                };
                group.instance_types.clone_from(types);
            }
            Self::LoadPercent(percent) => {
                let ItemRef::Load(id) = at else { return None };
                design.loads.get_mut(id)?.shape_mut().scale(*percent);
            }
        }
        Some(())
    }
}

fn service<'d>(design: &'d mut Design, at: &ItemRef) -> Option<&'d mut Service> {
    let ItemRef::Service(id) = at else { return None };
    design.services.get_mut(id)
}

fn task_definition<'d>(design: &'d mut Design, at: &ItemRef) -> Option<&'d mut TaskDefinition> {
    let ItemRef::TaskDefinition(id) = at else { return None };
    design.task_definitions.get_mut(id)
}

fn target_group<'d>(design: &'d mut Design, at: &ItemRef) -> Option<&'d mut TargetGroup> {
    let ItemRef::TargetGroup(id) = at else { return None };
    design.target_groups.get_mut(id)
}
