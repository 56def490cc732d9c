//! How many addresses of each subnet are taken, in the steady state and while deployments go on.

use std::collections::BTreeMap;

use super::context::{Context, Host};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::ItemRef;
use crate::design::capacity::CapacityProvider;
use crate::design::cidr::AddressFamily;
use crate::design::id::SubnetId;
use crate::design::load_balancing::LoadBalancerType;
use crate::design::network::NatPlacement;
use crate::design::outside::Reached;

const SUBNETS: &str = "Amazon VPC User Guide, \"Subnet CIDR blocks\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "subnet-out-of-addresses",
        Severity::Error,
        "A subnet has fewer addresses than stand in it",
        SUBNETS,
        subnet_out_of_addresses,
    ),
    Rule::new(
        "no-addresses-for-rollout",
        Severity::Warning,
        "A subnet has no addresses left for a deployment's new tasks",
        SUBNETS,
        no_addresses_for_rollout,
    ),
    Rule::new(
        "balancer-subnet-too-small",
        Severity::Error,
        "A load balancer's subnet is smaller than a /27 or has fewer than 8 free addresses",
        "Elastic Load Balancing User Guide, \"Application Load Balancers\", subnets",
        balancer_subnet_too_small,
    ),
];

/// Free addresses that an Application Load Balancer must find in each subnet.
///
/// Source: Elastic Load Balancing User Guide, "Application Load Balancers", subnets (rule NET-05).
const BALANCER_FREE: u64 = 8;

/// The smallest block of a load balancer's subnet.
///
/// Source: Elastic Load Balancing User Guide, "Application Load Balancers", subnets: /27 (rule NET-05).
const BALANCER_PREFIX: u8 = 27;

/// Addresses taken in one subnet.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    /// By Application Load Balancers: what each needs free.
    balancers: u64,
    /// By everything else that stands.
    standing: u64,
    /// More of them while all services deploy at once.
    rollout: u64,
}

/// What every subnet must hold at most; tasks and instances are spread evenly (rule NET-06).
fn taken<'d>(context: &Context<'d>) -> BTreeMap<&'d SubnetId, Taken> {
    let design = context.design;
    let mut all: BTreeMap<&SubnetId, Taken> = BTreeMap::new();
    let mut one_each = |ids: &'d [SubnetId]| {
        for id in ids {
            all.entry(id).or_default().standing += 1;
        }
    };
    design.vpc_endpoints.values().for_each(|endpoint| one_each(endpoint.subnets()));
    design.file_systems.values().for_each(|system| one_each(&system.subnets));
    design.api_gateways.values().for_each(|api| one_each(&api.vpc_link_subnets));
    for system in design.outside_systems.values() {
        if let Reached::InVpc { subnets, .. } = &system.reached {
            one_each(subnets);
        }
    }
    for gateway in design.nat_gateways.values() {
        if let NatPlacement::Zonal(subnet) = &gateway.placement {
            all.entry(subnet).or_default().standing += 1;
        }
    }
    for balancer in design.load_balancers.values() {
        for id in &balancer.subnets {
            let taken = all.entry(id).or_default();
            match balancer.kind {
                LoadBalancerType::Application => taken.balancers += BALANCER_FREE,
                LoadBalancerType::Network | LoadBalancerType::Gateway => taken.standing += 1,
            }
        }
    }
    for provider in design.capacity_providers.values() {
        let CapacityProvider::AutoScalingGroup(group) = provider else { continue };
        let share = share(group.max_size, group.subnets.len());
        group.subnets.iter().for_each(|id| all.entry(id).or_default().standing += share);
    }
    for runner in context.runners.iter().filter(|r| r.is_awsvpc() && !r.hosts.contains(&Host::External)) {
        let most = share(runner.bounds.1, runner.subnet_ids.len());
        let rollout = share(runner.tasks_in_rollout(), runner.subnet_ids.len());
        for id in runner.subnet_ids {
            let taken = all.entry(id).or_default();
            taken.standing += most;
            taken.rollout += rollout.saturating_sub(most);
        }
    }
    all
}

fn share(count: u32, subnets: usize) -> u64 {
    u64::from(count).div_ceil(u64::try_from(subnets).unwrap_or(u64::MAX).max(1))
}

/// The subnets drawn, with what is taken of each and what can be.
fn subnets<'d>(context: &Context<'d>) -> Vec<(&'d SubnetId, Taken, u64)> {
    let taken = taken(context).into_iter();
    taken.filter_map(|(id, taken)| Some((id, taken, context.design.subnets.get(id)?.cidr.usable_addresses()))).collect()
}

