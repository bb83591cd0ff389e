//! A decision counts: its number, the standing, the notice and the state in one
//! transaction.

use super::words::{self, Told};
use crate::app::App;
use crate::view::review::DecisionForm;
use crate::words::{to_json, word};
use crate::{standing, submission};
use karat_store::{Tx, entity, query};
use karat_types::finding::Verdict;
use karat_types::id::{AccountId, NoticeId};
use karat_types::{Micros, Outcome, Problem, RejectReason, ReviewPolicy, SubmissionState};

/// What was decided, by whom, and why.
pub(crate) struct Ruling {
    outcome: Outcome,
    reasons: Vec<RejectReason>,
    note: Option<String>,
    /// None = the automatic policy.
    account: Option<AccountId>,
}

impl Ruling {
    /// The score against the threshold.
    pub(crate) fn automatic(verdict: &Verdict, score: u32, threshold: u32) -> Self {
        if score >= threshold {
            return Self { outcome: Outcome::Accepted, reasons: Vec::new(), note: None, account: None };
        }
        Self {
            outcome: Outcome::Rejected,
            reasons: vec![RejectReason::ScoreBelowThreshold],
            note: Some(words::score_note(verdict, score, threshold)),
            account: None,
        }
    }

    /// A person's word.
    pub(super) fn of_person(form: &DecisionForm, account: AccountId) -> Self {
        Self {
            outcome: form.outcome,
            reasons: form.reasons.clone(),
            note: form.note.clone(),
            account: Some(account),
        }
    }

    /// Which rule the decision was made under: a person's word is the owner's, also on an
    /// item that was held under the automatic policy.
    fn policy(&self) -> ReviewPolicy {
        if self.account.is_some() { ReviewPolicy::Owner } else { ReviewPolicy::Automatic }
    }
}

/// Makes the ruling final. The caller holds the locks of the datanet and the submission.
pub(crate) async fn make_final(
    app: &App,
    tx: &Tx,
    datanet: &entity::datanet::Model,
    mut row: entity::submission::Model,
    ruling: Ruling,
) -> Result<(), Problem> {
    let now = app.clock.now();
    row.state = decided_state(word(&row.state)?, ruling.outcome)?.to_string();
    row.decided_at = Some(now.0);
    row.reasons = Some(to_json(&ruling.reasons)?);
    row.note.clone_from(&ruling.note);
    query::submission::save_outcome(tx, &row).await?;
    let decision = decision(tx, &row, &ruling, now).await?;
    query::decision::insert(tx, decision.clone()).await?;
    let standing_bp = standing::count_in(tx, &decision, row.trial).await?;
    let told = Told {
        file_name: &row.file_name,
        datanet: &datanet.name,
        outcome: ruling.outcome,
        reasons: &ruling.reasons,
        note: ruling.note.as_deref(),
        by_person: ruling.account.is_some(),
        trial: row.trial,
        standing_bp,
    };
    notify(tx, &row, words::notice(&told), now).await?;
    submission::tell(tx, &row)
}

fn decided_state(from: SubmissionState, outcome: Outcome) -> Result<SubmissionState, Problem> {
    let decided = match outcome {
        Outcome::Accepted => SubmissionState::Accepted,
        Outcome::Rejected => SubmissionState::Rejected,
    };
    match from {
        SubmissionState::InReview => submission::transition(from, &[decided]),
        _ => submission::transition(from, &[SubmissionState::InReview, decided]),
    }
}

/// The decision's row; its number is taken last, because others wait for it.
async fn decision(
    tx: &Tx,
    row: &entity::submission::Model,
    ruling: &Ruling,
    now: Micros,
) -> Result<entity::decision::Model, Problem> {
    Ok(entity::decision::Model {
        seq: query::decision::next_seq(tx).await?,
        id: uuid::Uuid::now_v7(),
        submission_id: row.id,
        datanet_id: row.datanet_id,
        contributor_id: row.contributor_id,
        policy: ruling.policy().to_string(),
        outcome: ruling.outcome.to_string(),
        reasons: to_json(&ruling.reasons)?,
        note: ruling.note.clone(),
        account_id: ruling.account.map(|account| account.0),
        season: now.season(),
        created_at: now.0,
    })
}

async fn notify(tx: &Tx, row: &entity::submission::Model, text: String, now: Micros) -> Result<(), Problem> {
    let notice = entity::notice::Model {
        id: NoticeId::new().0,
        contributor_id: row.contributor_id,
        link: format!("/submissions/{}", row.id),
        created_at: now.0,
        read_at: None,
        text,
    };
    let news = serde_json::json!({ "id": notice.id, "text": notice.text, "link": notice.link });
    query::notice::insert(tx, notice).await?;
    query::event::append(tx, &format!("contributor:{}", row.contributor_id), "notice", &news)?;
    Ok(())
}
