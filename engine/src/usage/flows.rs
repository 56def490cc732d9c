//! From work to bytes: what each unit of work moves over which gateway, endpoint, balancer and zone border.
//!
//! Compiled once from a plan into terms — an account, and so much of it for each unit of work — and evaluated alike by
//! the estimate and by the simulation. All arithmetic is in whole numbers: work in millionths of a unit, amounts in
//! 10⁻¹⁸ of a byte or a request.

use super::balancers::{BalancerHour, BalancerTraffics};
use super::ledger::{FlowKey, Ledger, PartIx, stored};
use super::record::{Amount, Cause, Thing, UsageRecord};
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::load::Origin;
use crate::design::load_balancing::LoadBalancerType;
use crate::design::network::EndpointService;
use crate::plan::index::Ix;
use crate::plan::load::{Door, LoadKind, PlannedLoad};
use crate::plan::network::{Destination, Way};
use crate::plan::service::{PlannedService, PlannedTarget, PullFrom};
use crate::plan::{Plan, PlannedZone};
use crate::units::{Bytes, Micro, Ppm, SimTime, Span, count};

/// Which part of the work a term applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Share {
    /// All of it.
    All,
    /// What tasks in one zone do.
    InZone(Ix<PlannedZone>),
    /// What goes from a zone to tasks of another service in another zone.
    CrossTo(Ix<PlannedService>),
    /// What goes from a zone to others among these, all alike.
    CrossAmong(Vec<Ix<PlannedZone>>),
}

/// So much into an account for each unit of work.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    part: PartIx,
    /// Millionths of a byte or a request for each unit of work.
    micro_per_work: u128,
    share: Share,
}

/// How many healthy tasks of a service stand in each zone, by the zone's index.
pub type ZoneCounts = Vec<u32>;

/// The terms of a plan.
#[derive(Debug, Clone)]
pub struct Flows {
    /// By service: for each unit of its work.
    work: Vec<Vec<Term>>,
    /// By load: for each unit of it.
    loads: Vec<Vec<Term>>,
    /// By service and zone: bytes of one task's pull, by account.
    pulls: Vec<Vec<Vec<(PartIx, u128)>>>,
    /// By service: requests of one task's start.
    starts: Vec<Vec<PartIx>>,
}

impl Flows {
    /// Compiles a plan's terms and opens their accounts.
    pub fn of(plan: &Plan, ledger: &mut Ledger) -> Self {
        plan.stated.iter().for_each(|stated| ledger.state(stated));
        let mut compiler = Compiler { plan, ledger, by: Ix::new(0) };
        Self {
            work: plan.services.pairs().map(|(by, service)| compiler.of(by).service_terms(service)).collect(),
            loads: plan.loads.iter().map(|load| compiler.of(load.service).load_terms(load)).collect(),
            pulls: plan.services.pairs().map(|(by, service)| compiler.of(by).pull_terms(service)).collect(),
            starts: plan.services.pairs().map(|(by, service)| compiler.of(by).start_parts(service)).collect(),
        }
    }

    /// Enters what a service's work moved, done by healthy tasks standing as `counts` says, by service.
    pub fn settle_work(&self, service: Ix<PlannedService>, work: Micro, counts: &[ZoneCounts], ledger: &mut Ledger) {
        settle(&self.work[service.index()], work, &counts[service.index()], counts, ledger);
    }

    /// Enters what a load moved by itself: requests at its door, answers to the internet.
    pub fn settle_load(
        &self,
        load: Ix<PlannedLoad>,
        work: Micro,
        service: Ix<PlannedService>,
        counts: &[ZoneCounts],
        ledger: &mut Ledger,
    ) {
        settle(&self.loads[load.index()], work, &counts[service.index()], counts, ledger);
    }

    /// By service: whether where its tasks stand changes what its work, or one of its loads, moves. Where it does not, work
    /// may be entered at any time: its amounts are multiples of it.
    pub fn depend_on_zones(&self, loads_of: &[Vec<Ix<PlannedLoad>>]) -> Vec<bool> {
        let shared = |terms: &Vec<Term>| terms.iter().any(|term| term.share != Share::All);
        let of_service = self.work.iter().zip(loads_of);
        of_service.map(|(work, loads)| shared(work) || loads.iter().any(|l| shared(&self.loads[l.index()]))).collect()
    }

