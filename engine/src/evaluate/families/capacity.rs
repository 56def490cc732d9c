//! What tasks run on: Fargate, Fargate with Spot, EC2 on the cheapest types, EC2 Spot, Managed Instances; each for both
//! architectures, each named by its own.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::gpus::{all_need_gpus, models};
use super::moving::{Move, Moved, To, move_services, provider_called};
use super::{Candidate, Ground};
use crate::catalogue::instance_types::{InstanceType, TypeIx};
use crate::catalogue::meter::Meter;
use crate::design::capacity::CapacityOptionType;
use crate::names::{Architecture, InstanceTypeName};
use crate::plan::packing::fits;
use crate::plan::provider::Candidate as PlannedType;
use crate::plan::{Plan, index::Ix, provider::PlannedProvider};
use crate::units::Usd;

const ARCHITECTURES: [Architecture; 2] = [Architecture::X86, Architecture::Arm];

/// How many types of like size a Spot group may start, the cheapest and its neighbours.
///
/// Assumption: five; AWS advises to be flexible across at least ten types, but a group of unlike sizes packs badly
/// (Amazon EC2 User Guide, "Best practices for Amazon EC2 Spot").
const SPOT_TYPES: usize = 5;

/// All alternatives of capacity.
pub(super) fn candidates(ground: &Ground<'_>) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (label, to) in [("Fargate", To::Fargate), ("Fargate with Fargate Spot", To::FargateWithSpot)] {
        for architecture in ARCHITECTURES {
            all.push(plain(ground, label, "", to.clone(), architecture));
        }
    }
    for architecture in ARCHITECTURES {
        all.extend(on_demand(ground, architecture));
    }
    for architecture in ARCHITECTURES {
        all.push(spot(ground, architecture));
    }
    for architecture in ARCHITECTURES {
        all.push(plain(ground, "Managed Instances", "managed", To::Managed, architecture));
    }
    all
}

/// As people say it, and as names of providers have it.
const fn word(architecture: Architecture) -> (&'static str, &'static str) {
    match architecture {
        Architecture::X86 => ("x86", "x86"),
        Architecture::Arm => ("ARM", "arm"),
    }
}

fn plain(ground: &Ground<'_>, label: &str, provider: &str, to: To, architecture: Architecture) -> Candidate {
    let (said, named) = word(architecture);
    let name = format!("{label}, {said}");
    let provider = provider_called(ground.design, &format!("{provider}-{named}"));
    finish(ground, name, move_services(ground, &Move::new(to, architecture, provider)), Vec::new())
}

fn finish(ground: &Ground<'_>, name: String, moved: Result<Moved, String>, more: Vec<String>) -> Candidate {
    match moved {
        Err(why) => Candidate::impossible(name, why),
        Ok(mut moved) => {
            moved.notes.extend(more);
            ground.candidate(name, moved.notes, Ok(moved.design))
        }
    }
}

/// EC2 on demand: one alternative for each of the types that the estimate finds cheapest.
fn on_demand(ground: &Ground<'_>, architecture: Architecture) -> Vec<Candidate> {
    let (said, _) = word(architecture);
    let ranked = match rank(ground, architecture, CapacityOptionType::OnDemand) {
        Ok(ranked) => ranked,
        Err(why) => return vec![Candidate::impossible(format!("EC2 on demand, {said}"), why)],
    };
    let cheapest = ranked.into_iter().take(ground.search.types);
    let made = cheapest.map(|(name, _)| {
        let label = format!("EC2 on demand, {name}, {said}");
        let provider = provider_called(ground.design, &format!("asg-{}", name.as_str().replace('.', "-")));
        let more = remarks(ground, &name);
        let to = To::Group { types: vec![name], option: CapacityOptionType::OnDemand };
        finish(ground, label, move_services(ground, &Move::new(to, architecture, provider)), more)
    });
    made.collect()
}

