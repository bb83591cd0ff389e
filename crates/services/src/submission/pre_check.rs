//! What the gate would say now; nothing is spent but an attempt.

use super::check::{rules, through_gate};
use super::duplicate::{self, Offer};
use super::entry::{Upload, check_file};
use super::mending::{converted, masks};
use super::nearest::{Near, nearest};
use super::quota::{self, Ask};
use super::reading::{preview, reading};
use super::upload::transcript;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::datanet;
use crate::view::submission::PreCheck;
use crate::words::word;
use karat_gate::{Declared, Rules};
use karat_store::entity;
use karat_store::query::usage::Delta;
use karat_types::id::{ContributorId, DatanetId};
use karat_types::{Modality, Problem};
use uuid::Uuid;

/// How much of a text is sent back with its findings.
const MOST_BYTES: usize = 100_000;

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
        licence: Some(upload.declaration.licence.clone()),
        origin: Some(upload.declaration.origin),
        source_type: Some(upload.declaration.source_type),
    };
    let transcript = transcript(upload.declaration.transcript.as_deref());
    let rules = Rules { transcript, ..rules(app, &place, declared)? };
    let judged = through_gate(app, &place, upload.file_name.clone(), upload.bytes.clone(), rules).await?;
    let offer = Offer { datanet: place.id, contributor: contributor.0, submission: Uuid::nil() };
    let verdict = duplicate::join(app.store.db(), offer, judged.verdict, &judged.content).await?.verdict;
    let text = modality == Modality::Text;
    let reading = text.then(|| reading(&upload.bytes, &judged.derived, MOST_BYTES)).flatten();
    // A document's bytes are no text in any encoding.
    let odd = verdict.findings.iter().any(|finding| finding.check == "T1");
    let near = Near { findings: &verdict.findings, nearest: verdict.nearest.as_ref(), reviewed: None };
    Ok(PreCheck {
        bytes: upload.size(),
        masks: masks(reading.as_ref()),
        converted: odd.then(|| converted(&upload.bytes)).flatten(),
        reading,
        preview: preview(&judged.derived),
        nearest: nearest(app, actor, near).await?,
        verdict,
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
