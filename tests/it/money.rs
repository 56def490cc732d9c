//! How prices apply to what is drawn: by every way to draw it, with the arithmetic beside each figure.

use bayplan_engine::bill::{Bill, Charge};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::meter::Meter;
use bayplan_engine::design::account::MovedGb;
use bayplan_engine::design::capacity::{CapacityProvider, LaunchType, StrategyItem};
use bayplan_engine::design::id::{CapacityProviderId, ServiceId};
use bayplan_engine::design::scenario::Scenario;
use bayplan_engine::design::service::Capacity;
use bayplan_engine::design::{Design, Item, ItemRef};
use bayplan_engine::evaluate::{Progress, estimate_outcome, prepare_scenario, simulate};
use bayplan_engine::names::Region;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Bytes, Span, Usd};

use crate::meters::{beside, on, read};
use crate::steady;

fn bill(design: &Design) -> Bill {
    let catalogue = Catalogue::load(&Region::new("us-east-1")).expect("the region is known");
    let prepared = prepare_scenario(design, Scenario::default(), &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    estimate_outcome(&prepared, &catalogue, Span::MONTH).bill
}

/// What an item pays for meters whose label has a word in it.
fn paid(bill: &Bill, item: &ItemRef, word: &str) -> Usd {
    let of_item = bill.lines.iter().filter(|line| line.owner == *item && line.charge.label().contains(word));
    of_item.map(|line| line.cost.expect("it is priced")).sum()
}

fn usd(text: &str) -> Usd {
    Usd::parse(text).expect("an amount")
}

/// The steady design with one Windows instance for a Windows service.
fn windows(option: &str, capacity: Capacity, default_strategy: bool) -> Design {
    let mut design = steady::design();
    design.put(Item::Role("instance".into(), read("(used_as: ContainerInstance)")));
    let group = format!(
        "AutoScalingGroup((subnets: [\"private-a\"], instance_types: [\"t3.medium\"], min_size: 1, max_size: 1, \
         instance_role: \"instance\"{option}))"
    );
    let id = CapacityProviderId::new("machines");
    design.put(Item::CapacityProvider(id.clone(), read::<CapacityProvider>(&group)));
    let items = vec![StrategyItem { capacity_provider: id.clone(), base: 0, weight: 1 }];
    let default_strategy = if default_strategy { items } else { Vec::new() };
    let (capacity_providers, mut cluster) = (vec![id], design.clusters[&"main".into()].clone());
    (cluster.capacity_providers, cluster.default_strategy) = (capacity_providers, default_strategy);
    design.put(Item::Cluster("windows".into(), cluster));
    beside(&mut design, "windows", |service, definition| {
        (service.cluster, service.capacity, service.desired_count) = ("windows".into(), capacity, 1);
        definition.requires_compatibilities = vec![LaunchType::Ec2];
        definition.runtime_platform =
            read("(operating_system_family: WindowsServer2022Core, cpu_architecture: X86_64)");
    });
    design
}

#[test]
fn cps_09_windows_is_billed_as_windows_by_every_way_to_a_group() {
    let ways = [
        (on("machines".into()), false),
        (Capacity::ClusterDefault, true),
        // Neither a strategy nor a default: launch type EC2.
        (Capacity::ClusterDefault, false),
        (Capacity::LaunchType(LaunchType::Ec2), false),
    ];
    let group = ItemRef::CapacityProvider("machines".into());
    for (capacity, default_strategy) in ways {
        let told = format!("{capacity:?}");
        let bill = bill(&windows("", capacity, default_strategy));
        // 730 h x 0.06, t3.medium with Windows.
        assert_eq!(paid(&bill, &group, "EC2 on demand, Windows"), usd("43.8"), "{told}");
        assert_eq!(paid(&bill, &group, "Linux"), Usd::ZERO, "{told}");
    }
}

#[test]
fn cps_09_standalone_windows_tasks_make_their_group_windows_too() {
    let mut design = windows("", on("machines".into()), false);
    design.services.remove(&ServiceId::new("windows"));
    let task = "(cluster: \"windows\", task_definition: \"windows\", capacity: LaunchType(Ec2), \
                subnets: [\"private-a\"], schedule: Rate(1440), count: 1, duration: 600000, scheduler_role: \"events\")";
    design.put(Item::Role("events".into(), read("(used_as: Events)")));
    design.put(Item::StandaloneTask("nightly".into(), read(task)));
    let group = ItemRef::CapacityProvider("machines".into());
    assert_eq!(paid(&bill(&design), &group, "EC2 on demand, Windows"), usd("43.8"));
}

#[test]
fn ec2_34_windows_on_spot_has_a_price_of_its_own() {
    let bill = bill(&windows(", option: Spot", on("machines".into()), false));
    let group = ItemRef::CapacityProvider("machines".into());
    let spot: Vec<_> = bill.lines.iter().filter(|line| line.charge.label().starts_with("EC2 ")).collect();
    let [line] = spot[..] else { panic!("{spot:?}") };
    assert_eq!(line.charge.label(), "EC2 Spot, Windows");
    // 730 h x 0.06 less the 62 % that the advisor gives Windows.
    assert_eq!(paid(&bill, &group, "EC2 Spot, Windows"), usd("16.644"));
}

/// The steady design with tasks that have a volume each.
fn with_volumes(count: u32, volume: &str) -> Design {
    let mut design = steady::design();
    design.put(Item::Role("volumes".into(), read("(used_as: Infrastructure)")));
    beside(&mut design, "store", |service, definition| {
        service.desired_count = count;
        service.ebs_volume = Some(read(&format!("(name: \"data\", role: \"volumes\", {volume})")));
        definition.volumes = vec![read("(name: \"data\", kind: ConfiguredAtLaunch)")];
    });
    design
}

#[test]
fn stc_02_steps_of_iops_are_of_each_volume_in_estimate_and_run() {
    let store = ItemRef::Service("store".into());
    let io2 = "size: 100, volume_type: Io2, iops: 20000";
    // 100 GB x 0.125 + 20,000 x 0.065 = 1,312.50 each; two, whose 40,000 together pass the first step, twice that.
    assert_eq!(paid(&bill(&with_volumes(1, io2)), &store, "io2"), usd("1312.5"));
    assert_eq!(paid(&bill(&with_volumes(2, io2)), &store, "io2"), usd("2625"));
    // All three steps: 32,000 x 0.065 + 32,000 x 0.0455 + 36,000 x 0.03185 = 4,682.60 each, 12.50 of storage.
    let large = with_volumes(3, "size: 100, volume_type: Io2, iops: 100000");
    assert_eq!(paid(&bill(&large), &store, "io2"), usd("14085.3"));
    // io1 has one: 30 x 0.125 + 300 x 0.065.
    assert_eq!(paid(&bill(&with_volumes(1, "size: 30, volume_type: Io1, iops: 300")), &store, "io1"), usd("23.25"));

    let catalogue = Catalogue::load(&Region::new("us-east-1")).expect("the region is known");
    let prepared = prepare_scenario(&large, Scenario::default(), &catalogue, &[]).unwrap_or_else(|e| panic!("{e}"));
    let day = Span::from_days(1);
    let run = simulate(&prepared, &catalogue, day, 1, Detail::Totals, &Progress::default()).expect("not cancelled");
    let estimate = estimate_outcome(&prepared, &catalogue, day);
    assert_eq!(paid(&run.bill, &store, "io2 IOPS"), paid(&estimate.bill, &store, "io2 IOPS"));
    assert_eq!(paid(&run.month, &store, "io2 IOPS"), usd("14047.8")); // 3 x 4,682.60
}

#[test]
fn stc_02_instances_pay_for_their_root_and_for_further_volumes() {
    let volumes = ", root_volume: 50, root_volume_type: Gp2, volumes: [(size: 500, volume_type: St1), \
                   (size: 100, volume_type: Io2, iops: 40000), (size: 100, iops: 5000, throughput: 225)]";
    let bill = bill(&windows(volumes, on("machines".into()), false));
    let group = ItemRef::CapacityProvider("machines".into());
    assert_eq!(paid(&bill, &group, "EBS gp2"), usd("5")); // 50 x 0.10
    assert_eq!(paid(&bill, &group, "EBS st1"), usd("22.5")); // 500 x 0.045
    assert_eq!(paid(&bill, &group, "EBS io2"), usd("2456.5")); // 100 x 0.125 + 32,000 x 0.065 + 8,000 x 0.0455
    assert_eq!(paid(&bill, &group, "EBS gp3"), usd("22")); // 100 x 0.08 + 2,000 x 0.005 + 100 x 0.04
}

#[test]
fn net_46_transfer_to_another_region_is_priced_by_the_pair_of_them() {
    for (region, meter, amount) in
        [("us-east-2", Meter::InterRegionUsEast, "7.884"), ("us-west-2", Meter::InterRegion, "15.768")]
    {
        let mut design = steady::design();
        let reached = format!("(kind: Api, reached: OtherRegion(\"{region}\"), monthly_price: \"0\")");
        design.put(Item::OutsideSystem("other".into(), read(&reached)));
        let web = design.services.get_mut(&ServiceId::new("web")).expect("it is drawn");
        web.calls = vec![read("(to: Outside(\"other\"), request_bytes: 1000, response_bytes: 9000)")];
        let bill = bill(&design);
        // 300/s x 1,000 bytes sent x 2,628,000 s = 788.4 GB, at 0.01 or 0.02; what comes back is free here.
        let lines: Vec<_> = bill.lines.iter().filter(|line| line.charge == Charge::Aws(meter)).collect();
        assert_eq!(lines.iter().filter_map(|line| line.cost).sum::<Usd>(), usd(amount), "{region}");
    }
}

#[test]
fn net_40_the_free_transfer_out_is_one_allowance_and_may_be_used_up_elsewhere() {
    let mut design = steady::design();
    let load = "Requests((service: \"web\", through: Direct, shape: (series: Constant(1)), request_bytes: 0, \
                response_bytes: 1000000))";
    design.loads.clear();
    design.put(Item::Load("visitors".into(), read(load)));
    // 1/s x 1,000,000 bytes x 2,628,000 s = 2,628 GB, of which 100 are free: 2,528 x 0.09.
    let visitors = ItemRef::Load("visitors".into());
    assert_eq!(paid(&bill(&design), &visitors, "out to the internet"), usd("227.52"));
    design.account.free_transfer_used_elsewhere = Some(Bytes::from_mb(70_000));
    assert_eq!(paid(&bill(&design), &visitors, "out to the internet"), usd("233.82")); // 2,598 x 0.09
    design.account.permanent_free_tiers = Some(false);
    assert_eq!(paid(&bill(&design), &visitors, "out to the internet"), usd("236.52")); // 2,628 x 0.09
    // A GB of 2^30 bytes: 2,628 x 10^9 / 2^30 = 2,447.51465... GB, x 0.09 = 220.27641...
    design.account.gb_moved = Some(MovedGb::Binary);
    let bill = bill(&design);
    let line = bill.lines.iter().find(|line| line.charge == Charge::Aws(Meter::InternetOut)).expect("it is billed");
    assert_eq!(line.quantity.decimal_text(Meter::InternetOut.per_unit(), 5), "2447.51573");
    assert_eq!(line.cost.expect("it is priced").cents_text(), "$220.28");
}
