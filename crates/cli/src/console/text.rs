//! Words for people, in the user's language.
//!
//! They live in `locale/*.json`, flat keys with `{name}` gaps, as the desktop shell's do.

use std::collections::HashMap;

const ENGLISH: &str = include_str!("../../locale/en.json");
const CHINESE: &str = include_str!("../../locale/zh-CN.json");

/// Variables that name the language of messages, the strongest first.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// All sentences of one language.
#[derive(Debug)]
pub(crate) struct Text(HashMap<String, String>);

impl Text {
    /// In the language of the setting `ui.language`; `system` asks the environment.
    pub(crate) fn of(setting: &str, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let system = || {
            let told = VARIABLES
                .iter()
                .find_map(|name| variable(name).filter(|value| !value.trim().is_empty()));
            told.unwrap_or_default()
        };
        let tag = if setting == "system" {
            system()
        } else {
            setting.to_owned()
        };
        let chinese = tag.to_ascii_lowercase().starts_with("zh");
        let file = if chinese { CHINESE } else { ENGLISH };
        // The files are compiled in and a test reads them, so this cannot be empty in a build.
        Self(serde_json::from_str(file).unwrap_or_default())
    }

    /// The sentence of `key`. A missing one shows its key, which a tester sees.
    pub(crate) fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// The sentence of `key`, where there is one.
    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The sentence of `key` with its gaps filled.
    pub(crate) fn fill(&self, key: &str, gaps: &[(&str, &str)]) -> String {
        let sentence = self.say(key).to_owned();
        gaps.iter().fold(sentence, |sentence, (name, value)| {
            sentence.replace(&format!("{{{name}}}"), value)
        })
    }

    /// The sentence of `key` about so many; `key.one` is the one about a single thing.
    pub(crate) fn count(&self, key: &str, count: u64) -> String {
        let one = format!("{key}.one");
        let key = if count == 1 { one.as_str() } else { key };
        self.fill(key, &[("count", &count.to_string())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(setting: &str, variables: &[(&str, &str)]) -> Text {
        Text::of(setting, &|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn gaps(sentence: &str) -> Vec<&str> {
        let gaps = sentence.split('{').skip(1);
        let mut names: Vec<_> = gaps
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (Text(english), Text(chinese)) = (text("en", &[]), text("zh-CN", &[]));
        assert!(english.len() > 60);
        let keys = |text: &HashMap<String, String>| {
            let mut keys: Vec<String> = text.keys().cloned().collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys(&english), keys(&chinese));
        for (key, sentence) in &english {
            assert_eq!(gaps(sentence), gaps(&chinese[key]), "gaps of {key}");
        }
    }

    #[test]
    fn system_follows_the_environment_and_a_named_language_wins() {
        let check = |setting, variables: &[_], expected: &str| {
            assert_eq!(text(setting, variables).say("footer.quit"), expected);
        };
        check("system", &[("LANG", "zh_CN.UTF-8")], "退出");
        check("system", &[("LANG", "de_DE.UTF-8")], "quit");
        check(
            "system",
            &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")],
            "quit",
        );
        check("system", &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")], "退出");
        check("system", &[], "quit");
        check("en", &[("LANG", "zh_CN.UTF-8")], "quit");
        check("zh-CN", &[("LANG", "en_US.UTF-8")], "退出");
    }

    #[test]
    fn one_thing_is_spoken_of_differently() {
        let text = text("en", &[]);
        assert_eq!(text.count("notice.cleared", 1), "1 request cleared");
        assert_eq!(text.count("notice.cleared", 3), "3 requests cleared");
    }
}