/// EC2 Spot: the type that the estimate finds cheapest, and others as large, so that one pool's end is not the group's.
fn spot(ground: &Ground<'_>, architecture: Architecture) -> Candidate {
    let (said, named) = word(architecture);
    let label = format!("EC2 Spot, {said}");
    let ranked = match rank(ground, architecture, CapacityOptionType::Spot) {
        Ok(ranked) => ranked,
        Err(why) => return Candidate::impossible(label, why),
    };
    let of = |name: &InstanceTypeName| ground.catalogue.types.find(name.as_str()).map(|ix| &ground.catalogue.types[ix]);
    let Some(first) = ranked.first().and_then(|(name, _)| of(name)) else {
        return Candidate::impossible(label, "no instance type has a Spot price in this region");
    };
    let alike = |t: &InstanceType| (t.vcpus, t.memory) == (first.vcpus, first.memory);
    let types: Vec<_> =
        ranked.iter().map(|(name, _)| name.clone()).filter(|n| of(n).is_some_and(alike)).take(SPOT_TYPES).collect();
    let said_types: Vec<_> = types.iter().map(ToString::to_string).collect();
    let mut more = vec![format!("types: {}", said_types.join(", "))];
    if types.len() > 1 {
        let first = &said_types[0];
        more.push(format!("priced and run as {first}: in the run no launch turns to another of them"));
    }
    more.extend(types.first().into_iter().flat_map(|name| remarks(ground, name)));
    let provider = provider_called(ground.design, &format!("asg-spot-{named}"));
    let to = To::Group { types, option: CapacityOptionType::Spot };
    finish(ground, label, move_services(ground, &Move::new(to, architecture, provider)), more)
}

fn remarks(ground: &Ground<'_>, name: &InstanceTypeName) -> Vec<String> {
    let found = ground.catalogue.types.find(name.as_str()).map(|ix| &ground.catalogue.types[ix]);
    let burstable = found.is_some_and(|t| t.burstable);
    burstable
        .then(|| format!("{name} is burstable: CPU credits above its baseline are not in the figure"))
        .into_iter()
        .collect()
}

/// The types that hold every task that moves, with what the whole design then costs by the estimate, cheapest first.
fn rank(
    ground: &Ground<'_>,
    architecture: Architecture,
    option: CapacityOptionType,
) -> Result<Vec<(InstanceTypeName, Usd)>, String> {
    let gpus = all_need_gpus(ground.design).then(|| models(ground)).transpose()?;
    let wanted =
        |ix: TypeIx, t: &InstanceType| t.architecture == architecture && eligible(ground, ix, t, option, gpus.as_ref());
    let types: Vec<_> =
        ground.catalogue.types.iter().filter(|(ix, t)| wanted(*ix, t)).map(|(_, t)| t.name.clone()).collect();
    if types.is_empty() {
        let what = if gpus.is_some() { "with the GPUs drawn " } else { "" };
        return Err(format!("no {architecture} instance type {what}has a price in this region"));
    }
    let provider = provider_called(ground.design, "types-compared");
    let to = To::Group { types, option };
    let moved = move_services(ground, &Move::new(to, architecture, provider.clone()))?;
    let plan = ground.plan(&moved.design)?;
    // One provider in each cluster: all are given the same type.
    let made: Vec<_> =
        plan.providers.pairs().filter(|(_, p)| p.name.starts_with(&provider)).map(|(ix, _)| ix).collect();
    let Some(first) = made.first() else { return Err("no service moved".to_owned()) };
    let kinds = plan.providers[*first].candidates.clone();
    let mut ranked: Vec<_> = kinds
        .par_iter()
        .filter(|kind| holds_all(&plan, &made, kind))
        .filter_map(|kind| {
            let mut plan = plan.clone();
            for ix in &made {
                plan.providers[*ix].candidates = vec![kind.clone()];
            }
            ground.cost_of_plan(&plan).map(|cost| (kind.name.clone(), cost))
        })
        .collect();
    ranked.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    if ranked.is_empty() {
        return Err(format!("no {architecture} instance type holds the largest task"));
    }
    Ok(ranked)
}

