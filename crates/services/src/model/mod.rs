//! Models: folders kept as blobs, unpacked where they are needed.

pub mod chat;
mod folder;
mod unpack;

pub(crate) use folder::ACCOUNT;
pub use folder::Manifest;
pub use unpack::unpack;
pub(crate) use unpack::{cannot_write, create as create_dir};

use crate::authz::{self, Action};
use crate::view::Page;
use crate::view::model::{Model, ModelFile};
use crate::{Actor, App};
use karat_store::entity::model::Model as Stored;
use karat_store::query;
use karat_types::id::{ModelId, RunId};
use karat_types::{Hash, Micros, ModelKind, Problem};
use std::path::Path;

/// A model folder to take in.
pub struct NewModel<'a> {
    /// Its name; an adapter's is `base:adapter`.
    pub name: &'a str,
    /// Base or adapter.
    pub kind: ModelKind,
    /// The base an adapter sits on.
    pub base: Option<ModelId>,
    /// The run that made it.
    pub run: Option<RunId>,
    /// The folder.
    pub dir: &'a Path,
}

/// Adds a base model from a local folder. Builders and operators may.
pub async fn add_dir(app: &App, actor: &Actor, name: &str, dir: &Path) -> Result<Model, Problem> {
    authz::require(actor, Action::ManageModel, false)?;
    check_name(name)?;
    let new = NewModel { name, kind: ModelKind::Base, base: None, run: None, dir };
    let row = prepare(app, actor, &new).await?;
    let tx = app.store.begin().await?;
    query::model::insert(&tx, &row).await?;
    tx.commit().await?;
    view(
        app,
        query::model::get(app.store.db(), row.id).await?.ok_or_else(|| Problem::missing("model", row.id))?,
    )
    .await
}

/// Reads the folder, stores its files and says what the row would be; the caller writes
/// it in a transaction of its own.
pub(crate) async fn prepare(
    app: &App,
    actor: &Actor,
    new: &NewModel<'_>,
) -> Result<query::model::NewModel, Problem> {
    if query::model::by_name(app.store.db(), new.name).await?.is_some() {
        return Err(name_taken(new.name));
    }
    let (trainer, dir) = (app.trainer.clone(), new.dir.to_owned());
    let info = tokio::task::spawn_blocking(move || trainer.inspect(&dir))
        .await
        .map_err(|e| Problem::internal(format!("Reading the model folder: {e}.")))??;
    let mut files = Vec::new();
    for path in folder::files_of(new.dir)? {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let (hash, bytes) = app.store.blobs().put_file(&path).await?;
        files.push(ModelFile { name, hash, bytes });
    }
    let base = match new.base {
        Some(id) => query::model::get(app.store.db(), id).await?,
        None => None,
    };
    let base_hash = base.as_ref().map(|b| crate::release::parse_hash(&b.manifest_hash)).transpose()?;
    let manifest = Manifest { v: 1, kind: new.kind, base: base_hash, files };
    let text = manifest.text()?;
    Ok(query::model::NewModel {
        id: ModelId::new(),
        name: new.name.to_owned(),
        kind: new.kind,
        base: new.base,
        run: new.run,
        family: base.as_ref().map_or(info.family, |b| b.family.clone()),
        parameters: info.parameters,
        context: base.as_ref().map_or(info.context, |b| b.context.cast_unsigned()),
        chat: base.as_ref().map_or(info.chat_template, |b| b.chat),
        manifest_hash: Hash::of(text.as_bytes()),
        bytes: manifest.bytes(),
        manifest: text,
        created_by: actor.account,
        created_at: app.clock.now(),
    })
}

fn check_name(name: &str) -> Result<(), Problem> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=60).contains(&name.len()) && name.chars().all(fine) {
        return Ok(());
    }
    Err(Problem::bad(
        "name_invalid",
        format!("'{name}' cannot name a model: 1–60 letters, digits, '-', '_' or '.' are expected."),
        "Choose a name like `tiny-base`.",
    ))
}

pub(crate) fn name_taken(name: &str) -> Problem {
    Problem::conflict(
        "name_taken",
        format!("There already is a model named '{name}'."),
        "Choose another name.",
    )
}

/// All models, newest first.
pub async fn list(app: &App, actor: &Actor) -> Result<Page<Model>, Problem> {
    authz::require(actor, Action::ReadModel, false)?;
    let mut items = Vec::new();
    for stored in query::model::all(app.store.db()).await? {
        items.push(view(app, stored).await?);
    }
    Ok(Page { total: items.len() as u64, items, next: None })
}

/// One model by its id.
pub async fn get(app: &App, actor: &Actor, id: ModelId) -> Result<Model, Problem> {
    authz::require(actor, Action::ReadModel, false)?;
    view(app, stored(app, id).await?).await
}

/// The files of a model.
pub async fn files(app: &App, actor: &Actor, id: ModelId) -> Result<Vec<ModelFile>, Problem> {
    authz::require(actor, Action::ReadModel, false)?;
    Ok(manifest_of(&stored(app, id).await?)?.files)
}

/// One file of a model, for download.
pub async fn file(app: &App, actor: &Actor, id: ModelId, name: &str) -> Result<bytes::Bytes, Problem> {
    authz::require(actor, Action::ReadModel, false)?;
    let manifest = manifest_of(&stored(app, id).await?)?;
    let file =
        manifest.files.iter().find(|f| f.name == name).ok_or_else(|| Problem::missing("file", name))?;
    Ok(app.store.blobs().get(file.hash).await?)
}

pub(crate) async fn stored(app: &App, id: ModelId) -> Result<Stored, Problem> {
    query::model::get(app.store.db(), id).await?.ok_or_else(|| Problem::missing("model", id))
}

pub(crate) fn manifest_of(model: &Stored) -> Result<Manifest, Problem> {
    serde_json::from_str(&model.manifest).map_err(|e| Problem::internal(format!("A stored manifest: {e}.")))
}

pub(crate) async fn view(app: &App, m: Stored) -> Result<Model, Problem> {
    let base = m.base_id.map(ModelId);
    let base_name = match base {
        Some(id) => query::model::get(app.store.db(), id).await?.map(|b| b.name),
        None => None,
    };
    let since_withdrawn = match m.run_id {
        Some(run) => crate::release::since_withdrawn(app.store.db(), run).await?,
        None => Vec::new(),
    };
    Ok(Model {
        id: ModelId(m.id),
        since_withdrawn,
        name: m.name,
        kind: m.kind.parse().map_err(Problem::internal)?,
        base,
        base_name,
        run: m.run_id.map(RunId),
        family: m.family,
        parameters: m.parameters.cast_unsigned(),
        context: m.context.cast_unsigned(),
        chat: m.chat,
        manifest: crate::release::parse_hash(&m.manifest_hash)?,
        bytes: m.bytes.cast_unsigned(),
        created_at: Micros(m.created_at),
    })
}
