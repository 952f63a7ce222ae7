//! What every parser needs: cutting long texts and counting tokens on the way.

use std::collections::HashMap;

use super::node::{Node, Object};
use super::path::Path;
use super::{TEXT_LIMIT, Text};
use crate::count::{self, Vision};
use crate::text_lines::indent;

/// Bytes of names, ids and addresses that are kept: honest ones are far shorter.
const NAME_LIMIT: usize = 1_024;
/// Parameters that are shown.
const PARAMETER_LIMIT: usize = 256;
/// Characters of a signature that are shown: enough to tell two apart.
const SIGNATURE_LIMIT: usize = 32;

/// Reads texts for one conversation.
pub(crate) struct Reader {
    /// Bytes of each text that are kept; 0 when only tokens are wanted.
    keep: usize,
    /// How tokens are counted.
    count: fn(&str) -> u32,
    /// What images cost.
    pub(super) vision: Vision,
    /// Tokens since the last `take`.
    tokens: u32,
    /// Tools that the model does not see until it finds them, with their tokens.
    deferred: HashMap<String, u32>,
}

impl Reader {
    /// For the view: keeps beginnings, counts cheaply.
    pub(crate) fn for_view(vision: Vision) -> Self {
        Self {
            keep: TEXT_LIMIT,
            count: |text| count::quick(text.as_bytes()),
            vision,
            tokens: 0,
            deferred: HashMap::new(),
        }
    }

    /// For a token count: keeps nothing, counts well.
    pub(crate) fn for_count(vision: Vision) -> Self {
        Self {
            keep: 0,
            count: count::text,
            vision,
            tokens: 0,
            deferred: HashMap::new(),
        }
    }

    /// For a token count before a request goes out: keeps nothing, counts cheaply.
    pub(crate) fn for_quick_count(vision: Vision) -> Self {
        Self {
            keep: 0,
            ..Self::for_view(vision)
        }
    }

    /// Adds tokens that do not come from a text.
    pub(super) fn add(&mut self, tokens: u32) {
        self.tokens = self.tokens.saturating_add(tokens);
    }

    /// Tokens since the last call.
    pub(super) fn take(&mut self) -> u32 {
        std::mem::take(&mut self.tokens)
    }

    /// Holds back the tokens of a tool until it is loaded.
    pub(super) fn defer(&mut self, tool: String, tokens: u32) {
        self.deferred.insert(tool, tokens);
    }

    /// The model found a tool: from here on it is seen.
    pub(super) fn load(&mut self, tool: &str) {
        let tokens = self.deferred.remove(tool).unwrap_or(0);
        self.add(tokens);
    }

    /// A text that the model sees.
    pub(super) fn text(&mut self, text: &str, path: &Path<'_>) -> Text {
        self.add((self.count)(text));
        self.cut(text, path)
    }

    /// A value that the model sees, as indented JSON.
    pub(super) fn json(&mut self, node: Node<'_>, path: &Path<'_>) -> Text {
        self.add((self.count)(node.json()));
        self.json_uncounted(node, path)
    }

    /// A value as indented JSON, where its tokens are not those of its text.
    pub(super) fn json_uncounted(&self, node: Node<'_>, path: &Path<'_>) -> Text {
        if self.keep == 0 {
            return Text::default();
        }
        self.cut(&indent(node.json()), path)
    }

    fn cut(&self, text: &str, path: &Path<'_>) -> Text {
        let bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if text.len() <= self.keep {
            return Text {
                text: text.to_owned(),
                bytes,
                cut: false,
                pointer: String::new(),
            };
        }
        if self.keep == 0 {
            return Text::default();
        }
        Text {
            text: beginning(text, self.keep).to_owned(),
            bytes,
            cut: true,
            pointer: path.pointer(),
        }
    }

    /// Members other than those named, as JSON texts.
    pub(super) fn parameters(&self, object: &Object<'_>, except: &[&str]) -> Vec<(String, String)> {
        if self.keep == 0 {
            return Vec::new();
        }
        let others = object
            .members()
            .filter(|(name, node)| !except.contains(name) && !node.is_null());
        others
            .take(PARAMETER_LIMIT)
            .map(|(name, node)| (short(name), beginning(node.json(), self.keep).to_owned()))
            .collect()
    }
}

/// At most so many bytes of a text, cut between characters.
pub(super) fn beginning(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}

/// A name, id or address of sensible length.
pub(super) fn short(name: &str) -> String {
    beginning(name, NAME_LIMIT).to_owned()
}

/// The beginning of a signature; `None` for an empty one.
pub(super) fn signature(object: &Object<'_>, name: &str) -> Option<String> {
    let whole = object.string(name).filter(|whole| !whole.is_empty())?;
    Some(whole.chars().take(SIGNATURE_LIMIT).collect())
}

/// The prompt-cache mark that an object carries: Anthropic's `cache_control` (5 minutes without a
/// `ttl`), OpenAI's `prompt_cache_breakpoint`.
pub(super) fn cache_mark(object: &Object<'_>) -> Option<String> {
    if let Some(mark) = object.get("cache_control") {
        let ttl = mark.object().string("ttl");
        return Some(ttl.map_or_else(|| "5m".to_owned(), |ttl| short(&ttl)));
    }
    let mark = object.get("prompt_cache_breakpoint")?.object();
    let named = mark.string("ttl").or_else(|| mark.string("mode"));
    Some(named.map_or_else(|| "explicit".to_owned(), |name| short(&name)))
}
