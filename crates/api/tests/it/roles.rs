//! Every route × every kind of person, against the authorisation table itself.

use crate::submissions::TEXT;
use crate::world::{Person, World};
use karat_services::authz::{self, Action, Who};
use karat_types::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What each route is, in the table's words. A route that is not here fails the test.
const ROUTES: &[(&str, &str, Action)] = &[
    ("POST", "/api/v1/auth/sign-up", Action::SignUp),
    ("POST", "/api/v1/auth/sign-in", Action::SignIn),
    ("POST", "/api/v1/auth/sign-out", Action::SignIn),
    ("POST", "/api/v1/auth/set-up", Action::SetUp),
    ("POST", "/api/v1/auth/password", Action::ManageOwn),
    ("GET", "/api/v1/me", Action::ReadOwn),
    ("GET", "/api/v1/me/keys", Action::ManageOwn),
    ("POST", "/api/v1/me/keys", Action::ManageOwn),
    ("DELETE", "/api/v1/me/keys/{id}", Action::ManageOwn),
    ("GET", "/api/v1/me/notices", Action::ReadOwn),
    ("POST", "/api/v1/me/notices/read", Action::ReadOwn),
    ("GET", "/api/v1/me/quota", Action::ReadOwn),
    ("GET", "/api/v1/me/submissions", Action::ReadOwn),
    ("GET", "/api/v1/accounts", Action::ManageAccounts),
    ("POST", "/api/v1/accounts/{id}/roles", Action::ManageAccounts),
    ("GET", "/api/v1/home", Action::ReadDatanet),
    ("GET", "/api/v1/search", Action::ReadDatanet),
    ("GET", "/api/v1/settings", Action::ReadDatanet),
    ("GET", "/api/v1/docs", Action::ReadDatanet),
    ("GET", "/api/v1/docs/ask", Action::ReadDatanet),
    ("GET", "/api/v1/datanets", Action::ReadDatanet),
    ("POST", "/api/v1/datanets", Action::CreateDatanet),
    ("GET", "/api/v1/datanets/{id}", Action::ReadDatanet),
    ("PATCH", "/api/v1/datanets/{id}", Action::EditDatanet),
    ("GET", "/api/v1/datanets/{id}/sample", Action::ReadDatanet),
    ("GET", "/api/v1/datanets/{id}/leaderboard", Action::ReadDatanet),
    ("GET", "/api/v1/leaderboard", Action::ReadDatanet),
    ("GET", "/api/v1/contributors/{id}", Action::ReadDatanet),
    ("POST", "/api/v1/datanets/{id}/submissions", Action::Submit),
    ("POST", "/api/v1/datanets/{id}/pre-check", Action::Submit),
    ("GET", "/api/v1/submissions/{id}", Action::ReadSubmission),
    ("GET", "/api/v1/submissions/{id}/file", Action::ReadSubmission),
    ("GET", "/api/v1/submissions/{id}/extract", Action::ReadSubmission),
    ("GET", "/api/v1/submissions/{id}/preview", Action::ReadSubmission),
    ("GET", "/api/v1/submissions/{id}/sound", Action::ReadSubmission),
    ("GET", "/api/v1/submissions/{id}/affected", Action::ReadSubmission),
    ("POST", "/api/v1/submissions/{id}/withdraw", Action::WithdrawSubmission),
    ("GET", "/api/v1/review/queues", Action::ReadOwn),
    ("GET", "/api/v1/datanets/{id}/review/next", Action::Review),
    ("GET", "/api/v1/submissions/{id}/nearest/sound", Action::Review),
    ("POST", "/api/v1/submissions/{id}/decision", Action::Review),
    ("DELETE", "/api/v1/submissions/{id}/decision", Action::Review),
    ("POST", "/api/v1/submissions/{id}/cannot-judge", Action::Review),
    ("GET", "/api/v1/datanets/{id}/releases", Action::ReadRelease),
    ("POST", "/api/v1/datanets/{id}/releases", Action::CreateRelease),
    ("GET", "/api/v1/releases/{id}", Action::ReadRelease),
    ("GET", "/api/v1/releases/{id}/rows", Action::ReadRelease),
    ("GET", "/api/v1/releases/{id}/rows/{index}/proof", Action::ReadRelease),
    ("GET", "/api/v1/releases/{id}/diff", Action::ReadRelease),
    ("GET", "/api/v1/releases/{id}/download/{kind}", Action::ReadRelease),
    ("GET", "/api/v1/datanets/{id}/releases/preview", Action::CreateRelease),
    ("GET", "/api/v1/datanets/{id}/alerts", Action::ReadAlerts),
    ("POST", "/api/v1/alerts/{id}/dismiss", Action::DismissAlert),
    ("GET", "/api/v1/releases/{id}/files", Action::ReadRelease),
    ("GET", "/api/v1/releases/{id}/files/{name}", Action::ReadRelease),
    ("GET", "/api/v1/releases/{id}/files/{folder}/{name}", Action::ReadRelease),
    ("GET", "/api/v1/releases/{id}/leaves/{index}/proof", Action::ReadRelease),
    ("GET", "/api/v1/models", Action::ReadModel),
    ("GET", "/api/v1/models/{id}", Action::ReadModel),
    ("GET", "/api/v1/models/{id}/files", Action::ReadModel),
    ("GET", "/api/v1/models/{id}/files/{name}", Action::ReadModel),
    ("POST", "/api/v1/files", Action::CreateRun),
    ("GET", "/api/v1/runs", Action::ReadModel),
    ("POST", "/api/v1/runs", Action::CreateRun),
    ("POST", "/api/v1/runs/estimate", Action::CreateRun),
    ("GET", "/api/v1/runs/{id}", Action::ReadModel),
    ("POST", "/api/v1/runs/{id}/stop", Action::StopRun),
    ("POST", "/api/v1/runs/{id}/cancel", Action::StopRun),
    ("GET", "/api/v1/operator/set-aside", Action::Operate),
    ("POST", "/api/v1/operator/recheck", Action::Operate),
    ("POST", "/api/v1/operator/set-aside/{id}/let-through", Action::Operate),
    ("GET", "/api/v1/events", Action::ReadModel),
    ("GET", "/v1/models", Action::ReadModel),
    ("POST", "/v1/chat/completions", Action::Chat),
    ("POST", "/v1/completions", Action::Chat),
];

