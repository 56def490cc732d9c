//! Bills and comparisons as documents: one row a form, each with a function for either.
//!
//! Menus of the window read this table; the command line writes the same documents.

use bayplan_engine::allocation::Allocation;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::checks::Diagnostic;
use bayplan_engine::design::Design;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::evaluate::Outcome;
use bayplan_engine::evaluate::compare::{Alternative, Band, Comparison};
use bayplan_engine::evaluate::figures::{ProviderFigures, Run, ServiceFigures};
use bayplan_engine::evaluate::judgement::{Judgement, Verdict, shortfalls};
use bayplan_engine::evaluate::quotas_used::OverQuota;
use bayplan_engine::evaluate::risk::Risk;
use bayplan_engine::plan::Plan;
use bayplan_engine::plan::left_out::Claim;
use bayplan_engine::report::{comparison, services, table};
use bayplan_engine::units::{Span, Usd};
use serde_json::{Map, Value, json};

use crate::bill_json::{FORMAT, bill_json, program_json};

/// A bill that is written.
#[derive(Clone, Copy, Debug)]
pub struct BillOf<'a> {
    /// The project's name.
    pub name: &'a str,
    /// The scenario it is played under, if one.
    pub scenario: Option<&'a str>,
    /// The drawing.
    pub design: &'a Design,
    pub plan: &'a Plan,
    pub outcome: &'a Outcome,
    pub catalogue: &'a Catalogue,
}

/// A comparison that is written.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonOf<'a> {
    /// The project's name.
    pub name: &'a str,
    pub comparison: &'a Comparison,
    pub catalogue: &'a Catalogue,
}

