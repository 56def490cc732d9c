//! The command line without a window: the same engine functions as the buttons, printed as text or JSON.
//!
//! Data goes to standard output, words about it to standard error. Exit codes: 0 fine, for a total that leaves something
//! out too; 1 findings of severity error; 2 wrong use or unreadable input; only where a limit is asked for, 3 it is passed,
//! 4 it is not passed as far as is known, but the total leaves something out. Nothing here touches a window system.

mod bill;
mod check;
mod compare;
mod describe;
mod export;
mod import;
mod nearest;
mod open;
mod plain;
mod presets;
mod prices;
mod progress;
mod revisions;
mod simulate;
mod windowless;

pub use plain::Plain;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use bayplan_engine::evaluate::Refused;
use bayplan_engine::evaluate::compare::SEEDS;
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::report::listing::By;
use bayplan_engine::units::{Span, Usd};
use clap::{Args, Parser, Subcommand};

use crate::files::{Replace, WriteError};

/// What the program is asked to do.
#[derive(Debug, Parser)]
#[command(
    name = "bayplan",
    version,
    about = "A bay plan for Amazon ECS: draw it, play it, read the bill.",
    after_help = EXIT_CODES,
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// The design to open in the window; a file, or the name of a preset.
    #[arg(value_name = "DESIGN")]
    pub design: Option<String>,
    /// What to do without a window.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What help says of exit codes.
const EXIT_CODES: &str = "Exit codes:
  0  fine; also for a total that leaves something out
  1  findings of severity error
  2  wrong use, or input that cannot be read
  3  the limit that was asked for is passed
  4  the limit is not passed as far as is known, but the total leaves something out";

/// How long a window is.
#[derive(Debug, Clone, Copy, Args)]
pub struct Lasts {
    /// How many days of 24 hours; without it 730 hours.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=3660), conflicts_with = "hours")]
    days: Option<u64>,
    /// How many hours; without it 730.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=87_840))]
    hours: Option<u64>,
}

impl Lasts {
    /// The window.
    pub fn span(self) -> Span {
        let days = self.days.map(Span::from_days);
        days.or(self.hours.map(Span::from_hours)).unwrap_or(Span::MONTH)
    }
}

/// What can be done without a window.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists the presets, or writes one to a file.
    Presets {
        /// The preset to write.
        #[arg(requires = "out")]
        name: Option<String>,
        /// The file to write it to; `-` is standard output.
        #[arg(long, requires = "name")]
        out: Option<PathBuf>,
        #[command(flatten)]
        force: Force,
    },
    /// Prints the JSON Schema of design files: every field with its meaning, unit, range and AWS's name.
    Schema {
        /// Of the JSON that estimate, simulate, compare and check print, instead.
        #[arg(long)]
        output: bool,
    },
    /// Explains a kind of item, or a field of it.
    Explain {
        /// `service`, or `service.health_check_grace_period`; without it the kinds are listed.
        #[arg(value_name = "KIND[.FIELD]")]
        what: Option<String>,
    },
    /// Looks for what AWS would refuse, what breaks, and what could be better: of the design and of all its scenarios.
    Check {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        scenario: InScenario,
        /// Lists every assumption that figures rest on.
        #[arg(long)]
        assumptions: bool,
    },
    /// Prices a month of 730 hours, or another window, in closed form.
    Estimate {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        scenario: InScenario,
        #[command(flatten)]
        limit: Limit,
        #[command(flatten)]
        grouped: Grouped,
        #[command(flatten)]
        lasts: Lasts,
        /// An earlier revision, a design file or the name of a preset: prints what differs from it, by item and by cause.
        #[arg(long, value_name = "DESIGN", conflicts_with_all = ["fail_above", "by", "hours", "days"])]
        against: Option<String>,
        #[command(flatten)]
        change: Change,
    },
    /// Plays a design and prices what it used.
    Simulate {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        scenario: InScenario,
        #[command(flatten)]
        limit: Limit,
        #[command(flatten)]
        grouped: Grouped,
        #[command(flatten)]
        lasts: Lasts,
        /// The seed of arrivals, Spot and start-up times; without it the scenario's, or 1.
        #[arg(long)]
        seed: Option<u64>,
        /// A folder for the run's charts, as SVG.
        #[arg(long)]
        charts: Option<PathBuf>,
        #[command(flatten)]
        force: Force,
    },
    /// Compares what a design could be, over many seeds in parallel; of two designs, what a month of them costs in closed form.
    Compare {
        #[command(flatten)]
        of: Of,
        /// A later revision: prints what differs, by item and by cause, instead of alternatives.
        #[arg(value_name = "LATER", conflicts_with_all = ["family", "seeds", "threads", "types", "charts", "write", "fail_above"])]
        later: Option<String>,
        #[command(flatten)]
        change: Change,
        #[command(flatten)]
        scenario: InScenario,
        #[command(flatten)]
        limit: Limit,
        /// What is varied: capacity, egress, inbound, scenarios.
        #[arg(long, default_value = "capacity", value_parser = |text: &str| text.parse::<Family>())]
        family: Family,
        /// How many seeds each alternative is played under.
        #[arg(long, default_value_t = SEEDS, value_parser = clap::value_parser!(u64).range(1..=10_000))]
        seeds: u64,
        /// How many threads; without it as many as there are cores.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
        threads: Option<u16>,
        /// How many instance types of each architecture are tried; without it 5.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=500))]
        types: Option<u16>,
        /// A folder for the charts, as SVG.
        #[arg(long)]
        charts: Option<PathBuf>,
        /// An alternative to write as a design, by its name.
        #[arg(long, value_name = "NAME", requires = "out")]
        write: Option<String>,
        /// The design file to write it to; `-` is standard output.
        #[arg(long, value_name = "FILE", requires = "write")]
        out: Option<PathBuf>,
        #[command(flatten)]
        force: Force,
    },
    /// Lists what a price book can set, with its key, and what it costs.
    Prices(prices::Asked),
    /// Makes a design of ECS task definitions.
    Import {
        /// Files as `register-task-definition` takes them or `describe-task-definition` gives them, or containers alone;
        /// JSON or YAML.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The design file to write; `-` is standard output.
        #[arg(long)]
        out: PathBuf,
        /// The region to price it in; without it the one that the files speak of, or us-east-1.
        #[arg(long)]
        region: Option<String>,
        /// Tells as JSON what was read, assumed and not understood.
        #[arg(long)]
        json: bool,
        /// Ends with exit code 2, and writes nothing, where a file says less or other than a task definition must.
        #[arg(long)]
        strict: bool,
        #[command(flatten)]
        force: Force,
    },
    /// Writes a design, its bill or its pictures in other formats.
    Export {
        #[command(flatten)]
        of: Of,
        /// What to write.
        #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(export::names()))]
        format: String,
        /// The folder to write to; `-` is standard output, for a format of one file.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        force: Force,
    },
}

