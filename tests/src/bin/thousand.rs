//! Writes a design of many services: `cargo run -p bayplan-tests --bin thousand -- 1000 > thousand.ron`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use bayplan_engine::design::project::Project;
use bayplan_tests::thousand::design;

fn main() -> ExitCode {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok()).filter(|count| (1..=10_000).contains(count));
    let Some(count) = count else {
        eprintln!("say how many services, 1 to 10000: `thousand 1000 > thousand.ron`");
        return ExitCode::from(2);
    };
    match Project::read(&design(count)) {
        Ok(project) => match io::stdout().lock().write_all(project.write().as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error.to_string()),
        },
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(why: &str) -> ExitCode {
    eprintln!("the design was not written: {why}");
    ExitCode::FAILURE
}
