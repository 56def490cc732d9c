//! The canvas as a file: well-formed SVG with every service in it, PNG of its size.

use bayplan::analysis::Analysis;
use bayplan::exports::{canvas_png, canvas_svg};
use bayplan::grid::Pick;
use bayplan::grid::picture::Drawing;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::id::{LoadId, ServiceId};
use bayplan_engine::design::load::{Load, Shape};
use bayplan_engine::presets::{self, PRESETS};
use bayplan_engine::units::{Bytes, MilliPerSecond};

#[test]
fn every_preset_is_drawn_with_all_its_services() {
    for preset in PRESETS {
        let project = preset.project();
        let svg = String::from_utf8(canvas_svg(&Drawing::of(&project, None))).unwrap();
        let document = roxmltree::Document::parse(&svg).expect("well formed");
        let texts: Vec<_> = document.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
        for name in project.design.services.keys() {
            assert!(texts.iter().any(|text| text.trim() == name.as_str()), "{}: {name} is missing", preset.name);
        }
        assert!(texts.iter().any(|text| text.contains("not priced")), "{}", preset.name);
        if let Some(folder) = std::env::var_os("PICTURES") {
            std::fs::write(std::path::Path::new(&folder).join(format!("canvas-{}.svg", preset.name)), svg).unwrap();
        }
    }
}

#[test]
fn odd_names_are_written_as_text() {
    let mut project = presets::find("small-api").unwrap().project();
    project.name = "<b> & \"two\"".to_owned();
    let (id, service) = project.design.services.pop_first().unwrap();
    project.design.services.insert(ServiceId::new("a<b&c"), service);
    let svg = String::from_utf8(canvas_svg(&Drawing::of(&project, None))).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap_or_else(|why| panic!("{id}: {why}"));
    let texts: Vec<_> = document.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
    for said in ["<b> & \"two\"", "a<b&c"] {
        assert!(texts.iter().any(|text| text.trim() == said), "{said}: {texts:?}");
    }
}

#[test]
fn a_picture_is_two_pixels_to_the_point_and_never_too_large() {
    let project = presets::find("three-tier-web").unwrap().project();
    let drawing = Drawing::of(&project, None);
    let (width, height) = drawing.size();
    let png = canvas_png(&drawing).unwrap();
    let picture = image::load_from_memory(&png).unwrap();
    assert_eq!((picture.width(), picture.height()), (u32::from(width) * 2, u32::from(height) * 2));
    let mut many = project;
    let load = many.design.loads.values().next().unwrap().clone();
    for number in 0..200 {
        many.design.loads.insert(LoadId::new(&format!("load-{number}")), load.clone());
    }
    // 200 cards of 62 points in one margin are 12,400 points high at their own size.
    let (width, height) = Drawing::of(&many, None).size();
    assert!(height < 4000 && width < 4000, "{width} × {height}");
}

#[test]
fn lines_say_how_much_flows_along_them_and_what_it_costs() {
    let mut project = presets::find("three-tier-web").unwrap().project();
    let Some(Load::Requests(load)) = project.design.loads.get_mut(&LoadId::new("visitors")) else {
        panic!("the preset has a load of requests")
    };
    load.shape = Shape::constant(MilliPerSecond::from_whole(100));
    (load.request_bytes, load.response_bytes) = (Bytes::from_bytes(1000), Bytes::from_bytes(9000));
    let catalogue = Catalogue::load(&project.design.region).unwrap();
    let analysis = Analysis::of(&project, None, Ok(&catalogue), Analysis::default());
    let line = |from: &str, to: &str| {
        let named = |pick: &Pick, name: &str| pick.item().is_some_and(|at| at.to_string() == name);
        analysis.lines.iter().find(|l| named(&l.from, from) && named(&l.to, to)).expect("it is drawn")
    };
    // 100 requests a second of 10,000 bytes both ways; web asks api once for each, 4,500 bytes; api asks orders, 2,200.
    for (from, to, bytes) in [
        ("load visitors", "load balancer front", 1_000_000.0),
        ("load balancer front", "service web", 1_000_000.0),
        ("service web", "load balancer inner", 450_000.0),
        ("load balancer inner", "service api", 450_000.0),
        ("service api", "outside system orders", 220_000.0),
    ] {
        let flow = line(from, to).flow.unwrap_or_else(|| panic!("{from} to {to}"));
        assert!((flow.rate - 100.0).abs() < 1e-6 && (flow.bytes_a_second - bytes).abs() < 1e-3, "{from} {to} {flow:?}");
    }
    // Answers of 9,000 bytes × 100 × 2,628,000 s are 2,365.2 GB; 100 GB are free and the rest costs $0.09.
    let said = &line("load visitors", "load balancer front").said;
    assert!(said.contains("100 a second on average · 1.0 MB/s"), "{said}");
    assert!(said.contains("$203.87 a month"), "{said}");
}
