//! `bayplan check`: findings, and what figures rest on.

use std::io::Write;

use bayplan_engine::catalogue::timings::{Timings, assumptions};
use bayplan_engine::checks::{Diagnostic, Severity};
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::Refused;
use bayplan_engine::evaluate::inspect::{inspect, inspect_scenario};
use bayplan_engine::plan::resolve::Unresolved;
use serde_json::{Value, json};

use super::open::{Opened, known, open};
use super::{InScenario, Of, Stop};
use crate::reports::finding;

/// `bayplan check`.
pub fn run(of: &Of, scenario: &InScenario, with_assumptions: bool, out: &mut dyn Write) -> Result<u8, Stop> {
    let opened = open(of)?;
    let findings = match known(&opened, scenario)? {
        None => inspect(&opened.project, &opened.catalogue),
        Some(id) => inspect_scenario(&opened.project, &id, &opened.catalogue)?,
    };
    if of.json {
        let mut all = json!({ "findings": findings.iter().map(finding).collect::<Vec<_>>() });
        if with_assumptions {
            all["assumptions"] = assumed(&opened);
        }
        super::bill::print_json(&all, out)?;
    } else {
        writeln!(out, "{}", text(&findings))?;
        if with_assumptions {
            print_assumptions(&opened, out)?;
        }
    }
    Ok(u8::from(findings.iter().any(|f| f.severity == Severity::Error)))
}

/// Findings as people read them, and how many there are.
pub fn text(findings: &[Diagnostic]) -> String {
    let mut lines = Vec::new();
    for of in findings {
        lines.push(format!("{}: {} [{}]", of.severity.word(), of.message, of.rule.0));
        let within = of.scenario.as_ref().filter(|_| of.at.item.item().is_some());
        let within = within.map_or_else(String::new, |id| format!(", in scenario {id}"));
        lines.push(format!("    at {} · {}{within}", of.at.item, of.at.field));
        lines.extend((!of.hint.is_empty()).then(|| format!("    {}", of.hint)));
    }
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let several = |count, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let (errors, warnings) = (several(count(Severity::Error), "error"), several(count(Severity::Warning), "warning"));
    lines.push(format!("{errors}, {warnings}, {} of advice", several(count(Severity::Advice), "piece")));
    lines.join("\n")
}

/// Why a design does not run, as people read it.
pub fn refused_text(refused: &Refused) -> String {
    match refused {
        Refused::Findings(findings) => text(findings),
        Refused::NoScenario(_) | Refused::Edit { .. } | Refused::Unresolved(_) => refused.to_string(),
    }
}

/// Why a design does not run, with its findings as `check` gives them.
pub fn refused_json(refused: &Refused) -> Value {
    match refused {
        Refused::Findings(findings) => json!({ "findings": findings.iter().map(finding).collect::<Vec<_>>() }),
        Refused::Unresolved(all) => {
            let one = |of: &Unresolved| json!({ "item": of.item.to_string(), "field": of.field, "what": of.what });
            json!({ "findings": [], "unresolved": all.iter().map(one).collect::<Vec<_>>() })
        }
        Refused::NoScenario(_) | Refused::Edit { .. } => json!({ "findings": [], "refused": refused.to_string() }),
    }
}

fn assumed(opened: &Opened) -> Value {
    let ours = assumptions(&Timings::default());
    let ours = ours.iter().map(|a| json!({ "name": a.name, "value": a.value, "reason": a.reason }));
    let mut all: Vec<_> = ours.collect();
    if let Value::Array(of_design) = of_design(&opened.project) {
        all.extend(of_design);
    }
    Value::Array(all)
}

/// What a design says of its own values: assumed, or where they are from.
pub fn of_design(project: &Project) -> Value {
    project.assumptions.iter().map(|(name, why)| json!({ "name": name, "reason": why })).collect()
}

fn print_assumptions(opened: &Opened, out: &mut dyn Write) -> Result<(), Stop> {
    writeln!(out, "\nAssumptions of this design")?;
    for (name, why) in &opened.project.assumptions {
        writeln!(out, "  {name}: {why}")?;
    }
    writeln!(out, "\nAssumptions of every run")?;
    for of in assumptions(&Timings::default()) {
        writeln!(out, "  {} = {}: {}", of.name, of.value, of.reason)?;
    }
    Ok(())
}
