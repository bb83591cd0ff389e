//! Who gets how much of a release: nobody more than their share, the rest waits.

use karat_store::query::release::Accepted;
use karat_types::id::{ContributorId, SubmissionId};
use std::collections::{BTreeMap, BTreeSet};

/// What goes into a release, and what waits for a later one.
pub(crate) struct Cut {
    /// The items of the release, in the order of submission.
    pub(crate) chosen: Vec<Accepted>,
    /// The rest, in the same order.
    pub(crate) waiting: Vec<Accepted>,
    /// Most items one contributor has in it.
    pub(crate) cap: u64,
}

/// Most items one contributor may have in a release of `total`: 1 %, or `floor` where that
/// is more. 250 planted documents are enough to poison a model of any size; nobody gets
/// near that number in a release unless it is large and theirs are few beside the rest.
fn cap(total: usize, floor: u64) -> u64 {
    floor.max(1).max(total as u64 / 100)
}

/// Cuts `accepted`, which comes in the order of submission: the earliest go first. Items
/// of one cluster are one item, and whose the cluster is, theirs they are.
///
/// The share is of what is released, not of what was accepted, so a smaller release may
/// lower the cap, and that the release again; both only fall, and they meet.
pub(crate) fn cut(accepted: Vec<Accepted>, floor: u64) -> Cut {
    let mut most = cap(accepted.len(), floor);
    loop {
        let (chosen, waiting) = take(&accepted, most);
        let lower = cap(chosen.len(), floor);
        if lower >= most {
            return Cut { chosen, waiting, cap: most };
        }
        most = lower;
    }
}

fn take(accepted: &[Accepted], most: u64) -> (Vec<Accepted>, Vec<Accepted>) {
    let mut taken: BTreeMap<ContributorId, BTreeSet<SubmissionId>> = BTreeMap::new();
    accepted.iter().copied().partition(|item| {
        let theirs = taken.entry(item.credited).or_default();
        let fits = theirs.contains(&item.cluster) || (theirs.len() as u64) < most;
        if fits {
            theirs.insert(item.cluster);
        }
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(who: ContributorId, n: usize) -> Vec<Accepted> {
        let one = |_| {
            let submission = SubmissionId::new();
            Accepted { submission, contributor: who, cluster: submission, credited: who }
        };
        (0..n).map(one).collect()
    }

    #[test]
    fn fifty_items_are_everybodys_and_the_latest_wait() {
        let (ada, ben) = (ContributorId::new(), ContributorId::new());
        let all = [of(ada, 70), of(ben, 30)].concat();
        let cut = cut(all.clone(), 50);
        assert_eq!((cut.cap, cut.chosen.len(), cut.waiting.len()), (50, 80, 20));
        let waits: Vec<_> = cut.waiting.iter().map(|i| i.submission).collect();
        assert_eq!(waits, all[50..70].iter().map(|i| i.submission).collect::<Vec<_>>());
    }

    #[test]
    fn one_percent_is_of_what_is_released() {
        // 10,000 by one and 5,000 by 100 others: 1 % of 15,000 would be 150, but then the
        // release has 5,150 items, of which 51 is 1 %.
        let mut all = of(ContributorId::new(), 10_000);
        for _ in 0..100 {
            all.extend(of(ContributorId::new(), 50));
        }
        let cut = cut(all, 50);
        assert_eq!((cut.cap, cut.chosen.len()), (50, 5_050));
    }

    #[test]
    fn near_copies_are_one_item_of_whoever_was_first() {
        let (ada, ben) = (ContributorId::new(), ContributorId::new());
        let mut all = of(ada, 2);
        let copies = of(ben, 3).into_iter().map(|i| Accepted { cluster: all[0].cluster, credited: ada, ..i });
        all.extend(copies.collect::<Vec<_>>());
        let cut = cut(all, 2);
        assert_eq!((cut.chosen.len(), cut.waiting.len()), (5, 0));
    }

    proptest! {
        #[test]
        fn nobody_has_more_than_the_cap_and_nothing_is_lost(
            sizes in proptest::collection::vec(0usize..200, 1..12), floor in 0u64..60,
        ) {
            let all: Vec<_> = sizes.iter().flat_map(|n| of(ContributorId::new(), *n)).collect();
            let cut = cut(all.clone(), floor);
            prop_assert_eq!(cut.chosen.len() + cut.waiting.len(), all.len());
            prop_assert_eq!(cut.cap, cap(cut.chosen.len(), floor));
            let mut each: BTreeMap<ContributorId, u64> = BTreeMap::new();
            for item in &cut.chosen {
                *each.entry(item.credited).or_default() += 1;
            }
            prop_assert!(each.values().all(|n| *n <= cut.cap));
            for item in &cut.waiting {
                prop_assert_eq!(each[&item.credited], cut.cap, "somebody waits without need");
            }
        }
    }
}
