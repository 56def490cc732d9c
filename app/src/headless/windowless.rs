//! What is done where a window is asked for and cannot be opened.

use bayplan_engine::evaluate::compare::SEEDS;
use bayplan_engine::evaluate::families::Family;

use super::{InScenario, Limit, Of, Outlets, Stop, compare};
use crate::files::Replace;

/// How many seeds the comparison without a window plays: enough for a first picture in a few seconds.
const FIRST_SEEDS: u64 = 3;

/// The main job without a window: why there is none, what can be done instead, and the capacity comparison of a design, or
/// of the three-tier preset, as text.
pub fn run(design: Option<&str>, why: &str, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let why = why.lines().collect::<Vec<_>>().join(" ");
    let design = design.unwrap_or("three-tier-web");
    writeln!(to.err, "no window: {why}")?;
    writeln!(
        to.err,
        "a window wants a display (DISPLAY or WAYLAND_DISPLAY) and OpenGL (libGL or libEGL; on X11 also libxkbcommon-x11)"
    )?;
    writeln!(
        to.err,
        "without one: `bayplan check {design}`, `bayplan estimate {design}`, `bayplan simulate {design}`; `bayplan --help` lists \
         all. Here is the capacity comparison of {design} over {FIRST_SEEDS} seeds; `bayplan compare {design}` plays {SEEDS}"
    )?;
    let of = Of { design: design.to_owned(), json: false, prices: None };
    let family = Family::Capacity;
    let asked = compare::Asked {
        family,
        seeds: FIRST_SEEDS,
        threads: None,
        types: None,
        charts: None,
        write: None,
        replace: Replace::Never,
    };
    compare::run(&of, &InScenario { scenario: None }, &Limit { fail_above: None }, asked, to)
}
