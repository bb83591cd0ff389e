//! The home page's live counts.

use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::home::Home;
use karat_store::query;
use karat_types::Problem;

/// From here on a standing is called *proven* (economy: tiers).
const PROVEN_BP: i32 = 1500;

/// Live counts of the loop.
pub async fn get(app: &App, actor: &Actor) -> Result<Home, Problem> {
    authz::require(actor, Action::ReadDatanet, false)?;
    let now = app.clock.now();
    let counts = query::home::counts(app.store.db(), now.day(), now.season(), PROVEN_BP).await?;
    Ok(Home {
        datanets: counts.datanets,
        contributed_today: counts.contributed,
        refused_today: counts.refused,
        waiting_review: counts.waiting,
        proven: counts.proven,
        releases: counts.releases,
        runs_active: counts.runs,
        adapters: counts.adapters,
    })
}
