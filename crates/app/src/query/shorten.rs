//! Cutting what is folded anyway: the panel asks for the rest when somebody unfolds it.

use wire::conversation::{Block, Content, Conversation, Text};

/// Turns at the end whose texts stay as they are.
const WHOLE_TURNS: usize = 8;

/// Bytes of a text in older turns, tools and system prompts.
const PREVIEW: usize = 320;

/// Shortens a conversation for the detail.
pub(super) fn shorten(conversation: &mut Conversation) {
    let older = conversation.turns.len().saturating_sub(WHOLE_TURNS);
    let turns = conversation.turns.iter_mut().take(older);
    turns
        .flat_map(|turn| &mut turn.blocks)
        .for_each(shorten_block);
    for tool in &mut conversation.tools {
        cut(&mut tool.description);
        cut(&mut tool.schema);
    }
}

fn shorten_block(block: &mut Block) {
    match &mut block.content {
        Content::Text { text } | Content::Thinking { text, .. } | Content::Error { text } => {
            cut(text);
        }
        Content::ToolCall { input, .. } => cut(input),
        Content::ToolResult { blocks, .. } => blocks.iter_mut().for_each(shorten_block),
        Content::Other { json, .. } => cut(json),
        Content::Image { .. } | Content::Document { .. } => {}
    }
}

fn cut(text: &mut Text) {
    // Without a pointer the rest could not be asked for.
    if text.text.len() <= PREVIEW || text.pointer.is_empty() {
        return;
    }
    let end = (0..=PREVIEW)
        .rev()
        .find(|at| text.text.is_char_boundary(*at))
        .unwrap_or(0);
    text.text.truncate(end);
    text.cut = true;
}
