//! Misspelt words: the nearest of those that are known.

use std::ffi::OsString;
use std::path::Path;

use bayplan_engine::presets::PRESETS;
use clap::CommandFactory;

use super::Cli;

/// What to say of a first word that is no command, no preset and no file; `None` where it is one, or an option.
pub(super) fn unknown_word(arguments: &[OsString]) -> Option<String> {
    let word = arguments.get(1)?;
    let text = word.to_str()?;
    let commands = commands();
    if text.starts_with('-') || commands.iter().any(|command| command == text) || Path::new(word).exists() {
        return None;
    }
    let presets = || PRESETS.iter().map(|preset| preset.name);
    if presets().any(|preset| preset == text) {
        return None;
    }
    let known = commands.iter().map(String::as_str).chain(presets());
    let hint = match nearest(text, known) {
        Some(word) => format!("did you mean `{word}`?"),
        None => {
            format!("commands are {}; presets are {}", commands.join(", "), presets().collect::<Vec<_>>().join(", "))
        }
    };
    Some(format!("`{}` is no command, no preset and no file; {hint}", text.escape_debug()))
}

fn commands() -> Vec<String> {
    let mut all: Vec<_> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    all.push("help".to_owned());
    all
}

/// The known word that is nearest to a misspelt one, if any is near: a letter or two swapped, left out or added, or one
/// that it begins.
pub(super) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let word = word.to_lowercase();
    let far = |other: &str| {
        let begins = word.len() >= 3 && other.starts_with(&word);
        if begins { 0 } else { strsim::damerau_levenshtein(&word, other) }
    };
    let allowed = if word.chars().count() <= 4 { 1 } else { 2 };
    let near = known.into_iter().map(|other| (far(other), other)).filter(|(distance, _)| *distance <= allowed);
    near.min().map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(word: &str) -> Option<String> {
        unknown_word(&["bayplan".into(), word.into()])
    }

    #[test]
    fn a_misspelt_command_or_preset_is_answered_with_the_nearest() {
        for (word, meant) in [
            ("estimte", "estimate"),
            ("simualte", "simulate"),
            ("chekc", "check"),
            ("exprot", "export"),
            ("smal-api", "small-api"),
        ] {
            let said = said(word).unwrap();
            assert!(said.contains(&format!("did you mean `{meant}`?")), "{word}: {said}");
        }
        assert!(
            ["commands are ", "estimate", "small-api"].iter().all(|words| said("frobnicate").unwrap().contains(words))
        );
    }

    #[test]
    fn commands_presets_options_and_files_are_known() {
        for word in ["estimate", "help", "three-tier-web", "--version", "Cargo.toml"] {
            assert_eq!(said(word), None, "{word}");
        }
        assert_eq!(unknown_word(&["bayplan".into()]), None);
    }
}
