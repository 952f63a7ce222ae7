//! Starting, and the sentences when that cannot be.

use std::path::Path;

use crate::harness::{Harness, question};

/// The sentence that a start fails with.
async fn sentence(harness: Harness) -> String {
    match harness.try_start().await {
        Ok(_) => panic!("it started"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_mistake_in_the_settings_names_file_and_line() {
    for (text, line, says) in [
        ("[server]\n\nprot = 1\n", 3, "did you mean port?"),
        ("\n[capture]\nbodies = 3\n", 3, "must be of type boolean"),
        ("[server\n", 1, ""),
        ("a = 1\n[b]\n", 1, "unknown section"),
        ("[server]\nhosts = [\n", 2, ""),
    ] {
        let harness = Harness::new().settings_file(text);
        let file = harness.data().join("config.toml");
        let said = sentence(harness).await;
        let place = format!("{}, line {line}: ", file.display());
        assert!(said.starts_with(&place), "{text:?}: {said}");
        assert!(said.contains(says), "{text:?}: {said}");
    }
    let out_of_range = Harness::new().settings_file("[capture]\nqueue_mib = 0\n");
    let said = sentence(out_of_range).await;
    assert!(said.contains("capture.queue_mib"), "{said}");
    assert!(said.contains("config.toml"), "{said}");
}

#[tokio::test]
async fn broken_settings_are_left_as_they_are() {
    let harness = Harness::new().settings_file("not toml at all [[[");
    let keep = harness.data().to_owned();
    let error = harness.try_start().await.err().unwrap();
    assert!(error.to_string().contains("line 1"), "{error}");
    assert!(!keep.join("traffic.db").exists(), "nothing was begun");
}

/// A directory with recorded traffic.
async fn used() -> tempfile::TempDir {
    let door = Harness::new().start().await;
    let heard = door.call("/v1/messages", "text", true).send().await;
    door.detail(heard.id()).await;
    door.stop().await
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    for name in ["traffic.db", "relayscope.db"] {
        let data = used().await;
        let file = data.path().join(name);
        let mut bytes = std::fs::read(&file).unwrap();
        // Bytes 60 to 63 of the file are SQLite's user_version.
        bytes[60..64].copy_from_slice(&9_000_u32.to_be_bytes());
        std::fs::write(&file, &bytes).unwrap();
        let said = sentence(Harness::within(data_at(&data))).await;
        assert!(said.contains(name), "{said}");
        assert!(said.contains("newer Relayscope"), "{said}");
        assert!(said.contains("9000"), "{said}");
        assert!(said.contains("--data-dir"), "{said}");
        assert!(std::fs::read(&file).unwrap() == bytes, "the file changed");
    }
}

#[tokio::test]
async fn a_damaged_database_is_refused_and_left_alone() {
    for damage in [
        |bytes: &mut Vec<u8>| bytes[..16].fill(0),
        |bytes: &mut Vec<u8>| *bytes = b"this is no database, it is a letter to my aunt".to_vec(),
        |bytes: &mut Vec<u8>| bytes[100..8_000].fill(0xff),
    ] {
        for (name, advice) in [
            ("traffic.db", "sites and settings are in other files"),
            ("relayscope.db", "put a copy of it in its place"),
        ] {
            let data = used().await;
            let file = data.path().join(name);
            let mut bytes = std::fs::read(&file).unwrap();
            damage(&mut bytes);
            std::fs::write(&file, &bytes).unwrap();
            let said = sentence(Harness::within(data_at(&data))).await;
            assert!(said.contains(name), "{said}");
            assert!(said.contains(advice), "{said}");
            assert!(std::fs::read(&file).unwrap() == bytes, "the file changed");
        }
    }
}

/// A handle on the same directory that does not remove it.
fn data_at(data: &tempfile::TempDir) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

#[tokio::test]
async fn a_directory_in_use_names_pid_and_port() {
    let first = Harness::new().start().await;
    let options = relayscope_server::Options {
        data_dir: Some(first.data().to_owned()),
        port: Some(0),
        ..Default::default()
    };
    let Err(error) = relayscope_server::start(options).await else {
        panic!("two at once");
    };
    let (pid, port) = (std::process::id(), first.address.port());
    assert_eq!(
        error.to_string(),
        format!("Relayscope is running already (pid {pid}, port {port})")
    );
}

#[tokio::test]
async fn a_taken_port_names_its_holder_and_the_next_free_one() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let said = sentence(Harness::new().port(port)).await;
    assert!(said.starts_with(&format!("port {port} is taken")), "{said}");
    assert!(
        said.contains(&format!("(pid {})", std::process::id())),
        "{said}"
    );
    let next = said.split_once("use --port ").unwrap().1;
    let next: u16 = next.split(',').next().unwrap().parse().unwrap();
    assert!(next > port && next <= port.saturating_add(50), "{said}");
}

#[tokio::test]
async fn an_open_address_needs_a_key() {
    let said = sentence(Harness::new().setting("server.bind", "0.0.0.0")).await;
    assert!(said.contains("security.require_api_key = true"), "{said}");
    let made = Harness::new()
        .setting("server.bind", "0.0.0.0")
        .setting("security.require_api_key", true)
        .start()
        .await;
    let settings = made.running().app().settings();
    assert!(settings.security.api_key.starts_with("sk-relayscope-"));
    let kept = std::fs::read_to_string(made.data().join("config.toml")).unwrap();
    assert!(kept.contains(&settings.security.api_key), "it is kept");
}

#[tokio::test]
async fn an_address_of_another_machine_is_named() {
    let said = sentence(
        Harness::new()
            .setting("server.bind", "192.0.2.7")
            .setting("security.require_api_key", true),
    )
    .await;
    assert!(said.contains("192.0.2.7"), "{said}");
}

#[tokio::test]
async fn what_was_recorded_is_there_after_a_restart() {
    let door = Harness::new().start().await;
    let heard = door.call("/v1/messages", "thinking", true).send().await;
    let before = door.detail(heard.id()).await;
    let data = door.stop().await;
    let door = Harness::within(data).start().await;
    let after = door.detail(heard.id()).await;
    for member in [
        "outcome",
        "tokens",
        "cost",
        "timing",
        "request_body",
        "response",
    ] {
        assert_eq!(before[member], after[member], "{member}");
    }
    let shown = door.get("/api/stats").send().await.json();
    assert_eq!(shown["total_requests"], 1);
}

#[tokio::test]
async fn stopping_lets_a_stream_end() {
    let door = Harness::new().start().await;
    let call = door.call("/v1/messages", "slow?ttft=10&rate=50&tokens=40", true);
    let response = call.head().await.unwrap();
    let reading = tokio::spawn(async move {
        use http_body_util::BodyExt;
        response.collect().await.unwrap().to_bytes()
    });
    let direct = crate::harness::Ask::new(door.upstream.address(), "POST", "/v1/messages")
        .body(question("slow?ttft=10&rate=50&tokens=40", true))
        .send()
        .await;
    let data = door.stop().await;
    assert!(reading.await.unwrap() == direct.body, "the stream was cut");
    let door = Harness::within(data).start().await;
    assert_eq!(door.newest().await["outcome"], "done");
}

#[tokio::test]
async fn nothing_is_left_behind_by_a_start_that_failed() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let data = tempfile::tempdir().unwrap();
    let place: &Path = data.path();
    let options = |port| relayscope_server::Options {
        data_dir: Some(place.to_owned()),
        port: Some(port),
        ..Default::default()
    };
    assert!(relayscope_server::start(options(port)).await.is_err());
    let running = relayscope_server::start(options(0)).await.unwrap();
    running.stop().await;
}
