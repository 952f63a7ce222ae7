//! Pages of a PDF, for its tokens.

use memchr::memmem;

use crate::conversation::base64::Decoder;

/// Tokens of a page (1,500–3,000 at Anthropic), and the bytes that are taken for a page where pages
/// cannot be counted.
const PAGE: u32 = 2_000;
const PAGE_BYTES: u32 = 100_000;
/// More pages than any upstream takes: a count beyond is a coincidence of bytes.
const MOST_PAGES: u32 = 3_000;

/// Characters of base64 that are read at a time, and the bytes at which windows overlap.
const WINDOW: usize = 64 * 1024;
const OVERLAP: usize = 64;

/// Tokens of a document that is not text, from its size alone.
pub(crate) fn by_size(bytes: u32) -> u32 {
    bytes.div_ceil(PAGE_BYTES).max(1).saturating_mul(PAGE)
}

/// Tokens of a PDF given as base64: by its pages where they can be seen, else by its size.
pub(crate) fn of_base64(data: &str, bytes: u32) -> u32 {
    match pages(data) {
        Some(pages) => pages.saturating_mul(PAGE),
        None => by_size(bytes),
    }
}

/// Pages: the objects `/Type /Page`, else what a file that is prepared for the web says first. `None`
/// where all of that is compressed.
fn pages(data: &str) -> Option<u32> {
    let mut decoder = Decoder::default();
    let mut window = Vec::with_capacity(WINDOW + OVERLAP);
    let mut seen = 0u32;
    let mut told = None;
    let mut rest = data;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(WINDOW));
        rest = behind;
        let first = window.is_empty();
        let honest = decoder.feed(piece, &mut window);
        if first && !window.starts_with(b"%PDF-") {
            return None;
        }
        if first {
            told = linearized(&window);
        }
        let last = rest.is_empty() || !honest;
        let end = if last {
            window.len()
        } else {
            window.len().saturating_sub(OVERLAP)
        };
        seen = seen.saturating_add(page_objects(&window, end));
        if last {
            break;
        }
        window.drain(..end);
    }
    Some(seen)
        .filter(|seen| *seen > 0)
        .or(told)
        .map(|pages| pages.min(MOST_PAGES))
}

/// Objects `/Type /Page` that begin before `end`.
fn page_objects(window: &[u8], end: usize) -> u32 {
    let starts = memmem::find_iter(window, b"/Type").filter(|at| *at < end);
    let is_page = |at: usize| {
        let behind = window.get(at + b"/Type".len()..).unwrap_or_default();
        let name = behind.trim_ascii_start().strip_prefix(b"/Page");
        name.is_some_and(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric))
    };
    u32::try_from(starts.filter(|at| is_page(*at)).count()).unwrap_or(MOST_PAGES)
}

/// The number `/N` of the dictionary `/Linearized` with which such a file begins.
fn linearized(window: &[u8]) -> Option<u32> {
    let head = window.get(..window.len().min(1_024))?;
    let dictionary = head.get(memmem::find(head, b"/Linearized")?..)?;
    let dictionary = dictionary.get(..memmem::find(dictionary, b">>")?)?;
    let number = dictionary.get(memmem::find(dictionary, b"/N ")? + b"/N ".len()..)?;
    let digits = number.trim_ascii_start();
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    std::str::from_utf8(digits.get(..length)?)
        .ok()?
        .parse()
        .ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for group in bytes.chunks(3) {
            let bits = group
                .iter()
                .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
            let bits = bits << (8 * (3 - group.len()));
            for at in 0..=group.len() {
                text.push(char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
            }
        }
        text
    }

    #[test]
    fn pages_are_counted_over_the_edges_of_windows() {
        let mut pdf = b"%PDF-1.4\n1 0 obj<</Type/Pages/Count 3>>".to_vec();
        let edge = WINDOW / 4 * 3;
        pdf.extend(vec![b' '; edge - 4 - pdf.len()]);
        pdf.extend_from_slice(b"<</Type /Page /Parent 1 0 R>>");
        pdf.extend(vec![b' '; 100_000]);
        pdf.extend_from_slice(b"<</Type\n/Page>> <</Type/Page/X 1>> <</Type/PageLabel>>");
        assert_eq!(pages(&encoded(&pdf)), Some(3));
        assert_eq!(of_base64(&encoded(&pdf), 500_000), 6_000);
    }

    #[test]
    fn compressed_files_tell_by_their_head_or_size() {
        let head = encoded(b"%PDF-1.7\n1 0 obj\n<</Linearized 1/L 99/O 4/E 9/N 12/T 8>>\nxx");
        assert_eq!(pages(&head), Some(12));
        let dark = encoded(b"%PDF-1.7\nnothing to see");
        assert_eq!(pages(&dark), None);
        assert_eq!(of_base64(&dark, 250_000), 6_000);
        assert_eq!(of_base64("", 0), 2_000);
        assert_eq!(of_base64("*", 0), 2_000);
    }
}
