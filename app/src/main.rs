//! The program `bayplan`.

fn main() {}
