//! Accounts, sessions, keys and roles on both databases.

use crate::support::{START, app, app_with};
use karat_services::identity::{self, Secret};
use karat_services::view::account::{ApiKeyForm, Credentials, Me, PasswordChange, RoleChange, SetUp};
use karat_services::{Actor, App, Settings};
use karat_store::Store;
use karat_types::{Problem, Role};

const PASSWORD: &str = "tall green boats";
const HERE: &str = "127.0.0.1";

fn form(name: &str, password: &str) -> Credentials {
    Credentials { name: name.into(), password: password.into() }
}

async fn sign_up(app: &App, name: &str) -> (Me, Secret) {
    identity::sign_up(app, form(name, PASSWORD), HERE).await.unwrap()
}

async fn actor(app: &App, token: &str) -> Actor {
    identity::actor_of_session(app, token).await.unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> (u16, String) {
    let problem = result.unwrap_err();
    assert!(!problem.hint.is_empty());
    (problem.status, problem.code)
}

fn is(found: (u16, String), status: u16, code: &str) {
    assert_eq!(found, (status, code.to_owned()));
}

karat_testkit::db_test! {
    async fn one_signs_up_in_and_out(store: Store) {
        let app = app(store);
        let (me, token) = sign_up(&app, "Ada").await;
        assert_eq!((me.name.as_str(), me.roles.as_slice(), me.unread), ("ada", &[Role::Contributor][..], 0));
        let ada = actor(&app, &token).await;
        assert_eq!((ada.account, ada.contributor), (Some(me.account), Some(me.contributor)));
        assert_eq!(identity::me(&app, &ada).await.unwrap(), me);

        let (again, second) = identity::sign_in(&app, form(" ADA ", PASSWORD), HERE).await.unwrap();
        assert_eq!(again, me);
        assert_ne!(token, second);
        identity::sign_out(&app, &token).await.unwrap();
        assert_eq!(actor(&app, &token).await, Actor::anyone());
        assert_eq!(actor(&app, &second).await.account, Some(me.account), "other sessions go on");
        assert_eq!(actor(&app, "nonsense").await, Actor::anyone());
    }

    async fn what_is_stored_opens_nothing(store: Store) {
        let app = app(store.clone());
        let (me, token) = sign_up(&app, "ada").await;
        let hash = karat_types::Hash::of(token.as_bytes());
        assert!(karat_store::query::session::get(store.db(), hash, START).await.unwrap().is_some());
        assert_eq!(actor(&app, &hash.hex()).await, Actor::anyone(), "the stored form is not a token");
        let row = karat_store::query::account::account(store.db(), me.account).await.unwrap().unwrap();
        assert!(row.password_hash.starts_with("$argon2id$"), "{}", row.password_hash);
    }

    async fn names_are_taken_once_and_bad_forms_are_refused(store: Store) {
        let app = app(store);
        sign_up(&app, "ada").await;
        is(code(identity::sign_up(&app, form("ADA", PASSWORD), HERE).await), 409, "name_taken");
        is(code(identity::sign_up(&app, form("a b", PASSWORD), HERE).await), 400, "name_unfit");
        is(code(identity::sign_up(&app, form("bob", "short"), HERE).await), 400, "password_unfit");
        let imported = identity::ensure_contributor(&app, "serde-rs", true).await.unwrap();
        assert_eq!(identity::ensure_contributor(&app, "serde-rs", true).await.unwrap(), imported);
        is(code(identity::sign_up(&app, form("serde-rs", PASSWORD), HERE).await), 409, "name_taken");
        is(code(identity::ensure_contributor(&app, "ada", true).await), 409, "contributor_has_account");
    }

    async fn a_class_behind_one_address_signs_up(store: Store) {
        let app = app(store);
        for n in 0..20 {
            let name = format!("pupil{n}");
            is(code(identity::sign_up(&app, form(&name, "short"), HERE).await), 400, "password_unfit");
            identity::sign_up(&app, form(&name, PASSWORD), HERE).await.unwrap();
        }
        for _ in 20..40 {
            is(code(identity::sign_up(&app, form("pupil1", PASSWORD), HERE).await), 409, "name_taken");
        }
        is(code(identity::sign_up(&app, form("late", PASSWORD), HERE).await), 429, "too_many_sign_ups");
        identity::sign_in(&app, form("pupil1", PASSWORD), HERE).await.unwrap();
        identity::sign_up(&app, form("late", PASSWORD), "10.0.0.9").await.unwrap();
    }

    async fn a_closed_server_takes_nobody(store: Store) {
        let (app, _) = app_with(store, Settings::default());
        is(code(identity::sign_up(&app, form("ada", PASSWORD), HERE).await), 403, "forbidden");
    }

    async fn guessing_is_slowed_down_and_says_nothing_about_names(store: Store) {
        let app = app(store);
        sign_up(&app, "ada").await;
        let wrong = identity::sign_in(&app, form("ada", "wrong password"), HERE).await.unwrap_err();
        let unknown = identity::sign_in(&app, form("bob", "wrong password"), HERE).await.unwrap_err();
        assert_eq!((wrong.status, &wrong), (401, &unknown), "the same words for both");
        for _ in 0..9 {
            is(code(identity::sign_in(&app, form("ada", "wrong password"), HERE).await), 401, "sign_in_wrong");
        }
        let blocked = identity::sign_in(&app, form("ada", PASSWORD), HERE).await.unwrap_err();
        assert_eq!((blocked.status, blocked.code.as_str()), (429, "too_many_sign_ins"));
        assert!(blocked.hint.starts_with("Wait ") && blocked.hint.contains("seconds"), "{}", blocked.hint);
        identity::sign_in(&app, form("ada", PASSWORD), "10.0.0.9").await.unwrap();
    }

    async fn a_session_lives_thirty_days_from_its_last_use(store: Store) {
        let (app, clock) = app_with(store, Settings { open_signup: true, ..Settings::default() });
        let (me, token) = sign_up(&app, "ada").await;
        clock.set(START.plus_days(29));
        assert_eq!(actor(&app, &token).await.account, Some(me.account));
        clock.set(START.plus_days(58));
        assert_eq!(actor(&app, &token).await.account, Some(me.account), "using it moved its end");
        clock.set(START.plus_days(89));
        assert_eq!(actor(&app, &token).await, Actor::anyone());
    }

    async fn a_new_password_ends_the_other_sessions(store: Store) {
        let app = app(store);
        let (me, token) = sign_up(&app, "ada").await;
        let (_, other) = identity::sign_in(&app, form("ada", PASSWORD), HERE).await.unwrap();
        let ada = actor(&app, &token).await;
        let change = |current: &str, new: &str| PasswordChange { current: current.into(), new: new.into() };
        let new = "quiet silver rain";
        is(code(identity::change_password(&app, &ada, change("guess guess", new), Some(&token)).await), 400, "password_wrong");
        is(code(identity::change_password(&app, &ada, change(PASSWORD, "short"), Some(&token)).await), 400, "password_unfit");
        is(code(identity::change_password(&app, &Actor::anyone(), change(PASSWORD, new), None).await), 401, "signed_out");
        identity::change_password(&app, &ada, change(PASSWORD, new), Some(&token)).await.unwrap();
        assert_eq!(actor(&app, &token).await.account, Some(me.account));
        assert_eq!(actor(&app, &other).await, Actor::anyone());
        is(code(identity::sign_in(&app, form("ada", PASSWORD), HERE).await), 401, "sign_in_wrong");
        identity::sign_in(&app, form("ada", new), HERE).await.unwrap();
    }

    async fn an_api_key_opens_the_door_until_it_is_revoked(store: Store) {
        let app = app(store);
        let (me, token) = sign_up(&app, "ada").await;
        let ada = actor(&app, &token).await;
        let key_form = |name: &str| ApiKeyForm { name: name.into() };
        let made = identity::create_api_key(&app, &ada, key_form(" nightly ")).await.unwrap();
        assert!(made.secret.starts_with("karat_") && made.secret.starts_with(&made.key.prefix));
        assert_eq!((made.key.name.as_str(), made.secret.len()), ("nightly", 70));
        let by_key = identity::actor_of_key(&app, &made.secret).await.unwrap();
        assert_eq!(by_key, ada);
        let listed = identity::api_keys(&app, &ada).await.unwrap();
        assert_eq!((listed.len(), listed[0].id), (1, made.key.id));
        assert!(listed[0].last_used_at.is_some());
        is(code(identity::create_api_key(&app, &ada, key_form(" ")).await), 400, "key_name_unfit");

        let (_, bob) = sign_up(&app, "bob").await;
        let bob = actor(&app, &bob).await;
        is(code(identity::revoke_api_key(&app, &bob, made.key.id).await), 404, "not_found");
        identity::revoke_api_key(&app, &ada, made.key.id).await.unwrap();
        is(code(identity::actor_of_key(&app, &made.secret).await), 401, "api_key_unknown");
        is(code(identity::actor_of_key(&app, &token).await), 401, "api_key_unknown");
        assert!(identity::api_keys(&app, &ada).await.unwrap().is_empty());
        assert_eq!(me.account, ada.account.unwrap());
        for n in 0..20 {
            identity::create_api_key(&app, &ada, key_form(&n.to_string())).await.unwrap();
        }
        is(code(identity::create_api_key(&app, &ada, key_form("one more")).await), 409, "too_many_keys");
    }

    async fn the_set_up_token_makes_one_operator(store: Store) {
        let (app, _) = app_with(store, Settings::default());
        let set_up = |token: &str| SetUp { token: token.into(), name: "root".into(), password: PASSWORD.into() };
        let old = identity::first_start(&app).await.unwrap().unwrap();
        let token = identity::first_start(&app).await.unwrap().unwrap();
        is(code(identity::set_up(&app, set_up(&old)).await), 401, "set_up_token_wrong");
        let (me, session) = identity::set_up(&app, set_up(&token)).await.unwrap();
        assert_eq!(me.roles, [Role::Contributor, Role::Operator]);
        assert!(actor(&app, &session).await.has(Role::Operator));
        is(code(identity::set_up(&app, set_up(&token)).await), 401, "set_up_token_wrong");
        assert_eq!(identity::first_start(&app).await.unwrap(), None);
    }

    async fn an_operator_made_on_the_machine_voids_the_printed_token(store: Store) {
        let (app, _) = app_with(store, Settings::default());
        let token = identity::first_start(&app).await.unwrap().unwrap();
        let me = identity::create_operator(&app, form("root", PASSWORD)).await.unwrap();
        assert!(me.roles.contains(&Role::Operator));
        let late = SetUp { token, name: "eve".into(), password: PASSWORD.into() };
        is(code(identity::set_up(&app, late).await), 401, "set_up_token_wrong");
        let again = identity::create_operator(&app, form("root", PASSWORD)).await.unwrap_err();
        assert_eq!(again.code, "name_taken");
        assert!(again.hint.contains("karat admin grant root operator"), "{}", again.hint);
    }

    async fn roles_are_the_operators_to_give(store: Store) {
        let app = app(store);
        let root = identity::create_operator(&app, form("root", PASSWORD)).await.unwrap();
        let operator = Actor::signed_in(root.account, root.contributor, root.name, root.roles);
        let (ada, token) = sign_up(&app, "ada").await;
        let change = |role, granted| RoleChange { role, granted };
        let before = actor(&app, &token).await;
        is(code(identity::set_role(&app, &before, ada.account, change(Role::Operator, true)).await), 403, "forbidden");
        is(code(identity::accounts(&app, &before).await), 403, "forbidden");

        let changed = identity::set_role(&app, &operator, ada.account, change(Role::Builder, true)).await.unwrap();
        assert_eq!(changed.roles, [Role::Contributor, Role::Builder]);
        assert!(actor(&app, &token).await.has(Role::Builder), "it holds from the next request on");
        let listed = identity::accounts(&app, &operator).await.unwrap();
        assert_eq!(listed.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["ada", "root"]);
        assert_eq!(listed[0], changed);
        identity::set_role(&app, &operator, ada.account, change(Role::Builder, false)).await.unwrap();
        assert!(!actor(&app, &token).await.has(Role::Builder));

        is(code(identity::set_role(&app, &operator, root.account, change(Role::Operator, false)).await), 409, "last_operator");
        is(code(identity::set_role(&app, &operator, root.account, change(Role::Contributor, false)).await), 400, "role_fixed");
        identity::set_role(&app, &operator, ada.account, change(Role::Operator, true)).await.unwrap();
        identity::set_role(&app, &operator, root.account, change(Role::Operator, false)).await.unwrap();
    }

    async fn two_who_want_one_name_get_one_account(store: Store) {
        let app = app(store);
        let tries: Vec<_> = (0..6).map(|n| {
            let app = app.clone();
            tokio::spawn(async move { identity::sign_up(&app, form("ada", PASSWORD), &n.to_string()).await.map(|_| ()) })
        }).collect();
        let mut made = 0;
        for one in tries {
            match one.await.unwrap() {
                Ok(()) => made += 1,
                Err(problem) => assert_eq!(problem.code, "name_taken"),
            }
        }
        assert_eq!(made, 1);
    }
}
