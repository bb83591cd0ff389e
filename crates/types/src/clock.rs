//! Time is handed in, never taken: tests and the demo move it.

use std::sync::atomic::{AtomicI64, Ordering};

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Length of a season, in days.
pub const SEASON_DAYS: i64 = 30;

/// UTC microseconds since 1970-01-01; RFC 3339 outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = "date-time", example = "2026-11-21T12:00:00Z")]
pub struct Micros(pub i64);

impl Micros {
    /// Days since 1970-01-01, UTC.
    pub fn day(self) -> i64 {
        self.0.div_euclid(MICROS_PER_DAY)
    }

    /// The season this moment belongs to: floor(day / 30).
    pub fn season(self) -> i64 {
        self.day().div_euclid(SEASON_DAYS)
    }

    /// The next 00:00 UTC, when daily limits start anew.
    pub fn next_midnight(self) -> Self {
        Self((self.day() + 1) * MICROS_PER_DAY)
    }

    /// This moment moved by whole seconds.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// This moment moved by whole days.
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * MICROS_PER_DAY)
    }
}

impl std::fmt::Display for Micros {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => t.fmt(f),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl serde::Serialize for Micros {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Micros {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let t: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(t.as_microsecond()))
    }
}

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The present moment, UTC.
    fn now(&self) -> Micros;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Micros {
        Micros(jiff::Timestamp::now().as_microsecond())
    }
}

/// A clock that is moved by hand: the demo's and the tests'.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at `start`.
    pub fn new(start: Micros) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Sets the present moment.
    pub fn set(&self, now: Micros) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    /// Each reading is one microsecond after the one before, so order is kept.
    fn now(&self) -> Micros {
        Micros(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_seasons_are_utc_and_count_down_before_1970() {
        assert_eq!(Micros(0).day(), 0);
        assert_eq!(Micros(-1).day(), -1);
        assert_eq!(Micros(0).plus_days(59).season(), 1);
        assert_eq!(Micros(5).next_midnight(), Micros(MICROS_PER_DAY));
    }

    #[test]
    fn a_moment_survives_its_text() {
        let t = Micros(1_795_000_000_123_456);
        let text = serde_json::to_string(&t).unwrap();
        assert_eq!(serde_json::from_str::<Micros>(&text).unwrap(), t);
    }
}
