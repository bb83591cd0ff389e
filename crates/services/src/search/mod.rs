//! Search over everything that has a name.

use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::home::Hit;
use crate::words::search_words;
use karat_store::query::home;
use karat_types::Problem;

/// Hits of each kind at most.
const MOST: u64 = 8;

/// Datanets, releases, contributors, models and runs whose names have every word.
pub async fn search(app: &App, actor: &Actor, q: &str) -> Result<Vec<Hit>, Problem> {
    authz::require(actor, Action::ReadDatanet, false)?;
    let words = search_words(q);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let db = app.store.db();
    let mut hits = Vec::new();
    hits.extend(named("datanet", "/datanets", home::datanets(db, &words, MOST).await?));
    let releases = home::releases(db, &words, MOST).await?;
    let titled = releases.into_iter().map(|(id, name, version)| (id, format!("{name}, release {version}")));
    hits.extend(named("release", "/releases", titled.collect()));
    hits.extend(named("contributor", "/contributors", home::contributors(db, &words, MOST).await?));
    hits.extend(named("model", "/models", home::models(db, &words, MOST).await?));
    hits.extend(named("run", "/runs", home::runs(db, &words, MOST).await?));
    Ok(hits)
}

fn named(kind: &str, path: &str, found: Vec<home::Found>) -> impl Iterator<Item = Hit> {
    found.into_iter().map(move |(id, title)| Hit {
        kind: kind.to_owned(),
        title,
        link: format!("{path}/{id}"),
    })
}
