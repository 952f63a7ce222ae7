//! Content parts of both OpenAI dialects as blocks of Anthropic.

use serde_json::{Map, Value, json};

use super::text_block;
use crate::conversation::base64::{decode, decode_beginning};
use crate::conversation::{DataUrl, format_of};
use crate::translate::Capabilities;
use crate::translate::change::{Changes, Reason};

/// Formats of images that Anthropic takes.
const FORMATS: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Characters of base64 that show what a file is.
const HEAD: usize = 64;
/// Characters of an address or name that are repeated to the model.
const LONGEST_NAME: usize = 300;

/// Reads parts one after the other.
pub(in crate::translate) struct Parts<'a> {
    /// What the upstream can do.
    pub(in crate::translate) capabilities: &'a Capabilities,
    /// Where changes are noted.
    pub(in crate::translate) changes: &'a mut Changes,
}

impl Parts<'_> {
    /// The blocks of a `content`: a string, a list of parts, or one part. `path` leads to it.
    pub(in crate::translate) fn blocks(&mut self, content: Value, path: &str) -> Vec<Value> {
        match content {
            Value::Null => Vec::new(),
            Value::String(text) if text.is_empty() => Vec::new(),
            Value::Array(parts) => {
                let parts = parts.into_iter().enumerate();
                parts
                    .filter_map(|(index, part)| self.block(part, &format!("{path}/{index}")))
                    .collect()
            }
            other => self.block(other, path).into_iter().collect(),
        }
    }

    fn block(&mut self, part: Value, path: &str) -> Option<Value> {
        let mut part = match part {
            Value::Object(part) => part,
            Value::String(text) => return Some(text_block(text)),
            Value::Null => return None,
            other => return Some(text_block(other.to_string())),
        };
        let mark = part.remove("cache_control").filter(Value::is_object);
        let mut block = self.unmarked(part, path)?;
        if let Some(mark) = mark {
            block["cache_control"] = mark;
        }
        Some(block)
    }

    fn unmarked(&mut self, mut part: Map<String, Value>, path: &str) -> Option<Value> {
        let kind = part.get("type").and_then(Value::as_str).unwrap_or("text");
        match kind {
            "text" | "input_text" | "output_text" | "summary_text" | "refusal" => {
                let name = if kind == "refusal" { "refusal" } else { "text" };
                let text = part.remove(name)?;
                Some(text_block(text.as_str()?))
            }
            "image_url" | "input_image" => Some(self.image(part, path)),
            "file" => {
                let file = part.remove("file").unwrap_or_default();
                Some(self.file(file, path))
            }
            "input_file" => Some(self.file(Value::Object(part), path)),
            // Callers who know what stands behind us.
            "image" | "document" if part.get("source").is_some_and(Value::is_object) => {
                Some(Value::Object(part))
            }
            "input_audio" | "audio" => Some(self.left_out("audio", "", path)),
            "thinking" | "redacted_thinking" | "reasoning" | "encrypted_content" => {
                self.changes.dropped(path, Reason::NotSupported);
                None
            }
            _ => {
                self.changes.converted(path, Reason::AsText, "text");
                Some(text_block(Value::Object(part).to_string()))
            }
        }
    }

    /// What the model reads instead of something that it cannot be given.
    fn left_out(&mut self, what: &str, name: &str, path: &str) -> Value {
        self.changes.converted(path, Reason::NotSupported, "text");
        let name: String = name.chars().take(LONGEST_NAME).collect();
        let space = if name.is_empty() { "" } else { " " };
        text_block(format!(
            "[{what}{space}{name} left out: this model cannot be given it]"
        ))
    }

    fn image(&mut self, mut part: Map<String, Value>, path: &str) -> Value {
        let address = match part.remove("image_url") {
            Some(Value::String(address)) => address,
            Some(Value::Object(mut inner)) => match inner.remove("url") {
                Some(Value::String(address)) => address,
                _ => String::new(),
            },
            _ => String::new(),
        };
        if !self.capabilities.images {
            let name = if DataUrl::parse(&address).is_some() {
                ""
            } else {
                &address
            };
            return self.left_out("image", name, path);
        }
        match DataUrl::parse(&address) {
            Some(url) if url.base64 => match image_source(url.data, url.media_type) {
                Some(source) => {
                    self.changes.converted(path, Reason::OtherForm, "image");
                    json!({"type": "image", "source": source})
                }
                None => self.left_out("image", url.media_type, path),
            },
            Some(url) => self.left_out("image", url.media_type, path),
            None if is_web(&address) && self.capabilities.image_addresses => {
                self.changes.converted(path, Reason::OtherForm, "image");
                json!({"type": "image", "source": {"type": "url", "url": address}})
            }
            None if is_web(&address) => self.left_out("image", &address, path),
            None => match image_source(&address, "") {
                Some(source) => json!({"type": "image", "source": source}),
                None => {
                    let id = part.get("file_id").and_then(Value::as_str);
                    self.left_out("image", id.unwrap_or_default(), path)
                }
            },
        }
    }

    fn file(&mut self, file: Value, path: &str) -> Value {
        let told = |name: &str| file.get(name).and_then(Value::as_str).unwrap_or_default();
        let (name, data, address) = (told("filename"), told("file_data"), told("file_url"));
        let source = match DataUrl::parse(data) {
            Some(url) if url.base64 => document_source(url.data, url.media_type),
            Some(url) => {
                Some(json!({"type": "text", "media_type": "text/plain", "data": url.data}))
            }
            None if !data.is_empty() => document_source(data, ""),
            None if is_web(address) => Some(json!({"type": "url", "url": address})),
            None => None,
        };
        let Some(source) = source else {
            let known = [name, address, told("file_id")];
            let name = known.into_iter().find(|name| !name.is_empty());
            return self.left_out("file", name.unwrap_or_default(), path);
        };
        self.changes.converted(path, Reason::OtherForm, "document");
        let mut block = json!({"type": "document", "source": source});
        if !name.is_empty() {
            block["title"] = json!(name);
        }
        block
    }
}

