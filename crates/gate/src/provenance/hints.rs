//! Settings that image generators leave in text fields. Anyone can write or remove them.

/// Text fields that are looked at; hostile files have many.
const MOST_CHUNKS: usize = 1000;
/// Bytes of a text that are looked at.
const TEXT_BYTES: usize = 4096;

/// The text fields of a PNG that look like a generator's.
pub(super) fn in_png(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 8;
    for _ in 0..MOST_CHUNKS {
        let Some(head) = bytes.get(at..at + 8) else { break };
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(data) = bytes.get(at + 8..(at + 8).saturating_add(length)) else { break };
        if matches!(&head[4..], b"tEXt" | b"iTXt")
            && let Some((key, text)) = key_and_text(data)
            && let Some(generator) = of_field(&key, &text)
        {
            found.push(format!("PNG text field “{key}” ({generator})"));
        }
        at += 12 + length;
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A keyword and the start of the text, which in an iTXt chunk stands behind three more zeros.
fn key_and_text(data: &[u8]) -> Option<(String, String)> {
    let end = data.iter().take(80).position(|&b| b == 0)?;
    let key = String::from_utf8_lossy(&data[..end]).into_owned();
    let text = &data[end + 1..data.len().min(end + 1 + TEXT_BYTES)];
    Some((key, String::from_utf8_lossy(text).into_owned()))
}

/// The generator whose settings such a field holds.
fn of_field(key: &str, text: &str) -> Option<&'static str> {
    match key {
        "prompt" | "workflow" if text.contains("\"class_type\"") || text.contains("\"nodes\"") => {
            Some("ComfyUI")
        }
        "invokeai_metadata" | "sd-metadata" | "invokeai_graph" => Some("InvokeAI"),
        "Dream" if text.contains("-s") => Some("InvokeAI"),
        "generation_data" if text.contains("\"prompt\"") => Some("TensorArt"),
        "Software" | "Source" | "Title" | "Comment" | "Description" | "parameters" => of_text(text),
        _ => None,
    }
}

/// The generator that a free text names as its maker or whose settings it lists.
pub(crate) fn of_text(text: &str) -> Option<&'static str> {
    if text.contains("Steps: ") && text.contains("Sampler: ") && text.contains("CFG scale: ") {
        return Some("Stable Diffusion");
    }
    let named = [
        ("NovelAI", "NovelAI"),
        ("AI generated image", "NovelAI"),
        ("Midjourney", "Midjourney"),
        ("DALL·E", "DALL·E"),
        ("DALL-E", "DALL·E"),
        ("Stable Diffusion", "Stable Diffusion"),
        ("Adobe Firefly", "Adobe Firefly"),
        ("Made with Google AI", "Google AI"),
    ];
    if text.contains("Job ID: ") && (text.contains("--v ") || text.contains("--ar ")) {
        return Some("Midjourney");
    }
    // A whole essay may speak of generators; a maker's name is a short field.
    let name = |&(mark, _): &(&str, _)| text.len() < 80 && text.contains(mark);
    named.into_iter().find(name).map(|(_, generator)| generator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in chunks {
            out.extend((data.len() as u32).to_be_bytes());
            out.extend_from_slice(*kind);
            out.extend_from_slice(data);
            out.extend([0; 4]);
        }
        out
    }

    #[test]
    fn settings_of_generators_are_told_from_ordinary_texts() {
        let a1111 = b"parameters\0a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1";
        assert_eq!(in_png(&png(&[(b"tEXt", a1111)])), ["PNG text field “parameters” (Stable Diffusion)"]);
        let comfy = b"prompt\0\0\0\0\0{\"3\": {\"class_type\": \"KSampler\"}}";
        assert_eq!(in_png(&png(&[(b"tEXt", b"Author\0me"), (b"iTXt", comfy)])).len(), 1);
        for honest in [
            &b"prompt\0draw me a sheep"[..],
            b"parameters\0f=50mm iso=100",
            b"workflow\0scan, crop, save",
            b"Software\0GIMP 2.10",
            b"Comment\0A long essay on why paintings of Midjourney differ from those that people make by hand with oil",
            b"Comment\0Job ID: 17 of the print shop",
            b"no zero here",
        ] {
            assert!(in_png(&png(&[(b"tEXt", honest)])).is_empty(), "{honest:?}");
        }
    }

    #[test]
    fn broken_files_say_nothing() {
        let whole = png(&[(b"tEXt", b"Software\0Midjourney")]);
        for cut in 0..whole.len() - 4 {
            assert!(in_png(&whole[..cut]).is_empty());
        }
        assert!(in_png(&[0xff; 40]).is_empty());
    }
}
