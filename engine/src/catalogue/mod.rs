//! What AWS publishes, for one region: instance types, prices, sizes, quotas; and what Bayplan assumes beside it.
//!
//! Text in, one value out: [`Catalogue::parse`] reads the tables it is given and nothing else. Nothing here
//! knows a drawing. Where the tables come from and when they were read stands in `assets/catalogue/PROVENANCE.md`.

pub mod fargate;
pub mod free_tier;
pub mod instance_types;
pub mod meter;
pub mod overlay;
pub mod prices;
pub mod quotas;
pub mod regions;
mod table;
pub mod timings;
pub mod usage_types;

use crate::names::Region;
use instance_types::{InstanceTypes, SpotAdvice};
use meter::Meter;
use prices::PriceBook;
use regions::{RegionFacts, Regions};
use usage_types::{BilledAs, UsageTypes};

/// What AWS publishes for one region.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The region it is for, and its zones.
    pub region: RegionFacts,
    /// All regions there are.
    pub regions: Regions,
    /// All EC2 instance types, offered in this region or not.
    pub types: InstanceTypes,
    /// What things cost in this region.
    pub prices: PriceBook,
    /// What AWS calls what it charges for here.
    pub usage_types: UsageTypes,
}

/// The tables a catalogue is read from.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    /// `regions.csv`.
    pub regions: &'a str,
    /// `instance_types.csv`.
    pub instance_types: &'a str,
    /// `sources.csv`.
    pub sources: &'a str,
    /// `services/all.csv`: prices that are the same everywhere.
    pub services_everywhere: &'a str,
    /// `services/REGION.csv`.
    pub services: &'a str,
    /// `ec2/REGION.csv`.
    pub ec2: &'a str,
    /// `spot/REGION.csv`.
    pub spot: &'a str,
    /// `usage_types.csv`.
    pub usage_types: &'a str,
    /// `usage_prefixes.csv`.
    pub usage_prefixes: &'a str,
}

/// Why no catalogue came out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// There is no such region.
    #[error("there is no region `{0}`")]
    UnknownRegion(String),
    /// A table does not read as it should.
    #[error("{table} line {line}: {problem}")]
    Table {
        /// Which table.
        table: &'static str,
        /// The line in it, the first being 1.
        line: u64,
        /// What is wrong there.
        problem: String,
    },
}

impl Catalogue {
    /// Reads the tables of one region.
    pub fn parse(region: &Region, texts: Texts<'_>) -> Result<Self, CatalogueError> {
        let regions = Regions::parse(texts.regions)?;
        let facts =
            regions.get(region).cloned().ok_or_else(|| CatalogueError::UnknownRegion(region.as_str().to_owned()))?;
        let types = InstanceTypes::parse(texts.instance_types, texts.spot)?;
        let prices = PriceBook::parse(&types, texts)?;
        let usage_types = UsageTypes::parse(region, texts.usage_types, texts.usage_prefixes)?;
        Ok(Self { region: facts, regions, types, prices, usage_types })
    }

    /// What the Spot Instance Advisor says of an instance on Spot, by its operating system; `None` for all else, and for
    /// types that it does not list.
    pub fn spot_advice(&self, meter: Meter) -> Option<SpotAdvice> {
        if let Meter::Ec2Spot(ix) = meter {
            self.types.spot_linux(ix)
        } else if let Meter::Ec2SpotWindows(ix) = meter {
            self.types.spot_windows(ix)
        } else {
            None
        }
    }

    /// AWS's word for a meter, with the instance type it is of: `EC2 Spot, Linux, m7g.large`.
    pub fn label(&self, meter: Meter) -> String {
        match meter.instance_type() {
            Some(ix) => format!("{}, {}", meter.label(), self.types[ix].name),
            None => meter.label().to_owned(),
        }
    }

    /// What AWS calls a meter in its price list and on its bills (rule USE-01). `to` is the region that bytes go to, of the
    /// meters of bytes to other regions.
    pub fn billed_as(&self, meter: Meter, to: Option<&Region>) -> Option<BilledAs> {
        self.usage_types.of(meter, &self.types, to)
    }
}
