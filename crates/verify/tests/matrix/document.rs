//! Tables of `docs/verify.md` that are made here. `UPDATE_DOCS=1` writes them anew; without it the document
//! is held to what is tested, so that it cannot tell of something else.

use relayscope_verify::{Depth, Forgeability, catalogue};
use testkit::personas::Persona;

use crate::{judge, table};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify.md");

/// A block of the document.
pub(crate) fn block(name: &str) -> String {
    let document = std::fs::read_to_string(FILE).unwrap();
    let (from, to) = place(&document, name);
    document[from..to].to_owned()
}

/// Writes a block, where that is wanted.
pub(crate) fn write(name: &str, text: &str) {
    if std::env::var_os("UPDATE_DOCS").is_none() {
        return;
    }
    let document = std::fs::read_to_string(FILE).unwrap();
    let (from, to) = place(&document, name);
    std::fs::write(
        FILE,
        format!("{}{text}{}", &document[..from], &document[to..]),
    )
    .unwrap();
}

fn place(document: &str, name: &str) -> (usize, usize) {
    let begin = format!("<!-- begin: {name} -->\n");
    let from = document.find(&begin).expect("the block begins") + begin.len();
    let end = format!("<!-- end: {name} -->");
    (
        from,
        from + document[from..].find(&end).expect("the block ends"),
    )
}

/// The persona stands in the block with a verdict that is right.
pub(crate) fn tells(name: &str, persona: &Persona) {
    let text = block(name);
    let begins = format!("| {} | {} | ", persona.name, persona.claimed);
    let line = text.lines().find_map(|line| line.strip_prefix(&begins));
    let told = line.and_then(|rest| rest.split(' ').next());
    let right = judge::may(persona)
        .into_iter()
        .any(|verdict| told == Some(table::word(verdict)));
    assert!(
        right,
        "{} in docs/verify.md: UPDATE_DOCS=1 writes it anew",
        persona.name
    );
}

/// Every probe in a line.
pub(crate) fn probes() -> String {
    let mut text = String::from(
        "| no. | probe | family | forged by | depth | calls | tokens in / out |\n|---|---|---|---|---|--:|--:|\n",
    );
    for about in catalogue() {
        let depth = match about.depth {
            _ if about.opt_in.is_some() => "opt-in",
            Depth::Quick => "quick",
            Depth::Standard => "standard",
            Depth::Full => "full",
        };
        let forge = match about.forge {
            Forgeability::Static => "rewriting",
            Forgeability::Emulator => "emulator",
            Forgeability::Keys => "Anthropic's keys",
        };
        let family = serde_json::to_value(about.family).unwrap();
        text.push_str(&format!(
            "| {} | `{}` | {} | {forge} | {depth} | {} | {} / {} |\n",
            about.number,
            about.id,
            family.as_str().unwrap_or_default(),
            about.cost.requests,
            about.cost.input,
            about.cost.output,
        ));
    }
    text
}