    /// Enters the pulls of so many tasks of a service in a zone.
    pub fn pull(&self, service: Ix<PlannedService>, zone: Ix<PlannedZone>, tasks: u32, ledger: &mut Ledger) {
        if let Some(terms) = self.pulls[service.index()].get(zone.index()) {
            for (part, micro_bytes) in terms {
                ledger.add(*part, micro_bytes.saturating_mul(u128::from(tasks) * 1_000_000_000_000));
            }
        }
    }

    /// Enters what a service's task asks for as it starts.
    pub fn start(&self, service: Ix<PlannedService>, ledger: &mut Ledger) {
        for part in &self.starts[service.index()] {
            ledger.add(*part, ATTO_OF_ONE);
        }
    }

    /// Enters the capacity units of `hours` hours alike, each with this traffic, shared out over the services behind each
    /// balancer by what they bring to the dimension that drives it, of each protocol (rule BIL-05).
    pub fn settle_balancers(plan: &Plan, traffics: &BalancerTraffics, hours: u64, ledger: &mut Ledger) {
        for (ix, balancer) in plan.balancers.pairs() {
            let (owner, meter, cause) = (balancer.owner, balancer.meters().1, Cause::Requests);
            for (transport, all) in traffics.all(ix).dimensions(balancer.kind) {
                let units = all.into_iter().max().unwrap_or_default();
                let driving = all.iter().position(|dimension| *dimension == units).unwrap_or_default();
                let weight = |hour: &BalancerHour| {
                    hour.dimensions(balancer.kind).find(|(of, _)| *of == transport).map_or(0, |(_, all)| all[driving])
                };
                let weights: Vec<_> = traffics.by_service(ix).map(|(by, hour)| (by, weight(hour))).collect();
                let whole = weights
                    .iter()
                    .map(|(_, weight)| weight)
                    .fold(0, |sum: u128, weight| sum.saturating_add(*weight))
                    .max(1);
                let all = units.saturating_mul(u128::from(hours) * ATTO_OF_ONE);
                let mut left = all;
                for (by, weight) in weights {
                    // The quotient first, so that no product leaves 128 bits.
                    let rest = (all % whole).saturating_mul(weight) / whole;
                    let share = (all / whole).saturating_mul(weight).saturating_add(rest).min(left);
                    left -= share;
                    let part = ledger.part(FlowKey { owner, meter, cause }, Some(by));
                    ledger.add(part, share);
                }
                // What rounding leaves, less than a billionth of a unit.
                let nobody = ledger.part(FlowKey { owner, meter, cause }, None);
                ledger.add(nobody, left);
            }
        }
    }

    /// Records what is kept of all logs written, at the end of a run.
    pub fn record_stored_logs(plan: &Plan, ledger: &mut Ledger, window: Span) {
        let end = SimTime::ZERO + window;
        for service in &plan.services {
            let Some(logs) = service.logs else { continue };
            // Each service's own writing, by its share of the account: groups may be shared.
            let flow = ledger.flow(FlowKey { owner: logs.owner, meter: logs.ingest, cause: Cause::Logs });
            let byte_ms = stored(ledger.flowed(flow), logs.stored, logs.kept);
            let already = ledger
                .records()
                .iter()
                .any(|r| r.owner == logs.owner && r.meter == logs.storage && matches!(r.amount, Amount::Total(_)));
            if byte_ms > 0 && !already {
                let (owner, meter, cause) = (logs.owner, logs.storage, Cause::Logs);
                let amount = Amount::Total(byte_ms);
                let from = SimTime::ZERO;
                ledger.record(UsageRecord { thing: Thing::Flow, owner, meter, amount, from, to: end, cause });
            }
        }
    }
}

/// One of what is counted, in 10⁻¹⁸.
const ATTO_OF_ONE: u128 = 1_000_000_000_000_000_000;

