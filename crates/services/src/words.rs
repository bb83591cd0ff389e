//! Columns of words and JSON, read back into their types.

use karat_types::{Hash, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest list a page of anything has.
pub(crate) const PAGE: u64 = 50;

/// A stored word as its type; a row that holds another one is our fault.
pub(crate) fn word<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| Problem::internal(format!("A stored word cannot be read: {error}.")))
}

/// A stored JSON text as its type.
pub(crate) fn json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text)
        .map_err(|error| Problem::internal(format!("A stored document cannot be read: {error}.")))
}

/// A value as the JSON text that is stored.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value)
        .map_err(|error| Problem::internal(format!("A document cannot be stored: {error}.")))
}

/// A stored hash.
pub(crate) fn hash(hex: &str) -> Result<Hash, Problem> {
    hex.parse().map_err(|_| Problem::internal(format!("A stored hash cannot be read: {hex}.")))
}

/// The words of a search, lower-case; at most eight count, and of each the beginning.
pub(crate) fn search_words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .take(8)
        .map(|word| word.chars().take(100).collect::<String>().to_lowercase())
        .collect()
}

/// The `after` of a page: the id of the last item before it.
pub(crate) fn cursor(after: Option<&str>) -> Result<Option<uuid::Uuid>, Problem> {
    after.filter(|text| !text.is_empty()).map(str::parse).transpose().map_err(|_| {
        Problem::bad(
            "bad_cursor",
            "`after` is not the `next` of a page.",
            "Leave it out to start from the beginning, then pass each page's `next`.",
        )
    })
}

/// The `next` of a page: its last item's id, when more follow.
pub(crate) fn next_of<T>(rows: &mut Vec<T>, limit: u64, id: impl Fn(&T) -> uuid::Uuid) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    (rows.len() > limit).then(|| {
        rows.truncate(limit);
        rows.last().map(|row| id(row).to_string())
    })?
}

/// A count as the outside sees it: never negative.
pub(crate) fn count(n: i64) -> u64 {
    n.max(0).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_a_few_plain_words() {
        assert_eq!(search_words(" Rye\0 BREAD\n"), ["rye", "bread"]);
        assert_eq!(search_words(&"x".repeat(60_000))[0].len(), 100);
        assert_eq!(search_words(&"a ".repeat(100)).len(), 8);
    }

    #[test]
    fn one_row_too_many_means_there_is_a_next_page() {
        let ids: Vec<uuid::Uuid> = (0..3).map(uuid::Uuid::from_u128).collect();
        let mut rows = ids.clone();
        assert_eq!(next_of(&mut rows, 2, |id| *id), Some(ids[1].to_string()));
        assert_eq!(rows.len(), 2);
        assert_eq!(next_of(&mut rows, 2, |id| *id), None);
        assert_eq!(cursor(Some(&ids[1].to_string())).unwrap(), Some(ids[1]));
        assert_eq!(cursor(Some("x")).unwrap_err().code, "bad_cursor");
    }
}
