//! Mistakes: one sentence, nothing changed, no key repeated.

use crate::home::{CONFIGURED_PORT, Home, NOWHERE, SECRETS};

/// Commands that must change nothing, with a part of the sentence that each fails with.
fn refusals(own: &str) -> Vec<(Vec<&str>, &'static str)> {
    let key = "a key must not be empty and must not hold spaces or line breaks";
    let own_address = "is Relayscope itself";
    let add = |rest: &[&'static str]| [&["site", "add", "new"], rest].concat();
    let mut refusals = vec![
        (add(&["--url", NOWHERE, "--key", ""]), key),
        (
            add(&[
                "--url",
                NOWHERE,
                "--key",
                SECRETS[3],
                "--key",
                "sk two words",
            ]),
            key,
        ),
        (add(&["--url", NOWHERE, "--key", "sk-one\nsk-two"]), key),
        (
            add(&["--url", NOWHERE, "--key", "-"]),
            "no key came on standard input",
        ),
        (
            add(&["--url", NOWHERE, "--key", SECRETS[3], "--key", SECRETS[3]]),
            "has the key sk-••••••••4444 already",
        ),
        (
            add(&["--url", "https://me:secret@relay.example"]),
            "must not hold a user name or password",
        ),
        (
            add(&["--url", "https://relay.example/v1?key=1"]),
            "must not hold a query",
        ),
        (
            add(&["--url", "ftp://relay.example"]),
            "must begin with http:// or https://",
        ),
        (add(&["--url", ""]), "the address"),
        (
            add(&["--url", NOWHERE, "--api", "gemini"]),
            "“gemini” is no API",
        ),
        (
            add(&["--url", NOWHERE, "--multiplier", "cheap"]),
            "the multiplier must be a number",
        ),
        (
            add(&["--url", NOWHERE, "--checkin-url", "javascript:alert(1)"]),
            "must be a web address",
        ),
        (
            vec!["site", "add", " ", "--url", NOWHERE],
            "a site needs a name",
        ),
        (
            vec!["site", "add", "Main", "--url", NOWHERE],
            "there is a site named “Main” already",
        ),
        (
            vec!["site", "edit", "main", "--strategy", "luck"],
            "“luck” is no strategy",
        ),
        (
            vec![
                "site", "edit", "main", "--api", "gemini", "--key", SECRETS[3],
            ],
            "“gemini” is no API",
        ),
        (
            vec![
                "site",
                "edit",
                "main",
                "--key",
                SECRETS[3],
                "--key",
                "two words",
                "--name",
                "b",
            ],
            key,
        ),
        (
            vec!["site", "edit", "main", "--name", "other"],
            "there is a site named “other” already",
        ),
        (
            vec!["site", "edit", "nobody", "--name", "b"],
            "there is no site named “nobody”",
        ),
        (
            vec!["site", "show", SECRETS[3]],
            "there is no site named “sk-••••••••4444”",
        ),
        (
            vec!["site", "remove", "nobody"],
            "there is no site named “nobody”",
        ),
        (
            vec!["site", "use", "main", "--fallback", "nobody"],
            "there is no site named “nobody”",
        ),
        (
            vec!["site", "use", "main", "--fallback", "main"],
            "main is named twice",
        ),
        (
            vec!["site", "key", "add", "main", "--key", SECRETS[0]],
            "has the key sk-••••••••1111 already",
        ),
        (
            vec![
                "site", "key", "add", "main", "--key", SECRETS[3], "--weight", "1001",
            ],
            "a weight must be between 0 and 1000",
        ),
        (
            vec![
                "site", "key", "add", "main", "--key", SECRETS[3], "--key", SECRETS[4], "--label",
                "x",
            ],
            "a label names one key",
        ),
        (
            vec!["site", "key", "remove", "main", SECRETS[0]],
            "there is no key with that id, label or ending",
        ),
        (
            vec!["site", "key", "remove", "other", "key 1"],
            "there is no key with that id, label or ending",
        ),
        (
            vec!["tokens", "reset", "--site", "nobody"],
            "there is no site named “nobody”",
        ),
        (
            vec!["tokens", "reset", "--site", "other", "--key", "1111"],
            "there is no key with that id",
        ),
        (vec!["ping", "nobody"], "there is no site named “nobody”"),
    ];
    refusals.push((vec!["site", "add", "new", "--url", own], own_address));
    refusals.push((vec!["site", "edit", "other", "--url", own], own_address));
    refusals
}

fn check_refusals(home: &Home, own: &str) {
    home.done(&[
        "site",
        "add",
        "main",
        "--url",
        "http://127.0.0.1:10",
        "--api",
        "both",
        "--key",
        SECRETS[0],
    ]);
    home.done(&[
        "site",
        "add",
        "other",
        "--url",
        "http://127.0.0.1:11",
        "--api",
        "both",
    ]);
    // The list holds the sites with their keys and places in the route.
    let everything = || home.json(&["site", "list"]);
    let before = everything();
    for (arguments, says) in refusals(own) {
        let sentence = home.refused(&arguments);
        assert!(sentence.contains(says), "{arguments:?}: {sentence}");
        assert_eq!(everything(), before, "{arguments:?} changed something");
    }
}

#[test]
fn mistakes_are_told_in_a_sentence_and_change_nothing() {
    check_refusals(
        &Home::new(),
        &format!("http://localhost:{CONFIGURED_PORT}/v1"),
    );
}

#[test]
fn a_server_refuses_the_same_mistakes() {
    let mut home = Home::new();
    home.serve();
    check_refusals(&home, &format!("http://127.0.0.2:{}", home.port()));
}

#[test]
fn wrong_usage_exits_with_2_and_repeats_no_key() {
    let home = Home::new();
    for arguments in [
        &["site"][..],
        &["site", "add", "a"],
        &["site", "add", "a", "--url", NOWHERE, "--type", "stolen"],
        &["site", "edit", "a"],
        &["site", "key", "add", "a", SECRETS[0]],
        &["site", "key", "add", "a", SECRETS[4]],
        &["site", "key", "add", "a", "--kye", SECRETS[0]],
        &[
            "site", "key", "add", "a", "--weight", SECRETS[0], "--key", SECRETS[1],
        ],
        &["tokens", "mend"],
        &["ping"],
    ] {
        let said = home.run(arguments);
        assert_eq!(
            (said.code, &said.out[..]),
            (2, ""),
            "{arguments:?}: {said:?}"
        );
    }
}

#[test]
fn settings_that_cannot_be_read_are_told() {
    let home = Home::new();
    home.setting("valut = \"file\"");
    let sentence = home.refused(&["site", "list"]);
    assert!(sentence.contains("config.toml, line 6"), "{sentence}");
}
