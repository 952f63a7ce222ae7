//! Whole answers of Anthropic, also those that came as a stream although none was asked for.

use super::events::{Happening, Reader};
use super::failure::Failure;

/// What happens in a whole answer, in order, the end left out.
///
/// # Errors
/// When the answer is an error, is cut short, or is no answer.
pub(in crate::translate) fn read(body: &[u8]) -> Result<Vec<Happening>, Failure> {
    let mut reader = Reader::default();
    let mut happened = reader.feed(body);
    happened.extend(reader.finish());
    match happened.pop() {
        Some(Happening::Ended) => Ok(happened),
        Some(Happening::Failed(failure)) => Err(failure),
        _ => Err(Failure::own("the upstream answered with nothing")),
    }
}
