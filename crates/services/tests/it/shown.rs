//! What is shown of documents and media, to whom: never the raw file to a reviewer.

use crate::kitchen::{Kitchen, declared, form};
use crate::support::app_examined;
use karat_gate::document::{Extract, NAMES_PEOPLE, PageSize, Place, Span};
use karat_gate::{Derived, DerivedKind, Examined, Examiner, InProcess, Input};
use karat_services::submission::Upload;
use karat_services::view::datanet::DatanetForm;
use karat_services::view::reading::{Preview, ReadPlace};
use karat_services::view::submission::Declaration;
use karat_services::{Actor, datanet, review, submission};
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{Finding, Modality, ReviewPolicy, Role};
use std::sync::Arc;

/// Reads as the real one does and makes of every file what is asked here.
struct Maker;

impl Examiner for Maker {
    fn examine(&self, input: &Input<'_>) -> Examined {
        let mut examined = InProcess.examine(input);
        examined.verdict.findings.clear();
        examined.verdict.outcome = karat_types::GateOutcome::Passed;
        let file = |kind, media_type: &str, bytes: &[u8]| Derived {
            kind,
            media_type: media_type.into(),
            bytes: bytes.to_vec(),
        };
        examined.derived = match input.rules.modality {
            Modality::Text => {
                examined.verdict.media_type = Some("application/pdf".into());
                let place = Place::Page { page: 1, area: [72, 72, 90, 12] };
                let spans = vec![Span { start: 0, end: 5, place }];
                let pages = vec![PageSize { width: 842, height: 595 }];
                let extract = Extract { text: "Words of the document.".into(), spans, pages };
                vec![file(DerivedKind::Extract, "application/json", &serde_json::to_vec(&extract).unwrap())]
            }
            Modality::Image => Vec::new(),
            Modality::Audio => {
                examined.verdict.media_type = Some("audio/wav".into());
                vec![
                    file(DerivedKind::Preview, "application/json", b"{\"duration_ms\":1000}"),
                    file(DerivedKind::Cleaned, "audio/wav", b"RIFF without a name"),
                ]
            }
        };
        examined
    }
}

fn kitchen(store: Store) -> Kitchen {
    let (app, clock) = app_examined(store, Arc::new(Maker));
    Kitchen { app, clock }
}

async fn place(k: &Kitchen, owner: &Actor, modality: Modality) -> DatanetId {
    let form = DatanetForm { modality, ..form(&format!("Of {modality}"), ReviewPolicy::Owner) };
    datanet::create(&k.app, owner, form).await.unwrap().id
}

async fn hand_in(k: &Kitchen, who: &Actor, to: DatanetId, name: &str, bytes: &[u8]) -> SubmissionId {
    let declaration = Declaration { transcript: Some("One. Two.".into()), ..declared() };
    let upload = Upload { file_name: name.into(), bytes: bytes.to_vec().into(), declaration };
    let id = submission::upload(&k.app, who, to, upload).await.unwrap().id;
    k.work().await;
    id
}

/// Finds an author in every document, and leaves the rest to [`Maker`].
struct Namer;

impl Examiner for Namer {
    fn examine(&self, input: &Input<'_>) -> Examined {
        let mut examined = Maker.examine(input);
        let code = karat_gate::code_table().find(|entry| entry.code == NAMES_PEOPLE).unwrap();
        examined.verdict.findings.push(Finding {
            check: code.check.into(),
            version: code.version,
            class: code.class,
            code: code.code.into(),
            measured: serde_json::json!(["author"]),
            threshold: serde_json::json!("none"),
            evidence: None,
            message: "The file names people in its properties (author).".into(),
            fix: code.fix.into(),
        });
        examined
    }
}

const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0by Ann Smith";

