//! Reading files as text, whichever way it was saved; writing files so that nothing is ever lost: a new file beside the old
//! one, then put in its place. A file of another is replaced where somebody agreed to it, and only there.

use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", path.display())]
pub struct WriteError {
    /// Which file.
    pub path: PathBuf,
    /// Why.
    pub error: std::io::Error,
}

/// Whether a file that stands there already may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Somebody has agreed to it.
    Agreed,
    /// Nobody was asked.
    Never,
}

/// Names of standard output: the one that commands share, and those of the system.
const STANDARD_OUTPUT: &[&str] = &["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Whether a path is a command's standard output.
pub fn is_standard_output(path: &Path) -> bool {
    STANDARD_OUTPUT.iter().any(|name| path == Path::new(name))
}

/// Writes a file whole or not at all, through a link and with the permissions there were; folders on the way are made.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    store(path, bytes, Replace::Agreed).map_err(|error| WriteError { path: path.to_owned(), error })
}

/// Writes what a command makes: to standard output where that is named, else as [`write`] does.
pub fn put(path: &Path, bytes: &[u8], replace: Replace, out: &mut dyn Write) -> Result<(), WriteError> {
    let stored = if is_standard_output(path) { out.write_all(bytes) } else { store(path, bytes, replace) };
    stored.map_err(|error| WriteError { path: path.to_owned(), error })
}

/// Whether [`put`] would refuse a path for what stands there: asked before work that takes long.
pub fn may_put(path: &Path, replace: Replace) -> Result<(), WriteError> {
    let is_file = |path: &Path| std::fs::metadata(path).is_ok_and(|there| there.is_file());
    if replace == Replace::Never && !is_standard_output(path) && is_file(path) {
        return Err(WriteError { path: path.to_owned(), error: taken() });
    }
    Ok(())
}

fn taken() -> Error {
    Error::new(ErrorKind::AlreadyExists, "there is a file of that name; --force replaces it")
}

fn store(path: &Path, bytes: &[u8], replace: Replace) -> Result<(), Error> {
    let target = end_of_links(path)?;
    let before = std::fs::metadata(&target).or_else(|_| std::fs::metadata(path)).ok();
    if before.as_ref().is_some_and(|there| !there.is_file() && !there.is_dir()) {
        // A device or a pipe stays what it is.
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut beside = as_usual().tempfile_in(folder)?;
    beside.write_all(bytes)?;
    if let Some(before) = before {
        beside.as_file().set_permissions(before.permissions())?;
    }
    beside.as_file().sync_all()?;
    let stored = match replace {
        Replace::Agreed => beside.persist(&target),
        Replace::Never => beside.persist_noclobber(&target),
    };
    stored.map(drop).map_err(|why| match why.error.kind() {
        ErrorKind::AlreadyExists if !target.is_dir() => taken(),
        _ => why.error,
    })
}

/// Where a path leads to: a link that leads nowhere yet is followed too, so that it is still one afterwards. Links that
/// lead in circles are an error of the system's, so this ends.
fn end_of_links(path: &Path) -> Result<PathBuf, Error> {
    match std::fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => match std::fs::read_link(path) {
            Ok(next) => end_of_links(&path.parent().unwrap_or(Path::new("")).join(next)),
            Err(_) => Ok(path.to_owned()),
        },
        end => end,
    }
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system gave nothing.
    #[error("{}: {error}", path.display())]
    System {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A folder has no text.
    #[error("{}: this is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// What is in it is no text.
    #[error(
        "{}:{line}: byte {byte} is not text in {encoding}; save the file as UTF-8 (in PowerShell: … | Out-File -Encoding utf8 FILE)",
        path.display()
    )]
    NotText {
        /// Which file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The first byte that does not fit, from 0.
        byte: usize,
        /// What it was read as.
        encoding: &'static str,
    },
}

/// The text of a file: UTF-8, or UTF-16 with the mark at its beginning that PowerShell's `>` puts there.
pub fn read(path: &Path) -> Result<String, ReadError> {
    let path = || path.to_owned();
    if path().is_dir() {
        return Err(ReadError::Folder(path()));
    }
    let bytes = std::fs::read(path()).map_err(|error| ReadError::System { path: path(), error })?;
    let not_text = |encoding| move |(line, byte)| ReadError::NotText { path: path(), line, byte, encoding };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).map_err(not_text("UTF-16")),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).map_err(not_text("UTF-16")),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, 3).map_err(not_text("UTF-8")),
        all => utf8(all, 0).map_err(not_text("UTF-8")),
    }
}

/// Text in UTF-8, or line and byte of the first that does not fit; so many bytes stood before.
fn utf8(bytes: &[u8], before: usize) -> Result<String, (usize, usize)> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let lines = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        (lines, before + error.valid_up_to())
    })
}

