//! A plan is played: events in order of time, and what each does to the world.

pub mod event;
pub mod queue;
pub mod trace;
