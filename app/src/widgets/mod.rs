//! Parts that several views share: the theme, the icons, a chart on the screen.
//!
//! A widget reads what it is given, paints, and returns what the user asked for. It never edits, saves, runs or blocks.

pub mod chart_view;
pub mod elided;
pub mod fields;
pub mod held;
pub mod icon;
pub mod progress;
pub mod rows;
pub mod segments;
pub mod theme;
pub mod units;