fn settle(terms: &[Term], work: Micro, own: &ZoneCounts, counts: &[ZoneCounts], ledger: &mut Ledger) {
    for term in terms {
        let (part, whole) = share_of(&term.share, own, counts);
        if part > 0 {
            let all = work.micro().saturating_mul(term.micro_per_work).saturating_mul(1_000_000);
            if part == whole {
                ledger.add(term.part, all);
                continue;
            }
            // The quotient first, so that no product leaves 128 bits.
            let (quotient, rest) = (all / whole, all % whole);
            ledger.add(term.part, quotient.saturating_mul(part).saturating_add(rest.saturating_mul(part) / whole));
        }
    }
}

/// The part of the work that a term applies to, as a fraction; nothing of nothing is nothing.
fn share_of(share: &Share, own: &ZoneCounts, counts: &[ZoneCounts]) -> (u128, u128) {
    let all = |counts: &ZoneCounts| counts.iter().map(|n| u128::from(*n)).sum::<u128>();
    let (part, whole) = match share {
        Share::All => (1, 1),
        Share::InZone(zone) => (own.get(zone.index()).map_or(0, |n| u128::from(*n)), all(own)),
        Share::CrossTo(other) => {
            let other = &counts[other.index()];
            let same: u128 = own.iter().zip(other).map(|(a, b)| u128::from(*a) * u128::from(*b)).sum();
            let pairs = all(own) * all(other);
            (pairs - same, pairs)
        }
        Share::CrossAmong(zones) => {
            let inside: u128 = zones.iter().filter_map(|z| own.get(z.index())).map(|n| u128::from(*n)).sum();
            let pairs = all(own) * u128::from(count(zones.len()));
            (pairs - inside, pairs)
        }
    };
    (part, whole.max(1))
}

struct Compiler<'p, 'l> {
    plan: &'p Plan,
    ledger: &'l mut Ledger,
    /// The service whose work it is.
    by: Ix<PlannedService>,
}

impl Compiler<'_, '_> {
    /// For the work of another service.
    const fn of(&mut self, by: Ix<PlannedService>) -> &mut Self {
        self.by = by;
        self
    }

    fn term(
        &mut self,
        owner: Ix<ItemRef>,
        meter: Meter,
        cause: Cause,
        micro_per_work: u128,
        share: Share,
    ) -> Option<Term> {
        (micro_per_work > 0).then(|| {
            let part = self.ledger.part(FlowKey { owner, meter, cause }, Some(self.by));
            Term { part, micro_per_work, share }
        })
    }

    fn service_terms(&mut self, service: &PlannedService) -> Vec<Term> {
        let mut terms = Vec::new();
        if let Some(logs) = service.logs {
            let bytes = whole(logs.bytes);
            terms.extend(self.term(logs.owner, logs.ingest, Cause::Logs, bytes, Share::All));
            let to = Destination::Aws(EndpointService::Logs);
            self.ways(service, to, bytes, Cause::Logs, &mut terms);
        }
        for call in &service.calls {
            let (sent, received) =
                (per_work(call.request_bytes, call.per_work), per_work(call.response_bytes, call.per_work));
            let both = sent + received;
            // Each byte that crosses zones is charged where it leaves and where it arrives (rule NET-41).
            let crossing = 2 * both;
            match &call.to {
                PlannedTarget::Service(other) => {
                    let share = Share::CrossTo(*other);
                    terms.extend(self.term(service.owner, Meter::CrossAz, Cause::Calls, crossing, share));
                }
                PlannedTarget::Through(_, balancer, _) => {
                    // From the caller to a node in any of the balancer's zones; an Application Load Balancer's own way to
                    // its targets is free (rule NET-42).
                    let balancer = &self.plan.balancers[*balancer];
                    let share = Share::CrossAmong(balancer.zones.clone());
                    terms.extend(self.term(service.owner, Meter::CrossAz, Cause::Calls, crossing, share));
                }
                PlannedTarget::InVpc { zones, sides } => {
                    let (share, crossing) = (Share::CrossAmong(zones.clone()), sides.times() * both);
                    terms.extend(self.term(service.owner, Meter::CrossAz, Cause::Calls, crossing, share));
                }
                PlannedTarget::Aws(to) => self.ways(service, Destination::Aws(*to), both, Cause::Calls, &mut terms),
                PlannedTarget::Internet => {
                    self.ways(service, Destination::Internet, both, Cause::Calls, &mut terms);
                    let out = self.term(service.owner, Meter::InternetOut, Cause::Calls, sent, Share::All);
                    terms.extend(out);
                }
                PlannedTarget::OtherRegion(meter) => {
                    self.ways(service, Destination::Internet, both, Cause::Calls, &mut terms);
                    let out = self.term(service.owner, *meter, Cause::Calls, sent, Share::All);
                    terms.extend(out);
                }
                PlannedTarget::Free => {}
            }
        }
        terms
    }

