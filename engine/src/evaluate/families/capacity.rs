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
use crate::plan::packing::{fits, instances_for};
use crate::plan::provider::Candidate as PlannedType;
use crate::plan::{Plan, index::Ix, provider::PlannedProvider};
use crate::units::Usd;

const ARCHITECTURES: [Architecture; 2] = [Architecture::X86, Architecture::Arm];

/// How many types of like size a Spot group may start, the cheapest and its neighbours.
///
/// Assumption: five; AWS advises to be flexible across at least ten types, but a group of unlike sizes packs badly
/// (Amazon EC2 User Guide, "Best practices for Amazon EC2 Spot").
const SPOT_TYPES: usize = 5;

/// How many types are estimated whole, at least: those whose instances for the tasks drawn cost least an hour.
///
/// Assumption: a type whose bare instances for the drawn counts are not among the two dozen cheapest is not the cheapest of a
/// month with its volumes, addresses and hours of other counts either.
const ESTIMATED: usize = 24;

/// All alternatives of capacity.
pub(super) fn candidates(ground: &Ground<'_>) -> Vec<Candidate> {
    let kinds: [&(dyn Fn(Architecture) -> Vec<Candidate> + Sync); 5] = [
        &|architecture| vec![plain(ground, "Fargate", To::Fargate, architecture)],
        &|architecture| vec![plain(ground, "Fargate with Fargate Spot", To::FargateWithSpot, architecture)],
        &|architecture| on_demand(ground, architecture),
        &|architecture| vec![spot(ground, architecture)],
        &|architecture| vec![managed(ground, architecture)],
    ];
    let all: Vec<_> =
        kinds.into_iter().flat_map(|kind| ARCHITECTURES.map(|architecture| (kind, architecture))).collect();
    let made: Vec<_> = all.into_par_iter().map(|(kind, architecture)| kind(architecture)).collect();
    made.into_iter().flatten().collect()
}

/// As people say it, and as names of providers have it.
const fn word(architecture: Architecture) -> (&'static str, &'static str) {
    match architecture {
        Architecture::X86 => ("x86", "x86"),
        Architecture::Arm => ("ARM", "arm"),
    }
}

/// Fargate, which has no provider of its own to name.
fn plain(ground: &Ground<'_>, label: &str, to: To, architecture: Architecture) -> Candidate {
    let name = format!("{label}, {}", word(architecture).0);
    finish(ground, name, move_services(ground, &Move::new(to, architecture, String::new())), Vec::new())
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
    let made = cheapest.map(|Ranked { name, trunking, .. }| {
        let label = format!("EC2 on demand, {name}, {said}");
        let provider = provider_called(ground.design, &format!("asg-{}", name.as_str().replace('.', "-")));
        let more = trunking.map(|tasks| trunked(&name, tasks)).into_iter().collect();
        let to = To::Group { types: vec![name], option: CapacityOptionType::OnDemand };
        let moved = move_services(ground, &Move::new(to, architecture, provider));
        finish(ground, label, with_trunking(moved, trunking), more)
    });
    made.collect()
}

/// EC2 Spot: the type that the estimate finds cheapest, and others as large or larger, so that one pool's end is not the
/// group's.
fn spot(ground: &Ground<'_>, architecture: Architecture) -> Candidate {
    let (said, named) = word(architecture);
    let label = format!("EC2 Spot, {said}");
    let ranked = match rank(ground, architecture, CapacityOptionType::Spot) {
        Ok(ranked) => ranked,
        Err(why) => return Candidate::impossible(label, why),
    };
    let Some(first) = ranked.first() else {
        return Candidate::impossible(label, "no instance type has a Spot price in this region");
    };
    let types = spot_types(ground, &ranked);
    let said_types: Vec<_> = types.iter().map(ToString::to_string).collect();
    let mut more = vec![format!("types: {}", said_types.join(", "))];
    if types.len() > 1 {
        let first = &said_types[0];
        more.push(format!("priced and run as {first}: in the run no launch turns to another of them"));
    }
    more.extend(first.trunking.map(|tasks| trunked(&first.name, tasks)));
    let provider = provider_called(ground.design, &format!("asg-spot-{named}"));
    let to = To::Group { types, option: CapacityOptionType::Spot };
    let moved = move_services(ground, &Move::new(to, architecture, provider));
    finish(ground, label, with_trunking(moved, first.trunking), more)
}

