//! Talks outwards: one pooled HTTP client with a connector that times each step, knows the way out
//! (direct, the system's proxy, an explicit one) and refuses to call Relayscope itself.

mod answer;
mod base_url;
mod connect;
mod dial;
mod drive;
mod error;
mod facts;
mod http1;
mod http2;
mod outbound;
mod own;
mod pool;
mod rotation;
mod tls;
mod upstream;

pub use answer::{Answer, AnswerBody};
pub use base_url::{BaseUrl, BaseUrlError};
pub use dial::probe;
pub use drive::Drive;
pub use error::NetError;
pub use facts::ConnectionFacts;
pub use outbound::{Outbound, OutboundError};
pub use own::OwnAddresses;
pub use rotation::{Rotation, RotationError};
pub use upstream::{ConnectTimeout, Upstream};
