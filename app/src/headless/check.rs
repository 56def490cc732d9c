//! `bayplan check`: findings, and what figures rest on.

use std::io::Write;

use bayplan_engine::catalogue::timings::{Timings, assumptions};
use bayplan_engine::checks::{self, Diagnostic, Severity};
use serde_json::{Value, json};

use super::open::{Opened, open};
use super::{Of, Stop};

/// `bayplan check`.
pub fn run(of: &Of, with_assumptions: bool, out: &mut dyn Write) -> Result<u8, Stop> {
    let opened = open(of)?;
    let findings = checks::run(&opened.project.design, &opened.catalogue, &opened.project.allowed);
    if of.json {
        let mut all = json!({ "findings": findings.iter().map(finding).collect::<Vec<_>>() });
        if with_assumptions {
            all["assumptions"] = assumed(&opened);
        }
        super::bill::print_json(&all, out)?;
    } else {
        print_findings(&findings, out)?;
        if with_assumptions {
            print_assumptions(&opened, out)?;
        }
    }
    Ok(u8::from(findings.iter().any(|f| f.severity == Severity::Error)))
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}

fn finding(of: &Diagnostic) -> Value {
    json!({
        "rule": of.rule.0,
        "severity": word(of.severity),
        "item": of.at.item.to_string(),
        "field": of.at.field,
        "message": of.message,
        "hint": of.hint,
        "fixes": of.fixes.iter().map(|fix| fix.label.as_str()).collect::<Vec<_>>(),
    })
}

fn print_findings(findings: &[Diagnostic], out: &mut dyn Write) -> Result<(), Stop> {
    for of in findings {
        writeln!(out, "{}: {} [{}]", word(of.severity), of.message, of.rule.0)?;
        writeln!(out, "    at {} · {}", of.at.item, of.at.field)?;
        if !of.hint.is_empty() {
            writeln!(out, "    {}", of.hint)?;
        }
    }
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings, advice) = (count(Severity::Error), count(Severity::Warning), count(Severity::Advice));
    writeln!(out, "{errors} errors, {warnings} warnings, {advice} pieces of advice")?;
    Ok(())
}

fn assumed(opened: &Opened) -> Value {
    let ours = assumptions(&Timings::default());
    let ours = ours.iter().map(|a| json!({ "name": a.name, "value": a.value, "reason": a.reason }));
    let of_design = opened.project.assumptions.iter().map(|(name, why)| json!({ "name": name, "reason": why }));
    ours.chain(of_design).collect()
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
