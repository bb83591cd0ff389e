//! API keys: a way in for scripts.

use super::{Secret, actor_of, random_token};
use crate::authz::{self, Action};
use crate::view::account::{ApiKey, ApiKeyForm, NewApiKey};
use crate::{Actor, App};
use karat_store::query::api_key;
use karat_types::id::ApiKeyId;
use karat_types::{Hash, Micros, Problem};

/// What every secret begins with, so that scanners find leaked ones.
const PREFIX: &str = "karat_";
/// Characters of the secret that are shown in lists.
const SHOWN: usize = 12;
/// Keys one account may have.
const KEYS: usize = 20;
/// "Last used" is kept to the minute.
const TOUCH_SECONDS: i64 = 60;

/// Who this key belongs to; 401 when it was revoked or never was.
pub async fn actor_of_key(app: &App, secret: &str) -> Result<Actor, Problem> {
    let db = app.store.db();
    let found = match secret.starts_with(PREFIX) {
        true => api_key::by_secret(db, Hash::of(secret.as_bytes())).await?,
        false => None,
    };
    let actor = match &found {
        Some(key) => actor_of(app, key.account_id.into()).await?,
        None => None,
    };
    let (Some(key), Some(actor)) = (found, actor) else { return Err(unknown()) };
    let now = app.now();
    if key.last_used_at.is_none_or(|at| now.0 - at > TOUCH_SECONDS * 1_000_000) {
        // Knowing when a key was last used is not worth refusing its use.
        if let Err(error) = touch(app, key.id.into(), now).await {
            tracing::warn!(%error, "the use of an API key could not be noted");
        }
    }
    Ok(actor)
}

fn unknown() -> Problem {
    Problem::new(
        401,
        "api_key_unknown",
        "There is no such API key, or it was revoked.",
        "Make a new one under your name, API keys, and send it as `Authorization: Bearer karat_…`.",
    )
}

async fn touch(app: &App, id: ApiKeyId, now: Micros) -> Result<(), Problem> {
    let tx = app.store.begin().await?;
    api_key::touch(&tx, id, now).await?;
    Ok(tx.commit().await?)
}

/// One's own keys, without their secrets.
pub async fn api_keys(app: &App, actor: &Actor) -> Result<Vec<ApiKey>, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    let rows = api_key::of_account(app.store.db(), actor.need_account()?).await?;
    Ok(rows.into_iter().map(view).collect())
}

/// Makes a key; its secret is shown this once.
pub async fn create_api_key(app: &App, actor: &Actor, form: ApiKeyForm) -> Result<NewApiKey, Problem> {
    authz::require(actor, Action::ManageOwn, false)?;
    let account = actor.need_account()?;
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Problem::bad(
            "key_name_unfit",
            format!("The key's name has {} characters; 1 to 60 are expected.", name.chars().count()),
            "Say what the key is for: `nightly upload`.",
        ));
    }
    let secret: Secret = format!("{PREFIX}{}", random_token());
    let tx = app.store.begin().await?;
    if api_key::of_account(&tx, account).await?.len() >= KEYS {
        return Err(Problem::conflict(
            "too_many_keys",
            format!("There are {KEYS} API keys already."),
            "Revoke one that is not used any more.",
        ));
    }
    let kept = (&secret[..SHOWN], Hash::of(secret.as_bytes()));
    let row = api_key::add(&tx, account, name, kept, app.now()).await?;
    tx.commit().await?;
    Ok(NewApiKey { key: view(row), secret })
}

/// Revokes one of one's own keys, at once.
pub async fn revoke_api_key(app: &App, actor: &Actor, id: ApiKeyId) -> Result<(), Problem> {
    authz::require(actor, Action::ManageOwn, false)?;
    let tx = app.store.begin().await?;
    if !api_key::revoke(&tx, actor.need_account()?, id, app.now()).await? {
        return Err(Problem::missing("API key", id));
    }
    Ok(tx.commit().await?)
}

fn view(row: api_key::ApiKey) -> ApiKey {
    ApiKey {
        id: row.id.into(),
        name: row.name,
        prefix: row.prefix,
        created_at: Micros(row.created_at),
        last_used_at: row.last_used_at.map(Micros),
    }
}
