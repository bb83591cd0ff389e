//! I3–I7 as points: how good an image is of its kind, 0–100.

use crate::evidence::finding;
use crate::profile::Profile;
use karat_types::Finding;
use serde_json::json;

/// What was measured of an image.
pub(super) struct Measures {
    /// The shorter side, pixels.
    pub(super) short: u32,
    /// The longer side, pixels.
    pub(super) long: u32,
    /// Size of the file, bytes.
    pub(super) bytes: u64,
    /// Variance of the Laplacian at 512 pixels.
    pub(super) sharpness: u64,
}

/// One line of the table: nothing is lost up to `limit`, `most` points at `worst`, in
/// proportion between them, rounded down (as for texts).
struct Line {
    code: &'static str,
    measured: &'static str,
    limit: u64,
    worst: u64,
    most: u64,
}

const PHOTO: [Line; 5] = [
    Line { code: "image_small", measured: "shorter side", limit: 200, worst: 64, most: 40 },
    Line { code: "image_larger_than_useful", measured: "longer side", limit: 5000, worst: 16_384, most: 10 },
    Line { code: "aspect_extreme", measured: "aspect", limit: 300, worst: 1000, most: 20 },
    Line { code: "few_bytes", measured: "bytes of the file", limit: 5000, worst: 500, most: 20 },
    Line { code: "blurry", measured: "sharpness", limit: 100, worst: 0, most: 50 },
];

/// Drawings may be small in bytes, long and soft.
const GRAPHIC: [Line; 3] = [
    Line { code: "image_small", measured: "shorter side", limit: 200, worst: 64, most: 30 },
    Line { code: "image_larger_than_useful", measured: "longer side", limit: 5000, worst: 16_384, most: 10 },
    Line { code: "aspect_extreme", measured: "aspect", limit: 600, worst: 2000, most: 20 },
];

const fn table(profile: Profile) -> &'static [Line] {
    match profile {
        Profile::Graphic => &GRAPHIC,
        _ => &PHOTO,
    }
}

/// A profile's table as lines of Markdown.
pub(crate) fn quality_table(profile: Profile) -> String {
    let line =
        |l: &Line| format!("| `{}` | {} | {} | {} | {} |", l.code, l.measured, l.limit, l.worst, l.most);
    table(profile).iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The points that are left and a finding for each loss.
pub(super) fn quality(measures: &Measures, profile: Profile) -> (u32, Vec<Finding>) {
    let table = table(profile);
    let mut left = 100;
    let mut findings = Vec::new();
    for line in table {
        let measured = match line.code {
            "image_small" => u64::from(measures.short),
            "image_larger_than_useful" => u64::from(measures.long),
            "aspect_extreme" => u64::from(measures.long) * 100 / u64::from(measures.short.max(1)),
            "few_bytes" => measures.bytes,
            _ => measures.sharpness,
        };
        let past = if line.worst < line.limit {
            line.limit.saturating_sub(measured)
        } else {
            measured.saturating_sub(line.limit)
        };
        let span = line.limit.abs_diff(line.worst);
        let lost = line.most * past.min(span) / span;
        left = u64::saturating_sub(left, lost);
        // The smallest images are held by a finding of the same code.
        if lost > 0 || line.code == "image_small" && past > 0 {
            findings.push(finding(
                line.code,
                json!(measured),
                json!(line.limit),
                message(line, measured, measures, lost),
            ));
        }
    }
    (left as u32, findings)
}

fn message(line: &Line, measured: u64, of: &Measures, lost: u64) -> String {
    let fact = match line.code {
        "image_small" => format!("Its shorter side has {measured} pixels; {} are asked for", line.limit),
        "image_larger_than_useful" => {
            format!("Its longer side has {measured} pixels; models are trained on {} at most", line.limit)
        }
        "aspect_extreme" => format!(
            "It is {} × {} pixels, {}.{:02} times as long as wide; {} times cost nothing",
            of.long,
            of.short,
            measured / 100,
            measured % 100,
            line.limit / 100
        ),
        "few_bytes" => format!("The file has {measured} bytes; photographs have {} and more", line.limit),
        _ => format!(
            "Its sharpness is {measured} (variance of the Laplacian at 512 pixels); {} and more cost nothing",
            line.limit
        ),
    };
    format!("{fact}: {lost} points lost.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(short: u32, long: u32, bytes: u64, sharpness: u64, profile: Profile) -> (u32, Vec<String>) {
        let (left, findings) = quality(&Measures { short, long, bytes, sharpness }, profile);
        (left, findings.into_iter().map(|f| f.code).collect())
    }

    #[test]
    fn losses_follow_the_table() {
        assert_eq!(of(1000, 1500, 200_000, 400, Profile::Photo), (100, vec![]));
        assert_eq!(of(1000, 1500, 200_000, 50, Profile::Photo), (75, vec!["blurry".into()]));
        assert_eq!(of(1000, 1500, 200_000, 50, Profile::Graphic), (100, vec![]));
        assert_eq!(of(132, 200, 200_000, 400, Profile::Photo), (80, vec!["image_small".into()]));
        // The worst there is still leaves a number.
        let worst = of(64, 16_384, 1, 0, Profile::Photo);
        assert_eq!((worst.0, worst.1.len()), (0, 5));
        assert_eq!(of(199, 300, 200_000, 400, Profile::Photo), (100, vec!["image_small".into()]));
    }
}
