//! Every sentence has words in both languages, with the same gaps, and no words are left over.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use relayscope_verify::{Language, Words, catalogue};

/// Codes are texts of this form in the source: `section.key`.
fn codes_in(text: &str, sections: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    for part in text.split('"').skip(1).step_by(2) {
        let Some((section, key)) = part.split_once('.') else {
            continue;
        };
        let is_key = !key.is_empty()
            && key != "toml"
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if sections.contains(section) && is_key {
            found.insert(part.to_owned());
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn gaps(sentence: &str) -> BTreeSet<&str> {
    let parts = sentence.split('{').skip(1);
    parts.filter_map(|part| part.split('}').next()).collect()
}

#[test]
fn both_languages_say_everything_with_the_same_gaps() {
    let (english, chinese) = (
        Words::of(Language::English).unwrap(),
        Words::of(Language::Chinese).unwrap(),
    );
    let codes: BTreeSet<&str> = english.codes().collect();
    assert_eq!(codes, chinese.codes().collect());
    for code in codes {
        let (one, other) = (english.get(code).unwrap(), chinese.get(code).unwrap());
        assert_eq!(gaps(one), gaps(other), "{code}");
    }
}

#[test]
fn every_claim_has_words_and_every_word_a_claim() {
    let words = Words::of(Language::English).unwrap();
    let sections: BTreeSet<String> = words
        .codes()
        .filter_map(|code| code.split_once('.'))
        .map(|(section, _)| section.to_owned())
        .collect();
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let mut used = BTreeSet::new();
    for file in files {
        // Quotes inside of texts would shift the pairs, so escaped ones go first.
        let text = std::fs::read_to_string(file).unwrap().replace("\\\"", "");
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            codes_in(line, &sections, &mut used);
        }
    }
    for about in catalogue() {
        used.insert(format!("probe.{}", about.id));
    }
    for channel in relayscope_verify::Channel::ALL {
        used.insert(format!("channel.{}", channel.name()));
    }
    used.insert("channel.unknown".to_owned());
    let known: BTreeSet<String> = words.codes().map(str::to_owned).collect();
    // `prior.channel` is the name of a setting.
    let missing: Vec<_> = used.difference(&known).collect();
    assert!(missing.is_empty(), "without words: {missing:?}");
    let idle: Vec<_> = known.difference(&used).collect();
    assert!(idle.is_empty(), "words that nobody says: {idle:?}");
}
