//! Who people are and how they get in.

use crate::migration::columns::{
    Constraints, Group, big, big_null, flag, id, index, table, text, unique, uuid,
};
use sea_orm_migration::prelude::TableCreateStatement;

pub(super) fn group() -> Group {
    let tables =
        vec![contributor(), account(), account_role(), session(), api_key(), setup_token(), notice()];
    let indexes = vec![
        unique("contributor_name", "contributor", &["name"]),
        unique("account_name", "account", &["name"]),
        unique("account_contributor", "account", &["contributor_id"]),
        index("session_account", "session", &["account_id"]),
        index("api_key_account", "api_key", &["account_id"]),
        unique("api_key_secret", "api_key", &["secret_hash"]),
        index("notice_contributor", "notice", &["contributor_id", "created_at"]),
    ];
    (tables, indexes)
}

fn contributor() -> TableCreateStatement {
    table("contributor", vec![id(), text("name"), flag("imported"), big("created_at")])
}

fn account() -> TableCreateStatement {
    table(
        "account",
        vec![id(), uuid("contributor_id"), text("name"), text("password_hash"), big("created_at")],
    )
    .refers("contributor_id", "contributor")
}

fn account_role() -> TableCreateStatement {
    table("account_role", vec![uuid("account_id"), text("role")])
        .key(&["account_id", "role"])
        .refers("account_id", "account")
}

fn session() -> TableCreateStatement {
    table(
        "session",
        vec![
            text("token_hash").primary_key().take(),
            uuid("account_id"),
            big("created_at"),
            big("expires_at"),
            big("last_seen_at"),
        ],
    )
    .refers("account_id", "account")
}

fn api_key() -> TableCreateStatement {
    table(
        "api_key",
        vec![
            id(),
            uuid("account_id"),
            text("name"),
            text("prefix"),
            text("secret_hash"),
            big("created_at"),
            big_null("last_used_at"),
            big_null("revoked_at"),
        ],
    )
    .refers("account_id", "account")
}

fn setup_token() -> TableCreateStatement {
    table(
        "setup_token",
        vec![text("token_hash").primary_key().take(), big("created_at"), big_null("used_at")],
    )
}

fn notice() -> TableCreateStatement {
    table(
        "notice",
        vec![
            id(),
            uuid("contributor_id"),
            text("text"),
            text("link"),
            big("created_at"),
            big_null("read_at"),
        ],
    )
    .refers("contributor_id", "contributor")
}
