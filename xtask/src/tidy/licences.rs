//! Licences of everything that is built in, and crates that may not be.

use super::metadata::Package;

/// Licences that a product under Apache-2.0 can carry without further duties than notices.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    // Weak copyleft, file by file: used unchanged, from the registry.
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Big C and C++ builds that have a pure replacement here.
const BANNED: &[&str] = &["aws-lc-sys", "native-tls", "onig_sys", "openssl-sys"];

/// Two versions of these would be two worlds that do not fit together.
const ONCE: &[&str] = &["axum", "reqwest", "rustls", "sea-orm"];

/// Every package that does not fit.
pub(super) fn check(packages: &[Package]) -> Vec<String> {
    let mut faults = Vec::new();
    for package in packages {
        let Package { name, version, licence } = package;
        if !is_allowed(licence) {
            faults.push(format!(
                "{name} {version}: its licence “{licence}” is not on the list of xtask/src/tidy/licences.rs"
            ));
        }
        if BANNED.contains(&name.as_str()) {
            faults.push(format!(
                "{name} {version}: banned; `cargo tree -i {name}` shows which feature brings it in"
            ));
        }
    }
    for name in ONCE {
        let versions: Vec<&str> =
            packages.iter().filter(|p| p.name == *name).map(|p| p.version.as_str()).collect();
        if versions.len() > 1 {
            faults.push(format!("{name} is there {} times: {}", versions.len(), versions.join(", ")));
        }
    }
    faults
}

/// Whether the expression can be met with allowed licences alone; `/` is an old OR.
fn is_allowed(licence: &str) -> bool {
    let text = licence.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut rest = &words[..];
    either(&mut rest) == Some(true) && rest.is_empty()
}

/// `a OR b`: true when one side is; none when it is no expression.
fn either(rest: &mut &[&str]) -> Option<bool> {
    let mut out = both(rest)?;
    while let ["OR", tail @ ..] = *rest {
        *rest = tail;
        out |= both(rest)?;
    }
    Some(out)
}

/// `a AND b`: true when both sides are.
fn both(rest: &mut &[&str]) -> Option<bool> {
    let mut out = one(rest)?;
    while let ["AND", tail @ ..] = *rest {
        *rest = tail;
        out &= one(rest)?;
    }
    Some(out)
}

/// An identifier, one with an exception, or an expression in brackets.
fn one(rest: &mut &[&str]) -> Option<bool> {
    let words = *rest;
    match words {
        ["(", tail @ ..] => {
            *rest = tail;
            let inside = either(rest)?;
            let closed = rest.first() == Some(&")");
            *rest = rest.get(1..)?;
            closed.then_some(inside)
        }
        [id, "WITH", exception, tail @ ..] => {
            *rest = tail;
            Some(ALLOWED.contains(&format!("{id} WITH {exception}").as_str()))
        }
        [id, tail @ ..] => {
            *rest = tail;
            Some(ALLOWED.contains(id))
        }
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_met_or_not() {
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT / MPL-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "GPL-3.0-only OR (MIT AND ISC)",
        ] {
            assert!(is_allowed(fine), "{fine}");
        }
        for wrong in [
            "",
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "GPL-3.0-only WITH Classpath-exception-2.0",
            "(MIT",
            "MIT MIT",
            "MIT OR",
        ] {
            assert!(!is_allowed(wrong), "{wrong}");
        }
    }

    #[test]
    fn banned_and_doubled_crates_are_named() {
        let package = |name: &str, version: &str| Package {
            name: name.into(),
            version: version.into(),
            licence: "MIT".into(),
        };
        let faults = check(&[
            package("openssl-sys", "0.9.0"),
            package("axum", "0.7.0"),
            package("axum", "0.8.0"),
            package("rand", "1.0.0"),
        ]);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("openssl-sys") && faults[1].contains("0.7.0, 0.8.0"));
    }
}
