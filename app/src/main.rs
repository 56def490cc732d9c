//! The program `bayplan`: arguments lead to the window, or to a command without one.

use std::any::Any;
use std::io::{BufWriter, IsTerminal, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;

use bayplan::app::run_window;
use bayplan::headless::{self, Outlets, Plain};

fn main() -> ExitCode {
    env_logger::init();
    let (stdout, mut err) = (std::io::stdout(), std::io::stderr());
    let on_terminal = err.is_terminal();
    // What goes to a file or a pipe is data, and stays as it is.
    let shown = stdout.is_terminal();
    let out = BufWriter::new(stdout);
    let mut out: Box<dyn Write> = if shown { Box::new(Plain::new(out)) } else { Box::new(out) };
    let mut to = Outlets { out: &mut out, err: &mut err, on_terminal };
    ExitCode::from(headless::run(std::env::args_os(), &mut to, open_window))
}

/// Opens the window and stays until it is closed; else says why there is none, without the sources' paths and half pages
/// that the errors themselves hold.
fn open_window(design: Option<&str>) -> Result<(), String> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_set) {
        return Err("neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned());
    }
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if missing_library(info.payload()).is_none() {
            loud(info);
        }
    }));
    let path = design.map(PathBuf::from);
    match panic::catch_unwind(AssertUnwindSafe(|| run_window(path))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_))) => {
            Err("no X11 or Wayland display answers".to_owned())
        }
        Ok(Err(eframe::Error::NoGlutinConfigs(..) | eframe::Error::Glutin(_) | eframe::Error::OpenGL(_))) => {
            Err("no OpenGL driver answers".to_owned())
        }
        Ok(Err(other)) => Err(other.to_string()),
        Err(panic) => Err(missing_library(&*panic).unwrap_or_else(|| panic::resume_unwind(panic))),
    }
}

/// What the window system's crates say, by a panic, of a library that is not installed.
fn missing_library(panic: &(dyn Any + Send)) -> Option<String> {
    let said = panic.downcast_ref::<String>().cloned();
    let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))?;
    said.contains("could not be loaded").then_some(said)
}
