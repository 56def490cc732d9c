//! Deciding: every controller looks at the plan and the state and says what it asks for; nothing here changes anything.

pub mod action;
pub mod capacity;
pub mod placement;
pub mod scaling;
pub mod service;
