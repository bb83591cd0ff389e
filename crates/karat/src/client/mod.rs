//! The API as the command line uses it: an address, a key, JSON in and out.

pub(crate) mod saved;

use karat_services::view::Page;
use karat_services::view::datanet::Datanet;
use karat_types::Problem;
use karat_types::id::DatanetId;
use reqwest::{Method, Response, multipart};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Which server, and who asks.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ClientArgs {
    /// Address of the server [default: the one of `karat login`]
    #[arg(long, env = "KARAT_SERVER", value_name = "URL")]
    pub(crate) server: Option<String>,
    /// API key [default: the one of `karat login`]
    #[arg(long, env = "KARAT_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) key: Option<String>,
}

/// A way to one server.
pub(crate) struct Client {
    http: reqwest::Client,
    server: String,
    key: Option<String>,
}

impl Client {
    /// The server of the flags, else the one logged in to.
    pub(crate) fn open(args: &ClientArgs) -> Result<Self, Problem> {
        let saved = saved::read()?;
        let server = args.server.clone().or_else(|| saved.as_ref().map(|s| s.server.clone()));
        let Some(server) = server else {
            return Err(Problem::new(
                401,
                "not_logged_in",
                "No server is named.",
                "Run `karat login http://127.0.0.1:8080` once, or give --server URL --key KEY.",
            ));
        };
        // A saved key goes to the server it was saved for and to no other.
        let kept = saved.filter(|s| s.server == trimmed(&server)).map(|s| s.key);
        Self::to(&server, args.key.clone().or(kept))
    }

    /// The server at `server`.
    pub(crate) fn to(server: &str, key: Option<String>) -> Result<Self, Problem> {
        if !(server.starts_with("http://") || server.starts_with("https://")) {
            return Err(Problem::bad(
                "server_invalid",
                format!("'{server}' is not an address."),
                "Write it in full: http://127.0.0.1:8080 or https://karat.example.org",
            ));
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("karat/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Problem::internal(format!("No HTTP client: {error}.")))?;
        Ok(Self { http, server: trimmed(server), key })
    }

    /// GET, JSON back.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.read(self.send(self.request(Method::GET, path)).await?).await
    }

    /// POST of a JSON body, JSON back.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Problem> {
        self.read(self.send(self.request(Method::POST, path).json(body)).await?).await
    }

    /// POST of a file with further fields, JSON back.
    pub(crate) async fn post_file<T: DeserializeOwned>(
        &self,
        path: &str,
        file: &Path,
        fields: &[(&'static str, String)],
    ) -> Result<T, Problem> {
        let bytes = tokio::fs::read(file).await.map_err(|error| unreadable(file, &error))?;
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut form = multipart::Form::new();
        for (field, text) in fields {
            form = form.text(*field, text.clone());
        }
        let form = form.part("file", multipart::Part::bytes(bytes).file_name(name));
        self.read(self.send(self.request(Method::POST, path).multipart(form)).await?).await
    }

    /// GET, the body as it comes.
    pub(crate) async fn download(&self, path: &str) -> Result<Response, Problem> {
        self.send(self.request(Method::GET, path)).await
    }

    /// The datanet of that id or name.
    pub(crate) async fn datanet(&self, id_or_name: &str) -> Result<Datanet, Problem> {
        if let Ok(id) = id_or_name.parse::<DatanetId>() {
            return self.get(&format!("datanets/{id}")).await;
        }
        let mut url =
            reqwest::Url::parse("http://x/datanets").map_err(|e| Problem::internal(e.to_string()))?;
        url.query_pairs_mut().append_pair("q", id_or_name);
        let query = url.query().unwrap_or_default();
        let page: Page<Datanet> = self.get(&format!("datanets?{query}")).await?;
        let same = |datanet: &Datanet| datanet.name.to_lowercase() == id_or_name.to_lowercase();
        page.items.into_iter().find(same).ok_or_else(|| Problem::missing("datanet", id_or_name))
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1/{path}", self.server));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Problem> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.text().await.unwrap_or_default();
        Err(serde_json::from_str(&body).unwrap_or_else(|_| {
            Problem::new(
                status.as_u16(),
                "not_karat",
                format!("{} answered {status} without saying why.", self.server),
                "Check the address: it must be a Karat server's own, without a path.",
            )
        }))
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, Problem> {
        let body = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        serde_json::from_slice(if body.is_empty() { b"null" } else { &body }).map_err(|error| {
            Problem::new(
                502,
                "not_understood",
                format!("{} answered something this version does not understand: {error}.", self.server),
                "Use the karat of the same version as the server's.",
            )
        })
    }

    fn unreachable(&self, error: &reqwest::Error) -> Problem {
        Problem::new(
            503,
            "server_unreachable",
            format!("{} does not answer: {error}.", self.server),
            "Start it with `karat serve`, or check the address and the network.",
        )
    }
}

/// A local file cannot be read.
pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Problem {
    Problem::bad(
        "file_unreadable",
        format!("{} cannot be read: {error}.", file.display()),
        "Check the name and that you may read it.",
    )
}

fn trimmed(server: &str) -> String {
    server.trim_end_matches('/').to_owned()
}
