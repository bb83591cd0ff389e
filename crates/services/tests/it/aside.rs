//! What the gate leaves to the operator, what it keeps beside a submission, and that it
//! says the same twice.

use crate::kitchen::*;
use crate::support::app_with;
use karat_gate::{Derived, DerivedKind, Examined, Examiner, Input};
use karat_services::scan::{Scan, Scanner};
use karat_services::{Actor, App, Blocklist, Settings, notice, review, submission};
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_types::{Clock, Hash, Outcome, ReviewPolicy, Role};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Reads like the real one, or fails; makes a file of whatever it reads.
#[derive(Default)]
struct Reader {
    fails: AtomicBool,
}

impl Examiner for Reader {
    fn examine(&self, input: &Input<'_>) -> Examined {
        if self.fails.load(Ordering::SeqCst) {
            return karat_gate::reader_failed(input, "it was ended by signal 11");
        }
        let mut examined = karat_gate::examine(input);
        let bytes = input.bytes.to_ascii_uppercase();
        examined.derived.push(Derived { kind: DerivedKind::Extract, media_type: "text/plain".into(), bytes });
        examined
    }
}

struct Fixed(Scan);

impl Scanner for Fixed {
    fn scan(&self, _: &[u8]) -> Scan {
        self.0.clone()
    }
    fn is_up(&self) -> bool {
        !matches!(self.0, Scan::Absent(_))
    }
}

/// A kitchen whose application is changed before it opens.
pub(crate) fn kitchen(store: Store, change: impl FnOnce(App) -> App) -> Kitchen {
    let (app, clock) = app_with(store, Settings { undo_seconds: 0, ..Settings::default() });
    Kitchen { app: Arc::new(change(Arc::into_inner(app).unwrap())), clock }
}

pub(crate) async fn operator(k: &Kitchen) -> Actor {
    let op = k.person("Op", &[Role::Operator]).await;
    let tx = k.app.store.begin().await.unwrap();
    query::account::grant(&tx, op.account.unwrap(), Role::Operator).await.unwrap();
    tx.commit().await.unwrap();
    op
}

fn later(k: &Kitchen, seconds: i64) {
    k.clock.set(k.clock.now().plus_seconds(seconds));
}

