//! Bayplan: the window and the command line around the engine. Reads files, draws, runs jobs; decides nothing about ECS.

pub mod analysis;
pub mod app;
pub mod bill_json;
pub mod charts;
pub mod command;
pub mod document;
pub mod exports;
pub mod files;
pub mod grid;
pub mod headless;
pub mod jobs;
pub mod model;
pub mod new_design;
pub mod output_schema;
pub mod parts;
pub mod perform;
pub mod reports;
pub mod results;
pub mod views;
pub mod widgets;
pub mod work;
