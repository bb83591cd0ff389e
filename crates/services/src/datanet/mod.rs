//! Datanets: made by people, found by words, shown with what stands in them.

mod form;
mod language;
mod list;
mod sample;
mod view;

pub use list::list;
pub use sample::sample_rows;
pub(crate) use view::describe_one;

use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::datanet::{Datanet, DatanetForm};
use crate::words::to_json;
use karat_store::{Conn, StoreError, entity, query};
use karat_types::Problem;
use karat_types::id::{ContributorId, DatanetId};

/// Makes a datanet; whoever makes it owns it.
pub async fn create(app: &App, actor: &Actor, form: DatanetForm) -> Result<Datanet, Problem> {
    authz::require(actor, Action::CreateDatanet, false)?;
    let owner = actor.need_contributor()?;
    let now = app.clock.now().0;
    let id = DatanetId::new();
    let fresh =
        entity::datanet::Model { id: id.0, owner_id: owner.0, created_at: now, ..row(app, &form, now)? };
    let tx = app.store.begin().await?;
    query::datanet::insert(&tx, fresh).await.map_err(|error| taken(error, &form.name))?;
    tx.commit().await?;
    get(app, actor, id).await
}

/// Changes a datanet; what is in it stays what it is.
pub async fn update(app: &App, actor: &Actor, id: DatanetId, form: DatanetForm) -> Result<Datanet, Problem> {
    let tx = app.store.begin().await?;
    let old = query::datanet::lock(&tx, id.0).await?.ok_or_else(|| Problem::missing("datanet", id))?;
    authz::require(actor, Action::EditDatanet, owns(actor, &old))?;
    if old.modality != form.modality.as_str() {
        return Err(Problem::conflict(
            "modality_fixed",
            format!("This datanet holds {}; that was fixed when it was made.", old.modality),
            format!("Leave the modality as it is, or make another datanet for {}.", form.modality),
        ));
    }
    let changed = entity::datanet::Model {
        id: old.id,
        owner_id: old.owner_id,
        created_at: old.created_at,
        ..row(app, &form, app.clock.now().0)?
    };
    query::datanet::update(&tx, changed).await.map_err(|error| taken(error, &form.name))?;
    query::event::append(&tx, &format!("datanet:{id}"), "changed", &serde_json::json!({ "datanet": id }))?;
    tx.commit().await?;
    get(app, actor, id).await
}

/// One datanet.
pub async fn get(app: &App, actor: &Actor, id: DatanetId) -> Result<Datanet, Problem> {
    authz::require(actor, Action::ReadDatanet, false)?;
    let row = load(app.store.db(), id).await?;
    describe_one(app.store.db(), actor, row).await
}

/// The row of a datanet, or that there is none.
pub(crate) async fn load(conn: &impl Conn, id: DatanetId) -> Result<entity::datanet::Model, Problem> {
    query::datanet::get(conn, id.0).await?.ok_or_else(|| Problem::missing("datanet", id))
}

/// Whether the person who asks owns the datanet.
pub(crate) fn owns(actor: &Actor, datanet: &entity::datanet::Model) -> bool {
    actor.contributor == Some(ContributorId(datanet.owner_id))
}

/// The form as a row; id, owner and birth are the caller's to fill in.
fn row(app: &App, form: &DatanetForm, now: i64) -> Result<entity::datanet::Model, Problem> {
    let clean = form::clean(form, &app.settings.limits)?;
    let int = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    Ok(entity::datanet::Model {
        id: uuid::Uuid::nil(),
        name: clean.name,
        name_key: clean.name_key,
        purpose: clean.purpose,
        guidelines: clean.guidelines,
        modality: form.modality.to_string(),
        topics: to_json(&clean.topics)?,
        licences: to_json(&clean.licences)?,
        profile: clean.profile.as_str().to_owned(),
        policy: form.policy.to_string(),
        threshold: int(clean.threshold),
        open: form.open,
        files_per_day: form.files_per_day.map(int),
        bytes_per_day_all: form.bytes_per_day_all.map(|b| i64::try_from(b).unwrap_or(i64::MAX)),
        owner_id: uuid::Uuid::nil(),
        created_at: now,
        updated_at: now,
        language: clean.language,
        human_only: form.human_only,
    })
}

fn taken(error: StoreError, name: &str) -> Problem {
    match error {
        StoreError::Taken(_) => Problem::conflict(
            "datanet_name_taken",
            format!("There is a datanet named “{}” already; upper and lower case are the same.", name.trim()),
            "Choose another name, or contribute to that one.",
        ),
        other => other.into(),
    }
}