/// The cheapest type, then its likes in size, then larger ones; the cheaper first each time. The group buys the first that
/// holds its tasks, so that the others make it no dearer.
fn spot_types(ground: &Ground<'_>, ranked: &[Ranked]) -> Vec<InstanceTypeName> {
    let size = |of: &Ranked| {
        let found = ground.catalogue.types.find(of.name.as_str()).map(|ix| &ground.catalogue.types[ix]);
        found.map(|t| (t.vcpus, t.memory))
    };
    let Some(first) = ranked.first().and_then(size) else { return Vec::new() };
    let alike = ranked.iter().filter(|of| size(of) == Some(first));
    let larger = ranked.iter().filter(|of| {
        size(of).is_some_and(|(vcpus, memory)| vcpus >= first.0 && memory >= first.1 && (vcpus, memory) != first)
    });
    alike.chain(larger).take(SPOT_TYPES).map(|of| of.name.clone()).collect()
}

/// Managed Instances of any type, or of one alone where the estimate finds that cheaper: what ECS chooses for each launch by
/// itself need not be the cheapest of a month.
fn managed(ground: &Ground<'_>, architecture: Architecture) -> Candidate {
    let (said, named) = word(architecture);
    let name = format!("Managed Instances, {said}");
    let provider = provider_called(ground.design, &format!("managed-{named}"));
    let to = |types: Vec<InstanceTypeName>| To::Managed { types };
    let of = |types| move_services(ground, &Move::new(to(types), architecture, provider.clone()));
    let any = match of(Vec::new()) {
        Ok(any) => any,
        Err(why) => return Candidate::impossible(name, why),
    };
    let open = ground.cost(&any.design);
    let best = ranked_on(ground, &any, &provider).into_iter().find(|of| of.trunking.is_none());
    let better = best.filter(|best| open.is_none_or(|open| best.cost < open));
    if let Some(better) = better
        && let Ok(one) = of(vec![better.name.clone()])
        && let Some(cost) = ground.cost(&one.design)
        && open.is_none_or(|open| cost < open)
    {
        let note = format!("{} alone is allowed: cheaper than to leave the type to ECS", better.name);
        return finish(ground, name, Ok(one), vec![note]);
    }
    finish(ground, name, Ok(any), Vec::new())
}

/// Switches `awsvpcTrunking` on where a type packs better with it.
fn with_trunking(moved: Result<Moved, String>, trunking: Option<(u32, u32)>) -> Result<Moved, String> {
    let mut moved = moved?;
    if trunking.is_some() {
        moved.design.account.awsvpc_trunking = true;
    }
    Ok(moved)
}

fn trunked(name: &InstanceTypeName, (with, without): (u32, u32)) -> String {
    format!(
        "awsvpcTrunking is switched on in the account: {with} tasks an instance of {name} by interfaces, not {without}"
    )
}

/// A type with what the whole design costs on it by the estimate.
struct Ranked {
    name: InstanceTypeName,
    /// Where it packs better with `awsvpcTrunking`: how many tasks it then holds by interfaces, and how many without.
    trunking: Option<(u32, u32)>,
    cost: Usd,
}

/// The types that hold every task that moves, with what the whole design then costs by the estimate, cheapest first.
///
/// Burstable types are not among them: what their CPU credits above the baseline cost is not priced, so that they would
/// seem cheaper than they are.
fn rank(ground: &Ground<'_>, architecture: Architecture, option: CapacityOptionType) -> Result<Vec<Ranked>, String> {
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
    let ranked = ranked_on(ground, &moved, &provider);
    if ranked.is_empty() {
        return Err(format!("no {architecture} instance type holds the largest task"));
    }
    Ok(ranked)
}

