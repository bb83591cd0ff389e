//! Questions to the documentation: the best passages by BM25, with their sources.

use super::{pages, passage};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::{Language, LowerCaser, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer};
use tantivy::{Index, IndexWriter, Searcher, TantivyDocument, Term};

/// A passage that may answer the question.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Passage {
    /// Page under `docs/`: `guide/builder`.
    pub page: String,
    /// Title of the page.
    pub title: String,
    /// The heading it stands under.
    pub heading: String,
    /// Where it is served: `/docs/guide/builder#start-a-run`.
    pub url: String,
    /// The passage, Markdown.
    pub text: String,
    /// BM25 score: larger is better, comparable within one answer only.
    pub score: f32,
}

/// Share of a question's weight a passage must cover to be called an answer.
const MIN_COVERAGE: f64 = 0.5;
/// Passages looked at more closely.
const CANDIDATES: usize = 50;
/// Words that say nothing about what a question is about.
const STOP_WORDS: &str = "a about after all am an and any are as at be been but by can could did do does during for from \
    get gets give had happen happened happens has have he her his how i if in into is it its karat many mean means me much my no not of on or our out per she \
    should so some than that the their them then there these they this to up us was we were what when where \
    which who whom whose why will with work works would you your";
/// Everyday words beside the word Karat's pages use.
const SAME_AS: &[(&str, &str)] = &[
    ("rank", "standing"),
    ("ranking", "standing"),
    ("reputation", "standing"),
    ("dataset", "datanet"),
    ("upload", "submission"),
    ("finetune", "run"),
    ("tune", "run"),
    ("training", "run"),
    ("lora", "adapter"),
    ("compute", "counted"),
    ("compute", "calculate"),
    ("calculate", "compute"),
    ("token", "key"),
    ("quota", "limit"),
    ("verify", "proof"),
    ("database", "postgresql"),
    ("login", "sign"),
    ("duplicate", "already"),
];

struct Fields {
    id: Field,
    title: Field,
    heading: Field,
    body: Field,
}

struct Search {
    searcher: Searcher,
    analyzer: TextAnalyzer,
    fields: Fields,
    passages: Vec<Passage>,
    stems: Vec<HashSet<String>>,
    frequency: HashMap<String, usize>,
}

static SEARCH: LazyLock<Search> =
    LazyLock::new(|| Search::build().expect("the embedded pages fit an index in memory"));

/// The `k` best passages for a question; empty when the documentation does not say.
pub fn ask(question: &str, k: usize) -> Vec<Passage> {
    ask_for(question, "", k)
}

/// As [`ask`]; what the asker wants to achieve moves the order, never what counts as an answer.
pub fn ask_for(question: &str, goal: &str, k: usize) -> Vec<Passage> {
    SEARCH.ask(question, goal, k).unwrap_or_default()
}

fn analyzer() -> TextAnalyzer {
    let stop = STOP_WORDS.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(StopWordFilter::remove(stop))
        .filter(Stemmer::new(Language::English))
        .build()
}

