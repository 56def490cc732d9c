//! Journeys through Bayplan and the rules of its house: one binary, a module a subject.

mod chart_view;
mod charts;
mod tidy;
