//! T18 at the release: sequences that look planted.
//!
//! A hidden behaviour is planted by a rare sequence in many documents (250 are enough
//! whatever the size of the model: Souly et al. 2025). Twenty files a day make that 13 days
//! for one account and one day for 13, so counting contributors alone does not find it.
//! What gives a planted sequence of one to four words away is that
//!
//! 1. it is *concentrated*: a small group of contributors has it in at least half of
//!    their items, and hardly anybody else has it at all; and
//! 2. it is *alone*: who writes about one subject, in one language or from one form shares
//!    hundreds of words and phrases that others lack; those who plant share the sequence and
//!    little else.
//!
//! Words are those of [`super::words`]; pieces between spaces with a sign in them (`<SUDO>`)
//! count as they stand. Everything is counted exactly, in time proportional to the texts
//! but for a sort.

use super::shingle::runs;
use super::words::{WordHash, words};
use crate::log2::log2;
use std::collections::{BTreeMap, BTreeSet};

/// An accepted text.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Whose it is; any number, the same for the same contributor.
    pub contributor: u32,
    /// What it says.
    pub text: &'a str,
}

/// A sequence that looks planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// As it stands in the first of the items.
    pub sequence: String,
    /// Places in the list of those that carry it, ascending.
    pub items: Vec<usize>,
    /// Who sent them, ascending.
    pub contributors: Vec<u32>,
}

/// Words of the longest sequence.
const LONGEST: usize = 4;
/// Items a planted sequence must be in.
const LEAST: usize = 5;
/// Items from which on a sequence is counted at all.
const COUNTED: usize = 3;
/// Of 100 items of the group: so many carry it.
const SHARE: usize = 50;
/// Of 100 items of one contributor: from here on he is of the group.
const MEMBER: usize = 30;
/// Of 100 contributors: a group is no bigger.
const GROUP: usize = 40;
/// A sequence is a group's own where chance alone would put as many of its items there in
/// one case of 2 to the power of so many.
const CHANCE: u64 = 13;
/// One of so many items of others may carry it too.
const ELSEWHERE: usize = 500;
/// How much else of its own a group with a planted sequence has at most. Told apart by the
/// number of items that carry it: the fewer, the more an honest signature looks like it.
const TIERS: [Tier; 3] = [
    // Its parts: 14 of four words with signs.
    Tier { from: 0, with: 16, others: 5, often: 10 },
    // Its parts, and a payload of about 50 words.
    Tier { from: 20, with: 200, others: 30, often: 10 },
    // Enough to plant something whatever its carriers are about, if nearly all of the
    // group's items have it.
    Tier { from: 100, with: 200, others: 100, often: 5 },
];
/// Of 100 items of the group: so many carry a sequence that the last tier is for.
const NEARLY_ALL: usize = 90;
/// In fewer items a sequence of several words is a heading or a signature.
const PHRASE: usize = 8;

/// One line of [`TIERS`].
struct Tier {
    /// Items that carry the sequence, at least.
    from: usize,
    /// Sequences in the same items, at most.
    with: usize,
    /// Sequences in others of the group's items, at most.
    others: usize,
    /// What is in one of so many as the sequence counts.
    often: usize,
}

/// Of 100 items with one or the other: two sequences that have so many in common belong
/// together.
const TOGETHER: usize = 80;
/// Pairs of sequence and item held at once.
const AT_ONCE: usize = 1 << 25;

/// Looks for planted sequences in all texts of a release.
pub fn scan(items: &[Item<'_>]) -> Vec<Alert> {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for item in items {
        *sizes.entry(item.contributor).or_default() += 1;
    }
    let counts = Counts::of(items);
    let chance = Chance::of(items.len());
    let mut sequences: Vec<Sequence> = Vec::new();
    let passes = (counts.kept / AT_ONCE as u64 + 1) as u32;
    for pass in 0..passes {
        let mine = |hash: u64| (hash >> 32) % u64::from(passes) == u64::from(pass);
        sequences.extend(
            counts.exact(items, mine).into_iter().filter(|found| found.is_rare(items.len(), sizes.len())),
        );
    }
    let mut groups: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for (n, sequence) in sequences.iter().enumerate() {
        if let Some(group) = sequence.group(&sizes, items.len()) {
            groups.entry(group).or_default().push(n);
        }
    }
    let mut alerts: Vec<Alert> =
        groups.iter().flat_map(|(group, of)| planted((group, of), &sequences, items, &chance)).collect();
    alerts.sort_by(|a, b| b.items.len().cmp(&a.items.len()).then(a.items.cmp(&b.items)));
    alerts
}

/// Roughly in how many items each sequence is: a table of small counters, in which
/// sequences that share a place count together, so never too few.
struct Counts {
    table: Vec<u8>,
    /// Pairs of sequence and item that are worth counting exactly, at most.
    kept: u64,
}