impl Verb {
    /// Whether its output is JSON.
    fn prints_json(&self) -> bool {
        match self {
            Self::Check { of, .. }
            | Self::Estimate { of, .. }
            | Self::Simulate { of, .. }
            | Self::Compare { of, .. }
            | Self::Export { of, .. } => of.json,
            Self::Import { json, .. } | Self::Prices(prices::Asked { json, .. }) => *json,
            Self::Presets { .. } | Self::Schema { .. } | Self::Explain { .. } => false,
        }
    }
}

/// Which design, and how it is printed.
#[derive(Debug, Args)]
pub struct Of {
    /// A design file, or the name of a preset.
    pub design: String,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
    /// A file of your own prices (RON or CSV), laid over the published ones.
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
}

/// Which scenario.
#[derive(Debug, Args)]
pub struct InScenario {
    /// The scenario; without it the design as drawn.
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
}

/// How a bill is listed as text.
#[derive(Debug, Args)]
pub struct Grouped {
    /// Groups the bill by item, service, cause, meter, zone, or tag=KEY.
    #[arg(long, value_name = "WHAT", default_value = "item", value_parser = |text: &str| text.parse::<By>())]
    pub by: By,
}

/// Whether files may be replaced.
#[derive(Debug, Clone, Copy, Args)]
pub struct Force {
    /// Replaces files that are there already.
    #[arg(long)]
    pub force: bool,
}

impl Force {
    /// What it means for a file.
    pub fn replace(self) -> Replace {
        if self.force { Replace::Agreed } else { Replace::Never }
    }
}

/// When a total is too much.
#[derive(Debug, Args)]
pub struct Limit {
    /// Ends with exit code 3 if the total is above this many US dollars, 4 if it is not but leaves something out.
    #[arg(long, value_name = "USD", value_parser = |text: &str| Usd::parse(text))]
    pub fail_above: Option<Usd>,
}

/// How the difference of two revisions is told, and when it is too much.
#[derive(Debug, Args)]
pub struct Change {
    /// Prints the difference as Markdown, for a pull request.
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Ends with exit code 3 if the later revision costs so much more a month: US dollars, as 50, or a share, as 5%; with 4
    /// if it does not, but a bill is incomplete.
    #[arg(long, value_name = "USD|PERCENT")]
    pub fail_increase: Option<revisions::Increase>,
}

impl Change {
    /// Nothing, unless two revisions are compared.
    fn without_revision(&self) -> Result<(), Stop> {
        let asked = [(self.markdown, "--markdown"), (self.fail_increase.is_some(), "--fail-increase")];
        match asked.iter().find(|(asked, _)| *asked) {
            Some((_, flag)) => Err(Stop::Input(format!(
                "{flag} is about two revisions: `bayplan compare OLD NEW` or `bayplan estimate NEW --against OLD`"
            ))),
            None => Ok(()),
        }
    }
}

/// Where a command writes to.
pub struct Outlets<'a> {
    /// Data.
    pub out: &'a mut dyn Write,
    /// Words about it.
    pub err: &'a mut dyn Write,
    /// Whether a terminal looks on, and progress may be drawn there.
    pub on_terminal: bool,
}

