//! A whole Karat in a temporary folder, driven through its router.

use axum::body::Body;
use axum::http::{HeaderMap, Request, request};
use axum::{Router, http};
use karat_api::{ApiState, Site};
use karat_services::ops::{Store, StoreConfig};
use karat_services::view::account::RoleChange;
use karat_services::{Actor, App, EventBus, Settings, identity, jobs, model};
use karat_types::clock::SystemClock;
use karat_types::id::{AccountId, ContributorId, ModelId};
use karat_types::ports::{
    Control, GenerateRequest, Generated, Generator, Prompt, TrainJob, Trained, Trainer,
};
use karat_types::train::{Estimate, ModelInfo, RunEvent, TrainSettings};
use karat_types::{ModelKind, Problem, Role};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "correct horse battery";
const HOST: &str = "127.0.0.1:8080";

/// One Karat.
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) router: Router,
    pub(crate) shutdown: CancellationToken,
    _folder: tempfile::TempDir,
}

/// Someone with an account and a key.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) contributor: ContributorId,
    pub(crate) key: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::at(HOST, None).await
    }

    pub(crate) async fn at(bind: &str, public_url: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig::local(folder.path());
        let store = Store::open(&config).await.unwrap();
        let settings = Settings { open_signup: true, undo_seconds: 0, ..Settings::default() };
        let fake = Arc::new(Fake);
        let app = Arc::new(App::new(
            store,
            Arc::new(SystemClock),
            settings,
            fake.clone(),
            fake,
            Arc::new(karat_services::InProcess),
        ));
        let shutdown = CancellationToken::new();
        let state = ApiState {
            app: app.clone(),
            events: EventBus::start(&app),
            site: Arc::new(Site {
                public_url: public_url.map(str::to_owned),
                ..Site::loopback(bind.parse().unwrap())
            }),
            shutdown: shutdown.clone(),
        };
        Self { app, router: karat_api::router(state), shutdown, _folder: folder }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{HOST}")
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> request::Builder {
        Request::builder().method(method).uri(path).header("host", HOST)
    }

    pub(crate) async fn send(&self, request: http::Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes: bytes.to_vec() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_as(&self, path: &str, accept: &str) -> Answer {
        self.send(self.request("GET", path).header("accept", accept).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, json: &str) -> Answer {
        let request = self.request("POST", path).header("content-type", "application/json");
        self.send(request.body(Body::from(json.to_owned())).unwrap()).await
    }

    pub(crate) async fn as_key(&self, key: &str, method: &str, path: &str, json: Option<Value>) -> Answer {
        let request = self.request(method, path).header("authorization", format!("Bearer {key}"));
        let request = match json {
            Some(json) => {
                request.header("content-type", "application/json").body(Body::from(json.to_string())).unwrap()
            }
            None => request.body(Body::empty()).unwrap(),
        };
        self.send(request).await
    }

    /// With a session's cookie; the origin `same` is the server's own.
    pub(crate) async fn with_cookie(
        &self,
        cookie: &str,
        method: &str,
        path: &str,
        origin: Option<&str>,
    ) -> Answer {
        let mut request = self.request(method, path).header("cookie", cookie);
        if let Some(origin) = origin {
            request =
                request.header("origin", if origin == "same" { self.origin() } else { origin.to_owned() });
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Someone who signed up and was given these roles.
    pub(crate) async fn person(&self, name: &str, roles: &[Role]) -> Person {
        let form = json!({"name": name, "password": PASSWORD}).to_string();
        let answer = self.post("/api/v1/auth/sign-up", &form).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let me = answer.json();
        let account: AccountId = me["account"].as_str().unwrap().parse().unwrap();
        for role in roles {
            let change = RoleChange { role: *role, granted: true };
            identity::set_role(&self.app, &Actor::system(), account, change).await.unwrap();
        }
        let request = self.request("POST", "/api/v1/me/keys").header("cookie", cookie);
        let request = request.header("origin", self.origin()).header("content-type", "application/json");
        let key = self.send(request.body(Body::from("{\"name\": \"test\"}")).unwrap()).await.json();
        let key = key["secret"].as_str().unwrap().to_owned();
        Person { account, contributor: me["contributor"].as_str().unwrap().parse().unwrap(), key }
    }

    /// A text datanet of theirs.
    pub(crate) async fn datanet(&self, owner: &Person, policy: &str) -> String {
        let form = json!({
            "name": format!("Notes {}", uuid::Uuid::now_v7()), "purpose": "Notes on how bread is baked.",
            "modality": "text", "policy": policy, "open": true, "threshold": 0,
        });
        let answer = self.as_key(&owner.key, "POST", "/api/v1/datanets", Some(form)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Hands a file in, or only asks what the gate would say.
    pub(crate) async fn upload(
        &self,
        key: &str,
        datanet: &str,
        route: &str,
        name: &str,
        content: &[u8],
    ) -> Answer {
        let declaration =
            json!({"licence": "CC-BY-4.0", "origin": "own", "source_type": "human", "consent": true})
                .to_string();
        let mut body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"declaration\"\r\n\r\n{declaration}\r\n\
             --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request = self
            .request("POST", &format!("/api/v1/datanets/{datanet}/{route}"))
            .header("content-type", "multipart/form-data; boundary=x");
        self.send(self.with_key(request, key).body(Body::from(body)).unwrap()).await
    }

    /// Hands in rows to train on.
    pub(crate) async fn upload_rows(&self, key: &str, rows: &str) -> Answer {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n{rows}\r\n--x--\r\n"
        );
        let request = self.with_key(self.request("POST", "/api/v1/files"), key);
        let request = request.header("content-type", "multipart/form-data; boundary=x");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The status and, of a problem, its code; a stream is not read.
    pub(crate) async fn knock(&self, key: &str, method: &str, path: &str, json: Value) -> (u16, String) {
        let request =
            self.with_key(self.request(method, path), key).header("content-type", "application/json");
        let body = if method == "GET" { Body::empty() } else { Body::from(json.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let code = response.extensions().get::<Problem>().map(|p| p.code.clone()).unwrap_or_default();
        (response.status().as_u16(), code)
    }

    /// Adds the key, unless it is empty: then anyone asks.
    fn with_key(&self, request: request::Builder, key: &str) -> request::Builder {
        if key.is_empty() { request } else { request.header("authorization", format!("Bearer {key}")) }
    }

    /// Does all background work that is ready.
    pub(crate) async fn work(&self) {
        jobs::drain(&self.app, jobs::QUEUES).await.unwrap();
    }

    /// A base model; `plain` in its name leaves the chat template out.
    pub(crate) async fn base(&self, name: &str) -> ModelId {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), format!("{{\"name\": \"{name}\"}}")).unwrap();
        std::fs::write(folder.path().join("model.safetensors"), name).unwrap();
        std::fs::write(folder.path().join("tokenizer.json"), "{}").unwrap();
        model::add_dir(&self.app, &Actor::system(), name, folder.path()).await.unwrap().id
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}

/// A workshop that answers at once, and always the same.
struct Fake;

impl Trainer for Fake {
    fn train(&self, _: &TrainJob, _: &mut dyn FnMut(RunEvent) -> Control) -> Result<Trained, Problem> {
        Ok(Trained::Cancelled)
    }

    fn inspect(&self, dir: &Path) -> Result<ModelInfo, Problem> {
        let config = std::fs::read_to_string(dir.join("config.json")).unwrap_or_default();
        Ok(ModelInfo {
            kind: ModelKind::Base,
            family: "llama".into(),
            parameters: 1000,
            dtype: "F32".into(),
            context: 512,
            vocabulary: 300,
            chat_template: !config.contains("plain"),
            tokenizer: true,
            linear_sites: vec!["q_proj".into()],
        })
    }

    fn estimate(&self, _: &Path, settings: &TrainSettings, _: u64, _: u64) -> Result<Estimate, Problem> {
        let steps = settings.steps.unwrap_or(10);
        Ok(Estimate { memory_bytes: 1_000_000, steps, seconds: 1.0, trainable: 10 })
    }
}

impl Generator for Fake {
    fn generate(
        &self,
        request: &GenerateRequest,
        on: &mut dyn FnMut(&str) -> Control,
    ) -> Result<Generated, Problem> {
        let words = match &request.prompt {
            Prompt::Text(text) => text.clone(),
            Prompt::Chat(messages) => {
                let config =
                    std::fs::read_to_string(request.model_dir.join("config.json")).unwrap_or_default();
                if config.contains("plain") {
                    let detail = "The model has no chat template.";
                    return Err(Problem::bad("no_chat_template", detail, "Use /v1/completions."));
                }
                messages.last().map(|m| m.content.clone()).unwrap_or_default()
            }
        };
        let answer = format!("You said: {words}, seed {}", request.seed);
        for piece in answer.split_inclusive(' ') {
            if on(piece) != Control::Continue {
                break;
            }
        }
        Ok(Generated {
            completion_tokens: answer.split(' ').count() as u64,
            text: answer,
            prompt_tokens: 3,
            finish_reason: "stop".into(),
        })
    }
}
