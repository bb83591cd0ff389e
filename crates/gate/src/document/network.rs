//! Links to shares of other machines.
//!
//! Whoever follows one sends their sign-in name, and a proof of their password, to that
//! machine without being asked (SMB signs in by itself). Web addresses and files of one's own
//! machine do no such thing.

/// Schemes that lead to a share.
const SCHEMES: [&str; 2] = ["smb:", "cifs:"];
/// Folders right below the root of a machine: `file:////home/ada` only has a slash too many.
const ROOTS: [&str; 15] = [
    "home", "users", "usr", "tmp", "var", "etc", "opt", "mnt", "media", "volumes", "root", "srv", "private",
    "data", "run",
];

/// An address without what readers overlook: escapes, white space and control signs.
pub(super) fn plain(target: &str) -> String {
    let mut bytes = Vec::with_capacity(target.len());
    let mut rest = target.as_bytes();
    while let Some((first, next)) = rest.split_first() {
        let escaped = next
            .first_chunk::<2>()
            .filter(|_| *first == b'%')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = next.get(if escaped.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    let text = String::from_utf8_lossy(&bytes);
    text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether a target leads to a share: `\\host\share`, `file://host/share`, `smb://host`.
pub(super) fn is_share(target: &str) -> bool {
    let target = plain(target);
    let path = target.replace('\\', "/");
    if SCHEMES.iter().any(|scheme| path.starts_with(scheme)) {
        return true;
    }
    let (path, is_file) = match path.strip_prefix("file:") {
        Some(path) => (path, true),
        None => (path.as_str(), false),
    };
    // Without a scheme, `//example.org/a` is a page of the web.
    if !is_file && !target.starts_with("\\\\") && !target.starts_with("/\\") && !target.starts_with("\\/") {
        return false;
    }
    // `\\?\C:\a` is a file, `\\?\UNC\host\share` a share.
    if let Some(device) = path.strip_prefix("//?/").or_else(|| path.strip_prefix("//./")) {
        return device.starts_with("unc/");
    }
    let name = path.trim_start_matches('/');
    // One slash or three: a path of one's own machine.
    if matches!(path.len() - name.len(), 0 | 1) || (is_file && path.len() - name.len() == 3) {
        return false;
    }
    let (host, folder) = name.split_once('/').unwrap_or((name, ""));
    let own = host.is_empty()
        || host.contains(':') && !host.contains('.')
        || host.contains('|')
        || host.chars().all(|c| c == '.' || c == '~')
        || matches!(host, "localhost" | "127.0.0.1")
        || ROOTS.contains(&host);
    !own && (!folder.is_empty() || !is_file)
}

#[cfg(test)]
mod tests {
    use super::is_share;

    #[test]
    fn shares_of_other_machines_are_told_from_files_and_pages() {
        for share in [
            "\\\\evil.io\\s",
            "\\\\10.0.0.7\\c$\\x",
            "\\/evil.io/s",
            "/\\evil.io/s",
            "\\\\?\\UNC\\evil.io\\s",
            "\\\\evil.io@SSL\\dav",
            "file://evil.io/share/x.exe",
            "FILE://evil.io/share",
            "file:\\\\evil.io\\share",
            "file:////evil.io/share",
            "file://///evil.io/share",
            "file:///\\\\evil.io\\share",
            "file:%2F%2Fevil.io/s",
            "%5c%5cevil.io%5cs",
            " \tfile://evil.io/s",
            "fi\nle://evil.io/s",
            "smb://evil.io/s",
        ] {
            assert!(is_share(share), "{share}");
        }
        for own in [
            "",
            "other.pdf",
            "../a/b.pdf",
            "/home/ada/a.pdf",
            "C:\\a\\b.pdf",
            "c:/a",
            "\\a\\b.pdf",
            "\\\\?\\C:\\a.pdf",
            "//example.org/a",
            "https://example.org//a",
            "http://example.org/?u=\\\\host\\s",
            "mailto:ada@example.org",
            "file:a.pdf",
            "file:/home/ada/a.pdf",
            "file:///home/ada/a.pdf",
            "file:///C:/a.pdf",
            "file://C:/a.pdf",
            "file://c|/a.pdf",
            "file://localhost/a.pdf",
            "file:////home/ada/a.pdf",
            "file://home/ada/a.pdf",
            "file://figure.pdf",
            "file://./a.pdf",
            "file://~/a.pdf",
            "file://",
            "100%",
            "%zz\\\\a",
        ] {
            assert!(!is_share(own), "{own}");
        }
    }
}
