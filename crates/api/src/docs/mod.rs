//! The repository's `docs/` folder, served: as pages, as Markdown, as answers.

pub mod ask;
mod html;
mod passage;
pub(crate) mod serve;

pub use ask::{Passage, ask};

use rust_embed::RustEmbed;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "../../docs"]
#[include = "*.md"]
#[include = "*.svg"]
#[include = "*.png"]
struct Folder;

/// One page of the documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocPage {
    /// Path under `docs/` without `.md`: `guide/builder`.
    pub path: String,
    /// Its first heading.
    pub title: String,
    /// Its first paragraph, on one line.
    pub summary: String,
    /// The Markdown as it stands in the repository.
    pub markdown: String,
}

impl DocPage {
    /// Where the page is served: `/docs/guide/builder`; the index is `/docs`.
    pub fn url(&self) -> String {
        if self.path == INDEX { "/docs".into() } else { format!("/docs/{}", self.path) }
    }
}

/// The page served at `/docs`.
const INDEX: &str = "README";

static PAGES: LazyLock<Vec<DocPage>> = LazyLock::new(|| {
    let mut pages: Vec<DocPage> = Folder::iter().filter_map(|file| page(&file)).collect();
    let index = pages.iter().find(|p| p.path == INDEX).map(|p| p.markdown.clone()).unwrap_or_default();
    // The index page decides the order; what it does not name comes last, by name.
    let place = |p: &DocPage| index.find(&format!("({}.md", p.path)).unwrap_or(usize::MAX);
    pages.sort_by_key(|p| (p.path != INDEX, place(p), p.path.clone()));
    pages
});

/// All pages, in the order of the index page.
pub fn pages() -> &'static [DocPage] {
    &PAGES
}

fn page(file: &str) -> Option<DocPage> {
    let path = file.strip_suffix(".md")?.to_owned();
    let markdown = String::from_utf8(Folder::get(file)?.data.into_owned()).ok()?;
    let title = passage::title(&markdown).unwrap_or_else(|| path.clone());
    let summary = passage::summary(&markdown);
    Some(DocPage { path, title, summary, markdown })
}

fn find(path: &str) -> Option<&'static DocPage> {
    pages().iter().find(|p| p.path == path)
}

/// Resolves a relative link of the page `from` to a path under `docs/`; `None` when it
/// leaves the folder or is not relative.
fn resolve(from: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with(['/', '#']) || link.starts_with("mailto:") {
        return None;
    }
    let file = link.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Parser, Tag};

    #[test]
    fn links_resolve_from_the_folder_of_their_page() {
        assert_eq!(resolve("README", "guide/builder.md#start").as_deref(), Some("guide/builder.md"));
        assert_eq!(resolve("guide/builder", "../ARCHITECTURE.md").as_deref(), Some("ARCHITECTURE.md"));
        assert_eq!(resolve("guide/builder", "./owner.md").as_deref(), Some("guide/owner.md"));
        assert_eq!(resolve("README", "../crates"), None);
        assert_eq!(resolve("README", "https://example.org/a.md"), None);
    }

    /// Every link between pages leads to a page, and its fragment to a heading, both on
    /// disk and served. A link out of `docs/` would be broken when served: name such a
    /// file as `code` instead.
    #[test]
    fn every_link_in_the_docs_leads_somewhere() {
        let mut broken = Vec::new();
        let mut seen = 0;
        for page in pages() {
            for event in Parser::new_ext(&page.markdown, html::OPTIONS) {
                let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) =
                    event
                else {
                    continue;
                };
                seen += 1;
                if !leads_somewhere(page, &dest_url) {
                    broken.push(format!("docs/{}.md → {dest_url}", page.path));
                }
            }
        }
        assert!(seen > 0, "the docs have links");
        assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
    }

    fn leads_somewhere(page: &DocPage, link: &str) -> bool {
        if link.contains("://") || link.starts_with("mailto:") {
            return true;
        }
        if link.starts_with('/') {
            // Paths of the running server, as the UI and the API serve them.
            return !link.starts_with("/docs/")
                || find(link["/docs/".len()..].trim_end_matches(".md")).is_some();
        }
        let fragment = link.split_once('#').map(|(_, f)| f);
        let target = if link.starts_with('#') {
            Some(page)
        } else {
            let Some(file) = resolve(&page.path, link) else { return false };
            let Some(path) = file.strip_suffix(".md") else { return Folder::get(&file).is_some() };
            find(path)
        };
        let Some(target) = target else { return false };
        fragment.is_none_or(|f| passage::split(&target.markdown).iter().any(|s| s.anchor == f))
    }
}
