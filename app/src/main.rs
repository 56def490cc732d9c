//! The program `bayplan`: arguments lead to the window, or to a command without one.

use std::process::ExitCode;

use bayplan::headless::{self, Cli};
use clap::Parser;

fn main() -> ExitCode {
    env_logger::init();
    let cli = Cli::parse();
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    match &cli.verb {
        Some(verb) => ExitCode::from(headless::run(verb, &mut out, &mut err)),
        None => {
            let why = "this version has none yet";
            ExitCode::from(headless::without_window(cli.design.as_deref(), why, &mut out, &mut err))
        }
    }
}
