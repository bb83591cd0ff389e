//! WebDataset: tar archives of `<key>.<end>`, `<key>.json` and `<key>.txt`.
//!
//! Headers say nothing but name and size (no owner, time 0), so the same release gives the
//! same bytes on every machine.

use karat_types::Problem;
use std::io::Write;

/// One archive being written.
pub(crate) struct Archive<W: Write> {
    tar: tar::Builder<W>,
    /// Bytes written so far, headers and padding included.
    pub(crate) bytes: u64,
}

impl<W: Write> Archive<W> {
    /// An empty archive.
    pub(crate) fn new(out: W) -> Self {
        Self { tar: tar::Builder::new(out), bytes: 0 }
    }

    /// Adds a file.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Problem> {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        self.tar.append_data(&mut header, name, content).map_err(|e| failed(&e))?;
        self.bytes += 512 + (content.len() as u64).next_multiple_of(512);
        Ok(())
    }

    /// Ends the archive.
    pub(crate) fn end(self) -> Result<(), Problem> {
        self.tar.into_inner().and_then(|mut out| out.flush()).map_err(|e| failed(&e))
    }
}

fn failed(error: &std::io::Error) -> Problem {
    Problem::internal(format!("An archive of the release could not be written: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn archive() -> Vec<u8> {
        let mut out = Vec::new();
        let mut archive = Archive::new(&mut out);
        archive.add("000000000.png", b"picture").unwrap();
        archive.add("000000000.json", b"{}").unwrap();
        archive.end().unwrap();
        out
    }

    #[test]
    fn an_archive_has_the_same_bytes_every_time_and_no_traces_of_the_machine() {
        let bytes = archive();
        assert_eq!(bytes, archive());
        let mut found = Vec::new();
        for entry in tar::Archive::new(bytes.as_slice()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
            assert_eq!(header.username().unwrap(), Some(""));
            let name = entry.path().unwrap().display().to_string();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            found.push((name, content));
        }
        let expected = [("000000000.png", "picture"), ("000000000.json", "{}")];
        assert_eq!(found, expected.map(|(n, c)| (n.to_owned(), c.to_owned())));
    }
}
