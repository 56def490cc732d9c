//! Looking after services: what is missing, what is too many, how a deployment goes on.

pub mod launch;
pub mod replica;
