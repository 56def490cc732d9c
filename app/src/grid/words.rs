//! What bands and cards say: sizes, capacity, listeners, rates, each in a few words.
//!
//! In: an item. Out: short texts with AWS's names and units. Nothing here measures or places text.

use bayplan_engine::design::Design;
use bayplan_engine::design::capacity::{CapacityProvider, StrategyItem};
use bayplan_engine::design::load::{Load, Series, Shape};
use bayplan_engine::design::load_balancing::{LoadBalancer, LoadBalancerType};
use bayplan_engine::design::network::Vpc;
use bayplan_engine::design::service::{Capacity, SchedulingStrategy, Service};
use bayplan_engine::design::standalone::{Schedule, StandaloneTask};
use bayplan_engine::report::wording;
use bayplan_engine::units::{CpuUnits, Mib, MilliPerSecond};

/// `6 × 0.5 vCPU, 1 GB · 6 to 18`.
pub fn service(design: &Design, service: &Service) -> String {
    let size = design.task_definitions.get(&service.task_definition);
    let size = size.map(|t| reserved(t.cpu_demand(), t.memory_demand()));
    let size = size.unwrap_or_else(|| format!("{} is not drawn", service.task_definition));
    match service.scheduling_strategy() {
        SchedulingStrategy::Daemon => format!("one on each instance · {size}"),
        SchedulingStrategy::Replica => {
            let bounds = match service.bounds() {
                (min, max) if min == max => String::new(),
                (min, max) => format!(" · {min} to {max}"),
            };
            format!("{} × {size}{bounds}", service.desired_count)
        }
    }
}

/// `0.5 vCPU, 1 GB`; tasks on instances may reserve no CPU and share what there is.
pub fn reserved(cpu: CpuUnits, memory: Mib) -> String {
    if cpu.units() == 0 { format!("{memory}, no CPU reserved") } else { format!("{cpu}, {memory}") }
}

/// `FARGATE 1 : FARGATE_SPOT 3, base 6`.
pub fn capacity(design: &Design, service: &Service) -> String {
    match &service.capacity {
        Capacity::LaunchType(launch) => format!("launch type {launch}"),
        Capacity::Strategy(items) => strategy(items),
        Capacity::ClusterDefault => {
            design.clusters.get(&service.cluster).map_or_else(String::new, |c| strategy(&c.default_strategy))
        }
    }
}

/// A strategy's shares.
pub fn strategy(items: &[StrategyItem]) -> String {
    match items {
        [] => "no capacity".to_owned(),
        [one] => one.capacity_provider.to_string(),
        several => {
            let shares: Vec<_> = several.iter().map(|i| format!("{} {}", i.capacity_provider, i.weight)).collect();
            let base = several.iter().find(|i| i.base > 0).map(|i| format!(", base {}", i.base)).unwrap_or_default();
            format!("{}{base}", shares.join(" : "))
        }
    }
}

