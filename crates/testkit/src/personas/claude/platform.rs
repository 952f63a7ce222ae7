//! The three places where Claude runs, and what each adds.

use super::signature::Infrastructure;

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    /// The vendor's own API, with a key.
    FirstParty,
    /// The vendor's own API, with a subscription.
    Subscription,
    /// Amazon Bedrock.
    Bedrock,
    /// Google Vertex.
    Vertex,
}

impl Platform {
    /// Whether it is the vendor's own API.
    pub(crate) fn is_first_party(self) -> bool {
        matches!(self, Self::FirstParty | Self::Subscription)
    }

    /// What stands in a signature.
    pub(crate) fn infrastructure(self) -> Infrastructure {
        match self {
            Self::FirstParty | Self::Subscription => Infrastructure::FirstParty,
            Self::Bedrock => Infrastructure::Aws,
            Self::Vertex => Infrastructure::Google,
        }
    }

    /// Written between the kind of an id and the id.
    pub(crate) fn infix(self) -> &'static str {
        match self {
            Self::FirstParty | Self::Subscription => "",
            Self::Bedrock => "bdrk_",
            Self::Vertex => "vrtx_",
        }
    }
}
