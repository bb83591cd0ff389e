//! Datanets and what is offered to them.

use crate::migration::columns::{
    Constraints, Group, big, big_null, flag, id, index, int, int_null, table, text, text_null, unique, uuid,
    uuid_null,
};
use sea_orm_migration::prelude::TableCreateStatement;

pub(super) fn group() -> Group {
    let tables = vec![
        datanet(),
        submission(),
        claim(),
        usage(),
        pending_decision(),
        abstention(),
        decision(),
        counter(),
        standing(),
    ];
    let indexes = vec![
        unique("datanet_name", "datanet", &["name"]),
        unique("datanet_name_key", "datanet", &["name_key"]),
        index("submission_queue", "submission", &["datanet_id", "state"]),
        index("submission_mine", "submission", &["contributor_id", "created_at"]),
        index("submission_day", "submission", &["day"]),
        index("claim_submission", "claim", &["submission_id"]),
        unique("decision_id", "decision", &["id"]),
        index("decision_submission", "decision", &["submission_id"]),
        index("decision_contributor", "decision", &["contributor_id", "season"]),
        index("standing_board", "standing", &["datanet_id", "season", "standing_bp"]),
    ];
    (tables, indexes)
}

fn datanet() -> TableCreateStatement {
    table(
        "datanet",
        vec![
            id(),
            text("name"),
            text("name_key"),
            text("purpose"),
            text("guidelines"),
            text("modality"),
            text("topics"),
            text("licences"),
            text("profile"),
            text("policy"),
            int("threshold"),
            flag("open"),
            int_null("files_per_day"),
            big_null("bytes_per_day_all"),
            uuid("owner_id"),
            big("created_at"),
            big("updated_at"),
        ],
    )
    .refers("owner_id", "contributor")
}

fn submission() -> TableCreateStatement {
    table(
        "submission",
        vec![
            id(),
            uuid("datanet_id"),
            uuid("contributor_id"),
            text("file_name"),
            big("bytes"),
            text("content_hash"),
            text_null("normal_hash"),
            text("state"),
            flag("trial"),
            text("licence"),
            text("origin"),
            flag("consent"),
            text("source_type"),
            text("profile"),
            int("gate_version"),
            int_null("score"),
            text_null("media_type"),
            text_null("verdict"),
            big("day"),
            big("created_at"),
            big_null("checked_at"),
            big_null("decided_at"),
            text_null("reasons"),
            text_null("note"),
        ],
    )
    .refers("datanet_id", "datanet")
    .refers("contributor_id", "contributor")
}

fn claim() -> TableCreateStatement {
    table("claim", vec![uuid("datanet_id"), text("kind"), text("hash"), uuid("submission_id")])
        .key(&["datanet_id", "kind", "hash"])
        .refers("submission_id", "submission")
}

fn usage() -> TableCreateStatement {
    table(
        "usage",
        vec![
            uuid("contributor_id"),
            uuid("datanet_id"),
            big("day"),
            int("files"),
            big("bytes"),
            int("trial"),
            int("attempts"),
            big("attempt_bytes"),
        ],
    )
    .key(&["contributor_id", "datanet_id", "day"])
}

fn pending_decision() -> TableCreateStatement {
    table(
        "pending_decision",
        vec![
            uuid("submission_id").primary_key().take(),
            text("outcome"),
            text("reasons"),
            text_null("note"),
            uuid("account_id"),
            big("created_at"),
            big("final_at"),
        ],
    )
    .refers("submission_id", "submission")
    .refers("account_id", "account")
}

fn abstention() -> TableCreateStatement {
    table("abstention", vec![uuid("submission_id"), uuid("account_id"), big("created_at")])
        .key(&["submission_id", "account_id"])
        .refers("submission_id", "submission")
        .refers("account_id", "account")
}

fn decision() -> TableCreateStatement {
    table(
        "decision",
        vec![
            big("seq").primary_key().take(),
            uuid("id"),
            uuid("submission_id"),
            uuid("datanet_id"),
            uuid("contributor_id"),
            text("policy"),
            text("outcome"),
            text("reasons"),
            text_null("note"),
            uuid_null("account_id"),
            big("season"),
            big("created_at"),
        ],
    )
    .refers("submission_id", "submission")
    .refers("datanet_id", "datanet")
    .refers("contributor_id", "contributor")
}

fn counter() -> TableCreateStatement {
    table("counter", vec![text("name").primary_key().take(), big("value")])
}

fn standing() -> TableCreateStatement {
    table(
        "standing",
        vec![
            uuid("contributor_id"),
            uuid("datanet_id"),
            big("season"),
            int("accepted"),
            int("rejected"),
            int("standing_bp"),
            big("reached_seq"),
        ],
    )
    .key(&["contributor_id", "datanet_id", "season"])
    .refers("contributor_id", "contributor")
}
