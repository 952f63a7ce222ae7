//! Talks outwards: one pooled HTTP client with a connector that times each step, knows the way out
//! (direct, the system's proxy, an explicit one) and refuses to call Relayscope itself.

mod base_url;
mod connect;
mod dial;
mod error;
mod facts;
mod outbound;
mod own;
mod rotation;
mod tls;
mod upstream;

pub use base_url::{BaseUrl, BaseUrlError};
pub use dial::probe;
pub use error::NetError;
pub use facts::ConnectionFacts;
pub use outbound::{Outbound, OutboundError};
pub use own::OwnAddresses;
pub use rotation::{Rotation, RotationError};
pub use upstream::{Answer, ConnectTimeout, Upstream};