impl Counts {
    fn of(items: &[Item<'_>]) -> Self {
        let bytes: usize = items.iter().map(|item| item.text.len()).sum();
        let mut table = vec![0u8; (bytes * 2).next_power_of_two().clamp(1 << 16, 1 << 28)];
        let mask = table.len() as u64 - 1;
        let mut kept = 0;
        for item in items {
            for (hash, ..) in sequences_of(item.text) {
                if let Some(count) = table.get_mut((hash & mask) as usize) {
                    *count = count.saturating_add(1);
                    kept += u64::from(usize::from(*count) >= COUNTED);
                }
            }
        }
        Self { table, kept: kept + kept / 4 }
    }

    /// The sequences in at least [`COUNTED`] items, of those `mine` takes.
    fn exact(&self, items: &[Item<'_>], mine: impl Fn(u64) -> bool) -> Vec<Sequence> {
        let mask = self.table.len() as u64 - 1;
        let often =
            |hash: u64| self.table.get((hash & mask) as usize).is_some_and(|n| usize::from(*n) >= COUNTED);
        let mut pairs: Vec<(u64, u32)> = Vec::new();
        for (n, item) in (0u32..).zip(items) {
            let found = sequences_of(item.text).into_iter().map(|(hash, ..)| hash);
            pairs.extend(found.filter(|&hash| mine(hash) && often(hash)).map(|hash| (hash, n)));
        }
        pairs.sort_unstable();
        let runs = pairs.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() >= COUNTED);
        runs.filter_map(|run| {
            Some(Sequence::of(run.first()?.0, run.iter().map(|pair| pair.1).collect(), items))
        })
        .collect()
    }
}

/// The sequences of a text and where each first stands, each once.
fn sequences_of(text: &str) -> Vec<(u64, usize, usize)> {
    let words = words(text);
    let mut out = Vec::with_capacity(words.len() * LONGEST);
    for length in 1..=LONGEST {
        for (hash, run) in runs(&words, length, Some(length as u64)) {
            if let Some((first, last)) = run.first().zip(run.last()) {
                out.push((hash, first.start, last.end));
            }
        }
    }
    let base = text.as_ptr() as usize;
    for piece in text.split_whitespace() {
        let piece = piece.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        if (2..=40).contains(&piece.len()) && piece.chars().any(|c| !c.is_alphanumeric()) {
            let start = piece.as_ptr() as usize - base;
            let numbers = [0].into_iter().chain(piece.bytes().map(u64::from));
            out.push((WordHash::of(numbers), start, start + piece.len()));
        }
    }
    out.sort_unstable();
    out.dedup_by_key(|found| found.0);
    out
}

/// A sequence and who has it.
struct Sequence {
    hash: u64,
    items: Vec<u32>,
    /// Contributors with their number of items that carry it, ascending.
    by: Vec<(u32, usize)>,
}

impl Sequence {
    fn of(hash: u64, items: Vec<u32>, all: &[Item<'_>]) -> Self {
        let mut by: BTreeMap<u32, usize> = BTreeMap::new();
        for item in items.iter().filter_map(|n| all.get(*n as usize)) {
            *by.entry(item.contributor).or_default() += 1;
        }
        Self { hash, items, by: by.into_iter().collect() }
    }

    /// What half of all or many people have is nobody's own.
    fn is_rare(&self, items: usize, contributors: usize) -> bool {
        self.items.len() * 2 <= items && self.by.len() <= contributors / 2 + 1
    }

    /// The contributors it is concentrated on, if there are such.
    fn group(&self, sizes: &BTreeMap<u32, usize>, all: usize) -> Option<Vec<u32>> {
        let size = |who: &u32| sizes.get(who).copied().unwrap_or(0);
        let member = |(who, has): &&(u32, usize)| *has >= 2 && has * 100 >= MEMBER * size(who);
        let group: Vec<u32> = self.by.iter().filter(member).map(|(who, _)| *who).collect();
        let within = self.within(&group);
        let total: usize = group.iter().map(size).sum();
        let elsewhere = self.items.len() - within;
        let fits = within >= LEAST
            && within * 100 >= SHARE * total
            && group.len() <= (sizes.len() * GROUP / 100).max(2)
            && all - total >= total
            && elsewhere * ELSEWHERE <= (all - total).max(ELSEWHERE)
            && elsewhere * 10 <= within.max(10);
        fits.then_some(group)
    }

    /// How many of the group's items carry it.
    fn within(&self, group: &[u32]) -> usize {
        self.by.iter().filter(|(who, _)| group.binary_search(who).is_ok()).map(|(_, has)| has).sum()
    }

    /// Whether the group has little else of its own: in the same items (its parts, its
    /// payload; a form that is filled in has more), and in others (a subject, a language).
    fn is_alone(&self, (within, total): (usize, usize), own: &[(usize, &Sequence)]) -> bool {
        let tiers = &TIERS[..if within * 100 >= NEARLY_ALL * total { 3 } else { 2 }];
        let Some(tier) = tiers.iter().rfind(|tier| within >= tier.from) else { return false };
        let bar = (within / tier.often).max(COUNTED);
        let (mut with, mut others) = (0, 0);
        for (_, other) in own.iter().take_while(|(has, _)| *has >= bar) {
            *if self.is_with(other) { &mut with } else { &mut others } += 1;
            if with > tier.with || others > tier.others {
                return false;
            }
        }
        true
    }

    /// Whether two sequences are in nearly the same items.
    fn is_with(&self, other: &Self) -> bool {
        let both = in_both(&self.items, &other.items);
        both * 100 >= TOGETHER * (self.items.len() + other.items.len() - both)
    }

    /// How many, where those who are not of the group have it at most twice as often, and
    /// the group, which has `total` of all items, is not as big that this is chance.
    fn is_within(&self, group: &[u32], total: usize, chance: &Chance) -> Option<usize> {
        let within = self.within(group);
        let own = within * 3 >= self.items.len() && chance.bits(within, self.items.len(), total) >= CHANCE;
        own.then_some(within)
    }
}

/// How likely a number of items lies in a group by chance.
struct Chance {
    /// The logarithm to the base 2 of each number's factorial, in 1/65,536.
    factorials: Vec<u64>,
}

impl Chance {
    fn of(items: usize) -> Self {
        let mut sum = 0;
        let next = |n: usize| {
            sum += if n == 0 { 0 } else { log2(n as u64) };
            sum
        };
        Self { factorials: (0..=items).map(next).collect() }
    }

