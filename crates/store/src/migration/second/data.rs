//! Prints of contents, files made from them, and what datanets ask beyond the first step.

use crate::migration::columns::{
    Constraints, Group, big, bytes, flag, index, int, table, text, text_null, uuid, uuid_null,
};
use sea_orm_migration::prelude::{ColumnDef, TableCreateStatement};

/// Columns added to a table.
pub(super) type Added = (&'static str, fn() -> Vec<ColumnDef>);

pub(super) const DATANET: Added =
    ("datanet", || vec![text_null("language"), flag("human_only").default(false).take()]);

/// `cluster_id` is the earliest submission of the same or nearly the same content. What is
/// set aside waits for the operator. `rules` are what it was judged by.
pub(super) const SUBMISSION: Added = ("submission", || {
    vec![uuid_null("cluster_id"), text_null("transcript"), text_null("set_aside"), text_null("rules")]
});

pub(super) fn group() -> Group {
    let tables = vec![derived(), print(), band()];
    let indexes = vec![
        index("band_submission", "band", &["submission_id"]),
        index("submission_cluster", "submission", &["cluster_id"]),
    ];
    (tables, indexes)
}

fn derived() -> TableCreateStatement {
    table(
        "derived",
        vec![uuid("submission_id"), text("kind"), text("hash"), text("media_type"), big("bytes")],
    )
    .key(&["submission_id", "kind"])
    .refers("submission_id", "submission")
}

fn print() -> TableCreateStatement {
    table("print", vec![uuid("submission_id").primary_key().take(), bytes("prints")])
        .refers("submission_id", "submission")
}

fn band() -> TableCreateStatement {
    table("band", vec![uuid("datanet_id"), int("band"), big("hash"), uuid("submission_id")])
        .key(&["datanet_id", "band", "hash", "submission_id"])
        .refers("submission_id", "submission")
}