/// What: tasks, instances, balancers, gateways and endpoints at their most need more addresses than the subnet has.
/// Why: a task without an address stops with an error and is tried again, without end. Example: 30 tasks in a /27.
///
/// Source: Amazon VPC User Guide, "Subnet CIDR blocks": five addresses are kept (rules NET-02, NET-05, NET-06).
fn subnet_out_of_addresses(context: &Context<'_>, out: &mut Findings) {
    for (id, taken, usable) in subnets(context) {
        let needed = taken.standing + taken.balancers;
        if needed > usable {
            let message = format!("{needed} addresses are needed at most, {usable} can be used");
            out.add(ItemRef::Subnet(id.clone()), "cidr", message, "Use a larger block, or more subnets");
        }
    }
}

/// What: the new tasks of deployments find no address beside the old ones. Why: the deployment stands still, or goes
/// only as fast as addresses come free. Example: 9 tasks at 200 % in a /28.
///
/// Source: Amazon VPC User Guide, "Subnet CIDR blocks" (rule NET-06): desired count × maximumPercent must find room.
fn no_addresses_for_rollout(context: &Context<'_>, out: &mut Findings) {
    for (id, taken, usable) in subnets(context) {
        let standing = taken.standing + taken.balancers;
        let needed = standing + taken.rollout;
        if standing <= usable && needed > usable {
            let message = format!("{needed} addresses are needed while services deploy, {usable} can be used");
            let hint = "Use a larger block, or a lower maximumPercent";
            out.add(ItemRef::Subnet(id.clone()), "cidr", message, hint);
        }
    }
}

/// What: an Application Load Balancer's subnet is smaller than a /27, or other things leave it fewer than 8 addresses.
/// Why: AWS refuses it, or the balancer cannot grow. Example: a /28.
///
/// Source: Elastic Load Balancing User Guide, "Application Load Balancers", subnets (rule NET-05).
fn balancer_subnet_too_small(context: &Context<'_>, out: &mut Findings) {
    for (id, taken, usable) in subnets(context).into_iter().filter(|(_, taken, _)| taken.balancers > 0) {
        let Some(subnet) = context.design.subnets.get(id) else { continue };
        let free = usable.saturating_sub(taken.standing);
        let small = match subnet.cidr.family() {
            AddressFamily::Ipv4 => subnet.cidr.prefix() > BALANCER_PREFIX,
            AddressFamily::Ipv6 => false,
        };
        let message = if small {
            format!("{} is smaller than the /27 that a load balancer asks for", subnet.cidr)
        } else if free < BALANCER_FREE {
            format!("{free} addresses are free, a load balancer needs {BALANCER_FREE}")
        } else {
            continue;
        };
        out.add(ItemRef::Subnet(id.clone()), "cidr", message, "Use a larger block");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::units::Percent;

    /// The good design with only the web service.
    fn web_alone(d: &mut Design) {
        d.services.retain(|id, _| id.as_str() == "web");
        d.standalone_tasks.clear();
        d.capacity_providers.clear();
    }

    fn tasks(d: &mut Design, count: u32) {
        web_alone(d);
        web(d).scaling = None;
        web(d).desired_count = count;
        private_a(d).cidr = block("10.0.16.0/28");
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // A /28 has 16 − 5 = 11 addresses: 36 tasks are 12 in each of three subnets, 33 are 11.
        case("subnet-out-of-addresses", |d| tasks(d, 36), &["private-a · cidr"], |d| tasks(d, 33)),
        // 18 tasks are 6 a subnet, 12 at 200 %; 15 are 5 and 10.
        case("no-addresses-for-rollout", |d| tasks(d, 18), &["private-a · cidr"], |d| tasks(d, 15)),
        case(
            "no-addresses-for-rollout",
            |d| tasks(d, 18),
            &["private-a · cidr"],
            |d| {
                tasks(d, 18);
                web(d).deployment.maximum_percent = Some(Percent::from_percent(150));
            },
        ),
        case(
            "balancer-subnet-too-small",
            |d| public_a(d).cidr = block("10.0.0.0/28"),
            &["public-a · cidr"],
            |d| public_a(d).cidr = block("10.0.0.0/27"),
        ),
        // A /27 has 27 addresses; the NAT gateway and 19 tasks leave 7, with 18 there are 8.
        case(
            "balancer-subnet-too-small",
            |d| {
                tasks(d, 19);
                public_a(d).cidr = block("10.0.0.0/27");
                web(d).subnets = vec!["public-a".into()];
            },
            &["public-a · cidr"],
            |d| {
                tasks(d, 18);
                public_a(d).cidr = block("10.0.0.0/27");
                web(d).subnets = vec!["public-a".into()];
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
