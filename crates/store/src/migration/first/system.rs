//! What keeps several processes in step.

use crate::migration::columns::{Group, big, big_null, flag, id, index, int, table, text, text_null, unique};
use sea_orm_migration::prelude::TableCreateStatement;

pub(super) fn group() -> Group {
    let tables = vec![event(), job(), lease()];
    let indexes = vec![
        index("event_topic", "event", &["topic", "seq"]),
        index("job_ready", "job", &["state", "queue", "run_at"]),
        unique("job_dedup", "job", &["dedup_key"]),
    ];
    (tables, indexes)
}

fn event() -> TableCreateStatement {
    table(
        "event",
        vec![
            big("seq").primary_key().auto_increment().take(),
            text("topic"),
            text("kind"),
            text("payload"),
            big("created_at"),
        ],
    )
}

fn job() -> TableCreateStatement {
    table(
        "job",
        vec![
            id(),
            text("queue"),
            text("kind"),
            text("payload"),
            text("state"),
            int("priority"),
            big("run_at"),
            int("attempt"),
            int("max_attempts"),
            text_null("lease_owner"),
            big_null("lease_until"),
            flag("cancel_requested"),
            text_null("dedup_key"),
            text_null("last_error"),
            big("created_at"),
        ],
    )
}

fn lease() -> TableCreateStatement {
    table("lease", vec![text("name").primary_key().take(), text("owner"), big("until")])
}
