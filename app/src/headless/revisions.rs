//! Two revisions of a design: `bayplan compare A B` and `bayplan estimate B --against A`, by item and by cause, for people,
//! for a pull request, for programs, and with an exit code for a pipeline.

use std::str::FromStr;

use bayplan_engine::bill::Bill;
use bayplan_engine::evaluate::revisions::{Both, Revisions};
use bayplan_engine::evaluate::{Outcome, estimate_outcome};
use bayplan_engine::report::revisions::{by_cause, by_item, sentence};
use bayplan_engine::units::{Span, Usd};
use serde_json::{Map, Value, json};

use super::bill::{PASSED, UNKNOWN};
use super::open::{Opened, open, ready};
use super::{Change, InScenario, Of, Outlets, Stop};

/// How much more than the earlier revision is too much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Increase {
    /// So many US dollars a month.
    Usd(Usd),
    /// So many per cent of the earlier total.
    Percent(f64),
}

impl FromStr for Increase {
    type Err = String;

    /// `50`, `50.25` or `$50` are dollars; `5%` and `5 %` per cent.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is neither an amount in US dollars, as 50, nor a share, as 5%; neither may be below 0")
        };
        let text = text.trim();
        let increase = match text.strip_suffix('%') {
            Some(share) => Self::Percent(share.trim().parse().ok().ok_or_else(wrong)?),
            None => Self::Usd(Usd::parse(text.trim_start_matches('$')).ok().ok_or_else(wrong)?),
        };
        let fits = match increase {
            Self::Usd(usd) => usd >= Usd::ZERO,
            Self::Percent(share) => share.is_finite() && share >= 0.0,
        };
        if fits { Ok(increase) } else { Err(wrong()) }
    }
}

impl Increase {
    /// Whether a difference is above it. Of a share: above that share of what was paid before, so that anything is too much
    /// where nothing was.
    fn is_passed(self, total: Both) -> bool {
        match self {
            Self::Usd(most) => total.difference() > most,
            Self::Percent(most) => total.difference().dollars() > total.before.dollars() * most / 100.0,
        }
    }

    fn said(self) -> String {
        match self {
            Self::Usd(most) => most.cents_text(),
            Self::Percent(most) => format!("{most} %"),
        }
    }
}

/// One revision with what a month of it costs.
struct Revision {
    opened: Opened,
    outcome: Outcome,
}

/// What two revisions are compared by.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The earlier revision: a file, or the name of a preset.
    pub before: &'a str,
    /// The later revision.
    pub after: &'a str,
    /// A price book laid over the published prices of both.
    pub of: &'a Of,
    /// The scenario of both.
    pub scenario: &'a InScenario,
    /// How they are told, and how much more is too much.
    pub change: &'a Change,
}

/// Tells two revisions; gives the exit code.
pub fn run(asked: Asked<'_>, to: &mut Outlets<'_>) -> Result<u8, Stop> {
    let (before, after) = (revision(asked.before, asked)?, revision(asked.after, asked)?);
    let all = Revisions::of(&before.outcome.bill, &after.outcome.bill);
    match (asked.of.json, asked.change.markdown) {
        (true, _) => super::bill::print_json(&json_of(&before, &after, &all), to.out)?,
        (false, true) => write!(to.out, "{}", markdown(&before, &after, &all))?,
        (false, false) => write!(to.out, "{}", text(&before, &after, &all))?,
    }
    Ok(exit_code(&all, &before.outcome.bill, &after.outcome.bill, asked.change.fail_increase, to))
}

fn revision(design: &str, asked: Asked<'_>) -> Result<Revision, Stop> {
    let of = Of { design: design.to_owned(), json: asked.of.json, prices: asked.of.prices.clone() };
    let told = |stop| match stop {
        Stop::Input(what) if !what.starts_with(design) => Stop::Input(format!("{design}: {what}")),
        other => other,
    };
    let opened = open(&of).map_err(told)?;
    let prepared = ready(&opened, asked.scenario).map_err(told)?;
    let outcome = estimate_outcome(&prepared, &opened.catalogue, Span::MONTH);
    Ok(Revision { opened, outcome })
}