/// Why a command ends early, and with which exit code.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Wrong use, or input that cannot be read: exit code 2.
    #[error("{0}")]
    Input(String),
    /// The design has errors: exit code 1.
    #[error("{0}")]
    Refused(Refused),
    /// The reader of our output has gone: no error of ours.
    #[error("output closed")]
    Gone,
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::Gone } else { Self::Input(error.to_string()) }
    }
}

impl From<WriteError> for Stop {
    fn from(failed: WriteError) -> Self {
        if failed.error.kind() == std::io::ErrorKind::BrokenPipe { Self::Gone } else { Self::Input(failed.to_string()) }
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoScenario(_) | Refused::Edit { .. } => Self::Input(refused.to_string()),
            Refused::Findings(_) | Refused::Unresolved(_) => Self::Refused(refused),
        }
    }
}

/// Reads arguments, the program's name first, and does what they ask; gives the exit code. `window` opens a window on a
/// design, or says why it cannot.
pub fn run<A: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = A>,
    to: &mut Outlets<'_>,
    window: impl FnOnce(Option<&str>) -> Result<(), String>,
) -> u8 {
    let mut json = false;
    let mut err = Plain::new(&mut *to.err);
    let to = &mut Outlets { out: &mut *to.out, err: &mut err, on_terminal: to.on_terminal };
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let parsed = match nearest::unknown_word(&arguments) {
        Some(what) => {
            // Nobody is left to hear that standard error is closed.
            let _ = writeln!(to.err, "{what}");
            return 2;
        }
        None => Cli::try_parse_from(arguments),
    };
    let done = match parsed {
        Ok(Cli { verb: Some(verb), .. }) => {
            json = verb.prints_json();
            perform(&verb, to)
        }
        Ok(Cli { verb: None, design }) => match window(design.as_deref()) {
            Ok(()) => Ok(0),
            Err(why) => windowless::run(design.as_deref(), &why, to),
        },
        Err(wrong) if wrong.use_stderr() => Err(Stop::Input(wrong.to_string().trim_end().to_owned())),
        // Help and version are what was asked for.
        Err(asked) => write!(to.out, "{asked}").map(|()| 0).map_err(Stop::from),
    };
    let (code, what) = match done.and_then(|code| Ok(to.out.flush().map(|()| code)?)) {
        Ok(code) => return code,
        Err(Stop::Gone) => return 0,
        Err(Stop::Input(what)) => (2, what),
        Err(Stop::Refused(refused)) if json => {
            // Nobody is left to hear that standard output is closed.
            let _ = bill::print_json(&check::refused_json(&refused), to.out);
            return 1;
        }
        Err(Stop::Refused(refused)) => (1, check::refused_text(&refused)),
    };
    // Nobody is left to hear that standard error is closed.
    let _ = writeln!(to.err, "{what}");
    code
}

fn perform(verb: &Verb, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    match verb {
        Verb::Presets { name, out: file, force } => presets::run(name.as_deref(), file.as_deref(), force.replace(), to),
        Verb::Schema { output } => describe::schema(*output, to.out),
        Verb::Explain { what } => describe::explain(what.as_deref(), to.out),
        Verb::Check { of, scenario, assumptions } => check::run(of, scenario, *assumptions, to.out),
        Verb::Estimate { of, scenario, against: Some(before), change, .. } => {
            revisions::run(revisions::Asked { before, after: &of.design, of, scenario, change }, to)
        }
        Verb::Estimate { of, scenario, limit, grouped, lasts, against: None, change } => {
            change.without_revision()?;
            bill::estimate(of, scenario, limit, grouped, lasts.span(), to)
        }
        Verb::Simulate { of, scenario, limit, grouped, lasts, seed, charts, force } => simulate::run(
            of,
            scenario,
            limit,
            simulate::Asked {
                window: lasts.span(),
                seed: *seed,
                charts: charts.as_deref(),
                grouped,
                replace: force.replace(),
            },
            to,
        ),
        Verb::Compare { of, scenario, later: Some(after), change, .. } => {
            revisions::run(revisions::Asked { before: &of.design, after, of, scenario, change }, to)
        }
        Verb::Compare {
            of,
            scenario,
            limit,
            family,
            seeds,
            threads,
            types,
            charts,
            write,
            out,
            later: None,
            change,
            force,
        } => {
            change.without_revision()?;
            let (threads, types) = (threads.map(usize::from), types.map(usize::from));
            let (family, seeds, charts) = (*family, *seeds, charts.as_deref());
            let write = write.as_deref().zip(out.as_deref());
            let replace = force.replace();
            let asked = compare::Asked { family, seeds, threads, types, charts, write, replace };
            compare::run(of, scenario, limit, asked, to)
        }
        Verb::Prices(asked) => prices::run(asked, to),
        Verb::Import { files, out: file, region, json, strict, force } => {
            let (region, replace) = (region.as_deref(), force.replace());
            import::run(import::Asked { inputs: files, file, region, json: *json, strict: *strict, replace }, to)
        }
        Verb::Export { of, format, out: folder, force } => export::run(of, format, folder, force.replace(), to),
    }
}
