//! What can be wrong with an answer or a key, as data. Sentences are made at the doors from code and
//! parameters.

use serde::{Deserialize, Serialize};

use crate::call::CallFailure;
use crate::kind::StationKind;

/// Why a figure is missing, or what a person should know about it. Texts of stations inside are redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
pub enum Problem {
    /// Nothing came back.
    #[error("{0}")]
    NoAnswer(CallFailure),
    /// A web page in place of data, whatever its status: a single-page application answers so to any path.
    #[error("a web page in place of data")]
    WebPage {
        /// Its title.
        title: Option<String>,
    },
    /// A page that wants to see a browser: Cloudflare and the like.
    #[error("a challenge that only a browser passes")]
    Challenge,
    /// The network wants somebody to log in first.
    #[error("the network's log-in page")]
    CaptivePortal {
        /// Host of the page.
        host: Option<String>,
    },
    /// The address leads to another one; no key is sent there.
    #[error("leads to another host")]
    OtherHost {
        /// The host, or its address.
        location: String,
    },
    /// It leads on and on.
    #[error("leads around in circles")]
    RedirectLoop,
    /// The station does not have this endpoint.
    #[error("no such endpoint")]
    NoEndpoint,
    /// Asked too often.
    #[error("too many requests")]
    RateLimited {
        /// When it may be asked again, where the station says so.
        seconds: Option<u64>,
    },
    /// The station cannot answer now.
    #[error("server error {status}")]
    ServerError {
        /// HTTP status.
        status: u16,
    },
    /// Status of success and no body.
    #[error("an empty answer")]
    Empty,
    /// Neither JSON nor a web page, or JSON that ends in the middle.
    #[error("not JSON")]
    NotJson,
    /// JSON, but none of the shapes that are known.
    #[error("an unknown shape")]
    UnknownShape,
    /// The station refuses.
    #[error("refused: {message}")]
    Refused {
        /// HTTP status; 200 where it refuses politely.
        status: u16,
        /// Its own code, if any.
        code: String,
        /// Its own words, redacted.
        message: String,
    },
    /// The key is not known to the station.
    #[error("the key is not valid")]
    KeyInvalid,
    /// The key was switched off.
    #[error("the key is disabled")]
    KeyDisabled,
    /// The key's time is over.
    #[error("the key has expired")]
    KeyExpired,
    /// What the key may spend is spent.
    #[error("the key is used up")]
    KeyExhausted,
    /// The account has nothing left.
    #[error("the account is used up")]
    AccountExhausted,
    /// The key is used up, expired, disabled or wrong: the station says the same in all four cases.
    #[error("the key is used up, expired, disabled or wrong")]
    KeyUnusable,
    /// The user was banned.
    #[error("the account is banned")]
    AccountBanned,
    /// Calls from this address are not allowed.
    #[error("this address is not allowed")]
    AddressNotAllowed,
    /// A figure is written in a way that cannot be understood.
    #[error("a figure is not readable")]
    Unreadable {
        /// Its name in the answer.
        member: String,
    },
    /// It can be read only with something that the user has to give.
    #[error("something is missing")]
    Needs(Need),
    /// This kind of station does not offer it.
    #[error("not offered by this kind of station")]
    NotOffered {
        /// The kind.
        kind: StationKind,
    },
    /// The key may spend without limit, and what the account holds cannot be seen with a key.
    #[error("unlimited key; the account is not visible with a key")]
    AccountHidden,
    /// The figure is the key's or the account's: the station does not tell which.
    #[error("of the key or of the account")]
    KeyOrAccount,
    /// The factor between quota and money is not known.
    #[error("quota per dollar is not known")]
    FactorUnknown,
    /// 100,000,000 is how the station says "no limit", and also may be the limit itself.
    #[error("no limit, or a limit of exactly 100,000,000")]
    UnlimitedOrNot,
    /// What was used is not counted for unlimited keys (One-API).
    #[error("use of unlimited keys is not counted")]
    UseNotCounted,
    /// The station's own figures contradict each other; the careful one is shown (One-API without token
    /// statistics understates what is left).
    #[error("may be understated")]
    MayBeUnderstated,
    /// The key has reached a window's limit; it is usable again later.
    #[error("a window is used up")]
    WindowExhausted {
        /// `5h`, `1d`, `7d`, `month` …
        window: String,
    },
    /// There is no subscription that runs.
    #[error("no subscription runs")]
    NoSubscription,
    /// The account owes money.
    #[error("the account is in debt")]
    InDebt,
    /// Checked in today already.
    #[error("checked in already")]
    CheckedIn,
    /// Checking in is switched off.
    #[error("checking in is switched off")]
    CheckInOff,
    /// Checking in needs a person in a browser.
    #[error("checking in needs a browser")]
    NeedsBrowser,
    /// The station gives sums, not single calls.
    #[error("sums only")]
    SumsOnly,
    /// The station gives the newest rows only.
    #[error("the newest rows only")]
    NewestRowsOnly {
        /// How many.
        rows: u64,
    },
    /// Rows that could not be read were left out.
    #[error("rows left out")]
    RowsLeftOut {
        /// How many.
        rows: u64,
    },
    /// What the user's pointer names is not there, or no number.
    #[error("nothing at the pointer")]
    NothingAtPointer {
        /// Which figure.
        figure: String,
        /// The pointer.
        pointer: String,
    },
}

/// What a user has to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "need", rename_all = "snake_case")]
pub enum Need {
    /// The account's access token, from the station's personal page; before July 2026 the user id as well.
    AccessToken,
    /// The access token is there, the user id is missing.
    UserId,
    /// The panel's JWT.
    Jwt,
    /// A browser's cookie, which Relayscope does not read: open the station's page.
    Browser,
    /// Paths and pointers of the user's own.
    Custom,
}

impl Problem {
    /// Whether asking again later may help, and the last good figure should stay.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NoAnswer(failure) => !matches!(
                failure,
                CallFailure::Address | CallFailure::OwnAddress | CallFailure::NoKey
            ),
            Self::CaptivePortal { .. }
            | Self::Challenge
            | Self::RateLimited { .. }
            | Self::ServerError { .. }
            | Self::Empty => true,
            _ => false,
        }
    }

    /// Whether the station may be of another kind than was thought: detect it again.
    pub fn hints_at_other_kind(&self) -> bool {
        matches!(
            self,
            Self::WebPage { .. } | Self::NoEndpoint | Self::NotJson | Self::UnknownShape
        )
    }

    /// Whether no further endpoint of the station should be tried now.
    pub fn stops(&self) -> bool {
        match self {
            Self::NoAnswer(failure) => !matches!(
                failure,
                CallFailure::TooLarge { .. } | CallFailure::Encoding | CallFailure::Broken
            ),
            Self::Challenge
            | Self::CaptivePortal { .. }
            | Self::OtherHost { .. }
            | Self::RateLimited { .. } => true,
            _ => false,
        }
    }
}
