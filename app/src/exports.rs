//! The one table of everything that can be written: documents of the drawing, bills, pictures.
//!
//! A row is a name, what it is, what it needs, and a function that gives files by name. Menu, `bayplan export` and help
//! read this table; a new format is one row.

use std::collections::BTreeSet;

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::{Outcome, Prepared, Progress, estimate_outcome, simulate};
use bayplan_engine::exchange::task_definition;
use bayplan_engine::report::chart::Chart;
use bayplan_engine::report::outcome;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::Span;

use crate::charts::png::to_png;
use crate::charts::svg::to_svg;
use crate::grid::picture::Drawing;
use crate::reports::{BillOf, REPORTS};

/// What an export is made from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The project.
    pub project: &'a Project,
    /// What AWS publishes for its region.
    pub catalogue: &'a Catalogue,
    /// Its design, ready to run; there where the row needs a plan.
    pub prepared: Option<&'a Prepared>,
}

/// What an export needs of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// The drawing alone, right or wrong.
    Design,
    /// A design without errors.
    Plan,
}

/// Files by name.
pub type Files = Vec<(String, Vec<u8>)>;

/// Something that can be written.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for menus and help.
    pub what: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// Why it has not all that it has of smaller designs, where that is so.
    pub left_out: fn(&Project) -> Option<String>,
    /// Makes its files, or says why not.
    pub write: fn(&Subject<'_>) -> Result<Files, String>,
}

/// All of them.
pub const EXPORTS: &[Export] = &[
    Export {
        name: "task-definition",
        what: "ECS task definitions, as register-task-definition takes them",
        needs: Needs::Design,
        left_out: |_| None,
        write: task_definitions,
    },
    Export {
        name: "csv",
        what: "The month's bill as comma-separated values",
        needs: Needs::Plan,
        left_out: |_| None,
        write: |s| bill_as(s, "csv"),
    },
    Export {
        name: "markdown",
        what: "The month's bill as a Markdown table",
        needs: Needs::Plan,
        left_out: |_| None,
        write: |s| bill_as(s, "md"),
    },
    Export {
        name: "json",
        what: "The month's bill as JSON",
        needs: Needs::Plan,
        left_out: |_| None,
        write: |s| bill_as(s, "json"),
    },
    Export {
        name: "svg",
        what: "The canvas and charts of a simulated month as SVG",
        needs: Needs::Plan,
        left_out: charts_left_out,
        write: svg,
    },
    Export {
        name: "png",
        what: "The canvas and charts of a simulated month as PNG",
        needs: Needs::Plan,
        left_out: charts_left_out,
        write: png,
    },
];

/// The most services whose month is played for its charts: every minute of it is kept, one to two megabytes a service, and
/// each has a chart of its own, so that of many the folder is no picture any more.
const CHARTED: usize = 50;

/// Of many services the canvas alone is written.
fn charts_left_out(project: &Project) -> Option<String> {
    let services = project.design.services.len();
    (services > CHARTED).then(|| {
        format!("the canvas alone: charts of a simulated month are written of up to {CHARTED} services, and these are {services}; `bayplan simulate DESIGN --charts DIR` writes them of any")
    })
}

/// The size of a chart on paper, in points.
const CHART: (u16, u16) = (960, 420);

#[expect(clippy::unnecessary_wraps, reason = "rows of the table have one shape")]
fn task_definitions(subject: &Subject<'_>) -> Result<Files, String> {
    let documents = task_definition::write_all(subject.project);
    Ok(documents.into_iter().map(|d| (d.file_name, d.text.into_bytes())).collect())
}

fn prepared<'a>(subject: &Subject<'a>) -> Result<&'a Prepared, String> {
    subject.prepared.ok_or_else(|| "the design has errors".to_owned())
}

fn month(subject: &Subject<'_>) -> Result<Outcome, String> {
    Ok(estimate_outcome(prepared(subject)?, subject.catalogue, Span::MONTH))
}

