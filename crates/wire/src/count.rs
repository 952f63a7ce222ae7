//! Local token estimates, for where an upstream gives no figures.

mod quick;

use serde_json::Value;

use crate::conversation::{Conversation, Reader, answer_with, request_with};
use crate::dialect::Dialect;

pub use quick::quick;

/// Tokens of an image, whatever its size: the most that Anthropic charges for one, and about what a
/// full screen costs at OpenAI. The size in pixels is not read.
pub const IMAGE: u32 = 1_600;
/// Tokens of a piece of audio, whatever its length: about 50 seconds at OpenAI's ten per second.
pub const AUDIO: u32 = 500;
/// Tokens that a message costs besides its content: role and separators.
pub const PER_TURN: u32 = 4;
/// Tokens that a tool costs besides name, description and schema.
pub const PER_TOOL: u32 = 8;

/// Tokens of a page of a PDF (1,500–3,000 at Anthropic), and the bytes that are taken for a page.
const PAGE: u32 = 2_000;
const PAGE_BYTES: u32 = 100_000;

/// Texts are counted in pieces of this many bytes, so that memory and time stay linear whatever the text.
const PIECE: usize = 64 * 1024;

/// Tokens of a text in OpenAI's `o200k` vocabulary, which is loaded at the first use (40 ms, 67 MB).
/// Claude's own vocabulary is not public; it gives 15–20 % more on English, and more on code.
pub fn text(text: &str) -> u32 {
    let tokenizer = bpe_openai::o200k_base();
    let mut rest = text;
    let mut tokens = 0;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(piece_end(rest));
        tokens += tokenizer.count(piece);
        rest = behind;
    }
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

/// Where the first piece ends: before a space or line break if one is near, so that no word is torn.
fn piece_end(text: &str) -> usize {
    if text.len() <= PIECE {
        return text.len();
    }
    let end = text.floor_char_boundary(PIECE);
    let tail = end.saturating_sub(1_024);
    let near = text
        .as_bytes()
        .get(tail..end)
        .and_then(|near| memchr::memrchr2(b' ', b'\n', near));
    near.map_or(end, |at| tail + at)
}

/// Tokens of a document that is not text, from its size.
pub(crate) fn document(bytes: u32) -> u32 {
    bytes.div_ceil(PAGE_BYTES).max(1).saturating_mul(PAGE)
}

/// Tokens of everything in a request that the model sees: system prompt, tools, messages.
pub fn request(dialect: Dialect, body: &[u8]) -> Option<u32> {
    request_with(&mut Reader::for_count(), dialect, body).map(|said| total(&said))
}

/// Tokens of everything that a whole answer says: reasoning in clear text, text, tool calls.
pub fn answer(dialect: Dialect, answer: &Value) -> Option<u32> {
    let body = serde_json::to_vec(answer).ok()?;
    answer_with(&mut Reader::for_count(), dialect, &body).map(|said| total(&said))
}

fn total(said: &Conversation) -> u32 {
    let turns = said.turns.iter().map(|turn| turn.tokens);
    let parts = turns.chain([said.system_tokens, said.tools_tokens]);
    parts.fold(0, u32::saturating_add)
}
