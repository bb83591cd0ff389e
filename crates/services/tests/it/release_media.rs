//! Releases of images and sounds: the files of the folder, and that they agree.

use crate::kitchen::{Kitchen, form};
use crate::release::released;
use karat_services::release;
use karat_services::view::release::{Release, ReleaseFile, Row};
use karat_services::{Actor, Settings, datanet};
use karat_store::{Store, entity, query};
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{Clock, Hash, Modality, ReleaseState, ReviewPolicy, SubmissionState};
use std::collections::BTreeMap;
use std::io::Read;

/// A picture of grey patches, `size` pixels a side, as PNG without compression.
pub(crate) fn picture(size: u32, shade: u8) -> Vec<u8> {
    let mut header = size.to_be_bytes().to_vec();
    header.extend(size.to_be_bytes());
    header.extend([8, 0, 0, 0, 0]);
    let patch = |x: u32, y: u32| shade.wrapping_add(((x / 9 * 37) ^ (y / 7 * 59)) as u8);
    let raw: Vec<u8> =
        (0..size).flat_map(|y| std::iter::once(0).chain((0..size).map(move |x| patch(x, y)))).collect();
    let mut packed = vec![0x78, 0x01];
    let mut blocks = raw.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        packed.push(u8::from(blocks.peek().is_none()));
        packed.extend((block.len() as u16).to_le_bytes());
        packed.extend((!(block.len() as u16)).to_le_bytes());
        packed.extend(block);
    }
    packed.extend(adler(&raw).to_be_bytes());
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", header), (b"IDAT", packed), (b"IEND", Vec::new())] {
        out.extend((body.len() as u32).to_be_bytes());
        let named = [kind.as_slice(), &body].concat();
        out.extend(&named);
        out.extend(crc(&named).to_be_bytes());
    }
    out
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), x| {
        let a = (a + u32::from(*x)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
    })
}

