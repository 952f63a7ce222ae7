//! Puts it together: settings, live state, recorder, queries. Knows no HTTP routes and no window.

mod app;
pub mod charts;
pub mod chat;
mod counting;
mod data_dir;
mod desktop;
pub mod files;
mod health;
mod housekeeping;
mod limits;
pub mod live;
pub mod meters;
mod notice;
mod observe;
pub mod ping;
pub mod pricing;
mod priority;
pub mod query;
pub mod record;
mod route;
mod session;
mod settings;
pub mod sites;
pub mod stations;
pub mod verify;
pub mod view;
mod words;

pub use app::{App, OpenError, OpenOptions};
pub use data_dir::{DataDir, DataDirError, Holder};
pub use desktop::{Desktop, DesktopError};
pub use health::{Health, Reach};
pub use session::{Session, random_token};
pub use settings::{HeaderEncoding, Override, Settings, SettingsError, SettingsStore};
pub use words::Words;
