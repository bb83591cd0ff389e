//! Whose Content Credentials were trusted when a file was judged. The list is a long text
//! and the same for many files: it is kept once, and the stored rules name it by its hash.

use crate::app::App;
use crate::words::hash;
use karat_gate::Rules;
use karat_types::{Hash, Problem};

/// Keeps the list these rules hold.
pub(super) async fn keep(app: &App, rules: &Rules) -> Result<(), Problem> {
    if let Some(pem) = &rules.trust_anchors {
        app.store.blobs().put(pem.clone().into_bytes()).await?;
    }
    Ok(())
}

/// The rules as they are stored: with the hash of the list in its place.
pub(super) fn by_name(rules: Rules) -> Rules {
    let trust_anchors = rules.trust_anchors.as_ref().map(|pem| Hash::of(pem.as_bytes()).hex());
    Rules { trust_anchors, ..rules }
}

/// Stored rules as they were: with the list that was used, whatever the setting is now.
pub(super) async fn whole(app: &App, rules: Rules) -> Result<Rules, Problem> {
    let Some(name) = &rules.trust_anchors else { return Ok(rules) };
    let pem = app.store.blobs().get(hash(name)?).await?;
    let pem = String::from_utf8(pem.to_vec())
        .map_err(|_| Problem::internal(format!("The trust list {name} is no text.")))?;
    Ok(Rules { trust_anchors: Some(pem), ..rules })
}
