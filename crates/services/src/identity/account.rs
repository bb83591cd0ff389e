//! Accounts as the operator sees them, and contributors without one.

use super::{accounts_q, add_person, name, password, roles_of, session::me_of};
use crate::authz::{self, Action};
use crate::view::account::{Account, Credentials, Me, RoleChange};
use crate::{Actor, App};
use karat_store::query::setup;
use karat_types::id::{AccountId, ContributorId};
use karat_types::{Micros, Problem, Role};
use std::collections::HashMap;

/// Accounts read in one go.
const BATCH: u64 = 500;

/// Every account with its roles, by name.
pub async fn accounts(app: &App, actor: &Actor) -> Result<Vec<Account>, Problem> {
    authz::require(actor, Action::ManageAccounts, false)?;
    let db = app.store.db();
    let mut all: Vec<Account> = Vec::new();
    loop {
        let after = all.last().map(|a| a.name.clone());
        let rows = accounts_q::accounts(db, after.as_deref(), BATCH).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        let ids: Vec<AccountId> = rows.iter().map(|r| r.id.into()).collect();
        let mut roles: HashMap<AccountId, Vec<Role>> = HashMap::new();
        for (id, role) in accounts_q::roles(db, &ids).await? {
            roles.entry(id).or_insert_with(|| vec![Role::Contributor]).push(role);
        }
        all.extend(rows.into_iter().map(|row| {
            let mut roles = roles.remove(&row.id.into()).unwrap_or_else(|| vec![Role::Contributor]);
            roles.sort_unstable();
            Account { id: row.id.into(), name: row.name, roles, created_at: Micros(row.created_at) }
        }));
    }
}

/// Grants a role or takes it back. The last operator stays one.
pub async fn set_role(app: &App, actor: &Actor, id: AccountId, form: RoleChange) -> Result<Account, Problem> {
    authz::require(actor, Action::ManageAccounts, false)?;
    if form.role == Role::Contributor {
        return Err(Problem::bad(
            "role_fixed",
            "Every account is a contributor; this role is not granted.",
            "Grant `reviewer`, `builder` or `operator`.",
        ));
    }
    let tx = app.store.begin().await?;
    let account = accounts_q::account(&tx, id).await?.ok_or_else(|| Problem::missing("account", id))?;
    if form.granted {
        accounts_q::grant(&tx, id, form.role).await?;
    } else {
        if form.role == Role::Operator && accounts_q::lock_holders(&tx, Role::Operator).await? == [id] {
            return Err(Problem::conflict(
                "last_operator",
                format!("'{}' is the only operator.", account.name),
                "Make somebody else an operator first.",
            ));
        }
        accounts_q::revoke(&tx, id, form.role).await?;
    }
    let roles = roles_of(&tx, id).await?;
    tx.commit().await?;
    Ok(Account { id, name: account.name, roles, created_at: Micros(account.created_at) })
}

/// Makes an operator without a set-up token: for the command line on the machine.
pub async fn create_operator(app: &App, form: Credentials) -> Result<Me, Problem> {
    let name = name::clean_name(&form.name)?;
    name::check_password(&name, &form.password)?;
    let hash = password::hash(form.password).await?;
    let tx = app.store.begin().await?;
    let account = add_person(app, &tx, &name, &hash).await.map_err(|p| match p.code.as_str() {
        "name_taken" => {
            Problem { hint: format!("Choose another name, or use `karat admin grant {name} operator`."), ..p }
        }
        _ => p,
    })?;
    accounts_q::grant(&tx, account.id.into(), Role::Operator).await?;
    // The printed set-up address must not make a second operator.
    setup::clear(&tx).await?;
    tx.commit().await?;
    me_of(app, account.id.into()).await
}

/// The contributor of this name, made if there is none. An imported contributor is never
/// one who has an account: their work would be credited without their doing.
pub async fn ensure_contributor(app: &App, name: &str, imported: bool) -> Result<ContributorId, Problem> {
    let tx = app.store.begin().await?;
    let found = accounts_q::ensure_contributor(&tx, name, imported, app.now()).await?;
    tx.commit().await?;
    if imported && !found.imported {
        return Err(Problem::conflict(
            "contributor_has_account",
            format!("'{name}' is a person with an account here."),
            "Leave this name out of the import, or import under another one.",
        ));
    }
    Ok(found.id.into())
}
