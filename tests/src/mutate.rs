//! Files of every kind that Bayplan reads, spoiled by a seed, and everything that is done with one in a day.
//!
//! In: a seed. Out: which of our own files it took, the bytes it made of them, and whether anything that a reader must never
//! meet came of them: a panic, or a file that is not the same once it is written and read again. Refusing a file is right.
//! The same seed spoils the same file in the same way; nothing here looks at the clock.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::catalogue::overlay::PriceOverlay;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::inspect::inspect;
use bayplan_engine::evaluate::{Progress, estimate_outcome, prepare, prepare_estimate, simulate};
use bayplan_engine::exchange::FORMATS;
use bayplan_engine::exchange::sketch::sketch;
use bayplan_engine::names::Region;
use bayplan_engine::presets::PRESETS;
use bayplan_engine::report::table;
use bayplan_engine::simulation::Detail;
use bayplan_engine::units::{Span, Usd};
use fastrand::Rng;

use crate::tree;

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A design.
    Design,
    /// A document that is imported.
    Import,
    /// A price book in RON.
    PricesRon,
    /// A price book in CSV.
    PricesCsv,
}

/// One of our own files.
#[derive(Debug, Clone)]
pub struct File {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// Folders of files that are read, from the top of the project, each with what its files are.
const FOLDERS: &[(&str, Kind)] = &[
    ("tests/fixtures/designs/", Kind::Design),
    ("tests/fixtures/task-definitions/", Kind::Import),
    ("tests/fixtures/imports/", Kind::Import),
];

const PRICES_RON: &str = r#"(
    name: "Private rates 2026",
    as_of: "2026-09",
    discounts: [(of: "all", percent_off: "5"), (of: "nat_gateway", percent_off: "12.5")],
    prices: [(of: "ec2_linux/m7g.large", usd: "0.061"), (of: "alb/hour", usd: "0.02")],
)
"#;

const PRICES_CSV: &str = "of,percent_off,usd\nall,5,\nnat_gateway,12.5,\nec2_linux/m7g.large,,0.061\nalb/hour,,0.02\n\"sqs/standard_request\",,0.0000004\n";

const YAML: &str = "family: web
cpu: 512
memory: \"1024\"
networkMode: awsvpc
requiresCompatibilities: [FARGATE]
containerDefinitions:
- &app
  name: app
  image: public.ecr.aws/nginx/nginx:1.27
  essential: true
  portMappings: [{containerPort: 8080, protocol: tcp}]
  environment:
  - {name: MODE, value: live}
  - {name: EMPTY, value: ''}
  logConfiguration: {logDriver: awslogs, options: {awslogs-group: /web, awslogs-region: eu-west-1}}
";

/// All of them: presets, fixtures, price books.
pub fn files() -> Vec<File> {
    let file = |kind, name: &str, text: &str| File { kind, name: name.to_owned(), text: text.to_owned() };
    let mut all: Vec<_> = PRESETS.iter().map(|preset| file(Kind::Design, preset.name, preset.text)).collect();
    let ours = tree::text_files().expect("the project's own files can be read");
    for (folder, kind) in FOLDERS {
        let inside = ours.iter().filter(|found| found.path.starts_with(folder));
        all.extend(inside.map(|found| file(*kind, &found.path, &found.text)));
    }
    all.push(file(Kind::Import, "web.yaml", YAML));
    all.push(file(Kind::PricesRon, "prices.ron", PRICES_RON));
    all.push(file(Kind::PricesCsv, "prices.csv", PRICES_CSV));
    all
}

/// The file that a seed takes, and the bytes it makes of it.
pub fn spoiled(seed: u64, files: &[File]) -> (&File, Vec<u8>) {
    let mut chance = Rng::with_seed(seed);
    // Designs are read the most, and do the most.
    let wanted = match chance.u32(..10) {
        0..7 => Kind::Design,
        7 | 8 => Kind::Import,
        _ if chance.bool() => Kind::PricesRon,
        _ => Kind::PricesCsv,
    };
    let of_kind: Vec<_> = files.iter().filter(|file| file.kind == wanted).collect();
    let file = of_kind[chance.usize(..of_kind.len())];
    let mut bytes = file.text.clone().into_bytes();
    for _ in 0..chance.u32(1..4) {
        spoil(&mut bytes, &mut chance);
    }
    (file, bytes)
}

