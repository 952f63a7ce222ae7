//! Pictures, documents and search results.

use serde_json::{Value, json};

use super::part::Part;
use super::turns::Block;
use super::wording;
use super::{Request, turns};
use crate::translate::change::Reason;
use crate::translate::object::{Object, filled, take_object, take_string};

impl Request<'_> {
    /// An `image` block.
    pub(super) fn image(&mut self, block: Block) -> Part {
        let Block { mut json, path, .. } = block;
        let mut source = take_object(&mut json, "source").unwrap_or_default();
        let kind = media_type(&source).unwrap_or_default();
        if !self.able.images {
            self.changes.converted(&path, Reason::NotSupported, "text");
            return Part::text(wording::left_out("image", &kind, None));
        }
        let address = match filled(&source, "type").unwrap_or("base64") {
            "base64" => take_string(&mut source, "data")
                .filter(|data| !data.is_empty())
                .map(|data| data_url(&kind, data)),
            "url" if self.able.image_addresses => take_string(&mut source, "url"),
            _ => None,
        };
        match address.filter(|address| !address.is_empty()) {
            Some(address) => {
                self.changes
                    .converted(&path, Reason::OtherForm, "image_url");
                Part::Media(json!({"type": "image_url", "image_url": {"url": address}}))
            }
            None => {
                self.changes.converted(&path, Reason::AsText, "text");
                Part::text(wording::out_of_reach("image", reference(&source)))
            }
        }
    }

    /// A `document` block: texts as text, PDF files as files where the model reads them.
    pub(super) fn document(&mut self, block: Block) -> Vec<Part> {
        let Block { mut json, path, .. } = block;
        let mut source = take_object(&mut json, "source").unwrap_or_default();
        let title = filled(&json, "title").map(str::to_owned);
        let context = filled(&json, "context").map(str::to_owned);
        let kind = filled(&source, "media_type").unwrap_or_default().to_owned();
        let form = filled(&source, "type").unwrap_or_default().to_owned();
        self.changes.converted(
            &path,
            Reason::OtherForm,
            if form == "base64" && self.able.files {
                "file"
            } else {
                "text"
            },
        );
        let mut around = Vec::new();
        let text = match form.as_str() {
            "text" => take_string(&mut source, "data").unwrap_or_default(),
            "content" => {
                let content = source.get_mut("content").map(Value::take);
                let blocks = turns::blocks(
                    content.unwrap_or_default(),
                    &format!("{path}/source/content"),
                    &mut self.changes,
                );
                self.plain_blocks(blocks.unwrap_or_default(), &mut around)
            }
            "base64" => {
                let data = take_string(&mut source, "data").unwrap_or_default();
                return self.file(data, &kind, title, context);
            }
            "url" => {
                let address = filled(&source, "url").unwrap_or_default();
                let note = wording::out_of_reach("document", address);
                return vec![Part::text(note)];
            }
            _ => {
                let note = wording::out_of_reach("document", reference(&source));
                return vec![Part::text(note)];
            }
        };
        let mut parts = vec![Part::text(document_text(&text, title, context))];
        parts.append(&mut around);
        parts
    }

    /// A file in base64.
    fn file(
        &mut self,
        data: String,
        kind: &str,
        title: Option<String>,
        context: Option<String>,
    ) -> Vec<Part> {
        if kind.starts_with("image/") && self.able.images {
            let address = data_url(kind, data);
            return vec![Part::Media(
                json!({"type": "image_url", "image_url": {"url": address}}),
            )];
        }
        let kind = match kind {
            "" => "application/pdf",
            kind => kind,
        };
        if !self.able.files || data.is_empty() {
            let note = wording::left_out("document", kind, title.as_deref());
            return vec![Part::text(note)];
        }
        let mut parts: Vec<Part> = context.map(Part::text).into_iter().collect();
        let name = title.unwrap_or_else(|| "document".to_owned());
        let name = match name.to_ascii_lowercase().ends_with(".pdf") || kind != "application/pdf" {
            true => name,
            false => format!("{name}.pdf"),
        };
        parts.push(Part::Media(json!({
            "type": "file",
            "file": {"filename": name, "file_data": data_url(kind, data)},
        })));
        parts
    }

    /// A `search_result` block.
    pub(super) fn search_result(&mut self, block: Block) -> Part {
        let Block { mut json, path, .. } = block;
        self.changes.converted(&path, Reason::AsText, "text");
        let content = json.get_mut("content").map(Value::take).unwrap_or_default();
        let inner = turns::blocks(content, &format!("{path}/content"), &mut self.changes);
        let text = self.plain_blocks(inner.unwrap_or_default(), &mut Vec::new());
        let title = wording::attribute(filled(&json, "title").unwrap_or_default());
        let source = wording::attribute(filled(&json, "source").unwrap_or_default());
        Part::text(format!(
            "<search_result title=\"{title}\" source=\"{source}\">\n{text}\n</search_result>"
        ))
    }

    /// The texts of blocks, joined; pictures go to the parts around them.
    fn plain_blocks(&mut self, blocks: Vec<Block>, around: &mut Vec<Part>) -> String {
        let mut texts = Vec::new();
        for mut block in blocks {
            match block.kind.as_str() {
                "text" => texts.extend(take_string(&mut block.json, "text")),
                "image" => around.push(self.image(block)),
                _ => texts.push(compact(block.json)),
            }
        }
        texts.join("\n")
    }
}