/// What the walk is made over: one of everything, and who it belongs to.
struct Scene {
    world: World,
    people: Vec<(&'static str, Option<Person>, Vec<Role>)>,
    datanet: String,
    submission: String,
    model: String,
    run: String,
    rows: Value,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let mut people = vec![("anyone", None, Vec::new())];
        for (name, roles) in [
            ("contributor", vec![]),
            ("keeper", vec![]),
            ("author", vec![]),
            ("starter", vec![Role::Builder]),
            ("reviewer", vec![Role::Reviewer]),
            ("builder", vec![Role::Builder]),
            ("operator", vec![Role::Operator]),
        ] {
            people.push((name, Some(world.person(name, &roles).await), roles));
        }
        let key = |name: &str| people.iter().find(|p| p.0 == name).unwrap().1.clone().unwrap();
        let datanet = world.datanet(&key("keeper"), "owner").await;
        let taken =
            world.upload(&key("author").key, &datanet, "submissions", "a.md", TEXT.as_bytes()).await.json();
        world.work().await;
        let model = world.base("tiny").await.to_string();
        let rows = world.upload_rows(&key("starter").key, "{\"text\": \"a row to train on\"}\n").await;
        assert_eq!(rows.status, 201, "{}", rows.text());
        let form = json!({"name": "first", "base": model, "file": rows.json(), "settings": {"steps": 2}});
        let run = world.as_key(&key("starter").key, "POST", "/api/v1/runs", Some(form)).await;
        assert_eq!(run.status, 202, "{}", run.text());
        let id = |json: &Value| json["id"].as_str().unwrap().to_owned();
        let (submission, run, rows) = (id(&taken), id(&run.json()), rows.json());
        Self { world, people, datanet, submission, model, run, rows }
    }

    /// Whether the thing an action is done to belongs to this person.
    fn owns(&self, person: &str, action: Action) -> bool {
        match action {
            Action::EditDatanet | Action::CreateRelease | Action::Review => person == "keeper",
            Action::ReadAlerts => person == "keeper",
            Action::ReadSubmission => person == "keeper" || person == "author",
            Action::WithdrawSubmission => person == "author",
            Action::StopRun => person == "starter",
            _ => false,
        }
    }

    fn url(&self, path: &str) -> String {
        let nothing = "0197a0b2-0000-7000-8000-000000000000";
        let id = match path.split('/').nth(3) {
            Some("datanets") => &self.datanet,
            Some("submissions") => &self.submission,
            Some("models") => &self.model,
            Some("runs") => &self.run,
            _ => nothing,
        };
        let url = path.replace("{id}", id).replace("{index}", "0").replace("{kind}", "jsonl");
        let url = url.replace("{name}", "config.json").replace("{folder}", "data");
        match path {
            "/api/v1/events" => format!("{url}?topics=run:{}", self.run),
            "/api/v1/search" | "/api/v1/docs/ask" => format!("{url}?q=bread"),
            "/api/v1/releases/{id}/diff" => format!("{url}?from={nothing}"),
            _ => url,
        }
    }

