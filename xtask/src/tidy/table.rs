//! Tables in Markdown pages that people and this program both read.

/// The rows under every table whose header is these cells; none when there is no such table.
pub(super) fn rows(page: &str, header: &[&str]) -> Option<Vec<Vec<String>>> {
    let mut lines = page.lines();
    let mut rows = None;
    while lines.any(|line| cells(line).is_some_and(|found| found == header)) {
        // The line of dashes below the header.
        lines.next();
        rows.get_or_insert_with(Vec::new).extend(lines.by_ref().map_while(cells));
    }
    rows
}

/// The words in back-quotes of a cell.
pub(super) fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_with_the_header_are_found_and_end_with_their_last_row() {
        let page = "x\n\n| other | y |\n|---|---|\n| 1 | 2 |\n\n| crate | may use |\n|---|---|\n| `a` | `b`, `c` |\n\n| d | e |\n\n| crate | may use |\n|---|---|\n| `f` | – |";
        let rows = rows(page, &["crate", "may use"]).unwrap();
        assert_eq!(rows, [["`a`", "`b`, `c`"], ["`f`", "–"]]);
        assert_eq!(quoted(&rows[0][1]), ["b", "c"]);
        assert!(super::rows(page, &["missing"]).is_none());
    }
}