fn document_text(text: &str, title: Option<String>, context: Option<String>) -> String {
    let title = title
        .map(|title| format!(" title=\"{}\"", wording::attribute(&title)))
        .unwrap_or_default();
    let context = context
        .map(|context| format!("<context>{context}</context>\n"))
        .unwrap_or_default();
    format!("<document{title}>\n{context}{text}\n</document>")
}

/// A block that has no place in the dialect, as JSON without what only its first service can read.
pub(super) fn compact(mut block: Object) -> String {
    strip(&mut block);
    Value::Object(block).to_string()
}

fn strip(object: &mut Object) {
    object.retain(|name, _| {
        !name.starts_with("encrypted") && name != "cache_control" && name != "signature"
    });
    for value in object.values_mut() {
        strip_value(value);
    }
}

fn strip_value(value: &mut Value) {
    match value {
        Value::Object(inner) => strip(inner),
        Value::Array(list) => list.iter_mut().for_each(strip_value),
        _ => {}
    }
}

/// What a picture's source refers to, where it holds no data.
fn reference(source: &Object) -> &str {
    ["url", "file_id", "type"]
        .iter()
        .find_map(|name| filled(source, name))
        .unwrap_or("without data")
}

/// The media type that a source names, or that its first bytes tell.
fn media_type(source: &Object) -> Option<String> {
    if let Some(named) = filled(source, "media_type") {
        return Some(named.to_owned());
    }
    let data = filled(source, "data")?;
    let known = [
        ("iVBOR", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lG", "image/gif"),
        ("UklG", "image/webp"),
    ];
    let found = known.iter().find(|(start, _)| data.starts_with(start));
    Some(found.map_or("image/png", |(_, kind)| kind).to_owned())
}

/// `data:` with a media type. Line breaks inside the base64 are taken out: servers refuse them.
fn data_url(kind: &str, mut data: String) -> String {
    if data.starts_with("data:") {
        return data;
    }
    if memchr::memchr2(b'\n', b'\r', data.as_bytes()).is_some() {
        data.retain(|character| !character.is_ascii_whitespace());
    }
    let mut address = String::with_capacity(data.len() + kind.len() + "data:;base64,".len());
    address.push_str("data:");
    address.push_str(kind);
    address.push_str(";base64,");
    address.push_str(&data);
    address
}
