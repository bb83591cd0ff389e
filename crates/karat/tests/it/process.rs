//! The binary as a process, on a place of its own, and its API.

use karat_testkit::{Place, S3};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The account of every test.
const NAME: &str = "ada";
const PASSWORD: &str = "gold is what was proven";
/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A data directory with its database and blobs.
pub(crate) struct Karat {
    place: Place,
    s3: Option<S3>,
}

impl Karat {
    /// SQLite and local files.
    pub(crate) fn sqlite() -> Self {
        Self::new(Place::sqlite(), None)
    }

    /// PostgreSQL and S3.
    pub(crate) fn postgres_and_s3() -> Self {
        Self::new(Place::postgres(), Some(S3::start()))
    }

    fn new(place: Place, s3: Option<S3>) -> Self {
        let karat = Self { place, s3 };
        karat.must(&["migrate"], "");
        karat.must(&["admin", "create-operator", NAME], PASSWORD);
        karat
    }

    /// The command, with where things are kept in its environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = command(args);
        command.env("KARAT_DATA_DIR", self.place.dir());
        command.env("KARAT_LEASE_SECONDS", "2").env("KARAT_UNDO_SECONDS", "0").env("KARAT_LOG", "warn");
        command.env("KARAT_LIMITS_FILES_PER_DAY", "500").env("KARAT_LIMITS_ATTEMPTS_PER_DAY", "1000");
        if let Some(url) = self.place.database_url() {
            command.env("KARAT_DATABASE_URL", url);
        }
        if let Some(s3) = &self.s3 {
            command.env("KARAT_BLOB_URL", format!("s3://{}/karat", s3.bucket));
            command.env("KARAT_S3_ENDPOINT", &s3.endpoint);
            command.env("KARAT_S3_ACCESS_KEY", s3.access_key).env("KARAT_S3_SECRET_KEY", s3.secret_key);
        }
        command
    }

    /// Runs to the end; the command must succeed.
    pub(crate) fn must(&self, args: &[&str], input: &str) -> String {
        let output = finish(self.command(args), input);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The data directory.
    pub(crate) fn dir(&self) -> &std::path::Path {
        self.place.dir()
    }

    /// A server without workers of its own, on a free port.
    pub(crate) async fn serve(&self) -> Server {
        let mut serve = self.command(&["serve", "--bind", "127.0.0.1:0", "--workers", "0", "--json"]);
        let mut child = Process(serve.stdout(Stdio::piped()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        Server::sign_in(child, said["url"].as_str().unwrap().to_owned()).await
    }

    /// A worker, until it is killed or dropped.
    pub(crate) fn worker(&self) -> Process {
        Process(self.command(&["worker"]).spawn().unwrap())
    }
}

/// The binary with these arguments and nothing of this machine's settings.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_karat"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KARAT_")) {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs to the end with this on standard input.
pub(crate) fn finish(mut command: Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// A process that does not outlive its test.
pub(crate) struct Process(Child);

impl Process {
    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running server and a key for its API.
pub(crate) struct Server {
    _process: Process,
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Server {
    async fn sign_in(process: Process, url: String) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::new();
        let post = |path: &str, body: Value| {
            http.post(format!("{url}/api/v1/{path}")).header("origin", &url).json(&body)
        };
        let signed =
            post("auth/sign-in", json!({ "name": NAME, "password": PASSWORD })).send().await.unwrap();
        assert!(signed.status().is_success(), "{}", signed.text().await.unwrap());
        let cookie = signed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let made = post("me/keys", json!({ "name": "test" })).header("cookie", cookie).send().await.unwrap();
        let made: Value = made.json().await.unwrap();
        let key = made["secret"].as_str().unwrap().to_owned();
        Self { _process: process, http, url, key }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// GET; must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.send(self.http.get(format!("{}/api/v1/{path}", self.url)), path).await
    }

    /// POST; must succeed.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.send(self.http.post(format!("{}/api/v1/{path}", self.url)).json(&body), path).await
    }

    /// POST of one file; must succeed.
    pub(crate) async fn upload(&self, path: &str, name: &str, bytes: Vec<u8>) -> Value {
        let declaration = json!({
            "licence": "CC-BY-4.0", "origin": "own", "source_type": "human", "consent": true
        });
        let form = reqwest::multipart::Form::new()
            .text("declaration", declaration.to_string())
            .part("file", reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()));
        self.send(self.http.post(format!("{}/api/v1/{path}", self.url)).multipart(form), path).await
    }

    /// The body as bytes.
    pub(crate) async fn download(&self, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}/api/v1/{path}", self.url)).bearer_auth(&self.key);
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.bytes().await.unwrap().to_vec()
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Value {
        let response = request.bearer_auth(&self.key).send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Asks until the answer is as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            if wanted(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{path} stays {answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