/// A second of silence with a click, 8,000 samples.
pub(crate) fn recording(click: i16) -> Vec<u8> {
    let mut out = b"RIFF".to_vec();
    out.extend((36_u32 + 16_000).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend(8_000_u32.to_le_bytes());
    out.extend(16_000_u32.to_le_bytes());
    out.extend(b"\x02\0\x10\0data");
    out.extend(16_000_u32.to_le_bytes());
    out.extend(click.to_le_bytes());
    out.resize(44 + 16_000, 0);
    out
}

/// An accepted item, as the gate and the reviewers leave it.
pub(crate) async fn accepted(
    kitchen: &Kitchen,
    net: DatanetId,
    who: &Actor,
    (name, media_type): (&str, &str),
    content: &[u8],
    transcript: Option<&str>,
) -> SubmissionId {
    let id = SubmissionId::new();
    let hash = kitchen.app.store.blobs().put(content.to_vec()).await.unwrap();
    let now = kitchen.clock.now();
    let row = entity::submission::Model {
        id: id.0,
        datanet_id: net.0,
        contributor_id: who.contributor.unwrap().0,
        file_name: name.into(),
        bytes: content.len() as i64,
        content_hash: hash.hex(),
        normal_hash: None,
        state: SubmissionState::Accepted.to_string(),
        trial: false,
        licence: "CC-BY-4.0".into(),
        origin: "own".into(),
        consent: true,
        source_type: "human".into(),
        profile: "photo".into(),
        gate_version: 2,
        score: Some(81),
        media_type: Some(media_type.into()),
        verdict: None,
        day: now.day(),
        created_at: now.0,
        checked_at: Some(now.0),
        decided_at: Some(now.0),
        reasons: None,
        note: None,
        cluster_id: None,
        transcript: transcript.map(str::to_owned),
        set_aside: None,
        rules: None,
    };
    let tx = kitchen.app.store.begin().await.unwrap();
    query::submission::insert(&tx, row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub(crate) async fn media_datanet(kitchen: &Kitchen, owner: &Actor, modality: Modality) -> DatanetId {
    let name = format!("Media {}", uuid::Uuid::now_v7());
    let form = karat_services::view::datanet::DatanetForm { modality, ..form(&name, ReviewPolicy::Owner) };
    datanet::create(&kitchen.app, owner, form).await.unwrap().id
}

/// Every file of the release, with its bytes checked against the list.
pub(crate) async fn folder(kitchen: &Kitchen, release: &Release) -> BTreeMap<String, Vec<u8>> {
    let anyone = Actor::anyone();
    let files: Vec<ReleaseFile> = release::files(&kitchen.app, &anyone, release.id).await.unwrap();
    let mut out = BTreeMap::new();
    for file in files {
        let got = release::file(&kitchen.app, &anyone, release.id, &file.name).await.unwrap();
        let bytes = got.whole(&kitchen.app).await.unwrap();
        assert_eq!((Hash::of(&bytes), bytes.len() as u64), (file.sha256, file.bytes), "{}", file.name);
        out.insert(file.name, bytes.to_vec());
    }
    out
}

fn rows(folder: &BTreeMap<String, Vec<u8>>) -> Vec<Row> {
    let text = String::from_utf8(folder["rows.jsonl"].clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The files of all archives, by name.
fn archived(folder: &BTreeMap<String, Vec<u8>>) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for (_, bytes) in folder.iter().filter(|(name, _)| name.starts_with("webdataset/")) {
        for entry in tar::Archive::new(bytes.as_slice()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            out.push((name, content));
        }
    }
    out
}

karat_testkit::db_test! {
    async fn images_are_released_as_files_a_hub_takes(store: Store) {
        let kitchen = Kitchen::with(store, Settings { release_part_bytes: 10_000, ..Settings::default() });
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = media_datanet(&kitchen, &owner, Modality::Image).await;
        for shade in 0..12 {
            accepted(&kitchen, net, &ada, ("p.png", "image/png"), &picture(64, shade), None).await;
        }
        let done = released(&kitchen, &owner, net).await;
        assert_eq!((done.state, done.rows, done.submissions), (ReleaseState::Ready, 12, 12), "{:?}", done.error);
        let folder = folder(&kitchen, &done).await;
        let parts: Vec<_> = folder.keys().filter(|name| name.starts_with("data/")).cloned().collect();
        assert_eq!(parts.first().unwrap(), &format!("data/train-00000-of-{:05}.parquet", parts.len()));
        assert!(parts.len() > 3, "two pictures of 4 kB fit into a part of 10 kB: {parts:?}");
        let rows = rows(&folder);
        let leaves: Vec<Hash> = rows.iter().map(|row| row.leaf).collect();
        assert_eq!(karat_tlog::root(&leaves), done.root.unwrap());
        let archived = archived(&folder);
        assert!(archived.is_sorted(), "samples come in order");
        for (index, row) in rows.iter().enumerate() {
            let media = row.media.clone().unwrap();
            assert_eq!((media.width, media.height, media.media_type.as_str()), (Some(64), Some(64), "image/png"));
            let (_, file) = archived.iter().find(|(name, _)| *name == media.file).unwrap();
            assert_eq!(row.content, format!("sha256:{}", Hash::of(file)), "the leaf is of the released bytes");
            let (_, known) = archived.iter().find(|(name, _)| *name == format!("{index:09}.json")).unwrap();
            let known: serde_json::Value = serde_json::from_slice(known).unwrap();
            assert_eq!((known["leaf"].as_str().unwrap(), known["score"].as_u64()), (row.leaf.hex().as_str(), Some(81)));
        }
        let card = String::from_utf8(folder["README.md"].clone()).unwrap();
        assert!(card.starts_with("---\n") && card.contains("license: cc-by-4.0") && card.contains("dtype: image"), "{card}");
    }

    async fn recordings_bring_their_transcripts_and_the_same_release_is_the_same_bytes(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = media_datanet(&kitchen, &owner, Modality::Audio).await;
        accepted(&kitchen, net, &ada, ("a.wav", "audio/wav"), &recording(9), Some("A click.")).await;
        accepted(&kitchen, net, &ada, ("b.wav", "audio/wav"), &recording(7), None).await;
        let first = released(&kitchen, &owner, net).await;
        let folder_one = folder(&kitchen, &first).await;
        let media = rows(&folder_one)[0].media.clone().unwrap();
        assert_eq!((media.duration_ms, media.sample_rate), (Some(1_000), Some(8_000)));
        let archived = archived(&folder_one);
        let names: Vec<_> = archived.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["000000000.json", "000000000.txt", "000000000.wav", "000000001.json", "000000001.wav"]);
        assert_eq!(archived[1].1, b"A click.");
        // A third recording taken back before the next cut: the rows are the same again.
        let third = accepted(&kitchen, net, &ada, ("c.wav", "audio/wav"), &recording(5), None).await;
        let second = released(&kitchen, &owner, net).await;
        assert_ne!(second.root, first.root);
        karat_services::submission::withdraw(&kitchen.app, &ada, third).await.unwrap();
        let again = released(&kitchen, &owner, net).await;
        let folder_three = folder(&kitchen, &again).await;
        for name in ["data/train-00000-of-00001.parquet", "webdataset/train-00000-of-00001.tar", "rows.jsonl", "leaves.txt"] {
            assert_eq!(Hash::of(&folder_one[name]), Hash::of(&folder_three[name]), "{name}");
        }
    }
}
