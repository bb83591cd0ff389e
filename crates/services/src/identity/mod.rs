//! Who is who: accounts, passwords, sessions, API keys, roles.
//!
//! A contributor is a credited identity; an account is a way in and leads to exactly one
//! contributor. Tokens and secrets are shown once and kept as SHA-256; passwords as
//! argon2id.

mod account;
mod key;
mod limit;
mod name;
mod password;
mod session;
mod set_up;

pub use account::{accounts, create_operator, ensure_contributor, set_role};
pub use key::{actor_of_key, api_keys, create_api_key, revoke_api_key};
pub use limit::SignInLimit;
pub use session::{actor_of_session, change_password, me, sign_in, sign_out, sign_up};
pub use set_up::{first_start, set_up};

use crate::{Actor, App};
use karat_store::query::account as accounts_q;
use karat_store::{Conn, StoreError, Tx};
use karat_types::id::AccountId;
use karat_types::{Problem, Role};

/// A token or secret, shown to its owner this once.
pub type Secret = String;

/// 256 random bits as text.
fn random_token() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// What an account may do: contributing comes with it, the rest is granted.
async fn roles_of<C: Conn>(conn: &C, id: AccountId) -> Result<Vec<Role>, Problem> {
    let granted = accounts_q::roles(conn, &[id]).await?;
    let mut roles: Vec<Role> = granted.into_iter().map(|(_, role)| role).collect();
    roles.push(Role::Contributor);
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

/// The actor behind an account.
async fn actor_of(app: &App, id: AccountId) -> Result<Option<Actor>, Problem> {
    let db = app.store.db();
    let Some(account) = accounts_q::account(db, id).await? else { return Ok(None) };
    let roles = roles_of(db, id).await?;
    Ok(Some(Actor::signed_in(id, account.contributor_id.into(), account.name, roles)))
}

/// Adds a contributor and the account that leads to it.
async fn add_person(
    app: &App,
    tx: &Tx,
    name: &str,
    password_hash: &str,
) -> Result<accounts_q::Account, Problem> {
    let now = app.now();
    let contributor = accounts_q::add_contributor(tx, name, false, now).await.map_err(|e| taken(name, e))?;
    let id = contributor.id.into();
    accounts_q::add_account(tx, id, name, password_hash, now).await.map_err(|e| taken(name, e))
}

fn taken(name: &str, err: StoreError) -> Problem {
    match err {
        StoreError::Taken(_) => Problem::conflict(
            "name_taken",
            format!("The name '{name}' is taken."),
            "Choose another name. If it is your account, sign in.",
        ),
        other => other.into(),
    }
}
