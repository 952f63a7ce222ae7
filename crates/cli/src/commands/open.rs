//! `relayscope open`.

use std::path::PathBuf;

use app::DataDir;

use super::serve::open_browser;
use crate::failure::Failure;

/// Opens the panel of the Relayscope that runs on this data directory.
pub(crate) fn run(data_dir: Option<PathBuf>) -> Result<(), Failure> {
    let place = DataDir::place(data_dir)?;
    let holder = DataDir::holder(&place).and_then(|holder| holder.port);
    let Some(port) = holder else {
        return Err(Failure::new(format!(
            "Relayscope is not running on {}: start it with `relayscope serve` or the desktop app",
            place.display()
        )));
    };
    let token = std::fs::read_to_string(place.join("session-token"))?;
    let address = super::runtime()?.block_on(crate::ask::one_time_address(port, token.trim()))?;
    open_browser(&address);
    Ok(())
}
