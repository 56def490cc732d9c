//! The program `bayplan`: arguments lead to the window, or to a command without one.

use std::path::PathBuf;
use std::process::ExitCode;

use bayplan::app::run_window;
use bayplan::headless::{self, Cli};
use clap::Parser;

fn main() -> ExitCode {
    env_logger::init();
    let cli = Cli::parse();
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let code = if let Some(verb) = &cli.verb {
        headless::run(verb, &mut out, &mut err)
    } else {
        match window(cli.design.as_deref()) {
            Ok(()) => 0,
            Err(why) => headless::without_window(cli.design.as_deref(), &why, &mut out, &mut err),
        }
    };
    ExitCode::from(code)
}

/// Opens the window and stays until it is closed, or says why there is none.
fn window(design: Option<&str>) -> Result<(), String> {
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !has("DISPLAY") && !has("WAYLAND_DISPLAY") {
        return Err("there is no display".to_owned());
    }
    run_window(design.map(PathBuf::from)).map_err(|error| error.to_string())
}
