//! Standing: the best acceptance rate a contributor has *proved* this season.
//!
//! ```text
//! K(a,r) = max { b in 0..=floor(10000·a/n) : A·(n+1)!·b^a·(10000−b)^r ≤ a!·r!·10000^n },  K(0,r) = 0
//! H      = max of K over the decisions of the season, in log order
//! ```
//!
//! with a accepted, r rejected, n = a + r and odds A = 100 to 1. K is the largest rate a
//! sceptic has lost A : 1 against (Robbins' mixture martingale; Waudby-Smith and Ramdas
//! 2020), so whatever the order and whenever one stops, H exceeds the true rate with a
//! probability of at most 1 %. Being a maximum, H can never fall by a rejection.

use crate::bounds::Bounds;
use karat_types::Tier;
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};
use std::cmp::{Ordering, Reverse};

/// The sceptic's odds, A.
const ODDS: u64 = 100;
/// Basis points in one.
const BP: u64 = 10_000;
/// Decisions a season at most; a season of full daily slots has 600.
pub const MAX_DECISIONS: u64 = 100_000;

/// What standing is, for people.
pub const TWO_SENTENCES: &str = "Your standing is the best acceptance rate you have *proved* this season, at \
    odds of 100 to 1. A rejection can never take back what you proved; it just proves nothing new.";

/// One review decision, as standing counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// `A` in a history.
    Accepted,
    /// `R` in a history.
    Rejected,
}

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// More decisions than a season can have.
    #[error(
        "{0} decisions are more than the {MAX_DECISIONS} that are computed; a season at full daily slots has 600"
    )]
    TooMany(u64),
}

/// K(a,r): the proven rate of `accepted` and `rejected` decisions, in basis points.
pub fn proven_bp(accepted: u64, rejected: u64) -> Result<u32, StandingError> {
    let n = accepted.saturating_add(rejected);
    if n > MAX_DECISIONS {
        return Err(StandingError::TooMany(n));
    }
    let mut counts = Counts::default();
    (0..accepted).for_each(|_| counts.append(Decision::Accepted));
    (0..rejected).for_each(|_| counts.append(Decision::Rejected));
    Ok(counts.proven(0))
}

/// The plain rate a/n in basis points, rounded down; none without decisions.
pub fn rate_bp(accepted: u64, rejected: u64) -> Option<u32> {
    let n = u128::from(accepted) + u128::from(rejected);
    (n > 0).then(|| (u128::from(accepted) * u128::from(BP) / n) as u32)
}

/// H of a season's decisions in log order.
pub fn high_water(history: impl IntoIterator<Item = Decision>) -> Result<Standing, StandingError> {
    let mut standing = Standing::default();
    for (index, decision) in history.into_iter().enumerate() {
        standing.append(decision, index as u64)?;
    }
    Ok(standing)
}

/// The tier of the best standing of this and the last three seasons.
pub fn tier(best_bp: u32) -> Tier {
    match best_bp {
        0..1500 => Tier::Newcomer,
        1500..6000 => Tier::Proven,
        6000..8000 => Tier::Trusted,
        _ => Tier::Expert,
    }
}

/// A contributor's season so far.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    counts: Counts,
    high_water_bp: u32,
    reached_at: Option<u64>,
}

impl Standing {
    /// Takes the decision with log index `index`; says whether the standing rose.
    ///
    /// A rejection is only counted: it cannot raise anything, so it costs nothing.
    pub fn append(&mut self, decision: Decision, index: u64) -> Result<bool, StandingError> {
        if self.counts.n() >= MAX_DECISIONS {
            return Err(StandingError::TooMany(self.counts.n() + 1));
        }
        self.counts.append(decision);
        if decision == Decision::Rejected {
            return Ok(false);
        }
        let proven = self.counts.proven(self.high_water_bp);
        let rose = proven > self.high_water_bp;
        if rose {
            self.high_water_bp = proven;
            self.reached_at = Some(index);
        }
        Ok(rose)
    }

    /// Decisions that accepted.
    pub fn accepted(&self) -> u64 {
        self.counts.accepted
    }

    /// Decisions that rejected.
    pub fn rejected(&self) -> u64 {
        self.counts.rejected
    }

    /// H, in basis points.
    pub fn bp(&self) -> u32 {
        self.high_water_bp
    }

    /// The log index at which H was reached; none while it is 0.
    pub fn reached_at(&self) -> Option<u64> {
        self.reached_at
    }

    /// The order of a leaderboard: higher standing first, of equal ones the earlier.
    pub fn rank(&self, other: &Self) -> Ordering {
        let key = |s: &Self| (Reverse(s.high_water_bp), s.reached_at.unwrap_or(u64::MAX));
        key(self).cmp(&key(other))
    }
}

