//! Whose Content Credentials are trusted is the operator's to say, and is remembered.

use crate::aside::{kitchen, operator};
use crate::kitchen::*;
use crate::release_media::picture;
use karat_services::submission::{self, Upload};
use karat_services::view::datanet::DatanetForm;
use karat_services::{App, datanet};
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_testkit::signed::Authority;
use karat_types::{Finding, Modality, ReviewPolicy};

fn image(bytes: &[u8]) -> Upload {
    Upload { file_name: "a.png".into(), bytes: bytes.to_vec().into(), declaration: declared() }
}

fn signature(findings: &[Finding]) -> (&str, &str) {
    let found = findings.iter().find(|finding| finding.code == "signed_manifest").unwrap();
    (found.measured.as_str().unwrap(), found.message.as_str())
}

db_test! {
    async fn a_listed_signer_is_trusted_and_replay_knows_the_list_that_was_used(store: Store) {
        let authority = Authority::new("camera.test");
        let trusting = kitchen(store.clone(), |app| App { trust_anchors: Some(authority.pem().into()), ..app });
        let (ann, op) = (trusting.person("Ann", &[]).await, operator(&trusting).await);
        let images = DatanetForm { modality: Modality::Image, ..form("Pictures", ReviewPolicy::Owner) };
        let id = datanet::create(&trusting.app, &ann, images).await.unwrap().id;
        let signed = |shade| authority.sign(&picture(300, shade), "image/png");
        let send = |k: Kitchen, bytes: Vec<u8>| {
            let ann = ann.clone();
            async move {
                let sent = submission::upload(&k.app, &ann, id, image(&bytes)).await.unwrap().id;
                k.work().await;
                (k.see(sent).await, k)
            }
        };
        let first = signed(10);
        let pre = submission::pre_check(&trusting.app, &ann, id, image(&first)).await.unwrap();
        assert_eq!(signature(&pre.verdict.findings).0, "trusted");
        let (sent, _) = send(trusting, first).await;
        let (worth, message) = signature(&sent.findings);
        assert!(worth == "trusted" && message.contains("who is on the trust list"), "{message}");
        assert!(message.contains("signed by “") && !message.contains("unnamed"), "it says who: {message}");
        let fit = sent.parts.iter().find(|part| part.part == "fit").unwrap();
        assert_eq!((fit.value, fit.from.as_str()), (None, "only texts are compared with a purpose"));

        // Another list, or none: what was said under the first is said again.
        let other = Authority::new("other.test").pem();
        let (unlisted, k) = send(kitchen(store.clone(), |app| App { trust_anchors: Some(other.into()), ..app }), signed(90)).await;
        assert_eq!(signature(&unlisted.findings).0, "valid_untrusted");
        let k = kitchen(k.app.store.clone(), |app| app);
        let told = submission::replay(&k.app, &op, Some(id), false).await.unwrap();
        assert_eq!((told.same, told.different), (2, 0), "{:?}", told.differences);
        let rules = query::submission::get(k.app.store.db(), sent.id.0).await.unwrap().unwrap().rules.unwrap();
        assert!(!rules.contains("CERTIFICATE") && rules.len() < 1_000, "the list is kept once: {rules}");
        let (unsaid, _) = send(k, signed(170)).await;
        assert_eq!(signature(&unsaid.findings).0, "valid_untrusted");
    }
}
