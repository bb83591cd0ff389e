//! An S3 server in the test process, with signed requests and conditional puts.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A running server with one empty bucket; it stops when the value is dropped.
#[derive(Debug)]
pub struct S3 {
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
    /// The bucket.
    pub bucket: &'static str,
    /// Key id it accepts.
    pub access_key: &'static str,
    /// The secret that goes with it.
    pub secret_key: &'static str,
    dir: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl S3 {
    /// Starts a server on a free port of this machine, on a thread of its own.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let bucket = "karat-test";
        std::fs::create_dir(dir.path().join(bucket)).expect("a bucket");
        let (access_key, secret_key) = ("test-key", "test-secret");
        let files = s3s_fs::FileSystem::new(dir.path()).expect("the folder serves");
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(access_key, secret_key));
        let service = service.build();
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                tell.send(listener.local_addr().expect("its address")).expect("the test waits");
                tokio::select! {
                    () = serve(listener, service) => {}
                    _ = stopped => {}
                }
            });
        });
        let endpoint = format!("http://{}", told.recv().expect("the server starts"));
        let (stop, thread) = (Some(stop), Some(thread));
        Self { endpoint, bucket, access_key, secret_key, dir, stop, thread }
    }

    /// The folder the objects of the bucket are in, for tests that damage them.
    pub fn files(&self) -> PathBuf {
        Path::new(self.dir.path()).join(self.bucket)
    }

    /// Stops answering, as an outage would.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let service = service.clone();
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            // A client that goes away in the middle is its own affair.
            let _ = builder.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
