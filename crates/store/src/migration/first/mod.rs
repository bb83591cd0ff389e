//! The first step: every table of the first Karat.

mod data;
mod model;
mod people;
mod release;
mod system;

use sea_orm_migration::prelude::*;

pub(crate) struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "m20261121_000001_first"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (tables, indexes) in
            [people::group(), data::group(), release::group(), model::group(), system::group()]
        {
            for table in tables {
                manager.create_table(table).await?;
            }
            for index in indexes {
                manager.create_index(index).await?;
            }
        }
        let counter = Query::insert()
            .into_table("counter")
            .columns(["name", "value"])
            .values_panic(["decision".into(), 0i64.into()])
            .to_owned();
        manager.execute(counter).await
    }

    /// All or nothing, also on SQLite: a kill in the middle leaves no half of a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
