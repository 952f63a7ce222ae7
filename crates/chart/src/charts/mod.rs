//! One file per chart.

mod balance_over_time;
mod recharge_by_month;
mod rows;
mod sites_side_by_side;
mod spend_by_model;

pub use balance_over_time::{BalanceOverTime, Recharge};
pub use recharge_by_month::{MonthFigures, RechargeByMonth};
pub use sites_side_by_side::{SiteFigures, SitesSideBySide};
pub use spend_by_model::{ModelSpend, SpendByModel};
