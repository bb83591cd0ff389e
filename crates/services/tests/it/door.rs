//! What is turned away at the door leaves no row and costs no place.

use crate::kitchen::*;
use karat_services::submission::{self, Upload};
use karat_services::view::submission::Declaration;
use karat_services::{Actor, datanet};
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::id::DatanetId;
use karat_types::{Modality, ReviewPolicy, SubmissionState};

const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82";

db_test! {
    async fn slips_are_turned_away_without_a_row(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        let refused = |upload: Upload| {
            let (k, ann) = (&k, &ann);
            async move {
                let problem = submission::upload(&k.app, ann, id, upload).await.unwrap_err();
                assert!(problem.hint.len() > 10, "{problem:?}");
                (problem.status, problem.code)
            }
        };
        assert_eq!(refused(file("a.txt", "")).await, (400, "empty_file".into()));
        let big = Upload { bytes: vec![b'a'; 10_000_001].into(), ..file("a.txt", "") };
        assert_eq!(refused(big).await, (413, "file_too_big".into()));
        assert_eq!(refused(file("a\u{0}.txt", "hello")).await, (400, "bad_file_name".into()));
        let picture = Upload { bytes: PNG.to_vec().into(), ..file("a.png", "") };
        assert_eq!(refused(picture).await, (415, "wrong_modality".into()));
        let unsure = Declaration { consent: false, ..declared() };
        let upload = Upload { declaration: unsure, ..file("a.txt", PROSE) };
        assert_eq!(refused(upload).await, (400, "consent_missing".into()));
        assert_eq!(k.counts(id).await.submissions, 0);
        let quota = submission::quota(&k.app, &ann).await.unwrap();
        assert_eq!((quota.files_used, quota.bytes_used, quota.attempts_used), (0, 0, 0));
    }

    async fn a_name_as_macos_writes_it_is_kept_composed(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let seen = k.send(&ann, id, "Gru\u{308}\u{df}e.md", PROSE).await;
        assert_eq!((seen.file_name.as_str(), seen.state), ("Gr\u{fc}\u{df}e.md", SubmissionState::Accepted));
    }

    async fn visitors_closed_and_unknown_datanets_are_named(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        let visitor = k.offer(&Actor::anyone(), id, "a.txt", PROSE).await.unwrap_err();
        assert_eq!((visitor.status, visitor.code.as_str()), (401, "signed_out"));
        let nowhere = k.offer(&ann, DatanetId::new(), "a.txt", PROSE).await.unwrap_err();
        assert_eq!((nowhere.status, nowhere.code.as_str()), (404, "not_found"));
        let name = datanet::get(&k.app, &ann, id).await.unwrap().name;
        let mut closed = form(&name, ReviewPolicy::Owner);
        closed.open = false;
        datanet::update(&k.app, &ann, id, closed).await.unwrap();
        let shut = k.offer(&ann, id, "a.txt", PROSE).await.unwrap_err();
        assert_eq!((shut.status, shut.code.as_str()), (409, "datanet_closed"));
        assert_eq!(k.counts(id).await.submissions, 0);
    }

    async fn pictures_are_for_datanets_of_pictures(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let mut pictures = form("Pictures", ReviewPolicy::Automatic);
        pictures.modality = Modality::Image;
        let id = datanet::create(&k.app, &ann, pictures).await.unwrap().id;
        let text = k.offer(&ann, id, "a.txt", PROSE).await.unwrap_err();
        assert_eq!(text.code, "wrong_modality");
        let picture = crate::release_media::picture(400, 90);
        let picture = Upload { bytes: picture.into(), ..file("a.png", "") };
        let sent = submission::upload(&k.app, &ann, id, picture).await.unwrap();
        k.work().await;
        let seen = k.see(sent.id).await;
        assert_eq!(seen.state.as_str(), "in_review", "whatever the score, somebody looks: {:?}", seen.findings);
        assert!(seen.score.is_some_and(|score| score >= 60), "{:?}", seen.score);
        assert_eq!(seen.media_type.as_deref(), Some("image/png"));
    }
}
