//! What is drawn and left out of the figures, and what that makes of a total.
//!
//! In: rows of what the estimate and a run do not take up. Out: a [`Claim`]. A total is whole as long as every dollar of what
//! is drawn is in it: behaviour that is not played is told and leaves it whole.

use crate::design::ItemRef;
use crate::units::Span;

/// What leaving something out takes from the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaves {
    /// How it behaves: the charges of what is drawn are all there.
    Behaviour,
    /// Dollars of something drawn: what it runs or what it is charged is not in the total.
    Dollars,
    /// A plan that was bought ahead and would lower the total.
    Plan,
}

/// Something drawn that neither the estimate nor the run takes up yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotPlayed {
    /// The item.
    pub item: ItemRef,
    /// What of it is left out.
    pub what: &'static str,
    /// How far into a run it first changes something; zero is from the start.
    pub after: Span,
    /// What is missing without it.
    pub leaves: Leaves,
}

impl NotPlayed {
    /// Whether it makes a total incomplete.
    pub fn is_missed(&self) -> bool {
        self.leaves != Leaves::Behaviour
    }
}

/// What a total claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is all that the drawing costs, as far as it is priced at all.
    Whole,
    /// Something drawn is missing: it costs this at least.
    AtLeast,
    /// A plan bought ahead is not applied: it may cost less, and so not this at least.
    BeforePlans,
}

impl Claim {
    /// Of a total that misses meters without a price, or not, and what else is left out.
    pub fn of<'a>(is_priced: bool, left_out: impl IntoIterator<Item = &'a NotPlayed>) -> Self {
        let worst = left_out.into_iter().map(|left| left.leaves).max();
        match worst.unwrap_or(Leaves::Behaviour) {
            Leaves::Plan => Self::BeforePlans,
            Leaves::Behaviour if is_priced => Self::Whole,
            Leaves::Behaviour | Leaves::Dollars => Self::AtLeast,
        }
    }

    /// Whether nothing is missing.
    pub fn is_whole(self) -> bool {
        self == Self::Whole
    }

    /// It alone, for a column of its own: "at least".
    pub const fn word(self) -> &'static str {
        match self {
            Self::Whole => "complete",
            Self::AtLeast => "at least",
            Self::BeforePlans => "before plans",
        }
    }

    /// An amount as it may be said: "at least $12.00", "$12.00 before plans".
    pub fn said(self, amount: &str) -> String {
        match self {
            Self::Whole => amount.to_owned(),
            Self::AtLeast => format!("at least {amount}"),
            Self::BeforePlans => format!("{amount} before plans"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_says_what_it_is_without() {
        let left = |leaves| NotPlayed { item: ItemRef::Cluster("main".into()), what: "it", after: Span::ZERO, leaves };
        let (behaviour, dollars, plan) = (left(Leaves::Behaviour), left(Leaves::Dollars), left(Leaves::Plan));
        let said = |is_priced, left: &[&NotPlayed]| Claim::of(is_priced, left.iter().copied()).said("$12.00");
        assert_eq!(said(true, &[]), "$12.00");
        assert_eq!(said(true, &[&behaviour]), "$12.00");
        assert_eq!(said(false, &[&behaviour]), "at least $12.00");
        assert_eq!(said(true, &[&behaviour, &dollars]), "at least $12.00");
        // What a plan takes off is not known: then no floor is known either.
        assert_eq!(said(false, &[&plan, &dollars]), "$12.00 before plans");
    }
}