fn names(before: &Revision, after: &Revision) -> String {
    let [was, is] = [before, after].map(|revision| revision.opened.project.name.as_str());
    let region = |of: &Revision| of.opened.project.design.region.to_string();
    let regions = if region(before) == region(after) {
        region(after)
    } else {
        format!("{}, before in {}", region(after), region(before))
    };
    let name = if was == is { was.to_owned() } else { format!("{was} → {is}") };
    format!("{name} · {regions}")
}

fn text(before: &Revision, after: &Revision, all: &Revisions) -> String {
    let head = format!("{} · a month of 730 h in closed form\n\n{}\n", names(before, after), sentence(all));
    let tables = if all.by_item.is_empty() {
        String::new()
    } else {
        format!("\n{}\n{}", by_item(all).text(), by_cause(all).text())
    };
    let left: String = left_out(before, after).iter().flat_map(|line| ["\n", line.as_str(), "\n"]).collect();
    format!("{head}{tables}{left}")
}

fn markdown(before: &Revision, after: &Revision, all: &Revisions) -> String {
    let head = format!("### {}\n\n**{}**\n", names(before, after), sentence(all));
    let tables = if all.by_item.is_empty() {
        String::new()
    } else {
        format!("\n{}\n{}", by_item(all).markdown(), by_cause(all).markdown())
    };
    let left: String = left_out(before, after).iter().flat_map(|line| ["\n- ", line.as_str(), "\n"]).collect();
    format!("{head}{tables}{left}\nA month of 730 h in closed form, list prices.\n")
}

/// What one of the two totals is without, a line each.
fn left_out(before: &Revision, after: &Revision) -> Vec<String> {
    let missing = |of: &Revision| {
        let missing = of.outcome.bill.missing(&of.opened.catalogue);
        missing.into_iter().map(|(item, what)| format!("{item}: {what}")).collect::<Vec<_>>()
    };
    let (was, is) = (missing(before), missing(after));
    let both = is.iter().filter(|line| was.contains(line)).map(|line| format!("in neither total: {line}"));
    let only_is = is.iter().filter(|line| !was.contains(line)).map(|line| format!("not in the total after: {line}"));
    let only_was = was.iter().filter(|line| !is.contains(line)).map(|line| format!("not in the total before: {line}"));
    only_is.chain(only_was).chain(both).collect()
}

fn is_complete(before: &Bill, after: &Bill) -> bool {
    before.claim().is_whole() && after.claim().is_whole()
}

fn json_of(before: &Revision, after: &Revision, all: &Revisions) -> Value {
    let both = |both: &Both| {
        let mut map = Map::new();
        let amounts = [("before", both.before), ("after", both.after), ("difference", both.difference())];
        for (key, amount) in amounts {
            map.insert(format!("{key}_usd"), json!(amount.to_string()));
            map.insert(key.to_owned(), json!(amount.dollars()));
        }
        map
    };
    let items = all.by_item.iter().map(|(item, of)| {
        let mut map = Map::new();
        map.insert("kind".to_owned(), json!(item.kind().word()));
        map.insert("id".to_owned(), json!(item.name()));
        map.extend(both(of));
        Value::Object(map)
    });
    let causes = all.by_cause.iter().map(|(cause, of)| (cause.word().to_owned(), Value::Object(both(of))));
    let mut map = Map::new();
    map.insert("format".to_owned(), json!(1));
    map.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    map.insert("before_design".to_owned(), json!(before.opened.project.name));
    map.insert("after_design".to_owned(), json!(after.opened.project.name));
    map.insert("region".to_owned(), json!(after.opened.project.design.region.as_str()));
    map.insert("hours".to_owned(), json!(730));
    map.extend(both(&all.total));
    map.insert("difference_percent".to_owned(), json!(all.total.percent()));
    map.insert("complete".to_owned(), json!(is_complete(&before.outcome.bill, &after.outcome.bill)));
    map.insert("missing".to_owned(), left_out(before, after).into());
    let unpriced = all.unpriced.iter().map(|meter| after.opened.catalogue.label(*meter));
    map.insert("unpriced".to_owned(), unpriced.collect());
    map.insert("by_item".to_owned(), items.collect());
    map.insert("by_cause".to_owned(), Value::Object(causes.collect()));
    Value::Object(map)
}