/// The month's bill in the form of this ending.
fn bill_as(subject: &Subject<'_>, extension: &str) -> Result<Files, String> {
    let (plan, outcome) = (&prepared(subject)?.plan, &month(subject)?);
    let (project, catalogue) = (subject.project, subject.catalogue);
    let of = BillOf { name: &project.name, scenario: None, design: &project.design, plan, outcome, catalogue };
    let reports = REPORTS.iter().filter(|report| report.extension == extension);
    Ok(reports.map(|report| (format!("bill.{extension}"), (report.bill)(&of).into_bytes())).collect())
}

fn run_charts(subject: &Subject<'_>) -> Result<Vec<(String, Chart)>, String> {
    if charts_left_out(subject.project).is_some() {
        return Ok(Vec::new());
    }
    let prepared = prepared(subject)?;
    let seed = prepared.scenario.seed.unwrap_or(1);
    let run = simulate(prepared, subject.catalogue, Span::MONTH, seed, Detail::Full, &Progress::default());
    Ok(outcome::charts(prepared, &run.map_err(|e| e.to_string())?))
}

/// The drawing with a month's prices.
fn drawing(subject: &Subject<'_>) -> Result<Drawing, String> {
    Ok(Drawing::of(subject.project, Some((&month(subject)?.month, &prepared(subject)?.plan))))
}

fn svg(subject: &Subject<'_>) -> Result<Files, String> {
    let mut files = charts_svg(subject)?;
    files.insert(0, ("canvas.svg".to_owned(), canvas_svg(&drawing(subject)?)));
    Ok(files)
}

fn png(subject: &Subject<'_>) -> Result<Files, String> {
    let mut files = charts_png(subject)?;
    files.insert(0, ("canvas.png".to_owned(), canvas_png(&drawing(subject)?)?));
    Ok(files)
}

/// The canvas as an SVG file.
pub fn canvas_svg(drawing: &Drawing) -> Vec<u8> {
    to_svg(drawing, drawing.size(), false).into_bytes()
}

/// The canvas as a PNG file, two pixels to the point.
pub fn canvas_png(drawing: &Drawing) -> Result<Vec<u8>, String> {
    to_png(drawing, drawing.size(), 2, false).map_err(|e| e.to_string())
}

fn charts_svg(subject: &Subject<'_>) -> Result<Files, String> {
    Ok(svgs(run_charts(subject)?))
}

fn charts_png(subject: &Subject<'_>) -> Result<Files, String> {
    let charts = run_charts(subject)?;
    let names = file_names(charts.iter().map(|(name, _)| name), "png");
    let draw = |((_, chart), name): (&(String, Chart), String)| {
        Ok((name, to_png(chart, CHART, 2, false).map_err(|e| e.to_string())?))
    };
    charts.iter().zip(names).map(draw).collect()
}

/// Charts as SVG files.
pub fn svgs(charts: Vec<(String, Chart)>) -> Files {
    let names = file_names(charts.iter().map(|(name, _)| name), "svg");
    charts.into_iter().zip(names).map(|((_, chart), name)| (name, to_svg(&chart, CHART, false).into_bytes())).collect()
}

/// Names of files that lead nowhere else and are all different: a service may be called anything, `../x` and `a/b` too.
fn file_names<'a>(names: impl Iterator<Item = &'a String>, extension: &str) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut free = |name: &String| {
        let plain = |c: char| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '-' };
        let stem: String = name.chars().map(plain).collect();
        let mut file = format!("{stem}.{extension}");
        // Bounded by how many names there are: each number is taken at most once.
        for number in 2.. {
            // Some systems know no difference between small and capital letters.
            if taken.insert(file.to_lowercase()) {
                break;
            }
            file = format!("{stem}-{number}.{extension}");
        }
        file
    };
    names.map(&mut free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_stay_in_their_folder_and_apart() {
        let names = ["tasks", "demand-../../etc/x", "demand-a/b", "demand-a b", "demand-A-B", "demand-größe"];
        let names: Vec<_> = names.map(str::to_owned).into();
        let expected = [
            "tasks.svg",
            "demand-------etc-x.svg",
            "demand-a-b.svg",
            "demand-a-b-2.svg",
            "demand-A-B-3.svg",
            "demand-größe.svg",
        ];
        assert_eq!(file_names(names.iter(), "svg"), expected);
    }
}
