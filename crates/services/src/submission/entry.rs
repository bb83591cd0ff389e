//! What must be right before a file costs anything: an error here leaves no row.

use crate::submission::limits::megabytes;
use crate::view::submission::Declaration;
use karat_types::limits::MB;
use karat_types::{Modality, Problem};

/// Largest file, bytes.
pub const MAX_FILE_BYTES: u64 = 10 * MB;
const MAX_NAME_BYTES: usize = 255;

/// A file as it is handed in.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its own name, without folders.
    pub file_name: String,
    /// Its content.
    pub bytes: bytes::Bytes,
    /// What its contributor declares.
    pub declaration: Declaration,
}

impl Upload {
    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// Size, name and kind of the file; the gate looks deeper, later.
pub(super) fn check_file(upload: &Upload, modality: Modality) -> Result<(), Problem> {
    check_size(upload.size())?;
    check_name(&upload.file_name)?;
    check_modality(&upload.bytes, modality)
}

/// Consent is asked of a person, so it is not a matter for the gate.
pub(super) fn check_consent(declaration: &Declaration) -> Result<(), Problem> {
    if declaration.consent {
        return Ok(());
    }
    Err(Problem::bad(
        "consent_missing",
        "You did not confirm that you may give this file away under its licence.",
        "Tick “I may give this away under that licence” if it is so; otherwise do not submit the file.",
    ))
}

fn check_size(bytes: u64) -> Result<(), Problem> {
    if bytes == 0 {
        return Err(Problem::bad(
            "empty_file",
            "The file is empty.",
            "Check that saving or copying it finished, and choose it again.",
        ));
    }
    if bytes > MAX_FILE_BYTES {
        return Err(Problem::new(
            413,
            "file_too_big",
            format!("The file has {}; one file may have {}.", megabytes(bytes), megabytes(MAX_FILE_BYTES)),
            "Split it into parts that make sense on their own, such as chapters, and send those.",
        ));
    }
    Ok(())
}

/// Only what a row could not even hold; deceptive names are the gate's matter.
fn check_name(name: &str) -> Result<(), Problem> {
    let fault = match name {
        "" => "is empty",
        _ if name.len() > MAX_NAME_BYTES => "is longer than 255 bytes",
        _ if name.chars().any(char::is_control) => "has control characters",
        _ => return Ok(()),
    };
    Err(Problem::bad(
        "bad_file_name",
        format!("The file name {fault}."),
        "Rename the file: letters, digits, spaces, dots, dashes and underscores always work.",
    ))
}

/// A picture offered to a datanet of texts (or the other way round) is a slip, not a
/// submission.
fn check_modality(bytes: &[u8], expected: Modality) -> Result<(), Problem> {
    let Some(media_type) = karat_gate::kind::sniff(bytes) else { return Ok(()) };
    let Some(found) = karat_gate::kind::modality(media_type) else { return Ok(()) };
    if found == expected {
        return Ok(());
    }
    Err(Problem::new(
        415,
        "wrong_modality",
        format!("The content is {media_type}; this datanet holds {expected}."),
        format!(
            "Find a datanet for {found}, or choose another file: this one takes {}.",
            karat_gate::kind::extensions(expected).join(", ")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_types::{Origin, SourceType};

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

    fn code_of(name: &str, bytes: &[u8], modality: Modality) -> Option<(u16, String)> {
        let declaration = Declaration {
            licence: "MIT".into(),
            origin: Origin::Own,
            source_type: SourceType::Human,
            consent: true,
            trial: false,
            transcript: None,
        };
        let upload = Upload { file_name: name.into(), bytes: bytes.to_vec().into(), declaration };
        check_file(&upload, modality).err().map(|p| (p.status, p.code))
    }

    #[test]
    fn slips_are_named_before_anything_is_spent() {
        assert_eq!(code_of("a.txt", b"", Modality::Text), Some((400, "empty_file".into())));
        assert_eq!(
            code_of("a.txt", &vec![b'a'; 10_000_001], Modality::Text),
            Some((413, "file_too_big".into()))
        );
        assert_eq!(code_of("", b"a", Modality::Text), Some((400, "bad_file_name".into())));
        assert_eq!(code_of("a\0.txt", b"a", Modality::Text), Some((400, "bad_file_name".into())));
        assert_eq!(code_of(&"a".repeat(256), b"a", Modality::Text), Some((400, "bad_file_name".into())));
        assert_eq!(code_of("a.txt", PNG, Modality::Text), Some((415, "wrong_modality".into())));
        assert_eq!(code_of("a.png", b"hello", Modality::Image), Some((415, "wrong_modality".into())));
        assert_eq!(code_of("a.txt", b"hello", Modality::Text), None);
        assert_eq!(code_of("a.txt", &vec![b'a'; 10_000_000], Modality::Text), None);
        assert_eq!(code_of("a.rtf", b"{\\rtf1 hello}", Modality::Text), None, "the gate names the type");
    }
}
