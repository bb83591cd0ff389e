//! Who may do what: one table, and nothing that is not in it is allowed.

mod table;

pub use table::{Action, TABLE};

use crate::Actor;
use karat_types::{Problem, Role};

/// Who an action is for; an action may be for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A visitor without an account, and everyone else.
    Anyone,
    /// Everyone with an account.
    SignedIn,
    /// Whoever the thing belongs to: the use case says whether it does.
    Owner,
    /// Accounts with the role.
    Reviewer,
    /// Accounts with the role.
    Builder,
    /// Accounts with the role.
    Operator,
}

impl Who {
    /// Every kind of person, from the widest to the narrowest.
    pub const ALL: [Self; 6] =
        [Self::Anyone, Self::SignedIn, Self::Owner, Self::Reviewer, Self::Builder, Self::Operator];

    /// The word the documentation uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::SignedIn => "signed in",
            Self::Owner => "owner",
            Self::Reviewer => "reviewer",
            Self::Builder => "builder",
            Self::Operator => "operator",
        }
    }

    fn includes(self, actor: &Actor, owned: bool) -> bool {
        let account = actor.account.is_some();
        match self {
            Self::Anyone => true,
            Self::SignedIn => account,
            // Nobody owns anything without having signed in.
            Self::Owner => account && owned,
            Self::Reviewer => account && actor.has(Role::Reviewer),
            Self::Builder => account && actor.has(Role::Builder),
            Self::Operator => account && actor.has(Role::Operator),
        }
    }
}

/// Lets `actor` do `action`, or says why not; `owned` = the thing is the actor's own.
///
/// Karat itself (job handlers, the demo, commands on the machine) may do everything.
pub fn require(actor: &Actor, action: Action, owned: bool) -> Result<(), Problem> {
    if allows(actor, action, owned) {
        return Ok(());
    }
    if actor.account.is_none() {
        return Err(Problem::signed_out());
    }
    let whom: Vec<_> = who_may(action).iter().map(|w| w.as_str()).collect();
    Err(Problem::forbidden(
        format!("'{}' may not {}; this is for: {}.", actor.name, action.as_str(), whom.join(", ")),
        match whom.first() {
            Some(&"owner") => "Ask the owner to do it, or the operator for the right role.",
            _ => {
                "Ask the operator for the role: the operator grants it under Accounts, or with `karat admin grant`."
            }
        },
    ))
}

/// The same question, answered by yes or no: for what a page shows or hides.
pub fn allows(actor: &Actor, action: Action, owned: bool) -> bool {
    actor.is_system() || who_may(action).iter().any(|who| who.includes(actor, owned))
}

fn who_may(action: Action) -> &'static [Who] {
    // Not in the table = for nobody.
    TABLE.iter().find(|(a, _)| *a == action).map_or(&[], |(_, who)| who)
}

/// The table as the documentation prints it.
pub fn as_markdown() -> String {
    let heads: Vec<_> = Who::ALL.iter().map(|w| w.as_str()).collect();
    let mut out = format!("| may | {} |\n|---|{}\n", heads.join(" | "), ":-:|".repeat(heads.len()));
    for (action, who) in TABLE {
        let cells: Vec<_> = Who::ALL.iter().map(|w| if who.contains(w) { "✓" } else { "" }).collect();
        out.push_str(&format!("| {} | {} |\n", action.as_str(), cells.join(" | ")));
    }
    out
}

#[cfg(test)]
mod tests;
