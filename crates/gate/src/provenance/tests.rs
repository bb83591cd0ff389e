//! Files signed on the spot by an authority made for the test.

use super::*;
use crate::input::{Declared, Rules};
use c2pa::{Builder, Context, EphemeralSigner, Settings, Signer};
use karat_types::{Modality, SourceType};
use std::io::Cursor;

const TRAINED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
const CAPTURE: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
const COMPOSITE: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

fn picture(format: image::ImageFormat) -> Vec<u8> {
    let image =
        image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 3, y as u8 * 5, (x * y) as u8]));
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut wav =
        b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\x08\0\0"
            .to_vec();
    wav.resize(44 + 2048, 128);
    let mp3 = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 413]].concat().repeat(8);
    vec![
        ("image/png", picture(image::ImageFormat::Png)),
        ("image/jpeg", picture(image::ImageFormat::Jpeg)),
        ("image/webp", picture(image::ImageFormat::WebP)),
        ("image/tiff", picture(image::ImageFormat::Tiff)),
        ("audio/wav", wav),
        ("audio/mpeg", mp3),
    ]
}

fn settings() -> Settings {
    // The test's authority is on no list while signing, which is what is tested later.
    Settings::new()
        .with_json(r#"{"verify":{"verify_after_sign":false,"remote_manifest_fetch":false}}"#)
        .unwrap()
}

fn sign(bytes: &[u8], media_type: &str, source: &str, signer: &dyn Signer) -> Vec<u8> {
    let definition = serde_json::json!({
        "claim_generator_info": [{ "name": "karat test", "version": "1" }],
        "assertions": [{
            "label": "c2pa.actions",
            "data": { "actions": [{ "action": "c2pa.created", "digitalSourceType": source }] },
        }],
    });
    let mut builder = Builder::from_context(Context::new().with_settings(settings()).unwrap())
        .with_definition(definition.to_string())
        .unwrap();
    let mut out = Cursor::new(Vec::new());
    builder.sign(signer, media_type, &mut Cursor::new(bytes), &mut out).unwrap();
    out.into_inner()
}

/// The authority of a signer as a PEM bundle.
fn anchors(signer: &dyn Signer) -> String {
    use std::fmt::Write;
    let authority = signer.certs().unwrap().pop().unwrap();
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in base64(&authority).as_bytes().chunks(64) {
        writeln!(pem, "{}", std::str::from_utf8(line).unwrap()).unwrap();
    }
    pem + "-----END CERTIFICATE-----\n"
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0u32, |word, &b| word << 8 | u32::from(b)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * i) & 63) as usize] as char;
            out.push(if i <= three.len() { letter } else { '=' });
        }
    }
    out
}

fn rules(human_only: bool, declared: Option<SourceType>) -> Rules {
    let declared = Some(Declared { source_type: declared, ..Declared::licence("MIT") });
    Rules { human_only, declared, ..Rules::of(Modality::Image) }
}

fn codes(said: &Provenance, rules: &Rules) -> Vec<String> {
    judge(said, rules, "I11").into_iter().map(|f| f.code).collect()
}

#[test]
fn signed_files_of_six_formats_are_read_and_judged() {
    let signer = EphemeralSigner::new("karat.test").unwrap();
    let trusted = anchors(&signer);
    for (media_type, bytes) in files() {
        assert_eq!(read(&bytes, media_type, None), Provenance::default(), "{media_type}");
        let signed = sign(&bytes, media_type, TRAINED, &signer);
        let said = read(&signed, media_type, None);
        assert_eq!((said.signed, said.fault.as_deref()), (Signed::ValidUntrusted, None), "{media_type}");
        assert_eq!(said.manifest_sources, [Source::Model], "{media_type}");
        assert!(said.signer.is_some(), "{media_type}");
        assert_eq!(read(&signed, media_type, Some(&trusted)).signed, Signed::Trusted, "{media_type}");
        let other = anchors(&EphemeralSigner::new("other.test").unwrap());
        assert_eq!(read(&signed, media_type, Some(&other)).signed, Signed::ValidUntrusted, "{media_type}");

        assert_eq!(
            codes(&said, &rules(true, Some(SourceType::AiGenerated))),
            ["signed_manifest", "made_by_a_model"]
        );
        assert_eq!(
            codes(&said, &rules(false, Some(SourceType::Human))),
            ["signed_manifest", "false_declaration"]
        );
        assert_eq!(
            codes(&said, &rules(false, Some(SourceType::AiGenerated))),
            ["signed_manifest", "source_type_found"]
        );
        assert_eq!(codes(&said, &rules(false, None)), ["signed_manifest", "source_type_found"]);
        assert!(judge(&said, &rules(true, None), "S11").iter().all(|f| f.check == "S11"));

        let photo = read(&sign(&bytes, media_type, CAPTURE, &signer), media_type, None);
        assert_eq!(codes(&photo, &rules(true, Some(SourceType::Human))), ["signed_manifest"], "{media_type}");
        let mixed = read(&sign(&bytes, media_type, COMPOSITE, &signer), media_type, None);
        assert_eq!(codes(&mixed, &rules(true, None)), ["signed_manifest", "made_by_a_model"]);
        assert_eq!(
            codes(&mixed, &rules(false, Some(SourceType::Human))),
            ["signed_manifest", "source_type_doubtful"]
        );
    }
}

