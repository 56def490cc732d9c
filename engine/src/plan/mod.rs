//! A design with every reference resolved and no error left.

pub mod index;
