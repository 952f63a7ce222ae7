//! Where something that stands in the form between came from in the caller's body.

/// Members of the form between, and what they are to the caller. Longer ones first.
const MEMBERS: [(&str, &str); 11] = [
    ("/output_config/effort", "/reasoning/effort"),
    ("/output_config/format", "/text/format"),
    ("/metadata/user_id", "/user"),
    ("/max_tokens", "/max_output_tokens"),
    ("/thinking", "/reasoning"),
    ("/tool_choice", "/tool_choice"),
    ("/tools", "/tools"),
    ("/system", "/instructions"),
    ("/temperature", "/temperature"),
    ("/top_p", "/top_p"),
    ("/stream", "/stream"),
];

/// Finds paths.
pub(super) struct Paths<'a> {
    origins: &'a [Vec<usize>],
}

impl<'a> Paths<'a> {
    /// With the item of each block of each turn.
    pub(super) fn new(origins: &'a [Vec<usize>]) -> Self {
        Self { origins }
    }

    /// The caller's path; `None` for what the caller never wrote.
    pub(super) fn of(&self, path: &str) -> Option<String> {
        if path.is_empty() {
            return Some(String::new());
        }
        if let Some(rest) = path.strip_prefix("/messages/") {
            let mut steps = rest.split('/');
            let turn: usize = steps.next()?.parse().ok()?;
            let block = steps.nth(1).and_then(|step| step.parse().ok()).unwrap_or(0);
            let blocks = self.origins.get(turn)?;
            let item = blocks.get(block).or(blocks.first())?;
            return Some(format!("/input/{item}"));
        }
        let found = MEMBERS
            .iter()
            .find(|(between, _)| path.starts_with(between));
        found.map(|(_, callers)| (*callers).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_the_callers() {
        let origins = [vec![2], vec![3, 4, 5]];
        let paths = Paths::new(&origins);
        for (between, callers) in [
            ("", Some("")),
            ("/messages/0", Some("/input/2")),
            ("/messages/1/content/2/source", Some("/input/5")),
            ("/messages/1/content/9", Some("/input/3")),
            ("/messages/7", None),
            ("/max_tokens", Some("/max_output_tokens")),
            ("/output_config/effort", Some("/reasoning/effort")),
            ("/tools/3/input_schema", Some("/tools")),
            ("/model", None),
        ] {
            assert_eq!(paths.of(between).as_deref(), callers, "{between}");
        }
    }
}
