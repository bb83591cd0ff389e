//! The certificates the operator trusts, from a file.

use karat_types::Problem;
use std::path::Path;

/// The PEM bundle in `path`, with at least one certificate in it. Nothing starts with one
/// that cannot be read: every signature would be a stranger's.
pub(crate) fn read(path: &Path) -> Result<String, Problem> {
    let read = std::fs::read(path).map_err(|error| error.to_string());
    let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is no text".to_owned()));
    let pem = text.and_then(|pem| karat_gate::trust_anchors(&pem).map(|_| pem));
    pem.map_err(|error| {
        Problem::bad(
            "trust_anchors_unusable",
            format!("The certificates in {} cannot be used: {error}.", path.display()),
            "Name a file of certificates in PEM (-----BEGIN CERTIFICATE-----), or leave `trust_anchors` out: then every valid signature is shown as one of a signer nobody vouches for.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_no_certificate_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("trust.pem");
        let said = |bytes: Option<&[u8]>| {
            if let Some(bytes) = bytes {
                std::fs::write(&file, bytes).unwrap();
            }
            let problem = read(&file).unwrap_err();
            assert!(problem.code == "trust_anchors_unusable" && problem.detail.contains("trust.pem"));
            problem.detail
        };
        assert!(said(None).contains("No such file"));
        assert!(said(Some(b"\x30\x82\xff")).contains("it is no text"));
        assert!(said(Some(b"hello")).contains("it holds no certificate"));
        let pem = "-----BEGIN CERTIFICATE-----\nMAIFAA==\n-----END CERTIFICATE-----\n";
        std::fs::write(&file, pem).unwrap();
        assert_eq!(read(&file).unwrap(), pem);
    }
}
