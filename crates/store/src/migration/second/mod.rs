//! The second step: what the whole gate needs to remember.

mod data;
mod release;

use sea_orm_migration::prelude::*;

pub(crate) struct Second;

impl MigrationName for Second {
    fn name(&self) -> &str {
        "m20261121_000002_gate"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Second {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (tables, indexes): (Vec<_>, Vec<_>) = [data::group(), release::group()].into_iter().unzip();
        for table in tables.into_iter().flatten() {
            manager.create_table(table).await?;
        }
        for (table, columns) in [data::DATANET, data::SUBMISSION, release::RELEASE]
            .into_iter()
            .map(|(table, columns)| (table, columns()))
        {
            // One at a time: SQLite adds a single column a statement.
            for mut column in columns {
                manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
            }
        }
        for index in indexes.into_iter().flatten() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
