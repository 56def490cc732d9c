//! The project's own files, read from the folder above this package.

use std::{fs, io, path::Path};

/// One text file: its path from the top of the project, with `/`, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// From the top of the project: `engine/src/lib.rs`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl TextFile {
    /// Whether its name ends in `.extension`.
    pub fn is_kind(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

/// The top of the project.
pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests package lies in the project's folder")
}

/// The names that stand at the top, folders with a closing `/`, in order.
///
/// # Errors
/// When the folder cannot be listed.
pub fn top_entries() -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(top())? {
        let entry = entry?;
        let slash = if entry.file_type()?.is_dir() { "/" } else { "" };
        names.push(format!("{}{slash}", entry.file_name().to_string_lossy()));
    }
    names.sort();
    Ok(names)
}

/// Every text file (valid UTF-8) but those under `.git` and `target`, in order of path.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn text_files() -> io::Result<Vec<TextFile>> {
    let mut files = Vec::new();
    collect(top(), "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<TextFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if !matches!(name.as_str(), ".git" | "target" | "__pycache__") {
                collect(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if name != ".git"
            && let Ok(text) = String::from_utf8(fs::read(entry.path())?)
        {
            files.push(TextFile { path, text });
        }
    }
    Ok(())
}