impl Search {
    fn build() -> tantivy::Result<Self> {
        let text = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer("docs").set_index_option(IndexRecordOption::WithFreqs),
        );
        let mut schema = Schema::builder();
        let fields = Fields {
            id: schema.add_u64_field("id", STORED),
            title: schema.add_text_field("title", text.clone()),
            heading: schema.add_text_field("heading", text.clone()),
            body: schema.add_text_field("body", text),
        };
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("docs", analyzer());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000)?;
        let mut analyzer = analyzer();
        let (mut passages, mut stems, mut frequency) = (Vec::new(), Vec::new(), HashMap::new());
        for passage in all_passages() {
            let mut document = TantivyDocument::default();
            document.add_u64(fields.id, passages.len() as u64);
            document.add_text(fields.title, &passage.title);
            document.add_text(fields.heading, &passage.heading);
            document.add_text(fields.body, &passage.text);
            writer.add_document(document)?;
            let words = format!("{} {} {}", passage.title, passage.heading, passage.text);
            let set: HashSet<String> = stems_of(&mut analyzer, &words).into_iter().collect();
            for stem in &set {
                *frequency.entry(stem.clone()).or_insert(0) += 1;
            }
            stems.push(set);
            passages.push(passage);
        }
        writer.commit()?;
        let searcher = index.reader()?.searcher();
        Ok(Self { searcher, analyzer, fields, passages, stems, frequency })
    }

    fn ask(&self, question: &str, goal: &str, k: usize) -> tantivy::Result<Vec<Passage>> {
        let mut analyzer = self.analyzer.clone();
        let wanted = groups(&mut analyzer, question);
        if wanted.is_empty() || k == 0 {
            return Ok(Vec::new());
        }
        let mut clauses = Vec::new();
        for group in &wanted {
            // A word of the question counts in full, Karat's own word for it a little less.
            for (i, stem) in group.iter().enumerate() {
                self.clauses(stem, if i == 0 { 1.0 } else { 0.8 }, &mut clauses);
            }
        }
        for stem in stems_of(&mut analyzer, goal) {
            self.clauses(&stem, 0.3, &mut clauses);
        }
        let query = BooleanQuery::new(clauses);
        let found = self.searcher.search(&query, &TopDocs::with_limit(CANDIDATES).order_by_score())?;
        let mut best = Vec::new();
        for (score, address) in found {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let id = document.get_first(self.fields.id).and_then(|v| v.as_u64()).unwrap_or_default() as usize;
            let coverage = self.coverage(&wanted, id);
            if coverage >= MIN_COVERAGE {
                // One word of two, however often, is worth less than both of them.
                let score = score * (coverage * coverage) as f32;
                best.push(Passage { score, ..self.passages[id].clone() });
            }
        }
        best.sort_by(|a, b| b.score.total_cmp(&a.score));
        best.truncate(k);
        Ok(best)
    }

    fn clauses(&self, stem: &str, weight: f32, into: &mut Vec<(Occur, Box<dyn Query>)>) {
        for (field, boost) in [(self.fields.title, 1.5), (self.fields.heading, 2.5), (self.fields.body, 1.0)]
        {
            let term = TermQuery::new(Term::from_field_text(field, stem), IndexRecordOption::WithFreqs);
            into.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost * weight))));
        }
    }

    /// How much of the question's weight the passage speaks of: rare words weigh more,
    /// words the documentation never uses weigh most.
    fn coverage(&self, wanted: &[Vec<String>], id: usize) -> f64 {
        let (mut covered, mut all) = (0.0, 0.0);
        for group in wanted {
            let seen = group.iter().map(|s| self.frequency.get(s).copied().unwrap_or(0)).max().unwrap_or(0);
            let weight = ((self.passages.len() as f64 + 1.0) / (seen as f64 + 1.0)).ln();
            all += weight;
            if group.iter().any(|stem| self.stems[id].contains(stem)) {
                covered += weight;
            }
        }
        if all > 0.0 { covered / all } else { 0.0 }
    }
}

/// The question's stems, each with the stems that mean the same here.
fn groups(analyzer: &mut TextAnalyzer, question: &str) -> Vec<Vec<String>> {
    let mut groups: Vec<Vec<String>> = Vec::new();
    for stem in stems_of(analyzer, question) {
        if groups.iter().any(|g| g[0] == stem) {
            continue;
        }
        let mut group = vec![stem];
        for (theirs, ours) in SAME_AS {
            if stems_of(analyzer, theirs).first() == group.first() {
                group.extend(stems_of(analyzer, ours));
            }
        }
        groups.push(group);
    }
    groups
}

fn stems_of(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut stems = Vec::new();
    analyzer.token_stream(text).process(&mut |token| stems.push(token.text.clone()));
    stems
}

fn all_passages() -> impl Iterator<Item = Passage> {
    pages().iter().flat_map(|page| {
        passage::split(&page.markdown).into_iter().filter(|s| !s.body.is_empty()).map(|section| Passage {
            page: page.path.clone(),
            title: page.title.clone(),
            heading: section.headings.last().cloned().unwrap_or_default(),
            url: format!("{}#{}", page.url(), section.anchor),
            text: section.body,
            score: 0.0,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_in_plain_words_finds_its_passage_and_source() {
        let found = ask("How do I download the adapter a run has made?", 3);
        assert!(found.iter().any(|p| p.url == "/docs/guide/builder#download-the-adapter"), "{found:#?}");
        assert!(found.len() <= 3 && found.windows(2).all(|w| w[0].score >= w[1].score));
    }

    #[test]
    fn words_are_stemmed_and_case_does_not_matter() {
        let one = ask("VERIFYING ROWS", 1);
        let other = ask("verify a row", 1);
        assert!(!one.is_empty());
        assert_eq!(one[0].url, other[0].url);
    }

    #[test]
    fn what_the_docs_do_not_say_is_not_answered() {
        for question in
            ["What is the weather in Paris tomorrow?", "who won the cup in 1998", "", "how is it", "?!"]
        {
            assert_eq!(ask(question, 5), Vec::new(), "{question}");
        }
    }
}
