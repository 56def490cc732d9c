//! Spoils our own files and does with each what is done with one in a day: `cargo run -p bayplan-tests --bin mutate -- 5000`.
//!
//! A second number is the first seed, 1 without it. The work is done by a child of this program under a limit of memory
//! (where there is `ulimit`); one that says nothing for ten seconds is ended. In the end: each seed and file that panicked,
//! hung or took too much memory; the exit code is 1 if there was one. `mutate 1 SEED` repeats one, `mutate --show SEED`
//! prints what the seed made.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use bayplan_tests::mutate::{files, listen_to_panics, spoiled, tried};

/// How long one file may take.
const LONGEST: Duration = Duration::from_secs(10);
/// How much memory the child may take: 1 GiB and what the program itself is.
const MOST_KIB: u32 = (1024 + 256) * 1024;

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| arguments.get(place).and_then(|text| text.parse::<u64>().ok());
    match arguments.first().map(String::as_str) {
        Some("--show") => {
            let all = files();
            let (_, bytes) = spoiled(number(1).unwrap_or(1), &all);
            io::stdout().write_all(&bytes)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("--child") => work(number(1).unwrap_or(1), number(2).unwrap_or(1)),
        Some(_) | None => watch(number(1).unwrap_or(1), number(0).unwrap_or(200)),
    }
}

/// Does the work, a line before each file and one after.
fn work(from: u64, to: u64) -> io::Result<ExitCode> {
    listen_to_panics();
    let all = files();
    let mut out = io::stdout().lock();
    for seed in from..to {
        let (file, bytes) = spoiled(seed, &all);
        writeln!(out, "{seed} {}", file.name)?;
        out.flush()?;
        if let Err(what) = tried(file.kind, &bytes) {
            writeln!(out, "FAILED {}", what.replace('\n', " "))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Has the work done, and starts again behind what ended it.
fn watch(first: u64, count: u64) -> io::Result<ExitCode> {
    let end = first.saturating_add(count);
    let (mut next, mut failures) = (first, 0);
    while next < end {
        let (mut child, lines) = start(next, end)?;
        let mut at: Option<String> = None;
        let ended = loop {
            match lines.recv_timeout(LONGEST) {
                Ok(line) => match line.strip_prefix("FAILED ") {
                    Some(what) => {
                        failures += 1;
                        report(at.as_deref(), what)?;
                    }
                    None => {
                        next = line.split(' ').next().and_then(|seed| seed.parse::<u64>().ok()).unwrap_or(next) + 1;
                        at = Some(line);
                    }
                },
                Err(RecvTimeoutError::Timeout) => {
                    child.kill()?;
                    break Some("it took more than ten seconds".to_owned());
                }
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        let status = child.wait()?;
        match ended {
            None if status.success() => break,
            ended => {
                failures += 1;
                report(
                    at.as_deref(),
                    &ended.unwrap_or_else(|| {
                        format!("it ended the program ({status}): out of memory, or its stack overflowed")
                    }),
                )?;
            }
        }
    }
    writeln!(io::stdout(), "{count} files from seed {first} on: {failures} failed")?;
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(at: Option<&str>, what: &str) -> io::Result<()> {
    writeln!(io::stdout(), "seed {}: {what}", at.unwrap_or("(none was begun)"))
}

/// Starts the work, and hears what it says.
fn start(from: u64, to: u64) -> io::Result<(Child, Receiver<String>)> {
    let me = std::env::current_exe()?;
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {MOST_KIB}; exec \"$0\" \"$@\"")]).arg(me);
        shell
    } else {
        Command::new(me)
    };
    let range = [from.to_string(), to.to_string()];
    let mut child = command.arg("--child").args(range).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (say, hear) = channel();
    let out = child.stdout.take().ok_or_else(|| io::Error::other("the child has no output"))?;
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                break;
            }
        }
    });
    Ok((child, hear))
}
