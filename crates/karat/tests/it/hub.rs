//! A hub on this machine: the listing, the files, redirects to another host, and every way
//! a connection can go wrong.

use serde_json::{Value, json};
use sha1::Digest as _;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What happens to a file's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Whole answers.
    Good,
    /// Each answer breaks off after so many bytes.
    Drops(usize),
    /// Whole files whatever range was asked for, each breaking off once.
    IgnoresRanges(usize),
    /// One byte is wrong.
    Spoils,
    /// The first answers are 503.
    Busy(usize),
    /// Every answer is this status.
    Refuses(u16),
    /// Each answer stays open after so many bytes.
    Hangs(usize),
}

/// One request for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) from: usize,
    pub(crate) token: Option<String>,
    /// Whether the other host was asked.
    pub(crate) elsewhere: bool,
}

struct Inner {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    mood: Mutex<Mood>,
    asked: Mutex<Vec<Asked>>,
    answers: AtomicUsize,
    elsewhere: Mutex<String>,
}

/// A running hub with one model, `org/tiny`.
pub(crate) struct Hub {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

impl Hub {
    /// Serves the files of a folder; safetensors lie on another host, as large files do.
    pub(crate) fn of(dir: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.insert(name, std::fs::read(path).unwrap());
        }
        let inner = Arc::new(Inner {
            files: Mutex::new(files),
            mood: Mutex::new(Mood::Good),
            asked: Mutex::default(),
            answers: AtomicUsize::new(0),
            elsewhere: Mutex::default(),
        });
        let (url, other) = (listen(inner.clone(), false), listen(inner.clone(), true));
        *inner.elsewhere.lock().unwrap() = other;
        Self { url, inner }
    }

    pub(crate) fn mood(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap() = mood;
        self.inner.answers.store(0, Ordering::SeqCst);
    }

    /// Puts a file there, or takes it away.
    pub(crate) fn put(&self, name: &str, content: Option<&[u8]>) {
        let mut files = self.inner.files.lock().unwrap();
        match content {
            Some(content) => files.insert(name.to_owned(), content.to_vec()),
            None => files.remove(name),
        };
    }

    /// What was asked for since the last call.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.inner.asked.lock().unwrap())
    }
}

fn listen(inner: Arc<Inner>, elsewhere: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let inner = inner.clone();
            // A client that goes away in the middle is what this is for.
            std::thread::spawn(move || answer(&inner, stream, elsewhere).ok());
        }
    });
    url
}

fn answer(inner: &Inner, mut stream: TcpStream, elsewhere: bool) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok);
    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let header = |name: &str| {
        let prefix = format!("{name}: ");
        head.iter().find_map(|l| l.to_lowercase().starts_with(&prefix).then(|| l[prefix.len()..].to_owned()))
    };
    if path.starts_with("/api/models/org/tiny/revision/main") {
        let body = listing(&inner.files.lock().unwrap()).to_string();
        return write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
    }
    let name = path.strip_prefix(&format!("/org/tiny/resolve/{COMMIT}/")).unwrap_or_default().to_owned();
    let Some(content) = inner.files.lock().unwrap().get(&name).cloned() else {
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let from =
        header("range").and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()).unwrap_or(0);
    let asked = Asked { name: name.clone(), from, token: header("authorization"), elsewhere };
    inner.asked.lock().unwrap().push(asked);
    if name.ends_with(".safetensors") && !elsewhere {
        let to = format!("{}{path}", inner.elsewhere.lock().unwrap());
        return write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    send(inner, &mut stream, content, from)
}

fn send(inner: &Inner, stream: &mut TcpStream, mut content: Vec<u8>, from: usize) -> std::io::Result<()> {
    let (mood, turn) = (*inner.mood.lock().unwrap(), inner.answers.fetch_add(1, Ordering::SeqCst));
    let size = content.len();
    let mut from = from;
    let mut last = size;
    match mood {
        Mood::Busy(times) if turn < times => {
            return write!(
                stream,
                "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        Mood::Refuses(status) => {
            return write!(stream, "HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        Mood::Spoils if size > 0 => content[size / 2] ^= 1,
        Mood::Drops(after) | Mood::Hangs(after) => last = size.min(from + after),
        Mood::IgnoresRanges(after) => {
            last = if from == 0 && size > after { after } else { size };
            from = 0;
        }
        _ => {}
    }
    let status = match from {
        0 => "200 OK".to_owned(),
        _ => format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{size}", size - 1),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", size - from)?;
    stream.write_all(&content[from..last])?;
    stream.flush()?;
    if matches!(mood, Mood::Hangs(_)) && last < size {
        std::thread::sleep(crate::process::PATIENCE);
    }
    Ok(())
}

fn listing(files: &BTreeMap<String, Vec<u8>>) -> Value {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let one = |(name, content): (&String, &Vec<u8>)| {
        let mut git = sha1::Sha1::new();
        git.update(format!("blob {}\0", content.len()));
        git.update(content);
        let mut file = json!({"rfilename": name, "size": content.len(), "blobId": hex(&git.finalize())});
        if name.ends_with(".safetensors") {
            let sha256 = hex(&sha2::Sha256::digest(content));
            file["lfs"] = json!({"sha256": sha256, "size": content.len(), "pointerSize": 134});
        }
        file
    };
    json!({"id": "org/tiny", "sha": COMMIT, "gated": false, "siblings": files.iter().map(one).collect::<Vec<_>>()})
}