#[test]
fn a_manifest_that_does_not_fit_its_file_proves_nothing() {
    let signer = EphemeralSigner::new("karat.test").unwrap();
    for (media_type, bytes) in files() {
        let mut signed = sign(&bytes, media_type, TRAINED, &signer);
        // The last bytes that belong to content and not to a frame around it.
        let at = match media_type {
            "image/png" => signed.len() - 30,
            "image/jpeg" => signed.len() - 10,
            "image/tiff" => 200,
            "audio/wav" => 1000,
            "audio/mpeg" => signed.len() - 10,
            _ => 60,
        };
        signed[at] ^= 1;
        let said = read(&signed, media_type, None);
        assert_eq!(said.signed, Signed::Invalid, "{media_type}");
        assert!(said.fault.is_some());
        let found = codes(&said, &rules(true, None));
        assert!(!found.iter().any(|c| c == "made_by_a_model"), "{media_type}: {found:?}");
        assert!(
            !codes(&said, &rules(false, Some(SourceType::Human))).contains(&"false_declaration".to_owned())
        );
    }
}

#[test]
fn the_iptc_field_refuses_only_where_people_are_asked_for() {
    let xmp =
        format!("<x:xmpmeta><rdf:Description Iptc4xmpExt:DigitalSourceType=\"{TRAINED}\"/></x:xmpmeta>");
    let said = read(&[&picture(image::ImageFormat::Bmp)[..], xmp.as_bytes()].concat(), "image/bmp", None);
    assert_eq!((said.signed, said.iptc_sources.as_slice()), (Signed::None, &[Source::Model][..]));
    assert_eq!(codes(&said, &rules(true, Some(SourceType::Human))), ["made_by_a_model"]);
    assert_eq!(codes(&said, &rules(false, Some(SourceType::Human))), ["source_type_doubtful"]);
    assert_eq!(codes(&said, &rules(false, Some(SourceType::AiAssisted))), ["source_type_found"]);
}

#[test]
fn traces_of_a_generator_are_evidence_and_never_a_refusal() {
    let said = Provenance {
        hints: vec!["PNG text field “parameters” (Stable Diffusion)".into()],
        ..Provenance::default()
    };
    assert_eq!(codes(&said, &rules(true, None)), ["generator_doubt"]);
    assert_eq!(codes(&said, &rules(false, Some(SourceType::Human))), ["generator_doubt"]);
    assert_eq!(codes(&said, &rules(false, None)), ["generator_named"]);
}

#[test]
fn broken_manifests_are_read_without_a_panic() {
    let signer = EphemeralSigner::new("karat.test").unwrap();
    let mut seed = 7u32;
    for (media_type, bytes) in files() {
        let signed = sign(&bytes, media_type, TRAINED, &signer);
        for round in 0..60 {
            let mut broken = signed.clone();
            for _ in 0..=round % 4 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = seed as usize / 7 % broken.len();
                broken[at] = (seed >> 24) as u8;
            }
            broken.truncate(if round % 3 == 0 { broken.len() * (round + 1) / 61 } else { broken.len() });
            assert_eq!(read(&broken, media_type, None), read(&broken, media_type, None));
        }
    }
}
