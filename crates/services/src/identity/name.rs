//! What a name and a password must be like.

use karat_types::Problem;

const NAME: std::ops::RangeInclusive<usize> = 3..=40;
/// Characters. The upper bound keeps hashing cheap; no password needs more.
const PASSWORD: std::ops::RangeInclusive<usize> = 10..=200;

/// The sign-in name in its one form, lower-case, or why it cannot be one.
pub(super) fn clean_name(name: &str) -> Result<String, Problem> {
    let clean = name.trim().to_ascii_lowercase();
    let fits = NAME.contains(&clean.chars().count());
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if fits && clean.chars().all(good) && clean.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(clean);
    }
    Err(Problem::bad(
        "name_unfit",
        format!("'{}' cannot be a sign-in name.", name.chars().take(60).collect::<String>()),
        "Use 3–40 letters a–z, digits, `-`, `_` or `.`, beginning with a letter or digit.",
    ))
}

/// Refuses passwords that are too short, too long, or the name itself.
pub(super) fn check_password(name: &str, password: &str) -> Result<(), Problem> {
    let found = password.chars().count();
    if !PASSWORD.contains(&found) {
        return Err(Problem::bad(
            "password_unfit",
            format!(
                "The password has {found} characters; {} to {} are expected.",
                PASSWORD.start(),
                PASSWORD.end()
            ),
            "Three or four unrelated words make a good one.",
        ));
    }
    if password.to_lowercase().contains(name) && found < name.chars().count() + 6 {
        return Err(Problem::bad(
            "password_is_name",
            "The password is little more than the name.",
            "Choose one that does not contain your name; three or four unrelated words are good.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        assert_eq!(clean_name(" Ada.L ").unwrap(), "ada.l");
        for bad in ["ab", "-ada", "a b c", "adä", "", &"a".repeat(41)] {
            let problem = clean_name(bad).unwrap_err();
            assert_eq!((problem.status, problem.code.as_str()), (400, "name_unfit"), "{bad}");
        }
    }

    #[test]
    fn weak_passwords_are_refused_with_the_fix() {
        assert!(check_password("ada", "tall green boats").is_ok());
        assert!(check_password("ada", "äöüßäöüßäö").is_ok(), "characters are counted, not bytes");
        assert_eq!(check_password("ada", "short").unwrap_err().code, "password_unfit");
        assert_eq!(check_password("ada", &"x".repeat(201)).unwrap_err().code, "password_unfit");
        assert_eq!(check_password("ada.lovelace", "Ada.Lovelace1").unwrap_err().code, "password_is_name");
    }
}
