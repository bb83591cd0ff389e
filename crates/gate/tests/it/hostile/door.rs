//! Names, sizes and types that are not what they seem.

use super::{PROSE, judge};
use karat_types::Modality;

const PNG: &[u8] = include_bytes!("../../../fuzz/seeds/png/rgb.png");
const JPEG: &[u8] = include_bytes!("../../../fuzz/seeds/jpeg/baseline.jpg");

#[test]
fn names_that_fool_people_and_programs_are_refused() {
    let text = || PROSE.as_bytes().to_vec();
    let names = [
        "../../etc/cron.d/job.md",
        "notes/../../secret.md",
        "a\\b.md",
        "C:\\Users\\a.md",
        "/etc/passwd.md",
        "..",
        "",
        "report\u{202e}dm.exe.md",
        "two\nlines.md",
        "nul\0byte.md",
        "zero\u{200b}width.md",
        "cafe\u{301}.md",
        "tag\u{e0041}.md",
    ];
    judge(Modality::Text, names.map(|name| ("a name", name, text(), "bad_file_name")).into());
    let long = "n".repeat(300) + ".md";
    let long: &'static str = Box::leak(long.into_boxed_str());
    judge(Modality::Text, vec![("a name of 303 bytes", long, text(), "bad_file_name")]);
}

#[test]
fn content_that_is_not_what_the_name_says_is_refused() {
    let program = [b"\x7fELF\x02\x01\x01\0".as_slice(), &[0; 4000]].concat();
    let windows = [b"MZ\x90\0\x03".as_slice(), &[0; 4000]].concat();
    judge(
        Modality::Text,
        vec![
            ("nothing", "a.md", Vec::new(), "empty_file"),
            ("a byte too many", "a.txt", vec![b'a'; 10_000_001], "file_too_big"),
            ("a program as text", "a.txt", program, "wrong_type"),
            ("a Windows program as text", "a.md", windows, "wrong_type"),
            ("a picture as text", "a.md", PNG.to_vec(), "wrong_type"),
            ("two endings", "paper.pdf.exe", PROSE.as_bytes().to_vec(), "wrong_extension"),
            ("a text as PDF", "paper.pdf", PROSE.as_bytes().to_vec(), "wrong_extension"),
            ("a text as Word document", "letter.docx", PROSE.as_bytes().to_vec(), "wrong_extension"),
        ],
    );
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    judge(
        Modality::Image,
        vec![
            ("a JPEG as PNG", "a.png", JPEG.to_vec(), "wrong_extension"),
            ("an SVG with a script", "a.svg", svg.clone(), "wrong_type"),
            ("an SVG as PNG", "a.png", svg, "wrong_type"),
            ("a text as picture", "a.png", PROSE.as_bytes().to_vec(), "wrong_type"),
        ],
    );
}

/// The test virus's own text, put together here so that no scanner stops this file. Without a
/// scanner it is 68 harmless bytes: too little text; `karat`'s clamd test finds the signature.
#[test]
fn the_test_virus_does_not_pass_as_text() {
    let eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    judge(Modality::Text, vec![("EICAR", "eicar.txt", eicar.into_bytes(), "text_too_short")]);
}
