//! Bad input and bad luck: a clear error with the fix on stderr, the exit code not 0.

use crate::process::{Karat, command, finish};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// Runs a command that must fail; returns its problem.
fn problem(mut command: std::process::Command) -> Value {
    command.arg("--json");
    let output = finish(command, "");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8(output.stderr).unwrap();
    let problem: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(!problem["hint"].as_str().unwrap().is_empty(), "{problem}");
    problem
}

#[test]
fn a_taken_port_is_named_with_another() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let mut serve = command(&["serve", "--bind", &bind]);
    serve.env("KARAT_DATA_DIR", dir.path());
    let problem = problem(serve);
    assert_eq!(problem["code"], "port_taken");
    assert!(problem["detail"].as_str().unwrap().contains(bind.rsplit_once(':').unwrap().1));
    assert!(problem["hint"].as_str().unwrap().contains("--bind"));
}

#[test]
fn a_database_that_is_down_is_named_without_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let mut serve = command(&["serve", "--bind", "127.0.0.1:0"]);
    serve
        .env("KARAT_DATA_DIR", dir.path())
        .env("KARAT_DATABASE_URL", "postgres://ada:hunter2@127.0.0.1:9/karat");
    let problem = problem(serve);
    assert_eq!((&problem["code"], &problem["status"]), (&"database_down".into(), &503.into()));
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
}

#[test]
fn a_postgres_database_without_tables_asks_for_migrate() {
    let place = karat_testkit::Place::postgres();
    let mut serve = command(&["serve", "--bind", "127.0.0.1:0"]);
    serve.env("KARAT_DATA_DIR", place.dir()).env("KARAT_DATABASE_URL", place.database_url().unwrap());
    let problem = problem(serve);
    assert_eq!(problem["code"], "database_not_migrated");
    assert!(problem["hint"].as_str().unwrap().contains("karat migrate"));
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a-file");
    std::fs::write(&file, "not a folder").unwrap();
    let mut migrate = command(&["doctor"]);
    migrate.env("KARAT_DATA_DIR", &file);
    let output = finish(migrate, "");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("BAD") && said.contains("--data-dir"), "{said}");
}

#[test]
fn a_setting_nobody_knows_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("karat.toml"), "wokers = 2\n").unwrap();
    let mut doctor = command(&["doctor"]);
    doctor.env("KARAT_DATA_DIR", dir.path());
    let problem = problem(doctor);
    assert_eq!(problem["code"], "config_invalid");
    assert!(problem["detail"].as_str().unwrap().contains("wokers"));
}

#[test]
fn a_demo_with_nothing_to_read_says_how_to_get_text() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    for args in [&["demo"][..], &["demo", "--from", empty.to_str().unwrap(), "--licence", "MIT"]] {
        let mut demo = command(args);
        demo.env("KARAT_DATA_DIR", dir.path().join("data"));
        let problem = problem(demo);
        assert_eq!(problem["code"], "nothing_to_read");
        assert!(problem["hint"].as_str().unwrap().contains("--from"), "{problem}");
    }
}

#[test]
fn a_demo_never_plays_over_somebodys_data() {
    let karat = Karat::sqlite();
    let server = tokio::runtime::Runtime::new().unwrap();
    server.block_on(async {
        let server = karat.serve().await;
        server.post("datanets", crate::kill::datanet("Mine")).await;
    });
    let texts = karat.dir().join("texts");
    std::fs::create_dir(&texts).unwrap();
    std::fs::write(texts.join("a.md"), "Some text.").unwrap();
    let problem = problem(karat.command(&["demo", "--from", texts.to_str().unwrap(), "--licence", "MIT"]));
    assert_eq!(problem["code"], "data_dir_in_use");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let mut list = command(&["datanet", "list", "--server", "http://127.0.0.1:9", "--key", "karat_x"]);
    list.env("HOME", "/nonexistent");
    let problem = problem(list);
    assert_eq!(problem["code"], "server_unreachable");
}

#[test]
fn a_login_nobody_made_says_so() {
    let home = tempfile::tempdir().unwrap();
    let mut list = command(&["datanet", "list"]);
    list.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME");
    assert_eq!(problem(list)["code"], "not_logged_in");
}

/// A limit on the size of files stands in for the full disk: no special rights are needed.
#[test]
fn a_full_disk_is_named_and_nothing_half_written_stays() {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("full.sh");
    // A limit of 64 KiB a file: the database cannot grow to its first tables.
    let text = "#!/bin/sh\ntrap '' XFSZ\nulimit -f 64\nexec \"$@\"\n";
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("data");
    let mut migrate = std::process::Command::new(&script);
    migrate.arg(env!("CARGO_BIN_EXE_karat")).arg("migrate").env("KARAT_DATA_DIR", &data);
    let output = finish(migrate, "");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("fix:"), "{said}");
    let mut again = command(&["migrate"]);
    again.env("KARAT_DATA_DIR", &data);
    let output = finish(again, "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
