//! Tool names and tool call ids as an upstream takes them.

use std::collections::BTreeMap;

use super::capabilities::Capabilities;
use super::mint::mint;

/// Hexadecimal digits that keep shortened names apart, and the `_` before them.
const MARK: usize = 8;
/// Digits of an id that is made from another one; with `call_` 37 characters.
const ID_DIGITS: usize = 32;

/// Renames tools, and remembers how to undo it.
#[derive(Debug)]
pub(crate) struct Names {
    limit: usize,
    id_limit: usize,
    /// The upstream's name to the caller's, where they differ.
    changed: BTreeMap<String, String>,
}

impl Names {
    /// Within the limits of a model.
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        Self {
            limit: capabilities.tool_name_limit.max(MARK + 2),
            id_limit: capabilities.tool_id_limit.max(1),
            changed: BTreeMap::new(),
        }
    }

    /// The upstream's name of a tool: letters, digits, `_` and `-`, and not too long.
    pub(crate) fn tool(&mut self, name: &str) -> String {
        if !name.is_empty() && name.len() <= self.limit && name.bytes().all(plain) {
            return name.to_owned();
        }
        let kept: String = name
            .chars()
            .map(|character| {
                if character.is_ascii() && plain(character as u8) {
                    character
                } else {
                    '_'
                }
            })
            .take(self.limit - MARK - 1)
            .collect();
        let renamed = format!("{kept}_{}", mint("", MARK, &[name]));
        self.changed.insert(renamed.clone(), name.to_owned());
        renamed
    }

    /// The upstream's form of a tool call id; the same id always becomes the same. `place` tells apart ids
    /// that are empty or come twice. A limit below 37 means exactly so many letters and digits (Mistral: 9).
    pub(crate) fn call(&self, id: &str, place: Option<usize>) -> String {
        let exact = self.id_limit < ID_DIGITS + "call_".len();
        let fits = match exact {
            true => {
                id.len() == self.id_limit && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }
            false => !id.is_empty() && id.len() <= self.id_limit && id.bytes().all(plain),
        };
        if fits && place.is_none() {
            return id.to_owned();
        }
        let place = place.map(|place| place.to_string()).unwrap_or_default();
        match exact {
            true => mint("", self.id_limit, &[id, &place]),
            false => mint("call_", ID_DIGITS, &[id, &place]),
        }
    }

    /// The upstream's names to the caller's, where they differ.
    pub(crate) fn into_changed(self) -> BTreeMap<String, String> {
        self.changed
    }
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_come_back() {
        let mut names = Names::new(&Capabilities::default());
        assert_eq!(names.tool("Bash"), "Bash");
        let long = format!("mcp__{}__do", "server".repeat(15));
        let short = names.tool(&long);
        assert_eq!(short.len(), 64);
        assert!(short.starts_with(&long[..55]));
        let odd = names.tool("文件.read me");
        assert!(odd.bytes().all(plain), "{odd}");
        let changed = names.into_changed();
        assert_eq!(changed[&short], long);
        assert_eq!(changed[&odd], "文件.read me");
        assert_eq!(changed.len(), 2);
    }

    #[test]
    fn ids_fit() {
        let names = Names::new(&Capabilities::default());
        assert_eq!(names.call("toolu_01A-b", None), "toolu_01A-b");
        for id in ["", "functions.Bash:0", &"x".repeat(41)] {
            let made = names.call(id, None);
            assert_eq!(made.len(), 37, "{id}");
            assert_eq!(made, names.call(id, None));
            assert_ne!(made, names.call(id, Some(1)));
        }
        let mistral = Names::new(&Capabilities {
            tool_id_limit: 9,
            ..Capabilities::default()
        });
        assert_eq!(mistral.call("abcDEF123", None), "abcDEF123");
        assert_eq!(mistral.call("call_1", None).len(), 9);
    }
}