/// `3 × m7g.xlarge · SPOT · target 90 %`.
pub fn provider(provider: &CapacityProvider) -> String {
    match provider {
        CapacityProvider::AutoScalingGroup(group) => {
            let first = group.instance_types.first().map_or("no instance type", |t| t.as_str());
            let more = match group.instance_types.len() {
                0 | 1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let scaling = group.managed_scaling.as_ref().map(|m| format!(" · target {}", m.target_capacity()));
            let scaling = scaling.unwrap_or_default();
            format!("{} to {} × {first}{more} · {}{scaling}", group.min_size, group.max_size, provider.option())
        }
        CapacityProvider::ManagedInstances(managed) => {
            let allowed = managed.requirements.allowed_instance_types.join(", ");
            let what = if allowed.is_empty() { "AWS chooses types".to_owned() } else { allowed };
            format!("Managed Instances · {what} · {}", provider.option())
        }
    }
}

/// `ALB · HTTPS 443, HTTP 80 · 6 rules`.
pub fn balancer(balancer: &LoadBalancer) -> String {
    let kind = match balancer.kind {
        LoadBalancerType::Application => "ALB",
        LoadBalancerType::Network => "NLB",
        LoadBalancerType::Gateway => "Gateway LB",
    };
    let ports: Vec<_> = balancer.listeners.iter().map(|l| format!("{} {}", l.protocol, l.port)).collect();
    let ports = if ports.is_empty() { "no listener".to_owned() } else { ports.join(", ") };
    let rules: usize = balancer.listeners.iter().map(|l| l.rules.len()).sum();
    let rules = if rules == 0 { String::new() } else { format!(" · {rules} {}", plural(rules, "rule")) };
    format!("{kind} · {} · {ports}{rules}", balancer.scheme)
}

/// `10.20.0.0/16 · dualstack`.
pub fn vpc(vpc: &Vpc) -> String {
    let kind = vpc.ip_address_type.map_or(String::new(), |kind| format!(" · {kind}"));
    let gateway = if vpc.internet_gateway { " · internet gateway" } else { "" };
    format!("{}{kind}{gateway}", vpc.cidr)
}

/// `every 60 min · 20 tasks`.
pub fn schedule(task: &StandaloneTask) -> String {
    let when = match &task.schedule {
        Schedule::Once(at) => format!("once, {at}"),
        Schedule::Rate(minutes) => format!("every {minutes}"),
        Schedule::Cron { expression, .. } => format!("cron {expression}"),
        Schedule::OnEvent => "on an event".to_owned(),
    };
    format!("{when} · {} {}", task.count, plural(task.count as usize, "task"))
}

/// `400 to 2,000 rps`, `12 jobs/s`.
pub fn load(load: &Load) -> String {
    let unit = match load {
        Load::Requests(_) => "rps",
        Load::Jobs(_) => "jobs/s",
        Load::Stream(_) => "kB/s",
    };
    let (low, high) = span(load.shape());
    if low == high { format!("{} {unit}", rate(high)) } else { format!("{} to {} {unit}", rate(low), rate(high)) }
}

/// The lowest and highest rate of a shape, spikes aside.
pub fn span(shape: &Shape) -> (MilliPerSecond, MilliPerSecond) {
    let of = |values: &[MilliPerSecond]| {
        let low = values.iter().min().copied().unwrap_or(MilliPerSecond::ZERO);
        (low, values.iter().max().copied().unwrap_or(MilliPerSecond::ZERO))
    };
    match &shape.series {
        Series::Constant(rate) => (*rate, *rate),
        Series::Daily { hourly, .. } => of(hourly),
        Series::Samples { values, .. } => of(values),
    }
}

/// The average rate of a shape, weekdays and spikes aside.
pub fn mean(shape: &Shape) -> MilliPerSecond {
    let of = |values: &[MilliPerSecond]| {
        let sum: u64 = values.iter().map(|rate| rate.milli()).sum();
        MilliPerSecond::from_milli(sum / (values.len() as u64).max(1))
    };
    match &shape.series {
        Series::Constant(rate) => *rate,
        Series::Daily { hourly, .. } => of(hourly),
        Series::Samples { values, .. } => of(values),
    }
}

/// A rate without its unit: `2,000`, `0.3`.
pub fn rate(rate: MilliPerSecond) -> String {
    let milli = rate.milli();
    if milli >= 10_000 || milli.is_multiple_of(1000) { thousands(milli / 1000) } else { rate.per_second().to_string() }
}

/// `15,902`.
pub fn thousands(number: u64) -> String {
    wording::thousands(&number.to_string())
}

/// The word, with an `s` unless there is one of it.
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::design::id::CapacityProviderId;

    #[test]
    fn numbers_have_their_thousands_apart() {
        for (number, said) in [(0, "0"), (999, "999"), (1000, "1,000"), (15_902, "15,902"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), said);
        }
        assert_eq!(rate(MilliPerSecond::from_milli(300)), "0.3");
        assert_eq!(rate(MilliPerSecond::from_whole(2000)), "2,000");
    }

    #[test]
    fn a_strategy_says_shares_and_base() {
        let item = |provider, base, weight| StrategyItem { capacity_provider: provider, base, weight };
        let both = [item(CapacityProviderId::fargate(), 6, 1), item(CapacityProviderId::fargate_spot(), 0, 3)];
        assert_eq!(strategy(&both), "FARGATE 1 : FARGATE_SPOT 3, base 6");
        assert_eq!(strategy(&both[..1]), "FARGATE");
        assert_eq!(strategy(&[]), "no capacity");
    }
}