/// Figures at the edges of what machines count in, and what is no figure.
const FIGURES: &[&str] = &[
    "0",
    "1",
    "-1",
    "0.0001",
    "99999",
    "65535",
    "65536",
    "1000000",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "1000000000000",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "1e308",
    "NaN",
    "inf",
    "-9223372036854775808",
];

/// Texts that somebody has once written where a name was asked for.
const TEXTS: &[&str] =
    &["", " ", "\u{0}", "\u{202e}", "../../x", "\u{1b}[31m", "=1+1", "a b", "é", "FARGATE", "us-east-9z"];

fn spoil(bytes: &mut Vec<u8>, chance: &mut Rng) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let tokens = tokens(&text);
    if tokens.len() < 2 {
        return;
    }
    let figures: Vec<_> = tokens.iter().filter(|(from, _)| text.as_bytes()[*from].is_ascii_digit()).collect();
    let words: Vec<_> = tokens.iter().filter(|(from, _)| text.as_bytes()[*from].is_ascii_alphabetic()).collect();
    let any = |chance: &mut Rng| tokens[chance.usize(..tokens.len())];
    let put = |(from, to): (usize, usize), with: &str| [&text[..from], with, &text[to..]].concat().into_bytes();
    *bytes = match chance.u32(..20) {
        // Figures lead furthest: the file still reads.
        0..8 if !figures.is_empty() => {
            let figure = FIGURES[chance.usize(..FIGURES.len())];
            put(*figures[chance.usize(..figures.len())], figure)
        }
        8 if !figures.is_empty() => {
            let (from, to) = *figures[chance.usize(..figures.len())];
            put((from, to), &format!("{}{}", &text[from..to], "0".repeat(chance.usize(1..12))))
        }
        9 | 10 if words.len() > 1 => {
            let (from, to) = *words[chance.usize(..words.len())];
            put(*words[chance.usize(..words.len())], &text[from..to])
        }
        11 if !words.is_empty() => put(*words[chance.usize(..words.len())], TEXTS[chance.usize(..TEXTS.len())]),
        12 => put(any(chance), ""),
        13 => {
            let (from, to) = any(chance);
            put((to, to), &text[from..to])
        }
        14 => lines_moved(&text, chance),
        15 => {
            let (from, _) = any(chance);
            put((from, from), &["(", "[", "{", "{\"a\":", "Some(", "\"", "/*"][chance.usize(..7)].repeat(20_000))
        }
        16 => bytes[..chance.usize(..bytes.len())].to_vec(),
        _ => flipped(bytes, chance),
    };
}

/// A few lines deleted, doubled or put elsewhere.
fn lines_moved(text: &str, chance: &mut Rng) -> Vec<u8> {
    let mut lines: Vec<_> = text.lines().collect();
    let from = chance.usize(..lines.len());
    let to = (from + chance.usize(1..6)).min(lines.len());
    let some: Vec<_> = lines[from..to].to_vec();
    if chance.bool() {
        lines.drain(from..to);
    }
    if chance.bool() {
        let at = chance.usize(..=lines.len());
        lines.splice(at..at, some);
    }
    lines.join("\n").into_bytes()
}

/// Some bytes changed, among them halves of characters.
fn flipped(bytes: &[u8], chance: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..chance.u32(1..4) {
        let at = chance.usize(..bytes.len());
        match chance.u32(..3) {
            0 => bytes[at] ^= 1 << chance.u32(..8),
            1 => bytes[at] = chance.u8(..),
            _ => bytes.insert(at, [0xc3, 0xe2, 0xf0, 0xff, 0x00][chance.usize(..5)]),
        }
    }
    bytes
}

/// Where words, figures and signs begin and end; blanks are none. A figure inside a text is one too.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let kind = |c: char| match c {
        '0'..='9' => 0,
        c if c.is_alphabetic() || c == '_' => 1,
        c if c.is_whitespace() => 2,
        _ => 3,
    };
    let mut all: Vec<(usize, usize)> = Vec::new();
    let mut before = 2;
    for (at, c) in text.char_indices() {
        let (this, end) = (kind(c), at + c.len_utf8());
        match all.last_mut() {
            Some(last) if this == before && this < 2 => last.1 = end,
            _ if this == 2 => {}
            _ => all.push((at, end)),
        }
        before = this;
    }
    all
}

