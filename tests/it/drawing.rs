//! The canvas as a file: well-formed SVG with every service in it, PNG of its size.

use std::collections::BTreeMap;

use bayplan::exports::{canvas_png, canvas_svg};
use bayplan::grid::picture::Drawing;
use bayplan_engine::design::ItemRef;
use bayplan_engine::design::id::{LoadId, ServiceId};
use bayplan_engine::presets::{self, PRESETS};
use bayplan_engine::units::Usd;

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
fn odd_names_and_prices_are_written_as_text() {
    let mut project = presets::find("small-api").unwrap().project();
    project.name = "<b> & \"two\"".to_owned();
    let (id, service) = project.design.services.pop_first().unwrap();
    let odd = ServiceId::new("a<b&c");
    project.design.services.insert(odd.clone(), service);
    let prices = BTreeMap::from([(ItemRef::Service(odd), Usd::from_cents(12_345))]);
    let svg = String::from_utf8(canvas_svg(&Drawing::of(&project, Some((&prices, Usd::from_cents(67_890)))))).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap_or_else(|why| panic!("{id}: {why}"));
    let texts: Vec<_> = document.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
    for said in ["<b> & \"two\"", "a<b&c", "$123.45"] {
        assert!(texts.iter().any(|text| text.trim() == said), "{said}: {texts:?}");
    }
    assert!(texts.iter().any(|text| text.contains("estimate $678.90 a month of 730 h")));
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
