//! A throwaway PostgreSQL: started by the first test that needs it, gone with the process.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(60);

/// Safety against a power cut is what a test database does without.
const FAST: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=32MB",
    "listen_addresses=127.0.0.1",
];

/// Stops the server and removes its folder when the test process is gone, however it
/// went: the kernel sends TERM to this shell when the thread that started it ends.
const WATCHDOG: &str = r#"
trap 'kill -QUIT $server; wait $server; rm -rf "$KARAT_TEST_DIR"; exit' TERM
setpriv --pdeathsig QUIT "$@" & server=$!
wait $server
rm -rf "$KARAT_TEST_DIR"
"#;

/// A running server. Dropping it ends it at once, connections and all, as a crash would.
#[derive(Debug)]
pub struct Server {
    watchdog: Child,
    dir: PathBuf,
    bin: PathBuf,
    port: u16,
}

/// A database of its own for one test; dropped with the value.
#[derive(Debug)]
pub struct Database {
    /// `postgres://…`
    pub url: String,
    name: String,
}

/// An empty database on the shared server.
pub fn database() -> Database {
    let name = format!("test_{}", next());
    shared().create(&name);
    Database { url: shared().url(&name), name }
}

impl Drop for Database {
    fn drop(&mut self) {
        shared().sql(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// The one server of this process.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| {
        // The parent the kernel watches is a thread: this one lives as long as the process.
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            send.send(Server::start()).expect("the test waits for the server");
            loop {
                std::thread::park();
            }
        });
        receive.recv().expect("PostgreSQL starts; the message above says why it did not")
    })
}

impl Server {
    /// Starts a server that only the caller uses, so that it can be stopped in a test.
    /// It ends at the latest when the calling thread does.
    pub fn start() -> Self {
        let bin = binaries();
        let started = (0..5).find_map(|_| Self::listen(&bin, &cluster(&bin)));
        started.expect("PostgreSQL found no free port in five tries")
    }

    /// One try; none when somebody took the port in between.
    fn listen(bin: &Path, dir: &Path) -> Option<Self> {
        let port = free_port();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "sh", "-c", WATCHDOG, "watchdog"]);
        command.args(demoted(&bin.join("postgres")));
        command.arg("-D").arg(dir.join("data")).arg("-p").arg(port.to_string());
        command.arg("-k").arg(dir);
        for setting in FAST {
            command.args(["-c", setting]);
        }
        let log = std::fs::File::create(dir.join("log")).expect("a log file");
        command.env("KARAT_TEST_DIR", dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let watchdog = command.spawn().expect("setpriv starts");
        let mut server = Self { watchdog, dir: dir.to_path_buf(), bin: bin.to_path_buf(), port };
        server.wait_until_ready().then_some(server)
    }

    fn wait_until_ready(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < START {
            if self.psql("SELECT 1").status.success() {
                return true;
            }
            let ended = self.watchdog.try_wait().expect("the watchdog is ours");
            let log = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            if ended.is_some() || log.contains("could not bind") || log.contains("Address already in use") {
                return false;
            }
            std::thread::sleep(Duration::from_millis(40));
        }
        panic!("PostgreSQL did not answer within {START:?}; see {}", self.dir.join("log").display());
    }

    /// Address of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database.
    pub fn create(&self, name: &str) {
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE template0"));
    }

    /// Runs one statement as the superuser.
    pub fn sql(&self, statement: &str) {
        let done = self.psql(statement);
        assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn psql(&self, statement: &str) -> Output {
        Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-h", "127.0.0.1", "-U", "postgres", "-d", "postgres", "-c", statement])
            .arg("-p")
            .arg(self.port.to_string())
            .output()
            .expect("psql runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.watchdog.id().to_string()).status();
        let _ = self.watchdog.wait();
    }
}

/// A folder with a fresh cluster in it.
fn cluster(bin: &Path) -> PathBuf {
    let dir = Path::new("/tmp").join(format!("karat-pg-{}-{}", std::process::id(), next()));
    std::fs::create_dir(&dir).expect("a folder for PostgreSQL");
    if is_root() {
        chown(&dir, Some(id("-u")), Some(id("-g"))).expect("the folder belongs to postgres");
    }
    let data = dir.join("data");
    let data = data.to_string_lossy();
    let options = ["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"];
    must(as_postgres(&bin.join("initdb")).args(options), "initdb");
    dir
}

fn next() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Debian keeps the server out of PATH; the newest version wins.
fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .collect();
    found.sort();
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = found.into_iter().rev().map(|(_, p)| p).chain(std::env::split_paths(&in_path));
    candidates.into_iter().find(|dir| dir.join("initdb").exists()).unwrap_or_else(|| {
        panic!(
            "PostgreSQL is not installed, and every database test runs on it too.\n  fix: apt-get install -y postgresql"
        )
    })
}

fn is_root() -> bool {
    id_of(&["-u"]) == 0
}

fn id(what: &str) -> u32 {
    id_of(&[what, "postgres"])
}

fn id_of(args: &[&str]) -> u32 {
    let out = must(Command::new("id").args(args), "id");
    String::from_utf8_lossy(&out.stdout).trim().parse().expect("a number")
}

/// PostgreSQL refuses to run as root.
fn demoted(program: &Path) -> Vec<String> {
    let mut line = Vec::new();
    if is_root() {
        let (user, group) = (id("-u").to_string(), id("-g").to_string());
        line.extend(["setpriv", "--reuid", &user, "--regid", &group, "--clear-groups"].map(str::to_owned));
        // A change of user clears the wish to be told of the parent's death.
        line.extend(["--pdeathsig", "QUIT"].map(str::to_owned));
    }
    line.push(program.to_string_lossy().into_owned());
    line
}

fn as_postgres(program: &Path) -> Command {
    let line = demoted(program);
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).current_dir("/");
    command
}

fn must(command: &mut Command, what: &str) -> Output {
    let done = command.output().unwrap_or_else(|e| panic!("{what} does not run: {e}"));
    assert!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};

    const CHILD: &str = "KARAT_TEST_CHILD";

    /// A test run that is killed must not leave servers behind: the next ones would starve.
    #[test]
    fn the_server_dies_with_the_process_that_started_it_even_by_kill_9() {
        if std::env::var_os(CHILD).is_some() {
            println!("folder {}", shared().dir.display());
            loop {
                std::thread::park();
            }
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "postgres::tests::the_server_dies_with_the_process_that_started_it_even_by_kill_9",
            ])
            .args(["--nocapture", "--test-threads=1"])
            .env(CHILD, "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // The harness has begun the line with the test's name.
        let mut folders = lines.filter_map(|l| Some(PathBuf::from(l.split_once("folder ")?.1)));
        let folder = folders.next().expect("the child starts a server");
        let pid = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        let server = Path::new("/proc").join(pid.lines().next().unwrap().trim());
        assert!(server.exists());
        child.kill().unwrap();
        child.wait().unwrap();
        let start = Instant::now();
        while folder.exists() || server.exists() {
            assert!(start.elapsed() < Duration::from_secs(20), "{} is still there", folder.display());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn each_test_has_a_database_of_its_own_which_goes_with_it() {
        let (one, two) = (database(), database());
        assert_ne!(one.url, two.url);
        let name = one.name.clone();
        drop(one);
        let listed = shared().psql("SELECT datname FROM pg_database");
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(!listed.contains(&name) && listed.contains(&two.name), "{listed}");
    }
}
