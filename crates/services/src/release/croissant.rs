//! The release described in Croissant 1.1 (JSON-LD), with where it comes from (PROV-O)
//! and what to mind when using it (RAI): <https://docs.mlcommons.org/croissant/>.

use super::facts::Facts;
use super::table::media_columns;
use crate::view::release::ReleaseFile;
use karat_types::{Modality, Problem};
use serde_json::{Map, Value, json};

/// Sources and people listed by name at most; the per-item record has all of them.
const MOST_LISTED: usize = 1_000;

/// The file `croissant.json`.
pub(crate) fn document(f: &Facts<'_>, files: &[ReleaseFile]) -> Result<String, Problem> {
    let mut out = Map::new();
    out.insert("@context".into(), context());
    extend(&mut out, dataset(f));
    extend(&mut out, provenance(f));
    extend(&mut out, responsible(f));
    out.insert("distribution".into(), distribution(f, files));
    out.insert("recordSet".into(), json!([rows(f), items()]));
    serde_json::to_string_pretty(&out)
        .map(|text| text + "\n")
        .map_err(|e| Problem::internal(format!("The Croissant file could not be written: {e}.")))
}

fn extend(out: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        out.extend(more);
    }
}

/// The context of Croissant 1.1, and the words of PROV-O.
fn context() -> Value {
    const WORDS: [(&str, &str); 32] = [
        ("@language", "en"),
        ("@vocab", "https://schema.org/"),
        ("arrayShape", "cr:arrayShape"),
        ("citeAs", "cr:citeAs"),
        ("column", "cr:column"),
        ("conformsTo", "dct:conformsTo"),
        ("containedIn", "cr:containedIn"),
        ("cr", "http://mlcommons.org/croissant/"),
        ("dct", "http://purl.org/dc/terms/"),
        ("equivalentProperty", "cr:equivalentProperty"),
        ("extract", "cr:extract"),
        ("field", "cr:field"),
        ("fileObject", "cr:fileObject"),
        ("fileProperty", "cr:fileProperty"),
        ("fileSet", "cr:fileSet"),
        ("format", "cr:format"),
        ("includes", "cr:includes"),
        ("isArray", "cr:isArray"),
        ("isLiveDataset", "cr:isLiveDataset"),
        ("jsonPath", "cr:jsonPath"),
        ("key", "cr:key"),
        ("md5", "cr:md5"),
        ("parentField", "cr:parentField"),
        ("path", "cr:path"),
        ("prov", "http://www.w3.org/ns/prov#"),
        ("rai", "http://mlcommons.org/croissant/RAI/"),
        ("recordSet", "cr:recordSet"),
        ("references", "cr:references"),
        ("regex", "cr:regex"),
        ("repeated", "cr:repeated"),
        ("replace", "cr:replace"),
        ("sc", "https://schema.org/"),
    ];
    let mut out: Map<String, Value> = WORDS.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
    for word in ["samplingRate", "separator", "source", "subField", "transform"] {
        out.insert(word.into(), json!(format!("cr:{word}")));
    }
    for word in ["data", "examples"] {
        out.insert(word.into(), json!({"@id": format!("cr:{word}"), "@type": "@json"}));
    }
    for word in ["description", "name"] {
        out.insert(word.into(), json!({"@container": "@language"}));
    }
    out.insert("dataType".into(), json!({"@id": "cr:dataType", "@type": "@vocab"}));
    Value::Object(out)
}

fn dataset(f: &Facts<'_>) -> Value {
    let purpose = if f.net.purpose.is_empty() { "A datanet of Karat." } else { f.net.purpose.as_str() };
    let topics: Vec<String> = serde_json::from_str(&f.net.topics).unwrap_or_default();
    let mut out = json!({
        "@type": "sc:Dataset",
        "@id": format!("urn:uuid:{}", f.stored.id),
        "name": format!("{}, release {}", f.net.name, f.stored.version),
        "description": purpose,
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "license": f.licences.iter().map(|l| licence_url(&l.licence)).collect::<Vec<_>>(),
        "citeAs": f.cite_as(),
        "version": f.version(),
        "dateCreated": f.day(),
        "datePublished": f.day(),
        "url": f.url,
        "isLiveDataset": false,
        "creator": {
            "@type": "sc:Organization",
            "name": format!("Contributors of the datanet {}", f.net.name),
            "url": f.url,
        },
        "publisher": {"@type": "sc:Organization", "name": "Karat", "url": f.url},
    });
    if let Some(language) = &f.net.language {
        out["inLanguage"] = json!([language]);
    }
    if !topics.is_empty() {
        out["keywords"] = json!(topics);
    }
    out
}

/// A simple licence by its address; an expression as it is written.
fn licence_url(licence: &str) -> String {
    let simple = licence.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
    match simple && !licence.starts_with("LicenseRef-") {
        true => format!("https://spdx.org/licenses/{licence}"),
        false => licence.to_owned(),
    }
}

