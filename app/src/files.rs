//! Reading files as text, whichever way it was saved; writing files so that nothing is ever lost: a new file beside the old
//! one, then put in its place.

use std::io::Write;
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

/// Writes a file whole or not at all, through a link and with the permissions there were; folders on the way are made.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |error| WriteError { path: path.to_owned(), error };
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut beside = as_usual().tempfile_in(folder).map_err(failed)?;
    beside.write_all(bytes).map_err(failed)?;
    if let Ok(before) = std::fs::metadata(&target) {
        beside.as_file().set_permissions(before.permissions()).map_err(failed)?;
    }
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist(&target).map_err(|e| failed(e.error))?;
    Ok(())
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