/// A form of document.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub name: &'static str,
    pub extension: &'static str,
    pub bill: fn(&BillOf<'_>) -> String,
    pub comparison: fn(&ComparisonOf<'_>) -> String,
}

/// All of them.
pub const REPORTS: &[Report] = &[
    Report {
        name: "CSV",
        extension: "csv",
        bill: |of| table::bill(&of.outcome.bill, of.catalogue).csv(),
        comparison: |of| comparison::table(of.comparison, of.catalogue).csv(),
    },
    Report { name: "Markdown", extension: "md", bill: bill_markdown, comparison: comparison_markdown },
    Report {
        name: "JSON",
        extension: "json",
        bill: |of| pretty(&Value::Object(bill_json(of))),
        comparison: |of| pretty(&comparison_json(of.comparison, of.catalogue)),
    },
];

fn bill_markdown(of: &BillOf<'_>) -> String {
    let hours = of.outcome.window.hours();
    let window = if of.outcome.window == Span::MONTH { "a month of 730 h".to_owned() } else { format!("{hours} h") };
    let how = of.outcome.seed.map_or_else(|| "in closed form".to_owned(), |seed| format!("simulated, seed {seed}"));
    let table = table::bill(&of.outcome.bill, of.catalogue).markdown();
    let services = services::table(of.plan, &Allocation::of(&of.outcome.bill, of.plan, &of.outcome.shares)).markdown();
    let book = book_markdown(of.catalogue);
    format!("# {}: {window} in {}, {how}\n\n{book}{table}\n## By service\n\n{services}", of.name, of.plan.region)
}

fn comparison_markdown(of: &ComparisonOf<'_>) -> String {
    let all = of.comparison;
    let seeds = all.alternatives.iter().map(|a| a.runs.len()).max().unwrap_or_default();
    let head = format!("# {}: {}\n\n{} h, {seeds} seeds", of.name, all.family.title(), all.window.hours());
    let table = comparison::table(all, of.catalogue).markdown();
    let book = book_markdown(of.catalogue);
    format!("{head}. {}. {}.\n\n{book}{table}", all.advice(), all.differences_said())
}

/// A line about the user's own price book, where one lies over the published prices.
fn book_markdown(catalogue: &Catalogue) -> String {
    let own = catalogue.prices.own();
    own.map_or_else(String::new, |own| format!("Your own price book lies over the published prices: {own}\n\n"))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A comparison as JSON.
pub fn comparison_json(all: &Comparison, catalogue: &Catalogue) -> Value {
    let alternatives: Vec<_> = all.alternatives.iter().map(|of| alternative(of, all.window, catalogue)).collect();
    json!({
        "format": FORMAT,
        "program": program_json(),
        "family": all.family.word(),
        "region": catalogue.region.region.as_str(),
        "price_book": price_book_json(catalogue),
        "hours": all.window.ms() / 3_600_000,
        "alternatives": alternatives,
        "safe_pick": all.safe.map(|place| &all.alternatives[place].name),
        "pick": all.pick.map(|place| &all.alternatives[place].name),
        "ranking": all.ranking.iter().map(|place| &all.alternatives[*place].name).collect::<Vec<_>>(),
        "advice": all.advice(),
        "differences": all.differences_said(),
    })
}

/// An alternative; what was not played has no totals, rather than totals of nothing.
fn alternative(of: &Alternative, window: Span, catalogue: &Catalogue) -> Value {
    let usd = |amount: Option<Usd>| amount.map(|amount| amount.to_string());
    let causes: Map<_, _> =
        of.by_cause.iter().map(|(group, usd)| (group.word().to_owned(), json!(usd.to_string()))).collect();
    let (mid, seen) = (of.mid(), of.seen());
    let mut value = json!({
        "name": of.name,
        "total_usd": {
            "low": usd(of.band.map(|band| band.low)),
            "mid": usd(of.band.map(|band| band.mid)),
            "high": usd(of.band.map(|band| band.high)),
        },
        "month_usd": usd(mid.map(|run| run.month)),
        "difference_usd": usd(of.difference),
        "by_cause": causes,
        "pair_seed": seen.map(|run| run.seed),
        "complete": of.claim().is_whole(),
        "at_least": of.claim() == Claim::AtLeast,
        "incomplete": incomplete(of, catalogue),
        "unpriced": of.unpriced.iter().map(|meter| catalogue.label(*meter)).collect::<Vec<_>>(),
        "not_played": of.not_played.iter().map(|left| json!({ "item": left.item.to_string(), "what": left.what })).collect::<Vec<_>>(),
        "risks": of.risks.iter().map(Risk::said).collect::<Vec<_>>(),
        "over_quotas": seen.map(|run| run.over_quotas.iter().map(over_quota).collect::<Vec<_>>()),
        "notes": of.notes,
        "findings": of.findings.iter().map(finding).collect::<Vec<_>>(),
        "seeds": of.runs.iter().map(|run| json!({ "seed": run.seed, "total_usd": run.total.to_string(), "stamp": run.stamp.to_string() })).collect::<Vec<_>>(),
        "stamp": mid.map(|run| run.stamp.to_string()),
        "mid_seed": mid.map(|run| run.seed),
        "not_done_ppm": seen.map(|run| run.not_done().ppm()),
        "jobs_not_done_ppm": seen.filter(|run| run.has_jobs()).map(|run| run.jobs_left().ppm()),
        "shortfalls": seen.map(shortfalls),
        "waited_ppm": seen.map(|run| run.waited().ppm()),
        "recovery_seconds": seen.map(|run| run.recovery().secs()),
        "over_capacity_ppm": seen.map(|run| run.over_capacity().ppm()),
        "unplaced_max": seen.map(Run::unplaced_max),
        "packing": seen.and_then(Run::packing).map(|(cpu, memory)| json!({ "cpu_ppm": cpu.ppm(), "memory_ppm": memory.ppm() })),
        "services": seen.map(|run| services_json(&run.services, window)),
        "instances": seen.map(|run| instances_json(&run.providers)),
        "serves_as_well": of.judgement.as_ref().map(|judgement| judgement.verdict == Verdict::AsWell),
        "judgement": of.judgement.as_ref().map(Judgement::said),
        "not_applicable": of.not_applicable,
    });
    // The same amounts as plain numbers, for whoever needs no last digit.
    let number = |amount: fn(Band) -> Usd| of.band.map(|band| amount(band).dollars());
    value["total"] = json!({ "low": number(|b| b.low), "mid": number(|b| b.mid), "high": number(|b| b.high) });
    value["difference"] = json!(of.difference.map(Usd::dollars));
    value
}

/// What an alternative's totals are without; a meter without a price is of all items that use it.
fn incomplete(of: &Alternative, catalogue: &Catalogue) -> Value {
    let unpriced = of.unpriced.iter();
    let unpriced = unpriced
        .map(|meter| json!({ "item": null, "what": format!("{}, which has no price", catalogue.label(*meter)) }));
    let left = of.not_played.iter().filter(|left| left.is_missed());
    unpriced.chain(left.map(|left| json!({ "item": left.item.to_string(), "what": left.what }))).collect()
}

fn over_quota(of: &OverQuota) -> Value {
    json!({ "quota": of.name, "vcpus_used": of.used, "vcpus_allowed": of.value })
}

/// What services did in a run of a window, as JSON.
pub fn services_json(services: &[ServiceFigures], window: Span) -> Value {
    let window = u128::from(window.ms().max(1));
    let one = |ServiceFigures { name, counts: s }: &ServiceFigures| {
        json!({
            "name": name.as_str(),
            "desired_min": s.desired_min,
            "desired_max": s.desired_max,
            "running_min": s.running_min,
            "running_max": s.running_max,
            "running_mean": milli(u128::from(s.running_ms) * 1000 / window),
            "unplaced_max": s.unplaced_max,
            "asked": milli(s.asked.micro() / 1000),
            "over_capacity": milli(s.over_capacity.micro() / 1000),
            "recovery_seconds": s.recovery.secs(),
            "oldest_job_seconds": s.oldest_job.secs(),
            "job_seconds_to_redo": milli(s.to_redo.micro() / 1000),
        })
    };
    services.iter().map(one).collect()
}

/// What providers with instances of their own did in a run, as JSON.
pub fn instances_json(providers: &[ProviderFigures]) -> Value {
    let one = |of: &ProviderFigures| {
        json!({
            "provider": of.name,
            "min": of.instances_min,
            "max": of.instances_max,
            "mean": milli(of.instances_mean_milli.into()),
            "types": of.types.iter().map(|(name, mean)| (name.to_string(), json!(milli((*mean).into())))).collect::<Map<_, _>>(),
            "cpu_packed_ppm": of.cpu_packed.ppm(),
            "memory_packed_ppm": of.memory_packed.ppm(),
        })
    };
    providers.iter().map(one).collect()
}

/// Thousandths as a decimal with three digits at most.
pub fn milli(value: u128) -> f64 {
    value as f64 / 1000.0
}

/// The user's own price book that prices are of, or `null`.
pub fn price_book_json(catalogue: &Catalogue) -> Value {
    catalogue.prices.own().map_or(Value::Null, |own| json!({ "name": &*own.name, "as_of": &*own.as_of }))
}

/// A finding as JSON.
pub fn finding(of: &Diagnostic) -> Value {
    json!({
        "rule": of.rule.0,
        "severity": of.severity.word(),
        "item": of.at.item.to_string(),
        "field": of.at.field,
        "scenario": of.scenario.as_ref().map(ScenarioId::as_str),
        "message": of.message,
        "hint": of.hint,
        "fixes": of.fixes.iter().map(|fix| fix.label.as_str()).collect::<Vec<_>>(),
    })
}
