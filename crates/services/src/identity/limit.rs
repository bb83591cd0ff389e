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
/// Windows remembered; beyond this the oldest are forgotten.
const REMEMBERED: usize = 20_000;

/// Counts sign-ins by name and address. In memory: each process counts for itself.
#[derive(Debug, Default)]
pub struct SignInLimit(Mutex<HashMap<String, Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    start: Micros,
    tries: u32,
}

impl SignInLimit {
    /// Counts one try; 429 with the seconds to wait when there were too many.
    pub(super) fn count(&self, name: &str, address: &str, now: Micros) -> Result<(), Problem> {
        let address = &network(address);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            forget(&mut seen, now);
        }
        let keys = [(format!("a {address}"), TRIES_ADDRESS), (name_key(name, address), TRIES_NAME)];
        for (key, tries) in keys {
            let window = seen.entry(key).or_insert(Window { start: now, tries: 0 });
            if now >= window.start.plus_seconds(WINDOW_SECONDS) {
                *window = Window { start: now, tries: 0 };
            }
            window.tries += 1;
            if window.tries > tries {
                return Err(too_many(window.start, now));
            }
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
    seen.retain(|_, w| now < w.start.plus_seconds(WINDOW_SECONDS));
    if seen.len() < REMEMBERED {
        return;
    }
    let mut starts: Vec<_> = seen.values().map(|w| w.start).collect();
    starts.sort_unstable();
    let middle = starts[starts.len() / 2];
    seen.retain(|_, w| w.start > middle);
}

fn too_many(start: Micros, now: Micros) -> Problem {
    let micros = start.plus_seconds(WINDOW_SECONDS).0 - now.0;
    let seconds = (micros / 1_000_000).clamp(1, WINDOW_SECONDS);
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
