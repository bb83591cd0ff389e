//! Blobs on local files and on S3.

use futures::TryStreamExt;
use karat_store::{S3Options, Store, StoreConfig, StoreError};
use karat_testkit::{Place, S3};
use karat_types::{Hash, Problem};
use std::path::Path;

fn on_s3(place: &Place, s3: &S3) -> StoreConfig {
    StoreConfig {
        blob_url: Some(format!("s3://{}/karat/blobs", s3.bucket)),
        s3: S3Options {
            endpoint: Some(s3.endpoint.clone()),
            region: None,
            access_key: Some(s3.access_key.into()),
            secret_key: Some(s3.secret_key.into()),
        },
        ..StoreConfig::local(place.dir())
    }
}

/// Everything that must hold wherever the blobs are.
async fn keeps_its_promises(store: Store, files: &Path) {
    let blobs = store.blobs();
    let hash = blobs.put("hello").await.unwrap();
    assert_eq!(hash, Hash::of(b"hello"));
    assert_eq!(blobs.put("hello").await.unwrap(), hash, "a second put changes nothing");
    assert_eq!(blobs.get(hash).await.unwrap(), "hello");
    assert_eq!((blobs.len(hash).await.unwrap(), blobs.exists(hash).await.unwrap()), (5, true));
    let empty = blobs.put("").await.unwrap();
    assert_eq!(blobs.get(empty).await.unwrap(), "");

    let nothing = Hash::of(b"nothing");
    assert!(!blobs.exists(nothing).await.unwrap());
    assert!(matches!(blobs.get(nothing).await, Err(StoreError::BlobMissing(h)) if h == nothing));

    // 37 MB: three pieces, the last one short.
    let big: Vec<u8> = (0..37_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let path = files.join("big.bin");
    std::fs::write(&path, &big).unwrap();
    let (hash, len) = blobs.put_file(&path).await.unwrap();
    assert_eq!((hash, len), (Hash::of(&big), big.len() as u64));
    assert_eq!(blobs.put_file(&path).await.unwrap(), (hash, len));
    let back = files.join("back.bin");
    blobs.get_to_file(hash, &back).await.unwrap();
    assert!(std::fs::read(&back).unwrap() == big, "the bytes come back as they went in");
    let (len, stream) = blobs.stream(hash).await.unwrap();
    let streamed: u64 =
        stream.map_ok(|b| b.len() as u64).try_fold(0, |a, n| async move { Ok(a + n) }).await.unwrap();
    assert_eq!((len, streamed), (big.len() as u64, len));

    let mut all: Vec<_> = blobs.all().map_ok(|(h, _)| h).try_collect().await.unwrap();
    let mut expected = vec![empty, hash, Hash::of(b"hello")];
    all.sort();
    expected.sort();
    assert_eq!(all, expected);
    blobs.probe().await.unwrap();
    let left: Vec<_> = blobs.all().try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(left.len(), 3, "the probe leaves nothing behind");
}

/// Parts are read, and what is set aside can come back until it is forgotten.
async fn takes_out_of_service(store: &Store) {
    let blobs = store.blobs();
    let content: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let hash = blobs.put(content.clone()).await.unwrap();
    let parts: Vec<_> = blobs.stream_range(hash, 70_000..70_010).await.unwrap().try_collect().await.unwrap();
    assert_eq!(parts.concat(), content[70_000..70_010]);
    for _ in 0..2 {
        blobs.set_aside(hash).await.unwrap();
        assert!(!blobs.exists(hash).await.unwrap());
        let all: Vec<_> = blobs.all().try_collect().await.unwrap();
        assert!(all.iter().all(|(one, _)| *one != hash), "a backup takes it along");
    }
    blobs.bring_back(hash).await.unwrap();
    assert_eq!(blobs.get(hash).await.unwrap(), content);
    // Set aside, kept anew by somebody, then forgotten: the new one stays.
    blobs.set_aside(hash).await.unwrap();
    blobs.put(content.clone()).await.unwrap();
    blobs.forget(hash).await.unwrap();
    assert_eq!(blobs.get(hash).await.unwrap(), content);
    blobs.set_aside(hash).await.unwrap();
    for _ in 0..2 {
        blobs.forget(hash).await.unwrap();
    }
    blobs.bring_back(hash).await.unwrap();
    assert!(!blobs.exists(hash).await.unwrap());
}

/// Changed bytes are never given out.
async fn notices_damage(store: Store, root: &Path, files: &Path) {
    let hash = store.blobs().put("good bytes").await.unwrap();
    let name = hash.hex();
    let object = root.join(&name[..2]).join(&name);
    std::fs::write(object, "evil bytes").unwrap();
    assert!(matches!(store.blobs().get(hash).await, Err(StoreError::BlobDamaged(h)) if h == hash));
    let target = files.join("out");
    let copied = store.blobs().get_to_file(hash, &target).await;
    assert!(matches!(copied, Err(StoreError::BlobDamaged(_))));
    assert!(!target.exists() && std::fs::read_dir(files).unwrap().count() == 0, "no half a file is left");
}

#[tokio::test]
async fn local_files_keep_their_promises() {
    let (place, files) = (Place::sqlite(), tempfile::tempdir().unwrap());
    let store = Store::open(&StoreConfig::local(place.dir())).await.unwrap();
    keeps_its_promises(store.clone(), files.path()).await;
    takes_out_of_service(&store).await;
    let files = tempfile::tempdir().unwrap();
    notices_damage(store, &place.dir().join("blobs"), files.path()).await;
}

#[tokio::test]
async fn s3_keeps_its_promises() {
    let (place, files, s3) = (Place::sqlite(), tempfile::tempdir().unwrap(), S3::start());
    let store = Store::open(&on_s3(&place, &s3)).await.unwrap();
    keeps_its_promises(store.clone(), files.path()).await;
    takes_out_of_service(&store).await;
    let files = tempfile::tempdir().unwrap();
    notices_damage(store, &s3.files().join("karat/blobs"), files.path()).await;
}

#[tokio::test]
async fn an_s3_that_is_gone_or_refuses_is_said_clearly() {
    let (place, mut s3) = (Place::sqlite(), S3::start());
    let mut config = on_s3(&place, &s3);
    config.s3.secret_key = Some("wrong".into());
    let store = Store::open(&config).await.unwrap();
    let problem = Problem::from(store.blobs().put("x").await.unwrap_err());
    assert_eq!((problem.status, problem.code.as_str()), (503, "blobs_down"), "{problem}");

    let store = Store::open(&on_s3(&place, &s3)).await.unwrap();
    let hash = store.blobs().put("x").await.unwrap();
    s3.stop();
    let problem = Problem::from(store.blobs().get(hash).await.unwrap_err());
    assert_eq!((problem.status, problem.code.as_str()), (503, "blobs_down"), "{problem}");
    assert!(problem.hint.contains("karat doctor"));
}

#[tokio::test]
async fn many_writers_of_the_same_bytes_agree() {
    let place = Place::sqlite();
    let store = Store::open(&StoreConfig::local(place.dir())).await.unwrap();
    let puts: Vec<_> = (0..16)
        .map(|i| {
            let blobs = store.blobs().clone();
            tokio::spawn(async move { blobs.put(format!("text {}", i % 2)).await.unwrap() })
        })
        .collect();
    for (i, put) in puts.into_iter().enumerate() {
        assert_eq!(put.await.unwrap(), Hash::of(format!("text {}", i % 2).as_bytes()));
    }
    assert_eq!(store.blobs().all().try_collect::<Vec<_>>().await.unwrap().len(), 2);
}
