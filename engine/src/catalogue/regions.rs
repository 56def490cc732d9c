//! Regions and their zones.
//!
//! Source: `assets/catalogue/regions.csv`, whose provenance stands beside it.

use crate::catalogue::CatalogueError;
use crate::catalogue::table::Table;
use crate::names::{Region, Zone};

/// What is known of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionFacts {
    /// Its code: `us-east-1`.
    pub region: Region,
    /// Its name: `US East (N. Virginia)`.
    pub name: String,
    /// The zones a new account sees, in order: `us-east-1a`, …
    pub zones: Vec<Zone>,
}

/// All regions, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regions(Vec<RegionFacts>);

impl Regions {
    /// Reads `regions.csv`.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let mut table = Table::read("regions.csv", text)?;
        let [region, name, az_count] = table.columns(["region", "name", "az_count"])?;
        let mut regions = Vec::new();
        table.rows(|row| {
            let code = row.text(region);
            let letters = 'a'..='z';
            let zones = letters.take(row.value(az_count)?).map(|z| Zone::new(&format!("{code}{z}"))).collect();
            regions.push(RegionFacts { region: Region::new(code), name: row.text(name).to_owned(), zones });
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
