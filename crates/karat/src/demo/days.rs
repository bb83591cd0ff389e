//! The demo's clock: the machine's, some days back, brought forward day by day.

use karat_types::clock::SystemClock;
use karat_types::{Clock, Micros};
use std::sync::atomic::{AtomicI64, Ordering};

/// Time as it passes here, moved by whole days.
pub(crate) struct DemoClock {
    days_back: AtomicI64,
}

impl DemoClock {
    /// The machine's time until it is moved.
    pub(crate) fn new() -> Self {
        Self { days_back: AtomicI64::new(0) }
    }

    /// Moves to `days` days ago.
    pub(crate) fn go_back(&self, days: i64) {
        self.days_back.store(days, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Micros {
        SystemClock.now().plus_days(-self.days_back.load(Ordering::SeqCst))
    }
}

/// How many days ago each of `days` days was, oldest first: the last is today, unless the
/// season began in between. Then all of them end with the last season, so that they
/// count on one board.
pub(crate) fn plan(now: Micros, days: i64) -> Vec<i64> {
    let into_season = now.day() - now.season() * karat_types::clock::SEASON_DAYS;
    let last = if into_season + 1 >= days { 0 } else { into_season + 1 };
    (0..days).rev().map(|day| last + day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_types::clock::SEASON_DAYS;

    #[test]
    fn the_days_end_today_and_never_cross_a_season() {
        let first_day = Micros(0).plus_days(700 * SEASON_DAYS);
        assert_eq!(plan(first_day.plus_days(10), 3), [2, 1, 0]);
        assert_eq!(plan(first_day.plus_days(2), 3), [2, 1, 0]);
        for today in 0..SEASON_DAYS {
            let now = first_day.plus_days(today);
            let seasons: Vec<_> = plan(now, 5).iter().map(|back| now.plus_days(-back).season()).collect();
            assert!(seasons.windows(2).all(|pair| pair[0] == pair[1]), "day {today}: {seasons:?}");
        }
    }

    #[test]
    fn the_clock_moves_by_whole_days() {
        let clock = DemoClock::new();
        clock.go_back(3);
        let then = clock.now();
        clock.go_back(0);
        assert_eq!(clock.now().day() - then.day(), 3);
    }
}
