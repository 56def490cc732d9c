//! Bayplan: the window and the command line around the engine. Reads files, draws, runs jobs; decides nothing about ECS.

pub mod charts;
pub mod exports;
pub mod files;
pub mod headless;
pub mod widgets;
