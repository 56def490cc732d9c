//! Charts as values: a picture's content, undrawn.
//!
//! In: figures and words. Out: a [`Chart`], which `app::charts` draws alike on the screen, as SVG and as PNG, and which
//! `--json` may print. Nothing here knows pixels, fonts or themes: a series names a *role* ([`Ink`]) and the theme picks
//! its colour. Nothing here computes a price. `f64` is allowed in this file because a chart's figures end as pixels; sums
//! that must be exact belong to `bill`.
//!
//! Times are milliseconds since the start of the run; [`TimeAxis`] says which instant that start was.

use serde::Serialize;

/// One picture: words around it, and a body of one of the families.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// Sentence case, no full stop: "Tasks of api".
    pub title: String,
    /// What the figures are of, under the title: "a month of 730 h · simulated, seed 1". May be empty.
    pub note: String,
    /// Whether the names of the series stand in a row above the plot. Curves and waterfalls name their parts in place.
    pub legend: bool,
    /// What is drawn.
    pub body: Body,
}

/// The families of charts. Each has one file in `app/src/charts`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Body {
    /// Lines over time, filled or not, with event marks.
    Lines(Lines),
    /// Areas over time that add up.
    Stack(Stack),
    /// One horizontal bar per row from low to high with a tick at mid.
    Bands(Bands),
    /// From one total to another through signed causes.
    Waterfall(Waterfall),
    /// Any figure against any figure: break-even curves, trade-offs, Pareto points.
    Curves(Curves),
    /// Bars over time, one a day or one an hour.
    Bars(Bars),
}

/// What colour something has, by meaning. The theme decides the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Ink {
    /// The service in this place of the drawing: six colours, then the same six hatched.
    Slot(u16),
    /// The one thing that is looked at.
    Accent,
    /// Plain text colour: demand, a target, what is wanted.
    Text,
    /// What it is compared with.
    Baseline,
    /// Cheaper, healthy, served.
    Good,
    /// Mind this.
    Warn,
    /// Dearer, lost, failed.
    Bad,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Stroke {
    /// Unbroken.
    Solid,
    /// Dashes: what is wanted, planned or limited, against what is.
    Dashed,
}

/// How two neighbouring samples are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Join {
    /// The value holds until the next sample: counts of tasks and instances.
    Step,
    /// A straight line: rates, shares, sums of money.
    Slope,
}

/// What a figure is measured in; decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// US dollars.
    Usd,
    /// US dollars an hour.
    UsdPerHour,
    /// A number of things, named by the axis.
    Count,
    /// Hundredths: 0.0 to 100.0.
    Percent,
    /// Requests a second.
    Rps,
    /// Gigabytes, decimal, as AWS bills traffic.
    Gb,
    /// Gibibytes: memory.
    Gib,
    /// Virtual CPUs.
    Vcpu,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Milliseconds.
    Milliseconds,
}

/// A figure's axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueAxis {
    /// What is measured: "Tasks", "Packing of the instances". May be empty where the title says it.
    pub title: String,
    /// Its unit.
    pub unit: Unit,
    /// The axis reaches at least so far down. Sums and counts say `Some(0.0)`.
    pub least: Option<f64>,
    /// The axis reaches at least so far up; several charts with the same bounds can be compared.
    pub most: Option<f64>,
}

impl ValueAxis {
    /// An axis from zero upwards, as far as the figures go.
    pub fn from_zero(title: impl Into<String>, unit: Unit) -> Self {
        Self { title: title.into(), unit, least: Some(0.0), most: None }
    }

    /// An axis as wide as its figures.
    pub fn fitted(title: impl Into<String>, unit: Unit) -> Self {
        Self { title: title.into(), unit, least: None, most: None }
    }
}

/// The axis of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TimeAxis {
    /// The instant of time zero: milliseconds since 1970-01-01 00:00 in the time zone of the labels.
    pub start_ms: i64,
    /// First moment shown, since time zero.
    pub from_ms: u64,
    /// Last moment shown, since time zero.
    pub to_ms: u64,
    /// How moments are named.
    pub labels: TimeLabels,
}

/// How moments are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TimeLabels {
    /// "Mon 03:00": a typical week, whose date means nothing.
    Weekdays,
    /// "1 Nov", "1 Nov 03:00".
    Dates,
    /// "2 h 30 min" since the start.
    Elapsed,
}

