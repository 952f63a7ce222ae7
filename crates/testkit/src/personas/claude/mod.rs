//! A backend of Claude, as the genuine service behaves. What only the vendor can do (signatures, bindings) is
//! imitated with a key of our own: its structure and its consequences are those of the real one.

mod backend;
mod cache;
mod checks;
mod compose;
mod headers;
pub(crate) mod ids;
mod images;
mod lists;
mod measure;
mod models;
mod platform;
mod prefix;
mod protobuf;
mod refused;
mod replay;
mod signature;

pub(crate) use backend::{Accounts, Backend};
pub(crate) use models::Models;
pub(crate) use platform::Platform;
pub(crate) use prefix::blocks;
pub(crate) use refused::Refused;
