//! Passwords: argon2id with OWASP's numbers, off the async threads, a few at a time.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use karat_types::Problem;
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashing that goes on at the same time: bounds memory when many sign in at once.
static PERMITS: Semaphore = Semaphore::const_new(2);

fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to store, with its own random salt and the numbers it was made with.
pub(super) async fn hash(password: String) -> Result<String, Problem> {
    off_thread(move || argon2()?.hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(internal))
        .await
}

/// Whether the password is the one hashed. Without a hash (an unknown name) it takes as
/// long and says no, so that time does not tell which names exist.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool, Problem> {
    off_thread(move || {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => decoy()?,
        };
        let parsed = PasswordHash::new(&hash).map_err(internal)?;
        let right = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(right && known)
    })
    .await
}

/// A hash of nobody's password, made once.
fn decoy() -> Result<String, Problem> {
    static DECOY: OnceLock<String> = OnceLock::new();
    if let Some(decoy) = DECOY.get() {
        return Ok(decoy.clone());
    }
    let made = argon2()?.hash_password(super::random_token().as_bytes()).map_err(internal)?;
    Ok(DECOY.get_or_init(|| made.to_string()).clone())
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let _permit = PERMITS.acquire().await.map_err(internal)?;
    tokio::task::spawn_blocking(work).await.map_err(internal)?
}

fn internal(err: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("The password could not be handled: {err}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn the_hash_carries_owasps_numbers_and_its_own_salt() {
        let (a, b) =
            (hash("tall green boats".into()).await.unwrap(), hash("tall green boats".into()).await.unwrap());
        assert!(a.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{a}");
        assert_ne!(a, b);
        assert!(verify("tall green boats".into(), Some(a.clone())).await.unwrap());
        assert!(!verify("tall green goats".into(), Some(a)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_name_takes_as_long_as_a_wrong_password() {
        let known = hash("tall green boats".into()).await.unwrap();
        assert!(!verify("warm up".into(), None).await.unwrap());
        // The fastest of several: what else runs on the machine only makes things slower.
        let mut fastest = [f64::MAX; 2];
        for _ in 0..5 {
            for (best, hash) in fastest.iter_mut().zip([None, Some(known.clone())]) {
                let start = Instant::now();
                assert!(!verify("wrong".into(), hash).await.unwrap());
                *best = best.min(start.elapsed().as_secs_f64());
            }
        }
        let ratio = fastest[0] / fastest[1];
        assert!((0.4..2.5).contains(&ratio), "unknown {} s, wrong {} s", fastest[0], fastest[1]);
    }
}