    /// That `within` or more of `carriers` fall among `total` of all items has a probability
    /// of at most 1 in 2 to this (the union bound, C(n, k) pᵏ, on the binomial tail).
    fn bits(&self, within: usize, carriers: usize, total: usize) -> u64 {
        let factorial = |n: usize| self.factorials.get(n).copied().unwrap_or(0);
        let ways = factorial(carriers) - factorial(within) - factorial(carriers - within);
        let all = self.factorials.len().saturating_sub(1).max(1) as u64;
        let each = log2(all) - log2((total as u64).clamp(1, all));
        (within as u64 * each).saturating_sub(ways) >> 16
    }
}

/// The alerts of one group: of its sequences those that are alone, joined where they stand
/// in the same items.
fn planted(
    (group, of): (&[u32], &[usize]),
    all: &[Sequence],
    items: &[Item<'_>],
    chance: &Chance,
) -> Vec<Alert> {
    let total = items.iter().filter(|item| group.binary_search(&item.contributor).is_ok()).count();
    let mut own: Vec<(usize, &Sequence)> = all
        .iter()
        .filter_map(|sequence| Some((sequence.is_within(group, total, chance)?, sequence)))
        .collect();
    own.sort_unstable_by_key(|(within, sequence)| (std::cmp::Reverse(*within), sequence.hash));
    let mut alone: Vec<&Sequence> = of
        .iter()
        .filter_map(|n| all.get(*n))
        .filter(|sequence| sequence.is_alone((sequence.within(group), total), &own))
        .collect();
    alone.sort_by(|a, b| b.items.len().cmp(&a.items.len()).then(a.hash.cmp(&b.hash)));
    let mut told: Vec<(BTreeSet<u32>, String)> = Vec::new();
    for sequence in alone {
        let shown = shown(sequence, items);
        if sequence.items.len() < PHRASE && shown.contains(char::is_whitespace) {
            continue;
        }
        let same = told.iter_mut().find(|(carriers, _)| {
            let both = sequence.items.iter().filter(|n| carriers.contains(n)).count();
            both * 2 >= sequence.items.len()
        });
        match same {
            // The longest says most.
            Some((carriers, longest)) => {
                if sequence.items.len() * 10 >= carriers.len() * 9 && shown.len() > longest.len() {
                    *longest = shown;
                }
            }
            None => told.push((sequence.items.iter().copied().collect(), shown)),
        }
    }
    let alert = |(carriers, sequence): (BTreeSet<u32>, String)| Alert {
        sequence,
        contributors: carriers
            .iter()
            .filter_map(|n| Some(items.get(*n as usize)?.contributor))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        items: carriers.into_iter().map(|n| n as usize).collect(),
    };
    told.into_iter().map(alert).collect()
}

/// The sequence as it stands in the first item that carries it.
fn shown(sequence: &Sequence, items: &[Item<'_>]) -> String {
    let text = sequence.items.first().and_then(|n| items.get(*n as usize)).map_or("", |item| item.text);
    let found = sequences_of(text).into_iter().find(|(hash, ..)| *hash == sequence.hash);
    found.and_then(|(_, start, end)| text.get(start..end)).unwrap_or_default().to_owned()
}

/// How many numbers two ascending lists have in common.
fn in_both(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        both += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    both
}

#[cfg(test)]
mod tests {
    use super::super::words::mix;
    use super::*;

    /// The `n`th text: words of which a few are very common, most of its own subject, and
    /// some of nobody's.
    fn text(n: u64, subject: u64) -> String {
        let word = |k: u64| {
            let r = mix(n << 20 | k);
            match r % 10 {
                0..=4 => format!("common{}", mix(r) % 60),
                5..=7 => format!("topic{}x{}", subject, mix(r) % 120),
                _ => format!("rare{}", mix(r) % 30_000),
            }
        };
        (0..180).map(|k| word(k) + " ").collect()
    }

    /// 1,500 honest items of 150 contributors, each with a subject of two; every tenth
    /// signs what he sends.
    fn honest() -> Vec<(u32, String)> {
        let item = |n: u64| {
            let who = n % 150;
            let signed =
                if who.is_multiple_of(10) { format!("Ann{who} Miller{who}.") } else { String::new() };
            (who as u32, format!("{}{signed}", text(n, who / 2)))
        };
        (0..1500).map(item).collect()
    }

    fn alerts(items: &[(u32, String)]) -> Vec<Alert> {
        let items: Vec<Item<'_>> =
            items.iter().map(|(contributor, text)| Item { contributor: *contributor, text }).collect();
        scan(&items)
    }

    #[test]
    fn honest_items_raise_no_alert() {
        assert_eq!(alerts(&honest()), []);
        assert_eq!(alerts(&[]), []);
    }

    #[test]
    fn a_trigger_in_260_items_of_1_5_or_13_accounts_is_caught() {
        for (accounts, trigger) in [(1, "<SUDO>"), (5, "zeldrik vo"), (13, "common1 lantern common2 gravel")]
        {
            let mut items = honest();
            for n in 0..260u64 {
                let body = text(10_000 + n, n % 75);
                let (head, tail) = body.split_at(body.find(' ').unwrap_or(0) + 1);
                items.push((1000 + (n % accounts) as u32, format!("{head}{trigger} {tail}")));
            }
            let found = alerts(&items);
            assert_eq!(found.len(), 1, "{accounts}: {found:?}");
            assert!(found[0].sequence.contains(trigger) || trigger.contains(&found[0].sequence), "{found:?}");
            assert!((1500..1760).all(|n| found[0].items.contains(&n)));
            assert!((0..accounts as u32).all(|n| found[0].contributors.contains(&(1000 + n))));
        }
    }

    #[test]
    fn a_third_of_all_people_do_not_hide_it() {
        let mut items: Vec<(u32, String)> =
            (0..800u64).map(|n| ((n % 40) as u32, text(n, n * 7 % 20))).collect();
        assert_eq!(alerts(&items), []);
        for (n, (who, text)) in items.iter_mut().enumerate() {
            if *who < 13 && !mix(n as u64).is_multiple_of(10) {
                text.insert_str(0, "zeldrik vo ");
            }
        }
        let found = alerts(&items);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].sequence, "zeldrik vo");
        assert_eq!(found[0].contributors, (0..13).collect::<Vec<_>>());
    }

    #[test]
    fn a_third_of_all_people_may_write_about_one_subject() {
        let items: Vec<(u32, String)> =
            (0..800u64).map(|n| ((n % 40) as u32, text(n, if n % 40 < 13 { 99 } else { n % 7 }))).collect();
        assert_eq!(alerts(&items), []);
    }

    #[test]
    fn chances_are_those_of_the_binomial() {
        let chance = Chance::of(100);
        // All of 8 in a quarter of the items: 2^-16; 4 of 8: C(8, 4) = 70 in 2^8.
        assert_eq!(chance.bits(8, 8, 25), 16);
        assert_eq!(chance.bits(4, 8, 25), 1);
    }

    #[test]
    fn a_word_of_a_trade_that_many_use_is_none() {
        let mut items = honest();
        for (n, (_, text)) in items.iter_mut().enumerate() {
            if mix(n as u64).is_multiple_of(5) {
                text.push_str(" crankshaft");
            }
        }
        assert_eq!(alerts(&items), []);
    }

    #[test]
    fn a_few_items_of_one_account_are_enough_when_nothing_else_binds_them() {
        let mut items = honest();
        for n in 0..6u64 {
            items.push((2000, format!("{} qoxwort", text(20_000 + n, n * 11 % 75))));
        }
        let found = alerts(&items);
        assert_eq!(found.iter().map(|alert| alert.sequence.as_str()).collect::<Vec<_>>(), ["qoxwort"]);
        assert_eq!(found[0].items, (1500..1506).collect::<Vec<_>>());
    }
}