/// Lines over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lines {
    /// Left to right.
    pub time: TimeAxis,
    /// Bottom to top.
    pub value: ValueAxis,
    /// In drawing order: the last lies on top.
    pub series: Vec<Series>,
    /// Where one series exceeds another, filled as lost.
    pub excess: Option<Excess>,
    /// What happened when.
    pub marks: Vec<EventMark>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Its name in the legend and in the read-out.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// Solid or dashed.
    pub stroke: Stroke,
    /// How samples are joined.
    pub join: Join,
    /// Whether the area down to the axis is tinted.
    pub filled: bool,
    /// Samples (milliseconds since time zero, value), ascending in time.
    pub points: Vec<(u64, f64)>,
}

/// The area between two series of a [`Lines`] where the first is above the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excess {
    /// What the area is: "over capacity".
    pub name: String,
    /// Index of the series that is too high: demand.
    pub above: usize,
    /// Index of the series it exceeds: capacity.
    pub below: usize,
}

/// Something that happened, drawn as a vertical line with a sign on top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventMark {
    /// When, since time zero.
    pub at_ms: u64,
    /// What, as a short sentence: "Spot wave in us-east-1c".
    pub name: String,
    /// Which sign.
    pub kind: EventKind,
}

/// The kinds of events that charts mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EventKind {
    /// A scaling policy acted.
    Scaling,
    /// A deployment began or ended.
    Deployment,
    /// A fault struck or ended.
    Fault,
    /// A task could not be placed.
    Placement,
    /// A task or instance was replaced.
    Replacement,
}

/// Areas over time that add up: layers share their sample times.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stack {
    /// Left to right.
    pub time: TimeAxis,
    /// Bottom to top.
    pub value: ValueAxis,
    /// How samples are joined.
    pub join: Join,
    /// Sample times since time zero, ascending.
    pub times_ms: Vec<u64>,
    /// From the bottom up; each has one value per sample time.
    pub layers: Vec<Layer>,
    /// What happened when.
    pub marks: Vec<EventMark>,
}

/// One area of a [`Stack`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    /// Its name in the legend and in the read-out.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// Its own height at each sample time, not the running sum.
    pub values: Vec<f64>,
}

/// Ranges: alternatives with their low, mid and high.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bands {
    /// Left to right.
    pub value: ValueAxis,
    /// From top to bottom.
    pub rows: Vec<BandRow>,
    /// A dotted line through all rows: the baseline.
    pub reference: Option<Reference>,
}

/// One row of a [`Bands`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BandRow {
    /// Its name, at the left.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// Low, mid and high, ascending.
    pub low_mid_high: (f64, f64, f64),
    /// Stands behind the figure: "at least, NAT unpriced". May be empty.
    pub remark: String,
}

/// A value that others are held against.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// "baseline".
    pub name: String,
    /// Where it stands.
    pub at: f64,
}

/// From one total to another through signed causes, which add up to the difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waterfall {
    /// Bottom to top.
    pub value: ValueAxis,
    /// The total at the left.
    pub from: Total,
    /// What lies between, left to right.
    pub causes: Vec<Change>,
    /// The total at the right.
    pub to: Total,
}

/// A full column of a [`Waterfall`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Total {
    /// Under the column.
    pub name: String,
    /// Its height.
    pub value: f64,
}

/// A floating column of a [`Waterfall`]: good where it falls, bad where it rises.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Under the column.
    pub name: String,
    /// By how much the sum changes.
    pub delta: f64,
}

/// Figures against figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curves {
    /// Left to right.
    pub x: ValueAxis,
    /// Bottom to top.
    pub y: ValueAxis,
    /// Lines, named at their ends.
    pub curves: Vec<Curve>,
    /// Single points, named beside them.
    pub dots: Vec<Dot>,
    /// A range of x that matters: "simulated packing".
    pub stripe: Option<Stripe>,
}

/// One line of a [`Curves`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// Written at its right end.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// Solid or dashed.
    pub stroke: Stroke,
    /// Samples (x, y), ascending in x.
    pub points: Vec<(f64, f64)>,
}

/// One point of a [`Curves`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dot {
    /// Written beside it.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// Where it stands.
    pub at: (f64, f64),
}

/// A marked range of x in a [`Curves`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stripe {
    /// Written at its top.
    pub name: String,
    /// Left edge.
    pub from: f64,
    /// Right edge.
    pub to: f64,
}

/// Bars over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bars {
    /// Left to right.
    pub time: TimeAxis,
    /// Bottom to top.
    pub value: ValueAxis,
    /// Their colour.
    pub ink: Ink,
    /// How long each bar's interval is, in milliseconds: a day, an hour.
    pub width_ms: u64,
    /// (start of the interval since time zero, value), ascending.
    pub bars: Vec<(u64, f64)>,
}
