//! `bayplan import`: task definitions become a design that can be priced at once, with a word on all that was assumed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use bayplan_engine::bill::{BillLine, CostGroup};
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::checks::Severity;
use bayplan_engine::design::capacity::CapacityProvider;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::{Design, ItemRef};
use bayplan_engine::embedded;
use bayplan_engine::evaluate::{Refused, estimate_outcome, prepare};
use bayplan_engine::exchange::region::{Spoken, spoken_of};
use bayplan_engine::exchange::sketch::sketch;
use bayplan_engine::exchange::{Imported, Unread, task_definition};
use bayplan_engine::names::Region;
use bayplan_engine::plan::left_out::Claim;
use bayplan_engine::units::{Span, Usd};
use serde_json::{Value, json};

use super::open::{catalogue, read};
use super::{Outlets, Stop};
use crate::files::{self, Replace};
use crate::grid::words::plural;

/// Where tasks are priced that speak of no region.
///
/// Assumption: AWS's first region, for which it publishes most of its examples.
const USUAL_REGION: &str = "us-east-1";

/// What is imported, and how.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The documents.
    pub inputs: &'a [PathBuf],
    /// The design to write.
    pub file: &'a Path,
    /// The region, where the documents are not to say it.
    pub region: Option<&'a str>,
    /// Whether what came of it is told as JSON.
    pub json: bool,
    /// Whether anything that the documents do not say of a definition is an error.
    pub strict: bool,
    /// Whether a design that is there may go.
    pub replace: Replace,
}

/// What an import came to.
struct Made<'a> {
    asked: Asked<'a>,
    imports: Vec<Imported>,
    spoken: Option<Spoken>,
    project: Project,
    costs: Result<Costs, String>,
}

/// A month of what was drawn, by what it is for.
struct Costs {
    rows: Vec<(String, Usd)>,
    total: Usd,
    claim: Claim,
}