db_test! {
    async fn a_reviewer_hears_a_recording_without_what_names_its_maker(store: Store) {
        let k = kitchen(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let rev = k.person("Rev", &[Role::Reviewer]).await;
        let id = place(&k, &owner, Modality::Audio).await;
        let sent = hand_in(&k, &ann, id, "Ann Smith speaks.wav", WAV).await;
        let item = review::next(&k.app, &rev, id, &[]).await.unwrap().unwrap();
        assert_eq!((item.submission.file_name.as_str(), item.submission.contributor), ("submission.wav", None));
        assert_eq!(item.sound_url, Some(format!("/api/v1/submissions/{sent}/sound")));
        assert_eq!(item.transcript.as_deref(), Some("One. Two."));
        assert_eq!((item.reading, item.nearest), (None, None));
        let Some(Preview::Sound { sound }) = item.preview else { panic!("a recording is drawn") };
        assert_eq!(sound["duration_ms"], 1000);
        let op = k.person("Op", &[Role::Operator]).await;
        for reader in [&rev, &owner, &op] {
            for file in [submission::sound(&k.app, reader, sent).await, submission::file(&k.app, reader, sent).await] {
                let file = file.unwrap();
                assert_eq!((file.name.as_str(), file.media_type.as_str()), ("submission.wav", "audio/wav"));
                assert_eq!(file.bytes.as_ref(), b"RIFF without a name");
            }
        }
        let own = submission::file(&k.app, &ann, sent).await.unwrap();
        assert_eq!((own.name.as_str(), own.bytes.as_ref()), ("Ann Smith speaks.wav", WAV));
        let stranger = k.person("Bob", &[]).await;
        for problem in [
            submission::sound(&k.app, &stranger, sent).await.unwrap_err(),
            submission::preview(&k.app, &stranger, sent).await.unwrap_err(),
            submission::extract(&k.app, &stranger, sent).await.unwrap_err(),
        ] {
            assert_eq!(problem.status, 403, "{problem:?}");
        }
        assert_eq!(submission::extract(&k.app, &ann, sent).await.unwrap_err().code, "no_text");
    }

    async fn a_reviewer_hears_what_is_nearest_without_its_name(store: Store) {
        let k = kitchen(store);
        let (owner, ann, bob) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await, k.person("Bob", &[Role::Reviewer]).await);
        let rev = k.person("Rev", &[Role::Reviewer]).await;
        let id = place(&k, &owner, Modality::Audio).await;
        let first = hand_in(&k, &ann, id, "Ann Smith speaks.wav", WAV).await;
        let second = hand_in(&k, &bob, id, "Bob speaks.wav", &[WAV, b", not by Bob"].concat()).await;
        let tx = k.app.store.begin().await.unwrap();
        query::near::merge(&tx, id.0, &[second.0], first.0).await.unwrap();
        tx.commit().await.unwrap();
        let item = review::next(&k.app, &rev, id, &[first]).await.unwrap().unwrap();
        assert_eq!(item.submission.id, second);
        let near = item.nearest.unwrap();
        let heard = format!("/api/v1/submissions/{second}/nearest/sound");
        assert_eq!((near.submission, near.sound_url), (None, Some(heard)), "it names the item, not what is near");
        for reader in [&rev, &owner] {
            let file = review::nearest_sound(&k.app, reader, second).await.unwrap();
            assert_eq!((file.name.as_str(), file.bytes.as_ref()), ("submission.wav", b"RIFF without a name".as_slice()));
        }
        for (who, status) in [(&ann, 403), (&bob, 403)] {
            assert_eq!(review::nearest_sound(&k.app, who, second).await.unwrap_err().status, status, "{}", who.name);
        }
        assert_eq!(review::nearest_sound(&k.app, &rev, first).await.unwrap_err().code, "no_sound");
        k.accept(&owner, second).await;
        assert_eq!(review::nearest_sound(&k.app, &rev, second).await.unwrap_err().code, "already_decided");
    }

    async fn a_document_is_reviewed_by_its_text_and_places(store: Store) {
        let k = kitchen(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = place(&k, &owner, Modality::Text).await;
        let sent = hand_in(&k, &ann, id, "thesis of Ann.pdf", b"%PDF-1.7 /Author (Ann)").await;
        let item = review::next(&k.app, &owner, id, &[]).await.unwrap().unwrap();
        let reading = item.reading.unwrap();
        assert_eq!((reading.text.as_str(), reading.extracted), ("Words of the document.", true));
        assert_eq!(reading.spans[0].place, ReadPlace::Page { page: 1, area: [72, 72, 90, 12] });
        let sizes: Vec<_> = reading.pages.iter().map(|page| (page.width, page.height)).collect();
        assert_eq!(sizes, [(842, 595)], "the sheet is drawn as it lies");
        assert_eq!(submission::extract(&k.app, &owner, sent).await.unwrap(), reading);
        let raw = submission::file(&k.app, &owner, sent).await.unwrap_err();
        assert_eq!(raw.status, 403, "the file names its author");
        assert!(raw.hint.contains("extract"));
        assert_eq!(submission::sound(&k.app, &owner, sent).await.unwrap_err().code, "no_sound");
        assert_eq!(submission::file(&k.app, &ann, sent).await.unwrap().name, "thesis of Ann.pdf");
        k.accept(&owner, sent).await;
        let public = submission::file(&k.app, &Actor::anyone(), sent).await.unwrap();
        assert_eq!(public.name, "thesis of Ann.pdf", "accepted, it names its author anyway");
    }

    async fn a_document_that_names_people_is_given_to_others_as_its_text(store: Store) {
        let (app, clock) = app_examined(store, Arc::new(Namer));
        let k = Kitchen { app, clock };
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = place(&k, &owner, Modality::Text).await;
        let sent = hand_in(&k, &ann, id, "thesis.v2.pdf", b"%PDF-1.7 /Author (Bob Smith)").await;
        assert_eq!(submission::file(&k.app, &owner, sent).await.unwrap_err().status, 403);
        k.accept(&owner, sent).await;
        for reader in [&Actor::anyone(), &owner, &k.person("Op", &[Role::Operator]).await] {
            let file = submission::file(&k.app, reader, sent).await.unwrap();
            assert_eq!((file.name.as_str(), file.media_type.as_str()), ("thesis.v2.txt", "text/plain"));
            assert_eq!(file.bytes.as_ref(), b"Words of the document.");
        }
        let own = submission::file(&k.app, &ann, sent).await.unwrap();
        assert!(own.bytes.ends_with(b"(Bob Smith)") && own.name == "thesis.v2.pdf");
    }
}
