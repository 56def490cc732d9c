//! Loads: requests, jobs and bytes over time, and where they enter.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::id::{ApiGatewayId, LoadBalancerId, OutsideSystemId, ServiceId};
use super::is_default;
use super::references::{Refers, Visit, one};
use crate::names::aws_words;
use crate::units::kept::KilobytesPerSecond;
use crate::units::{Bytes, CalendarTime, MilliPerSecond, Minutes, Percent, Ppm, Seconds, Span};

aws_words! {
    /// Where requests come from.
    Origin {
        /// The internet.
        Internet = "internet",
        /// The region, outside the VPC.
        Region = "region",
        /// On premises.
        OnPremises = "on-premises",
    }
}

/// The door that requests come in by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Entrance {
    /// A load balancer.
    LoadBalancer(LoadBalancerId),
    /// An HTTP API.
    ApiGateway(ApiGatewayId),
    /// The tasks themselves.
    Direct,
}

/// How a rate goes over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Series<R = MilliPerSecond> {
    /// Always the same.
    Constant(R),
    /// A day of 24 hourly values, scaled by weekday.
    Daily {
        /// The rate in each hour of the day (UTC), 24 of them; between the middles of two hours it goes in a line.
        hourly: Vec<R>,
        /// Percent of it on Monday to Sunday; empty is 100 on every day.
        #[serde(default, skip_serializing_if = "is_default")]
        weekdays: Vec<Percent>,
    },
    /// Samples at a fixed distance, repeated from the start when they end.
    Samples {
        /// The distance of two samples.
        step: Seconds,
        /// The rate from each sample on.
        values: Vec<R>,
        /// Where they are from.
        #[serde(default, skip_serializing_if = "is_default")]
        source: String,
    },
}

/// A time of more (or less).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spike {
    /// When it begins.
    pub at: SpikeTime,
    /// How long it lasts.
    pub lasts: Minutes,
    /// The rate meanwhile, of the rate there would be: 300 % is three times as much.
    pub percent: Percent,
}

/// When a spike begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum SpikeTime {
    /// Every day, at this minute of the day (UTC).
    EveryDay(Minutes),
    /// Once.
    Once(CalendarTime),
}

/// A rate over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shape<R = MilliPerSecond> {
    /// How it goes.
    pub series: Series<R>,
    /// Times of more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub spikes: Vec<Spike>,
    /// How far a seed may move each five minutes' rate, up or down; absent is not at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub noise: Ppm,
}

impl Shape {
    /// A rate that never changes.
    pub fn constant(rate: MilliPerSecond) -> Self {
        Self { series: Series::Constant(rate), spikes: Vec::new(), noise: Ppm::ZERO }
    }
}

impl<R> Shape<R> {
    /// The same course with every rate in another type.
    fn rates<T>(self, of: impl Fn(R) -> T) -> Shape<T> {
        let series = match self.series {
            Series::Constant(rate) => Series::Constant(of(rate)),
            Series::Daily { hourly, weekdays } => {
                Series::Daily { hourly: hourly.into_iter().map(of).collect(), weekdays }
            }
            Series::Samples { step, values, source } => {
                Series::Samples { step, values: values.into_iter().map(of).collect(), source }
            }
        };
        Shape { series, spikes: self.spikes, noise: self.noise }
    }
}

impl Shape {
    /// Makes every rate that percentage of itself, rounded down to a thousandth a second.
    pub(super) fn scale(&mut self, percent: Percent) {
        let scaled = |rate: &mut MilliPerSecond| *rate = rate.percent(percent);
        match &mut self.series {
            Series::Constant(rate) => scaled(rate),
            Series::Daily { hourly, .. } => hourly.iter_mut().for_each(scaled),
            Series::Samples { values, .. } => values.iter_mut().for_each(scaled),
        }
    }
}

/// Requests to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// The service that answers.
    pub service: ServiceId,
    /// The door they come in by.
    pub through: Entrance,
    /// The port of the load balancer's listener that takes them; absent is, of the listeners that lead to the service,
    /// the one with most rules.
    #[serde(default, skip_serializing_if = "is_default")]
    pub listener_port: Option<u16>,
    /// Where they come from; absent is the internet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub origin: Option<Origin>,
    /// How many.
    pub shape: Shape,
    /// Bytes of each request, heads and all; absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub request_bytes: Bytes,
    /// Bytes of each answer, heads and all; absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub response_bytes: Bytes,
    /// How many requests come over one connection; absent is 10.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requests_per_connection: Option<u32>,
    /// How long a connection lives; absent is 60 s.
    #[serde(default, skip_serializing_if = "is_default")]
    pub connection_lifetime: Option<Seconds>,
}

