//! The per-item record: what each submission was declared to be, what the gate found and
//! who decided. Holds no content, so it stays readable when a release is stopped.

use super::facts::Judged;
use super::folder::{self, Folder};
use crate::App;
use crate::view::release::ReleaseFile;
use crate::words::json;
use karat_store::entity::{decision, submission};
use karat_store::query::{self, release::Item};
use karat_types::finding::Verdict;
use karat_types::id::ContributorId;
use karat_types::{Micros, Problem};
use serde_json::{Value, json};
use std::io::Write;

/// Name of the file.
pub(crate) const NAME: &str = "items.jsonl";
/// Items read from the database at a time.
const PER_READ: usize = 500;

/// Writes the record of every item, in the order of submission; says how they were judged.
pub(crate) async fn write(
    app: &App,
    folder: &Folder,
    items: &[Item],
) -> Result<(ReleaseFile, Judged), Problem> {
    let (path, mut file) = folder.create("items")?;
    let mut judged = Judged::default();
    for part in items.chunks(PER_READ) {
        let ids: Vec<_> = part.iter().map(|i| i.submission.0).collect();
        let rows = query::release::records(app.store.db(), &ids).await?;
        let submissions: Vec<_> = rows.iter().map(|(s, _)| s).collect();
        let credited = query::release::credited(app.store.db(), &submissions).await?;
        for (item, (row, decision)) in part.iter().zip(&rows) {
            let whose = credited.get(&row.id).copied().unwrap_or(item.contributor);
            let line = record(item, row, decision.as_ref(), whose)?;
            writeln!(file, "{line}").map_err(|e| crate::model::cannot_write(&path, &e))?;
            note(&mut judged, row, decision.as_ref());
        }
    }
    file.flush().map_err(|e| crate::model::cannot_write(&path, &e))?;
    drop(file);
    Ok((folder::keep(app, &path, NAME.to_owned(), folder::JSONL, false).await?, judged))
}

fn note(judged: &mut Judged, row: &submission::Model, decision: Option<&decision::Model>) {
    judged.gate_versions.insert(row.gate_version);
    judged.profiles.insert(row.profile.clone());
    if let Some(decision) = decision {
        *judged.policies.entry(decision.policy.clone()).or_default() += 1;
    }
}

fn record(
    item: &Item,
    row: &submission::Model,
    decision: Option<&decision::Model>,
    credited: ContributorId,
) -> Result<Value, Problem> {
    let verdict: Option<Verdict> = row.verdict.as_deref().map(json).transpose()?;
    let findings: Vec<Value> = verdict
        .iter()
        .flat_map(|v| &v.findings)
        .map(|f| json!({"check": f.check, "version": f.version, "class": f.class, "code": f.code}))
        .collect();
    let not_run: Vec<&str> = verdict.iter().flat_map(|v| &v.not_run).map(|n| n.check.as_str()).collect();
    let decision = decision.map(|d| -> Result<Value, Problem> {
        Ok(json!({
            "policy": d.policy, "outcome": d.outcome, "at": Micros(d.created_at),
            "reasons": json::<Value>(&d.reasons)?,
        }))
    });
    Ok(json!({
        "submission": item.submission, "hash": item.content_hash, "media_type": row.media_type,
        "licence": row.licence, "origin": row.origin, "source_type": row.source_type,
        "offered_at": Micros(row.created_at), "gate_version": row.gate_version, "profile": row.profile,
        "score": row.score, "findings": findings, "not_run": not_run, "decision": decision.transpose()?,
        "contributor": item.contributor, "credited": credited, "first_row": item.first_row, "rows": item.rows,
    }))
}
