//! What AWS calls each meter in its price list and on its bills: service code, usage type, operation, unit (rule USE-01).
//!
//! Source: `assets/catalogue/usage_types.csv` and `usage_prefixes.csv`, whose provenance stands beside them. A name that no
//! source gives stays empty; one that was formed from others says that it is not confirmed.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::catalogue::CatalogueError;
use crate::catalogue::instance_types::InstanceTypes;
use crate::catalogue::meter::Meter;
use crate::catalogue::table::Table;
use crate::names::Region;

/// A meter as AWS bills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledAs {
    /// `serviceCode`: `AmazonECS`.
    pub service_code: String,
    /// `usageType` with the region's prefix: `USE1-Fargate-GB-Hours`; `None` where AWS has no line for it, or its name
    /// depends on what the meter does not say.
    pub usage_type: Option<String>,
    /// `operation`; `None` where the price list gives none or it was not read.
    pub operation: Option<String>,
    /// AWS's unit: `GB-Mo`.
    pub unit: Option<String>,
    /// How many of AWS's units one of ours is, in decimals: a MiB/s of throughput is 0.0009765625 GiB/s.
    pub factor: String,
    /// Whether a source gives all of these names for it.
    pub is_confirmed: bool,
}

/// How usage types begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    /// With the region's code everywhere.
    Always,
    /// With the region's code but in us-east-1.
    NotUsEast1,
    /// With the region's name.
    RegionName,
    /// With nothing.
    Nothing,
}

#[derive(Debug, Clone)]
struct Row {
    billed: BilledAs,
    prefix: Prefix,
}

/// What AWS calls all meters in one region.
#[derive(Debug, Clone)]
pub struct UsageTypes {
    region: Region,
    rows: BTreeMap<(String, String), Row>,
    codes: BTreeMap<String, String>,
}

impl FromStr for Prefix {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "always" => Ok(Self::Always),
            "not_us_east_1" => Ok(Self::NotUsEast1),
            "region" => Ok(Self::RegionName),
            "none" => Ok(Self::Nothing),
            _ => Err(()),
        }
    }
}

impl UsageTypes {
    /// Reads `usage_types.csv` and `usage_prefixes.csv` for a region; a row for that region alone beats one for all.
    pub fn parse(region: &Region, types: &str, prefixes: &str) -> Result<Self, CatalogueError> {
        let mut table = Table::read("usage_prefixes.csv", prefixes)?;
        let [of, code] = table.columns(["region", "prefix"])?;
        let mut codes = BTreeMap::new();
        table.rows(|row| {
            codes.insert(row.text(of).to_owned(), row.text(code).to_owned());
            Ok(())
        })?;
        let mut table = Table::read("usage_types.csv", types)?;
        let [service, item, only_in, service_code, usage_type] =
            table.columns(["service", "item", "only_in", "service_code", "usage_type"])?;
        let [operation, unit, factor, prefix, unconfirmed] =
            table.columns(["operation", "unit", "factor", "prefix", "unconfirmed"])?;
        let mut rows = BTreeMap::new();
        table.rows(|row| {
            let only = row.text(only_in);
            if !only.is_empty() && only != region.as_str() {
                return Ok(());
            }
            let some = |column| Some(row.text(column).to_owned()).filter(|text| !text.is_empty());
            let billed = BilledAs {
                service_code: row.value(service_code)?,
                usage_type: some(usage_type),
                operation: some(operation),
                unit: some(unit),
                factor: some(factor).unwrap_or_else(|| "1".to_owned()),
                is_confirmed: row.text(unconfirmed).is_empty(),
            };
            let key = (row.text(service).to_owned(), row.text(item).to_owned());
            let prefix = row.value::<Prefix>(prefix)?;
            if only.is_empty() {
                rows.entry(key).or_insert(Row { billed, prefix });
            } else {
                rows.insert(key, Row { billed, prefix });
            }
            Ok(())
        })?;
        Ok(Self { region: region.clone(), rows, codes })
    }

    /// What AWS calls a meter here; `None` if the table does not know it. `to` is the region that bytes go to, of the
    /// meters of bytes to other regions.
    pub fn of(&self, meter: Meter, types: &InstanceTypes, to: Option<&Region>) -> Option<BilledAs> {
        let Row { billed, prefix } = self.rows.get(&(meter.service().to_owned(), meter.item().to_owned()))?;
        let mut billed = billed.clone();
        billed.usage_type = billed.usage_type.and_then(|name| self.filled(&name, meter, types, to));
        billed.usage_type = billed.usage_type.map(|name| format!("{}{name}", self.prefix(*prefix)));
        Some(billed)
    }

    /// A name with the instance type and the region that bytes go to in their places; `None` where either is not known.
    fn filled(&self, name: &str, meter: Meter, types: &InstanceTypes, to: Option<&Region>) -> Option<String> {
        if name.contains("{type}") {
            return Some(name.replace("{type}", types[meter.instance_type()?].name.as_str()));
        }
        if !name.contains("{dest}") {
            return Some(name.to_owned());
        }
        let other = match (meter, self.region.as_str()) {
            (Meter::InterRegionUsEast, "us-east-1") => "us-east-2",
            (Meter::InterRegionUsEast, _) => "us-east-1",
            _ => to?.as_str(),
        };
        Some(name.replace("{dest}", self.codes.get(other)?))
    }

    fn prefix(&self, prefix: Prefix) -> String {
        let code = || self.codes.get(self.region.as_str()).map(|code| format!("{code}-")).unwrap_or_default();
        match prefix {
            Prefix::Nothing => String::new(),
            Prefix::NotUsEast1 if self.region.as_str() == "us-east-1" => String::new(),
            Prefix::Always | Prefix::NotUsEast1 => code(),
            Prefix::RegionName => format!("{}-", self.region),
        }
    }
}
