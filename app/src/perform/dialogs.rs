//! File dialogs of the system, each on a thread of its own so that the window goes on.
//!
//! Tests answer in its place. `None` is Cancel; where no dialog can be shown at all it comes back within milliseconds,
//! which [`Native`] says.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use egui::Context;

/// What a dialog is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    OpenProject,
    ImportDefinitions,
    /// A file of this name at first, with this extension.
    Save {
        name: String,
        extension: &'static str,
    },
    /// A picture of this name at first: SVG or PNG, as its ending says.
    SavePicture {
        name: String,
    },
    Folder,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    Files(Vec<PathBuf>),
    Cancelled,
    /// No dialog program answers on this machine.
    NoDialog,
}

/// Whatever can ask for a file.
pub trait Dialogs {
    /// Asks, and answers once through the channel.
    fn ask(&mut self, wanted: Wanted, context: &Context) -> Receiver<Picked>;
}

/// The system's dialogs.
pub struct Native;

/// Nobody cancels a dialog faster than this after asking for it.
const SWIFT: Duration = Duration::from_millis(50);

impl Dialogs for Native {
    fn ask(&mut self, wanted: Wanted, context: &Context) -> Receiver<Picked> {
        let ((send, picked), context) = (channel(), context.clone());
        std::thread::spawn(move || {
            let asked = Instant::now();
            let files = match wanted {
                Wanted::OpenProject => {
                    rfd::FileDialog::new().add_filter("Bayplan project", &["ron"]).pick_file().map(|file| vec![file])
                }
                Wanted::ImportDefinitions => rfd::FileDialog::new()
                    .add_filter("ECS task definition", &["json", "yaml", "yml", "jsonc"])
                    .pick_files(),
                Wanted::Save { name, extension } => rfd::FileDialog::new()
                    .add_filter(extension, &[extension])
                    .set_file_name(name)
                    .save_file()
                    .map(|file| vec![file]),
                Wanted::SavePicture { name } => rfd::FileDialog::new()
                    .add_filter("SVG or PNG picture", &["svg", "png"])
                    .set_file_name(name)
                    .save_file()
                    .map(|file| vec![file]),
                Wanted::Folder => rfd::FileDialog::new().pick_folder().map(|folder| vec![folder]),
            };
            let answer = match files {
                Some(files) => Picked::Files(files),
                None if asked.elapsed() < SWIFT => Picked::NoDialog,
                None => Picked::Cancelled,
            };
            // The window may be gone: then nobody waits for the answer.
            let _ = send.send(answer);
            context.request_repaint();
        });
        picked
    }
}
