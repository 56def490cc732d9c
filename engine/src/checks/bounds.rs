//! Figures beyond any use: what no system has ever asked of a month, and what nothing here can count.
//!
//! AWS's own ranges are rules of the families that know them. Here stand figures that AWS has no range for, because they are
//! what an architect says of a load: how many, how large, how long. A slip of a unit makes them a thousand times too large,
//! and every figure made of them is then worth nothing. Nothing here judges what can be.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::ItemRef;
use crate::design::capacity::CapacityProvider;
use crate::design::load::Load;
use crate::design::work::Work;
use crate::units::{Bytes, Mib, MilliPerSecond, Span, Usd};

pub(super) const RULES: &[Rule] = &[Rule::new(
    "figure-beyond-any-use",
    Severity::Error,
    "A figure is larger than anything that could be priced or played",
    "Bayplan: nothing made of such a figure would be worth anything",
    figure_beyond_any_use,
)];

/// Assumption: a load of ten million a second, several times the largest that AWS tells of (DynamoDB on Prime Day).
const RATE: MilliPerSecond = MilliPerSecond::from_whole(10_000_000);
/// Assumption: one message, request or answer of a terabyte.
const MESSAGE: Bytes = Bytes::from_mb(1_000_000);
/// Assumption: ten terabytes a second of one load; a month of them is more than any transfer price is known for.
const FLOW_BYTES: u128 = 10_000_000_000_000;
/// Assumption: an exabyte in a month, as measured.
const MONTH_BYTES: Bytes = Bytes::from_mb(1_000_000_000_000);
/// Assumption: a unit of work, or a task of its own, of a year.
const LENGTH: Span = Span::from_days(366);
/// Assumption: a hundred thousand tasks of one service, twenty times AWS's quota, or machines of one group.
const MANY: u32 = 100_000;
/// Assumption: a hundred million dollars a month.
const MONTHLY_PRICE: Usd = Usd::from_cents(10_000_000_000);
/// Assumption: a pebibyte of a file system, and more of each than a machine of AWS has.
const DISK_GIB: u32 = 1_048_576;
const MEMORY: Mib = Mib::from_gib(65_536);
const VCPUS: u32 = 10_000;

/// What: a figure of a load, of work, of a count or of a price of one's own is beyond any use. Why: it is a slip of a unit,
/// and what is made of it means nothing. Example: `request_bytes` of 18,446 PB. Fix: the figure that was meant.
///
/// Source: Bayplan: nothing made of such a figure would be worth anything.
fn figure_beyond_any_use(context: &Context<'_>, out: &mut Findings) {
    loads(context, out);
    services(context, out);
    machines(context, out);
    around(context, out);
}

