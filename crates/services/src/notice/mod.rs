//! Notices: what contributors are told when something was decided.

use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::Page;
use crate::view::account::Notice;
use crate::words::{PAGE, cursor, next_of};
use karat_store::{Tx, entity, query};
use karat_types::id::NoticeId;
use karat_types::{Micros, Problem};

/// One page of one's own notices, newest first.
pub async fn list(app: &App, actor: &Actor, after: Option<&str>) -> Result<Page<Notice>, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    let me = actor.need_contributor()?;
    let (mut rows, total) = query::notice::list(app.store.db(), me.0, cursor(after)?, PAGE + 1).await?;
    let next = next_of(&mut rows, PAGE, |row| row.id);
    let items = rows.into_iter().map(|row| Notice {
        id: row.id.into(),
        text: row.text,
        link: row.link,
        created_at: Micros(row.created_at),
        read: row.read_at.is_some(),
    });
    Ok(Page { items: items.collect(), total, next })
}

/// Tells a contributor something.
pub(crate) async fn tell(
    app: &App,
    tx: &Tx,
    contributor: uuid::Uuid,
    text: String,
    link: String,
) -> Result<(), Problem> {
    let notice = entity::notice::Model {
        id: NoticeId::new().0,
        contributor_id: contributor,
        link,
        created_at: app.clock.now().0,
        read_at: None,
        text,
    };
    let news = serde_json::json!({ "id": notice.id, "text": notice.text, "link": notice.link });
    query::notice::insert(tx, notice).await?;
    query::event::append(tx, &format!("contributor:{contributor}"), "notice", &news)?;
    Ok(())
}

/// How many of one's notices were not read.
pub async fn unread(app: &App, actor: &Actor) -> Result<u64, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    Ok(query::notice::unread(app.store.db(), actor.need_contributor()?.0).await?)
}

/// Marks all of one's notices as read; how many were new.
pub async fn mark_read(app: &App, actor: &Actor) -> Result<u64, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    let me = actor.need_contributor()?;
    let tx = app.store.begin().await?;
    let marked = query::notice::mark_read(&tx, me.0, app.clock.now().0).await?;
    tx.commit().await?;
    Ok(marked)
}
