//! The project as a folder: what stands at its top, which presets it has, what its texts may not name.

use super::Breach;
use bayplan_tests::tree::TextFile;

/// What may stand at the top. The top is fixed: new things go into one of these.
const TOP: &[&str] = &[
    ".ci/",
    ".git",
    ".git/",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "app/",
    "assets/",
    "clippy.toml",
    "engine/",
    "presets/",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "target/",
    "tests/",
];

/// The folders of presets, and the file that embeds and lists them.
const PRESETS: &[&str] = &["presets/designs/", "presets/loads/", "presets/faults/"];
const PRESET_LIST: &str = "engine/src/presets.rs";

/// First folders of paths that exist on one machine only. (Without slashes, so that this line names none.)
const MACHINE_FOLDERS: &[&str] = &["work", "root", "tmp", "farm"];

/// Names at the top that the map does not know.
pub(super) fn strangers(entries: &[String]) -> Vec<Breach> {
    let what = "does not belong at the top: put it into a folder of the map, or into TOP of tests/it/tidy/house.rs";
    entries.iter().filter(|name| !TOP.contains(&name.as_str())).map(|name| Breach::new(name, 1, what)).collect()
}

/// Preset files that the list does not name.
pub(super) fn unlisted_presets(files: &[TextFile]) -> Vec<Breach> {
    let list = files.iter().find(|file| file.path == PRESET_LIST).map_or("", |file| file.text.as_str());
    files
        .iter()
        .filter(|file| file.is_kind("ron") && PRESETS.iter().any(|folder| file.path.starts_with(folder)))
        .filter(|file| !list.contains(&format!("{}\"", file.path)))
        .map(|file| Breach::new(&file.path, 1, format!("no user finds it: embed and list it in {PRESET_LIST}")))
        .collect()
}

/// Lines that name a folder of one machine, or the folder beside the project.
pub(super) fn machine_paths(file: &TextFile) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (i, line) in file.text.lines().enumerate() {
        let beside = line.contains(concat!("..", "/shared"));
        if beside || line.match_indices('/').any(|(at, _)| starts_machine_path(line, at)) {
            let what = "names a folder of one machine: the project stands alone, so use a path inside it";
            breaches.push(Breach::new(&file.path, i + 1, what));
        }
    }
    breaches
}

/// Whether the `/` at `at` begins a path, not within one, and that path enters one of the machine's folders.
fn starts_machine_path(line: &str, at: usize) -> bool {
    let within =
        line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '}' | ')' | '*'));
    let mut parts = line[at + 1..].splitn(2, '/');
    let enters = parts.next().is_some_and(|folder| MACHINE_FOLDERS.contains(&folder));
    enters && !within && parts.next().is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn strangers_at_the_top_are_found() {
        assert_eq!(strangers(&["app/".to_owned(), "Cargo.toml".to_owned()]), []);
        assert_eq!(strangers(&["utils/".to_owned(), "app".to_owned()]).len(), 2);
    }

    #[test]
    fn presets_that_no_one_lists_are_found() {
        let preset = || file("presets/designs/small-api.ron", "()");
        let list = |text: &str| file(PRESET_LIST, text);
        assert_eq!(unlisted_presets(&[preset()]).len(), 1);
        assert_eq!(unlisted_presets(&[preset(), list("include_str!(\"presets/designs/other.ron\")")]).len(), 1);
        assert_eq!(unlisted_presets(&[preset(), list("include_str!(\"../../presets/designs/small-api.ron\")")]), []);
        assert_eq!(unlisted_presets(&[file("presets/README.md", "")]), []);
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let found = |text: &str| machine_paths(&file("a.md", text)).iter().map(|b| b.line).collect::<Vec<_>>();
        for folder in MACHINE_FOLDERS {
            assert_eq!(found(&format!("x\nsee `/{folder}/a.txt`\n/{folder}/.b")), [2, 3], "{folder}");
            assert_eq!(
                found(&format!("https://a.example/{folder}/b and a/{folder}/b and /{folder} and ../{folder}/b")),
                Vec::<usize>::new(),
                "{folder}"
            );
        }
        assert_eq!(found(concat!("see ..", "/shared")), [1]);
    }
}
