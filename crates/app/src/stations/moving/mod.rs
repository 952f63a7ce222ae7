//! Moving sites and ledgers in and out: KonataAPI's files and Relayscope's own archive.

mod bundle;
mod export;
mod konata;
mod own;
mod plan;
mod take_over;

pub use bundle::Amounts;
pub use export::ExportFormat;

use serde::Deserialize;

use super::book::Stations;
use super::error::StationError;
use crate::view::ImportPlan;
use bundle::Bundle;

/// Body of `POST /api/import` and `POST /api/import/preview`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportInput {
    /// Text of the file.
    pub file: String,
    /// Whether the settings in it are taken over as well.
    #[serde(default)]
    pub settings: bool,
    /// What KonataAPI's recharge amounts are.
    #[serde(default)]
    pub amounts: Amounts,
}

impl Stations {
    /// What an import would do. Changes nothing.
    pub fn preview_import(&self, input: &ImportInput) -> Result<ImportPlan, StationError> {
        let bundle = read(&input.file, input.amounts)?;
        let planned = self.plan_import(&bundle)?;
        Ok(planned.view(&bundle, false))
    }

    /// Takes a file over: everything that the preview names, or nothing.
    pub fn import(&self, input: &ImportInput) -> Result<ImportPlan, StationError> {
        let bundle = read(&input.file, input.amounts)?;
        let planned = self.plan_import(&bundle)?;
        let view = planned.view(&bundle, true);
        self.take_over(planned, &bundle, input.settings)?;
        Ok(view)
    }
}

/// Reads a file of any known format.
fn read(text: &str, amounts: Amounts) -> Result<Bundle, StationError> {
    let text = text.trim_start_matches('\u{feff}');
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| StationError::BadFile {
            line: error.line(),
            column: error.column(),
        })?;
    if json.get("relayscope").is_some() {
        return own::read(json);
    }
    konata::read(&json, amounts)
}

#[cfg(test)]
mod tests;
