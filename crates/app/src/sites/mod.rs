//! Sites, their keys and routes: what users do with them, and where requests go.

mod book;
pub(crate) mod call;
mod check;
mod edit;
mod error;
mod input;
mod journey;
mod keep;
mod keys;
mod line;
mod router;
mod routes;
mod routing;
mod spoken;
mod view;

pub(crate) use book::new_id;
pub use book::{OpenSitesError, Sites};
pub use error::SiteError;
pub use input::{KeyInput, SiteEdit, SiteInput};
pub(crate) use line::Line;
pub(crate) use router::SiteRoute;
pub use routes::SiteChoice;
pub use spoken::SpeechChange;
pub(crate) use spoken::caller;
pub(crate) use view::cause as code_of;
