//! A real clamd with a database that knows one thing: the EICAR test file.

use crate::run::karat;
use serde_json::json;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long clamd may take to start on a busy machine.
const START: Duration = Duration::from_secs(60);

/// The harmless file every scanner recognises, in two halves so that none recognises this
/// source.
fn eicar() -> String {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

/// Gone with the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts clamd on a socket in `dir`. It finds whatever has the bytes of the test file in
/// it, at any place.
fn start(dir: &Path) -> Daemon {
    let signatures = dir.join("signatures");
    std::fs::create_dir(&signatures).unwrap();
    let hex: String = eicar().bytes().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(signatures.join("test.ndb"), format!("Karat.Test.EICAR:0:*:{hex}\n")).unwrap();
    let settings = format!(
        "DatabaseDirectory {}\nLocalSocket {}\nForeground yes\nLogFile {}\nTemporaryDirectory {}\nStreamMaxLength 12M\nOfficialDatabaseOnly no\nConcurrentDatabaseReload no\n",
        signatures.display(),
        dir.join("clamd.sock").display(),
        dir.join("clamd.log").display(),
        dir.display(),
    );
    std::fs::write(dir.join("clamd.conf"), settings).unwrap();
    let program = ["/usr/sbin/clamd", "/usr/local/sbin/clamd", "/opt/homebrew/sbin/clamd"];
    let program = program.into_iter().find(|path| Path::new(path).exists());
    let program = program.expect("clamd is not installed\n  fix: apt-get install -y clamav-daemon");
    let mut command = Command::new(program);
    command.arg("--config-file").arg(dir.join("clamd.conf"));
    let mut daemon =
        Daemon(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let began = Instant::now();
    while !dir.join("clamd.sock").exists() {
        let log = || std::fs::read_to_string(dir.join("clamd.log")).unwrap_or_default();
        assert!(daemon.0.try_wait().unwrap().is_none() && began.elapsed() < START, "clamd: {}", log());
        std::thread::sleep(Duration::from_millis(20));
    }
    daemon
}

#[test]
fn a_real_scanner_refuses_what_it_recognises_and_counts_for_nothing_when_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = start(dir.path());
    let prose =
        "The river rises in the hills behind the town and runs for two days before it reaches the sea. ";
    let long = prose.repeat(2_000);
    std::fs::write(dir.path().join("bad.txt"), format!("{long}{}", eicar())).unwrap();
    std::fs::write(dir.path().join("good.txt"), &long).unwrap();
    let socket = dir.path().join("clamd.sock");
    let check = || {
        let args =
            ["check", "--type", "text", "--json", "--clamd", socket.to_str().unwrap(), "bad.txt", "good.txt"];
        karat(dir.path(), &args).lines()
    };
    let lines = check();
    let finding = lines[0]["findings"].as_array().unwrap().iter().find(|f| f["check"] == "A8").unwrap();
    assert_eq!((&finding["code"], &finding["class"]), (&json!("virus_found"), &json!("refuse")));
    assert_eq!(finding["measured"], "Karat.Test.EICAR.UNOFFICIAL");
    assert!(!lines[1].to_string().contains("A8"), "{}", lines[1]);
    drop(daemon);
    for line in check() {
        assert!(
            line["not_run"]
                .as_array()
                .unwrap()
                .contains(&json!({"check": "A8", "why": "not scanned: the virus scanner did not answer"})),
            "{line}"
        );
        assert!(!line["findings"].to_string().contains("A8"));
    }
}
