//! Releases and what is in them.

use crate::migration::columns::{
    Constraints, Group, big, id, index, int, table, text, text_null, unique, uuid, uuid_null,
};
use sea_orm_migration::prelude::TableCreateStatement;

pub(super) fn group() -> Group {
    let tables = vec![release(), release_item()];
    let indexes = vec![
        unique("release_version", "release", &["datanet_id", "version"]),
        index("release_item_submission", "release_item", &["submission_id"]),
    ];
    (tables, indexes)
}

fn release() -> TableCreateStatement {
    table(
        "release",
        vec![
            id(),
            uuid("datanet_id"),
            int("version"),
            text("state"),
            text_null("root"),
            big("rows"),
            big("submissions"),
            big("contributors"),
            big("bytes"),
            text("licences"),
            text_null("licence_class"),
            text("card"),
            text_null("manifest_hash"),
            text_null("jsonl_hash"),
            text_null("parquet_hash"),
            uuid_null("created_by"),
            big("created_at"),
            text_null("error"),
        ],
    )
    .refers("datanet_id", "datanet")
}

fn release_item() -> TableCreateStatement {
    table(
        "release_item",
        vec![
            uuid("release_id"),
            uuid("submission_id"),
            uuid("contributor_id"),
            big("first_row"),
            big("rows"),
        ],
    )
    .key(&["release_id", "submission_id"])
    .refers("release_id", "release")
    .refers("submission_id", "submission")
}
