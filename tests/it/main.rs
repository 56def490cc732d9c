//! Journeys through Bayplan and the rules of its house: one binary, a module a subject.

mod agreement;
mod allocation;
mod chart_view;
mod charts;
mod comparing;
mod describe;
mod drawing;
mod file;
mod headless;
mod headless_bills;
mod hours;
mod imports;
mod many;
mod meters;
mod money;
mod mutations;
mod places;
mod preset_runs;
mod presets;
mod revisions;
mod scheduled;
mod stated;
mod steady;
mod tidy;
mod traffic;
mod window;
