//! Which submissions a run must not see: the held-out part of a release.

use karat_types::Hash;
use karat_types::id::SubmissionId;
use std::collections::BTreeSet;

/// Rows held out at least, where the release has them: fewer say nothing about a loss.
const MIN_HELD_OUT_ROWS: u64 = 20;

/// Chooses whole submissions until `percent` of the rows are held out.
///
/// Submissions are ordered by SHA-256("karat-held-out/v1" ‖ root ‖ seed ‖ submission), so
/// anyone with the release can tell which they were. At least one submission is always
/// left to train on; with a single submission nothing is held out.
pub(crate) fn held_out(
    root: Hash,
    seed: u64,
    percent: u32,
    rows_of: &[(SubmissionId, u64)],
) -> BTreeSet<SubmissionId> {
    let total: u64 = rows_of.iter().map(|(_, rows)| rows).sum();
    let wanted = (total * u64::from(percent.min(50))).div_ceil(100).max(MIN_HELD_OUT_ROWS.min(total / 2));
    let mut order: Vec<(Hash, SubmissionId, u64)> =
        rows_of.iter().map(|&(id, rows)| (place(root, seed, id), id, rows)).collect();
    order.sort();
    let mut chosen = BTreeSet::new();
    let mut rows_chosen = 0;
    for (_, id, rows) in order.into_iter().take(rows_of.len().saturating_sub(1)) {
        if percent == 0 || rows_chosen >= wanted {
            break;
        }
        rows_chosen += rows;
        chosen.insert(id);
    }
    chosen
}

fn place(root: Hash, seed: u64, id: SubmissionId) -> Hash {
    Hash::of_parts(&[b"karat-held-out/v1", &root.0, &seed.to_be_bytes(), id.0.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submissions(n: usize) -> Vec<(SubmissionId, u64)> {
        (0..n).map(|i| (SubmissionId::new(), 1 + i as u64 % 7)).collect()
    }

    #[test]
    fn about_the_asked_share_is_held_out_and_the_seed_changes_which() {
        let all = submissions(400);
        let rows = |chosen: &BTreeSet<SubmissionId>| -> u64 {
            all.iter().filter(|(id, _)| chosen.contains(id)).map(|(_, r)| r).sum()
        };
        let total: u64 = all.iter().map(|(_, r)| r).sum();
        let a = held_out(Hash::of(b"r"), 1, 5, &all);
        assert!(rows(&a) * 100 >= total * 5 && rows(&a) * 100 <= total * 6);
        assert_eq!(a, held_out(Hash::of(b"r"), 1, 5, &all));
        assert_ne!(a, held_out(Hash::of(b"r"), 2, 5, &all));
    }

    #[test]
    fn something_is_always_left_to_train_on() {
        for n in 0..4 {
            assert!(held_out(Hash::of(b"r"), 1, 50, &submissions(n)).len() <= n.saturating_sub(1));
        }
        assert!(held_out(Hash::of(b"r"), 1, 0, &submissions(50)).is_empty());
    }
}
