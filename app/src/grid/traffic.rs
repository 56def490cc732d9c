//! How much flows along each line, and what that costs a month.
//!
//! In: a drawing's lines, its plan, the month's bill. Out: the same lines with requests and bytes a second on average, and
//! words about the money. The bill's own lines say the money; a cost that several lines share is said to be shared.

use std::collections::BTreeMap;

use bayplan_engine::bill::{Bill, BillLine};
use bayplan_engine::design::id::ServiceId;
use bayplan_engine::design::work::{Call, CallTarget};
use bayplan_engine::design::{Design, ItemRef, Kind};
use bayplan_engine::estimate::MeanRates;
use bayplan_engine::plan::Plan;
use bayplan_engine::plan::load::{Door, LoadKind, PlannedLoad};
use bayplan_engine::plan::service::{PlannedCall, PlannedService, PlannedTarget};
use bayplan_engine::units::{MilliPerSecond, Span, Usd};
use bayplan_engine::usage::record::Cause;

use super::lines::Line;
use super::{Pick, words};

/// How much flows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// Requests, calls or jobs a second, on average.
    pub rate: f64,
    pub bytes_a_second: f64,
}

impl Flow {
    fn of(rate: MilliPerSecond, bytes: u64) -> Self {
        let rate = rate.per_second();
        Self { rate, bytes_a_second: rate * bytes as f64 }
    }

    fn and(self, other: Self) -> Self {
        Self { rate: self.rate + other.rate, bytes_a_second: self.bytes_a_second + other.bytes_a_second }
    }
}

/// Says on each line how much flows along it and what that costs.
pub fn weigh(lines: &mut [Line], design: &Design, plan: &Plan, bill: &Bill) {
    let rates = MeanRates::of(plan, Span::MONTH);
    let mut by_owner: BTreeMap<&ItemRef, Vec<&BillLine>> = BTreeMap::new();
    for line in &bill.lines {
        by_owner.entry(&line.owner).or_default().push(line);
    }
    let weights = Weights { design, plan, by_owner, rates: &rates };
    for line in lines {
        line.flow = weights.flow(&line.from, &line.to);
        let flow = line.flow.map(said).unwrap_or_default();
        let cost = weights.cost(&line.from, &line.to).unwrap_or_default();
        line.said = format!("{}{flow}{cost}", line.said);
    }
}

fn said(flow: Flow) -> String {
    let rate = if flow.rate > 0.0 {
        let milli = MilliPerSecond::from_milli((flow.rate * 1000.0) as u64);
        format!("\n{} a second on average", words::rate(milli))
    } else {
        String::new()
    };
    let between = if rate.is_empty() { "\n" } else { " · " };
    let bytes = flow.bytes_a_second;
    let bytes = match bytes {
        b if b >= 1e9 => format!("{:.1} GB/s", b / 1e9),
        b if b >= 1e6 => format!("{:.1} MB/s", b / 1e6),
        b if b >= 1e3 => format!("{:.1} kB/s", b / 1e3),
        b if b > 0.0 => format!("{b:.0} B/s"),
        _ => return rate,
    };
    format!("{rate}{between}{bytes}")
}

struct Weights<'a> {
    design: &'a Design,
    plan: &'a Plan,
    by_owner: BTreeMap<&'a ItemRef, Vec<&'a BillLine>>,
    rates: &'a MeanRates,
}

