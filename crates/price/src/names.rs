//! The index of all names and the word lists by which spellings are led back to them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::file::NameLists;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The id of the model at that index.
    Id(usize),
    /// Another name of the model at that index.
    Alias(usize),
    /// A name that has a price of its own, which no file gives.
    OwnPrice,
}

/// Names and words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    index: HashMap<Arc<str>, Named>,
    pub(crate) vendor_prefixes: Vec<Arc<str>>,
    effort: HashSet<Arc<str>>,
    endings: HashSet<Arc<str>>,
    variants: HashSet<Arc<str>>,
    own_models: Vec<Arc<str>>,
}

impl Names {
    /// Adds the word lists of a file.
    pub(crate) fn add(&mut self, lists: NameLists) {
        let words = |list: Vec<String>| list.into_iter().map(Arc::from);
        self.vendor_prefixes.extend(words(lists.vendor_prefixes));
        self.effort.extend(words(lists.effort));
        self.endings.extend(words(lists.endings));
        self.variants.extend(words(lists.variants));
        self.own_models.extend(words(lists.own_models));
        for name in words(lists.own_prices) {
            self.index.insert(name, Named::OwnPrice);
        }
    }

    /// Gives a name its meaning, in lower case too, and returns the meaning that it had.
    pub(crate) fn set(&mut self, name: &Arc<str>, named: Named) -> Option<Named> {
        let lower = name.to_lowercase();
        if *lower != **name {
            self.index.insert(lower.into(), named);
        }
        self.index.insert(Arc::clone(name), named)
    }

    pub(crate) fn meaning(&self, name: &str) -> Option<Named> {
        self.index.get(name).copied()
    }

    /// Whether the word only says how hard the model thinks.
    pub(crate) fn is_effort(&self, word: &str) -> bool {
        self.effort.contains(word)
    }

    /// Whether the word only names a release or a channel.
    pub(crate) fn is_ending(&self, word: &str) -> bool {
        self.endings.contains(word)
    }

    /// Whether what follows a colon leaves the price alone. Bedrock puts numbers there (`:0`, `:0:200k`).
    pub(crate) fn is_priced_variant(&self, variant: &str) -> bool {
        let number = variant.split(':').next().unwrap_or_default();
        let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        numbered || self.variants.contains(variant) || self.is_effort(variant)
    }

    /// Whether the name ends like a model of its own, so that nothing may be taken off.
    pub(crate) fn is_own_model(&self, name: &str) -> bool {
        let mut endings = self.own_models.iter();
        endings.any(|ending| name.ends_with(&**ending))
    }
}
