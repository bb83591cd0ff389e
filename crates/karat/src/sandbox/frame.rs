//! What parent and child say to each other over two pipes: a JSON head with its length
//! before it, then the bytes the head announces.

use karat_gate::{Derived, Examined, Rules};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{Error, ErrorKind, Read, Result, Write};

/// Longest head, bytes; the prints of a long text are the biggest part of one.
const MAX_HEAD: u32 = 64 << 20;
/// Longest run of bytes behind a head.
const MAX_BYTES: u64 = 1 << 30;

/// The first thing a child says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// What holds the child.
    pub(crate) limits: Vec<Limit>,
    /// Whether the processor time is counted anew for each file; else a child reads one.
    pub(crate) counts_cpu: bool,
}

/// One limit of a child and whether it works on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limit {
    /// `memory`, `seccomp`, …
    pub(crate) name: String,
    /// Whether it is in force.
    pub(crate) works: bool,
    /// How far, or why not.
    pub(crate) found: String,
}

/// A file to read; its content follows.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) rules: Rules,
    pub(crate) bytes: u64,
}

/// What came of it.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Answer {
    /// It was read; the derived files follow in this order.
    Examined { examined: Box<Examined>, derived: Vec<(Derived, u64)> },
    /// The reader failed and could still say how.
    Failed { how: String },
}

/// Writes a head.
pub(crate) fn write_head(to: &mut impl Write, head: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec(head)?;
    let length = u32::try_from(text.len()).map_err(|_| Error::from(ErrorKind::FileTooLarge))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&text)
}

/// Reads a head; none at a clean end.
pub(crate) fn read_head<T: DeserializeOwned>(from: &mut impl Read) -> Result<Option<T>> {
    let mut length = [0; 4];
    match from.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => from.read_exact(&mut length[1..])?,
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_HEAD {
        return Err(Error::new(ErrorKind::InvalidData, format!("a head of {length} bytes")));
    }
    Ok(Some(serde_json::from_slice(&read_bytes(from, u64::from(length))?)?))
}

/// Reads the bytes a head announced; memory grows with what really comes.
pub(crate) fn read_bytes(from: &mut impl Read, length: u64) -> Result<Vec<u8>> {
    if length > MAX_BYTES {
        return Err(Error::new(ErrorKind::InvalidData, format!("{length} bytes announced")));
    }
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// Writes what the gate made of a file.
pub(crate) fn write_examined(to: &mut impl Write, mut examined: Examined) -> Result<()> {
    let files = std::mem::take(&mut examined.derived);
    let heads = files.iter().map(|file| {
        let head = Derived { kind: file.kind, media_type: file.media_type.clone(), bytes: Vec::new() };
        (head, file.bytes.len() as u64)
    });
    write_head(to, &Answer::Examined { derived: heads.collect(), examined: Box::new(examined) })?;
    for file in &files {
        to.write_all(&file.bytes)?;
    }
    to.flush()
}

/// Reads the answer to a request: what the gate made of it, or how the reader failed.
pub(crate) fn read_answer(from: &mut impl Read) -> Result<std::result::Result<Examined, String>> {
    match read_head(from)? {
        None => Err(ErrorKind::UnexpectedEof.into()),
        Some(Answer::Failed { how }) => Ok(Err(how)),
        Some(Answer::Examined { examined, derived }) => {
            let mut examined = *examined;
            for (head, length) in derived {
                examined.derived.push(Derived { bytes: read_bytes(from, length)?, ..head });
            }
            Ok(Ok(examined))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_gate::{DerivedKind, Input, examine};
    use karat_types::Modality;

    #[test]
    fn an_answer_comes_back_as_it_was_with_its_files() {
        let text = "A line of text that says very little, once. ".repeat(9);
        let mut sent = examine(&Input::new("a.txt", text.as_bytes(), Modality::Text));
        let file = |kind, bytes: &[u8]| Derived { kind, media_type: "a/b".into(), bytes: bytes.to_vec() };
        sent.derived = vec![file(DerivedKind::Extract, b"{}"), file(DerivedKind::Preview, b"\0\xff\n")];
        let mut wire = Vec::new();
        write_examined(&mut wire, sent.clone()).unwrap();
        assert_eq!(read_answer(&mut wire.as_slice()).unwrap().unwrap(), sent);
        for cut in [0, 1, 4, 40, wire.len() - 1] {
            assert!(read_answer(&mut &wire[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn lies_about_lengths_are_errors_and_not_memory() {
        let mut wire = (u32::MAX).to_le_bytes().to_vec();
        wire.extend(b"{}");
        assert_eq!(read_answer(&mut wire.as_slice()).unwrap_err().kind(), ErrorKind::InvalidData);
        let mut wire = Vec::new();
        let derived = Derived { kind: DerivedKind::Cleaned, media_type: String::new(), bytes: Vec::new() };
        let examined = Box::new(examine(&Input::new("a.txt", b"a", Modality::Text)));
        write_head(&mut wire, &Answer::Examined { examined, derived: vec![(derived, u64::MAX)] }).unwrap();
        assert_eq!(read_answer(&mut wire.as_slice()).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
