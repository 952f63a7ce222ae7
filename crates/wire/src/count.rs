//! Local token estimates, for where an upstream gives no figures.

mod correction;
mod pages;
mod picture;
mod quick;

use base::Measured;
use serde_json::Value;

use crate::conversation::{Conversation, Reader, answer_with, request_with};
use crate::dialect::Dialect;

pub use correction::{Correction, Corrections, family};
pub(crate) use pages::{by_size as document, of_base64 as pdf};
pub use picture::{IMAGE, Vision};
pub use quick::quick;

/// Tokens of a piece of audio, whatever its length: about 50 seconds at OpenAI's ten per second.
pub const AUDIO: u32 = 500;
/// Tokens that a message costs besides its content: role and separators.
pub const PER_TURN: u32 = 4;
/// Tokens that a tool costs besides name, description and schema.
pub const PER_TOOL: u32 = 8;

/// Characters of base64 that stand for a token of reasoning which the vendor has sealed: 4 for 3
/// bytes, and about 4.2 bytes in a token.
const SEALED: usize = 6;

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

/// Tokens of reasoning of which only the sealed form is there, so many characters of base64.
pub(crate) fn sealed(characters: usize) -> u32 {
    u32::try_from(characters / SEALED).unwrap_or(u32::MAX)
}

/// Tokens of everything in a request that the model sees: system prompt, tools that are not deferred
/// or were loaded, messages, images by their pixels, documents by their pages. Not corrected.
pub fn request(dialect: Dialect, body: &[u8]) -> Option<u32> {
    let mut reader = Reader::for_count(Vision::of_dialect(dialect));
    request_with(&mut reader, dialect, body).map(|said| total(&said))
}

/// The same, with texts counted by the cheap estimate: a few milliseconds for a megabyte.
pub fn quick_request(dialect: Dialect, body: &[u8]) -> Option<u32> {
    let mut reader = Reader::for_quick_count(Vision::of_dialect(dialect));
    request_with(&mut reader, dialect, body).map(|said| total(&said))
}

/// What a model will probably charge for a request, in tokens: [`request`] by its vendor's rules, with
/// what was learnt about its tokenizer. Always an estimate; `None` for a body that is no request.
/// Linear in the body. Bodies over 256 KB take more than 5 ms.
pub fn input_tokens(
    dialect: Dialect,
    body: &[u8],
    model: &str,
    corrections: &Corrections,
) -> Option<Measured<u64>> {
    let mut reader = Reader::for_count(Vision::of_model(model));
    let counted = request_with(&mut reader, dialect, body).map(|said| total(&said))?;
    Some(Measured::Estimated(corrections.of(model).apply(counted)))
}

/// Tokens of everything that a whole answer says: reasoning, text, tool calls.
pub fn answer(dialect: Dialect, answer: &Value) -> Option<u32> {
    let body = serde_json::to_vec(answer).ok()?;
    let mut reader = Reader::for_count(Vision::of_dialect(dialect));
    answer_with(&mut reader, dialect, &body).map(|said| total(&said))
}

fn total(said: &Conversation) -> u32 {
    let turns = said.turns.iter().map(|turn| turn.tokens);
    let parts = turns.chain([said.system_tokens, said.tools_tokens]);
    parts.fold(0, u32::saturating_add)
}