/// The types of a moved design's new providers, cheapest first: in each cluster stands one, and all are given the same type.
fn ranked_on(ground: &Ground<'_>, moved: &Moved, provider: &str) -> Vec<Ranked> {
    let Ok(plan) = ground.plan(&moved.design) else { return Vec::new() };
    let made: Vec<_> = plan.providers.pairs().filter(|(_, p)| p.name.starts_with(provider)).map(|(ix, _)| ix).collect();
    let Some(first) = made.first() else { return Vec::new() };
    let mut kinds: Vec<_> = plan.providers[*first]
        .candidates
        .iter()
        .filter(|kind| !ground.catalogue.types[kind.kind].burstable)
        .flat_map(|kind| with_and_without_trunking(ground, kind))
        .filter(|(kind, _)| holds_all(&plan, &made, kind))
        .map(|(kind, trunking)| (hourly(&plan, &made, &kind), kind, trunking))
        .collect();
    kinds.sort_by(|a, b| (a.0, &a.1.name, a.2).cmp(&(b.0, &b.1.name, b.2)));
    kinds.truncate(ESTIMATED.max(4 * ground.search.types));
    let mut ranked: Vec<_> = kinds
        .into_par_iter()
        .filter_map(|(_, kind, trunking)| {
            let mut plan = plan.clone();
            for ix in &made {
                plan.providers[*ix].candidates = vec![kind.clone()];
            }
            ground.cost_of_plan(&plan).map(|cost| Ranked { name: kind.name, trunking, cost })
        })
        .collect();
    // Of one type the cheaper way comes first, and of equal ones the account as it is drawn.
    ranked.sort_by(|a, b| (a.cost, &a.name, a.trunking).cmp(&(b.cost, &b.name, b.trunking)));
    let mut seen = BTreeSet::new();
    ranked.retain(|of| seen.insert(of.name.clone()));
    ranked
}

/// A type as the account is drawn, and with `awsvpcTrunking` where that gives it room for more tasks.
fn with_and_without_trunking(ground: &Ground<'_>, kind: &PlannedType) -> Vec<(PlannedType, Option<(u32, u32)>)> {
    let (with, without) = (ground.catalogue.types[kind.kind].awsvpc_tasks_with_trunking(), kind.awsvpc_tasks);
    let mut ways = vec![(kind.clone(), None)];
    if with > without {
        ways.push((PlannedType { awsvpc_tasks: with, ..kind.clone() }, Some((with, without))));
    }
    ways
}

