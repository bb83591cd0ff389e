//! `karat admin`: what the gate left to the operator, and whether it says the same twice.

use crate::config::StateArgs;
use crate::{compose, out};
use karat_services::{Actor, submission};
use karat_types::Problem;
use karat_types::id::{DatanetId, SubmissionId};

/// Lists what waits for the operator.
pub(super) async fn unread(json: bool, state: &StateArgs) -> Result<(), Problem> {
    let app = compose::app(&state.load()?).await?;
    let waiting = submission::set_aside(&app, &Actor::system()).await?;
    if json {
        return out::json(&waiting);
    }
    if waiting.is_empty() {
        out::line("Nothing waits for you: every file was read, and none is on your list.");
    }
    for item in waiting {
        let how = if item.how.is_empty() { String::new() } else { format!(": {}", item.how) };
        out::line(format!("{}  {}  {} bytes  {}{how}", item.id, item.file_name, item.bytes, item.why));
    }
    Ok(())
}

/// Reads again what our reader failed on.
pub(super) async fn recheck(state: &StateArgs) -> Result<(), Problem> {
    let app = compose::app(&state.load()?).await?;
    let asked = submission::recheck(&app, &Actor::system()).await?;
    out::line(format!("{} submissions are read again by the next free worker.", asked.submissions));
    Ok(())
}

/// Lets a listed file go on.
pub(super) async fn let_through(id: SubmissionId, state: &StateArgs) -> Result<(), Problem> {
    let app = compose::app(&state.load()?).await?;
    submission::let_through(&app, &Actor::system(), id).await?;
    out::line(format!("{id} goes on to its reviewers."));
    Ok(())
}

/// Gives every verdict again and compares.
pub(super) async fn replay(
    datanet: Option<DatanetId>,
    with_current: bool,
    json: bool,
    state: &StateArgs,
) -> Result<(), Problem> {
    let app = compose::app(&state.load()?).await?;
    let told = submission::replay(&app, &Actor::system(), datanet, with_current).await?;
    if json {
        out::json(&told)?;
    } else {
        out::line(format!("{} verdicts came out the same to the byte.", told.same));
        for (count, what) in [
            (told.unread, "could not be read, then or now"),
            (told.gone, "were taken back since; their bytes are gone"),
            (told.older, "are an older gate's and were left alone (--with-current reads them)"),
            (told.unchanged, "of an older gate would stay as they are"),
        ] {
            if count > 0 {
                out::line(format!("{count} {what}."));
            }
        }
        for change in &told.changes {
            out::line(format!("{} {} files would now be {}.", change.files, change.was, change.now));
        }
        for differs in &told.differences {
            out::line(format!("{}\n  stored …{}\n  again  …{}", differs.id, differs.stored, differs.again));
        }
    }
    if told.different == 0 {
        return Ok(());
    }
    Err(Problem::new(
        500,
        "replay_differs",
        format!("{} verdicts of this gate came out otherwise.", told.different),
        "Keep this output and the files it names, and report it: the same gate must say the same.",
    ))
}
