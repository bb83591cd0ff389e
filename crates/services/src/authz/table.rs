//! The table itself.

use super::Who;
use Who::{Anyone, Builder, Operator, Owner, Reviewer, SignedIn};

/// Declares the actions together with their place in the table, so that none is forgotten.
macro_rules! table {
    ($($(#[$doc:meta])* $action:ident, $text:literal: [$($who:ident),*];)+) => {
        /// Something a person may want to do; every use case names one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $action,)+ }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$action),+];
            /// The action in words: "may not …".
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$action => $text),+ }
            }
        }

        /// Who may do what. Whoever is not named may not.
        pub const TABLE: &[(Action, &[Who])] = &[$((Action::$action, &[$($who),*])),+];
    };
}

table! {
    /// Make an account, where the operator lets people.
    SignUp, "sign up": [Anyone];
    /// Come in with a name and a password, or leave.
    SignIn, "sign in": [Anyone];
    /// Make the first operator with the one-time token.
    SetUp, "set the server up": [Anyone];
    /// See and change what belongs to one's own account: name, password, API keys,
    /// quota, submissions, notices.
    ReadOwn, "see one's own things": [SignedIn];
    /// Change one's password, make and revoke API keys.
    ManageOwn, "manage one's own account": [SignedIn];
    /// See accounts and grant roles.
    ManageAccounts, "manage accounts": [Operator];
    /// Browse datanets, their rows, boards, contributors, and search.
    ReadDatanet, "read datanets": [Anyone];
    /// Open a new datanet.
    CreateDatanet, "open a datanet": [SignedIn];
    /// Change a datanet's purpose, rules and limits, close it.
    EditDatanet, "change a datanet": [Owner, Operator];
    /// Offer a file, or try it first.
    Submit, "submit": [SignedIn];
    /// See a submission with its findings and its file. Owner: who submitted it, or
    /// whose datanet it is in.
    ReadSubmission, "read a submission": [Owner, Reviewer, Operator];
    /// Take one's own submission back.
    WithdrawSubmission, "withdraw a submission": [Owner];
    /// Judge what the gate let through. Owner: whose datanet it is in.
    Review, "review": [Owner, Reviewer, Operator];
    /// Browse releases, rows and proofs, download them.
    ReadRelease, "read releases": [Anyone];
    /// Freeze a datanet's accepted data into a release.
    CreateRelease, "make a release": [Owner, Operator];
    /// See which sequences in a datanet look planted. Owner: whose datanet it is.
    ReadAlerts, "read alerts": [Owner, Operator];
    /// Say that a sequence is harmless. Owner: whose datanet it is.
    DismissAlert, "dismiss an alert": [Owner, Operator];
    /// Browse models and runs, download them.
    ReadModel, "read models and runs": [Anyone];
    /// Add a model, or remove it.
    ManageModel, "manage models": [Builder, Operator];
    /// Upload rows and start a run.
    CreateRun, "start a run": [Builder, Operator];
    /// Stop or cancel a run. Owner: who started it.
    StopRun, "stop a run": [Owner, Operator];
    /// Ask a model.
    Chat, "chat with a model": [SignedIn];
    /// See queues, storage and health in detail, take a backup.
    Operate, "operate the server": [Operator];
}