/// What it was made from, and who made that.
fn provenance(f: &Facts<'_>) -> Value {
    let sources = f.items.iter().map(|i| {
        json!({
            "@type": "prov:Entity", "@id": format!("urn:uuid:{}", i.submission),
            "prov:wasAttributedTo": {"@id": format!("urn:uuid:{}", i.contributor)},
        })
    });
    let people = f.contributors().into_iter().map(
        |(id, name)| json!({"@type": "prov:Agent", "@id": format!("urn:uuid:{id}"), "prov:label": name}),
    );
    json!({
        "prov:wasDerivedFrom": sources.take(MOST_LISTED).collect::<Vec<_>>(),
        "prov:wasAttributedTo": people.take(MOST_LISTED).collect::<Vec<_>>(),
        "prov:generatedAtTime": karat_types::Micros(f.stored.created_at),
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "@id": format!("urn:uuid:{}#cut", f.stored.id),
            "prov:label": format!("Release {} cut from the datanet {}", f.stored.version, f.net.name),
        },
    })
}

fn responsible(f: &Facts<'_>) -> Value {
    let made =
        f.source_types().into_iter().map(|(kind, n)| format!("{n} {kind}")).collect::<Vec<_>>().join(", ");
    let policies: Vec<_> = f.judged.policies.iter().map(|(p, n)| format!("{p}: {n}")).collect();
    let versions: Vec<_> = f.judged.gate_versions.iter().map(ToString::to_string).collect();
    let profiles: Vec<_> = f.judged.profiles.iter().map(String::as_str).collect();
    json!({
        "rai:dataCollection": format!(
            "Files offered by {} contributors, who declared licence, origin and how each was made ({made}). {}",
            f.contributors().len(), f.net.guidelines.lines().next().unwrap_or_default()).trim_end().to_owned(),
        "rai:dataCollectionType": ["Others"],
        "rai:dataPreprocessingProtocol": preprocessing(f.modality),
        "rai:dataAnnotationProtocol": [format!(
            "Every item was accepted by the datanet's review policy ({}).", policies.join(", "))],
        "rai:annotationsPerItem": "1 decision of acceptance per item; no labels.",
        "rai:machineAnnotationTools": [format!(
            "Karat's gate, version {}, profile {}: objective checks and a validation score, no classifier of people or opinions.",
            versions.join(", "), profiles.join(", "))],
        "rai:dataBiases": [
            "Contributors chose themselves; the data is no sample of any population.",
            format!("No contributor has more than {} items of this release.", f.plan.cap),
            format!("How items were made is declared by their contributors ({made}) and cannot be proved by their content."),
        ],
        "rai:personalSensitiveInformation": [
            "The gate refuses secrets and tags or holds what looks like personal data; location and serial numbers are removed from images and sounds. What it does not recognise may be left.",
        ],
        "rai:dataLimitations": [
            "Licences and origins are what contributors declared. The gate finds objective faults, not every falsehood.",
        ],
        "rai:dataUseCases": [f.net.purpose],
        "rai:dataReleaseMaintenancePlan": "A release never changes. When a contributor takes an item back, the releases that hold it are no longer handed out and the next release is made without it; the manifest, this description, the per-item record and the leaves of the tree stay readable.",
    })
}

fn preprocessing(modality: Modality) -> Vec<&'static str> {
    match modality {
        Modality::Text => vec![
            "Texts are cut at headings and blank lines into rows of at most 2,000 bytes; structured files keep one record a row. Nothing else is changed.",
        ],
        Modality::Image | Modality::Audio => vec![
            "Metadata that could give the maker away (location, serial numbers, thumbnails) is removed from the files. Nothing else is changed.",
        ],
    }
}

fn distribution(f: &Facts<'_>, files: &[ReleaseFile]) -> Value {
    let file = |file: &ReleaseFile| {
        json!({
            "@type": "cr:FileObject", "@id": file.name, "name": file.name, "contentUrl": file.name,
            "contentSize": format!("{} B", file.bytes), "encodingFormat": encoding(&file.media_type),
            "sha256": file.sha256,
        })
    };
    let set = |id: &str, glob: &str, format: &str, what: &str| {
        json!({
            "@type": "cr:FileSet", "@id": id, "name": id, "description": what,
            "encodingFormat": format, "includes": glob,
        })
    };
    let mut all: Vec<Value> = files.iter().map(file).collect();
    all.push(set("parquet-files", "data/train-*.parquet", "application/x-parquet", "All rows, as columns."));
    if f.modality != Modality::Text {
        let what = "The same rows as WebDataset: <key>.<ending>, <key>.json and, where there is one, the transcript as <key>.txt.";
        all.push(set("webdataset-files", "webdataset/train-*.tar", "application/x-tar", what));
    }
    Value::Array(all)
}

/// The names Croissant's own tool knows formats by.
fn encoding(media_type: &str) -> &str {
    match media_type {
        super::folder::PARQUET => "application/x-parquet",
        super::folder::JSONL => "application/jsonlines",
        other => other,
    }
}

