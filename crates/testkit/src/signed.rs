//! Content Credentials signed by an authority of the test's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use c2pa::{Builder, Context, EphemeralSigner, Settings, Signer};
use serde_json::json;
use std::io::Cursor;

/// An authority made on the spot, and who signs under it.
pub struct Authority(EphemeralSigner);

impl Authority {
    /// A new one; the same name makes another authority.
    pub fn new(name: &str) -> Self {
        Self(EphemeralSigner::new(name).expect("a new authority"))
    }

    /// The authority's certificate as PEM: what is on a list of those who are trusted.
    pub fn pem(&self) -> String {
        let chain = self.0.certs().expect("the signer's certificates");
        let authority = STANDARD.encode(chain.last().expect("an authority"));
        let lines: Vec<_> = authority.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// The file with a manifest that says it was taken with a camera.
    pub fn sign(&self, bytes: &[u8], media_type: &str) -> Vec<u8> {
        // Who is trusted is asked later, of another list.
        let settings = json!({ "verify": { "verify_after_sign": false, "remote_manifest_fetch": false } });
        let settings = Settings::new().with_json(&settings.to_string()).expect("settings");
        let source = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
        let definition = json!({
            "claim_generator_info": [{ "name": "karat test", "version": "1" }],
            "assertions": [{
                "label": "c2pa.actions",
                "data": { "actions": [{ "action": "c2pa.created", "digitalSourceType": source }] },
            }],
        });
        let context = Context::new().with_settings(settings).expect("a context");
        let mut builder =
            Builder::from_context(context).with_definition(definition.to_string()).expect("a manifest");
        let mut out = Cursor::new(Vec::new());
        builder.sign(&self.0, media_type, &mut Cursor::new(bytes), &mut out).expect("a signature");
        out.into_inner()
    }
}
