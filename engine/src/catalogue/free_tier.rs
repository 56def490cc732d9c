//! AWS's permanent free tiers: so much of a meter is free for every account each month, for good. All of them count or none.
//!
//! Those of an account's first year, credits and trials pass, and are not here. A price's steps begin after what is free.

use std::borrow::Cow;

use crate::catalogue::meter::Meter;
use crate::catalogue::prices::{Price, PriceBook, Tier};
use crate::units::{Bytes, Quantity, Rate, Usd};

/// Whether the permanent free tiers count for an account, and what is used up of them elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeTiers {
    /// Whether they count.
    pub counted: bool,
    /// How much of the month's free transfer to the internet the account uses elsewhere.
    pub internet_out_elsewhere: Bytes,
}

impl Default for FreeTiers {
    fn default() -> Self {
        Self { counted: true, internet_out_elsewhere: Bytes::from_bytes(0) }
    }
}

impl FreeTiers {
    /// As results name it.
    pub const fn word(self) -> &'static str {
        if self.counted { "all" } else { "none" }
    }
}

/// Meters whose price list itself begins with a step at no charge.
///
/// Source: the price list as read, `data_transfer` rows: 100 GB a month over all regions; a bill names what follows "first 10
/// TB / month data transfer out beyond the global free tier" (AWS re:Post), so the steps begin after it (rule NET-40).
/// Source: Amazon ECS pricing page, quoted: 2,200 instance-hours of ECS Anywhere a month (rule ANY-05).
/// Source: Amazon VPC Lattice pricing page, quoted: 300,000 requests an hour (rule S2S-33).
const IN_THE_LIST: [Meter; 3] = [Meter::InternetOut, Meter::AnywhereInstance, Meter::LatticeRequest];

/// Meters with a free tier beside their price list: the figure that says how much.
///
/// Source: Amazon CloudWatch pricing page, "Free tier": 10 metrics (custom and detailed monitoring), 10 alarm metrics of
/// standard resolution, 3 dashboards, 5 GB of logs (ingestion, archive storage, data scanned by Logs Insights queries).
/// Source: Amazon SQS pricing, as third parties quote it: the first million requests a month, for good.
/// Source: AWS KMS pricing page, "Free Tier": 20,000 requests a month over all regions.
/// Assumption: logs have the 5 GB of each: ingested, stored, scanned; log groups of class Infrequent Access take no part.
const BESIDE_THE_LIST: [(Meter, &str, &str); 8] = [
    (Meter::CustomMetric, "cloudwatch", "free_custom_metrics"),
    (Meter::AlarmStandard, "cloudwatch", "free_alarms"),
    (Meter::Dashboard, "cloudwatch", "free_dashboards"),
    (Meter::LogsIngest, "cloudwatch", "free_logs_gb"),
    (Meter::LogsStorage, "cloudwatch", "free_logs_gb"),
    (Meter::LogsInsightsScanned, "cloudwatch", "free_logs_gb"),
    (Meter::SqsRequest, "sqs", "free_requests"),
    (Meter::KmsRequest, "kms", "free_requests"),
];

impl Price {
    /// The same price behind so much that is free: its steps, and its end, are counted from there.
    fn behind(mut self, free: Quantity) -> Self {
        let nothing = Rate::new(Usd::ZERO, self.tiers[0].rate.per());
        let Some(rate) = nothing.filter(|_| free > Quantity::ZERO) else { return self };
        self.tiers.iter_mut().for_each(|tier| tier.from += free);
        self.tiers.insert(0, Tier { from: Quantity::ZERO, rate });
        self.until = self.until.map(|until| until + free);
        self.free = free;
        self
    }

    /// The same price without its free tier.
    fn paid(mut self) -> Self {
        if self.free > Quantity::ZERO {
            self.tiers.remove(0);
            self.tiers.iter_mut().for_each(|tier| tier.from = tier.from.less(self.free));
            self.until = self.until.map(|until| until.less(self.free));
            self.free = Quantity::ZERO;
        }
        self
    }
}

impl PriceBook {
    /// Puts every free tier before its price.
    pub(super) fn count_free_tiers(&mut self) {
        for meter in IN_THE_LIST {
            let Some(mut price) = self.take(meter) else { continue };
            if price.tiers.len() > 1 && price.tiers[0].rate.usd == Usd::ZERO {
                let free = price.tiers[1].from;
                price.tiers.remove(0);
                price.tiers[0].from = Quantity::ZERO;
                price = price.behind(free);
            }
            self.put(meter, price);
        }
        for (meter, service, item) in BESIDE_THE_LIST {
            let whole = |nanos: i64| u128::try_from(nanos).unwrap_or(0) / 1_000_000_000;
            let figure = self.figure(service, item).map(|figure| whole(figure.nanos));
            let (Some(units), Some(price)) = (figure, self.take(meter)) else { continue };
            self.put(meter, price.behind(Quantity::from_base(units * meter.per_unit().base())));
        }
    }

    /// What a meter costs an account; `None` where no price is known.
    pub fn of_account(&self, meter: Meter, free: FreeTiers) -> Option<Cow<'_, Price>> {
        let price = self.price(meter)?;
        let left = match (free.counted, meter) {
            (false, _) => Quantity::ZERO,
            (true, Meter::InternetOut) => {
                price.free.less(Quantity::from_base(u128::from(free.internet_out_elsewhere.bytes())))
            }
            (true, _) => price.free,
        };
        let as_it_is = left == price.free;
        Some(if as_it_is { Cow::Borrowed(price) } else { Cow::Owned(price.clone().paid().behind(left)) })
    }
}
