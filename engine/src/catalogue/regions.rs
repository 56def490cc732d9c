//! Regions and their zones.
//!
//! Source: `assets/catalogue/regions.csv`, whose provenance stands beside it.

use crate::catalogue::CatalogueError;
use crate::catalogue::quotas::{self, Quota};
use crate::catalogue::table::Table;
use crate::names::{Region, Zone};

/// What is known of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionFacts {
    /// Its code: `us-east-1`.
    pub region: Region,
    /// Its name: `US East (N. Virginia)`.
    pub name: String,
    /// The zones a new account sees, in order: `us-east-1a`, …; not every region's run from a: Tokyo has a, c and d.
    pub zones: Vec<Zone>,
    /// Zones that some accounts see besides: letters differ by account.
    pub zones_of_some: Vec<Zone>,
}

/// How fast Fargate launches tasks in a region: rules RAT-01 and RAT-02.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FargateLaunch {
    /// Launches at once, of an account; on demand and Spot each have their own.
    pub burst: Quota,
    /// Launches a second after that.
    pub rate: Quota,
    /// Launches of one service a minute.
    pub service_rate: Quota,
}

/// Source: AWS General Reference, "Amazon ECS endpoints and quotas" (read 2026-10): lower launch rates in Regions opened
/// after 20 May 2025.
/// Assumption: these are the ones, for service launches too; the pages differ on which are newer.
const NEWER: [&str; 2] = ["ap-east-2", "ap-southeast-6"];

impl RegionFacts {
    /// Every zone that some account sees.
    pub fn all_zones(&self) -> impl Iterator<Item = &Zone> {
        self.zones.iter().chain(&self.zones_of_some)
    }

    /// How fast Fargate launches tasks here.
    pub fn fargate_launch(&self) -> FargateLaunch {
        if NEWER.contains(&self.region.as_str()) {
            FargateLaunch {
                burst: quotas::FARGATE_LAUNCH_BURST_NEW_REGION,
                rate: quotas::FARGATE_LAUNCH_RATE_NEW_REGION,
                service_rate: quotas::SERVICE_FARGATE_LAUNCH_RATE_NEW_REGION,
            }
        } else {
            FargateLaunch {
                burst: quotas::FARGATE_LAUNCH_BURST,
                rate: quotas::FARGATE_LAUNCH_RATE,
                service_rate: quotas::SERVICE_LAUNCH_RATE,
            }
        }
    }
}

/// All regions, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regions(Vec<RegionFacts>);

impl Regions {
    /// Reads `regions.csv`.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let mut table = Table::read("regions.csv", text)?;
        let [region, name, letters, of_some] =
            table.columns(["region", "name", "zone_letters", "zone_letters_of_some"])?;
        let mut regions = Vec::new();
        table.rows(|row| {
            let code = row.text(region);
            let zones = |column| -> Vec<Zone> {
                row.text(column).split_whitespace().map(|letter| Zone::new(&format!("{code}{letter}"))).collect()
            };
            regions.push(RegionFacts {
                region: Region::new(code),
                name: row.text(name).to_owned(),
                zones: zones(letters),
                zones_of_some: zones(of_some),
            });
            Ok(())
        })?;
        regions.sort_by(|a, b| a.region.cmp(&b.region));
        Ok(Self(regions))
    }

    /// One region.
    pub fn get(&self, region: &Region) -> Option<&RegionFacts> {
        self.0.binary_search_by(|facts| facts.region.cmp(region)).ok().map(|at| &self.0[at])
    }

    /// All of them, by code.
    pub fn iter(&self) -> impl Iterator<Item = &RegionFacts> {
        self.0.iter()
    }
}
