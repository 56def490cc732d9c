//! Journeys through Bayplan and the rules of its house: one binary, a module a subject.

mod charts;
mod tidy;