/// Adds a finding where a figure is above the most that is of use.
fn at_most<T: PartialOrd + Copy>(
    (at, field): (&ItemRef, &'static str),
    what: &str,
    (figure, most): (T, T),
    text: impl Fn(T) -> String,
    out: &mut Findings,
) {
    if figure > most {
        let (figure, most) = (text(figure), text(most));
        let hint = "Look at its unit: a figure of that size is commonly one of a smaller unit";
        out.add(at.clone(), field, format!("{what} is {figure}; beyond {most} nothing can be said of it"), hint);
    }
}

fn shown<T: std::fmt::Display>(figure: T) -> String {
    figure.to_string()
}

fn loads(context: &Context<'_>, out: &mut Findings) {
    for (id, load) in &context.design.loads {
        let at = ItemRef::Load(id.clone());
        let peak = super::demand::rates(&load.shape().series).iter().copied().max().unwrap_or_default();
        let shape = if matches!(load, Load::Stream(_)) { "kilobytes" } else { "shape" };
        at_most((&at, shape), "A rate", (peak, RATE), shown, out);
        let mut bytes = |field, what: &str, figure: Bytes| {
            at_most((&at, field), what, (figure, MESSAGE), shown, out);
            figure
        };
        let (field, each) = match load {
            Load::Requests(of) => {
                let request = bytes("request_bytes", "A request", of.request_bytes);
                ("response_bytes", request + bytes("response_bytes", "An answer", of.response_bytes))
            }
            Load::Jobs(of) => {
                let message = bytes("message_bytes", "A message", of.message_bytes);
                at_most((&at, "service_time"), "The time of a job", (of.service_time, LENGTH), shown, out);
                ("message_bytes", message)
            }
            Load::Stream(_) => ("kilobytes", Bytes::from_bytes(1000)),
        };
        let flow = u128::from(peak.milli()).saturating_mul(u128::from(each.bytes())) / 1000;
        let text = |figure: u128| format!("{} a second", Bytes::from_bytes(u64::try_from(figure).unwrap_or(u64::MAX)));
        if peak <= RATE && each <= MESSAGE + MESSAGE {
            at_most((&at, field), "What it moves", (flow, FLOW_BYTES), text, out);
        }
    }
}

fn services(context: &Context<'_>, out: &mut Findings) {
    let design = context.design;
    for (id, service) in &design.services {
        let at = ItemRef::Service(id.clone());
        at_most((&at, "desired_count"), "The number of tasks", (service.desired_count, MANY), shown, out);
        at_most((&at, "scaling"), "The most tasks", (service.bounds().1, MANY), shown, out);
        at_most((&at, "scaling"), "The fewest tasks", (service.bounds().0, MANY), shown, out);
        work(&at, &service.work, out);
        for call in &service.calls {
            for (what, bytes) in [("A call", call.request_bytes), ("The answer to a call", call.response_bytes)] {
                at_most((&at, "calls"), what, (bytes, MESSAGE), shown, out);
            }
        }
    }
    for (id, service) in &design.express_services {
        let at = ItemRef::ExpressService(id.clone());
        at_most((&at, "max_tasks"), "The most tasks", (service.max_tasks.unwrap_or_default(), MANY), shown, out);
        work(&at, &service.work, out);
    }
    for (id, task) in &design.standalone_tasks {
        let at = ItemRef::StandaloneTask(id.clone());
        at_most((&at, "count"), "The number of tasks", (task.count, MANY), shown, out);
        at_most((&at, "duration"), "The work of a task", (task.duration, LENGTH), shown, out);
    }
}

fn work(at: &ItemRef, work: &Work, out: &mut Findings) {
    let place = (at, "work");
    at_most(place, "The log of a unit of work", (work.log_bytes(), MESSAGE), shown, out);
    match work {
        Work::Unknown => {}
        Work::Stated { cost, .. } => {
            at_most(
                place,
                "The vCPU time of a unit of work",
                (Span::from_ms(cost.cpu_micros / 1000), LENGTH),
                shown,
                out,
            );
            at_most(place, "The time of a unit of work", (cost.duration.unwrap_or_default(), LENGTH), shown, out);
            at_most(place, "The memory of a task", (cost.memory_idle, MEMORY), shown, out);
        }
        Work::Measured { measured, .. } => {
            at_most(place, "The rate measured", (measured.rate, RATE), shown, out);
            at_most(place, "The number of tasks measured", (measured.tasks, MANY), shown, out);
        }
    }
}

fn machines(context: &Context<'_>, out: &mut Findings) {
    for (id, provider) in &context.design.capacity_providers {
        let at = ItemRef::CapacityProvider(id.clone());
        match provider {
            CapacityProvider::AutoScalingGroup(group) => {
                for (field, figure) in
                    [("min_size", group.min_size), ("max_size", group.max_size), ("warm_pool", group.warm_pool)]
                {
                    at_most((&at, field), "The number of instances", (figure, MANY), shown, out);
                }
            }
            CapacityProvider::ManagedInstances(_) => {}
        }
    }
    for (id, site) in &context.design.sites {
        let at = ItemRef::Site(id.clone());
        at_most((&at, "instances"), "The number of machines", (site.instances, MANY), shown, out);
        at_most((&at, "vcpus"), "The vCPUs of a machine", (site.vcpus, VCPUS), shown, out);
        at_most((&at, "memory"), "The memory of a machine", (site.memory, MEMORY), shown, out);
        at_most(
            (&at, "monthly_price"),
            "Its price",
            (site.monthly_price.unwrap_or_default(), MONTHLY_PRICE),
            Usd::dollars_text,
            out,
        );
    }
}

fn around(context: &Context<'_>, out: &mut Findings) {
    let design = context.design;
    for (id, vpc) in &design.vpcs {
        let (at, field) = (ItemRef::Vpc(id.clone()), "measured_monthly_cross_zone_bytes");
        let bytes = vpc.measured_monthly_cross_zone_bytes.unwrap_or_default();
        at_most((&at, field), "What crosses zones", (bytes, MONTH_BYTES), shown, out);
    }
    for (id, nat) in &design.nat_gateways {
        let (at, bytes) = (ItemRef::NatGateway(id.clone()), nat.measured_monthly_bytes.unwrap_or_default());
        at_most((&at, "measured_monthly_bytes"), "What it processes", (bytes, MONTH_BYTES), shown, out);
        at_most((&at, "elastic_ips"), "The addresses", (nat.elastic_ips.unwrap_or_default(), MANY), shown, out);
    }
    for (id, endpoint) in &design.vpc_endpoints {
        let (at, bytes) = (ItemRef::VpcEndpoint(id.clone()), endpoint.measured_monthly_bytes.unwrap_or_default());
        at_most((&at, "measured_monthly_bytes"), "What it processes", (bytes, MONTH_BYTES), shown, out);
    }
    for (id, image) in &design.images {
        at_most(
            (&ItemRef::Image(id.clone()), "compressed_size"),
            "Its size",
            (image.compressed_size, MESSAGE),
            shown,
            out,
        );
    }
    for (id, system) in &design.file_systems {
        let at = ItemRef::FileSystem(id.clone());
        let gib = |figure: u32| format!("{figure} GiB");
        at_most((&at, "stored"), "What is stored", (system.stored.gib(), DISK_GIB), gib, out);
        at_most((&at, "throughput"), "The throughput in MiB a second", (system.throughput, DISK_GIB), shown, out);
    }
    for (id, acl) in &design.web_acls {
        at_most((&ItemRef::WebAcl(id.clone()), "rules"), "The number of rules", (acl.rules, MANY), shown, out);
    }
    for (id, system) in &design.outside_systems {
        let price = system.monthly_price.unwrap_or_default();
        let at = ItemRef::OutsideSystem(id.clone());
        at_most((&at, "monthly_price"), "Its price", (price, MONTHLY_PRICE), Usd::dollars_text, out);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::checks::testing::*;
    use crate::design::load::Requests;
    use crate::design::{Design, load::Load};
    use crate::units::{Bytes, MilliPerSecond, Percent, Span};

    const RULE: &str = "figure-beyond-any-use";

    fn requests(design: &mut Design) -> &mut Requests {
        let mut loads = design.loads.values_mut().filter_map(|load| match load {
            Load::Requests(requests) => Some(requests),
            Load::Jobs(_) | Load::Stream(_) => None,
        });
        loads.next().expect("the good design has requests")
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(RULE, |d| web(d).desired_count = 100_001, &["web · desired_count"], |d| web(d).desired_count = 100_000),
        case(
            RULE,
            |d| nightly(d).duration = Span::from_days(367),
            &["nightly · duration"],
            |d| nightly(d).duration = Span::from_days(366),
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn the_largest_figures_that_a_file_can_hold_are_findings_and_overflow_nothing() {
        let mut design = base();
        let of = requests(&mut design);
        of.request_bytes = Bytes::from_bytes(u64::MAX);
        of.response_bytes = Bytes::from_bytes(u64::MAX);
        of.shape = crate::design::load::Shape::constant(MilliPerSecond::from_milli(u64::MAX));
        of.shape.spikes.clear();
        web(&mut design).desired_count = u32::MAX;
        web(&mut design).deployment.maximum_percent = Some(Percent::from_percent(u16::MAX));
        nightly(&mut design).count = u32::MAX;
        nightly(&mut design).duration = Span::from_ms(u64::MAX);
        let found: Vec<_> = crate::checks::run(&design, &CATALOGUE, &[])
            .into_iter()
            .filter(|finding| finding.rule.0 == RULE)
            .map(|finding| finding.at.to_string())
            .collect();
        for place in ["request_bytes", "response_bytes", "shape", "desired_count", "count", "duration"] {
            assert!(found.iter().any(|at| at.ends_with(place)), "{place}: {found:?}");
        }
    }

    #[test]
    fn a_flow_beyond_use_is_found_where_each_figure_alone_is_not() {
        let mut design = base();
        let of = requests(&mut design);
        of.response_bytes = Bytes::from_mb(1_000_000);
        of.shape = crate::design::load::Shape::constant(MilliPerSecond::from_whole(100));
        let found = crate::checks::run(&design, &CATALOGUE, &[]);
        // 100 a second of a terabyte each are 100 TB a second.
        assert!(found.iter().any(|f| f.rule.0 == RULE && f.message.contains("100 TB a second")), "{found:?}");
    }
}