/// The counts with (n+1)!/(a!·r!) kept as two products that grow by one factor a decision.
#[derive(Clone, Debug)]
struct Counts {
    accepted: u64,
    rejected: u64,
    /// A·(n+1)!
    above: Bounds,
    /// a!·r!
    below: Bounds,
}

impl Default for Counts {
    fn default() -> Self {
        Self { accepted: 0, rejected: 0, above: Bounds::exact(ODDS), below: Bounds::ONE }
    }
}

impl Counts {
    fn n(&self) -> u64 {
        self.accepted + self.rejected
    }

    fn append(&mut self, decision: Decision) {
        let count = match decision {
            Decision::Accepted => &mut self.accepted,
            Decision::Rejected => &mut self.rejected,
        };
        *count += 1;
        self.below = self.below.times(Bounds::exact(*count));
        self.above = self.above.times(Bounds::exact(self.n() + 1));
    }

    /// K, if it is above `known`; else `known`. The condition holds from 0 up to K and
    /// nowhere beyond within the range, so halving finds K.
    fn proven(&self, known: u32) -> u32 {
        let n = self.n();
        let most = (BP * self.accepted).checked_div(n).unwrap_or(0);
        let mut low = u64::from(known);
        if most <= low || !self.holds(low + 1) {
            return known;
        }
        low += 1;
        let mut high = most;
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.holds(middle) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low as u32
    }

    /// Whether A·(n+1)!·b^a·(10000−b)^r ≤ a!·r!·10000^n, for 0 < b ≤ 10000·a/n.
    fn holds(&self, b: u64) -> bool {
        let power = |base: u64, exponent: u64| {
            if exponent == 0 { Bounds::ONE } else { Bounds::exact(base).pow(exponent) }
        };
        let left = self.above.times(power(b, self.accepted)).times(power(BP - b, self.rejected));
        let right = self.below.times(power(BP, self.n()));
        match left.compare(right) {
            Some(order) => order != Ordering::Greater,
            None => holds_exactly(self.accepted, self.rejected, b),
        }
    }
}

/// The same comparison with the whole numbers.
fn holds_exactly(a: u64, r: u64, b: u64) -> bool {
    let power = |base: u64, exponent: u64| BigUint::from(base).pow(exponent as u32);
    let left = BigUint::from(ODDS) * product(1, a + r + 1) * power(b, a) * power(BP - b, r);
    left <= product(1, a) * product(1, r) * power(BP, a + r)
}

