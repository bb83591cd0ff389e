//! Prints the API's description: `cargo run -p karat-api --example openapi > crates/api/openapi.json`.

fn main() {
    print!("{}", karat_api::openapi_json());
}
