//! Words for people: the shell's sentences in the user's language.
//!
//! They live in `locale/*.json`, flat keys with `{name}` gaps, as the panel's do.

use std::collections::HashMap;

/// Languages that the shell speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English, also for everybody whose language is not here.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The language of the setting `ui.language`; `system` follows the system's locale.
    pub(crate) fn chosen(setting: &str, system: Option<&str>) -> Self {
        let tag = match setting {
            "system" => system.unwrap_or("en"),
            named => named,
        };
        if tag.to_ascii_lowercase().starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// The system's language, for the time before the settings are known.
    pub(crate) fn of_system() -> Self {
        Self::chosen("system", sys_locale::get_locale().as_deref())
    }

    /// The tag for HTML's `lang`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

/// All sentences of one language.
#[derive(Debug)]
pub(crate) struct Text {
    /// Language of the sentences.
    pub(crate) language: Language,
    sentences: HashMap<String, String>,
}

impl Text {
    /// Loads the sentences of `language`.
    pub(crate) fn new(language: Language) -> Self {
        let file = match language {
            Language::English => include_str!("../locale/en.json"),
            Language::Chinese => include_str!("../locale/zh-CN.json"),
        };
        // The files are compiled in and a test reads them, so this cannot be empty in a build.
        Self {
            language,
            sentences: serde_json::from_str(file).unwrap_or_default(),
        }
    }

    /// The sentence of `key` with its gaps filled. A missing one shows its key, which a tester sees.
    pub(crate) fn say(&self, key: &str, gaps: &[(&str, &str)]) -> String {
        let sentence = self.sentences.get(key).map_or(key, String::as_str);
        gaps.iter()
            .fold(sentence.to_owned(), |sentence, (name, value)| {
                sentence.replace(&format!("{{{name}}}"), value)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(sentence: &str) -> Vec<&str> {
        let mut names: Vec<_> = sentence
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let english = Text::new(Language::English).sentences;
        let chinese = Text::new(Language::Chinese).sentences;
        assert!(english.len() > 20);
        assert_eq!(english.len(), chinese.len());
        for (key, sentence) in &english {
            assert_eq!(gaps(sentence), gaps(&chinese[key]), "gaps of {key}");
        }
    }

    #[test]
    fn system_follows_the_locale_and_a_named_language_wins() {
        assert_eq!(
            Language::chosen("system", Some("zh-Hans-CN")),
            Language::Chinese
        );
        assert_eq!(Language::chosen("system", Some("de-DE")), Language::English);
        assert_eq!(Language::chosen("system", None), Language::English);
        assert_eq!(Language::chosen("en", Some("zh-CN")), Language::English);
        assert_eq!(Language::chosen("zh-CN", Some("en-US")), Language::Chinese);
    }

    #[test]
    fn gaps_are_filled() {
        let text = Text::new(Language::English);
        assert_eq!(
            text.say("error.port.title", &[("port", "7357")]),
            "Port 7357 is taken"
        );
    }
}