fn holds_all(plan: &Plan, providers: &[Ix<PlannedProvider>], kind: &PlannedType) -> bool {
    let mut on = plan.services.iter().filter(|s| s.capacity.iter().any(|share| providers.contains(&share.provider)));
    on.all(|service| fits(kind, service))
}

/// General types of today's generations, or those with the models of GPU that the tasks need, that have a price here.
fn eligible(
    ground: &Ground<'_>,
    ix: TypeIx,
    t: &InstanceType,
    option: CapacityOptionType,
    gpus: Option<&BTreeSet<String>>,
) -> bool {
    let mut letters = t.family.chars();
    let general =
        matches!(letters.next(), Some('c' | 'm' | 'r' | 't')) && letters.next().is_some_and(|l| l.is_ascii_digit());
    let suited = match gpus {
        Some(models) => t.gpus.as_ref().is_some_and(|own| models.contains(&own.name)),
        None => general && t.gpus.is_none() && t.accelerators.is_none(),
    };
    let spot = option == CapacityOptionType::Spot;
    let meter = if spot { Meter::Ec2Spot(ix) } else { Meter::Ec2Linux(ix) };
    let priced = ground.catalogue.prices.price(meter).is_some();
    // A model of GPU comes in few families, whatever their generation.
    let recent = t.current_generation || gpus.is_some();
    recent && !t.bare_metal && suited && priced && (!spot || t.spot_supported)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::super::{AS_DRAWN, Family};
    use crate::bill::CostGroup;
    use crate::design::capacity::{CapacityProvider, LaunchType, ManagedScaling, StrategyItem};
    use crate::design::id::CapacityProviderId;
    use crate::design::service::Capacity;
    use crate::design::task_definition::NetworkMode;
    use crate::design::{Design, Item};
    use crate::names::Architecture;
    use crate::units::{CpuUnits, Mib, Usd};

    /// `api` on an Auto Scaling group of the user's own, bridged, 1 vCPU with 1.5 GB.
    fn api_on_instances() -> Design {
        let mut design = project().design;
        let ron = "AutoScalingGroup((subnets: [\"private-a\", \"private-b\", \"private-c\"], \
                   instance_types: [\"g5.xlarge\"], max_size: 12))";
        let mut group: CapacityProvider = ron::from_str(ron).unwrap();
        if let CapacityProvider::AutoScalingGroup(group) = &mut group {
            group.managed_scaling = Some(ManagedScaling::default());
            group.instance_role = Some("instance".into());
        }
        design.put(Item::CapacityProvider("mine".into(), group));
        design.put(Item::Role("instance".into(), ron::from_str("(used_as: ContainerInstance)").unwrap()));
        design.clusters.get_mut(&"main".into()).unwrap().capacity_providers.push("mine".into());
        let api = design.services.get_mut(&"api".into()).unwrap();
        api.capacity = Capacity::Strategy(vec![StrategyItem { capacity_provider: "mine".into(), base: 0, weight: 1 }]);
        (api.subnets, api.security_groups) = (Vec::new(), Vec::new());
        let definition = design.task_definitions.get_mut(&"api".into()).unwrap();
        definition.requires_compatibilities = vec![LaunchType::Ec2];
        definition.network_mode = Some(NetworkMode::Bridge);
        (definition.cpu, definition.memory) = (Some(CpuUnits::from_vcpus(1)), Some(Mib::from_mib(1536)));
        definition.containers[0].port_mappings[0].host_port = Some(0);
        design
    }

    fn needing_gpus(mut design: Design) -> Design {
        design.task_definitions.get_mut(&"api".into()).unwrap().containers[0].gpus = 1;
        design
    }

    #[test]
    fn every_alternative_states_its_architecture_and_has_no_other() {
        let design = project().design;
        let all = of(Family::Capacity, &design);
        // Fargate ARM, two mixes, two types each, two Spot groups, two of Managed Instances; as drawn is Fargate x86.
        assert_eq!(all.len(), 1 + 1 + 2 + 4 + 2 + 2);
        assert_eq!(all[0].notes, ["This is: Fargate, x86"]);
        for candidate in &all[1..] {
            let architecture = match candidate.name.rsplit(", ").next() {
                Some("x86") => Architecture::X86,
                Some("ARM") => Architecture::Arm,
                _ => panic!("{} names no architecture", candidate.name),
            };
            let changed = applied(&design, candidate);
            for definition in changed.task_definitions.values() {
                assert_eq!(definition.runtime_platform.cpu_architecture, Some(architecture), "{}", candidate.name);
            }
            let said = candidate.notes.iter().any(|n| n.contains("images of web must exist for ARM64"));
            assert_eq!(said, architecture == Architecture::Arm, "{}: {:?}", candidate.name, candidate.notes);
        }
    }

    #[test]
    fn fargate_on_arm_saves_what_its_prices_say() {
        let design = project().design;
        let all = of(Family::Capacity, &design);
        let arm = applied(&design, named(&all, "Fargate, ARM"));
        // 6 × 0.5 + 4 × 1 = 7 vCPU and 6 × 1 + 4 × 2 = 14 GB for 730 h; a vCPU-hour costs $0.04048 on x86 and $0.03238
        // on ARM, a GB-hour $0.004445 and $0.00356: 7 × 730 × 0.0081 + 14 × 730 × 0.000885 = 41.391 + 9.0447.
        assert_eq!(total(&design) - total(&arm), Usd::parse("50.4357").unwrap());
    }

    #[test]
    fn a_third_of_the_tasks_stays_on_demand_beside_spot() {
        let design = project().design;
        let all = of(Family::Capacity, &design);
        let mixed = applied(&design, named(&all, "Fargate with Fargate Spot, x86"));
        let item = |capacity_provider, base, weight| StrategyItem { capacity_provider, base, weight };
        let (fargate, spot) = (CapacityProviderId::fargate(), CapacityProviderId::fargate_spot());
        // ceil(6 / 3) = 2 and ceil(4 / 3) = 2.
        for service in mixed.services.values() {
            let expected = Capacity::Strategy(vec![item(fargate.clone(), 2, 1), item(spot.clone(), 0, 3)]);
            assert_eq!(service.capacity, expected);
        }
    }

    #[test]
    fn types_come_cheapest_first_and_spot_types_are_of_one_size() {
        let design = project().design;
        let all = of(Family::Capacity, &design);
        let costs: Vec<_> = all
            .iter()
            .filter(|c| c.name.starts_with("EC2 on demand") && c.name.ends_with("ARM"))
            .map(|c| total(&applied(&design, c)))
            .collect();
        assert!(costs.len() == 2 && costs[0] <= costs[1], "{costs:?}");
        let spot = applied(&design, named(&all, "EC2 Spot, ARM"));
        let CapacityProvider::AutoScalingGroup(group) = &spot.capacity_providers[&"asg-spot-arm".into()] else {
            panic!("no group")
        };
        let size = |name: &crate::names::InstanceTypeName| {
            let found = &CATALOGUE.types[CATALOGUE.types.find(name.as_str()).unwrap()];
            (found.vcpus, found.memory, found.architecture)
        };
        assert!(group.instance_types.len() > 1);
        assert!(group.instance_types.iter().all(|t| size(t) == size(&group.instance_types[0])));
        // 6 and 4 tasks, each doubled by a deployment.
        assert_eq!((group.min_size, group.max_size), (0, 20));
    }

    #[test]
    fn managed_instances_cost_a_fee_and_have_their_roles() {
        let design = project().design;
        let managed = applied(&design, named(&of(Family::Capacity, &design), "Managed Instances, x86"));
        assert!(groups(&managed)[&CostGroup::ManagementFee] > Usd::ZERO);
        let CapacityProvider::ManagedInstances(provider) = &managed.capacity_providers[&"managed-x86".into()] else {
            panic!("no provider")
        };
        for role in [&provider.infrastructure_role, &provider.instance_role] {
            assert!(managed.roles.contains_key(role.as_ref().unwrap()));
        }
    }

    #[test]
    fn what_moves_to_fargate_gets_its_interface_and_the_next_size_and_leaves_no_group_behind() {
        let design = api_on_instances();
        let all = of(Family::Capacity, &design);
        let x86 = named(&all, "Fargate, x86");
        let fargate = applied(&design, x86);
        let definition = &fargate.task_definitions[&"api".into()];
        assert_eq!((definition.cpu, definition.memory), (Some(CpuUnits::from_vcpus(1)), Some(Mib::from_gib(2))));
        assert!(x86.notes.iter().any(|n| n.contains("1.5 GB become 1 vCPU and 2 GB")), "{:?}", x86.notes);
        assert_eq!(definition.network_mode, Some(NetworkMode::Awsvpc));
        assert_eq!(fargate.services[&"api".into()].subnets.len(), 3);
        assert!(fargate.capacity_providers.is_empty(), "the group that nothing uses is gone");
    }

    #[test]
    fn a_service_with_gpus_stays_and_the_notes_say_why() {
        let design = needing_gpus(api_on_instances());
        let all = of(Family::Capacity, &design);
        for name in ["Fargate, ARM", "Managed Instances, x86"] {
            let candidate = named(&all, name);
            assert!(
                candidate.notes.iter().any(|n| n.starts_with("api cannot move: a task needs 1 GPU")),
                "{candidate:?}"
            );
            let changed = applied(&design, candidate);
            assert_eq!(changed.services[&"api".into()], design.services[&"api".into()]);
        }
    }

    #[test]
    fn a_design_of_gpus_alone_moves_among_instances_that_have_them() {
        let mut design = needing_gpus(api_on_instances());
        design.services.remove(&"web".into());
        design.loads.clear();
        design.load_balancers.clear();
        design.target_groups.clear();
        design.task_definitions.remove(&"web".into());
        let all = of(Family::Capacity, &design);
        let fargate = named(&all, "Fargate, x86").not_applicable.as_deref();
        assert_eq!(fargate, Some("api cannot move: a task needs 1 GPU, which Fargate does not have"));
        let groups: Vec<_> =
            all.iter().filter(|c| c.name.starts_with("EC2 on demand") && c.not_applicable.is_none()).collect();
        assert!(!groups.is_empty());
        // Drawn on g5.xlarge: NVIDIA A10G, which no ARM type and no other family has.
        for candidate in groups {
            let name = candidate.name.split(", ").nth(1).unwrap();
            assert!(name.starts_with("g5."), "{name}");
            assert!(candidate.notes.contains(&"GPUs as drawn: NVIDIA A10G".to_owned()), "{:?}", candidate.notes);
        }
        let arm = named(&all, "EC2 on demand, ARM").not_applicable.as_deref();
        assert_eq!(arm, Some("no ARM64 instance type with the GPUs drawn has a price in this region"));
        let managed = applied(&design, named(&all, "Managed Instances, x86"));
        let CapacityProvider::ManagedInstances(provider) = &managed.capacity_providers[&"managed-x86".into()] else {
            panic!("no provider")
        };
        assert_eq!(provider.requirements.accelerator_names, ["a10g"]);
        assert_eq!(all[0].name, AS_DRAWN);
    }

    #[test]
    fn tasks_with_public_addresses_move_to_private_subnets_on_instances() {
        let mut design = project().design;
        for service in design.services.values_mut() {
            service.subnets = ["public-a", "public-b", "public-c"].map(Into::into).to_vec();
            service.assign_public_ip = true;
        }
        let managed = applied(&design, named(&of(Family::Capacity, &design), "Managed Instances, ARM"));
        let web = &managed.services[&"web".into()];
        assert_eq!(web.subnets, ["private-a", "private-b", "private-c"].map(Into::into).to_vec());
        assert!(!web.assign_public_ip);
    }
}
