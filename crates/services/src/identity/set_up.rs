//! The first start: one token, printed once, makes the operator.

use super::{Secret, accounts_q, add_person, name, password, random_token, session};
use crate::authz::{self, Action};
use crate::view::account::{Me, SetUp};
use crate::{Actor, App};
use karat_store::query::setup;
use karat_types::{Hash, Problem, Role};

/// A one-time set-up token when there is no account yet; an earlier one is void then.
pub async fn first_start(app: &App) -> Result<Option<Secret>, Problem> {
    let tx = app.store.begin().await?;
    if accounts_q::count_accounts(&tx).await? > 0 {
        return Ok(None);
    }
    let token = random_token();
    setup::replace(&tx, Hash::of(token.as_bytes()), app.now()).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Makes the operator with the token and signs them in.
pub async fn set_up(app: &App, form: SetUp) -> Result<(Me, Secret), Problem> {
    authz::require(&Actor::anyone(), Action::SetUp, false)?;
    let token = Hash::of(form.token.as_bytes());
    // Looked at before the slow hash, so that guessing costs us little.
    if !setup::is_open(app.store.db(), token).await? {
        return Err(wrong_token());
    }
    let name = name::clean_name(&form.name)?;
    name::check_password(&name, &form.password)?;
    let hash = password::hash(form.password).await?;
    let tx = app.store.begin().await?;
    if !setup::take(&tx, token, app.now()).await? {
        return Err(wrong_token());
    }
    let account = add_person(app, &tx, &name, &hash).await?;
    accounts_q::grant(&tx, account.id.into(), Role::Operator).await?;
    let secret = session::open(app, &tx, account.id.into()).await?;
    tx.commit().await?;
    Ok((session::me_of(app, account.id.into()).await?, secret))
}

fn wrong_token() -> Problem {
    Problem::new(
        401,
        "set_up_token_wrong",
        "This set-up address was used already, or a newer one was printed.",
        "Start the server again on the empty data folder and open the address it prints, or run `karat admin create-operator`.",
    )
}