struct Field {
    name: &'static str,
    kind: &'static str,
    what: &'static str,
    /// The property of a vocabulary that means the same.
    same_as: Option<&'static str>,
}

/// What each column is.
fn field(name: &'static str) -> Field {
    let (kind, what, same_as) = match name {
        "image" => ("sc:ImageObject", "The image, as released.", None),
        "audio" => ("sc:AudioObject", "The recording, as released.", None),
        "index" => ("sc:Integer", "Position in the release, from 0: the index of the leaf.", None),
        "content" => {
            ("sc:Text", "The text; of an image or a recording `sha256:` and the hash of the file.", None)
        }
        "contributor" => {
            ("sc:Text", "Whose it is: the id the leaf commits to.", Some("prov:wasAttributedTo"))
        }
        "contributor_name" => ("sc:Text", "Their name.", Some("sc:creditText")),
        "submission" => ("sc:Text", "The submission it was cut from.", Some("prov:wasDerivedFrom")),
        "span_start" => ("sc:Integer", "First byte in the submission.", None),
        "span_end" => ("sc:Integer", "One past the last byte.", None),
        "licence" => ("sc:Text", "Its licence, an SPDX expression.", Some("sc:license")),
        "leaf" => {
            ("sc:Text", "Its leaf in the RFC 6962 Merkle tree of the release, SHA-256.", Some("sc:sha256"))
        }
        "shape" => (
            "sc:Text",
            "Running text, or the record that the content is: chat, instruction, preference, plain.",
            None,
        ),
        "media_type" => ("sc:Text", "What the file is.", Some("sc:encodingFormat")),
        "score" => ("sc:Integer", "Validation score of the item, 0 to 100.", None),
        "duration_ms" => ("sc:Integer", "Length, milliseconds.", None),
        "sample_rate" => ("sc:Integer", "Samples a second.", None),
        "transcript" => ("sc:Text", "The transcript that came with the recording.", None),
        "width" => ("sc:Integer", "Width, pixels.", Some("sc:width")),
        "height" => ("sc:Integer", "Height, pixels.", Some("sc:height")),
        "hash" => ("sc:Text", "SHA-256 of the file as it was offered.", None),
        "origin" => ("sc:Text", "Where it comes from, as declared.", None),
        "source_type" => ("sc:Text", "How it was made, as declared.", None),
        "gate_version" => ("sc:Integer", "Version of the gate that checked it.", None),
        "profile" => ("sc:Text", "The thresholds it was checked by.", None),
        "credited" => ("sc:Text", "Who is credited: whoever was first with this content.", None),
        "first_row" => ("sc:Integer", "Index of its first row.", None),
        _ => ("sc:Integer", "Number of its rows.", None),
    };
    Field { name, kind, what, same_as }
}

fn describe(set: &str, source: Value, field: &Field) -> Value {
    let mut out = json!({
        "@type": "cr:Field", "@id": format!("{set}/{}", field.name), "name": field.name,
        "description": field.what, "dataType": field.kind, "source": source,
    });
    if let Some(property) = field.same_as {
        out["equivalentProperty"] = json!(property);
    }
    out
}

fn rows(f: &Facts<'_>) -> Value {
    const TEXT: [&str; 10] = [
        "index",
        "content",
        "contributor",
        "contributor_name",
        "submission",
        "span_start",
        "span_end",
        "licence",
        "leaf",
        "shape",
    ];
    let names: Vec<&'static str> = match f.modality {
        Modality::Text => TEXT.to_vec(),
        modality => media_columns(modality).into_iter().map(|(name, _)| name).collect(),
    };
    let source = |name: &str| {
        let mut source = json!({"fileSet": {"@id": "parquet-files"}, "extract": {"column": name}});
        if matches!(name, "image" | "audio") {
            source["transform"] = json!({"jsonPath": "bytes"});
        }
        source
    };
    let fields: Vec<_> = names.into_iter().map(|name| describe("rows", source(name), &field(name))).collect();
    json!({
        "@type": "cr:RecordSet", "@id": "rows", "name": "rows",
        "description": "The rows of the release, each a leaf of its Merkle tree.",
        "key": {"@id": "rows/index"}, "field": fields,
    })
}

/// The per-item record: how each submission got in.
fn items() -> Value {
    const NAMES: [&str; 12] = [
        "submission",
        "hash",
        "licence",
        "origin",
        "source_type",
        "gate_version",
        "profile",
        "score",
        "contributor",
        "credited",
        "first_row",
        "rows",
    ];
    let source = |name: &str| json!({"fileObject": {"@id": "items.jsonl"}, "extract": {"column": name}});
    let fields: Vec<_> =
        NAMES.into_iter().map(|name| describe("items", source(name), &field(name))).collect();
    json!({
        "@type": "cr:RecordSet", "@id": "items", "name": "items",
        "description": "One record a submission: what it was declared to be, what the gate found and who decided. The findings and the decision are in the file itself.",
        "key": {"@id": "items/submission"}, "field": fields,
    })
}
