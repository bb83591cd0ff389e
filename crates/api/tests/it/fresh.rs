//! The description in the repository is the description of this code.

#[test]
fn openapi_json_is_fresh() {
    let kept = include_str!("../../openapi.json");
    assert!(kept == karat_api::openapi_json(), "crates/api/openapi.json is stale: run `cargo xtask gen`");
}

#[test]
fn every_operation_says_what_it_is_and_how_it_fails() {
    let api = serde_json::to_value(karat_api::openapi()).unwrap();
    let mut seen = 0;
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            seen += 1;
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["tags"][0].is_string(), "{method} {path} has no tag");
            assert!(operation["responses"]["default"].is_object(), "{method} {path} has no problem");
        }
    }
    assert!(seen > 50, "{seen} operations");
}
