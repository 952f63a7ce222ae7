//! Header lines as they are kept: secrets masked, as JSON. Calls of one program repeat nearly all of
//! theirs, so what a line came to is remembered.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use base::redact;
use proxy::HeaderList;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::redact as own_redact;
use crate::view::HeaderView;

/// Lines that are remembered; then it begins anew.
const MOST_LINES: usize = 2_000;

/// Longest line that is remembered, in bytes.
const LONGEST_LINE: usize = 1_024;

/// Names of headers that are remembered.
const MOST_NAMES: usize = 500;

/// A line of the headers that went upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SentLine {
    /// The caller's lines from a place on, and how many.
    Same(usize, usize),
    /// One that the caller did not send so.
    Other(HeaderView),
}

/// The lines of the headers that went upstream. `None`: a place names no line.
pub(super) fn restore(sent: Vec<SentLine>, request: &[HeaderView]) -> Option<Vec<HeaderView>> {
    let mut lines = Vec::with_capacity(request.len());
    for line in sent {
        match line {
            SentLine::Same(from, count) => {
                lines.extend_from_slice(request.get(from..from.checked_add(count)?)?);
            }
            SentLine::Other(line) => lines.push(line),
        }
    }
    Some(lines)
}

/// What lines came to. Of secrets it holds no more than hashes with a random seed.
///
/// Two lines with the same hash would be shown as one; neither could show a secret, since what is
/// remembered is masked.
pub(super) struct Lines {
    seed: u64,
    known: HashMap<u64, Box<str>, BuildHasherDefault<AsIs>>,
    names: HashMap<u64, bool, BuildHasherDefault<AsIs>>,
}

/// A hash that needs no other.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            // A random number of the standard library.
            seed: RandomState::new().hash_one(()),
            known: HashMap::default(),
            names: HashMap::default(),
        }
    }

    /// The secrets of a request and of what was made of it, each once.
    pub(super) fn secrets(
        &mut self,
        request: &HeaderList,
        sent: &HeaderList,
        path: &str,
    ) -> Vec<Vec<u8>> {
        let mut secrets = own_redact::secrets_where(request, path, |name| self.is_secret(name));
        let more = own_redact::secrets_where(sent, "", |name| self.is_secret(name));
        secrets.extend(more);
        secrets.sort_unstable();
        secrets.dedup();
        secrets
    }

    fn is_secret(&mut self, name: &str) -> bool {
        let key = xxh3_64_with_seed(name.as_bytes(), self.seed);
        if let Some(secret) = self.names.get(&key) {
            return *secret;
        }
        if self.names.len() >= MOST_NAMES {
            self.names.clear();
        }
        let secret = redact::is_secret_header(name);
        self.names.insert(key, secret);
        secret
    }

    /// Writes the three lists of headers as members of a JSON object, without its braces.
    pub(super) fn write(
        &mut self,
        request: &HeaderList,
        sent: &HeaderList,
        response: &HeaderList,
        secrets: &[Vec<u8>],
        out: &mut String,
    ) {
        let kind = secrets
            .iter()
            .fold(self.seed, |seed, secret| xxh3_64_with_seed(secret, seed));
        let mut asked = Vec::new();
        out.push_str("\"request_headers\":[");
        for (name, value) in request.iter() {
            let key = key(kind, name, value);
            asked.push(key);
            self.line(key, name, value, secrets, out);
        }
        end(out);
        out.push_str(",\"sent\":[");
        let mut run: Option<(usize, usize)> = None;
        for (name, value) in sent.iter() {
            let key = key(kind, name, value);
            match (place(&asked, key, run), run) {
                (Some(at), Some((from, count))) if at == from + count => {
                    run = Some((from, count + 1));
                }
                (at, before) => {
                    same(before, out);
                    run = at.map(|at| (at, 1));
                    if at.is_none() {
                        self.line(key, name, value, secrets, out);
                    }
                }
            }
        }
        same(run, out);
        end(out);
        out.push_str(",\"response_headers\":[");
        for (name, value) in response.iter() {
            let key = key(kind, name, value);
            self.line(key, name, value, secrets, out);
        }
        end(out);
    }

    /// Writes a line and a comma.
    fn line(&mut self, key: u64, name: &str, value: &[u8], secrets: &[Vec<u8>], out: &mut String) {
        if let Some(line) = self.known.get(&key) {
            return out.push_str(line);
        }
        let secret = self.is_secret(name);
        let view = own_redact::line(name, value, secret, secrets);
        let mut line = serde_json::to_string(&view).unwrap_or_default();
        line.push(',');
        out.push_str(&line);
        if line.len() <= LONGEST_LINE {
            if self.known.len() >= MOST_LINES {
                self.known.clear();
            }
            self.known.insert(key, line.into_boxed_str());
        }
    }
}

