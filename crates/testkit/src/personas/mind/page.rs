//! The text of documents: plain ones, and PDFs of the simple kind.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Text and number of pages of a document block.
pub(crate) fn document_text(block: &Value) -> (String, u64) {
    let source = &block["source"];
    let data = source["data"].as_str().unwrap_or_default();
    if source["type"] == "text" {
        return (data.to_owned(), 0);
    }
    let bytes = STANDARD.decode(data).unwrap_or_default();
    let raw = String::from_utf8_lossy(&bytes);
    let pages = raw.matches("/Type /Page").count() + raw.matches("/Type/Page").count();
    let trees = raw.matches("/Type /Pages").count() + raw.matches("/Type/Pages").count();
    (pdf_text(&bytes), pages.saturating_sub(trees) as u64)
}

/// What the streams of a PDF show.
fn pdf_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(start) = find(&bytes[at..], b"stream") {
        let mut from = at + start + 6;
        while bytes
            .get(from)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
        {
            from += 1;
        }
        let Some(length) = find(&bytes[from..], b"endstream") else {
            break;
        };
        let stream = &bytes[from..from + length];
        let mut inflated = Vec::new();
        let read = flate2::read::ZlibDecoder::new(stream).read_to_end(&mut inflated);
        let content = if read.is_ok() && !inflated.is_empty() {
            &inflated
        } else {
            stream
        };
        text.push_str(&shown(content));
        at = from + length + 9;
    }
    text
}

/// Strings in brackets, a line each.
fn shown(content: &[u8]) -> String {
    let mut text = String::new();
    let mut depth = 0;
    let mut bytes = content.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'(' if depth == 0 => depth = 1,
            b'(' => {
                depth += 1;
                text.push('(');
            }
            b')' if depth > 0 => {
                depth -= 1;
                text.push(if depth == 0 { '\n' } else { ')' });
            }
            b'\\' if depth > 0 => {
                if let Some(next) = bytes.next() {
                    text.push(char::from(*next));
                }
            }
            byte if depth > 0 => text.push(char::from(*byte)),
            _ => {}
        }
    }
    text
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_shows_is_read() {
        let pdf = b"%PDF-1.4 << /Type /Pages >> << /Type /Page >> stream\nBT (Code 4411\\(a\\)) Tj ET\nendstream";
        let block =
            serde_json::json!({ "source": { "type": "base64", "data": STANDARD.encode(pdf) } });
        assert_eq!(document_text(&block), ("Code 4411(a)\n".to_owned(), 1));
    }
}
