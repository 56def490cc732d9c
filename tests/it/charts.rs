//! Charts as people get them: SVG as snapshots, PNG decoded. With `PICTURES=folder` the pictures are written there too.

use bayplan::charts::{png, svg};
use bayplan_engine::report::chart::{
    BandRow, Bands, Bars, Body, Change, Chart, Curve, Curves, Dot, EventKind, EventMark, Excess, Ink, Join, Layer,
    Lines, Reference, Series, Stack, Stripe, Stroke, TimeAxis, TimeLabels, Total, Unit, ValueAxis, Waterfall,
};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

fn chart(title: &str, note: &str, legend: bool, body: Body) -> Chart {
    Chart { title: title.into(), note: note.into(), legend, body }
}

fn axis(to_ms: u64, labels: TimeLabels) -> TimeAxis {
    // 20,758 days after 1970-01-01 is Sunday, 1 November 2026.
    TimeAxis { start_ms: 20_758 * 86_400_000, from_ms: 0, to_ms, labels }
}

/// A day of one service: a hill at noon, a steep evening peak that is served too late, a Spot wave.
pub fn lines() -> Chart {
    let wanted = [
        (0, 9.0),
        (6, 9.0),
        (9, 16.0),
        (12, 20.0),
        (15, 15.0),
        (17, 11.0),
        (18, 22.0),
        (19, 24.0),
        (20, 12.0),
        (24, 9.0),
    ];
    let running =
        [(0, 12.0), (7, 13.0), (9, 18.0), (12, 23.0), (16, 20.0), (18, 16.0), (19, 25.0), (20, 17.0), (24, 13.0)];
    let series = |name: &str, ink, stroke, join, filled, points: &[(u64, f64)]| Series {
        name: name.into(),
        ink,
        stroke,
        join,
        filled,
        points: points.iter().map(|&(hour, value)| (hour * HOUR, value)).collect(),
    };
    let mark = |hour: u64, minute: u64, name: &str, kind| EventMark {
        at_ms: hour * HOUR + minute * 60_000,
        name: name.into(),
        kind,
    };
    let body = Lines {
        time: axis(DAY, TimeLabels::Weekdays),
        value: ValueAxis::from_zero("Tasks", Unit::Count),
        series: vec![
            series("running", Ink::Slot(1), Stroke::Solid, Join::Step, true, &running),
            series("wanted by demand", Ink::Text, Stroke::Dashed, Join::Slope, false, &wanted),
        ],
        excess: Some(Excess { name: "over capacity".into(), above: 1, below: 0 }),
        marks: vec![
            mark(3, 5, "deployment of api", EventKind::Deployment),
            mark(8, 36, "scaled out by cpu-70", EventKind::Scaling),
            mark(18, 5, "scaled out by cpu-70", EventKind::Scaling),
            mark(19, 36, "Spot wave in us-east-1c", EventKind::Fault),
            mark(19, 43, "a task was not placed", EventKind::Placement),
            mark(20, 50, "task replaced", EventKind::Replacement),
        ],
    };
    chart("Tasks of api", "Sunday · simulated, seed 1", true, Body::Lines(body))
}

/// A week of hourly costs of nine services, of which the last three have repeated colours.
pub fn stack() -> Chart {
    let names = ["web", "api", "worker", "search", "thumbnails", "checkout", "pricing", "inventory", "back office"];
    let times_ms: Vec<u64> = (0..=7 * 24).map(|hour| hour * HOUR).collect();
    let layer = |(slot, name): (u16, &&str)| {
        let size = 1.0 + f64::from(slot * 7 % 5) * 0.8;
        let values = times_ms.iter().map(|at| {
            let of_day = (at / HOUR % 24) as f64;
            let weekend = if matches!(at / DAY % 7, 0 | 6) { 0.7 } else { 1.0 };
            size * weekend * (1.0 + 0.5 * (1.0 - ((of_day - 13.0).abs() / 12.0)))
        });
        Layer { name: (*name).into(), ink: Ink::Slot(slot), values: values.collect() }
    };
    let body = Stack {
        time: axis(7 * DAY, TimeLabels::Dates),
        value: ValueAxis::from_zero("Cost", Unit::UsdPerHour),
        join: Join::Step,
        times_ms: times_ms.clone(),
        layers: (0..).zip(&names).map(layer).collect(),
        marks: vec![EventMark {
            at_ms: 4 * DAY + 5 * HOUR,
            name: "zone us-east-1a lost".into(),
            kind: EventKind::Fault,
        }],
    };
    chart("Cost over time by service", "a week · simulated, seed 1", true, Body::Stack(body))
}