fn key(kind: u64, name: &str, value: &[u8]) -> u64 {
    let name = xxh3_64_with_seed(name.as_bytes(), kind);
    xxh3_64_with_seed(value, name)
}

/// Where the caller's lines have a line: where the run goes on, if possible.
fn place(asked: &[u64], key: u64, run: Option<(usize, usize)>) -> Option<usize> {
    let next = run.map_or(0, |(from, count)| from + count);
    if asked.get(next) == Some(&key) {
        return Some(next);
    }
    asked.iter().position(|known| *known == key)
}

fn same(run: Option<(usize, usize)>, out: &mut String) {
    use std::fmt::Write as _;
    if let Some((from, count)) = run {
        // Writing to a text cannot fail.
        let _ = write!(out, "[{from},{count}],");
    }
}

/// Ends a list: without the comma behind its last member.
fn end(out: &mut String) {
    if out.ends_with(',') {
        out.pop();
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use proptest::prelude::*;

    use super::*;
    use crate::record::Kept;

    const KEY: &str = "plain-secret-0123456789";

    fn map(lines: &[(u8, u8)]) -> HeaderList {
        let names = ["host", "x-one", "x-two", "accept", "x-api-key", "cookie"];
        let values = ["a", "b", "tell \"plain-secret-0123456789\"", KEY, "\u{e9}"];
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            let value = values[usize::from(*value) % values.len()];
            map.append(
                names[usize::from(*name) % names.len()],
                http::HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        HeaderList::of(&map)
    }

    fn kept(lines: &mut Lines, maps: [&HeaderList; 3], secrets: &[Vec<u8>]) -> (String, Kept) {
        let mut text = "{".to_owned();
        lines.write(maps[0], maps[1], maps[2], secrets, &mut text);
        text.push('}');
        let kept = Kept::read(&text).unwrap();
        (text, kept)
    }

    proptest! {
        #[test]
        fn lines_come_back(
            calls in proptest::collection::vec(
                [0, 1, 2].map(|_| proptest::collection::vec(any::<(u8, u8)>(), 0..9)),
                1..6,
            )
        ) {
            let mut lines = Lines::new();
            for [request, sent, response] in &calls {
                let [request, sent, response] = [map(request), map(sent), map(response)];
                let secrets = lines.secrets(&request, &sent, "/");
                let (_, kept) = kept(&mut lines, [&request, &sent, &response], &secrets);
                prop_assert_eq!(kept.request_headers, own_redact::headers(&request, &secrets));
                prop_assert_eq!(kept.sent_headers, own_redact::headers(&sent, &secrets));
                prop_assert_eq!(kept.response_headers, own_redact::headers(&response, &secrets));
            }
        }
    }

    #[test]
    fn a_line_that_was_harmless_is_masked_where_it_quotes_a_secret() {
        let mut lines = Lines::new();
        let quoting = map(&[(1, 2), (3, 0)]);
        let (text, _) = kept(&mut lines, [&quoting, &quoting, &quoting], &[]);
        assert!(text.contains(KEY));
        let secrets = lines.secrets(&map(&[(4, 3)]), &map(&[(4, 3)]), "/");
        assert_eq!(secrets, [KEY.as_bytes()]);
        let (text, _) = kept(&mut lines, [&quoting, &quoting, &quoting], &secrets);
        assert!(!text.contains(KEY), "{text}");
        let (text, _) = kept(&mut lines, [&quoting, &map(&[(4, 3)]), &quoting], &secrets);
        assert!(!text.contains(KEY), "{text}");
    }

    #[test]
    fn what_is_sent_unchanged_is_kept_once() {
        let mut lines = Lines::new();
        let (asked, answered) = (map(&[(0, 0), (1, 1), (2, 0)]), map(&[]));
        let mut sent = asked.to_map();
        sent.insert("host", "upstream".parse().unwrap());
        let sent = HeaderList::of(&sent);
        let (text, kept) = kept(&mut lines, [&asked, &sent, &answered], &[]);
        assert_eq!(text.matches("x-one").count(), 1, "{text}");
        assert_eq!(kept.sent_headers, own_redact::headers(&sent, &[]));
    }

    #[test]
    fn an_older_detail_is_read_and_a_wrong_one_is_not() {
        let line = r#"{"name":"host","value":"a","secret":false}"#;
        let text = format!(r#"{{"request_headers":[{line}],"sent_headers":[{line},{line}]}}"#);
        assert_eq!(Kept::read(&text).unwrap().sent_headers.len(), 2);
        for place in ["[1,1]", "[0,2]", "[0,18446744073709551615]"] {
            let text = format!(r#"{{"request_headers":[{line}],"sent":[{place}]}}"#);
            assert!(Kept::read(&text).is_none(), "{place}");
        }
    }
}
