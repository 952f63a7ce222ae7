//! Settings: default < config.toml < environment < command line.

mod environment;
mod file;
mod layers;
mod problem;
mod values;

pub use layers::{Override, SettingsError, SettingsStore};
pub(crate) use values::Stations as StationSettings;
pub use values::{HeaderEncoding, Settings};