    /// What bytes to a destination cost on their way out, zone by zone.
    fn ways(
        &mut self,
        service: &PlannedService,
        to: Destination,
        micro_bytes: u128,
        cause: Cause,
        terms: &mut Vec<Term>,
    ) {
        for (zone, subnets) in &service.zones {
            // Tasks of a zone stand in its first subnet; several in one zone nearly always share their routes.
            let Some(subnet) = subnets.first() else { continue };
            let way = self.plan.network.way(&self.plan.subnets[*subnet], service.public_ip, to);
            for (owner, meter, factor) in charges(self.plan, way, service.owner) {
                terms.extend(self.term(owner, meter, cause, micro_bytes.saturating_mul(factor), Share::InZone(*zone)));
            }
        }
    }

    fn start_parts(&mut self, service: &PlannedService) -> Vec<PartIx> {
        let by = self.by;
        let part = |(owner, meter): &(Ix<ItemRef>, Meter)| {
            self.ledger.part(FlowKey { owner: *owner, meter: *meter, cause: Cause::TaskStarts }, Some(by))
        };
        service.reads.iter().map(part).collect()
    }

    fn pull_terms(&mut self, service: &PlannedService) -> Vec<Vec<(PartIx, u128)>> {
        let mut by_zone = vec![Vec::new(); self.plan.zones.len()];
        for (zone, subnets) in &service.zones {
            let Some(subnet) = subnets.first() else { continue };
            for (bytes, from) in &service.pulls {
                // Layers of a private image come from Amazon S3, whatever serves ECR's own endpoints (rule NET-33).
                let to = match from {
                    PullFrom::Ecr => Destination::Aws(EndpointService::S3),
                    PullFrom::Internet => Destination::Internet,
                };
                let way = self.plan.network.way(&self.plan.subnets[*subnet], service.public_ip, to);
                for (owner, meter, factor) in charges(self.plan, way, service.owner) {
                    let part = self.ledger.part(FlowKey { owner, meter, cause: Cause::ImagePulls }, Some(self.by));
                    by_zone[zone.index()].push((part, whole(*bytes) * factor));
                }
            }
        }
        by_zone
    }

    fn load_terms(&mut self, load: &PlannedLoad) -> Vec<Term> {
        let mut terms = Vec::new();
        match &load.kind {
            LoadKind::Requests { through, origin, request_bytes, response_bytes, .. } => {
                let answer = whole(*response_bytes);
                match origin {
                    Origin::Internet => {
                        terms.extend(self.term(load.owner, Meter::InternetOut, Cause::Requests, answer, Share::All));
                    }
                    Origin::Region | Origin::OnPremises => {}
                }
                self.door_terms(*through, (*request_bytes).max(*response_bytes), &mut terms);
                self.cross_zone_terms(load, *through, *request_bytes + *response_bytes, &mut terms);
            }
            LoadKind::Jobs { queue, message_bytes, .. } => {
                let requests = requests_per_job(*message_bytes) * 1_000_000;
                terms.extend(self.term(*queue, Meter::SqsRequest, Cause::Jobs, requests, Share::All));
            }
            LoadKind::Stream { through } => {
                let kilobyte = Bytes::from_bytes(1000);
                let bytes = whole(kilobyte);
                terms.extend(self.term(load.owner, Meter::InternetOut, Cause::Requests, bytes, Share::All));
                self.cross_zone_terms(load, *through, kilobyte, &mut terms);
            }
        }
        terms
    }

