//! `karat admin`: what an operator does on the machine itself.

use crate::config::StateArgs;
use crate::{compose, out, runtime};
use clap::Subcommand;
use karat_services::view::account::{Credentials, RoleChange};
use karat_services::{Actor, identity, standing};
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
}

/// Does what was asked for.
pub(crate) fn run(args: Args) -> Result<(), Problem> {
    runtime()?.block_on(async {
        match args.what {
            What::CreateOperator { name, state } => create_operator(name, &state).await,
            What::Grant { name, role, revoke, state } => grant(&name, role, !revoke, &state).await,
            What::Recompute { check: _, state } => recompute(&state).await,
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
