//! What each service costs, with its share of what services share: rows whose figures are already written.

use super::table::Table;
use crate::allocation::{Allocation, ServiceBill};
use crate::plan::Plan;
use crate::units::Usd;

/// What is said of room that no task reserved.
pub const IDLE: &str = "idle room of instances";
/// What is said of what no key fits.
pub const REST: &str = "not allocated to a service";

/// What each service costs, as a table of exact figures whose last column sums to the bill's total.
pub fn table(plan: &Plan, of: &Allocation) -> Table {
    let mut rows: Vec<_> = ranked(plan, of).map(|(name, bill)| row(name, bill.own, bill.shared())).collect();
    rows.push(vec![IDLE.to_owned(), String::new(), String::new(), of.idle.to_string()]);
    rows.push(vec![REST.to_owned(), String::new(), String::new(), of.rest.to_string()]);
    let all = of.services.iter().map(ServiceBill::total).sum::<Usd>() + of.idle + of.rest;
    rows.push(vec!["Total".to_owned(), String::new(), String::new(), all.to_string()]);
    let head = ["Service", "Its own, USD", "Allocated, USD", "USD"].map(str::to_owned).to_vec();
    Table { head, figures: vec![false, true, true, true], rows }
}

fn row(name: &str, own: Usd, shared: Usd) -> Vec<String> {
    vec![name.to_owned(), own.to_string(), shared.to_string(), (own + shared).to_string()]
}

/// What a service costs in words: `$25.52 its own, $23.99 allocated (API Gateway $20.69, logs $3.30)`.
pub fn said(of: &ServiceBill) -> String {
    let mut shared: Vec<_> = of.allocated.iter().filter(|(_, usd)| **usd != Usd::ZERO).collect();
    shared.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
    let own = format!("{} its own", of.own.cents_text());
    if shared.is_empty() {
        return own;
    }
    let by: Vec<_> = shared.iter().map(|(group, usd)| format!("{} {}", group.word(), usd.cents_text())).collect();
    format!("{own}, {} allocated ({})", of.shared().cents_text(), by.join(", "))
}

/// Services with their bills, the dearest first.
pub fn ranked<'a>(plan: &'a Plan, of: &'a Allocation) -> impl Iterator<Item = (&'a str, &'a ServiceBill)> {
    let mut all: Vec<_> = plan.services.iter().map(|service| service.name.as_str()).zip(&of.services).collect();
    all.sort_by(|(a, x), (b, y)| y.total().cmp(&x.total()).then(a.cmp(b)));
    all.into_iter()
}
