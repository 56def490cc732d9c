//! How far work has got, drawn on the terminal while it is done; nothing anywhere else.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use bayplan_engine::evaluate::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// How often the bar follows.
const EVERY: Duration = Duration::from_millis(100);

/// Does work, and draws its progress if a terminal looks on.
pub fn shown<T>(progress: &Progress, on_terminal: bool, work: impl FnOnce() -> T) -> T {
    if !on_terminal {
        return work();
    }
    thread::scope(|scope| {
        let (done, is_done) = channel::<()>();
        scope.spawn(move || {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed}, {eta} left") {
                bar.set_style(style);
            }
            // Work that ends, well or in a panic, drops its end of the channel.
            while matches!(is_done.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
                let (reached, total) = progress.figures();
                bar.set_length(total);
                bar.set_position(reached);
            }
            bar.finish_and_clear();
        });
        let result = work();
        drop(done);
        result
    })
}
