//! Designs of many services: they are legal, compared, and drawn without a month of minutes.

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::checks::Severity;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::compare::{CompareOptions, compare};
use bayplan_engine::evaluate::families::Family;
use bayplan_engine::evaluate::{Progress, prepare};
use bayplan_engine::units::Span;
use bayplan_tests::thousand::design;

use crate::headless::{bayplan, folder, write};

#[test]
fn a_design_of_many_services_has_no_error() {
    for count in [1, 60, 1000] {
        let project = Project::read(&design(count)).unwrap();
        assert_eq!(project.design.services.len(), count);
        let catalogue = Catalogue::load(&project.design.region).unwrap();
        let ready = prepare(&project, None, &catalogue).unwrap_or_else(|refused| panic!("{count}: {refused}"));
        assert!(ready.findings.iter().all(|found| found.severity != Severity::Error));
    }
}

#[test]
fn of_many_services_the_canvas_alone_is_exported_and_that_is_said() {
    let folder = folder();
    let file = write(&folder, "many.ron", &design(60));
    let out = folder.path().join("out");
    let done = bayplan(&["export", &file, "--format", "svg", "--out", out.to_str().unwrap()]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        done.err.contains("up to 50 services") && done.err.contains("simulate DESIGN --charts DIR"),
        "{}",
        done.err
    );
    let names: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["canvas.svg"]);
}

#[test]
fn many_services_move_together_and_are_told_together() {
    let project = Project::read(&design(60)).unwrap();
    let catalogue = Catalogue::load(&project.design.region).unwrap();
    let options = CompareOptions { seeds: vec![1], window: Span::from_hours(2), types: 1, ..CompareOptions::usual() };
    let all = compare(&project, &catalogue, Family::Capacity, &options, &Progress::default()).unwrap();
    let arm = all.alternatives.iter().find(|of| of.name == "Fargate, ARM").unwrap();
    let said = "images of service-0000, service-0001, service-0002 and 57 more must exist for ARM64";
    assert!(arm.notes.iter().any(|note| note.starts_with(said)), "{:?}", arm.notes);
    assert!(all.pick.is_some() && all.safe.is_some(), "{}", all.advice());
}
