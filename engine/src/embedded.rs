//! The catalogue's tables, carried in the program: the one place that names `assets/catalogue/`.
//!
//! A region code goes in, its [`Catalogue`] comes out. Only that region's prices are parsed.

use crate::catalogue::regions::Regions;
use crate::catalogue::{Catalogue, CatalogueError, Texts};
use crate::names::Region;

const REGIONS: &str = include_str!("../../assets/catalogue/regions.csv");
const INSTANCE_TYPES: &str = include_str!("../../assets/catalogue/instance_types.csv");
const SOURCES: &str = include_str!("../../assets/catalogue/sources.csv");
const USAGE_TYPES: &str = include_str!("../../assets/catalogue/usage_types.csv");
const USAGE_PREFIXES: &str = include_str!("../../assets/catalogue/usage_prefixes.csv");
const SERVICES_EVERYWHERE: &str = include_str!("../../assets/catalogue/services/all.csv");

/// One region's own tables.
struct RegionTexts {
    region: &'static str,
    services: &'static str,
    ec2: &'static str,
    spot: &'static str,
}

macro_rules! region_texts {
    ($($region:literal),* $(,)?) => {
        &[$(RegionTexts {
            region: $region,
            services: include_str!(concat!("../../assets/catalogue/services/", $region, ".csv")),
            ec2: include_str!(concat!("../../assets/catalogue/ec2/", $region, ".csv")),
            spot: include_str!(concat!("../../assets/catalogue/spot/", $region, ".csv")),
        }),*]
    };
}

