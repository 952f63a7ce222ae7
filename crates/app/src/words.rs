//! Sentences of the panel's locale files, for reports and commands: codes become words in one place.

use std::collections::HashMap;

use crate::view::ErrorView;

const ENGLISH: &str = include_str!("../../../ui/src/locale/en.json");
const CHINESE: &str = include_str!("../../../ui/src/locale/zh-CN.json");

type Sections = HashMap<String, HashMap<String, String>>;

/// The words of a language.
#[derive(Clone, Debug, Default)]
pub struct Words {
    sections: Sections,
}

impl Words {
    /// The words of `en` or `zh-CN`; any other name gives English.
    pub fn of(language: &str) -> Self {
        let file = match language {
            "zh-CN" | "zh" => CHINESE,
            _ => ENGLISH,
        };
        // A test reads both files: what cannot be read here is left out, and codes are shown.
        let sections = serde_json::from_str(file).unwrap_or_default();
        Self { sections }
    }

    /// A text with its values filled in; `None` where there is none.
    pub fn text(&self, section: &str, name: &str, values: &[(String, String)]) -> Option<String> {
        let text = self.sections.get(section)?.get(name)?;
        let form = match text.split_once('|') {
            None => text,
            Some((one, many)) => {
                let is_one = |(name, value): &(String, String)| name == "count" && value == "1";
                if values.iter().any(is_one) { one } else { many }
            }
        };
        let fill = |text: String, (name, value): &(String, String)| {
            text.replace(&format!("{{{name}}}"), value)
        };
        Some(values.iter().fold(form.to_owned(), fill))
    }

    /// A finding of a connectivity check.
    pub fn ping_said(&self, found: &ErrorView) -> String {
        if let Some(text) = self.text("pingSaid", &found.code, &found.params) {
            return text;
        }
        let value = |name: &str| {
            let found = found.params.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let cause = self.text("causes", &found.code, &[]);
        let cause = cause.unwrap_or_else(|| found.code.replace('_', " "));
        let status = value("status");
        let refused = [
            ("status".to_owned(), status.clone()),
            ("cause".to_owned(), cause.clone()),
        ];
        let short = match status.is_empty() {
            true => cause,
            false => self
                .text("connect", "refused", &refused)
                .unwrap_or_default(),
        };
        match &value("says")[..] {
            "" => short,
            says => format!("{short} ({says})"),
        }
    }

    /// What to try next about a finding.
    pub fn ping_next(&self, found: &ErrorView) -> Option<String> {
        self.text("pingNext", &found.code, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_can_be_read_and_filled() {
        for language in ["en", "zh-CN"] {
            let words = Words::of(language);
            let count = [("count".to_owned(), "38".to_owned())];
            let said = words.text("pingSaid", "models", &count).unwrap();
            assert!(said.contains("38") && !said.contains(['|', '{']), "{said}");
            assert_eq!(words.text("pingSaid", "no such", &[]), None);
        }
    }

    #[test]
    fn every_finding_that_is_wrong_says_what_to_try() {
        for language in ["en", "zh-CN"] {
            let words = Words::of(language);
            for code in words.sections["pingNext"].keys() {
                let known = ["pingSaid", "causes"].map(|it| words.sections[it].contains_key(code));
                assert!(known.contains(&true), "{language}: nobody says {code}");
            }
        }
    }
}
