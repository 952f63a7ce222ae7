//! Where a translated request goes.

use super::Capabilities;

/// Where a translated request goes, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The model's name at the upstream.
    pub model: &'a str,
    /// What site and model can do.
    pub capabilities: &'a Capabilities,
    /// What ids are made from: the id of the exchange.
    pub seed: &'a str,
    /// Tokens of the request, where the caller has counted them; else they are estimated here.
    pub input_tokens: Option<u64>,
}
