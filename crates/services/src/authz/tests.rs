use super::*;
use karat_types::id::{AccountId, ContributorId};

/// One of each: visitor, plain account, reviewer, builder, operator.
fn people() -> [(&'static str, Actor); 5] {
    let with = |name: &str, roles: &[Role]| {
        Actor::signed_in(AccountId::new(), ContributorId::new(), name.into(), roles.to_vec())
    };
    [
        ("visitor", Actor::anyone()),
        ("account", with("account", &[])),
        ("reviewer", with("reviewer", &[Role::Reviewer])),
        ("builder", with("builder", &[Role::Builder])),
        ("operator", with("operator", &[Role::Operator])),
    ]
}

/// Every cell, written out: who may (✓), who may only with their own thing (o), who may not.
/// Columns: visitor, account, reviewer, builder, operator.
const CELLS: &[(Action, &str)] = &[
    (Action::SignUp, "✓✓✓✓✓"),
    (Action::SignIn, "✓✓✓✓✓"),
    (Action::SetUp, "✓✓✓✓✓"),
    (Action::ReadOwn, "-✓✓✓✓"),
    (Action::ManageOwn, "-✓✓✓✓"),
    (Action::ManageAccounts, "----✓"),
    (Action::ReadDatanet, "✓✓✓✓✓"),
    (Action::CreateDatanet, "-✓✓✓✓"),
    (Action::EditDatanet, "-ooo✓"),
    (Action::Submit, "-✓✓✓✓"),
    (Action::ReadSubmission, "-o✓o✓"),
    (Action::WithdrawSubmission, "-oooo"),
    (Action::Review, "-o✓o✓"),
    (Action::ReadRelease, "✓✓✓✓✓"),
    (Action::CreateRelease, "-ooo✓"),
    (Action::ReadAlerts, "-ooo✓"),
    (Action::DismissAlert, "-ooo✓"),
    (Action::ReadModel, "✓✓✓✓✓"),
    (Action::ManageModel, "---✓✓"),
    (Action::CreateRun, "---✓✓"),
    (Action::StopRun, "-ooo✓"),
    (Action::Chat, "-✓✓✓✓"),
    (Action::Operate, "----✓"),
];

#[test]
fn every_cell_of_the_table_is_as_written_here() {
    let listed: Vec<_> = CELLS.iter().map(|(a, _)| *a).collect();
    assert_eq!(listed, Action::ALL, "each action has its line");
    for (action, line) in CELLS {
        let marks: Vec<char> = line.chars().collect();
        assert_eq!(marks.len(), people().len());
        for ((name, actor), mark) in people().iter().zip(marks) {
            let found = (allows(actor, *action, false), allows(actor, *action, true));
            let expected = match mark {
                '✓' => (true, true),
                'o' => (false, true),
                _ => (false, false),
            };
            assert_eq!(found, expected, "{name} and '{}'", action.as_str());
        }
    }
}

#[test]
fn each_action_is_in_the_table_once_and_for_somebody() {
    for action in Action::ALL {
        assert_eq!(TABLE.iter().filter(|(a, _)| a == action).count(), 1);
        assert!(!who_may(*action).is_empty());
        assert!(allows(&Actor::system(), *action, false), "Karat itself may do everything");
    }
}

#[test]
fn a_visitor_cannot_own_anything() {
    let visitor = Actor::anyone();
    let problem = require(&visitor, Action::WithdrawSubmission, true).unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (401, "signed_out"));
}

#[test]
fn a_refusal_says_who_may_and_how_to_become_one() {
    let [_, (_, account), ..] = people();
    let problem = require(&account, Action::CreateRun, false).unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (403, "forbidden"));
    assert_eq!(problem.detail, "'account' may not start a run; this is for: builder, operator.");
    assert!(problem.hint.contains("karat admin grant"));
}

#[test]
fn the_printed_table_has_a_line_for_each_action() {
    let text = as_markdown();
    assert_eq!(text.lines().count(), 2 + TABLE.len());
    assert!(text.contains("| start a run |  |  |  |  | ✓ | ✓ |"), "{text}");
}
