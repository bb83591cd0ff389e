//! Names chosen by regular expressions, as peft chooses them with Python's `re`.

use fancy_regex::Regex;

/// Whether the pattern can be read.
pub(crate) fn readable(pattern: &str) -> Result<(), String> {
    Regex::new(pattern).map(drop).map_err(|e| e.to_string())
}

/// Python's `re.fullmatch`.
pub(crate) fn full(pattern: &str, name: &str) -> bool {
    found(&format!(r"\A(?:{pattern})\z"), name)
}

/// peft's rule for the keys of `rank_pattern` and `alpha_pattern`: the end of the name, after
/// a dot.
pub(crate) fn ends(pattern: &str, name: &str) -> bool {
    found(&format!(r"\A(?:.*\.)?(?:{pattern})\z"), name)
}

/// The number of the block: what follows one of these names, or any, as the last number
/// between dots.
pub(crate) fn block(names: &[String], name: &str) -> Option<usize> {
    let any = [r"[^.]*".to_owned()];
    let names = if names.is_empty() { &any[..] } else { names };
    names.iter().find_map(|before| {
        let regex = Regex::new(&format!(r"\A.*\.{before}\.(\d+)\.")).ok()?;
        regex.captures(name).ok()??.get(1)?.as_str().parse().ok()
    })
}

/// A pattern nobody could read, or that takes for ever, chooses nothing.
fn found(pattern: &str, name: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(name).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_does() {
        let name = "model.layers.12.mlp.up_proj";
        assert!(full(r"model\.layers\.\d+\.(?!.*down).*_proj", name) && !full("up_proj", name));
        assert!(ends("up_proj", name) && ends(r"layers\.12\..*_proj", name) && !ends("p_proj", name));
        assert_eq!(block(&[], name), Some(12));
        assert_eq!(block(&["layers".into()], name), Some(12));
        assert_eq!(block(&["h".into()], name), None);
        assert!(readable("(").is_err() && readable("a|b").is_ok());
    }
}
