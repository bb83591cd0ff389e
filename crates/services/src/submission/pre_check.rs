//! What the gate would say now; nothing is spent but an attempt.

use super::check::{rules, through_gate};
use super::duplicate::{self, Offer};
use super::entry::{Upload, check_file};
use super::quota::{self, Ask};
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::datanet;
use crate::view::submission::PreCheck;
use crate::words::word;
use karat_gate::Declared;
use karat_store::entity;
use karat_store::query::usage::Delta;
use karat_types::id::{ContributorId, DatanetId};
use karat_types::{Modality, Problem};
use uuid::Uuid;

/// How much of a text is sent back with its findings.
const EXCERPT_BYTES: usize = 20_000;

/// Runs the whole gate on a file without submitting it.
pub async fn pre_check(
    app: &App,
    actor: &Actor,
    datanet: DatanetId,
    mut upload: Upload,
) -> Result<PreCheck, Problem> {
    upload.file_name = karat_gate::name::composed(&upload.file_name);
    authz::require(actor, Action::Submit, false)?;
    let contributor = actor.need_contributor()?;
    let place = datanet::load(app.store.db(), datanet).await?;
    let modality: Modality = word(&place.modality)?;
    check_file(&upload, modality)?;
    count_attempt(app, contributor, &place, upload.size()).await?;
    let declared = Declared {
        licence: upload.declaration.licence.clone(),
        origin: Some(upload.declaration.origin),
        source_type: Some(upload.declaration.source_type),
    };
    let rules = rules(&place, declared)?;
    let judged = through_gate(app, upload.file_name.clone(), upload.bytes.clone(), rules).await?;
    let offer = Offer { datanet: place.id, contributor: contributor.0, submission: Uuid::nil() };
    let verdict = duplicate::join(app.store.db(), offer, judged.verdict, &judged.hashes).await?;
    Ok(PreCheck {
        bytes: upload.size(),
        verdict,
        excerpt: (modality == Modality::Text).then(|| excerpt(&upload.bytes)).flatten(),
        file_name: upload.file_name,
    })
}

async fn count_attempt(
    app: &App,
    contributor: ContributorId,
    datanet: &entity::datanet::Model,
    bytes: u64,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let ask =
        Ask { contributor: contributor.0, datanet, bytes, trial: false, now, limits: &app.settings.limits };
    let tx = app.store.begin().await?;
    quota::attempt(&tx, &ask, Delta::default()).await?;
    tx.commit().await?;
    Ok(())
}

/// The beginning of a text; none when it is not UTF-8 up to there.
fn excerpt(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(EXCERPT_BYTES)];
    match std::str::from_utf8(head) {
        Ok(text) => Some(text.to_owned()),
        // Cut in the middle of a character: leave that one out.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok().map(str::to_owned)
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_on_a_character() {
        let text = "ä".repeat(EXCERPT_BYTES);
        assert_eq!(excerpt(text.as_bytes()).unwrap().len(), EXCERPT_BYTES);
        let odd = format!("a{text}");
        assert_eq!(excerpt(odd.as_bytes()).unwrap().len(), EXCERPT_BYTES - 1);
        assert_eq!(excerpt(b"Gr\xfc\xdfe"), None);
    }
}