impl Weights<'_> {
    fn flow(&self, from: &Pick, to: &Pick) -> Option<Flow> {
        match (from, to) {
            (Pick::Item(ItemRef::Load(_)), _) => self.loads().find(|(load, _)| self.is(load.owner, from)).map(|l| l.1),
            (Pick::Item(ItemRef::NatGateway(_)), _) => self.through_nat(from),
            (Pick::Item(ItemRef::LoadBalancer(_) | ItemRef::ApiGateway(_)), Pick::Item(ItemRef::Service(id))) => {
                self.out_of_door(from, id)
            }
            (Pick::Item(ItemRef::OutsideSystem(_)), Pick::Item(ItemRef::Service(_))) => {
                let jobs =
                    |load: &PlannedLoad| matches!(load.kind, LoadKind::Jobs { queue, .. } if self.is(queue, from));
                self.loads().filter(|(load, _)| jobs(load)).map(|(_, flow)| flow).reduce(Flow::and)
            }
            (Pick::Item(ItemRef::Service(id)), _) => self.out_of_service(id, to),
            _ => None,
        }
    }

    fn is(&self, owner: bayplan_engine::plan::index::Ix<ItemRef>, pick: &Pick) -> bool {
        pick.item() == Some(&self.plan.owners[owner])
    }

    fn loads(&self) -> impl Iterator<Item = (&PlannedLoad, Flow)> {
        self.plan.loads.iter().zip(&self.rates.loads).map(|(load, rate)| {
            let bytes = match &load.kind {
                LoadKind::Requests { request_bytes, response_bytes, .. } => (*request_bytes + *response_bytes).bytes(),
                LoadKind::Stream { .. } => 1000,
                LoadKind::Jobs { .. } => 0,
            };
            (load, Flow::of(*rate, bytes))
        })
    }

    /// What a balancer or an API hands on to a service: of loads at its door, and of calls through it.
    fn out_of_door(&self, door: &Pick, to: &ServiceId) -> Option<Flow> {
        let at_door = |load: &PlannedLoad| match &load.kind {
            LoadKind::Requests { through, .. } | LoadKind::Stream { through } => match *through {
                Door::Balancer(balancer, _) => self.is(self.plan.balancers[balancer].owner, door),
                Door::Api(api) => self.is(api, door),
                Door::Direct => false,
            },
            LoadKind::Jobs { .. } => false,
        };
        let named = |load: &PlannedLoad| self.plan.services[load.service].name == *to;
        let loads = self.loads().filter(|(load, _)| at_door(load) && named(load)).map(|(_, flow)| flow);
        let calls = self.calls().filter(|(_, call, _)| match &call.to {
            PlannedTarget::Through(service, balancer, _) => {
                self.plan.services[*service].name == *to && self.is(self.plan.balancers[*balancer].owner, door)
            }
            _ => false,
        });
        loads.chain(calls.map(|(_, _, flow)| flow)).reduce(Flow::and)
    }

    /// Every call with its caller and how much it moves.
    fn calls(&self) -> impl Iterator<Item = (&PlannedService, &PlannedCall, Flow)> {
        self.plan.services.iter().zip(&self.rates.services).flat_map(|(caller, rate)| {
            caller.calls.iter().map(move |call| {
                let bytes = (call.request_bytes + call.response_bytes).bytes();
                (caller, call, Flow::of(rate.share(call.per_work), bytes))
            })
        })
    }

    fn out_of_service(&self, id: &ServiceId, to: &Pick) -> Option<Flow> {
        if *to == Pick::All(Kind::LogGroup) {
            let (service, rate) = self.service(id)?;
            let bytes_a_second = Flow::of(rate, service.logs?.bytes.bytes()).bytes_a_second;
            return Some(Flow { rate: 0.0, bytes_a_second });
        }
        if let Pick::Item(ItemRef::OutsideSystem(system)) = to {
            // A plan keeps where a system is reached and no longer which one it is.
            let rate = self.service(id)?.1;
            let own = self.design.services.get(id)?.calls.iter();
            let to_it = own.filter(|call| call.to == CallTarget::Outside(system.clone()));
            let flow =
                |call: &Call| Flow::of(rate.share(call.per_work()), (call.request_bytes + call.response_bytes).bytes());
            return to_it.map(flow).reduce(Flow::and);
        }
        let reaches = |call: &PlannedCall| match (&call.to, to) {
            (PlannedTarget::Service(service), Pick::Item(ItemRef::Service(id))) => {
                self.plan.services[*service].name == *id
            }
            (PlannedTarget::Through(_, balancer, _), to) => self.is(self.plan.balancers[*balancer].owner, to),
            (PlannedTarget::Aws(aws), Pick::Aws(to)) => aws == to,
            (PlannedTarget::Internet, Pick::Internet) => true,
            _ => false,
        };
        let own = self.calls().filter(|(caller, call, _)| caller.name == *id && reaches(call));
        own.map(|(_, _, flow)| flow).reduce(Flow::and)
    }

    /// A service of the plan with the work that comes to it.
    fn service(&self, id: &ServiceId) -> Option<(&PlannedService, MilliPerSecond)> {
        let mut all = self.plan.services.iter().zip(&self.rates.services);
        all.find(|(service, _)| service.name == *id).map(|(service, rate)| (service, *rate))
    }

    /// What the month's bill meters of a NAT gateway's bytes.
    fn through_nat(&self, nat: &Pick) -> Option<Flow> {
        let data = self.lines(nat).filter(|line| line.cause != Cause::Drawn && line.charge.unit() == "GB");
        let gigabytes: f64 = data.map(|line| line.quantity.in_units_of(line.charge.per_unit())).sum();
        let seconds = Span::MONTH.ms() as f64 / 1000.0;
        (gigabytes > 0.0).then_some(Flow { rate: 0.0, bytes_a_second: gigabytes * 1e9 / seconds })
    }

    fn lines(&self, of: &Pick) -> impl Iterator<Item = &BillLine> {
        of.item().and_then(|item| self.by_owner.get(item)).into_iter().flatten().copied()
    }

    /// What it costs, in words; nothing where the bill has no line of it.
    fn cost(&self, from: &Pick, to: &Pick) -> Option<String> {
        let sum = |of: &Pick, counts: &dyn Fn(&BillLine) -> bool| -> Usd {
            self.lines(of).filter(|line| counts(line)).filter_map(|line| line.cost).sum()
        };
        let flows = |line: &BillLine| line.cause != Cause::Drawn;
        let (usd, whose) = match (from, to) {
            (Pick::Item(ItemRef::Load(_)), _) => (sum(from, &|_| true), String::new()),
            (Pick::Item(ItemRef::NatGateway(_)), _) => (sum(from, &flows), String::new()),
            (Pick::Item(ItemRef::LoadBalancer(id)), _) => (sum(from, &flows), format!(" for all that {id} hands on")),
            (Pick::Item(ItemRef::ApiGateway(id)), _) => (sum(from, &flows), format!(" for all that {id} hands on")),
            (Pick::Item(ItemRef::Service(id)), Pick::All(Kind::LogGroup)) => {
                let logs = self.plan.services.iter().find(|s| s.name == *id)?.logs?;
                let of = Pick::Item(self.plan.owners[logs.owner].clone());
                let by_logs = |line: &BillLine| line.cause == Cause::Logs;
                (sum(&of, &by_logs), format!(" for all of {}", self.plan.owners[logs.owner]))
            }
            (Pick::Item(ItemRef::Service(id)), Pick::Item(_) | Pick::Aws(_) | Pick::Internet) => {
                (sum(from, &|line| line.cause == Cause::Calls), format!(" for all calls of {id}"))
            }
            _ => return None,
        };
        (usd != Usd::ZERO).then(|| format!("\n{} a month{whose}", usd.cents_text()))
    }
}
