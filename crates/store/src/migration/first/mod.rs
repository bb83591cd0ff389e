//! The first step: every table of the first Karat.

mod data;
mod model;
mod people;
mod release;
mod system;

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

pub(crate) struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "m20261121_000001_first"
    }
}

/// A group of tables and the indexes over them.
type Group = (Vec<TableCreateStatement>, Vec<IndexCreateStatement>);

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

/// A table of these columns.
fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    table
}

/// What a table has besides its columns.
trait Constraints: Sized {
    /// The primary key of a table that no single column identifies.
    fn key(self, columns: &[&'static str]) -> Self;
    /// `column` names a row of `target` by its id.
    fn refers(self, column: &'static str, target: &'static str) -> Self;
}

impl Constraints for TableCreateStatement {
    fn key(mut self, columns: &[&'static str]) -> Self {
        let mut index = Index::create();
        for column in columns {
            index.col(*column);
        }
        self.primary_key(&mut index).take()
    }

    fn refers(mut self, column: &'static str, target: &'static str) -> Self {
        let mut fk = ForeignKey::create();
        if let Some(TableRef::Table(from, _)) = self.get_table_name().cloned() {
            fk.from_tbl(from);
        }
        self.foreign_key(fk.from_col(column).to_tbl(target).to_col("id")).take()
    }
}

/// An index over these columns.
fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index.to_owned()
}

/// The same, and no two rows agree in all of them.
fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

fn id() -> ColumnDef {
    schema::uuid("id").primary_key().take()
}
fn uuid(name: &'static str) -> ColumnDef {
    schema::uuid(name)
}
fn uuid_null(name: &'static str) -> ColumnDef {
    schema::uuid_null(name)
}
fn text(name: &'static str) -> ColumnDef {
    schema::text(name)
}
fn text_null(name: &'static str) -> ColumnDef {
    schema::text_null(name)
}
fn flag(name: &'static str) -> ColumnDef {
    schema::boolean(name)
}
fn int(name: &'static str) -> ColumnDef {
    schema::integer(name)
}
fn int_null(name: &'static str) -> ColumnDef {
    schema::integer_null(name)
}
fn big(name: &'static str) -> ColumnDef {
    schema::big_integer(name)
}
fn big_null(name: &'static str) -> ColumnDef {
    schema::big_integer_null(name)
}
fn real_null(name: &'static str) -> ColumnDef {
    schema::double_null(name)
}
