//! Files on disk: whole-file atomic writing, and the list of recent files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::files;

/// How many recent files are remembered.
const MOST_RECENT: usize = 8;

/// Writes a file whole or not at all, through a link, keeping its permissions.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    files::write(path, text.as_bytes()).map_err(|failed| failed.error)
}

/// The recent files, newest first; those that are gone are left out.
pub fn recent(folder: Option<&Path>) -> Vec<PathBuf> {
    let text = folder.and_then(|folder| fs::read_to_string(folder.join("recent.txt")).ok()).unwrap_or_default();
    text.lines().map(PathBuf::from).filter(|path| path.is_file()).take(MOST_RECENT).collect()
}

/// Puts a file first among the recent ones.
pub fn remember(folder: Option<&Path>, recent: &mut Vec<PathBuf>, path: &Path) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    recent.retain(|other| *other != path);
    recent.insert(0, path);
    recent.truncate(MOST_RECENT);
    let Some(folder) = folder else { return Ok(()) };
    fs::create_dir_all(folder)?;
    let lines: Vec<_> = recent.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    write(&folder.join("recent.txt"), &(lines.join("\n") + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        write(&path, "one").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write(&folder.path().join("missing/folder/b.ron"), "x").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("missing/folder/b.ron")).unwrap(), "x");
        assert!(write(&path.join("below-a-file.ron"), "x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.ron"), folder.path().join("link.ron"));
        write(&real, "one").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, "two").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn the_newest_file_is_first_and_each_is_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut list = Vec::new();
        for name in ["a", "b", "a"] {
            let path = folder.path().join(name);
            fs::write(&path, "").unwrap();
            remember(Some(folder.path()), &mut list, &path).unwrap();
        }
        let names: Vec<_> = recent(Some(folder.path())).iter().map(|p| p.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
