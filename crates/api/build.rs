//! Lets the crate compile before the UI was built: an absent `ui/dist` gets one page
//! that says how to build it.

use std::path::Path;

const STUB: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Karat</title></head>
<body><h1>The web pages are not built yet</h1>
<p>Run <code>cargo xtask run</code>: it builds them and starts Karat.
The API answers already: <a href=\"/api/openapi.json\">/api/openapi.json</a>,
<a href=\"/docs\">/docs</a>.</p></body></html>
";

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist");
    println!("cargo:rerun-if-changed={}", dist.join("index.html").display());
    println!("cargo:rerun-if-changed=../../docs");
    if !dist.join("index.html").exists()
        && let Err(e) =
            std::fs::create_dir_all(&dist).and_then(|()| std::fs::write(dist.join("index.html"), STUB))
    {
        println!("cargo:warning=cannot write the stub page in {}: {e}", dist.display());
    }
}