    fn body(&self, path: &str, person: &str) -> Value {
        let password = crate::world::PASSWORD;
        match path {
            "/api/v1/auth/sign-up" => json!({"name": format!("new-{person}"), "password": password}),
            "/api/v1/auth/sign-in" => json!({"name": "contributor", "password": password}),
            "/api/v1/auth/set-up" => json!({"token": "x", "name": "root", "password": password}),
            "/api/v1/auth/password" => json!({"current": password, "new": password}),
            "/api/v1/me/keys" => json!({"name": "another"}),
            "/api/v1/accounts/{id}/roles" => json!({"role": "builder", "granted": false}),
            "/api/v1/datanets" | "/api/v1/datanets/{id}" => json!({
                "name": format!("Walk {person}"), "purpose": "To be walked over.", "modality": "text",
                "policy": "owner", "open": true,
            }),
            "/api/v1/alerts/{id}/dismiss" => json!({"reason": "The motto of the house."}),
            "/api/v1/submissions/{id}/decision" => json!({"outcome": "accepted"}),
            "/api/v1/runs" | "/api/v1/runs/estimate" => {
                json!({"name": format!("run-{person}"), "base": self.model, "file": self.rows})
            }
            "/v1/chat/completions" => {
                json!({"model": "tiny", "messages": [{"role": "user", "content": "a"}]})
            }
            "/v1/completions" => json!({"model": "tiny", "prompt": "a"}),
            _ => json!({}),
        }
    }

    /// The status and, of a problem, its code.
    async fn knock(&self, method: &str, path: &str, person: &str, key: Option<&str>) -> (u16, String) {
        let url = self.url(path);
        let upload = match path.rsplit('/').next() {
            Some("files") if method == "POST" => Some("rows"),
            Some("pre-check") => Some("pre-check"),
            Some("submissions") if method == "POST" => Some("submissions"),
            _ => None,
        };
        let key = key.unwrap_or_default();
        let answer = match upload {
            Some("rows") => self.world.upload_rows(key, "{\"text\": \"row\"}\n").await,
            Some(route) => self.world.upload(key, &self.datanet, route, "b.md", b"A short note.").await,
            None => return self.world.knock(key, method, &url, self.body(path, person)).await,
        };
        (answer.status, if answer.status < 400 { String::new() } else { answer.json()["code"].to_string() })
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let scene = Scene::new().await;
    let mut wrong = Vec::new();
    for (method, path, action) in ROUTES {
        for (name, person, roles) in &scene.people {
            let actor = match person {
                Some(p) => {
                    karat_services::Actor::signed_in(p.account, p.contributor, (*name).into(), roles.clone())
                }
                None => karat_services::Actor::anyone(),
            };
            let allowed = authz::allows(&actor, *action, scene.owns(name, *action));
            let key = person.as_ref().map(|p| p.key.as_str());
            let (status, code) = scene.knock(method, path, name, key).await;
            let right = match (allowed, person) {
                (true, _) => !code.contains("signed_out") && !code.contains("forbidden") && status < 500,
                (false, None) => (status, code.contains("signed_out")) == (401, true),
                // A submission that is not public does not even exist for others.
                (false, Some(_)) => status == 403 || (*action == Action::ReadSubmission && status == 404),
            };
            if !right {
                wrong.push(format!(
                    "{method} {path} as {name}: {status} {code}, allowed by the table: {allowed}"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} wrong:\n{}",
        wrong.len(),
        ROUTES.len() * scene.people.len(),
        wrong.join("\n")
    );
}

#[test]
fn no_route_is_without_an_entry_and_every_action_has_a_route() {
    let api = serde_json::to_value(karat_api::openapi()).unwrap();
    let mut served = BTreeSet::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            served.insert((method.to_uppercase(), path.clone()));
        }
    }
    let listed: BTreeSet<_> = ROUTES.iter().map(|(m, p, _)| ((*m).to_owned(), (*p).to_owned())).collect();
    assert_eq!(served, listed);
    // What is done on the server's own machine has no route.
    let local = [Action::ManageModel, Action::Operate];
    for action in Action::ALL.iter().filter(|a| !local.contains(a)) {
        assert!(ROUTES.iter().any(|(.., a)| a == action), "nothing leads to '{}'", action.as_str());
    }
    assert!(Who::ALL.len() == 6, "a new kind of person must join the walk");
}
