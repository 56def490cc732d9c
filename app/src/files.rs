//! Writing files so that nothing is ever lost: a new file beside the old one, then put in its place.

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