/// `bayplan import`.
pub fn run(asked: Asked<'_>, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    files::may_put(asked.file, asked.replace)?;
    // A region that is none is told before anything is read.
    let wanted = asked.region.map(|region| catalogue(&Region::new(region))).transpose()?;
    let mut imports: Vec<Imported> = Vec::new();
    for path in asked.inputs {
        let name = path.display().to_string();
        imports.push(task_definition::read(&read(path)?, &name).map_err(|e| Stop::Input(e.to_string()))?);
    }
    let regions = embedded::regions().map_err(|e| Stop::Input(e.to_string()))?;
    let spoken = spoken_of(&imports, &regions).filter(|_| asked.region.is_none());
    let catalogue = match (wanted, &spoken) {
        (Some(wanted), _) => wanted,
        (None, Some(spoken)) => catalogue(&spoken.region)?,
        (None, None) => catalogue(&Region::new(USUAL_REGION))?,
    };
    let name = asked.file.file_stem().map_or_else(|| "Imported".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let project = sketch(&name, &imports, &catalogue).map_err(|e| Stop::Input(e.to_string()))?;
    if asked.strict {
        refuse_what_is_not_said(asked.inputs, &imports, &project)?;
    }
    files::put(asked.file, project.write().as_bytes(), asked.replace, to.out)?;
    let costs = costs(&project, &catalogue);
    let made = Made { asked, imports, spoken, project, costs };
    let out: &mut dyn Write = if files::is_standard_output(asked.file) { to.err } else { to.out };
    if asked.json {
        super::bill::print_json(&made.json(), out)?;
    } else {
        made.print(out)?;
    }
    Ok(0)
}

/// An error for whatever of the definitions themselves was not understood, mended or assumed. What stands around them is
/// always assumed: no definition says it.
fn refuse_what_is_not_said(inputs: &[PathBuf], imports: &[Imported], project: &Project) -> Result<(), Stop> {
    let mut faults = Vec::new();
    for (path, import) in inputs.iter().zip(imports) {
        let unread = import.not_understood.iter().chain(&import.read_anyway);
        faults.extend(unread.map(|unread| {
            format!("{}:{}:{}: {}: {}", path.display(), unread.line, unread.column, unread.path, unread.why)
        }));
    }
    faults.extend(of_definitions(project).map(|(name, why)| format!("{name}: {why}")));
    if faults.is_empty() {
        return Ok(());
    }
    let count = faults.len();
    Err(Stop::Input(format!(
        "nothing is written: {count} {} --strict\n{}",
        if count == 1 { "fault under" } else { "faults under" },
        faults.join("\n")
    )))
}

/// What was assumed of the definitions themselves.
fn of_definitions(project: &Project) -> impl Iterator<Item = (&String, &String)> {
    project.assumptions.iter().filter(|(name, _)| name.starts_with("task definition "))
}

/// What a month of a design costs; or why that is not known.
fn costs(project: &Project, catalogue: &Catalogue) -> Result<Costs, String> {
    let prepared = prepare(project, None, catalogue).map_err(|refused| match &refused {
        Refused::Findings(findings) => {
            let count = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
            format!("not priced: the design has {count} {}, which `bayplan check` lists", plural(count, "error"))
        }
        Refused::NoScenario(_) | Refused::Edit { .. } | Refused::Unresolved(_) => format!("not priced: {refused}"),
    })?;
    let outcome = estimate_outcome(&prepared, catalogue, Span::MONTH);
    let mut rows: BTreeMap<(CostGroup, String), Usd> = BTreeMap::new();
    for line in &outcome.bill.lines {
        let row = (line.charge.group(), what_of(line, &project.design));
        *rows.entry(row).or_insert(Usd::ZERO) += line.cost.unwrap_or(Usd::ZERO);
    }
    let rows = rows.into_iter().map(|((_, what), usd)| (what, usd)).collect();
    Ok(Costs { rows, total: outcome.bill.total, claim: outcome.bill.claim() })
}

/// What a line of the bill is for, in terms of what was assumed.
fn what_of(line: &BillLine, design: &Design) -> String {
    match line.charge.group() {
        CostGroup::Compute | CostGroup::ManagementFee => {
            let fee = if line.charge.group() == CostGroup::ManagementFee { ", management fee" } else { "" };
            format!("capacity and count: {}{fee}", capacity_of(&line.owner, design))
        }
        CostGroup::Nat => {
            let count = design.nat_gateways.len();
            format!("way out: {count} {}", plural(count, "NAT gateway"))
        }
        CostGroup::LoadBalancing => format!("{}, internet-facing", line.owner),
        other => other.word().to_owned(),
    }
}

/// `service web, 2 tasks on Fargate`.
fn capacity_of(owner: &ItemRef, design: &Design) -> String {
    match owner {
        ItemRef::Service(id) => {
            let count = design.services.get(id).map_or(0, |service| service.desired_count);
            format!("{owner}, {count} {}", if count == 1 { "task" } else { "tasks" })
        }
        ItemRef::CapacityProvider(id) => match design.capacity_providers.get(id) {
            Some(CapacityProvider::AutoScalingGroup(group)) => {
                let types: Vec<_> = group.instance_types.iter().map(ToString::to_string).collect();
                format!("{owner}, at least {} of {}", group.min_size, types.join(", "))
            }
            Some(CapacityProvider::ManagedInstances(_)) | None => owner.to_string(),
        },
        other => other.to_string(),
    }
}

impl Made<'_> {
    fn region_text(&self) -> String {
        let region = &self.project.design.region;
        match (&self.spoken, self.asked.region) {
            (_, Some(_)) => format!("{region}, as --region says"),
            (Some(Spoken { by, others, .. }), None) if others.is_empty() => format!("{region}, as {} says", by.word()),
            (Some(Spoken { by, others, .. }), None) => {
                let others: Vec<_> = others.iter().map(ToString::to_string).collect();
                format!("{region}, as {} says; {} is named too", by.word(), others.join(", "))
            }
            (None, None) => format!("{region}, our assumption: nothing names one; --region does"),
        }
    }

    fn print(&self, out: &mut dyn Write) -> Result<(), Stop> {
        for (path, imported) in self.asked.inputs.iter().zip(&self.imports) {
            let families: Vec<_> = imported.definitions.iter().map(|(id, _)| id.as_str()).collect();
            writeln!(out, "{}: {}", path.display(), families.join(", "))?;
            print_unread("read all the same", &imported.read_anyway, out)?;
            print_unread("not understood, and not in the design", &imported.not_understood, out)?;
            print_unread("set aside", &imported.set_aside, out)?;
        }
        for (name, why) in of_definitions(&self.project) {
            writeln!(out, "  {name}: {why}")?;
        }
        writeln!(out, "region: {}", self.region_text())?;
        match &self.costs {
            Err(why) => writeln!(out, "{why}")?,
            Ok(costs) => {
                writeln!(out, "assumed around them, with what it costs in a month of 730 hours without any load:")?;
                let rows = costs.rows.iter().map(|(what, usd)| (what.as_str(), usd.cents_text()));
                let rows: Vec<_> = rows.chain([("in all", costs.claim.said(&costs.total.cents_text()))]).collect();
                let widths = rows.iter().map(|(what, usd)| (what.chars().count(), usd.len()));
                let (left, right) = widths.fold((0, 0), |most, of| (most.0.max(of.0), most.1.max(of.1)));
                for (what, usd) in rows {
                    writeln!(out, "  {what:left$}  {usd:>right$}")?;
                }
            }
        }
        let assumed = self.project.assumptions.len();
        let file = self.asked.file.display();
        writeln!(out, "{file} written; {assumed} values are our assumption (bayplan check --assumptions)")?;
        Ok(())
    }

    fn json(&self) -> Value {
        let documents = self.asked.inputs.iter().zip(&self.imports).map(|(path, imported)| {
            json!({
                "file": path.display().to_string(),
                "task_definitions": imported.definitions.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
                "read_anyway": unread_json(&imported.read_anyway),
                "not_understood": unread_json(&imported.not_understood),
                "set_aside": unread_json(&imported.set_aside),
            })
        });
        let others = self.spoken.iter().flat_map(|spoken| &spoken.others);
        let costs = self.costs.as_ref().ok();
        let rows = costs.map(|costs| {
            let row = |(what, usd): &(String, Usd)| json!({ "what": what, "amount_usd": usd.to_string() });
            costs.rows.iter().map(row).collect::<Vec<_>>()
        });
        json!({
            "format": 1,
            "design": self.asked.file.display().to_string(),
            "region": self.project.design.region.as_str(),
            "region_because": self.region_text(),
            "other_regions": others.map(ToString::to_string).collect::<Vec<_>>(),
            "documents": documents.collect::<Vec<_>>(),
            "assumptions": super::check::of_design(&self.project),
            "costs": rows,
            "total_usd": costs.map(|costs| costs.total.to_string()),
            "complete": costs.is_some_and(|costs| costs.claim.is_whole()),
        })
    }
}

fn print_unread(head: &str, all: &[Unread], out: &mut dyn Write) -> Result<(), Stop> {
    for unread in all {
        writeln!(out, "  {head}: {} (line {}): {}", unread.path, unread.line, unread.why)?;
    }
    Ok(())
}

fn unread_json(all: &[Unread]) -> Value {
    let one = |unread: &Unread| {
        json!({
            "path": unread.path,
            "value": unread.value,
            "line": unread.line,
            "column": unread.column,
            "why": unread.why,
        })
    };
    all.iter().map(one).collect()
}
