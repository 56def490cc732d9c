//! PrivateLink where it pays: what goes to one AWS service through NAT gateways, against an endpoint of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Host, HostKind, Runner};
use super::demand;
use super::diagnostic::{Findings, Rule, Severity};
use super::way_out::WayOut;
use crate::catalogue::meter::Meter;
use crate::design::container::LogDriver;
use crate::design::edit::Edit;
use crate::design::id::{SubnetId, VpcEndpointId, VpcId};
use crate::design::network::{EndpointKind, EndpointService, VpcEndpoint};
use crate::design::outside::Reached;
use crate::design::work::CallTarget;
use crate::design::{Item, ItemRef};
use crate::names::Zone;
use crate::units::{Bytes, Quantity, Usd};

pub(super) const RULES: &[Rule] = &[Rule::new(
    "endpoint-cheaper-than-nat",
    Severity::Advice,
    "What goes to an AWS service costs more by NAT gateway than an endpoint would",
    "Amazon VPC pricing; AWS PrivateLink pricing",
    endpoint_cheaper_than_nat,
)];

/// What goes to one AWS service from one VPC through NAT gateways.
#[derive(Debug, Default)]
struct Through<'d> {
    /// Millionths of a byte in a month.
    micro_bytes: u128,
    /// One subnet of each zone that sends, where an endpoint would stand.
    subnets: BTreeMap<&'d Zone, &'d SubnetId>,
}

/// The subnets by which a runner's tasks send, in `awsvpc` mode, and the instances they stand on.
fn subnets_of<'d>(runner: &Runner<'d>) -> (Vec<&'d SubnetId>, Vec<&'d SubnetId>) {
    let hosts = runner.hosts.iter().flat_map(|host| match host {
        Host::Group(_, group) => group.subnets.iter(),
        Host::Managed(_, managed) => managed.subnets.iter(),
        Host::Fargate | Host::FargateSpot | Host::Ec2 | Host::External => [].iter(),
    });
    let (own, hosts): (Vec<_>, Vec<_>) = (runner.subnet_ids.iter().collect(), hosts.collect());
    let tasks = if runner.is_awsvpc() && !own.is_empty() { own } else { hosts.clone() };
    // On Fargate logs leave by the task's interface too, on instances by the instance's (rule FG-02).
    let logs = if runner.on(HostKind::Fargate) { tasks.clone() } else { hosts };
    (tasks, logs)
}

/// Bytes of one unit of a runner's work to AWS services: its logs, and its calls, by millionths.
fn sent(context: &Context<'_>, runner: &Runner<'_>) -> Vec<(EndpointService, bool, u128)> {
    let (Some(service), Some(definition)) = (runner.service, runner.definition) else { return Vec::new() };
    let awslogs = |log: &crate::design::container::LogConfiguration| log.driver == LogDriver::Awslogs;
    let mut all = Vec::new();
    if definition.containers.iter().any(|c| c.log_configuration.as_ref().is_some_and(awslogs)) {
        all.push((EndpointService::Logs, true, u128::from(service.work.log_bytes().bytes()) * 1_000_000));
    }
    for call in &service.calls {
        let to = match &call.to {
            CallTarget::Aws(service) => *service,
            CallTarget::Outside(id) => match context.design.outside_systems.get(id).map(|system| &system.reached) {
                Some(Reached::AwsService(service)) => *service,
                Some(
                    Reached::InVpc { .. }
                    | Reached::Internet
                    | Reached::OtherVpc
                    | Reached::OtherRegion(_)
                    | Reached::OnPremises,
                )
                | None => continue,
            },
            CallTarget::Service { .. } | CallTarget::Internet => continue,
        };
        let both = u128::from(call.request_bytes.bytes()) + u128::from(call.response_bytes.bytes());
        all.push((to, false, both * u128::from(call.per_work().ppm())));
    }
    all
}

