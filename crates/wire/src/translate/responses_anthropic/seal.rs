//! Thoughts of an Anthropic model, carried in the `encrypted_content` of a reasoning item: the caller gives
//! them back as they are, and the model gets its own thoughts again, with the signature that it wants.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::assemble::tolerant;

/// How our own begin. Whatever else a caller sends is of another vendor.
const MARK: &str = "relayscope1.";

/// Seals a block `thinking` or `redacted_thinking` of this model.
pub(super) fn seal(model: &str, block: &Value) -> String {
    let text = json!({"model": model, "block": block}).to_string();
    format!("{MARK}{}", STANDARD.encode(text))
}

/// The block, if the seal is ours and the same model shall read it.
pub(super) fn open(sealed: &str, model: &str) -> Option<Value> {
    let text = STANDARD.decode(sealed.strip_prefix(MARK)?).ok()?;
    let mut opened = tolerant::value(&text)?;
    let is_same = opened["model"] == model;
    let block = opened.get_mut("block")?.take();
    let kind = block["type"].as_str()?;
    (is_same && matches!(kind, "thinking" | "redacted_thinking")).then_some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_for_the_same_model() {
        let block = json!({"type": "thinking", "thinking": "hm 你", "signature": "sig"});
        let sealed = seal("claude", &block);
        assert_eq!(open(&sealed, "claude"), Some(block));
        assert_eq!(open(&sealed, "other"), None);
        assert_eq!(open("gAAAAABsealed", "claude"), None);
        assert_eq!(open(MARK, "claude"), None);
        let text = seal("claude", &json!({"type": "tool_use", "id": "x"}));
        assert_eq!(open(&text, "claude"), None, "nothing but thoughts");
    }
}
