//! Images inside bodies, for showing them. Only the four formats that a browser draws without running
//! anything, and only if the data is what its name says.

use super::base64::decode;
use super::media::DataUrl;
use super::node::{Node, document};
use super::slices::resolve;

/// Media type and bytes of the image whose base64 text (or `data:` address) stands at a JSON pointer.
pub fn image_at(body: &[u8], pointer: &str) -> Option<(String, Vec<u8>)> {
    let body = document(body);
    let (holder, node) = resolve(Node::parse(&body)?, pointer)?;
    let text = node.string()?;
    let (declared, bytes) = match DataUrl::parse(&text) {
        Some(url) if url.base64 => (Some(url.media_type.to_owned()), decode(url.data)?),
        Some(_) => return None,
        None => {
            let holder = holder?.object();
            let named = holder.string("media_type").map(|name| name.into_owned());
            (named, decode(&text)?)
        }
    };
    let found = format_of(&bytes)?;
    match declared.as_deref() {
        None => {}
        // A name that some programs write for JPEG.
        Some("image/jpg") if found == "image/jpeg" => {}
        Some(declared) if declared.eq_ignore_ascii_case(found) => {}
        Some(_) => return None,
    }
    Some((found.to_owned(), bytes))
}

/// The format that the first bytes name.
pub(crate) fn format_of(bytes: &[u8]) -> Option<&'static str> {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    match bytes {
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        _ if bytes.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        _ if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Some("image/gif"),
        _ if is_webp => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, pointer: &str, wanted: Option<&str>) {
        let image = image_at(json.as_bytes(), pointer);
        assert_eq!(image.map(|image| image.0).as_deref(), wanted, "{json}");
    }

    #[test]
    fn only_images_that_are_what_they_say() {
        let png = r#"{"s":{"media_type":"image/png","data":"iVBORw0KGgo="}}"#;
        check(png, "/s/data", Some("image/png"));
        check(png, "/s/media_type", None);
        check(&png.replace("image/png", "image/gif"), "/s/data", None);
        check(&png.replace("image/png", "text/html"), "/s/data", None);
        check(
            &png.replace("media_type", "other"),
            "/s/data",
            Some("image/png"),
        );
        check(
            r#"{"u":"data:image/jpg;base64,\/9j/4A=="}"#,
            "/u",
            Some("image/jpeg"),
        );
        check(r#"{"u":"data:image/gif,GIF89a"}"#, "/u", None);
        check(
            r#"{"u":"data:image/webp;base64,UklGRgAAAABXRUJQ"}"#,
            "/u",
            Some("image/webp"),
        );
        check(r#"{"u":"data:image/svg+xml;base64,PHN2Zz4="}"#, "/u", None);
    }
}