    fn door_terms(&mut self, door: Door, payload: Bytes, terms: &mut Vec<Term>) {
        match door {
            Door::Api(api) => {
                let steps = u128::from(Meter::HttpApiRequest.billing().steps(payload));
                let (meter, cause) = (Meter::HttpApiRequest, Cause::Requests);
                terms.extend(self.term(api, meter, cause, steps * 1_000_000, Share::All));
            }
            Door::Balancer(balancer, _) => {
                if let Some(acl) = self.plan.balancers[balancer].web_acl {
                    terms.extend(self.term(acl, Meter::WafRequest, Cause::Requests, 1_000_000, Share::All));
                }
            }
            Door::Direct => {}
        }
    }

    /// A Network Load Balancer with cross-zone balancing pays for what crosses between its nodes and targets; an
    /// Application Load Balancer does not (rule NET-42).
    fn cross_zone_terms(&mut self, load: &PlannedLoad, door: Door, bytes: Bytes, terms: &mut Vec<Term>) {
        let Door::Balancer(balancer, _) = door else { return };
        let balancer = &self.plan.balancers[balancer];
        if balancer.kind == LoadBalancerType::Network && balancer.cross_zone {
            let (share, crossing) = (Share::CrossAmong(balancer.zones.clone()), 2 * whole(bytes));
            terms.extend(self.term(load.owner, Meter::CrossAz, Cause::Requests, crossing, share));
        }
    }
}

/// Requests to a queue for each job: two that carry its message, each counted as often as the message has 64 KB.
///
/// Assumption: one to send it, one to receive it, one to delete it; empty receives, which long polling keeps few, are
/// left out.
fn requests_per_job(message: Bytes) -> u128 {
    2 * u128::from(Meter::SqsRequest.billing().steps(message)) + 1
}

/// What a byte on a way is charged as: whom, as what, and how often.
///
/// Source: AWS What's New, "AWS reduces data transfer costs for AWS PrivateLink, AWS Transit Gateway and AWS Client VPN"
/// (1 April 2022): nothing between zones to an interface endpoint, as to a NAT gateway in another zone (rule NET-42).
pub(super) fn charges(plan: &Plan, way: Option<Way>, service: Ix<ItemRef>) -> Vec<(Ix<ItemRef>, Meter, u128)> {
    let mut all = Vec::new();
    let crossing = match way {
        None | Some(Way::InternetGateway | Way::GatewayEndpoint) => false,
        Some(Way::InterfaceEndpoint { owner }) => {
            all.push((owner, Meter::InterfaceEndpointData, 1));
            false
        }
        Some(Way::Nat { nat, crosses }) => {
            let nat = &plan.network.nats[nat];
            all.push((nat.owner, nat.data_meter(), 1));
            crosses
        }
    };
    if crossing {
        all.push((service, Meter::CrossAz, 2));
    }
    all
}

/// Bytes in millionths.
pub(super) fn whole(bytes: Bytes) -> u128 {
    u128::from(bytes.bytes()) * 1_000_000
}

/// Bytes of a call for each unit of work, in millionths.
fn per_work(bytes: Bytes, calls: Ppm) -> u128 {
    u128::from(bytes.bytes()) * u128::from(calls.ppm())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn net_44_blind_balancing_over_equal_zones_crosses_as_often_as_it_must() {
        let counts = vec![vec![2, 2, 2], vec![3, 3, 3], vec![4, 0, 0]];
        let check = |share: Share, own: usize, part: u128, whole: u128| {
            let (p, w) = share_of(&share, &counts[own], &counts);
            assert_eq!(p * whole, part * w, "{share:?}");
        };
        check(Share::CrossTo(Ix::new(1)), 0, 2, 3);
        check(Share::CrossTo(Ix::new(2)), 0, 2, 3);
        check(Share::InZone(Ix::new(1)), 2, 0, 1);
        check(Share::InZone(Ix::new(1)), 0, 1, 3);
        check(Share::CrossAmong(vec![Ix::new(0)]), 0, 2, 3);
        let two = vec![vec![5, 5], vec![5, 5]];
        assert_eq!(share_of(&Share::CrossTo(Ix::new(1)), &two[0], &two), (50, 100));
    }
}
