//! Datanets: made, found, changed, looked into.

use crate::kitchen::*;
use karat_services::view::datanet::DatanetQuery;
use karat_services::{Actor, datanet};
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::{Modality, ReviewPolicy, Role};

fn ask(q: &str) -> DatanetQuery {
    DatanetQuery { q: Some(q.into()), ..DatanetQuery::default() }
}

db_test! {
    async fn a_name_is_taken_whatever_its_case(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let first = datanet::create(&k.app, &ann, form("Sourdough Notes", ReviewPolicy::Owner)).await.unwrap();
        assert_eq!((first.yours, first.owner_name.as_str(), first.threshold), (true, "Ann", 60));
        let again = datanet::create(&k.app, &ann, form("sourdough  NOTES", ReviewPolicy::Owner)).await.unwrap_err();
        assert_eq!((again.status, again.code.as_str()), (409, "datanet_name_taken"));
        let visitor = datanet::create(&k.app, &Actor::anyone(), form("Other", ReviewPolicy::Owner)).await.unwrap_err();
        assert_eq!(visitor.status, 401);
        let panel = datanet::create(&k.app, &ann, form("Other", ReviewPolicy::Panel)).await.unwrap_err();
        assert_eq!((panel.status, panel.code.as_str()), (400, "datanet_policy"));
    }

    async fn only_its_owner_changes_it_and_never_its_modality(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = datanet::create(&k.app, &ann, form("Notes", ReviewPolicy::Owner)).await.unwrap().id;
        datanet::create(&k.app, &ann, form("Other", ReviewPolicy::Owner)).await.unwrap();
        let mut changed = form("Notes on rivers", ReviewPolicy::Automatic);
        changed.threshold = Some(70);
        changed.profile = Some("technical".into());
        assert_eq!(datanet::update(&k.app, &bob, id, changed.clone()).await.unwrap_err().status, 403);
        let seen = datanet::update(&k.app, &ann, id, changed.clone()).await.unwrap();
        assert_eq!((seen.name.as_str(), seen.threshold, seen.profile.as_str()), ("Notes on rivers", 70, "technical"));
        let taken = datanet::update(&k.app, &ann, id, form("OTHER", ReviewPolicy::Owner)).await.unwrap_err();
        assert_eq!(taken.code, "datanet_name_taken");
        changed.modality = Modality::Audio;
        assert_eq!(datanet::update(&k.app, &ann, id, changed).await.unwrap_err().code, "modality_fixed");
        let operator = k.person("Op", &[Role::Operator]).await;
        datanet::update(&k.app, &operator, id, form("Notes", ReviewPolicy::Owner)).await.unwrap();
        let seen = datanet::get(&k.app, &bob, id).await.unwrap();
        assert_eq!((seen.owner_name.as_str(), seen.yours), ("Ann", false));
    }

    async fn words_and_filters_find_it(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let mut bread = form("100% Sourdough", ReviewPolicy::Owner);
        bread.purpose = "How bread Rises.".into();
        bread.topics = vec!["Baking".into()];
        bread.licences = vec!["CC-BY-4.0".into()];
        datanet::create(&k.app, &ann, bread).await.unwrap();
        let mut birds = form("Bird songs", ReviewPolicy::Owner);
        birds.modality = Modality::Audio;
        birds.open = false;
        datanet::create(&k.app, &ann, birds).await.unwrap();
        let found = |ask: DatanetQuery| {
            let k = &k;
            async move {
                let page = datanet::list(&k.app, &Actor::anyone(), &ask).await.unwrap();
                assert_eq!(page.total, page.items.len() as u64);
                page.items.into_iter().map(|d| d.name).collect::<Vec<_>>()
            }
        };
        assert_eq!(found(DatanetQuery::default()).await, ["Bird songs", "100% Sourdough"]);
        assert_eq!(found(ask("SOURDOUGH rises")).await, ["100% Sourdough"]);
        assert_eq!(found(ask("baking")).await, ["100% Sourdough"]);
        assert_eq!(found(ask("0%")).await, ["100% Sourdough"]);
        assert_eq!(found(ask("_")).await, [""; 0]);
        assert_eq!(found(ask("bird bread")).await, [""; 0]);
        let audio = DatanetQuery { modality: Some(Modality::Audio), ..DatanetQuery::default() };
        assert_eq!(found(audio).await, ["Bird songs"]);
        let open = DatanetQuery { open: Some(true), ..DatanetQuery::default() };
        assert_eq!(found(open).await, ["100% Sourdough"]);
        let licence = |l: &str| DatanetQuery { licence: Some(l.into()), ..DatanetQuery::default() };
        assert_eq!(found(licence("MIT")).await, ["Bird songs"], "an empty list takes any licence");
        assert_eq!(found(licence("CC-BY-4.0")).await.len(), 2);
        let wrong = datanet::list(&k.app, &ann, &licence("mine")).await.unwrap_err();
        assert_eq!(wrong.code, "licence_unknown");
    }

    async fn pages_follow_one_another(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        for n in 0..53 {
            datanet::create(&k.app, &ann, form(&format!("Notes {n}"), ReviewPolicy::Owner)).await.unwrap();
        }
        let first = datanet::list(&k.app, &ann, &DatanetQuery::default()).await.unwrap();
        assert_eq!((first.items.len(), first.total), (50, 53));
        let second = DatanetQuery { after: first.next, ..DatanetQuery::default() };
        let second = datanet::list(&k.app, &ann, &second).await.unwrap();
        let names: Vec<_> = second.items.iter().map(|d| d.name.as_str()).collect();
        assert_eq!((names, second.next), (vec!["Notes 2", "Notes 1", "Notes 0"], None));
    }

    async fn sample_rows_come_from_different_people_and_only_from_what_is_accepted(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        for n in 0..3 {
            k.send(&ann, id, "a.txt", &good(n)).await;
        }
        k.send(&bob, id, "b.txt", &good(3)).await;
        k.send(&bob, id, "c.txt", &poor(4)).await;
        let rows = datanet::sample_rows(&k.app, &Actor::anyone(), id, 2).await.unwrap();
        let people: Vec<_> = rows.iter().map(|row| row.contributor.as_str()).collect();
        assert_eq!(people, ["Bob", "Ann"]);
        assert_eq!((rows[0].content.as_str(), rows[0].licence.as_str()), (good(3).as_str(), "CC-BY-4.0"));
        assert_eq!(datanet::sample_rows(&k.app, &ann, id, 10).await.unwrap().len(), 4);
        let seen = datanet::get(&k.app, &ann, id).await.unwrap();
        assert_eq!((seen.contributors, seen.releases, seen.counts.accepted), (2, 0, 4));
    }
}
