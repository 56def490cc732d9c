//! What a user starts from: whole designs, the course of loads, scripts of faults — the one file that names `presets/`.
//!
//! In: a name. Out: the value its file holds. The files are carried in the program and are in the form of project
//! files; `presets/README.md` says how each was made and where its figures come from. Adding one is a file and a row.
//! Nothing here checks, prices or runs a design.

use serde::{Deserialize, Serialize};

use crate::design::fault::Fault;
use crate::design::load::{Series, Shape};
use crate::design::project::{self, Project};
use crate::units::MilliPerSecond;

/// A design to start from.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its title on a card.
    pub title: &'static str,
    /// The project file.
    pub text: &'static str,
}

/// All designs, as the start screen shows them.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "three-tier-web",
        title: "Three-tier web",
        text: include_str!("../../presets/designs/three-tier-web.ron"),
    },
    Preset {
        name: "queue-workers",
        title: "Queue workers on Spot",
        text: include_str!("../../presets/designs/queue-workers.ron"),
    },
    Preset {
        name: "gpu-inference",
        title: "GPU inference on Managed Instances",
        text: include_str!("../../presets/designs/gpu-inference.ron"),
    },
    Preset {
        name: "small-api",
        title: "Small API behind API Gateway",
        text: include_str!("../../presets/designs/small-api.ron"),
    },
];

/// The design of a name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// The project it holds.
    pub fn project(&self) -> Project {
        Project::read(self.text).expect("a test reads every preset")
    }
}

/// The course of a load to start from.
#[derive(Debug, Clone, Copy)]
pub struct LoadPreset {
    /// Its name.
    pub name: &'static str,
    /// Its title in a list.
    pub title: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// All courses of loads, as a load's inspector lists them.
pub const LOADS: &[LoadPreset] = &[
    LoadPreset {
        name: "public-site",
        title: "Visitors of a public site, by working hours",
        text: include_str!("../../presets/loads/public-site.ron"),
    },
    LoadPreset {
        name: "match-day",
        title: "Two matches in one day",
        text: include_str!("../../presets/loads/match-day.ron"),
    },
    LoadPreset {
        name: "tournament",
        title: "Five weeks of a tournament",
        text: include_str!("../../presets/loads/tournament.ron"),
    },
    LoadPreset {
        name: "load-balancer",
        title: "A small, restless load balancer",
        text: include_str!("../../presets/loads/load-balancer.ron"),
    },
];

/// The course of a load, as its file holds it: 100 requests a second on average.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadProfile {
    /// The trace it was computed from.
    pub source: String,
    /// How it goes over time.
    pub shape: Shape,
}

impl LoadPreset {
    /// The course it holds.
    pub fn profile(&self) -> LoadProfile {
        project::read(self.text).expect("a test reads every load")
    }
}

impl LoadProfile {
    /// The same course with another average rate; each rate is rounded down to a thousandth a second.
    pub fn at_mean(&self, mean: MilliPerSecond) -> Shape {
        let mut shape = self.shape.clone();
        let scale = |rate: &mut MilliPerSecond| {
            let milli = u128::from(rate.milli()) * u128::from(mean.milli()) / 100_000;
            *rate = MilliPerSecond::from_milli(u64::try_from(milli).unwrap_or(u64::MAX));
        };
        match &mut shape.series {
            Series::Constant(rate) => scale(rate),
            Series::Daily { hourly, .. } => hourly.iter_mut().for_each(scale),
            Series::Samples { values, .. } => values.iter_mut().for_each(scale),
        }
        shape
    }
}

/// A script of faults to start from.
#[derive(Debug, Clone, Copy)]
pub struct FaultPreset {
    /// Its name.
    pub name: &'static str,
    /// Its title in a list.
    pub title: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// All scripts of faults, as a scenario's list offers them.
pub const FAULTS: &[FaultPreset] = &[
    FaultPreset {
        name: "zone-loss-at-peak",
        title: "A zone is lost at the peak",
        text: include_str!("../../presets/faults/zone-loss-at-peak.ron"),
    },
    FaultPreset {
        name: "spot-wave",
        title: "Spot takes 40 % back",
        text: include_str!("../../presets/faults/spot-wave.ron"),
    },
    FaultPreset {
        name: "spot-drought",
        title: "No Spot for two hours",
        text: include_str!("../../presets/faults/spot-drought.ron"),
    },
    FaultPreset {
        name: "task-failures",
        title: "Half of the tasks fail",
        text: include_str!("../../presets/faults/task-failures.ron"),
    },
];

/// A script of faults, as its file holds it. It names zones, providers and services of a preset: whoever takes it over
/// into a design of other names changes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultScript {
    /// What happens.
    pub description: String,
    /// The faults, by time.
    pub faults: Vec<Fault>,
}

impl FaultPreset {
    /// The script it holds.
    pub fn script(&self) -> FaultScript {
        project::read(self.text).expect("a test reads every script")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::taught::taught;

    #[test]
    fn every_file_is_written_as_the_program_writes_it() {
        for preset in PRESETS {
            assert_eq!(preset.project().write(), preset.text, "{}", preset.name);
            let taught = taught(&preset.project());
            assert_eq!(Project::read(&taught), Ok(preset.project()), "{}:\n{taught}", preset.name);
            for line in ["// Services.", "// `deregistration_delay.timeout_seconds`", "// `desiredCount`"] {
                assert!(taught.contains(line) || preset.name != "three-tier-web", "{line}:\n{taught}");
            }
        }
        for load in LOADS {
            assert_eq!(project::write(&load.profile()), load.text, "{}", load.name);
        }
        for fault in FAULTS {
            assert_eq!(project::write(&fault.script()), fault.text, "{}", fault.name);
        }
    }

    #[test]
    fn names_and_titles_are_found_and_stand_once() {
        let names = [
            PRESETS.iter().map(|p| (p.name, p.title)).collect::<Vec<_>>(),
            LOADS.iter().map(|p| (p.name, p.title)).collect(),
            FAULTS.iter().map(|p| (p.name, p.title)).collect(),
        ];
        for of_kind in names {
            let mut once = of_kind.clone();
            once.sort_unstable();
            once.dedup_by_key(|(name, _)| *name);
            assert_eq!(once.len(), of_kind.len(), "{of_kind:?}");
        }
        assert_eq!(find("small-api").map(|p| p.title), Some("Small API behind API Gateway"));
        assert!(find("small").is_none());
        for preset in PRESETS {
            assert_eq!(preset.project().name, preset.title, "{}", preset.name);
        }
    }

    #[test]
    fn a_course_is_scaled_to_its_average_rate() {
        let course = LOADS.iter().find(|l| l.name == "public-site").unwrap().profile();
        let hourly = |shape: &Shape| match &shape.series {
            Series::Daily { hourly, .. } => hourly.clone(),
            Series::Constant(_) | Series::Samples { .. } => Vec::new(),
        };
        // 83.2 at a mean of 100 is 0.832 at a mean of 1 and 1,664 at a mean of 2,000.
        let one = course.at_mean(MilliPerSecond::from_whole(1));
        assert_eq!(hourly(&one)[0], MilliPerSecond::from_milli(832));
        assert_eq!(hourly(&course.at_mean(MilliPerSecond::from_whole(2000)))[0], MilliPerSecond::from_whole(1664));
        assert_eq!(one.noise, course.shape.noise);
    }
}
