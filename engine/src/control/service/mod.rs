//! Looking after services: what is missing, what is too many, how a deployment goes on.

pub mod failures;
pub mod launch;
pub mod replica;