/// `from · (from + 1) · … · to`, in halves, so that big factors meet big factors.
fn product(from: u64, to: u64) -> BigUint {
    if to < from + 16 {
        return (from..=to).map(BigUint::from).product();
    }
    let middle = from.midpoint(to);
    product(from, middle) * product(middle + 1, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decision::{Accepted, Rejected};
    use proptest::prelude::*;

    const EXHAUSTIVE: u64 = 60;

    fn k(a: u64, r: u64) -> u32 {
        proven_bp(a, r).unwrap()
    }

    /// The definition, word for word.
    fn k_by_definition(a: u64, r: u64) -> u32 {
        let most = if a == 0 { 0 } else { BP * a / (a + r) };
        (0..=most).rev().find(|&b| holds_exactly(a, r, b)).unwrap() as u32
    }

    #[test]
    fn the_published_values() {
        for (a, r, expected) in [
            (3, 0, 1357),
            (4, 0, 2114),
            (5, 0, 2782),
            (10, 0, 4964),
            (20, 0, 6821),
            (50, 0, 8430),
            (9, 1, 3746),
            (18, 2, 5313),
            (45, 5, 6789),
            (90, 10, 7506),
            (30, 20, 3516),
            (360, 240, 5208),
        ] {
            assert_eq!(k(a, r), expected, "{a}/{r}");
        }
        assert_eq!((k(0, 0), k(0, 7), k(1, 0)), (0, 0, k_by_definition(1, 0)));
    }

    #[test]
    fn the_short_numbers_decide_as_the_whole_ones_do() {
        for n in 1..=EXHAUSTIVE {
            for a in 0..=n {
                let r = n - a;
                let found = k(a, r);
                let most = BP * a / n;
                assert!(u64::from(found) <= most);
                assert!(found == 0 || holds_exactly(a, r, u64::from(found)), "{a}/{r}");
                assert!(u64::from(found) == most || !holds_exactly(a, r, u64::from(found) + 1), "{a}/{r}");
            }
        }
        for (a, r) in [(1, 1), (7, 3), (20, 20), (59, 1)] {
            assert_eq!(k(a, r), k_by_definition(a, r), "{a}/{r}");
        }
    }

    #[test]
    fn more_acceptances_prove_more_and_more_rejections_less() {
        for a in 0..EXHAUSTIVE {
            for r in 0..EXHAUSTIVE - a {
                assert!(k(a + 1, r) >= k(a, r) && k(a, r) >= k(a, r + 1), "{a}/{r}");
            }
        }
    }

    #[test]
    fn the_longest_season_is_computed_and_a_longer_one_is_not() {
        let found = u64::from(k(90_000, 10_000));
        assert!((8900..9000).contains(&found));
        assert!(holds_exactly(90_000, 10_000, found) && !holds_exactly(90_000, 10_000, found + 1));
        assert_eq!(proven_bp(100_000, 1), Err(StandingError::TooMany(100_001)));
        assert_eq!(proven_bp(u64::MAX, u64::MAX), Err(StandingError::TooMany(u64::MAX)));
    }

    #[test]
    fn a_long_history_is_cheap() {
        let season =
            high_water((0..MAX_DECISIONS).map(|i| if i % 10 == 3 { Rejected } else { Accepted })).unwrap();
        assert_eq!((season.accepted(), season.rejected()), (90_000, 10_000));
        assert!(season.bp() >= k(90_000, 10_000));
        let mut full = season;
        assert_eq!(full.append(Accepted, 0), Err(StandingError::TooMany(100_001)));
    }

    #[test]
    fn the_plain_rate_rounds_down_and_needs_a_decision() {
        assert_eq!((rate_bp(45, 5), rate_bp(2, 1), rate_bp(0, 0)), (Some(9000), Some(6666), None));
    }

    #[test]
    fn tiers_begin_at_their_floor() {
        let tiers = [0, 1499, 1500, 5999, 6000, 7999, 8000, 10_000].map(|bp| tier(bp).as_str());
        let [newcomer, proven, trusted, expert] = ["Newcomer", "Proven", "Trusted", "Expert"];
        assert_eq!(tiers, [newcomer, newcomer, proven, proven, trusted, trusted, expert, expert]);
    }

    #[test]
    fn equal_standings_are_ranked_by_who_was_first() {
        let season = |from: u64, n: u64| {
            let mut s = Standing::default();
            (from..from + n).for_each(|i| assert!(s.append(Accepted, i).is_ok()));
            s
        };
        let (early, late, better, none) = (season(0, 5), season(100, 5), season(200, 6), Standing::default());
        let mut board = [&none, &late, &early, &better];
        board.sort_by(|a, b| a.rank(b));
        assert_eq!(board.map(Standing::reached_at), [Some(205), Some(4), Some(104), None]);
    }

    /// P(H ever exceeds p) when every decision is accepted with probability p: walks the
    /// grid of counts and takes out what has exceeded.
    fn overstated(p_bp: u32, decisions: u64) -> f64 {
        let p = f64::from(p_bp) / 10_000.0;
        let mut alive = vec![1.0];
        let mut out = 0.0;
        for n in 1..=decisions {
            let mut next = vec![0.0; n as usize + 1];
            for (a, mass) in alive.iter().enumerate() {
                next[a] += mass * (1.0 - p);
                next[a + 1] += mass * p;
            }
            for a in 0..=n {
                if k(a, n - a) > p_bp {
                    out += std::mem::take(&mut next[a as usize]);
                }
            }
            alive = next;
        }
        out
    }

    #[test]
    fn stopping_whenever_one_likes_overstates_in_at_most_one_of_a_hundred_seasons() {
        for p_bp in [200, 500, 1000, 2500, 5000, 7500, 9000, 9900] {
            let chance = overstated(p_bp, EXHAUSTIVE);
            assert!(chance <= 0.01, "{p_bp}: {chance}");
        }
        assert!(overstated(500, EXHAUSTIVE) > 0.001, "the walk itself must find something");
    }

    proptest! {
        #[test]
        fn no_decision_ever_lowers_a_standing(history in proptest::collection::vec(any::<bool>(), 0..80)) {
            let mut season = Standing::default();
            let mut best = 0;
            for (index, accepted) in history.iter().enumerate() {
                let before = season.bp();
                let decision = if *accepted { Accepted } else { Rejected };
                let rose = season.append(decision, index as u64).unwrap();
                prop_assert!(season.bp() >= before && rose == (season.bp() > before));
                best = best.max(k(season.accepted(), season.rejected()));
                prop_assert_eq!(season.bp(), best);
            }
        }
    }
}
