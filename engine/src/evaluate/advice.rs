//! What a comparison advises, in words: the pick with what it saves and risks, the cheapest that risks nothing new, and what
//! would be cheaper but serves worse.

use super::compare::{Alternative, Comparison};
use super::judgement::{Verdict, shortfalls};
use super::risk::Risk;
use crate::units::Usd;

impl Comparison {
    /// What is advised, in a sentence: the pick with what it saves, and what would be cheaper but serves worse; of a family
    /// that does not apply, why.
    pub fn advice(&self) -> String {
        if let Some(why) = self.alternatives.first().and_then(|drawn| drawn.not_applicable.as_ref()) {
            return format!("This family does not apply: {why}");
        }
        let picked =
            self.pick.and_then(|place| Some((place, &self.alternatives[place], self.alternatives[place].band?)));
        let Some((place, pick, band)) = picked else {
            let missing = self.alternatives.first().is_some_and(|drawn| !drawn.claim().is_whole());
            let why = if missing {
                "what the totals leave out could turn every difference round"
            } else {
                "no alternative is fully priced and serves as well as the design as drawn"
            };
            return format!("Nothing can be picked: {why}");
        };
        let mid = pick.claim().said(&band.mid.dollars_text());
        let mut said = match pick.difference {
            _ if place == 0 => format!("{} stays the cheapest, at {mid}", pick.name),
            Some(change) if change < Usd::ZERO => {
                format!("{} costs {mid}, {} less than as drawn", pick.name, (-change).dollars_text())
            }
            Some(_) | None => format!("{} costs {mid}", pick.name),
        };
        if !pick.risks.is_empty() {
            let risks: Vec<_> = pick.risks.iter().map(Risk::said).collect();
            said = format!("{said}; its risk is {}", risks.join(", "));
        }
        if let Some(safe) = self.safe.filter(|safe| *safe != place) {
            said = format!("{said}; {}", self.safe_said(safe));
        }
        let next = self.ranking.iter().skip_while(|other| **other != place).nth(1);
        if let Some((next, other)) = next.map(|n| &self.alternatives[*n]).and_then(|n| Some((n, n.band?)))
            && other.low <= band.high
        {
            said = format!("{said}; {} is within its band", next.name);
        }
        let cheaper = self.ranking.first().filter(|other| **other != place).map(|n| &self.alternatives[*n]);
        if let Some((cheaper, judgement)) = cheaper.and_then(|of| Some((&of.name, of.judgement.as_ref()?))) {
            let but = match judgement.verdict {
                Verdict::AsWell | Verdict::Worse => "serves worse",
                Verdict::Incomparable => "cannot be picked",
            };
            said = format!("{said}; {cheaper} is cheaper and {but}: {}", judgement.why);
        }
        let short = self.alternatives.first().and_then(Alternative::seen).map(shortfalls).unwrap_or_default();
        if !short.is_empty() {
            said = format!("{said}; as drawn, {}", short.join(", "));
        }
        said
    }

    /// The cheapest that risks nothing new.
    fn safe_said(&self, safe: usize) -> String {
        let of = &self.alternatives[safe];
        if safe == 0 {
            return "nothing cheaper keeps architecture, fallback and zones as drawn".to_owned();
        }
        let mid = |usd: Usd| of.claim().said(&usd.dollars_text());
        let cost = of.band.map_or_else(String::new, |band| format!(" costs {}", mid(band.mid)));
        let change = match of.difference {
            Some(change) if change < Usd::ZERO => format!(", {} less than as drawn", (-change).dollars_text()),
            Some(_) | None => String::new(),
        };
        format!("{}{cost}{change}, and keeps architecture, fallback and zones", of.name)
    }
}
