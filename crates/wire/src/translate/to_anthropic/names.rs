//! Names of tools and ids of calls as Anthropic allows them.

use std::collections::{BTreeMap, HashMap};

use crate::translate::mint::mint;

/// Hexadecimal digits that keep two shortened names apart.
const DIGITS: usize = 8;
/// Longest id of a call.
const LONGEST_ID: usize = 64;

/// The names under which tools go to the upstream.
#[derive(Debug)]
pub(in crate::translate) struct Names {
    limit: usize,
    upstream: HashMap<String, String>,
    callers: BTreeMap<String, String>,
}

impl Names {
    /// Names of at most so many characters.
    pub(in crate::translate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(2 * DIGITS),
            upstream: HashMap::new(),
            callers: BTreeMap::new(),
        }
    }

    /// The upstream's name for a tool of the caller: the same where it is allowed and free.
    pub(in crate::translate) fn upstream(&mut self, name: &str) -> String {
        if let Some(known) = self.upstream.get(name) {
            return known.clone();
        }
        let fits = is_plain(name, self.limit) && !self.callers.contains_key(name);
        let new = match fits {
            true => name.to_owned(),
            false => self.shortened(name),
        };
        self.upstream.insert(name.to_owned(), new.clone());
        self.callers.insert(new.clone(), name.to_owned());
        new
    }

    fn shortened(&self, name: &str) -> String {
        let plain = |character: char| match is_plain_character(character) {
            true => character,
            false => '_',
        };
        let room = self.limit - DIGITS - 1;
        let head: String = name.chars().map(plain).take(room).collect();
        mint(&format!("{head}_"), DIGITS, &[name])
    }

    /// Upstream's name to caller's name, where they differ.
    pub(in crate::translate) fn into_changed(self) -> BTreeMap<String, String> {
        let mut names = self.callers;
        names.retain(|upstream, caller| upstream != caller);
        names
    }
}

/// The id under which a call goes to the upstream: the same where it is allowed, else always the same one.
pub(in crate::translate) fn call_id(id: &str) -> String {
    match is_plain(id, LONGEST_ID) {
        true => id.to_owned(),
        false => mint("toolu_", 24, &[id]),
    }
}

fn is_plain(name: &str, limit: usize) -> bool {
    !name.is_empty() && name.len() <= limit && name.chars().all(is_plain_character)
}

fn is_plain_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_names_are_shortened_and_known_again() {
        let mut names = Names::new(64);
        assert_eq!(names.upstream("read_file"), "read_file");
        let long = format!("mcp__{}", "x".repeat(100));
        let short = names.upstream(&long);
        assert_eq!(short.len(), 64);
        assert!(short.starts_with("mcp__xxx"));
        assert_eq!(names.upstream(&long), short);
        let odd = names.upstream("say.hello 你好");
        assert!(is_plain(&odd, 64), "{odd}");
        assert_ne!(odd, names.upstream("say-hello 你好"));
        let back = names.into_changed();
        assert_eq!(back.get(&short), Some(&long));
        assert_eq!(back.get(&odd).map(String::as_str), Some("say.hello 你好"));
        assert_eq!(back.get("read_file"), None);
    }

    #[test]
    fn a_tool_that_is_named_like_a_shortened_one_gets_another_name() {
        let mut names = Names::new(64);
        let taken = names.upstream("a b");
        let other = names.upstream(&taken);
        assert_ne!(other, taken);
        assert_eq!(names.into_changed().get(&other), Some(&taken));
    }

    #[test]
    fn ids_stay_or_become_plain() {
        assert_eq!(call_id("call_abc-1"), "call_abc-1");
        assert!(call_id("a b").starts_with("toolu_"));
        assert!(call_id("").starts_with("toolu_"));
        assert_eq!(call_id(&"x".repeat(65)), call_id(&"x".repeat(65)));
    }
}
