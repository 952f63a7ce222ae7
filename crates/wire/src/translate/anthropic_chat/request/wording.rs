//! What the model reads where the dialect of its server has no field for something.

/// Around a system turn that stands between the messages: Claude Code writes it so itself where a server
/// refuses the role.
pub(super) fn reminder(text: &str) -> String {
    if text.trim_start().starts_with("<system-reminder>") {
        return text.to_owned();
    }
    format!("<system-reminder>\n{text}\n</system-reminder>")
}

/// A tool that answered nothing.
pub(super) const NO_OUTPUT: &str = "(no output)";
/// A call without a result.
pub(super) const NO_RESULT: &str = "[no result: the call was interrupted]";
/// A message for servers that want the user to speak first, or at all.
pub(super) const CONTINUE: &str = "(continue)";
/// Reasoning that has to be there and is not known.
pub(super) const NO_REASONING: &str = "(reasoning not kept)";

/// A failed tool call.
pub(super) fn failed(text: &str) -> String {
    let told = text
        .trim_start()
        .get(..6)
        .is_some_and(|start| start.eq_ignore_ascii_case("error:"));
    match told {
        true => text.to_owned(),
        false => format!("Error: {text}"),
    }
}

/// Pictures and files that a tool returned, which no tool message can hold.
pub(super) fn follows(count: usize) -> String {
    match count {
        1 => "[1 attachment follows in the next user message]".to_owned(),
        more => format!("[{more} attachments follow in the next user message]"),
    }
}

/// Before the attachments of one result.
pub(super) fn attached(call: &str) -> String {
    format!("[attached to the result of tool call {call}]")
}

/// A tool that a search found.
pub(super) fn loaded(tool: &str) -> String {
    format!("Tool {tool} is now loaded and can be called.")
}

/// Something that the model cannot be given. `what` is a word such as `image`, `kind` a media type.
pub(super) fn left_out(what: &str, kind: &str, title: Option<&str>) -> String {
    let title = title
        .map(|title| format!(" \"{title}\""))
        .unwrap_or_default();
    let kind = match kind {
        "" => String::new(),
        kind => format!(" ({kind})"),
    };
    format!("[{what}{title}{kind} left out: this model cannot read it]")
}

/// Something that only its first service can open.
pub(super) fn out_of_reach(what: &str, reference: &str) -> String {
    format!("[{what} {reference} is not available here]")
}

/// A result whose call is not in the conversation.
pub(super) fn orphan(call: &str, text: &str) -> String {
    format!("[result of tool call {call}]\n{text}")
}

/// A call, for a model without tools.
pub(super) fn called(tool: &str, arguments: &str) -> String {
    format!("[called tool {tool} with {arguments}]")
}

/// Demands an answer of a shape, where the server cannot.
pub(super) fn shape(schema: &str) -> String {
    format!(
        "Answer with one JSON object and nothing else: no Markdown, no code fence. It must match this JSON Schema:\n{schema}"
    )
}

/// An attribute's value, between double quotes.
pub(super) fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace(['\n', '\r'], " ")
}
