//! Signing up, in and out; sessions of browsers.

use super::{Secret, accounts_q, actor_of, add_person, name, password, random_token, roles_of};
use crate::authz::{self, Action};
use crate::view::account::{Credentials, Me, PasswordChange};
use crate::{Actor, App};
use karat_store::Tx;
use karat_store::query::{notice, session};
use karat_types::id::AccountId;
use karat_types::{Hash, Problem};

/// Days a session lives without being used.
const SESSION_DAYS: i64 = 30;
/// A session's end is moved at most this often, so that reading does not mean writing.
const TOUCH_SECONDS: i64 = 3600;

/// Makes an account and signs it in. `address` = where the request comes from.
pub async fn sign_up(app: &App, form: Credentials, address: &str) -> Result<(Me, Secret), Problem> {
    authz::require(&Actor::anyone(), Action::SignUp, false)?;
    if !app.settings.open_signup {
        return Err(Problem::forbidden(
            "This server does not take new accounts by itself.",
            "Ask the operator for an account, or to set `open_signup = true`.",
        ));
    }
    let name = name::clean_name(&form.name)?;
    name::check_password(&name, &form.password)?;
    // A form that has to be mended first costs nobody's turn.
    app.sign_in_limit.count_sign_up(address, app.now())?;
    let hash = password::hash(form.password).await?;
    let tx = app.store.begin().await?;
    let account = add_person(app, &tx, &name, &hash).await?;
    let secret = open(app, &tx, account.id.into()).await?;
    tx.commit().await?;
    Ok((me_of(app, account.id.into()).await?, secret))
}

/// Checks name and password and opens a session.
pub async fn sign_in(app: &App, form: Credentials, address: &str) -> Result<(Me, Secret), Problem> {
    authz::require(&Actor::anyone(), Action::SignIn, false)?;
    let name = form.name.trim().to_ascii_lowercase();
    app.sign_in_limit.count(&name, address, app.now())?;
    let account = accounts_q::account_by_name(app.store.db(), &name).await?;
    let hash = account.as_ref().map(|a| a.password_hash.clone());
    let right = password::verify(form.password, hash).await?;
    let Some(account) = account.filter(|_| right) else {
        return Err(Problem::new(
            401,
            "sign_in_wrong",
            "Name or password is wrong.",
            "Check both; the name is not case-sensitive, the password is. Without an account, sign up.",
        ));
    };
    app.sign_in_limit.clear(&name, address);
    let tx = app.store.begin().await?;
    let secret = open(app, &tx, account.id.into()).await?;
    tx.commit().await?;
    Ok((me_of(app, account.id.into()).await?, secret))
}

/// Opens a session; the token leaves this function and is kept nowhere.
pub(super) async fn open(app: &App, tx: &Tx, account: AccountId) -> Result<Secret, Problem> {
    let token = random_token();
    let now = app.now();
    session::add(tx, Hash::of(token.as_bytes()), account, now, now.plus_days(SESSION_DAYS)).await?;
    Ok(token)
}

/// Ends the session of this token; a token that means nothing is no error.
pub async fn sign_out(app: &App, token: &str) -> Result<(), Problem> {
    let tx = app.store.begin().await?;
    session::end(&tx, Hash::of(token.as_bytes())).await?;
    Ok(tx.commit().await?)
}

/// Who this token belongs to: a visitor, when it ended or never was.
pub async fn actor_of_session(app: &App, token: &str) -> Result<Actor, Problem> {
    let (hash, now) = (Hash::of(token.as_bytes()), app.now());
    let Some(found) = session::get(app.store.db(), hash, now).await? else { return Ok(Actor::anyone()) };
    if now.0 - found.last_seen_at > TOUCH_SECONDS * 1_000_000 {
        // Reading goes on when this cannot be written: a full disk must not sign people out.
        if let Err(error) = touch(app, hash).await {
            tracing::warn!(%error, "a session's end could not be moved");
        }
    }
    Ok(actor_of(app, found.account_id.into()).await?.unwrap_or_else(Actor::anyone))
}

async fn touch(app: &App, token: Hash) -> Result<(), Problem> {
    let now = app.now();
    let tx = app.store.begin().await?;
    session::touch(&tx, token, now, now.plus_days(SESSION_DAYS)).await?;
    Ok(tx.commit().await?)
}

/// Changes the password and ends every other session; `token` = the session to keep.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    form: PasswordChange,
    token: Option<&str>,
) -> Result<(), Problem> {
    authz::require(actor, Action::ManageOwn, false)?;
    let id = actor.need_account()?;
    app.sign_in_limit.count(&actor.name, "password change", app.now())?;
    let account = accounts_q::account(app.store.db(), id).await?.ok_or_else(Problem::signed_out)?;
    if !password::verify(form.current, Some(account.password_hash)).await? {
        return Err(Problem::bad(
            "password_wrong",
            "The present password is not this one.",
            "Type the password you signed in with.",
        ));
    }
    app.sign_in_limit.clear(&actor.name, "password change");
    name::check_password(&account.name, &form.new)?;
    let hash = password::hash(form.new).await?;
    let tx = app.store.begin().await?;
    accounts_q::set_password(&tx, id, &hash).await?;
    session::end_others(&tx, id, token.map(|t| Hash::of(t.as_bytes()))).await?;
    Ok(tx.commit().await?)
}

/// The person who asks, as they see themselves.
pub async fn me(app: &App, actor: &Actor) -> Result<Me, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    me_of(app, actor.need_account()?).await
}

pub(super) async fn me_of(app: &App, id: AccountId) -> Result<Me, Problem> {
    let db = app.store.db();
    let account = accounts_q::account(db, id).await?.ok_or_else(Problem::signed_out)?;
    Ok(Me {
        account: id,
        contributor: account.contributor_id.into(),
        roles: roles_of(db, id).await?,
        unread: notice::unread(db, account.contributor_id).await?,
        name: account.name,
    })
}
