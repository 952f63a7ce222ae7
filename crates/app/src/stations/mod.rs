//! Stations: balances, logs, ledger and check-in of sites, queried politely and kept.
//!
//! What a kind of station says is read by the crate `station`; this is who asks, when, and what becomes of
//! the answer.

mod alert;
mod amount;
mod book;
mod budget;
mod change;
mod charts;
mod checkin;
mod csv;
mod entries;
mod error;
mod figures;
mod glance;
mod interface;
mod kept;
mod line;
mod logs;
mod moving;
mod past;
mod problem;
mod raw;
mod reconcile;
mod refresh;
mod round;
mod schedule;
mod series;
mod target;
mod view;

pub use alert::LowBalance;
pub use book::Stations;
pub use charts::{ChartAsked, ChartKind};
pub use checkin::CheckinInput;
pub use error::StationError;
pub use glance::{Glance, GlanceSite};
pub use interface::StationInput;
pub use logs::LogsAsked;
pub use moving::{Amounts, ExportFormat, ImportInput};
pub use past::PastBalance;
