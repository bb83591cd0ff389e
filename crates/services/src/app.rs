//! What every use case is handed: the application, and who asks.

use crate::scan::Scanner;
use karat_gate::Examiner;
use karat_gate::near::leak::EvalSets;
use karat_gate::outside::Blocklist;
use karat_store::Store;
use karat_types::id::{AccountId, ContributorId};
use karat_types::limits::EntryLimits;
use karat_types::ports::{Generator, Trainer};
use karat_types::{Clock, Micros, Problem, Role};
use std::path::PathBuf;
use std::sync::Arc;

/// Answers generated at once in a process: each keeps a core busy.
const CHATS_AT_ONCE: usize = 4;

/// Everything the use cases need, put together once by the binary.
pub struct App {
    /// Rows and blobs.
    pub store: Store,
    /// The time use cases go by; the demo's moves faster.
    pub clock: Arc<dyn Clock>,
    /// What the operator may set.
    pub settings: Settings,
    /// Trains models.
    pub trainer: Arc<dyn Trainer>,
    /// Answers prompts.
    pub generator: Arc<dyn Generator>,
    /// Reads files for the gate, away from everything else.
    pub examiner: Arc<dyn Examiner>,
    /// Looks for viruses, where the operator set one up.
    pub scanner: Option<Arc<dyn Scanner>>,
    /// Files that wait for the operator, where there is a list.
    pub blocklist: Option<Arc<Blocklist>>,
    /// What models are examined with and must not be trained on.
    pub eval_sets: Arc<EvalSets>,
    /// Certificates whose Content Credentials are trusted, a PEM bundle; none = nobody's.
    pub trust_anchors: Option<Arc<str>>,
    /// Unpacked models and run folders; everything in it can be made again.
    pub cache_dir: PathBuf,
    /// Places for answers being generated; one more is told to come back.
    pub chat_permits: Arc<tokio::sync::Semaphore>,
    /// Slows down password guessing; per process.
    pub sign_in_limit: crate::identity::SignInLimit,
    /// The last look at whether the server can serve.
    pub readiness: crate::ops::Readiness,
}

impl App {
    /// An application over an open store.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Settings,
        trainer: Arc<dyn Trainer>,
        generator: Arc<dyn Generator>,
        examiner: Arc<dyn Examiner>,
    ) -> Self {
        let cache_dir = store.data_dir().join("cache");
        let sign_in_limit = crate::identity::SignInLimit::default();
        let chat_permits = Arc::new(tokio::sync::Semaphore::new(CHATS_AT_ONCE));
        let readiness = crate::ops::Readiness::default();
        Self {
            store,
            clock,
            settings,
            trainer,
            generator,
            examiner,
            scanner: None,
            blocklist: None,
            eval_sets: Arc::default(),
            trust_anchors: None,
            cache_dir,
            chat_permits,
            sign_in_limit,
            readiness,
        }
    }

    /// With a virus scanner, a list of known files, or neither.
    pub fn guarded_by(self, scanner: Option<Arc<dyn Scanner>>, blocklist: Option<Arc<Blocklist>>) -> Self {
        Self { scanner, blocklist, ..self }
    }

    /// The present moment, as use cases see it.
    pub fn now(&self) -> Micros {
        self.clock.now()
    }
}

/// What the operator may set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How much one contributor may enter in a day.
    pub limits: EntryLimits,
    /// Whether anyone may make an account.
    pub open_signup: bool,
    /// Seconds in which a reviewer can take a decision back; 0 = it is final at once.
    pub undo_seconds: i64,
    /// Names of hosts, besides this machine, that may sign people in over plain http.
    pub allow_http_hosts: Vec<String>,
    /// Minutes between two checkpoints of a run.
    pub checkpoint_minutes: f64,
    /// Items one contributor may have in a release, however small it is; 1 % of the
    /// release where that is more.
    pub release_max_items: u64,
    /// Bytes after which a file of images or sounds of a release is followed by another.
    pub release_part_bytes: u64,
    /// Where people reach this server; none = nobody said.
    pub site_url: Option<String>,
}

impl Settings {
    /// The address of a page, for files that leave the server; without a known address an
    /// id that is at least unique.
    pub(crate) fn page_of(&self, path: &str) -> String {
        match &self.site_url {
            Some(site) => format!("{}/{path}", site.trim_end_matches('/')),
            None => format!("urn:uuid:{}", path.rsplit('/').next().unwrap_or_default()),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: EntryLimits::default(),
            open_signup: false,
            undo_seconds: 10,
            allow_http_hosts: Vec::new(),
            checkpoint_minutes: 2.0,
            release_max_items: 50,
            release_part_bytes: crate::release::PART_BYTES,
            site_url: None,
        }
    }
}

/// Who asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The way in; none for a visitor and for the system itself.
    pub account: Option<AccountId>,
    /// The credited identity.
    pub contributor: Option<ContributorId>,
    /// Name, for messages.
    pub name: String,
    /// What the actor may do beyond contributing.
    pub roles: Vec<Role>,
    system: bool,
}

impl Actor {
    /// A visitor: may read what anyone may read.
    pub fn anyone() -> Self {
        Self { account: None, contributor: None, name: "visitor".into(), roles: Vec::new(), system: false }
    }

    /// Karat itself: job handlers, the demo and the command line on the machine.
    pub fn system() -> Self {
        Self { system: true, name: "karat".into(), ..Self::anyone() }
    }

    /// Someone who came in.
    pub fn signed_in(account: AccountId, contributor: ContributorId, name: String, roles: Vec<Role>) -> Self {
        Self { account: Some(account), contributor: Some(contributor), name, roles, system: false }
    }

    /// Whether this is Karat itself, which the authorisation table lets do everything.
    pub fn is_system(&self) -> bool {
        self.system
    }

    /// Whether the actor has this role; an account is always a contributor.
    pub fn has(&self, role: Role) -> bool {
        self.system || (role == Role::Contributor && self.account.is_some()) || self.roles.contains(&role)
    }

    /// The contributor, or 401.
    pub fn need_contributor(&self) -> Result<ContributorId, Problem> {
        self.contributor.ok_or_else(Problem::signed_out)
    }

    /// The account, or 401.
    pub fn need_account(&self) -> Result<AccountId, Problem> {
        self.account.ok_or_else(Problem::signed_out)
    }
}