/// What the instances for the counts drawn cost an hour; types without a price come last.
fn hourly(plan: &Plan, providers: &[Ix<PlannedProvider>], kind: &PlannedType) -> i128 {
    let of = |ix: &Ix<PlannedProvider>| {
        let tasks = plan.providers[*ix].used_by.iter().map(|(service, _)| &plan.services[*service]);
        let tasks: Vec<_> = tasks.map(|service| (service, service.desired)).collect();
        i128::from(instances_for(kind, &tasks))
    };
    let instances: i128 = providers.iter().map(of).sum();
    kind.hourly.map_or(i128::MAX, |hourly| i128::from(hourly.nanos()) * instances)
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
    let priced = ground.catalogue.prices.price(Meter::instance(ix, false, spot)).is_some();
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
            let said = candidate.notes.iter().any(|n| n.starts_with("images of api and web must exist for ARM64"));
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
    fn types_come_cheapest_first_and_spot_may_start_several_as_large() {
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
            (found.vcpus, found.memory)
        };
        let first = size(&group.instance_types[0]);
        assert_eq!(group.instance_types.len(), super::SPOT_TYPES);
        assert!(group.instance_types.iter().all(|t| size(t).0 >= first.0 && size(t).1 >= first.1));
        // The group buys the first that holds its tasks: with that one alone it costs the same.
        let mut alone = spot.clone();
        if let Some(CapacityProvider::AutoScalingGroup(group)) =
            alone.capacity_providers.get_mut(&"asg-spot-arm".into())
        {
            group.instance_types.truncate(1);
        }
        assert_eq!(total(&alone), total(&spot));
        // 6 and 4 tasks, each doubled by a deployment.
        assert_eq!((group.min_size, group.max_size), (0, 20));
    }

    #[test]
    fn burstable_types_are_never_offered() {
        let design = project().design;
        for candidate in of(Family::Capacity, &design) {
            for provider in applied(&design, &candidate).capacity_providers.values() {
                let CapacityProvider::AutoScalingGroup(group) = provider else { continue };
                let burstable = |name: &crate::names::InstanceTypeName| {
                    CATALOGUE.types[CATALOGUE.types.find(name.as_str()).unwrap()].burstable
                };
                assert!(!group.instance_types.iter().any(burstable), "{}", candidate.name);
            }
        }
    }

    #[test]
    fn trunking_is_switched_on_where_it_packs_better() {
        // Sixty tasks of 0.25 vCPU and 1 GB: interfaces bind long before CPU and memory do (EC2-10, EC2-11).
        let mut design = project().design;
        for definition in design.task_definitions.values_mut() {
            (definition.cpu, definition.memory) = (Some(CpuUnits::from_units(256)), Some(Mib::from_gib(1)));
        }
        design.services.values_mut().for_each(|service| service.desired_count = 30);
        let all = of(Family::Capacity, &design);
        let best = all.iter().find(|c| c.name.starts_with("EC2 on demand") && c.name.ends_with("x86")).unwrap();
        assert!(best.notes.iter().any(|n| n.starts_with("awsvpcTrunking is switched on")), "{:?}", best.notes);
        let trunked = applied(&design, best);
        assert!(trunked.account.awsvpc_trunking && !design.account.awsvpc_trunking);
        let mut plain = trunked.clone();
        plain.account.awsvpc_trunking = false;
        assert!(total(&trunked) < total(&plain));
    }

    #[test]
    fn managed_instances_free_to_choose_are_no_dearer_than_bound_to_a_type() {
        let mut design = project().design;
        for count in [6, 17] {
            design.services.values_mut().for_each(|service| service.desired_count = count);
            for (name, provider) in
                [("Managed Instances, x86", "managed-x86"), ("Managed Instances, ARM", "managed-arm")]
            {
                let managed = applied(&design, named(&of(Family::Capacity, &design), name));
                let with = |types: &[&str]| {
                    let mut bound = managed.clone();
                    let Some(CapacityProvider::ManagedInstances(own)) =
                        bound.capacity_providers.get_mut(&provider.into())
                    else {
                        panic!("no provider")
                    };
                    own.requirements.allowed_instance_types = types.iter().map(|t| (*t).to_owned()).collect();
                    total(&bound)
                };
                let types: [&[&str]; 3] = match provider {
                    "managed-x86" => [&[], &["m5.large"], &["c5.xlarge"]],
                    _ => [&[], &["m6g.large"], &["c6g.xlarge"]],
                };
                assert!(types.into_iter().all(|types| total(&managed) <= with(types)), "{name}, {count} tasks");
            }
        }
    }

    #[test]
    fn remarks_of_which_only_the_items_differ_are_one() {
        let mut design = project().design;
        let web = design.services[&"web".into()].clone();
        for n in 0..4 {
            design.put(Item::Service(format!("more-{n}").as_str().into(), web.clone()));
        }
        let all = of(Family::Capacity, &design);
        let mixed = named(&all, "Fargate with Fargate Spot, x86");
        // Six services, each with 2 tasks on demand of 6 or 4: three are named.
        let said = "api, more-0, more-1 and 3 more: 2 tasks always on FARGATE, of the others 3 of 4 on FARGATE_SPOT";
        assert!(mixed.notes.iter().any(|note| note == said), "{:?}", mixed.notes);
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
