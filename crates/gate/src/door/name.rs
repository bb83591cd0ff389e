//! A3: names that fool neither people nor programs.

use crate::evidence::finding;
use karat_types::Finding;
use serde_json::json;
use unicode_normalization::{UnicodeNormalization, is_nfc};

const MAX_NAME_BYTES: usize = 255;

/// All faults of a file name.
pub(crate) fn check(name: &str) -> Vec<Finding> {
    faults(name)
        .into_iter()
        .map(|fault| {
            let message = format!("The name {} {fault}.", shown(name));
            finding(
                "bad_file_name",
                json!(fault),
                json!("1–255 bytes, NFC, no folders, nothing invisible"),
                message,
            )
        })
        .collect()
}

/// The name as it is kept: macOS hands names over decomposed, which is nobody's fault.
pub fn composed(name: &str) -> String {
    name.nfc().collect()
}

/// The lower-case ending of a name, without its dot; none for `README` or `.md`.
pub fn extension(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty()).then(|| ending.to_lowercase())
}

/// The name in quotes, with everything invisible written out and cut to a sane length.
fn shown(name: &str) -> String {
    let mut text: String = name.chars().take(80).flat_map(char::escape_debug).collect();
    if name.chars().count() > 80 {
        text.push('…');
    }
    format!("“{text}”")
}

fn faults(name: &str) -> Vec<&'static str> {
    let mut out = Vec::new();
    if name.is_empty() {
        out.push("is empty");
    }
    if name.len() > MAX_NAME_BYTES {
        out.push("is longer than 255 bytes");
    }
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        out.push("contains a folder");
    }
    if name.chars().any(char::is_control) {
        out.push("contains control characters");
    }
    if name.chars().any(is_deceptive) {
        out.push("contains invisible or direction-changing characters");
    }
    if !is_nfc(name) {
        out.push("is not in composed form (NFC)");
    }
    out
}

/// Characters that change how a name is shown without being seen.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_tricks_and_hidden_characters_are_named() {
        for (name, part) in [
            ("", "is empty"),
            ("../../etc/passwd", "folder"),
            ("a\\b.txt", "folder"),
            ("..", "folder"),
            ("a\0b.txt", "control"),
            ("a\nb.txt", "control"),
            ("gpj.\u{202e}txt", "direction"),
            ("a\u{200b}.txt", "invisible"),
            ("e\u{301}.txt", "composed"),
        ] {
            let found = check(name);
            assert!(found.iter().any(|f| f.message.contains(part)), "{name:?}: {found:?}");
        }
        assert!(check(&"a".repeat(256)).len() == 1);
    }

    #[test]
    fn ordinary_names_pass_in_any_language() {
        for name in
            ["README.md", "élan vital.txt", "日本語.txt", "a..b.md", ".hidden.md", "x".repeat(255).as_str()]
        {
            assert!(check(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn extensions_are_lower_case_and_need_a_stem() {
        assert_eq!(extension("A.TXT").as_deref(), Some("txt"));
        assert_eq!(extension("a.tar.gz").as_deref(), Some("gz"));
        assert_eq!(extension(".md"), None);
        assert_eq!(extension("README"), None);
        assert_eq!(extension("a."), None);
    }
}