pub fn bands() -> Chart {
    let row = |name: &str, low_mid_high, ink, remark: &str| BandRow {
        name: name.into(),
        ink,
        low_mid_high,
        remark: remark.into(),
    };
    let body = Bands {
        value: ValueAxis::from_zero("", Unit::Usd),
        rows: vec![
            row("Fargate x86", (2510.0, 2533.0, 2556.0), Ink::Baseline, "as drawn"),
            row("Fargate ARM", (2071.0, 2071.0, 2071.0), Ink::Accent, "image must be multi-arch"),
            row("Fargate + Spot 1:3", (1310.0, 1388.0, 1502.0), Ink::Accent, "no fallback from Spot"),
            row("EC2 m7g.2xlarge", (1460.0, 1476.0, 1490.0), Ink::Accent, ""),
            row("EC2 Spot, 4 types", (730.0, 792.0, 1004.0), Ink::Accent, "31,480 requests lost"),
            row("Managed Instances", (1577.0, 1604.0, 1630.0), Ink::Good, "fee $168 of it"),
        ],
        reference: Some(Reference { name: "baseline".into(), at: 2533.0 }),
    };
    chart("Cost a month by capacity", "low, mid, high of 20 seeds", false, Body::Bands(body))
}

pub fn waterfall() -> Chart {
    let change = |name: &str, delta| Change { name: name.into(), delta };
    let body = Waterfall {
        value: ValueAxis::from_zero("", Unit::Usd),
        from: Total { name: "Fargate x86".into(), value: 2533.0 },
        causes: vec![
            change("compute", -1046.0),
            change("Managed Instances fee", 168.0),
            change("idle until drained", 61.0),
            change("EBS roots", 34.0),
            change("NAT and image pulls", -88.0),
            change("cross-zone", -29.0),
            change("logs", -29.0),
        ],
        to: Total { name: "Managed Instances".into(), value: 1604.0 },
    };
    chart("Why Managed Instances cost $929 less", "same work, same month", false, Body::Waterfall(body))
}

pub fn curves() -> Chart {
    let at = |packing: u32, f: &dyn Fn(f64) -> f64| (f64::from(packing), f(f64::from(packing) / 100.0));
    let curve = |name: &str, slot, stroke, from: u32, f: &dyn Fn(f64) -> f64| Curve {
        name: name.into(),
        ink: Ink::Slot(slot),
        stroke,
        points: (from..=100).step_by(2).map(|packing| at(packing, f)).collect(),
    };
    let body = Curves {
        x: ValueAxis {
            title: "Packing of the instances".into(),
            unit: Unit::Percent,
            least: Some(30.0),
            most: Some(100.0),
        },
        y: ValueAxis::from_zero("", Unit::Usd),
        curves: vec![
            curve("Fargate x86", 0, Stroke::Solid, 30, &|_| 2533.0),
            curve("Fargate ARM", 5, Stroke::Solid, 30, &|_| 2071.0),
            curve("Managed Instances", 2, Stroke::Solid, 36, &|p| 1160.0 / p + 240.0),
            curve("EC2 on demand", 1, Stroke::Solid, 32, &|p| 1010.0 / p + 290.0),
            curve("EC2 Spot", 4, Stroke::Dashed, 30, &|p| 330.0 / p + 400.0),
        ],
        dots: vec![
            Dot { name: "simulated".into(), ink: Ink::Accent, at: (86.0, 1604.0) },
            Dot { name: "break-even".into(), ink: Ink::Text, at: (63.3, 2071.0) },
        ],
        stripe: Some(Stripe { name: "simulated packing".into(), from: 79.0, to: 89.0 }),
    };
    chart("Break-even by packing", "same work, same month", false, Body::Curves(body))
}

