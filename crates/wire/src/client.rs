//! Which program is calling, from its `User-Agent`.

use std::sync::LazyLock;

use serde::Deserialize;

const TEXT: &str = include_str!("../../../config/clients.toml");

/// The table of `config/clients.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Programs {
    program: Vec<Program>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    begins: String,
    name: String,
}

/// A test reads the table that is built in: it is never empty for want of understanding.
static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// Longest name that is kept of an unknown program.
const LONGEST: usize = 40;

/// `Claude Code 2.1.328` for `claude-cli/2.1.328 (external, cli)`. An unknown program gives its first
/// product with the slash as a space.
pub fn name(user_agent: &str) -> Option<String> {
    let agent = user_agent.trim();
    for Program { begins, name } in &PROGRAMS.program {
        if let Some(rest) = agent.strip_prefix(&begins[..]) {
            let version = rest.split([' ', ';', '(']).next().unwrap_or_default();
            return Some(match version {
                "" => name.clone(),
                version => [name, " ", version].concat(),
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
    fn the_table_is_understood() {
        let programs: Programs = toml::from_str(TEXT).unwrap();
        assert!(programs.program.iter().any(|it| it.name == "Claude Code"));
    }

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
