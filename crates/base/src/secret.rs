//! Values that must not be seen.

use std::fmt;

/// A value without `Display` whose `Debug` is `••••`, so that it cannot slip into a log or an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every caller is a place to look at in a review.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("••••")
    }
}

impl Secret<String> {
    /// `sk-••••••••7Qf2`: the prefix up to the first dash and the last four characters. Short values
    /// are hidden whole.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

/// See [`Secret::masked`].
pub fn mask(value: &str) -> String {
    const DOTS: &str = "••••••••";
    let characters: Vec<char> = value.chars().collect();
    if characters.len() < 16 {
        return DOTS.to_owned();
    }
    let prefix = match value.find('-') {
        Some(dash) if dash <= 4 => &value[..=dash],
        _ => "",
    };
    let last: String = characters[characters.len() - 4..].iter().collect();
    format!("{prefix}{DOTS}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shows_itself() {
        let secret = Secret::new("sk-ant-0123456789abcdef7Qf2".to_owned());
        assert_eq!(format!("{secret:?}"), "••••");
        assert_eq!(secret.masked(), "sk-••••••••7Qf2");
        assert_eq!(mask("short-secret"), "••••••••");
        assert_eq!(mask(""), "••••••••");
        assert_eq!(
            mask("密钥密钥密钥密钥密钥密钥密钥密钥密钥"),
            "••••••••密钥密钥"
        );
    }
}