pub fn bars() -> Chart {
    let day = |day: u64| (day * DAY, if matches!(day % 7, 5 | 6) { 5.9 } else { 1.1 + (day % 4) as f64 * 0.2 });
    let body = Bars {
        time: axis(30 * DAY, TimeLabels::Dates),
        value: ValueAxis::from_zero("", Unit::Usd),
        ink: Ink::Accent,
        width_ms: DAY,
        bars: (0..30).map(day).collect(),
    };
    chart("Tasks above the base count", "$83.20, started by policy cpu-70", false, Body::Bars(body))
}

/// One chart of each family, and how large it is drawn.
fn families() -> [(&'static str, Chart, (u16, u16)); 6] {
    [
        ("lines", lines(), (900, 300)),
        ("stack", stack(), (900, 360)),
        ("bands", bands(), (900, 280)),
        ("waterfall", waterfall(), (680, 420)),
        ("curves", curves(), (680, 420)),
        ("bars", bars(), (440, 220)),
    ]
}

fn nothing() -> Vec<Chart> {
    let emptied = |mut chart: Chart| {
        match &mut chart.body {
            Body::Lines(body) => body.series.clear(),
            Body::Stack(body) => body.layers.clear(),
            Body::Bands(body) => body.rows.clear(),
            Body::Waterfall(body) => {
                body.causes.clear();
                (body.from.value, body.to.value) = (0.0, 0.0);
            }
            Body::Curves(body) => {
                body.curves.clear();
                body.dots.clear();
            }
            Body::Bars(body) => body.bars.clear(),
        }
        chart
    };
    families().map(|(_, chart, _)| emptied(chart)).into()
}

/// The words of an SVG, in drawing order.
fn words(text: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(text).expect("well formed");
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect()
}

#[test]
fn each_family_has_its_svg() {
    for (name, chart, size) in families() {
        insta::assert_snapshot!(format!("chart_{name}"), svg::to_svg(&chart, size, false));
    }
}

#[test]
fn an_svg_says_what_it_shows_to_who_cannot_see_it() {
    for (name, chart, size) in families() {
        let text = svg::to_svg(&chart, size, true);
        let document = roxmltree::Document::parse(&text).expect("well formed");
        let said = |tag| document.descendants().find(|node| node.has_tag_name(tag)).and_then(|node| node.text());
        assert_eq!(said("title"), Some(chart.title.as_str()), "{name}");
        assert_eq!(said("desc"), Some(chart.summary().as_str()), "{name}");
    }
}

#[test]
fn names_cannot_break_an_svg() {
    let mut chart = bands();
    chart.title = "R&D <prod> \u{1}\"x\"".into();
    if let Body::Bands(body) = &mut chart.body {
        body.rows[0].name = "a<b>&\"c\"".into();
    }
    let text = svg::to_svg(&chart, (600, 300), false);
    assert!(words(&text).iter().any(|word| word == "a<b>&\"c\""));
}

#[test]
fn an_empty_chart_says_so() {
    for chart in nothing() {
        let text = svg::to_svg(&chart, (600, 300), false);
        assert!(words(&text).contains(&"nothing to show".to_owned()), "{}", chart.title);
    }
}

#[test]
fn figures_that_are_no_numbers_and_tiny_sizes_do_no_harm() {
    for (_, mut chart, _) in families() {
        for size in [(1, 1), (40, 20), (120, 70), (240, 120), (2000, 60)] {
            roxmltree::Document::parse(&svg::to_svg(&chart, size, false)).expect("well formed");
        }
        match &mut chart.body {
            Body::Lines(body) => body.series[0].points[3].1 = f64::NAN,
            Body::Stack(body) => body.layers[0].values[3] = f64::INFINITY,
            Body::Bands(body) => body.rows[1].low_mid_high.1 = f64::NAN,
            Body::Waterfall(body) => body.causes[0].delta = f64::NAN,
            Body::Curves(body) => body.curves[2].points[3].1 = f64::NAN,
            Body::Bars(body) => body.bars[3].1 = f64::NEG_INFINITY,
        }
        let text = svg::to_svg(&chart, (600, 300), false);
        let drawn = text.split_once("</desc>").expect("it has a description").1;
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{}", chart.title);
    }
}

/// No two words of a chart may lie on each other, at any size where words are drawn at all.
#[test]
fn words_do_not_overlap() {
    for (name, chart, _) in families() {
        for size in [(320, 200), (480, 300), (680, 420), (1200, 500)] {
            let text = svg::to_svg(&chart, size, false);
            let document = roxmltree::Document::parse(&text).expect("well formed");
            let boxes: Vec<_> =
                document.descendants().filter(|node| node.has_tag_name("text")).map(|node| extent(&node)).collect();
            for (number, (word, left, right, middle)) in boxes.iter().enumerate() {
                assert!(
                    *left >= -1.0 && *right <= f32::from(size.0) + 1.0,
                    "{name} {size:?}: {word:?} leaves the picture"
                );
                for (other, l, r, m) in &boxes[..number] {
                    let apart = right <= l || r <= left || (middle - m).abs() > 8.0;
                    assert!(apart, "{name} {size:?}: {word:?} lies on {other:?}");
                }
            }
        }
    }
}

/// A text's words, left, right and middle in points, from its attributes and our own measure.
fn extent(node: &roxmltree::Node<'_, '_>) -> (String, f32, f32, f32) {
    let number = |name: &str| node.attribute(name).and_then(|text| text.parse::<f32>().ok()).expect("a number") / 4.0;
    let word = node.text().unwrap_or_default().trim().to_owned();
    let strong = node.attribute("font-weight") == Some("bold");
    let width = bayplan::charts::text::Type { size: number("font-size"), strong }.width(&word);
    let left = match node.attribute("text-anchor") {
        Some("middle") => number("x") - width / 2.0,
        Some("end") => number("x") - width,
        _ => number("x"),
    };
    (word, left, left + width, number("y"))
}

#[test]
fn a_png_decodes_at_its_size() {
    let folder = std::env::var_os("PICTURES").map(std::path::PathBuf::from);
    for (name, chart, large) in families() {
        for dark in [false, true] {
            let (width, height) = if folder.is_some() { large } else { (240, 150) };
            let file = png::to_png(&chart, (width, height), 1, dark).expect("it is small enough");
            let picture = image::load_from_memory(&file).expect("a PNG").to_rgb8();
            assert_eq!(picture.dimensions(), (u32::from(width), u32::from(height)));
            let surface = if dark { [0x15, 0x1D, 0x2B] } else { [0xFF; 3] }; // the panel's token
            for corner in [(0, 0), (u32::from(width) - 1, u32::from(height) - 1)] {
                assert_eq!(picture.get_pixel(corner.0, corner.1).0, surface);
            }
            let drawn = picture.pixels().filter(|pixel| pixel.0 != surface).count();
            assert!(drawn > 1000, "{name} has {drawn} pixels that are not its ground");
            if let Some(folder) = &folder {
                let to = |ending: &str| folder.join(format!("{name}-{}.{ending}", if dark { "dark" } else { "light" }));
                std::fs::write(to("png"), &file).expect("the folder exists");
                for (width, height) in [(300, 170), (260, 80)] {
                    let small = png::to_png(&chart, (width, height), 2, dark).expect("it is small enough");
                    std::fs::write(to(&format!("{height}.png")), small).expect("the folder exists");
                }
                std::fs::write(to("svg"), svg::to_svg(&chart, large, dark)).expect("the folder exists");
            }
        }
    }
    let refused = png::to_png(&bars(), (5000, 100), 2, false).expect_err("10,000 pixels wide");
    assert!(refused.to_string().contains("10000 × 200"), "{refused}");
}