fn is_web(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        address
            .get(..scheme.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    })
}

/// An image given as base64. Its type is what it is, not what it is called: Anthropic refuses a wrong one.
fn image_source(data: &str, called: &str) -> Option<Value> {
    let found = format_of(&decode_beginning(data, HEAD));
    let called = match called.to_ascii_lowercase().as_str() {
        "image/jpg" => "image/jpeg".to_owned(),
        other => other.to_owned(),
    };
    let called = FORMATS.into_iter().find(|format| *format == called);
    let media_type = found.or(called)?;
    Some(json!({"type": "base64", "media_type": media_type, "data": plain_base64(data)}))
}

/// A document given as base64: a PDF, or any text.
fn document_source(data: &str, called: &str) -> Option<Value> {
    let is_pdf = decode_beginning(data, HEAD).starts_with(b"%PDF-");
    if is_pdf || called.eq_ignore_ascii_case("application/pdf") {
        return Some(json!({
            "type": "base64",
            "media_type": "application/pdf",
            "data": plain_base64(data),
        }));
    }
    let text = String::from_utf8(decode(data)?).ok()?;
    Some(json!({"type": "text", "media_type": "text/plain", "data": text}))
}

/// Without the line ends that some encoders put in.
fn plain_base64(data: &str) -> String {
    match data.contains(['\n', '\r', ' ']) {
        true => data.replace(['\n', '\r', ' '], ""),
        false => data.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &str = "iVBORw0KGgoAAAANSUhEUg";

    fn blocks_with(capabilities: &Capabilities, content: Value) -> Vec<Value> {
        let mut changes = Changes::default();
        Parts {
            capabilities,
            changes: &mut changes,
        }
        .blocks(content, "/messages/0/content")
    }

    fn check(part: Value, wanted: Value) {
        let blocks = blocks_with(&Capabilities::default(), json!([part]));
        assert_eq!(Value::Array(blocks), json!([wanted]), "{part}");
    }

    fn is_told(part: Value, words: &str) {
        let blocks = blocks_with(&Capabilities::default(), json!([part]));
        let text = blocks[0]["text"].as_str().unwrap_or_default();
        assert!(
            text.contains(words) && text.contains("left out"),
            "{blocks:?}"
        );
    }

    #[test]
    fn texts_of_every_spelling() {
        for part in [
            json!("hi"),
            json!({"type": "text", "text": "hi"}),
            json!({"text": "hi"}),
            json!({"type": "input_text", "text": "hi"}),
            json!({"type": "output_text", "text": "hi", "annotations": []}),
            json!({"type": "refusal", "refusal": "hi"}),
        ] {
            check(part, text_block("hi"));
        }
        let marked = json!({"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}});
        check(marked.clone(), marked);
        assert_eq!(
            blocks_with(&Capabilities::default(), json!("")),
            Vec::<Value>::new()
        );
        assert_eq!(
            blocks_with(&Capabilities::default(), json!("a")),
            [text_block("a")]
        );
    }

    #[test]
    fn images_get_the_type_that_they_are() {
        let source = json!({"type": "base64", "media_type": "image/png", "data": PNG});
        let image = json!({"type": "image", "source": source});
        for part in [
            json!({"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{PNG}")}}),
            json!({"type": "image_url", "image_url": format!("data:image/jpeg;base64,{PNG}")}),
            json!({"type": "input_image", "image_url": format!("data:application/octet-stream;base64,{}\n{}", &PNG[..4], &PNG[4..])}),
            json!({"type": "input_image", "image_url": PNG}),
            image.clone(),
        ] {
            check(part, image.clone());
        }
        let unknown =
            json!({"type": "image_url", "image_url": {"url": "data:image/jpg;base64,AAAA"}});
        check(
            unknown,
            json!({"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "AAAA"}}),
        );
        check(
            json!({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}),
            json!({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}),
        );
    }

    #[test]
    fn what_cannot_be_given_is_told() {
        is_told(
            json!({"type": "image_url", "image_url": {"url": "data:image/svg+xml;base64,PHN2Zz4="}}),
            "image/svg+xml",
        );
        is_told(
            json!({"type": "image_url", "image_url": {"url": "data:image/svg+xml,%3Csvg"}}),
            "image/svg+xml",
        );
        is_told(
            json!({"type": "input_image", "file_id": "file-1"}),
            "file-1",
        );
        is_told(json!({"type": "image_url"}), "image");
        is_told(
            json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
            "audio",
        );
        is_told(
            json!({"type": "file", "file": {"file_id": "file-2"}}),
            "file-2",
        );
        is_told(
            json!({"type": "file", "file": {"filename": "a.zip", "file_data": "data:application/zip;base64,UEsDBP8="}}),
            "a.zip",
        );
        let blind = Capabilities {
            images: false,
            ..Capabilities::default()
        };
        let part = json!([{"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{PNG}")}}]);
        assert_eq!(blocks_with(&blind, part)[0]["type"], "text");
    }

    #[test]
    fn files_become_documents() {
        let pdf = "JVBERi0xLjQK";
        let source = json!({"type": "base64", "media_type": "application/pdf", "data": pdf});
        let document = json!({"type": "document", "source": source, "title": "a.pdf"});
        for data in [pdf.to_owned(), format!("data:application/pdf;base64,{pdf}")] {
            check(
                json!({"type": "file", "file": {"filename": "a.pdf", "file_data": data}}),
                document.clone(),
            );
            check(
                json!({"type": "input_file", "filename": "a.pdf", "file_data": data}),
                document.clone(),
            );
        }
        check(
            json!({"type": "input_file", "file_data": "data:text/csv;base64,YSxi"}),
            json!({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}}),
        );
        check(
            json!({"type": "input_file", "file_url": "https://example.com/a.pdf"}),
            json!({"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}}),
        );
    }

    #[test]
    fn unknown_parts_are_still_read() {
        let part = json!({"type": "hologram", "beam": 1});
        check(part.clone(), text_block(part.to_string()));
    }
}
