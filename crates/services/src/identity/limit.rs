//! Slows down whoever guesses passwords.

use karat_types::{Micros, Problem};
use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::sync::{Mutex, PoisonError};

/// Length of a window, seconds.
const WINDOW_SECONDS: i64 = 300;
/// Tries in one window for one name from one address.
const TRIES_NAME: u32 = 10;
/// Tries in one window from one address, whatever the names.
const TRIES_ADDRESS: u32 = 60;
/// Length of a window of sign-ups, seconds.
const SIGN_UP_SECONDS: i64 = 3600;
/// Accounts tried for in one such window from one address: a class signs up together.
const SIGN_UPS: u32 = 40;
/// Windows remembered; beyond this the oldest are forgotten.
const REMEMBERED: usize = 20_000;

/// Counts sign-ins by name and address, and sign-ups by address. In memory: each process counts for itself.
#[derive(Debug, Default)]
pub struct SignInLimit(Mutex<HashMap<String, Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    start: Micros,
    seconds: i64,
    tries: u32,
}

impl Window {
    const fn new(start: Micros, seconds: i64) -> Self {
        Self { start, seconds, tries: 0 }
    }

    fn end(&self) -> Micros {
        self.start.plus_seconds(self.seconds)
    }
}

impl SignInLimit {
    /// Counts one try; 429 with the seconds to wait when there were too many.
    pub(super) fn count(&self, name: &str, address: &str, now: Micros) -> Result<(), Problem> {
        let address = &network(address);
        self.try_once(format!("a {address}"), (TRIES_ADDRESS, WINDOW_SECONDS), now)
            .and_then(|()| self.try_once(name_key(name, address), (TRIES_NAME, WINDOW_SECONDS), now))
            .map_err(too_many_sign_ins)
    }

    /// Counts one account asked for; 429 with the minutes to wait when there were too
    /// many. Sign-ins have a count of their own.
    pub(super) fn count_sign_up(&self, address: &str, now: Micros) -> Result<(), Problem> {
        let key = format!("u {}", network(address));
        self.try_once(key, (SIGN_UPS, SIGN_UP_SECONDS), now).map_err(too_many_sign_ups)
    }

    /// Counts one of `tries` in a window of `seconds`; the seconds to wait beyond them.
    fn try_once(&self, key: String, (tries, seconds): (u32, i64), now: Micros) -> Result<(), i64> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            forget(&mut seen, now);
        }
        let window = seen.entry(key).or_insert(Window::new(now, seconds));
        if now >= window.end() {
            *window = Window::new(now, seconds);
        }
        window.tries += 1;
        if window.tries > tries {
            return Err(((window.end().0 - now.0) / 1_000_000).clamp(1, seconds));
        }
        Ok(())
    }

    /// A right password clears the name's window.
    pub(super) fn clear(&self, name: &str, address: &str) {
        let key = name_key(name, &network(address));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

/// Whose address it is: of IPv6 the first 64 bits, all of which one household has.
fn network(address: &str) -> String {
    match address.parse::<Ipv6Addr>() {
        Ok(v6) if v6.to_ipv4_mapped().is_none() => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).to_string(),
        _ => address.to_owned(),
    }
}

fn name_key(name: &str, address: &str) -> String {
    format!("n {address} {name}")
}

fn forget(seen: &mut HashMap<String, Window>, now: Micros) {
    seen.retain(|_, w| now < w.end());
    if seen.len() < REMEMBERED {
        return;
    }
    let mut starts: Vec<_> = seen.values().map(|w| w.start).collect();
    starts.sort_unstable();
    let middle = starts[starts.len() / 2];
    seen.retain(|_, w| w.start > middle);
}

fn too_many_sign_ups(seconds: i64) -> Problem {
    let minutes = (seconds + 59) / 60;
    Problem::new(
        429,
        "too_many_sign_ups",
        format!("Too many new accounts: {SIGN_UPS} in an hour are allowed from one address."),
        format!("Wait {minutes} minutes, then try again. Accounts that are there can sign in meanwhile."),
    )
}

fn too_many_sign_ins(seconds: i64) -> Problem {
    Problem::new(
        429,
        "too_many_sign_ins",
        format!("Too many sign-ins: {TRIES_NAME} tries in {} minutes are allowed.", WINDOW_SECONDS / 60),
        format!("Wait {seconds} seconds, then try again."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_and_others_do_not() {
        let limit = SignInLimit::default();
        let now = Micros(0);
        for _ in 0..TRIES_NAME {
            limit.count("ada", "1.1.1.1", now).unwrap();
        }
        let problem = limit.count("ada", "1.1.1.1", now.plus_seconds(60)).unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (429, "too_many_sign_ins"));
        assert!(problem.hint.contains("240 seconds"), "{}", problem.hint);
        limit.count("ada", "2.2.2.2", now).unwrap();
        limit.count("bob", "1.1.1.1", now).unwrap();
        limit.count("ada", "1.1.1.1", now.plus_seconds(WINDOW_SECONDS)).unwrap();
    }

    #[test]
    fn a_class_signs_up_behind_one_address_and_signs_in_as_well() {
        let limit = SignInLimit::default();
        let now = Micros(0);
        for n in 0..SIGN_UPS {
            limit.count_sign_up("1.1.1.1", now).unwrap();
            limit.count(&format!("pupil{n}"), "1.1.1.1", now).unwrap();
        }
        let problem = limit.count_sign_up("1.1.1.1", now.plus_seconds(90)).unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (429, "too_many_sign_ups"));
        assert!(problem.hint.contains("59 minutes"), "{}", problem.hint);
        limit.count("pupil1", "1.1.1.1", now).unwrap();
        limit.count_sign_up("2.2.2.2", now).unwrap();
        limit.count_sign_up("1.1.1.1", now.plus_seconds(SIGN_UP_SECONDS)).unwrap();
    }

    #[test]
    fn a_household_is_one_address() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
        assert_ne!(network("::ffff:10.0.0.1"), network("::ffff:10.0.0.2"));
    }

    #[test]
    fn a_right_password_starts_the_count_anew() {
        let limit = SignInLimit::default();
        for _ in 0..3 * TRIES_NAME {
            limit.count("ada", "1.1.1.1", Micros(0)).unwrap();
            limit.clear("ada", "1.1.1.1");
        }
    }

    #[test]
    fn one_address_cannot_try_endless_names_nor_fill_the_memory() {
        let limit = SignInLimit::default();
        let tried = (0..100).filter(|i| limit.count(&format!("n{i}"), "1.1.1.1", Micros(0)).is_ok()).count();
        assert_eq!(tried, TRIES_ADDRESS as usize);
        for i in 0..2 * REMEMBERED as i64 {
            limit.count("ada", &i.to_string(), Micros(i)).unwrap();
        }
        assert!(limit.0.lock().unwrap().len() <= REMEMBERED + 2);
    }
}
