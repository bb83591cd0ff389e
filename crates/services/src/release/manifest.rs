//! The manifest: canonical JSON, so that its hash names the release.

use super::facts::Facts;
use crate::view::release::ReleaseFile;
use karat_store::query::release::Item;
use karat_types::Problem;
use karat_types::id::{DatanetId, ReleaseId};
use serde_json::json;

/// Name of the file.
pub(crate) const NAME: &str = "manifest.json";

/// The file `manifest.json`.
pub(crate) fn document(f: &Facts<'_>, files: &[ReleaseFile]) -> Result<String, Problem> {
    let item = |i: &Item| {
        json!({
            "submission": i.submission, "contributor": i.contributor, "content": i.content_hash,
            "licence": i.licence, "first_row": i.first_row, "rows": i.rows,
        })
    };
    let file = |f: &ReleaseFile| json!({"name": f.name, "sha256": f.sha256, "bytes": f.bytes});
    let waiting = |(name, n): (&str, u64)| json!({"contributor": name, "items": n});
    let value = json!({
        "v": 2, "release": ReleaseId(f.stored.id), "datanet": DatanetId(f.stored.datanet_id),
        "datanet_name": f.net.name, "modality": f.net.modality, "language": f.net.language,
        "version": f.stored.version, "created_at": f.stored.created_at,
        "gate_versions": f.judged.gate_versions, "profiles": f.judged.profiles, "root": f.root, "rows": f.rows,
        "licences": f.licences, "licence_class": f.licence_class,
        "cap": f.plan.cap,
        "waiting": f.plan.waiting.iter()
            .map(|w| waiting((&w.contributor.to_string(), w.waiting))).collect::<Vec<_>>(),
        "set_aside": f.plan.set_aside.iter().map(|s| json!({"alert": s.alert, "items": s.items})).collect::<Vec<_>>(),
        "files": files.iter().map(file).collect::<Vec<_>>(),
        "items": f.items.iter().map(item).collect::<Vec<_>>(),
    });
    karat_tlog::canonical(&value)
        .map_err(|e| Problem::internal(format!("The release's manifest is not canonical: {e}.")))
}
