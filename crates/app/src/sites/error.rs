//! What can be wrong with what users say about sites.

use store::sites::SitesError;

/// Why something about a site could not be done. Nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A name is needed.
    #[error("a site needs a name")]
    NoName,
    /// The name is too long or holds control characters.
    #[error("a site's name must have 80 characters or fewer, on one line")]
    BadName,
    /// The address cannot be used.
    #[error("the address cannot be used: {0}")]
    BadUrl(String),
    /// The address is our own.
    #[error("{0} is Relayscope itself: requests would go in a circle")]
    SiteIsSelf(String),
    /// The key cannot be used.
    #[error("a key must not be empty and must not hold spaces or line breaks")]
    BadKey,
    /// No such strategy.
    #[error("“{0}” is no strategy: use round_robin, weighted, least_used, random or fill_first")]
    UnknownStrategy(String),
    /// No such API.
    #[error("“{0}” is no API: use auto, anthropic, openai or both")]
    UnknownApi(String),
    /// Not a number.
    #[error("the multiplier must be a number above 0, such as 0.35, not “{0}”")]
    BadMultiplier(String),
    /// Not a way out.
    #[error("{0}")]
    BadOutbound(String),
    /// A page to check in at is a web address.
    #[error("the check-in page must be a web address that begins with http:// or https://")]
    BadCheckinUrl,
    /// The weight is out of range.
    #[error("a weight must be between 0 and 1000")]
    BadWeight,
    /// The keys would move to another host.
    #[error(
        "the site has {keys} keys, which would be sent to {host} from now on: say move_keys to agree"
    )]
    KeysMove {
        /// The new host.
        host: String,
        /// How many keys.
        keys: usize,
    },
    /// A rule is not understood.
    #[error(
        "a rule needs a project, model, provider or purpose, and at least one site or another model"
    )]
    BadRule,
    /// A capability that does not exist, or has another kind of value.
    #[error("{0}")]
    BadCapability(String),
    /// The store, the vault, or something that is not there.
    #[error(transparent)]
    Sites(#[from] SitesError),
}

impl SiteError {
    /// The error's code, for the API and the locale files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoName => "no_name",
            Self::BadName => "bad_name",
            Self::BadUrl(_) => "bad_url",
            Self::SiteIsSelf(_) => "site_is_self",
            Self::BadKey => "bad_key",
            Self::UnknownStrategy(_) => "unknown_strategy",
            Self::UnknownApi(_) => "unknown_api",
            Self::BadMultiplier(_) => "bad_multiplier",
            Self::BadOutbound(_) => "bad_outbound",
            Self::BadCheckinUrl => "bad_checkin_url",
            Self::BadWeight => "bad_weight",
            Self::KeysMove { .. } => "keys_move",
            Self::BadRule => "bad_rule",
            Self::BadCapability(_) => "bad_capability",
            Self::Sites(SitesError::NoSuchSite(_)) => "no_such_site",
            Self::Sites(SitesError::NoSuchKey(_)) => "no_such_key",
            Self::Sites(SitesError::NoSuchEntry(_)) => "no_such_entry",
            Self::Sites(SitesError::NameTaken(_)) => "name_taken",
            Self::Sites(SitesError::KeyTaken(_)) => "key_taken",
            Self::Sites(SitesError::Vault(_)) => "vault_locked",
            Self::Sites(SitesError::Store(_)) => "store_failed",
        }
    }

    /// Values for the sentence.
    pub fn params(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        match self {
            Self::BadUrl(why) | Self::BadOutbound(why) | Self::BadCapability(why) => {
                pair("reason", why)
            }
            Self::SiteIsSelf(host) => pair("host", host),
            Self::UnknownStrategy(it) | Self::UnknownApi(it) | Self::BadMultiplier(it) => {
                pair("value", it)
            }
            Self::KeysMove { host, keys } => {
                let mut params = pair("host", host);
                params.push(("keys".to_owned(), keys.to_string()));
                params
            }
            Self::Sites(SitesError::NoSuchSite(name) | SitesError::NameTaken(name)) => {
                pair("name", name)
            }
            Self::Sites(SitesError::KeyTaken(masked)) => pair("key", masked),
            Self::Sites(SitesError::Vault(error)) => pair("reason", &error.to_string()),
            _ => Vec::new(),
        }
    }
}
