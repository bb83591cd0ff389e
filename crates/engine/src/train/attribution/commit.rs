//! The schedule as a commitment: one line for each row of each step, before the first step,
//! and the root of the Merkle tree over the lines.

use super::super::data::Row;
use super::super::{Data, Plan};
use super::merkle::Tree;
use crate::disk;
use karat_types::Problem;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// A schedule, committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commitment {
    /// Root over the lines, hex.
    pub(crate) root: String,
    /// Lines.
    pub(crate) lines: u64,
    /// Trained tokens of each contributor over the whole run.
    pub(crate) shares: Vec<u64>,
    /// Weight of each step: the trained tokens of all its rows, present or left out. Every
    /// gradient of the step is divided by it.
    pub(crate) weights: Vec<u64>,
}

/// Commits to what a run will see.
pub(crate) fn commit(plan: &Plan, data: &Data) -> Commitment {
    let (mut tree, mut weights, mut shares) = (Tree::default(), Vec::new(), vec![0; data.contributors.len()]);
    let infallible = each_line(plan, data, |step, row, line| {
        weights.resize(step as usize, 0);
        weights[step as usize - 1] += row.trained();
        shares[row.contributor] += row.trained();
        tree.push(line.as_bytes());
        Ok(())
    });
    debug_assert!(infallible.is_ok(), "nothing is written");
    Commitment { lines: tree.len(), root: tree.root(), shares, weights }
}

/// Writes the lines; each, without its line feed, is a leaf.
pub(crate) fn write(plan: &Plan, data: &Data, path: &Path) -> Result<(), Problem> {
    let failed = |e: std::io::Error| disk::failed(path, &e);
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).map_err(failed)?);
    each_line(plan, data, |_, _, line| writeln!(file, "{line}")).map_err(failed)?;
    file.flush().map_err(failed)?;
    disk::flush(path)
}

/// Calls `on(step, row, line)` in order. A line is canonical JSON (RFC 8785: sorted keys,
/// whole numbers): contributor, micro-batch of the step, row, the span of its tokens, step
/// and weight (its trained tokens).
fn each_line(
    plan: &Plan,
    data: &Data,
    mut on: impl FnMut(u64, &Row, &str) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let text = |name: &str| serde_json::Value::from(name).to_string();
    let contributors: Vec<String> = data.contributors.iter().map(|name| text(name)).collect();
    let (mut cursor, mut line) = (plan.cursor(), String::new());
    for step in 1..=plan.steps {
        for (micro, rows) in cursor.batches(step).iter().enumerate() {
            for row in rows.iter().map(|&row| &data.train[row]) {
                let (who, name) = (&contributors[row.contributor], text(&row.name));
                let (end, weight) = (row.ids.len(), row.trained());
                line.clear();
                // Writing to a String cannot fail.
                let _ = write!(
                    line,
                    r#"{{"contributor":{who},"micro_batch":{micro},"row":{name},"span":[0,{end}],"step":{step},"weight":{weight}}}"#
                );
                on(step, row, &line)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_types::train::TrainSettings;

    #[test]
    fn the_lines_are_canonical_and_the_weights_are_those_of_whole_steps() {
        let row = |name: &str, contributor, trained: usize| Row {
            ids: vec![1; trained + 1],
            labels: vec![1; trained + 1],
            name: name.into(),
            contributor,
        };
        let data = Data {
            train: vec![row("a\"1", 0, 3), row("b", 1, 5), row("c", 0, 2)],
            contributors: vec!["ada".into(), "bob".into()],
            ..Data::default()
        };
        let settings = TrainSettings {
            batch_size: 1,
            accumulation: 2,
            steps: Some(3),
            shuffle: false,
            ..Default::default()
        };
        let plan = Plan::new(&settings, &data.lengths());
        let commitment = commit(&plan, &data);
        assert_eq!((commitment.lines, &commitment.weights[..]), (5, &[8, 2, 8][..]));
        assert_eq!(commitment.shares, [8, 10]);
        let dir = tempfile::tempdir().unwrap();
        write(&plan, &data, &dir.path().join("s")).unwrap();
        let lines = std::fs::read_to_string(dir.path().join("s")).unwrap();
        let first = r#"{"contributor":"ada","micro_batch":0,"row":"a\"1","span":[0,4],"step":1,"weight":3}"#;
        assert_eq!(lines.lines().next(), Some(first));
        let mut tree = Tree::default();
        lines.lines().for_each(|line| tree.push(line.as_bytes()));
        assert_eq!(tree.root(), commitment.root);
    }
}