/// 3 with a sentence if the difference is above what is allowed, which the known part is enough for; 4 if it is not, but one
/// of the two bills is incomplete.
fn exit_code(all: &Revisions, before: &Bill, after: &Bill, most: Option<Increase>, to: &mut Outlets<'_>) -> u8 {
    let Some(most) = most else { return 0 };
    let (change, limit) = (all.total.difference().signed_text(), most.said());
    let (code, said) = match (most.is_passed(all.total), is_complete(before, after)) {
        (true, _) => (PASSED, format!("the difference of {change} is above {limit}")),
        (false, false) => {
            (UNKNOWN, format!("the difference of {change} is not above {limit}, but a bill is incomplete"))
        }
        (false, true) => return 0,
    };
    // Nobody is left to hear that standard error is closed.
    let _ = writeln!(to.err, "{said}");
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::plan::left_out::Claim;

    #[test]
    fn an_increase_is_dollars_or_a_share() {
        assert_eq!("50".parse(), Ok(Increase::Usd(Usd::from_cents(5000))));
        assert_eq!("$50.25".parse(), Ok(Increase::Usd(Usd::from_cents(5025))));
        assert_eq!("5%".parse(), Ok(Increase::Percent(5.0)));
        assert_eq!("2.5 %".parse(), Ok(Increase::Percent(2.5)));
        for wrong in ["", "five", "-1", "-1%", "NaN%", "inf%", "5%%"] {
            assert!(wrong.parse::<Increase>().unwrap_err().contains(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_increase_is_passed_above_it_and_not_at_it() {
        let both = |before, after| Both { before: Usd::from_cents(before), after: Usd::from_cents(after) };
        let passed = |text: &str, total| text.parse::<Increase>().unwrap().is_passed(total);
        // 105 instead of 100 dollars are 5 dollars, and 5 %.
        for (limit, before, after, is) in [
            ("5", 10_000, 10_500, false),
            ("4.99", 10_000, 10_500, true),
            ("5%", 10_000, 10_500, false),
            ("4.9%", 10_000, 10_500, true),
            ("0", 10_000, 9_000, false),
            ("5%", 0, 1, true),
            ("5%", 0, 0, false),
        ] {
            assert_eq!(passed(limit, both(before, after)), is, "{limit} from {before} to {after}");
        }
    }

    #[test]
    fn what_is_not_passed_but_incomplete_is_exit_code_4() {
        let total = Both { before: Usd::from_cents(100), after: Usd::from_cents(200) };
        let claims = (Claim::Whole, Claim::Whole);
        let all = Revisions { total, by_item: Vec::new(), by_cause: Vec::new(), unpriced: Vec::new(), claims };
        let priced = Bill::default();
        let part = Bill { unpriced: vec![bayplan_engine::catalogue::meter::Meter::AlbHour], ..Bill::default() };
        let code = |after: &Bill, most: &str| {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut to = Outlets { out: &mut out, err: &mut err, on_terminal: false };
            let code = exit_code(&all, &priced, after, most.parse().ok(), &mut to);
            assert_eq!(code == 0, err.is_empty());
            code
        };
        // One dollar more: the known part is enough to pass what is below it.
        assert_eq!([code(&priced, "0.5"), code(&part, "0.5"), code(&priced, "1"), code(&part, "1")], [3, 3, 0, 4]);
    }
}