/// Text in UTF-16 after its mark of two bytes, or line and byte of the first unit that does not fit.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, (usize, usize)> {
    let (pairs, left) = bytes.as_chunks::<2>();
    let mut text = String::new();
    let (mut lines, mut at) = (1, 2);
    for read in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let Ok(read) = read else { return Err((lines, at)) };
        lines += usize::from(read == '\n');
        at += 2 * read.len_utf16();
        text.push(read);
    }
    if left.is_empty() { Ok(text) } else { Err((lines, at)) }
}

/// A file that others may read as far as the user's mask lets them; a temporary one would be the user's alone.
#[cfg(unix)]
fn as_usual() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn as_usual() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file.ron");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let error = write(folder.path(), b"x").unwrap_err();
        assert!(error.to_string().contains(&folder.path().display().to_string()));
    }

    #[test]
    fn a_file_that_nobody_gave_up_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.ron");
        let mut out = Vec::new();
        put(&path, b"mine", Replace::Never, &mut out).unwrap();
        for error in [put(&path, b"yours", Replace::Never, &mut out), may_put(&path, Replace::Never)] {
            let said = error.unwrap_err().to_string();
            assert!(said.contains("mine.ron: there is a file of that name; --force"), "{said}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        may_put(&path, Replace::Agreed).unwrap();
        put(&path, b"yours", Replace::Agreed, &mut out).unwrap();
        assert_eq!((std::fs::read(&path).unwrap(), out.as_slice()), (b"yours".to_vec(), b"".as_slice()));
        // Nothing is left beside it.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn standard_output_is_written_by_its_names() {
        let mut out = Vec::new();
        for name in STANDARD_OUTPUT {
            may_put(Path::new(name), Replace::Never).unwrap();
            put(Path::new(name), b"x", Replace::Never, &mut out).unwrap();
        }
        assert_eq!(out, b"xxxx");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_through_and_links_lead_on() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (null, mut out) = (Path::new("/dev/null"), Vec::new());
        put(null, b"x", Replace::Never, &mut out).unwrap();
        assert!(std::fs::metadata(null).unwrap().file_type().is_char_device());
        // A link to a link to a file that is not there yet.
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        symlink("second", &first).unwrap();
        symlink("end.ron", &second).unwrap();
        put(&first, b"one", Replace::Never, &mut out).unwrap();
        assert_eq!(std::fs::read(folder.path().join("end.ron")).unwrap(), b"one");
        assert!([&first, &second].iter().all(|link| std::fs::symlink_metadata(link).unwrap().is_symlink()));
        // Now it leads to a file, which stays.
        put(&first, b"two", Replace::Never, &mut out).unwrap_err();
        symlink("round", folder.path().join("round")).unwrap();
        write(&folder.path().join("round"), b"x").unwrap_err();
    }

    #[track_caller]
    fn reads(bytes: &[u8], expected: Result<&str, &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, bytes).unwrap();
        let before = format!("{}:", path.display());
        let text = read(&path).map_err(|why| why.to_string().replace(&before, ""));
        match expected {
            Ok(expected) => assert_eq!(text.as_deref(), Ok(expected)),
            Err(start) => assert!(text.as_ref().is_err_and(|why| why.starts_with(start)), "{text:?}"),
        }
    }

    #[test]
    fn text_is_read_whichever_way_it_was_saved() {
        let little: Vec<u8> =
            [0xfeff].into_iter().chain("{\n\"é\"}".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfeff].into_iter().chain("𝄞".encode_utf16()).flat_map(u16::to_be_bytes).collect();
        reads(&little, Ok("{\n\"é\"}"));
        reads(&big, Ok("𝄞"));
        reads(b"\xef\xbb\xbf{}", Ok("{}"));
        reads(b"", Ok(""));
        // `é` of Latin-1 is byte 3, in the second line; after the mark of UTF-8 it is byte 6.
        reads(b"{\n\"\xe9\"}", Err("2: byte 3 is not text in UTF-8; save the file as UTF-8"));
        reads(b"\xef\xbb\xbf{\n\"\xe9\"}", Err("2: byte 6 is not text in UTF-8"));
        // Half a pair after `{` and a line's end, and half a unit after nothing.
        reads(b"\xff\xfe{\0\n\0\x00\xd8", Err("2: byte 6 is not text in UTF-16"));
        reads(b"\xff\xfe\x00", Err("1: byte 2 is not text in UTF-16"));
    }

    #[test]
    fn a_folder_is_said_to_be_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().ends_with("this is a folder; name a file in it"));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file.ron"), folder.path().join("link.ron"));
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        // A plain file of this process shows what the mask leaves.
        let plain = folder.path().join("plain");
        std::fs::write(&plain, b"").unwrap();
        write(&path, b"one").unwrap();
        assert_eq!(mode(), std::fs::metadata(&plain).unwrap().permissions().mode() & 0o777);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        write(&link, b"two").unwrap();
        assert_eq!((mode(), std::fs::read(&path).unwrap()), (0o640, b"two".to_vec()));
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
