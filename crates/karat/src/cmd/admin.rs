//! `karat admin`: what an operator does on the machine itself.

use super::admin_gate;
use crate::config::StateArgs;
use crate::{compose, out, runtime};
use clap::Subcommand;
use karat_services::view::account::{Credentials, RoleChange};
use karat_services::{Actor, identity, standing};
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{Problem, Role};

/// Accounts, roles and re-computation, on the machine itself
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Makes an account that may do everything; the password is read from standard input
    #[command(after_help = "Example: karat admin create-operator ada < password.txt")]
    CreateOperator {
        /// Sign-in name
        name: String,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Grants a role to an account, or takes it back
    #[command(after_help = "Example: karat admin grant ada builder")]
    Grant {
        /// Sign-in name
        name: String,
        /// reviewer, builder or operator
        role: Role,
        /// Take the role back instead
        #[arg(long)]
        revoke: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Recomputes every standing from the decisions and compares
    #[command(after_help = "Example: karat admin recompute --check")]
    Recompute {
        /// Change nothing; fail when something differs
        #[arg(long, required = true)]
        check: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Lists what waits for you: files our reader failed on, files on your list
    #[command(after_help = "Example: karat admin unread")]
    Unread {
        /// Print one JSON list
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Has the files our reader failed on read again
    #[command(after_help = "Example: karat admin recheck")]
    Recheck {
        #[command(flatten)]
        state: StateArgs,
    },
    /// Lets a file that is on your list go on to its reviewers
    #[command(after_help = "Example: karat admin let-through 01996f6e-8a4b-7cc0-b2a4-0d1c9c1f7a55")]
    LetThrough {
        /// The submission
        id: SubmissionId,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Reads every stored file again and compares the verdicts; changes nothing
    #[command(after_help = "Example: karat admin replay --with-current")]
    Replay {
        /// Only this datanet
        #[arg(long, value_name = "ID")]
        datanet: Option<DatanetId>,
        /// Also say what this gate would decide otherwise than an older one did
        #[arg(long)]
        with_current: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        state: StateArgs,
    },
}

/// Does what was asked for.
pub(crate) fn run(args: Args) -> Result<(), Problem> {
    runtime()?.block_on(async {
        match args.what {
            What::CreateOperator { name, state } => create_operator(name, &state).await,
            What::Grant { name, role, revoke, state } => grant(&name, role, !revoke, &state).await,
            What::Recompute { check: _, state } => recompute(&state).await,
            What::Unread { json, state } => admin_gate::unread(json, &state).await,
            What::Recheck { state } => admin_gate::recheck(&state).await,
            What::LetThrough { id, state } => admin_gate::let_through(id, &state).await,
            What::Replay { datanet, with_current, json, state } => {
                admin_gate::replay(datanet, with_current, json, &state).await
            }
        }
    })
}

async fn create_operator(name: String, state: &StateArgs) -> Result<(), Problem> {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password).map_err(|error| {
        Problem::bad("password_missing", format!("{error}."), "Give it on standard input.")
    })?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let app = compose::app(&state.load()?).await?;
    let made = identity::create_operator(&app, Credentials { name, password }).await?;
    out::line(format!("{} may do everything here.", made.name));
    Ok(())
}

async fn grant(name: &str, role: Role, granted: bool, state: &StateArgs) -> Result<(), Problem> {
    let app = compose::app(&state.load()?).await?;
    let actor = Actor::system();
    let accounts = identity::accounts(&app, &actor).await?;
    let account = accounts
        .iter()
        .find(|account| account.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| Problem::missing("account", name))?;
    let account = identity::set_role(&app, &actor, account.id, RoleChange { role, granted }).await?;
    let roles: Vec<_> = account.roles.iter().map(|role| role.as_str()).collect();
    out::line(format!("{} now has: {}.", account.name, roles.join(", ")));
    Ok(())
}

async fn recompute(state: &StateArgs) -> Result<(), Problem> {
    let app = compose::app(&state.load()?).await?;
    let differences = standing::recompute_check(&app).await?;
    if differences.is_empty() {
        out::line("Every standing follows from the decisions.");
        return Ok(());
    }
    for difference in &differences {
        out::line(format!("{difference:?}"));
    }
    Err(Problem::new(
        500,
        "standing_differs",
        format!("{} standings do not follow from the decisions.", differences.len()),
        "Keep this output and a backup (`karat backup`), and report it: nobody should be able to cause this.",
    ))
}
