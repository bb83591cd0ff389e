//! Bases and adapters.

use crate::entity::model;
use crate::{Conn, Result, Tx};
use karat_types::id::{AccountId, ModelId, RunId};
use karat_types::{Hash, Micros, ModelKind};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A model to write.
pub struct NewModel {
    /// Its id.
    pub id: ModelId,
    /// Its name, unique.
    pub name: String,
    /// Base or adapter.
    pub kind: ModelKind,
    /// The base an adapter sits on.
    pub base: Option<ModelId>,
    /// The run that made it.
    pub run: Option<RunId>,
    /// Architecture.
    pub family: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Longest context.
    pub context: u64,
    /// Whether it can chat.
    pub chat: bool,
    /// Its files, JSON.
    pub manifest: String,
    /// Hash of that text.
    pub manifest_hash: Hash,
    /// Bytes in all.
    pub bytes: u64,
    /// Who added it.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Micros,
}

/// Writes a model; a taken name is an error.
pub async fn insert(tx: &Tx, new: &NewModel) -> Result<()> {
    model::Entity::insert(model::ActiveModel {
        id: Set(new.id.0),
        name: Set(new.name.clone()),
        kind: Set(new.kind.as_str().into()),
        base_id: Set(new.base.map(|b| b.0)),
        run_id: Set(new.run.map(|r| r.0)),
        family: Set(new.family.clone()),
        parameters: Set(new.parameters.cast_signed()),
        context: Set(new.context.cast_signed()),
        chat: Set(new.chat),
        manifest: Set(new.manifest.clone()),
        manifest_hash: Set(new.manifest_hash.hex()),
        bytes: Set(new.bytes.cast_signed()),
        created_by: Set(new.created_by.map(|a| a.0)),
        created_at: Set(new.created_at.0),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// A model by its id.
pub async fn get(conn: &impl Conn, id: ModelId) -> Result<Option<model::Model>> {
    Ok(model::Entity::find_by_id(id.0).one(conn).await?)
}

/// A model by its name.
pub async fn by_name(conn: &impl Conn, name: &str) -> Result<Option<model::Model>> {
    Ok(model::Entity::find().filter(model::Column::Name.eq(name)).one(conn).await?)
}

/// All models, newest first.
pub async fn all(conn: &impl Conn) -> Result<Vec<model::Model>> {
    Ok(model::Entity::find().order_by_desc(model::Column::Id).all(conn).await?)
}
