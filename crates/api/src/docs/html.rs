//! Markdown to a plain page in the look of the UI; works without scripts.

use super::{DocPage, INDEX, pages, passage::Anchors, resolve};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

/// The Markdown the documentation is written in.
pub(super) const OPTIONS: Options =
    Options::ENABLE_TABLES.union(Options::ENABLE_FOOTNOTES).union(Options::ENABLE_STRIKETHROUGH);

/// A whole page.
pub(super) fn page(page: &DocPage) -> String {
    shell(&page.title, &page.path, &body(&page.markdown, &page.path))
}

/// The answer to a question. The question is a stranger's text, the answer is ours.
pub(super) fn answer(question: &str, answer: &str) -> String {
    shell(question, "", &format!("<h1>{}</h1>\n{}", escape(question), body(answer, INDEX)))
}

fn body(markdown: &str, path: &str) -> String {
    let mut events: Vec<Event<'_>> =
        Parser::new_ext(markdown, OPTIONS).map(|e| served_links(e, path)).collect();
    name_headings(&mut events);
    let mut out = String::with_capacity(markdown.len() * 2);
    push_html(&mut out, events.into_iter());
    // Wide tables and long code scroll by themselves, with the keyboard too.
    out.replace(
        "<table>",
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>",
    )
    .replace("</table>", "</table></div>")
    .replace("<pre>", "<pre tabindex=\"0\">")
}

/// Links between pages are written for the disk (`../guide/owner.md`); served they are absolute.
fn served_links<'a>(event: Event<'a>, path: &str) -> Event<'a> {
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = served(&dest_url, path).map_or(dest_url, CowStr::from);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let dest_url = served(&dest_url, path).map_or(dest_url, CowStr::from);
            Event::Start(Tag::Image { link_type, dest_url, title, id })
        }
        other => other,
    }
}

fn served(link: &str, path: &str) -> Option<String> {
    let file = resolve(path, link)?;
    let fragment = link.find('#').map_or("", |at| &link[at..]);
    let file = file.strip_suffix(".md").unwrap_or(&file);
    Some(if file == INDEX { format!("/docs{fragment}") } else { format!("/docs/{file}{fragment}") })
}

fn name_headings(events: &mut [Event<'_>]) {
    let mut anchors = Anchors::default();
    for i in 0..events.len() {
        if !matches!(events[i], Event::Start(Tag::Heading { .. })) {
            continue;
        }
        let mut text = String::new();
        for event in &events[i + 1..] {
            match event {
                Event::Text(t) | Event::Code(t) => text.push_str(t),
                Event::End(TagEnd::Heading(_)) => break,
                _ => {}
            }
        }
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[i] {
            *id = Some(anchors.next(&text).into());
        }
    }
}

fn shell(title: &str, path: &str, body: &str) -> String {
    let nav: String = pages()
        .iter()
        // Pages two folders down (one a code of the gate) are found from their list.
        .filter(|p| p.path.matches('/').count() < 2)
        .map(|p| {
            let here = if p.path == path { " aria-current=\"page\"" } else { "" };
            format!("<li><a href=\"{}\"{here}>{}</a></li>", escape(&p.url()), escape(&p.title))
        })
        .collect();
    let markdown = if path.is_empty() {
        String::new()
    } else {
        format!("<p class=\"muted\"><a href=\"/docs/{0}.md\">This page as Markdown</a></p>", escape(path))
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Karat</title>\
         <link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>\
         <a class=\"skip\" href=\"#main\">Skip to the page</a>\
         <header><a class=\"brand\" href=\"/\">Karat</a>\
         <form action=\"/docs\" role=\"search\"><label for=\"ask\">Ask the docs</label>\
         <input id=\"ask\" name=\"ask\" type=\"search\" required placeholder=\"How is my standing computed?\">\
         <button>Ask</button></form></header>\
         <div class=\"columns\"><nav aria-label=\"Documentation\"><ul>{nav}</ul></nav>\
         <main id=\"main\">{body}{markdown}</main></div></body></html>",
        title = escape(title),
    )
}

/// Text made safe inside HTML, attributes included.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_headings_work_when_served() {
        let html =
            body("# A `b`\n\n[x](../ARCHITECTURE.md#map) [r](../README.md) ![i](a.svg)", "guide/owner");
        assert!(html.contains("<h1 id=\"a-b\">"), "{html}");
        assert!(
            html.contains("href=\"/docs/ARCHITECTURE#map\"") && html.contains("href=\"/docs\""),
            "{html}"
        );
        assert!(html.contains("src=\"/docs/guide/a.svg\""), "{html}");
    }

    #[test]
    fn a_title_is_text_never_markup() {
        let html = shell("<script>", "", "");
        assert!(html.contains("<title>&lt;script&gt; · Karat</title>"));
    }
}