/// What goes through NAT gateways, by VPC and AWS service; tasks stand evenly over their subnets.
fn through<'d>(context: &Context<'d>) -> BTreeMap<(&'d VpcId, EndpointService), Through<'d>> {
    let work = demand::work_of(context.design);
    let mut all: BTreeMap<_, Through<'d>> = BTreeMap::new();
    for runner in &context.runners {
        let units = runner.id.and_then(|id| work.get(id)).copied().unwrap_or(0);
        let (tasks, instances) = subnets_of(runner);
        for (to, by_logs, micro_bytes) in sent(context, runner) {
            let subnets = if by_logs { &instances } else { &tasks };
            let bytes = units.saturating_mul(micro_bytes) / 1_000_000;
            let share = bytes / u128::try_from(subnets.len()).unwrap_or(u128::MAX).max(1);
            for id in subnets {
                let Some(subnet) = context.design.subnets.get(*id) else { continue };
                if share > 0 && matches!(context.ways.of(id), WayOut::Nat(_)) {
                    let sum = all.entry((&subnet.vpc, to)).or_default();
                    sum.micro_bytes = sum.micro_bytes.saturating_add(share);
                    sum.subnets.entry(&subnet.zone).or_insert(id);
                }
            }
        }
    }
    all
}

/// What an endpoint of a service in so many zones costs a month; gateway endpoints are free (rule NET-30).
fn endpoint_month(context: &Context<'_>, to: EndpointService, zones: usize, bytes: Quantity) -> Option<Usd> {
    if to == EndpointService::DynamoDb {
        return Some(Usd::ZERO);
    }
    let hours = context.month(Meter::InterfaceEndpointHour, u64::try_from(zones).unwrap_or(u64::MAX))?;
    Some(hours + context.catalogue.prices.price(Meter::InterfaceEndpointData)?.cost(bytes))
}

/// What: a month's bytes to one AWS service (logs written, calls drawn) cost more at the NAT gateways' price of a GB
/// than an endpoint in each sending zone, by hours and GB. Why: the bytes need not leave AWS's network. Example: 788 GB
/// of logs from three zones, $35.48 against $29.78. Fix: draws the endpoint.
///
/// The bytes are loads × bytes of each unit of work, in closed form; image layers come from S3, which has a rule of its
/// own and a free endpoint. NAT gateways stay: their hours are saved only where nothing else goes out.
///
/// Source: Amazon VPC pricing, NAT gateways; AWS PrivateLink pricing, interface endpoints (rules NET-21, NET-30, NET-33).
fn endpoint_cheaper_than_nat(context: &Context<'_>, out: &mut Findings) {
    for ((vpc, to), through) in through(context) {
        if to == EndpointService::S3 || context.ways.endpoint(vpc, to).is_some() {
            continue;
        }
        // More bytes than a `u64` counts would cost more than a bill line holds.
        let flow = Bytes::from_bytes(u64::try_from(through.micro_bytes / 1_000_000).unwrap_or(u64::MAX));
        let bytes = Quantity::from_base(u128::from(flow.bytes()));
        let by_nat = context.catalogue.prices.price(Meter::NatGatewayData).map(|price| price.cost(bytes));
        let by_endpoint = endpoint_month(context, to, through.subnets.len(), bytes);
        let (Some(by_nat), Some(by_endpoint)) = (by_nat, by_endpoint) else { continue };
        if by_endpoint >= by_nat {
            continue;
        }
        let subnets: BTreeSet<_> = through.subnets.values().map(|id| (*id).clone()).collect();
        let kind = if to == EndpointService::DynamoDb {
            EndpointKind::Gateway
        } else {
            EndpointKind::Interface { subnets: subnets.into_iter().collect(), security_groups: Vec::new() }
        };
        let message = format!(
            "{flow} a month to {to} cost {} by NAT gateway; an endpoint in {} zones costs {}",
            by_nat.cents_text(),
            through.subnets.len(),
            by_endpoint.cents_text()
        );
        let endpoint = VpcEndpoint::new(vpc.clone(), to, kind);
        let id = VpcEndpointId::new(&format!("{vpc}-{}", to.aws().replace('.', "-")));
        let saved = (by_nat - by_endpoint).cents_text();
        out.add(ItemRef::Vpc(vpc.clone()), "endpoints", message, format!("Draw an endpoint of {to}")).fix(
            format!("Draw an endpoint of {to} (saves {saved} a month)"),
            vec![Edit::Put(Item::VpcEndpoint(id, endpoint))],
        );
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::load::{Load, Series};
    use crate::design::work::Work;
    use crate::units::MilliPerSecond;

    /// Shoppers ask 500 a second, each with so many bytes of logs, and nobody else writes any.
    fn logging(d: &mut Design, bytes: u64) {
        let Work::Stated { log_bytes, .. } = &mut web(d).work else { panic!("the good design states its work") };
        *log_bytes = Bytes::from_bytes(bytes);
        let Some(Load::Requests(shoppers)) = d.loads.get_mut(&"shoppers".into()) else { panic!("they are drawn") };
        shoppers.shape.series = Series::Constant(MilliPerSecond::from_whole(500));
        d.loads.remove(&"orders".into());
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // 500/s × 2,628,000 s × 477 B = 626.778 GB: × $0.045 = $28.21 by NAT; 3 × 730 h × $0.01 + 626.778 × $0.01 = $28.17 by
        // an endpoint. With 476 B it is 625.464 GB, $28.15 against $28.15: 21.90 / 0.035 = 625.71 GB is where it turns.
        case("endpoint-cheaper-than-nat", |d| logging(d, 477), &["vpc · endpoints"], |d| logging(d, 476)),
        // The endpoint is there already.
        case(
            "endpoint-cheaper-than-nat",
            |d| {
                logging(d, 2_000);
                web(d).subnets.truncate(2);
            },
            &["vpc · endpoints"],
            |d| {
                logging(d, 2_000);
                let subnets = ["private-a", "private-b", "private-c"].map(Into::into).to_vec();
                let kind = EndpointKind::Interface { subnets, security_groups: Vec::new() };
                let endpoint = VpcEndpoint::new("vpc".into(), EndpointService::Logs, kind);
                d.vpc_endpoints.insert("logs".into(), endpoint);
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn net_33_the_message_weighs_both_ways_by_numbers() {
        let mut design = base();
        logging(&mut design, 600);
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = found.iter().find(|f| f.rule.0 == "endpoint-cheaper-than-nat").unwrap();
        // 500 × 2,628,000 × 600 B = 788.4 GB: × 0.045 = 35.478; 21.90 + 7.884 = 29.784.
        let expected = "788 GB a month to logs cost $35.48 by NAT gateway; an endpoint in 3 zones costs $29.78";
        assert_eq!(finding.message, expected);
        assert_eq!(finding.fixes[0].label, "Draw an endpoint of logs (saves $5.69 a month)");
    }
}
