//! Images and documents of every dialect.

use super::Content;
use super::base64::decoded_length;
use super::blocks::Blocks;
use super::node::{Node, Object};
use super::path::Path;
use super::reader::{Reader, beginning, short};
use crate::count;

/// Bytes of an image's address that are kept.
const ADDRESS_LIMIT: usize = 2_048;

/// The parts of a `data:` address: media type, data, and whether that is base64.
pub(crate) struct DataUrl<'a> {
    pub(crate) media_type: &'a str,
    pub(crate) data: &'a str,
    pub(crate) base64: bool,
}

impl<'a> DataUrl<'a> {
    pub(crate) fn parse(url: &'a str) -> Option<Self> {
        let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
        let media_type = head.split(';').next().unwrap_or_default();
        Some(Self {
            media_type,
            data,
            base64: head.ends_with(";base64"),
        })
    }

    fn bytes(&self) -> u32 {
        match self.base64 {
            true => decoded_length(self.data),
            false => u32::try_from(self.data.len()).unwrap_or(u32::MAX),
        }
    }
}

/// Anthropic's `image`, Chat's `image_url`, Responses' `input_image`.
pub(super) fn image(reader: &mut Reader, object: &Object<'_>, path: &Path<'_>) -> Content {
    if object.get("source").is_some() {
        return image_of_source(reader, &object.object("source"), &path.member("source"));
    }
    let place = path.member("image_url");
    match object.get("image_url") {
        Some(node) if node.is_object() => {
            let inner = node.object();
            let low = inner.string_or_empty("detail") == "low";
            let place = place.member("url");
            image_of_url(reader, &inner.string_or_empty("url"), &place, low)
        }
        Some(node) => {
            let low = object.string_or_empty("detail") == "low";
            image_of_url(reader, &node.string().unwrap_or_default(), &place, low)
        }
        None => image_of_url(reader, &object.string_or_empty("file_id"), path, false),
    }
}

fn image_of_source(reader: &mut Reader, source: &Object<'_>, path: &Path<'_>) -> Content {
    let Some(data) = source.string("data") else {
        let address = source.string("url").or_else(|| source.string("file_id"));
        return image_of_url(reader, &address.unwrap_or_default(), path, false);
    };
    reader.add(reader.vision.base64(&data, false));
    Content::Image {
        media_type: short(&source.string_or_empty("media_type")),
        bytes: decoded_length(&data),
        pointer: Some(path.member("data").pointer()),
        url: None,
    }
}

/// An image named by its address, or inside it. `path` leads to the string; `low`: the small version.
fn image_of_url(reader: &mut Reader, url: &str, path: &Path<'_>, low: bool) -> Content {
    let inside = DataUrl::parse(url);
    reader.add(match &inside {
        Some(data) if data.base64 => reader.vision.base64(data.data, low),
        _ => reader.vision.address(low),
    });
    match inside {
        Some(data) => Content::Image {
            media_type: short(data.media_type),
            bytes: data.bytes(),
            pointer: data.base64.then(|| path.pointer()),
            url: None,
        },
        None => Content::Image {
            media_type: String::new(),
            bytes: 0,
            pointer: None,
            url: Some(beginning(url, ADDRESS_LIMIT).to_owned()),
        },
    }
}

/// An image given as bare base64 (`image_generation_call`). `path` leads to the string.
pub(super) fn image_of_base64(
    reader: &mut Reader,
    format: &str,
    data: &str,
    path: &Path<'_>,
) -> Content {
    reader.add(reader.vision.base64(data, false));
    Content::Image {
        media_type: format!(
            "image/{}",
            short(if format.is_empty() { "png" } else { format })
        ),
        bytes: decoded_length(data),
        pointer: Some(path.pointer()),
        url: None,
    }
}

/// Anthropic's `document`, Chat's `file`, Responses' `input_file`. Documents whose text stands in the
/// body are followed by that text.
pub(super) fn document(
    blocks: &mut Blocks<'_>,
    object: &Object<'_>,
    path: &Path<'_>,
    cache: Option<String>,
) {
    match object.get("source") {
        Some(source) => document_of_source(blocks, object, source, path, cache),
        None => file(blocks, object, cache),
    }
}

fn document_of_source(
    blocks: &mut Blocks<'_>,
    object: &Object<'_>,
    node: Node<'_>,
    path: &Path<'_>,
    cache: Option<String>,
) {
    let source = node.object();
    let kind = source.string_or_empty("type");
    let address = source.string("url").or_else(|| source.string("file_id"));
    let title = object
        .string("title")
        .or(address)
        .map(|title| short(&title));
    let media_type = short(&source.string_or_empty("media_type"));
    let place = path.member("source");
    let data = source.string("data");
    let bytes = match (kind.as_ref(), &data) {
        ("base64", Some(data)) => decoded_length(data),
        (_, Some(data)) => u32::try_from(data.len()).unwrap_or(u32::MAX),
        _ => 0,
    };
    blocks.push(
        Content::Document {
            media_type,
            title,
            bytes,
        },
        cache,
    );
    match (kind.as_ref(), data, source.get("content")) {
        ("base64", Some(data), _) => blocks.reader.add(count::pdf(&data, bytes)),
        ("text", Some(text), _) => blocks.text(&text, &place.member("data"), None),
        ("content", _, Some(content)) => blocks.content(content, &place.member("content")),
        _ => blocks.reader.add(count::document(bytes)),
    }
}

fn file(blocks: &mut Blocks<'_>, object: &Object<'_>, cache: Option<String>) {
    let nested = object.object("file");
    let file = if object.get("file").is_some() {
        &nested
    } else {
        object
    };
    let address = file.string("file_url").or_else(|| file.string("file_id"));
    let title = file
        .string("filename")
        .or(address)
        .map(|title| short(&title));
    let data = file.string("file_data").unwrap_or_default();
    let (media_type, bytes, data) = match DataUrl::parse(&data) {
        Some(url) => (short(url.media_type), url.bytes(), url.data),
        None => (String::new(), decoded_length(&data), data.as_ref()),
    };
    blocks.reader.add(count::pdf(data, bytes));
    blocks.push(
        Content::Document {
            media_type,
            title,
            bytes,
        },
        cache,
    );
}