const BY_REGION: &[RegionTexts] = region_texts![
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

impl Catalogue {
    /// What AWS publishes for a region, from the tables in the program. No other region's prices are parsed.
    pub fn load(region: &Region) -> Result<Self, CatalogueError> {
        let texts = BY_REGION.iter().find(|texts| texts.region == region.as_str());
        let texts = texts.ok_or_else(|| CatalogueError::UnknownRegion(region.as_str().to_owned()))?;
        Self::parse(
            region,
            Texts {
                regions: REGIONS,
                instance_types: INSTANCE_TYPES,
                sources: SOURCES,
                services_everywhere: SERVICES_EVERYWHERE,
                services: texts.services,
                ec2: texts.ec2,
                spot: texts.spot,
                usage_types: USAGE_TYPES,
                usage_prefixes: USAGE_PREFIXES,
            },
        )
    }
}

/// All regions with their zones, from the table in the program.
pub fn regions() -> Result<Regions, CatalogueError> {
    Regions::parse(REGIONS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::free_tier::FreeTiers;
    use crate::catalogue::instance_types::InterruptionBand;
    use crate::catalogue::instance_types::Registered;
    use crate::catalogue::meter::Meter;
    use crate::catalogue::overlay::{OverlayError, PriceOverlay};
    use crate::catalogue::prices::{Kind, Price};
    use crate::units::{Bytes, Mib, Quantity, Usd};

    fn load(region: &str) -> Catalogue {
        Catalogue::load(&Region::new(region)).unwrap()
    }

    fn usd(text: &str) -> Usd {
        Usd::parse(text).unwrap()
    }

    #[track_caller]
    fn costs(catalogue: &Catalogue, meter: Meter, units: u128, expected: &str) {
        let price = catalogue.prices.price(meter).unwrap();
        let quantity = Quantity::from_base(meter.per_unit().base() * units);
        assert_eq!(price.cost(quantity), usd(expected), "{}", meter.label());
    }

    #[test]
    fn every_region_reads_and_counts_what_was_collected() {
        let (mut linux, mut advised) = (0, 0);
        let all = regions().unwrap();
        assert_eq!(all.iter().count(), 34);
        for facts in all.iter() {
            let catalogue = Catalogue::load(&facts.region).unwrap();
            assert_eq!(catalogue.types.len(), 1373);
            linux += catalogue.prices.iter().filter(|(m, _)| matches!(m, Meter::Ec2Linux(_))).count();
            advised += catalogue.types.iter().filter(|(ix, _)| catalogue.types.spot_linux(*ix).is_some()).count();
        }
        // 19,037 rows less 211 of types EC2 no longer describes; 14,962 Linux rows of the advisor less 99 such.
        assert_eq!(linux, 18_826);
        assert_eq!(advised, 14_863);
    }

    #[test]
    fn regions_have_their_zones() {
        let all = regions().unwrap();
        let zones =
            |region: &str| all.get(&Region::new(region)).unwrap().zones.iter().map(ToString::to_string).collect();
        let six: Vec<String> = zones("us-east-1");
        assert_eq!(six.len(), 6);
        assert_eq!((six[0].as_str(), six[5].as_str()), ("us-east-1a", "us-east-1f"));
        let two: Vec<String> = zones("us-west-1");
        assert_eq!(two, ["us-west-1a", "us-west-1b"]);
        // Letters are AWS's own: Tokyo's new accounts have no b, Canada's no c; some accounts have them.
        let (tokyo, canada): (Vec<String>, Vec<String>) = (zones("ap-northeast-1"), zones("ca-central-1"));
        assert_eq!(tokyo, ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
        assert_eq!(canada, ["ca-central-1a", "ca-central-1b", "ca-central-1d"]);
        let of_some =
            |region: &str, zone: &str| all.get(&region.into()).unwrap().all_zones().any(|z| z.as_str() == zone);
        assert!(of_some("ap-northeast-1", "ap-northeast-1b") && of_some("ca-central-1", "ca-central-1c"));
        assert!(of_some("us-west-1", "us-west-1c") && !of_some("us-west-1", "us-west-1d"));
        assert!(all.get(&Region::new("atlantis-1")).is_none());
    }

    #[test]
    fn rat_01_and_02_launches_are_slower_in_newer_regions() {
        let all = regions().unwrap();
        let launch = |region: &str| {
            let launch = all.get(&Region::new(region)).unwrap().fargate_launch();
            (launch.burst.value, launch.rate.value, launch.service_rate.value)
        };
        assert_eq!(launch("us-east-1"), (100, 20, 500));
        assert_eq!(launch("ap-east-2"), (25, 5, 125));
    }

    #[test]
    fn an_unknown_region_is_said_so() {
        let error = Catalogue::load(&Region::new("atlantis-1")).unwrap_err();
        assert_eq!(error.to_string(), "there is no region `atlantis-1`");
    }

    #[test]
    fn prices_read_by_hand() {
        // Amazon EC2 and AWS Fargate price lists of the day: hourly prices.
        let (virginia, tokyo) = (load("us-east-1"), load("ap-northeast-1"));
        let linux = |name: &str| Meter::Ec2Linux(virginia.types.find(name).unwrap());
        costs(&virginia, linux("m5.large"), 1, "0.096");
        costs(&virginia, linux("m7g.large"), 1, "0.0816");
        costs(&virginia, Meter::FargateX86Vcpu, 1, "0.04048");
        costs(&virginia, Meter::FargateWindowsLicence, 1, "0.046");
        costs(&virginia, Meter::AlbHour, 1, "0.0225");
        costs(&virginia, Meter::EbsGp3Storage, 1, "0.08");
        costs(&virginia, Meter::PublicIpv4, 1, "0.005");
        costs(&tokyo, Meter::Ec2Windows(tokyo.types.find("c5.xlarge").unwrap()), 1, "0.398");
        costs(&load("ap-south-1"), Meter::FargateX86Vcpu, 1, "0.04256");
    }

    #[test]
    fn tv_26_to_30_fargate() {
        let c = load("us-east-1");
        // TV-26: 5 tasks x 10 min x 30 days = 25 h: 25 vCPU-h x 0.04048 = 1.012, 50 GB-h x 0.004445 = 0.22225.
        costs(&c, Meter::FargateX86Vcpu, 25, "1.012");
        costs(&c, Meter::FargateX86Memory, 50, "0.22225");
        // TV-28: 730 x 0.04048 = 29.5504, 1460 x 0.004445 = 6.4897; together 36.0401.
        costs(&c, Meter::FargateX86Vcpu, 730, "29.5504");
        costs(&c, Meter::FargateX86Memory, 1460, "6.4897");
        // TV-29: 1024 units for 60 s: 0.04048 / 60 = 0.000674667.
        let minute = Quantity::from_base(1024 * 60_000);
        assert_eq!(c.prices.price(Meter::FargateX86Vcpu).unwrap().cost(minute), usd("0.000674667"));
        // TV-30: 80 GB x 730 h x 0.000111 = 6.4824.
        costs(&c, Meter::FargateEphemeralStorage, 80 * 730, "6.4824");
    }

    #[test]
    fn tv_24_the_managed_instances_fee() {
        let c = load("us-east-1");
        let fee = |name: &str| c.prices.price(Meter::ManagedInstancesFee(c.types.find(name).unwrap())).unwrap();
        let hour = |price: &Price| (price.cost(Quantity::from_base(3_600_000)).to_string(), price.kind);
        // 12 % of 0.096; the published fee of c6a.2xlarge; 7.8 % of 30.13118 (the published 12 % ended in July 2026).
        assert_eq!(hour(fee("m5.large")), ("0.01152".to_owned(), Kind::Derived));
        assert_eq!(hour(fee("c6a.2xlarge")), ("0.037".to_owned(), Kind::Published));
        assert_eq!(hour(fee("g6e.48xlarge")), ("2.35023204".to_owned(), Kind::Derived));
    }

    #[test]
    fn fg_40_fargate_spot_without_a_rate_is_three_tenths() {
        let (virginia, oregon) = (load("us-east-1"), load("us-west-2"));
        // Oregon's ARM: 0.3 x 0.03238 = 0.009714. Virginia's was read on a day, and so was its X86.
        let rate = |c: &Catalogue| {
            let price = c.prices.price(Meter::FargateSpotArmVcpu).unwrap();
            (Price::unit_text(price.tiers()[0], Meter::FargateSpotArmVcpu.per_unit()), price.kind)
        };
        assert_eq!(rate(&oregon), ("0.009714".to_owned(), Kind::Derived));
        assert_eq!(rate(&virginia), ("0.01030969".to_owned(), Kind::Published));
        assert_eq!(virginia.prices.price(Meter::FargateSpotX86Vcpu).unwrap().kind, Kind::Published);
    }

    #[test]
    fn tv_61_63_64_69_77_78_tiers_and_transfer() {
        let c = load("us-east-1");
        // TV-61: 2 x 730 x 0.045 = 65.70, 100 x 0.045 = 4.50.
        costs(&c, Meter::NatGatewayHour, 1460, "65.7");
        costs(&c, Meter::NatGatewayData, 100, "4.5");
        // TV-63: 1000 GB pay 0.01 on both sides.
        costs(&c, Meter::CrossAz, 2000, "20");
        // TV-64: 100 free, and the steps begin after them: 1000 x 0.09 = 90; 10,240 x 0.09 + 9,660 x 0.085 = 921.60 + 821.10;
        // of 56,900: 10,240 x 0.09 + 40,960 x 0.085 + 5,700 x 0.07 = 921.60 + 3,481.60 + 399.
        costs(&c, Meter::InternetOut, 100, "0");
        costs(&c, Meter::InternetOut, 1100, "90");
        costs(&c, Meter::InternetOut, 20_000, "1742.7");
        costs(&c, Meter::InternetOut, 57_000, "4802.2");
        // TV-69: 300 M at 1.00 and 200 M at 0.90 a million.
        costs(&c, Meter::HttpApiRequest, 500_000_000, "480");
        costs(&c, Meter::HttpApiRequest, 20_000_000, "20");
        // TV-77: 10 free, 10,000 x 0.30 + 5,000 x 0.10.
        costs(&c, Meter::CustomMetric, 15_010, "3500");
        // TV-78: 3 x 730 = 2190 free; 4 x 730 = 2920, 720 paid.
        costs(&c, Meter::AnywhereInstance, 2190, "0");
        costs(&c, Meter::AnywhereInstance, 2920, "7.38");
    }

    #[test]
    fn sav_09_free_tiers_count_all_or_none() {
        let c = load("us-east-1");
        let cost = |meter: Meter, units: u128, free: FreeTiers| {
            let quantity = Quantity::from_base(meter.per_unit().base() * units);
            c.prices.of_account(meter, free).unwrap().cost(quantity)
        };
        let (all, none) = (FreeTiers::default(), FreeTiers { counted: false, ..FreeTiers::default() });
        for (meter, units, with, without) in [
            (Meter::InternetOut, 1_100, "90", "99"),           // 1,000 or 1,100 x 0.09
            (Meter::AnywhereInstance, 2_920, "7.38", "29.93"), // 720 or 2,920 x 0.01025
            (Meter::AlarmStandard, 12, "0.2", "1.2"),          // 2 or 12 x 0.10
            (Meter::CustomMetric, 30, "6", "9"),               // 20 or 30 x 0.30
            (Meter::LogsIngest, 8, "1.5", "4"),                // 3 or 8 x 0.50
            (Meter::LogsStorage, 8, "0.09", "0.24"),           // 3 or 8 x 0.03
            (Meter::SqsRequest, 3_000_000, "0.8", "1.2"),      // 2 or 3 million x 0.40 a million
            (Meter::KmsRequest, 50_000, "0.09", "0.15"),       // 30,000 or 50,000 x 0.03 a 10,000
            (Meter::AlarmHighResolution, 12, "3.6", "3.6"),    // no free tier: 12 x 0.30
        ] {
            assert_eq!(cost(meter, units, all), usd(with), "{}", meter.label());
            assert_eq!(cost(meter, units, none), usd(without), "{}", meter.label());
        }
        // 60 of the 100 GB are used up elsewhere: (1,100 - 40) x 0.09. More than there is uses up all of it.
        let elsewhere = |gb: u64| FreeTiers { internet_out_elsewhere: Bytes::from_mb(gb * 1000), ..all };
        assert_eq!(cost(Meter::InternetOut, 1_100, elsewhere(60)), usd("95.4"));
        assert_eq!(cost(Meter::InternetOut, 1_100, elsewhere(500)), usd("99"));
        // A discount leaves the free part as it is: 1,000 x 0.09 less a tenth.
        let off = overlay(r#"(name: "x", discounts: [(of: "all", percent_off: "10")])"#);
        costs(&c.with_prices(&off).unwrap(), Meter::InternetOut, 1_100, "81");
    }

    #[test]
    fn tv_70_api_gateway_against_an_idle_alb() {
        // 0.0225 x 730 = 16.425: as much as 16.425 M requests at 1.00 a million.
        let c = load("us-east-1");
        costs(&c, Meter::AlbHour, 730, "16.425");
        costs(&c, Meter::HttpApiRequest, 16_425_000, "16.425");
    }

    #[test]
    fn stc_02_provisioned_iops_and_fsx_cost_what_the_sources_say() {
        let (c, tokyo) = (load("us-east-1"), load("ap-northeast-1"));
        // io1: 300 x 0.065. io2 in three steps: 32,000 x 0.065 + 32,000 x 0.0455 + 36,000 x 0.03185.
        costs(&c, Meter::EbsIo1Iops, 300, "19.5");
        costs(&c, Meter::EbsIo2Iops, 20_000, "1300");
        costs(&c, Meter::EbsIo2Iops, 100_000, "4682.6");
        // Tokyo: 0.074, 0.7 and 0.49 of it.
        costs(&tokyo, Meter::EbsIo1Iops, 300, "22.2");
        costs(&tokyo, Meter::EbsIo2Iops, 64_000, "4025.6");
        // FSx for Windows in one zone: 100 GB x 0.13 and 32 MBps x 2.2; regional NAT 0.045 and in Tokyo 0.062.
        costs(&c, Meter::FsxSingleAzStorage, 100, "13");
        costs(&c, Meter::FsxSingleAzThroughput, 32, "70.4");
        costs(&c, Meter::RegionalNatGatewayData, 100, "4.5");
        costs(&tokyo, Meter::RegionalNatGatewayData, 100, "6.2");
    }

    #[test]
    fn a_price_ends_where_its_source_ends() {
        // Latency queries: the price of the first billion only, and a discount does not lengthen it.
        let c = load("us-east-1");
        let off = overlay(r#"(name: "x", discounts: [(of: "all", percent_off: "10")])"#);
        for book in [c.prices.clone(), c.with_prices(&off).unwrap().prices] {
            let price = book.price(Meter::DnsLatencyQuery).unwrap();
            let queries = |n: u128| Quantity::from_base(Meter::DnsLatencyQuery.per_unit().base() * n);
            assert!(price.covers(queries(1_000_000_000)) && !price.covers(queries(1_000_000_001)));
        }
    }

    #[test]
    fn tv_32_to_35_what_instances_hold() {
        let types = load("us-east-1").types;
        let of = |name: &str| &types[types.find(name).unwrap()];
        // TV-32 and TV-33: an 8192 MiB task does not fit m4.large; 3 x 2048 fit m5.large, not 4.
        let measured = |name, mib| assert_eq!(of(name).registered_memory(), Registered::Measured(Mib::from_mib(mib)));
        measured("m4.large", 7985);
        measured("m6i.large", 7817);
        measured("t3.nano", 450);
        measured("g4dn.xlarge", 15_731);
        // 8,192 × 0.965 − 130 = 7,775.28: three tasks of 2 GiB, not four.
        assert_eq!(of("m5.large").registered_memory(), Registered::Estimated(Mib::from_mib(7775)));
        assert_eq!(of("m4.large").registered_memory_on_windows().memory(), Mib::from_mib(8191));
        assert_eq!(of("m5.large").registered_cpu().units(), 2048);
        // TV-34 and TV-35, and the tables of EC2-12.
        for (name, without, with) in [
            ("c5.large", 2, 10),
            ("m6i.12xlarge", 7, 120),
            ("m5.12xlarge", 7, 60),
            ("m6g.medium", 1, 4),
            ("m6i.8xlarge", 7, 90),
            ("m5.16xlarge", 14, 120),
            ("a1.medium", 1, 10),
            ("g5.xlarge", 3, 6),
            ("i4i.large", 2, 0),
            ("m4.large", 1, 1),
        ] {
            let found = of(name);
            assert_eq!((found.awsvpc_tasks(), found.awsvpc_tasks_with_trunking()), (without, with), "{name}");
        }
    }

    #[test]
    fn mi_14_managed_instances_take_listed_types() {
        let types = load("us-east-1").types;
        let of = |name: &str| types[types.find(name).unwrap()].managed_instances_supported();
        assert!(of("m5.large") && of("t3.small") && of("g6e.48xlarge"));
        // t3.nano and t3.micro by size, m6g.medium by its one vCPU, c4.large by family.
        assert!(!of("t3.nano") && !of("t3.micro") && !of("m6g.medium") && !of("c4.large"));
    }

    #[test]
    fn ec2_34_spot_advice_is_of_the_region() {
        let c = load("us-east-1");
        let advice = c.types.spot_linux(c.types.find("c5.12xlarge").unwrap()).unwrap();
        let other = load("af-south-1");
        let cape = other.types.spot_linux(other.types.find("c5.12xlarge").unwrap()).unwrap();
        assert_eq!((cape.band, cape.savings_percent), (InterruptionBand::Over20, 87));
        assert_ne!(advice, cape);
    }

    #[test]
    fn every_meter_has_a_price_somewhere() {
        let everywhere = regions().unwrap();
        let books: Vec<_> = everywhere.iter().map(|facts| Catalogue::load(&facts.region).unwrap().prices).collect();
        let unpriced: Vec<_> =
            Meter::SERVICES.iter().filter(|m| books.iter().all(|book| book.price(**m).is_none())).collect();
        assert!(unpriced.is_empty(), "{unpriced:?}");
        // Provisioned IOPS and regional NAT by the byte have one in every region.
        for meter in [Meter::EbsIo1Iops, Meter::EbsIo2Iops, Meter::RegionalNatGatewayData] {
            assert!(books.iter().all(|book| book.price(meter).is_some()), "{}", meter.label());
        }
    }

    /// Ratios of plans, and what no drawing uses yet.
    const NO_METER: [&str; 7] = [
        "savings_plan",
        "ec2_reserved",
        "eks_auto_mode",
        "cloudfront",
        "ecr_public",
        "eventbridge_pipes",
        "vpc_encryption_control",
    ];

    #[test]
    fn rows_that_are_no_meter_are_figures_we_know() {
        // A misspelt item would turn up here.
        for facts in regions().unwrap().iter() {
            for (service, item, _) in load(facts.region.as_str()).prices.figures() {
                let known = NO_METER.contains(&service)
                    || ["free_", "managed_instances_fee_", "detailed_monitoring"].iter().any(|s| item.starts_with(s))
                    || ["ephemeral_storage_included", "windows_over_linux_x86_factor"].contains(&item);
                assert!(known, "{service} {item}");
            }
        }
    }

    #[test]
    fn use_01_every_meter_has_the_name_that_aws_bills_it_by() {
        for facts in regions().unwrap().iter() {
            let c = load(facts.region.as_str());
            let (small, all) = (c.types.find("m5.large").unwrap(), Meter::SERVICES.iter().copied());
            let of_types = ["ec2_linux", "ec2_windows", "ec2_spot", "managed_instances_fee"];
            let of_types = of_types.map(|service| Meter::by_type(service, small).unwrap());
            for meter in all.chain(of_types) {
                let billed = c.billed_as(meter, Some(&facts.region)).unwrap_or_else(|| panic!("{}", meter.label()));
                assert!(
                    !billed.service_code.is_empty() && billed.factor.parse::<f64>().unwrap() > 0.0,
                    "{}",
                    meter.label()
                );
                let name = billed.usage_type.unwrap_or_default();
                assert!(!name.contains(['{', '}']), "{name}");
                // Without a name are three that are free and have no line.
                let free = [Meter::EcsOrchestration, Meter::GatewayEndpointHour, Meter::EventBridgeServiceEvent];
                let free = free.contains(&meter) || meter == Meter::CloudMapResourceEcs;
                assert_eq!(name.is_empty(), free, "{}", meter.label());
            }
        }
        // Each row is of a meter.
        let mut reader = csv::Reader::from_reader(USAGE_TYPES.as_bytes());
        for row in reader.records().map(Result::unwrap) {
            let of_type = Meter::by_type(&row[0], load("us-east-1").types.find("m5.large").unwrap());
            assert!(Meter::by_item(&row[0], &row[1]).or(of_type).is_some(), "{row:?}");
        }
    }

    #[test]
    fn use_01_usage_types_carry_the_region_and_what_stands_in_braces() {
        let name = |region: &str, meter: Meter, to: &str| {
            load(region).billed_as(meter, Some(&Region::new(to))).unwrap().usage_type.unwrap_or_default()
        };
        // AWS, "AWS Region billing codes": USE1 where a service writes it, EUC1, EU for eu-west-1.
        assert_eq!(name("us-east-1", Meter::FargateX86Memory, ""), "USE1-Fargate-GB-Hours");
        assert_eq!(name("eu-west-1", Meter::FargateX86Memory, ""), "EU-Fargate-GB-Hours");
        assert_eq!(name("us-east-1", Meter::AlbHour, ""), "LoadBalancerUsage");
        assert_eq!(name("eu-central-1", Meter::AlbHour, ""), "EUC1-LoadBalancerUsage");
        assert_eq!(name("eu-central-1", Meter::KmsKey, ""), "eu-central-1-KMS-Keys");
        assert_eq!(name("eu-central-1", Meter::DnsQuery, ""), "DNS-Queries");
        assert_eq!(
            (name("us-east-1", Meter::SqsRequest, ""), name("us-west-2", Meter::SqsRequest, "")),
            ("Requests-RBP".into(), "USW2-Requests-Tier1".into())
        );
        // The source's code first, then the destination's: EUC1-USW2-AWS-Out-Bytes.
        assert_eq!(name("eu-central-1", Meter::InterRegion, "us-west-2"), "EUC1-USW2-AWS-Out-Bytes");
        assert_eq!(name("us-east-2", Meter::InterRegionUsEast, ""), "USE2-USE1-AWS-Out-Bytes");
        let c = load("us-east-1");
        assert_eq!(c.billed_as(Meter::InterRegion, None).unwrap().usage_type, None);
        let windows = c.billed_as(Meter::Ec2Windows(c.types.find("m5.large").unwrap()), None).unwrap();
        assert_eq!(
            (windows.usage_type.unwrap(), windows.operation.unwrap()),
            ("BoxUsage:m5.large".to_owned(), "RunInstances:0002".to_owned())
        );
        // A MiB/s of gp3 is 1/1,024 of AWS's GiB/s; FSx's name in one zone was formed from that in several.
        assert_eq!(c.billed_as(Meter::EbsGp3Throughput, None).unwrap().factor, "0.0009765625");
        assert!(
            !c.billed_as(Meter::FsxSingleAzStorage, None).unwrap().is_confirmed
                && c.billed_as(Meter::AlbHour, None).unwrap().is_confirmed
        );
    }

    #[test]
    fn without_a_row_a_price_is_none() {
        let book = load("us-east-1").prices.without(Meter::NatGatewayData);
        assert!(book.price(Meter::NatGatewayData).is_none() && book.price(Meter::NatGatewayHour).is_some());
        // No price for EC2 in ap-east-2 was found.
        let taipei = load("ap-east-2");
        assert!(taipei.prices.price(Meter::Ec2Linux(taipei.types.find("m5.large").unwrap())).is_none());
    }

    fn overlay(text: &str) -> PriceOverlay {
        PriceOverlay::from_ron(text).unwrap()
    }

    #[test]
    fn the_closest_discount_counts_and_an_own_price_beats_it() {
        let c = load("us-east-1");
        let mine = overlay(
            r#"(name: "Mine", as_of: "2026-09", discounts: [
                (of: "all", percent_off: "10"), (of: "nat_gateway", percent_off: "20"),
                (of: "nat_gateway/hour", percent_off: "50"), (of: "ec2_linux/m5.large", percent_off: "100"),
            ], prices: [(of: "alb/hour", usd: "0.02"), (of: "ec2_spot/m5.large", usd: "0.03")])"#,
        );
        let c = c.with_prices(&mine).unwrap();
        // 0.045 halved; 0.045 less a fifth; 0.005 less a tenth; 0.096 for nothing.
        costs(&c, Meter::NatGatewayHour, 1, "0.0225");
        costs(&c, Meter::NatGatewayData, 1, "0.036");
        costs(&c, Meter::PublicIpv4, 1, "0.0045");
        let m5 = c.types.find("m5.large").unwrap();
        costs(&c, Meter::Ec2Linux(m5), 730, "0");
        costs(&c, Meter::Ec2Spot(m5), 100, "3");
        costs(&c, Meter::AlbHour, 1, "0.02");
        // MI-52: the fee follows the list price: 0.01152 less the tenth of `all`.
        costs(&c, Meter::ManagedInstancesFee(m5), 1, "0.010368");
        let price = c.prices.price(Meter::NatGatewayHour).unwrap();
        assert_eq!((price.kind, &*price.as_of, &*price.source), (Kind::Own, "2026-09", "Mine"));
        assert!(price.note.starts_with("50 % off 0.045, "), "{}", price.note);
    }

    #[test]
    fn discounts_keep_steps_and_digits() {
        let c = load("us-east-1");
        let c = c.with_prices(&overlay(r#"(name: "x", discounts: [(of: "all", percent_off: "12.3456")])"#)).unwrap();
        // 100 GB stay free; 1000 GB x 0.09 = 90, times 0.876544 = 78.88896.
        costs(&c, Meter::InternetOut, 100, "0");
        costs(&c, Meter::InternetOut, 1100, "78.88896");
        // 0.0000004 x 0.876544 = 0.0000003506176: kept to twelve decimals, 0.000000350618 (half to even: ...6176 up).
        let get = c.prices.price(Meter::S3Get).unwrap();
        assert_eq!(Price::unit_text(get.tiers()[0], Meter::S3Get.per_unit()), "0.000000350618");
    }

    #[test]
    fn an_overlay_names_what_it_cannot_find() {
        let c = load("us-east-1");
        let error = |text: &str| c.with_prices(&overlay(text)).unwrap_err();
        let unknown = |of: &str| OverlayError::UnknownItem(of.to_owned());
        assert_eq!(error(r#"(name: "x", discounts: [(of: "lunch", percent_off: "1")])"#), unknown("lunch"));
        assert_eq!(
            error(r#"(name: "x", prices: [(of: "ec2_linux/m5.huge", usd: "1")])"#),
            unknown("ec2_linux/m5.huge")
        );
        assert_eq!(error(r#"(name: "x", prices: [(of: "alb", usd: "1")])"#), unknown("alb"));
        for usd in ["-1", "cheap", "1e3"] {
            let text = format!(r#"(name: "x", prices: [(of: "alb/hour", usd: "{usd}")])"#);
            assert_eq!(error(&text), OverlayError::NotAPrice { of: "alb/hour".into(), usd: usd.into() });
        }
    }

    #[test]
    fn an_overlay_without_name_content_or_effect_is_refused_and_one_that_is_laid_is_known() {
        let c = load("us-east-1");
        assert_eq!(c.prices.own(), None);
        let error = |text: &str| c.with_prices(&overlay(text)).unwrap_err();
        assert_eq!(error(r#"(name: " ", discounts: [(of: "all", percent_off: "1")])"#), OverlayError::Nameless);
        assert_eq!(error(r#"(name: "x")"#), OverlayError::Empty);
        let nothing = error(r#"(name: "x", discounts: [(of: "all", percent_off: "0")])"#);
        assert_eq!(nothing, OverlayError::WithoutEffect("us-east-1".into()));
        let one = r#"(of: "alb/hour", usd: "1")"#;
        let twice = error(&format!("(name: \"x\", prices: [{one}, {one}])"));
        assert_eq!(twice, OverlayError::Twice("alb/hour".into(), "prices"));
        let laid = c.with_prices(&overlay(&format!("(name: \"x\", as_of: \"2026-09\", prices: [{one}])"))).unwrap();
        assert_eq!(laid.prices.own().unwrap().to_string(), "x, of 2026-09");
        let taipei = load("ap-east-2");
        let absent = overlay(r#"(name: "x", discounts: [(of: "ec2_linux/m5.large", percent_off: "5")])"#);
        assert_eq!(taipei.with_prices(&absent).unwrap_err(), OverlayError::WithoutEffect("ap-east-2".into()));
    }

    #[test]
    fn an_own_price_may_have_more_than_nine_decimals() {
        let c = load("us-east-1");
        let c =
            c.with_prices(&overlay(r#"(name: "x", prices: [(of: "s3/requests_get", usd: "0.00000000025")])"#)).unwrap();
        // 0.00000000025 x 1,000,000 = 0.00025.
        costs(&c, Meter::S3Get, 1_000_000, "0.00025");
    }
}
