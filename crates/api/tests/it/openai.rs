//! The OpenAI-compatible surface, byte for byte as the clients read it.

use crate::world::World;
use serde_json::{Value, json};

fn ask(model: &str, more: Value) -> Value {
    let mut body = json!({"model": model, "seed": 7, "messages": [{"role": "user", "content": "hello"}]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The JSON of each `data:` line; the last one must be `[DONE]`.
fn chunks(stream: &str) -> Vec<Value> {
    let mut lines: Vec<&str> = stream.lines().filter_map(|l| l.strip_prefix("data: ")).collect();
    assert_eq!(lines.pop(), Some("[DONE]"));
    lines.iter().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[tokio::test]
async fn models_are_listed_as_clients_expect() {
    let world = World::new().await;
    world.base("tiny").await;
    let list = world.get("/v1/models").await.json();
    assert_eq!(list["object"], "list");
    let model = &list["data"][0];
    assert_eq!((&model["id"], &model["object"]), (&json!("tiny"), &json!("model")));
    assert!(model["created"].as_i64().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn a_chat_is_answered_whole_and_in_pieces() {
    let world = World::new().await;
    world.base("tiny").await;
    let key = world.person("ada", &[]).await.key;
    let whole = world.as_key(&key, "POST", "/v1/chat/completions", Some(ask("tiny", json!({})))).await;
    assert_eq!(whole.status, 200, "{}", whole.text());
    let whole = whole.json();
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(whole["choices"][0]["message"]["content"], "You said: hello, seed 7");
    assert_eq!(whole["usage"]["total_tokens"], 8);

    let body = ask("tiny", json!({"stream": true, "stream_options": {"include_usage": true}}));
    let stream = world.as_key(&key, "POST", "/v1/chat/completions", Some(body)).await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
    let chunks = chunks(&stream.text());
    assert_eq!(chunks[0]["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
    let said: String = chunks.iter().filter_map(|c| c["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(said, "You said: hello, seed 7");
    let [.., last, usage] = chunks.as_slice() else { panic!("{chunks:?}") };
    assert_eq!((&last["choices"][0]["finish_reason"], &last["usage"]), (&json!("stop"), &Value::Null));
    assert_eq!((&usage["choices"], &usage["usage"]["completion_tokens"]), (&json!([]), &json!(5)));
    assert!(chunks.iter().all(|c| c["id"] == chunks[0]["id"] && c["object"] == "chat.completion.chunk"));
}

#[tokio::test]
async fn a_text_is_continued_whole_and_in_pieces() {
    let world = World::new().await;
    world.base("plain").await;
    let key = world.person("ada", &[]).await.key;
    let ask = |stream| Some(json!({"model": "plain", "prompt": "once", "seed": 1, "stream": stream}));
    let whole = world.as_key(&key, "POST", "/v1/completions", ask(false)).await.json();
    assert_eq!(
        (&whole["object"], &whole["choices"][0]["text"]),
        (&json!("text_completion"), &json!("You said: once, seed 1"))
    );
    let stream = world.as_key(&key, "POST", "/v1/completions", ask(true)).await.text();
    let said: String =
        chunks(&stream).iter().map(|c| c["choices"][0]["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said, "You said: once, seed 1");
}

#[tokio::test]
async fn errors_have_the_clients_shape_streaming_or_not() {
    let world = World::new().await;
    world.base("plain").await;
    world.base("tiny").await;
    let key = world.person("ada", &[]).await.key;
    let chat = |key: String, body: Value| {
        let world = &world;
        async move {
            let answer = world.as_key(&key, "POST", "/v1/chat/completions", Some(body)).await;
            let error = answer.json()["error"].clone();
            assert!(error["message"].is_string() && error.get("param").is_some(), "{}", answer.text());
            assert!(answer.header("content-type").starts_with("application/json"));
            (
                answer.status,
                error["type"].as_str().unwrap().to_owned(),
                error["code"].as_str().unwrap().to_owned(),
            )
        }
    };
    let expected = |status, kind: &str, code: &str| (status, kind.to_owned(), code.to_owned());
    for stream in [true, false] {
        let got = chat(key.clone(), ask("plain", json!({"stream": stream}))).await;
        assert_eq!(got, expected(400, "invalid_request_error", "no_chat_template"));
    }
    let got = chat(key.clone(), ask("gone", json!({}))).await;
    assert_eq!(got, expected(404, "invalid_request_error", "model_not_found"));
    let got = chat(key.clone(), ask("tiny", json!({"n": 2}))).await;
    assert_eq!(got, expected(400, "invalid_request_error", "n_invalid"));
    let got = chat(key.clone(), ask("tiny", json!({"temperature": 9}))).await;
    assert_eq!((got.0, got.1.as_str()), (400, "invalid_request_error"));
    let got = chat(key.clone(), json!({"model": "tiny"})).await;
    assert_eq!((got.0, got.2.as_str()), (422, "json_invalid"));
    let got = chat("sk-something".into(), ask("tiny", json!({}))).await;
    assert_eq!((got.0, got.1.as_str()), (401, "authentication_error"));
    assert_eq!(world.get("/v1/nothing").await.json()["error"]["code"], "no_route");
}