impl Requests {
    /// Where they come from.
    pub fn origin(&self) -> Origin {
        self.origin.unwrap_or(Origin::Internet)
    }

    /// How many requests come over one connection.
    ///
    /// Assumption: 10, a browser's page over one kept-alive connection; it moves LCU dimensions only.
    pub fn requests_per_connection(&self) -> u32 {
        self.requests_per_connection.unwrap_or(10).max(1)
    }

    /// How long a connection lives.
    ///
    /// Assumption: 60 s, the idle timeout that an Application Load Balancer has by default.
    pub fn connection_lifetime(&self) -> Seconds {
        self.connection_lifetime.unwrap_or(Seconds::from_secs(60))
    }
}

/// Jobs that wait in a queue until a task of a service takes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// The queue.
    pub queue: OutsideSystemId,
    /// The service whose tasks take them.
    pub service: ServiceId,
    /// How many arrive.
    pub shape: Shape,
    /// How long one job keeps one task busy, from its start to its end.
    pub service_time: Span,
    /// Bytes of each job's message in the queue; absent is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub message_bytes: Bytes,
}

/// Bytes that flow whatever is asked: streams, replication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// The service whose tasks send them.
    pub service: ServiceId,
    /// The door they leave by.
    pub through: Entrance,
    /// The port of the load balancer's listener they leave by; absent is, of the listeners that lead to the service, the
    /// one with most rules.
    #[serde(default, skip_serializing_if = "is_default")]
    pub listener_port: Option<u16>,
    /// Bytes a second.
    #[serde(serialize_with = "write_kilobytes", deserialize_with = "read_kilobytes")]
    #[schemars(with = "Shape<KilobytesPerSecond>")]
    pub kilobytes: Shape,
}

fn write_kilobytes<S: Serializer>(shape: &Shape, serializer: S) -> Result<S::Ok, S::Error> {
    shape.clone().rates(KilobytesPerSecond).serialize(serializer)
}

fn read_kilobytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Shape, D::Error> {
    Shape::<KilobytesPerSecond>::deserialize(deserializer).map(|shape| shape.rates(Into::into))
}

/// A load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Load {
    /// Requests.
    Requests(Requests),
    /// Jobs.
    Jobs(Jobs),
    /// Bytes.
    Stream(Stream),
}

impl Load {
    /// The service it works.
    pub fn service(&self) -> &ServiceId {
        match self {
            Self::Requests(requests) => &requests.service,
            Self::Jobs(jobs) => &jobs.service,
            Self::Stream(stream) => &stream.service,
        }
    }

    /// The door it comes by, with the port of the listener it names; jobs wait in a queue.
    pub fn door(&self) -> Option<(&Entrance, Option<u16>)> {
        match self {
            Self::Requests(requests) => Some((&requests.through, requests.listener_port)),
            Self::Stream(stream) => Some((&stream.through, stream.listener_port)),
            Self::Jobs(_) => None,
        }
    }

    /// How it goes over time, to change it.
    pub(super) fn shape_mut(&mut self) -> &mut Shape {
        match self {
            Self::Requests(requests) => &mut requests.shape,
            Self::Jobs(jobs) => &mut jobs.shape,
            Self::Stream(stream) => &mut stream.kilobytes,
        }
    }

    /// How it goes over time.
    pub fn shape(&self) -> &Shape {
        match self {
            Self::Requests(requests) => &requests.shape,
            Self::Jobs(jobs) => &jobs.shape,
            Self::Stream(stream) => &stream.kilobytes,
        }
    }
}

impl Refers for Load {
    fn refer(&mut self, visit: &mut Visit<'_>) {
        let entrance = match self {
            Self::Requests(requests) => {
                one("service", &mut requests.service, visit);
                Some(&mut requests.through)
            }
            Self::Jobs(jobs) => {
                one("queue", &mut jobs.queue, visit);
                one("service", &mut jobs.service, visit);
                None
            }
            Self::Stream(stream) => {
                one("service", &mut stream.service, visit);
                Some(&mut stream.through)
            }
        };
        match entrance {
            Some(Entrance::LoadBalancer(balancer)) => one("through", balancer, visit),
            Some(Entrance::ApiGateway(api)) => one("through", api, visit),
            Some(Entrance::Direct) | None => {}
        }
    }
}
