//! The price files that are compiled in. A new vendor is a new file and a line here.

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../config/pricing/", $name)))),*]
    };
}

/// Name and text of each file.
pub(crate) const FILES: &[(&str, &str)] = files! {
    "alibaba.toml"
    "anthropic.toml"
    "deepseek.toml"
    "google.toml"
    "holidays.toml"
    "minimax.toml"
    "moonshot.toml"
    "names.toml"
    "openai.toml"
    "sources.toml"
    "xai.toml"
    "zai.toml"
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_file_is_compiled_in() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/pricing");
        let entries = std::fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        let listed: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, listed);
    }
}
