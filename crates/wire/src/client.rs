//! Which program is calling, from its `User-Agent`.

/// Programs by the beginning of their `User-Agent`, and the name a person knows them by.
const PROGRAMS: &[(&str, &str)] = &[
    ("claude-cli/", "Claude Code"),
    ("codex_exec/", "Codex"),
    ("codex_cli_rs/", "Codex"),
    ("codex-tui/", "Codex"),
    ("Cursor/", "Cursor"),
    ("Anthropic/Python ", "anthropic-python"),
    ("AsyncAnthropic/Python ", "anthropic-python"),
    ("Anthropic/JS ", "anthropic-js"),
    ("OpenAI/Python ", "openai-python"),
    ("AsyncOpenAI/Python ", "openai-python"),
    ("OpenAI/JS ", "openai-js"),
    ("opencode/", "opencode"),
    ("GeminiCLI/", "Gemini CLI"),
    ("python-requests/", "python-requests"),
    ("python-httpx/", "httpx"),
    ("curl/", "curl"),
];

/// Longest name that is kept of an unknown program.
const LONGEST: usize = 40;

/// `Claude Code 2.1.328` for `claude-cli/2.1.328 (external, cli)`. An unknown program gives its first
/// product with the slash as a space.
pub fn name(user_agent: &str) -> Option<String> {
    let agent = user_agent.trim();
    for (beginning, program) in PROGRAMS {
        if let Some(rest) = agent.strip_prefix(beginning) {
            let version = rest.split([' ', ';', '(']).next().unwrap_or_default();
            return Some(match version {
                "" => (*program).to_owned(),
                version => [program, " ", version].concat(),
            });
        }
    }
    let product = agent.split_whitespace().next()?;
    let product: String = product
        .chars()
        .take(LONGEST)
        .filter(|c| !c.is_control())
        .collect();
    (!product.is_empty()).then(|| product.replacen('/', " ", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_common_programs() {
        for (agent, expected) in [
            (
                "claude-cli/2.1.328 (external, sdk-cli)",
                Some("Claude Code 2.1.328"),
            ),
            ("codex_exec/0.169.0 (Linux)", Some("Codex 0.169.0")),
            ("Anthropic/Python 0.99.1", Some("anthropic-python 0.99.1")),
            ("my-tool/3.2 (x)", Some("my-tool 3.2")),
            ("", None),
        ] {
            assert_eq!(name(agent).as_deref(), expected, "{agent}");
        }
    }
}
