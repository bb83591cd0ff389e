//! Models and the runs that make them.

use crate::migration::columns::{
    Constraints, Group, big, big_null, flag, id, index, int, real_null, table, text, text_null, unique, uuid,
    uuid_null,
};
use sea_orm_migration::prelude::TableCreateStatement;

pub(super) fn group() -> Group {
    let tables = vec![model(), run(), run_metric(), run_sample()];
    let indexes =
        vec![unique("model_name", "model", &["name"]), index("run_created", "run", &["created_at"])];
    (tables, indexes)
}

fn model() -> TableCreateStatement {
    table(
        "model",
        vec![
            id(),
            text("name"),
            text("kind"),
            uuid_null("base_id"),
            uuid_null("run_id"),
            text("family"),
            big("parameters"),
            big("context"),
            flag("chat"),
            text("manifest"),
            text("manifest_hash"),
            big("bytes"),
            uuid_null("created_by"),
            big("created_at"),
        ],
    )
}

fn run() -> TableCreateStatement {
    table(
        "run",
        vec![
            id(),
            text("name"),
            text("state"),
            uuid("base_id"),
            uuid_null("init_adapter_id"),
            uuid_null("release_id"),
            text_null("file_hash"),
            text("data_name"),
            text("settings"),
            int("held_out_percent"),
            text("prompts"),
            big("step"),
            big("total_steps"),
            real_null("loss"),
            real_null("tokens_per_s"),
            uuid_null("model_id"),
            text_null("summary"),
            text_null("error"),
            text_null("checkpoint"),
            uuid_null("created_by"),
            big("created_at"),
            big_null("started_at"),
            big_null("finished_at"),
        ],
    )
}

fn run_metric() -> TableCreateStatement {
    table(
        "run_metric",
        vec![
            uuid("run_id"),
            big("step"),
            real_null("loss"),
            real_null("eval_loss"),
            real_null("lr"),
            real_null("grad_norm"),
            real_null("tokens_per_s"),
        ],
    )
    .key(&["run_id", "step"])
    .refers("run_id", "run")
}

fn run_sample() -> TableCreateStatement {
    table("run_sample", vec![uuid("run_id"), big("step"), int("idx"), text("prompt"), text("text")])
        .key(&["run_id", "step", "idx"])
        .refers("run_id", "run")
}
