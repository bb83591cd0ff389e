//! Tables as rows of Markdown.

/// A table while it is read.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

/// A row: the number of its first paragraph and its cells.
#[derive(Default)]
pub(super) struct Row {
    pub(super) paragraph: Option<u32>,
    pub(super) cells: Vec<String>,
}

impl Table {
    pub(super) fn open_row(&mut self) {
        self.rows.push(Row::default());
    }

    pub(super) fn cell(&mut self, text: String, paragraph: Option<u32>) {
        if self.rows.is_empty() {
            self.open_row();
        }
        if let Some(row) = self.rows.last_mut() {
            row.paragraph = row.paragraph.or(paragraph);
            row.cells.push(text);
        }
    }

    /// The lines of the table, each with the number of its first paragraph; the first row
    /// is its head. A table of one cell is a frame around text: its text stays plain.
    pub(super) fn lines(self) -> Vec<(u32, String)> {
        let rows: Vec<Row> =
            self.rows.into_iter().filter(|r| r.cells.iter().any(|c| !c.is_empty())).collect();
        let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        if columns == 1 {
            let plain = rows.into_iter().map(|row| (row.paragraph.unwrap_or(1), row.cells.concat()));
            return plain.collect();
        }
        let mut out = Vec::with_capacity(rows.len() + 1);
        for (i, row) in rows.into_iter().enumerate() {
            let paragraph = row.paragraph.unwrap_or(1);
            let blank = columns - row.cells.len();
            let cells =
                row.cells.iter().map(|c| c.replace('|', "\\|")).chain((0..blank).map(|_| String::new()));
            let line = cells.map(|cell| format!(" {cell} |")).collect::<String>();
            out.push((paragraph, format!("|{line}")));
            if i == 0 {
                out.push((paragraph, format!("|{}", " --- |".repeat(columns))));
            }
        }
        out
    }

    /// The same in one line, for a table inside a cell.
    pub(super) fn flat(self) -> String {
        let rows = self
            .rows
            .into_iter()
            .map(|row| row.cells.into_iter().filter(|c| !c.is_empty()).collect::<Vec<_>>());
        rows.filter(|cells| !cells.is_empty()).map(|cells| cells.join(" ")).collect::<Vec<_>>().join("; ")
    }
}
