//! What the house rules read the project with. The journeys through Bayplan live in `it/`.

pub mod mutate;
pub mod source;
pub mod thousand;
pub mod tree;
