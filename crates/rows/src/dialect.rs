//! Which separator a table has.
//!
//! Where a comma marks decimals, spreadsheets write semicolons into “CSV”; others write
//! tabs or bars. The names in the first line decide: the separator that cuts it into names
//! of records is the one. A single column has none; there it is a sign that cuts no row.

use crate::csv::Rows;
use crate::names;

/// What may separate, the likelier first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that are looked at where the names leave a choice.
const SAMPLE: usize = 1000;

/// The separator of a table and where its first record begins, behind the mark of the
/// encoding and the line `sep=;` by which spreadsheets are told.
pub(crate) fn tell(text: &str, usual: u8) -> (u8, usize) {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut lines = text[start..].split_inclusive('\n');
    let line = lines.next().unwrap_or_default();
    let said = line.trim_end_matches(['\r', '\n']).trim_matches('"').strip_prefix("sep=");
    if let Some(&[separator]) = said.map(str::as_bytes)
        && SEPARATORS.contains(&separator)
    {
        return (separator, start + line.len());
    }
    let best =
        SEPARATORS.into_iter().map(|separator| (fits(text, separator, start), separator == usual, separator));
    // The first of equals: `max_by_key` would give the last.
    let best = best.rev().max_by_key(|(fit, usual, _)| (*fit, *usual));
    (best.map_or(usual, |(.., separator)| separator), start)
}

/// How well a separator fits: names that are known, then whether there is more than one
/// field, then whether all rows have as many.
fn fits(text: &str, separator: u8, start: usize) -> (usize, bool, bool) {
    let mut rows = Rows::new(text, separator, start);
    let Some(Ok(first)) = rows.next() else { return (0, false, false) };
    let known = first.cells.iter().filter(|cell| names::holds(cell.text.trim()).is_some()).count();
    let fields = first.cells.len();
    // One column may hold any sign, all the way down.
    let sample = if fields == 1 { usize::MAX } else { SAMPLE };
    let even = rows.take(sample).all(|row| row.is_ok_and(|row| row.cells.len() == fields));
    (known, fields > 1, even)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_decide_and_then_the_rows() {
        let cases = [
            ("text,n\na;b,1\n", b','),
            ("text;n\na, b;1\n", b';'),
            ("text;n, m\na, b;1\n", b';'),
            ("\u{feff}text;n\r\n\"a;\nb\";1\r\n", b';'),
            ("id\ttext\n1\ta, b; c\n", b'\t'),
            ("id|text\n1|a, b; c\n", b'|'),
            ("text\na\nb\n", b','),
            ("text\na, b\nc; d\n", b'\t'),
            ("text\na, b\nc\n", b';'),
            // A table that is ragged stays what it is.
            ("text,n\na\nb;c,1,2\n", b','),
            ("question;answer\nWhy, oh why?;So\n", b';'),
            ("question,answer\nWhy;So\n", b','),
            ("", b','),
            ("sep=;\ntext\na, b\n", b';'),
            ("\"sep=|\"\r\ntext\na, b\n", b'|'),
        ];
        for (text, separator) in cases {
            assert_eq!(tell(text, b',').0 as char, separator as char, "{text}");
        }
        assert_eq!(tell("text\na, b\n", b'\t').0, b'\t');
        assert_eq!(tell("text,n\na,1\n", b'\t').0, b',');
        assert_eq!(tell("\u{feff}sep=;\r\ntext\n", b',').1, 10);
    }
}