/// How long a spoiled design is played: long enough for a peak and a fault.
const PLAYED: Span = Span::from_hours(3);

thread_local! {
    static CATALOGUES: RefCell<BTreeMap<Region, Option<Catalogue>>> = const { RefCell::new(BTreeMap::new()) };
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps what panics say for [`tried`] instead of printing it. Of the whole program: call it once.
pub fn listen_to_panics() {
    panic::set_hook(Box::new(|info| {
        let said = info.to_string();
        let _ = PANIC.try_with(|kept| kept.replace(Some(said)));
    }));
}

/// Does everything with a spoiled file that is done with one in a day; says what must never happen.
pub fn tried(kind: Kind, bytes: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    let done = panic::catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Design => Project::read(text).map_or(Ok(()), |project| with_project(&project)),
        Kind::Import => imported(text),
        Kind::PricesRon => PriceOverlay::from_ron(text).map_or(Ok(()), |overlay| laid(&overlay)),
        Kind::PricesCsv => PriceOverlay::from_csv("prices", text).map_or(Ok(()), |overlay| laid(&overlay)),
    }));
    done.unwrap_or_else(|_| Err(PANIC.with(RefCell::take).unwrap_or_else(|| "a panic".to_owned())))
}

/// The catalogue of a region, read once; `None` where there is no such region.
fn with_catalogue(region: &Region, work: impl FnOnce(&Catalogue) -> Result<(), String>) -> Result<(), String> {
    CATALOGUES.with_borrow_mut(|known| {
        let found = known.entry(region.clone()).or_insert_with(|| Catalogue::load(region).ok());
        found.as_ref().map_or(Ok(()), work)
    })
}

fn with_project(project: &Project) -> Result<(), String> {
    match Project::read(&project.write()) {
        Ok(again) if again == *project => {}
        Ok(_) => return Err("written and read again it is another design".to_owned()),
        Err(error) => return Err(format!("what was written does not read: {error}")),
    }
    with_catalogue(&project.design.region, |catalogue| {
        inspect(project, catalogue);
        let scenarios = project.scenarios.keys().map(Some).take(4);
        std::iter::once(None).chain(scenarios).for_each(|scenario| played(project, scenario, catalogue));
        Ok(())
    })
}

fn played(project: &Project, scenario: Option<&ScenarioId>, catalogue: &Catalogue) {
    // An estimate takes a little more than a run: errors that touch no quantity do not withhold it.
    let Ok(prepared) = prepare_estimate(project, scenario, catalogue) else { return };
    let outcome = estimate_outcome(&prepared, catalogue, Span::MONTH);
    let sum: Usd = outcome.bill.lines.iter().filter_map(|line| line.cost).sum();
    assert_eq!(sum, outcome.bill.total, "the lines of a bill sum to its total");
    table::bill(&outcome.bill, catalogue).text();
    if let Ok(prepared) = prepare(project, scenario, catalogue) {
        simulate(&prepared, catalogue, PLAYED, 1, Detail::Totals, &Progress::default()).ok();
    }
}

fn imported(text: &str) -> Result<(), String> {
    for format in FORMATS {
        let Ok(imported) = (format.read)(text, "spoiled") else { continue };
        let mut project = None;
        with_catalogue(&Region::new("us-east-1"), |catalogue| {
            project = Some(sketch("spoiled", &[imported], catalogue));
            Ok(())
        })?;
        let Some(Ok(project)) = project else { continue };
        with_project(&project)?;
        (format.write)(&project);
    }
    Ok(())
}

fn laid(overlay: &PriceOverlay) -> Result<(), String> {
    with_catalogue(&Region::new("us-east-1"), |catalogue| {
        let Ok(catalogue) = catalogue.with_prices(overlay) else { return Ok(()) };
        bayplan_engine::report::prices::rows(&catalogue, &[]);
        played(&PRESETS[0].project(), None, &catalogue);
        Ok(())
    })
}
