//! The words the steps are written in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

/// A group of tables and the indexes over them.
pub(super) type Group = (Vec<TableCreateStatement>, Vec<IndexCreateStatement>);

/// A table of these columns.
pub(super) fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    table
}

/// What a table has besides its columns.
pub(super) trait Constraints: Sized {
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
pub(super) fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index.to_owned()
}

/// The same, and no two rows agree in all of them.
pub(super) fn unique(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

pub(super) fn id() -> ColumnDef {
    schema::uuid("id").primary_key().take()
}
pub(super) fn uuid(name: &'static str) -> ColumnDef {
    schema::uuid(name)
}
pub(super) fn uuid_null(name: &'static str) -> ColumnDef {
    schema::uuid_null(name)
}
pub(super) fn text(name: &'static str) -> ColumnDef {
    schema::text(name)
}
pub(super) fn text_null(name: &'static str) -> ColumnDef {
    schema::text_null(name)
}
pub(super) fn flag(name: &'static str) -> ColumnDef {
    schema::boolean(name)
}
pub(super) fn int(name: &'static str) -> ColumnDef {
    schema::integer(name)
}
pub(super) fn int_null(name: &'static str) -> ColumnDef {
    schema::integer_null(name)
}
pub(super) fn big(name: &'static str) -> ColumnDef {
    schema::big_integer(name)
}
pub(super) fn big_null(name: &'static str) -> ColumnDef {
    schema::big_integer_null(name)
}
pub(super) fn real_null(name: &'static str) -> ColumnDef {
    schema::double_null(name)
}
pub(super) fn bytes(name: &'static str) -> ColumnDef {
    schema::blob(name)
}
