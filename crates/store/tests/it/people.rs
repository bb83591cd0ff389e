//! Contributors, accounts, sessions, keys and leases on both databases.

use karat_store::query::{account, api_key, lease, session, setup};
use karat_store::{Store, StoreError};
use karat_types::{Hash, Micros, Role};

async fn ada(store: &Store) -> account::Account {
    let tx = store.begin().await.unwrap();
    let who = account::add_contributor(&tx, "ada", false, Micros(1)).await.unwrap();
    let added = account::add_account(&tx, who.id.into(), "ada", "phc", Micros(1)).await.unwrap();
    tx.commit().await.unwrap();
    added
}

karat_testkit::db_test! {
    async fn a_name_is_taken_once(store: Store) {
        let made = ada(&store).await;
        assert_eq!(account::account_by_name(store.db(), "ada").await.unwrap(), Some(made.clone()));
        let tx = store.begin().await.unwrap();
        let again = account::add_contributor(&tx, "ada", true, Micros(2)).await;
        assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
        drop(tx);
        let tx = store.begin().await.unwrap();
        let same = account::ensure_contributor(&tx, "ada", true, Micros(2)).await.unwrap();
        assert_eq!((same.id, same.imported), (made.contributor_id, false));
        tx.commit().await.unwrap();
    }

    async fn everyone_who_ensures_a_contributor_gets_the_same_one(store: Store) {
        let tasks: Vec<_> = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                let made = account::ensure_contributor(&tx, "grace", true, Micros(1)).await.unwrap();
                tx.commit().await.unwrap();
                made.id
            })
        }).collect();
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }

    async fn roles_are_granted_once_and_taken_back(store: Store) {
        let id = ada(&store).await.id.into();
        let tx = store.begin().await.unwrap();
        account::grant(&tx, id, Role::Operator).await.unwrap();
        account::grant(&tx, id, Role::Operator).await.unwrap();
        account::grant(&tx, id, Role::Builder).await.unwrap();
        account::revoke(&tx, id, Role::Builder).await.unwrap();
        assert_eq!(account::lock_holders(&tx, Role::Operator).await.unwrap(), [id]);
        tx.commit().await.unwrap();
        assert_eq!(account::roles(store.db(), &[id]).await.unwrap(), [(id, Role::Operator)]);
    }

    async fn accounts_are_listed_by_name_page_by_page(store: Store) {
        ada(&store).await;
        let tx = store.begin().await.unwrap();
        let who = account::add_contributor(&tx, "bob", false, Micros(1)).await.unwrap();
        account::add_account(&tx, who.id.into(), "bob", "phc", Micros(1)).await.unwrap();
        tx.commit().await.unwrap();
        let names = |rows: Vec<account::Account>| rows.into_iter().map(|a| a.name).collect::<Vec<_>>();
        assert_eq!(names(account::accounts(store.db(), None, 1).await.unwrap()), ["ada"]);
        assert_eq!(names(account::accounts(store.db(), Some("ada"), 9).await.unwrap()), ["bob"]);
        assert_eq!(account::count_accounts(store.db()).await.unwrap(), 2);
    }

    async fn a_session_lives_as_long_as_it_is_used(store: Store) {
        let id = ada(&store).await.id.into();
        let (a, b) = (Hash::of(b"a"), Hash::of(b"b"));
        let tx = store.begin().await.unwrap();
        session::add(&tx, a, id, Micros(0), Micros(10)).await.unwrap();
        session::add(&tx, b, id, Micros(0), Micros(10)).await.unwrap();
        session::touch(&tx, a, Micros(5), Micros(15)).await.unwrap();
        assert_eq!(session::prune(&tx, Micros(10)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(session::get(store.db(), a, Micros(14)).await.unwrap().is_some());
        assert!(session::get(store.db(), a, Micros(15)).await.unwrap().is_none());
        assert!(session::get(store.db(), b, Micros(1)).await.unwrap().is_none());
        let tx = store.begin().await.unwrap();
        session::add(&tx, b, id, Micros(0), Micros(10)).await.unwrap();
        assert_eq!(session::end_others(&tx, id, Some(b)).await.unwrap(), 1);
        session::end(&tx, b).await.unwrap();
        tx.commit().await.unwrap();
        assert!(session::get(store.db(), b, Micros(1)).await.unwrap().is_none());
    }

    async fn a_revoked_key_opens_nothing(store: Store) {
        let id = ada(&store).await.id.into();
        let secret = Hash::of(b"secret");
        let tx = store.begin().await.unwrap();
        let key = api_key::add(&tx, id, "ci", ("karat_ab", secret), Micros(1)).await.unwrap();
        api_key::touch(&tx, key.id.into(), Micros(3)).await.unwrap();
        tx.commit().await.unwrap();
        let found = api_key::by_secret(store.db(), secret).await.unwrap().unwrap();
        assert_eq!((found.id, found.last_used_at), (key.id, Some(3)));
        let tx = store.begin().await.unwrap();
        let stranger = karat_types::id::AccountId::new();
        assert!(!api_key::revoke(&tx, stranger, key.id.into(), Micros(4)).await.unwrap());
        assert!(api_key::revoke(&tx, id, key.id.into(), Micros(4)).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(api_key::by_secret(store.db(), secret).await.unwrap(), None);
        assert!(api_key::of_account(store.db(), id).await.unwrap().is_empty());
    }

    async fn a_set_up_token_works_once_and_the_newest_counts(store: Store) {
        let (old, new) = (Hash::of(b"old"), Hash::of(b"new"));
        let tx = store.begin().await.unwrap();
        setup::replace(&tx, old, Micros(1)).await.unwrap();
        setup::replace(&tx, new, Micros(2)).await.unwrap();
        assert!(!setup::take(&tx, old, Micros(3)).await.unwrap());
        assert!(setup::is_open(&tx, new).await.unwrap());
        assert!(setup::take(&tx, new, Micros(3)).await.unwrap());
        assert!(!setup::take(&tx, new, Micros(3)).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn a_right_is_held_by_one_until_it_ends(store: Store) {
        let tx = store.begin().await.unwrap();
        assert!(lease::acquire(&tx, "tidy", "a", Micros(0), Micros(10)).await.unwrap());
        assert!(!lease::acquire(&tx, "tidy", "b", Micros(5), Micros(15)).await.unwrap());
        assert!(lease::acquire(&tx, "tidy", "a", Micros(5), Micros(20)).await.unwrap());
        assert!(!lease::acquire(&tx, "tidy", "b", Micros(15), Micros(30)).await.unwrap());
        assert!(lease::acquire(&tx, "tidy", "b", Micros(20), Micros(30)).await.unwrap());
        lease::release(&tx, "tidy", "a").await.unwrap();
        assert!(!lease::acquire(&tx, "tidy", "c", Micros(25), Micros(40)).await.unwrap(), "a gave back what b has");
        lease::release(&tx, "tidy", "b").await.unwrap();
        assert!(lease::acquire(&tx, "tidy", "c", Micros(25), Micros(40)).await.unwrap());
        tx.commit().await.unwrap();
    }
}