db_test! {
    async fn what_our_reader_failed_on_waits_for_us_and_is_read_again(store: Store) {
        let reader = Arc::new(Reader::default());
        reader.fails.store(true, Ordering::SeqCst);
        let k = kitchen(store, |app| App { examiner: reader.clone(), ..app });
        let (ann, bob, op) = (k.person("Ann", &[]).await, k.person("Bob", &[Role::Reviewer]).await, operator(&k).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let sent = k.send(&ann, id, "a.txt", &good(1)).await;
        assert_eq!((sent.state.as_str(), sent.findings[0].code.as_str()), ("held", "reader_failed"));
        assert!(sent.findings[0].fix.starts_with("Nothing needs to be done"));
        // No reviewer sees it, and nobody decides on it.
        assert!(review::next(&k.app, &bob, id, &[]).await.unwrap().is_none());
        assert!(review::queues(&k.app, &bob).await.unwrap().iter().all(|queue| queue.waiting == 0));
        let decided = review::decide(&k.app, &bob, sent.id, decision(Outcome::Accepted, &[])).await;
        assert_eq!(decided.unwrap_err().code, "set_aside");
        assert_eq!(submission::get(&k.app, &bob, sent.id).await.unwrap_err().status, 403);
        assert_eq!(submission::set_aside(&k.app, &bob).await.unwrap_err().status, 403);
        let waiting = submission::set_aside(&k.app, &op).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].id, waiting[0].how.as_str()), (1, sent.id, "it was ended by signal 11"));
        // First come, first credited, also while it is not read.
        reader.fails.store(false, Ordering::SeqCst);
        assert_eq!(k.send(&bob, id, "b.txt", &good(1)).await.findings[0].code, "duplicate_exact");
        reader.fails.store(true, Ordering::SeqCst);
        // Twice more by itself, then not before somebody asks.
        for _ in 0..2 {
            later(&k, 1_200);
            assert_eq!(karat_services::jobs::drain(&k.app, &["check"]).await.unwrap(), 1);
        }
        later(&k, 7 * 86_400);
        assert_eq!(karat_services::jobs::drain(&k.app, &["check"]).await.unwrap(), 0);
        reader.fails.store(false, Ordering::SeqCst);
        assert_eq!(submission::recheck(&k.app, &ann).await.unwrap_err().status, 403);
        assert_eq!(submission::recheck(&k.app, &op).await.unwrap().submissions, 1);
        assert_eq!(submission::recheck(&k.app, &op).await.unwrap().submissions, 0, "it is asked already");
        k.work().await;
        assert_eq!(k.see(sent.id).await.state.as_str(), "accepted");
        assert!(submission::set_aside(&k.app, &op).await.unwrap().is_empty());
    }

    async fn what_is_refused_once_it_could_be_read_costs_nothing_and_claims_nothing(store: Store) {
        let reader = Arc::new(Reader::default());
        reader.fails.store(true, Ordering::SeqCst);
        let k = kitchen(store, |app| App { examiner: reader.clone(), ..app });
        let (ann, bob, op) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await, operator(&k).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let sent = k.send(&ann, id, "a.txt", "Too short.").await;
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 1);
        reader.fails.store(false, Ordering::SeqCst);
        submission::recheck(&k.app, &op).await.unwrap();
        k.work().await;
        let read = k.see(sent.id).await;
        assert_eq!((read.state.as_str(), read.findings[0].code.as_str()), ("refused", "text_too_short"));
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 0);
        let other = k.send(&bob, id, "b.txt", "Too short.").await;
        assert!(other.findings.iter().all(|f| f.code != "duplicate_exact"), "{:?}", other.findings);
    }

    async fn a_file_on_the_list_is_seen_by_the_operator_alone(store: Store) {
        let list = Blocklist::read(&Hash::of(good(7).as_bytes()).hex()).unwrap();
        let k = kitchen(store, |app| app.guarded_by(None, Some(Arc::new(list))));
        let (ann, bob, op) = (k.person("Ann", &[]).await, k.person("Bob", &[Role::Reviewer]).await, operator(&k).await);
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        assert_eq!(k.send(&ann, id, "fine.txt", &good(1)).await.state.as_str(), "in_review");
        let sent = k.send(&ann, id, "a.txt", &good(7)).await;
        assert_eq!((sent.state.as_str(), sent.findings[0].code.as_str()), ("held", "known_bad"));
        assert!(!sent.findings[0].message.to_lowercase().contains("bad"), "{}", sent.findings[0].message);
        let alerts = notice::list(&k.app, &op, None).await.unwrap();
        assert!(alerts.items[0].link.contains(&sent.id.to_string()));
        let seen = review::next(&k.app, &bob, id, &[]).await.unwrap().unwrap();
        assert_ne!(seen.submission.id, sent.id);
        assert!(review::next(&k.app, &bob, id, &[seen.submission.id]).await.unwrap().is_none());
        assert_eq!(submission::file(&k.app, &bob, sent.id).await.unwrap_err().status, 403);
        assert!(submission::file(&k.app, &op, sent.id).await.is_ok());
        // Reading it again changes nothing about the list.
        assert_eq!(submission::recheck(&k.app, &op).await.unwrap().submissions, 0);
        submission::let_through(&k.app, &op, sent.id).await.unwrap();
        let seen = review::next(&k.app, &bob, id, &[]).await.unwrap().unwrap();
        assert_eq!(seen.submission.id, sent.id, "held ones come first");
        let twice = submission::let_through(&k.app, &op, sent.id).await.unwrap_err();
        assert_eq!(twice.code, "not_set_aside");
    }

    async fn what_the_gate_made_of_a_file_is_kept_and_replaced(store: Store) {
        let k = kitchen(store, |app| App { examiner: Arc::new(Reader::default()), ..app });
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let sent = k.send(&ann, id, "a.txt", &good(1)).await;
        let kept = submission::derived(&k.app, sent.id.0).await.unwrap();
        assert_eq!((kept.len(), kept[0].kind), (1, DerivedKind::Extract));
        assert_eq!(kept[0].bytes, good(1).to_ascii_uppercase().into_bytes());
    }

    async fn a_scanner_refuses_or_counts_for_nothing(store: Store) {
        let found = Fixed(Scan::Found("Eicar".into()));
        let k = kitchen(store.clone(), |app| app.guarded_by(Some(Arc::new(found)), None));
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let pre = submission::pre_check(&k.app, &ann, id, file("a.txt", &good(1))).await.unwrap();
        let sent = k.send(&ann, id, "a.txt", &good(1)).await;
        assert_eq!((sent.state.as_str(), sent.findings[0].code.as_str()), ("refused", "virus_found"));
        assert_eq!(pre.verdict.findings, sent.findings);
        let gone = Fixed(Scan::Absent("nobody there".into()));
        let k = kitchen(store, |app| app.guarded_by(Some(Arc::new(gone)), None));
        let sent = k.send(&ann, id, "a.txt", &good(1)).await;
        assert_eq!(sent.state.as_str(), "accepted");
        let why = sent.not_run.iter().find(|n| n.check == "A8").map(|n| n.why.as_str());
        assert_eq!(why, Some("not scanned: the virus scanner did not answer"));
    }

    async fn verdicts_are_given_again_to_the_byte(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob, op) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await, operator(&k).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        k.send(&bob, id, "b.txt", &good(1)).await;
        k.send(&bob, id, "c.txt", &good(1).to_uppercase()).await;
        k.send(&bob, id, "d.txt", &suspicious(2)).await;
        k.send(&bob, id, "e.txt", &poor(3)).await;
        k.send(&bob, id, "f.exe", "short").await;
        let told = submission::replay(&k.app, &op, Some(id), false).await.unwrap();
        assert_eq!((told.same, told.different, told.unread), (6, 0, 0), "{:?}", told.differences);
        assert_eq!(submission::replay(&k.app, &bob, None, false).await.unwrap_err().status, 403);
        // What was taken back is gone, and so are its bytes: nothing to complain of.
        let gone = k.send(&ann, id, "g.txt", &good(9)).await;
        submission::withdraw(&k.app, &ann, gone.id).await.unwrap();
        k.work().await;
        assert!(!k.app.store.blobs().exists(gone.hash).await.unwrap());
        let told = submission::replay(&k.app, &op, Some(id), true).await.unwrap();
        assert_eq!((told.same, told.gone, told.different), (6, 1, 0), "{:?}", told.differences);
        // A verdict that was changed is found, and an older gate's is only compared when asked.
        let mut row = query::submission::get(k.app.store.db(), first.id.0).await.unwrap().unwrap();
        row.verdict = row.verdict.map(|text| text.replacen("\"passed\"", "\"refused\"", 1));
        save(&k, &row).await;
        let told = submission::replay(&k.app, &op, None, false).await.unwrap();
        assert_eq!((told.same, told.different, told.differences[0].id), (5, 1, first.id));
        row.gate_version -= 1;
        save(&k, &row).await;
        let told = submission::replay(&k.app, &op, None, false).await.unwrap();
        assert_eq!((told.same, told.different, told.older), (5, 0, 1));
        let told = submission::replay(&k.app, &op, None, true).await.unwrap();
        assert_eq!((told.changes.len(), told.changes[0].files, told.changes[0].now.as_str()), (1, 1, "passed"));
    }
}

async fn save(k: &Kitchen, row: &karat_store::entity::submission::Model) {
    let tx = k.app.store.begin().await.unwrap();
    query::submission::save_outcome(&tx, row).await.unwrap();
    tx.commit().await.unwrap();
}
