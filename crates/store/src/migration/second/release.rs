//! Files of a release beyond the first three, alerts, and what was taken back.

use super::data::Added;
use crate::migration::columns::{
    Constraints, Group, big, big_null, id, index, table, text, text_null, uuid, uuid_null,
};
use sea_orm_migration::prelude::TableCreateStatement;

/// `files` lists every file: name, hash, size, media type. `plan` says what waits for a
/// later release and why. A stopped release is no longer handed out, because something in
/// it was taken back.
pub(super) const RELEASE: Added = ("release", || {
    vec![text_null("files"), text_null("plan"), big_null("stopped_at"), text_null("stopped_why")]
});

pub(super) fn group() -> Group {
    let indexes = vec![index("alert_datanet", "alert", &["datanet_id", "created_at"])];
    (vec![tombstone(), alert()], indexes)
}

/// What stays of a submission that was taken back: that it was there, and since when not.
fn tombstone() -> TableCreateStatement {
    table(
        "tombstone",
        vec![
            uuid("submission_id").primary_key().take(),
            text("content_hash"),
            text("reason"),
            big("created_at"),
        ],
    )
    .refers("submission_id", "submission")
}

/// A sequence that looks planted, and the submissions that carry it.
fn alert() -> TableCreateStatement {
    table(
        "alert",
        vec![
            id(),
            uuid("datanet_id"),
            text("sequence"),
            text("submissions"),
            big("created_at"),
            big_null("dismissed_at"),
            uuid_null("dismissed_by"),
            text_null("reason"),
        ],
    )
    .refers("datanet_id", "datanet")
}
