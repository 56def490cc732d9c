//! The program `bayplan`: arguments lead to the window, or to a command without one.

use std::process::ExitCode;

use bayplan::headless::{self, Cli};
use clap::Parser;

fn main() -> ExitCode {
    env_logger::init();
    let cli = Cli::parse();
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let code = if let Some(verb) = &cli.verb {
        headless::run(verb, &mut out, &mut err)
    } else {
        headless::without_window(cli.design.as_deref(), "this version has none yet", &mut out, &mut err)
    };
    ExitCode::from(code)
}
